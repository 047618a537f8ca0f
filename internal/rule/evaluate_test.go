package rule

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files")

func TestEvaluateGolden(t *testing.T) {
	p := parse(t, defaultText(t))
	f := lock()
	f.Amount, f.Last90, f.Groups, f.DeclaredAI = 60000, Window{RefundOnly: 3, RefundOnlySum: 90000, Claims: 4, ClaimsSum: 120000, Orders: 11}, 1, true
	_, trace, err := p.Evaluate(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	trace.Pack.Hash = "sha256:0123456789abcdef" // the text of the pack may change without this file
	got := trace.Text("zh", true) + "\n----\n\n" + trace.Text("en", false)
	const name = "testdata/trace.txt"
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (run with -update and read the difference):\n%s", name, got)
	}
}

// What is kept as JSON says the same when it is read again.
func TestATraceSurvivesJSON(t *testing.T) {
	p := parse(t, defaultText(t))
	f := lock()
	f.OptIn = &OptIn{Cap: 5000}
	_, trace, err := p.Evaluate(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(trace)
	if err != nil {
		t.Fatal(err)
	}
	var again Trace
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	if a, b := trace.Text("zh", true), again.Text("zh", true); a != b {
		t.Errorf("before:\n%s\nafter:\n%s", a, b)
	}
	if !reflect.DeepEqual(trace.Outcome, again.Outcome) {
		t.Errorf("%+v\n%+v", trace.Outcome, again.Outcome)
	}
	s, ok, err := StoredOf("c1", text)
	if err != nil || !ok || s.Claim != "c1" || !reflect.DeepEqual(outcome(t, p, s.Facts), outcome(t, p, f)) {
		t.Errorf("stored facts mean something else: %+v %v %v", s, ok, err)
	}
	for _, none := range []string{"", "{}"} {
		if _, ok, err := StoredOf("c1", []byte(none)); ok || err != nil {
			t.Errorf("%q holds facts: %v", none, err)
		}
	}
	if _, _, err := StoredOf("c1", []byte("[")); err == nil {
		t.Error("a broken trace is read")
	}
}

// The trace names everything that was looked at: each rule, whether it matched or not, with every value.
func TestATraceNamesEveryRule(t *testing.T) {
	p := parse(t, defaultText(t))
	_, trace, err := p.Evaluate(context.Background(), lock())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range p.Rules {
		i := slices.IndexFunc(trace.Entries, func(e Entry) bool { return e.Part == "rules" && e.ID == r.ID })
		if i < 0 {
			t.Errorf("%s is not in the trace", r.ID)
			continue
		}
		e := trace.Entries[i]
		if e.Text != r.Source() || len(e.Read) != len(r.when.reads) || len(e.Read) == 0 || e.Matched != (len(e.Result) > 0) {
			t.Errorf("%+v", e)
		}
	}
	for _, part := range []string{"evidence", "burden", "limits", "safe_harbour"} {
		if !slices.ContainsFunc(trace.Entries, func(e Entry) bool { return e.Part == part }) {
			t.Errorf("%s is not in the trace", part)
		}
	}
}

func TestTheBurdenOfDurableGoodsTurnsAfterSixMonths(t *testing.T) {
	p := parse(t, defaultText(t))
	china := time.FixedZone("", 8*3600)
	received := time.Date(2026, 8, 31, 10, 0, 0, 0, china)
	for _, c := range []struct {
		category string
		ordered  time.Time
		filed    time.Time
		rule     string
		party    Party
	}{
		{"smart_lock", received, time.Date(2027, 2, 28, 23, 59, 59, 0, china), "durable-six-months", Merchant}, // 31 August + 6 months is the last of February
		{"smart_lock", received, time.Date(2027, 3, 1, 0, 0, 0, 0, china), "general", Buyer},
		{"clothing", received, time.Date(2026, 9, 1, 0, 0, 0, 0, china), "general", Buyer},
		{"smart_lock", time.Date(2014, 3, 14, 23, 0, 0, 0, china), time.Date(2026, 9, 1, 0, 0, 0, 0, china), "general", Buyer}, // ordered before the clause was in force
		{"smart_lock", time.Date(2014, 3, 15, 1, 0, 0, 0, china), time.Date(2026, 9, 1, 0, 0, 0, 0, china), "durable-six-months", Merchant},
	} {
		f := lock()
		f.Category, f.Ordered, f.Received, f.Filed = c.category, c.ordered, received, c.filed
		o := outcome(t, p, f)
		if o.Burden.Rule != c.rule || o.Burden.Party != c.party || o.Burden.Words.ZH == "" || o.Burden.Words.EN == "" || len(o.Burden.Basis) == 0 {
			t.Errorf("%s ordered %s filed %s: %+v", c.category, c.ordered, c.filed, o.Burden)
		}
	}
}

func TestTheMatrixAsksByCategoryAndReason(t *testing.T) {
	p := parse(t, defaultText(t))
	for _, c := range []struct {
		category, reason, remedy string
		asks                     []string
		live                     string
		destroy                  bool
	}{
		{"smart_lock", "quality", RefundOnly, []string{"overall", "detail", "serial", "running"}, "wished", false},
		{"fresh", "spoiled", RefundOnly, []string{"overall", "detail", "label", "waybill"}, "wished", true},
		{"fresh", "spoiled", Exchange, []string{"overall", "detail", "label", "waybill"}, "wished", false}, // what is exchanged comes back
		{"clothing", "not_received", RefundOnly, []string{"story"}, "none", false},
		{"other", "other", RefundOnly, []string{"overall", "detail", "story"}, "none", false},
		{"a category of tomorrow", "other", RefundOnly, []string{"overall", "detail", "story"}, "none", false},
	} {
		f := lock()
		f.Category, f.Reason, f.Remedy = c.category, c.reason, c.remedy
		o := outcome(t, p, f)
		if !slices.Equal(o.Asks, c.asks) || o.Live != c.live || o.DestroyProof != c.destroy {
			t.Errorf("%s/%s/%s: %v %s %v", c.category, c.reason, c.remedy, o.Asks, o.Live, o.DestroyProof)
		}
		if w := p.Otherwise(c.category, c.reason); w.ZH == "" || w.EN == "" {
			t.Errorf("%s/%s: nothing is said to those who cannot take pictures", c.category, c.reason)
		}
		if len(p.ShotsOf(&o)) != len(o.Asks) {
			t.Errorf("%s/%s: shots without explanation", c.category, c.reason)
		}
	}
}

// A code that the pack does not know must not quietly mean "not durable".
func TestUnknownCodesAreTold(t *testing.T) {
	p := parse(t, defaultText(t))
	f := lock()
	f.Category = "lock" // a shop's word for it
	if o := outcome(t, p, f); len(o.Unknown) != 0 || o.Burden.Rule != "durable-six-months" || o.Limit.ID != "durable" || o.Asks[2] != "serial" {
		t.Errorf("%+v", o)
	}
	if w, ok := p.CategoryName("lock"); !ok || w.ZH != "智能门锁" || w.EN != "Smart locks" {
		t.Errorf("%v %v", w, ok)
	}
	f.Category, f.Reason, f.Tier, f.Undisputed, f.OptIn, f.Amount = "spaceship", "boredom", "royal", 9, &OptIn{Cap: 5000}, 100
	o, trace, err := p.Evaluate(context.Background(), f)
	if err != nil || !slices.Equal(o.Unknown, []string{"category", "reason", "tier"}) || o.Queue != LongQueue || o.FastLane || o.AutoAccept {
		t.Errorf("%+v %v", o, err)
	}
	for lang, want := range map[string]string{"zh": "不认识品类代码“spaceship”", "en": `does not know the reason code "boredom"`} {
		if s := trace.Text(lang, false); !strings.Contains(s, want) {
			t.Errorf("%q is not in\n%s", want, s)
		}
	}
}

func TestLimitsCountTheClaimItself(t *testing.T) {
	p := parse(t, defaultText(t))
	f := lock() // durable: 50,000 per claim, 1 in 30 days, 2 in 90, 4 in 365
	if o := outcome(t, p, f); len(o.Limit.Over) != 0 || o.Limit.ID != "durable" || o.Queue != "normal" {
		t.Fatalf("%+v", o)
	}
	f.Amount = 50001
	if o := outcome(t, p, f); !slices.Equal(o.Limit.Over, []string{"amount", "sum_30"}) || o.Queue != LongQueue {
		t.Errorf("%+v", o.Limit)
	}
	f = lock()
	f.Last30.RefundOnly, f.Last90.RefundOnly, f.Last365.RefundOnly = 1, 1, 3
	if o := outcome(t, p, f); !slices.Equal(o.Limit.Over, []string{"count_30"}) {
		t.Errorf("%+v", o.Limit)
	}
	f = lock()
	f.Last365.RefundOnlySum = 180001
	if o := outcome(t, p, f); !slices.Equal(o.Limit.Over, []string{"sum_365"}) {
		t.Errorf("%+v", o.Limit)
	}
	f.Remedy = ReturnRefund // limits are about refunds without return
	if o := outcome(t, p, f); o.Limit.ID != "" {
		t.Errorf("%+v", o.Limit)
	}
	f = lock()
	f.Tier, f.Amount = "trusted", 20001
	if o := outcome(t, p, f); o.Limit.ID != "trusted" || !slices.Equal(o.Limit.Over, []string{"amount"}) {
		t.Errorf("%+v", o.Limit)
	}
}

func TestBuyersWithUndisputedOrdersGoTheFastLane(t *testing.T) {
	p := parse(t, defaultText(t))
	f := lock()
	f.Undisputed = 2
	if o := outcome(t, p, f); !o.FastLane || o.Queue != FastQueue {
		t.Errorf("%+v", o)
	}
	for name, turn := range map[string]func(*Facts){
		"one order":  func(f *Facts) { f.Undisputed = 1 },
		"amount":     func(f *Facts) { f.Amount = 20001 },
		"contested":  func(f *Facts) { f.MerchantContests = true },
		"finding":    func(f *Facts) { f.Groups = 1 },
		"over limit": func(f *Facts) { f.Last30.RefundOnly = 1 },
	} {
		g := f
		turn(&g)
		if o := outcome(t, p, g); o.FastLane || o.Queue == FastQueue {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

func TestAutomaticAcceptanceIsTheMerchantsAndCapped(t *testing.T) {
	p := parse(t, defaultText(t))
	f := lock()
	f.Amount, f.OptIn = 3000, &OptIn{Cap: 4000}
	if !outcome(t, p, f).AutoAccept {
		t.Fatal("inside every cap and not accepted")
	}
	for name, turn := range map[string]func(*Facts){
		"no opt-in":       func(f *Facts) { f.OptIn = nil },
		"revoked":         func(f *Facts) { f.OptIn.Revoked = true },
		"merchant's cap":  func(f *Facts) { f.Amount = 4001 },
		"pack's cap":      func(f *Facts) { f.OptIn.Cap, f.Amount = 1e6, 5001 },
		"count":           func(f *Facts) { f.OptIn.Used30 = 200 },
		"sum":             func(f *Facts) { f.OptIn.UsedSum30 = 297001 },
		"remedy":          func(f *Facts) { f.Remedy = Repair },
		"beyond a limit":  func(f *Facts) { f.Last30.RefundOnly = 1 },
		"contested":       func(f *Facts) { f.MerchantContests = true },
		"a longer queue":  func(f *Facts) { f.Groups = 2 },
		"suspected goods": func(f *Facts) { f.Reason = "counterfeit" },
	} {
		g, o := f, *f.OptIn
		g.OptIn = &o
		turn(&g)
		if outcome(t, p, g).AutoAccept {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestClocksAreLengthenedByRules(t *testing.T) {
	p := parse(t, defaultText(t))
	f := lock()
	o := outcome(t, p, f)
	if c, _ := o.Clock("merchant_answer"); c.Length != "48h" || c.Extension != "48h" || c.Extensions != 1 || c.Calendar != "always" {
		t.Errorf("%+v", c)
	}
	f.Groups = 2
	o = outcome(t, p, f)
	if c, _ := o.Clock("merchant_answer"); c.Length != "96h" {
		t.Errorf("%+v", c)
	}
	if c, _ := o.Clock("in_review"); c.Length != "5d" || c.Cap != "20d" || c.Unit != "working_days" || c.Calendar != "office" {
		t.Errorf("%+v", c)
	}
	if len(o.Clocks) != len(p.Clocks) {
		t.Errorf("%d clocks", len(o.Clocks))
	}
}

func TestFactsThatCannotBeTrueAreRefused(t *testing.T) {
	p := parse(t, defaultText(t))
	for name, turn := range map[string]func(*Facts){
		"negative": func(f *Facts) { f.Amount = -1 }, "huge": func(f *Facts) { f.Last90.RefundOnlySum = maxNumber + 1 },
		"no day": func(f *Facts) { f.Filed = time.Time{} }, "before the order": func(f *Facts) { f.Filed = f.Ordered.Add(-time.Hour) },
	} {
		f := lock()
		turn(&f)
		if _, _, err := p.Evaluate(context.Background(), f); err == nil || !strings.HasPrefix(err.Error(), "facts: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := p.Evaluate(ctx, lock()); err == nil {
		t.Error("a cancelled evaluation answers")
	}
}

// A rule that fails while it runs does not decide anything: the claim goes to the people who look longest.
func TestARuleThatFailsGoesToPeople(t *testing.T) {
	p := parse(t, defaultText(t))
	broken := *p
	broken.Rules = slices.Clone(p.Rules)
	program := *broken.Rules[0].when.program
	program.Bytecode, program.Arguments = program.Bytecode[:0:0], program.Arguments[:0:0] // an empty program: the machine answers nothing
	broken.Rules[0].when.program = &program
	f := lock()
	f.Undisputed, f.OptIn, f.Amount = 9, &OptIn{Cap: 5000}, 1000
	o, trace, err := broken.Evaluate(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	if o.Queue != "senior" || o.FastLane || o.AutoAccept || !slices.Equal(o.Errors, []string{broken.Rules[0].ID}) {
		t.Errorf("%+v", o)
	}
	if !strings.Contains(trace.Text("zh", false), "未能计算") || !strings.Contains(trace.Text("en", false), "Could not be evaluated") {
		t.Error("the trace does not say so")
	}
}

func TestDaysAreCountedInChina(t *testing.T) {
	a := time.Date(2026, 11, 1, 15, 59, 0, 0, time.UTC) // 1 November, one minute to midnight
	for b, want := range map[time.Time]int{a: 0, a.Add(time.Minute): 1, a.Add(24 * time.Hour): 1, a.Add(24*time.Hour + time.Minute): 2, a.Add(-time.Hour): 0} {
		if got := days(a, b); got != want {
			t.Errorf("%s: %d, want %d", b, got, want)
		}
	}
}
