package app

import (
	"context"
	"strings"
	"time"

	"anxin/internal/api"
	"anxin/internal/casefile"
	"anxin/internal/coverage"
	"anxin/internal/service"
	"anxin/internal/web/customer"
	"anxin/internal/web/desk"
	"anxin/region"
)

// workforce gives coverage the technicians of the service half.
type workforce struct{ *service.Service }

// Workforce implements coverage.Workforce.
func (w workforce) Workforce(ctx context.Context, tenant casefile.Tenant, codes []string, until time.Time) (coverage.Snapshot, error) {
	wf, err := w.Service.Workforce(ctx, tenant, codes, until)
	return coverage.Snapshot{Technicians: wf.Technicians, Commitments: wf.Commitments}, err
}

// need answers what a kind on a product asks of a technician. Without a product anybody will do.
func (c *Core) need(kind, product string) (coverage.Need, bool) {
	if product == "" {
		return coverage.Need{}, true
	}
	if kind == "" {
		kind = string(service.Repair)
	}
	n, ok := c.Catalogue.Need(kind, product)
	return coverage.Need{Skill: kind + "/" + product, Level: n.Level, Certificates: n.Certificates, Minutes: n.Minutes}, ok
}

// pages answers the coverage questions of pages and API.
type pagesCoverage struct{ *Core }

// Places implements customer.Coverage.
func (p pagesCoverage) Places(ctx context.Context, tenant casefile.Tenant, q customer.CoverageQuery) ([]customer.CoverageRow, error) {
	chosen := make(map[int]region.Code, len(q.Chosen))
	for i, c := range q.Chosen {
		chosen[i] = region.Code(c)
	}
	rows, err := p.Coverage.Check(ctx, tenant, coverage.Query{Places: q.Places, Kind: string(q.Kind), Chosen: chosen})
	if err != nil {
		return nil, err
	}
	out := make([]customer.CoverageRow, len(rows))
	for i, r := range rows {
		note := r.Note()
		out[i] = customer.CoverageRow{Typed: r.Place, Path: strings.ReplaceAll(r.Division.Path, "/", " / "), Code: string(r.Division.Code), Note: service.Text{ZH: note.Zh, EN: note.En},
			Several: len(r.Answer.Candidates), Chosen: r.Chosen, Covered: r.IsCovered(), Technicians: r.Technicians, Earliest: r.Earliest, Version: r.Answer.DataVersion}
		for _, c := range r.Answer.Candidates[:min(len(r.Answer.Candidates), customer.MaxChoices)] {
			out[i].Choices = append(out[i].Choices, customer.PlaceChoice{Code: string(c.Code), Path: strings.ReplaceAll(c.Path, "/", " / "), On: r.Division.Code == c.Code})
		}
	}
	return out, nil
}

// Around implements desk.Coverage.
func (p pagesCoverage) Around(ctx context.Context, a casefile.Actor, code string, kind service.Kind, product string) (desk.Around, error) {
	sum, err := p.Coverage.At(ctx, a.Tenant, code, string(kind), product)
	if err != nil || sum.Technicians == 0 {
		return desk.Around{}, err
	}
	return desk.Around{By: sum.Technicians, Arrive: sum.Earliest, Slots: slots(sum.Earliest)}, nil
}

// slots are three windows that can be read out to a caller: the first that can be kept, and two later ones.
func slots(earliest time.Time) []desk.Slot {
	var out []desk.Slot
	from := earliest.Add(14 * time.Minute).Truncate(15 * time.Minute)
	for range 3 {
		out = append(out, desk.Slot{From: from, To: from.Add(time.Hour)})
		from = from.Add(2 * time.Hour)
		if h := from.In(casefile.Shanghai).Hour(); h >= 20 || h < 8 { // not at night, unless it is the very first
			next := from.In(casefile.Shanghai)
			if h >= 20 {
				next = next.AddDate(0, 0, 1)
			}
			from = time.Date(next.Year(), next.Month(), next.Day(), 9, 0, 0, 0, casefile.Shanghai)
		}
	}
	return out
}

// Check implements api.Coverage.
func (p pagesCoverage) Check(ctx context.Context, tenant casefile.Tenant, q api.CoverageQuery) ([]api.CoverageRow, error) {
	rows, err := p.Coverage.Check(ctx, tenant, coverage.Query{Places: q.Places, Kind: string(q.Kind), Product: q.Product})
	if err != nil {
		return nil, err
	}
	out := make([]api.CoverageRow, len(rows))
	for i, r := range rows {
		out[i] = api.CoverageRow{Place: r.Place, Region: apiRegion(r.Answer), Covered: r.IsCovered(), Technicians: r.Technicians, OnShift: r.OnShift}
		if !r.Earliest.IsZero() {
			from, to := r.Earliest, r.Latest
			out[i].ArriveFrom, out[i].ArriveTo = &from, &to
		}
	}
	return out, nil
}

func apiRegion(a region.Answer) api.RegionBody {
	b := api.RegionBody{Outcome: a.Outcome.String(), Code: string(a.Best.Code), Path: a.Best.Path, Version: a.DataVersion}
	if a.Ask != (region.Text{}) {
		b.Ask = &service.Text{ZH: a.Ask.Zh, EN: a.Ask.En}
	}
	for _, c := range a.Candidates[:min(20, len(a.Candidates))] {
		why := c.Reason.Text()
		b.Candidates = append(b.Candidates, api.RegionOption{Code: string(c.Code), Path: c.Path, Reason: service.Text{ZH: why.Zh, EN: why.En}})
	}
	return b
}

// Cities implements desk.Regions: the cities in which technicians work.
func (p pagesCoverage) Cities(ctx context.Context, a casefile.Actor) ([]service.Named, error) {
	seen := map[string]bool{}
	var out []service.Named
	after := ""
	for {
		list, next, err := p.Service.Technicians(ctx, casefile.Actor{Tenant: a.Tenant, Role: casefile.Admin, ID: a.ID}, after, 200)
		if err != nil {
			return nil, err
		}
		for _, t := range list {
			for _, code := range t.Regions {
				city := cityOf(code)
				if d, ok := p.Regions.Lookup(region.Code(city), region.Date{}); ok && !seen[city] {
					seen[city] = true
					out = append(out, service.Named{Code: city, Text: service.Text{ZH: d.Path, EN: d.Path}})
				}
			}
		}
		if next == "" || len(out) > 1000 {
			return out, nil
		}
		after = next
	}
}

// cityOf is the prefecture of a county code; the four municipalities are their own.
func cityOf(code string) string {
	switch code[:min(2, len(code))] {
	case "11", "12", "31", "50":
		return code[:2] + "0000"
	}
	return code[:min(4, len(code))] + "00"
}
