package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anxin/internal/app"
	"anxin/internal/casefile"
	"anxin/internal/demo"
	"anxin/internal/demo/scene"
	"anxin/internal/order"
	"anxin/internal/party"
	"anxin/internal/tx"

	"github.com/chromedp/chromedp"
)

// shop is the merchant of the browser test.
var shop = casefile.ID{1, 0x9a, 0x52, 6: 0x70, 8: 0x80, 15: 7}

// TestClaimInTheBrowser drives a whole claim in real Chromium, once in each language: a buyer files with the seller's own picture and cracks drawn on it; the
// merchant contests with the packing photograph; a reviewer writes a first impression before seeing any signal and finds it forged; a second one agrees; the
// letter is read, the buyer appeals, the merchant responds, and a third person upholds. Nobody of them is anybody else.
func TestClaimInTheBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	h := newHouse(t)
	h.openShop(t)
	b := browser(t)
	for i, lang := range []string{"zh", "en"} {
		t.Run(lang, func(t *testing.T) { claimed(t, h, b, lang, i) })
	}
}

func claimed(t *testing.T, h *house, b context.Context, lang string, n int) {
	link := h.sell(t, n)
	buyer, merchant := h.person(t, b, "buyer-"+lang, 390), h.person(t, b, "merchant-"+lang, 1280)
	buyer.lang(lang)
	number := buyer.claim(link)
	if got, _ := eval[string](buyer.ctx, `document.documentElement.lang`); !strings.HasPrefix(got, lang) {
		t.Errorf("the receipt is in %q, not in %q", got, lang)
	}
	merchant.staff("shangjia", lang, "/merchant")
	merchant.contest(number)
	buyer.open(link + "/claim")
	buyer.see(`a[href$="/claim/comment"]`)
	buyer.open(link + "/claim/comment")
	buyer.set(`textarea[name="words"]`, "照片是我自己拍的。")
	buyer.press(`main form button[type="submit"]`)

	first := h.person(t, b, "first-"+lang, 1440)
	first.staff("shenhe", lang, "/review")
	first.next(number)
	first.noSignals()
	first.impress("undecided")
	first.findForged()
	first.nothingToTake()

	second := h.person(t, b, "second-"+lang, 1440)
	second.staff("fuhe", lang, "/review")
	second.next(number)
	second.noSignals()
	second.impress("buyer")
	second.agree()

	buyer.open(link + "/claim")
	buyer.see(`a[href*="/claim/letter"]`)
	buyer.letter(link+"/claim/letter", number)
	buyer.see(`a[href$="/claim/appeal"]`)
	buyer.appeal(link)
	merchant.respond(number)

	third := h.person(t, b, "third-"+lang, 1440)
	third.staff("shensu", lang, "/review")
	third.next(number)
	third.impress("undecided")
	third.fill("uphold_words", "两次审核的依据与照片一致，上诉没有提供新的照片，维持原决定。")
	third.press(`form[action$="/act/uphold"] button[type="submit"]`)

	buyer.open(link + "/claim")
	buyer.run("the claim is final", `new Promise(r => { let n = 0; const look = () => document.querySelector('a[href$="/claim/appeal"], a[href$="/claim/withdraw"]') === null ? r(true) : n++ > 50 ? r(false) : setTimeout(look, 100); look() })`)
	h.isFinal(t, link)
}

// openShop makes the merchant, the reviewers and their log-ins.
func (h *house) openShop(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	admin := casefile.Actor{Tenant: app.Tenant, Role: casefile.Admin, Route: "web", Lang: "zh"}
	_, err := h.Orders.Book.ChangeMerchant(ctx, admin, shop, "禾木旗舰店", order.TierStandard)
	must(t, err)
	phc, err := h.Party.Passwords.Hash(ctx, demo.Password)
	must(t, err)
	for _, n := range []party.NewAccount{
		{Login: "shangjia", Name: "宋时雨", Roles: []casefile.Role{casefile.Merchant}, Merchant: shop, PHC: phc},
		{Login: "shenhe", Name: "沈知白", Roles: []casefile.Role{casefile.Reviewer}, PHC: phc},
		{Login: "fuhe", Name: "陆照川", Roles: []casefile.Role{casefile.Reviewer}, PHC: phc},
		{Login: "shensu", Name: "顾行简", Roles: []casefile.Role{casefile.Reviewer}, PHC: phc},
	} {
		must(t, h.DB.Write(ctx, func(ctx context.Context, t tx.Tx) error {
			_, err := h.Party.Accounts.Create(ctx, t, app.Tenant, n)
			return err
		}))
	}
}

// sell makes an order with its catalogue and packing photographs, sealed before anybody complains, and answers the buyer's link.
func (h *house) sell(t *testing.T, n int) string {
	t.Helper()
	ctx := context.Background()
	a := casefile.Actor{Tenant: app.Tenant, Role: casefile.Merchant, Merchant: shop, Route: "api", Lang: "zh"}
	now := time.Now().UTC()
	listing, err := h.Orders.Book.PutListing(ctx, a, order.NewListing{Code: fmt.Sprintf("E2E-%d", n), Product: "禾木智能门锁 S3", Category: "smart_lock"})
	must(t, err)
	catalogue := scene.Options{Subject: "smart_lock", Seed: uint64(70 + n), Width: 800}
	h.refer(t, a, order.Incoming{Listing: listing.ID, Kind: order.CataloguePhoto}, catalogue)
	put, err := h.Orders.Book.Put(ctx, a, order.NewOrder{Number: fmt.Sprintf("HM26E2E%04d", n), Name: "李禾生", Phone: fmt.Sprintf("1990000777%d", n), Product: "禾木智能门锁 S3", Code: "smart_lock",
		Category: "smart_lock", Province: "33", Listing: listing.Code, Price: 89900, Paid: now.AddDate(0, 0, -6), Shipped: now.AddDate(0, 0, -5), Delivered: now.AddDate(0, 0, -1), Lang: "zh"})
	must(t, err)
	h.refer(t, a, order.Incoming{Order: put.Order.ID, Kind: order.PackingPhoto}, scene.Options{Subject: "smart_lock", Seed: uint64(170 + n), Width: 800})
	cracked := catalogue
	cracked.Crack = scene.DrawnCrack
	img, err := scene.JPEG(cracked)
	must(t, err)
	h.photo = filepath.Join(t.TempDir(), "claim.jpg")
	must(t, os.WriteFile(h.photo, img, 0o600))
	var token string
	must(t, h.DB.Write(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		token, err = h.Party.Links.Issue(ctx, t, app.Tenant, put.Order.Case)
		return err
	}))
	return "/s/" + token
}

func (h *house) refer(t *testing.T, a casefile.Actor, in order.Incoming, o scene.Options) {
	t.Helper()
	img, err := scene.JPEG(o)
	must(t, err)
	_, err = h.Orders.Book.AddReference(context.Background(), a, in, bytes.NewReader(img))
	must(t, err)
}

// claim files one and answers the case number.
func (p *person) claim(link string) (number string) {
	p.t.Helper()
	p.open(link + "/claim/new")
	p.choose("reason", "damaged")
	p.set(`textarea[name="story"]`, "开箱面板就是裂的，从上面一直裂到中间。")
	p.choose("wish", "refund_only")
	p.step("add a photo", chromedp.SetUploadFiles(`input[type="file"]`, []string{p.h.photo}))
	p.see(`ax-upload li input[type="hidden"][value]`)
	p.choose("declared", "none")
	p.press(`button[name="act"][value="review"]`)
	p.see(`button[name="act"][value="send"]`)
	p.press(`button[name="act"][value="send"]`)
	where, err := eval[string](p.ctx, `location.pathname`)
	if err != nil || !strings.HasSuffix(where, "/claim/receipt") {
		p.fail("no receipt: %s %v", where, err)
	}
	number, err = eval[string](p.ctx, `(document.body.innerText.match(/\d{6}-\d{5}-\d/) || [''])[0]`)
	if err != nil || number == "" {
		p.fail("the receipt has no number: %v", err)
	}
	return number
}

// choose picks a radio button by its value.
func (p *person) choose(name, value string) {
	p.t.Helper()
	p.run("choose "+name+" "+value, fmt.Sprintf(`(() => { const e = [...document.getElementsByName(%q)].find(e => e.value === %q); if (!e || e.disabled) return false; e.click(); return e.checked })()`, name, value))
}

// fill types into a field by its name.
func (p *person) fill(name, value string) { p.t.Helper(); p.set(`[name="`+name+`"]`, value) }

// staff logs somebody in who works here.
func (p *person) staff(login, lang, home string) {
	p.t.Helper()
	p.lang(lang)
	p.open("/login")
	p.logIn(login)
	p.open(home)
}

func (p *person) contest(number string) {
	p.t.Helper()
	p.openClaim(number)
	page, err := eval[string](p.ctx, `document.body.innerText`)
	if err != nil || strings.Contains(page, "李禾生") || strings.Contains(page, "1990000777") {
		p.fail("the merchant sees who the buyer is: %v", err)
	}
	where, err := eval[string](p.ctx, `location.pathname`)
	if err != nil {
		p.fail("%v", err)
	}
	p.open(where + "/contest")
	p.run("choose a reason", `(() => { const e = document.querySelector('[name="reason"]'); if (!e) return false; e.click(); return true })()`)
	p.set(`textarea[name="words"]`, "发货前拍过照，面板完好；买家的照片和商品页的图是同一张。")
	p.run("point at the references", `(() => { const all = [...document.querySelectorAll('input[name="references"]')]; all.forEach(e => e.click()); return all.length > 0 })()`)
	p.press(`main form button[type="submit"]`)
	if where, _ := eval[string](p.ctx, `location.pathname`); strings.HasSuffix(where, "/contest") {
		p.fail("the answer was not taken")
	}
}

// openClaim goes from the inbox to a claim.
func (p *person) openClaim(number string) {
	p.t.Helper()
	href := ""
	for range 40 {
		p.open("/merchant")
		var err error
		if href, err = eval[string](p.ctx, fmt.Sprintf(`(([...document.querySelectorAll('tr, li, article')].find(e => e.textContent.includes(%q)) || document.createElement('p')).querySelector('a[href^="/merchant/"]') || {getAttribute: () => ''}).getAttribute('href')`, number)); err != nil {
			p.fail("%v", err)
		}
		if href != "" {
			break
		}
		time.Sleep(250 * time.Millisecond) // until the checks are done and notice is served
	}
	if href == "" {
		p.fail("the inbox has no claim %s", number)
	}
	p.open(href)
}

// next takes the most urgent claim; there is no way to choose.
func (p *person) next(number string) {
	p.t.Helper()
	for range 40 {
		p.open("/review")
		if ready, _ := eval[bool](p.ctx, `!!document.querySelector('form[action="/review/next"] button')`); ready {
			p.press(`form[action="/review/next"] button`)
			break
		}
		time.Sleep(250 * time.Millisecond)
	}
	p.see(`[data-review] h1 .case-number`)
	if got := p.text(`h1 .case-number`); !strings.Contains(got, number) {
		p.fail("the next case is %q, want %s", got, number)
	}
}

// noSignals looks that nothing of any detector is on the page, nor in what the server sent.
func (p *person) noSignals() {
	p.t.Helper()
	p.run("blind first", `!document.querySelector('#signals, .rv-sig') && !document.querySelector('form[action$="/act/decide"], form[action$="/act/agree"]')`)
}

func (p *person) impress(leaning string) {
	p.t.Helper()
	p.run("lean", fmt.Sprintf(`(() => { const all = [...document.getElementsByName('impress_leaning')]; const e = all.find(e => e.value === %q) || all[0]; if (!e) return false; e.click(); return e.checked })()`, leaning))
	p.fill("impress_words", "先看了申请的照片和商品图：裂痕的走向和光影还要再比对。")
	p.press(`form[action$="/act/impress"] button[type="submit"]`)
	p.see(`#signals`)
}

func (p *person) findForged() {
	p.t.Helper()
	p.run("a signal says that the picture is the catalogue's", `[...document.querySelectorAll('.rv-sig')].length > 0`)
	p.choose("remedy", "forged")
	p.run("reasons and grounds", `(() => {
		const reason = document.querySelector('input[name="reasons"]'); if (!reason) return false; reason.click();
		const seen = [...document.querySelectorAll('input[name="see"]')].filter(e => e.value !== 'statement' && e.value !== 'inspection'); if (seen.length < 2) return false;
		['match', 'context'].forEach((g, i) => { seen[i].click(); const s = document.querySelector('select[name="group_' + seen[i].value + '"]'); s.value = g; });
		for (const name of ['burden', 'beyond']) { const e = document.querySelector('input[name="' + name + '"]'); if (!e.checked) e.click(); }
		return true })()`)
	p.fill("words", "申请照片与商品页照片为同一张，裂痕为后加；装箱照片显示面板完好。")
	p.fill("on_buyer", "买家称开箱即裂，但照片与商品页照片逐点一致，不是开箱后拍摄。")
	p.fill("on_merchant", "商家提供的装箱照片在申请之前封存，予以采信。")
	p.press(`form[action$="/act/decide"] button[type="submit"]:not(.no-js)`)
	if where, _ := eval[string](p.ctx, `location.pathname`); where != "/review" {
		p.fail("the proposal was not taken")
	}
}

// nothingToTake: who acted in a claim does not get it again.
func (p *person) nothingToTake() {
	p.t.Helper()
	p.open("/review")
	if there, _ := eval[bool](p.ctx, `!!document.querySelector('form[action="/review/next"] button')`); there {
		p.press(`form[action="/review/next"] button`)
	}
	p.run("the first reviewer cannot be the second", `location.pathname.startsWith('/review') && !document.querySelector('h1 .case-number') && !document.querySelector('.rvq-mine')`)
}

func (p *person) agree() {
	p.t.Helper()
	p.fill("agree_words", "独立比对后结论相同：两组证据互相独立，双方都已陈述。")
	p.run("the standard of proof", `(() => { const e = document.querySelector('input[name="agree_beyond"]'); if (e && !e.checked) e.click(); return true })()`)
	p.press(`form[action$="/act/agree"] button[type="submit"]`)
	if where, _ := eval[string](p.ctx, `location.pathname`); where != "/review" {
		p.fail("the agreement was not taken")
	}
}

// letter reads the decision: as a page and as a PDF.
func (p *person) letter(path, number string) {
	p.t.Helper()
	p.open(path)
	page, err := eval[string](p.ctx, `document.querySelector('main').innerText`)
	if err != nil || !strings.Contains(page, number) || strings.Contains(page, "李禾生") || strings.Contains(page, "1990000777") {
		p.fail("the letter has no number, or a name in clear: %v", err)
	}
	pdf, err := eval[string](p.ctx, `(async () => { const a = document.querySelector('a[href$="/pdf"]'); if (!a) return 'no link'; const r = await fetch(a.href); const b = await r.text(); return r.status + ' ' + r.headers.get('content-type') + ' ' + b.slice(0, 5) })()`)
	if err != nil || pdf != "200 application/pdf %PDF-" {
		p.fail("the letter as PDF: %q %v", pdf, err)
	}
	p.open(strings.TrimSuffix(path, "/letter"))
}

func (p *person) appeal(link string) {
	p.t.Helper()
	p.open(link + "/claim/appeal")
	p.run("choose a reason", `(() => { const e = document.querySelector('[name="reason"]'); if (!e) return false; e.click(); return true })()`)
	p.set(`textarea[name="words"]`, "照片真是我拍的，请再看一次。")
	p.press(`main form button[type="submit"]`)
	if where, _ := eval[string](p.ctx, `location.pathname`); strings.HasSuffix(where, "/appeal") {
		p.fail("the appeal was not taken")
	}
}

func (p *person) respond(number string) {
	p.t.Helper()
	p.openClaim(number)
	p.see(`a[href$="/respond"]`)
	where, err := eval[string](p.ctx, `location.pathname`)
	if err != nil {
		p.fail("%v", err)
	}
	p.open(where + "/respond")
	p.set(`textarea[name="words"]`, "没有补充，以已提交的照片为准。")
	p.press(`main form button[type="submit"]`)
}

// isFinal asks the database: both decisions were made by different people, and the claim is final.
func (h *house) isFinal(t *testing.T, link string) {
	t.Helper()
	ctx := context.Background()
	a, err := h.Party.Links.Actor(ctx, strings.TrimPrefix(link, "/s/"))
	must(t, err)
	st, err := h.Claims.Status(ctx, a, a.Case)
	must(t, err)
	if st.State != "final" {
		t.Errorf("the claim is %s", st.State)
	}
}
