package flow

import (
	"context"

	"anxin/internal/casefile"
	"anxin/internal/claim/terms"
	"anxin/internal/tx"
)

// doctorBatch bounds one transaction of the doctor.
const doctorBatch = 200

// Doctor implements Platform.
func (s *Commands) Doctor(ctx context.Context, report func(terms.DoctorFinding)) (looked int, err error) {
	return Doctor(ctx, s.Run, s.Store, report)
}

// Doctor reads every decision that stands, and what its claim holds, from the rows and not from the facts that the machine keeps. A statement over the whole database counts the
// decisions inside open windows a second time; when the two disagree, that is a finding too.
func Doctor(ctx context.Context, run tx.Runner, store terms.Store, report func(terms.DoctorFinding)) (looked int, err error) {
	s := doctor{store}
	inside := 0
	var after terms.Decision
	for {
		var batch []terms.Decision
		err := run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
			list, err := store.DecidedAfter(ctx, t, after, doctorBatch)
			if err != nil {
				return err
			}
			for i := range list {
				codes, err := s.examine(ctx, t, &list[i])
				if err != nil {
					return err
				}
				for _, code := range codes {
					if code == openWindow {
						inside++
					}
					report(terms.DoctorFinding{Tenant: list[i].Tenant, Case: list[i].Case, Claim: list[i].Claim, Code: code})
				}
			}
			batch = list
			return nil
		})
		if err != nil {
			return looked, err
		}
		if len(batch) == 0 {
			break
		}
		looked += len(batch)
		after = batch[len(batch)-1]
	}
	var counted int64
	err = run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		counted, err = store.DuringWindow(ctx, t)
		return err
	})
	if err == nil && counted > 0 && inside == 0 {
		report(terms.DoctorFinding{Code: openWindow})
	}
	return looked, err
}

// openWindow is the finding of a decision inside an open window.
const openWindow = "open_window"

// doctor looks at decisions.
type doctor struct{ Store terms.Store }

// examine answers what is wrong with one decision.
func (s doctor) examine(ctx context.Context, t tx.Tx, d *terms.Decision) (codes []string, err error) {
	bad := func(code string) { codes = append(codes, code) }
	notices, err := s.Store.Notices(ctx, t, d.Tenant, d.Case, d.Claim)
	if err != nil {
		return nil, err
	}
	windows, err := s.Store.Windows(ctx, t, d.Tenant, d.Case, d.Claim)
	if err != nil {
		return nil, err
	}
	served := map[terms.Side]bool{}
	for _, n := range notices {
		if n.Seq < d.Seq {
			served[n.Side] = true
		}
	}
	if !served[terms.BuyerSide] || !served[terms.MerchantSide] {
		bad("not_served")
	}
	agreed := d.Kind == "accepted" || d.Kind == "settled"
	heard := map[terms.Side]bool{terms.BuyerSide: d.Remedy != terms.Forged} // filing is the buyer's answer, but not to a charge of forgery
	for _, w := range windows {
		if w.Seq > d.Seq {
			continue
		}
		switch {
		case w.ClosedSeq == 0 || w.ClosedSeq > d.Seq:
			bad(openWindow)
		case w.How == "lapsed" && w.Closed.Before(w.Due):
			bad("short_window")
		case w.How == "lapsed", w.How == "answered":
			heard[w.Side] = true
		}
	}
	if !heard[terms.BuyerSide] || !heard[terms.MerchantSide] {
		bad("not_heard")
	}
	if agreed {
		return codes, nil
	}
	more, err := s.examinePeople(ctx, t, d)
	return append(codes, more...), err
}

// examinePeople looks at who decided: somebody with a first impression before it, and two people where a forgery was found.
func (s doctor) examinePeople(ctx context.Context, t tx.Tx, d *terms.Decision) (codes []string, err error) {
	impressions, err := s.Store.Impressions(ctx, t, d.Tenant, d.Case, d.Claim)
	if err != nil {
		return nil, err
	}
	blind := false
	for _, i := range impressions {
		blind = blind || i.Account == d.Account && !i.At.After(d.At)
	}
	if d.Account.IsNil() {
		codes = append(codes, "no_person")
	}
	if !blind {
		codes = append(codes, "not_blind_first")
	}
	if d.Remedy != terms.Forged {
		return codes, nil
	}
	all, err := s.Store.Decisions(ctx, t, d.Tenant, d.Case, d.Claim)
	if err != nil {
		return nil, err
	}
	people := map[casefile.ID]bool{}
	for _, o := range all {
		if o.Round == d.Round && o.Remedy == terms.Forged && (o.Kind == "proposed" || o.Stands) {
			people[o.Account] = true
		}
	}
	if len(people) < 2 {
		codes = append(codes, "one_person")
	}
	if groupsOf(d.Grounds) < 2 {
		codes = append(codes, "one_group")
	}
	c, err := s.Store.ClaimByID(ctx, t, d.Tenant, d.Case, d.Claim)
	if err == nil && !c.FindingAt.IsZero() && c.Facts.State != terms.Final && c.Facts.State != terms.Referred && c.Facts.State != terms.Archived {
		codes = append(codes, "registered_early")
	}
	return codes, err
}
