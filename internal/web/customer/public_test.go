package customer

import (
	"encoding/csv"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/web/webtest"
)

func TestCoverageAnswersAPastedList(t *testing.T) {
	f := &fake{rows: []CoverageRow{{Typed: "杭州西湖区", Path: "浙江省 / 杭州市 / 西湖区", Code: "330106", Covered: true, Technicians: 4, Earliest: webtest.StoryTime()}, {Typed: "x"}}}
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

// A line that may be several places offers them as buttons that work without scripts; what was chosen goes with the next question and into the file.
func TestCoverageAsksDidYouMean(t *testing.T) {
	f := &fake{rows: []CoverageRow{
		{Typed: "x"},
		{Typed: "鼓楼区", Several: 4, Note: service.Text{ZH: "可能指4个地方"}, Choices: []PlaceChoice{{Code: "320106", Path: "江苏省 / 南京市 / 鼓楼区"}, {Code: "350102", Path: "福建省 / 福州市 / 鼓楼区"}}},
		{Typed: "西湖区", Code: "330106", Path: "浙江省 / 杭州市 / 西湖区", Chosen: true, Several: 2},
	}}
	h := serve(t, f)
	d := sound(t, post(h, "/coverage", url.Values{"places": {"x\n鼓楼区\n西湖区"}, "chosen": {"2:330106,9:x,300:330106,-1:330106"}, "pick": {"1:320106"}}))
	if want := (Chosen{1: "320106", 2: "330106"}); !maps.Equal(f.query.Chosen, want) {
		t.Errorf("chosen %v, want %v", f.query.Chosen, want)
	}
	d.Has(`form#again input[name="chosen"][value="1:320106,2:330106"]`)
	d.Has(`button[form="again"][name="pick"][value="1:350102"]`)
	d.Has(`button[form="again"][name="pick"][value="2:"]`)
	d.HasText("td", "还有 2 个同名的地方")
	post(h, "/coverage", url.Values{"places": {"x\n鼓楼区\n西湖区"}, "chosen": {"2:330106"}, "pick": {"2:"}})
	if len(f.query.Chosen) != 0 {
		t.Errorf("a choice taken back is still there: %v", f.query.Chosen)
	}
}

func TestCoverageTakesAnEnumerationApart(t *testing.T) {
	for text, want := range map[string][]string{
		"昆山、太仓、 常熟":       {"昆山", "太仓", "常熟"},
		"杭州市西湖区文三路1号、2号":  {"杭州市西湖区文三路1号、2号"},
		"西湖区；余杭区;临平区\n\n": {"西湖区", "余杭区", "临平区"},
	} {
		if got, more := linesOf(text); !slices.Equal(got, want) || more != 0 {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestCoverageFileIsSafeForSpreadsheets(t *testing.T) {
	f := &fake{rows: []CoverageRow{
		{Typed: "=HYPERLINK(\"http://evil.example\",\"西湖区\")"}, {Typed: "+86"}, {Typed: "　@西湖区"}, {Typed: "-1"}, {Typed: "＝1"}, {Typed: "\t=1"},
		{Typed: "说“你好”,西湖区", Code: "330106", Path: "浙江省 / 杭州市 / 西湖区", Covered: true, Technicians: 2, Version: "2026.04"},
	}}
	rec := post(serve(t, f), "/coverage", url.Values{"places": {"x"}, "as": {"csv"}})
	if ct := rec.Header().Get("Content-Type"); rec.Code != 200 || !strings.HasPrefix(ct, "text/csv") || !strings.Contains(rec.Header().Get("Content-Disposition"), ".csv") {
		t.Fatalf("%d %s %s", rec.Code, ct, rec.Header().Get("Content-Disposition"))
	}
	body, bom := strings.CutPrefix(rec.Body.String(), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || !bom || len(rows) != 8 {
		t.Fatalf("%v, byte order mark %v, %d rows", err, bom, len(rows))
	}
	for _, r := range rows {
		for _, c := range r {
			if c = strings.TrimLeft(c, " \u3000"); c != "" && strings.ContainsRune("=+-@\t＝＋－＠", []rune(c)[0]) {
				t.Errorf("a spreadsheet would take %q for a formula", c)
			}
		}
	}
	if last := rows[7]; last[0] != "说“你好”,西湖区" || last[1] != "330106" || last[6] != "2" || last[8] != "2026.04" {
		t.Errorf("%q", last)
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
