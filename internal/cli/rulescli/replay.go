package rulescli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"anxin/internal/law"
	"anxin/internal/rule"
)

// Run writes the trace.
func (c *ExplainCmd) Run(ctx context.Context) error {
	book, err := law.Embedded()
	if err != nil {
		return err
	}
	p, err := c.pack(c.Pack, book)
	if err != nil {
		return err
	}
	text, err := readFile(c.Facts)
	if err != nil {
		return err
	}
	f, err := facts(text)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Facts, err)
	}
	_, trace, err := p.Evaluate(ctx, f)
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(out(c.Stdout), trace)
	}
	_, err = io.WriteString(out(c.Stdout), trace.Text(c.Lang, c.All))
	return err
}

// facts reads the facts of one claim, alone or as a line of a replay.
func facts(text []byte) (rule.Facts, error) {
	var line struct {
		Claim string      `json:"claim"`
		Facts *rule.Facts `json:"facts"`
	}
	if err := json.Unmarshal(text, &line); err == nil && line.Facts != nil {
		return *line.Facts, nil
	}
	var f rule.Facts
	if err := json.Unmarshal(text, &f); err != nil {
		return f, fmt.Errorf("不是案件事实 / not the facts of a claim: %w", err)
	}
	return f, nil
}

// ReplayCmd compares two packs over stored claims.
type ReplayCmd struct {
	packs
	From   string `required:"" help:"原规则：文件或 refunds@1 / the pack that counts now: a file or refunds@1."`
	To     string `required:"" help:"新规则 / the new pack."`
	Claims string `arg:"" help:"每行一件案件的 JSON（claim、facts），- 为标准输入 / one claim per line as JSON, - for standard input."`
	JSON   bool   `help:"逐行输出 JSON / write JSON lines."`
	Quiet  bool   `help:"只要汇总 / the summary only."`

	Stdout io.Writer `kong:"-"`
}

// Run writes one line per claim that is treated differently, and a summary.
func (c *ReplayCmd) Run(ctx context.Context) error {
	book, err := law.Embedded()
	if err != nil {
		return err
	}
	from, err := c.pack(c.From, book)
	if err != nil {
		return err
	}
	to, err := c.pack(c.To, book)
	if err != nil {
		return err
	}
	in := io.Reader(os.Stdin)
	if c.Claims != "-" {
		f, err := os.Open(c.Claims)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	w := bufio.NewWriter(out(c.Stdout))
	defer w.Flush()
	s, err := rule.Replay(ctx, lines(in), from, to, runtime.GOMAXPROCS(0), time.Now, func(d rule.Difference) error {
		switch {
		case c.Quiet:
			return nil
		case c.JSON:
			return writeJSON(w, d)
		}
		changes := make([]string, len(d.Changes))
		for i, x := range d.Changes {
			changes[i] = x.Field + ": " + x.From + " → " + x.To
		}
		if d.Error != "" {
			changes = append(changes, "不能计算 / cannot be evaluated: "+d.Error)
		}
		_, err := fmt.Fprintf(w, "%s  %s\n", d.Claim, strings.Join(changes, "; "))
		return err
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(w, map[string]any{"summary": s})
	}
	fmt.Fprintf(w, "\n%d 件，%d 件不同，%d 件不能计算，用时 %s / %d claims, %d different, %d failed, took %s\n", s.Claims, s.Different, s.Failed, s.Took.Round(time.Millisecond),
		s.Claims, s.Different, s.Failed, s.Took.Round(time.Millisecond))
	for _, change := range slices.SortedFunc(maps.Keys(s.ByChange), func(a, b string) int {
		if n := s.ByChange[b] - s.ByChange[a]; n != 0 {
			return n
		}
		return strings.Compare(a, b)
	}) {
		fmt.Fprintf(w, "%8d  %s\n", s.ByChange[change], change)
	}
	return nil
}

const maxLine = 64 << 10

// lines streams claims; one line is one claim.
func lines(r io.Reader) iter.Seq2[rule.Stored, error] {
	return func(yield func(rule.Stored, error) bool) {
		s := bufio.NewScanner(r)
		s.Buffer(make([]byte, 0, 4096), maxLine)
		for n := 1; s.Scan(); n++ {
			if len(s.Bytes()) == 0 {
				continue
			}
			var c rule.Stored
			if err := json.Unmarshal(s.Bytes(), &c); err != nil {
				yield(c, fmt.Errorf("第 %d 行不是案件 / line %d is not a claim: %w", n, n, err))
				return
			}
			if !yield(c, nil) {
				return
			}
		}
		if err := s.Err(); err != nil {
			if errors.Is(err, bufio.ErrTooLong) {
				err = errors.New("有一行超过 64 KB / a line is longer than 64 KB")
			}
			yield(rule.Stored{}, err)
		}
	}
}
