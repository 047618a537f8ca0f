// Package rulescli is the command line of package rule: check, replay, explain, advance, list, words. The binary mounts Cmd.
package rulescli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"anxin/internal/law"
	"anxin/internal/rule"
)

// Cmd is "anxin rules".
type Cmd struct {
	Check   CheckCmd   `cmd:"" help:"检查规则包 / check policy packs: every mistake with file, line and words; examples are run."`
	List    ListCmd    `cmd:"" help:"列出规则包，哪一版正在生效 / list policy packs and say which is in force."`
	Explain ExplainCmd `cmd:"" help:"说明规则怎样看一个案件 / show how a pack sees one claim."`
	Replay  ReplayCmd  `cmd:"" help:"用新规则重算已有案件，逐件列出差异 / run a new pack over stored claims and list who would be treated differently."`
	Advance AdvanceCmd `cmd:"" help:"把规则包推进到下一状态 / move a pack on: consult, approved, published, retired."`
	Words   WordsCmd   `cmd:"" help:"列出规则里可以用的事实 / list the facts that rules may use."`
}

// packs says where packs are.
type packs struct {
	Data string `help:"数据目录，规则在其中的 rules/ / data folder with its rules/." default:"data" type:"path"`
}

func (p packs) open(book *law.Book) (*rule.Library, rule.Problems, error) {
	var folder fs.FS
	if name := filepath.Join(p.Data, "rules"); isFolder(name) {
		folder = os.DirFS(name)
	}
	return rule.Open(folder, book)
}

func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

const maxFile = 1 << 20

// readFile reads a file of at most 1 MB.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFile {
		return nil, errors.New(name + ": 文件超过 1 MB / the file is larger than 1 MB")
	}
	return text, nil
}

// pack reads a pack from a file, or by series@version from the packs of this program and the data folder.
func (p packs) pack(name string, book *law.Book) (*rule.Pack, error) {
	if series, version, ok := strings.Cut(name, "@"); ok && !strings.HasSuffix(name, ".yaml") {
		n, err := strconv.Atoi(version)
		if err != nil {
			return nil, fmt.Errorf("%s: 请写 refunds@2 / write refunds@2", name)
		}
		l, _, err := p.open(book)
		if err != nil {
			return nil, err
		}
		for _, x := range l.Packs() {
			if x.Series == series && x.Version == n {
				return x, nil
			}
		}
		return nil, fmt.Errorf("%s: 没有这个规则包 / there is no such pack", name)
	}
	text, err := readFile(name)
	if err != nil {
		return nil, err
	}
	return rule.Parse(name, text, book)
}

func out(w io.Writer) io.Writer {
	if w == nil {
		return os.Stdout
	}
	return w
}

// CheckCmd checks files.
type CheckCmd struct {
	Files []string `arg:"" name:"file" help:"规则包文件 / pack files."`

	Stdout io.Writer `kong:"-"`
}

// Run prints one line per good pack and every mistake of the others, and fails when there is one.
func (c *CheckCmd) Run() error {
	book, err := law.Embedded()
	if err != nil {
		return err
	}
	w, bad := out(c.Stdout), 0
	for _, name := range c.Files {
		text, err := readFile(name)
		if err != nil {
			return err
		}
		p, err := rule.Parse(name, text, book)
		var problems rule.Problems
		switch {
		case errors.As(err, &problems):
			bad++
			for _, x := range problems {
				fmt.Fprintln(w, x)
			}
			continue
		case err != nil:
			return err
		}
		examples := 0
		for _, r := range p.Rules {
			examples += len(r.Examples)
		}
		fmt.Fprintf(w, "%s: %s 第 %d 版 %s，%d 条规则、%d 个例子通过 / version %d %s, %d rules, %d examples pass\n  %s\n", name, p.Title.ZH, p.Version, p.State, len(p.Rules), examples,
			p.Version, p.State, len(p.Rules), examples, p.Hash)
	}
	if bad > 0 {
		return fmt.Errorf("%d 个文件有错 / %d files have mistakes", bad, bad)
	}
	return nil
}

// ListCmd lists the packs of an installation.
type ListCmd struct {
	packs
	Day law.Date `help:"哪一天，例如 2026-11-22 / on which day." required:""`

	Stdout io.Writer `kong:"-"`
}

// Run marks the pack that is in force with an asterisk.
func (c *ListCmd) Run() error {
	if err := c.Day.Check(); err != nil {
		return err
	}
	book, err := law.Embedded()
	if err != nil {
		return err
	}
	l, problems, err := c.open(book)
	if err != nil {
		return err
	}
	w := out(c.Stdout)
	for _, p := range l.Packs() {
		mark := " "
		if now, ok := l.InForce(p.Series, c.Day.Time()); ok && now == p {
			mark = "*"
		}
		fmt.Fprintf(w, "%s %s@%d  %-9s  %s  %s / %s\n", mark, p.Series, p.Version, p.State, p.EffectiveFrom, p.Title.ZH, p.Title.EN)
	}
	for _, x := range problems {
		fmt.Fprintln(w, x)
	}
	if len(problems) > 0 {
		return errors.New("有规则包没有载入 / some packs were left out")
	}
	return nil
}

// ExplainCmd evaluates one claim.
type ExplainCmd struct {
	packs
	Pack  string `arg:"" help:"文件或 refunds@1 / a file or refunds@1."`
	Facts string `arg:"" help:"案件事实的 JSON 文件 / JSON file with the facts of a claim."`
	Lang  string `enum:"zh,en" default:"zh" help:"语言 / language."`
	All   bool   `help:"也列出不适用的规则 / list rules that do not match, too."`
	JSON  bool   `help:"输出 JSON / write JSON."`

	Stdout io.Writer `kong:"-"`
}

// AdvanceCmd moves a pack to its next state.
type AdvanceCmd struct {
	File string   `arg:"" help:"规则包文件，会被改写 / the pack's file, which is rewritten."`
	To   string   `arg:"" enum:"draft,consult,approved,published,retired" help:"下一状态 / next state."`
	By   string   `required:"" help:"谁 / who does it."`
	Day  law.Date `required:"" help:"公布日或废止日，例如 2026-11-22 / day of publication or retirement."`

	Stdout io.Writer `kong:"-"`
}

// Run rewrites the head of the file; everything else stays as it was. The file is replaced as a whole or not at all.
func (c *AdvanceCmd) Run() error {
	book, err := law.Embedded()
	if err != nil {
		return err
	}
	text, err := readFile(c.File)
	if err != nil {
		return err
	}
	next, err := rule.Advance(c.File, text, rule.State(c.To), c.By, c.Day, book)
	if err != nil {
		return err
	}
	info, err := os.Stat(c.File)
	if err != nil {
		return err
	}
	if err := replace(c.File, next, info.Mode().Perm()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out(c.Stdout), "%s: %s\n", c.File, c.To)
	return err
}

// replace writes beside the file, and renames.
func replace(name string, text []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".rules-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err = f.Write(text); err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Chmod(f.Name(), mode)
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	return err
}

// WordsCmd lists the facts.
type WordsCmd struct {
	Stdout io.Writer `kong:"-"`
}

// Run writes one fact per line.
func (c *WordsCmd) Run() error {
	w := out(c.Stdout)
	for _, x := range rule.Vocabulary() {
		name := x.Name
		if a, b, ok := strings.Cut(name, "."); ok {
			name = a + "[" + strconv.Quote(b) + "]"
		}
		fmt.Fprintf(w, "%s\t%s\t%s / %s\n", name, x.Kind.ZH, x.Means.ZH, x.Means.EN)
	}
	return nil
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
