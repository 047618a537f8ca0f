package parties

import (
	"context"
	"io"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/privacy"
	"anxin/internal/web/webtest"
)

func TestAmountsAsPeopleTypeThem(t *testing.T) {
	for text, want := range map[string]casefile.Fen{"128": 12800, "128.5": 12850, "128.05": 12805, "¥1,280.00": 128000, "１２８．５": 12850, "300元": 30000, "0.01": 1, " 99 ": 9900, "10000000": 1_000_000_000} {
		if got, ok := ParseMoney(text); !ok || got != want {
			t.Errorf("%q: %d %v, want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "0", "0.00", "-5", "1.234", "abc", "1e3", "10000001", "999999999", "1.2.3", ".5", "+5", "1._", "12.-1"} {
		if got, ok := ParseMoney(text); ok {
			t.Errorf("%q is %d", text, got)
		}
	}
}

func FuzzParseMoney(f *testing.F) {
	for _, s := range []string{"128.00", "¥1,280", "１２", "..", "9999999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fen, ok := ParseMoney(s)
		if ok && (fen <= 0 || fen > 1_000_000_000) {
			t.Fatalf("%q: %d", s, fen)
		}
		if ok { // what the form shows again is the same amount
			if again, ok := ParseMoney(MoneyInput(fen)); !ok || again != fen {
				t.Fatalf("%q: %d, again %d %v", s, fen, again, ok)
			}
		}
	})
}

func TestCodesOfLetters(t *testing.T) {
	if c, err := GoodCode("d-7k2m-q9xw-3f5t"); err != nil || c != "D-7K2M-Q9XW-3F5T" {
		t.Error(c, err)
	}
	for _, bad := range []string{"", "D-", "7K2M", "D-../../etc", "D-7K2M-Q9XW-3F5T-AAAA-BBBB-CCCC", "D-\x00AAAA"} {
		if c, err := GoodCode(bad); err == nil {
			t.Errorf("%q is %q", bad, c)
		}
	}
}

func TestSentencesHoldWordsAndNotCodes(t *testing.T) {
	p := webtest.Page(t, i18n.ZH).P
	got := Say(p, claim.Line{Key: "claim.event.confirm", Args: map[string]any{"step": "refund", "amount": int64(12800)}})
	if !strings.Contains(got, Word(p, "step", "refund")) || strings.Contains(got, "refund") {
		t.Error(got)
	}
	got = Say(p, claim.Line{Key: "claim.event.extend", Args: map[string]any{"due": p.Now.Add(48 * time.Hour)}})
	if strings.Contains(got, "{due}") || strings.Contains(got, "UTC") {
		t.Error(got)
	}
	if Word(p, "state", "of_a_later_version") != "of_a_later_version" {
		t.Error("a code that is not known is hidden")
	}
}

func TestWhoSaidIt(t *testing.T) {
	p := webtest.Page(t, i18n.ZH).P
	st := claim.StatementView{Part: claim.PartMerchant, Side: claim.MerchantSide, Kind: "offer", Remedy: claim.Partial, Amount: 30000, Words: privacy.NewWords("补偿"),
		Media: []claim.MediaView{{Item: casefile.ID{1}, Side: claim.MerchantSide, Media: "image/jpeg", Declared: claim.DeclaredAI}, {Item: casefile.ID{2}, Side: claim.MerchantSide, Media: "video/mp4"}}}
	for side, want := range map[claim.Side]string{claim.BuyerSide: "商家", claim.MerchantSide: "我方"} {
		s := Shower{P: p, Side: side, Base: "/x"}
		x := s.One(st)
		if x.Who != want || x.Mine != (side == claim.MerchantSide) || len(x.Facts) != 1 || x.Facts[0] != "部分退款 ¥300.00" || x.Words != "补偿" {
			t.Errorf("%s: %+v", side, x)
		}
		if !x.Tiles[0].AI || x.Tiles[0].Src == "" || x.Tiles[1].Src != "" || x.Tiles[1].Kind != "video" {
			t.Errorf("%+v", x.Tiles)
		}
	}
	reviewer := claim.StatementView{Part: claim.PartReviewer, Side: claim.BuyerSide, Kind: "ask"}
	s := Shower{P: p, Side: claim.BuyerSide}
	if x := s.One(reviewer); x.Who != "平台" || x.Mine {
		t.Errorf("a reviewer's words about the buyer are %s's", x.Who)
	}
}

func TestFormsAreBounded(t *testing.T) {
	pg := webtest.Page(t, i18n.ZH)
	read := func(body, kind string, x Reader) (Sent, error) {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		return x.Read(r, pg)
	}
	const form = "application/x-www-form-urlencoded"
	if _, err := read("a="+strings.Repeat("x", maxURLEnc), form, Reader{}); !casefile.Is(err, casefile.TooLarge) {
		t.Error(err)
	}
	if _, err := read("a=%zz", form, Reader{}); !casefile.Is(err, casefile.Invalid) {
		t.Error(err)
	}
	if _, err := read("--x\r\nbroken", "multipart/form-data; boundary=x", Reader{}); err == nil {
		t.Error("half a form was read")
	}
	id := casefile.ID{1, 15: 9}
	s, err := read(url.Values{MediaField + "_token": {id.String(), id.String(), "nonsense", casefile.ID{2}.String(), casefile.ID{3}.String()}}.Encode(), form, Reader{Max: 2})
	if err != nil || len(s.Media) != 2 || s.Items()[0] != id {
		t.Errorf("%+v %v", s.Media, err)
	}
	body := "--x\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a.jpg\"\r\n\r\n" + strings.Repeat("y", 50) + "\r\n--x\r\nContent-Disposition: form-data; name=\"words\"\r\n\r\nhello\r\n--x--\r\n"
	s, err = read(body, "multipart/form-data; boundary=x", Reader{Max: 2, MaxBytes: 10, Receive: func(_ context.Context, r io.Reader) (casefile.ID, error) {
		if b, _ := io.ReadAll(r); len(b) > 10 {
			return casefile.Nil, casefile.Fail(casefile.TooLarge, "")
		}
		return id, nil
	}})
	if err != nil || s.Problem == "" || s.Get("words") != "hello" || len(s.Media) != 0 {
		t.Errorf("a file that is too large: %+v %v", s, err)
	}
}
