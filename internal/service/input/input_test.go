package input

import (
	"strings"
	"testing"
)

func FuzzInput(f *testing.F) {
	f.Add("杭州西湖区\u202e竹影巷31号\x00", "199 0000 1234 转 5")
	f.Fuzz(func(t *testing.T, text, phone string) {
		line := Line(text, 300)
		if strings.ContainsAny(line, "\n\r\x00\u202e") || Line(line, 300) != line {
			t.Errorf("%q became %q", text, line)
		}
		if w := Words(text, 300); Words(w, 300) != w {
			t.Errorf("%q became %q", text, w)
		}
		var fl Fields
		if p := fl.Phone("phone", phone); (p == "") != (len(fl.wrong) == 1) {
			t.Errorf("%q became %q with %v", phone, p, fl.wrong)
		}
	})
}
