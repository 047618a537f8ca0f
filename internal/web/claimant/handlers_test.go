package claimant

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/order"
	"anxin/internal/party"
	"anxin/internal/web/parties"
	"anxin/internal/web/ui"
	"anxin/internal/web/webtest"
)

// fake is the world behind the pages: it remembers what it was asked to do and answers what the test put in.
type fake struct {
	claim.Claimants
	file    claim.FilePage
	status  claim.ClaimStatus
	nothing bool // no claim yet
	err     error
	calls   []any
	sent    []string
	shown   []parties.Look
	refuse  error
	found   []order.Found
	actions []party.Action
}

const goodToken = "good-token-of-a-case-0"

func (f *fake) did(c any) (claim.Result, error) {
	f.calls = append(f.calls, c)
	return claim.Result{}, f.err
}

func (f *fake) FilePage(context.Context, casefile.Actor, casefile.ID) (claim.FilePage, error) {
	return f.file, nil
}

func (f *fake) File(_ context.Context, _ casefile.Actor, c claim.File) (claim.Receipt, error) {
	_, err := f.did(c)
	return claim.Receipt{}, err
}

func (f *fake) Status(context.Context, casefile.Actor, casefile.ID) (claim.ClaimStatus, error) {
	if f.nothing {
		return claim.ClaimStatus{}, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return f.status, nil
}

func (f *fake) OpenNotices(context.Context, casefile.Actor, casefile.ID) error {
	_, err := f.did("opened")
	return err
}

func (f *fake) Supply(_ context.Context, _ casefile.Actor, c claim.Say) (claim.Result, error) {
	return f.did(c)
}

func (f *fake) AnswerOffer(_ context.Context, _ casefile.Actor, c claim.Answer) (claim.Result, error) {
	return f.did(c)
}

func (f *fake) Sent(_ context.Context, _ casefile.Actor, c claim.Sent) (claim.Result, error) {
	return f.did(c)
}

func (f *fake) Appeal(_ context.Context, _ casefile.Actor, c claim.Appeal) (claim.Result, error) {
	return f.did(c)
}

func (f *fake) WaiveAppeal(_ context.Context, _ casefile.Actor, c claim.Ref) (claim.Result, error) {
	return f.did(c)
}

func (f *fake) Letter(_ context.Context, _ casefile.Actor, _ casefile.ID, code string) (claim.LetterView, error) {
	f.calls = append(f.calls, code)
	return claim.LetterView{LetterRef: claim.LetterRef{Code: "D-7K2M-Q9XW-3F5T"}, Number: demoNumber}, nil
}

func (f *fake) RequestCode(_ context.Context, _ casefile.Tenant, phone string, _ netip.Addr, _ string) (casefile.ID, error) {
	if phone == "abc" {
		return casefile.Nil, casefile.InvalidField("phone", "")
	}
	return demoID(9), nil
}

func (f *fake) Redeem(_ context.Context, _ casefile.Tenant, number string, _ casefile.ID, code string) ([]order.Found, error) {
	if code != "123456" || number != "HM-1" {
		return nil, casefile.InvalidField("code", "order.error.find")
	}
	return f.found, nil
}

func (f *fake) Actor(_ context.Context, token string) (casefile.Actor, error) {
	if token != goodToken {
		return casefile.Actor{}, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return casefile.Actor{Tenant: 1, Role: casefile.Customer, Case: demoID(1)}, nil
}

// Check implements Gate and, by its first argument's type, not Limits: see limits.
func (f *fake) Check(_ context.Context, _ casefile.Actor, action party.Action, _ party.Resource) error {
	f.actions = append(f.actions, action)
	return f.refuse
}

// demoSite is made once: it compresses all assets.
var demoSite = sync.OnceValues(func() (*ui.Site, error) {
	site, err := ui.NewSite(ui.DemoBrand())
	if err == nil {
		site.Clock = webtest.StoryTime
	}
	return site, err
})

type limits struct{}

func (limits) Check(party.LimitKind, string) error { return nil }

func (f *fake) Receive(_ context.Context, _ casefile.Actor, _ casefile.ID, body io.Reader) (casefile.ID, error) {
	b, err := io.ReadAll(body)
	if strings.HasPrefix(string(b), "<html") {
		return casefile.Nil, casefile.InvalidField("file", "evidence.error.unknown_type")
	}
	f.sent = append(f.sent, string(b))
	return demoID(90 + byte(len(f.sent))), err
}

func (f *fake) Show(w http.ResponseWriter, _ *http.Request, _ casefile.Actor, l parties.Look) error {
	f.shown = append(f.shown, l)
	w.WriteHeader(http.StatusOK)
	return nil
}

func (f *fake) Subscribe(casefile.Tenant, casefile.ID) (<-chan int64, func()) {
	return make(chan int64), func() {}
}

func world(t *testing.T) (*fake, *Handler) {
	t.Helper()
	pg := webtest.Page(t, i18n.ZH)
	site, err := demoSite()
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{file: demoFilePage(pg), status: demoStatus(pg, claim.MerchantAnswer, "merchant", 20, claim.MoveWithdraw)}
	h := New(Config{Site: site, Tenant: 1, Claims: f, Orders: f, Links: f, Gate: f, Limits: limits{}, Media: f, Letters: parties.DemoPress{}, Live: f, Source: casefile.Source{Clock: webtest.StoryTime},
		BaseURL: func(*http.Request) string { return "https://service.example.com" }, Address: func(*http.Request) netip.Addr { return netip.Addr{} }, Max: 3, MaxBytes: 1 << 20})
	return f, h
}

const base = "/s/" + goodToken + "/claim"

func get(h *Handler, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("Accept-Language", "zh")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

func post(h *Handler, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Language", "zh")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

// sendFiles posts a form with files.
func sendFiles(h *Handler, path string, form url.Values, files ...string) *httptest.ResponseRecorder {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, list := range form {
		for _, v := range list {
			_ = m.WriteField(k, v)
		}
	}
	for _, f := range files {
		w, _ := m.CreateFormFile("media", "IMG_0001.jpg")
		_, _ = w.Write([]byte(f))
	}
	_ = m.Close()
	r := httptest.NewRequest("POST", path, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Accept-Language", "zh")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

func page200(t *testing.T, rec *httptest.ResponseRecorder, status int) *webtest.Doc {
	t.Helper()
	if rec.Code != status {
		t.Fatalf("status %d, want %d: %.300s", rec.Code, status, rec.Body.String())
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
		t.Fatalf("%d to %q, want %q: %.300s", rec.Code, rec.Header().Get("Location"), path, rec.Body.String())
	}
}

func TestPatternsAreComplete(t *testing.T) {
	_, h := world(t)
	if n := len(h.Patterns()); n < 40 {
		t.Errorf("%d routes", n)
	}
	// Every route below a link is refused for a link that opens nothing, with the same words.
	words := ""
	for _, p := range h.Patterns() {
		method, path, ok := strings.Cut(p, " ")
		if !ok {
			method, path = "PATCH", p
		}
		if !strings.Contains(path, "{token}") {
			continue
		}
		path = strings.NewReplacer("{token}", "nothing-is-opened-by-it", "{item}", demoID(1).String(), "{size}", "thumb", "{letter}", "D-7K2M-Q9XW-3F5T", "{upload}", "x").Replace(path)
		rec := httptest.NewRecorder()
		r := httptest.NewRequest(method, path, nil)
		r.Header.Set("Accept-Language", "zh")
		h.ServeHTTP(rec, r)
		d := webtest.Response(t, rec)
		if words == "" {
			words = d.Text("main")
		}
		if rec.Code != http.StatusNotFound || d.Text("main") != words {
			t.Errorf("%s: %d %q", p, rec.Code, d.Text("main"))
		}
	}
}

func TestEveryPrivateRouteAsksThePolicies(t *testing.T) {
	f, h := world(t)
	f.refuse = casefile.Fail(casefile.NotFound, "error.not_found")
	for _, p := range h.Patterns() {
		method, path, ok := strings.Cut(p, " ")
		if !ok {
			method, path = "PATCH", p
		}
		if !strings.Contains(path, "{token}") {
			continue
		}
		f.actions = nil
		path = strings.NewReplacer("{token}", goodToken, "{item}", demoID(1).String(), "{size}", "thumb", "{letter}", "D-7K2M-Q9XW-3F5T", "{upload}", "x").Replace(path)
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest(method, path, strings.NewReader("")))
		if rec.Code != http.StatusNotFound || len(f.actions) != 1 || len(f.calls)+len(f.sent)+len(f.shown) != 0 {
			t.Errorf("%s: %d, asked %v, did %v", p, rec.Code, f.actions, f.calls)
		}
	}
}

func TestWayInByNumberAndCode(t *testing.T) {
	f, h := world(t)
	page200(t, get(h, "/claim"), 200).Has(`form[action="/claim/code"]`)
	d := page200(t, post(h, "/claim/code", url.Values{}), http.StatusUnprocessableEntity)
	d.HasText(".summary", "订单号")
	page200(t, post(h, "/claim/code", url.Values{"number": {"HM-1"}, "phone": {"abc"}}), http.StatusUnprocessableEntity).HasText(".summary", "手机号")
	d = page200(t, post(h, "/claim/code", url.Values{"number": {"HM-1"}, "phone": {"19900000001"}}), 200)
	d.Has(`input[name=number][value="HM-1"]`)
	if strings.Contains(d.Raw, "19900000001") {
		t.Error("the phone number went on to the next page")
	}
	with := url.Values{"number": {"HM-1"}, "challenge": {demoID(9).String()}, "code": {"000000"}}
	page200(t, post(h, "/claim", with), http.StatusUnprocessableEntity).HasText(".summary", "验证码不对")
	with.Set("code", "123456")
	page200(t, post(h, "/claim", with), http.StatusUnprocessableEntity) // nothing found is the same answer
	f.found = []order.Found{{Token: "the-token"}}
	goesTo(t, post(h, "/claim", with), "/s/the-token/claim")
	f.found = append(f.found, order.Found{Token: "another", Order: order.Order{Product: "热水器"}})
	page200(t, post(h, "/claim", with), 200).Has(`a.door[href="/s/another/claim"]`)
}

func filled() url.Values {
	return url.Values{"key": {"key-of-a-form-0001"}, "reason": {"damaged"}, "story": {"面板裂了"}, "wish": {"partial"}, "amount": {"３００"}, "declared": {"edited"}, "tool": {"某软件"}, "act": {"review"}}
}

// Without scripts: the files come with the form, the next page shows everything, and sending it files the claim.
func TestFilingWithoutScripts(t *testing.T) {
	f, h := world(t)
	f.nothing = true
	goesTo(t, get(h, base), base+"/new")
	d := page200(t, get(h, base+"/new"), 200)
	d.Has(`form[enctype="multipart/form-data"] input[type=file][name=media]`)
	d.HasText(".opened", "商品全貌")
	d = page200(t, sendFiles(h, base+"/new", filled(), "a photo", "another"), 200)
	d.HasText("h1", "核对后提交")
	d.HasText("dl", "部分退款 ¥300.00")
	d.HasText("blockquote", "面板裂了")
	if len(f.sent) != 2 || len(f.calls) != 0 {
		t.Fatalf("sealed %d, did %v", len(f.sent), f.calls)
	}
	again := url.Values{}
	for _, n := range d.All("input[type=hidden]") {
		k, _ := webtest.AttrOf(n, "name")
		v, _ := webtest.AttrOf(n, "value")
		again.Add(k, v)
	}
	again.Set("act", "edit") // back: everything is still there
	d = page200(t, post(h, base+"/new", again), 200)
	d.HasText("textarea", "面板裂了")
	d.Has(`input[name=wish][value=partial][checked]`)
	if n := len(d.All(`input[name=media_token]`)); n != 2 {
		t.Errorf("%d files kept", n)
	}
	again.Set("act", "send")
	goesTo(t, post(h, base+"/new", again), base+"/receipt")
	c, ok := f.calls[0].(claim.File)
	if !ok || c.Key != "key-of-a-form-0001" || c.Reason != "damaged" || c.Wish != claim.Partial || c.Amount != 30000 || c.Declared != claim.DeclaredEdited || c.Tool != "某软件" || len(c.Media) != 2 || c.Case != demoID(1) {
		t.Errorf("%+v", f.calls)
	}
	f.nothing = false
	d = page200(t, get(h, base+"/receipt"), 200)
	d.HasText(".bignum", string(demoNumber))
	d.HasText(".linkline", "https://service.example.com"+base)
	d.Has(`button[data-copy]`)
}

func TestGapsAreNamedAndNothingIsLost(t *testing.T) {
	f, h := world(t)
	v := filled()
	v.Set("reason", "no such")
	v.Set("amount", "99999")
	v.Del("declared")
	d := page200(t, sendFiles(h, base+"/new", v, "a photo"), http.StatusUnprocessableEntity)
	for _, want := range []string{"请选择一个理由", "不能超过实付", "有没有改动过"} {
		d.HasText(".summary", want)
	}
	d.Has(`input[name=media_token]`)
	d = page200(t, sendFiles(h, base+"/new", filled(), "<html>"), http.StatusUnprocessableEntity)
	d.HasText(".summary", "不是能识别的")
	page200(t, sendFiles(h, base+"/new", filled(), "1", "2", "3", "4"), http.StatusUnprocessableEntity).HasText(".summary", "最多 3 个")
	// The server is busy when it is sent: the same page, with everything, and when to try again.
	f.err = casefile.Fail(casefile.Unavailable, "")
	v = filled()
	v.Set("act", "send")
	rec := post(h, base+"/new", v)
	page200(t, rec, http.StatusServiceUnavailable).Has(`input[name=story][value="面板裂了"]`)
	if rec.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	f.err = casefile.Fail(casefile.Conflict, "claim.error.under_way")
	goesTo(t, post(h, base+"/new", v), base+"?ok=changed")
	f.file.Open = false
	goesTo(t, get(h, base+"/new"), base)
}

func TestOnlyLegalActsAreOffered(t *testing.T) {
	f, h := world(t)
	pg := webtest.Page(t, i18n.ZH)
	for _, c := range []struct {
		st   claim.ClaimStatus
		want []string
	}{
		{demoStatus(pg, claim.MerchantAnswer, "merchant", 20, claim.MoveWithdraw), []string{"withdraw"}},
		{demoStatus(pg, claim.BuyerEvidence, "buyer", 20, claim.MoveSupply, claim.MoveUnable, claim.MoveExtend), []string{"supply", "unable", "extend"}},
		{demoStatus(pg, claim.Executing, "buyer", 20, moveSent, claim.MoveAppeal, claim.MoveWaiveRight), []string{"sent", "appeal", "waive"}},
		{demoStatus(pg, claim.Final, "nobody", 0), nil},
	} {
		f.status = c.st
		d := page200(t, get(h, base), 200)
		for _, a := range acts {
			sel := `main a[href="` + base + "/" + a.name + `"]`
			rec := get(h, base+"/"+a.name)
			if slices.Contains(c.want, a.name) {
				d.Has(sel)
				page200(t, rec, 200)
			} else {
				d.HasNot(sel)
				goesTo(t, rec, base+"?ok=changed")
			}
		}
		if n := len(d.All("main .btn-primary")); n > 1 {
			t.Errorf("%s: %d primary buttons", c.st.State, n)
		}
	}
}

func TestActs(t *testing.T) {
	f, h := world(t)
	pg := webtest.Page(t, i18n.ZH)
	item := demoID(21).String()
	goesTo(t, post(h, base+"/supply", url.Values{"words": {"补充"}, "media_token": {item}, "declared": {"none"}}), base+"?ok=supply")
	if c, _ := f.calls[0].(claim.Say); c.Words != "补充" || len(c.Media) != 1 || c.Declared != claim.DeclaredNone || c.Case != demoID(1) {
		t.Errorf("%+v", f.calls)
	}
	goesTo(t, post(h, base+"/settle", url.Values{}), base+"?ok=settle")
	goesTo(t, post(h, base+"/refuse", url.Values{"words": {"太少"}}), base+"?ok=refuse")
	if a, b := f.calls[1].(claim.Answer), f.calls[2].(claim.Answer); !a.Take || b.Take || b.Words != "太少" {
		t.Errorf("%+v", f.calls)
	}
	goesTo(t, post(h, base+"/sent", url.Values{"carrier": {"顺丰"}, "number": {"SF1"}}), base+"?ok=sent")
	goesTo(t, post(h, base+"/appeal", url.Values{"reason": {"new_evidence"}, "words": {"还有视频"}}), base+"?ok=appeal")
	goesTo(t, post(h, base+"/waive", url.Values{}), base+"?ok=waive")
	f.err = casefile.Fail(casefile.Conflict, "claim.error.not_now")
	goesTo(t, post(h, base+"/settle", url.Values{}), base+"?ok=changed")
	f.err = &casefile.Error{Category: casefile.Invalid, Fields: []casefile.FieldError{{Field: "declared", Key: "claim.field.required"}}}
	f.status = demoStatus(pg, claim.BuyerEvidence, "buyer", 20, claim.MoveSupply, claim.MoveUnable)
	d := page200(t, post(h, base+"/supply", url.Values{"words": {"写了很多"}, "media_token": {item}}), http.StatusUnprocessableEntity)
	d.HasText(".summary", "有没有改动过")
	d.HasText("textarea", "写了很多")
	d.Has(`input[name=media_token][value="` + item + `"]`)
	d.Has(`a[href="` + base + `/unable"]`) // the way out stays in sight
	f.err = casefile.Fail(casefile.NotFound, "error.not_found")
	if rec := post(h, base+"/supply", url.Values{"words": {"x"}}); rec.Code != http.StatusNotFound {
		t.Error(rec.Code)
	}
}

func TestPageIsReadOnceAndStaysCurrent(t *testing.T) {
	f, h := world(t)
	d := page200(t, get(h, base+"?ok=supply"), 200)
	d.HasText(".toast", "已收到补充材料")
	d.Has(`ax-live[data-src="` + base + `/events?after=12"]`)
	if !strings.Contains(d.Raw, `http-equiv="refresh"`) {
		t.Error("without scripts the page never reads itself again")
	}
	d.HasText("h1", "等待商家答复")
	if len(f.calls) != 0 {
		t.Errorf("%v", f.calls)
	}
	f.status.Notices = []claim.NoticeView{{Side: claim.BuyerSide, Kind: "decided"}}
	page200(t, get(h, base), 200)
	if len(f.calls) != 1 {
		t.Errorf("a notice was looked at: %v", f.calls)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest("GET", base+"/events?after=3", nil).WithContext(ctx))
	if rec.Header().Get("Content-Type") != "text/event-stream" || !strings.Contains(rec.Body.String(), "event: seq\ndata: 12\n") {
		t.Error(rec.Header(), rec.Body.String())
	}
}

func TestOnlyListedPicturesCountAsListed(t *testing.T) {
	f, h := world(t)
	get(h, base+"/media/"+demoID(21).String()+"/thumb")
	get(h, base+"/media/"+demoID(77).String()+"/large")
	get(h, base+"/media/"+demoID(40).String()+"/large") // a reference is not on the buyer's page
	if len(f.shown) != 3 || !f.shown[0].Listed || !f.shown[0].Thumb || f.shown[1].Listed || f.shown[2].Listed {
		t.Errorf("%+v", f.shown)
	}
	if rec := get(h, base+"/media/"+demoID(21).String()+"/original"); rec.Code != http.StatusNotFound {
		t.Error(rec.Code)
	}
}

func TestLetters(t *testing.T) {
	f, h := world(t)
	pg := webtest.Page(t, i18n.ZH)
	f.status = decided(pg, demoStatus(pg, claim.Appealable, "nobody", 160, claim.MoveAppeal), claim.Insufficient, "decided")
	d := page200(t, get(h, base+"/letter"), 200)
	d.Has(`.letter-after a[href="` + base + `/appeal"]`)
	d.Has(`a[href="` + base + `/letter/D-7K2M-Q9XW-3F5T/pdf"]`)
	page200(t, get(h, base+"/letter/d-7k2m-q9xw-3f5t"), 200)
	if f.calls[1] != "D-7K2M-Q9XW-3F5T" {
		t.Error(f.calls)
	}
	if rec := get(h, base+"/letter/D-7K2M-Q9XW-3F5T/pdf"); rec.Header().Get("Content-Type") != "application/pdf" {
		t.Error(rec.Header())
	}
	if rec := get(h, base+"/letter/nonsense"); rec.Code != http.StatusNotFound {
		t.Error(rec.Code)
	}
}
