package service_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"anxin/internal/i18n"
	"anxin/internal/service"
)

var (
	keyLiteral  = regexp.MustCompile(`"(service\.[a-z_]+\.[a-z_.]+)"`)
	fieldCall   = regexp.MustCompile(`\.[bB]ad\([^\n]*?, "([a-z_]+)"[,)]`)
	eventCall   = regexp.MustCompile(`\.event\(ctx, "([a-z_.]+)"|\.event\("([a-z_.]+)"`)
	nowCall     = regexp.MustCompile(`say\("([a-z_]+)"`)
	problemName = regexp.MustCompile(`[pP]roblem[A-Z]\w+\s+= "([a-z_]+)"`)
	tellCall    = regexp.MustCompile(`(?:ToCustomer|ToTechnician), (?:Template: )?"([a-z_]+)"`)
)

// Every sentence that the code can say exists, in both languages (i18n's own test compares the languages).
func TestEverySentenceExists(t *testing.T) {
	var files []string
	for _, dir := range []string{".", "terms", "flow", "query", "input"} {
		more, err := filepath.Glob(dir + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, more...)
	}
	n := 0
	want := func(file, key string) {
		n++
		if !i18n.Has(key) {
			t.Errorf("%s says %s, which no catalogue has", file, key)
		}
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		each := func(re *regexp.Regexp, prefix string) {
			for _, m := range re.FindAllStringSubmatch(string(text), -1) {
				for _, word := range m[1:] {
					if word != "" && !strings.HasSuffix(word, ".") {
						want(name, prefix+word)
					}
				}
			}
		}
		each(keyLiteral, "")
		each(fieldCall, "service.field.")
		each(eventCall, "service.event.")
		each(nowCall, "service.now.")
		each(problemName, "service.problem.")
		each(tellCall, "notify.text.")
	}
	for _, m := range service.Machines() {
		for _, s := range m.States() {
			switch {
			case m.Name == "request", m.Name == "visit" && !strings.Contains("planned offered accepted en_route", string(s)):
				if s != service.RequestAssigned {
					want("states", "service.now."+string(s))
				}
			}
		}
	}
	if n < 120 {
		t.Errorf("only %d sentences were found: the patterns are out of date", n)
	}
}

// The timeline of a full story reads as sentences: no placeholder is left open, no code is shown.
func TestTimelinesRead(t *testing.T) {
	h := newHouseSQLite(t)
	rc, tech, _ := h.done(nil)
	_, err := h.svc.Reopen(ctx, customer(rc.Case), service.Reopen{Case: rc.Case, Reason: "same_fault"})
	h.ok(err)
	h.due()
	o := h.offersOf(tech)[0]
	_, err = h.svc.DeclineOffer(ctx, technician(tech), service.DeclineOffer{Case: rc.Case, Offer: o.Offer, Reason: "no_part"})
	h.ok(err)
	h.pass(60 * time.Hour)
	_, err = h.svc.Cancel(ctx, customer(rc.Case), service.Cancel{Case: rc.Case, Reason: "too_late"})
	h.ok(err)
	lines := h.page(rc.Case).Timeline
	for _, p := range h.page(rc.Case).Problems {
		lines = append(lines, service.Entry{Kind: p.Kind, Line: p.Line})
	}
	open := regexp.MustCompile(`[\[{][a-z_.]+[\]}]`)
	for _, lang := range i18n.Langs() {
		pr := i18n.Printer{Lang: lang, Now: h.time()}
		for _, e := range lines {
			text := pr.TMap(e.Line.Key, e.Line.Args)
			if open.MatchString(text) || strings.Contains(text, "no_part") || strings.Contains(text, "map[") {
				t.Errorf("%s in %s: %s", e.Kind, lang, text)
			}
		}
		st := h.status(rc.Case)
		if text := pr.TMap(st.Now.Key, st.Now.Args); open.MatchString(text) {
			t.Errorf("now: %s", text)
		}
	}
}
