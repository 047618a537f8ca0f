package e2e

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"anxin/internal/app"
	"anxin/internal/casefile"
	"anxin/internal/config"
	"anxin/internal/demo"
	"anxin/internal/demo/scene"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/tx"
)

// house is a running server in this process with one technician in 西湖区 and a desk.
type house struct {
	*app.Server
	base  string
	photo string // a photograph on disk, for file inputs
}

func newHouse(t *testing.T) *house {
	t.Helper()
	ctx := context.Background()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	o := app.DemoConfig(app.Options{Config: config.Default(), DataDir: filepath.Join(dir, "data"), Version: "test"})
	o.Config.Listen, o.Config.Limits.PerMinute = l.Addr().String(), 1000
	store, err := app.OpenStore(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	core, err := app.NewCore(store)
	if err != nil {
		t.Fatal(err)
	}
	s, err := app.NewServer(core)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{Server: s, base: "http://" + o.Config.Listen, photo: filepath.Join(dir, "photo.jpg")}
	h.people(t)
	img, err := scene.JPEG(scene.Options{Subject: "smart_lock", Seed: 3, Width: 800, Fault: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.photo, img, 0o600); err != nil {
		t.Fatal(err)
	}
	serving, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- s.Serve(serving, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
		if err := core.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return h
}

// people are the technician and the dispatcher of the house.
func (h *house) people(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	admin := casefile.Actor{Tenant: app.Tenant, Role: casefile.Admin, Route: "web", Lang: "zh"}
	in := service.TechnicianInput{Code: "HM-1405", Name: "王木清", Phone: "19900009001", Partner: "杭州服务站", Vehicle: "ebike", State: "active", Lng: 120.13, Lat: 30.26, Regions: []string{"330106"}}
	for _, k := range service.Kinds() {
		in.Skills = append(in.Skills, service.Skill{Kind: k, Product: "smart_lock", Level: 4})
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		in.Shifts = append(in.Shifts, service.Shift{Weekday: day, From: 0, To: 1440})
	}
	id, err := h.Service.SaveTechnician(ctx, admin, in)
	if err != nil {
		t.Fatal(err)
	}
	phc, err := h.Party.Passwords.Hash(ctx, demo.Password)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []party.NewAccount{
		{Login: "shifu", Name: "王木清", Roles: []casefile.Role{casefile.Technician}, Technician: id, PHC: phc},
		{Login: "diaodu", Name: "周知行", Roles: []casefile.Role{casefile.Dispatcher, casefile.Agent}, PHC: phc},
	} {
		err := h.DB.Write(ctx, func(ctx context.Context, t tx.Tx) error {
			_, err := h.Party.Accounts.Create(ctx, t, app.Tenant, n)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// person is somebody at a browser of their own.
type person struct {
	t    *testing.T
	h    *house
	name string
	ctx  context.Context
}

func (h *house) person(t *testing.T, b context.Context, name string, width int64) *person {
	return &person{t, h, name, tab(t, b, width, 844, true)}
}

// step does browser steps and keeps a picture of the page when they fail.
func (p *person) step(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := do(p.ctx, steps...); err != nil {
		p.fail("%s: %v", what, err)
	}
}

func (p *person) fail(format string, args ...any) {
	p.t.Helper()
	where, _ := eval[string](p.ctx, `location.pathname.replace(/^\/s\/[^\/]+/, '/s/…') + ' | ' + document.body.innerText.replace(/\s+/g, ' ').slice(0, 600)`)
	if dir := os.Getenv("ANXIN_SHOTS"); dir != "" {
		if png, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100)); err == nil {
			_ = os.WriteFile(filepath.Join(dir, "failed-"+p.name+".png"), png, 0o600)
		}
	}
	p.t.Fatalf("%s: %s\n\ton %s", p.name, fmt.Sprintf(format, args...), where)
}

func (p *person) open(path string) {
	p.t.Helper()
	p.step("open "+path, chromedp.Navigate(p.h.base+path))
}

// press clicks what leads to another page and waits until that page is there.
func (p *person) press(selector string) {
	p.t.Helper()
	if _, err := eval[int](p.ctx, `window.__old = 1`); err != nil {
		p.fail("press %s: %v", selector, err)
	}
	p.step("press "+selector, chromedp.Click(selector))
	for range 150 {
		if fresh, err := eval[bool](p.ctx, `window.__old !== 1 && document.readyState === 'complete'`); err == nil && fresh {
			return
		}
		time.Sleep(60 * time.Millisecond)
	}
	p.fail("nothing happened after pressing %s", selector)
}

// see waits until the page holds a selector, loading it again now and then as somebody without live updates would.
func (p *person) see(selector string) {
	p.t.Helper()
	for i := range 200 {
		if there, err := eval[bool](p.ctx, fmt.Sprintf(`!!document.querySelector(%q)`, selector)); err == nil && there {
			return
		}
		time.Sleep(100 * time.Millisecond)
		if i%15 == 14 {
			p.step("load again", chromedp.Reload())
		}
	}
	p.fail("never saw %s", selector)
}

func (p *person) text(selector string) string {
	p.t.Helper()
	s, err := eval[string](p.ctx, fmt.Sprintf(`(document.querySelector(%q) || {textContent: ''}).textContent.trim()`, selector))
	if err != nil {
		p.fail("read %s: %v", selector, err)
	}
	return s
}

// set fills fields as typing does: the value, then the events that scripts listen to.
func (p *person) set(selector, value string) {
	p.t.Helper()
	ok, err := eval[bool](p.ctx, fmt.Sprintf(`(() => { const e = document.querySelector(%q); if (!e) return false; e.focus(); e.value = %q; e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true})); return e.value === %q })()`, selector, value, value))
	if err != nil || !ok {
		p.fail("cannot set %s to %q: %v", selector, value, err)
	}
}

// run evaluates a script on the page; it must give true.
func (p *person) run(what, script string) {
	p.t.Helper()
	if ok, err := eval[bool](p.ctx, script); err != nil || !ok {
		p.fail("%s: %v", what, err)
	}
}

func (p *person) logIn(login string) {
	p.t.Helper()
	p.set("#login", login)
	p.set("#password", demo.Password)
	p.press(`form[action="/login"] button[type="submit"]`)
}

// lang switches the language for the rest of the browser's life.
func (p *person) lang(lang string) { p.t.Helper(); p.open("/?lang=" + lang) }

// TestRepairInTheBrowser drives a whole repair, from the report to the rating, in real Chromium, once in each language: a customer and a technician on phones, a
// dispatcher at a desk.
func TestRepairInTheBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	h := newHouse(t)
	b := browser(t)
	for _, lang := range []string{"zh", "en"} {
		t.Run(lang, func(t *testing.T) { repair(t, h, b, lang) })
	}
}

func repair(t *testing.T, h *house, b context.Context, lang string) {
	customer, technician := h.person(t, b, "customer-"+lang, 390), h.person(t, b, "technician-"+lang, 390)
	customer.lang(lang)
	technician.lang(lang)
	link, number := customer.report()
	if got, _ := eval[string](customer.ctx, `document.documentElement.lang`); !strings.HasPrefix(got, lang) {
		t.Errorf("the receipt is in %q, not in %q", got, lang)
	}
	technician.open("/login")
	technician.logIn("shifu")
	technician.open("/tech/offers")
	technician.see(`form[action$="/accept"] button`)
	technician.press(`form[action$="/accept"] button`)
	technician.see(`form#next`)
	technician.press(`button[form="next"]`) // set out
	technician.see(`input[name="code"]`)
	customer.open(link)
	customer.see(`[data-doorcode], .doorcode, .code`)
	customer.checkTheCaseAtTheDesk(b, lang, number)
	technician.arrive(customer)
	technician.quote()
	customer.open(link)
	customer.approve()
	technician.finish()
	customer.open(link)
	customer.signAndRate()
}

func (p *person) report() (link, number string) {
	p.t.Helper()
	p.open("/report")
	p.step("choose repair", chromedp.Click(`label[for="kind"]`))
	p.set(`#product`, "smart_lock")
	p.set(`#fault`, "smart_lock/keypad")
	p.set(`[name="address"]`, "杭州西湖区竹影巷31号2幢1单元802")
	p.set(`[name="name"]`, "李禾生")
	p.set(`[name="phone"]`, "19900001234")
	p.step("add a photo", chromedp.SetUploadFiles(`#photos`, []string{p.h.photo}))
	p.see(`ax-upload li input[name="photos_token"]`)
	p.press(`form[action="/report"] button.btn-primary`)
	where, err := eval[string](p.ctx, `location.pathname`)
	if err != nil || !strings.HasPrefix(where, "/s/") {
		p.fail("no receipt: %s %v", where, err)
	}
	number, err = eval[string](p.ctx, `(document.body.innerText.match(/\d{6}-\d{5}-\d/) || [''])[0]`)
	if err != nil || number == "" {
		p.fail("the receipt has no number: %v", err)
	}
	return strings.TrimSuffix(where, "/receipt"), number
}

// checkTheCaseAtTheDesk finds the case by its number and looks that the name is masked.
func (p *person) checkTheCaseAtTheDesk(b context.Context, lang, number string) {
	p.t.Helper()
	d := p.h.person(p.t, b, "dispatcher-"+lang, 1440)
	d.lang(lang)
	d.open("/login")
	d.logIn("diaodu")
	d.open("/desk")
	d.set(`form[action="/desk/search"] input[type="search"], form[action="/desk/search"] input[name="q"]`, number)
	d.run("send the search", `(() => { document.querySelector('form[action="/desk/search"]').requestSubmit(); return true })()`)
	for range 50 {
		time.Sleep(100 * time.Millisecond)
		if ok, err := eval[bool](d.ctx, fmt.Sprintf(`document.body.innerText.includes(%q) && location.pathname !== '/desk'`, number)); err == nil && ok {
			break
		}
	}
	page, err := eval[string](d.ctx, `document.body.innerText`)
	if err != nil || !strings.Contains(page, number) {
		d.fail("the desk does not find %s: %v", number, err)
	}
	if strings.Contains(page, "李禾生") || strings.Contains(page, "19900001234") {
		d.fail("the desk shows a name or a phone that nobody asked to reveal")
	}
}

func (p *person) arrive(customer *person) {
	p.t.Helper()
	code, err := eval[string](customer.ctx, `(document.querySelector('main').innerText.match(/(?<!\d)\d{3}\s?\d{3}(?!\d|-)/) || [''])[0].replace(/\s/g, '')`)
	if err != nil || len(code) != 6 {
		customer.fail("no door code on the page: %q %v", code, err)
	}
	p.set(`input[name="code"]`, code)
	p.press(`button[form="next"]`)
}

// quote takes one priced line of work and one part.
func (p *person) quote() {
	p.t.Helper()
	where, err := eval[string](p.ctx, `location.pathname`)
	if err != nil {
		p.fail("%v", err)
	}
	p.open(strings.TrimSuffix(where, "/") + "/quote")
	p.run("choose two lines", `(() => { const q = [...document.querySelectorAll('input[type="number"][id^="q-"]')]; if (q.length < 2) return false;
		for (const e of [q[0], q[q.length - 1]]) { e.value = '1'; e.dispatchEvent(new Event('input', {bubbles: true})); } return true })()`)
	p.press(`button.btn-primary[form="quote"]`)
}

func (p *person) approve() {
	p.t.Helper()
	p.see(`form[action$="/quote"]`)
	p.run("approve every line", `(() => { const r = [...document.querySelectorAll('form[action$="/quote"] input[type="radio"]')].filter(e => /approve|yes|agree|1/.test(e.value)); if (!r.length) return false;
		for (const e of r) e.click(); return true })()`)
	p.press(`form[action$="/quote"] button[type="submit"]`)
}

func (p *person) finish() {
	p.t.Helper()
	where, err := eval[string](p.ctx, `location.pathname.replace(/\/quote$/, '')`)
	if err != nil {
		p.fail("%v", err)
	}
	p.open(where + "/report")
	p.see(`form#report`)
	p.run("fill the report", `(() => {
		for (const s of ['fault', 'cause']) { const e = document.querySelector('select[name="' + s + '"]'); if (!e.value) e.value = [...e.options].map(o => o.value).filter(Boolean)[0]; e.dispatchEvent(new Event('change', {bubbles: true})); }
		for (const e of document.querySelectorAll('input[type="radio"][name^="check-"][value="done"]')) e.click();
		for (const e of document.querySelectorAll('input[type="checkbox"][name="line"]')) if (!e.checked) e.click();
		const none = document.querySelector('input[name="none_seen"]'); if (!none.checked) none.click();
		for (const [i, e] of [...document.querySelectorAll('input[name^="serial-"]')].entries()) { const part = document.querySelector('select[name="part-' + i + '"]'); if (part && part.value) e.value = 'HM-E2E-' + Date.now() + i; }
		return true })()`)
	p.set(`[name="work"]`, "更换键盘模组，试机三次正常。")
	for _, field := range []string{"before", "after"} {
		p.step("photo "+field, chromedp.SetUploadFiles(`input[type="file"][name^="`+field+`"]`, []string{p.h.photo}))
	}
	p.run("wait for the photos", `new Promise(r => { let n = 0; const look = () => document.querySelectorAll('form#report ax-upload li input[type="hidden"][value]').length >= 2 || !document.querySelector('form#report ax-upload[data-create]:not([data-create=""])') || n++ > 100 ? r(true) : setTimeout(look, 100); look() })`)
	p.press(`button.btn-primary[form="report"]`)
	if where, _ := eval[string](p.ctx, `location.pathname`); strings.HasSuffix(where, "/report") {
		p.fail("the report was not taken")
	}
}

func (p *person) signAndRate() {
	p.t.Helper()
	p.see(`form[action$="/sign"]`)
	p.step("agree", chromedp.Click(`form[action$="/sign"] input[name="agree"] + label, form[action$="/sign"] label[for="agree"]`))
	p.press(`form[action$="/sign"] button[type="submit"]:not([data-clear])`)
	p.see(`form[action$="/rate"]`)
	p.run("five stars", `(() => { const e = [...document.querySelectorAll('form[action$="/rate"] input[name="stars"]')].find(e => e.value === '5'); if (!e) return false; e.click(); return true })()`)
	p.press(`form[action$="/rate"] button[type="submit"]`)
	p.see(`#rate .stars`)
}
