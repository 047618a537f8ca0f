package flow

import (
	"context"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim/terms"
	"anxin/internal/clock"
)

// Audiences in short.
const (
	forDesk = casefile.ForDesk
	forBoth = casefile.ForCustomer | casefile.ForMerchant
)

// quiet are the moves that the parties do not see on their timelines: what reviewers do among themselves, and what the letter says later.
var quiet = map[terms.Move]bool{terms.MoveImpress: true, terms.MoveDecide: true, terms.MoveAgree: true, terms.MoveDisagree: true, terms.MoveLeadDecide: true, terms.MoveEnter: true,
	terms.MoveCheck: true, terms.MoveOverturn: true}

// act fills an act for the acting part.
func (w *Work) act(m terms.Move) terms.Act {
	a := terms.Act{Move: m, Part: w.Part}
	if w.Part.Human() {
		a.Who = w.Actor.ID
	}
	return a
}

// take does a move with everything that follows from it: windows, clocks, stages, leases, notices, messages, the event. data goes into the event.
func (w *Work) take(ctx context.Context, a terms.Act, data map[string]any) error {
	f := &w.Claim.Facts
	before := *f
	row, err := terms.Claims.Do(f, a)
	if err != nil {
		return err
	}
	if err := w.closeWindows(ctx, &before, &a); err != nil {
		return err
	}
	if f.State != before.State || f.State == terms.Rebuttal && a.Move == terms.MoveComment {
		if err := w.changeState(ctx, &before, &a); err != nil {
			return err
		}
	}
	if err := w.openWindows(ctx, &before, &a); err != nil {
		return err
	}
	if err := w.tellAll(ctx, &row, data); err != nil {
		return err
	}
	audience := forBoth
	if quiet[a.Move] {
		audience = forDesk
	}
	facts := map[string]any{"from": before.State, "to": f.State, "part": a.Part}
	for k, v := range data {
		facts[k] = v
	}
	return w.event(eventKind(a.Move, before.State), audience, facts)
}

// sticky are problems that do not go away because the claim goes on.
var sticky = map[string]bool{"rules": true, "paid_before_overturn": true, "visit_impossible": true}

// eventKind names the event of a move. Moves that mean different things in different states are told apart.
func eventKind(m terms.Move, from terms.State) string {
	switch {
	case m == terms.MoveServe && from == terms.Decided:
		return "claim.letter"
	case m == terms.MoveLapse:
		return "claim.lapse_" + string(from)
	}
	return "claim." + string(m)
}

// changeState does what leaving one state and entering another asks for.
func (w *Work) changeState(ctx context.Context, before *terms.Facts, a *terms.Act) error {
	f := &w.Claim.Facts
	switch a.Move {
	case terms.MoveSuspend, terms.MoveResume:
		if err := w.pauseAll(ctx, a.Move == terms.MoveSuspend); err != nil {
			return err
		}
	default:
		if err := w.changeClocks(ctx, before); err != nil {
			return err
		}
	}
	if err := w.nextStage(ctx, before); err != nil {
		return err
	}
	if q := terms.Stages[f.State].Queue; q != w.Claim.Queue {
		if err := w.endLease(ctx, string(a.Move)); err != nil {
			return err
		}
		w.Claim.Queue = q
	}
	if f.State != before.State && !sticky[w.Claim.Problem] {
		w.Claim.Problem = ""
	}
	if terms.Ended(f.State) && w.Claim.Ended.IsZero() {
		w.Claim.Ended = w.Now
		return w.mark(ctx)
	}
	return nil
}

// mark tells the orders how a claim ended, for the histories of later ones.
func (w *Work) mark(ctx context.Context) error {
	m := terms.Mark{Tenant: w.Case.Tenant, Case: w.Case.ID, Claim: w.Claim.ID, At: w.Now, Amount: w.Claim.Granted}
	switch w.Claim.Facts.State {
	case terms.Withdrawn, terms.Merged:
		m.Kind = terms.MarkWithdrawn
	case terms.Final:
		switch w.Claim.Outcome {
		case terms.RefundOnly:
			m.Kind = terms.MarkRefundOnly
		case terms.RefundReturn, terms.Partial, terms.Settlement:
			m.Kind = terms.MarkRefund
		case terms.Insufficient:
			m.Kind = terms.MarkRejected
		case terms.Forged:
			m.Kind = terms.MarkForged
		}
	}
	if m.Kind == "" {
		return nil
	}
	return w.C.Orders.Mark(ctx, w.Tx, m)
}

// changeClocks stops the clock of the state that was left and starts the one of the state that was entered. Clocks that run across states are begun and ended where they belong.
func (w *Work) changeClocks(ctx context.Context, before *terms.Facts) error {
	f := &w.Claim.Facts
	if err := w.stopClock(ctx, terms.Stages[before.State].Clock); err != nil {
		return err
	}
	switch {
	case f.State == terms.Archived:
		w.clocks = nil
		return w.C.Clocks.StopAll(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Claim.ID, w.Now)
	case terms.Ended(f.State):
		w.clocks = nil
		if err := w.C.Clocks.StopAll(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Claim.ID, w.Now); err != nil {
			return err
		}
		_, err := w.startClock(ctx, terms.ClockRetain)
		return err
	case f.State == terms.Decided:
		if err := w.stopClock(ctx, terms.ClockCap); err != nil {
			return err
		}
	case f.State == terms.InReview:
		if _, _, runs, err := w.clockOf(ctx, terms.ClockCap); err != nil {
			return err
		} else if !runs {
			if _, err := w.startClock(ctx, terms.ClockCap); err != nil {
				return err
			}
		}
	}
	_, err := w.startClock(ctx, terms.Stages[f.State].Clock)
	return err
}

// pauseAll lets every running clock of the claim stand, or go on.
func (w *Work) pauseAll(ctx context.Context, pause bool) error {
	all, err := w.runningClocks(ctx)
	if err != nil {
		return err
	}
	w.clocks = nil
	for _, c := range all {
		st, err := w.C.Clocks.State(c, w.Now)
		if err != nil {
			return err
		}
		switch {
		case pause && !st.Paused && !st.Over:
			err = w.C.Clocks.Pause(ctx, w.Tx, w.Actor, w.Case.ID, c.ID, "claim_suspended", w.Now)
		case !pause && st.Paused:
			err = w.C.Clocks.Resume(ctx, w.Tx, w.Actor, w.Case.ID, c.ID, w.Now)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// nextStage closes the stay in the last state and begins the next.
func (w *Work) nextStage(ctx context.Context, before *terms.Facts) error {
	if w.Claim.StageSeq > 0 {
		row := &terms.StageRow{Tenant: w.Case.Tenant, Case: w.Case.ID, Claim: w.Claim.ID, Seq: w.Claim.StageSeq, Left: w.Now}
		if err := w.stageClock(ctx, row, before.State); err != nil {
			return err
		}
		if err := w.C.Store.CloseStage(ctx, w.Tx, row); err != nil {
			return err
		}
	}
	w.Claim.StageSeq++
	return w.C.Store.InsertStage(ctx, w.Tx, &terms.StageRow{Tenant: w.Case.Tenant, Case: w.Case.ID, Claim: w.Claim.ID, Seq: w.Claim.StageSeq, State: w.Claim.Facts.State, Entered: w.Now})
}

// stageClock notes what the clock of a stage came to: the newest of its kind.
func (w *Work) stageClock(ctx context.Context, row *terms.StageRow, state terms.State) error {
	kind := terms.Stages[state].Clock
	if kind == "" {
		return nil
	}
	all, err := w.allClocks(ctx)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Kind != kind {
			continue
		}
		row.Due, row.Breached, row.Extended = c.Due, !c.Breached.IsZero(), 0
		for _, ch := range c.Changes {
			if ch.Kind == clock.Extended {
				row.Extended++
			}
		}
	}
	return nil
}

// tellAll sends the messages of a row and notes that they were served.
func (w *Work) tellAll(ctx context.Context, row *terms.Transition, data map[string]any) error {
	args := map[string]any{}
	if _, st, ok, err := w.clockOf(ctx, w.mainClock()); err != nil {
		return err
	} else if ok {
		args["due"] = st.Due
	}
	if amount, ok := data["amount"].(casefile.Fen); ok {
		args["amount"] = amount
	}
	for _, l := range row.Tell {
		if l.To == terms.MerchantSide && !w.Claim.Facts.MerchantServed {
			continue // withdrawn before notice: there is nothing to tell
		}
		to := terms.ToBuyer
		if l.To == terms.MerchantSide {
			to = terms.ToMerchant
		}
		if err := w.tell(ctx, to, l.Template, args); err != nil {
			return err
		}
		if err := w.notice(ctx, l.To, strings.TrimPrefix(l.Template, "claim_")); err != nil {
			return err
		}
	}
	return nil
}

// mainClock is the clock that the readers of a message care for.
func (w *Work) mainClock() string {
	switch w.Claim.Facts.State {
	case terms.InAppeal:
		return terms.ClockResponse
	case terms.Appealable, terms.Executing:
		return terms.ClockAppeal
	}
	return terms.Stages[w.Claim.Facts.State].Clock
}

func (w *Work) notice(ctx context.Context, side terms.Side, kind string) error {
	return w.C.Store.InsertNotice(ctx, w.Tx, &terms.Notice{Tenant: w.Case.Tenant, Case: w.Case.ID, Claim: w.Claim.ID, ID: w.C.Source.NewID(), Side: side, Kind: kind, Served: w.Now, Seq: w.seq()})
}

// Windows of hearing.

// responseWindow is the kind of the window of an appeal.
const responseWindow = "response"

// windowKey is which window is open by the facts: side and kind; no side when none.
func windowKey(f *terms.Facts) (terms.Side, string) {
	s := f.State
	if s == terms.Suspended {
		s = f.Before
	}
	switch {
	case f.Open != terms.NoSide:
		return f.Open, string(s)
	case f.Waiting && s == terms.InAppeal:
		return f.Appeal.Other(), responseWindow
	}
	return terms.NoSide, ""
}

// closeWindows closes the open window when the act ended it.
func (w *Work) closeWindows(ctx context.Context, before *terms.Facts, a *terms.Act) error {
	side, kind := windowKey(before)
	now, nowKind := windowKey(&w.Claim.Facts)
	if side == terms.NoSide || now == side && nowKind == kind {
		return nil
	}
	how := closedHow(side, a)
	clockKind := terms.Stages[before.State].Clock
	if kind == responseWindow {
		clockKind = terms.ClockResponse
	}
	_, st, _, err := w.clockOf(ctx, clockKind)
	if err != nil {
		return err
	}
	if err := w.C.Store.CloseWindow(ctx, w.Tx, &terms.Window{Tenant: w.Case.Tenant, Case: w.Case.ID, Claim: w.Claim.ID, Side: side, Due: st.Due, Closed: w.Now, How: how,
		ClosedSeq: w.seq()}); err != nil {
		return err
	}
	if kind == responseWindow {
		if err := w.stopClock(ctx, terms.ClockResponse); err != nil {
			return err
		}
	}
	if how != "answered" {
		return nil
	}
	_, err = w.C.Store.MarkNotices(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Claim.ID, side, w.Now, true)
	return err
}

func closedHow(side terms.Side, a *terms.Act) string {
	switch {
	case a.Move == terms.MoveLapse, a.Move == terms.MoveSilent:
		return "lapsed"
	case a.Move == terms.MoveWithdraw, a.Move == terms.MoveMerge, a.Move == terms.MoveTakeBack:
		return "withdrawn"
	case a.Move == terms.MoveWaive:
		return "waived"
	case terms.SideOf(a.Part) == side:
		return "answered"
	}
	return "waived"
}

// openWindows opens the window of a new state, or the other side's on an appeal.
func (w *Work) openWindows(ctx context.Context, before *terms.Facts, _ *terms.Act) error {
	side, kind := windowKey(before)
	now, nowKind := windowKey(&w.Claim.Facts)
	if now == terms.NoSide || now == side && nowKind == kind {
		return nil
	}
	var due time.Time
	var err error
	if nowKind == responseWindow {
		due, err = w.startClock(ctx, terms.ClockResponse)
	} else {
		_, st, _, e := w.clockOf(ctx, terms.Stages[w.Claim.Facts.State].Clock)
		due, err = st.Due, e
	}
	if err != nil {
		return err
	}
	return w.C.Store.InsertWindow(ctx, w.Tx, &terms.Window{Tenant: w.Case.Tenant, Case: w.Case.ID, Claim: w.Claim.ID, ID: w.C.Source.NewID(), Side: now, Kind: nowKind, Opened: w.Now,
		Due: due, Round: w.Claim.Facts.Round, Seq: w.seq()})
}

// extendClock makes the clock of the state longer, by what the table allows this part.
func (w *Work) extendClock(ctx context.Context, reason string) (time.Time, error) {
	st := terms.Stages[w.Claim.Facts.State]
	clk, _, ok, err := w.clockOf(ctx, st.Clock)
	if err != nil {
		return time.Time{}, err
	}
	if !ok {
		return time.Time{}, casefile.Fail(casefile.Conflict, "claim.error.not_now")
	}
	for _, e := range st.Extend {
		if e.Who != w.Part {
			continue
		}
		w.clocks = nil
		if err := w.C.Clocks.Extend(ctx, w.Tx, w.Actor, w.Case.ID, clk.ID, e.Amount(), reason, w.Now); err != nil {
			return time.Time{}, err
		}
	}
	_, now, _, err := w.clockOf(ctx, st.Clock)
	return now.Due, err
}
