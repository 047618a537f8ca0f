package app

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"anxin/internal/i18n"
)

func TestTheDoctorLooksAtLawAndRules(t *testing.T) {
	now := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		f    Finding
		ok   bool
		say  string
		mend string
	}{
		{"law", clauses(now), true, "尚未对照官方文本", ""},
		{"law later", clauses(now.AddDate(1, 0, 0)), true, "cpl-23-3", "last_checked"},
		{"rules", packs(nil, now), true, "refunds 第 1 版正在生效", ""},
		{"a broken pack", packs(fstest.MapFS{"x.yaml": {Data: []byte("pack: [")}}, now), false, "x.yaml:", "anxin rules check"},
		{"before the first pack", packs(nil, now.AddDate(-1, 0, 0)), false, "没有生效的规则包", "add-a-rule"},
	} {
		_, say, mend := c.f.In(i18n.ZH)
		_, sayEN, mendEN := c.f.In(i18n.EN)
		if c.f.OK != c.ok || !strings.Contains(say, c.say) || !strings.Contains(mend, c.mend) || (mend == "") != (mendEN == "") || strings.Contains(say+mend+sayEN+mendEN, "[doctor.") {
			t.Errorf("%s: %v %q %q / %q %q", c.name, c.f.OK, say, mend, sayEN, mendEN)
		}
	}
}
