package build

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
)

// sheet is one worksheet as text, with merged cells filled from their first cell.
type sheet struct {
	name string
	rows [][]string
}

type xlsxCell struct {
	Ref    string `xml:"r,attr"`
	Type   string `xml:"t,attr"`
	Value  string `xml:"v"`
	Inline string `xml:"is>t"`
}

type xlsxSheet struct {
	Rows []struct {
		Number int        `xml:"r,attr"`
		Cells  []xlsxCell `xml:"c"`
	} `xml:"sheetData>row"`
	Merges []struct {
		Ref string `xml:"ref,attr"`
	} `xml:"mergeCells>mergeCell"`
}

// readXLSX reads the cells of every worksheet. It knows as much of the format as this one source needs.
func readXLSX(path string) ([]sheet, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	load := func(name string, into any) error {
		f, err := z.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		data, err := io.ReadAll(io.LimitReader(f, 64<<20))
		if err != nil {
			return err
		}
		return xml.Unmarshal(data, into)
	}
	var shared struct {
		Items []struct {
			Text string   `xml:"t"`
			Runs []string `xml:"r>t"`
		} `xml:"si"`
	}
	if err := load("xl/sharedStrings.xml", &shared); err != nil {
		return nil, err
	}
	words := make([]string, len(shared.Items))
	for i, it := range shared.Items {
		words[i] = it.Text + strings.Join(it.Runs, "")
	}
	var book struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"id,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := load("xl/workbook.xml", &book); err != nil {
		return nil, err
	}
	var rels struct {
		Items []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := load("xl/_rels/workbook.xml.rels", &rels); err != nil {
		return nil, err
	}
	target := map[string]string{}
	for _, r := range rels.Items {
		target[r.ID] = r.Target
	}
	var out []sheet
	for _, s := range book.Sheets {
		var x xlsxSheet
		if err := load("xl/"+strings.TrimPrefix(target[s.ID], "/xl/"), &x); err != nil {
			return nil, fmt.Errorf("sheet %s: %w", s.Name, err)
		}
		out = append(out, sheet{s.Name, fillSheet(&x, words)})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].name < out[j].name })
	return out, nil
}

const maxSheetRow, maxSheetColumn = 20000, 40

func fillSheet(x *xlsxSheet, words []string) [][]string {
	var rows [][]string
	for _, r := range x.Rows {
		if r.Number > maxSheetRow {
			break
		}
		for len(rows) < r.Number {
			rows = append(rows, make([]string, maxSheetColumn))
		}
		for _, c := range r.Cells {
			col, row := cellAt(c.Ref)
			if col >= maxSheetColumn || row >= len(rows) {
				continue
			}
			v := c.Value + c.Inline
			if n, err := strconv.Atoi(c.Value); c.Type == "s" && err == nil && n < len(words) {
				v = words[n]
			}
			rows[row][col] = strings.TrimSpace(strings.ReplaceAll(v, "\u00a0", " "))
		}
	}
	for _, m := range x.Merges {
		from, to, ok := strings.Cut(m.Ref, ":")
		if !ok {
			continue
		}
		c1, r1 := cellAt(from)
		c2, r2 := cellAt(to)
		for r := r1; r <= r2 && r < len(rows); r++ {
			for c := c1; c <= c2 && c < maxSheetColumn; c++ {
				rows[r][c] = rows[r1][c1]
			}
		}
	}
	return rows
}

// cellAt turns "C12" into column 2, row 11.
func cellAt(ref string) (col, row int) {
	i := 0
	for ; i < len(ref) && ref[i] >= 'A' && ref[i] <= 'Z'; i++ {
		col = col*26 + int(ref[i]-'A') + 1
	}
	row, _ = strconv.Atoi(ref[i:])
	return col - 1, row - 1
}
