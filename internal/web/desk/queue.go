package desk

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/service"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// pageSize is how many rows a list shows at once; countTo is how far the queues of the rail are counted.
const (
	pageSize = 50
	countTo  = 99
)

// statesOf are the request states behind a queue, in the order in which they are listed. nil: all that are open.
var statesOf = map[string][]service.State{
	"new": {service.RequestReceived}, "unassigned": {service.RequestTriaged, service.RequestPlanned}, "assigned": {service.RequestAssigned},
	"going": {service.RequestInProgress}, "done": {service.RequestDone}, "all": {""},
}

// tabOf is the queue that was asked for; the first is that of exceptions.
func tabOf(s string) string {
	if tabKey(s) == "" {
		return tabs[0].name
	}
	return s
}

func (p *Pages) queue(q *staff.Request) error {
	v, err := p.queueView(q, tabOf(q.URL.Query().Get("tab")), cursor(q), "")
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, DeskPage(q.Done("desk.done."), Page{Queue: v}))
}

func cursor(q *staff.Request) string {
	if after := q.URL.Query().Get("after"); len(after) <= 200 {
		return after
	}
	return ""
}

// queueView is one queue with the rail's counts; open is the number of the case beside it.
func (p *Pages) queueView(q *staff.Request, tab, after string, open casefile.Number) (Queue, error) {
	v := Queue{Tab: tab, After: after, Found: -1}
	var err error
	if tab == "problems" {
		err = p.problems(q, &v)
	} else {
		err = p.rows(q, &v)
	}
	if err != nil {
		return v, err
	}
	for i := range v.Rows {
		v.Rows[i].Current = v.Rows[i].Number == open
	}
	v.Tabs, err = p.tabs(q, tab)
	return v, err
}

// tabs counts the queues that need somebody: exceptions, new, to assign. The others are long and change by themselves.
func (p *Pages) tabs(q *staff.Request, current string) ([]Tab, error) {
	var out []Tab
	for _, t := range tabs {
		tab := Tab{Name: t.name, Count: -1, Current: t.name == current}
		switch t.name {
		case "problems":
			page, err := p.Service.Problems(q.Context(), q.Actor, "", countTo)
			if err != nil {
				return nil, err
			}
			cases := map[casefile.Number]bool{}
			for _, x := range page.Items {
				cases[x.Number] = true
			}
			tab.Count, tab.More = len(cases), page.Next != ""
		case "new", "unassigned":
			tab.Count = 0
			for _, s := range statesOf[t.name] {
				page, err := p.Service.Queue(q.Context(), q.Actor, service.QueueQuery{State: s, Limit: countTo})
				if err != nil {
					return nil, err
				}
				tab.Count += len(page.Items)
				tab.More = tab.More || page.Next != ""
			}
		}
		out = append(out, tab)
	}
	return out, nil
}

func (p *Pages) problems(q *staff.Request, v *Queue) error {
	page, err := p.Service.Problems(q.Context(), q.Actor, v.After, pageSize)
	if err != nil {
		return err
	}
	pr := q.P()
	at := map[casefile.Number]int{}
	for _, x := range page.Items {
		word := problemWord(pr, x.Kind)
		why := staff.Say(pr, x.Line)
		if why == "" {
			why = word
		}
		// A case stands here once, with everything that is wrong with it.
		if i, there := at[x.Number]; there {
			v.Rows[i].Why += pr.T("format.list_comma") + why
			continue
		}
		at[x.Number] = len(v.Rows)
		v.Rows = append(v.Rows, Row{Number: x.Number, Title: word, Why: why, Urgency: string(x.Urgency), Region: staff.PathWords(x.Region), Since: x.Since})
	}
	v.Next = page.Next
	return nil
}

// rows fills a queue of one or several states: the second state follows when the first is at its end. The cursor names the state it belongs to.
func (p *Pages) rows(q *staff.Request, v *Queue) error {
	states := statesOf[v.Tab]
	at, after := 0, v.After
	if s, rest, found := strings.Cut(v.After, "~"); found {
		if i := slices.Index(states, service.State(s)); i >= 0 {
			at, after = i, rest
		}
	}
	for ; at < len(states) && len(v.Rows) < pageSize; at++ {
		page, err := p.Service.Queue(q.Context(), q.Actor, service.QueueQuery{State: states[at], After: after, Limit: pageSize})
		if err != nil {
			return err
		}
		for _, x := range page.Items {
			v.Rows = append(v.Rows, p.rowOf(q.P(), x))
		}
		after = ""
		if page.Next != "" {
			v.Next = string(states[at]) + "~" + page.Next
			return nil
		}
	}
	return nil
}

func (p *Pages) rowOf(pr i18n.Printer, x service.QueueItem) Row {
	r := Row{
		Number: x.Number, Kind: string(x.Kind), Urgency: string(x.Urgency), State: string(x.State), Product: p.Catalogue.ProductName(x.Product).In(string(pr.Lang)),
		Region: staff.PathWords(x.Region), Name: x.Name, Problems: x.Problems, Since: x.Created, NotCovered: !x.Covered,
	}
	if !x.Due.IsZero() {
		r.Clock = &ui.Clock{Due: x.Due, Label: clockWord(pr, x.DueKind), Warn: clockWarn(x.DueKind)}
	}
	return r
}

func clockWord(pr i18n.Printer, kind string) string {
	if key := "desk.clock." + kind; i18n.Has(key) {
		return pr.T(key)
	}
	return kind
}

// clockWarn is how long before its end a clock turns to "look at it soon".
func clockWarn(kind string) time.Duration {
	if kind == "arrive" {
		return 20 * time.Minute
	}
	return 10 * time.Minute
}

func (p *Pages) liveQueue(q *staff.Request) error {
	return q.Stream(p.Live, casefile.Nil, nil)
}

// search answers at once: what was searched for is a phone or a name and must not stand in a URL.
func (p *Pages) search(q *staff.Request) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	text := q.Text("q", 80)
	if text == "" {
		return q.See("/desk")
	}
	if n, ok := casefile.ParseNumber(text); ok {
		if _, err := p.Service.FindCase(q.Context(), q.Actor, n); err == nil {
			return q.See("/desk/c/" + string(n))
		}
	}
	hits, err := p.Service.Search(q.Context(), q.Actor, text)
	if err != nil && !casefile.Is(err, casefile.Invalid) {
		return err
	}
	v := Queue{Tab: "search", Found: len(hits), Query: text}
	if v.Tabs, err = p.tabs(q, ""); err != nil {
		return err
	}
	for _, h := range hits {
		v.Rows = append(v.Rows, Row{
			Number: h.Number, Kind: string(h.Kind), State: string(h.State), Product: p.Catalogue.ProductName(h.Product).In(string(q.P().Lang)), Region: staff.PathWords(h.Region),
			Name: h.Name + " " + h.Phone, Since: h.Created,
		})
	}
	return q.Render(http.StatusOK, DeskPage(q.Page(), Page{Queue: v}))
}

// lastPart is the county of a canonical path.
func lastPart(path string) string {
	words := strings.Fields(staff.PathWords(path))
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}
