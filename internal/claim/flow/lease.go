package flow

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim/terms"
	"anxin/internal/tx"
)

// LeaseTime is how long a reviewer has a claim without doing anything with it.
const LeaseTime = 2 * time.Hour

// nextTries is how many of the most urgent claims are tried when others are taken at the same moment.
const nextTries = 8

// errTaken says that somebody was faster.
var errTaken = casefile.Fail(casefile.Conflict, "claim.error.taken")

// Next implements Reviewers: the most urgent claim that this reviewer may take; the one they have already comes first.
func (s *Commands) Next(ctx context.Context, a casefile.Actor) (terms.Leased, error) {
	if err := mustBe(a, casefile.Reviewer); err != nil {
		return terms.Leased{}, err
	}
	if a.ID.IsNil() {
		return terms.Leased{}, casefile.Fail(casefile.Denied, "error.denied")
	}
	var list []terms.Claim
	now := s.Source.Now()
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		if list, err = s.Store.Held(ctx, t, a.Tenant, a.ID, now); err != nil || len(list) > 0 {
			return err
		}
		list, err = s.Store.Waiting(ctx, t, a.Tenant, a.ID, now, nextTries)
		return err
	})
	if err != nil {
		return terms.Leased{}, err
	}
	for i := range list {
		l, err := s.leaseOne(ctx, a, &list[i])
		if err == nil {
			return l, nil
		}
		if !isRefusal(err) && !casefile.Is(err, casefile.NotFound) {
			return terms.Leased{}, err
		}
	}
	return terms.Leased{}, casefile.Fail(casefile.NotFound, "claim.error.queue_empty")
}

func (s *Commands) leaseOne(ctx context.Context, a casefile.Actor, c *terms.Claim) (l terms.Leased, err error) {
	_, err = s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if w.Claim.ID != c.ID || w.Claim.Queue == "" {
			return errTaken
		}
		if w.Claim.Lease == a.ID && w.Claim.LeaseUntil.After(w.Now) {
			l = leased(w)
			return nil
		}
		if !w.Claim.Lease.IsNil() && w.Claim.LeaseUntil.After(w.Now) {
			return errTaken
		}
		ok, err := w.mayTakePart(ctx)
		if err != nil {
			return err
		}
		if !ok {
			return errTaken
		}
		if err := w.endLease(ctx, "lapsed"); err != nil {
			return err
		}
		if err := w.rulesAgain(ctx); err != nil {
			return err
		}
		w.Claim.Lease, w.Claim.LeaseUntil = a.ID, w.Now.Add(LeaseTime)
		if err := s.Store.InsertLease(ctx, w.Tx, &terms.LeaseRow{Tenant: w.Case.Tenant, Case: w.Case.ID, Claim: w.Claim.ID, ID: s.Source.NewID(), Account: a.ID, Part: w.Part, Taken: w.Now,
			Seen: w.Now, Seq: w.seq()}); err != nil {
			return err
		}
		l = leased(w)
		return w.event("claim.taken", forDesk, map[string]any{"part": w.Part, "queue": w.Claim.Queue})
	})
	return l, err
}

func leased(w *Work) terms.Leased {
	l := terms.Leased{Case: w.Case.ID, Claim: w.Claim.ID, Number: w.Case.Number, Queue: w.Claim.Queue, Part: w.Part, State: w.Claim.Facts.State, Until: w.Claim.LeaseUntil}
	if w.Claim.NextDue < terms.NoDue {
		l.Due = time.UnixMicro(w.Claim.NextDue).UTC()
	}
	return l
}

// mayTakePart reports whether the actor may act in the part of this queue: they did not act in another one before, and no interest conflicts.
func (w *Work) mayTakePart(ctx context.Context) (bool, error) {
	list, err := w.C.Store.ExcludedFrom(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Claim.ID)
	if err != nil {
		return false, err
	}
	for _, e := range list {
		if e.Account == w.Actor.ID && (e.Why != "acted" || e.Part != w.Part) {
			return false, nil
		}
	}
	return true, nil
}

// acted notes that the actor acted in their part: they cannot act in another one of this claim.
func (w *Work) acted(ctx context.Context) error {
	return w.C.Store.Exclude(ctx, w.Tx, &terms.Excluded{Tenant: w.Case.Tenant, Case: w.Case.ID, Claim: w.Claim.ID, Account: w.Actor.ID, Why: "acted", Part: w.Part, At: w.Now})
}

// needLease refuses a reviewer who does not have the claim, and renews the lease.
func (w *Work) needLease(ctx context.Context) error {
	if w.Part == terms.Lead {
		return nil
	}
	if !w.Part.Human() {
		return casefile.Fail(casefile.Denied, "error.denied")
	}
	if w.Claim.Lease != w.Actor.ID || !w.Claim.LeaseUntil.After(w.Now) {
		return casefile.Fail(casefile.Conflict, "claim.error.not_leased")
	}
	w.Claim.LeaseUntil = w.Now.Add(LeaseTime)
	l, err := w.runningLease(ctx)
	if err != nil || l == nil {
		return err
	}
	l.Seen = w.Now
	return w.C.Store.UpdateLease(ctx, w.Tx, l)
}

func (w *Work) runningLease(ctx context.Context) (*terms.LeaseRow, error) {
	list, err := w.C.Store.Leases(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Claim.ID)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].Ended.IsZero() {
			return &list[i], nil
		}
	}
	return nil, nil
}

// endLease takes the claim out of the hands it is in. A lease that ran out ended when it did.
func (w *Work) endLease(ctx context.Context, how string) error {
	if w.Claim.Lease.IsNil() {
		return nil
	}
	l, err := w.runningLease(ctx)
	if err != nil {
		return err
	}
	if l != nil {
		l.Ended, l.How = w.Now, how
		if how == "lapsed" {
			l.Ended = w.Claim.LeaseUntil
		} else {
			l.Seen = w.Now
		}
		if err := w.C.Store.UpdateLease(ctx, w.Tx, l); err != nil {
			return err
		}
	}
	w.Claim.Lease, w.Claim.LeaseUntil = casefile.Nil, time.Time{}
	return nil
}

// Release implements Reviewers.
func (s *Commands) Release(ctx context.Context, a casefile.Actor, c terms.Release) (terms.Result, error) {
	var f fields
	choice(&f, "reason", c.Reason, []string{"shift_end", "conflict"})
	if err := f.err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.needLease(ctx); err != nil {
			return err
		}
		if c.Reason == "conflict" {
			if err := s.Store.Exclude(ctx, w.Tx, &terms.Excluded{Tenant: w.Case.Tenant, Case: w.Case.ID, Claim: w.Claim.ID, Account: a.ID, Why: "conflict", Part: w.Part, At: w.Now}); err != nil {
				return err
			}
		}
		if err := w.endLease(ctx, c.Reason); err != nil {
			return err
		}
		return w.event("claim.released", forDesk, map[string]any{"reason": c.Reason, "part": w.Part})
	})
}

// Unassign implements Leads.
func (s *Commands) Unassign(ctx context.Context, a casefile.Actor, c terms.Reasoned) (terms.Result, error) {
	if err := mustBe(a, casefile.Admin); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if w.Claim.Lease.IsNil() {
			return casefile.Fail(casefile.Conflict, "claim.error.not_leased")
		}
		if err := w.endLease(ctx, "unassigned"); err != nil {
			return err
		}
		return w.event("claim.released", forDesk, map[string]any{"reason": "unassigned"})
	})
}
