package ui

import (
	"time"

	"github.com/a-h/templ"
)

// Tone is the meaning of a colour: of badges, notes and clocks. Each has its own icon, so that colour never speaks alone.
type Tone string

// The tones.
const (
	Quiet  Tone = "quiet"  // over, nothing to do
	Info   Tone = "info"   // going on
	OK     Tone = "ok"     // good, done
	Warn   Tone = "warn"   // look at it soon
	Danger Tone = "danger" // late, failed, dangerous
)

// icon is the icon of a tone.
func (t Tone) icon() string {
	switch t {
	case OK:
		return "check"
	case Warn:
		return "clock"
	case Danger:
		return "alert"
	case Info:
		return "info"
	}
	return "dot"
}

// icons are drawn in a 24 by 24 box with a round stroke; each is the d attribute of one path.
var icons = map[string]string{
	"check":    "M5 13l4 4L19 7",
	"clock":    "M12 7v5l3 2M12 3a9 9 0 100 18 9 9 0 000-18z",
	"alert":    "M12 8v5M12 16.5v.5M12 3L2.5 20h19z",
	"info":     "M12 11v6M12 7v.5M12 3a9 9 0 100 18 9 9 0 000-18z",
	"dot":      "M12 8a4 4 0 100 8 4 4 0 000-8z",
	"phone":    "M6 3h3l2 5-2.5 1.5a11 11 0 006 6L16 13l5 2v3a3 3 0 01-3 3A15 15 0 013 6a3 3 0 013-3z",
	"camera":   "M4 8h3l2-3h6l2 3h3v11H4zM12 10a3.5 3.5 0 100 7 3.5 3.5 0 000-7z",
	"place":    "M12 21s-7-6.2-7-11a7 7 0 0114 0c0 4.8-7 11-7 11zM12 8a2.5 2.5 0 100 5 2.5 2.5 0 000-5z",
	"repair":   "M14.5 6.500a4 4 0 005 5L10 21l-4-4 9.5-9.500zM14.5 6.500L18 3a5 5 0 013 6",
	"install":  "M12 3v11M7.5 9.500L12 14l4.5-4.500M4 17v4h16v-4",
	"relocate": "M3 7h11v10H3zM14 10h4l3 3v4h-7M7 19.500a1.5 1.5 0 100-3 1.5 1.5 0 000 3zM17.5 19.500a1.5 1.5 0 100-3 1.5 1.5 0 000 3z",
	"adjust":   "M4 7h9M17 7h3M4 17h3M11 17h9M15 5a2 2 0 100 4 2 2 0 000-4zM9 15a2 2 0 100 4 2 2 0 000-4z",
	"clean":    "M12 3c4 5 6 8 6 11a6 6 0 01-12 0c0-3 2-6 6-11z",
	"inspect":  "M10.5 4a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM15.5 15.500L21 21",
	"person":   "M12 4a4 4 0 100 8 4 4 0 000-8zM4 21c0-4 3.5-6.5 8-6.500s8 2.5 8 6.5",
	"shield":   "M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6zM8.5 12l2.5 2.500L15.5 10",
	"paper":    "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
	"copy":     "M9 9h11v11H9zM5 15H4V4h11v1",
	"share":    "M12 15V4M8 7.500L12 3.500l4 4M5 12v8h14v-8",
	"close":    "M6 6l12 12M18 6L6 18",
	"star":     "M12 3.5l2.6 5.5 6 .8-4.4 4.2 1.1 6L12 17.1 6.7 20l1.1-6L3.4 9.8l6-.8z",
	"arrow":    "M5 12h14M13 6l6 6-6 6",
	"lock":     "M6 11h12v10H6zM8.5 11V7.500a3.5 3.5 0 017 0V11",
	"eye":      "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.500a2.5 2.5 0 100 5 2.5 2.5 0 000-5z",
	"bell":     "M6 16V11a6 6 0 0112 0v5l2 2H4zM10 21h4",
	"part":     "M12 3l8 4.500v9L12 21l-8-4.500v-9zM4 7.500l8 4.5 8-4.500M12 12v9",
}

func iconPath(name string) string {
	d, ok := icons[name]
	if !ok {
		panic("no icon " + name)
	}
	return d
}

// Event is one entry of a timeline, newest first.
type Event struct {
	At    time.Time
	Title string
	// Text says more; Body is a component below it (photos, a quote).
	Text string
	Body templ.Component
}

// Pair is one row of a key-and-value list. Body is used when it is set, else Text.
type Pair struct {
	Key, Text string
	Body      templ.Component
}

// Column is a column of a table.
type Column struct {
	Title string
	// Number aligns to the right with even figures.
	Number bool
}

// Table is a table with a caption; cells are components or texts.
type Table struct {
	Caption string
	// HideCaption keeps the caption for screen readers only.
	HideCaption bool
	Columns     []Column
	Rows        [][]Cell
	// Foot is a last row that sums up; it may be nil.
	Foot []Cell
}

// Cell is one cell. Body is used when it is set, else Text. Header makes it the row's header.
type Cell struct {
	Text   string
	Body   templ.Component
	Header bool
}

// Text makes a cell of a text.
func Text(s string) Cell { return Cell{Text: s} }

// Pager links the pages of a list cut by key; there are no page numbers because counting is what makes lists slow.
type Pager struct {
	// Prev and Next are links, empty when there is none.
	Prev, Next string
}

// Photo is a picture to show: a re-encoded copy of fixed size on our own origin.
type Photo struct {
	Src, Alt, Caption string
	// Href opens it large; empty does not.
	Href string
}

// Clock is a moment to count down to.
type Clock struct {
	Due time.Time
	// Label says what is due.
	Label string
	// Warn is how long before the moment the clock turns to "look at it soon".
	Warn time.Duration
	// Paused is the reason why the clock stands still; empty when it runs.
	Paused string
}

// tone of a clock at a moment.
func (c Clock) tone(now time.Time) Tone {
	switch {
	case c.Paused != "":
		return Quiet
	case !now.Before(c.Due):
		return Danger
	case c.Due.Sub(now) <= c.Warn:
		return Warn
	}
	return Info
}

// Upload describes the photo field. Without scripts it is a plain file input that sends the photos with the form; with scripts each photo is
// sent at once, in pieces, with progress, and goes on where it stopped.
type Upload struct {
	Name, Label, Hint, Error string
	// Create is where an upload is started; empty leaves the plain file input.
	Create string
	// Max is the most photos, MaxBytes the most bytes of one.
	Max      int
	MaxBytes int64
	// Accept is what the file dialogue offers, such as "image/*,video/*"; empty is photos. Add is the button's word and Refused what is said of a file that is not taken;
	// empty are those for photos. Required leaves out the word "optional".
	Accept, Add, Refused string
	Required             bool
	// Done are photos that the server has already: they stay when the form comes back with errors.
	Done []UploadedPhoto
}

// UploadedPhoto is a photo that the server has received. Token is what the form sends back; it proves that this browser sent it.
type UploadedPhoto struct {
	Token, Name string
	Bytes       int64
}
