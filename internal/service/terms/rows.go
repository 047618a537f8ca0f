package terms

import (
	"time"

	"anxin/internal/casefile"
)

// Rows as the store keeps them. Zero times are NULL.

// Request is what was asked for.
type Request struct {
	Tenant  casefile.Tenant
	Case    casefile.ID
	ID      casefile.ID
	Kind    Kind
	State   State
	Urgency Urgency
	Product string
	Fault   string
	Words   []byte // sealed
	Address []byte // sealed: the line as typed
	Detail  []byte // sealed: what remains after the division

	Region        string
	RegionPath    string
	RegionVersion string
	RegionAsOf    string
	RegionOutcome string // one, set, none, confirmed, corrected
	LngE6, LatE6  int64
	GeoPrecision  string

	WishedFrom, WishedTo time.Time
	Covered              bool
	Reopened             bool
	Warranty             bool
	NotBefore            time.Time

	Created, Updated                   time.Time
	Assigned, Arrived, Finished, Ended time.Time // assigned_at, arrived_at, done_at, closed_at

	Queue   bool
	NextDue int64 // microseconds; noDue when no clock runs
}

// NoDue sorts behind every real deadline.
const NoDue = int64(1) << 60

// Visit is one trip.
type Visit struct {
	Tenant             casefile.Tenant
	Case, ID, Request  casefile.ID
	Number             int
	State              State
	Technician         casefile.ID
	Pinned             bool
	Circle             int // see the circles in assign.go
	From, To           time.Time
	DoorCode           []byte // sealed
	DoorFailures       int
	EnRoute, Arrived   time.Time
	ArrivedHow         string
	Finished, Signed   time.Time
	Signature          string
	SignatureReason    string
	SignatureItem      casefile.ID
	EndReason          string
	Created, Updated   time.Time
	Place              Place           // of the request; filled by reads across cases
	CaseNumber         casefile.Number // likewise
	Kind               Kind            // likewise
	Product            string          // likewise
	Urgency            Urgency         // likewise
	Region, RegionPath string          // likewise
}

// Place is a point with its quality.
type Place struct {
	LngE6, LatE6 int64
	Precision    string
}

// Offer is an invitation.
type Offer struct {
	Tenant             casefile.Tenant
	Case, ID           casefile.ID
	Visit, Technician  casefile.ID
	State              State
	Round, Rank        int
	Reasons            []Reason
	ArriveAt           time.Time
	TravelSeconds      int64
	Metres             int64
	Pay                casefile.Fen
	DeclineReason      string
	Created, Seen      time.Time
	Expires, Answered  time.Time
	TechCode, TechName string // filled by reads
}

// Promise is a time told to the customer.
type Promise struct {
	Tenant         casefile.Tenant
	Case, ID       casefile.ID
	Request, Visit casefile.ID
	From, To       time.Time
	Probability    int // per mille
	State          State
	Cause          string
	Made, Judged   time.Time
}

// Quote is a version of prices put before the customer.
type Quote struct {
	Tenant            casefile.Tenant
	Case, ID, Visit   casefile.ID
	Version           int
	PriceList         string
	State             State
	Created, Answered time.Time
	Lines             []QuoteLine
}

// QuoteLine is one line of it.
type QuoteLine struct {
	Line     int
	Item     string
	Quantity int64
	Unit     casefile.Fen
	List     casefile.Fen
	Warranty bool
	Why      []byte // sealed
	Answer   string // open, approved, refused, free
}

// WorkReport is what was done on a visit.
type WorkReport struct {
	Tenant        casefile.Tenant
	Case, Visit   casefile.ID
	Outcome       State
	Fault, Cause  string
	Work          []byte // sealed words
	Checklist     map[string]string
	WarrantyDays  int
	WarrantyUntil time.Time
	Document      string
	Created       time.Time
	Done          []WorkLine
	Parts         []PartFitted
	Related       []ProductChecked
}

// PartFitted is a part with its serial.
type PartFitted struct {
	Part      string
	Serial    string
	SerialKey []byte
	Quantity  int64
}

// ProductChecked is another product that was looked at.
type ProductChecked struct {
	Product    string
	Condition  string
	Advice     string
	AdviceEnc  []byte // sealed
	WantsQuote bool
}

// Rating is the customer's judgement.
type Rating struct {
	Tenant      casefile.Tenant
	Case, Visit casefile.ID
	Stars       int
	Tags        []string
	Words       []byte // sealed
	Created     time.Time
}

// Document is a paper with a code.
type Document struct {
	Tenant          casefile.Tenant
	Code            string
	Case, Ref       casefile.ID
	Kind            string
	Issued, Revoked time.Time
}

// DeskNote is a remark, or the words that came with a move.
type DeskNote struct {
	Tenant            casefile.Tenant
	Case, ID, Account casefile.ID
	Kind              string
	Words             []byte // sealed
	Created           time.Time
}

// ProblemRow is an exception.
type ProblemRow struct {
	Tenant            casefile.Tenant
	Case, ID, Request casefile.ID
	Kind              string
	Rank              int64
	Args              map[string]any
	Since, Resolved   time.Time
	Number            casefile.Number // filled by reads
	Urgency           Urgency         // likewise
	RegionPath        string          // likewise
}

// Technician is somebody who does the work.
type Technician struct {
	Tenant       casefile.Tenant
	ID           casefile.ID
	Code         string
	Name         string
	Phone        []byte // sealed under the technician's own subject (= ID)
	Partner      string
	Vehicle      string
	LngE6, LatE6 int64
	Photo        casefile.ID
	State        string
	Certificates []Certificate
	Created      time.Time
	VisitsDone   int
	StarsSum     int
	StarsN       int
	Skills       []Skill
	Regions      []string
	Shifts       []Shift
	Absences     []Absence
}
