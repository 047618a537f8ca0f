package review

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/party"
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
	all := make([]claim.Stats, spans)
	v.Empty = true
	for i := range all {
		s, err := p.Claims.Stats(q.Context(), q.Actor, bounds[i], bounds[i+1])
		if err != nil {
			return err
		}
		all[i] = s
		v.Empty = v.Empty && s.Filed == 0
		v.Capped = v.Capped || s.Capped
	}
	v.From, v.To = bounds[spans-1], bounds[spans].Add(-time.Second)
	fill(pr, &v, all, bounds, q.Can(party.ClaimProblems, party.OfTenant(q.Actor.Tenant)))
	return q.Render(http.StatusOK, StatisticsPage(q.Page(), v))
}

// fill computes figures, trends and bars out of the counts of the spans.
func fill(pr i18n.Printer, v *Statistics, all []claim.Stats, bounds []time.Time, lead bool) {
	now, before := all[len(all)-1], all[len(all)-2]
	v.Lead = lead
	for _, m := range measures {
		f := Figure{Name: pr.T("review.figure." + m.name), Definition: pr.T("review.figure_text." + m.name), Value: "–"}
		if x, ok := m.of(now); ok {
			f.Value = m.text(pr, x)
		}
		if x, ok := m.of(before); ok {
			f.Was = m.text(pr, x)
		}
		if m.share != nil {
			if s := m.share(now); s.Of > 0 {
				f.Of = pr.T("review.stats.of", "n", s.N, "of", s.Of)
			}
		}
		if lead && m.cases {
			f.Href = problems
		}
		v.Figures = append(v.Figures, f)
		t := Trend{Name: f.Name}
		for i, s := range all {
			x, ok := m.of(s)
			pt := Point{Label: bounds[i].Format("1-2"), Value: x, Known: ok}
			if ok {
				pt.Text, t.Max = m.text(pr, x), max(t.Max, x)
			}
			t.Points = append(t.Points, pt)
		}
		if slices.ContainsFunc(t.Points, func(p Point) bool { return p.Known }) {
			v.Trends = append(v.Trends, t)
		}
	}
	var longest time.Duration
	for _, s := range now.States {
		longest = max(longest, s.P90)
	}
	for _, state := range claim.Course() {
		i := slices.IndexFunc(now.States, func(s claim.StateStats) bool { return s.State == state })
		if i < 0 || now.States[i].N == 0 {
			continue
		}
		s := now.States[i]
		v.States = append(v.States, StateTime{State: string(s.State), N: s.N, P50: s.P50, P90: s.P90, Breaches: s.Breaches, Bar50: thousandths(s.P50, longest), Bar90: thousandths(s.P90, longest)})
	}
	for _, r := range claim.Remedies() {
		if n := now.ByOutcome[r]; n > 0 {
			v.Outcomes = append(v.Outcomes, Bar{Name: Word(pr, "remedy", string(r)), N: n})
		}
	}
	for _, r := range claim.Reasons() {
		if n := now.ByReason[r]; n > 0 {
			v.Reasons = append(v.Reasons, Bar{Name: Word(pr, "reason", r), N: n})
		}
	}
	share(v.Outcomes)
	share(v.Reasons)
}

// spanBounds are the starts of the last spans and the end of the present one, local time. Weeks begin on Monday.
func spanBounds(now time.Time, span string) []time.Time {
	out := make([]time.Time, spans+1)
	first, months, days := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location()), 1, 0
	if span != "month" {
		day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
		first, months, days = day.AddDate(0, 0, -(int(day.Weekday())+6)%7), 0, 7
	}
	for i := range out {
		out[i] = first.AddDate(0, months*(i-spans+1), days*(i-spans+1))
	}
	return out
}

// measure is one number: how it is computed, how it is written, of how many it is a share, and whether a lead can look at the claims behind it.
type measure struct {
	name  string
	of    func(s claim.Stats) (float64, bool)
	text  func(pr i18n.Printer, x float64) string
	share func(s claim.Stats) claim.Share
	cases bool
}

var measures = []measure{
	{"filed", func(s claim.Stats) (float64, bool) { return float64(s.Filed), true }, count, nil, false},
	{"review_time", stay(claim.InReview), duration, nil, false},
	{"breaches", func(s claim.Stats) (float64, bool) { return float64(s.Breaches), true }, count, nil, true},
	rate("heard", func(s claim.Stats) claim.Share { return s.Heard }),
	rate("refund_only", func(s claim.Stats) claim.Share { return s.RefundOnly }),
	rate("agreed", func(s claim.Stats) claim.Share { return claim.Share{N: s.Agreed, Of: s.RefundOnly.Of} }),
	rate("appeals", func(s claim.Stats) claim.Share {
		return claim.Share{N: s.Appeals[claim.BuyerSide] + s.Appeals[claim.MerchantSide], Of: s.Decided}
	}),
	rate("overturned_buyer", func(s claim.Stats) claim.Share { return s.Overturned[claim.BuyerSide] }),
	rate("overturned_merchant", func(s claim.Stats) claim.Share { return s.Overturned[claim.MerchantSide] }),
	rate("flagged", func(s claim.Stats) claim.Share { return s.Flagged }),
}

// rate is a measure that is a share.
func rate(name string, of func(claim.Stats) claim.Share) measure {
	return measure{name, func(s claim.Stats) (float64, bool) {
		x := of(s)
		if x.Of == 0 {
			return 0, false
		}
		return float64(x.N) / float64(x.Of), true
	}, percent, of, false}
}

// stay is the median stay in a state, in minutes.
func stay(state claim.State) func(claim.Stats) (float64, bool) {
	return func(s claim.Stats) (float64, bool) {
		for _, x := range s.States {
			if x.State == state && x.N > 0 {
				return x.P50.Minutes(), true
			}
		}
		return 0, false
	}
}

func count(pr i18n.Printer, x float64) string { return pr.Number(int64(x)) }

func duration(pr i18n.Printer, x float64) string {
	return pr.Duration(time.Duration(x * float64(time.Minute)))
}

func percent(_ i18n.Printer, x float64) string {
	if x > 0 && x < 0.1 {
		return strconv.FormatFloat(x*100, 'f', 1, 64) + "%"
	}
	return strconv.FormatFloat(x*100, 'f', 0, 64) + "%"
}

func thousandths(d, of time.Duration) int {
	if of <= 0 {
		return 0
	}
	return int(math.Round(float64(d) / float64(of) * 1000))
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
