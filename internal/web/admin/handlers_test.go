package admin

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/i18n"
	"anxin/internal/notify"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/service/catalog"
	"anxin/internal/web/staff"
	"anxin/internal/web/staff/stafftest"
	"anxin/internal/web/webtest"
	"anxin/region"
)

// fake is everything behind the pages, with one of each thing; it remembers what it was told.
type fake struct {
	calls []string
	saved service.TechnicianInput
	away  service.AbsenceInput
	acct  party.NewAccount
	key   party.NewKey
	hook  notify.NewEndpoint
	wrote []string
	fail  error
	quiet bool // no statistics
}

var thing = demoID(0x21)

func (f *fake) did(what string) error { f.calls = append(f.calls, what); return f.fail }

func (f *fake) Technicians(context.Context, casefile.Actor, string, int) ([]service.TechnicianView, string, error) {
	return []service.TechnicianView{technician(), {ID: demoID(2), Code: "HM-2", Name: "吴海", State: "active", Skills: []service.Skill{{Kind: service.Repair, Product: "boiler", Level: 3}}, Regions: []string{"3301"}}}, "next", nil
}
func technician() service.TechnicianView {
	now := webtest.StoryTime()
	return service.TechnicianView{
		ID: thing, Code: "HM-1042", Name: "周建国", Phone: "199****0042", Partner: "西湖网点", Vehicle: "ebike", Lng: 120.126, Lat: 30.283, State: "active",
		Skills: []service.Skill{{Kind: service.Repair, Product: "boiler", Level: 4}}, Regions: []string{"330106", "3301"},
		Shifts:       []service.Shift{{Weekday: time.Monday, From: 810, To: 1080}, {Weekday: time.Monday, From: 480, To: 720}},
		Certificates: []service.Certificate{{Code: "gas_appliance", From: now.AddDate(-2, 0, 0), To: now.AddDate(0, 0, 10)}},
		Absences:     []service.Absence{{Span: service.Span{From: now.AddDate(0, 0, 6), To: now.AddDate(0, 0, 8)}, Reason: "leave"}},
	}
}
func (f *fake) Technician(_ context.Context, _ casefile.Actor, id casefile.ID) (service.TechnicianView, error) {
	if id != thing {
		return service.TechnicianView{}, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return technician(), nil
}
func (f *fake) SaveTechnician(_ context.Context, _ casefile.Actor, in service.TechnicianInput) (casefile.ID, error) {
	f.saved = in
	return thing, f.did("technician")
}
func (f *fake) SaveAbsence(_ context.Context, _ casefile.Actor, in service.AbsenceInput) error {
	f.away = in
	return f.did("absence")
}
func (f *fake) Stats(_ context.Context, _ casefile.Actor, from, _ time.Time) (service.Stats, error) {
	if f.quiet {
		return service.Stats{}, nil
	}
	return service.Stats{Reports: 20 + from.Day(), Done: 10, FirstTime: 9, PromisesKept: 19, PromisesBroken: 1, ToAssignP50: 4 * time.Minute, StarsHundredths: 470, Ratings: 3,
		Declines: []service.Count{{Name: "too_far", N: 4}, {Name: "busy", N: 2}}, ByRegion: []service.Count{{Name: "3301", N: 7}}}, nil
}

// people is the accounts, as their methods have names of their own.
type people struct{ *fake }

func (p people) List(context.Context, casefile.Actor, string, int) ([]party.AccountView, error) {
	return []party.AccountView{p.one()}, nil
}
func (p people) one() party.AccountView {
	return party.AccountView{ID: thing, Login: "lin", Name: "林晓", Roles: []casefile.Role{casefile.Agent}, State: party.Active, SecondFactor: true, LockedUntil: webtest.StoryTime().Add(time.Minute), Created: webtest.StoryTime()}
}
func (p people) Get(_ context.Context, _ casefile.Actor, id casefile.ID) (party.AccountView, error) {
	if id != thing {
		return party.AccountView{}, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return p.one(), nil
}
func (p people) Invite(_ context.Context, _ casefile.Actor, n party.NewAccount) (string, casefile.ID, error) {
	p.acct = n
	return "one-time-token", thing, p.did("invite")
}
func (p people) Change(context.Context, casefile.Actor, casefile.ID, party.AccountChange) error {
	return p.did("change")
}
func (p people) Disable(context.Context, casefile.Actor, casefile.ID) error { return p.did("disable") }
func (p people) Enable(context.Context, casefile.Actor, casefile.ID) error  { return p.did("enable") }
func (p people) ResetLink(context.Context, casefile.Actor, casefile.ID) (string, error) {
	return "reset-token", p.did("link")
}
func (p people) ResetTOTP(context.Context, casefile.Actor, casefile.ID) error { return p.did("totp") }
func (p people) Unlock(context.Context, casefile.Actor, casefile.ID) error    { return p.did("unlock") }
func (p people) EndSessions(context.Context, casefile.Actor, casefile.ID) error {
	return p.did("sessions")
}

type keys struct{ *fake }

func (k keys) List(context.Context, casefile.Actor) ([]party.KeyView, error) {
	return []party.KeyView{{ID: thing, Prefix: "ax_live_1", Name: "商城", Role: casefile.Admin, Scopes: []party.Scope{party.ScopeRead}}}, nil
}
func (k keys) Create(_ context.Context, _ casefile.Actor, n party.NewKey) (string, casefile.ID, error) {
	k.key = n
	return "ax_live_1_secret", thing, k.did("key")
}
func (k keys) Revoke(context.Context, casefile.Actor, casefile.ID) error { return k.did("revoke") }

type hooks struct{ *fake }

func (h hooks) List(context.Context, casefile.Actor) ([]notify.EndpointView, error) {
	return []notify.EndpointView{{ID: thing, Name: "商城", URL: "https://shop.example.cn/hook", Kinds: []string{"*"}, State: notify.EndpointFailing, LastError: "503"}}, nil
}
func (h hooks) Create(_ context.Context, _ casefile.Actor, n notify.NewEndpoint) (casefile.ID, string, error) {
	h.hook = n
	return thing, "whsec_secret", h.did("hook")
}
func (h hooks) SetState(_ context.Context, _ casefile.Actor, _ casefile.ID, s notify.EndpointState) error {
	return h.did("hook " + string(s))
}
func (h hooks) RotateSecret(context.Context, casefile.Actor, casefile.ID) (string, error) {
	return "whsec_other", h.did("hook secret")
}
func (h hooks) Remove(context.Context, casefile.Actor, casefile.ID) error {
	return h.did("hook remove")
}
func (h hooks) Ping(context.Context, casefile.Actor, casefile.ID) error { return h.did("hook ping") }

func (f *fake) Lanes(context.Context) ([]clock.LaneCounts, error) {
	return []clock.LaneCounts{{Lane: clock.TimerLane, Waiting: 3}, {Lane: clock.OutboxLane, Dead: 1}, {Lane: clock.JobLane}}, nil
}
func (f *fake) DeadLetters(context.Context, casefile.Actor) ([]clock.DeadLetter, error) {
	return []clock.DeadLetter{{Timer: clock.Timer{ID: thing, Lane: clock.OutboxLane, Kind: "notify.webhook", Attempts: 12}, Died: webtest.StoryTime(), Cause: "503"}}, nil
}
func (f *fake) Retry(context.Context, casefile.Actor, casefile.ID) error { return f.did("retry") }
func (f *fake) Drop(context.Context, casefile.Actor, casefile.ID) error  { return f.did("drop") }
func (f *fake) Check(context.Context, string) []Finding {
	return []Finding{{Tone: "warn", What: "磁盘不多", Next: "加大磁盘"}}
}
func (f *fake) About() (string, string, time.Time) { return "0.1.0", "SQLite", webtest.StoryTime() }
func (f *fake) Vault(context.Context, casefile.Actor) (VaultState, error) {
	return VaultState{Items: 7, LogSize: 20}, nil
}
func (f *fake) Verify(context.Context, casefile.Actor) error { return f.did("verify") }
func (f *fake) Add(_ context.Context, _ casefile.Actor, e party.Entry) error {
	f.wrote = append(f.wrote, e.Field)
	return nil
}

func world(t *testing.T) (*fake, []staff.Route) {
	t.Helper()
	cat, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	cals, err := clock.LoadCalendars(nil)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := clock.LoadPolicy(nil, cals)
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{}
	p := &Pages{
		Service: f, Accounts: people{f}, Keys: keys{f}, Webhooks: hooks{f}, Timers: f, House: f, Log: f, Calendars: cals, Policy: policy, Places: region.Default(), Catalogue: cat,
		Join: func(token string) string { return "https://service.example.cn/join/" + token }, Mailbox: "/mailbox", Events: []string{"message.receipt", "message.finished"},
	}
	return f, p.Routes()
}

var fill = strings.NewReplacer("{id}", thing.String())

func as(t *testing.T, role casefile.Role, routes []staff.Route, method, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	if form != nil {
		form.Set("idem", "token-of-a-form")
	}
	return stafftest.Serve(stafftest.Edge(t, role), routes, method, fill.Replace(path), form)
}

func get(t *testing.T, routes []staff.Route, path string) *httptest.ResponseRecorder {
	t.Helper()
	return as(t, casefile.Admin, routes, "GET", path, nil)
}

func post(t *testing.T, routes []staff.Route, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	return as(t, casefile.Admin, routes, "POST", path, form)
}

// page parses an answer that must be a page with a status and nothing wrong with it. Addresses of others stand on some pages as text.
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
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != fill.Replace(path) {
		t.Fatalf("%d to %q, want %q: %s", rec.Code, rec.Header().Get("Location"), fill.Replace(path), rec.Body.String()[:min(300, rec.Body.Len())])
	}
}

func TestEveryRouteAsksTheGate(t *testing.T) {
	f, routes := world(t)
	stafftest.EveryRouteAsks(t, routes, fill, func() int { return len(f.calls) })
}

func TestRolesOfRoutes(t *testing.T) {
	_, routes := world(t)
	stafftest.RolesOf(t, routes, fill)
}

func TestPages(t *testing.T) {
	_, routes := world(t)
	for path, want := range map[string]string{
		"/admin": "磁盘不多", "/admin/technicians": "燃气", "/admin/technicians/new": "新增师傅", "/admin/technicians/{id}": "周建国", "/admin/accounts": "林晓", "/admin/accounts/new": "邀请新账号",
		"/admin/accounts/{id}": "解除等待", "/admin/keys": "ax_live_1", "/admin/webhooks": "503", "/admin/clocks": "2027", "/admin/timers": "notify.webhook", "/admin/evidence": "还没有做过完整核验", "/admin/statistics": "95%",
		"/admin/statistics?span=month": "太远",
	} {
		d := page(t, get(t, routes, path), 200)
		d.HasText("main", want)
		if strings.Contains(d.Raw, "199 0000") {
			t.Errorf("%s shows a phone", path)
		}
	}
	d := page(t, get(t, routes, "/admin/technicians"), 200)
	d.HasText("td", "没有班次，不会派单")
	d.HasText("td", "证书 12月4日 周五到期")
}

func TestOthersThingsAreNotThere(t *testing.T) {
	_, routes := world(t)
	for _, path := range []string{"/admin/technicians/", "/admin/accounts/"} {
		if rec := get(t, routes, path+demoID(0x66).String()); rec.Code != 404 {
			t.Errorf("%s: %d", path, rec.Code)
		}
		if rec := get(t, routes, path+"42"); rec.Code != 404 {
			t.Errorf("%s42: %d", path, rec.Code)
		}
	}
}

func technicianForm() url.Values {
	return url.Values{
		"act": {"save"}, "name": {"周建国"}, "code": {"HM-1042"}, "partner": {"西湖网点"}, "vehicle": {"van"}, "state": {"active"}, "lng": {"120.2"}, "lat": {"30.3"}, "skill.repair.boiler": {"4"}, "skill.clean.boiler": {"9"},
		"region": {"330106"}, "add_regions": {"330105\n浙江省杭州市滨江区"}, "day-1": {"8:00-12:00，13：30－18:00"}, "day-0": {""}, "cert-0": {"gas_appliance"}, "cert-from-0": {"2025-01-01"}, "cert-to-0": {"2027-12-31"},
	}
}

func TestSaveTechnician(t *testing.T) {
	f, routes := world(t)
	d := page(t, get(t, routes, "/admin/technicians/{id}"), 200)
	if got := d.Attr("#day-1", "value"); got != "08:00-12:00 13:30-18:00" {
		t.Errorf("Monday %q", got)
	}
	d.Has(`select[name="skill.repair.boiler"] option[value="4"][selected]`)
	d.HasText(".choice", "浙江省 杭州市 西湖区")
	goesTo(t, post(t, routes, "/admin/technicians/{id}", technicianForm()), "/admin/technicians/{id}?done=saved")
	in := f.saved
	if in.ID != thing || in.Vehicle != "van" || in.Lng != 120.2 || in.Phone != "" {
		t.Errorf("%+v", in)
	}
	if len(in.Skills) != 1 || in.Skills[0].Level != 4 {
		t.Errorf("skills %+v", in.Skills)
	}
	// The city was not ticked any more, the two new ones are there.
	if !slices.Equal(in.Regions, []string{"330106", "330105", "330108"}) {
		t.Errorf("regions %v", in.Regions)
	}
	if len(in.Shifts) != 2 || in.Shifts[0].From != 480 || in.Shifts[1].From != 810 || in.Shifts[0].Weekday != time.Monday {
		t.Errorf("shifts %+v", in.Shifts)
	}
	if len(in.Certificates) != 1 || dateOf(in.Certificates[0].To) != "2027-12-31" {
		t.Errorf("certificates %+v", in.Certificates)
	}
	if !slices.Contains(f.wrote, "technician.save") {
		t.Error("the change is not in the access log")
	}
}

func TestTechnicianErrorsKeepWhatWasTyped(t *testing.T) {
	f, routes := world(t)
	form := technicianForm()
	form.Set("day-6", "9点到12点")
	form.Set("add_regions", "朝阳区\n没有这个地方的地方")
	form.Set("lat", "north")
	form.Set("cert-to-0", "soon")
	d := page(t, post(t, routes, "/admin/technicians/{id}", form), 422)
	for _, id := range []string{"day-6", "add_regions", "lat", "cert-to-0"} {
		d.Has(`.summary a[href="#` + id + `"]`)
	}
	d.HasText(".summary", "第 1 行有几种可能")
	d.HasText(".summary", "第 2 行没有认出来")
	if d.Attr("#day-6", "value") != "9点到12点" || len(f.calls) > 0 {
		t.Error("what was typed is gone, or was saved", f.calls)
	}
	f.fail = &casefile.Error{Category: casefile.Invalid, Fields: []casefile.FieldError{{Field: "shifts.1", Key: "error.invalid"}, {Field: "place", Key: "error.invalid"}, {Field: "regions.0", Key: "error.invalid"}}}
	d = page(t, post(t, routes, "/admin/technicians/{id}", technicianForm()), 422)
	for _, id := range []string{"day-1", "lng", "add_regions"} {
		d.Has(`.summary a[href="#` + id + `"]`)
	}
	more := technicianForm()
	more.Set("act", "add_cert")
	page(t, post(t, routes, "/admin/technicians/{id}", more), 200).Has("#cert-1")
}

func TestDispatcherChangesShiftsOnly(t *testing.T) {
	f, routes := world(t)
	d := page(t, as(t, casefile.Dispatcher, routes, "GET", "/admin/technicians/{id}", nil), 200)
	d.HasNot("#name")
	d.Has("#day-1")
	form := technicianForm()
	goesTo(t, as(t, casefile.Dispatcher, routes, "POST", "/admin/technicians/{id}", form), "/admin/technicians/{id}?done=saved")
	if f.saved.Skills != nil || f.saved.Regions != nil || f.saved.Name != "" || len(f.saved.Shifts) != 2 {
		t.Errorf("%+v", f.saved)
	}
}

func TestAbsence(t *testing.T) {
	f, routes := world(t)
	goesTo(t, post(t, routes, "/admin/technicians/{id}/absence", url.Values{"from": {"2026-12-01T00:00"}, "to": {"2026-12-03T00:00"}, "reason": {"leave"}}), "/admin/technicians/{id}?done=absence")
	if f.away.From.UTC().Hour() != 16 || f.away.Reason != "leave" || f.away.Remove {
		t.Errorf("%+v", f.away)
	}
	d := page(t, get(t, routes, "/admin/technicians/{id}"), 200)
	at, _ := webtest.AttrOf(d.One("input[name=remove]"), "value")
	goesTo(t, post(t, routes, "/admin/technicians/{id}/absence", url.Values{"remove": {at}}), "/admin/technicians/{id}?done=absence_removed")
	if !f.away.Remove || !f.away.From.Equal(technician().Absences[0].From) {
		t.Errorf("%+v", f.away)
	}
	page(t, post(t, routes, "/admin/technicians/{id}/absence", url.Values{"from": {""}, "to": {"x"}}), 422).HasText("#to-error", "请填完整的日期和时间")
}

func TestAccounts(t *testing.T) {
	f, routes := world(t)
	rec := post(t, routes, "/admin/accounts", url.Values{"login": {"wang"}, "name": {"王敏"}, "roles": {"agent", "dispatcher", "system"}, "technician": {thing.String()}})
	d := page(t, rec, 200)
	d.HasText("code.secret", "https://service.example.cn/join/one-time-token")
	if rec.Header().Get("Cache-Control") != "private, no-store" {
		t.Error("a page with a one-time link may be kept")
	}
	if !slices.Equal(f.acct.Roles, []casefile.Role{casefile.Agent, casefile.Dispatcher}) || !f.acct.Technician.IsNil() {
		t.Errorf("%+v", f.acct)
	}
	f.fail = casefile.ErrRepeated
	goesTo(t, post(t, routes, "/admin/accounts", url.Values{"login": {"wang"}}), "/admin/accounts")
	f.fail = casefile.InvalidField("login", "error.invalid")
	d = page(t, post(t, routes, "/admin/accounts", url.Values{"login": {"林 晓"}, "roles": {"admin"}}), 422)
	d.Has(`.summary a[href="#login"]`)
	if d.Attr("#login", "value") != "林 晓" {
		t.Error("what was typed is gone")
	}
	d.Has(`input[name=roles][value=admin][checked]`)
	f.fail = nil
	for act, done := range map[string]string{"unlock": "unlocked", "totp": "totp", "sessions": "sessions", "disable": "disabled", "enable": "enabled"} {
		goesTo(t, post(t, routes, "/admin/accounts/{id}/act", url.Values{"act": {act}}), "/admin/accounts/{id}?done="+done)
		if !slices.Contains(f.wrote, "account."+act) {
			t.Errorf("%s is not in the access log", act)
		}
	}
	page(t, post(t, routes, "/admin/accounts/{id}/act", url.Values{"act": {"link"}}), 200).HasText("code.secret", "reset-token")
	f.fail = casefile.Fail(casefile.Conflict, "party.error.last_admin")
	page(t, post(t, routes, "/admin/accounts/{id}/act", url.Values{"act": {"disable"}}), http.StatusConflict).Has("[data-summary]")
	f.fail = nil
	if rec := post(t, routes, "/admin/accounts/{id}/act", url.Values{"act": {"promote"}}); rec.Code != 422 {
		t.Error(rec.Code)
	}
}

func TestKeysAreShownOnce(t *testing.T) {
	f, routes := world(t)
	page(t, post(t, routes, "/admin/keys", url.Values{"name": {"商城"}, "role": {"agent"}, "scopes": {"read", "report"}}), 200).HasText("code.secret", "ax_live_1_secret")
	if !slices.Equal(f.key.Scopes, []party.Scope{party.ScopeRead, party.ScopeReport}) || f.key.Role != casefile.Agent {
		t.Errorf("%+v", f.key)
	}
	page(t, get(t, routes, "/admin/keys"), 200).HasNot("code.secret")
	f.fail = casefile.InvalidField("scopes", "error.invalid")
	d := page(t, post(t, routes, "/admin/keys", url.Values{"name": {"商城"}, "role": {"agent"}}), 422)
	d.Has(`.summary a[href="#scopes"]`)
	d.HasNot("code.secret")
	f.fail = nil
	goesTo(t, post(t, routes, "/admin/keys/{id}/revoke", url.Values{}), "/admin/keys?done=revoked")
}

func TestWebhooks(t *testing.T) {
	f, routes := world(t)
	page(t, post(t, routes, "/admin/webhooks", url.Values{"name": {"商城"}, "url": {"https://shop.example.cn/hook"}, "kinds": {"message.finished", "made.up"}}), 200).HasText("code.secret", "whsec_secret")
	if !slices.Equal(f.hook.Kinds, []string{"message.finished"}) {
		t.Errorf("%+v", f.hook)
	}
	page(t, post(t, routes, "/admin/webhooks", url.Values{"name": {"商城"}, "url": {"https://shop.example.cn/hook"}}), 200)
	if !slices.Equal(f.hook.Kinds, []string{"*"}) {
		t.Errorf("none chosen is everything: %+v", f.hook)
	}
	f.calls = nil
	for act, done := range map[string]string{"pause": "paused", "resume": "resumed", "remove": "removed", "test": "pinged"} {
		goesTo(t, post(t, routes, "/admin/webhooks/{id}", url.Values{"act": {act}}), "/admin/webhooks?done="+done)
	}
	slices.Sort(f.calls)
	if got := strings.Join(f.calls, ","); got != "hook active,hook paused,hook ping,hook remove" {
		t.Error(got)
	}
	page(t, post(t, routes, "/admin/webhooks/{id}", url.Values{"act": {"secret"}}), 200).HasText("code.secret", "whsec_other")
	f.fail = casefile.InvalidField("url", "error.invalid")
	d := page(t, post(t, routes, "/admin/webhooks", url.Values{"name": {"内网"}, "url": {"http://10.0.0.8/"}}), 422)
	d.Has(`.summary a[href="#url"]`)
}

// Every message has a name that an administrator can choose it by.
func TestEveryMessageHasAName(t *testing.T) {
	for _, name := range notify.Templates() {
		if key := "admin.hook_kind.message_" + name; !i18n.Has(key) {
			t.Errorf("%s is missing", key)
		}
	}
}

func TestTimersAndVault(t *testing.T) {
	f, routes := world(t)
	goesTo(t, post(t, routes, "/admin/timers/{id}", url.Values{"act": {"retry"}}), "/admin/timers?done=retried")
	goesTo(t, post(t, routes, "/admin/timers/{id}", url.Values{"act": {"drop"}}), "/admin/timers?done=dropped")
	goesTo(t, post(t, routes, "/admin/evidence/verify", url.Values{}), "/admin/evidence?done=verifying")
	if !slices.Equal(f.calls, []string{"retry", "drop", "verify"}) || len(f.wrote) != 3 {
		t.Error(f.calls, f.wrote)
	}
	// Somebody else was faster.
	f.fail = casefile.Fail(casefile.NotFound, "error.not_found")
	goesTo(t, post(t, routes, "/admin/timers/{id}", url.Values{"act": {"retry"}}), "/admin/timers?done=retried")
}

func TestStatistics(t *testing.T) {
	f, routes := world(t)
	d := page(t, get(t, routes, "/admin/statistics"), 200)
	if n := len(d.All("svg.trend")); n != len(measures) {
		t.Errorf("%d trends", n)
	}
	d.HasText(".tile", "按承诺时间到门的占比")
	d.HasText("section", "浙江省 杭州市")
	d.HasNot(`.tile a[href^="/desk"]`) // an administrator does not read cases
	page(t, as(t, casefile.Dispatcher, routes, "GET", "/admin/statistics", nil), 200).Has(`.tile a[href^="/desk"]`)
	f.quiet = true
	page(t, get(t, routes, "/admin/statistics"), 200).Has(".empty")
}

func TestSpanBounds(t *testing.T) {
	// Tuesday 24 November 2026: the week began on the 23rd.
	week := spanBounds(webtest.StoryTime(), "week")
	if week[spans-1].Format(time.DateOnly) != "2026-11-23" || week[spans].Format(time.DateOnly) != "2026-11-30" || week[0].Format(time.DateOnly) != "2026-10-05" {
		t.Error(week)
	}
	sunday := time.Date(2026, 11, 29, 23, 0, 0, 0, casefile.Shanghai)
	if got := spanBounds(sunday, "week")[spans-1].Format(time.DateOnly); got != "2026-11-23" {
		t.Error(got)
	}
	month := spanBounds(webtest.StoryTime(), "month")
	if month[spans-1].Format(time.DateOnly) != "2026-11-01" || month[0].Format(time.DateOnly) != "2026-04-01" {
		t.Error(month)
	}
}

func TestParseSpans(t *testing.T) {
	for text, want := range map[string]int{"": 0, "08:00-12:00": 1, "8-12 13:30-24:00": 2, "8:00至12:00、13：30到18:00": 2, "12:00-8:00": -1, "08:00-12:00 11:00-13:00": -1, "8:7-9": -1, "x": -1, "08:00": -1, "00:00-24:01": -1} {
		spans, ok := parseSpans(text)
		if !ok && want >= 0 || ok && len(spans) != want {
			t.Errorf("%q: %v %v", text, spans, ok)
		}
	}
}

func FuzzParseSpans(f *testing.F) {
	f.Add("08:00-12:00 13:30-18:00")
	f.Fuzz(func(t *testing.T, text string) {
		spans, ok := parseSpans(text)
		last := 0
		for _, s := range spans {
			if !ok || s[0] < last || s[0] >= s[1] || s[1] > 24*60 {
				t.Fatal(text, spans)
			}
			last = s[1]
		}
	})
}
