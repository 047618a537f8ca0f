package fingerprint

import "math"

const (
	minSide = 5   // smaller pictures have no hash
	maxSide = 512 // larger ones are reduced first
	grid    = 64  // samples a side that the frequencies are taken from
	freqs   = 16  // frequencies a side
)

// cosines is the part of the DCT matrix that is needed: frequencies 1 to 16 of 64 samples. The constant term is left out: the hash is to be the same
// for a brighter picture.
var cosines = func() (m [freqs][grid]float32) {
	scale := float64(float32(math.Sqrt(2.0 / grid)))
	for i := range freqs {
		for j := range grid {
			m[i][j] = float32(scale * math.Cos(math.Pi/2/grid*float64(i+1)*float64(2*j+1)))
		}
	}
	return m
}()

// ofLuma makes the fingerprint of w×h brightness values. It overwrites them. Sums are taken in the order of the reference, and products are rounded one by
// one (the conversions forbid fused operations), because one wrong last digit can turn a bit.
func ofLuma(luma []float32, w, h int) Print {
	var a [grid][grid]float32
	if w == grid && h == grid {
		for y := range grid {
			copy(a[y][:], luma[y*grid:])
		}
	} else {
		tent(luma, w, h)
		for y := range grid {
			row := luma[int((float64(y)+0.5)*float64(h)/grid)*w:]
			for x := range grid {
				a[y][x] = row[int((float64(x)+0.5)*float64(w)/grid)]
			}
		}
	}
	p := Print{Quality: quality(&a)}
	b := transform(&a)
	for t := range p.all {
		c := turned(&b, Turn(t))
		p.all[t] = threshold(&c)
	}
	p.Hash = p.all[AsIs]
	return p
}

// quality sums the visible gradients between neighbours; it is 100 for anything with a fair amount of structure.
func quality(a *[grid][grid]float32) int {
	sum := 0
	step := func(u, v float32) {
		d := int((u - v) * 100 / 255)
		sum += max(d, -d)
	}
	for y := range grid {
		for x := range grid {
			if y+1 < grid {
				step(a[y][x], a[y+1][x])
			}
			if x+1 < grid {
				step(a[y][x], a[y][x+1])
			}
		}
	}
	return min(sum/90, 100)
}

// transform takes the 16×16 low frequencies of 64×64 samples. Columns first, several at a time, so that the additions do not wait for one another.
func transform(a *[grid][grid]float32) (b [freqs][freqs]float32) {
	for i := range freqs {
		var t [grid]float32
		for k := range grid {
			c, row := cosines[i][k], &a[k]
			for j := 0; j < grid; j += 4 {
				t[j] += float32(c * row[j])
				t[j+1] += float32(c * row[j+1])
				t[j+2] += float32(c * row[j+2])
				t[j+3] += float32(c * row[j+3])
			}
		}
		for j := range freqs {
			var sum float32
			row := &cosines[j]
			for k := range grid {
				sum += float32(t[k] * row[k])
			}
			b[i][j] = sum
		}
	}
	return b
}

// turned gives the frequencies of the turned picture: mirroring an axis negates its odd cosines (those at even indices, as index 0 is frequency 1), and
// a quarter turn exchanges the axes.
func turned(b *[freqs][freqs]float32, t Turn) (c [freqs][freqs]float32) {
	if t == AsIs {
		return *b
	}
	for i := range freqs {
		for j := range freqs {
			v := b[i][j]
			negative, y, x := t.moves(i, j)
			if negative {
				v = -v
			}
			c[y][x] = v
		}
	}
	return c
}

// moves tells where the frequency in row i and column j is found in the turned picture, and whether it is negated there.
func (t Turn) moves(i, j int) (negative bool, y, x int) {
	y, x = i, j
	switch t {
	case Rotate90:
		negative, y, x = j&1 == 0, j, i
	case Rotate180:
		negative = (i+j)&1 == 1
	case Rotate270:
		negative, y, x = i&1 == 0, j, i
	case FlipX:
		negative = i&1 == 0
	case FlipY:
		negative = j&1 == 0
	case FlipPlus:
		y, x = j, i
	case FlipMinus:
		negative, y, x = (i+j)&1 == 1, j, i
	}
	return negative, y, x
}

// threshold sets bit i·16+j where the frequency is above the median.
func threshold(c *[freqs][freqs]float32) (h Hash) {
	m := median(c)
	for i := range freqs {
		for j := range freqs {
			if c[i][j] > m {
				k := i*freqs + j
				h[31-k/8] |= 1 << (k % 8)
			}
		}
	}
	return h
}

// median is the 128th smallest of the 256 values, found by halving the set around a pivot.
func median(c *[freqs][freqs]float32) float32 {
	var v [freqs * freqs]float32
	for i := range freqs {
		copy(v[i*freqs:], c[i][:])
	}
	const want = freqs*freqs/2 - 1
	lo, hi := 0, len(v)-1
	for lo < hi {
		pivot := v[(lo+hi)/2]
		i, j := lo, hi
		for i <= j {
			for v[i] < pivot {
				i++
			}
			for v[j] > pivot {
				j--
			}
			if i <= j {
				v[i], v[j] = v[j], v[i]
				i++
				j--
			}
		}
		switch {
		case want <= j:
			hi = j
		case want >= i:
			lo = i
		default:
			return v[want]
		}
	}
	return v[want]
}
