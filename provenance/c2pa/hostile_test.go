package c2pa

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"strings"
	"testing"
	"time"

	"anxin/provenance/c2pa/internal/media"
	"anxin/provenance/c2pa/internal/pki"
)

// boundedReader refuses to read outside of the file, and counts what is read.
type boundedReader struct {
	data   []byte
	calls  int
	bytes  int64
	beyond bool
}

func (b *boundedReader) ReadAt(p []byte, at int64) (int, error) {
	b.calls++
	b.bytes += int64(len(p))
	if at < 0 || at > int64(len(b.data))-int64(len(p)) {
		b.beyond = true
	}
	return bytes.NewReader(b.data).ReadAt(p, at)
}

// bounds of a hostile file: bytes allocated in all, which bounds the heap, and bytes and calls of reading for each byte of the file.
const (
	hostileHeap  = 64 << 20
	hostileReads = 40
)

// readHostile reads a file and checks what that cost.
func readHostile(t *testing.T, name string, data []byte, format Format) (*Report, error) {
	t.Helper()
	src := &boundedReader{data: data}
	var r *Report
	var err error
	start := time.Now()
	used := allocated(func() {
		r, err = Read(context.Background(), src, int64(len(data)), Options{At: at, Format: format})
	})
	t.Logf("%-44s %8d bytes %8v %9d allocated %9d read %v", name, len(data), time.Since(start).Round(time.Microsecond), used, src.bytes, err)
	if src.beyond {
		t.Errorf("%s: read beyond the end", name)
	}
	if used > hostileHeap {
		t.Errorf("%s: %d MiB allocated for a file of %d kB", name, used>>20, len(data)>>10)
	}
	if src.bytes > int64(hostileReads*len(data))+(8<<20) {
		t.Errorf("%s: %d bytes read of a file of %d", name, src.bytes, len(data))
	}
	if err == nil && (r == nil || r.State == StateTrusted || r.State == StateValid) {
		t.Errorf("%s: approved: %v", name, r)
	}
	if err == nil && r.State == StateInvalid && len(r.Failure) == 0 && r.Err == nil {
		t.Errorf("%s: invalid without a reason", name)
	}
	return r, err
}

func be32(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }
func le32(n int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(n)) }
func le16(n int) []byte { return binary.LittleEndian.AppendUint16(nil, uint16(n)) }

func pngChunkOf(name string, body []byte) []byte {
	b := append(append(be32(len(body)), name...), body...)
	return append(b, be32(int(crc32.ChecksumIEEE(b[4:])))...)
}

func riffOf(kind string, body ...[]byte) []byte {
	b := append([]byte(kind), bytes.Join(body, nil)...)
	return append(append([]byte("RIFF"), le32(len(b))...), b...)
}

func deflated(b []byte) []byte {
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

func joined(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func storeUUID(purpose string, body ...[]byte) []byte {
	return jumbfBox("uuid", media.UUIDC2PA, []byte{0, 0, 0, 0}, []byte(purpose+"\x00"), joined(body...))
}

var hostileFtyp = jumbfBox("ftyp", []byte("isom\x00\x00\x00\x00isom"))

const pngMagic = "\x89PNG\r\n\x1a\n"

// pdfStore is a PDF whose manifest store is there, but whose name would have to be in an object stream.
func pdfStore(objects []byte) []byte {
	return joined([]byte("%PDF-1.7\n"), objects, []byte("\n9 0 obj\n<</Length 60>>\nstream\n"), superBox(uuidStore, "c2pa"), []byte("\nendstream\nendobj\n%%EOF"))
}

// tiffCycle links pages; big ones have places of eight bytes.
func tiffPages(n int, next func(i int) int, entries int) []byte {
	size := 2 + entries*12 + 4
	out := append([]byte("II*\x00"), le32(8)...)
	for i := range n {
		out = append(out, le16(entries)...)
		out = append(out, make([]byte, entries*12)...)
		j := next(i)
		if j >= 0 {
			j = 8 + j*size
		} else {
			j = 0
		}
		out = append(out, le32(j)...)
	}
	return out
}

// zipOf has a directory of n entries that all point at the one local header.
func zipOf(n, declared int) []byte {
	local := joined([]byte("PK\x03\x04"), make([]byte, 22), le16(1), le16(0), []byte("a"))
	out := bytes.Clone(local)
	entry := joined([]byte("PK\x01\x02"), make([]byte, 24), le16(1), make([]byte, 16), []byte("a"))
	dir := bytes.Repeat(entry, n)
	at := len(out)
	return joined(out, dir, []byte("PK\x05\x06"), make([]byte, 4), le16(declared), le16(declared), le32(len(dir)), le32(at), le16(0))
}

type hostileFile struct {
	name string
	data []byte
	want error // named by the error or the report; nil where the file is simply without credentials or broken
}

func hostileContainers() []hostileFile {
	soi := []byte("\xff\xd8")
	gif := []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00")
	huge := func(kind string, size uint64) []byte {
		return append(append(append(be32(1), kind...), binary.BigEndian.AppendUint64(nil, size)...), make([]byte, 64)...)
	}
	overlapping := append([]byte("II+\x00\x08\x00\x00\x00"), binary.LittleEndian.AppendUint64(nil, 16)...)
	overlapping = append(overlapping, bytes.Repeat(binary.LittleEndian.AppendUint64(nil, 16), 40_000)...) // each place reads as a directory of 16 entries
	wide := joined([]byte("II+\x00\x08\x00\x00\x00"), binary.LittleEndian.AppendUint64(nil, 16), bytes.Repeat([]byte{0x20, 0x4e, 0, 0, 0, 0, 0, 0, 0x21}, 50_000))
	id3 := func(size int, body []byte) []byte {
		return append([]byte{'I', 'D', '3', 3, 0, 0, byte(size >> 21 & 127), byte(size >> 14 & 127), byte(size >> 7 & 127), byte(size & 127)}, body...)
	}
	bomb := deflated(make([]byte, 8<<20))
	var streams bytes.Buffer
	for range 120 {
		streams.WriteString("<</Type/ObjStm/Filter/FlateDecode>>\nstream\n")
		streams.Write(bomb)
		streams.WriteString("\nendstream\n")
	}
	same := bytes.Repeat([]byte("/ObjStm"), 100) // all of them lead to the same stream
	xmpURL := `<x dcterms:provenance="` + strings.Repeat("a", 200_000)
	return []hostileFile{
		{"JPEG, a million fill bytes", joined(soi, bytes.Repeat([]byte{0xff}, 1<<20)), nil},
		{"JPEG, fill bytes between segments", joined(soi, bytes.Repeat([]byte("\xff\xff\xff\xff\xff\xff\xff\xe2\x00\x02"), 100_000)), nil},
		{"JPEG, empty segments", joined(soi, bytes.Repeat([]byte("\xff\xe1\x00\x02"), 250_000)), ErrTooMany},
		{"JPEG, stray bytes between segments", joined(soi, []byte("\xff\xe0\x00\x02"), bytes.Repeat([]byte("\x00\xff\xe1\x00\x02"), 220_000)), ErrTooMany},
		{"JPEG, empty pieces of a store", joined(soi, bytes.Repeat(joined([]byte("\xff\xeb\x00\x20JP\x00\x01\x00\x00\x00\x01"), be32(100), []byte("jumb"), be32(30), []byte("jumdc2pa..")), 30_000)), ErrManyStores},
		{"JPEG, XMP without an end", joined(soi, []byte("\xff\xe1\xff\xff"), []byte("http://ns.adobe.com/xap/1.0/\x00"+xmpURL)), nil},
		{"PNG, empty chunks", joined([]byte(pngMagic), bytes.Repeat(pngChunkOf("teST", nil), 87_000)), nil},
		{"PNG, too many chunks", joined([]byte(pngMagic), bytes.Repeat(pngChunkOf("teST", nil), 110_000)), ErrTooMany},
		{"PNG, chunk of 4 GiB", joined([]byte(pngMagic), []byte("\xff\xff\xff\xffcaBX"), make([]byte, 99)), ErrMalformedFile},
		{"PNG, chunk of 2 GiB", joined([]byte(pngMagic), []byte("\x80\x00\x00\x00caBX"), make([]byte, 99)), ErrMalformedFile},
		{"PNG, XMP many times", joined([]byte(pngMagic), bytes.Repeat(pngChunkOf("iTXt", []byte("XML:com.adobe.xmp\x00"+xmpURL[:900])), 1000)), nil},
		{"GIF, empty extensions", joined(gif, bytes.Repeat([]byte("\x21\xfe\x00"), 99_000)), nil},
		{"GIF, too many extensions", joined(gif, bytes.Repeat([]byte("\x21\xfe\x00"), 300_000)), ErrTooMany},
		{"GIF, pieces of one byte", joined(gif, []byte("\x21\xff\x0bC2PA_GIF\x01\x00\x00"), bytes.Repeat([]byte("\x01j"), 400_000)), nil},
		{"GIF, XMP many times", joined(gif, bytes.Repeat([]byte("\x21\xff\x0bXMP DataXMP\x01<\x00"), 20_000)), nil},
		{"WebP, empty chunks", riffOf("WEBP", bytes.Repeat([]byte("abcd\x00\x00\x00\x00"), 120_000)), ErrTooMany},
		{"WAV, chunk of 4 GiB", riffOf("WAVE", []byte("C2PA\xff\xff\xff\xff"), make([]byte, 99)), ErrMalformedFile},
		{"AVI, size of nothing", joined([]byte("RIFF\xff\xff\xff\xffAVI "), []byte("LIST\xff\xff\xff\xff"), make([]byte, 99)), nil},
		{"TIFF, page of itself", tiffPages(1, func(int) int { return 0 }, 1), ErrMalformedFile},
		{"TIFF, pages in a circle", tiffPages(9, func(i int) int { return (i + 1) % 9 }, 3), ErrMalformedFile},
		{"TIFF, too many pages", tiffPages(5000, func(i int) int { return i + 1 }, 1), ErrTooMany},
		{"BigTIFF, overlapping pages", overlapping, nil},
		{"BigTIFF, wide overlapping pages", wide, nil},
		{"TIFF, page beyond the end", joined([]byte("II*\x00"), le32(-2), make([]byte, 99)), ErrMalformedFile},
		{"MP4, box of 2^64", joined(hostileFtyp, huge("moov", 1<<64-1)), ErrMalformedFile},
		{"MP4, box of 2^63", joined(hostileFtyp, huge("free", 1<<63)), ErrMalformedFile},
		{"MP4, box that wraps around", joined(hostileFtyp, huge("free", 1<<63-8)), ErrMalformedFile},
		{"MP4, long box of 0 bytes", joined(hostileFtyp, huge("free", 0)), ErrMalformedFile},
		{"MP4, box of 1 to 7 bytes", joined(hostileFtyp, []byte("\x00\x00\x00\x07free")), ErrMalformedFile},
		{"MP4, boxes of 8 bytes", joined(hostileFtyp, bytes.Repeat(jumbfBox("free"), 130_000)), nil},
		{"MP4, too many boxes", joined(hostileFtyp, bytes.Repeat(jumbfBox("free"), 210_000)), ErrTooMany},
		{"MP4, empty Merkle boxes", joined(hostileFtyp, storeUUID("manifest", make([]byte, 8), superBox(uuidStore, "c2pa")), bytes.Repeat(storeUUID("merkle"), 20_000)), nil},
		{"MP4, store that says it is 2^64", joined(hostileFtyp, append(append(be32(1), "uuid"...), joined(binary.BigEndian.AppendUint64(nil, 1<<62), media.UUIDC2PA, make([]byte, 99))...)), ErrMalformedFile},
		{"MP4, two stores", joined(hostileFtyp, bytes.Repeat(storeUUID("manifest", make([]byte, 8), superBox(uuidStore, "c2pa")), 2)), ErrManyStores},
		{"HEIC, cut in its first box", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1"), nil},
		{"JPEG XL, boxes without an end", joined([]byte("\x00\x00\x00\x0cJXL \r\n\x87\n"), bytes.Repeat(jumbfBox("xml ", []byte("x")), 100_000)), nil},
		{"MP3, empty frames", id3(1<<20, bytes.Repeat([]byte("PRIV\x00\x00\x00\x00\x00\x00"), 100_000)), nil},
		{"MP3, too many frames", id3(1<<21, bytes.Repeat([]byte("PRIV\x00\x00\x00\x00\x00\x00"), 110_000)), ErrTooMany},
		{"MP3, frame of 4 GiB", id3(1<<20, []byte("GEOB\xff\xff\xff\xff\x00\x00application/c2pa\x00")), nil},
		{"MP3, extended header that goes back", joined([]byte("ID3\x03\x00\x40\x00\x00\x7f\x7f\xff\xff\xff\xf0"), make([]byte, 200)), nil},
		{"PDF, object streams that are bombs", pdfStore(streams.Bytes()), nil},
		{"PDF, names that lead to one bomb", pdfStore(joined(same, []byte(" stream\n"), bomb)), nil},
		{"PDF, many stores", pdfStore(bytes.Repeat(joined([]byte("/C2PA_Manifest stream\n"), superBox(uuidStore, "c2pa")), 10_000)), nil},
		{"PDF, length of 2^63", joined([]byte("%PDF-1.7\n/C2PA_Manifest<</Length 9223372036854775807>>\nstream\n"), superBox(uuidStore, "c2pa")), nil},
		{"SVG, deep", bytes.Repeat([]byte("<svg>"), 100_000), ErrTooDeep},
		{"SVG, an element of attributes", joined([]byte("<svg "), bytes.Repeat([]byte("a "), 500_000), []byte(">")), nil},
		{"SVG, attributes with values", joined([]byte("<svg "), bytes.Repeat([]byte("a='' "), 200_000), []byte(">")), nil},
		{"SVG, entities that expand", []byte(`<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">` + strings.Repeat(`<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">`, 1000) + `]><svg><metadata><c2pa:manifest>&b;&b;</c2pa:manifest></metadata></svg>`), ErrMalformedFile},
		{"SVG, spaces for a manifest", joined([]byte("<svg><metadata><c2pa:manifest>"), bytes.Repeat([]byte("A A\n"), 250_000), []byte("</c2pa:manifest></metadata></svg>")), nil},
		{"SVG, many manifests", joined([]byte("<svg><metadata>"), bytes.Repeat([]byte("<c2pa:manifest>AAAA</c2pa:manifest>"), 20_000)), ErrManyStores},
		{"SVG, no end of a quotation", joined([]byte("<svg "), bytes.Repeat([]byte("<a b='"), 150_000)), nil},
		{"ZIP, one file named often", zipOf(22_000, 22_000), nil},
		{"ZIP, more entries than named", zipOf(22_000, 1), nil},
		{"ZIP, directory of 4 GiB", joined([]byte("PK\x03\x04"), make([]byte, 40), []byte("PK\x05\x06\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00")), ErrTooMany},
		{"store, boxes of zero bytes", bytes.Repeat([]byte("\x00\x00\x00\x00jumb"), 10_000), nil},
	}
}

// TestHostileContainers: files that lie about sizes, nest, go in circles or consist of very many parts.
func TestHostileContainers(t *testing.T) {
	for _, c := range hostileContainers() {
		format := Format("")
		if strings.HasPrefix(c.name, "SVG") {
			format = SVG // a long DOCTYPE hides it from the detection
		}
		r, err := readHostile(t, c.name, c.data, format)
		if err == nil && r.Err != nil {
			err = r.Err
		}
		if c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: want %v, got %v", c.name, c.want, err)
		}
	}
}

// sidecarOf is a store with one manifest whose claim names one assertion of the given content.
func boundStore(label string, content []byte) []byte {
	ref := mapCBOR("url", "self#jumbf=c2pa.assertions/"+label, "hash", appendCBORBytes(nil, make([]byte, 32)))
	claim := mapCBOR("instanceID", "x", "claim_generator_info", mapCBOR("name", "t"), "signature", "self#jumbf=c2pa.signature", "created_assertions", arrayCBOR(ref), "alg", "sha256")
	return superBox(uuidStore, "c2pa", superBox(uuidManifest, "m", superBox(uuidAssertions, "c2pa.assertions", superBox(uuidCBOR, label, jumbfBox("cbor", content))),
		superBox(uuidClaim, "c2pa.claim.v2", jumbfBox("cbor", claim)), superBox(uuidSignature, "c2pa.signature", jumbfBox("cbor", []byte{0xf6}))))
}

// TestHostileStores: manifest stores that are well-formed boxes and cost more than they are.
func TestHostileStores(t *testing.T) {
	ones := func(n int) []byte { return append(appendCBORHead(nil, 4, uint64(n)), make([]byte, n)...) }
	many := func(n, items int) []byte {
		var list [][]byte
		for i := range n {
			list = append(list, superBox(uuidCBOR, fmt.Sprintf("org.test__%d", i+1), jumbfBox("cbor", ones(items))))
		}
		return superBox(uuidStore, "c2pa", unsigned("m", list...))
	}
	nested := bytes.Repeat([]byte{0x9f}, 1<<20)
	deepJSON := superBox(uuidJSON, "stds.schema-org.CreativeWork", jumbfBox("json", bytes.Repeat([]byte("["), 1<<20)))
	chain := func(n int) [][]byte {
		var list [][]byte
		for i := range n {
			var refs [][]byte
			for j := range i {
				if j >= i-30 {
					refs = append(refs, ingredientBox(fmt.Sprintf("m%d", j)))
				}
			}
			list = append(list, unsigned(fmt.Sprintf("m%d", i), refs...))
		}
		return list
	}
	for _, c := range []hostileFile{
		{"assertions full of items", many(12, 130_000), ErrTooMany},
		{"one assertion of too many items", many(1, 140_000), nil},
		{"an array of 2^32 items", boundStore("org.test", []byte{0x9a, 0xff, 0xff, 0xff, 0xff, 0}), nil},
		{"a map of 2^63 pairs", boundStore("org.test", []byte{0xbb, 0x80, 0, 0, 0, 0, 0, 0, 0, 0}), nil},
		{"a text of 2^64 bytes", boundStore("org.test", []byte{0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 'a'}), nil},
		{"arrays that do not end", boundStore("org.test", nested), nil},
		{"tags of tags", boundStore("org.test", bytes.Repeat([]byte{0xc1}, 1<<20)), nil},
		{"strings of empty pieces", boundStore("org.test", append(append([]byte{0x5f}, bytes.Repeat([]byte{0x40}, 1<<20)...), 0xff)), nil},
		{"lists that each announce the rest", boundStore("org.test", bytes.Repeat([]byte{0x99, 0xff, 0xff}, 300_000)), nil},
		{"JSON nested a million times", superBox(uuidStore, "c2pa", unsigned("m", deepJSON)), nil},
		{"a label of a megabyte", superBox(uuidStore, "c2pa", unsigned(strings.Repeat("a", 1<<20))), nil},
		{"ingredients of ingredients of ingredients", superBox(uuidStore, "c2pa", chain(90)...), nil},
		{"a box of 2^64 bytes", joined(be32(1), []byte("jumb"), bytes.Repeat([]byte{0xff}, 8), make([]byte, 64)), nil},
		{"boxes that overlap their parent", superBox(uuidStore, "c2pa", append(be32(1<<30), "jumb"...)), nil},
		{"packed nothing", superBox(uuidStore, "c2pa", superBox(uuidManifest, "m", jumbfBox("brob", []byte("c2pa"), bytes.Repeat([]byte{0xff}, 1<<16)))), nil},
		{"thousands of empty manifests", superBox(uuidStore, "c2pa", bytes.Repeat(superBox(uuidManifest, "m"), 1000)), nil},
	} {
		r, err := readHostile(t, c.name, c.data, Sidecar)
		if err != nil {
			if !errors.Is(err, ErrMalformedFile) && !errors.Is(err, ErrTooLarge) {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if r.State != StateInvalid || c.want != nil && !errors.Is(r.Err, c.want) {
			t.Errorf("%s: want %v, got %v %v", c.name, c.want, r, r.Err)
		}
	}
}

// A hash of a film that names many boxes, blocks or places again and again does not multiply with the file.
func TestHostileBindings(t *testing.T) {
	zero := appendCBORBytes(nil, make([]byte, 32))
	exclusion := func(path string, more ...any) []byte { return mapCBOR(append([]any{"xpath", path}, more...)...) }
	times := func(n int, item []byte) []byte {
		return append(appendCBORHead(nil, 4, uint64(n)), bytes.Repeat(item, n)...)
	}
	number := func(n uint64) []byte { return appendCBORHead(nil, 0, n) }
	subset := times(500, mapCBOR("offset", number(1<<40), "length", number(1)))
	merkle := mapCBOR("uniqueId", number(1), "localId", number(1), "count", number(1), "hashes", arrayCBOR(zero), "initHash", zero)
	free := bytes.Repeat(jumbfBox("free"), 60_000)
	table := func(kind string, words ...uint32) []byte {
		b := make([]byte, 4)
		for _, w := range words {
			b = binary.BigEndian.AppendUint32(b, w)
		}
		return jumbfBox(kind, b)
	}
	tkhd := jumbfBox("tkhd", make([]byte, 12), be32(1), make([]byte, 60))
	stbl := jumbfBox("stbl", table("stsz", 1, 1<<32-1), table("stsc", 1, 1, 1<<32-1, 1), table("stco", 2, 0, 0))
	moov := jumbfBox("moov", jumbfBox("trak", tkhd, jumbfBox("mdia", jumbfBox("minf", stbl))))
	for _, c := range []struct {
		name string
		hash []byte
		rest []byte
	}{
		{"exclusions times boxes", mapCBOR("exclusions", times(2000, exclusion("/free")), "hash", zero), free},
		{"data of exclusions times boxes", mapCBOR("exclusions", arrayCBOR(exclusion("/free", "data", times(5000, mapCBOR("offset", number(4), "value", appendCBORBytes(nil, []byte("free")))))), "hash", zero), free},
		{"subsets times boxes", mapCBOR("exclusions", arrayCBOR(exclusion("/free", "subset", subset)), "hash", zero), free},
		{"a very long path", mapCBOR("exclusions", arrayCBOR(exclusion(strings.Repeat("/moov", 50_000))), "hash", zero), free},
		{"maps of one track with samples without end", mapCBOR("exclusions", arrayCBOR(exclusion("/uuid")), "merkle", times(1000, mapCBOR("uniqueId", number(1), "localId", number(1), "count", number(1), "hashes", arrayCBOR(zero)))), joined(moov, storeUUID("merkle", mapCBOR("uniqueId", number(1), "localId", number(1), "location", number(0))))},
		{"hashes of the beginning without end", mapCBOR("exclusions", arrayCBOR(exclusion("/uuid")), "merkle", times(500, merkle)), joined(jumbfBox("free", make([]byte, 1<<20)), jumbfBox("moof"))},
		{"blocks of two bytes", mapCBOR("exclusions", arrayCBOR(exclusion("/uuid")), "merkle", arrayCBOR(mapCBOR("uniqueId", number(1), "localId", number(1), "count", number(1), "hashes", arrayCBOR(zero), "fixedBlockSize", number(2)))), jumbfBox("mdat", make([]byte, 1<<20))},
		{"a map without leaves over media data without bytes", mapCBOR("exclusions", arrayCBOR(exclusion("/mdat")), "merkle", arrayCBOR(mapCBOR("uniqueId", number(1), "localId", number(0), "count", number(0), "hashes", arrayCBOR(zero), "fixedBlockSize", number(1024)))), jumbfBox("mdat", make([]byte, 8))},
		{"a map without leaves for a track", mapCBOR("exclusions", arrayCBOR(exclusion("/mdat")), "merkle", arrayCBOR(mapCBOR("uniqueId", number(1), "localId", number(1), "count", number(0), "hashes", arrayCBOR(zero)))), joined(moov, storeUUID("merkle", mapCBOR("uniqueId", number(1), "localId", number(1), "location", number(0))))},
		{"a map with an empty row", mapCBOR("exclusions", arrayCBOR(exclusion("/mdat")), "merkle", arrayCBOR(mapCBOR("uniqueId", number(1), "localId", number(0), "count", number(1), "hashes", arrayCBOR(), "fixedBlockSize", number(1024)))), jumbfBox("mdat", make([]byte, 99))},
	} {
		store := boundStore("c2pa.hash.bmff.v3", c.hash)
		data := joined(hostileFtyp, storeUUID("manifest", make([]byte, 8), store), c.rest)
		if r, err := readHostile(t, c.name, data, ""); err != nil || !hasAny(r.Failure, BMFFHashMismatch, BMFFHashMalformed) {
			t.Errorf("%s: %v %v", c.name, err, r)
		}
	}
}

// DER that lies about its lengths is refused, and costs no more than it is long.
func TestHostileDER(t *testing.T) {
	nest := []byte{}
	for range 2000 {
		n := len(nest)
		nest = append([]byte{0x30, 0x82, byte(n >> 8), byte(n)}, nest...)
	}
	for name, der := range map[string][]byte{
		"length of 2^32":          {0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x02, 0x01, 0x00},
		"length of 2^64":          {0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"length of 127 bytes":     append([]byte{0x30, 0xff}, make([]byte, 200)...),
		"no end":                  bytes.Repeat([]byte{0x30, 0x80}, 100_000),
		"nested":                  nest,
		"sets of nothing":         append([]byte{0x30, 0x83, 0x0f, 0x42, 0x40}, bytes.Repeat([]byte{0x31, 0x00}, 500_000)...),
		"number of a megabyte":    append([]byte{0x02, 0x83, 0x10, 0x00, 0x00}, bytes.Repeat([]byte{0x7f}, 1<<20)...),
		"signed data, certs lied": joined([]byte{0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02, 0xa0, 0x84, 0x7f, 0xff, 0xff, 0xff}, make([]byte, 1000)),
	} {
		used := allocated(func() {
			if _, err := pki.ParseCertificate(der); err == nil {
				t.Errorf("%s is a certificate", name)
			}
			if _, good := pki.ParseOCSP(der, nil, time.Time{}, at); good {
				t.Errorf("%s is an OCSP response", name)
			}
			var log tracker
			if _, err := verifyTimeStamp(der, []byte("x"), &Trust{}, true, &log); err == nil {
				t.Errorf("%s is a time stamp", name)
			}
		})
		if used > 16<<20 {
			t.Errorf("%s: %d bytes allocated for %d", name, used, len(der))
		}
	}
}

// TestCutShort reads every container of the vectors cut at every sixteenth, and with the rest of it missing from the front.
func TestCutShort(t *testing.T) {
	dir := vectorDir(t)
	names, err := fs.Glob(dir, "v2.*")
	if err != nil || len(names) < 15 {
		t.Fatal(err, names)
	}
	more, _ := fs.Glob(dir, "merkle*p0*")
	for _, name := range append(names, more...) {
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 16 {
			cut := data[:len(data)*i/16]
			src := &boundedReader{data: cut}
			var r *Report
			used := allocated(func() { r, err = Read(t.Context(), src, int64(len(cut)), Options{At: at}) })
			if src.beyond || used > hostileHeap {
				t.Errorf("%s cut at %d/16: beyond %v, %d bytes allocated", name, i, src.beyond, used)
			}
			if err == nil && (r.State == StateTrusted || r.State == StateValid) {
				t.Errorf("%s cut at %d/16: %v", name, i, r)
			}
			if err != nil && !errors.Is(err, ErrMalformedFile) && !errors.Is(err, ErrUnsupportedFormat) {
				t.Errorf("%s cut at %d/16: %v", name, i, err)
			}
		}
	}
}
