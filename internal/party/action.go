package party

import (
	"slices"

	"anxin/internal/casefile"
)

// Action is something an actor does to a resource, "<kind>.<verb>".
type Action string

// Kind is what sort of thing a resource is.
type Kind string

// The kinds of resources.
const (
	KindTenant     Kind = "Tenant"     // the operator's installation as a whole
	KindCase       Kind = "Case"       // a case with its requests
	KindVisit      Kind = "Visit"      // one trip of a technician, with its quote and report
	KindOffer      Kind = "Offer"      // a visit offered to a technician
	KindEvidence   Kind = "Evidence"   // a sealed photo or paper
	KindAccount    Kind = "Account"    // a staff or merchant account
	KindTechnician Kind = "Technician" // the working profile: skills, regions, shifts
	KindKey        Kind = "Key"        // an API key
	KindEndpoint   Kind = "Endpoint"   // a webhook endpoint
	KindMessage    Kind = "Message"    // what was sent to a customer
)

// Scope is what an API key may be limited to.
type Scope string

// The scopes of API keys. ScopeNone actions cannot be done with a key at all.
const (
	ScopeNone     Scope = ""
	ScopeRead     Scope = "read"     // coverage, verify, status, queues
	ScopeReport   Scope = "report"   // make requests, attach photos
	ScopeWork     Scope = "work"     // act for a technician: offers, visits
	ScopeDesk     Scope = "desk"     // act for the desk
	ScopeMessages Scope = "messages" // read the words and the phone number of messages, for an SMS gateway
	ScopeAdmin    Scope = "admin"    // webhooks, technicians
	ScopeOrders   Scope = "orders"   // bring orders and references in
)

// Scopes lists what a key can be given.
func Scopes() []Scope {
	return []Scope{ScopeRead, ScopeReport, ScopeWork, ScopeDesk, ScopeMessages, ScopeAdmin, ScopeOrders}
}

// Visitor is the role under which policies and tables know somebody without log-in and without a case link: an Actor with Role Customer and
// no Case.
const Visitor casefile.Role = "visitor"

// Everything that can be done.
const (
	// Anybody.
	Report        Action = "request.report"
	CheckCoverage Action = "coverage.check"
	VerifyPublic  Action = "verify.check"
	FindMyCases   Action = "link.find" // by phone code

	// The customer of the case, or the desk for them.
	ViewStatus       Action = "case.status"
	ConfirmRegion    Action = "request.confirm_region"
	AttachPhotos     Action = "evidence.attach"
	Cancel           Action = "request.cancel"
	Reopen           Action = "request.reopen"
	AnswerQuote      Action = "quote.answer"
	ArriveByCustomer Action = "visit.arrive_by_customer"
	Sign             Action = "visit.sign"
	Rate             Action = "visit.rate"
	MyData           Action = "case.my_data"
	Erase            Action = "case.erase"
	RevokeLink       Action = "link.revoke"

	// The technician of the offer or visit.
	ListOffers   Action = "offer.list"
	SeeOffer     Action = "offer.see"
	AcceptOffer  Action = "offer.accept"
	DeclineOffer Action = "offer.decline"
	ViewToday    Action = "visit.today"
	ViewVisit    Action = "visit.view"
	EnRoute      Action = "visit.en_route"
	Arrive       Action = "visit.arrive"
	Propose      Action = "quote.propose"
	Finish       Action = "visit.finish"
	NoAccess     Action = "visit.no_access"
	FollowUp     Action = "visit.follow_up"

	// The product itself, by timer.
	Assign      Action = "visit.assign"
	ExpireOffer Action = "offer.expire"
	Remind      Action = "case.remind"

	// The desk.
	ViewQueue      Action = "desk.queue"
	SearchCases    Action = "desk.search"
	ViewCase       Action = "case.view"
	NewForCaller   Action = "request.new_for_caller"
	AddNote        Action = "case.note"
	PauseClock     Action = "clock.pause"
	ResumeClock    Action = "clock.resume"
	CorrectAddress Action = "request.correct_address"
	SendLink       Action = "link.send"
	Reveal         Action = "case.reveal"
	Pin            Action = "visit.pin"
	Reassign       Action = "visit.reassign"
	Broadcast      Action = "visit.broadcast"
	PlanDay        Action = "visit.plan_day"
	ViewMeasures   Action = "desk.measures"

	// The two sides of a claim.
	ListClaims    Action = "claim.inbox"     // the merchant's own
	ViewClaim     Action = "claim.view"      // its page, letters and media, as far as the stage allows
	FileClaim     Action = "claim.file"      //
	SettleClaim   Action = "claim.settle"    // take or refuse the merchant's offer
	WithdrawClaim Action = "claim.withdraw"  //
	AnswerClaim   Action = "claim.answer"    // accept, offer, contest
	SpeakInClaim  Action = "claim.speak"     // evidence, comments, "I cannot", more time, a response to an appeal
	CarryOutClaim Action = "claim.carry_out" // sent, confirmed, destroyed
	AppealClaim   Action = "claim.appeal"    // appeal, take it back, waive it

	// Orders and references.
	ListOrders     Action = "order.list"
	PutOrders      Action = "order.put"
	ViewOrder      Action = "order.view"
	ChangeOrder    Action = "order.change" // times, references, an import
	ViewReference  Action = "reference.view"
	ChangeMerchant Action = "merchant.change" // name and tier

	// Evidence and what is kept.
	ViewEvidence   Action = "evidence.view"
	ExportEvidence Action = "evidence.export" // one item, or with a nil ID all of a case
	VerifyLog      Action = "log.verify"
	ViewAccessLog  Action = "access.view" // of one case
	ExportCases    Action = "case.export"

	// Running the place.
	ListTechnicians  Action = "technician.list"
	ChangeTechnician Action = "technician.change"
	ChangeShifts     Action = "technician.shifts"
	ListAccounts     Action = "account.list"
	InviteAccount    Action = "account.invite"
	ChangeAccount    Action = "account.change" // roles, disable, unlock, reset link, end sessions
	ListKeys         Action = "key.list"
	CreateKey        Action = "key.create"
	RevokeKey        Action = "key.revoke"
	ListEndpoints    Action = "endpoint.list"
	ChangeEndpoint   Action = "endpoint.change"
	ReadMessage      Action = "message.read" // one message with its words, for a gateway
	ViewMailbox      Action = "message.mailbox"
	SearchAccessLog  Action = "access.search"
	ViewOutbox       Action = "outbox.view"
	RetryOutbox      Action = "outbox.retry"
	ChangeSettings   Action = "tenant.settings" // catalogue, price lists, texts

	// Claims, by reviewers and leads. Which reviewer one is in a claim is a fact of the claim.
	ClaimQueue        Action = "claim.queue"    // numbers, the next case, finding a claim one acted in
	ReviewClaim       Action = "claim.review"   // a claim one has, its duty-of-care page
	LeadClaim         Action = "claim.lead"     // suspend, merge, refer, take from a reviewer
	ClaimProblems     Action = "claim.problems" // escalations and disagreements
	ClaimStats        Action = "claim.stats"
	PayClaim          Action = "claim.pay"      // what has to be paid, and that it was; for the platform's program
	ViewClaimEvidence Action = "claim.evidence" // pictures of a claim and its references

	// One's own account.
	OwnAccount Action = "account.own" // sessions, password, second factor, role in use
)

// Def is one line of the table of actions: what the product intends, written down apart from the policies so that a test can compare the two.
type Def struct {
	Action Action
	Kind   Kind
	Scope  Scope
	// Roles may do it at all; whether to this resource is the policies' business.
	Roles []casefile.Role
	// Own limits roles to resources that are theirs: the case of the link, the technician's visit, the merchant's case, the own account.
	Own []casefile.Role
}

// The roles in short, for the table.
const (
	vis = Visitor
	cus = casefile.Customer
	tec = casefile.Technician
	agt = casefile.Agent
	dis = casefile.Dispatcher
	mer = casefile.Merchant
	rev = casefile.Reviewer
	adm = casefile.Admin
	sys = casefile.System
)

func by(roles ...casefile.Role) []casefile.Role { return roles }

var everybody = by(vis, cus, tec, agt, dis, mer, rev, adm)

// Defs is the table of actions in a fixed order.
func Defs() []Def { return slices.Clone(table) }

var table = []Def{
	{Report, KindTenant, ScopeReport, by(vis, cus, mer), nil},
	{CheckCoverage, KindTenant, ScopeRead, everybody, nil},
	{VerifyPublic, KindTenant, ScopeRead, everybody, nil},
	{FindMyCases, KindTenant, ScopeNone, by(vis, cus), nil},

	{ViewStatus, KindCase, ScopeRead, by(cus, mer), by(cus, mer)},
	{ConfirmRegion, KindCase, ScopeDesk, by(cus, agt, dis), by(cus)},
	{AttachPhotos, KindCase, ScopeReport, by(cus, tec, agt, dis, mer), by(cus, tec, mer)},
	{Cancel, KindCase, ScopeDesk, by(cus, agt, dis), by(cus)},
	{Reopen, KindCase, ScopeDesk, by(cus, agt, dis), by(cus)},
	{AnswerQuote, KindVisit, ScopeNone, by(cus), by(cus)},
	{ArriveByCustomer, KindVisit, ScopeNone, by(cus), by(cus)},
	{Sign, KindVisit, ScopeWork, by(cus, tec), by(cus, tec)},
	{Rate, KindVisit, ScopeNone, by(cus), by(cus)},
	{MyData, KindCase, ScopeNone, by(cus), by(cus)},
	{Erase, KindCase, ScopeNone, by(cus, adm), by(cus)},
	{RevokeLink, KindCase, ScopeDesk, by(cus, agt, dis), by(cus)},

	{ListOffers, KindTechnician, ScopeWork, by(tec), by(tec)},
	{SeeOffer, KindOffer, ScopeWork, by(tec), by(tec)},
	{AcceptOffer, KindOffer, ScopeWork, by(tec), by(tec)},
	{DeclineOffer, KindOffer, ScopeWork, by(tec), by(tec)},
	{ViewToday, KindTechnician, ScopeWork, by(tec), by(tec)},
	{ViewVisit, KindVisit, ScopeWork, by(tec), by(tec)},
	{EnRoute, KindVisit, ScopeWork, by(tec), by(tec)},
	{Arrive, KindVisit, ScopeWork, by(tec), by(tec)},
	{Propose, KindVisit, ScopeWork, by(tec), by(tec)},
	{Finish, KindVisit, ScopeWork, by(tec), by(tec)},
	{NoAccess, KindVisit, ScopeWork, by(tec), by(tec)},
	{FollowUp, KindVisit, ScopeWork, by(tec), by(tec)},

	{Assign, KindCase, ScopeDesk, by(dis, sys), nil},
	{ExpireOffer, KindOffer, ScopeNone, by(sys), nil},
	{Remind, KindCase, ScopeNone, by(sys), nil},

	{ViewQueue, KindTenant, ScopeDesk, by(agt, dis, rev), nil},
	{SearchCases, KindTenant, ScopeDesk, by(agt, dis, rev), nil},
	{ViewCase, KindCase, ScopeDesk, by(agt, dis, rev), nil},
	{NewForCaller, KindTenant, ScopeDesk, by(agt, dis), nil},
	{AddNote, KindCase, ScopeDesk, by(agt, dis, rev), nil},
	{PauseClock, KindCase, ScopeDesk, by(agt, dis), nil},
	{ResumeClock, KindCase, ScopeDesk, by(agt, dis), nil},
	{CorrectAddress, KindCase, ScopeDesk, by(agt, dis), nil},
	{SendLink, KindCase, ScopeDesk, by(agt, dis), nil},
	{Reveal, KindCase, ScopeNone, by(tec, agt, dis, rev), by(tec)},
	{Pin, KindCase, ScopeDesk, by(dis), nil},
	{Reassign, KindCase, ScopeDesk, by(dis), nil},
	{Broadcast, KindCase, ScopeDesk, by(dis), nil},
	{PlanDay, KindTenant, ScopeDesk, by(dis), nil},
	{ViewMeasures, KindTenant, ScopeRead, by(dis, adm), nil},

	{ListClaims, KindTenant, ScopeRead, by(mer), nil},
	{ViewClaim, KindCase, ScopeRead, by(cus, mer), by(cus, mer)},
	{FileClaim, KindCase, ScopeReport, by(cus), by(cus)},
	{SettleClaim, KindCase, ScopeReport, by(cus), by(cus)},
	{WithdrawClaim, KindCase, ScopeReport, by(cus), by(cus)},
	{AnswerClaim, KindCase, ScopeReport, by(mer), by(mer)},
	{SpeakInClaim, KindCase, ScopeReport, by(cus, mer), by(cus, mer)},
	{CarryOutClaim, KindCase, ScopeReport, by(cus, mer), by(cus, mer)},
	{AppealClaim, KindCase, ScopeReport, by(cus, mer), by(cus, mer)},

	{ListOrders, KindTenant, ScopeOrders, by(mer, adm), nil},
	{PutOrders, KindTenant, ScopeOrders, by(mer, adm), nil},
	{ViewOrder, KindCase, ScopeOrders, by(mer, adm), by(mer)},
	{ChangeOrder, KindCase, ScopeOrders, by(mer, adm), by(mer)},
	{ViewReference, KindEvidence, ScopeOrders, by(mer), by(mer)},
	{ChangeMerchant, KindTenant, ScopeAdmin, by(adm), nil},

	{ViewEvidence, KindEvidence, ScopeRead, by(cus, tec, agt, dis, rev), by(cus, tec)},
	{ExportEvidence, KindEvidence, ScopeNone, by(cus, rev, adm), by(cus)},
	{VerifyLog, KindTenant, ScopeNone, by(rev, adm), nil},
	{ViewAccessLog, KindCase, ScopeNone, by(cus, rev, adm), by(cus)},
	{ExportCases, KindTenant, ScopeNone, by(adm), nil},

	{ListTechnicians, KindTenant, ScopeRead, by(agt, dis, adm), nil},
	{ChangeTechnician, KindTechnician, ScopeAdmin, by(adm), nil},
	{ChangeShifts, KindTechnician, ScopeAdmin, by(dis, adm), nil},
	{ListAccounts, KindTenant, ScopeNone, by(adm), nil},
	{InviteAccount, KindTenant, ScopeNone, by(adm), nil},
	{ChangeAccount, KindAccount, ScopeNone, by(adm), nil},
	{ListKeys, KindTenant, ScopeNone, by(adm), nil},
	{CreateKey, KindTenant, ScopeNone, by(adm), nil},
	{RevokeKey, KindKey, ScopeNone, by(adm), nil},
	{ListEndpoints, KindTenant, ScopeAdmin, by(adm), nil},
	{ChangeEndpoint, KindEndpoint, ScopeAdmin, by(adm), nil},
	{ReadMessage, KindMessage, ScopeMessages, by(adm), nil},
	{ViewMailbox, KindTenant, ScopeNone, by(adm), nil},
	{SearchAccessLog, KindTenant, ScopeNone, by(adm), nil},
	{ViewOutbox, KindTenant, ScopeNone, by(adm), nil},
	{RetryOutbox, KindTenant, ScopeNone, by(adm), nil},
	{ChangeSettings, KindTenant, ScopeNone, by(adm), nil},

	{ClaimQueue, KindTenant, ScopeNone, by(rev, adm), nil},
	{ReviewClaim, KindCase, ScopeNone, by(adm, rev), nil},
	{LeadClaim, KindCase, ScopeNone, by(adm), nil},
	{ClaimProblems, KindTenant, ScopeNone, by(adm), nil},
	{ClaimStats, KindTenant, ScopeNone, by(rev, adm), nil},
	{PayClaim, KindCase, ScopeAdmin, by(adm), nil},
	{ViewClaimEvidence, KindEvidence, ScopeNone, by(rev, adm), nil},

	{OwnAccount, KindAccount, ScopeNone, by(tec, agt, dis, mer, rev, adm), by(tec, agt, dis, mer, rev, adm)},
}
