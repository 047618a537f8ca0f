package aigc

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/image/tiff"
)

// sharedDir is the optional test data beside the repository.
func sharedDir() string {
	if dir := os.Getenv("ANXIN_SHARED"); dir != "" {
		return dir
	}
	return "../../../shared/data"
}

func read(t testing.TB, data []byte) *Report {
	t.Helper()
	r, err := Read(context.Background(), bytes.NewReader(data), int64(len(data)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// nearMisses speak of labels, or look like one from afar; none is one.
var nearMisses = []string{
	"AIGC", "This picture was not made with AIGC.", `{"Label":"summer sale","price":3}`, `{"AIGC":false}`, "AIGC: see below", `AIGC{`, `{"AIGC":{}}`,
	"ContentProducer is a field of GB 45438", `{"Time":"2026-01-01","ContentId":"1"}`, `{"product":"retouch","exportType":"edit"}`, `{"aigc_label_type":0}`,
	"Signature: a name at the lower left of the painting, partly covered", "Steps: 12 up to the door", "http://www.tc260.org.cn/ns/AIGC/1.0/",
	`<TC260:AIGC>`, "parameters", `{"prompt":"a cat"}`, "digitalCapture", `{"ContentProducer":{}}`,
}

// generated makes pictures of all kinds, with harmless metadata.
func generated(n int) func(yield func(name string, data []byte) bool) {
	return func(yield func(string, []byte) bool) {
		r := rand.New(rand.NewPCG(45438, 2025))
		for i := range n {
			img := image.NewNRGBA(image.Rect(0, 0, 8+r.IntN(40), 8+r.IntN(40)))
			for j := range img.Pix {
				img.Pix[j] = byte(r.Uint32())
			}
			img.Set(0, 0, color.White)
			var b bytes.Buffer
			miss := nearMisses[r.IntN(len(nearMisses))]
			var data []byte
			var err error
			switch i % 5 {
			case 0:
				err = jpeg.Encode(&b, img, nil)
				data = withSegment(b.Bytes(), 0xfe, []byte(miss))
			case 1:
				err = png.Encode(&b, img)
				data = withChunk(b.Bytes(), "tEXt", []byte([]string{"Comment", "Description", "Software", "Title"}[r.IntN(4)]+"\x00"+miss))
			case 2:
				err = gif.Encode(&b, img, nil)
				data = b.Bytes()
			case 3:
				err = tiff.Encode(&b, img, nil)
				data = append(b.Bytes(), miss...)
			case 4:
				err = jpeg.Encode(&b, img, nil)
				data = append(withSegment(b.Bytes(), 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+xmpPacket(fmt.Sprintf("<dc:description xmlns:dc=\"http://purl.org/dc/elements/1.1/\">%s</dc:description>", xmlText(miss))))), miss...)
			}
			if err != nil {
				panic(err)
			}
			if !yield(fmt.Sprintf("generated %d (%s)", i, miss), data) {
				return
			}
		}
	}
}

// No label may be found where there is none: in pictures of the generator, of the shared data, and of whatever Debian
// packages are installed here.
func TestNoLabelWhereThereIsNone(t *testing.T) {
	n := 0
	for name, data := range generated(1000) {
		n++
		r := read(t, data)
		if r.Found || r.DeclaresAI {
			t.Errorf("%s: %+v %+v", name, r.Carriers, r.Declarations)
		}
	}
	files, limit := 0, 600 // enough for every day; AIGC_FILES=20000 takes all
	if n, err := strconv.Atoi(os.Getenv("AIGC_FILES")); err == nil {
		limit = n
	}
	for _, dir := range []string{filepath.Join(sharedDir(), "images"), filepath.Join(sharedDir(), "pdq"), "/usr/share/icons", "/usr/share/doc", "/usr/share/pixmaps", "/usr/share/backgrounds", "/usr/lib/python3", "/usr/share/gtk-doc", "/usr/share/help"} {
		filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !e.Type().IsRegular() || files >= limit {
				return nil
			}
			switch strings.ToLower(filepath.Ext(path)) {
			case ".png", ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff", ".svg", ".pdf":
			default:
				return nil
			}
			f, err := os.Open(path)
			if err != nil {
				return nil
			}
			defer f.Close()
			info, err := f.Stat()
			if err != nil || info.Size() > 16<<20 {
				return nil
			}
			r, err := Read(context.Background(), f, info.Size(), Options{})
			if err != nil {
				return nil // of another format than its name says
			}
			files++
			if r.Found || r.DeclaresAI {
				t.Errorf("%s: %+v %+v", path, r.Carriers, r.Declarations)
			}
			return nil
		})
	}
	t.Logf("%d generated pictures, %d files of packages and shared data", n, files)
}
