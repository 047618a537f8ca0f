// Package regioncli is the command line of package region: resolve, show, history, check. The binary mounts Cmd.
package regioncli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"time"

	"anxin/region"
)

// Cmd is "anxin region".
type Cmd struct {
	Resolve ResolveCmd `cmd:"" help:"逐行解析地址，一行一个结果 / resolve addresses, one per line."`
	Show    ShowCmd    `cmd:"" help:"按代码查看区划 / show the divisions behind a code."`
	History HistoryCmd `cmd:"" help:"查看名称或代码的沿革 / show what became of a name or code."`
	Check   CheckCmd   `cmd:"" help:"与公开发布的区划列表比对 / compare the dataset with published lists."`
}

// Source chooses the dataset and where output goes; every subcommand has it.
type Source struct {
	Patch string `name:"patch" placeholder:"FILE" help:"运营补丁文件 region-patch.tsv / operator patch file."`
	Data  string `name:"data" placeholder:"DIR" help:"数据目录：采用其中的 region-patch.tsv（没有则不用）/ data folder: use the region-patch.tsv in it, if any."`

	Stdin  io.Reader `kong:"-"` // standard input when nil
	Stdout io.Writer `kong:"-"` // standard output when nil
	Stderr io.Writer `kong:"-"` // standard error when nil
}

// resolver returns the embedded dataset, with the patch file applied when one is named.
func (s *Source) resolver() (*region.Resolver, error) {
	name := s.Patch
	if name == "" && s.Data != "" {
		name = filepath.Join(s.Data, "region-patch.tsv")
		if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
			name = ""
		}
	}
	if name == "" {
		return region.Default(), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("无法打开补丁文件 / the patch file cannot be opened: %w", err)
	}
	defer f.Close()
	return region.New(f)
}

func (s *Source) out() io.Writer {
	if s.Stdout == nil {
		return os.Stdout
	}
	return s.Stdout
}

func (s *Source) log() io.Writer {
	if s.Stderr == nil {
		return os.Stderr
	}
	return s.Stderr
}

// ResolveCmd reads addresses and writes answers.
type ResolveCmd struct {
	Source `embed:""`
	AsOf   string `name:"as-of" placeholder:"DATE" help:"按哪一天的区划解析，如 2020-06-30 / resolve as of this day."`
	JSON   bool   `name:"json" help:"每行输出一个 JSON 对象 / write one JSON object per line."`
	Timing bool   `name:"timing" help:"在标准错误输出耗时与内存 / write time per address and memory to standard error."`
	File   string `arg:"" optional:"" help:"输入文件，缺省为标准输入 / input file, standard input when absent."`
}

// maxLine bounds one input line; what is longer than an address can be is refused by the resolver itself.
const maxLine = 4 << 20

// Run writes one answer per input line.
func (c *ResolveCmd) Run() error {
	asOf := region.Date{}
	if c.AsOf != "" {
		var err error
		if asOf, err = region.ParseDate(c.AsOf); err != nil {
			return fmt.Errorf("“%s”不是日期，请写成 2020-06-30 / “%s” is not a date: write it as 2020-06-30", c.AsOf, c.AsOf)
		}
	}
	r, err := c.resolver()
	if err != nil {
		return err
	}
	in := c.Stdin
	if c.File != "" && c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return fmt.Errorf("无法打开输入文件 / the input file cannot be opened: %w", err)
		}
		defer f.Close()
		in = f
	} else if in == nil {
		in = os.Stdin
	}
	w := bufio.NewWriter(c.out())
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	var times []time.Duration
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 1<<16), maxLine)
	for lines.Scan() {
		text := strings.TrimRight(lines.Text(), "\r")
		start := time.Now()
		a := r.Resolve(text, asOf)
		if c.Timing {
			times = append(times, time.Since(start))
		}
		if !c.JSON {
			writeLine(w, &a)
		} else if err := enc.Encode(a.Record()); err != nil {
			return err
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("有一行超过 %d MB，请拆分后重试 / a line is longer than %d MB: split it", maxLine>>20, maxLine>>20)
	} else if err != nil {
		return err
	}
	if c.Timing {
		writeTiming(c.log(), times)
	}
	return w.Flush()
}

// writeTiming writes the median and the 99th percentile in microseconds, and the live heap.
func writeTiming(w io.Writer, times []time.Duration) {
	if len(times) == 0 {
		return
	}
	sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	us := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
	fmt.Fprintf(w, `{"us":%.1f,"p99":%.1f,"heap_mb":%.1f,"n":%d}`+"\n", us(times[len(times)/2]), us(times[len(times)*99/100]), float64(m.HeapAlloc)/(1<<20), len(times))
}

// writeLine writes one answer for people: code, path, rest of the address, notes; "?" when it has to be asked, "-" when
// there is no place.
func writeLine(w io.Writer, a *region.Answer) {
	note := make([]string, 0, len(a.Reasons))
	for _, x := range a.Reasons {
		note = append(note, x.Text().Zh)
	}
	if a.Outcome == region.OutcomeSet && a.Ask.Zh != "" {
		note = append(note, a.Ask.Zh)
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
	Source `embed:""`
	Code   string `arg:"" help:"6 位或 9 位代码 / a code of 6 or 9 digits."`
}

// Run prints every version of the code and what lies directly below it.
func (c *ShowCmd) Run() error {
	r, err := c.resolver()
	if err != nil {
		return err
	}
	all := r.History(region.Code(c.Code))
	if len(all) == 0 {
		return fmt.Errorf("没有代码 %s，请核对位数 / no division has or had the code %s: check its digits", c.Code, c.Code)
	}
	w := c.out()
	for _, d := range all {
		printDivision(w, d)
	}
	if kids := r.Children(region.Code(c.Code)); len(kids) > 0 {
		fmt.Fprintf(w, "下辖 / below (%d):", len(kids))
		for _, k := range kids {
			fmt.Fprintf(w, " %s %s", k.Code, k.Name)
		}
		fmt.Fprintln(w)
	}
	printSteps(w, r.Successors(region.Code(c.Code), 0))
	fmt.Fprintf(w, "数据版本 / dataset %s\n", r.DatasetVersion())
	return nil
}

func printDivision(w io.Writer, d region.Division) {
	from, until := d.From.String(), d.To.String()
	if from == "" {
		from = "…"
	}
	if until == "" {
		until = "今 now"
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%s → %s\t%.5f,%.5f %s %s ±%d km (%s)\n", d.Code, d.Path, d.Level, from, until,
		d.Point.Lng, d.Point.Lat, d.Point.Datum, d.Point.Precision, d.Point.Precision.RadiusKM(), d.Point.Source)
}

func printSteps(w io.Writer, steps []region.Succession) {
	for _, s := range steps {
		part := ""
		if !s.Whole {
			part = " (部分 part) " + s.Scope
		}
		fmt.Fprintf(w, "    %s %s %s → %s %s%s\n", s.When, s.From.Code, s.From.Name, s.To.Code, s.To.Path, part)
	}
}

// HistoryCmd prints what became of the divisions of a name.
type HistoryCmd struct {
	Source `embed:""`
	Name   string `arg:"" help:"名称或代码 / a name or code."`
}

// Run prints each division of the name with its successions.
func (c *HistoryCmd) Run() error {
	r, err := c.resolver()
	if err != nil {
		return err
	}
	all := r.Named(c.Name)
	if region.Code(c.Name).Valid() {
		all = r.History(region.Code(c.Name))
	}
	if len(all) == 0 {
		return fmt.Errorf("没有名为“%s”的区划，请写全称或代码 / no division is or was called “%s”: write the full name or the code", c.Name, c.Name)
	}
	w := c.out()
	for _, d := range all {
		printDivision(w, d)
		if !d.Current() {
			printSteps(w, r.Successors(d.Code, max(d.From.Year, d.To.Year-1)))
		}
	}
	return nil
}
