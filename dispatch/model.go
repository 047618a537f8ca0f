package dispatch

import (
	"strings"
	"time"
)

// Time is a moment in whole seconds since the Unix epoch, UTC. Benchmark instances without a calendar use small numbers.
type Time int64

// At converts a standard time to a [Time], dropping the part below a second.
func At(t time.Time) Time { return Time(t.Unix()) }

// Std converts t to a standard time in UTC.
func (t Time) Std() time.Time { return time.Unix(int64(t), 0).UTC() }

// Add returns t moved by so many seconds.
func (t Time) Add(seconds int32) Time { return t + Time(seconds) }

// Window is a closed interval of time, From ≤ To.
type Window struct {
	From Time `json:"from"`
	To   Time `json:"to"`
}

// Datum names the coordinate system of a [Place]. The Chinese systems differ from WGS-84 by about 500 metres.
type Datum string

// The datums in use. The empty datum means [WGS84].
const (
	WGS84 Datum = "wgs84"
	GCJ02 Datum = "gcj02" // Amap, Tencent
	BD09  Datum = "bd09"  // Baidu
)

// Area says how dense the surroundings of a place are; it decides speed and the time from the street to the door.
type Area string

// The area classes. The empty area means [Urban].
const (
	Core     Area = "core"     // towers, controlled gates, lifts
	Urban    Area = "urban"    // ordinary city
	Suburban Area = "suburban" // outskirts, county towns
	Rural    Area = "rural"    // villages
)

// Vehicle is how a technician travels.
type Vehicle string

// The vehicles that the built-in travel model knows. The empty vehicle means [EBike].
const (
	EBike Vehicle = "ebike"
	Van   Vehicle = "van"
	Walk  Vehicle = "walk"
)

// Place is a point on the ground. The zero Place means "not known": travel to and from it is assumed, and marked so.
type Place struct {
	Lat   float64 `json:"lat"` // degrees north
	Lon   float64 `json:"lon"` // degrees east
	Datum Datum   `json:"datum,omitempty"`
	Area  Area    `json:"area,omitempty"`
	// AccessSeconds is the time from the kerb to the door (parking, gate, lift). 0 means the usual value of the area.
	AccessSeconds int32 `json:"access_seconds,omitempty"`
	// RadiusMetres says how uncertain the point is, for example when only the county of an address is known. 0 means exact.
	RadiusMetres int32 `json:"radius_metres,omitempty"`
	// Key tells addresses apart that the point cannot: places with the same key are one address, reached from one another without a
	// journey; places with different keys never are, however near. Any opaque name will do (an address id, at most MaxKey bytes; no
	// personal data). Places with one key should have one point. Empty means that the point alone decides: exact points less than 25
	// metres apart are one address, uncertain points never are.
	Key string `json:"key,omitempty"`
	// Node is the row of the place in a [MatrixTravel].
	Node int32 `json:"node,omitempty"`
}

// MaxKey is the greatest length of [Place.Key] in bytes.
const MaxKey = 200

// Known reports whether p has coordinates.
func (p Place) Known() bool { return p.Lat != 0 || p.Lon != 0 }

// SkillNeed is a skill with the least level that a job asks for, or a skill with the level that a technician has.
type SkillNeed struct {
	Skill string `json:"skill"`
	Level int    `json:"level,omitempty"` // 0 = any
}

// Certificate is a licence of a technician, for example an electrician's certificate. A zero bound is open.
type Certificate struct {
	Name  string `json:"name"`
	From  Time   `json:"from,omitempty"`  // valid from, inclusive
	Until Time   `json:"until,omitempty"` // valid until, inclusive
}

// Part is a spare part with a count.
type Part struct {
	Part  string `json:"part"`
	Count int32  `json:"count"` // 0 means 1
	// MustBring on a job's part makes a technician without it ineligible; otherwise its absence is only a reason in the list.
	MustBring bool `json:"must_bring,omitempty"`
}

// Exclusion forbids one technician for one job.
type Exclusion struct {
	Technician string `json:"technician"`
	// Cause is [CustomerRefused], [TechnicianDeclined] or any word of the caller's own; it is handed back in the reason.
	Cause string `json:"cause,omitempty"`
}

// The usual causes of an [Exclusion].
const (
	CustomerRefused    = "customer_refused"
	TechnicianDeclined = "technician_declined"
)

// Job is one visit to plan.
type Job struct {
	ID    string `json:"id"`
	Place Place  `json:"place"`
	// Region is the code of the administrative division of the place; empty means that no region rule applies.
	Region string `json:"region,omitempty"`
	// Windows are the intervals in which the visit may start (the technician stands at the door), in order and not overlapping.
	// None means any time from Problem.Now on.
	Windows        []Window `json:"windows,omitempty"`
	ServiceSeconds int32    `json:"service_seconds"` // work at the door
	// Deadline is the latest start of an emergency that is still safe; 0 means no emergency.
	Deadline Time `json:"deadline,omitempty"`

	Skills       []SkillNeed `json:"skills,omitempty"`
	Certificates []string    `json:"certificates,omitempty"`
	Brand        string      `json:"brand,omitempty"` // brand whose authorisation is preferred
	Parts        []Part      `json:"parts,omitempty"`
	Exclude      []Exclusion `json:"exclude,omitempty"`
	// Previous is the technician who came before for the same matter; meeting the same face again is preferred on equal terms.
	Previous string `json:"previous,omitempty"`

	// The fields below matter to [Solve] only.

	// Promise is the window told to the customer. Starting before it is impossible, starting after it breaks the promise.
	Promise *Window `json:"promise,omitempty"`
	// Due is the latest start under the service agreement; 0 means none. Missing it is allowed but weighs more than any detour.
	Due Time `json:"due,omitempty"`
	// Priority from 0 to 9 orders jobs when not all can be served.
	Priority int `json:"priority,omitempty"`
	// Created is when the job was reported; older ones count more, so that nobody waits for ever. 0 means now.
	Created Time `json:"created,omitempty"`
	// Optional jobs are served only when that costs less than PriceFen.
	Optional bool  `json:"optional,omitempty"`
	PriceFen int64 `json:"price_fen,omitempty"`
	// Crew is how many technicians must work together from the same moment; 0 and 1 mean one.
	Crew int `json:"crew,omitempty"`
	// Load is what the job takes of the vehicle's capacity.
	Load int32 `json:"load,omitempty"`
	// Pin fixes the technicians, and the start when it is not 0. A pinned job is never left out or moved.
	Pin *Pin `json:"pin,omitempty"`
	// Planned is where a previous plan put the job; leaving it there is preferred.
	Planned *Planned `json:"planned,omitempty"`
}

// Pin fixes a job to technicians, as many as its crew.
type Pin struct {
	Technicians []string `json:"technicians"`
	Start       Time     `json:"start,omitempty"` // 0 means any allowed time
}

// Planned is a job's place in a previous plan.
type Planned struct {
	Technician string `json:"technician"`
	Start      Time   `json:"start"`
	Told       bool   `json:"told,omitempty"` // somebody was told already
}

// Sequence binds visits to an order: each starts between MinGapSeconds and MaxGapSeconds after the end of the one before.
type Sequence struct {
	Jobs          []string `json:"jobs"`
	MinGapSeconds int32    `json:"min_gap_seconds,omitempty"`
	// MaxGapSeconds of 0 means no limit.
	MaxGapSeconds  int32 `json:"max_gap_seconds,omitempty"`
	SameTechnician bool  `json:"same_technician,omitempty"`
}

// Shift is one span of working time. Two spans on one day make a split shift.
type Shift struct {
	From Time `json:"from"`
	To   Time `json:"to"`
	// OvertimeSeconds is how long after To work may still last.
	OvertimeSeconds int32 `json:"overtime_seconds,omitempty"`
}

// Break is a rest that must begin inside [From, To] and lasts DurationSeconds.
type Break struct {
	From            Time  `json:"from"`
	To              Time  `json:"to"`
	DurationSeconds int32 `json:"duration_seconds"`
}

// Position is where a technician was seen last.
type Position struct {
	Place Place `json:"place"`
	At    Time  `json:"at"`
}

// Technician is one person (or one van crew that always works together).
type Technician struct {
	ID string `json:"id"`
	// Start is where the working day begins. End is where it must end; nil means anywhere.
	Start   Place   `json:"start"`
	End     *Place  `json:"end,omitempty"`
	Vehicle Vehicle `json:"vehicle,omitempty"`
	// Position is the last known place during the day; nil means unknown.
	Position *Position `json:"position,omitempty"`
	Shifts   []Shift   `json:"shifts"` // in any order, not overlapping
	Breaks   []Break   `json:"breaks,omitempty"`

	Skills       []SkillNeed   `json:"skills,omitempty"`
	Certificates []Certificate `json:"certificates,omitempty"`
	Brands       []string      `json:"brands,omitempty"` // brand authorisations
	// Regions are codes of divisions that the technician covers. A code covers all codes that begin with it, so "4403" covers
	// county "440305". None means everywhere.
	Regions []string `json:"regions,omitempty"`
	Stock   []Part   `json:"stock,omitempty"` // parts in the van
	// MaxMetres is how far from Start the technician accepts jobs, along the road; 0 means no limit.
	MaxMetres int32 `json:"max_metres,omitempty"`

	// The fields below matter to [Solve] only.

	// Capacity bounds the sum of the loads of a working day; 0 means no limit.
	Capacity int32 `json:"capacity,omitempty"`
	// MaxWorkSeconds bounds service plus travel (at free flow) of a working day, the legal hours; 0 means no limit.
	MaxWorkSeconds int32 `json:"max_work_seconds,omitempty"`
	Cost           Cost  `json:"cost,omitzero"`
	// WorkedSeconds and ShareSeconds are the fairness account: what was worked in the last four weeks and what was expected.
	WorkedSeconds int32 `json:"worked_seconds,omitempty"`
	ShareSeconds  int32 `json:"share_seconds,omitempty"`
}

// Cost is what a technician costs, in fen.
type Cost struct {
	PerKm         int64 `json:"per_km,omitempty"`
	PerTravelHour int64 `json:"per_travel_hour,omitempty"` // at free flow, so that the price of a leg does not depend on the hour
	PerOvertime   int64 `json:"per_overtime_hour,omitempty"`
	PerVisit      int64 `json:"per_visit,omitempty"` // partner fee
	PerDay        int64 `json:"per_day,omitempty"`   // of going out at all
}

// Covers reports whether the technician's regions include the given code. An empty code is covered by everybody.
func (t *Technician) Covers(region string) bool {
	if region == "" || len(t.Regions) == 0 {
		return true
	}
	for _, r := range t.Regions {
		if r != "" && strings.HasPrefix(region, r) {
			return true
		}
	}
	return false
}

// Commitment is a visit (or any other appointment) that is agreed: its technician, place and time are never changed.
type Commitment struct {
	ID         string `json:"id"`
	Technician string `json:"technician"`
	Place      Place  `json:"place"`
	Start      Time   `json:"start"` // at the door
	End        Time   `json:"end"`   // leaves the door
}

// Objective says what [Solve] looks for.
type Objective string

// The objectives. The empty objective means [Service].
const (
	// Service is the lexicographic objective of [Score].
	Service Objective = "service"
	// Distance is the sum of metres alone, with all jobs served when possible.
	Distance Objective = "distance"
	// Vehicles is the number of technicians used first, then metres.
	Vehicles Objective = "vehicles"
)

// Problem is a snapshot of everything that a decision depends on.
type Problem struct {
	// Now is the moment of the decision; nothing is planned before it.
	Now         Time         `json:"now"`
	Technicians []Technician `json:"technicians"`
	Commitments []Commitment `json:"commitments,omitempty"`
	// Travel gives travel times; nil means [NewBuiltinTravel] with its defaults.
	Travel TravelModel `json:"-"`

	// The fields below matter to [Solve] only.

	Name      string     `json:"name,omitempty"`
	Objective Objective  `json:"objective,omitempty"`
	Jobs      []Job      `json:"jobs,omitempty"`
	Sequences []Sequence `json:"sequences,omitempty"`
	// Freeze: a job whose Planned start lies before it stays with that technician at that time. 0 means nothing is frozen.
	Freeze Time `json:"freeze,omitempty"`
	// Prices are the exchange rates inside the levels 5 to 7; zero fields mean [DefaultPrices].
	Prices Prices `json:"prices,omitzero"`
}

// Prices are exchange rates in fen, to be shown to a manager in plain words.
type Prices struct {
	// UnevenHour is what one more hour costs with somebody who is already eight hours above the others.
	UnevenHour int64 `json:"uneven_hour,omitempty"`
	// ChangeTechnician and ChangeTime (by more than half an hour) are the prices of departing from the previous plan a day before the
	// visit; they double in the last four hours and are five times as high once somebody was told.
	ChangeTechnician int64 `json:"change_technician,omitempty"`
	ChangeTime       int64 `json:"change_time,omitempty"`
}

// DefaultPrices returns the usual exchange rates.
func DefaultPrices() Prices { return Prices{UnevenHour: 1000, ChangeTechnician: 1000, ChangeTime: 500} }

func (p Prices) withDefaults() Prices {
	d := DefaultPrices()
	if p.UnevenHour == 0 {
		p.UnevenHour = d.UnevenHour
	}
	if p.ChangeTechnician == 0 {
		p.ChangeTechnician = d.ChangeTechnician
	}
	if p.ChangeTime == 0 {
		p.ChangeTime = d.ChangeTime
	}
	return p
}

// ChangePrice returns the price of changing an entry of the previous plan, given the price a day before the visit.
func ChangePrice(base int64, planned *Planned, now Time) int64 {
	if planned.Start-now < 4*3600 {
		base *= 2
	}
	if planned.Told {
		base *= 5
	}
	return base
}

// TimeTolerance is how far a visit may move before it counts as changed, in seconds.
const TimeTolerance = 1800
