package forge

import (
	"bytes"
	"image"
	"image/color"
	"math/rand/v2"
	"strings"
	"testing"
)

func photo(w, h int) *image.RGBA {
	r := rand.New(rand.NewPCG(2, 2))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := 120 + 60*((x/30+y/40)%2) + r.IntN(9)
			img.SetRGBA(x, y, color.RGBA{uint8(v), uint8(v - 20), uint8(200 - v/2), 255})
		}
	}
	return img
}

func TestEveryStepDoesWhatItSays(t *testing.T) {
	src := photo(400, 300)
	for _, s := range steps {
		f, err := Apply(src, s.name, 5)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if f.Image.Rect.Size() != f.Mask.Rect.Size() {
			t.Errorf("%s: mask and picture differ in size", s.name)
		}
		if bytes.Equal(f.Image.Pix, src.Pix) {
			t.Errorf("%s: nothing happened", s.name)
		}
		if f.Changed() != s.damage {
			t.Errorf("%s: changed %v, want %v", s.name, f.Changed(), s.damage)
		}
		n := 0
		for _, v := range f.Mask.Pix {
			if v != 0 {
				n++
			}
		}
		if share := float64(n) / float64(len(f.Mask.Pix)); s.damage && (share < 0.0005 || share > 0.12) {
			t.Errorf("%s: %.4f of the picture altered", s.name, share)
		}
		if s.damage {
			outsideUntouched(t, s.name, src, f)
		}
	}
}

// outsideUntouched: the mask is the truth only if nothing visible happens outside it.
func outsideUntouched(t *testing.T, name string, src *image.RGBA, f *Forged) {
	t.Helper()
	for i := range f.Mask.Pix {
		for k := range 3 {
			if d := int(src.Pix[4*i+k]) - int(f.Image.Pix[4*i+k]); f.Mask.Pix[i] == 0 && (d >= visible || d <= -visible) {
				t.Fatalf("%s: pixel %d moved by %d outside the mask", name, i, d)
			}
		}
	}
}

func TestSeedsDecide(t *testing.T) {
	src := photo(300, 200)
	for _, attack := range []string{"crack+chat", "stain+regenerate", "recapture", "screenshot+crop20"} {
		a, err := Apply(src, attack, 1)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := Apply(src, attack, 1)
		c, _ := Apply(src, attack, 2)
		if !bytes.Equal(a.Image.Pix, b.Image.Pix) || !bytes.Equal(a.Mask.Pix, b.Mask.Pix) {
			t.Errorf("%s: the same seed gives another picture", attack)
		}
		if bytes.Equal(a.Image.Pix, c.Image.Pix) {
			t.Errorf("%s: another seed gives the same picture", attack)
		}
	}
}

func TestRefusals(t *testing.T) {
	if _, err := Apply(photo(300, 200), "explode", 1); err == nil || !strings.Contains(err.Error(), "crack") {
		t.Errorf("an unknown attack must list the known ones: %v", err)
	}
	if _, err := Apply(photo(63, 200), "crack", 1); err != ErrSmall {
		t.Errorf("a tiny picture: %v", err)
	}
	if _, err := Apply(photo(64, 64), "crop40+crop40+crop40", 1); err != ErrSmall {
		t.Errorf("cropped to nothing: %v", err)
	}
}

func TestTheLastCompressionIsHandedOut(t *testing.T) {
	f, err := Apply(photo(200, 200), "crack+chat", 1)
	if err != nil || len(f.JPEG) == 0 {
		t.Fatal("no bytes", err)
	}
	if f, _ = Apply(photo(200, 200), "chat+crack", 1); f.JPEG != nil {
		t.Error("bytes of a compression before the last step")
	}
}
