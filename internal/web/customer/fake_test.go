package customer

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/service/catalog"
	"anxin/internal/web/upload"
	"anxin/internal/web/webtest"
)

// fake is the domain behind the pages: it remembers what it was asked and answers what the test put in.
type fake struct {
	service.Intake
	service.Customers
	service.Verify

	claim    bool
	mu       sync.Mutex // the browser test serves from several goroutines
	status   service.Status
	mine     service.MyData
	err      error // answered by every command
	reports  []service.Report
	commands []any
	received [][]byte
	kinds    []string
	rows     []CoverageRow
	asked    []string
	query    CoverageQuery
	found    []party.FoundCase
	refuse   error // of the gate
	limit    map[party.LimitKind]bool
	news     chan int64
}

const goodDraft = "good-draft-token-0000000000"

var (
	caseID  = casefile.ID{1, 2, 3}
	visitID = casefile.ID{4, 5, 6}
	quoteID = casefile.ID{7, 8, 9}
	photoID = casefile.ID{10, 11, 12}
	// opaqueID is a photo that cannot be shown.
	opaqueID = casefile.ID{13}
)

func (f *fake) NewDraft(context.Context, casefile.Tenant) (service.Draft, string, error) {
	return service.Draft{Case: caseID}, goodDraft, nil
}

func (f *fake) ParseDraft(_ casefile.Tenant, token string) (service.Draft, error) {
	if token != goodDraft {
		return service.Draft{}, casefile.InvalidField("draft", "service.field.draft")
	}
	return service.Draft{Case: caseID, Subject: casefile.ID{9}}, nil
}

func (f *fake) EnsureDraft(context.Context, casefile.Tenant, service.Draft) error { return nil }

func (f *fake) Report(_ context.Context, _ casefile.Actor, r service.Report) (service.Receipt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reports = append(f.reports, r)
	return service.Receipt{Case: caseID, Link: "good-link-token"}, f.err
}

func (f *fake) ResolveAddress(text string) service.RegionView {
	switch {
	case strings.Contains(text, "鼓楼"):
		return service.RegionView{Outcome: "set", Candidates: []service.RegionChoice{{Code: "320106", Path: "江苏省 / 南京市 / 鼓楼区"}, {Code: "350102", Path: "福建省 / 福州市 / 鼓楼区"}}}
	case strings.Contains(text, "西湖"):
		return service.RegionView{Outcome: "one", Code: "330106", Path: "浙江省 / 杭州市 / 西湖区", Certain: !strings.HasPrefix(text, "西湖")}
	}
	return service.RegionView{Outcome: "none"}
}

func (f *fake) Status(context.Context, casefile.Actor, casefile.ID) (service.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.status, nil
}

func (f *fake) MyData(context.Context, casefile.Actor, casefile.ID) (service.MyData, error) {
	return f.mine, nil
}

func (f *fake) did(_ context.Context, cmd any) (service.Result, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.commands = append(f.commands, cmd)
	return service.Result{}, f.err
}

func (f *fake) ConfirmRegion(ctx context.Context, _ casefile.Actor, c service.ConfirmRegion) (service.Result, error) {
	return f.did(ctx, c)
}

func (f *fake) CorrectAddress(ctx context.Context, _ casefile.Actor, c service.CorrectAddress) (service.Result, error) {
	return f.did(ctx, c)
}

func (f *fake) AttachPhotos(ctx context.Context, _ casefile.Actor, c service.AttachPhotos) (service.Result, error) {
	return f.did(ctx, c)
}

func (f *fake) Reschedule(ctx context.Context, _ casefile.Actor, c service.Reschedule) (service.Result, error) {
	return f.did(ctx, c)
}

func (f *fake) Cancel(ctx context.Context, _ casefile.Actor, c service.Cancel) (service.Result, error) {
	return f.did(ctx, c)
}

func (f *fake) Reopen(ctx context.Context, _ casefile.Actor, c service.Reopen) (service.Result, error) {
	return f.did(ctx, c)
}

func (f *fake) Rate(ctx context.Context, _ casefile.Actor, c service.Rate) (service.Result, error) {
	return f.did(ctx, c)
}

func (f *fake) AnswerQuote(ctx context.Context, _ casefile.Actor, c service.AnswerQuote) (service.Result, error) {
	return f.did(ctx, c)
}

func (f *fake) Sign(ctx context.Context, _ casefile.Actor, c service.Sign) (service.Result, error) {
	return f.did(ctx, c)
}

func (f *fake) ArriveByCustomer(ctx context.Context, _ casefile.Actor, c service.Door) (service.Result, error) {
	return f.did(ctx, c)
}

func (f *fake) Erase(ctx context.Context, _ casefile.Actor, id casefile.ID) error {
	_, err := f.did(ctx, id)
	return err
}

func (f *fake) VerifyTechnician(_ context.Context, a casefile.Actor, code string) (service.VerifyTechnician, error) {
	v := service.VerifyTechnician{Code: code, Signed: service.Signature{Text: "signed", Note: "note of " + code}}
	if code == "HM-1042" {
		v.Ours, v.Name, v.Partner, v.State = true, "周**", "杭州城西站", "active"
		if !a.Case.IsNil() {
			v.Expected = "yes"
		}
	}
	return v, nil
}

func (f *fake) VerifyDocument(_ context.Context, _ casefile.Actor, code string) (service.VerifyDocument, error) {
	return service.VerifyDocument{Ours: strings.HasSuffix(code, "T3HD"), Kind: "receipt", Issued: webtest.StoryTime(), NumberTail: "3914"}, nil
}

func (f *fake) VerifyHotline(_ context.Context, _ casefile.Actor, number string) (service.VerifyHotline, error) {
	return service.VerifyHotline{Ours: number == "400-000-0000", Number: number}, nil
}

func (f *fake) VerifyPart(_ context.Context, _ casefile.Actor, _, serial string) (service.VerifyPart, error) {
	if serial == "BC2-000773100" {
		return service.VerifyPart{Known: true, Times: 2}, nil
	}
	return service.VerifyPart{}, nil
}

// Actor answers for one link; every other is NotFound.
func (f *fake) Actor(_ context.Context, token string) (casefile.Actor, error) {
	if token != "good-link-token" {
		return casefile.Actor{}, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return casefile.Actor{Tenant: 1, Role: casefile.Customer, Case: caseID}, nil
}

// gate, limits, photos, coverage, finder and live.
type (
	fakeGate   struct{ *fake }
	fakeLimits struct{ *fake }
	fakePlaces struct{ *fake }
	fakeFinder struct{ *fake }
	fakePhotos struct{ *fake }
	fakeLive   struct{ *fake }
)

func (g fakeGate) Check(_ context.Context, a casefile.Actor, action party.Action, r party.Resource) error {
	if r.Kind == party.KindCase && r.Case != a.Case && r.ID != a.Case {
		return casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return g.refuse
}

func (l fakeLimits) Check(kind party.LimitKind, _ string) error {
	if l.limit[kind] {
		return &casefile.Error{Category: casefile.Limited, RetryAfter: 90 * time.Second}
	}
	return nil
}

func (p fakePlaces) Places(_ context.Context, _ casefile.Tenant, q CoverageQuery) ([]CoverageRow, error) {
	p.asked, p.query = q.Places, q
	return p.rows, nil
}

func (f fakeFinder) RequestCode(_ context.Context, _ casefile.Tenant, phone string, _ netip.Addr, _ string) (casefile.ID, error) {
	if len(phone) < 7 {
		return casefile.Nil, casefile.InvalidField("phone", "party.error.phone")
	}
	return casefile.ID{3, 3, 3}, nil
}

func (f fakeFinder) Redeem(_ context.Context, _ casefile.Tenant, _ casefile.ID, code string) ([]party.FoundCase, error) {
	if code != "123456" {
		return nil, casefile.InvalidField("code", "party.error.phone_code")
	}
	return f.found, nil
}

func (p fakePhotos) Receive(_ context.Context, _ casefile.Actor, in Incoming, body io.Reader) (casefile.ID, error) {
	b, err := io.ReadAll(body)
	if err != nil {
		return casefile.Nil, err
	}
	if bytes.HasPrefix(b, []byte("MZ")) {
		return casefile.Nil, casefile.Fail(casefile.Invalid, "")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.received = append(p.received, b)
	p.kinds = append(p.kinds, in.Kind)
	return photoID, nil
}

func (p fakePhotos) Bundle(_ context.Context, a casefile.Actor, c casefile.ID, w io.Writer) error {
	if c != a.Case {
		return casefile.Fail(casefile.NotFound, "error.not_found")
	}
	_, err := io.WriteString(w, "PK")
	return err
}

func (p fakePhotos) Show(_ context.Context, _ casefile.Actor, c, item casefile.ID, small bool) (Picture, error) {
	if item == opaqueID {
		return Picture{}, casefile.Fail(casefile.NotFound, noCopy)
	}
	if c != caseID || item != photoID {
		return Picture{}, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	if small {
		return Picture{Type: "image/jpeg", Bytes: []byte("tile")}, nil
	}
	return Picture{Type: "image/jpeg", Bytes: []byte("jpeg")}, nil
}

func (l fakeLive) Subscribe(casefile.Tenant, casefile.ID) (<-chan int64, func()) {
	return l.news, func() {}
}

// serve makes a handler over a fake.
func serve(t *testing.T, f *fake) *Handler {
	t.Helper()
	cat, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	spool, err := upload.New(t.TempDir(), upload.Options{})
	if err != nil {
		t.Fatal(err)
	}
	site := webtest.Page(t, i18n.ZH).Site
	if f.news == nil {
		f.news = make(chan int64, 1)
	}
	return New(Config{
		Claim: func(context.Context, casefile.Actor) bool { return f.claim },
		Site:  site, Tenant: 1, Service: f, Catalogue: cat, Links: f, Gate: fakeGate{f}, Limits: fakeLimits{f}, Finder: fakeFinder{f}, Coverage: fakePlaces{f},
		Photos: fakePhotos{f}, Spool: spool, Live: fakeLive{f}, BaseURL: func(*http.Request) string { return "https://service.example.com" },
		Address: PeerAddress, MaxPhotos: 3, MaxPhotoBytes: 1000,
	})
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
	return rec
}

func post(h http.Handler, path string, values url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

func sound(t *testing.T, rec *httptest.ResponseRecorder) *webtest.Doc {
	t.Helper()
	d := webtest.Response(t, rec)
	for _, b := range webtest.Sound(d) {
		t.Error(b)
	}
	return d
}
