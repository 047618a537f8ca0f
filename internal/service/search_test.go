package service_test

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/service"
	"anxin/internal/service/servicedb"
	"anxin/internal/tx"
)

// At night nobody is woken for what can wait; an emergency is put before everybody and the dispatcher.
func TestNobodyIsWokenForWhatCanWait(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		tech := h.hire("HM-1001", nil)
		h.pass(13 * time.Hour) // 23:00
		rc := h.report(nil)
		h.due()
		if n := len(h.offersOf(tech)); n != 0 {
			t.Fatalf("%d offers at night", n)
		}
		st := h.status(rc.Case)
		morning := start.Add(22 * time.Hour) // 08:00
		if st.Now.Key != "service.now.waiting" || !st.Now.Args["at"].(time.Time).Equal(morning) || st.Request.State != service.RequestTriaged {
			t.Errorf("now %v, %s", st.Now, st.Request.State)
		}
		danger := h.report(func(r *service.Report) { r.Fault = "locked_in" })
		h.due()
		if got := h.offersOf(tech); len(got) != 1 || got[0].Case != danger.Case {
			t.Errorf("the emergency was not offered: %s", asJSON(got))
		}
		h.wantProblem(danger.Case, "too_late", true)
		h.pass(3 * time.Minute)
		h.pass(3 * time.Minute)
		h.wantProblem(danger.Case, "no_candidate", true)
		h.pass(morning.Sub(h.time()))
		if got := h.offersOf(tech); !slices.ContainsFunc(got, func(o service.OfferView) bool { return o.Case == rc.Case }) {
			t.Errorf("not offered in the morning: %s", asJSON(got))
		}
	})
}

// A plan that was made before the case moved on is made again, and nothing of the stale one is written.
func TestAStalePlanIsMadeAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		tech := h.hire("HM-1001", nil)
		rc := h.report(nil)
		request := h.status(rc.Case).Request.ID
		commit, err := h.svc.HandleAssign(ctx, clock.Timer{Tenant: tenant, Kind: "service.assign", Case: rc.Case, Payload: []byte(`{"id":"` + request.String() + `"}`)})
		h.ok(err)
		_, err = h.svc.Note(ctx, agent(), service.Note{Case: rc.Case, Words: "客户来电"})
		h.ok(err)
		h.ok(h.db.Write(ctx, func(ctx context.Context, x tx.Tx) error { return commit(ctx, x) }))
		if len(h.offersOf(tech)) != 0 {
			t.Error("a stale plan was written")
		}
		h.due()
		if len(h.offersOf(tech)) != 1 {
			t.Error("the plan was not made again")
		}
		if _, err := h.svc.HandleAssign(ctx, clock.Timer{Tenant: tenant, Kind: "service.assign", Case: rc.Case, Payload: []byte(`{"id":7}`)}); err == nil {
			t.Error("a broken payload passed")
		}
	})
}

func TestGivingBackAsksTheNext(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		first := h.hire("HM-1001", nil)
		second := h.hire("HM-1002", far(4))
		rc := h.report(nil)
		h.due()
		r, _ := h.accept(first)
		promised := h.status(rc.Case).Promise
		_, err := h.svc.GiveBack(ctx, technician(first), service.VisitReason{Case: rc.Case, Visit: r.VisitID, Reason: "vehicle", Words: "爆胎"})
		h.ok(err)
		h.wantProblem(rc.Case, "given_back", true)
		h.due()
		if len(h.offersOf(first)) != 0 || len(h.offersOf(second)) != 1 {
			t.Fatalf("first %d, second %d", len(h.offersOf(first)), len(h.offersOf(second)))
		}
		if o := h.offersOf(second)[0]; !o.Expires.Before(promised.To) {
			t.Errorf("offered until %v, promised until %v", o.Expires, promised.To)
		}
		h.accept(second)
		h.wantProblem(rc.Case, "given_back", false)
		for _, c := range h.status(rc.Case).Clocks {
			if c.Kind == "assign" && c.Stopped.IsZero() {
				t.Error("an assign clock still runs")
			}
		}
	})
}

func TestALeavingTechniciansVisitsAreShown(t *testing.T) {
	h := newHouseSQLite(t)
	tech := h.hire("HM-1001", nil)
	rc := h.report(nil)
	other := h.report(nil)
	h.due()
	h.accept(tech, rc.Case)
	_, err := h.svc.SaveTechnician(ctx, admin(), service.TechnicianInput{ID: tech, State: "left"})
	h.ok(err)
	h.wantProblem(rc.Case, "absence", true)
	h.wantState(rc.Case, service.RequestAssigned, service.VisitAccepted)
	list := h.offersOf(tech)
	_, err = h.svc.AcceptOffer(ctx, technician(tech), service.OfferRef{Case: other.Case, Offer: list[0].Offer})
	h.wantKey(err, casefile.Conflict, "service.error.no_longer_fits")
	if n, err := h.svc.Serving(ctx, tenant, "330106", service.Repair, "smart_lock"); err != nil || n != 0 {
		t.Errorf("%d still serve the place (%v)", n, err)
	}
}

func TestReschedulingWithdrawsWhatWasOffered(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		tech := h.hire("HM-1001", nil)
		rc := h.report(nil)
		h.due()
		from := start.Add(50 * time.Hour)
		_, err := h.svc.Reschedule(ctx, customer(rc.Case), service.Reschedule{Case: rc.Case, From: from, To: from.Add(10 * time.Minute)})
		h.wantField(err, "wished")
		_, err = h.svc.Reschedule(ctx, customer(rc.Case), service.Reschedule{Case: rc.Case, From: from, To: from.Add(2 * time.Hour)})
		h.ok(err)
		h.due()
		got := h.offersOf(tech)
		if len(got) != 1 || got[0].ArriveAt.Before(from) || got[0].ArriveAt.After(from.Add(2*time.Hour)) {
			t.Fatalf("offers %s", asJSON(got))
		}
		h.accept(tech)
		if p := h.status(rc.Case).Promise; p.From.Before(from) || p.To.After(from.Add(2*time.Hour)) {
			t.Errorf("promise %v to %v outside the wish", p.From, p.To)
		}
		_, err = h.svc.Reschedule(ctx, customer(rc.Case), service.Reschedule{Case: rc.Case, From: from, To: from.Add(2 * time.Hour)})
		h.wantKey(err, casefile.Conflict, "service.error.not_now")
	})
}

func TestYesThisIsRightKeepsTheSearch(t *testing.T) {
	h := newHouseSQLite(t)
	tech := h.hire("HM-1001", nil)
	rc := h.report(nil)
	h.due()
	if !slices.Contains(h.status(rc.Case).Moves, service.MoveConfirm) {
		t.Error("is not asked")
	}
	_, err := h.svc.ConfirmRegion(ctx, customer(rc.Case), service.ConfirmRegion{Case: rc.Case, Region: "330106"})
	h.ok(err)
	h.due()
	if len(h.offersOf(tech)) != 1 || slices.Contains(h.status(rc.Case).Moves, service.MoveConfirm) || h.mail.count("offer_withdrawn") != 0 {
		t.Error("the search began anew")
	}
	_, err = h.svc.ConfirmRegion(ctx, customer(rc.Case), service.ConfirmRegion{Case: rc.Case, Region: "330102"})
	h.ok(err) // no, it is the county next door
	h.due()
	if st := h.status(rc.Case); st.Request.Region.Code != "330102" || st.Request.Covered {
		t.Errorf("region %s", asJSON(st.Request.Region))
	}
}

func TestSentAndSeenAreNoted(t *testing.T) {
	h := newHouseSQLite(t)
	tech := h.hire("HM-1001", nil)
	rc := h.report(nil)
	h.due()
	ref := service.OfferRef{Case: rc.Case, Offer: h.offersOf(tech)[0].Offer}
	for _, want := range []service.State{service.OfferSent, service.OfferSent} {
		h.ok(h.svc.OfferSent(ctx, tenant, ref))
		if got := h.page(rc.Case).Offers[0].State; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	v, err := h.svc.SeeOffer(ctx, technician(tech), ref)
	h.ok(err)
	if v.State != service.OfferSeen || !slices.Equal(v.Moves, []service.Move{service.MoveAccept, service.MoveDecline}) {
		t.Errorf("seen %s %v", v.State, v.Moves)
	}
}

func TestPhotographsAreAddedWhileItLasts(t *testing.T) {
	h := newHouseSQLite(t)
	rc := h.report(nil)
	add := func(n int) error {
		_, err := h.svc.AttachPhotos(ctx, customer(rc.Case), service.AttachPhotos{Case: rc.Case, Items: h.vault.stage(rc.Case, "report_photo", n)})
		return err
	}
	h.wantField(add(0), "photos")
	h.wantField(add(13), "photos")
	for range 5 {
		h.ok(add(12))
	}
	h.wantKey(add(1), casefile.TooLarge, "service.error.too_many_photos")
	_, err := h.svc.AttachPhotos(ctx, customer(rc.Case), service.AttachPhotos{Case: rc.Case, Items: []casefile.ID{{1}}})
	if err == nil {
		t.Error("a photograph that is not there was attached")
	}
	_, err = h.svc.Cancel(ctx, customer(rc.Case), service.Cancel{Case: rc.Case, Reason: "solved"})
	h.ok(err)
	h.wantKey(add(1), casefile.Conflict, "service.error.not_now")
}

// What the technician got to read is in the list that the person sees.
func TestDisclosureIsLogged(t *testing.T) {
	h := newHouseSQLite(t)
	tech := h.hire("HM-1001", nil)
	rc := h.report(nil)
	h.due()
	h.accept(tech)
	d, err := h.svc.MyData(ctx, customer(rc.Case), rc.Case)
	h.ok(err)
	if len(d.Looked) != 1 || d.Looked[0].Action != "disclosed" || d.Looked[0].Role != casefile.Technician || d.CanErase || d.WhyNot.Key != "service.erase.under_way" {
		t.Errorf("data %+v", d)
	}
}

// Reading a crew at once gives the same as reading each technician.
func TestACrewIsItsTechnicians(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		first := h.hire("HM-1001", nil)
		h.hire("HM-1002", func(in *service.TechnicianInput) { in.Regions, in.Lng = []string{"330106", "330102"}, in.Lng+0.05 })
		h.hire("HM-1003", func(in *service.TechnicianInput) { in.State = "paused" })
		h.hire("HM-1004", func(in *service.TechnicianInput) { in.Regions = []string{"330102"} })
		h.ok(h.svc.SaveAbsence(ctx, admin(), service.AbsenceInput{Technician: first, From: start.Add(72 * time.Hour), To: start.Add(96 * time.Hour), Reason: "leave"}))
		rc := h.report(nil)
		h.due()
		h.accept(first, rc.Case)
		store := servicedb.Store{}
		h.ok(h.db.Read(ctx, func(ctx context.Context, x tx.Tx) error {
			crew, held, err := store.Crew(ctx, x, tenant, "330106", start)
			h.ok(err)
			if len(crew) != 2 || len(held) != 1 || len(crew[0].Skills) != 4 {
				t.Fatalf("%d technicians, %d visits", len(crew), len(held))
			}
			for _, c := range crew {
				one, err := store.Technician(ctx, x, tenant, c.ID, start)
				h.ok(err)
				if !reflect.DeepEqual(one, c) {
					t.Errorf("crew has\n%s\nalone\n%s", asJSON(c), asJSON(one))
				}
			}
			alone, err := store.Held(ctx, x, tenant, first)
			h.ok(err)
			if !reflect.DeepEqual(alone, held) {
				t.Errorf("held differ:\n%s\n%s", asJSON(held), asJSON(alone))
			}
			return nil
		}))
	})
}
