package service

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// serving is Service.Serving inside a transaction that is under way.
func (w *work) serving(ctx context.Context) (int, error) {
	need, ok := w.s.Catalogue.Need(string(w.req.Kind), w.req.Product)
	if !ok || w.req.Region == "" {
		return 0, nil
	}
	n := 0
	for _, p := range prefixes(w.req.Region) {
		m, err := w.s.Store.Serving(ctx, w.t, w.c.Tenant, p, w.req.Kind, w.req.Product, need.Level)
		if err != nil {
			return 0, err
		}
		n += m
	}
	return n, nil
}

// ConfirmRegion implements Customers and Desk.
func (s *Service) ConfirmRegion(ctx context.Context, a casefile.Actor, c ConfirmRegion) (Result, error) {
	if err := mustBe(a, casefile.Customer, casefile.Agent, casefile.Dispatcher); err != nil {
		return Result{}, err
	}
	d, ok := s.unit(c.Region)
	if !ok {
		return Result{}, casefile.InvalidField("region", "service.field.choose")
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if w.req.Region == string(d.Code) && requests.Can(w.req.State, MoveConfirm, a.Role) && w.req.State != RequestReceived {
			if w.req.RegionOutcome == regionConfirmed {
				return nil
			}
			w.req.RegionOutcome = regionConfirmed // "yes, this is right": the search goes on as it is
			return w.event("request.region_confirmed", forBoth, map[string]any{"region": w.req.Region})
		}
		m := MoveConfirm
		if w.req.State != RequestReceived && w.req.State != RequestTriaged {
			m = MoveCorrect
		}
		if err := w.moveRequest(m, a.Role); err != nil {
			return err
		}
		u := understood{view: RegionView{Version: s.Regions.DatasetVersion(), AsOf: w.now.In(casefile.Shanghai).Format("2006-01-02")}}
		u.settle(d, regionConfirmed)
		u.into(w.req)
		if err := w.relocated(ctx); err != nil {
			return err
		}
		return w.event("request.region_confirmed", forBoth, map[string]any{"region": w.req.Region, "covered": w.req.Covered})
	})
}

// relocated looks for technicians anew after the place became known or another one.
func (w *work) relocated(ctx context.Context) error {
	n, err := w.serving(ctx)
	if err != nil {
		return err
	}
	w.req.Covered = n > 0
	if err := w.solved(ctx, problemRegion, problemNotCovered, problemNobody); err != nil {
		return err
	}
	if err := w.stopClock(ctx, clockAccept); err != nil {
		return err
	}
	if err := w.endSearch(ctx); err != nil {
		return err
	}
	if w.visit != nil && !visitEnded(w.visit.State) {
		w.visit.Circle = circleNear
	}
	if err := w.dropQuoted(ctx); err != nil {
		return err
	}
	return w.afterReport(ctx)
}

// endSearch withdraws the offers that are out; the visit is planned again.
func (w *work) endSearch(ctx context.Context) error {
	if err := w.withdrawOthers(ctx, casefile.Nil); err != nil {
		return err
	}
	if w.visit != nil && w.visit.State == VisitOffered {
		return w.moveVisit(MoveWithdraw, system)
	}
	return nil
}

// dropQuoted ends an estimate that was made for other circumstances.
func (w *work) dropQuoted(ctx context.Context) error {
	p, err := w.openPromise(ctx)
	if err != nil || p == nil || p.State != PromiseQuoted {
		return err
	}
	return w.movePromise(ctx, p, MoveReplace, w.actor.Role, "estimate_changed")
}

// CorrectAddress implements Customers and Desk. Once a technician holds the visit only the desk can do it, and it becomes a problem to look at: the technician may
// be on the way to the wrong door.
func (s *Service) CorrectAddress(ctx context.Context, a casefile.Actor, c CorrectAddress) (Result, error) {
	if err := mustBe(a, casefile.Customer, casefile.Agent, casefile.Dispatcher); err != nil {
		return Result{}, err
	}
	var f fields
	address := f.text("address", c.Address, 2, maxAddress)
	reason := f.text("reason", c.Reason, 0, 200)
	if c.Region != "" {
		if _, ok := s.unit(c.Region); !ok {
			f.bad("region", "choose")
		}
	}
	if err := f.err(); err != nil {
		return Result{}, err
	}
	u := s.understand(address, c.Region)
	if a.Role != casefile.Customer && u.view.Code != "" {
		u.view.Outcome = regionCorrected
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) (err error) {
		held := w.req.State == RequestAssigned
		if held && u.view.Code == "" {
			return casefile.InvalidField("address", "service.field.address_unclear")
		}
		if err := w.moveRequest(MoveCorrect, a.Role); err != nil {
			return err
		}
		if w.req.Address, err = w.seal(ctx, fieldAddress, address); err != nil {
			return err
		}
		if w.req.Detail, err = w.seal(ctx, fieldDetail, u.detail); err != nil {
			return err
		}
		u.into(w.req)
		if err := w.note(ctx, "correct_address", reason); err != nil {
			return err
		}
		if err := w.event("request.address_corrected", forBoth, map[string]any{"region": w.req.Region, "outcome": w.req.RegionOutcome}); err != nil {
			return err
		}
		if held {
			if err := w.problem(ctx, problemAddress, nil); err != nil {
				return err
			}
			return w.tell(ctx, ToTechnician, "visit_changed", nil)
		}
		if w.req.Region == "" {
			if err := w.moveRequest(MoveUnclear, a.Role); err != nil {
				return err
			}
			if err := w.endSearch(ctx); err != nil {
				return err
			}
			if err := w.s.cancelTimer(ctx, w.t, w.c.Tenant, w.req.ID, timerAssign); err != nil {
				return err
			}
			return w.problem(ctx, problemRegion, map[string]any{"outcome": w.req.RegionOutcome})
		}
		return w.relocated(ctx)
	})
}

// Reschedule implements Customers and Desk.
func (s *Service) Reschedule(ctx context.Context, a casefile.Actor, c Reschedule) (Result, error) {
	if err := mustBe(a, casefile.Customer, casefile.Agent, casefile.Dispatcher); err != nil {
		return Result{}, err
	}
	var f fields
	f.wish(s.Source.Now(), c.From, c.To)
	if err := f.err(); err != nil {
		return Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if err := w.moveRequest(MoveReschedule, a.Role); err != nil {
			return err
		}
		w.req.WishedFrom, w.req.WishedTo, w.req.NotBefore = c.From.UTC().Truncate(time.Microsecond), c.To.UTC().Truncate(time.Microsecond), time.Time{}
		data := map[string]any{}
		if !c.From.IsZero() {
			data["from"], data["to"] = micros(c.From), micros(c.To)
		}
		if err := w.dropPromise(ctx, "customer_asked"); err != nil {
			return err
		}
		if err := w.solved(ctx, problemNoAccess); err != nil {
			return err
		}
		if w.req.Region != "" {
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
func (s *Service) AttachPhotos(ctx context.Context, a casefile.Actor, c AttachPhotos) (Result, error) {
	if err := mustBe(a, casefile.Customer, casefile.Agent, casefile.Dispatcher); err != nil {
		return Result{}, err
	}
	var f fields
	f.ids("photos", c.Items, maxPhotos)
	if len(c.Items) == 0 {
		f.bad("photos", "required")
	}
	if err := f.err(); err != nil {
		return Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if err := w.moveRequest(MoveAttach, a.Role); err != nil {
			return err
		}
		if err := w.roomFor(ctx, len(c.Items)); err != nil {
			return err
		}
		if err := s.Evidence.Attach(ctx, w.t, a, Attachment{Case: c.Case, Request: w.req.ID, Kind: kindReport, Items: c.Items}); err != nil {
			return noPhoto(err)
		}
		return w.event("request.photos", forBoth, map[string]any{"n": len(c.Items)})
	})
}

// maxCasePhotos bounds what customer and desk attach to one case.
const maxCasePhotos = 60

func (w *work) roomFor(ctx context.Context, n int) error {
	items, err := w.s.Evidence.Attached(ctx, w.t, w.c.Tenant, w.c.ID)
	if err != nil {
		return err
	}
	for _, it := range items {
		if it.Kind == kindReport {
			n++
		}
	}
	if n > maxCasePhotos {
		return &casefile.Error{Category: casefile.TooLarge, Key: "service.error.too_many_photos", Args: map[string]any{"max": maxCasePhotos}}
	}
	return nil
}

// Owners answers whose an object is, so that an edge can ask the policies before it calls a command. Objects of other tenants are NotFound.
type Owners struct{ s *Service }

// Owners gives access to the owners of visits and offers.
func (s *Service) Owners() Owners { return Owners{s} }

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
		return errNotFound
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
		return errNotFound
	})
	return technician, err
}
