package merchant

import (
	"hash/fnv"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/web/parties"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// pageSize is how many claims a page of the inbox has; counted how many open ones are counted for the heading.
const (
	pageSize = 25
	counted  = 100
)

// soon is when a deadline is worth saying in the heading.
const soon = 24 * time.Hour

func (p *Pages) inbox(q *staff.Request) error {
	v, err := p.readInbox(q)
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, InboxPage(q.Done("merchant.done."), v))
}

func (p *Pages) readInbox(q *staff.Request) (Inbox, error) {
	in := q.URL.Query()
	v := Inbox{Open: in.Get("tab") != "all"}
	query := claim.InboxQuery{Open: v.Open, After: in.Get("after"), Limit: pageSize}
	if len(query.After) > 64 {
		query.After = ""
	}
	if !v.Open {
		v.State = staff.CleanCode(in.Get("state"))
		query.State = claim.State(v.State)
	}
	v.After = query.After != ""
	open, err := p.Claims.Inbox(q.Context(), q.Actor, claim.InboxQuery{Open: true, Limit: counted})
	if err != nil {
		return v, err
	}
	v.Counts = countsOf(open, q.P().Now)
	page, err := p.Claims.Inbox(q.Context(), q.Actor, query)
	if err != nil {
		return v, err
	}
	for _, r := range page.Rows {
		v.Rows = append(v.Rows, rowOf(q.P(), r))
	}
	v.States = statesOf(q.P(), v.State)
	if page.Next != "" {
		v.Pager.Next = inboxPath(v, page.Next)
	}
	if v.After {
		v.Pager.Prev = inboxPath(v, "")
	}
	return v, nil
}

func inboxPath(v Inbox, after string) string {
	u := url.Values{}
	if !v.Open {
		u.Set("tab", "all")
		if v.State != "" {
			u.Set("state", v.State)
		}
	}
	if after != "" {
		u.Set("after", after)
	}
	if len(u) == 0 {
		return Path
	}
	return Path + "?" + u.Encode()
}

func countsOf(page claim.InboxPage, now time.Time) (c Counts) {
	c.Open, c.More = len(page.Rows), page.Next != ""
	for _, r := range page.Rows {
		switch {
		case r.Due.IsZero():
		case !now.Before(r.Due):
			c.Late++
		case r.Due.Sub(now) <= soon:
			c.Soon++
		}
		if !r.Opened {
			c.Unread++
		}
	}
	return c
}

func rowOf(p i18n.Printer, r claim.InboxRow) Row {
	wish := parties.Word(p, "remedy", string(r.Wish))
	if m := parties.Money(p, r.Amount); m != "" && r.Wish != claim.Exchange && r.Wish != claim.RemedyRepair {
		wish += " " + m
	}
	return Row{Href: claimPath(r.Case), Number: r.Number.String(), Product: r.Product, Reason: parties.Word(p, "reason", r.Reason), Wish: wish,
		State: parties.Word(p, "state", string(r.State)), Tone: toneOf(r.State, r.Yours), Clock: parties.Clock(r.Due, ""), Filed: r.Filed, Unread: !r.Opened}
}

func toneOf(s claim.State, yours bool) ui.Tone {
	t := parties.StateTone(s)
	switch {
	case yours:
		return ui.Warn
	case t == ui.Warn:
		return ui.Info
	}
	return t
}

// statesOf are the states that a merchant can see claims in.
func statesOf(p i18n.Printer, on string) []ui.Choice {
	out := []ui.Choice{{Text: p.T("merchant.inbox.any_state"), On: on == ""}}
	for _, s := range claim.Course() {
		switch s {
		case claim.StateDraft, claim.Discarded, claim.Filed, claim.Checking:
			continue // not served yet
		}
		out = append(out, ui.Choice{Value: string(s), Text: parties.Word(p, "state", string(s)), On: string(s) == on})
	}
	return out
}

// How often the inbox is looked at for a page that is open, and how long such a stream lasts.
const (
	glance    = 20 * time.Second
	streamFor = 10 * time.Minute
)

// liveInbox tells an open inbox that it changed. It looks at this merchant's own list: the tenant's stream would tell how busy others are.
func (p *Pages) liveInbox(q *staff.Request) error {
	last, err := p.fingerprint(q)
	if err != nil {
		return err
	}
	h, out := q.W.Header(), http.NewResponseController(q.W)
	_ = out.SetWriteDeadline(time.Now().Add(streamFor + glance))
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	q.W.WriteHeader(http.StatusOK)
	say := func(s string) bool {
		_, err := q.W.Write([]byte(s))
		return err == nil && out.Flush() == nil
	}
	if !say("retry: 5000\n\n") {
		return nil
	}
	tick, end := time.NewTicker(glance), time.NewTimer(streamFor)
	defer tick.Stop()
	defer end.Stop()
	for n := 1; ; {
		select {
		case <-q.Context().Done():
			return nil
		case <-end.C:
			return nil
		case <-tick.C:
		}
		now, err := p.fingerprint(q)
		if err != nil {
			return nil // the browser comes back, and is told then
		}
		line := ": still here\n\n"
		if now != last {
			last, line = now, "event: seq\ndata: "+strconv.Itoa(n)+"\n\n"
			n++
		}
		if !say(line) {
			return nil
		}
	}
}

// fingerprint changes when the open part of the inbox does.
func (p *Pages) fingerprint(q *staff.Request) (uint64, error) {
	page, err := p.Claims.Inbox(q.Context(), q.Actor, claim.InboxQuery{Open: true, Limit: counted})
	h := fnv.New64a()
	for _, r := range page.Rows {
		_, _ = h.Write(r.Claim[:])
		_, _ = h.Write([]byte(r.State))
		_, _ = h.Write(strconv.AppendInt(nil, r.Due.UnixMicro(), 36))
	}
	return h.Sum64(), err
}
