// Package search is the optimiser behind package dispatch. It knows numbers only: jobs, vehicles and places are dense indices,
// times are int32 seconds, costs are integers. Package dispatch translates a problem into an [Instance] and the answer back.
//
// The method is ruin and recreate with strings of adjacent visits under simulated annealing. Every plan it looks at keeps every
// hard rule; jobs that find no room stay out and cost [Job.Skip]. docs/design/dispatch.md describes moves and data.
package search

import (
	"context"
	"errors"
	"fmt"
)

// Never is a time later than all others; sums of two such values still fit in an int32.
const Never = int32(1 << 29)

// Forbidden in [Instance.Assign] says that a vehicle type must not serve a job.
const Forbidden = int32(1<<31 - 1)

// MaxBreaks is the largest number of breaks of one vehicle.
const MaxBreaks = 4

// Span is a closed interval of time.
type Span struct{ From, To int32 }

// Profile is how one kind of vehicle travels: row-major Places × Places matrices.
type Profile struct {
	// Free is the travel time at full speed; with a nil Clock it is the travel time.
	Free []int32
	// Cost is the cost of a leg; it may be the same slice as Free.
	Cost []int32
	// Clock slows travel down by the hour; nil means that it does not depend on the hour.
	Clock *Clock
	// Access is added on arrival at a place after any leg with Free > 0; nil means none. It does not depend on the hour.
	Access []int32
}

// Job is one visit. Open and Close bound its start of service.
type Job struct {
	Place       int32
	Service     int32
	Open, Close int32
	Demand      int32
	// Windows are the intervals of start when there are two or more; Open and Close are then their hull.
	Windows []Span
	// Skip is the cost of leaving the job out.
	Skip int64
	// Late holds the soft limits on the start.
	Late []Late
	// Parts are consumed from the vehicle's stock.
	Parts []Part
	// Fixed jobs are placed first, in the order of the instance, and never taken out again.
	Fixed bool
}

// Late charges a start after Due (or before it): Once, plus PerSecond for each second.
type Late struct {
	Due       int32
	Before    bool
	Once      int64
	PerSecond int64
}

// Part is a number of pieces of one kind.
type Part struct{ Kind, Count int32 }

// Break begins inside [From, To] at a stop (never on the way) and lasts Length. Breaks of a vehicle are taken in the order given.
// A break that would begin after the last stop is simply taken then.
type Break struct{ From, To, Length int32 }

// Type describes vehicles that are alike.
type Type struct {
	Profile    int32
	Start, End int32 // places; for "anywhere" use a place to which every leg is free
	Open       int32 // leaves Start at the earliest
	Close      int32 // is at End at the latest
	Capacity   int32
	FixedCost  int64 // of using the vehicle at all
	Overtime   []Late
	Breaks     []Break
	Stock      []int32 // by kind of part, shared by all vehicles of the owner; nil means none
	MaxWork    int32   // limit on travel at full speed plus service; 0 means none
	// Work already done and the convex price of more of it: (Worked + work)² × WorkPrice / 2^30.
	Worked    int32
	WorkPrice int64
}

// Group is a set of jobs that are bound to one another: the members of a crew, or a sequence of visits.
type Group struct {
	Jobs []int32
	// Crew: all start at the same moment with different owners. Otherwise the jobs follow one another in this order.
	Crew bool
	// MinGap and MaxGap bound, for a sequence, the time from the end of Jobs[i] to the start of Jobs[i+1].
	MinGap, MaxGap []int32
	// SameOwner asks for one technician for the whole sequence.
	SameOwner bool
}

// Instance is one problem. Its slices are not changed by the search and may be shared between searches.
type Instance struct {
	Places   int
	Profiles []Profile
	Jobs     []Job
	Types    []Type
	// Vehicles holds the type of each vehicle.
	Vehicles []int32
	// Owners holds the technician of each vehicle: vehicles of one owner are different days of one person. nil means that every
	// vehicle is its own.
	Owners []int32
	// Assign is the extra cost of serving a job with a type, or Forbidden: row-major Jobs × Types; nil means all zero.
	Assign []int32
	Groups []Group
	// X and Y locate the places for the division of large instances; nil means that the matrices must do.
	X, Y []int32
	// Source replaces the matrices of Profiles, which may then be nil. Instances with more than Tuning.Dense places never have all of them.
	Source Source
}

// Source computes the matrices of all profiles for some of the places, in the order given; false when ctx ended before. It looks at
// ctx.Err at least every few milliseconds and is safe for concurrent use.
type Source interface {
	Profiles(ctx context.Context, places []int32) ([]Profile, bool)
}

// owner returns the technician of a vehicle.
func (in *Instance) owner(v int32) int32 {
	if in.Owners == nil {
		return v
	}
	return in.Owners[v]
}

// owners is the number of technicians.
func (in *Instance) owners() int32 {
	if in.Owners == nil {
		return int32(len(in.Vehicles))
	}
	n := int32(0)
	for _, owner := range in.Owners {
		n = max(n, owner+1)
	}
	return n
}

// Validate checks indices and ranges; the search relies on it.
func (in *Instance) Validate() error {
	if in.Places <= 0 || len(in.Profiles) == 0 {
		return errors.New("search: the instance has no places or no profiles")
	}
	if len(in.Types) == 0 || (in.Owners != nil && len(in.Owners) != len(in.Vehicles)) {
		return errors.New("search: the instance has no vehicle types or the wrong number of owners")
	}
	cells := in.Places * in.Places
	for i, p := range in.Profiles {
		if in.Source != nil {
			break
		}
		if len(p.Free) != cells || len(p.Cost) != cells || (p.Access != nil && len(p.Access) != in.Places) {
			return fmt.Errorf("search: profile %d: matrices do not have %d × %d cells", i, in.Places, in.Places)
		}
	}
	for i := range in.Jobs {
		j := &in.Jobs[i]
		if j.Place < 0 || int(j.Place) >= in.Places || j.Service < 0 || j.Open < -Never || j.Close > Never {
			return fmt.Errorf("search: job %d: place, service or window out of range", i)
		}
	}
	for i := range in.Types {
		t := &in.Types[i]
		if t.Start < 0 || int(t.Start) >= in.Places || t.End < 0 || int(t.End) >= in.Places ||
			t.Profile < 0 || int(t.Profile) >= len(in.Profiles) || len(t.Breaks) > MaxBreaks || t.Close > Never {
			return fmt.Errorf("search: vehicle type %d: index out of range or too many breaks", i)
		}
	}
	for i, t := range in.Vehicles {
		if t < 0 || int(t) >= len(in.Types) {
			return fmt.Errorf("search: vehicle %d: unknown type", i)
		}
	}
	if in.Assign != nil && len(in.Assign) != len(in.Jobs)*len(in.Types) {
		return errors.New("search: the assignment matrix has the wrong size")
	}
	member := make([]bool, len(in.Jobs))
	for i, g := range in.Groups {
		for _, j := range g.Jobs {
			if j < 0 || int(j) >= len(in.Jobs) || member[j] {
				return fmt.Errorf("search: group %d: job out of range or in two groups", i)
			}
			member[j] = true
		}
		if !g.Crew && (len(g.MinGap) != len(g.Jobs)-1 || len(g.MaxGap) != len(g.Jobs)-1) {
			return fmt.Errorf("search: group %d: wrong number of gaps", i)
		}
	}
	return nil
}
