// Package copymove looks for a place of a picture that was copied from another place of the same picture, as clone tools do. Keypoints propose pairs of
// places; then the pixels must agree square by square over an area, which things that merely look alike do not.
package copymove

import (
	"fmt"
	"slices"

	"anxin/forensics/signal"
	"anxin/imagematch"
)

// Detector finds copied places.
var Detector = signal.Detector{
	ID: "copy-move", Version: "3", Group: "pixel",
	Name:   signal.Text{Zh: "画面内复制", En: "Copied within the picture"},
	Limits: signal.Text{Zh: "只能发现有纹理的复制区域；屏幕截图、印刷图案里完全相同的图形会误报；生成式改图不留下复制。", En: "Only structured copies are found; identical graphics in screenshots and print are reported too; generated changes leave no copies."},
	Run:    run,
}

// minTelling is how many of the equal squares must have structure in two directions.
const minTelling = 16

func run(in signal.Input) signal.Finding {
	if in.Image == nil {
		return signal.Nothing("无法解码", "cannot be decoded")
	}
	f := imagematch.Extract(in.Image, imagematch.Options{Keypoints: 1500})
	if f.Count() < 20 {
		return signal.Nothing("纹理太少", "there is too little structure")
	}
	out := signal.Finding{Applicability: signal.OK, Honest: signal.Text{Zh: "真实场景里两处不会逐像素相同；印刷品、贴纸、屏幕除外。", En: "In a real scene no two places are the same pixel for pixel; prints, stickers and screens excepted."}}
	found := f.Repeats()
	if len(found) == 0 {
		out.Facts = append(out.Facts, signal.Text{Zh: "没有发现画面内复制", En: "nothing copied within the picture was found"})
		return out
	}
	if len(found) > 2 {
		out.Applicability = signal.Partial
		out.Facts = append(out.Facts, signal.Text{Zh: "画面由重复的图案组成（屏幕、印刷、网格），无法判断", En: "the picture consists of repeated patterns (a screen, print, a mesh): nothing can be said"})
		return out
	}
	found = slices.DeleteFunc(found, func(r imagematch.Repeat) bool { return r.Telling < minTelling })
	if len(found) == 0 {
		out.Facts = append(out.Facts, signal.Text{Zh: "只有直边与自身相同，没有发现画面内复制", En: "only straight edges are like themselves; nothing copied within the picture was found"})
		return out
	}
	out.Alarm, out.Band = true, signal.Moderate
	for _, r := range found {
		out.Boxes = append(out.Boxes, r.Boxes[0], r.Boxes[1])
		out.Facts = append(out.Facts, signal.Text{
			Zh: fmt.Sprintf("两处逐像素相同：%d 个小块，相关系数中位数 %.3f", r.Blocks, r.Similarity),
			En: fmt.Sprintf("two places are the same pixel for pixel: %d squares, median correlation %.3f", r.Blocks, r.Similarity),
		})
	}
	return out
}
