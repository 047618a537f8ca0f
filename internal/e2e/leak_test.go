package e2e

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"anxin/internal/app"
	"anxin/internal/backup"
	"anxin/internal/casefile"
	"anxin/internal/config"
	"anxin/internal/demo/scene"
	"anxin/internal/party"
	"anxin/internal/privacy/privacytest"
	"anxin/internal/service"
	"anxin/internal/tx"
)

// secrets are what customers say in this test. Nothing else in the product has these words.
var secrets = map[string]string{
	"name": "欧阳澹台令", "phone": "19900004567", "address": "玄圃阁七幢零三室", "words": "门锁半夜自己唱歌还念诗", "note": "客户说猫也会开锁",
	"second name": "Zebedee Quillfeather", "second phone": "19900004568", "second address": "蓬壶里九弄十一号",
}

// life is an installation in a folder of this test with everything it writes beside its data kept too.
type life struct {
	*world
	t                *testing.T
	dir, data, extra string
	logs             *os.File
	agent            string // cookie
}

func newLife(t *testing.T) *life {
	t.Helper()
	ctx := context.Background()
	l := &life{world: &world{}, t: t, dir: t.TempDir()}
	l.data, l.extra = filepath.Join(l.dir, "data"), filepath.Join(l.dir, "extra")
	if err := os.MkdirAll(l.extra, 0o700); err != nil {
		t.Fatal(err)
	}
	var err error
	if l.logs, err = os.Create(filepath.Join(l.extra, "server.log")); err != nil {
		t.Fatal(err)
	}
	cfg := config.Default()
	cfg.Notify.Mailbox = true
	log := slog.New(slog.NewJSONHandler(l.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	store, err := app.OpenStore(ctx, app.Options{Config: cfg, DataDir: l.data, Version: "test", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	core, err := app.NewCore(store)
	if err != nil {
		t.Fatal(err)
	}
	if l.Server, err = app.NewServer(core); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(core.Close(), l.logs.Close()); err != nil {
			t.Error(err)
		}
	})
	l.handler = l.Handler()
	in := service.TechnicianInput{Code: "HM-7704", Name: "王木清", Phone: "19900007704", Partner: "杭州服务站", Vehicle: "ebike", State: "active", Lng: 120.13, Lat: 30.26,
		Regions: []string{"330106"}, Skills: []service.Skill{{Kind: service.Repair, Product: "smart_lock", Level: 4}}}
	for day := time.Sunday; day <= time.Saturday; day++ {
		in.Shifts = append(in.Shifts, service.Shift{Weekday: day, From: 0, To: 1440})
	}
	if _, err := l.Service.SaveTechnician(ctx, casefile.Actor{Tenant: app.Tenant, Role: casefile.Admin, Route: "web", Lang: "zh"}, in); err != nil {
		t.Fatal(err)
	}
	var account casefile.ID
	if err := l.DB.Write(ctx, func(ctx context.Context, tr tx.Tx) (err error) {
		account, err = l.Party.Accounts.Create(ctx, tr, app.Tenant, party.NewAccount{Login: "zuoxi", Name: "周知行", Roles: []casefile.Role{casefile.Agent}})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	l.agent = l.session(t, party.Identity{Tenant: app.Tenant, Account: account, Name: "周知行", Roles: []casefile.Role{casefile.Agent}, Role: casefile.Agent, Stage: party.StageFull})
	return l
}

// do sends a request, keeps where it leads to, and answers status, place and page.
func (l *life) do(method, path, cookie, authorization, contentType, body string) (int, string, string) {
	l.t.Helper()
	rec := l.ask(l.handler, method, path, cookie, authorization, contentType, []byte(body))
	at := rec.Header().Get("Location")
	l.keep("locations.txt", at+"\n")
	return rec.Code, at, rec.Body.String()
}

func (l *life) post(path, cookie string, form url.Values) (int, string, string) {
	l.t.Helper()
	return l.do(http.MethodPost, path, cookie, "", "application/x-www-form-urlencoded", form.Encode())
}

func (l *life) keep(name, text string) {
	l.t.Helper()
	f, err := os.OpenFile(filepath.Join(l.extra, name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.WriteString(text)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		l.t.Fatal(err)
	}
}

var draftField = regexp.MustCompile(`name="draft"[^>]*value="([^"]+)"`)

// reports hands in one report by the form and one over the API with a photo; it answers the link of the first and the case of the second.
func (l *life) reports() (link string, second string) {
	l.t.Helper()
	code, _, page := l.do(http.MethodGet, "/report", "", "", "", "")
	m := draftField.FindStringSubmatch(page)
	if code != http.StatusOK || m == nil {
		l.t.Fatalf("report form: %d", code)
	}
	form := url.Values{"draft": {m[1]}, "kind": {"repair"}, "product": {"smart_lock"}, "fault": {"other"}, "words": {secrets["words"]}, "name": {secrets["name"]},
		"phone": {""}, "address": {"杭州市西湖区文三路 90 号" + secrets["address"]}, "wish": {"any"}}
	if code, _, _ = l.post("/report", "", form); code != http.StatusUnprocessableEntity { // first with a mistake: the form comes back with everything in it
		l.t.Errorf("a report without a phone: %d", code)
	}
	form.Set("phone", secrets["phone"])
	code, link, page = l.post("/report", "", form)
	if code != http.StatusSeeOther {
		l.t.Fatalf("report: %d %s", code, regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " "))
	}
	_, _, page = l.do(http.MethodPost, "/api/v1/drafts", "", "", "application/json", "{}")
	draft := regexp.MustCompile(`"draft":"([^"]+)"`).FindStringSubmatch(page)
	where := regexp.MustCompile(`"case":"([^"]+)"`).FindStringSubmatch(page)
	if draft == nil || where == nil {
		l.t.Fatalf("draft: %s", page)
	}
	img, err := scene.JPEG(scene.Options{Subject: "smart_lock", Seed: 5, Width: 300, Fault: true})
	if err != nil {
		l.t.Fatal(err)
	}
	code, _, page = l.do(http.MethodPut, "/api/v1/evidence/"+where[1]+"?kind=report_photo&draft="+url.QueryEscape(draft[1]), "", "", "application/octet-stream", string(img))
	item := regexp.MustCompile(`"id":"([^"]+)"`).FindStringSubmatch(page)
	if code != http.StatusCreated || item == nil {
		l.t.Fatalf("photo: %d %s", code, page)
	}
	body := fmt.Sprintf(`{"kind":"repair","product":"smart_lock","fault":"other","words":%q,"urgency":"express","name":%q,"phone":%q,"address":%q,"draft":%q,"photos":[%q]}`,
		secrets["words"], secrets["second name"], secrets["second phone"], "杭州市西湖区"+secrets["second address"], draft[1], item[1])
	if code, _, page = l.do(http.MethodPost, "/api/v1/requests", "", "", "application/json", body); code != http.StatusCreated {
		l.t.Fatalf("report over the API: %d %s", code, page)
	}
	l.do(http.MethodPost, "/api/v1/requests", "", "", "application/json", strings.Replace(body, `"kind":"repair"`, `"kind":"`+secrets["name"]+`"`, 1)) // refused, with the words in it
	l.do(http.MethodPost, "/api/v1/requests", "", "", "application/json", "{"+body)
	return strings.TrimPrefix(link, "/s/"), where[1]
}

// desk searches, opens, reveals and notes.
func (l *life) desk() {
	l.t.Helper()
	for _, q := range []string{secrets["name"], secrets["phone"], "…4567", secrets["second name"]} {
		if code, _, _ := l.post("/desk/search", l.agent, url.Values{"q": {q}}); code != http.StatusOK && code != http.StatusSeeOther {
			l.t.Errorf("search: %d", code)
		}
	}
	hits, err := l.Service.Search(context.Background(), casefile.Actor{Tenant: app.Tenant, Role: casefile.Agent, ID: l.Source.NewID()}, secrets["phone"])
	if err != nil || len(hits) != 1 {
		l.t.Fatalf("%d hits for the phone: %v", len(hits), err)
	}
	number := hits[0].Number.String()
	at := "/desk/c/" + number
	revealed := false
	for _, field := range []string{"phone", "name", "address", "words"} {
		code, _, page := l.post(at+"/reveal", l.agent, url.Values{"field": {field}, "reason": {"call_customer"}, "words": {secrets["note"]}})
		revealed = revealed || code == http.StatusOK && strings.Contains(page, secrets["phone"])
		if code >= 500 {
			l.t.Errorf("reveal %s: %d", field, code)
		}
	}
	if !revealed {
		l.t.Error("no reveal answered the phone in clear: the reason or field of this test is not one of the desk's")
	}
	if code, to, _ := l.post(at+"/note", l.agent, url.Values{"note": {secrets["note"] + "，" + secrets["name"]}, "idem": {strings.Repeat("n", 32)}}); code != http.StatusSeeOther {
		l.t.Errorf("note: %d %s", code, to)
	}
	l.do(http.MethodGet, at, l.agent, "", "", "")
}

// mishaps are requests that go wrong with personal data in them, also where nobody should put any.
func (l *life) mishaps() {
	for _, s := range secrets {
		e := url.QueryEscape(s)
		l.do(http.MethodGet, "/desk?q="+e, l.agent, "", "", "")
		l.do(http.MethodGet, "/api/v1/requests?phone="+e, "", "", "", "")
		l.do(http.MethodGet, "/s/"+url.PathEscape(s), "", "", "", "")
		l.do(http.MethodGet, "/nowhere/"+url.PathEscape(s), "", "", "", "")
		l.do(http.MethodGet, "/api/v1/verify/technicians/"+url.PathEscape(s), "", "", "", "")
		l.do(http.MethodGet, "/", "", "Bearer "+e, "", "")
		l.post("/login", "", url.Values{"login": {s}, "password": {s}})
		l.post("/coverage", "", url.Values{"places": {s}, "address": {s}})
	}
	for range 3 {
		l.post("/find", "", url.Values{"phone": {secrets["phone"]}})
	}
}

// backup makes a backup and unpacks it as somebody with its key would, without the master key.
func (l *life) backup() {
	l.t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		l.t.Fatal(err)
	}
	var sealed bytes.Buffer
	if _, err := backup.Write(context.Background(), &sealed, l.DB, l.data, backup.Manifest{Version: "test", Created: l.Source.Now()}, id.Recipient()); err != nil {
		l.t.Fatal(err)
	}
	l.keep("backup.age", sealed.String())
	plain, err := age.Decrypt(&sealed, id)
	if err != nil {
		l.t.Fatal(err)
	}
	dump := false
	for r := tar.NewReader(plain); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		b, readErr := io.ReadAll(r)
		if err = errors.Join(err, readErr); err != nil {
			l.t.Fatal(err)
		}
		dump = dump || h.Name == "database.jsonl.gz" && len(b) > 1000
		l.keep("backup-"+strings.ReplaceAll(h.Name, "/", "_"), string(b))
	}
	if !dump {
		l.t.Error("the backup has no database: nothing was looked at")
	}
}

// TestNothingPersonalIsWrittenInClear lives a little life with names, phones, addresses and words that are found nowhere else, and looks for them in every form in
// everything that was written: database, WAL, files and their names, logs, metrics, URLs, the exported log, and the unpacked backup.
func TestNothingPersonalIsWrittenInClear(t *testing.T) {
	l := newLife(t)
	link, _ := l.reports()
	l.drain(t)
	l.do(http.MethodGet, "/s/"+link, "", "", "", "")
	l.desk()
	l.mishaps()
	l.drain(t)
	if err := l.Ledger.TickAll(context.Background()); err != nil {
		t.Fatal(err)
	}
	_, _, metrics := l.do(http.MethodGet, "/metrics", "", "", "", "")
	if !strings.Contains(metrics, "anxin_http_requests_total") {
		t.Error("no metrics")
	}
	l.keep("metrics.txt", metrics)
	l.backup()
	if st, err := os.Stat(filepath.Join(l.extra, "server.log")); err != nil || st.Size() < 1000 {
		t.Errorf("the log was not written: %v", err)
	}
	if st, err := os.Stat(filepath.Join(l.data, "anxin.db-wal")); err != nil || st.Size() == 0 {
		t.Errorf("no WAL to look at: %v", err)
	}
	planted := privacytest.Plant(secrets)
	planted.MustBeClean(t, l.data, l.extra)

	// It can fail: the same look finds each secret once it lies there.
	for name, s := range secrets {
		l.keep("oops.txt", `{"field":"`+s+`"}`)
		leaks, _, _, err := planted.Find(l.extra)
		found := false
		for _, k := range leaks {
			found = found || k.Secret == name
		}
		if err != nil || !found {
			t.Errorf("%s was planted and not found: %v", name, err)
		}
	}
}
