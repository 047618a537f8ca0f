package review

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/rule"
)

// rulesOf is which rules apply and what they say. What the rules read may be what the checks found and what the same buyer did before: until the first impression is
// written, the page shows who has to prove and by which version, and nothing else.
func (p *Pages) rulesOf(pr i18n.Printer, page claim.ReviewPage) RuleView {
	v := RuleView{Burden: string(page.Burden), Rule: page.Rule, Packs: packsOf(pr, page.Packs[0], page.Packs[1], page.Packs[2]), Why: inLang(pr.Lang, page.Why), Basis: p.laws(pr, page.Basis)}
	if words := inLang(pr.Lang, page.RuleWords); words != "" {
		v.Rule = words // people read what it says, not what it is called
	}
	for _, s := range page.Need {
		v.Need = append(v.Need, inLang(pr.Lang, claim.Text{ZH: s.ZH, EN: s.EN}))
	}
	if !page.Impressed {
		return v
	}
	for _, c := range page.History.Counts {
		if c.Days > 0 {
			v.Counts = append(v.Counts, Count{Days: c.Days, Orders: c.Orders, Claims: c.Claims, RefundOnly: c.RefundOnly, Sum: int64(c.Sum)})
		}
	}
	v.Lines, v.Raw = p.traceOf(pr, page.Trace)
	return v
}

// packsOf lists the versions at order, at filing; the one that applies is marked.
func packsOf(pr i18n.Printer, order, filing, applied claim.PackRef) (out []Pack) {
	for _, x := range []struct {
		when string
		ref  claim.PackRef
	}{{"order", order}, {"filing", filing}} {
		if x.ref.ID == "" {
			continue
		}
		out = append(out, Pack{When: x.when, ID: packName(pr, x.ref), Version: x.ref.Version, Hash: x.ref.Hash, Effective: x.ref.Effective,
			Applied: x.ref.ID == applied.ID && x.ref.Version == applied.Version && x.ref.Hash == applied.Hash})
	}
	if !slices.ContainsFunc(out, func(p Pack) bool { return p.Applied }) && applied.ID != "" {
		out = append(out, Pack{When: "applied", ID: packName(pr, applied), Version: applied.Version, Hash: applied.Hash, Effective: applied.Effective, Applied: true})
	}
	return out
}

// packName is the title of a pack, or its id.
func packName(pr i18n.Printer, x claim.PackRef) string {
	if t := inLang(pr.Lang, x.Title); t != "" {
		return t
	}
	return x.ID
}

// traceOf reads the trace that the rules left: what matched first.
func (p *Pages) traceOf(pr i18n.Printer, trace []byte) (lines []RuleLine, raw string) {
	if len(trace) == 0 {
		return nil, ""
	}
	var t rule.Trace
	if err := json.Unmarshal(trace, &t); err != nil || len(t.Entries) == 0 {
		if json.Valid(trace) {
			return nil, ""
		}
		return nil, string(trace[:min(len(trace), 20_000)])
	}
	lang := string(pr.Lang)
	for _, e := range t.Entries {
		l := RuleLine{Part: e.Part, Title: e.Title.In(lang), Matched: e.Matched, Basis: p.laws(pr, e.Basis), Error: e.Error}
		if pr.Lang == i18n.ZH {
			l.Text = e.Text
		}
		if l.Title == "" {
			l.Title = e.ID
		}
		for _, r := range e.Read {
			value := fmt.Sprint(r.Value)
			if pr.Lang == i18n.EN && r.EN != "" {
				value = r.EN
			}
			switch value {
			case "true":
				value = pr.T("review.yes")
			case "false":
				value = pr.T("review.no")
			}
			l.Read = append(l.Read, r.Name+" = "+value)
		}
		for _, w := range e.Result {
			l.Result = append(l.Result, w.In(lang))
		}
		lines = append(lines, l)
	}
	slices.SortStableFunc(lines, func(a, b RuleLine) int {
		switch {
		case a.Matched == b.Matched:
			return 0
		case a.Matched:
			return -1
		}
		return 1
	})
	return lines, ""
}

// laws names clauses.
func (p *Pages) laws(pr i18n.Printer, ids []string) []string {
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		name := ""
		if p.Laws != nil {
			name = p.Laws(id, string(pr.Lang))
		}
		if strings.TrimSpace(name) == "" {
			name = id
		}
		out = append(out, name)
	}
	return out
}
