package terms

import (
	"context"
	"encoding/json"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

// Config is what a Service is made of.
type Config struct {
	Run         tx.Runner
	Store       Store
	Timeline    *casefile.Timeline
	Idempotency *casefile.Idempotency
	Keeper      *privacy.Keeper
	Timers      Timers
	Clocks      Clocks
	Evidence    Evidence
	Notifier    Notifier
	Source      casefile.Source

	Orders    Orders
	Rules     Rules
	Checks    Checks
	Letters   Letters
	Documents Documents
	Visits    Visits
	People    People
}

// Timers sets durable timers; *clock.Clock is one.
type Timers interface {
	Set(ctx context.Context, t tx.Tx, tm clock.Timer) error
	Cancel(ctx context.Context, t tx.Tx, tenant casefile.Tenant, dedupe string) error
}

// Clocks are the clocks of cases; *clock.CaseClocks is one. Clocks of claims carry the claim's id as Request, "claim" as RequestKind and the lane as Urgency.
type Clocks interface {
	Start(ctx context.Context, t tx.Tx, s clock.StartClock) (clk clock.CaseClock, ok bool, err error)
	// StopClock stops a running clock that was read in this transaction.
	StopClock(ctx context.Context, t tx.Tx, clk clock.CaseClock, at time.Time) (clock.CaseClock, error)
	StopAll(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, request casefile.ID, at time.Time) error
	Pause(ctx context.Context, t tx.Tx, a casefile.Actor, caseID, clockID casefile.ID, reason string, at time.Time) error
	Resume(ctx context.Context, t tx.Tx, a casefile.Actor, caseID, clockID casefile.ID, at time.Time) error
	Extend(ctx context.Context, t tx.Tx, a casefile.Actor, caseID, clockID casefile.ID, amount int64, reason string, at time.Time) error
	Of(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]clock.CaseClock, error)
	State(clk clock.CaseClock, now time.Time) (clock.ClockState, error)
	Policy() *clock.Policy
}

// The kinds of evidence of a claim.
const (
	MediaClaimPhoto  = "claim_photo"  // by the buyer
	MediaClaimVideo  = "claim_video"  // by the buyer
	MediaAnswerPhoto = "answer_photo" // by the merchant
	MediaAnswerVideo = "answer_video" // by the merchant
	MediaDocument    = "document"     // by either
)

// MediaOf lists the kinds that a side may attach.
func MediaOf(s Side) []string {
	if s == MerchantSide {
		return []string{MediaAnswerPhoto, MediaAnswerVideo, MediaDocument}
	}
	return []string{MediaClaimPhoto, MediaClaimVideo, MediaDocument}
}

// Evidence is what this package asks of the vault. The claim is the item's Request, the statement its Visit.
type Evidence interface {
	// Attach takes staged items of the case into a claim. An item that is not there, is of a kind not listed, or belongs to something else is NotFound. It answers the
	// items with their kinds. Like evidence.Service.Attach it takes the head of the log: it is called right before Timeline.Append.
	Attach(ctx context.Context, t tx.Tx, by casefile.Actor, a Attachment) ([]Item, error)
	// Find answers items of the case, staged or attached; one that is not there is NotFound.
	Find(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, items []casefile.ID) ([]Item, error)
	// Attached lists what is attached in a case, oldest first.
	Attached(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]Item, error)
}

// Attachment says which items go where.
type Attachment struct {
	Case, Claim, Statement casefile.ID
	Kinds                  []string // allowed
	Items                  []casefile.ID
}

// Item is a sealed photograph, video or paper.
type Item struct {
	ID, Request, Visit casefile.ID
	Kind               string
	Media              string // media type
	SHA256             [32]byte
	Received           time.Time
}

// Notifier puts a message into the outbox in the caller's transaction.
type Notifier interface {
	Queue(ctx context.Context, t tx.Tx, m Message) error
}

// Audience is who a message is for.
type Audience string

// The audiences. Merchants and programs get events without words.
const (
	ToBuyer    Audience = "customer"
	ToMerchant Audience = "merchant"
	ToPlatform Audience = "desk"
)

// Message is something to tell somebody. Values are codes, numbers, amounts and times.
type Message struct {
	Tenant   casefile.Tenant
	Case     casefile.ID
	Claim    casefile.ID
	Number   casefile.Number
	Subject  casefile.ID // of the buyer
	Merchant casefile.ID
	To       Audience
	Template string // "claim_receipt", ...: internal/i18n claim_message
	Lang     string
	Args     map[string]any
}

// Orders knows what was bought; package order.
type Orders interface {
	// OfCase answers the order of a case; NotFound when it has none.
	OfCase(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) (Order, error)
	// History is what the buyer of a case did before a moment; the zero History when nothing is known.
	History(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, at time.Time) (History, error)
	// Mark keeps what happened in a claim, for the histories of later ones.
	Mark(ctx context.Context, t tx.Tx, m Mark) error
}

// History is what a buyer did before: facts for rules that route and lengthen, no score.
type History struct {
	Counts [3]Count // of the last 30, 90 and 365 days
	// Undisputed orders of the buyer.
	Undisputed int
}

// Mark is something that happened in a claim.
type Mark struct {
	Tenant      casefile.Tenant
	Case, Claim casefile.ID
	Kind        MarkKind
	At          time.Time
	Amount      casefile.Fen
}

// MarkKind says what happened. All but filed and withdrawn are told when the claim is final.
type MarkKind string

// The kinds of marks.
const (
	MarkFiled      MarkKind = "filed"
	MarkWithdrawn  MarkKind = "withdrawn"
	MarkRefundOnly MarkKind = "refund_only"
	MarkRefund     MarkKind = "refund"
	MarkRejected   MarkKind = "rejected"
	MarkForged     MarkKind = "forged"
)

// Order is what was bought, without personal data.
type Order struct {
	ID, Case     casefile.ID
	Listing      casefile.ID // Nil: none
	Number       string      // of the platform
	Merchant     casefile.ID
	MerchantName string // as published
	Tier         string // of the merchant, for the rules
	Product      string // words
	Code         string
	Category     string
	Province     string // division code of two digits, of the address; empty: unknown
	Quantity     int
	Paid         casefile.Fen
	Ordered      time.Time
	Shipped      time.Time // zero: not known
	Delivered    time.Time
	References   []Reference
}

// Reference is a picture or video that shows the goods before the claim.
type Reference struct {
	Item, Case casefile.ID // the case may be the listing's
	Kind       string      // catalogue, packing_photo, packing_video, ...
	SHA256     [32]byte
	Sealed     casefile.Moment
}

// Rules decides what the policy packs say; packages rule and law. Both methods are pure but for reading the packs.
type Rules interface {
	// Apply evaluates the packs in force when the order was made and when the claim is filed and says which applies. An error means that the packs are broken: the claim
	// is filed all the same with the zero Ruling and goes to a person.
	Apply(ctx context.Context, tenant casefile.Tenant, f RuleFacts) (Ruling, error)
}

// RuleFacts is what rules look at.
type RuleFacts struct {
	Wish           Remedy
	Reason         string
	Category       string
	Code           string
	Amount, Paid   casefile.Fen
	MerchantTier   string
	Province       string
	Ordered, Filed time.Time
	Shipped        time.Time
	Delivered      time.Time
	Photos, Videos int
	Declared       Declared
	Unable         bool
	// Checked: the checks are through. Flags are what they found, by code ("group:<evidence group>" for a strong finding, "unfinished"). They may route, lengthen and ask;
	// nothing else.
	Checked bool
	Flags   []string
	History History
}

// Count is a rolling count.
type Count struct {
	Days       int          `json:"days"`
	Orders     int          `json:"orders"`
	Claims     int          `json:"claims"`
	ClaimsSum  casefile.Fen `json:"claims_sum"`
	RefundOnly int          `json:"refund_only"`
	Sum        casefile.Fen `json:"sum"` // refunded without return
}

// Ruling is what the rules say.
type Ruling struct {
	// OrderPack and FilingPack are the versions in force then; Applied is the one of the two that applies, and Why.
	OrderPack, FilingPack, Applied PackRef
	Why                            Text
	Burden                         Burden
	BurdenRule                     string // id of the rule
	BurdenWords                    Text
	BurdenBasis                    []string // clause ids
	Lane                           Lane
	NeedSecond                     bool
	// Need are the shots that the evidence matrix wants and the claim lacks.
	Need []Shot
	// Limits are remedies that the rules do not open to this claim, with the rule's id.
	Limits map[Remedy]string
	// DestroyProof: a refund without return should ask for a proof of destruction.
	DestroyProof bool
	// Extra are paragraphs that the rules add to the letter.
	Extra []Text
	// Basis are clause ids.
	Basis []string
	// Clocks are the lengths of the pack by kind of clock; a kind that is absent has the length of the clock policy.
	Clocks map[string]clock.Length
	// Trace is the readable evaluation, as the rule package writes it.
	Trace []byte
}

// PackRef names a version of a policy pack.
type PackRef struct {
	ID        string    `json:"id"`
	Title     Text      `json:"title,omitzero"`
	Version   string    `json:"version"`
	Hash      string    `json:"hash"`
	Published time.Time `json:"published,omitzero"`
	Effective time.Time `json:"effective,omitzero"`
}

// Shot is a picture that the evidence matrix wants.
type Shot struct {
	Code string `json:"code"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
	Rule string `json:"rule,omitempty"`
}

// Checks looks at media; package check. It never writes state: when it is through it calls Platform.Checked.
type Checks interface {
	// Begin sets the durable job, in the caller's transaction.
	Begin(ctx context.Context, t tx.Tx, c CheckJob) error
	// Signals of a claim, in the order in which they should be read.
	Signals(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID) ([]Signal, error)
	// Run answers when the checks ran and with which versions, for the duty-of-care page.
	Run(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID) (CheckRun, error)
}

// CheckJob is what has to be looked at.
type CheckJob struct {
	Tenant      casefile.Tenant
	Case, Claim casefile.ID
	Subject     casefile.ID // the buyer
	Order       casefile.ID
	Listing     casefile.ID
	// Filed has no leaf in the transaction that files the claim.
	Filed      casefile.Moment
	Items      []casefile.ID // by the buyer
	References []Reference
}

// CheckRun is when checks ran.
type CheckRun struct {
	Began, Ended time.Time
	Versions     []string // "exact@1", ...
	Unfinished   []string // what could not be checked, by code
}

// Applicability of a signal.
type Applicability string

// The applicabilities.
const (
	SignalOK      Applicability = "ok"
	SignalPartial Applicability = "partial"
	SignalFailed  Applicability = "failed"
	SignalNA      Applicability = "na"
)

// Signal is one fact that a check found, with its limits. There is no number of guilt.
type Signal struct {
	ID            string
	Check         string // exact_reuse, ...
	Version       string
	Item          casefile.ID   // the first medium it is about
	Items         []casefile.ID // all of them
	Inputs        []string      // their hashes, hex
	Fact          Text
	Honest        Text // what would be seen if the person were honest
	Limits        Text
	Applicability Applicability
	Strength      string // none, weak, moderate, strong; uncalibrated
	Group         string // Groups()
	Artefacts     []casefile.ID
	// Related are items elsewhere that were found to be the same or alike. Their cases are for reviewers only.
	Related []Related
	// Detail is JSON for who looks closer, as the check wrote it; empty when there is none.
	Detail []byte
	At     time.Time
}

// ForBuyer reports whether the fact speaks for the buyer, as the check wrote it. It is shown and can be cited like one that speaks against, and is no ground for calling something forged.
func (s Signal) ForBuyer() bool {
	var d struct {
		For bool `json:"for"`
	}
	return len(s.Detail) > 0 && json.Unmarshal(s.Detail, &d) == nil && d.For
}

// Related is an item that a signal found.
type Related struct {
	Case, Item casefile.ID
	Relation   string // reference, reference_later, same_product, elsewhere, same_buyer, other_claim, message, message_later, other_message
	Role       string // where it came from: reference, claim, report, visit, answer, chat
	Video      bool
	Distance   int    // of 256 bits; 0 for the same bytes
	Seconds    [2]int // of a video: the first second and how many; zeros for all of it
}

// Text is a text in both languages.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Letters writes letters; package letter.
type Letters interface {
	// Compose writes a letter from facts; the document is opaque here and is kept sealed. An error means that a part is missing: nothing is served.
	Compose(ctx context.Context, f LetterFacts) (document []byte, err error)
}

// LetterFacts is everything that a letter says. Parties are masked; words are those of the decision.
type LetterFacts struct {
	Tenant     casefile.Tenant `json:"tenant"`
	Case       casefile.ID     `json:"case"`
	Claim      casefile.ID     `json:"claim"`
	Code       string          `json:"code"` // D-XXXX-XXXX-XXXX
	Number     casefile.Number `json:"number"`
	Issued     time.Time       `json:"issued"`
	Round      int             `json:"round"`
	Buyer      string          `json:"buyer"` // masked name
	Merchant   string          `json:"merchant"`
	Order      string          `json:"order"` // platform number, masked
	Product    string          `json:"product"`
	Category   string          `json:"category"`
	Paid       casefile.Fen    `json:"paid"`
	Ordered    time.Time       `json:"ordered"`
	Filed      time.Time       `json:"filed"`
	Reason     string          `json:"reason"`
	Wish       Remedy          `json:"wish"`
	WishAmount casefile.Fen    `json:"wish_amount"`
	// Served and answered times of both sides.
	Notices []NoticeView `json:"notices"`
	// Evidence is numbered from 1.
	Evidence   []EvidenceLine `json:"evidence"`
	Remedy     Remedy         `json:"remedy"`
	Amount     casefile.Fen   `json:"amount"`
	Settled    Remedy         `json:"settled,omitempty"` // what a settlement consists of
	Agreed     bool           `json:"agreed"`
	Reasons    []string       `json:"reasons"`
	Grounds    []Ground       `json:"grounds"`
	Words      string         `json:"words"`
	OnBuyer    string         `json:"on_buyer"`
	OnMerchant string         `json:"on_merchant"`
	Burden     Burden         `json:"burden"`
	BurdenRule string         `json:"burden_rule"`
	// BurdenWords, Why and Extra are the rules' own words.
	BurdenWords Text     `json:"burden_words,omitzero"`
	BurdenBasis []string `json:"burden_basis,omitempty"`
	Why         Text     `json:"why,omitzero"`
	Extra       []Text   `json:"extra,omitempty"`
	OrderPack   PackRef  `json:"order_pack"`
	FilingPack  PackRef  `json:"filing_pack"`
	Applied     PackRef  `json:"applied"`
	Basis       []string `json:"basis"`
	// TwoPeople: a second reviewer agreed. Machine: technical checks ran (automated-processing notice).
	TwoPeople bool `json:"two_people"`
	Machine   bool `json:"machine"`
	// Steps and AppealUntil: money and time. AppealUntil is zero when there is no (further) appeal.
	Steps       []StepKind `json:"steps"`
	ExecuteBy   time.Time  `json:"execute_by,omitzero"`
	AppealUntil time.Time  `json:"appeal_until,omitzero"`
	// Appeal says what an appeal came to; empty before.
	Appeal string `json:"appeal,omitempty"` // overturned
	// VerifyURL is filled by the page that shows it.
}

// EvidenceLine is one line of the list of evidence of a letter.
type EvidenceLine struct {
	No       int         `json:"no"`
	Side     Side        `json:"side"` // empty: the platform's, such as an inspection
	Item     casefile.ID `json:"item"`
	Kind     string      `json:"kind"`
	SHA256   string      `json:"sha256"`
	Received time.Time   `json:"received"`
	// After says that a reference was sealed after the claim and counts for nothing against the buyer.
	After bool `json:"after,omitempty"`
}

// Documents gives papers a code that /verify answers.
type Documents interface {
	// Issue draws a code and keeps it for the paper.
	Issue(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, ref casefile.ID, kind string, at time.Time) (code string, err error)
}

// Visits is the service half: visits in the same case. When a request is over, app tells Platform.VisitDone.
type Visits interface {
	// Order makes a request of a kind (inspect, repair) in the case, in the caller's transaction. c is the locked case; its sequence moves on.
	Order(ctx context.Context, t tx.Tx, by casefile.Actor, c *casefile.Case, o VisitOrder) (request casefile.ID, err error)
}

// VisitOrder is what a visit is for.
type VisitOrder struct {
	Claim    casefile.ID
	Kind     string // inspect, repair
	Product  string // code of the order
	Category string
	Words    string
}

// People answers about the persons of a case without taking them out of their masks.
type People interface {
	// MaskedName is the buyer's name as the other side may read it (王**).
	MaskedName(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID) (string, error)
}
