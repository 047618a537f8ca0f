package imagematch

import "math"

// gaussian is the right half of a normalised kernel, the middle first.
func gaussian(sigma float64) []float32 {
	radius := max(1, int(math.Ceil(sigma*3)))
	k := make([]float64, radius+1)
	sum := 0.0
	for i := range k {
		k[i] = math.Exp(-float64(i*i) / (2 * sigma * sigma))
		sum += k[i]
		if i > 0 {
			sum += k[i]
		}
	}
	out := make([]float32, len(k))
	for i := range k {
		out[i] = float32(k[i] / sum)
	}
	return out
}

// blurInto smooths src into dst with scratch of the same size. Edges repeat. dst may be src.
func blurInto(dst, src, scratch plane, sigma float64) {
	k := gaussian(sigma)
	r := len(k) - 1
	padded := make([]float32, src.w+2*r)
	for y := range src.h {
		in := src.row(y)
		copy(padded[r:], in)
		for i := range r {
			padded[i], padded[len(padded)-1-i] = in[0], in[len(in)-1]
		}
		symmetric(scratch.row(y), func(j int) ([]float32, []float32) { return padded[r-j:], padded[r+j:] }, k)
	}
	last := src.h - 1
	for y := range src.h {
		symmetric(dst.row(y), func(j int) ([]float32, []float32) {
			return scratch.row(max(y-j, 0)), scratch.row(min(y+j, last))
		}, k)
	}
}

// symmetric writes the sum of k[j]·(a+b) over the pairs of rows that lie j before and j behind. Four pairs share one pass over dst.
func symmetric(dst []float32, pair func(j int) (a, b []float32), k []float32) {
	n := len(dst)
	m, _ := pair(0)
	j := 1
	switch (len(k) - 1) % 4 {
	case 0:
		k0 := k[0]
		for x, v := range m[:n] {
			dst[x] = v * k0
		}
	case 1:
		a, b := pair(1)
		a, b, m = a[:n], b[:n], m[:n]
		k0, k1 := k[0], k[1]
		for x := range dst {
			dst[x] = m[x]*k0 + (a[x]+b[x])*k1
		}
		j = 2
	case 2:
		a, b := pair(1)
		c, d := pair(2)
		a, b, c, d, m = a[:n], b[:n], c[:n], d[:n], m[:n]
		k0, k1, k2 := k[0], k[1], k[2]
		for x := range dst {
			dst[x] = m[x]*k0 + (a[x]+b[x])*k1 + (c[x]+d[x])*k2
		}
		j = 3
	case 3:
		a, b := pair(1)
		c, d := pair(2)
		e, f := pair(3)
		a, b, c, d, e, f, m = a[:n], b[:n], c[:n], d[:n], e[:n], f[:n], m[:n]
		k0, k1, k2, k3 := k[0], k[1], k[2], k[3]
		for x := range dst {
			dst[x] = m[x]*k0 + (a[x]+b[x])*k1 + (c[x]+d[x])*k2 + (e[x]+f[x])*k3
		}
		j = 4
	}
	for ; j < len(k); j += 4 {
		a, b := pair(j)
		c, d := pair(j + 1)
		e, f := pair(j + 2)
		g, h := pair(j + 3)
		a, b, c, d, e, f, g, h = a[:n], b[:n], c[:n], d[:n], e[:n], f[:n], g[:n], h[:n]
		k1, k2, k3, k4 := k[j], k[j+1], k[j+2], k[j+3]
		for x := range dst {
			dst[x] += (a[x]+b[x])*k1 + (c[x]+d[x])*k2 + ((e[x]+f[x])*k3 + (g[x]+h[x])*k4)
		}
	}
}

// halve takes every second pixel of every second row: the picture was smoothed enough before.
func halve(src plane) plane {
	dst := newPlane((src.w+1)/2, (src.h+1)/2)
	for y := range dst.h {
		in, out := src.row(2*y), dst.row(y)
		for x := range out {
			out[x] = in[2*x]
		}
	}
	return dst
}
