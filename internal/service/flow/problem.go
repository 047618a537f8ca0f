package flow

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/service/terms"
)

// Kinds of problems: what a dispatcher or agent has to look at. Texts: i18n service.problem.<kind>.
const (
	ProblemRegion     = "region_unknown"
	ProblemNotCovered = "not_covered"
	ProblemNobody     = "no_candidate"
	ProblemTooLate    = "too_late"
	ProblemDoor       = "door_locked"
	ProblemRisk       = "promise_at_risk"
	ProblemBroken     = "promise_broken"
	ProblemNoAccess   = "no_access"
	ProblemClone      = "part_clone"
	ProblemGivenBack  = "given_back"
	ProblemAbsence    = "absence"
	ProblemAborted    = "aborted"
	ProblemAddress    = "address_changed"
	ProblemUnsafe     = "unsafe_product"
	ProblemDispute    = "refused_signature"
)

// rankOf orders problems: by urgency, then by age.
func rankOf(u terms.Urgency, since time.Time) int64 {
	for i, v := range terms.Urgencies() {
		if v == u {
			return int64(i)*1e16 + since.UnixMicro()
		}
	}
	return int64(len(terms.Urgencies()))*1e16 + since.UnixMicro()
}

// problem puts the case before the dispatcher; once per kind.
func (w *Work) problem(ctx context.Context, kind string, args map[string]any) error {
	p := &terms.ProblemRow{Tenant: w.Case.Tenant, Case: w.Case.ID, ID: w.Commands.Source.NewID(), Request: w.Req.ID, Kind: kind, Rank: rankOf(w.Req.Urgency, w.Now), Args: args, Since: w.Now}
	_, err := w.Commands.Store.OpenProblem(ctx, w.Tx, p)
	return err
}

// solved takes problems away. Without kinds it takes all of the case.
func (w *Work) solved(ctx context.Context, kinds ...string) error {
	if len(kinds) == 0 {
		kinds = []string{""}
	}
	for _, k := range kinds {
		if err := w.Commands.Store.ResolveProblem(ctx, w.Tx, w.Case.Tenant, w.Case.ID, k, w.Now); err != nil {
			return err
		}
	}
	return nil
}

// MustBe refuses roles that a command is not for, beyond what the tables say.
func MustBe(a casefile.Actor, roles ...casefile.Role) error {
	for _, r := range roles {
		if a.Role == r {
			return nil
		}
	}
	return casefile.Fail(casefile.Denied, "error.denied")
}
