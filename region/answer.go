package region

// Text is a sentence for people in both languages.
type Text struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// IsZero reports whether there is no text.
func (t Text) IsZero() bool { return t == Text{} }

// Span is a stretch of the input that was understood: Input[Start:End], in bytes.
type Span struct {
	Start int   `json:"start"`
	End   int   `json:"end"`
	Level Level `json:"level"` // level of what it names; LevelNone for a zone
	Code  Code  `json:"code"`  // division it was read as; the host for a zone
}

// Correction is a misspelt name and what it was read as.
type Correction struct {
	From string `json:"from"`
	To   string `json:"to"`
	Span Span   `json:"span"`
}

// Match is the division an answer stands for. Division is the unit a technician is sent to: the county, or the
// town where towns are what dispatch works with (cities without districts such as 东莞, units directly under a
// province such as 琼海); it is a prefecture or province when the text says no more.
type Match struct {
	Division
	Kind       Kind
	Town       Division // the town named in the text, where one was found; zero otherwise
	Zone       string   // the zone named in the text, for KindZone
	Old        Division // the division of that time, for KindHistorical
	Confidence float64  // 0 to 1; a corrected or inferred answer never reaches the top
}

// Candidate is one possible division of an OutcomeSet, most likely first.
type Candidate struct {
	Division
	Kind       Kind
	Confidence float64
	Reason     Reason
	Ask        Text // the question that would decide
}

// Answer is what the resolver makes of one text.
type Answer struct {
	Input       string
	Outcome     Outcome
	Best        Match        // zero unless Outcome is OutcomeOne
	Candidates  []Candidate  // for OutcomeSet
	Ask         Text         // the question to put to the customer; zero when nothing has to be asked
	Spans       []Span       // what was understood, in order of the input
	Inferred    []Level      // levels that the text did not name
	Correction  *Correction  // set when a misspelling was corrected
	Successions []Succession // the changes that lead from what was named to the answer
	Detail      string       // the rest of the address: road, number, building
	Reasons     []Reason
	DataVersion string
	AsOf        Date
}

// Has reports whether the answer carries a reason.
func (a *Answer) Has(code ReasonCode) bool {
	for i := range a.Reasons {
		if a.Reasons[i].Code == code {
			return true
		}
	}
	return false
}
