package imagematch

import (
	"image"
	"math"
)

// Features are what is kept of a picture for comparing it: keypoints with descriptors, and the picture at working size.
type Features struct {
	Width, Height int // of the picture, in pixels

	work   working
	points []keypoint
	desc   []descriptor
	sign   []signature
}

// Count is the number of keypoints.
func (f *Features) Count() int { return len(f.points) }

// Extract finds the keypoints of a picture as its pixels lie. Very small pictures have none.
func Extract(img image.Image, o Options) *Features {
	o = o.fill()
	f := &Features{Width: img.Bounds().Dx(), Height: img.Bounds().Dy()}
	if f.Width < minOctave || f.Height < minOctave {
		return f
	}
	f.work = reduce(img, o.Side)
	f.detect(o.Keypoints)
	return f
}

func (f *Features) detect(limit int) {
	src := f.work.y
	if min(src.w, src.h) < minOctave {
		return
	}
	base := newPlane(src.w, src.h)
	blurInto(base, src, newPlane(src.w, src.h), math.Sqrt(baseBlur*baseBlur-cameraBlur*cameraBlur))
	var all []found
	var octaves []*octave

	step := float32(1)
	for min(base.w, base.h) >= minOctave {
		o := buildOctave(base, step)
		all = o.extrema(len(octaves), minContrast, all)
		octaves = append(octaves, o)
		base = halve(o.levels[layers])
		step *= 2
	}
	if len(all) < few {
		all = all[:0]
		for i, o := range octaves {
			all = o.extrema(i, faint, all)
		}
	}
	all = spread(all, src.w, src.h, limit)
	for i := range all {
		k := &all[i]
		o := octaves[k.octave]
		turned, n := o.orientations(k)
		for _, a := range turned[:n] {
			var d descriptor
			if !o.describe(k, a, &d) {
				continue
			}
			k.angle = a
			f.points, f.desc, f.sign = append(f.points, k.keypoint), append(f.desc, d), append(f.sign, d.sign())
		}
	}
}

// mirrored are the features of the mirrored picture, made from those of the picture itself. Only keypoints are mirrored, not the picture.
func (f *Features) mirrored() *Features {
	m := &Features{Width: f.Width, Height: f.Height, work: f.work}
	m.points, m.desc, m.sign = make([]keypoint, len(f.points)), make([]descriptor, len(f.points)), make([]signature, len(f.points))
	for i, k := range f.points {
		k.x, k.angle = float32(f.work.y.w-1)-k.x, math.Pi-k.angle
		m.points[i], m.desc[i] = k, f.desc[i].mirror()
		m.sign[i] = m.desc[i].sign()
	}
	return m
}
