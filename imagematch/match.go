package imagematch

import (
	"cmp"
	"math"
	"slices"
)

// match is a pair of keypoints that look alike.
type match struct {
	ref, claim int
	ratio      float32 // of the distances to the best and the next best: small is unmistakable
}

const (
	shortlist   = 4   // candidates by signature that are compared in full
	signatureOK = 100 // bits of 256; unrelated descriptors differ in about 110
	ratioLimit  = 0.86
)

// candidates keeps the nearest few by signature.
type candidates struct {
	distance [shortlist]int32
	index    [shortlist]int32
}

// pair finds for each keypoint of the claim the one of the reference that it resembles, if that is much better than the next best and no keypoint of the
// claim resembles the same one more.
func pair(ref, claim *Features) []match {
	if len(ref.sign) < 2 || len(claim.sign) < 2 {
		return nil
	}
	nearest := make([]int32, len(ref.sign)) // distance of each reference keypoint to its nearest
	for i := range nearest {
		nearest[i] = math.MaxInt32
	}
	lists := make([]candidates, len(claim.sign))
	for i := range claim.sign {
		scan(&claim.sign[i], ref.sign, nearest, &lists[i])
	}
	best := make(map[int32]int, len(claim.sign)) // by reference keypoint, place in out
	out := make([]match, 0, len(claim.sign)/2)
	for i := range lists {
		j, ratio := decide(&lists[i], ref, claim, i, nearest)
		if j < 0 || ratio > ratioLimit {
			continue
		}
		m := match{ref: int(j), claim: i, ratio: ratio}
		if at, taken := best[j]; !taken {
			best[j] = len(out)
			out = append(out, m)
		} else if ratio < out[at].ratio {
			out[at] = m
		}
	}
	slices.SortFunc(out, func(a, b match) int { return cmp.Or(cmp.Compare(a.ratio, b.ratio), cmp.Compare(a.claim, b.claim)) })
	return out
}

func scan(s *signature, refs []signature, nearest []int32, c *candidates) {
	for k := range c.distance {
		c.distance[k], c.index[k] = math.MaxInt32, -1
	}
	worst := int32(math.MaxInt32)
	nearest = nearest[:len(refs)]
	for j := range refs {
		d := int32(s.distance(&refs[j]))
		if d < nearest[j] {
			nearest[j] = d
		}
		if d >= worst {
			continue
		}
		k := shortlist - 1
		for ; k > 0 && c.distance[k-1] > d; k-- {
			c.distance[k], c.index[k] = c.distance[k-1], c.index[k-1]
		}
		c.distance[k], c.index[k] = d, int32(j)
		worst = c.distance[shortlist-1]
	}
}

// decide compares the shortlist in full. Two candidates at the same place are one keypoint with two directions; they do not count as rivals.
func decide(c *candidates, ref, claim *Features, i int, nearest []int32) (best int32, ratio float32) {
	const slack = 12 // bits that the nearest by signature may be better on the other side
	best = -1
	var top, next int
	for k, j := range c.index {
		if j < 0 || c.distance[k] > signatureOK {
			continue
		}
		switch s := claim.desc[i].similarity(&ref.desc[j]); {
		case s > top:
			if best >= 0 && !samePlace(&ref.points[best], &ref.points[j]) {
				next = top
			}
			top, best = s, j
		case s > next && !samePlace(&ref.points[best], &ref.points[j]):
			next = s
		}
	}
	if best < 0 {
		return -1, 1
	}
	for k, j := range c.index {
		if j == best && c.distance[k] > nearest[j]+slack {
			return -1, 1
		}
	}
	const whole = 512 * 512
	next = max(next, whole*58/100) // with a short shortlist there may be no rival: take an unrelated descriptor for one
	return best, sqrt32(float32(max(whole-top, 0)) / float32(max(whole-next, 1)))
}

func samePlace(a, b *keypoint) bool {
	dx, dy := a.x-b.x, a.y-b.y
	return dx*dx+dy*dy < 4
}
