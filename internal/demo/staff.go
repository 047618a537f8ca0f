package demo

import (
	"context"
	"fmt"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/service"
)

// demoTechnician is the work number of the technician with a log-in: the first in Hangzhou.
const demoTechnician = "HM-1405"

// everything is the whole catalogue: the first technician of each city can do it all, so that no case of the demo is stuck for want of a trade.
var everything = []string{"smart_lock", "water_heater_gas", "water_heater_electric", "gas_stove", "range_hood", "air_conditioner", "washing_machine", "fridge", "dishwasher", "water_purifier", "boiler", "television"}

// trades are what technicians can do, by turns.
var trades = []struct {
	products     []string
	level        int
	certificates []string
	vehicle      string
}{
	{[]string{"smart_lock", "television", "water_purifier", "dishwasher", "range_hood"}, 4, []string{"low_voltage"}, "ebike"},
	{[]string{"water_heater_gas", "gas_stove", "range_hood", "boiler"}, 5, []string{"gas_appliance", "low_voltage"}, "van"},
	{[]string{"air_conditioner", "fridge", "washing_machine", "water_heater_electric"}, 4, []string{"low_voltage", "refrigeration", "work_at_height"}, "van"},
	{[]string{"washing_machine", "dishwasher", "water_heater_electric", "smart_lock", "water_purifier"}, 3, []string{"low_voltage"}, "ebike"},
	{everything, 5, []string{"gas_appliance", "low_voltage", "refrigeration", "work_at_height"}, "van"},
}

func (p *play) hire(ctx context.Context) error {
	n := 0
	for c, town := range cities {
		for k := range techniciansPerCity[c] {
			in := technician(n, c, k, town, p.Now)
			id, err := p.Service.SaveTechnician(ctx, p.admin, in)
			if err != nil {
				return fmt.Errorf("%s: %w", in.Code, err)
			}
			p.players[id] = &player{id: id, city: c, code: in.Code, online: casefile.Actor{Tenant: p.Tenant, Role: casefile.Technician, ID: id, Technician: id, Route: "web", Lang: "zh"}}
			n++
		}
	}
	return nil
}

func technician(n, c, k int, town city, now time.Time) service.TechnicianInput {
	trade := trades[(k+1)%len(trades)]
	if k == 0 {
		trade = trades[4] // the first of each city can do nearly everything
	}
	in := service.TechnicianInput{
		Code: fmt.Sprintf("HM-1%d%02d", c, k+1+c%3*2), Name: personName(n), Phone: mobile(5000 + n), Partner: town.name + "服务站",
		Vehicle: trade.vehicle, State: "active", Regions: town.regions,
		Lng: town.lng + 0.012*float64(k%3-1), Lat: town.lat + 0.009*float64(k/2-1),
	}
	for _, product := range trade.products {
		for _, kind := range append(service.Kinds(), service.Inspect) {
			in.Skills = append(in.Skills, service.Skill{Kind: kind, Product: product, Level: trade.level})
		}
	}
	for _, code := range trade.certificates {
		in.Certificates = append(in.Certificates, service.Certificate{Code: code, From: now.AddDate(-2, 0, 0), To: now.AddDate(2, n%11, 0)})
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		switch {
		case k == 0 || k == 1: // two in every city around the clock
			in.Shifts = append(in.Shifts, service.Shift{Weekday: day, From: 0, To: 1440})
		case int(day) != n%7: // a day off, a lunch break
			in.Shifts = append(in.Shifts, service.Shift{Weekday: day, From: 8 * 60, To: 12 * 60}, service.Shift{Weekday: day, From: 13 * 60, To: 20 * 60})
		}
	}
	return in
}
