package service

import (
	"context"
	"time"

	"anxin/internal/casefile"
)

// The commands and queries by who uses them. [Service] has them all; pages and API declare the part they need, and their tests give a fake.
//
// Errors everywhere: Invalid with field errors by key; NotFound for what is absent or belongs to another tenant, customer or technician; Conflict when the
// move is not legal in this state (service.error.not_now) or somebody was faster; Denied when the role may not do it.

// Intake is open to everybody who reports.
type Intake interface {
	// NewDraft reserves the ids of a case for photographs sealed before the report. The token is 86 characters, URL-safe, and valid for 24 hours.
	NewDraft(ctx context.Context, tenant casefile.Tenant) (Draft, string, error)
	// ParseDraft checks a draft token; a forged or stale one is Invalid.
	ParseDraft(tenant casefile.Tenant, token string) (Draft, error)
	// EnsureDraft creates the draft's subject key, so that its photographs can be sealed. It may be called any number of times.
	EnsureDraft(ctx context.Context, tenant casefile.Tenant, d Draft) error
	// Report accepts a request. When it answers without error the report is durable. The same key gives the same receipt; the same key with another
	// content is a Conflict that names the case number.
	Report(ctx context.Context, a casefile.Actor, r Report) (Receipt, error)
	// ResolveAddress says what an address would be understood as, for the form.
	ResolveAddress(text string) RegionView
}

// Customers is what a person with a case link can do.
type Customers interface {
	Status(ctx context.Context, a casefile.Actor, caseID casefile.ID) (Status, error)
	ConfirmRegion(ctx context.Context, a casefile.Actor, c ConfirmRegion) (Result, error)
	CorrectAddress(ctx context.Context, a casefile.Actor, c CorrectAddress) (Result, error)
	AttachPhotos(ctx context.Context, a casefile.Actor, c AttachPhotos) (Result, error)
	Reschedule(ctx context.Context, a casefile.Actor, c Reschedule) (Result, error)
	Cancel(ctx context.Context, a casefile.Actor, c Cancel) (Result, error)
	Reopen(ctx context.Context, a casefile.Actor, c Reopen) (Result, error)
	Rate(ctx context.Context, a casefile.Actor, c Rate) (Result, error)
	AnswerQuote(ctx context.Context, a casefile.Actor, c AnswerQuote) (Result, error)
	Sign(ctx context.Context, a casefile.Actor, c Sign) (Result, error)
	// ArriveByCustomer proves the arrival on the customer's page with the code that the technician shows.
	ArriveByCustomer(ctx context.Context, a casefile.Actor, c Door) (Result, error)
	MyData(ctx context.Context, a casefile.Actor, caseID casefile.ID) (MyData, error)
	// Erase destroys the key of the person's data. The timeline and the log stay and still verify. Only when nothing is under way.
	Erase(ctx context.Context, a casefile.Actor, caseID casefile.ID) error
}

// Technicians is what a technician can do. The actor's Technician says who it is.
type Technicians interface {
	Offers(ctx context.Context, a casefile.Actor) ([]OfferView, error)
	SeeOffer(ctx context.Context, a casefile.Actor, c OfferRef) (OfferView, error)
	// AcceptOffer gives the visit to this technician. Exactly one can; the others get a Conflict (service.error.offer_gone). When the visit no longer
	// fits between the technician's other visits it is a Conflict too (service.error.no_longer_fits). Accepting again is no error.
	AcceptOffer(ctx context.Context, a casefile.Actor, c OfferRef) (Result, error)
	DeclineOffer(ctx context.Context, a casefile.Actor, c DeclineOffer) (Result, error)
	// Today lists the visits that the technician holds, of the local day of at and those unfinished before.
	Today(ctx context.Context, a casefile.Actor, day time.Time) ([]Job, error)
	VisitPage(ctx context.Context, a casefile.Actor, c VisitRef) (VisitPage, error)
	EnRoute(ctx context.Context, a casefile.Actor, c VisitRef) (Result, error)
	// Arrive proves the arrival with the code that the customer reads out. A wrong code is Invalid (field code, args left); after five it is locked until the
	// desk resets it.
	Arrive(ctx context.Context, a casefile.Actor, c Door) (Result, error)
	// Propose writes the next version of the quote; an open one is withdrawn. With free lines only, work begins at once.
	Propose(ctx context.Context, a casefile.Actor, c Propose) (QuoteView, error)
	WithdrawQuote(ctx context.Context, a casefile.Actor, c VisitRef) (Result, error)
	Finish(ctx context.Context, a casefile.Actor, c Finish) (Result, error)
	NoAccess(ctx context.Context, a casefile.Actor, c VisitReason) (Result, error)
	FollowUp(ctx context.Context, a casefile.Actor, c FollowUp) (Result, error)
	GiveBack(ctx context.Context, a casefile.Actor, c VisitReason) (Result, error)
	Abort(ctx context.Context, a casefile.Actor, c VisitReason) (Result, error)
	// Sign records a signature on the technician's device, or its refusal.
	Sign(ctx context.Context, a casefile.Actor, c Sign) (Result, error)
	Earnings(ctx context.Context, a casefile.Actor, from, to time.Time) (Earnings, error)
}

// Desk is what agents and dispatchers can do, besides the commands of Customers (except AnswerQuote, Rate, Sign and ArriveByCustomer).
type Desk interface {
	Queue(ctx context.Context, a casefile.Actor, q QueueQuery) (QueuePage, error)
	// Search finds by case number, whole phone, last four digits of a phone (with a tail: "…0001"), or whole name. At most 50 hits, newest first.
	Search(ctx context.Context, a casefile.Actor, text string) ([]Hit, error)
	CasePage(ctx context.Context, a casefile.Actor, caseID casefile.ID) (CasePage, error)
	// FindCase answers the case of a number.
	FindCase(ctx context.Context, a casefile.Actor, n casefile.Number) (casefile.ID, error)
	Reveal(ctx context.Context, a casefile.Actor, c Reveal) (Revealed, error)
	Note(ctx context.Context, a casefile.Actor, c Note) (Result, error)
	PauseClock(ctx context.Context, a casefile.Actor, c ClockPause) (Result, error)
	ResumeClock(ctx context.Context, a casefile.Actor, c ClockPause) (Result, error)
	RemoteFixed(ctx context.Context, a casefile.Actor, c Closing) (Result, error)
	Refer(ctx context.Context, a casefile.Actor, c Closing) (Result, error)
	ResetDoorCode(ctx context.Context, a casefile.Actor, c VisitReason) (Result, error)
	// NewForCaller is Report by an agent: the actor's route is "phone".
	NewForCaller(ctx context.Context, a casefile.Actor, r Report) (Receipt, error)
	Problems(ctx context.Context, a casefile.Actor, after string, limit int) (ProblemPage, error)
	// Candidates ranks everybody around for the current visit, with reasons for and against.
	Candidates(ctx context.Context, a casefile.Actor, caseID casefile.ID) ([]CandidateRow, error)
	Pin(ctx context.Context, a casefile.Actor, c Pin) (Result, error)
	Reassign(ctx context.Context, a casefile.Actor, c Reassign) (Result, error)
	Broadcast(ctx context.Context, a casefile.Actor, caseID casefile.ID) (Result, error)
	// Day shows one local day: at most 200 technicians with their visits and the ways between them, and for a case what each of them would cost or why not.
	Day(ctx context.Context, a casefile.Actor, q DayQuery) (Day, error)
	// PlanDay begins a plan for the open cases of a day, in the background; one at a time per day and region. DayPlan answers how far it is, and NotFound when
	// none was asked for (or too long ago, or of another server). AcceptDayPlan gives the named cases as proposed, one transaction each; a case that moved on
	// since is left alone, and the answer says what became of each.
	PlanDay(ctx context.Context, a casefile.Actor, q ProposeQuery) error
	DayPlan(ctx context.Context, a casefile.Actor, q ProposeQuery) (Proposal, error)
	AcceptDayPlan(ctx context.Context, a casefile.Actor, q ProposeQuery, cases []casefile.ID) (Proposal, error)
	Stats(ctx context.Context, a casefile.Actor, from, to time.Time) (Stats, error)
}

// Staffing is the administration of technicians.
type Staffing interface {
	Technicians(ctx context.Context, a casefile.Actor, after string, limit int) ([]TechnicianView, string, error)
	Technician(ctx context.Context, a casefile.Actor, id casefile.ID) (TechnicianView, error)
	SaveTechnician(ctx context.Context, a casefile.Actor, in TechnicianInput) (casefile.ID, error)
	SaveAbsence(ctx context.Context, a casefile.Actor, in AbsenceInput) error
}

// Verify answers the public. Answers are signed and hold no personal data beyond the family name on a work card.
type Verify interface {
	// VerifyTechnician answers about a work number; when the actor is a customer the answer says whether this technician is expected in their case now.
	VerifyTechnician(ctx context.Context, a casefile.Actor, code string) (VerifyTechnician, error)
	VerifyDocument(ctx context.Context, a casefile.Actor, code string) (VerifyDocument, error)
	VerifyPart(ctx context.Context, a casefile.Actor, item, serial string) (VerifyPart, error)
	VerifyHotline(ctx context.Context, a casefile.Actor, number string) (VerifyHotline, error)
}
