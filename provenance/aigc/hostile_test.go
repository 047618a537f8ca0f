package aigc

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"runtime"
	"strings"
	"testing"
	"time"
)

// meteredReader counts what is read, and notes reads outside of the file.
type meteredReader struct {
	data   []byte
	bytes  int64
	beyond bool
}

func (m *meteredReader) ReadAt(p []byte, at int64) (int, error) {
	m.bytes += int64(len(p))
	if at < 0 || at > int64(len(m.data))-int64(len(p)) {
		m.beyond = true
	}
	return bytes.NewReader(m.data).ReadAt(p, at)
}

// readHostile reads a file and checks what that cost: bytes allocated in all, which bounds the heap, and bytes read.
func readHostile(t *testing.T, name string, data []byte) *Report {
	t.Helper()
	src := &meteredReader{data: data}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	r, err := Read(t.Context(), src, int64(len(data)), Options{})
	took := time.Since(start).Round(time.Microsecond)
	runtime.ReadMemStats(&after)
	used := after.TotalAlloc - before.TotalAlloc
	t.Logf("%-44s %8d bytes %10v %9d allocated %9d read %v", name, len(data), took, used, src.bytes, err)
	if src.beyond {
		t.Errorf("%s: read beyond the end", name)
	}
	if used > 64<<20 {
		t.Errorf("%s: %d MiB allocated for a file of %d kB", name, used>>20, len(data)>>10)
	}
	if limit := int64(len(data))*20 + 32<<20; src.bytes > limit {
		t.Errorf("%s: %d bytes read of a file of %d", name, src.bytes, len(data))
	}
	if err != nil {
		if !errors.Is(err, ErrUnsupportedFormat) {
			t.Errorf("%s: %v", name, err)
		}
		return nil
	}
	checkReport(t, r)
	if len(r.Carriers) > maxCarriers || len(r.Problems) > maxProblems+2 {
		t.Errorf("%s: %d carriers, %d problems", name, len(r.Carriers), len(r.Problems))
	}
	return r
}

// zipDirectory has n entries for one file, and says that it has one.
func zipDirectory(n int) []byte {
	local := join([]byte("PK\x03\x04"), make([]byte, 22), []byte("\x01\x00\x00\x00a"))
	entry := join([]byte("PK\x01\x02"), make([]byte, 24), []byte("\x01\x00"), make([]byte, 16), []byte("a"))
	u32 := func(v int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(v)) }
	return join(local, bytes.Repeat(entry, n), []byte("PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00"), u32(n*len(entry)), u32(len(local)), []byte("\x00\x00"))
}

// extents is a picture whose table of places has items with very many extents that take no bytes.
func extents(items int) []byte {
	var places []byte
	for i := range items {
		places = append(places, byte(i>>8), byte(i), 0, 0, 0xff, 0xff)
	}
	iloc := boxOf("iloc", []byte{0, 0, 0, 0, 0, 0, byte(items >> 8), byte(items)}, places)
	hdlr := boxOf("hdlr", append([]byte("\x00\x00\x00\x00\x00\x00\x00\x00pict"), make([]byte, 13)...))
	return join(boxOf("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")), bytes.Repeat(boxOf("meta", []byte{0, 0, 0, 0}, hdlr, iloc), 30))
}

func hostileFiles() map[string][]byte {
	gif := []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00")
	mov := func(parts ...[]byte) []byte { return join(ftypMP4, mdat, moov(parts...)) }
	long := func(kind string, size uint64) []byte {
		return join([]byte{0, 0, 0, 1}, []byte(kind), binary.BigEndian.AppendUint64(nil, size), make([]byte, 64))
	}
	deepUDTA := boxOf("AIGC", []byte(sample))
	for range 2000 {
		deepUDTA = boxOf("udta", deepUDTA)
	}
	deepEBML := ebmlOf(ebmlSimpleTag)
	for range 2000 {
		deepEBML = ebmlOf(ebmlSimpleTag, deepEBML)
	}
	circle := exifBlock(binary.LittleEndian, map[uint16][]byte{tagComment: []byte("ASCII\x00\x00\x00x")})
	copy(circle[len(circle)-9-4:], circle[4:8]) // the directory that follows the last one is the first
	bigPages := join([]byte("II+\x00\x08\x00\x00\x00"), binary.LittleEndian.AppendUint64(nil, 16), repeat("\xd0\x07\x00\x00\x00\x00\x00\x00\x11", 50_000))
	bombText := packed(strings.Repeat("<a ", 5<<20))
	xmpOf := func(s string) []byte {
		return withSegment(plainJPEG, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+s))
	}
	vorbis := join([]byte("\x01\x00\x00\x00v"), []byte("\xff\xff\xff\xff"), []byte("\xff\xff\xff\xff"), make([]byte, 99))
	flac := func(b []byte) []byte {
		return join([]byte("fLaC\x84"), []byte{byte(len(b) >> 16), byte(len(b) >> 8), byte(len(b))}, b)
	}
	return map[string][]byte{
		"JPEG, a million fill bytes":       join([]byte("\xff\xd8"), repeat("\xff", 1<<20)),
		"JPEG, empty scans":                join([]byte("\xff\xd8\xff\xe0\x00\x02"), repeat("\xff\xda\x00\x02", 250_000)),
		"JPEG, empty segments":             join([]byte("\xff\xd8"), repeat("\xff\xe1\x00\x02", 250_000)),
		"JPEG, pictures in pictures":       bytes.Repeat(plainJPEG, 20_000),
		"JPEG, beginnings of films":        join(plainJPEG, repeat("....\x00\x00\x00\x08ftypmp4", 50_000)),
		"JPEG, labels within labels":       join(plainJPEG, repeat(`{"AIGC":{"Label":"1","ProduceID":"`+strings.Repeat("AIGC", 15_000)+`"}}`, 10)),
		"JPEG, brackets behind the end":    join(plainJPEG, repeat(`AIGC:{"a":{`, 90_000)),
		"JPEG, XMP of attributes":          xmpOf(strings.Repeat("<a b='c' ", 7_000)),
		"JPEG, XMP of entities":            xmpOf(`<!DOCTYPE x [<!ENTITY a "` + strings.Repeat("&a;", 20_000) + `">]><rdf:RDF><TC260:AIGC>&a;&a;</TC260:AIGC></rdf:RDF>`),
		"JPEG, XMP that never closes":      xmpOf(strings.Repeat("<!--", 15_000)),
		"JPEG, EXIF in a circle":           withSegment(plainJPEG, 0xe1, append([]byte("Exif\x00\x00"), circle...)),
		"PNG, empty chunks":                pngFile(bytes.Repeat(chunk("teXt", nil), 80_000)),
		"PNG, chunk of 4 GiB":              join([]byte("\x89PNG\r\n\x1a\n\xff\xff\xff\xfftEXt"), make([]byte, 99)),
		"PNG, bombs of XMP":                pngFile(bytes.Repeat(chunk("iTXt", append([]byte("XML:com.adobe.xmp\x00\x01\x00\x00\x00"), bombText...)), 60)),
		"PNG, profile of digits":           pngFile(chunk("tEXt", []byte("Raw profile type exif\x00\nexif\n 9\n"+strings.Repeat("4 ", 400_000)))),
		"GIF, empty extensions":            join(gif, repeat("\x21\xfe\x00", 300_000)),
		"GIF, comments of one byte":        join(gif, repeat("\x21\xfe\x01A\x00", 150_000)),
		"GIF, XMP without an end":          join(gif, repeat("\x21\xff\x0bXMP DataXMP\x01<\x00", 50_000)),
		"GIF, XMP with ends":               join(gif, bytes.Repeat(join([]byte("\x21\xff\x0bXMP DataXMP<"), []byte(magicTrailer()), []byte{0}), 3_000)),
		"GIF, a picture of pieces":         join(gif, []byte("\x2c"), make([]byte, 9), []byte{2}, repeat("\x01a", 400_000)),
		"WebP, empty chunks":               riffFile("WEBP", repeat("abcd\x00\x00\x00\x00", 120_000)),
		"WAV, tags that cover each other":  riffFile("WAVE", bytes.Repeat(riffChunk("id3 ", []byte("ID3\x04\x00\x00\x7f\x7f\x7f\x7f")), 50_000)),
		"AVI, lists in lists":              riffFile("AVI ", repeat("LIST\xff\xff\xff\x0fINFO", 50_000)),
		"TIFF, wide overlapping pages":     bigPages,
		"TIFF, place of 2^63":              join([]byte("II+\x00\x08\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"), make([]byte, 99)),
		"HEIC, extents without bytes":      extents(4000),
		"HEIC, empty infos":                join(boxOf("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")), boxOf("meta", []byte{0, 0, 0, 0}, boxOf("iinf", make([]byte, 6), bytes.Repeat(boxOf("infe"), 100_000)))),
		"MP4, boxes of 8 bytes":            join(ftypMP4, bytes.Repeat(boxOf("free"), 130_000)),
		"MP4, nested":                      mov(deepUDTA),
		"MP4, box of 2^64":                 join(ftypMP4, long("moov", 1<<64-1)),
		"MP4, box that wraps around":       join(ftypMP4, long("free", 1<<63-8)),
		"MP4, long box of 0 bytes":         join(ftypMP4, long("udta", 0)),
		"MP4, keys that lie":               mov(boxOf("udta", boxOf("meta", []byte{0, 0, 0, 0}, boxOf("keys", []byte("\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xffmdtaAIGC"))))),
		"MP4, values without number":       mov(boxOf("udta", metaBox(true, "AIGC", strings.Repeat(sample, 3000)))),
		"MP4, beginnings of metadata":      mov(bytes.Repeat(boxOf("meta"), 100_000)),
		"MOV, fragments of nothing":        join(ftypMP4, bytes.Repeat(boxOf("moof", boxOf("traf")), 60_000)),
		"M4A, free forms":                  mov(boxOf("udta", boxOf("meta", []byte{0, 0, 0, 0}, boxOf("hdlr", make([]byte, 25)), boxOf("ilst", bytes.Repeat(boxOf("----", boxOf("name", []byte("\x00\x00\x00\x00AIGC")), boxOf("data", make([]byte, 8), []byte("{"))), 15_000))))),
		"JPEG XL, XMP boxes":               join([]byte("\x00\x00\x00\x0cJXL \r\n\x87\n"), bytes.Repeat(boxOf("xml ", []byte("<a")), 90_000)),
		"Matroska, nested tags":            join(ebmlOf(0x1A45DFA3), ebmlOf(ebmlSegment, ebmlOf(ebmlTags, ebmlOf(ebmlTag, deepEBML)))),
		"Matroska, clusters without size":  join(ebmlOf(0x1A45DFA3), repeat("\x18\x53\x80\x67\xff", 1), repeat("\x1f\x43\xb6\x75\xff", 100_000)),
		"Matroska, size of 2^56":           join(ebmlOf(0x1A45DFA3), []byte("\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xfe"), make([]byte, 99)),
		"Matroska, empty elements":         join(ebmlOf(0x1A45DFA3), []byte("\x18\x53\x80\x67\xff"), repeat("\xec\x80", 400_000)),
		"FLV, empty tags":                  join([]byte("FLV\x01\x05\x00\x00\x00\x09\x00\x00\x00\x00"), repeat("\x12\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0b", 60_000)),
		"FLV, objects in objects":          flvFile("AIGC", strings.Repeat("\x03\x00\x01a", 15_000)),
		"MP3, empty frames":                id3Tag(3, bytes.Repeat(id3FrameOf(3, "TXXX", nil), 90_000)),
		"MP3, frame of 4 GiB":              id3Tag(3, []byte("TXXX\xff\xff\xff\xff\x00\x00")),
		"FLAC, comments that lie":          flac(vorbis),
		"FLAC, empty blocks":               join([]byte("fLaC"), repeat("\x04\x00\x00\x00", 250_000)),
		"Ogg, pages of empty pieces":       repeat("OggS\x00\x00"+strings.Repeat("\x00", 20)+"\x00", 35_000),
		"Ogg, a packet without an end":     repeat("OggS\x00\x00"+strings.Repeat("\x00", 20)+"\x02\xff\xff"+strings.Repeat("a", 510), 1_900),
		"PDF, names that lead to one bomb": join([]byte("%PDF-1.7\n/FlateDecode"), repeat("/ObjStm", 100), []byte(" stream\n"), packed(strings.Repeat("\x00", 64<<20))),
		"PDF, many small object streams":   join([]byte("%PDF-1.7\n"), bytes.Repeat(join([]byte("obj/FlateDecode/ObjStm stream\n"), packed("x")), 19_000)),
		"PDF, texts without an end":        join([]byte("%PDF-1.7\n"), repeat("/AIGC (((", 100_000)),
		"PDF, packets without an end":      join([]byte("%PDF-1.7\n"), repeat("<?xpacket begin", 60_000)),
		"SVG, attributes":                  join([]byte("<svg "), repeat("a='' ", 200_000), []byte("/>")),
		"SVG, nested":                      repeat("<svg>", 200_000),
		"ZIP, more entries than named":     zipDirectory(200_000),
		"DOCX, attributes":                 zipFile("docProps/custom.xml", "<Properties "+strings.Repeat("a ", 5<<20)),
		"DOCX, a bomb":                     zipFile("docProps/custom.xml", strings.Repeat("<a>", 20<<20)),
		"text, keys without end":           repeat("AIGC:\n", 150_000),
		"text, deep object":                []byte("AIGC: " + strings.Repeat(`{"AIGC":`, 8_000)),
		"text, escapes of escapes":         []byte("AIGC: {" + strings.Repeat(`\\`, 30_000) + hex.EncodeToString(make([]byte, 100))),
	}
}

// TestHostile: files that lie about sizes, nest, go in circles or consist of very many parts.
func TestHostile(t *testing.T) {
	for name, data := range hostileFiles() {
		readHostile(t, name, data)
	}
}

// TestHostileNamed: where a limit ended the reading, the report says so.
func TestHostileNamed(t *testing.T) {
	all := hostileFiles()
	for name, want := range map[string]error{
		"JPEG, empty segments": nil, "JPEG, empty scans": nil, "GIF, empty extensions": ErrTooMany, "MP4, nested": ErrTooDeep, "Matroska, nested tags": ErrTooDeep, "Matroska, clusters without size": ErrTooDeep,
		"MP4, box of 2^64": ErrMalformedFile, "ZIP, more entries than named": ErrTooMany, "Matroska, empty elements": ErrTooMany,
	} {
		r := readHostile(t, name, all[name])
		if r == nil || !r.Incomplete {
			t.Errorf("%s: not incomplete: %+v", name, r)
			continue
		}
		said := false
		for _, p := range r.Problems {
			said = said || p.Code == ProblemIncomplete && (want == nil || strings.Contains(p.EN, strings.TrimPrefix(want.Error(), "aigc: ")))
		}
		if !said {
			t.Errorf("%s: want %v, got %+v", name, want, r.Problems)
		}
	}
}

// TestCutShort reads files of every container cut at every sixteenth: those of the credentials' tests, and one for each carrier.
func TestCutShort(t *testing.T) {
	z, err := zip.OpenReader("../c2pa/testdata/vectors.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var files [][]byte
	names, _ := fs.Glob(z, "v2.*")
	if len(names) < 15 {
		t.Fatal(names)
	}
	for _, name := range names {
		data, err := fs.ReadFile(z, name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, data)
	}
	for _, q := range quirks {
		files = append(files, q.data)
	}
	for n, data := range files {
		for i := range 16 {
			src := &meteredReader{data: data[:len(data)*i/16]}
			r, err := Read(t.Context(), src, int64(len(src.data)), Options{})
			if src.beyond || err != nil && !errors.Is(err, ErrUnsupportedFormat) {
				t.Errorf("file %d cut at %d/16: beyond %v, %v", n, i, src.beyond, err)
			}
			if err == nil {
				checkReport(t, r)
			}
		}
	}
}
