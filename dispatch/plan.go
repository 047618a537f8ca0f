package dispatch

// Plan is an answer of [Solve].
type Plan struct {
	Tours      []Tour       `json:"tours"`
	Unassigned []Unassigned `json:"unassigned"`
	Score      Score        `json:"score"`
	// Warnings say in plain words where the problem contradicted itself and what was assumed.
	Warnings   []string `json:"warnings,omitempty"`
	Iterations int64    `json:"iterations"`
}

// Tour is one working day of one technician.
type Tour struct {
	Technician string `json:"technician"`
	Leave      Time   `json:"leave"` // sets out
	Back       Time   `json:"back"`  // is at End, or finishes the last stop
	Stops      []Stop `json:"stops"`
	Rests      []Rest `json:"rests,omitempty"`
	Metres     int64  `json:"metres"`
}

// Stop is one visit. A job of a crew is a stop in several tours.
type Stop struct {
	Job        string `json:"job,omitempty"`
	Commitment string `json:"commitment,omitempty"` // set instead of Job
	Depart     Time   `json:"depart"`               // leaves the place before
	Arrive     Time   `json:"arrive"`
	Start      Time   `json:"start"`
	End        Time   `json:"end"`
	Metres     int32  `json:"metres"`
}

// Rest is a break as it is planned.
type Rest struct {
	Start Time `json:"start"`
	End   Time `json:"end"`
}

// Unassigned is a job that found no place, with the smallest set of rules that explains it.
type Unassigned struct {
	Job     string   `json:"id"`
	Reasons []Reason `json:"reasons"`
}

// Score is the value of a plan, level by level; smaller is better everywhere. A job left out that had a deadline, a promise or a due time
// counts there as a day late. Level 0, the hard rules, is not counted: a plan keeps
// them. Level 8, the reserve of free capacity, is not computed yet.
type Score struct {
	EmergenciesLate      int64 `json:"emergencies_late"`       // 1: starts after the safety deadline, or not at all
	EmergencyLateSeconds int64 `json:"emergency_late_seconds"` // 1
	PromisesBroken       int64 `json:"promises_broken"`        // 2
	PromiseLateSeconds   int64 `json:"promise_late_seconds"`   // 2
	DueMissed            int64 `json:"due_missed"`             // 3: service agreements
	DueLateSeconds       int64 `json:"due_late_seconds"`       // 3
	UnservedWeight       int64 `json:"unserved_weight"`        // 3: priority and age
	Unserved             int64 `json:"unserved"`               // 3: jobs left out, without optional ones
	FirstTimePoints      int64 `json:"first_time_points"`      // 4: see FirstTimePoints
	TravelFen            int64 `json:"travel_fen"`             // 5
	OvertimeFen          int64 `json:"overtime_fen"`           // 5
	FeeFen               int64 `json:"fee_fen"`                // 5: visits, days, optional jobs left out
	UnevenFen            int64 `json:"uneven_fen"`             // 6
	ChangeFen            int64 `json:"change_fen"`             // 7
	Metres               int64 `json:"metres"`                 // for information
	Technicians          int64 `json:"technicians"`            // used, for information
}

// Vector returns the levels in the order in which plans are compared.
func (s *Score) Vector() []int64 {
	return []int64{
		s.EmergenciesLate, s.EmergencyLateSeconds, s.PromisesBroken, s.PromiseLateSeconds, s.DueMissed, s.DueLateSeconds,
		s.UnservedWeight, s.FirstTimePoints, s.TravelFen + s.OvertimeFen + s.FeeFen + s.UnevenFen + s.ChangeFen,
	}
}

// Compare returns -1 when a is the better score, 1 when b is, 0 when they are equal.
func (s *Score) Compare(b *Score) int {
	x, y := s.Vector(), b.Vector()
	for i := range x {
		switch {
		case x[i] < y[i]:
			return -1
		case x[i] > y[i]:
			return 1
		}
	}
	return 0
}

// Weight is what leaving the job out counts at level 3: ten per step of priority and two per day of age up to sixty days.
func (j *Job) Weight(now Time) int64 {
	weight := 10 * int64(1+min(max(j.Priority, 0), 9))
	if j.Created != 0 && j.Created < now {
		weight += 2 * min(int64(now-j.Created)/86400, 60)
	}
	return weight
}

// The points of level 4: what a pairing of job and technician lacks for getting it right the first time.
const (
	PointsPartMissing  = 4 // a part that need not be brought is not in the van
	PointsBrandMissing = 2 // no authorisation for the brand
	PointsOtherFace    = 1 // somebody else came before
)

// FirstTimePoints returns the points of level 4 for a job and a technician.
func FirstTimePoints(t *Technician, j *Job) (points int64) {
	for _, p := range j.Parts {
		if !p.MustBring && stock(t, p.Part) < max(p.Count, 1) {
			points += PointsPartMissing
		}
	}
	if j.Brand != "" && !contains(t.Brands, j.Brand) {
		points += PointsBrandMissing
	}
	if j.Previous != "" && j.Previous != t.ID {
		points += PointsOtherFace
	}
	return points
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// DefaultCost is used for technicians whose Cost says nothing about travel.
func DefaultCost() Cost { return Cost{PerKm: 60, PerTravelHour: 4000, PerOvertime: 6000} }

// Costs returns the technician's costs with the defaults filled in.
func (t *Technician) Costs() Cost {
	c := t.Cost
	if c.PerKm == 0 && c.PerTravelHour == 0 {
		d := DefaultCost()
		c.PerKm, c.PerTravelHour = d.PerKm, d.PerTravelHour
		if c.PerOvertime == 0 {
			c.PerOvertime = d.PerOvertime
		}
	}
	return c
}
