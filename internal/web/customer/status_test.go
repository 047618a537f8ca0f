package customer

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"image"
	"image/png"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/privacy"
	"anxin/internal/service"
	"anxin/internal/web/webtest"
)

const private = "/s/good-link-token"

func named2(code, zh, en string) service.Named {
	return service.Named{Code: code, Text: service.Text{ZH: zh, EN: en}}
}

// working is a case whose technician has come and proposed a quote.
func working() service.Status {
	now := webtest.StoryTime()
	return service.Status{
		Case: caseID, Number: "261124483914", Created: now.Add(-time.Hour), Seq: 7,
		Request: service.RequestView{State: service.RequestInProgress, Kind: named2("repair", "维修", "Repair"), Product: named2("smart_lock", "智能门锁", "Smart lock"),
			Urgency: service.Booked, Covered: true, Region: service.RegionView{Outcome: "confirmed", Code: "330106", Path: "浙江省 / 杭州市 / 西湖区"}},
		Visits: []service.VisitView{{
			ID: visitID, Number: 1, State: service.VisitWaitingApproval, Technician: &service.TechnicianCard{Code: "HM-1042", Name: "周师傅", Visits: 312, Stars: 486},
			ArrivedAt: now.Add(-10 * time.Minute),
			Quote: &service.QuoteView{ID: quoteID, Visit: visitID, State: service.QuoteOpen, PriceList: "2026-10", Total: 12800, Lines: []service.QuoteLineView{
				{Line: 1, Name: service.Text{ZH: "上门检测", EN: "Visit"}, Quantity: 1, Answer: "free"},
				{Line: 2, Name: service.Text{ZH: "电池仓", EN: "Battery case"}, Quantity: 1, UnitFen: 8000, Sum: 8000, Answer: "open"},
				{Line: 3, Name: service.Text{ZH: "润滑", EN: "Lubrication"}, Quantity: 2, UnitFen: 2400, Sum: 4800, Answer: "open"},
			}},
		}},
		Moves: []service.Move{service.MoveCancel, service.MoveAttach},
	}
}

func TestForeignLinksAnswer404EverywhereWithTheSameWords(t *testing.T) {
	h := serve(t, &fake{status: working()})
	words := ""
	for _, p := range h.Patterns() {
		method, path, ok := strings.Cut(p, " ")
		if !ok {
			method, path = "HEAD", p
		}
		if !strings.HasPrefix(path, "/s/{token}") {
			continue
		}
		path = strings.NewReplacer("{token}", "some-other-token", "{item}", photoID.String(), "{kind}", "receipt", "{upload}", "x").Replace(path)
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest(method, path, nil))
		if rec.Code != 404 {
			t.Errorf("%s: %d", p, rec.Code)
		}
		if method == "HEAD" {
			continue
		}
		text := webtest.Response(t, rec).Text("main")
		if words == "" {
			words = text
		}
		if text != words {
			t.Errorf("%s says something else: %q", p, text)
		}
	}
}

func TestGateIsAskedOnEveryPrivateRoute(t *testing.T) {
	h := serve(t, &fake{status: working(), refuse: casefile.Fail(casefile.NotFound, "error.not_found")})
	for _, p := range h.Patterns() {
		method, path, ok := strings.Cut(p, " ")
		if !ok {
			method, path = "PATCH", p
		}
		if !strings.HasPrefix(path, "/s/{token}") {
			continue
		}
		path = strings.NewReplacer("{token}", "good-link-token", "{item}", photoID.String(), "{kind}", "receipt", "{upload}", "x").Replace(path)
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest(method, path, nil))
		if rec.Code != 404 {
			t.Errorf("%s goes past the gate: %d", p, rec.Code)
		}
	}
}

func TestStatusAsksForTheQuoteFirst(t *testing.T) {
	d := sound(t, get(serve(t, &fake{status: working()}), private))
	if got := d.Text("h1"); got != "请答复报价" {
		t.Errorf("h1 %q", got)
	}
	d.HasText(".numberline", "261124-48391-4")
	d.Has(`form[action="/s/good-link-token/quote"] input[name="line-2"][value="approved"]`)
	d.HasNot(`input[name="line-1"]`)
	d.HasText(".quote", "免费")
	d.HasText(".person", "HM-1042")
	d.HasText(".person", "上门 312 次 · 评分 4.9")
	d.HasNot(`meta[http-equiv="refresh"]`) // never under somebody's hands
	if n := len(d.All("button.btn-primary")); n != 1 {
		t.Errorf("%d primary buttons", n)
	}
}

func TestStatusLeadsToTheClaimOfTheCase(t *testing.T) {
	for _, has := range []bool{true, false} {
		h := serve(t, &fake{status: working(), claim: has})
		page := get(h, private).Body.String()
		if got := strings.Contains(page, `href="`+private+`/claim"`); got != has {
			t.Errorf("claim %v: linked %v", has, got)
		}
	}
}

func TestStatusWithoutFormsReadsItselfAgainWithoutScripts(t *testing.T) {
	st := working()
	st.Request.State, st.Visits = service.RequestTriaged, nil
	d := sound(t, get(serve(t, &fake{status: st}), private))
	// The parser keeps what is inside noscript as text, as a browser with scripts does.
	if !strings.Contains(d.Raw, `<meta http-equiv="refresh" content="60">`) {
		t.Error("no refresh for browsers without scripts")
	}
	d.Has(`ax-live[data-src="/s/good-link-token/events?after=7"]`)
}

func TestEnRouteShowsDoorCodeAndPromise(t *testing.T) {
	st := working()
	now := webtest.StoryTime()
	st.Request.State = service.RequestAssigned
	st.Visits[0].State, st.Visits[0].Quote, st.DoorCode = service.VisitEnRoute, nil, "482913"
	st.Promise = &service.PromiseView{State: service.PromiseConfirmed, From: now.Add(15 * time.Minute), To: now.Add(55 * time.Minute), Probability: 920}
	d := sound(t, get(serve(t, &fake{status: st}), private))
	d.HasText(".doorcode .bignum", "482 913")
	d.HasText(".when-big time", "今天 14:20-15:00")
	d.HasText("h1", "周师傅在路上")
	d.HasText("main", "92%")
	st.Promise.State = service.PromiseAtRisk
	d = sound(t, get(serve(t, &fake{status: st}), private))
	d.HasText("h1", "可能晚到")
	d.HasText(".badge.t-warn", "可能晚到")
}

func TestQuoteAnswers(t *testing.T) {
	f := &fake{status: working()}
	h := serve(t, f)
	rec := post(h, private+"/quote", url.Values{"quote": {quoteID.String()}, "idem": {"0123456789abcdef01234567"}, "line-2": {"approved"}, "line-3": {"refused"}})
	if rec.Code != 303 || rec.Header().Get("Location") != private+"?ok=quote" {
		t.Fatal(rec.Code, rec.Header())
	}
	cmd := f.commands[0].(service.AnswerQuote)
	if len(cmd.Answers) != 2 || !cmd.Answers[0].Approve || cmd.Answers[1].Approve || cmd.Answers[0].Line != 2 || cmd.Quote != quoteID {
		t.Errorf("%+v", cmd)
	}
	rec = post(h, private+"/quote", url.Values{"quote": {quoteID.String()}, "all": {"approved"}})
	if cmd := f.commands[1].(service.AnswerQuote); rec.Code != 303 || !cmd.Answers[0].Approve || !cmd.Answers[1].Approve {
		t.Errorf("%+v", cmd)
	}
	rec = post(h, private+"/quote", url.Values{"quote": {quoteID.String()}, "line-2": {"approved"}})
	if rec.Code != 422 || len(f.commands) != 2 {
		t.Fatal(rec.Code)
	}
	d := sound(t, rec)
	d.HasText(`.summary a[href="#line-3"]`, "润滑")
	d.Has(`input[name="line-2"][value="approved"][checked]`)
	// A quote that was replaced meanwhile is not answered.
	rec = post(h, private+"/quote", url.Values{"quote": {casefile.ID{99}.String()}, "all": {"approved"}})
	if rec.Code != 303 || rec.Header().Get("Location") != private+"?ok=changed" || len(f.commands) != 2 {
		t.Fatal(rec.Code, rec.Header())
	}
}

// A form sent twice, and one that was overtaken, both lead to the page with the present state.
func TestRepeatedAndOvertakenActsLeadBack(t *testing.T) {
	for err, want := range map[error]string{casefile.ErrRepeated: "?ok=cancel", casefile.Fail(casefile.Conflict, "service.error.not_now"): "?ok=changed"} {
		f := &fake{status: working(), err: err}
		rec := post(serve(t, f), private+"/cancel", url.Values{"reason": {"price"}})
		if rec.Code != 303 || rec.Header().Get("Location") != private+want {
			t.Errorf("%v: %d %q", err, rec.Code, rec.Header().Get("Location"))
		}
	}
	d := sound(t, get(serve(t, &fake{status: working()}), private+"?ok=changed"))
	d.HasText("[data-toast]", "有变化")
	d = sound(t, get(serve(t, &fake{status: working()}), private+"?ok=%3Cscript%3E"))
	d.HasNot("[data-toast]")
}

func signing() service.Status {
	st := working()
	st.Visits[0].State, st.Visits[0].Quote = service.VisitWaitingSignature, nil
	st.Visits[0].Report = &service.ReportView{Visit: visitID, Fault: named2("keypad", "按键没反应", "Keypad dead"), Cause: named2("board", "主板", "Board"),
		Words: privacy.NewWords("换了电池仓"), Created: webtest.StoryTime(), WarrantyUntil: webtest.StoryTime().AddDate(0, 3, 0), Document: "D-7K2M-94QX-T3HD",
		Work:    []service.QuoteLineView{{Sum: 8000}},
		Parts:   []service.PartView{{Name: service.Text{ZH: "电池仓", EN: "Battery case"}, Serial: "BC2-1", Quantity: 1}},
		Related: []service.RelatedView{{Product: named2("purifier", "净水器", "Purifier"), Condition: "watch", Words: "滤芯到期"}}, Before: []casefile.ID{photoID}}
	return st
}

func drawn(t *testing.T, w, h int) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return dataPNG + base64.StdEncoding.EncodeToString(b.Bytes())
}

func TestSign(t *testing.T) {
	f := &fake{status: signing()}
	h := serve(t, f)
	d := sound(t, get(h, private))
	d.HasText("h1", "请签字")
	d.HasText("main", "换了电池仓")
	d.HasText("main", "D-7K2M-94QX-T3HD")
	d.Has(`img[src="/s/good-link-token/photo/` + photoID.String() + `?small=1"]`)

	rec := post(h, private+"/sign", url.Values{"visit": {visitID.String()}})
	if rec.Code != 422 || len(f.commands) != 0 {
		t.Fatal(rec.Code)
	}
	sound(t, rec).HasText("#agree-error", "服务报告")

	rec = post(h, private+"/sign", url.Values{"visit": {visitID.String()}, "agree": {"1"}, "drawing": {drawn(t, 600, 200)}})
	if rec.Code != 303 {
		t.Fatal(rec.Code)
	}
	if cmd := f.commands[0].(service.Sign); cmd.Item != photoID || cmd.Visit != visitID || cmd.Refuse || f.kinds[0] != "signature" {
		t.Errorf("%+v %v", cmd, f.kinds)
	}
	// Without a drawing, and with one that is none: the ticked box is the signature.
	for _, drawing := range []string{"", "data:image/png;base64,xxxx", "data:image/svg+xml;base64,PHN2Zz4=", drawn(t, 2001, 1)} {
		f.commands = nil
		rec = post(h, private+"/sign", url.Values{"visit": {visitID.String()}, "agree": {"1"}, "drawing": {drawing}})
		if rec.Code != 303 || !f.commands[0].(service.Sign).Item.IsNil() {
			t.Errorf("%.30q: %d %+v", drawing, rec.Code, f.commands)
		}
	}
}

func TestRefuseToSignRecordsTheReason(t *testing.T) {
	f := &fake{status: signing()}
	h := serve(t, f)
	d := sound(t, get(h, private+"/refuse?visit="+visitID.String()))
	d.Has(`input[name="reason"][value="not_satisfied"]`)
	d.HasNot(`input[name="reason"][value="no_answer"]`) // only the system says that
	rec := post(h, private+"/refuse", url.Values{"visit": {visitID.String()}, "reason": {"price"}})
	if cmd := f.commands[0].(service.Sign); rec.Code != 303 || !cmd.Refuse || cmd.Reason != "price" || cmd.Visit != visitID {
		t.Fatalf("%d %+v", rec.Code, cmd)
	}
	f.err = casefile.InvalidField("reason", "service.field.required")
	rec = post(h, private+"/refuse", url.Values{"visit": {visitID.String()}})
	if rec.Code != 422 {
		t.Fatal(rec.Code)
	}
	sound(t, rec).HasText("#reason-error", "请选择一个原因")
}

func TestRateArriveCancelReopenTimePlace(t *testing.T) {
	f := &fake{status: working()}
	h := serve(t, f)
	for _, c := range []struct {
		path   string
		values url.Values
		ok     string
		want   any
	}{
		{"/rate", url.Values{"stars": {"4"}, "tags": {"on_time", "tidy"}, "words": {"好"}, "visit": {visitID.String()}}, "rate",
			service.Rate{Case: caseID, Visit: visitID, Stars: 4, Tags: []string{"on_time", "tidy"}, Words: "好"}},
		{"/arrived", url.Values{"visit": {visitID.String()}, "code": {"123456"}}, "arrived", service.Door{Case: caseID, Visit: visitID, Code: "123456"}},
		{"/cancel", url.Values{"reason": {"price"}, "words": {"太贵"}}, "cancel", service.Cancel{Case: caseID, Reason: "price", Words: "太贵"}},
		{"/reopen", url.Values{"reason": {"not_fixed"}}, "reopen", service.Reopen{Case: caseID, Reason: "not_fixed"}},
		{"/place", url.Values{"region": {"330106"}}, "place", service.ConfirmRegion{Case: caseID, Region: "330106"}},
		{"/place", url.Values{"address": {"杭州西湖"}, "region": {""}}, "address", service.CorrectAddress{Case: caseID, Address: "杭州西湖"}},
		{"/time", url.Values{"wish": {"any"}}, "time", service.Reschedule{Case: caseID}},
	} {
		f.commands = nil
		rec := post(h, private+c.path, c.values)
		if rec.Code != 303 || rec.Header().Get("Location") != private+"?ok="+c.ok {
			t.Errorf("%s: %d %q", c.path, rec.Code, rec.Header().Get("Location"))
			continue
		}
		if len(f.commands) != 1 || !same(f.commands[0], c.want) {
			t.Errorf("%s: %+v, want %+v", c.path, f.commands, c.want)
		}
	}
	if rec := post(h, private+"/place", url.Values{"region": {""}}); rec.Header().Get("Location") != private+"/place" {
		t.Errorf("none of them: %q", rec.Header().Get("Location"))
	}
	if rec := post(h, private+"/rate", url.Values{"stars": {"9"}}); rec.Code != 422 {
		t.Errorf("nine stars: %d", rec.Code)
	}
	if rec := post(h, private+"/time", url.Values{"wish": {"nonsense"}}); rec.Code != 422 {
		t.Errorf("a wish that is none: %d", rec.Code)
	}
	f.err = casefile.InvalidField("code", "service.field.code")
	st := working()
	st.Request.State, st.Visits[0].State = service.RequestAssigned, service.VisitEnRoute
	f.status = st
	rec := post(h, private+"/arrived", url.Values{"visit": {visitID.String()}, "code": {"000000"}})
	if rec.Code != 422 {
		t.Fatal(rec.Code)
	}
	sound(t, rec).Has("details[open] #code-error")
}

func same(a, b any) bool {
	ra, aok := a.(service.Rate)
	rb, bok := b.(service.Rate)
	if aok && bok {
		tags := strings.Join(ra.Tags, ",") == strings.Join(rb.Tags, ",")
		ra.Tags, rb.Tags = nil, nil
		return tags && ra.Stars == rb.Stars && ra.Words == rb.Words && ra.Visit == rb.Visit && ra.Case == rb.Case
	}
	return a == b
}

func TestMyDataShowsEverythingAndWhoLooked(t *testing.T) {
	f := &fake{mine: service.MyData{Number: "261124483914", Name: privacy.NewName("陈女士"), Phone: privacy.NewPhone("19900000001"), Address: privacy.NewAddress("杭州市西湖区"), Words: privacy.NewWords("没反应"), Photos: []casefile.ID{photoID}, CanErase: true,
		Looked: []service.Look{{At: webtest.StoryTime(), Role: casefile.Agent, Action: "reveal", Field: "phone", Reason: "call_customer"}}}}
	h := serve(t, f)
	d := sound(t, get(h, private+"/data"))
	for _, want := range []string{"陈女士", "19900000001", "杭州市西湖区", "没反应", "1 张"} {
		d.HasText("main", want)
	}
	d.HasText("table td", "客服")
	d.HasText("table td", "联系客户")
	d.Has(`a[download][href="` + private + `/data/evidence"]`)
	if got := get(h, private+"/data/evidence"); got.Code != 200 || got.Body.String() != "PK" || !strings.Contains(got.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("bundle: %d %v", got.Code, got.Header())
	}
	rec := post(h, private+"/erase", url.Values{"number": {"261124-48391-1"}})
	if rec.Code != 422 || len(f.commands) != 0 {
		t.Fatal(rec.Code)
	}
	sound(t, rec).HasText("#number-error", "不一致")
	rec = post(h, private+"/erase", url.Values{"number": {" 261124 48391 4"}})
	if rec.Code != 303 || rec.Header().Get("Location") != "/erased" || len(f.commands) != 1 {
		t.Fatal(rec.Code, rec.Header())
	}
	sound(t, get(h, "/erased"))
}

func TestPapers(t *testing.T) {
	h := serve(t, &fake{status: signing()})
	d := sound(t, get(h, private+"/paper/report"))
	d.HasText("article", "D-7K2M-94QX-T3HD")
	d.Has("svg.qr path")
	sound(t, get(h, private+"/paper/receipt")).HasText("article", "261124-48391-4")
	if rec := get(h, private+"/paper/quote"); rec.Code != 404 {
		t.Errorf("a quote that is not there: %d", rec.Code)
	}
	if rec := get(h, private+"/paper/poster"); rec.Code != 404 {
		t.Errorf("no such paper: %d", rec.Code)
	}
	sound(t, get(serve(t, &fake{status: working()}), private+"/paper/quote")).HasText("article", "电池仓")
}

func TestReceipt(t *testing.T) {
	st := working()
	st.Request.State, st.Visits = service.RequestTriaged, nil
	st.Request.Region = service.RegionView{Outcome: "one", Code: "330106", Path: "浙江省 / 杭州市 / 西湖区"}
	st.Clocks = []service.ClockView{{Kind: "assign", Due: webtest.StoryTime().Add(10 * time.Minute)}}
	d := sound(t, get(serve(t, &fake{status: st}), private+"/receipt"))
	d.HasText(".bignum", "261124-48391-4")
	d.HasText(".lead", "10 分钟")
	d.HasText(".linkline", "https://service.example.com/s/good-link-token")
	d.Has(`form[action="/s/good-link-token/place"] input[name="region"][value="330106"]`)
	d.Has(`[data-forget="report"]`)
}

func TestPhotoIsServedHarmlessly(t *testing.T) {
	h := serve(t, &fake{status: working()})
	rec := get(h, private+"/photo/"+photoID.String())
	if rec.Code != 200 || rec.Header().Get("Content-Type") != "image/jpeg" || !strings.Contains(rec.Header().Get("Content-Security-Policy"), "sandbox") || rec.Header().Get("Cache-Control") != "private, max-age=600" {
		t.Fatal(rec.Code, rec.Header())
	}
	if rec := get(h, private+"/photo/"+photoID.String()+"?small=1"); rec.Body.String() != "tile" {
		t.Errorf("the tile is the large picture: %q", rec.Body.String())
	}
	if rec := get(h, private+"/photo/"+opaqueID.String()); rec.Code != 302 || !strings.HasPrefix(rec.Header().Get("Location"), "/assets/nophoto.") {
		t.Errorf("a photo that cannot be shown: %d %v", rec.Code, rec.Header())
	}
	for _, id := range []string{casefile.ID{1}.String(), "x", "../../etc/passwd"} {
		if rec := get(h, private+"/photo/"+url.PathEscape(id)); rec.Code != 404 {
			t.Errorf("%s: %d", id, rec.Code)
		}
	}
}

func TestAddPhotos(t *testing.T) {
	f := &fake{status: working()}
	h := serve(t, f)
	sound(t, get(h, private+"/photos")).Has(`ax-upload[data-create="/s/good-link-token/uploads"]`)
	body, ct := multipartForm(t, filled(), map[string]string{"a.jpg": "a photo"})
	r := httptest.NewRequest("POST", private+"/photos", body)
	r.Header.Set("Content-Type", ct)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	if cmd := f.commands[0].(service.AttachPhotos); rec.Code != 303 || len(cmd.Items) != 1 || cmd.Items[0] != photoID {
		t.Fatalf("%d %+v", rec.Code, cmd)
	}
	body, ct = multipartForm(t, filled(), nil)
	r = httptest.NewRequest("POST", private+"/photos", body)
	r.Header.Set("Content-Type", ct)
	rec = httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	if rec.Code != 422 {
		t.Fatal(rec.Code)
	}
	sound(t, rec).HasText("#photos-error", "请先选一张照片")
}

func TestPiecesOfOneCaseAreNotSealedByAnother(t *testing.T) {
	h := serve(t, &fake{status: working()})
	rec := post(h, private+"/uploads", url.Values{"size": {"3"}})
	if rec.Code != 201 {
		t.Fatal(rec.Code)
	}
	// The same piece by the link of nobody.
	at := strings.Replace(rec.Header().Get("Location"), "good-link-token", "another-token", 1)
	r := httptest.NewRequest("PATCH", at, strings.NewReader("abc"))
	r.Header.Set("Upload-Offset", "0")
	rec = httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	if rec.Code != 404 {
		t.Error(rec.Code)
	}
}

func TestEventsTellTheSequence(t *testing.T) {
	f := &fake{status: working(), news: make(chan int64, 1)}
	h := serve(t, f)
	f.news <- 8
	ctx, cancel := context.WithCancel(t.Context())
	rec := &watched{ResponseRecorder: httptest.NewRecorder(), want: "data: 8", then: cancel}
	h.ServeHTTP(rec, httptest.NewRequest("GET", private+"/events?after=5", nil).WithContext(ctx))
	body := rec.Body.String()
	if rec.Header().Get("Content-Type") != "text/event-stream" || !strings.Contains(body, "retry:") {
		t.Fatalf("%v %q", rec.Header(), body)
	}
	if !strings.Contains(body, "event: seq\ndata: 7\n\n") || !strings.Contains(body, "event: seq\ndata: 8\n\n") {
		t.Errorf("%q", body)
	}
}

// watched calls then when the wanted text was written.
type watched struct {
	*httptest.ResponseRecorder
	want string
	then func()
}

func (w *watched) Write(b []byte) (int, error) {
	n, err := w.ResponseRecorder.Write(b)
	if strings.Contains(w.Body.String(), w.want) {
		w.then()
	}
	return n, err
}

func TestLinkIsRateLimited(t *testing.T) {
	h := serve(t, &fake{status: working(), limit: map[party.LimitKind]bool{party.LimitLink: true}})
	if rec := get(h, private); rec.Code != 429 {
		t.Error(rec.Code)
	}
}

func TestDrawingRefusesWhatIsNoSmallPNG(t *testing.T) {
	for _, s := range []string{"", "data:image/png;base64,", "data:text/html;base64,PGI+", dataPNG + strings.Repeat("A", maxDrawing*2)} {
		if _, err := drawing(s); !errors.Is(err, errNoPicture) {
			t.Errorf("%.40q: %v", s, err)
		}
	}
	if _, err := drawing(drawn(t, 600, 200)); err != nil {
		t.Error(err)
	}
}

func FuzzDrawing(f *testing.F) {
	f.Add("data:image/png;base64,iVBORw0KGgo=")
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := drawing(s); err == nil && r == nil {
			t.Fatal("neither drawing nor error")
		}
	})
}
