package scene

import (
	"bytes"
	"image/jpeg"
	"os"
	"testing"
)

func TestEverySubjectIsAPhotographAndRepeats(t *testing.T) {
	for _, s := range Subjects() {
		o := Options{Subject: s, Seed: 7, Width: 400}
		one, err := JPEG(o)
		if err != nil {
			t.Fatal(err)
		}
		two, _ := JPEG(o)
		if !bytes.Equal(one, two) {
			t.Errorf("%s: the same seed gave other bytes", s)
		}
		o.Fault = true
		if broken, _ := JPEG(o); bytes.Equal(one, broken) {
			t.Errorf("%s: the fault cannot be seen", s)
		}
		img, err := jpeg.Decode(bytes.NewReader(one))
		if err != nil || img.Bounds().Dx() != 400 || img.Bounds().Dy() != 300 {
			t.Errorf("%s: %v %v", s, img.Bounds(), err)
		}
		if dir := os.Getenv("ANXIN_SCENES"); dir != "" {
			o.Width = 800
			b, _ := JPEG(o)
			if err := os.WriteFile(dir+"/"+s+".jpg", b, 0o600); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := Paint(Options{Subject: "dog"}); err == nil {
		t.Error("an unknown subject must be refused")
	}
}
