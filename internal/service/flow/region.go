package flow

import (
	"slices"
	"strings"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/internal/service/input"
	"anxin/internal/service/terms"
	"anxin/region"
)

// understood is what an address line was read as, ready for a request row.
type understood struct {
	View      terms.RegionView
	detail    string
	point     region.Point
	precision string
}

// Outcomes of region resolution as stored.
const (
	RegionOne       = "one"
	RegionSet       = "set"
	RegionNone      = "none"
	RegionConfirmed = "confirmed"
	RegionCorrected = "corrected"
)

// sure is the confidence from which the page need not insist on "is this right?".
const sure = 0.9

// maxChoices bounds the candidates shown.
const maxChoices = 40

// notable are the reasons that the person who wrote the address should see beside the place.
var notable = []region.ReasonCode{region.ReasonHistorical, region.ReasonSplit, region.ReasonSplitDecided, region.ReasonReparented, region.ReasonMoved,
	region.ReasonZone, region.ReasonZoneUnknown, region.ReasonCorrected, region.ReasonSuffix}

// ResolveAddress implements Intake.
func (s *Commands) ResolveAddress(text string) terms.RegionView {
	return s.Understand(input.Line(text, maxAddress), "").View
}

// Understand reads an address line. chosen, when it is a code that technicians are sent to, decides; otherwise the text does.
func (s *Commands) Understand(line, chosen string) understood {
	a := s.Regions.Resolve(line, region.Date{})
	u := understood{detail: a.Detail, View: terms.RegionView{Outcome: a.Outcome.String(), Version: a.DataVersion, AsOf: s.Source.Now().In(casefile.Shanghai).Format("2006-01-02")}}
	for _, r := range a.Reasons {
		u.View.Reasons = append(u.View.Reasons, textOf(r.Text()))
		if u.View.Note.ZH == "" && slices.Contains(notable, r.Code) {
			u.View.Note = textOf(r.Text())
		}
	}
	if d, ok := s.unit(chosen); ok {
		u.settle(d, RegionConfirmed)
		return u
	}
	switch a.Outcome {
	case region.OutcomeOne:
		if !s.sendable(a.Best.Division) {
			u.View.Outcome = RegionSet
			u.View.Ask = textOf(a.Ask)
			u.choose(s.Regions.Children(a.Best.Code))
			return u
		}
		u.settle(a.Best.Division, RegionOne)
		if !a.Best.Town.Point.IsZero() && a.Best.Town.Code != "" {
			u.place(a.Best.Town.Point)
		}
		u.View.Certain = a.Best.Confidence >= sure && a.Ask.IsZero()
		u.View.Ask = textOf(a.Ask)
	case region.OutcomeSet:
		u.View.Outcome, u.View.Ask = RegionSet, textOf(a.Ask)
		for i, c := range a.Candidates {
			if i == maxChoices {
				break
			}
			x := terms.RegionChoice{Code: string(c.Code), Path: slashed(c.Path)}
			if c.Reason.Code != region.ReasonOneOf { // which says no more than the path
				x.Reason = textOf(c.Reason.Text())
			}
			u.View.Candidates = append(u.View.Candidates, x)
		}
	default:
		u.View.Outcome = RegionNone
	}
	return u
}

func (u *understood) choose(list []region.Division) {
	for i, d := range list {
		if i == maxChoices {
			break
		}
		u.View.Candidates = append(u.View.Candidates, terms.RegionChoice{Code: string(d.Code), Path: slashed(d.Path)})
	}
}

func (u *understood) settle(d region.Division, outcome string) {
	u.View.Outcome, u.View.Code, u.View.Path, u.View.Certain = outcome, string(d.Code), slashed(d.Path), true
	u.View.Candidates, u.View.Ask = nil, terms.Text{}
	u.place(d.Point)
}

func (u *understood) place(p region.Point) {
	if !p.IsZero() {
		u.point, u.precision = p.In(region.WGS84), string(p.Precision)
	}
}

// into writes the reading into a request row.
func (u *understood) into(r *terms.Request) {
	r.Region, r.RegionPath, r.RegionVersion, r.RegionAsOf, r.RegionOutcome = u.View.Code, u.View.Path, u.View.Version, u.View.AsOf, u.View.Outcome
	r.LngE6, r.LatE6, r.GeoPrecision = e6(u.point.Lng), e6(u.point.Lat), u.precision
}

func e6(degrees float64) int64 {
	if degrees < 0 {
		return int64(degrees*1e6 - 0.5)
	}
	return int64(degrees*1e6 + 0.5)
}

// unit finds a division in force by code and answers whether technicians are sent to it.
func (s *Commands) unit(code string) (region.Division, bool) {
	c := region.Code(code)
	if !c.Valid() {
		return region.Division{}, false
	}
	d, ok := s.Regions.Lookup(c, region.Date{})
	return d, ok && s.sendable(d)
}

// sendable reports whether a division is fine enough: a county, a town, or a city without counties.
func (s *Commands) sendable(d region.Division) bool {
	if d.Level >= region.LevelCounty {
		return true
	}
	if d.Level != region.LevelPrefecture {
		return false
	}
	for _, k := range s.Regions.Children(d.Code) {
		if k.Level == region.LevelCounty {
			return false
		}
	}
	return true
}

func textOf(t region.Text) terms.Text { return terms.Text{ZH: t.Zh, EN: t.En} }

func slashed(path string) string { return strings.ReplaceAll(path, "/", " / ") }

// prefixes are the codes under which a technician who covers this code may be registered: province 33, city 3301, county 330106, town.
func prefixes(code string) []string {
	var out []string
	for _, n := range []int{2, 4, 6, 9} {
		if len(code) >= n {
			out = append(out, code[:n])
		}
	}
	return out
}

// present are the codes that a stored place has today: its own while that is in force, else those of what became of it. A case outlives divisions.
func (s *Commands) present(code string) []string {
	if len(code) < 6 {
		return []string{code}
	}
	county := region.Code(code[:6])
	if _, ok := s.Regions.Lookup(county, region.Date{}); ok {
		return []string{code}
	}
	var out []string
	for _, x := range s.Regions.Successors(county, 0) {
		if c := string(x.To.Code); x.To.Current() && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return []string{code}
	}
	return out
}

// registered are the codes under which a technician who covers a stored place may be registered today.
func (s *Commands) registered(code string) []string {
	var out []string
	for _, c := range s.present(code) {
		for _, p := range prefixes(c) {
			if !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// wider are the codes of the neighbours: the counties of the same city. Municipalities and units directly under a province have the whole province.
func (s *Commands) wider(code string) []string {
	if len(code) < 6 {
		return nil
	}
	d, ok := s.Regions.Lookup(region.Code(s.present(code)[0][:6]), region.Date{})
	if !ok || d.Parent == "" {
		return nil
	}
	var out []string
	for _, k := range s.Regions.Children(d.Parent) {
		if string(k.Code) != code && len(out) < 60 {
			out = append(out, string(k.Code))
		}
	}
	return out
}

// placeOf is where a request is, for the dispatch engine.
func placeOf(lngE6, latE6 int64, precision string) dispatch.Place {
	if lngE6 == 0 && latE6 == 0 {
		return dispatch.Place{}
	}
	return dispatch.Place{Lon: float64(lngE6) / 1e6, Lat: float64(latE6) / 1e6, Datum: dispatch.WGS84,
		RadiusMetres: int32(region.Precision(precision).RadiusKM() * 1000)}
}
