package imagematch

import "math"

const (
	blockSize = 24 // working pixels
	blockHalf = blockSize / 2
)

// block is one square of the claim, compared with the reference that lies under it.
type block struct {
	x, y     float64 // its middle
	dx, dy   float64 // the shift of the reference that fits best, claim pixels
	ncc      float64 // correlation after that shift, -1 to 1
	gain     float64 // contrast of the claim against the reference, logarithm
	offset   float64 // brightness of the claim minus reference
	covered  bool    // the reference covers it
	textured bool    // it has enough structure in two directions to be placed
	plain    bool    // the reference has next to nothing there: what the claim shows was added, and says nothing of the photograph below
}

const (
	minEigen = 1.2  // of the mean gradient products, brightness levels squared
	minStd   = 2.5  // brightness levels
	maxShift = 4.0  // a shift that is followed
	goodNCC  = 0.80 // a block that shows the same thing
)

// compareBlocks measures all blocks. c and r are the claim and the reference laid over it, equally smoothed.
func compareBlocks(c, r plane, inside []uint8) []block {
	blocks := make([]block, 0, (c.w/blockSize+1)*(c.h/blockSize+1))
	var gx, gy, tpl [blockSize * blockSize]float32
	for y0 := 1; y0+blockSize < c.h-1; y0 += blockSize {
		for x0 := 1; x0+blockSize < c.w-1; x0 += blockSize {
			b := block{x: float64(x0) + blockHalf - 0.5, y: float64(y0) + blockHalf - 0.5}
			var xx, xy, yy, sum, sq float32
			covered := 0
			for j := range blockSize {
				at := (y0+j)*c.w + x0
				for i := range blockSize {
					v := c.pix[at+i]
					dx, dy := (c.pix[at+i+1]-c.pix[at+i-1])/2, (c.pix[at+i+c.w]-c.pix[at+i-c.w])/2
					k := j*blockSize + i
					gx[k], gy[k], tpl[k] = dx, dy, v
					xx, xy, yy = xx+dx*dx, xy+dx*dy, yy+dy*dy
					sum, sq = sum+v, sq+v*v
					covered += int(inside[at+i])
				}
			}
			const n = blockSize * blockSize
			mean := float64(sum) / n
			std := math.Sqrt(math.Max(0, float64(sq)/n-mean*mean))
			half, diff := float64(xx+yy)/2/n, float64(xx-yy)/2/n
			small := half - math.Sqrt(diff*diff+float64(xy)*float64(xy)/n/n)
			b.covered = covered > n*95/100
			b.textured = small > minEigen && std > minStd
			if b.covered && b.textured {
				follow(&b, r, x0, y0, &gx, &gy, &tpl, mean, std, float64(xx), float64(xy), float64(yy))
			}
			blocks = append(blocks, b)
		}
	}
	return blocks
}

// follow finds the sub-pixel shift by Gauss-Newton steps with the gradients of the claim, brightness and contrast evened out.
func follow(b *block, r plane, x0, y0 int, gx, gy, tpl *[blockSize * blockSize]float32, mean, std, xx, xy, yy float64) {
	det := xx*yy - xy*xy
	const n = blockSize * blockSize
	var s [n]float32
	b.ncc = -1
	for step := range 6 {
		m, sd := sample(r, float64(x0)+b.dx, float64(y0)+b.dy, &s)
		if step == 0 {
			b.plain = sd < math.Max(minStd, 0.25*std)
		}
		if sd < 0.5 {
			return
		}
		scale := float32(std / sd)
		var ex, ey, dot float32
		for k, v := range s {
			v = (v - float32(m)) * scale
			t := tpl[k] - float32(mean)
			e := v - t
			ex, ey = ex+gx[k]*e, ey+gy[k]*e
			dot += v * t
		}
		ncc := float64(dot) / (std * std * n)
		if ncc >= b.ncc {
			b.ncc, b.gain, b.offset = ncc, math.Log(std/sd), mean-m
		}
		sx, sy := (float64(ex)*yy-float64(ey)*xy)/det, (float64(ey)*xx-float64(ex)*xy)/det
		if l := math.Hypot(sx, sy); l > 1.5 {
			sx, sy = sx*1.5/l, sy*1.5/l
		}
		if step == 5 || math.Hypot(sx, sy) < 0.02 {
			return
		}
		b.dx, b.dy = b.dx-sx, b.dy-sy
		if math.Hypot(b.dx, b.dy) > maxShift {
			b.ncc = math.Min(b.ncc, 0)
			return
		}
	}
}

// sample reads a block at a fractional place, with its mean and standard deviation.
func sample(r plane, x, y float64, s *[blockSize * blockSize]float32) (mean, std float64) {
	x = math.Max(0, math.Min(x, float64(r.w-blockSize-2)))
	y = math.Max(0, math.Min(y, float64(r.h-blockSize-2)))
	i, j := int(x), int(y)
	fx, fy := float32(x-float64(i)), float32(y-float64(j))
	a, b, c, d := (1-fx)*(1-fy), fx*(1-fy), (1-fx)*fy, fx*fy
	var sum, sq float32
	for k := range blockSize {
		top := r.pix[(j+k)*r.w+i:][: blockSize+1 : blockSize+1]
		low := r.pix[(j+k+1)*r.w+i:][: blockSize+1 : blockSize+1]
		out := s[k*blockSize:][:blockSize:blockSize]
		for m := range out {
			v := top[m]*a + top[m+1]*b + low[m]*c + low[m+1]*d
			out[m] = v
			sum, sq = sum+v, sq+v*v
		}
	}
	const n = blockSize * blockSize
	mean = float64(sum) / n
	return mean, math.Sqrt(math.Max(0, float64(sq)/n-mean*mean))
}

// realign fits the homography anew to the blocks that were found.
func realign(h homography, blocks []block) homography {
	var ls []link
	for i := range blocks {
		b := &blocks[i]
		if b.covered && b.textured && b.ncc > goodNCC {
			u, v := h.apply(b.x+b.dx, b.y+b.dy)
			ls = append(ls, link{x: b.x, y: b.y, u: u, v: v})
		}
	}
	if len(ls) < 8 {
		return h
	}
	weight := make([]float64, len(ls))
	out := h
	for range 5 {
		var d []float64
		for i := range ls {
			u, v := out.apply(ls[i].x, ls[i].y)
			d = append(d, math.Hypot(u-ls[i].u, v-ls[i].v))
		}
		cut := math.Max(0.5, 3*quantile(append([]float64{}, d...), 0.5))
		for i := range weight {
			t := d[i] / cut
			weight[i] = 0
			if t < 1 {
				weight[i] = (1 - t*t) * (1 - t*t)
			}
		}
		next, ok := fit(ls, weight, len(ls) >= 16)
		if !ok {
			break
		}
		out = next
	}
	return out
}

// evidence are the measurements of the same-photograph test.
type evidence struct {
	textured, covered, agree int     // blocks
	overlap                  float64 // share of the claim that the reference covers
	coverage                 float64 // share of the claim's textured blocks that agree
	agreement                float64 // share of the covered textured blocks that agree
	drifting                 float64 // share of those that show the same thing at another place
	common                   float64 // share of the covered blocks that agree or drift, those left aside where the reference is plain
	residual, residual90     float64 // of agreeing blocks, claim pixels: median and 90 %
	ncc                      float64 // median over covered textured blocks
	light                    float64 // spread of local contrast and brightness ratios
	rough                    float64 // how unsteady the shifts are between neighbours, median
	parallax                 float64 // share of the placed keypoints that lie elsewhere than the map says, turned and sized as it says
	refShown                 float64 // share of the reference that lies within the claim
	beyond                   float64 // share of the claim that continues the scene beyond the reference's frame
}

// weigh sums the blocks up. The shifts of an edited or regenerated photograph are small or change slowly over the picture; those of another photograph of the
// same scene jump between near and far.
func weigh(blocks []block, inside []uint8) (e evidence) {
	n := 0
	for _, v := range inside {
		n += int(v)
	}
	e.overlap = float64(n) / float64(max(1, len(inside)))
	var residuals, nccs, gains, steps []float64
	drifting, added := 0, 0
	previous := (*block)(nil)
	for i := range blocks {
		b := &blocks[i]
		if !b.textured {
			continue
		}
		e.textured++
		if !b.covered {
			continue
		}
		e.covered++
		nccs = append(nccs, b.ncc)
		if b.ncc < goodNCC {
			if b.plain {
				added++
			}
			continue
		}
		d := math.Hypot(b.dx, b.dy)
		residuals = append(residuals, d)
		gains = append(gains, b.gain)
		if d > 1.5 {
			drifting++
		} else {
			e.agree++
		}
		if previous != nil && previous.y == b.y && b.x-previous.x < 2.5*blockSize {
			steps = append(steps, math.Hypot(b.dx-previous.dx, b.dy-previous.dy))
		}
		previous = b
	}
	e.coverage = float64(e.agree) / float64(max(1, e.textured))
	e.agreement = float64(e.agree) / float64(max(1, e.covered))
	e.drifting = float64(drifting) / float64(max(1, e.covered))
	e.common = float64(e.agree+drifting) / float64(max(1, e.covered-added))
	e.residual90 = quantile(residuals, 0.9)
	e.residual = quantile(residuals, 0.5)
	e.ncc = quantile(nccs, 0.5)
	e.light = quantile(gains, 0.85) - quantile(gains, 0.15)
	e.rough = quantile(steps, 0.5)
	return e
}
