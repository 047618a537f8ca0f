package fingerprint

import (
	"bytes"
	"encoding/csv"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg"
	_ "image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// shared finds the optional test data.
func shared(t testing.TB, elem ...string) string {
	t.Helper()
	root := os.Getenv("ANXIN_SHARED")
	if root == "" {
		root = "../../shared"
	}
	p := filepath.Join(append([]string{root, "data"}, elem...)...)
	if _, err := os.Stat(p); err != nil {
		t.Skipf("optional test data is absent (%v); set ANXIN_SHARED to its folder", err)
	}
	return p
}

func load(t testing.TB, name string) image.Image {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	img, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return img
}

// The reference's own rule for other decoders and scalers: at most 10 bits apart wherever its quality is at least 80.
func TestReferenceHashes(t *testing.T) {
	dir := shared(t, "pdq")
	f, err := os.Open(filepath.Join(dir, "expected_pdq_cpp_reference.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, row := range rows[1:] {
		want, err := ParseHash(row[0])
		if err != nil {
			t.Fatal(err)
		}
		q, _ := strconv.Atoi(row[1])
		p := OfImage(load(t, filepath.Join(dir, row[2])))
		d := Distance(p.Hash, want)
		t.Logf("%3d bits, quality %3d (reference %3d) %s", d, p.Quality, q, row[2])
		if q >= 80 {
			compared++
			if d > 10 {
				t.Errorf("%s: %d bits from the reference", row[2], d)
			}
		}
	}
	if compared < 30 {
		t.Errorf("only %d pictures were compared", compared)
	}
}

func TestReferenceDihedral(t *testing.T) {
	dir := shared(t, "pdq")
	b, err := os.ReadFile(filepath.Join(dir, "expected_dihedral_bridge1.txt"))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Split(strings.TrimSpace(string(b)), ",")
	p := OfImage(load(t, filepath.Join(dir, fields[9])))
	for i, h := range p.Dihedral() {
		want, err := ParseHash(fields[i])
		if err != nil {
			t.Fatal(err)
		}
		if d := Distance(h, want); d > 10 {
			t.Errorf("%v: %d bits from the reference", Turn(i), d)
		}
	}
}

// picture draws a smooth random picture, so that hashes have structure.
func picture(seed uint64, w, h int) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 1))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.NewUniform(color.Gray{128}), image.Point{}, draw.Src)
	for range 60 {
		x, y := r.IntN(w), r.IntN(h)
		rect := image.Rect(x, y, x+1+r.IntN(w/2+1), y+1+r.IntN(h/2+1))
		c := color.RGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
		draw.Draw(img, rect, image.NewUniform(c), image.Point{}, draw.Src)
	}
	return img
}

// lay turns a picture as Turn says, pixel by pixel.
func lay(src *image.RGBA, t Turn) *image.RGBA {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	at := map[Turn]func(x, y int) (int, int){
		AsIs:      func(x, y int) (int, int) { return x, y },
		Rotate180: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
		FlipX:     func(x, y int) (int, int) { return x, h - 1 - y },
		FlipY:     func(x, y int) (int, int) { return w - 1 - x, y },
		FlipPlus:  func(x, y int) (int, int) { return y, x },
		FlipMinus: func(x, y int) (int, int) { return w - 1 - y, h - 1 - x },
		Rotate90:  func(x, y int) (int, int) { return w - 1 - y, x },
		Rotate270: func(x, y int) (int, int) { return y, h - 1 - x },
	}[t]
	ow, oh := w, h
	if _, y := at(1, 0); y != 0 { // axes change places
		ow, oh = h, w
	}
	if t == FlipX {
		ow, oh = w, h
	}
	dst := image.NewRGBA(image.Rect(0, 0, ow, oh))
	for y := range oh {
		for x := range ow {
			sx, sy := at(x, y)
			dst.SetRGBA(x, y, src.RGBAAt(sx, sy))
		}
	}
	return dst
}

func TestDihedralHashesAreThoseOfTheTurnedPicture(t *testing.T) {
	src := picture(3, 64, 64) // nothing is sampled, so hashes agree but for rounding
	p := OfImage(src)
	for turn := range Turn(8) {
		got := OfImage(lay(src, turn)).Hash
		d, nearest := p.Nearest(got)
		if nearest != turn {
			t.Errorf("%v is taken for %v", turn, nearest)
		}
		if d > 2 {
			t.Errorf("%v: %d bits", turn, d)
		}
	}
}

func TestPixelKindsAgree(t *testing.T) {
	for _, size := range [][2]int{{300, 200}, {1001, 777}, {513, 100}, {100, 2000}} {
		src := picture(7, size[0], size[1])
		want := OfImage(src)
		nrgba := image.NewNRGBA(src.Rect)
		draw.Draw(nrgba, src.Rect, src, image.Point{}, draw.Src)
		deep := image.NewRGBA64(src.Rect)
		draw.Draw(deep, src.Rect, src, image.Point{}, draw.Src)
		moved := image.NewRGBA(src.Rect.Add(image.Pt(-30, 17)).Inset(-4))
		draw.Draw(moved, src.Rect.Add(image.Pt(-30, 17)), src, image.Point{}, draw.Src)
		for name, img := range map[string]image.Image{"NRGBA": nrgba, "RGBA64": deep, "part": moved.SubImage(src.Rect.Add(image.Pt(-30, 17)))} {
			if got := OfImage(img); got != want {
				t.Errorf("%v %s: %d bits apart", size, name, Distance(got.Hash, want.Hash))
			}
		}
		gray, ycc := image.NewGray(src.Rect), image.NewYCbCr(src.Rect, image.YCbCrSubsampleRatio420)
		for y := range size[1] {
			for x := range size[0] {
				g := color.GrayModel.Convert(src.RGBAAt(x, y)).(color.Gray)
				gray.SetGray(x, y, g)
				ycc.Y[ycc.YOffset(x, y)] = g.Y
				ycc.Cb[ycc.COffset(x, y)], ycc.Cr[ycc.COffset(x, y)] = 128, 128
			}
		}
		if a, b := OfImage(gray), OfImage(ycc); a != b {
			t.Errorf("%v: gray and YCbCr differ", size)
		} else if d := Distance(a.Hash, want.Hash); d > 10 {
			t.Errorf("%v: %d bits between gray and colour", size, d)
		}
	}
}

func TestBoxIsTheMeanOfItsWindow(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{5, 63, 100, 511, 512} {
		src := make([]float32, n)
		for i := range src {
			src[i] = float32(r.IntN(256))
		}
		width := (n + 127) / 128
		dst, col := make([]float32, n), make([]float32, n)
		boxRow(dst, src, width)
		boxColumns(col, src, make([]float32, 1), 1, n, width)
		behind := width - 1 - ((width+2)/2 - 1)
		for i := range dst {
			lo, hi := max(0, i-behind), min(n, i+(width+2)/2)
			var sum float64
			for _, v := range src[lo:hi] {
				sum += float64(v)
			}
			want := sum / float64(hi-lo)
			if d := float64(dst[i]) - want; d > 1e-3 || d < -1e-3 || dst[i] != col[i] {
				t.Fatalf("n=%d i=%d: row %v, column %v, want %v", n, i, dst[i], col[i], want)
			}
		}
	}
}

func TestTinyAndFlat(t *testing.T) {
	if p := OfImage(image.NewGray(image.Rect(0, 0, 4, 900))); p != (Print{}) {
		t.Error("a picture of four columns has no hash")
	}
	if p := OfImage(image.NewGray(image.Rect(0, 0, 900, 700))); p.Quality != 0 {
		t.Errorf("a black picture has quality %d", p.Quality)
	}
	if p := OfGray(make([]byte, 10), 5, 5); p != (Print{}) {
		t.Error("too few bytes")
	}
	g := image.NewGray(image.Rect(0, 0, 64, 64))
	for i := range g.Pix {
		g.Pix[i] = byte(i * 37)
	}
	if OfGray(g.Pix, 64, 64) != OfImage(g) {
		t.Error("OfGray and OfImage differ")
	}
}

func TestParseHash(t *testing.T) {
	h := OfImage(picture(1, 100, 100)).Hash
	if got, err := ParseHash(h.String()); err != nil || got != h {
		t.Error(got, err)
	}
	for _, s := range []string{"", "00", strings.Repeat("g", 64), strings.Repeat("0", 65)} {
		if _, err := ParseHash(s); err == nil {
			t.Errorf("%q is accepted", s)
		}
	}
}

func BenchmarkOfImage12MP(b *testing.B) {
	ycc := image.NewYCbCr(image.Rect(0, 0, 4000, 3000), image.YCbCrSubsampleRatio420)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range ycc.Y {
		ycc.Y[i] = byte(r.Uint32())
	}
	rgba := image.NewNRGBA(image.Rect(0, 0, 4000, 3000))
	for i := range rgba.Pix {
		rgba.Pix[i] = 255
	}
	b.Run("YCbCr", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			OfImage(ycc)
		}
	})
	b.Run("NRGBA", func(b *testing.B) {
		for b.Loop() {
			OfImage(rgba)
		}
	})
}

// TestTurnedHashIsNearlyThatOfTheTurnedPicture: where only the hash was kept, mirrored copies are found far within the radius.
func TestTurnedHashIsNearlyThatOfTheTurnedPicture(t *testing.T) {
	worst := 0
	for seed := range uint64(12) {
		p := OfImage(picture(seed, 300, 200))
		for turn, want := range p.Dihedral() {
			got := p.Hash.Turned(Turn(turn))
			if turn == int(AsIs) && got != want {
				t.Fatalf("picture %d: the hash as it is became %v", seed, got)
			}
			worst = max(worst, Distance(got, want))
			if back := got.Turned([8]Turn{AsIs, Rotate270, Rotate180, Rotate90, FlipX, FlipY, FlipPlus, FlipMinus}[turn]); back != p.Hash {
				t.Errorf("picture %d, %v: turned back it is another hash", seed, Turn(turn))
			}
		}
	}
	t.Logf("at most %d bits", worst)
	if worst > NearRadius*2/3 {
		t.Errorf("%d bits between the turned hash and that of the turned picture", worst)
	}
}
