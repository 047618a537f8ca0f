// Package calibrate measures how well the same-photograph test and the change map do on pictures that package forge makes from given photographs, and on real
// photographs of one scene from different places. It gives shares with the number of trials behind them, never a number without.
package calibrate

import (
	"context"
	"fmt"
	"hash/fnv"
	"image"
	"math"
	"slices"
	"strings"

	"anxin/forensics/forge"
	"anxin/imagematch"
)

// Photo is one photograph. Load is called each time it is needed, so that a large set need not be in memory.
type Photo struct {
	Name          string
	Width, Height int // as stored; 0 when not known
	Load          func() (image.Image, error)
}

// Half tells which half a photograph belongs to: 0 is for tuning, 1 for reporting. What a name has after # does not count: variants and
// cuttings of a photograph, and the photographs of one scene, share a half.
func (p Photo) Half() int {
	h := fnv.New32a()
	name, _, _ := strings.Cut(p.Name, "#")
	h.Write([]byte(name))
	return int(h.Sum32() >> 7 & 1)
}

// Class is a kind of trial.
type Class struct {
	Attack  string // for package forge
	Changed bool   // content is altered
	Bar     float64
}

// Classes are the attacks measured, with the recall aimed at: that the claim is recognised as the same photograph.
var Classes = []Class{
	{"recompress", false, 0.98}, {"chat", false, 0.98}, {"filter+chat", false, 0.98}, {"regenerate", false, 0.98}, {"regenerate+chat", false, 0.98},
	{"crop5+chat", false, 0.95}, {"crop20+chat", false, 0.95}, {"crop40+chat", false, 0.90}, {"rotate+chat", false, 0.95}, {"perspective+chat", false, 0.95},
	{"mirror+crop20+regenerate", false, 0.90}, {"screenshot+chat-small", false, 0.90}, {"recapture+chat", false, 0.90}, {"resize+recompress", false, 0.98},
	{"stain+chat", true, 0.98}, {"stain-large+chat", true, 0.98}, {"crack+chat", true, 0.98}, {"scratch+chat", true, 0.98}, {"dent+chat", true, 0.98}, {"tear+chat", true, 0.98},
	{"missing+chat", true, 0.98}, {"paste+chat", true, 0.98}, {"stain+regenerate+chat", true, 0.98}, {"crack+regenerate+chat", true, 0.98},
	{"stain+crop20+chat", true, 0.95}, {"crack+screenshot", true, 0.90},
}

// Trial is one comparison.
type Trial struct {
	Photo, Attack string
	Changed       bool // truth
	Result        imagematch.Result
	IoU           float64 // of the found mask with the true one, 0 without a true one
}

// Attack makes a claim from a photograph and compares the two.
func Attack(ctx context.Context, name string, img image.Image, ref *imagematch.Features, c Class, seed uint64) (Trial, error) {
	f, err := forge.Apply(img, c.Attack, seed)
	if err != nil {
		return Trial{}, fmt.Errorf("%s %s: %w", name, c.Attack, err)
	}
	res, err := imagematch.CompareFeatures(ctx, ref, imagematch.Extract(f.Image, imagematch.Options{}))
	if err != nil {
		return Trial{}, err
	}
	t := Trial{Photo: name, Attack: c.Attack, Changed: c.Changed, Result: res}
	if c.Changed && res.Changed {
		t.IoU = overlap(f.Mask, res.Mask())
	}
	return t, nil
}

// overlap is the intersection over the union of two masks, the true one closed by a few pixels: the pixels between the hairs of a crack belong to it.
func overlap(truth *image.Alpha, found *image.Gray) float64 {
	w, h := truth.Rect.Dx(), truth.Rect.Dy()
	r := max(1, max(w, h)/400)
	both, either := 0, 0
	grown := grow(truth.Pix, w, h, truth.Stride, r)
	for y := range h {
		for x := range w {
			a, b := grown[y*w+x], found.Pix[y*found.Stride+x] != 0
			if a && b {
				both++
			}
			if a || b {
				either++
			}
		}
	}
	if either == 0 {
		return 0
	}
	return float64(both) / float64(either)
}

func grow(pix []uint8, w, h, stride, r int) []bool {
	across, out := make([]bool, w*h), make([]bool, w*h)
	for y := range h {
		for x := range w {
			if pix[y*stride+x] != 0 {
				for k := max(0, x-r); k <= min(w-1, x+r); k++ {
					across[y*w+k] = true
				}
			}
		}
	}
	for y := range h {
		for x := range w {
			if across[y*w+x] {
				for k := max(0, y-r); k <= min(h-1, y+r); k++ {
					out[k*w+x] = true
				}
			}
		}
	}
	return out
}

// Row is the summary of one class.
type Row struct {
	Class
	Trials, Same, Flagged int
	IoU                   float64 // median over flagged trials
	Missed                []string
}

// Share is a share with its 95 % interval (Wilson).
func Share(k, n int) (share, low, high float64) {
	if n == 0 {
		return 0, 0, 1
	}
	const z = 1.96
	p, m := float64(k)/float64(n), float64(n)
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return p, math.Max(0, mid-half), math.Min(1, mid+half)
}

// Attacks runs all classes on photographs. each is called after every trial and may be nil.
func Attacks(ctx context.Context, photos []Photo, classes []Class, seed uint64, each func(Trial)) ([]Row, error) {
	rows := make([]Row, len(classes))
	ious := make([][]float64, len(classes))
	for i, c := range classes {
		rows[i].Class = c
	}
	for _, p := range photos {
		img, err := p.Load()
		if err != nil {
			return nil, err
		}
		ref := imagematch.Extract(img, imagematch.Options{})
		for i, c := range classes {
			t, err := Attack(ctx, p.Name, img, ref, c, seed+uint64(i)*1000003)
			if err != nil {
				return nil, err
			}
			r := &rows[i]
			r.Trials++
			if t.Result.SamePhotograph {
				r.Same++
			} else {
				r.Missed = append(r.Missed, p.Name)
			}
			if t.Result.Changed {
				r.Flagged++
				ious[i] = append(ious[i], t.IoU)
			}
			if each != nil {
				each(t)
			}
		}
	}
	for i := range rows {
		if n := len(ious[i]); n > 0 {
			slices.Sort(ious[i])
			rows[i].IoU = ious[i][n/2]
		}
	}
	return rows, nil
}

// Pair is a comparison of two photographs that were taken separately.
type Pair struct {
	A, B   string
	Result imagematch.Result
}

// Pairs compares every photograph with every other and returns those called related or the same, with the number compared. When near is positive, only
// photographs at most that far apart in the list are compared (neighbouring views of a scene).
func Pairs(ctx context.Context, photos []Photo, near int, each func(Pair)) (compared int, found []Pair, err error) {
	features := make([]*imagematch.Features, len(photos))
	for i, p := range photos {
		img, err := p.Load()
		if err != nil {
			return 0, nil, err
		}
		features[i] = imagematch.Extract(img, imagematch.Options{})
	}
	for i := range photos {
		for j := i + 1; j < len(photos); j++ {
			if near > 0 && j-i > near {
				break
			}
			res, err := imagematch.CompareFeatures(ctx, features[i], features[j])
			if err != nil {
				return compared, found, err
			}
			compared++
			p := Pair{photos[i].Name, photos[j].Name, res}
			if each != nil {
				each(p)
			}
			if res.Related || res.SamePhotograph {
				found = append(found, p)
			}
		}
	}
	return compared, found, nil
}
