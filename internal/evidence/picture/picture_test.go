package picture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anxin/internal/evidence/picture"

	"golang.org/x/text/encoding/unicode"
)

func TestMain(m *testing.M) {
	switch os.Getenv("ANXIN_PICTURE_TEST") {
	case "serve":
		l := picture.DefaultLimits
		l.Memory *= raceFactor
		if err := picture.Serve(os.Stdin, os.Stdout, l); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	case "film":
		l := picture.DefaultLimits
		l.Memory *= raceFactor
		if err := picture.ServeFilm(os.Stdin, os.Stdout, os.NewFile(3, "video"), l); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	case "hang":
		time.Sleep(time.Minute)
	case "die":
		os.Exit(7)
	}
	os.Exit(m.Run())
}

// quarters is a picture whose four quarters differ: red, green, blue, white. w × h pixels.
func quarters(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	colours := [4]color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 255}}
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, colours[y*2/h*2+x*2/w])
		}
	}
	return img
}

func jpegOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withEXIF puts an orientation and a GPS position into a JPEG.
func withEXIF(b []byte, orientation uint16) []byte {
	tiff := []byte("MM\x00*\x00\x00\x00\x08\x00\x02")
	entry := func(tag, typ uint16, n, v uint32) {
		tiff = binary.BigEndian.AppendUint16(tiff, tag)
		tiff = binary.BigEndian.AppendUint16(tiff, typ)
		tiff = binary.BigEndian.AppendUint32(tiff, n)
		tiff = binary.BigEndian.AppendUint32(tiff, v)
	}
	entry(0x0112, 3, 1, uint32(orientation)<<16)
	entry(0x8825, 4, 1, 38)
	tiff = append(tiff, 0, 0, 0, 0)
	tiff = append(tiff, 0, 1) // GPS directory with one entry
	entry(0x0001, 2, 2, 'N'<<24)
	tiff = append(tiff, "GPS 39.0842N 117.2009E"...)
	seg := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(seg)+2))...)
	return append(append(out, seg...), b[2:]...)
}

func decode(t testing.TB, c picture.Copy) image.Image {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(c.JPEG))
	if err != nil || img.Bounds().Dx() != c.Width || img.Bounds().Dy() != c.Height {
		t.Fatalf("%v, %d × %d instead of %v", err, c.Width, c.Height, img.Bounds())
	}
	return img
}

// corner names the colour in the middle of a quarter.
func corner(img image.Image, right, bottom int) string {
	b := img.Bounds()
	r, g, bl, _ := img.At(b.Min.X+b.Dx()/4+right*b.Dx()/2, b.Min.Y+b.Dy()/4+bottom*b.Dy()/2).RGBA()
	name := ""
	for i, v := range []uint32{r, g, bl} {
		if v > 0x8000 {
			name += "rgb"[i : i+1]
		}
	}
	return name
}

func corners(img image.Image) string {
	return strings.Join([]string{corner(img, 0, 0), corner(img, 1, 0), corner(img, 0, 1), corner(img, 1, 1)}, " ")
}

func TestCopiesAreUprightForEveryOrientation(t *testing.T) {
	b := jpegOf(t, quarters(400, 200))
	for o, want := range map[uint16]string{
		0: "r g b rgb", 1: "r g b rgb", 2: "g r rgb b", 3: "rgb b g r", 4: "b rgb r g", 5: "r b g rgb", 6: "b r rgb g", 7: "rgb g b r", 8: "g rgb r b", 9: "r g b rgb",
	} {
		r, err := picture.Render(withEXIF(b, o), picture.DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		img := decode(t, r.Display)
		if got := corners(img); got != want {
			t.Errorf("orientation %d: %s instead of %s", o, got, want)
		}
		if turned := o >= 5 && o <= 8; turned != (img.Bounds().Dy() == 400) {
			t.Errorf("orientation %d: %v", o, img.Bounds())
		}
	}
}

func TestCopiesCarryNoMetadata(t *testing.T) {
	b := withEXIF(jpegOf(t, quarters(300, 300)), 1)
	if !bytes.Contains(b, []byte("117.2009E")) {
		t.Fatal("the test picture has no position")
	}
	r, err := picture.Render(b, picture.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]picture.Copy{"display": r.Display, "thumb": r.Thumb} {
		for _, trace := range []string{"117.2009E", "Exif", "http", "ICC"} {
			if bytes.Contains(c.JPEG, []byte(trace)) {
				t.Errorf("%s carries %q", name, trace)
			}
		}
		for i := 2; c.JPEG[i+1] != 0xda; i += 2 + int(binary.BigEndian.Uint16(c.JPEG[i+2:])) {
			if m := c.JPEG[i+1]; m >= 0xe0 && m <= 0xef || m == 0xfe {
				t.Errorf("%s has an application segment %x", name, m)
			}
		}
	}
}

func TestSizesOfCopies(t *testing.T) {
	for _, c := range []struct{ w, h, dw, dh, tw, th int }{
		{1, 1, 1, 1, 1, 1}, {100, 50, 100, 50, 100, 50}, {1600, 1200, 1600, 1200, 320, 240}, {1601, 1000, 1600, 999, 320, 199},
		{4000, 3000, 1600, 1200, 320, 240}, {1000, 5000, 320, 1600, 64, 320}, {9000, 3, 1600, 1, 320, 1},
	} {
		r, err := picture.Render(pngOf(t, quarters(c.w, c.h)), picture.DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		d, th := decode(t, r.Display).Bounds(), decode(t, r.Thumb).Bounds()
		if abs(d.Dx()-c.dw) > 1 || abs(d.Dy()-c.dh) > 1 || abs(th.Dx()-c.tw) > 1 || abs(th.Dy()-c.th) > 1 || max(d.Dx(), d.Dy()) != max(c.dw, c.dh) {
			t.Errorf("%d × %d gave %v and %v", c.w, c.h, d, th)
		}
	}
}

func abs(n int) int { return max(n, -n) }

func TestTransparencyBecomesWhite(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 100, 100))
	for x := range 100 {
		img.SetNRGBA(x, 50, color.NRGBA{0, 0, 0, 255}) // a signature's stroke
	}
	r, err := picture.Render(pngOf(t, img), picture.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	got := decode(t, r.Display)
	if c := corners(got); c != "rgb rgb rgb rgb" {
		t.Errorf("the ground is %s", c)
	}
	if v, _, _, _ := got.At(50, 50).RGBA(); v > 0x6000 {
		t.Errorf("the stroke is gone: %x", v)
	}
}

func TestEveryGoImageKindShrinksToTheSameColours(t *testing.T) {
	rgba := quarters(3400, 1700)
	gray := image.NewGray(rgba.Rect)
	for i := range gray.Pix {
		gray.Pix[i] = 200
	}
	for name, b := range map[string][]byte{"JPEG": jpegOf(t, rgba), "PNG": pngOf(t, rgba)} {
		r, err := picture.Render(b, picture.DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		if got := corners(decode(t, r.Thumb)); got != "r g b rgb" {
			t.Errorf("%s: %s", name, got)
		}
	}
	r, err := picture.Render(jpegOf(t, gray), picture.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	if v, _, _, _ := decode(t, r.Thumb).At(9, 9).RGBA(); v>>8 < 195 || v>>8 > 205 {
		t.Errorf("grey 200 became %d", v>>8)
	}
}

func TestSniff(t *testing.T) {
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("<html>")
	if err != nil {
		t.Fatal(err)
	}
	box := func(brands string) string {
		return "\x00\x00\x00" + string(rune(16+len(brands)-4)) + "ftyp" + brands[:4] + "\x00\x00\x00\x00" + brands[4:]
	}
	for text, want := range map[string]picture.Class{
		"\xff\xd8\xff\xe0": picture.Image, "\x89PNG\r\n\x1a\n": picture.Image, "RIFF\x00\x00\x00\x00WEBPVP8 ": picture.Image, box("heicmif1"): picture.Image, box("mif1heic"): picture.Image,
		box("avifmif1"): picture.Opaque, box("mif1avif"): picture.Opaque, "GIF89a": picture.Opaque, "II*\x00": picture.Opaque,
		box("isomiso2"): picture.Video, box("qt  qt  "): picture.Video, box("mp42isom"): picture.Video,
		"%PDF-1.7": picture.Document, "PK\x03\x04": picture.Archive, "Rar!\x1a\x07\x01\x00": picture.Archive, "\x1f\x8b\x08": picture.Archive, "7z\xbc\xaf\x27\x1c": picture.Archive,
		strings.Repeat("a", 257) + "ustar": picture.Archive,
		"<svg xmlns=":                      picture.Markup, "  \n<!DOCTYPE html>": picture.Markup, "\xef\xbb\xbf<?xml": picture.Markup, "<script>": picture.Markup, utf16: picture.Markup,
		"": picture.Unknown, "hello": picture.Unknown, "MZ\x90\x00": picture.Unknown, "\x7fELF": picture.Unknown, "RIFF\x00\x00\x00\x00WAVE": picture.Unknown, box("abcdabcd"): picture.Unknown,
		"a < b": picture.Unknown,
	} {
		if got := picture.Sniff([]byte(text)); got.Class != want {
			t.Errorf("%.20q: %s instead of %s", text, got.Class, want)
		}
	}
}

func TestWhatIsRefusedBeforeDecoding(t *testing.T) {
	small := picture.Limits{Bytes: 1 << 20, Pixels: 10_000, Memory: 1 << 20, Scans: 3}
	huge := pngOf(t, image.NewGray(image.Rect(0, 0, 1, 1)))
	binary.BigEndian.PutUint32(huge[16:], 60_000) // says 60,000 × 60,000 in its header
	binary.BigEndian.PutUint32(huge[20:], 60_000)
	manyScans := jpegOf(t, quarters(50, 50))
	at := bytes.Index(manyScans, []byte{0xff, 0xda})
	scan := manyScans[at : len(manyScans)-2]
	bomb := append(append([]byte{}, manyScans[:len(manyScans)-2]...), bytes.Repeat(scan, 4)...)
	for name, c := range map[string]struct {
		b    []byte
		l    picture.Limits
		want error
	}{
		"too many bytes":          {make([]byte, 2<<20), small, picture.ErrUnsupported},
		"too many bytes of JPEG":  {append(jpegOf(t, quarters(9, 9)), make([]byte, 2<<20)...), small, picture.ErrTooLarge},
		"too many pixels":         {jpegOf(t, quarters(200, 200)), small, picture.ErrTooLarge},
		"a header that says huge": {huge, picture.DefaultLimits, picture.ErrDamaged}, // the checksum of the header is wrong too
		"too much memory":         {pngOf(t, quarters(90, 90)), picture.Limits{Bytes: 1 << 20, Pixels: 10_000, Memory: 8_000}, picture.ErrTooLarge},
		"too many scans":          {bomb, small, picture.ErrTooLarge},
		"a video":                 {[]byte("\x00\x00\x00\x10ftypisom\x00\x00\x00\x00"), picture.DefaultLimits, picture.ErrUnsupported},
		"a PDF":                   {[]byte("%PDF-1.7"), picture.DefaultLimits, picture.ErrUnsupported},
		"an SVG":                  {[]byte("<svg/>"), picture.DefaultLimits, picture.ErrUnsupported},
		"a cut JPEG":              {jpegOf(t, quarters(90, 90))[:100], picture.DefaultLimits, picture.ErrDamaged},
		"a JPEG without frame":    {[]byte("\xff\xd8\xff\xd9"), picture.DefaultLimits, picture.ErrDamaged},
		"a HEIC without anything": {[]byte("\x00\x00\x00\x10ftypheic\x00\x00\x00\x00"), picture.DefaultLimits, picture.ErrDamaged},
	} {
		if _, err := picture.Render(c.b, c.l); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func process(mode string) *picture.Process {
	return &picture.Process{Command: []string{"/usr/bin/env", "ANXIN_PICTURE_TEST=" + mode, os.Args[0]}, Limits: picture.DefaultLimits, Timeout: raceFactor * 20 * time.Second}
}

func TestProcessGivesTheSameCopies(t *testing.T) {
	p := process("serve")
	defer p.Close()
	for _, b := range [][]byte{jpegOf(t, quarters(2000, 1000)), pngOf(t, quarters(20, 10)), []byte("rubbish"), jpegOf(t, quarters(90, 90))[:80]} {
		want, wantErr := picture.Render(b, picture.DefaultLimits)
		got, err := p.Render(t.Context(), b)
		if (err == nil) != (wantErr == nil) || !bytes.Equal(got.Display.JPEG, want.Display.JPEG) || !bytes.Equal(got.Thumb.JPEG, want.Thumb.JPEG) || got.Display.Width != want.Display.Width {
			t.Errorf("%d bytes: %v instead of %v", len(b), err, wantErr)
		}
		for _, e := range []error{picture.ErrDamaged, picture.ErrUnsupported, picture.ErrTooLarge} {
			if errors.Is(err, e) != errors.Is(wantErr, e) {
				t.Errorf("%v instead of %v", err, wantErr)
			}
		}
	}
}

func TestAProcessThatDiesOrHangsIsReplaced(t *testing.T) {
	b := jpegOf(t, quarters(20, 20))
	p := process("die")
	for range 2 {
		if _, err := p.Render(t.Context(), b); !errors.Is(err, picture.ErrDamaged) || !errors.Is(err, picture.ErrStopped) {
			t.Errorf("%v", err)
		}
	}
	h := process("hang")
	h.Timeout = 50 * time.Millisecond
	if _, err := h.Render(t.Context(), b); !errors.Is(err, picture.ErrStopped) {
		t.Errorf("%v", err)
	}
	h.Command[1] = "ANXIN_PICTURE_TEST=serve"
	h.Timeout = 10 * time.Second
	if _, err := h.Render(t.Context(), b); err != nil {
		t.Errorf("after a hang: %v", err)
	}
	h.Close()
}

// The decoder's own sample pictures come with its module.
func TestHEIC(t *testing.T) {
	if raceFactor > 1 {
		t.Skip("under the race detector the decoder in WebAssembly takes minutes; it runs in a process of its own anyway")
	}
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/gen2brain/heic").Output()
	if err != nil {
		t.Skipf("the module's folder is not known here, decoding of HEIC was not tested: %v", err)
	}
	b, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "testdata", "test8.heic"))
	if err != nil {
		t.Skipf("no HEIC sample in the module, decoding of HEIC was not tested: %v", err)
	}
	if w, h, ok := picture.Size(picture.Sniff(b), b); !ok || w != 512 || h != 512 {
		t.Fatalf("%d × %d %v", w, h, ok)
	}
	p := process("serve")
	p.Timeout = time.Minute
	defer p.Close()
	r, err := p.Render(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if img := decode(t, r.Display).Bounds(); img.Dx() != 512 || r.Thumb.Width != 320 {
		t.Errorf("%v", img)
	}
	if _, err := p.Render(t.Context(), b[:len(b)/3]); !errors.Is(err, picture.ErrDamaged) {
		t.Errorf("a cut file: %v", err)
	}
}

func FuzzRender(f *testing.F) {
	f.Add(jpegOf(f, quarters(16, 16)))
	f.Add(pngOf(f, quarters(16, 16)))
	f.Add(withEXIF(jpegOf(f, quarters(16, 16)), 6))
	l := picture.Limits{Bytes: 1 << 20, Pixels: 1 << 16, Memory: 4 << 20, Scans: 10}
	f.Fuzz(func(t *testing.T, b []byte) {
		if picture.Sniff(b) == picture.HEIC {
			return // the decoder in WebAssembly is too slow to fuzz here; it runs in a process of its own
		}
		r, err := picture.Render(b, l)
		if err == nil && (r.Display.Width < 1 || r.Thumb.Width > picture.ThumbSide) {
			t.Fatalf("%d %d", r.Display.Width, r.Thumb.Width)
		}
	})
}

func FuzzSize(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x10ftypheic\x00\x00\x00\x00\x00\x00\x00\x30meta\x00\x00\x00\x00\x00\x00\x00\x24iprp\x00\x00\x00\x1cipco\x00\x00\x00\x14ispe\x00\x00\x00\x00\x00\x00\x00\x09\x00\x00\x00\x07"))
	f.Fuzz(func(t *testing.T, b []byte) {
		typ := picture.Sniff(b)
		if w, h, ok := picture.Size(typ, b); ok && (w < 1 || h < 1) {
			t.Fatalf("%d × %d", w, h)
		}
	})
}

func BenchmarkRender12MP(b *testing.B) {
	in := jpegOf(b, quarters(4000, 3000))
	for b.Loop() {
		if _, err := picture.Render(in, picture.DefaultLimits); err != nil {
			b.Fatal(err)
		}
	}
}
