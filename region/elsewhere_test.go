package region

import (
	"strings"
	"testing"

	"anxin/region/internal/table"
)

// TestTownElsewhere: a town written behind a county that never had it is asked about; a town that the county may well have had is not.
func TestTownElsewhere(t *testing.T) {
	r := Default()
	for _, c := range []struct {
		text    string
		outcome Outcome
		first   Code // of the answer or the first candidate
	}{
		{"湖北江陵县荆州镇", OutcomeSet, "421003"},     // unknown town, called as a district of the same city
		{"榆中县水川镇", OutcomeSet, "620402"},       // the only 水川镇 lies in another city of the province
		{"兰州市榆中县水川镇", OutcomeSet, "620123"},    // the same, but the city speaks for the county
		{"云南省丽江市永胜县水川镇", OutcomeOne, "530722"}, // three levels agree: a namesake far away says nothing
		{"山东陵县陵城镇", OutcomeOne, "371403"},      // a seat is often called as its county
		{"甘肃省榆中县城关街道", OutcomeOne, "620123"},   // common names say nothing
		{"同安县马巷镇", OutcomeOne, "350213"},       // the town left after the name had ended
		{"蓟县穿芳峪", OutcomeOne, "120119"},
		{"石桥镇街上", OutcomeSet, ""},
		{"七宝镇新镇路 上海", OutcomeOne, "310112"},
		{"企石镇 振华路 广东省东莞市", OutcomeOne, "441900105"},
		{"水川镇江西路", OutcomeOne, "620402"},
		{"余杭区东湖街道", OutcomeSet, "330113"}, // land that the county lost, a common name
		{"余杭区崇贤", OutcomeSet, "330113"},
		{"广州增城市永和镇", OutcomeSet, "440112"},
		{"樟木头 东莞", OutcomeOne, "441900112"},
		{"石景山的，金顶街那块儿，北京", OutcomeSet, "110107"},
		{"东湖", OutcomeSet, ""}, // a district and the name of many towns
		{"兴安人民路", OutcomeSet, ""},
		{"北屯187团", OutcomeOne, "659005"},
		{"阿拉尔九团", OutcomeOne, "659002"},
		{"昆明市五华县", OutcomeSet, "530102"}, // 五华县 is a county elsewhere
		{"北京方庄桥附近丰台", OutcomeSet, "110106"},
		{"安国药都大街 河北那个安国", OutcomeSet, "130683"},
		{"福泉道坪镇 贵州黔南", OutcomeOne, "522702"},
		{"石河子石河子大学", OutcomeOne, "659001"}, // not 石河子镇
		{"儋州白马井滨海新区", OutcomeSet, "460400112"},
	} {
		a := r.Resolve(c.text, Date{})
		checkAnswer(t, &a)
		got := a.Best.Code
		if a.Outcome == OutcomeSet {
			got = a.Candidates[0].Code
		}
		if a.Outcome != c.outcome || c.first != "" && got != c.first {
			t.Errorf("%s: %v %s, want %v %s", c.text, a.Outcome, got, c.outcome, c.first)
		}
	}
}

// TestSweepTownElsewhere writes towns that only one county of the country has behind a county of another city of their province. Hardly one
// may be taken for a town of that county: the lists know a few that were there once.
func TestSweepTownElsewhere(t *testing.T) {
	r := Default()
	homes := map[string]int{}
	for i := range r.places {
		if p := &r.places[i]; p.Level == table.Town {
			homes[p.Name]++
		}
	}
	var counties []int32
	for i := range r.places {
		if p := &r.places[i]; p.Level == table.County && p.To == 0 && r.places[p.Parent].Level == table.Prefecture {
			counties = append(counties, int32(i))
		}
	}
	total, silent, at := 0, 0, 0
	for i := range r.places {
		p := &r.places[i]
		if p.Level != table.Town || p.To != 0 || homes[p.Name] > 1 || p.Flags&table.FlagZone != 0 || r.places[p.Parent].Level != table.County || !strings.HasSuffix(p.Name, "镇") && !strings.HasSuffix(p.Name, "乡") {
			continue
		}
		for range counties { // the next county of another city in the same province
			at = (at + 7) % len(counties)
			if c := counties[at]; r.provinceOf(c) == r.provinceOf(p.Parent) && !r.related(c, p.Parent) && r.places[c].Parent != r.places[p.Parent].Parent {
				break
			}
		}
		c := counties[at]
		if r.provinceOf(c) != r.provinceOf(p.Parent) || r.related(c, p.Parent) || r.places[c].Parent == r.places[p.Parent].Parent {
			continue // a province with a single city
		}
		total++
		if a := r.Resolve(r.places[r.places[c].Parent].Name+r.places[c].Name+p.Name, Date{}); a.Outcome == OutcomeOne {
			silent++
		}
	}
	t.Logf("%d towns behind a county of another city: %d silently taken", total, silent)
	if total < 10000 || float64(silent) > 0.01*float64(total) {
		t.Errorf("%d of %d silently taken", silent, total)
	}
}
