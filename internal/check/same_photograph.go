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
		ID: "same_photograph", Version: "1", Group: GroupMatch, Look: lookSame,
		Honest:  Text{ZH: "诚实的人另拍一张：同一件商品，角度、光线、背景都不同，两张照片不会逐处重合。", EN: "An honest person takes a photograph of their own: the same goods at another angle, in other light, before another background; the two never coincide everywhere."},
		Limits:  Text{ZH: "只能与本平台收到过的照片比较；只露出很小一部分、或整幅重新生成得面目全非时找不到。框是约略位置，细小改动可能漏框。强度未经校准，不是概率。", EN: "Compares only with pictures that this platform has received; small parts of one, or pictures rendered anew beyond recognition, are not found. Boxes are approximate and small changes may be missed. Strengths are uncalibrated and no probability."},
		Nothing: Text{ZH: "%d 张照片：没有发现与参考照片或此前的照片出自同一张照片。", EN: "%d picture(s): none was found to be the same photograph as a reference or as anything received before."},
	}
}

// sameSays is what the relation of the other photograph means, before what was found.
var sameSays = map[Relation]Finding{
	RelReference: {Fact: Text{ZH: "对照：商家在本次售后之前封存的参考照片（%s）。", EN: "Beside a reference that the merchant sealed before this claim (%s): "},
		Honest: Text{ZH: "诚实的情况：买家附上商品页图片，并在图上圈出或画出问题的位置。请看框里是损坏还是标注，再看买家怎么说。自己另拍的照片不会逐处重合。", EN: "If honest: the buyer adds the product page's picture and draws on it where the trouble is. See whether the boxes hold damage or a mark, and read what they wrote. A photograph of their own would not coincide everywhere."}},
	RelOtherClaim: {Fact: Text{ZH: "对照：另一位买家更早的一件售后中的照片（%s）。", EN: "Beside a picture of an earlier claim of somebody else (%s): "},
		Honest: Text{ZH: "诚实的情况：两人属于同一家庭或同一单位，为同一件商品先后提出。请先问明。", EN: "If honest: two people of one household or firm filed for the same goods. Ask first."}},
	RelElsewhere: {Fact: Text{ZH: "对照：另一件商品此前封存的参考照片（%s）。", EN: "Beside a reference sealed earlier for other goods (%s): "},
		Honest: Text{ZH: "诚实的情况：买家取别的商品页的图作比较，或两家店用同一张厂家图。", EN: "If honest: the buyer compares with another page, or both shops use the maker's picture."}},
	RelSameBuyer: {Fact: Text{ZH: "对照：同一位买家更早的一件售后中的照片（%s）。", EN: "Beside a picture of an earlier claim of the same buyer (%s): "},
		Honest: Text{ZH: "诚实的情况：同一问题再次提出，用了旧照片并在上面做了标注。", EN: "If honest: the same trouble again, shown with the old picture and marks on it."}},
	RelReferenceLater: {Fact: Text{ZH: "对照：商家在本次售后之后才封存的参考照片（%s）。该参考在售后之后，不作为不利于买家的依据。", EN: "Beside a reference sealed after this claim (%s), which counts for nothing against the buyer: "},
		Honest: Text{ZH: "商家也可能从买家的照片得到这张参考。时间在售后之后的照片什么也证明不了。", EN: "The merchant may have made this reference from the buyer's picture. What came after the claim proves nothing."}},
}

// sameStrength is how far the finding reaches.
func sameStrength(r Relation, changed, firm bool) Strength {
	switch r {
	case RelReference, RelOtherClaim:
		if firm && (changed || r == RelOtherClaim) {
			return Strong
		}
		return Moderate
	case RelElsewhere, RelSameBuyer:
		if changed && firm {
			return Moderate
		}
		return Weak
	}
	return Neutral
}

// sameRank orders relations by what a reviewer can best look at: the reference of the order itself lies beside the picture.
var sameRank = map[Relation]int{RelReference: 5, RelOtherClaim: 4, RelElsewhere: 3, RelSameBuyer: 2, RelReferenceLater: 1}

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
	slices.SortStableFunc(same, func(a, b judged) int {
		return cmp.Or(cmp.Compare(sameRank[b.rel.Relation], sameRank[a.rel.Relation]), cmp.Compare(b.pair.Coverage, a.pair.Coverage))
	})
	best := same[0]
	says := sameSays[best.rel.Relation]
	x := Finding{Items: []casefile.ID{f.Item}, Honest: says.Honest, Strength: sameStrength(best.rel.Relation, best.pair.Changed, best.pair.Band == "strong"),
		Fact: Text{ZH: fmt.Sprintf(says.Fact.ZH, day(best.what.Sealed.At)), EN: fmt.Sprintf(says.Fact.EN, day(best.what.Sealed.At))}}
	if !best.pair.Changed && best.rel.Relation == RelReference {
		x.Honest = exactSays[RelReference].Honest
	}
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
	x.Detail = &Detail{Match: d}
	return &x, nil
}

// ownPhotograph says that a picture shows the same things and is a photograph of its own: what honest pictures look like.
func ownPhotograph(f File, alike []judged, m Matched) *Finding {
	alike = slices.DeleteFunc(alike, func(j judged) bool { return j.rel.Relation != RelReference || j.pair.Band != "strong" })
	if len(alike) == 0 {
		return nil
	}
	j := alike[0]
	return &Finding{Items: []casefile.ID{f.Item}, Related: []Related{j.rel}, Detail: &Detail{Match: matchOf(f, j, m)}, Honest: nothingMeant,
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
