package tech

import (
	"time"

	"github.com/a-h/templ"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// Stories are the technician's screens with canned data about invented people.
func Stories() []ui.Story {
	type draw = func(pg ui.Page) templ.Component
	story := func(name, note, nav string, d draw) ui.Story {
		return ui.Story{Area: "tech", Name: name, Note: note, Widths: []int{390}, Render: func(pg ui.Page) templ.Component { return d(demoFrame(pg, nav)) }}
	}
	visit := func(name, note string, v func(pg ui.Page) Visit) ui.Story {
		return story("visit-"+name, note, "/tech", func(pg ui.Page) templ.Component { return VisitPage(pg, v(pg)) })
	}
	return []ui.Story{
		story("today", "one visit under way, one later, one over", "/tech", func(pg ui.Page) templ.Component { return TodayPage(pg, demoToday(pg)) }),
		story("today-empty", "", "/tech", func(pg ui.Page) templ.Component { return TodayPage(pg, Today{Day: pg.P.Now, Shifts: demoShifts(pg)}) }),
		story("today-absent", "", "/tech", func(pg ui.Page) templ.Component { return TodayPage(pg, Today{Day: pg.P.Now, Absent: true}) }),
		story("offers", "an express offer about to end, a booked one, reasons to decline", "/tech/offers", func(pg ui.Page) templ.Component { return OffersPage(pg, demoOffers(pg)) }),
		story("offers-gone", "somebody else was faster", "/tech/offers", func(pg ui.Page) templ.Component {
			return OffersPage(pg, Offers{Gone: say(pg, "这一单刚被别的师傅接走了。", "Another technician was faster.")})
		}),
		visit("accepted", "address and phone shown; set out", func(pg ui.Page) Visit { return demoVisit(pg, "accepted") }),
		visit("en-route", "the door code", func(pg ui.Page) Visit { return demoVisit(pg, "en_route") }),
		visit("wrong-code", "a wrong door code, tries left", demoWrongCode),
		visit("arrived", "quote, or start free of charge", func(pg ui.Page) Visit { return demoVisit(pg, "arrived") }),
		visit("waiting", "the quote is with the customer", func(pg ui.Page) Visit { return demoVisit(pg, "waiting_approval") }),
		visit("working", "what the customer approved", func(pg ui.Page) Visit { return demoVisit(pg, "working") }),
		visit("sign", "report sent, signature missing", func(pg ui.Page) Visit { return demoVisit(pg, "waiting_signature") }),
		visit("finished", "over: no address, no phone", func(pg ui.Page) Visit { return demoVisit(pg, "finished") }),
		story("quote", "price list with the sum", "/tech", func(pg ui.Page) templ.Component { return QuoteFormPage(pg, demoQuoteForm(pg)) }),
		story("quote-errors", "nothing chosen", "/tech", func(pg ui.Page) templ.Component {
			v := demoQuoteForm(pg)
			for i := range v.Items {
				v.Items[i].Quantity, v.Items[i].Why = 0, ""
			}
			v.Sum = 0
			v.Form.Add("", pg.T("tech.quote.empty"))
			return QuoteFormPage(pg, v)
		}),
		story("quote-warranty", "the earlier repair pays, one line is outside it", "/tech", func(pg ui.Page) templ.Component {
			v := demoQuoteForm(pg)
			v.Warranty, v.Items[3].Outside, v.Items[3].Why, v.Sum = true, true, say(pg, "水质造成的水垢", "scale from hard water"), 5000
			return QuoteFormPage(pg, v)
		}),
		story("report", "the report of work, empty", "/tech", func(pg ui.Page) templ.Component { return ReportFormPage(pg, demoReport(pg)) }),
		story("report-errors", "half filled, three things missing", "/tech", func(pg ui.Page) templ.Component { return ReportFormPage(pg, demoReportErrors(pg)) }),
		story("sign", "handed to the customer", "/tech", func(pg ui.Page) templ.Component { return SignFormPage(pg, demoSign(pg)) }),
		story("no-access", "", "/tech", func(pg ui.Page) templ.Component { return AsideFormPage(pg, demoAside(pg, "no_access")) }),
		story("follow-up", "", "/tech", func(pg ui.Page) templ.Component { return AsideFormPage(pg, demoAside(pg, "follow_up")) }),
		story("give-back", "no reason chosen", "/tech", func(pg ui.Page) templ.Component {
			v := demoAside(pg, "give_back")
			v.Form.Add("reason", pg.T("tech.aside.reason_missing"))
			return AsideFormPage(pg, v)
		}),
		story("me", "what the product believes about the technician", "/tech/me", func(pg ui.Page) templ.Component { return MePage(pg, demoProfile(pg)) }),
	}
}

// say picks the text of the page's language: what stands in for texts of the catalogue.
func say(pg ui.Page, zh, en string) string {
	if pg.P.Lang == i18n.EN {
		return en
	}
	return zh
}

func demoFrame(pg ui.Page, nav string) ui.Page {
	f := staff.Frame{Name: say(pg, "周师傅", "Mr Zhou"), Role: casefile.Technician, Offers: 2}
	return f.Page(pg, nav)
}

func demoID(n byte) casefile.ID { return casefile.ID{1, 0x9a, 0x3c, 6: 0x70, 8: 0x80, 15: n} }

const demoNumber = casefile.Number("261124483914")

// at is a time of the story's day.
func at(pg ui.Page, hour, min int) time.Time {
	n := pg.P.In(pg.P.Now)
	return time.Date(n.Year(), n.Month(), n.Day(), hour, min, 0, 0, n.Location())
}

func demoJob(pg ui.Page) Job {
	return Job{Number: demoNumber, Kind: "repair", Urgency: "express", Product: say(pg, "壁挂炉", "Wall-hung boiler"), Fault: say(pg, "不出热水", "no hot water")}
}

func demoShifts(pg ui.Page) []Span {
	return []Span{{at(pg, 8, 0), at(pg, 12, 0)}, {at(pg, 13, 30), at(pg, 18, 0)}}
}

func demoToday(pg ui.Page) Today {
	job := demoJob(pg)
	install := Job{Kind: "install", Urgency: "booked", Product: say(pg, "智能门锁", "Smart lock")}
	clean := Job{Kind: "clean", Urgency: "flexible", Product: say(pg, "油烟机", "Cooker hood")}
	area := say(pg, "杭州市 西湖区", "Xihu, Hangzhou")
	return Today{
		Day: pg.P.Now, Shifts: demoShifts(pg), Offers: 2, Tomorrow: 3,
		Current: &VisitCard{Job: job, Ref: Ref{demoID(90), demoID(1)}, State: "en_route", From: at(pg, 14, 20), To: at(pg, 15, 0), Area: area},
		Later:   []VisitCard{{Job: install, Ref: Ref{demoID(90), demoID(2)}, State: "accepted", From: at(pg, 16, 0), To: at(pg, 17, 0), Area: say(pg, "杭州市 拱墅区", "Gongshu, Hangzhou"), Pinned: true}},
		Over:    []VisitCard{{Job: clean, Ref: Ref{demoID(90), demoID(3)}, State: "finished", From: at(pg, 9, 0), To: at(pg, 10, 30), Area: area}},
	}
}

func demoOffers(pg ui.Page) Offers {
	job := demoJob(pg)
	return Offers{
		Declines: []ui.Choice{
			{Value: "too_far", Text: say(pg, "太远", "Too far")}, {Value: "busy", Text: say(pg, "排满了", "No time left")},
			{Value: "no_part", Text: say(pg, "没有配件", "No spare part")}, {Value: "skill", Text: say(pg, "不会修这个", "Not my skill")}, {Value: "other", Text: say(pg, "其他", "Other")},
		},
		Cards: []OfferCard{
			{
				Job: job, Ref: Ref{demoID(90), demoID(11)}, Area: say(pg, "浙江省 杭州市 西湖区", "Xihu, Hangzhou, Zhejiang"), DistanceM: 3240, Travel: 14 * time.Minute, Pay: 12000,
				Expires: pg.P.Now.Add(2 * time.Minute), Why: []string{say(pg, "14:20 可到", "can be there at 14:20"), say(pg, "有“壁挂炉”品牌授权", "authorised for boilers")}, Idem: "o1",
			},
			{
				Job:  Job{Kind: "install", Urgency: "booked", Product: say(pg, "净水器", "Water purifier")},
				Ref:  Ref{demoID(90), demoID(12)},
				Area: say(pg, "浙江省 杭州市 余杭区", "Yuhang, Hangzhou, Zhejiang"), DistanceM: 12300, Travel: 38 * time.Minute, Pay: 9000, Expires: pg.P.Now.Add(11 * time.Minute),
				WishedFrom: at(pg, 32, 0), WishedTo: at(pg, 36, 0), Why: []string{say(pg, "上次就是这位师傅", "was there last time")}, Idem: "o2",
			},
		},
	}
}

func demoSteps(state string) []Step {
	order := []string{"accepted", "en_route", "arrived", "quote", "work", "sign"}
	done := map[string]int{"accepted": 1, "en_route": 2, "arrived": 3, "waiting_approval": 3, "working": 4, "waiting_signature": 5, "finished": 6}[state]
	var out []Step
	for i, n := range order {
		out = append(out, Step{Name: n, Done: i < done, Now: i == done})
	}
	return out
}

func demoVisit(pg ui.Page, state string) Visit {
	v := Visit{
		Job: demoJob(pg), Ref: Ref{demoID(90), demoID(1)}, State: state, From: at(pg, 14, 20), To: at(pg, 15, 0), Area: say(pg, "浙江省 杭州市 西湖区", "Xihu, Hangzhou, Zhejiang"),
		Words: "昨天晚上开始没有热水，显示 E3，重启过两次还是一样。", Steps: demoSteps(state), DeskPhone: "400-000-0000", Idem: "v1",
		Contact: Contact{Name: "陈女士", Phone: "19900000017", Address: "浙江省杭州市西湖区翠苑街道示例路 18 号 3 幢 502 室"},
		Earlier: []Earlier{{At: pg.P.Now.AddDate(0, -3, 0), Technician: say(pg, "周师傅", "Mr Zhou"), Outcome: "finished", Work: "更换点火针，清理燃烧器。"}},
	}
	quote := &Quote{Version: 1, State: "open", At: at(pg, 14, 2), Sum: 23800, Lines: []QuoteLine{
		{Item: say(pg, "更换三通阀", "Replace the three-way valve"), Quantity: 1, Unit: 18800, Answer: "open", Why: say(pg, "阀芯卡住，热水不走", "the valve is stuck")},
		{Item: say(pg, "清洗换热器", "Clean the heat exchanger"), Quantity: 1, Unit: 5000, Answer: "open"},
		{Item: say(pg, "上门检测", "Inspection"), Quantity: 1, Unit: 0, Answer: "free"},
	}}
	answered := func() {
		quote.State, quote.Approved = "answered", 18800
		quote.Lines[0].Answer, quote.Lines[1].Answer = "approved", "refused"
		v.Quote = quote
	}
	switch state {
	case "accepted":
		v.Next, v.Moves = Next{Act: "set_out"}, []string{"give_back"}
		v.Clock = &ui.Clock{Due: at(pg, 15, 0), Label: say(pg, "到达", "Arrive"), Warn: 20 * time.Minute}
	case "en_route":
		v.Next, v.Moves, v.MyCode = Next{Act: "arrive"}, []string{"no_access", "give_back"}, "704218"
		v.Clock = &ui.Clock{Due: at(pg, 14, 20), Label: say(pg, "到达", "Arrive"), Warn: 20 * time.Minute}
	case "arrived":
		v.Next, v.CanBegin, v.Moves = Next{Act: "quote", Href: visitPath(v.Ref, "quote")}, true, []string{"follow_up", "abort"}
	case "waiting_approval":
		v.Next, v.CanWithdraw, v.Quote, v.Moves = Next{Act: "wait"}, true, quote, []string{"follow_up", "abort"}
	case "working":
		v.Next, v.Moves = Next{Act: "report", Href: visitPath(v.Ref, "report")}, []string{"quote", "follow_up", "abort"}
		answered()
	case "waiting_signature":
		v.Next, v.Document = Next{Act: "sign", Href: visitPath(v.Ref, "sign")}, "D-7K3M-9QXT-4RBW"
		answered()
	case "finished":
		v.Contact, v.Document, v.Signature, v.Warranty = Contact{}, "D-7K3M-9QXT-4RBW", "signed", pg.P.Now.AddDate(0, 3, 0)
		answered()
	}
	return v
}

func demoWrongCode(pg ui.Page) Visit {
	v := demoVisit(pg, "en_route")
	v.CodeTyped, v.TriesLeft = "482913", 3
	v.Form.Add("code", say(pg, "上门码不对。请客户再念一遍。", "That is not the door code. Ask the customer to read it again."))
	return v
}

func demoQuoteForm(pg ui.Page) QuotePage {
	work, part, visit := say(pg, "人工", "Labour"), say(pg, "配件", "Parts"), say(pg, "上门与检测", "Visit and inspection")
	return QuotePage{
		Job: demoJob(pg), Ref: Ref{demoID(90), demoID(1)}, List: "2026-11", ListFrom: at(pg, 0, 0).AddDate(0, 0, -23), Sum: 23800, Idem: "q1",
		Items: []PriceItem{
			{Code: "visit", Name: say(pg, "上门检测", "Inspection"), Group: visit, Free: true, Quantity: 1, UnitName: say(pg, "次", "trip")},
			{Code: "night", Name: say(pg, "夜间上门（20 点后）", "Visit after 20:00"), Group: visit, Unit: 5000, UnitName: say(pg, "次", "trip")},
			{Code: "l-valve", Name: say(pg, "更换三通阀（人工）", "Replace the three-way valve (labour)"), Group: work, Unit: 8000, Quantity: 1, Why: say(pg, "阀芯卡住，热水不走", "the valve is stuck")},
			{Code: "l-clean", Name: say(pg, "清洗换热器", "Clean the heat exchanger"), Group: work, Unit: 5000, Quantity: 1},
			{Code: "l-board", Name: say(pg, "更换主板（人工）", "Replace the control board (labour)"), Group: work, Unit: 9000},
			{Code: "p-valve", Name: say(pg, "三通阀", "Three-way valve"), Group: part, Unit: 10800, Quantity: 1},
			{Code: "p-board", Name: say(pg, "主板", "Control board"), Group: part, Unit: 46000},
		},
	}
}

func demoUpload(pg ui.Page, name, label, hint string) ui.Upload {
	return ui.Upload{Name: name, Label: label, Hint: hint, Create: visitPath(Ref{demoID(90), demoID(1)}, "photos"), Max: 6, MaxBytes: 20 << 20}
}

func demoReport(pg ui.Page) ReportPage {
	choose := ui.Choice{Value: "", Text: pg.T("tech.report.choose")}
	none := ui.Choice{Value: "", Text: pg.T("tech.report.no_part")}
	return ReportPage{
		Job: demoJob(pg), Ref: Ref{demoID(90), demoID(1)}, Idem: "r1", WarrantyDays: 90,
		Checklist: []CheckItem{
			{Code: "gas", Text: say(pg, "燃气泄漏检测", "Gas leak test")},
			{Code: "flue", Text: say(pg, "烟管连接与坡度", "Flue joint and slope"), Photo: true},
			{Code: "pressure", Text: say(pg, "水压在 1.0-2.0 bar", "Water pressure 1.0-2.0 bar")},
			{Code: "run", Text: say(pg, "热水与采暖各试运行 5 分钟", "Hot water and heating run 5 min each")},
		},
		Faults: []ui.Choice{choose, {Value: "no_hot_water", Text: say(pg, "不出热水", "No hot water"), On: true}, {Value: "ignition", Text: say(pg, "点不着火", "No ignition")}},
		Causes: []ui.Choice{choose, {Value: "valve", Text: say(pg, "三通阀故障", "Three-way valve")}, {Value: "scale", Text: say(pg, "水垢", "Scale")}},
		Lines: []DoneLine{
			{Code: "l-valve", Item: say(pg, "更换三通阀（人工）", "Replace the three-way valve (labour)"), Unit: 8000, Approved: 1, Quantity: 1, Done: true},
			{Code: "p-valve", Item: say(pg, "三通阀", "Three-way valve"), Unit: 10800, Approved: 1, Quantity: 1, Done: true},
		},
		PartChoices: []ui.Choice{none, {Value: "p-valve", Text: say(pg, "三通阀", "Three-way valve")}, {Value: "p-board", Text: say(pg, "主板", "Control board")}},
		Parts:       []PartRow{{}},
		Products:    []ui.Choice{none, {Value: "hood", Text: say(pg, "油烟机", "Cooker hood")}, {Value: "lock", Text: say(pg, "智能门锁", "Smart lock")}},
		Advices:     []ui.Choice{none, {Value: "clean", Text: say(pg, "建议清洗", "Have it cleaned")}, {Value: "replace", Text: say(pg, "建议更换", "Replace it")}},
		Checked:     []ProductRow{{}},
		Before:      demoUpload(pg, "before", pg.T("tech.report.before"), pg.T("tech.report.before_hint")),
		After:       demoUpload(pg, "after", pg.T("tech.report.after"), pg.T("tech.report.after_hint")),
	}
}

func demoReportErrors(pg ui.Page) ReportPage {
	v := demoReport(pg)
	v.Checklist[0].Value, v.Checklist[1].Value, v.Checklist[3].Value = "done", "done", "done"
	v.Work = "更换三通阀，排气，试运行正常。"
	v.Parts = []PartRow{{Part: "p-valve", Quantity: 1}}
	v.Checked = []ProductRow{{Product: "hood", Condition: "watch", Advice: "clean", WantsQuote: true}}
	v.Before.Done = []ui.UploadedPhoto{{Token: "t1", Name: "IMG_0412.jpg", Bytes: 2_140_000}}
	v.Form.Add("check-pressure", say(pg, "这一项还没有填", "This line is not answered"))
	v.Form.Add("cause", say(pg, "请选择原因", "Choose the cause"))
	v.Form.Add("serial-0", say(pg, "三通阀需要序列号", "The three-way valve needs its serial"))
	return v
}

func demoSign(pg ui.Page) SignPage {
	return SignPage{
		Job: demoJob(pg), Ref: Ref{demoID(90), demoID(1)}, Work: "更换三通阀，排气，热水与采暖各试运行 5 分钟，正常。", Sum: 18800, Warranty: pg.P.Now.AddDate(0, 3, 0), Idem: "s1",
		Lines: []QuoteLine{
			{Item: say(pg, "更换三通阀（人工）", "Replace the three-way valve (labour)"), Quantity: 1, Unit: 8000},
			{Item: say(pg, "三通阀", "Three-way valve"), Quantity: 1, Unit: 10800},
		},
		Parts:   []PartRow{{Part: say(pg, "三通阀", "Three-way valve"), Serial: "HM-V3-000187", Quantity: 1}},
		Advice:  []ProductRow{{Product: say(pg, "油烟机", "Cooker hood"), Condition: "watch", Own: "油网该洗了。"}},
		Refusal: []ui.Choice{{Value: "", Text: pg.T("tech.sign.refusal_choose")}, {Value: "dispute", Text: say(pg, "对结果有意见", "Not satisfied")}, {Value: "absent", Text: say(pg, "本人不在", "Not present")}},
	}
}

func demoAside(pg ui.Page, move string) AsidePage {
	reasons := map[string][]ui.Choice{
		"no_access": {{Value: "nobody", Text: say(pg, "敲门没人应", "Nobody opens")}, {Value: "refused", Text: say(pg, "不让进门", "Not let in")}, {Value: "wrong_address", Text: say(pg, "地址不对", "Wrong address")}},
		"follow_up": {{Value: "part", Text: say(pg, "缺配件", "A part is missing")}, {Value: "second_person", Text: say(pg, "需要两个人", "Needs two people")}, {Value: "customer", Text: say(pg, "客户要改天", "The customer wants another day")}},
		"give_back": {{Value: "delayed", Text: say(pg, "上一单拖延了", "The visit before took longer")}, {Value: "vehicle", Text: say(pg, "车坏了", "Vehicle broke down")}, {Value: "ill", Text: say(pg, "身体不舒服", "Unwell")}},
	}
	var parts []ui.Choice
	if move == "follow_up" {
		parts = []ui.Choice{{Value: "p-valve", Text: say(pg, "三通阀", "Three-way valve"), On: true}, {Value: "p-board", Text: say(pg, "主板", "Control board")}}
	}
	return AsidePage{Parts: parts, TakesPhotos: move == "follow_up", Job: demoJob(pg), Ref: Ref{demoID(90), demoID(1)}, Move: move, Reasons: reasons[move], Idem: "a1", Photos: demoUpload(pg, "photos", pg.T("tech.aside.photos"), "")}
}

func demoProfile(pg ui.Page) Profile {
	return Profile{
		Name: say(pg, "周建国", "Zhou Jianguo"), Code: "HM-1042", Partner: say(pg, "禾木杭州西湖网点", "Hemu Xihu branch"), State: "active",
		Skills:    []string{say(pg, "维修壁挂炉（4 级）", "Repair boilers (level 4)"), say(pg, "安装净水器（3 级）", "Install purifiers (level 3)")},
		Regions:   []string{say(pg, "西湖区", "Xihu"), say(pg, "拱墅区", "Gongshu")},
		WeekWords: []string{say(pg, "周一至周五 08:00-12:00、13:30-18:00", "Monday to Friday 08:00-12:00, 13:30-18:00"), say(pg, "周六 09:00-12:00", "Saturday 09:00-12:00")},
	}
}
