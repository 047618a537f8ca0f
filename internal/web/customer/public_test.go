package customer

import (
	"net/url"
	"strings"
	"testing"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/web/webtest"
)

func TestCoverageAnswersAPastedList(t *testing.T) {
	f := &fake{rows: []CoverageRow{{Typed: "杭州西湖区", Path: "浙江省 / 杭州市 / 西湖区", Covered: true, Technicians: 4, Earliest: webtest.StoryTime()}, {Typed: "x"}}}
	h := serve(t, f)
	sound(t, get(h, "/coverage")).Has(`form[method="post"][action="/coverage"] textarea[name="places"]`)
	rec := post(h, "/coverage", url.Values{"places": {" 杭州西湖区 \r\n\r\nx" + strings.Repeat("\ny", 250)}, "kind": {"repair"}})
	d := sound(t, rec)
	d.HasText("td", "4 位师傅")
	d.HasText("main", "还有 52 行没有查")
	if len(f.asked) != maxPlaces || f.asked[0] != "杭州西湖区" {
		t.Errorf("%d places, %q", len(f.asked), f.asked[0])
	}
	if rec := post(h, "/coverage", url.Values{"places": {" \n "}}); rec.Code != 422 {
		t.Errorf("nothing asked: %d", rec.Code)
	}
	limited := serve(t, &fake{limit: map[party.LimitKind]bool{party.LimitLookup: true}})
	if rec := post(limited, "/coverage", url.Values{"places": {"x"}}); rec.Code != 429 {
		t.Errorf("rate limit: %d", rec.Code)
	}
}

func TestVerifyTakesTheCodeForWhatItIs(t *testing.T) {
	h := serve(t, &fake{})
	sound(t, get(h, "/verify")).HasNot(".verdict")
	for code, want := range map[string][2]string{
		"HM-1042":            {".verdict.t-ok", "是我们的师傅"},
		"hm-1042":            {".verdict.t-ok", "周**"},
		"HM-9999":            {".verdict.t-danger", "没有这个工号"},
		"D-7K2M-94QX-T3HD":   {".verdict.t-ok", "3914"},
		"d-7k2m-94qx-0000":   {".verdict.t-danger", "没有这张单据"},
		"400-000-0000":       {".verdict.t-ok", "官方热线"},
		"400 000 9999":       {".verdict.t-danger", "不要付款"},
		"BC2-000773100":      {".verdict.t-danger", "不止一次"},
		"BC2-000773199-LONG": {".verdict.t-warn", "没有登记过"},
	} {
		d := sound(t, get(h, "/verify?code="+url.QueryEscape(code)))
		d.HasText(want[0], want[1])
	}
	d := sound(t, get(h, "/verify?code="+url.QueryEscape(`"><script>alert(1)</script>`)))
	if strings.Contains(d.Raw, "<script>alert") {
		t.Error("the code is not escaped")
	}
}

func TestVerifyFromTheOwnPageSaysWhetherExpected(t *testing.T) {
	d := sound(t, get(serve(t, &fake{status: working()}), private+"/verify?code=HM-1042"))
	d.HasText(".verdict", "现在应该到您这一单")
	d.Has(`a.backlink[href="/s/good-link-token"]`)
}

func TestFindSaysTheSameForEveryPhone(t *testing.T) {
	f := &fake{found: []party.FoundCase{{Number: "261124483914", Token: "tok1"}, {Number: "260818204176", Token: "tok2"}}}
	h := serve(t, f)
	sound(t, get(h, "/find"))
	known := post(h, "/find", url.Values{"phone": {"19900000001"}})
	unknown := post(h, "/find", url.Values{"phone": {"19900000002"}})
	if known.Code != 200 || known.Body.String() != unknown.Body.String() {
		t.Error("a known phone can be told from an unknown one")
	}
	if rec := post(h, "/find", url.Values{"phone": {"1"}}); rec.Code != 422 {
		t.Errorf("no phone: %d", rec.Code)
	}
	challenge := casefile.ID{3, 3, 3}.String()
	rec := post(h, "/find/code", url.Values{"challenge": {challenge}, "code": {"000000"}})
	if rec.Code != 422 {
		t.Fatal(rec.Code)
	}
	d := sound(t, rec)
	d.HasText("#code-error", "验证码不对")
	if d.Attr(`input[name="challenge"]`, "value") != challenge {
		t.Error("the challenge is lost")
	}
	d = sound(t, post(h, "/find/code", url.Values{"challenge": {challenge}, "code": {"123456"}}))
	d.Has(`a.door[href="/s/tok2"]`)
	f.found = f.found[:1]
	if rec := post(h, "/find/code", url.Values{"challenge": {challenge}, "code": {"123456"}}); rec.Code != 303 || rec.Header().Get("Location") != "/s/tok1" {
		t.Errorf("one case: %d", rec.Code)
	}
	if rec := post(h, "/find/code", url.Values{"challenge": {"x"}, "code": {"123456"}}); rec.Code != 422 {
		t.Errorf("no challenge: %d", rec.Code)
	}
}

func TestHome(t *testing.T) {
	d := sound(t, get(serve(t, &fake{}), "/"))
	d.Has(`a.btn-primary[href="/report"]`)
	d.HasNot(`meta[name="robots"]`)
}
