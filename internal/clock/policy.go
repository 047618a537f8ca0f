package clock

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"anxin/internal/casefile"
)

//go:embed policies/clocks.yaml
var policyFile embed.FS

// Policy says which clocks a request has, how long they are and who may pause them for what. It is data.
type Policy struct {
	Rules  []ClockRule   `yaml:"clocks"`
	Pauses []PauseReason `yaml:"pauses"`
}

// ClockRule is the clock of one kind for some requests. The first rule that fits counts.
type ClockRule struct {
	Kind     string   `yaml:"kind"`     // accept, assign, arrive, ...
	Requests []string `yaml:"requests"` // kinds of request; empty: all
	Urgency  []string `yaml:"urgency"`  // empty: all
	Length   string   `yaml:"length"`   // 30m, 4h, 2d (days only as working days)
	Unit     Unit     `yaml:"unit"`
	Calendar string   `yaml:"calendar"`
	// OnExpiry tells the consumer what to do: alert_dispatcher, widen, escalate, ...
	OnExpiry string `yaml:"on_expiry"`

	length int64
}

// PauseReason is a reason for which a clock may stand still.
type PauseReason struct {
	Code   string          `yaml:"code"`
	ZH     string          `yaml:"zh"`
	EN     string          `yaml:"en"`
	Clocks []string        `yaml:"clocks"` // kinds it may pause
	Roles  []casefile.Role `yaml:"roles"`  // who may use it
}

// policyName is the operator's file.
const policyName = "clocks.yaml"

// LoadPolicy reads the policy of this program, or the operator's clocks.yaml when override (may be nil) has one.
func LoadPolicy(override fs.FS, cals *Calendars) (*Policy, error) {
	var files fs.FS = policyFile
	name := "policies/" + policyName
	if override != nil {
		if _, err := fs.Stat(override, policyName); err == nil {
			files, name = override, policyName
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("clock policy: %w", err)
		}
	}
	text, err := readBounded(files, name)
	if err != nil {
		return nil, fmt.Errorf("clock policy %s: %w", name, err)
	}
	p := &Policy{}
	if err := strictYAML(text, p); err != nil {
		return nil, fmt.Errorf("clock policy %s: %w", name, err)
	}
	if err := p.check(cals); err != nil {
		return nil, fmt.Errorf("clock policy %s: %w", name, err)
	}
	return p, nil
}

func (p *Policy) check(cals *Calendars) error {
	if len(p.Rules) == 0 {
		return errors.New("no clocks")
	}
	kinds := map[string]bool{}
	for i := range p.Rules {
		r := &p.Rules[i]
		if _, err := cals.Get(r.Calendar); err != nil {
			return fmt.Errorf("rule %d: %w", i+1, err)
		}
		var err error
		if r.length, err = parseLength(r.Length, r.Unit); err != nil {
			return fmt.Errorf("rule %d (%s): %w", i+1, r.Kind, err)
		}
		if r.Kind == "" || r.OnExpiry == "" {
			return fmt.Errorf("rule %d: kind and on_expiry are needed", i+1)
		}
		kinds[r.Kind] = true
	}
	for _, reason := range p.Pauses {
		if reason.Code == "" || reason.ZH == "" || reason.EN == "" || len(reason.Clocks) == 0 || len(reason.Roles) == 0 {
			return fmt.Errorf("pause reason %q: code, zh, en, clocks and roles are needed", reason.Code)
		}
		for _, k := range reason.Clocks {
			if !kinds[k] {
				return fmt.Errorf("pause reason %s: there is no clock %q", reason.Code, k)
			}
		}
		for _, role := range reason.Roles {
			if !slices.Contains(casefile.Roles(), role) {
				return fmt.Errorf("pause reason %s: there is no role %q", reason.Code, role)
			}
		}
	}
	return nil
}

// parseLength reads 30m, 4h, 90m for times and 2d for working days.
func parseLength(s string, u Unit) (int64, error) {
	switch u {
	case WorkingDays:
		n, err := strconv.ParseInt(strings.TrimSuffix(s, "d"), 10, 32)
		if err != nil || n <= 0 || !strings.HasSuffix(s, "d") || n > 1000 {
			return 0, fmt.Errorf("length %q: write working days as 2d", s)
		}
		return n, nil
	case Elapsed, WorkingHours:
		d, err := time.ParseDuration(s)
		if err != nil || d <= 0 || d > 5*365*24*time.Hour {
			return 0, fmt.Errorf("length %q: write 30m or 4h", s)
		}
		return d.Microseconds(), nil
	}
	return 0, fmt.Errorf("unit %q: calendar, working_hours or working_days", u)
}

// Rule finds the clock of a kind for a request; false when it has none.
func (p *Policy) Rule(kind, request, urgency string) (ClockRule, bool) {
	fits := func(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }
	for _, r := range p.Rules {
		if r.Kind == kind && fits(r.Requests, request) && fits(r.Urgency, urgency) {
			return r, true
		}
	}
	return ClockRule{}, false
}

// Reason finds a pause reason by code.
func (p *Policy) Reason(code string) (PauseReason, bool) {
	for _, r := range p.Pauses {
		if r.Code == code {
			return r, true
		}
	}
	return PauseReason{}, false
}

// ReasonsFor lists what a role may pause a kind of clock for.
func (p *Policy) ReasonsFor(role casefile.Role, kind string) (out []PauseReason) {
	for _, r := range p.Pauses {
		if r.allows(role, kind) {
			out = append(out, r)
		}
	}
	return out
}

func (r PauseReason) allows(role casefile.Role, kind string) bool {
	return slices.Contains(r.Roles, role) && slices.Contains(r.Clocks, kind)
}
