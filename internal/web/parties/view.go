package parties

import (
	"time"

	"anxin/internal/web/ui"
)

// Tile is one picture, video or paper of a claim, as a small copy. Originals are never shown.
type Tile struct {
	// Item is the id of what is shown.
	Item string
	// Src is the small copy and Href the large one, both on our origin; empty for what has no copy to look at (videos, papers).
	Src, Href string
	// What names it for people who do not see it: 买家照片 2.
	What string
	// Kind is photo, video or paper.
	Kind string
	At   time.Time
	// AI: the sender declared that an AI tool made or changed it; every display says so.
	AI bool
	// Edited: the sender declared that it was edited.
	Edited bool
	// After: it was sealed after the claim and counts for nothing against the buyer.
	After bool
}

// Said is something that one side or the platform said.
type Said struct {
	ID   string
	At   time.Time
	Who  string // 买家, 商家, 平台
	What string // what they did: 不同意退款
	// Facts are the choice and the sum that come with it: 包装发货时完好; 部分退款 ¥128.00.
	Facts []string
	Words string
	// Asked are the pictures that were asked for.
	Asked []string
	Tiles []Tile
	// Mine is said by the reader.
	Mine bool
}

// Step is one step of carrying a decision out.
type Step struct {
	Title, State string
	Tone         ui.Tone
	Amount       string // money in words; empty: none
	Note         string // parcel number, reference
	Due          *ui.Clock
	Done         time.Time
}

// Outcome is what was decided.
type Outcome struct {
	// Title is the remedy in words, Amount the money with it or empty.
	Title, Amount string
	// By says who decided: 平台审核员; 双方协商一致.
	By      string
	At      time.Time
	Reasons []string
	Words   string
	// Letter is the way to the letter; empty when it is not served yet.
	Letter string
}

// Link is a way to another page.
type Link struct {
	Text, Hint, Href string
	Danger           bool
}

// Act is one form: one move of the claim, with what it needs.
type Act struct {
	Back, BackText string
	Action         string
	Idem           string
	Title, Lead    string
	// Next are sentences on what happens then.
	Next []string
	// Warning is what cannot be undone; empty says nothing.
	Warning string
	Due     *ui.Clock
	// Context is what the act answers: what was asked, offered or said.
	Context []Said
	Asked   []string
	// The fields, in this order; nil ones are left out.
	Choices  []ui.Choices
	Inputs   []ui.Input
	Pick     *Pick
	Upload   *ui.Upload
	Declared *ui.Choices
	Words    *ui.Input
	Submit   string
	// Or is another way to go, such as "I cannot".
	Or   *Link
	Form ui.Form
}

// Pick chooses among pictures that are there already.
type Pick struct {
	Name, Legend, Hint, Error string
	Tiles                     []PickTile
}

// PickTile is one picture to choose.
type PickTile struct {
	Tile
	Value string
	On    bool
}

// Letter is a letter of the platform to both sides, as a page and a paper.
type Letter struct {
	Back, BackText string
	Number, Code   string
	Title          string
	To             []ui.Pair // parties and order
	Outcome        string    // the decision in one line
	Issued         time.Time
	Parts          []LetterPart
	VerifyURL      string
	PDF            string
	// Digest is the SHA-256 of the sealed document, hex.
	Digest string
	Others []Link // earlier letters of this claim
	Appeal *Link
	Until  time.Time
}

// LetterPart is one part of a letter under its heading.
type LetterPart struct {
	Title  string
	Blocks []LetterBlock
}

// LetterBlock is a paragraph, or facts, or a table: one of the three.
type LetterBlock struct {
	Text string
	// Strong is the sentence of the outcome, Small a remark.
	Strong, Small bool
	Facts         []ui.Pair
	Table         *ui.Table
}
