package region

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"anxin/region/internal/table"
)

// maxChars is the longest text that is looked at. An address with a name, a telephone number and a sentence or
// two has fewer than three hundred characters; what is longer is not an address and is refused, so that a
// pasted document costs nothing.
const maxChars = 2000

// Classes of characters.
const (
	classHan   = iota // Chinese characters and everything else that can be part of a name
	classSep          // punctuation, brackets, symbols: divide words and count nothing
	classDigit        // 0-9
	classLatin        // letters
)

// chars is a text prepared for matching: folded characters with the place of each in the input. White space and
// invisible characters are left out; where white space stood, gap is set on the character after it.
type chars struct {
	c      []uint16
	at     []int32 // byte offset in the input; one more than c, the last is the end of the last character
	end    []int32 // byte offset after the character
	class  []uint8
	space  []bool
	solid  []int32 // solid[i] is the number of characters before i that are not separators
	folded bool    // a traditional character was met
}

// folding prepares the table that maps each character of the basic plane to the one used for matching:
// full-width forms to ASCII, traditional and variant characters to simplified ones.
func (r *Resolver) folding(pairs []table.Pair) {
	r.fold = make([]uint16, 1<<16)
	for i := range r.fold {
		r.fold[i] = uint16(i)
	}
	for i := 0xff01; i <= 0xff5e; i++ {
		r.fold[i] = uint16(i - 0xff01 + '!')
	}
	for i := 'A'; i <= 'Z'; i++ {
		r.fold[i] = uint16(i - 'A' + 'a')
		r.fold[0xff21+i-'A'] = uint16(i - 'A' + 'a')
	}
	r.fold['〇'] = '零'
	for _, p := range pairs {
		if p.From <= 0xffff {
			r.fold[p.From] = char16(p.To)
		}
	}
}

// foldString is the form of s used in the lexicon.
func (r *Resolver) foldString(s string) []uint16 {
	out := make([]uint16, 0, len(s)/3+1)
	for _, c := range s {
		if !unicode.IsSpace(c) {
			out = append(out, r.foldRune(c))
		}
	}
	return out
}

func (r *Resolver) foldRune(c rune) uint16 {
	if c > 0xffff {
		return char16(c)
	}
	return r.fold[c]
}

// read prepares text, reusing the slices of t. It reports false when the text is too long.
func (t *chars) read(r *Resolver, text string) bool {
	t.c, t.at, t.end, t.class, t.space, t.solid = t.c[:0], t.at[:0], t.end[:0], t.class[:0], t.space[:0], t.solid[:0]
	t.folded = false
	if len(text) > 4*maxChars {
		return false
	}
	space, solid := false, int32(0)
	for i := 0; i < len(text); {
		c, size := rune(text[i]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRuneInString(text[i:])
		}
		start := i
		i += size
		class := classOf(c)
		if class == classNothing {
			space = space || unicode.IsSpace(c)
			continue
		}
		if len(t.c) == maxChars {
			return false
		}
		f := r.foldRune(c)
		if f != char16(c) && class == classHan {
			t.folded = true
		}
		t.c = append(t.c, f)
		t.at = append(t.at, int32(start))
		t.end = append(t.end, int32(i))
		t.class = append(t.class, class)
		t.space = append(t.space, space)
		t.solid = append(t.solid, solid)
		if class != classSep {
			solid++
		}
		space = false
	}
	t.solid = append(t.solid, solid)
	t.hideNumbers()
	return true
}

// hideNumbers turns runs of six digits and more (telephones, orders, postcodes) into separators: they stand between
// the parts of an address without parting them.
func (t *chars) hideNumbers() {
	found := false
	for i := 0; i < len(t.c); i++ {
		j := i
		for j < len(t.c) && t.class[j] == classDigit {
			j++
		}
		if j-i >= 6 {
			found = true
			for k := i; k < j; k++ {
				t.class[k] = classSep
			}
		}
		i = max(i, j)
	}
	if found {
		t.count()
	}
}

const classNothing = 0xff // white space and invisible characters

func classOf(c rune) uint8 {
	switch {
	case c >= 0x4e00 && c <= 0x9fff, c >= 0x3400 && c <= 0x4dbf, c > 0x1ffff, c == '〇':
		return classHan
	case c <= ' ':
		return classNothing
	case c >= '0' && c <= '9', c >= '０' && c <= '９':
		return classDigit
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= 'ａ' && c <= 'ｚ', c >= 'Ａ' && c <= 'Ｚ':
		return classLatin
	case c < 0x80:
		return classSep
	case c == utf8.RuneError, unicode.IsSpace(c), unicode.Is(unicode.Cf, c), unicode.Is(unicode.Mn, c), c == 0xfe0f, c == 0x00ad:
		return classNothing
	case unicode.IsLetter(c):
		return classHan
	}
	return classSep
}

// count recomputes solid after classes changed.
func (t *chars) count() {
	n := int32(0)
	for i, c := range t.class {
		t.solid[i] = n
		if c != classSep {
			n++
		}
	}
	t.solid[len(t.class)] = n
}

// gap is the number of characters that are not separators between two positions.
func (t *chars) gap(from, to int) int { return int(t.solid[to] - t.solid[from]) }

// link is gap for the space between two names, where a suffix written twice counts nothing: 陇南市市徽县.
func (t *chars) link(from, to int) int {
	n := t.gap(from, to)
	if n == 1 && from > 0 && t.c[from] == t.c[from-1] && isOneOf(t.c[from], []uint16{'省', '市', '县'}) {
		return 0
	}
	return n
}

// rest is the input from a character on, without leading and trailing separators.
func (t *chars) rest(input string, from int) string {
	for from < len(t.c) && t.class[from] == classSep {
		from++
	}
	if from >= len(t.c) {
		return ""
	}
	return strings.TrimSpace(input[t.at[from]:])
}

func itoa(n int) string {
	if n < 10 {
		return "0123456789"[n : n+1]
	}
	return itoa(n/10) + itoa(n%10)
}
