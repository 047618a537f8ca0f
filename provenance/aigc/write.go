package aigc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// WriteOptions say how to write. The zero value refuses whatever needs a decision.
type WriteOptions struct {
	// Format skips the detection by first bytes.
	Format Format
	// DropCredentials leaves Content Credentials out of the copy. They would be broken by any change; the original keeps
	// them. Without it, signed files are refused (ErrSigned).
	DropCredentials bool
	// Replace lets the label take the place of those that are there. It must not say less, nor name another producer.
	Replace bool
}

// Write copies a JPEG, PNG, WebP or MP4 (MOV, M4A) file of size bytes and puts a label into the copy, as the guides have it:
// XMP in pictures, a key of moov.udta.meta in films. Everything else of the file stays as it is; other XMP is kept. The
// source is only read. The label must be conformant (Label.Check).
//
// What dst has received when an error comes is worthless. WriteFile takes care of that, and reads the copy back.
func Write(ctx context.Context, dst io.Writer, src io.ReaderAt, size int64, l Label, opts WriteOptions) error {
	if err := l.Check(); err != nil {
		return err
	}
	before, err := Read(ctx, src, size, Options{Format: opts.Format})
	if err != nil {
		return err
	}
	if before.Incomplete {
		return fmt.Errorf("%w: it could not be read to its end, so it is not known what labels it has", ErrMalformedFile)
	}
	if err := mayReplace(before, &l, opts); err != nil {
		return err
	}
	w := &writer{file: &file{ctx: ctx, r: src, size: size, quota: 64 << 20, text: 32 << 20}, dst: dst, label: l.JSON(), opts: opts}
	switch before.Format {
	case JPEG:
		return w.jpeg()
	case PNG:
		return w.png()
	case WebP:
		return w.webp()
	case MP4, MOV, M4A:
		return w.film()
	}
	return fmt.Errorf("%w: labels are written to JPEG, PNG, WebP, MP4, MOV and M4A, not to %s", ErrUnsupportedFormat, before.Format)
}

// mayReplace keeps labels that are there from being weakened or given to another producer.
func mayReplace(before *Report, l *Label, opts WriteOptions) error {
	if !before.Found {
		return nil
	}
	if !opts.Replace {
		return ErrLabelled
	}
	rank := map[Kind]int{KindIs: 3, KindPossible: 2, KindSuspected: 1}
	for i := range before.Carriers {
		c := &before.Carriers[i]
		switch old := c.Label; {
		case old == nil:
		case rank[l.Kind()] < rank[old.Kind()]:
			return fmt.Errorf("%w: Label was %q", ErrWeakened, old.Label)
		case old.ContentProducer != "" && old.ContentProducer != l.ContentProducer, old.ProduceID != "" && old.ProduceID != l.ProduceID:
			return fmt.Errorf("%w: the producer's fields are others", ErrWeakened)
		}
		switch c.Form {
		case FormXMPElement, FormXMPAttribute, FormXMPFields, FormKey, FormText:
		default:
			return fmt.Errorf("%w: the label that is there stands in %s, where it is not replaced", ErrLabelled, c.Place)
		}
	}
	return nil
}

// WriteFile writes a labelled copy of a file. The destination must not exist; nothing is left of it when writing fails.
func WriteFile(ctx context.Context, dst, src string, l Label, opts WriteOptions) (err error) {
	in, err := os.Open(src)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: %s is no regular file", ErrMalformedFile, filepath.Base(src))
	}
	out, err := os.OpenFile(dst, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%w: %s", ErrOriginal, filepath.Base(dst))
	}
	if err != nil {
		return err
	}
	defer func() {
		if e := out.Close(); err == nil {
			err = e
		}
		if err != nil {
			os.Remove(dst)
		}
	}()
	if err := Write(ctx, out, in, info.Size(), l, opts); err != nil {
		return err
	}
	return readBack(ctx, dst, l)
}

// readBack makes sure that the copy has this label and no other.
func readBack(ctx context.Context, path string, l Label) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	r, err := Read(ctx, f, info.Size(), Options{})
	if err != nil {
		return err
	}
	if len(r.Carriers) != 1 || !r.Carriers[0].Conformant || len(r.Label.differs(&l)) > 0 {
		return fmt.Errorf("%w: a label stands in a place of this file where it is not replaced", ErrLabelled)
	}
	return nil
}

// writer copies a file with a label put in.
type writer struct {
	*file
	dst   io.Writer
	label string
	opts  WriteOptions
	n     int64 // bytes written
}

func (w *writer) put(b []byte) error {
	n, err := w.dst.Write(b)
	w.n += int64(n)
	return err
}

// copy copies a range of the source.
func (w *writer) copy(from, to int64) error {
	if to < from || to > w.size {
		return fmt.Errorf("%w: cut short at %d", ErrMalformedFile, w.size)
	}
	for from < to {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		n, err := io.Copy(w.dst, io.NewSectionReader(w.r, from, min(to-from, 4<<20)))
		w.n += n
		if err != nil {
			return err
		}
		if n == 0 {
			return io.ErrUnexpectedEOF
		}
		from += n
	}
	return nil
}

// whole loads a part that is going to be changed.
func (w *writer) whole(at, n int64) ([]byte, error) {
	b, cut, err := w.load(at, n)
	if err == nil && cut {
		err = fmt.Errorf("%w: %d bytes at %d", ErrTooLarge, n, at)
	}
	return b, err
}

// newPacket is an XMP packet with nothing but the label.
func (w *writer) newPacket() []byte {
	return []byte(`<?xpacket begin="` + "\ufeff" + `" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		w.description() + `</rdf:RDF></x:xmpmeta><?xpacket end="w"?>`)
}

func (w *writer) description() string {
	return `<rdf:Description rdf:about="" xmlns:TC260="` + tc260Space + `"><TC260:AIGC>` + escapeXML(w.label) + `</TC260:AIGC></rdf:Description>`
}

// packet puts the label into an XMP packet that is there: labels are taken out of it, and a description is added.
func (w *writer) packet(old []byte) ([]byte, error) {
	old = toUTF8(old)
	for _, prefix := range labelPrefixes(old) {
		old = withoutProperties(old, prefix)
	}
	i := bytes.LastIndex(old, []byte("</rdf:RDF>"))
	if i < 0 {
		return nil, fmt.Errorf("%w: XMP without the end of its rdf:RDF", ErrMalformedFile)
	}
	out := append(append(append([]byte{}, old[:i]...), w.description()...), old[i:]...)
	s := newScan(w.ctx, bytes.NewReader(nil), 0, Options{Format: JPEG, MaxTextBytes: int64(len(out))})
	s.format = JPEG
	s.xmp("", 0, out)
	if len(s.carriers) != 1 || !s.carriers[0].Conformant {
		return nil, fmt.Errorf("%w: the label cannot be put into the XMP that is there", ErrMalformedFile)
	}
	return out, nil
}

// labelPrefixes are those that the packet uses for the label's namespace.
func labelPrefixes(xmp []byte) []string {
	out := []string{"TC260"}
	for prefix, uri := range parseXMP(xmp).spaces {
		if prefix != "TC260" && bytes.Contains([]byte(uri), []byte("tc260.org.cn")) {
			out = append(out, prefix)
		}
	}
	return out
}

// withoutProperties takes elements and attributes of a prefix out of a packet.
func withoutProperties(xmp []byte, prefix string) []byte {
	open, attr := []byte("<"+prefix+":"), []byte(prefix+":")
	for {
		i := bytes.Index(xmp, open)
		if i < 0 {
			break
		}
		name, _ := tagName(xmp[i+1:])
		end := bytes.IndexByte(xmp[i:], '>')
		if end < 0 {
			return xmp
		}
		stop := i + end + 1
		if xmp[stop-2] != '/' {
			closing := []byte("</" + name + ">")
			j := bytes.Index(xmp[stop:], closing)
			if j < 0 {
				return xmp
			}
			stop += j + len(closing)
		}
		xmp = append(append([]byte{}, xmp[:i]...), xmp[stop:]...)
	}
	for from := 0; ; {
		i := bytes.Index(xmp[from:], attr)
		if i < 0 {
			return xmp
		}
		i += from
		from = i + len(attr)
		if i == 0 || !bytes.ContainsAny(xmp[i-1:i], " \t\r\n") {
			continue
		}
		_, rest := tagName(xmp[i:])
		rest = bytes.TrimLeft(rest, " \t\r\n")
		if len(rest) == 0 || rest[0] != '=' {
			continue
		}
		rest = bytes.TrimLeft(rest[1:], " \t\r\n")
		if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			continue
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return xmp
		}
		xmp = append(append([]byte{}, xmp[:i]...), rest[end+2:]...)
		from = i
	}
}

func escapeXML(s string) string {
	var b bytes.Buffer
	for _, r := range s {
		switch r {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '"':
			b.WriteString("&quot;")
		case '\'':
			b.WriteString("&#39;")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
