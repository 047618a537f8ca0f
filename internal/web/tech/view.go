package tech

import (
	"time"

	"anxin/internal/casefile"
	"anxin/internal/web/ui"
)

// Ref names a visit or an offer inside its case.
type Ref struct{ Case, ID casefile.ID }

// Job is what every card and page says about a visit. Product and Fault are words in the reader's language.
type Job struct {
	Number         casefile.Number
	Kind           string // repair, install, relocate, commission, clean, inspect
	Urgency        string // emergency, express, booked, flexible
	Product, Fault string
}

// OfferCard is one offer. Area says the division and nothing finer: the address comes with the acceptance.
type OfferCard struct {
	Job
	Ref                  Ref
	Area                 string
	DistanceM            float64
	Travel               time.Duration
	Arrive               time.Time // if accepted now
	Pay                  casefile.Fen
	Expires              time.Time
	WishedFrom, WishedTo time.Time // zero when the customer wished nothing
	Why                  []string  // sentences
	Broadcast            bool      // offered to several at once
	Idem                 string    // idempotency token of the answer forms
}

// Offers is the list of open offers, the one that ends first on top.
type Offers struct {
	Cards []OfferCard
	// Declines are the reasons one can tap.
	Declines []ui.Choice
	// Gone says that an offer answered just now was no longer there.
	Gone string
}

// VisitCard is one visit in a list.
type VisitCard struct {
	Job
	Ref      Ref
	State    string
	From, To time.Time
	Area     string
	Pinned   bool
}

// Span is a span of time.
type Span struct{ From, To time.Time }

// Today is the technician's day.
type Today struct {
	Day     time.Time
	Shifts  []Span
	Absent  bool
	Offers  int
	Current *VisitCard // under way, or the next one
	Later   []VisitCard
	Over    []VisitCard
	// Tomorrow counts the visits of the next working day.
	Tomorrow    int
	TomorrowDay string // yyyy-mm-dd
}

// Step is one step of a visit.
type Step struct {
	Name string // staff.step.<name>
	Done bool
	Now  bool
	At   time.Time
}

// Contact is how to reach the customer; it is empty before the visit is accepted and after it is over.
type Contact struct {
	Name, Phone, Address string
}

// Next is the one next action of a visit.
type Next struct {
	// Act is set_out, arrive, quote, wait, report, sign or empty.
	Act string
	// Href is the page of acts that need more than a tap.
	Href string
}

// QuoteLine is one line of a quote.
type QuoteLine struct {
	Item, Why string
	Quantity  int64
	Unit      casefile.Fen
	Answer    string // open, approved, refused, free
}

// Quote is what was proposed to the customer.
type Quote struct {
	Version  int
	State    string // open, answered, withdrawn
	Lines    []QuoteLine
	Sum      casefile.Fen // of all lines
	Approved casefile.Fen
	At       time.Time
}

// Earlier is a visit before this one.
type Earlier struct {
	At                  time.Time
	Technician, Outcome string
	Work                string
}

// Visit is the page of one visit.
type Visit struct {
	Job
	Ref      Ref
	State    string
	From, To time.Time
	Words    string // what the customer wrote
	Photos   []ui.Photo
	Contact  Contact
	Area     string
	Clock    *ui.Clock
	Steps    []Step
	Next     Next
	Quote    *Quote
	MyPhotos []ui.Photo
	Earlier  []Earlier
	Moves    []string // give_back, no_access, follow_up, abort: the other legal moves
	// CanBegin offers work that needs no approval; CanWithdraw takes an unanswered quote back.
	CanBegin, CanWithdraw bool
	Document              string // code of the service report, once there is one
	Signature             string // signed, refused or empty
	Warranty              time.Time
	DeskPhone             string
	MyCode                string // what the customer compares when they check on their own page
	Idem                  string
	Form                  ui.Form // errors of the arrive form
	CodeTyped             string
	TriesLeft             int // of the door code; 0 is not shown
	LastChange            int64
	// Reported says that the report of work is in: what the browser kept of its draft can go.
	Reported bool
}

// PriceItem is one item of the price list.
type PriceItem struct {
	Max               int64 // per quote; 0 is 99
	Outside           bool  // under a warranty: this line is not covered by it
	Code, Name, Group string
	UnitName          string // piece, job, metre
	Unit              casefile.Fen
	Free              bool
	Quantity          int64
	Why               string
}

// QuotePage is the form that makes a quote.
type QuotePage struct {
	Warranty bool // an earlier repair pays, but for lines outside it
	Job
	Ref      Ref
	List     string // version of the price list
	ListFrom time.Time
	Items    []PriceItem
	Sum      casefile.Fen
	Idem     string
	Form     ui.Form
}

// CheckItem is one line of the checklist.
type CheckItem struct {
	Code, Text string
	Optional   bool
	Photo      bool   // a photo is asked for
	Value      string // done, na, not_done or empty
}

// PartRow is one fitted part.
type PartRow struct {
	Part, Serial string
	Quantity     int64
}

// ProductRow is one related product that was looked at.
type ProductRow struct {
	Product, Condition string
	// Advice is a code of the list, Own is in own words; the words win.
	Advice, Own string
	WantsQuote  bool
}

// DoneLine is an approved or free line of the quote.
type DoneLine struct {
	Code, Item         string
	Unit               casefile.Fen
	Approved, Quantity int64
	Done               bool
}

// ReportPage is the form of the report of work.
type ReportPage struct {
	Job
	Ref          Ref
	Checklist    []CheckItem
	Faults       []ui.Choice
	Causes       []ui.Choice
	Work         string
	PartChoices  []ui.Choice
	Parts        []PartRow
	Products     []ui.Choice
	Advices      []ui.Choice
	Checked      []ProductRow
	NoneSeen     bool
	WarrantyDays int  // that the catalogue gives this work
	Again        bool // drawn again with a row added: what was typed is in it
	Lines        []DoneLine
	Before       ui.Upload
	After        ui.Upload
	Idem         string
	Form         ui.Form
}

// SignPage is what the customer reads and signs on the technician's phone.
type SignPage struct {
	Job
	Ref      Ref
	Work     string
	Parts    []PartRow
	Lines    []QuoteLine
	Sum      casefile.Fen
	Warranty time.Time
	Advice   []ProductRow
	Refusal  []ui.Choice
	Idem     string
	Form     ui.Form
}

// AsidePage is the form of a visit that cannot be done: nobody there, or another visit needed.
type AsidePage struct {
	Job
	Ref         Ref
	Move        string // give_back, no_access, follow_up, abort
	Reasons     []ui.Choice
	Words       string
	Reason      string
	TakesPhotos bool
	// Parts are what can be ordered for the next visit, NotBefore the first day on which it makes sense.
	Parts     []ui.Choice
	NotBefore string
	Photos    ui.Upload
	Idem      string
	Form      ui.Form
}

// Profile is the technician's own page: what the product believes about them.
type Profile struct {
	Name, Code, Partner string
	State               string
	Skills              []string
	Regions             []string
	WeekWords           []string
}
