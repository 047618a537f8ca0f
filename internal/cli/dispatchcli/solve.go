package dispatchcli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"strconv"
	"time"

	"anxin/dispatch"
	"anxin/dispatch/check"
	"anxin/dispatch/search"
	"anxin/dispatch/vrptw"
)

// SolveCmd plans one problem.
type SolveCmd struct {
	Format     string        `enum:"auto,json,vrptw" default:"auto" help:"输入格式 / input format: auto, json or vrptw."`
	Time       time.Duration `default:"0s" help:"时限，缺省 10s / time limit; 10s when neither time nor iterations are given."`
	Iterations int64         `default:"0" help:"迭代次数；同种子同次数结果逐字节相同 / iterations; the same seed and count give the same plan."`
	Threads    int           `default:"2" help:"线程数 / threads."`
	Seed       uint64        `default:"1" help:"随机种子 / seed."`
	Objective  string        `enum:"auto,distance,vehicles,service" default:"auto" help:"目标 / objective: distance, vehicles or service; auto takes the file's, distance for vrptw."`
	Rounding   string        `enum:"dimacs,double" default:"dimacs" help:"vrptw 的取整约定 / rounding convention of vrptw files."`
	Verify     bool          `name:"check" help:"求解后独立核对 / verify the plan with the independent checker."`
	File       string        `arg:"" help:"问题文件，- 为标准输入 / problem file, - for standard input."`

	Stdout io.Writer `kong:"-"`
}

// Solution is what solve writes and check and show read.
type Solution struct {
	Feasible   bool              `json:"feasible"` // every hard rule is kept; for distance and vehicles, also every job served
	Objective  any               `json:"objective"`
	Distance   float64           `json:"distance"` // units of the file, or metres
	Vehicles   int               `json:"vehicles"`
	Routes     [][]any           `json:"routes"`
	Unassigned []Left            `json:"unassigned"`
	Iterations int64             `json:"iterations"`
	Seconds    float64           `json:"seconds"`
	Threads    int               `json:"threads"`
	Seed       uint64            `json:"seed"`
	Rounding   vrptw.Rounding    `json:"rounding,omitempty"`
	Violations []check.Violation `json:"violations,omitempty"`
	Plan       *dispatch.Plan    `json:"plan,omitempty"` // with times; not for vrptw
}

// Left is a job without a place in the plan.
type Left struct {
	ID      any               `json:"id"`
	Reasons []dispatch.Reason `json:"reasons"`
	Text    []string          `json:"text"`
}

// Run solves and writes the solution as JSON. An interrupt ends the search early; the plan found so far is written.
func (c *SolveCmd) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return c.run(ctx)
}

func (c *SolveCmd) run(ctx context.Context) error {
	begin := time.Now()
	in, err := readInput(c.File, c.Format, c.Rounding)
	if err != nil {
		return err
	}
	if c.Objective != "auto" && c.Objective != "" {
		in.problem.Objective = dispatch.Objective(c.Objective)
	}
	options := c.options(begin)
	plan, err := dispatch.Solve(ctx, in.problem, options)
	if err != nil {
		return err
	}
	s := c.solution(in, plan)
	s.Seconds = math.Round(time.Since(begin).Seconds()*1000) / 1000
	if c.Verify {
		if err := verify(context.WithoutCancel(ctx), in, plan, s); err != nil {
			return err
		}
	}
	enc := json.NewEncoder(stdout(c.Stdout))
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return err
	}
	if len(s.Violations) > 0 {
		return fmt.Errorf("方案有 %d 处违规，请报告此问题 / the plan breaks %d rules; please report this", len(s.Violations), len(s.Violations))
	}
	return nil
}

// options turns the flags into those of the engine. The time limit includes reading the file.
func (c *SolveCmd) options(begin time.Time) dispatch.Options {
	o := dispatch.Options{Seed: c.Seed, Threads: max(c.Threads, 1), Iterations: c.Iterations}
	limit := c.Time
	if limit <= 0 && c.Iterations <= 0 {
		limit = 10 * time.Second
	}
	if limit > 0 {
		o.Elapsed = func() float64 { return float64(time.Since(begin)) / float64(limit) }
		o.Tuning = search.Tuning{Epochs: int(min(max(limit/(500*time.Millisecond), 12), 200))}
	}
	return o
}

func (c *SolveCmd) solution(in *input, plan *dispatch.Plan) *Solution {
	s := &Solution{
		Feasible: plan.Score.Unserved == 0 || mayLeaveOut(in.problem.Objective), Vehicles: int(plan.Score.Technicians), Iterations: plan.Iterations,
		Threads: max(c.Threads, 1), Seed: c.Seed, Routes: [][]any{}, Unassigned: []Left{},
	}
	for i := range plan.Tours {
		route := []any{}
		for _, stop := range plan.Tours[i].Stops {
			route = append(route, in.id(stop.Job+stop.Commitment))
		}
		s.Routes = append(s.Routes, route)
	}
	for _, u := range plan.Unassigned {
		left := Left{ID: in.id(u.Job), Reasons: u.Reasons}
		for _, r := range u.Reasons {
			left.Text = append(left.Text, dispatch.Explain(r, dispatch.ZH, nil)+" / "+dispatch.Explain(r, dispatch.EN, nil))
		}
		s.Unassigned = append(s.Unassigned, left)
	}
	s.Distance = float64(plan.Score.Metres)
	if in.file != nil {
		s.Rounding = in.rounding
		s.Distance, _, _, _ = in.file.Verify(s.customers(), in.rounding)
		s.Distance = math.Round(s.Distance*1e6) / 1e6
	} else {
		s.Plan = plan
	}
	switch in.problem.Objective {
	case dispatch.Distance:
		s.Objective = s.Distance
	case dispatch.Vehicles:
		s.Objective = []float64{float64(s.Vehicles), s.Distance}
	default:
		s.Objective = plan.Score.Vector()
	}
	return s
}

// mayLeaveOut reports whether jobs left out are a level of the objective, as on a day with more work than hours, and no fault of the plan.
func mayLeaveOut(o dispatch.Objective) bool { return o != dispatch.Distance && o != dispatch.Vehicles }

// id is the customer number for vrptw files and the id otherwise.
func (in *input) id(name string) any {
	if in.file != nil {
		if n, err := strconv.Atoi(name); err == nil {
			return n
		}
	}
	return name
}

// customers returns the routes as customer numbers; unknown entries become -1.
func (s *Solution) customers() [][]int {
	out := make([][]int, len(s.Routes))
	for i, route := range s.Routes {
		for _, id := range route {
			n := -1
			switch v := id.(type) {
			case int:
				n = v
			case float64:
				if v == math.Trunc(v) && math.Abs(v) < 1e9 {
					n = int(v)
				}
			case string:
				if k, err := strconv.Atoi(v); err == nil {
					n = k
				}
			}
			out[i] = append(out[i], n)
		}
	}
	return out
}

// verify lets the checkers look at a plan and notes what they find.
func verify(ctx context.Context, in *input, plan *dispatch.Plan, s *Solution) error {
	report, err := check.Plan(ctx, in.problem, plan)
	if err != nil {
		return err
	}
	s.Violations = report.Violations
	if in.file != nil {
		_, _, faults, err := in.file.Verify(s.customers(), in.rounding)
		if err != nil {
			return err
		}
		for _, f := range faults {
			s.Violations = append(s.Violations, check.Violation{Rule: "vrptw", Text: f})
		}
	}
	s.Feasible = s.Feasible && len(s.Violations) == 0
	return nil
}
