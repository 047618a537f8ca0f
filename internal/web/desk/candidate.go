package desk

import (
	"maps"
	"strings"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/service"
	"anxin/internal/service/catalog"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// candidateOf is an answer of "who could come" in words.
func (p *Pages) candidateOf(pr i18n.Printer, r *service.CandidateRow) Candidate {
	return Candidate{
		ID: r.Technician, Code: r.Code, Name: r.Name, Eligible: r.Eligible, Outside: r.Outside, Later: r.Later, Arrive: r.ArriveAt, Until: r.Until,
		DistanceM: float64(r.Distance), Travel: r.Travel, Load: r.DayLoad, Priced: r.Priced, Cost: int64(r.Cost), More: int64(r.More), After: r.After, Before: r.Before,
		Why: p.reasonWords(pr, r.Reasons),
	}
}

// shownApart are reasons that a candidate's line says by itself, with figures.
var shownApart = map[dispatch.Code]bool{dispatch.ArrivesAt: true, dispatch.CostsMore: true, dispatch.TravelAssumed: true}

// reasonWords are the engine's reasons in sentences, with the catalogue's names for its codes.
func (p *Pages) reasonWords(pr i18n.Printer, reasons []service.Reason) []string {
	out := make([]string, 0, len(reasons))
	for _, r := range reasons {
		switch code := dispatch.Code(r.Code); {
		case shownApart[code]:
			continue
		case code == dispatch.RegionNotCovered: // the code of the division says nothing to a person, and its name stands above
			out = append(out, pr.T("dispatch.not_region"))
			continue
		}
		if len(r.Params) > 0 {
			r.Params = maps.Clone(r.Params)
		}
		if kind, product, ok := strings.Cut(r.Params["skill"], "/"); ok {
			r.Params["skill"] = p.Catalogue.ProductName(product).In(string(pr.Lang)) + " · " + p.Catalogue.KindName(kind).In(string(pr.Lang))
		}
		if code, ok := r.Params["certificate"]; ok {
			r.Params["certificate"] = catalog.Name(p.Catalogue.Certificates, code).In(string(pr.Lang))
		}
		out = append(out, staff.Why(pr, []service.Reason{r})...)
	}
	return out
}

// costWords says what an alternative costs, and the difference to the first of the list.
func costWords(pg ui.Page, t Candidate, first bool) string {
	cost := pg.T("dispatch.cost", "cost", pg.P.Money(t.Cost))
	switch {
	case first:
		return cost
	case t.More > 0:
		return cost + pg.T("dispatch.more", "cost", pg.P.Money(t.More))
	case t.More < 0:
		return cost + pg.T("dispatch.less", "cost", pg.P.Money(-t.More))
	}
	return cost + pg.T("dispatch.same")
}

// gapWords says between which cases of the day the visit would lie.
func gapWords(pg ui.Page, t Candidate) string {
	tail := func(n casefile.Number) string { return string(n[max(0, len(n)-4):]) }
	switch {
	case t.After != "" && t.Before != "":
		return pg.T("dispatch.gap_between", "after", tail(t.After), "before", tail(t.Before))
	case t.After != "":
		return pg.T("dispatch.gap_after", "after", tail(t.After))
	case t.Before != "":
		return pg.T("dispatch.gap_before", "before", tail(t.Before))
	}
	return ""
}

// rates says in plain words how costs are compared.
func (p *Pages) rates(pr i18n.Printer) []string {
	var out []string
	for _, vehicle := range []string{"ebike", "van"} {
		c := p.Catalogue.Costs[vehicle]
		out = append(out, pr.T("dispatch.rate."+vehicle, "km", pr.Money(c.PerKM), "hour", pr.Money(c.PerTravelHour), "overtime", pr.Money(c.PerOvertimeHour)))
	}
	return out
}
