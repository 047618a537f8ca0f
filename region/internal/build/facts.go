package build

import (
	"bytes"
	"embed"
	"fmt"
	"sort"
	"strings"

	"anxin/region/internal/patch"
	"anxin/region/internal/table"
)

//go:embed facts/*.tsv
var facts embed.FS

// factLines returns the fields of the lines of a character fact file, without its header.
func factLines(name string) ([][]string, error) {
	data, err := facts.ReadFile("facts/" + name)
	if err != nil {
		return nil, err
	}
	var out [][]string
	for i, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		if i == 0 {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 2 {
			return nil, fmt.Errorf("%s line %d: %d columns", name, i+1, len(f))
		}
		out = append(out, f)
	}
	return out, nil
}

// patchFacts parses a hand-kept file written in patch lines.
func patchFacts(name string) ([]patch.Line, error) {
	data, err := facts.ReadFile("facts/" + name)
	if err != nil {
		return nil, err
	}
	lines, err := patch.Parse(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return lines, nil
}

func first(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

// characters fills the folding, readings and look-alikes of the table.
func (b *builder) characters() error {
	rows, err := factLines("fold.tsv")
	if err != nil {
		return err
	}
	seen := map[rune]bool{}
	for _, f := range rows {
		if from := first(f[0]); !seen[from] {
			seen[from] = true
			b.t.Fold = append(b.t.Fold, table.Pair{From: from, To: first(f[1])})
		}
	}
	// A folded character must not fold further, or names and text would meet at different characters.
	final := map[rune]rune{}
	for _, p := range b.t.Fold {
		final[p.From] = p.To
	}
	for i, p := range b.t.Fold {
		for n := 0; n < 4; n++ {
			if to, again := final[p.To]; again {
				p.To = to
			}
		}
		b.t.Fold[i].To = p.To
	}
	sort.Slice(b.t.Fold, func(i, j int) bool { return b.t.Fold[i].From < b.t.Fold[j].From })

	if rows, err = factLines("readings.tsv"); err != nil {
		return err
	}
	index := map[string]uint16{}
	for _, f := range rows {
		rd := table.Reading{Char: first(f[0])}
		for _, s := range strings.Fields(f[1]) {
			if len(rd.Syllables) == 4 {
				break
			}
			if _, ok := index[s]; !ok {
				index[s] = uint16(len(b.t.Syllables))
				b.t.Syllables = append(b.t.Syllables, s)
			}
			rd.Syllables = append(rd.Syllables, index[s])
		}
		b.t.Readings = append(b.t.Readings, rd)
	}
	if rows, err = factLines("alikes.tsv"); err != nil {
		return err
	}
	for _, f := range rows {
		b.t.Alikes = append(b.t.Alikes, table.Alike{Char: first(f[0]), Looks: []rune(f[1])})
	}
	return nil
}
