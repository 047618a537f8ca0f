package check

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"anxin/internal/casefile"
)

// samePhotograph compares a claim's pictures with what was here before: references of the order and its product, then the buyer's and the merchant's earlier material, then whatever
// looks alike. The fact to find is not the same product but the same photograph: two photographs of a thing never lie on one another to a pixel, background included.
func samePhotograph() Check {
	return Check{
		ID: "same_photograph", Version: "3", Group: GroupMatch, Look: lookSame,
		Honest:  Text{ZH: "诚实的人另拍一张：同一件商品，角度、光线、背景都不同，两张照片不会逐处重合。", EN: "An honest person takes a photograph of their own: the same goods at another angle, in other light, before another background; the two never coincide everywhere."},
		Limits:  Text{ZH: "只能与本平台收到过的照片比较；只露出很小一部分、或整幅重新生成得面目全非时找不到。框是约略位置，细小改动可能漏框。强度未经校准，不是概率。", EN: "Compares only with pictures that this platform has received; small parts of one, or pictures rendered anew beyond recognition, are not found. Boxes are approximate and small changes may be missed. Strengths are uncalibrated and no probability."},
		Nothing: Text{ZH: "%d 张照片：没有发现与参考照片或此前的照片出自同一张照片。", EN: "%d picture(s): none was found to be the same photograph as a reference or as anything received before."},
	}
}

// sameHonest is what the same photograph means if the person is honest, by what the other one is.
func sameHonest(r Relation, changed bool) Text {
	switch {
	case r == RelReference && changed:
		return Text{ZH: "诚实的情况：买家附上商品页图片，并在图上圈出或画出问题的位置。请看框里是损坏还是标注，再看买家怎么说。自己另拍的照片不会逐处重合。", EN: "If honest: the buyer adds the product page's picture and draws on it where the trouble is. See whether the boxes hold damage or a mark, and read what they wrote. A photograph of their own would not coincide everywhere."}
	case r == RelReference:
		return exactSays[RelReference].Honest
	case r == RelOtherClaim || r == RelOtherMessage:
		return honestOther
	case r == RelMessage && changed:
		return honestMarked
	case r == RelMessage:
		return honestMessage
	case r == RelProduct:
		return honestProduct
	case r == RelElsewhere:
		return nearSays[RelElsewhere].Honest
	case r == RelSameBuyer:
		return Text{ZH: "诚实的情况：同一问题再次提出，用了旧照片并在上面做了标注。", EN: "If honest: the same trouble again, shown with the old picture and marks on it."}
	}
	return Text{ZH: "商家也可能从买家的照片得到这张图。时间在售后之后的照片什么也证明不了。", EN: "The merchant may have made this picture from the buyer's. What came after the claim proves nothing."}
}

// sameStrength is how far the finding reaches.
func sameStrength(r Related, changed, firm bool) Strength {
	switch r.Relation {
	case RelReference, RelOtherClaim, RelOtherMessage:
		if firm && (changed || r.Relation != RelReference) {
			return capped(Strong, r)
		}
		return Moderate
	case RelMessage: // the same picture again is what honest people do; another one made of it is not
		switch {
		case changed && firm:
			return capped(Strong, r)
		case changed:
			return Moderate
		}
	case RelElsewhere, RelProduct, RelSameBuyer:
		if changed && firm {
			return Moderate
		}
		return Weak
	}
	return Neutral
}

// strengthRank orders strengths.
var strengthRank = map[Strength]int{Neutral: 0, Weak: 1, Moderate: 2, Strong: 3}

// sameRank orders relations by what a reviewer can best look at: the reference of the order itself lies beside the picture.
var sameRank = map[Relation]int{RelReference: 9, RelOtherClaim: 8, RelOtherMessage: 7, RelMessage: 6, RelProduct: 5, RelElsewhere: 4, RelSameBuyer: 3, RelReferenceLater: 2, RelMessageLater: 1}

// toCompare is how many candidates of one picture are decoded and compared.
const toCompare = 6

func lookSame(ctx context.Context, in *Input) ([]Finding, error) {
	var out []Finding
	var other, unseen, broken, without []casefile.ID
	for _, f := range in.Files {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		if !strings.HasPrefix(f.Media, "image/") {
			other = append(other, f.Item)
			continue
		}
		list, err := in.Candidates(ctx, f)
		if err != nil {
			return out, err
		}
		if len(list) == 0 {
			without = append(without, f.Item)
			continue
		}
		m, err := in.Matched(ctx, f, list)
		switch {
		case ctx.Err() != nil:
			return out, ctx.Err()
		case err != nil:
			broken = append(broken, f.Item)
		case m.Decoded != "ok":
			unseen = append(unseen, f.Item)
		default:
			x, err := in.judge(ctx, f, list, m)
			if err != nil {
				return out, err
			}
			if x != nil {
				out = append(out, *x)
			}
		}
	}
	for _, rest := range []struct {
		items []casefile.ID
		a     Applicability
		fact  Text
	}{
		{other, NotApplicable, Text{ZH: "%d 个文件不是照片（视频或文件），这项检查不适用。", EN: "%d file(s) are not photographs (video or paper); this check does not apply."}},
		{without, NotApplicable, Text{ZH: "%d 张照片没有可以对照的参考照片或此前的照片。", EN: "%d picture(s): there is no reference and nothing earlier to compare with."}},
		{unseen, Failed, Text{ZH: "%d 张照片的格式不能在此解码，未检查。未检查不等于没有问题，也不等于有问题。", EN: "%d picture(s) of a kind that is not decoded here: not checked. Not checked means neither clean nor suspicious."}},
		{broken, Failed, Text{ZH: "检查未完成：%d 张照片没有能比完。", EN: "Check not finished: %d picture(s) could not be compared."}},
	} {
		if len(rest.items) > 0 {
			out = append(out, Finding{Items: rest.items, Applicability: rest.a, Fact: rest.fact.counted(len(rest.items)), Honest: nothingMeant})
		}
	}
	return out, nil
}

// judged is a compared pair with what the other picture is to the claim.
type judged struct {
	pair Pair
	rel  Related
	what Candidate
}

// judge makes the finding about one picture: the same photograph as another one, or a photograph of one's own of the same things. Nil: neither.
func (in *Input) judge(ctx context.Context, f File, list []Candidate, m Matched) (*Finding, error) {
	var same, alike []judged
	for _, p := range m.Pairs {
		if p.Reference < 0 || p.Reference >= len(list) || !p.Related {
			continue
		}
		j := judged{p, list[p.Reference].Related, list[p.Reference]}
		if p.Same {
			same = append(same, j)
		} else {
			alike = append(alike, j)
		}
	}
	if len(same) == 0 {
		return ownPhotograph(f, alike, m), nil
	}
	reach := func(j judged) Strength { return sameStrength(j.rel, j.pair.Changed, j.pair.Band == "strong") }
	slices.SortStableFunc(same, func(a, b judged) int {
		return cmp.Or(cmp.Compare(strengthRank[reach(b)], strengthRank[reach(a)]), cmp.Compare(sameRank[b.rel.Relation], sameRank[a.rel.Relation]), cmp.Compare(b.pair.Coverage, a.pair.Coverage))
	})
	best := same[0]
	src, after := source(best.rel, aPicture), afterwards(best.rel.Relation)
	x := Finding{Items: []casefile.ID{f.Item}, Honest: sameHonest(best.rel.Relation, best.pair.Changed), Strength: reach(best),
		Fact: Text{ZH: fmt.Sprintf("对照：%s（%s）。", src.ZH, day(best.what.Sealed.At)) + after.ZH, EN: fmt.Sprintf("Beside %s (%s).", src.EN, day(best.what.Sealed.At)) + after.EN + " "}}
	for _, fact := range best.pair.Facts {
		x.Fact.ZH += fact.ZH
		x.Fact.EN += fact.EN + " "
	}
	x.Fact.EN = strings.TrimSpace(x.Fact.EN)
	for _, j := range same {
		x.Related = append(x.Related, j.rel)
	}
	d := matchOf(f, best, m)
	d.OtherLookalike = len(same) - 1
	var err error
	if x.Artefacts, err = in.keep(ctx, f, best.pair, d); err != nil {
		return nil, err
	}
	x.Detail = &Detail{Match: d, For: !best.pair.Changed && best.rel.consistent()}
	return &x, nil
}

// ownPhotograph says that a picture shows the same things and is a photograph of its own: what honest pictures look like.
func ownPhotograph(f File, alike []judged, m Matched) *Finding {
	alike = slices.DeleteFunc(alike, func(j judged) bool { return j.rel.Relation != RelReference || j.pair.Band != "strong" })
	if len(alike) == 0 {
		return nil
	}
	j := alike[0]
	return &Finding{Items: []casefile.ID{f.Item}, Related: []Related{j.rel}, Detail: &Detail{Match: matchOf(f, j, m), For: true},
		Honest: Text{ZH: "诚实的人给收到的这件东西另拍一张，就是这样：东西相同，背景、角度或光线不同。它不说明损坏是不是真的。", EN: "This is what an honest person's own photograph of the goods looks like: the same things, with another background, angle or light. It does not say whether the damage is real."},
		Fact: Text{ZH: fmt.Sprintf("这张照片与参考照片（%s 封存）拍的是相同的事物（%d 处特征吻合），但是另拍的照片。如实另拍就是这样。", day(j.what.Sealed.At), j.pair.Inliers),
			EN: fmt.Sprintf("This picture shows the same things as a reference (sealed %s; %d features fit) and is a photograph of its own. That is what honest pictures look like.", day(j.what.Sealed.At), j.pair.Inliers)}}
}

func matchOf(f File, j judged, m Matched) *Match {
	p := j.pair
	d := &Match{Item: f.Item, Reference: j.rel, Same: p.Same, Mirrored: p.Mirrored, Changed: p.Changed, Band: p.Band, Inliers: p.Inliers, Coverage: p.Coverage, Residual: p.Residual, Area: p.Area,
		Size: [2]int{m.Width, m.Height}, ReferenceSize: [2]int{p.Width, p.Height}, Boxes: p.Boxes[:min(len(p.Boxes), maxKeptBoxes)], Map: p.Map, Facts: p.Facts}
	if d.Boxes == nil {
		d.Boxes = [][4]int{}
	}
	return d
}

// maxKeptBoxes bounds the changed places that are listed one by one.
const maxKeptBoxes = 40

// keep stores the drawings of a pair with the claim's picture as their source, and enters their ids.
func (in *Input) keep(ctx context.Context, f File, p Pair, d *Match) ([]casefile.ID, error) {
	if len(p.Drawings) == 0 {
		return nil, nil
	}
	ids, write, err := in.service.Vault.Keep(ctx, in.Round.Tenant, f.Case, f.Item, p.Drawings)
	if err != nil {
		return nil, err
	}
	in.kept = append(in.kept, write)
	to := map[string]*casefile.ID{DrawnOverlay: &d.Overlay, DrawnAligned: &d.Aligned, DrawnFlicker: &d.Flicker, DrawnMask: &d.Mask}
	for i, x := range p.Drawings {
		if id := to[x.Kind]; id != nil {
			*id = ids[i]
		}
	}
	return ids, nil
}
