package review

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"anxin/internal/casefile"
	"anxin/internal/check"
	"anxin/internal/claim"
	"anxin/internal/web/staff"
	"anxin/internal/web/staff/stafftest"
	"anxin/internal/web/webtest"
)

const at0 = "/review/c/" + string(number)

func as(t *testing.T, role casefile.Role, routes []staff.Route, method, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	if form != nil {
		form.Set("idem", "token-of-a-form")
	}
	return stafftest.Serve(stafftest.Edge(t, role), routes, method, path, form)
}

func get(t *testing.T, routes []staff.Route, path string) *webtest.Doc {
	t.Helper()
	return sound(t, as(t, casefile.Reviewer, routes, "GET", path, nil), 200)
}

func post(t *testing.T, routes []staff.Route, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	return as(t, casefile.Reviewer, routes, "POST", path, form)
}

func sound(t *testing.T, rec *httptest.ResponseRecorder, status int) *webtest.Doc {
	t.Helper()
	if rec.Code != status {
		t.Fatalf("status %d, want %d: %s", rec.Code, status, rec.Body.String()[:min(600, rec.Body.Len())])
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
		t.Fatalf("%d to %q, want %q: %s", rec.Code, rec.Header().Get("Location"), path, rec.Body.String()[:min(300, rec.Body.Len())])
	}
}

func one[T any](t *testing.T, f *fake) T {
	t.Helper()
	var found []T
	for _, c := range f.calls {
		if x, ok := c.(T); ok {
			found = append(found, x)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d commands of type %T among %v", len(found), *new(T), f.calls)
	}
	return found[0]
}

func TestEveryRouteAsksTheGate(t *testing.T) {
	f, routes := world(t)
	stafftest.EveryRouteAsks(t, routes, replacer, func() int { return len(f.calls) })
}

func TestRolesOfRoutes(t *testing.T) {
	_, routes := world(t)
	stafftest.RolesOf(t, routes, replacer)
}

func TestClaimsThatAreNotThere(t *testing.T) {
	f, routes := world(t)
	for _, n := range []string{"261124102939", "12"} {
		for _, r := range routes {
			method, path, _ := strings.Cut(r.Pattern, " ")
			if !strings.Contains(path, "{number}") {
				continue
			}
			var form url.Values
			if method != "GET" {
				form = url.Values{}
			}
			path = replacer.Replace(strings.Replace(path, "{number}", n, 1))
			if rec := as(t, casefile.Admin, routes, method, path, form); rec.Code != http.StatusNotFound {
				t.Errorf("%s of claim %s: %d", r.Pattern, n, rec.Code)
			}
		}
	}
	if len(f.calls) > 0 {
		t.Error(f.calls)
	}
}

func TestTheQueueHasNoList(t *testing.T) {
	f, routes := world(t)
	f.info = claim.QueueInfo{Queues: []claim.QueueCount{{Queue: "review", Waiting: 12, Overdue: 1, Nearest: webtest.StoryTime()}}}
	get(t, routes, "/review").HasNot(`form[action="/review/next"]`) // twelve wait, and none of them for this reader
	f.info.MayTake = true
	d := get(t, routes, "/review")
	d.HasText(".tile", "12")
	d.Has(`form[action="/review/next"] button[data-key="n"]`)
	d.HasNot(`a[href^="/review/c/"]`) // nothing to pick from
	goesTo(t, post(t, routes, "/review/next", url.Values{}), at0)
	f.fail = casefile.Fail(casefile.NotFound, "claim.error.queue_empty")
	goesTo(t, post(t, routes, "/review/next", url.Values{}), "/review?done=none")
	f.fail = nil
	f.info.Mine = &claim.Leased{Case: caseID, Number: number, Part: claim.PartReviewer, State: claim.InReview}
	d = get(t, routes, "/review")
	d.Has(`a[href="` + at0 + `"][data-key="n"]`)
	d.HasNot(`form[action="/review/next"]`) // one at a time
	goesTo(t, post(t, routes, "/review/find", url.Values{"number": {"261124-10293-6"}}), at0)
	sound(t, post(t, routes, "/review/find", url.Values{"number": {"1234"}}), 422).HasText(".summary", "完整的单号")
}

// Before the first impression there is nothing from any detector on the page: no signal, no rule that read one, no earlier claims of the buyer; and signals are not even asked for.
func TestBlindFirst(t *testing.T) {
	f, routes := world(t)
	d := get(t, routes, at0)
	d.Has(`form[action="` + at0 + `/act/impress"]`)
	for _, secret := range []string{"逐字节相同", "强线索组数", "强线索加长审查"} {
		if strings.Contains(d.Raw, secret) {
			t.Errorf("the page tells %q before the impression", secret)
		}
	}
	d.HasNot("#signals")
	d.HasNot("#decide")
	d.HasNot("table caption:contains('此前')")
	if f.asked != 0 {
		t.Error("signals were asked for before the impression")
	}
	// The duty sheet would tell as well: it is refused, and says why.
	if rec := as(t, casefile.Reviewer, routes, "GET", at0+"/duty", nil); rec.Code != http.StatusConflict || !strings.Contains(rec.Body.String(), "初步印象") {
		t.Errorf("the duty sheet before the impression: %d", rec.Code)
	}
	sound(t, post(t, routes, at0+"/act/impress", url.Values{"impress_leaning": {"unclear"}, "impress_words": {" "}}), 422).HasText(`a[href="#impress_words"]`, "请写看到了什么")
	goesTo(t, post(t, routes, at0+"/act/impress", url.Values{"impress_leaning": {"unclear"}, "impress_words": {"边缘太干净"}}), at0+"?done=impress")
	d = get(t, routes, at0)
	d.HasText(".rv-sig", "逐字节相同")
	d.HasText(".rv-sig", "自己拍的照片不会相同")
	d.HasText(".rv-sig", "不能说明是谁放的")
	d.HasText(".rv-trace", "强线索组数 = 2")
	d.HasText("#impressions + .rv-imp", "边缘太干净")
	if c := one[claim.Impress](t, f); c.Leaning != "unclear" || c.Words != "边缘太干净" || c.Case != caseID {
		t.Errorf("%+v", c)
	}
}

func TestPicturesSayWhatTheyAre(t *testing.T) {
	f, routes := world(t)
	d := get(t, routes, at0)
	d.HasText(`[data-pane="claim"] [data-label]`, "可能为 AI 生成合成内容")
	d.Has(`[data-pick="M1"][data-video="true"][href$="/original"]`)
	d.Has(`[data-pick="R2"][data-late="true"]`)
	if rec := as(t, casefile.Reviewer, routes, "GET", at0+"/media/"+refID.String()+"/full", nil); rec.Code != 200 {
		t.Fatal(rec.Code)
	}
	// The catalogue picture lies in the case of the listing.
	if want := listingID.String() + " " + refID.String() + " full"; !slices.Contains(f.shown, want) {
		t.Errorf("shown %q, want %q", f.shown, want)
	}
	for _, bad := range []string{demoID(0x77).String() + "/full", photoID.String() + "/raw"} {
		if rec := as(t, casefile.Reviewer, routes, "GET", at0+"/media/"+bad, nil); rec.Code != http.StatusNotFound {
			t.Errorf("%s: %d", bad, rec.Code)
		}
	}
}

// What the checks found stands beside the pictures after the first impression: boxes with their numbers, the drawings, the pictures from elsewhere, what the file says. Before it, nothing of
// it can be asked for, and afterwards only what a signal names.
func TestWhatTheChecksFound(t *testing.T) {
	f, routes := world(t)
	overlay, mask, elsewhere, otherCase, film := demoID(0x51), demoID(0x52), demoID(0x53), demoID(0x54), demoID(0x57)
	d := check.Detail{Match: &check.Match{Item: photoID, Reference: check.Related{Case: listingID, Item: refID, Relation: check.RelReference}, Same: true, Changed: true, Band: "strong",
		Size: [2]int{1024, 768}, Boxes: [][4]int{{423, 248, 275, 165}, {334, 276, 89, 51}}, Overlay: overlay, Aligned: demoID(0x55), Flicker: demoID(0x56), Mask: mask}}
	cred := check.Detail{Credentials: &check.Credentials{State: "Invalid", Judged: webtest.StoryTime(), Signer: "Es256 <b>", Facts: []check.NamedFact{{ID: "integrity", Value: "changed", Text: check.Text{ZH: "签名之后被改动过。", EN: "changed"}},
		{ID: "declaration", Value: "ai", Text: check.Text{ZH: "由模型生成。", EN: "by a model"}}}, History: &check.Version{Made: "vectors/1", Failure: []string{"assertion.dataHash.mismatch"}, Steps: []check.Step{{Name: "c2pa.created", AI: true}}, Children: []*check.Version{{Relation: "parentOf", Missing: true}}}}}
	raw := func(v any) []byte {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	f.signals.Signals = []claim.Signal{
		{ID: "m", Check: "same_photograph", Group: "match", Item: photoID, Strength: "strong", Applicability: claim.SignalOK, Fact: claim.Text{ZH: "出自同一张照片", EN: "same"}, Artefacts: []casefile.ID{overlay, mask},
			Related: []claim.Related{{Case: listingID, Item: refID, Relation: "reference"}, {Case: otherCase, Item: elsewhere, Relation: "other_claim"},
				{Case: otherCase, Item: film, Relation: "message", Role: "chat", Video: true, Seconds: [2]int{12, 4}}}, Detail: raw(d)},
		{ID: "c", Check: "content_credentials", Group: "declaration", Item: photoID, Strength: "moderate", Applicability: claim.SignalOK, Fact: claim.Text{ZH: "声明", EN: "said"}, Detail: raw(cred)},
		{ID: "f", Check: "exact_reuse", Group: "match", Item: photoID, Strength: "neutral", Applicability: claim.SignalOK, Fact: claim.Text{ZH: "报修时发过同一张", EN: "sent before"}, Detail: raw(check.Detail{For: true})},
		{ID: "q", Check: "recapture", Group: "pixel", Item: photoID, Strength: "neutral", Applicability: claim.SignalOK, Fact: claim.Text{ZH: "没有发现", EN: "nothing"}},
		{ID: "x", Check: "other", Group: "pixel", Item: photoID, Strength: "weak", Applicability: claim.SignalOK, Fact: claim.Text{ZH: "坏的细节", EN: "bad detail"}, Detail: []byte("{")},
	}
	paths := []string{at0 + "/drawn/" + overlay.String(), at0 + "/media/" + elsewhere.String() + "/full", at0 + "/play/" + film.String()}
	get(t, routes, at0).HasNot("[data-found]")
	for _, path := range paths {
		if rec := as(t, casefile.Reviewer, routes, "GET", path, nil); rec.Code == 200 || len(f.shown) > 0 {
			t.Errorf("%s before the impression: %d", path, rec.Code)
		}
	}
	f.page.Impressed = true
	doc := get(t, routes, at0)
	doc.Has(`[data-found="B1"][data-other="R1"][data-overlay="` + paths[0] + `"]`)
	doc.Has(`svg.cmp-boxes[data-for="B1"] rect[x="423"]`)
	doc.HasText(`[data-found="B1"] [data-box="2"]`, "宽 89")
	doc.HasText(`[data-file="B1"] .cmp-facts`, "由模型生成")
	doc.HasText(`[data-file="B1"] .cmp-tree`, "它自己的凭证不在文件里")
	doc.HasText(`[data-file="B1"] .cmp-codes [title="assertion.dataHash.mismatch"]`, "文件的字节在签名之后被改动过")
	doc.HasText(`[data-pane="claim"] [data-label]`, "为 AI 生成合成内容（文件自带标识）")
	doc.Has(`[data-pane="ref"] [data-pick="E1"]`)
	doc.HasText(".rv-rel", "另一买家更早的售后")
	doc.HasText(".rv-quiet", "没有发现")
	doc.HasText(".rv-sig .speaks-for", "支持买家的说法") // what speaks for the buyer stands beside what speaks against
	doc.Has(`input[name="sig"][value^="f@"]`)     // and can be cited
	doc.Has(`[data-pane="ref"] [data-pick="E2"][data-video="true"][data-play$="` + film.String() + `"]`)
	doc.Has(`[data-show="E2"][data-second="12"]`)
	doc.HasText(".rv-rel:last-child", "店铺聊天（第 12 至 15 秒）")
	doc.HasText(`[data-pane="claim"] .cmp-view .cmp-on`, "为 AI 生成合成内容（文件自带标识）")
	for _, path := range paths {
		if rec := as(t, casefile.Reviewer, routes, "GET", path, nil); rec.Code != 200 {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
	if want := []string{caseID.String() + " " + overlay.String() + " derived", otherCase.String() + " " + elsewhere.String() + " marked", otherCase.String() + " " + film.String() + " play"}; !slices.Equal(f.shown, want) {
		t.Errorf("%q instead of %q", f.shown, want)
	}
	for _, bad := range []string{"/drawn/" + photoID.String(), "/drawn/" + demoID(0x99).String(), "/drawn/x", "/media/" + overlay.String() + "/full", "/play/" + elsewhere.String()} {
		if rec := as(t, casefile.Reviewer, routes, "GET", at0+bad, nil); rec.Code != http.StatusNotFound {
			t.Errorf("%s: %d", bad, rec.Code)
		}
	}
	goesTo(t, as(t, casefile.Reviewer, routes, "GET", at0+"/play/"+photoID.String(), nil), at0+"/media/"+photoID.String()+"/full")
	if rec := as(t, casefile.Reviewer, routes, "GET", at0+"/play/"+answerID.String(), nil); rec.Code != 200 || f.shown[3] != caseID.String()+" "+answerID.String()+" play" {
		t.Errorf("the video: %d, %q", rec.Code, f.shown)
	}
}

func filledIn() url.Values {
	return url.Values{"remedy": {"forged"}, "reasons": {"picture_is_ours", "packing_shows_intact"}, "see": {photoID.String(), "statement"}, "group_" + photoID.String(): {"match"},
		"sig": {signalKey("sig-1", photoID)}, "words": {"与商品页图片相同"}, "on_buyer": {"不采信"}, "on_merchant": {"采信"}, "burden": {"1"}, "beyond": {"1"}}
}

func TestDecide(t *testing.T) {
	f, routes := world(t)
	f.page.Impressed = true
	d := get(t, routes, at0)
	d.Has(`input[name="remedy"][value="insufficient"][disabled]`)
	d.HasText(".choice-off", "由商家举证")
	d.HasNot(`input[id="see-R2"]`) // sealed after the claim: no ground
	goesTo(t, post(t, routes, at0+"/act/decide", filledIn()), "/review?done=decide")
	c := one[claim.Decide](t, f)
	want := claim.Decide{Case: caseID, Remedy: claim.Forged, Reasons: []string{"picture_is_ours", "packing_shows_intact"}, Burden: claim.BurdenMerchant, Words: "与商品页图片相同", OnBuyer: "不采信", OnMerchant: "采信", Beyond: true,
		Grounds: []claim.Ground{{Group: "match", Item: photoID}, {Group: "statement"}, {Group: "match", Signal: "sig-1", Item: photoID}}}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("\nhave %+v\nwant %+v", c, want)
	}
}

// Everything that is missing is said at once, beside its field, and nothing that was typed is lost.
func TestDecideSaysWhatIsMissing(t *testing.T) {
	f, routes := world(t)
	f.page.Impressed = true
	d := sound(t, post(t, routes, at0+"/act/decide", url.Values{"remedy": {"forged"}, "words": {"已经写的话"}}), 422)
	for _, field := range []string{"reasons", "grounds", "burden", "beyond", "on_buyer", "on_merchant"} {
		d.Has(`.summary a[href="#` + field + `"]`)
	}
	d.HasText("#words", "已经写的话")
	d.Has(`input[name="remedy"][value="forged"][checked]`)
	d.HasText("#draft", "已经写的话") // the draft grew as far as it goes
	d.Has(".rv-missing")
	sound(t, post(t, routes, at0+"/act/decide", url.Values{"remedy": {"partial"}, "amount": {"很多"}}), 422).Has(`.summary a[href="#amount"]`)
	f.fail = casefile.Fail(casefile.Conflict, "claim.guard.g1_groups")
	d = sound(t, post(t, routes, at0+"/act/decide", filledIn()), 409)
	d.HasText(".summary", "两组相互独立的证据")
	d.Has(`input[name="reasons"][value="picture_is_ours"][checked]`)
	d.Has(`option[value="match"][selected]`)
}

func TestTheDraftGrows(t *testing.T) {
	f, routes := world(t)
	f.page.Impressed = true
	d := sound(t, post(t, routes, at0+"/draft", url.Values{"remedy": {"partial"}, "amount": {"128.50"}, "words": {"颜色有差别"}}), 200)
	d.HasText("#draft", "部分退款 ¥128.50")
	d.HasText("#draft", "颜色有差别")
	d.HasText("#draft", "王**")
	if len(f.calls) != 0 {
		t.Errorf("a draft did %v", f.calls)
	}
}

func TestActsBesideTheDecision(t *testing.T) {
	for _, x := range []struct {
		act  string
		form url.Values
		to   string
		want any
	}{
		{"ask", url.Values{"ask_side": {"buyer"}, "ask_shots": {"whole", "bad code!"}, "ask_words": {"请拍全貌"}}, "/review?done=ask", claim.Ask{Case: caseID, Side: claim.BuyerSide, Shots: []string{"whole"}, Words: "请拍全貌"}},
		{"waive", url.Values{"waive_words": {"够了"}}, at0 + "?done=waive", claim.Reasoned{Case: caseID, Words: "够了"}},
		{"inspect", url.Values{"inspect_words": {"看门封"}}, "/review?done=inspect", claim.Inspect{Case: caseID, Words: "看门封"}},
		{"extend", url.Values{"extend_words": {"等打包录像"}}, at0 + "?done=extend", claim.Extend{Case: caseID, Words: "等打包录像"}},
		{"release", url.Values{"release_reason": {"conflict"}}, "/review?done=release", claim.Release{Case: caseID, Reason: "conflict"}},
		{"disagree", url.Values{"disagree_words": {"不能排除"}}, "/review?done=disagree", named{"disagree", "不能排除"}},
		{"uphold", url.Values{"uphold_words": {"维持"}}, "/review?done=uphold", named{"uphold", "维持"}},
		{"remit", url.Values{"remit_words": {"重审"}}, "/review?done=remit", named{"remit", "重审"}},
	} {
		f, routes := world(t)
		f.page.Impressed = true
		goesTo(t, post(t, routes, at0+"/act/"+x.act, x.form), x.to)
		if len(f.calls) != 1 || !reflect.DeepEqual(f.calls[0], x.want) {
			t.Errorf("%s: %+v, want %+v", x.act, f.calls, x.want)
		}
	}
	f, routes := world(t)
	sound(t, post(t, routes, at0+"/act/ask", url.Values{"ask_words": {"还没选谁"}}), 422).HasText(`details[open] textarea`, "还没选谁")
	sound(t, post(t, routes, at0+"/act/extend", url.Values{}), 422).Has(`.summary a[href="#extend_words"]`)
	for _, path := range []string{"/act/suspend", "/act/nothing", "/lead/decide"} {
		if rec := as(t, casefile.Admin, routes, "POST", at0+path, url.Values{"suspend_words": {"x"}}); rec.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
	if len(f.calls) != 0 {
		t.Error(f.calls)
	}
}

// How often something may still be done is shown; what is not legal now is not on the page.
func TestOnlyLegalActsAreShown(t *testing.T) {
	f, routes := world(t)
	d := get(t, routes, at0)
	d.HasText(`details[data-act="ask"] summary`, "还可用 2 次") // one was asked already
	d.HasText(`details[data-act="extend"] summary`, "还可用 2 次")
	d.HasNot(`details[data-act="waive"]`)
	f.page.Actions, f.page.Leased, f.page.Impressed = nil, false, true
	d = get(t, routes, at0)
	d.HasNot(`main form[method="post"]`)
	d.Has("#waits")
}

func TestSecondReviewer(t *testing.T) {
	f, routes := world(t)
	f.page.State, f.page.Part, f.page.Actions = claim.SecondReview, claim.PartSecond, actions(claim.MoveImpress)
	f.page.Proposal = &claim.DecisionView{Kind: "proposed", Part: claim.PartReviewer, Remedy: claim.Forged, Reasons: []string{"picture_is_ours"}, Round: 1}
	get(t, routes, at0).HasNot("#proposal") // not before an impression of one's own
	f.page.Impressed, f.page.Actions = true, actions(claim.MoveAgree, claim.MoveDisagree)
	d := get(t, routes, at0)
	d.HasText("#proposal ~ .rv-dec", "照片来自商品目录或打包记录")
	d.HasNot("#decide")
	sound(t, post(t, routes, at0+"/act/agree", url.Values{"agree_words": {"同意"}}), 422).Has(`.summary a[href="#agree_beyond"]`)
	if len(f.calls) != 0 {
		t.Fatalf("agreed without the standard of proof: %v", f.calls)
	}
	goesTo(t, post(t, routes, at0+"/act/agree", url.Values{"agree_words": {"同意"}, "agree_beyond": {"1"}}), "/review?done=agree")
	if got := one[named](t, f); got != (named{"agree", "同意"}) {
		t.Error(got)
	}
}

func TestAppealAndLead(t *testing.T) {
	f, routes := world(t)
	f.page.State, f.page.Part, f.page.Impressed, f.page.Actions = claim.InAppeal, claim.PartAppealer, true, actions(claim.MoveUphold, claim.MoveOverturn, claim.MoveRemit)
	d := get(t, routes, at0)
	for _, act := range []string{"uphold", "remit", "overturn"} {
		d.Has(`form[action="` + at0 + `/act/` + act + `"]`)
	}
	goesTo(t, post(t, routes, at0+"/act/overturn", filledIn()), "/review?done=overturn")
	if c := one[overturned](t, f); c.Remedy != claim.Forged {
		t.Error(c)
	}

	f, routes = world(t)
	f.page.State, f.page.Part, f.page.Impressed, f.page.Leased, f.page.Problem = claim.SecondReview, claim.PartLead, true, false, "disputed"
	f.page.Actions = actions(claim.MoveLeadDecide, claim.MoveSuspend, claim.MoveMerge)
	d = sound(t, as(t, casefile.Admin, routes, "GET", at0, nil), 200)
	d.Has(`form[action="` + at0 + `/lead/lead_decide"]`)
	d.Has(`form[action="` + at0 + `/lead/suspend"]`)
	d.Has(`details[data-act="unassign"]`) // somebody has it
	goesTo(t, as(t, casefile.Admin, routes, "POST", at0+"/lead/lead_decide", filledIn()), "/review?done=lead_decide")
	one[ledDecide](t, f)
	goesTo(t, as(t, casefile.Admin, routes, "POST", at0+"/lead/merge", url.Values{"merge_into": {"261124-10293-6"}, "merge_words": {"同一件"}}), at0+"?done=merge")
	if c := one[claim.MergeInto](t, f); c.Into != number || c.Words != "同一件" {
		t.Error(c)
	}
	sound(t, as(t, casefile.Admin, routes, "POST", at0+"/lead/merge", url.Values{"merge_into": {"1"}}), 422).Has(`.summary a[href="#merge_into"]`)
	sound(t, as(t, casefile.Admin, routes, "GET", "/review/problems", nil), 200).HasText(".qrow", "两位审核员意见不同")
}

func TestDutyAndStatistics(t *testing.T) {
	f, routes := world(t)
	f.page.Impressed = true
	d := get(t, routes, at0+"/duty")
	d.HasText("h2", "人的参与：共 12 分钟")
	d.HasText("p", "没有答复不作为认定的依据")
	d = sound(t, as(t, casefile.Admin, routes, "GET", "/review/statistics?span=month", nil), 200)
	d.HasText(".tile", "33%")
	d.HasText(".tile", "3 件中 1 件")
	d.Has(`a[href="/review/problems"]`)
	d.HasText(".table", "3 小时")
	get(t, routes, "/review/statistics").HasNot(`a[href="/review/problems"]`) // a reviewer is no lead
}
