package terms

import (
	"fmt"
	"slices"
	"strings"

	"anxin/internal/casefile"
)

// State is where a request, visit, offer, promise or quote stands. The names are stored and are part of the API: they never change meaning.
type State string

// The states of a request.
const (
	RequestReceived    State = "received"
	RequestTriaged     State = "triaged"
	RequestPlanned     State = "planned"
	RequestAssigned    State = "assigned"
	RequestInProgress  State = "in_progress"
	RequestDone        State = "done"
	RequestClosed      State = "closed"
	RequestCancelled   State = "cancelled"
	RequestRemoteFixed State = "remote_fixed"
	RequestReferred    State = "referred"
)

// The states of a visit.
const (
	VisitPlanned          State = "planned"
	VisitOffered          State = "offered"
	VisitAccepted         State = "accepted"
	VisitEnRoute          State = "en_route"
	VisitArrived          State = "arrived"
	VisitWorking          State = "working"
	VisitWaitingApproval  State = "waiting_approval"
	VisitWaitingSignature State = "waiting_signature"
	VisitFinished         State = "finished"
	VisitNeedsFollowUp    State = "needs_follow_up"
	VisitNoAccess         State = "no_access"
	VisitAborted          State = "aborted"
)

// The states of an offer.
const (
	OfferCreated   State = "created"
	OfferSent      State = "sent"
	OfferSeen      State = "seen"
	OfferAccepted  State = "accepted"
	OfferDeclined  State = "declined"
	OfferExpired   State = "expired"
	OfferWithdrawn State = "withdrawn"
)

// The states of a promise.
const (
	PromiseQuoted    State = "quoted"
	PromiseConfirmed State = "confirmed"
	PromiseAtRisk    State = "at_risk"
	PromiseKept      State = "kept"
	PromiseBroken    State = "broken"
	PromiseReplaced  State = "replaced"
)

// The states of a quote.
const (
	QuoteOpen      State = "open"
	QuoteAnswered  State = "answered"
	QuoteWithdrawn State = "withdrawn"
)

// Move is the name of an event that leads from one state to the next, and of the button or API link that causes it.
type Move string

// The moves of requests.
const (
	MoveTriage     Move = "triage"      // an answer to "where and what" is known
	MovePlan       Move = "plan"        // a visit exists and is being offered
	MoveAssign     Move = "assign"      // a technician holds the visit
	MoveUnassign   Move = "unassign"    // and gave it back, or it was taken away
	MoveUnclear    Move = "unclear"     // the place is not known any more
	MoveStart      Move = "start"       // arrival is proved
	MoveComplete   Move = "complete"    // the visit is finished and signed
	MoveContinue   Move = "continue"    // another visit is needed
	MoveClose      Move = "close"       // rated, or nothing was heard for a week
	MoveReopen     Move = "reopen"      // same case, same number
	MoveCancel     Move = "cancel"      // with a reason
	MoveRemoteFix  Move = "remote_fix"  // solved without a visit
	MoveRefer      Move = "refer"       // became another matter, such as a return
	MoveConfirm    Move = "confirm"     // of a region: "yes, this is right"; of a promise: told to the customer as fixed
	MoveCorrect    Move = "correct"     // of an address
	MoveAttach     Move = "attach"      // photographs
	MoveReschedule Move = "reschedule"  // another wished time
	MoveNote       Move = "note"        // by the desk
	MoveEraseData  Move = "erase_data"  // of the customer
	MoveReassign   Move = "reassign"    // take the visit from one technician and look again
	MovePin        Move = "pin"         // fix the technician and the hour
	MoveBroadcast  Move = "broadcast"   // offer to everybody at once
	MoveResetCode  Move = "reset_code"  // of the door
	MoveOffer      Move = "offer"       // to one or more technicians
	MoveAccept     Move = "accept"      //
	MoveDecline    Move = "decline"     //
	MoveExpire     Move = "expire"      //
	MoveWithdraw   Move = "withdraw"    //
	MoveSend       Move = "send"        //
	MoveSee        Move = "see"         //
	MoveSetOut     Move = "set_out"     // the technician is on the way
	MoveArrive     Move = "arrive"      // proved by code
	MovePropose    Move = "propose"     // a quote with lines that need approval
	MoveBegin      Move = "begin"       // work that needs no approval
	MoveAnswer     Move = "answer"      // every line of the quote
	MoveSubmit     Move = "submit"      // the report of work; the signature is still missing
	MoveFinish     Move = "finish"      // the report of work with a signature or its refusal
	MoveSign       Move = "sign"        //
	MoveRefuseSign Move = "refuse_sign" // with a reason
	MoveLapse      Move = "lapse"       // nobody answered in the time allowed
	MoveFollowUp   Move = "follow_up"   // this visit cannot finish it
	MoveNoAccess   Move = "no_access"   // nobody opened
	MoveAbort      Move = "abort"       // with a reason
	MoveRate       Move = "rate"        //
	MoveRisk       Move = "risk"        // of a promise: the estimate lies after the window
	MoveRecover    Move = "recover"     // and is inside again
	MoveKeep       Move = "keep"        //
	MoveBreak      Move = "break"       //
	MoveReplace    Move = "replace"     // by a newer promise, agreed before the old one could be broken
)

// Transition is one row of a table: in state From, Move is open to Roles and leads to To.
type Transition struct {
	From  State
	Move  Move
	Roles []casefile.Role
	To    State
}

// Machine is a transition table. The rows are the only place where it is said who may do what when.
type Machine struct {
	Name    string
	Initial State
	Rows    []Transition
}

// Machines are the tables of this package, for charts, docs and property tests.
func Machines() []*Machine {
	return []*Machine{RequestMoves, VisitMoves, OfferMoves, PromiseMoves, QuoteMoves}
}

const (
	customer   = casefile.Customer
	technician = casefile.Technician
	agent      = casefile.Agent
	dispatcher = casefile.Dispatcher
	system     = casefile.System
)

type (
	states = []State
	roles  = []casefile.Role
)

// rows expands "from any of these states". An empty To keeps the state.
func rows(from states, m Move, who roles, to State) []Transition {
	out := make([]Transition, 0, len(from))
	for _, f := range from {
		end := to
		if end == "" {
			end = f
		}
		out = append(out, Transition{From: f, Move: m, Roles: who, To: end})
	}
	return out
}

var (
	deskOnly = roles{agent, dispatcher}
	anybody  = roles{customer, technician, agent, dispatcher, system}
	byMarket = roles{technician, dispatcher, system}
)

var RequestMoves = &Machine{Name: "request", Initial: RequestReceived, Rows: slices.Concat(
	rows(states{RequestReceived}, MoveTriage, roles{system}, RequestTriaged),
	rows(states{RequestTriaged}, MoveUnclear, roles{customer, agent, dispatcher}, RequestReceived),
	rows(states{RequestReceived, RequestTriaged}, MoveConfirm, roles{customer, agent, dispatcher}, RequestTriaged),
	rows(states{RequestPlanned, RequestAssigned}, MoveConfirm, roles{customer, agent, dispatcher}, ""),
	rows(states{RequestReceived, RequestTriaged, RequestPlanned}, MoveCorrect, roles{customer, agent, dispatcher}, RequestTriaged),
	rows(states{RequestAssigned}, MoveCorrect, deskOnly, ""),
	rows(states{RequestTriaged}, MovePlan, roles{dispatcher, system}, RequestPlanned),
	rows(states{RequestTriaged, RequestPlanned}, MoveAssign, byMarket, RequestAssigned),
	rows(states{RequestAssigned}, MoveUnassign, byMarket, RequestPlanned),
	rows(states{RequestAssigned}, MoveStart, roles{technician, customer}, RequestInProgress),
	rows(states{RequestInProgress}, MoveComplete, roles{technician, customer, system}, RequestDone),
	rows(states{RequestAssigned, RequestInProgress}, MoveContinue, roles{technician, agent, dispatcher}, RequestTriaged),
	rows(states{RequestDone}, MoveClose, roles{customer, system}, RequestClosed),
	rows(states{RequestDone, RequestClosed, RequestRemoteFixed}, MoveReopen, roles{customer, agent, dispatcher}, RequestTriaged),
	rows(states{RequestCancelled}, MoveReopen, deskOnly, RequestTriaged),
	rows(states{RequestReceived, RequestTriaged, RequestPlanned, RequestAssigned}, MoveCancel, roles{customer, agent, dispatcher}, RequestCancelled),
	rows(states{RequestInProgress}, MoveCancel, roles{customer, technician, agent, dispatcher}, RequestCancelled),
	rows(states{RequestReceived, RequestTriaged, RequestPlanned, RequestAssigned}, MoveRemoteFix, deskOnly, RequestRemoteFixed),
	rows(states{RequestReceived, RequestTriaged, RequestPlanned, RequestAssigned, RequestInProgress, RequestDone}, MoveRefer, deskOnly, RequestReferred),
	rows(states{RequestReceived, RequestTriaged, RequestPlanned}, MoveReschedule, roles{customer, agent, dispatcher}, ""),
	rows(states{RequestReceived, RequestTriaged, RequestPlanned, RequestAssigned, RequestInProgress}, MoveAttach, roles{customer, agent, dispatcher}, ""),
	rows(states{RequestReceived, RequestTriaged, RequestPlanned, RequestAssigned, RequestInProgress, RequestDone, RequestClosed,
		RequestCancelled, RequestRemoteFixed, RequestReferred}, MoveNote, deskOnly, ""),
	rows(states{RequestDone, RequestClosed, RequestCancelled, RequestRemoteFixed, RequestReferred}, MoveEraseData, roles{customer, casefile.Admin}, ""),
)}

var OpenVisitStates = states{VisitPlanned, VisitOffered, VisitAccepted, VisitEnRoute, VisitArrived, VisitWorking, VisitWaitingApproval}

var VisitMoves = &Machine{Name: "visit", Initial: VisitPlanned, Rows: slices.Concat(
	rows(states{VisitPlanned, VisitOffered}, MoveOffer, roles{system, dispatcher}, VisitOffered),
	rows(states{VisitOffered}, MoveWithdraw, byMarket, VisitPlanned),
	rows(states{VisitPlanned, VisitOffered}, MoveBroadcast, roles{dispatcher}, ""),
	rows(states{VisitOffered}, MoveAccept, roles{technician}, VisitAccepted),
	rows(states{VisitPlanned, VisitOffered, VisitAccepted}, MovePin, roles{dispatcher}, VisitAccepted),
	rows(states{VisitAccepted, VisitEnRoute}, MoveReassign, roles{dispatcher}, VisitPlanned),
	rows(states{VisitAccepted, VisitEnRoute}, MoveUnassign, roles{technician, system}, VisitPlanned),
	rows(states{VisitAccepted}, MoveSetOut, roles{technician}, VisitEnRoute),
	rows(states{VisitAccepted, VisitEnRoute}, MoveArrive, roles{technician, customer}, VisitArrived),
	rows(states{VisitAccepted, VisitEnRoute}, MoveResetCode, deskOnly, ""),
	rows(states{VisitArrived, VisitWorking, VisitWaitingApproval}, MovePropose, roles{technician}, VisitWaitingApproval),
	rows(states{VisitArrived, VisitWorking}, MoveBegin, roles{technician}, VisitWorking),
	rows(states{VisitWaitingApproval}, MoveAnswer, roles{customer}, VisitWorking),
	rows(states{VisitWaitingApproval}, MoveWithdraw, roles{technician}, VisitWorking),
	rows(states{VisitWorking}, MoveSubmit, roles{technician}, VisitWaitingSignature),
	rows(states{VisitWorking}, MoveFinish, roles{technician}, VisitFinished),
	rows(states{VisitWaitingSignature}, MoveSign, roles{customer, technician}, VisitFinished),
	rows(states{VisitWaitingSignature}, MoveRefuseSign, roles{customer, technician}, VisitFinished),
	rows(states{VisitWaitingSignature}, MoveLapse, roles{system}, VisitFinished),
	rows(states{VisitArrived, VisitWorking, VisitWaitingApproval}, MoveFollowUp, roles{technician}, VisitNeedsFollowUp),
	rows(states{VisitEnRoute}, MoveNoAccess, roles{technician}, VisitNoAccess),
	rows(states{VisitArrived, VisitWorking, VisitWaitingApproval}, MoveAbort, roles{technician}, VisitAborted),
	rows(OpenVisitStates, MoveAbort, roles{customer, agent, dispatcher, system}, VisitAborted),
	rows(states{VisitFinished}, MoveRate, roles{customer}, ""),
)}

var LiveOfferStates = states{OfferCreated, OfferSent, OfferSeen}

var OfferMoves = &Machine{Name: "offer", Initial: OfferCreated, Rows: slices.Concat(
	rows(states{OfferCreated}, MoveSend, roles{system}, OfferSent),
	rows(states{OfferCreated, OfferSent}, MoveSee, roles{technician}, OfferSeen),
	rows(LiveOfferStates, MoveAccept, roles{technician}, OfferAccepted),
	rows(LiveOfferStates, MoveDecline, roles{technician}, OfferDeclined),
	rows(LiveOfferStates, MoveExpire, roles{system}, OfferExpired),
	rows(LiveOfferStates, MoveWithdraw, anybody, OfferWithdrawn),
	rows(states{OfferAccepted}, MoveWithdraw, byMarket, OfferWithdrawn),
)}

var UnjudgedPromiseStates = states{PromiseQuoted, PromiseConfirmed, PromiseAtRisk}

var PromiseMoves = &Machine{Name: "promise", Initial: PromiseQuoted, Rows: slices.Concat(
	rows(states{PromiseQuoted}, MoveConfirm, byMarket, PromiseConfirmed),
	rows(states{PromiseQuoted, PromiseConfirmed}, MoveRisk, roles{system}, PromiseAtRisk),
	rows(states{PromiseAtRisk}, MoveRecover, byMarket, PromiseConfirmed),
	rows(UnjudgedPromiseStates, MoveKeep, roles{technician, customer}, PromiseKept),
	rows(UnjudgedPromiseStates, MoveBreak, anybody, PromiseBroken),
	rows(UnjudgedPromiseStates, MoveReplace, anybody, PromiseReplaced),
)}

var QuoteMoves = &Machine{Name: "quote", Initial: QuoteOpen, Rows: slices.Concat(
	rows(states{QuoteOpen}, MoveAnswer, roles{customer}, QuoteAnswered),
	rows(states{QuoteOpen}, MoveWithdraw, anybody, QuoteWithdrawn),
)}

// Next answers the state that a move leads to. A move that the table does not have in this state is a Conflict ("not now": reload and look); one that
// it has for others is Denied.
func (m *Machine) Next(from State, mv Move, who casefile.Role) (State, error) {
	known := false
	for i := range m.Rows {
		if r := &m.Rows[i]; r.From == from && r.Move == mv {
			if slices.Contains(r.Roles, who) {
				return r.To, nil
			}
			known = true
		}
	}
	args := map[string]any{"machine": m.Name, "state": string(from), "move": string(mv)}
	if known {
		return from, &casefile.Error{Category: casefile.Denied, Key: "service.error.not_yours", Args: args}
	}
	return from, &casefile.Error{Category: casefile.Conflict, Key: "service.error.not_now", Args: args}
}

// Moves lists what the table lets a role do in a state, in the table's order. Buttons and API links come from it; guards that depend on facts
// (a signature that is already there) are applied by the views.
func (m *Machine) Moves(from State, who casefile.Role) []Move {
	var out []Move
	for i := range m.Rows {
		if r := &m.Rows[i]; r.From == from && slices.Contains(r.Roles, who) && !slices.Contains(out, r.Move) {
			out = append(out, r.Move)
		}
	}
	return out
}

// Can reports whether the table lets the role do the move in this state.
func (m *Machine) Can(from State, mv Move, who casefile.Role) bool {
	_, err := m.Next(from, mv, who)
	return err == nil
}

// Final reports whether only notes and the like are possible in a state: no row leads out of it.
func (m *Machine) Final(s State) bool {
	return !slices.ContainsFunc(m.Rows, func(r Transition) bool { return r.From == s && r.To != s })
}

// States lists the states in the order in which the table first names them, the initial one first.
func (m *Machine) States() []State {
	out := states{m.Initial}
	for _, r := range m.Rows {
		for _, s := range (states{r.From, r.To}) {
			if !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// Mermaid draws the table as a state diagram. Moves that keep the state are left out; they are in the table below the chart.
func (m *Machine) Mermaid() string {
	var b strings.Builder
	fmt.Fprintf(&b, "stateDiagram-v2\n    [*] --> %s\n", m.Initial)
	seen := map[string]bool{}
	for _, r := range m.Rows {
		line := fmt.Sprintf("    %s --> %s: %s\n", r.From, r.To, r.Move)
		if r.From == r.To || seen[line] {
			continue
		}
		seen[line] = true
		b.WriteString(line)
	}
	for _, s := range m.States() {
		if m.Final(s) {
			fmt.Fprintf(&b, "    %s --> [*]\n", s)
		}
	}
	return b.String()
}

// Table writes the rows as a Markdown table: move, from, to, who.
func (m *Machine) Table() string {
	var b strings.Builder
	b.WriteString("| move | from | to | who |\n|---|---|---|---|\n")
	for _, r := range m.Rows {
		who := make([]string, len(r.Roles))
		for i, role := range r.Roles {
			who[i] = string(role)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.Move, r.From, r.To, strings.Join(who, ", "))
	}
	return b.String()
}
