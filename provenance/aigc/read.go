package aigc

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
)

// Limits that hold when Options says nothing.
const (
	DefaultMaxTextBytes = 1 << 20
	DefaultMaxReadBytes = 16 << 20
)

// Options bound the reading. The zero value is fine.
type Options struct {
	// Format skips the detection by first bytes.
	Format Format
	// MaxTextBytes is how much of one part (an XMP packet, a text chunk) is read; what is longer is cut.
	MaxTextBytes int64
	// MaxReadBytes is how much metadata is loaded in all.
	MaxReadBytes int64
}

// Read finds labels and other declarations in a file of size bytes. It is read by ranges, anywhere, and a video's media is
// not read. The error is for files that cannot be read, or of a format not known here (ErrUnsupportedFormat); a file that
// breaks off gives a Report with Incomplete.
func Read(ctx context.Context, r io.ReaderAt, size int64, opts Options) (*Report, error) {
	s := newScan(ctx, r, size, opts)
	head, err := s.beginning()
	if err != nil {
		return nil, err
	}
	s.format = opts.Format
	if s.format == "" {
		s.format = Detect(head)
	}
	walk := walkers[s.format]
	if walk == nil {
		return nil, ErrUnsupportedFormat
	}
	err = walk(s)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, ErrMalformedFile), errors.Is(err, ErrTooLarge), errors.Is(err, ErrTooMany), errors.Is(err, ErrTooDeep), errors.Is(err, io.ErrUnexpectedEOF):
		s.incomplete(err.Error())
	default:
		return nil, err
	}
	return s.report(), nil
}

// beginning reads what Detect needs: of a film only the first box, and not what lies behind it.
func (s *scan) beginning() ([]byte, error) {
	head, err := s.head(0, 12)
	if err != nil || len(head) < 8 {
		return head, err
	}
	switch string(head[4:8]) {
	case "ftyp":
		return s.head(0, int(min(max(be32(head), 12), 4096)))
	case "moov", "mdat", "free", "skip", "wide", "styp", "moof":
		return head, nil
	}
	return s.head(0, 4096)
}

// walkers lists the readers. A new format is a line here, one in Detect and a function.
var walkers = map[Format]func(*scan) error{
	JPEG: (*scan).jpeg, PNG: (*scan).png, WebP: (*scan).riff, WAV: (*scan).riff, AVI: (*scan).riff, GIF: (*scan).gif, TIFF: (*scan).tiffFile,
	HEIF: (*scan).bmff, AVIF: (*scan).bmff, MP4: (*scan).bmff, MOV: (*scan).bmff, M4A: (*scan).bmff, JXL: (*scan).bmff,
	Matroska: (*scan).matroska, FLV: (*scan).flv, MP3: (*scan).mp3, FLAC: (*scan).flac, Ogg: (*scan).ogg,
	PDF: (*scan).pdf, ZIP: (*scan).zip, SVG: (*scan).textFile, Text: (*scan).textFile,
}

// scan collects what the walkers find.
type scan struct {
	*file
	format   Format
	carriers []Carrier
	problems []Problem
	decl     []Declaration
	sources  []SourceType
	weak     []Fact
	notes    []Fact // neutral
	artist   string // EXIF, for Grok
	describe string
	cut      bool
	unpacked int64 // bytes unpacked of a PDF's object streams
	riffEnd  int64 // where a RIFF file says that it ends
	packed   *bufio.Reader
	unpack   io.Reader  // of zlib
	bare     int64      // up to here no packet of a GIF has a trailer
	room     []byte     // where they are unpacked, one after another
	tries    int        // places where a glued label could begin
	looked   [][2]int64 // ranges of the file that were read as what they are
}

const (
	maxCarriers = 64
	maxProblems = 200
	maxRaw      = 4096
)

func newScan(ctx context.Context, r io.ReaderAt, size int64, opts Options) *scan {
	f := &file{ctx: ctx, r: r, size: size, quota: opts.MaxReadBytes, text: opts.MaxTextBytes}
	if f.quota <= 0 {
		f.quota = DefaultMaxReadBytes
	}
	if f.text <= 0 {
		f.text = DefaultMaxTextBytes
	}
	return &scan{file: f}
}

func (s *scan) incomplete(why string) {
	s.cut = true
	s.problem(problem(ProblemIncomplete, why), "")
}

func (s *scan) problem(p Problem, place string) {
	if len(s.problems) < maxProblems {
		p.Place = place
		s.problems = append(s.problems, p)
	}
}

// part loads a part and hands it to one of the readers below.
func (s *scan) part(place string, at, n int64, read func(place string, at int64, b []byte)) error {
	b, cut, err := s.load(at, n)
	if err != nil {
		return err
	}
	if cut {
		s.cut = true
		s.problem(problem(ProblemTruncated, ""), place)
	}
	s.saw(at, at+int64(len(b)))
	read(place, at, b)
	return nil
}

// saw remembers a range, so that a search for glued labels does not find again what stands in it.
func (s *scan) saw(from, to int64) {
	if len(s.looked) < 4096 {
		s.looked = append(s.looked, [2]int64{from, to})
	}
}

func (s *scan) sawAt(at int64) bool {
	for _, r := range s.looked {
		if at >= r[0] && at < r[1] {
			return true
		}
	}
	return false
}

// label takes the value under a label's key.
func (s *scan) label(form, place string, at int64, standard, wrapped bool, raw string) {
	if len(s.carriers) >= maxCarriers {
		s.cut = true
		return
	}
	c := Carrier{Form: form, Place: place, Offset: at, Standard: standard, Raw: clip(strings.ToValidUTF8(raw, "\ufffd"), maxRaw)}
	l, ps, err := Parse(raw)
	switch {
	case strings.Trim(raw, "\x00 \t\r\n") == "":
		ps = []Problem{problem(ProblemEmpty, "")}
	case err != nil:
		ps = []Problem{problem(ProblemNotJSON, err.Error())}
	}
	c.Label, c.Conformant = l, standard && err == nil
	for _, p := range ps {
		if p.Code == ProblemWrapped && wrapped {
			continue // this place has the wrapper
		}
		c.Conformant = false
		s.problem(p, place)
	}
	if !standard {
		s.problem(problem(ProblemPlace, ""), place)
	}
	s.carriers = append(s.carriers, c)
}

// report puts together what was found.
func (s *scan) report() *Report {
	s.grok()
	r := &Report{Format: s.format, Carriers: []Carrier{}, Problems: []Problem{}, Declarations: []Declaration{}, Weak: []Fact{}, Sources: s.sources, Incomplete: s.cut}
	r.Carriers = append(r.Carriers, s.carriers...)
	r.Found = len(r.Carriers) > 0
	rank := map[Kind]int{KindIs: 4, KindPossible: 3, KindSuspected: 2, KindUnclear: 1}
	best := 0
	for i := range r.Carriers {
		l := r.Carriers[i].Label
		if l == nil {
			continue
		}
		if n := rank[l.Kind()]; n > best {
			best, r.Label = n, l
		}
		if l.Declares() {
			r.Declarations = append(r.Declarations, Declaration{Form: DeclaresLabel, Place: r.Carriers[i].Place, By: l.by(), Value: clip(l.Label, 256)})
		}
	}
	r.Problems = append(append(r.Problems, compare(r.Carriers)...), s.problems...)
	r.Declarations = append(r.Declarations, s.decl...)
	r.DeclaresAI = len(r.Declarations) > 0
	r.Weak = append(r.Weak, s.weak...)
	r.Facts = append(append([]Fact{labelFact(r), declarationFact(r)}, s.notes...), r.Weak...)
	return r
}

// by names who put the label there.
func (l *Label) by() string {
	for _, p := range []*Provider{l.Producer, l.Propagator} {
		if p != nil && p.Company != nil {
			return p.Company.EN
		}
	}
	return ""
}

// compare reports labels that are there more than once. The standard allows one in a file.
func compare(carriers []Carrier) []Problem {
	var first *Carrier
	same := 1
	fields := map[string]bool{}
	var where []string
	for i := range carriers {
		c := &carriers[i]
		if c.Label == nil {
			continue
		}
		if first == nil {
			first = c
			continue
		}
		if d := first.Label.differs(c.Label); len(d) > 0 {
			for _, f := range d {
				fields[f] = true
			}
			where = append(where, c.Place)
			continue
		}
		same++
	}
	var out []Problem
	if same > 1 {
		p := problem(ProblemDuplicate, itoa(same))
		p.Place = first.Place
		out = append(out, p)
	}
	if len(fields) > 0 {
		var names []string
		for _, n := range fieldNames {
			if fields[n] {
				names = append(names, n)
			}
		}
		p := problem(ProblemContradiction, strings.Join(names, ", "))
		p.Place = first.Place + " / " + strings.Join(where, " / ")
		out = append(out, p)
	}
	return out
}
