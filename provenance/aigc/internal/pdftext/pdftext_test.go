package pdftext

import (
	"fmt"
	"strings"
	"testing"
)

func TestDictionary(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"<</A(x)/B <4142>>>", "A=x B=AB"},
		{"\r\n<< % (no)\n/A#42 (a\\(b\\)c\\\n(d)\\101\\7) /N 3 /R 4 0 R /C<41 4>>>", "AB=a(b)c(d)A\x07 C=A@"},
		{"<</A[(x)(y)]/B<</C(inner)>>/D(z)>> /E(outside)", "D=z"},
		{"<</A/Name/B(x)", "B=x"},
		{"<</A(no end", ""},
		{"<</A<zz>/B(x)>>", ""},
		{"(A)", ""},
		{"<<" + strings.Repeat("[", 100) + "/A(x)", ""},
		{"<<", ""},
		{"<</", ""},
		{"<</A", ""},
	} {
		var got []string
		for _, f := range Dictionary([]byte(c.in)) {
			got = append(got, f.Key+"="+string(f.Value))
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%q: got %q, want %q", c.in, g, c.want)
		}
	}
}

func TestReferences(t *testing.T) {
	for in, want := range map[string]string{" 12 0 R/Root": "{12 0} true", "\n7\n3\nR": "{7 3} true", "1 0 obj": "{0 0} false", "<<": "{0 0} false", "1 0 Rx": "{0 0} false", "99999999999999 0 R": "{0 0} false", "": "{0 0} false"} {
		ref, ok := ReadReference([]byte(in))
		if got := fmt.Sprint(ref, ok); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

func TestInStream(t *testing.T) {
	all := func(int) bool { return true }
	for _, c := range []struct{ in, want string }{
		{"1 0 2 5 <<a>><<b>>", "[<<a>><<b>> <<b>>]"},
		{"1 0 2 500 <<a>>", "[<<a>>]"},
		{"", "[]"},
		{"1", "[]"},
		{"x", "[]"},
	} {
		if got := fmt.Sprintf("%s", InStream([]byte(c.in), all, 8)); got != c.want {
			t.Errorf("%q: got %s, want %s", c.in, got, c.want)
		}
	}
	if got := InStream([]byte(strings.Repeat("1 0 ", 1000)+"<<"), all, 8); len(got) != 8 {
		t.Errorf("%d objects", len(got))
	}
}

func FuzzDictionary(f *testing.F) {
	f.Add([]byte("<</A(x)/B <4142>/C[1 2 <</D(e)>>]>>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if n := len(Dictionary(b)); n > maxFields {
			t.Errorf("%d fields", n)
		}
		InStream(b, func(n int) bool { return n%2 == 0 }, 4)
		ReadReference(b)
		String(b)
	})
}
