package region

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"anxin/region/internal/names"
	"anxin/region/internal/table"
)

// TestSweepCounties writes the address of every present county in the usual ways and requires that none is
// silently wrong: the answer is the county, or a set that holds it.
func TestSweepCounties(t *testing.T) {
	r := Default()
	type form struct {
		name  string
		write func(province, city, county string) string
		least float64 // share that must be answered with the county itself
	}
	short := func(name string, level uint8) string {
		for _, f := range names.Of(name, level) {
			if f.Kind == table.FormShort {
				return f.Text
			}
		}
		return name
	}
	forms := []form{
		{"full", func(p, c, x string) string { return p + c + x + "人民路12号" }, 1},
		{"spaced", func(p, c, x string) string { return p + " " + c + " " + x + " 人民路12号" }, 1},
		{"no province", func(p, c, x string) string { return c + x + "人民路12号" }, 0.99},
		{"no city", func(p, c, x string) string { return p + x + "人民路12号" }, 0.98},
		{"short province", func(p, c, x string) string { return short(p, table.Province) + c + x + "人民路12号" }, 1},
		{"short city", func(p, c, x string) string {
			return short(p, table.Province) + short(c, table.Prefecture) + x + "人民路12号"
		}, 0.99},
		{"short county", func(p, c, x string) string {
			return short(p, table.Province) + short(c, table.Prefecture) + short(x, table.County) + "人民广场"
		}, 0.95},
		{"short all, road", func(p, c, x string) string {
			return short(c, table.Prefecture) + short(x, table.County) + "，建设路5号"
		}, 0.9},
		{"county only", func(p, c, x string) string { return x + "人民路12号" }, 0.9},
		{"noise", func(p, c, x string) string {
			return "王师傅 19900001234 " + p + c + x + "城关街道3栋 急急急😀 谢谢"
		}, 0.99},
		{"repeated", func(p, c, x string) string { return p + " " + c + " " + x + " " + p + c + x + "育才路" }, 1},
	}
	for _, f := range forms {
		var right, wrong, total int
		var examples []string
		for i := range r.places {
			p := &r.places[i]
			if p.Level != table.County || p.To != 0 {
				continue
			}
			parts := strings.Split(r.paths[i], "/")
			city := ""
			if len(parts) == 3 {
				city = parts[1]
			}
			if city == "" && f.name == "short all, road" {
				continue // a district of a municipality without its city
			}
			text := f.write(parts[0], city, parts[len(parts)-1])
			a := r.Resolve(text, Date{})
			total++
			switch {
			case a.Outcome == OutcomeOne && county(a.Best.Code) == r.codes[i]:
				right++
			case a.Outcome == OutcomeOne:
				wrong++
				examples = append(examples, fmt.Sprintf("%s: %s -> %s %s", f.name, text, a.Best.Code, a.Best.Path))
			default:
				found := false
				for _, c := range a.Candidates {
					found = found || county(c.Code) == r.codes[i]
				}
				if !found {
					examples = append(examples, fmt.Sprintf("%s: %s -> %v %d candidates without it", f.name, text, a.Outcome, len(a.Candidates)))
				}
			}
		}
		t.Logf("%-16s %4d right, %3d wrong, %3d asked of %d", f.name, right, wrong, total-right-wrong, total)
		if wrong > 0 || float64(right) < f.least*float64(total) {
			t.Errorf("%s: %d of %d right, %d silently wrong", f.name, right, total, wrong)
		}
		for k, e := range examples {
			if k < 14 {
				t.Log(e)
			}
		}
	}
}

// county is the county part of a code.
func county(c Code) Code {
	if len(c) == 9 {
		return c[:6]
	}
	return c
}

// TestSweepCities requires that the name of every province and prefecture by itself is answered with it.
func TestSweepCities(t *testing.T) {
	r := Default()
	for i := range r.places {
		p := &r.places[i]
		if p.To != 0 || p.Level > table.Prefecture {
			continue
		}
		texts := []string{p.Name, strings.ReplaceAll(r.paths[i], "/", ""), p.Name + "人民路1号"}
		for _, text := range texts {
			a := r.Resolve(text, Date{})
			if p.Level == table.Province && !r.municipality(int32(i)) && a.Outcome == OutcomeSet && a.Candidates[0].Code == r.codes[i] && text != p.Name {
				continue // a road of a whole province has to be asked about
			}
			if a.Outcome != OutcomeOne || a.Best.Code != r.codes[i] {
				t.Errorf("%s -> %v %s, want %s", text, a.Outcome, a.Best.Path, r.paths[i])
			}
		}
	}
}

// TestSweepHistory writes the address of every county that ended since 1990 as it was then, and requires the
// divisions it became: exactly the one, or a set of all.
func TestSweepHistory(t *testing.T) {
	r := Default()
	var right, asked, wrong, total int
	for i := range r.places {
		p := &r.places[i]
		if p.Level != table.County || p.To == 0 || p.To < 19900000 {
			continue
		}
		total++
		text := strings.ReplaceAll(r.paths[i], "/", "")
		a := r.Resolve(text, Date{})
		want := map[Code]bool{}
		for _, n := range r.now[i] {
			want[r.codes[n]] = true
		}
		switch a.Outcome {
		case OutcomeOne:
			// The same words may by now name another division in force (沙县 is old, 通州市 is 通州区); what they name
			// now is as good an answer as what they named then.
			if want[a.Best.Code] && len(want) == 1 || a.Best.Kind == KindDivision {
				right++
			} else {
				wrong++
				t.Logf("%s (%d-%d) -> %s %s, want %v", text, p.From/10000, p.To/10000, a.Best.Code, a.Best.Path, want)
			}
		case OutcomeSet:
			found := 0
			for _, c := range a.Candidates {
				if want[c.Code] {
					found++
				}
			}
			if found == len(want) {
				asked++
				break
			}
			wrong++
			t.Logf("%s (%d-%d) -> set of %d, want %v", text, p.From/10000, p.To/10000, len(a.Candidates), want)
		default:
			wrong++
			t.Logf("%s (%d-%d) -> none, want %v", text, p.From/10000, p.To/10000, want)
		}
	}
	t.Logf("%d former counties: %d answered, %d asked, %d otherwise", total, right, asked, wrong)
	if float64(wrong) > 0.01*float64(total) {
		t.Errorf("%d of %d former counties not found", wrong, total)
	}
}

// TestSweepAsOf asks the address of every former county in the middle of its time and requires the county itself.
func TestSweepAsOf(t *testing.T) {
	r := Default()
	right, asked, wrong := 0, 0, 0
	for i := range r.places {
		p := &r.places[i]
		if p.Level != table.County || p.To == 0 || p.To < 19900000 {
			continue
		}
		day := Date{int(p.From+p.To) / 20000, 6, 30}
		a := r.Resolve(strings.ReplaceAll(r.paths[i], "/", ""), day)
		switch {
		case a.Outcome == OutcomeOne && a.Best.Code == r.codes[i] && a.Best.Path == r.paths[i]:
			right++
		case a.Outcome == OutcomeOne:
			wrong++
			t.Logf("%s as of %s -> %s %s", r.paths[i], day, a.Best.Code, a.Best.Path)
		default:
			asked++
			t.Logf("%s as of %s -> %v %v", r.paths[i], day, a.Outcome, a.Reasons)
		}
	}
	t.Logf("%d right, %d asked, %d wrong", right, asked, wrong)
	if wrong*100 > right || asked*50 > right {
		t.Errorf("%d right, %d asked, %d wrong", right, asked, wrong)
	}
}

// TestSweepTowns writes the address of every town with its county and requires town and county.
func TestSweepTowns(t *testing.T) {
	r := Default()
	var missed, wrong, total int
	for i := range r.places {
		p := &r.places[i]
		if p.Level != table.Town || p.To != 0 || p.Flags&table.FlagZone != 0 {
			continue
		}
		total++
		text := strings.ReplaceAll(r.joinPath(int32(i)), "/", "")
		a := r.Resolve(text+"6号", Date{})
		unit := r.codes[p.Parent]
		if r.townsAreUnits(p.Parent) {
			unit = r.codes[i]
		}
		if a.Outcome != OutcomeOne || a.Best.Code != unit {
			wrong++
			if wrong < 20 {
				t.Logf("%s -> %v %s", text, a.Outcome, a.Best.Path)
			}
			continue
		}
		if a.Best.Town.Code != r.codes[i] {
			missed++
			if missed < 20 {
				t.Logf("%s -> %s", text, a.Best.Town.Path)
			}
		}
	}
	t.Logf("%d towns: %d without the town, %d wrong", total, missed, wrong)
	if wrong > 0 || float64(missed) > 0.01*float64(total) {
		t.Errorf("%d towns: %d without the town, %d wrong", total, missed, wrong)
	}
}

// TestEveryCodeLeadsSomewhere checks that each code of the history leads to a division in force.
func TestEveryCodeLeadsSomewhere(t *testing.T) {
	r := Default()
	lost := 0
	for i := range r.places {
		p := &r.places[i]
		if p.To == 0 || p.Level > table.County {
			continue
		}
		if len(r.now[i]) == 0 {
			lost++
			t.Logf("%d %s %d-%d leads nowhere", p.Code, r.paths[i], p.From/10000, p.To/10000)
		}
		last := max(int(p.From/10000), int(p.To/10000)-1)
		arrived := false
		for _, s := range r.Successors(r.codes[i], last) {
			arrived = arrived || s.To.Current()
		}
		if d, ok := r.Lookup(r.codes[i], Date{last, 6, 30}); !arrived || !ok || d.Path != r.paths[i] {
			lost++
			t.Logf("%d %s %d-%d: looked up as %q %v, successors arrive: %v", p.Code, r.paths[i], p.From/10000, p.To/10000, d.Path, ok, arrived)
		}
	}
	if lost > 0 {
		t.Errorf("%d codes lead nowhere", lost)
	}
}

// TestSweepDistractors puts names of other places into the detail of an address, as roads, shops and landmarks have
// them, and requires that none changes the county.
func TestSweepDistractors(t *testing.T) {
	r := Default()
	rng := rand.New(rand.NewPCG(1, 2))
	var names3 []string
	for i := range r.places {
		if p := &r.places[i]; p.To == 0 && (p.Level == table.County || p.Level == table.Prefecture) {
			for _, f := range names.Of(p.Name, p.Level) {
				if f.Kind == table.FormShort {
					names3 = append(names3, f.Text)
				}
			}
		}
	}
	patterns := []string{"%s路12号", "%s东路8号", "建设路%s小吃店", "人民路5号%s大厦", "解放路%s银行3楼", "文化街%s商会", "育才路12号（%s人家）", "新华路 %s牛肉面旁"}
	wrong, asked, total := 0, 0, 0
	for i := range r.places {
		p := &r.places[i]
		if p.Level != table.County || p.To != 0 {
			continue
		}
		text := strings.ReplaceAll(r.paths[i], "/", "") + fmt.Sprintf(patterns[rng.IntN(len(patterns))], names3[rng.IntN(len(names3))])
		a := r.Resolve(text, Date{})
		total++
		if a.Outcome == OutcomeOne && county(a.Best.Code) != r.codes[i] {
			wrong++
			t.Logf("%s -> %s", text, a.Best.Path)
		} else if a.Outcome != OutcomeOne {
			asked++
			t.Logf("%s -> %v %v", text, a.Outcome, a.Reasons)
		}
	}
	t.Logf("%d addresses with other names in the detail: %d wrong, %d asked", total, wrong, asked)
	if wrong > 0 || asked > total/200 {
		t.Errorf("%d of %d wrong, %d asked", wrong, total, asked)
	}
}

// TestSweepSlips misspells one character of every county by one that sounds or looks alike and requires that no
// other county is answered.
func TestSweepSlips(t *testing.T) {
	r := Default()
	rng := rand.New(rand.NewPCG(3, 4))
	bySound := map[uint16][]uint16{}
	for c, s := range r.sounds {
		if c >= 0x4e00 && c <= 0x9fff {
			bySound[s[0]] = append(bySound[s[0]], c)
		}
	}
	right, asked, wrong, total := 0, 0, 0, 0
	for i := range r.places {
		p := &r.places[i]
		if p.Level != table.County || p.To != 0 || r.places[p.Parent].Level != table.Prefecture {
			continue
		}
		name := []rune(p.Name)
		if len(name) < 3 {
			continue
		}
		at := rng.IntN(2)
		var swap uint16
		if looks := r.looks[uint16(name[at])]; rng.IntN(2) == 0 && len(looks) > 0 {
			swap = looks[rng.IntN(min(3, len(looks)))]
		} else if list := bySound[r.sounds[uint16(name[at])][0]]; len(list) > 0 {
			swap = list[rng.IntN(len(list))]
		}
		if swap == 0 || rune(swap) == name[at] {
			continue
		}
		name[at] = rune(swap)
		total++
		text := strings.ReplaceAll(r.paths[p.Parent], "/", "") + string(name) + "建设路8号"
		a := r.Resolve(text, Date{})
		switch {
		case a.Outcome == OutcomeOne && a.Best.Code == r.codes[i]:
			right++
		case a.Outcome == OutcomeOne:
			wrong++
			t.Logf("%s (%s) -> %s %v", text, p.Name, a.Best.Path, a.Reasons)
		default:
			asked++
		}
	}
	t.Logf("%d misspelt counties: %d corrected, %d asked, %d wrong", total, right, asked, wrong)
	if float64(wrong) > 0.005*float64(total) {
		t.Errorf("%d of %d misspelt counties answered with another place", wrong, total)
	}
}

// TestSweepContradictions writes a city before a county of another one, and before a county that does not exist, and
// requires a question every time.
func TestSweepContradictions(t *testing.T) {
	r := Default()
	rng := rand.New(rand.NewPCG(5, 6))
	var cities, counties []int32
	for i := range r.places {
		switch p := &r.places[i]; {
		case p.To != 0:
		case p.Level == table.Prefecture && r.hasCounties(int32(i)):
			cities = append(cities, int32(i))
		case p.Level == table.County && len([]rune(p.Name)) > 2:
			counties = append(counties, int32(i))
		}
	}
	wrong, total := 0, 0
	ask := func(text string) {
		total++
		if a := r.Resolve(text, Date{}); a.Outcome == OutcomeOne {
			wrong++
			t.Logf("%s -> %s %v", text, a.Best.Path, a.Reasons)
		}
	}
	for _, city := range cities {
		path := strings.ReplaceAll(r.paths[city], "/", "")
		for range 6 {
			county := counties[rng.IntN(len(counties))]
			if r.below(county, city) || r.provinceOf(county) == r.provinceOf(city) {
				continue // a former county of the city may be meant
			}
			ask(path + r.places[county].Name + "人民路3号")
		}
		ask(path + "丫巳区建设路8号")
		ask(path + "丫巳镇二组")
	}
	t.Logf("%d contradictions, %d not noticed", total, wrong)
	if wrong*200 > total {
		t.Errorf("%d of %d contradictions not noticed", wrong, total)
	}
}
