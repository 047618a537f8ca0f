package imagematch

import (
	"cmp"
	"slices"
)

// Ranked is a reference with the votes it got.
type Ranked struct {
	Index int // in the list given to Rank
	Votes int // strong keypoints of the claim that resemble one of the reference unmistakably
}

const (
	voters   = 220 // keypoints of the claim that vote
	voteNear = 72  // bits by which a vote's keypoints may differ
	voteGap  = 12  // bits by which the next best must be worse
)

// Rank orders references by how many of the claim's keypoints they share, best first, at most limit of them and none without votes. It takes well under a
// millisecond per reference and looks at the claim both as it is and mirrored; CompareFeatures then decides on the best few. Narrow the references by
// order, product and persons first where that is possible.
func Rank(claim *Features, refs []*Features, limit int) []Ranked {
	signs := make([][]signature, len(refs))
	for i, r := range refs {
		signs[i] = r.sign
	}
	return rank(claim, signs, limit)
}

func rank(claim *Features, refs [][]signature, limit int) []Ranked {
	plain, flipped := claim.strongest(), []signature{}
	for i := range min(voters, len(claim.desc)) {
		d := claim.desc[i].mirror()
		flipped = append(flipped, d.sign())
	}
	var out []Ranked
	for i, r := range refs {
		if v := max(votes(plain, r), votes(flipped, r)); v > 0 {
			out = append(out, Ranked{i, v})
		}
	}
	slices.SortStableFunc(out, func(a, b Ranked) int { return cmp.Compare(b.Votes, a.Votes) })
	return out[:min(len(out), limit)]
}

func (f *Features) strongest() []signature { return f.sign[:min(voters, len(f.sign))] }

func votes(claim, ref []signature) int {
	n := 0
	for i := range claim {
		best, next := 256, 256
		for j := range ref {
			if d := claim[i].distance(&ref[j]); d < next {
				if d < best {
					best, next = d, best
				} else {
					next = d
				}
			}
		}
		if best <= voteNear && next >= best+voteGap {
			n++
		}
	}
	return n
}
