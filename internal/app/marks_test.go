package app

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"testing"

	"anxin/provenance/aigc"
)

// A copy for the other party carries the drawn mark and a label of its own; a producer that the file names is kept, one that it does not name is not invented.
func TestDrawMark(t *testing.T) {
	copyOf := func(w, h int) []byte {
		img := image.NewGray(image.Rect(0, 0, w, h))
		for i := range img.Pix {
			img.Pix[i] = 128
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, img, nil); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	named := &aigc.Label{Label: "1", ContentProducer: "example-studio", ProduceID: "p-1"}
	for name, c := range map[string]struct {
		w, h     int
		m        ownMark
		label    string
		producer string
		drawn    bool
	}{
		"a label with its producer":   {800, 600, ownMark{aigc.KindIs, named}, "1", "example-studio", true},
		"declared by other means":     {800, 600, ownMark{kind: aigc.KindIs}, "2", "", true},
		"a label that cannot be kept": {800, 600, ownMark{aigc.KindIs, &aigc.Label{Label: "1"}}, "2", "", true},
		"declared by the sender":      {1600, 900, ownMark{kind: aigc.KindPossible}, "2", "", true},
		"too small to be read":        {60, 40, ownMark{kind: aigc.KindSuspected}, "3", "", false},
	} {
		src := copyOf(c.w, c.h)
		got, err := drawMark(context.Background(), src, c.m, "anxin-test", "019a51c0")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		rep, err := aigc.Read(context.Background(), bytes.NewReader(got), int64(len(got)), aigc.Options{})
		if err != nil || rep.Label == nil || rep.Label.Label != c.label || rep.Label.ContentProducer != c.producer || rep.Label.ContentPropagator != "anxin-test" || len(rep.Problems) > 0 {
			t.Errorf("%s: %+v %v", name, rep, err)
		}
		img, err := jpeg.Decode(bytes.NewReader(got))
		if err != nil || img.Bounds().Dx() != c.w {
			t.Fatal(name, err)
		}
		far := 0
		for y := range c.h {
			for x := range c.w {
				if v, _, _, _ := img.At(x, y).RGBA(); v>>8 < 90 || v>>8 > 170 {
					far++
				}
			}
		}
		if (far > 50) != c.drawn {
			t.Errorf("%s: %d pixels of a mark", name, far)
		}
	}
}
