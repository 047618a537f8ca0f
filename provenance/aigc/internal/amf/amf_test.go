package amf

import (
	"testing"

	"anxin/provenance/internal/corpus"
)

func TestStrings(t *testing.T) {
	script := "\x02\x00\x0aonMetaData\x08\x00\x00\x00\x03\x00\x01a\x02\x00\x01x\x00\x01n\x00\x40\x00\x00\x00\x00\x00\x00\x00\x00\x01o\x03\x00\x01b\x0c\x00\x00\x00\x02yz\x00\x00\x09\x00\x01l\x0a\x00\x00\x00\x01\x03\x00\x01c\x02\x00\x01w\x00\x00\x09\x00\x00\x09"
	got := map[string]string{}
	Strings([]byte(script), func(k, v string) { got[k] = v })
	if len(got) != 3 || got["a"] != "x" || got["b"] != "yz" || got["c"] != "w" {
		t.Errorf("%v", got)
	}
	for i := range script {
		Strings([]byte(script[:i]), func(_, v string) {
			if len(v) > 2 {
				t.Errorf("%q of a script cut at %d", v, i)
			}
		})
	}
}

func FuzzStrings(f *testing.F) {
	f.Add([]byte("\x02\x00\x01a\x08\x00\x00\x00\x01\x00\x01k\x02\x00\x01v\x00\x00\x09"))
	corpus.Add(f, func(in string) { f.Add([]byte(in)) })
	f.Fuzz(func(t *testing.T, data []byte) {
		n := 0
		Strings(data, func(k, v string) { n += len(k) + len(v) })
		if n > len(data) {
			t.Errorf("%d bytes of strings in %d", n, len(data))
		}
	})
}
