package check

import (
	"context"
	"fmt"
	"strings"

	"anxin/fingerprint"
	"anxin/internal/casefile"
)

// nearReuse finds pictures that look nearly like one that is already here: saved again, scaled, turned, mirrored, or changed in a small part.
func nearReuse() Check {
	return Check{
		ID: "near_reuse", Version: "2", Group: GroupMatch, Look: lookNear,
		Honest:  Text{ZH: "诚实的人拍的是自己手里的那一件，画面不会与别处的照片几乎重合。", EN: "An honest person pictures the piece in their hands; it does not nearly coincide with a picture from elsewhere."},
		Limits:  Text{ZH: "用感知哈希（PDQ)比较整幅画面：裁切、明显旋转或换角度后找不到；画面太单一的照片不能比较。相近不等于有改动，要并排看。", EN: "Compares whole pictures by a perceptual hash (PDQ): crops, clear rotations and other angles are not found; pictures with little in them cannot be compared. Near does not mean altered: look at both side by side."},
		Nothing: Text{ZH: "%d 张照片：平台此前没有收到过画面相近的照片。", EN: "%d picture(s): the platform has not received one that looks nearly the same."},
	}
}

// nearSays is how far a near copy of something reaches, and what it means if the person is honest.
var nearSays = map[Relation]Finding{
	RelOtherClaim:     {Strength: Moderate, Honest: Text{ZH: "诚实的情况：两人为同一件商品先后提出，或拍的都是同一张标签、同一张面单。", EN: "If honest: two people filed for the same goods, or both pictured the same label or waybill."}},
	RelOtherMessage:   {Strength: Moderate, Honest: Text{ZH: "诚实的情况：两人为同一件商品先后提出，或拍的都是同一张标签、同一张面单。", EN: "If honest: two people filed for the same goods, or both pictured the same label or waybill."}},
	RelReference:      {Strength: Moderate, Honest: Text{ZH: "诚实的情况：买家附上商品页的截图。自己拍的照片与商家的照片不会逐处重合。", EN: "If honest: the buyer adds a capture of the product page. Two photographs of a thing do not coincide everywhere."}},
	RelProduct:        {Strength: Weak, Honest: honestProduct},
	RelElsewhere:      {Strength: Weak, Honest: Text{ZH: "诚实的情况：买家取别的商品页的图作比较，或两家店用同一张厂家图。", EN: "If honest: the buyer compares with another page, or both shops use the maker's picture."}},
	RelSameBuyer:      {Strength: Weak, Honest: Text{ZH: "诚实的情况：同一问题再次提出，从同一位置又拍了一次。", EN: "If honest: the same trouble again, pictured from the same place."}},
	RelMessage:        {Strength: Neutral, Honest: honestMessage},
	RelReferenceLater: {Strength: Neutral, Honest: nothingMeant},
	RelMessageLater:   {Strength: Neutral, Honest: nothingMeant},
}

func lookNear(ctx context.Context, in *Input) ([]Finding, error) {
	var out []Finding
	var other, plain, unseen, broken []casefile.ID
	for _, f := range in.Files {
		p, err := in.Picture(ctx, f)
		switch {
		case ctx.Err() != nil:
			return out, ctx.Err()
		case err != nil:
			broken = append(broken, f.Item)
			continue
		case !strings.HasPrefix(f.Media, "image/"):
			other = append(other, f.Item)
			continue
		case len(p.Prints) == 0:
			unseen = append(unseen, f.Item)
			continue
		case p.Quality < fingerprint.MinQuality:
			plain = append(plain, f.Item)
			continue
		}
		all, err := in.Near(ctx, f, p.Prints)
		if err != nil {
			return out, err
		}
		if best, ok := strongest(all); ok {
			x, src, after := nearSays[best.Relation], source(best, aPicture), afterwards(best.Relation)
			x.Fact = Text{ZH: fmt.Sprintf("这张照片与%s几乎重合（256 位中相差 %d 位）。", src.ZH, best.Distance) + after.ZH,
				EN: fmt.Sprintf("This picture nearly coincides with %s (%d of 256 bits differ).", src.EN, best.Distance) + after.EN}
			if best.Relation == RelReference {
				x.Fact.ZH += "请对照两图，看差别在哪里。"
				x.Fact.EN += " Compare both and see where they differ."
			}
			x.Items, x.Related = []casefile.ID{f.Item}, all
			out = append(out, x)
		}
	}
	for _, rest := range []struct {
		items []casefile.ID
		a     Applicability
		fact  Text
	}{
		{other, NotApplicable, Text{ZH: "%d 个文件不是照片（视频或文件），这项检查不适用。", EN: "%d file(s) are not photographs (video or paper); this check does not apply."}},
		{plain, NotApplicable, Text{ZH: "%d 张照片画面太单一，不能比较。", EN: "%d picture(s) with too little in them to be compared."}},
		{unseen, Failed, Text{ZH: "%d 张照片的格式不能在此解码，未检查。未检查不等于没有问题，也不等于有问题。", EN: "%d picture(s) of a kind that is not decoded here: not checked. Not checked means neither clean nor suspicious."}},
		{broken, Failed, Text{ZH: "检查未完成：%d 张照片没有能打开。", EN: "Check not finished: %d picture(s) could not be opened."}},
	} {
		if len(rest.items) > 0 {
			out = append(out, Finding{Items: rest.items, Applicability: rest.a, Fact: rest.fact.counted(len(rest.items)), Honest: nothingMeant})
		}
	}
	return out, nil
}
