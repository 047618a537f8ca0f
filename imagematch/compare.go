package imagematch

import (
	"context"
	"image"
)

// Options tune the work. Zero fields take defaults.
type Options struct {
	Side      int // longer side of the working pictures in pixels; 800
	Keypoints int // at most; 1000
}

func (o Options) fill() Options {
	if o.Side <= 0 {
		o.Side = 800
	}
	if o.Keypoints <= 0 {
		o.Keypoints = 1000
	}
	return o
}

// Compare compares a reference picture with a claim picture, both as their pixels lie (turn them upright first). It fails only when the context ends.
func Compare(ctx context.Context, ref, claim image.Image, o Options) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	r := Extract(ref, o)
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	return CompareFeatures(ctx, r, Extract(claim, o))
}

// minInliers are the keypoints that must fit one map before two pictures are called related.
const minInliers = 10

// alignment is a map found by keypoints.
type alignment struct {
	model
	mirrored bool
	matches  int
	strays   []link // matches that the map does not explain although size and direction fit it
	astray   int    // of these, those where the claim does not show what the map says either: nearer or farther things
}

// alignAs finds the map from the claim, or from the mirrored claim, to the reference.
func alignAs(ref, claim *Features, mirrored bool) (a alignment, ok bool) {
	points := claim
	if mirrored {
		points = claim.mirrored()
	}
	ms := pair(ref, points)
	a.matches, a.mirrored = len(ms), mirrored
	size := float64(max(claim.work.y.w, claim.work.y.h))
	ls := links(ms, ref, points)
	if a.model, ok = estimate(ls, size); !ok {
		return a, false
	}
	a.strays = strays(ls, &a.h, size)
	if mirrored {
		for i := range a.strays {
			a.strays[i].x = float64(claim.work.y.w-1) - a.strays[i].x
		}
		flip := homography{-1, 0, float64(claim.work.y.w - 1), 0, 1, 0, 0, 0, 1}
		a.h = a.h.times(&flip)
	}
	return a, true
}

// alignments are the maps worth looking at, the better first: the claim as it is and mirrored. A clear map of the claim as it is spares the other for a start.
func alignments(ref, claim *Features) (first alignment, second func() (alignment, bool), ok bool) {
	none := func() (alignment, bool) { return alignment{}, false }
	a, okA := alignAs(ref, claim, false)
	if okA && a.inliers >= 3*minInliers {
		return a, func() (alignment, bool) { return alignAs(ref, claim, true) }, true
	}
	b, okB := alignAs(ref, claim, true)
	switch {
	case !okA && !okB:
		return a, none, false
	case okA && !okB:
		return a, none, true
	case okB && (!okA || b.score > a.score):
		a, b = b, a
		okB = okA
	}
	return a, func() (alignment, bool) { return b, okB }, true
}

// CompareFeatures compares pictures whose features were extracted before. Both must have been extracted with the same Options.
func CompareFeatures(ctx context.Context, ref, claim *Features) (Result, error) {
	res := Result{Boxes: [][4]int{}, claim: claim, ref: ref}
	a, other, ok := alignments(ref, claim)
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	if !ok || a.inliers < minInliers {
		if ok {
			res.Inliers = a.inliers
		}
		res.conclude()
		return res, nil
	}
	res.take(a)
	if res.SamePhotograph = same(&res); !res.SamePhotograph {
		// Half of a symmetric thing fits the wrong way round too.
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		if b, ok := other(); ok && b.inliers >= minInliers {
			turned := Result{Boxes: res.Boxes, claim: claim, ref: ref}
			turned.take(b)
			if turned.SamePhotograph = same(&turned); turned.SamePhotograph {
				res = turned
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	if res.SamePhotograph {
		res.difference()
	}
	res.conclude()
	return res, nil
}

// take verifies a map.
func (res *Result) take(a alignment) {
	res.Related, res.Mirrored, res.Inliers, res.align = true, a.mirrored, a.inliers, a
	res.verify()
}

// verify refines the map on the pixels and measures how far the pictures agree.
func (res *Result) verify() {
	h := res.align.h
	c := plane{}
	for range 2 {
		var r plane
		r, c = matchDetail(&h, res.ref.work.y, res.claim.work.y, 1.2)
		over := newPlane(c.w, c.h)
		inside := make([]uint8, c.w*c.h)
		warp(&h, nil, []plane{over}, []plane{r}, inside)
		res.blocks = compareBlocks(c, over, inside)
		res.inside = inside
		next := realign(h, res.blocks)
		res.h = h
		h = next
	}
	// The last realignment moved shifts by little; take it into account without measuring again.
	for i := range res.blocks {
		b := &res.blocks[i]
		ux, uy, vx, vy := res.h.jacobian(b.x, b.y)
		u0, v0 := res.h.apply(b.x+b.dx, b.y+b.dy)
		u1, v1 := h.apply(b.x, b.y)
		det := ux*vy - uy*vx
		du, dv := u0-u1, v0-v1
		b.dx, b.dy = (du*vy-dv*uy)/det, (dv*ux-du*vx)/det
	}
	res.h = h
	res.evidence = weigh(res.blocks, res.inside)
	res.align.astray = unexplained(res.align.strays, res.blocks, float64(max(res.claim.work.y.w, res.claim.work.y.h)))
	res.evidence.parallax = float64(res.align.astray) / float64(max(1, res.align.astray+res.align.inliers))
	res.evidence.refShown, res.evidence.beyond = res.frame()
	res.Residual = res.evidence.residual
	res.Coverage = res.evidence.coverage
}

// same decides the same-photograph test. Nearly all of what can be compared must be shown, most of it in its place, and shifts must not jump as they do between near and far things.
// Photographs of one flat thing (the front of a carton) reach two thirds, the surroundings being elsewhere. What the claim shows where the reference is plain is left aside: a crack drawn
// across a smooth door is most of the structure there is, and says nothing of the photograph below. A flat thing alone on a plain table fits every photograph of it to about a pixel:
// where only few squares can be compared, what they are shifted by must run smoothly from square to square, as in a picture rendered anew, or be next to nothing. Where much of a picture was altered, less agreement is enough if
// what agrees does so to a fraction of a pixel.
func same(res *Result) bool {
	e := &res.evidence
	if e.agree < 8 || e.overlap < 0.2 || e.overlap < 0.5 && e.agreement < 0.7 {
		return false
	}
	if res.separate() != "" {
		return false
	}
	if e.covered < 60 && e.residual90 > 0.4 && e.rough > 0.4*e.residual90 {
		return false
	}
	steady := e.drifting < 0.45 && (e.rough < 0.6 || e.rough < 0.9 && e.agreement >= 0.93)
	exact := e.drifting < 0.05 && e.rough < 0.2 && e.residual90 < 0.35 && e.light < 0.35
	return e.agreement >= 0.5 && e.common >= 0.75 && steady || e.agreement >= 0.4 && exact
}
