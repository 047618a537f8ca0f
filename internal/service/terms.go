package service

import "anxin/internal/service/terms"

// The words of the service half are defined in package terms and have their names here, where everybody else uses them.

// States, moves and the tables that join them.
type (
	State      = terms.State
	Move       = terms.Move
	Transition = terms.Transition
	Machine    = terms.Machine
)

// The constants of states and moves.
const (
	RequestReceived       = terms.RequestReceived
	RequestTriaged        = terms.RequestTriaged
	RequestPlanned        = terms.RequestPlanned
	RequestAssigned       = terms.RequestAssigned
	RequestInProgress     = terms.RequestInProgress
	RequestDone           = terms.RequestDone
	RequestClosed         = terms.RequestClosed
	RequestCancelled      = terms.RequestCancelled
	RequestRemoteFixed    = terms.RequestRemoteFixed
	RequestReferred       = terms.RequestReferred
	VisitPlanned          = terms.VisitPlanned
	VisitOffered          = terms.VisitOffered
	VisitAccepted         = terms.VisitAccepted
	VisitEnRoute          = terms.VisitEnRoute
	VisitArrived          = terms.VisitArrived
	VisitWorking          = terms.VisitWorking
	VisitWaitingApproval  = terms.VisitWaitingApproval
	VisitWaitingSignature = terms.VisitWaitingSignature
	VisitFinished         = terms.VisitFinished
	VisitNeedsFollowUp    = terms.VisitNeedsFollowUp
	VisitNoAccess         = terms.VisitNoAccess
	VisitAborted          = terms.VisitAborted
	OfferCreated          = terms.OfferCreated
	OfferSent             = terms.OfferSent
	OfferSeen             = terms.OfferSeen
	OfferAccepted         = terms.OfferAccepted
	OfferDeclined         = terms.OfferDeclined
	OfferExpired          = terms.OfferExpired
	OfferWithdrawn        = terms.OfferWithdrawn
	PromiseQuoted         = terms.PromiseQuoted
	PromiseConfirmed      = terms.PromiseConfirmed
	PromiseAtRisk         = terms.PromiseAtRisk
	PromiseKept           = terms.PromiseKept
	PromiseBroken         = terms.PromiseBroken
	PromiseReplaced       = terms.PromiseReplaced
	QuoteOpen             = terms.QuoteOpen
	QuoteAnswered         = terms.QuoteAnswered
	QuoteWithdrawn        = terms.QuoteWithdrawn
	MoveTriage            = terms.MoveTriage
	MovePlan              = terms.MovePlan
	MoveAssign            = terms.MoveAssign
	MoveUnassign          = terms.MoveUnassign
	MoveUnclear           = terms.MoveUnclear
	MoveStart             = terms.MoveStart
	MoveComplete          = terms.MoveComplete
	MoveContinue          = terms.MoveContinue
	MoveClose             = terms.MoveClose
	MoveReopen            = terms.MoveReopen
	MoveCancel            = terms.MoveCancel
	MoveRemoteFix         = terms.MoveRemoteFix
	MoveRefer             = terms.MoveRefer
	MoveConfirm           = terms.MoveConfirm
	MoveCorrect           = terms.MoveCorrect
	MoveAttach            = terms.MoveAttach
	MoveReschedule        = terms.MoveReschedule
	MoveNote              = terms.MoveNote
	MoveEraseData         = terms.MoveEraseData
	MoveReassign          = terms.MoveReassign
	MovePin               = terms.MovePin
	MoveBroadcast         = terms.MoveBroadcast
	MoveResetCode         = terms.MoveResetCode
	MoveOffer             = terms.MoveOffer
	MoveAccept            = terms.MoveAccept
	MoveDecline           = terms.MoveDecline
	MoveExpire            = terms.MoveExpire
	MoveWithdraw          = terms.MoveWithdraw
	MoveSend              = terms.MoveSend
	MoveSee               = terms.MoveSee
	MoveSetOut            = terms.MoveSetOut
	MoveArrive            = terms.MoveArrive
	MovePropose           = terms.MovePropose
	MoveBegin             = terms.MoveBegin
	MoveAnswer            = terms.MoveAnswer
	MoveSubmit            = terms.MoveSubmit
	MoveFinish            = terms.MoveFinish
	MoveSign              = terms.MoveSign
	MoveRefuseSign        = terms.MoveRefuseSign
	MoveLapse             = terms.MoveLapse
	MoveFollowUp          = terms.MoveFollowUp
	MoveNoAccess          = terms.MoveNoAccess
	MoveAbort             = terms.MoveAbort
	MoveRate              = terms.MoveRate
	MoveRisk              = terms.MoveRisk
	MoveRecover           = terms.MoveRecover
	MoveKeep              = terms.MoveKeep
	MoveBreak             = terms.MoveBreak
	MoveReplace           = terms.MoveReplace
)

// Commands and their answers.
type (
	Kind            = terms.Kind
	Urgency         = terms.Urgency
	Draft           = terms.Draft
	Report          = terms.Report
	Receipt         = terms.Receipt
	ConfirmRegion   = terms.ConfirmRegion
	CorrectAddress  = terms.CorrectAddress
	AttachPhotos    = terms.AttachPhotos
	Reschedule      = terms.Reschedule
	Cancel          = terms.Cancel
	Reopen          = terms.Reopen
	Rate            = terms.Rate
	AnswerQuote     = terms.AnswerQuote
	LineAnswer      = terms.LineAnswer
	Sign            = terms.Sign
	Door            = terms.Door
	OfferRef        = terms.OfferRef
	DeclineOffer    = terms.DeclineOffer
	VisitRef        = terms.VisitRef
	VisitReason     = terms.VisitReason
	Propose         = terms.Propose
	ProposeLine     = terms.ProposeLine
	Finish          = terms.Finish
	WorkLine        = terms.WorkLine
	PartLine        = terms.PartLine
	RelatedProduct  = terms.RelatedProduct
	FollowUp        = terms.FollowUp
	Pin             = terms.Pin
	Reassign        = terms.Reassign
	Note            = terms.Note
	ClockPause      = terms.ClockPause
	Closing         = terms.Closing
	Reveal          = terms.Reveal
	Result          = terms.Result
	VisitOrder      = terms.VisitOrder
	TechnicianInput = terms.TechnicianInput
	Skill           = terms.Skill
	Shift           = terms.Shift
	Certificate     = terms.Certificate
	AbsenceInput    = terms.AbsenceInput
)

// The constants of kinds of service and urgencies.
const (
	Repair     = terms.Repair
	Install    = terms.Install
	Relocate   = terms.Relocate
	Commission = terms.Commission
	Clean      = terms.Clean
	Inspect    = terms.Inspect
	Emergency  = terms.Emergency
	Express    = terms.Express
	Booked     = terms.Booked
	Flexible   = terms.Flexible
)

// Views: what queries answer.
type (
	Line             = terms.Line
	Text             = terms.Text
	Named            = terms.Named
	RegionView       = terms.RegionView
	RegionChoice     = terms.RegionChoice
	Entry            = terms.Entry
	ClockView        = terms.ClockView
	PromiseView      = terms.PromiseView
	TechnicianCard   = terms.TechnicianCard
	QuoteView        = terms.QuoteView
	QuoteLineView    = terms.QuoteLineView
	ReportView       = terms.ReportView
	PartView         = terms.PartView
	CheckView        = terms.CheckView
	RelatedView      = terms.RelatedView
	RatingView       = terms.RatingView
	VisitView        = terms.VisitView
	RequestView      = terms.RequestView
	Status           = terms.Status
	MyData           = terms.MyData
	Look             = terms.Look
	OfferView        = terms.OfferView
	Reason           = terms.Reason
	Job              = terms.Job
	VisitPage        = terms.VisitPage
	PhotoPrompt      = terms.PhotoPrompt
	PriceItem        = terms.PriceItem
	Earnings         = terms.Earnings
	QueueItem        = terms.QueueItem
	QueueQuery       = terms.QueueQuery
	QueuePage        = terms.QueuePage
	CasePage         = terms.CasePage
	OfferRow         = terms.OfferRow
	NoteView         = terms.NoteView
	Problem          = terms.Problem
	ProblemPage      = terms.ProblemPage
	CandidateRow     = terms.CandidateRow
	Day              = terms.Day
	DayRow           = terms.DayRow
	ProposeQuery     = terms.ProposeQuery
	Proposal         = terms.Proposal
	ProposedVisit    = terms.ProposedVisit
	ProposedLeft     = terms.ProposedLeft
	OpenCase         = terms.OpenCase
	DayQuery         = terms.DayQuery
	DayCase          = terms.DayCase
	Way              = terms.Way
	Span             = terms.Span
	Commitment       = terms.Commitment
	Hit              = terms.Hit
	Revealed         = terms.Revealed
	Stats            = terms.Stats
	Count            = terms.Count
	VerifyTechnician = terms.VerifyTechnician
	VerifyDocument   = terms.VerifyDocument
	VerifyPart       = terms.VerifyPart
	VerifyHotline    = terms.VerifyHotline
	Signature        = terms.Signature
	TechnicianView   = terms.TechnicianView
	Absence          = terms.Absence
)

// Personal data in views; see package privacy.
type (
	Name    = terms.Name
	Phone   = terms.Phone
	Address = terms.Address
	Words   = terms.Words
)

// What the service half is made of.
type (
	Config     = terms.Config
	Timers     = terms.Timers
	Links      = terms.Links
	Evidence   = terms.Evidence
	Attachment = terms.Attachment
	Item       = terms.Item
	Notifier   = terms.Notifier
	Message    = terms.Message
	Recipient  = terms.Recipient
	AccessLog  = terms.AccessLog
	Signer     = terms.Signer
	Clocks     = terms.Clocks
	Board      = terms.Board
	Boards     = terms.Boards
)

// The constants of recipients.
const (
	ToCustomer   = terms.ToCustomer
	ToTechnician = terms.ToTechnician
	ToDesk       = terms.ToDesk
)

// Rows, as the store keeps them.
type (
	Request        = terms.Request
	Visit          = terms.Visit
	Place          = terms.Place
	Offer          = terms.Offer
	Promise        = terms.Promise
	Quote          = terms.Quote
	QuoteLine      = terms.QuoteLine
	WorkReport     = terms.WorkReport
	PartFitted     = terms.PartFitted
	ProductChecked = terms.ProductChecked
	Rating         = terms.Rating
	Document       = terms.Document
	DeskNote       = terms.DeskNote
	ProblemRow     = terms.ProblemRow
	Technician     = terms.Technician
)

// The store, in parts by topic.
type (
	Store           = terms.Store
	RequestStore    = terms.RequestStore
	VisitStore      = terms.VisitStore
	OfferStore      = terms.OfferStore
	QuoteStore      = terms.QuoteStore
	ReportStore     = terms.ReportStore
	DeskStore       = terms.DeskStore
	QueueFilter     = terms.QueueFilter
	QueueKey        = terms.QueueKey
	ProblemKey      = terms.ProblemKey
	QueueRow        = terms.QueueRow
	StatsRows       = terms.StatsRows
	RequestTimes    = terms.RequestTimes
	TechnicianStore = terms.TechnicianStore
)

// Machines are the tables of moves, for charts, docs and property tests.
func Machines() []*Machine { return terms.Machines() }

// Kinds lists the kinds that a customer can ask for.
func Kinds() []Kind { return terms.Kinds() }

// Urgencies lists the urgencies, most urgent first.
func Urgencies() []Urgency { return terms.Urgencies() }
