package region

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"anxin/region/internal/names"
	"anxin/region/internal/table"
)

// This file writes every county in the untidy ways that people have, with slips made at random but always the same, and holds what share is
// answered, asked about and, above all, silently wrong.

// pen writes untidily.
type pen struct {
	r       *Resolver
	rng     *rand.Rand
	sounds  map[uint16][]uint16 // characters by syllable
	old     map[uint16][]rune   // traditional forms of a character
	foreign []string            // short names of cities and counties
}

func newPen(r *Resolver) *pen {
	w := &pen{r: r, rng: rand.New(rand.NewPCG(11, 12)), sounds: map[uint16][]uint16{}, old: map[uint16][]rune{}}
	for c := uint16(0x4e00); c < 0x9fff; c++ {
		if s, ok := r.sounds[c]; ok {
			w.sounds[s[0]] = append(w.sounds[s[0]], c)
		}
		if f := r.fold[c]; f != c {
			w.old[f] = append(w.old[f], rune(c))
		}
	}
	for i := range r.places {
		if p := &r.places[i]; p.To == 0 && (p.Level == table.County || p.Level == table.Prefecture) {
			if s := short(p.Name, p.Level); len([]rune(s)) == 2 {
				w.foreign = append(w.foreign, s)
			}
		}
	}
	return w
}

// short is a name without its suffix.
func short(name string, level uint8) string {
	for _, f := range names.Of(name, level) {
		if f.Kind == table.FormShort {
			return f.Text
		}
	}
	return name
}

func (w *pen) pick(list ...string) string { return list[w.rng.IntN(len(list))] }

// slip replaces one of the first two characters by one that sounds or looks alike.
func (w *pen) slip(s string) string {
	n := []rune(s)
	at := w.rng.IntN(min(2, len(n)))
	if looks := w.r.looks[uint16(n[at])]; w.rng.IntN(2) == 0 && len(looks) > 0 {
		n[at] = rune(looks[w.rng.IntN(min(4, len(looks)))])
	} else if list := w.sounds[w.r.sounds[uint16(n[at])][0]]; len(list) > 0 {
		n[at] = rune(list[w.rng.IntN(len(list))])
	}
	return string(n)
}

// leaveOut drops one of the first two characters, twice writes one of them two times.
func (w *pen) leaveOut(s string) string {
	n := []rune(s)
	at := w.rng.IntN(min(2, len(n)-1))
	return string(n[:at]) + string(n[at+1:])
}

func (w *pen) twice(s string) string {
	n := []rune(s)
	at := w.rng.IntN(min(2, len(n)))
	return string(n[:at+1]) + string(n[at:])
}

func (w *pen) traditional(s string) string {
	out := []rune(s)
	for i, c := range out {
		if forms := w.old[uint16(c)]; len(forms) > 0 {
			out[i] = forms[w.rng.IntN(len(forms))]
		}
	}
	return string(out)
}

// way is one untidy way of writing province p, city c and county x. first is the share at least that is answered with the county or asks for it
// first; wrong the share at most of silently wrong answers; upper that of answers with the city or province alone.
type way struct {
	name                string
	first, wrong, upper float64
	write               func(w *pen, p, c, x string) string
}

var ways = []way{
	{"joined, reversed", 0.99, 0, 0.001, func(_ *pen, p, c, x string) string { return "建设路8号" + x + c + p }},
	{"commas, reversed, short", 0.99, 0, 0, func(_ *pen, p, c, x string) string {
		return "建设路8号，" + short(x, table.County) + "，" + short(c, table.Prefecture) + "，" + short(p, table.Province)
	}},
	{"short, own street", 0.98, 0.0005, 0.02, func(w *pen, _, c, x string) string {
		return short(c, table.Prefecture) + short(x, table.County) + w.pick("南大街", "北三路", "西一巷", "老街", "步行街", "古城", "汽车站", "人民医院", "工业园", "广场")
	}},
	{"city misspelt", 0.99, 0, 0, func(w *pen, p, c, x string) string { return p + w.slip(c) + x + "建设路8号" }},
	{"first name misspelt", 0.99, 0, 0, func(w *pen, p, c, x string) string { return w.slip(p+c) + x + "建设路8号" }},
	{"short county misspelt", 0.85, 0.0005, 0.13, func(w *pen, _, c, x string) string {
		return short(c, table.Prefecture) + w.slip(short(x, table.County)) + "，建设路8号"
	}},
	{"character left out", 0.88, 0.005, 0.02, func(w *pen, p, c, x string) string { return p + c + w.leaveOut(x) + "建设路8号" }},
	{"character written twice", 0.99, 0, 0.002, func(w *pen, p, c, x string) string { return p + c + w.twice(x) + "建设路8号" }},
	{"city with a character left out", 0.93, 0.004, 0, func(w *pen, p, c, x string) string { return p + w.leaveOut(c) + x + "建设路8号" }},
	{"marks between", 0.99, 0, 0, func(w *pen, p, c, x string) string {
		m := w.pick("/", "|", "\t", "_", ".", "·", ">", "→", "、", ";", "-")
		return p + m + c + m + x + m + "建设路8号"
	}},
	{"spaces between all", 0.99, 0, 0, func(_ *pen, p, c, x string) string {
		return strings.Join(strings.Split(p+c+x+"建设路8号", ""), " ")
	}},
	{"another suffix", 0.98, 0.002, 0.002, func(w *pen, _, c, x string) string {
		n := []rune(x)
		return c + string(n[:len(n)-1]) + w.pick("县", "市", "区") + "建设路8号"
	}},
	{"traditional", 1, 0, 0, func(w *pen, p, c, x string) string { return w.traditional(p + c + x + "建设路8号") }},
	{"person before", 1, 0, 0, func(w *pen, p, c, x string) string {
		return w.pick("王", "李", "张", "陈") + w.pick(w.foreign...) + w.pick(" ", "，", "19900001234", "先生 ") + p + c + x + "建设路8号"
	}},
	{"person behind", 1, 0, 0, func(w *pen, _, c, x string) string {
		return c + x + "建设路8号" + w.pick(" ", "，", " 19900001234 ") + w.pick("王", "李", "张", "陈") + w.pick(w.foreign...)
	}},
	{"talk", 0.99, 0, 0, func(w *pen, _, c, x string) string {
		return w.pick("我在", "我家住", "地址是", "师傅你好，我这边是", "麻烦到") + short(c, table.Prefecture) + short(x, table.County) + w.pick("这边", "，空调坏了", "热水器漏水")
	}},
	{"fields of a form", 0.99, 0, 0, func(_ *pen, p, c, x string) string {
		return "姓名：王伟 手机：19900001111 省份：" + p + " 城市：" + c + " 区县：" + x + " 详细地址：建设路8号"
	}},
	{"another province", 0.99, 0, 0, func(w *pen, _, c, x string) string {
		return w.pick("广东省", "山东省", "四川省", "湖南省", "江苏省") + c + x + "建设路8号"
	}},
	{"shop called after another city", 0.99, 0, 0.003, func(w *pen, _, c, x string) string {
		return short(c, table.Prefecture) + short(x, table.County) + "建设路" + w.pick(w.foreign...) + w.pick("宾馆", "烟酒", "修理部", "大厦", "花园", "五金店")
	}},
}

// TestSweepWays holds how the untidy ways are read.
func TestSweepWays(t *testing.T) {
	r := Default()
	w := newPen(r)
	for _, how := range ways {
		var n, first, one, wrong, upper int
		var examples []string
		for i := range r.places {
			p := &r.places[i]
			parts := strings.Split(r.paths[i], "/")
			if p.Level != table.County || p.To != 0 || len(parts) == 2 && !r.municipality(p.Parent) {
				continue
			}
			province, city := parts[0], parts[len(parts)-2]
			if province == city {
				province = ""
			}
			n++
			a := r.Resolve(how.write(w, province, city, parts[len(parts)-1]), Date{})
			switch {
			case a.Outcome == OutcomeOne && county(a.Best.Code) == r.codes[i]:
				first++
				one++
			case a.Outcome == OutcomeSet && county(a.Candidates[0].Code) == r.codes[i]:
				first++
			case a.Outcome == OutcomeOne && strings.HasPrefix(r.paths[i], a.Best.Path+"/"):
				upper++
			case a.Outcome == OutcomeOne:
				wrong++
				examples = append(examples, fmt.Sprintf("%s [%s] -> %s", a.Input, r.paths[i], a.Best.Path))
			}
		}
		t.Logf("%-32s first answer right %5.1f %% (%5.1f %% without a question), %3d the level above, %3d silently wrong of %d", how.name, percent(first, n), percent(one, n), upper, wrong, n)
		if float64(first) < how.first*float64(n) || float64(wrong) > how.wrong*float64(n) || float64(upper) > how.upper*float64(n) {
			t.Errorf("%s: %d of %d first, %d silently wrong, %d the level above\n%s", how.name, first, n, wrong, upper, strings.Join(examples, "\n"))
		}
	}
}

func percent(k, n int) float64 { return 100 * float64(k) / float64(n) }
