package law

import (
	"fmt"
	"time"
)

// MaxAge is how long a check of a clause is good for.
const MaxAge = 180 * 24 * time.Hour

// Finding is what anxin doctor says of the clauses.
type Finding struct {
	Clause string
	Words
	// Stale: nobody has looked for longer than MaxAge. Otherwise the finding is a reminder only.
	Stale bool
}

// Doctor reports the clauses that are valid today or later and were not checked for more than MaxAge, and in one reminder how many were
// never compared with the official text. Clauses that are no longer valid cannot change and are left alone.
func (b *Book) Doctor(now time.Time) []Finding {
	var out []Finding
	today, unofficial := On(now), 0
	for _, c := range b.All() {
		if c.ValidTo != "" && c.ValidTo <= today {
			continue
		}
		if c.CheckedAgainst != Official {
			unofficial++
		}
		age := now.Sub(c.LastChecked.Time())
		if age <= MaxAge {
			continue
		}
		days := int(age / (24 * time.Hour))
		out = append(out, Finding{Clause: c.ID, Stale: true, Words: Words{
			ZH: fmt.Sprintf("条款 %s（%s）已 %d 天未核对，请对照官方文本核对后更新 %s 中的 last_checked", c.ID, c.Cite("zh"), days, c.file),
			EN: fmt.Sprintf("Clause %s (%s) was not checked for %d days: compare it with the official text and update last_checked in %s", c.ID, c.Cite("en"), days, c.file),
		}})
	}
	if unofficial > 0 {
		out = append(out, Finding{Words: Words{
			ZH: fmt.Sprintf("%d 条条款只依据设计资料，尚未由法务对照官方文本核对", unofficial),
			EN: fmt.Sprintf("%d clauses rest on the design research and were not yet compared with the official text by a lawyer", unofficial),
		}})
	}
	return out
}
