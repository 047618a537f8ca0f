package region

import "testing"

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
