package service

import (
	"context"
	"time"

	"anxin/internal/casefile"
)

// Kinds of problems: what a dispatcher or agent has to look at. Texts: i18n service.problem.<kind>.
const (
	problemRegion     = "region_unknown"
	problemNotCovered = "not_covered"
	problemNobody     = "no_candidate"
	problemDoor       = "door_locked"
	problemRisk       = "promise_at_risk"
	problemBroken     = "promise_broken"
	problemNoAccess   = "no_access"
	problemClone      = "part_clone"
	problemGivenBack  = "given_back"
	problemAbsence    = "absence"
	problemAborted    = "aborted"
	problemAddress    = "address_changed"
	problemUnsafe     = "unsafe_product"
	problemDispute    = "refused_signature"
)

// rankOf orders problems: by urgency, then by age.
func rankOf(u Urgency, since time.Time) int64 {
	for i, v := range Urgencies() {
		if v == u {
			return int64(i)*1e16 + since.UnixMicro()
		}
	}
	return int64(len(Urgencies()))*1e16 + since.UnixMicro()
}

// problem puts the case before the dispatcher; once per kind.
func (w *work) problem(ctx context.Context, kind string, args map[string]any) error {
	p := &ProblemRow{Tenant: w.c.Tenant, Case: w.c.ID, ID: w.s.Source.NewID(), Request: w.req.ID, Kind: kind, Rank: rankOf(w.req.Urgency, w.now), Args: args, Since: w.now}
	_, err := w.s.Store.OpenProblem(ctx, w.t, p)
	return err
}

// solved takes problems away. Without kinds it takes all of the case.
func (w *work) solved(ctx context.Context, kinds ...string) error {
	if len(kinds) == 0 {
		kinds = []string{""}
	}
	for _, k := range kinds {
		if err := w.s.Store.ResolveProblem(ctx, w.t, w.c.Tenant, w.c.ID, k, w.now); err != nil {
			return err
		}
	}
	return nil
}

// mustBe refuses roles that a command is not for, beyond what the tables say.
func mustBe(a casefile.Actor, roles ...casefile.Role) error {
	for _, r := range roles {
		if a.Role == r {
			return nil
		}
	}
	return casefile.Fail(casefile.Denied, "error.denied")
}
