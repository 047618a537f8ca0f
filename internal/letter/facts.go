package letter

import (
	"time"

	"anxin/internal/casefile"
	"anxin/internal/law"
)

// Remedy is how a claim ended; the codes are those of the claim.
type Remedy string

// The remedies.
const (
	RefundOnly   Remedy = "refund_only"
	RefundReturn Remedy = "refund_return"
	Partial      Remedy = "partial"
	Exchange     Remedy = "exchange"
	Repair       Remedy = "repair"
	Insufficient Remedy = "insufficient"
	Forged       Remedy = "forged"
	Settlement   Remedy = "settlement"
	Withdrawal   Remedy = "withdrawal"
)

// Remedies lists every remedy for which there is a letter.
func Remedies() []Remedy {
	return []Remedy{RefundOnly, RefundReturn, Partial, Exchange, Repair, Insufficient, Forged, Settlement, Withdrawal}
}

// Side is who gave or got something.
type Side string

// The sides.
const (
	Buyer    Side = "buyer"
	Merchant Side = "merchant"
	Platform Side = "platform"
)

// Text is a text in both languages. A text that people typed has one language only; the other letter shows it with a remark.
type Text = law.Words

// Typed is a text as somebody typed it, in Chinese.
func Typed(s string) Text { return Text{ZH: s} }

// Facts is everything that a decision letter says. Parties are masked before they come here; words and sums are those of the decision.
type Facts struct {
	Brand  string // the operator's name
	Code   string // D-XXXX-XXXX-XXXX
	Number string // of the case
	Issued time.Time
	Round  int // 1 and up

	Buyer, Merchant string // masked
	Order           string // masked
	Product         string
	Category        Text
	Paid            casefile.Fen
	Ordered, Filed  time.Time // Ordered may be zero: not recorded
	Reason          Text
	Wish            Remedy
	WishAmount      casefile.Fen

	Remedy  Remedy
	Amount  casefile.Fen
	Settled Remedy // what a settlement consists of
	// Agreed: the merchant granted the claim; nobody judged it.
	Agreed bool
	// Appeal says what an appeal came to, when this letter is the answer to one: "", overturned, upheld.
	Appeal string

	Found      []Finding
	Words      Text // the reviewer's explanation
	OnBuyer    Text // why the buyer's main argument was taken or not
	OnMerchant Text
	Notices    []Notice
	Evidence   []Evidence
	Burden     Burden

	OrderPack, FilingPack, Applied Pack
	Why                            Text     // why this version applies
	Basis                          []string // ids of clauses
	Extra                          []Text   // paragraphs that rules chose

	TwoPeople bool // two reviewers agreed
	Machine   bool // technical checks ran

	Steps       []Step
	AppealUntil time.Time // zero: no (further) appeal
	AppealDays  int       // working days in which an appeal is usually answered; 0: 5
	Contact     Text      // of the operator's service desk; in one language, it is shown in both
	VerifyURL   string    // page on which the code can be entered, e.g. https://example.cn/verify
}

// Finding is one fact that was found and how far it goes.
type Finding struct {
	Fact, Limits Text
}

// Notice is something that was served. Asked says that an answer was asked for: only then does a missing answer mean silence.
type Notice struct {
	To                       Side
	What                     Text
	Served, Opened, Answered time.Time
	Asked                    bool
}

// Evidence is one line of the numbered list.
type Evidence struct {
	No       int
	Side     Side
	What     Text
	SHA256   string // hex
	Received time.Time
	After    bool // sealed after the claim
	// NotAccepted: this is the material that a finding on altered material is about. It is marked in the list.
	NotAccepted bool
}

// Burden is the burden of proof as the rules have it.
type Burden struct {
	Party Side
	Words Text
	Basis []string
}

// Pack is a version of the rules; a zero Version means that none was in force.
type Pack struct {
	Title                Text
	Version              string
	Hash                 string
	Published, Effective time.Time
}

// Step is one thing that has to happen: return, destroy, refund, replace, repair. A zero By means: after the step before.
type Step struct {
	Kind   string
	Amount casefile.Fen
	By     time.Time
}
