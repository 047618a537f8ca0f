package demo

import (
	"context"
	"errors"

	"anxin/internal/casefile"
	"anxin/internal/demo/scene"
	"anxin/internal/service"
)

func (r *run) setOut(ctx context.Context) error {
	_, err := r.p.Service.EnRoute(ctx, r.tech, service.VisitRef{Case: r.receipt.Case, Visit: r.visit})
	return err
}

func (r *run) arrive(ctx context.Context) error {
	s, err := r.p.Service.Status(ctx, r.customer, r.receipt.Case)
	if err != nil {
		return err
	}
	_, err = r.p.Service.Arrive(ctx, r.tech, service.Door{Case: r.receipt.Case, Visit: r.visit, Code: s.DoorCode})
	return err
}

func (r *run) page(ctx context.Context) (service.VisitPage, error) {
	return r.p.Service.VisitPage(ctx, r.tech, service.VisitRef{Case: r.receipt.Case, Visit: r.visit})
}

// quote takes the first labour line that costs something and the first part.
func (r *run) quote(ctx context.Context) error {
	page, err := r.page(ctx)
	if err != nil {
		return err
	}
	c := service.Propose{Case: r.receipt.Case, Visit: r.visit}
	took := map[string]bool{}
	for _, i := range page.Items {
		if (i.Kind == "labour" || i.Kind == "part") && i.Fen > 0 && !took[i.Kind] {
			took[i.Kind] = true
			c.Lines = append(c.Lines, service.ProposeLine{Item: i.Code, Quantity: 1, Why: "检查后确认需要"})
		}
	}
	_, err = r.p.Service.Propose(ctx, r.tech, c)
	return err
}

func (r *run) approve(ctx context.Context) error {
	s, err := r.p.Service.Status(ctx, r.customer, r.receipt.Case)
	if err != nil {
		return err
	}
	for _, v := range s.Visits {
		if v.ID != r.visit || v.Quote == nil {
			continue
		}
		c := service.AnswerQuote{Case: r.receipt.Case, Quote: v.Quote.ID}
		for _, l := range v.Quote.Lines {
			if l.Answer == "open" {
				c.Answers = append(c.Answers, service.LineAnswer{Line: l.Line, Approve: true})
			}
		}
		_, err := r.p.Service.AnswerQuote(ctx, r.customer, c)
		return err
	}
	return errors.New("no quote to approve")
}

func (r *run) finish(ctx context.Context) error {
	page, err := r.page(ctx)
	if err != nil {
		return err
	}
	c := service.Finish{Case: r.receipt.Case, Visit: r.visit, Words: "更换损坏件，清理并试机，客户在场确认正常。", Checklist: map[string]string{}, Signature: "later"}
	if c.Fault = page.Request.Fault.Code; c.Fault == "" && len(page.Faults) > 0 {
		c.Fault = page.Faults[0].Code
	}
	if len(page.Causes) > 0 {
		c.Cause = page.Causes[0].Code
	}
	for _, i := range page.Checklist {
		c.Checklist[i.Code] = "done"
	}
	r.lines(&c, page)
	if c.Before, err = r.photos(ctx, "before_photo", scene.Options{Fault: true}); err != nil {
		return err
	}
	if c.After, err = r.photos(ctx, "after_photo", scene.Options{Fixed: true}); err != nil {
		return err
	}
	if len(page.Related) > 0 {
		c.Related = []service.RelatedProduct{{Product: page.Related[0].Code, Condition: "watch", Advice: "密封件老化，建议半年内检查。", WantsQuote: r.n%2 == 0}}
	} else {
		c.NoneSeen = true
	}
	_, err = r.p.Service.Finish(ctx, r.tech, c)
	return err
}

// lines reports the approved lines as done: labour as work, parts with their serials.
func (r *run) lines(c *service.Finish, page service.VisitPage) {
	serial := map[string]bool{}
	for _, i := range page.Items {
		serial[i.Code] = i.Serial
	}
	if page.Visit.Quote == nil {
		return
	}
	for _, l := range page.Visit.Quote.Lines {
		if l.Answer != "approved" && l.Answer != "free" {
			continue
		}
		if l.ItemKind == "part" {
			p := service.PartLine{Item: l.Item, Quantity: l.Quantity}
			if serial[l.Item] {
				p.Serial = "HM" + mobile(700000 + r.n)[4:]
			}
			c.Parts = append(c.Parts, p)
			continue
		}
		c.Work = append(c.Work, service.WorkLine{Item: l.Item, Quantity: l.Quantity})
	}
}

func (r *run) photos(ctx context.Context, kind string, o scene.Options) ([]casefile.ID, error) {
	id, err := r.seal(ctx, r.tech, service.Draft{Case: r.receipt.Case}, r.visit, kind, o)
	return []casefile.ID{id}, err
}
