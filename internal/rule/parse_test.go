package rule

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/expr-lang/expr/vm"
)

func TestTheDefaultPackLoads(t *testing.T) {
	p := parse(t, defaultText(t))
	if p.State != Published || len(p.Rules) < 10 {
		t.Errorf("state %s, %d rules", p.State, len(p.Rules))
	}
}

// The sentence of the design page, to the letter.
func TestTheSentenceOfTheDesignPage(t *testing.T) {
	const sentence = `仅退款 && 金额分 > 30000 && 近90天["仅退款次数"] >= 3 -> 队列("加长审查")`
	text := change(t, draft(t), `仅退款 && 金额分 > 30000 && 近90天["仅退款次数"] >= 3 -> 队列("加长审查"), 延长("商家答复", "人工审核")`, sentence)
	text = change(t, text, `{诉求: 仅退款, 金额分: 30001, 近90天: {仅退款次数: 3}}, expect: '队列("加长审查"), 延长("商家答复", "人工审核")'`,
		`{诉求: 仅退款, 金额分: 30001, 近90天: {仅退款次数: 3}}, expect: '队列("加长审查")'`)
	p := parse(t, text)
	f := lock()
	f.Amount, f.Last90.RefundOnly, f.Category = 30001, 3, "clothing"
	if got := outcome(t, p, f).Queue; got != LongQueue {
		t.Errorf("queue %s", got)
	}
}

// Every basis of every pack exists and is valid on the day from which the pack counts. Parse refuses others; this proves that it looks everywhere.
func TestEveryBasisIsLookedUp(t *testing.T) {
	text := draft(t)
	for _, where := range []string{
		"basis: [ecl-32, ecl-34, ecl-63, platform-rules-refund]\nauthor", "basis: [cpl-25]\n    words:\n      zh: 即使本次", "basis: [platform-rules-refund]}\n  - {code: negotiating",
		"basis: [cpl-24]\n    words:", "basis: [ecl-32, platform-rules-refund]\n  - id: fresh", "basis: [ecl-32]\n\nauto_accept", "basis: [platform-rules-refund, ecl-63]\n\nrules",
		"basis: [cpl-25]\n    rule:",
	} {
		broken := change(t, text, where, strings.Replace(where, "basis: [", "basis: [cpl-99, ", 1))
		_, err := Parse("pack.yaml", []byte(broken), book(t))
		if err == nil || !strings.Contains(err.Error(), `"cpl-99"`) {
			t.Errorf("an unknown basis passes at %q: %v", where, err)
		}
	}
	early := strings.NewReplacer("effective_from: 2026-02-01", "effective_from: 2026-01-15", "published_at: 2026-01-20", "published_at: 2026-01-01").Replace(text)
	if _, err := Parse("pack.yaml", []byte(early), book(t)); err == nil || !strings.Contains(err.Error(), "2026-02-01") {
		t.Errorf("a clause is a basis before it is in force: %v", err)
	}
}

// Mistakes that people make, each told with its line and in plain words.
func TestMistakesAreToldWithTheirPlace(t *testing.T) {
	base := draft(t)
	rule := `rule: 金额分 >= 200000 -> 延长("商家答复", "人工审核")`
	for name, c := range map[string]struct{ old, new, at, zh, en string }{
		"unknown fact":        {rule, `rule: 金额 >= 200000 -> 延长("商家答复")`, "rule: 金额 >=", "没有叫“金额”的事实，是不是“金额分”", `did you mean "金额分"`},
		"unknown member":      {rule, `rule: 近90天["仅退款数"] >= 2 -> 复核()`, `近90天["仅退款数"]`, "“近90天”里没有“仅退款数”，是不是“仅退款次数”", "has no"},
		"window alone":        {rule, `rule: 近90天 >= 2 -> 复核()`, "近90天 >= 2", "要写明哪一项", "needs a member"},
		"unknown category":    {rule, `rule: 品类 == "智能锁" -> 复核()`, "智能锁\"", "“品类”没有“智能锁”这一项", "has no value"},
		"category in list":    {rule, `rule: 品类 in ["食品", "生线"] -> 复核()`, "生线", "是不是“生鲜”", "did you mean"},
		"number with text":    {rule, `rule: 金额分 == "三百" -> 复核()`, "三百", "文字“三百”只能与", "can only be compared"},
		"types":               {rule, `rule: 仅退款 > 3 -> 复核()`, "仅退款 > 3", "不能这样比较（是或否与整数）", "cannot compare"},
		"not a condition":     {rule, `rule: 金额分 + 1 -> 复核()`, "金额分 + 1", "应得出“是”或“否”", "yes or no"},
		"arrow":               {rule, `rule: 金额分 >= 200000`, "rule: 金额分 >= 200000", "缺少“->”", `"->" is missing`},
		"no action":           {rule, `rule: 金额分 >= 200000 ->`, "rule: 金额分 >= 200000", "缺少动作", "no action"},
		"no condition":        {rule, `rule: -> 复核()`, "rule: -> 复核", "缺少条件", "no condition"},
		"unknown queue":       {rule, `rule: 金额分 >= 200000 -> 队列("加长审核")`, "加长审核", "没有队列“加长审核”，是不是“加长审查”", "no queue"},
		"unknown clock":       {rule, `rule: 金额分 >= 200000 -> 延长("商家回复")`, "商家回复", "没有时限“商家回复”，是不是“商家答复”", "no clock"},
		"unknown shot":        {rule, `rule: 金额分 >= 200000 -> 补充("商品全景")`, "商品全景", "没有取证项“商品全景”，是不是“商品全貌”", "no shot"},
		"unknown action":      {rule, `rule: 金额分 >= 200000 -> 延常("商家答复")`, "延常", "没有动作“延常”，是不是“延长”", "did you mean"},
		"too few names":       {rule, `rule: 金额分 >= 200000 -> 队列()`, "-> 队列()", "要写 1 到 1 项", "takes 1 to 1"},
		"broken sentence":     {rule, `rule: 金额分 >= && -> 复核()`, "金额分 >= &&", "这里读不懂", "cannot read this"},
		"action as fact":      {rule, `rule: 复核 -> 复核()`, "rule: 复核", "是动作", "is an action"},
		"unknown key":         {"over: 加长审查\n    basis: [ecl-32, platform-rules-refund]\n  - id: fresh", "ower: 加长审查\n    basis: [ecl-32, platform-rules-refund]\n  - id: fresh", "ower:", "没有叫“ower”的项，是不是“over”", "did you mean"},
		"missing key":         {"    title: {zh: 大额申请，双方多给时间, en: \"Large claim: more time for both sides\"}\n", "", "id: large\n", "缺少“title”", "is missing"},
		"no english":          {`{zh: 大额申请，双方多给时间, en: "Large claim: more time for both sides"}`, "{zh: 大额申请}", "id: large\n", "要有中文（zh）和英文（en）", "needs both"},
		"amount as words":     {"amount: 10000", "amount: 一百元", "amount: 一百元", "不是 0 以上的整数", "not a whole number"},
		"bad date":            {"effective_from: 2026-02-01", "effective_from: 2026-13-01", "effective_from", "不是日期", "not a date"},
		"bad state":           {"state: draft", "state: live", "state: live", "不认识", "not known"},
		"shorter long clock":  {"length: 48h, long: 96h", "length: 48h, long: 24h", "long: 24h", "时限只能延长", "only lengthened"},
		"days in plain time":  {"code: rebuttal, zh: 质证, en: Comment on new evidence, length: 24h", "code: rebuttal, zh: 质证, en: Comment on new evidence, length: 1d", "length: 1d, unit: calendar", "读不懂", "cannot read"},
		"unreachable row":     {"  - reasons: [七天无理由]\n", "  - reasons: [未收到货]\n", "  - reasons: [未收到货]\n    shots: [商品全貌]", "不会被用到", "never reached"},
		"last row not all":    {"  - shots: [商品全貌, 问题处近景, 文字说明]", "  - reasons: [其他理由]\n    shots: [商品全貌, 问题处近景, 文字说明]", "pack: refunds", "最后一行要适用于全部", "last row must fit"},
		"last burden":         {"    when: 其他\n", "    when: 耐用品\n", "id: general\n    when", "要总是成立", "must hold always"},
		"cap zero":            {"  cap: 5000", "  cap: 0", "cap: 0", "必须有上限", "always capped"},
		"not revocable":       {"revocable: true", "revocable: false", "cap: 5000", "随时可以撤回", "may withdraw"},
		"example is wrong":    {"{facts: {金额分: 200000}, expect: '延长(\"商家答复\", \"人工审核\")'}", "{facts: {金额分: 199999}, expect: '延长(\"商家答复\", \"人工审核\")'}", "199999}, expect: '延长", "预期 延长", "expected"},
		"example unknown":     {"{facts: {金额分: 200000}", "{facts: {金颔分: 200000}", "金颔分", "没有叫“金颔分”的事实，是不是“金额分”", "did you mean"},
		"example derived":     {"{facts: {金额分: 200000}", "{facts: {仅退款: 是, 金额分: 200000}", "{仅退款: 是", "由“诉求”推出", "follows from"},
		"only one example":    {"      - {facts: {金额分: 199999}, expect: 不适用}\n", "", "id: large\n", "至少要有一个适用的例子和一个不适用的", "at least one example"},
		"alias twice":         {"also: [computer, phone, tablet, camera]", "also: [computer, phone, lock]", "{code: digital", "代码“lock”写了两次", "stands twice"},
		"id twice":            {"id: very-large", "id: large", "id: large\n    title: {zh: 特大额", "重复", "twice"},
		"queue beyond limits": {"    over: 加长审查\n    basis: [ecl-32, platform-rules-refund]\n  - id: fresh", "    over: 快速通道\n    basis: [ecl-32, platform-rules-refund]\n  - id: fresh", "over: 快速通道", "不能走快速通道", "fast lane"},
	} {
		broken := change(t, base, c.old, c.new)
		_, err := Parse("我的规则.yaml", []byte(broken), book(t))
		var problems Problems
		if !errors.As(err, &problems) {
			t.Errorf("%s: passes, or another error: %v", name, err)
			continue
		}
		found := false
		for _, p := range problems {
			found = found || strings.Contains(p.ZH, c.zh) && strings.Contains(p.EN, c.en) && p.Line == lineOf(t, broken, c.at)
		}
		if !found || !strings.HasPrefix(problems[0].String(), "我的规则.yaml:") {
			t.Errorf("%s: want %q / %q at line %d, got\n%v", name, c.zh, c.en, lineOf(t, broken, c.at), err)
		}
	}
}

// The column points at the word, in rules on one line.
func TestTheColumnPointsAtTheWord(t *testing.T) {
	broken := change(t, draft(t), `rule: 金额分 >= 200000 -> 延长("商家答复", "人工审核")`, `rule: 仅退款 && 金颔分 >= 200000 -> 延长("商家答复", "人工审核")`)
	_, err := Parse("p.yaml", []byte(broken), book(t))
	want := fmt.Sprintf("p.yaml:%d:18: ", lineOf(t, broken, "金颔分")) // 4 blanks, "rule: ", "仅退款 && " and then the word
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("want %s, got %v", want, err)
	}
	block := change(t, draft(t), `rule: 金额分 >= 200000 -> 延长("商家答复", "人工审核")`, "rule: |\n      金额分 >= 200000\n      && 仅退宽\n      -> 延长(\"商家答复\", \"人工审核\")")
	_, err = Parse("p.yaml", []byte(block), book(t))
	if want := fmt.Sprintf("p.yaml:%d: ", lineOf(t, block, "仅退宽")); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("block: want %s, got %v", want, err)
	}
}

// Nothing that loops, calls, reaches out or grows gets into a condition.
func TestConditionsHoldNothingButFactsAndComparisons(t *testing.T) {
	base := draft(t)
	for _, condition := range []string{
		`all(1..1000000000, # > 0)`, `len([1,2,3]) > 2`, `品类 matches "(a+)+$"`, `repeat("啊", 1000000000) == ""`, `now() > 0`, `{"a": 1}["a"] == 1`, `金额分 > 1 ? true : false`,
		`let x = 1; x > 0`, `[1, 2] == [1, 2]`, `"a" + "b" == "ab"`, `近90天["仅退款" + "次数"] > 1`, `近90天?.仅退款次数 > 1`, `1..3 == 1..3`, `金额分 ** 99 > 1`, `金额分 % 0 == 1`,
		`filter([1], true) == []`, `$env["金额分"] > 1`, `get($env, "金额分") > 1`, `品类 contains "锁"`, `nil == nil`, `品类 == 理由`,
	} {
		broken := change(t, base, `rule: 金额分 >= 200000 -> 延长("商家答复", "人工审核")`, "rule: '"+condition+" -> 复核()'")
		if _, err := Parse("p.yaml", []byte(broken), book(t)); err == nil {
			t.Errorf("%s is a condition", condition)
		} else if at := fmt.Sprintf("p.yaml:%d", lineOf(t, broken, condition)); !strings.HasPrefix(err.Error(), at) {
			t.Errorf("%s: want %s, got %v", condition, at, err)
		}
	}
	long := "金额分 > 1" + strings.Repeat(" && 金额分 > 1", 60)
	broken := change(t, base, `rule: 金额分 >= 200000 -> 延长("商家答复", "人工审核")`, "rule: "+long+" -> 复核()")
	if _, err := Parse("p.yaml", []byte(broken), book(t)); err == nil || !strings.Contains(err.Error(), "拆成几条") {
		t.Errorf("a condition of 240 nodes: %v", err)
	}
	if _, err := Parse("p.yaml", make([]byte, maxPackBytes+1), book(t)); err == nil {
		t.Error("a pack of more than 1 MB is read")
	}
	if _, err := Parse("p.yaml", []byte("a: &x [1]\nb: *x\n"), book(t)); err == nil {
		t.Error("aliases are read")
	}
}

// Setting a fact is read back through the same fact and no other: a slip in the list would let one name read another's value.
func TestEveryFactIsItsOwn(t *testing.T) {
	for i := range vocabulary {
		f := &vocabulary[i]
		if f.means.ZH == "" || f.means.EN == "" {
			t.Errorf("%s is not explained in both languages", f.name)
		}
		if f.set == nil {
			continue
		}
		var v, empty view
		value := map[kind]any{number: 7, truth: true}[f.kind]
		if value == nil {
			value = "甲"
		}
		f.set(&v, value)
		var x, none values
		x.fill(&v)
		none.fill(&empty)
		for k := range vocabulary {
			if want := none.list[k]; k == i && x.list[k] != value || k != i && x.list[k] != want {
				t.Errorf("set %s, and %s is %v", f.name, vocabulary[k].name, x.list[k])
			}
		}
	}
	if len(Vocabulary()) != len(environment) {
		t.Error("two facts have one name")
	}
}

// Every field of the facts can be seen by some word: a new field that no rule can read is a mistake, or stands in the list here with its reason.
func TestEveryFieldOfTheFactsHasAWord(t *testing.T) {
	p := parse(t, defaultText(t))
	unseen := map[string]string{"OptIn": "belongs to auto_accept"}
	before := lock()
	for i := range reflect.TypeFor[Facts]().NumField() {
		name := reflect.TypeFor[Facts]().Field(i).Name
		f := before
		field := reflect.ValueOf(&f).Elem().Field(i)
		switch v := field.Interface().(type) {
		case string:
			field.SetString(map[string]string{"Remedy": Exchange, "Category": "food", "Reason": "missing_parts", "Tier": "new"}[name])
		case bool:
			field.SetBool(!v)
		case time.Time:
			field.Set(reflect.ValueOf(v.AddDate(0, 0, -300)))
		case Window:
			field.Set(reflect.ValueOf(Window{RefundOnly: 1}))
		case *OptIn:
		default:
			field.SetInt(field.Int() + 1)
		}
		var a, b view
		p.see(&before, &a)
		p.see(&f, &b)
		if (a == b) != (unseen[name] != "") {
			t.Errorf("%s: seen %v", name, a != b)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(draft(f))
	f.Add("pack: a\nversion: 1\n")
	f.Add("a: [\n")
	f.Add("rules:\n  - {id: x, rule: '金额分 > 1 -> 复核()'}\n")
	b := book(f)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse("f.yaml", []byte(text), b)
		if (p == nil) == (err == nil) {
			t.Fatal("neither a pack nor an error, or both")
		}
	})
}

func FuzzRule(f *testing.F) {
	f.Add(`仅退款 && 金额分 > 30000 && 近90天["仅退款次数"] >= 3 -> 队列("加长审查")`)
	f.Add(`品类 in ["食品"] || not 已签收 -> 补充("商品全貌"), 复核()`)
	f.Add(`((((((((((1 > 2)))))))))) -> `)
	p, err := Parse("pack.yaml", []byte(draft(f)), book(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := &compiler{notes: &notes{file: "f"}, p: p}
		when, then := c.sentence(located{text: text, at: place{1, 1}, columns: true}, "规则")
		if len(c.list) > 0 {
			return
		}
		if len(then) == 0 {
			t.Fatalf("%q compiles to no action", text)
		}
		var m vm.VM
		var x values
		x.fill(new(view))
		if _, err := when.holds(&m, &x); err != nil {
			t.Fatalf("%q compiles and cannot be evaluated: %v", text, err)
		}
	})
}
