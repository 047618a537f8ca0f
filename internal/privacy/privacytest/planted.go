// Package privacytest finds personal data where it must not be: a test plants a phone number, a name and an address, works with the product, and then scans
// every file that was written, in all the forms in which the strings could have got there.
package privacytest

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Planted knows the secrets and their forms.
type Planted struct {
	patterns []pattern
	byPair   map[[2]byte][]int // patterns by their first two bytes
	longest  int
}

type pattern struct {
	secret, form string
	bytes        []byte
}

// Leak is a secret that was found.
type Leak struct {
	Where  string // file, or a name inside an archive
	Offset int64
	Secret string // its name, not its text
	Form   string
}

func (l Leak) String() string {
	return fmt.Sprintf("%s at byte %d: %s, as %s", l.Where, l.Offset, l.Secret, l.Form)
}

// minimum is the length under which a pattern would be found by chance in random bytes.
const minimum = 6

// Plant prepares a search. Keys are names for the report ("phone"), values the strings. A value of digits only is also searched with usual separators and as
// an unkeyed hash, because hashing a phone number hides nothing. Strings shorter than 6 bytes in a form are not searched in that form: make them longer.
func Plant(secrets map[string]string) *Planted {
	p := &Planted{byPair: map[[2]byte][]int{}}
	for name, text := range secrets {
		for _, v := range variants(text) {
			p.addForms(name, v)
		}
		p.addHashes(name, text)
	}
	return p
}

// variants are the ways people and programs write one string.
func variants(text string) []string {
	out := []string{text}
	if len(text) == 11 && strings.Trim(text, "0123456789") == "" {
		for _, sep := range []string{" ", "-", "."} {
			out = append(out, text[:3]+sep+text[3:7]+sep+text[7:])
		}
		wide := strings.Map(func(r rune) rune { return r - '0' + '０' }, text)
		out = append(out, wide, reverse(text))
	}
	if lower := strings.ToLower(text); lower != text {
		out = append(out, lower, strings.ToUpper(text))
	}
	return out
}

func reverse(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

func (p *Planted) addForms(name, text string) {
	raw := []byte(text)
	p.add(name, "UTF-8", raw)
	var le, be []byte
	for _, u := range utf16.Encode([]rune(text)) {
		le, be = append(le, byte(u), byte(u>>8)), append(be, byte(u>>8), byte(u))
	}
	p.add(name, "UTF-16LE", le)
	p.add(name, "UTF-16BE", be)
	if gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes(raw); err == nil {
		p.add(name, "GB 18030", gb)
	}
	p.add(name, "hex", []byte(hex.EncodeToString(raw)))
	p.add(name, "HEX", []byte(strings.ToUpper(hex.EncodeToString(raw))))
	p.addBase64(name, "base64", raw)
	p.addBase64(name, "base64 of UTF-16", le)
	p.add(name, "URL", []byte(url.QueryEscape(text)))
	p.add(name, "URL path", []byte(url.PathEscape(text)))
	p.add(name, "url, small letters", []byte(smallEscapes(url.PathEscape(text))))
	p.add(name, "quoted-printable", bytes.ReplaceAll([]byte(url.PathEscape(text)), []byte("%"), []byte("=")))
	for form, format := range map[string]string{"JSON": `\u%04x`, "JSON, capitals": `\u%04X`, "HTML, decimal": "&#%d;", "HTML, hex": "&#x%x;", "Go quoted": `\x%02x`} {
		p.add(name, form, []byte(escaped(text, format)))
	}
	p.add(name, "HTML", []byte(html.EscapeString(text)))
}

func smallEscapes(s string) string {
	parts := strings.Split(s, "%")
	for i := 1; i < len(parts); i++ {
		parts[i] = strings.ToLower(parts[i][:2]) + parts[i][2:]
	}
	return strings.Join(parts, "%")
}

// escaped writes what is not ASCII with a format; the Go one byte by byte.
func escaped(text, format string) string {
	var b strings.Builder
	if strings.HasPrefix(format, `\x`) {
		for i := range len(text) {
			fmt.Fprintf(&b, format, text[i])
		}
		return b.String()
	}
	for _, u := range utf16.Encode([]rune(text)) {
		if u < 0x80 {
			b.WriteByte(byte(u))
		} else {
			fmt.Fprintf(&b, format, u)
		}
	}
	return b.String()
}

// addBase64 adds what base64 makes of the string wherever it stands in a longer one: the characters that depend on the string alone.
func (p *Planted) addBase64(name, form string, raw []byte) {
	for offset := range 3 {
		padded := append(make([]byte, offset), raw...)
		first, last := (offset*8+5)/6, len(padded)*8/6
		p.add(name, form, []byte(base64.RawStdEncoding.EncodeToString(padded)[first:last]))
		p.add(name, form, []byte(base64.RawURLEncoding.EncodeToString(padded)[first:last]))
	}
}

func (p *Planted) addHashes(name, text string) {
	s256, s1, m5 := sha256.Sum256([]byte(text)), sha1.Sum([]byte(text)), md5.Sum([]byte(text))
	for form, sum := range map[string][]byte{"SHA-256 without a key": s256[:], "SHA-1 without a key": s1[:], "MD5 without a key": m5[:]} {
		p.add(name, form, sum)
		p.add(name, form+", hex", []byte(hex.EncodeToString(sum)))
		p.addBase64(name, form+", base64", sum)
	}
}

func (p *Planted) add(name, form string, b []byte) {
	if len(b) < minimum || slices.ContainsFunc(p.patterns, func(q pattern) bool { return bytes.Equal(q.bytes, b) }) {
		return
	}
	p.patterns = append(p.patterns, pattern{name, form, b})
	pair := [2]byte{b[0], b[1]}
	p.byPair[pair] = append(p.byPair[pair], len(p.patterns)-1)
	p.longest = max(p.longest, len(b))
}

// Bytes finds leaks in a piece of memory.
func (p *Planted) Bytes(where string, b []byte) []Leak { return p.scan(where, b, 0) }

func (p *Planted) scan(where string, b []byte, base int64) (out []Leak) {
	var hot [256]bool
	for pair := range p.byPair {
		hot[pair[0]] = true
	}
	for i := 0; i+1 < len(b); i++ {
		if !hot[b[i]] {
			continue
		}
		for _, n := range p.byPair[[2]byte{b[i], b[i+1]}] {
			if q := p.patterns[n]; bytes.HasPrefix(b[i:], q.bytes) {
				out = append(out, Leak{where, base + int64(i), q.secret, q.form})
			}
		}
	}
	return out
}

// chunk is how much of a stream is looked at together.
const chunk = 1 << 20

// Reader finds leaks in a stream.
func (p *Planted) Reader(where string, r io.Reader) (out []Leak, err error) {
	buf := make([]byte, 0, chunk+p.longest)
	var base int64
	for {
		n, err := io.ReadFull(r, buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		for _, l := range p.scan(where, buf, base) {
			if !slices.Contains(out, l) { // the overlap is looked at twice
				out = append(out, l)
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		keep := min(len(buf), p.longest-1)
		base += int64(len(buf) - keep)
		buf = append(buf[:0], buf[len(buf)-keep:]...)
	}
}

// Find scans files and folders: contents, names, and what is inside gzip and zip files. It tells how many files and bytes it read, so that a test can see
// that it looked at something.
func (p *Planted) Find(roots ...string) (leaks []Leak, files int, size int64, err error) {
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			leaks = append(leaks, p.Bytes("the name of "+path, []byte(d.Name()))...)
			if !d.Type().IsRegular() {
				return nil
			}
			found, n, err := p.file(path)
			leaks, size, files = append(leaks, found...), size+n, files+1
			return err
		})
		if err != nil {
			return leaks, files, size, err
		}
	}
	return leaks, files, size, nil
}

func (p *Planted) file(path string) (leaks []Leak, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	if leaks, err = p.Reader(path, f); err != nil {
		return leaks, 0, err
	}
	if size, err = f.Seek(0, io.SeekCurrent); err != nil {
		return leaks, size, err
	}
	inside, err := p.archive(path, f, size)
	return append(leaks, inside...), size, err
}

// archive looks inside gzip and zip files; anything else has no inside.
func (p *Planted) archive(path string, f *os.File, size int64) (leaks []Leak, err error) {
	var magic [4]byte
	if _, err := f.ReadAt(magic[:], 0); err != nil {
		return nil, nil //nolint:nilerr // shorter than any archive
	}
	switch {
	case magic[0] == 0x1f && magic[1] == 0x8b:
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			return nil, nil //nolint:nilerr // looks like gzip and is not
		}
		return p.Reader(path+" (unpacked)", z)
	case string(magic[:]) == "PK\x03\x04":
		z, err := zip.NewReader(f, size)
		if err != nil {
			return nil, nil //nolint:nilerr // looks like zip and is not
		}
		for _, entry := range z.File {
			leaks = append(leaks, p.Bytes("a name in "+path, []byte(entry.Name))...)
			r, err := entry.Open()
			if err != nil {
				return leaks, err
			}
			found, err := p.Reader(path+"!"+entry.Name, r)
			r.Close()
			leaks = append(leaks, found...)
			if err != nil {
				return leaks, err
			}
		}
	}
	return leaks, nil
}

// MustBeClean fails the test for every leak in the files and folders, and when there was nothing to look at.
func (p *Planted) MustBeClean(t testing.TB, roots ...string) {
	t.Helper()
	leaks, files, size, err := p.Find(roots...)
	if err != nil {
		t.Fatalf("scan: %v", err)
	}
	if files == 0 || size == 0 {
		t.Errorf("nothing to scan in %v", roots)
	}
	for i, l := range leaks {
		if i == 20 {
			t.Errorf("and %d more", len(leaks)-i)
			break
		}
		t.Errorf("personal data in clear: %v", l)
	}
	t.Logf("scanned %d files, %d bytes, for %d forms", files, size, len(p.patterns))
}
