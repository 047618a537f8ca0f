package service

import (
	"context"
	"slices"
	"strconv"

	"anxin/internal/casefile"
)

// Bounds of a quote.
const (
	maxLines = 30
	maxWhy   = 200
)

// Answers of a quote line.
const (
	lineOpen     = "open"
	lineApproved = "approved"
	lineRefused  = "refused"
	lineFree     = "free"
)

// Propose implements Technicians. Whatever the client sends, prices are the published list's.
func (s *Service) Propose(ctx context.Context, a casefile.Actor, c Propose) (QuoteView, error) {
	var view QuoteView
	_, err := s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if err := w.heldBy(c.Visit); err != nil {
			return err
		}
		if !visits.Can(w.visit.State, MovePropose, technician) {
			_, err := visits.Next(w.visit.State, MovePropose, technician)
			return err
		}
		q, err := w.priced(ctx, c.Lines)
		if err != nil {
			return err
		}
		if err := w.withdrawQuote(ctx); err != nil {
			return err
		}
		if q.Version, err = w.nextQuoteVersion(ctx); err != nil {
			return err
		}
		total, ask := casefile.Fen(0), false
		for _, l := range q.Lines {
			total += l.Unit * casefile.Fen(l.Quantity)
			ask = ask || l.Answer == lineOpen
		}
		m := MoveBegin
		if ask {
			m, q.State = MovePropose, QuoteOpen
		} else {
			q.Answered = w.now
			if w.visit.State == VisitWaitingApproval { // the open quote was withdrawn, nothing needs approval any more
				m = MoveWithdraw
			}
		}
		if err := w.moveVisit(m, technician); err != nil {
			return err
		}
		if err := s.Store.InsertQuote(ctx, w.t, q); err != nil {
			return err
		}
		if ask {
			if err := w.tell(ctx, ToCustomer, "quote_waiting", map[string]any{"total": total}); err != nil {
				return err
			}
		}
		view, err = w.quoteView(ctx, q, true)
		if err != nil {
			return err
		}
		return w.event("quote.proposed", forBoth, map[string]any{"quote": q.ID, "version": q.Version, "price_list": q.PriceList, "total": int64(total), "open": ask})
	})
	return view, err
}

// priced builds the lines of a quote from the published list.
func (w *work) priced(ctx context.Context, lines []ProposeLine) (*Quote, error) {
	var f fields
	if len(lines) == 0 {
		f.bad("lines", "required")
	}
	if len(lines) > maxLines {
		f.bad("lines", "too_many", "max", maxLines)
		return nil, f.err()
	}
	q := &Quote{Tenant: w.c.Tenant, Case: w.c.ID, ID: w.s.Source.NewID(), Visit: w.visit.ID, PriceList: w.s.Catalogue.PriceVersion, State: QuoteAnswered, Created: w.now}
	used := map[string]bool{}
	for i, in := range lines {
		at := "lines." + strconv.Itoa(i) + "."
		item, ok := w.s.Catalogue.Item(in.Item)
		if !ok || !item.For(string(w.req.Kind), w.req.Product) || used[in.Item] {
			f.bad(at+"item", "choose")
			continue
		}
		used[in.Item] = true
		if in.Quantity < 1 || in.Quantity > item.Max {
			f.bad(at+"quantity", "quantity", "max", item.Max)
		}
		why := f.text(at+"why", in.Why, 0, maxWhy)
		l := QuoteLine{Line: i + 1, Item: in.Item, Quantity: in.Quantity, Unit: casefile.Fen(item.Fen), List: casefile.Fen(item.Fen), Answer: lineOpen}
		switch {
		case w.req.Warranty && in.OutsideWarranty:
			if why == "" {
				f.bad(at+"why", "required")
			}
		case w.req.Warranty:
			l.Unit, l.Warranty = 0, item.Fen > 0
		case in.OutsideWarranty:
			f.bad(at+"outside_warranty", "no_warranty")
		}
		if l.Unit == 0 {
			l.Answer = lineFree
		}
		var err error
		if l.Why, err = w.seal(ctx, fieldWhy, why); err != nil {
			return nil, err
		}
		q.Lines = append(q.Lines, l)
	}
	return q, f.err()
}

func (w *work) quotesOfVisit(ctx context.Context) ([]Quote, error) {
	list, err := w.s.Store.Quotes(ctx, w.t, w.c.Tenant, w.c.ID)
	return slices.DeleteFunc(list, func(q Quote) bool { return q.Visit != w.visit.ID }), err
}

func (w *work) nextQuoteVersion(ctx context.Context) (int, error) {
	list, err := w.quotesOfVisit(ctx)
	n := 0
	for i := range list {
		n = max(n, list[i].Version)
	}
	return n + 1, err
}

// withdrawQuote takes an open quote of the visit back, if there is one.
func (w *work) withdrawQuote(ctx context.Context) error {
	if w.visit == nil {
		return nil
	}
	list, err := w.quotesOfVisit(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		q := &list[i]
		if q.State != QuoteOpen {
			continue
		}
		if q.State, err = quotes.Next(q.State, MoveWithdraw, w.actor.Role); err != nil {
			return err
		}
		q.Answered = w.now
		if err := w.s.Store.UpdateQuote(ctx, w.t, q); err != nil {
			return err
		}
	}
	return nil
}

// WithdrawQuote implements Technicians.
func (s *Service) WithdrawQuote(ctx context.Context, a casefile.Actor, c VisitRef) (Result, error) {
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if err := w.heldBy(c.Visit); err != nil {
			return err
		}
		if err := w.moveVisit(MoveWithdraw, technician); err != nil {
			return err
		}
		if err := w.withdrawQuote(ctx); err != nil {
			return err
		}
		return w.event("quote.withdrawn", forBoth, nil)
	})
}

// AnswerQuote implements Customers. Every line that needs an answer gets one; silence is not approval.
func (s *Service) AnswerQuote(ctx context.Context, a casefile.Actor, c AnswerQuote) (Result, error) {
	if err := mustBe(a, casefile.Customer); err != nil {
		return Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if w.visit == nil {
			return errNotFound
		}
		list, err := w.quotesOfVisit(ctx)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(list, func(q Quote) bool { return q.ID == c.Quote })
		if at < 0 {
			return errNotFound
		}
		q := &list[at]
		next, err := quotes.Next(q.State, MoveAnswer, customer)
		if err != nil {
			return casefile.Fail(casefile.Conflict, "service.error.quote_changed")
		}
		approved, refused, err := answerLines(q, c.Answers)
		if err != nil {
			return err
		}
		q.State, q.Answered = next, w.now
		if err := w.moveVisit(MoveAnswer, customer); err != nil {
			return err
		}
		if err := s.Store.UpdateQuote(ctx, w.t, q); err != nil {
			return err
		}
		if err := w.tell(ctx, ToTechnician, "quote_answered", nil); err != nil {
			return err
		}
		return w.event("quote.answered", forBoth, map[string]any{"quote": q.ID, "version": q.Version, "approved": approved, "refused": refused,
			"total": int64(totals(q.Lines).Approved)})
	})
}

// answerLines writes the answers into the open lines. Each open line needs exactly one; other lines take none.
func answerLines(q *Quote, answers []LineAnswer) (approved, refused int, err error) {
	var f fields
	given := map[int]bool{}
	if len(answers) > maxLines {
		f.bad("answers", "too_many", "max", maxLines)
		return 0, 0, f.err()
	}
	for _, a := range answers {
		i := slices.IndexFunc(q.Lines, func(l QuoteLine) bool { return l.Line == a.Line && l.Answer == lineOpen })
		if i < 0 || given[a.Line] {
			f.bad("answers", "choose")
			return 0, 0, f.err()
		}
		given[a.Line] = true
	}
	for i := range q.Lines {
		if l := &q.Lines[i]; l.Answer == lineOpen && !given[l.Line] {
			f.bad("answers."+strconv.Itoa(l.Line), "answer_each_line")
		}
	}
	if err := f.err(); err != nil {
		return 0, 0, err
	}
	for _, a := range answers {
		i := slices.IndexFunc(q.Lines, func(l QuoteLine) bool { return l.Line == a.Line })
		if a.Approve {
			q.Lines[i].Answer = lineApproved
			approved++
		} else {
			q.Lines[i].Answer = lineRefused
			refused++
		}
	}
	return approved, refused, nil
}

// sums of a quote.
type sums struct{ Total, Approved casefile.Fen }

func totals(lines []QuoteLine) (t sums) {
	for _, l := range lines {
		sum := l.Unit * casefile.Fen(l.Quantity)
		if l.Answer != lineRefused {
			t.Total += sum
		}
		if l.Answer == lineApproved {
			t.Approved += sum
		}
	}
	return t
}

// allowance is how much of each item may be done: what was approved or is free, over all quotes of the visit.
func allowance(list []Quote) map[string]int64 {
	out := map[string]int64{}
	for i := range list {
		if list[i].State != QuoteAnswered {
			continue
		}
		for _, l := range list[i].Lines {
			if l.Answer == lineApproved || l.Answer == lineFree {
				out[l.Item] += l.Quantity
			}
		}
	}
	return out
}

// quoteView shows a quote; why lines are opened for those who may read them.
func (w *work) quoteView(ctx context.Context, q *Quote, open bool) (QuoteView, error) {
	t := totals(q.Lines)
	v := QuoteView{ID: q.ID, Visit: q.Visit, Version: q.Version, PriceList: q.PriceList, State: q.State, Created: q.Created, Answered: q.Answered, Total: t.Total, Approved: t.Approved}
	for _, l := range q.Lines {
		lv := w.s.lineView(l)
		if open && len(l.Why) > 0 {
			if err := w.unlock(ctx); err != nil {
				return v, err
			}
			var err error
			if lv.Why, err = w.box.Open(fieldWhy, l.Why); err != nil {
				return v, err
			}
		}
		v.Lines = append(v.Lines, lv)
	}
	return v, nil
}

func (s *Service) lineView(l QuoteLine) QuoteLineView {
	v := QuoteLineView{Line: l.Line, Item: l.Item, Name: s.Catalogue.ItemName(l.Item).Text, Quantity: l.Quantity, UnitFen: l.Unit, ListFen: l.List,
		Sum: l.Unit * casefile.Fen(l.Quantity), Answer: l.Answer, Warranty: l.Warranty}
	if item, ok := s.Catalogue.Item(l.Item); ok {
		v.ItemKind, v.Unit = item.Kind, s.Catalogue.UnitName(item.Unit).Text
	}
	return v
}
