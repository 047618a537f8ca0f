package rule

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/expr-lang/expr/vm"

	"anxin/internal/law"
)

// run is one evaluation. tracing is off in replays, where only outcomes count.
type run struct {
	p       *Pack
	f       *Facts
	goods   string // code of the category in this pack
	v       view
	x       values
	m       vm.VM
	queue   int
	out     Outcome
	tracing bool
	entries []Entry
	reads   []Reading // one piece of memory for the readings of all entries
}

var runs = sync.Pool{New: func() any { return new(run) }}

// Evaluate says what the pack means for a claim, and how it came to that. The context bounds the time: it is looked at between rules, and no single rule
// can run long. The only other errors are facts that cannot be true.
func (p *Pack) Evaluate(ctx context.Context, f Facts) (Outcome, Trace, error) {
	r := runs.Get().(*run)
	defer runs.Put(r)
	if err := r.do(ctx, p, &f, true); err != nil {
		return Outcome{}, Trace{}, err
	}
	return r.out, Trace{Pack: p.Ref(), Facts: f, Entries: r.entries, Outcome: r.out}, nil
}

// outcome is Evaluate without the trace.
func (p *Pack) outcome(ctx context.Context, f *Facts) (Outcome, error) {
	r := runs.Get().(*run)
	defer runs.Put(r)
	err := r.do(ctx, p, f, false)
	return r.out, err
}

func (r *run) do(ctx context.Context, p *Pack, f *Facts, tracing bool) error {
	if err := f.Check(); err != nil {
		return err
	}
	r.p, r.f, r.queue, r.out, r.tracing, r.entries, r.reads = p, f, p.ordinary, Outcome{}, tracing, nil, nil
	p.see(f, &r.v)
	r.x.fill(&r.v)
	if tracing {
		r.entries = make([]Entry, 0, len(p.Rules)+len(p.Burdens)+4)
		r.reads = make([]Reading, 0, p.reads+40)
	}
	r.unknown()
	row := r.evidence()
	r.burden(row)
	r.limit()
	for i := range p.Rules {
		if i%64 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		r.rule(&p.Rules[i])
	}
	r.finish()
	return nil
}

// unknown looks for codes that the pack does not know. A category that nobody listed could hide that goods are durable and the burden the merchant's, so people are
// told and look longer.
func (r *run) unknown() {
	say := func(what, zh, en, code string) {
		r.out.Unknown = append(r.out.Unknown, what)
		if long, ok := r.p.queue[LongQueue]; ok {
			r.queue = max(r.queue, long)
		}
		if r.tracing {
			r.note(Entry{Part: "facts", ID: "unknown_" + what, Matched: true, Title: law.Words{
				ZH: "规则包不认识" + zh + "代码“" + code + "”，按没有列明的处理；请人核对举证责任和取证要求",
				EN: "The pack does not know the " + en + " code \"" + code + "\" and treats it as not listed; people have to look at burden and evidence",
			}}, nil)
		}
	}
	r.goods = r.f.Category
	if c, ok := r.p.category[r.f.Category]; ok {
		r.goods = c.Code
	} else {
		say("category", "品类", "category", r.f.Category)
	}
	if _, ok := r.p.reason[r.f.Reason]; !ok {
		say("reason", "理由", "reason", r.f.Reason)
	}
	if _, ok := r.p.tier[r.f.Tier]; !ok && r.f.Tier != "" {
		say("tier", "商家等级", "tier", r.f.Tier)
	}
}

// holds runs a condition. A condition that cannot be evaluated does not hold; it is noted and the claim goes to people who look longer.
func (r *run) holds(c *condition, id string) (bool, string) {
	ok, err := c.holds(&r.m, &r.x)
	if err != nil {
		r.out.Errors = append(r.out.Errors, id)
		return false, err.Error()
	}
	return ok, ""
}

func (r *run) note(e Entry, reads []*fact) {
	if !r.tracing {
		return
	}
	if len(reads) > 0 {
		from := len(r.reads)
		for _, f := range reads {
			reading := Reading{Name: f.name, Value: r.x.list[f.index]}
			if f.kind != number && f.kind != truth {
				reading.EN = r.p.english[reading.Value.(string)]
			}
			r.reads = append(r.reads, reading)
		}
		e.Read = r.reads[from:len(r.reads):len(r.reads)]
	}
	r.entries = append(r.entries, e)
}

var goodsFacts = []*fact{factByName["品类"], factByName["理由"]}

func (r *run) evidence() *Matrix {
	for i := range r.p.Evidence {
		m := &r.p.Evidence[i]
		if !m.fits(r.goods, r.f.Reason) {
			continue
		}
		r.out.Live, r.out.DestroyProof = m.Live, m.DestroyProof && r.v.RefundOnly
		for _, s := range m.shots {
			r.out.Asks = append(r.out.Asks, r.p.Shots[s].Code)
		}
		if r.tracing {
			r.note(Entry{Part: "evidence", ID: fmt.Sprintf("row-%d", i+1), Title: partNames["evidence"], Matched: true, Result: r.p.shotWords(r.out.Asks)}, goodsFacts)
		}
		return m
	}
	return nil // the last row fits everything
}

func (r *run) burden(row *Matrix) {
	if row != nil && row.burden >= 0 && r.bears(&r.p.Burdens[row.burden]) {
		return
	}
	for i := range r.p.Burdens {
		if r.bears(&r.p.Burdens[i]) {
			return
		}
	}
}

func (r *run) bears(b *BurdenRule) bool {
	day := law.On(r.f.ordered())
	inTime := b.From <= day && (b.To == "" || day < b.To)
	ok, failed := inTime, ""
	if ok {
		ok, failed = r.holds(&b.when, b.ID)
	}
	if ok {
		r.out.Burden = BurdenOf{Rule: b.ID, Party: b.Party, Words: b.Words, Basis: b.Basis}
	}
	r.note(Entry{Part: "burden", ID: b.ID, Title: b.Words, Text: b.When.text, Matched: ok, Result: []law.Words{partyNames[b.Party]}, Basis: b.Basis, Error: failed}, b.when.reads)
	return ok
}

// limit looks at the bounds of refunds without return.
func (r *run) limit() {
	if !r.v.RefundOnly {
		return
	}
	tier := r.f.Tier
	if tier == "" {
		tier = r.p.Tiers[0].Code
	}
	for i := range r.p.Limits {
		x := &r.p.Limits[i]
		if x.categories != nil && !x.categories[r.goods] || x.tiers != nil && !x.tiers[tier] {
			continue
		}
		over := x.beyond(r.f)
		r.out.Limit = LimitOf{ID: x.ID, Over: over}
		if len(over) > 0 {
			r.queue = max(r.queue, x.over)
		}
		if r.tracing {
			r.note(Entry{Part: "limits", ID: x.ID, Title: x.Title, Matched: len(over) > 0, Result: overWords(over), Basis: x.Basis}, limitFacts)
		}
		return
	}
}

var limitFacts = []*fact{
	factByName["金额分"], factByName["品类"], factByName["商家等级"], factByName["近30天.仅退款次数"], factByName["近30天.仅退款金额分"],
	factByName["近90天.仅退款次数"], factByName["近90天.仅退款金额分"], factByName["近365天.仅退款次数"], factByName["近365天.仅退款金额分"],
}

var partyNames = map[Party]law.Words{Buyer: {ZH: "买家", EN: "buyer"}, Merchant: {ZH: "商家", EN: "merchant"}, Platform: {ZH: "平台", EN: "platform"}}

// Name is the party in words.
func (p Party) Name() law.Words { return partyNames[p] }

// overWords says what was beyond a limit.
func overWords(over []string) []law.Words {
	out := make([]law.Words, len(over))
	for i, o := range over {
		what, days, ok := strings.Cut(o, "_")
		switch {
		case !ok:
			out[i] = law.Words{ZH: "本次金额超过上限", EN: "the amount is beyond the limit"}
		case what == "count":
			out[i] = law.Words{ZH: "近" + days + "天次数超过上限", EN: "the number in " + days + " days is beyond the limit"}
		default:
			out[i] = law.Words{ZH: "近" + days + "天金额超过上限", EN: "the sum of " + days + " days is beyond the limit"}
		}
	}
	return out
}

func (p *Pack) shotWords(codes []string) []law.Words {
	out := make([]law.Words, len(codes))
	for i, c := range codes {
		s := &p.Shots[p.shot[c]]
		out[i] = law.Words{ZH: s.ZH, EN: s.EN}
	}
	return out
}

// beyond lists what is over a bound, the claim itself counted in.
func (x *Limit) beyond(f *Facts) (over []string) {
	if x.Amount > 0 && int64(f.Amount) > x.Amount {
		over = append(over, "amount")
	}
	for _, w := range []struct {
		name  string
		bound Bound
		had   Window
	}{{"30", x.In30, f.Last30}, {"90", x.In90, f.Last90}, {"365", x.In365, f.Last365}} {
		if w.bound.Count > 0 && w.had.RefundOnly+1 > w.bound.Count {
			over = append(over, "count_"+w.name)
		}
		if w.bound.Sum > 0 && int64(w.had.RefundOnlySum+f.Amount) > w.bound.Sum {
			over = append(over, "sum_"+w.name)
		}
	}
	return over
}

func (r *run) rule(x *Rule) {
	ok, failed := r.holds(&x.when, x.ID)
	if ok {
		for i := range x.then {
			r.act(&x.then[i])
		}
	}
	if !r.tracing {
		return
	}
	e := Entry{Part: "rules", ID: x.ID, Title: x.Title, Text: x.Text.text, Matched: ok, Basis: x.Basis, Error: failed}
	if ok {
		e.Result = x.means
	}
	r.note(e, x.when.reads)
}

// act is the whole of what an action can do.
func (r *run) act(a *action) {
	switch a.verb.name {
	case "队列":
		r.queue = max(r.queue, r.p.queue[a.codes[0]])
	case "延长":
		r.out.Lengthened = union(r.out.Lengthened, a.codes)
	case "复核":
		r.out.SecondReview = true
	case "补充":
		r.out.Asks = union(r.out.Asks, a.codes)
	case "函件":
		r.out.Letters = union(r.out.Letters, a.codes)
	}
}

func union(list, more []string) []string {
	for _, m := range more {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

// finish settles what depends on everything before: queue, fast lane, automatic acceptance, clocks.
func (r *run) finish() {
	r.harbour()
	r.autoAccept()
	switch {
	case len(r.out.Errors) > 0: // people look, and longer
		r.queue, r.out.FastLane, r.out.AutoAccept = len(r.p.Queues)-1, false, false
	case r.out.FastLane:
		r.queue = 0
	}
	r.out.Queue = r.p.Queues[r.queue].Code
	r.out.Clocks = make([]ClockTime, len(r.p.Clocks))
	for i, c := range r.p.Clocks {
		length := c.Length
		if c.Long != "" && slices.Contains(r.out.Lengthened, c.Code) {
			length = c.Long
		}
		r.out.Clocks[i] = ClockTime{Code: c.Code, Length: length, Cap: c.Cap, Unit: string(c.Unit), Calendar: c.Calendar, Extension: c.Extension, Extensions: c.Extensions}
	}
}

var harbourFacts = []*fact{factByName["无争议订单数"], factByName["金额分"]}

// harbour: buyers with undisputed orders wait less, unless a rule, a limit or an error asked for a longer look.
func (r *run) harbour() {
	h := &r.p.Harbour
	ok := r.queue <= r.p.ordinary && len(r.out.Errors) == 0 && r.f.Undisputed >= h.MinUndisputed && int64(r.f.Amount) <= h.Amount
	failed := ""
	if ok && h.unless.program != nil {
		var stop bool
		if stop, failed = r.holds(&h.unless, "safe_harbour"); stop || failed != "" {
			ok = false
		}
	}
	r.out.FastLane = ok
	if r.tracing {
		r.note(Entry{Part: "safe_harbour", ID: "safe_harbour", Title: partNames["safe_harbour"], Text: h.Unless.text, Matched: ok, Basis: h.Basis, Error: failed},
			append(slices.Clone(harbourFacts), h.unless.reads...))
	}
}

// autoAccept: the merchant's own wish, inside the pack's caps, and never beyond a limit.
func (r *run) autoAccept() {
	a, o := &r.p.AutoAccept, r.f.OptIn
	if o == nil {
		return
	}
	ok := !o.Revoked && a.remedies[r.f.Remedy] && int64(r.f.Amount) <= min(int64(o.Cap), a.Cap) && o.Used30 < a.Count30 && int64(o.UsedSum30+r.f.Amount) <= a.Sum30 &&
		len(r.out.Limit.Over) == 0 && len(r.out.Errors) == 0 && r.queue <= r.p.ordinary && !r.f.MerchantContests
	failed := ""
	if ok && a.unless.program != nil {
		var stop bool
		if stop, failed = r.holds(&a.unless, "auto_accept"); stop || failed != "" {
			ok = false
		}
	}
	r.out.AutoAccept = ok
	if r.tracing {
		r.note(Entry{Part: "auto_accept", ID: "auto_accept", Title: partNames["auto_accept"], Text: a.Unless.text, Matched: ok, Basis: a.Basis, Error: failed},
			append([]*fact{factByName["诉求"], factByName["金额分"], factByName["商家有争议"]}, a.unless.reads...))
	}
}

// ShotsOf explains the shots of an outcome.
func (p *Pack) ShotsOf(o *Outcome) []Shot {
	var out []Shot
	for _, code := range o.Asks {
		if i, ok := p.shot[code]; ok {
			out = append(out, p.Shots[i])
		}
	}
	return out
}

// Otherwise says what somebody does who cannot give the shots that the matrix asks for.
func (p *Pack) Otherwise(category, reason string) law.Words {
	for i := range p.Evidence {
		if p.Evidence[i].fits(category, reason) {
			return p.Evidence[i].Otherwise
		}
	}
	return law.Words{}
}

// LettersOf gives the paragraphs that an outcome chose.
func (p *Pack) LettersOf(o *Outcome) []Letter {
	var out []Letter
	for _, x := range p.Letters {
		if slices.Contains(o.Letters, x.Code) {
			out = append(out, x)
		}
	}
	return out
}
