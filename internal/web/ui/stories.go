package ui

import (
	"time"

	"github.com/a-h/templ"

	"anxin/internal/i18n"
)

// Stories shows every shared component in its states.
func Stories() []Story {
	return []Story{
		{Area: "ui", Name: "parts", Note: "badges, notes, clocks, timeline, facts, table, empty, tabs, pages", Render: func(pg Page) templ.Component {
			return partsStory(pg.WithTitle(pg.T("ui.story_parts")), galleryEvents(pg.P))
		}},
		{Area: "ui", Name: "form", Note: "fields of every kind, before the first try", Render: func(pg Page) templ.Component {
			return formStory(pg.WithTitle(pg.T("ui.story_form")), Form{})
		}},
		{Area: "ui", Name: "form-errors", Note: "the same with the error summary", Render: func(pg Page) templ.Component {
			var f Form
			f.Add("story_name", pg.T("ui.story_error_name"))
			f.Add("story_kind", pg.T("ui.story_error_kind"))
			pg.Failed = true
			return formStory(pg.WithTitle(pg.T("ui.story_form")), f)
		}},
	}
}

func galleryEvents(p i18n.Printer) []Event {
	return []Event{
		{At: p.Now.Add(-4 * time.Minute), Title: p.T("ui.story_event_2"), Text: p.T("ui.story_event_2_text")},
		{At: p.Now.Add(-50 * time.Minute), Title: p.T("ui.story_event_1")},
	}
}

func galleryTable(p i18n.Printer) Table {
	return Table{
		Caption: p.T("ui.story_table"),
		Columns: []Column{{Title: p.T("ui.story_item")}, {Title: p.T("ui.story_price"), Number: true}},
		Rows: [][]Cell{
			{Text(p.T("ui.story_item_1")), Text(p.Money(8000))},
			{Text(p.T("ui.story_item_2")), Text(p.Money(4800))},
		},
		Foot: []Cell{Text(p.T("ui.story_sum")), Text(p.Money(12800))},
	}
}
