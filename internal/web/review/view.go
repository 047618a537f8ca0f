package review

import (
	"slices"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/web/ui"
)

// Queue is the page before the next case: how many wait where, which one the reader has, no list.
type Queue struct {
	Queues []Waiting
	Mine   *Mine
	// Lead looks at problems and takes no cases.
	Lead bool
	// Problems is what waits for the lead; negative for everybody else.
	Problems int
	Find     string
	Form     ui.Form
	Idem     string
	// None: of what waits, the reader may take nothing (they acted in all of it, or have a conflict of interest).
	None bool
}

// Total is how many wait in all.
func (q Queue) Total() (n int) {
	for _, w := range q.Queues {
		n += w.Waiting
	}
	return n
}

// Waiting is one queue in numbers.
type Waiting struct {
	Name                     string // review, second, appeal
	Waiting, Leased, Overdue int
	Nearest                  time.Time
}

// Mine is the claim that the reader has.
type Mine struct {
	Number     casefile.Number
	Part       string
	State      string
	Due, Until time.Time
}

// Picture is a medium of the claim or a reference.
type Picture struct {
	Item casefile.ID
	// Tag is what it is called on this page and in the draft: B1 (buyer), M1 (merchant), R1 (reference).
	Tag      string
	Side     string // buyer, merchant; empty: a reference
	Kind     string
	Video    bool
	At       time.Time
	Declared string // none, edited, ai
	// After: a reference that was sealed after the claim; it counts for nothing against the buyer.
	After bool
	// Relation is what a picture from elsewhere is to the claim; empty for the claim's own and its references.
	Relation string
	Role     string // where that came from: report, visit, answer, chat, …
	// Marked is the word for what the picture's file says about AI (label_1 to label_3), after the first impression.
	Marked string
	SHA256 string
	// Thumb, Full and Original are where it can be looked at; a video has Play and the original.
	Thumb, Full, Original, Play string
}

// Said is something that somebody said.
type Said struct {
	At       time.Time
	Part     string
	Side     string
	Kind     string
	Code     string // a word for it, in the reader's language
	Remedy   string
	Amount   int64
	Declared string
	Words    string
	Shots    []string
	Tags     []string
	Round    int
}

// Impression is a first impression.
type Impression struct {
	Part, Leaning, Words string
	At                   time.Time
	Round                int
	Mine                 bool
}

// Signals are what the detectors say; nil before the first impression.
type Signals struct {
	Groups     []SignalGroup
	N          int
	Began      time.Time
	Ended      time.Time
	Versions   []string
	Unfinished []string
	Since      time.Time
}

// SignalGroup is the signals of one independent group.
type SignalGroup struct {
	Name  string
	Items []Signal
}

// Signal is one fact with its limits.
type Signal struct {
	ID, Version         string
	Fact, Honest, Limit string
	Applicability       string
	Strength            string
	Tag                 string
	Item                casefile.ID
	Artefacts           []casefile.ID
	// Related are the pictures it points to.
	Related []Link
	// For: it speaks for the buyer.
	For bool
}

// Decision is a decision or a proposal.
type Decision struct {
	At                         time.Time
	Kind, Part                 string
	Remedy                     string
	Amount                     int64
	Reasons                    []string
	Grounds                    []string
	Burden                     string
	Words, OnBuyer, OnMerchant string
	Round                      int
	Stands                     bool
}

// RuleView is which rules apply and what they say.
type RuleView struct {
	Burden, Rule string
	Packs        []Pack
	Why          string
	Basis        []string
	Lines        []RuleLine
	Raw          string // a trace that this version cannot read
	Need         []string
	Counts       []Count
}

// Pack is a version of the policy pack: at order, at filing, applied.
type Pack struct {
	When, ID, Version, Hash string
	Effective               time.Time
	Applied                 bool
}

// RuleLine is one thing that the rules looked at.
type RuleLine struct {
	Part, Title, Text string
	Matched           bool
	Read              []string
	Result            []string
	Basis             []string
	Error             string
}

// Count is the same buyer's earlier claims: context that counts for nothing by itself.
type Count struct {
	Days, Orders, Claims, RefundOnly int
	Sum                              int64
}

// Notice is a line of the hearing record.
type Notice struct {
	Side, Kind               string
	Served, Opened, Answered time.Time
}

// Window is a hearing window.
type Window struct {
	Side, Kind, How     string
	Opened, Due, Closed time.Time
	Round               int
}

// Choice is a remedy in the form.
type Choice struct {
	Remedy  string
	Refused string // why it cannot be decided now
	Limited string // the rule that does not open it
}

// DecideForm is the form of a decision.
type DecideForm struct {
	Act     string // decide, lead_decide, overturn
	Choices []Choice
	Burden  string
	// Seen are the things a person can have seen a ground in.
	Seen []Picture
	// Inspected: there is an inspection's report to rest on.
	Inspected bool
	Signals   []Signal
}

// Paragraph is a part of a letter.
type Paragraph struct {
	Title string
	Lines []string
	// Missing says what still has to be written.
	Missing string
}

// Act is one form of the page beside the decision.
type Act struct {
	Name string // ask, waive, inspect, extend, release, suspend, ...
	// Key opens it.
	Key string
	// Left is how often it may still be done; negative: not counted.
	Left int
	Lead bool
}

// Input is what was typed, to be shown again.
type Input map[string][]string

// Get is the first value of a field.
func (in Input) Get(name string) string {
	if v := in[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Has reports whether a field holds a value.
func (in Input) Has(name, value string) bool { return slices.Contains(in[name], value) }

// Case is the review page.
type Case struct {
	Number   casefile.Number
	Seq      int64
	Product  string
	State    string
	Part     string
	Round    int
	Leased   bool
	Until    time.Time
	Clock    *ui.Clock
	Next     string
	Reason   string
	Wish     string
	Amount   int64
	Order    Order
	Buyer    string
	Merchant string
	Declared string
	Said     []Said
	Media    []Picture
	Refs     []Picture
	// Earlier are pictures from elsewhere that checks found, Found the comparisons, Files what files say about themselves; all three only after the first impression.
	Earlier   []Picture
	Found     []Found
	Files     []FileFacts
	Impress   bool // the form is open
	Impressed bool
	Seen      []Impression
	Signals   *Signals
	// SignalsGone says that the checks could not be read now; the review goes on without them.
	SignalsGone bool
	Rules       RuleView
	Notices     []Notice
	Windows     []Window
	Heard       map[string]bool
	Contested   bool
	Proposal    *Decision
	Decisions   []Decision
	Appeal      *Said
	Decide      *DecideForm
	// Shots are what a buyer can be asked for, by code.
	Shots       []ui.Choice
	Second      bool // agree and disagree are open
	NeedsBeyond bool // the proposal is a finding of forgery: who agrees ticks the standard
	ThirdUphold bool
	ThirdRemit  bool
	Acts        []Act
	Draft       []Paragraph
	Letters     []LetterLink
	Timeline    []ui.Event
	Problem     string
	Outcome     string

	// Open is the act whose form is open; Form what is wrong with it; In what was typed.
	Open string
	Form ui.Form
	In   Input
	Idem string
}

// LetterLink points to a letter that was served.
type LetterLink struct {
	Code   string
	Issued time.Time
	Round  int
	Remedy string
}

// Order is what was bought.
type Order struct {
	Number, Merchant, Product, Category string
	Quantity                            int
	Paid                                int64
	Ordered, Shipped, Delivered         time.Time
}

// ProblemRow is a claim that the lead has to look at.
type ProblemRow struct {
	Number  casefile.Number
	State   string
	Problem string
	Due     time.Time
	Acts    []string
}

// Problems is the lead's page.
type Problems struct{ Rows []ProblemRow }

// Duty is the duty-of-care sheet of one claim.
type Duty struct {
	Number       casefile.Number
	State        string
	Filed        time.Time
	Packs        []Pack
	Why          string
	Basis        []string
	CheckBegan   time.Time
	CheckEnded   time.Time
	Versions     []string
	Unfinished   []string
	Cut          bool // the checks did not finish in time
	Notices      []Notice
	Windows      []Window
	Silent       bool
	Impressions  []Impression
	Decisions    []Decision
	Letters      []LetterLink
	HumanMinutes int
	Leases       []Lease
	Stages       []Stage
	Appeal       string
	Overturned   string
	Burden       string
	Entered      time.Time
}

// Lease is a span in which somebody had the claim.
type Lease struct {
	Part, How    string
	Taken, Ended time.Time
	Minutes      int
}

// Stage is a stay in a state.
type Stage struct {
	State         string
	Entered, Left time.Time
	Due           time.Time
	Breached      bool
	Extended      int
}

// Statistics is the page of numbers.
type Statistics struct {
	Span     string // week, month
	From, To time.Time
	Figures  []Figure
	Trends   []Trend
	States   []StateTime
	Outcomes []Bar
	Reasons  []Bar
	Capped   bool
	Empty    bool
	// Lead may look at the claims behind the numbers.
	Lead bool
}

// Figure is one number with its definition.
type Figure struct {
	Name, Value, Was, Definition string
	Of                           string // of how many
	Href                         string // the claims behind it, for who may see them
}

// Trend is one measure over the spans.
type Trend struct {
	Name   string
	Points []Point
	Max    float64
}

// Point is one span of a trend.
type Point struct {
	Label, Text string
	Value       float64
	Known       bool
}

// StateTime is how long claims stay in a state.
type StateTime struct {
	State    string
	N        int
	P50, P90 time.Duration
	Breaches int
	// Share of the longest p90, in thousandths, for the bars.
	Bar50, Bar90 int
}

// Bar is a part of a whole.
type Bar struct {
	Name  string
	N     int
	Share int
}
