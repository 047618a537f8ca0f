package desk

import (
	"time"

	"anxin/internal/casefile"
	"anxin/internal/web/ui"
)

// Tab is one queue.
type Tab struct {
	Name    string // desk.tab.<name>; the value of ?tab=
	Count   int    // -1: not counted
	More    bool   // there are more than Count
	Current bool
}

// Row is one case in a list. Product and Region are words; Name is masked.
type Row struct {
	// Title stands in the place of kind and product: what is wrong, in the list of exceptions.
	Title      string
	Number     casefile.Number
	Kind       string
	Urgency    string
	State      string
	Product    string
	Region     string
	Name       string
	Clock      *ui.Clock
	Problems   []string // codes of desk.problem
	Why        string   // a sentence about the problem
	Since      time.Time
	Current    bool
	NotCovered bool
}

// Queue is the list region.
type Queue struct {
	Tabs  []Tab
	Tab   string // of the current tab; "search" for hits
	Rows  []Row
	Next  string // cursor of the next page
	After string // cursor of this page
	// Query is what was searched for, already masked when it was a phone number.
	Query string
	// Found counts the hits of a search; -1 when it was none.
	Found int
}

// Masked is one personal field of a case.
type Masked struct {
	Field string // name, phone, address, words
	Text  string // masked
	// Shown is the field in clear, right after it was revealed.
	Shown string
	// Empty says that there is nothing to reveal.
	Empty bool
}

// ClockRow is one clock of the case.
type ClockRow struct {
	ID               casefile.ID
	Kind             string
	Clock            ui.Clock
	Stopped          time.Time
	Breached, Paused bool
	Reason           string // of the pause
}

// OfferRow is one offer with its reasons.
type OfferRow struct {
	Code, Name, State string
	Round, Rank       int
	Arrive            time.Time
	DistanceM         float64
	Why               []string // sentences
	Decline           string
	At                time.Time
	Expires           time.Time
}

// QuoteLine is one line of the newest quote.
type QuoteLine struct {
	Item, Why, Answer string
	Quantity          int64
	Sum               casefile.Fen
}

// VisitRow is one visit.
type VisitRow struct {
	ID                  casefile.ID
	Number              int
	State               string
	Pinned              bool
	Technician          string // name and code
	From, To            time.Time
	EnRoute, Arrived    time.Time
	ArrivedHow          string // door_code, customer_page
	Finished            time.Time
	DoorLocked          bool
	DoorFailures        int
	Lines               []QuoteLine
	QuoteState          string
	Total, Approved     casefile.Fen
	Outcome             string
	Cause               string
	Parts               []string
	CloneParts          bool
	WarrantyUntil       time.Time
	Document, Signature string
	Stars               int
}

// RegionChoice is one division that an address can mean.
type RegionChoice struct{ Code, Path, Why string }

// Entry is one line of the timeline.
type Entry struct {
	At       time.Time
	Who      string // role in words
	Text     string
	Customer bool // the customer sees it too
	Note     bool // a remark of the desk
}

// Look is one entry of the access log.
type Look struct {
	At                         time.Time
	Role, Action, Field, Words string
}

// Candidate is one technician's answer to "who could come".
type Candidate struct {
	ID         casefile.ID
	Code, Name string
	Eligible   bool
	Outside    bool // only the region stands in the way: times and cost are what it would be
	Later      bool // eligible on a later day than the first of the list
	Arrive     time.Time
	Until      time.Time
	DistanceM  float64
	Travel     time.Duration
	Load       int
	Priced     bool
	Cost, More int64 // fen; More against the first of the list
	After      casefile.Number
	Before     casefile.Number
	Why        []string
	On         bool
}

// Act is the form that is open beside the case, if any.
type Act struct {
	// Name is cancel, reopen, remote_fix, refer, address, reschedule, assign, reset_code, pause, resume.
	Name           string
	Reasons        []ui.Choice
	Reason         string
	Words          string
	Address        string
	From, To       string // local times as the inputs want them
	WasFrom, WasTo string // before the change, for the undo
	Clock          casefile.ID
	ClockKind      string
	Candidates     []Candidate
	ByCost         bool // the list is ordered by cost, not by arrival
	Rates          []string
	Day            bool // the form stands on the day: each candidate's own time is sent, and the answer leads back there
	DayDate        string
	DayRegion      string
	Reassign       bool // a technician holds the visit
	CanAssign      bool // the account may decide who goes
	Override       bool
	Form           ui.Form
}

// Case is the case region.
type Case struct {
	Number         casefile.Number
	Kind, Urgency  string
	State          string
	Product, Fault string
	Region         string
	RegionOutcome  string
	RegionChoices  []RegionChoice
	RegionAsk      string
	Covered        bool
	Reopened       bool
	Warranty       bool
	Erased         bool
	Lang           string
	Created        time.Time
	Closed         time.Time
	WishedFrom     time.Time
	WishedTo       time.Time
	Fields         []Masked
	RevealReasons  []ui.Choice
	Problems       []string // sentences
	Clocks         []ClockRow
	Promise        string // state of the newest promise
	PromiseFrom    time.Time
	PromiseTo      time.Time
	Visits         []VisitRow
	Offers         []OfferRow
	Timeline       []Entry
	Looked         []Look
	Photos         []ui.Photo
	Acts           []string // names of acts that are legal now and allowed to the account
	CanNote        bool
	CanPause       bool
	CanReveal      bool
	Held           bool // a technician holds the visit
	Act            *Act
	NoteWords      string
	NoteForm       ui.Form
	Seq            int64
	Idem           string
	Tab            string
}

// Page is the whole desk.
type Page struct {
	Queue Queue
	Case  *Case
	// Dispatcher adds what only dispatchers do.
	Dispatcher bool
}

// Caller is a case of the person who is calling.
type Caller struct {
	Number  casefile.Number
	Kind    string
	Product string
	State   string
	Created time.Time
}

// Answer is what the desk can tell a caller about a place.
type Answer struct {
	Asked   bool
	Outcome string // one, set, none
	Path    string
	Choices []RegionChoice
	Covered bool
	By      int // how many technicians
	Arrive  time.Time
	Slots   []Slot
}

// Slot is a window that can be read out.
type Slot struct{ From, To time.Time }

// NewCase is the form for a caller.
type NewCase struct {
	Phone, Name, Kind, Product, Fault, Words, Address, Region, Urgency string
	WishDate, WishPart                                                 string
	Lang                                                               string
	Kinds                                                              []ui.Choice
	Products                                                           []ui.Choice
	Faults                                                             []ui.Choice
	Urgencies                                                          []ui.Choice
	Parts                                                              []ui.Choice
	Earliest, Latest                                                   string
	Looked                                                             bool // the caller's cases were looked for
	Caller                                                             []Caller
	Answer                                                             Answer
	Idem                                                               string
	Form                                                               ui.Form
}

// DayVisit is one visit on the day.
type DayVisit struct {
	Number   casefile.Number
	Order    int // of the technician's visits, from 1
	Kind     string
	State    string
	Region   string
	From, To time.Time
	Pinned   bool
	Way      Way
	Lane     int // visits that overlap lie in lanes, from 0
	Place    Dot // where it is, as coarse as the desk may know; Name empty when not known
}

// Way is how the technician comes to a visit; zero when not known.
type Way struct {
	Depart, Arrive time.Time
	Travel         time.Duration
	DistanceM      float64
	Assumed        bool
	Late           time.Duration
}

// Known reports that there is a way.
func (w Way) Known() bool { return !w.Arrive.IsZero() }

// Dot is a place of the picture of routes: the seat of a county or town, never an address.
type Dot struct {
	Lng, Lat float64
	Name     string
}

// DayRow is one technician's day.
type DayRow struct {
	ID                casefile.ID
	Code, Name, State string
	Shifts, Absent    []Slot
	Visits            []DayVisit
	Lanes             int        // at least 1
	Offer             *Candidate // what the chosen case would be, or why not; nil when no case is chosen
	Rank              int        // of Offer among those who can come, from 1
}

// Day is the dispatcher's view of one day.
type Day struct {
	Date        time.Time // local midnight
	Region      string
	Regions     []ui.Choice
	Unassigned  []Row
	Otherwise   []Row // unassigned, but wished for another day
	More        bool
	Rows        []DayRow
	MoreRows    bool
	First, Last int // hours of the picture
	Chosen      *Chosen
	Route       string // code of the technician whose route is marked, empty: all alike
	CanPlan     bool   // the account may have the day planned
	Idem        string
}

// Chosen is the unassigned case whose alternatives are marked on the day.
type Chosen struct {
	Case                 Case
	Kind, Product        string
	Region               string
	WishedFrom, WishedTo time.Time
	Elsewhere            bool
	Closed               bool
	Length               time.Duration
	Act                  Act
}

// DayPlan is a proposal for the open cases of a day.
type DayPlan struct {
	Date             time.Time
	Region, City     string
	State            string // none, running, ready, failed
	Started, Ready   time.Time
	Cases, Otherwise int
	More             bool
	Visits           []PlanVisit
	Left             []PlanLeft
	Added, OneByOne  int64 // fen
	Served           int   // of OneByOne
	Rates            []string
	Idem             string
	Form             ui.Form
}

// PlanVisit is one case of a proposal.
type PlanVisit struct {
	Case     casefile.ID
	Number   casefile.Number
	What     string // product and kind
	Urgency  string
	Region   string
	Who      Candidate
	Outcome  string
	Selected bool
}

// PlanLeft is a case that found no room.
type PlanLeft struct {
	Number  casefile.Number
	What    string
	Urgency string
	Region  string
	Why     []string
}
