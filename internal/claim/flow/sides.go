package flow

import (
	"context"

	"anxin/internal/casefile"
	"anxin/internal/claim/terms"
	"anxin/internal/tx"
)

// OpenNotices implements Claimants and Merchants: the side has seen what was served.
func (s *Commands) OpenNotices(ctx context.Context, a casefile.Actor, caseID casefile.ID) error {
	unopened := false
	err := s.Read(ctx, a, caseID, func(ctx context.Context, w *Work) error { // most looks are at what was opened before: they write nothing
		list, err := s.Store.Notices(ctx, w.Tx, w.Case.Tenant, caseID, w.Claim.ID)
		for _, n := range list {
			unopened = unopened || n.Side == terms.SideOf(w.Part) && n.Opened.IsZero()
		}
		return err
	})
	if err != nil || !unopened {
		return err
	}
	_, err = s.do(casefile.WithoutOnce(ctx), a, caseID, func(ctx context.Context, w *Work) error {
		side := terms.SideOf(w.Part)
		if side == terms.NoSide {
			return ErrNotFound
		}
		n, err := s.Store.MarkNotices(ctx, w.Tx, w.Case.Tenant, caseID, w.Claim.ID, side, w.Now, false)
		if err != nil || n == 0 {
			return err
		}
		return w.event("claim.opened", forDesk, map[string]any{"side": side, "notices": n})
	})
	return err
}

// checkSay bounds a statement. A statement with media needs a declaration.
func checkSay(c *terms.Say, least int) error {
	var f fields
	c.Words = f.words("words", c.Words, least, maxStory)
	f.ids("media", c.Media, maxMedia)
	if len(c.Media) > 0 || c.Declared != "" {
		choice(&f, "declared", c.Declared, terms.Declarations())
	}
	return f.err()
}

// Supply implements Claimants: more evidence.
func (s *Commands) Supply(ctx context.Context, a casefile.Actor, c terms.Say) (terms.Result, error) {
	if err := checkSay(&c, 0); err != nil {
		return terms.Result{}, err
	}
	if c.Words == "" && len(c.Media) == 0 {
		return terms.Result{}, casefile.InvalidField("media", "claim.field.required")
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		return w.sayAndTake(ctx, terms.MoveSupply, statement{kind: "supply", words: c.Words, declared: c.Declared, media: c.Media})
	})
}

// sayAndTake keeps a statement and does its move. The move is tried first: what is refused leaves nothing.
func (w *Work) sayAndTake(ctx context.Context, m terms.Move, st statement) error {
	act := w.act(m)
	act.New, act.Remedy, act.Side, act.Typed = len(st.media) > 0, st.remedy, st.side, st.words != ""
	if _, err := terms.Claims.Row(&w.Claim.Facts, act); err != nil {
		return err
	}
	if err := w.say(ctx, st); err != nil {
		return err
	}
	data := map[string]any{"media": len(st.media)}
	if st.code != "" {
		data["code"] = st.code
	}
	if st.remedy != "" {
		data["remedy"], data["amount"] = st.remedy, st.amount
	}
	return w.take(ctx, act, data)
}

// Unable implements Claimants. It counts for nothing against the buyer.
func (s *Commands) Unable(ctx context.Context, a casefile.Actor, c terms.Reasoned) (terms.Result, error) {
	var f fields
	c.Words = f.words("words", c.Words, 0, maxWords)
	if err := f.err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		return w.sayAndTake(ctx, terms.MoveUnable, statement{kind: "unable", code: "no_device", words: c.Words})
	})
}

// Extend implements Claimants and Merchants: more time, as often as the table allows.
func (s *Commands) Extend(ctx context.Context, a casefile.Actor, c terms.Extend) (terms.Result, error) {
	return s.extend(ctx, a, c, 0)
}

// ExtendReview implements Reviewers: with a reason that both sides are told.
func (s *Commands) ExtendReview(ctx context.Context, a casefile.Actor, c terms.Extend) (terms.Result, error) {
	return s.extend(ctx, a, c, 1)
}

func (s *Commands) extend(ctx context.Context, a casefile.Actor, c terms.Extend, least int) (terms.Result, error) {
	var f fields
	c.Words = f.words("words", c.Words, least, maxShort)
	if err := f.err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if w.Part == terms.Reviewer {
			if err := w.needLease(ctx); err != nil {
				return err
			}
		}
		act := w.act(terms.MoveExtend)
		if _, err := terms.Claims.Row(&w.Claim.Facts, act); err != nil {
			return err
		}
		due, err := w.extendClock(ctx, "claim_extension")
		if err != nil {
			return err
		}
		if err := w.say(ctx, statement{kind: "extend", words: c.Words}); err != nil {
			return err
		}
		return w.take(ctx, act, map[string]any{"due": due.UnixMicro()})
	})
}

// AnswerOffer implements Claimants.
func (s *Commands) AnswerOffer(ctx context.Context, a casefile.Actor, c terms.Answer) (terms.Result, error) {
	var f fields
	c.Words = f.words("words", c.Words, 0, maxWords)
	if err := f.err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if !c.Take {
			return w.sayAndTake(ctx, terms.MoveRefuse, statement{kind: "refuse", words: c.Words})
		}
		offer, err := w.offer(ctx)
		if err != nil {
			return err
		}
		if err := w.sayAndTake(ctx, terms.MoveSettle, statement{kind: "settle", words: c.Words}); err != nil {
			return err
		}
		return w.decided(ctx, &terms.Decision{Kind: "settled", Remedy: terms.Settlement, Amount: offer.Amount})
	})
}

// offer is the merchant's newest offer.
func (w *Work) offer(ctx context.Context) (terms.Statement, error) {
	list, err := w.C.Store.Statements(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Claim.ID)
	if err != nil {
		return terms.Statement{}, err
	}
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Kind == "offer" {
			return list[i], nil
		}
	}
	return terms.Statement{}, casefile.Fail(casefile.Conflict, "claim.error.not_now")
}

// Comment implements Claimants and Merchants: on what is new. Without words and media it says "nothing to add".
func (s *Commands) Comment(ctx context.Context, a casefile.Actor, c terms.Say) (terms.Result, error) {
	if err := checkSay(&c, 0); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		return w.sayAndTake(ctx, terms.MoveComment, statement{kind: "comment", words: c.Words, declared: c.Declared, media: c.Media})
	})
}

// Withdraw implements Claimants.
func (s *Commands) Withdraw(ctx context.Context, a casefile.Actor, c terms.Reasoned) (terms.Result, error) {
	var f fields
	c.Words = f.words("words", c.Words, 0, maxWords)
	if err := f.err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.sayAndTake(ctx, terms.MoveWithdraw, statement{kind: "withdraw", code: c.Code, words: c.Words}); err != nil {
			return err
		}
		w.Claim.Outcome = terms.Withdrawal
		return w.letterSoon(ctx)
	})
}

// Accept implements Merchants: what is asked is granted.
func (s *Commands) Accept(ctx context.Context, a casefile.Actor, c terms.Accept) (terms.Result, error) {
	var f fields
	c.Words = f.words("words", c.Words, 0, maxWords)
	if err := f.err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.sayAndTake(ctx, terms.MoveAccept, statement{kind: "accept", words: c.Words, remedy: w.Claim.Facts.Wish, amount: w.Claim.Amount}); err != nil {
			return err
		}
		return w.decided(ctx, &terms.Decision{Kind: "accepted", Remedy: w.Claim.Facts.Wish, Amount: w.Claim.Amount})
	})
}

// Offer implements Merchants: something else than what is asked.
func (s *Commands) Offer(ctx context.Context, a casefile.Actor, c terms.Offer) (terms.Result, error) {
	var f fields
	choice(&f, "remedy", c.Remedy, terms.Wishes())
	c.Words = f.words("words", c.Words, 0, maxWords)
	f.ids("media", c.Media, maxMedia)
	if c.Remedy == terms.Partial && c.Amount <= 0 || c.Amount < 0 {
		f.bad("amount", "amount")
	}
	if err := f.err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if c.Remedy != terms.Partial {
			c.Amount = w.Claim.Paid
		}
		if c.Amount > w.Claim.Paid {
			return casefile.InvalidField("amount", "claim.field.amount")
		}
		return w.sayAndTake(ctx, terms.MoveOffer, statement{kind: "offer", words: c.Words, remedy: c.Remedy, amount: c.Amount, media: c.Media})
	})
}

// Contest implements Merchants. References are those of the order; one that was sealed after the claim is kept as such and counts for nothing against the buyer.
func (s *Commands) Contest(ctx context.Context, a casefile.Actor, c terms.Contest) (terms.Result, error) {
	var f fields
	choice(&f, "reason", c.Reason, terms.ContestReasons())
	c.Words = f.words("words", c.Words, 1, maxStory)
	f.ids("media", c.Media, maxMedia)
	f.ids("references", c.References, maxMedia)
	if len(c.Media) > 0 || c.Declared != "" {
		choice(&f, "declared", c.Declared, terms.Declarations())
	}
	if err := f.err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.knownReferences(ctx, c.References); err != nil {
			return err
		}
		return w.sayAndTake(ctx, terms.MoveContest, statement{kind: "contest", code: c.Reason, words: c.Words, declared: c.Declared, media: c.Media, shots: texts(c.References)})
	})
}

func texts(list []casefile.ID) (out []string) {
	for _, id := range list {
		out = append(out, id.String())
	}
	return out
}

func (w *Work) knownReferences(ctx context.Context, list []casefile.ID) error {
	if len(list) == 0 {
		return nil
	}
	o, err := w.C.Orders.OfCase(ctx, w.Tx, w.Case.Tenant, w.Case.ID)
	if err != nil {
		return err
	}
	known := map[casefile.ID]bool{}
	for _, r := range o.References {
		known[r.Item] = true
	}
	for _, id := range list {
		if !known[id] {
			return casefile.InvalidField("references", "claim.field.choose")
		}
	}
	return nil
}

// Appeal implements Appeals.
func (s *Commands) Appeal(ctx context.Context, a casefile.Actor, c terms.Appeal) (terms.Result, error) {
	var f fields
	choice(&f, "reason", c.Reason, terms.AppealReasons())
	c.Words = f.words("words", c.Words, 1, maxStory)
	f.ids("media", c.Media, maxMedia)
	if err := f.err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		from := w.Claim.Facts.State
		if err := w.sayAndTake(ctx, terms.MoveAppeal, statement{kind: "appeal", code: c.Reason, words: c.Words, media: c.Media}); err != nil {
			return err
		}
		if err := w.stopClock(ctx, terms.ClockAppeal); err != nil {
			return err
		}
		if from == terms.Executing {
			return w.holdSteps(ctx)
		}
		return nil
	})
}

// Respond implements Appeals.
func (s *Commands) Respond(ctx context.Context, a casefile.Actor, c terms.Say) (terms.Result, error) {
	if err := checkSay(&c, 1); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		return w.sayAndTake(ctx, terms.MoveRespond, statement{kind: "respond", words: c.Words, declared: c.Declared, media: c.Media})
	})
}

// TakeBack implements Appeals.
func (s *Commands) TakeBack(ctx context.Context, a casefile.Actor, c terms.Reasoned) (terms.Result, error) {
	var f fields
	c.Words = f.words("words", c.Words, 0, maxWords)
	if err := f.err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.sayAndTake(ctx, terms.MoveTakeBack, statement{kind: "take_back", words: c.Words}); err != nil {
			return err
		}
		return w.afterAppeal(ctx)
	})
}

// WaiveAppeal implements Appeals. Waiving again is no error.
func (s *Commands) WaiveAppeal(ctx context.Context, a casefile.Actor, c terms.Ref) (terms.Result, error) {
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if w.Part == terms.Buyer && w.Claim.Facts.NoAppealB || w.Part == terms.Seller && w.Claim.Facts.NoAppealM {
			return nil
		}
		if err := w.take(ctx, w.act(terms.MoveWaiveRight), nil); err != nil {
			return err
		}
		return w.afterFinal(ctx)
	})
}

// Read runs f on the newest claim of a case without locking or changing anything.
func (s *Commands) Read(ctx context.Context, a casefile.Actor, caseID casefile.ID, f func(ctx context.Context, w *Work) error) error {
	if err := mayTouch(a, caseID); err != nil {
		return err
	}
	return s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		c, err := s.Timeline.Get(ctx, t, a.Tenant, caseID)
		if err != nil {
			return err
		}
		w, err := s.open(ctx, t, a, c)
		if err != nil {
			return err
		}
		return f(ctx, w)
	})
}
