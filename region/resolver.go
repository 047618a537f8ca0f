package region

import (
	_ "embed"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
	"sync"

	"anxin/region/internal/patch"
	"anxin/region/internal/table"
)

//go:embed data/region.bin
var embedded []byte

// Resolver answers questions about divisions. It is immutable and safe for concurrent use; build one with
// Default, or with New to apply an operator patch.
type Resolver struct {
	version  string
	newest   int32
	places   []table.Place
	sources  []string
	codes    []Code   // of every place
	paths    []string // of every place above the town
	points   []Point  // of every place above the town
	byCode   []int32  // places sorted by code, then by start
	kids     []int32  // current places sorted by parent
	kidFrom  []int32  // children of place i are kids[kidFrom[i]:kidFrom[i+1]]
	up       [][]uint32
	now      [][]int32 // present-day places a historical place leads to
	fold     []uint16
	lex      *lexicon
	namesake []bool             // former counties whose name a present prefecture around them has
	vague    []bool             // counties whose name says nothing without the city: 东区, 郊区
	cities   map[int][]int32    // prefectures in force by the length of their names
	stems    map[int32][]uint16 // short names of autonomous counties
	folded   [][]uint16         // folded names of counties and prefectures, and of towns that are units
	sounds   map[uint16][4]uint16
	looks    map[uint16][]uint16
	zones    map[zoneKey]int32 // zones by city and kind
	scratch  sync.Pool
}

var defaultResolver = sync.OnceValue(func() *Resolver {
	r, err := New(nil)
	if err != nil {
		panic("region: the embedded table is damaged: " + err.Error()) // a broken build, not a run-time condition
	}
	return r
})

// New returns a resolver over the embedded dataset with the changes of an operator patch file applied; a nil
// patch gives the plain dataset. A bad line is refused with its number (*PatchError) and nothing is applied.
func New(patchFile io.Reader) (*Resolver, error) {
	var lines []patch.Line
	var sum uint32
	if patchFile != nil {
		var err error
		if lines, sum, err = readPatch(patchFile); err != nil {
			return nil, err
		}
	}
	t, err := table.Decode(embedded)
	if err != nil {
		return nil, fmt.Errorf("region: %w", err)
	}
	if err := applyPatch(t, lines, sum); err != nil {
		return nil, err
	}
	return newResolver(t), nil
}

// Default returns the resolver over the embedded dataset. It is built on first use and shared.
func Default() *Resolver { return defaultResolver() }

// DatasetVersion names the dataset, including any operator patch. It changes whenever an answer may change.
func (r *Resolver) DatasetVersion() string { return r.version }

func newResolver(t *table.Table) *Resolver {
	r := &Resolver{version: t.Version, newest: t.Newest, places: t.Places, sources: t.PointSources}
	r.scratch.New = func() any { return new(scratch) }
	r.index()
	r.chains()
	r.findNamesakes()
	r.describe()
	r.folding(t.Fold)
	r.spelling(t)
	r.listZones()
	r.lex = newLexicon(t.Entries, t.Places)
	return r
}

// index sorts places by code and collects children.
func (r *Resolver) index() {
	n := len(r.places)
	r.byCode = make([]int32, n)
	sorted := true
	for i := range r.byCode {
		r.byCode[i] = int32(i)
		sorted = sorted && (i == 0 || r.places[i-1].Code <= r.places[i].Code)
	}
	if !sorted {
		sort.SliceStable(r.byCode, func(i, j int) bool {
			a, b := &r.places[r.byCode[i]], &r.places[r.byCode[j]]
			if a.Code != b.Code {
				return a.Code < b.Code
			}
			return a.From < b.From
		})
	}
	r.kidFrom = make([]int32, n+1)
	for i := range r.places {
		if p := &r.places[i]; p.To == 0 && p.Parent >= 0 && p.Level <= table.Town {
			r.kidFrom[p.Parent+1]++
		}
	}
	for i := range n {
		r.kidFrom[i+1] += r.kidFrom[i]
	}
	r.kids = make([]int32, r.kidFrom[n])
	next := append([]int32(nil), r.kidFrom[:n]...)
	for _, i := range r.byCode {
		if p := &r.places[i]; p.To == 0 && p.Parent >= 0 && p.Level <= table.Town {
			r.kids[next[p.Parent]] = i
			next[p.Parent]++
		}
	}
}

// chains computes, for every historical place, where it is now, and for every place the codes of all units it
// may be written under: its own parents and, for historical ones, those of what became of it.
func (r *Resolver) chains() {
	r.now = make([][]int32, len(r.places))
	r.up = make([][]uint32, len(r.places))
	for i := range r.places {
		if r.places[i].To != 0 {
			r.now[i] = r.present(int32(i), nil, 0)
		}
	}
	for i := range r.places {
		if r.places[i].Level == table.Town {
			continue
		}
		r.up[i] = r.ancestors(r.up[i], int32(i))
		for _, s := range r.now[i] {
			r.up[i] = r.ancestors(r.up[i], s)
		}
	}
}

// findNamesakes lists the former counties (哈密市, 毕节市) whose name now is that of the prefecture around them.
func (r *Resolver) findNamesakes() {
	r.namesake, r.vague = make([]bool, len(r.places)), make([]bool, len(r.places))
	for i := range r.places {
		r.vague[i] = needsParent(&r.places[i])
		if p := &r.places[i]; p.Level == table.County && p.To != 0 {
			for _, n := range r.now[i] {
				if up := r.places[n].Parent; up >= 0 && r.places[up].Level == table.Prefecture && r.places[up].Name == p.Name {
					r.namesake[i] = true
				}
			}
		}
	}
}

// present follows successions from place i to the places in force now, appending each once.
func (r *Resolver) present(i int32, out []int32, depth int) []int32 {
	p := &r.places[i]
	if p.To == 0 {
		for _, have := range out {
			if have == i {
				return out
			}
		}
		return append(out, i)
	}
	if depth > 12 {
		return out
	}
	for _, s := range p.Succ {
		if s.When >= p.To || !r.hasFinal(p) {
			out = r.present(s.To, out, depth+1)
		}
	}
	return out
}

// hasFinal reports whether p has a successor dated to its end; earlier ones are parts it had lost before.
func (r *Resolver) hasFinal(p *table.Place) bool {
	for _, s := range p.Succ {
		if s.When >= p.To {
			return true
		}
	}
	return false
}

func (r *Resolver) ancestors(out []uint32, i int32) []uint32 {
next:
	for p := r.places[i].Parent; p >= 0; p = r.places[p].Parent {
		for _, have := range out {
			if have == r.places[p].Code {
				continue next
			}
		}
		out = append(out, r.places[p].Code)
	}
	return out
}

// describe prepares codes, paths and points, so that answers need not allocate them.
func (r *Resolver) describe() {
	n := len(r.places)
	var digits strings.Builder
	var buf []byte
	for i := range r.places {
		if r.places[i].Code != 0 { // a zone has none
			buf = strconv.AppendUint(buf[:0], uint64(r.places[i].Code), 10)
			digits.Write(buf)
		}
	}
	all := digits.String()
	r.codes = make([]Code, n)
	r.paths = make([]string, n)
	r.points = make([]Point, n)
	at := 0
	for i := range r.places {
		size := 6
		switch c := r.places[i].Code; {
		case c == 0:
			continue
		case c > 999999:
			size = 9
		}
		r.codes[i] = Code(all[at : at+size])
		at += size
	}
	for i := range r.places {
		if r.places[i].Level < table.Town {
			r.paths[i] = r.joinPath(int32(i))
			r.points[i] = r.findPoint(int32(i))
		}
	}
}

func (r *Resolver) joinPath(i int32) string {
	p := &r.places[i]
	if p.Parent < 0 {
		return p.Name
	}
	above := r.paths[p.Parent]
	if above == "" {
		above = r.joinPath(p.Parent)
	}
	return above + "/" + p.Name
}

// findPoint returns the coordinate of place i, or of the nearest thing that has one.
func (r *Resolver) findPoint(i int32) Point {
	p := &r.places[i]
	if p.PointKind != table.PointNone {
		pt := Point{Lng: float64(p.Lng) / 1e5, Lat: float64(p.Lat) / 1e5, Datum: WGS84, Source: r.sources[p.PointFrom]}
		pt.Precision = [...]Precision{"", PrecisionSeat, PrecisionPredecessor, PrecisionParent, PrecisionApproximate}[p.PointKind]
		return pt
	}
	for _, s := range r.now[i] {
		if pt := r.findPoint(s); !pt.IsZero() {
			pt.Precision = PrecisionPredecessor
			return pt
		}
	}
	if p.Parent >= 0 {
		if pt := r.findPoint(p.Parent); !pt.IsZero() {
			pt.Precision = PrecisionParent
			return pt
		}
	}
	return Point{}
}

// division describes place i.
func (r *Resolver) division(i int32) Division {
	p := &r.places[i]
	d := Division{Code: r.codes[i], Name: p.Name, Level: Level(p.Level), Path: r.paths[i], From: dateOf(p.From), To: dateOf(p.To), Point: r.points[i]}
	if p.Level == table.Town {
		d.Path = r.joinPath(i)
		d.Point = r.findPoint(i)
	}
	if p.Parent >= 0 {
		d.Parent = r.codes[p.Parent]
	}
	return d
}

// versions returns the places that ever had a code, oldest first.
func (r *Resolver) versions(code uint32) []int32 {
	if code == 0 {
		return nil
	}
	lo := sort.Search(len(r.byCode), func(i int) bool { return r.places[r.byCode[i]].Code >= code })
	hi := lo
	for hi < len(r.byCode) && r.places[r.byCode[hi]].Code == code {
		hi++
	}
	return r.byCode[lo:hi]
}
