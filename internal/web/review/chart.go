package review

import (
	"fmt"
	"strings"

	"anxin/internal/web/ui"
)

// The drawing of a trend: 320 by 110, the line between x 14 and 306, y 26 and 84.

func trendX(t Trend, i int) int {
	if len(t.Points) < 2 {
		return 160
	}
	return 14 + 292*i/(len(t.Points)-1)
}

func trendY(t Trend, p Point) int {
	if t.Max <= 0 {
		return 84
	}
	return 84 - int(58*p.Value/t.Max)
}

// trendPath joins the known points; a gap is a gap.
func trendPath(t Trend) string {
	var b strings.Builder
	pen := "M"
	for i, p := range t.Points {
		if !p.Known {
			pen = "M"
			continue
		}
		fmt.Fprintf(&b, "%s%d %d", pen, trendX(t, i), trendY(t, p))
		pen = "L"
	}
	if b.Len() == 0 {
		return "M0 0"
	}
	return b.String()
}

func trendAnchor(t Trend, i int) string {
	switch i {
	case 0:
		return "start"
	case len(t.Points) - 1:
		return "end"
	}
	return "middle"
}

// trendTick names the first, the middle and the last span.
func trendTick(t Trend, i int) string {
	if i == 0 || i == len(t.Points)-1 || i == len(t.Points)/2 {
		return t.Points[i].Label
	}
	return ""
}

func trendLabel(pg ui.Page, t Trend) string {
	var parts []string
	for _, p := range t.Points {
		if p.Known {
			parts = append(parts, p.Label+" "+p.Text)
		}
	}
	return t.Name + ": " + pg.P.List(parts)
}

func trendTable(pg ui.Page, trends []Trend) ui.Table {
	t := ui.Table{Caption: pg.T("review.stats.table"), HideCaption: true, Columns: []ui.Column{{Title: pg.T("review.col.period")}}}
	if len(trends) == 0 {
		return t
	}
	for _, tr := range trends {
		t.Columns = append(t.Columns, ui.Column{Title: tr.Name, Number: true})
	}
	for i, p := range trends[0].Points {
		row := []ui.Cell{{Text: p.Label, Header: true}}
		for _, tr := range trends {
			text := "–"
			if tr.Points[i].Known {
				text = tr.Points[i].Text
			}
			row = append(row, ui.Text(text))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
