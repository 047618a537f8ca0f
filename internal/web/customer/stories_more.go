package customer

import (
	"net/http"
	"time"

	"github.com/a-h/templ"

	"anxin/internal/casefile"
	"anxin/internal/service"
	"anxin/internal/web/ui"
)

func changeStories() []ui.Story {
	return []ui.Story{
		story("cancel", "why, then cancel", func(pg ui.Page) templ.Component { return ReasonPage(pg, cancelView(pg, demoBase, demoReasons(pg))) }),
		story("reopen", "not fixed", func(pg ui.Page) templ.Component { return ReasonPage(pg, reopenView(pg, demoBase, demoReasons(pg))) }),
		story("refuse", "no signature, with the reason on record", func(pg ui.Page) templ.Component {
			v := refuseView(pg, demoBase, "v1", demoReasons(pg))
			v.Form.Add("reason", pg.T("customer.refuse.error.reason"))
			pg.Failed = true
			return ReasonPage(pg, v)
		}),
		story("time", "another wished time", func(pg ui.Page) templ.Component {
			r := demoReport(pg)
			return ReschedulePage(pg, RescheduleView{Base: demoBase, Wish: WishSoon, Wishes: r.Wishes, Earliest: r.Earliest, Latest: r.Latest})
		}),
		story("place", "correct the address", func(pg ui.Page) templ.Component {
			return PlacePage(pg, PlaceFormView{Base: demoBase, Address: "鼓楼区中山路 18 号", Place: demoWhich()})
		}),
		story("photos", "add photos", func(pg ui.Page) templ.Component {
			return PhotosPage(pg, PhotosView{Base: demoBase, UploadURL: demoBase + "/uploads", Max: 9, MaxBytes: 25_000_000})
		}),
		story("data", "everything stored, who looked, erase", func(pg ui.Page) templ.Component {
			v := demoData(pg)
			v.CanErase = true
			return DataPage(pg, v)
		}),
		story("data-open", "still under way: cannot erase yet, nobody looked", func(pg ui.Page) templ.Component {
			v := demoData(pg)
			v.Looks = nil
			return DataPage(pg, v)
		}),
		story("data-wrong-number", "the typed number is not the case's", func(pg ui.Page) templ.Component {
			v := demoData(pg)
			v.CanErase, v.Typed = true, "261124-48391-1"
			v.Form.Add("number", pg.T("customer.erase.error.number"))
			pg.Failed = true
			return DataPage(pg, v)
		}),
		story("erased", "after erasing", func(pg ui.Page) templ.Component { return ErasedPage(pg) }),
		story("paper-receipt", "A4", func(pg ui.Page) templ.Component { return PaperPage(pg, demoPaper(pg, "receipt")) }),
		story("paper-quote", "A4", func(pg ui.Page) templ.Component { return PaperPage(pg, demoPaper(pg, "quote")) }),
		story("paper-report", "A4, signed", func(pg ui.Page) templ.Component { return PaperPage(pg, demoPaper(pg, "report")) }),
	}
}

func demoReasons(pg ui.Page) []ui.Choice {
	return []ui.Choice{
		{Value: "works_again", Text: both(pg, "又好了", "It works again")},
		{Value: "other_service", Text: both(pg, "找了别的服务", "I found another service")},
		{Value: "time", Text: both(pg, "时间不合适", "The time does not suit me")},
		{Value: "other", Text: both(pg, "其他", "Other")},
	}
}

func demoData(pg ui.Page) DataView {
	item := func(what, value, why, who string) DataItem {
		return DataItem{pg.T("customer.data.item." + what), value, pg.T("customer.data.why." + why), pg.T("customer.data.until"), pg.T("customer.data.who." + who)}
	}
	return DataView{Base: demoBase, Number: demoNumber, Bundle: true,
		Items: []DataItem{
			item("name", both(pg, "陈女士", "Ms Chen"), "contact", "masked"),
			item("phone", "19900000001", "contact", "masked"),
			item("address", "杭州市西湖区文三路 90 号 3 幢 502", "visit", "masked"),
			item("words", both(pg, "按密码没反应，电池上周刚换的。", "No reaction to the code."), "fault", "masked"),
			item("photos", pg.T("customer.data.photos", "n", 2), "fault", "photos"),
		},
		Looks: []Look{
			{At: at(pg, 0, 13, 30), Who: pg.T("customer.data.role.agent"), What: pg.T("customer.data.field.phone"), Why: both(pg, "回拨顾客来电", "Called back")},
			{At: at(pg, 0, 13, 16), Who: pg.T("customer.data.role.technician"), What: pg.T("customer.data.field.address"), Why: both(pg, "已接单", "Took the job")},
		},
	}
}

func demoPaper(pg ui.Page, kind string) Paper {
	pg.P.Paper = true
	p := Paper{Base: demoBase, Kind: kind, Title: pg.T("customer.paper." + kind), Number: demoNumber, Code: "D-7K2M-94QX-T3HD",
		VerifyURL: "https://service.example.com/verify?code=D-7K2M-94QX-T3HD", Issued: pg.P.Now, Notes: []string{pg.T("customer.paper.note_" + kind)}}
	v := demoStatus(pg)
	switch kind {
	case "receipt":
		p.Facts = v.Facts
	case "quote":
		p.Facts = v.Facts[:2]
		q := demoQuote(pg)
		q.Lines[1].Answer, q.Lines[2].Answer, q.Approved = "approved", "refused", 8000
		p.Tables = []ui.Table{quoteTable(pg, q)}
	default:
		demoDone(pg, &v)
		p.Facts = workFacts(pg, v.Work[0])
		p.Tables = []ui.Table{partsTable(pg, v.Work[0])}
		p.Sign, p.SignedNote = true, pg.T("customer.work.signed_yes")+" · "+pg.P.Full(at(pg, 0, 15, 12))
	}
	return p
}

func publicStories() []ui.Story {
	return []ui.Story{
		story("coverage", "ask", func(pg ui.Page) templ.Component { pg.Public = true; return CoveragePage(pg, CoverageView{}) }),
		story("coverage-answer", "a pasted list answered", func(pg ui.Page) templ.Component {
			return CoveragePage(pg, CoverageView{Asked: true, Typed: "杭州西湖区\n鼓楼区\n西湖区文教路\n平凉市华亭县\n改则县\n不知道哪里", More: 12, Rows: []CoverageRow{
				{Typed: "杭州西湖区", Path: demoPath, Code: "330106", Covered: true, Technicians: 4, Earliest: pg.P.Now.Add(38 * time.Minute)},
				{Typed: "鼓楼区", Several: 4, Note: service.Text{ZH: "“鼓楼区”可能指4个地方", EN: "“鼓楼区” may mean 4 places"}, Choices: []PlaceChoice{
					{Code: "320106", Path: "江苏省 / 南京市 / 鼓楼区"}, {Code: "350102", Path: "福建省 / 福州市 / 鼓楼区"}, {Code: "320302", Path: "江苏省 / 徐州市 / 鼓楼区"}}},
				{Typed: "西湖区文教路", Path: demoPath, Code: "330106", Chosen: true, Several: 2, Covered: true, Technicians: 4},
				{Typed: "平凉市华亭县", Path: "甘肃省 / 平凉市 / 华亭市", Code: "620881", Note: service.Text{ZH: "华亭县已于2018年变更为华亭市", EN: "华亭县 became 华亭市 in 2018"}},
				{Typed: "改则县", Path: "西藏自治区 / 阿里地区 / 改则县", Code: "542526"},
				{Typed: "不知道哪里"},
			}})
		}),
		story("verify", "ask", func(pg ui.Page) templ.Component {
			pg.Public = true
			return VerifyPage(pg, VerifyView{Hotlines: demoHotlines()})
		}),
		story("verify-technician", "ours", func(pg ui.Page) templ.Component {
			return VerifyPage(pg, VerifyView{Typed: "HM-1042", Hotlines: demoHotlines(), Answers: []VerifyAnswer{{
				Kind: "technician", Tone: ui.OK, Title: pg.T("customer.verify.tech_yes"), Text: pg.T("customer.verify.tech_yes_text", "code", "HM-1042"),
				Facts: []ui.Pair{{Key: pg.T("customer.verify.tech_name"), Text: "周**"}, {Key: pg.T("customer.verify.tech_partner"), Text: both(pg, "杭州城西站", "Hangzhou West")},
					{Key: pg.T("customer.verify.tech_expected"), Text: pg.T("customer.verify.expected.yes")}},
				Signed: "anxin verify v1\ntechnician HM-1042 ours\n2026-11-24T06:05:00Z\n", At: pg.P.Now}}})
		}),
		story("verify-fake", "a hotline number that is not ours", func(pg ui.Page) templ.Component {
			return VerifyPage(pg, VerifyView{Typed: "400-000-9999", Hotlines: demoHotlines(), Answers: []VerifyAnswer{{
				Kind: "hotline", Tone: ui.Danger, Title: pg.T("customer.verify.hotline_no"), Text: pg.T("customer.verify.hotline_no_text", "number", "400-000-9999"),
				Next: pg.T("customer.verify.hotline_next"), At: pg.P.Now}}})
		}),
		story("find", "ask for the phone", func(pg ui.Page) templ.Component { return FindPage(pg, FindView{}) }),
		story("find-code", "ask for the code; the same whether the phone is known or not", func(pg ui.Page) templ.Component {
			var v FindView
			v.Form.Add("code", pg.T("customer.find.error.code"))
			pg.Failed = true
			return FindCodePage(pg, v)
		}),
		story("found", "the cases of the phone", func(pg ui.Page) templ.Component {
			return FoundPage(pg, FindView{Found: []FoundView{{demoNumber, demoBase, at(pg, 0, 13, 10)}, {"260818-20417-6", demoBase, at(pg, -98, 9, 0)}}})
		}),
		failure("error-404", casefile.NotFound), failure("error-429", casefile.Limited),
		failure("error-500", casefile.Internal), failure("error-503", casefile.Unavailable),
	}
}

func demoHotlines() []string { return []string{"400-000-0000"} }

func failure(name string, c casefile.Category) ui.Story {
	return story(name, http.StatusText(ui.StatusOf(casefile.Fail(c, ""))), func(pg ui.Page) templ.Component {
		return ui.FailurePage(pg, ui.FailureOf(pg, casefile.Fail(c, "")))
	})
}
