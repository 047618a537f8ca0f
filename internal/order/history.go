package order

import (
	"time"

	"anxin/internal/casefile"
)

// Mark is something that happened in a claim and that later rules may ask about. The claims half writes it in the transaction of the act.
type Mark struct {
	Tenant casefile.Tenant
	Case   casefile.ID
	Ref    casefile.ID // the claim; the same mark of the same claim is kept once
	Kind   MarkKind
	At     time.Time
	Amount casefile.Fen // refunded, or claimed
}

// MarkKind says what happened.
type MarkKind string

// The kinds of marks.
const (
	MarkFiled      MarkKind = "filed"       // a claim was filed; Amount is what it asks for
	MarkRefundOnly MarkKind = "refund_only" // money back, goods kept
	MarkRefund     MarkKind = "refund"      // any other refund: with return, in part, settled
	MarkRejected   MarkKind = "rejected"    // not enough evidence
	MarkForged     MarkKind = "forged"      // found forged by two people, final
	MarkWithdrawn  MarkKind = "withdrawn"   // the buyer took it back: it counts as not filed
)

// Window counts what one buyer did in a span of time.
type Window struct {
	Days          int
	Orders        int
	OrdersFen     casefile.Fen
	Claims        int // filed and not withdrawn
	ClaimsFen     casefile.Fen
	RefundOnly    int
	RefundOnlyFen casefile.Fen
	Refunds       int // with those above
	RefundsFen    casefile.Fen
	Rejected      int
	Forged        int
}

// History is what the buyer of a case did before a moment, by the same phone. It is a fact for rules that route and lengthen; it is no score.
type History struct {
	At time.Time
	// Windows are the last 30, 90 and 365 days.
	Windows [3]Window
	// Undisputed is how many orders were delivered, are older than 7 days and have no claim: the buyer's safe harbour.
	Undisputed int
	// First is the buyer's first order or claim here; zero when this is the first.
	First time.Time
	// Known is false when the case has no phone or its person was erased: nothing is known, which is neutral.
	Known bool
}

// Last answers the window of 30, 90 or 365 days; any other number of days is the empty window.
func (h History) Last(days int) Window {
	for _, w := range h.Windows {
		if w.Days == days {
			return w
		}
	}
	return Window{}
}
