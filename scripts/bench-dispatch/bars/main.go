//go:build linux

// Command bars measures the bars of the dispatch engine that the comparison with its peers (../measure.py) does not: tuning on generated
// instances, vehicles first, rich instances, large cities, cancelling, and equal bytes on two architectures. It writes one line per run.
//
//	bars vrptw  [flags] FILE|CLASS:N:SEED...  gap to the best known values; classes c1 c2 r1 r2 rc1 rc2 are generated
//	bars rich   [flags]                       all rules at once, checked
//	bars city   [flags]                       many jobs and technicians, with the peak of memory
//	bars cancel [flags]                       time from cancel to answer
//	bars bytes  [flags]                       one hash over plans of fixed seeds and iterations
package main

import (
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"time"

	"anxin/dispatch"
	"anxin/dispatch/search"
	"anxin/dispatch/vrptw"
)

type settings struct {
	limit       time.Duration
	iterations  int64
	threads     int
	seed, seeds uint64
	objective   string
	rounding    string
	known       string
	profile     string
	jobs        int
	technicians int
	tune        string
	cpu         bool
	only        string
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: bars vrptw|rich|city|cancel|bytes [flags] ...")
		os.Exit(2)
	}
	var s settings
	f := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	f.DurationVar(&s.limit, "time", 0, "time limit per run")
	f.Int64Var(&s.iterations, "iterations", 0, "iterations per run")
	f.IntVar(&s.threads, "threads", 2, "threads")
	f.Uint64Var(&s.seed, "seed", 1, "first seed")
	f.Uint64Var(&s.seeds, "seeds", 1, "number of seeds")
	f.StringVar(&s.objective, "objective", "distance", "distance or vehicles")
	f.StringVar(&s.rounding, "rounding", "dimacs", "dimacs or double")
	f.StringVar(&s.known, "known", "", "table of best known values")
	f.StringVar(&s.profile, "cpuprofile", "", "write a processor profile here")
	f.IntVar(&s.jobs, "jobs", 0, "jobs of generated problems")
	f.IntVar(&s.technicians, "technicians", 0, "technicians of generated problems")
	f.StringVar(&s.only, "only", "", "rich: city or enriched; both when empty")
	f.BoolVar(&s.cpu, "cpu", false, "count the time limit in processor time per thread, for tuning on a busy machine")
	f.StringVar(&s.tune, "tune", "", "parameters of the search, for example width=30,hot=2")
	_ = f.Parse(os.Args[2:])
	if s.profile != "" {
		out, err := os.Create(s.profile)
		must(err)
		must(pprof.StartCPUProfile(out))
		defer pprof.StopCPUProfile()
	}
	switch os.Args[1] {
	case "vrptw":
		s.vrptw(f.Args())
	case "rich":
		s.rich()
	case "city":
		s.city()
	case "cancel":
		s.cancel()
	case "bytes":
		s.bytes()
	default:
		fmt.Fprintf(os.Stderr, "unknown bar %q\n", os.Args[1])
		os.Exit(2)
	}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bars:", err)
		os.Exit(1)
	}
}

// solve runs the engine; the limit begins with the call.
func (s *settings) solve(p *dispatch.Problem, seed uint64) (*dispatch.Plan, time.Duration) {
	begin := time.Now()
	o := dispatch.Options{Seed: seed, Threads: s.threads, Iterations: s.iterations, Tuning: s.tuning()}
	limit := s.limit
	if limit == 0 && s.iterations == 0 {
		limit = 10 * time.Second
	}
	if limit > 0 {
		o.Elapsed = func() float64 { return float64(time.Since(begin)) / float64(limit) }
		if s.cpu {
			used := processorTime()
			o.Elapsed = func() float64 { return float64(processorTime()-used) / float64(limit) / float64(s.threads) }
		}
		if o.Tuning.Epochs == 0 {
			o.Tuning.Epochs = int(min(max(limit/(500*time.Millisecond), 12), 200))
		}
	}
	plan, err := dispatch.Solve(context.Background(), p, o)
	must(err)
	return plan, time.Since(begin)
}

func (s *settings) tuning() (t search.Tuning) {
	for _, pair := range strings.FieldsFunc(s.tune, func(r rune) bool { return r == ',' }) {
		name, text, _ := strings.Cut(pair, "=")
		x, err := strconv.ParseFloat(text, 64)
		must(err)
		switch name {
		case "width":
			t.Width = int(x)
		case "hot":
			t.Hot = x
		case "cold":
			t.Cold = x
		case "removed":
			t.Removed = x
		case "string":
			t.String = int(x)
		case "small":
			t.Small = int(x)
		case "smallrich":
			t.SmallRich = int(x)
		case "knee":
			t.Knee = x
		case "slope":
			t.Slope = x
		case "part":
			t.PartJobs = int(x)
		case "epochs":
			t.Epochs = int(x)
		case "whole":
			t.WholeLimit = int(x)
		default:
			must(fmt.Errorf("unknown parameter %q", name))
		}
	}
	return t
}

// bestKnown reads a table with columns instance, routes and distance.
func (s *settings) bestKnown() map[string][2]float64 {
	out := map[string][2]float64{}
	if s.known == "" {
		return out
	}
	file, err := os.Open(s.known)
	must(err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	must(err)
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	for _, row := range rows[1:] {
		d, _ := strconv.ParseFloat(row[column["distance"]], 64)
		v, _ := strconv.ParseFloat(row[column["routes"]], 64)
		out[strings.ToLower(row[column["instance"]])] = [2]float64{v, d}
	}
	return out
}

func (s *settings) vrptw(args []string) {
	known := s.bestKnown()
	var sum, vehicles, knownVehicles float64
	runs := 0
	class := map[string][]float64{}
	for _, arg := range args {
		f := instance(arg)
		name := strings.ToLower(strings.TrimSuffix(filepath.Base(arg), ".txt"))
		for seed := s.seed; seed < s.seed+s.seeds; seed++ {
			p, err := f.Problem(vrptw.Rounding(s.rounding))
			must(err)
			p.Objective = dispatch.Objective(s.objective)
			plan, took := s.solve(p, seed)
			distance, used := verified(f, plan, vrptw.Rounding(s.rounding))
			gap := math.NaN()
			if k, ok := known[name]; ok {
				gap = 100 * (distance/k[1] - 1)
				knownVehicles += k[0]
				key, _, _ := strings.Cut(name, "_")
				if key == name {
					key = name[:len(name)-2]
				}
				class[key] = append(class[key], gap)
			}
			fmt.Printf("%-12s seed %d distance %.2f vehicles %d gap %.4f iterations %d seconds %.2f\n", name, seed, distance, used, gap, plan.Iterations, took.Seconds())
			sum += math.Log(distance)
			vehicles += float64(used)
			runs++
		}
	}
	fmt.Printf("TOTAL runs %d mean %.3f vehicles %.0f known %.0f", runs, math.Exp(sum/float64(runs)), vehicles, knownVehicles)
	all, n := 0.0, 0.0
	for _, key := range []string{"c1", "c2", "r1", "r2", "rc1", "rc2"} {
		if gaps := class[key]; len(gaps) > 0 {
			mean := 0.0
			for _, g := range gaps {
				mean += g / float64(len(gaps))
				all, n = all+g, n+1
			}
			fmt.Printf(" %s %.3f", key, mean)
		}
	}
	if n > 0 {
		fmt.Printf(" all %.4f", all/n)
	}
	fmt.Println()
}

func verified(f *vrptw.File, plan *dispatch.Plan, r vrptw.Rounding) (float64, int) {
	var routes [][]int
	for i := range plan.Tours {
		var route []int
		for _, stop := range plan.Tours[i].Stops {
			id, err := strconv.Atoi(stop.Job)
			must(err)
			route = append(route, id)
		}
		routes = append(routes, route)
	}
	distance, used, faults, err := f.Verify(routes, r)
	must(err)
	if len(faults) > 0 {
		must(fmt.Errorf("%s: %v", f.Name, faults[:min(3, len(faults))]))
	}
	return distance, used
}

// instance reads a file, or makes an instance of a class: "r1:200:7".
func instance(arg string) *vrptw.File {
	if parts := strings.Split(arg, ":"); len(parts) == 3 {
		n, err := strconv.Atoi(parts[1])
		must(err)
		seed, err := strconv.ParseUint(parts[2], 10, 64)
		must(err)
		return generate(parts[0], n, seed)
	}
	file, err := os.Open(arg)
	must(err)
	defer file.Close()
	f, err := vrptw.Read(file)
	must(err)
	return f
}

// peak is the greatest memory of this process so far in megabytes, or 0 where the system does not tell.
func peak() float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	return 0
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func platform() string { return runtime.GOOS + "/" + runtime.GOARCH + " " + runtime.Version() }
