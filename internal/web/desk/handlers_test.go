package desk

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/service"
	"anxin/internal/web/staff"
	"anxin/internal/web/staff/stafftest"
	"anxin/internal/web/webtest"
)

func as(t *testing.T, role casefile.Role, routes []staff.Route, method, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	if form != nil {
		form.Set("idem", "token-of-a-form")
	}
	return stafftest.Serve(stafftest.Edge(t, role), routes, method, path, form)
}

func get(t *testing.T, routes []staff.Route, path string) *httptest.ResponseRecorder {
	t.Helper()
	return as(t, casefile.Dispatcher, routes, "GET", path, nil)
}

func post(t *testing.T, routes []staff.Route, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	return as(t, casefile.Dispatcher, routes, "POST", path, form)
}

func page(t *testing.T, rec *httptest.ResponseRecorder, status int) *webtest.Doc {
	t.Helper()
	if rec.Code != status {
		t.Fatalf("status %d, want %d: %s", rec.Code, status, rec.Body.String()[:min(400, rec.Body.Len())])
	}
	d := webtest.Response(t, rec)
	for _, bad := range webtest.Sound(d) {
		t.Error(bad)
	}
	return d
}

func goesTo(t *testing.T, rec *httptest.ResponseRecorder, path string) {
	t.Helper()
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != path {
		t.Fatalf("%d to %q, want %q: %s", rec.Code, rec.Header().Get("Location"), path, rec.Body.String()[:min(300, rec.Body.Len())])
	}
}

func one[T any](t *testing.T, f *fake) T {
	t.Helper()
	var found []T
	for _, c := range f.calls {
		if x, ok := c.(T); ok {
			found = append(found, x)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d commands of type %T among %v", len(found), *new(T), f.calls)
	}
	return found[0]
}

func TestEveryRouteAsksTheGate(t *testing.T) {
	f, routes := world(t)
	stafftest.EveryRouteAsks(t, routes, fill, func() int { return len(f.calls) })
}

func TestRolesOfRoutes(t *testing.T) {
	_, routes := world(t)
	stafftest.RolesOf(t, routes, fill)
}

func TestCasesThatAreNotThere(t *testing.T) {
	f, routes := world(t)
	for _, n := range []string{"261124102939", "12", "260101000001"} {
		for _, r := range routes {
			method, path, _ := strings.Cut(r.Pattern, " ")
			if !strings.Contains(path, "{number}") {
				continue
			}
			var form url.Values
			if method != "GET" {
				form = url.Values{}
			}
			path = strings.NewReplacer("{number}", n, "{item}", photoID.String(), "{size}", "thumb").Replace(path)
			if rec := as(t, casefile.Dispatcher, routes, method, path, form); rec.Code != http.StatusNotFound {
				t.Errorf("%s of case %s: %d", r.Pattern, n, rec.Code)
			}
		}
	}
	if len(f.calls) > 0 {
		t.Error(f.calls)
	}
}

func items(n int, state service.State) []service.QueueItem {
	var out []service.QueueItem
	for i := range n {
		out = append(out, service.QueueItem{Case: demoID(byte(0x50 + i)), Number: casefile.Number("26112410293" + string(rune('0'+i))), Kind: service.Repair, State: state, Product: "boiler", Region: "浙江省 / 杭州市 / 拱墅区", Name: "王*", Covered: true, Due: webtest.StoryTime().Add(-time.Minute), DueKind: "assign"})
	}
	return out
}

func TestQueues(t *testing.T) {
	f, routes := world(t)
	f.problems = []service.Problem{
		{Number: number, Kind: "door_locked", Since: webtest.StoryTime()}, {Number: number, Kind: "clock_arrive", Since: webtest.StoryTime()}, {Number: "261124102931", Kind: "no_candidate", Since: webtest.StoryTime()},
	}
	d := page(t, get(t, routes, "/desk"), 200)
	if n := len(d.All("[data-row]")); n != 2 {
		t.Errorf("%d rows for two cases with three problems", n)
	}
	d.HasText(".qrow", "上门码已锁定、到达超时")
	d.HasText(`a[href="/desk?tab=problems"] .n`, "2")

	f.queues[service.RequestTriaged] = items(3, service.RequestTriaged)
	f.queues[service.RequestPlanned] = items(1, service.RequestPlanned)
	d = page(t, get(t, routes, "/desk?tab=unassigned"), 200)
	d.HasText(`a[href="/desk?tab=unassigned"] .n`, "4")
	d.HasText(".qrow", "燃气壁挂炉")
	d.HasText(".qrow .countdown", "派单 已超时 1 分钟")
	next := d.Attr("a[rel=next]", "href")
	d = page(t, get(t, routes, next), 200)
	if n := len(d.All("[data-row]")); n != 2 { // the third of the first state, then the other state
		t.Errorf("%d rows on the next page", n)
	}
	d.HasNot("a[rel=next]")
	page(t, get(t, routes, "/desk?tab=nonsense&after="+strings.Repeat("x", 500)), 200)
}

func TestSearch(t *testing.T) {
	f, routes := world(t)
	goesTo(t, post(t, routes, "/desk/search", url.Values{"q": {" 261124-10293-6 "}}), caseAt)
	f.hits = []service.Hit{{Case: caseID, Number: number, Name: "王*", Phone: "199****0017", Kind: service.Repair, State: service.RequestDone, Product: "boiler", Created: webtest.StoryTime()}}
	rec := post(t, routes, "/desk/search", url.Values{"q": {"0017"}})
	d := page(t, rec, 200)
	d.HasText("#list-title", "找到 1 张工单")
	d.HasText(".qrow", "199****0017")
	if rec.Header().Get("Location") != "" || len(f.asked) != 1 || f.asked[0] != "0017" {
		t.Error("a search must not travel in a URL", f.asked)
	}
	f.hits = nil
	page(t, post(t, routes, "/desk/search", url.Values{"q": {"无此人"}}), 200).HasText(".empty", "没有找到")
}

func TestCase(t *testing.T) {
	_, routes := world(t)
	d := page(t, get(t, routes, caseAt), 200)
	d.HasText("h1", "维修 · 壁挂炉 · 不热")
	d.HasText(".queues [aria-current]", "待派单")
	d.HasText("dd", "199****0017")
	d.HasText(".tl-note", "小区东门可以进车")
	d.Has(`.toolbar a[href="` + caseAt + `?tab=unassigned&act=assign"][data-key=a]`)
	d.Has(`.toolbar a[href$="act=cancel"]`)
	d.HasNot(`.toolbar a[href$="act=reopen"]`)
	if strings.Contains(d.Raw, "199 0000 0017") {
		t.Error("a masked field is on the page")
	}
	// A reviewer reads and changes nothing.
	d = page(t, as(t, casefile.Reviewer, routes, "GET", caseAt, nil), 200)
	d.HasNot(".toolbar a[href$='act=cancel']")
	d.HasNot(".chip-act")
}

func TestReveal(t *testing.T) {
	f, routes := world(t)
	d := page(t, post(t, routes, caseAt+"/reveal", url.Values{"field": {"phone"}, "reason": {"call_back"}, "tab": {"unassigned"}}), 200)
	d.Has(`[data-shown] a[href="tel:19900000017"]`)
	if c := one[service.Reveal](t, f); c.Field != "phone" || c.Reason != "call_back" || c.Case != caseID {
		t.Error(c)
	}
	f.fail = casefile.InvalidField("reason", "error.invalid")
	page(t, post(t, routes, caseAt+"/reveal", url.Values{"field": {"phone"}}), 422).HasNot("[data-shown]")
}

func TestActs(t *testing.T) {
	f, routes := world(t)
	for _, a := range []string{"cancel", "address", "reschedule", "remote_fix", "refer"} {
		page(t, get(t, routes, caseAt+"?act="+a), 200).Has(`[data-act] form[action="` + caseAt + "/" + strings.ReplaceAll(a, "_", "-") + `"]`)
	}
	page(t, get(t, routes, caseAt+"?act=reopen"), 200).HasNot("[data-act]")
	page(t, get(t, routes, caseAt+"?act=pause&clock="+clockID.String()), 200).HasText("[data-act]", "客户要求等")

	d := page(t, post(t, routes, caseAt+"/cancel", url.Values{"words": {"打错了"}}), 422)
	d.HasText(".summary", "请选一个原因")
	d.HasText("#words", "打错了")
	if len(f.calls) > 0 {
		t.Fatal(f.calls)
	}
	goesTo(t, post(t, routes, caseAt+"/cancel", url.Values{"reason": {"mistake"}, "words": {"打错了"}, "tab": {"unassigned"}}), caseAt+"?done=cancelled&tab=unassigned")
	if c := one[service.Cancel](t, f); c.Reason != "mistake" || c.Words != "打错了" {
		t.Error(c)
	}
	goesTo(t, post(t, routes, caseAt+"/address", url.Values{"address": {"杭州市拱墅区示例路 1 号"}}), caseAt+"?done=address")
	goesTo(t, post(t, routes, caseAt+"/remote-fix", url.Values{"reason": {"settings"}}), caseAt+"?done=remote_fixed")
	goesTo(t, post(t, routes, caseAt+"/refer", url.Values{"reason": {"return"}}), caseAt+"?done=referred")
	goesTo(t, post(t, routes, caseAt+"/pause", url.Values{"reason": {"customer_asked"}, "clock": {clockID.String()}}), caseAt+"?done=paused&clock="+clockID.String())
	goesTo(t, post(t, routes, caseAt+"/reset-code", url.Values{"reason": {"identity_checked"}}), caseAt+"?done=reset_code")
	one[service.CorrectAddress](t, f)
	one[fixed](t, f)
	one[referred](t, f)
	if c := one[service.VisitReason](t, f); c.Visit != visitID {
		t.Error(c)
	}
	if c := one[service.ClockPause](t, f); c.Clock != clockID {
		t.Error(c)
	}
	// Somebody was faster: the form comes back with the words of the state.
	f.fail = casefile.Fail(casefile.Conflict, "service.error.not_now")
	page(t, post(t, routes, caseAt+"/cancel", url.Values{"reason": {"mistake"}}), http.StatusConflict).Has("[data-summary]")
}

func TestReschedule(t *testing.T) {
	f, routes := world(t)
	page(t, post(t, routes, caseAt+"/reschedule", url.Values{"from": {"tomorrow"}, "to": {"2026-11-25T18:00"}}), 422).Has(`.summary a[href="#from"]`)
	rec := post(t, routes, caseAt+"/reschedule", url.Values{"from": {"2026-11-25T14:00"}, "to": {"2026-11-25T18:00"}, "was_from": {"2026-11-24T15:00"}, "was_to": {"2026-11-24T16:00"}})
	goesTo(t, rec, caseAt+"?done=rescheduled&from=2026-11-24T15%3A00&to=2026-11-24T16%3A00")
	if c := one[service.Reschedule](t, f); c.From.UTC().Hour() != 6 {
		t.Error(c)
	}
	d := page(t, get(t, routes, rec.Header().Get("Location")), 200)
	undo := d.Attr(".toast form", "action")
	f.calls = nil
	goesTo(t, post(t, routes, undo, url.Values{}), caseAt+"?done=undone")
	if c := one[service.Reschedule](t, f); c.From.UTC().Day() != 24 {
		t.Error(c)
	}
}

func TestUndo(t *testing.T) {
	f, routes := world(t)
	undo := func(done string) string {
		t.Helper()
		d := page(t, get(t, routes, caseAt+"?done="+done), 200)
		return d.Attr(".toast form", "action")
	}
	goesTo(t, post(t, routes, undo("cancelled"), url.Values{}), caseAt+"?done=undone")
	one[service.Reopen](t, f)
	goesTo(t, post(t, routes, undo("assigned"), url.Values{}), caseAt+"?done=undone")
	one[service.Reassign](t, f)
	goesTo(t, post(t, routes, undo("paused&clock="+clockID.String()), url.Values{}), caseAt+"?done=undone")
	if c := one[resumed](t, f); c.Clock != clockID {
		t.Error(c)
	}
	page(t, get(t, routes, caseAt+"?done=noted"), 200).HasNot(".toast form")
	// An agent cannot undo what only a dispatcher may do.
	f.calls = nil
	if rec := as(t, casefile.Agent, routes, "POST", caseAt+"/undo?of=assigned", url.Values{}); rec.Code != http.StatusNotFound || len(f.calls) > 0 {
		t.Error(rec.Code, f.calls)
	}
}

func TestAssign(t *testing.T) {
	f, routes := world(t)
	d := page(t, get(t, routes, caseAt+"?act=assign"), 200)
	d.HasText(".cand", "从出发点出发")
	d.HasText(".cand", "增加成本 ¥11.30")
	d.HasText("[data-act]", "面包车：每公里 ¥0.90，路上每小时 ¥40.00，加班每小时 ¥60.00")
	d.HasText(".cand-no", "没有“燃气壁挂炉 · 维修”技能")
	page(t, as(t, casefile.Agent, routes, "GET", caseAt+"?act=assign", nil), 200).HasNot("[data-act] button[type=submit]")

	page(t, post(t, routes, caseAt+"/assign", url.Values{"act": {"pin"}}), http.StatusUnprocessableEntity).HasText(".summary", "请选一位师傅")
	goesTo(t, post(t, routes, caseAt+"/assign", url.Values{"act": {"pin"}, "technician": {techID.String()}}), caseAt+"?done=assigned")
	c := one[service.Pin](t, f)
	if c.Technician != techID || !c.From.Equal(webtest.StoryTime().Add(40*time.Minute)) || c.Override {
		t.Errorf("%+v", c)
	}
	f.calls = nil
	goesTo(t, post(t, routes, caseAt+"/assign", url.Values{"act": {"pin"}, "technician": {otherID.String()}, "from": {"2026-11-24T16:00"}, "override": {"1"}}), caseAt+"?done=assigned")
	if c := one[service.Pin](t, f); !c.Override || c.From.UTC().Hour() != 8 {
		t.Errorf("%+v", c)
	}
	goesTo(t, post(t, routes, caseAt+"/assign", url.Values{"act": {"broadcast"}}), caseAt+"?done=broadcast")
	if rec := as(t, casefile.Agent, routes, "POST", caseAt+"/assign", url.Values{"act": {"pin"}}); rec.Code != http.StatusNotFound {
		t.Error("an agent may pin:", rec.Code)
	}
}

func TestReassign(t *testing.T) {
	f, routes := world(t)
	f.page.Request.State = service.RequestAssigned
	f.page.Visits[0] = service.VisitView{ID: visitID, Number: 1, State: service.VisitAccepted, Technician: &service.TechnicianCard{Code: "HM-1017", Name: "吴海"}}
	page(t, post(t, routes, caseAt+"/assign", url.Values{"act": {"release"}}), http.StatusUnprocessableEntity).Has(`.summary a[href="#reason"]`)
	goesTo(t, post(t, routes, caseAt+"/assign", url.Values{"act": {"pin"}, "technician": {techID.String()}, "reason": {"late"}}), caseAt+"?done=reassigned")
	if c := one[service.Reassign](t, f); c.To != techID || c.Visit != visitID || c.Reason != "late" {
		t.Errorf("%+v", c)
	}
	f.calls = nil
	goesTo(t, post(t, routes, caseAt+"/assign", url.Values{"act": {"release"}, "reason": {"absence"}}), caseAt+"?done=released")
	if c := one[service.Reassign](t, f); !c.To.IsNil() {
		t.Errorf("%+v", c)
	}
}

func TestNewCaseForACaller(t *testing.T) {
	f, routes := world(t)
	page(t, get(t, routes, "/desk/new"), 200).Has("#phone")
	f.hits = []service.Hit{{Case: caseID, Number: number, Kind: service.Repair, State: service.RequestPlanned, Product: "boiler", Created: webtest.StoryTime()}}
	f.place = service.RegionView{Outcome: "one", Code: "330106", Path: "浙江省 / 杭州市 / 西湖区"}
	form := url.Values{"act": {"check"}, "phone": {"199 0000 0017"}, "address": {"杭州西湖区示例路 18 号"}, "kind": {"repair"}, "product": {"boiler"}}
	d := page(t, post(t, routes, "/desk/new", form), 200)
	d.Has(`[data-part=caller] a[href="` + caseAt + `"]`)
	d.HasText("[data-part=answer]", "有 4 位师傅可以上门")
	d.Has(`#fault option[value=no_heat]`)
	d.HasNot(".summary")
	if len(f.calls) > 0 {
		t.Fatal(f.calls)
	}
	f.place = service.RegionView{Outcome: "set", Candidates: []service.RegionChoice{{Code: "110105", Path: "北京市 / 朝阳区"}, {Code: "220104", Path: "吉林省 / 长春市 / 朝阳区"}}}
	page(t, post(t, routes, "/desk/new", form), 200).Has(`input[name=region][form=new][value="220104"]`)

	form = url.Values{"act": {"send"}, "phone": {"19900000017"}, "name": {"陈女士"}, "address": {"杭州西湖区示例路 18 号"}, "kind": {"repair"}, "product": {"boiler"}, "fault": {"no_heat"}, "urgency": {"booked"}, "wish_date": {"2026-11-25"}, "wish_part": {"am"}}
	goesTo(t, post(t, routes, "/desk/new", form), caseAt+"?done=created")
	c := one[newCase](t, f)
	if c.route != "phone" || c.Key != "token-of-a-form" || c.Name != "陈女士" || c.WishedFrom.UTC().Hour() != 0 || c.WishedTo.UTC().Hour() != 4 {
		t.Errorf("%+v", c)
	}
	f.fail = &casefile.Error{Category: casefile.Invalid, Fields: []casefile.FieldError{{Field: "phone", Key: "error.invalid"}}}
	d = page(t, post(t, routes, "/desk/new", form), 422)
	d.Has(`.summary a[href="#phone"]`)
	if d.Attr("#name", "value") != "陈女士" {
		t.Error("what was typed is gone")
	}
	d.Has("#product option[value=boiler][selected]")
}

func TestDay(t *testing.T) {
	f, routes := world(t)
	f.queues[service.RequestTriaged] = items(1, service.RequestTriaged)
	d := page(t, get(t, routes, "/desk/day?date=2026-11-24&region=3301"), 200)
	d.HasText("h1", "今天的排班")
	d.HasText("#open", "待派单（1）")
	if n := len(d.All("svg.bars rect.b-shift")); n != 3 {
		t.Errorf("%d shifts", n)
	}
	d.Has(`svg.bars a[href="` + caseAt + `"] rect.b-visit`)
	d.Has(`svg.bars path.b-pin`)
	d.HasText("td", "08:00-12:00")
	d.Has(`#region option[value="3301"][selected]`)
	page(t, get(t, routes, "/desk/day?date=never&region=drop"), 200)
}

func TestNotesAndRegions(t *testing.T) {
	f, routes := world(t)
	goesTo(t, post(t, routes, caseAt+"/note", url.Values{"note": {"  明早再打  "}}), caseAt+"?done=noted")
	if c := one[service.Note](t, f); c.Words != "明早再打" {
		t.Error(c)
	}
	f.fail = casefile.ErrRepeated
	goesTo(t, post(t, routes, caseAt+"/note", url.Values{"note": {"明早再打"}}), caseAt+"?done=noted")
	f.fail = casefile.InvalidField("words", "error.invalid")
	page(t, post(t, routes, caseAt+"/note", url.Values{"note": {"x"}}), 422).HasText("#note", "x")
	f.fail = nil
	f.page.Request.Region = service.RegionView{Outcome: "set", Ask: service.Text{ZH: "是哪一个？"}, Candidates: []service.RegionChoice{{Code: "110105", Path: "北京市 / 朝阳区"}}}
	page(t, get(t, routes, caseAt), 200).Has(`form[action$="/region"] button[name=region][value="110105"]`)
	goesTo(t, post(t, routes, caseAt+"/region", url.Values{"region": {"110105"}}), caseAt+"?done=region")
}

func TestPhotosOfThePageOnly(t *testing.T) {
	f, routes := world(t)
	get(t, routes, caseAt+"/photos/"+photoID.String()+"/thumb")
	if len(f.calls) != 1 {
		t.Error("a photograph of the case was not asked for")
	}
	f.calls = nil
	if rec := get(t, routes, caseAt+"/photos/"+demoID(0x66).String()+"/thumb"); rec.Code != 404 || len(f.calls) > 0 {
		t.Error("a photograph of elsewhere:", rec.Code, f.calls)
	}
}
