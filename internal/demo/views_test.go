package demo

import (
	"bytes"
	"context"
	"image/jpeg"
	"testing"

	"anxin/fingerprint"
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

// Pictures of visits are not like those of disputes: else each dispute would list visits to other people.
func TestVisitsLookOtherwise(t *testing.T) {
	print := func(o scene.Options) fingerprint.Hash {
		b, err := scene.JPEG(o)
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		return fingerprint.OfImage(img).Hash
	}
	var visits []fingerprint.Hash
	for _, g := range goods {
		visits = append(visits, print(scene.Options{Subject: g.subject, Seed: 3, Width: 400, View: visitView, Fault: true}))
	}
	for n, d := range disputes() {
		if r := (&claimRun{dispute: d, n: n}); d.photo != "" {
			shown := print(r.picture())
			for i, v := range visits {
				if bits := fingerprint.Distance(shown, v); bits < 60 {
					t.Errorf("%s: %d bits from a visit to a %s", d.name, bits, goods[i].subject)
				}
			}
		}
	}
}
