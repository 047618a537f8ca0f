package catalog

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestBuiltInDataAreComplete(t *testing.T) {
	c, err := Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Products) < 10 || len(c.Items) < 40 {
		t.Errorf("%d products, %d prices", len(c.Products), len(c.Items))
	}
	for _, p := range c.Products {
		for _, kind := range []string{"repair", "install", "relocate", "commission", "clean", "inspect"} {
			if _, ok := c.Need(kind, p.Code); !ok {
				t.Errorf("%s cannot be served with %s", p.Code, kind)
			}
			faults := c.Faults(kind, p.Code)
			if len(faults) < 2 || faults[len(faults)-1].Code != "other" || len(c.Causes(kind, p.Code)) < 3 {
				t.Errorf("%s %s: too few faults or causes", kind, p.Code)
			}
			if len(c.Checklist(kind, p.Code)) == 0 {
				t.Errorf("%s %s: no checklist", kind, p.Code)
			}
		}
	}
}

func TestHazardsChooseChecklistLines(t *testing.T) {
	c, err := Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	line := func(product string) bool {
		for _, l := range c.Checklist("repair", product) {
			if l.Code == "gas_leak_test" {
				return true
			}
		}
		return false
	}
	if !line("gas_stove") || line("television") {
		t.Error("the leak test belongs to gas products and to no others")
	}
	if c.Hazard("repair", "gas_stove", "gas_smell") != "gas" || c.Hazard("repair", "gas_stove", "knob") != "" {
		t.Error("hazard of a fault")
	}
}

func TestAnOverrideReplacesAFileAndIsChecked(t *testing.T) {
	data, err := builtin.ReadFile("prices.yaml")
	if err != nil {
		t.Fatal(err)
	}
	own := strings.Replace(string(data), "fen: 3000", "fen: 2500", 1)
	c, err := Load(fstest.MapFS{"prices.yaml": {Data: []byte(own)}})
	if err != nil {
		t.Fatal(err)
	}
	if i, _ := c.Item("visit"); i.Fen != 2500 {
		t.Errorf("call-out is %d", i.Fen)
	}
	for name, broken := range map[string]string{
		"negative price":  strings.Replace(string(data), "fen: 3000", "fen: -1", 1),
		"unknown product": strings.Replace(string(data), "products: [smart_lock]", "products: [teapot]", 1),
		"one language":    strings.Replace(string(data), "en: Call-out,", "", 1),
		"twice":           strings.Replace(string(data), "code: check,", "code: visit,", 1),
		"not yaml":        "items: [",
	} {
		if _, err := Load(fstest.MapFS{"prices.yaml": {Data: []byte(broken)}}); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestPayGrowsWithUrgencyAndDistance(t *testing.T) {
	c, err := Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	near, far, urgent := c.Pay("repair", "booked", 4000), c.Pay("repair", "booked", 12_100), c.Pay("repair", "emergency", 4000)
	if near != 6000 || far != 6000+8*150 || urgent != 12000 {
		t.Errorf("near %d, far %d, urgent %d", near, far, urgent)
	}
}

func TestCostsAndBreaksOfDispatchAreChecked(t *testing.T) {
	const costs = "costs: {ebike: {per_km: 20, per_travel_hour: 4000}, van: {per_km: 90}}\n"
	c, err := Load(fstest.MapFS{"dispatch.yaml": {Data: []byte(costs + "overtime_minutes: 60\nbreaks: [{from: '11:30', to: '13:30', minutes: 30}]")}})
	if err != nil {
		t.Fatal(err)
	}
	if from, to, ok := c.Breaks[0].Span(); from != 690 || to != 810 || !ok || c.Overtime != time.Hour || c.Costs["van"].PerKM != 90 {
		t.Errorf("%+v %v %+v", c.Breaks, c.Overtime, c.Costs)
	}
	for name, broken := range map[string]string{
		"vehicle": "costs: {ebike: {per_km: 20}}", "negative": strings.Replace(costs, "20", "-20", 1), "free": strings.Replace(costs, "per_km: 90", "per_km: 0", 1),
		"overtime": costs + "overtime_minutes: 600", "short": costs + "breaks: [{from: '11:30', to: '11:40', minutes: 30}]", "time": costs + "breaks: [{from: noon, to: '13:00', minutes: 30}]",
		"many": costs + "breaks: [" + strings.Repeat("{from: '11:30', to: '13:30', minutes: 10},", 4) + "]",
	} {
		if _, err := Load(fstest.MapFS{"dispatch.yaml": {Data: []byte(broken)}}); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func FuzzOverride(f *testing.F) {
	data, err := builtin.ReadFile("kinds.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(data))
	f.Add("kinds: [{code: repair}]")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Load(fstest.MapFS{"kinds.yaml": {Data: []byte(text)}})
		if err == nil && c == nil {
			t.Error("neither catalogue nor error")
		}
	})
}
