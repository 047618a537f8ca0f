package aigc

import (
	"image"

	"anxin/provenance/aigc/internal/coarse"
)

// CoarseSide is the side of the grid at which two pictures are compared: fine enough for an object that was put in, too coarse
// for the differences that scaling and coding make.
const CoarseSide = coarse.Side

// Coarse is a picture as far as the comparison with a thumbnail needs it: Width and Height of the picture, and Cells, the brightness of
// CoarseSide rows of CoarseSide. It says nothing of what it shows, so that pictures can be decoded in one process and compared in another.
type Coarse = coarse.Picture

// Coarsen averages a picture into a grid of brightness. The picture is only read.
func Coarsen(m image.Image) Coarse { return coarse.Of(m) }

// CompareThumbnail compares a file's pixels with the picture that its manifest kept of it. When they show different things it
// gives a weak fact. unchanged says that the file's bytes are those that were signed: then the signer kept another picture;
// else the picture may have been changed after signing. Turned and mirrored copies count as the same picture.
func CompareThumbnail(pixels, thumbnail Coarse, unchanged bool) (Fact, bool) {
	value, differ := coarse.Differ(pixels, thumbnail)
	if !differ {
		return Fact{}, false
	}
	return thumbnailFact(value, unchanged), true
}

func thumbnailFact(value string, unchanged bool) Fact {
	f := Fact{ID: "weak-thumbnail", Value: value, ZH: "凭证里保存的缩略图与文件画面不一致。", EN: "The thumbnail kept in the credentials shows something else than the file. "}
	if value == coarse.Shape {
		f.ZH, f.EN = "凭证里保存的缩略图与文件画面的长宽比不同。", "The thumbnail kept in the credentials has another shape than the file. "
	}
	switch {
	case unchanged:
		f.ZH += "文件在签名之后没有改动，所以是签名者保存了另一幅图，例如处理之前的画面。"
		f.EN += "The file was not changed after signing, so its signer kept another picture, such as the one before editing."
	case value == coarse.Shape:
		f.ZH += "文件可能在签名之后被裁切过；有的软件也会裁切缩略图。"
		f.EN += "The file may have been cropped after signing; some programs also crop the thumbnail."
	default:
		f.ZH += "画面可能在签名之后改动过；也可能签名者用了别的缩略图。"
		f.EN += "The picture may have been changed after signing; the signer may also have kept another thumbnail."
	}
	return f
}
