// Package dispatchcli is the command line of package dispatch: solve, check, gen, show. The binary mounts Cmd.
package dispatchcli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"anxin/dispatch"
	"anxin/dispatch/vrptw"
)

// Cmd is "anxin dispatch".
type Cmd struct {
	Solve SolveCmd `cmd:"" help:"求解派单问题 / plan the visits of a problem."`
	Check CheckCmd `cmd:"" help:"独立核对一份方案 / verify a solution independently."`
	Gen   GenCmd   `cmd:"" help:"按种子生成问题 / generate a problem from a seed."`
	Show  ShowCmd  `cmd:"" help:"把方案画成 SVG / draw a solution as SVG."`
}

// input is a problem file of either format.
type input struct {
	problem  *dispatch.Problem
	file     *vrptw.File // nil for JSON
	rounding vrptw.Rounding
}

const maxInput = 1 << 30

// readInput reads a problem; format is auto, json or vrptw.
func readInput(path, format, rounding string) (*input, error) {
	data, err := readAll(path)
	if err != nil {
		return nil, err
	}
	if format == "" || format == "auto" {
		format = "vrptw"
		if trimmed := bytes.TrimLeft(data, " \t\r\n\ufeff"); len(trimmed) > 0 && trimmed[0] == '{' {
			format = "json"
		}
	}
	if format == "json" {
		p, err := dispatch.Read(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return &input{problem: p}, nil
	}
	f, err := vrptw.Read(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	in := &input{file: f, rounding: vrptw.Rounding(rounding)}
	if in.problem, err = f.Problem(in.rounding); err != nil {
		return nil, err
	}
	return in, nil
}

// readAll reads a file, or standard input for "-".
func readAll(path string) ([]byte, error) {
	r := io.Reader(os.Stdin)
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r = f
	}
	data, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxInput {
		return nil, errors.New(path + ": 文件超过 1 GB / the file is larger than 1 GB")
	}
	return data, nil
}

func stdout(w io.Writer) io.Writer {
	if w == nil {
		return os.Stdout
	}
	return w
}
