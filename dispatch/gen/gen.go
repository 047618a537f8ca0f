// Package gen makes dispatch problems from a seed: the same kind, size and seed give the same problem on every machine and in every
// version whose [Version] is the same. People and places are invented.
package gen

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"anxin/dispatch"
)

// Version changes when a generator's output changes.
const Version = 1

// Options size a generated problem. Zero fields take the kind's defaults.
type Options struct {
	Seed        uint64
	Jobs        int
	Technicians int
}

// zone is the zone of all generated calendars.
var zone = time.FixedZone("UTC+8", 8*3600)

// day is the Monday on which generated problems play.
var day = dispatch.At(time.Date(2026, 3, 2, 0, 0, 0, 0, zone))

func at(hour float64) dispatch.Time { return day + dispatch.Time(math.Round(hour*3600)) }

// Kinds lists the names that Make knows, in a fixed order.
func Kinds() []string { return []string{"city", "overload", "emergency", "rich", "small"} }

// Make returns a problem of a kind: see City, Overload, Emergency, Rich and Small.
func Make(kind string, o Options) (*dispatch.Problem, error) {
	if o.Jobs < 0 || o.Jobs > dispatch.MaxJobs || o.Technicians < 0 || o.Technicians > dispatch.MaxTechnicians {
		return nil, fmt.Errorf("gen: at most %d jobs and %d technicians", dispatch.MaxJobs, dispatch.MaxTechnicians)
	}
	switch kind {
	case "city":
		return City(o), nil
	case "overload":
		return Overload(o), nil
	case "emergency":
		return Emergency(o), nil
	case "rich":
		return Rich(o), nil
	case "small":
		return Small(o.Seed), nil
	}
	return nil, fmt.Errorf("gen: unknown kind %q; known are %v", kind, Kinds())
}

func (o Options) orSize(jobs, technicians int) Options {
	if o.Jobs == 0 {
		o.Jobs = jobs
	}
	if o.Technicians == 0 {
		o.Technicians = max(1, o.Jobs*technicians/jobs)
	}
	return o
}

// maker holds what all parts of one city share.
type maker struct {
	rng       *rand.Rand
	p         *dispatch.Problem
	size      float64 // half side in km
	districts []district
}

type district struct {
	lat, lon, spread float64
	area             dispatch.Area
	code             string
}

const (
	centreLat = 30.05
	centreLon = 110.07
	kmLat     = 111.195
)

var kmLon = kmLat * math.Cos(centreLat*math.Pi/180)

func newMaker(name string, o Options) *maker {
	m := &maker{rng: rand.New(rand.NewPCG(o.Seed, 0x616e78696e)), size: 4 + math.Sqrt(float64(o.Technicians))*1.6}
	travel := dispatch.NewBuiltinTravel(zone)
	m.p = &dispatch.Problem{Name: fmt.Sprintf("%s seed %d jobs %d technicians %d v%d", name, o.Seed, o.Jobs, o.Technicians, Version), Now: at(7.5), Travel: travel}
	travel.Barriers = []dispatch.Barrier{m.river()}
	m.makeDistricts(6 + o.Technicians/40)
	return m
}

// place returns a point so many kilometres east and north of the centre.
func place(east, north float64) dispatch.Place {
	return dispatch.Place{Lat: round6(centreLat + north/kmLat), Lon: round6(centreLon + east/kmLon)}
}

func round6(x float64) float64 { return math.Round(x*1e6) / 1e6 }

// river runs through the whole city from west to east with a bridge every few kilometres.
func (m *maker) river() dispatch.Barrier {
	var bar dispatch.Barrier
	north := (m.rng.Float64() - 0.5) * m.size
	reach := m.size * 1.6
	step := reach / 8
	for i := -8; i <= 8; i++ {
		bar.Line = append(bar.Line, place(float64(i)*step, north))
		north += (m.rng.Float64() - 0.5) * step * 0.8
	}
	for i := 1; i < len(bar.Line)-1; i++ {
		if m.rng.IntN(3) > 0 || i == len(bar.Line)/2 {
			bar.Crossings = append(bar.Crossings, bar.Line[i])
		}
	}
	return bar
}

func (m *maker) makeDistricts(n int) {
	for i := range n {
		away := math.Sqrt(m.rng.Float64()) * m.size
		angle := m.rng.Float64() * 2 * math.Pi
		if i == 0 {
			away = 0
		}
		d := district{lat: away * math.Sin(angle), lon: away * math.Cos(angle), spread: 0.8 + m.rng.Float64()*m.size/6}
		switch share := away / m.size; {
		case share < 0.3:
			d.area = dispatch.Core
		case share < 0.65:
			d.area = dispatch.Urban
		case share < 0.9:
			d.area = dispatch.Suburban
		default:
			d.area = dispatch.Rural
		}
		d.code = fmt.Sprintf("9901%02d", i%90+1)
		m.districts = append(m.districts, d)
	}
}

// spot returns a point of a district, or now and then of anywhere.
func (m *maker) spot() (dispatch.Place, *district) {
	d := &m.districts[m.rng.IntN(len(m.districts))]
	east, north := d.lon+m.rng.NormFloat64()*d.spread, d.lat+m.rng.NormFloat64()*d.spread
	if m.rng.IntN(6) == 0 {
		east, north = (m.rng.Float64()*2-1)*m.size, (m.rng.Float64()*2-1)*m.size
	}
	p := place(east, north)
	p.Area = d.area
	return p, d
}

// skillNames of the fictional brand's products, with how many technicians of a hundred have them.
var skillNames = []struct {
	name  string
	share int
}{{"lock", 80}, {"boiler", 45}, {"purifier", 55}, {"hood", 60}, {"aircon", 50}, {"screen", 25}}

var partNames = []string{"core-A", "core-B", "board", "pump", "valve", "filter"}

func (m *maker) technician(i int) dispatch.Technician {
	start, _ := m.spot()
	t := dispatch.Technician{ID: fmt.Sprintf("t%04d", i), Start: start, Vehicle: dispatch.EBike, Cost: dispatch.Cost{PerKm: 60, PerTravelHour: 4000, PerOvertime: 7200}}
	if m.rng.IntN(3) == 0 {
		t.Vehicle = dispatch.Van
		t.Cost = dispatch.Cost{PerKm: 120, PerTravelHour: 4500, PerOvertime: 7200, PerDay: 2000}
	}
	if m.rng.IntN(5) > 0 {
		home := start
		t.End = &home
	}
	begin := 8 + float64(m.rng.IntN(3))*0.5
	switch m.rng.IntN(6) {
	case 0: // split shift
		t.Shifts = []dispatch.Shift{{From: at(begin), To: at(12)}, {From: at(14), To: at(19), OvertimeSeconds: 3600}}
	case 1: // late shift
		t.Shifts = []dispatch.Shift{{From: at(12), To: at(21), OvertimeSeconds: 1800}}
		t.Breaks = []dispatch.Break{{From: at(17), To: at(18.5), DurationSeconds: 1800}}
	default:
		t.Shifts = []dispatch.Shift{{From: at(begin), To: at(begin + 9), OvertimeSeconds: 3600}}
		t.Breaks = []dispatch.Break{{From: at(11.5), To: at(13), DurationSeconds: 2700}}
	}
	for _, s := range skillNames {
		if m.rng.IntN(100) < s.share {
			t.Skills = append(t.Skills, dispatch.SkillNeed{Skill: s.name, Level: 1 + m.rng.IntN(4)})
		}
	}
	if m.rng.IntN(3) == 0 {
		c := dispatch.Certificate{Name: "electrician", From: at(-24 * 300), Until: at(24 * 300)}
		if m.rng.IntN(8) == 0 {
			c.Until = at(-24)
		}
		t.Certificates = append(t.Certificates, c)
	}
	if m.rng.IntN(2) == 0 {
		t.Brands = []string{"禾木"}
	}
	for _, name := range partNames {
		if m.rng.IntN(2) == 0 {
			t.Stock = append(t.Stock, dispatch.Part{Part: name, Count: int32(1 + m.rng.IntN(3))})
		}
	}
	return t
}

func (m *maker) job(i int) dispatch.Job {
	where, d := m.spot()
	skill := skillNames[m.rng.IntN(len(skillNames))]
	j := dispatch.Job{
		ID: fmt.Sprintf("j%05d", i), Place: where, Region: d.code, ServiceSeconds: int32(900 + m.rng.IntN(8)*600),
		Skills:   []dispatch.SkillNeed{{Skill: skill.name, Level: 1 + min(m.rng.IntN(4), m.rng.IntN(4))}},
		Priority: m.rng.IntN(4), Created: at(-24 * m.rng.Float64() * 6),
	}
	hour := 8.5 + float64(m.rng.IntN(9))
	switch m.rng.IntN(5) {
	case 0: // all day
	case 1: // two slots
		j.Windows = []dispatch.Window{{From: at(9), To: at(11)}, {From: at(15), To: at(17.5)}}
	case 2: // half a day
		if m.rng.IntN(2) == 0 {
			j.Windows = []dispatch.Window{{From: at(8), To: at(12)}}
		} else {
			j.Windows = []dispatch.Window{{From: at(13), To: at(18)}}
		}
	default: // a booked slot of two hours
		j.Windows = []dispatch.Window{{From: at(hour), To: at(hour + 2)}}
	}
	if m.rng.IntN(8) == 0 {
		j.Certificates = []string{"electrician"}
	}
	if m.rng.IntN(4) == 0 {
		j.Brand = "禾木"
	}
	if m.rng.IntN(4) == 0 {
		j.Parts = []dispatch.Part{{Part: partNames[m.rng.IntN(len(partNames))], Count: 1, MustBring: m.rng.IntN(2) == 0}}
	}
	return j
}

// fill adds the given numbers of technicians and jobs.
func (m *maker) fill(o Options) {
	for i := range o.Technicians {
		m.p.Technicians = append(m.p.Technicians, m.technician(i))
	}
	for i := range o.Jobs {
		m.p.Jobs = append(m.p.Jobs, m.job(i))
	}
}

// City is an ordinary day that can be served nearly in full: districts round a centre, a river with bridges, e-bikes and vans, early,
// late and split shifts. Default: 400 jobs, 60 technicians.
func City(o Options) *dispatch.Problem {
	o = o.orSize(400, 60)
	m := newMaker("city", o)
	m.fill(o)
	return m.p
}

// Overload is a day with about twice as much work as hours: priority and age decide. Default: 400 jobs, 25 technicians.
func Overload(o Options) *dispatch.Problem {
	o = o.orSize(400, 25)
	m := newMaker("overload", o)
	m.fill(o)
	for i := range m.p.Jobs {
		j := &m.p.Jobs[i]
		j.Priority = m.rng.IntN(10)
		if m.rng.IntN(5) == 0 {
			j.Due = at(10 + m.rng.Float64()*8)
		}
		if m.rng.IntN(10) == 0 {
			j.Optional, j.PriceFen = true, int64(1000+m.rng.IntN(8000))
		}
	}
	return m.p
}

// Emergency is a day under way: a plan was told to customers, some of it is agreed, and emergencies with a safety deadline came in.
// Default: 300 jobs, 60 technicians.
func Emergency(o Options) *dispatch.Problem {
	o = o.orSize(300, 60)
	m := newMaker("emergency", o)
	m.fill(o)
	m.p.Now = at(9.25)
	for i := range m.p.Technicians {
		t := &m.p.Technicians[i]
		t.WorkedSeconds, t.ShareSeconds = int32(100+m.rng.IntN(120))*3600, 160*3600
	}
	for i := range m.p.Jobs {
		j := &m.p.Jobs[i]
		switch {
		case i%15 == 0:
			j.Windows, j.Promise, j.Certificates, j.Parts = nil, nil, nil, nil
			j.Deadline = at(9.25 + 0.75 + m.rng.Float64()*2)
			j.Priority = 9
		case len(j.Windows) == 1 && i%2 == 0:
			told := j.Windows[0]
			j.Windows, j.Promise = nil, &told
			j.Planned = &dispatch.Planned{Technician: m.p.Technicians[m.rng.IntN(len(m.p.Technicians))].ID, Start: told.From + 1800, Told: true}
		}
	}
	return m.p
}

// Rich is one day in which every rule of the model occurs: levels, certificates, parts, regions, exclusions, several windows, breaks,
// split shifts, overtime, crews, sequences, pins, commitments, frozen visits, promises, fairness. Default: 400 jobs, 60 technicians.
func Rich(o Options) *dispatch.Problem {
	o = o.orSize(400, 60)
	m := newMaker("rich", o)
	m.fill(o)
	m.p.Freeze = at(9)
	for i := range m.p.Technicians {
		t := &m.p.Technicians[i]
		t.WorkedSeconds, t.ShareSeconds = int32(100+m.rng.IntN(120))*3600, 160*3600
		t.MaxWorkSeconds = 9 * 3600
		if m.rng.IntN(3) == 0 {
			t.MaxMetres = 20000
		}
		if m.rng.IntN(6) == 0 && m.districts != nil {
			for _, d := range m.districts {
				if m.rng.IntN(3) > 0 {
					t.Regions = append(t.Regions, d.code)
				}
			}
		}
		if m.rng.IntN(5) == 0 {
			where, _ := m.spot()
			hour := 10 + float64(m.rng.IntN(10))*0.5
			m.p.Commitments = append(m.p.Commitments, dispatch.Commitment{ID: "c" + t.ID, Technician: t.ID, Place: where, Start: at(hour), End: at(hour + 0.75)})
		}
	}
	m.enrichJobs()
	return m.p
}

func (m *maker) enrichJobs() {
	anyone := func() string { return m.p.Technicians[m.rng.IntN(len(m.p.Technicians))].ID }
	for i := range m.p.Jobs {
		j := &m.p.Jobs[i]
		switch k := i % 40; {
		case k == 3:
			j.Crew, j.Certificates, j.Parts = 2, nil, nil
		case k == 5:
			j.Exclude = []dispatch.Exclusion{{Technician: anyone(), Cause: dispatch.CustomerRefused}}
			j.Previous = anyone()
		case k == 9 && len(j.Windows) == 1:
			told := j.Windows[0]
			j.Promise, j.Windows = &told, nil
		case k == 13:
			t := &m.p.Technicians[m.rng.IntN(len(m.p.Technicians))]
			if len(staticLacks(t, j)) == 0 {
				j.Pin = &dispatch.Pin{Technicians: []string{t.ID}}
			}
		case k == 17:
			j.Optional, j.PriceFen = true, int64(2000+m.rng.IntN(6000))
		case k == 21:
			j.Planned = &dispatch.Planned{Technician: anyone(), Start: at(8.6 + m.rng.Float64()*6), Told: m.rng.IntN(2) == 0}
		case k == 25:
			j.Due = at(12 + m.rng.Float64()*5)
		case k == 29 && i+1 < len(m.p.Jobs):
			next := &m.p.Jobs[i+1]
			j.Windows, next.Windows = []dispatch.Window{{From: at(8), To: at(12)}}, nil
			next.Place, next.Region = j.Place, j.Region
			m.p.Sequences = append(m.p.Sequences, dispatch.Sequence{Jobs: []string{j.ID, next.ID}, MinGapSeconds: 1800, SameTechnician: i%80 == 29})
		case k == 33:
			j.Deadline = at(9.5 + m.rng.Float64()*2)
			j.Windows = nil
		}
	}
}

// staticLacks is a cheap test that keeps pins possible most of the time.
func staticLacks(t *dispatch.Technician, j *dispatch.Job) (out []string) {
	for _, need := range j.Skills {
		found := false
		for _, s := range t.Skills {
			found = found || s.Skill == need.Skill && s.Level >= need.Level
		}
		if !found {
			out = append(out, need.Skill)
		}
	}
	if len(j.Certificates) > 0 || len(j.Parts) > 0 || len(t.Regions) > 0 {
		out = append(out, "other")
	}
	return out
}
