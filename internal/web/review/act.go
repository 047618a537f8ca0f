package review

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/web/parties"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// How much may be typed, as the commands have it.
const (
	maxImpression = 1000
	maxAsk        = 1000
	maxWords      = 4000
	maxArgument   = 2000
	maxExtend     = 500
)

// job is one act of the page: which fields it reads, what it does, and whether the claim is still in the reader's hands afterwards.
type job struct {
	lead  bool
	stays bool
	do    func(p *Pages, ctx context.Context, q *staff.Request, id casefile.ID) error
}

// jobs are the acts by name. Each is one command of the claims half; whether it is legal now is for the claims half to say.
var jobs = map[string]job{
	"impress": {stays: true, do: func(p *Pages, ctx context.Context, q *staff.Request, id casefile.ID) error {
		c := claim.Impress{Case: id, Leaning: q.Code("impress_leaning"), Words: q.Text("impress_words", maxImpression)}
		var wrong []casefile.FieldError
		if c.Leaning == "" {
			wrong = append(wrong, casefile.FieldError{Field: "leaning", Key: "review.error.leaning"})
		}
		if c.Words == "" {
			wrong = append(wrong, casefile.FieldError{Field: "words", Key: "review.error.saw"})
		}
		if len(wrong) > 0 {
			return &casefile.Error{Category: casefile.Invalid, Key: "error.invalid", Fields: wrong}
		}
		_, err := p.Claims.Impress(ctx, q.Actor, c)
		return err
	}},
	"ask": {do: func(p *Pages, ctx context.Context, q *staff.Request, id casefile.ID) error {
		c := claim.Ask{Case: id, Side: claim.Side(q.Code("ask_side")), Words: q.Text("ask_words", maxAsk)}
		if c.Side != claim.BuyerSide && c.Side != claim.MerchantSide {
			return casefile.InvalidField("side", "review.error.side")
		}
		for _, s := range q.PostForm["ask_shots"] {
			if s = staff.CleanCode(s); s != "" && c.Side == claim.BuyerSide {
				c.Shots = append(c.Shots, s)
			}
		}
		_, err := p.Claims.Ask(ctx, q.Actor, c)
		return err
	}},
	"waive": {stays: true, do: func(p *Pages, ctx context.Context, q *staff.Request, id casefile.ID) error {
		_, err := p.Claims.WaiveEvidence(ctx, q.Actor, claim.Reasoned{Case: id, Words: q.Text("waive_words", maxArgument)})
		return err
	}},
	"inspect": {do: func(p *Pages, ctx context.Context, q *staff.Request, id casefile.ID) error {
		_, err := p.Claims.OrderInspection(ctx, q.Actor, claim.Inspect{Case: id, Words: q.Text("inspect_words", maxAsk)})
		return err
	}},
	"extend": {stays: true, do: func(p *Pages, ctx context.Context, q *staff.Request, id casefile.ID) error {
		words := q.Text("extend_words", maxExtend)
		if words == "" {
			return casefile.InvalidField("words", "review.error.why")
		}
		_, err := p.Claims.ExtendReview(ctx, q.Actor, claim.Extend{Case: id, Words: words})
		return err
	}},
	"release": {do: func(p *Pages, ctx context.Context, q *staff.Request, id casefile.ID) error {
		_, err := p.Claims.Release(ctx, q.Actor, claim.Release{Case: id, Reason: q.Code("release_reason")})
		return err
	}},
	"agree": {do: func(p *Pages, ctx context.Context, q *staff.Request, id casefile.ID) error {
		page, err := p.Claims.ReviewPage(ctx, q.Actor, id)
		if err != nil {
			return err
		}
		// Who joins a finding of forgery says for themselves that the standard of proof is met.
		if page.Proposal != nil && page.Proposal.Remedy == claim.Forged && !q.Flag("agree_beyond") {
			return casefile.InvalidField("beyond", "review.error.beyond")
		}
		_, err = p.Claims.Agree(ctx, q.Actor, claim.Review{Case: id, Words: q.Text("agree_words", maxWords), Beyond: q.Flag("agree_beyond")})
		return err
	}},
	"disagree": {do: func(p *Pages, ctx context.Context, q *staff.Request, id casefile.ID) error {
		_, err := p.Claims.Disagree(ctx, q.Actor, claim.Review{Case: id, Words: q.Text("disagree_words", maxWords)})
		return err
	}},
	"uphold": {do: func(p *Pages, ctx context.Context, q *staff.Request, id casefile.ID) error {
		_, err := p.Claims.Uphold(ctx, q.Actor, claim.Review{Case: id, Words: q.Text("uphold_words", maxWords)})
		return err
	}},
	"remit": {do: func(p *Pages, ctx context.Context, q *staff.Request, id casefile.ID) error {
		_, err := p.Claims.Remit(ctx, q.Actor, claim.Review{Case: id, Words: q.Text("remit_words", maxWords)})
		return err
	}},
	"decide": {do: func(p *Pages, ctx context.Context, q *staff.Request, id casefile.ID) error {
		return p.decide(ctx, q, id, func(ctx context.Context, c claim.Decide) (claim.Result, error) {
			return p.Claims.Decide(ctx, q.Actor, c)
		})
	}},
	"overturn": {do: func(p *Pages, ctx context.Context, q *staff.Request, id casefile.ID) error {
		return p.decide(ctx, q, id, func(ctx context.Context, c claim.Decide) (claim.Result, error) {
			return p.Claims.Overturn(ctx, q.Actor, c)
		})
	}},
	"lead_decide": {lead: true, do: func(p *Pages, ctx context.Context, q *staff.Request, id casefile.ID) error {
		return p.decide(ctx, q, id, func(ctx context.Context, c claim.Decide) (claim.Result, error) {
			return p.Claims.LeadDecide(ctx, q.Actor, c)
		})
	}},
	"suspend":  reasoned("suspend", func(p *Pages) reasonedFunc { return p.Claims.Suspend }),
	"resume":   reasoned("resume", func(p *Pages) reasonedFunc { return p.Claims.Resume }),
	"refer":    reasoned("refer", func(p *Pages) reasonedFunc { return p.Claims.Refer }),
	"give_up":  reasoned("give_up", func(p *Pages) reasonedFunc { return p.Claims.GiveUp }),
	"unassign": reasoned("unassign", func(p *Pages) reasonedFunc { return p.Claims.Unassign }),
	"merge": {lead: true, stays: true, do: func(p *Pages, ctx context.Context, q *staff.Request, id casefile.ID) error {
		into, ok := casefile.ParseNumber(q.Text("merge_into", 30))
		if !ok {
			return casefile.InvalidField("into", "review.find.bad")
		}
		_, err := p.Claims.Merge(ctx, q.Actor, claim.MergeInto{Case: id, Into: into, Words: q.Text("merge_words", maxArgument)})
		return err
	}},
}

type reasonedFunc = func(ctx context.Context, a casefile.Actor, c claim.Reasoned) (claim.Result, error)

// reasoned is an act of the lead that takes words and nothing else.
func reasoned(name string, of func(*Pages) reasonedFunc) job {
	return job{lead: true, stays: true, do: func(p *Pages, ctx context.Context, q *staff.Request, id casefile.ID) error {
		_, err := of(p)(ctx, q.Actor, claim.Reasoned{Case: id, Words: q.Text(name+"_words", maxArgument)})
		return err
	}}
}

// act runs one act. What is wrong with it is said above the claim as it is now, with everything that was typed.
func (p *Pages) act(q *staff.Request, id casefile.ID) error {
	name := q.PathValue("act")
	j, ok := jobs[name]
	if !ok || j.lead != strings.Contains(q.URL.Path, "/lead/") {
		return casefile.Fail(casefile.NotFound, "error.not_found")
	}
	if err := q.ParseForm(); err != nil {
		return err
	}
	err := staff.Settled(j.do(p, q.Once(), q, id))
	if err == nil {
		if j.stays {
			return q.See(path(casefile.Number(q.PathValue("number"))) + "?done=" + name)
		}
		return q.See(home + "?done=" + name)
	}
	if !staff.Redraws(err) {
		return err
	}
	s := shown{status: ui.StatusOf(err), act: formOf(name), form: ui.FormOf(q.P(), err), in: inputOf(q)}
	for i := range s.form.Errors {
		if f := s.form.Errors[i].Field; f != "" && s.act != "decide" {
			s.form.Errors[i].Field = name + "_" + f
		}
	}
	s.form = staff.KeepFields(s.form, func(f string) bool { return slices.Contains(fieldsOf[s.act], f) })
	return p.show(q, id, s)
}

// formOf is the form that an act is sent by: the three ways to decide share one.
func formOf(act string) string {
	switch act {
	case "overturn", "lead_decide":
		return "decide"
	}
	return act
}

// fieldsOf are the fields that a form shows, so that an error links only to what is there.
var fieldsOf = map[string][]string{
	"impress": {"impress_leaning", "impress_words"}, "ask": {"ask_side", "ask_shots", "ask_words"}, "waive": {"waive_words"}, "inspect": {"inspect_words"},
	"extend": {"extend_words"}, "release": {"release_reason"}, "agree": {"agree_words", "agree_beyond"}, "disagree": {"disagree_words"}, "uphold": {"uphold_words"},
	"remit": {"remit_words"}, "decide": {"remedy", "amount", "reasons", "grounds", "burden", "words", "on_buyer", "on_merchant", "beyond"},
	"suspend": {"suspend_words"}, "resume": {"resume_words"}, "refer": {"refer_words"}, "give_up": {"give_up_words"}, "unassign": {"unassign_words"}, "merge": {"merge_into", "merge_words"},
}

// inputOf is what was typed, cleaned.
func inputOf(q *staff.Request) Input {
	in := Input{}
	for name, values := range q.PostForm {
		if name == "idem" || len(name) > 60 {
			continue
		}
		for _, v := range values {
			in[name] = append(in[name], staff.Clean(v, maxWords))
		}
	}
	return in
}

func (p *Pages) decide(ctx context.Context, q *staff.Request, id casefile.ID, do func(context.Context, claim.Decide) (claim.Result, error)) error {
	page, err := p.Claims.ReviewPage(q.Context(), q.Actor, id)
	if err != nil {
		return err
	}
	c, bad := p.decideOf(q, page, inputOf(q))
	if bad != nil {
		return bad
	}
	_, err = do(ctx, c)
	return err
}

// decideOf reads the decision from what was typed. The error is about what only the form knows: a sum that is no sum, the burden that was not confirmed.
func (p *Pages) decideOf(q *staff.Request, page claim.ReviewPage, in Input) (claim.Decide, error) {
	c := claim.Decide{Case: page.Case, Remedy: claim.Remedy(staff.CleanCode(in.Get("remedy"))), Words: staff.Clean(in.Get("words"), maxWords),
		OnBuyer: staff.Clean(in.Get("on_buyer"), maxArgument), OnMerchant: staff.Clean(in.Get("on_merchant"), maxArgument),
		Beyond: in.Get("beyond") != "" && in.Get("remedy") == string(claim.Forged), Destroy: in.Get("destroy") != "" && in.Get("remedy") == string(claim.RefundOnly)}
	for _, r := range in["reasons"] {
		if r = staff.CleanCode(r); r != "" {
			c.Reasons = append(c.Reasons, r)
		}
	}
	c.Grounds = p.groundsOf(q, page, in)
	if in.Get("burden") != "" {
		c.Burden = page.Burden
	}
	var wrong []casefile.FieldError
	if c.Remedy == "" {
		wrong = append(wrong, casefile.FieldError{Field: "remedy", Key: "review.error.remedy"})
	}
	if c.Remedy == claim.Partial {
		fen, ok := parties.ParseMoney(in.Get("amount"))
		if !ok {
			wrong = append(wrong, casefile.FieldError{Field: "amount", Key: "review.error.amount"})
		}
		c.Amount = fen
	}
	if len(c.Reasons) == 0 {
		wrong = append(wrong, casefile.FieldError{Field: "reasons", Key: "review.error.reasons"})
	}
	if len(c.Grounds) == 0 {
		wrong = append(wrong, casefile.FieldError{Field: "grounds", Key: "review.error.grounds"})
	}
	if c.Burden == "" {
		wrong = append(wrong, casefile.FieldError{Field: "burden", Key: "review.error.burden"})
	}
	if c.Remedy == claim.Forged && !c.Beyond {
		wrong = append(wrong, casefile.FieldError{Field: "beyond", Key: "review.error.beyond"})
	}
	if c.OnBuyer == "" {
		wrong = append(wrong, casefile.FieldError{Field: "on_buyer", Key: "review.error.argument"})
	}
	if c.OnMerchant == "" {
		wrong = append(wrong, casefile.FieldError{Field: "on_merchant", Key: "review.error.argument"})
	}
	if len(wrong) > 0 {
		return c, &casefile.Error{Category: casefile.Invalid, Key: "error.invalid", Fields: wrong}
	}
	return c, nil
}

// groundsOf are the things that the decision rests on: what was seen in a picture, heard from the parties, reported by a visit, or found by a check.
func (p *Pages) groundsOf(q *staff.Request, page claim.ReviewPage, in Input) (out []claim.Ground) {
	for _, v := range in["see"] {
		switch v {
		case "statement", "inspection":
			out = append(out, claim.Ground{Group: v})
			continue
		}
		item, err := casefile.ParseID(v)
		if err != nil {
			continue
		}
		if _, ok := whereIs(page, item); !ok {
			continue
		}
		group := staff.CleanCode(in.Get("group_" + v))
		if !slices.Contains(claim.Groups(), group) {
			group = "context"
		}
		out = append(out, claim.Ground{Group: group, Item: item})
	}
	if len(in["sig"]) == 0 || !page.Impressed {
		return out
	}
	s, err := p.Claims.Signals(q.Context(), q.Actor, page.Case)
	if err != nil {
		return out // the claims half would refuse it as well
	}
	for _, x := range s.Signals {
		if slices.Contains(in["sig"], signalKey(x.ID, x.Item)) {
			out = append(out, claim.Ground{Group: x.Group, Signal: x.ID, Item: x.Item})
		}
	}
	return out
}

// signalKey names a signal in the form: the same check may have spoken about several pictures.
func signalKey(id string, item casefile.ID) string { return id + "@" + item.String() }

// draft answers the page with the letter as it would be now: the script exchanges it beside the form, and without a script the page is simply read again.
func (p *Pages) draft(q *staff.Request, id casefile.ID) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	return p.show(q, id, shown{status: http.StatusOK, act: "decide", in: inputOf(q)})
}
