package tech

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"anxin/internal/casefile"
	"anxin/internal/privacy"
	"anxin/internal/service"
	"anxin/internal/web/staff"
	"anxin/internal/web/staff/stafftest"
	"anxin/internal/web/webtest"
)

func get(t *testing.T, routes []staff.Route, path string) *httptest.ResponseRecorder {
	t.Helper()
	return stafftest.Serve(stafftest.Edge(t, casefile.Technician), routes, "GET", fill.Replace(path), nil)
}

func post(t *testing.T, routes []staff.Route, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	form.Set("idem", "token-of-a-form")
	return stafftest.Serve(stafftest.Edge(t, casefile.Technician), routes, "POST", fill.Replace(path), form)
}

// page parses an answer that must be a sound page with a status.
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

// goesTo checks that an act was answered with a redirect.
func goesTo(t *testing.T, rec *httptest.ResponseRecorder, path string) {
	t.Helper()
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != fill.Replace(path) {
		t.Fatalf("%d to %q, want %q: %s", rec.Code, rec.Header().Get("Location"), fill.Replace(path), rec.Body.String()[:min(300, rec.Body.Len())])
	}
}

// one is the only command of a type that was given.
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
	f, routes := world(t, service.VisitAccepted)
	stafftest.EveryRouteAsks(t, routes, fill, func() int { return len(f.calls) })
}

func TestRolesOfRoutes(t *testing.T) {
	_, routes := world(t, service.VisitAccepted)
	stafftest.RolesOf(t, routes, fill)
}

func TestAnotherTechniciansVisitIsNotThere(t *testing.T) {
	_, routes := world(t, service.VisitWorking, service.MoveSubmit)
	other := strings.NewReplacer("{case}", caseID.String(), "{visit}", demoID(0x77).String(), "{item}", itemID.String(), "{size}", "thumb", "{field}", "before", "{upload}", "x")
	for _, r := range routes {
		method, path, found := strings.Cut(r.Pattern, " ")
		if !found {
			method, path = "PATCH", r.Pattern
		}
		if !strings.Contains(path, "{visit}") {
			continue
		}
		var form url.Values
		if method != "GET" {
			form = url.Values{"act": {"refused"}, "refusal": {"other"}}
		}
		rec := stafftest.Serve(stafftest.Edge(t, casefile.Technician), routes, method, other.Replace(path), form)
		if rec.Code != http.StatusNotFound {
			t.Errorf("%s of another's visit: %d", r.Pattern, rec.Code)
		}
	}
}

func TestToday(t *testing.T) {
	f, routes := world(t, service.VisitEnRoute)
	d := page(t, get(t, routes, "/tech"), 200)
	d.HasText("h2", "正在进行")
	d.Has(`a.card-now[href="` + fill.Replace(visitAt) + `"]`)
	d.HasText(".headline", "08:00-12:00")
	d.HasText("a.callout", "1 个新邀约")
	f.jobs = nil
	page(t, get(t, routes, "/tech"), 200).HasText(".empty", "还没有工单")
}

func TestOffersAreSeenAndAnswered(t *testing.T) {
	f, routes := world(t, service.VisitOffered)
	d := page(t, get(t, routes, "/tech/offers"), 200)
	d.HasText("article", "¥120.00")
	d.HasText("article", "3.2 公里")
	d.HasNot(`article a[href^="tel:"]`)
	if strings.Contains(d.Raw, "19900000017") || strings.Contains(d.Raw, "示例路") {
		t.Error("an offer shows who the customer is")
	}
	d.Has(`details form[action$="/decline"] button[name=reason][value=too_far]`)
	one[service.OfferRef](t, f)
	f.calls = nil

	goesTo(t, post(t, routes, "/tech/offers/{case}/{offer}/accept", url.Values{}), visitAt+"?done=accepted")
	if c := one[service.OfferRef](t, f); c.Case != caseID || c.Offer != offerID {
		t.Error(c)
	}
	goesTo(t, post(t, routes, "/tech/offers/{case}/{offer}/decline", url.Values{"reason": {"too_far"}}), "/tech/offers?done=declined")
	if c := one[service.DeclineOffer](t, f); c.Reason != "too_far" {
		t.Error(c)
	}
	f.fail = casefile.Fail(casefile.Conflict, "service.error.offer_gone")
	page(t, post(t, routes, "/tech/offers/{case}/{offer}/accept", url.Values{}), http.StatusConflict).Has(".note.t-warn")
	f.fail = casefile.ErrRepeated
	goesTo(t, post(t, routes, "/tech/offers/{case}/{offer}/accept", url.Values{}), "/tech")
}

func TestVisitHasOneNextAction(t *testing.T) {
	for _, c := range []struct {
		state service.State
		moves []service.Move
		bar   string
	}{
		{service.VisitAccepted, []service.Move{service.MoveSetOut, service.MoveArrive, service.MoveUnassign}, `.actionbar button[form=next]`},
		{service.VisitEnRoute, []service.Move{service.MoveArrive, service.MoveNoAccess}, `.actionbar button[form=next]`},
		{service.VisitArrived, []service.Move{service.MovePropose, service.MoveBegin}, `.actionbar a[href$="/quote"]`},
		{service.VisitWaitingApproval, []service.Move{service.MovePropose, service.MoveWithdraw}, `.actionbar a.btn`},
		{service.VisitWorking, []service.Move{service.MovePropose, service.MoveSubmit, service.MoveFinish}, `.actionbar a[href$="/report"]`},
		{service.VisitWaitingSignature, []service.Move{service.MoveSign, service.MoveRefuseSign}, `.actionbar a[href$="/sign"]`},
	} {
		_, routes := world(t, c.state, c.moves...)
		d := page(t, get(t, routes, visitAt), 200)
		if n := len(d.All(".actionbar .btn")); n != 1 {
			t.Errorf("%s: %d actions in the bar", c.state, n)
		}
		d.Has(c.bar)
		d.Has(`[data-live-root] > .actionbar[data-live=bar]`) // the live page exchanges it with the rest
		d.Has(`a[href="tel:19900000017"]`)
		d.Has(`a[href^="geo:"]`)
	}
	f, routes := world(t, service.VisitFinished)
	f.page.Name, f.page.Phone, f.page.Address = service.Name{}, service.Phone{}, service.Address{}
	d := page(t, get(t, routes, visitAt), 200)
	d.HasNot(".actionbar")
	d.HasNot(`main a[href^="tel:19"]`)
}

func TestArriveWithTheDoorCode(t *testing.T) {
	f, routes := world(t, service.VisitEnRoute, service.MoveArrive)
	goesTo(t, post(t, routes, visitAt+"/arrive", url.Values{"code": {" ４８２ 913 "}}), visitAt+"?done=arrived")
	if c := one[service.Door](t, f); c.Code != "482913" || c.Visit != visitID {
		t.Error(c)
	}
	f.fail = &casefile.Error{Category: casefile.Invalid, Fields: []casefile.FieldError{{Field: "code", Key: "error.invalid", Args: map[string]any{"left": 3}}}}
	d := page(t, post(t, routes, visitAt+"/arrive", url.Values{"code": {"111111"}}), 422)
	d.HasText("#code-hint", "还能试 3 次")
	d.Has(`.summary a[href="#code"]`)
	if d.Attr("#code", "value") != "111111" {
		t.Error("what was typed is gone")
	}
}

func TestQuote(t *testing.T) {
	f, routes := world(t, service.VisitArrived, service.MovePropose)
	page(t, get(t, routes, visitAt+"/quote"), 200).Has(`#q-labour_small`)
	d := page(t, post(t, routes, visitAt+"/quote", url.Values{"q-labour_small": {"1"}, "q-igniter": {"2"}, "act": {"sum"}}), 200)
	if got := d.Text("[data-sum]"); got != "¥196.00" {
		t.Errorf("sum %s", got)
	}
	page(t, post(t, routes, visitAt+"/quote", url.Values{}), 422).HasText(".summary", "至少选一项")
	page(t, post(t, routes, visitAt+"/quote", url.Values{"q-igniter": {"many"}}), 422).Has(`.summary a[href="#q-igniter"]`)
	if len(f.calls) > 0 {
		t.Fatal(f.calls)
	}
	goesTo(t, post(t, routes, visitAt+"/quote", url.Values{"q-igniter": {"1"}, "why-igniter": {"打不着火"}, "q-invented": {"5"}}), visitAt+"?done=quoted")
	if c := one[service.Propose](t, f); len(c.Lines) != 1 || c.Lines[0].Item != "igniter" || c.Lines[0].Why != "打不着火" {
		t.Errorf("%+v", c)
	}
	// The service's line 1 is the second item that was chosen.
	f.fail = &casefile.Error{Category: casefile.Invalid, Fields: []casefile.FieldError{{Field: "lines.1.quantity", Key: "error.invalid"}, {Field: "lines.0.why", Key: "error.invalid"}}}
	d = page(t, post(t, routes, visitAt+"/quote", url.Values{"q-labour_small": {"1"}, "q-igniter": {"9"}}), 422)
	d.Has(`.summary a[href="#q-igniter"]`)
	d.Has(`.summary a[href="#why-labour_small"]`)
	f.fail = nil
	f.page.Request.Warranty = true
	d = page(t, post(t, routes, visitAt+"/quote", url.Values{"q-labour_small": {"1"}, "q-igniter": {"1"}, "out-igniter": {"1"}, "act": {"sum"}}), 200)
	if got := d.Text("[data-sum]"); got != "¥68.00" {
		t.Errorf("sum under warranty %s", got)
	}
	f.page.Request.Warranty = false
	f.calls = nil
	goesTo(t, post(t, routes, visitAt+"/begin", url.Values{}), visitAt+"?done=begun")
	if c := one[service.Propose](t, f); len(c.Lines) != 1 || c.Lines[0].Item != "check" {
		t.Errorf("%+v", c)
	}
}

func reportForm() url.Values {
	return url.Values{
		"check-power_off": {"done"}, "fault": {"no_heat"}, "cause": {"igniter"}, "work": {"换点火器"}, "line": {"labour_small"}, "n-labour_small": {"1"}, "part-0": {"igniter"}, "serial-0": {"HM-1"}, "count-0": {"1"},
		"product-0": {"gas_stove"}, "condition-0": {"watch"}, "own-0": {"软管该换了"}, "wants-0": {"1"}, "part-1": {""}, "serial-1": {""}, "count-1": {""},
	}
}

func working(t *testing.T) (*fake, []staff.Route) {
	f, routes := world(t, service.VisitWorking, service.MoveSubmit)
	f.page.Quotes = []service.QuoteView{{Lines: []service.QuoteLineView{
		{Item: "igniter", Name: service.Text{ZH: "点火器", EN: "Igniter"}, ItemKind: "part", Quantity: 1, UnitFen: 6800, Answer: "approved"},
		{Item: "labour_small", Name: service.Text{ZH: "小修", EN: "Minor"}, ItemKind: "labour", Quantity: 1, UnitFen: 6000, Answer: "approved"},
		{Item: "labour_medium", Name: service.Text{ZH: "中修", EN: "Repair"}, ItemKind: "labour", Quantity: 1, UnitFen: 12000, Answer: "refused"},
	}}}
	return f, routes
}

func TestReportOfWork(t *testing.T) {
	f, routes := working(t)
	d := page(t, get(t, routes, visitAt+"/report"), 200)
	d.Has(`#line-labour_small[checked]`)
	d.HasNot(`#line-labour_medium`)
	d.HasNot(`#line-igniter`)
	d.Has(`#part-0 option[value=igniter][selected]`)
	d.Has(`ax-upload[data-create="` + fill.Replace(visitAt) + `/uploads/before"]`)

	f.calls = nil
	goesTo(t, post(t, routes, visitAt+"/report", reportForm()), visitAt+"/sign?done=reported")
	c := one[service.Finish](t, f)
	if c.Cause != "igniter" || c.Words != "换点火器" || c.Checklist["power_off"] != "done" || len(c.Parts) != 1 || c.Parts[0].Serial != "HM-1" || c.Signature != "later" {
		t.Errorf("%+v", c)
	}
	if len(c.Work) != 1 || c.Work[0].Item != "labour_small" || len(c.Related) != 1 || c.Related[0].Advice != "软管该换了" || !c.Related[0].WantsQuote {
		t.Errorf("%+v", c)
	}
}

func TestReportComesBackWithEverythingTyped(t *testing.T) {
	f, routes := working(t)
	f.fail = &casefile.Error{Category: casefile.Invalid, Fields: []casefile.FieldError{
		{Field: "checklist.tidy", Key: "error.invalid"}, {Field: "parts.0.serial", Key: "error.invalid"}, {Field: "words", Key: "error.invalid"}, {Field: "related.0.condition", Key: "error.invalid"},
	}}
	form := reportForm()
	// The first row stays empty: the service's first part is the form's second row.
	form.Set("part-0", "")
	form.Set("part-1", "igniter")
	form.Set("serial-1", "HM-2")
	d := page(t, post(t, routes, visitAt+"/report", form), 422)
	for _, id := range []string{"check-tidy", "serial-1", "work", "condition-0"} {
		d.Has(`.summary a[href="#` + id + `"]`)
	}
	d.Has(`#check-power_off[value=done][checked]`)
	d.Has(`#wants-0[checked]`)
	if d.Attr("#serial-1", "value") != "HM-2" || d.Text("#work") != "换点火器" || d.Text("#own-0") != "软管该换了" {
		t.Error("what was typed is gone")
	}
	d.HasNot("form[data-fresh]")
	more := reportForm()
	more.Set("act", "add_part")
	page(t, post(t, routes, visitAt+"/report", more), 200).Has("#part-2")
}

// body is a form with photographs, as a browser without scripts sends it.
func body(t *testing.T, fields url.Values, files map[string][]string) (string, *bytes.Buffer) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, vs := range fields {
		for _, v := range vs {
			if err := w.WriteField(k, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	for k, contents := range files {
		for i, content := range contents {
			p, err := w.CreateFormFile(k, fmt.Sprintf("IMG_%d.jpg", i))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.Write([]byte(content)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), &b
}

func postFiles(t *testing.T, routes []staff.Route, path string, fields url.Values, files map[string][]string) *httptest.ResponseRecorder {
	t.Helper()
	typ, b := body(t, fields, files)
	mux := http.NewServeMux()
	stafftest.Edge(t, casefile.Technician).Mount(mux, routes)
	r := httptest.NewRequest("POST", fill.Replace(path), b)
	r.Header.Set("Content-Type", typ)
	r.Header.Set("Accept-Language", "zh")
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, r)
	return rec
}

func TestPhotosWithoutScripts(t *testing.T) {
	f, routes := working(t)
	rec := postFiles(t, routes, visitAt+"/report", reportForm(), map[string][]string{"before": {"jpeg one", "jpeg two"}, "after": {"jpeg three"}, "stray": {"nobody asked"}})
	goesTo(t, rec, visitAt+"/sign?done=reported")
	c := one[service.Finish](t, f)
	if len(c.Before) != 2 || len(c.After) != 1 || len(f.items) != 3 {
		t.Fatalf("%d before, %d after, %d kept", len(c.Before), len(c.After), len(f.items))
	}
	if in := f.items[c.After[0]]; in.Kind != "after_photo" || in.Visit != visitID || in.Case != caseID {
		t.Errorf("%+v", in)
	}
	// Those that came before an error are not sent again.
	f.fail = casefile.InvalidField("cause", "error.invalid")
	d := page(t, postFiles(t, routes, visitAt+"/report", reportForm(), map[string][]string{"before": {"jpeg"}}), 422)
	if n := len(d.All(`input[name=before_token]`)); n != 1 {
		t.Errorf("%d photographs kept", n)
	}
	many := make([]string, 9)
	for i := range many {
		many[i] = "jpeg"
	}
	f.items = map[casefile.ID]Incoming{}
	postFiles(t, routes, visitAt+"/report", reportForm(), map[string][]string{"before": many})
	if len(f.items) != maxPhotos {
		t.Errorf("%d photographs taken, the bound is %d", len(f.items), maxPhotos)
	}
}

func TestPhotosInPieces(t *testing.T) {
	f, routes := working(t)
	mux := http.NewServeMux()
	stafftest.Edge(t, casefile.Technician).Mount(mux, routes)
	do := func(method, path, content string, head map[string]string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(content))
		for k, v := range head {
			r.Header.Set(k, v)
		}
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, r)
		return rec
	}
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	rec := do("POST", fill.Replace(visitAt+"/uploads/before"), "name=a.jpg&size=8", form)
	at := rec.Header().Get("Location")
	if rec.Code != http.StatusCreated || at == "" {
		t.Fatal(rec.Code, rec.Body.String())
	}
	do("PATCH", at, "jpeg", map[string]string{"Upload-Offset": "0"})
	rec = do("HEAD", at, "", nil)
	if rec.Header().Get("Upload-Offset") != "4" {
		t.Error(rec.Code, rec.Header())
	}
	rec = do("PATCH", at, "data", map[string]string{"Upload-Offset": "4"})
	id, err := casefile.ParseID(rec.Header().Get("Upload-Token"))
	if err != nil || f.items[id].Kind != beforePhoto {
		t.Fatal(rec.Code, rec.Header(), f.items)
	}
	form2 := reportForm()
	form2.Set("before_token", id.String())
	goesTo(t, post(t, routes, visitAt+"/report", form2), visitAt+"/sign?done=reported")
	if c := one[service.Finish](t, f); !slices.Equal(c.Before, []casefile.ID{id}) {
		t.Error(c.Before)
	}
	if rec := do("POST", fill.Replace(visitAt+"/uploads/passport"), "name=a.jpg&size=8", form); rec.Code != 404 {
		t.Error("a field nobody has:", rec.Code)
	}
}

func TestSignature(t *testing.T) {
	f, routes := world(t, service.VisitWaitingSignature, service.MoveSign)
	f.page.Visit.Report = &service.ReportView{Words: privacy.NewWords("换点火器"), Document: "D-1", Work: []service.QuoteLineView{{Name: service.Text{ZH: "点火器"}, Quantity: 1, UnitFen: 6800, Sum: 6800}}}
	d := page(t, get(t, routes, visitAt+"/sign"), 200)
	d.HasText(".sum", "¥68.00")
	d.Has("ax-sign canvas")

	page(t, post(t, routes, visitAt+"/sign", url.Values{}), 422).HasText(".summary", "请先签字")
	page(t, post(t, routes, visitAt+"/sign", url.Values{"drawing": {"data:image/svg+xml;base64,AAAA"}}), 422)
	page(t, post(t, routes, visitAt+"/sign", url.Values{"act": {"refused"}}), 422).Has(`.summary a[href="#refusal"]`)
	if len(f.calls) > 0 {
		t.Fatal(f.calls)
	}
	png := "data:image/png;base64," + base64.StdEncoding.EncodeToString([]byte("\x89PNG\r\n\x1a\nrest"))
	goesTo(t, post(t, routes, visitAt+"/sign", url.Values{"drawing": {png}}), visitAt+"?done=signed")
	c := one[service.Sign](t, f)
	if c.Refuse || f.items[c.Item].Kind != signature {
		t.Errorf("%+v", c)
	}
	f.calls = nil
	goesTo(t, post(t, routes, visitAt+"/sign", url.Values{"act": {"refused"}, "refusal": {"dispute"}}), visitAt+"?done=refused")
	if c := one[service.Sign](t, f); !c.Refuse || c.Reason != "dispute" {
		t.Errorf("%+v", c)
	}
	// Signed meanwhile on the customer's own page.
	f.page.Visit.State = service.VisitFinished
	goesTo(t, get(t, routes, visitAt+"/sign"), visitAt)
}

func TestVisitsThatEndEarly(t *testing.T) {
	f, routes := world(t, service.VisitArrived, service.MoveFollowUp)
	d := page(t, get(t, routes, visitAt+"/no-access"), 200)
	d.Has(`input[name=reason][value=nobody_home]`)
	page(t, post(t, routes, visitAt+"/no-access", url.Values{"words": {"敲了三次"}}), 422).HasText("textarea", "敲了三次")
	goesTo(t, post(t, routes, visitAt+"/no-access", url.Values{"reason": {"nobody_home"}}), "/tech?done=no_access")
	goesTo(t, post(t, routes, visitAt+"/give-back", url.Values{"reason": {"vehicle"}}), "/tech?done=given_back")
	goesTo(t, post(t, routes, visitAt+"/abort", url.Values{"reason": {"unsafe"}}), "/tech?done=aborted")
	rec := postFiles(t, routes, visitAt+"/follow-up", url.Values{"reason": {"part_to_order"}, "words": {"带点火器"}, "parts": {"igniter"}, "not_before": {"2026-11-27"}}, map[string][]string{"photos": {"jpeg"}})
	goesTo(t, rec, "/tech?done=follow_up")
	if c := one[service.FollowUp](t, f); c.Words != "带点火器" || len(c.Before) != 1 || !slices.Equal(c.Parts, []string{"igniter"}) || c.NotBefore.IsZero() {
		t.Errorf("%+v", c)
	}
}

func TestPhotosOfThePageOnly(t *testing.T) {
	f, routes := world(t, service.VisitArrived)
	get(t, routes, visitAt+"/photos/{item}/thumb")
	if len(f.calls) != 1 {
		t.Error("a photograph of the page was not asked for")
	}
	f.calls = nil
	if rec := get(t, routes, visitAt+"/photos/"+demoID(0x66).String()+"/thumb"); rec.Code != 404 || len(f.calls) > 0 {
		t.Error("a photograph of elsewhere:", rec.Code, f.calls)
	}
	if rec := get(t, routes, visitAt+"/photos/{item}/original"); rec.Code != 404 || len(f.calls) > 0 {
		t.Error("the original:", rec.Code, f.calls)
	}
}

func TestMe(t *testing.T) {
	_, routes := world(t, service.VisitArrived)
	d := page(t, get(t, routes, "/tech/me"), 200)
	d.HasText("dd", "燃气壁挂炉：维修（4 级）")
	d.HasText("dd", "西湖区")
	d.HasText("dd", "周二 08:00-12:00、13:30-18:00")
}

func TestDoneMessages(t *testing.T) {
	_, routes := world(t, service.VisitArrived)
	page(t, get(t, routes, visitAt+"?done=arrived"), 200).HasText(".toast", "已确认到达")
	page(t, get(t, routes, visitAt+"?done=%3Cscript%3E"), 200).HasNot(".toast")
}
