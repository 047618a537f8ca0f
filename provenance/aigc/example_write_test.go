package aigc_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"

	"anxin/provenance/aigc"
)

// A service shows a labelled picture to somebody: a copy gets its own fields beside the producer's.
func ExampleWrite() {
	ctx := context.Background()
	src, size := bytes.NewReader(labelled), int64(len(labelled))
	report, err := aigc.Read(ctx, src, size, aigc.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ours := report.Label.Propagated("001191110000802100433B20001", "show-7")
	var shown bytes.Buffer
	err = aigc.Write(ctx, &shown, src, size, ours, aigc.WriteOptions{})
	fmt.Println("without Replace:", errors.Is(err, aigc.ErrLabelled))
	shown.Reset()
	err = aigc.Write(ctx, &shown, src, size, ours, aigc.WriteOptions{Replace: true})
	back, _ := aigc.Read(ctx, bytes.NewReader(shown.Bytes()), int64(shown.Len()), aigc.Options{})
	fmt.Println(err, len(back.Carriers), back.Carriers[0].Conformant, back.Label.ProduceID, back.Label.PropagateID)
	// Output:
	// without Replace: true
	// <nil> 1 true p-1 show-7
}

func ExampleMark() {
	picture := image.NewNRGBA(image.Rect(0, 0, 1200, 800))
	shown, where, err := aigc.Mark(picture, aigc.MarkOptions{Text: aigc.MarkSuspected})
	fmt.Println(shown.Bounds().Size(), where.Max.X > 1150, where.Max.Y > 760, err)
	_, _, err = aigc.Mark(picture, aigc.MarkOptions{Text: "AI 作品"})
	fmt.Println(errors.Is(err, aigc.ErrMarkText))
	// Output:
	// (1200,800) true true <nil>
	// true
}
