package merchant

import (
	"time"

	"anxin/internal/web/parties"
	"anxin/internal/web/ui"
)

// Inbox is the list of a merchant's claims.
type Inbox struct {
	// Open shows those that wait for the merchant, by deadline; else all, newest change first.
	Open   bool
	State  string
	States []ui.Choice
	Counts Counts
	Rows   []Row
	Pager  ui.Pager
	// After is a page that is not the first.
	After bool
}

// Counts are about the claims that wait. More says that there are more than were counted.
type Counts struct {
	Open, Soon, Late, Unread int
	More                     bool
}

// Row is one claim.
type Row struct {
	Href, Number, Product, Reason, Wish string
	State                               string
	Tone                                ui.Tone
	Clock                               *ui.Clock
	Filed                               time.Time
	Unread                              bool
}

// Claim is the page of one claim.
type Claim struct {
	Number, Base string
	Seq          int64
	Product      string
	State        string
	Tone         ui.Tone
	Title, Text  string
	Clock        *ui.Clock
	Provisional  bool
	Yours        bool
	// Acts are the legal moves, the weightiest first; the first of one's turn is primary.
	Acts    []Act
	Asked   []parties.Said
	Theirs  []parties.Said
	Mine    []parties.Said
	Refs    []parties.Tile
	Order   string // the page where references of the order are sealed; empty: none
	Outcome *parties.Outcome
	Steps   []parties.Step
	Letters []parties.Link
	Facts   []ui.Pair
	Burden  string
	Notices []Notice
	Events  []ui.Event
	Quiet   string // the sentence that silence decides nothing
}

// Act is a way to one act.
type Act struct {
	Name, Text, Href, Key string
	Primary               bool
}

// Notice is something that was served, with the times of it.
type Notice struct {
	What                     string
	Served, Opened, Answered time.Time
}

// Viewer shows one picture large, or two beside one another.
type Viewer struct {
	Number, Back string
	Main         Pane
	With         *Pane
	// Strip are all pictures that the claim shows.
	Strip      []StripTile
	Prev, Next string
	Nth, Of    int
}

// Pane is one picture with what is known of it.
type Pane struct {
	parties.Tile
	SHA256 string
	// Drop leads to the viewer without this picture.
	Drop string
}

// StripTile is one picture of the strip.
type StripTile struct {
	parties.Tile
	Href    string // to look at it
	Compare string // to put it beside the one that is shown; empty for that one
	Current bool
}
