package coverage

import (
	"context"
	"strings"
	"testing"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/region"
)

// crew is a workforce by region code.
type crew struct {
	by    map[string][]dispatch.Technician
	asked int
}

func (c *crew) Workforce(_ context.Context, _ casefile.Tenant, codes []string, _ time.Time) (s Snapshot, err error) {
	c.asked++
	for _, code := range codes {
		s.Technicians = append(s.Technicians, c.by[code]...)
	}
	return s, nil
}

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, casefile.Shanghai)

func locksmith(id, code string, from, to int, level int) dispatch.Technician {
	day := time.Date(2026, 11, 24, 0, 0, 0, 0, casefile.Shanghai)
	return dispatch.Technician{ID: id, Start: dispatch.Place{Lon: 120.13, Lat: 30.26, Datum: dispatch.WGS84}, Vehicle: dispatch.EBike, Regions: []string{code},
		Skills: []dispatch.SkillNeed{{Skill: "repair/smart_lock", Level: level}},
		Shifts: []dispatch.Shift{{From: dispatch.At(day.Add(time.Duration(from) * time.Hour)), To: dispatch.At(day.Add(time.Duration(to) * time.Hour))}}}
}

func fixture() (*Service, *crew, *time.Time) {
	now := noon
	w := &crew{by: map[string][]dispatch.Technician{
		"330106": {locksmith("a", "330106", 8, 20, 3), locksmith("evening", "330106", 18, 22, 3), locksmith("novice", "330106", 8, 20, 1)},
	}}
	return New(Config{Workforce: w, Regions: region.Default(), Source: casefile.Source{Clock: func() time.Time { return now }},
		Need: func(kind, product string) (Need, bool) {
			if product == "spaceship" {
				return Need{}, false
			}
			return Need{Skill: "repair/smart_lock", Level: 2, Minutes: 60}, true
		}}), w, &now
}

func TestCoverageIsCountedFromPeople(t *testing.T) {
	s, _, _ := fixture()
	rows, err := s.Check(context.Background(), 1, Query{Places: []string{"杭州市西湖区文三路1号", "海南省三沙市", "", "朝阳区"}, Kind: "repair", Product: "smart_lock"})
	if err != nil {
		t.Fatal(err)
	}
	xihu := rows[0]
	if !xihu.IsCovered() || xihu.Technicians != 2 || xihu.OnShift != 1 {
		t.Errorf("西湖区: %+v, want two who can (the novice cannot), one of them on shift", xihu.Sum)
	}
	if xihu.Earliest.Before(noon) || xihu.Earliest.After(noon.Add(2*time.Hour)) {
		t.Errorf("the one on shift should be there within two hours, not at %v", xihu.Earliest)
	}
	if rows[1].IsCovered() || !rows[1].Earliest.IsZero() {
		t.Errorf("三沙 has nobody, got %+v", rows[1].Sum)
	}
	if rows[2].Place != "" || rows[2].IsCovered() {
		t.Errorf("an empty line answers an empty row, got %+v", rows[2])
	}
	if rows[3].Answer.Outcome != region.OutcomeSet || rows[3].IsCovered() {
		t.Errorf("an ambiguous place is not covered by guessing, got %v", rows[3].Answer.Outcome)
	}
}

func TestCityIsTheSumOfItsCounties(t *testing.T) {
	s, _, _ := fixture()
	rows, err := s.Check(context.Background(), 1, Query{Places: []string{"浙江省杭州市"}, Kind: "repair", Product: "smart_lock"})
	if err != nil {
		t.Fatal(err)
	}
	if r := rows[0]; r.Covered != 1 || r.Counties < 10 || r.Technicians != 2 {
		t.Errorf("got %+v, want one county of all", r.Sum)
	}
}

func TestAnswersAreKeptForAWhileAndDropped(t *testing.T) {
	s, w, now := fixture()
	ask := func() {
		if _, err := s.At(context.Background(), 1, "330106", "repair", "smart_lock"); err != nil {
			t.Fatal(err)
		}
	}
	ask()
	ask()
	if w.asked != 1 {
		t.Errorf("asked %d times, want once", w.asked)
	}
	s.Drop(1)
	ask()
	*now = now.Add(time.Minute)
	ask()
	if w.asked != 3 {
		t.Errorf("asked %d times, want three: after Drop and after a while", w.asked)
	}
}

func TestQuestionsAreBounded(t *testing.T) {
	s, _, _ := fixture()
	for name, q := range map[string]Query{
		"none":    {},
		"many":    {Places: make([]string, MaxPlaces+1)},
		"long":    {Places: []string{strings.Repeat("杭", MaxPlace+1)}},
		"product": {Places: []string{"杭州市西湖区"}, Product: "spaceship"},
	} {
		if _, err := s.Check(context.Background(), 1, q); !casefile.Is(err, casefile.Invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
