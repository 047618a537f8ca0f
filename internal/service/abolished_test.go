package service_test

import (
	"strings"
	"testing"

	"anxin/internal/service"
	"anxin/region"
)

// A case outlives its county: its pages say what was written down then, with the dataset and the day, and technicians are still found, under the code of what
// became of the county.
func TestCaseOutlivesItsCounty(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rc := h.report(nil)
		before := h.page(rc.Case).Request.Region
		if before.Code != "330106" || before.Path != "浙江省 / 杭州市 / 西湖区" || before.Version != region.Default().DatasetVersion() || before.AsOf == "" {
			t.Fatalf("stored: %+v", before)
		}

		patched, err := region.New(strings.NewReader("2026-01-01\tnew\t330199\t云谷区\t330100\ttest\n2026-01-01\tend\t330106\t西湖区\t330199\ttest\n"))
		h.ok(err)
		if _, ok := patched.Lookup("330106", region.Date{}); ok {
			t.Fatal("the patch does not end the county")
		}
		h.svc.Regions = patched

		for name, now := range map[string]service.RegionView{"desk": h.page(rc.Case).Request.Region, "customer": h.status(rc.Case).Request.Region} {
			if now.Code != before.Code || now.Path != before.Path || now.Version != before.Version || now.AsOf != before.AsOf {
				t.Errorf("%s: %+v, want it as it was written down: %+v", name, now, before)
			}
		}
		id := h.hire("HM-3001", func(in *service.TechnicianInput) { in.Regions = []string{"330199"} })
		h.pass(0)
		rows, err := h.svc.Candidates(ctx, dispatcher(), rc.Case)
		h.ok(err)
		if len(rows) != 1 || rows[0].Technician != id || !rows[0].Eligible {
			t.Errorf("the technician of the new county is not found: %+v", rows)
		}
		fresh := h.report(func(r *service.Report) { r.Address = "杭州市西湖区文三路7号" })
		if got := h.page(fresh.Case).Request.Region; got.Code != "330199" || got.Path != "浙江省 / 杭州市 / 云谷区" || got.Version == before.Version {
			t.Errorf("a new report with the old name: %+v", got)
		}
	})
}
