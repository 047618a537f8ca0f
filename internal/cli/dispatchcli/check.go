package dispatchcli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"anxin/dispatch"
	"anxin/dispatch/check"
	"anxin/dispatch/gen"
	"anxin/dispatch/picture"
	"anxin/dispatch/vrptw"
)

// CheckCmd verifies a solution.
type CheckCmd struct {
	Format   string `enum:"auto,json,vrptw" default:"auto" help:"输入格式 / input format."`
	Rounding string `enum:"dimacs,double" default:"dimacs" help:"vrptw 的取整约定 / rounding convention of vrptw files."`
	File     string `arg:"" help:"问题文件 / problem file."`
	Solution string `arg:"" help:"方案文件 / solution file."`

	Stdout io.Writer `kong:"-"`
}

// Run writes a report and fails when a rule is broken.
func (c *CheckCmd) Run() error {
	in, err := readInput(c.File, c.Format, c.Rounding)
	if err != nil {
		return err
	}
	s, err := readSolution(c.Solution)
	if err != nil {
		return err
	}
	report := &check.Report{}
	out := map[string]any{}
	if in.file != nil {
		distance, used, faults, err := in.file.Verify(s.customers(), in.rounding)
		if err != nil {
			return err
		}
		for _, f := range faults {
			report.Violations = append(report.Violations, check.Violation{Rule: "vrptw", Text: f})
		}
		out["distance"], out["vehicles"] = distance, used
	} else {
		if s.Plan == nil {
			return errors.New(c.Solution + ": 缺少 plan / the solution has no plan with times; write it with anxin dispatch solve")
		}
		if report, err = check.Plan(context.Background(), in.problem, s.Plan); err != nil {
			return err
		}
		out["score"], out["objective"] = report.Score, report.Score.Vector()
	}
	out["ok"] = report.OK()
	out["violations"] = append([]check.Violation{}, report.Violations...)
	if err := json.NewEncoder(stdout(c.Stdout)).Encode(out); err != nil {
		return err
	}
	if !report.OK() {
		return fmt.Errorf("方案有 %d 处违规 / the solution breaks %d rules", len(report.Violations), len(report.Violations))
	}
	return nil
}

func readSolution(path string) (*Solution, error) {
	data, err := readAll(path)
	if err != nil {
		return nil, err
	}
	s := &Solution{}
	if err := json.Unmarshal(data, s); err != nil {
		return nil, fmt.Errorf("%s: 不是方案文件 / not a solution file: %w", path, err)
	}
	return s, nil
}

// GenCmd generates a problem.
type GenCmd struct {
	Kind        string `arg:"" enum:"city,overload,emergency,rich,small" help:"种类 / kind: city, overload, emergency, rich, small."`
	Seed        uint64 `default:"1" help:"种子 / seed."`
	Jobs        int    `default:"0" help:"工单数，0 为该种类的缺省值 / number of jobs, 0 for the kind's default."`
	Technicians int    `default:"0" help:"师傅数 / number of technicians."`
	Base        string `name:"base" placeholder:"FILE" help:"在 vrptw 算例上加规则（仅 rich）/ add the rules to this vrptw instance (rich only)."`

	Stdout io.Writer `kong:"-"`
}

// Run writes the problem as JSON.
func (c *GenCmd) Run() error {
	o := gen.Options{Seed: c.Seed, Jobs: c.Jobs, Technicians: c.Technicians}
	if c.Base != "" {
		if c.Kind != "rich" {
			return errors.New("--base 只适用于 rich / --base goes with rich only")
		}
		in, err := readInput(c.Base, "vrptw", string(vrptw.DIMACS))
		if err != nil {
			return err
		}
		p, err := gen.Enrich(in.file, o)
		if err != nil {
			return err
		}
		return dispatch.Write(stdout(c.Stdout), p)
	}
	p, err := gen.Make(c.Kind, o)
	if err != nil {
		return err
	}
	return dispatch.Write(stdout(c.Stdout), p)
}

// ShowCmd draws a solution.
type ShowCmd struct {
	Format   string `enum:"auto,json,vrptw" default:"auto" help:"输入格式 / input format."`
	Rounding string `enum:"dimacs,double" default:"dimacs" help:"vrptw 的取整约定 / rounding convention of vrptw files."`
	File     string `arg:"" help:"问题文件 / problem file."`
	Solution string `arg:"" help:"方案文件 / solution file."`

	Stdout io.Writer `kong:"-"`
}

// Run writes an SVG picture.
func (c *ShowCmd) Run() error {
	in, err := readInput(c.File, c.Format, c.Rounding)
	if err != nil {
		return err
	}
	s, err := readSolution(c.Solution)
	if err != nil {
		return err
	}
	plan := s.Plan
	if in.file != nil {
		var orders []dispatch.Order
		for i, route := range s.customers() {
			o := dispatch.Order{Technician: fmt.Sprintf("v%d", i+1)}
			for _, id := range route {
				o.Visits = append(o.Visits, fmt.Sprint(id))
			}
			orders = append(orders, o)
		}
		if plan, err = dispatch.Retime(context.Background(), in.problem, orders); err != nil {
			return err
		}
	}
	if plan == nil {
		return errors.New(c.Solution + ": 缺少 plan / the solution has no plan with times; write it with anxin dispatch solve")
	}
	return picture.Write(stdout(c.Stdout), in.problem, plan, nil)
}
