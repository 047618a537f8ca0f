package merchant

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/party"
	"anxin/internal/web/parties"
	"anxin/internal/web/staff"
	"anxin/internal/web/staff/stafftest"
	"anxin/internal/web/webtest"
)

// fake is the domain behind the pages: it remembers what it was asked to do and answers what the test put in.
type fake struct {
	claim.Merchants
	page  claim.MerchantClaim
	rows  claim.InboxPage
	calls []any
	err   error // of every command
	gone  bool  // the claim is not there for this merchant
	shown []parties.Look
	sent  [][]byte
}

func (f *fake) MerchantOf(context.Context, casefile.Tenant, casefile.ID) (casefile.ID, error) {
	return stafftest.Merchant, nil
}

func (f *fake) Inbox(_ context.Context, _ casefile.Actor, q claim.InboxQuery) (claim.InboxPage, error) {
	f.calls = append(f.calls, q)
	return f.rows, nil
}

func (f *fake) MerchantClaim(context.Context, casefile.Actor, casefile.ID) (claim.MerchantClaim, error) {
	if f.gone {
		return claim.MerchantClaim{}, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return f.page, nil
}

func (f *fake) did(c any) (claim.Result, error) {
	f.calls = append(f.calls, c)
	return claim.Result{}, f.err
}

func (f *fake) OpenNotices(context.Context, casefile.Actor, casefile.ID) error {
	_, err := f.did("opened")
	return err
}

func (f *fake) Accept(_ context.Context, _ casefile.Actor, c claim.Accept) (claim.Result, error) {
	return f.did(c)
}

func (f *fake) Offer(_ context.Context, _ casefile.Actor, c claim.Offer) (claim.Result, error) {
	return f.did(c)
}

func (f *fake) Contest(_ context.Context, _ casefile.Actor, c claim.Contest) (claim.Result, error) {
	return f.did(c)
}

func (f *fake) Confirm(_ context.Context, _ casefile.Actor, c claim.Done) (claim.Result, error) {
	return f.did(c)
}

func (f *fake) Appeal(_ context.Context, _ casefile.Actor, c claim.Appeal) (claim.Result, error) {
	return f.did(c)
}

func (f *fake) Letter(context.Context, casefile.Actor, casefile.ID, string) (claim.LetterView, error) {
	return claim.LetterView{LetterRef: claim.LetterRef{Code: "D-7K2M-Q9XW-3F5T"}, Number: demoNumber}, nil
}

func (f *fake) Receive(_ context.Context, _ casefile.Actor, _ casefile.ID, body io.Reader) (casefile.ID, error) {
	b, err := io.ReadAll(body)
	f.sent = append(f.sent, b)
	return demoID(90 + byte(len(f.sent))), err
}

func (f *fake) Show(w http.ResponseWriter, _ *http.Request, _ casefile.Actor, l parties.Look) error {
	f.shown = append(f.shown, l)
	w.WriteHeader(http.StatusOK)
	return nil
}

// edge is of a merchant who is logged in.
func edge(t *testing.T) *staff.Edge {
	e := stafftest.Edge(t, casefile.Merchant)
	e.Gate = open{}
	return e
}

// open lets everything through: whose a case is, is the policies' own test and e2e's.
type open struct{}

func world(t *testing.T, state claim.State, moves ...claim.Move) (*fake, []staff.Route) {
	t.Helper()
	pg := webtest.Page(t, i18n.ZH)
	f := &fake{page: demoClaim(pg, state, "merchant", 20, moves...)}
	p := &Pages{Claims: f, Owners: f, Media: f, Letters: parties.DemoPress{}, BaseURL: func(*http.Request) string { return "https://service.example.com" }, Max: 3, MaxBytes: 1 << 20}
	return f, p.Routes()
}

var fill = strings.NewReplacer("{case}", demoID(1).String(), "{item}", demoID(21).String(), "{size}", "thumb", "{letter}", "D-7K2M-Q9XW-3F5T", "{upload}", "x")

const one = "/merchant/claims/{case}"

func get(t *testing.T, routes []staff.Route, path string) *httptest.ResponseRecorder {
	t.Helper()
	return stafftest.Serve(edge(t), routes, "GET", fill.Replace(path), nil)
}

func post(t *testing.T, routes []staff.Route, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	form.Set("idem", "token-of-a-form")
	return stafftest.Serve(edge(t), routes, "POST", fill.Replace(path), form)
}

func goesTo(t *testing.T, rec *httptest.ResponseRecorder, path string) {
	t.Helper()
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != fill.Replace(path) {
		t.Fatalf("%d to %q, want %q: %.300s", rec.Code, rec.Header().Get("Location"), fill.Replace(path), rec.Body.String())
	}
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

// last is the newest command of a type.
func lastOf[T any](t *testing.T, f *fake) T {
	t.Helper()
	for i := len(f.calls) - 1; i >= 0; i-- {
		if x, ok := f.calls[i].(T); ok {
			return x
		}
	}
	t.Fatalf("no %T among %v", *new(T), f.calls)
	panic("unreachable")
}

func TestEveryRouteAsksTheGate(t *testing.T) {
	f, routes := world(t, claim.MerchantAnswer, answers...)
	stafftest.EveryRouteAsks(t, routes, fill, func() int { return len(f.calls) + len(f.sent) + len(f.shown) })
}

func TestRolesOfRoutes(t *testing.T) {
	_, routes := world(t, claim.MerchantAnswer, answers...)
	stafftest.RolesOf(t, routes, fill)
}

func TestInboxSaysWhatIsDue(t *testing.T) {
	f, routes := world(t, claim.MerchantAnswer)
	pg := webtest.Page(t, i18n.ZH)
	f.rows = claim.InboxPage{Next: "next-page", Rows: []claim.InboxRow{
		{Case: demoID(1), Number: demoNumber, State: claim.MerchantAnswer, Reason: "damaged", Wish: claim.RefundOnly, Amount: 12800, Product: "门锁", Due: hours(pg, -1), Yours: true, Opened: true},
		{Case: demoID(2), Number: demoNumber, State: claim.MerchantAnswer, Reason: "damaged", Wish: claim.RefundOnly, Amount: 12800, Product: "门锁", Due: hours(pg, 3), Yours: true},
	}}
	d := page200(t, get(t, routes, "/merchant"), 200)
	d.HasText(".inbox-counts", "已逾期 1")
	d.HasText(".inbox-counts", "24 小时内到期 1")
	d.HasText(".inbox-counts", "未查看 1")
	d.HasText(".tabs", "待处理 2+") // there are more than were counted
	d.Has(`a.crow[data-row][href="` + fill.Replace(one) + `"]`)
	d.Has(`.pager a[rel=next][href="/merchant?after=next-page"]`)
	page200(t, get(t, routes, "/merchant?tab=all&state=appeal&after=x"), 200).Has(`select option[value=appeal][selected]`)
	if q := lastOf[claim.InboxQuery](t, f); q.Open || q.State != claim.InAppeal || q.After != "x" || q.Limit != pageSize {
		t.Error(q)
	}
	f.rows = claim.InboxPage{}
	page200(t, get(t, routes, "/merchant"), 200).HasText(".empty", "没有等你处理的申请")
}

func TestOnlyLegalActsAreOffered(t *testing.T) {
	for _, c := range []struct {
		state claim.State
		moves []claim.Move
		want  []string
	}{
		{claim.MerchantAnswer, answers, []string{"accept", "offer", "contest", "extend"}},
		{claim.MerchantAnswer, answers[:3], []string{"accept", "offer", "contest"}},
		{claim.Rebuttal, []claim.Move{claim.MoveComment}, []string{"comment"}},
		{claim.InReview, nil, nil},
		{claim.Appealable, []claim.Move{claim.MoveAppeal, claim.MoveWaiveRight}, []string{"appeal", "waive"}},
	} {
		_, routes := world(t, c.state, c.moves...)
		d := page200(t, get(t, routes, one), 200)
		if n := len(d.All(".toolbar a.btn")); n != len(c.want) {
			t.Errorf("%s: %d acts, want %v", c.state, n, c.want)
		}
		d.Has(`a[href^="/orders/"][href$="#chat-title"]`) // where pictures from the chat are sealed
		for _, name := range c.want {
			d.Has(`.toolbar a[href$="/` + name + `"][data-key]`)
		}
		for _, a := range acts { // an act that is not legal has no page either
			rec := get(t, routes, one+"/"+a.name)
			legal := false
			for _, name := range c.want {
				legal = legal || name == a.name
			}
			if legal {
				page200(t, rec, 200)
			} else {
				goesTo(t, rec, one+"?done=changed")
			}
		}
	}
}

func TestNoticesAreOpenedByLooking(t *testing.T) {
	f, routes := world(t, claim.MerchantAnswer, answers...)
	page200(t, get(t, routes, one), 200)
	if len(f.calls) != 0 {
		t.Errorf("opened what was open already: %v", f.calls)
	}
	f.page.Notices = []claim.NoticeView{{Side: claim.MerchantSide, Kind: "served", Served: f.page.Filed}}
	page200(t, get(t, routes, one), 200)
	if len(f.calls) != 1 {
		t.Errorf("looked at a notice: %v", f.calls)
	}
}

func TestActs(t *testing.T) {
	f, routes := world(t, claim.MerchantAnswer, answers...)
	goesTo(t, post(t, routes, one+"/accept", url.Values{"words": {" 好的 "}}), one+"?done=accept")
	if c := lastOf[claim.Accept](t, f); c.Case != demoID(1) || c.Words != "好的" {
		t.Error(c)
	}
	goesTo(t, post(t, routes, one+"/offer", url.Values{"remedy": {"partial"}, "amount": {"¥1,280.5"}}), one+"?done=offer")
	if c := lastOf[claim.Offer](t, f); c.Remedy != claim.Partial || c.Amount != 128050 {
		t.Error(c)
	}
	item := demoID(21).String()
	goesTo(t, post(t, routes, one+"/contest", url.Values{"reason": {"intact_when_packed"}, "words": {"完好"}, "media_token": {item, item, "no-id"}, "declared": {"none"}, "references": {demoID(40).String(), "x"}}),
		one+"?done=contest")
	if c := lastOf[claim.Contest](t, f); c.Reason != "intact_when_packed" || len(c.Media) != 1 || c.Declared != claim.DeclaredNone || len(c.References) != 1 {
		t.Errorf("%+v", c)
	}
	f.err = casefile.Fail(casefile.Conflict, "claim.error.not_now")
	goesTo(t, post(t, routes, one+"/accept", url.Values{}), one+"?done=changed")
	f.err = casefile.ErrRepeated
	goesTo(t, post(t, routes, one+"/accept", url.Values{}), one+"?done=accept")
	f.err = &casefile.Error{Category: casefile.Invalid, Fields: []casefile.FieldError{{Field: "words", Key: "claim.field.required"}, {Field: "reason", Key: "claim.field.choose"}}}
	d := page200(t, post(t, routes, one+"/contest", url.Values{"media_token": {item}}), http.StatusUnprocessableEntity)
	d.HasText(".summary", "请写明情况")
	d.HasText(".summary", "请选择一个理由")
	d.Has(`input[type=hidden][name=media_token][value="` + item + `"]`) // nothing is lost
}

func TestConfirmIsOfTheStepThatIsOpen(t *testing.T) {
	f, routes := world(t, claim.Executing, claim.MoveConfirm)
	f.page.Actions[0].Steps = []claim.StepKind{claim.StepReplace}
	goesTo(t, get(t, routes, one+"/returned"), one+"?done=changed")
	page200(t, get(t, routes, one+"/replaced"), 200)
	page200(t, post(t, routes, one+"/replaced", url.Values{}), http.StatusUnprocessableEntity).HasText(".summary", "运单号")
	goesTo(t, post(t, routes, one+"/replaced", url.Values{"ref": {"SF1"}}), one+"?done=replaced")
	if c := lastOf[claim.Done](t, f); c.Step != claim.StepReplace || c.Ref != "SF1" {
		t.Error(c)
	}
}

func TestFilesComeWithTheForm(t *testing.T) {
	f, routes := world(t, claim.MerchantAnswer, answers...)
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, kv := range [][2]string{{"idem", "token-of-a-form"}, {"reason", "intact_when_packed"}, {"words", "完好"}, {"declared", "none"}} {
		_ = m.WriteField(kv[0], kv[1])
	}
	w, _ := m.CreateFormFile("media", "packing.jpg")
	_, _ = w.Write([]byte("bytes of a photo"))
	_ = m.Close()
	mux := http.NewServeMux()
	edge(t).Mount(mux, routes)
	r := httptest.NewRequest("POST", fill.Replace(one+"/contest"), &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, r)
	goesTo(t, rec, one+"?done=contest")
	if c := lastOf[claim.Contest](t, f); len(c.Media) != 1 || string(f.sent[0]) != "bytes of a photo" {
		t.Errorf("%+v, sent %q", c, f.sent)
	}
	// Nothing is taken for a claim that is not this merchant's.
	f.gone, f.sent = true, nil
	if rec := post(t, routes, one+"/contest", url.Values{}); rec.Code != http.StatusNotFound || len(f.sent) != 0 {
		t.Errorf("%d, sent %d", rec.Code, len(f.sent))
	}
}

func TestOnlyListedPicturesCountAsListed(t *testing.T) {
	f, routes := world(t, claim.MerchantAnswer, answers...)
	get(t, routes, one+"/media/{item}/thumb")
	get(t, routes, one+"/media/"+demoID(41).String()+"/large") // a reference of the listing's case
	get(t, routes, one+"/media/"+demoID(77).String()+"/large") // not of the claim
	if len(f.shown) != 3 || !f.shown[0].Listed || !f.shown[0].Thumb || !f.shown[1].Listed || f.shown[1].Case != demoID(9) || f.shown[2].Listed {
		t.Errorf("%+v", f.shown)
	}
	if rec := get(t, routes, one+"/media/{item}/original"); rec.Code != http.StatusNotFound {
		t.Errorf("the original: %d", rec.Code)
	}
	if rec := get(t, routes, one+"/view/"+demoID(77).String()); rec.Code != http.StatusNotFound {
		t.Errorf("the viewer of a foreign picture: %d", rec.Code)
	}
	d := page200(t, get(t, routes, one+"/view/{item}?with="+demoID(40).String()), 200)
	if n := len(d.All(".pane")); n != 2 {
		t.Errorf("%d panes", n)
	}
	d.Has(`a[rel=next][data-key=ArrowRight]`)
}

func TestLetters(t *testing.T) {
	_, routes := world(t, claim.Appealable, claim.MoveAppeal)
	d := page200(t, get(t, routes, one+"/letter/{letter}"), 200)
	d.Has(`.letter-after a[href$="/appeal"]`)
	d.Has(`a[href$="/letter/D-7K2M-Q9XW-3F5T/pdf"]`)
	rec := get(t, routes, one+"/letter/{letter}/pdf")
	if rec.Code != 200 || rec.Header().Get("Content-Type") != "application/pdf" || !strings.HasPrefix(rec.Header().Get("Content-Disposition"), "attachment") {
		t.Error(rec.Code, rec.Header())
	}
	if rec := get(t, routes, one+"/letter/..%2F..%2Fx"); rec.Code != http.StatusNotFound {
		t.Error(rec.Code)
	}
}

// Check implements staff.Gate.
func (open) Check(context.Context, casefile.Actor, party.Action, party.Resource) error { return nil }

// Can implements staff.Gate.
func (open) Can(context.Context, casefile.Actor, party.Action, party.Resource) bool { return true }
