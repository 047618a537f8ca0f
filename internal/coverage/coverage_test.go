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

// Whoever is registered for a whole city or province covers each county in it, and a town is covered by who covers its county.
func TestWholeCitiesAndProvincesAreCovered(t *testing.T) {
	s, w, _ := fixture()
	w.by = map[string][]dispatch.Technician{}
	for code := range map[string]string{"3302": "Ningbo", "45": "Guangxi", "441900": "Dongguan"} {
		x := locksmith(code, code, 8, 20, 3)
		x.Start = dispatch.Place{} // they live somewhere there
		w.by[code] = []dispatch.Technician{x}
	}
	rows, err := s.Check(context.Background(), 1, Query{Places: []string{"宁波市海曙区", "浙江省宁波市", "南宁市青秀区", "东莞市虎门镇", "杭州市西湖区"}, Kind: "repair", Product: "smart_lock"})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{1, 1, 1, 1, 0} {
		if rows[i].Technicians != want {
			t.Errorf("%s (%s): %d technicians, want %d", rows[i].Place, rows[i].Answer.Best.Code, rows[i].Technicians, want)
		}
	}
	if rows[1].Covered != rows[1].Counties || rows[1].Counties == 0 {
		t.Errorf("宁波: %d of %d counties", rows[1].Covered, rows[1].Counties)
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

func TestChosenCandidateDecidesAndIsChecked(t *testing.T) {
	s, _, _ := fixture()
	rows, err := s.Check(context.Background(), 1, Query{Places: []string{"西湖区文教路", "西湖区文教路", "杭州市江干区"}, Kind: "repair", Product: "smart_lock",
		Chosen: map[int]region.Code{0: "330106", 1: "110105"}})
	if err != nil {
		t.Fatal(err)
	}
	if r := rows[0]; !r.Chosen || r.Division.Code != "330106" || r.Technicians != 2 {
		t.Errorf("chosen: %v %s, %d technicians", r.Chosen, r.Division.Code, r.Technicians)
	}
	if r := rows[1]; r.Chosen || r.Division.Code != "" || r.IsCovered() {
		t.Errorf("a code that the place cannot mean was taken: %+v", r.Division)
	}
	if n := rows[2].Note(); !strings.Contains(n.Zh, "2021") || !strings.Contains(n.En, "2021") {
		t.Errorf("the note does not say when it was divided: %+v", n)
	}
}
