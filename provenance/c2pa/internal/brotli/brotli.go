// Package brotli decodes Brotli streams (RFC 7932) into memory with a hard limit on the output. C2PA packs manifests
// with it. There is no encoder.
package brotli

import (
	_ "embed"
	"errors"
	"fmt"
)

// Errors of Decode.
var (
	// ErrCorrupt: the stream breaks a rule of the format.
	ErrCorrupt = errors.New("brotli: corrupt stream")
	// ErrTooLarge: the output grows beyond the limit.
	ErrTooLarge = errors.New("brotli: output beyond the limit")
)

// dictionary is the static dictionary of RFC 7932 appendix A: words by length, 4 to 24 bytes.
//
//go:embed dictionary.bin
var dictionary string

// wordBits says how many words of each length there are, as a power of two; wordStart where they begin.
var (
	wordBits  = [25]uint{4: 10, 10, 11, 11, 10, 10, 10, 10, 10, 9, 9, 8, 7, 7, 8, 7, 7, 6, 6, 5, 5}
	wordStart = [25]int{5: 4096, 9216, 21504, 35840, 44032, 53248, 63488, 74752, 87040, 93696, 100864, 104704, 106752, 108928, 113536, 115968, 118528, 119872, 121280, 122016}
)

// extra is a base value with a number of extra bits.
type extra struct {
	base uint32
	bits uint
}

var (
	insertLengths = [24]extra{{0, 0}, {1, 0}, {2, 0}, {3, 0}, {4, 0}, {5, 0}, {6, 1}, {8, 1}, {10, 2}, {14, 2}, {18, 3}, {26, 3}, {34, 4}, {50, 4}, {66, 5},
		{98, 5}, {130, 6}, {194, 7}, {322, 8}, {578, 9}, {1090, 10}, {2114, 12}, {6210, 14}, {22594, 24}}
	copyLengths = [24]extra{{2, 0}, {3, 0}, {4, 0}, {5, 0}, {6, 0}, {7, 0}, {8, 0}, {9, 0}, {10, 1}, {12, 1}, {14, 2}, {18, 2}, {22, 3}, {30, 3}, {38, 4},
		{54, 4}, {70, 5}, {102, 5}, {134, 6}, {198, 7}, {326, 8}, {582, 9}, {1094, 10}, {2118, 24}}
	blockLengths = [26]extra{{1, 2}, {5, 2}, {9, 2}, {13, 2}, {17, 3}, {25, 3}, {33, 3}, {41, 3}, {49, 4}, {65, 4}, {81, 4}, {97, 4}, {113, 5}, {145, 5},
		{177, 5}, {209, 5}, {241, 6}, {305, 6}, {369, 7}, {497, 8}, {753, 9}, {1265, 10}, {2289, 11}, {4337, 12}, {8433, 13}, {16625, 24}}
	// commandCells gives the first insert and copy code of each block of 64 insert-and-copy symbols.
	commandCells = [11][2]int{{0, 0}, {0, 8}, {0, 0}, {0, 8}, {8, 0}, {8, 8}, {0, 16}, {16, 0}, {8, 16}, {16, 8}, {16, 16}}
)

type decoder struct {
	in     []byte
	pos    int // next byte of in
	acc    uint64
	have   uint // bits in acc
	out    []byte
	limit  int
	window int
	ring   [4]int
	last   int // index of the last distance in ring
	err    error
}

// Decode unpacks a whole stream. Bytes after its end are ignored.
func Decode(src []byte, limit int) ([]byte, error) {
	d := &decoder{in: src, limit: limit, ring: [4]int{16, 15, 11, 4}, last: 3}
	d.window = 1<<d.windowBits() - 16
	for d.err == nil {
		if last := d.metaBlock(); last {
			break
		}
	}
	if d.err != nil {
		return nil, d.err
	}
	return d.out, nil
}

func (d *decoder) corrupt(what string) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: %s", ErrCorrupt, what)
	}
}

// need fills the accumulator with at least n bits; at the end of the input it fills with zeros and notes the error
// only when they are taken.
func (d *decoder) need(n uint) {
	for d.have < n && d.pos < len(d.in) {
		d.acc |= uint64(d.in[d.pos]) << d.have
		d.pos++
		d.have += 8
	}
}

func (d *decoder) take(n uint) uint32 {
	d.need(n)
	if d.have < n {
		d.corrupt("unexpected end")
		d.acc, d.have = 0, 0
		return 0
	}
	v := uint32(d.acc & (1<<n - 1))
	d.acc >>= n
	d.have -= n
	return v
}

func (d *decoder) windowBits() uint {
	if d.take(1) == 0 {
		return 16
	}
	if n := d.take(3); n != 0 {
		return 17 + uint(n)
	}
	switch n := d.take(3); n {
	case 0:
		return 17
	case 1:
		d.corrupt("large window")
		return 16
	default:
		return 8 + uint(n)
	}
}

// align drops the bits up to the next byte, which must be zero.
func (d *decoder) align() {
	if n := d.have & 7; n > 0 && d.take(n) != 0 {
		d.corrupt("padding that is not zero")
	}
}

// raw takes whole bytes after align.
func (d *decoder) raw(n int) []byte {
	d.pos -= int(d.have / 8)
	d.acc, d.have = 0, 0
	if n > len(d.in)-d.pos {
		d.corrupt("unexpected end")
		return nil
	}
	b := d.in[d.pos : d.pos+n]
	d.pos += n
	return b
}

func (d *decoder) room(n int) bool {
	if n > d.limit-len(d.out) {
		if d.err == nil {
			d.err = ErrTooLarge
		}
		return false
	}
	return true
}

// reserve makes room for n more bytes, doubling up to the limit, so that all growth together stays below twice the
// limit. The length that a block announces is not trusted with memory.
func (d *decoder) reserve(n int) {
	if cap(d.out)-len(d.out) >= n {
		return
	}
	out := make([]byte, len(d.out), max(min(2*cap(d.out), d.limit), len(d.out)+n, 4096))
	copy(out, d.out)
	d.out = out
}

// metaBlock decodes one meta-block and says whether it was the last.
func (d *decoder) metaBlock() (last bool) {
	last = d.take(1) == 1
	if last && d.take(1) == 1 {
		return true
	}
	nibbles := d.take(2)
	if nibbles == 3 {
		d.skipMetadata(last)
		return last
	}
	size := 0
	for i := uint(0); i < uint(nibbles)+4; i++ {
		n := int(d.take(4))
		if i > 3 && i == uint(nibbles)+3 && n == 0 {
			d.corrupt("length with a leading zero")
		}
		size |= n << (4 * i)
	}
	size++
	if d.err != nil || !d.room(size) {
		return true
	}
	if !last && d.take(1) == 1 {
		d.align()
		raw := d.raw(size)
		d.reserve(len(raw))
		d.out = append(d.out, raw...)
		return false
	}
	m := meta{decoder: d}
	if m.header(); d.err == nil {
		m.body(size)
	}
	return last
}

func (d *decoder) skipMetadata(last bool) {
	if last || d.take(1) != 0 {
		d.corrupt("bad metadata block")
		return
	}
	size, bytes := 0, d.take(2)
	for i := uint(0); i < uint(bytes); i++ {
		n := int(d.take(8))
		if i > 0 && i == uint(bytes)-1 && n == 0 {
			d.corrupt("length with a leading zero")
		}
		size |= n << (8 * i)
	}
	d.align()
	if bytes > 0 {
		d.raw(size + 1)
	}
}

// word appends a transformed word of the static dictionary and says how long it became.
func (d *decoder) word(length, id int) int {
	if length < 4 || length > 24 {
		d.corrupt("dictionary word of a bad length")
		return 0
	}
	bits := wordBits[length]
	index, kind := id&(1<<bits-1), id>>bits
	if kind >= len(transforms) {
		d.corrupt("unknown word transformation")
		return 0
	}
	t := &transforms[kind]
	at := wordStart[length] + index*length
	w := []byte(dictionary[at : at+length])
	switch {
	case t.op == upperFirst:
		upper(w)
	case t.op == upperAll:
		for rest := w; len(rest) > 0; {
			rest = rest[upper(rest):]
		}
	case t.op > omitFirst:
		w = w[min(int(t.op-omitFirst), len(w)):]
	default:
		w = w[:max(0, len(w)-int(t.op))]
	}
	size := len(t.prefix) + len(w) + len(t.suffix)
	if !d.room(size) {
		return 0
	}
	d.reserve(size)
	d.out = append(append(append(d.out, t.prefix...), w...), t.suffix...)
	return size
}

// upper changes the first character as the format defines it, which is not quite upper case, and gives its length.
func upper(w []byte) int {
	switch {
	case w[0] < 0xc0:
		if w[0] >= 'a' && w[0] <= 'z' {
			w[0] ^= 32
		}
		return 1
	case w[0] < 0xe0:
		if len(w) > 1 {
			w[1] ^= 32
		}
		return min(2, len(w))
	}
	if len(w) > 2 {
		w[2] ^= 5
	}
	return min(3, len(w))
}
