package admin

import (
	"time"

	"github.com/a-h/templ"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// Stories are the operator's screens with canned data about invented people.
func Stories() []ui.Story {
	type draw = func(pg ui.Page) templ.Component
	story := func(name, note, nav string, d draw) ui.Story {
		return ui.Story{Area: "admin", Name: name, Note: note, Render: func(pg ui.Page) templ.Component { return d(demoFrame(pg, nav)) }}
	}
	return []ui.Story{
		story("overview", "all is well", "/admin", func(pg ui.Page) templ.Component { return OverviewPage(pg, demoOverview(pg)) }),
		story("overview-trouble", "two findings, each with the next step", "/admin", func(pg ui.Page) templ.Component { return OverviewPage(pg, demoTrouble(pg)) }),
		story("technicians", "one cannot get work, one certificate ends soon", "/admin/technicians", func(pg ui.Page) templ.Component { return TechniciansPage(pg, demoTechnicians(pg)) }),
		story("technicians-empty", "", "/admin/technicians", func(pg ui.Page) templ.Component { return TechniciansPage(pg, Technicians{Can: true}) }),
		story("technician", "skills, regions, shifts with a break, certificates, absences", "/admin/technicians", func(pg ui.Page) templ.Component { return TechnicianPage(pg, demoTechnician(pg)) }),
		story("technician-errors", "a new one, three things wrong", "/admin/technicians", func(pg ui.Page) templ.Component { return TechnicianPage(pg, demoTechnicianErrors(pg)) }),
		story("technician-dispatcher", "a dispatcher changes shifts and absences only", "/admin/technicians", func(pg ui.Page) templ.Component {
			v := demoTechnician(pg)
			v.CanAll = false
			return TechnicianPage(pg, v)
		}),
		story("accounts", "", "/admin/accounts", func(pg ui.Page) templ.Component { return AccountsPage(pg, demoAccounts(pg)) }),
		story("account-new", "", "/admin/accounts", func(pg ui.Page) templ.Component { return AccountPage(pg, demoAccount(pg, false)) }),
		story("account-invited", "the one-time link, shown once", "/admin/accounts", func(pg ui.Page) templ.Component {
			v := demoAccount(pg, true)
			v.State, v.SecondFactor, v.Seen = "invited", false, time.Time{}
			v.Link, v.LinkUntil = "service.example.cn/welcome/3sWZ0m5nQpK1vR8yTxUcLg", pg.P.Day(pg.P.Now.AddDate(0, 0, 7))
			return AccountPage(pg, v)
		}),
		story("account", "active, with a second factor", "/admin/accounts", func(pg ui.Page) templ.Component { return AccountPage(pg, demoAccount(pg, true)) }),
		story("keys", "one in use, one revoked", "/admin/keys", func(pg ui.Page) templ.Component { return KeysPage(pg, demoKeys(pg)) }),
		story("keys-made", "the key, shown once", "/admin/keys", func(pg ui.Page) templ.Component {
			v := demoKeys(pg)
			v.Secret = "ax_live_04tq7r9m2c8w5e1y6n3k0z8d4s_example-only-not-a-key"
			return KeysPage(pg, v)
		}),
		story("webhooks", "one works, one fails", "/admin/webhooks", func(pg ui.Page) templ.Component { return EndpointsPage(pg, demoEndpoints(pg)) }),
		story("webhooks-errors", "the new address is refused", "/admin/webhooks", func(pg ui.Page) templ.Component {
			v := demoEndpoints(pg)
			v.URL = "10.0.0.8/hook"
			v.Form.Add("url", say(pg, "地址要以 https:// 开头，且不能指向内部网络", "The address must begin with https:// and must not lead into an internal network"))
			return EndpointsPage(pg, v)
		}),
		story("clocks", "2026 as published, 2027 provisional", "/admin/clocks", func(pg ui.Page) templ.Component { return ClocksPage(pg, demoClocks(pg)) }),
		story("timers", "two were given up", "/admin/timers", func(pg ui.Page) templ.Component { return TimersPage(pg, demoTimers(pg)) }),
		story("timers-empty", "", "/admin/timers", func(pg ui.Page) templ.Component { return TimersPage(pg, Timers{Lanes: demoLanes()}) }),
		story("evidence", "verified this morning", "/admin/evidence", func(pg ui.Page) templ.Component {
			return EvidencePage(pg, Evidence{State: demoVault(pg), Folder: "/var/lib/anxin/trust", Trust: demoTrust(pg)})
		}),
		story("evidence-broken", "the check found something", "/admin/evidence", func(pg ui.Page) templ.Component {
			v := demoVault(pg)
			v.VerifiedOK, v.VerifiedWhat = false, say(pg, "第 48,213 条记录的文件缺了 1 个字节：案卷 261102-10442-9，照片 3", "Record 48,213: one byte of the file is missing (case 261102-10442-9, photo 3)")
			return EvidencePage(pg, Evidence{State: v})
		}),
		story("statistics", "a week, with the weeks before", "/admin/statistics", func(pg ui.Page) templ.Component { return StatisticsPage(pg, demoStatistics(pg)) }),
		story("statistics-empty", "", "/admin/statistics", func(pg ui.Page) templ.Component {
			return StatisticsPage(pg, Statistics{Span: "week", From: pg.P.Now.AddDate(0, 0, -7), To: pg.P.Now, Empty: true})
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
	return staff.Frame{Name: say(pg, "许言", "Xu Yan"), Role: casefile.Admin, Account: "/account"}.Page(pg, nav)
}

func demoID(n byte) casefile.ID { return casefile.ID{1, 0x9a, 0x3c, 6: 0x70, 8: 0x80, 15: n} }

func demoLanes() []Lane {
	return []Lane{{Name: "timer", Waiting: 214, Running: 1}, {Name: "outbox", Waiting: 3, Dead: 2}, {Name: "job", Waiting: 12, Running: 2}}
}

func demoVault(pg ui.Page) VaultState {
	return VaultState{
		Items: 12847, Bytes: 41_300_000_000, LogSize: 96_214, CheckpointSize: 96_201, CheckpointAt: pg.P.Now.Add(-40 * time.Second), CheckpointKey: "anxin.example/log+8f3a21c0",
		ExportedTo: "data/log/1", VerifiedAt: pg.P.Now.Add(-9 * time.Hour), VerifiedOK: true, VerifiedWhat: say(pg, "96,088 条记录、12,840 个文件，全部一致。", "96,088 records and 12,840 files, all sound."),
		StagedItems: 5, FreeBytes: 214_000_000_000, LastBackup: pg.P.Now.Add(-11 * time.Hour),
	}
}

func demoOverview(pg ui.Page) Overview {
	return Overview{Lanes: demoLanes(), Vault: demoVault(pg), Version: "0.1.0", Database: "SQLite 3.51", Started: pg.P.Now.Add(-70 * time.Hour), Mailbox: "/admin/mailbox"}
}

func demoTrouble(pg ui.Page) Overview {
	v := demoOverview(pg)
	v.Findings = []Finding{
		{Tone: ui.Danger, What: say(pg, "磁盘只剩 1.2 GB", "Only 1.2 GB of disk space left"), Next: say(pg, "加大磁盘，或把旧备份移走。低于 512 MB 时停止接收照片，报修不受影响。", "Add space or move old backups away. Below 512 MB photos are refused; reports still work.")},
		{Tone: ui.Warn, What: say(pg, "2027 年的放假安排还没有公布", "The holiday notice for 2027 is not out yet"), Next: say(pg, "公布后把文件放到 data/calendars/cn-2027.yaml。", "When it is out, put it into data/calendars/cn-2027.yaml.")},
	}
	v.Lanes[1].Overdue, v.Lanes[1].Lag = 31, 4*time.Minute
	return v
}

func demoTechnicians(pg ui.Page) Technicians {
	partner := say(pg, "禾木杭州西湖网点", "Hemu Xihu branch")
	return Technicians{Can: true, Next: "x", Rows: []TechRow{
		{ID: demoID(1), Code: "HM-1042", Name: say(pg, "周建国", "Zhou Jianguo"), Phone: "199****0042", Partner: partner, State: "active", Skills: 14, Regions: 3, Shifts: 11},
		{ID: demoID(2), Code: "HM-1017", Name: say(pg, "吴海", "Wu Hai"), Phone: "199****0017", Partner: partner, State: "active", Skills: 6, Regions: 2, Shifts: 0, Problem: pg.T("admin.tech.no_shift")},
		{ID: demoID(3), Code: "HM-1088", Name: say(pg, "何立", "He Li"), Phone: "199****0088", Partner: partner, State: "active", Skills: 9, Regions: 4, Shifts: 10, CertificateStatus: "soon", CertificateName: say(pg, "燃气", "gas"), Certificate: pg.P.Now.AddDate(0, 0, 12)},
		{ID: demoID(4), Code: "HM-1101", Name: say(pg, "郑凯", "Zheng Kai"), Phone: "199****0101", Partner: partner, State: "paused", Skills: 9, Regions: 4, Shifts: 10},
	}}
}

func demoTechnician(pg ui.Page) Technician {
	v := Technician{
		ID: demoID(1), Code: "HM-1042", Name: say(pg, "周建国", "Zhou Jianguo"), PhoneMasked: "199****0042", Partner: say(pg, "禾木杭州西湖网点", "Hemu Xihu branch"), Vehicle: "ebike", Lng: "120.126000", Lat: "30.283000",
		State: "active", Kinds: []string{"repair", "install", "relocate", "commission", "clean"}, CanAll: true, Idem: "t1",
		Regions:        []RegionRow{{Code: "330106", Name: "浙江省 杭州市 西湖区", On: true}, {Code: "330105", Name: "浙江省 杭州市 拱墅区", On: true}},
		Week:           [7]string{"08:00-12:00 13:30-18:00", "08:00-12:00 13:30-18:00", "08:00-12:00 13:30-18:00", "08:00-12:00 13:30-18:00", "08:00-12:00 13:30-18:00", "09:00-12:00", ""},
		Certificates:   []CertRow{{Code: "gas_appliance", From: "2024-05-01", To: "2027-04-30"}},
		CertChoices:    []ui.Choice{{Text: "–"}, {Value: "gas_appliance", Text: say(pg, "燃气器具安装维修", "Gas appliances")}, {Value: "height", Text: say(pg, "高处作业", "Work at height")}},
		Absences:       []AbsenceRow{{From: pg.P.Now.AddDate(0, 0, 6), To: pg.P.Now.AddDate(0, 0, 8), Reason: say(pg, "年假", "Holiday")}},
		AbsenceReasons: []ui.Choice{{Text: pg.T("admin.choose")}, {Value: "leave", Text: say(pg, "年假", "Holiday")}, {Value: "ill", Text: say(pg, "病假", "Ill")}},
	}
	for i, p := range [][3]string{{"boiler", "壁挂炉", "Wall-hung boiler"}, {"water_heater_gas", "燃气热水器", "Gas water heater"}, {"smart_lock", "智能门锁", "Smart lock"}} {
		r := SkillRow{Product: p[0], Name: say(pg, p[1], p[2])}
		for k, kind := range v.Kinds {
			r.Cells = append(r.Cells, SkillCell{Kind: kind, Level: (4 - i + k) % 5})
		}
		v.Skills = append(v.Skills, r)
	}
	return v
}

func demoTechnicianErrors(pg ui.Page) Technician {
	v := demoTechnician(pg)
	v.ID, v.PhoneMasked, v.Phone, v.Code, v.Absences = casefile.Nil, "", "199000", "HM-1042", nil
	v.AddRegions, v.Week[5] = "330106\n朝阳区", "9点到12点"
	v.Form.Add("code", say(pg, "工号 HM-1042 已经有人用了", "The number HM-1042 is taken"))
	v.Form.Add("add_regions", say(pg, "第 2 行“朝阳区”有两个，请写代码或带上城市", "Line 2: there are two of this name; write the code or add the city"))
	v.Form.Add("day-6", pg.T("admin.tech.bad_shift"))
	return v
}

func demoAccounts(pg ui.Page) Accounts {
	return Accounts{Rows: []AccountRow{
		{ID: demoID(1), Login: "lin", Name: say(pg, "林晓", "Lin Xiao"), Roles: []string{"agent", "dispatcher"}, State: "active", SecondFactor: true, Seen: pg.P.Now.Add(-3 * time.Minute)},
		{ID: demoID(2), Login: "hm-1042", Name: say(pg, "周建国", "Zhou Jianguo"), Roles: []string{"technician"}, State: "active", SecondFactor: true, Seen: pg.P.Now.Add(-20 * time.Minute), Locked: pg.P.Now.Add(11 * time.Minute)},
		{ID: demoID(3), Login: "he", Name: say(pg, "何立", "He Li"), Roles: []string{"technician"}, State: "invited"},
		{ID: demoID(4), Login: "sun", Name: say(pg, "孙悦", "Sun Yue"), Roles: []string{"agent"}, State: "disabled", Seen: pg.P.Now.AddDate(0, -2, 0)},
	}}
}

func demoAccount(pg ui.Page, there bool) Account {
	v := Account{Idem: "a1", Merchants: []ui.Choice{{Text: "–"}, {Value: demoID(2).String(), Text: say(pg, "禾木家电旗舰店", "Hemu Appliances Store")}}, Technicians: []ui.Choice{{Text: "–"}, {Value: demoID(1).String(), Text: say(pg, "周建国 HM-1042", "Zhou Jianguo HM-1042")}}}
	for _, r := range []string{"agent", "dispatcher", "technician", "reviewer", "admin"} {
		v.Roles = append(v.Roles, ui.Choice{Value: r, Text: staff.Word(pg.P, "role", r), Hint: pg.T("admin.role." + r), On: there && r == "agent"})
	}
	if there {
		v.ID, v.Login, v.Name, v.State, v.SecondFactor = demoID(1), "lin", say(pg, "林晓", "Lin Xiao"), "active", true
		v.Created, v.Seen = pg.P.Now.AddDate(0, -5, 0), pg.P.Now.Add(-3*time.Minute)
	}
	return v
}

func demoKeys(pg ui.Page) Keys {
	v := Keys{Idem: "k1", Rows: []KeyRow{
		{ID: demoID(1), Prefix: "ax_live_04tq7r9m2c8w5e1y6n3k0z8d4s", Name: say(pg, "商城报修", "Shop: reports"), Role: "merchant", Scopes: []string{"report", "read"}, Created: pg.P.Now.AddDate(0, -4, 0), Used: pg.P.Now.Add(-2 * time.Hour)},
		{ID: demoID(2), Prefix: "ax_live_0b1h6k3v9q2x8m5t7c4r1w0e6y", Name: say(pg, "短信网关（旧）", "SMS gateway (old)"), Role: "admin", Scopes: []string{"messages"}, Created: pg.P.Now.AddDate(-1, 0, 0), Revoked: pg.P.Now.AddDate(0, -3, 0)},
	}}
	for _, r := range []string{"agent", "dispatcher", "admin"} {
		v.Roles = append(v.Roles, ui.Choice{Value: r, Text: staff.Word(pg.P, "role", r)})
	}
	for _, s := range []string{"read", "report", "work", "desk", "messages", "admin"} {
		v.Scopes = append(v.Scopes, ui.Choice{Value: s, Text: pg.T("admin.scope." + s), Hint: pg.T("admin.scope_text." + s)})
	}
	return v
}

func demoEndpoints(pg ui.Page) Endpoints {
	v := Endpoints{Idem: "w1", Rows: []EndpointRow{
		{ID: demoID(1), Name: say(pg, "商城", "Shop"), URL: "shop.example.cn/anxin/events", Kinds: []string{"*"}, State: "active", LastOK: pg.P.Now.Add(-4 * time.Minute)},
		{ID: demoID(2), Name: say(pg, "短信网关", "SMS gateway"), URL: "sms.example.cn/send", Kinds: []string{"message.receipt"}, State: "failing", LastOK: pg.P.Now.Add(-26 * time.Hour), LastError: say(pg, "503，已试 9 次，下次 14:30", "503, tried 9 times, next at 14:30")},
	}}
	for _, k := range []string{"message.receipt", "message.assigned", "message.finished", "message.receipt_uncovered"} {
		v.Kinds = append(v.Kinds, ui.Choice{Value: k, Text: kindWord(pg.P, k), Hint: k})
	}
	return v
}

func demoClocks(pg ui.Page) Clocks {
	return Clocks{
		Rules: []RuleRow{
			{Kind: pg.T("desk.clock.assign"), For: pg.T("admin.clocks.all"), Urgency: staff.Word(pg.P, "urgency", "express"), Length: pg.P.Duration(10 * time.Minute), Unit: pg.T("admin.unit.calendar"), Calendar: say(pg, "全年全天", "Around the clock"), OnExpiry: pg.T("admin.expiry.alert_dispatcher")},
			{Kind: pg.T("desk.clock.assign"), For: pg.T("admin.clocks.all"), Urgency: staff.Word(pg.P, "urgency", "booked"), Length: pg.P.Duration(4 * time.Hour), Unit: pg.T("admin.unit.working_hours"), Calendar: say(pg, "客服时间（每天）", "Service desk hours (every day)"), OnExpiry: pg.T("admin.expiry.alert_dispatcher")},
		},
		Pauses: []PauseRow{{Reason: say(pg, "等客户回电", "Waiting for the customer to call back"), Clocks: pg.T("desk.clock.assign"), Roles: staff.Word(pg.P, "role", "agent")}},
		Years: []YearRow{
			{Year: 2026, Title: say(pg, "国务院办公厅关于2026年部分节假日安排的通知", "Notice of the General Office of the State Council on holiday arrangements in 2026"), Document: "国办发明电〔2025〕7号", Published: "2025-11-04", Holidays: []string{say(pg, "元旦 2026-01-01 至 2026-01-03", "New Year's Day 2026-01-01 to 2026-01-03")}, Makeup: []string{"2026-01-04", "2026-02-14"}},
			{Year: 2027, Title: say(pg, "全国年节及纪念日放假办法（2024年修订）", "Regulation on public holidays (2024 revision)"), Document: "国务院令第795号", Published: "2024-11-12", Provisional: true, Holidays: []string{say(pg, "元旦 2027-01-01", "New Year's Day 2027-01-01")}},
		},
		Hours: []HoursRow{{Name: "desk", Title: say(pg, "客服时间（每天）", "Service desk hours (every day)"), Version: "4c1f09ab", Open: true}, {Name: "office", Title: say(pg, "办公时间（工作日）", "Office hours (working days)"), Version: "9be2d710", Open: true}},
	}
}

func demoTimers(pg ui.Page) Timers {
	return Timers{Lanes: demoLanes(), Idem: "d1", Dead: []DeadRow{
		{ID: demoID(1), Lane: "outbox", Kind: "webhook.deliver", Case: "261124102936", Attempts: 12, Died: pg.P.Now.Add(-3 * time.Hour), Cause: "503 Service Unavailable"},
		{ID: demoID(2), Lane: "outbox", Kind: "webhook.deliver", Case: "261124483914", Attempts: 12, Died: pg.P.Now.Add(-2 * time.Hour), Cause: "dial: i/o timeout"},
	}}
}

func demoStatistics(pg ui.Page) Statistics {
	v := Statistics{Span: "week", From: pg.P.Now.AddDate(0, 0, -7), To: pg.P.Now}
	for _, f := range [][3]string{{"kept", "94%", "91%"}, {"to_assign", say(pg, "4 分钟", "4 min"), say(pg, "6 分钟", "6 min")}, {"to_arrive", say(pg, "52 分钟", "52 min"), say(pg, "58 分钟", "58 min")}, {"first_time", "87%", "88%"}, {"reopened", "2.1%", "2.4%"}, {"stars", "4.7", "4.7"}} {
		v.Figures = append(v.Figures, Figure{Name: pg.T("admin.figure." + f[0]), Value: f[1], Was: f[2], Definition: pg.T("admin.figure_text." + f[0]), Href: "/desk?tab=done"})
	}
	for _, t := range []struct {
		name string
		v    []float64
		unit string
	}{{"kept", []float64{88, 90, 89, 92, 91, 0, 91, 94}, "%"}, {"to_arrive", []float64{71, 66, 69, 60, 58, 0, 58, 52}, say(pg, " 分", " min")}, {"reports", []float64{210, 224, 240, 231, 262, 0, 270, 288}, ""}} {
		tr := Trend{Name: pg.T("admin.figure." + t.name)}
		for i, x := range t.v {
			tr.Points = append(tr.Points, Point{Label: pg.P.In(pg.P.Now).AddDate(0, 0, -7*(7-i)).Format("1-2"), Value: x, Text: pg.P.Number(int64(x)) + t.unit, Known: x > 0})
			tr.Max = max(tr.Max, x)
		}
		v.Trends = append(v.Trends, tr)
	}
	v.Decline = []Bar{{say(pg, "没有配件", "No parts"), 18, 1000}, {say(pg, "太远", "Too far"), 11, 611}, {say(pg, "时间排不开", "No time"), 7, 388}}
	v.Regions = []Bar{{say(pg, "杭州市", "Hangzhou"), 96, 1000}, {say(pg, "苏州市", "Suzhou"), 61, 635}, {say(pg, "东莞市", "Dongguan"), 40, 416}}
	return v
}

func demoTrust(pg ui.Page) []TrustList {
	day := 24 * time.Hour
	in := func(days ...int) (out []time.Time) {
		for _, d := range days {
			out = append(out, pg.P.Now.Add(time.Duration(d)*day))
		}
		return out
	}
	return []TrustList{{Name: "C2PA-TRUST-LIST.pem", Kind: "anchors", Count: 30, Date: pg.P.Now.Add(-29 * day), Stated: true, Next: pg.P.Now.Add(336 * day), Expires: in(540, 900)},
		{Name: "C2PA-TSA-TRUST-LIST.pem", Kind: "tsa", Count: 22, Date: pg.P.Now.Add(-212 * day), Expires: in(41, 800)}, {Name: "partner-allowed.pem", Kind: "allowed", Count: 2, Date: pg.P.Now.Add(-3 * day), Expires: in(-12, 90)},
		{Name: "roots.crt", Date: pg.P.Now.Add(-day), Problem: "name"}, {Name: "old.pem", Kind: "anchors", Date: pg.P.Now.Add(-400 * day), Problem: "empty"}}
}
