// Package law holds clauses of law as dated data: what a clause says (as a summary, unless marked as literal text), where it stands, from when to
// when it is valid and when somebody last checked it. Policy packs, letters and the duty-of-care page name clauses by id and never quote law
// themselves. None of this is legal advice.
package law

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

//go:embed clauses/*.yaml
var embedded embed.FS

// Date is a day in China, written 2026-02-01. Dates compare as text. The empty date means "open".
type Date string

// china is UTC+8 all year; the country has had no summer time since 1991.
var china = time.FixedZone("UTC+8", 8*3600)

// On gives the day of a moment in China.
func On(t time.Time) Date { return Date(t.In(china).Format(time.DateOnly)) }

// Time gives the first moment of the day in China; the zero time for an empty or broken date.
func (d Date) Time() time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), china)
	if err != nil {
		return time.Time{}
	}
	return t
}

// Check refuses what is not a date. Empty is allowed.
func (d Date) Check() error {
	if d == "" {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, string(d)); err != nil {
		return fmt.Errorf("%q 不是日期，请写 2026-02-01 / %q is not a date, write 2026-02-01", string(d), string(d))
	}
	return nil
}

// Words is a text in both languages.
type Words struct {
	ZH string `yaml:"zh" json:"zh"`
	EN string `yaml:"en" json:"en"`
}

// In gives the text of a language; everything but "en" is Chinese.
func (w Words) In(lang string) string {
	if lang == "en" {
		return w.EN
	}
	return w.ZH
}

// Kind says what the text of a clause is.
type Kind string

// The kinds of text.
const (
	Summary Kind = "summary" // the content in our words; never to be shown between quotation marks
	Literal Kind = "literal" // the wording of the law
)

// Checked says against what a clause was last compared.
type Checked string

// What a clause may have been compared with.
const (
	Research Checked = "research" // the design research; a lawyer has not yet compared it with the official text
	Official Checked = "official" // the official text
)

// Clause is one version of one clause.
type Clause struct {
	ID      string // stable over versions, e.g. "cpl-23-3"
	Law     Words
	Short   string // "消法"
	Article Words  // 第二十三条第三款, article 23 paragraph 3
	Kind    Kind
	Text    Words // EN is an unofficial rendering of ZH, always
	// Consequence is what the product does because of it; may be empty.
	Consequence    Words
	Source         string
	ValidFrom      Date
	ValidTo        Date // the first day on which it is not valid any more; empty: open
	LastChecked    Date
	CheckedAgainst Checked
	file           string
}

// ValidOn reports whether this version is valid on a day.
func (c Clause) ValidOn(d Date) bool { return c.ValidFrom <= d && (c.ValidTo == "" || d < c.ValidTo) }

// Cite names the clause for a reader: 《消法》第二十三条第三款.
func (c Clause) Cite(lang string) string {
	if lang == "en" {
		return c.Law.EN + ", " + c.Article.EN
	}
	return "《" + c.Law.ZH + "》" + c.Article.ZH
}

// Label says what kind of text it is, for display beside it.
func (c Clause) Label(lang string) string {
	switch {
	case lang == "en" && c.Kind == Literal:
		return "unofficial translation"
	case lang == "en":
		return "unofficial summary"
	case c.Kind == Literal:
		return "条文"
	}
	return "内容摘要"
}

// Book is a set of clauses.
type Book struct {
	byID map[string][]Clause // versions, oldest first
	ids  []string
}

type clauseFile struct {
	Law struct {
		Words `yaml:",inline"`
		Short string `yaml:"short"`
	} `yaml:"law"`
	Source         string      `yaml:"source"`
	ValidFrom      Date        `yaml:"valid_from"`
	LastChecked    Date        `yaml:"last_checked"`
	CheckedAgainst Checked     `yaml:"checked_against"`
	Clauses        []clauseRow `yaml:"clauses"`
}

type clauseRow struct {
	ID             string `yaml:"id"`
	LawZH          string `yaml:"law_zh"`
	LawEN          string `yaml:"law_en"`
	Article        string `yaml:"article"`
	ArticleEN      string `yaml:"article_en"` // only where it is no number
	Kind           Kind   `yaml:"kind"`
	Words          `yaml:",inline"`
	Consequence    Words   `yaml:"consequence"`
	Source         string  `yaml:"source"`
	ValidFrom      Date    `yaml:"valid_from"`
	ValidTo        Date    `yaml:"valid_to"`
	LastChecked    Date    `yaml:"last_checked"`
	CheckedAgainst Checked `yaml:"checked_against"`
}

// Embedded gives the clauses of this program.
func Embedded() (*Book, error) {
	sub, err := fs.Sub(embedded, "clauses")
	if err != nil {
		return nil, err
	}
	return Load(sub)
}

const maxFile = 1 << 20

// Load reads every *.yaml of a folder. Unknown keys, missing texts, overlapping versions of one id are errors that name file and id.
func Load(files fs.FS) (*Book, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, errors.New("law: 没有条款文件 / no clause files")
	}
	b := &Book{byID: map[string][]Clause{}}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		if len(text) > maxFile {
			return nil, fmt.Errorf("law: %s: 文件超过 1 MB / larger than 1 MB", name)
		}
		var f clauseFile
		dec := yaml.NewDecoder(bytes.NewReader(text))
		dec.KnownFields(true)
		if err := dec.Decode(&f); err != nil {
			return nil, fmt.Errorf("law: %s: %w", name, err)
		}
		for _, row := range f.Clauses {
			c := row.clause(f, path.Base(name))
			if err := c.check(); err != nil {
				return nil, fmt.Errorf("law: %s: %s: %w", name, row.ID, err)
			}
			b.byID[c.ID] = append(b.byID[c.ID], c)
		}
	}
	for id, versions := range b.byID {
		slices.SortFunc(versions, func(a, z Clause) int { return strings.Compare(string(a.ValidFrom), string(z.ValidFrom)) })
		for i := 1; i < len(versions); i++ {
			if end := versions[i-1].ValidTo; end == "" || end > versions[i].ValidFrom {
				return nil, fmt.Errorf("law: %s: 两个版本的有效期重叠 / two versions are valid on %s", id, versions[i].ValidFrom)
			}
		}
		b.ids = append(b.ids, id)
	}
	slices.Sort(b.ids)
	return b, nil
}

func (r clauseRow) clause(f clauseFile, file string) Clause {
	c := Clause{
		ID: r.ID, Law: f.Law.Words, Short: f.Law.Short, Article: Words{ZH: r.Article, EN: first(r.ArticleEN, articleEN(r.Article))}, Kind: r.Kind, Text: r.Words, Consequence: r.Consequence,
		Source: first(r.Source, f.Source), ValidFrom: first(r.ValidFrom, f.ValidFrom), ValidTo: r.ValidTo,
		LastChecked: first(r.LastChecked, f.LastChecked), CheckedAgainst: first(r.CheckedAgainst, f.CheckedAgainst), file: file,
	}
	if r.LawZH != "" {
		c.Law.ZH, c.Short = r.LawZH, r.LawZH
	}
	if r.LawEN != "" {
		c.Law.EN = r.LawEN
	}
	return c
}

func first[T ~string](a, b T) T {
	if a != "" {
		return a
	}
	return b
}

func (c Clause) check() error {
	for what, v := range map[string]string{
		"id": c.ID, "article": c.Article.ZH, "article_en": c.Article.EN, "zh": c.Text.ZH, "en": c.Text.EN, "law zh": c.Law.ZH, "law en": c.Law.EN, "short": c.Short,
		"source": c.Source, "valid_from": string(c.ValidFrom), "last_checked": string(c.LastChecked),
	} {
		if strings.TrimSpace(v) == "" {
			return fmt.Errorf("缺少 %s / %s is missing", what, what)
		}
	}
	for _, d := range []Date{c.ValidFrom, c.ValidTo, c.LastChecked} {
		if err := d.Check(); err != nil {
			return err
		}
	}
	switch {
	case c.ValidTo != "" && c.ValidTo <= c.ValidFrom:
		return errors.New("valid_to 早于 valid_from / valid_to is before valid_from")
	case c.Kind != Summary && c.Kind != Literal:
		return fmt.Errorf("kind %q: 请写 summary 或 literal / write summary or literal", c.Kind)
	case c.CheckedAgainst != Research && c.CheckedAgainst != Official:
		return fmt.Errorf("checked_against %q: 请写 research 或 official / write research or official", c.CheckedAgainst)
	}
	return nil
}

// At gives the version of a clause that is valid on a day.
func (b *Book) At(id string, day Date) (Clause, bool) {
	for _, c := range b.byID[id] {
		if c.ValidOn(day) {
			return c, true
		}
	}
	return Clause{}, false
}

// Has reports whether the id exists in any version.
func (b *Book) Has(id string) bool { return len(b.byID[id]) > 0 }

// IDs lists the ids in order.
func (b *Book) IDs() []string { return slices.Clone(b.ids) }

// All lists every version of every clause in the order of ids and days.
func (b *Book) All() []Clause {
	var out []Clause
	for _, id := range b.ids {
		out = append(out, b.byID[id]...)
	}
	return out
}

// Basis says in plain words why an id cannot be the basis of something on a day; nil when it can.
func (b *Book) Basis(id string, day Date) error {
	versions := b.byID[id]
	if len(versions) == 0 {
		return fmt.Errorf("没有条款 %q / there is no clause %q", id, id)
	}
	if _, ok := b.At(id, day); ok {
		return nil
	}
	return fmt.Errorf("条款 %q 在 %s 没有效力 / clause %q is not valid on %s (first valid %s)", id, day, id, day, versions[0].ValidFrom)
}
