package merchant

import (
	"strconv"

	"anxin/internal/web/ui"
)

// counted is one figure of the heading.
type countWord struct {
	Tone ui.Tone
	Text string
}

// countWords are the figures of the heading that are worth saying.
func countWords(pg ui.Page, c Counts) (out []countWord) {
	if c.Late > 0 {
		out = append(out, countWord{ui.Danger, pg.T("merchant.inbox.late", "n", c.Late)})
	}
	if c.Soon > 0 {
		out = append(out, countWord{ui.Warn, pg.T("merchant.inbox.soon", "n", c.Soon)})
	}
	if c.Unread > 0 {
		out = append(out, countWord{ui.Info, pg.T("merchant.inbox.new", "n", c.Unread)})
	}
	return out
}

// tabs are the two lists. A count that stops at the bound says so.
func tabs(pg ui.Page, v Inbox) []ui.NavItem {
	open := ui.NavItem{Text: pg.T("merchant.inbox.open"), Href: Path, Current: v.Open, Count: v.Counts.Open}
	if v.Counts.More {
		open.Text, open.Count = pg.T("merchant.inbox.open")+" "+strconv.Itoa(v.Counts.Open)+"+", 0
	}
	return []ui.NavItem{open, {Text: pg.T("merchant.inbox.all"), Href: Path + "?tab=all", Current: !v.Open}}
}

func emptyWords(pg ui.Page, v Inbox) string {
	switch {
	case v.Open:
		return pg.T("merchant.inbox.empty_open")
	case v.State != "":
		return pg.T("merchant.inbox.empty_state")
	}
	return pg.T("merchant.inbox.empty")
}
