package desk

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/privacy"
	"anxin/internal/service"
	"anxin/internal/service/catalog"
	"anxin/internal/web/staff"
	"anxin/internal/web/webtest"
)

// fake is the service half with one case; it remembers the commands and the questions.
type fake struct {
	calls    []any
	page     service.CasePage
	problems []service.Problem
	queues   map[service.State][]service.QueueItem
	hits     []service.Hit
	asked    []string
	fail     error
	place    service.RegionView

	plan      *service.Proposal
	elsewhere bool // the case on the day is wished for another one
}

func (f *fake) did(c any) (service.Result, error) {
	f.calls = append(f.calls, c)
	return service.Result{Case: caseID}, f.fail
}

func (f *fake) Queue(_ context.Context, _ casefile.Actor, q service.QueueQuery) (service.QueuePage, error) {
	items := f.queues[q.State]
	// Two a page, so that paging is seen.
	if q.Limit == pageSize && len(items) > 2 {
		if q.After == "2" {
			return service.QueuePage{Items: items[2:]}, nil
		}
		return service.QueuePage{Items: items[:2], Next: "2"}, nil
	}
	return service.QueuePage{Items: items}, nil
}
func (f *fake) Problems(context.Context, casefile.Actor, string, int) (service.ProblemPage, error) {
	return service.ProblemPage{Items: f.problems}, nil
}
func (f *fake) Search(_ context.Context, _ casefile.Actor, text string) ([]service.Hit, error) {
	f.asked = append(f.asked, text)
	return f.hits, nil
}
func (f *fake) FindCase(_ context.Context, _ casefile.Actor, n casefile.Number) (casefile.ID, error) {
	if n != number {
		return casefile.Nil, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return caseID, nil
}
func (f *fake) CasePage(_ context.Context, _ casefile.Actor, id casefile.ID) (service.CasePage, error) {
	if id != caseID {
		return service.CasePage{}, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return f.page, nil
}
func (f *fake) Candidates(context.Context, casefile.Actor, casefile.ID) ([]service.CandidateRow, error) {
	return []service.CandidateRow{
		{Technician: techID, Code: "HM-1042", Name: "周建国", Eligible: true, ArriveAt: webtest.StoryTime().Add(40 * time.Minute), Until: webtest.StoryTime().Add(100 * time.Minute), Distance: 3240, Travel: 14 * time.Minute, Priced: true, Cost: 1130,
			Reasons: []service.Reason{{Code: "arrives_at"}, {Code: "starts_from", Params: map[string]string{"at": "start"}}, {Code: "costs_more", Params: map[string]string{"fen": "1130"}}}},
		{Technician: otherID, Code: "HM-1017", Name: "吴海", Reasons: []service.Reason{{Code: "skill_missing", Params: map[string]string{"skill": "repair/boiler"}}}},
	}, nil
}
func (f *fake) Day(ctx context.Context, a casefile.Actor, q service.DayQuery) (service.Day, error) {
	date := q.Date
	at := func(h int) time.Time { return date.Add(time.Duration(h) * time.Hour) }
	visit := func(h, to int, order int) service.Commitment {
		return service.Commitment{Case: caseID, Number: number, State: service.VisitAccepted, Kind: service.Repair, Region: "浙江省 / 杭州市 / 西湖区", Span: service.Span{From: at(h), To: at(to)},
			Point: service.Place{LngE6: 120_130_000 + int64(order)*90_000, LatE6: 30_260_000, Precision: "seat"},
			Way:   service.Way{Depart: at(h).Add(-20 * time.Minute), Arrive: at(h), Travel: 20 * time.Minute, Metres: 5200}}
	}
	pinned, late := visit(9, 11, 1), visit(14, 15, 2)
	pinned.Pinned = true
	late.Way.Depart, late.Way.Arrive, late.Way.Late = at(14), at(14).Add(20*time.Minute), 20*time.Minute
	d := service.Day{Date: date, Region: q.Region, Rows: []service.DayRow{{
		Technician: techID, Code: "HM-1042", Name: "周建国", Shifts: []service.Span{{From: at(8), To: at(12)}, {From: at(13), To: at(18)}}, Absent: []service.Span{{From: at(17), To: at(18)}},
		Commitments: []service.Commitment{pinned, late},
	}, {Technician: otherID, Code: "HM-1017", Name: "吴海", Shifts: []service.Span{{From: at(20), To: at(24)}}}}}
	if !q.Case.IsNil() {
		rows, _ := f.Candidates(ctx, a, q.Case)
		d.Case = &service.DayCase{Case: caseID, Number: number, Kind: service.Repair, Product: "boiler", Urgency: service.Booked, Region: "浙江省 / 杭州市 / 拱墅区", Candidates: rows, Elsewhere: f.elsewhere}
	}
	return d, nil
}
func (f *fake) DayPlan(_ context.Context, _ casefile.Actor, q service.ProposeQuery) (service.Proposal, error) {
	if f.plan == nil {
		return service.Proposal{}, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	x := *f.plan
	x.Date, x.Region = q.Date, q.Region
	return x, nil
}
func (f *fake) PlanDay(_ context.Context, _ casefile.Actor, q service.ProposeQuery) error {
	f.calls = append(f.calls, q)
	return f.fail
}
func (f *fake) AcceptDayPlan(_ context.Context, _ casefile.Actor, q service.ProposeQuery, cases []casefile.ID) (service.Proposal, error) {
	f.calls = append(f.calls, cases)
	return service.Proposal{}, f.fail
}
func (f *fake) Reveal(_ context.Context, _ casefile.Actor, c service.Reveal) (service.Revealed, error) {
	_, err := f.did(c)
	return service.Revealed{Field: c.Field, Value: privacy.NewWords("199 0000 0017")}, err
}
func (f *fake) Note(_ context.Context, _ casefile.Actor, c service.Note) (service.Result, error) {
	return f.did(c)
}
func (f *fake) PauseClock(_ context.Context, _ casefile.Actor, c service.ClockPause) (service.Result, error) {
	return f.did(c)
}
func (f *fake) ResumeClock(_ context.Context, _ casefile.Actor, c service.ClockPause) (service.Result, error) {
	return f.did(resumed{c})
}
func (f *fake) ConfirmRegion(_ context.Context, _ casefile.Actor, c service.ConfirmRegion) (service.Result, error) {
	return f.did(c)
}
func (f *fake) CorrectAddress(_ context.Context, _ casefile.Actor, c service.CorrectAddress) (service.Result, error) {
	return f.did(c)
}
func (f *fake) Reschedule(_ context.Context, _ casefile.Actor, c service.Reschedule) (service.Result, error) {
	return f.did(c)
}
func (f *fake) Cancel(_ context.Context, _ casefile.Actor, c service.Cancel) (service.Result, error) {
	return f.did(c)
}
func (f *fake) Reopen(_ context.Context, _ casefile.Actor, c service.Reopen) (service.Result, error) {
	return f.did(c)
}
func (f *fake) RemoteFixed(_ context.Context, _ casefile.Actor, c service.Closing) (service.Result, error) {
	return f.did(fixed{c})
}
func (f *fake) Refer(_ context.Context, _ casefile.Actor, c service.Closing) (service.Result, error) {
	return f.did(referred{c})
}
func (f *fake) ResetDoorCode(_ context.Context, _ casefile.Actor, c service.VisitReason) (service.Result, error) {
	return f.did(c)
}
func (f *fake) Pin(_ context.Context, _ casefile.Actor, c service.Pin) (service.Result, error) {
	return f.did(c)
}
func (f *fake) Reassign(_ context.Context, _ casefile.Actor, c service.Reassign) (service.Result, error) {
	return f.did(c)
}
func (f *fake) Broadcast(_ context.Context, _ casefile.Actor, id casefile.ID) (service.Result, error) {
	return f.did(id)
}
func (f *fake) NewForCaller(_ context.Context, a casefile.Actor, r service.Report) (service.Receipt, error) {
	_, err := f.did(newCase{a.Route, r})
	return service.Receipt{Case: caseID, Number: number}, err
}
func (f *fake) ResolveAddress(string) service.RegionView { return f.place }
func (f *fake) Around(context.Context, casefile.Actor, string, service.Kind, string) (Around, error) {
	now := webtest.StoryTime()
	return Around{By: 4, Arrive: now.Add(35 * time.Minute), Slots: []Slot{{now.Add(time.Hour), now.Add(2 * time.Hour)}}}, nil
}
func (f *fake) ReasonsFor(_ casefile.Role, kind string) []clock.PauseReason {
	if kind != "assign" {
		return nil
	}
	return []clock.PauseReason{{Code: "customer_asked", ZH: "客户要求等", EN: "The customer asked to wait"}}
}
func (f *fake) Cities(context.Context, casefile.Actor) ([]service.Named, error) {
	return []service.Named{{Code: "330100", Text: service.Text{ZH: "浙江省/杭州市", EN: "Hangzhou"}}}, nil
}
func (f *fake) Show(w http.ResponseWriter, _ *http.Request, _ casefile.Actor, _, _ casefile.ID, _ bool) error {
	f.calls = append(f.calls, "show")
	w.WriteHeader(http.StatusOK)
	return nil
}

type (
	resumed  struct{ service.ClockPause }
	fixed    struct{ service.Closing }
	referred struct{ service.Closing }
	newCase  struct {
		route string
		service.Report
	}
)

const number = casefile.Number("261124102936")

var (
	caseID, visitID  = demoID(0x31), demoID(0x32)
	techID, otherID  = demoID(0x33), demoID(0x34)
	clockID, photoID = demoID(0x35), demoID(0x36)
)

func named(code, zh string) service.Named {
	return service.Named{Code: code, Text: service.Text{ZH: zh, EN: code}}
}

// world is a fake with a case that looks for somebody, and the pages over it.
func world(t *testing.T) (*fake, []staff.Route) {
	t.Helper()
	cat, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	now := webtest.StoryTime()
	f := &fake{queues: map[service.State][]service.QueueItem{}}
	f.page = service.CasePage{
		Case: caseID, Number: number, Lang: "zh", Created: now.Add(-20 * time.Minute), Name: "王*", Phone: "199****0017", Address: "浙江省杭州市***", HasWords: true, Visit: visitID, Seq: 7,
		Request: service.RequestView{
			Kind: named("repair", "维修"), Product: named("boiler", "壁挂炉"), Fault: named("no_heat", "不热"), State: service.RequestTriaged, Urgency: service.Express, Covered: true,
			Region: service.RegionView{Outcome: "one", Code: "330105", Path: "浙江省 / 杭州市 / 拱墅区", Certain: true}, WishedFrom: now.Add(time.Hour), WishedTo: now.Add(2 * time.Hour),
		},
		Visits:    []service.VisitView{{ID: visitID, Number: 1, State: service.VisitOffered}},
		Clocks:    []service.ClockView{{ID: clockID, Kind: "assign", Due: now.Add(6 * time.Minute)}},
		Photos:    []casefile.ID{photoID},
		Timeline:  []service.Entry{{Seq: 1, At: now.Add(-20 * time.Minute), Kind: "request.received", Role: casefile.Customer, Line: service.Line{Key: "desk.case.none"}, ForCustomer: true}},
		Notes:     []service.NoteView{{At: now.Add(-time.Minute), Words: privacy.NewWords("小区东门可以进车")}},
		Moves:     []service.Move{service.MoveCorrect, service.MoveReschedule, service.MoveCancel, service.MoveRemoteFix, service.MoveRefer, service.MoveNote},
		VisitMove: []service.Move{service.MovePin, service.MoveBroadcast},
	}
	p := &Pages{Service: f, Coverage: f, Pauses: f, Photos: f, Regions: f, Live: casefile.NewLive(10), Catalogue: cat}
	return f, p.Routes()
}

const caseAt = "/desk/c/" + string(number)

var fill = strings.NewReplacer("{number}", string(number), "{item}", photoID.String(), "{size}", "thumb")
