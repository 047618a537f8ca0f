package customer

import (
	"time"

	"anxin/internal/service"
	"anxin/internal/web/ui"
)

// ReportView is the report form, empty or coming back with errors. Nothing that was written is ever missing from it.
type ReportView struct {
	Form ui.Form
	V    ReportValues
	// Products are the product families to choose from.
	Products []ui.Choice
	// Faults are what can be wrong or is to be done, by product and kind.
	Faults []FaultGroup
	// Wishes are the half days that can be wished for.
	Wishes []Wish
	// Place is what the address was understood as; nil before there is one.
	Place *PlaceView
	// UploadURL is where scripts send photos; Max and MaxBytes bound them.
	UploadURL string
	Max       int
	MaxBytes  int64
	// Earliest and Latest bound the date field, as yyyy-mm-dd.
	Earliest, Latest string
}

// ReportValues are the fields as they were typed. Names are those of the form's inputs.
type ReportValues struct {
	Kind, Product, Fault, Words, Danger string
	Address, Region                     string
	Name, Phone                         string
	Wish, WishDate, WishPart            string
	// Draft makes a second submit the same report as the first, and ties photos that were sent ahead to it.
	Draft  string
	Photos []ui.UploadedPhoto
}

// FaultGroup is the faults of one product, or the tasks of one kind of service (Product empty).
type FaultGroup struct {
	Kind, Product, Name string
	Items               []ui.Choice
}

// Wish is a half day that can be wished for. Value is what the form sends.
type Wish struct {
	Value    string
	From, To time.Time
}

// Wishes without a window. A date in WishDate goes before Wish.
const (
	WishSoon = "soon"
	WishAny  = "any"
)

// Outcome says how well an address was understood.
type Outcome string

// The outcomes.
const (
	PlaceOne  Outcome = "one"  // one place, shown for a look
	PlaceSet  Outcome = "set"  // several: one tap decides
	PlaceNone Outcome = "none" // none: the report is accepted all the same
)

// PlaceView is the panel "is this right?" under the address.
type PlaceView struct {
	Outcome Outcome
	// Path is the understood place, 浙江省 杭州市 西湖区, and Code its division.
	Path, Code string
	// Ask is the question that would decide; Note says what is worth knowing, such as what became of an old name.
	Ask, Note  service.Text
	Candidates []PlaceChoice
	// Certain says that nothing needs to be asked: sending the form says "yes" to it.
	Certain bool
	// Covered is false when nobody serves the place yet; the panel then says so honestly.
	Covered bool
	// Confirmed is set once the customer or the desk has said that it is right.
	Confirmed bool
}

// PlaceChoice is one place the address may mean.
type PlaceChoice struct {
	Code, Path string
	// Why it is one of them; empty when the path says it all.
	Why service.Text
	On  bool
}

// kinds of service, in the order in which they are asked for most.
var kinds = []struct{ code, icon string }{
	{"repair", "repair"},
	{"install", "install"},
	{"relocate", "relocate"},
	{"commission", "adjust"},
	{"clean", "clean"},
}

// dangers are what makes a report an emergency; each has its advice.
var dangers = []string{"gas", "electric", "water", "locked"}

func kindChoices(pg ui.Page, on string) []ui.Choice {
	out := make([]ui.Choice, 0, len(kinds))
	for _, k := range kinds {
		out = append(out, ui.Choice{Value: k.code, Icon: k.icon, On: on == k.code,
			Text: pg.T("customer.kind." + k.code), Hint: pg.T("customer.kind_hint." + k.code)})
	}
	return out
}

func wishChoices(pg ui.Page, v ReportView) []ui.Choice {
	out := []ui.Choice{{Value: WishSoon, Text: pg.T("customer.wish.soon"), Hint: pg.T("customer.wish.soon_hint"), On: v.V.Wish == WishSoon, Wide: true}}
	for _, w := range v.Wishes {
		out = append(out, ui.Choice{Value: w.Value, Text: pg.P.Window(w.From, w.To), On: v.V.Wish == w.Value})
	}
	return append(out,
		ui.Choice{Value: WishAny, Text: pg.T("customer.wish.any"), On: v.V.Wish == WishAny})
}

func partChoices(pg ui.Page, on string) []ui.Choice {
	return []ui.Choice{
		{Value: "morning", Text: pg.T("customer.wish.morning"), On: on == "morning"},
		{Value: "afternoon", Text: pg.T("customer.wish.afternoon"), On: on == "afternoon"},
		{Value: "evening", Text: pg.T("customer.wish.evening"), On: on == "evening"},
	}
}

// ReceiptView is the first page after a report.
type ReceiptView struct {
	Number string
	// Status is the private link's path, Link the whole address to keep or send.
	Status, Link string
	Received     time.Time
	// AssignBy and ArriveBy are when a technician should be found and at the door; zero says nothing.
	AssignBy, ArriveBy time.Time
	// WishFrom and WishTo are the wished window; zero is as soon as possible.
	WishFrom, WishTo time.Time
	Place            *PlaceView
	Emergency        bool
	// Safety is what to do until somebody comes.
	Safety string
	Idem   string
	Photos int
	// MessageTo is the masked number that gets the link too; empty when no channel is set up.
	MessageTo string
	Paper     string
}
