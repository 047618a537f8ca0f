package fingerprint_test

import (
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"

	"anxin/fingerprint"
)

// chart draws a picture with some structure; darker dims it.
func chart(darker int) image.Image {
	img := image.NewGray(image.Rect(0, 0, 300, 200))
	for y := range 200 {
		for x := range 300 {
			cell := uint32(x/30*7919+y/25*104729) * 2654435761
			img.SetGray(x, y, color.Gray{uint8(cell>>24) - uint8(cell>>24)/uint8(darker)})
		}
	}
	return img
}

func ExampleOfImage() {
	a, b := fingerprint.OfImage(chart(255)), fingerprint.OfImage(chart(4))
	fmt.Println("near:", fingerprint.Distance(a.Hash, b.Hash) <= fingerprint.NearRadius, a.Quality >= fingerprint.MinQuality)
	// Output: near: true true
}

func ExampleIndex() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	index, err := fingerprint.OpenIndex(filepath.Join(dir, "pictures"))
	if err != nil {
		panic(err)
	}
	defer index.Close()
	known := fingerprint.OfImage(chart(255))
	entry := fingerprint.Entry{Item: [16]byte{42}, Hash: known.Hash, Quality: uint8(known.Quality)}
	entry.Scopes[0] = fingerprint.ScopeOf("order", "A-1")
	if err := index.Append(entry); err != nil {
		panic(err)
	}
	sent := fingerprint.OfImage(chart(4)).Dihedral()
	hits, err := index.Search(fingerprint.Query{Hashes: sent[:], Radius: fingerprint.NearRadius, Scopes: []fingerprint.Scope{fingerprint.ScopeOf("order", "A-1")}})
	if err != nil {
		panic(err)
	}
	fmt.Println(len(hits), hits[0].Item[0], fingerprint.Turn(hits[0].Query))
	// Output: 1 42 as-is
}
