//go:build ignore

// Generate writes outlines.txt: the outlines of the few characters that explicit marks need.
// usage: go run generate.go DroidSansFallbackFull.ttf.gz OpenSans-Semibold.ttf.gz > outlines.txt
package main

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

const (
	han   = "人工智能生成合内容为可疑似由本图片视频作品音"
	latin = "AI"
	em    = 1000
)

func main() {
	fmt.Println("# Outlines of characters in thousandths of an em, y downwards from the baseline. Made by generate.go from fonts")
	fmt.Println("# under the Apache License 2.0: Chinese characters of Droid Sans Fallback (2006-2010 Google Corp.), Latin letters of")
	fmt.Println("# Open Sans Semibold (2010-2011 Google Corp.). c: character and advance; m, l, q: move, line, curve; z: end.")
	write(os.Args[1], han)
	write(os.Args[2], latin)
}

func write(path, chars string) {
	f, err := os.Open(path)
	check(err)
	z, err := gzip.NewReader(f)
	check(err)
	data, err := io.ReadAll(z)
	check(err)
	ft, err := sfnt.Parse(data)
	check(err)
	var buf sfnt.Buffer
	for _, r := range chars {
		i, err := ft.GlyphIndex(&buf, r)
		check(err)
		if i == 0 {
			panic(string(r) + " is not in the font")
		}
		advance, err := ft.GlyphAdvance(&buf, i, fixed.I(em), font.HintingNone)
		check(err)
		segments, err := ft.LoadGlyph(&buf, i, fixed.I(em), nil)
		check(err)
		fmt.Printf("c %c %d\n", r, advance.Round())
		for _, s := range segments {
			name, n := "mlq"[s.Op:s.Op+1], 1
			if s.Op == sfnt.SegmentOpQuadTo {
				n = 2
			}
			fmt.Print(name)
			for _, p := range s.Args[:n] {
				fmt.Printf(" %d %d", p.X.Round(), p.Y.Round())
			}
			fmt.Println()
		}
		fmt.Println("z")
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
