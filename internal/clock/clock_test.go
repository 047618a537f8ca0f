package clock

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// direct runs closures without a database.
type direct struct{}

func (direct) Write(ctx context.Context, f func(context.Context, tx.Tx) error) error {
	return f(ctx, nil)
}
func (direct) Read(ctx context.Context, f func(context.Context, tx.Tx) error) error {
	return f(ctx, nil)
}

// renewals is a store that loses the leases named in lost.
type renewals struct {
	Store
	lost map[string]bool
	seen []string
}

func (r *renewals) Renew(_ context.Context, _ tx.Tx, tm Timer, until time.Time) (bool, error) {
	r.seen = append(r.seen, fmt.Sprint(tm.Kind, " until ", until.Format("15:04:05")))
	return !r.lost[tm.Kind], nil
}

func TestLongRunsKeepTheirLeaseAndLostOnesAreToldToStop(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	store := &renewals{lost: map[string]bool{"lost": true}}
	c := New(direct{}, store, casefile.Source{Clock: func() time.Time { return now }}, Options{Lease: 30 * time.Second})
	f := &flights{c: c, in: map[flightID]*flight{}}
	stopped := map[string]bool{}
	for i, kind := range []string{"kept", "lost", "young", "done"} {
		tm := Timer{Tenant: 1, Kind: kind, Fence: int64(i)}
		f.add(tm)
		f.begin(tm, func() { stopped[kind] = true })
		if kind != "young" {
			f.in[idOf(tm)].taken = time.Now().Add(-time.Minute)
		}
		if kind == "done" {
			f.remove(tm)
		}
	}
	f.renew(context.Background())
	if len(store.seen) != 2 || !strings.Contains(fmt.Sprint(store.seen), "kept until 12:00:30") {
		t.Errorf("renewed %v", store.seen)
	}
	if fmt.Sprint(stopped) != "map[lost:true]" {
		t.Errorf("told to stop: %v", stopped)
	}
}

func TestBackOffDoublesUpToAnHour(t *testing.T) {
	for n, want := range map[int]time.Duration{0: 5 * time.Second, 1: 5 * time.Second, 2: 10 * time.Second, 5: 80 * time.Second, 10: 2560 * time.Second, 11: time.Hour, 1000: time.Hour} {
		if got := backOff(n); got != want {
			t.Errorf("after %d attempts %s, want %s", n, got, want)
		}
	}
}

func TestJitterStaysWithinAFifth(t *testing.T) {
	for _, b := range []byte{0, 0x80, 0xff} {
		c := New(direct{}, nil, casefile.Source{Rand: constant(b)}, Options{})
		got := c.jitter(100 * time.Second)
		if want := map[byte]time.Duration{0: 80 * time.Second, 0x80: 100 * time.Second, 0xff: 120 * time.Second}[b]; (got - want).Abs() > 200*time.Millisecond {
			t.Errorf("randomness %02x: %s, want %s", b, got, want)
		}
	}
}

type constant byte

func (c constant) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(c)
	}
	return len(p), nil
}

func TestCausesAreShortAndKeepAddressesOut(t *testing.T) {
	long := errors.New(strings.Repeat("错", 300))
	if got := causeText(long); len(got) > maxCause || !strings.HasPrefix(got, "错") || strings.ContainsRune(got, '\ufffd') {
		t.Errorf("%d bytes: %q", len(got), got)
	}
	u := fmt.Errorf("deliver: %w", &url.Error{Op: "Post", URL: "https://hook.example.test/?key=secret", Err: errors.New("timeout")})
	if got := causeText(u); got != "Post: timeout" {
		t.Errorf("%q", got)
	}
}

func TestOperatorsPolicyReplacesOurs(t *testing.T) {
	cals := calendars(t)
	one := `
clocks: [{kind: accept, length: 1h, unit: working_hours, calendar: office, on_expiry: alert_desk}]
pauses: [{code: x, zh: 甲, en: A, clocks: [accept], roles: [agent]}]
`
	p, err := LoadPolicy(fstest.MapFS{"clocks.yaml": {Data: []byte(one)}}, cals)
	if err != nil {
		t.Fatal(err)
	}
	if r, ok := p.Rule("accept", "repair", "express"); !ok || r.Calendar != "office" || r.length != hour {
		t.Errorf("rule %+v", r)
	}
	if _, ok := p.Rule("assign", "repair", "express"); ok {
		t.Error("a rule of ours is still there")
	}
	if p, err := LoadPolicy(fstest.MapFS{}, cals); err != nil || len(p.Rules) < 10 {
		t.Errorf("an empty folder: %v", err)
	}
	for name, tc := range map[string][2]string{
		"no clocks":     {"clocks: []", "no clocks"},
		"unknown field": {one + "other: 1", "other"},
		"calendar":      {strings.Replace(one, "office", "moon", 1), "moon"},
		"unit":          {strings.Replace(one, "working_hours", "moons", 1), "moons"},
		"length":        {strings.Replace(one, "1h", "soon", 1), "soon"},
		"negative":      {strings.Replace(one, "1h", "-1h", 1), "-1h"},
		"days as hours": {strings.Replace(strings.Replace(one, "working_hours", "working_days", 1), "1h", "24h", 1), "2d"},
		"no expiry":     {strings.Replace(one, ", on_expiry: alert_desk", "", 1), "on_expiry"},
		"no such clock": {strings.Replace(one, "clocks: [accept]", "clocks: [fly]", 1), "fly"},
		"no such role":  {strings.Replace(one, "roles: [agent]", "roles: [king]", 1), "king"},
		"no words":      {strings.Replace(one, "zh: 甲, ", "", 1), "zh"},
	} {
		if _, err := LoadPolicy(fstest.MapFS{"clocks.yaml": {Data: []byte(tc[0])}}, cals); err == nil || !strings.Contains(err.Error(), tc[1]) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
