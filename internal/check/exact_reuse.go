package check

import (
	"context"
	"strings"

	"anxin/internal/casefile"
)

// exactReuse finds files whose bytes are already here: as a reference of a merchant, or in an earlier claim.
func exactReuse() Check {
	return Check{
		ID: "exact_reuse", Version: "3", Group: GroupMatch, Look: lookExact,
		Honest:  Text{ZH: "诚实的人上传自己刚拍的照片，平台此前没有收到过同样的文件。", EN: "An honest person uploads a picture they have just taken; the platform has not received the same file before."},
		Limits:  Text{ZH: "只比对本平台收到过的文件，而且要求逐字节相同；压缩、截图或重新保存后就不再相同。", EN: "Compares only with files this platform has received, byte for byte; a compressed, captured or saved-again copy is another file."},
		Nothing: Text{ZH: "%d 个文件：平台此前没有收到过逐字节相同的文件。", EN: "%d file(s): the platform has not received the same bytes before."},
	}
}

// exactSays is how far an exact copy of something reaches, and what it means if the person is honest.
var exactSays = map[Relation]Finding{
	RelOtherClaim:     {Strength: Strong, Honest: honestOther},
	RelOtherMessage:   {Strength: Strong, Honest: honestOther},
	RelReference:      {Strength: Moderate, Honest: Text{ZH: "诚实的情况：买家附上商品页图片，说明收到的与宣传不同。请看买家的说明。", EN: "If honest: the buyer adds the product page's picture to show what was promised. Read what they wrote."}},
	RelProduct:        {Strength: Moderate, Honest: honestProduct},
	RelElsewhere:      {Strength: Moderate, Honest: Text{ZH: "诚实的情况：买家从别的商品页取图作比较。请看买家的说明。", EN: "If honest: the buyer took a picture from another product page to compare. Read what they wrote."}},
	RelSameBuyer:      {Strength: Weak, Honest: Text{ZH: "诚实的情况：同一问题再次提出，或误选了旧照片。", EN: "If honest: the same trouble is brought up again, or an old picture was chosen by mistake."}},
	RelMessage:        {Strength: Neutral, Honest: honestMessage},
	RelReferenceLater: {Strength: Neutral, Honest: nothingMeant},
	RelMessageLater:   {Strength: Neutral, Honest: nothingMeant},
}

// capped is a strength where only the merchant says that something was exchanged with somebody else: never strong.
func capped(s Strength, r Related) Strength {
	if s == Strong && r.Role.fromShop() {
		return Moderate
	}
	return s
}

func lookExact(ctx context.Context, in *Input) ([]Finding, error) {
	var out []Finding
	for _, f := range in.Files {
		all, err := in.Same(ctx, f)
		if err != nil {
			return out, err
		}
		best, ok := strongest(all)
		if !ok {
			continue
		}
		n := aFile
		if strings.HasPrefix(f.Media, "video/") {
			n.reference = aVideo.reference
		}
		x, src, after := exactSays[best.Relation], source(best, n), afterwards(best.Relation)
		x.Strength = capped(x.Strength, best)
		x.Fact = Text{ZH: "这个文件与" + src.ZH + "逐字节相同。" + after.ZH, EN: "This file has the same bytes as " + src.EN + "." + after.EN}
		x.Items, x.Related = []casefile.ID{f.Item}, all
		if best.consistent() {
			x.Detail = &Detail{For: true}
		}
		out = append(out, x)
	}
	return out, nil
}
