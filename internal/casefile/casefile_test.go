package casefile_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"anxin/internal/casefile"
	"anxin/seal"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, casefile.Shanghai)

// at is a Source with a fixed time and a fixed stream of bytes.
func at(t time.Time, random ...byte) casefile.Source {
	return casefile.Source{Clock: func() time.Time { return t }, Rand: bytes.NewReader(random)}
}

func TestIDsAreSortedByTimeAndReadBack(t *testing.T) {
	src := casefile.Source{}
	before := casefile.Source{Clock: func() time.Time { return noon }}.NewID()
	after := casefile.Source{Clock: func() time.Time { return noon.Add(time.Millisecond) }}.NewID()
	if bytes.Compare(before[:], after[:]) >= 0 {
		t.Error("a later id sorts before an earlier one")
	}
	for _, tc := range []struct {
		id      casefile.ID
		version byte
	}{{src.NewID(), 7}, {src.NewOpaqueID(), 4}} {
		if tc.id[6]>>4 != tc.version || tc.id[8]>>6 != 2 {
			t.Errorf("%s is no version %d", tc.id, tc.version)
		}
		back, err := casefile.ParseID(tc.id.String())
		if err != nil || back != tc.id {
			t.Errorf("%s came back as %s (%v)", tc.id, back, err)
		}
		var scanned, unmarshalled casefile.ID
		v, _ := tc.id.Value()
		j, _ := json.Marshal(tc.id)
		if err := errors.Join(scanned.Scan(v), json.Unmarshal(j, &unmarshalled)); err != nil || scanned != tc.id || unmarshalled != tc.id {
			t.Errorf("%s: %s, %s (%v)", tc.id, scanned, unmarshalled, err)
		}
	}
	for _, s := range []string{"", "x", "00000000-0000-0000-0000-000000000000", "019a3c1e-7a10-7c11-9d1e-00000000000", "019a3c1e-7a10-7c11-9d1e-00000000000g", "019a3c1e77a10-7c11-9d1e-000000000001",
		"019a3c1e-7a10-7c11-9d1e-0000000000012", "{19a3c1e-7a10-7c11-9d1e-000000000001}"} {
		if id, err := casefile.ParseID(s); err == nil {
			t.Errorf("%q is the id %s", s, id)
		}
	}
	var absent casefile.ID
	if v, err := absent.Value(); v != nil || err != nil || absent.String() != "" {
		t.Errorf("the absent id is stored as %v", v)
	}
	if err := absent.Scan([]byte("short")); err == nil {
		t.Error("five bytes are an id")
	}
	if err := absent.UnmarshalText(nil); err != nil || !absent.IsNil() {
		t.Error("the empty text is the absent id")
	}
}

func TestNumbersAreReadAsPeopleWriteThem(t *testing.T) {
	n := casefile.NewNumber(at(noon, 4, 8, 3, 9, 1), noon)
	if !strings.HasPrefix(string(n), "26112248391") || len(n) != 12 {
		t.Fatalf("number %s", n)
	}
	check := string(n[11])
	if n.String() != "261122-48391-"+check {
		t.Errorf("written as %s", n)
	}
	for _, s := range []string{string(n), n.String(), " 261122 48391 " + check, "２６１１２２－４８３９１－" + check, "261122–48391—" + check, "261122　48391　" + check} {
		if got, ok := casefile.ParseNumber(s); !ok || got != n {
			t.Errorf("%q is read as %q, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "26112248391", string(n) + "0", "a" + string(n)[1:], string(n)[:11] + "x", strings.Repeat("1", 1000)} {
		if got, ok := casefile.ParseNumber(s); ok {
			t.Errorf("%q is read as %q", s, got)
		}
	}
	// The date is the local one: 23:30 UTC on the 21st is the 22nd in China.
	if late := casefile.NewNumber(at(noon, 0, 0, 0, 0, 0), time.Date(2026, 11, 21, 23, 30, 0, 0, time.UTC)); late[:6] != "261122" {
		t.Errorf("number %s", late)
	}
}

// The check digit catches every wrong digit and nearly every swap of neighbours.
func TestTheCheckDigitCatchesSlips(t *testing.T) {
	swaps, caught := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		day := noon.AddDate(0, 0, rapid.IntRange(0, 3000).Draw(t, "day"))
		random := rapid.SliceOfN(rapid.ByteRange(0, 249), 5, 5).Draw(t, "digits")
		n := []byte(casefile.NewNumber(at(noon, random...), day))
		i := rapid.IntRange(0, 11).Draw(t, "place")
		wrong := bytes.Clone(n)
		wrong[i] = '0' + (wrong[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if _, ok := casefile.ParseNumber(string(wrong)); ok {
			t.Fatalf("%s with a wrong digit is accepted as %s", n, wrong)
		}
		if i > 0 && n[i] != n[i-1] {
			n[i], n[i-1] = n[i-1], n[i]
			swaps++
			if _, ok := casefile.ParseNumber(string(n)); !ok {
				caught++
			}
		}
	})
	if caught*100 < swaps*90 {
		t.Errorf("%d of %d swaps caught", caught, swaps)
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"261122-48391-7", "２６１１２２－４８３９１－７", "", "-", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := casefile.ParseNumber(s)
		if !ok {
			return
		}
		if again, ok := casefile.ParseNumber(n.String()); !ok || again != n {
			t.Errorf("%q is read as %q, which is read as %q", s, n, again)
		}
	})
}

func TestDigitsHaveNoBias(t *testing.T) {
	// 250 to 255 are skipped: keeping them would make 0 to 5 likelier.
	if got := at(noon, 255, 250, 251, 249, 10, 0, 1, 2).Digits(4); got != "9001" {
		t.Errorf("digits %s", got)
	}
}

func TestTimeIsCutToMicrosecondsUTC(t *testing.T) {
	now := at(noon.Add(1234567 * time.Nanosecond)).Now()
	if now.Nanosecond() != 1234000 || now.Location() != time.UTC {
		t.Errorf("now is %v", now)
	}
}

func TestErrorsKeepTheirCategoryThroughWrapping(t *testing.T) {
	cause := errors.New("cause")
	err := fmt.Errorf("outer: %w", casefile.Failf(casefile.Conflict, "k", "because: %w", cause))
	if !casefile.Is(err, casefile.Conflict) || casefile.CategoryOf(err) != casefile.Conflict || !errors.Is(err, cause) {
		t.Errorf("%v", err)
	}
	if casefile.CategoryOf(cause) != casefile.Internal || casefile.Is(nil, casefile.Internal) {
		t.Error("an error without a category is ours; no error has none")
	}
	if got := casefile.InvalidField("phone", "needed").Error(); got != "invalid error.invalid phone:needed" {
		t.Errorf("%q", got)
	}
}

func TestMoneyIsWrittenExactly(t *testing.T) {
	for f, want := range map[casefile.Fen]string{0: "¥0.00", 5: "¥0.05", 12800: "¥128.00", -1: "-¥0.01", 9007199254740993: "¥90071992547409.93"} {
		if f.String() != want {
			t.Errorf("%d is %s, want %s", int64(f), f, want)
		}
	}
}

func event() casefile.Event {
	return casefile.Event{Tenant: 1, Case: casefile.ID{1}, Seq: 4, At: time.UnixMicro(1795344377123456), Kind: "offer.accepted", Role: casefile.Technician,
		Actor: casefile.ID{2}, Request: casefile.ID{3}, Visit: casefile.ID{4}, Audience: casefile.ForCustomer | casefile.ForTechnician, Data: json.RawMessage(`{"offer":"x"}`), Leaf: 17}
}

// Whoever holds an exported event checks it with package seal alone.
func TestAnEventRecordIsARecordOfTheLog(t *testing.T) {
	r, err := seal.ParseRecord(casefile.EventRecord(event()))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range r.Fields {
		got = append(got, f.Key+"="+f.Value)
	}
	want := "tenant=1 case=01000000-0000-0000-0000-000000000000 seq=4 at=1795344377123456 kind=offer.accepted role=technician actor=02000000-0000-0000-0000-000000000000 " +
		"request=03000000-0000-0000-0000-000000000000 visit=04000000-0000-0000-0000-000000000000 audience=3 data={\"offer\":\"x\"}"
	if r.Type != casefile.EventRecordType || strings.Join(got, " ") != want {
		t.Errorf("%s %s", r.Type, strings.Join(got, " "))
	}
	digest, err := r.Digest()
	if err != nil || digest != casefile.EventDigest(event()) {
		t.Errorf("another digest (%v)", err)
	}
}

// Every field but Leaf is committed to.
func TestEveryChangeOfAnEventChangesItsDigest(t *testing.T) {
	base := casefile.EventDigest(event())
	for name, change := range map[string]func(*casefile.Event){
		"tenant": func(e *casefile.Event) { e.Tenant = 2 }, "case": func(e *casefile.Event) { e.Case[15] = 1 }, "seq": func(e *casefile.Event) { e.Seq++ },
		"at": func(e *casefile.Event) { e.At = e.At.Add(time.Microsecond) }, "kind": func(e *casefile.Event) { e.Kind = "offer.declined" },
		"role": func(e *casefile.Event) { e.Role = casefile.Agent }, "actor": func(e *casefile.Event) { e.Actor = casefile.Nil },
		"request": func(e *casefile.Event) { e.Request = casefile.Nil }, "visit": func(e *casefile.Event) { e.Visit[0] = 9 },
		"audience": func(e *casefile.Event) { e.Audience = 0 }, "data": func(e *casefile.Event) { e.Data = json.RawMessage(`{"offer":"y"}`) },
		"request as visit": func(e *casefile.Event) { e.Request, e.Visit = e.Visit, e.Request },
	} {
		e := event()
		change(&e)
		if casefile.EventDigest(e) == base {
			t.Errorf("a changed %s does not show", name)
		}
	}
	e := event()
	e.Leaf = 99
	if casefile.EventDigest(e) != base {
		t.Error("the leaf's number cannot be part of what the leaf commits to")
	}
}

func TestRolesAndActors(t *testing.T) {
	staff := 0
	for _, r := range casefile.Roles() {
		if r.IsStaff() {
			staff++
		}
	}
	if staff != 5 || casefile.Customer.IsStaff() || casefile.System.IsStaff() || casefile.Merchant.IsStaff() {
		t.Errorf("%d staff roles", staff)
	}
	casefile.Roles()[0] = "changed"
	if casefile.Roles()[0] != casefile.Customer {
		t.Error("the list of roles can be changed from outside")
	}
	if a := casefile.SystemActor(7); a.Tenant != 7 || a.Role != casefile.System || !a.ID.IsNil() {
		t.Errorf("%+v", a)
	}
}

func TestRequestHashKeepsPartsApart(t *testing.T) {
	h := func(parts ...string) [32]byte {
		var b [][]byte
		for _, p := range parts {
			b = append(b, []byte(p))
		}
		return casefile.RequestHash(b...)
	}
	seen := map[[32]byte]string{}
	for _, parts := range [][]string{{"ab", "c"}, {"a", "bc"}, {"abc"}, {"abc", ""}, {}} {
		if other, twice := seen[h(parts...)]; twice {
			t.Errorf("%q and %s hash alike", parts, other)
		}
		seen[h(parts...)] = fmt.Sprintf("%q", parts)
	}
	if _, again := seen[h("ab", "c")]; !again {
		t.Error("the same request has another hash")
	}
}

func TestLiveForgetsSubscribersAndStaysBounded(t *testing.T) {
	l := casefile.NewLive(100)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 200 {
				_, cancel := l.Subscribe(casefile.Tenant(i%3), casefile.ID{byte(i % 5)})
				_, second := l.Subscribe(1, casefile.Nil)
				cancel()
				cancel()
				second()
			}
		})
	}
	wg.Wait()
	if n := l.Subscribers(); n != 0 {
		t.Errorf("%d subscribers are left", n)
	}
	var cancels []func()
	for range 150 {
		news, cancel := l.Subscribe(1, casefile.Nil)
		if news == nil {
			t.Fatal("a full hub gives a channel that is silent, not none")
		}
		cancels = append(cancels, cancel)
	}
	if n := l.Subscribers(); n != 100 {
		t.Errorf("%d subscribers, the bound is 100", n)
	}
	for _, cancel := range cancels {
		cancel()
	}
	if n := l.Subscribers(); n != 0 {
		t.Errorf("%d subscribers are left", n)
	}
}
