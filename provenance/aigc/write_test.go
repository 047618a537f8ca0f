package aigc

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/webp"
)

var newLabel = Label{Label: "2", ContentPropagator: "001191110000802100433B20001", PropagateID: "show-7", ReservedCode2: `a"b\c`}

func unbase64(s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

var (
	lossyWebP    = unbase64("UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAwA0JaQAA3AA/vuUAAA=")
	losslessWebP = unbase64("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
)

func pictures(t *testing.T) (jpg, pn []byte) {
	t.Helper()
	var a, b bytes.Buffer
	if err := errors.Join(jpeg.Encode(&a, scene(64, 48), nil), png.Encode(&b, scene(64, 48))); err != nil {
		t.Fatal(err)
	}
	return a.Bytes(), b.Bytes()
}

// film has two tracks whose places of the media can be checked.
func film(moovFirst bool, udta ...[]byte) []byte {
	media := []byte("first samplesecond sample")
	build := func(at int) []byte {
		stco := boxOf("stco", []byte{0, 0, 0, 0, 0, 0, 0, 1}, binary.BigEndian.AppendUint32(nil, uint32(at)))
		co64 := boxOf("co64", []byte{0, 0, 0, 0, 0, 0, 0, 1}, binary.BigEndian.AppendUint64(nil, uint64(at+12)))
		track := func(table []byte) []byte {
			return boxOf("trak", boxOf("tkhd", make([]byte, 8)), boxOf("mdia", boxOf("minf", boxOf("stbl", boxOf("stsz", make([]byte, 12)), table))))
		}
		return boxOf("moov", append([][]byte{boxOf("mvhd", make([]byte, 20)), track(stco), track(co64)}, udta...)...)
	}
	mdat := boxOf("mdat", media)
	if moovFirst {
		n := len(ftypMP4) + len(build(0)) + 8
		return join(ftypMP4, build(n), mdat)
	}
	return join(ftypMP4, mdat, build(len(ftypMP4)+8))
}

func write(t *testing.T, src []byte, l Label, opts WriteOptions) []byte {
	t.Helper()
	var out bytes.Buffer
	before := bytes.Clone(src)
	if err := Write(t.Context(), &out, bytes.NewReader(src), int64(len(src)), l, opts); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, src) {
		t.Fatal("the source was changed")
	}
	r := read(t, out.Bytes())
	if len(r.Carriers) != 1 || !r.Carriers[0].Conformant || len(r.Problems) != 0 || len(r.Label.differs(&l)) != 0 {
		t.Fatalf("reads back as %+v %+v", r.Carriers, r.Problems)
	}
	return out.Bytes()
}

func TestWritePictures(t *testing.T) {
	jpg, pn := pictures(t)
	withEXIF := withSegment(jpg, 0xe1, append([]byte("Exif\x00\x00"), exifBlock(leOrder, map[uint16][]byte{tagDescription: []byte("a kettle\x00")})...))
	withXMP := withSegment(jpg, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+xmpPacket("<dc:title xmlns:dc=\"d\">kept</dc:title>")))
	for name, src := range map[string][]byte{"plain": jpg, "with EXIF": withEXIF, "with XMP": withXMP} {
		out := write(t, src, newLabel, WriteOptions{})
		a, err := jpeg.Decode(bytes.NewReader(src))
		if err != nil {
			t.Fatal(err)
		}
		b, err := jpeg.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !bytes.Equal(a.(*image.YCbCr).Y, b.(*image.YCbCr).Y) {
			t.Errorf("%s: other pixels", name)
		}
		if name == "with XMP" && !bytes.Contains(out, []byte(">kept<")) || name == "with EXIF" && !bytes.Contains(out, []byte("a kettle")) {
			t.Errorf("%s: metadata got lost", name)
		}
	}
	for name, src := range map[string][]byte{"plain": pn, "with XMP behind the picture": append(append([]byte{}, pn[:len(pn)-12]...), append(itxt("XML:com.adobe.xmp", xmpPacket("<dc:title xmlns:dc=\"d\">kept</dc:title>")), pn[len(pn)-12:]...)...)} {
		out := write(t, src, newLabel, WriteOptions{})
		a, err := png.Decode(bytes.NewReader(src))
		if err != nil {
			t.Fatal(err)
		}
		b, err := png.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if a.Bounds() != b.Bounds() || a.At(9, 9) != b.At(9, 9) {
			t.Errorf("%s: other pixels", name)
		}
		if name != "plain" && !bytes.Contains(out, []byte(">kept<")) {
			t.Errorf("%s: metadata got lost", name)
		}
	}
	for name, src := range map[string][]byte{"lossy": lossyWebP, "lossless": losslessWebP, "extended": write(t, lossyWebP, newLabel, WriteOptions{})} {
		out := write(t, src, newLabel, WriteOptions{Replace: name == "extended"})
		c, err := webp.DecodeConfig(bytes.NewReader(out))
		if err != nil || c.Width != 1 || c.Height != 1 {
			t.Errorf("%s: %+v %v", name, c, err)
		}
		if _, err := webp.Decode(bytes.NewReader(out)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWriteFilm(t *testing.T) {
	itunes := boxOf("udta", boxOf("meta", []byte{0, 0, 0, 0}, boxOf("hdlr", append([]byte("\x00\x00\x00\x00\x00\x00\x00\x00mdir"), make([]byte, 13)...)), boxOf("ilst", boxOf("\xa9too", boxOf("data", []byte{0, 0, 0, 1, 0, 0, 0, 0}, []byte("Maker 1"))))))
	for name, src := range map[string][]byte{
		"moov first": film(true), "moov last": film(false), "with other keys": film(true, boxOf("udta", metaBox(true, "title", "kept"))), "with iTunes' list": film(true, itunes),
		"with QuickTime's user data": film(true, boxOf("udta", boxOf("\xa9nam", []byte("\x00\x04\x00\x00kept")), []byte{0, 0, 0, 0})),
	} {
		out := write(t, src, newLabel, WriteOptions{})
		for table, want := range map[string]string{"stco": "first sample", "co64": "second sample"} {
			i := bytes.Index(out, []byte(table)) + 12
			at := int(binary.BigEndian.Uint32(out[i:]))
			if table == "co64" {
				at = int(binary.BigEndian.Uint64(out[i:]))
			}
			if !bytes.HasPrefix(out[min(at, len(out)):], []byte(want)) {
				t.Errorf("%s: %s points to %d, which is not %q", name, table, at, want)
			}
		}
		if strings.HasPrefix(name, "with ") && name != "with iTunes' list" && !bytes.Contains(out, []byte("kept")) || name == "with iTunes' list" && !bytes.Contains(out, []byte("Maker 1")) {
			t.Errorf("%s: metadata got lost", name)
		}
	}
	for name, src := range map[string][]byte{
		"a fragmented film": join(ftypMP4, boxOf("moov"), boxOf("moof"), mdat), "a film with items": join(ftypMP4, boxOf("meta", make([]byte, 4), boxOf("hdlr", make([]byte, 24))), boxOf("moov"), mdat),
		"an encrypted film": join(ftypMP4, boxOf("moov", boxOf("trak", boxOf("mdia", boxOf("minf", boxOf("stbl", boxOf("saio", make([]byte, 12))))))), mdat),
	} {
		if err := Write(t.Context(), io.Discard, bytes.NewReader(src), int64(len(src)), newLabel, WriteOptions{}); !errors.Is(err, ErrUnsupportedFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReplace(t *testing.T) {
	_, pn := pictures(t)
	first, err := ParseStrict(sample)
	if err != nil {
		t.Fatal(err)
	}
	passed := first.Propagated("001191110000802100433B20001", "show-1")
	for name, src := range map[string][]byte{
		"PNG XMP": withChunk(pn, "iTXt", []byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"+labelXMP(sample))), "PNG text": withChunk(pn, "tEXt", []byte("AIGC\x00"+sample)),
		"PNG XMP attribute": withChunk(pn, "iTXt", []byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"+strings.Replace(xmpPacket(""), `AIGC/1.0/"`, `AIGC/1.0/" TC260:AIGC="`+xmlText(sample)+`"`, 1))),
		"both":              withChunk(withChunk(pn, "tEXt", []byte("AIGC\x00"+sample)), "iTXt", []byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"+labelXMP(sample))),
		"MP4":               film(true, boxOf("udta", metaBox(true, "title", "t", "AIGC", sample))), "MOV": film(false, metaBox(false, "AIGC", sample)),
		"MP4 XMP":    append(film(true), boxOf("uuid", uuidXMP, []byte(labelXMP(sample)))...),
		"JPEG":       withSegment(plainJPEG, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+labelXMP(sample))),
		"JPEG twice": withSegment(withSegment(plainJPEG, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+labelXMP(sample))), 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+labelXMP(sample))),
	} {
		var out bytes.Buffer
		put := func(l Label, opts WriteOptions) error {
			out.Reset()
			return Write(t.Context(), &out, bytes.NewReader(src), int64(len(src)), l, opts)
		}
		if err := put(passed, WriteOptions{}); !errors.Is(err, ErrLabelled) {
			t.Errorf("%s: a second label: %v", name, err)
		}
		weaker, other := passed, passed
		weaker.Label = "3"
		other.ProduceID = "mine"
		for what, l := range map[string]Label{"weaker": weaker, "another producer's": other, "a propagator's only": newLabel} {
			if err := put(l, WriteOptions{Replace: true}); !errors.Is(err, ErrWeakened) {
				t.Errorf("%s: %s: %v", name, what, err)
			}
		}
		write(t, src, passed, WriteOptions{Replace: true})
	}
	glued := append(bytes.Clone(pn), wrappedSample...)
	if err := Write(t.Context(), io.Discard, bytes.NewReader(glued), int64(len(glued)), passed, WriteOptions{Replace: true}); !errors.Is(err, ErrLabelled) {
		t.Errorf("a label glued behind the end: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	jpg, _ := pictures(t)
	dir := t.TempDir()
	src, dst := filepath.Join(dir, "original.jpg"), filepath.Join(dir, "copy.jpg")
	if err := os.WriteFile(src, jpg, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(t.Context(), src, src, newLabel, WriteOptions{}); !errors.Is(err, ErrOriginal) {
		t.Errorf("over itself: %v", err)
	}
	link := filepath.Join(dir, "link.jpg")
	if err := os.Symlink(src, link); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(t.Context(), link, src, newLabel, WriteOptions{}); !errors.Is(err, ErrOriginal) {
		t.Errorf("through a link: %v", err)
	}
	if got, _ := os.ReadFile(src); !bytes.Equal(got, jpg) {
		t.Fatal("the original was changed")
	}
	if err := WriteFile(t.Context(), dst, src, newLabel, WriteOptions{}); err != nil {
		t.Error(err)
	}
	if err := WriteFile(t.Context(), dst, src, newLabel, WriteOptions{}); !errors.Is(err, ErrOriginal) {
		t.Errorf("over an existing file: %v", err)
	}
	bad := newLabel
	bad.PropagateID = "两"
	if err := WriteFile(t.Context(), filepath.Join(dir, "bad.jpg"), src, bad, WriteOptions{}); !errors.Is(err, ErrNotConformant) {
		t.Errorf("a label that does not conform: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "bad.jpg")); err == nil {
		t.Error("something is left of a copy that was refused")
	}
	for _, l := range []Label{{Label: "1"}, {Label: "9", ContentProducer: "a", ProduceID: "b"}, {Label: "2", ContentPropagator: "a"}, {Label: "1", ContentProducer: strings.Repeat("x", 5000), ProduceID: "b"}} {
		if err := l.Check(); !errors.Is(err, ErrNotConformant) {
			t.Errorf("%+v: %v", l, err)
		}
	}
	gif := []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;")
	if err := Write(t.Context(), io.Discard, bytes.NewReader(gif), int64(len(gif)), newLabel, WriteOptions{}); !errors.Is(err, ErrUnsupportedFormat) {
		t.Errorf("a GIF: %v", err)
	}
	cut := jpg[:len(jpg)-40]
	if err := Write(t.Context(), io.Discard, bytes.NewReader(cut), int64(len(cut)), newLabel, WriteOptions{}); !errors.Is(err, ErrMalformedFile) {
		t.Errorf("a file cut short: %v", err)
	}
}

// Signed files are refused, and lose their credentials in the copy when told so.
func TestSigned(t *testing.T) {
	z, err := zip.OpenReader("../c2pa/testdata/vectors.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, name := range []string{"v2.jpg", "v2.png", "v2.webp", "v2.mp4"} {
		f, err := z.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		src, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := Write(t.Context(), io.Discard, bytes.NewReader(src), int64(len(src)), newLabel, WriteOptions{}); !errors.Is(err, ErrSigned) {
			t.Errorf("%s: %v", name, err)
		}
		out := write(t, src, newLabel, WriteOptions{DropCredentials: true})
		if bytes.Contains(out, []byte("jumdc2pa")) {
			t.Errorf("%s: credentials are left in the copy", name)
		}
	}
}

// A file with several pictures keeps an index of them (MPF) that has to stay right, wherever it stands.
func TestSeveralPictures(t *testing.T) {
	jpg, _ := pictures(t)
	xmp := segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+xmpPacket("<dc:title xmlns:dc=\"d\">kept</dc:title>")))
	index := func(size, offset uint32) []byte {
		b := []byte("MPF\x00II*\x00\x08\x00\x00\x00\x01\x00\x02\xb0\x07\x00\x20\x00\x00\x00\x1a\x00\x00\x00\x00\x00\x00\x00")
		for _, v := range []uint32{0x20030000, size, 0, 0, 0, uint32(len(jpg)), offset, 0} {
			b = binary.LittleEndian.AppendUint32(b, v)
		}
		return segment(0xe2, b)
	}
	n := len(index(0, 0))
	for name, before := range map[string][][]byte{"index behind XMP": {xmp, nil}, "index before XMP": {nil, xmp}, "no XMP": {nil, nil}} {
		size := len(jpg) + len(before[0]) + len(before[1]) + n
		header := 2 + len(before[0]) + 8
		src := join(jpg[:2], before[0], index(uint32(size), uint32(size-header)), before[1], jpg[2:], jpg)
		out := write(t, src, newLabel, WriteOptions{})
		i := bytes.Index(out, []byte("MPF\x00")) + 4
		first, second := binary.LittleEndian.Uint32(out[i+26+4:]), binary.LittleEndian.Uint32(out[i+26+16+8:])
		if int(first) != len(out)-len(jpg) || !bytes.Equal(out[i+int(second):], jpg) {
			t.Errorf("%s: the first picture ends at %d of %d, the second begins at %d", name, first, len(out), i+int(second))
		}
	}
}
