package region

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGolden compares the whole answer of every form of address with testdata/golden.txt. After a wanted change run
// go test -run Golden -update and read the difference.
func TestGolden(t *testing.T) {
	in, err := os.ReadFile("testdata/golden.in")
	if err != nil {
		t.Fatal(err)
	}
	r := Default()
	var b strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(string(in)), "\n") {
		if strings.HasPrefix(line, "#") {
			fmt.Fprintf(&b, "%s\n\n", line)
			continue
		}
		a := r.Resolve(line, Date{})
		checkAnswer(t, &a)
		writeGolden(&b, &a)
	}
	if *update {
		if err := os.WriteFile("testdata/golden.txt", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile("testdata/golden.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		t.Errorf("answers differ from testdata/golden.txt; first difference:\n%s", firstDifference(got, string(want)))
	}
}

// writeGolden writes an answer for people: what was asked, what came out, why.
func writeGolden(b *strings.Builder, a *Answer) {
	fmt.Fprintf(b, "> %s\n", a.Input)
	switch a.Outcome {
	case OutcomeOne:
		m := &a.Best
		fmt.Fprintf(b, "one  %s %s (%s, %s, %.2f)\n", m.Code, m.Path, m.Level, m.Kind, m.Confidence)
		if m.Town.Code != "" && m.Town.Code != m.Code {
			fmt.Fprintf(b, "town %s %s\n", m.Town.Code, m.Town.Path)
		}
		fmt.Fprintf(b, "at   %.2f,%.2f %s %s\n", m.Point.Lng, m.Point.Lat, m.Point.Datum, m.Point.Precision)
	case OutcomeSet:
		fmt.Fprintf(b, "set of %d\n", len(a.Candidates))
		for i, c := range a.Candidates {
			if i == 5 {
				fmt.Fprintf(b, "  ...\n")
				break
			}
			fmt.Fprintf(b, "  %s %s (%s) %s\n", c.Code, c.Path, c.Kind, c.Reason.Text().Zh)
		}
	default:
		fmt.Fprintf(b, "none\n")
	}
	for _, x := range a.Reasons {
		text := x.Text()
		fmt.Fprintf(b, "why  [%s] %s | %s\n", x.Code, text.Zh, text.En)
	}
	if !a.Ask.IsZero() {
		fmt.Fprintf(b, "ask  %s | %s\n", a.Ask.Zh, a.Ask.En)
	}
	for _, s := range a.Successions {
		part := ""
		if !s.Whole {
			part = " (part)"
		}
		fmt.Fprintf(b, "then %s %s %s -> %s %s%s\n", s.When, s.From.Code, s.From.Name, s.To.Code, s.To.Name, part)
	}
	var spans []string
	for _, s := range a.Spans {
		spans = append(spans, a.Input[s.Start:s.End])
	}
	fmt.Fprintf(b, "read %s; rest %q\n\n", strings.Join(spans, " | "), a.Detail)
}

// firstDifference shows the first lines in which two texts differ.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			old := ""
			if i < len(w) {
				old = w[i]
			}
			return fmt.Sprintf("line %d\n got: %s\nwant: %s", i+1, g[i], old)
		}
	}
	return "the golden file is longer"
}
