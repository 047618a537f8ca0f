package terms

import (
	"time"

	"anxin/internal/casefile"
)

// Rows as the store keeps them. Zero times are NULL.

// Claim is the claim itself. Facts hold what the machine decides by; the columns beside it are for queues and statistics.
type Claim struct {
	Tenant   casefile.Tenant
	Case, ID casefile.ID
	Merchant casefile.ID
	Order    casefile.ID
	Facts    Facts
	Lane     Lane
	Reason   string
	Amount   casefile.Fen // asked for
	Paid     casefile.Fen
	Category string
	Declared Declared
	Subject  casefile.ID // of the buyer
	Ruling   Ruling      // as pinned at filing, renewed when the checks are in
	Into     casefile.ID // when merged

	Lease      casefile.ID // account of the reviewer who has it
	LeaseUntil time.Time
	Queue      string // review, second, appeal; empty: none
	NextDue    int64  // microseconds; NoDue when no clock runs
	Problem    string // code of what the lead has to look at; empty: none

	Filed, Updated           time.Time
	FiledLeaf                int64 // in the log, of the event of filing; casefile.NoLeaf in the transaction that files it
	DecidedAt, Served, Ended time.Time
	Outcome                  Remedy // the last decision
	Granted                  casefile.Fen
	FirstOutcome             Remedy // before any appeal
	Overturned               Side   // whose appeal overturned it
	FindingAt                time.Time
	StageSeq                 int
}

// FiledAt is when the claim was filed, by clock and by log: what was sealed before counts, what came later does not.
func (c *Claim) FiledAt() casefile.Moment { return casefile.Moment{At: c.Filed, Leaf: c.FiledLeaf} }

// NoDue sorts behind every real deadline.
const NoDue = int64(1) << 60

// Statement is something that a side or a reviewer said.
type Statement struct {
	Tenant          casefile.Tenant
	Case, Claim, ID casefile.ID
	Part            Part
	Side            Side
	Kind            string // story, supply, unable, accept, offer, contest, settle, refuse, comment, ask, inspect, extend, appeal, respond, report, release, ...
	Code            string // reason
	Remedy          Remedy
	Amount          casefile.Fen
	Declared        Declared
	Words           []byte // sealed: the buyer's under the buyer's key, everybody else's under the claim's
	Shots           []string
	Account         casefile.ID
	At              time.Time
	Round           int
	Seq             int64 // order within the case
}

// Medium joins an item to the statement that brought it.
type Medium struct {
	Tenant                 casefile.Tenant
	Case, Claim, Statement casefile.ID
	Item                   casefile.ID
	Side                   Side
	Kind                   string
	Media                  string
	SHA256                 []byte
	Received               time.Time
	At                     time.Time // when it was attached
}

// Window is one hearing window.
type Window struct {
	Tenant          casefile.Tenant
	Case, Claim, ID casefile.ID
	Side            Side
	Kind            string // the state it belongs to; "response" in an appeal
	Opened, Due     time.Time
	Closed          time.Time
	How             string // answered, lapsed, waived, withdrawn
	Round           int
	// Seq and ClosedSeq order opening and closing within the case; ClosedSeq is 0 while it is open.
	Seq, ClosedSeq int64
}

// Notice is something that was served on a side.
type Notice struct {
	Tenant          casefile.Tenant
	Case, Claim, ID casefile.ID
	Side            Side
	Kind            string // receipt, claim, comment, offer, asked, decision, appeal, ...
	Served          time.Time
	Opened          time.Time
	Answered        time.Time
	Seq             int64 // order within the case
}

// Impression is a first impression.
type Impression struct {
	Tenant      casefile.Tenant
	Case, Claim casefile.ID
	Account     casefile.ID
	Part        Part
	Leaning     string
	Words       []byte // sealed
	At          time.Time
	Round       int
}

// Decision is one person's decision, or the parties' agreement.
type Decision struct {
	Tenant          casefile.Tenant
	Case, Claim, ID casefile.ID
	Part            Part
	Account         casefile.ID
	Kind            string // proposed, decided, agreed_second, disagreed, lead, accepted, settled, upheld, overturned, remitted
	Remedy          Remedy
	Amount          casefile.Fen
	Reasons         []string
	Grounds         []Ground
	Burden          Burden
	Beyond          bool
	Destroy         bool
	Words           []byte // sealed JSON of DecisionWords
	At              time.Time
	Round           int
	// Stands: it took the claim to decided.
	Stands bool
	Seq    int64 // order within the case
}

// DecisionWords are the words of a decision, sealed together.
type DecisionWords struct {
	Words      string `json:"words"`
	OnBuyer    string `json:"on_buyer,omitempty"`
	OnMerchant string `json:"on_merchant,omitempty"`
}

// LetterRow is a letter that was served.
type LetterRow struct {
	Tenant          casefile.Tenant
	Case, Claim, ID casefile.ID
	Decision        casefile.ID
	Code            string
	Facts           []byte // sealed JSON of LetterFacts
	Document        []byte // sealed
	Digest          []byte // SHA-256 of the document
	Issued          time.Time
	Round           int
	Seq             int64 // order within the case
}

// StepKind is a step of carrying a decision out.
type StepKind string

// The steps.
const (
	StepReturn  StepKind = "return"  // the buyer sends the goods back, the merchant has them
	StepDestroy StepKind = "destroy" // the buyer proves that the goods are destroyed
	StepRefund  StepKind = "refund"  // the platform pays and confirms
	StepReplace StepKind = "replace" // the merchant sends another one
	StepRepair  StepKind = "repair"  // a request of the service half
)

// Step is one step of carrying a decision out.
type Step struct {
	Tenant          casefile.Tenant
	Case, Claim, ID casefile.ID
	Kind            StepKind
	Seq             int
	State           string // waiting (for the one before), open, sent, failed, held, done, given_up
	Amount          casefile.Fen
	Request         casefile.ID // of a repair
	Ref             string      // the other system's number
	Note            []byte      // sealed: carrier and parcel number
	Tries           int
	Opened, Due     time.Time
	Done            time.Time
	Round           int
}

// StageRow is a stay in one state, for statistics.
type StageRow struct {
	Tenant        casefile.Tenant
	Case, Claim   casefile.ID
	Seq           int
	State         State
	Entered, Left time.Time
	Due           time.Time // of the state's clock when it ended
	Breached      bool
	Extended      int
}

// LeaseRow is a span in which a reviewer had the claim.
type LeaseRow struct {
	Tenant          casefile.Tenant
	Case, Claim, ID casefile.ID
	Account         casefile.ID
	Part            Part
	Taken           time.Time
	Seen            time.Time // last act or look
	Ended           time.Time
	How             string // decided, asked, released, conflict, lapsed, ...
	Seq             int64  // order within the case
}

// Excluded is somebody who acted in a claim, or must keep out of it.
type Excluded struct {
	Tenant      casefile.Tenant
	Case, Claim casefile.ID
	Account     casefile.ID
	Why         string // acted, conflict
	// Part in which they acted; they may go on in that one. "several" and "past" are none.
	Part Part
	At   time.Time
}
