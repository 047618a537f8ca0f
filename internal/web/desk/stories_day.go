package desk

import (
	"time"

	"anxin/internal/casefile"
	"anxin/internal/web/ui"
)

// demoPlaces are seats of counties around a city.
func demoPlaces(pg ui.Page) []Dot {
	return []Dot{
		{Lng: 120.13, Lat: 30.26, Name: say(pg, "西湖区", "Xihu")}, {Lng: 120.15, Lat: 30.32, Name: say(pg, "拱墅区", "Gongshu")}, {Lng: 120.21, Lat: 30.20, Name: say(pg, "滨江区", "Binjiang")},
		{Lng: 120.26, Lat: 30.18, Name: say(pg, "萧山区", "Xiaoshan")}, {Lng: 119.96, Lat: 30.05, Name: say(pg, "富阳区", "Fuyang")}, {Lng: 120.30, Lat: 30.42, Name: say(pg, "临平区", "Linping")},
	}
}

func demoDay(pg ui.Page) Day {
	v := Day{Date: midnight(pg), Unassigned: demoQueue(pg).Rows, Regions: []ui.Choice{{Text: pg.T("desk.day.all_regions")}, {Value: "3301", Text: say(pg, "浙江省 杭州市", "Hangzhou, Zhejiang")}}}
	v.Unassigned = append(v.Unassigned[:0:0], v.Unassigned[:3]...)
	v.Unassigned[1].Current = false
	v.Otherwise = demoQueue(pg).Rows[3:4]
	names := [][2]string{{"周建国", "Zhou Jianguo"}, {"吴海", "Wu Hai"}, {"何立", "He Li"}, {"郑凯", "Zheng Kai"}, {"冯晓东", "Feng Xiaodong"}, {"褚明", "Chu Ming"}, {"卫强", "Wei Qiang"}, {"蒋文", "Jiang Wen"}}
	places := demoPlaces(pg)
	for i, n := range names {
		r := DayRow{ID: demoID(byte(40 + i)), Code: "HM-10" + string(rune('1'+i)) + "2", Name: say(pg, n[0], n[1]), State: "active", Shifts: []Slot{{at(pg, 8, 0), at(pg, 12, 0)}, {at(pg, 13, 30), at(pg, 18, 0)}}}
		add := func(number casefile.Number, kind, state string, place int, from, to time.Time, way time.Duration, late time.Duration) *DayVisit {
			p := places[place%len(places)]
			r.Visits = append(r.Visits, DayVisit{Number: number, Order: len(r.Visits) + 1, Kind: kind, State: state, Region: p.Name, Place: p, From: from, To: to,
				Way: Way{Depart: from.Add(late - way), Arrive: from.Add(late), Travel: way, DistanceM: way.Minutes() * 310, Late: late}})
			return &r.Visits[len(r.Visits)-1]
		}
		switch i % 4 {
		case 0:
			add("261124102936", "repair", "finished", i, at(pg, 9, 0), at(pg, 10, 30), 18*time.Minute, 0)
			add("261124483914", "repair", "working", i+1, at(pg, 13, 40), at(pg, 15, 0), 24*time.Minute, 0)
			add("261124556673", "install", "accepted", i+2, at(pg, 16, 0), at(pg, 17, 30), 32*time.Minute, 0).Pinned = true
		case 1:
			add("261123774412", "clean", "finished", i, at(pg, 8, 30), at(pg, 11, 0), 15*time.Minute, 0)
			add("261124339087", "relocate", "en_route", i+2, at(pg, 14, 0), at(pg, 15, 30), 40*time.Minute, 25*time.Minute)
			add("261124339088", "repair", "accepted", i+3, at(pg, 15, 45), at(pg, 16, 45), 22*time.Minute, 32*time.Minute)
		case 2:
			r.Shifts = []Slot{{at(pg, 12, 0), at(pg, 21, 0)}}
			add("261124771123", "commission", "accepted", i, at(pg, 18, 0), at(pg, 18, 30), 21*time.Minute, 0)
		case 3:
			r.Absent = []Slot{{at(pg, 8, 0), at(pg, 18, 0)}}
		}
		r.lanes()
		v.Rows = append(v.Rows, r)
	}
	v.hours(pg.P.Now)
	return v
}

// demoDayCase is the day with a case chosen.
func demoDayCase(pg ui.Page) Day {
	v := demoDay(pg)
	v.Region = "3301"
	chosen := Chosen{
		Case: Case{Number: v.Unassigned[1].Number, Tab: "unassigned", Idem: "d1"}, Kind: "repair", Product: say(pg, "壁挂炉", "Wall-hung boiler"), Region: v.Unassigned[1].Region,
		WishedFrom: at(pg, 15, 0), WishedTo: at(pg, 19, 0), Length: time.Hour,
		Act: Act{Name: "assign", ByCost: true, CanAssign: true, Day: true, DayDate: v.Date.Format(time.DateOnly), DayRegion: v.Region},
	}
	offer := func(row int, from time.Time, way time.Duration, cost, more int64, after casefile.Number) {
		r := &v.Rows[row]
		r.Rank = len(chosen.Act.Candidates) + 1
		r.Offer = &Candidate{ID: r.ID, Code: r.Code, Name: r.Name, Eligible: true, Arrive: from, Until: from.Add(time.Hour), Travel: way, DistanceM: way.Minutes() * 310, Load: len(r.Visits), Priced: true,
			Cost: cost, More: more, After: after, Why: []string{say(pg, "从上一单出发", "sets out from the visit before")}}
		chosen.Act.Candidates = append(chosen.Act.Candidates, *r.Offer)
	}
	offer(6, at(pg, 16, 30), 12*time.Minute, 1180, 0, "")
	offer(2, at(pg, 16, 45), 19*time.Minute, 1640, 460, "")
	offer(4, at(pg, 17, 40), 26*time.Minute, 2210, 1030, "261124556673")
	for i := range v.Rows {
		if r := &v.Rows[i]; r.Offer == nil {
			why := say(pg, "客户可约的时间内已排满", "has no free time during the customer's times")
			if i%4 == 3 {
				why = say(pg, "客户可约的时间内不上班", "does not work during the customer's times")
			}
			r.Offer = &Candidate{ID: r.ID, Code: r.Code, Name: r.Name, Why: []string{why}}
			chosen.Act.Candidates = append(chosen.Act.Candidates, *r.Offer)
		}
	}
	v.Chosen = &chosen
	return v
}

// demoNight is a day that begins and ends at unusual hours.
func demoNight(pg ui.Page) Day {
	v := demoDay(pg)
	v.Rows = v.Rows[:3]
	r := &v.Rows[0]
	r.Shifts = []Slot{{at(pg, 0, 0), at(pg, 6, 0)}, {at(pg, 22, 0), at(pg, 24, 0)}}
	for i := range r.Visits {
		d := &r.Visits[i]
		d.State, d.From, d.To = "accepted", at(pg, 22, 20*i), at(pg, 23, 30*i)
		d.Way = Way{Depart: at(pg, 22, 20*i+10), Arrive: at(pg, 22, 20*i+40), Travel: 30 * time.Minute, Late: 40 * time.Minute, Assumed: i == 2}
	}
	r.lanes()
	v.hours(pg.P.Now)
	return v
}

// demoDayPlan is a proposal for the same day.
func demoDayPlan(pg ui.Page) DayPlan {
	v := DayPlan{Date: midnight(pg), Region: "3301", City: say(pg, "浙江省 杭州市", "Hangzhou, Zhejiang"), State: "ready", Ready: pg.P.Now, Cases: 4, Otherwise: 1, Added: 4630, OneByOne: 6120,
		Served: 3, Idem: "p1"}
	day := demoDayCase(pg)
	rows := demoQueue(pg).Rows
	for i, row := range []int{6, 2, 4} {
		who := *day.Rows[row].Offer
		who.More = 0
		v.Visits = append(v.Visits, PlanVisit{Case: demoID(byte(60 + i)), Number: rows[i+1].Number, What: rows[i+1].Product + " · " + pg.T("staff.kind."+rows[i+1].Kind), Urgency: rows[i+1].Urgency, Region: rows[i+1].Region,
			Who: who, Selected: true})
	}
	v.Left = []PlanLeft{{Number: rows[0].Number, What: rows[0].Product, Urgency: "emergency", Region: rows[0].Region, Why: []string{say(pg, "能接此单的 3 位师傅在可约时间内都已排满", "all 3 technicians who could do it are fully booked during the customer's times")}}}
	return v
}
