package brotli

import (
	"math/bits"
)

const maxCodeLength = 15

// code is a prefix code as canonical counts per length and the symbols in order; decoding walks the lengths. Manifests
// are small, so a table is not worth its memory.
type code struct {
	count   [maxCodeLength + 1]uint16
	symbols []uint16
	single  bool // one symbol of length zero
	fast    [256]uint16
}

// fastUnset marks entries of the fast table that need the walk; others hold length<<12 | symbol.
const fastUnset = 0xffff

func newCode(lengths []uint8) code {
	var c code
	for _, l := range lengths {
		if l > 0 {
			c.count[l]++
		}
	}
	var start [maxCodeLength + 2]uint16
	for l := 1; l <= maxCodeLength; l++ {
		start[l+1] = start[l] + c.count[l]
	}
	c.symbols = make([]uint16, start[maxCodeLength+1])
	for s, l := range lengths {
		if l > 0 {
			c.symbols[start[l]] = uint16(s)
			start[l]++
		}
	}
	for i := range c.fast {
		c.fast[i] = fastUnset
	}
	// Codes of up to eight bits: canonical values reversed, since the stream gives the first bit lowest.
	value, index := 0, 0
	for l := 1; l <= 8; l++ {
		for range c.count[l] {
			r := int(bits.Reverse16(uint16(value)) >> (16 - l))
			if c.symbols[index] < 1<<12 {
				for ; r < 256; r += 1 << l {
					c.fast[r] = uint16(l)<<12 | c.symbols[index]
				}
			}
			value++
			index++
		}
		value <<= 1
	}
	return c
}

func (d *decoder) symbol(c *code) int {
	if c.single {
		return int(c.symbols[0])
	}
	d.need(maxCodeLength)
	if f := c.fast[d.acc&255]; f != fastUnset {
		if n := uint(f >> 12); n <= d.have {
			d.acc >>= n
			d.have -= n
			return int(f & 0xfff)
		}
	}
	value, first, index := 0, 0, 0
	for l := 1; l <= maxCodeLength; l++ {
		value |= int(d.take(1))
		n := int(c.count[l])
		if value-first < n {
			return int(c.symbols[index+value-first])
		}
		index += n
		first = (first + n) << 1
		value <<= 1
		if d.err != nil {
			return 0
		}
	}
	d.corrupt("unknown code")
	return 0
}

// readCode reads the description of a prefix code (RFC 7932 section 3.4 and 3.5).
func (d *decoder) readCode(alphabet int) code {
	skip := d.take(2)
	if skip == 1 {
		return d.simpleCode(alphabet)
	}
	order := [18]int{1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	var lengths [18]uint8
	space, used := 32, 0
	for i := int(skip); i < 18 && space > 0; i++ {
		l := d.lengthOfLength()
		lengths[order[i]] = l
		if l > 0 {
			space -= 32 >> l
			used++
		}
	}
	if d.err != nil {
		return code{single: true, symbols: []uint16{0}}
	}
	if space < 0 || space > 0 && used != 1 {
		d.corrupt("code lengths that do not fill")
		return code{single: true, symbols: []uint16{0}}
	}
	c := newCode(lengths[:])
	if used == 1 {
		c.single = true
	}
	return d.complexCode(&c, alphabet)
}

// lengthOfLength reads one length of the code for code lengths: a fixed code of two to four bits.
func (d *decoder) lengthOfLength() uint8 {
	switch d.take(2) {
	case 0:
		return 0
	case 2:
		return 3
	case 1:
		return 4
	}
	if d.take(1) == 0 {
		return 2
	}
	if d.take(1) == 0 {
		return 1
	}
	return 5
}

func (d *decoder) simpleCode(alphabet int) code {
	n := int(d.take(2)) + 1
	width := uint(bits.Len(uint(alphabet - 1)))
	symbols := make([]int, n)
	for i := range symbols {
		symbols[i] = int(d.take(width))
		if symbols[i] >= alphabet {
			d.corrupt("symbol outside its alphabet")
			return code{single: true, symbols: []uint16{0}}
		}
		for _, s := range symbols[:i] {
			if s == symbols[i] {
				d.corrupt("symbol named twice")
			}
		}
	}
	if n == 1 || d.err != nil {
		return code{single: true, symbols: []uint16{uint16(symbols[0])}}
	}
	lengths := make([]uint8, alphabet)
	shape := map[int][]uint8{2: {1, 1}, 3: {1, 2, 2}, 4: {2, 2, 2, 2}}[n]
	if n == 4 && d.take(1) == 1 {
		shape = []uint8{1, 2, 3, 3}
	}
	// Symbols of one length are assigned in order; newCode sees to that.
	for i, s := range symbols {
		lengths[s] = shape[i]
	}
	return newCode(lengths)
}

func (d *decoder) complexCode(c *code, alphabet int) code {
	lengths := make([]uint8, alphabet)
	space := 1 << maxCodeLength
	previous, repeat, repeated := uint8(8), 0, -1
	for i := 0; i < alphabet && space > 0; {
		s := d.symbol(c)
		if d.err != nil {
			break
		}
		if s < 16 {
			lengths[i] = uint8(s)
			i++
			repeat = 0
			if s > 0 {
				previous = uint8(s)
				space -= 1 << maxCodeLength >> s
			}
			continue
		}
		width, value := uint(2), int(previous)
		if s == 17 {
			width, value = 3, 0
		}
		if repeated != value || repeat == 0 {
			repeat, repeated = 0, value
		}
		old := repeat
		if repeat > 0 {
			repeat = (repeat - 2) << width
		}
		repeat += int(d.take(width)) + 3
		n := repeat - old
		if n > alphabet-i {
			d.corrupt("too many repeated code lengths")
			break
		}
		for range n {
			lengths[i] = uint8(value)
			i++
		}
		if value > 0 {
			space -= n << (maxCodeLength - value)
		}
	}
	if space != 0 {
		d.corrupt("a code that does not fill")
		return code{single: true, symbols: []uint16{0}}
	}
	return newCode(lengths)
}
