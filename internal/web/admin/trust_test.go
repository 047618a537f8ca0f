package admin

import (
	"testing"
	"time"
)

func TestTrustListAge(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	ago := func(days int) time.Time { return now.AddDate(0, 0, -days) }
	for name, c := range map[string]struct {
		list TrustList
		old  bool
	}{
		"of last month":                    {TrustList{Kind: "anchors", Date: ago(30)}, false},
		"of half a year, to the day":       {TrustList{Kind: "anchors", Date: ago(180)}, false},
		"a day older":                      {TrustList{Kind: "tsa", Date: ago(181)}, true},
		"the next one was announced":       {TrustList{Kind: "anchors", Date: ago(60), Next: ago(1), Stated: true}, true},
		"usages do not age":                {TrustList{Kind: "usages", Date: ago(900)}, false},
		"what is not used has other cares": {TrustList{Kind: "anchors", Date: ago(900), Problem: "broken"}, false},
	} {
		if got := c.list.old(now); got != c.old {
			t.Errorf("%s: old %v", name, got)
		}
	}
	l := TrustList{Expires: []time.Time{ago(3), now, now.AddDate(0, 2, 0), now.AddDate(5, 0, 0)}}
	if gone, next := l.ends(now); gone != 2 || !next.Equal(now.AddDate(0, 2, 0)) {
		t.Error(gone, next)
	}
	if gone, next := (TrustList{Expires: []time.Time{ago(1)}}).ends(now); gone != 1 || !next.IsZero() {
		t.Error(gone, next)
	}
}
