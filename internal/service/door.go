package service

import (
	"context"
	"crypto/subtle"
	"fmt"
	"time"

	"anxin/internal/casefile"
)

// doorTries is how often a code may be typed wrong before the desk has to help.
const doorTries = 5

// newDoorCode draws the six digits that the customer reads to the technician.
func (w *work) newDoorCode(ctx context.Context) (err error) {
	w.visit.DoorFailures = 0
	w.visit.DoorCode, err = w.seal(ctx, fieldDoorCode, w.s.Source.Digits(6))
	return err
}

// doorCode opens the customer's code.
func (w *work) doorCode(ctx context.Context) (string, error) {
	if len(w.visit.DoorCode) == 0 {
		return "", nil
	}
	if err := w.unlock(ctx); err != nil {
		return "", err
	}
	return w.box.Open(fieldDoorCode, w.visit.DoorCode)
}

// cardCode is what the technician shows to a customer who would rather check than read out: derived, so it is nowhere stored.
func (s *Service) cardCode(tenant casefile.Tenant, visit, technician casefile.ID) string {
	sum := s.Keeper.Derive("technician-code", []byte(fmt.Sprint(int64(tenant))), visit[:], technician[:])
	n := uint32(sum[0])<<24 | uint32(sum[1])<<16 | uint32(sum[2])<<8 | uint32(sum[3])
	return fmt.Sprintf("%06d", n%1_000_000)
}

// EnRoute implements Technicians.
func (s *Service) EnRoute(ctx context.Context, a casefile.Actor, c VisitRef) (Result, error) {
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if err := w.heldBy(c.Visit); err != nil {
			return err
		}
		if w.visit.State == VisitEnRoute {
			return nil
		}
		if err := w.moveVisit(MoveSetOut, technician); err != nil {
			return err
		}
		w.visit.EnRoute = w.now
		if err := w.tell(ctx, ToCustomer, "en_route", map[string]any{"from": w.visit.From}); err != nil {
			return err
		}
		return w.event("visit.en_route", forBoth, map[string]any{"arrive": micros(w.visit.From)})
	})
}

// Arrive implements Technicians.
func (s *Service) Arrive(ctx context.Context, a casefile.Actor, c Door) (Result, error) {
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if err := w.heldBy(c.Visit); err != nil {
			return err
		}
		if !w.visit.Arrived.IsZero() {
			return nil // pressed twice
		}
		want, err := w.doorCode(ctx)
		if err != nil {
			return err
		}
		return w.proveArrival(ctx, c.Code, want, technician, "door_code")
	})
}

// ArriveByCustomer implements Customers.
func (s *Service) ArriveByCustomer(ctx context.Context, a casefile.Actor, c Door) (Result, error) {
	if err := mustBe(a, casefile.Customer); err != nil {
		return Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if err := w.current(c.Visit); err != nil {
			return err
		}
		if !w.visit.Arrived.IsZero() {
			return nil
		}
		return w.proveArrival(ctx, c.Code, s.cardCode(w.c.Tenant, w.visit.ID, w.visit.Technician), customer, "customer_page")
	})
}

// proveArrival compares codes. The button alone proves nothing; a wrong code is counted and the count survives.
func (w *work) proveArrival(ctx context.Context, typed, want string, as casefile.Role, how string) error {
	v := w.visit
	if !visits.Can(v.State, MoveArrive, as) {
		_, err := visits.Next(v.State, MoveArrive, as)
		return err
	}
	if v.DoorFailures >= doorTries {
		return casefile.Fail(casefile.Denied, "service.error.door_locked")
	}
	if typed = digits(cleanLine(typed, 20)); len(typed) != 6 {
		return casefile.InvalidField("code", "service.field.door_code_six")
	}
	if want == "" || subtle.ConstantTimeCompare([]byte(typed), []byte(want)) != 1 {
		return w.wrongCode(ctx, how)
	}
	if err := w.moveVisit(MoveArrive, as); err != nil {
		return err
	}
	if err := w.moveRequest(MoveStart, as); err != nil {
		return err
	}
	v.Arrived, v.ArrivedHow, v.DoorFailures, v.DoorCode = w.now, how, 0, nil
	if v.EnRoute.IsZero() {
		v.EnRoute = w.now
	}
	if w.req.Arrived.IsZero() {
		w.req.Arrived = w.now
	}
	if length := v.To.Sub(v.From); length > 0 {
		v.To = w.now.Add(length)
	}
	if err := w.judge(ctx, w.now); err != nil {
		return err
	}
	if err := w.stopClock(ctx, clockArrive); err != nil {
		return err
	}
	if err := w.solved(ctx, problemDoor, problemRisk, problemBroken, "clock_"+clockArrive); err != nil {
		return err
	}
	w.s.changed(w.t, w.c.Tenant)
	return w.event("visit.arrived", forBoth, map[string]any{"how": how})
}

func (w *work) wrongCode(ctx context.Context, how string) error {
	v := w.visit
	v.DoorFailures++
	left := doorTries - v.DoorFailures
	w.after = &casefile.Error{Category: casefile.Invalid, Key: "error.invalid", Fields: []casefile.FieldError{
		{Field: "code", Key: "service.field.door_code_wrong", Args: map[string]any{"left": left}}}}
	if left > 0 {
		return w.event("visit.door_code_wrong", forDesk, map[string]any{"how": how, "left": left})
	}
	w.after = casefile.Fail(casefile.Denied, "service.error.door_locked")
	if err := w.problem(ctx, problemDoor, nil); err != nil {
		return err
	}
	if err := w.tell(ctx, ToCustomer, "door_locked", nil); err != nil {
		return err
	}
	return w.event("visit.door_locked", forBoth, map[string]any{"how": how})
}

// ResetDoorCode implements Desk: after checking with the customer by phone, a new code and new tries.
func (s *Service) ResetDoorCode(ctx context.Context, a casefile.Actor, c VisitReason) (Result, error) {
	var f fields
	f.reason(s, "reason", "reset_code", c.Reason)
	words := f.words("words", c.Words, 500)
	if err := f.err(); err != nil {
		return Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if err := w.current(c.Visit); err != nil {
			return err
		}
		if err := w.moveVisit(MoveResetCode, a.Role); err != nil {
			return err
		}
		if err := w.newDoorCode(ctx); err != nil {
			return err
		}
		if err := w.note(ctx, "reset_code", words); err != nil {
			return err
		}
		if err := w.solved(ctx, problemDoor); err != nil {
			return err
		}
		if err := w.tell(ctx, ToCustomer, "door_code_new", nil); err != nil {
			return err
		}
		return w.event("visit.door_code_reset", forBoth, map[string]any{"reason": c.Reason})
	})
}

// doorOpen reports whether the customer should see the code now.
func doorOpen(v *Visit) bool {
	return v != nil && (v.State == VisitAccepted || v.State == VisitEnRoute) && v.DoorFailures < doorTries
}

// closeAfter is how long a finished request waits for a judgement before it is closed.
const closeAfter = 7 * 24 * time.Hour
