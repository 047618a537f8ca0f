package admin

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/notify"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/service/catalog"
	"anxin/internal/web/staff"
)

// Service is what the pages need of the service half; *service.Service is one.
type Service interface {
	Technicians(ctx context.Context, a casefile.Actor, after string, limit int) ([]service.TechnicianView, string, error)
	Technician(ctx context.Context, a casefile.Actor, id casefile.ID) (service.TechnicianView, error)
	SaveTechnician(ctx context.Context, a casefile.Actor, in service.TechnicianInput) (casefile.ID, error)
	SaveAbsence(ctx context.Context, a casefile.Actor, in service.AbsenceInput) error
	Stats(ctx context.Context, a casefile.Actor, from, to time.Time) (service.Stats, error)
}

// Shop is a merchant that an account can belong to.
type Shop struct {
	ID   casefile.ID
	Name string
}

// People are who can log in; *party.Accounts is one.
type People interface {
	List(ctx context.Context, a casefile.Actor, after string, limit int) ([]party.AccountView, error)
	Get(ctx context.Context, a casefile.Actor, id casefile.ID) (party.AccountView, error)
	Invite(ctx context.Context, a casefile.Actor, n party.NewAccount) (token string, id casefile.ID, err error)
	Change(ctx context.Context, a casefile.Actor, id casefile.ID, c party.AccountChange) error
	Disable(ctx context.Context, a casefile.Actor, id casefile.ID) error
	Enable(ctx context.Context, a casefile.Actor, id casefile.ID) error
	ResetLink(ctx context.Context, a casefile.Actor, id casefile.ID) (token string, err error)
	ResetTOTP(ctx context.Context, a casefile.Actor, id casefile.ID) error
	Unlock(ctx context.Context, a casefile.Actor, id casefile.ID) error
	EndSessions(ctx context.Context, a casefile.Actor, id casefile.ID) error
}

// APIKeys are the API keys; *party.Keys is one.
type APIKeys interface {
	List(ctx context.Context, a casefile.Actor) ([]party.KeyView, error)
	Create(ctx context.Context, a casefile.Actor, n party.NewKey) (token string, id casefile.ID, err error)
	Revoke(ctx context.Context, a casefile.Actor, id casefile.ID) error
}

// Webhooks are the endpoints that are told; *notify.Endpoints is one.
type Webhooks interface {
	List(ctx context.Context, a casefile.Actor) ([]notify.EndpointView, error)
	Create(ctx context.Context, a casefile.Actor, n notify.NewEndpoint) (id casefile.ID, secret string, err error)
	SetState(ctx context.Context, a casefile.Actor, id casefile.ID, s notify.EndpointState) error
	RotateSecret(ctx context.Context, a casefile.Actor, id casefile.ID) (secret string, err error)
	Remove(ctx context.Context, a casefile.Actor, id casefile.ID) error
	Ping(ctx context.Context, a casefile.Actor, id casefile.ID) error
}

// DurableTimers are the timers as an operator sees them.
type DurableTimers interface {
	Lanes(ctx context.Context) ([]clock.LaneCounts, error)
	DeadLetters(ctx context.Context, a casefile.Actor) ([]clock.DeadLetter, error)
	Retry(ctx context.Context, a casefile.Actor, id casefile.ID) error
	Drop(ctx context.Context, a casefile.Actor, id casefile.ID) error
}

// House tells how the installation does.
type House interface {
	// Check is what `anxin doctor` would say, the worst first; nothing when all is well.
	Check(ctx context.Context, lang string) []Finding
	// About is the version of the program, the database, and when this process started.
	About() (version, database string, started time.Time)
	// Vault is the state of files and log of a tenant.
	Vault(ctx context.Context, a casefile.Actor) (VaultState, error)
	// Verify starts a check of everything, unless one is running; the result is in the next Vault.
	Verify(ctx context.Context, a casefile.Actor) error
}

// Log writes down who changed what; *party.AccessLog is one.
type Log interface {
	Add(ctx context.Context, a casefile.Actor, e party.Entry) error
}

// Calendars are the calendars that deadlines are built on; *clock.Calendars is one.
type Calendars interface {
	Years() []clock.Year
	Names() []string
	Get(name string) (*clock.Calendar, error)
}

// Pages are the operator's pages.
type Pages struct {
	Service   Service
	Accounts  People
	Keys      APIKeys
	Webhooks  Webhooks
	Timers    DurableTimers
	House     House
	Log       Log
	Calendars Calendars
	Policy    *clock.Policy
	Places    staff.Places
	Catalogue *catalog.Catalogue
	// Merchants lists whose orders are here, for accounts of merchants; nil offers none.
	Merchants func(ctx context.Context, a casefile.Actor) ([]Shop, error)
	// Trust answers the trust lists for content credentials and the folder in which they lie; nil shows none.
	Trust func() ([]TrustList, string, error)
	// Join makes the address of a one-time link out of its token.
	Join func(token string) string
	// Mailbox is the page of messages that were not sent anywhere; empty when there is none.
	Mailbox string
	// Events are the kinds of events that endpoints can choose from.
	Events []string
}

// Routes is the table of the pages.
func (p *Pages) Routes() []staff.Route {
	const (
		home, techs, accounts, keys, hooks = "/admin", "/admin/technicians", "/admin/accounts", "/admin/keys", "/admin/webhooks"
		clocks, timers, vault, stats       = "/admin/clocks", "/admin/timers", "/admin/evidence", "/admin/statistics"
	)
	return []staff.Route{
		{Pattern: "GET /admin", Nav: home, Action: party.ViewOutbox, Do: p.overview},
		{Pattern: "GET /admin/technicians", Nav: techs, Action: party.ListTechnicians, Do: p.technicians},
		{Pattern: "GET /admin/technicians/new", Nav: techs, Action: party.ChangeTechnician, Of: newTechnician, Do: p.technicianForm},
		{Pattern: "POST /admin/technicians", Nav: techs, Action: party.ChangeTechnician, Of: newTechnician, Do: p.saveTechnician},
		{Pattern: "GET /admin/technicians/{id}", Nav: techs, Action: party.ChangeShifts, Of: ofTechnician, Do: p.technicianForm},
		{Pattern: "POST /admin/technicians/{id}", Nav: techs, Action: party.ChangeShifts, Of: ofTechnician, Do: p.saveTechnician},
		{Pattern: "POST /admin/technicians/{id}/absence", Nav: techs, Action: party.ChangeShifts, Of: ofTechnician, Do: p.absence},
		{Pattern: "GET /admin/accounts", Nav: accounts, Action: party.ListAccounts, Do: p.accounts},
		{Pattern: "GET /admin/accounts/new", Nav: accounts, Action: party.InviteAccount, Do: p.accountForm},
		{Pattern: "POST /admin/accounts", Nav: accounts, Action: party.InviteAccount, Do: p.saveAccount},
		{Pattern: "GET /admin/accounts/{id}", Nav: accounts, Action: party.ChangeAccount, Of: ofAccount, Do: p.accountForm},
		{Pattern: "POST /admin/accounts/{id}", Nav: accounts, Action: party.ChangeAccount, Of: ofAccount, Do: p.saveAccount},
		{Pattern: "POST /admin/accounts/{id}/act", Nav: accounts, Action: party.ChangeAccount, Of: ofAccount, Do: p.accountAct},
		{Pattern: "GET /admin/keys", Nav: keys, Action: party.ListKeys, Do: p.keys},
		{Pattern: "POST /admin/keys", Nav: keys, Action: party.CreateKey, Do: p.createKey},
		{Pattern: "POST /admin/keys/{id}/revoke", Nav: keys, Action: party.RevokeKey, Of: of(party.KindKey), Do: p.revokeKey},
		{Pattern: "GET /admin/webhooks", Nav: hooks, Action: party.ListEndpoints, Do: p.webhooks},
		{Pattern: "POST /admin/webhooks", Nav: hooks, Action: party.ListEndpoints, Do: p.createWebhook},
		{Pattern: "POST /admin/webhooks/{id}", Nav: hooks, Action: party.ChangeEndpoint, Of: of(party.KindEndpoint), Do: p.webhookAct},
		{Pattern: "GET /admin/clocks", Nav: clocks, Action: party.ViewOutbox, Do: p.clocks},
		{Pattern: "GET /admin/timers", Nav: timers, Action: party.ViewOutbox, Do: p.timers},
		{Pattern: "POST /admin/timers/{id}", Nav: timers, Action: party.RetryOutbox, Do: p.timerAct},
		{Pattern: "GET /admin/evidence", Nav: vault, Action: party.VerifyLog, Do: p.evidence},
		{Pattern: "POST /admin/evidence/verify", Nav: vault, Action: party.VerifyLog, Do: p.verify},
		{Pattern: "GET /admin/statistics", Nav: stats, Action: party.ViewMeasures, Do: p.statistics},
	}
}

func newTechnician(q *staff.Request) (party.Resource, error) {
	return party.OfTechnician(q.Actor.Tenant, casefile.Nil), nil
}

func ofTechnician(q *staff.Request) (party.Resource, error) {
	id, err := q.PathID("id")
	return party.OfTechnician(q.Actor.Tenant, id), err
}

func ofAccount(q *staff.Request) (party.Resource, error) {
	id, err := q.PathID("id")
	return party.OfAccount(q.Actor.Tenant, id), err
}

func of(kind party.Kind) func(*staff.Request) (party.Resource, error) {
	return func(q *staff.Request) (party.Resource, error) {
		id, err := q.PathID("id")
		return party.Resource{Tenant: q.Actor.Tenant, Kind: kind, ID: id}, err
	}
}

// wrote keeps in the access log that something was changed. The change stands whether or not this can be written; it must not be undone by a full log.
func (p *Pages) wrote(q *staff.Request, what string) {
	_ = p.Log.Add(q.Context(), q.Actor, party.Entry{Action: party.LogAdmin, Field: what})
}
