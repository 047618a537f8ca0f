package notify

import (
	"context"
	"encoding/base64"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/tx"
)

// EndpointState is how an endpoint does.
type EndpointState string

// The states of an endpoint.
const (
	EndpointActive  EndpointState = "active"
	EndpointFailing EndpointState = "failing" // several attempts in a row failed; it is still tried
	EndpointPaused  EndpointState = "paused"  // by an admin, or because it answered 410 Gone: nothing is queued for it
)

const (
	fieldSecret  = "endpoint.secret"
	secretPrefix = "whsec_"
	maxEndpoints = 20
	maxKinds     = 40
	// failingAfter is how many failures in a row make an endpoint "failing".
	failingAfter = 5
	// KindWebhook is the kind of the timers that deliver webhooks.
	KindWebhook = "notify.webhook"
)

// Event is what programs are told: ids and a type, never personal data.
type Event struct {
	Tenant casefile.Tenant
	Type   string // "message.receipt", "ping", ...
	ID     casefile.ID
	Case   casefile.ID
	Visit  casefile.ID
	Offer  casefile.ID
	// Audience says whom a message event is for: customer, technician, desk.
	Audience string
}

// delivery is the payload of a timer.
type delivery struct {
	Endpoint casefile.ID `json:"endpoint"`
	Type     string      `json:"type"`
	ID       casefile.ID `json:"id,omitzero"`
	Case     casefile.ID `json:"case,omitzero"`
	Visit    casefile.ID `json:"visit,omitzero"`
	Offer    casefile.ID `json:"offer,omitzero"`
	Audience string      `json:"audience,omitempty"`
	At       time.Time   `json:"at"`
}

// Endpoints are the addresses that webhooks go to.
type Endpoints struct {
	run    tx.Runner
	store  EndpointStore
	keeper Keeper
	timers Timers
	guard  *Guard
	source casefile.Source
}

// NewEndpoints makes the endpoints.
func NewEndpoints(run tx.Runner, store EndpointStore, keeper Keeper, timers Timers, guard *Guard, source casefile.Source) *Endpoints {
	return &Endpoints{run, store, keeper, timers, guard, source}
}

// Emit tells the endpoints that want the event's type, through the outbox, in the caller's transaction.
func (e *Endpoints) Emit(ctx context.Context, t tx.Tx, ev Event) error {
	ids, err := e.targets(ctx, t, ev.Tenant, ev.Type)
	for _, id := range ids {
		if err == nil {
			err = e.queue(ctx, t, id, ev)
		}
	}
	return err
}

// targets are the endpoints that want a type.
func (e *Endpoints) targets(ctx context.Context, t tx.Tx, tenant casefile.Tenant, typ string) (ids []casefile.ID, err error) {
	rows, err := e.store.Endpoints(ctx, t, tenant)
	for _, r := range rows {
		if r.State != EndpointPaused && wants(r.Kinds, typ) {
			ids = append(ids, r.ID)
		}
	}
	return ids, err
}

func (e *Endpoints) queue(ctx context.Context, t tx.Tx, endpoint casefile.ID, ev Event) error {
	return e.timers.Set(ctx, t, clock.Timer{
		Tenant: ev.Tenant, Lane: clock.OutboxLane, Kind: KindWebhook, Case: ev.Case,
		Payload: payload(delivery{endpoint, ev.Type, ev.ID, ev.Case, ev.Visit, ev.Offer, ev.Audience, e.source.Now()}),
	})
}

// wants matches a type against kinds: "*", "message.*" or the type itself.
func wants(kinds, typ string) bool {
	for k := range strings.FieldsSeq(kinds) {
		if k == "*" || k == typ {
			return true
		}
		if prefix, ok := strings.CutSuffix(k, ".*"); ok && strings.HasPrefix(typ, prefix+".") {
			return true
		}
	}
	return false
}

// NewEndpoint describes an endpoint to be made or changed.
type NewEndpoint struct {
	Name  string
	URL   string
	Kinds []string
}

// EndpointView is an endpoint as an admin sees it.
type EndpointView struct {
	ID                       casefile.ID
	Name, URL                string
	Kinds                    []string
	State                    EndpointState
	Created, LastOK, Changed time.Time
	LastError                string
	Failures                 int64
}

// Create makes an endpoint and answers its secret ("whsec_…"), which is shown once.
func (e *Endpoints) Create(ctx context.Context, a casefile.Actor, n NewEndpoint) (id casefile.ID, secret string, err error) {
	n, err = e.check(ctx, n)
	if err != nil {
		return casefile.Nil, "", err
	}
	id, secret = e.source.NewOpaqueID(), e.newSecret()
	err = e.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		all, err := e.store.Endpoints(ctx, t, a.Tenant)
		if err != nil {
			return err
		}
		if len(all) >= maxEndpoints {
			return casefile.Fail(casefile.TooLarge, "notify.error.endpoint_many")
		}
		if err := e.keeper.NewSubject(ctx, t, a.Tenant, id); err != nil {
			return err
		}
		sealed, err := e.keeper.Seal(ctx, t, a.Tenant, id, fieldSecret, secret)
		if err != nil {
			return err
		}
		now := e.source.Now()
		return e.store.InsertEndpoint(ctx, t, EndpointRow{
			Tenant: a.Tenant, ID: id, Name: n.Name, URL: n.URL, Secret: sealed, Kinds: strings.Join(n.Kinds, " "), State: EndpointActive, Created: now, Changed: now,
		})
	})
	if err != nil {
		return casefile.Nil, "", err
	}
	return id, secret, nil
}

func (e *Endpoints) newSecret() string {
	return secretPrefix + base64.StdEncoding.EncodeToString(e.source.Bytes(32))
}

// check bounds the description; the address is resolved once, so that a private one is refused when it is typed and not hours later.
func (e *Endpoints) check(ctx context.Context, n NewEndpoint) (NewEndpoint, error) {
	n.Name = strings.TrimSpace(norm.NFC.String(n.Name))
	if n.Name == "" || utf8.RuneCountInString(n.Name) > 60 {
		return n, casefile.InvalidField("name", "notify.error.endpoint_name")
	}
	u, err := e.guard.ParseURL(n.URL)
	if err != nil {
		return n, err
	}
	if err := e.guard.CheckHost(ctx, u); err != nil {
		return n, err
	}
	n.URL = u.String()
	if len(n.Kinds) == 0 || len(n.Kinds) > maxKinds {
		return n, casefile.InvalidField("kinds", "notify.error.endpoint_kinds")
	}
	for _, k := range n.Kinds {
		if !kindName(k) {
			return n, casefile.InvalidField("kinds", "notify.error.endpoint_kinds")
		}
	}
	return n, nil
}

func kindName(k string) bool {
	if k == "*" {
		return true
	}
	k = strings.TrimSuffix(k, ".*")
	if k == "" || len(k) > 60 {
		return false
	}
	for _, r := range k {
		if (r < 'a' || r > 'z') && r != '_' && r != '.' {
			return false
		}
	}
	return true
}

// List shows the endpoints of the tenant.
func (e *Endpoints) List(ctx context.Context, a casefile.Actor) ([]EndpointView, error) {
	var out []EndpointView
	err := e.run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		rows, err := e.store.Endpoints(ctx, t, a.Tenant)
		out = make([]EndpointView, 0, len(rows))
		for _, r := range rows {
			out = append(out, EndpointView{
				ID: r.ID, Name: r.Name, URL: r.URL, Kinds: strings.Fields(r.Kinds), State: r.State, Created: r.Created, LastOK: r.LastOK, Changed: r.Changed,
				LastError: r.LastError, Failures: r.Failures,
			})
		}
		return err
	})
	return out, err
}

// Change replaces name, address and kinds.
func (e *Endpoints) Change(ctx context.Context, a casefile.Actor, id casefile.ID, n NewEndpoint) error {
	n, err := e.check(ctx, n)
	if err != nil {
		return err
	}
	return e.update(ctx, a, id, func(_ context.Context, _ tx.Tx, r *EndpointRow) error {
		r.Name, r.URL, r.Kinds = n.Name, n.URL, strings.Join(n.Kinds, " ")
		return nil
	})
}

// SetState makes an endpoint active or paused. What is in the outbox of a paused one stays and is tried when it is active again.
func (e *Endpoints) SetState(ctx context.Context, a casefile.Actor, id casefile.ID, s EndpointState) error {
	if s != EndpointActive && s != EndpointPaused {
		return casefile.InvalidField("state", "notify.error.endpoint_state")
	}
	return e.update(ctx, a, id, func(_ context.Context, _ tx.Tx, r *EndpointRow) error {
		r.State, r.Changed, r.Failures = s, e.source.Now(), 0
		return nil
	})
}

// RotateSecret answers a new secret; the old one is void at once.
func (e *Endpoints) RotateSecret(ctx context.Context, a casefile.Actor, id casefile.ID) (secret string, err error) {
	secret = e.newSecret()
	err = e.update(ctx, a, id, func(ctx context.Context, t tx.Tx, r *EndpointRow) (err error) {
		r.Secret, err = e.keeper.Seal(ctx, t, a.Tenant, id, fieldSecret, secret)
		return err
	})
	return secret, err
}

func (e *Endpoints) update(ctx context.Context, a casefile.Actor, id casefile.ID, f func(context.Context, tx.Tx, *EndpointRow) error) error {
	return e.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		r, err := e.store.Endpoint(ctx, t, a.Tenant, id)
		if err != nil {
			return err
		}
		if err := f(ctx, t, &r); err != nil {
			return err
		}
		return e.store.UpdateEndpoint(ctx, t, r)
	})
}

// Remove deletes an endpoint and its secret.
func (e *Endpoints) Remove(ctx context.Context, a casefile.Actor, id casefile.ID) error {
	return e.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		n, err := e.store.DeleteEndpoint(ctx, t, a.Tenant, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return casefile.Fail(casefile.NotFound, "error.not_found")
		}
		return e.keeper.Destroy(ctx, t, a.Tenant, id)
	})
}

// Ping queues an event of type "ping" for one endpoint, to try it out.
func (e *Endpoints) Ping(ctx context.Context, a casefile.Actor, id casefile.ID) error {
	return e.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		if _, err := e.store.Endpoint(ctx, t, a.Tenant, id); err != nil {
			return err
		}
		return e.queue(ctx, t, id, Event{Tenant: a.Tenant, Type: "ping"})
	})
}

// isHTTPS is the one scheme for the open net.
func isHTTPS(u *url.URL) bool { return u.Scheme == "https" }
