package rule

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/law"
)

// version makes a published pack of another version with changes.
func version(t testing.TB, n int, effective string, changes ...string) string {
	t.Helper()
	text := change(t, draft(t), "version: 1", fmt.Sprintf("version: %d", n))
	text = change(t, text, "effective_from: 2026-02-01", "effective_from: "+effective)
	for i := 0; i < len(changes); i += 2 {
		text = change(t, text, changes[i], changes[i+1])
	}
	out := []byte(text)
	for _, step := range []State{Consult, Approved, Published} {
		var err error
		day := law.On(law.Date(effective).Time().AddDate(0, 0, -8))
		if out, err = Advance("v.yaml", out, step, "second-person", day, book(t)); err != nil {
			t.Fatalf("%s: %v", step, err)
		}
	}
	return string(out)
}

func library(t testing.TB, files ...string) *Library {
	t.Helper()
	folder := fstest.MapFS{}
	for i, text := range files {
		folder[fmt.Sprintf("p%d.yaml", i)] = &fstest.MapFile{Data: []byte(text)}
	}
	l, problems, err := Open(folder, book(t))
	if err != nil || len(problems) > 0 {
		t.Fatalf("%v\n%v", err, problems)
	}
	return l
}

func TestALibraryKnowsWhichPackCounts(t *testing.T) {
	l := library(t, version(t, 2, "2026-12-01", "amount: 30000\n", "amount: 31000\n"), change(t, draft(t), "version: 1", "version: 3"))
	for day, want := range map[law.Date]int{"2026-01-31": 0, "2026-02-01": 1, "2026-11-30": 1, "2026-12-01": 2, "2030-01-01": 2} {
		p, ok := l.InForce("refunds", day.Time())
		if ok != (want > 0) || ok && p.Version != want {
			t.Errorf("%s: %v %v, want %d", day, p, ok, want)
		}
	}
	if _, ok := l.InForce("other", noon); ok {
		t.Error("a series that does not exist is in force")
	}
	if n := len(l.Packs()); n != 3 {
		t.Errorf("%d packs", n)
	}
	p, _ := l.InForce("refunds", noon)
	if again, err := l.Pack(p.Ref()); err != nil || again != p {
		t.Errorf("%v %v", again, err)
	}
	other := p.Ref()
	other.Hash = "sha256:00"
	if _, err := l.Pack(other); err == nil || !strings.Contains(err.Error(), "锁定") {
		t.Errorf("another text is given for a pinned one: %v", err)
	}
	other.Version = 77
	if _, err := l.Pack(other); err == nil {
		t.Error("a missing version is found")
	}
}

func TestARetiredPackCountsUntilItsDay(t *testing.T) {
	text, err := Advance("v.yaml", []byte(version(t, 2, "2026-12-01")), Retired, "second-person", "2026-12-20", book(t))
	if err != nil {
		t.Fatal(err)
	}
	l := library(t, string(text))
	for day, want := range map[law.Date]int{"2026-12-19": 2, "2026-12-20": 1} {
		if p, ok := l.InForce("refunds", day.Time()); !ok || p.Version != want {
			t.Errorf("%s: %v, want %d", day, p, want)
		}
	}
}

// A bad file is told and left out; the others count.
func TestABadFileIsLeftOut(t *testing.T) {
	folder := fstest.MapFS{
		"bad.yaml":   {Data: []byte("pack: [")},
		"other.yaml": {Data: []byte(change(t, draft(t), "amount: 30000\n", "amount: 1\n"))}, // version 1 again with another content
		"big.yaml":   {Data: make([]byte, maxPackBytes+1)},
		"notes.txt":  {Data: []byte("不是规则")},
	}
	l, problems, err := Open(folder, book(t))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(l.Packs()); n != 1 {
		t.Errorf("%d packs", n)
	}
	files := map[string]bool{}
	for _, p := range problems {
		files[p.File] = true
	}
	for _, want := range []string{"bad.yaml", "other.yaml", "big.yaml"} {
		if !files[want] {
			t.Errorf("%s is not told: %v", want, problems)
		}
	}
	if l, problems, err := Open(nil, book(t)); err != nil || len(problems) > 0 || len(l.Packs()) != 1 {
		t.Errorf("without a folder: %v %v", problems, err)
	}
}

func TestWhichVersionCounts(t *testing.T) {
	better := []string{"理由 in [\"功能故障\", \"质量问题\", \"破损\", \"与描述不符\"]\n    from", "理由 in [\"功能故障\", \"质量问题\", \"破损\", \"与描述不符\", \"其他理由\"]\n    from"}
	worse := []string{"amount: 50000\n", "amount: 100\n"}
	hurry := []string{"code: merchant_answer, zh: 商家答复, en: Merchant's answer, length: 48h", "code: merchant_answer, zh: 商家答复, en: Merchant's answer, length: 24h"}
	for name, c := range map[string]struct {
		second  string
		ordered law.Date
		want    int
		why     string
	}{
		"one version":                {version(t, 2, "2026-11-01", worse...), "2026-11-02", 2, "同一版本"},
		"none at the order":          {version(t, 2, "2026-11-01", worse...), "2026-01-02", 2, "还没有"},
		"worse later":                {version(t, 2, "2026-11-01", worse...), "2026-10-20", 1, "下单时的版本"},
		"better later":               {version(t, 2, "2026-11-01", better...), "2026-10-20", 2, "更有利"},
		"better and worse":           {version(t, 2, "2026-11-01", append(slices.Clone(better), worse...)...), "2026-10-20", 1, "下单时的版本"},
		"better, merchant hurried":   {version(t, 2, "2026-11-01", append(slices.Clone(better), hurry...)...), "2026-10-20", 1, "下单时的版本"},
		"the same for this claim":    {version(t, 2, "2026-11-01", "amount: 10000\n", "amount: 9000\n"), "2026-10-20", 1, "下单时的版本"},
		"a change of law, worse":     {version(t, 2, "2026-11-01", append([]string{"state: draft", "state: draft\ntags: [法定]"}, worse...)...), "2026-10-20", 2, "法律的变化"},
		"a change in haste, not law": {version(t, 2, "2026-11-01", append([]string{"state: draft", "state: draft\ntags: [紧急]"}, worse...)...), "2026-10-20", 1, "下单时的版本"},
	} {
		l := library(t, c.second)
		f := lock()
		f.Reason, f.Ordered, f.Received = "other", c.ordered.Time(), law.Date("2026-11-10").Time()
		pin, err := l.Pin(context.Background(), "refunds", f)
		if err != nil {
			t.Fatal(err)
		}
		if pin.Applies.Version != c.want || !strings.Contains(pin.Why.ZH, c.why) || pin.Why.EN == "" || pin.Filed.Version != 2 {
			t.Errorf("%s: %+v", name, pin)
		}
		if p, err := l.Pack(pin.Applies); err != nil || p.Version != c.want {
			t.Errorf("%s: the pinned pack is not found: %v", name, err)
		}
	}
	unknown := lock()
	unknown.Ordered = time.Time{}
	if pin, err := library(t).Pin(context.Background(), "refunds", unknown); err != nil || !strings.Contains(pin.Why.ZH, "没有记录") || pin.Applies.Version != 1 || pin.Ordered != (Ref{}) {
		t.Errorf("an order without a day: %+v %v", pin, err)
	}
	if o := outcome(t, parse(t, defaultText(t)), unknown); o.Burden.Rule != "durable-six-months" {
		t.Errorf("an order without a day: %+v", o.Burden)
	}
	f := lock()
	f.Ordered, f.Received, f.Filed = law.Date("2026-01-01").Time(), law.Date("2026-01-02").Time(), law.Date("2026-01-30").Time()
	if _, err := library(t).Pin(context.Background(), "refunds", f); err == nil {
		t.Error("a claim is pinned to a pack that is not in force")
	}
}

// What is learned after filing cannot move a claim to another version.
func TestAPinDoesNotMove(t *testing.T) {
	// The later version asks for less only of buyers whom a check flagged or who have a history: nothing that a pin looks at.
	l := library(t, version(t, 2, "2026-11-01", "独立提示组数 >= 1 && not 无法拍摄 && 已签收 ->", "独立提示组数 >= 99 && not 无法拍摄 && 已签收 ->",
		"- {facts: {独立提示组数: 1}, expect: '补充(\"环绕一周的现场视频\")'}", "- {facts: {独立提示组数: 99}, expect: '补充(\"环绕一周的现场视频\")'}"))
	f := lock()
	f.Ordered = law.Date("2026-10-20").Time()
	before, err := l.Pin(context.Background(), "refunds", f)
	if err != nil {
		t.Fatal(err)
	}
	f.Groups, f.ChecksDone, f.MerchantAnswered, f.MerchantContests, f.Media, f.CannotShoot = 1, false, true, true, 0, true
	f.Last30, f.Last90, f.Last365, f.Undisputed = Window{RefundOnly: 3}, Window{RefundOnly: 9}, Window{RefundOnly: 30}, 7
	after, err := l.Pin(context.Background(), "refunds", f)
	if err != nil || after != before || before.Applies.Version != 1 {
		t.Errorf("%+v\n%+v %v", before, after, err)
	}
}

func TestAPackAdvancesStepByStep(t *testing.T) {
	b := book(t)
	text := []byte(change(t, draft(t), "effective_from: 2026-02-01", "effective_from: 2026-12-10"))
	step := func(to State, who string, day law.Date) error {
		next, err := Advance("p.yaml", text, to, who, day, b)
		if err == nil {
			text = next
		}
		return err
	}
	refused := func(what string, err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", what, err, want)
		}
	}
	refused("skipping consultation", step(Approved, "anxin-legal", "2026-11-22"), "不能从 draft 到 approved")
	if err := step(Consult, "anxin-policy", "2026-11-22"); err != nil {
		t.Fatal(err)
	}
	refused("the author approves", step(Approved, "anxin-policy", "2026-11-23"), "批准人不能是起草人")
	refused("nobody approves", step(Approved, "", "2026-11-23"), "批准人")
	if err := step(Approved, "王 法务", "2026-11-23"); err != nil {
		t.Fatal(err)
	}
	tampered := strings.Replace(string(text), "amount: 30000\n", "amount: 90000\n", 1)
	_, err := Advance("p.yaml", []byte(tampered), Published, "anxin-legal", "2026-11-23", b)
	refused("changed after approval", err, "批准之后内容被改动过")
	refused("six days of notice", step(Published, "anxin-legal", "2026-12-04"), "不满 7 日")
	if err := step(Published, "anxin-legal", "2026-12-03"); err != nil {
		t.Fatal(err)
	}
	refused("back to draft", step(Draft, "anxin-policy", "2026-12-04"), "不能从 published 到 draft")
	p := parse(t, string(text))
	if p.State != Published || p.Approver != "王 法务" || p.PublishedAt != "2026-12-03" || p.Hash == "" {
		t.Errorf("%+v", p.Ref())
	}
	if strings.Count(string(text), "\n# ") != strings.Count(draft(t), "\n# ") {
		t.Error("comments were lost")
	}
	if err := step(Retired, "anxin-legal", "2027-01-01"); err != nil {
		t.Fatal(err)
	}
}

func TestShortNoticeNeedsATag(t *testing.T) {
	text := change(t, defaultText(t), "published_at: 2026-01-20", "published_at: 2026-01-26")
	if _, err := Parse("p.yaml", []byte(text), book(t)); err == nil || !strings.Contains(err.Error(), "E-Commerce Law, article 34") || !strings.HasPrefix(err.Error(), fmt.Sprintf("p.yaml:%d", lineOf(t, text, "effective_from"))) {
		t.Errorf("six days: %v", err)
	}
	for _, tag := range []string{Statutory, Urgent} {
		tagged := change(t, text, "state: published", "state: published\ntags: ["+tag+"]")
		_, err := Parse("p.yaml", []byte(tagged), book(t)) // the tag is content, so the hash changes with it
		i := strings.Index(err.Error(), "sha256:")
		tagged = setKey(tagged, "hash", err.Error()[i:i+len("sha256:")+64])
		if _, err := Parse("p.yaml", []byte(tagged), book(t)); err != nil {
			t.Errorf("%s: %v", tag, err)
		}
	}
	late := change(t, defaultText(t), "published_at: 2026-01-20", "published_at: 2026-01-25")
	if _, err := Parse("p.yaml", []byte(late), book(t)); err != nil {
		t.Errorf("seven days: %v", err)
	}
	same := change(t, defaultText(t), "approver: anxin-legal", "approver: anxin-policy")
	if _, err := Parse("p.yaml", []byte(same), book(t)); err == nil || !strings.Contains(err.Error(), "不能是同一个人") {
		t.Errorf("author is approver: %v", err)
	}
}

// The hash follows what a pack says and nothing else.
func TestTheHashFollowsTheContent(t *testing.T) {
	base := parse(t, draft(t)).Hash
	if got := parse(t, "# another remark\n"+strings.Replace(draft(t), "{code: food, zh: 食品, en: Food}", "{zh: 食品, code: food, en: 'Food'}", 1)).Hash; got != base {
		t.Error("layout changes the hash")
	}
	if got := parse(t, defaultText(t)).Hash; got != base {
		t.Error("the state changes the hash")
	}
	if got := parse(t, change(t, draft(t), "amount: 30000\n", "amount: 30001\n")).Hash; got == base {
		t.Error("another amount has the same hash")
	}
}

func stored(n int) iter.Seq2[Stored, error] {
	return func(yield func(Stored, error) bool) {
		for i := range n {
			if !yield(Stored{Claim: fmt.Sprintf("c%06d", i), Facts: variedFacts(i)}, nil) {
				return
			}
		}
	}
}

// variedFacts spreads claims over categories, reasons, amounts and histories.
func variedFacts(i int) Facts {
	f := lock()
	f.Category = []string{"smart_lock", "clothing", "fresh", "digital", "other", "beauty"}[i%6]
	f.Reason = []string{"quality", "damaged", "missing_parts", "not_received", "spoiled", "counterfeit", "no_longer_wanted"}[i%7]
	f.Remedy = []string{RefundOnly, ReturnRefund, RefundOnly, Exchange}[i%4]
	f.Tier = []string{"standard", "trusted", "new"}[i%3]
	f.Amount, f.Groups, f.Media, f.Undisputed = casefile.Fen(100+i*37%19_000), i%11/5, i%5, i%9
	f.Last90 = Window{RefundOnly: i % 5, RefundOnlySum: 100, Claims: i % 8, Orders: i % 20}
	f.Last30.RefundOnly = i / 12 % 2
	f.ChecksDone = i%10 != 0
	return f
}

func TestReplayTellsWhoWouldBeTreatedDifferently(t *testing.T) {
	from := parse(t, draft(t))
	to := parse(t, change(t, draft(t), "last_30: {count: 1, sum: 50000}", "last_30: {count: 2, sum: 50000}"))
	var got []Difference
	s, err := Replay(context.Background(), stored(10_000), from, to, 4, func() time.Time { return noon }, func(d Difference) error {
		got = append(got, d)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// An independent count: durable categories, refund without return, one before, limit durable (not the trusted tier).
	want := []string{}
	for i := range 10_000 {
		f := variedFacts(i)
		if (f.Category == "smart_lock" || f.Category == "digital") && f.Remedy == RefundOnly && f.Last30.RefundOnly == 1 && f.Tier != "trusted" {
			want = append(want, fmt.Sprintf("c%06d", i))
		}
	}
	var names []string
	for _, d := range got {
		names = append(names, d.Claim)
		if len(d.Changes) == 0 || !slices.ContainsFunc(d.Changes, func(c Change) bool {
			return c.Field == "over_limit" && strings.Contains(c.From, "count_30") && !strings.Contains(c.To, "count_30")
		}) {
			t.Fatalf("%+v", d)
		}
	}
	if len(want) == 0 || !slices.Equal(names, want) {
		t.Errorf("%d claims, want %d", len(names), len(want))
	}
	if s.Claims != 10_000 || s.Different != len(want) || s.Failed != 0 || s.ByChange["over_limit: count_30 → "] == 0 {
		t.Errorf("%+v", s)
	}
}

func TestReplayStopsAtErrors(t *testing.T) {
	p := parse(t, draft(t))
	now := func() time.Time { return noon }
	bad := errors.New("disk")
	_, err := Replay(context.Background(), func(yield func(Stored, error) bool) { yield(Stored{}, bad) }, p, p, 2, now, nil)
	if !errors.Is(err, bad) {
		t.Error(err)
	}
	broken := func(yield func(Stored, error) bool) { yield(Stored{Claim: "x"}, nil) } // no days
	s, err := Replay(context.Background(), broken, p, p, 2, now, func(d Difference) error {
		if d.Error == "" {
			t.Errorf("%+v", d)
		}
		return nil
	})
	if err != nil || s.Failed != 1 || s.Claims != 1 {
		t.Errorf("%+v %v", s, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Replay(ctx, stored(10), p, p, 2, now, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
