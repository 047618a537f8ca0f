package aigc

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

func TestMark(t *testing.T) {
	dir := os.Getenv("AIGC_MARKS") // to look at them
	for _, c := range []struct {
		name string
		size image.Point
		opts MarkOptions
	}{
		{"landscape", image.Pt(1200, 800), MarkOptions{}},
		{"portrait", image.Pt(600, 1300), MarkOptions{Text: MarkSuspected, Corner: TopLeft}},
		{"small", image.Pt(160, 120), MarkOptions{Text: MarkPossible, Corner: BottomLeft}},
		{"long", image.Pt(900, 900), MarkOptions{Text: "为人工智能生成合成内容", Corner: TopRight, Height: 0.05}},
	} {
		src := scene(c.size.X, c.size.Y)
		before := bytes.Clone(src.Pix)
		out, at, err := Mark(src, c.opts)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if !bytes.Equal(before, src.Pix) {
			t.Errorf("%s: the original was drawn on", c.name)
		}
		if out.Bounds().Size() != c.size || !at.In(out.Bounds()) {
			t.Errorf("%s: mark at %v of %v", c.name, at, out.Bounds())
		}
		short := min(c.size.X, c.size.Y)
		if edge := min(at.Min.X, at.Min.Y, c.size.X-at.Max.X, c.size.Y-at.Max.Y); edge > short/20 {
			t.Errorf("%s: %d pixels from the nearest edge", c.name, edge)
		}
		heights := lineHeights(out, at)
		if len(heights) < 4 {
			t.Errorf("%s: %d characters", c.name, len(heights))
		}
		for i, h := range heights {
			if short < 300 {
				break // too few pixels to tell strokes from characters
			}
			if float64(h) < MinMarkHeight*float64(short) {
				t.Errorf("%s: character %d is %d pixels high, %g wanted", c.name, i, h, MinMarkHeight*float64(short))
			}
		}
		for y := range c.size.Y {
			for x := range c.size.X {
				if !image.Pt(x, y).In(at) && out.At(x, y) != src.At(x, y) {
					t.Fatalf("%s: the pixel at %d,%d outside of the mark was changed", c.name, x, y)
				}
			}
		}
		if dir != "" {
			var b bytes.Buffer
			if err := errors.Join(png.Encode(&b, out), os.WriteFile(filepath.Join(dir, c.name+".png"), b.Bytes(), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// lineHeights gives the heights of the parts of a mark that white columns separate.
func lineHeights(m *image.NRGBA, at image.Rectangle) []int {
	var out []int
	top, bottom := 0, -1
	for x := at.Min.X; x <= at.Max.X; x++ {
		t, b := 0, -1
		for y := at.Min.Y; y < at.Max.Y && x < at.Max.X; y++ {
			if c := m.NRGBAAt(x, y); c.R > 200 && c.G > 200 && c.B > 200 {
				if b < 0 {
					t = y
				}
				b = y
			}
		}
		switch {
		case b >= 0 && bottom < 0:
			top, bottom = t, b
		case b >= 0:
			top, bottom = min(top, t), max(bottom, b)
		case bottom >= 0:
			if w := bottom - top + 1; len(out) > 0 || w > 2 {
				out = append(out, w)
			}
			bottom = -1
		}
	}
	return out
}

func TestMarkRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		size image.Point
		opts MarkOptions
		want error
	}{
		"too small a picture":     {image.Pt(40, 30), MarkOptions{}, ErrMarkSize},
		"too low":                 {image.Pt(400, 300), MarkOptions{Height: 0.04}, ErrMarkSize},
		"no element of AI":        {image.Pt(400, 300), MarkOptions{Text: "由作品生成"}, ErrMarkText},
		"no element of making":    {image.Pt(400, 300), MarkOptions{Text: "AI作品"}, ErrMarkText},
		"characters not drawn":    {image.Pt(400, 300), MarkOptions{Text: "AI生成 by X"}, ErrMarkText},
		"longer than the picture": {image.Pt(200, 900), MarkOptions{Text: "本图片视频作品内容由人工智能生成合成本图片视频作品内容由人工智能生成合成"}, ErrMarkSize},
	} {
		if _, _, err := Mark(scene(c.size.X, c.size.Y), c.opts); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, k := range []Kind{KindIs, KindPossible, KindSuspected, KindUnclear} {
		if err := checkMarkText(MarkFor(k)); err != nil {
			t.Error(err)
		}
	}
	for _, r := range MarkCharacters() {
		if g := outlines()[r]; g.advance < 200 || g.bottom-g.top < 600 || len(g.segments) < 4 {
			t.Errorf("%c: %+v", r, g)
		}
	}
}
