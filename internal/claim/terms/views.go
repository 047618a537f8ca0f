package terms

import (
	"time"

	"anxin/internal/casefile"
	"anxin/internal/privacy"
)

// Views: what queries answer. Words are masked values (privacy.Words): a page that may show them calls Clear. Every view of a claim carries the moves that are legal for this
// actor now; a page shows nothing else as a button and the API links nothing else.

// Line is a sentence for people: an i18n key with its values.
type Line struct {
	Key  string
	Args map[string]any
}

// Action is one legal move.
type Action struct {
	Move Move
	// Due is until when, when a clock of this actor runs.
	Due time.Time
	// Steps are the steps that a confirm may be about.
	Steps []StepKind
	// Side is whom an ask may be about; empty: either.
	Side Side
}

// Who must do what until when.
type Next struct {
	// Party: buyer, merchant, reviewer, platform, nobody.
	Party string
	// Line says it: key claim.next.<state>.<party>.
	Line Line
	Due  time.Time
	// Yours: the reader is the one.
	Yours       bool
	Paused      bool
	Provisional bool // the deadline rests on holidays that are not official yet
}

// Entry is one line of a claim's timeline.
type Entry struct {
	Seq  int64
	At   time.Time
	Kind string // claim.filed, claim.served, ...
	Part Part
	Line Line // key claim.event.<kind>
}

// OrderView is what was bought.
type OrderView struct {
	ID         casefile.ID
	Number     string
	Merchant   string
	Product    string
	Code       string
	Category   string
	Quantity   int
	Paid       casefile.Fen
	Ordered    time.Time
	Shipped    time.Time
	Delivered  time.Time
	References []ReferenceView
}

// ReferenceView is a picture of the goods before the claim.
type ReferenceView struct {
	Item, Case casefile.ID
	Kind       string
	Sealed     time.Time
	SHA256     string // hex
	// After the claim: it counts for nothing against the buyer, and must be shown as that.
	After bool
}

// MediaView is a picture or video of the claim.
type MediaView struct {
	Item     casefile.ID
	Side     Side
	Kind     string
	Media    string
	Received time.Time
	SHA256   string // hex
	// Declared by who sent it; AI must be shown as a label on every display (标识办法 art. 6).
	Declared Declared
}

// StatementView is something that was said.
type StatementView struct {
	ID       casefile.ID
	At       time.Time
	Part     Part
	Side     Side
	Kind     string
	Code     string
	Remedy   Remedy
	Amount   casefile.Fen
	Declared Declared
	Words    privacy.Words
	Shots    []Shot
	Media    []MediaView
	Round    int
}

// NoticeView is something that was served.
type NoticeView struct {
	Side     Side      `json:"side"`
	Kind     string    `json:"kind"`
	Served   time.Time `json:"served"`
	Opened   time.Time `json:"opened,omitzero"`
	Answered time.Time `json:"answered,omitzero"`
}

// WindowView is a hearing window.
type WindowView struct {
	Side        Side
	Kind        string
	Opened, Due time.Time
	Closed      time.Time
	How         string
	Round       int
}

// OfferView is the merchant's offer.
type OfferView struct {
	Remedy Remedy
	Amount casefile.Fen
	Words  privacy.Words
	At     time.Time
}

// StepView is a step of carrying a decision out.
type StepView struct {
	Kind    StepKind
	State   string
	Amount  casefile.Fen
	Request casefile.ID
	Ref     string
	Note    privacy.Words
	Opened  time.Time
	Due     time.Time
	Done    time.Time
}

// DecisionView is a decision as the parties see it.
type DecisionView struct {
	At         time.Time
	Kind       string
	Part       Part
	Account    casefile.ID // reviewers only
	Remedy     Remedy
	Amount     casefile.Fen
	Reasons    []string
	Grounds    []Ground
	Burden     Burden
	Words      privacy.Words
	OnBuyer    privacy.Words
	OnMerchant privacy.Words
	Round      int
	Stands     bool
}

// LetterRef points to a letter.
type LetterRef struct {
	ID     casefile.ID
	Code   string
	Issued time.Time
	Round  int
	Remedy Remedy
}

// LetterView is a letter with everything that is needed to show or print it.
type LetterView struct {
	LetterRef
	Case     casefile.ID
	Number   casefile.Number
	Facts    LetterFacts
	Document []byte // as Letters.Compose wrote it
	Digest   string // SHA-256 of it, hex
}

// Core is what all views of a claim have.
type Core struct {
	Case, Claim casefile.ID
	Number      casefile.Number
	Lang        string
	State       State
	Before      State // of a suspended claim
	Round       int
	Lane        Lane
	Filed       time.Time
	Updated     time.Time
	Reason      string
	Wish        Remedy
	Amount      casefile.Fen
	Order       OrderView
	Next        Next
	Actions     []Action
	Timeline    []Entry
	Letters     []LetterRef
	Steps       []StepView
	Outcome     Remedy
	Granted     casefile.Fen
	AppealUntil time.Time
	Seq         int64
}

// May reports whether a move is among the actions.
func (c Core) May(m Move) bool {
	_, ok := c.Action(m)
	return ok
}

// Action finds an action.
func (c Core) Action(m Move) (Action, bool) {
	for _, a := range c.Actions {
		if a.Move == m {
			return a, true
		}
	}
	return Action{}, false
}

// FilePage is what a buyer needs to file.
type FilePage struct {
	Case    casefile.ID
	Number  casefile.Number
	Lang    string
	Order   OrderView
	Reasons []string
	Wishes  []Remedy
	// Open is false when a claim of the case is under way or decided; Claim is that one then.
	Open  bool
	Claim casefile.ID
	// Needs are the shots that the rules want, by reason.
	Needs map[string][]Shot
}

// ClaimStatus is the buyer's page.
type ClaimStatus struct {
	Core
	Declared Declared
	Story    privacy.Words
	Mine     []StatementView // what the buyer said
	// Theirs is what the merchant said, as far as the stage allows: nothing before they answered or their time ran out.
	Theirs []StatementView
	// Asked is what a reviewer asked the buyer for.
	Asked    []StatementView
	Offer    *OfferView
	Need     []Shot
	Notices  []NoticeView
	Decision *DecisionView
	Unable   bool
	Waived   bool // the buyer waived the appeal
}

// MerchantClaim is the merchant's page of a claim. It never holds the buyer's name, phone, address or other claims.
type MerchantClaim struct {
	Core
	Buyer    string // masked: "买家 王**"
	Story    privacy.Words
	Declared Declared
	Theirs   []StatementView // what the buyer said, as far as the stage allows
	Mine     []StatementView
	Asked    []StatementView
	Offer    *OfferView
	Notices  []NoticeView
	Decision *DecisionView
	Burden   Burden
	Waived   bool
}

// InboxQuery asks for a merchant's claims.
type InboxQuery struct {
	// Open: those that wait for the merchant, by deadline; else all, newest change first.
	Open  bool
	State State
	After string // cursor
	Limit int    // 1 to 100
	// Key is where the page before ended; made from After.
	Key QueueKey
}

// QueueKey is where a page ended.
type QueueKey struct {
	At int64
	ID casefile.ID
}

// InboxRow is a line of a merchant's inbox.
type InboxRow struct {
	Case, Claim casefile.ID
	Number      casefile.Number
	State       State
	Reason      string
	Wish        Remedy
	Amount      casefile.Fen
	Product     string
	Filed       time.Time
	Due         time.Time // zero: nothing to do
	Yours       bool
	Opened      bool
	Actions     []Action
}

// InboxPage is a page of it.
type InboxPage struct {
	Rows []InboxRow
	Next string
}

// QueueInfo is what a reviewer sees before taking the next case: numbers, no list to pick from.
type QueueInfo struct {
	Queues []QueueCount
	// Mine is the claim that the reviewer has now, if any.
	Mine *Leased
	// MayTake: at least one waiting claim is one that this reviewer may take now. Which one is not said.
	MayTake  bool
	Problems int // lead only
}

// Leased is a claim in a reviewer's hands.
type Leased struct {
	Case, Claim casefile.ID
	Number      casefile.Number
	Queue       string
	Part        Part
	State       State
	Due         time.Time
	Until       time.Time // the lease
}

// RemedyChoice is a remedy with the reason why it cannot be decided now, if there is one.
type RemedyChoice struct {
	Remedy  Remedy
	Refused *casefile.Error // nil: it can
	// Limited is the id of the rule that does not open it; the reviewer may still decide it, with a reason.
	Limited string
}

// ImpressionView is a first impression.
type ImpressionView struct {
	Account casefile.ID
	Part    Part
	Leaning string
	Words   privacy.Words
	At      time.Time
	Round   int
}

// ReviewPage is a reviewer's page. Signals are not on it: they are asked for by Reviewers.Signals, which refuses before the impression.
type ReviewPage struct {
	Core
	Part      Part // what this reader is in this claim now
	Leased    bool // this reader has it
	Until     time.Time
	Buyer     string // masked
	Declared  Declared
	Said      []StatementView // everything, in order
	Media     []MediaView
	Notices   []NoticeView
	Windows   []WindowView
	Burden    Burden
	Rule      string
	RuleWords Text       // of the burden
	Packs     [3]PackRef // at order, at filing, applied
	Why       Text
	Basis     []string
	Trace     []byte
	Need      []Shot
	History   History
	Contested bool
	Heard     map[Side]bool
	// Impressed: this reader wrote a first impression; only then - or when nothing is left to decide - are Outcome, Impressions, Decisions and Proposal filled.
	Impressed   bool
	Impressions []ImpressionView
	Proposal    *DecisionView // of the first reviewer, for the second
	Decisions   []DecisionView
	AppealOf    *StatementView
	Choices     []RemedyChoice
	Problem     string
	Statements  int
}

// SignalsPage is what the detectors say.
type SignalsPage struct {
	Case, Claim casefile.ID
	Run         CheckRun
	Signals     []Signal
	// Since is when the reader's impression was written.
	Since time.Time
}

// DutyPage is the duty-of-care page of one claim.
type DutyPage struct {
	Case, Claim  casefile.ID
	Number       casefile.Number
	State        State
	Filed        time.Time
	Applied      PackRef
	OrderPack    PackRef
	FilingPack   PackRef
	Why          Text
	Basis        []string
	Check        CheckRun
	Unfinished   bool
	Notices      []NoticeView
	Windows      []WindowView
	Silent       bool // the merchant did not answer in time
	Impressions  []ImpressionView
	Decisions    []DecisionView
	Letters      []LetterRef
	HumanMinutes int
	Leases       []LeaseView
	Stages       []StageView
	Appeal       Side
	Overturned   Side
	Burden       Burden
	Entered      time.Time
}

// LeaseView is a span in which somebody had the claim.
type LeaseView struct {
	Account      casefile.ID
	Part         Part
	Taken, Ended time.Time
	Minutes      int
	How          string
}

// StageView is a stay in a state.
type StageView struct {
	State         State
	Entered, Left time.Time
	Due           time.Time
	Breached      bool
	Extended      int
}

// StateStats are the times in one state.
type StateStats struct {
	State    State
	N        int
	P50, P90 time.Duration
	Breaches int
}

// Share is a part of a whole.
type Share struct{ N, Of int }

// Stats are the figures of a span, by when claims were filed.
type Stats struct {
	From, To   time.Time
	Filed      int
	ByState    map[State]int
	ByOutcome  map[Remedy]int
	ByReason   map[string]int
	States     []StateStats
	Breaches   int
	Decided    int
	Agreed     int
	Appeals    map[Side]int
	Overturned map[Side]Share // overturned of appeals by that side
	RefundOnly Share          // of claims with an outcome
	// Heard: claims decided by the platform in which the merchant answered, of all of those.
	Heard    Share
	Flagged  Share
	Capped   bool // the span holds more than is counted
	Withdraw int
}

// ProblemRow is a claim that the lead has to look at.
type ProblemRow struct {
	Case, Claim casefile.ID
	Number      casefile.Number
	State       State
	Problem     string
	Due         time.Time
	Actions     []Action
}

// RefundOrder is what a program that was told of a refund asks for.
type RefundOrder struct {
	Case, Claim casefile.ID
	Number      casefile.Number
	Order       string // platform number
	Step        casefile.ID
	Amount      casefile.Fen
	Remedy      Remedy
	Letter      string
	State       string
	Due         time.Time
	Tries       int
}

// DoctorFinding is a claim whose decision breaks bar 3.
type DoctorFinding struct {
	Tenant      casefile.Tenant
	Case, Claim casefile.ID
	Code        string // not_served, open_window, short_window, not_heard, one_person, ...
}
