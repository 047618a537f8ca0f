package query

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/service/flow"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// Status implements Customers.
func (s *Queries) Status(ctx context.Context, a casefile.Actor, caseID casefile.ID) (terms.Status, error) {
	if err := flow.MustBe(a, casefile.Customer); err != nil {
		return terms.Status{}, err
	}
	if err := flow.MayTouch(a, caseID); err != nil {
		return terms.Status{}, err
	}
	var st terms.Status
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		f, err := s.openFolder(ctx, t, a, caseID, casefile.ForCustomer)
		if err != nil {
			return err
		}
		st, err = f.status(ctx)
		return err
	})
	return st, err
}

func (f *folder) status(ctx context.Context) (st terms.Status, err error) {
	st = terms.Status{Case: f.Case.ID, Number: f.Case.Number, Lang: f.Case.Lang, Created: f.Case.Created, Request: f.Commands.RequestView(f.Req), Safety: f.Commands.Safety(f.Req), Promise: f.newestPromise(),
		Photos: f.photos(casefile.Nil, flow.KindReport), Clocks: f.clocks, Timeline: f.timeline(), Seq: f.Case.LastSeq, Erased: f.erased}
	if st.Request.Region, err = f.regionToAsk(); err != nil {
		return st, err
	}
	if st.Visits, err = f.visitViews(ctx, true); err != nil {
		return st, err
	}
	if flow.DoorOpen(f.Visit) {
		if st.DoorCode, err = f.reveal(terms.FieldDoorCode, f.Visit.DoorCode); err != nil {
			return st, err
		}
	}
	st.Now, st.Moves = f.andNow(), f.customerMoves()
	return st, nil
}

// andNow answers the customer's question "and now?" in one sentence.
func (f *folder) andNow() terms.Line {
	say := func(key string, args ...any) terms.Line {
		l := terms.Line{Key: "service.now." + key, Args: map[string]any{}}
		for i := 0; i+1 < len(args); i += 2 {
			l.Args[args[i].(string)] = args[i+1]
		}
		return l
	}
	r, v := f.Req, f.Visit
	switch r.State {
	case terms.RequestReceived:
		return say("confirm_region")
	case terms.RequestInProgress, terms.RequestAssigned:
		if v != nil {
			return f.visitNow(say)
		}
	case terms.RequestTriaged, terms.RequestPlanned:
		switch {
		case v != nil && v.State == terms.VisitNoAccess:
			return say("no_access")
		case v != nil && v.State == terms.VisitAborted:
			return say("aborted")
		case !r.NotBefore.IsZero() && r.NotBefore.After(f.Now):
			return say("follow_up_later", "at", r.NotBefore)
		case v != nil && v.State == terms.VisitNeedsFollowUp:
			return say("follow_up")
		case v != nil && v.Circle == flow.CircleDispatcher:
			return say("dispatcher")
		case !r.Covered:
			return say("not_covered")
		case v != nil && v.State == terms.VisitOffered:
			if p := f.newestPromise(); p != nil && p.State == terms.PromiseQuoted {
				return say("offered_until", "window", [2]time.Time{p.From, p.To})
			}
			return say("offered")
		}
		if at := f.waitingUntil(); at.After(f.Now) {
			return say("waiting", "at", at)
		}
		return say("searching")
	}
	return say(string(r.State))
}

// waitingUntil is when technicians are at work again, if the search waits for that.
func (f *folder) waitingUntil() time.Time {
	for i := len(f.events) - 1; i >= 0; i-- {
		if strings.HasPrefix(f.events[i].Kind, "assign.") {
			var data struct{ At int64 }
			if f.events[i].Kind == "assign.waiting" && json.Unmarshal(f.events[i].Data, &data) == nil {
				return time.UnixMicro(data.At).UTC()
			}
			break
		}
	}
	return time.Time{}
}

// visitNow is the sentence while a technician holds the visit.
func (f *folder) visitNow(say func(string, ...any) terms.Line) terms.Line {
	v := f.Visit
	if v.DoorFailures >= flow.DoorTries {
		return say("door_locked")
	}
	switch v.State {
	case terms.VisitAccepted:
		if p := f.newestPromise(); p != nil && p.State == terms.PromiseConfirmed {
			return say("assigned_window", "window", [2]time.Time{p.From, p.To})
		}
		return say("assigned", "at", v.From)
	case terms.VisitEnRoute:
		return say("en_route", "at", v.From)
	}
	return say(string(v.State))
}

// internalMoves happen as part of other commands and are no buttons.
var internalMoves = []terms.Move{terms.MoveTriage, terms.MoveUnclear, terms.MovePlan, terms.MoveAssign, terms.MoveUnassign, terms.MoveStart, terms.MoveComplete, terms.MoveContinue, terms.MoveClose, terms.MoveOffer, terms.MoveLapse, terms.MoveAbort}

// customerMoves lists what the customer can do now. The table says what the state allows; facts narrow it.
func (f *folder) customerMoves() []terms.Move {
	out := slices.DeleteFunc(terms.RequestMoves.Moves(f.Req.State, casefile.Customer), func(m terms.Move) bool {
		switch m {
		case terms.MoveConfirm:
			return f.Req.RegionOutcome == flow.RegionConfirmed || f.Req.RegionOutcome == flow.RegionCorrected
		case terms.MoveEraseData:
			return f.erased
		}
		return slices.Contains(internalMoves, m)
	})
	if f.erased {
		out = slices.DeleteFunc(out, func(m terms.Move) bool { return m == terms.MoveCorrect || m == terms.MoveReopen })
	}
	if f.Visit == nil {
		return out
	}
	for _, m := range terms.VisitMoves.Moves(f.Visit.State, casefile.Customer) {
		switch {
		case slices.Contains(internalMoves, m) || slices.Contains(out, m):
		case m == terms.MoveArrive && f.Visit.DoorFailures >= flow.DoorTries:
		case m == terms.MoveRate && (f.erased || slices.ContainsFunc(f.ratings, func(r terms.Rating) bool { return r.Visit == f.Visit.ID })):
		default:
			out = append(out, m)
		}
	}
	return out
}

// technicianMoves lists what the technician who holds the visit can do now.
func technicianMoves(v *terms.Visit) []terms.Move {
	var out []terms.Move
	for _, m := range terms.VisitMoves.Moves(v.State, casefile.Technician) {
		switch {
		case m == terms.MoveUnassign:
			out = append(out, m) // "give back"
		case m == terms.MoveAbort:
			out = append(out, m)
		case slices.Contains(internalMoves, m) || m == terms.MoveAccept || m == terms.MoveBegin && slices.Contains(out, terms.MovePropose):
		default:
			out = append(out, m)
		}
	}
	return out
}

// deskMoves lists what a member of the desk can do now with the request and with the current visit.
func (f *folder) deskMoves(role casefile.Role) (request, visit []terms.Move) {
	request = slices.DeleteFunc(terms.RequestMoves.Moves(f.Req.State, role), func(m terms.Move) bool {
		return slices.Contains(internalMoves, m) || m == terms.MoveConfirm && (f.Req.RegionOutcome == flow.RegionConfirmed || f.Req.RegionOutcome == flow.RegionCorrected) ||
			f.erased && (m == terms.MoveCorrect || m == terms.MoveReopen)
	})
	searching := f.Req.State == terms.RequestTriaged || f.Req.State == terms.RequestPlanned
	if v := f.OpenVisit(); v != nil {
		for _, m := range terms.VisitMoves.Moves(v.State, role) {
			if m == terms.MovePin || m == terms.MoveReassign || m == terms.MoveResetCode || m == terms.MoveBroadcast && searching {
				visit = append(visit, m)
			}
		}
		if v.Pinned && v.State == terms.VisitPlanned && role == casefile.Dispatcher {
			visit = append(visit, terms.MoveReassign) // given back: it waits for the dispatcher
		}
	} else if searching && role == casefile.Dispatcher {
		visit = []terms.Move{terms.MovePin, terms.MoveBroadcast}
	}
	return request, visit
}
