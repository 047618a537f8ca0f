package customer

import (
	"time"

	"github.com/a-h/templ"

	"anxin/internal/service"
	"anxin/internal/web/ui"
)

// Stories are all customer screens in all states. People, numbers and addresses are invented.
func Stories() []ui.Story {
	var all []ui.Story
	all = append(all, reportStories()...)
	all = append(all, statusStories()...)
	all = append(all, changeStories()...)
	return append(all, publicStories()...)
}

// story makes a story of a page function.
func story(name, note string, render func(pg ui.Page) templ.Component) ui.Story {
	return ui.Story{Area: "customer", Name: name, Note: note, Render: render}
}

// both picks the demo text of the page's language.
func both(pg ui.Page, zh, en string) string {
	if pg.P.Lang == "en" {
		return en
	}
	return zh
}

// at is a moment of the story's day: hours and minutes in Shanghai, days from today.
func at(pg ui.Page, days, hour, minute int) time.Time {
	d := pg.P.In(pg.P.Now)
	return time.Date(d.Year(), d.Month(), d.Day()+days, hour, minute, 0, 0, d.Location())
}

const (
	demoNumber = "261124-48391-4"
	demoBase   = "/s/demo"
	demoLink   = "https://service.example.com/s/7Q2mXw0bT4yJ9kLr3VtN5A"
	demoPath   = "浙江省 / 杭州市 / 西湖区"
)

func reportStories() []ui.Story {
	return []ui.Story{
		story("home", "the front door", func(pg ui.Page) templ.Component { pg.Public = true; return HomePage(pg) }),
		story("report", "the empty form", func(pg ui.Page) templ.Component { return ReportPage(pg, demoReport(pg)) }),
		story("report-understood", "address understood, photos sent ahead", func(pg ui.Page) templ.Component {
			v := demoFilled(pg)
			v.Place = &PlaceView{Outcome: PlaceOne, Path: demoPath, Code: "330106", Covered: true, Certain: true}
			v.V.Photos = []ui.UploadedPhoto{{Token: "p1", Name: "IMG_0001.jpg", Bytes: 2_400_000}, {Token: "p2", Name: "IMG_0002.jpg", Bytes: 1_900_000}}
			return ReportPage(pg, v)
		}),
		story("report-unsure", "address understood, but not for certain", func(pg ui.Page) templ.Component {
			v := demoFilled(pg)
			v.V.Address = "西湖文三路 90 号"
			v.Place = &PlaceView{Outcome: PlaceOne, Path: demoPath, Code: "330106", Covered: true}
			return ReportPage(pg, v)
		}),
		story("report-which", "the address may mean several places", func(pg ui.Page) templ.Component {
			v := demoFilled(pg)
			v.V.Address = "鼓楼区中山路 18 号 2 单元 301"
			v.Place = demoWhich()
			return ReportPage(pg, v)
		}),
		story("report-errors", "sent with gaps: everything written is still there", func(pg ui.Page) templ.Component {
			v := demoFilled(pg)
			v.V.Kind, v.V.Phone, v.V.Address = "", "1990000", ""
			v.Form.Add("kind", pg.T("customer.report.error.kind"))
			v.Form.Add("address", pg.T("customer.report.error.address"))
			v.Form.Add("phone", pg.T("customer.report.error.phone"))
			pg.Failed = true
			return ReportPage(pg, v)
		}),
		story("report-emergency", "gas: advice before anything else", func(pg ui.Page) templ.Component {
			v := demoFilled(pg)
			v.V.Danger, v.V.Product, v.V.Fault = "gas", "water_heater", ""
			return ReportPage(pg, v)
		}),
		story("receipt", "accepted", func(pg ui.Page) templ.Component { return ReceiptPage(pg, demoReceipt(pg)) }),
		story("receipt-which", "accepted, which place is it", func(pg ui.Page) templ.Component {
			v := demoReceipt(pg)
			v.Place = demoWhich()
			return ReceiptPage(pg, v)
		}),
		story("receipt-not-covered", "accepted where nobody serves yet", func(pg ui.Page) templ.Component {
			v := demoReceipt(pg)
			v.AssignBy = time.Time{}
			v.Place = &PlaceView{Outcome: PlaceOne, Path: "西藏自治区 / 阿里地区 / 改则县", Code: "542526"}
			return ReceiptPage(pg, v)
		}),
		story("receipt-unknown", "accepted, address not understood", func(pg ui.Page) templ.Component {
			v := demoReceipt(pg)
			v.AssignBy = time.Time{}
			v.Place = &PlaceView{Outcome: PlaceNone}
			return ReceiptPage(pg, v)
		}),
		story("receipt-emergency", "accepted as an emergency", func(pg ui.Page) templ.Component {
			v := demoReceipt(pg)
			v.Emergency = true
			return ReceiptPage(pg, v)
		}),
	}
}

func demoReport(pg ui.Page) ReportView {
	return ReportView{
		V:        ReportValues{Draft: "demo", Wish: WishSoon},
		Products: demoProducts(pg, ""),
		Wishes: []Wish{
			{"2026-11-24T18:00/2026-11-24T21:00", at(pg, 0, 18, 0), at(pg, 0, 21, 0)},
			{"2026-11-25T08:00/2026-11-25T12:00", at(pg, 1, 8, 0), at(pg, 1, 12, 0)},
			{"2026-11-25T14:00/2026-11-25T18:00", at(pg, 1, 14, 0), at(pg, 1, 18, 0)},
			{"2026-11-26T08:00/2026-11-26T12:00", at(pg, 2, 8, 0), at(pg, 2, 12, 0)},
		},
		Faults: []FaultGroup{
			{Kind: "repair", Product: "smart_lock", Name: both(pg, "智能门锁", "Smart lock"), Items: []ui.Choice{
				{Value: "smart_lock/keypad", Text: both(pg, "按键或屏幕没反应", "Keypad or screen dead")}, {Value: "smart_lock/battery", Text: both(pg, "耗电快、不上电", "Battery drains or no power")}}},
			{Kind: "install", Name: pg.T("customer.kind.install"), Items: []ui.Choice{{Value: "install/new", Text: both(pg, "新机安装", "New appliance")}}},
		},
		UploadURL: "/report/photos", Max: 9, MaxBytes: 25_000_000,
		Earliest: "2026-11-24", Latest: "2027-01-23",
	}
}

func demoProducts(pg ui.Page, on string) []ui.Choice {
	out := []ui.Choice{{Value: "", Text: pg.T("customer.report.product_none")}}
	for _, p := range [][3]string{
		{"smart_lock", "智能门锁", "Smart lock"}, {"water_heater", "燃气热水器", "Gas water heater"}, {"washer", "洗衣机", "Washing machine"},
		{"aircon", "空调", "Air conditioner"}, {"hood", "油烟机", "Range hood"}, {"purifier", "净水器", "Water purifier"},
	} {
		out = append(out, ui.Choice{Value: p[0], Text: both(pg, p[1], p[2]), On: on == p[0]})
	}
	return out
}

func demoFilled(pg ui.Page) ReportView {
	v := demoReport(pg)
	v.Products = demoProducts(pg, "smart_lock")
	v.V = ReportValues{
		Kind: "repair", Product: "smart_lock", Draft: "demo", Wish: v.Wishes[1].Value,
		Fault:   "smart_lock/keypad",
		Words:   both(pg, "按密码没反应，电池上周刚换的。", "No reaction to the code. The batteries were new last week."),
		Address: "杭州市西湖区文三路 90 号 3 幢 502",
		Name:    both(pg, "陈女士", "Ms Chen"), Phone: "19900000001",
	}
	return v
}

func demoWhich() *PlaceView {
	return &PlaceView{Outcome: PlaceSet, Ask: service.Text{ZH: "哪个市的鼓楼区？", EN: "The 鼓楼区 of which city?"}, Candidates: []PlaceChoice{
		{Code: "320106", Path: "江苏省 / 南京市 / 鼓楼区"}, {Code: "350102", Path: "福建省 / 福州市 / 鼓楼区"},
		{Code: "410204", Path: "河南省 / 开封市 / 鼓楼区"}, {Code: "320302", Path: "江苏省 / 徐州市 / 鼓楼区"},
	}}
}

func demoReceipt(pg ui.Page) ReceiptView {
	return ReceiptView{
		Number: demoNumber, Status: demoBase, Link: demoLink, Received: pg.P.Now,
		AssignBy: pg.P.Now.Add(10 * time.Minute), WishFrom: at(pg, 1, 8, 0), WishTo: at(pg, 1, 12, 0),
		Place:     &PlaceView{Outcome: PlaceOne, Path: demoPath, Code: "330106", Covered: true, Certain: true},
		MessageTo: "199****0001", Paper: demoBase + "/paper/receipt",
	}
}
