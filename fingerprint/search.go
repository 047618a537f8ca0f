package fingerprint

import (
	"cmp"
	"container/heap"
	"math/bits"
	"slices"
)

// Query says what to look for.
type Query struct {
	Tenant [16]byte
	Hashes []Hash  // usually p.Dihedral(), or the one hash of the picture as it lies
	Radius int     // greatest distance, 0 to 128; NearRadius is the usual one
	Scopes []Scope // when not empty, only entries with one of these
	Limit  int     // how many of the nearest to return; 0 means 100
}

// Hit is an entry near to a query.
type Hit struct {
	Entry
	Distance int // bits, from the nearest of the query's hashes
	Query    int // which of them; with p.Dihedral() it is the Turn
}

// Search returns the nearest entries, nearest first, those of the same distance in the order of their arrival. It is exact: it looks at every hash of the tenant.
func (x *Index) Search(q Query) ([]Hit, error) {
	if q.Limit <= 0 {
		q.Limit = 100
	}
	q.Radius = min(q.Radius, 128)
	x.mu.RLock()
	var chunks []chunk
	if c := x.tenants[q.Tenant]; c != nil {
		chunks = slices.Clone(c.chunks) // what is appended from now on lies beyond the lengths seen here
	}
	x.mu.RUnlock()
	if q.Radius < 0 || len(q.Hashes) == 0 {
		return nil, nil
	}
	s := search{index: x, query: q}
	for _, c := range chunks {
		// Eight at a time, because one pass over the memory serves all of them.
		for at := 0; at < len(q.Hashes); at += 8 {
			s.load(q.Hashes[at:min(at+8, len(q.Hashes))], at)
			if err := s.scan(&c); err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(s.best, compareHits)
	hits := make([]Hit, len(s.best))
	for i, h := range s.best {
		e, err := x.read(h.record)
		if err != nil {
			return nil, err
		}
		hits[i] = Hit{Entry: *e, Distance: h.distance, Query: h.query}
	}
	return hits, nil
}

type hit struct {
	record          uint32
	distance, query int
}

func compareHits(a, b hit) int {
	return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.record, b.record), cmp.Compare(a.query, b.query))
}

// worst is a heap with the worst hit on top.
type worst []hit

func (w worst) Len() int           { return len(w) }
func (w worst) Less(i, j int) bool { return compareHits(w[i], w[j]) > 0 }
func (w worst) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }
func (w *worst) Push(v any)        { *w = append(*w, v.(hit)) }
func (w *worst) Pop() any {
	last := (*w)[len(*w)-1]
	*w = (*w)[:len(*w)-1]
	return last
}

type search struct {
	index *Index
	query Query
	q     [8][4]uint64
	base  int // index of q[0] among the query's hashes
	n     int
	best  worst
}

func (s *search) load(hashes []Hash, base int) {
	s.base, s.n = base, len(hashes)
	for i := range s.q {
		s.q[i] = words(hashes[min(i, len(hashes)-1)]) // unused places repeat the last hash: harmless, and the loop has no special case
	}
}

// scan looks at one chunk. For two unrelated hashes the bits set in either of two words' differences are 48 of 64 on average and above any radius of use
// nearly always, and they are never more than the distance; so one population count refuses a pair.
func (s *search) scan(c *chunk) error {
	if s.n == 1 {
		return s.scanOne(c)
	}
	r := s.query.Radius
	q := &s.q
	for i := range c.first {
		a, b := c.first[i][0], c.first[i][1]
		if bits.OnesCount64((a^q[0][0])|(b^q[0][1])) <= r ||
			bits.OnesCount64((a^q[1][0])|(b^q[1][1])) <= r ||
			bits.OnesCount64((a^q[2][0])|(b^q[2][1])) <= r ||
			bits.OnesCount64((a^q[3][0])|(b^q[3][1])) <= r ||
			bits.OnesCount64((a^q[4][0])|(b^q[4][1])) <= r ||
			bits.OnesCount64((a^q[5][0])|(b^q[5][1])) <= r ||
			bits.OnesCount64((a^q[6][0])|(b^q[6][1])) <= r ||
			bits.OnesCount64((a^q[7][0])|(b^q[7][1])) <= r {
			if err := s.consider(c, i); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *search) scanOne(c *chunk) error {
	r := s.query.Radius
	q0, q1 := s.q[0][0], s.q[0][1]
	for i := range c.first {
		if bits.OnesCount64((c.first[i][0]^q0)|(c.first[i][1]^q1)) <= r {
			if err := s.consider(c, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// consider measures an entry exactly and keeps it if it is among the best.
func (s *search) consider(c *chunk, i int) error {
	h := hit{record: c.record[i], distance: s.query.Radius + 1}
	a, b := &c.first[i], &c.second[i]
	for k := range s.n {
		q := &s.q[k]
		d := bits.OnesCount64(a[0]^q[0]) + bits.OnesCount64(a[1]^q[1]) + bits.OnesCount64(b[0]^q[2]) + bits.OnesCount64(b[1]^q[3])
		if d < h.distance {
			h.distance, h.query = d, s.base+k
		}
	}
	if h.distance > s.query.Radius || len(s.best) == s.query.Limit && compareHits(h, s.best[0]) >= 0 {
		return nil
	}
	if len(s.query.Scopes) > 0 {
		e, err := s.index.read(h.record)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(e.Scopes[:], func(v Scope) bool { return v != 0 && slices.Contains(s.query.Scopes, v) }) {
			return nil
		}
	}
	if len(s.query.Hashes) > 8 { // the entry may be in from another eight
		for j := range s.best {
			if s.best[j].record == h.record {
				if compareHits(h, s.best[j]) < 0 {
					s.best[j] = h
					heap.Fix(&s.best, j)
				}
				return nil
			}
		}
	}
	heap.Push(&s.best, h)
	if len(s.best) > s.query.Limit {
		heap.Pop(&s.best)
	}
	return nil
}
