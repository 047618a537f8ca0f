// Package picture draws a plan as one self-contained SVG file: a map of dots and routes that needs no base map, and a bar of time per
// working day.
package picture

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"math"
	"time"

	"anxin/dispatch"
)

const (
	mapSize   = 620.0
	margin    = 24.0
	barHeight = 20.0
	barWidth  = 980.0
	nameWidth = 90.0
	maxTours  = 2000
)

// canvas is what the drawing functions share.
type canvas struct {
	w     *bufio.Writer
	p     *dispatch.Problem
	plan  *dispatch.Plan
	zone  *time.Location
	jobs  map[string]*dispatch.Job
	techs map[string]*dispatch.Technician
	agree map[string]*dispatch.Commitment

	minX, minY, scale float64
	from, to          dispatch.Time
}

// Write draws the plan. A nil zone means UTC+8; instances without a calendar show plain numbers.
func Write(w io.Writer, p *dispatch.Problem, plan *dispatch.Plan, zone *time.Location) error {
	if len(plan.Tours) > maxTours {
		return fmt.Errorf("picture: %d tours are too many to be read; at most %d are drawn", len(plan.Tours), maxTours)
	}
	if zone == nil {
		zone = time.FixedZone("UTC+8", 8*3600)
	}
	c := &canvas{w: bufio.NewWriter(w), p: p, plan: plan, zone: zone, jobs: map[string]*dispatch.Job{}, techs: map[string]*dispatch.Technician{}, agree: map[string]*dispatch.Commitment{}}
	for i := range p.Jobs {
		c.jobs[p.Jobs[i].ID] = &p.Jobs[i]
	}
	for i := range p.Technicians {
		c.techs[p.Technicians[i].ID] = &p.Technicians[i]
	}
	for i := range p.Commitments {
		c.agree[p.Commitments[i].Technician+"\x00"+p.Commitments[i].ID] = &p.Commitments[i]
	}
	c.bounds()
	height := mapSize + 3*margin + barHeight*float64(len(plan.Tours)+2) + margin
	width := nameWidth + barWidth + 2*margin
	fmt.Fprintf(c.w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" font-family="system-ui, sans-serif" font-size="11">`+"\n", width, height, width, height)
	fmt.Fprintf(c.w, `<title>%s</title><rect width="100%%" height="100%%" fill="#fff"/>`+"\n", html.EscapeString(p.Name))
	c.drawMap()
	c.drawLegend()
	c.drawBars(mapSize + 2*margin)
	fmt.Fprintln(c.w, `</svg>`)
	return c.w.Flush()
}

// point is a place on the map, north up; longitudes shrink with the latitude.
func (c *canvas) point(p dispatch.Place) (x, y float64) {
	if _, plane := c.p.Travel.(*dispatch.PlaneTravel); plane {
		return p.Lon, -p.Lat
	}
	p = p.ToWGS84()
	return p.Lon * math.Cos(p.Lat*math.Pi/180), -p.Lat
}

func (c *canvas) bounds() {
	minX, minY, maxX, maxY := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	see := func(p dispatch.Place) {
		if _, plane := c.p.Travel.(*dispatch.PlaneTravel); !plane && !p.Known() {
			return
		}
		x, y := c.point(p)
		minX, maxX, minY, maxY = math.Min(minX, x), math.Max(maxX, x), math.Min(minY, y), math.Max(maxY, y)
	}
	for i := range c.p.Jobs {
		see(c.p.Jobs[i].Place)
	}
	for i := range c.plan.Tours {
		if t := c.techs[c.plan.Tours[i].Technician]; t != nil {
			see(t.Start)
		}
	}
	if minX > maxX {
		minX, minY, maxX, maxY = 0, 0, 1, 1
	}
	c.minX, c.minY = minX, minY
	c.scale = (mapSize - 2*margin) / math.Max(math.Max(maxX-minX, maxY-minY), 1e-9)
	c.from, c.to = math.MaxInt64, math.MinInt64
	for i := range c.plan.Tours {
		c.from, c.to = min(c.from, c.plan.Tours[i].Leave), max(c.to, c.plan.Tours[i].Back)
	}
	if c.from >= c.to {
		c.from, c.to = c.p.Now, c.p.Now+3600
	}
}

func (c *canvas) screen(p dispatch.Place) (x, y float64) {
	px, py := c.point(p)
	return margin + (px-c.minX)*c.scale, margin + (py-c.minY)*c.scale
}

// colour gives neighbouring numbers hues far apart.
func colour(i int) string {
	return fmt.Sprintf("hsl(%d 65%% %d%%)", int(float64(i)*137.508)%360, 36+i%3*8)
}

func (c *canvas) drawMap() {
	served := map[string]bool{}
	for i := range c.plan.Tours {
		c.drawRoute(i, served)
	}
	for i := range c.p.Jobs {
		j := &c.p.Jobs[i]
		if served[j.ID] {
			continue
		}
		x, y := c.screen(j.Place)
		fmt.Fprintf(c.w, `<circle cx="%.1f" cy="%.1f" r="3.2" fill="none" stroke="#888"><title>%s: not assigned</title></circle>`+"\n", x, y, html.EscapeString(j.ID))
	}
}

func (c *canvas) drawRoute(i int, served map[string]bool) {
	tour := &c.plan.Tours[i]
	tech := c.techs[tour.Technician]
	if tech == nil {
		return
	}
	x, y := c.screen(tech.Start)
	fmt.Fprintf(c.w, `<g stroke="%s" fill="%s"><path fill="none" stroke-opacity=".55" d="M%.1f %.1f`, colour(i), colour(i), x, y)
	type dot struct {
		x, y  float64
		label string
	}
	var dots []dot
	for _, s := range tour.Stops {
		place, label := c.stop(tour, &s)
		served[s.Job] = true
		px, py := c.screen(place)
		fmt.Fprintf(c.w, " L%.1f %.1f", px, py)
		dots = append(dots, dot{px, py, label})
	}
	if tech.End != nil {
		px, py := c.screen(*tech.End)
		fmt.Fprintf(c.w, " L%.1f %.1f", px, py)
	}
	fmt.Fprintf(c.w, `"/><rect x="%.1f" y="%.1f" width="7" height="7"><title>%s</title></rect>`, x-3.5, y-3.5, html.EscapeString(tour.Technician))
	for _, d := range dots {
		fmt.Fprintf(c.w, `<circle cx="%.1f" cy="%.1f" r="3" stroke="#fff" stroke-width=".8"><title>%s</title></circle>`, d.x, d.y, html.EscapeString(d.label))
	}
	fmt.Fprintln(c.w, `</g>`)
}

// stop returns place and label of a stop.
func (c *canvas) stop(tour *dispatch.Tour, s *dispatch.Stop) (dispatch.Place, string) {
	label := fmt.Sprintf("%s%s · %s %s–%s", s.Job, s.Commitment, tour.Technician, c.clock(s.Start), c.clock(s.End))
	if s.Commitment != "" {
		if k := c.agree[tour.Technician+"\x00"+s.Commitment]; k != nil {
			return k.Place, label
		}
	} else if j := c.jobs[s.Job]; j != nil {
		return j.Place, label
	}
	return dispatch.Place{}, label
}

// calendar reports whether times are real moments.
func (c *canvas) calendar() bool { return c.from > 1_000_000_000 }

func (c *canvas) clock(t dispatch.Time) string {
	if !c.calendar() {
		return fmt.Sprint(int64(t))
	}
	return t.Std().In(c.zone).Format("15:04")
}

func (c *canvas) drawLegend() {
	x, y := mapSize+margin, margin+10
	line := func(text string) {
		fmt.Fprintf(c.w, `<text x="%.0f" y="%.0f">%s</text>`+"\n", x, y, html.EscapeString(text))
		y += 17
	}
	s := &c.plan.Score
	line(c.p.Name)
	line(fmt.Sprintf("师傅 technicians %d · 路线 tours %d · 上门 jobs %d · 未安排 not assigned %d", s.Technicians, len(c.plan.Tours), len(c.p.Jobs)-len(c.plan.Unassigned), len(c.plan.Unassigned)))
	line(fmt.Sprintf("里程 distance %.1f km", float64(s.Metres)/1000))
	if c.p.Objective == "" || c.p.Objective == dispatch.Service {
		line(fmt.Sprintf("紧急迟到 emergencies late %d · 违约 promises broken %d · 超时效 due missed %d", s.EmergenciesLate, s.PromisesBroken, s.DueMissed))
		line(fmt.Sprintf("路费 travel %.2f · 加班 overtime %.2f · 费用 fees %.2f 元", float64(s.TravelFen)/100, float64(s.OvertimeFen)/100, float64(s.FeeFen)/100))
	}
	for i, u := range c.plan.Unassigned {
		if i == 24 {
			line(fmt.Sprintf("… %d more", len(c.plan.Unassigned)-i))
			break
		}
		text := u.Job
		for _, r := range u.Reasons {
			text += " · " + dispatch.Explain(r, dispatch.ZH, c.zone)
		}
		line(text)
	}
}

func (c *canvas) timeX(t dispatch.Time) float64 {
	return margin + nameWidth + float64(t-c.from)/float64(c.to-c.from)*barWidth
}

func (c *canvas) drawBars(top float64) {
	c.drawHours(top, top+barHeight*float64(len(c.plan.Tours)+1))
	for i := range c.plan.Tours {
		tour := &c.plan.Tours[i]
		y := top + barHeight*float64(i+1)
		fmt.Fprintf(c.w, `<text x="%.0f" y="%.1f">%s</text>`, margin, y+13, html.EscapeString(tour.Technician))
		fmt.Fprintf(c.w, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#bbb"/>`, c.timeX(tour.Leave), c.timeX(tour.Back), y+9, y+9)
		for _, s := range tour.Stops {
			_, label := c.stop(tour, &s)
			fmt.Fprintf(c.w, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="%s" stroke-width="2.4"/>`, c.timeX(s.Depart), c.timeX(s.Arrive), y+9, y+9, colour(i))
			opacity := ".8"
			if s.Commitment != "" {
				opacity = ".35"
			}
			fmt.Fprintf(c.w, `<rect x="%.1f" y="%.1f" width="%.1f" height="14" rx="2" fill="%s" fill-opacity="%s"><title>%s</title></rect>`,
				c.timeX(s.Start), y+2, math.Max(c.timeX(s.End)-c.timeX(s.Start), 1), colour(i), opacity, html.EscapeString(label))
		}
		for _, r := range tour.Rests {
			from, to := max(r.Start, c.from), min(r.End, c.to)
			if from < to {
				fmt.Fprintf(c.w, `<rect x="%.1f" y="%.1f" width="%.1f" height="6" fill="#ddd" stroke="#999" stroke-width=".5"><title>休息 rest %s–%s</title></rect>`,
					c.timeX(from), y+6, c.timeX(to)-c.timeX(from), c.clock(r.Start), c.clock(r.End))
			}
		}
		fmt.Fprintln(c.w)
	}
}

func (c *canvas) drawHours(top, bottom float64) {
	step := dispatch.Time(3600)
	for (c.to-c.from)/step > 14 {
		step *= 2
	}
	first := c.from - c.from%step
	for t := first; t <= c.to; t += step {
		if t < c.from {
			continue
		}
		x := c.timeX(t)
		fmt.Fprintf(c.w, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#eee"/><text x="%.1f" y="%.1f" fill="#777" text-anchor="middle">%s</text>`+"\n", x, x, top+8, bottom, x, top+4, c.clock(t))
	}
}
