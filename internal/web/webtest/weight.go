package webtest

import (
	"bytes"
	"compress/gzip"
	"sync"
	"testing"

	"anxin/internal/web/assets"
)

// Weight is what a page costs on the wire, compressed: the page itself and every asset it names, without photos.
func Weight(t testing.TB, d *Doc) int {
	t.Helper()
	set := plain()
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

// plain is the assets without an operator's colours, made once: compressing them is most of a test's time.
var plain = sync.OnceValue(func() *assets.Set {
	set, err := assets.New(nil)
	if err != nil {
		panic(err)
	}
	return set
})
