package aigc

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func packed(s string) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write([]byte(s))
	z.Close()
	return b.Bytes()
}

func zipFile(name, content string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.Create("[Content_Types].xml")
	w.Write([]byte("<Types/>"))
	w, _ = z.Create(name)
	w.Write([]byte(content))
	z.Close()
	return b.Bytes()
}

func heif(xmp string) []byte {
	ftyp := boxOf("ftyp", []byte("heic\x00\x00\x00\x00mif1heic"))
	infe := boxOf("infe", []byte("\x02\x00\x00\x00\x00\x01\x00\x00mime\x00application/rdf+xml\x00"))
	iinf := boxOf("iinf", []byte{0, 0, 0, 0, 0, 1}, infe)
	build := func(at int) []byte {
		iloc := boxOf("iloc", []byte{0, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1}, binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(at)), uint32(len(xmp))))
		return append(append([]byte{}, ftyp...), boxOf("meta", []byte{0, 0, 0, 0}, boxOf("hdlr", append([]byte("\x00\x00\x00\x00\x00\x00\x00\x00pict"), make([]byte, 13)...)), iinf, iloc)...)
	}
	head := build(0)
	return append(build(len(head)+8), boxOf("mdat", []byte(xmp))...)
}

// wrapped is the form of the guides' Annex B.
const wrappedSample = `{"AIGC":` + sample + `}`

var mdat = boxOf("mdat", repeat("\x00\x01", 500))

func moov(parts ...[]byte) []byte { return boxOf("moov", parts...) }

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// quirks are the carriers of the guides and the forms seen in the field, one file for each.
var quirks = []struct {
	name     string
	data     []byte
	format   Format
	form     string
	standard bool   // the guides name the place
	strict   bool   // a strict reader takes it
	problems string // some that must be named
}{
	{"JPEG XMP element", withSegment(plainJPEG, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+labelXMP(sample))), JPEG, FormXMPElement, true, true, ""},
	{"JPEG XMP attribute (PicWish)", withSegment(plainJPEG, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+strings.Replace(xmpPacket(""), `AIGC/1.0/"`, `AIGC/1.0/" TC260:AIGC="`+xmlText(sample)+`"`, 1))), JPEG, FormXMPAttribute, true, true, ""},
	{"JPEG XMP in single quotes, unescaped", withSegment(plainJPEG, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+strings.Replace(xmpPacket(""), `AIGC/1.0/"`, `AIGC/1.0/" TC260:AIGC='`+sample+`'`, 1))), JPEG, FormXMPAttribute, true, true, ""},
	{"JPEG XMP in CDATA", withSegment(plainJPEG, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+xmpPacket("<TC260:AIGC><![CDATA["+sample+"]]></TC260:AIGC>"))), JPEG, FormXMPElement, true, true, ""},
	{"JPEG XMP escaped twice", withSegment(plainJPEG, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+labelXMP(xmlText(sample)))), JPEG, FormXMPElement, true, false, ProblemEscaped},
	{"JPEG XMP wrapped", withSegment(plainJPEG, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+labelXMP(wrappedSample))), JPEG, FormXMPElement, true, false, ProblemWrapped},
	{"JPEG XMP another prefix", withSegment(plainJPEG, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+strings.ReplaceAll(labelXMP(sample), "TC260", "ns1"))), JPEG, FormXMPElement, true, true, ""},
	{"JPEG XMP fields as properties", withSegment(plainJPEG, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+xmpPacket("<TC260:Label>1</TC260:Label><TC260:ContentProducer>001191110102MACQD9K64010000</TC260:ContentProducer><TC260:ProduceID>p-1</TC260:ProduceID>"))), JPEG, FormXMPFields, false, false, ProblemPlace},
	{"JPEG XMP UTF-16", withSegment(plainJPEG, 0xe1, append([]byte("http://ns.adobe.com/xap/1.0/\x00\xfe\xff"), utf16Of(labelXMP(sample), binary.BigEndian)...)), JPEG, FormXMPElement, true, true, ""},
	{"JPEG XMP behind the first scan", append(append([]byte{}, plainJPEG[:len(plainJPEG)-2]...), append(segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+labelXMP(sample))), 0xff, 0xd9)...), JPEG, FormXMPElement, true, true, ""},
	{"JPEG EXIF UserComment", withSegment(plainJPEG, 0xe1, append([]byte("Exif\x00\x00"), exifBlock(binary.LittleEndian, map[uint16][]byte{tagComment: []byte("ASCII\x00\x00\x00" + wrappedSample)})...)), JPEG, FormEXIFComment, true, true, ""},
	{"JPEG EXIF UserComment in UTF-16, big-endian", withSegment(plainJPEG, 0xe1, append([]byte("Exif\x00\x00"), exifBlock(binary.BigEndian, map[uint16][]byte{tagComment: append([]byte("UNICODE\x00"), utf16Of(wrappedSample, binary.BigEndian)...)})...)), JPEG, FormEXIFComment, true, true, ""},
	{"JPEG EXIF UserComment in UTF-16 of the other order", withSegment(plainJPEG, 0xe1, append([]byte("Exif\x00\x00"), exifBlock(binary.LittleEndian, map[uint16][]byte{tagComment: append([]byte("UNICODE\x00"), utf16Of(wrappedSample, binary.BigEndian)...)})...)), JPEG, FormEXIFComment, true, true, ""},
	{"JPEG EXIF UserComment without a character set", withSegment(plainJPEG, 0xe1, append([]byte("Exif\x00\x00"), exifBlock(binary.LittleEndian, map[uint16][]byte{tagComment: []byte(wrappedSample)})...)), JPEG, FormEXIFComment, true, true, ""},
	{"JPEG EXIF ImageDescription", withSegment(plainJPEG, 0xe1, append([]byte("Exif\x00\x00"), exifBlock(binary.LittleEndian, map[uint16][]byte{tagDescription: []byte(wrappedSample + "\x00")})...)), JPEG, FormEXIFText, false, false, ProblemPlace},
	{"JPEG APP segment with a bare AIGC{…}", withSegment(plainJPEG, 0xef, []byte("AIGC"+sample)), JPEG, FormGlued, false, false, ProblemPlace},
	{"JPEG APP1 segment, text glued", withSegment(plainJPEG, 0xe1, []byte("vendor\x00AIGC"+sample+"\x00more")), JPEG, FormGlued, false, false, ProblemPlace},
	{"JPEG comment", withSegment(plainJPEG, 0xfe, []byte(wrappedSample)), JPEG, FormText, false, false, ProblemPlace},
	{"JPEG glued behind the end", append(append([]byte{}, plainJPEG...), wrappedSample...), JPEG, FormGlued, false, false, ProblemPlace},
	{"JPEG glued far behind the end", join(plainJPEG, repeat("padding.", 60_000), []byte("AIGC"+sample)), JPEG, FormGlued, false, false, ProblemPlace},
	{"JPEG second picture behind the first", join(plainJPEG, withSegment(plainJPEG, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+labelXMP(sample)))), JPEG, FormXMPElement, true, true, ""},
	{"JPEG film behind the picture", join(plainJPEG, ftypMP4, mdat, moov(boxOf("udta", metaBox(true, "AIGC", sample)))), JPEG, FormKey, true, true, ""},
	{"JPEG film behind a name (motion photo)", join(plainJPEG, []byte("\x00\x00MotionPhoto_Data"), ftypMP4, mdat, moov(boxOf("udta", metaBox(true, "AIGC", sample))), []byte("SEFHk\x00\x00\x00\x01\x00\x00\x00SEFT")), JPEG, FormKey, true, true, ""},
	{"PNG XMP (Doubao, Jimeng)", pngFile(itxt("XML:com.adobe.xmp", labelXMP(sample)), idat), PNG, FormXMPElement, true, true, ""},
	{"PNG XMP after IDAT", pngFile(idat, itxt("XML:com.adobe.xmp", labelXMP(sample))), PNG, FormXMPElement, true, true, ""},
	{"PNG XMP compressed", pngFile(chunk("iTXt", append([]byte("XML:com.adobe.xmp\x00\x01\x00\x00\x00"), packed(labelXMP(sample))...)), idat), PNG, FormXMPElement, true, true, ""},
	{"PNG tEXt AIGC", pngFile(chunk("tEXt", []byte("AIGC\x00"+sample)), idat), PNG, FormText, true, true, ""},
	{"PNG tEXt AIGC after IDAT, wrapped", pngFile(idat, chunk("tEXt", []byte("AIGC\x00"+wrappedSample))), PNG, FormText, true, false, ProblemWrapped},
	{"PNG zTXt AIGC", pngFile(chunk("zTXt", append([]byte("AIGC\x00\x00"), packed(sample)...)), idat), PNG, FormText, true, true, ""},
	{"PNG iTXt AIGC", pngFile(itxt("AIGC", sample), idat), PNG, FormText, true, true, ""},
	{"PNG Description", pngFile(chunk("tEXt", []byte("Description\x00"+wrappedSample)), idat), PNG, FormText, false, false, ProblemPlace},
	{"PNG Description, bare object", pngFile(chunk("tEXt", []byte("Description\x00"+sample)), idat), PNG, FormText, false, false, ProblemPlace},
	{"PNG UserComment text", pngFile(chunk("tEXt", []byte("UserComment\x00"+wrappedSample)), idat), PNG, FormText, false, false, ProblemPlace},
	{"PNG eXIf", pngFile(chunk("eXIf", exifBlock(binary.BigEndian, map[uint16][]byte{tagComment: []byte("ASCII\x00\x00\x00" + wrappedSample)})), idat), PNG, FormEXIFComment, false, false, ProblemPlace},
	{"PNG raw profile", pngFile(chunk("zTXt", append([]byte("Raw profile type xmp\x00\x00"), packed("\nxmp\n    99\n"+hex.EncodeToString([]byte(labelXMP(sample))))...)), idat), PNG, FormXMPElement, true, true, ""},
	{"PNG behind the end", append(pngFile(idat), wrappedSample...), PNG, FormGlued, false, false, ProblemPlace},
	{"WebP XMP", riffFile("WEBP", riffChunk("VP8X", make([]byte, 10)), riffChunk("VP8 ", repeat("x", 31)), riffChunk("XMP ", []byte(labelXMP(sample)))), WebP, FormXMPElement, true, true, ""},
	{"WebP EXIF", riffFile("WEBP", riffChunk("VP8X", make([]byte, 10)), riffChunk("VP8 ", repeat("x", 31)), riffChunk("EXIF", append([]byte("Exif\x00\x00"), exifBlock(binary.LittleEndian, map[uint16][]byte{tagComment: []byte("ASCII\x00\x00\x00" + wrappedSample)})...))), WebP, FormEXIFComment, true, true, ""},
	{"WebP behind the end", append(riffFile("WEBP", riffChunk("VP8 ", repeat("x", 32))), wrappedSample...), WebP, FormGlued, false, false, ProblemPlace},
	{"TIFF XMP", exifBlock(binary.BigEndian, map[uint16][]byte{tagXMP: []byte(labelXMP(sample))}), TIFF, FormXMPElement, true, true, ""},
	{"BigTIFF XMP", bigTIFF(labelXMP(sample)), TIFF, FormXMPElement, true, true, ""},
	{"GIF XMP Data", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00\x21\xff\x0bXMP DataXMP" + labelXMP(sample) + magicTrailer() + "\x00;"), GIF, FormXMPElement, true, true, ""},
	{"GIF comment", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00\x21\xfe" + string([]byte{byte(len(wrappedSample))}) + wrappedSample + "\x00;"), GIF, FormText, false, false, ProblemPlace},
	{"HEIC XMP item", heif(labelXMP(sample)), HEIF, FormXMPElement, true, true, ""},
	{"JPEG XL XMP", join([]byte("\x00\x00\x00\x0cJXL \r\n\x87\n"), boxOf("ftyp", []byte("jxl \x00\x00\x00\x00jxl ")), boxOf("xml ", []byte(labelXMP(sample)))), JXL, FormXMPElement, false, false, ProblemPlace},
	{"SVG metadata", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><metadata>` + labelXMP(sample) + `</metadata></svg>`), SVG, FormXMPElement, false, false, ProblemPlace},
	{"MP4 keys, moov first", join(ftypMP4, moov(boxOf("udta", metaBox(true, "AIGC", sample))), mdat), MP4, FormKey, true, true, ""},
	{"MP4 keys, moov behind mdat", join(ftypMP4, mdat, moov(boxOf("udta", metaBox(true, "title", "t", "AIGC", sample)))), MP4, FormKey, true, true, ""},
	{"MOV keys in moov.meta", join(boxOf("ftyp", []byte("qt  \x00\x00\x00\x00qt  ")), mdat, moov(metaBox(false, "AIGC", sample))), MOV, FormKey, false, false, ProblemPlace},
	{"MP4 XMP box (uuid) behind mdat", join(ftypMP4, mdat, boxOf("uuid", uuidXMP, []byte(labelXMP(sample)))), MP4, FormXMPElement, false, false, ProblemPlace},
	{"MOV XMP_ in user data", join(boxOf("ftyp", []byte("qt  \x00\x00\x00\x00qt  ")), mdat, moov(boxOf("udta", boxOf("XMP_", []byte(labelXMP(sample))), []byte{0, 0, 0, 0}))), MOV, FormXMPElement, false, false, ProblemPlace},
	{"M4A free form", join(boxOf("ftyp", []byte("M4A \x00\x00\x00\x00M4A ")), mdat, moov(boxOf("udta", boxOf("meta", []byte{0, 0, 0, 0}, boxOf("hdlr", append([]byte("\x00\x00\x00\x00\x00\x00\x00\x00mdir"), make([]byte, 13)...)), boxOf("ilst", boxOf("----", boxOf("mean", []byte("\x00\x00\x00\x00com.apple.iTunes")), boxOf("name", []byte("\x00\x00\x00\x00AIGC")), boxOf("data", []byte{0, 0, 0, 1, 0, 0, 0, 0}, []byte(sample)))))))), M4A, FormKey, false, false, ProblemPlace},
	{"MP4 comment", join(ftypMP4, mdat, moov(boxOf("udta", metaBox(true, "comment", wrappedSample)))), MP4, FormKey, false, false, ProblemPlace},
	{"MP4 glued behind the last box", join(ftypMP4, moov(), mdat, []byte("AIGC"+sample)), MP4, FormGlued, false, false, ProblemPlace},
	{"Matroska tag", join(ebmlOf(0x1A45DFA3), ebmlOf(ebmlSegment, ebmlOf(ebmlCluster, repeat("x", 99)), ebmlOf(ebmlTags, ebmlOf(ebmlTag, ebmlOf(ebmlSimpleTag, ebmlOf(ebmlTagName, []byte("AIGC")), ebmlOf(ebmlTagString, []byte(sample))))))), Matroska, FormKey, true, true, ""},
	{"AVI LIST/INFO", riffFile("AVI ", riffChunk("LIST", append([]byte("movi"), repeat("x", 100)...)), riffChunk("LIST", append([]byte("INFO"), riffChunk("AIGC", []byte(sample+"\x00"))...))), AVI, FormKey, true, true, ""},
	{"FLV onMetaData", flvFile("AIGC", sample), FLV, FormKey, true, true, ""},
	{"WAV chunk", riffFile("WAVE", riffChunk("data", repeat("x", 100)), riffChunk("AIGC", []byte(sample))), WAV, FormKey, true, true, ""},
	{"WAV id3 chunk", riffFile("WAVE", riffChunk("id3 ", id3Tag(4, id3FrameOf(4, "TXXX", []byte("\x03AIGC\x00"+sample))))), WAV, FormKey, true, true, ""},
	{"MP3 TXXX v2.3, UTF-16", id3Tag(3, id3FrameOf(3, "TXXX", join([]byte("\x01\xff\xfe"), utf16Of("AIGC\x00", binary.LittleEndian), []byte("\xff\xfe"), utf16Of(sample, binary.LittleEndian)))), MP3, FormKey, true, true, ""},
	{"MP3 TXXX v2.4", id3Tag(4, id3FrameOf(4, "TXXX", []byte("\x03AIGC\x00"+sample))), MP3, FormKey, true, true, ""},
	{"MP3 TXX v2.2", id3Tag(2, id3FrameOf(2, "TXX", []byte("\x00AIGC\x00"+sample))), MP3, FormKey, true, true, ""},
	{"FLAC comment", join([]byte("fLaC\x84\x00"), []byte{byte(len(vorbisComments("AIGC="+sample)) >> 8), byte(len(vorbisComments("AIGC=" + sample)))}, vorbisComments("AIGC="+sample)), FLAC, FormKey, true, true, ""},
	{"Ogg comment over two pages", oggFile(append([]byte("\x03vorbis"), vorbisComments("TITLE="+strings.Repeat("t", 300), "aigc="+sample)...)), Ogg, FormKey, true, true, ""},
	{"PDF Info", []byte("%PDF-1.7\n1 0 obj\n<< /Title (t) /AIGC (" + strings.ReplaceAll(strings.ReplaceAll(sample, "(", `\(`), `"`, `\042`) + ") >>\nendobj\n%%EOF"), PDF, FormKey, true, true, ""},
	{"PDF Info in UTF-16", []byte("%PDF-1.7\n1 0 obj\n<< /AIGC <" + strings.ToUpper(hex.EncodeToString(append([]byte{0xfe, 0xff}, utf16Of(sample, binary.BigEndian)...))) + "> >>\nendobj\n%%EOF"), PDF, FormKey, true, true, ""},
	{"PDF object stream", []byte("%PDF-1.7\n1 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >>\nstream\n" + string(packed("1 0 << /AIGC ("+sample+") >>")) + "\nendstream\nendobj\n%%EOF"), PDF, FormKey, true, true, ""},
	{"PDF Subject", []byte("%PDF-1.7\n11 0 obj\n<< /Subject (no) >>\nendobj\n1 0 obj\n<< /Title (t) /Parts [ (x) << /Subject (y) >> ] /Subject (" + strings.ReplaceAll(wrappedSample, `"`, `\042`) + ") /Trapped /False >>\nendobj\ntrailer\n<< /Size 3 /Info 1 0 R /Root 2 0 R >>\n%%EOF"), PDF, FormKey, false, false, ProblemPlace},
	{"PDF Subject as ExifTool writes it", []byte("%PDF-1.4\ntrailer\n<< /Info 3 0 R >>\n%BeginExifToolUpdate\n3 0 obj\n<<\n/Subject (" + wrappedSample + ")\n>>\nendobj\ntrailer\n<< /Info 3 0 R /Prev 9 >>\n%%EOF"), PDF, FormKey, false, false, ProblemPlace},
	{"PDF Keywords in UTF-16", []byte("%PDF-1.7\n11 0 obj\n<< /Subject (no) >>\nendobj\n1 0 obj\n<< /Title (t) /Parts [ (x) << /Subject (y) >> ] /K#65ywords <" + strings.ToUpper(hex.EncodeToString(append([]byte{0xfe, 0xff}, utf16Of(wrappedSample, binary.BigEndian)...))) + ">>>\nendobj\ntrailer\n<< /Size 3 /Info 1 0 R /Root 2 0 R >>\n%%EOF"), PDF, FormKey, false, false, ProblemPlace},
	{"PDF field of its own, literal UTF-16", append(append([]byte("%PDF-1.7\n1 0 obj % (\n<</Remark(\xfe\xff"), bytes.ReplaceAll(utf16Of(sample, binary.BigEndian), []byte("("), []byte(`\(`))...), ")>>\nendobj\ntrailer<</Info 1 0 R>>\n%%EOF"...), PDF, FormKey, false, false, ProblemPlace},
	{"PDF Subject in an object stream", []byte("%PDF-1.7\n1 0 obj\n<< /Type /ObjStm /N 2 /First 10 /Filter /FlateDecode >>\nstream\n" + string(packed("8 0 7 15 \n<</Type/Pages>> <</Subject("+wrappedSample+")>>")) + "\nendstream\nendobj\n9 0 obj\n<</Type /XRef /Info 7 0 R>>\nendobj\n%%EOF"), PDF, FormKey, false, false, ProblemPlace},
	{"PDF Info without an object of its own", []byte("%PDF-1.7\ntrailer\n<< /Info << /Subject (" + wrappedSample + ") >> >>\n%%EOF"), PDF, FormKey, false, false, ProblemPlace},
	{"PDF XMP", []byte("%PDF-1.7\n1 0 obj\n<< /Type /Metadata >>\nstream\n" + labelXMP(sample) + "\nendstream\nendobj\n%%EOF"), PDF, FormXMPElement, false, false, ProblemPlace},
	{"DOCX custom property", zipFile("docProps/custom.xml", `<Properties xmlns:vt="v"><property fmtid="f" pid="2" name="AIGC"><vt:lpwstr>`+xmlText(sample)+`</vt:lpwstr></property></Properties>`), ZIP, FormKey, true, true, ""},
	{"ODT user-defined", zipFile("meta.xml", `<office:document-meta><meta:user-defined meta:name="AIGC">`+xmlText(sample)+`</meta:user-defined></office:document-meta>`), ZIP, FormKey, false, false, ProblemPlace},
	{"Markdown front matter, YAML", []byte("---\ntitle: t\nAIGC:\n  Label: '1'\n  ContentProducer: '001191110102MACQD9K64010000'\n  ProduceID: \"p-1\"\n  ReservedCode1: ''\n  ContentPropagator: ''\n  PropagateID: ''\n  ReservedCode2: ''\n---\n# t\n"), Text, FormKey, true, true, ""},
	{"Markdown front matter, object", []byte("---\nAIGC: " + sample + "\n---\n\n# t\n"), Text, FormKey, true, true, ""},
	{"Markdown, at the end", []byte("# t\n\ntext\n\nAIGC:\n    Label: \"1\"\n    ContentProducer: 001191110102MACQD9K64010000\n    ProduceID: p-1\n"), Text, FormKey, false, false, ProblemPlace},
}

// bigTIFF has places of 64 bits and one tag.
func bigTIFF(xmp string) []byte {
	b := []byte("II+\x00\x08\x00\x00\x00")
	for _, v := range []uint64{16, 1} { // the directory, its tags
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	b = append(b, 0xbc, 0x02, 7, 0)
	for _, v := range []uint64{uint64(len(xmp)), 52, 0} { // length, place, next directory
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return append(b, xmp...)
}

func magicTrailer() string {
	b := []byte{1}
	for i := 255; i >= 0; i-- {
		b = append(b, byte(i))
	}
	return string(b)
}

func oggFile(comment []byte) []byte {
	page := func(packet []byte, more bool) []byte {
		var lacing []byte
		n := len(packet)
		for ; n >= 255; n -= 255 {
			lacing = append(lacing, 255)
		}
		if !more {
			lacing = append(lacing, byte(n))
		}
		return join([]byte("OggS"), make([]byte, 22), []byte{byte(len(lacing))}, lacing, packet)
	}
	return join(page(append([]byte("\x01vorbis"), make([]byte, 23)...), false), page(comment[:255], true), page(comment[255:], false), page([]byte("\x05vorbis"), false))
}

func TestQuirks(t *testing.T) {
	for _, q := range quirks {
		t.Run(q.name, func(t *testing.T) {
			r := read(t, q.data)
			if r.Format != q.format || len(r.Carriers) != 1 {
				t.Fatalf("format %s, %d carriers: %+v; problems %+v", r.Format, len(r.Carriers), r.Carriers, r.Problems)
			}
			c := r.Carriers[0]
			if c.Form != q.form || c.Standard != q.standard || c.Conformant != q.strict {
				t.Errorf("form %s standard %v conformant %v at %s; problems %+v", c.Form, c.Standard, c.Conformant, c.Place, r.Problems)
			}
			if r.Label == nil || r.Label.Kind() != KindIs || r.Label.ProduceID != "p-1" || r.Label.Producer.Company.Name != "doubao" || !r.DeclaresAI || !r.Found {
				t.Fatalf("label %+v", r.Label)
			}
			if q.problems != "" && !hasProblem(r, q.problems) {
				t.Errorf("problem %s is not named: %+v", q.problems, r.Problems)
			}
			if q.strict && len(r.Problems) > 0 {
				t.Errorf("problems with a conformant label: %+v", r.Problems)
			}
		})
	}
}

func hasProblem(r *Report, code string) bool {
	for _, p := range r.Problems {
		if p.Code == code {
			return true
		}
	}
	return false
}

// Labels cut short, or hidden behind a file that is, are still found where they can be.
func TestBrokenFiles(t *testing.T) {
	for name, data := range map[string][]byte{
		"JPEG without an end": join(plainJPEG[:len(plainJPEG)-2], []byte("AIGC"+sample)),
		"JPEG, EXIF broken":   withSegment(plainJPEG, 0xe1, []byte("Exif\x00\x00II*\x00\xff\xff\xff\x7f"+wrappedSample)),
		"PNG cut in a chunk":  append(pngFile(idat)[:60], wrappedSample...),
	} {
		r := read(t, data)
		if !r.Found || r.Label == nil || len(r.Problems) == 0 {
			t.Errorf("%s: %+v %+v", name, r.Carriers, r.Problems)
		}
	}
	if r := read(t, append(riffFile("WEBP", riffChunk("VP8 ", repeat("x", 32))), "appended by somebody"...)); r.Incomplete || r.Found {
		t.Errorf("bytes behind a WebP: %+v", r.Problems)
	}
	r := read(t, pngFile(idat)[:50])
	if r.Found || !r.Incomplete || !hasProblem(r, ProblemIncomplete) || r.Facts[0].Value != "none" || !strings.Contains(r.Facts[0].EN, "not read completely") {
		t.Errorf("a file cut short has to say so: %+v", r)
	}
}

func TestDuplicatesAndContradictions(t *testing.T) {
	other := strings.Replace(sample, `"Label":"1"`, `"Label":"2"`, 1)
	r := read(t, pngFile(chunk("tEXt", []byte("AIGC\x00"+sample)), idat, itxt("XML:com.adobe.xmp", labelXMP(sample))))
	if !hasProblem(r, ProblemDuplicate) || hasProblem(r, ProblemContradiction) || len(r.Carriers) != 2 {
		t.Errorf("%+v", r.Problems)
	}
	r = read(t, pngFile(chunk("tEXt", []byte("AIGC\x00"+other)), idat, itxt("XML:com.adobe.xmp", labelXMP(sample))))
	if !hasProblem(r, ProblemContradiction) || r.Problems[0].EN != "the file's labels contradict each other in: Label" || r.Label.Kind() != KindIs {
		t.Errorf("%+v %+v", r.Problems, r.Label)
	}
	if !strings.Contains(r.Facts[0].ZH, "互相矛盾") {
		t.Errorf("%s", r.Facts[0].ZH)
	}
	twice := read(t, pngFile(chunk("tEXt", []byte(`AIGC`+"\x00"+`{"Label":"2","Label":"1","ContentProducer":"x"}`)), idat))
	if !hasProblem(twice, ProblemFieldTwice) || twice.Label.Label != "2" {
		t.Errorf("%+v", twice)
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ text, problems, label, producer string }{
		{sample, "", "1", "001191110102MACQD9K64010000"},
		{"\ufeff " + sample + "\x00\x00", "", "1", "001191110102MACQD9K64010000"},
		{wrappedSample, "wrapped", "1", "001191110102MACQD9K64010000"},
		{"AIGC" + sample, "prefix", "1", "001191110102MACQD9K64010000"},
		{xmlText(sample), "escaped", "1", "001191110102MACQD9K64010000"},
		{strings.ReplaceAll(sample, `"`, `\"`), "escaped", "1", "001191110102MACQD9K64010000"},
		{`"` + strings.ReplaceAll(sample, `"`, `\"`) + `"`, "quoted", "1", "001191110102MACQD9K64010000"},
		{`{"AIGC":"` + strings.ReplaceAll(sample, `"`, `\"`) + `"}`, "quoted", "1", "001191110102MACQD9K64010000"},
		{strings.ReplaceAll(sample, `"`, `'`), "syntax", "1", "001191110102MACQD9K64010000"},
		{`{"Label":1,"ContentProducer":"MiniMax","ProduceID":"a"}`, "field-type field-missing", "1", "MiniMax"},
		{`{"label":"1","content_producer":"kling","produceId":"a"}`, "field-case field-missing", "1", "kling"},
		{`{"Label":"AIGC","ContentProducer":"Minimax Agent AI","ProduceID":"0"}`, "label-value character field-missing", "AIGC", "Minimax Agent AI"},
		{`{"Label":"1","ContentProducer":"001191110102MACQD9K64010000","ProduceID":"p","Product":"x"}`, "field-unknown field-missing", "1", "001191110102MACQD9K64010000"},
		{`{"Label":"1","ContentProducer":"001191110102MACQD9K64010000","Produce`, "syntax field-missing field-empty", "1", "001191110102MACQD9K64010000"},
		{`{"Label":"1","ContentProducer":"001191110102MACQD9K65010000","ProduceID":"p"}`, "provider-code field-missing", "1", "001191110102MACQD9K65010000"},
		{"{\"Label\":\"1\",\"ContentProducer\":\"\xb6\xb9\xb0\xfc\",\"ProduceID\":\"p\"}", "encoding character field-missing", "1", "豆包"},
		{`{"Label":"1","ContentProducer":"001191110102MACQD9K64010000","ProduceID":"p",}`, "syntax field-missing", "1", "001191110102MACQD9K64010000"},
		{sample + "trailing", "syntax", "1", "001191110102MACQD9K64010000"},
	} {
		l, ps, err := Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		got := map[string]bool{}
		for _, p := range ps {
			got[p.Code] = true
		}
		want := strings.Fields(c.problems)
		for _, w := range want {
			if !got[w] {
				t.Errorf("%s: problem %s is not named: %v", c.text, w, got)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: problems %v, want %v", c.text, got, want)
		}
		if l.Label != c.label || l.ContentProducer != c.producer {
			t.Errorf("%s: %+v", c.text, l)
		}
		_, err = ParseStrict(c.text)
		if strict := c.problems == "" || c.problems == "wrapped"; (err == nil) != strict {
			t.Errorf("%s: strict reading says %v", c.text, err)
		}
	}
	for _, text := range []string{"", "AIGC", "{}", `{"a":1}`, "null", "[1]", `{"AIGC":{}}`, "{\"ReservedCode1\":\"\"}", strings.Repeat("{\"AIGC\":", 100)} {
		if l, _, err := Parse(text); err == nil {
			t.Errorf("%q is a label: %+v", text, l)
		}
	}
}

func TestProvider(t *testing.T) {
	for _, c := range companies {
		if c.ID != "" && !validCreditCode(c.ID) {
			t.Errorf("%s: the check digit of %s is wrong", c.Name, c.ID)
		}
	}
	p, err := ParseProvider("00119144030008867405X220001")
	if err != nil || !p.Conformant || p.Version != "00" || p.Subject != "organisation" || p.Binding != "1" || p.ID != "9144030008867405X2" || p.Service != "propagation" || p.Model != "0001" || p.Company.Name != "jimeng" {
		t.Errorf("%+v %v", p, err)
	}
	for _, code := range []string{"MiniMax", "doubao", "00119144030008867405X22000", "00319144030008867405X220001", "00119144030008867405X320001", "00119144030008867405X290001", ""} {
		if p, err := ParseProvider(code); err == nil || p != nil && p.Conformant {
			t.Errorf("%s: %+v", code, p)
		}
	}
	if p, _ := ParseProvider("Minimax Agent AI"); p.Company == nil || p.Company.Name != "minimax" {
		t.Errorf("%+v", p)
	}
	person, err := ParseProvider("00210000000000000000000" + "0000")
	if err != nil || person.Subject != "person" || person.Company != nil {
		t.Errorf("%+v %v", person, err)
	}
	if got := len(Companies()); got != len(companies) {
		t.Error(got)
	}
}

func TestSecurity(t *testing.T) {
	inner := `{"SecurityData":{"Type":"TC260PG","Version":1,"PubSD":[{"Type":"DS","AlgID":"1.2.156.10197.1.501","TBSData":{"Type":"LabelMataData"},"Signature":"3046022100AE6B84B3342128AE301A597596FCD9EECF3EA0FC2DB6C250BAF234E167298E9002210097223ABB647B786A90D0A1B93CB9382EA879563B2C7F025FA006BE16AE926C14"},` +
		`{"Type":"PubKey","AlgID":"1.2.156.10197.1.501","KeyValue":"3059301306072A8648CE3D020106082A811CCF5501822D034200045728F08C58D9C72150A705693EF7337859F8FF216E802630041AFAE5C036F0A67CB1FDF8C57F5F8B623284AE09E4E545464B7140B26BBDA51BAE965F854C57AA"}],"Bindings":[{"Type":"Hash"}]}}`
	l := Label{Label: "1", ContentProducer: "MiniMax", ProduceID: "x", ReservedCode1: inner, ReservedCode2: "ac8fa693-b43a-40d6-9eaa-88107faf9991"}
	back, ps, err := Parse(l.JSON())
	if err != nil || back.ReservedCode1 != inner {
		t.Fatalf("%v %+v %+v", err, ps, back)
	}
	if len(back.Security) != 2 {
		t.Fatalf("%+v", back.Security)
	}
	s := back.Security[0]
	if s.Form != "security-data" || s.Version != 1 || len(s.Signatures) != 1 || s.Signatures[0].Algorithm != "SM2-SM3" || s.Signatures[0].Signs != "label" || !s.Signatures[0].WellFormed ||
		len(s.Keys) != 1 || s.Keys[0].Form != "spki" || len(s.Bindings) != 1 || s.Problem != "" || s.Field != "ReservedCode1" {
		t.Errorf("%+v", s)
	}
	if back.Security[1].Form != "uuid" || back.Security[1].Field != "ReservedCode2" {
		t.Errorf("%+v", back.Security[1])
	}
	if got, want := back.SignedText("ReservedCode1"), `"Label":"1","ContentProducer":"MiniMax","ProduceID":"x"`; got != want {
		t.Errorf("%s", got)
	}
	odd := Label{Label: "1", ContentProducer: `a"<&>\`, ProduceID: "x\ny"}
	if got, want := odd.SignedText("ReservedCode1"), `"Label":"1","ContentProducer":"a\"<&>\\","ProduceID":"x\u000ay"`; got != want {
		t.Errorf("%s", got)
	}
	honor := strings.Replace(inner, "PubSD", "PubSd", 1)
	if s, _ := parseSecurity(honor); len(s.Signatures) != 1 {
		t.Errorf("%+v", s)
	}
	for v, form := range map[string]string{"304502204ba188579acf8c5d4c17fb9e72246cb1439c607d8260d968c40dedcf07aaa98b02210090c01fab9a3cfe620c866bef2a3e78c3d1a7e55bce58cdad9ad4498f94d6805e": "signature", strings.Repeat("ab", 32): "hash", "cG9pbnRlci10by1zb21ldGhpbmc=": "base64", "RC001": "opaque", `{"a":1}`: "opaque"} {
		if s, _ := parseSecurity(v); s.Form != form {
			t.Errorf("%s: %s, want %s", v, s.Form, form)
		}
	}
	if s, ok := parseSecurity(`{"SecurityData":{"Type":"TC260PG","PubSD":[{"Type":"DS","Signature":"zz!"}]}}`); !ok || s.Problem == "" {
		t.Errorf("%+v", s)
	}
}

func TestDeclarations(t *testing.T) {
	exif := func(tags map[uint16][]byte) []byte {
		return withSegment(plainJPEG, 0xe1, append([]byte("Exif\x00\x00"), exifBlock(binary.LittleEndian, tags)...))
	}
	iptc := func(name string) []byte {
		return withSegment(plainJPEG, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+strings.Replace(xmpPacket(""), `rdf:about=""`, `rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/`+name+`"`, 1)))
	}
	for _, c := range []struct {
		name, form, value string
		data              []byte
	}{
		{"IPTC", DeclaresIPTC, "ai", iptc("trainedAlgorithmicMedia")},
		{"IPTC, part", DeclaresIPTC, "part-ai", iptc("compositeWithTrainedAlgorithmicMedia")},
		{"IPTC, camera", "", "none", iptc("digitalCapture")},
		{"IPTC as element in a list", DeclaresIPTC, "ai", pngFile(idat, itxt("XML:com.adobe.xmp", xmpPacket(`<Iptc4xmpExt:DigitalSourceType><rdf:Bag><rdf:li>trainedAlgorithmicMedia</rdf:li></rdf:Bag></Iptc4xmpExt:DigitalSourceType>`)))},
		{"IPTC as resource", DeclaresIPTC, "ai", pngFile(idat, itxt("XML:com.adobe.xmp", xmpPacket(`<Iptc4xmpExt:DigitalSourceType rdf:resource="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"/>`)))},
		{"Google's credit line", DeclaresCredit, "ai", pngFile(itxt("XML:com.adobe.xmp", xmpPacket(`<photoshop:Credit>Made with Google AI</photoshop:Credit>`)), idat)},
		{"Grok", DeclaresGrok, "ai", exif(map[uint16][]byte{tagArtist: []byte("1b4e28ba-2fa1-41d2-883f-0016d3cca427\x00"), tagDescription: []byte("Signature: aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=\x00")})},
		{"Grok's description alone", "", "none", exif(map[uint16][]byte{tagArtist: []byte("a person\x00"), tagDescription: []byte("Signature: aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=\x00")})},
		{"Tencent Cloud", DeclaresTencent, "ai", exif(map[uint16][]byte{tagDescription: []byte(`{"ServiceProvider":"TencentCloud","ServiceUser":"100","Time":"1756700000","ContentId":"c-1"}` + "\x00")})},
		{"Tencent, a name of several lines", DeclaresTencent, "ai", exif(map[uint16][]byte{tagDescription: []byte(`{"ServiceProvider":"a\n\u0007b","ServiceUser":"100","Time":"1","ContentId":"c"}` + "\x00")})},
		{"Tencent, one field missing", "", "none", exif(map[uint16][]byte{tagDescription: []byte(`{"ServiceProvider":"x","Time":"1","ContentId":"c-1"}` + "\x00")})},
		{"ByteDance Dreamina", DeclaresByteDance, "ai", exif(map[uint16][]byte{tagComment: []byte("ASCII\x00\x00\x00" + `{"aigc_info":{"aigc_label_type":0,"source_info":"dreamina"},"data":{"os":"web","product":"dreamina","exportType":"generation","pictureId":"0"},"trace_info":{"originItemId":"1"}}`)})},
		{"ByteDance Doubao", DeclaresByteDance, "ai", exif(map[uint16][]byte{tagDescription: []byte(`{"product":"Doubao","aigc_label_type":1}`)})},
		{"ByteDance Xinghui", DeclaresByteDance, "ai", pngFile(idat, chunk("tEXt", []byte(`Comment`+"\x00"+`{"data":{"product":"Xinghui"}}`)))},
		{"ByteDance film", DeclaresByteDance, "ai", join(ftypMP4, mdat, moov(boxOf("udta", metaBox(true, "AigcInfo", `{"aigc_label_type":2}`))))},
		{"ByteDance editor without AI", "", "none", exif(map[uint16][]byte{tagComment: []byte("ASCII\x00\x00\x00" + `{"aigc_info":{"aigc_label_type":0},"data":{"product":"retouch","exportType":"edit"}}`)})},
		{"Stable Diffusion", DeclaresGenerator, "ai", pngFile(chunk("tEXt", []byte("parameters\x00a broken bowl\nNegative prompt: x\nSteps: 20, Sampler: Euler a, CFG scale: 7")), idat)},
		{"ComfyUI", DeclaresGenerator, "ai", pngFile(chunk("tEXt", []byte(`prompt`+"\x00"+`{"3":{"class_type":"KSampler","inputs":{}}}`)), idat)},
		{"label that denies", "", "none", pngFile(chunk("tEXt", []byte("AIGC\x00"+strings.Replace(sample, `"1"`, `"0"`, 1))), idat)},
	} {
		r := read(t, c.data)
		if r.Facts[1].ID != "ai-declaration" || r.Facts[1].Value != c.value || r.DeclaresAI != (c.form != "") {
			t.Errorf("%s: %+v", c.name, r.Facts)
		}
		if c.form != "" && (len(r.Declarations) != 1 || r.Declarations[0].Form != c.form) {
			t.Errorf("%s: %+v", c.name, r.Declarations)
		}
		for _, f := range r.Facts {
			if f.ZH == "" || f.EN == "" || strings.Contains(f.ZH+f.EN, "%!") || strings.ContainsAny(f.ZH+f.EN, "\n\a") {
				t.Errorf("%s: %+v", c.name, f)
			}
		}
	}
}

func TestWeakFacts(t *testing.T) {
	for _, c := range []struct {
		name, id string
		data     []byte
	}{
		{"shell of a label", "weak-label-shell", pngFile(itxt("XML:com.adobe.xmp", xmpPacket("")), idat)},
		{"empty shell", "weak-empty-shell", pngFile(itxt("XML:com.adobe.xmp", `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""/></rdf:RDF></x:xmpmeta>`), idat)},
		{"screenshot", "weak-screenshot", withSegment(plainJPEG, 0xe1, append([]byte("Exif\x00\x00"), exifBlock(binary.BigEndian, map[uint16][]byte{tagComment: []byte("ASCII\x00\x00\x00Screenshot")})...))},
		{"screenshot program", "weak-screenshot", pngFile(chunk("tEXt", []byte("Software\x00gnome-screenshot")), idat)},
		{"scrubber", "weak-scrubber", withSegment(plainJPEG, 0xe1, append([]byte("Exif\x00\x00"), exifBlock(binary.BigEndian, map[uint16][]byte{tagSoftware: []byte("ExifCleaner 3.6\x00")})...))},
		{"rewritten film", "writer", join(ftypMP4, moov(boxOf("udta", metaBox(true, "encoder", "Lavf60.3.100"))), mdat)},
		{"rewritten picture", "writer", withSegment(plainJPEG, 0xfe, []byte("CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 90"))},
	} {
		r := read(t, c.data)
		if weak := c.id != "writer"; (len(r.Weak) == 1) != weak || weak && r.Weak[0].ID != c.id || r.DeclaresAI || r.Found || len(r.Facts) != 3 || r.Facts[2].ID != c.id {
			t.Errorf("%s: %+v", c.name, r.Weak)
		}
	}
	if r := read(t, pngFile(itxt("XML:com.adobe.xmp", labelXMP(sample)), idat)); len(r.Weak) != 0 {
		t.Errorf("a label is no shell: %+v", r.Weak)
	}
}

// No input may cost much more than its own size: what is loaded and unpacked is bounded.
func TestMemory(t *testing.T) {
	bomb := packed(strings.Repeat("/AIGC (x) ", 3<<20))
	var pdf bytes.Buffer
	pdf.WriteString("%PDF-1.7\n")
	for range 200 {
		pdf.WriteString("1 0 obj\n<< /Type /ObjStm /Filter /FlateDecode >>\nstream\n")
		pdf.Write(bomb)
		pdf.WriteString("\nendstream\nendobj\n")
	}
	chunks := make([][]byte, 0, 400)
	for range 400 {
		chunks = append(chunks, chunk("zTXt", append([]byte("Comment\x00\x00"), packed(strings.Repeat("{\"AIGC\":", 100_000))...)))
	}
	for name, data := range map[string][]byte{
		"PDF of bombs": pdf.Bytes(), "PNG of bombs": pngFile(chunks...), "labels glued in great number": append(bytes.Clone(plainJPEG), repeat("AIGC{", 1<<20)...),
		"XMP of open elements": withSegment(plainJPEG, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+strings.Repeat("<a:b c='", 8000))),
		"text of labels":       repeat("AIGC:\n  Label: '1'\n  ProduceID: x\n", 20_000),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r := read(t, data)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
			t.Errorf("%s: %d MiB were allocated for a file of %d kB", name, n>>20, len(data)>>10)
		}
		if len(r.Carriers) > maxCarriers || len(r.Problems) > maxProblems+2 {
			t.Errorf("%s: %d carriers, %d problems", name, len(r.Carriers), len(r.Problems))
		}
	}
}

func TestLimits(t *testing.T) {
	deep := boxOf("AIGC")
	for range 40 {
		deep = boxOf("udta", deep)
	}
	for name, data := range map[string][]byte{
		"boxes nested": join(ftypMP4, boxOf("moov", deep)),
		"bomb":         pngFile(chunk("zTXt", append([]byte("AIGC\x00\x00"), packed(strings.Repeat(" ", 64<<20))...)), idat),
		"large XMP":    pngFile(itxt("XML:com.adobe.xmp", strings.Repeat("<a>", 1<<20)), idat),
	} {
		r := read(t, data)
		if !r.Incomplete || len(r.Problems) == 0 {
			t.Errorf("%s: %+v", name, r)
		}
	}
	many := read(t, append(append([]byte{}, plainJPEG...), repeat("AIGC"+sample, 500)...))
	if len(many.Carriers) > maxCarriers || !hasProblem(many, ProblemDuplicate) {
		t.Errorf("%d carriers", len(many.Carriers))
	}
	sown := read(t, join(plainJPEG, repeat("AIGC{", 1000), []byte("AIGC"+sample)))
	if !sown.Incomplete {
		t.Error("a search that was ended early has to say so")
	}
	if _, err := Read(t.Context(), bytes.NewReader([]byte{0, 1, 2, 3}), 4, Options{}); err != ErrUnsupportedFormat {
		t.Error(err)
	}
}

// The real files that are here, written by the services themselves.
func TestRealFiles(t *testing.T) {
	for name, want := range map[string]struct{ producer, propagator, id string }{
		"doubao_black_1x1_1.png": {"doubao", "", "cc75f5e99aae4210960acb722f10974e"},
		"jimeng_cap_A.png":       {"jimeng", "jimeng", "tos-cn-i-tb4s082cfz/c7fe057c61584857b10c5ad6f5ee96e6"},
	} {
		f, err := os.Open(filepath.Join(sharedDir(), "aigc", "real", name))
		if err != nil {
			t.Skipf("the shared data is not here: %v", err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		r, err := Read(t.Context(), f, info.Size(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Carriers) != 1 || !r.Carriers[0].Conformant || r.Carriers[0].Form != FormXMPElement || len(r.Problems) != 0 || r.Incomplete {
			t.Errorf("%s: %+v %+v", name, r.Carriers, r.Problems)
		}
		l := r.Label
		if l == nil || l.Kind() != KindIs || l.ProduceID != want.id || l.Producer.Company.Name != want.producer || !l.Producer.Conformant || l.Producer.Service != "generation" && want.propagator != "" {
			t.Fatalf("%s: %+v", name, l)
		}
		if want.propagator != "" && (l.Propagator.Company.Name != want.propagator || l.Propagator.Service != "propagation") {
			t.Errorf("%s: %+v", name, l.Propagator)
		}
	}
	for _, e := range mustReadDir(t, filepath.Join(sharedDir(), "aigc", "real")) {
		if e.Name() != "doubao_black_1x1_1.png" && e.Name() != "jimeng_cap_A.png" {
			data, err := os.ReadFile(filepath.Join(sharedDir(), "aigc", "real", e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			if r := read(t, data); !r.Found {
				t.Errorf("%s: no label found", e.Name())
			}
		}
	}
}

func mustReadDir(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
