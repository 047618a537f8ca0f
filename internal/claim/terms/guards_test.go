package terms

import (
	"testing"

	"anxin/internal/casefile"
)

var (
	r1, r2, r3, theLead = casefile.ID{1}, casefile.ID{2}, casefile.ID{3}, casefile.ID{9}
)

// ready are facts in which a reviewer can decide anything.
func ready() Facts {
	f := Facts{State: InReview, Round: 1, Wish: RefundOnly, Burden: BurdenBuyer, MerchantServed: true, MerchantHeard: true, BuyerHeard: true, Contested: true}
	for _, id := range []casefile.ID{r1, r2, r3, theLead} {
		f.Impressed.Add(id)
	}
	return f
}

// sound is an act of deciding that nothing can be said against.
func sound(m Move, p Part, who casefile.ID, r Remedy) Act {
	return Act{Move: m, Part: p, Who: who, Remedy: r, Burden: BurdenBuyer, Groups: 2, Seen: true, Basis: true, Typed: true}
}

// stands checks that an act is refused by this guard and by nothing else: the machine refuses it, the machine without the guard does it.
func stands(t *testing.T, g Guard, why string, f Facts, a Act) {
	t.Helper()
	with, without := f, f
	if _, err := Claims.Do(&with, a); err == nil {
		t.Errorf("%s: %s is not refused", g, why)
	}
	if _, err := Claims.without(g).Do(&without, a); err != nil {
		t.Errorf("%s: %s is refused by something else too: %v", g, why, err)
	}
}

// fine checks that an act is allowed.
func fine(t *testing.T, f Facts, a Act) Facts {
	t.Helper()
	if _, err := Claims.Do(&f, a); err != nil {
		t.Errorf("%s of %s is refused: %v", a.Move, a.Remedy, err)
	}
	return f
}

func TestGuardG1(t *testing.T) {
	f := ready()
	proposed := fine(t, f, sound(MoveDecide, Reviewer, r1, Forged))
	if proposed.State != SecondReview {
		t.Fatalf("a finding of forgery by one person is %s", proposed.State)
	}
	if done := fine(t, proposed, sound(MoveAgree, Second, r2, NoRemedy)); done.State != Decided || done.Remedy != Forged {
		t.Errorf("two people: %+v", done)
	}
	stands(t, G1, "the same person twice", proposed, sound(MoveAgree, Second, r1, NoRemedy))
	one := sound(MoveDecide, Reviewer, r1, Forged)
	one.Groups = 1
	stands(t, G1, "one group of evidence", f, one)
	for _, unheard := range []func(*Facts){func(f *Facts) { f.BuyerHeard = false }} {
		f := ready()
		unheard(&f)
		stands(t, G1, "a side that was not heard", f, sound(MoveDecide, Reviewer, r1, Forged))
	}
	disputed := fine(t, proposed, Act{Move: MoveDisagree, Part: Second, Who: r2, Typed: true})
	fine(t, disputed, sound(MoveLeadDecide, Lead, theLead, Forged))
	other := ready()
	other.NeedSecond = true
	other = fine(t, other, sound(MoveDecide, Reviewer, r1, RefundReturn))
	other = fine(t, other, Act{Move: MoveDisagree, Part: Second, Who: r2, Typed: true})
	stands(t, G1, "a finding that the lead alone makes", other, sound(MoveLeadDecide, Lead, theLead, Forged))
	appealed := ready()
	appealed.State, appealed.Appeal, appealed.Appealed, appealed.First = InAppeal, MerchantSide, true, r1
	stands(t, G1, "a finding that the appeal reviewer alone makes", appealed, sound(MoveOverturn, Appealer, r3, Forged))
}

func TestGuardG2(t *testing.T) {
	a := sound(MoveDecide, Reviewer, r1, RefundOnly)
	fine(t, ready(), a)
	a.Typed = false
	stands(t, G2, "no typed reason", ready(), a)
	granted := ready()
	granted.Contested = false
	fine(t, granted, a) // a merchant that did not contest
	second := ready()
	second.NeedSecond = true
	second = fine(t, second, sound(MoveDecide, Reviewer, r1, RefundOnly))
	agree := sound(MoveAgree, Second, r2, NoRemedy)
	fine(t, second, agree)
	agree.Typed = false
	stands(t, G2, "a second signature without words", second, agree)
}

func TestGuardG3(t *testing.T) {
	for _, r := range []Remedy{Forged, Insufficient, Partial, RefundReturn} {
		a := sound(MoveDecide, Reviewer, r1, r)
		fine(t, ready(), a)
		a.Seen = false
		stands(t, G3, string(r)+" from machine output alone", ready(), a)
	}
}

func TestGuardG4(t *testing.T) {
	blind := ready()
	blind.Impressed = Crew{}
	stands(t, G4, "no first impression", blind, sound(MoveDecide, Reviewer, r1, Partial))
	blind.Impressed.Add(r2)
	stands(t, G4, "somebody else's first impression", blind, sound(MoveDecide, Reviewer, r1, Partial))
	second := fine(t, ready(), sound(MoveDecide, Reviewer, r1, Forged))
	second.Impressed = Crew{}
	second.Impressed.Add(r1)
	stands(t, G4, "a second reviewer without one", second, sound(MoveAgree, Second, r2, NoRemedy))
	stands(t, G4, "disagreeing without one", second, Act{Move: MoveDisagree, Part: Second, Who: r2, Typed: true})
	appealed := ready()
	appealed.State, appealed.Appeal, appealed.Appealed, appealed.First, appealed.Impressed = InAppeal, BuyerSide, true, r1, Crew{}
	for _, m := range []Move{MoveUphold, MoveRemit, MoveOverturn} {
		stands(t, G4, string(m)+" without one", appealed, sound(m, Appealer, r3, Partial))
	}
}

func TestGuardG5(t *testing.T) {
	f := ready()
	fine(t, f, sound(MoveDecide, Reviewer, r1, Insufficient))
	other := sound(MoveDecide, Reviewer, r1, Insufficient)
	other.Burden = BurdenMerchant
	stands(t, G5, "another burden than the rules'", f, other)
	f.Burden = BurdenMerchant
	stands(t, G5, "the buyer refused for not proving what the merchant had to prove", f, other)
	f.Burden = ""
	other.Burden = ""
	stands(t, G5, "no burden known", f, other)
}

func TestGuardG6(t *testing.T) {
	for _, s := range []State{Decided, Executing, Appealable, InAppeal} {
		f := ready()
		f.State, f.Remedy = s, Forged
		stands(t, G6, "noted in "+string(s), f, Act{Move: MoveEnter, Part: System})
	}
	f := ready()
	f.State, f.Remedy = Final, Forged
	fine(t, f, Act{Move: MoveEnter, Part: System})
}

func TestGuardG7(t *testing.T) {
	a := sound(MoveDecide, Reviewer, r1, RefundReturn)
	a.Basis = false
	stands(t, G7, "silence as the only reason", ready(), a)
	for _, reasons := range [][]string{{"merchant_silent"}, {"buyer_unable"}, {"merchant_silent", "buyer_silent"}, nil} {
		if Carries(reasons) {
			t.Errorf("%v carries a decision", reasons)
		}
	}
	if !Carries([]string{"merchant_silent", "damage_shown"}) {
		t.Error("a reason of substance carries")
	}
	// No clock that runs out leads to a decision, nor does inability.
	for _, r := range Table {
		if (r.Move == MoveLapse || r.Move == MoveUnable || r.Move == MoveSilent) && r.To != r.From && (r.To == Decided || r.To == SecondReview) {
			t.Errorf("%s from %s decides", r.Move, r.From)
		}
	}
}

// The guards without a number: windows, limits, people, words.
func TestOtherGuards(t *testing.T) {
	open := ready()
	open.Open = BuyerSide
	stands(t, GuardWindow, "a decision in an open window", open, sound(MoveDecide, Reviewer, r1, Partial))
	unheard := ready()
	unheard.MerchantHeard = false
	stands(t, GuardWindow, "a merchant that was not heard", unheard, sound(MoveDecide, Reviewer, r1, Partial))
	waits := ready()
	waits.State, waits.Appeal, waits.Appealed, waits.Waiting, waits.First = InAppeal, BuyerSide, true, true, r1
	stands(t, GuardWindow, "an appeal before the other side responded", waits, sound(MoveUphold, Appealer, r3, NoRemedy))
	waits.Waiting = false
	stands(t, GuardThird, "the first reviewer as the third", waits, sound(MoveUphold, Appealer, r1, NoRemedy))
	second := fine(t, ready(), sound(MoveDecide, Reviewer, r1, Forged))
	stands(t, GuardApart, "disagreeing with oneself", second, Act{Move: MoveDisagree, Part: Second, Who: r1, Typed: true})
	for _, c := range []struct {
		change func(*Facts)
		act    Act
	}{
		{func(f *Facts) { f.Asks = maxAsks }, Act{Move: MoveAsk, Part: Reviewer, Who: r1, Side: BuyerSide}},
		{func(f *Facts) { f.Inspections = maxInspections }, Act{Move: MoveInspect, Part: Reviewer, Who: r1}},
		{func(f *Facts) { f.ReviewMore = 2 }, Act{Move: MoveExtend, Part: Reviewer, Who: r1}},
		{func(f *Facts) { f.State, f.Extended = MerchantAnswer, 1 }, Act{Move: MoveExtend, Part: Seller}},
		{func(f *Facts) { f.State, f.Appealed = Appealable, true }, Act{Move: MoveAppeal, Part: Buyer}},
		{func(f *Facts) { f.State, f.NoAppealB = Appealable, true }, Act{Move: MoveAppeal, Part: Buyer}},
	} {
		f := ready()
		c.change(&f)
		stands(t, GuardLimit, string(c.act.Move)+" once more", f, c.act)
	}
	stands(t, GuardTyped, "suspending without words", ready(), Act{Move: MoveSuspend, Part: Lead, Who: theLead})
}
