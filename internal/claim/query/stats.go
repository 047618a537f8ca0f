package query

import (
	"context"
	"slices"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim/terms"
	"anxin/internal/tx"
)

// Duty implements Reviewers: the duty-of-care page.
func (q *Queries) Duty(ctx context.Context, a casefile.Actor, caseID casefile.ID) (v terms.DutyPage, err error) {
	if err := staff(a); err != nil {
		return v, err
	}
	err = q.open(ctx, a, caseID, func(ctx context.Context, x *folder) error {
		if err := x.mayRead(ctx); err != nil {
			return err
		}
		c := x.Claim
		r := &c.Ruling
		v = terms.DutyPage{Case: caseID, Claim: c.ID, Number: x.Case.Number, State: c.Facts.State, Filed: c.Filed, Applied: r.Applied, OrderPack: r.OrderPack, FilingPack: r.FilingPack, Why: r.Why,
			Basis: r.Basis, Unfinished: c.Facts.Unfinished, Silent: c.Facts.Unanswered, Appeal: c.Facts.Appeal, Overturned: c.Overturned, Burden: c.Facts.Burden, Entered: c.FindingAt}
		if x.Part != terms.Lead && !x.sighted() {
			return casefile.Fail(casefile.Conflict, "claim.guard.g4") // it shows what checks and other reviewers found
		}
		if v.Check, err = q.Checks.Run(ctx, x.Tx, a.Tenant, caseID, c.ID); err != nil {
			return err
		}
		if v.Notices, err = x.notices(ctx, terms.NoSide); err != nil {
			return err
		}
		if v.Windows, err = x.windows(ctx); err != nil {
			return err
		}
		if v.Impressions, err = x.impressions(ctx); err != nil {
			return err
		}
		for i := range x.decisions {
			d, err := x.decisionView(ctx, &x.decisions[i])
			if err != nil {
				return err
			}
			v.Decisions = append(v.Decisions, d)
		}
		for i := range x.letters {
			v.Letters = append(v.Letters, letterRef(&x.letters[i], x.remedyOf(x.letters[i].Decision)))
		}
		return x.dutyTimes(ctx, &v)
	})
	return v, err
}

// dutyTimes fills who had the claim for how long, and how long it stood where.
func (x *folder) dutyTimes(ctx context.Context, v *terms.DutyPage) error {
	leases, err := x.C.Store.Leases(ctx, x.Tx, x.Case.Tenant, x.Case.ID, x.Claim.ID)
	if err != nil {
		return err
	}
	for _, l := range leases {
		lv := terms.LeaseView{Account: l.Account, Part: l.Part, Taken: l.Taken, Ended: l.Ended, How: l.How, Minutes: minutes(&l)}
		v.HumanMinutes += lv.Minutes
		v.Leases = append(v.Leases, lv)
	}
	stages, err := x.C.Store.Stages(ctx, x.Tx, x.Case.Tenant, x.Case.ID, x.Claim.ID)
	for _, s := range stages {
		v.Stages = append(v.Stages, terms.StageView{State: s.State, Entered: s.Entered, Left: s.Left, Due: s.Due, Breached: s.Breached, Extended: s.Extended})
	}
	return err
}

// minutes are the minutes of a lease from taking it to the last act in it, rounded up: what can be shown, not what may have been.
func minutes(l *terms.LeaseRow) int {
	return int((l.Seen.Sub(l.Taken) + time.Minute - 1) / time.Minute)
}

// maxStats is how many claims a span of statistics counts.
const maxStats = 20_000

// Stats implements Reviewers, by when claims were filed.
func (q *Queries) Stats(ctx context.Context, a casefile.Actor, from, to time.Time) (v terms.Stats, err error) {
	if err := staff(a); err != nil {
		return v, err
	}
	if !from.Before(to) || to.Sub(from) > 400*24*time.Hour {
		return v, casefile.InvalidField("from", "claim.field.span")
	}
	var claims []terms.Claim
	var stages []terms.StageRow
	err = q.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		if claims, err = q.Store.StatsClaims(ctx, t, a.Tenant, from, to); err != nil {
			return err
		}
		stages, err = q.Store.StatsStages(ctx, t, a.Tenant, from, to)
		return err
	})
	if err != nil {
		return v, err
	}
	v = addUp(claims)
	v.From, v.To, v.Capped = from, to, len(claims) >= maxStats
	v.States = stateStats(stages, q.Source.Now())
	for _, s := range v.States {
		v.Breaches += s.Breaches
	}
	return v, nil
}

func addUp(claims []terms.Claim) terms.Stats {
	v := terms.Stats{Filed: len(claims), ByState: map[terms.State]int{}, ByOutcome: map[terms.Remedy]int{}, ByReason: map[string]int{}, Appeals: map[terms.Side]int{},
		Overturned: map[terms.Side]terms.Share{}}
	for i := range claims {
		c := &claims[i]
		v.ByState[c.Facts.State]++
		v.ByReason[c.Reason]++
		if c.Outcome != "" {
			v.ByOutcome[c.Outcome]++
		}
		v.Flagged.Of++
		if c.Lane == terms.FlaggedLane {
			v.Flagged.N++
		}
		if c.Outcome == terms.Withdrawal {
			v.Withdraw++
			continue
		}
		if side := c.Facts.Appeal; side != terms.NoSide {
			v.Appeals[side]++
			s := v.Overturned[side]
			s.Of++
			if c.Overturned == side {
				s.N++
			}
			v.Overturned[side] = s
		}
		if c.DecidedAt.IsZero() {
			continue
		}
		v.RefundOnly.Of++
		if c.Outcome == terms.RefundOnly {
			v.RefundOnly.N++
		}
		if c.Facts.Agreed {
			v.Agreed++
			continue
		}
		v.Decided++
		v.Heard.Of++
		if c.Facts.MerchantHeard && !c.Facts.Unanswered {
			v.Heard.N++
		}
	}
	return v
}

// stateStats are the times in each state: of the stays that ended, and of those that last already longer than half of these.
func stateStats(stages []terms.StageRow, now time.Time) (out []terms.StateStats) {
	times := map[terms.State][]time.Duration{}
	breaches := map[terms.State]int{}
	for _, s := range stages {
		if s.Breached {
			breaches[s.State]++
		}
		if s.Left.IsZero() {
			if !s.Due.IsZero() && now.After(s.Due) {
				breaches[s.State]++
			}
			continue
		}
		times[s.State] = append(times[s.State], s.Left.Sub(s.Entered))
	}
	for _, state := range terms.Course() {
		list := times[state]
		if len(list) == 0 && breaches[state] == 0 {
			continue
		}
		slices.Sort(list)
		out = append(out, terms.StateStats{State: state, N: len(list), P50: quantile(list, 50), P90: quantile(list, 90), Breaches: breaches[state]})
	}
	return out
}

// quantile is the smallest value that at least p percent do not exceed.
func quantile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)*p+99)/100-1]
}
