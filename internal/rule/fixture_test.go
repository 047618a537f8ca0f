package rule

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"anxin/internal/law"
)

func book(t testing.TB) *law.Book {
	t.Helper()
	b, err := law.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func defaultText(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("packs/refunds-1.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// draft is the default pack as a draft, so that its content may be changed.
func draft(t testing.TB) string {
	t.Helper()
	return change(t, setKey(setKey(defaultText(t), "hash", ""), "approver", ""), "state: published", "state: draft")
}

// change replaces exactly one place.
func change(t testing.TB, text, old, new string) string {
	t.Helper()
	if strings.Count(text, old) != 1 {
		t.Fatalf("%q stands %d times", old, strings.Count(text, old))
	}
	return strings.Replace(text, old, new, 1)
}

func parse(t testing.TB, text string) *Pack {
	t.Helper()
	p, err := Parse("pack.yaml", []byte(text), book(t))
	if err != nil {
		t.Fatalf("\n%v", err)
	}
	return p
}

// lineOf gives the 1-based line on which something stands.
func lineOf(t testing.TB, text, what string) int {
	t.Helper()
	i := strings.Index(text, what)
	if i < 0 {
		t.Fatalf("%q is not in the text", what)
	}
	return 1 + strings.Count(text[:i], "\n")
}

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// lock is an ordinary claim: a smart lock that failed three weeks after it came.
func lock() Facts {
	return Facts{
		Remedy: RefundOnly, Amount: 20000, OrderAmount: 129900, Category: "smart_lock", Reason: "quality", Tier: "standard",
		Ordered: noon.AddDate(0, 0, -25), Received: noon.AddDate(0, 0, -21), Filed: noon, Media: 3, ChecksDone: true,
	}
}

func outcome(t testing.TB, p *Pack, f Facts) Outcome {
	t.Helper()
	o, _, err := p.Evaluate(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// manyRules is the default pack with n rules, each with two examples, all of the kinds people write.
func manyRules(t testing.TB, n int) string {
	t.Helper()
	text := draft(t)
	text = text[:strings.Index(text, "\nrules:\n")+len("\nrules:\n")]
	var b strings.Builder
	b.WriteString(text)
	for i := range n {
		bound := 1000 * (i + 1)
		condition, yes, no := "", "", ""
		switch i % 4 {
		case 0:
			condition = fmt.Sprintf(`仅退款 && 金额分 > %d && 近90天["仅退款次数"] >= %d`, bound, i%7)
			yes, no = fmt.Sprintf("{金额分: %d, 近90天: {仅退款次数: 9}}", bound+1), "{金额分: 0}"
		case 1:
			condition = fmt.Sprintf(`品类 in ["智能门锁", "大家电"] && 理由 == "破损" && 签收天数 <= %d`, i)
			yes, no = "{品类: 大家电, 理由: 破损}", "{品类: 食品}"
		case 2:
			condition = fmt.Sprintf(`商家等级 == "放心商家" && (近365天["售后次数"] > %d || 近30天["仅退款金额分"] + 金额分 > %d)`, i, bound)
			yes, no = fmt.Sprintf("{商家等级: 放心商家, 近365天: {售后次数: %d}}", i+1), "{商家等级: 普通商家}"
		case 3:
			condition = fmt.Sprintf(`独立提示组数 >= 1 && not 无法拍摄 && 材料数 < %d && 理由 not in ["未收到货", "七天无理由"]`, i)
			yes, no = "{独立提示组数: 1, 理由: 破损}", "{独立提示组数: 0}"
		}
		action := []string{`队列("加长审查"), 延长("商家答复")`, `补充("环绕一周的现场视频")`, `复核()`, `函件("仍可退货")`}[i%4]
		fmt.Fprintf(&b, "  - id: r%d\n    title: {zh: 规则, en: Rule}\n    basis: [ecl-32]\n    rule: %s -> %s\n    examples:\n      - {facts: %s, expect: '%s'}\n      - {facts: %s, expect: 不适用}\n",
			i, condition, action, yes, action, no)
	}
	return b.String()
}
