package plan

import (
	"context"
	"time"

	"anxin/dispatch"
	"anxin/internal/service/terms"
)

// Stop is one visit of a technician's day, as planned and as far as it happened. Zero times did not happen.
type Stop struct {
	Place                      dispatch.Place
	From, To                   time.Time
	EnRoute, Arrived, Finished time.Time
	Over                       bool // ended, with or without an arrival
}

// tolerated is how much later than planned an arrival may be before it is called late.
const tolerated = time.Minute

// Ways follows a day: how each visit is reached from the one before, the first from the technician's start. Visits are in order of their planned time. What
// happened stands as it was; what is ahead is computed from now, so a delay is carried on to the visits after it until waiting absorbs it. A visit that ended
// without an arrival has no way, and neither has one whose journey the travel model cannot tell.
func Ways(ctx context.Context, travel dispatch.TravelModel, vehicle dispatch.Vehicle, start dispatch.Place, stops []Stop, now time.Time) []terms.Way {
	out := make([]terms.Way, len(stops))
	place := start
	var free time.Time // the end of the visit before; zero at the start of the day
	for i := range stops {
		s := &stops[i]
		if s.Over && s.Arrived.IsZero() {
			continue
		}
		leg, err := travel.Matrix(ctx, dispatch.MatrixRequest{From: []dispatch.Place{place}, To: []dispatch.Place{s.Place}, Vehicle: vehicle, Depart: departure(s, free, now)})
		if err == nil && len(leg.Seconds) == 1 {
			out[i] = way(s, leg.At(0, 0), free, now)
		}
		free, place = endOf(s, out[i].Arrive, now), s.Place
	}
	return out
}

// departure is about when the journey begins, for the travel model's hours.
func departure(s *Stop, free, now time.Time) dispatch.Time {
	at := s.From.Add(-30 * time.Minute)
	if at.Before(free) {
		at = free
	}
	if !s.EnRoute.IsZero() {
		at = s.EnRoute
	} else if s.Arrived.IsZero() && at.Before(now) {
		at = now
	}
	return dispatch.At(at)
}

func way(s *Stop, leg dispatch.Leg, free, now time.Time) terms.Way {
	takes := time.Duration(leg.Seconds) * time.Second
	w := terms.Way{Travel: takes, Metres: int(leg.Metres), Assumed: leg.Quality == dispatch.Assumed}
	switch {
	case !s.Arrived.IsZero():
		w.Arrive, w.Depart = s.Arrived, s.Arrived.Add(-takes)
		if !s.EnRoute.IsZero() {
			w.Depart = s.EnRoute
		}
	case !s.EnRoute.IsZero():
		w.Depart, w.Arrive = s.EnRoute, s.EnRoute.Add(takes)
		if w.Arrive.Before(now) {
			w.Arrive = now
		}
	default:
		w.Depart = s.From.Add(-takes) // just in time, unless something keeps the technician longer
		for _, t := range []time.Time{free, now} {
			if w.Depart.Before(t) {
				w.Depart = t
			}
		}
		w.Arrive = w.Depart.Add(takes)
	}
	if w.Depart.Before(free) && s.Arrived.IsZero() {
		w.Depart = free
	}
	if late := w.Arrive.Sub(s.From); late > tolerated {
		w.Late = late
	}
	return w
}

// endOf is when a technician is free again.
func endOf(s *Stop, arrive, now time.Time) time.Time {
	switch {
	case !s.Finished.IsZero():
		return s.Finished
	case s.Over:
		return s.To
	case !s.Arrived.IsZero():
		if s.To.Before(now) {
			return now
		}
		return s.To
	}
	begin := s.From
	if arrive.After(begin) {
		begin = arrive
	}
	return begin.Add(s.To.Sub(s.From))
}
