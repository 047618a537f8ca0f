package merchant

import (
	"net/http"
	"slices"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/web/parties"
	"anxin/internal/web/staff"
)

// read answers the claim and notes that what was served has been seen. Notices are opened before the page is drawn, so that the page is of after it.
func (p *Pages) read(q *staff.Request, id casefile.ID) (claim.MerchantClaim, error) {
	c, err := p.Claims.MerchantClaim(q.Context(), q.Actor, id)
	if err != nil || !slices.ContainsFunc(c.Notices, func(n claim.NoticeView) bool { return n.Side == claim.MerchantSide && n.Opened.IsZero() }) {
		return c, err
	}
	if err := p.Claims.OpenNotices(q.Context(), q.Actor, id); err != nil {
		return c, nil // the next look at the page notes it; the page itself is right
	}
	return p.Claims.MerchantClaim(q.Context(), q.Actor, id)
}

func (p *Pages) claim(q *staff.Request, id casefile.ID) error {
	c, err := p.read(q, id)
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, ClaimPage(q.Done("merchant.done."), claimView(q.P(), c)))
}

func (p *Pages) liveClaim(q *staff.Request, id casefile.ID) error {
	c, err := p.Claims.MerchantClaim(q.Context(), q.Actor, id)
	if err != nil {
		return err
	}
	news, cancel := p.Live.Subscribe(q.Actor.Tenant, id)
	defer cancel()
	return parties.Stream(q.Context(), q.W, news, c.Seq, func() (int64, error) { return c.Seq, nil })
}

func shower(p i18n.Printer, id casefile.ID) *parties.Shower {
	return &parties.Shower{P: p, Side: claim.MerchantSide, Base: claimPath(id) + "/media"}
}

// toViewer lets the copies of a list open in the viewer.
func toViewer(tiles []parties.Tile, base string) {
	for i := range tiles {
		tiles[i].Href = viewerOf(tiles[i], base)
	}
}

func viewerOf(t parties.Tile, base string) string {
	if t.Item == "" || t.Kind != "photo" {
		return ""
	}
	return base + "/view/" + t.Item
}

// claimView puts the merchant's view of the claim into what the page shows.
func claimView(p i18n.Printer, c claim.MerchantClaim) Claim {
	base := claimPath(c.Case)
	s := shower(p, c.Case)
	v := Claim{Number: c.Number.String(), Base: base, Seq: c.Seq, Product: c.Order.Product, State: parties.Word(p, "state", string(c.State)), Tone: toneOf(c.State, c.Next.Yours),
		Title: titleOf(p, c), Clock: parties.NextClock(p, c.Next), Provisional: c.Next.Provisional, Yours: c.Next.Yours}
	if key := "merchant.now." + string(c.State) + yoursSuffix(c.Next.Yours); i18n.Has(key) {
		v.Text = p.T(key)
	}
	v.Theirs, v.Mine, v.Asked = s.Said(withStory(c)), s.Said(c.Mine), s.Said(c.Asked)
	v.Refs = s.References(c.Order.References)
	for _, list := range [][]parties.Said{v.Theirs, v.Mine, v.Asked} {
		for i := range list {
			toViewer(list[i].Tiles, base)
		}
	}
	toViewer(v.Refs, base)
	if !c.Order.ID.IsNil() {
		v.Order = "/orders/" + c.Order.ID.String()
	}
	if o := s.Decision(c.Decision); o != nil {
		if n := len(c.Letters); n > 0 {
			o.Letter = base + "/letter/" + c.Letters[n-1].Code
		}
		v.Outcome = o
	}
	v.Steps, v.Letters, v.Events = s.Steps(c.Steps), letterLinks(p, base, c.Letters, ""), parties.Events(p, c.Timeline)
	v.Facts = factsOf(p, c)
	if c.Burden != "" {
		v.Burden = p.T("parties.burden." + string(c.Burden))
	}
	for _, n := range c.Notices {
		if n.Side == claim.MerchantSide {
			v.Notices = append(v.Notices, Notice{What: noticeWord(p, n.Kind), Served: n.Served, Opened: n.Opened, Answered: n.Answered})
		}
	}
	v.Acts = actsOf(p, c)
	if c.State == claim.MerchantAnswer {
		v.Quiet = p.T("merchant.silence")
	}
	return v
}

func yoursSuffix(yours bool) string {
	if yours {
		return "_yours"
	}
	return ""
}

// titleOf speaks to the merchant where the page has a sentence that does, else of who must do what.
func titleOf(p i18n.Printer, c claim.MerchantClaim) string {
	if key := "merchant.title." + string(c.State) + yoursSuffix(c.Next.Yours); i18n.Has(key) {
		return p.T(key)
	}
	if t := parties.Say(p, c.Next.Line); t != "" {
		return t
	}
	return parties.Word(p, "state", string(c.State))
}

func noticeWord(p i18n.Printer, kind string) string {
	key := "merchant.notice." + kind
	if !i18n.Has(key) {
		key = "merchant.notice.other"
	}
	return p.T(key)
}

// withStory are the buyer's words; a story that is not among the statements comes first.
func withStory(c claim.MerchantClaim) []claim.StatementView {
	if slices.ContainsFunc(c.Theirs, func(s claim.StatementView) bool { return s.Kind == "story" }) {
		return c.Theirs
	}
	story := claim.StatementView{ID: c.Claim, At: c.Filed, Part: claim.PartBuyer, Side: claim.BuyerSide, Kind: "story", Code: c.Reason, Remedy: c.Wish, Amount: c.Amount, Declared: c.Declared, Words: c.Story}
	return append([]claim.StatementView{story}, c.Theirs...)
}

// letterLinks are the letters of a claim but one, the newest first.
func letterLinks(p i18n.Printer, base string, list []claim.LetterRef, but string) (out []parties.Link) {
	for _, l := range slices.Backward(list) {
		if l.Code != but {
			out = append(out, parties.Link{Text: p.T("parties.letter.name", "remedy", parties.Word(p, "remedy", string(l.Remedy))), Hint: p.Time(l.Issued), Href: base + "/letter/" + l.Code})
		}
	}
	return out
}

// items are all ids that the claim shows, and of which case each is.
func items(c claim.MerchantClaim) map[string]casefile.ID {
	shown := map[string]bool{}
	parties.Items(shown, c.Theirs, c.Mine, c.Asked)
	out := map[string]casefile.ID{}
	for id := range shown {
		out[id] = c.Case
	}
	for _, r := range c.Order.References {
		out[r.Item.String()] = r.Case
	}
	return out
}

// media shows a copy of what is on the claim's page, and of what this merchant is about to send.
func (p *Pages) media(q *staff.Request, id casefile.ID) error {
	item, err := q.PathID("item")
	if err != nil {
		return err
	}
	size := q.PathValue("size")
	if size != "thumb" && size != "large" {
		return casefile.Fail(casefile.NotFound, "error.not_found")
	}
	c, err := p.Claims.MerchantClaim(q.Context(), q.Actor, id)
	if err != nil {
		return err
	}
	l := parties.Look{Case: id, Item: item, Thumb: size == "thumb"}
	if of, ok := items(c)[item.String()]; ok {
		l.Case, l.Listed = of, true
	}
	return p.Media.Show(q.W, q.Request, q.Actor, l)
}

// theLetter reads a letter by the code in the path.
func (p *Pages) theLetter(q *staff.Request, id casefile.ID) (claim.LetterView, error) {
	code, err := parties.GoodCode(q.PathValue("letter"))
	if err != nil {
		return claim.LetterView{}, err
	}
	v, err := p.Claims.Letter(q.Context(), q.Actor, id, code)
	if err == nil && p.Letters == nil {
		err = casefile.Fail(casefile.Unavailable, "")
	}
	return v, err
}

func (p *Pages) letter(q *staff.Request, id casefile.ID) error {
	l, err := p.theLetter(q, id)
	if err != nil {
		return err
	}
	pg := q.Page()
	page, err := parties.LetterOf(pg, p.Letters, l, p.BaseURL(q.Request))
	if err != nil {
		return err
	}
	base := claimPath(id)
	page.Back, page.BackText, page.PDF = base, pg.T("merchant.back"), base+"/letter/"+l.Code+"/pdf"
	if c, err := p.Claims.MerchantClaim(q.Context(), q.Actor, id); err == nil {
		if c.May(claim.MoveAppeal) {
			page.Appeal, page.Until = &parties.Link{Text: pg.T("merchant.do.appeal"), Href: base + "/appeal"}, c.AppealUntil
		}
		page.Others = letterLinks(pg.P, base, c.Letters, l.Code)
	}
	return q.Render(http.StatusOK, parties.LetterPage(pg, page))
}

func (p *Pages) letterPDF(q *staff.Request, id casefile.ID) error {
	l, err := p.theLetter(q, id)
	if err != nil {
		return err
	}
	return parties.WritePDF(q.W, p.Letters, l, q.P().Lang, parties.VerifyURL(p.BaseURL(q.Request), l.Code))
}
