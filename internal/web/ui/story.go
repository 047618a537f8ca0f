package ui

import "github.com/a-h/templ"

// Story is one screen in one state with canned data: the storybook shows it, tests render it in both languages, the screenshots and the
// accessibility check walk over it. Page packages list theirs with a function Stories() []ui.Story.
type Story struct {
	// Area is the page package: "customer", "desk", "tech". Name is short, in ASCII, unique in its area: "report-errors".
	Area, Name string
	// Note says what to look at; it may be empty.
	Note string
	// Render draws the whole page. The page's time is StoryTime and its language is set.
	Render func(pg Page) templ.Component
	// Widths are the screen widths this story is meant for; nil is 390 and 1440.
	Widths []int
}
