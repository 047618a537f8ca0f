package app

import (
	"testing"

	"anxin/internal/config"
)

func TestDoctorWarnsOfPlainHTTPFromElsewhere(t *testing.T) {
	for _, c := range []struct {
		listen, public string
		ok             bool
	}{
		{"127.0.0.1:8080", "", true}, {"localhost:8080", "", true}, {"[::1]:8080", "http://here.example.com", true},
		{"0.0.0.0:8080", "", false}, {":8080", "", false}, {"10.0.0.5:80", "http://service.example.com", false}, {"0.0.0.0:8080", "https://service.example.com", true},
	} {
		f := publicURL(Options{Config: config.Config{Listen: c.listen, PublicURL: c.public}})
		if f.OK != c.ok || !f.OK && f.Mend == "" {
			t.Errorf("listen %s, public %q: %+v", c.listen, c.public, f)
		}
	}
}

func TestReportsPerMinuteSetTheLimit(t *testing.T) {
	if q := rates(90)["report"]; q.Burst != 90 || q.Every.Milliseconds() != 666 {
		t.Errorf("%+v", q)
	}
	if q := rates(0)["report"]; q.Burst == 0 || q.Every == 0 {
		t.Errorf("without a setting there is no limit: %+v", q)
	}
}
