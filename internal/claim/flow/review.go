package flow

import (
	"context"
	"encoding/json"
	"slices"

	"anxin/internal/casefile"
	"anxin/internal/claim/terms"
)

// reviewing runs a command of somebody who decides: with the lease (leads have none), and noted as having acted in their part.
func (s *Commands) reviewing(ctx context.Context, a casefile.Actor, caseID casefile.ID, f func(ctx context.Context, w *Work) error) (terms.Result, error) {
	if err := mustBe(a, casefile.Reviewer, casefile.Admin); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, caseID, func(ctx context.Context, w *Work) error {
		if err := w.needLease(ctx); err != nil {
			return err
		}
		return f(ctx, w)
	})
}

// Impress implements Reviewers: the first impression, before any signal can be read. A second one in the same round changes nothing.
func (s *Commands) Impress(ctx context.Context, a casefile.Actor, c terms.Impress) (terms.Result, error) {
	var f fields
	choice(&f, "leaning", c.Leaning, terms.Leanings())
	c.Words = f.words("words", c.Words, 1, maxAsk)
	if err := f.err(); err != nil {
		return terms.Result{}, err
	}
	return s.reviewing(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		act := w.act(terms.MoveImpress)
		if _, err := terms.Claims.Row(&w.Claim.Facts, act); err != nil {
			return err
		}
		sealed, err := w.seal(ctx, terms.FieldWords, c.Words)
		if err != nil {
			return err
		}
		fresh, err := s.Store.InsertImpression(ctx, w.Tx, &terms.Impression{Tenant: w.Case.Tenant, Case: w.Case.ID, Claim: w.Claim.ID, Account: a.ID, Part: w.Part, Leaning: c.Leaning,
			Words: sealed, At: w.Now, Round: w.Claim.Facts.Round})
		if err != nil || !fresh {
			return err
		}
		return w.take(ctx, act, map[string]any{"leaning": c.Leaning})
	})
}

// Ask implements Reviewers.
func (s *Commands) Ask(ctx context.Context, a casefile.Actor, c terms.Ask) (terms.Result, error) {
	var f fields
	choice(&f, "side", c.Side, []terms.Side{terms.BuyerSide, terms.MerchantSide})
	c.Words = f.words("words", c.Words, 1, maxAsk)
	if len(c.Shots) > maxMedia {
		f.bad("shots", "too_many", "max", maxMedia)
	}
	for i, code := range c.Shots {
		if c.Shots[i] = f.line("shots", code, 1, 40); slices.Contains([]byte(c.Shots[i]), ' ') {
			f.bad("shots", "choose")
		}
	}
	if err := f.err(); err != nil {
		return terms.Result{}, err
	}
	return s.reviewing(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.acted(ctx); err != nil {
			return err
		}
		return w.sayAndTake(ctx, terms.MoveAsk, statement{kind: "ask", side: c.Side, words: c.Words, shots: c.Shots})
	})
}

// WaiveEvidence implements Reviewers. The claim is with the buyer: no lease is needed, but the reviewer must be one who acted in it.
func (s *Commands) WaiveEvidence(ctx context.Context, a casefile.Actor, c terms.Reasoned) (terms.Result, error) {
	var f fields
	c.Words = f.words("words", c.Words, 1, maxAsk)
	if err := f.err(); err != nil {
		return terms.Result{}, err
	}
	if err := mustBe(a, casefile.Reviewer); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		list, err := s.Store.ExcludedFrom(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Claim.ID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(list, func(e terms.Excluded) bool {
			return e.Account == a.ID && e.Why == "acted" && e.Part == terms.Reviewer
		}) {
			return ErrNotFound
		}
		return w.sayAndTake(ctx, terms.MoveWaive, statement{kind: "waive", side: terms.BuyerSide, words: c.Words})
	})
}

// OrderInspection implements Reviewers: a request of the service half in the same case.
func (s *Commands) OrderInspection(ctx context.Context, a casefile.Actor, c terms.Inspect) (terms.Result, error) {
	var f fields
	c.Words = f.words("words", c.Words, 1, maxAsk)
	if err := f.err(); err != nil {
		return terms.Result{}, err
	}
	return s.reviewing(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.acted(ctx); err != nil {
			return err
		}
		if err := w.sayAndTake(ctx, terms.MoveInspect, statement{kind: "inspect", words: c.Words}); err != nil {
			return err
		}
		return w.visitSoon(ctx, "inspect", casefile.Nil)
	})
}

// checkDecide bounds a decision.
func checkDecide(c *terms.Decide) error {
	var f fields
	choice(&f, "remedy", c.Remedy, terms.Findings())
	if c.Amount < 0 || c.Remedy == terms.Partial && c.Amount == 0 {
		f.bad("amount", "amount")
	}
	if len(c.Reasons) == 0 {
		f.bad("reasons", "required")
	}
	if len(c.Reasons) > maxReasons {
		f.bad("reasons", "too_many", "max", maxReasons)
	}
	for i, r := range c.Reasons {
		if !slices.Contains(terms.DecisionReasons(), r) || slices.Contains(c.Reasons[:i], r) {
			f.bad("reasons", "choose")
			break
		}
	}
	if len(c.Grounds) == 0 {
		f.bad("grounds", "required")
	}
	if len(c.Grounds) > maxGrounds {
		f.bad("grounds", "too_many", "max", maxGrounds)
	}
	choice(&f, "burden", c.Burden, []terms.Burden{terms.BurdenBuyer, terms.BurdenMerchant})
	c.Words = f.words("words", c.Words, 0, maxStory)
	c.OnBuyer = f.words("on_buyer", c.OnBuyer, 1, maxWords)
	c.OnMerchant = f.words("on_merchant", c.OnMerchant, 1, maxWords)
	if c.Remedy == terms.Forged && !c.Beyond {
		f.bad("beyond", "beyond")
	}
	return f.err()
}

// ground checks what a decision rests on: signals must be those of the claim and bring their own group. groups counts the independent groups; what speaks for the buyer is in none.
func (w *Work) ground(ctx context.Context, list []terms.Ground) (out []terms.Ground, groups int, err error) {
	signals, err := w.C.Checks.Signals(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Claim.ID)
	if err != nil {
		return nil, 0, err
	}
	group, forBuyer := map[string]string{}, map[string]bool{}
	for _, s := range signals {
		group[s.ID], forBuyer[s.ID] = s.Group, s.ForBuyer()
	}
	out = slices.Clone(list)
	seen := map[string]bool{}
	for i := range out {
		g := &out[i]
		if g.Signal != "" {
			name, ok := group[g.Signal]
			if !ok {
				return nil, 0, casefile.InvalidField("grounds", "claim.field.choose")
			}
			g.Group = name
		}
		if !slices.Contains(terms.Groups(), g.Group) {
			return nil, 0, casefile.InvalidField("grounds", "claim.field.choose")
		}
		if !forBuyer[g.Signal] {
			seen[g.Group] = true
		}
	}
	return out, len(seen), nil
}

// groupsOf counts the groups of grounds, whatever they speak for.
func groupsOf(list []terms.Ground) int {
	seen := map[string]bool{}
	for _, g := range list {
		seen[g.Group] = true
	}
	return len(seen)
}

// decideWith is a decision with reasons: by the first reviewer, the lead or the appeal reviewer.
func (w *Work) decideWith(ctx context.Context, m terms.Move, kind string, c *terms.Decide) error {
	grounds, groups, err := w.ground(ctx, c.Grounds)
	if err != nil {
		return err
	}
	act := w.act(m)
	act.Remedy, act.Burden, act.Groups = c.Remedy, c.Burden, groups
	act.Seen = slices.ContainsFunc(grounds, func(g terms.Ground) bool { return g.Signal == "" })
	act.Basis, act.Typed = terms.Carries(c.Reasons), c.Words != ""
	if err := w.take(ctx, act, map[string]any{"remedy": c.Remedy, "reasons": c.Reasons, "groups": act.Groups}); err != nil {
		return err
	}
	if err := w.acted(ctx); err != nil {
		return err
	}
	words, err := json.Marshal(terms.DecisionWords{Words: c.Words, OnBuyer: c.OnBuyer, OnMerchant: c.OnMerchant})
	if err != nil {
		return err
	}
	d := &terms.Decision{Kind: kind, Remedy: c.Remedy, Amount: w.granted(c), Reasons: c.Reasons, Grounds: grounds, Burden: c.Burden, Beyond: c.Beyond, Destroy: c.Destroy}
	if d.Words, err = w.seal(ctx, terms.FieldDecision, string(words)); err != nil {
		return err
	}
	if w.Claim.Facts.State != terms.Decided {
		d.Kind = "proposed"
		return w.keepDecision(ctx, d)
	}
	return w.decided(ctx, d)
}

// granted is the money that a decision gives.
func (w *Work) granted(c *terms.Decide) casefile.Fen {
	switch c.Remedy {
	case terms.RefundOnly, terms.RefundReturn:
		if c.Amount > 0 && (w.Claim.Paid == 0 || c.Amount <= w.Claim.Paid) {
			return c.Amount
		}
		return w.Claim.Amount
	case terms.Partial:
		return min(c.Amount, max(w.Claim.Paid, w.Claim.Amount))
	}
	return 0
}

func (w *Work) keepDecision(ctx context.Context, d *terms.Decision) error {
	d.Tenant, d.Case, d.Claim, d.ID = w.Case.Tenant, w.Case.ID, w.Claim.ID, w.C.Source.NewID()
	d.Part, d.At, d.Round, d.Seq = w.Part, w.Now, w.Claim.Facts.Round, w.seq()
	if w.Part.Human() || w.Part == terms.Seller {
		d.Account = w.Actor.ID
	}
	return w.C.Store.InsertDecision(ctx, w.Tx, d)
}

// decided keeps the decision that took the claim to decided, and has the letter served.
func (w *Work) decided(ctx context.Context, d *terms.Decision) error {
	d.Stands = true
	if err := w.keepDecision(ctx, d); err != nil {
		return err
	}
	c := w.Claim
	c.DecidedAt, c.Outcome, c.Granted = w.Now, c.Facts.Remedy, d.Amount
	if c.FirstOutcome == "" {
		c.FirstOutcome = c.Outcome
	}
	return w.letterSoon(ctx)
}

// Decide implements Reviewers.
func (s *Commands) Decide(ctx context.Context, a casefile.Actor, c terms.Decide) (terms.Result, error) {
	if err := checkDecide(&c); err != nil {
		return terms.Result{}, err
	}
	return s.reviewing(ctx, a, c.Case, func(ctx context.Context, w *Work) error { return w.decideWith(ctx, terms.MoveDecide, "decided", &c) })
}

// proposal is the decision of the first reviewer that waits for a second one.
func (w *Work) proposal(ctx context.Context) (*terms.Decision, error) {
	list, err := w.C.Store.Decisions(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Claim.ID)
	if err != nil {
		return nil, err
	}
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Kind == "proposed" && list[i].Round == w.Claim.Facts.Round {
			return &list[i], nil
		}
	}
	return nil, casefile.Fail(casefile.Conflict, "claim.error.not_now")
}

func checkReview(c *terms.Review) error {
	var f fields
	c.Words = f.words("words", c.Words, 1, maxStory)
	return f.err()
}

// Agree implements Reviewers: the second person signs the proposal, which is then the decision.
func (s *Commands) Agree(ctx context.Context, a casefile.Actor, c terms.Review) (terms.Result, error) {
	if err := checkReview(&c); err != nil {
		return terms.Result{}, err
	}
	return s.reviewing(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		p, err := w.proposal(ctx)
		if err != nil {
			return err
		}
		if p.Remedy == terms.Forged && !c.Beyond {
			var f fields
			f.bad("beyond", "beyond")
			return f.err()
		}
		act := w.act(terms.MoveAgree)
		act.Burden, act.Basis, act.Typed = p.Burden, terms.Carries(p.Reasons), true
		act.Seen = slices.ContainsFunc(p.Grounds, func(g terms.Ground) bool { return g.Signal == "" })
		if err := w.take(ctx, act, map[string]any{"remedy": p.Remedy}); err != nil {
			return err
		}
		if err := w.acted(ctx); err != nil {
			return err
		}
		if err := w.say(ctx, statement{kind: "agree", words: c.Words}); err != nil {
			return err
		}
		d := *p
		d.Kind = "agreed_second"
		return w.decided(ctx, &d)
	})
}

// Disagree implements Reviewers: the lead decides.
func (s *Commands) Disagree(ctx context.Context, a casefile.Actor, c terms.Review) (terms.Result, error) {
	if err := checkReview(&c); err != nil {
		return terms.Result{}, err
	}
	return s.reviewing(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		p, err := w.proposal(ctx)
		if err != nil {
			return err
		}
		if err := w.sayAndTake(ctx, terms.MoveDisagree, statement{kind: "disagree", words: c.Words}); err != nil {
			return err
		}
		if err := w.acted(ctx); err != nil {
			return err
		}
		if err := w.endLease(ctx, "disagreed"); err != nil {
			return err
		}
		w.Claim.Queue, w.Claim.Problem = "", "disputed"
		return w.keepDecision(ctx, &terms.Decision{Kind: "disagreed", Remedy: p.Remedy, Amount: p.Amount, Burden: p.Burden})
	})
}

// LeadDecide implements Leads.
func (s *Commands) LeadDecide(ctx context.Context, a casefile.Actor, c terms.Decide) (terms.Result, error) {
	if err := checkDecide(&c); err != nil {
		return terms.Result{}, err
	}
	return s.reviewing(ctx, a, c.Case, func(ctx context.Context, w *Work) error { return w.decideWith(ctx, terms.MoveLeadDecide, "lead", &c) })
}

// Uphold implements Reviewers.
func (s *Commands) Uphold(ctx context.Context, a casefile.Actor, c terms.Review) (terms.Result, error) {
	return s.appealDone(ctx, a, &c, terms.MoveUphold, "upheld")
}

// Remit implements Reviewers: back to reviewers who did not act in the claim yet.
func (s *Commands) Remit(ctx context.Context, a casefile.Actor, c terms.Review) (terms.Result, error) {
	return s.appealDone(ctx, a, &c, terms.MoveRemit, "remitted")
}

func (s *Commands) appealDone(ctx context.Context, a casefile.Actor, c *terms.Review, m terms.Move, kind string) (terms.Result, error) {
	if err := checkReview(c); err != nil {
		return terms.Result{}, err
	}
	return s.reviewing(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		was := *w.Claim
		if err := w.sayAndTake(ctx, m, statement{kind: kind, words: c.Words}); err != nil {
			return err
		}
		if err := w.acted(ctx); err != nil {
			return err
		}
		d := &terms.Decision{Kind: kind, Remedy: was.Outcome, Amount: was.Granted, Burden: was.Facts.Burden}
		if err := w.keepDecision(ctx, d); err != nil {
			return err
		}
		if m == terms.MoveRemit {
			w.Claim.Outcome, w.Claim.Granted = "", 0
			if err := w.dropSteps(ctx); err != nil {
				return err
			}
			return s.Store.ExcludePast(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Claim.ID)
		}
		return w.afterAppeal(ctx)
	})
}

// Overturn implements Reviewers: the appeal reviewer decides anew.
func (s *Commands) Overturn(ctx context.Context, a casefile.Actor, c terms.Decide) (terms.Result, error) {
	if err := checkDecide(&c); err != nil {
		return terms.Result{}, err
	}
	return s.reviewing(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		side := w.Claim.Facts.Appeal
		if err := w.decideWith(ctx, terms.MoveOverturn, "overturned", &c); err != nil {
			return err
		}
		w.Claim.Overturned = side
		return w.dropSteps(ctx)
	})
}

// afterAppeal goes on with what an upheld decision, or an appeal taken back, left to do.
func (w *Work) afterAppeal(ctx context.Context) error {
	if w.Claim.Facts.State == terms.Executing {
		return w.goOnWithSteps(ctx)
	}
	return w.afterFinal(ctx)
}

// afterFinal notes a confirmed finding once nothing can change it any more (G6).
func (w *Work) afterFinal(ctx context.Context) error {
	f := &w.Claim.Facts
	if f.State != terms.Final || f.Remedy != terms.Forged || f.Entered {
		return nil
	}
	if err := w.take(ctx, terms.Act{Move: terms.MoveEnter, Part: terms.System}, nil); err != nil {
		return err
	}
	w.Claim.FindingAt = w.Now
	return nil
}
