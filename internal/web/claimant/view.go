package claimant

import (
	"time"

	"anxin/internal/web/parties"
	"anxin/internal/web/ui"
)

// EntryView is the way in by order number and phone code.
type EntryView struct {
	Form                     ui.Form
	Number, Phone, Challenge string
	Code                     string
	Found                    []FoundView
}

// FoundView is one order of that number.
type FoundView struct {
	Product, Number, Href string
	Ordered               time.Time
}

// FileView is the form of a claim.
type FileView struct {
	Base string
	// Number is the case's; what is typed is kept in the tab under it.
	Number   string
	Order    []ui.Pair
	Paid     string
	Reasons  []Reason
	Wishes   []ui.Choice
	V        FileValues
	Form     ui.Form
	Upload   string
	Max      int
	MaxBytes int64
	// Fresh is a form that nobody has sent yet.
	Fresh bool
}

// Reason is one reason, with the pictures that the rules want to see for it.
type Reason struct {
	Value, Text string
	On          bool
	Shots       []string
}

// FileValues are what is typed.
type FileValues struct {
	Key, Reason, Story, Wish, Amount, Declared, Tool string
	Unable                                           bool
	Media                                            []ui.UploadedPhoto
}

// CheckView is the last look before sending.
type CheckView struct {
	Base, Number string
	Order, Facts []ui.Pair
	Story        string
	Tiles        []parties.Tile
	V            FileValues
	// Missing are pictures that the rules want and that may be missing; they can be sent later.
	Missing []string
	Form    ui.Form
}

// ReceiptView says: it is in.
type ReceiptView struct {
	Number, Link, Status string
	Filed                time.Time
	Media                int
	AnswerBy             time.Time
	// Missing: the rules want more pictures.
	Missing bool
}

// StatusView is the page of one claim.
type StatusView struct {
	Number, Base string
	Seq          int64
	Now          Now
	// Todos are what is asked of the buyer now, the most urgent first; the first has the page's one primary button.
	Todos   []Todo
	Theirs  []parties.Said
	Asked   []parties.Said
	Outcome *parties.Outcome
	Steps   []parties.Step
	Letters []parties.Link
	Events  []ui.Event
	Facts   []ui.Pair
	Mine    []parties.Said
	More    []parties.Link
	Open    bool
	// Repair leads to the page of the visits of this case; empty when there are none.
	Repair string
}

// Now answers "and now?".
type Now struct {
	Tone               ui.Tone
	State, Title, Text string
	Due                *ui.Clock
	Provisional        bool
}

// Todo is one thing asked of the buyer.
type Todo struct {
	Name        string
	Title, Text string
	Items       []string
	Said        []parties.Said
	// Buttons lead to the acts; the first of the first todo is primary.
	Buttons []parties.Link
	Until   time.Time
}
