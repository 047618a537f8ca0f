// Package coverage answers who covers a place and how soon: from real technicians, their shifts and what they have agreed to, never from a list of
// names. A place is anything that people write; what it was understood as is part of the answer.
package coverage

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/region"
)

// Snapshot is some technicians and what they have agreed to, as the dispatch engine sees them.
type Snapshot struct {
	Technicians []dispatch.Technician
	Commitments []dispatch.Commitment
}

// Workforce reads the active technicians registered for any of the codes, with their shifts until a time.
type Workforce interface {
	Workforce(ctx context.Context, tenant casefile.Tenant, codes []string, until time.Time) (Snapshot, error)
}

// Need is what a kind of service on a product asks of a technician.
type Need struct {
	Skill        string // as the engine names it; empty: anybody
	Level        int
	Certificates []string
	Minutes      int
}

// Config is what a Service is made of.
type Config struct {
	Workforce Workforce
	Regions   *region.Resolver
	// Need answers what a kind on a product asks for; both may be empty: then anybody will do.
	Need   func(kind, product string) (Need, bool)
	Travel dispatch.TravelModel
	Source casefile.Source
}

// Service answers. It is safe for concurrent use.
type Service struct {
	Config
	mu    sync.Mutex
	cache map[key]entry
}

type key struct {
	tenant              casefile.Tenant
	code, kind, product string
}

type entry struct {
	at  time.Time
	sum Sum
}

// New builds the service.
func New(c Config) *Service {
	if c.Travel == nil {
		c.Travel = dispatch.NewBuiltinTravel(casefile.Shanghai)
	}
	return &Service{Config: c, cache: map[key]entry{}}
}

// Bounds of one question.
const (
	MaxPlaces = 500
	MaxPlace  = 300 // characters
)

const (
	cacheAge = 30 * time.Second
	cacheMax = 20_000
	horizon  = 3 * 24 * time.Hour
	// spread is how far the told arrival may lie behind the estimate.
	spread = 30 * time.Minute
)

// Query asks about places.
type Query struct {
	Places        []string
	Kind, Product string
	// Chosen are the codes that somebody has chosen for places that may be several, by their index in Places. One that the place cannot mean is not
	// heeded: the list may have been edited since.
	Chosen map[int]region.Code
}

// Sum is who covers one division.
type Sum struct {
	Technicians int       // who can do it and are registered for the place
	OnShift     int       // of them on shift now
	Earliest    time.Time // expected arrival of the first; zero when nobody
	Latest      time.Time // by when that arrival is likely
	// Counties and Covered are counted where the place is larger than a county.
	Counties, Covered int
}

// Row is the answer about one place.
type Row struct {
	Place  string
	Answer region.Answer
	// Division is what the place stands for; zero while that is open. Chosen says that it was chosen among the candidates.
	Division region.Division
	Chosen   bool
	Sum
}

// IsCovered reports whether somebody can come.
func (r Row) IsCovered() bool { return r.Technicians > 0 }

// Check answers about each place, in order. An empty line answers an empty row.
func (s *Service) Check(ctx context.Context, tenant casefile.Tenant, q Query) ([]Row, error) {
	if len(q.Places) == 0 || len(q.Places) > MaxPlaces {
		return nil, casefile.InvalidField("places", "coverage.error.places")
	}
	now := s.Source.Now()
	local := now.In(casefile.Shanghai)
	asOf := region.Date{Year: local.Year(), Month: int(local.Month()), Day: local.Day()}
	rows := make([]Row, len(q.Places))
	for i, place := range q.Places {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		place = strings.TrimSpace(place)
		if len([]rune(place)) > MaxPlace {
			return nil, casefile.InvalidField("places", "coverage.error.place_long")
		}
		rows[i] = Row{Place: place}
		if place == "" {
			continue
		}
		rows[i].Answer = s.Regions.Resolve(place, asOf)
		rows[i].settle(q.Chosen[i])
		if rows[i].Division.Code == "" {
			continue
		}
		sum, err := s.At(ctx, tenant, string(rows[i].Division.Code), q.Kind, q.Product)
		if err != nil {
			return nil, err
		}
		rows[i].Sum = sum
	}
	return rows, nil
}

// settle says what the place stands for.
func (r *Row) settle(chosen region.Code) {
	if r.Answer.Outcome == region.OutcomeOne {
		r.Division = r.Answer.Best.Division
		return
	}
	for _, c := range r.Answer.Candidates {
		if c.Code == chosen {
			r.Division, r.Chosen = c.Division, true
		}
	}
}

// plain are the reasons that say nothing to somebody who reads a table of places.
var plain = []region.ReasonCode{region.ReasonExact, region.ReasonInferred, region.ReasonShortName, region.ReasonTraditional, region.ReasonLabel, region.ReasonWeak}

// Note says in a sentence or two what is worth knowing about how a place was understood: an old name, a correction, a zone, why it is open. It is zero when
// there is nothing to say.
func (r Row) Note() region.Text {
	var zh, en []string
	for _, x := range r.Answer.Reasons {
		if slices.Contains(plain, x.Code) {
			continue
		}
		t := x.Text()
		zh, en = append(zh, t.Zh), append(en, t.En)
	}
	return region.Text{Zh: strings.Join(zh, "；"), En: strings.Join(en, "; ")}
}

// At sums up one division. A city or province is the sum of its counties.
func (s *Service) At(ctx context.Context, tenant casefile.Tenant, code, kind, product string) (Sum, error) {
	now := s.Source.Now()
	k := key{tenant, code, kind, product}
	s.mu.Lock()
	e, ok := s.cache[k]
	s.mu.Unlock()
	if ok && now.Sub(e.at) < cacheAge && !now.Before(e.at) {
		return e.sum, nil
	}
	sum, err := s.sum(ctx, tenant, code, kind, product, now)
	if err != nil {
		return Sum{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.cache) >= cacheMax {
		clear(s.cache)
	}
	s.cache[k] = entry{now, sum}
	return sum, nil
}

// Drop forgets what was kept about a tenant: technicians, shifts or commitments changed.
func (s *Service) Drop(tenant casefile.Tenant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k := range s.cache {
		if k.tenant == tenant {
			delete(s.cache, k)
		}
	}
}

func (s *Service) sum(ctx context.Context, tenant casefile.Tenant, code, kind, product string, now time.Time) (Sum, error) {
	d, ok := s.Regions.Lookup(region.Code(code), region.Date{})
	if !ok {
		return Sum{}, nil
	}
	if d.Level == region.LevelProvince || d.Level == region.LevelPrefecture {
		if children := s.Regions.Children(d.Code); len(children) > 0 && children[0].Level != region.LevelTown {
			return s.sumOf(ctx, tenant, d, children, kind, product, now)
		}
	}
	return s.rank(ctx, tenant, d, kind, product, now)
}

// registered are the codes under which somebody who covers a division may be registered: the province (33), the city (3301), the county (330106), the town. A city
// or province itself is covered by who is registered for it or above.
func registered(d region.Division) []string {
	code := string(d.Code)
	switch {
	case d.Level == region.LevelProvince:
		code = code[:2]
	case d.Level == region.LevelPrefecture && strings.HasSuffix(code, "00"):
		code = code[:4]
	}
	var out []string
	for _, n := range []int{2, 4, 6, 9} {
		if n <= len(code) {
			out = append(out, code[:n])
		}
	}
	return out
}

// sumOf counts the counties below a city or province; the arrival is that of the place itself only where it is one place.
func (s *Service) sumOf(ctx context.Context, tenant casefile.Tenant, d region.Division, children []region.Division, kind, product string, now time.Time) (Sum, error) {
	var out Sum
	// Whoever is registered for the city as a whole covers it too.
	own, err := s.rank(ctx, tenant, d, kind, product, now)
	if err != nil {
		return out, err
	}
	out.Technicians, out.OnShift = own.Technicians, own.OnShift
	for _, c := range children {
		sub, err := s.At(ctx, tenant, string(c.Code), kind, product)
		if err != nil {
			return out, err
		}
		if sub.Counties > 0 {
			out.Counties += sub.Counties
			out.Covered += sub.Covered
		} else {
			out.Counties++
			if sub.Technicians > 0 {
				out.Covered++
			}
		}
		out.Technicians = max(out.Technicians, sub.Technicians)
		out.OnShift = max(out.OnShift, sub.OnShift)
	}
	return out, nil
}

// rank asks the dispatch engine who could come and when, as it would be asked for a real visit now.
func (s *Service) rank(ctx context.Context, tenant casefile.Tenant, d region.Division, kind, product string, now time.Time) (Sum, error) {
	var sum Sum
	need, ok := s.Need(kind, product)
	if !ok {
		return sum, casefile.InvalidField("product", "coverage.error.product")
	}
	snap, err := s.Workforce.Workforce(ctx, tenant, registered(d), now.Add(horizon))
	if err != nil || len(snap.Technicians) == 0 {
		return sum, err
	}
	job := dispatch.Job{ID: "coverage", Region: string(d.Code), ServiceSeconds: int32(max(need.Minutes, 30) * 60), Certificates: need.Certificates,
		Place:   placeOf(d.Point),
		Windows: []dispatch.Window{{From: dispatch.At(now), To: dispatch.At(now.Add(horizon))}}}
	if need.Skill != "" {
		job.Skills = []dispatch.SkillNeed{{Skill: need.Skill, Level: need.Level}}
	}
	ranked, err := dispatch.Rank(ctx, &dispatch.Problem{Now: dispatch.At(now), Technicians: snap.Technicians, Commitments: snap.Commitments, Travel: s.Travel}, &job)
	if err != nil {
		return sum, casefile.Failf(casefile.Internal, "error.internal", "coverage of %s: %w", d.Code, err)
	}
	for _, c := range ranked {
		if !c.Eligible {
			continue
		}
		sum.Technicians++
		if t := byID(snap.Technicians, c.Technician); t != nil && onShift(t, now) {
			sum.OnShift++
		}
		if at := c.Arrival.Std(); sum.Earliest.IsZero() || at.Before(sum.Earliest) {
			sum.Earliest, sum.Latest = at, at.Add(spread)
		}
	}
	return sum, nil
}

// placeOf is a division's point as the engine wants it; a division without one is a place that is not known.
func placeOf(p region.Point) dispatch.Place {
	if p.IsZero() {
		return dispatch.Place{}
	}
	return dispatch.Place{Lon: p.Lng, Lat: p.Lat, Datum: dispatch.WGS84, RadiusMetres: int32(p.Precision.RadiusKM() * 1000)}
}

func byID(list []dispatch.Technician, id string) *dispatch.Technician {
	i := slices.IndexFunc(list, func(t dispatch.Technician) bool { return t.ID == id })
	if i < 0 {
		return nil
	}
	return &list[i]
}

func onShift(t *dispatch.Technician, now time.Time) bool {
	at := dispatch.At(now)
	return slices.ContainsFunc(t.Shifts, func(s dispatch.Shift) bool { return s.From <= at && at < s.To })
}
