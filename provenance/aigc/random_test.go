package aigc

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// forms composes labels and the files that carry them. The seed fixes everything.
type forms struct {
	*rand.Rand
	ascii bool // the carrier cannot hold anything else
}

func (f *forms) of(list ...string) string { return list[f.IntN(len(list))] }

// words is a text with what has to be escaped, in the alphabets that names come in.
func (f *forms) words() string {
	alphabet := []rune("abcXYZ019-_./:+ ")
	if !f.ascii {
		alphabet = append(alphabet, []rune("豆包即梦人工智能éßЖ🙂\u2028")...)
	}
	if f.IntN(3) == 0 {
		alphabet = append(alphabet, []rune(`"\/<>&'{}[],:=()`)...)
	}
	n := 1 + f.IntN(40)
	if f.IntN(12) == 0 {
		n = 600
	}
	var b strings.Builder
	for range n {
		b.WriteRune(alphabet[f.IntN(len(alphabet))])
	}
	return "p" + b.String() + "z" // blanks at the ends are not kept by every carrier
}

// code is a producer's code or a plain name.
func (f *forms) code() string {
	known := Companies()
	for range 20 {
		if c := known[f.IntN(len(known))]; f.IntN(3) > 0 && c.ID != "" {
			return fmt.Sprintf("001191%s%05d", c.ID[:min(len(c.ID), 18)], 10000+f.IntN(2)*10000)[:min(27, 6+len(c.ID)+5)]
		}
	}
	return f.of("MiniMax", "doubao", "001191110102MACQD9K64010000", "00119144030008867405X220001", f.words())
}

func (f *forms) reserved() string {
	switch f.IntN(6) {
	case 0:
		return fmt.Sprintf(`{"SecurityData":{"Type":"TC260PG","Version":1,"PubSD":[{"Type":"DS","AlgID":"1.2.156.10197.1.501","TBSData":{"Type":"LabelMataData"},"Signature":"%x"}],"Bindings":[]}}`, f.Uint64())
	case 1:
		return fmt.Sprintf("%016x%016x%016x%016x", f.Uint64(), f.Uint64(), f.Uint64(), f.Uint64())
	case 2:
		return f.words()
	}
	return ""
}

// str writes a JSON string with escapes chosen at random.
func (f *forms) str(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '/' && f.IntN(2) == 0:
			b.WriteString(`\/`)
		case r < 0x10000 && f.IntN(12) == 0:
			fmt.Fprintf(&b, `\u%04x`, r)
		case r >= 0x10000 && f.IntN(2) == 0:
			fmt.Fprintf(&b, `\u%04X\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

// label gives a label and one of the ways in which writers put it.
func (f *forms) label() (Label, string) {
	l := Label{Label: f.of("1", "2", "3"), ContentProducer: f.code(), ProduceID: f.words(), ReservedCode1: f.reserved(), ReservedCode2: f.reserved()}
	if f.IntN(2) == 0 {
		l.ContentPropagator, l.PropagateID = f.code(), f.words()
	}
	var members []string
	gap := func() string { return f.of("", "", " ", "\n", "\t ", "  ") }
	for _, i := range f.Perm(len(fieldNames)) {
		value := *l.field(i)
		if value == "" && f.IntN(3) == 0 {
			continue // writers leave out what is empty
		}
		text := f.str(value)
		if strings.HasPrefix(value, `{"SecurityData"`) && f.IntN(3) == 0 {
			text = value // the object itself and not its text
		}
		if fieldNames[i] == "Label" && f.IntN(4) == 0 {
			text = value // a number
		}
		members = append(members, f.str(fieldNames[i])+gap()+":"+gap()+text)
		if f.IntN(15) == 0 {
			members = append(members, members[len(members)-1]) // a field twice, the same both times
		}
	}
	for range f.IntN(3) {
		members = append(members, f.of(`"Extra":"x"`, `"Version":1`, `"Time":"2026-11-22T08:00:00Z"`, `"Nested":{"a":[{"b":"c"}],"d":null}`, `"List":[1,2,{"x":true}]`))
	}
	text := "{" + gap() + strings.Join(members, gap()+","+gap()) + gap() + "}"
	return l, text
}

// carrier puts a text into a file; the kind says which.
var randomCarriers = []struct {
	name  string
	ascii bool
	make  func(f *forms, text string) []byte
}{
	{"JPEG XMP", false, func(f *forms, s string) []byte { return f.segments(0xe1, "http://ns.adobe.com/xap/1.0/\x00"+f.xmp(s)) }},
	{"JPEG EXIF comment", true, func(f *forms, s string) []byte {
		return f.segments(0xe1, "Exif\x00\x00"+string(exifBlock(f.order(), map[uint16][]byte{tagComment: []byte("ASCII\x00\x00\x00" + f.wrap(s)), tagSoftware: []byte("x\x00")})))
	}},
	{"JPEG EXIF description", false, func(f *forms, s string) []byte {
		return f.segments(0xe1, "Exif\x00\x00"+string(exifBlock(f.order(), map[uint16][]byte{tagDescription: []byte(f.wrap(s) + "\x00")})))
	}},
	{"JPEG comment", false, func(f *forms, s string) []byte { return f.segments(0xfe, f.wrap(s)) }},
	{"JPEG behind the end", false, func(f *forms, s string) []byte {
		return join(plainJPEG, repeat("pad.", f.IntN(80_000)), []byte(f.of("AIGC", `"AIGC":`)+s), repeat("\x00", f.IntN(9)))
	}},
	{"JPEG, film behind", false, func(f *forms, s string) []byte { return join(plainJPEG, f.film(ftypMP4, "AIGC", s)) }},
	{"PNG XMP", false, func(f *forms, s string) []byte { return f.chunks(itxt("XML:com.adobe.xmp", f.xmp(s))) }},
	{"PNG packed XMP", false, func(f *forms, s string) []byte {
		return f.chunks(chunk("iTXt", append([]byte("XML:com.adobe.xmp\x00\x01\x00\x00\x00"), packed(f.xmp(s))...)))
	}},
	{"PNG text", false, func(f *forms, s string) []byte { return f.chunks(chunk("tEXt", []byte("AIGC\x00"+s))) }},
	{"PNG packed text", false, func(f *forms, s string) []byte {
		return f.chunks(chunk("zTXt", append([]byte(f.of("AIGC", "aigc")+"\x00\x00"), packed(s)...)))
	}},
	{"PNG other key", false, func(f *forms, s string) []byte {
		return f.chunks(itxt(f.of("Description", "Comment", "UserComment", "Title"), f.wrap(s)))
	}},
	{"PNG raw profile", false, func(f *forms, s string) []byte {
		return f.chunks(chunk("zTXt", append([]byte("Raw profile type xmp\x00\x00"), packed("\nxmp\n  99\n"+hex.EncodeToString([]byte(f.xmp(s))))...)))
	}},
	{"WebP XMP", false, func(f *forms, s string) []byte {
		return riffFile("WEBP", f.shuffled(riffChunk("XMP ", []byte(f.xmp(s))), riffChunk("VP8 ", repeat("x", f.IntN(2000))), riffChunk("ICCP", repeat("y", f.IntN(99))))...)
	}},
	{"TIFF XMP", false, func(f *forms, s string) []byte {
		return exifBlock(f.order(), map[uint16][]byte{tagXMP: []byte(f.xmp(s)), tagSoftware: []byte("x\x00")})
	}},
	{"HEIC XMP", false, func(f *forms, s string) []byte { return heif(f.xmp(s)) }},
	{"GIF XMP", false, func(f *forms, s string) []byte {
		return []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00" + strings.Repeat("\x21\xfe\x01a\x00", f.IntN(5)) + "\x21\xff\x0bXMP DataXMP" + f.xmp(s) + magicTrailer() + "\x00;")
	}},
	{"MP4 key", false, func(f *forms, s string) []byte { return f.film(ftypMP4, "AIGC", s) }},
	{"MOV key", false, func(f *forms, s string) []byte {
		return f.film(boxOf("ftyp", []byte("qt  \x00\x00\x00\x00qt  ")), f.of("AIGC", "com.apple.quicktime.comment"), s)
	}},
	{"MP4 XMP box", false, func(f *forms, s string) []byte {
		return join(ftypMP4, join(f.shuffled(mdat, moov(), boxOf("uuid", uuidXMP, []byte(f.xmp(s))), boxOf("free", repeat("f", f.IntN(99))))...))
	}},
	{"Matroska tag", false, func(f *forms, s string) []byte {
		tags := ebmlOf(ebmlTags, ebmlOf(ebmlTag, join(f.shuffled(f.tag("TITLE", "t"), f.tag("AIGC", s), f.tag("COMMENT", "c"))...)))
		return join(ebmlOf(0x1A45DFA3), ebmlOf(ebmlSegment, f.shuffled(tags, ebmlOf(ebmlCluster, repeat("x", f.IntN(999))), ebmlOf(ebmlCluster, repeat("y", 9)))...))
	}},
	{"AVI info", false, func(f *forms, s string) []byte {
		return riffFile("AVI ", f.shuffled(riffChunk("LIST", append([]byte("movi"), repeat("x", f.IntN(999))...)), riffChunk("LIST", append([]byte("INFO"), riffChunk("AIGC", []byte(s+"\x00"))...)))...)
	}},
	{"WAV chunk", false, func(f *forms, s string) []byte {
		return riffFile("WAVE", f.shuffled(riffChunk("data", repeat("x", f.IntN(999))), riffChunk("AIGC", []byte(s)), riffChunk("fmt ", repeat("\x00", 16)))...)
	}},
	{"FLV script", false, func(f *forms, s string) []byte { return flvFile("AIGC", s) }},
	{"MP3 text", false, func(f *forms, s string) []byte {
		return id3Tag(4, f.shuffled(id3FrameOf(4, "TXXX", []byte("\x03AIGC\x00"+s)), id3FrameOf(4, "TIT2", []byte("\x03t")), id3FrameOf(4, "APIC", repeat("p", f.IntN(999))))...)
	}},
	{"Ogg comment", false, func(f *forms, s string) []byte {
		return oggFile(append([]byte("\x03vorbis"), vorbisComments("TITLE="+strings.Repeat("t", f.IntN(600)), f.of("AIGC=", "aigc=", "Aigc=")+s)...))
	}},
	{"FLAC comment", false, func(f *forms, s string) []byte {
		b := vorbisComments("TITLE=t", "AIGC="+s)
		return join([]byte("fLaC\x00\x00\x00\x22"), make([]byte, 34), []byte{0x84, byte(len(b) >> 16), byte(len(b) >> 8), byte(len(b))}, b)
	}},
	{"PDF info", false, func(f *forms, s string) []byte {
		return []byte("%PDF-1.7\n" + strings.Repeat("% filler\n", f.IntN(40_000)) + "1 0 obj\n<< /Title (t) /AIGC <" + hex.EncodeToString([]byte(s)) + "> >>\nendobj\n%%EOF")
	}},
	{"PDF object stream", false, func(f *forms, s string) []byte {
		return []byte("%PDF-1.7\n1 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >>\nstream\n" + string(packed("1 0 << /AIGC <"+hex.EncodeToString([]byte(s))+"> >>")) + "\nendstream\nendobj\n%%EOF")
	}},
	{"DOCX property", false, func(f *forms, s string) []byte {
		return zipFile("docProps/custom.xml", `<Properties xmlns:vt="v"><property pid="2" name="other"><vt:lpwstr>x</vt:lpwstr></property><property fmtid="f" pid="3" name="AIGC"><vt:lpwstr>`+xmlText(s)+`</vt:lpwstr></property></Properties>`)
	}},
	{"SVG metadata", false, func(f *forms, s string) []byte {
		return []byte(`<svg xmlns="http://www.w3.org/2000/svg">` + strings.Repeat(`<path d="M0 0"/>`, f.IntN(99)) + `<metadata>` + f.xmp(s) + `</metadata></svg>`)
	}},
	{"JPEG XL XMP", false, func(f *forms, s string) []byte {
		return join([]byte("\x00\x00\x00\x0cJXL \r\n\x87\n"), boxOf("ftyp", []byte("jxl \x00\x00\x00\x00jxl ")), join(f.shuffled(boxOf("xml ", []byte(f.xmp(s))), boxOf("jxlc", repeat("x", f.IntN(99))))...))
	}},
}

func (f *forms) order() binary.ByteOrder {
	if f.IntN(2) == 0 {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

func (f *forms) shuffled(parts ...[]byte) [][]byte {
	f.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	return parts
}

func (f *forms) wrap(s string) string { return `{"AIGC":` + s + "}" }

func (f *forms) tag(name, value string) []byte {
	return ebmlOf(ebmlSimpleTag, ebmlOf(ebmlTagName, []byte(name)), ebmlOf(ebmlTagString, []byte(value)))
}

// xmp puts a value into a packet: element, attribute or CDATA, with one of the prefixes.
func (f *forms) xmp(s string) string {
	var packet string
	switch f.IntN(4) {
	case 0:
		packet = strings.Replace(xmpPacket(""), `AIGC/1.0/"`, `AIGC/1.0/" TC260:AIGC="`+xmlText(s)+`"`, 1)
	case 1:
		packet = xmpPacket("<TC260:AIGC><![CDATA[" + s + "]]></TC260:AIGC>")
	default:
		packet = labelXMP(s)
	}
	if f.IntN(3) == 0 {
		packet = strings.ReplaceAll(packet, "TC260:", "ns7:")
		packet = strings.ReplaceAll(packet, "xmlns:TC260=", "xmlns:ns7=")
	}
	return packet + strings.Repeat(" ", f.IntN(200))
}

// segments puts a segment among others, before or between the scans.
func (f *forms) segments(marker byte, body string) []byte {
	parts := f.shuffled(segment(marker, []byte(body)), segment(0xe2, repeat("c", f.IntN(99))), segment(0xfe, []byte("made by hand")))
	if f.IntN(3) == 0 {
		return join(plainJPEG[:len(plainJPEG)-2], join(parts...), []byte("\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x77\xff\xd9"))
	}
	return join(plainJPEG[:2], join(parts...), plainJPEG[2:])
}

func (f *forms) chunks(c []byte) []byte {
	return pngFile(f.shuffled(c, idat, chunk("tEXt", []byte("Title\x00t")), chunk("pHYs", make([]byte, 9)))...)
}

func (f *forms) film(ftyp []byte, key, s string) []byte {
	pairs := []string{"title", "t", "encoder", "e"}
	at := 2 * f.IntN(3)
	pairs = append(pairs[:at:at], append([]string{key, s}, pairs[at:]...)...)
	return join(ftyp, join(f.shuffled(mdat, boxOf("free", repeat("f", f.IntN(99))), moov(boxOf("mvhd", make([]byte, 100)), boxOf("udta", metaBox(f.IntN(2) == 0, pairs...))))...))
}

// TestRandomForms reads back labels that were composed at random, in every carrier. AIGC_SEED and AIGC_FORMS set another seed and how
// many of each carrier.
func TestRandomForms(t *testing.T) {
	seed, each := uint64(20261122), 40
	if n, err := strconv.ParseUint(os.Getenv("AIGC_SEED"), 10, 64); err == nil {
		seed = n
	}
	if n, err := strconv.Atoi(os.Getenv("AIGC_FORMS")); err == nil {
		each = n
	}
	files := 0
	for k, c := range randomCarriers {
		f := &forms{Rand: rand.New(rand.NewPCG(seed, uint64(k))), ascii: c.ascii}
		for n := range each {
			want, text := f.label()
			if strings.Contains(text, "]]>") {
				continue // CDATA ends there
			}
			data := c.make(f, text)
			files++
			r := read(t, data)
			if len(r.Carriers) != 1 || r.Label == nil {
				t.Errorf("%s %d: %d carriers, incomplete %v, %+v\n%s", c.name, n, len(r.Carriers), r.Incomplete, r.Problems, text)
				continue
			}
			for i, name := range fieldNames {
				if got, w := *r.Label.field(i), *want.field(i); got != w {
					t.Errorf("%s %d: %s is %q, want %q\n%s", c.name, n, name, got, w, text)
				}
			}
		}
	}
	t.Logf("%d files of %d carriers, seed %d", files, len(randomCarriers), seed)
}
