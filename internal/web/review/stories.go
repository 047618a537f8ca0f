package review

import (
	"time"

	"github.com/a-h/templ"

	"anxin/internal/casefile"
	"anxin/internal/check"
	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// Stories are the screens of reviewers and leads with canned data about invented people.
func Stories() []ui.Story {
	type draw = func(pg ui.Page) templ.Component
	story := func(name, note, nav string, role casefile.Role, d draw) ui.Story {
		return ui.Story{Area: "review", Name: name, Note: note, Render: func(pg ui.Page) templ.Component { return d(demoFrame(pg, role, nav)) }}
	}
	queue := func(name, note string, role casefile.Role, v func(pg ui.Page) Queue) ui.Story {
		return story(name, note, home, role, func(pg ui.Page) templ.Component { return QueuePage(pg, v(pg)) })
	}
	open := func(name, note string, role casefile.Role, change func(pg ui.Page, v *Case)) ui.Story {
		return story("case-"+name, note, home, role, func(pg ui.Page) templ.Component {
			v := demoCase(pg)
			change(pg, &v)
			pg.Failed = v.Form.Failed()
			return CasePage(pg, v)
		})
	}
	rev, adm := casefile.Reviewer, casefile.Admin
	return []ui.Story{
		queue("queue", "numbers and one button", rev, demoQueue),
		queue("queue-mine", "one has a case already", rev, func(pg ui.Page) Queue {
			q := demoQueue(pg)
			q.Mine = &Mine{Number: "261123483914", Part: "reviewer", State: "in_review", Due: pg.P.Now.Add(5 * time.Hour), Until: pg.P.Now.Add(40 * time.Minute)}
			return q
		}),
		queue("queue-empty", "", rev, func(ui.Page) Queue {
			return Queue{Problems: -1, Queues: []Waiting{{Name: "review"}, {Name: "second"}, {Name: "appeal"}}}
		}),
		queue("queue-none", "of what waits, none is for the reader", rev, func(pg ui.Page) Queue {
			q := demoQueue(pg)
			q.None = true
			return q
		}),
		queue("queue-lead", "the lead sees problems; a number that is not there", adm, func(pg ui.Page) Queue {
			q := demoQueue(pg)
			q.Lead, q.Problems, q.Find = true, 2, "12345"
			q.Form.Add("number", pg.T("review.find.bad"))
			return q
		}),
		open("impression", "blind: no signal on the page", rev, func(ui.Page, *Case) {}),
		open("impression-error", "sent without words", rev, func(pg ui.Page, v *Case) {
			v.Open, v.In = "impress", Input{"impress_leaning": {"unclear"}}
			v.Form.Add("impress_words", pg.T("review.error.saw"))
		}),
		open("impression-nothing", "no picture, no reference: the buyer cannot take any", rev, func(pg ui.Page, v *Case) {
			v.Media, v.Refs = nil, nil
			v.Said[0].Tags = nil
			v.Said[0].Words = say2(pg, "手机摄像头坏了，拍不了。门锁装上以后把手就是松的。", "My camera is broken. The handle has been loose since the lock was fitted.")
			v.Said = v.Said[:1]
		}),
		open("signals", "after the impression: facts, limits, the decision", rev, demoImpressed),
		open("found", "the buyer's picture is the catalogue's: boxes, drawings, what the file says", rev, demoFound),
		open("signals-none", "the checks found nothing and one could not run", rev, func(pg ui.Page, v *Case) {
			demoImpressed(pg, v)
			v.Signals = &Signals{Began: at(pg, -90), Ended: at(pg, -89), Versions: []string{"exact_reuse@1"}, Unfinished: []string{"near_reuse"}}
			v.Decide.Signals = nil
		}),
		open("signals-gone", "the checks cannot be read now", rev, func(pg ui.Page, v *Case) {
			demoImpressed(pg, v)
			v.Signals, v.SignalsGone, v.Decide.Signals = nil, true, nil
		}),
		open("deciding", "half filled in; the draft grows", rev, demoDeciding),
		open("decide-error", "what is missing", rev, func(pg ui.Page, v *Case) {
			demoDeciding(pg, v)
			v.Form.Add("grounds", pg.T("review.error.grounds"))
			v.Form.Add("on_merchant", pg.T("review.error.argument"))
			v.Form.Add("beyond", pg.T("review.error.beyond"))
		}),
		open("ask", "asking for more, with what is missing by the rules", rev, func(pg ui.Page, v *Case) {
			demoImpressed(pg, v)
			v.Open = "ask"
		}),
		open("second", "the second reviewer, before the impression", rev, func(_ ui.Page, v *Case) {
			v.State, v.Part = "second_review", "second"
		}),
		open("second-proposal", "after it: the proposal, agree or disagree", rev, demoSecond),
		open("appeal", "an appeal: uphold, send back, overturn", rev, demoAppeal),
		open("lead", "a disagreement before the lead", adm, demoLead),
		open("waiting", "the claim is with the buyer", rev, func(pg ui.Page, v *Case) {
			demoImpressed(pg, v)
			v.State, v.Decide, v.Leased = "buyer_evidence", nil, false
			v.Acts = []Act{{Name: "waive", Key: "w", Left: -1}}
			v.Next = pg.T("claim.next.buyer_evidence.buyer")
		}),
		story("problems", "the lead's list", home, adm, func(pg ui.Page) templ.Component {
			return ProblemsPage(pg, Problems{Rows: []ProblemRow{
				{Number: "261121102936", State: "second_review", Problem: "disputed", Due: pg.P.Now.Add(-time.Hour), Acts: []string{"impress", "lead_decide", "suspend"}},
				{Number: "261120556673", State: "executing", Problem: "step_failed", Due: pg.P.Now.Add(7 * time.Hour), Acts: []string{"confirm", "give_up"}},
			}})
		}),
		story("problems-empty", "", home, adm, func(pg ui.Page) templ.Component { return ProblemsPage(pg, Problems{}) }),
		story("duty", "the duty-of-care sheet, to print", home, rev, func(pg ui.Page) templ.Component { return DutySheet(pg, demoDuty(pg)) }),
		story("statistics", "numbers with definition and trend", home, adm, func(pg ui.Page) templ.Component { return StatisticsPage(pg, demoStatistics(pg)) }),
		story("statistics-empty", "", home, rev, func(pg ui.Page) templ.Component {
			return StatisticsPage(pg, Statistics{Span: "week", From: pg.P.Now.AddDate(0, 0, -1), To: pg.P.Now, Empty: true})
		}),
	}
}

func say2(pg ui.Page, zh, en string) string {
	if pg.P.Lang == i18n.EN {
		return en
	}
	return zh
}

func demoFrame(pg ui.Page, role casefile.Role, nav string) ui.Page {
	return staff.Frame{Name: say2(pg, "沈知行", "Shen Zhixing"), Role: role, Account: "/account"}.Page(pg, nav)
}

// at is some minutes from now.
func at(pg ui.Page, minutes int) time.Time { return pg.P.Now.Add(time.Duration(minutes) * time.Minute) }

func demoID(n byte) casefile.ID { return casefile.ID{1, 0x9a, 0x5d, 6: 0x70, 8: 0x80, 15: n} }

func demoQueue(pg ui.Page) Queue {
	return Queue{Problems: -1, Queues: []Waiting{
		{Name: "review", Waiting: 12, Leased: 3, Overdue: 1, Nearest: at(pg, -25)}, {Name: "second", Waiting: 2, Leased: 1, Nearest: at(pg, 190)}, {Name: "appeal", Waiting: 1, Nearest: at(pg, 2900)},
	}}
}

func demoCase(pg ui.Page) Case {
	day := 24 * 60
	v := Case{
		Number: "261123483914", Seq: 21, Product: say2(pg, "禾木智能门锁 S3", "Hemu smart lock S3"), State: "in_review", Part: "reviewer", Round: 1, Leased: true, Until: at(pg, 55),
		Clock: &ui.Clock{Due: at(pg, 9*60), Label: pg.T("review.case.due"), Warn: 4 * time.Hour}, Reason: "damaged", Wish: "refund_only", Amount: 89900, Buyer: say2(pg, "王**", "W**"),
		Merchant: say2(pg, "禾木旗舰店", "Hemu flagship store"), Declared: "none", Heard: map[string]bool{"buyer": true, "merchant": true}, Contested: true, Impress: true,
		Order: Order{Number: "****2936", Merchant: say2(pg, "禾木旗舰店", "Hemu flagship store"), Product: say2(pg, "禾木智能门锁 S3", "Hemu smart lock S3"), Category: "smart_lock", Quantity: 1, Paid: 89900,
			Ordered: at(pg, -9*day), Shipped: at(pg, -8*day), Delivered: at(pg, -5*day)},
		Media: []Picture{
			{Item: demoID(1), Tag: "B1", Side: "buyer", Kind: "claim_photo", At: at(pg, -3*day), Declared: "none"},
			{Item: demoID(2), Tag: "B2", Side: "buyer", Kind: "claim_photo", At: at(pg, -3*day+2), Declared: "ai"},
			{Item: demoID(3), Tag: "M1", Side: "merchant", Kind: "answer_video", Video: true, At: at(pg, -2*day), Declared: "none"},
		},
		Refs: []Picture{
			{Item: demoID(4), Tag: "R1", Kind: "catalogue_photo", At: at(pg, -60*day)},
			{Item: demoID(5), Tag: "R2", Kind: "packing_photo", At: at(pg, -8*day)},
			{Item: demoID(6), Tag: "R3", Kind: "packing_photo", At: at(pg, -2*day), After: true},
		},
		Said: []Said{
			{At: at(pg, -3*day), Part: "buyer", Side: "buyer", Kind: "story", Code: Word(pg.P, "reason", "damaged"), Remedy: "refund_only", Amount: 89900, Declared: "none", Tags: []string{"B1", "B2"},
				Words: say2(pg, "打开箱子面板就是裂的，从左上角裂到中间。希望直接退款，不想再寄来寄去。", "The panel was cracked when I opened the box, from the top left to the middle. I would like my money back without sending it around.")},
			{At: at(pg, -2*day), Part: "merchant", Side: "merchant", Kind: "contest", Code: Word(pg.P, "contest", "intact_when_packed"), Tags: []string{"M1"},
				Words: say2(pg, "打包时面板完好，有打包照片和录像。外箱没有破损记录，请平台核对。", "The panel was intact when packed; there are a photo and a video. No damage to the box was recorded. Please check.")},
			{At: at(pg, -day), Part: "buyer", Side: "buyer", Kind: "comment", Words: say2(pg, "打包照片拍的不一定是寄给我的这台。", "The packing photo need not show the one sent to me.")},
		},
		Rules: RuleView{Burden: "merchant", Rule: "burden.appliance_6m", Why: say2(pg, "下单时和申请时是同一版本。", "The same version was in force at the order and at filing."),
			Packs: []Pack{{When: "order", ID: say2(pg, "家电退款规则", "Appliance refunds"), Version: "3", Hash: "5be1f0a2c9d44e17", Effective: at(pg, -200*day), Applied: true},
				{When: "filing", ID: say2(pg, "家电退款规则", "Appliance refunds"), Version: "3", Hash: "5be1f0a2c9d44e17", Effective: at(pg, -200*day), Applied: true}},
			Basis: []string{say2(pg, "消费者权益保护法第二十三条第三款", "Consumer protection law, art. 23(3)")}, Need: []string{say2(pg, "面板损坏近照（带一次性编号）", "close-up of the damage with the code")}},
		Shots: []ui.Choice{{Value: "damage_close", Text: say2(pg, "面板损坏近照", "Close-up of the damage")}, {Value: "box_label", Text: say2(pg, "外箱面单", "Label on the box")}},
		Notices: []Notice{{Side: "buyer", Kind: "receipt", Served: at(pg, -3*day), Opened: at(pg, -3*day+1)},
			{Side: "merchant", Kind: "served", Served: at(pg, -3*day+2), Opened: at(pg, -3*day+50), Answered: at(pg, -2*day)}},
		Windows: []Window{{Side: "merchant", Kind: "merchant_answer", How: "answered", Opened: at(pg, -3*day+2), Due: at(pg, -day), Closed: at(pg, -2*day), Round: 1}},
		Acts:    []Act{{Name: "ask", Key: "a", Left: 3}, {Name: "inspect", Key: "v", Left: 2}, {Name: "extend", Key: "e", Left: 2}, {Name: "release", Left: -1}},
		Timeline: []ui.Event{{At: at(pg, -day), Title: pg.T("claim.event.comment")}, {At: at(pg, -2*day), Title: pg.T("claim.event.contest")},
			{At: at(pg, -3*day+2), Title: pg.T("claim.event.serve")}, {At: at(pg, -3*day), Title: pg.T("claim.event.submit")}},
	}
	for _, list := range [][]Picture{v.Media, v.Refs} {
		for i := range list {
			src := pg.Site.Assets.Path("nophoto.svg")
			list[i].Thumb, list[i].Full, list[i].Original = src, src, picturePath(v.Number, list[i].Item, "original")
		}
	}
	return v
}

func demoSignals(pg ui.Page) *Signals {
	return &Signals{N: 5, Began: at(pg, -4320), Ended: at(pg, -4319), Versions: []string{"exact_reuse@1", "near_reuse@1", "metadata@1", "content_credentials@1", "aigc_label@1"}, Since: at(pg, -2), Groups: []SignalGroup{
		{Name: "match", Items: []Signal{{ID: "s1", Version: "near_reuse@1", Tag: "B1", Item: demoID(1), Applicability: "ok", Strength: "strong",
			Fact:   say2(pg, "图片 B1 与商品页图片 R1 是同一次拍摄：背景、光线和拍摄角度一致，差异集中在面板左上角。", "Picture B1 and catalogue picture R1 are the same photograph: background, light and angle agree; they differ at the top left of the panel."),
			Honest: say2(pg, "自己在家拍的照片，背景和光线与商品页不同。", "A photo taken at home would have another background and other light."),
			Limit:  say2(pg, "没有经过校准，不能说明是谁修改的。", "Not calibrated. It does not say who changed it.")},
			{ID: "s5", Version: "exact_reuse@1", Tag: "B2", Item: demoID(2), Applicability: "ok", Strength: "neutral", For: true,
				Fact:   say2(pg, "这个文件与同一位买家报修时发来的照片逐字节相同。", "This file has the same bytes as a picture sent with an earlier service request of the same buyer."),
				Honest: say2(pg, "诚实的人常常先在报修或聊天中发出照片，再在售后中用同一张：这是前后一致，不是疑点。", "Honest people often send a picture with a report or in a chat first and then use it in the claim: that is being consistent, not suspicious.")}}},
		{Name: "declaration", Items: []Signal{{ID: "s2", Version: "aigc_label@1", Tag: "B2", Item: demoID(2), Applicability: "ok", Strength: "moderate",
			Fact:   say2(pg, "图片 B2 的文件里有生成合成标识（未验证签名）。", "The file of picture B2 carries an AI label (signature not validated)."),
			Honest: say2(pg, "相机直接拍摄的文件没有这种标识。", "A file straight from a camera has no such label."),
			Limit:  say2(pg, "美颜、去水印等工具也会写入同样的标识。", "Tools that only retouch write the same label.")}}},
		{Name: "context", Items: []Signal{{ID: "s3", Version: "metadata@1", Tag: "B1", Item: demoID(1), Applicability: "ok", Strength: "neutral",
			Fact:   say2(pg, "图片 B1 没有拍摄信息。", "Picture B1 has no capture data."),
			Honest: say2(pg, "经聊天软件转发的照片也没有拍摄信息。", "Photos sent through chat apps have none either."),
			Limit:  say2(pg, "没有信息不说明任何问题。", "Absence means nothing.")}}},
		{Name: "provenance", Items: []Signal{{ID: "s4", Version: "content_credentials@1", Tag: "M1", Item: demoID(3), Applicability: "na", Strength: "neutral",
			Fact: say2(pg, "视频 M1 不在这项检查的范围内。", "Video M1 is outside this check.")}}},
	}}
}

func demoImpressed(pg ui.Page, v *Case) {
	v.Impress, v.Impressed = false, true
	v.Seen = []Impression{{Part: "reviewer", Leaning: "unclear", At: at(pg, -2), Round: 1, Mine: true,
		Words: say2(pg, "B1 的裂纹边缘很干净，和面板反光对不上；包装照片里同一位置完好。要看是不是同一台。", "The edges of the crack in B1 are very clean and do not fit the reflection; the same place is intact in the packing photo. Is it the same unit?")}}
	v.Signals = demoSignals(pg)
	v.Rules.Lines = []RuleLine{
		{Part: "burden", Title: say2(pg, "六个月内的耐用品由商家举证", "Durable goods within six months: the merchant proves"), Text: `品类 in ["智能门锁","家用电器"] && 签收天数 <= 180`, Matched: true,
			Read: []string{say2(pg, "品类 = 智能门锁", "category = smart lock"), say2(pg, "签收天数 = 2", "days since delivery = 2")}, Result: []string{say2(pg, "举证(“商家”)", "burden: merchant")}},
		{Part: "rules", Title: say2(pg, "多次仅退款时加长审查", "Longer review after several refunds without return"), Text: `仅退款 && 近90天["仅退款次数"] >= 3`, Read: []string{say2(pg, "近90天仅退款次数 = 0", "refunds without return in 90 days = 0")}},
	}
	v.Rules.Counts = []Count{{Days: 30, Orders: 3, Claims: 1}, {Days: 90, Orders: 7, Claims: 1}, {Days: 365, Orders: 22, Claims: 2, RefundOnly: 1, Sum: 3900}}
	f := &DecideForm{Act: "decide", Burden: "merchant", Seen: append(append([]Picture{}, v.Media...), v.Refs...)}
	for _, r := range claim.Findings() {
		c := Choice{Remedy: string(r)}
		switch r {
		case claim.Insufficient:
			c.Refused = "claim.guard.g5_merchant"
		case claim.RefundOnly:
			c.Limited = overWords(pg.P, "durable amount sum_30")
		}
		f.Choices = append(f.Choices, c)
	}
	for _, g := range v.Signals.Groups {
		for _, s := range g.Items {
			if carries(s) {
				f.Signals = append(f.Signals, s)
			}
		}
	}
	v.Decide = f
	v.Draft = demoDraft(pg, claim.Decide{})
}

// demoDraft is the draft of the story's claim.
func demoDraft(pg ui.Page, c claim.Decide) []Paragraph {
	v := demoCase(pg)
	page := claim.ReviewPage{Core: claim.Core{Number: v.Number, Filed: at(pg, -4320), Reason: v.Reason, Wish: claim.RefundOnly, Amount: 89900,
		Order: claim.OrderView{Merchant: v.Merchant, Product: v.Product, Paid: 89900, References: []claim.ReferenceView{{Item: demoID(4), Kind: "catalogue_photo", Sealed: at(pg, -86400)}}}},
		Buyer: v.Buyer, Burden: claim.BurdenMerchant, Rule: v.Rules.Rule, Media: []claim.MediaView{{Item: demoID(1), Side: claim.BuyerSide, Kind: "claim_photo", Received: at(pg, -4320), SHA256: "5b"}},
		Packs: [3]claim.PackRef{2: {ID: "appliance", Version: "3", Title: claim.Text{ZH: "家电退款规则", EN: "Appliance refunds"}}}}
	return plainDraft(pg.P, factsOf(page, c), v.Rules.Basis)
}

func demoDeciding(pg ui.Page, v *Case) {
	demoImpressed(pg, v)
	v.Open = "decide"
	words := say2(pg, "B1 与商品页图片 R1 是同一张照片，只有左上角不同；B2 的文件声明为生成。打包照片 R2 在同一位置完好。", "B1 is the same photograph as catalogue picture R1 and differs only at the top left; the file of B2 declares that it was generated. The packing photo R2 is intact there.")
	onBuyer := say2(pg, "买家说裂纹是开箱时就有的；提交的图片不能证明，因为图片来自商品页。", "The buyer says that the crack was there on opening; the pictures do not show it, because they come from the catalogue.")
	v.In = Input{"remedy": {"forged"}, "reasons": {"picture_is_ours", "packing_shows_intact"}, "see": {demoID(1).String(), demoID(5).String()}, "group_" + demoID(1).String(): {"match"},
		"sig": {signalKey("s1", demoID(1)), signalKey("s2", demoID(2))}, "words": {words}, "on_buyer": {onBuyer}, "burden": {"1"}}
	v.Draft = demoDraft(pg, claim.Decide{Remedy: claim.Forged, Reasons: v.In["reasons"], Grounds: []claim.Ground{{Group: "match"}}, Words: words, OnBuyer: onBuyer})
}

func demoProposal(pg ui.Page) *Decision {
	return &Decision{At: at(pg, -60), Kind: "proposed", Part: "reviewer", Remedy: "forged", Burden: "merchant", Round: 1,
		Reasons: []string{Word(pg.P, "why", "picture_is_ours"), Word(pg.P, "why", "packing_shows_intact")},
		Words:   say2(pg, "B1 与商品页图片 R1 是同一张照片，只有左上角不同。", "B1 is the same photograph as R1 and differs only at the top left."),
		OnBuyer: say2(pg, "图片来自商品页，不能证明开箱时的状态。", "The pictures come from the catalogue and do not show the state on opening."), OnMerchant: say2(pg, "采纳：打包照片显示完好。", "Taken: the packing photo shows it intact."),
		Grounds: []string{pg.T("review.ground.line", "group", Word(pg.P, "group", "match"), "where", "B1", "how", pg.T("review.ground.seen"))}}
}

func demoSecond(pg ui.Page, v *Case) {
	demoImpressed(pg, v)
	v.State, v.Part, v.Decide, v.Draft = "second_review", "second", nil, nil
	v.Seen = append(v.Seen, Impression{Part: "reviewer", Leaning: "doubtful", At: at(pg, -80), Round: 1, Words: say2(pg, "裂纹像是画上去的。", "The crack looks drawn.")})
	v.Proposal, v.Second, v.NeedsBeyond = demoProposal(pg), true, true
	v.Acts = []Act{{Name: "release", Left: -1}}
}

func demoAppeal(pg ui.Page, v *Case) {
	demoImpressed(pg, v)
	v.State, v.Part, v.ThirdUphold, v.ThirdRemit = "appeal", "appealer", true, true
	v.Decide.Act = "overturn"
	v.Acts = []Act{{Name: "release", Left: -1}}
	d := *demoProposal(pg)
	d.Kind, d.Remedy, d.Stands = "decided", "refund_return", true
	v.Decisions = []Decision{d}
	v.Letters = []LetterLink{{Code: "D-7K2M-90XA-4QRT", Issued: at(pg, -2000), Round: 1, Remedy: "refund_return"}}
	v.Appeal = &Said{At: at(pg, -900), Part: "merchant", Side: "merchant", Kind: "appeal", Code: Word(pg.P, "appeal", "evidence_overlooked"), Tags: []string{"M1"},
		Words: say2(pg, "打包录像 M1 里能看到序列号，和寄出的是同一台。", "Packing video M1 shows the serial number; it is the unit that was sent.")}
}

func demoLead(pg ui.Page, v *Case) {
	demoImpressed(pg, v)
	v.State, v.Part, v.Problem, v.Leased, v.Until = "second_review", "lead", "disputed", false, time.Time{}
	v.Decide.Act = "lead_decide"
	v.Decisions = []Decision{*demoProposal(pg), {At: at(pg, -20), Kind: "disagreed", Part: "second", Remedy: "forged", Round: 1}}
	v.Said = append(v.Said, Said{At: at(pg, -20), Part: "second", Kind: "disagree", Words: say2(pg, "R1 是宣传图，不能排除买家拍摄时用了相同的背景板。", "R1 is a studio picture; the buyer may have used the same backdrop.")})
	v.Acts = []Act{{Name: "suspend", Left: -1, Lead: true}, {Name: "merge", Left: -1, Lead: true}}
}

func demoDuty(pg ui.Page) Duty {
	v := demoCase(pg)
	d := *demoProposal(pg)
	d.Kind, d.Stands = "agreed_second", true
	return Duty{Number: v.Number, State: "appealable", Filed: at(pg, -4320), Packs: v.Rules.Packs, Why: v.Rules.Why, Basis: v.Rules.Basis, Burden: "merchant",
		CheckBegan: at(pg, -4319), CheckEnded: at(pg, -4318), Versions: []string{"exact_reuse@1", "near_reuse@1", "metadata@1"}, Notices: v.Notices, Windows: v.Windows,
		Impressions: []Impression{{Part: "reviewer", Leaning: "doubtful", At: at(pg, -80), Round: 1, Words: say2(pg, "裂纹像是画上去的。", "The crack looks drawn.")},
			{Part: "second", Leaning: "doubtful", At: at(pg, -30), Round: 1, Words: say2(pg, "与商品页图片一致。", "Agrees with the catalogue picture.")}},
		Decisions: []Decision{d}, Letters: []LetterLink{{Code: "D-7K2M-90XA-4QRT", Issued: at(pg, -10), Round: 1, Remedy: "forged"}}, HumanMinutes: 41,
		Leases: []Lease{{Part: "reviewer", How: "decide", Taken: at(pg, -95), Ended: at(pg, -60), Minutes: 29}, {Part: "second", How: "agree", Taken: at(pg, -35), Ended: at(pg, -20), Minutes: 12}},
		Stages: []Stage{{State: "checking", Entered: at(pg, -4320), Left: at(pg, -4318), Due: at(pg, -4310)}, {State: "merchant_answer", Entered: at(pg, -4318), Left: at(pg, -2880), Due: at(pg, -1440), Extended: 1},
			{State: "in_review", Entered: at(pg, -1440), Left: at(pg, -60), Due: at(pg, -600), Breached: true}, {State: "second_review", Entered: at(pg, -60), Left: at(pg, -20), Due: at(pg, 1000)}}}
}

func demoStatistics(pg ui.Page) Statistics {
	v := Statistics{Span: "week"}
	bounds := spanBounds(pg.P.In(pg.P.Now), v.Span)
	all := make([]claim.Stats, spans)
	for i := range all {
		n := 40 + 7*i%23
		all[i] = claim.Stats{Filed: n, Breaches: i % 3, Decided: n - 18, Agreed: 12, Appeals: map[claim.Side]int{claim.BuyerSide: 3, claim.MerchantSide: 2 + i%2},
			Overturned: map[claim.Side]claim.Share{claim.BuyerSide: {N: 1, Of: 3}, claim.MerchantSide: {N: i % 2, Of: 2 + i%2}}, RefundOnly: claim.Share{N: 9, Of: n - 6}, Heard: claim.Share{N: n - 22, Of: n - 18},
			Flagged: claim.Share{N: 4, Of: n}, ByOutcome: map[claim.Remedy]int{claim.RefundOnly: 9, claim.RefundReturn: 14, claim.Partial: 6, claim.Insufficient: 3, claim.Forged: 1, claim.Settlement: 8},
			ByReason: map[string]int{"damaged": 17, "defect": 9, "not_as_described": 8, "missing_parts": 5, "other": 2},
			States: []claim.StateStats{{State: claim.Checking, N: n, P50: 40 * time.Second, P90: 70 * time.Second}, {State: claim.MerchantAnswer, N: n, P50: 19 * time.Hour, P90: 46 * time.Hour, Breaches: 2},
				{State: claim.Rebuttal, N: n - 20, P50: 6 * time.Hour, P90: 22 * time.Hour}, {State: claim.InReview, N: n - 18, P50: time.Duration(5+i%4) * time.Hour, P90: 31 * time.Hour, Breaches: i % 3}, {State: claim.SecondReview, N: 4, P50: 3 * time.Hour, P90: 7 * time.Hour}}}
	}
	v.From, v.To = bounds[spans-1], bounds[spans].Add(-time.Second)
	fill(pg.P, &v, all, bounds, true)
	return v
}

// demoFound is a picture that is the catalogue's with a crack added, and a file that says a model made it.
func demoFound(pg ui.Page, v *Case) {
	demoImpressed(pg, v)
	src := pg.Site.Assets.Path("nophoto.svg")
	v.Found = []Found{{Second: -1, Tag: "B1", Other: "R1", Same: true, Changed: true, W: 1024, H: 768, Boxes: []Box{{1, 423, 248, 275, 165}, {2, 334, 276, 89, 51}}, Overlay: src, Aligned: src, Flicker: src}}
	v.Earlier = []Picture{{Item: demoID(9), Tag: "E1", Kind: "related_other_claim", Relation: "other_claim", Thumb: src, Full: src, Original: src}}
	v.Signals.Groups[0].Items[0].Related = []Link{{"R1", Word(pg.P, "relation", "reference"), -1}, {"E1", Word(pg.P, "relation", "other_claim"), -1}}
	signed := at(pg, -5000)
	v.Files = []FileFacts{{Tag: "B1", SHA256: "9f2c51d0a7e34b68c1f09d5b2e7a4c3386f15d02bb94e6a17c08d3f5e2194a70", State: "Invalid", Judged: at(pg, -4320), Lists: []string{"C2PA-TRUST-LIST.pem 2026-10-24"}, Kind: "1",
		Facts: []FileFact{
			{pg.T("review.file.integrity"), "changed", say2(pg, "文件内容与签名时不一致：签名之后被改动过。", "The content differs from what was signed: it was changed after signing.")},
			{pg.T("review.file.trust"), "unknown", say2(pg, "签名者 Example Studio：不在信任列表中，身份没有人担保。", "Signed by Example Studio: not on the trust list; nobody vouches for the name.")},
			{pg.T("review.file.declaration"), "ai", say2(pg, "文件自己声明：由训练过的模型生成（AI生成）。即使签名不可信，这一声明也有意义。", "The file declares about itself: made by a trained model (AI-generated). This counts even when the signature does not.")}},
		History: &check.Version{Made: "Example Studio 4.1", Format: "image/jpeg", Signer: "Example Studio", Signed: &signed, Failure: []string{"assertion.dataHash.mismatch", "signingCredential.untrusted"}, Steps: []check.Step{{Name: "c2pa.opened"}, {Name: "c2pa.edited", AI: true, Agent: "Example Fill 2"}},
			Children: []*check.Version{{Relation: "parentOf", Made: "Example Camera 7", Format: "image/jpeg", Signer: "Example Camera", Steps: []check.Step{{Name: "c2pa.created"}}}, {Relation: "componentOf", Format: "image/png", Missing: true}}},
		Label: []FileFact{{"label", "1", say2(pg, "文件带有 GB 45438 隐式标识：为人工智能生成合成内容。", "The file carries a label of GB 45438: made by AI.")}},
		Lines: [][2]string{{pg.T("review.file.producer"), "001191310000EXAMPLE0000012345"}, {pg.T("review.file.carrier"), "xmp APP1"}}}}
	v.Media[0].Marked = "label_1"
}
