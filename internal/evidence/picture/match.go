package picture

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"math"

	"anxin/fingerprint/imagefile"
	"anxin/imagematch"
)

// SketchPoints is how many keypoints are kept of a picture for choosing among references: 16 kB.
const SketchPoints = 512

// MaxReferences and MaxCompared bound one match: how many references are chosen from, and how many of them are decoded and compared.
const (
	MaxReferences = 400
	MaxCompared   = 8
)

// Matching asks whether a picture was made from one of some references.
type Matching struct {
	Claim []byte // the file as received
	// Sketches are those of the references, in order; one without a sketch is compared before all others.
	Sketches [][]byte
	// Compare is how many of the best are compared, at most MaxCompared.
	Compare int
	// Load reads the file of a reference; a copy of at most DisplaySide is enough. It is called for the chosen ones, one after the other. A nil slice leaves the reference out.
	Load func(ctx context.Context, i int) ([]byte, error)
}

// Matched is the answer.
type Matched struct {
	Decoded       string // as in Seen
	Width, Height int    // of the upright claim picture
	Sketch        []byte // of the claim
	Pairs         []Pair // in the order in which they were compared
}

// Pair is the claim beside one reference.
type Pair struct {
	Reference int               `json:"reference"` // index in Sketches
	Votes     int               `json:"votes"`
	Decoded   string            `json:"decoded"` // of the reference; "gone" when it could not be read
	Width     int               `json:"width"`   // of the reference's file, upright
	Height    int               `json:"height"`
	Result    imagematch.Result `json:"result"`
	Map       [9]float64        `json:"map"` // claim to reference in their own pixels; zeros when not related
	// Made from pictures that are the same photograph; empty for others. Overlay, Aligned and Claim are JPEGs at working size, Mask a PNG at the claim's.
	Overlay []byte `json:"-"`
	Aligned []byte `json:"-"`
	Flicker []byte `json:"-"` // the claim at the size of Aligned
	Mask    []byte `json:"-"`
}

// Matcher compares pictures. Process does it in its own process, Direct here.
type Matcher interface {
	Match(ctx context.Context, m Matching) (Matched, error)
}

// decodedAs is the word for how far a picture could be read.
func decodedAs(err error) string {
	var named *imagefile.Error
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, ErrTooLarge), errors.As(err, &named) && named.Reason == imagefile.TooLarge:
		return "too_large"
	case errors.Is(err, ErrUnsupported), errors.As(err, &named) && (named.Reason == imagefile.Unsupported || named.Reason == imagefile.Animated):
		return "unsupported"
	}
	return "damaged"
}

// open decodes a file upright, within the limits.
func open(b []byte, l Limits) (p imagefile.Picture, err error) {
	defer func() { // as in Render
		if r := recover(); r != nil {
			p, err = imagefile.Picture{}, fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	t := Sniff(b[:min(len(b), SniffLen)])
	if t.Class != Image {
		return p, fmt.Errorf("%w: %s", ErrUnsupported, t.Media)
	}
	if err := l.check(t, b); err != nil {
		return p, err
	}
	return imagefile.Decode(b, imagefile.Limits{Bytes: l.Bytes, Pixels: l.Pixels, Memory: l.Memory})
}

// features decodes a file and keeps what is needed to compare it; the decoded picture is let go.
func features(b []byte, l Limits) (f *imagematch.Features, word string) {
	defer func() {
		if r := recover(); r != nil {
			f, word = nil, "damaged"
		}
	}()
	p, err := open(b, l)
	if err != nil {
		return nil, decodedAs(err)
	}
	return imagematch.Extract(p.Image, imagematch.Options{}), "ok"
}

// unvoted is up to how many references are compared although no keypoint speaks for them.
const unvoted = 2

// choose orders references: those without a sketch first, then by votes. Those without votes are left out when there are others.
func choose(claim *imagematch.Features, sketches [][]byte, limit int) (out []imagematch.Ranked) {
	limit = min(limit, MaxCompared)
	list := make([]imagematch.Sketch, len(sketches))
	voted := make([]bool, len(sketches))
	for i, s := range sketches {
		if list[i] = s; len(s) == 0 {
			out, voted[i] = append(out, imagematch.Ranked{Index: i}), true
		}
	}
	for _, r := range imagematch.RankSketches(claim, list, len(list)) {
		out, voted[r.Index] = append(out, r), true
	}
	for i := range sketches {
		if !voted[i] && len(out) < unvoted {
			out = append(out, imagematch.Ranked{Index: i})
		}
	}
	return out[:min(len(out), limit)]
}

// compare compares one reference. A picture that a step panics on is damaged.
func compare(ctx context.Context, claim *imagematch.Features, r imagematch.Ranked, b []byte, l Limits) (p Pair, err error) {
	p = Pair{Reference: r.Index, Votes: r.Votes, Decoded: "gone"}
	if len(b) == 0 {
		return p, nil
	}
	defer func() {
		if x := recover(); x != nil {
			p, err = Pair{Reference: r.Index, Votes: r.Votes, Decoded: "damaged"}, nil
		}
	}()
	ref, word := features(b, l)
	if p.Decoded = word; ref == nil {
		return p, nil
	}
	p.Width, p.Height = ref.Width, ref.Height
	if p.Result, err = imagematch.CompareFeatures(ctx, ref, claim); err != nil {
		return p, err
	}
	if h, ok := p.Result.Map(); ok && finite(h[:]) {
		p.Map = h
	}
	if p.Result.SamePhotograph {
		err = p.draw()
	}
	return p, err
}

func finite(list []float64) bool {
	for _, v := range list {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

func (p *Pair) draw() error {
	for _, x := range []struct {
		to  *[]byte
		img image.Image
		q   int
	}{{&p.Overlay, p.Result.Overlay(), 84}, {&p.Aligned, p.Result.Aligned(), 88}, {&p.Flicker, p.Result.Claim(), 88}} {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, x.img, &jpeg.Options{Quality: x.q}); err != nil {
			return err
		}
		*x.to = b.Bytes()
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, p.Result.Mask()); err != nil {
		return err
	}
	p.Mask = b.Bytes()
	return nil
}

// Match implements Matcher.
func (d *Direct) Match(ctx context.Context, m Matching) (out Matched, err error) {
	if err := m.check(d.Limits); err != nil {
		return out, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	claim, word := features(m.Claim, d.Limits)
	if out.Decoded = word; claim == nil {
		return out, nil
	}
	out.Width, out.Height, out.Sketch = claim.Width, claim.Height, claim.Sketch(SketchPoints)
	for _, r := range choose(claim, m.Sketches, m.Compare) {
		b, err := m.Load(ctx, r.Index)
		if err != nil {
			return out, err
		}
		p, err := compare(ctx, claim, r, b, d.Limits)
		if err != nil {
			return out, err
		}
		out.Pairs = append(out.Pairs, p)
	}
	return out, ctx.Err()
}

func (m *Matching) check(l Limits) error {
	if int64(len(m.Claim)) > l.Bytes {
		return fmt.Errorf("%w: %d bytes", ErrTooLarge, len(m.Claim))
	}
	if len(m.Sketches) > MaxReferences {
		return fmt.Errorf("%w: %d references", ErrTooLarge, len(m.Sketches))
	}
	return nil
}

// The conversation of a match: the head and the claim's bytes as for everything else, then the number of sketches, how many are wanted, and the sketches. The process
// answers what it sees of the claim and which references it wants, then for each of them it is given the bytes (none: left out) and answers a pair and its four pictures.

// chosen is the first answer.
type chosen struct {
	Decoded string              `json:"decoded"`
	Width   int                 `json:"width"`
	Height  int                 `json:"height"`
	Sketch  []byte              `json:"sketch"`
	Wanted  []imagematch.Ranked `json:"wanted"`
}

const (
	maxSketch = 64 << 10
	maxPair   = 256 << 10
	maxDrawn  = 24 << 20
)

// Match implements Matcher.
func (p *Process) Match(ctx context.Context, m Matching) (out Matched, err error) {
	if err := m.check(p.Limits); err != nil {
		return out, err
	}
	err = p.do(ctx, m.Claim, func(c *child) error {
		return p.timed(ctx, c, 2, func() (err error) {
			out, err = talk(ctx, c, m)
			return err
		})
	})
	return out, err
}

// errLoad is an error of who asked, not of the process.
type errLoad struct{ error }

func talk(ctx context.Context, c *child, m Matching) (out Matched, err error) {
	w := bufio.NewWriterSize(c.in, 64<<10)
	writeHead(w, wantMatch, len(m.Claim))
	_, _ = w.Write(m.Claim)
	_, _ = w.Write(binary.BigEndian.AppendUint32(nil, uint32(len(m.Sketches))))
	_, _ = w.Write(binary.BigEndian.AppendUint32(nil, uint32(m.Compare)))
	for _, s := range m.Sketches {
		writePart(w, s)
	}
	if err := w.Flush(); err != nil {
		return out, err
	}
	var first chosen
	if err := readJSON(c.out, maxPair, &first); err != nil {
		return out, err
	}
	out.Decoded, out.Width, out.Height, out.Sketch = first.Decoded, first.Width, first.Height, first.Sketch
	if len(first.Wanted) > MaxCompared {
		return out, errors.New("more references are wanted than were offered")
	}
	for _, r := range first.Wanted {
		if r.Index < 0 || r.Index >= len(m.Sketches) {
			return out, errors.New("a reference is wanted that was not offered")
		}
		b, err := m.Load(ctx, r.Index)
		if err != nil {
			return out, errLoad{err}
		}
		writePart(w, b)
		if err := w.Flush(); err != nil {
			return out, err
		}
		pair, err := readPair(c.out)
		if err != nil {
			return out, err
		}
		pair.Reference = r.Index
		out.Pairs = append(out.Pairs, pair)
	}
	return out, nil
}

func readPair(r io.Reader) (p Pair, err error) {
	if err = readJSON(r, maxPair, &p); err != nil {
		return p, err
	}
	for _, to := range []*[]byte{&p.Overlay, &p.Aligned, &p.Flicker, &p.Mask} {
		if *to, err = readPart(r, maxDrawn); err != nil {
			return p, err
		}
	}
	return p, nil
}

// serveMatch is the other side of talk.
func serveMatch(in io.Reader, w *bufio.Writer, b []byte, l Limits) error {
	var head [8]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return err
	}
	n, limit := binary.BigEndian.Uint32(head[:]), binary.BigEndian.Uint32(head[4:])
	if n > MaxReferences {
		return errors.New("too many references")
	}
	sketches := make([][]byte, n)
	var err error
	for i := range sketches {
		if sketches[i], err = readPart(in, maxSketch); err != nil {
			return err
		}
	}
	claim, word := features(b, l)
	first := chosen{Decoded: word}
	if claim != nil {
		first = chosen{word, claim.Width, claim.Height, claim.Sketch(SketchPoints), choose(claim, sketches, int(min(limit, MaxCompared)))}
	}
	writeJSON(w, first)
	for _, r := range first.Wanted {
		if err := w.Flush(); err != nil {
			return err
		}
		ref, err := readPart(in, uint32(min(l.Bytes, 1<<31)))
		if err != nil {
			return err
		}
		p, err := compare(context.Background(), claim, r, ref, l)
		if err != nil {
			return err
		}
		writeJSON(w, p)
		for _, x := range [][]byte{p.Overlay, p.Aligned, p.Flicker, p.Mask} {
			writePart(w, x)
		}
	}
	return nil
}

func writeHead(w *bufio.Writer, want uint64, n int) {
	_, _ = w.Write(binary.BigEndian.AppendUint64(nil, want|uint64(n)))
}

func writePart(w *bufio.Writer, b []byte) {
	_, _ = w.Write(binary.BigEndian.AppendUint32(nil, uint32(len(b))))
	_, _ = w.Write(b)
}

// writeJSON writes a value as one part. What does not fit is a bug and ends the process.
func writeJSON(w *bufio.Writer, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	writePart(w, text)
}

func readJSON(r io.Reader, limit uint32, v any) error {
	text, err := readPart(r, limit)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}
