package app

import (
	"os"
	"strings"
	"testing"

	"anxin/internal/i18n"
	"anxin/region"
)

func TestOperatorsPatchChangesAnswersWithoutARelease(t *testing.T) {
	o := Options{DataDir: t.TempDir()}
	r, err := loadRegions(o)
	if err != nil || r != region.Default() {
		t.Fatalf("without a patch: %v", err)
	}
	if f := divisions(o); !f.OK || f.Detail != "" {
		t.Errorf("%+v", f)
	}

	write := func(lines string) {
		t.Helper()
		if err := os.WriteFile(o.PatchFile(), []byte(lines), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# date\taction\tcode\tname\tother\tnote\n2026-10-01\tnew\t330199\t云谷区\t330100\ttest\n\tzone\t330199\t云栖小镇\t\ttest\n")
	if r, err = loadRegions(o); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"杭州市云谷区文一西路1号", "杭州云栖小镇"} {
		if a := r.Resolve(text, region.Date{}); a.Outcome != region.OutcomeOne || a.Best.Code != "330199" {
			t.Errorf("%s -> %v %s", text, a.Outcome, a.Best.Path)
		}
	}
	if f := patchFile(o, r); !f.OK {
		t.Errorf("the patch in use: %+v", f)
	}
	if f := patchFile(o, region.Default()); f.OK || f.Mend != "patch_changed" {
		t.Errorf("a patch written after the start: %+v", f)
	}
	if f := divisions(o); !f.OK || !strings.Contains(told(f), "+patch.") || !strings.Contains(told(f), o.PatchFile()) {
		t.Errorf("%+v", f)
	}

	write("# all is well here\n2026-10-01\tnew\t330199\t云谷区\t330100\ttest\n2026-10-01\tend\t999999\t没有区\t330106\ttest\n")
	if _, err := loadRegions(o); err == nil || !strings.Contains(err.Error(), "第 3 行") || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("a bad third line: %v", err)
	}
	if f := patchFile(o, r); f.OK || !strings.Contains(f.Detail, "line 3") {
		t.Errorf("a patch spoiled while the server runs: %+v", f)
	}
	if f := divisions(o); f.OK || f.Mend == "" || !strings.Contains(f.Detail, "line 3") {
		t.Errorf("%+v", f)
	}
}

func told(f Finding) string {
	_, say, _ := f.In(i18n.ZH)
	return say
}
