package imagematch

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// The bands of Result.Band.
const (
	Insufficient = "insufficient"
	Leans        = "leans"
	Strong       = "strong"
)

// short leaves the digits that mean something.
func short(v float64) float64 { return math.Round(v*1e4) / 1e4 }

// differing counts in English.
func differing(n int) string {
	if n == 1 {
		return "one place differs"
	}
	return fmt.Sprintf("%d places differ", n)
}

// conclude sets the band and the facts. Each fact says what was seen and, where it could weigh against somebody, what an honest person's pictures would show.
func (res *Result) conclude() {
	res.Band = Insufficient
	res.Residual, res.Coverage, res.ChangedArea = short(res.Residual), short(res.Coverage), short(res.ChangedArea)
	slices.SortFunc(res.Boxes, func(a, b [4]int) int { return cmp.Compare(b[2]*b[3], a[2]*a[3]) })
	e := &res.evidence
	add := func(id, zh, en string) { res.Facts = append(res.Facts, Fact{id, zh, en}) }
	switch {
	case !res.Related:
		add("unrelated", "没有发现两张图片拍的是同一事物。这不说明任何一方有问题。", "Nothing shows that the two pictures have anything in common. This speaks against nobody.")
		return
	case !res.SamePhotograph:
		res.Band = Leans
		if e.agreement < 0.3 {
			res.Band = Strong
		}
		switch res.separate() {
		case "parallax":
			add("different-photographs",
				fmt.Sprintf("两张图片里有相同的事物（%d 处特征吻合），但不是同一张照片：另有 %d 处相同特征随远近错开了位置，拍摄位置不同才会这样。如实另拍的照片就是这样。", res.Inliers, res.align.astray),
				fmt.Sprintf("The two pictures show the same things (%d features fit) but are not the same photograph: %d further features lie displaced as near and far things do when the camera has moved. This is what honestly taken new photographs look like.", res.Inliers, res.align.astray))
			return
		case "beyond":
			add("different-photographs",
				fmt.Sprintf("两张图片里有相同的事物（%d 处特征吻合），但申请图片在参考图的边框之外还拍到了同一场景的其他部分（占 %.0f%%），不是由参考图得来的。如实另拍的照片就是这样。", res.Inliers, 100*e.beyond),
				fmt.Sprintf("The two pictures show the same things (%d features fit), but beyond the reference's frame the claim picture goes on to show more of the scene (%.0f %% of it), so it was not made from the reference. This is what honestly taken new photographs look like.", res.Inliers, 100*e.beyond))
			return
		}
		add("different-photographs",
			fmt.Sprintf("两张图片里有相同的事物（%d 处特征吻合），但不是同一张照片：对齐后只有 %.0f%% 的纹理区域吻合。如实另拍的照片就是这样。", res.Inliers, 100*e.agreement),
			fmt.Sprintf("The two pictures show the same things (%d features fit) but are not the same photograph: after alignment only %.0f %% of the textured area agrees. This is what honestly taken new photographs look like.", res.Inliers, 100*e.agreement))
		return
	}
	res.Band = Leans
	if e.agree >= 30 && e.agreement >= 0.65 && e.residual90 < 1.2 {
		res.Band = Strong
	}
	add("same-photograph",
		fmt.Sprintf("两张图片出自同一张照片：画面 %.0f%% 的纹理区域逐块吻合（包括背景），偏差中位数 %.2f 像素。两次分别拍摄的照片做不到这一点。", 100*e.coverage, e.residual),
		fmt.Sprintf("Both pictures come from one photograph: %.0f %% of the textured area agrees block by block, background included, with a median misfit of %.2f pixels. Two separate photographs do not do that.", 100*e.coverage, e.residual))
	if res.Mirrored {
		add("mirrored", "申请图片是左右翻转的。手机自拍镜头有时也会翻转，请看画面里的文字。", "The claim picture is mirrored. Front cameras sometimes do this too; look at text in the picture.")
	}
	if e.overlap < 0.9 {
		add("partly-covered", fmt.Sprintf("参考图只覆盖申请图片的 %.0f%%，其余部分无法比较。", 100*e.overlap), fmt.Sprintf("The reference covers %.0f %% of the claim picture; the rest cannot be compared.", 100*e.overlap))
	}
	if res.Changed {
		add("changed",
			fmt.Sprintf("对齐后有 %d 处不同，占申请图片的 %.1f%%，已框出。若参考图拍摄在前而损坏真实发生，两张图不会出自同一张照片；若参考图是申请人自己处理过的同一张照片（美颜、打码），也会这样。", len(res.Boxes), 100*res.ChangedArea),
			fmt.Sprintf("After alignment %s, %.1f %% of the claim picture; boxes show where. Real damage photographed later would not be on the same photograph; the sender's own retouching of it (filters, hidden faces) would look like this too.", differing(len(res.Boxes)), 100*res.ChangedArea))
		return
	}
	add("unchanged", "对齐后没有发现被添加、去掉或改动的地方：它是同一张照片的副本（可能压缩、裁剪或缩放过）。", "After alignment nothing was found added, removed or altered: it is a copy of the same photograph, possibly compressed, cropped or scaled.")
}
