package order

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
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

// maxHistory bounds what is read for one history: a buyer with more than that is counted from the newest.
const maxHistory = 5000

// settledAfter is how long after delivery an order without a claim counts as undisputed: the time in which goods can be sent back without a reason.
const settledAfter = 7 * 24 * time.Hour

// Mark keeps what happened in a claim, in the caller's transaction. The same mark again changes nothing.
func (s *Service) Mark(ctx context.Context, t tx.Tx, m Mark) error {
	switch m.Kind {
	case MarkFiled, MarkRefundOnly, MarkRefund, MarkRejected, MarkForged, MarkWithdrawn:
	default:
		return casefile.Failf(casefile.Internal, "error.internal", "mark of kind %q", m.Kind)
	}
	if m.At.IsZero() {
		m.At = s.Source.Now()
	}
	_, err := s.Store.InsertMark(ctx, t, m)
	return err
}

// History adds up what the buyer of a case did before a moment. The case's own order counts as an order; marks at that very moment do not count.
func (s *Service) History(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, at time.Time) (History, error) {
	h := History{At: at, Windows: [3]Window{{Days: 30}, {Days: 90}, {Days: 365}}}
	c, err := s.Timeline.Get(ctx, t, tenant, caseID)
	if err != nil {
		return h, err
	}
	if h.Known, err = s.Store.HasPhone(ctx, t, tenant, c.Subject); err != nil || !h.Known {
		return h, err
	}
	bought, err := s.Store.Bought(ctx, t, tenant, c.Subject, at, maxHistory)
	if err != nil {
		return h, err
	}
	marks, err := s.Store.Marked(ctx, t, tenant, c.Subject, at, maxHistory)
	if err != nil {
		return h, err
	}
	h.addOrders(bought, caseID)
	h.addMarks(marks)
	return h, nil
}

func (h *History) addOrders(bought []Bought, own casefile.ID) {
	for _, b := range bought {
		h.seen(b.At)
		if b.Case != own && b.Claims == 0 && !b.Delivered.IsZero() && h.At.Sub(b.Delivered) > settledAfter {
			h.Undisputed++
		}
		for i := range h.Windows {
			if w := &h.Windows[i]; w.holds(h.At, b.At) {
				w.Orders++
				w.OrdersFen += b.Price
			}
		}
	}
}

func (h *History) addMarks(marks []Mark) {
	withdrawn := map[casefile.ID]bool{}
	for _, m := range marks {
		if m.Kind == MarkWithdrawn {
			withdrawn[m.Ref] = true
		}
	}
	for _, m := range marks {
		h.seen(m.At)
		for i := range h.Windows {
			if w := &h.Windows[i]; w.holds(h.At, m.At) {
				w.add(m, withdrawn[m.Ref])
			}
		}
	}
}

func (h *History) seen(at time.Time) {
	if h.First.IsZero() || at.Before(h.First) {
		h.First = at
	}
}

func (w *Window) holds(now, at time.Time) bool {
	return !at.After(now) && now.Sub(at) <= time.Duration(w.Days)*24*time.Hour
}

func (w *Window) add(m Mark, withdrawn bool) {
	switch m.Kind {
	case MarkFiled:
		if !withdrawn {
			w.Claims++
			w.ClaimsFen += m.Amount
		}
	case MarkRefundOnly:
		w.RefundOnly++
		w.RefundOnlyFen += m.Amount
		w.Refunds++
		w.RefundsFen += m.Amount
	case MarkRefund:
		w.Refunds++
		w.RefundsFen += m.Amount
	case MarkRejected:
		w.Rejected++
	case MarkForged:
		w.Forged++
	}
}
