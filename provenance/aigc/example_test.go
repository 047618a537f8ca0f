package aigc_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/draw"

	"anxin/provenance/aigc"
)

// A PNG with a label in a text chunk, as Doubao also writes it.
var labelled = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00\x3a\x7e\x9b\x55" +
	"\x00\x00\x00\x8ftEXtAIGC\x00" + `{"Label":"1","ContentProducer":"001191110102MACQD9K64010000","ProduceID":"p-1","ReservedCode1":"","ContentPropagator":"","PropagateID":""}` + "\x00\x00\x00\x00" +
	"\x00\x00\x00\x00IEND\xaeB`\x82")

func ExampleRead() {
	r, err := aigc.Read(context.Background(), bytes.NewReader(labelled), int64(len(labelled)), aigc.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Found, r.DeclaresAI, r.Label.Kind() == aigc.KindIs, r.Label.ProduceID)
	fmt.Println(r.Facts[0].ZH)
	for _, p := range r.Problems {
		fmt.Println(p.Code, p.EN)
	}
	// Output:
	// true true true p-1
	// 文件自带标识：属于人工智能生成合成内容（GB 45438），生成方是豆包（字节跳动）。标识由写入者自己声明，没有核实。
	// field-missing a field is missing: ReservedCode2
}

func ExampleParse() {
	l, problems, err := aigc.Parse(`AIGC{"Label":"1","ContentProducer":"kling","ProduceID":"k-9"}`)
	fmt.Println(l.ContentProducer, l.Producer.Company.EN, err)
	for _, p := range problems {
		fmt.Println(p.Code)
	}
	// Output:
	// kling Kling (Kuaishou) <nil>
	// prefix
	// field-missing
	// field-missing
	// field-missing
	// field-missing
}

func ExampleParseProvider() {
	p, err := aigc.ParseProvider("00119144030008867405X210001")
	fmt.Println(p.Subject, p.ID, p.Service, p.Model, p.Company.EN, err)
	// Output:
	// organisation 9144030008867405X2 generation 0001 Jimeng (ByteDance) <nil>
}

// The picture that a manifest keeps of a file, against the file's pixels: a weak fact when they show different things.
func ExampleCompareThumbnail() {
	picture := image.NewGray(image.Rect(0, 0, 400, 300))
	for i := range picture.Pix {
		picture.Pix[i] = byte(i % 400 / 2)
	}
	kept := aigc.Coarsen(picture) // what is compared; decoding may happen in another process
	draw.Draw(picture, image.Rect(100, 100, 150, 150), image.White, image.Point{}, draw.Src)
	fact, differs := aigc.CompareThumbnail(aigc.Coarsen(picture), kept, false)
	fmt.Println(differs, fact.ID)
	fmt.Println(fact.EN)
	// Output:
	// true weak-thumbnail
	// The thumbnail kept in the credentials shows something else than the file. The picture may have been changed after signing; the signer may also have kept another thumbnail.
}
