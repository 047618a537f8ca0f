package terms

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// Store keeps the rows of this package; package servicedb is the one for databases. Every method takes the tenant, in the row or as an argument.
// Reading one row that is not there is a casefile.NotFound error. Update methods write every changeable column.
type Store interface {
	RequestStore
	VisitStore
	OfferStore
	QuoteStore
	ReportStore
	DeskStore
	TechnicianStore
}

// RequestStore keeps requests and promises.
type RequestStore interface {
	InsertRequest(ctx context.Context, t tx.Tx, r *Request) error
	UpdateRequest(ctx context.Context, t tx.Tx, r *Request) error
	// Requests of a case, oldest first.
	Requests(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]Request, error)
	// NearestClock is the earliest due time of a case's running clocks that are not paused, in microseconds; noDue when none runs.
	NearestClock(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) (int64, error)

	InsertPromise(ctx context.Context, t tx.Tx, p *Promise) error
	UpdatePromise(ctx context.Context, t tx.Tx, p *Promise) error
	// PromisesJudged counts kept and broken promises judged in a span.
	PromisesJudged(ctx context.Context, t tx.Tx, tenant casefile.Tenant, from, to time.Time) (kept, broken int, err error)
	// Promises of a case, oldest first.
	Promises(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]Promise, error)
}

// VisitStore keeps visits.
type VisitStore interface {
	InsertVisit(ctx context.Context, t tx.Tx, v *Visit) error
	UpdateVisit(ctx context.Context, t tx.Tx, v *Visit) error
	// Visits of a case, oldest first.
	Visits(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]Visit, error)
	// Held are the visits that a technician holds and has not finished, of any case, by planned time, with place and kind. At most 200.
	Held(ctx context.Context, t tx.Tx, tenant casefile.Tenant, technician casefile.ID) ([]Visit, error)
	// VisitsOn are those of a technician planned in a span, of any state, with place and kind. At most 200.
	VisitsOn(ctx context.Context, t tx.Tx, tenant casefile.Tenant, technician casefile.ID, from, to time.Time) ([]Visit, error)
}

// OfferStore keeps offers.
type OfferStore interface {
	InsertOffer(ctx context.Context, t tx.Tx, o *Offer) error
	UpdateOffer(ctx context.Context, t tx.Tx, o *Offer) error
	// Offers of a case with the technicians' names, oldest first.
	Offers(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]Offer, error)
	// LiveOffers of a technician, soonest expiry first. At most 100.
	LiveOffers(ctx context.Context, t tx.Tx, tenant casefile.Tenant, technician casefile.ID) ([]Offer, error)
	// Earned counts the finished visits of a technician in a span and their pay.
	Earned(ctx context.Context, t tx.Tx, tenant casefile.Tenant, technician casefile.ID, from, to time.Time) (visits int, pay casefile.Fen, err error)
}

// QuoteStore keeps quotes with their lines.
type QuoteStore interface {
	InsertQuote(ctx context.Context, t tx.Tx, q *Quote) error
	// UpdateQuote writes the state and the answers of the lines.
	UpdateQuote(ctx context.Context, t tx.Tx, q *Quote) error
	// Quotes of a case with their lines, oldest first.
	Quotes(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]Quote, error)
}

// ReportStore keeps reports of work, ratings and documents.
type ReportStore interface {
	InsertReport(ctx context.Context, t tx.Tx, r *WorkReport) error
	// Reports of a case with work, parts and products, oldest first.
	Reports(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]WorkReport, error)
	// SerialFitted tells how often a serial was fitted outside one visit, and when first.
	SerialFitted(ctx context.Context, t tx.Tx, tenant casefile.Tenant, serialKey []byte, exceptVisit casefile.ID) (times int, first time.Time, err error)
	InsertRating(ctx context.Context, t tx.Tx, r *Rating) error
	Ratings(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]Rating, error)
	InsertDocument(ctx context.Context, t tx.Tx, d *Document) error
	Document(ctx context.Context, t tx.Tx, tenant casefile.Tenant, code string) (Document, error)
}

// DeskStore answers the desk's lists.
type DeskStore interface {
	InsertNote(ctx context.Context, t tx.Tx, n *DeskNote) error
	Notes(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]DeskNote, error)
	// OpenProblem does nothing when one of the kind is open in the case.
	OpenProblem(ctx context.Context, t tx.Tx, p *ProblemRow) (opened bool, err error)
	// ResolveProblem closes the open one of a kind; an empty kind closes all.
	ResolveProblem(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, kind string, at time.Time) error
	ProblemsOf(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]ProblemRow, error)
	OpenProblems(ctx context.Context, t tx.Tx, tenant casefile.Tenant, after ProblemKey, limit int) ([]ProblemRow, error)
	// Queue lists requests with queue = 1 by (NextDue, ID).
	Queue(ctx context.Context, t tx.Tx, tenant casefile.Tenant, q QueueFilter, after QueueKey, limit int) ([]QueueRow, error)
	Stats(ctx context.Context, t tx.Tx, tenant casefile.Tenant, from, to time.Time) (StatsRows, error)
}

// QueueFilter bounds a queue; empty fields do not.
type QueueFilter struct {
	State   State
	Urgency Urgency
	Region  string // prefix
}

// QueueKey is where a page of the queue ended.
type QueueKey struct {
	Due int64
	ID  casefile.ID
}

// ProblemKey is where a page of problems ended.
type ProblemKey struct {
	Rank int64
	ID   casefile.ID
}

// QueueRow is a request with its case.
type QueueRow struct {
	Request Request
	Number  casefile.Number
	Subject casefile.ID
	DueKind string // of the nearest clock
}

// StatsRows are the raw figures of a span.
type StatsRows struct {
	Requests     []RequestTimes // created in the span, at most 20,000
	Kept, Broken int
	Ratings      int
	StarsSum     int
	Declines     []Count
}

// RequestTimes are the moments of one request.
type RequestTimes struct {
	Region                     string
	Created, Assigned, Arrived time.Time
	Finished                   time.Time
	Visits                     int
	Reopened                   bool
}

// TechnicianStore keeps technicians.
type TechnicianStore interface {
	InsertTechnician(ctx context.Context, t tx.Tx, x *Technician) error
	UpdateTechnician(ctx context.Context, t tx.Tx, x *Technician) error
	// ReplaceSkills and the others replace the whole list.
	ReplaceSkills(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, list []Skill) error
	ReplaceRegions(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, list []string) error
	ReplaceShifts(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, list []Shift) error
	AddAbsence(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, a Absence) error
	RemoveAbsence(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, from time.Time) (bool, error)
	// Technician reads one with skills, regions, shifts and the absences that end after since.
	Technician(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, since time.Time) (Technician, error)
	// LockTechnician keeps other transactions that lock this technician waiting. It is taken after the case's lock, never before.
	LockTechnician(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) error
	TechnicianByCode(ctx context.Context, t tx.Tx, tenant casefile.Tenant, code string) (Technician, error)
	// Crew reads the active ones registered for exactly this region code as Technician does, and what all of them hold as Held does: a handful of statements
	// however many there are. At most 500 technicians.
	Crew(ctx context.Context, t tx.Tx, tenant casefile.Tenant, region string, since time.Time) ([]Technician, []Visit, error)
	// Staff pages through the active ones by id, read as Crew reads them: those behind after, at most limit, with what they hold.
	Staff(ctx context.Context, t tx.Tx, tenant casefile.Tenant, after casefile.ID, limit int, since time.Time) ([]Technician, []Visit, error)
	// DayStaff reads those who have not left and are registered for a region prefix (empty: all) by code, behind after, at most limit, with absences that end
	// after since; the visits that touch the span, of any state; and, in the same list, those they hold at another time.
	DayStaff(ctx context.Context, t tx.Tx, tenant casefile.Tenant, region, after string, limit int, from, to time.Time) ([]Technician, []Visit, error)
	// Serving counts the active ones registered for exactly this region code who have the skill.
	Serving(ctx context.Context, t tx.Tx, tenant casefile.Tenant, region string, k Kind, product string, level int) (int, error)
	// TechniciansAfter pages through all by code.
	TechniciansAfter(ctx context.Context, t tx.Tx, tenant casefile.Tenant, after string, limit int) ([]Technician, error)
	// AddRecord counts a finished visit or a rating on the technician's card.
	AddRecord(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, visits, stars, ratings int) error
}
