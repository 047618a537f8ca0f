package privacy

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWhatPeopleTypeDifferentlyIsFoundAlike(t *testing.T) {
	for _, tc := range []struct {
		kind, want string
		typed      []string
	}{
		{IndexPhone, "19900001234", []string{"19900001234", "199 0000 1234", "199-0000-1234", "+86 199 0000 1234", "+8619900001234", "8619900001234", "0086-199-0000-1234", "１９９００００１２３４", "(+86)19900001234", " 19900001234\n", "电话19900001234"}},
		{IndexPhone, "057188880000", []string{"0571-88880000", "+86 0571 8888 0000", "（0571）88880000"}},
		{IndexPhone, "57188880000", []string{"+86 571 8888 0000"}},
		{IndexPhone, "4000000000", []string{"400-000-0000", "4000000000"}},
		{IndexPhone, "8612345", []string{"8612345"}},
		{IndexPhone, "", []string{"", "无", "-"}},
		{IndexPhoneTail, "1234", []string{"19900001234", "1234", "尾号1234", "１２３４"}},
		{IndexPhoneTail, "", []string{"123", ""}},
		{IndexName, "王小明", []string{"王小明", " 王 小明", "王　小明", "王·小明"}},
		{IndexName, "阿卜杜热合曼", []string{"阿卜杜·热合曼", "阿卜杜•热合曼", "阿卜杜‧热合曼"}},
		{IndexName, "annexample", []string{"Ann Example", "ANN EXAMPLE", "ａｎｎ　ｅｘａｍｐｌｅ", "Ann-Example"}},
		{IndexName, "", []string{"", " ", "··"}},
		{IndexSerial, "SN12AB34", []string{"sn-12 ab/34", "SN12AB34", "ＳＮ１２ａｂ３４", "SN.12_AB-34"}},
	} {
		for _, s := range tc.typed {
			if got := Normalize(tc.kind, s); got != tc.want {
				t.Errorf("%s of %q is %q, want %q", tc.kind, s, got, tc.want)
			}
		}
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"+86 199-0000-1234", "王　小明", "ＳＮ１２", "0086", "\xff\xfe", "e\u0301", "ﷺ", "①②③④"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, kind := range []string{IndexPhone, IndexPhoneTail, IndexName, IndexSerial, "other"} {
			once := Normalize(kind, s)
			if kind == IndexPhone { // +86 is taken off once; what remains may begin with 86 again
				if strings.Trim(once, "0123456789") != "" {
					t.Errorf("phone %q", once)
				}
				continue
			}
			if utf8.ValidString(s) && Normalize(kind, once) != once {
				t.Errorf("%s of %q: %q, and again %q", kind, s, once, Normalize(kind, once))
			}
		}
		for _, v := range []string{NewPhone(s).String(), NewName(s).String(), NewAddress(s).String(), NewWords(s).String()} {
			if s != "" && v == "" {
				t.Errorf("%q has an empty mask", s)
			}
		}
	})
}
