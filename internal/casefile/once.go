package casefile

import (
	"context"
	"errors"

	"anxin/internal/tx"
)

// Once asks that the act under this context be done at most once for a key, however often the call is repeated. Edges set it from an Idempotency-Key
// header or a form's hidden token; [OnceRunner] honours it in the act's own transaction, so that the mark and the act commit together.
type Once struct {
	Scope   string   // "api:<who>:<operation>", "form:<who>"
	Key     string   // what the client sent
	Request [32]byte // RequestHash of what makes it the same request
	Tenant  Tenant
	used    bool
}

// ErrRepeated says that the act was done by an earlier call with the same key; nothing was done now. The edge answers with the present state.
var ErrRepeated = &Error{Category: Conflict, Key: "error.repeated"}

type onceKey struct{}

// WithOnce puts the mark into the context. The first Write under it takes it; later ones of the same act go without.
func WithOnce(ctx context.Context, o Once) context.Context {
	return context.WithValue(ctx, onceKey{}, &o)
}

// WithoutOnce takes the mark away, for commands that keep their own answer.
func WithoutOnce(ctx context.Context) context.Context {
	return context.WithValue(ctx, onceKey{}, (*Once)(nil))
}

// IsRepeated reports whether the error is ErrRepeated.
func IsRepeated(err error) bool { return errors.Is(err, ErrRepeated) }

// OnceRunner is a tx.Runner that honours Once.
type OnceRunner struct {
	tx.Runner
	Idempotency *Idempotency
}

// Write implements tx.Runner.
func (r OnceRunner) Write(ctx context.Context, f func(ctx context.Context, t tx.Tx) error) error {
	o, _ := ctx.Value(onceKey{}).(*Once)
	if o == nil || o.used || o.Key == "" {
		return r.Runner.Write(ctx, f)
	}
	tenant := o.Tenant
	err := r.Runner.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		_, seen, err := r.Idempotency.Begin(ctx, t, tenant, o.Scope, o.Key, o.Request)
		if err != nil {
			return err
		}
		if seen {
			return ErrRepeated
		}
		if err := f(ctx, t); err != nil {
			return err
		}
		return r.Idempotency.Save(ctx, t, tenant, o.Scope, o.Key, "done")
	})
	if err == nil {
		o.used = true
	}
	return err
}
