package desk

import (
	"time"

	"github.com/a-h/templ"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// Stories are the desk's screens with canned data about invented people.
func Stories() []ui.Story {
	type draw = func(pg ui.Page) templ.Component
	story := func(name, note, nav string, d draw) ui.Story {
		return ui.Story{Area: "desk", Name: name, Note: note, Render: func(pg ui.Page) templ.Component { return d(demoFrame(pg, nav)) }}
	}
	desk := func(name, note string, v func(pg ui.Page) Page) ui.Story {
		return story(name, note, "/desk", func(pg ui.Page) templ.Component { return DeskPage(pg, v(pg)) })
	}
	open := func(name, note string, change func(pg ui.Page, c *Case)) ui.Story {
		return desk("case-"+name, note, func(pg ui.Page) Page {
			c := demoCase(pg)
			change(pg, &c)
			return Page{Queue: demoQueue(pg), Case: &c, Dispatcher: true}
		})
	}
	return []ui.Story{
		desk("queue", "nothing open", func(pg ui.Page) Page { return Page{Queue: demoQueue(pg)} }),
		desk("queue-problems", "exceptions first, each with what is wrong", func(pg ui.Page) Page { return Page{Queue: demoProblems(pg), Dispatcher: true} }),
		desk("queue-empty", "", func(pg ui.Page) Page { return Page{Queue: Queue{Tabs: demoTabs("new"), Tab: "new"}} }),
		desk("search", "by the last four digits", func(pg ui.Page) Page {
			q := demoQueue(pg)
			q.Tab, q.Tabs, q.Query, q.Found, q.Rows = "search", demoTabs(""), "0017", 2, q.Rows[:2]
			return Page{Queue: q}
		}),
		desk("search-empty", "", func(pg ui.Page) Page {
			return Page{Queue: Queue{Tabs: demoTabs(""), Tab: "search", Query: "0099"}}
		}),
		open("offering", "being offered: who was asked, why, who declined", func(ui.Page, *Case) {}),
		open("revealed", "the phone after a reason was given", func(pg ui.Page, c *Case) { c.Fields[1].Shown = "199 0000 0017" }),
		open("region", "the address is ambiguous", demoRegion),
		open("assign", "ranked technicians, with the reasons against the others", demoAssign),
		open("assign-error", "nobody chosen", func(pg ui.Page, c *Case) {
			demoAssign(pg, c)
			c.Act.Candidates[0].On = false
			c.Act.Form.Add("technician", pg.T("desk.assign.choose"))
		}),
		open("cancel", "a reason is needed", func(pg ui.Page, c *Case) {
			c.Act = &Act{Name: "cancel", Reasons: []ui.Choice{
				{Value: "solved", Text: say(pg, "问题已经解决", "It is solved")}, {Value: "too_late", Text: say(pg, "等太久", "Took too long")},
				{Value: "price", Text: say(pg, "价格原因", "Price")}, {Value: "unreachable", Text: say(pg, "联系不上客户", "Customer cannot be reached")},
			}}
			c.Act.Form.Add("reason", pg.T("desk.reason_missing"))
		}),
		open("working", "a technician is there, the quote is answered", demoWorking),
		open("done", "finished, signed, rated", demoDone),
		open("erased", "the customer had the data erased", func(pg ui.Page, c *Case) {
			demoDone(pg, c)
			c.Erased, c.CanReveal, c.CanNote = true, false, true
			for i := range c.Fields {
				c.Fields[i].Empty = true
			}
		}),
		story("new", "empty", "/desk/new", func(pg ui.Page) templ.Component { return NewCasePage(pg, demoNew(pg)) }),
		story("new-caller", "caller known, place covered, slots to read out", "/desk/new", func(pg ui.Page) templ.Component { return NewCasePage(pg, demoNewKnown(pg)) }),
		story("new-unclear", "the place may be one of two; two fields wrong", "/desk/new", func(pg ui.Page) templ.Component { return NewCasePage(pg, demoNewUnclear(pg)) }),
		story("day", "time bars, unassigned first", "/desk/day", func(pg ui.Page) templ.Component { return DayPage(pg, demoDay(pg)) }),
		story("day-case", "who could go for one case: gaps with price, and why not", "/desk/day", func(pg ui.Page) templ.Component { return DayPage(pg, demoDayCase(pg)) }),
		story("day-route", "one technician's route is marked", "/desk/day", func(pg ui.Page) templ.Component {
			v := demoDay(pg)
			v.Route = v.Rows[0].Code
			return DayPage(pg, v)
		}),
		story("day-night", "a night shift, visits that overlap, everything late", "/desk/day", func(pg ui.Page) templ.Component { return DayPage(pg, demoNight(pg)) }),
		story("day-plan", "a proposal: what it costs, what is left out", "/desk/day", func(pg ui.Page) templ.Component { return DayPlanPage(pg, demoDayPlan(pg)) }),
		story("day-plan-given", "accepted; one case moved on meanwhile", "/desk/day", func(pg ui.Page) templ.Component {
			v := demoDayPlan(pg)
			v.Visits[0].Outcome, v.Visits[1].Outcome, v.Visits[2].Outcome = "given", "moved_on", "refused"
			return DayPlanPage(pg, v)
		}),
		story("day-plan-running", "", "/desk/day", func(pg ui.Page) templ.Component {
			return DayPlanPage(pg, DayPlan{Date: midnight(pg), State: "running"})
		}),
		story("day-plan-none", "", "/desk/day", func(pg ui.Page) templ.Component {
			return DayPlanPage(pg, DayPlan{Date: midnight(pg), State: "none", Idem: "p1"})
		}),
		story("day-empty", "", "/desk/day", func(pg ui.Page) templ.Component {
			return DayPage(pg, Day{Date: midnight(pg), First: usualFirst, Last: usualLast})
		}),
	}
}

func say(pg ui.Page, zh, en string) string {
	if pg.P.Lang == i18n.EN {
		return en
	}
	return zh
}

func demoFrame(pg ui.Page, nav string) ui.Page {
	return staff.Frame{Name: say(pg, "林晓", "Lin Xiao"), Role: casefile.Dispatcher, Others: true, Account: "/account"}.Page(pg, nav)
}

func midnight(pg ui.Page) time.Time {
	n := pg.P.In(pg.P.Now)
	return time.Date(n.Year(), n.Month(), n.Day(), 0, 0, 0, 0, n.Location())
}

func at(pg ui.Page, hour, min int) time.Time {
	return midnight(pg).Add(time.Duration(hour)*time.Hour + time.Duration(min)*time.Minute)
}

func demoID(n byte) casefile.ID { return casefile.ID{1, 0x9a, 0x3c, 6: 0x70, 8: 0x80, 15: n} }

func demoTabs(current string) []Tab {
	counts := map[string]int{"problems": 3, "new": 2, "unassigned": 4, "assigned": 18, "going": 7, "done": 50, "all": 50}
	var out []Tab
	for _, t := range tabs {
		out = append(out, Tab{Name: t.name, Count: counts[t.name], More: counts[t.name] == 50, Current: t.name == current})
	}
	return out
}

func demoQueue(pg ui.Page) Queue {
	clock := func(kind string, left time.Duration) *ui.Clock {
		return &ui.Clock{Due: pg.P.Now.Add(left), Label: pg.T("desk.clock." + kind), Warn: 10 * time.Minute}
	}
	return Queue{Tabs: demoTabs("unassigned"), Tab: "unassigned", Next: "x", Rows: []Row{
		{Number: "261124483914", Kind: "repair", Urgency: "emergency", State: "triaged", Product: say(pg, "智能门锁", "Smart lock"), Region: say(pg, "浙江省 杭州市 西湖区", "Xihu, Hangzhou, Zhejiang"), Name: "陈**", Clock: clock("assign", -4*time.Minute), Problems: []string{"no_candidate"}},
		{Number: "261124102936", Kind: "repair", Urgency: "express", State: "planned", Product: say(pg, "壁挂炉", "Wall-hung boiler"), Region: say(pg, "浙江省 杭州市 拱墅区", "Gongshu, Hangzhou, Zhejiang"), Name: "王*", Clock: clock("assign", 6*time.Minute), Current: true},
		{Number: "261124556673", Kind: "install", Urgency: "booked", State: "triaged", Product: say(pg, "净水器", "Water purifier"), Region: say(pg, "江苏省 苏州市 昆山市", "Kunshan, Suzhou, Jiangsu"), Name: "李**", Clock: clock("assign", 52*time.Minute)},
		{Number: "261123774412", Kind: "clean", Urgency: "flexible", State: "planned", Product: say(pg, "油烟机", "Cooker hood"), Region: say(pg, "广东省 东莞市 虎门镇", "Humen, Dongguan, Guangdong"), Name: "赵*", Clock: &ui.Clock{Due: at(pg, 18, 0), Label: pg.T("desk.clock.assign"), Paused: pg.T("desk.pause.paused", "reason", say(pg, "等客户回电", "customer calls back"))}},
		{Number: "261124339087", Kind: "relocate", Urgency: "booked", State: "triaged", Product: say(pg, "空调", "Air conditioner"), Region: say(pg, "西藏自治区 阿里地区 札达县", "Zanda, Ngari, Tibet"), Name: "孙**", Clock: clock("assign", 3*time.Hour), NotCovered: true},
	}}
}

func demoProblems(pg ui.Page) Queue {
	q := demoQueue(pg)
	q.Tab, q.Tabs, q.Next = "problems", demoTabs("problems"), ""
	q.Rows = []Row{
		{Number: "261124483914", Title: problemWord(pg.P, "no_candidate"), Urgency: "emergency", Region: say(pg, "浙江省 杭州市 西湖区", "Xihu, Hangzhou, Zhejiang"), Why: say(pg, "派单已超时 4 分钟，附近没有会修门锁的师傅", "4 min overdue; nobody around repairs locks"), Since: pg.P.Now.Add(-4 * time.Minute)},
		{Number: "261124102936", Title: problemWord(pg.P, "door_locked"), Urgency: "express", Region: say(pg, "浙江省 杭州市 拱墅区", "Gongshu, Hangzhou, Zhejiang"), Why: say(pg, "上门码输错 5 次", "door code typed wrong 5 times"), Since: pg.P.Now.Add(-11 * time.Minute)},
		{Number: "261124556673", Title: problemWord(pg.P, "given_back"), Urgency: "booked", Region: say(pg, "江苏省 苏州市 昆山市", "Kunshan, Suzhou, Jiangsu"), Why: say(pg, "何立（HM-1088）：车辆问题", "He Li (HM-1088): vehicle trouble"), Since: pg.P.Now.Add(-26 * time.Minute)},
	}
	return q
}

func demoCase(pg ui.Page) Case {
	arrive := at(pg, 14, 40)
	return Case{
		Number: "261124102936", Tab: "unassigned", Kind: "repair", Urgency: "express", State: "planned", Product: say(pg, "壁挂炉", "Wall-hung boiler"), Fault: say(pg, "不出热水", "no hot water"),
		Region: say(pg, "浙江省 / 杭州市 / 拱墅区", "Zhejiang / Hangzhou / Gongshu"), RegionOutcome: "confirmed", Covered: true, Lang: "zh", Created: at(pg, 13, 42),
		Fields: []Masked{{Field: "name", Text: "王*"}, {Field: "phone", Text: "199****0017"}, {Field: "address", Text: say(pg, "拱墅区 ••••••", "Gongshu ••••••")}, {Field: "words", Text: "••••••"}},
		RevealReasons: []ui.Choice{
			{Value: "call_back", Text: say(pg, "回电客户", "Call back")}, {Value: "find_place", Text: say(pg, "核对地址", "Check the address")},
			{Value: "technician_asks", Text: say(pg, "师傅询问", "Technician asks")}, {Value: "other", Text: say(pg, "其他", "Other")},
		},
		Clocks: []ClockRow{
			{ID: demoID(1), Kind: "accept", Stopped: at(pg, 13, 43)},
			{ID: demoID(2), Kind: "assign", Clock: ui.Clock{Due: pg.P.Now.Add(6 * time.Minute), Label: pg.T("desk.clock.assign"), Warn: 10 * time.Minute}},
			{ID: demoID(3), Kind: "arrive", Clock: ui.Clock{Due: at(pg, 15, 0), Label: pg.T("desk.clock.arrive"), Warn: 15 * time.Minute}},
		},
		Visits: []VisitRow{{ID: demoID(5), Number: 1, State: "offered"}},
		Offers: []OfferRow{
			{Code: "HM-1042", Name: say(pg, "周建国", "Zhou Jianguo"), State: "seen", Round: 1, Rank: 2, Arrive: arrive, DistanceM: 3240, Expires: pg.P.Now.Add(3 * time.Minute), Why: []string{say(pg, "14:40 可到，路上 14 分钟、3.2 公里", "can be there at 14:40, 14 min and 3.2 km"), say(pg, "从上一单出发", "sets out from the visit before")}},
			{Code: "HM-1017", Name: say(pg, "吴海", "Wu Hai"), State: "declined", Round: 1, Rank: 1, Arrive: at(pg, 14, 25), DistanceM: 2100, Decline: say(pg, "没有配件", "No parts"), Why: []string{say(pg, "14:25 可到，路上 9 分钟、2.1 公里", "can be there at 14:25, 9 min and 2.1 km")}},
		},
		Timeline: []Entry{
			{At: at(pg, 14, 2), Who: staff.Word(pg.P, "role", "system"), Text: say(pg, "已问周建国（HM-1042），14:08 前答复", "Offered to Zhou Jianguo (HM-1042), answer by 14:08")},
			{At: at(pg, 14, 1), Who: staff.Word(pg.P, "role", "technician"), Text: say(pg, "吴海拒接：没有配件", "Wu Hai declined: no parts")},
			{At: at(pg, 13, 55), Who: staff.Word(pg.P, "role", "agent"), Text: "客户说小区东门可以进车。", Note: true},
			{At: at(pg, 13, 43), Who: staff.Word(pg.P, "role", "system"), Text: say(pg, "已受理，正在安排师傅", "Accepted, a technician is being found"), Customer: true},
			{At: at(pg, 13, 42), Who: staff.Word(pg.P, "role", "customer"), Text: say(pg, "客户在网上报修", "Reported online"), Customer: true},
		},
		Looked: []Look{{At: at(pg, 13, 54), Role: staff.Word(pg.P, "role", "agent"), Action: pg.T("desk.look.reveal", "field", pg.T("desk.field.phone")), Words: say(pg, "回电客户", "Call back")}},
		Acts:   []string{"assign", "address", "reschedule", "remote_fix", "cancel"}, CanNote: true, CanPause: true, CanReveal: true, Idem: "c1", Seq: 7,
	}
}

func demoRegion(pg ui.Page, c *Case) {
	c.State, c.RegionOutcome, c.Region, c.Offers, c.Visits = "received", "set", "", nil, nil
	c.RegionAsk = say(pg, "“朝阳区”有两个，是哪一个？", "There are two districts of this name. Which one?")
	c.RegionChoices = []RegionChoice{{Code: "110105", Path: "北京市 / 朝阳区"}, {Code: "220104", Path: "吉林省 / 长春市 / 朝阳区", Why: say(pg, "写了“桂林路”，长春有这条路", "“Guilin Road” is in Changchun")}}
	c.Problems = []string{say(pg, "地址不清楚，暂时派不出去", "The address is unclear; nobody can be sent yet")}
}

func demoAssign(pg ui.Page, c *Case) {
	c.Act = &Act{Name: "assign", CanAssign: true, ByCost: true, Rates: []string{pg.T("dispatch.rate.ebike", "km", "¥0.20", "hour", "¥40.00", "overtime", "¥60.00")}, Candidates: []Candidate{
		{ID: demoID(21), Code: "HM-1042", Name: say(pg, "周建国", "Zhou Jianguo"), Eligible: true, Arrive: at(pg, 14, 40), DistanceM: 3240, Travel: 14 * time.Minute, Load: 3, On: true, Priced: true, Cost: 1130, After: "261124483914", Before: "261124556673", Why: []string{say(pg, "从上一单出发", "sets out from the visit before"), say(pg, "有“壁挂炉”品牌授权", "authorised for boilers"), say(pg, "车上有“三通阀”", "has the valve in the van")}},
		{ID: demoID(22), Code: "HM-1088", Name: say(pg, "何立", "He Li"), Eligible: true, Arrive: at(pg, 15, 10), DistanceM: 8800, Travel: 31 * time.Minute, Load: 1, Priced: true, Cost: 2590, More: 1460, Why: []string{say(pg, "从出发点出发", "sets out from the starting place")}},
		{ID: demoID(25), Code: "HM-1120", Name: say(pg, "韩冬", "Han Dong"), Eligible: true, Later: true, Arrive: at(pg, 33, 0), DistanceM: 4100, Travel: 18 * time.Minute, Load: 2, Priced: true, Cost: 960, More: -170, After: "261124339087", Why: []string{say(pg, "从上一单出发", "sets out from the visit before")}},
		{ID: demoID(26), Code: "HM-1203", Name: say(pg, "秦峰", "Qin Feng"), Outside: true, Arrive: at(pg, 14, 30), DistanceM: 2600, Travel: 12 * time.Minute, Priced: true, Cost: 870, More: -260, Why: []string{say(pg, "不负责该区域（330105）", "does not cover this region (330105)")}},
		{ID: demoID(23), Code: "HM-1017", Name: say(pg, "吴海", "Wu Hai"), Why: []string{say(pg, "此单不能派给该师傅：师傅已拒接", "must not get this job: the technician declined it")}},
		{ID: demoID(24), Code: "HM-1101", Name: say(pg, "郑凯", "Zheng Kai"), Why: []string{say(pg, "没有“燃气”证书", "does not hold the gas certificate"), say(pg, "客户可约的时间内已排满", "has no free time during the customer's times")}},
	}}
}

func demoWorking(pg ui.Page, c *Case) {
	c.State, c.Tab, c.Held = "in_progress", "going", true
	c.Acts = []string{"cancel", "refer"}
	c.Clocks[1].Stopped, c.Clocks[2].Stopped = at(pg, 13, 58), at(pg, 14, 3)
	c.Promise, c.PromiseFrom, c.PromiseTo = "kept", at(pg, 14, 0), at(pg, 14, 30)
	c.Visits = []VisitRow{{
		ID: demoID(5), Number: 1, State: "working", Technician: say(pg, "周建国 HM-1042", "Zhou Jianguo HM-1042"), From: at(pg, 14, 0), To: at(pg, 15, 0), EnRoute: at(pg, 13, 50), Arrived: at(pg, 14, 3), ArrivedHow: "door_code", QuoteState: "answered",
		Total: 18800, Approved: 18800,
		Lines: []QuoteLine{{Item: say(pg, "更换三通阀", "Replace the three-way valve"), Quantity: 1, Sum: 18800, Answer: "approved"}, {Item: say(pg, "清洗换热器", "Clean the heat exchanger"), Quantity: 1, Sum: 5000, Answer: "refused"}},
	}}
	c.Offers = c.Offers[:1]
	c.Offers[0].State = "accepted"
}

func demoDone(pg ui.Page, c *Case) {
	demoWorking(pg, c)
	c.State, c.Tab, c.Acts = "done", "done", []string{"reopen", "close"}
	v := &c.Visits[0]
	v.State, v.Outcome, v.Finished, v.Cause, v.Parts = "finished", "finished", at(pg, 14, 50), say(pg, "三通阀故障", "Three-way valve"), []string{say(pg, "三通阀 HM-V3-000187", "Three-way valve HM-V3-000187")}
	v.WarrantyUntil, v.Document, v.Signature, v.Stars = pg.P.Now.AddDate(0, 3, 0), "D-7K3M-9QXT-4RBW", "signed", 5
}

func demoNew(pg ui.Page) NewCase {
	v := NewCase{Kind: "repair", Urgency: "booked", Idem: "n1", Earliest: "2026-11-24", Latest: "2027-01-23"}
	for _, k := range []string{"repair", "install", "relocate", "commission", "clean"} {
		v.Kinds = append(v.Kinds, ui.Choice{Value: k, Text: staff.Word(pg.P, "kind", k), Icon: staff.KindIcon(k)})
	}
	for _, u := range []string{"emergency", "express", "booked", "flexible"} {
		v.Urgencies = append(v.Urgencies, ui.Choice{Value: u, Text: staff.Word(pg.P, "urgency", u)})
	}
	choose := ui.Choice{Text: pg.T("desk.new.choose")}
	v.Products = []ui.Choice{choose, {Value: "boiler", Text: say(pg, "壁挂炉", "Wall-hung boiler")}, {Value: "smart_lock", Text: say(pg, "智能门锁", "Smart lock")}}
	v.Faults = []ui.Choice{choose, {Value: "no_hot_water", Text: say(pg, "不出热水", "No hot water")}, {Value: "other", Text: say(pg, "其他（请描述）", "Something else (please describe)")}}
	v.Parts = []ui.Choice{{Text: pg.T("desk.new.part_any")}, {Value: "am", Text: pg.T("desk.new.part_am")}, {Value: "pm", Text: pg.T("desk.new.part_pm")}, {Value: "eve", Text: pg.T("desk.new.part_eve")}}
	return v
}

func demoNewKnown(pg ui.Page) NewCase {
	v := demoNew(pg)
	v.Phone, v.Name, v.Address, v.Product, v.Fault = "19900000017", "陈女士", "杭州西湖区翠苑街道示例路18号3幢502", "boiler", "no_hot_water"
	v.Looked = true
	v.Caller = []Caller{
		{Number: "261124102936", Kind: "repair", Product: say(pg, "壁挂炉", "Wall-hung boiler"), State: "planned", Created: at(pg, 13, 42)},
		{Number: "260803551203", Kind: "install", Product: say(pg, "净水器", "Water purifier"), State: "closed", Created: pg.P.Now.AddDate(0, -3, -21)},
	}
	v.Answer = Answer{
		Asked: true, Outcome: "one", Path: "浙江省 / 杭州市 / 西湖区", Covered: true, By: 4, Arrive: at(pg, 14, 40),
		Slots: []Slot{{at(pg, 14, 30), at(pg, 15, 10)}, {at(pg, 16, 0), at(pg, 17, 0)}, {at(pg, 32, 0), at(pg, 36, 0)}},
	}
	return v
}

func demoNewUnclear(pg ui.Page) NewCase {
	v := demoNew(pg)
	v.Phone, v.Address, v.Looked = "1990000001", "朝阳区桂林路 12 号", true
	v.Answer = Answer{Asked: true, Outcome: "set", Choices: []RegionChoice{{Code: "110105", Path: "北京市 / 朝阳区"}, {Code: "220104", Path: "吉林省 / 长春市 / 朝阳区", Why: say(pg, "写了“桂林路”，长春有这条路", "“Guilin Road” is in Changchun")}}}
	v.Form.Add("phone", say(pg, "电话少了一位，请核对", "The number is one digit short"))
	v.Form.Add("product", say(pg, "请选择产品", "Choose the product"))
	return v
}
