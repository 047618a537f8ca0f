package rule

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// G3: nothing adverse to a person comes out of a rule. The list of verbs is closed and every effect is one that routes, lengthens, asks or chooses words.
func TestG3NoVerbIsAdverse(t *testing.T) {
	allowed := []Effect{Route, Lengthen, Ask, ChooseLetter}
	names := []string{}
	for _, v := range verbs {
		names = append(names, v.name)
		if !slices.Contains(allowed, v.effect) {
			t.Errorf("%s has the effect %q", v.name, v.effect)
		}
	}
	if want := []string{"队列", "延长", "复核", "补充", "函件"}; !slices.Equal(names, want) {
		t.Errorf("verbs are %v, reviewed were %v: whoever adds one shows here that it takes nothing away from anybody", names, want)
	}
}

// G3, the other side: an outcome has no place in which a refusal could stand.
func TestG3AnOutcomeCannotDecide(t *testing.T) {
	reviewed := []string{"Queue", "SecondReview", "Lengthened", "Asks", "Live", "DestroyProof", "Burden", "Limit", "FastLane", "AutoAccept", "Letters", "Clocks", "Unknown", "Errors"}
	var fields []string
	for i := range reflect.TypeFor[Outcome]().NumField() {
		fields = append(fields, reflect.TypeFor[Outcome]().Field(i).Name)
	}
	if !slices.Equal(fields, reviewed) {
		t.Errorf("fields of Outcome are %v, reviewed were %v", fields, reviewed)
	}
}

// Whoever tries to write a refusal is told why there is none.
func TestG3RefusalsAreNotAWord(t *testing.T) {
	for _, verb := range []string{"驳回", "拒绝退款", "拒付", "拉黑", "封号", "处罚", "罚款", "扣分", "认定伪造", "不予退款", "关闭", "限制申请", "冻结", "降级", "标记", "败诉"} {
		broken := change(t, draft(t), `rule: 金额分 >= 200000 -> 延长("商家答复", "人工审核")`, `rule: 金额分 >= 200000 -> `+verb+`("买家")`)
		_, err := Parse("p.yaml", []byte(broken), book(t))
		if err == nil || !strings.Contains(err.Error(), "决定由人作出") || !strings.Contains(err.Error(), "people decide") {
			t.Errorf("%s: %v", verb, err)
		}
	}
	broken := change(t, draft(t), `rule: 金额分 >= 200000 -> 延长("商家答复", "人工审核")`, `rule: 金额分 >= 200000 -> 举证("买家")`)
	if _, err := Parse("p.yaml", []byte(broken), book(t)); err == nil || !strings.Contains(err.Error(), "burden") {
		t.Errorf("举证: %v", err)
	}
}

// Findings and history may cost time and eyes, never more: whatever the checks and the history say, burden, limits of clocks and remedies stay.
func TestG3HistoryAndFindingsOnlyRouteLengthenAndAsk(t *testing.T) {
	p := parse(t, defaultText(t))
	clean := lock()
	loud := clean
	loud.Groups, loud.ChecksDone, loud.Last30, loud.Last90, loud.Last365 = 9, false, Window{99, 9e6, 99, 9e6, 99}, Window{99, 9e6, 99, 9e6, 99}, Window{99, 9e6, 99, 9e6, 99}
	a, b := outcome(t, p, clean), outcome(t, p, loud)
	may := []string{"queue", "second_review", "lengthened", "asks", "over_limit", "fast_lane", "auto_accept", "clock.merchant_answer", "clock.in_review"}
	changes := Changes(&a, &b)
	if len(changes) < 4 {
		t.Fatalf("the loud claim is hardly treated differently: %v", changes)
	}
	for _, c := range changes {
		if !slices.Contains(may, c.Field) {
			t.Errorf("%s: %s → %s", c.Field, c.From, c.To)
		}
	}
}

// G5: the burden depends on goods and time. A condition that looks at a person or at a check is refused.
func TestG5TheBurdenDependsOnGoodsAndTimeOnly(t *testing.T) {
	for _, condition := range []string{`近90天["仅退款次数"] > 3`, `独立提示组数 > 0`, `无争议订单数 < 2`, `商家等级 == "放心商家"`, `声明AI`, `商家有争议`, `材料数 == 0`, `理由 == "破损" && not 检查完成`} {
		broken := change(t, draft(t), `    when: 理由 == "未收到货"`, "    when: '"+condition+"'")
		if _, err := Parse("p.yaml", []byte(broken), book(t)); err == nil || !strings.Contains(err.Error(), "（G5）") {
			t.Errorf("%s: %v", condition, err)
		}
	}
}

// G7: buyers who cannot take pictures are not asked for them by rules, and get more time.
func TestG7WhoeverCannotTakePicturesIsGivenTime(t *testing.T) {
	p := parse(t, defaultText(t))
	f := lock()
	f.Media, f.CannotShoot, f.Groups = 0, true, 1
	o := outcome(t, p, f)
	if slices.Contains(o.Asks, "live_turn") || !slices.Contains(o.Lengthened, "in_review") {
		t.Errorf("%+v", o)
	}
}
