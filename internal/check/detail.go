package check

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"anxin/internal/casefile"
)

// Detail is what a signal says beyond its sentence, for who looks closer. It is kept as JSON with the signal, is bounded, and holds no personal data: no titles, no file names, no
// people. At most one of its parts is set, and For beside it.
type Detail struct {
	Credentials *Credentials `json:"credentials,omitempty"`
	Match       *Match       `json:"match,omitempty"`
	Label       *Label       `json:"label,omitempty"`
	Places      *Places      `json:"places,omitempty"`
	// For says that the fact speaks for the buyer: the same picture was sent before with a report, a trusted camera signed the file.
	For bool `json:"for,omitempty"`
}

// NamedFact is one of several facts about the same file. ID and Value are stable words for programs.
type NamedFact struct {
	ID    string `json:"id"`
	Value string `json:"value"`
	Text
}

// Credentials are the Content Credentials of a file: three facts, never one word for all, and how the file says it came about.
type Credentials struct {
	State   string      `json:"state"` // Trusted, Valid, Invalid; empty: none in the file
	Facts   []NamedFact `json:"facts"` // integrity, trust, declaration
	Signer  string      `json:"signer,omitempty"`
	Issuer  string      `json:"issuer,omitempty"`
	Signed  *time.Time  `json:"signed,omitempty"` // by a time stamp for these bytes
	Made    string      `json:"made,omitempty"`   // the program
	Failure []string    `json:"failure,omitempty"`
	Judged  time.Time   `json:"judged"` // certificates were judged as of then: when the file was received
	Lists   []string    `json:"lists,omitempty"`
	History *Version    `json:"history,omitempty"`
}

// Version is one version of the work in its history; Children are what it was made from.
type Version struct {
	Relation string     `json:"relation,omitempty"` // parentOf, componentOf, inputTo
	Format   string     `json:"format,omitempty"`
	Made     string     `json:"made,omitempty"`
	Signer   string     `json:"signer,omitempty"`
	Signed   *time.Time `json:"signed,omitempty"`
	Steps    []Step     `json:"steps,omitempty"`
	Failure  []string   `json:"failure,omitempty"`
	Repeated bool       `json:"repeated,omitempty"` // shown in full elsewhere
	Missing  bool       `json:"missing,omitempty"`  // its own credentials are not in the file
	Children []*Version `json:"children,omitempty"`
	More     int        `json:"more,omitempty"` // children that were left out
}

// Step is one thing that was done, as the program that did it says.
type Step struct {
	Name   string `json:"name"` // c2pa.created, c2pa.edited, …
	Agent  string `json:"agent,omitempty"`
	When   string `json:"when,omitempty"`
	Source string `json:"source,omitempty"` // digital source type
	AI     bool   `json:"ai,omitempty"`
}

// Match is a claim's picture beside one that was here before.
type Match struct {
	Item           casefile.ID `json:"item"`
	Reference      Related     `json:"reference"`
	Same           bool        `json:"same"` // the same photograph, not merely the same thing
	Mirrored       bool        `json:"mirrored,omitempty"`
	Changed        bool        `json:"changed"`
	Band           string      `json:"band"` // how firmly the answer stands: insufficient, leans, strong
	Inliers        int         `json:"inliers"`
	Coverage       float64     `json:"coverage"` // share of the textured area that agrees
	Residual       float64     `json:"residual"` // median misfit, pixels of the working picture
	Area           float64     `json:"area"`     // share of the claim's picture that changed
	Size           [2]int      `json:"size"`     // of the claim's picture, upright
	ReferenceSize  [2]int      `json:"reference_size"`
	Boxes          [][4]int    `json:"boxes"` // x, y, width, height in pixels of the claim's picture, the largest first
	Map            [9]float64  `json:"map"`   // from the claim's picture to the reference, in the pixels that were compared
	Overlay        casefile.ID `json:"overlay,omitzero"`
	Aligned        casefile.ID `json:"aligned,omitzero"`
	Flicker        casefile.ID `json:"flicker,omitzero"`
	Mask           casefile.ID `json:"mask,omitzero"`
	Facts          []NamedFact `json:"facts"`
	OtherLookalike int         `json:"others,omitempty"` // further material that is the same photograph
}

// Label is the mark of GB 45438 and other marks of AI in a file.
type Label struct {
	Kind       string      `json:"kind"` // 1 is, 2 possibly, 3 suspected; empty: not readable, or a mark of another form
	Producer   string      `json:"producer,omitempty"`
	Company    string      `json:"company,omitempty"`
	Produced   string      `json:"produced,omitempty"` // the number that the producer gave
	Propagator string      `json:"propagator,omitempty"`
	Carriers   []Carrier   `json:"carriers,omitempty"`
	Problems   []NamedFact `json:"problems,omitempty"`
	Facts      []NamedFact `json:"facts"`
}

// Carrier is one place of the file where a mark stands.
type Carrier struct {
	Form       string `json:"form"`
	Place      string `json:"place,omitempty"`
	Standard   bool   `json:"standard"`
	Conformant bool   `json:"conformant"`
}

// Places are where in a picture a detector saw something.
type Places struct {
	Item  casefile.ID `json:"item"`
	Size  [2]int      `json:"size"` // of the upright picture
	Boxes [][4]int    `json:"boxes"`
}

// maxText bounds a text that a stranger wrote into a file, in characters.
const maxText = 120

// short is a stranger's text as one short line.
func short(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) > maxText {
		s = string([]rune(s)[:maxText-1]) + "…"
	}
	return s
}

func shorts(list []string, limit int) []string {
	var out []string
	for _, s := range list[:min(len(list), limit)] {
		out = append(out, short(s))
	}
	return out
}
