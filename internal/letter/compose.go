package letter

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/law"
)

// writer writes one letter in one language.
type writer struct {
	i18n.Printer
	book *law.Book
	l    Letter
}

func newWriter(lang i18n.Lang, book *law.Book, brand, title, number string, issued time.Time) *writer {
	w := &writer{Printer: i18n.Printer{Lang: lang, Now: issued, Paper: true}, book: book}
	w.l = Letter{Lang: string(lang), Brand: brand, Title: w.T(title), Number: w.T("letter.label.number") + " " + number, Issued: w.T("letter.label.issued") + " " + w.moment(issued)}
	return w
}

func (w *writer) section(p Part, blocks ...Block) {
	w.l.Sections = append(w.l.Sections, Section{Part: p, Heading: w.T("letter.heading." + string(p)), Blocks: slices.DeleteFunc(blocks, func(b Block) bool {
		return b.Text == "" && len(b.Rows) == 0 && len(b.Head) == 0
	})})
}

func (w *writer) say(key string, args ...any) Block { return Block{Text: w.T(key, args...)} }

func (w *writer) small(key string, args ...any) Block {
	return Block{Text: w.T(key, args...), Small: true}
}

// text gives a text in the letter's language, or in the other one with a remark.
func (w *writer) text(t Text) string {
	if s := t.In(string(w.Lang)); s != "" {
		return s
	}
	if t.ZH != "" {
		return t.ZH + " " + w.T("letter.arguments.original")
	}
	return t.EN
}

// moment writes a time with its whole date; papers are read long after today.
func (w *writer) moment(t time.Time) string {
	if t.IsZero() {
		return w.T("letter.not_yet")
	}
	if w.Lang == i18n.EN {
		return w.Printer.In(t).Format("2 January 2006, 15:04")
	}
	return w.Date(t) + " " + w.Clock(t)
}

// short writes a time for tables.
func (w *writer) short(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return w.Printer.In(t).Format("2006-01-02 15:04")
}

func (w *writer) money(f casefile.Fen) string { return w.Money(int64(f)) }

func (w *writer) remedy(r Remedy) string { return w.T("letter.remedy." + string(r)) }

func (w *writer) side(s Side) string { return w.T("letter.side." + string(s)) }

func (w *writer) row(label, value string) Row {
	return Row{Label: w.T("letter.label." + label), Value: value}
}

// rows leaves out rows without a value.
func rows(list ...Row) Block {
	return Block{Rows: slices.DeleteFunc(list, func(r Row) bool { return r.Value == "" })}
}

// head gives the headings of a table.
func (w *writer) head(columns ...string) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = w.T("letter.column." + c)
	}
	return out
}

// clauses writes the clauses of a basis that were valid on a day.
func (w *writer) clauses(ids []string, day law.Date) (out []Block) {
	for _, id := range ids {
		if c, ok := w.book.At(id, day); ok {
			out = append(out, w.small("letter.rules.clause", "cite", c.Cite(string(w.Lang)), "label", c.Label(string(w.Lang)), "text", c.Text.In(string(w.Lang))))
		}
	}
	return out
}

// judged reports whether people judged the dispute, and did not only take note of an agreement or a withdrawal.
func (f *Facts) judged() bool { return !f.Agreed && f.Remedy != Settlement && f.Remedy != Withdrawal }

var (
	phone = regexp.MustCompile(`(^|\D)1[3-9]\d{9}(\D|$)`)
	code  = regexp.MustCompile(`^D-[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$`)
)

// Check says what facts lack for a complete letter, all at once.
func (f *Facts) Check(book *law.Book) error {
	var out []error
	need := func(ok bool, what string) {
		if !ok {
			out = append(out, errors.New("letter: "+what))
		}
	}
	need(slices.Contains(Remedies(), f.Remedy), "there is no letter for the remedy "+strconv.Quote(string(f.Remedy)))
	need(f.Number != "" && f.Buyer != "" && f.Merchant != "" && f.Product != "", "case number, masked parties and product are needed")
	need(code.MatchString(f.Code), "a check code D-XXXX-XXXX-XXXX is needed")
	need(!f.Issued.IsZero() && !f.Filed.IsZero(), "issued and filed are needed")
	need(f.Round > 0, "rounds count from 1")
	need(f.Reason.ZH != "" && f.Reason.EN != "", "the reason is needed in both languages")
	need(f.Burden.Party != "" && f.Burden.Words.ZH != "" && f.Burden.Words.EN != "", "the burden of proof is needed in both languages (G5)")
	need(f.Applied.Version != "" && f.Applied.Title.ZH != "" && f.Applied.Title.EN != "", "the version of the rules that applies is needed")
	need(len(f.Basis) > 0, "a basis is needed")
	need(f.VerifyURL != "", "the address of the verify page is needed")
	if _, err := url.Parse(f.VerifyURL); err != nil {
		need(false, "the address of the verify page cannot be read")
	}
	for _, s := range []string{f.Buyer, f.Merchant, f.Order} {
		need(!phone.MatchString(s), "a phone number stands where a masked party belongs")
	}
	for _, id := range append(slices.Clone(f.Basis), f.Burden.Basis...) {
		if err := book.Basis(id, law.On(f.Issued)); err != nil {
			out = append(out, fmt.Errorf("letter: %w", err))
		}
	}
	if f.judged() {
		need(f.OnBuyer.ZH+f.OnBuyer.EN != "", "an answer to the buyer's main argument is needed")
		need(f.OnMerchant.ZH+f.OnMerchant.EN != "" || !f.answered(), "an answer to the merchant's main argument is needed")
		need(f.Words.ZH+f.Words.EN != "" || len(f.Found) > 0, "findings or an explanation are needed")
	}
	need(f.Remedy != Forged || f.TwoPeople, "a finding on altered material needs two reviewers (G1)")
	need(f.Remedy != Forged || len(f.Evidence) > 0, "a finding on altered material names the material")
	need(f.Remedy != Settlement || f.Settled != "", "a settlement says what it consists of")
	return errors.Join(out...)
}

func (f *Facts) answered() bool {
	return slices.ContainsFunc(f.Notices, func(n Notice) bool { return n.To == Merchant && !n.Answered.IsZero() })
}

// Compose writes the decision letter. The error tells every part that is missing; then nothing is to be served.
func Compose(f Facts, book *law.Book) (*Document, error) {
	if err := f.Check(book); err != nil {
		return nil, err
	}
	return finish(KindDecision, f.Code, f.Number, f.VerifyURL, f.Issued, DecisionParts(), func(lang i18n.Lang) Letter { return f.write(lang, book) })
}

// verifyLink is the page with the code filled in.
func verifyLink(page, code string) string {
	u, err := url.Parse(page)
	if err != nil {
		return page
	}
	q := u.Query()
	q.Set("code", code)
	u.RawQuery = q.Encode()
	return u.String()
}

func (f *Facts) write(lang i18n.Lang, book *law.Book) Letter {
	title := "letter.title.decision"
	switch f.Remedy {
	case Settlement:
		title = "letter.title.settlement"
	case Withdrawal:
		title = "letter.title.withdrawal"
	}
	w := newWriter(lang, book, f.Brand, title, f.Number, f.Issued)
	w.outcome(f)
	w.parties(f)
	w.claim(f)
	w.facts(f)
	w.hearing(f)
	w.evidence(f)
	w.arguments(f)
	w.burden(f)
	w.rules(f)
	w.steps(f)
	w.appeal(f)
	w.outside(f)
	w.machine(f)
	w.verify(f.Code, f.VerifyURL, true)
	return w.l
}

func (w *writer) outcome(f *Facts) {
	var blocks []Block
	switch f.Appeal {
	case "overturned":
		blocks = append(blocks, w.say("letter.outcome.appeal_overturned"))
	case "upheld":
		blocks = append(blocks, w.say("letter.outcome.appeal_upheld"))
	}
	if f.Agreed && f.Remedy != Settlement && f.Remedy != Withdrawal {
		blocks = append(blocks, w.say("letter.outcome.agreed"))
	}
	main := w.T("letter.outcome."+string(f.Remedy), "amount", w.money(f.Amount))
	if f.Remedy == Forged && !slices.ContainsFunc(f.Evidence, func(e Evidence) bool { return e.NotAccepted }) {
		main = w.T("letter.outcome.forged_some")
	}
	if f.Remedy == Settlement {
		key := "letter.outcome.settlement"
		if f.Amount > 0 {
			key = "letter.outcome.settlement_amount"
		}
		main = w.T(key, "settled", w.remedy(f.Settled), "amount", w.money(f.Amount))
	}
	blocks = append(blocks, Block{Text: main, Strong: true})
	if f.Remedy == Forged {
		blocks = append(blocks, w.say("letter.outcome.forged_limits"))
	}
	w.section(PartOutcome, blocks...)
}

func (w *writer) parties(f *Facts) {
	w.section(PartCase, rows(
		w.row("number", f.Number), w.row("code", f.Code), w.row("round", strconv.Itoa(f.Round)), w.row("buyer", f.Buyer), w.row("merchant", f.Merchant), w.row("order", f.Order),
		w.row("product", f.Product), w.row("category", w.text(f.Category)), w.row("paid", w.money(f.Paid)), w.row("ordered", w.moment(f.Ordered)),
	))
}

func (w *writer) claim(f *Facts) {
	w.section(PartClaim, rows(
		w.row("filed", w.moment(f.Filed)), w.row("reason", w.text(f.Reason)), w.row("wish", w.remedy(f.Wish)), w.row("wish_amount", w.money(f.WishAmount)),
	))
}

func (w *writer) facts(f *Facts) {
	var blocks []Block
	if !f.judged() {
		blocks = append(blocks, w.say("letter.facts.none"))
	}
	for _, x := range f.Found {
		blocks = append(blocks, rows(w.row("found", w.text(x.Fact)), w.row("limits", w.text(x.Limits))))
	}
	if s := w.text(f.Words); s != "" {
		blocks = append(blocks, rows(w.row("words", s)))
	}
	if f.TwoPeople {
		blocks = append(blocks, w.say("letter.facts.two_people"))
	}
	w.section(PartFacts, blocks...)
}

func (w *writer) hearing(f *Facts) {
	if len(f.Notices) == 0 {
		w.section(PartHearing, w.say("letter.hearing.none"))
		return
	}
	table, sides, silent := Block{Head: w.head("to", "notice", "served", "opened", "answered"), Widths: []int{14, 30, 19, 19, 18}}, map[Side]bool{}, false
	for _, n := range f.Notices {
		answered := w.short(n.Answered)
		if n.Answered.IsZero() && n.Asked {
			answered, silent = w.T("letter.silent"), true
		}
		table.Cells = append(table.Cells, []string{w.side(n.To), w.text(n.What), w.short(n.Served), w.short(n.Opened), answered})
		sides[n.To] = true
	}
	blocks := []Block{table}
	if sides[Buyer] && sides[Merchant] {
		blocks = append(blocks, w.small("letter.hearing.fair"))
	}
	if silent {
		blocks = append(blocks, w.small("letter.hearing.silence"))
	}
	w.section(PartHearing, blocks...)
}

func (w *writer) evidence(f *Facts) {
	if len(f.Evidence) == 0 {
		w.section(PartEvidence, w.say("letter.evidence.none"))
		return
	}
	w.section(PartEvidence, w.evidenceTable(f.Evidence), w.small("letter.evidence.note"))
}

func (w *writer) evidenceTable(list []Evidence) Block {
	table := Block{Head: w.head("no", "side", "what", "received", "hash", "remark"), Widths: []int{8, 12, 24, 18, 20, 18}, Code: []int{4}}
	for _, e := range list {
		remark := ""
		switch {
		case e.NotAccepted:
			remark = w.T("letter.evidence.not_accepted")
		case e.After:
			remark = w.T("letter.evidence.after")
		}
		table.Cells = append(table.Cells, []string{strconv.Itoa(e.No), w.side(e.Side), w.text(e.What), w.short(e.Received), e.SHA256[:min(16, len(e.SHA256))], remark})
	}
	return table
}

func (w *writer) arguments(f *Facts) {
	if !f.judged() {
		w.section(PartArguments, w.say("letter.arguments.none"))
		return
	}
	merchant := w.text(f.OnMerchant)
	if merchant == "" {
		merchant = w.T("letter.arguments.silent")
	}
	w.section(PartArguments, rows(w.row("on_buyer", w.text(f.OnBuyer)), w.row("on_merchant", merchant)))
}

func (w *writer) burden(f *Facts) {
	var blocks []Block
	if !f.judged() {
		blocks = append(blocks, w.say("letter.burden.none"))
	}
	blocks = append(blocks, w.say("letter.burden.party", "party", w.side(f.Burden.Party)), Block{Text: w.text(f.Burden.Words)})
	w.section(PartBurden, append(blocks, w.clauses(f.Burden.Basis, law.On(f.Issued))...)...)
}

func (w *writer) pack(p Pack) string {
	if p.Version == "" {
		return w.T("letter.rules.no_pack")
	}
	return w.T("letter.rules.version", "title", w.text(p.Title), "version", p.Version, "published", w.Date(p.Published), "effective", w.Date(p.Effective))
}

func (w *writer) rules(f *Facts) {
	blocks := []Block{
		rows(w.row("applied", w.pack(f.Applied)), w.row("order_pack", w.pack(f.OrderPack)), w.row("filing_pack", w.pack(f.FilingPack)), w.row("why", w.text(f.Why))),
	}
	if f.Applied.Hash != "" {
		blocks = append(blocks, w.small("letter.rules.hash", "hash", f.Applied.Hash))
	}
	for _, x := range f.Extra {
		blocks = append(blocks, Block{Text: w.text(x)})
	}
	blocks = append(blocks, w.clauses(f.Basis, law.On(f.Issued))...)
	w.section(PartRules, append(blocks, w.small("letter.rules.summary"))...)
}

func (w *writer) steps(f *Facts) {
	if len(f.Steps) == 0 {
		w.section(PartSteps, w.say("letter.steps.none"))
		return
	}
	table := Block{Head: w.head("step", "by"), Widths: []int{60, 40}}
	for _, s := range f.Steps {
		by := w.T("letter.steps.after")
		if !s.By.IsZero() {
			by = w.moment(s.By)
		}
		table.Cells = append(table.Cells, []string{w.T("letter.step."+s.Kind, "amount", w.money(s.Amount)), by})
	}
	w.section(PartSteps, table)
}

func (w *writer) appeal(f *Facts) {
	if f.AppealUntil.IsZero() {
		w.section(PartAppeal, w.say("letter.appeal.none"))
		return
	}
	days := f.AppealDays
	if days == 0 {
		days = 5
	}
	blocks := []Block{
		{Text: w.T("letter.appeal.until", "until", w.moment(f.AppealUntil)), Strong: true}, w.say("letter.appeal.how"), w.say("letter.appeal.who", "days", days),
	}
	w.section(PartAppeal, append(blocks, w.contact(f.Contact))...)
}

// contact is the line with the operator's telephone; an empty block, which sections leave out, when there is none.
func (w *writer) contact(t Text) Block {
	s := t.In(string(w.Lang))
	if s == "" {
		s = t.ZH + t.EN
	}
	if s == "" {
		return Block{}
	}
	return w.say("letter.appeal.contact", "contact", s)
}

func (w *writer) outside(f *Facts) {
	blocks := []Block{w.say("letter.outside.ways"), w.say("letter.outside.complaint"), w.say("letter.outside.time")}
	w.section(PartOutside, append(blocks, w.clauses([]string{"ecl-60", "civil-188"}, law.On(f.Issued))...)...)
}

func (w *writer) machine(f *Facts) {
	ran, people := "letter.machine.not_run", "letter.machine.people"
	if f.Machine {
		ran = "letter.machine.ran"
	}
	if !f.judged() {
		people = "letter.machine.agreed"
	}
	blocks := []Block{w.say(ran), w.say(people), w.say("letter.machine.rights")}
	w.section(PartMachine, append(blocks, w.clauses([]string{"pipl-24"}, law.On(f.Issued))...)...)
}

func (w *writer) verify(code, page string, same bool) {
	blocks := []Block{w.say("letter.verify.code", "code", code, "url", page)}
	if same {
		blocks = append(blocks, w.small("letter.verify.same"))
	}
	w.section(PartVerify, blocks...)
}
