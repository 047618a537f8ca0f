package rule

import (
	"fmt"
	"slices"
	"strings"

	"anxin/internal/law"
)

// Outcome is what a pack says about a claim. It has no field that decides one: a test holds the list of its fields (G3).
type Outcome struct {
	Queue        string      `json:"queue"`                   // code
	SecondReview bool        `json:"second_review,omitempty"` // a second person looks even where the remedy would not need one
	Lengthened   []string    `json:"lengthened,omitempty"`    // codes of clocks that take their long length
	Asks         []string    `json:"asks,omitempty"`          // codes of shots, those of the matrix first
	Live         string      `json:"live"`                    // required, wished, none
	DestroyProof bool        `json:"destroy_proof,omitempty"`
	Burden       BurdenOf    `json:"burden"`
	Limit        LimitOf     `json:"limit"`
	FastLane     bool        `json:"fast_lane,omitempty"`
	AutoAccept   bool        `json:"auto_accept,omitempty"` // the merchant's own wish covers this claim
	Letters      []string    `json:"letters,omitempty"`     // codes of paragraphs
	Clocks       []ClockTime `json:"clocks"`
	// Unknown are codes of the claim that the pack does not know: category, reason, tier. The claim then waits at least in the long queue.
	Unknown []string `json:"unknown,omitempty"`
	// Errors are rules that could not be evaluated; the claim then waits in the long queue.
	Errors []string `json:"errors,omitempty"`
}

// BurdenOf is the burden of proof of a claim, printed in the letter (G5).
type BurdenOf struct {
	Rule  string    `json:"rule"`
	Party Party     `json:"party"`
	Words law.Words `json:"words"`
	Basis []string  `json:"basis"`
}

// LimitOf says which limit was looked at and what was beyond it: amount, count_30, sum_30, count_90, …
type LimitOf struct {
	ID   string   `json:"id,omitempty"` // empty: the wish is not a refund without return
	Over []string `json:"over,omitempty"`
}

// ClockTime is the length a clock takes for a claim.
type ClockTime struct {
	Code       string `json:"code"`
	Length     string `json:"length"`
	Cap        string `json:"cap,omitempty"`
	Unit       string `json:"unit"`
	Calendar   string `json:"calendar"`
	Extension  string `json:"extension,omitempty"`
	Extensions int    `json:"extensions,omitempty"`
}

// Clock finds the time of a clock.
func (o *Outcome) Clock(code string) (ClockTime, bool) {
	for _, c := range o.Clocks {
		if c.Code == code {
			return c, true
		}
	}
	return ClockTime{}, false
}

// Trace is how an outcome came about, kept with the claim.
type Trace struct {
	Pack    Ref     `json:"pack"`
	Facts   Facts   `json:"facts"` // what was looked at, so that another pack can be run over it later
	Entries []Entry `json:"entries"`
	Outcome Outcome `json:"outcome"`
}

// Entry is one thing that was looked at.
type Entry struct {
	Part    string      `json:"part"` // facts, evidence, burden, limits, safe_harbour, auto_accept, rules
	ID      string      `json:"id"`
	Title   law.Words   `json:"title"`
	Text    string      `json:"text,omitempty"` // the sentence as written
	Matched bool        `json:"matched"`
	Read    []Reading   `json:"read,omitempty"`
	Result  []law.Words `json:"result,omitempty"` // actions as written in zh, in words in en
	Basis   []string    `json:"basis,omitempty"`
	Error   string      `json:"error,omitempty"`
}

// Reading is a fact that an entry names, with its value for this claim.
type Reading struct {
	Name  string `json:"name"`
	Value any    `json:"value"`        // number, bool or Chinese name
	EN    string `json:"en,omitempty"` // English name of a value that has one
}

var partNames = map[string]law.Words{
	"facts":    {ZH: "案件事实", EN: "Facts of the claim"},
	"evidence": {ZH: "取证要求", EN: "Evidence asked for"}, "burden": {ZH: "举证责任", EN: "Burden of proof"}, "limits": {ZH: "仅退款上限", EN: "Limit of refund without return"},
	"safe_harbour": {ZH: "快速通道", EN: "Fast lane"}, "auto_accept": {ZH: "商家自动同意", EN: "Merchant's automatic acceptance"}, "rules": {ZH: "规则", EN: "Rules"},
}

// Text writes the trace for a reader, matched entries first in each part. all includes what did not match.
func (t *Trace) Text(lang string, all bool) string {
	zh := lang != "en"
	var b strings.Builder
	if zh {
		fmt.Fprintf(&b, "规则包 %s 第 %d 版（%s）\n", t.Pack.Pack, t.Pack.Version, short(t.Pack.Hash))
	} else {
		fmt.Fprintf(&b, "Policy pack %s version %d (%s)\n", t.Pack.Pack, t.Pack.Version, short(t.Pack.Hash))
	}
	part := ""
	for _, e := range t.Entries {
		if !e.Matched && e.Error == "" && !all {
			continue
		}
		if e.Part != part {
			part = e.Part
			fmt.Fprintf(&b, "\n%s\n", partNames[part].In(lang))
		}
		e.write(&b, zh)
	}
	return b.String()
}

func (e *Entry) write(b *strings.Builder, zh bool) {
	mark, lang := pick(zh, "不适用", "no match"), pick(zh, "zh", "en")
	if e.Matched {
		mark = pick(zh, "适用", "match")
	}
	fmt.Fprintf(b, "- [%s] %s (%s)\n", mark, e.Title.In(lang), e.ID)
	if e.Text != "" {
		fmt.Fprintf(b, "  %s%s\n", pick(zh, "条件：", "Rule: "), strings.Join(strings.Fields(e.Text), " "))
	}
	if len(e.Read) > 0 {
		fmt.Fprintf(b, "  %s%s\n", pick(zh, "取值：", "Values: "), readings(e.Read, zh))
	}
	if e.Matched && len(e.Result) > 0 {
		fmt.Fprintf(b, "  %s%s\n", pick(zh, "结果：", "Result: "), words(e.Result, lang))
	}
	if e.Matched && len(e.Basis) > 0 {
		fmt.Fprintf(b, "  %s%s\n", pick(zh, "依据：", "Basis: "), strings.Join(e.Basis, pick(zh, "、", ", ")))
	}
	if e.Error != "" {
		fmt.Fprintf(b, "  %s%s\n", pick(zh, "未能计算，转人工加长审查：", "Could not be evaluated, goes to the long queue: "), e.Error)
	}
}

func words(list []law.Words, lang string) string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = w.In(lang)
	}
	return strings.Join(out, pick(lang != "en", "，", "; "))
}

// readings writes facts and values. English readers get the meaning of a fact in the place of its Chinese name.
func readings(list []Reading, zh bool) string {
	out := make([]string, len(list))
	for i, r := range list {
		name, v := r.Name, fmt.Sprint(r.Value)
		if f := factByName[r.Name]; f != nil && !zh {
			name = f.means.EN
		}
		if r.EN != "" && !zh {
			v = r.EN
		}
		if b, ok := r.Value.(bool); ok {
			v = pick(zh, "否", "no")
			if b {
				v = pick(zh, "是", "yes")
			}
		}
		out[i] = name + " = " + v
	}
	return strings.Join(out, pick(zh, "，", "; "))
}

func pick(zh bool, a, b string) string {
	if zh {
		return a
	}
	return b
}

func short(hash string) string {
	_, h, _ := strings.Cut(hash, ":")
	return h[:min(12, len(h))]
}

// Change is one field in which two outcomes differ.
type Change struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// Changes lists in which fields two outcomes differ, in a fixed order. Words and basis of the burden are left out: its rule names them.
func Changes(from, to *Outcome) (out []Change) {
	add := func(field, a, b string) {
		if a != b {
			out = append(out, Change{field, a, b})
		}
	}
	flag := func(field string, a, b bool) { add(field, fmt.Sprint(a), fmt.Sprint(b)) }
	list := func(field string, a, b []string) {
		if !slices.Equal(a, b) {
			add(field, strings.Join(a, ","), strings.Join(b, ","))
		}
	}
	add("queue", from.Queue, to.Queue)
	flag("second_review", from.SecondReview, to.SecondReview)
	list("lengthened", from.Lengthened, to.Lengthened)
	list("asks", from.Asks, to.Asks)
	add("live", from.Live, to.Live)
	flag("destroy_proof", from.DestroyProof, to.DestroyProof)
	add("burden", string(from.Burden.Party), string(to.Burden.Party))
	add("burden_rule", from.Burden.Rule, to.Burden.Rule)
	list("over_limit", from.Limit.Over, to.Limit.Over)
	flag("fast_lane", from.FastLane, to.FastLane)
	flag("auto_accept", from.AutoAccept, to.AutoAccept)
	list("letters", from.Letters, to.Letters)
	for _, c := range from.Clocks {
		other, _ := to.Clock(c.Code)
		if c != other {
			add("clock."+c.Code, c.String(), other.String())
		}
	}
	for _, c := range to.Clocks {
		if _, ok := from.Clock(c.Code); !ok {
			add("clock."+c.Code, "", c.String())
		}
	}
	list("unknown", from.Unknown, to.Unknown)
	list("errors", from.Errors, to.Errors)
	return out
}

// String writes the time in a form that two can be compared by eye.
func (c ClockTime) String() string {
	if c.Code == "" {
		return ""
	}
	s := c.Length + " " + c.Unit + " " + c.Calendar
	if c.Cap != "" {
		s += " ≤" + c.Cap
	}
	if c.Extensions > 0 {
		s += fmt.Sprintf(" +%s×%d", c.Extension, c.Extensions)
	}
	return s
}
