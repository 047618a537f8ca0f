package service_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/service"
)

func TestTheButtonAloneProvesNoArrival(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		tech := h.hire("HM-1001", nil)
		rc := h.report(nil)
		h.due()
		r, _ := h.accept(tech)
		door := func(code string) error {
			_, err := h.svc.Arrive(ctx, technician(tech), service.Door{Case: rc.Case, Visit: r.VisitID, Code: code})
			return err
		}
		h.wantField(door(""), "code")
		h.wantField(door("12345"), "code")
		code := h.status(rc.Case).DoorCode
		wrong := "000000"
		if code == wrong {
			wrong = "000001"
		}
		for i := range 4 {
			err := door(wrong)
			h.wantField(err, "code")
			if left := err.(*casefile.Error).Fields[0].Args["left"]; left != 4-i {
				t.Errorf("try %d: %v left", i+1, left)
			}
		}
		h.wantKey(door(wrong), casefile.Denied, "service.error.door_locked")
		h.wantKey(door(code), casefile.Denied, "service.error.door_locked")
		h.wantProblem(rc.Case, "door_locked", true)
		if st := h.status(rc.Case); st.DoorCode != "" || st.Now.Key != "service.now.door_locked" || slices.Contains(st.Moves, service.MoveArrive) {
			t.Errorf("code %q, now %v, moves %v", st.DoorCode, st.Now, st.Moves)
		}
		_, err := h.svc.ResetDoorCode(ctx, technician(tech), service.VisitReason{Case: rc.Case, Visit: r.VisitID, Reason: "identity_checked"})
		h.wantKey(err, casefile.Denied, "service.error.not_yours")
		_, err = h.svc.ResetDoorCode(ctx, agent(), service.VisitReason{Case: rc.Case, Visit: r.VisitID, Reason: "identity_checked"})
		h.ok(err)
		fresh := h.status(rc.Case).DoorCode
		h.ok(door(" " + fresh[:3] + " " + fresh[3:]))
		h.ok(door("whatever")) // pressed twice
		h.wantState(rc.Case, service.RequestInProgress, service.VisitArrived)
		h.wantProblem(rc.Case, "door_locked", false)
		if st := h.status(rc.Case); st.DoorCode != "" || st.Visits[0].ArrivedHow != "door_code" {
			t.Errorf("after arrival: code %q, %q", st.DoorCode, st.Visits[0].ArrivedHow)
		}
	})
}

func TestTheCustomerCanCheckTheTechniciansCode(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		tech := h.hire("HM-1001", nil)
		rc := h.report(nil)
		h.due()
		r, _ := h.accept(tech)
		page, err := h.svc.VisitPage(ctx, technician(tech), service.VisitRef{Case: rc.Case, Visit: r.VisitID})
		h.ok(err)
		if len(page.MyCode) != 6 || page.MyCode == h.status(rc.Case).DoorCode {
			t.Errorf("card code %q", page.MyCode)
		}
		_, err = h.svc.ArriveByCustomer(ctx, customer(rc.Case), service.Door{Case: rc.Case, Visit: r.VisitID, Code: h.status(rc.Case).DoorCode})
		h.wantField(err, "code")
		_, err = h.svc.ArriveByCustomer(ctx, customer(rc.Case), service.Door{Case: rc.Case, Visit: r.VisitID, Code: page.MyCode})
		h.ok(err)
		if st := h.status(rc.Case); st.Visits[0].ArrivedHow != "customer_page" || st.Request.State != service.RequestInProgress {
			t.Errorf("arrived %q, %s", st.Visits[0].ArrivedHow, st.Request.State)
		}
	})
}

func TestPricesAreTheListsAndEveryLineIsAnswered(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rc, tech, visit := h.atTheDoor(nil)
		propose := func(lines ...service.ProposeLine) (service.QuoteView, error) {
			return h.svc.Propose(ctx, technician(tech), service.Propose{Case: rc.Case, Visit: visit, Lines: lines})
		}
		for name, lines := range map[string][]service.ProposeLine{
			"nothing":         nil,
			"unknown":         {{Item: "gold_plating", Quantity: 1}},
			"other product":   {{Item: "gas_hose", Quantity: 1}},
			"other kind":      {{Item: "drill", Quantity: 1}},
			"none":            {{Item: "labour_small", Quantity: 0}},
			"too many":        {{Item: "lock_board", Quantity: 2}},
			"twice":           {{Item: "labour_small", Quantity: 1}, {Item: "labour_small", Quantity: 1}},
			"long":            {{Item: "labour_small", Quantity: 1, Why: strings.Repeat("为", 201)}},
			"no warranty now": {{Item: "labour_small", Quantity: 1, OutsideWarranty: true, Why: "x"}},
			"31 lines":        make([]service.ProposeLine, 31),
		} {
			if _, err := propose(lines...); !casefile.Is(err, casefile.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		free, err := propose(service.ProposeLine{Item: "check", Quantity: 1})
		h.ok(err)
		h.wantState(rc.Case, service.RequestInProgress, service.VisitWorking)
		if free.State != service.QuoteAnswered || free.Lines[0].Answer != "free" {
			t.Errorf("free quote %s", asJSON(free))
		}
		_, err = propose(service.ProposeLine{Item: "labour_small", Quantity: 1})
		h.ok(err)
		q, err := propose(lockQuote()...)
		h.ok(err)
		if q.Version != 3 || q.Total != 41800 || q.PriceList != "2026-09" || q.Lines[1].UnitFen != 12000 || q.Lines[1].Why != "主板烧坏" {
			t.Errorf("quote %s", asJSON(q))
		}
		h.wantState(rc.Case, service.RequestInProgress, service.VisitWaitingApproval)
		page, err := h.svc.VisitPage(ctx, technician(tech), service.VisitRef{Case: rc.Case, Visit: visit})
		h.ok(err)
		if len(page.Quotes) != 3 || page.Quotes[1].State != service.QuoteWithdrawn {
			t.Errorf("versions %s", asJSON(page.Quotes))
		}
		answer := func(quote casefile.ID, a ...service.LineAnswer) error {
			_, err := h.svc.AnswerQuote(ctx, customer(rc.Case), service.AnswerQuote{Case: rc.Case, Quote: quote, Answers: a})
			return err
		}
		h.wantKey(answer(page.Quotes[1].ID, service.LineAnswer{Line: 1, Approve: true}), casefile.Conflict, "service.error.quote_changed")
		h.wantField(answer(q.ID, service.LineAnswer{Line: 2, Approve: true}), "answers")
		h.wantField(answer(q.ID, service.LineAnswer{Line: 1, Approve: true}), "answers")
		h.wantField(answer(q.ID, service.LineAnswer{Line: 2, Approve: true}, service.LineAnswer{Line: 2}, service.LineAnswer{Line: 3}), "answers")
		_, err = h.svc.AnswerQuote(ctx, technician(tech), service.AnswerQuote{Case: rc.Case, Quote: q.ID})
		h.wantKey(err, casefile.Denied, "error.denied")
		h.ok(answer(q.ID, service.LineAnswer{Line: 2, Approve: true}, service.LineAnswer{Line: 3}))
		got := h.status(rc.Case).Visits[0].Quote
		if got.Approved != 12000 || got.Total != 12000 || got.Lines[2].Answer != "refused" || got.Lines[0].Answer != "free" {
			t.Errorf("answered %s", asJSON(got))
		}
	})
}

// Each guard of a finished visit: take one thing away and the field is named; nothing is stored until all is there.
func TestAFinishedVisitIsComplete(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rc, tech, visit := h.atTheDoor(nil)
		finish := func(change func(*service.Finish)) error {
			f := h.finish(rc, visit)
			if change != nil {
				change(&f)
			}
			_, err := h.svc.Finish(ctx, technician(tech), f)
			return err
		}
		h.wantKey(finish(nil), casefile.Conflict, "service.error.not_now") // nothing was quoted yet
		h.quoted(rc, tech, visit, lockQuote()...)
		for name, c := range map[string]struct {
			field  string
			change func(*service.Finish)
		}{
			"fault":               {"fault", func(f *service.Finish) { f.Fault = "" }},
			"cause":               {"cause", func(f *service.Finish) { f.Cause = "magic" }},
			"work":                {"work", func(f *service.Finish) { f.Work = nil }},
			"work beyond":         {"work", func(f *service.Finish) { f.Work[1].Quantity = 2 }},
			"work not approved":   {"work", func(f *service.Finish) { f.Work[1].Item = "labour_large" }},
			"part as work":        {"work", func(f *service.Finish) { f.Work[1].Item = "lock_board" }},
			"part not approved":   {"parts", func(f *service.Finish) { f.Parts[0].Item = "lock_body" }},
			"part without serial": {"parts", func(f *service.Finish) { f.Parts[0].Serial = "" }},
			"two on one serial":   {"parts", func(f *service.Finish) { f.Parts[0].Quantity = 2 }},
			"checklist":           {"checklist", func(f *service.Finish) { delete(f.Checklist, "egress") }},
			"checklist not done":  {"checklist", func(f *service.Finish) { f.Checklist["trial_run"] = "not_done" }},
			"before photo":        {"before", func(f *service.Finish) { f.Before = nil }},
			"after photo":         {"after", func(f *service.Finish) { f.After = nil }},
			"photo of another":    {"after", func(f *service.Finish) { f.After = []casefile.ID{casefile.Source{}.NewID()} }},
			"related":             {"related", func(f *service.Finish) { f.Related = nil }},
			"related and none":    {"related", func(f *service.Finish) { f.NoneSeen = true }},
			"advice":              {"related", func(f *service.Finish) { f.Related[0].Advice = "" }},
			"signature":           {"signature", func(f *service.Finish) { f.Signature = "" }},
			"signature item":      {"signature", func(f *service.Finish) { f.SignatureItem = casefile.Nil }},
			"refusal reason":      {"signature_reason", func(f *service.Finish) { f.Signature = "refused" }},
		} {
			t.Log(name)
			h.wantField(finish(c.change), c.field)
		}
		h.wantState(rc.Case, service.RequestInProgress, service.VisitWorking)
		stranger := h.hire("HM-9999", far(5))
		_, err := h.svc.Finish(ctx, technician(stranger), h.finish(rc, visit))
		h.wantNotFound(err)
		h.ok(finish(func(f *service.Finish) { f.Related, f.NoneSeen = nil, true }))
		h.wantState(rc.Case, service.RequestDone, service.VisitFinished)
		h.wantKey(finish(nil), casefile.Conflict, "service.error.not_now")
	})
}

func TestSignatureLaterOnTheCustomersPage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		later := func() (service.Receipt, casefile.ID, casefile.ID) {
			rc, tech, visit := h.atTheDoor(nil)
			h.quoted(rc, tech, visit, lockQuote()...)
			f := h.finish(rc, visit)
			f.Signature, f.SignatureItem = "later", casefile.Nil
			_, err := h.svc.Finish(ctx, technician(tech), f)
			h.ok(err)
			h.wantState(rc.Case, service.RequestInProgress, service.VisitWaitingSignature)
			return rc, tech, visit
		}
		rc, tech, visit := later()
		if st := h.status(rc.Case); st.Now.Key != "service.now.waiting_signature" || !slices.Contains(st.Moves, service.MoveSign) {
			t.Errorf("now %v, moves %v", st.Now, st.Moves)
		}
		_, err := h.svc.Sign(ctx, technician(tech), service.Sign{Case: rc.Case, Visit: visit})
		h.wantField(err, "signature")
		_, err = h.svc.Sign(ctx, customer(rc.Case), service.Sign{Case: rc.Case, Visit: visit})
		h.ok(err)
		_, err = h.svc.Sign(ctx, customer(rc.Case), service.Sign{Case: rc.Case, Visit: visit})
		h.ok(err) // pressed twice
		h.wantState(rc.Case, service.RequestDone, service.VisitFinished)

		rc, _, visit = later()
		_, err = h.svc.Sign(ctx, customer(rc.Case), service.Sign{Case: rc.Case, Visit: visit, Refuse: true})
		h.wantField(err, "reason")
		_, err = h.svc.Sign(ctx, customer(rc.Case), service.Sign{Case: rc.Case, Visit: visit, Refuse: true, Reason: "price"})
		h.ok(err)
		h.wantProblem(rc.Case, "refused_signature", true)
		if rep := h.status(rc.Case).Visits[0].Report; rep.Signature != "refused" {
			t.Errorf("signature %q", rep.Signature)
		}

		rc, _, _ = later()
		h.pass(73 * time.Hour)
		h.wantState(rc.Case, service.RequestDone, service.VisitFinished)
		if rep := h.status(rc.Case).Visits[0].Report; rep.Signature != "none" {
			t.Errorf("signature %q", rep.Signature)
		}
		h.pass(8 * 24 * time.Hour)
		h.wantState(rc.Case, service.RequestClosed, service.VisitFinished)
	})
}

func TestASerialFittedTwiceRaisesTheAlarm(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var last service.Receipt
		for i := range 2 {
			rc, tech, visit := h.atTheDoor(nil)
			h.quoted(rc, tech, visit, lockQuote()...)
			f := h.finish(rc, visit)
			f.Parts[0].Serial = []string{"LB-2026-77777", "lb 2026 77777"}[i]
			_, err := h.svc.Finish(ctx, technician(tech), f)
			h.ok(err)
			h.wantProblem(rc.Case, "part_clone", i == 1)
			last = rc
		}
		if p := h.page(last.Case).Visits[0].Report.Parts[0]; !p.Clone {
			t.Errorf("part %+v", p)
		}
		if p := h.status(last.Case).Visits[0].Report.Parts[0]; p.Clone {
			t.Error("the customer is shown an accusation")
		}
		v, err := h.svc.VerifyPart(ctx, visitor(), "", "LB202677777")
		h.ok(err)
		if !v.Known || v.Times != 2 || v.Item != "lock_board" || !strings.Contains(v.Signed.Note, "times 2") {
			t.Errorf("verify %s", asJSON(v))
		}
		if v, err = h.svc.VerifyPart(ctx, visitor(), "lock_body", "LB202677777"); err != nil || v.Known {
			t.Errorf("another part with that serial: %+v %v", v, err)
		}
		other := visitor()
		other.Tenant++
		if v, err = h.svc.VerifyPart(ctx, other, "", "LB202677777"); err != nil || v.Known {
			t.Errorf("another tenant: %+v %v", v, err)
		}
	})
}

func TestReopenedWithinTheWarrantyIsFree(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rc, tech, _ := h.done(nil)
		h.pass(30 * 24 * time.Hour)
		h.wantState(rc.Case, service.RequestClosed, service.VisitFinished)
		_, err := h.svc.Reopen(ctx, customer(rc.Case), service.Reopen{Case: rc.Case, Reason: "same_fault", Words: "又没反应了"})
		h.ok(err)
		st := h.status(rc.Case)
		if st.Number != rc.Number || !st.Request.Reopened || !st.Request.Warranty || len(st.Visits) != 1 {
			t.Fatalf("reopened %s", asJSON(st.Request))
		}
		if !h.page(rc.Case).Closed.IsZero() {
			t.Error("the case file is still closed")
		}
		h.due()
		r, o := h.accept(tech)
		if !o.Reopened {
			t.Error("the offer does not say that it came back")
		}
		page, err := h.svc.VisitPage(ctx, technician(tech), service.VisitRef{Case: rc.Case, Visit: r.VisitID})
		h.ok(err)
		if len(page.Earlier) != 1 || !strings.Contains(page.Words.Clear(), "又没反应了") || page.Visit.Number != 2 {
			t.Errorf("earlier %d, words %q", len(page.Earlier), page.Words.Clear())
		}
		_, err = h.svc.Arrive(ctx, technician(tech), service.Door{Case: rc.Case, Visit: r.VisitID, Code: h.status(rc.Case).DoorCode})
		h.ok(err)
		lines := append(lockQuote(), service.ProposeLine{Item: "lock_fingerprint", Quantity: 1, OutsideWarranty: true})
		_, err = h.svc.Propose(ctx, technician(tech), service.Propose{Case: rc.Case, Visit: r.VisitID, Lines: lines})
		h.wantField(err, "lines")
		lines[3].Why = "指纹窗被撞裂，不是原来的故障"
		q, err := h.svc.Propose(ctx, technician(tech), service.Propose{Case: rc.Case, Visit: r.VisitID, Lines: lines})
		h.ok(err)
		if q.Total != 26000 || !q.Lines[1].Warranty || q.Lines[1].ListFen != 12000 || q.Lines[3].Answer != "open" {
			t.Errorf("quote %s", asJSON(q))
		}
	})
}

func TestReopenedAfterTheWarrantyCosts(t *testing.T) {
	h := newHouseSQLite(t)
	rc, _, _ := h.done(nil)
	h.pass(92 * 24 * time.Hour)
	_, err := h.svc.Reopen(ctx, customer(rc.Case), service.Reopen{Case: rc.Case, Reason: "same_fault"})
	h.ok(err)
	if st := h.status(rc.Case); st.Request.Warranty || !st.Request.Reopened {
		t.Errorf("reopened %s", asJSON(st.Request))
	}
}

func TestAPartlyDoneVisitIsKeptAndTheNextOneFollows(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rc, tech, visit := h.atTheDoor(nil)
		follow := service.FollowUp{Case: rc.Case, Visit: visit, Reason: "part_to_order", Words: "主板要订货", NotBefore: h.time().Add(72 * time.Hour)}
		_, err := h.svc.FollowUp(ctx, technician(tech), follow)
		h.wantField(err, "parts")
		follow.Parts = []string{"lock_board"}
		_, err = h.svc.FollowUp(ctx, technician(tech), follow)
		h.ok(err)
		h.wantState(rc.Case, service.RequestTriaged, service.VisitNeedsFollowUp)
		if st := h.status(rc.Case); st.Now.Key != "service.now.follow_up_later" || st.Visits[0].Report == nil || st.Visits[0].Report.Words.Clear() != "主板要订货" {
			t.Errorf("now %v", st.Now)
		}
		h.due()
		o := h.offersOf(tech)
		if len(o) != 1 || o[0].ArriveAt.Before(follow.NotBefore) {
			t.Fatalf("next visit %s", asJSON(o))
		}
		r, _ := h.accept(tech)
		if r.VisitID == visit {
			t.Error("the partly done visit was used again")
		}
		h.wantState(rc.Case, service.RequestAssigned, service.VisitAccepted)
		if n := len(h.page(rc.Case).Visits); n != 2 {
			t.Errorf("%d visits", n)
		}
	})
}

func TestNobodyOpens(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		tech := h.hire("HM-1001", nil)
		rc := h.report(nil)
		h.due()
		r, _ := h.accept(tech)
		c := service.VisitReason{Case: rc.Case, Visit: r.VisitID, Reason: "nobody_home"}
		_, err := h.svc.NoAccess(ctx, technician(tech), c)
		h.wantKey(err, casefile.Conflict, "service.error.not_now")
		_, err = h.svc.EnRoute(ctx, technician(tech), service.VisitRef{Case: rc.Case, Visit: r.VisitID})
		h.ok(err)
		_, err = h.svc.NoAccess(ctx, technician(tech), c)
		h.ok(err)
		h.wantState(rc.Case, service.RequestTriaged, service.VisitNoAccess)
		h.wantProblem(rc.Case, "no_access", true)
		h.pass(time.Hour)
		if len(h.offersOf(tech)) != 0 {
			t.Error("the search went on without asking the customer")
		}
		_, err = h.svc.Reschedule(ctx, customer(rc.Case), service.Reschedule{Case: rc.Case, From: h.time().Add(24 * time.Hour), To: h.time().Add(28 * time.Hour)})
		h.ok(err)
		h.wantProblem(rc.Case, "no_access", false)
		h.due()
		if o := h.offersOf(tech); len(o) != 1 || o[0].ArriveAt.Before(h.time().Add(24*time.Hour)) {
			t.Errorf("offers %s", asJSON(o))
		}
	})
}

func TestARefusedQuoteEndsTheVisit(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rc, tech, visit := h.atTheDoor(nil)
		_, err := h.svc.Propose(ctx, technician(tech), service.Propose{Case: rc.Case, Visit: visit, Lines: lockQuote()})
		h.ok(err)
		_, err = h.svc.Abort(ctx, technician(tech), service.VisitReason{Case: rc.Case, Visit: visit, Reason: "quote_refused"})
		h.ok(err)
		h.wantState(rc.Case, service.RequestCancelled, service.VisitAborted)
		if q := h.status(rc.Case).Visits[0].Quote; q.State != service.QuoteWithdrawn {
			t.Errorf("quote %s", q.State)
		}
		rc, tech, visit = h.atTheDoor(nil)
		_, err = h.svc.Abort(ctx, technician(tech), service.VisitReason{Case: rc.Case, Visit: visit, Reason: "unsafe", Words: "屋内漏电"})
		h.ok(err)
		h.wantState(rc.Case, service.RequestTriaged, service.VisitAborted)
		h.wantProblem(rc.Case, "aborted", true)
	})
}

// Whatever stage a request is in, cancelling ends everything that was under way.
func TestCancelAtEveryStage(t *testing.T) {
	stages := map[string]func(h *house) (service.Receipt, service.State){
		"received": func(h *house) (service.Receipt, service.State) {
			return h.report(func(r *service.Report) { r.Address = "我家" }), ""
		},
		"triaged": func(h *house) (service.Receipt, service.State) { return h.report(nil), "" },
		"offered": func(h *house) (service.Receipt, service.State) {
			h.hire("HM-1001", nil)
			rc := h.report(nil)
			h.due()
			return rc, service.VisitAborted
		},
		"accepted": func(h *house) (service.Receipt, service.State) {
			tech := h.hire("HM-1001", nil)
			rc := h.report(nil)
			h.due()
			h.accept(tech)
			return rc, service.VisitAborted
		},
		"arrived": func(h *house) (service.Receipt, service.State) {
			rc, _, _ := h.atTheDoor(nil)
			return rc, service.VisitAborted
		},
		"waiting approval": func(h *house) (service.Receipt, service.State) {
			rc, tech, visit := h.atTheDoor(nil)
			_, err := h.svc.Propose(ctx, technician(tech), service.Propose{Case: rc.Case, Visit: visit, Lines: lockQuote()})
			h.ok(err)
			return rc, service.VisitAborted
		},
	}
	for name, stage := range stages {
		t.Run(name, func(t *testing.T) {
			h := newHouseSQLite(t)
			rc, visit := stage(h)
			_, err := h.svc.Cancel(ctx, customer(rc.Case), service.Cancel{Case: rc.Case, Reason: "unknown"})
			h.wantField(err, "reason")
			_, err = h.svc.Cancel(ctx, customer(rc.Case), service.Cancel{Case: rc.Case, Reason: "solved", Words: "自己好了"})
			h.ok(err)
			_, err = h.svc.Cancel(ctx, customer(rc.Case), service.Cancel{Case: rc.Case, Reason: "solved"})
			h.ok(err) // pressed twice
			h.wantState(rc.Case, service.RequestCancelled, visit)
			h.pass(80 * time.Hour)
			h.wantState(rc.Case, service.RequestCancelled, visit)
			p := h.page(rc.Case)
			if len(p.Problems) != 0 || p.Closed.IsZero() {
				t.Errorf("problems %v, closed %v", h.problems(rc.Case), p.Closed)
			}
			for _, c := range p.Clocks {
				if c.Stopped.IsZero() {
					t.Errorf("clock %s still runs", c.Kind)
				}
			}
			for _, o := range p.Offers {
				if o.State == service.OfferCreated || o.State == service.OfferSeen {
					t.Errorf("offer %s", o.State)
				}
			}
			for _, x := range p.Promises {
				if x.State != service.PromiseReplaced && x.State != service.PromiseKept {
					t.Errorf("promise %s", x.State)
				}
			}
			q, err := h.svc.Queue(ctx, agent(), service.QueueQuery{})
			h.ok(err)
			if len(q.Items) != 0 {
				t.Errorf("queue %s", asJSON(q.Items))
			}
		})
	}
}

func TestSolvedWithoutAVisitAndReferred(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.hire("HM-1001", nil)
		rc := h.report(nil)
		h.due()
		_, err := h.svc.RemoteFixed(ctx, customer(rc.Case), service.Closing{Case: rc.Case, Reason: "battery"})
		h.wantKey(err, casefile.Denied, "service.error.not_yours")
		_, err = h.svc.RemoteFixed(ctx, agent(), service.Closing{Case: rc.Case, Reason: "battery"})
		h.ok(err)
		h.wantState(rc.Case, service.RequestRemoteFixed, service.VisitAborted)
		_, err = h.svc.Reopen(ctx, customer(rc.Case), service.Reopen{Case: rc.Case, Reason: "not_fixed"})
		h.ok(err)
		h.due()
		h.wantState(rc.Case, service.RequestPlanned, service.VisitOffered)
		_, err = h.svc.Refer(ctx, agent(), service.Closing{Case: rc.Case, Reason: "return"})
		h.ok(err)
		h.wantState(rc.Case, service.RequestReferred, service.VisitAborted)
	})
}

func TestCorrectingTheAddress(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		west := h.hire("HM-1001", nil)
		north := h.hire("HM-1002", func(in *service.TechnicianInput) { in.Regions, in.Lng, in.Lat = []string{"110105"}, 116.44, 39.92 })
		rc := h.report(nil)
		h.due()
		if len(h.offersOf(west)) != 1 {
			t.Fatal("not offered")
		}
		_, err := h.svc.CorrectAddress(ctx, customer(rc.Case), service.CorrectAddress{Case: rc.Case, Address: "北京市朝阳区青禾路18号院3号楼"})
		h.ok(err)
		h.due()
		if len(h.offersOf(west)) != 0 || len(h.offersOf(north)) != 1 {
			t.Fatalf("west %d, north %d", len(h.offersOf(west)), len(h.offersOf(north)))
		}
		r, _ := h.accept(north)
		_, err = h.svc.CorrectAddress(ctx, customer(rc.Case), service.CorrectAddress{Case: rc.Case, Address: "北京市朝阳区青禾路20号"})
		h.wantKey(err, casefile.Denied, "service.error.not_yours")
		_, err = h.svc.CorrectAddress(ctx, agent(), service.CorrectAddress{Case: rc.Case, Address: "北京市朝阳区青禾路20号", Reason: "来电更正"})
		h.ok(err)
		h.wantProblem(rc.Case, "address_changed", true)
		page, err := h.svc.VisitPage(ctx, technician(north), service.VisitRef{Case: rc.Case, Visit: r.VisitID})
		h.ok(err)
		if page.Address.Clear() != "北京市朝阳区青禾路20号" || h.mail.count("visit_changed") != 1 {
			t.Errorf("address %q", page.Address.Clear())
		}
		rc = h.report(nil)
		_, err = h.svc.CorrectAddress(ctx, customer(rc.Case), service.CorrectAddress{Case: rc.Case, Address: "不知道哪里"})
		h.ok(err)
		h.pass(time.Minute)
		h.wantState(rc.Case, service.RequestReceived, "")
		h.wantProblem(rc.Case, "region_unknown", true)
	})
}

// The five kinds each have their way to the end.
func TestEveryKindCanBeFinished(t *testing.T) {
	fault := map[service.Kind]string{service.Repair: "jammed", service.Install: "new", service.Relocate: "same_home", service.Commission: "network", service.Clean: "routine"}
	labour := map[service.Kind]string{service.Repair: "labour_small", service.Install: "install_small", service.Relocate: "relocate_small", service.Commission: "commission", service.Clean: "clean_small"}
	for _, kind := range service.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			h := newHouseSQLite(t)
			tech := h.hire("HM-1001", func(in *service.TechnicianInput) {
				in.Skills = append(in.Skills[:1:1], service.Skill{Kind: service.Install, Product: "smart_lock", Level: 3}, service.Skill{Kind: service.Relocate, Product: "smart_lock", Level: 3},
					service.Skill{Kind: service.Commission, Product: "smart_lock", Level: 3}, service.Skill{Kind: service.Clean, Product: "smart_lock", Level: 3})
			})
			rc := h.report(func(r *service.Report) { r.Kind, r.Fault = kind, fault[kind] })
			h.due()
			r, _ := h.accept(tech)
			_, err := h.svc.Arrive(ctx, technician(tech), service.Door{Case: rc.Case, Visit: r.VisitID, Code: h.status(rc.Case).DoorCode})
			h.ok(err)
			h.quoted(rc, tech, r.VisitID, service.ProposeLine{Item: labour[kind], Quantity: 1})
			f := h.finish(rc, r.VisitID)
			f.Fault, f.Cause, f.Parts, f.Work, f.Checklist = fault[kind], h.svc.Catalogue.Causes(string(kind), "smart_lock")[0].Code, nil,
				[]service.WorkLine{{Item: labour[kind], Quantity: 1}}, h.checklist(kind, "smart_lock")
			_, err = h.svc.Finish(ctx, technician(tech), f)
			h.ok(err)
			h.wantState(rc.Case, service.RequestDone, service.VisitFinished)
		})
	}
}
