package merchant

import (
	"time"

	"github.com/a-h/templ"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/privacy"
	"anxin/internal/web/parties"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// Stories are all of a merchant's screens in all states. People, numbers and goods are invented.
func Stories() []ui.Story {
	all := append(inboxStories(), claimStories()...)
	return append(all, actStories()...)
}

// story draws a page in the frame of a merchant's account.
func story(name, note string, render func(pg ui.Page) templ.Component) ui.Story {
	return ui.Story{Area: "merchant", Name: name, Note: note, Render: func(pg ui.Page) templ.Component {
		return render(staff.Frame{Name: "沈禾", Role: casefile.Merchant, Account: "/account"}.Page(pg, Path))
	}}
}

func both(pg ui.Page, zh, en string) string {
	if pg.P.Lang == "en" {
		return en
	}
	return zh
}

const demoNumber = casefile.Number("261124-48391-4")

func demoID(n byte) casefile.ID { return casefile.ID{0x01, 0x92, 6: 0x70, 8: 0x80, 15: n} }

func hours(pg ui.Page, h float64) time.Time {
	return pg.P.Now.Add(time.Duration(h * float64(time.Hour)))
}

func inboxStories() []ui.Story {
	rows := func(pg ui.Page) []claim.InboxRow {
		row := func(n byte, product string, s claim.State, reason string, wish claim.Remedy, fen casefile.Fen, due float64, opened bool) claim.InboxRow {
			r := claim.InboxRow{Case: demoID(n), Claim: demoID(n + 100), Number: demoNumber, State: s, Reason: reason, Wish: wish, Amount: fen, Product: product, Filed: hours(pg, -30), Opened: opened}
			if due != 0 {
				r.Due, r.Yours = hours(pg, due), true
			}
			return r
		}
		return []claim.InboxRow{
			row(1, both(pg, "智能门锁 S3 曜石黑", "Smart lock S3, obsidian"), claim.MerchantAnswer, "damaged", claim.RefundReturn, 129900, -2, true),
			row(2, both(pg, "燃气热水器 H1 16 升（含安装辅材与五年延保服务）", "Gas boiler H1, 16 litres, with fittings and a five-year warranty"), claim.MerchantAnswer, "not_as_described", claim.Partial, 30000, 6, false),
			row(3, both(pg, "抽油烟机 R7", "Range hood R7"), claim.Rebuttal, "defect", claim.RefundOnly, 259900, 20, true),
			row(4, both(pg, "净水器滤芯", "Water filter cartridge"), claim.Executing, "wrong_item", claim.Exchange, 19900, 90, true),
			row(5, both(pg, "智能门锁 S3 曜石黑", "Smart lock S3, obsidian"), claim.InReview, "missing_parts", claim.RefundOnly, 129900, 0, true),
		}
	}
	page := func(pg ui.Page, list []claim.InboxRow, v Inbox) templ.Component {
		v.Counts = countsOf(claim.InboxPage{Rows: list}, pg.P.Now)
		for _, r := range list {
			v.Rows = append(v.Rows, rowOf(pg.P, r))
		}
		v.States = statesOf(pg.P, v.State)
		return InboxPage(pg, v)
	}
	return []ui.Story{
		story("inbox", "by deadline: overdue, soon, not opened", func(pg ui.Page) templ.Component { return page(pg, rows(pg)[:4], Inbox{Open: true}) }),
		story("inbox-all", "all, with a filter and more pages", func(pg ui.Page) templ.Component {
			return page(pg, rows(pg), Inbox{Pager: ui.Pager{Prev: Path + "?tab=all", Next: Path + "?tab=all&after=x"}})
		}),
		story("inbox-empty", "nothing waits", func(pg ui.Page) templ.Component { return page(pg, nil, Inbox{Open: true}) }),
		story("inbox-none", "none in this state", func(pg ui.Page) templ.Component { return page(pg, nil, Inbox{State: "appeal"}) }),
		story("inbox-failed", "the server could not read it", func(pg ui.Page) templ.Component {
			f := ui.FailureOf(pg, casefile.Fail(casefile.Unavailable, ""))
			f.Back = Path
			return ui.FailurePage(pg, f)
		}),
	}
}

// demoClaim is a claim in a state with the moves that are open to the merchant.
func demoClaim(pg ui.Page, state claim.State, by string, due float64, moves ...claim.Move) claim.MerchantClaim {
	c := claim.MerchantClaim{Core: claim.Core{Case: demoID(1), Claim: demoID(2), Number: demoNumber, State: state, Round: 1, Filed: hours(pg, -20), Reason: "damaged", Wish: claim.RefundReturn, Amount: 129900, Seq: 12,
		Order: claim.OrderView{ID: demoID(77), Number: "HM-20261118-0031", Product: both(pg, "智能门锁 S3 曜石黑", "Smart lock S3, obsidian"), Code: "S3-BLK", Quantity: 1, Paid: 129900, Ordered: hours(pg, -200), Shipped: hours(pg, -150),
			Delivered: hours(pg, -60), References: []claim.ReferenceView{{Item: demoID(40), Case: demoID(1), Kind: "packing_photo", Sealed: hours(pg, -150)}, {Item: demoID(41), Case: demoID(9), Kind: "catalogue_photo", Sealed: hours(pg, -900)},
				{Item: demoID(42), Case: demoID(1), Kind: "packing_video", Sealed: hours(pg, -149)}, {Item: demoID(43), Case: demoID(1), Kind: "packing_photo", Sealed: hours(pg, -10), After: true}}}},
		Buyer: both(pg, "王**", "W**"), Declared: claim.DeclaredNone, Burden: claim.BurdenMerchant}
	c.Next = claim.Next{Party: by, Line: claim.Line{Key: "claim.next." + string(state) + "." + by}, Yours: by == "merchant"}
	if due != 0 {
		c.Next.Due = hours(pg, due)
	}
	for _, m := range moves {
		c.Actions = append(c.Actions, claim.Action{Move: m, Due: c.Next.Due})
	}
	photo := func(n byte) claim.MediaView {
		return claim.MediaView{Item: demoID(n), Side: claim.BuyerSide, Kind: "claim_photo", Media: "image/jpeg", Received: hours(pg, -20), SHA256: "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea"}
	}
	c.Theirs = []claim.StatementView{{ID: demoID(31), At: c.Filed, Part: claim.PartBuyer, Side: claim.BuyerSide, Kind: "story", Code: "damaged", Remedy: claim.RefundReturn, Amount: 129900,
		Words: privacy.NewWords(both(pg, "昨天下午签收，拆开就看到面板右下角裂了一道，大约三厘米，按键没有反应。外箱看着是好的。",
			"It arrived yesterday afternoon. When I opened it the lower right of the panel was cracked, about three centimetres, and the keys did not work. The box looked fine.")),
		Media: []claim.MediaView{photo(21), photo(22), {Item: demoID(23), Side: claim.BuyerSide, Kind: "claim_video", Media: "video/mp4", Received: c.Filed}}}}
	c.Notices = []claim.NoticeView{{Side: claim.MerchantSide, Kind: "served", Served: hours(pg, -19.9), Opened: hours(pg, -3)}}
	c.Timeline = []claim.Entry{{Seq: 3, At: c.Filed, Kind: "claim.submit", Line: claim.Line{Key: "claim.event.submit"}}, {Seq: 5, At: hours(pg, -19.9), Kind: "claim.serve", Line: claim.Line{Key: "claim.event.serve"}}}
	return c
}

func answered(pg ui.Page, c claim.MerchantClaim) claim.MerchantClaim {
	c.Mine = []claim.StatementView{{ID: demoID(32), At: hours(pg, -3), Part: claim.PartMerchant, Side: claim.MerchantSide, Kind: "contest", Code: "intact_when_packed",
		Words: privacy.NewWords(both(pg, "发货前打包拍照完好，附照片，请查看。", "It was intact when we packed it; the photo is attached.")),
		Media: []claim.MediaView{{Item: demoID(24), Side: claim.MerchantSide, Kind: "answer_photo", Media: "image/jpeg", Received: hours(pg, -3), Declared: claim.DeclaredEdited}}}}
	c.Notices[0].Answered = hours(pg, -3)
	c.Timeline = append(c.Timeline, claim.Entry{Seq: 9, At: hours(pg, -3), Kind: "claim.contest", Line: claim.Line{Key: "claim.event.contest"}})
	return c
}

func decided(pg ui.Page, c claim.MerchantClaim, r claim.Remedy) claim.MerchantClaim {
	c.Decision = &claim.DecisionView{At: hours(pg, -2), Kind: "decided", Remedy: r, Amount: 129900, Reasons: []string{"damage_shown", "merchant_did_not_prove"}, Burden: claim.BurdenMerchant, Stands: true,
		Words: privacy.NewWords(both(pg, "签收次日的照片能看到面板裂纹，与打包照片相比是新出现的。", "The photos of the next day show a crack in the panel that the packing photo does not."))}
	c.Letters = []claim.LetterRef{{ID: demoID(51), Code: "D-7K2M-Q9XW-3F5T", Issued: hours(pg, -2), Round: 1, Remedy: r}}
	c.Notices = append(c.Notices, claim.NoticeView{Side: claim.MerchantSide, Kind: "decided", Served: hours(pg, -2), Opened: hours(pg, -1)})
	c.AppealUntil = hours(pg, 166)
	return c
}

func page(name, note string, make func(pg ui.Page) claim.MerchantClaim) ui.Story {
	return story("claim-"+name, note, func(pg ui.Page) templ.Component { return ClaimPage(pg, claimView(pg.P, make(pg))) })
}

var answers = []claim.Move{claim.MoveAccept, claim.MoveOffer, claim.MoveContest, claim.MoveExtend}

func claimStories() []ui.Story {
	return []ui.Story{
		page("served", "just served: agree, offer, contest, extend", func(pg ui.Page) claim.MerchantClaim {
			return demoClaim(pg, claim.MerchantAnswer, "merchant", 28, answers...)
		}),
		page("ai", "the buyer said that AI was used", func(pg ui.Page) claim.MerchantClaim {
			c := demoClaim(pg, claim.MerchantAnswer, "merchant", 5, answers...)
			for i := range c.Theirs[0].Media {
				c.Theirs[0].Media[i].Declared = claim.DeclaredAI
			}
			c.Order.References = nil
			return c
		}),
		page("offered", "the buyer has the offer", func(pg ui.Page) claim.MerchantClaim {
			c := demoClaim(pg, claim.Negotiating, "buyer", 40)
			c.Mine = []claim.StatementView{{ID: demoID(33), At: hours(pg, -1), Part: claim.PartMerchant, Side: claim.MerchantSide, Kind: "offer", Remedy: claim.Partial, Amount: 30000,
				Words: privacy.NewWords(both(pg, "面板我们补寄一块，另外补偿 300 元。", "We send you a new panel and 300 yuan on top."))}}
			return c
		}),
		page("asked", "a reviewer asks the merchant", func(pg ui.Page) claim.MerchantClaim {
			c := answered(pg, demoClaim(pg, claim.Rebuttal, "merchant", 20, claim.MoveComment))
			c.Asked = []claim.StatementView{{ID: demoID(34), At: hours(pg, -1), Part: claim.PartReviewer, Side: claim.MerchantSide, Kind: "ask", Words: privacy.NewWords(both(pg, "请提供出库称重记录。", "Please send the weighing record."))}}
			return c
		}),
		page("review", "people are looking at it", func(pg ui.Page) claim.MerchantClaim {
			return answered(pg, demoClaim(pg, claim.InReview, "reviewer", 30))
		}),
		page("returning", "the goods are on their way back", func(pg ui.Page) claim.MerchantClaim {
			c := decided(pg, answered(pg, demoClaim(pg, claim.Executing, "merchant", 90, claim.MoveConfirm, claim.MoveAppeal, claim.MoveWaiveRight)), claim.RefundReturn)
			c.Actions[0].Steps = []claim.StepKind{claim.StepReturn}
			c.Steps = []claim.StepView{{Kind: claim.StepReturn, State: "sent", Note: privacy.NewWords("顺丰 SF1000000000001"), Due: hours(pg, 90)}, {Kind: claim.StepRefund, State: "waiting", Amount: 129900}}
			return c
		}),
		page("replacing", "the replacement has to go out", func(pg ui.Page) claim.MerchantClaim {
			c := decided(pg, answered(pg, demoClaim(pg, claim.Executing, "merchant", 90, claim.MoveConfirm)), claim.Exchange)
			c.Actions[0].Steps = []claim.StepKind{claim.StepReplace}
			c.Steps = []claim.StepView{{Kind: claim.StepReturn, State: "done", Done: hours(pg, -4)}, {Kind: claim.StepReplace, State: "open", Due: hours(pg, 90)}}
			return c
		}),
		page("appealable", "decided; one may appeal", func(pg ui.Page) claim.MerchantClaim {
			return decided(pg, answered(pg, demoClaim(pg, claim.Appealable, "nobody", 166, claim.MoveAppeal, claim.MoveWaiveRight)), claim.RefundReturn)
		}),
		page("appealed", "the buyer appealed", func(pg ui.Page) claim.MerchantClaim {
			c := decided(pg, answered(pg, demoClaim(pg, claim.InAppeal, "merchant", 46, claim.MoveRespond)), claim.Insufficient)
			c.Theirs = append(c.Theirs, claim.StatementView{ID: demoID(35), At: hours(pg, -1), Part: claim.PartBuyer, Side: claim.BuyerSide, Kind: "appeal", Code: "new_evidence",
				Words: privacy.NewWords(both(pg, "我找到了开箱时的视频。", "I found the video of the unpacking."))})
			return c
		}),
		page("final", "over", func(pg ui.Page) claim.MerchantClaim {
			c := decided(pg, answered(pg, demoClaim(pg, claim.Final, "nobody", 0)), claim.RefundReturn)
			c.Steps = []claim.StepView{{Kind: claim.StepReturn, State: "done", Done: hours(pg, -4)}, {Kind: claim.StepRefund, State: "done", Amount: 129900, Ref: "R-20261124-01", Done: hours(pg, -1)}}
			return c
		}),
		page("withdrawn", "the buyer withdrew", func(pg ui.Page) claim.MerchantClaim { return demoClaim(pg, claim.Withdrawn, "nobody", 0) }),
		page("suspended", "all clocks stand still", func(pg ui.Page) claim.MerchantClaim {
			c := demoClaim(pg, claim.Suspended, "nobody", 20)
			c.Next.Paused = true
			return c
		}),
		story("viewer", "one picture", func(pg ui.Page) templ.Component { return demoViewer(pg, "") }),
		story("viewer-two", "beside the packing photo", func(pg ui.Page) templ.Component { return demoViewer(pg, demoID(40).String()) }),
		story("letter", "the letter, with the way to appeal", func(pg ui.Page) templ.Component {
			l, err := parties.LetterOf(pg, parties.DemoPress{}, claim.LetterView{LetterRef: claim.LetterRef{Code: "D-7K2M-Q9XW-3F5T", Issued: hours(pg, -2)}, Number: demoNumber, Digest: "3f79bb7b435b0532"}, "https://service.example.com")
			if err != nil {
				panic(err)
			}
			base := claimPath(demoID(1))
			l.Back, l.BackText, l.PDF = base, pg.T("merchant.back"), base+"/letter/"+l.Code+"/pdf"
			l.Appeal, l.Until = &parties.Link{Text: pg.T("merchant.do.appeal"), Href: base + "/appeal"}, hours(pg, 166)
			return parties.LetterPage(pg, l)
		}),
	}
}

func demoViewer(pg ui.Page, with string) templ.Component {
	c := answered(pg, demoClaim(pg, claim.MerchantAnswer, "merchant", 28, answers...))
	v, _ := viewer(shower(pg.P, c.Case), c, demoID(21).String(), with)
	return ViewerPage(pg, v)
}

func actStories() []ui.Story {
	served := func(pg ui.Page) claim.MerchantClaim {
		return demoClaim(pg, claim.MerchantAnswer, "merchant", 28, answers...)
	}
	all := func(pg ui.Page) claim.MerchantClaim {
		c := decided(pg, answered(pg, demoClaim(pg, claim.Appealable, "nobody", 166, claim.MoveAppeal, claim.MoveWaiveRight, claim.MoveTakeBack, claim.MoveRespond, claim.MoveComment, claim.MoveConfirm)), claim.RefundReturn)
		c.Actions[5].Steps = []claim.StepKind{claim.StepReturn, claim.StepReplace}
		return c
	}
	one := func(name, note string, make func(pg ui.Page) claim.MerchantClaim, form func(pg ui.Page) (parties.Sent, ui.Form)) ui.Story {
		return story("act-"+name, note, func(pg ui.Page) templ.Component {
			var s parties.Sent
			var f ui.Form
			if form != nil {
				s, f = form(pg)
				pg.Failed = true
				name = "contest"
			}
			for _, a := range acts {
				if a.name == name {
					p := &Pages{Max: 12, MaxBytes: 100_000_000}
					return parties.ActPage(pg, p.actView(pg, "idem-of-a-story", make(pg), a, s, f))
				}
			}
			panic("no act " + name)
		})
	}
	return []ui.Story{
		one("accept", "it cannot be undone", served, nil), one("offer", "remedy, amount, words", served, nil), one("contest", "reason, words, references, evidence", served, nil),
		one("contest-errors", "sent with gaps", served, func(pg ui.Page) (parties.Sent, ui.Form) {
			var f ui.Form
			f.Add("reason", pg.T("parties.error.reason"))
			f.Add("words", pg.T("parties.error.words"))
			return parties.Sent{Media: []ui.UploadedPhoto{{Token: demoID(21).String(), Name: "packing.jpg", Bytes: 3_400_000}}}, f
		}),
		one("comment", "on what the buyer said", all, nil), one("extend", "once", served, nil), one("returned", "the goods are back", all, nil), one("replaced", "the replacement is out", all, nil),
		one("appeal", "reason and words", all, nil), one("respond", "to the buyer's appeal", all, nil), one("waive", "final at once when both do", all, nil), one("take_back", "ends the appeal", all, nil),
	}
}
