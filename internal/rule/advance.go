package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"anxin/internal/law"
)

// steps are the moves of a pack. Back to draft is allowed until it is published; after that only a new version changes anything.
var steps = map[State][]State{
	Draft: {Consult}, Consult: {Approved, Draft}, Approved: {Published, Draft}, Published: {Retired},
}

// Advance moves a pack to its next state and gives its file again with the head changed and everything else untouched: draft → consult → approved (by
// somebody who is not the author; the hash is written) → published (the day is written) → retired (the day from which it does not count). who is the
// account of whoever does it.
func Advance(name string, text []byte, to State, who string, day law.Date, book *law.Book) ([]byte, error) {
	p, err := Parse(name, text, book)
	if err != nil {
		return nil, err
	}
	fail := func(zh, en string) ([]byte, error) { return nil, Problems{{File: name, ZH: zh, EN: en}} }
	if !slices.Contains(steps[p.State], to) {
		return fail(fmt.Sprintf("不能从 %s 到 %s", p.State, to), fmt.Sprintf("there is no way from %s to %s", p.State, to))
	}
	if err := day.Check(); err != nil || day == "" {
		return fail("要写明日期，例如 2026-11-22", "a day is needed, such as 2026-11-22")
	}
	set := [][2]string{{"state", string(to)}}
	switch to {
	case Draft:
		set = append(set, [2]string{"approver", ""}, [2]string{"hash", ""})
	case Approved:
		if who == "" || who == p.Author {
			return fail("批准人不能是起草人 "+p.Author, "the approver cannot be the author, "+p.Author)
		}
		set = append(set, [2]string{"approver", who}, [2]string{"hash", p.Hash})
	case Published:
		set = append(set, [2]string{"published_at", string(day)})
	case Retired:
		set = append(set, [2]string{"retired_at", string(day)})
	}
	out := string(text)
	for _, kv := range set {
		out = setKey(out, kv[0], kv[1])
	}
	if _, err := Parse(name, []byte(out), book); err != nil {
		return nil, err
	}
	return []byte(out), nil
}

var plain = regexp.MustCompile(`^[A-Za-z0-9:_-]+$`)

// setKey writes one top-level key, in its place or below the state; an empty value removes it.
func setKey(text, key, value string) string {
	if value != "" && !plain.MatchString(value) {
		value = "'" + strings.ReplaceAll(value, "'", "''") + "'"
	}
	line := regexp.MustCompile(`(?m)^` + key + `:[^\n]*\n?`)
	switch {
	case value == "":
		return line.ReplaceAllLiteralString(text, "")
	case line.MatchString(text):
		return line.ReplaceAllLiteralString(text, key+": "+value+"\n")
	}
	state := regexp.MustCompile(`(?m)^state:[^\n]*\n`)
	at := state.FindStringIndex(text)
	if at == nil {
		return text
	}
	return text[:at[1]] + key + ": " + value + "\n" + text[at[1]:]
}
