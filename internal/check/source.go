package check

import "fmt"

// What was found is called by one of these; reference is what it is called among a merchant's references.
var (
	aPicture = noun{Text{ZH: "照片", EN: "picture"}, Text{ZH: "参考照片", EN: "reference"}}
	aVideo   = noun{Text{ZH: "录像", EN: "video"}, Text{ZH: "参考录像", EN: "reference video"}}
	aFile    = noun{Text{ZH: "文件", EN: "file"}, Text{ZH: "参考照片", EN: "reference"}}
)

type noun struct{ thing, reference Text }

// source says in plain words where something that was found came from, with its article in English. Of a video it names the second.
func source(r Related, n noun) Text {
	if r.Seconds[1] > 0 {
		n = aVideo
	}
	t := Text{ZH: r.Relation.whose().ZH + r.where().ZH + n.thing.ZH, EN: "a " + n.thing.EN + " " + r.where().EN + r.Relation.whose().EN}
	switch r.Relation {
	case RelReference:
		t = Text{ZH: "商家在本次售后之前封存的" + n.reference.ZH, EN: "a " + n.reference.EN + " that the merchant sealed before this claim"}
	case RelReferenceLater:
		t = Text{ZH: "商家在本次售后之后才封存的" + n.reference.ZH, EN: "a " + n.reference.EN + " sealed after this claim"}
	case RelElsewhere:
		t = Text{ZH: "另一件商品此前封存的" + n.reference.ZH, EN: "a " + n.reference.EN + " sealed earlier for other goods"}
	case RelProduct:
		t = Text{ZH: "同款商品另一笔订单此前封存的" + n.reference.ZH, EN: "a " + n.reference.EN + " sealed earlier for another order of the same product"}
	}
	switch r.Seconds[1] {
	case 0:
	case 1:
		t.ZH += fmt.Sprintf("中第 %d 秒的画面", r.Seconds[0])
		t.EN = fmt.Sprintf("a frame at %d s of %s", r.Seconds[0], t.EN)
	default:
		t.ZH += fmt.Sprintf("中第 %d 至 %d 秒的画面", r.Seconds[0], r.Seconds[0]+r.Seconds[1]-1)
		t.EN = fmt.Sprintf("the frames from %d to %d s of %s", r.Seconds[0], r.Seconds[0]+r.Seconds[1]-1, t.EN)
	}
	return t
}

// whose says between whom something was exchanged; in English it ends the phrase.
func (r Relation) whose() Text {
	switch r {
	case RelSameBuyer, RelMessage:
		return Text{ZH: "同一位买家", EN: "the same buyer"}
	case RelMessageLater:
		return Text{ZH: "同一位买家在本次售后提出之后", EN: "the same buyer, only after this claim was filed"}
	case RelOtherMessage:
		return Text{ZH: "另一位客户", EN: "somebody else"}
	}
	return Text{ZH: "另一位买家", EN: "somebody else"}
}

// where says in which dealings something was exchanged, to stand between the thing and the person.
func (r Related) where() Text {
	switch r.Role {
	case RoleReport:
		return Text{ZH: "报修时发来的", EN: "sent with an earlier service request of "}
	case RoleVisit:
		return Text{ZH: "家中由师傅上门时拍的", EN: "taken by a technician on an earlier visit to "}
	case RoleChat:
		return Text{ZH: "与店铺的聊天里（由店铺封存）的", EN: "from the shop's chat about an order, sealed by the shop, with "}
	case RoleAnswer:
		return Text{ZH: "更早的一件售后中商家答复所附的", EN: "shown by the merchant in an earlier claim of "}
	}
	return Text{ZH: "更早的一件售后中的", EN: "of an earlier claim of "}
}

// afterwards says that what came after the claim counts for nothing.
func afterwards(r Relation) Text {
	switch r {
	case RelReferenceLater:
		return Text{ZH: "该参考在售后之后，不作为不利于买家的依据。", EN: " What came after the claim counts for nothing against the buyer."}
	case RelMessageLater:
		return Text{ZH: "它在售后之后，不作为不利于买家的依据。", EN: " What came after the claim counts for nothing against the buyer."}
	}
	return Text{}
}

// What would be seen if the person were honest, by what the same picture was before.
var (
	honestMessage = Text{ZH: "诚实的人常常先在报修或聊天中发出照片，再在售后中用同一张：这是前后一致，不是疑点。", EN: "Honest people often send a picture with a report or in a chat first and then use it in the claim: that is being consistent, not suspicious."}
	honestMarked  = Text{ZH: "诚实的情况：买家在自己先前发过的照片上圈出或标注了问题的位置。请看框里是损坏还是标注，再看买家怎么说。", EN: "If honest: the buyer marked the trouble on a picture sent earlier. See whether the boxes hold damage or a mark, and read what they wrote."}
	honestOther   = Text{ZH: "诚实的情况：两人属于同一家庭或同一单位，为同一件商品先后提出；或同一人换了手机号。请先问明。", EN: "If honest: two people of one household or firm asked about the same goods, or one person has a new number. Ask first."}
	honestProduct = Text{ZH: "诚实的情况：买家附上店铺或其他买家展示过的图，说明收到的与宣传不同。请看买家的说明。", EN: "If honest: the buyer adds a picture that the shop has shown elsewhere, to say what was promised. Read what they wrote."}
)
