package vrptw_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"anxin/dispatch"
	"anxin/dispatch/check"
	"anxin/dispatch/vrptw"
)

const small = `SMALL

VEHICLE
NUMBER     CAPACITY
  2         10

CUSTOMER
CUST NO.   XCOORD.   YCOORD.    DEMAND   READY TIME   DUE DATE   SERVICE TIME

    0          0       0          0       0         200          0
    1          3       4          5      10         100         10
    2          6       8          5       0          30         10
`

func TestReadAndVerify(t *testing.T) {
	f, err := vrptw.Read(strings.NewReader(small))
	if err != nil {
		t.Fatal(err)
	}
	if f.Name != "SMALL" || f.Vehicles != 2 || f.Capacity != 10 || len(f.Customers) != 3 || f.Customers[1].Ready != 10 {
		t.Fatalf("%+v", f)
	}
	cases := []struct {
		routes [][]int
		faults int
	}{
		{[][]int{{1, 2}}, 0},
		{[][]int{{2, 1}, {}}, 0},
		{[][]int{{1}}, 1},
		{[][]int{{1, 2, 2}}, 3}, // twice, too late, and too much load
		{[][]int{{1}, {2}, {7}}, 2},
	}
	for _, c := range cases {
		d, _, faults, err := f.Verify(c.routes, vrptw.DIMACS)
		if err != nil || len(faults) != c.faults {
			t.Errorf("%v: %v %v", c.routes, faults, err)
		}
		if c.faults == 0 && d != 20 {
			t.Errorf("%v: distance %v, want 20", c.routes, d)
		}
	}
	if _, _, _, err := f.Verify(nil, "banker's"); err == nil {
		t.Error("an unknown rounding was accepted")
	}
}

func TestReadErrorsNameTheLine(t *testing.T) {
	cases := map[string]string{
		"":                    "without a VEHICLE",
		"A\nhello\n":          "line 2",
		"A\nVEHICLE\n1 2 3\n": "line 3",
		strings.Replace(small, "    2          6", "    5          6", 1): "count up",
		strings.Replace(small, "10         100", "100        10", 1):      "ready not after due",
		strings.Replace(small, "6       8", "6       NaN", 1):             "NaN",
	}
	for text, want := range cases {
		if _, err := vrptw.Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v does not say %q", text, err, want)
		}
	}
}

// TestSharedInstances solves a few published instances briefly; both checkers must agree that the plans are good.
func TestSharedInstances(t *testing.T) {
	root := os.Getenv("ANXIN_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	for _, name := range []string{"solomon/C101.txt", "solomon/R208.txt", "homberger_200/rc1_2_4.txt"} {
		data, err := os.ReadFile(filepath.Join(root, "data", "vrptw", name))
		if err != nil {
			t.Skipf("the benchmark instances are not here (set ANXIN_SHARED): %v", err)
		}
		f, err := vrptw.Read(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []vrptw.Rounding{vrptw.DIMACS, vrptw.Double} {
			solveAndVerify(t, f, r)
		}
	}
}

func solveAndVerify(t *testing.T, f *vrptw.File, r vrptw.Rounding) {
	t.Helper()
	p, err := f.Problem(r)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := dispatch.Solve(context.Background(), p, dispatch.Options{Seed: 1, Threads: 2, Iterations: 3000})
	if err != nil {
		t.Fatal(err)
	}
	report, err := check.Plan(context.Background(), p, plan)
	if err != nil || !report.OK() {
		t.Fatalf("%s %s: %v\n%s", f.Name, r, err, report)
	}
	var routes [][]int
	for _, tour := range plan.Tours {
		var route []int
		for _, s := range tour.Stops {
			id := 0
			for _, digit := range s.Job {
				id = id*10 + int(digit-'0')
			}
			route = append(route, id)
		}
		routes = append(routes, route)
	}
	d, used, faults, err := f.Verify(routes, r)
	if err != nil || len(faults) > 0 {
		t.Fatalf("%s %s: %v %v", f.Name, r, err, faults)
	}
	scale := 10.0
	if r == vrptw.Double {
		scale = 10000
	}
	if engine := float64(plan.Score.Metres) / scale; engine-d > 0.05 || d-engine > 0.05 {
		t.Fatalf("%s %s: the engine counts %.4f, the file %.4f with %d routes", f.Name, r, engine, d, used)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("A\nVEHICLE\nNUMBER CAPACITY\n1 1\nCUSTOMER\n0 0 0 0 0 9 0\n1 1 1 1 0 9 0\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := vrptw.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		p, err := file.Problem(vrptw.DIMACS)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Jobs) > 12 || len(p.Technicians) > 12 || p.Validate() != nil {
			return
		}
		plan, err := dispatch.Solve(context.Background(), p, dispatch.Options{Iterations: 3})
		if err != nil {
			t.Fatal(err)
		}
		if report, err := check.Plan(context.Background(), p, plan); err != nil || !report.OK() {
			t.Fatalf("%v\n%s", err, report)
		}
	})
}
