package imagefile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

func sample(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{uint8(x * 7), uint8(y * 5), uint8(x*y + 3), 255})
		}
	}
	return img
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func reasonOf(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		if e.Zh == "" || e.En == "" {
			return "without words"
		}
		return e.Reason
	}
	return ""
}

func TestNamedReasons(t *testing.T) {
	whole := asJPEG(t, sample(200, 100))
	bomb := asPNG(t, sample(3, 3))
	binary.BigEndian.PutUint32(bomb[16:], 65000)
	binary.BigEndian.PutUint32(bomb[20:], 65000)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	huge := bytes.Clone(whole)
	at := bytes.Index(huge, []byte{0xff, 0xc0}) + 5
	binary.BigEndian.PutUint16(huge[at:], 65535)
	binary.BigEndian.PutUint16(huge[at+2:], 65535)
	broken := asPNG(t, sample(40, 40))
	broken[len(broken)/2] ^= 0xff
	for name, c := range map[string]struct {
		b    []byte
		want Reason
	}{
		"nothing":             {nil, Empty},
		"text":                {[]byte("hello, this is no picture"), Unsupported},
		"avif":                {[]byte("\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf"), Unsupported},
		"half a JPEG":         {whole[:len(whole)/2], Truncated},
		"start of a JPEG":     {whole[:30], Truncated},
		"65000×65000 PNG":     {bomb, TooLarge},
		"65535×65535 JPEG":    {huge, TooLarge},
		"a flipped byte, PNG": {broken, Damaged},
		"moving WebP":         {[]byte("RIFF\x40\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x0f\x00\x00\x0f\x00\x00ANIM\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), Animated},
	} {
		_, err := Decode(c.b, Limits{})
		if got := reasonOf(err); got != c.want {
			t.Errorf("%s: %q (%v), want %q", name, got, err, c.want)
		}
	}
	if _, err := Decode(whole, Limits{Memory: 1000}); reasonOf(err) != TooLarge {
		t.Error("the limit of memory is not kept:", err)
	}
	if _, err := Decode(whole, Limits{Bytes: 100}); reasonOf(err) != TooLarge {
		t.Error("the limit of bytes is not kept:", err)
	}
}

func TestUncommonKindsAreDecoded(t *testing.T) {
	deep := image.NewNRGBA64(image.Rect(0, 0, 20, 10))
	var moving bytes.Buffer
	frame := image.NewPaletted(image.Rect(0, 0, 20, 10), color.Palette{color.Black, color.White})
	if err := gif.EncodeAll(&moving, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{1, 1}}); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"16 bits": asPNG(t, deep), "moving GIF": moving.Bytes()} {
		p, err := Decode(b, Limits{})
		if err != nil || p.Image.Bounds().Dx() != 20 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestUpright compares every orientation with the definition: where the stored corner pixels come to lie.
func TestUpright(t *testing.T) {
	src := sample(34, 18)
	gray := image.NewGray(src.Rect)
	ycc := image.NewYCbCr(src.Rect, image.YCbCrSubsampleRatio420)
	for i := range gray.Pix {
		gray.Pix[i], ycc.Y[i] = byte(i*3), byte(i*3)
	}
	for i := range ycc.Cb {
		ycc.Cb[i], ycc.Cr[i] = byte(i*5), byte(i*11)
	}
	w, h := 34, 18
	to := map[int]func(x, y int) (int, int){
		1: func(x, y int) (int, int) { return x, y },
		2: func(x, y int) (int, int) { return w - 1 - x, y },
		3: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
		4: func(x, y int) (int, int) { return x, h - 1 - y },
		5: func(x, y int) (int, int) { return y, x },
		6: func(x, y int) (int, int) { return h - 1 - y, x },
		7: func(x, y int) (int, int) { return h - 1 - y, w - 1 - x },
		8: func(x, y int) (int, int) { return y, w - 1 - x },
	}
	for o, f := range to {
		for _, img := range []image.Image{src, gray, ycc, src.SubImage(src.Rect)} {
			out := Upright(img, o)
			for y := range h {
				for x := range w {
					tx, ty := f(x, y)
					if out.At(tx, ty) != img.At(x, y) {
						t.Fatalf("%T, orientation %d: pixel %d,%d is wrong", img, o, x, y)
					}
				}
			}
		}
	}
}

func TestOrientationSamples(t *testing.T) {
	root := os.Getenv("ANXIN_SHARED")
	if root == "" {
		root = "../../../shared"
	}
	files, _ := filepath.Glob(filepath.Join(root, "data/images/exif-samples/jpg/orientation/*.jpg"))
	if len(files) == 0 {
		t.Skip("optional test data is absent; set ANXIN_SHARED to its folder")
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Decode(b, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		landscape := p.Image.Bounds().Dx() > p.Image.Bounds().Dy()
		if want := filepath.Base(f)[0] == 'l'; landscape != want || p.Orientation != int(filepath.Base(f)[len(filepath.Base(f))-5]-'0') {
			t.Errorf("%s: orientation %d, %v", filepath.Base(f), p.Orientation, p.Image.Bounds())
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(asJPEG(f, sample(20, 10)))
	f.Add(asPNG(f, sample(20, 10)))
	f.Add([]byte("RIFF\x24\x00\x00\x00WEBPVP8L\x18\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	f.Add([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic\x00\x00\x00\x30meta\x00\x00\x00\x00\x00\x00\x00\x24iprp\x00\x00\x00\x1cipco\x00\x00\x00\x14ispe\x00\x00\x00\x00\x00\x00\x00\x10\x00\x00\x00\x10"))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ReadHeader(b, Limits{Pixels: 1 << 20, Memory: 16 << 20})
		if err != nil {
			if r := reasonOf(err); r == "" || r == "without words" {
				t.Fatal("an error without a reason:", err)
			}
			return
		}
		if h.Format == "heic" {
			return // the decoder is another program in another language; starting it for every input is too slow
		}
		p, err := Decode(b, Limits{Pixels: 1 << 20, Memory: 16 << 20})
		if err == nil && p.Image == nil || err != nil && reasonOf(err) == "" {
			t.Fatal("neither a picture nor a reason:", err)
		}
	})
}
