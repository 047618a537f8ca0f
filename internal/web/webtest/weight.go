package webtest

import (
	"bytes"
	"compress/gzip"
	"testing"

	"anxin/internal/web/assets"
)

// Weight is what a page costs on the wire, compressed: the page itself and every asset it names, without photos.
func Weight(t testing.TB, d *Doc) int {
	t.Helper()
	set, err := assets.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, 5)
	if _, err := z.Write([]byte(d.Raw)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	total := b.Len()
	for _, n := range d.All("link[href], script[src]") {
		for _, a := range []string{"href", "src"} {
			if v, ok := AttrOf(n, a); ok {
				size := set.Size(v)
				if size == 0 {
					t.Errorf("asset %s has no size", v)
				}
				total += size
			}
		}
	}
	return total
}
