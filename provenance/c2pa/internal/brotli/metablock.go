package brotli

// blocks is the block-switching state of one of the three categories: literals, commands, distances.
type blocks struct {
	count    int // number of block types
	types    code
	lengths  code
	left     int // symbols left in the current block
	now, old int
}

// meta is one compressed meta-block.
type meta struct {
	*decoder
	kinds     [3]blocks
	postfix   uint
	direct    int
	modes     []uint8
	litMap    []uint8
	distMap   []uint8
	literals  []code
	commands  []code
	distances []code
}

// small reads a number from 1 to 256 in the form used for counts.
func (d *decoder) small() int {
	if d.take(1) == 0 {
		return 1
	}
	n := uint(d.take(3))
	return 1 + 1<<n + int(d.take(n))
}

func (d *decoder) length(c *code, table []extra) int {
	s := d.symbol(c)
	if s >= len(table) {
		d.corrupt("unknown length")
		return 1
	}
	return int(table[s].base) + int(d.take(table[s].bits))
}

func (m *meta) header() {
	for i := range m.kinds {
		k := &m.kinds[i]
		k.count, k.left, k.old = m.small(), 1<<24, 1
		if k.count > 1 && m.err == nil {
			k.types = m.readCode(k.count + 2)
			k.lengths = m.readCode(26)
			k.left = m.length(&k.lengths, blockLengths[:])
		}
	}
	m.postfix = uint(m.take(2))
	m.direct = int(m.take(4)) << m.postfix
	m.modes = make([]uint8, m.kinds[0].count)
	for i := range m.modes {
		m.modes[i] = uint8(m.take(2))
	}
	var trees int
	m.litMap, trees = m.contextMap(64 * m.kinds[0].count)
	m.literals = make([]code, trees)
	m.distMap, trees = m.contextMap(4 * m.kinds[2].count)
	m.distances = make([]code, trees)
	m.commands = make([]code, m.kinds[1].count)
	for i := range m.literals {
		m.literals[i] = m.readIf(256)
	}
	for i := range m.commands {
		m.commands[i] = m.readIf(704)
	}
	for i := range m.distances {
		m.distances[i] = m.readIf(16 + m.direct + 48<<m.postfix)
	}
}

func (m *meta) readIf(alphabet int) code {
	if m.err != nil {
		return code{single: true, symbols: []uint16{0}}
	}
	return m.readCode(alphabet)
}

// contextMap reads which code belongs to which context, and how many codes there are.
func (m *meta) contextMap(size int) ([]uint8, int) {
	trees := m.small()
	out := make([]uint8, size)
	if trees == 1 || m.err != nil {
		return out, trees
	}
	runs := 0
	if m.take(1) == 1 {
		runs = int(m.take(4)) + 1
	}
	c := m.readCode(trees + runs)
	for i := 0; i < size && m.err == nil; {
		s := m.symbol(&c)
		switch {
		case s == 0:
			i++
		case s <= runs:
			n := 1<<s + int(m.take(uint(s)))
			if n > size-i {
				m.corrupt("run beyond the context map")
				return out, trees
			}
			i += n
		default:
			out[i] = uint8(s - runs)
			i++
		}
	}
	if m.take(1) == 1 {
		moveToFront(out)
	}
	for _, v := range out {
		if int(v) >= trees {
			m.corrupt("context map names a code that is not there")
		}
	}
	return out, trees
}

func moveToFront(values []uint8) {
	var list [256]uint8
	for i := range list {
		list[i] = uint8(i)
	}
	for i, index := range values {
		v := list[index]
		values[i] = v
		copy(list[1:int(index)+1], list[:index])
		list[0] = v
	}
}

// step counts one symbol of a category and switches blocks when one ends.
func (m *meta) step(kind int) int {
	k := &m.kinds[kind]
	if k.left == 0 {
		if k.count < 2 {
			m.corrupt("block ends without another")
			return 0
		}
		s := m.symbol(&k.types)
		next := s - 2
		switch s {
		case 0:
			next = k.old
		case 1:
			next = (k.now + 1) % k.count
		}
		if next < 0 || next >= k.count {
			m.corrupt("unknown block type")
			return 0
		}
		k.old, k.now = k.now, next
		k.left = m.length(&k.lengths, blockLengths[:])
	}
	k.left--
	return k.now
}

// body decodes commands until size bytes were written.
func (m *meta) body(size int) {
	end := len(m.out) + size
	for len(m.out) < end && m.err == nil {
		s := m.symbol(&m.commands[m.step(1)])
		cell := commandCells[s>>6]
		in, cp := insertLengths[cell[0]+s>>3&7], copyLengths[cell[1]+s&7]
		insert := int(in.base) + int(m.take(in.bits))
		length := int(cp.base) + int(m.take(cp.bits))
		if insert > end-len(m.out) {
			m.corrupt("more literals than the block holds")
			return
		}
		m.reserve(min(insert, 8*(len(m.in)-m.pos)+64))
		for ; insert > 0 && m.err == nil; insert-- {
			m.literal()
		}
		if len(m.out) >= end || m.err != nil {
			return
		}
		m.copy(s < 128, length, end)
	}
}

func (m *meta) literal() {
	kind := m.step(0)
	var p1, p2 byte
	if n := len(m.out); n > 1 {
		p1, p2 = m.out[n-1], m.out[n-2]
	} else if n == 1 {
		p1 = m.out[0]
	}
	tree := m.litMap[64*kind+context(m.modes[kind], p1, p2)]
	m.out = append(m.out, byte(m.symbol(&m.literals[tree])))
}

func (m *meta) copy(implicit bool, length, end int) {
	symbol := 0
	if !implicit {
		kind := m.step(2)
		tree := m.distMap[4*kind+min(length, 5)-2]
		symbol = m.symbol(&m.distances[tree])
	}
	distance := m.distance(symbol)
	if m.err != nil {
		return
	}
	reach := min(m.window, len(m.out))
	if distance > reach {
		n := len(m.out)
		m.word(length, distance-reach-1)
		if len(m.out) > end || m.err == nil && len(m.out) == n && length == 0 {
			m.corrupt("word beyond the block")
		}
		return
	}
	if symbol != 0 {
		m.last = (m.last + 1) & 3
		m.ring[m.last] = distance
	}
	if length > end-len(m.out) {
		m.corrupt("copy beyond the block")
		return
	}
	m.reserve(length)
	for range length {
		m.out = append(m.out, m.out[len(m.out)-distance])
	}
}

// distance turns a distance symbol into a distance: one of the last four, one near the last two, or a new one.
func (m *meta) distance(symbol int) int {
	back := func(n int) int { return m.ring[(m.last-n)&3] }
	var d int
	switch {
	case symbol < 4:
		d = back(symbol)
	case symbol < 16:
		delta := [6]int{-1, 1, -2, 2, -3, 3}[(symbol-4)%6]
		d = back((symbol-4)/6) + delta
	case symbol < 16+m.direct:
		d = symbol - 15
	default:
		n := symbol - 16 - m.direct
		bits := 1 + uint(n)>>(m.postfix+1)
		high, low := n>>m.postfix, n&(1<<m.postfix-1)
		offset := (2+high&1)<<bits - 4
		d = (offset+int(m.take(bits)))<<m.postfix + low + m.direct + 1
	}
	if d <= 0 {
		m.corrupt("distance that is not positive")
		return 1
	}
	return d
}

// context gives the context of a literal from the two bytes before it (RFC 7932 section 7.1).
func context(mode, p1, p2 byte) int {
	switch mode {
	case 0:
		return int(p1 & 0x3f)
	case 1:
		return int(p1 >> 2)
	case 2:
		return int(utf8First[p1] | utf8Second(p2))
	}
	return signed(p1)<<3 | signed(p2)
}

// utf8First classifies the byte before the literal: blanks, punctuation, digits, vowels and consonants of both cases.
var utf8First = func() (t [256]byte) {
	const kinds = "" +
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04\x04\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
		"\x08\x0c\x10\x0c\x0c\x14\x0c\x10\x18\x1c\x0c\x0c\x20\x0c\x24\x0c\x2c\x2c\x2c\x2c\x2c\x2c\x2c\x2c\x2c\x2c\x20\x20\x18\x28\x1c\x0c" +
		"\x0c\x30\x34\x34\x34\x30\x34\x34\x34\x30\x34\x34\x34\x34\x34\x30\x34\x34\x34\x34\x34\x30\x34\x34\x34\x34\x34\x18\x0c\x1c\x0c\x0c" +
		"\x0c\x38\x3c\x3c\x3c\x38\x3c\x3c\x3c\x38\x3c\x3c\x3c\x3c\x3c\x38\x3c\x3c\x3c\x3c\x3c\x38\x3c\x3c\x3c\x3c\x3c\x18\x0c\x1c\x0c\x00"
	copy(t[:], kinds)
	for i := 128; i < 256; i++ {
		t[i] = byte(i & 1)
		if i >= 192 {
			t[i] += 2
		}
	}
	return t
}()

// utf8Second classifies the byte before that.
func utf8Second(b byte) byte {
	switch {
	case b <= 32 || b >= 127 && b < 224:
		return 0
	case b >= '0' && b <= '9' || b >= 'A' && b <= 'Z':
		return 2
	case b >= 'a' && b <= 'z':
		return 3
	case b < 127:
		return 1
	}
	return 2
}

func signed(b byte) int {
	switch {
	case b == 0:
		return 0
	case b < 16:
		return 1
	case b < 64:
		return 2
	case b < 128:
		return 3
	case b < 192:
		return 4
	case b < 240:
		return 5
	case b < 255:
		return 6
	}
	return 7
}
