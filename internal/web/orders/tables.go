package orders

import (
	"strconv"
	"strings"
	"time"

	"anxin/internal/i18n"
	"anxin/internal/order"
	"anxin/internal/web/ui"
)

// first is the way back to the first page of a list.
func first(later bool, path string) string {
	if later {
		return path
	}
	return ""
}

func merchantWord(p i18n.Printer) string { return p.T("order.page.merchant") }

func orderTable(p i18n.Printer, v List) ui.Table {
	t := ui.Table{Caption: p.T("order.page.title"), HideCaption: true, Columns: []ui.Column{{Title: p.T("order.page.col_number")}, {Title: p.T("order.page.col_product")},
		{Title: p.T("order.page.col_buyer")}, {Title: p.T("order.page.col_price"), Number: true}, {Title: p.T("order.page.col_paid")}, {Title: p.T("order.page.col_refs")}}}
	for _, o := range v.Rows {
		t.Rows = append(t.Rows, []ui.Cell{{Body: orderLink(o), Header: true}, {Body: orderProduct(o)}, {Body: buyer(ui.Page{P: p}, o)}, ui.Text(p.Money(int64(o.Price))), ui.Text(day(p, o.Paid)),
			ui.Text(refs(p, o.Order.References))})
	}
	return t
}

func day(p i18n.Printer, t time.Time) string {
	if t.IsZero() {
		return p.T("order.order.unknown")
	}
	return p.Date(t)
}

func moment(p i18n.Printer, t time.Time) string {
	if t.IsZero() {
		return p.T("order.order.unknown")
	}
	return p.Full(t)
}

// facts are the lines about one order.
func facts(pg ui.Page, o order.View) []ui.Pair {
	p := pg.P
	out := []ui.Pair{
		{Key: p.T("order.order.case"), Text: o.Case.String()}, {Key: p.T("order.page.col_product"), Text: strings.TrimSpace(o.Product + " " + o.Code)},
		{Key: p.T("order.order.buyer"), Body: buyer(pg, o)}, {Key: p.T("order.page.col_price"), Text: p.Money(int64(o.Price))},
		{Key: p.T("order.order.quantity"), Text: strconv.Itoa(o.Quantity)}, {Key: p.T("order.page.col_paid"), Text: moment(p, o.Paid)},
		{Key: p.T("order.order.shipped"), Text: moment(p, o.Shipped)}, {Key: p.T("order.order.delivered"), Text: moment(p, o.Delivered)},
		{Key: p.T("order.order.created"), Text: moment(p, o.Created)},
	}
	if o.Listing != "" {
		out = append(out, ui.Pair{Key: p.T("order.order.listing"), Body: listingLink(order.Listing{ID: o.Order.Listing, Code: o.Listing})})
	}
	return out
}

func listingTable(p i18n.Printer, v Listings) ui.Table {
	t := ui.Table{Caption: p.T("order.listing.title"), HideCaption: true, Columns: []ui.Column{{Title: p.T("order.listing.code")}, {Title: p.T("order.page.col_product")},
		{Title: p.T("order.listing.category")}, {Title: p.T("order.listing.photos")}}}
	for _, l := range v.Rows {
		t.Rows = append(t.Rows, []ui.Cell{{Body: listingLink(l), Header: true}, ui.Text(l.Product), ui.Text(l.Category), ui.Text(refs(p, l.References))})
	}
	return t
}

func importTable(p i18n.Printer, rows []order.Import) ui.Table {
	t := ui.Table{Caption: p.T("order.import.recent"), HideCaption: true, Columns: []ui.Column{{Title: p.T("order.import.file")}, {Title: p.T("order.import.check")}, {Title: p.T("order.import.notes")}}}
	for _, i := range rows {
		t.Rows = append(t.Rows, []ui.Cell{{Body: importLink(p, i), Header: true}, {Body: importBadge(p, i)}, ui.Text(strings.Join(counts(p, i), p.T("format.list_comma")))})
	}
	return t
}

func sampleTable(p i18n.Printer, rows []order.Sample) ui.Table {
	t := ui.Table{Caption: p.T("order.import.sample"), HideCaption: true, Columns: []ui.Column{{Title: p.T("order.page.col_number")}, {Title: p.T("order.page.col_buyer")}, {Title: p.T("order.page.col_product")},
		{Title: p.T("order.page.col_price"), Number: true}, {Title: p.T("order.page.col_paid")}}}
	for _, s := range rows {
		t.Rows = append(t.Rows, []ui.Cell{{Text: s.Number, Header: true}, ui.Text(s.Name.String() + " " + s.Phone.String()), ui.Text(s.Product), ui.Text(p.Money(int64(s.Price))), ui.Text(day(p, s.Paid))})
	}
	return t
}
