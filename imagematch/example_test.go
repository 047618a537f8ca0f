package imagematch_test

import (
	"context"
	"fmt"
	"image"
	"image/color"

	"anxin/imagematch"
)

func Example() {
	// A reference, and a claim that is the same picture with a dark blot on it.
	ref, claim := image.NewGray(image.Rect(0, 0, 400, 300)), image.NewGray(image.Rect(0, 0, 400, 300))
	for y := range 300 {
		for x := range 400 {
			cell := uint32(x/20*7919+y/20*104729) * 2654435761
			v := uint8(cell >> 24)
			ref.SetGray(x, y, color.Gray{v})
			if (x-260)*(x-260)+(y-120)*(y-120) < 900 {
				v /= 5
			}
			claim.SetGray(x, y, color.Gray{v})
		}
	}
	res, err := imagematch.Compare(context.Background(), ref, claim, imagematch.Options{})
	if err != nil {
		panic(err)
	}
	fmt.Println("same photograph:", res.SamePhotograph)
	fmt.Println("changed:", res.Changed)
	fmt.Println(res.Facts[0].ID, res.Band)
	// Output:
	// same photograph: true
	// changed: true
	// same-photograph strong
}
