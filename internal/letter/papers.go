package letter

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/law"
)

// The parts that the other papers have of their own.
const (
	PartAsked   Part = "asked"   // notice: what the merchant may do until when
	PartSilence Part = "silence" // notice: what happens without an answer
	PartNext    Part = "next"    // receipt
	PartDuties  Part = "duties"  // duty record: the table of duties
	PartPeople  Part = "people"
	PartDecided Part = "decisions"
)

// NoticeFacts is what a merchant is told when a claim is served on them.
type NoticeFacts struct {
	Brand, Code, Number      string
	Issued                   time.Time
	Buyer, Merchant, Order   string // masked
	Product                  string
	Reason                   Text
	Wish                     Remedy
	WishAmount, Paid         casefile.Fen
	Ordered, Filed, AnswerBy time.Time
	Burden                   Burden
	Applied                  Pack
	Basis                    []string
	Contact                  Text
	VerifyURL                string
}

// NoticeParts lists what a notice must have.
func NoticeParts() []Part {
	return []Part{PartAsked, PartCase, PartClaim, PartSilence, PartBurden, PartRules, PartOutside, PartVerify}
}

// ComposeNotice writes the notice to the merchant.
func ComposeNotice(f NoticeFacts, book *law.Book) (*Document, error) {
	switch {
	case f.Number == "" || f.Merchant == "" || f.Buyer == "" || f.Product == "":
		return nil, errors.New("letter: number, masked parties and product are needed")
	case phone.MatchString(f.Buyer) || phone.MatchString(f.Merchant):
		return nil, errors.New("letter: a phone number stands where a masked party belongs")
	case f.AnswerBy.IsZero() || f.Issued.IsZero() || f.Filed.IsZero():
		return nil, errors.New("letter: issued, filed and the time to answer are needed")
	}
	return finish(KindNotice, f.Code, f.Number, f.VerifyURL, f.Issued, NoticeParts(), func(lang i18n.Lang) Letter {
		w := newWriter(lang, book, f.Brand, "letter.title.notice", f.Number, f.Issued)
		asked := []Block{w.say("letter.notice.intro"), {Text: w.T("letter.notice.until", "until", w.moment(f.AnswerBy)), Strong: true}, w.say("letter.notice.accept"), w.say("letter.notice.offer"),
			w.say("letter.notice.contest"), w.say("letter.notice.extend")}
		asked = append(asked, w.contact(f.Contact))
		w.section(PartAsked, asked...)
		w.section(PartCase, rows(w.row("number", f.Number), w.row("buyer", f.Buyer), w.row("merchant", f.Merchant), w.row("order", f.Order), w.row("product", f.Product),
			w.row("paid", w.money(f.Paid)), w.row("ordered", w.moment(f.Ordered))), w.small("letter.notice.privacy"))
		w.claim(&Facts{Filed: f.Filed, Reason: f.Reason, Wish: f.Wish, WishAmount: f.WishAmount})
		w.section(PartSilence, w.say("letter.notice.silence"), w.say("letter.notice.no_force"))
		w.burden(&Facts{Burden: f.Burden, Issued: f.Issued, Remedy: f.Wish})
		w.section(PartRules, append(append([]Block{rows(w.row("applied", w.pack(f.Applied)))}, w.clauses(f.Basis, law.On(f.Issued))...), w.small("letter.rules.summary"))...)
		w.outside(&Facts{Issued: f.Issued})
		w.verify(f.Code, f.VerifyURL, false)
		return w.l
	})
}

// ReceiptFacts is what a buyer gets at once.
type ReceiptFacts struct {
	Brand, Code, Number    string
	Issued                 time.Time
	Buyer, Merchant, Order string // masked
	Product                string
	Reason                 Text
	Wish                   Remedy
	WishAmount, Paid       casefile.Fen
	Ordered, Filed         time.Time
	Evidence               []Evidence
	// Next says what happens next and until when.
	Next      Text
	Contact   Text
	VerifyURL string
}

// ReceiptParts lists what a receipt must have.
func ReceiptParts() []Part {
	return []Part{PartNext, PartCase, PartClaim, PartEvidence, PartOutside, PartMachine, PartVerify}
}

// ComposeReceipt writes the receipt for the buyer.
func ComposeReceipt(f ReceiptFacts, book *law.Book) (*Document, error) {
	switch {
	case f.Number == "" || f.Product == "":
		return nil, errors.New("letter: number and product are needed")
	case f.Next.ZH == "" || f.Next.EN == "":
		return nil, errors.New("letter: a receipt says what happens next, in both languages")
	case f.Issued.IsZero() || f.Filed.IsZero():
		return nil, errors.New("letter: issued and filed are needed")
	}
	return finish(KindReceipt, f.Code, f.Number, f.VerifyURL, f.Issued, ReceiptParts(), func(lang i18n.Lang) Letter {
		w := newWriter(lang, book, f.Brand, "letter.title.receipt", f.Number, f.Issued)
		next := []Block{w.say("letter.receipt.intro"), {Text: w.T("letter.receipt.next", "next", w.text(f.Next)), Strong: true}, w.say("letter.receipt.merchant"), w.say("letter.receipt.add")}
		next = append(next, w.contact(f.Contact))
		w.section(PartNext, next...)
		w.section(PartCase, rows(w.row("number", f.Number), w.row("buyer", f.Buyer), w.row("merchant", f.Merchant), w.row("order", f.Order), w.row("product", f.Product), w.row("paid", w.money(f.Paid))))
		w.claim(&Facts{Filed: f.Filed, Reason: f.Reason, Wish: f.Wish, WishAmount: f.WishAmount})
		if len(f.Evidence) == 0 {
			w.section(PartEvidence, w.say("letter.evidence.none"))
		} else {
			w.section(PartEvidence, w.say("letter.receipt.sealed"), w.evidenceTable(f.Evidence), w.small("letter.evidence.note"))
		}
		w.outside(&Facts{Issued: f.Issued})
		w.section(PartMachine, append([]Block{w.say("letter.machine.rights")}, w.clauses([]string{"pipl-24"}, law.On(f.Issued))...)...)
		w.verify(f.Code, f.VerifyURL, false)
		return w.l
	})
}

// DutyFacts is what the duty-of-care page of a claim shows.
type DutyFacts struct {
	Brand, Code, Number    string
	Issued                 time.Time
	Buyer, Merchant, Order string // masked
	Product                string
	State                  Text
	Filed                  time.Time
	Applied                Pack
	OrderPack, FilingPack  Pack
	Why                    Text
	CheckBegan, CheckEnded time.Time // zero: did not run
	CheckVersions          []string
	Unfinished             []Text
	Notices                []Notice
	Silent                 bool // the merchant's time to answer is over and no answer came
	HumanMinutes           int
	People                 int // how many people looked
	Impressions            int // how many wrote their view first
	Decisions              []Decision
	AppealUntil            time.Time
	Appeals                []Appeal
	VerifyURL              string
}

// Decision is one decision on the duty page.
type Decision struct {
	At      time.Time
	Stage   Text // first review, second review, lead, appeal
	Remedy  Remedy
	Reasons []Text
}

// Appeal is one appeal on the duty page.
type Appeal struct {
	By     Side
	At     time.Time
	Result string // pending, upheld, overturned, remitted
}

// DutyParts lists what the record must have.
func DutyParts() []Part {
	return []Part{PartDuties, PartCase, PartRules, PartHearing, PartPeople, PartDecided, PartVerify}
}

// ComposeDuty writes the record of the platform's duty of care (平台注意义务) for a claim at any stage.
func ComposeDuty(f DutyFacts, book *law.Book) (*Document, error) {
	if f.Number == "" || f.Issued.IsZero() || f.Filed.IsZero() {
		return nil, errors.New("letter: number, issued and filed are needed")
	}
	return finish(KindDuty, f.Code, f.Number, f.VerifyURL, f.Issued, DutyParts(), func(lang i18n.Lang) Letter {
		w := newWriter(lang, book, f.Brand, "letter.title.duty", f.Number, f.Issued)
		w.duties(&f)
		w.section(PartCase, rows(w.row("number", f.Number), w.row("state", w.text(f.State)), w.row("buyer", f.Buyer), w.row("merchant", f.Merchant), w.row("order", f.Order),
			w.row("product", f.Product), w.row("filed", w.moment(f.Filed))))
		w.section(PartRules, rows(w.row("applied", w.pack(f.Applied)), w.row("order_pack", w.pack(f.OrderPack)), w.row("filing_pack", w.pack(f.FilingPack)), w.row("why", w.text(f.Why))))
		w.hearing(&Facts{Notices: f.Notices})
		unfinished := make([]string, len(f.Unfinished))
		for i, u := range f.Unfinished {
			unfinished[i] = w.text(u)
		}
		w.section(PartPeople, rows(w.row("minutes", w.T("letter.duty.minutes", "n", f.HumanMinutes, "people", f.People)), w.row("impressions", strconv.Itoa(f.Impressions)),
			w.row("run", w.ran(&f)), w.row("versions", strings.Join(f.CheckVersions, ", ")), w.row("unfinished", w.List(unfinished))))
		w.decisions(&f)
		w.verify(f.Code, f.VerifyURL, false)
		return w.l
	})
}

func (w *writer) ran(f *DutyFacts) string {
	if f.CheckBegan.IsZero() {
		return w.T("letter.duty.not_ran")
	}
	return w.T("letter.duty.ran", "began", w.short(f.CheckBegan), "ended", w.short(f.CheckEnded))
}

// duties is the table: duty, record of the case, basis. Nothing that did not happen is left out: it says so.
func (w *writer) duties(f *DutyFacts) {
	table := Block{Head: w.head("duty", "fact", "when", "basis"), Widths: []int{19, 38, 19, 24}}
	add := func(key, basis, fact string, at time.Time) {
		cite := ""
		if c, ok := w.book.At(basis, law.On(f.Issued)); ok {
			cite = c.Law.EN + ", " + c.Article.EN
			if w.Lang != i18n.EN {
				cite = c.Short + c.Article.ZH
			}
		}
		table.Cells = append(table.Cells, []string{w.T("letter.duty." + key), fact, w.short(at), cite})
	}
	published := w.T("letter.rules.no_pack")
	if f.Applied.Version != "" {
		published = w.T("letter.duty.version", "title", w.text(f.Applied.Title), "version", f.Applied.Version, "published", w.Date(f.Applied.Published))
	}
	add("rules", "ecl-34", published, f.Applied.Effective)
	add("check", "ecl-61", w.ran(f), f.CheckEnded)
	toBuyer, toMerchant := firstServed(f.Notices, Buyer), firstServed(f.Notices, Merchant)
	add("buyer_told", "pipl-17", w.servedText(toBuyer), toBuyer.Served)
	add("merchant_served", "ecl-63", w.servedText(toMerchant), toMerchant.Served)
	heard := firstAnswer(f.Notices, Merchant)
	answered := w.T("letter.not_yet")
	switch {
	case !heard.Answered.IsZero():
		answered = w.T("letter.duty.answered", "answered", w.short(heard.Answered))
	case heard.Asked && f.Silent:
		answered = w.T("letter.silent")
	}
	add("merchant_answered", "platform-rules-refund", answered, heard.Answered)
	add("blind", "pipl-24", w.T("letter.duty.impressions", "n", f.Impressions), time.Time{})
	add("human", "pipl-24", w.T("letter.duty.minutes", "n", f.HumanMinutes, "people", f.People), time.Time{})
	reasons, at := w.T("letter.duty.open"), time.Time{}
	if n := len(f.Decisions); n > 0 {
		reasons, at = w.T("letter.duty.reasons", "reasons", w.reasons(f.Decisions[n-1].Reasons)), f.Decisions[n-1].At
	}
	add("decided", "ecl-63", reasons, at)
	appeal := w.T("letter.duty.no_appeal")
	switch {
	case len(f.Appeals) > 0:
		a := f.Appeals[len(f.Appeals)-1]
		appeal = w.T("letter.duty.appealed", "side", w.side(a.By), "result", w.T("letter.result."+a.Result))
	case !f.AppealUntil.IsZero():
		appeal = w.T("letter.duty.appeal_until", "until", w.short(f.AppealUntil))
	}
	add("appeal", "ecl-59", appeal, time.Time{})
	add("keep", "ecl-31", w.T("letter.duty.kept"), time.Time{})
	w.section(PartDuties, w.say("letter.duty.intro"), table)
}

func firstServed(list []Notice, to Side) Notice {
	i := slices.IndexFunc(list, func(n Notice) bool { return n.To == to && !n.Served.IsZero() })
	if i < 0 {
		return Notice{}
	}
	return list[i]
}

// firstAnswer is the notice that a side answered, or else the first that asked for an answer.
func firstAnswer(list []Notice, to Side) Notice {
	if i := slices.IndexFunc(list, func(n Notice) bool { return n.To == to && !n.Answered.IsZero() }); i >= 0 {
		return list[i]
	}
	if i := slices.IndexFunc(list, func(n Notice) bool { return n.To == to && n.Asked }); i >= 0 {
		return list[i]
	}
	return Notice{}
}

func (w *writer) servedText(n Notice) string {
	if n.Served.IsZero() {
		return w.T("letter.not_yet")
	}
	s := w.T("letter.duty.served", "served", w.short(n.Served))
	if !n.Opened.IsZero() {
		s += w.T("letter.duty.comma") + w.T("letter.duty.opened", "opened", w.short(n.Opened))
	}
	return s
}

func (w *writer) reasons(list []Text) string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = w.text(t)
	}
	if len(out) == 0 {
		return w.T("letter.none")
	}
	return strings.Join(out, w.T("letter.duty.comma"))
}

func (w *writer) decisions(f *DutyFacts) {
	if len(f.Decisions) == 0 {
		w.section(PartDecided, w.say("letter.duty.open"))
		return
	}
	table := Block{Head: w.head("when", "who", "decision", "reasons"), Widths: []int{20, 18, 24, 38}}
	for _, d := range f.Decisions {
		table.Cells = append(table.Cells, []string{w.short(d.At), w.text(d.Stage), w.remedy(d.Remedy), w.reasons(d.Reasons)})
	}
	blocks := []Block{table}
	for _, a := range f.Appeals {
		blocks = append(blocks, Block{Text: w.short(a.At) + "  " + w.T("letter.duty.appealed", "side", w.side(a.By), "result", w.T("letter.result."+a.Result))})
	}
	if len(f.Appeals) == 0 {
		blocks = append(blocks, w.say("letter.duty.no_appeal"))
	}
	w.section(PartDecided, blocks...)
}

// finish writes a paper in both languages and refuses it when a part is missing.
func finish(kind, code, number, page string, issued time.Time, parts []Part, write func(i18n.Lang) Letter) (*Document, error) {
	d := &Document{Format: 1, Kind: kind, Code: code, Number: number, Issued: issued.UTC(), VerifyURL: verifyLink(page, code)}
	for _, lang := range i18n.Langs() {
		*d.In(string(lang)) = write(lang)
	}
	if missing := d.Missing(parts); len(missing) > 0 {
		return nil, errors.New("letter: missing " + strings.Join(missing, ", "))
	}
	return d, nil
}
