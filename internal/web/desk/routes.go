package desk

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"

	"anxin/internal/web/ui"
)

// Sizes of the picture of routes, in pixels.
const (
	mapWidth  = 640
	mapHeight = 400
	mapEdge   = 34
)

// mapDot is one place with everything that is there.
type mapDot struct {
	X, Y  int
	Name  string
	N     int // visits
	Late  bool
	Label bool // there is room for its name
}

// mapLine is the way of one technician from place to place.
type mapLine struct {
	Code, Name string
	Path       string
	On         bool
	Marks      []mapMark // the order of the visits, for the marked route
}

type mapMark struct {
	X, Y int
	Text string
}

// routeMap is the picture of a day's routes: dots are seats of counties and towns, never addresses, and the places where technicians start are not drawn.
type routeMap struct {
	Dots   []mapDot
	Lines  []mapLine
	Scale  int     // pixels of the bar of distance
	Metres float64 // what it stands for
}

// routesOf lays out the routes of a day; no dots when no place is known.
func routesOf(v Day) routeMap {
	var m routeMap
	at := map[Dot]int{}
	var places []Dot
	counts, late := map[Dot]int{}, map[Dot]bool{}
	for i := range v.Rows {
		for _, d := range v.Rows[i].Visits {
			if d.Place.Name == "" {
				continue
			}
			if _, ok := at[d.Place]; !ok {
				at[d.Place] = len(places)
				places = append(places, d.Place)
			}
			counts[d.Place]++
			late[d.Place] = late[d.Place] || lateNow(d)
		}
	}
	if len(places) == 0 {
		return m
	}
	project, perKM := projection(places)
	for _, p := range places {
		x, y := project(p)
		m.Dots = append(m.Dots, mapDot{X: x, Y: y, Name: p.Name, N: counts[p], Late: late[p]})
	}
	for i := range v.Rows {
		if l, ok := lineOf(&v.Rows[i], project, v.Route); ok {
			m.Lines = append(m.Lines, l)
		}
	}
	sort.SliceStable(m.Lines, func(i, k int) bool { return !m.Lines[i].On && m.Lines[k].On }) // the marked one on top
	m.label()
	m.scale(perKM)
	return m
}

// projection maps places into the picture, north up.
func projection(places []Dot) (project func(Dot) (x, y int), perKM float64) {
	minX, minY, maxX, maxY := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	middle := 0.0
	for _, p := range places {
		middle += p.Lat / float64(len(places))
	}
	shrink := math.Cos(middle * math.Pi / 180)
	flat := func(p Dot) (x, y float64) { return p.Lng * shrink * 111.2, -p.Lat * 111.2 } // kilometres
	for _, p := range places {
		x, y := flat(p)
		minX, maxX, minY, maxY = math.Min(minX, x), math.Max(maxX, x), math.Min(minY, y), math.Max(maxY, y)
	}
	perKM = math.Min((mapWidth-2*mapEdge)/math.Max(maxX-minX, 10), (mapHeight-2*mapEdge)/math.Max(maxY-minY, 10))
	offX, offY := (mapWidth-(maxX-minX)*perKM)/2, (mapHeight-(maxY-minY)*perKM)/2
	return func(p Dot) (int, int) {
		x, y := flat(p)
		return int(math.Round(offX + (x-minX)*perKM)), int(math.Round(offY + (y-minY)*perKM))
	}, perKM
}

// lineOf is a technician's way between the places of the visits; the way from where the day starts is left out, which may be a home.
func lineOf(r *DayRow, project func(Dot) (x, y int), route string) (mapLine, bool) {
	l := mapLine{Code: r.Code, Name: r.Name, On: route != "" && route == r.Code}
	var b strings.Builder
	points, lastX, lastY := 0, -1, -1
	orders := map[[2]int][]string{}
	var order [][2]int
	for _, d := range r.Visits {
		if d.Place.Name == "" {
			continue
		}
		x, y := project(d.Place)
		key := [2]int{x, y}
		if orders[key] == nil {
			order = append(order, key)
		}
		orders[key] = append(orders[key], strconv.Itoa(d.Order))
		if x == lastX && y == lastY {
			continue
		}
		verb := "L"
		if points == 0 {
			verb = "M"
		}
		fmt.Fprintf(&b, "%s%d %d", verb, x, y)
		points, lastX, lastY = points+1, x, y
	}
	if points == 0 || points == 1 && !l.On {
		return l, false
	}
	l.Path = b.String()
	if l.On {
		for _, k := range order {
			l.Marks = append(l.Marks, mapMark{X: k[0], Y: k[1], Text: strings.Join(orders[k], "·")})
		}
	}
	return l, true
}

// dotRadius grows with the number of visits.
func dotRadius(n int) int { return min(5+2*n, 16) }

// label gives names to the dots, those with most visits first, where no other name stands.
func (m *routeMap) label() {
	order := make([]int, len(m.Dots))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, k int) bool { return m.Dots[order[i]].N > m.Dots[order[k]].N })
	type box struct{ x0, y0, x1, y1 int }
	var taken []box
	for _, d := range m.Dots {
		r := dotRadius(d.N)
		taken = append(taken, box{d.X - r, d.Y - r, d.X + r, d.Y + r})
	}
	for _, i := range order {
		d := &m.Dots[i]
		half := (len([]rune(d.Name))*13 + 8) / 2
		y := d.Y + dotRadius(d.N) + 14
		b := box{d.X - half, y - 12, d.X + half, y + 3}
		free := b.x0 >= 0 && b.x1 <= mapWidth && b.y1 <= mapHeight
		for _, t := range taken {
			free = free && (b.x1 < t.x0 || b.x0 > t.x1 || b.y1 < t.y0 || b.y0 > t.y1)
		}
		if d.Label = free; free {
			taken = append(taken, b)
		}
	}
}

// scale chooses a round distance for the bar.
func (m *routeMap) scale(perKM float64) {
	for _, km := range []int{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000} {
		if px := float64(km) * perKM; px >= 60 || km == 2000 {
			m.Scale, m.Metres = int(px), float64(km)*1000
			return
		}
	}
}

func mapView() string { return fmt.Sprintf("0 0 %d %d", mapWidth, mapHeight) }

// mapTitle sums the picture up for who does not see it; every fact of it is in the table.
func mapTitle(pg ui.Page, m routeMap) string {
	n := 0
	for _, d := range m.Dots {
		n += d.N
	}
	return pg.T("dispatch.routes.title_n", "places", len(m.Dots), "visits", n)
}
