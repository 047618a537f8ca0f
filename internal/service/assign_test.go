package service_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/service"
)

func urgent(r *service.Report) { r.Urgency = service.Express }

// far moves a technician some kilometres away.
func far(km float64) func(*service.TechnicianInput) {
	return func(in *service.TechnicianInput) { in.Lng += km / 96 }
}

func TestTheBestIsAskedFirstWithReasonsAndExpiryMovesOn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		near := h.hire("HM-1001", nil)
		second := h.hire("HM-1002", far(6))
		rc := h.report(nil)
		h.due()
		h.wantState(rc.Case, service.RequestPlanned, service.VisitOffered)
		first := h.offersOf(near)
		if len(first) != 1 || len(h.offersOf(second)) != 0 {
			t.Fatalf("offers: near %d, second %d", len(first), len(h.offersOf(second)))
		}
		o := first[0]
		if len(o.Reasons) == 0 || o.Pay != 6000 || o.Distance <= 0 || !o.Expires.After(start) || !o.ArriveAt.After(start) {
			t.Errorf("offer %s", asJSON(o))
		}
		h.pass(o.Expires.Sub(h.time()) + time.Second)
		if len(h.offersOf(near)) != 0 {
			t.Error("an expired offer is still shown")
		}
		_, err := h.svc.AcceptOffer(ctx, technician(near), service.OfferRef{Case: rc.Case, Offer: o.Offer})
		h.wantKey(err, casefile.Conflict, "service.error.offer_gone")
		if len(h.offersOf(second)) != 1 {
			t.Error("the next best was not asked")
		}
		_, err = h.svc.DeclineOffer(ctx, technician(second), service.DeclineOffer{Case: rc.Case, Offer: h.offersOf(second)[0].Offer, Reason: "no such"})
		h.wantField(err, "reason")
		_, err = h.svc.DeclineOffer(ctx, technician(second), service.DeclineOffer{Case: rc.Case, Offer: h.offersOf(second)[0].Offer, Reason: "busy"})
		h.ok(err)
		h.due() // the broadcast asks those who did not answer once more, not those who declined
		if len(h.offersOf(near)) != 1 || len(h.offersOf(second)) != 0 {
			t.Errorf("broadcast: near %d, second %d", len(h.offersOf(near)), len(h.offersOf(second)))
		}
		h.pass(2 * time.Hour)
		h.wantProblem(rc.Case, "no_candidate", true)
		if st := h.status(rc.Case); st.Now.Key != "service.now.dispatcher" {
			t.Errorf("now %v", st.Now)
		}
	})
}

func TestTheSearchWidensToTheNeighboursOfTheCity(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		neighbour := h.hire("HM-2001", func(in *service.TechnicianInput) { in.Regions = []string{"330102"} })
		h.hire("HM-2002", func(in *service.TechnicianInput) { in.Regions = []string{"330203"} }) // Ningbo: another city
		rc := h.report(nil)
		if rc.Covered {
			t.Error("covered by a neighbour")
		}
		h.due()
		if got := h.offersOf(neighbour); len(got) != 1 {
			t.Fatalf("offers of the neighbour: %d", len(got))
		}
		if n := len(h.page(rc.Case).Offers); n != 1 {
			t.Errorf("%d offers", n)
		}
		h.accept(neighbour)
		h.wantProblem(rc.Case, "not_covered", false)
	})
}

func TestWholeCitiesAndProvincesCoverTheirCounties(t *testing.T) {
	h := newHouseSQLite(t)
	city := h.hire("HM-3001", func(in *service.TechnicianInput) { in.Regions = []string{"330100"} })
	rc := h.report(nil)
	h.due()
	if !rc.Covered || len(h.offersOf(city)) != 1 {
		t.Errorf("covered %v, offers %d", rc.Covered, len(h.offersOf(city)))
	}
	if v, err := h.svc.Technician(ctx, admin(), city); err != nil || !slices.Equal(v.Regions, []string{"3301"}) {
		t.Errorf("regions %v (%v)", v.Regions, err)
	}
}

// Whoever lacks one thing is not asked; the problem says what stood in the way.
func TestSkillLevelCertificateShiftAndAbsenceAreHardRules(t *testing.T) {
	stove := func(r *service.Report) { r.Product, r.Fault = "gas_stove", "knob" }
	for name, c := range map[string]struct {
		change func(*service.TechnicianInput)
		form   func(*service.Report)
		why    string
		absent bool
	}{
		"skill":               {func(in *service.TechnicianInput) { in.Skills = in.Skills[:1] }, stove, "skill_missing", false},
		"level":               {func(in *service.TechnicianInput) { in.Skills[1].Level = 1 }, stove, "level_too_low", false},
		"certificate missing": {func(in *service.TechnicianInput) { in.Certificates = in.Certificates[:1] }, stove, "certificate_missing", false},
		"certificate over on the day": {func(in *service.TechnicianInput) {
			in.Certificates = []service.Certificate{{Code: "gas_appliance", To: start.Add(24 * time.Hour)}}
		}, func(r *service.Report) {
			stove(r)
			r.Urgency, r.WishedFrom, r.WishedTo = service.Booked, start.Add(48*time.Hour), start.Add(52*time.Hour)
		}, "certificate_expired", false},
		"shift": {func(in *service.TechnicianInput) { in.Shifts = in.Shifts[:1] }, func(r *service.Report) {
			r.Urgency, r.WishedFrom, r.WishedTo = service.Booked, start.Add(time.Hour), start.Add(4*time.Hour)
		}, "off_shift", false},
		"absence": {nil, func(r *service.Report) {
			r.Urgency, r.WishedFrom, r.WishedTo = service.Booked, start.Add(time.Hour), start.Add(4*time.Hour)
		}, "off_shift", true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouseSQLite(t)
			tech := h.hire("HM-1001", c.change)
			if c.absent {
				h.ok(h.svc.SaveAbsence(ctx, admin(), service.AbsenceInput{Technician: tech, From: start, To: start.Add(10 * time.Hour), Reason: "leave"}))
			}
			rc := h.report(c.form)
			h.due()
			if n := len(h.offersOf(tech)); n != 0 {
				t.Fatalf("%d offers to somebody who cannot do it", n)
			}
			h.wantProblem(rc.Case, "no_candidate", true)
			rows, err := h.svc.Candidates(ctx, dispatcher(), rc.Case)
			h.ok(err)
			if len(rows) != 1 || rows[0].Eligible || !slices.ContainsFunc(rows[0].Reasons, func(r service.Reason) bool { return r.Code == c.why }) {
				t.Errorf("candidates %s", asJSON(rows))
			}
		})
	}
}

func TestALunchBreakIsNotWorked(t *testing.T) {
	h := newHouseSQLite(t)
	tech := h.hire("HM-1001", func(in *service.TechnicianInput) {
		in.Shifts = []service.Shift{{Weekday: time.Tuesday, From: 8 * 60, To: 11*60 + 15}, {Weekday: time.Tuesday, From: 13 * 60, To: 18 * 60}}
	})
	h.report(func(r *service.Report) {
		r.Urgency, r.WishedFrom, r.WishedTo = service.Booked, start.Add(30*time.Minute), start.Add(7*time.Hour)
	})
	h.due()
	got := h.offersOf(tech)
	if len(got) != 1 || got[0].ArriveAt.Before(start.Add(3*time.Hour)) {
		t.Fatalf("a visit of an hour before 13:00: %s", asJSON(got))
	}
}

// Three are asked at once in an emergency; all press at the same moment.
func TestExactlyOneTechnicianGetsTheVisit(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var techs []casefile.ID
		for i := range 5 {
			techs = append(techs, h.hire(fmt.Sprintf("HM-10%02d", i), far(float64(i))))
		}
		rc := h.report(func(r *service.Report) { r.Fault, r.Urgency = "locked_in", service.Emergency })
		h.due()
		type asked struct{ tech, offer casefile.ID }
		var all []asked
		for _, id := range techs {
			for _, o := range h.offersOf(id) {
				all = append(all, asked{id, o.Offer})
			}
		}
		if len(all) != 3 {
			t.Fatalf("%d were asked", len(all))
		}
		var wg sync.WaitGroup
		errs := make([]error, len(all))
		for i, o := range all {
			wg.Go(func() {
				_, errs[i] = h.svc.AcceptOffer(ctx, technician(o.tech), service.OfferRef{Case: rc.Case, Offer: o.offer})
			})
		}
		wg.Wait()
		won := -1
		for i, err := range errs {
			if err == nil {
				if won >= 0 {
					t.Error("two technicians have the visit")
				}
				won = i
			} else {
				h.wantKey(err, casefile.Conflict, "service.error.offer_gone")
			}
		}
		if won < 0 {
			t.Fatal("nobody has the visit")
		}
		if _, err := h.svc.AcceptOffer(ctx, technician(all[won].tech), service.OfferRef{Case: rc.Case, Offer: all[won].offer}); err != nil {
			t.Errorf("pressing again: %v", err)
		}
		h.wantState(rc.Case, service.RequestAssigned, service.VisitAccepted)
		_, err := h.svc.AcceptOffer(ctx, technician(all[(won+1)%3].tech), service.OfferRef{Case: rc.Case, Offer: all[won].offer})
		h.wantNotFound(err)
	})
}

// One technician has offers of several cases for the same hour and accepts all of them at once.
func TestATechnicianCannotAcceptTwoVisitsOfTheSameHour(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		tech := h.hire("HM-1001", nil)
		for range 6 {
			h.report(func(r *service.Report) {
				r.Urgency, r.WishedFrom, r.WishedTo = service.Booked, start.Add(2*time.Hour), start.Add(2*time.Hour+40*time.Minute)
			})
		}
		h.due()
		list := h.offersOf(tech)
		if len(list) != 6 {
			t.Fatalf("%d offers", len(list))
		}
		var wg sync.WaitGroup
		errs := make([]error, len(list))
		for i, o := range list {
			wg.Go(func() {
				_, errs[i] = h.svc.AcceptOffer(ctx, technician(tech), service.OfferRef{Case: o.Case, Offer: o.Offer})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				h.wantKey(err, casefile.Conflict, "service.error.no_longer_fits")
			}
		}
		if won != 1 {
			t.Fatalf("%d visits of the same hour were accepted", won)
		}
		day, err := h.svc.Day(ctx, dispatcher(), service.DayQuery{Date: start, Region: "3301"})
		h.ok(err)
		if len(day.Rows) != 1 || len(day.Rows[0].Commitments) != 1 || len(day.Rows[0].Shifts) != 1 {
			t.Errorf("day %s", asJSON(day))
		}
	})
}

func TestWhatIsPinnedIsNeverMoved(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		first := h.hire("HM-1001", nil)
		other := h.hire("HM-1002", far(2))
		rc := h.report(nil)
		at := start.Add(26 * time.Hour)
		_, err := h.svc.Pin(ctx, agent(), service.Pin{Case: rc.Case, Technician: first, From: at})
		h.wantKey(err, casefile.Denied, "error.denied")
		r, err := h.svc.Pin(ctx, dispatcher(), service.Pin{Case: rc.Case, Technician: first, From: at, Reason: "客户指定"})
		h.ok(err)
		h.wantState(rc.Case, service.RequestAssigned, service.VisitAccepted)
		st := h.status(rc.Case)
		if !st.Visits[0].Pinned || !st.Visits[0].From.Equal(at) || st.DoorCode == "" || st.Promise == nil || st.Promise.State != service.PromiseConfirmed {
			t.Fatalf("pinned %s", asJSON(st.Visits[0]))
		}
		h.ok(h.svc.Assign(ctx, tenant, rc.Case, st.Request.ID))
		h.pass(10 * time.Minute)
		if len(h.offersOf(first))+len(h.offersOf(other)) != 0 {
			t.Error("a pinned visit was offered")
		}
		// The technician gives it back: it waits for the dispatcher, nobody else gets it.
		_, err = h.svc.GiveBack(ctx, technician(other), service.VisitReason{Case: rc.Case, Visit: r.VisitID, Reason: "unwell"})
		h.wantNotFound(err)
		_, err = h.svc.GiveBack(ctx, technician(first), service.VisitReason{Case: rc.Case, Visit: r.VisitID, Reason: "unwell"})
		h.ok(err)
		h.ok(h.svc.Assign(ctx, tenant, rc.Case, st.Request.ID))
		h.pass(time.Hour)
		if len(h.offersOf(first))+len(h.offersOf(other)) != 0 {
			t.Error("a pinned visit that was given back was offered")
		}
		h.wantProblem(rc.Case, "given_back", true)
		_, err = h.svc.Reassign(ctx, dispatcher(), service.Reassign{Case: rc.Case, Visit: r.VisitID, Reason: "absence"})
		h.ok(err)
		h.due()
		if len(h.offersOf(other)) != 1 || len(h.offersOf(first)) != 0 {
			t.Errorf("after the dispatcher's act: other %d, first %d", len(h.offersOf(other)), len(h.offersOf(first)))
		}
	})
}

func TestAPinCannotBreakHardRules(t *testing.T) {
	h := newHouseSQLite(t)
	gas := func(r *service.Report) { r.Product, r.Fault = "gas_stove", "knob" }
	unlicensed := h.hire("HM-1001", func(in *service.TechnicianInput) { in.Certificates = nil })
	offShift := h.hire("HM-1002", func(in *service.TechnicianInput) { in.Shifts, in.Regions = in.Shifts[:1], []string{"330203"} })
	rc := h.report(gas)
	at := start.Add(3 * time.Hour)
	_, err := h.svc.Pin(ctx, dispatcher(), service.Pin{Case: rc.Case, Technician: unlicensed, From: at, Override: true})
	h.wantKey(err, casefile.Conflict, "service.error.cannot_pin")
	_, err = h.svc.Pin(ctx, dispatcher(), service.Pin{Case: rc.Case, Technician: offShift, From: at})
	h.wantKey(err, casefile.Conflict, "service.error.cannot_pin")
	_, err = h.svc.Pin(ctx, dispatcher(), service.Pin{Case: rc.Case, Technician: offShift, From: at, Override: true})
	h.ok(err)
	again := h.report(gas)
	_, err = h.svc.Pin(ctx, dispatcher(), service.Pin{Case: again.Case, Technician: offShift, From: at.Add(20 * time.Minute), Override: true})
	h.wantKey(err, casefile.Conflict, "service.error.cannot_pin")
	h.wantState(again.Case, service.RequestTriaged, "")
}

func TestReassignTellsBothAndDoesNotAskTheSameAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		first := h.hire("HM-1001", nil)
		second := h.hire("HM-1002", far(3))
		rc := h.report(nil)
		h.due()
		r, _ := h.accept(first)
		code := h.status(rc.Case).DoorCode
		_, err := h.svc.Reassign(ctx, agent(), service.Reassign{Case: rc.Case, Visit: r.VisitID, Reason: "late"})
		h.wantKey(err, casefile.Denied, "error.denied")
		_, err = h.svc.Reassign(ctx, dispatcher(), service.Reassign{Case: rc.Case, Visit: r.VisitID, Reason: "customer_refused"})
		h.ok(err)
		h.due()
		if len(h.offersOf(first)) != 0 || len(h.offersOf(second)) != 1 {
			t.Fatalf("first %d, second %d", len(h.offersOf(first)), len(h.offersOf(second)))
		}
		_, err = h.svc.VisitPage(ctx, technician(first), service.VisitRef{Case: rc.Case, Visit: r.VisitID})
		h.wantNotFound(err)
		h.accept(second)
		if now := h.status(rc.Case).DoorCode; now == code || len(now) != 6 {
			t.Errorf("door code %q after %q", now, code)
		}
		if h.mail.count("visit_cancelled") != 1 || h.mail.count("searching") != 1 || h.mail.count("assigned") != 2 {
			t.Error("not everybody was told")
		}
	})
}

func TestBroadcastAsksEverybodyAtOnce(t *testing.T) {
	h := newHouseSQLite(t)
	var techs []casefile.ID
	for i := range 4 {
		techs = append(techs, h.hire(fmt.Sprintf("HM-10%02d", i), far(float64(i))))
	}
	rc := h.report(nil)
	h.due()
	_, err := h.svc.Broadcast(ctx, dispatcher(), rc.Case)
	h.ok(err)
	h.due()
	for i, id := range techs {
		if len(h.offersOf(id)) != 1 {
			t.Errorf("technician %d has %d offers", i, len(h.offersOf(id)))
		}
	}
	h.accept(techs[3])
	if n := len(h.offersOf(techs[0])); n != 0 {
		t.Errorf("%d offers left of a visit that is taken", n)
	}
	_, err = h.svc.Broadcast(ctx, dispatcher(), rc.Case)
	h.wantKey(err, casefile.Conflict, "service.error.not_now")
}

func TestAPromiseIsAtRiskThenBrokenThenRenewed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		tech := h.hire("HM-1001", nil)
		rc := h.report(urgent)
		h.due()
		if p := h.status(rc.Case).Promise; p == nil || p.State != service.PromiseQuoted || p.Probability != 900 {
			t.Fatalf("promise %+v", p)
		}
		r, _ := h.accept(tech)
		p := h.status(rc.Case).Promise
		if p.State != service.PromiseConfirmed || !p.To.After(p.From) {
			t.Fatalf("promise %+v", p)
		}
		h.pass(p.To.Sub(h.time()) - 5*time.Minute)
		h.pass(0)
		if now := h.status(rc.Case).Promise; now.State == service.PromiseBroken {
			t.Errorf("broken before its time: %+v", now)
		}
		h.pass(6 * time.Minute)
		all := h.page(rc.Case).Promises
		if len(all) != 2 || all[0].State != service.PromiseBroken || all[1].State != service.PromiseConfirmed || !all[1].To.After(all[0].To) {
			t.Fatalf("promises %s", asJSON(all))
		}
		h.wantProblem(rc.Case, "promise_broken", true)
		_, err := h.svc.Arrive(ctx, technician(tech), service.Door{Case: rc.Case, Visit: r.VisitID, Code: h.status(rc.Case).DoorCode})
		h.ok(err)
		all = h.page(rc.Case).Promises
		if all[1].State != service.PromiseKept || all[0].State != service.PromiseBroken {
			t.Errorf("after arrival %s", asJSON(all))
		}
		h.wantProblem(rc.Case, "promise_broken", false)
		stats, err := h.svc.Stats(ctx, dispatcher(), start.Add(-time.Hour), start.Add(24*time.Hour))
		h.ok(err)
		if stats.PromisesKept != 1 || stats.PromisesBroken != 1 || stats.Arrived != 1 || stats.ToAssignP50 != 0 || stats.ToArriveP50 < 20*time.Minute {
			t.Errorf("stats %s", asJSON(stats))
		}
	})
}

func TestAnAbsenceMakesProblemsAndMovesNothing(t *testing.T) {
	h := newHouseSQLite(t)
	tech := h.hire("HM-1001", nil)
	rc := h.report(nil)
	h.due()
	h.accept(tech)
	err := h.svc.SaveAbsence(ctx, agent(), service.AbsenceInput{Technician: tech, From: start, To: start.Add(48 * time.Hour), Reason: "sick"})
	h.wantKey(err, casefile.Denied, "error.denied")
	h.ok(h.svc.SaveAbsence(ctx, dispatcher(), service.AbsenceInput{Technician: tech, From: start, To: start.Add(48 * time.Hour), Reason: "sick"}))
	h.wantProblem(rc.Case, "absence", true)
	h.wantState(rc.Case, service.RequestAssigned, service.VisitAccepted)
	h.ok(h.svc.SaveAbsence(ctx, dispatcher(), service.AbsenceInput{Technician: tech, From: start, Remove: true}))
	h.wantNotFound(h.svc.SaveAbsence(ctx, dispatcher(), service.AbsenceInput{Technician: tech, From: start, Remove: true}))
}

func TestAClockThatExpiresBecomesAProblem(t *testing.T) {
	h := newHouseSQLite(t)
	rc := h.report(urgent)
	h.pass(31 * time.Minute)
	h.wantProblem(rc.Case, "clock_assign", true)
	h.wantProblem(rc.Case, "clock_arrive", true)
	q, err := h.svc.Queue(ctx, agent(), service.QueueQuery{})
	h.ok(err)
	if len(q.Items) != 1 || !q.Items[0].Breached || len(q.Items[0].Problems) < 3 {
		t.Errorf("queue %s", asJSON(q))
	}
}
