package aigc

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"html"
	"strings"
)

// Small files of every kind, built by hand.

const sample = `{"Label":"1","ContentProducer":"001191110102MACQD9K64010000","ProduceID":"p-1","ReservedCode1":"","ContentPropagator":"","PropagateID":"","ReservedCode2":""}`

func xmlText(s string) string { return html.EscapeString(s) }

func xmpPacket(inside string) string {
	return `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/">` + inside + `</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`
}

func labelXMP(json string) string { return xmpPacket("<TC260:AIGC>" + xmlText(json) + "</TC260:AIGC>") }

var plainJPEG = []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x12\xff\x00\x34\xff\xd9")

func segment(marker byte, body []byte) []byte {
	b := []byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}
	return append(b, body...)
}

// withSegment puts a segment behind the start of a JPEG.
func withSegment(jpeg []byte, marker byte, body []byte) []byte {
	return append(append(append([]byte{}, jpeg[:2]...), segment(marker, body)...), jpeg[2:]...)
}

func chunk(name string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, name...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func pngFile(chunks ...[]byte) []byte {
	b := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", []byte{0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0})...)
	for _, c := range chunks {
		b = append(b, c...)
	}
	return append(b, chunk("IEND", nil)...)
}

var idat = chunk("IDAT", []byte("\x78\x9c\x63\x60\x00\x00\x00\x02\x00\x01"))

// withChunk puts a chunk behind the header of a PNG.
func withChunk(png []byte, name string, body []byte) []byte {
	return append(append(append([]byte{}, png[:33]...), chunk(name, body)...), png[33:]...)
}

func itxt(key, value string) []byte {
	return chunk("iTXt", []byte(key+"\x00\x00\x00\x00\x00"+value))
}

func riffChunk(id string, body []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(id), uint32(len(body)))
	b = append(b, body...)
	if len(body)%2 == 1 {
		b = append(b, 0)
	}
	return b
}

func riffFile(kind string, chunks ...[]byte) []byte {
	body := append([]byte(kind), bytes.Join(chunks, nil)...)
	return riffChunk("RIFF", body)
}

func boxOf(kind string, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	b := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
	return append(append(b, kind...), body...)
}

var ftypMP4 = boxOf("ftyp", []byte("isom\x00\x00\x02\x00isommp41"))

// metaBox is a meta box with keys and values, as ffmpeg writes it.
func metaBox(full bool, pairs ...string) []byte {
	var keys, values []byte
	for i := 0; i < len(pairs); i += 2 {
		keys = append(keys, boxOf("mdta", []byte(pairs[i]))...)
		data := boxOf("data", []byte{0, 0, 0, 1, 0, 0, 0, 0}, []byte(pairs[i+1]))
		values = append(values, boxOf(string([]byte{0, 0, 0, byte(i/2 + 1)}), data)...)
	}
	head := []byte{0, 0, 0, 0}
	if !full {
		head = nil
	}
	return boxOf("meta", head, boxOf("hdlr", append([]byte("\x00\x00\x00\x00\x00\x00\x00\x00mdta"), make([]byte, 13)...)),
		boxOf("keys", binary.BigEndian.AppendUint32([]byte{0, 0, 0, 0}, uint32(len(pairs)/2)), keys), boxOf("ilst", values))
}

// exifBlock has the given texts: tag, then value. UserComment goes into the EXIF directory.
func exifBlock(order binary.ByteOrder, tags map[uint16][]byte) []byte {
	mark := map[bool]string{true: "II*\x00", false: "MM\x00*"}[order == binary.LittleEndian]
	b := []byte(mark)
	u32 := func(v int) []byte { x := make([]byte, 4); order.PutUint32(x, uint32(v)); return x }
	u16 := func(v int) []byte { x := make([]byte, 2); order.PutUint16(x, uint16(v)); return x }
	b = append(b, u32(8)...)
	var first, second []uint16
	for _, id := range []uint16{tagDescription, tagSoftware, tagArtist, tagXMP, tagXPTitle} {
		if tags[id] != nil {
			first = append(first, id)
		}
	}
	if tags[tagComment] != nil {
		second = append(second, tagComment)
	}
	dir := func(ids []uint16, at int, pointer int) (entries, data []byte) {
		n := len(ids)
		if pointer > 0 {
			n++
		}
		entries = u16(n)
		room := at + 2 + 12*n + 4
		for _, id := range ids {
			v := tags[id]
			entries = append(append(append(entries, u16(int(id))...), u16(7)...), u32(len(v))...)
			entries = append(entries, u32(room+len(data))...)
			data = append(data, v...)
		}
		if pointer > 0 {
			entries = append(append(append(append(entries, u16(tagEXIF)...), u16(4)...), u32(1)...), u32(pointer)...)
		}
		return append(entries, u32(0)...), data
	}
	pointer := 0
	if len(second) > 0 {
		e, d := dir(first, 8, 1)
		pointer = 8 + len(e) + len(d)
	}
	e, d := dir(first, 8, pointer)
	b = append(append(b, e...), d...)
	if pointer > 0 {
		e, d = dir(second, pointer, 0)
		b = append(append(b, e...), d...)
	}
	return b
}

func id3Tag(version byte, frames ...[]byte) []byte {
	body := bytes.Join(frames, nil)
	n := len(body)
	return append([]byte{'I', 'D', '3', version, 0, 0, byte(n >> 21 & 0x7f), byte(n >> 14 & 0x7f), byte(n >> 7 & 0x7f), byte(n & 0x7f)}, body...)
}

func id3FrameOf(version byte, id string, body []byte) []byte {
	n := len(body)
	switch version {
	case 2:
		return append([]byte(id+string([]byte{byte(n >> 16), byte(n >> 8), byte(n)})), body...)
	case 4:
		return append(append([]byte(id), byte(n>>21&0x7f), byte(n>>14&0x7f), byte(n>>7&0x7f), byte(n&0x7f), 0, 0), body...)
	}
	return append(append(binary.BigEndian.AppendUint32([]byte(id), uint32(n)), 0, 0), body...)
}

func vorbisComments(pairs ...string) []byte {
	text := func(s string) []byte { return append(binary.LittleEndian.AppendUint32(nil, uint32(len(s))), s...) }
	b := append(text("maker"), binary.LittleEndian.AppendUint32(nil, uint32(len(pairs)))...)
	for _, p := range pairs {
		b = append(b, text(p)...)
	}
	return b
}

func ebmlOf(id uint64, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	var b []byte
	for shift := 24; shift >= 0; shift -= 8 {
		if c := byte(id >> shift); c != 0 || len(b) > 0 {
			b = append(b, c)
		}
	}
	b = append(b, 0x08, byte(len(body)>>32), byte(len(body)>>24), byte(len(body)>>16), byte(len(body)>>8)) // a size of five bytes
	return append(append(b[:len(b)-4], byte(len(body)>>24), byte(len(body)>>16), byte(len(body)>>8), byte(len(body))), body...)
}

func amfString(s string) string { return string([]byte{byte(len(s) >> 8), byte(len(s))}) + s }

func flvFile(key, value string) []byte {
	script := "\x02" + amfString("onMetaData") + "\x08\x00\x00\x00\x02" + amfString("duration") + "\x00\x40\x00\x00\x00\x00\x00\x00\x00" + amfString(key) + "\x02" + amfString(value) + "\x00\x00\x09"
	n := len(script)
	tag := string([]byte{18, byte(n >> 16), byte(n >> 8), byte(n), 0, 0, 0, 0, 0, 0, 0}) + script
	return []byte("FLV\x01\x05\x00\x00\x00\x09\x00\x00\x00\x00" + string([]byte{9, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0}) + "xx" + "\x00\x00\x00\x0d" + tag + "\x00\x00\x00\x00")
}

func utf16Of(s string, order binary.AppendByteOrder) []byte {
	var b []byte
	for _, r := range s {
		b = order.AppendUint16(b, uint16(r))
	}
	return b
}

func repeat(s string, n int) []byte { return []byte(strings.Repeat(s, n)) }

var (
	leOrder = binary.LittleEndian
	beOrder = binary.BigEndian
)
