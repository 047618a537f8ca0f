package imagematch

import "encoding/binary"

// Sketch is the little of a picture that choosing among many references needs: the signatures of its strongest keypoints, 32 bytes each, without their places. It
// can be kept for every picture of an archive (16 kB at 512 keypoints) and neither shows the picture nor lets anybody draw it again.
type Sketch []byte

const signatureBytes = 32

// Sketch takes the sketch of at most n keypoints, the strongest first.
func (f *Features) Sketch(n int) Sketch {
	n = min(max(n, 0), len(f.sign))
	out := make(Sketch, 0, n*signatureBytes)
	for _, s := range f.sign[:n] {
		for _, word := range s {
			out = binary.BigEndian.AppendUint64(out, word)
		}
	}
	return out
}

// signatures reads a sketch; what is left over at the end is left out.
func (s Sketch) signatures() []signature {
	out := make([]signature, len(s)/signatureBytes)
	for i := range out {
		for w := range out[i] {
			out[i][w] = binary.BigEndian.Uint64(s[i*signatureBytes+8*w:])
		}
	}
	return out
}

// RankSketches orders references as Rank does, by their sketches alone. Only the best few then have to be decoded and compared.
func RankSketches(claim *Features, refs []Sketch, limit int) []Ranked {
	signs := make([][]signature, len(refs))
	for i, r := range refs {
		signs[i] = r.signatures()
	}
	return rank(claim, signs, limit)
}

// Map is the projective map from the claim to the reference in their own pixels, row by row with the last number 1, as far as one map says it (what regeneration bends
// beyond that is in Aligned). ok is false when the pictures are not related.
func (res *Result) Map() (h [9]float64, ok bool) {
	if !res.Related || res.h[8] == 0 && res.h[6] == 0 && res.h[7] == 0 {
		return h, false
	}
	c, r := res.claim.work, res.ref.work
	// Working places are middles of pixels: x' = (x + 0.5)·k - 0.5.
	down := homography{1 / c.kx, 0, 0.5/c.kx - 0.5, 0, 1 / c.ky, 0.5/c.ky - 0.5, 0, 0, 1}
	up := homography{r.kx, 0, 0.5*r.kx - 0.5, 0, r.ky, 0.5*r.ky - 0.5, 0, 0, 1}
	m := up.times(&res.h)
	m = m.times(&down)
	if m[8] == 0 {
		return h, false
	}
	for i := range m {
		h[i] = m[i] / m[8]
	}
	return h, true
}
