package region

import "strings"

// ReasonCode is the machine-readable half of a reason. The set only grows; a code never changes its meaning.
type ReasonCode string

// Reasons of an answer. The comment shows the order of Args.
const (
	ReasonExact         ReasonCode = "exact"              // every level of the answer is named in the text
	ReasonInferred      ReasonCode = "inferred"           // levels above were added: path
	ReasonAlias         ReasonCode = "alias"              // written, name
	ReasonShortName     ReasonCode = "short-name"         // written, name
	ReasonTown          ReasonCode = "by-town"            // town, county
	ReasonCorrected     ReasonCode = "corrected"          // written, name
	ReasonSuffix        ReasonCode = "wrong-suffix"       // written, name
	ReasonTraditional   ReasonCode = "traditional-script" //
	ReasonHistorical    ReasonCode = "historical"         // old name, year, new name
	ReasonSplit         ReasonCode = "split"              // old name, year, new names
	ReasonSplitDecided  ReasonCode = "split-decided"      // old name, year, new name, deciding town
	ReasonPart          ReasonCode = "part"               // old name, year, name of the part's division
	ReasonReparented    ReasonCode = "re-parented"        // name, year, old path, new path
	ReasonConflict      ReasonCode = "conflict"           // written, name it does not fit
	ReasonMoved         ReasonCode = "moved"              // town, old county, year, new county
	ReasonZone          ReasonCode = "zone"               // zone, host
	ReasonZoneUnknown   ReasonCode = "zone-host-only"     // written, city
	ReasonAmbiguous     ReasonCode = "ambiguous"          // written, number of places
	ReasonContradiction ReasonCode = "contradiction"      // written, city it was read after
	ReasonTypo          ReasonCode = "possible-typo"      // written, name
	ReasonWeak          ReasonCode = "weak-evidence"      // written
	ReasonTwoPlaces     ReasonCode = "two-addresses"      // first, second
	ReasonCountyMissing ReasonCode = "county-missing"     // city
	ReasonLabel         ReasonCode = "label-ignored"      // label
	ReasonNotYet        ReasonCode = "not-yet"            // name, year
	ReasonNoPlace       ReasonCode = "no-place"           //
	ReasonTooLong       ReasonCode = "too-long"           // limit
	ReasonOneOf         ReasonCode = "one-of"             // path
)

// Reason says why an answer is what it is.
type Reason struct {
	Code ReasonCode `json:"code"`
	Args []string   `json:"args,omitempty"`
}

// reasonTexts are the sentences, with {0}, {1}... for the arguments.
var reasonTexts = map[ReasonCode]Text{
	ReasonExact:         {"地址写明了各级区划", "Every level is named in the text"},
	ReasonInferred:      {"上级区划由系统补全：{0}", "Levels above were added: {0}"},
	ReasonAlias:         {"“{0}”是{1}的习惯叫法", "“{0}” is a customary name of {1}"},
	ReasonShortName:     {"“{0}”是{1}的简称", "“{0}” is short for {1}"},
	ReasonTown:          {"由{0}推出{1}", "{0} lies in {1}"},
	ReasonCorrected:     {"“{0}”按{1}处理，请核对", "“{0}” was read as {1}; please check"},
	ReasonSuffix:        {"“{0}”按{1}处理（区划后缀不同）", "“{0}” was read as {1} (different suffix)"},
	ReasonTraditional:   {"按繁体字识别", "Read from traditional script"},
	ReasonHistorical:    {"{0}已于{1d}变更为{2}", "{0} became {2} in {1d}"},
	ReasonSplit:         {"{0}已于{1d}分别并入{2}", "{0} was divided in {1d} between {2}"},
	ReasonSplitDecided:  {"{0}已于{1d}拆分，由{3}确定为{2}", "{0} was divided in {1d}; {3} decides for {2}"},
	ReasonPart:          {"{0}的一部分已于{1d}划归{2}", "Part of {0} went to {2} in {1d}"},
	ReasonReparented:    {"{0}已于{1d}由{2}划归{3}", "{0} passed from {2} to {3} in {1d}"},
	ReasonConflict:      {"“{0}”与{1}不符", "“{0}” does not fit {1}"},
	ReasonMoved:         {"{0}已于{2d}由{1}划入{3}", "{0} was moved from {1} to {3} in {2d}"},
	ReasonZone:          {"{0}不是行政区划，位于{1}", "{0} is not a division; it lies in {1}"},
	ReasonZoneUnknown:   {"“{0}”不是行政区划，只能确定到{1}", "“{0}” is not a division; only {1} is certain"},
	ReasonAmbiguous:     {"“{0}”可能指{1}个地方", "“{0}” may mean {1} places"},
	ReasonContradiction: {"{1}没有“{0}”", "{1} has no “{0}”"},
	ReasonTypo:          {"“{0}”可能是{1}的误写", "“{0}” may be a misspelling of {1}"},
	ReasonWeak:          {"“{0}”未必是地址所在的地方", "“{0}” may not be where the address is"},
	ReasonTwoPlaces:     {"文中有两个地址：{0}、{1}", "The text holds two addresses: {0} and {1}"},
	ReasonCountyMissing: {"只写到{0}，没有区县", "Only {0} is named, no county or district"},
	ReasonLabel:         {"“{0}”是分类用语，不是地名", "“{0}” is a label, not a place"},
	ReasonNotYet:        {"{0}于{1d}才设立", "{0} was set up only in {1d}"},
	ReasonNoPlace:       {"文中没有可以确定的地名", "The text names no place that can be determined"},
	ReasonTooLong:       {"文本过长，请只填地址（不超过{0}字）", "The text is too long; give the address only ({0} characters at most)"},
	ReasonOneOf:         {"符合的地方之一：{0}", "One of the places that fit: {0}"},
}

// Text returns the reason as a sentence.
func (r Reason) Text() Text {
	t := reasonTexts[r.Code]
	return Text{fill(t.Zh, r.Args, Date.zh), fill(t.En, r.Args, Date.String)}
}

// fill replaces {0}, {1}... by the arguments, and {0d}... by the argument written as a date.
func fill(s string, args []string, date func(Date) string) string {
	for i, a := range args {
		n := itoa(i)
		s = strings.ReplaceAll(s, "{"+n+"}", a)
		if strings.Contains(s, "{"+n+"d}") {
			if d, err := ParseDate(a); err == nil {
				a = date(d)
			}
			s = strings.ReplaceAll(s, "{"+n+"d}", a)
		}
	}
	return s
}
