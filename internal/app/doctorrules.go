package app

import (
	"io/fs"
	"strings"
	"time"

	"anxin/internal/law"
	"anxin/internal/rule"
)

// clauses says which clauses of law nobody has compared with their source for too long. Packs and letters rest on them.
func clauses(now time.Time) Finding {
	book, err := law.Embedded()
	if err != nil {
		return Finding{What: "law", Detail: err.Error(), Mend: "law"}
	}
	var stale []string
	for _, f := range book.Doctor(now) {
		if f.Stale {
			stale = append(stale, f.Clause)
		}
	}
	unofficial := 0
	for _, c := range book.All() {
		if c.CheckedAgainst != law.Official {
			unofficial++
		}
	}
	f := Finding{What: "law", OK: true, Say: "law", Args: []any{"n", len(book.IDs()), "unofficial", unofficial}}
	if len(stale) > 0 {
		// A remark: the service runs on, and a date that passes must not make an installation unhealthy over night.
		f.Say, f.Mend, f.Detail = "law_stale", "law", strings.Join(stale, ", ")
		f.Args = []any{"n", len(stale), "days", int(law.MaxAge / (24 * time.Hour))}
	}
	return f
}

// packs says whether every policy pack of the data folder can be read, and which one counts today.
func packs(folder fs.FS, now time.Time) Finding {
	bad := func(detail string) Finding { return Finding{What: "rules", Detail: detail, Mend: "rules"} }
	book, err := law.Embedded()
	if err != nil {
		return bad(err.Error())
	}
	l, problems, err := rule.Open(folder, book)
	switch {
	case err != nil:
		return bad(err.Error())
	case len(problems) > 0:
		return bad(problems.Error())
	}
	p, ok := l.InForce(packSeries, now)
	if !ok {
		return Finding{What: "rules", Say: "no_rules", Mend: "rules_none", Args: []any{"series", packSeries}}
	}
	return Finding{What: "rules", OK: true, Say: "rules", Args: []any{"n", len(l.Packs()), "series", p.Series, "version", p.Version}}
}
