package claimant

import (
	"time"

	"github.com/a-h/templ"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/privacy"
	"anxin/internal/web/parties"
	"anxin/internal/web/ui"
)

// Stories are all of the buyer's screens of a claim in all states. People, numbers and goods are invented.
func Stories() []ui.Story {
	all := append(entryStories(), fileStories()...)
	all = append(all, statusStories()...)
	all = append(all, actStories()...)
	return append(all, letterStories()...)
}

func story(name, note string, render func(pg ui.Page) templ.Component) ui.Story {
	return ui.Story{Area: "claimant", Name: name, Note: note, Render: render}
}

// both picks the demo text of the page's language.
func both(pg ui.Page, zh, en string) string {
	if pg.P.Lang == "en" {
		return en
	}
	return zh
}

const (
	demoBase   = "/s/demo/claim"
	demoLink   = "https://service.example.com/s/7Q2mXw0bT4yJ9kLr3VtN5A/claim"
	demoNumber = casefile.Number("261124-48391-4")
)

func demoID(n byte) casefile.ID { return casefile.ID{0x01, 0x92, 6: 0x70, 8: 0x80, 15: n} }

func hours(pg ui.Page, h float64) time.Time {
	return pg.P.Now.Add(time.Duration(h * float64(time.Hour)))
}

func demoCall(pg ui.Page) call { return call{pg: pg, base: demoBase} }

func demoHandler(pg ui.Page) *Handler {
	return &Handler{Config: Config{Site: pg.Site, Max: 12, MaxBytes: 100_000_000, Source: casefile.Source{Clock: func() time.Time { return pg.P.Now }}}}
}

func demoOrder(pg ui.Page) claim.OrderView {
	return claim.OrderView{Number: "HM-20261118-0031", Merchant: both(pg, "禾木家电旗舰店", "Hemu Appliances Store"), Product: both(pg, "智能门锁 S3 曜石黑", "Smart lock S3, obsidian"), Code: "S3-BLK",
		Category: "lock", Quantity: 1, Paid: 129900, Ordered: hours(pg, -200), Shipped: hours(pg, -150), Delivered: hours(pg, -60),
		References: []claim.ReferenceView{{Item: demoID(40), Case: demoID(1), Kind: "packing_photo", Sealed: hours(pg, -150)}}}
}

func entryStories() []ui.Story {
	return []ui.Story{
		story("entry", "the way in without a link", func(pg ui.Page) templ.Component { pg.Public = true; return EntryPage(pg, EntryView{}) }),
		story("entry-errors", "nothing typed", func(pg ui.Page) templ.Component {
			pg.Failed = true
			v := EntryView{}
			v.Form.Add("number", pg.T("claimant.entry.error.number"))
			v.Form.Add("phone", pg.T("claimant.entry.error.phone"))
			return EntryPage(pg, v)
		}),
		story("entry-code", "a code is on its way, if the number is known", func(pg ui.Page) templ.Component {
			return CodePage(pg, EntryView{Number: "HM-20261118-0031", Challenge: demoID(9).String()})
		}),
		story("entry-wrong", "the code does not fit", func(pg ui.Page) templ.Component {
			pg.Failed = true
			v := EntryView{Number: "HM-20261118-0031", Challenge: demoID(9).String()}
			v.Form.Add("code", pg.T("claimant.entry.error.code"))
			return CodePage(pg, v)
		}),
		story("entry-which", "two shops gave the same number", func(pg ui.Page) templ.Component {
			return FoundPage(pg, EntryView{Found: []FoundView{{Product: both(pg, "智能门锁 S3", "Smart lock S3"), Number: "20261118-0031", Href: demoBase, Ordered: hours(pg, -200)},
				{Product: both(pg, "燃气热水器 H1", "Gas boiler H1"), Number: "20261118-0031", Href: demoBase, Ordered: hours(pg, -900)}}})
		}),
	}
}

func demoFilePage(pg ui.Page) claim.FilePage {
	shots := []claim.Shot{{Code: "whole", ZH: "商品全貌，能看到快递面单", EN: "The whole item together with the waybill"}, {Code: "close", ZH: "损坏处近照", EN: "The damage from near"},
		{Code: "pack", ZH: "外包装六面", EN: "All six sides of the box"}}
	return claim.FilePage{Case: demoID(1), Number: demoNumber, Order: demoOrder(pg), Reasons: claim.Reasons(), Wishes: claim.Wishes(), Open: true,
		Needs: map[string][]claim.Shot{"damaged": shots, "missing_parts": shots[:1], "wrong_item": shots[:1]}}
}

func demoValues(pg ui.Page) FileValues {
	return FileValues{Key: "key-of-a-form-0001", Reason: "damaged", Story: both(pg, "昨天下午签收，拆开就看到面板右下角裂了一道，大约三厘米，按键没有反应。外箱看着是好的。",
		"It arrived yesterday afternoon. When I opened it the lower right of the panel was cracked, about three centimetres, and the keys did not work. The box looked fine."),
		Wish: "refund_return", Declared: "none", Media: []ui.UploadedPhoto{{Token: demoID(21).String(), Name: "IMG_0001.jpg", Bytes: 3_400_000}, {Token: demoID(22).String(), Name: "IMG_0002.jpg", Bytes: 2_900_000}}}
}

func fileStories() []ui.Story {
	return []ui.Story{
		story("file", "the empty form", func(pg ui.Page) templ.Component {
			v := demoHandler(pg).fileView(demoCall(pg), demoFilePage(pg), FileValues{Key: "k"})
			v.Fresh = true
			return FilePage(pg, v)
		}),
		story("file-filled", "the pictures that the rules want open under the reason; the amount under part of the money", func(pg ui.Page) templ.Component {
			values := demoValues(pg)
			values.Wish, values.Amount = "partial", "300"
			return FilePage(pg, demoHandler(pg).fileView(demoCall(pg), demoFilePage(pg), values))
		}),
		story("file-errors", "sent with gaps: everything written is still there", func(pg ui.Page) templ.Component {
			pg.Failed = true
			values := demoValues(pg)
			values.Reason, values.Declared, values.Wish, values.Amount = "", "", "partial", "20000"
			_, form := fileCommand(demoCall(pg), demoFilePage(pg), values)
			v := demoHandler(pg).fileView(demoCall(pg), demoFilePage(pg), values)
			v.Form = form
			return FilePage(pg, v)
		}),
		story("check", "the last look before sending", func(pg ui.Page) templ.Component {
			values := demoValues(pg)
			cmd, _ := fileCommand(demoCall(pg), demoFilePage(pg), values)
			return CheckPage(pg, demoHandler(pg).checkView(demoCall(pg), demoFilePage(pg), values, cmd))
		}),
		story("check-ai", "the buyer says that AI was used: every display says so", func(pg ui.Page) templ.Component {
			values := demoValues(pg)
			values.Declared, values.Tool = "ai", both(pg, "某修图软件", "a photo app")
			cmd, _ := fileCommand(demoCall(pg), demoFilePage(pg), values)
			return CheckPage(pg, demoHandler(pg).checkView(demoCall(pg), demoFilePage(pg), values, cmd))
		}),
		story("check-unable", "no pictures, and that is all right", func(pg ui.Page) templ.Component {
			values := demoValues(pg)
			values.Media, values.Unable = nil, true
			cmd, _ := fileCommand(demoCall(pg), demoFilePage(pg), values)
			return CheckPage(pg, demoHandler(pg).checkView(demoCall(pg), demoFilePage(pg), values, cmd))
		}),
		story("check-busy", "the server could not take it just now: nothing is lost", func(pg ui.Page) templ.Component {
			values := demoValues(pg)
			cmd, _ := fileCommand(demoCall(pg), demoFilePage(pg), values)
			v := demoHandler(pg).checkView(demoCall(pg), demoFilePage(pg), values, cmd)
			v.Form.Add("", ui.ErrorText(pg.P, casefile.Fail(casefile.Unavailable, "")))
			pg.Failed = true
			return CheckPage(pg, v)
		}),
		story("receipt", "accepted", func(pg ui.Page) templ.Component {
			return ReceiptPage(pg, ReceiptView{Number: string(demoNumber), Link: demoLink, Status: demoBase, Filed: pg.P.Now, Media: 2, AnswerBy: hours(pg, 48)})
		}),
		story("receipt-missing", "accepted, and more is wanted", func(pg ui.Page) templ.Component {
			return ReceiptPage(pg, ReceiptView{Number: string(demoNumber), Link: demoLink, Status: demoBase, Filed: pg.P.Now, Missing: true})
		}),
	}
}

// demoStatus is a claim in a state with the moves that are open to the buyer.
func demoStatus(pg ui.Page, state claim.State, party string, due float64, moves ...claim.Move) claim.ClaimStatus {
	v := demoValues(pg)
	photo := func(n byte, side claim.Side, d claim.Declared) claim.MediaView {
		return claim.MediaView{Item: demoID(n), Side: side, Kind: "claim_photo", Media: "image/jpeg", Received: hours(pg, -20), Declared: d}
	}
	st := claim.ClaimStatus{Core: claim.Core{Case: demoID(1), Claim: demoID(2), Number: demoNumber, State: state, Round: 1, Filed: hours(pg, -20), Reason: "damaged", Wish: claim.RefundReturn, Amount: 129900,
		Order: demoOrder(pg), Seq: 12}, Declared: claim.DeclaredNone, Story: privacy.NewWords(v.Story)}
	st.Next = claim.Next{Party: party, Line: claim.Line{Key: "claim.next." + string(state) + "." + party}, Yours: party == "buyer"}
	if due != 0 {
		st.Next.Due = hours(pg, due)
	}
	for _, m := range moves {
		st.Actions = append(st.Actions, claim.Action{Move: m, Due: st.Next.Due})
	}
	st.Mine = []claim.StatementView{{ID: demoID(31), At: st.Filed, Part: claim.PartBuyer, Side: claim.BuyerSide, Kind: "story", Code: "damaged", Remedy: claim.RefundReturn, Amount: 129900, Words: privacy.NewWords(v.Story),
		Media: []claim.MediaView{photo(21, claim.BuyerSide, claim.DeclaredNone), photo(22, claim.BuyerSide, claim.DeclaredNone), {Item: demoID(23), Side: claim.BuyerSide, Kind: "claim_video", Media: "video/mp4", Received: st.Filed}}}}
	st.Timeline = []claim.Entry{{Seq: 3, At: st.Filed, Kind: "claim.submit", Line: claim.Line{Key: "claim.event.submit"}}, {Seq: 5, At: hours(pg, -19.9), Kind: "claim.serve", Line: claim.Line{Key: "claim.event.serve"}}}
	return st
}

func contested(pg ui.Page, st claim.ClaimStatus) claim.ClaimStatus {
	st.Theirs = []claim.StatementView{{ID: demoID(32), At: hours(pg, -3), Part: claim.PartMerchant, Side: claim.MerchantSide, Kind: "contest", Code: "intact_when_packed",
		Words: privacy.NewWords(both(pg, "发货前打包拍照完好，附照片，请查看。", "It was intact when we packed it; the photo is attached.")),
		Media: []claim.MediaView{{Item: demoID(41), Side: claim.MerchantSide, Kind: "answer_photo", Media: "image/jpeg", Received: hours(pg, -3), Declared: claim.DeclaredEdited}}}}
	st.Timeline = append(st.Timeline, claim.Entry{Seq: 9, At: hours(pg, -3), Kind: "claim.contest", Line: claim.Line{Key: "claim.event.contest"}})
	return st
}

func decided(pg ui.Page, st claim.ClaimStatus, r claim.Remedy, kind string) claim.ClaimStatus {
	st.Outcome, st.Granted = r, 129900
	st.Decision = &claim.DecisionView{At: hours(pg, -2), Kind: kind, Remedy: r, Amount: 129900, Reasons: []string{"damage_shown", "merchant_did_not_prove"}, Burden: claim.BurdenMerchant, Stands: true,
		Words: privacy.NewWords(both(pg, "签收次日的照片能看到面板裂纹，与打包照片相比是新出现的。", "The photos of the next day show a crack in the panel that the packing photo does not."))}
	if r.Rejects() {
		st.Decision.Reasons, st.Granted, st.Decision.Amount = []string{"damage_not_shown"}, 0, 0
		st.Decision.Words = privacy.NewWords(both(pg, "现有照片看不出损坏的位置，补充期内没有新的材料。", "The photos do not show where the damage is, and nothing more came in the time for it."))
	}
	st.Letters = []claim.LetterRef{{ID: demoID(51), Code: "D-7K2M-Q9XW-3F5T", Issued: hours(pg, -2), Round: 1, Remedy: r}}
	st.AppealUntil = hours(pg, 166)
	st.Timeline = append(st.Timeline, claim.Entry{Seq: 15, At: hours(pg, -2), Kind: "claim.letter", Line: claim.Line{Key: "claim.event.letter", Args: map[string]any{"code": "D-7K2M-Q9XW-3F5T"}}})
	return st
}

func page(name, note string, make func(pg ui.Page) claim.ClaimStatus) ui.Story {
	return story("status-"+name, note, func(pg ui.Page) templ.Component { return StatusPage(pg, statusView(demoCall(pg), make(pg))) })
}

func statusStories() []ui.Story {
	return []ui.Story{
		page("checking", "just filed", func(pg ui.Page) claim.ClaimStatus {
			return demoStatus(pg, claim.Checking, "platform", 0, claim.MoveWithdraw)
		}),
		page("evidence", "more is wanted by the rules", func(pg ui.Page) claim.ClaimStatus {
			st := demoStatus(pg, claim.BuyerEvidence, "buyer", 70, claim.MoveSupply, claim.MoveUnable, claim.MoveExtend, claim.MoveWithdraw)
			st.Need = demoFilePage(pg).Needs["damaged"]
			return st
		}),
		page("asked", "a reviewer asked for something", func(pg ui.Page) claim.ClaimStatus {
			st := contested(pg, demoStatus(pg, claim.BuyerEvidence, "buyer", 5, claim.MoveSupply, claim.MoveUnable, claim.MoveExtend, claim.MoveWithdraw))
			st.Asked = []claim.StatementView{{ID: demoID(33), At: hours(pg, -1), Part: claim.PartReviewer, Side: claim.BuyerSide, Kind: "ask", Words: privacy.NewWords(both(pg,
				"请从左侧再拍一张裂纹，让标签也在画面里。", "Please take one more photo of the crack from the left, with the label in view."))}}
			return st
		}),
		page("waiting-merchant", "the merchant has been told", func(pg ui.Page) claim.ClaimStatus {
			return demoStatus(pg, claim.MerchantAnswer, "merchant", 28, claim.MoveWithdraw)
		}),
		page("offer", "the merchant offers something else", func(pg ui.Page) claim.ClaimStatus {
			st := demoStatus(pg, claim.Negotiating, "buyer", 40, claim.MoveSettle, claim.MoveRefuse, claim.MoveWithdraw)
			st.Offer = demoOffer(pg)
			return st
		}),
		page("rebuttal", "the merchant contests; the buyer may comment", func(pg ui.Page) claim.ClaimStatus {
			return contested(pg, demoStatus(pg, claim.Rebuttal, "buyer", 20, claim.MoveComment, claim.MoveWithdraw))
		}),
		page("review", "people are looking at it", func(pg ui.Page) claim.ClaimStatus {
			st := contested(pg, demoStatus(pg, claim.InReview, "reviewer", 30, claim.MoveWithdraw))
			st.Next.Provisional = true
			return st
		}),
		page("inspection", "a technician will come", func(pg ui.Page) claim.ClaimStatus {
			return contested(pg, demoStatus(pg, claim.StateInspection, "platform", 0, claim.MoveWithdraw))
		}),
		page("return", "decided: the goods go back first", func(pg ui.Page) claim.ClaimStatus {
			st := decided(pg, contested(pg, demoStatus(pg, claim.Executing, "buyer", 166, moveSent, claim.MoveAppeal, claim.MoveWaiveRight)), claim.RefundReturn, "decided")
			st.Steps = []claim.StepView{{Kind: claim.StepReturn, State: "open", Opened: hours(pg, -2), Due: hours(pg, 166)}, {Kind: claim.StepRefund, State: "waiting", Amount: 129900}}
			return st
		}),
		page("returned", "on its way back", func(pg ui.Page) claim.ClaimStatus {
			st := decided(pg, contested(pg, demoStatus(pg, claim.Executing, "merchant", 90, claim.MoveAppeal, claim.MoveWaiveRight)), claim.RefundReturn, "decided")
			st.Steps = []claim.StepView{{Kind: claim.StepReturn, State: "sent", Note: privacy.NewWords("顺丰 SF1000000000001"), Due: hours(pg, 90)}, {Kind: claim.StepRefund, State: "waiting", Amount: 129900}}
			return st
		}),
		page("destroy", "refund without return, with proof of destruction", func(pg ui.Page) claim.ClaimStatus {
			st := decided(pg, demoStatus(pg, claim.Executing, "buyer", 160, claim.MoveConfirm, claim.MoveAppeal), claim.RefundOnly, "decided")
			st.Actions[0].Steps = []claim.StepKind{claim.StepDestroy}
			st.Steps = []claim.StepView{{Kind: claim.StepDestroy, State: "open", Due: hours(pg, 160)}, {Kind: claim.StepRefund, State: "waiting", Amount: 129900}}
			return st
		}),
		page("repair", "a repair is coming", func(pg ui.Page) claim.ClaimStatus {
			st := decided(pg, demoStatus(pg, claim.Executing, "platform", 0, claim.MoveAppeal), claim.RemedyRepair, "decided")
			st.Steps = []claim.StepView{{Kind: claim.StepRepair, State: "open", Request: demoID(61)}}
			return st
		}),
		page("appealable", "refused for lack of evidence; one may appeal", func(pg ui.Page) claim.ClaimStatus {
			return decided(pg, contested(pg, demoStatus(pg, claim.Appealable, "nobody", 166, claim.MoveAppeal, claim.MoveWaiveRight)), claim.Insufficient, "decided")
		}),
		page("appealed", "the merchant appealed; the buyer may respond", func(pg ui.Page) claim.ClaimStatus {
			st := decided(pg, contested(pg, demoStatus(pg, claim.InAppeal, "buyer", 46, claim.MoveRespond)), claim.RefundReturn, "decided")
			st.Theirs = append(st.Theirs, claim.StatementView{ID: demoID(34), At: hours(pg, -1), Part: claim.PartMerchant, Side: claim.MerchantSide, Kind: "appeal", Code: "evidence_overlooked",
				Words: privacy.NewWords(both(pg, "打包视频没有被考虑。", "The packing video was not taken into account."))})
			st.Steps = []claim.StepView{{Kind: claim.StepReturn, State: "held"}, {Kind: claim.StepRefund, State: "held", Amount: 129900}}
			return st
		}),
		page("my-appeal", "the buyer's own appeal is being looked at", func(pg ui.Page) claim.ClaimStatus {
			return decided(pg, contested(pg, demoStatus(pg, claim.InAppeal, "reviewer", 100, claim.MoveTakeBack)), claim.Insufficient, "decided")
		}),
		page("final", "over: the money is paid", func(pg ui.Page) claim.ClaimStatus {
			st := decided(pg, demoStatus(pg, claim.Final, "nobody", 0), claim.Settlement, "settled")
			st.Steps = []claim.StepView{{Kind: claim.StepRefund, State: "done", Amount: 30000, Ref: "R-20261124-01", Done: hours(pg, -1)}}
			st.AppealUntil = time.Time{}
			return st
		}),
		page("withdrawn", "withdrawn", func(pg ui.Page) claim.ClaimStatus { return demoStatus(pg, claim.Withdrawn, "nobody", 0) }),
		page("suspended", "all clocks stand still", func(pg ui.Page) claim.ClaimStatus {
			st := demoStatus(pg, claim.Suspended, "nobody", 20, claim.MoveWithdraw)
			st.Next.Paused = true
			return st
		}),
	}
}

func demoOffer(pg ui.Page) *claim.OfferView {
	return &claim.OfferView{Remedy: claim.Partial, Amount: 30000, At: hours(pg, -2), Words: privacy.NewWords(both(pg, "面板我们补寄一块，另外补偿 300 元，您看可以吗？", "We send you a new panel and 300 yuan on top. Would that be all right?"))}
}

// actStory is the page of one act.
func actStory(name, note string, make func(pg ui.Page) claim.ClaimStatus, form func(pg ui.Page) (parties.Sent, ui.Form)) ui.Story {
	return story("act-"+name, note, func(pg ui.Page) templ.Component {
		var s parties.Sent
		var f ui.Form
		if form != nil {
			s, f = form(pg)
			pg.Failed = f.Failed()
		}
		for _, a := range acts {
			if "act-"+a.name == "act-"+trimNote(name) {
				return parties.ActPage(pg, demoHandler(pg).actView(demoCall(pg), make(pg), a, s, f))
			}
		}
		panic("no act " + name)
	})
}

// trimNote is the act of a story's name: supply of supply-errors.
func trimNote(name string) string {
	for i := range name {
		if name[i] == '-' {
			return name[:i]
		}
	}
	return name
}

func actStories() []ui.Story {
	evidence := func(pg ui.Page) claim.ClaimStatus {
		st := demoStatus(pg, claim.BuyerEvidence, "buyer", 70, claim.MoveSupply, claim.MoveUnable, claim.MoveExtend)
		st.Need = demoFilePage(pg).Needs["damaged"]
		return st
	}
	offer := func(pg ui.Page) claim.ClaimStatus {
		st := demoStatus(pg, claim.Negotiating, "buyer", 40, claim.MoveSettle, claim.MoveRefuse)
		st.Offer = demoOffer(pg)
		return st
	}
	after := func(pg ui.Page) claim.ClaimStatus {
		return decided(pg, contested(pg, demoStatus(pg, claim.Appealable, "nobody", 166, claim.MoveAppeal, claim.MoveWaiveRight, claim.MoveTakeBack, claim.MoveRespond)), claim.Insufficient, "decided")
	}
	back := func(k claim.StepKind) func(pg ui.Page) claim.ClaimStatus {
		return func(pg ui.Page) claim.ClaimStatus {
			st := decided(pg, demoStatus(pg, claim.Executing, "buyer", 166, claim.MoveConfirm, moveSent), claim.RefundReturn, "decided")
			st.Steps = []claim.StepView{{Kind: k, State: "open", Due: hours(pg, 166)}}
			return st
		}
	}
	comment := func(pg ui.Page) claim.ClaimStatus {
		return contested(pg, demoStatus(pg, claim.Rebuttal, "buyer", 20, claim.MoveComment))
	}
	return []ui.Story{
		actStory("supply", "what is wanted, and the way out", evidence, nil),
		actStory("supply-errors", "pictures without a word on what was done to them", evidence, func(pg ui.Page) (parties.Sent, ui.Form) {
			var f ui.Form
			f.Add("declared", pg.T("parties.error.declared"))
			return parties.Sent{Media: demoValues(pg).Media}, f
		}),
		actStory("unable", "it counts for nothing against the buyer", evidence, nil),
		actStory("extend", "once", evidence, nil),
		actStory("settle", "it ends the case", offer, nil),
		actStory("refuse", "people decide then", offer, nil),
		actStory("comment", "on what the merchant said", comment, nil),
		actStory("withdraw", "cannot be undone", comment, nil),
		actStory("sent", "carrier and number", back(claim.StepReturn), nil),
		actStory("destroy", "photographs", back(claim.StepDestroy), nil),
		actStory("appeal", "reason and words", after, nil),
		actStory("respond", "to the other side's appeal", after, nil),
		actStory("take_back", "ends the appeal", after, nil),
		actStory("waive", "final at once when both do", after, nil),
	}
}
