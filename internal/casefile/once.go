package casefile

import (
	"context"
	"encoding/json"
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
	outcome *Error
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

// Remember tells the runner that the act, though its transaction commits, answers an error (an offer that was withdrawn because it fits no more, a wrong code that
// was counted): a repeated call must get the same answer, not "done". Call it inside the transaction.
func Remember(ctx context.Context, err *Error) {
	if o, _ := ctx.Value(onceKey{}).(*Once); o != nil {
		o.outcome = err
	}
}

// kept is an error as it is kept: what the client saw, without the cause.
type kept struct {
	Category Category       `json:"category"`
	Key      string         `json:"key"`
	Args     map[string]any `json:"args,omitempty"`
	Fields   []FieldError   `json:"fields,omitempty"`
}

const doneAnswer = "done"

func (o *Once) answer() (string, error) {
	if o.outcome == nil {
		return doneAnswer, nil
	}
	b, err := json.Marshal(kept{o.outcome.Category, o.outcome.Key, o.outcome.Args, o.outcome.Fields})
	return string(b), err
}

// again is what a repeated call answers.
func again(answer string) error {
	var k kept
	if answer == doneAnswer || json.Unmarshal([]byte(answer), &k) != nil || k.Key == "" {
		return ErrRepeated
	}
	return &Error{Category: k.Category, Key: k.Key, Args: k.Args, Fields: k.Fields}
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
		o.outcome = nil // the closure may run again
		answer, seen, err := r.Idempotency.Begin(ctx, t, tenant, o.Scope, o.Key, o.Request)
		if err != nil {
			return err
		}
		if seen {
			return again(answer)
		}
		if err := f(ctx, t); err != nil {
			return err
		}
		if answer, err = o.answer(); err != nil {
			return err
		}
		return r.Idempotency.Save(ctx, t, tenant, o.Scope, o.Key, answer)
	})
	if err == nil {
		o.used = true
	}
	return err
}
