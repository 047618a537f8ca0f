package terms

import (
	"context"
	"log/slog"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/privacy"
	"anxin/internal/service/catalog"
	"anxin/internal/tx"
	"anxin/region"
)

// Config is what a Service is made of. All fields but those marked optional are needed.
type Config struct {
	Run         tx.Runner
	Store       Store
	Timeline    *casefile.Timeline
	Idempotency *casefile.Idempotency
	Keeper      *privacy.Keeper
	Timers      Timers
	Clocks      Clocks
	Links       Links
	Evidence    Evidence
	Notifier    Notifier
	Access      AccessLog
	Signer      Signer
	Regions     *region.Resolver
	Catalogue   *catalog.Catalogue
	Source      casefile.Source
	// Travel estimates journeys; nil is dispatch's built-in model.
	Travel dispatch.TravelModel
	// Hotlines are the operator's own telephone numbers, for VerifyHotline. Optional.
	Hotlines []string
	// Held says that somebody else still needs the case, e.g. a claim that has not been final for long enough: then it cannot be erased. Optional.
	Held func(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) (bool, error)
	// Ended hears, in the transaction, that a request is done (true) or ended otherwise (false): who ordered it waits for that. It must not append to the case. Optional.
	Ended func(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, request casefile.ID, done bool) error
	// Changed hears that technicians, shifts or commitments of a tenant changed, after the commit; coverage throws its cache away. Optional.
	Changed func(casefile.Tenant)
	// DayChanged hears, after the commit, whose day changed: a visit was given, moved, taken back, begun or ended, or shifts, absences or skills are other ones.
	// Optional.
	DayChanged func(casefile.Tenant, casefile.ID)
	// Boards keep the days of all technicians ready for questions, so that an assignment need not read whole circles. Optional: nil reads them.
	Boards Boards
	// Log hears what nobody is told otherwise, such as a proposal that the checker refused. Optional.
	Log *slog.Logger
}

// Board holds the days of technicians and answers where one more visit fits, at what price; *dispatch.Board is one.
type Board interface {
	// Insert answers the best technicians for a job, at most limit, best first.
	Insert(job *dispatch.Job, limit int, order dispatch.RankOrder) ([]dispatch.Offer, error)
	// WhyNot answers for one technician: an offer, or every rule that forbids the visit.
	WhyNot(job *dispatch.Job, technician string) (dispatch.Offer, error)
}

// Boards keep a board per tenant. They are a cache: what they say is checked against the database before it is used.
type Boards interface {
	// Board answers the board of a tenant with every change that this process committed before, and until when it knows shifts; nil while there is none.
	// It may read for itself, so it must not be called inside a transaction.
	Board(ctx context.Context, tenant casefile.Tenant) (b Board, until time.Time)
}

// Timers sets durable timers; *clock.Clock is one.
type Timers interface {
	Set(ctx context.Context, t tx.Tx, tm clock.Timer) error
	Cancel(ctx context.Context, t tx.Tx, tenant casefile.Tenant, dedupe string) error
}

// Links gives a case its private link; *party.Links is one.
type Links interface {
	// Issue answers the token that opens the case: the live one, or a new one.
	Issue(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) (token string, err error)
}

// Evidence is what this package asks of the vault.
type Evidence interface {
	// Attach takes staged or loose items of the case into a request, and into a visit when it is not Nil. An item that is not there, is another case's or
	// belongs to another visit is a NotFound error.
	Attach(ctx context.Context, t tx.Tx, by casefile.Actor, a Attachment) error
	// Attached lists the items of a case that are attached, oldest first.
	Attached(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]Item, error)
	// Forget has the bytes of every item of the case deleted after the commit; records and log stay.
	Forget(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) error
}

// Attachment says which items go where.
type Attachment struct {
	Case, Request, Visit casefile.ID
	Kind                 string // report_photo, before_photo, after_photo, signature
	Items                []casefile.ID
}

// Item is a sealed photograph or signature.
type Item struct {
	ID, Request, Visit casefile.ID
	Kind               string
	Received           time.Time
}

// Notifier puts a message into the outbox in the caller's transaction.
type Notifier interface {
	Queue(ctx context.Context, t tx.Tx, m Message) error
}

// Message is something to tell somebody. Values are codes, numbers and times; name, phone and words are added where it is delivered.
type Message struct {
	Tenant     casefile.Tenant
	Case       casefile.ID
	Number     casefile.Number
	Subject    casefile.ID // of the customer, when To is ToCustomer
	Technician casefile.ID // when To is ToTechnician
	To         Recipient
	Template   string // "receipt", "assigned", ...: internal/i18n key service.message.<template>
	Lang       string
	Visit      casefile.ID
	Offer      casefile.ID
	Args       map[string]any
	// Known is the customer when the command has just written them; nil has them looked up.
	Known *Known
}

// Known is a customer whose key, phone and link a command holds already: looking them up again is a third of the work of a receipt.
type Known struct {
	Box   *privacy.Box
	Phone privacy.Phone
	Link  string // token
}

// Recipient is who a message is for.
type Recipient string

// The recipients.
const (
	ToCustomer   Recipient = "customer"
	ToTechnician Recipient = "technician"
	ToDesk       Recipient = "desk"
)

// AccessLog records and answers who looked at what.
type AccessLog interface {
	Log(ctx context.Context, t tx.Tx, a privacy.Access) error
	Looked(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]privacy.Access, error)
}

// Signer signs a text with the operator's key, so that an answer of /verify can be checked later.
type Signer interface {
	SignText(text string) (note string, err error)
}

// Clocks are the clocks of cases; *clock.CaseClocks is one.
type Clocks interface {
	Start(ctx context.Context, t tx.Tx, s clock.StartClock) (clk clock.CaseClock, ok bool, err error)
	Stop(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, request casefile.ID, kind string, at time.Time) error
	StopAll(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, request casefile.ID, at time.Time) error
	Pause(ctx context.Context, t tx.Tx, a casefile.Actor, caseID, clockID casefile.ID, reason string, at time.Time) error
	Resume(ctx context.Context, t tx.Tx, a casefile.Actor, caseID, clockID casefile.ID, at time.Time) error
	Of(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]clock.CaseClock, error)
	State(clk clock.CaseClock, now time.Time) (clock.ClockState, error)
}
