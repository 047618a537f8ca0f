package dispatch

import (
	"fmt"
	"math"
)

// FieldError says which field of a problem is wrong and why.
type FieldError struct {
	Field string // such as technicians[3].shifts[0]
	Why   string
}

func (e *FieldError) Error() string { return "dispatch: " + e.Field + ": " + e.Why }

func wrong(why, field string, args ...any) error {
	return &FieldError{Field: fmt.Sprintf(field, args...), Why: why}
}

// Limits on a problem.
const (
	MaxJobs        = 200_000
	MaxTechnicians = 50_000
	maxList        = 1000
	maxTime        = Time(1) << 40
	maxSeconds     = 400 * 86400
	maxHorizon     = 1 << 28 // seconds, eight years; benchmark instances count fractions of their unit as seconds
)

// Validate reports the first field that makes the problem meaningless, as a [*FieldError].
func (p *Problem) Validate() error {
	switch p.Objective {
	case "", Service, Distance, Vehicles:
	default:
		return wrong(`must be "service", "distance" or "vehicles"`, "objective")
	}
	if !validTime(p.Now) || !validTime(p.Freeze) {
		return wrong("is out of range", "now or freeze")
	}
	if len(p.Jobs) > MaxJobs || len(p.Technicians) > MaxTechnicians || len(p.Commitments) > MaxJobs {
		return wrong(fmt.Sprintf("at most %d jobs and %d technicians", MaxJobs, MaxTechnicians), "jobs or technicians")
	}
	technicians := make(map[string]bool, len(p.Technicians))
	for i := range p.Technicians {
		if err := p.Technicians[i].validate(i, p.Now, technicians); err != nil {
			return err
		}
	}
	jobs := make(map[string]bool, len(p.Jobs))
	for i := range p.Jobs {
		if err := p.Jobs[i].validate(i, p.Now, jobs, technicians); err != nil {
			return err
		}
	}
	for i := range p.Commitments {
		k := &p.Commitments[i]
		switch {
		case !technicians[k.Technician]:
			return wrong("no technician has this id", "commitments[%d].technician", i)
		case k.End < k.Start || k.End-k.Start > maxSeconds || !validTime(k.Start):
			return wrong("end is before start, or out of range", "commitments[%d]", i)
		case !validPlace(k.Place):
			return wrong("is out of range", "commitments[%d].place", i)
		}
	}
	if err := p.validateOnEarth(); err != nil {
		return err
	}
	return p.validateSequences(jobs)
}

// validateOnEarth refuses degrees that do not exist when the travel model reads places as degrees.
func (p *Problem) validateOnEarth() error {
	if _, earth := p.Travel.(*BuiltinTravel); !earth && p.Travel != nil {
		return nil
	}
	off := func(at Place) bool { return math.Abs(at.Lat) > 90 || math.Abs(at.Lon) > 180 }
	for i := range p.Technicians {
		t := &p.Technicians[i]
		if off(t.Start) || t.End != nil && off(*t.End) || t.Position != nil && off(t.Position.Place) {
			return wrong("latitude or longitude is out of range", "technicians[%d]: start, end or position", i)
		}
	}
	for i := range p.Jobs {
		if off(p.Jobs[i].Place) {
			return wrong("latitude or longitude is out of range", "jobs[%d].place", i)
		}
	}
	for i := range p.Commitments {
		if off(p.Commitments[i].Place) {
			return wrong("latitude or longitude is out of range", "commitments[%d].place", i)
		}
	}
	return nil
}

func (p *Problem) validateSequences(jobs map[string]bool) error {
	seen := make(map[string]bool)
	crew := make(map[string]bool)
	for i := range p.Jobs {
		crew[p.Jobs[i].ID] = p.Jobs[i].Crew > 1
	}
	for i := range p.Sequences {
		s := &p.Sequences[i]
		if len(s.Jobs) < 2 || len(s.Jobs) > maxList {
			return wrong("must name at least two jobs", "sequences[%d].jobs", i)
		}
		if s.MinGapSeconds < 0 || s.MaxGapSeconds < 0 || s.MinGapSeconds > maxSeconds || s.MaxGapSeconds > maxSeconds ||
			s.MaxGapSeconds > 0 && s.MaxGapSeconds < s.MinGapSeconds {
			return wrong("min_gap_seconds and max_gap_seconds must not be negative and in order", "sequences[%d]", i)
		}
		for k, id := range s.Jobs {
			switch {
			case !jobs[id]:
				return wrong("no job has this id", "sequences[%d].jobs[%d]", i, k)
			case seen[id]:
				return wrong("the job is in a sequence already", "sequences[%d].jobs[%d]", i, k)
			case crew[id]:
				return wrong("a job for a crew cannot be part of a sequence", "sequences[%d].jobs[%d]", i, k)
			}
			seen[id] = true
		}
	}
	return nil
}

func validTime(t Time) bool { return t > -maxTime && t < maxTime }

// validHorizon bounds what is planned, so that seconds from now fit the engine's numbers.
func validHorizon(t, now Time) bool { return validTime(t) && t-now < maxHorizon && now-t < maxHorizon }

func validPlace(p Place) bool {
	ok := func(v float64) bool { return !math.IsNaN(v) && math.Abs(v) <= 1e7 }
	switch p.Datum {
	case "", WGS84, GCJ02, BD09:
	default:
		return false
	}
	return ok(p.Lat) && ok(p.Lon) && p.AccessSeconds >= 0 && p.AccessSeconds <= 86400 && p.RadiusMetres >= 0 && p.RadiusMetres < 1<<24 &&
		len(p.Key) <= MaxKey
}

func (t *Technician) validate(i int, now Time, ids map[string]bool) error {
	switch {
	case t.ID == "":
		return wrong("must not be empty", "technicians[%d].id", i)
	case ids[t.ID]:
		return wrong("another technician has the same id", "technicians[%d].id", i)
	case !validPlace(t.Start):
		return wrong("has an unknown datum or is out of range", "technicians[%d].start", i)
	case t.End != nil && !validPlace(*t.End):
		return wrong("has an unknown datum or is out of range", "technicians[%d].end", i)
	case t.Position != nil && !validPlace(t.Position.Place):
		return wrong("has an unknown datum or is out of range", "technicians[%d].position", i)
	case len(t.Shifts) > maxList || len(t.Breaks) > maxList || len(t.Skills) > maxList || len(t.Stock) > maxList || len(t.Regions) > maxList:
		return wrong(fmt.Sprintf("a list has more than %d entries", maxList), "technicians[%d]", i)
	case t.MaxMetres < 0 || t.Capacity < 0 || t.MaxWorkSeconds < 0:
		return wrong("max_metres, capacity and max_work_seconds must not be negative", "technicians[%d]", i)
	case t.Cost.PerKm < 0 || t.Cost.PerTravelHour < 0 || t.Cost.PerOvertime < 0 || t.Cost.PerVisit < 0 || t.Cost.PerDay < 0 ||
		max(t.Cost.PerKm, t.Cost.PerTravelHour, t.Cost.PerOvertime, t.Cost.PerVisit, t.Cost.PerDay) > 1e8:
		return wrong("must be between 0 and 100,000,000 fen", "technicians[%d].cost", i)
	}
	ids[t.ID] = true
	for k, s := range t.Shifts {
		if s.From > s.To || s.OvertimeSeconds < 0 || s.OvertimeSeconds > 86400 || !validHorizon(s.From, now) || !validHorizon(s.To, now) {
			return wrong("from is after to, or a time or the overtime is out of range", "technicians[%d].shifts[%d]", i, k)
		}
	}
	for _, day := range workingDays(t.Shifts) {
		for k := 1; k < len(day); k++ {
			if day[k].From < day[k-1].To {
				return wrong("two shifts overlap", "technicians[%d].shifts", i)
			}
		}
	}
	for k, b := range t.Breaks {
		if b.From > b.To || b.DurationSeconds < 0 || b.DurationSeconds > 86400 || !validHorizon(b.From, now) || !validHorizon(b.To, now) {
			return wrong("from is after to, or the duration is out of range", "technicians[%d].breaks[%d]", i, k)
		}
	}
	return nil
}

func (j *Job) validate(i int, now Time, ids, technicians map[string]bool) error {
	switch {
	case j.ID == "":
		return wrong("must not be empty", "jobs[%d].id", i)
	case ids[j.ID]:
		return wrong("another job has the same id", "jobs[%d].id", i)
	case !validPlace(j.Place):
		return wrong("has an unknown datum or is out of range", "jobs[%d].place", i)
	case j.ServiceSeconds < 0 || j.ServiceSeconds > maxSeconds:
		return wrong("must not be negative or above 400 days", "jobs[%d].service_seconds", i)
	case j.Priority < 0 || j.Priority > 9:
		return wrong("must be between 0 and 9", "jobs[%d].priority", i)
	case j.PriceFen < 0 || j.PriceFen > 1e9:
		return wrong("must be between 0 and 1,000,000,000 fen", "jobs[%d].price_fen", i)
	case j.Crew < 0 || j.Crew > 20:
		return wrong("must be between 0 and 20", "jobs[%d].crew", i)
	case j.Load < 0:
		return wrong("must not be negative", "jobs[%d].load", i)
	case len(j.Windows) > maxList || len(j.Skills) > maxList || len(j.Parts) > maxList || len(j.Exclude) > MaxTechnicians:
		return wrong(fmt.Sprintf("a list has more than %d entries", maxList), "jobs[%d]", i)
	case !validTime(j.Deadline) || !validTime(j.Due) || !validTime(j.Created):
		return wrong("deadline, due or created is out of range", "jobs[%d]", i)
	case j.Promise != nil && (j.Promise.From > j.Promise.To || !validTime(j.Promise.From) || !validTime(j.Promise.To)):
		return wrong("from is after to", "jobs[%d].promise", i)
	}
	ids[j.ID] = true
	for k, w := range j.Windows {
		if w.From > w.To || !validHorizon(w.To, now) || !validTime(w.From) {
			return wrong("from is after to, or out of range", "jobs[%d].windows[%d]", i, k)
		}
	}
	for k, part := range j.Parts {
		if part.Count < 0 || part.Count > 1e6 {
			return wrong("must be between 0 and 1,000,000", "jobs[%d].parts[%d].count", i, k)
		}
	}
	if j.Pin != nil {
		seen := make(map[string]bool)
		for k, id := range j.Pin.Technicians {
			if !technicians[id] || seen[id] {
				return wrong("no technician has this id, or it appears twice", "jobs[%d].pin.technicians[%d]", i, k)
			}
			seen[id] = true
		}
		if j.Pin.Start != 0 && !validHorizon(j.Pin.Start, now) {
			return wrong("is out of range", "jobs[%d].pin.start", i)
		}
	}
	if j.Planned != nil && !validTime(j.Planned.Start) {
		return wrong("is out of range", "jobs[%d].planned.start", i)
	}
	return nil
}
