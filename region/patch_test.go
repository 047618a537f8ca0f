package region

import (
	"errors"
	"strings"
	"testing"
)

// TestPatch applies lines of an operator and asks before and after.
func TestPatch(t *testing.T) {
	const lines = `# what changed since the release
2027-03-01	new	330115	云谷区	330100	invented for the test
2027-03-01	end	330105	拱墅区	330106+330108(米市巷街道)	invented for the test
2027-04-01	rename	330783	东阳影视市		invented for the test
	alias	330106	西子区
	alias-under	330110	仓前新城
	zone	330106	云栖小镇
	point	330115		120.05,30.20	measured
`
	r, err := New(strings.NewReader(lines))
	if err != nil {
		t.Fatal(err)
	}
	if r.DatasetVersion() == Default().DatasetVersion() || !strings.Contains(r.DatasetVersion(), "+patch.") {
		t.Errorf("a patched dataset must have a version of its own, got %s", r.DatasetVersion())
	}
	for _, c := range []struct {
		text, asOf string
		outcome    Outcome
		code       Code
		kind       Kind
	}{
		{"浙江省杭州市云谷区创新路1号", "", OutcomeOne, "330115", KindDivision},
		{"杭州云谷", "", OutcomeOne, "330115", KindDivision},
		{"杭州市拱墅区", "", OutcomeSet, "", KindNone},
		{"杭州市拱墅区米市巷街道", "", OutcomeOne, "330108", KindHistorical},
		{"杭州市拱墅区湖墅街道", "", OutcomeOne, "330106", KindHistorical},
		{"杭州市拱墅区", "2027-02-28", OutcomeOne, "330105", KindDivision},
		{"浙江省金华市东阳影视市", "", OutcomeOne, "330783", KindDivision},
		{"浙江省金华市东阳市横店镇", "", OutcomeOne, "330783", KindHistorical},
		{"杭州市西子区", "", OutcomeOne, "330106", KindDivision},
		{"杭州仓前新城", "", OutcomeOne, "330110", KindDivision},
		{"杭州云栖小镇", "", OutcomeOne, "330106", KindZone},
		{"浙江省杭州市西湖区文三路", "", OutcomeOne, "330106", KindDivision},
	} {
		var asOf Date
		if c.asOf != "" {
			if asOf, err = ParseDate(c.asOf); err != nil {
				t.Fatal(err)
			}
		}
		a := r.Resolve(c.text, asOf)
		checkAnswer(t, &a)
		if a.Outcome != c.outcome || a.Best.Code != c.code || a.Best.Kind != c.kind {
			t.Errorf("%s %s: got %v %s %v, want %v %s %v", c.text, c.asOf, a.Outcome, a.Best.Code, a.Best.Kind, c.outcome, c.code, c.kind)
		}
	}
	if d, ok := r.Lookup("330115", Date{}); !ok || d.Point.Source != "measured" || d.Point.Precision != PrecisionApproximate {
		t.Errorf("the new district: %+v", d)
	}
	if s := r.Successors("330105", 0); len(s) != 2 || s[1].Scope != "米市巷街道" {
		t.Errorf("successors of the ended district: %+v", s)
	}
	if a := Default().Resolve("杭州市拱墅区", Date{}); a.Best.Code != "330105" {
		t.Error("the patch leaked into the shared resolver")
	}
}

// TestPatchRefusals gives bad files and requires the number of the bad line and that nothing is applied.
func TestPatchRefusals(t *testing.T) {
	for _, c := range []struct {
		file string
		line int
		word string
	}{
		{"2027-03-01\tnew\t33011\t云谷区\t330100\tx", 1, "33011"},
		{"# fine\n\n2027-03-01\tnew\t330115\t云谷区\t999999\tx", 3, "999999"},
		{"2027-13-01\tnew\t330115\t云谷区\t330100\tx", 1, "2027-13-01"},
		{"2027-03-01\tnew\t330106\t云谷区\t330100\tx", 1, "西湖区"},
		{"2027-03-01\tend\t330105\t拱野区\t330106\tx", 1, "拱墅区"},
		{"2027-03-01\tend\t330105\t拱墅区\t330106(米市巷街道\tx", 1, "括号"},
		{"2027-03-01\tend\t330105\t拱墅区\t330105\tx", 1, "自己"},
		{"2027-03-01\tpart\t330105\t拱墅区\t\tx", 1, "part"},
		{"\talias\t330106\t西子区\n\tunknown\t330106\t西子区", 2, "unknown"},
		{"\talias 330106 西子区", 1, "四列"},
		{"\tpoint\t330106\t\t30.2,120.1", 1, "30.2"},
		{"\talias\t330106\t西", 1, "2 到 30"},
		{"\talias\t330106\t\xff\xfe", 1, "UTF-8"},
		{"2027-03-01\tnew\t33010601\t云谷区\t330100\tx", 1, "33010601"},
		{"2027-03-01\tnew\t330115\t云谷区\t330106\tx", 1, "级别"},
		{"2027-03-01\trename\t330106\t西湖区\t\tx", 1, "相同"},
		{"2027-03-01\tnew\t100001\t云谷区\t330000\tx", 1, "省"},
		{"2027-03-01\tnew\t320199\t云谷区\t330100\tx", 1, "省"},
	} {
		_, err := New(strings.NewReader(c.file))
		var e *PatchError
		if !errors.As(err, &e) {
			t.Errorf("%q: got %v, want a refusal", c.file, err)
			continue
		}
		if e.Line != c.line || !strings.Contains(e.Text.Zh, c.word) || e.Text.En == "" {
			t.Errorf("%q: line %d %q, want line %d about %q", c.file, e.Line, e.Text.Zh, c.line, c.word)
		}
	}
	if r, err := New(strings.NewReader("# nothing\n")); err != nil || r.DatasetVersion() != Default().DatasetVersion() {
		t.Errorf("an empty patch changes nothing: %v", err)
	}
}
