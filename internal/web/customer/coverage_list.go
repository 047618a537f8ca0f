package customer

import (
	"encoding/csv"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/web/ui"
)

// maxPlaces bounds a coverage question, MaxChoices the candidates that a line offers.
const (
	maxPlaces  = 200
	MaxChoices = 6
)

// linesOf takes a pasted list apart: a line each, or a row of names between the enumeration comma. more counts what lies beyond the bound.
func linesOf(text string) (places []string, more int) {
	for _, l := range strings.FieldsFunc(text, func(c rune) bool { return c == '\n' || c == '\r' || c == ';' || c == '；' }) {
		for _, p := range enumerated(strings.TrimSpace(l)) {
			switch {
			case p == "":
			case len(places) < maxPlaces:
				places = append(places, ui.Clip(p, 600))
			default:
				more++
			}
		}
	}
	return places, more
}

// enumerated splits a line such as 昆山、太仓、常熟 into its names. What has a number or a long piece is one address.
func enumerated(line string) []string {
	parts := strings.Split(line, "、")
	for _, p := range parts {
		if len([]rune(p)) > 15 || strings.ContainsAny(p, "0123456789") {
			return []string{line}
		}
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// Chosen are the codes chosen for lines, by the number of the line from 0.
type Chosen map[int]string

// chosenOf reads "3:110105,7:320583" and then the button that was pressed, which is one such pair; an empty code takes a choice back.
func chosenOf(text, picked string) Chosen {
	out := Chosen{}
	for _, pair := range append(strings.Split(ui.Clip(text, maxPlaces*14), ","), ui.Clip(picked, 14)) {
		n, code, ok := strings.Cut(pair, ":")
		i, err := strconv.Atoi(n)
		switch {
		case !ok || err != nil || i < 0 || i >= maxPlaces || strings.Trim(code, "0123456789") != "" || len(code) > 9:
		case code == "":
			delete(out, i)
		default:
			out[i] = code
		}
	}
	return out
}

// String is the form that chosenOf reads.
func (c Chosen) String() string {
	parts := make([]string, 0, len(c))
	for _, i := range slices.Sorted(maps.Keys(c)) {
		parts = append(parts, pick(i, c[i]))
	}
	return strings.Join(parts, ",")
}

// pick is the value of the button that chooses a code for a line.
func pick(line int, code string) string { return strconv.Itoa(line) + ":" + code }

// shortPath is the path of a choice from the city on, where that tells it from the others.
func shortPath(list []PlaceChoice, i int) string {
	tail := func(p string) string {
		if parts := strings.Split(p, " / "); len(parts) > 2 {
			return strings.Join(parts[1:], " / ")
		}
		return p
	}
	for k := range list {
		if k != i && tail(list[k].Path) == tail(list[i].Path) {
			return list[i].Path
		}
	}
	return tail(list[i].Path)
}

// placeNote is the note on a row in the language of the page.
func placeNote(pg ui.Page, r CoverageRow) string { return r.Note.In(string(pg.P.Lang)) }

// coverageState is the answer of a row in words.
func coverageState(pg ui.Page, r CoverageRow) string {
	switch {
	case r.Code == "" && r.Several > 0:
		return pg.T("customer.coverage.several", "n", r.Several)
	case r.Code == "":
		return pg.T("customer.coverage.unknown")
	case r.Covered:
		return pg.T("customer.coverage.yes")
	}
	return pg.T("customer.coverage.no")
}

// writeCoverage sends the table as a file for spreadsheets.
func writeCoverage(w http.ResponseWriter, pg ui.Page, v CoverageView) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "coverage-" + pg.P.Now.In(casefile.Shanghai).Format("20060102-1504") + ".csv"}))
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("\ufeff")) // Excel takes the file for the system's code page without it
	out := csv.NewWriter(w)
	out.UseCRLF = true
	line := func(cells ...string) {
		for i, c := range cells {
			cells[i] = cell(c)
		}
		_ = out.Write(cells) // the connection is gone; nobody is left to tell
	}
	line(pg.T("customer.coverage.place"), pg.T("customer.coverage.code"), pg.T("customer.coverage.path"), pg.T("customer.coverage.note"), pg.T("customer.coverage.state"),
		pg.T("customer.coverage.mean"), pg.T("customer.coverage.csv_technicians"), pg.T("customer.coverage.csv_earliest"), pg.T("customer.coverage.csv_version"))
	for _, r := range v.Rows {
		options := make([]string, 0, len(r.Choices))
		for _, c := range r.Choices {
			options = append(options, c.Code+" "+c.Path)
		}
		technicians, earliest := "", ""
		if r.Code != "" {
			technicians = strconv.Itoa(r.Technicians)
		}
		if !r.Earliest.IsZero() {
			earliest = r.Earliest.In(casefile.Shanghai).Format(time.DateTime)
		}
		line(r.Typed, r.Code, r.Path, placeNote(pg, r), coverageState(pg, r), strings.Join(options, " | "), technicians, earliest, r.Version)
	}
	out.Flush()
}

// cell makes a text safe for spreadsheets: what begins like a formula is given a quotation mark, with which they take it for text.
func cell(s string) string {
	trimmed := strings.TrimLeft(s, " \u00a0\u3000")
	if trimmed != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(trimmed)[0]) {
		return "'" + s
	}
	return s
}
