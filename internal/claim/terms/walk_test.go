package terms

import (
	"hash/maphash"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"

	"anxin/internal/casefile"
)

// watch remembers what was done in a run, apart from the facts that the machine keeps: by it the test judges where the run got to. It is comparable.
type watch struct {
	served, merchantHeard, buyerHeard bool
	window                            Side // whose hearing window is open
	waiting                           bool // for a response to an appeal
	appeal                            Side
	contested                         bool
	impressed                         Crew
	proposer                          casefile.ID
	proposed                          Remedy
	groups                            int
	human, agreed, letter             bool
	remedy                            Remedy
}

// see takes an act that the machine did, and answers what is wrong with it.
func (w *watch) see(from State, a *Act, to State, burden Burden) string {
	bad := ""
	if to == Decided && from != Decided && from != Suspended {
		bad = w.decided(from, a, burden)
	}
	switch a.Move {
	case MoveImpress:
		w.impressed.Add(a.Who)
	case MoveDecide:
		w.proposer, w.proposed, w.groups = a.Who, a.Remedy, a.Groups
	case MoveContest, MoveRefuse:
		w.contested = true
	case MoveAppeal:
		w.waiting, w.appeal = true, SideOf(a.Part)
	case MoveRespond, MoveSilent, MoveTakeBack:
		w.waiting = false
	case MoveServe:
		if from == Decided {
			w.letter = true
		}
	case MoveRemit:
		if w.waiting {
			bad = "remitted before the other side responded"
		}
		w.proposer, w.human, w.agreed, w.letter, w.remedy = casefile.Nil, false, false, false, ""
	case MoveUphold:
		if w.waiting || !w.impressed.Has(a.Who) {
			bad = "upheld without hearing or impression"
		}
	case MoveEnter:
		if from != Final || w.remedy != Forged {
			bad = "noted before final"
		}
	case MoveLapse:
		if from == Negotiating {
			w.contested = true
		}
	}
	w.hear(from, a, to)
	if to == Final && from != Final && bad == "" && (!w.human && !w.agreed || !w.letter) {
		bad = "final without a person's decision and a letter"
	}
	return bad
}

// decided judges an act that decides.
func (w *watch) decided(from State, a *Act, burden Burden) string {
	if a.Move == MoveAccept || a.Move == MoveSettle {
		w.agreed, w.letter, w.remedy = true, false, Settlement
		if w.window != SideOf(a.Part) {
			return "an agreement by the wrong side"
		}
		return ""
	}
	remedy := a.Remedy
	if a.Move == MoveAgree {
		remedy = w.proposed
	}
	w.human, w.letter, w.remedy, w.agreed = true, false, remedy, false
	switch {
	case !a.Part.Human() || a.Who.IsNil():
		return "decided by nobody"
	case w.window != NoSide || w.waiting:
		return "decided inside an open window"
	case !w.served || !w.merchantHeard:
		return "decided before the merchant was heard"
	case !w.impressed.Has(a.Who):
		return "decided without a first impression"
	case !a.Seen:
		return "decided from machine output alone"
	case !a.Basis:
		return "decided by silence"
	case burden == "" || a.Burden != burden || remedy == Insufficient && burden == BurdenMerchant:
		return "decided against the burden of proof"
	case remedy == RefundOnly && w.contested && !a.Typed:
		return "refund only against a contesting merchant without a typed reason"
	case remedy != Forged:
		return ""
	case !w.buyerHeard:
		return "forged before the buyer was heard"
	case w.proposed != Forged || w.proposer.IsNil() || w.proposer == a.Who:
		return "forged by one person"
	case w.groups < 2:
		return "forged on one group of evidence"
	}
	return ""
}

// hear follows the windows.
func (w *watch) hear(from State, a *Act, to State) {
	if from == Suspended || to == Suspended {
		return // nothing opens or closes
	}
	if to == from && !(from == Rebuttal && a.Move == MoveComment) {
		return
	}
	if w.window != NoSide && (a.Move == MoveLapse || SideOf(a.Part) == w.window && a.Move != MoveWithdraw) {
		if w.window == BuyerSide {
			w.buyerHeard = true
		} else {
			w.merchantHeard = true
		}
	}
	w.window = NoSide
	switch to {
	case BuyerEvidence, Negotiating:
		w.window = BuyerSide
	case MerchantAnswer:
		w.window, w.served = MerchantSide, true
	case Rebuttal:
		switch a.Move {
		case MoveAsk:
			w.window = a.Side
		default:
			w.window = SideOf(a.Part).Other()
		}
	}
}

// cast are the people of a run: four reviewers and a lead.
var cast = []casefile.ID{{1}, {2}, {3}, {4}}

var allMoves = func() (out []Move) {
	seen := map[Move]bool{}
	for _, r := range Table {
		if !seen[r.Move] {
			seen[r.Move] = true
			out = append(out, r.Move)
		}
	}
	return out
}()

var allParts = []Part{Buyer, Seller, Reviewer, Second, Lead, Appealer, System, Inspector}

// dice draws acts.
type dice struct{ *rand.Rand }

func (d dice) often() bool { return d.IntN(8) > 0 }

func (d dice) act(m *Machine, f *Facts) Act {
	rows := m.rows[f.State]
	a := Act{Move: allMoves[d.IntN(len(allMoves))], Part: allParts[d.IntN(len(allParts))]}
	if len(rows) > 0 && d.IntN(10) > 0 {
		r := &rows[d.IntN(len(rows))]
		a.Move, a.Part = r.Move, r.Who[d.IntN(len(r.Who))]
		for leaving(a.Move) && d.IntN(50) > 0 { // or hardly any run would get far
			r = &rows[d.IntN(len(rows))]
			a.Move, a.Part = r.Move, r.Who[d.IntN(len(r.Who))]
			if onlyLeaving(rows) {
				break
			}
		}
	}
	if a.Part == Lead {
		a.Who = theLead
	} else if a.Part.Human() {
		a.Who = cast[d.IntN(len(cast))]
	}
	a.Side = [...]Side{BuyerSide, MerchantSide}[d.IntN(2)]
	a.Remedy = [...]Remedy{RefundOnly, RefundReturn, Partial, Insufficient, Forged, Forged, RefundOnly}[d.IntN(7)]
	a.Burden = f.Burden
	if !d.often() {
		a.Burden = [...]Burden{BurdenBuyer, BurdenMerchant, ""}[d.IntN(3)]
	}
	a.Groups, a.Seen, a.Basis, a.Typed, a.New, a.Steps = d.IntN(4), d.often(), d.often(), d.often(), d.IntN(2) == 0, d.IntN(3)
	return a
}

func leaving(m Move) bool {
	return m == MoveWithdraw || m == MoveMerge || m == MoveDiscard || m == MoveSuspend || m == MoveArchive
}

func onlyLeaving(rows []Transition) bool {
	for i := range rows {
		if !leaving(rows[i].Move) {
			return false
		}
	}
	return true
}

// tally is what many runs came to.
type tally struct {
	runs, acts, done int
	ends             map[State]int
	forged, finals   int
	refundContested  int
	bad              map[string]int
	example          []Act
}

// runs drives a machine through random events.
func runs(m *Machine, n int, seed uint64) tally {
	d := dice{rand.New(rand.NewPCG(seed, 20261122))}
	t := tally{ends: map[State]int{}, bad: map[string]int{}}
	var path []Act
	for range n {
		f := Facts{State: Draft, Round: 1, Wish: Wishes()[d.IntN(5)], Burden: [...]Burden{BurdenBuyer, BurdenMerchant}[d.IntN(2)], NeedSecond: d.IntN(10) == 0}
		if d.IntN(50) == 0 {
			f.Burden = ""
		}
		var w watch
		path = path[:0]
		for range 40 {
			a := d.act(m, &f)
			from := f.State
			t.acts++
			if _, err := m.Do(&f, a); err != nil {
				continue
			}
			t.done++
			path = append(path, a)
			if f.State == Decided && from != Decided && from != Suspended && f.Remedy == RefundOnly && w.contested {
				t.refundContested++
			}
			if why := w.see(from, &a, f.State, f.Burden); why != "" {
				t.bad[why]++
				if t.example == nil {
					t.example = append([]Act{}, path...)
				}
			}
			if f.State == Final && from != Final {
				t.finals++
				if f.Remedy == Forged {
					t.forged++
				}
			}
			if f.State == Archived || f.State == Discarded {
				break
			}
		}
		t.runs++
		t.ends[f.State]++
	}
	return t
}

// Many runs of random events, refused ones among them: none leads to a finding of forgery, a refund without return against a contesting merchant, or to final without
// what the guards demand. ANXIN_RUNS=1000000 makes the million that was promised, in a quarter of a minute.
func TestRandomRuns(t *testing.T) {
	n := 250_000
	if testing.Short() {
		n = 50_000
	}
	if v, err := strconv.Atoi(os.Getenv("ANXIN_RUNS")); err == nil {
		n = v
	}
	const workers = 4
	var all [workers]tally
	var wait sync.WaitGroup
	for i := range workers {
		wait.Go(func() { all[i] = runs(Claims, n/workers, uint64(i)) })
	}
	wait.Wait()
	sum := tally{ends: map[State]int{}, bad: map[string]int{}}
	for _, x := range all {
		sum.runs += x.runs
		sum.acts += x.acts
		sum.done += x.done
		sum.forged += x.forged
		sum.finals += x.finals
		sum.refundContested += x.refundContested
		for k, v := range x.ends {
			sum.ends[k] += v
		}
		for k, v := range x.bad {
			sum.bad[k] += v
			if sum.example == nil {
				sum.example = x.example
			}
		}
	}
	t.Logf("%d runs, %d events, %d of them done; %d final, %d of these forged; %d refunds only against a contesting merchant; ends %v", sum.runs, sum.acts, sum.done, sum.finals, sum.forged,
		sum.refundContested, sum.ends)
	for why, k := range sum.bad {
		t.Errorf("%d paths: %s, for example %+v", k, why, sum.example)
	}
	if sum.forged < n/100_000 || sum.finals < n/1000 || sum.refundContested < n/10_000 {
		t.Error("the runs do not get far enough to show anything")
	}
}

// The same runs find what is wrong when a guard is taken out: for each of G1 to G7.
func TestTheRunsFindEachMissingGuard(t *testing.T) {
	for _, g := range HardGuards() {
		if sum := runs(Claims.without(g), 20_000, 7); len(sum.bad) == 0 {
			t.Errorf("%d runs without %s found nothing wrong", sum.runs, g)
		}
	}
}

// node is a place of the exhaustive walk.
type node struct {
	f Facts
	w watch
}

// plain leaves out what no condition or guard on the way to a decision looks at, and names people by the order in which they appear, so that the walk is finite: counts of
// how often something was done are the limits' business, and who of three reviewers came first makes no difference.
func (n node) plain() node {
	f, w := &n.f, &n.w
	f.Rebuttals, f.Asks, f.Inspections, f.Extended, f.ReviewMore = min(f.Rebuttals, 1), 0, 0, 0, 0
	f.Escalated, f.Unfinished, f.Unable, f.Unanswered, f.Offered = false, false, false, false, ""
	f.Round = min(f.Round, 2)
	if Ended(f.State) {
		f.Impressed, f.Acted, w.impressed = Crew{}, Crew{}, Crew{} // nobody decides any more
	}
	var names [16]byte // by the first byte of an id
	names[theLead[0]] = theLead[0]
	next := byte(1)
	add := func(id byte) {
		if id != 0 && names[id] == 0 {
			names[id] = next
			next++
		}
	}
	for _, id := range []casefile.ID{f.First, f.Second, f.AppealBy, w.proposer} {
		add(id[0])
	}
	acted, impressed := members(f.Acted), members(f.Impressed)
	for _, set := range []uint16{acted & impressed, acted, impressed} { // of the others, those with the same history are the same
		for id := byte(1); id < 9; id++ {
			if set>>id&1 == 1 {
				add(id)
			}
		}
	}
	for _, id := range []*casefile.ID{&f.First, &f.Second, &f.AppealBy, &w.proposer} {
		*id = casefile.ID{names[id[0]]}
	}
	f.Impressed, f.Acted, w.impressed = renamed(impressed, &names), renamed(acted, &names), renamed(members(w.impressed), &names)
	return n
}

// members is a set as bits.
func members(c Crew) (set uint16) {
	for i := range c {
		if c[i][0] == 0 {
			break
		}
		set |= 1 << c[i][0]
	}
	return set
}

// renamed names the people of a set anew, in order.
func renamed(set uint16, names *[16]byte) (out Crew) {
	var now uint16
	for id := byte(1); id <= 9; id++ {
		if set>>id&1 == 1 {
			now |= 1 << names[id]
		}
	}
	k := 0
	for id := byte(1); id <= 9; id++ {
		if now>>id&1 == 1 {
			out[k] = casefile.ID{id}
			k++
		}
	}
	return out
}

// acts lists everything that can be tried in a state, with every choice that a guard could look at spoiled in turn.
func (n *node) acts() (out []Act) {
	for _, r := range Claims.rows[n.f.State] {
		for _, p := range r.Who {
			who := []casefile.ID{casefile.Nil}
			switch {
			case p == Lead:
				who = []casefile.ID{theLead}
			case p.Human():
				who = cast[:3]
			}
			for _, id := range who {
				out = append(out, choices(Act{Move: r.Move, Part: p, Who: id, Side: BuyerSide, Burden: n.f.Burden, Groups: 2, Seen: true, Basis: true, Typed: true})...)
			}
		}
	}
	return out
}

func choices(a Act) []Act {
	with := func(change func(*Act)) Act {
		b := a
		change(&b)
		return b
	}
	switch a.Move {
	case MoveDecide, MoveLeadDecide, MoveOverturn, MoveAgree:
		var out []Act
		for _, r := range []Remedy{RefundOnly, Insufficient, Forged} {
			for _, spoil := range []func(*Act){func(*Act) {}, func(b *Act) { b.Typed = false }, func(b *Act) { b.Seen = false }, func(b *Act) { b.Basis = false },
				func(b *Act) { b.Burden = BurdenMerchant }, func(b *Act) { b.Groups = 1 }} {
				out = append(out, with(func(b *Act) { b.Remedy = r; spoil(b) }))
			}
			if a.Move == MoveAgree {
				break
			}
		}
		return out
	case MoveAsk:
		return []Act{a, with(func(b *Act) { b.Side = MerchantSide })}
	case MoveSupply, MoveComment:
		return []Act{a, with(func(b *Act) { b.New = true })}
	case MoveServe:
		return []Act{a, with(func(b *Act) { b.Steps = 1 })}
	case MoveSuspend, MoveMerge, MoveRefer, MoveGiveUp, MoveUphold, MoveRemit, MoveDisagree:
		return []Act{a, with(func(b *Act) { b.Typed = false })}
	}
	return []Act{a}
}

// Every path there is, with three reviewers and a lead, leads to the same: no decision without what the guards demand.
func TestExhaustiveWalk(t *testing.T) {
	const most = 5_000_000 // far more than there are: a walk that does not end is a mistake
	start := node{f: Facts{State: Draft, Round: 1, Wish: RefundOnly, Burden: BurdenBuyer}}
	seed := maphash.MakeSeed()
	seen := map[uint64]bool{maphash.Comparable(seed, start): true}
	queue := []node{start}
	tried, rows := 0, map[string]bool{}
	for len(queue) > 0 {
		if len(seen) > most {
			t.Fatalf("more than %d places", most)
		}
		n := queue[0]
		queue = queue[1:]
		for _, a := range n.acts() {
			next := n
			tried++
			row, err := Claims.Do(&next.f, a)
			if err != nil {
				continue
			}
			if a.Move == MoveSuspend {
				// A suspended claim goes on exactly where it stood: nothing new can come of it.
				if _, err := Claims.Do(&next.f, Act{Move: MoveResume, Part: Lead, Who: theLead}); err != nil || next.f.State != n.f.State {
					t.Fatalf("%+v does not go on from %s: %v", next.f, n.f.State, err)
				}
				next.f.Acted = n.f.Acted
				if next.f != n.f {
					t.Fatalf("suspending changed %+v to %+v", n.f, next.f)
				}
				continue
			}
			rows[string(row.From)+string(row.Move)+string(row.When)+string(a.Part)] = true
			if why := next.w.see(n.f.State, &a, next.f.State, next.f.Burden); why != "" {
				t.Fatalf("%s: %+v from %+v", why, a, n)
			}
			next = next.plain()
			if key := maphash.Comparable(seed, next); !seen[key] {
				seen[key] = true
				queue = append(queue, next)
			}
		}
	}
	t.Logf("%d places, %d acts tried, %d kinds of steps taken", len(seen), tried, len(rows))
	want := 0
	for _, r := range Table {
		want += len(r.Who)
	}
	if len(rows) < want*8/10 {
		t.Errorf("the walk took %d of %d rows and parts", len(rows), want)
	}
}
