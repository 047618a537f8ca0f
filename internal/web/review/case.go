package review

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// shown is how a case page is drawn: after an act that failed it says what was wrong, with everything that was typed.
type shown struct {
	status int
	act    string
	form   ui.Form
	in     Input
}

// open shows a claim. ?act= opens the form of an act.
func (p *Pages) open(q *staff.Request, id casefile.ID) error {
	return p.show(q, id, shown{status: http.StatusOK, act: staff.CleanCode(q.URL.Query().Get("act"))})
}

func (p *Pages) show(q *staff.Request, id casefile.ID, s shown) error {
	page, err := p.Claims.ReviewPage(q.Context(), q.Actor, id)
	if err != nil {
		return err
	}
	v, err := p.view(q, page)
	if err != nil {
		return err
	}
	v.Open, v.Form, v.In, v.Idem = s.act, s.form, s.in, q.Idem()
	if v.Decide != nil {
		v.Draft = p.draftOf(q, page, s.in)
	}
	pg := q.Done("review.done.")
	pg.Failed = v.Form.Failed()
	return q.Render(s.status, CasePage(pg, v))
}

// view is the page of a claim for this reader.
func (p *Pages) view(q *staff.Request, page claim.ReviewPage) (Case, error) {
	pr := q.P()
	v := Case{
		Number: page.Number, Seq: page.Seq, Product: page.Order.Product, State: string(page.State), Part: string(page.Part), Round: page.Round,
		Leased: page.Leased, Until: page.Until, Next: say(pr, page.Next.Line), Reason: page.Reason, Wish: string(page.Wish), Amount: int64(page.Amount),
		Buyer: page.Buyer, Merchant: page.Order.Merchant, Declared: string(page.Declared), Impressed: page.Impressed, Contested: page.Contested,
		Heard: map[string]bool{"buyer": page.Heard[claim.BuyerSide], "merchant": page.Heard[claim.MerchantSide]}, Problem: page.Problem, Outcome: string(page.Outcome),
		Order: Order{Number: page.Order.Number, Merchant: page.Order.Merchant, Product: page.Order.Product, Category: page.Order.Category, Quantity: page.Order.Quantity,
			Paid: int64(page.Order.Paid), Ordered: page.Order.Ordered, Shipped: page.Order.Shipped, Delivered: page.Order.Delivered},
	}
	if !page.Next.Due.IsZero() {
		v.Clock = &ui.Clock{Due: page.Next.Due, Warn: 4 * time.Hour}
		if page.Next.Paused {
			v.Clock.Paused = pr.T("review.case.paused")
		}
	}
	v.Media, v.Refs = picturesOf(page)
	paths(page.Number, v.Media)
	paths(page.Number, v.Refs)
	tags := tagsOf(v.Media, v.Refs)
	for _, s := range page.Said {
		v.Said = append(v.Said, saidOf(pr, s, tags))
	}
	if page.AppealOf != nil {
		a := saidOf(pr, *page.AppealOf, tags)
		v.Appeal = &a
	}
	v.Notices, v.Windows = noticesOf(page.Notices), windowsOf(page.Windows)
	v.Letters = lettersOf(page.Letters)
	v.Timeline = timelineOf(pr, page.Timeline)
	v.Rules = p.rulesOf(pr, page)
	for _, s := range page.Need {
		v.Shots = append(v.Shots, ui.Choice{Value: s.Code, Text: inLang(pr.Lang, claim.Text{ZH: s.ZH, EN: s.EN})})
	}
	for _, i := range page.Impressions {
		v.Seen = append(v.Seen, impressionOf(i, q.Actor.ID))
	}
	for _, d := range page.Decisions {
		if page.Proposal != nil && d.Kind == "proposed" && d.Round == page.Round {
			continue // it stands by itself, before who has to join it
		}
		v.Decisions = append(v.Decisions, decisionOf(pr, d, tags))
	}
	if page.Proposal != nil {
		d := decisionOf(pr, *page.Proposal, tags)
		v.Proposal = &d
	}
	if err := p.signals(q, page, &v, tags); err != nil {
		return v, err
	}
	actsOf(pr, page, &v)
	return v, nil
}

// signals asks for what the detectors say. Before the first impression the claims half refuses; the page does not ask.
func (p *Pages) signals(q *staff.Request, page claim.ReviewPage, v *Case, tags map[casefile.ID]string) error {
	if !page.Impressed {
		return nil
	}
	s, err := p.Claims.Signals(q.Context(), q.Actor, page.Case)
	switch {
	case casefile.Is(err, casefile.Unavailable):
		v.SignalsGone = true
		return nil
	case casefile.Is(err, casefile.Conflict), casefile.Is(err, casefile.NotFound), casefile.Is(err, casefile.Denied):
		return nil // nothing to show to this reader
	case err != nil:
		return err
	}
	pr := q.P()
	v.earlier(s.Signals, tags)
	v.founds(pr, s.Signals, tags)
	for i := range v.Media {
		v.Media[i].Marked = v.aiOf(v.Media[i].Tag)
	}
	out := Signals{N: len(s.Signals), Began: s.Run.Began, Ended: s.Run.Ended, Versions: s.Run.Versions, Unfinished: s.Run.Unfinished, Since: s.Since}
	lang := q.P().Lang
	for _, x := range s.Signals {
		one := Signal{ID: x.ID, Version: x.Version, Fact: inLang(lang, x.Fact), Honest: inLang(lang, x.Honest), Limit: inLang(lang, x.Limits), Applicability: string(x.Applicability),
			Strength: x.Strength, Tag: tags[x.Item], Item: x.Item, Artefacts: x.Artefacts, Related: relatedOf(pr, x.Related, tags), For: x.ForBuyer()}
		i := slices.IndexFunc(out.Groups, func(g SignalGroup) bool { return g.Name == x.Group })
		if i < 0 {
			out.Groups = append(out.Groups, SignalGroup{Name: x.Group})
			i = len(out.Groups) - 1
		}
		out.Groups[i].Items = append(out.Groups[i].Items, one)
	}
	v.Signals = &out
	return nil
}

// moves that are forms beside the decision, with the key that opens each.
var sideActs = []struct {
	move claim.Move
	name string
	key  string
	lead bool
}{
	{claim.MoveAsk, "ask", "a", false}, {claim.MoveWaive, "waive", "w", false}, {claim.MoveInspect, "inspect", "v", false}, {claim.MoveExtend, "extend", "e", false},
	{claim.MoveSuspend, "suspend", "", true}, {claim.MoveResume, "resume", "", true}, {claim.MoveMerge, "merge", "", true},
	{claim.MoveRefer, "refer", "", true}, {claim.MoveGiveUp, "give_up", "", true},
}

// actsOf decides which forms the page has: only those whose move the view lists.
func actsOf(pr i18n.Printer, page claim.ReviewPage, v *Case) {
	v.Impress = page.May(claim.MoveImpress) && !page.Impressed
	for _, a := range sideActs {
		if page.May(a.move) {
			v.Acts = append(v.Acts, Act{Name: a.name, Key: a.key, Left: leftOf(page, a.move), Lead: a.lead})
		}
	}
	if page.Leased {
		v.Acts = append(v.Acts, Act{Name: "release", Key: "", Left: -1})
	} else if page.Part == claim.PartLead && !page.Until.IsZero() {
		v.Acts = append(v.Acts, Act{Name: "unassign", Left: -1, Lead: true})
	}
	if !page.Impressed {
		return // nobody decides before the first impression (G4)
	}
	for _, m := range []claim.Move{claim.MoveDecide, claim.MoveLeadDecide, claim.MoveOverturn} {
		if page.May(m) {
			v.Decide = decideForm(pr, page, v, string(m))
			break
		}
	}
	v.Second = page.May(claim.MoveAgree) || page.May(claim.MoveDisagree)
	v.NeedsBeyond = page.Proposal != nil && page.Proposal.Remedy == claim.Forged
	v.ThirdUphold, v.ThirdRemit = page.May(claim.MoveUphold), page.May(claim.MoveRemit)
}

// overWords says which of the rules' limits the claim goes beyond: the code names the limit, then what is beyond it.
func overWords(pr i18n.Printer, code string) string {
	var out []string
	for i, over := range strings.Fields(code) {
		if i > 0 {
			out = append(out, Word(pr, "over", over))
		}
	}
	if len(out) == 0 {
		return code
	}
	return pr.List(out)
}

func decideForm(pr i18n.Printer, page claim.ReviewPage, v *Case, act string) *DecideForm {
	f := &DecideForm{Act: act, Burden: string(page.Burden)}
	for _, c := range page.Choices {
		one := Choice{Remedy: string(c.Remedy), Limited: overWords(pr, c.Limited)}
		if c.Refused != nil {
			one.Refused = c.Refused.Key
		}
		f.Choices = append(f.Choices, one)
	}
	f.Seen = append(append([]Picture{}, v.Media...), v.Refs...)
	f.Inspected = slices.ContainsFunc(v.Said, func(s Said) bool { return s.Kind == "report" })
	if v.Signals != nil {
		for _, g := range v.Signals.Groups {
			for _, s := range g.Items {
				if carries(s) {
					f.Signals = append(f.Signals, s)
				}
			}
		}
	}
	return f
}

// carries reports whether a signal says anything that a decision could cite. Finding nothing is no ground.
func carries(s Signal) bool {
	return (s.For || s.Strength != "neutral" && s.Strength != "none" && s.Strength != "") && (s.Applicability == string(claim.SignalOK) || s.Applicability == string(claim.SignalPartial))
}

// limits of how often something may be done in one round, as the table of moves has them; the service has the say.
const (
	maxAsks     = 3
	maxInspects = 2
)

// leftOf is how often an act may still be done.
func leftOf(page claim.ReviewPage, m claim.Move) int {
	count := func(kind string) (n int) {
		for _, s := range page.Said {
			if s.Kind == kind && s.Round == page.Round && s.Side == claim.NoSide || s.Kind == kind && s.Round == page.Round && s.Part.Human() {
				n++
			}
		}
		return n
	}
	switch m {
	case claim.MoveAsk:
		return max(0, maxAsks-count("ask"))
	case claim.MoveInspect:
		return max(0, maxInspects-count("inspect"))
	case claim.MoveExtend:
		return max(0, 2-count("extend"))
	}
	return -1
}

// picturesOf names the media of the claim and its references.
func picturesOf(page claim.ReviewPage) (media, refs []Picture) {
	n := map[claim.Side]int{}
	for _, m := range page.Media {
		n[m.Side]++
		letter := "B"
		switch m.Side {
		case claim.MerchantSide:
			letter = "M"
		case claim.NoSide:
			letter = "V" // of a visit
		}
		media = append(media, Picture{Item: m.Item, Tag: letter + strconv.Itoa(n[m.Side]), Side: string(m.Side), Kind: m.Kind, Video: strings.HasPrefix(m.Media, "video/"),
			At: m.Received, Declared: string(m.Declared), SHA256: m.SHA256})
	}
	for i, r := range page.Order.References {
		refs = append(refs, Picture{Item: r.Item, Tag: "R" + strconv.Itoa(i+1), Kind: r.Kind, Video: strings.HasSuffix(r.Kind, "_video"), At: r.Sealed, After: r.After})
	}
	return media, refs
}

// paths fills in where pictures can be looked at.
func paths(n casefile.Number, list []Picture) {
	for i := range list {
		x := &list[i]
		x.Thumb, x.Full, x.Original = picturePath(n, x.Item, "thumb"), picturePath(n, x.Item, "full"), picturePath(n, x.Item, "original")
		if x.Video {
			x.Play = path(n) + "/play/" + x.Item.String()
		}
	}
}

func tagsOf(lists ...[]Picture) map[casefile.ID]string {
	out := map[casefile.ID]string{}
	for _, l := range lists {
		for _, p := range l {
			out[p.Item] = p.Tag
		}
	}
	return out
}

func saidOf(pr i18n.Printer, s claim.StatementView, tags map[casefile.ID]string) Said {
	out := Said{At: s.At, Part: string(s.Part), Side: string(s.Side), Kind: s.Kind, Remedy: string(s.Remedy), Amount: int64(s.Amount), Declared: string(s.Declared), Words: s.Words.Clear(), Round: s.Round}
	if s.Code != "" {
		out.Code = codeWord(pr, s.Kind, s.Code)
	}
	for _, x := range s.Shots {
		if id, err := casefile.ParseID(x.Code); err == nil { // a reference that a merchant points to
			if t := tags[id]; t != "" {
				out.Tags = append(out.Tags, t)
			}
			continue
		}
		out.Shots = append(out.Shots, inLang(pr.Lang, claim.Text{ZH: x.ZH, EN: x.EN}))
	}
	for _, m := range s.Media {
		if t := tags[m.Item]; t != "" {
			out.Tags = append(out.Tags, t)
		}
	}
	return out
}

func impressionOf(i claim.ImpressionView, me casefile.ID) Impression {
	return Impression{Part: string(i.Part), Leaning: i.Leaning, Words: i.Words.Clear(), At: i.At, Round: i.Round, Mine: i.Account == me && !me.IsNil()}
}

func decisionOf(pr i18n.Printer, d claim.DecisionView, tags map[casefile.ID]string) Decision {
	out := Decision{At: d.At, Kind: d.Kind, Part: string(d.Part), Remedy: string(d.Remedy), Amount: int64(d.Amount), Burden: string(d.Burden), Words: d.Words.Clear(),
		OnBuyer: d.OnBuyer.Clear(), OnMerchant: d.OnMerchant.Clear(), Round: d.Round, Stands: d.Stands}
	for _, r := range d.Reasons {
		out.Reasons = append(out.Reasons, Word(pr, "why", r))
	}
	for _, g := range d.Grounds {
		where := tags[g.Item]
		if where == "" {
			where = pr.T("review.ground.whole")
		}
		how := pr.T("review.ground.seen")
		if g.Signal != "" {
			how = pr.T("review.ground.signal", "id", g.Signal)
		}
		out.Grounds = append(out.Grounds, pr.T("review.ground.line", "group", Word(pr, "group", g.Group), "where", where, "how", how))
	}
	return out
}

func noticesOf(list []claim.NoticeView) (out []Notice) {
	for _, n := range list {
		out = append(out, Notice{Side: string(n.Side), Kind: n.Kind, Served: n.Served, Opened: n.Opened, Answered: n.Answered})
	}
	return out
}

func windowsOf(list []claim.WindowView) (out []Window) {
	for _, w := range list {
		out = append(out, Window{Side: string(w.Side), Kind: w.Kind, How: w.How, Opened: w.Opened, Due: w.Due, Closed: w.Closed, Round: w.Round})
	}
	return out
}

func lettersOf(list []claim.LetterRef) (out []LetterLink) {
	for _, l := range list {
		out = append(out, LetterLink{Code: l.Code, Issued: l.Issued, Round: l.Round, Remedy: string(l.Remedy)})
	}
	return out
}

func timelineOf(pr i18n.Printer, list []claim.Entry) (out []ui.Event) {
	for _, e := range slices.Backward(list) {
		title := say(pr, e.Line)
		if title == "" {
			title = e.Kind
		}
		out = append(out, ui.Event{At: e.At, Title: title, Text: partOrNone(pr, string(e.Part))})
	}
	return out
}
