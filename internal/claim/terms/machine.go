package terms

import (
	"slices"

	"anxin/internal/casefile"
)

// Cond is the name of a condition that chooses between rows of one state and move.
type Cond string

// The conditions.
const (
	Always               Cond = ""
	MerchantUnheard      Cond = "merchant not heard yet"
	MerchantHeard        Cond = "merchant heard"
	Newly                Cond = "with new evidence, rounds left"
	TurnBuyer            Cond = "the buyer's turn"
	TurnBuyerNewly       Cond = "the buyer's turn, with new evidence, rounds left"
	TurnMerchant         Cond = "the merchant's turn"
	TurnMerchantNewly    Cond = "the merchant's turn, with new evidence, rounds left"
	AskBuyer             Cond = "asks the buyer"
	AskMerchant          Cond = "asks the merchant"
	TwoNeeded            Cond = "forged, or the rules want two"
	Disputed             Cond = "the two disagree"
	NotDisputed          Cond = "no disagreement yet"
	ToDo                 Cond = "something to carry out"
	MoreToDo             Cond = "more than this to carry out"
	Closed               Cond = "agreed, appealed already, or no appeal possible any more"
	BuyerWaived          Cond = "the buyer waived"
	MerchantWaived       Cond = "the merchant waived"
	AppealByBuyer        Cond = "the buyer appealed"
	AppealByMerchant     Cond = "the merchant appealed"
	AppealByBuyerToDo    Cond = "the buyer appealed, something to carry out"
	AppealByMerchantToDo Cond = "the merchant appealed, something to carry out"
	Waiting              Cond = "a response is awaited"
	FoundForged          Cond = "found forged, not noted yet"
	WasUndecided         Cond = "not decided when it was suspended"
)

func (c Cond) holds(f *Facts, a *Act) bool {
	newly := a.New && f.Rebuttals < maxRebuttals
	switch c {
	case Always:
		return true
	case MerchantUnheard:
		return !f.MerchantHeard
	case MerchantHeard:
		return f.MerchantHeard
	case Newly:
		return newly
	case TurnBuyer:
		return f.Turn == BuyerSide
	case TurnBuyerNewly:
		return f.Turn == BuyerSide && newly
	case TurnMerchant:
		return f.Turn == MerchantSide
	case TurnMerchantNewly:
		return f.Turn == MerchantSide && newly
	case AskBuyer:
		return a.Side == BuyerSide
	case AskMerchant:
		return a.Side == MerchantSide
	case TwoNeeded:
		return a.Remedy == Forged || f.NeedSecond
	case Disputed:
		return f.Disputed
	case NotDisputed:
		return !f.Disputed
	case ToDo:
		return f.Steps > 0 || a.Move == MoveServe && a.Steps > 0
	case MoreToDo:
		return f.Steps > 1
	case Closed:
		return f.Agreed || f.Appealed || f.RunOut || f.NoAppealB && f.NoAppealM
	case BuyerWaived:
		return f.NoAppealB
	case MerchantWaived:
		return f.NoAppealM
	case AppealByBuyer:
		return f.Appeal == BuyerSide
	case AppealByMerchant:
		return f.Appeal == MerchantSide
	case AppealByBuyerToDo:
		return f.Appeal == BuyerSide && f.Steps > 0
	case AppealByMerchantToDo:
		return f.Appeal == MerchantSide && f.Steps > 0
	case Waiting:
		return f.Waiting
	case FoundForged:
		return f.Remedy == Forged && !f.Entered
	case WasUndecided:
		return slices.Contains(undecided, f.Before)
	}
	return false
}

// Machine does moves on facts. Its zero value is not usable; Claims is the one.
type Machine struct {
	rows   map[State][]Transition
	guards map[Guard]guardFunc
}

// Claims is the machine of claims, made from Table.
var Claims = newMachine(guardFuncs)

func newMachine(guards map[Guard]guardFunc) *Machine {
	m := &Machine{rows: map[State][]Transition{}, guards: guards}
	for _, r := range Table {
		m.rows[r.From] = append(m.rows[r.From], r)
	}
	return m
}

// without is the machine with one guard taken out, for the tests that show that each is needed.
func (m *Machine) without(g Guard) *Machine {
	guards := map[Guard]guardFunc{}
	for name, f := range m.guards {
		if name != g {
			guards[name] = f
		}
	}
	return newMachine(guards)
}

// Row finds the row that an act takes, and the error of the first guard that refuses it.
func (m *Machine) Row(f *Facts, a Act) (Transition, error) {
	another := false
	for i := range m.rows[f.State] {
		r := &m.rows[f.State][i]
		if r.Move != a.Move {
			continue
		}
		if !slices.Contains(r.Who, a.Part) {
			another = true
			continue
		}
		if !r.When.holds(f, &a) {
			continue
		}
		for _, g := range r.Guards {
			if check := m.guards[g]; check != nil {
				if err := check(f, &a); err != nil {
					return *r, err
				}
			}
		}
		return *r, nil
	}
	if another {
		return Transition{}, errNotYours
	}
	return Transition{}, errNotNow
}

// Do takes an act through the table and changes the facts. A refused act leaves them as they were. Conflict: not now, or a guard refuses; Denied: another part's.
func (m *Machine) Do(f *Facts, a Act) (Transition, error) {
	r, err := m.Row(f, a)
	if err != nil {
		return r, err
	}
	apply(f, &a, &r)
	return r, nil
}

// Open lists the moves that a part can make now, in the order of the table: what pages show as buttons and the API as links.
func (m *Machine) Open(f *Facts, p Part, who casefile.ID) (out []Move) {
	for _, r := range m.rows[f.State] {
		if !slices.Contains(r.Who, p) || slices.Contains(out, r.Move) {
			continue
		}
		a := optimistic(f, r.Move, p, who)
		if _, err := m.Row(f, a); err == nil {
			out = append(out, r.Move)
		}
	}
	return out
}

// Refuses says why a remedy cannot be decided now by somebody, however well it is reasoned; nil when it can.
func (m *Machine) Refuses(f *Facts, mv Move, p Part, who casefile.ID, r Remedy) error {
	a := optimistic(f, mv, p, who)
	a.Remedy = r
	_, err := m.Row(f, a)
	return err
}

// apply changes the facts by an act that is allowed.
func apply(f *Facts, a *Act, r *Transition) {
	from := f.State
	if r.To == back {
		f.State, f.Before = f.Before, ""
		return
	}
	f.State = r.To
	if r.To == Suspended {
		f.Before = from
		return
	}
	if a.Part.Human() && a.Move != MoveImpress {
		f.Acted.Add(a.Who)
	}
	hear(f, a, from)
	switch a.Move {
	case MoveSubmit:
		f.Round = 1
	case MoveUnable:
		f.Unable = true
	case MoveOffer:
		f.Offered = a.Remedy
	case MoveContest:
		f.Contested, f.Turn = true, BuyerSide
		f.Rebuttals++
	case MoveRefuse:
		f.Contested = true
	case MoveSupply, MoveComment:
		if f.State == Rebuttal {
			f.Turn = MerchantSide
			if a.Part == Seller {
				f.Turn = BuyerSide
			}
			f.Rebuttals++
		}
	case MoveAsk:
		f.Asks++
		if f.State == Rebuttal {
			f.Turn = MerchantSide
		}
	case MoveInspect:
		f.Inspections++
	case MoveImpress:
		f.Impressed.Add(a.Who)
	case MoveExtend:
		if from == InReview {
			f.ReviewMore++
		} else {
			f.Extended++
		}
	case MoveEnter:
		f.Entered = true
	case MoveLapse:
		lapse(f, from)
	}
	applyDecision(f, a)
	if f.State != from || f.State == Rebuttal {
		enter(f, from, a)
	}
}

// applyDecision is the part of apply about deciding, carrying out and appealing.
func applyDecision(f *Facts, a *Act) {
	switch a.Move {
	case MoveAccept:
		f.Remedy, f.Agreed = f.Wish, true
	case MoveSettle:
		f.Remedy, f.Agreed = Settlement, true
	case MoveDecide:
		f.First = a.Who
		f.Proposed, f.Groups = a.Remedy, a.Groups
		if f.State == Decided {
			f.Remedy, f.ByHuman = a.Remedy, true
		}
	case MoveDisagree:
		f.Second, f.Disputed = a.Who, true
	case MoveAgree:
		f.Second, f.Remedy, f.ByHuman = a.Who, f.Proposed, true
	case MoveLeadDecide:
		f.LeadBy, f.Remedy, f.ByHuman = a.Who, a.Remedy, true
	case MoveServe:
		f.Steps = a.Steps
	case MoveConfirm:
		f.Steps--
	case MoveGiveUp:
		f.Steps = 0
	case MoveAppeal:
		f.Appeal, f.Appealed, f.Waiting = SideOf(a.Part), true, true
	case MoveRespond, MoveSilent:
		f.Waiting = false
	case MoveTakeBack:
		f.Waiting = false
	case MoveWaiveRight:
		f.NoAppealB = f.NoAppealB || a.Part == Buyer
		f.NoAppealM = f.NoAppealM || a.Part == Seller
	case MoveRunOut:
		f.RunOut = true
	case MoveUphold:
		f.AppealBy = a.Who
	case MoveOverturn:
		f.AppealBy, f.Remedy, f.ByHuman, f.Steps = a.Who, a.Remedy, true, 0
	case MoveRemit:
		remit(f, a)
	}
}

// remit starts another round before other people.
func remit(f *Facts, a *Act) {
	f.AppealBy, f.Remitted = a.Who, true
	f.Round++
	f.First, f.Second, f.LeadBy = casefile.Nil, casefile.Nil, casefile.Nil
	f.Proposed, f.Groups, f.Disputed = "", 0, false
	f.Remedy, f.ByHuman, f.Agreed, f.Steps = "", false, false, 0
	f.Appeal, f.Appealed, f.RunOut, f.NoAppealB, f.NoAppealM = "", false, false, false, false
	f.Asks, f.Inspections, f.Rebuttals, f.ReviewMore, f.Escalated = 0, 0, 0, 0, false
}

// hear notes that a window was answered or ran out.
func hear(f *Facts, a *Act, from State) {
	side := WindowOf(f, from)
	if side == NoSide {
		return
	}
	full := a.Move == MoveLapse
	answered := SideOf(a.Part) == side && a.Move != MoveExtend && a.Move != MoveWithdraw
	if !full && !answered {
		return
	}
	if side == BuyerSide {
		f.BuyerHeard = true
	} else {
		f.MerchantHeard = true
	}
}

// WindowOf is whose hearing window a state is, given whose turn it is.
func WindowOf(f *Facts, s State) Side {
	st := Stages[s]
	if st.Turn {
		return f.Turn
	}
	return st.Window
}

func lapse(f *Facts, from State) {
	switch from {
	case Checking:
		f.Unfinished = true
	case MerchantAnswer:
		f.Unanswered = true
	case Negotiating:
		f.Contested = true
	case InReview, SecondReview, InAppeal, Decided, Executing:
		f.Escalated = true
	}
}

// enter sets what a new state begins with.
func enter(f *Facts, from State, a *Act) {
	f.Extended = 0
	f.Open = WindowOf(f, f.State)
	if f.State == MerchantAnswer {
		f.MerchantServed = true
	}
	if f.State != Rebuttal {
		f.Turn = ""
	}
	if f.State == InReview && from != InReview && a.Move != MoveRemit {
		f.Escalated = false
	}
	if f.State != InAppeal {
		f.Waiting = false
	}
}
