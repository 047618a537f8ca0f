package review

import (
	"cmp"
	"net/http"
	"strconv"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/web/parties"
	"anxin/internal/web/staff"
)

// draftOf is the letter as it would be now. It grows while the reasons are typed; what is missing says so.
func (p *Pages) draftOf(q *staff.Request, page claim.ReviewPage, in Input) []Paragraph {
	c, _ := p.decideOf(q, page, in)
	f := factsOf(page, c)
	return plainDraft(q.P(), f, p.laws(q.P(), f.Basis))
}

// factsOf are the facts of the letter that a decision would give.
func factsOf(page claim.ReviewPage, c claim.Decide) claim.LetterFacts {
	f := claim.LetterFacts{
		Case: page.Case, Claim: page.Claim, Number: page.Number, Round: page.Round, Buyer: page.Buyer, Merchant: page.Order.Merchant, Order: page.Order.Number,
		Product: page.Order.Product, Category: page.Order.Category, Paid: page.Order.Paid, Ordered: page.Order.Ordered, Filed: page.Filed, Reason: page.Reason,
		Wish: page.Wish, WishAmount: page.Amount, Notices: page.Notices, Remedy: c.Remedy, Amount: c.Amount, Reasons: c.Reasons, Grounds: c.Grounds, Words: c.Words,
		OnBuyer: c.OnBuyer, OnMerchant: c.OnMerchant, Burden: page.Burden, BurdenRule: page.Rule, BurdenWords: page.RuleWords, OrderPack: page.Packs[0], FilingPack: page.Packs[1], Applied: page.Packs[2],
		Basis: page.Basis, TwoPeople: c.Remedy == claim.Forged, Machine: true,
	}
	if c.Amount == 0 && (c.Remedy == claim.RefundOnly || c.Remedy == claim.RefundReturn) {
		f.Amount = page.Amount
	}
	media, refs := picturesOf(page)
	for i, m := range append(media, refs...) {
		f.Evidence = append(f.Evidence, claim.EvidenceLine{No: i + 1, Side: claim.Side(m.Side), Item: m.Item, Kind: m.Kind, SHA256: m.SHA256, Received: m.At, After: m.After})
	}
	return f
}

// plainDraft writes the parts of a letter in their order, as far as they can be said already.
func plainDraft(pr i18n.Printer, f claim.LetterFacts, basis []string) []Paragraph {
	missing := func(key string, empty bool) string {
		if empty {
			return pr.T("review.draft.missing_" + key)
		}
		return ""
	}
	para := func(key string, lines ...string) Paragraph {
		return Paragraph{Title: pr.T("letter.heading." + key), Lines: lines}
	}
	outcome := para("outcome")
	if f.Remedy != "" {
		outcome.Lines = append(outcome.Lines, remedyWords(pr, string(f.Remedy), int64(f.Amount)))
	}
	if f.TwoPeople {
		outcome.Lines = append(outcome.Lines, pr.T("review.draft.two"))
	}
	outcome.Missing = missing("outcome", f.Remedy == "")
	who := para("case", pr.T("review.draft.parties", "number", f.Number.String(), "buyer", f.Buyer, "merchant", f.Merchant),
		pr.T("review.draft.order", "product", f.Product, "paid", pr.Money(int64(f.Paid)), "filed", pr.Date(f.Filed)))
	asked := para("claim", pr.T("review.draft.asked", "reason", Word(pr, "reason", f.Reason), "wish", remedyWords(pr, string(f.Wish), int64(f.WishAmount))))
	facts := para("facts", nonEmpty(f.Words)...)
	for _, r := range f.Reasons {
		facts.Lines = append(facts.Lines, "· "+Word(pr, "why", r))
	}
	facts.Missing = missing("facts", len(facts.Lines) == 0)
	evidence := para("evidence")
	for _, e := range f.Evidence {
		line := pr.T("review.draft.evidence", "no", strconv.Itoa(e.No), "what", kindWord(pr, Picture{Tag: refTag(e), Side: string(e.Side), Kind: e.Kind}), "at", pr.Time(e.Received))
		if e.After {
			line += pr.T("review.draft.after")
		}
		evidence.Lines = append(evidence.Lines, line)
	}
	evidence.Missing = missing("grounds", len(f.Grounds) == 0)
	arguments := para("arguments")
	for _, a := range []struct{ side, words string }{{"buyer", f.OnBuyer}, {"merchant", f.OnMerchant}} {
		if a.words != "" {
			arguments.Lines = append(arguments.Lines, pr.T("review.draft.argument", "who", Word(pr, "side", a.side), "words", a.words))
		}
	}
	arguments.Missing = missing("argument", f.OnBuyer == "" || f.OnMerchant == "")
	burden := para("burden", pr.T("review.draft.burden", "who", Word(pr, "side", string(f.Burden)), "rule", cmp.Or(inLang(pr.Lang, f.BurdenWords), f.BurdenRule)))
	rules := para("rules", pr.T("review.draft.pack", "pack", packName(pr, f.Applied), "version", f.Applied.Version))
	rules.Lines = append(rules.Lines, basis...)
	return []Paragraph{outcome, who, asked, facts, evidence, arguments, burden, rules, para("appeal", pr.T("review.draft.appeal")), para("machine", pr.T("review.draft.machine"))}
}

func refTag(e claim.EvidenceLine) string {
	if e.Side == claim.NoSide && e.SHA256 == "" {
		return "R"
	}
	return ""
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// letter shows a letter that was served, as both sides have it; without a code the newest.
func (p *Pages) letter(q *staff.Request, id casefile.ID) error {
	l, err := p.served(q, id)
	if err != nil {
		return err
	}
	pg := q.Page()
	v, err := parties.LetterOf(pg, p.Press, l, p.BaseURL(q.Request))
	if err != nil {
		return err
	}
	v.Back, v.BackText, v.PDF = path(l.Number), pg.T("review.letter.back"), path(l.Number)+"/letter/"+l.Code+"/pdf"
	return q.Render(http.StatusOK, parties.LetterPage(pg, v))
}

// letterPDF hands a letter out as a file.
func (p *Pages) letterPDF(q *staff.Request, id casefile.ID) error {
	l, err := p.served(q, id)
	if err != nil {
		return err
	}
	return parties.WritePDF(q.W, p.Press, l, q.P().Lang, parties.VerifyURL(p.BaseURL(q.Request), l.Code))
}

func (p *Pages) served(q *staff.Request, id casefile.ID) (claim.LetterView, error) {
	if p.Press == nil {
		return claim.LetterView{}, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	code := q.PathValue("letter")
	if code != "" {
		var err error
		if code, err = parties.GoodCode(code); err != nil {
			return claim.LetterView{}, err
		}
	}
	return p.Claims.Letter(q.Context(), q.Actor, id, code)
}
