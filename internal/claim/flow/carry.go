package flow

import (
	"context"
	"encoding/json"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim/terms"
)

// The states of a step.
const (
	stepWaiting = "waiting" // for the one before
	stepOpen    = "open"
	stepSent    = "sent"   // on its way: goods, or a refund that the platform took on
	stepFailed  = "failed" // could not be done; tried again
	stepHeld    = "held"   // an appeal is under way
	stepDone    = "done"
	stepGivenUp = "given_up"
)

// maxRefundTries bounds how often a refund is asked for again; after that only a person does.
const maxRefundTries = 30

// stepsFor is what has to be done for a remedy.
func stepsFor(r terms.Remedy, destroy bool) []terms.StepKind {
	switch r {
	case terms.RefundOnly:
		if destroy {
			return []terms.StepKind{terms.StepDestroy, terms.StepRefund}
		}
		return []terms.StepKind{terms.StepRefund}
	case terms.Partial:
		return []terms.StepKind{terms.StepRefund}
	case terms.RefundReturn:
		return []terms.StepKind{terms.StepReturn, terms.StepRefund}
	case terms.Exchange:
		return []terms.StepKind{terms.StepReturn, terms.StepReplace}
	case terms.Repair:
		return []terms.StepKind{terms.StepRepair}
	}
	return nil
}

// planSteps answers the steps of a decision that stands.
func (w *Work) planSteps(ctx context.Context, d *terms.Decision) ([]terms.StepKind, error) {
	remedy := d.Remedy
	if remedy == terms.Settlement {
		o, err := w.offer(ctx)
		if err != nil {
			return nil, err
		}
		remedy = o.Remedy
	}
	return stepsFor(remedy, d.Destroy), nil
}

// makeSteps writes the steps and opens the first.
func (w *Work) makeSteps(ctx context.Context, d *terms.Decision, kinds []terms.StepKind) error {
	for i, kind := range kinds {
		s := &terms.Step{Tenant: w.Case.Tenant, Case: w.Case.ID, Claim: w.Claim.ID, ID: w.C.Source.NewID(), Kind: kind, Seq: w.stepSeq(d) + i, State: stepWaiting, Round: d.Round}
		if kind == terms.StepRefund {
			s.Amount = d.Amount
		}
		if err := w.C.Store.InsertStep(ctx, w.Tx, s); err != nil {
			return err
		}
	}
	return w.openNextStep(ctx)
}

// stepSeq keeps the steps of a decision that overturned another one behind that one's.
func (w *Work) stepSeq(d *terms.Decision) int {
	if d.Kind == "overturned" {
		return 11
	}
	return 1
}

func (w *Work) steps(ctx context.Context) ([]terms.Step, error) {
	return w.C.Store.Steps(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Claim.ID)
}

func live(s *terms.Step) bool { return s.State != stepDone && s.State != stepGivenUp }

// openNextStep opens the first step that waits, when none before it is open.
func (w *Work) openNextStep(ctx context.Context) error {
	list, err := w.steps(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		if !live(&list[i]) {
			continue
		}
		if list[i].State != stepWaiting {
			return nil
		}
		return w.openStep(ctx, &list[i])
	}
	return nil
}

// openStep begins a step: whoever has to do it is told.
func (w *Work) openStep(ctx context.Context, s *terms.Step) (err error) {
	s.State, s.Opened = stepOpen, w.Now
	switch s.Kind {
	case terms.StepRefund:
		s.Tries++
		if s.Due, err = w.startClock(ctx, terms.ClockRefund); err != nil {
			return err
		}
		err = w.tell(ctx, terms.ToPlatform, "claim_refund_order", map[string]any{"amount": s.Amount})
	case terms.StepReturn, terms.StepDestroy:
		if s.Due, err = w.startClock(ctx, terms.ClockReturn); err != nil {
			return err
		}
		err = w.tell(ctx, terms.ToBuyer, "claim_"+string(s.Kind)+"_wanted", map[string]any{"due": s.Due})
	case terms.StepReplace:
		if s.Due, err = w.startClock(ctx, terms.ClockReturn); err != nil {
			return err
		}
		err = w.tell(ctx, terms.ToMerchant, "claim_replace_wanted", map[string]any{"due": s.Due})
	case terms.StepRepair:
		err = w.visitSoon(ctx, "repair", s.ID)
	}
	if err != nil {
		return err
	}
	return w.C.Store.UpdateStep(ctx, w.Tx, s)
}

func stepClock(k terms.StepKind) string {
	switch k {
	case terms.StepRefund:
		return terms.ClockRefund
	case terms.StepReturn, terms.StepDestroy, terms.StepReplace:
		return terms.ClockReturn
	}
	return ""
}

// currentStep is the one that is under way; an error when none of the kind is.
func (w *Work) currentStep(ctx context.Context, kind terms.StepKind) (*terms.Step, error) {
	list, err := w.steps(ctx)
	if err != nil {
		return nil, err
	}
	for i := range list {
		s := &list[i]
		if live(s) && s.State != stepWaiting && s.State != stepHeld && (kind == "" || s.Kind == kind) {
			return s, nil
		}
	}
	return nil, casefile.Fail(casefile.Conflict, "claim.error.no_step")
}

// MayConfirm reports whose word a step's end is.
func MayConfirm(p terms.Part, k terms.StepKind) bool {
	switch p {
	case terms.Buyer:
		return k == terms.StepDestroy
	case terms.Seller:
		return k == terms.StepReturn || k == terms.StepReplace
	case terms.System:
		return k == terms.StepRefund || k == terms.StepRepair
	case terms.Lead:
		return true
	}
	return false
}

// Sent implements Claimants: the goods are on their way back.
func (s *Commands) Sent(ctx context.Context, a casefile.Actor, c terms.Sent) (terms.Result, error) {
	var f fields
	c.Carrier = f.line("carrier", c.Carrier, 1, 40)
	c.Number = f.line("number", c.Number, 1, 60)
	if err := f.err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if w.Part != terms.Buyer {
			return ErrNotFound
		}
		st, err := w.currentStep(ctx, terms.StepReturn)
		if err != nil {
			return err
		}
		b, err := w.Box(ctx, terms.System) // the merchant has to read it: the claim's key
		if err != nil {
			return err
		}
		if st.Note, err = b.Seal(terms.FieldParcel, c.Carrier+" "+c.Number); err != nil {
			return err
		}
		st.State = stepSent
		if err := s.Store.UpdateStep(ctx, w.Tx, st); err != nil {
			return err
		}
		if err := w.tell(ctx, terms.ToMerchant, "claim_goods_sent", nil); err != nil {
			return err
		}
		return w.event("claim.goods_sent", forBoth, nil)
	})
}

// Confirm implements Claimants and Merchants: a step is done.
func (s *Commands) Confirm(ctx context.Context, a casefile.Actor, c terms.Done) (terms.Result, error) {
	return s.confirm(ctx, a, c)
}

// ConfirmStep implements Platform: by a program with an admin's key, or by a lead.
func (s *Commands) ConfirmStep(ctx context.Context, a casefile.Actor, c terms.Done) (terms.Result, error) {
	if err := mustBe(a, casefile.Admin, casefile.System); err != nil {
		return terms.Result{}, err
	}
	return s.confirm(ctx, a, c)
}

func (s *Commands) confirm(ctx context.Context, a casefile.Actor, c terms.Done) (terms.Result, error) {
	var f fields
	c.Ref = f.line("ref", c.Ref, 0, maxRef)
	c.Failed = f.line("failed", c.Failed, 0, 40)
	f.ids("media", c.Media, maxMedia)
	choice(&f, "step", c.Step, []terms.StepKind{terms.StepReturn, terms.StepDestroy, terms.StepRefund, terms.StepReplace, terms.StepRepair})
	if c.Step == terms.StepDestroy && a.Role == casefile.Customer && len(c.Media) == 0 {
		f.bad("media", "required")
	}
	if err := f.err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if !MayConfirm(w.Part, c.Step) {
			return casefile.Fail(casefile.Denied, "claim.error.not_yours")
		}
		if done, err := w.confirmedAlready(ctx, &c); err != nil || done {
			return err
		}
		st, err := w.currentStep(ctx, c.Step)
		if err != nil {
			return err
		}
		if c.Failed != "" {
			return w.stepFailed(ctx, st, c.Failed)
		}
		if len(c.Media) > 0 {
			if err := w.say(ctx, statement{kind: "step", code: string(c.Step), declared: terms.DeclaredNone, media: c.Media}); err != nil {
				return err
			}
		}
		return w.stepDone(ctx, st, c.Ref)
	})
}

// confirmedAlready makes a confirmation that is sent twice harmless: programs retry.
func (w *Work) confirmedAlready(ctx context.Context, c *terms.Done) (bool, error) {
	if c.Ref == "" || c.Failed != "" {
		return false, nil
	}
	list, err := w.steps(ctx)
	for i := range list {
		if list[i].Kind == c.Step && list[i].State == stepDone && list[i].Ref == c.Ref {
			return true, nil
		}
	}
	return false, err
}

// stepDone ends a step and goes on with the next, or ends carrying out.
func (w *Work) stepDone(ctx context.Context, st *terms.Step, ref string) error {
	st.State, st.Done, st.Ref = stepDone, w.Now, ref
	if err := w.C.Store.UpdateStep(ctx, w.Tx, st); err != nil {
		return err
	}
	if err := w.stopClock(ctx, stepClock(st.Kind)); err != nil {
		return err
	}
	if w.Claim.Problem == "step_late" || w.Claim.Problem == "step_failed" {
		w.Claim.Problem = ""
	}
	if err := w.take(ctx, w.act(terms.MoveConfirm), map[string]any{"step": st.Kind, "amount": st.Amount, "ref": ref}); err != nil {
		return err
	}
	if w.Claim.Facts.State == terms.Executing {
		return w.openNextStep(ctx)
	}
	if w.Claim.Facts.State == terms.Final {
		if err := w.stopClock(ctx, terms.ClockAppeal); err != nil {
			return err
		}
	}
	return w.afterFinal(ctx)
}

// stepFailed notes that a step could not be done; a refund is asked for again, and the lead is told.
func (w *Work) stepFailed(ctx context.Context, st *terms.Step, code string) error {
	st.State = stepFailed
	w.Claim.Problem = "step_failed"
	if err := w.event("claim.step_failed", forDesk, map[string]any{"step": st.Kind, "code": code, "tries": st.Tries}); err != nil {
		return err
	}
	return w.C.Store.UpdateStep(ctx, w.Tx, st)
}

// stepLate is called when the clock of a step ran out: a refund is asked for again, goods are waited for, the lead is told in either case.
func (w *Work) stepLate(ctx context.Context, kind string) error {
	st, err := w.currentStep(ctx, "")
	if err != nil || stepClock(st.Kind) != kind {
		return w.stopClock(ctx, kind)
	}
	if err := w.take(ctx, w.act(terms.MoveLapse), map[string]any{"step": st.Kind, "tries": st.Tries}); err != nil {
		return err
	}
	w.Claim.Problem = "step_late"
	if err := w.stopClock(ctx, kind); err != nil {
		return err
	}
	if st.Kind != terms.StepRefund || st.Tries >= maxRefundTries {
		return nil
	}
	return w.openStep(ctx, st)
}

// holdSteps lets carrying out stand while an appeal is under way.
func (w *Work) holdSteps(ctx context.Context) error {
	return w.eachLive(ctx, func(s *terms.Step) error {
		if s.State == stepWaiting {
			return nil
		}
		s.State = stepHeld
		return w.stopClock(ctx, stepClock(s.Kind))
	})
}

// goOnWithSteps takes up what an appeal held.
func (w *Work) goOnWithSteps(ctx context.Context) error {
	list, err := w.steps(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].State == stepHeld {
			return w.openStep(ctx, &list[i])
		}
	}
	return w.openNextStep(ctx)
}

// dropSteps gives up what a decision that does not stand any more asked for. What was already paid is for the lead to look at.
func (w *Work) dropSteps(ctx context.Context) error {
	list, err := w.steps(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].Kind == terms.StepRefund && list[i].State == stepDone {
			w.Claim.Problem = "paid_before_overturn"
		}
	}
	return w.eachLive(ctx, func(s *terms.Step) error {
		s.State, s.Done = stepGivenUp, w.Now
		return w.stopClock(ctx, stepClock(s.Kind))
	})
}

func (w *Work) eachLive(ctx context.Context, f func(*terms.Step) error) error {
	list, err := w.steps(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		if !live(&list[i]) {
			continue
		}
		if err := f(&list[i]); err != nil {
			return err
		}
		if err := w.C.Store.UpdateStep(ctx, w.Tx, &list[i]); err != nil {
			return err
		}
	}
	return nil
}

// GiveUp implements Leads.
func (s *Commands) GiveUp(ctx context.Context, a casefile.Actor, c terms.Reasoned) (terms.Result, error) {
	return s.lead(ctx, a, c, terms.MoveGiveUp, "give_up", func(ctx context.Context, w *Work) error {
		if err := w.eachLive(ctx, func(st *terms.Step) error {
			st.State, st.Done = stepGivenUp, w.Now
			return w.stopClock(ctx, stepClock(st.Kind))
		}); err != nil {
			return err
		}
		return w.afterFinal(ctx)
	})
}

// visitJob is what visitSoon asks for.
type visitJob struct {
	Claim casefile.ID `json:"claim"`
	Kind  string      `json:"kind"`
	Step  casefile.ID `json:"step,omitzero"`
	Said  casefile.ID `json:"said,omitzero"`
}

// visitSoon has the service half make a request in the case, in a transaction of its own: it appends to the same timeline.
func (w *Work) visitSoon(ctx context.Context, kind string, step casefile.ID) error {
	payload, err := json.Marshal(visitJob{Claim: w.Claim.ID, Kind: kind, Step: step, Said: w.said})
	if err != nil {
		return err
	}
	return w.setTimer(ctx, timerVisit, time.Time{}, payload)
}
