package check

import (
	"context"

	"anxin/internal/casefile"
)

// exactReuse finds files whose bytes are already here: as a reference of a merchant, or in an earlier claim.
func exactReuse() Check {
	return Check{
		ID: "exact_reuse", Version: "1", Group: GroupMatch, Look: lookExact,
		Honest:  Text{ZH: "诚实的人上传自己刚拍的照片，平台此前没有收到过同样的文件。", EN: "An honest person uploads a picture they have just taken; the platform has not received the same file before."},
		Limits:  Text{ZH: "只比对本平台收到过的文件，而且要求逐字节相同；压缩、截图或重新保存后就不再相同。", EN: "Compares only with files this platform has received, byte for byte; a compressed, captured or saved-again copy is another file."},
		Nothing: Text{ZH: "%d 个文件：平台此前没有收到过逐字节相同的文件。", EN: "%d file(s): the platform has not received the same bytes before."},
	}
}

// exactSays is what the relations of an exact copy mean.
var exactSays = map[Relation]Finding{
	RelOtherClaim: {Strength: Strong, Fact: Text{ZH: "这个文件与另一位买家更早的一件售后中的文件逐字节相同。", EN: "This file has the same bytes as one of an earlier claim of somebody else."},
		Honest: Text{ZH: "诚实的情况：两人属于同一家庭或同一单位，为同一件商品先后提出；或同一人换了手机号。请先问明。", EN: "If honest: two people of one household or firm filed for the same goods, or one person has a new number. Ask first."}},
	RelReference: {Strength: Moderate, Fact: Text{ZH: "这个文件与商家在本次售后之前封存的参考照片逐字节相同。", EN: "This file has the same bytes as a reference that the merchant sealed before this claim."},
		Honest: Text{ZH: "诚实的情况：买家附上商品页图片，说明收到的与宣传不同。请看买家的说明。", EN: "If honest: the buyer adds the product page's picture to show what was promised. Read what they wrote."}},
	RelElsewhere: {Strength: Moderate, Fact: Text{ZH: "这个文件与另一件商品此前封存的参考照片逐字节相同。", EN: "This file has the same bytes as a reference sealed earlier for other goods."},
		Honest: Text{ZH: "诚实的情况：买家从别的商品页取图作比较。请看买家的说明。", EN: "If honest: the buyer took a picture from another product page to compare. Read what they wrote."}},
	RelSameBuyer: {Strength: Weak, Fact: Text{ZH: "这个文件与同一位买家更早的一件售后中的文件逐字节相同。", EN: "This file has the same bytes as one of an earlier claim of the same buyer."},
		Honest: Text{ZH: "诚实的情况：同一问题再次提出，或误选了旧照片。", EN: "If honest: the same trouble is brought up again, or an old picture was chosen by mistake."}},
	RelReferenceLater: {Strength: Neutral, Fact: Text{ZH: "这个文件与商家在本次售后之后才封存的参考照片逐字节相同。该参考在售后之后，不作为不利于买家的依据。", EN: "This file has the same bytes as a reference sealed after this claim. What came after the claim counts for nothing against the buyer."},
		Honest: nothingMeant},
}

func lookExact(ctx context.Context, in *Input) ([]Finding, error) {
	var out []Finding
	for _, f := range in.Files {
		all, err := in.Same(ctx, f)
		if err != nil {
			return out, err
		}
		if best, ok := strongest(all); ok {
			x := exactSays[best.Relation]
			x.Items, x.Related = []casefile.ID{f.Item}, all
			out = append(out, x)
		}
	}
	return out, nil
}
