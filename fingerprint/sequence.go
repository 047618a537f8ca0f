package fingerprint

import (
	"cmp"
	"slices"
)

// Segment is a stretch that two sequences of frames have in common.
type Segment struct {
	A, B   int // first frame in either
	Length int // frames
	Equal  int // of those, how many are near copies; the others are within a gap
	Mean   float64
}

// maxGap is how many frames in a row may differ inside a segment: a cut-in, a blurred frame.
const maxGap = 2

// CommonSegments finds stretches of at least minFrames frames that two videos have in common, longest first, each frame of a in one segment at most. Frames
// are taken at equal intervals (one per second is usual). Frames below MinQuality say nothing: they neither match nor end a segment. A video in which
// nothing moves matches itself at every offset; the longest stretch counts.
func CommonSegments(a, b []Print, radius, minFrames int) []Segment {
	var all []Segment
	for offset := -len(a) + 1; offset < len(b); offset++ {
		all = append(all, along(a, b, offset, radius, minFrames)...)
	}
	slices.SortFunc(all, func(x, y Segment) int {
		return cmp.Or(cmp.Compare(y.Equal, x.Equal), cmp.Compare(x.Mean, y.Mean), cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B))
	})
	var out []Segment
	for _, s := range all {
		if !slices.ContainsFunc(out, func(t Segment) bool { return s.A < t.A+t.Length && t.A < s.A+s.Length }) {
			out = append(out, s)
		}
	}
	return out
}

// along finds the segments where frame i of a lies on frame i+offset of b.
func along(a, b []Print, offset, radius, minFrames int) (out []Segment) {
	var s Segment
	gap, sum, last := 0, 0, 0
	end := func() {
		if s.Equal >= minFrames {
			s.Length, s.Mean = last-s.A+1, float64(sum)/float64(s.Equal)
			out = append(out, s)
		}
		s, gap, sum = Segment{}, 0, 0
	}
	for i := max(0, -offset); i < len(a) && i+offset < len(b); i++ {
		p, q := a[i], b[i+offset]
		if p.Quality < MinQuality || q.Quality < MinQuality {
			continue
		}
		d := Distance(p.Hash, q.Hash)
		switch {
		case d <= radius:
			if s.Equal == 0 {
				s.A, s.B = i, i+offset
			}
			s.Equal++
			sum += d
			gap, last = 0, i
		case s.Equal > 0:
			if gap++; gap > maxGap {
				end()
			}
		}
	}
	end()
	return out
}
