package party

import (
	"context"
	"log/slog"

	"anxin/internal/casefile"
)

// Gate is Authorize with a memory: a refusal to somebody with a name is written to the access log. Edges use it before they call a service.
type Gate struct {
	policies *Policies
	log      *AccessLog
	limits   *Limits
	slog     *slog.Logger
}

// NewGate makes the gate over the shipped policies. log may be nil (then refusals are not kept); limits bounds how many refusals of one actor are
// written, so that probing cannot fill the disk.
func NewGate(log *AccessLog, limits *Limits, logger *slog.Logger) (*Gate, error) {
	p, err := Shipped()
	if err != nil {
		return nil, err
	}
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &Gate{p, log, limits, logger}, nil
}

// Check answers nil when the actor may do the action to the resource, else the error to show (see Policies.Authorize).
func (g *Gate) Check(ctx context.Context, a casefile.Actor, action Action, r Resource) error {
	_, err := g.Decide(ctx, a, action, r)
	return err
}

// Decide is Check with the decision, whose Policy goes into the caller's own access-log entries (reveal, export).
func (g *Gate) Decide(ctx context.Context, a casefile.Actor, action Action, r Resource) (Decision, error) {
	d, err := g.policies.Authorize(ctx, a, action, r)
	if err != nil {
		g.refused(ctx, a, action, r, d)
	}
	return d, err
}

// Can reports whether the actor may, without keeping anything: for deciding which buttons a page shows.
func (g *Gate) Can(ctx context.Context, a casefile.Actor, action Action, r Resource) bool {
	d, _ := g.policies.Authorize(ctx, a, action, r)
	return d.Allow
}

func (g *Gate) refused(ctx context.Context, a casefile.Actor, action Action, r Resource, d Decision) {
	g.slog.LogAttrs(ctx, slog.LevelInfo, "refused", slog.String("action", string(action)), slog.String("role", string(RoleOf(a))),
		slog.String("actor", a.ID.String()), slog.String("kind", string(r.Kind)), slog.String("policy", d.Policy))
	if g.log == nil || a.ID.IsNil() || a.Role == casefile.Customer {
		return
	}
	if wait := g.limits.Take(LimitRefusals, a.ID.String()); wait > 0 {
		return
	}
	// The row belongs to the actor's tenant and names the object only when it is that tenant's: another's ids must not appear in its log.
	e := Entry{Action: LogDenied, Field: string(action), Policy: d.Policy}
	if r.Tenant == a.Tenant {
		e.Case = r.Case
	}
	if err := g.log.Add(context.WithoutCancel(ctx), a, e); err != nil {
		g.slog.LogAttrs(ctx, slog.LevelWarn, "refusal not kept", slog.String("error", err.Error()))
	}
}
