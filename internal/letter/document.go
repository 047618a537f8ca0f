package letter

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Part is a part that a letter must have.
type Part string

// The parts of the decision letter, in their order.
const (
	PartOutcome   Part = "outcome"
	PartCase      Part = "case" // number and masked parties
	PartClaim     Part = "claim"
	PartFacts     Part = "facts"
	PartHearing   Part = "hearing"
	PartEvidence  Part = "evidence"
	PartArguments Part = "arguments"
	PartBurden    Part = "burden"
	PartRules     Part = "rules" // version and basis
	PartSteps     Part = "steps" // money and time
	PartAppeal    Part = "appeal"
	PartOutside   Part = "outside" // 电商法 60
	PartMachine   Part = "machine" // PIPL 24
	PartVerify    Part = "verify"
)

// DecisionParts lists what every decision letter must have.
func DecisionParts() []Part {
	return []Part{PartOutcome, PartCase, PartClaim, PartFacts, PartHearing, PartEvidence, PartArguments, PartBurden, PartRules, PartSteps, PartAppeal, PartOutside, PartMachine, PartVerify}
}

// The kinds of papers.
const (
	KindDecision = "decision"
	KindNotice   = "notice"
	KindReceipt  = "receipt"
	KindDuty     = "duty"
)

// Document is a letter in both languages, ready to be shown and drawn. It holds no facts beyond what it says.
type Document struct {
	Format    int       `json:"format"` // 1
	Kind      string    `json:"kind"`
	Code      string    `json:"code"`
	Number    string    `json:"number"`
	Issued    time.Time `json:"issued"`
	VerifyURL string    `json:"verify_url"` // with the code; what the QR code holds
	ZH        Letter    `json:"zh"`
	EN        Letter    `json:"en"`
}

// Letter is the document in one language.
type Letter struct {
	Lang     string    `json:"lang"` // zh, en
	Brand    string    `json:"brand"`
	Title    string    `json:"title"`
	Number   string    `json:"number"` // "案件号 261122-48391-7"
	Issued   string    `json:"issued"`
	Sections []Section `json:"sections"`
}

// Section is one part under its heading.
type Section struct {
	Part    Part    `json:"part"`
	Heading string  `json:"heading"`
	Blocks  []Block `json:"blocks"`
}

// Block is a paragraph, or rows of label and value, or a table; exactly one of the three.
type Block struct {
	Text string `json:"text,omitempty"`
	// Strong: the sentence of the outcome. Small: a remark.
	Strong bool       `json:"strong,omitempty"`
	Small  bool       `json:"small,omitempty"`
	Rows   []Row      `json:"rows,omitempty"`
	Head   []string   `json:"head,omitempty"`
	Cells  [][]string `json:"cells,omitempty"`
	// Widths of the columns of a table, in parts of the whole.
	Widths []int `json:"widths,omitempty"`
	// Code marks the columns of a table that hold digests: drawn small, never broken at words.
	Code []int `json:"code,omitempty"`
}

// Row is a label with its value.
type Row struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// In gives the letter of a language.
func (d *Document) In(lang string) *Letter {
	if lang == "en" {
		return &d.EN
	}
	return &d.ZH
}

// Section finds a part; nil when it is not there.
func (l *Letter) Section(p Part) *Section {
	for i := range l.Sections {
		if l.Sections[i].Part == p {
			return &l.Sections[i]
		}
	}
	return nil
}

// Text is the section without its heading as plain lines.
func (s *Section) Text() string {
	var b strings.Builder
	for _, x := range s.Blocks {
		switch {
		case x.Text != "":
			b.WriteString(x.Text + "\n")
		case len(x.Rows) > 0:
			for _, r := range x.Rows {
				b.WriteString(r.Label + "  " + r.Value + "\n")
			}
		default:
			b.WriteString(strings.Join(x.Head, " | ") + "\n")
			for _, c := range x.Cells {
				b.WriteString(strings.Join(c, " | ") + "\n")
			}
		}
	}
	return b.String()
}

// Text is the whole letter as plain text.
func (l *Letter) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n%s  %s\n", l.Brand, l.Title, l.Number, l.Issued)
	for i := range l.Sections {
		fmt.Fprintf(&b, "\n%s\n%s", l.Sections[i].Heading, l.Sections[i].Text())
	}
	return b.String()
}

// Missing lists the parts that a letter lacks, as "en/burden".
func (d *Document) Missing(parts []Part) (out []string) {
	for _, l := range []*Letter{&d.ZH, &d.EN} {
		if l.Title == "" || l.Number == "" || l.Issued == "" {
			out = append(out, l.Lang+"/head")
		}
		for _, p := range parts {
			if s := l.Section(p); s == nil || s.Heading == "" || strings.TrimSpace(s.Text()) == "" {
				out = append(out, l.Lang+"/"+string(p))
			}
		}
	}
	return out
}

// Encode writes the document for keeping. Equal documents give equal bytes.
func (d *Document) Encode() ([]byte, error) { return json.Marshal(d) }

const maxDocument = 4 << 20

// Decode reads a kept document.
func Decode(text []byte) (*Document, error) {
	if len(text) > maxDocument {
		return nil, errors.New("letter: the document is larger than 4 MB")
	}
	d := &Document{}
	if err := json.Unmarshal(text, d); err != nil {
		return nil, fmt.Errorf("letter: not a kept document: %w", err)
	}
	if d.Format != 1 {
		return nil, fmt.Errorf("letter: format %d is newer than this program", d.Format)
	}
	return d, nil
}
