package customer

import (
	"testing"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/service"
	"anxin/internal/web/webtest"
	"anxin/region"
)

// The panel under the address asks the question that decides, says what became of old names, and lists all counties of a city by their names. It is the
// answer to the script and the page without one.
func TestPlacePanelAsksAndSaysWhy(t *testing.T) {
	svc := service.New(service.Config{Regions: region.Default(), Source: casefile.Source{Clock: webtest.StoryTime}})
	for _, c := range []struct {
		address string
		says    []string
		choices int // radio buttons, with "none of them"
		offers  string
	}{
		{"杭州市江干区", []string{"江干区已于2021年拆分", "江干区的一部分已于2021年划归上城区"}, 3, "330114"},
		{"重庆市江北区观音桥步行街", []string{"重庆市 / 两江新区", "江北区已于2025年11月6日变更为两江新区"}, 0, ""},
		{"平凉市华亭县东华镇", []string{"甘肃省 / 平凉市 / 华亭市", "华亭县已于2018年变更为华亭市"}, 0, ""},
		{"石家庄市建设大街", []string{"石家庄市的哪个区县？"}, 23, "130102"},
		{"西湖区文教路", []string{"哪个市的西湖区？"}, 3, "330106"},
		{"杭州市龙港区", []string{"地址在龙港区，还是杭州市？"}, 3, "211403"},
		{"杭州市甲乙区", []string{"杭州市没有“甲乙区”"}, 14, "330106"},
		{"幸福小区3栋", []string{"还不能确定在哪个区县"}, 0, ""},
	} {
		d := webtest.Render(t, PlacePanel(webtest.Page(t, i18n.ZH), placeOf(svc.ResolveAddress(c.address), "")))
		for _, s := range c.says {
			d.HasText(".placebox", s)
		}
		if n := len(d.All(`input[type="radio"][name="region"]`)); n != c.choices {
			t.Errorf("%s: %d choices, want %d", c.address, n, c.choices)
		}
		if c.offers != "" {
			d.Has(`input[type="radio"][value="` + c.offers + `"]`)
		}
	}
}
