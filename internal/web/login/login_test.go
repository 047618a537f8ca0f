package login_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/notify"
	"anxin/internal/party"
	"anxin/internal/party/partydb"
	"anxin/internal/privacy"
	"anxin/internal/privacy/privacydb"
	"anxin/internal/web/guard"
	"anxin/internal/web/login"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
	"anxin/internal/web/webtest"
)

func TestStories(t *testing.T) { webtest.Stories(t, login.Stories()) }

const (
	tenant   casefile.Tenant = 1
	password                 = "grey lamp over the door"
)

var ctx = context.Background()

// server is the log-in pages behind the real guard, on a real database.
type server struct {
	t        *testing.T
	url      string
	accounts *party.Accounts
	sessions *party.Sessions
	mail     *mails

	mu  sync.Mutex
	now time.Time
}

func (s *server) advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// mails stands for notify.
type mails struct{ page notify.MailPage }

func (m *mails) List(context.Context, casefile.Tenant, notify.Cursor, int) (notify.MailPage, error) {
	return m.page, nil
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newServer(t *testing.T, required bool, demo bool) *server {
	t.Helper()
	return serverOn(t, dbtest.SQLite(t), required, demo)
}

func serverOn(t *testing.T, d *db.DB, required, demo bool) *server {
	t.Helper()
	s := &server{t: t, now: time.Date(2026, 11, 24, 6, 5, 0, 0, time.UTC), mail: &mails{}}
	src := casefile.Source{Clock: func() time.Time {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.now
	}}
	master, err := privacy.NewMaster(src)
	check(t, err)
	keeper := privacy.New(master, privacydb.Store{}, src)
	store := partydb.Store{}
	policy := party.DefaultSessionPolicy()
	policy.Secure = false
	s.sessions = party.NewSessions(d, store, src, policy)
	passwords, err := party.NewPasswords(party.Hashing{MemoryKiB: 64, Time: 1, Threads: 1}, src, 2)
	check(t, err)
	var roles []casefile.Role
	if required {
		roles = party.RequireForStaff()
	}
	s.accounts = party.NewAccounts(d, store, s.sessions, passwords, keeper, src, party.AccountPolicy{RequireTOTP: roles})
	site, err := ui.NewSite(ui.DemoBrand())
	check(t, err)
	limits := party.NewLimits(src, nil, 0)
	access := party.NewAccessLog(d, store, src)
	gate, err := party.NewGate(access, limits, nil)
	check(t, err)
	edge := &staff.Edge{Site: site, Who: s.sessions, Gate: gate, Source: src, LogIn: "/login", Account: "/account"}
	g, err := guard.New(guard.Options{Site: site, Source: src})
	check(t, err)
	mux := http.NewServeMux()
	login.New(login.Options{Site: site, Accounts: s.accounts, Sessions: s.sessions, Edge: edge, Tenant: tenant, NoTOTP: !required}).Mount(mux, nil)
	(&login.MailboxPages{Site: site, Messages: s.mail, Access: access, Edge: edge, Tenant: tenant, Demo: demo}).Mount(mux)
	for _, home := range []string{"/desk", "/tech", "/admin"} {
		mux.Handle("GET "+home, edge.Handler(staff.Route{Action: party.CheckCoverage, Do: func(q *staff.Request) error {
			_, err := io.WriteString(q.W, "home of "+string(q.Actor.Role))
			return err
		}}))
	}
	web := httptest.NewServer(g.Handler(g.Sessions(s.sessions, mux)))
	t.Cleanup(web.Close)
	s.url = web.URL
	return s
}

func (s *server) account(name string, roles ...casefile.Role) {
	s.t.Helper()
	n := party.NewAccount{Login: name, Name: "林晓", Roles: roles}
	for _, r := range roles {
		if r == casefile.Technician {
			n.Technician = casefile.ID{1}
		}
	}
	token, _, err := s.accounts.Invite(ctx, casefile.Actor{Tenant: tenant}, n)
	check(s.t, err)
	_, err = s.accounts.Accept(ctx, token, password, "", "")
	check(s.t, err)
}

// browser is a client with cookies that follows redirects and remembers where it ended.
type browser struct {
	s      *server
	client *http.Client
	status int
	path   string
	page   string
	header http.Header
}

func (s *server) browser() *browser {
	jar, err := cookiejar.New(nil)
	check(s.t, err)
	return &browser{s: s, client: &http.Client{Jar: jar}}
}

func (b *browser) send(r *http.Request) *browser {
	b.s.t.Helper()
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	res, err := b.client.Do(r)
	check(b.s.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	check(b.s.t, err)
	b.status, b.path, b.page, b.header = res.StatusCode, res.Request.URL.RequestURI(), string(body), res.Header
	return b
}

func (b *browser) get(path string) *browser {
	b.s.t.Helper()
	r, err := http.NewRequest(http.MethodGet, b.s.url+path, nil)
	check(b.s.t, err)
	return b.send(r)
}

func (b *browser) post(path string, form ...string) *browser {
	b.s.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		v.Set(form[i], form[i+1])
	}
	r, err := http.NewRequest(http.MethodPost, b.s.url+path, strings.NewReader(v.Encode()))
	check(b.s.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.send(r)
}

func (b *browser) at(status int, path string, words ...string) *browser {
	b.s.t.Helper()
	if b.status != status || path != "" && b.path != path {
		b.s.t.Fatalf("%d at %s, want %d at %s\n%s", b.status, b.path, status, path, b.page)
	}
	for _, w := range words {
		if !strings.Contains(b.page, w) {
			b.s.t.Fatalf("%q is not on the page %s:\n%s", w, b.path, b.page)
		}
	}
	return b
}

func TestLogInWithoutSecondFactor(t *testing.T) {
	s := newServer(t, false, false)
	s.account("lin", casefile.Dispatcher, casefile.Technician)
	b := s.browser()
	b.get("/desk?tab=new").at(200, "/login?next=%2Fdesk%3Ftab%3Dnew", "两步验证已关闭")
	b.post("/login", "login", "lin", "password", "wrong password", "next", "/desk?tab=new").at(422, "/login", "账号或密码不对", `value="lin"`, "/desk?tab=new")
	if strings.Contains(b.page, "wrong password") {
		t.Error("the password is on the page")
	}
	unknown := s.browser().post("/login", "login", "lin", "password", "wrong password", "next", "").page
	known := s.browser().post("/login", "login", "nil", "password", "wrong password", "next", "").page
	if strings.ReplaceAll(unknown, `"lin"`, "") != strings.ReplaceAll(known, `"nil"`, "") {
		t.Error("the page tells whether an account exists")
	}
	b.post("/login", "login", "lin", "password", password, "next", "/desk?tab=new").at(200, "/desk?tab=new", "home of dispatcher")
	b.get("/login").at(200, "/desk")
	b.get("/account").at(200, "/account", "林晓", "Firefox · Linux", "本机", "未启用")
	b.post("/account/role", "role", "technician").at(200, "/tech?done=role", "home of technician")
	b.post("/account/role", "role", "admin").at(404, "")
	b.post("/logout").at(200, "/login?out=1", "您已退出登录")
	b.get("/desk").at(200, "/login?next=%2Fdesk")
	b.post("/account/role", "role", "technician").at(401, "/account/role", "请先登录")
}

func TestLogInPageWaits(t *testing.T) {
	s := newServer(t, false, false)
	s.account("lin", casefile.Agent)
	b := s.browser()
	for range 5 {
		b.post("/login", "login", "lin", "password", "wrong password").at(422, "/login")
	}
	b.post("/login", "login", "lin", "password", password).at(429, "/login", "试的次数太多了")
	if b.header.Get("Retry-After") != "30" {
		t.Errorf("Retry-After %q", b.header.Get("Retry-After"))
	}
	s.advance(31 * time.Second)
	b.post("/login", "login", "lin", "password", password).at(200, "/desk")
	// This browser is known now: a stranger's guesses do not lock it out.
	b.post("/logout")
	stranger := s.browser()
	for range 5 {
		stranger.post("/login", "login", "lin", "password", "wrong password")
	}
	stranger.post("/login", "login", "lin", "password", password).at(429, "/login")
	b.post("/login", "login", "lin", "password", password).at(200, "/desk")
}

var secretOnPage = regexp.MustCompile(`<code>([A-Z2-7 ]{30,})</code>`)

func (b *browser) secret() string {
	b.s.t.Helper()
	m := secretOnPage.FindStringSubmatch(b.page)
	if m == nil {
		b.s.t.Fatalf("no secret on the page:\n%s", b.page)
	}
	return strings.ReplaceAll(m[1], " ", "")
}

func (s *server) code(secret string) string {
	s.t.Helper()
	c, err := totp.GenerateCode(secret, s.now)
	check(s.t, err)
	return c
}

func TestFirstAdminToSecondLogIn(t *testing.T) {
	s := newServer(t, true, false)
	token, err := s.accounts.FirstAdmin(ctx, tenant)
	check(t, err)
	b := s.browser()
	b.get("/setup/"+token).at(200, "", "创建第一位管理员")
	if b.header.Get("Cache-Control") != "private, no-store" || b.header.Get("Referrer-Policy") != "same-origin" {
		t.Errorf("headers %v", b.header)
	}
	b.post("/join/"+token, "name", "林晓", "login", "boss", "password", "1234567890").at(422, "", "太容易被猜到", `value="boss"`, `value="林晓"`)
	b.post("/join/"+token, "name", "林晓", "login", "boss", "password", password).at(200, "/login/enrol", "设置两步验证", "<svg")
	b.get("/admin").at(200, "/login?next=%2Fadmin") // not in yet
	b.get("/login/code").at(200, "/login")
	secret := b.get("/login/enrol").secret()
	b.post("/login/enrol", "code", "000000").at(422, "/login/enrol", "验证码不对", secret[:4])
	b.post("/login/enrol", "code", s.code(secret)).at(200, "/login/enrol", "请保存备用码", `href="/admin"`)
	recovery := regexp.MustCompile(`<code>([0-9a-z]{5}-[0-9a-z]{5})</code>`).FindAllStringSubmatch(b.page, -1)
	if len(recovery) != 10 {
		t.Fatalf("%d recovery codes", len(recovery))
	}
	b.get("/admin").at(200, "/admin", "home of admin")
	s.browser().get("/setup/"+token).at(404, "", "已经用过或过期")

	other := s.browser()
	s.advance(time.Minute)
	other.post("/login", "login", "boss", "password", password, "next", "/account").at(200, "/login/code?next=%2Faccount", "输入验证码")
	other.get("/account").at(200, "/login?next=%2Faccount")
	other.post("/login/code", "code", "12", "next", "/account").at(422, "/login/code", "验证码不对")
	code := s.code(secret)
	other.post("/login/code", "code", code, "next", "/account").at(200, "/account", "我的账号", "已启用")
	third := s.browser()
	third.post("/login", "login", "boss", "password", password)
	third.post("/login/code", "code", code).at(422, "/login/code", "已经用过")
	third.post("/login/code", "code", recovery[0][1]).at(200, "/admin")

	// Three devices; end one, then all others.
	b.get("/account").at(200, "/account", `name="session"`)
	ids := regexp.MustCompile(`name="session" value="([0-9a-f]+)"`).FindAllStringSubmatch(b.page, -1)
	if len(ids) != 2 {
		t.Fatalf("%d other sessions", len(ids))
	}
	b.post("/account/sessions", "session", ids[0][1]).at(200, "/account?done=session", "已退出那台设备")
	b.post("/account/sessions", "session", "x y").at(404, "")
	b.post("/account/sessions").at(200, "/account?done=sessions")
	other.get("/account").at(200, "/login?next=%2Faccount")
	third.get("/account").at(200, "/login?next=%2Faccount")

	// A lost phone: another authenticator; the role needs one, so the log-in stands at setting it up.
	s.advance(time.Minute)
	b.post("/account/factor", "do", "remove", "code", s.code(secret)).at(200, "/login/enrol")
	b.get("/admin").at(200, "/login?next=%2Fadmin")
	if b.get("/login/enrol").secret() == secret {
		t.Error("the new authenticator has the old secret")
	}
}

func TestResetByLink(t *testing.T) {
	s := newServer(t, false, false)
	s.account("lin", casefile.Agent)
	list, err := s.accounts.List(ctx, casefile.Actor{Tenant: tenant}, "", 10)
	check(t, err)
	token, err := s.accounts.ResetLink(ctx, casefile.Actor{Tenant: tenant}, list[0].ID)
	check(t, err)
	b := s.browser()
	b.get("/join/"+token).at(200, "", "重设密码", "lin")
	b.post("/join/"+token, "login", "someone-else", "password", "another long word 9").at(200, "/desk")
	b.post("/logout")
	b.post("/login", "login", "lin", "password", "another long word 9").at(200, "/desk")
	b.post("/account/password", "old", "wrong", "password", "a third long word 7").at(422, "/account/password", "当前密码不对")
	b.post("/account/password", "old", "another long word 9", "password", "short").at(422, "/account/password", "至少 10 个字符")
	b.post("/account/password", "old", "another long word 9", "password", "a third long word 7").at(200, "/account?done=password", "密码已修改")
	b.get("/account/enrol").at(200, "/account/enrol", "设置两步验证")
	b.post("/account/enrol", "code", s.code(b.secret())).at(200, "/account/enrol", "请保存备用码")
}

func TestNextStaysOnOurOrigin(t *testing.T) {
	s := newServer(t, false, false)
	s.account("lin", casefile.Agent)
	for _, next := range []string{
		"https://evil.example/", "//evil.example", `/\evil.example`, "/\t/evil.example", "javascript:alert(1)", "desk", "/login", "/logout", "/login/code",
		"/" + strings.Repeat("x", 600),
	} {
		b := s.browser()
		b.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
			if r.URL.Host != strings.TrimPrefix(s.url, "http://") {
				t.Errorf("next=%q leads to %s", next, r.URL)
				return http.ErrUseLastResponse
			}
			return nil
		}
		b.post("/login", "login", "lin", "password", password, "next", next).at(200, "/desk")
	}
}

func TestForeignLogInFormsAreRefused(t *testing.T) {
	s := newServer(t, false, false)
	r, err := http.NewRequest(http.MethodPost, s.url+"/login", strings.NewReader("login=a&password=b"))
	check(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	s.browser().send(r).at(403, "/login", "没有保存")
}

func TestMailbox(t *testing.T) {
	text := "【禾木家电】已受理，编号 261124-48391-7。验证码 123456，进度：https://service.example.com/s/BBBBBBBBBBBBBBBBBBBBBB"
	mail := notify.Mail{
		ID: casefile.ID{1}, Number: "261124483917", To: privacy.NewPhone("19900000001"), Body: privacy.NewWords(text), Template: "receipt", Lang: "zh",
		Created: time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC),
	}
	demo := newServer(t, false, true)
	demo.mail.page = notify.MailPage{Mails: []notify.Mail{mail, {Erased: true}}, Next: notify.Cursor{At: mail.Created, ID: mail.ID}}
	b := demo.browser().get("/mailbox").at(200, "/mailbox", "199****0001", "123456", `href="/s/BBBBBBBBBBBBBBBBBBBBBB"`, "/mailbox?before=", "261124-48391-7", "已删除")
	if strings.Contains(b.page, "19900000001") {
		t.Error("the phone is shown whole")
	}
	demo.browser().get("/mailbox?before=garbage").at(200, "")

	real := newServer(t, false, false)
	real.mail.page = demo.mail.page
	real.account("lin", casefile.Agent)
	real.account("boss", casefile.Admin)
	real.browser().get("/mailbox").at(200, "/login?next=%2Fmailbox")
	agent := real.browser().post("/login", "login", "lin", "password", password)
	agent.get("/mailbox").at(403, "/mailbox")
	admin := real.browser().post("/login", "login", "boss", "password", password)
	admin.get("/mailbox").at(200, "/mailbox", "261124-48391-7", "/s/••••••")
	if strings.Contains(admin.page, "123456") || strings.Contains(admin.page, "BBBBBBBB") {
		t.Errorf("what opens something is shown:\n%s", admin.page)
	}
}

// The device cookie and the session cookie are kept from scripts and other sites.
func TestCookies(t *testing.T) {
	s := newServer(t, false, false)
	s.account("lin", casefile.Agent)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.PostForm(s.url+"/login", url.Values{"login": {"lin"}, "password": {password}})
	check(t, err)
	defer res.Body.Close()
	if len(res.Cookies()) != 2 {
		t.Fatalf("cookies %v", res.Cookies())
	}
	for _, c := range res.Cookies() {
		if !c.HttpOnly || c.SameSite == http.SameSiteDefaultMode || c.SameSite == http.SameSiteNoneMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("%+v", c)
		}
	}
}
