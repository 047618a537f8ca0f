package rule

import (
	"fmt"
	"strings"
)

// Problem is one mistake in a pack, in both languages, with its place.
type Problem struct {
	File         string `json:"file"`
	Line, Column int    // 1-based; 0 when unknown
	ZH, EN       string
}

func (p Problem) String() string {
	place := p.File
	if p.Line > 0 {
		place += fmt.Sprintf(":%d", p.Line)
		if p.Column > 0 {
			place += fmt.Sprintf(":%d", p.Column)
		}
	}
	return place + ": " + p.ZH + " / " + p.EN
}

// Problems are all mistakes of a pack. It is an error unless it is empty.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].String()
	}
	return strings.Join(lines, "\n")
}

// err gives nil for no problems, so that an empty list does not become a non-nil error.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

const maxProblems = 50

// notes collects problems of one file.
type notes struct {
	file string
	list Problems
}

// place is where something stands in the file.
type place struct{ line, column int }

func (n *notes) add(at place, zh, en string, args ...any) {
	n.put(at, fmt.Sprintf(zh, args...), fmt.Sprintf(en, args...))
}

func (n *notes) put(at place, zh, en string) {
	if len(n.list) < maxProblems {
		n.list = append(n.list, Problem{File: n.file, Line: at.line, Column: at.column, ZH: zh, EN: en})
	}
}

// nearest finds the word that was probably meant; "" when none is near.
func nearest(word string, known []string) string {
	best, bestAt := "", 3
	for _, k := range known {
		limit := 1 + len([]rune(k))/4
		if d := distance([]rune(word), []rune(k)); d <= limit && d < bestAt {
			best, bestAt = k, d
		}
	}
	return best
}

// meant gives "，是不是“…”？" in both languages, or nothing.
func meant(word string, known []string) (zh, en string) {
	if n := nearest(word, known); n != "" {
		n = strings.ReplaceAll(n, "%", "%%") // it becomes part of a format
		return "，是不是“" + n + "”？", "; did you mean \"" + n + "\"?"
	}
	return "", ""
}

func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		last := row[0]
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			last, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, last+cost)
		}
	}
	return row[len(b)]
}
