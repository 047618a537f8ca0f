package service_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/service"
	"anxin/internal/tx"
)

func TestARepairFromReportToRating(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rc, tech, visit := h.done(nil)
		h.wantState(rc.Case, service.RequestDone, service.VisitFinished)
		st := h.status(rc.Case)
		rep := st.Visits[0].Report
		if rep == nil || rep.Document == "" || rep.WarrantyDays != 90 || rep.Signature != "signed" || len(rep.Parts) != 1 || rep.Related[0].Advice.Key != "service.advice" {
			t.Fatalf("report %s", asJSON(rep))
		}
		if rep.Work[1].UnitFen != 12000 || st.Visits[0].Quote.Approved != 41800 {
			t.Errorf("labour %d, approved %d", rep.Work[1].UnitFen, st.Visits[0].Quote.Approved)
		}
		if st.Promise == nil || st.Promise.State != service.PromiseKept {
			t.Errorf("promise %+v", st.Promise)
		}
		if st.Now.Key != "service.now.done" || !slices.Contains(st.Moves, service.MoveRate) || !slices.Contains(st.Moves, service.MoveReopen) {
			t.Errorf("now %v, moves %v", st.Now, st.Moves)
		}
		for _, c := range st.Clocks {
			if c.Stopped.IsZero() || c.Breached {
				t.Errorf("clock %+v", c)
			}
		}
		_, err := h.svc.Rate(ctx, customer(rc.Case), service.Rate{Case: rc.Case, Stars: 5, Tags: []string{"on_time", "skilled"}, Words: "很好"})
		h.ok(err)
		h.wantState(rc.Case, service.RequestClosed, service.VisitFinished)
		card := h.status(rc.Case).Visits[0].Technician
		if card.Visits != 1 || card.Stars != 500 || card.Name != "林禾生" {
			t.Errorf("card %+v", card)
		}
		_, err = h.svc.Rate(ctx, customer(rc.Case), service.Rate{Case: rc.Case, Stars: 1})
		h.wantKey(err, casefile.Conflict, "service.error.already_rated")
		want := []string{"request.received", "assign.offered", "offer.accepted", "visit.en_route", "visit.arrived", "quote.proposed", "quote.answered", "visit.reported",
			"visit.finished", "visit.rated", "request.closed"}
		if got := h.events(rc.Case); !slices.Equal(got, want) {
			t.Errorf("timeline %v", got)
		}
		if p := h.page(rc.Case); p.Closed.IsZero() {
			t.Error("the case file is still open")
		}
		for _, template := range []string{"receipt", "offer", "assigned", "en_route", "quote_waiting", "quote_answered", "finished"} {
			if h.mail.count(template) != 1 {
				t.Errorf("%d messages %s", h.mail.count(template), template)
			}
		}
		_, _ = tech, visit
	})
}

func TestADoubleClickMakesOneCase(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		form := h.form(nil)
		var wg sync.WaitGroup
		got := make([]service.Receipt, 12)
		for i := range got {
			wg.Go(func() {
				var err error
				if got[i], err = h.svc.Report(ctx, visitor(), form); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		fresh := 0
		for _, r := range got {
			if r.Case != got[0].Case || r.Number != got[0].Number || r.Link != got[0].Link || r.Link == "" {
				t.Errorf("receipts differ: %v %v", r.Number, got[0].Number)
			}
			if !r.Repeated {
				fresh++
			}
		}
		if fresh != 1 || h.mail.count("receipt_uncovered") < 1 {
			t.Errorf("%d fresh receipts", fresh)
		}
		hits, err := h.svc.Search(ctx, agent(), "19900000001")
		h.ok(err)
		if len(hits) != 1 {
			t.Errorf("%d cases", len(hits))
		}
		form.Words = "别的话"
		_, err = h.svc.Report(ctx, visitor(), form)
		h.wantKey(err, casefile.Conflict, "service.error.already_reported")
	})
}

func TestReportNamesEveryWrongField(t *testing.T) {
	h := newHouseSQLite(t)
	bad := service.Report{Key: "x", Kind: "inspect", Product: "teapot", Urgency: "now", Name: " \u200b", Phone: "call me", Address: "", Region: "999999",
		WishedFrom: start.Add(-3 * time.Hour), WishedTo: start.Add(-2 * time.Hour), Photos: make([]casefile.ID, 13), Words: strings.Repeat("长", 2001)}
	_, err := h.svc.Report(ctx, visitor(), bad)
	for _, field := range []string{"key", "kind", "product", "urgency", "name", "phone", "address", "region", "wished", "photos", "words"} {
		h.wantField(err, field)
	}
	if n := len(h.mail.sent); n != 0 {
		t.Errorf("%d messages about nothing", n)
	}
	for _, phone := range []string{"199 0000 1234", "+86 199-0000-1234", "１９９００００１２３４", "0571-8888 0000", "0571-88880000转123", "400-000-0000", "+44 20 7946 0000"} {
		if _, err := h.svc.Report(ctx, visitor(), h.form(func(r *service.Report) { r.Phone = phone })); err != nil {
			t.Errorf("%s: %v", phone, err)
		}
	}
	for _, phone := range []string{"", "12345", "119", "199000012345678", "abc19900001234", "1990000123"} {
		_, err := h.svc.Report(ctx, visitor(), h.form(func(r *service.Report) { r.Phone = phone }))
		h.wantField(err, "phone")
	}
}

func TestAReportIsNeverRefusedForItsPlace(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.hire("HM-1001", nil)
		for _, c := range []struct {
			address, outcome, now string
			covered               bool
		}{
			{"杭州西湖区竹影巷31号", "one", "service.next.assigning", true},
			{"昆明五华区滇韵路28号", "one", "service.next.not_covered", false},
			{"朝阳区青禾路18号", "set", "service.next.confirm_region", false},
			{"广西南宁市人民路8号", "set", "service.next.confirm_region", false},
			{"我家", "none", "service.next.confirm_region", false},
		} {
			rc := h.report(func(r *service.Report) { r.Address = c.address })
			if rc.Region.Outcome != c.outcome || rc.Covered != c.covered || rc.Next.Key != c.now || rc.Number == "" {
				t.Errorf("%s: outcome %q covered %v next %v", c.address, rc.Region.Outcome, rc.Covered, rc.Next)
			}
			if c.outcome == "set" && (len(rc.Region.Candidates) < 2 || rc.Region.Ask.ZH == "") {
				t.Errorf("%s: nothing to choose: %s", c.address, asJSON(rc.Region))
			}
			h.wantProblem(rc.Case, "region_unknown", c.outcome != "one")
			h.wantProblem(rc.Case, "not_covered", c.outcome == "one" && !c.covered)
		}
	})
}

func TestConfirmingTheRegionStartsTheSearch(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		tech := h.hire("HM-1001", func(in *service.TechnicianInput) { in.Regions, in.Lng, in.Lat = []string{"110105"}, 116.44, 39.92 })
		rc := h.report(func(r *service.Report) { r.Address = "朝阳区青禾路18号院" })
		h.due()
		h.wantState(rc.Case, service.RequestReceived, "")
		st := h.status(rc.Case)
		if st.Now.Key != "service.now.confirm_region" || len(st.Request.Region.Candidates) < 2 || !slices.Contains(st.Moves, service.MoveConfirm) {
			t.Fatalf("now %v, region %s, moves %v", st.Now, asJSON(st.Request.Region), st.Moves)
		}
		_, err := h.svc.ConfirmRegion(ctx, customer(rc.Case), service.ConfirmRegion{Case: rc.Case, Region: "110000"})
		h.wantField(err, "region")
		_, err = h.svc.ConfirmRegion(ctx, customer(rc.Case), service.ConfirmRegion{Case: rc.Case, Region: "110105"})
		h.ok(err)
		h.wantProblem(rc.Case, "region_unknown", false)
		h.due()
		h.wantState(rc.Case, service.RequestPlanned, service.VisitOffered)
		if got := h.offersOf(tech); len(got) != 1 || !strings.Contains(got[0].Region, "朝阳区") {
			t.Errorf("offers %s", asJSON(got))
		}
		for _, c := range h.status(rc.Case).Clocks {
			if c.Kind == "accept" && c.Stopped.IsZero() {
				t.Error("the accept clock still runs")
			}
		}
	})
}

func TestDangerMakesAnEmergencyAndGivesAdvice(t *testing.T) {
	h := newHouseSQLite(t)
	rc := h.report(func(r *service.Report) { r.Product, r.Fault, r.Urgency = "gas_stove", "gas_smell", service.Flexible })
	if rc.Safety.Key != "service.safety.gas" {
		t.Errorf("safety %v", rc.Safety)
	}
	if st := h.status(rc.Case); st.Request.Urgency != service.Emergency || st.Safety.Key != "service.safety.gas" {
		t.Errorf("urgency %s, safety %v", st.Request.Urgency, st.Safety)
	}
	if rc = h.report(func(r *service.Report) { r.Urgency = service.Emergency }); rc.Safety.Key != "service.safety.locked" {
		t.Errorf("safety of an emergency without a dangerous fault: %v", rc.Safety)
	}
	if rc = h.report(nil); !rc.Safety.IsZero() {
		t.Errorf("safety of an ordinary report: %v", rc.Safety)
	}
}

func TestPhotographsThatCameFirstBelongToTheCase(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		d, token, err := h.svc.NewDraft(ctx, tenant)
		h.ok(err)
		if len(token) != 86 {
			t.Errorf("token of %d characters", len(token))
		}
		back, err := h.svc.ParseDraft(tenant, token)
		h.ok(err)
		if back != d {
			t.Error("another draft came back")
		}
		for name, forged := range map[string]string{"empty": "", "cut": token[:85], "flipped": flip(token), "other tenant": token} {
			tn := tenant
			if name == "other tenant" {
				tn++
			}
			if _, err := h.svc.ParseDraft(tn, forged); !casefile.Is(err, casefile.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		h.ok(h.svc.EnsureDraft(ctx, tenant, d))
		h.ok(h.svc.EnsureDraft(ctx, tenant, d))
		photos := h.vault.stage(d.Case, "report_photo", 2)
		strange := h.vault.stage(casefile.Source{}.NewID(), "report_photo", 1)
		_, err = h.svc.Report(ctx, visitor(), h.form(func(r *service.Report) { r.Draft, r.Photos = d, append(slices.Clone(photos), strange...) }))
		h.wantField(err, "photos")
		rc, err := h.svc.Report(ctx, visitor(), h.form(func(r *service.Report) { r.Key, r.Draft, r.Photos = token, d, photos }))
		h.ok(err)
		if rc.Case != d.Case || !slices.Equal(h.status(rc.Case).Photos, photos) {
			t.Errorf("case %v, photos %v", rc.Case, h.status(rc.Case).Photos)
		}
		h.mu.Lock()
		h.now = h.now.Add(25 * time.Hour)
		h.mu.Unlock()
		if _, err := h.svc.ParseDraft(tenant, token); !casefile.Is(err, casefile.Invalid) {
			t.Errorf("a stale draft: %v", err)
		}
		_, err = h.svc.Report(ctx, visitor(), h.form(func(r *service.Report) { r.Photos = photos }))
		h.wantField(err, "photos")
	})
}

func flip(s string) string {
	b := []byte(s)
	b[3] ^= 1
	return string(b)
}

func TestWhatCustomersTypeIsNowhereInClear(t *testing.T) {
	h := newHouseSQLite(t)
	rc, _, _ := h.done(func(r *service.Report) { r.Name, r.Words = "欧阳禾木", "密码是八八八八" })
	_, err := h.svc.Note(ctx, agent(), service.Note{Case: rc.Case, Words: "欧阳禾木来电"})
	h.ok(err)
	h.ok(h.db.Read(ctx, func(ctx context.Context, x tx.Tx) error {
		evs, err := h.timeline.Events(ctx, x, tenant, rc.Case, casefile.ForDesk, 0)
		for _, e := range evs {
			for _, secret := range []string{"欧阳", "1990000", "竹影巷", "八八", "主板烧坏"} {
				if strings.Contains(string(e.Data), secret) {
					t.Errorf("event %s tells %q", e.Kind, secret)
				}
			}
		}
		return err
	}))
	for _, m := range h.mail.sent {
		if text := asJSON(m.Args); strings.Contains(text, "欧阳") || strings.Contains(text, "1990000") {
			t.Errorf("message %s tells %s", m.Template, text)
		}
	}
}

func TestReportByAgentIsByPhone(t *testing.T) {
	h := newHouseSQLite(t)
	_, err := h.svc.NewForCaller(ctx, visitor(), h.form(nil))
	h.wantKey(err, casefile.Denied, "error.denied")
	rc, err := h.svc.NewForCaller(ctx, agent(), h.form(nil))
	h.ok(err)
	if e := h.page(rc.Case).Timeline[0]; e.Line.Args["route"] != "phone" || e.Role != casefile.Agent {
		t.Errorf("first event %+v", e)
	}
}
