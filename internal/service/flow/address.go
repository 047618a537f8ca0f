package flow

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/service/input"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// serving is Service.Serving inside a transaction that is under way.
func (w *Work) serving(ctx context.Context) (int, error) {
	need, ok := w.Commands.Catalogue.Need(string(w.Req.Kind), w.Req.Product)
	if !ok || w.Req.Region == "" {
		return 0, nil
	}
	n := 0
	for _, p := range w.Commands.registered(w.Req.Region) {
		m, err := w.Commands.Store.Serving(ctx, w.Tx, w.Case.Tenant, p, w.Req.Kind, w.Req.Product, need.Level)
		if err != nil {
			return 0, err
		}
		n += m
	}
	return n, nil
}

// ConfirmRegion implements Customers and Desk.
func (s *Commands) ConfirmRegion(ctx context.Context, a casefile.Actor, c terms.ConfirmRegion) (terms.Result, error) {
	if err := MustBe(a, casefile.Customer, casefile.Agent, casefile.Dispatcher); err != nil {
		return terms.Result{}, err
	}
	d, ok := s.unit(c.Region)
	if !ok {
		return terms.Result{}, casefile.InvalidField("region", "service.field.choose")
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if w.Req.Region == string(d.Code) && terms.RequestMoves.Can(w.Req.State, terms.MoveConfirm, a.Role) && w.Req.State != terms.RequestReceived {
			if w.Req.RegionOutcome == RegionConfirmed {
				return nil
			}
			w.Req.RegionOutcome = RegionConfirmed // "yes, this is right": the search goes on as it is
			return w.event("request.region_confirmed", forBoth, map[string]any{"region": w.Req.Region})
		}
		m := terms.MoveConfirm
		if w.Req.State != terms.RequestReceived && w.Req.State != terms.RequestTriaged {
			m = terms.MoveCorrect
		}
		if err := w.moveRequest(m, a.Role); err != nil {
			return err
		}
		u := understood{View: terms.RegionView{Version: s.Regions.DatasetVersion(), AsOf: w.Now.In(casefile.Shanghai).Format("2006-01-02")}}
		u.settle(d, RegionConfirmed)
		u.into(w.Req)
		if err := w.relocated(ctx); err != nil {
			return err
		}
		return w.event("request.region_confirmed", forBoth, map[string]any{"region": w.Req.Region, "covered": w.Req.Covered})
	})
}

// relocated looks for technicians anew after the place became known or another one.
func (w *Work) relocated(ctx context.Context) error {
	n, err := w.serving(ctx)
	if err != nil {
		return err
	}
	w.Req.Covered = n > 0
	if err := w.solved(ctx, ProblemRegion, ProblemNotCovered, ProblemNobody); err != nil {
		return err
	}
	if err := w.stopClock(ctx, clockAccept); err != nil {
		return err
	}
	if err := w.endSearch(ctx); err != nil {
		return err
	}
	if w.Visit != nil && !visitEnded(w.Visit.State) {
		w.Visit.Circle = CircleNear
	}
	if err := w.dropQuoted(ctx); err != nil {
		return err
	}
	return w.afterReport(ctx)
}

// endSearch withdraws the offers that are out; the visit is planned again.
func (w *Work) endSearch(ctx context.Context) error {
	if err := w.withdrawOthers(ctx, casefile.Nil); err != nil {
		return err
	}
	if w.Visit != nil && w.Visit.State == terms.VisitOffered {
		return w.moveVisit(terms.MoveWithdraw, casefile.System)
	}
	return nil
}

// dropQuoted ends an estimate that was made for other circumstances.
func (w *Work) dropQuoted(ctx context.Context) error {
	p, err := w.openPromise(ctx)
	if err != nil || p == nil || p.State != terms.PromiseQuoted {
		return err
	}
	return w.movePromise(ctx, p, terms.MoveReplace, w.Actor.Role, "estimate_changed")
}

// CorrectAddress implements Customers and Desk. Once a technician holds the visit only the desk can do it, and it becomes a problem to look at: the technician may
// be on the way to the wrong door.
func (s *Commands) CorrectAddress(ctx context.Context, a casefile.Actor, c terms.CorrectAddress) (terms.Result, error) {
	if err := MustBe(a, casefile.Customer, casefile.Agent, casefile.Dispatcher); err != nil {
		return terms.Result{}, err
	}
	var f input.Fields
	address := f.Text("address", c.Address, 2, maxAddress)
	reason := f.Text("reason", c.Reason, 0, 200)
	if c.Region != "" {
		if _, ok := s.unit(c.Region); !ok {
			f.Bad("region", "choose")
		}
	}
	if err := f.Err(); err != nil {
		return terms.Result{}, err
	}
	u := s.Understand(address, c.Region)
	if a.Role != casefile.Customer && u.View.Code != "" {
		u.View.Outcome = RegionCorrected
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) (err error) {
		held := w.Req.State == terms.RequestAssigned
		if held && u.View.Code == "" {
			return casefile.InvalidField("address", "service.field.address_unclear")
		}
		if err := w.moveRequest(terms.MoveCorrect, a.Role); err != nil {
			return err
		}
		if w.Req.Address, err = w.seal(ctx, terms.FieldAddress, address); err != nil {
			return err
		}
		if w.Req.Detail, err = w.seal(ctx, terms.FieldDetail, u.detail); err != nil {
			return err
		}
		u.into(w.Req)
		if err := w.note(ctx, "correct_address", reason); err != nil {
			return err
		}
		if err := w.event("request.address_corrected", forBoth, map[string]any{"region": w.Req.Region, "outcome": w.Req.RegionOutcome}); err != nil {
			return err
		}
		if held {
			if err := w.problem(ctx, ProblemAddress, nil); err != nil {
				return err
			}
			return w.tell(ctx, terms.ToTechnician, "visit_changed", nil)
		}
		if w.Req.Region == "" {
			if err := w.moveRequest(terms.MoveUnclear, a.Role); err != nil {
				return err
			}
			if err := w.endSearch(ctx); err != nil {
				return err
			}
			if err := w.Commands.cancelTimer(ctx, w.Tx, w.Case.Tenant, w.Req.ID, timerAssign); err != nil {
				return err
			}
			return w.problem(ctx, ProblemRegion, map[string]any{"outcome": w.Req.RegionOutcome})
		}
		return w.relocated(ctx)
	})
}

// Reschedule implements Customers and Desk.
func (s *Commands) Reschedule(ctx context.Context, a casefile.Actor, c terms.Reschedule) (terms.Result, error) {
	if err := MustBe(a, casefile.Customer, casefile.Agent, casefile.Dispatcher); err != nil {
		return terms.Result{}, err
	}
	var f input.Fields
	f.Wish(s.Source.Now(), c.From, c.To)
	if err := f.Err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.moveRequest(terms.MoveReschedule, a.Role); err != nil {
			return err
		}
		w.Req.WishedFrom, w.Req.WishedTo, w.Req.NotBefore = c.From.UTC().Truncate(time.Microsecond), c.To.UTC().Truncate(time.Microsecond), time.Time{}
		data := map[string]any{}
		if !c.From.IsZero() {
			data["from"], data["to"] = micros(c.From), micros(c.To)
		}
		if err := w.dropPromise(ctx, "customer_asked"); err != nil {
			return err
		}
		if err := w.solved(ctx, ProblemNoAccess); err != nil {
			return err
		}
		if w.Req.Region != "" {
			if err := w.endSearch(ctx); err != nil {
				return err
			}
			if err := w.assignSoon(ctx, time.Time{}); err != nil {
				return err
			}
		}
		return w.event("request.rescheduled", forBoth, data)
	})
}

// AttachPhotos implements Customers and Desk.
func (s *Commands) AttachPhotos(ctx context.Context, a casefile.Actor, c terms.AttachPhotos) (terms.Result, error) {
	if err := MustBe(a, casefile.Customer, casefile.Agent, casefile.Dispatcher); err != nil {
		return terms.Result{}, err
	}
	var f input.Fields
	f.IDs("photos", c.Items, maxPhotos)
	if len(c.Items) == 0 {
		f.Bad("photos", "required")
	}
	if err := f.Err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.moveRequest(terms.MoveAttach, a.Role); err != nil {
			return err
		}
		if err := w.roomFor(ctx, len(c.Items)); err != nil {
			return err
		}
		w.later("photos", KindReport, casefile.Nil, c.Items...)
		return w.event("request.photos", forBoth, map[string]any{"n": len(c.Items)})
	})
}

// maxCasePhotos bounds what customer and desk attach to one case.
const maxCasePhotos = 60

func (w *Work) roomFor(ctx context.Context, n int) error {
	items, err := w.Commands.Evidence.Attached(ctx, w.Tx, w.Case.Tenant, w.Case.ID)
	if err != nil {
		return err
	}
	for _, it := range items {
		if it.Kind == KindReport {
			n++
		}
	}
	if n > maxCasePhotos {
		return &casefile.Error{Category: casefile.TooLarge, Key: "service.error.too_many_photos", Args: map[string]any{"max": maxCasePhotos}}
	}
	return nil
}

// Owners answers whose an object is, so that an edge can ask the policies before it calls a command. Objects of other tenants are NotFound.
type Owners struct{ s *Commands }

// Owners gives access to the owners of visits and offers.
func (s *Commands) Owners() Owners { return Owners{s} }

// Visit is the technician who holds a visit, or Nil; NotFound when the case has no such visit.
func (o Owners) Visit(ctx context.Context, tenant casefile.Tenant, caseID, visit casefile.ID) (technician casefile.ID, err error) {
	err = o.s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		list, err := o.s.Store.Visits(ctx, t, tenant, caseID)
		if err != nil {
			return err
		}
		for i := range list {
			if list[i].ID == visit {
				technician = list[i].Technician
				return nil
			}
		}
		return ErrNotFound
	})
	return technician, err
}

// Offer is the technician an offer was made to.
func (o Owners) Offer(ctx context.Context, tenant casefile.Tenant, caseID, offer casefile.ID) (technician casefile.ID, err error) {
	err = o.s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		list, err := o.s.Store.Offers(ctx, t, tenant, caseID)
		if err != nil {
			return err
		}
		for i := range list {
			if list[i].ID == offer {
				technician = list[i].Technician
				return nil
			}
		}
		return ErrNotFound
	})
	return technician, err
}
