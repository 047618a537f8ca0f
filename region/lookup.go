package region

import (
	"fmt"
	"sort"

	"anxin/region/internal/table"
)

// inForce reports whether p was in force on a day; 0 means in the newest state. A change known only by its year
// counts for the whole of that year.
func inForce(p *table.Place, day int32) bool {
	if day == 0 {
		return p.To == 0
	}
	if p.From > day {
		return false
	}
	return p.To == 0 || p.To > day
}

// Lookup returns the division that a code stood for on a date. Codes were reused and renamed, so the same code may
// give different divisions at different dates. A code not in force then gives false.
func (r *Resolver) Lookup(code Code, asOf Date) (Division, bool) {
	for _, i := range r.versions(code.number()) {
		if inForce(&r.places[i], asOf.number()) {
			return r.division(i), true
		}
	}
	return Division{}, false
}

// History returns every division that a code has stood for, oldest first.
func (r *Resolver) History(code Code) []Division {
	var out []Division
	for _, i := range r.versions(code.number()) {
		out = append(out, r.division(i))
	}
	return out
}

// Named returns every division, of any time, that is written as name, in the order of their codes.
func (r *Resolver) Named(name string) []Division {
	var out []Division
	n := int32(0)
	for i, c := range r.foldString(name) {
		if i == 0 {
			n = r.lex.root[c]
		} else {
			n = r.lex.child(n, c)
		}
		if n == 0 {
			return nil
		}
	}
	if n == 0 || r.lex.entry[n] < 0 {
		return nil
	}
	for _, t := range r.lex.meanings(r.lex.entry[n]) {
		if t.Form != table.FormLegacy && r.places[t.Place].Level <= table.Town {
			out = append(out, r.division(t.Place))
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Code < out[j].Code })
	return out
}

// Successors returns the steps that lead from a code, as it was in a year, to divisions in force now, in order of
// time. Year 0 means the end of the code: what followed it, not the parts it had lost before. It is empty when the code is unchanged since then,
// unknown, or left the list without a successor; History tells which.
func (r *Resolver) Successors(code Code, year int) []Succession {
	at := int32(-1)
	for _, i := range r.versions(code.number()) {
		p := &r.places[i]
		if year == 0 || (int(p.From/10000) <= year && (p.To == 0 || int(p.To/10000) >= year)) {
			at = i
			if p.To == 0 || int(p.To/10000) > year && year != 0 {
				break
			}
		}
	}
	if at < 0 {
		return nil
	}
	after := int32(year) * 10000
	if year == 0 {
		after = r.places[at].To
	}
	return r.follow(at, after, nil, 0)
}

// follow appends the successions after a day that start at place i, then those of what it became.
func (r *Resolver) follow(i, after int32, out []Succession, depth int) []Succession {
	if depth > 12 {
		return out
	}
	for _, s := range r.places[i].Succ {
		if s.When < after {
			continue
		}
		step := Succession{From: r.division(i), To: r.division(s.To), When: dateOf(s.When), Whole: s.Whole, Scope: s.Scope}
		seen := false
		for k := range out {
			seen = seen || out[k].From.Code == step.From.Code && out[k].To.Code == step.To.Code && out[k].When == step.When
		}
		if seen {
			continue
		}
		out = append(out, step)
		if r.places[s.To].To != 0 {
			out = r.follow(s.To, s.When, out, depth+1)
		}
	}
	return out
}

// Children returns the divisions directly below a code in the newest state, in order of their codes. The empty
// code gives the provinces.
func (r *Resolver) Children(code Code) []Division {
	var out []Division
	if code == "" {
		for i := range r.places {
			if r.places[i].Level == table.Province && r.places[i].To == 0 {
				out = append(out, r.division(int32(i)))
			}
		}
		return out
	}
	for _, i := range r.versions(code.number()) {
		if r.places[i].To == 0 {
			for _, k := range r.kids[r.kidFrom[i]:r.kidFrom[i+1]] {
				out = append(out, r.division(k))
			}
		}
	}
	return out
}

// Neighbour is a county and its distance.
type Neighbour struct {
	Division
	DistanceKM float64 `json:"distance_km"`
}

// Near returns the n counties (and cities without counties) whose seats are nearest to a point, nearest first.
// Seats are known to a few kilometres: the order is good for ranking, not for deciding in which county a
// point lies.
func (r *Resolver) Near(p Point, n int) []Neighbour {
	if p.IsZero() || n <= 0 {
		return nil
	}
	p = p.In(WGS84)
	var out []Neighbour
	for i := range r.places {
		if !r.unit(int32(i)) || r.places[i].Level == table.Town {
			continue
		}
		out = append(out, Neighbour{r.division(int32(i)), p.DistanceKM(r.points[i])})
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].DistanceKM < out[j].DistanceKM })
	if len(out) > n {
		out = out[:n]
	}
	return out
}

// unit reports whether place i is in force and what coverage is counted by: a county, or a prefecture without any.
func (r *Resolver) unit(i int32) bool {
	p := &r.places[i]
	if p.To != 0 {
		return false
	}
	if p.Level == table.Prefecture {
		return !r.hasCounties(i)
	}
	return p.Level == table.County
}

// hasCounties reports whether a prefecture is divided into counties.
func (r *Resolver) hasCounties(i int32) bool {
	for _, k := range r.kids[r.kidFrom[i]:r.kidFrom[i+1]] {
		if r.places[k].Level == table.County {
			return true
		}
	}
	return false
}

// String describes the dataset.
func (r *Resolver) String() string {
	return fmt.Sprintf("region dataset %s, %d places", r.version, len(r.places))
}
