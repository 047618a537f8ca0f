package flow

import (
	"context"
	"slices"
	"strconv"

	"anxin/internal/casefile"
	"anxin/internal/service/input"
	"anxin/internal/service/terms"
)

// Bounds of a quote.
const (
	maxLines = 30
	maxWhy   = 200
)

// Answers of a quote line.
const (
	LineOpen     = "open"
	LineApproved = "approved"
	LineRefused  = "refused"
	LineFree     = "free"
)

// Propose implements Technicians. Whatever the client sends, prices are the published list's.
func (s *Commands) Propose(ctx context.Context, a casefile.Actor, c terms.Propose) (terms.QuoteView, error) {
	var view terms.QuoteView
	_, err := s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.heldBy(c.Visit); err != nil {
			return err
		}
		if !terms.VisitMoves.Can(w.Visit.State, terms.MovePropose, casefile.Technician) {
			_, err := terms.VisitMoves.Next(w.Visit.State, terms.MovePropose, casefile.Technician)
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
			ask = ask || l.Answer == LineOpen
		}
		m := terms.MoveBegin
		if ask {
			m, q.State = terms.MovePropose, terms.QuoteOpen
		} else {
			q.Answered = w.Now
			if w.Visit.State == terms.VisitWaitingApproval { // the open quote was withdrawn, nothing needs approval any more
				m = terms.MoveWithdraw
			}
		}
		if err := w.moveVisit(m, casefile.Technician); err != nil {
			return err
		}
		if err := s.Store.InsertQuote(ctx, w.Tx, q); err != nil {
			return err
		}
		if ask {
			if err := w.tell(ctx, terms.ToCustomer, "quote_waiting", map[string]any{"total": total}); err != nil {
				return err
			}
		}
		view, err = w.QuoteView(ctx, q, true)
		if err != nil {
			return err
		}
		return w.event("quote.proposed", forBoth, map[string]any{"quote": q.ID, "version": q.Version, "price_list": q.PriceList, "total": int64(total), "open": ask})
	})
	return view, err
}

// priced builds the lines of a quote from the published list.
func (w *Work) priced(ctx context.Context, lines []terms.ProposeLine) (*terms.Quote, error) {
	var f input.Fields
	if len(lines) == 0 {
		f.Bad("lines", "required")
	}
	if len(lines) > maxLines {
		f.Bad("lines", "too_many", "max", maxLines)
		return nil, f.Err()
	}
	q := &terms.Quote{Tenant: w.Case.Tenant, Case: w.Case.ID, ID: w.Commands.Source.NewID(), Visit: w.Visit.ID, PriceList: w.Commands.Catalogue.PriceVersion, State: terms.QuoteAnswered, Created: w.Now}
	used := map[string]bool{}
	for i, in := range lines {
		at := "lines." + strconv.Itoa(i) + "."
		item, ok := w.Commands.Catalogue.Item(in.Item)
		if !ok || !item.For(string(w.Req.Kind), w.Req.Product) || used[in.Item] {
			f.Bad(at+"item", "choose")
			continue
		}
		used[in.Item] = true
		if in.Quantity < 1 || in.Quantity > item.Max {
			f.Bad(at+"quantity", "quantity", "max", item.Max)
		}
		why := f.Text(at+"why", in.Why, 0, maxWhy)
		l := terms.QuoteLine{Line: i + 1, Item: in.Item, Quantity: in.Quantity, Unit: casefile.Fen(item.Fen), List: casefile.Fen(item.Fen), Answer: LineOpen}
		switch {
		case w.Req.Warranty && in.OutsideWarranty:
			if why == "" {
				f.Bad(at+"why", "required")
			}
		case w.Req.Warranty:
			l.Unit, l.Warranty = 0, item.Fen > 0
		case in.OutsideWarranty:
			f.Bad(at+"outside_warranty", "no_warranty")
		}
		if l.Unit == 0 {
			l.Answer = LineFree
		}
		var err error
		if l.Why, err = w.seal(ctx, terms.FieldWhy, why); err != nil {
			return nil, err
		}
		q.Lines = append(q.Lines, l)
	}
	return q, f.Err()
}

func (w *Work) quotesOfVisit(ctx context.Context) ([]terms.Quote, error) {
	list, err := w.Commands.Store.Quotes(ctx, w.Tx, w.Case.Tenant, w.Case.ID)
	return slices.DeleteFunc(list, func(q terms.Quote) bool { return q.Visit != w.Visit.ID }), err
}

func (w *Work) nextQuoteVersion(ctx context.Context) (int, error) {
	list, err := w.quotesOfVisit(ctx)
	n := 0
	for i := range list {
		n = max(n, list[i].Version)
	}
	return n + 1, err
}

// withdrawQuote takes an open quote of the visit back, if there is one.
func (w *Work) withdrawQuote(ctx context.Context) error {
	if w.Visit == nil {
		return nil
	}
	list, err := w.quotesOfVisit(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		q := &list[i]
		if q.State != terms.QuoteOpen {
			continue
		}
		if q.State, err = terms.QuoteMoves.Next(q.State, terms.MoveWithdraw, w.Actor.Role); err != nil {
			return err
		}
		q.Answered = w.Now
		if err := w.Commands.Store.UpdateQuote(ctx, w.Tx, q); err != nil {
			return err
		}
	}
	return nil
}

// WithdrawQuote implements Technicians.
func (s *Commands) WithdrawQuote(ctx context.Context, a casefile.Actor, c terms.VisitRef) (terms.Result, error) {
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.heldBy(c.Visit); err != nil {
			return err
		}
		if err := w.moveVisit(terms.MoveWithdraw, casefile.Technician); err != nil {
			return err
		}
		if err := w.withdrawQuote(ctx); err != nil {
			return err
		}
		return w.event("quote.withdrawn", forBoth, nil)
	})
}

// AnswerQuote implements Customers. Every line that needs an answer gets one; silence is not approval.
func (s *Commands) AnswerQuote(ctx context.Context, a casefile.Actor, c terms.AnswerQuote) (terms.Result, error) {
	if err := MustBe(a, casefile.Customer); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if w.Visit == nil {
			return ErrNotFound
		}
		list, err := w.quotesOfVisit(ctx)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(list, func(q terms.Quote) bool { return q.ID == c.Quote })
		if at < 0 {
			return ErrNotFound
		}
		q := &list[at]
		next, err := terms.QuoteMoves.Next(q.State, terms.MoveAnswer, casefile.Customer)
		if err != nil {
			return casefile.Fail(casefile.Conflict, "service.error.quote_changed")
		}
		approved, refused, err := answerLines(q, c.Answers)
		if err != nil {
			return err
		}
		q.State, q.Answered = next, w.Now
		if err := w.moveVisit(terms.MoveAnswer, casefile.Customer); err != nil {
			return err
		}
		if err := s.Store.UpdateQuote(ctx, w.Tx, q); err != nil {
			return err
		}
		if err := w.tell(ctx, terms.ToTechnician, "quote_answered", nil); err != nil {
			return err
		}
		return w.event("quote.answered", forBoth, map[string]any{"quote": q.ID, "version": q.Version, "approved": approved, "refused": refused,
			"total": int64(totals(q.Lines).Approved)})
	})
}

// answerLines writes the answers into the open lines. Each open line needs exactly one; other lines take none.
func answerLines(q *terms.Quote, answers []terms.LineAnswer) (approved, refused int, err error) {
	var f input.Fields
	given := map[int]bool{}
	if len(answers) > maxLines {
		f.Bad("answers", "too_many", "max", maxLines)
		return 0, 0, f.Err()
	}
	for _, a := range answers {
		i := slices.IndexFunc(q.Lines, func(l terms.QuoteLine) bool { return l.Line == a.Line && l.Answer == LineOpen })
		if i < 0 || given[a.Line] {
			f.Bad("answers", "choose")
			return 0, 0, f.Err()
		}
		given[a.Line] = true
	}
	for i := range q.Lines {
		if l := &q.Lines[i]; l.Answer == LineOpen && !given[l.Line] {
			f.Bad("answers."+strconv.Itoa(l.Line), "answer_each_line")
		}
	}
	if err := f.Err(); err != nil {
		return 0, 0, err
	}
	for _, a := range answers {
		i := slices.IndexFunc(q.Lines, func(l terms.QuoteLine) bool { return l.Line == a.Line })
		if a.Approve {
			q.Lines[i].Answer = LineApproved
			approved++
		} else {
			q.Lines[i].Answer = LineRefused
			refused++
		}
	}
	return approved, refused, nil
}

// sums of a quote.
type sums struct{ Total, Approved casefile.Fen }

func totals(lines []terms.QuoteLine) (t sums) {
	for _, l := range lines {
		sum := l.Unit * casefile.Fen(l.Quantity)
		if l.Answer != LineRefused {
			t.Total += sum
		}
		if l.Answer == LineApproved {
			t.Approved += sum
		}
	}
	return t
}

// allowance is how much of each item may be done: what was approved or is free, over all quotes of the visit.
func allowance(list []terms.Quote) map[string]int64 {
	out := map[string]int64{}
	for i := range list {
		if list[i].State != terms.QuoteAnswered {
			continue
		}
		for _, l := range list[i].Lines {
			if l.Answer == LineApproved || l.Answer == LineFree {
				out[l.Item] += l.Quantity
			}
		}
	}
	return out
}

// QuoteView shows a quote; why lines are opened for those who may read them.
func (w *Work) QuoteView(ctx context.Context, q *terms.Quote, open bool) (terms.QuoteView, error) {
	t := totals(q.Lines)
	v := terms.QuoteView{ID: q.ID, Visit: q.Visit, Version: q.Version, PriceList: q.PriceList, State: q.State, Created: q.Created, Answered: q.Answered, Total: t.Total, Approved: t.Approved}
	for _, l := range q.Lines {
		lv := w.Commands.LineView(l)
		if open && len(l.Why) > 0 {
			if err := w.Unlock(ctx); err != nil {
				return v, err
			}
			var err error
			if lv.Why, err = w.Box.Open(terms.FieldWhy, l.Why); err != nil {
				return v, err
			}
		}
		v.Lines = append(v.Lines, lv)
	}
	return v, nil
}

// LineView is a line with its names.
func (s *Commands) LineView(l terms.QuoteLine) terms.QuoteLineView {
	v := terms.QuoteLineView{Line: l.Line, Item: l.Item, Name: s.Catalogue.ItemName(l.Item).Text, Quantity: l.Quantity, UnitFen: l.Unit, ListFen: l.List,
		Sum: l.Unit * casefile.Fen(l.Quantity), Answer: l.Answer, Warranty: l.Warranty}
	if item, ok := s.Catalogue.Item(l.Item); ok {
		v.ItemKind, v.Unit = item.Kind, s.Catalogue.UnitName(item.Unit).Text
	}
	return v
}
