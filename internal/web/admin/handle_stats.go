package admin

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"anxin/internal/i18n"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/web/staff"
)

// spans is how many weeks or months a trend shows.
const spans = 8

func (p *Pages) statistics(q *staff.Request) error {
	pr := q.P()
	v := Statistics{Span: "week"}
	if q.URL.Query().Get("span") == "month" {
		v.Span = "month"
	}
	bounds := spanBounds(pr.In(pr.Now), v.Span)
	all := make([]service.Stats, spans)
	for i := range spans {
		s, err := p.Service.Stats(q.Context(), q.Actor, bounds[i], bounds[i+1])
		if err != nil {
			return err
		}
		all[i] = s
	}
	now, before := all[spans-1], all[spans-2]
	v.From, v.To = bounds[spans-1], bounds[spans].Add(-time.Second)
	v.Empty = true
	for _, s := range all {
		v.Empty = v.Empty && s.Reports == 0
	}
	link := q.Can(party.ViewQueue, party.OfTenant(q.Actor.Tenant))
	for _, m := range measures {
		f := Figure{Name: pr.T("admin.figure." + m.name), Definition: pr.T("admin.figure_text." + m.name), Value: "–"}
		if x, ok := m.of(now); ok {
			f.Value = m.text(pr, x)
		}
		if x, ok := m.of(before); ok {
			f.Was = m.text(pr, x)
		}
		if link {
			f.Href = "/desk?tab=done"
		}
		v.Figures = append(v.Figures, f)
		t := Trend{Name: f.Name}
		for i, s := range all {
			x, ok := m.of(s)
			pt := Point{Label: bounds[i].Format("1-2"), Value: x, Known: ok}
			if ok {
				pt.Text = m.text(pr, x)
				t.Max = max(t.Max, x)
			}
			t.Points = append(t.Points, pt)
		}
		v.Trends = append(v.Trends, t)
	}
	for _, c := range now.Declines {
		v.Decline = append(v.Decline, Bar{Name: p.reason(pr, "decline", c.Name), N: c.N})
	}
	for _, c := range now.ByRegion {
		v.Regions = append(v.Regions, Bar{Name: staff.PlaceName(p.Places, c.Name), N: c.N})
	}
	share(v.Decline)
	share(v.Regions)
	return q.Render(http.StatusOK, StatisticsPage(q.Page(), v))
}

func (p *Pages) reason(pr i18n.Printer, list, code string) string {
	for _, n := range p.Catalogue.Lists[list] {
		if n.Code == code {
			return n.In(string(pr.Lang))
		}
	}
	return code
}

// spanBounds are the starts of the last spans and the end of the present one, local time. Weeks begin on Monday.
func spanBounds(now time.Time, span string) []time.Time {
	out := make([]time.Time, spans+1)
	if span == "month" {
		first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location())
		for i := range out {
			out[i] = first.AddDate(0, i-spans+1, 0)
		}
		return out
	}
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	monday := day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
	for i := range out {
		out[i] = monday.AddDate(0, 0, 7*(i-spans+1))
	}
	return out
}

// measure is one number: how it is computed from the counts, and how it is written. Of answers false when there is nothing to compute it from.
type measure struct {
	name string
	of   func(s service.Stats) (float64, bool)
	text func(pr i18n.Printer, x float64) string
}

var measures = []measure{
	{"reports", func(s service.Stats) (float64, bool) { return float64(s.Reports), true }, func(pr i18n.Printer, x float64) string { return pr.Number(int64(x)) }},
	{"kept", func(s service.Stats) (float64, bool) { return ratio(s.PromisesKept, s.PromisesKept+s.PromisesBroken) }, percent},
	{"to_assign", func(s service.Stats) (float64, bool) { return minutes(s.ToAssignP50) }, duration},
	{"to_arrive", func(s service.Stats) (float64, bool) { return minutes(s.ToArriveP50) }, duration},
	{"first_time", func(s service.Stats) (float64, bool) { return ratio(s.FirstTime, s.Done) }, percent},
	{"reopened", func(s service.Stats) (float64, bool) { return ratio(s.Reopened, s.Done) }, percent},
	{"stars", func(s service.Stats) (float64, bool) { return float64(s.StarsHundredths) / 100, s.Ratings > 0 }, func(_ i18n.Printer, x float64) string { return fmt.Sprintf("%.1f", x) }},
}

func ratio(n, of int) (float64, bool) {
	if of == 0 {
		return 0, false
	}
	return float64(n) / float64(of), true
}

func minutes(d time.Duration) (float64, bool) { return d.Minutes(), d > 0 }

func percent(_ i18n.Printer, x float64) string {
	if x > 0 && x < 0.1 {
		return strconv.FormatFloat(x*100, 'f', 1, 64) + "%"
	}
	return strconv.FormatFloat(x*100, 'f', 0, 64) + "%"
}

func duration(pr i18n.Printer, x float64) string {
	return pr.Duration(time.Duration(x * float64(time.Minute)))
}

// share sets how long each bar is against the longest.
func share(bars []Bar) {
	most := 0
	for _, b := range bars {
		most = max(most, b.N)
	}
	for i := range bars {
		bars[i].Share = 1000 * bars[i].N / max(most, 1)
	}
}
