package claim

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/tx"
)

// The commands and queries by who uses them. [Service] has them all; pages and API declare the part they need, and their tests give a fake.
//
// Errors everywhere: Invalid with field errors by key (claim.field.…); NotFound for what is absent or belongs to another tenant, buyer or merchant; Conflict when the move is not legal in
// this state (claim.error.not_now) or a guard refuses (claim.guard.…); Denied when the part may not do it. A command sent twice with the same Idempotency-Key (casefile.Once) is
// done once.

// Claimants is what a buyer with a case link can do (Actor: role customer, Case).
type Claimants interface {
	// FilePage says what a claim on this order needs.
	FilePage(ctx context.Context, a casefile.Actor, caseID casefile.ID) (FilePage, error)
	// File accepts a claim. When it answers without error the claim and its media are durable and sealed. The same key gives the same receipt.
	File(ctx context.Context, a casefile.Actor, c File) (Receipt, error)
	// Status is the buyer's page of the newest claim of the case; NotFound when there is none. Reading it does not change anything; OpenNotices does.
	Status(ctx context.Context, a casefile.Actor, caseID casefile.ID) (ClaimStatus, error)
	// OpenNotices records that the side has seen what was served on it. Pages call it when they show the claim; it is free to be repeated.
	OpenNotices(ctx context.Context, a casefile.Actor, caseID casefile.ID) error
	Supply(ctx context.Context, a casefile.Actor, c Say) (Result, error)
	// Unable says that the buyer cannot supply what was asked for.
	Unable(ctx context.Context, a casefile.Actor, c Reasoned) (Result, error)
	Extend(ctx context.Context, a casefile.Actor, c Extend) (Result, error)
	AnswerOffer(ctx context.Context, a casefile.Actor, c Answer) (Result, error)
	// Comment speaks in rebuttal; without words and media it says "nothing to add".
	Comment(ctx context.Context, a casefile.Actor, c Say) (Result, error)
	Withdraw(ctx context.Context, a casefile.Actor, c Reasoned) (Result, error)
	// Sent notes that the goods are on their way back.
	Sent(ctx context.Context, a casefile.Actor, c Sent) (Result, error)
	// Confirm by a buyer is the proof of destruction, with photographs.
	Confirm(ctx context.Context, a casefile.Actor, c Done) (Result, error)
	// Letter answers a letter by code; an empty code is the newest. Pages call OpenNotices when they show it.
	Letter(ctx context.Context, a casefile.Actor, caseID casefile.ID, code string) (LetterView, error)
	Appeals
}

// Appeals is what both sides can do about a decision.
type Appeals interface {
	Appeal(ctx context.Context, a casefile.Actor, c Appeal) (Result, error)
	// Respond answers the other side's appeal.
	Respond(ctx context.Context, a casefile.Actor, c Say) (Result, error)
	// TakeBack ends one's own appeal.
	TakeBack(ctx context.Context, a casefile.Actor, c Reasoned) (Result, error)
	// WaiveAppeal: when both sides have, the decision is final at once.
	WaiveAppeal(ctx context.Context, a casefile.Actor, c Ref) (Result, error)
}

// Merchants is what a merchant can do (Actor: role merchant, Merchant says whose).
type Merchants interface {
	Inbox(ctx context.Context, a casefile.Actor, q InboxQuery) (InboxPage, error)
	// MerchantClaim is the merchant's page; NotFound for another merchant's claim and before notice was served.
	MerchantClaim(ctx context.Context, a casefile.Actor, caseID casefile.ID) (MerchantClaim, error)
	OpenNotices(ctx context.Context, a casefile.Actor, caseID casefile.ID) error
	Accept(ctx context.Context, a casefile.Actor, c Accept) (Result, error)
	Offer(ctx context.Context, a casefile.Actor, c Offer) (Result, error)
	Contest(ctx context.Context, a casefile.Actor, c Contest) (Result, error)
	Extend(ctx context.Context, a casefile.Actor, c Extend) (Result, error)
	Comment(ctx context.Context, a casefile.Actor, c Say) (Result, error)
	// Confirm by a merchant: the goods are back (return), the replacement is on its way (replace).
	Confirm(ctx context.Context, a casefile.Actor, c Done) (Result, error)
	Letter(ctx context.Context, a casefile.Actor, caseID casefile.ID, code string) (LetterView, error)
	Appeals
}

// Reviewers is what reviewers (role reviewer) and leads (role admin) can do. Which reviewer one is in a claim - first, second, of the appeal - is a fact of the claim.
type Reviewers interface {
	QueueInfo(ctx context.Context, a casefile.Actor) (QueueInfo, error)
	// Next leases the most urgent claim that this reviewer may take, for LeaseTime; the one they have already comes first. NotFound (claim.error.queue_empty) when
	// nothing waits. There is no way to choose another.
	Next(ctx context.Context, a casefile.Actor) (Leased, error)
	// ReviewPage needs the lease; leads see every claim.
	ReviewPage(ctx context.Context, a casefile.Actor, caseID casefile.ID) (ReviewPage, error)
	// Signals are refused (claim.guard.g4) until this reviewer wrote a first impression in this round.
	Signals(ctx context.Context, a casefile.Actor, caseID casefile.ID) (SignalsPage, error)
	Impress(ctx context.Context, a casefile.Actor, c Impress) (Result, error)
	Ask(ctx context.Context, a casefile.Actor, c Ask) (Result, error)
	// WaiveEvidence does without what the buyer was asked for.
	WaiveEvidence(ctx context.Context, a casefile.Actor, c Reasoned) (Result, error)
	OrderInspection(ctx context.Context, a casefile.Actor, c Inspect) (Result, error)
	ExtendReview(ctx context.Context, a casefile.Actor, c Extend) (Result, error)
	// Decide decides as the first reviewer. A finding of forgery goes to a second person.
	Decide(ctx context.Context, a casefile.Actor, c Decide) (Result, error)
	Agree(ctx context.Context, a casefile.Actor, c Review) (Result, error)
	Disagree(ctx context.Context, a casefile.Actor, c Review) (Result, error)
	// Uphold, Overturn and Remit decide an appeal.
	Uphold(ctx context.Context, a casefile.Actor, c Review) (Result, error)
	Overturn(ctx context.Context, a casefile.Actor, c Decide) (Result, error)
	Remit(ctx context.Context, a casefile.Actor, c Review) (Result, error)
	Release(ctx context.Context, a casefile.Actor, c Release) (Result, error)
	Letter(ctx context.Context, a casefile.Actor, caseID casefile.ID, code string) (LetterView, error)
	// FindClaim answers the case of a number (leads, and reviewers for claims they acted in).
	FindClaim(ctx context.Context, a casefile.Actor, n casefile.Number) (casefile.ID, error)
	Duty(ctx context.Context, a casefile.Actor, caseID casefile.ID) (DutyPage, error)
	Stats(ctx context.Context, a casefile.Actor, from, to time.Time) (Stats, error)
}

// Leads is what a lead (role admin) can do besides.
type Leads interface {
	LeadDecide(ctx context.Context, a casefile.Actor, c Decide) (Result, error)
	Problems(ctx context.Context, a casefile.Actor) ([]ProblemRow, error)
	Suspend(ctx context.Context, a casefile.Actor, c Reasoned) (Result, error)
	Resume(ctx context.Context, a casefile.Actor, c Reasoned) (Result, error)
	Merge(ctx context.Context, a casefile.Actor, c MergeInto) (Result, error)
	Refer(ctx context.Context, a casefile.Actor, c Reasoned) (Result, error)
	// GiveUp ends carrying a decision out that cannot be completed.
	GiveUp(ctx context.Context, a casefile.Actor, c Reasoned) (Result, error)
	// Unassign takes a claim from the reviewer who has it.
	Unassign(ctx context.Context, a casefile.Actor, c Reasoned) (Result, error)
}

// Platform is what programs and the other halves of the product tell a claim. Actors: the system, an API key of an admin, or the desk.
type Platform interface {
	// Checked is called by the check jobs when all of them ran (or gave up); flags are codes for the rules, never a verdict.
	Checked(ctx context.Context, tenant casefile.Tenant, caseID, claim casefile.ID, flags []string) error
	// CheckedTx is Checked in the caller's transaction (the completion of the job).
	CheckedTx(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID, flags []string) error
	// VisitDone is called, in the caller's transaction, when any request of a case is over; done is false when it was cancelled. Cases without a claim are ignored.
	VisitDone(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, request casefile.ID, done bool) error
	// RefundOrder answers what a program that was told of a refund has to pay.
	RefundOrder(ctx context.Context, a casefile.Actor, caseID casefile.ID) (RefundOrder, error)
	// ConfirmStep confirms a step for the platform: the refund was paid, or failed.
	ConfirmStep(ctx context.Context, a casefile.Actor, c Done) (Result, error)
	// Handlers are for clock.Handle; ClockExpired and ClockMoved for the case clocks, for kinds that begin with "claim_".
	Handlers() map[string]clock.Handler
	ClockExpired(ctx context.Context, t tx.Tx, cf *casefile.Case, clk clock.CaseClock, all []clock.CaseClock) error
	ClockMoved(ctx context.Context, t tx.Tx, cf *casefile.Case, clk clock.CaseClock, from time.Time) error
	// Doctor looks at every decision that stands (bar 3); it calls report for each that breaks a rule and answers how many it looked at.
	Doctor(ctx context.Context, report func(DoctorFinding)) (looked int, err error)
	// Holds reports whether a case must be kept: a claim of it is neither archived nor withdrawn.
	Holds(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) (bool, error)
	// MayShowItem says whether an item of the vault may be shown to this actor at the claim's stage: evidence asks before it opens a copy.
	MayShowItem(ctx context.Context, a casefile.Actor, caseID, item casefile.ID) (bool, error)
}
