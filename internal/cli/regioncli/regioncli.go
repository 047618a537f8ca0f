// Package regioncli is the command line of package region: resolve, show, history, check. The binary mounts Cmd.
package regioncli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"anxin/region"
)

// Cmd is "anxin region".
type Cmd struct {
	Resolve ResolveCmd `cmd:"" help:"逐行解析地址，一行一个结果 / resolve addresses, one per line."`
	Show    ShowCmd    `cmd:"" help:"按代码查看区划 / show the division behind a code."`
	History HistoryCmd `cmd:"" help:"查看名称或代码的沿革 / show what became of a name or code."`
}

// ResolveCmd reads addresses and writes answers.
type ResolveCmd struct {
	AsOf  string `name:"as-of" placeholder:"DATE" help:"按哪一天的区划解析，如 2020-06-30 / resolve as of this day."`
	JSON  bool   `name:"json" help:"每行输出一个 JSON 对象 / write one JSON object per line."`
	Patch string `name:"patch" type:"existingfile" help:"运营补丁文件 region-patch.tsv / operator patch file."`
	File  string `arg:"" optional:"" help:"输入文件，缺省为标准输入 / input file, standard input when absent."`

	Stdin  io.Reader `kong:"-"`
	Stdout io.Writer `kong:"-"`
}

// maxLine bounds one input line; longer ones are answered with too-long by the resolver.
const maxLine = 4 << 20

// Run writes one answer per input line.
func (c *ResolveCmd) Run() error {
	asOf := region.Date{}
	if c.AsOf != "" {
		var err error
		if asOf, err = region.ParseDate(c.AsOf); err != nil {
			return err
		}
	}
	in, out := c.Stdin, c.Stdout
	if out == nil {
		out = os.Stdout
	}
	if c.File != "" && c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	} else if in == nil {
		in = os.Stdin
	}
	r := region.Default()
	w := bufio.NewWriter(out)
	defer w.Flush()
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 1<<16), maxLine)
	for lines.Scan() {
		a := r.Resolve(strings.TrimRight(lines.Text(), "\r"), asOf)
		if c.JSON {
			if err := enc.Encode(a.Record()); err != nil {
				return err
			}
			continue
		}
		writeLine(w, &a)
	}
	if err := lines.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			return fmt.Errorf("有一行超过 %d MB，请拆分后重试 / a line is longer than %d MB: split it", maxLine>>20, maxLine>>20)
		}
		return err
	}
	return w.Flush()
}

// writeLine writes one answer for people: code, path, note.
func writeLine(w io.Writer, a *region.Answer) {
	note := make([]string, 0, len(a.Reasons))
	for _, x := range a.Reasons {
		note = append(note, x.Text().Zh)
	}
	switch a.Outcome {
	case region.OutcomeOne:
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", a.Best.Code, a.Best.Path, a.Detail, strings.Join(note, "；"))
	case region.OutcomeSet:
		paths := make([]string, len(a.Candidates))
		for i := range a.Candidates {
			paths[i] = string(a.Candidates[i].Code) + " " + a.Candidates[i].Path
		}
		fmt.Fprintf(w, "?\t%s\t%s\t%s\n", strings.Join(paths, " | "), a.Detail, strings.Join(note, "；"))
	default:
		fmt.Fprintf(w, "-\t\t%s\t%s\n", a.Detail, strings.Join(note, "；"))
	}
}

// ShowCmd prints what a code stands for, now and before.
type ShowCmd struct {
	Code   string    `arg:"" help:"6 或 9 位代码 / a code of 6 or 9 digits."`
	Stdout io.Writer `kong:"-"`
}

// Run prints every version of the code.
func (c *ShowCmd) Run() error {
	all := region.Default().History(region.Code(c.Code))
	if len(all) == 0 {
		return fmt.Errorf("没有代码 %s / no division has or had the code %s", c.Code, c.Code)
	}
	out := c.Stdout
	if out == nil {
		out = os.Stdout
	}
	for _, d := range all {
		printDivision(out, d)
	}
	return nil
}

func printDivision(w io.Writer, d region.Division) {
	until := d.To.String()
	if until == "" {
		until = "今"
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%s-%s\t%.5f,%.5f %s %s (%s)\n", d.Code, d.Path, d.Level, d.From, until,
		d.Point.Lng, d.Point.Lat, d.Point.Datum, d.Point.Precision, d.Point.Source)
}

// HistoryCmd prints what became of the divisions of a name.
type HistoryCmd struct {
	Name   string    `arg:"" help:"名称或代码 / a name or code."`
	Stdout io.Writer `kong:"-"`
}

// Run prints each division with its successions.
func (c *HistoryCmd) Run() error {
	r := region.Default()
	out := c.Stdout
	if out == nil {
		out = os.Stdout
	}
	all := r.Named(c.Name)
	if region.Code(c.Name).Valid() {
		all = r.History(region.Code(c.Name))
	}
	if len(all) == 0 {
		return fmt.Errorf("没有名为 %s 的区划 / no division is or was called %s", c.Name, c.Name)
	}
	for _, d := range all {
		printDivision(out, d)
		if d.Current() {
			continue
		}
		for _, s := range r.Successors(d.Code, d.From.Year) {
			part := ""
			if !s.Whole {
				part = " (部分 / part) " + s.Scope
			}
			fmt.Fprintf(out, "    %s %s → %s %s%s\n", s.When, s.From.Name, s.To.Code, s.To.Path, part)
		}
	}
	return nil
}
