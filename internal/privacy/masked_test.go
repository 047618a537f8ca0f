package privacy

import (
	"bytes"
	"database/sql/driver"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"anxin/internal/casefile"
)

const (
	clearPhone   = "19900001234"
	clearName    = "欧阳示例"
	clearAddress = "浙江省示例市样本路1号"
	clearWords   = "门铃坏了请敲门"
)

// holder has them everywhere: exported, unexported, behind pointers, in lists, maps and interfaces.
type holder struct {
	Phone  Phone
	Name   *Name
	List   []Address
	Map    map[string]Words
	Any    any
	phone  Phone
	name   *Name
	list   []Address
	mapped map[string]Words
	inner  struct{ words Words }
}

func full() holder {
	n := NewName(clearName)
	h := holder{Phone: NewPhone(clearPhone), Name: &n, List: []Address{NewAddress(clearAddress)}, Map: map[string]Words{"k": NewWords(clearWords)}, Any: NewPhone(clearPhone),
		phone: NewPhone(clearPhone), name: &n, list: []Address{NewAddress(clearAddress)}, mapped: map[string]Words{"k": NewWords(clearWords)}}
	h.inner.words = NewWords(clearWords)
	return h
}

// secrets are pieces long enough to be a leak. 1990 and 1234 may show.
var secrets = []string{"0000123", "阳示", "样本", "门铃", "请敲"}

func leaks(s string) string {
	for _, secret := range secrets {
		if strings.Contains(s, secret) || strings.Contains(s, fmt.Sprintf("%x", secret)) || strings.Contains(s, fmt.Sprintf("%X", secret)) {
			return secret
		}
	}
	return ""
}

func TestNoWayOfPrintingShowsThem(t *testing.T) {
	h := full()
	m, err := NewMaster(casefile.Source{})
	if err != nil {
		t.Fatal(err)
	}
	values := []any{h, &h, h.Phone, &h.Phone, h.Name, h.List, h.Map, []any{h}, map[string]any{"h": h}, [1]holder{h}, struct{ h holder }{h}, struct{ h *holder }{&h}, fmt.Errorf("wrapped %v", h)}
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%c", "%U", "%t", "%e", "%10v", "%-40s|", "%.3s", "%T"} {
			if out := fmt.Sprintf(verb, v); leaks(out) != "" {
				t.Errorf("%s of %T shows %q: %s", verb, v, leaks(out), out)
			}
		}
		var b bytes.Buffer
		for _, handler := range []slog.Handler{slog.NewJSONHandler(&b, nil), slog.NewTextHandler(&b, nil)} {
			slog.New(handler).Info("x", "v", v, "group", slog.GroupValue(slog.Any("v", v)))
		}
		j, _ := json.Marshal(v)
		b.Write(j)
		y, _ := yaml.Marshal(v)
		b.Write(y)
		x, _ := xml.Marshal(v)
		b.Write(x)
		_ = template.Must(template.New("").Parse(`<a href="/x?{{.}}" title="{{.}}">{{.}}</a><script>var x = {{.}}</script>`)).Execute(&b, v)
		if out := b.String(); leaks(out) != "" {
			t.Errorf("%T: an encoder shows %q: %s", v, leaks(out), out)
		}
	}
	b, err := boxOf(1, casefile.ID{1}, &[32]byte{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{m, *m, struct{ m *Master }{m}, struct{ m Master }{*m}, b, *b, struct{ b *Box }{b}, struct{ b Box }{*b}} {
		for _, key := range []*[32]byte{m.secret(), b.blob()} {
			out := fmt.Sprintf("%v %+v %#v %x %s", v, v, v, v, v)
			if strings.Contains(out, fmt.Sprintf("%x", key[:8])) || strings.Contains(out, strings.Trim(fmt.Sprint(key[:8]), "[]")) || strings.Contains(out, fmt.Sprintf("%#v", key[:2])[7:15]) {
				t.Errorf("%T prints a key: %s", v, out)
			}
		}
	}
}

func TestTheyCannotBeStoredInClear(t *testing.T) {
	for _, v := range []driver.Valuer{NewPhone(clearPhone), NewName(clearName), NewAddress(clearAddress), NewWords(clearWords), Phone{}} {
		if got, err := v.Value(); got != nil || !errors.Is(err, ErrNotSealed) {
			t.Errorf("%T gives the driver %v, %v", v, got, err)
		}
	}
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(NewPhone(clearPhone)); err == nil {
		t.Error("gob wrote a phone")
	}
	read := func(into any) error { return json.Unmarshal([]byte(`"19900001234"`), into) }
	if err := read(new(Phone)); err == nil {
		t.Error("a masked value was read back: what was written is not what it was")
	}
}

func TestMasks(t *testing.T) {
	for _, tc := range []struct {
		v    fmt.Stringer
		want string
	}{
		{NewPhone("13800000000"), "138****0000"}, {NewPhone("+86 138-0000-0000"), "138****0000"}, {NewPhone("１３８００００００００"), "138****0000"},
		{NewPhone("0571-88880000"), "057****0000"}, {NewPhone("88880000"), "****000"}, {NewPhone("110"), "****"}, {NewPhone("no number"), "****"}, {Phone{}, ""},
		{NewName("王小明"), "王*"}, {NewName("王"), "*"}, {NewName("欧阳示例"), "欧*"}, {NewName("Ann Example"), "A*"}, {NewName(" "), "*"}, {Name{}, ""},
		{NewAddress("浙江省杭州市西湖区文三路1号院2单元3室"), "浙江省杭州市***"}, {NewAddress("12号楼"), "***"}, {NewAddress("幸福里2号"), "幸***"}, {NewAddress("A1"), "***"},
		{NewWords("漏水"), "[2]"}, {Words{}, ""},
	} {
		if got := tc.v.String(); got != tc.want {
			t.Errorf("%q, want %q", got, tc.want)
		}
	}
}

// A mask hides at least four digits of a phone and never shows more than a third of an address.
func TestMasksHideEnough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		phone := rapid.StringMatching(`(\+?86[ -]?)?[0-9]{5,13}`).Draw(t, "phone")
		if shown := digitsOf(NewPhone(phone).String()); len(shown) > len(digitsOf(phone))-4 && len(digitsOf(phone)) > 4 {
			t.Fatalf("%q shows %q", phone, shown)
		}
		address := rapid.StringN(1, 60, -1).Draw(t, "address")
		shown := strings.TrimSuffix(NewAddress(address).String(), "***")
		if 3*len([]rune(shown)) > len([]rune(address)) || strings.ContainsAny(shown, "0123456789") {
			t.Fatalf("%q shows %q", address, shown)
		}
	})
}

func TestClearEqualAndZero(t *testing.T) {
	if p := NewPhone(clearPhone); p.Clear() != clearPhone || p.IsZero() || !p.Equal(NewPhone(clearPhone)) || p.Equal(Phone{}) {
		t.Error("phone")
	}
	if !NewPhone("").IsZero() || (Phone{}).Clear() != "" || !(Phone{}).Equal(NewPhone("")) {
		t.Error("absent phone")
	}
	if !reflect.DeepEqual(full(), full()) {
		t.Error("tests compare structs with them inside")
	}
	j, err := json.Marshal(struct {
		P Phone `json:"p,omitzero"`
		Q Phone `json:"q"`
	}{})
	if err != nil || string(j) != `{"q":""}` {
		t.Errorf("%s %v", j, err)
	}
}
