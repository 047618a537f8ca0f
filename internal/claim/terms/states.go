package terms

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"anxin/internal/casefile"
)

// Transition is one row of the table: in state From, Move is open to Who, under the condition When, past the Guards, and leads to To.
type Transition struct {
	From   State
	Move   Move
	Who    []Part
	To     State // back: the state before it was suspended
	When   Cond
	Guards []Guard
	Tell   []Letter
}

// Letter is a message that a move sends: template of i18n claim_message, to whom.
type Letter struct {
	To       Side
	Template string
}

// Stage is what belongs to a state: its clock (kind of the clock policy) and whose window is open while it runs.
type Stage struct {
	Clock string
	// Window is whose hearing window the state is; turn: the side whose turn it is.
	Window Side
	Turn   bool
	// Extend says who may extend the clock, how often and by how much (clock units: h hours, d working days).
	Extend []Extension
	// Queue is which reviewers take it: review, second, appeal; empty: none.
	Queue string
}

// Extension is a right to extend the clock of a stage.
type Extension struct {
	Who   Part
	Times int
	By    string // 48h, 2d
}

// Clocks of claims, beside those of the stages.
const (
	ClockCap      = "claim_cap"      // from the first review to the decision
	ClockAppeal   = "claim_appeal"   // the right to appeal
	ClockResponse = "claim_response" // of the other side to an appeal
	ClockRefund   = "claim_refund"   // until the refund is confirmed
	ClockReturn   = "claim_return"   // until the goods are on their way
	ClockRetain   = "claim_retain"   // until it is archived
)

// Stages says what belongs to each state.
var Stages = map[State]Stage{
	Checking:       {Clock: "claim_check"},
	BuyerEvidence:  {Clock: "claim_evidence", Window: BuyerSide, Extend: []Extension{{Buyer, 1, "48h"}}},
	MerchantAnswer: {Clock: "claim_answer", Window: MerchantSide, Extend: []Extension{{Seller, 1, "48h"}}},
	Negotiating:    {Clock: "claim_offer", Window: BuyerSide},
	Rebuttal:       {Clock: "claim_rebuttal", Turn: true},
	InReview:       {Clock: "claim_review", Extend: []Extension{{Reviewer, 2, "2d"}}, Queue: "review"},
	Inspection:     {Clock: "claim_inspection"},
	SecondReview:   {Clock: "claim_second", Queue: "second"},
	Decided:        {Clock: "claim_letter"},
	InAppeal:       {Clock: "claim_appeal_review", Queue: "appeal"},
}

// ClockKinds lists every kind of clock that a claim can have; the policy must know them in every lane.
func ClockKinds() []string {
	out := []string{ClockCap, ClockAppeal, ClockResponse, ClockRefund, ClockReturn, ClockRetain}
	for _, s := range Course() {
		if c := Stages[s].Clock; c != "" {
			out = append(out, c)
		}
	}
	return out
}

// Amount is the extension in the unit of its clock: microseconds, or working days.
func (e Extension) Amount() int64 {
	if n, ok := strings.CutSuffix(e.By, "d"); ok {
		days, err := strconv.ParseInt(n, 10, 32)
		if err == nil {
			return days
		}
	}
	d, err := time.ParseDuration(e.By)
	if err != nil {
		return 0 // a test looks at every one
	}
	return d.Microseconds()
}

// Ended reports whether nothing is under way in a claim any more.
func Ended(s State) bool { return slices.Contains(ended, s) || s == Archived || s == Discarded }

// Course lists the states in the order in which a claim usually meets them.
func Course() []State {
	return []State{Draft, Discarded, Filed, Checking, BuyerEvidence, MerchantAnswer, Negotiating, Rebuttal, InReview, Inspection, SecondReview, Decided, Executing,
		Appealable, InAppeal, Final, Archived, Withdrawn, Suspended, Merged, Referred}
}

type (
	states = []State
	parts  = []Part
)

// rows expands "from any of these states". An empty To keeps the state.
func rows(from states, m Move, who parts, to State, more ...any) []Transition {
	out := make([]Transition, 0, len(from))
	for _, f := range from {
		r := Transition{From: f, Move: m, Who: who, To: to}
		if to == "" {
			r.To = f
		}
		for _, x := range more {
			switch x := x.(type) {
			case Cond:
				r.When = x
			case Guard:
				r.Guards = append(r.Guards, x)
			case Letter:
				r.Tell = append(r.Tell, x)
			}
		}
		out = append(out, r)
	}
	return out
}

func buyer(template string) Letter  { return Letter{BuyerSide, "claim_" + template} }
func seller(template string) Letter { return Letter{MerchantSide, "claim_" + template} }

var (
	undecided = states{Filed, Checking, BuyerEvidence, MerchantAnswer, Negotiating, Rebuttal, InReview, Inspection, SecondReview}
	living    = append(slices.Clone(undecided), Decided, Executing, Appealable, InAppeal)
	ended     = states{Final, Withdrawn, Merged, Referred}
)

// deciding are the guards of every act that decides.
var deciding = []any{GuardWindow, G2, G3, G4, G5, G7, G1}

func and(list []any, more ...any) []any { return append(slices.Clone(list), more...) }

// Table is the one place where it is said who may do what when, and where it leads. Rows of one state and move are tried in order: the first whose condition holds is taken.
var Table = slices.Concat(
	rows(states{Draft}, MoveSubmit, parts{Buyer}, Filed, buyer("receipt")),
	rows(states{Draft}, MoveDiscard, parts{Buyer, System}, Discarded),
	rows(states{Filed}, MoveCheck, parts{System}, Checking),

	rows(states{Checking}, MoveWant, parts{System}, BuyerEvidence, buyer("more_wanted")),
	rows(states{Checking}, MoveServe, parts{System}, MerchantAnswer, seller("served"), buyer("served_buyer")),
	rows(states{Checking}, MoveLapse, parts{System}, MerchantAnswer, seller("served"), buyer("served_buyer")),

	rows(states{BuyerEvidence}, MoveSupply, parts{Buyer}, MerchantAnswer, MerchantUnheard, seller("served"), buyer("served_buyer")),
	rows(states{BuyerEvidence}, MoveSupply, parts{Buyer}, Rebuttal, Newly, seller("comment_wanted")),
	rows(states{BuyerEvidence}, MoveSupply, parts{Buyer}, InReview),
	rows(states{BuyerEvidence}, MoveUnable, parts{Buyer}, MerchantAnswer, MerchantUnheard, seller("served"), buyer("served_buyer")),
	rows(states{BuyerEvidence}, MoveUnable, parts{Buyer}, InReview),
	rows(states{BuyerEvidence}, MoveWaive, parts{Reviewer}, InReview, MerchantHeard, buyer("waived")),
	rows(states{BuyerEvidence}, MoveExtend, parts{Buyer}, "", GuardLimit),
	rows(states{BuyerEvidence}, MoveLapse, parts{System}, MerchantAnswer, MerchantUnheard, seller("served"), buyer("served_buyer")),
	rows(states{BuyerEvidence}, MoveLapse, parts{System}, InReview, buyer("lapsed")),

	rows(states{MerchantAnswer}, MoveAccept, parts{Seller}, Decided),
	rows(states{MerchantAnswer}, MoveOffer, parts{Seller}, Negotiating, buyer("offer")),
	rows(states{MerchantAnswer}, MoveContest, parts{Seller}, Rebuttal, buyer("contested")),
	rows(states{MerchantAnswer}, MoveExtend, parts{Seller}, "", GuardLimit, buyer("extended")),
	rows(states{MerchantAnswer}, MoveLapse, parts{System}, InReview, buyer("unanswered"), seller("lapsed")),

	rows(states{Negotiating}, MoveSettle, parts{Buyer}, Decided),
	rows(states{Negotiating}, MoveRefuse, parts{Buyer}, InReview, seller("refused")),
	rows(states{Negotiating}, MoveLapse, parts{System}, InReview, seller("refused"), buyer("lapsed")),

	rows(states{Rebuttal}, MoveComment, parts{Buyer}, Rebuttal, TurnBuyerNewly, seller("comment_wanted")),
	rows(states{Rebuttal}, MoveComment, parts{Buyer}, InReview, TurnBuyer),
	rows(states{Rebuttal}, MoveComment, parts{Seller}, Rebuttal, TurnMerchantNewly, buyer("comment_wanted")),
	rows(states{Rebuttal}, MoveComment, parts{Seller}, InReview, TurnMerchant),
	rows(states{Rebuttal}, MoveLapse, parts{System}, InReview),

	rows(states{InReview}, MoveImpress, parts{Reviewer, Lead}, ""),
	rows(states{InReview}, MoveAsk, parts{Reviewer}, BuyerEvidence, AskBuyer, GuardLimit, buyer("asked")),
	rows(states{InReview}, MoveAsk, parts{Reviewer}, Rebuttal, AskMerchant, GuardLimit, seller("asked")),
	rows(states{InReview}, MoveInspect, parts{Reviewer}, Inspection, GuardLimit, buyer("inspection"), seller("inspection")),
	rows(states{InReview}, MoveExtend, parts{Reviewer}, "", GuardLimit, buyer("review_extended"), seller("review_extended")),
	rows(states{InReview}, MoveDecide, parts{Reviewer}, SecondReview, and(deciding, TwoNeeded)...),
	rows(states{InReview}, MoveDecide, parts{Reviewer}, Decided, deciding...),
	rows(states{InReview}, MoveLapse, parts{System}, "", buyer("late"), seller("late")),

	rows(states{Inspection}, MoveReport, parts{Inspector, System}, InReview, buyer("inspected"), seller("inspected")),
	rows(states{Inspection}, MoveLapse, parts{System}, InReview),

	rows(states{SecondReview}, MoveImpress, parts{Second, Lead}, ""),
	rows(states{SecondReview}, MoveAgree, parts{Second}, Decided, and(deciding, NotDisputed)...),
	rows(states{SecondReview}, MoveDisagree, parts{Second}, "", NotDisputed, GuardApart, G4),
	rows(states{SecondReview}, MoveLeadDecide, parts{Lead}, Decided, and(deciding, Disputed, GuardApart)...),
	rows(states{SecondReview}, MoveLapse, parts{System}, ""),

	rows(states{Decided}, MoveServe, parts{System}, Executing, ToDo, buyer("decided"), seller("decided")),
	rows(states{Decided}, MoveServe, parts{System}, Final, Closed, buyer("decided"), seller("decided")),
	rows(states{Decided}, MoveServe, parts{System}, Appealable, buyer("decided"), seller("decided")),
	rows(states{Decided}, MoveLapse, parts{System}, ""),

	rows(states{Executing}, MoveConfirm, parts{Buyer, Seller, System, Lead}, Executing, MoreToDo),
	rows(states{Executing}, MoveConfirm, parts{Buyer, Seller, System, Lead}, Final, Closed, buyer("carried_out"), seller("carried_out")),
	rows(states{Executing}, MoveConfirm, parts{Buyer, Seller, System, Lead}, Appealable, buyer("carried_out"), seller("carried_out")),
	rows(states{Executing}, MoveGiveUp, parts{Lead}, Final, Closed, GuardTyped, buyer("given_up"), seller("given_up")),
	rows(states{Executing}, MoveGiveUp, parts{Lead}, Appealable, GuardTyped, buyer("given_up"), seller("given_up")),
	rows(states{Executing}, MoveLapse, parts{System}, "", buyer("step_late"), seller("step_late")),
	rows(states{Executing}, MoveRunOut, parts{System}, ""),

	rows(states{Executing, Appealable}, MoveAppeal, parts{Buyer}, InAppeal, GuardLimit, seller("appealed"), buyer("appeal_receipt")),
	rows(states{Executing, Appealable}, MoveAppeal, parts{Seller}, InAppeal, GuardLimit, buyer("appealed"), seller("appeal_receipt")),
	rows(states{Executing}, MoveWaiveRight, parts{Buyer, Seller}, "", GuardLimit),
	rows(states{Appealable}, MoveWaiveRight, parts{Buyer}, Final, MerchantWaived, GuardLimit, buyer("final"), seller("final")),
	rows(states{Appealable}, MoveWaiveRight, parts{Seller}, Final, BuyerWaived, GuardLimit, buyer("final"), seller("final")),
	rows(states{Appealable}, MoveWaiveRight, parts{Buyer, Seller}, "", GuardLimit),
	rows(states{Appealable}, MoveLapse, parts{System}, Final, buyer("final"), seller("final")),

	rows(states{InAppeal}, MoveRespond, parts{Buyer}, "", AppealByMerchant, Waiting),
	rows(states{InAppeal}, MoveRespond, parts{Seller}, "", AppealByBuyer, Waiting),
	rows(states{InAppeal}, MoveSilent, parts{System}, "", Waiting),
	rows(states{InAppeal}, MoveImpress, parts{Appealer, Lead}, ""),
	rows(states{InAppeal}, MoveUphold, parts{Appealer}, Executing, ToDo, GuardWindow, GuardThird, GuardTyped, G4, buyer("upheld"), seller("upheld")),
	rows(states{InAppeal}, MoveUphold, parts{Appealer}, Final, GuardWindow, GuardThird, GuardTyped, G4, buyer("upheld"), seller("upheld")),
	rows(states{InAppeal}, MoveOverturn, parts{Appealer}, Decided, and(deciding, GuardThird, GuardTyped)...),
	rows(states{InAppeal}, MoveRemit, parts{Appealer}, InReview, GuardWindow, GuardThird, GuardTyped, GuardLimit, G4, buyer("remitted"), seller("remitted")),
	rows(states{InAppeal}, MoveTakeBack, parts{Buyer}, Executing, AppealByBuyerToDo),
	rows(states{InAppeal}, MoveTakeBack, parts{Buyer}, Final, AppealByBuyer, buyer("final"), seller("final")),
	rows(states{InAppeal}, MoveTakeBack, parts{Seller}, Executing, AppealByMerchantToDo),
	rows(states{InAppeal}, MoveTakeBack, parts{Seller}, Final, AppealByMerchant, buyer("final"), seller("final")),
	rows(states{InAppeal}, MoveLapse, parts{System}, "", buyer("late"), seller("late")),

	rows(states{Decided, Executing, Appealable, InAppeal, Final}, MoveEnter, parts{System}, "", FoundForged, G6),
	rows(states{Final}, MoveRefer, parts{Lead}, Referred, GuardTyped),

	rows(undecided, MoveWithdraw, parts{Buyer}, Withdrawn, seller("withdrawn"), buyer("withdrawn")),
	rows(undecided, MoveMerge, parts{Lead}, Merged, GuardTyped, buyer("merged"), seller("merged")),
	rows(living, MoveSuspend, parts{Lead}, Suspended, GuardTyped, buyer("suspended"), seller("suspended")),
	rows(states{Suspended}, MoveResume, parts{Lead}, back, buyer("resumed"), seller("resumed")),
	rows(states{Suspended}, MoveWithdraw, parts{Buyer}, Withdrawn, WasUndecided, seller("withdrawn"), buyer("withdrawn")),
	rows(ended, MoveArchive, parts{System}, Archived),
)

// Mermaid draws the table as a state diagram. Moves that keep the state, and the side states that can be reached from everywhere, are left out: they are in the table.
func Mermaid() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    [*] --> draft\n")
	seen := map[string]bool{}
	for _, r := range Table {
		line := fmt.Sprintf("    %s --> %s: %s\n", r.From, r.To, r.Move)
		if r.From == r.To || seen[line] || r.To == back || r.To == Suspended || r.To == Withdrawn || r.To == Merged {
			continue
		}
		seen[line] = true
		b.WriteString(line)
	}
	for _, s := range []State{Discarded, Archived} {
		fmt.Fprintf(&b, "    %s --> [*]\n", s)
	}
	return b.String()
}

// Markdown writes the rows as a table: move, from, to, who, condition, guards, messages.
func Markdown() string {
	var b strings.Builder
	b.WriteString("| move | from | to | who | when | guards | tells |\n|---|---|---|---|---|---|---|\n")
	for _, r := range Table {
		tell := make([]string, len(r.Tell))
		for i, l := range r.Tell {
			tell[i] = string(l.To) + " " + strings.TrimPrefix(l.Template, "claim_")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", r.Move, r.From, r.To, join(r.Who), r.When, join(r.Guards), strings.Join(tell, ", "))
	}
	return b.String()
}

func join[T ~string](list []T) string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = string(x)
	}
	return strings.Join(out, ", ")
}

// The refusals of a move that is not open in this state: "not now", or "not yours" when another part could.
var (
	errNotNow   = casefile.Fail(casefile.Conflict, "claim.error.not_now")
	errNotYours = casefile.Fail(casefile.Denied, "claim.error.not_yours")
)
