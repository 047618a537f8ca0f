package tech

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/privacy"
	"anxin/internal/service"
	"anxin/internal/service/catalog"
	"anxin/internal/web/staff"
	"anxin/internal/web/staff/stafftest"
	"anxin/internal/web/upload"
	"anxin/internal/web/webtest"
)

// fake is the service half with one offer and one visit; it remembers the commands.
type fake struct {
	calls []any
	page  service.VisitPage
	offer service.OfferView
	jobs  []service.Job
	fail  error
	items map[casefile.ID]Incoming
}

func (f *fake) did(c any) error { f.calls = append(f.calls, c); return f.fail }

func (f *fake) Holder(_ context.Context, _ casefile.Tenant, _, visit casefile.ID) (casefile.ID, error) {
	if visit != visitID {
		return casefile.Nil, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return stafftest.Technician, nil
}
func (f *fake) OfferHolder(_ context.Context, _ casefile.Tenant, _, offer casefile.ID) (casefile.ID, error) {
	if offer != offerID {
		return casefile.Nil, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return stafftest.Technician, nil
}
func (f *fake) Offers(context.Context, casefile.Actor) ([]service.OfferView, error) {
	return []service.OfferView{f.offer}, nil
}
func (f *fake) SeeOffer(_ context.Context, _ casefile.Actor, c service.OfferRef) (service.OfferView, error) {
	return f.offer, f.did(c)
}
func (f *fake) AcceptOffer(_ context.Context, _ casefile.Actor, c service.OfferRef) (service.Result, error) {
	return service.Result{Case: c.Case, VisitID: f.page.Visit.ID}, f.did(c)
}
func (f *fake) DeclineOffer(_ context.Context, _ casefile.Actor, c service.DeclineOffer) (service.Result, error) {
	return service.Result{}, f.did(c)
}
func (f *fake) Today(context.Context, casefile.Actor, time.Time) ([]service.Job, error) {
	return f.jobs, nil
}
func (f *fake) VisitPage(_ context.Context, _ casefile.Actor, c service.VisitRef) (service.VisitPage, error) {
	if c.Visit != f.page.Visit.ID || c.Case != f.page.Case {
		return service.VisitPage{}, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return f.page, nil
}
func (f *fake) EnRoute(_ context.Context, _ casefile.Actor, c service.VisitRef) (service.Result, error) {
	return service.Result{}, f.did(c)
}
func (f *fake) Arrive(_ context.Context, _ casefile.Actor, c service.Door) (service.Result, error) {
	return service.Result{}, f.did(c)
}
func (f *fake) Propose(_ context.Context, _ casefile.Actor, c service.Propose) (service.QuoteView, error) {
	return service.QuoteView{}, f.did(c)
}
func (f *fake) WithdrawQuote(_ context.Context, _ casefile.Actor, c service.VisitRef) (service.Result, error) {
	return service.Result{}, f.did(c)
}
func (f *fake) Finish(_ context.Context, _ casefile.Actor, c service.Finish) (service.Result, error) {
	return service.Result{}, f.did(c)
}
func (f *fake) NoAccess(_ context.Context, _ casefile.Actor, c service.VisitReason) (service.Result, error) {
	return service.Result{}, f.did(c)
}
func (f *fake) FollowUp(_ context.Context, _ casefile.Actor, c service.FollowUp) (service.Result, error) {
	return service.Result{}, f.did(c)
}
func (f *fake) GiveBack(_ context.Context, _ casefile.Actor, c service.VisitReason) (service.Result, error) {
	return service.Result{}, f.did(c)
}
func (f *fake) Abort(_ context.Context, _ casefile.Actor, c service.VisitReason) (service.Result, error) {
	return service.Result{}, f.did(c)
}
func (f *fake) Sign(_ context.Context, _ casefile.Actor, c service.Sign) (service.Result, error) {
	return service.Result{}, f.did(c)
}
func (f *fake) Technician(context.Context, casefile.Actor, casefile.ID) (service.TechnicianView, error) {
	return service.TechnicianView{
		ID: stafftest.Technician, Code: "HM-1042", Name: "周建国", State: "active", Skills: []service.Skill{{Kind: service.Repair, Product: "boiler", Level: 4}}, Regions: []string{"330106"},
		Shifts: []service.Shift{{Weekday: time.Tuesday, From: 480, To: 720}, {Weekday: time.Tuesday, From: 810, To: 1080}},
	}, nil
}
func (f *fake) Receive(_ context.Context, _ casefile.Actor, in Incoming, body io.Reader) (casefile.ID, error) {
	b, err := io.ReadAll(body)
	if err != nil {
		return casefile.Nil, err
	}
	if strings.HasPrefix(string(b), "not a photo") {
		return casefile.Nil, casefile.InvalidField("before", "upload.error.broken")
	}
	id := demoID(byte(0x40 + len(f.items)))
	f.items[id] = in
	return id, nil
}
func (f *fake) Show(w http.ResponseWriter, _ *http.Request, _ casefile.Actor, _, _ casefile.ID, _ bool) error {
	f.calls = append(f.calls, "show")
	w.WriteHeader(http.StatusOK)
	return nil
}
func (f *fake) RegionName(code string) string {
	return map[string]string{"330106": "浙江省/杭州市/西湖区"}[code]
}

var (
	caseID, visitID = demoID(0x11), demoID(0x12)
	offerID, itemID = demoID(0x13), demoID(0x14)
)

func named(code, zh string) service.Named {
	return service.Named{Code: code, Text: service.Text{ZH: zh, EN: code}}
}

// world is a fake with a visit in a state, and the pages over it.
func world(t *testing.T, state service.State, moves ...service.Move) (*fake, []staff.Route) {
	t.Helper()
	cat, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	spool, err := upload.New(t.TempDir(), upload.Options{})
	if err != nil {
		t.Fatal(err)
	}
	now := webtest.StoryTime()
	f := &fake{items: map[casefile.ID]Incoming{}}
	f.page = service.VisitPage{
		Case: caseID, Number: demoNumber, Name: privacy.NewName("陈女士"), Phone: privacy.NewPhone("19900000017"), Address: privacy.NewAddress("浙江省杭州市西湖区示例路 18 号"), Words: privacy.NewWords("没有热水"), Photos: []casefile.ID{itemID}, Moves: moves, Seq: 9,
		Request: service.RequestView{Kind: named("repair", "维修"), Product: named("boiler", "壁挂炉"), Fault: named("no_heat", "不热"), Region: service.RegionView{Path: "浙江省 / 杭州市 / 西湖区"}},
		Visit:   service.VisitView{ID: visitID, State: state, From: now.Add(15 * time.Minute), To: now.Add(time.Hour)},
		Checklist: []service.CheckView{
			{Code: "power_off", Text: service.Text{ZH: "断电", EN: "Power off"}, Required: true}, {Code: "tidy", Text: service.Text{ZH: "清理现场", EN: "Tidy"}},
		},
		Items: []service.PriceItem{
			{Code: "check", Name: service.Text{ZH: "上门检测", EN: "Check"}, Kind: "check"}, {Code: "labour_small", Name: service.Text{ZH: "小修", EN: "Minor"}, Kind: "labour", Fen: 6000, Max: 2},
			{Code: "igniter", Name: service.Text{ZH: "点火器", EN: "Igniter"}, Kind: "part", Fen: 6800, Max: 2, Serial: true},
		},
		Faults: []service.Named{named("no_heat", "不热")}, Causes: []service.Named{named("igniter", "点火器故障")}, Related: []service.Named{named("gas_stove", "燃气灶")},
	}
	f.offer = service.OfferView{Case: caseID, Offer: offerID, Visit: visitID, State: service.OfferSent, Kind: named("repair", "维修"), Product: named("boiler", "壁挂炉"), Region: "浙江省 / 杭州市 / 西湖区", Distance: 3240, Travel: 14 * time.Minute, Pay: 12000, Expires: now.Add(4 * time.Minute)}
	f.jobs = []service.Job{{Case: caseID, Visit: visitID, Number: demoNumber, State: state, Kind: named("repair", "维修"), Product: named("boiler", "壁挂炉"), From: now, To: now.Add(time.Hour)}}
	p := &Pages{Service: f, Vault: f, Spool: spool, Live: casefile.NewLive(10), Regions: f, Catalogue: cat, DeskPhone: "400-000-0000"}
	return f, p.Routes()
}

const visitAt = "/tech/visits/{case}/{visit}"

var fill = strings.NewReplacer("{case}", caseID.String(), "{visit}", visitID.String(), "{offer}", offerID.String(), "{item}", itemID.String(), "{size}", "thumb", "{field}", "before", "{upload}", "x")
