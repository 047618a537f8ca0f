package terms

import "anxin/internal/casefile"

// Guard is the name of a rule that no path may pass by.
type Guard string

// The guards. G1 to G7 are the hard ones of the design page; the others keep hearings, limits and people apart.
const (
	G1 Guard = "G1" // 认定伪造: two people, two independent groups of evidence, both sides heard
	G2 Guard = "G2" // refund without return against a contesting merchant: a human and a typed reason
	G3 Guard = "G3" // nothing from machine output alone
	G4 Guard = "G4" // first impression before signals
	G5 Guard = "G5" // the burden comes from the rules and is kept
	G6 Guard = "G6" // nothing enters the register before final
	G7 Guard = "G7" // silence and inability decide nothing

	GuardWindow Guard = "window" // no decision inside an open hearing window
	GuardLimit  Guard = "limit"  // how often something may be done
	GuardThird  Guard = "third"  // the appeal reviewer is somebody who did not act before
	GuardApart  Guard = "apart"  // the second reviewer and the lead are somebody else than those before
	GuardTyped  Guard = "typed"  // reasons in own words
)

// HardGuards are G1 to G7.
func HardGuards() []Guard { return []Guard{G1, G2, G3, G4, G5, G6, G7} }

// guardFunc answers why an act is refused, or nil.
type guardFunc func(f *Facts, a *Act) *casefile.Error

var guardFuncs = map[Guard]guardFunc{
	G1: guardForgery, G2: guardRefundOnly, G3: guardMachine, G4: guardBlindFirst, G5: guardBurden, G6: guardRegister, G7: guardSilence,
	GuardWindow: guardWindow, GuardLimit: guardLimit, GuardThird: guardThird, GuardApart: guardApart, GuardTyped: guardTyped,
}

func refuse(why string) *casefile.Error { return casefile.Fail(casefile.Conflict, "claim.guard."+why) }

// decidedRemedy is what an act would decide.
func decidedRemedy(f *Facts, a *Act) Remedy {
	if a.Move == MoveAgree {
		return f.Proposed
	}
	return a.Remedy
}

// guardForgery is G1: a finding of forgery needs two different people, at least two independent groups of evidence, and both sides heard. One person alone cannot make it
// by overturning a decision either: an appeal reviewer who holds something forged sends it back.
func guardForgery(f *Facts, a *Act) *casefile.Error {
	if decidedRemedy(f, a) != Forged {
		return nil
	}
	groups := a.Groups
	if a.Move == MoveAgree {
		groups = f.Groups
	}
	switch {
	case !f.BuyerHeard || !f.MerchantHeard:
		return refuse("g1_heard")
	case groups < 2:
		return refuse("g1_groups")
	case a.Who.IsNil() || !a.Part.Human():
		return refuse("g1_people")
	}
	switch a.Move {
	case MoveDecide:
		return nil // a proposal; the table sends it to the second reviewer
	case MoveAgree, MoveLeadDecide:
		if f.First.IsNil() || f.First == a.Who || f.Proposed != Forged {
			return refuse("g1_people")
		}
		return nil
	}
	return refuse("g1_people")
}

// guardRefundOnly is G2: a merchant that contests is made to refund without return by a person who writes why.
func guardRefundOnly(f *Facts, a *Act) *casefile.Error {
	if decidedRemedy(f, a) != RefundOnly || !f.Contested {
		return nil
	}
	if !a.Part.Human() || a.Who.IsNil() || !a.Typed {
		return refuse("g2")
	}
	return nil
}

// guardMachine is G3: a decision rests on at least one thing that a person saw; what machines say may be cited beside it.
func guardMachine(_ *Facts, a *Act) *casefile.Error {
	if a.Part == System || !a.Seen {
		return refuse("g3")
	}
	return nil
}

// guardBlindFirst is G4: whoever decides wrote down a first impression before seeing what the detectors say.
func guardBlindFirst(f *Facts, a *Act) *casefile.Error {
	if !f.Impressed.Has(a.Who) {
		return refuse("g4")
	}
	return nil
}

// guardBurden is G5: who has to prove comes from the rule for category and date; nobody is refused for not proving what the other side had to prove.
func guardBurden(f *Facts, a *Act) *casefile.Error {
	switch {
	case f.Burden == "":
		return refuse("g5_unknown")
	case a.Burden != f.Burden:
		return refuse("g5_other")
	case decidedRemedy(f, a) == Insufficient && f.Burden == BurdenMerchant:
		return refuse("g5_merchant")
	}
	return nil
}

// guardRegister is G6: a finding is noted for the register only when nothing can change it any more.
func guardRegister(f *Facts, _ *Act) *casefile.Error {
	if f.State != Final {
		return refuse("g6")
	}
	return nil
}

// guardSilence is G7: a merchant's silence or a buyer's inability carries no decision.
func guardSilence(_ *Facts, a *Act) *casefile.Error {
	if !a.Basis {
		return refuse("g7")
	}
	return nil
}

// guardWindow keeps decisions out of open windows, and demands that the merchant was heard at all.
func guardWindow(f *Facts, _ *Act) *casefile.Error {
	if f.Open != NoSide || f.Waiting || !f.MerchantServed || !f.MerchantHeard {
		return refuse("window")
	}
	return nil
}

// Limits of how often something may be done in one round.
const (
	maxRebuttals   = 3
	maxAsks        = 3
	maxInspections = 2
)

func guardLimit(f *Facts, a *Act) *casefile.Error {
	over := false
	switch a.Move {
	case MoveExtend:
		used := f.Extended
		if f.State == InReview {
			used = f.ReviewMore
		}
		over = true
		for _, e := range Stages[f.State].Extend {
			if e.Who == a.Part {
				over = used >= e.Times
			}
		}
	case MoveAsk:
		over = f.Asks >= maxAsks
	case MoveInspect:
		over = f.Inspections >= maxInspections
	case MoveAppeal:
		over = f.Appealed || f.Agreed || f.RunOut || a.Part == Buyer && f.NoAppealB || a.Part == Seller && f.NoAppealM
	case MoveWaiveRight:
		over = f.Appealed || f.Agreed || a.Part == Buyer && f.NoAppealB || a.Part == Seller && f.NoAppealM
	case MoveRemit:
		over = f.Remitted
	}
	if over {
		return refuse("limit")
	}
	return nil
}

func guardThird(f *Facts, a *Act) *casefile.Error {
	if a.Who.IsNil() || f.Acted.Has(a.Who) && f.AppealBy != a.Who || f.First == a.Who || f.Second == a.Who || f.LeadBy == a.Who {
		return refuse("third")
	}
	return nil
}

func guardApart(f *Facts, a *Act) *casefile.Error {
	if a.Who.IsNil() || f.First == a.Who || f.Second == a.Who {
		return refuse("apart")
	}
	return nil
}

func guardTyped(_ *Facts, a *Act) *casefile.Error {
	if !a.Typed {
		return refuse("typed")
	}
	return nil
}
