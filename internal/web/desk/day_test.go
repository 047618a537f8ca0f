package desk

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/service"
	"anxin/internal/web/webtest"
)

// The picture, its labels and the table say the same: order, way, lateness; a night shift is not cut.
func TestTheDayShowsWaysAndLateArrivals(t *testing.T) {
	_, routes := world(t)
	d := page(t, get(t, routes, "/desk/day?date=2026-11-24"), 200)
	var late string
	for _, a := range d.All("svg.bars a.b-link")[1].Attr {
		if a.Key == "aria-label" {
			late = a.Val
		}
	}
	for _, want := range []string{"周建国: 2.", "14:00-15:00", "路上 20 分钟", "要晚 20 分钟，14:20 才能到"} {
		if !strings.Contains(late, want) {
			t.Errorf("label %q lacks %q", late, want)
		}
		if want != "周建国: 2." {
			d.HasText("#daytable", want)
		}
	}
	d.Has(".b-visit.b-late")
	d.Has(".b-way-late")
	if v := d.Attr("svg.bars", "width"); v != px(barName+barHour*(24-7)+20) {
		t.Errorf("the picture is %s wide: the shift from 20 to 24 is cut", v)
	}
	// Two places and the line between them; the number of visits stands in each dot. Where the technician starts is not there.
	if n := len(d.All(".r-dot")); n != 2 {
		t.Errorf("%d dots", n)
	}
	d.Has(`.r-link[aria-label="周建国 HM-1042的路线"]`)
	d.HasNot(".r-mark")
	marked := page(t, get(t, routes, "/desk/day?date=2026-11-24&tech=HM-1042"), 200)
	if n := len(marked.All(".r-mark")); n != 2 {
		t.Errorf("%d marks on the chosen route", n)
	}
	page(t, get(t, routes, "/desk/day?date=2026-11-24&tech=<script>"), 200).HasNot(".r-on")
}

// Choosing a case marks the gaps and says for everybody what it costs, or why not; the form pins at the hour that was shown and comes back to the day.
func TestWhoCouldGoOnTheDay(t *testing.T) {
	f, routes := world(t)
	at := "/desk/day?date=2026-11-24&region=3301&case=" + string(number)
	d := page(t, get(t, routes, at), 200)
	d.HasText("#chosen", "壁挂炉维修：谁能去")
	d.HasText("#chosen", "增加成本 ¥11.30")
	d.HasText("#chosen .cand-no", "没有“燃气壁挂炉 · 维修”技能")
	d.Has(`.bars .b-offer`)
	d.HasText("#daytable", "不能派：没有“燃气壁挂炉 · 维修”技能")
	d.Has(`#chosen form[action="` + caseAt + `/assign"] input[name=day][value="2026-11-24"]`)
	arrive := webtest.StoryTime().Add(40 * time.Minute)
	form := url.Values{"act": {"pin"}, "technician": {techID.String()}, "day": {"2026-11-24"}, "region": {"3301"}, "at_" + techID.String(): {arrive.Add(2 * time.Hour).UTC().Format(time.RFC3339)}}
	goesTo(t, post(t, routes, caseAt+"/assign", form), "/desk/day?date=2026-11-24&region=3301&done=assigned")
	if c := one[service.Pin](t, f); c.Technician != techID || !c.From.Equal(arrive.Add(2*time.Hour).Truncate(time.Second)) {
		t.Errorf("%+v", c)
	}
	page(t, get(t, routes, "/desk/day?date=2026-11-24&region=3301&done=assigned"), 200).Has(".toast")
	f.elsewhere = true
	page(t, get(t, routes, at), 200).HasText("#chosen", "不在这一天")
	// An agent sees who could go and may not decide it.
	page(t, as(t, casefile.Agent, routes, "GET", at, nil), 200).HasNot("#chosen button[type=submit]")
	for digit := range 10 { // one of them is the check digit of another number
		other := "26112410294" + strconv.Itoa(digit)
		if _, ok := casefile.ParseNumber(other); !ok || other == string(number) {
			continue
		}
		if rec := get(t, routes, "/desk/day?case="+other); rec.Code != http.StatusNotFound {
			t.Error("a case that is not there:", rec.Code)
		}
	}
}

// What is wished for another day is not mixed with what is to be planned on this one.
func TestTheDayTellsWhatIsWishedForAnotherDay(t *testing.T) {
	f, routes := world(t)
	now := webtest.StoryTime()
	f.queues[service.RequestTriaged] = []service.QueueItem{
		{Number: number, Kind: service.Repair, Product: "boiler", State: service.RequestTriaged, Urgency: service.Booked, Created: now, WishedFrom: now.AddDate(0, 0, 3), WishedTo: now.AddDate(0, 0, 3).Add(time.Hour)},
		{Number: "261124102937", Kind: service.Repair, Product: "boiler", State: service.RequestTriaged, Urgency: service.Flexible, Created: now},
	}
	d := page(t, get(t, routes, "/desk/day?date="+now.In(time.FixedZone("", 8*3600)).Format(time.DateOnly)), 200)
	d.HasText("#open", "待派单（1）")
	d.HasText(".dayleft details summary", "别的日子（1）")
	if n := len(d.All(".daypick")); n != 2 {
		t.Errorf("%d links", n)
	}
}

// Visits that overlap lie in lanes, so none covers another.
func TestVisitsThatOverlapLieInLanes(t *testing.T) {
	day := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	at := func(h int) time.Time { return day.Add(time.Duration(h) * time.Hour) }
	r := DayRow{Visits: []DayVisit{{From: at(9), To: at(11)}, {From: at(10), To: at(12)}, {From: at(11), To: at(13)}, {From: at(11), To: at(12)}}}
	r.lanes()
	for i, want := range []int{0, 1, 0, 2} {
		if r.Visits[i].Lane != want {
			t.Errorf("visit %d in lane %d, want %d", i, r.Visits[i].Lane, want)
		}
	}
	v := Day{Date: day, Rows: []DayRow{r, {Lanes: 1, Shifts: []Slot{{at(2), at(6)}, {at(22), at(26)}}}}}
	v.hours(at(12))
	if v.First != 2 || v.Last != 26 || rowY(v, 1) != barTop+3*barRow || barHeight(v) != barTop+4*barRow {
		t.Errorf("hours %d-%d, rows at %d, %d", v.First, v.Last, rowY(v, 1), barHeight(v))
	}
}

// A proposal is asked for, waited for, read and accepted in parts; an agent may do none of it.
func TestTheProposedDay(t *testing.T) {
	f, routes := world(t)
	at := "/desk/day/plan?date=2026-11-24&region=3301"
	f.queues[service.RequestTriaged] = items(1, service.RequestTriaged)
	page(t, get(t, routes, "/desk/day?date=2026-11-24&region=3301"), 200).Has(`form[action="/desk/day/plan"] input[name=region][value="3301"]`)
	page(t, as(t, casefile.Agent, routes, "GET", "/desk/day?date=2026-11-24", nil), 200).HasNot(`form[action="/desk/day/plan"]`)
	page(t, get(t, routes, at), 200).Has(`form[action="/desk/day/plan"]`)
	goesTo(t, post(t, routes, "/desk/day/plan", url.Values{"date": {"2026-11-24"}, "region": {"3301"}}), at)
	if q := one[service.ProposeQuery](t, f); q.Region != "3301" || q.Date.Day() != 24 {
		t.Errorf("%+v", q)
	}
	f.plan = &service.Proposal{State: "running"}
	page(t, get(t, routes, at), 200).HasText("[role=status]", "正在排")
	f.plan = &service.Proposal{State: "failed"}
	page(t, get(t, routes, at), 200).HasText("main", "没有动任何单")
	rows, _ := f.Candidates(t.Context(), casefile.Actor{}, caseID)
	f.plan = &service.Proposal{State: "ready", Cases: 2, Otherwise: 1, Before: 1000, After: 2500, OneByOne: 1900, Served: 1, Ready: webtest.StoryTime(),
		Visits: []service.ProposedVisit{{Case: caseID, Number: number, Kind: service.Repair, Product: "boiler", Urgency: service.Booked, Region: "浙江省 / 杭州市 / 西湖区", CandidateRow: rows[0]}},
		Left:   []service.ProposedLeft{{Number: "261124483914", Kind: service.Repair, Product: "boiler", Urgency: service.Booked, Reasons: []service.Reason{{Code: "all_full", Params: map[string]string{"technicians": "2"}}}}}}
	d := page(t, get(t, routes, at), 200)
	d.HasText("main", "看了 2 单：1 单能排上，1 单排不上")
	d.HasText("main", "一共增加成本 ¥15.00；一单一单地派要 ¥19.00，方案省 ¥4.00。")
	d.Has(`input[name=case][value="` + caseID.String() + `"][checked]`)
	d.HasText("#left ~ ul", "2 位师傅在可约时间内都已排满")
	page(t, post(t, routes, "/desk/day/plan/accept", url.Values{"date": {"2026-11-24"}, "region": {"3301"}}), 422).HasText(".summary", "请至少选一单")
	f.calls = nil
	goesTo(t, post(t, routes, "/desk/day/plan/accept", url.Values{"date": {"2026-11-24"}, "region": {"3301"}, "case": {caseID.String()}}), at+"#result")
	if c := one[[]casefile.ID](t, f); len(c) != 1 || c[0] != caseID {
		t.Errorf("%v", c)
	}
	f.plan.Visits[0].Outcome = "moved_on"
	page(t, get(t, routes, at), 200).HasText("#result", "1 单没有派")
	for _, method := range []string{"GET " + at, "POST /desk/day/plan", "POST /desk/day/plan/accept"} {
		verb, path, _ := strings.Cut(method, " ")
		if rec := as(t, casefile.Agent, routes, verb, path, url.Values{}); rec.Code != http.StatusForbidden {
			t.Errorf("%s as agent: %d", method, rec.Code)
		}
	}
}
