package dispatchcli

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

const tiny = `TINY

VEHICLE
NUMBER     CAPACITY
  3         10

CUSTOMER
CUST NO.   XCOORD.   YCOORD.    DEMAND   READY TIME   DUE DATE   SERVICE TIME

    0          0       0          0       0        1000          0
    1          3       4          5       0         100         10
    2          6       8          5       0         200         10
    3         -3       4          5       0         100         10
    4         -6       8          5      50         200         10
`

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// run parses a command line as the binary would and runs it.
func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var cmd Cmd
	parser, err := kong.New(&cmd, kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, w := range []*io.Writer{&cmd.Solve.Stdout, &cmd.Check.Stdout, &cmd.Gen.Stdout, &cmd.Show.Stdout} {
		*w = &out
	}
	k, err := parser.Parse(args)
	if err != nil {
		return "", err
	}
	err = k.Run()
	return out.String(), err
}

func TestSolveCheckShowVRPTW(t *testing.T) {
	file := write(t, "tiny.txt", tiny)
	out, err := run(t, "solve", "--format", "vrptw", "--iterations", "200", "--check", file)
	if err != nil {
		t.Fatal(err)
	}
	var s Solution
	if err := json.Unmarshal([]byte(out), &s); err != nil {
		t.Fatal(err)
	}
	if !s.Feasible || s.Distance != 40 || s.Vehicles != 2 || len(s.Routes) != 2 {
		t.Fatalf("two routes of length 20 are best: %s", out)
	}
	solution := write(t, "solution.json", out)
	if out, err = run(t, "check", file, solution); err != nil || !strings.Contains(out, `"ok":true`) {
		t.Fatalf("%v %s", err, out)
	}
	if out, err = run(t, "show", file, solution); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, out)
	broken := write(t, "broken.json", `{"routes":[[1,2],[3]]}`)
	if out, err = run(t, "check", file, broken); err == nil || !strings.Contains(out, "customer 4 is served 0 times") {
		t.Fatalf("a missing customer must be found: %v %s", err, out)
	}
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(svg))
	shapes := 0
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := tok.(xml.StartElement); ok && (e.Name.Local == "circle" || e.Name.Local == "rect") {
			shapes++
		}
	}
	if shapes < 5 {
		t.Fatalf("only %d shapes in the picture", shapes)
	}
}

func TestGenerateSolveCheckShow(t *testing.T) {
	for _, kind := range []string{"city", "rich"} {
		out, err := run(t, "gen", kind, "--seed", "3", "--jobs", "60", "--technicians", "12")
		if err != nil {
			t.Fatal(err)
		}
		file := write(t, "p.json", out)
		plan, err := run(t, "solve", "--iterations", "500", "--seed", "7", "--check", file)
		if err != nil {
			t.Fatal(err)
		}
		again, err := run(t, "solve", "--iterations", "500", "--seed", "7", "--check", file)
		if err != nil || withoutSeconds(plan) != withoutSeconds(again) {
			t.Fatalf("%s: the same seed and iterations gave two plans (%v)", kind, err)
		}
		solution := write(t, "s.json", plan)
		if out, err = run(t, "check", file, solution); err != nil {
			t.Fatalf("%v %s", err, out)
		}
		picture, err := run(t, "show", file, solution)
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, picture)
		if strings.Contains(plan, `"violations"`) {
			t.Fatal("violations in a plan that passed")
		}
	}
}

func withoutSeconds(s string) string {
	var m map[string]any
	if json.Unmarshal([]byte(s), &m) != nil {
		return s
	}
	delete(m, "seconds")
	out, _ := json.Marshal(m)
	return string(out)
}

func TestEnrichedBenchmark(t *testing.T) {
	file := write(t, "tiny.txt", tiny)
	out, err := run(t, "gen", "rich", "--base", file, "--technicians", "3")
	if err != nil {
		t.Fatal(err)
	}
	problem := write(t, "p.json", out)
	if out, err = run(t, "solve", "--iterations", "100", "--check", problem); err != nil {
		t.Fatalf("%v %s", err, out)
	}
}

func TestErrorsNameTheField(t *testing.T) {
	cases := map[string]string{
		`{"now":0,"technicians":[{"id":"a","start":{"lat":1,"lon":1},"shifts":[{"from":5,"to":1}]}]}`: "technicians[0].shifts[0]",
		`{"now":"soon","technicians":[]}`: "RFC 3339",
		`{"now":0,"technicians":[],"jobs":[{"id":"x","place":{"lat":0,"lon":0},"colour":"red"}]}`: "colour",
		`{"now":0,"technicians":[],"jobs":[{"id":7}]}`:                                            "jobs.id",
		`{"now":0,"technicians":[]} x`:                                                            "follows",
		"TINY\nVEHICLE\nx y\n":                                                                    "line 3",
	}
	for text, want := range cases {
		if _, err := run(t, "solve", "--iterations", "1", write(t, "bad", text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s…: error %v does not say %q", text, err, want)
		}
	}
}

func TestCancelGivesAPlan(t *testing.T) {
	out, err := run(t, "gen", "city", "--jobs", "80")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	// Jobs left out are a level of the service objective; a benchmark's plan without them is no answer.
	for objective, feasible := range map[string]bool{"auto": true, "distance": false} {
		var buf bytes.Buffer
		c := SolveCmd{File: write(t, "p.json", out), Format: "auto", Objective: objective, Rounding: "dimacs", Threads: 1, Verify: true, Stdout: &buf}
		if err := c.run(ctx); err != nil {
			t.Fatal(err)
		}
		var s Solution
		if err := json.Unmarshal(buf.Bytes(), &s); err != nil || len(s.Violations) > 0 || len(s.Unassigned) == 0 || s.Feasible != feasible {
			t.Fatalf("%v %s", err, buf.String())
		}
	}
}
