package service_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/service"
	"anxin/internal/tx"
)

func TestTheQueueIsPagedByTheNearestClock(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		urgencies := []service.Urgency{service.Flexible, service.Express, service.Booked, service.Express, service.Flexible, service.Emergency, service.Booked}
		for _, u := range urgencies {
			h.report(func(r *service.Report) { r.Urgency = u })
			h.mu.Lock()
			h.now = h.now.Add(time.Second)
			h.mu.Unlock()
		}
		var got []service.QueueItem
		after := ""
		for range 10 {
			p, err := h.svc.Queue(ctx, agent(), service.QueueQuery{After: after, Limit: 2})
			h.ok(err)
			got = append(got, p.Items...)
			if after = p.Next; after == "" {
				break
			}
		}
		if len(got) != len(urgencies) {
			t.Fatalf("%d items", len(got))
		}
		for i := range got {
			if got[i].Due.IsZero() || got[i].DueKind == "" || i > 0 && got[i].Due.Before(got[i-1].Due) {
				t.Errorf("item %d: due %v (%s)", i, got[i].Due, got[i].DueKind)
			}
			if got[i].Name != "李*" {
				t.Errorf("name %q", got[i].Name)
			}
		}
		p, err := h.svc.Queue(ctx, agent(), service.QueueQuery{Urgency: service.Express, Region: "3301", State: service.RequestTriaged})
		h.ok(err)
		if len(p.Items) != 2 {
			t.Errorf("%d express items", len(p.Items))
		}
		if p, err = h.svc.Queue(ctx, agent(), service.QueueQuery{Region: "11"}); err != nil || len(p.Items) != 0 {
			t.Errorf("another province: %d (%v)", len(p.Items), err)
		}
		for _, q := range []service.QueueQuery{{After: "nonsense"}, {Region: "33%"}} {
			if _, err := h.svc.Queue(ctx, agent(), q); !casefile.Is(err, casefile.Invalid) {
				t.Errorf("%+v: %v", q, err)
			}
		}
		_, err = h.svc.Queue(ctx, customer(got[0].Case), service.QueueQuery{})
		h.wantKey(err, casefile.Denied, "error.denied")
	})
}

func TestAPausedClockLeavesTheFrontOfTheQueue(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rc := h.report(urgent)
		first := h.report(nil)
		var clockID casefile.ID
		for _, c := range h.page(rc.Case).Clocks {
			if c.Kind == "assign" {
				clockID = c.ID
			}
		}
		pause := service.ClockPause{Case: rc.Case, Clock: clockID, Reason: "waiting_customer"}
		_, err := h.svc.PauseClock(ctx, customer(rc.Case), pause)
		if err == nil {
			t.Error("a customer paused our clock")
		}
		before := h.queueDue(rc.Case)
		_, err = h.svc.PauseClock(ctx, agent(), pause)
		h.ok(err)
		if after := h.queueDue(rc.Case); !after.After(before) {
			t.Errorf("due %v after %v", after, before)
		}
		h.pass(20 * time.Minute)
		h.wantProblem(rc.Case, "clock_assign", false)
		_, err = h.svc.ResumeClock(ctx, agent(), pause)
		h.ok(err)
		h.pass(11 * time.Minute)
		h.wantProblem(rc.Case, "clock_assign", true)
		_ = first
	})
}

func (h *house) queueDue(caseID casefile.ID) time.Time {
	h.t.Helper()
	p, err := h.svc.Queue(ctx, agent(), service.QueueQuery{})
	h.ok(err)
	for _, it := range p.Items {
		if it.Case == caseID {
			return it.Due
		}
	}
	h.t.Fatal("not in the queue")
	return time.Time{}
}

func TestSearchFindsWholesAndNothingElse(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rc := h.report(func(r *service.Report) { r.Name, r.Phone = "欧阳禾木", "199 0000 7788" })
		h.report(nil)
		for text, n := range map[string]int{
			rc.Number.String(): 1, string(rc.Number): 1, "19900007788": 1, "+86 199-0000-7788": 1, "…7788": 1, "7788": 1, "欧阳禾木": 1, "欧 阳 禾木": 1,
			"欧阳": 0, "1990000": 0, "0077": 0, "190000": 0,
		} {
			hits, err := h.svc.Search(ctx, agent(), text)
			h.ok(err)
			if len(hits) != n {
				t.Errorf("%s: %d hits", text, len(hits))
			}
			for _, x := range hits {
				if x.Case != rc.Case || x.Name != "欧*" || x.Phone != "199****7788" {
					t.Errorf("%s: %+v", text, x)
				}
			}
		}
		other := agent()
		other.Tenant++
		for _, text := range []string{"19900007788", rc.Number.String()} {
			if hits, err := h.svc.Search(ctx, other, text); err != nil || len(hits) != 0 {
				t.Errorf("another tenant finds %d (%v)", len(hits), err)
			}
		}
		_, err := h.svc.Search(ctx, agent(), " ")
		h.wantField(err, "q")
	})
}

func TestRevealIsLoggedAndShownToThePerson(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rc := h.report(nil)
		page := h.page(rc.Case)
		if page.Name != "李*" || strings.Contains(page.Address, "31号") || strings.Contains(page.Phone, "0000") || !page.HasWords {
			t.Errorf("not masked: %q %q %q", page.Name, page.Phone, page.Address)
		}
		for field, c := range map[string]service.Reveal{
			"field": {Field: "password", Reason: "dispatch"}, "reason": {Field: "phone", Reason: "curious"}, "words": {Field: "phone", Reason: "other"},
		} {
			c.Case = rc.Case
			_, err := h.svc.Reveal(ctx, agent(), c)
			h.wantField(err, field)
		}
		for field, want := range map[string]string{"name": "李木清", "phone": "19900000001", "address": "杭州西湖区竹影巷31号2幢1单元802", "words": "按键没反应，昨天开始的"} {
			got, err := h.svc.Reveal(ctx, agent(), service.Reveal{Case: rc.Case, Field: field, Reason: "call_customer"})
			h.ok(err)
			if got.Value.Clear() != want || strings.Contains(got.Value.String(), want) {
				t.Errorf("%s: %q, printed %q", field, got.Value.Clear(), got.Value)
			}
		}
		_, err := h.svc.Reveal(ctx, technician(casefile.ID{9}), service.Reveal{Case: rc.Case, Field: "phone", Reason: "dispatch"})
		h.wantKey(err, casefile.Denied, "error.denied")
		data, err := h.svc.MyData(ctx, customer(rc.Case), rc.Case)
		h.ok(err)
		if len(data.Looked) != 4 || data.Looked[0].Action != "reveal" || data.Looked[0].Role != casefile.Agent || data.Name.Clear() != "李木清" {
			t.Errorf("looked %s", asJSON(data.Looked))
		}
	})
}

func TestEraseLeavesTheTimelineAndNothingToRead(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rc, tech, visit := h.done(nil)
		open := h.report(nil)
		h.wantKey(h.svc.Erase(ctx, customer(open.Case), open.Case), casefile.Conflict, "service.error.erase_under_way")
		h.wantNotFound(h.svc.Erase(ctx, customer(open.Case), rc.Case))
		h.wantKey(h.svc.Erase(ctx, agent(), rc.Case), casefile.Denied, "error.denied")
		if d, err := h.svc.MyData(ctx, customer(rc.Case), rc.Case); err != nil || !d.CanErase {
			t.Errorf("can erase %v (%v)", d.CanErase, err)
		}
		before := len(h.events(rc.Case))
		h.ok(h.svc.Erase(ctx, customer(rc.Case), rc.Case))
		h.ok(h.svc.Erase(ctx, customer(rc.Case), rc.Case)) // again
		st := h.status(rc.Case)
		if !st.Erased || st.Request.State != service.RequestClosed || st.Visits[0].Report.Words.Clear() != "" || slices.Contains(st.Moves, service.MoveEraseData) {
			t.Errorf("status %s", asJSON(st))
		}
		page := h.page(rc.Case)
		if !page.Erased || page.Name != "" || page.Phone != "" || len(page.Timeline) != before+1 {
			t.Errorf("page: %q %q, %d events", page.Name, page.Phone, len(page.Timeline))
		}
		data, err := h.svc.MyData(ctx, customer(rc.Case), rc.Case)
		h.ok(err)
		if data.CanErase || data.WhyNot.Key != "service.erase.done" || data.Address.Clear() != "" || data.Erased.IsZero() {
			t.Errorf("data %+v", data)
		}
		for _, text := range []string{"19900000001", "李木清"} {
			hits, err := h.svc.Search(ctx, agent(), text)
			h.ok(err)
			for _, x := range hits {
				if x.Case == rc.Case {
					t.Errorf("%s still finds the case", text)
				}
			}
		}
		if _, err := h.svc.Reveal(ctx, agent(), service.Reveal{Case: rc.Case, Field: "phone", Reason: "dispatch"}); !casefile.Is(err, casefile.NotFound) {
			t.Errorf("reveal: %v", err)
		}
		p, err := h.svc.VisitPage(ctx, technician(tech), service.VisitRef{Case: rc.Case, Visit: visit})
		h.ok(err)
		if p.Phone.Clear() != "" || p.Address.Clear() != "" {
			t.Error("the technician still reads the address")
		}
		hits, err := h.svc.Search(ctx, agent(), rc.Number.String())
		h.ok(err)
		if len(hits) != 1 {
			t.Error("the case itself is gone")
		}
	})
}

func TestTheAddressFollowsAcceptanceAndEndsWithTheVisit(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		tech := h.hire("HM-1001", nil)
		h.main = tech
		rc := h.report(nil)
		h.due()
		o := h.offersOf(tech)[0]
		if text := asJSON(o); strings.Contains(text, "竹影") || strings.Contains(text, "1990000") || strings.Contains(text, "李") {
			t.Errorf("the offer tells who: %s", text)
		}
		_, err := h.svc.VisitPage(ctx, technician(tech), service.VisitRef{Case: rc.Case, Visit: o.Visit})
		h.wantNotFound(err)
		r, _ := h.accept(tech)
		ref := service.VisitRef{Case: rc.Case, Visit: r.VisitID}
		p, err := h.svc.VisitPage(ctx, technician(tech), ref)
		h.ok(err)
		if p.Name.Clear() != "李木清" || p.Phone.Clear() != "19900000001" || p.Address.Clear() == "" || p.Words.Clear() == "" {
			t.Error("the technician does not know where to go")
		}
		if len(p.Checklist) == 0 || len(p.Prompts) == 0 || len(p.Items) < 8 || len(p.Faults) == 0 || len(p.Causes) == 0 || len(p.Related) == 0 || p.Warranty != 90 {
			t.Errorf("page %s", asJSON(p))
		}
		jobs, err := h.svc.Today(ctx, technician(tech), h.time())
		h.ok(err)
		if len(jobs) != 1 || jobs[0].Number != rc.Number {
			t.Errorf("today %s", asJSON(jobs))
		}
		_, err = h.svc.GiveBack(ctx, technician(tech), service.VisitReason{Case: rc.Case, Visit: r.VisitID, Reason: "overrun"})
		h.ok(err)
		_, err = h.svc.VisitPage(ctx, technician(tech), ref)
		h.wantNotFound(err)
		rc, tech, visit := h.done(nil)
		p, err = h.svc.VisitPage(ctx, technician(tech), service.VisitRef{Case: rc.Case, Visit: visit})
		h.ok(err)
		if p.Phone.Clear() != "" || p.Address.Clear() != "" || p.Name.Clear() != "" {
			t.Error("the address is still shown after the visit")
		}
		e, err := h.svc.Earnings(ctx, technician(tech), start, start.Add(24*time.Hour))
		h.ok(err)
		if e.Visits != 1 || e.Pay != 6000 {
			t.Errorf("earnings %+v", e)
		}
	})
}

// Every command and query about a case answers not found to another tenant, another customer and another technician.
func TestForeignersFindNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rc, tech, visit := h.atTheDoor(nil)
		mine := h.report(nil)
		stranger := h.hire("HM-7777", far(9))
		otherTenant := func(a casefile.Actor) casefile.Actor { a.Tenant++; return a }
		offer := h.page(rc.Case).Offers[0].Offer
		q, err := h.svc.Propose(ctx, technician(tech), service.Propose{Case: rc.Case, Visit: visit, Lines: lockQuote()})
		h.ok(err)
		ref, why := service.VisitRef{Case: rc.Case, Visit: visit}, service.VisitReason{Case: rc.Case, Visit: visit, Reason: "other"}
		byCustomer := map[string]func(a casefile.Actor) error{
			"status": func(a casefile.Actor) error { _, err := h.svc.Status(ctx, a, rc.Case); return err },
			"confirm": func(a casefile.Actor) error {
				_, err := h.svc.ConfirmRegion(ctx, a, service.ConfirmRegion{Case: rc.Case, Region: "330106"})
				return err
			},
			"correct": func(a casefile.Actor) error {
				_, err := h.svc.CorrectAddress(ctx, a, service.CorrectAddress{Case: rc.Case, Address: "杭州西湖区"})
				return err
			},
			"attach": func(a casefile.Actor) error {
				_, err := h.svc.AttachPhotos(ctx, a, service.AttachPhotos{Case: rc.Case, Items: []casefile.ID{{1}}})
				return err
			},
			"reschedule": func(a casefile.Actor) error {
				_, err := h.svc.Reschedule(ctx, a, service.Reschedule{Case: rc.Case})
				return err
			},
			"cancel": func(a casefile.Actor) error {
				_, err := h.svc.Cancel(ctx, a, service.Cancel{Case: rc.Case, Reason: "other"})
				return err
			},
			"reopen": func(a casefile.Actor) error {
				_, err := h.svc.Reopen(ctx, a, service.Reopen{Case: rc.Case, Reason: "other"})
				return err
			},
			"rate": func(a casefile.Actor) error {
				_, err := h.svc.Rate(ctx, a, service.Rate{Case: rc.Case, Stars: 5})
				return err
			},
			"answer": func(a casefile.Actor) error {
				_, err := h.svc.AnswerQuote(ctx, a, service.AnswerQuote{Case: rc.Case, Quote: q.ID})
				return err
			},
			"sign": func(a casefile.Actor) error {
				_, err := h.svc.Sign(ctx, a, service.Sign{Case: rc.Case, Visit: visit})
				return err
			},
			"arrive": func(a casefile.Actor) error {
				_, err := h.svc.ArriveByCustomer(ctx, a, service.Door{Case: rc.Case, Visit: visit, Code: "123456"})
				return err
			},
			"my data": func(a casefile.Actor) error { _, err := h.svc.MyData(ctx, a, rc.Case); return err },
			"erase":   func(a casefile.Actor) error { return h.svc.Erase(ctx, a, rc.Case) },
		}
		for name, act := range byCustomer {
			for who, a := range map[string]casefile.Actor{"another customer": customer(mine.Case), "another tenant": otherTenant(customer(rc.Case)), "a visitor": visitor()} {
				if err := act(a); !casefile.Is(err, casefile.NotFound) {
					t.Errorf("%s by %s: %v", name, who, err)
				}
			}
		}
		byTechnician := map[string]func(a casefile.Actor) error{
			"page": func(a casefile.Actor) error { _, err := h.svc.VisitPage(ctx, a, ref); return err },
			"see": func(a casefile.Actor) error {
				_, err := h.svc.SeeOffer(ctx, a, service.OfferRef{Case: rc.Case, Offer: offer})
				return err
			},
			"accept": func(a casefile.Actor) error {
				_, err := h.svc.AcceptOffer(ctx, a, service.OfferRef{Case: rc.Case, Offer: offer})
				return err
			},
			"decline": func(a casefile.Actor) error {
				_, err := h.svc.DeclineOffer(ctx, a, service.DeclineOffer{Case: rc.Case, Offer: offer, Reason: "busy"})
				return err
			},
			"en route": func(a casefile.Actor) error { _, err := h.svc.EnRoute(ctx, a, ref); return err },
			"arrive": func(a casefile.Actor) error {
				_, err := h.svc.Arrive(ctx, a, service.Door{Case: rc.Case, Visit: visit, Code: "123456"})
				return err
			},
			"propose": func(a casefile.Actor) error {
				_, err := h.svc.Propose(ctx, a, service.Propose{Case: rc.Case, Visit: visit, Lines: lockQuote()})
				return err
			},
			"withdraw": func(a casefile.Actor) error { _, err := h.svc.WithdrawQuote(ctx, a, ref); return err },
			"finish":   func(a casefile.Actor) error { _, err := h.svc.Finish(ctx, a, h.finish(rc, visit)); return err },
			"no access": func(a casefile.Actor) error {
				_, err := h.svc.NoAccess(ctx, a, service.VisitReason{Case: rc.Case, Visit: visit, Reason: "gate"})
				return err
			},
			"follow up": func(a casefile.Actor) error {
				_, err := h.svc.FollowUp(ctx, a, service.FollowUp{Case: rc.Case, Visit: visit, Reason: "other"})
				return err
			},
			"give back": func(a casefile.Actor) error { _, err := h.svc.GiveBack(ctx, a, why); return err },
			"abort":     func(a casefile.Actor) error { _, err := h.svc.Abort(ctx, a, why); return err },
			"sign": func(a casefile.Actor) error {
				_, err := h.svc.Sign(ctx, a, service.Sign{Case: rc.Case, Visit: visit, Refuse: true, Reason: "price"})
				return err
			},
		}
		for name, act := range byTechnician {
			for who, a := range map[string]casefile.Actor{"another technician": technician(stranger), "another tenant": otherTenant(technician(tech)), "nobody": technician(casefile.Nil)} {
				if err := act(a); !casefile.Is(err, casefile.NotFound) {
					t.Errorf("%s by %s: %v", name, who, err)
				}
			}
		}
		byDesk := map[string]func(a casefile.Actor) error{
			"page": func(a casefile.Actor) error { _, err := h.svc.CasePage(ctx, a, rc.Case); return err },
			"find": func(a casefile.Actor) error { _, err := h.svc.FindCase(ctx, a, rc.Number); return err },
			"reveal": func(a casefile.Actor) error {
				_, err := h.svc.Reveal(ctx, a, service.Reveal{Case: rc.Case, Field: "phone", Reason: "dispatch"})
				return err
			},
			"note": func(a casefile.Actor) error {
				_, err := h.svc.Note(ctx, a, service.Note{Case: rc.Case, Words: "x"})
				return err
			},
			"remote fix": func(a casefile.Actor) error {
				_, err := h.svc.RemoteFixed(ctx, a, service.Closing{Case: rc.Case, Reason: "use"})
				return err
			},
			"refer": func(a casefile.Actor) error {
				_, err := h.svc.Refer(ctx, a, service.Closing{Case: rc.Case, Reason: "return"})
				return err
			},
			"reset": func(a casefile.Actor) error {
				_, err := h.svc.ResetDoorCode(ctx, a, service.VisitReason{Case: rc.Case, Visit: visit, Reason: "typed_wrong"})
				return err
			},
			"candidates": func(a casefile.Actor) error { _, err := h.svc.Candidates(ctx, a, rc.Case); return err },
			"pin": func(a casefile.Actor) error {
				_, err := h.svc.Pin(ctx, a, service.Pin{Case: rc.Case, Technician: tech, From: h.time().Add(time.Hour)})
				return err
			},
			"reassign": func(a casefile.Actor) error {
				_, err := h.svc.Reassign(ctx, a, service.Reassign{Case: rc.Case, Visit: visit, Reason: "late"})
				return err
			},
			"broadcast": func(a casefile.Actor) error { _, err := h.svc.Broadcast(ctx, a, rc.Case); return err },
			"cancel": func(a casefile.Actor) error {
				_, err := h.svc.Cancel(ctx, a, service.Cancel{Case: rc.Case, Reason: "mistake"})
				return err
			},
			"pause": func(a casefile.Actor) error {
				_, err := h.svc.PauseClock(ctx, a, service.ClockPause{Case: rc.Case, Clock: casefile.ID{1}, Reason: "waiting_part"})
				return err
			},
			"technician": func(a casefile.Actor) error { _, err := h.svc.Technician(ctx, a, tech); return err },
		}
		for name, act := range byDesk {
			if err := act(otherTenant(dispatcher())); !casefile.Is(err, casefile.NotFound) {
				t.Errorf("%s by another tenant: %v", name, err)
			}
		}
		h.wantState(rc.Case, service.RequestInProgress, service.VisitWaitingApproval)
	})
}

func TestPublicAnswersAreSignedAndTellNoMore(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		tech := h.hire("HM-1001", nil)
		h.main = tech
		gone := h.hire("HM-1002", nil)
		_, err := h.svc.SaveTechnician(ctx, admin(), service.TechnicianInput{ID: gone, State: "left"})
		h.ok(err)
		rc := h.report(nil)
		h.due()
		h.accept(tech)
		other := h.report(nil)
		for _, c := range []struct {
			who      casefile.Actor
			code     string
			ours     bool
			expected string
		}{
			{visitor(), "hm-1001", true, ""}, {visitor(), "HM-1002", false, ""}, {visitor(), "HM-9999", false, ""},
			{customer(rc.Case), "HM-1001", true, "yes"}, {customer(other.Case), "HM-1001", true, "no"}, {customer(rc.Case), "HM-9999", false, "no"},
		} {
			v, err := h.svc.VerifyTechnician(ctx, c.who, c.code)
			h.ok(err)
			if v.Ours != c.ours || v.Expected != c.expected || !strings.Contains(v.Signed.Note, "code "+strings.ToUpper(c.code)) {
				t.Errorf("%s: %+v", c.code, v)
			}
			if c.ours && v.Name != "林*" || !c.ours && v.Name != "" {
				t.Errorf("name %q", v.Name)
			}
		}
		_, err = h.svc.VerifyTechnician(ctx, visitor(), "x' OR 1=1")
		h.wantField(err, "code")
		for number, want := range map[string]bool{"400-000-0000": true, "4000000000": true, "400 000 0000": true, "400-000-0001": false} {
			if v, err := h.svc.VerifyHotline(ctx, visitor(), number); err != nil || v.Ours != want {
				t.Errorf("%s: %v (%v)", number, v.Ours, err)
			}
		}
		done, _, _ := h.done(nil)
		doc := h.status(done.Case).Visits[0].Report.Document
		v, err := h.svc.VerifyDocument(ctx, visitor(), strings.ToLower(doc))
		h.ok(err)
		if !v.Ours || v.Kind != "service_report" || !strings.HasSuffix(string(done.Number), v.NumberTail) || len(v.NumberTail) != 4 {
			t.Errorf("document %+v", v)
		}
		if text := asJSON(v); strings.Contains(text, "李") || strings.Contains(text, done.Case.String()) {
			t.Errorf("the answer tells more: %s", text)
		}
		_, err = h.svc.VerifyDocument(ctx, visitor(), "D-0000-0000-000X")
		h.wantField(err, "code")
	})
}

func TestTechniciansAreBounded(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.hire("HM-1001", nil)
		for field, change := range map[string]func(*service.TechnicianInput){
			"code":    func(in *service.TechnicianInput) { in.Code = "x" },
			"name":    func(in *service.TechnicianInput) { in.Name = "" },
			"phone":   func(in *service.TechnicianInput) { in.Phone = "12" },
			"vehicle": func(in *service.TechnicianInput) { in.Vehicle = "horse" },
			"state":   func(in *service.TechnicianInput) { in.State = "asleep" },
			"place":   func(in *service.TechnicianInput) { in.Lng = 2.35 },
			"skills":  func(in *service.TechnicianInput) { in.Skills[0].Level = 6 },
			"regions": func(in *service.TechnicianInput) { in.Regions = []string{"000000"} },
			"shifts": func(in *service.TechnicianInput) {
				in.Shifts = []service.Shift{{From: 60, To: 120}, {From: 100, To: 200}}
			},
			"certificates": func(in *service.TechnicianInput) { in.Certificates = []service.Certificate{{Code: "sorcery"}} },
		} {
			in := service.TechnicianInput{Code: "HM-2000", Name: "张安澜", Phone: "19900000002", Vehicle: "van", Lng: 120.1, Lat: 30.2, Skills: []service.Skill{{Kind: service.Repair, Product: "fridge", Level: 2}},
				Regions: []string{"330106"}, Shifts: allWeek()}
			change(&in)
			_, err := h.svc.SaveTechnician(ctx, admin(), in)
			h.wantField(err, field)
		}
		_, err := h.svc.SaveTechnician(ctx, admin(), service.TechnicianInput{Code: "HM-1001", Name: "张安澜", Phone: "19900000002", Lng: 120.1, Lat: 30.2})
		h.wantField(err, "code")
		_, err = h.svc.SaveTechnician(ctx, dispatcher(), service.TechnicianInput{ID: id, Name: "张安澜"})
		h.wantKey(err, casefile.Denied, "error.denied")
		_, err = h.svc.SaveTechnician(ctx, admin(), service.TechnicianInput{ID: id, Name: "张安澜"})
		h.ok(err)
		v, err := h.svc.Technician(ctx, admin(), id)
		h.ok(err)
		if v.Name != "张安澜" || v.Phone != "199****0001" || len(v.Skills) != 4 || len(v.Shifts) != 7 || v.Vehicle != "ebike" {
			t.Errorf("after the change %s", asJSON(v))
		}
		h.hire("HM-1002", nil)
		list, next, err := h.svc.Technicians(ctx, admin(), "", 1)
		h.ok(err)
		rest, end, err := h.svc.Technicians(ctx, admin(), next, 1)
		h.ok(err)
		if len(list) != 1 || len(rest) != 1 || next != "HM-1001" || end != "" || rest[0].Code != "HM-1002" {
			t.Errorf("pages %q %q", next, end)
		}
		h.ok(h.db.Read(ctx, func(ctx context.Context, x tx.Tx) error { return nil }))
	})
}

func TestProblemsComeMostUrgentFirst(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, u := range []service.Urgency{service.Flexible, service.Express, service.Emergency} {
			h.report(func(r *service.Report) { r.Urgency, r.Address = u, "我家" })
		}
		p, err := h.svc.Problems(ctx, dispatcher(), "", 2)
		h.ok(err)
		rest, err := h.svc.Problems(ctx, dispatcher(), p.Next, 2)
		h.ok(err)
		all := append(p.Items, rest.Items...)
		if len(all) != 3 || all[0].Urgency != service.Emergency || all[1].Urgency != service.Express || all[2].Urgency != service.Flexible || rest.Next != "" {
			t.Errorf("problems %s", asJSON(all))
		}
	})
}
