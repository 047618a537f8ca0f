package customer

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/web/webtest"
)

func filled() url.Values {
	return url.Values{
		"draft": {goodDraft}, "kind": {"repair"}, "product": {"smart_lock"}, "fault": {"smart_lock/keypad"}, "words": {"按了没反应"}, "danger": {""},
		"address": {"杭州市西湖区文三路 90 号"}, "region": {"330106"}, "name": {"陈女士"}, "phone": {"19900000001"}, "wish": {"2026-11-25T08:00/2026-11-25T12:00"},
	}
}

func TestReportFormIsFreshAndWorksWithoutScripts(t *testing.T) {
	h := serve(t, &fake{})
	rec := get(h, "/report")
	if rec.Code != 200 || rec.Header().Get("Cache-Control") != "private, no-store" {
		t.Fatal(rec.Code, rec.Header())
	}
	d := sound(t, rec)
	if d.Attr(`input[name="draft"]`, "value") != goodDraft {
		t.Error("no draft")
	}
	d.Has(`form[method="post"][action="/report"][enctype="multipart/form-data"][data-fresh]`)
	d.Has(`input[type="file"][name="photos"][multiple]`)
	d.Has(`optgroup[data-product="smart_lock"] option[value="smart_lock/keypad"]`)
	d.HasText(`label[for="wish"]`, "越快越好")
	d.HasText(`.choice .t`, "明天上午")
}

func TestReportBecomesACommandAndLeadsToTheReceipt(t *testing.T) {
	f := &fake{}
	rec := post(serve(t, f), "/report", filled())
	if rec.Code != 303 || rec.Header().Get("Location") != "/s/good-link-token/receipt" {
		t.Fatalf("%d %q", rec.Code, rec.Header().Get("Location"))
	}
	r := f.reports[0]
	if r.Key != goodDraft || r.Kind != service.Repair || r.Product != "smart_lock" || r.Fault != "keypad" || r.Urgency != service.Booked || r.Region != "330106" ||
		r.Phone != "19900000001" || r.Words != "按了没反应" || r.Lang != "zh" {
		t.Errorf("%+v", r)
	}
	if want := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC); !r.WishedFrom.Equal(want) || r.WishedTo.Sub(r.WishedFrom) != 4*time.Hour {
		t.Errorf("wished %v to %v", r.WishedFrom, r.WishedTo)
	}
}

func TestWishesAndDangerDecideUrgency(t *testing.T) {
	for _, c := range []struct {
		set  url.Values
		want service.Urgency
		zero bool
	}{
		{url.Values{"wish": {"soon"}}, service.Express, true},
		{url.Values{"wish": {"any"}}, service.Flexible, true},
		{url.Values{"wish": {"soon"}, "danger": {"gas"}}, service.Emergency, true},
		{url.Values{"wish": {"soon"}, "wish_date": {"2026-12-01"}, "wish_part": {"afternoon"}}, service.Booked, false},
	} {
		f := &fake{}
		v := filled()
		for k, x := range c.set {
			v[k] = x
		}
		if rec := post(serve(t, f), "/report", v); rec.Code != 303 {
			t.Fatalf("%v: %d", c.set, rec.Code)
		}
		if r := f.reports[0]; r.Urgency != c.want || r.WishedFrom.IsZero() != c.zero {
			t.Errorf("%v: %s, %v", c.set, r.Urgency, r.WishedFrom)
		}
	}
}

// The panel may lag behind the address: a place that the address cannot mean is not taken for confirmed.
func TestRegionOfAnotherAddressIsNotTaken(t *testing.T) {
	for address, want := range map[string]string{"杭州市西湖区文三路": "330106", "鼓楼区中山路": "", "不知道": ""} {
		f := &fake{}
		v := filled()
		v.Set("address", address)
		if rec := post(serve(t, f), "/report", v); rec.Code != 303 || f.reports[0].Region != want {
			t.Errorf("%s: %d, region %q", address, rec.Code, f.reports[0].Region)
		}
	}
}

// A fault that was chosen before the product was changed does not stop a report.
func TestFaultOfAnotherProductIsOther(t *testing.T) {
	f := &fake{}
	v := filled()
	v.Set("product", "washing_machine")
	if rec := post(serve(t, f), "/report", v); rec.Code != 303 || f.reports[0].Fault != "other" {
		t.Fatalf("%d %+v", rec.Code, f.reports)
	}
}

func TestReportWithErrorsLosesNothing(t *testing.T) {
	f := &fake{err: &casefile.Error{Category: casefile.Invalid, Key: "error.invalid", Fields: []casefile.FieldError{
		{Field: "kind", Key: "service.field.choose"}, {Field: "phone", Key: "service.field.phone"}, {Field: "wished", Key: "service.field.window_past"},
	}}}
	v := filled()
	v.Set("photos_token", photoID.String())
	rec := post(serve(t, f), "/report", v)
	if rec.Code != 422 {
		t.Fatal(rec.Code)
	}
	d := sound(t, rec)
	d.HasText(".summary a", "请选择需要哪种服务")
	d.Has(`.summary a[href="#phone"]`)
	d.Has(`.summary a[href="#wish"]`)
	d.Has(`input#phone[value="19900000001"][aria-invalid="true"]`)
	d.Has(`textarea#words`)
	for sel, want := range map[string]string{"textarea#words": "按了没反应", "textarea#address": "杭州市西湖区文三路 90 号"} {
		if got := d.Text(sel); got != want {
			t.Errorf("%s: %q", sel, got)
		}
	}
	d.Has(`option[value="smart_lock"][selected]`)
	d.Has(`option[value="smart_lock/keypad"][selected]`)
	d.Has(`input[name="photos_token"][value="` + photoID.String() + `"]`)
	d.HasText(".placebox", "西湖区")
	d.HasNot("form[data-fresh]")
}

func TestStaleDraftGetsAFreshOne(t *testing.T) {
	f := &fake{err: casefile.InvalidField("key", "service.field.key")}
	v := filled()
	v.Set("draft", "old")
	d := sound(t, post(serve(t, f), "/report", v))
	if d.Attr(`input[name="draft"]`, "value") != goodDraft {
		t.Error("the stale draft is still in the form")
	}
	d.HasText(".summary", "请再按一次提交")
}

func TestBusyServerKeepsTheForm(t *testing.T) {
	f := &fake{err: casefile.Fail(casefile.Unavailable, "error.busy")}
	rec := post(serve(t, f), "/report", filled())
	if rec.Code != 503 || rec.Header().Get("Retry-After") == "" {
		t.Fatal(rec.Code)
	}
	d := sound(t, rec)
	d.Has(`input#name[value="陈女士"]`)
	d.HasText(".summary", "没有丢")
}

func multipartForm(t *testing.T, values url.Values, files map[string]string) (*bytes.Buffer, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, name := range []string{"draft", "kind", "product", "address", "name", "phone"} {
		if err := w.WriteField(name, values.Get(name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, body := range files {
		p, err := w.CreateFormFile("photos", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Write([]byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.WriteField("wish", values.Get("wish")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &b, w.FormDataContentType()
}

func TestPhotosWithTheFormGoStraightIntoTheVault(t *testing.T) {
	f := &fake{}
	h := serve(t, f)
	body, ct := multipartForm(t, filled(), map[string]string{"IMG_1.jpg": "a photo"})
	r := httptest.NewRequest("POST", "/report", body)
	r.Header.Set("Content-Type", ct)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	if rec.Code != 303 {
		t.Fatal(rec.Code, rec.Body.String())
	}
	if len(f.received) != 1 || string(f.received[0]) != "a photo" {
		t.Fatalf("%q", f.received)
	}
	if r := f.reports[0]; len(r.Photos) != 1 || r.Photos[0] != photoID || r.Draft.Case != caseID {
		t.Errorf("%+v", r)
	}
}

func TestAFileThatIsNoPhotoIsSaidBesideThePhotos(t *testing.T) {
	f := &fake{}
	h := serve(t, f)
	body, ct := multipartForm(t, filled(), map[string]string{"virus.jpg": "MZ..."})
	r := httptest.NewRequest("POST", "/report", body)
	r.Header.Set("Content-Type", ct)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	if rec.Code != 422 || len(f.reports) != 0 {
		t.Fatal(rec.Code, f.reports)
	}
	d := sound(t, rec)
	d.HasText("#photos-error", "不是能识别的照片")
	d.Has(`input#phone[value="19900000001"]`)
}

func TestPhotosSentAhead(t *testing.T) {
	f := &fake{}
	h := serve(t, f)
	rec := post(h, "/report/photos", url.Values{"draft": {goodDraft}, "name": {"a.jpg"}, "size": {"7"}})
	at := rec.Header().Get("Location")
	if rec.Code != 201 || !strings.HasPrefix(at, "/report/photos/") {
		t.Fatal(rec.Code, at)
	}
	r := httptest.NewRequest("PATCH", at, strings.NewReader("a photo"))
	r.Header.Set("Upload-Offset", "0")
	rec = httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	if rec.Code != 204 || rec.Header().Get("Upload-Token") != photoID.String() {
		t.Fatal(rec.Code, rec.Header())
	}
	if rec := post(h, "/report/photos", url.Values{"draft": {"forged"}, "size": {"7"}}); rec.Code < 400 {
		t.Error("a forged draft may upload")
	}
}

func TestReportIsBounded(t *testing.T) {
	h := serve(t, &fake{})
	v := filled()
	v.Set("words", strings.Repeat("长", 40_000))
	if rec := post(h, "/report", v); rec.Code != 413 {
		t.Errorf("a form of 120 kB: %d", rec.Code)
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := range maxParts + 2 {
		_ = w.WriteField("x"+strconv.Itoa(i), "1")
	}
	_ = w.Close()
	r := httptest.NewRequest("POST", "/report", &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	if rec.Code != 413 {
		t.Errorf("too many parts: %d", rec.Code)
	}
	limited := serve(t, &fake{limit: map[party.LimitKind]bool{party.LimitReport: true}})
	if rec := post(limited, "/report", filled()); rec.Code != 429 || rec.Header().Get("Retry-After") != "90" {
		t.Errorf("rate limit: %d", rec.Code)
	}
}

func TestPlacePanelForTheScript(t *testing.T) {
	h := serve(t, &fake{})
	for address, want := range map[string]string{"杭州西湖": `input[name="region"][value="330106"]`, "鼓楼区": `input[type="radio"][name="region"][value="350102"]`, "不知道": ".placeline", "西湖文三路": `.placebox:not(:has(input))`} {
		rec := post(h, "/report/place", url.Values{"address": {address}})
		if rec.Code != 200 {
			t.Fatal(rec.Code)
		}
		webtest.Response(t, rec).Has(want)
	}
}

func TestWishesAreInTheFuture(t *testing.T) {
	for hour := range 24 {
		now := time.Date(2026, 11, 24, hour, 30, 0, 0, casefile.Shanghai)
		list := wishes(now)
		if len(list) != wishesShown {
			t.Fatalf("%d windows at %v", len(list), now)
		}
		for _, w := range list {
			from, to, _, ok := parseWish(w.Value, "", "")
			if !ok || !from.Equal(w.From) || !to.Equal(w.To) || to.Sub(now) < leastLeft {
				t.Errorf("at %v: %+v", now, w)
			}
		}
	}
}

func FuzzParseWish(f *testing.F) {
	f.Add("soon", "", "")
	f.Add("2026-11-25T08:00/2026-11-25T12:00", "2026-12-01", "morning")
	f.Fuzz(func(t *testing.T, choice, date, part string) {
		from, to, soon, ok := parseWish(choice, date, part)
		if ok && soon && !from.IsZero() || !ok && !from.Equal(time.Time{}) && date == "" {
			t.Fatal(from, to, soon, ok)
		}
	})
}
