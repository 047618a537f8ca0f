package c2pa

import (
	"encoding/binary"
	"fmt"
	"math"
	"unicode/utf8"
)

// Limits of the CBOR decoder. A manifest is small; whoever needs more is not describing a picture.
const (
	maxCBORDepth = 48
	maxCBORItems = 1 << 17
	// maxStoreItems is for the claims and assertions of a store together: they are kept, and an item of one byte takes a hundred.
	maxStoreItems = 1 << 18
)

// cborKind is the major type of a decoded item.
type cborKind uint8

const (
	cborUint cborKind = iota + 1
	cborNegative
	cborBytes
	cborText
	cborArray
	cborMap
	cborTag
	cborBool
	cborNull
	cborFloat
	cborSimple
)

// cborValue is one decoded item. It keeps its span in the source, because signatures and hashes cover bytes and not
// meanings: whatever was signed is cut out of the source and never encoded again. Strings are slices of the source.
type cborValue struct {
	kind       cborKind
	start, end int         // span of the whole item in the source
	n          uint64      // unsigned value; -1-n for negative; tag number; simple value; 1 for true
	f          float64     // float value
	data       []byte      // bytes and text
	items      []cborValue // array: elements; map: key, value, key, value …; tag: the one content
}

type cborDecoder struct {
	src   []byte
	pos   int
	items int
	limit int

	reserved int // items that memory was taken for
}

// decodeCBOR decodes exactly one item that fills src.
func decodeCBOR(src []byte) (cborValue, error) {
	v, rest, err := decodeCBORPrefix(src)
	if err != nil {
		return v, err
	}
	if rest != len(src) {
		return v, fmt.Errorf("%w: %d bytes after the CBOR item", ErrMalformedCBOR, len(src)-rest)
	}
	return v, nil
}

// decodeCBORPrefix decodes one item at the start of src and says where it ends.
func decodeCBORPrefix(src []byte) (cborValue, int, error) {
	d := cborDecoder{src: src, limit: maxCBORItems}
	v, err := d.item(0)
	return v, d.pos, err
}

func (d *cborDecoder) fail(what string) error {
	return fmt.Errorf("%w: %s at byte %d", ErrMalformedCBOR, what, d.pos)
}

// head reads the initial byte and its argument. info 31 (indefinite length or break) is returned with argument 0.
func (d *cborDecoder) head() (major, info byte, arg uint64, err error) {
	if d.pos >= len(d.src) {
		return 0, 0, 0, d.fail("unexpected end")
	}
	b := d.src[d.pos]
	d.pos++
	major, info = b>>5, b&31
	if info < 24 {
		return major, info, uint64(info), nil
	}
	if info == 31 {
		return major, info, 0, nil
	}
	if info > 27 {
		return 0, 0, 0, d.fail("reserved length form")
	}
	size := 1 << (info - 24)
	if len(d.src)-d.pos < size {
		return 0, 0, 0, d.fail("unexpected end")
	}
	raw := d.src[d.pos : d.pos+size]
	d.pos += size
	switch size {
	case 1:
		arg = uint64(raw[0])
	case 2:
		arg = uint64(binary.BigEndian.Uint16(raw))
	case 4:
		arg = uint64(binary.BigEndian.Uint32(raw))
	default:
		arg = binary.BigEndian.Uint64(raw)
	}
	return major, info, arg, nil
}

func (d *cborDecoder) atBreak() bool { return d.pos < len(d.src) && d.src[d.pos] == 0xff }

func (d *cborDecoder) item(depth int) (cborValue, error) {
	if depth > maxCBORDepth {
		return cborValue{}, fmt.Errorf("%w: CBOR nested deeper than %d", ErrTooDeep, maxCBORDepth)
	}
	d.items++
	if d.items > d.limit {
		return cborValue{}, fmt.Errorf("%w: more than %d CBOR items", ErrTooMany, d.limit)
	}
	v := cborValue{start: d.pos}
	major, info, arg, err := d.head()
	if err != nil {
		return v, err
	}
	v.n = arg
	switch major {
	case 0, 1:
		if info == 31 {
			return v, d.fail("integer without a length")
		}
		v.kind = cborUint + cborKind(major)
	case 2, 3:
		v.kind = cborBytes + cborKind(major-2)
		err = d.str(&v, major, info, arg)
	case 4, 5:
		v.kind = cborArray + cborKind(major-4)
		err = d.list(&v, info, arg, int(major-3), depth)
	case 6:
		if info == 31 {
			return v, d.fail("tag without a number")
		}
		v.kind = cborTag
		var content cborValue
		if content, err = d.item(depth + 1); err == nil {
			v.items = []cborValue{content}
		}
	default:
		err = d.simple(&v, info, arg)
	}
	v.end = d.pos
	return v, err
}

func (d *cborDecoder) str(v *cborValue, major, info byte, arg uint64) error {
	if info != 31 {
		if arg > uint64(len(d.src)-d.pos) {
			return d.fail("string longer than the input")
		}
		v.data = d.src[d.pos : d.pos+int(arg)]
		d.pos += int(arg)
		if major == 3 && !utf8.Valid(v.data) {
			return d.fail("text that is not UTF-8")
		}
		return nil
	}
	for !d.atBreak() {
		chunkMajor, chunkInfo, n, err := d.head()
		if err != nil {
			return err
		}
		if chunkMajor != major || chunkInfo == 31 || n > uint64(len(d.src)-d.pos) {
			return d.fail("bad piece of a string")
		}
		v.data = append(v.data, d.src[d.pos:d.pos+int(n)]...)
		d.pos += int(n)
	}
	d.pos++
	if major == 3 && !utf8.Valid(v.data) {
		return d.fail("text that is not UTF-8")
	}
	return nil
}

// list reads the elements of an array (per = 1) or the pairs of a map (per = 2).
func (d *cborDecoder) list(v *cborValue, info byte, count uint64, per, depth int) error {
	left := uint64(len(d.src) - d.pos)
	if info != 31 {
		// Every element takes at least one byte, so a larger count is a lie and must not reserve memory.
		if count > left/uint64(per) {
			return d.fail("more elements announced than bytes left")
		}
		if count*uint64(per) > maxCBORItems {
			return fmt.Errorf("%w: more than %d CBOR items", ErrTooMany, maxCBORItems)
		}
		room := int(count) * per
		if d.reserved+room > d.limit {
			room = min(room, 64) // nested lists that each announce the rest
		}
		d.reserved += room
		v.items = make([]cborValue, 0, room)
	}
	for i := uint64(0); ; i++ {
		if info == 31 {
			if d.atBreak() {
				d.pos++
				return nil
			}
		} else if i == count {
			return nil
		}
		for range per {
			e, err := d.item(depth + 1)
			if err != nil {
				return err
			}
			v.items = append(v.items, e)
		}
	}
}

func (d *cborDecoder) simple(v *cborValue, info byte, arg uint64) error {
	switch info {
	case 20, 21:
		v.kind, v.n = cborBool, uint64(info-20)
	case 22, 23:
		v.kind = cborNull
	case 25:
		v.kind, v.f = cborFloat, halfToFloat(uint16(arg))
	case 26:
		v.kind, v.f = cborFloat, float64(math.Float32frombits(uint32(arg)))
	case 27:
		v.kind, v.f = cborFloat, math.Float64frombits(arg)
	case 31:
		return d.fail("break without a beginning")
	default:
		v.kind = cborSimple
	}
	return nil
}

func halfToFloat(h uint16) float64 {
	exp, frac := int(h>>10&31), float64(h&1023)
	var f float64
	switch exp {
	case 0:
		f = math.Ldexp(frac, -24)
	case 31:
		f = math.Inf(1)
		if frac != 0 {
			f = math.NaN()
		}
	default:
		f = math.Ldexp(1024+frac, exp-25)
	}
	if h>>15 != 0 {
		return -f
	}
	return f
}

// Access. A missing key gives a value of kind 0, on which every accessor answers "no".

func (v cborValue) isMap() bool   { return v.kind == cborMap }
func (v cborValue) isArray() bool { return v.kind == cborArray }
func (v cborValue) present() bool { return v.kind != 0 }

// get finds a text key of a map.
func (v cborValue) get(key string) cborValue {
	if v.kind != cborMap {
		return cborValue{}
	}
	for i := 0; i+1 < len(v.items); i += 2 {
		if k := &v.items[i]; k.kind == cborText && string(k.data) == key {
			return v.items[i+1]
		}
	}
	return cborValue{}
}

// getInt finds an integer key of a map, as COSE headers use them.
func (v cborValue) getInt(key int64) cborValue {
	if v.kind != cborMap {
		return cborValue{}
	}
	for i := 0; i+1 < len(v.items); i += 2 {
		if n, ok := v.items[i].int(); ok && n == key {
			return v.items[i+1]
		}
	}
	return cborValue{}
}

// str gives a text, looking through tags (date-times and URIs are tagged text).
func (v cborValue) str() (string, bool) {
	for v.kind == cborTag && len(v.items) == 1 {
		v = v.items[0]
	}
	return string(v.data), v.kind == cborText
}

// text is str without the doubt.
func (v cborValue) text() string {
	s, ok := v.str()
	if !ok {
		return ""
	}
	return s
}

// bytes gives a byte string, or an array of small integers, which some writers use instead.
func (v cborValue) bytes() ([]byte, bool) {
	switch v.kind {
	case cborBytes:
		return v.data, true
	case cborArray:
		out := make([]byte, len(v.items))
		for i := range v.items {
			if v.items[i].kind != cborUint || v.items[i].n > 255 {
				return nil, false
			}
			out[i] = byte(v.items[i].n)
		}
		return out, true
	}
	return nil, false
}

func (v cborValue) uint() (uint64, bool) { return v.n, v.kind == cborUint }

func (v cborValue) int() (int64, bool) {
	switch {
	case v.kind == cborUint && v.n <= math.MaxInt64:
		return int64(v.n), true
	case v.kind == cborNegative && v.n <= math.MaxInt64:
		return -1 - int64(v.n), true
	}
	return 0, false
}

func (v cborValue) bool() (value, ok bool) { return v.n == 1, v.kind == cborBool }

// plain turns the value into what encoding/json can write: maps with text keys, lists, strings, numbers; bytes become
// a base64 text by way of []byte. Depth is bounded by the decoder.
func (v cborValue) plain() any {
	switch v.kind {
	case cborUint:
		return v.n
	case cborNegative:
		n, _ := v.int()
		return n
	case cborBytes:
		return v.data
	case cborText:
		return string(v.data)
	case cborArray:
		out := make([]any, len(v.items))
		for i := range v.items {
			out[i] = v.items[i].plain()
		}
		return out
	case cborMap:
		out := make(map[string]any, len(v.items)/2)
		for i := 0; i+1 < len(v.items); i += 2 {
			out[v.items[i].keyText()] = v.items[i+1].plain()
		}
		return out
	case cborTag:
		if len(v.items) == 1 {
			return v.items[0].plain()
		}
	case cborBool:
		return v.n == 1
	case cborFloat:
		if math.IsNaN(v.f) || math.IsInf(v.f, 0) {
			return nil
		}
		return v.f
	}
	return nil
}

func (v cborValue) keyText() string {
	if s, ok := v.str(); ok {
		return s
	}
	if n, ok := v.int(); ok {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%x", v.data)
}

// Encoding, as much as signatures need: heads and strings in shortest form.

func appendCBORHead(dst []byte, major byte, n uint64) []byte {
	m := major << 5
	switch {
	case n < 24:
		return append(dst, m|byte(n))
	case n <= math.MaxUint8:
		return append(dst, m|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(dst, m|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(dst, m|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(dst, m|27), n)
}

func appendCBORBytes(dst, b []byte) []byte {
	return append(appendCBORHead(dst, 2, uint64(len(b))), b...)
}

func appendCBORText(dst []byte, s string) []byte {
	return append(appendCBORHead(dst, 3, uint64(len(s))), s...)
}
