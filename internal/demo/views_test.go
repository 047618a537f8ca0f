package demo

import (
	"bytes"
	"context"
	"image/jpeg"
	"testing"

	"anxin/imagematch"
	"anxin/internal/demo/scene"
)

// The pictures of the play say what the play says: a buyer's own photograph is not the packing photograph, and what was made from the catalogue's is found, with the place.
func TestOwnPhotographsAreTheirOwn(t *testing.T) {
	kept := map[scene.Options]*imagematch.Features{}
	photo := func(o scene.Options) *imagematch.Features {
		if f := kept[o]; f != nil {
			return f
		}
		b, err := scene.JPEG(o)
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		kept[o] = imagematch.Extract(img, imagematch.Options{})
		return kept[o]
	}
	for n, d := range disputes() {
		r := &claimRun{dispute: d, n: n}
		if d.photo == "" {
			continue
		}
		shown := photo(r.picture())
		for name, o := range map[string]scene.Options{"packing": r.packing(), "catalogue": catalogueScene(d.goods)} {
			res, err := imagematch.CompareFeatures(context.Background(), photo(o), shown)
			if err != nil {
				t.Fatal(err)
			}
			if made := d.photo == "catalogue" && name == "catalogue"; res.SamePhotograph != made || res.Changed != made {
				t.Errorf("%s beside the %s photograph: same %v, changed %v, %s", d.name, name, res.SamePhotograph, res.Changed, res.Debug())
			}
		}
	}
}
