package flow

import (
	"context"
	"crypto/subtle"
	"fmt"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/service/input"
	"anxin/internal/service/terms"
)

// DoorTries is how often a code may be typed wrong before the desk has to help.
const DoorTries = 5

// newDoorCode draws the six digits that the customer reads to the technician.
func (w *Work) newDoorCode(ctx context.Context) (err error) {
	w.Visit.DoorFailures = 0
	w.Visit.DoorCode, err = w.seal(ctx, terms.FieldDoorCode, w.Commands.Source.Digits(6))
	return err
}

// doorCode opens the customer's code.
func (w *Work) doorCode(ctx context.Context) (string, error) {
	if len(w.Visit.DoorCode) == 0 {
		return "", nil
	}
	if err := w.Unlock(ctx); err != nil {
		return "", err
	}
	return w.Box.Open(terms.FieldDoorCode, w.Visit.DoorCode)
}

// CardCode is what the technician shows to a customer who would rather check than read out: derived, so it is nowhere stored.
func (s *Commands) CardCode(tenant casefile.Tenant, visit, technician casefile.ID) string {
	sum := s.Keeper.Derive("technician-code", []byte(fmt.Sprint(int64(tenant))), visit[:], technician[:])
	n := uint32(sum[0])<<24 | uint32(sum[1])<<16 | uint32(sum[2])<<8 | uint32(sum[3])
	return fmt.Sprintf("%06d", n%1_000_000)
}

// EnRoute implements Technicians.
func (s *Commands) EnRoute(ctx context.Context, a casefile.Actor, c terms.VisitRef) (terms.Result, error) {
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.heldBy(c.Visit); err != nil {
			return err
		}
		if w.Visit.State == terms.VisitEnRoute {
			return nil
		}
		if err := w.moveVisit(terms.MoveSetOut, casefile.Technician); err != nil {
			return err
		}
		w.Visit.EnRoute = w.Now
		if err := w.tell(ctx, terms.ToCustomer, "en_route", map[string]any{"from": w.Visit.From}); err != nil {
			return err
		}
		return w.event("visit.en_route", forBoth, map[string]any{"arrive": micros(w.Visit.From)})
	})
}

// Arrive implements Technicians.
func (s *Commands) Arrive(ctx context.Context, a casefile.Actor, c terms.Door) (terms.Result, error) {
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.heldBy(c.Visit); err != nil {
			return err
		}
		if !w.Visit.Arrived.IsZero() {
			return nil // pressed twice
		}
		want, err := w.doorCode(ctx)
		if err != nil {
			return err
		}
		return w.proveArrival(ctx, c.Code, want, casefile.Technician, "door_code")
	})
}

// ArriveByCustomer implements Customers.
func (s *Commands) ArriveByCustomer(ctx context.Context, a casefile.Actor, c terms.Door) (terms.Result, error) {
	if err := MustBe(a, casefile.Customer); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.current(c.Visit); err != nil {
			return err
		}
		if !w.Visit.Arrived.IsZero() {
			return nil
		}
		return w.proveArrival(ctx, c.Code, s.CardCode(w.Case.Tenant, w.Visit.ID, w.Visit.Technician), casefile.Customer, "customer_page")
	})
}

// proveArrival compares codes. The button alone proves nothing; a wrong code is counted and the count survives.
func (w *Work) proveArrival(ctx context.Context, typed, want string, as casefile.Role, how string) error {
	v := w.Visit
	if !terms.VisitMoves.Can(v.State, terms.MoveArrive, as) {
		_, err := terms.VisitMoves.Next(v.State, terms.MoveArrive, as)
		return err
	}
	if v.DoorFailures >= DoorTries {
		return casefile.Fail(casefile.Denied, "service.error.door_locked")
	}
	if typed = input.Digits(input.Line(typed, 20)); len(typed) != 6 {
		return casefile.InvalidField("code", "service.field.door_code_six")
	}
	if want == "" || subtle.ConstantTimeCompare([]byte(typed), []byte(want)) != 1 {
		return w.wrongCode(ctx, how)
	}
	if err := w.moveVisit(terms.MoveArrive, as); err != nil {
		return err
	}
	if err := w.moveRequest(terms.MoveStart, as); err != nil {
		return err
	}
	v.Arrived, v.ArrivedHow, v.DoorFailures, v.DoorCode = w.Now, how, 0, nil
	if v.EnRoute.IsZero() {
		v.EnRoute = w.Now
	}
	if w.Req.Arrived.IsZero() {
		w.Req.Arrived = w.Now
	}
	if length := v.To.Sub(v.From); length > 0 {
		v.To = w.Now.Add(length)
	}
	if err := w.judge(ctx, w.Now); err != nil {
		return err
	}
	if err := w.stopClock(ctx, clockArrive); err != nil {
		return err
	}
	if err := w.solved(ctx, ProblemDoor, ProblemRisk, ProblemBroken, "clock_"+clockArrive); err != nil {
		return err
	}
	w.Commands.changed(w.Tx, w.Case.Tenant, w.Visit.Technician)
	return w.event("visit.arrived", forBoth, map[string]any{"how": how})
}

func (w *Work) wrongCode(ctx context.Context, how string) error {
	v := w.Visit
	v.DoorFailures++
	left := DoorTries - v.DoorFailures
	w.after = &casefile.Error{Category: casefile.Invalid, Key: "error.invalid", Fields: []casefile.FieldError{
		{Field: "code", Key: "service.field.door_code_wrong", Args: map[string]any{"left": left}}}}
	if left > 0 {
		return w.event("visit.door_code_wrong", forDesk, map[string]any{"how": how, "left": left})
	}
	w.after = casefile.Fail(casefile.Denied, "service.error.door_locked")
	if err := w.problem(ctx, ProblemDoor, nil); err != nil {
		return err
	}
	if err := w.tell(ctx, terms.ToCustomer, "door_locked", nil); err != nil {
		return err
	}
	return w.event("visit.door_locked", forBoth, map[string]any{"how": how})
}

// ResetDoorCode implements Desk: after checking with the customer by phone, a new code and new tries.
func (s *Commands) ResetDoorCode(ctx context.Context, a casefile.Actor, c terms.VisitReason) (terms.Result, error) {
	var f input.Fields
	f.Reason(s.Catalogue, "reason", "reset_code", c.Reason)
	words := f.Words("words", c.Words, 500)
	if err := f.Err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.current(c.Visit); err != nil {
			return err
		}
		if err := w.moveVisit(terms.MoveResetCode, a.Role); err != nil {
			return err
		}
		if err := w.newDoorCode(ctx); err != nil {
			return err
		}
		if err := w.note(ctx, "reset_code", words); err != nil {
			return err
		}
		if err := w.solved(ctx, ProblemDoor); err != nil {
			return err
		}
		if err := w.tell(ctx, terms.ToCustomer, "door_code_new", nil); err != nil {
			return err
		}
		return w.event("visit.door_code_reset", forBoth, map[string]any{"reason": c.Reason})
	})
}

// DoorOpen reports whether the customer should see the code now.
func DoorOpen(v *terms.Visit) bool {
	return v != nil && (v.State == terms.VisitAccepted || v.State == terms.VisitEnRoute) && v.DoorFailures < DoorTries
}

// closeAfter is how long a finished request waits for a judgement before it is closed.
const closeAfter = 7 * 24 * time.Hour
