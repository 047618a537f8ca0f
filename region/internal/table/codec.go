package table

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"unicode/utf8"
)

// magic starts every table; the digit is the format version.
const magic = "ANXINREGION1\n"

// maxSize bounds the decompressed table, so that a damaged length can never ask for more memory.
const maxSize = 32 << 20

// ErrFormat means the bytes are not a table of this format version.
var ErrFormat = errors.New("region table: not a table of this format version")

// Encode returns the compressed binary form of t: magic, CRC-32 and length of the payload, deflated payload.
func Encode(t *Table) ([]byte, error) {
	var w writer
	w.str(t.Version)
	w.num(int(t.Newest))
	w.strs(t.PointSources)
	w.places(t.Places)
	w.entries(t.Entries)
	w.num(len(t.Fold))
	for _, p := range t.Fold {
		w.num(int(p.From))
		w.num(int(p.To))
	}
	w.strs(t.Syllables)
	w.num(len(t.Readings))
	for _, r := range t.Readings {
		w.num(int(r.Char))
		w.num(len(r.Syllables))
		for _, s := range r.Syllables {
			w.num(int(s))
		}
	}
	w.num(len(t.Alikes))
	for _, a := range t.Alikes {
		w.num(int(a.Char))
		w.num(len(a.Looks))
		for _, s := range a.Looks {
			w.num(int(s))
		}
	}
	var out bytes.Buffer
	out.WriteString(magic)
	var head [8]byte
	binary.BigEndian.PutUint32(head[:4], crc32.ChecksumIEEE(w.b))
	binary.BigEndian.PutUint32(head[4:], uint32(len(w.b)))
	out.Write(head[:])
	z, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(w.b); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Decode reads what Encode wrote. Strings of the table share one backing array.
func Decode(data []byte) (*Table, error) {
	if len(data) < len(magic)+8 || string(data[:len(magic)]) != magic {
		return nil, ErrFormat
	}
	head := data[len(magic) : len(magic)+8]
	size := binary.BigEndian.Uint32(head[4:])
	if size > maxSize {
		return nil, fmt.Errorf("%w: payload of %d bytes", ErrFormat, size)
	}
	payload := make([]byte, size)
	z := flate.NewReader(bytes.NewReader(data[len(magic)+8:]))
	if _, err := io.ReadFull(z, payload); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrFormat, err)
	}
	if crc32.ChecksumIEEE(payload) != binary.BigEndian.Uint32(head[:4]) {
		return nil, fmt.Errorf("%w: checksum differs", ErrFormat)
	}
	r := reader{b: payload, s: string(payload)}
	t := &Table{Version: r.str(), Newest: int32(r.num()), PointSources: r.strs()}
	t.Places = r.places()
	t.Entries = r.entries()
	t.Fold = make([]Pair, r.count())
	for i := range t.Fold {
		t.Fold[i] = Pair{rune(r.num()), rune(r.num())}
	}
	t.Syllables = r.strs()
	t.Readings = make([]Reading, r.count())
	for i := range t.Readings {
		t.Readings[i].Char = rune(r.num())
		s := make([]uint16, r.count())
		for j := range s {
			s[j] = uint16(r.num())
		}
		t.Readings[i].Syllables = s
	}
	t.Alikes = make([]Alike, r.count())
	for i := range t.Alikes {
		t.Alikes[i].Char = rune(r.num())
		s := make([]rune, r.count())
		for j := range s {
			s[j] = rune(r.num())
		}
		t.Alikes[i].Looks = s
	}
	if r.bad {
		return nil, fmt.Errorf("%w: cut short", ErrFormat)
	}
	return t, nil
}

// writer appends varints and length-prefixed strings.
type writer struct{ b []byte }

func (w *writer) num(n int)      { w.b = binary.AppendUvarint(w.b, uint64(n)) }
func (w *writer) signed(n int32) { w.b = binary.AppendVarint(w.b, int64(n)) }
func (w *writer) str(s string)   { w.num(len(s)); w.b = append(w.b, s...) }
func (w *writer) strs(s []string) {
	w.num(len(s))
	for _, x := range s {
		w.str(x)
	}
}

// places stores column by column: equal neighbours compress far better than mixed records.
func (w *writer) places(ps []Place) {
	w.num(len(ps))
	var last int64
	for i := range ps {
		w.b = binary.AppendVarint(w.b, int64(ps[i].Code)-last)
		last = int64(ps[i].Code)
	}
	for i := range ps {
		w.str(ps[i].Name)
	}
	for i := range ps {
		w.num(int(ps[i].Flags)<<8 | int(ps[i].Level)<<4 | int(ps[i].PointKind))
	}
	for i := range ps {
		w.signed(ps[i].Parent - parentGuess(ps, i))
	}
	for i := range ps {
		w.num(int(ps[i].From))
	}
	for i := range ps {
		w.num(int(ps[i].To))
	}
	for i := range ps {
		if ps[i].PointKind != PointNone {
			w.signed(ps[i].Lng)
			w.signed(ps[i].Lat)
			w.num(int(ps[i].PointFrom))
		}
	}
	for i := range ps {
		w.num(len(ps[i].Succ))
		for _, s := range ps[i].Succ {
			w.num(int(s.To))
			w.num(int(s.When))
			if s.Whole {
				w.num(1)
			} else {
				w.num(0)
			}
			w.str(s.Scope)
		}
	}
}

// parentGuess predicts the parent of place i as that of its left neighbour, which is nearly always right.
func parentGuess(ps []Place, i int) int32 {
	if i == 0 {
		return 0
	}
	return ps[i-1].Parent
}

// entries stores names front-coded: bytes shared with the previous name, then the rest.
func (w *writer) entries(es []Entry) {
	w.num(len(es))
	prev := ""
	for i := range es {
		n := shared(prev, es[i].Name)
		w.num(n)
		w.str(es[i].Name[n:])
		prev = es[i].Name
	}
	for i := range es {
		w.num(len(es[i].Targets))
		last := int32(0)
		for _, t := range es[i].Targets {
			w.signed(t.Place - last)
			w.num(int(t.Form))
			last = t.Place
		}
	}
}

// shared is the length in bytes of the common prefix of a and b, cut back to a rune boundary.
func shared(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(b) && !utf8.RuneStart(b[n]) {
		n--
	}
	return n
}

// reader is the counterpart of writer; after any inconsistency bad is set and every value reads as zero.
type reader struct {
	b   []byte
	s   string
	p   int
	bad bool
}

func (r *reader) num() int {
	n, k := binary.Uvarint(r.b[r.p:])
	if k <= 0 || n > 1<<31 {
		r.bad, r.p = true, len(r.b)
		return 0
	}
	r.p += k
	return int(n)
}

func (r *reader) wide() int64 {
	n, k := binary.Varint(r.b[r.p:])
	if k <= 0 {
		r.bad, r.p = true, len(r.b)
		return 0
	}
	r.p += k
	return n
}

// count reads a length and refuses one that the remaining bytes cannot hold.
func (r *reader) count() int {
	n := r.num()
	if n > len(r.b)-r.p {
		r.bad, r.p = true, len(r.b)
		return 0
	}
	return n
}

func (r *reader) str() string {
	n := r.count()
	s := r.s[r.p : r.p+n]
	r.p += n
	return s
}

func (r *reader) strs() []string {
	s := make([]string, r.count())
	for i := range s {
		s[i] = r.str()
	}
	return s
}

func (r *reader) places() []Place {
	ps := make([]Place, r.count())
	var last int64
	for i := range ps {
		last += r.wide()
		ps[i].Code = uint32(last)
	}
	for i := range ps {
		ps[i].Name = r.str()
	}
	for i := range ps {
		n := r.num()
		ps[i].Flags, ps[i].Level, ps[i].PointKind = uint8(n>>8), uint8(n>>4&15), uint8(n&15)
	}
	for i := range ps {
		ps[i].Parent = int32(r.wide()) + parentGuess(ps, i)
		if ps[i].Parent < -1 || int(ps[i].Parent) >= len(ps) {
			r.bad = true
			return nil
		}
	}
	for i := range ps {
		ps[i].From = int32(r.num())
	}
	for i := range ps {
		ps[i].To = int32(r.num())
	}
	for i := range ps {
		if ps[i].PointKind != PointNone {
			ps[i].Lng, ps[i].Lat, ps[i].PointFrom = int32(r.wide()), int32(r.wide()), uint8(r.num())
		}
	}
	for i := range ps {
		n := r.count()
		if n == 0 {
			continue
		}
		ps[i].Succ = make([]Succession, n)
		for j := range ps[i].Succ {
			s := Succession{To: int32(r.num()), When: int32(r.num()), Whole: r.num() == 1, Scope: r.str()}
			if int(s.To) >= len(ps) {
				r.bad = true
				return nil
			}
			ps[i].Succ[j] = s
		}
	}
	return ps
}

func (r *reader) entries() []Entry {
	es := make([]Entry, r.count())
	// One growing arena for the names: a string per entry would be a hundred thousand allocations.
	arena := make([]byte, 0, 2<<20)
	ends := make([]int, len(es)+1)
	prevStart := 0
	for i := range es {
		n := r.num()
		rest := r.str()
		if r.bad || n > len(arena)-prevStart {
			r.bad = true
			return nil
		}
		start := len(arena)
		arena = append(arena, arena[prevStart:prevStart+n]...)
		arena = append(arena, rest...)
		prevStart = start
		ends[i+1] = len(arena)
	}
	all := string(arena)
	total := 0
	mark := r.p
	for range es {
		n := r.count()
		total += n
		for range n {
			r.wide()
			r.num()
		}
	}
	r.p = mark
	targets := make([]Target, 0, total)
	for i := range es {
		es[i].Name = all[ends[i]:ends[i+1]]
		n, first, last := r.count(), len(targets), int32(0)
		for range n {
			last += int32(r.wide())
			targets = append(targets, Target{last, uint8(r.num())})
		}
		es[i].Targets = targets[first:len(targets):len(targets)]
	}
	return es
}
