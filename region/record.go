package region

// Record is an answer in the form written by the command line and the API: one JSON object per input.
type Record struct {
	Input       string            `json:"input"`
	Outcome     Outcome           `json:"outcome"`
	Best        *RecordMatch      `json:"best"`
	Candidates  []RecordCandidate `json:"candidates"`
	Ask         *Text             `json:"ask,omitempty"`
	Detail      string            `json:"detail"`
	Reasons     []RecordReason    `json:"reasons"`
	Spans       []Span            `json:"spans"`
	Inferred    []Level           `json:"inferred,omitempty"`
	Correction  *Correction       `json:"correction,omitempty"`
	Successions []Succession      `json:"successions,omitempty"`
	DataVersion string            `json:"data_version"`
	AsOf        string            `json:"as_of,omitempty"`
}

// RecordMatch is the division of an OutcomeOne.
type RecordMatch struct {
	Code       Code           `json:"code"`
	Path       string         `json:"path"`
	Level      Level          `json:"level"`
	Kind       Kind           `json:"kind"`
	Lng        float64        `json:"lng"`
	Lat        float64        `json:"lat"`
	Datum      Datum          `json:"datum"`
	Precision  Precision      `json:"precision"`
	Source     string         `json:"source"`
	Confidence float64        `json:"confidence"`
	Reasons    []RecordReason `json:"reasons"`
	TownCode   Code           `json:"town_code,omitempty"`
	TownPath   string         `json:"town_path,omitempty"`
	Zone       string         `json:"zone,omitempty"`
	OldCode    Code           `json:"old_code,omitempty"`
	OldPath    string         `json:"old_path,omitempty"`
}

// RecordCandidate is one possible division of an OutcomeSet.
type RecordCandidate struct {
	Code       Code         `json:"code"`
	Path       string       `json:"path"`
	Level      Level        `json:"level"`
	Kind       Kind         `json:"kind"`
	Lng        float64      `json:"lng"`
	Lat        float64      `json:"lat"`
	Datum      Datum        `json:"datum"`
	Precision  Precision    `json:"precision"`
	Source     string       `json:"source"`
	Confidence float64      `json:"confidence"`
	Reason     RecordReason `json:"reason"`
	Ask        Text         `json:"ask"`
}

// RecordReason is a reason with its sentence in both languages.
type RecordReason struct {
	Code ReasonCode `json:"code"`
	Args []string   `json:"args,omitempty"`
	Text
}

// Record returns the answer in its JSON form.
func (a *Answer) Record() Record {
	rec := Record{Input: a.Input, Outcome: a.Outcome, Detail: a.Detail, Reasons: records(a.Reasons), Spans: a.Spans, Inferred: a.Inferred,
		Correction: a.Correction, Successions: a.Successions, DataVersion: a.DataVersion, AsOf: a.AsOf.String(), Candidates: []RecordCandidate{}}
	if rec.Spans == nil {
		rec.Spans = []Span{}
	}
	if !a.Ask.IsZero() {
		ask := a.Ask
		rec.Ask = &ask
	}
	if a.Outcome == OutcomeOne {
		b := &a.Best
		rec.Best = &RecordMatch{Code: b.Code, Path: b.Path, Level: b.Level, Kind: b.Kind, Lng: b.Point.Lng, Lat: b.Point.Lat,
			Datum: b.Point.Datum, Precision: b.Point.Precision, Source: b.Point.Source, Confidence: b.Confidence,
			Reasons: rec.Reasons, TownCode: b.Town.Code, TownPath: b.Town.Path, Zone: b.Zone, OldCode: b.Old.Code, OldPath: b.Old.Path}
	}
	for i := range a.Candidates {
		c := &a.Candidates[i]
		rec.Candidates = append(rec.Candidates, RecordCandidate{Code: c.Code, Path: c.Path, Level: c.Level, Kind: c.Kind, Lng: c.Point.Lng, Lat: c.Point.Lat,
			Datum: c.Point.Datum, Precision: c.Point.Precision, Source: c.Point.Source, Confidence: c.Confidence,
			Reason: RecordReason{c.Reason.Code, c.Reason.Args, c.Reason.Text()}, Ask: c.Ask})
	}
	return rec
}

func records(rs []Reason) []RecordReason {
	out := make([]RecordReason, len(rs))
	for i, x := range rs {
		out[i] = RecordReason{x.Code, x.Args, x.Text()}
	}
	return out
}
