package parties

import (
	"strconv"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/web/ui"
)

// Word is the sentence of claim.<group>.<code>. A code that this version does not know is shown as it is, so that nothing stored is ever hidden.
func Word(p i18n.Printer, group, code string) string {
	if code == "" {
		return ""
	}
	key := "claim." + group + "." + code
	if !i18n.Has(key) {
		return code
	}
	return p.T(key)
}

// Say is a sentence of the claims half. Values that are codes or amounts are put into words first.
func Say(p i18n.Printer, l claim.Line) string {
	if l.Key == "" || !i18n.Has(l.Key) {
		return ""
	}
	args := make(map[string]any, len(l.Args))
	for name, v := range l.Args {
		args[name] = spoken(p, name, v)
	}
	return p.TMap(l.Key, args)
}

// groupOf says of which group of words a value of a line is.
var groupOf = map[string]string{"remedy": "remedy", "wish": "remedy", "outcome": "remedy", "state": "state", "from": "state", "to": "state", "step": "step", "side": "side", "part": "part", "declared": "declared"}

func spoken(p i18n.Printer, name string, v any) any {
	switch x := v.(type) {
	case time.Time:
		return p.Time(x)
	case casefile.Fen:
		return p.Money(int64(x))
	case int64:
		if name == "amount" {
			return p.Money(x)
		}
	case float64:
		if name == "amount" {
			return p.Money(int64(x))
		}
		return int64(x)
	}
	text := ""
	switch x := v.(type) {
	case string:
		text = x
	case claim.Remedy:
		text = string(x)
	case claim.State:
		text = string(x)
	case claim.StepKind:
		text = string(x)
	case claim.Side:
		text = string(x)
	case claim.Part:
		text = string(x)
	case claim.Declared:
		text = string(x)
	default:
		return v
	}
	if g := groupOf[name]; g != "" {
		return Word(p, g, text)
	}
	return text
}

// Money writes an amount; nothing for none.
func Money(p i18n.Printer, fen casefile.Fen) string {
	if fen <= 0 {
		return ""
	}
	return p.Money(int64(fen))
}

// ParseMoney reads an amount of yuan as people type it: 128, 128.5, ¥1,280.00, full-width digits. ok is false for anything else, for less than one fen and for more than
// ten million yuan.
func ParseMoney(s string) (fen casefile.Fen, ok bool) {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '．' || r == '。':
			return '.'
		case r == ',' || r == '，' || r == ' ' || r == '¥' || r == '￥' || r == '元':
			return -1
		}
		return r
	}, s)
	yuan, rest, _ := strings.Cut(s, ".")
	if len(yuan) == 0 || len(yuan) > 8 || len(rest) > 2 {
		return 0, false
	}
	y, err := strconv.ParseUint(yuan, 10, 32)
	if err != nil {
		return 0, false
	}
	f := uint64(0)
	if rest != "" {
		if f, err = strconv.ParseUint((rest + "0")[:2], 10, 8); err != nil {
			return 0, false
		}
	}
	total := y*100 + f
	return casefile.Fen(total), total > 0 && total <= 1_000_000_000
}

// MoneyInput writes an amount as an input wants it: 128.00.
func MoneyInput(fen casefile.Fen) string {
	if fen <= 0 {
		return ""
	}
	return strings.TrimPrefix(fen.String(), "¥")
}

// StateTone is the tone of a claim's state.
func StateTone(s claim.State) ui.Tone {
	switch s {
	case claim.Final, claim.Archived, claim.Appealable, claim.Executing, claim.Decided:
		return ui.OK
	case claim.BuyerEvidence, claim.MerchantAnswer, claim.Negotiating, claim.Rebuttal:
		return ui.Warn
	case claim.Withdrawn, claim.Merged, claim.Referred, claim.Suspended, claim.Discarded:
		return ui.Quiet
	}
	return ui.Info
}

// warnBefore is how long before its end a clock of a party turns to "look at it soon".
const warnBefore = 12 * time.Hour

// Clock is a countdown to a moment; nil for none.
func Clock(due time.Time, label string) *ui.Clock {
	if due.IsZero() {
		return nil
	}
	return &ui.Clock{Due: due, Label: label, Warn: warnBefore}
}

// NextClock is the countdown of who must act, or why it stands.
func NextClock(p i18n.Printer, n claim.Next) *ui.Clock {
	c := Clock(n.Due, p.T("parties.due"))
	if c != nil && n.Paused {
		c.Paused = p.T("parties.paused")
	}
	return c
}

// ShotWords are the pictures that are wanted, in the reader's language.
func ShotWords(p i18n.Printer, shots []claim.Shot) (out []string) {
	for _, s := range shots {
		switch {
		case p.Lang == i18n.EN && s.EN != "":
			out = append(out, s.EN)
		case s.ZH != "":
			out = append(out, s.ZH)
		default:
			out = append(out, s.Code)
		}
	}
	return out
}

// Choices of a group of codes.
func Choices(p i18n.Printer, group string, codes []string, on string) []ui.Choice {
	out := make([]ui.Choice, 0, len(codes))
	for _, c := range codes {
		out = append(out, ui.Choice{Value: c, Text: Word(p, group, c), On: c == on})
	}
	return out
}

// RemedyChoices are remedies to choose, each with what it means.
func RemedyChoices(p i18n.Printer, list []claim.Remedy, on string) []ui.Choice {
	out := make([]ui.Choice, 0, len(list))
	for _, r := range list {
		c := ui.Choice{Value: string(r), Text: Word(p, "remedy", string(r)), On: string(r) == on}
		if key := "parties.remedy_hint." + string(r); i18n.Has(key) {
			c.Hint = p.T(key)
		}
		out = append(out, c)
	}
	return out
}

// DeclaredChoices ask the sender what was done to their pictures.
func DeclaredChoices(p i18n.Printer, on string) []ui.Choice {
	var out []ui.Choice
	for _, d := range claim.Declarations() {
		out = append(out, ui.Choice{Value: string(d), Text: p.T("parties.declared." + string(d)), Hint: p.T("parties.declared_hint." + string(d)), On: string(d) == on})
	}
	return out
}
