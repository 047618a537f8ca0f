package service

import (
	"context"
	"slices"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// Status implements Customers.
func (s *Service) Status(ctx context.Context, a casefile.Actor, caseID casefile.ID) (Status, error) {
	if err := mustBe(a, casefile.Customer); err != nil {
		return Status{}, err
	}
	if err := mayTouch(a, caseID); err != nil {
		return Status{}, err
	}
	var st Status
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		f, err := s.openFolder(ctx, t, a, caseID, forCustomer)
		if err != nil {
			return err
		}
		st, err = f.status(ctx)
		return err
	})
	return st, err
}

func (f *folder) status(ctx context.Context) (st Status, err error) {
	st = Status{Case: f.c.ID, Number: f.c.Number, Lang: f.c.Lang, Created: f.c.Created, Request: f.s.requestView(f.req), Safety: f.s.safety(f.req), Promise: f.newestPromise(),
		Photos: f.photos(casefile.Nil, kindReport), Clocks: f.clocks, Timeline: f.timeline(), Seq: f.c.LastSeq, Erased: f.erased}
	if st.Request.Region, err = f.regionToAsk(); err != nil {
		return st, err
	}
	if st.Visits, err = f.visitViews(ctx, true); err != nil {
		return st, err
	}
	if doorOpen(f.visit) {
		if st.DoorCode, err = f.reveal(fieldDoorCode, f.visit.DoorCode); err != nil {
			return st, err
		}
	}
	st.Now, st.Moves = f.andNow(), f.customerMoves()
	return st, nil
}

// andNow answers the customer's question "and now?" in one sentence.
func (f *folder) andNow() Line {
	say := func(key string, args ...any) Line {
		l := Line{Key: "service.now." + key, Args: map[string]any{}}
		for i := 0; i+1 < len(args); i += 2 {
			l.Args[args[i].(string)] = args[i+1]
		}
		return l
	}
	r, v := f.req, f.visit
	switch r.State {
	case RequestReceived:
		return say("confirm_region")
	case RequestInProgress, RequestAssigned:
		if v != nil {
			return f.visitNow(say)
		}
	case RequestTriaged, RequestPlanned:
		switch {
		case v != nil && v.State == VisitNoAccess:
			return say("no_access")
		case v != nil && v.State == VisitAborted:
			return say("aborted")
		case !r.NotBefore.IsZero() && r.NotBefore.After(f.now):
			return say("follow_up_later", "at", r.NotBefore)
		case v != nil && v.State == VisitNeedsFollowUp:
			return say("follow_up")
		case v != nil && v.Circle == circleDispatcher:
			return say("dispatcher")
		case !r.Covered:
			return say("not_covered")
		case v != nil && v.State == VisitOffered:
			if p := f.newestPromise(); p != nil && p.State == PromiseQuoted {
				return say("offered_until", "window", [2]time.Time{p.From, p.To})
			}
			return say("offered")
		}
		return say("searching")
	}
	return say(string(r.State))
}

// visitNow is the sentence while a technician holds the visit.
func (f *folder) visitNow(say func(string, ...any) Line) Line {
	v := f.visit
	if v.DoorFailures >= doorTries {
		return say("door_locked")
	}
	switch v.State {
	case VisitAccepted:
		if p := f.newestPromise(); p != nil && p.State == PromiseConfirmed {
			return say("assigned_window", "window", [2]time.Time{p.From, p.To})
		}
		return say("assigned", "at", v.From)
	case VisitEnRoute:
		return say("en_route", "at", v.From)
	}
	return say(string(v.State))
}

// internalMoves happen as part of other commands and are no buttons.
var internalMoves = []Move{MoveTriage, MoveUnclear, MovePlan, MoveAssign, MoveUnassign, MoveStart, MoveComplete, MoveContinue, MoveClose, MoveOffer, MoveLapse, MoveAbort}

// customerMoves lists what the customer can do now. The table says what the state allows; facts narrow it.
func (f *folder) customerMoves() []Move {
	out := slices.DeleteFunc(requests.Moves(f.req.State, customer), func(m Move) bool {
		switch m {
		case MoveConfirm:
			return f.req.RegionOutcome == regionConfirmed || f.req.RegionOutcome == regionCorrected
		case MoveEraseData:
			return f.erased
		}
		return slices.Contains(internalMoves, m)
	})
	if f.erased {
		out = slices.DeleteFunc(out, func(m Move) bool { return m == MoveCorrect || m == MoveReopen })
	}
	if f.visit == nil {
		return out
	}
	for _, m := range visits.Moves(f.visit.State, customer) {
		switch {
		case slices.Contains(internalMoves, m) || slices.Contains(out, m):
		case m == MoveArrive && f.visit.DoorFailures >= doorTries:
		case m == MoveRate && (f.erased || slices.ContainsFunc(f.ratings, func(r Rating) bool { return r.Visit == f.visit.ID })):
		default:
			out = append(out, m)
		}
	}
	return out
}

// technicianMoves lists what the technician who holds the visit can do now.
func technicianMoves(v *Visit) []Move {
	var out []Move
	for _, m := range visits.Moves(v.State, technician) {
		switch {
		case m == MoveUnassign:
			out = append(out, m) // "give back"
		case m == MoveAbort:
			out = append(out, m)
		case slices.Contains(internalMoves, m) || m == MoveAccept || m == MoveBegin && slices.Contains(out, MovePropose):
		default:
			out = append(out, m)
		}
	}
	return out
}

// deskMoves lists what a member of the desk can do now with the request and with the current visit.
func (f *folder) deskMoves(role casefile.Role) (request, visit []Move) {
	request = slices.DeleteFunc(requests.Moves(f.req.State, role), func(m Move) bool {
		return slices.Contains(internalMoves, m) || m == MoveConfirm && (f.req.RegionOutcome == regionConfirmed || f.req.RegionOutcome == regionCorrected) ||
			f.erased && (m == MoveCorrect || m == MoveReopen)
	})
	searching := f.req.State == RequestTriaged || f.req.State == RequestPlanned
	if v := f.openVisit(); v != nil {
		for _, m := range visits.Moves(v.State, role) {
			if m == MovePin || m == MoveReassign || m == MoveResetCode || m == MoveBroadcast && searching {
				visit = append(visit, m)
			}
		}
		if v.Pinned && v.State == VisitPlanned && role == dispatcher {
			visit = append(visit, MoveReassign) // given back: it waits for the dispatcher
		}
	} else if searching && role == dispatcher {
		visit = []Move{MovePin, MoveBroadcast}
	}
	return request, visit
}
