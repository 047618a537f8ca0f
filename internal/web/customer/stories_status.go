package customer

import (
	"time"

	"github.com/a-h/templ"

	"anxin/internal/web/ui"
)

func statusStories() []ui.Story {
	page := func(change func(pg ui.Page, v *StatusView)) func(pg ui.Page) templ.Component {
		return func(pg ui.Page) templ.Component {
			v := demoStatus(pg)
			change(pg, &v)
			return StatusPage(pg, v)
		}
	}
	return []ui.Story{
		story("status-received", "just accepted, the place is not sure", page(func(pg ui.Page, v *StatusView) {
			v.Place = demoWhich()
			v.Can = Can{Cancel: true, Reschedule: true, AddPhotos: true, Correct: true}
		})),
		story("status-planned", "looking for a technician", page(func(pg ui.Page, v *StatusView) {
			v.Can = Can{Cancel: true, Reschedule: true, AddPhotos: true, Correct: true}
			v.Now = NowLine{Tone: ui.Info, State: pg.T("customer.state.planned"),
				Title: both(pg, "正在为您找师傅", "We are looking for a technician"),
				Text:  both(pg, "已问了附近 3 位师傅，最迟 14:15 告诉您结果。", "We have asked 3 technicians nearby and will tell you by 14:15."),
				Due:   &ui.Clock{Due: pg.P.Now.Add(10 * time.Minute), Warn: 3 * time.Minute, Label: both(pg, "安排师傅", "Technician found")}}
		})),
		story("status-assigned", "technician known, with window and door code", page(func(pg ui.Page, v *StatusView) {
			demoAssigned(pg, v)
		})),
		story("status-en-route", "on the way", page(func(pg ui.Page, v *StatusView) {
			demoAssigned(pg, v)
			v.Now.State, v.Now.Title = pg.T("customer.state.en_route"), both(pg, "周师傅在路上", "Mr Zhou is on the way")
			v.Now.Text = both(pg, "预计 14:32 到。请把手机留在身边。", "Expected at 14:32. Please keep your phone with you.")
			v.Tech.EnRoute, v.Tech.Arrival, v.Tech.CanConfirm = true, at(pg, 0, 14, 32), true
		})),
		story("status-late", "the promise is at risk", page(func(pg ui.Page, v *StatusView) {
			demoAssigned(pg, v)
			v.Now.Tone, v.Now.State = ui.Warn, both(pg, "可能晚到", "May be late")
			v.Now.Title = both(pg, "周师傅可能晚到", "Mr Zhou may be late")
			v.Now.From, v.Now.To = at(pg, 0, 15, 10), at(pg, 0, 15, 40)
			v.Now.Text = both(pg, "上一家还没做完。原来约的是 14:20-15:00。您可以等，也可以改时间。", "The job before is not finished. The time was 14:20-15:00. You can wait or choose another time.")
		})),
		story("status-quote", "a quote to answer line by line", page(demoQuoteOpen)),
		story("status-quote-error", "one line was left open", page(func(pg ui.Page, v *StatusView) {
			demoQuoteOpen(pg, v)
			v.Quote.Lines[1].Answer = "approved"
			v.Quote.Form.Add("line-3", pg.T("customer.quote.error.line"))
		})),
		story("status-working", "the quote is answered, work is under way", page(func(pg ui.Page, v *StatusView) {
			demoAssigned(pg, v)
			v.Tech.DoorCode, v.Tech.Arrived = "", at(pg, 0, 14, 31)
			v.Now = NowLine{Tone: ui.Info, State: pg.T("customer.state.in_progress"), Title: both(pg, "正在维修", "Work is under way"),
				Text: both(pg, "按您同意的项目进行。要加项会再请您答复。", "What you approved is being done. Anything more needs your answer first.")}
			q := demoQuote(pg)
			q.Open, q.Lines[1].Answer, q.Lines[2].Answer, q.Approved = false, "approved", "refused", 8000
			v.Quote = &q
		})),
		story("status-sign", "read the report and sign", page(func(pg ui.Page, v *StatusView) {
			demoDone(pg, v)
			v.Rate = nil
			v.Work[0].Signed = pg.T("customer.work.signed_open")
			v.Sign = &SignView{Visit: "v1", Until: at(pg, 3, 15, 20)}
			v.Now = NowLine{Tone: ui.Warn, State: pg.T("customer.state.waiting_signature"), Title: both(pg, "修好了，请签字", "It is fixed. Please sign"),
				Text: both(pg, "看一下服务报告，没有问题就签字。", "Look at the service report and sign if it is right.")}
		})),
		story("status-done", "finished and signed, rate it", page(demoDone)),
		story("status-rated", "rated", page(func(pg ui.Page, v *StatusView) {
			demoDone(pg, v)
			v.Rate = &RateView{Given: 5, Words: both(pg, "来得准时，讲得清楚。", "On time and clear.")}
		})),
		story("status-follow-up", "a second visit is needed", page(func(pg ui.Page, v *StatusView) {
			demoDone(pg, v)
			v.Rate = nil
			v.Work[0].FollowUp = both(pg, "订购主板，到货后再上门，不另收上门费。", "A main board is ordered. The second visit costs nothing extra.")
			v.Work[0].Parts, v.Work[0].WarrantyUntil, v.Work[0].After = nil, time.Time{}, nil
			v.Now = NowLine{Tone: ui.Info, State: pg.T("customer.state.triaged"), Title: both(pg, "还要再来一次", "One more visit"),
				Text: both(pg, "配件到货后安排，预计 11月27日。", "We arrange it when the part is here, probably on 27 November.")}
		})),
		story("status-cancelled", "cancelled", page(func(pg ui.Page, v *StatusView) {
			v.Open = false
			v.Now = NowLine{Tone: ui.Quiet, State: pg.T("customer.state.cancelled"), Title: both(pg, "已取消", "Cancelled"),
				Text: both(pg, "您在今天 13:20 取消了这次报修。没有收费。", "You cancelled this report today at 13:20. Nothing was charged.")}
		})),
	}
}

func demoStatus(pg ui.Page) StatusView {
	return StatusView{
		Number: demoNumber, Base: demoBase, Seq: 3, Open: true, Contact: "4000000000",
		Now: NowLine{Tone: ui.Info, State: pg.T("customer.state.received"), Title: both(pg, "已受理，正在安排", "Received and being arranged"),
			Text: both(pg, "预计 10 分钟内安排师傅。安排好马上发消息给您。", "A technician should be found within 10 minutes. You get a message.")},
		Facts: []ui.Pair{
			{Key: pg.T("customer.fact.kind"), Text: pg.T("customer.kind.repair") + both(pg, "，智能门锁", ", smart lock")},
			{Key: pg.T("customer.fact.place"), Body: han(demoPath)},
			{Key: pg.T("customer.fact.wish"), Body: ui.Window(pg.P, at(pg, 0, 14, 0), at(pg, 0, 18, 0))},
			{Key: pg.T("customer.fact.received"), Body: ui.Time(pg.P, at(pg, 0, 13, 10))},
		},
		Events: []ui.Event{
			{At: at(pg, 0, 13, 11), Title: both(pg, "地点已确认", "Place confirmed")},
			{At: at(pg, 0, 13, 10), Title: both(pg, "已受理", "Received"), Text: both(pg, "单号和链接已发到您的手机。", "Number and link were sent to your phone.")},
		},
		Papers: []PaperLink{{pg.T("customer.receipt.print"), demoBase + "/paper/receipt"}},
	}
}

func demoAssigned(pg ui.Page, v *StatusView) {
	v.Can = Can{Cancel: true, AddPhotos: true}
	v.Now = NowLine{Tone: ui.Info, State: pg.T("customer.state.assigned"), Title: both(pg, "周师傅会来", "Mr Zhou will come"),
		From: at(pg, 0, 14, 20), To: at(pg, 0, 15, 0), Chance: 0.92,
		Text: both(pg, "出发前会告诉您准确的到达时间。", "You will be told the exact time before he sets out.")}
	v.Tech = &TechView{Name: both(pg, "周师傅", "Mr Zhou"), Code: "HM-1042", Initial: "周", DoorCode: "482913", Visit: "v1",
		Certs: []string{both(pg, "低压电工证", "low-voltage electrician")}}
	v.Events = append([]ui.Event{{At: at(pg, 0, 13, 16), Title: both(pg, "已安排师傅", "Technician found"),
		Text: both(pg, "周师傅接单，工号 HM-1042。", "Mr Zhou has taken the job, work number HM-1042.")}}, v.Events...)
}

func demoQuote(pg ui.Page) QuoteView {
	return QuoteView{ID: "q1", Open: true, PriceList: "2026-10", At: at(pg, 0, 14, 40), Total: 12800, Lines: []QuoteLine{
		{N: 1, Item: both(pg, "上门与检测", "Visit and inspection"), Quantity: 1, Free: true, Why: both(pg, "保修内", "Under warranty")},
		{N: 2, Item: both(pg, "更换电池仓", "New battery case"), Quantity: 1, Unit: 8000, Sum: 8000, Why: both(pg, "触点烧蚀，电量送不到主板", "The contacts are burnt, no power reaches the board")},
		{N: 3, Item: both(pg, "锁体润滑保养", "Lubrication of the lock"), Quantity: 2, Unit: 2400, Sum: 4800, Why: both(pg, "转动发涩，建议做", "It turns stiffly. Recommended")},
	}}
}

func demoQuoteOpen(pg ui.Page, v *StatusView) {
	demoAssigned(pg, v)
	v.Tech.DoorCode, v.Tech.Arrived = "", at(pg, 0, 14, 31)
	q := demoQuote(pg)
	v.Quote = &q
	v.Now = NowLine{Tone: ui.Warn, State: pg.T("customer.state.waiting_approval"), Title: both(pg, "请答复报价", "Please answer the quote"),
		Text: both(pg, "师傅已检查好，等您逐项答复后开始。", "The technician has looked at it and starts when you have answered each line.")}
}

func demoDone(pg ui.Page, v *StatusView) {
	demoAssigned(pg, v)
	v.Tech = nil
	v.Can = Can{Reopen: true}
	v.Now = NowLine{Tone: ui.OK, State: pg.T("customer.state.done"), Title: both(pg, "已修好", "It is fixed"),
		Text: both(pg, "这次维修保修到 2027年2月22日。没修好，点“没修好，重新打开”。", "This repair is under warranty until 22 February 2027. If it is not fixed, reopen it.")}
	v.Work = []WorkView{{
		Visit: 1, At: at(pg, 0, 15, 10), Tech: both(pg, "周师傅 HM-1042", "Mr Zhou HM-1042"),
		Fault: both(pg, "门锁无反应", "Lock does not react"), Cause: both(pg, "电池仓触点烧蚀", "Burnt battery contacts"),
		Done:  both(pg, "更换电池仓，清理触点，测试开关锁 20 次正常。", "Replaced the battery case, cleaned the contacts, tested 20 times."),
		Parts: []PartView{{Name: both(pg, "电池仓 BC-2", "Battery case BC-2"), Serial: "BC2-0007731", Quantity: 1, Genuine: "yes"}},
		Checks: []CheckView{{both(pg, "断电后再拆", "Power off before opening"), "done"}, {both(pg, "指纹与密码都试过", "Fingerprint and code tested"), "done"},
			{both(pg, "门框对位", "Door frame aligned"), "na"}},
		Advice: []AdviceView{
			{both(pg, "燃气热水器", "Gas water heater"), both(pg, "排烟管接口松动，请尽快请人紧固，之前先不要长时间使用。", "The flue joint is loose. Have it tightened soon and avoid long use until then."), "unsafe"},
			{both(pg, "净水器", "Water purifier"), both(pg, "滤芯到期，建议下月更换。", "The filter is due next month."), "watch"},
		},
		WarrantyUntil: at(pg, 90, 0, 0), Total: 8000, Signed: pg.T("customer.work.signed_yes"), DocumentCode: "D-7K2M-94QX-T3HD",
	}}
	v.Rate = &RateView{Visit: "v1", Tech: both(pg, "周师傅", "Mr Zhou"), Tags: []ui.Choice{
		{Value: "on_time", Text: both(pg, "准时", "on time")}, {Value: "clear", Text: both(pg, "讲得清楚", "clear")},
		{Value: "clean", Text: both(pg, "收拾干净", "tidy")}, {Value: "fixed", Text: both(pg, "一次修好", "fixed at once")}}}
	v.Papers = append(v.Papers, PaperLink{both(pg, "打印服务报告", "Print the service report"), demoBase + "/paper/report"})
}
