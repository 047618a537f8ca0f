package terms

import (
	"time"

	"anxin/internal/casefile"
	"anxin/internal/service/catalog"
)

// Line is a sentence for people: an i18n key with its values. Values are codes, numbers, times and money, never personal data.
type Line struct {
	Key  string
	Args map[string]any
}

// IsZero reports whether there is nothing to say.
func (l Line) IsZero() bool { return l.Key == "" }

// Text is a text of the catalogue in both languages; Named is a code with its name.
type (
	Text  = catalog.Text
	Named = catalog.Named
)

// RegionView is what an address was understood as.
type RegionView struct {
	// Outcome: one (Code is it, "is this right?"), set (choose among Candidates), none, confirmed, corrected.
	Outcome    string
	Code       string
	Path       string // canonical names joined by " / ", in Chinese
	Version    string
	AsOf       string
	Certain    bool // nothing needs to be asked
	Ask        Text // the question, when there is one
	Note       Text // what the reporter should know: an old name and its year, a correction, a zone; not stored
	Candidates []RegionChoice
	Reasons    []Text
}

// RegionChoice is one possible division.
type RegionChoice struct {
	Code   string
	Path   string
	Reason Text
}

// Entry is one line of a timeline.
type Entry struct {
	Seq  int64
	At   time.Time
	Kind string
	Role casefile.Role
	// Line is the sentence: key "service.event.<kind>" with the event's facts.
	Line  Line
	Visit casefile.ID
	// ForCustomer says whether the customer sees it too (desk only).
	ForCustomer bool
}

// ClockView is one running or stopped clock.
type ClockView struct {
	ID       casefile.ID
	Kind     string // accept, assign, arrive
	Started  time.Time
	Due      time.Time
	Stopped  time.Time // zero while it runs
	Breached bool
	Paused   bool
	Reason   string // of the pause
}

// PromiseView is a time told to the customer.
type PromiseView struct {
	ID          casefile.ID
	State       State
	From, To    time.Time
	Probability int // per mille
	Cause       string
	Made        time.Time
}

// TechnicianCard is what a customer sees of a technician.
type TechnicianCard struct {
	Code    string // work number; /verify answers it
	Name    string // as on the work card
	Partner string
	Photo   casefile.ID
	Vehicle string
	// Certificates are the valid ones that this job needs.
	Certificates []Named
	// Visits and Stars are the technician's record with this operator; Stars is in hundredths, 0 = not rated yet.
	Visits int
	Stars  int
}

// QuoteView is a quote line by line.
type QuoteView struct {
	ID        casefile.ID
	Visit     casefile.ID
	Version   int
	PriceList string
	State     State
	Created   time.Time
	Answered  time.Time
	Lines     []QuoteLineView
	// Total sums the lines not refused; Approved those approved.
	Total    casefile.Fen
	Approved casefile.Fen
}

// QuoteLineView is one line.
type QuoteLineView struct {
	Line     int
	Item     string
	Name     Text
	Unit     Text
	ItemKind string // labour, part, visit, check
	Quantity int64
	UnitFen  casefile.Fen
	ListFen  casefile.Fen // published price; differs from UnitFen only when the warranty pays
	Sum      casefile.Fen
	Why      string
	Answer   string // open, approved, refused, free
	Warranty bool   // free because of the earlier repair's warranty
}

// ReportView is the report of work.
type ReportView struct {
	Visit         casefile.ID
	Outcome       State
	Fault, Cause  Named
	Words         Words
	Work          []QuoteLineView
	Parts         []PartView
	Checklist     []CheckView
	Related       []RelatedView
	Before, After []casefile.ID
	WarrantyDays  int
	WarrantyUntil time.Time
	Document      string // code on the paper
	Signature     string // signed, refused, none, "" while awaited
	SignedAt      time.Time
	Created       time.Time
}

// PartView is a part that was fitted.
type PartView struct {
	Item     string
	Name     Text
	Serial   string
	Quantity int64
	// Clone says that the same serial is recorded elsewhere (desk only).
	Clone bool
}

// CheckView is one item of a checklist with its answer ("" = open).
type CheckView struct {
	Code     string
	Text     Text
	Required bool
	Answer   string
}

// RelatedView is another product that was looked at.
type RelatedView struct {
	Product    Named
	Condition  string
	Advice     Line // key "service.advice.<code>", or key "" and Words set
	Words      string
	WantsQuote bool
}

// RatingView is the customer's judgement.
type RatingView struct {
	Stars int
	Tags  []string
	Words Words
	At    time.Time
}

// VisitView is one trip.
type VisitView struct {
	ID           casefile.ID
	Number       int
	State        State
	Pinned       bool
	Technician   *TechnicianCard
	From, To     time.Time
	EnRouteAt    time.Time
	ArrivedAt    time.Time
	ArrivedHow   string
	FinishedAt   time.Time
	DoorLocked   bool
	DoorFailures int
	Quote        *QuoteView // the newest
	Report       *ReportView
	Rating       *RatingView
}

// RequestView is what was asked for, without personal data.
type RequestView struct {
	ID                   casefile.ID
	Kind                 Named
	State                State
	Urgency              Urgency
	Product              Named
	Fault                Named
	Region               RegionView
	WishedFrom, WishedTo time.Time
	Covered              bool
	Reopened             bool
	Warranty             bool // the earlier repair's warranty pays
	Created, Updated     time.Time
	Closed               time.Time
}

// Status is the customer's page.
type Status struct {
	Case     casefile.ID
	Number   casefile.Number
	Lang     string
	Created  time.Time
	Request  RequestView
	Now      Line // "and now?"
	Safety   Line
	DoorCode string // to read to the technician, only while it matters
	Promise  *PromiseView
	Visits   []VisitView // newest first
	Photos   []casefile.ID
	Clocks   []ClockView
	Timeline []Entry // newest last
	Moves    []Move  // buttons that are legal now
	Seq      int64
	Erased   bool
}

// MyData is what is stored about one person in one case.
type MyData struct {
	Number   casefile.Number
	Name     Name
	Phone    Phone
	Address  Address
	Words    Words
	Created  time.Time
	Photos   []casefile.ID
	Looked   []Look
	CanErase bool
	// WhyNot says why erasing is not possible now.
	WhyNot Line
	Erased time.Time
}

// Look is one entry of the access log as the person sees it.
type Look struct {
	At     time.Time
	Role   casefile.Role
	Action string
	Field  string
	Reason string
}

// OfferView is an offer card. Address and phone are not in it: they follow acceptance.
type OfferView struct {
	Case     casefile.ID
	Offer    casefile.ID
	Visit    casefile.ID
	State    State
	Kind     Named
	Product  Named
	Fault    Named
	Urgency  Urgency
	Region   string // county path
	From, To time.Time
	ArriveAt time.Time // estimate if accepted now
	Distance int       // metres
	Travel   time.Duration
	Pay      casefile.Fen
	Expires  time.Time
	Reasons  []Reason
	Photos   []casefile.ID
	Moves    []Move
	Reopened bool
}

// Reason is why a technician stands where they stand: a code of the dispatch engine with its values. dispatch.Explain says it in words.
type Reason struct {
	Code   string            `json:"code"`
	Params map[string]string `json:"params,omitempty"`
}

// Job is one line of a technician's day.
type Job struct {
	Case     casefile.ID
	Number   casefile.Number
	Visit    casefile.ID
	State    State
	Kind     Named
	Product  Named
	Urgency  Urgency
	Region   string
	From, To time.Time
	Pinned   bool
	Moves    []Move
}

// VisitPage is everything a technician needs for one visit. Address and phone are filled while the technician holds it.
type VisitPage struct {
	Case      casefile.ID
	Number    casefile.Number
	Request   RequestView
	Visit     VisitView
	Name      Name
	Phone     Phone
	Address   Address
	Words     Words
	Photos    []casefile.ID
	MyCode    string // what the technician shows when the customer checks on their own page
	Promise   *PromiseView
	Quotes    []QuoteView // all versions, newest first
	Checklist []CheckView
	Prompts   []PhotoPrompt
	Items     []PriceItem // what may be quoted for this kind and product
	Faults    []Named
	Causes    []Named
	Related   []Named // products to look at
	Warranty  int     // days that the catalogue gives this work
	Earlier   []ReportView
	Timeline  []Entry
	Moves     []Move
	Seq       int64
}

// PhotoPrompt asks for photographs.
type PhotoPrompt struct {
	Code string
	Text Text
	When string // before, after
	Min  int
}

// PriceItem is one line of the published price list.
type PriceItem struct {
	Code   string
	Name   Text
	Kind   string // visit, check, labour, part
	Unit   Text
	Fen    casefile.Fen // 0 = free
	Max    int64        // per quote
	Serial bool         // a part with a serial number
}

// Earnings is what a technician did in a span of days.
type Earnings struct {
	From, To time.Time
	Visits   int
	Pay      casefile.Fen
	Stars    int // hundredths; 0 = none
}

// QueueItem is one line of the desk's queue.
type QueueItem struct {
	Case     casefile.ID
	Request  casefile.ID
	Number   casefile.Number
	Kind     Kind
	State    State
	Urgency  Urgency
	Product  string
	Region   string // path
	Name     string // masked: 张**
	Created  time.Time
	Updated  time.Time
	Due      time.Time // nearest running clock; zero when none
	DueKind  string
	Breached bool
	Covered  bool
	// WishedFrom and WishedTo are what the customer asked for; zero when nothing.
	WishedFrom, WishedTo time.Time
	// Problems are the open exceptions of the case.
	Problems []string
}

// QueueQuery selects a page of the queue.
type QueueQuery struct {
	State   State   // empty: all that are open
	Urgency Urgency // empty: all
	Region  string  // a code prefix; empty: all
	// After continues behind the last item of the page before; empty: from the start.
	After string
	Limit int // 1 to 100; 0 = 50
}

// QueuePage is a page of the queue, the most urgent clock first.
type QueuePage struct {
	Items []QueueItem
	Next  string // for QueueQuery.After; empty at the end
}

// CasePage is the desk's view. Personal fields are masked; Service.Reveal shows one, with a reason.
type CasePage struct {
	Case      casefile.ID
	Number    casefile.Number
	Lang      string
	Created   time.Time
	Closed    time.Time
	Name      string // masked
	Phone     string // masked
	Address   string // masked: division and dots
	HasWords  bool
	Erased    bool
	Request   RequestView
	Older     []RequestView
	Visits    []VisitView
	Offers    []OfferRow
	Promises  []PromiseView
	Clocks    []ClockView
	Notes     []NoteView
	Problems  []Problem
	Photos    []casefile.ID
	Timeline  []Entry
	Looked    []Look
	Moves     []Move // of the request
	VisitMove []Move // of the current visit
	Visit     casefile.ID
	Seq       int64
}

// OfferRow is an offer as the desk sees it, with the reasons for the technician.
type OfferRow struct {
	Offer      casefile.ID
	Visit      casefile.ID
	Technician casefile.ID
	Code       string
	Name       string
	State      State
	Round      int
	Rank       int
	Reasons    []Reason
	ArriveAt   time.Time
	Distance   int
	Decline    string
	Created    time.Time
	Expires    time.Time
	Answered   time.Time
}

// NoteView is a remark of the desk.
type NoteView struct {
	At    time.Time
	By    casefile.ID // Nil: the customer
	Kind  string      // note, or the move whose words these are: cancel, reopen, pin, ...
	Words Words
}

// Problem is an exception that a dispatcher has to look at.
type Problem struct {
	ID      casefile.ID
	Case    casefile.ID
	Number  casefile.Number
	Kind    string // no_candidate, region_unknown, not_covered, door_locked, promise_at_risk, promise_broken, no_access, part_clone, given_back, absence, ...
	Since   time.Time
	Line    Line
	Urgency Urgency
	Region  string
}

// ProblemPage is a page of exceptions, oldest of the most urgent first.
type ProblemPage struct {
	Items []Problem
	Next  string
}

// CandidateRow is one technician's answer to "who could come". Eligible ones stand first: in an emergency or in the express lane by arrival, otherwise those
// of the soonest possible day by cost, then later days. The others follow with every rule they fail.
type CandidateRow struct {
	Technician casefile.ID
	Code       string
	Name       string
	Eligible   bool
	// Outside: only the region stands in the way, which a dispatcher may set aside; times and cost are what it would be.
	Outside  bool
	Later    bool // eligible, but not on the soonest day
	ArriveAt time.Time
	Until    time.Time // when the work would end
	Distance int       // metres of the way there
	Travel   time.Duration
	DayLoad  int
	// Guessed: a place of the way is known to a town or county only, or not at all.
	Guessed bool
	// Priced says that Cost is known; without a board of hours (a travel model that has none) only arrivals are.
	Priced bool
	Cost   casefile.Fen // added travel, overtime and fees
	// More is Cost against the first of the list; negative when this one is cheaper.
	More casefile.Fen
	// Points speak against a visit that has to be repeated: a missing part or authorisation, another face. 0 is best.
	Points int
	// After and Before are the numbers of the cases around the new visit in the technician's day, empty at its ends.
	After, Before casefile.Number
	Reasons       []Reason
}

// Timed reports whether times and cost are known.
func (r *CandidateRow) Timed() bool { return r.Eligible || r.Outside }

// Day is the dispatcher's view of one local day.
type Day struct {
	Date   time.Time // local midnight
	Region string    // the filter that was used
	Rows   []DayRow
	More   bool     // there are more technicians than are shown
	Case   *DayCase // the case whose alternatives are marked, nil when none was asked for
}

// DayQuery says which day is looked at.
type DayQuery struct {
	Date   time.Time   // any moment of the local day
	Region string      // a code prefix; empty: all, or the city of the case
	Case   casefile.ID // whose alternatives are marked; Nil: none
}

// DayCase is a case that looks for a technician, with everybody of the day who could come and everybody who cannot.
type DayCase struct {
	Case                 casefile.ID
	Number               casefile.Number
	Kind                 Kind
	Product              string
	Urgency              Urgency
	Region               string // path
	WishedFrom, WishedTo time.Time
	// Elsewhere: what the customer wished, or may be planned, is not on this day; the answers are what it would be if they agreed to it.
	Elsewhere  bool
	Closed     bool // nobody is looked for: the place is not settled, or somebody is there already
	Length     time.Duration
	Candidates []CandidateRow
}

// DayRow is one technician's day.
type DayRow struct {
	Technician  casefile.ID
	Code        string
	Name        string
	State       string
	Shifts      []Span
	Absent      []Span
	Commitments []Commitment
}

// ProposeQuery says what a proposal is asked for.
type ProposeQuery struct {
	Date   time.Time
	Region string // a code prefix; empty: all
}

// Proposal is a plan for the open cases of a day, made by the solver and verified by the checker. Nothing is written until somebody accepts visits of it.
type Proposal struct {
	Date    time.Time // local midnight
	Region  string
	State   string // running, ready, failed
	Started time.Time
	Ready   time.Time
	// Cases were looked at; Otherwise are open cases that are wished for another day.
	Cases, Otherwise int
	More             bool // there were more cases or technicians than are planned at once
	Visits           []ProposedVisit
	Left             []ProposedLeft
	Before, After    casefile.Fen // cost of the day without and with the visits
	// OneByOne and Served are what giving the same cases out one after the other would add, and how many would find somebody.
	OneByOne casefile.Fen
	Served   int
}

// ProposedVisit is one case of a proposal.
type ProposedVisit struct {
	Case    casefile.ID
	Number  casefile.Number
	Kind    Kind
	Product string
	Urgency Urgency
	Region  string // path
	CandidateRow
	Still   OpenCase
	Outcome string // what accepting it came to: empty, given, moved_on, refused
}

// ProposedLeft is a case for which the day has no room, with the smallest set of reasons.
type ProposedLeft struct {
	Case    casefile.ID
	Number  casefile.Number
	Kind    Kind
	Product string
	Urgency Urgency
	Region  string
	Reasons []Reason
}

// Span is a stretch of time.
type Span struct{ From, To time.Time }

// Commitment is one visit on a technician's day.
type Commitment struct {
	Case   casefile.ID
	Visit  casefile.ID
	Number casefile.Number
	State  State
	Kind   Kind
	Region string
	Span
	Pinned bool
	// Point is where the case is, as coarse as the desk may know it without revealing the address; zero when not known.
	Point Place
	Way   Way
}

// Way is how a technician comes to a visit; the zero Way when there is none.
type Way struct {
	Depart, Arrive time.Time
	Travel         time.Duration
	Metres         int
	Assumed        bool // an end of it is not known at all
	// Late is how much after the planned time the technician arrives, or arrived.
	Late time.Duration
}

// IsZero reports that there is no way.
func (w Way) IsZero() bool { return w.Arrive.IsZero() }

// Hit is one result of a search. Name and phone are masked.
type Hit struct {
	Case    casefile.ID
	Number  casefile.Number
	Name    string
	Phone   string
	Kind    Kind
	State   State
	Product string
	Region  string
	Created time.Time
}

// Revealed is one field in clear.
type Revealed struct {
	Field string
	Value Words
}

// Stats are the figures of a span of time, in counts and medians.
type Stats struct {
	From, To        time.Time
	Reports         int
	Assigned        int // requests that got a technician
	Arrived         int
	Done            int
	FirstTime       int // done with one visit and not reopened
	Reopened        int
	PromisesKept    int
	PromisesBroken  int
	ToAssignP50     time.Duration
	ToAssignP90     time.Duration
	ToArriveP50     time.Duration
	ToArriveP90     time.Duration
	StarsHundredths int // mean; 0 = none
	Ratings         int
	Declines        []Count // by reason
	ByRegion        []Count // reports by prefecture
}

// Count is a number by name.
type Count struct {
	Name string
	N    int
}

// VerifyTechnician is the public answer about a work number.
type VerifyTechnician struct {
	Ours    bool
	Code    string
	Name    string // masked but for the family name: 王**
	Partner string
	State   string
	Photo   casefile.ID
	// Expected is answered only inside a customer's own case: this technician is expected at this address now.
	Expected string // yes, no, "" when not asked
	Signed   Signature
}

// VerifyDocument is the public answer about the code on a paper.
type VerifyDocument struct {
	Ours    bool
	Kind    string // receipt, quote, service_report
	Issued  time.Time
	Revoked bool
	// Number's tail (last 4 digits) lets the holder compare it with the paper.
	NumberTail string
	Signed     Signature
}

// VerifyPart is the public answer about a serial number.
type VerifyPart struct {
	// Known: fitted by us. Times counts how often; more than one is the clone alarm.
	Known  bool
	Times  int
	Fitted time.Time // day of the first
	Item   string
	Name   Text
	Signed Signature
}

// VerifyHotline is the public answer about a telephone number.
type VerifyHotline struct {
	Ours   bool
	Number string
	Signed Signature
}

// Signature makes an answer checkable: Text is exactly what was signed, Note the signed note with the operator's key.
type Signature struct {
	Text string
	Note string
	At   time.Time
}

// TechnicianView is a technician for the administrator. The phone is masked.
type TechnicianView struct {
	ID           casefile.ID
	Code         string
	Name         string
	Phone        string
	Partner      string
	Vehicle      string
	Lng, Lat     float64
	State        string
	Photo        casefile.ID
	Skills       []Skill
	Regions      []string
	Shifts       []Shift
	Absences     []Absence
	Certificates []Certificate
	Created      time.Time
}

// Absence is a time without work.
type Absence struct {
	Span
	Reason string
}
