package letter

import (
	"testing"
	"time"

	"anxin/internal/law"
)

func book(t testing.TB) *law.Book {
	t.Helper()
	b, err := law.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func day(m time.Month, d, h, min int) time.Time {
	return time.Date(2026, m, d, h-8, min, 0, 0, time.UTC)
}

// facts of an invented claim that ended with a remedy.
func facts(r Remedy) Facts {
	pack := Pack{
		Title: Text{ZH: "退款售后规则", EN: "Rules for refunds and after-sales"}, Version: "1", Hash: "sha256:36c2ff45b47dd9bd37221d3554a3326474b4498ae22b21ab8ff489edbdb62fae",
		Published: day(9, 15, 9, 0), Effective: day(10, 1, 0, 0),
	}
	f := Facts{
		Brand: "禾木家电 · 安心售后", Code: "D-7K2M-0QXT-9VBR", Number: "261122-48391-7", Issued: day(11, 22, 14, 20), Round: 1,
		Buyer: "王**", Merchant: "青藤智能家居专营店", Order: "…4471", Product: "禾木 H7 智能门锁（哑光黑）", Category: Text{ZH: "智能门锁", EN: "Smart locks"},
		Paid: 129900, Ordered: day(11, 1, 20, 11), Filed: day(11, 18, 9, 5), Reason: Text{ZH: "破损", EN: "Damaged"}, Wish: RefundOnly, WishAmount: 129900,
		Remedy: r, Amount: 129900,
		Found: []Finding{
			{Text{ZH: "买家照片中的裂纹在打包录像的同一位置没有出现。", EN: "The crack in the buyer's photo does not appear at the same place in the packing video."},
				Text{ZH: "录像在发货前固定，画面清晰度为 1080p，裂纹短于 2 毫米时可能拍不到。", EN: "The video was sealed before shipping at 1080p; a crack shorter than 2 mm might not be visible."}},
			{Text{ZH: "上门鉴定记录锁体外壳完好，面板右下角有长约 3 厘米的裂纹。", EN: "The inspection visit recorded an intact case and a crack of about 3 cm at the lower right of the panel."},
				Text{ZH: "鉴定只能说明到场时的状况，不能说明裂纹产生的时间。", EN: "The visit shows the state on that day, not when the crack came about."}},
		},
		Words:      Typed("结合打包录像、运输记录和上门鉴定，裂纹更可能在运输途中产生。包装缓冲材料在面板一侧不足，与裂纹位置一致。"),
		OnBuyer:    Typed("买家主张收货时面板已经破损。该主张与上门鉴定和包装情况一致，予以采纳。"),
		OnMerchant: Typed("商家主张发货时商品完好。打包录像支持这一主张，但发货时完好不排除运输中损坏，运输风险在交付前由商家承担，因此不影响结果。"),
		Notices: []Notice{
			{To: Merchant, What: Text{ZH: "答复通知", EN: "Notice to answer"}, Served: day(11, 18, 9, 20), Opened: day(11, 18, 10, 2), Answered: day(11, 19, 16, 44), Asked: true},
			{To: Buyer, What: Text{ZH: "商家答复", EN: "The merchant's answer"}, Served: day(11, 19, 16, 45), Opened: day(11, 19, 18, 30), Answered: day(11, 20, 8, 12), Asked: true},
			{To: Merchant, What: Text{ZH: "鉴定通知", EN: "Notice of an inspection"}, Served: day(11, 20, 9, 0)},
		},
		Evidence: []Evidence{
			{1, Merchant, Text{ZH: "打包发货录像", EN: "Packing video"}, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", day(11, 2, 10, 30), false, false},
			{2, Buyer, Text{ZH: "照片：面板右下角", EN: "Photo: lower right of the panel"}, "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752", day(11, 18, 9, 3), false, false},
			{3, Merchant, Text{ZH: "仓库照片", EN: "Photo from the warehouse"}, "fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13", day(11, 19, 16, 40), true, false},
			{4, Platform, Text{ZH: "上门鉴定记录", EN: "Report of the inspection visit"}, "a4e624d686e03ed2767c0abd85c14426b0b1157d2ce81d27bb4fe4f6f01d688a", day(11, 21, 11, 15), false, false},
		},
		Burden:    Burden{Party: Merchant, Words: Text{ZH: "耐用商品在接受之日起六个月内发现瑕疵的，由商家就有关瑕疵承担举证责任。", EN: "For durable goods whose defect is found within six months of receipt the merchant bears the burden of proof about the defect."}, Basis: []string{"cpl-23-3"}},
		OrderPack: pack, FilingPack: pack, Applied: pack, Why: Text{ZH: "下单时和申请时是同一版本", EN: "The same version was in force at the time of the order and at filing"},
		Basis: []string{"platform-rules-refund", "ecl-63", "cpl-24"},
		Extra: []Text{{ZH: "本商品属于耐用商品，瑕疵在签收后六个月内提出，是否存在瑕疵由商家举证。", EN: "The item is durable goods and the defect was raised within six months of receipt."}},

		Machine: true, Steps: []Step{{Kind: "refund", Amount: 129900, By: day(11, 23, 14, 20)}}, AppealUntil: day(11, 29, 14, 20),
		Contact: Text{ZH: "400-000-0000（每日 8:00-22:00）", EN: "400-000-0000 (daily 8:00-22:00)"}, VerifyURL: "https://anxin.example.cn/verify",
	}
	switch r {
	case RefundReturn:
		f.Steps = []Step{{Kind: "return", By: day(11, 29, 14, 20)}, {Kind: "refund", Amount: f.Amount}}
	case Partial:
		f.Amount, f.Steps[0].Amount = 30000, 30000
	case Exchange:
		f.Amount, f.Steps = 0, []Step{{Kind: "return", By: day(11, 29, 14, 20)}, {Kind: "replace"}}
	case Repair:
		f.Amount, f.Steps = 0, []Step{{Kind: "repair", By: day(11, 25, 18, 0)}}
	case Insufficient:
		f.Amount, f.Steps = 0, nil
	case Forged:
		f.Amount, f.Steps, f.TwoPeople = 0, nil, true
		f.Evidence[1].NotAccepted = true
		f.Found = []Finding{{Text{ZH: "照片 2 与商品页面的图片为同一次拍摄，裂纹处的像素与周围不连续。", EN: "Photo 2 comes from the same exposure as the picture on the product page; the pixels at the crack do not continue those around it."},
			Text{ZH: "多次压缩也会造成不连续；上门鉴定没有见到这一裂纹。", EN: "Repeated compression can also break continuity; the visit did not find this crack."}}}
	case Settlement:
		f.Settled, f.Amount, f.Steps = Partial, 20000, []Step{{Kind: "refund", Amount: 20000, By: day(11, 23, 14, 20)}}
		f.Found, f.Words, f.OnBuyer, f.OnMerchant = nil, Text{}, Text{}, Text{}
		f.AppealUntil = time.Time{}
	case Withdrawal:
		f.Amount, f.Steps, f.AppealUntil = 0, nil, time.Time{}
		f.Found, f.Words, f.OnBuyer, f.OnMerchant = nil, Text{}, Text{}, Text{}
	}
	return f
}

func compose(t testing.TB, f Facts) *Document {
	t.Helper()
	d, err := Compose(f, book(t))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func noticeFacts() NoticeFacts {
	f := facts(RefundOnly)
	return NoticeFacts{
		Brand: f.Brand, Code: f.Code, Number: f.Number, Issued: f.Issued, Buyer: f.Buyer, Merchant: f.Merchant, Order: f.Order, Product: f.Product, Reason: f.Reason, Wish: f.Wish,
		WishAmount: f.WishAmount, Paid: f.Paid, Ordered: f.Ordered, Filed: f.Filed, AnswerBy: day(11, 24, 9, 20), Burden: f.Burden, Applied: f.Applied, Basis: f.Basis, Contact: f.Contact,
		VerifyURL: f.VerifyURL,
	}
}

func receiptFacts() ReceiptFacts {
	f := facts(RefundOnly)
	return ReceiptFacts{
		Brand: f.Brand, Code: f.Code, Number: f.Number, Issued: f.Issued, Buyer: f.Buyer, Merchant: f.Merchant, Order: f.Order, Product: f.Product, Reason: f.Reason, Wish: f.Wish,
		WishAmount: f.WishAmount, Paid: f.Paid, Ordered: f.Ordered, Filed: f.Filed, Evidence: f.Evidence[1:2],
		Next: Text{ZH: "商家在 11 月 20 日 9:20 前答复", EN: "the merchant answers before 20 November, 9:20"}, Contact: f.Contact, VerifyURL: f.VerifyURL,
	}
}

func dutyFacts() DutyFacts {
	f := facts(RefundOnly)
	return DutyFacts{
		Brand: f.Brand, Code: f.Code, Number: f.Number, Issued: f.Issued, Buyer: f.Buyer, Merchant: f.Merchant, Order: f.Order, Product: f.Product,
		State: Text{ZH: "申诉期", EN: "Open to appeal"}, Filed: f.Filed, Applied: f.Applied, OrderPack: f.OrderPack, FilingPack: f.FilingPack, Why: f.Why,
		CheckBegan: day(11, 18, 9, 5), CheckEnded: day(11, 18, 9, 6), CheckVersions: []string{"exact@1", "near@1", "metadata@1"}, Unfinished: []Text{{ZH: "视频关键帧", EN: "key frames of the video"}},
		Notices: f.Notices, HumanMinutes: 34, People: 2, Impressions: 2,
		Decisions: []Decision{{At: f.Issued, Stage: Text{ZH: "人工审核", EN: "Review"}, Remedy: RefundOnly, Reasons: []Text{{ZH: "损坏有材料证明", EN: "damage is shown"}, {ZH: "上门鉴定确认", EN: "confirmed by inspection"}}}},
		Appeals:   []Appeal{{By: Merchant, At: day(11, 25, 9, 0), Result: "upheld"}}, AppealUntil: f.AppealUntil, VerifyURL: f.VerifyURL,
	}
}
