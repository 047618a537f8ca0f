package terms

import (
	"log/slog"
	"time"

	"anxin/internal/casefile"
)

// Commands name the case; the claim meant is the newest of the case. Texts may come as people type them: they are normalised and bounded. Media are items already sealed in the
// vault under the case (evidence kinds of ports.go), each ≤ 12 per command.

// File is a claim as a buyer sends it. The case has an order (package order).
type File struct {
	// Key makes a repeated sending the same claim. 8 to 200 characters.
	Key      string
	Case     casefile.ID
	Reason   string       // Reasons()
	Story    string       // ≤ 4,000 characters
	Wish     Remedy       // Wishes()
	Amount   casefile.Fen // for Partial and RefundOnly of a part; 0: the whole price
	Declared Declared
	Tool     string // what it was edited or made with; ≤ 100 characters
	Media    []casefile.ID
	// Unable says that the buyer cannot take pictures. It counts for nothing against them.
	Unable bool
	Lang   string
}

// LogValue keeps what people typed out of logs.
func (f File) LogValue() slog.Value {
	return slog.GroupValue(slog.String("reason", f.Reason), slog.String("wish", string(f.Wish)), slog.Int("media", len(f.Media)))
}

// Receipt is the durable answer to a filing.
type Receipt struct {
	Case, Claim casefile.ID
	Number      casefile.Number
	Filed       time.Time
	Lane        Lane
	// Media that were sealed with it.
	Media    int
	Repeated bool
}

// Ref names a case.
type Ref struct{ Case casefile.ID }

// Say is a statement with evidence: more evidence, a comment, a response to an appeal.
type Say struct {
	Case     casefile.ID
	Words    string // ≤ 4,000 characters
	Declared Declared
	Media    []casefile.ID
}

// Answer takes or refuses the merchant's offer.
type Answer struct {
	Case  casefile.ID
	Take  bool
	Words string // ≤ 2,000 characters
}

// Accept grants what the buyer asks.
type Accept struct {
	Case  casefile.ID
	Words string
}

// Offer is something else than what the buyer asks.
type Offer struct {
	Case   casefile.ID
	Remedy Remedy       // Wishes()
	Amount casefile.Fen // of Partial; else 0
	Words  string
	Media  []casefile.ID
}

// Contest says why not, with evidence.
type Contest struct {
	Case     casefile.ID
	Reason   string // ContestReasons()
	Words    string // 1 to 4,000 characters
	Declared Declared
	Media    []casefile.ID
	// References are references of the order that the merchant points to.
	References []casefile.ID
}

// Extend asks for more time. Words: why; needed from reviewers, told to both sides.
type Extend struct {
	Case  casefile.ID
	Words string // ≤ 500 characters
}

// Appeal asks a third person.
type Appeal struct {
	Case   casefile.ID
	Reason string // AppealReasons()
	Words  string // 1 to 4,000 characters
	Media  []casefile.ID
}

// Reasoned is an act with words: withdrawing, suspending, merging, giving up, releasing.
type Reasoned struct {
	Case  casefile.ID
	Code  string
	Words string // ≤ 2,000 characters
}

// Impress is the first impression.
type Impress struct {
	Case    casefile.ID
	Leaning string // Leanings()
	Words   string // 1 to 1,000 characters
}

// Ask wants more of a side.
type Ask struct {
	Case  casefile.ID
	Side  Side
	Shots []string // codes of the evidence matrix; may be empty
	Words string   // 1 to 1,000 characters, shown to the side
}

// Inspect orders a visit.
type Inspect struct {
	Case  casefile.ID
	Words string // what to look at; 1 to 1,000 characters
}

// Ground is one thing that a decision rests on.
type Ground struct {
	Group  string      `json:"group"`            // Groups()
	Signal string      `json:"signal,omitempty"` // id of a signal; empty: seen by the reviewer
	Item   casefile.ID `json:"item,omitzero"`    // the evidence it was seen in
}

// Decide is a decision, by the first reviewer, the lead or (overturning) the appeal reviewer.
type Decide struct {
	Case    casefile.ID
	Remedy  Remedy       // Findings()
	Amount  casefile.Fen // of Partial; else 0
	Reasons []string     // DecisionReasons(), 1 to 8
	Grounds []Ground     // 1 to 20
	Burden  Burden       // as the reviewer applied it; must be the rule's
	Words   string       // ≤ 4,000 characters; goes into the letter
	// Why each side's main argument was taken or not; each 1 to 2,000 characters; go into the letter.
	OnBuyer, OnMerchant string
	// Beyond says that the standard of art. 86 of the civil evidence rules (排除合理怀疑) was considered; needed for Forged.
	Beyond bool
	// Destroy wants a proof of destruction with a refund without return.
	Destroy bool
}

// Review is a second reviewer's or an appeal reviewer's answer.
type Review struct {
	Case  casefile.ID
	Words string // 1 to 4,000 characters
	// Beyond says that who agrees to a finding of forgery considered the standard of proof too (see Decide); needed there, ignored elsewhere.
	Beyond bool
}

// Release gives a leased claim back. A conflict of interest excludes the reviewer from this claim for good; the end of a shift does not.
type Release struct {
	Case   casefile.ID
	Reason string // shift_end, conflict
}

// Sent says that the goods are on their way back.
type Sent struct {
	Case    casefile.ID
	Carrier string // ≤ 40 characters
	Number  string // ≤ 60 characters
}

// Done confirms a step of carrying a decision out.
type Done struct {
	Case casefile.ID
	Step StepKind
	// Ref is the other system's number (of the refund); ≤ 100 characters.
	Ref   string
	Media []casefile.ID // of destroy: photographs
	// Failed says that it could not be done; the code goes to the list of problems.
	Failed string
}

// MergeInto names the claim that goes on.
type MergeInto struct {
	Case  casefile.ID
	Into  casefile.Number
	Words string
}

// Result is what commands answer.
type Result struct {
	Case, Claim casefile.ID
	State       State
	Seq         int64 // of the newest event
}
