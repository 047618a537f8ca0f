package names

import (
	"sort"

	"anxin/region/internal/table"
)

// Collector gathers the written forms of places into lexicon entries.
type Collector struct {
	fold Folder
	m    map[string][]table.Target
}

// NewCollector returns an empty collector that folds what it is given.
func NewCollector(f Folder) *Collector {
	return &Collector{fold: f, m: map[string][]table.Target{}}
}

// AddPlace adds every form of a place that is derived by rule.
func (c *Collector) AddPlace(places []table.Place, i int32) {
	p := &places[i]
	for _, f := range Of(p.Name, p.Level) {
		// A place of the past is looked for under the names it had, not under those it might have had.
		if f.Kind == table.FormLegacy && p.To != 0 {
			continue
		}
		c.AddName(f.Text, i, f.Kind)
	}
}

// AddName adds one name of a place. The better form wins when a place is added twice under one name.
func (c *Collector) AddName(name string, place int32, form uint8) {
	name = c.fold.Fold(name)
	for i, t := range c.m[name] {
		if t.Place == place {
			if form < t.Form {
				c.m[name][i].Form = form
			}
			return
		}
	}
	c.m[name] = append(c.m[name], table.Target{Place: place, Form: form})
}

// Entries returns what was collected, sorted by name.
func (c *Collector) Entries() []table.Entry {
	out := make([]table.Entry, 0, len(c.m))
	for name, targets := range c.m {
		sortTargets(targets)
		out = append(out, table.Entry{Name: name, Targets: targets})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

func sortTargets(ts []table.Target) {
	sort.Slice(ts, func(i, j int) bool { return ts[i].Place < ts[j].Place })
}

// Merge joins two sorted lists of entries.
func Merge(a, b []table.Entry) []table.Entry {
	if len(b) == 0 {
		return a
	}
	out := make([]table.Entry, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].Name < b[0].Name:
			out, a = append(out, a[0]), a[1:]
		case a[0].Name > b[0].Name:
			out, b = append(out, b[0]), b[1:]
		default:
			both := append(append([]table.Target(nil), a[0].Targets...), b[0].Targets...)
			sortTargets(both)
			e := table.Entry{Name: a[0].Name}
			for _, t := range both {
				if n := len(e.Targets); n > 0 && e.Targets[n-1].Place == t.Place {
					e.Targets[n-1].Form = min(e.Targets[n-1].Form, t.Form)
					continue
				}
				e.Targets = append(e.Targets, t)
			}
			out, a, b = append(out, e), a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}
