package review

import (
	"strings"

	"anxin/internal/casefile"
	"anxin/internal/check"
	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/web/parties"
	"anxin/internal/web/ui"
	"anxin/provenance/c2pa"
)

// Word is what a code of the claims half is called: claim.<group>.<code>, or review.<group>.<code> for what only these pages say. A code without a word is shown as it is,
// so that nothing stored is ever hidden.
func Word(p i18n.Printer, group, code string) string {
	if code == "" {
		return ""
	}
	for _, area := range []string{"claim.", "review."} {
		if key := area + group + "." + code; i18n.Has(key) {
			return p.T(key)
		}
	}
	return code
}

// codeWord is the word of a statement's code, by what kind of statement it is.
func codeWord(p i18n.Printer, kind, code string) string {
	group := "reason"
	switch kind {
	case "contest":
		group = "contest"
	case "appeal":
		group = "appeal"
	case "release":
		group = "release"
	}
	return Word(p, group, code)
}

// say is a sentence of the claims half; empty when this version has no words for it.
func say(p i18n.Printer, l claim.Line) string { return parties.Say(p, l) }

func inLang(l i18n.Lang, t claim.Text) string {
	if l == i18n.EN && t.EN != "" {
		return t.EN
	}
	return t.ZH
}

func partOrNone(p i18n.Printer, part string) string { return Word(p, "part", part) }

// path is the page of a claim.
func path(n casefile.Number) string { return home + "/c/" + string(n) }

func picturePath(n casefile.Number, item casefile.ID, size string) string {
	return path(n) + "/media/" + item.String() + "/" + size
}

// stateTone is the tone of a state for who has to decide: what waits for them stands out.
func stateTone(state string) ui.Tone {
	switch claim.State(state) {
	case claim.InReview, claim.SecondReview, claim.InAppeal:
		return ui.Warn
	}
	return parties.StateTone(claim.State(state))
}

// sideName is who a picture or a statement is from.
func sideName(p i18n.Printer, side string) string {
	return Word(p, "side", sideOr(side))
}

// caption of a picture: whose it is, what it is, when it came.
func caption(p i18n.Printer, x Picture) string {
	parts := []string{kindWord(p, x)}
	if !x.At.IsZero() {
		parts = append(parts, p.Time(x.At))
	}
	return strings.Join(parts, " · ")
}

func kindWord(p i18n.Printer, x Picture) string {
	if x.Relation != "" {
		return relationWords(p, x.Relation, x.Role)
	}
	if x.Tag != "" && x.Tag[0] == 'R' {
		return Word(p, "reference", x.Kind)
	}
	if x.Video {
		return p.T("review.media.video_of", "who", sideName(p, x.Side))
	}
	return p.T("review.media.photo_of", "who", sideName(p, x.Side))
}

// alt is what a picture is called for who cannot see it.
func alt(p i18n.Printer, x Picture) string { return x.Tag + " " + kindWord(p, x) }

// label is what must be shown on a picture whose file or sender declares it as made or changed by AI (标识办法 art. 6).
func label(p i18n.Printer, x Picture) string {
	if x.Marked != "" {
		return p.T("review.media." + x.Marked)
	}
	switch x.Declared {
	case "ai":
		return p.T("review.media.label_ai")
	case "edited":
		return p.T("review.media.label_edited")
	}
	return ""
}

// reasonGroups are the reasons of a decision in the order in which one thinks of them; what this version does not list comes last.
var reasonGroups = []struct {
	Name  string
	Codes []string
}{
	{"damage", []string{"damage_shown", "damage_before_shipping", "damage_not_shown", "partial_fault"}},
	{"goods", []string{"item_matches", "item_differs", "description_differs", "packing_shows_intact", "inspection_confirms", "inspection_refutes"}},
	{"picture", []string{"picture_is_ours", "picture_used_before", "picture_changed", "declared_by_file"}},
	{"proof", []string{"merchant_proved", "merchant_did_not_prove", "buyer_did_not_prove"}},
	{"rules", []string{"within_rules", "outside_rules", "seven_days"}},
	{"silence", []string{"merchant_silent", "buyer_silent", "buyer_unable"}},
}

func reasonsInGroups() []struct {
	Name  string
	Codes []string
} {
	out := reasonGroups
	listed := map[string]bool{}
	for _, g := range out {
		for _, c := range g.Codes {
			listed[c] = true
		}
	}
	var rest []string
	for _, c := range claim.DecisionReasons() {
		if !listed[c] {
			rest = append(rest, c)
		}
	}
	if len(rest) > 0 {
		out = append(out[:len(out):len(out)], struct {
			Name  string
			Codes []string
		}{"other", rest})
	}
	return out
}

// money of a remedy, where it has some.
func remedyWords(p i18n.Printer, remedy string, amount int64) string {
	w := Word(p, "remedy", remedy)
	if amount > 0 {
		w += " " + p.Money(amount)
	}
	return w
}

func stepOf(v Case) int {
	switch {
	case !v.Impressed:
		return 2
	case v.Decide == nil && !v.Second && !v.ThirdUphold && !v.ThirdRemit:
		return 3
	}
	return 4
}

// errorOf is the error of a field of the form that is open.
func errorOf(v Case, act, field string) string {
	if v.Open != act {
		return ""
	}
	return v.Form.For(field)
}

// typed is what was typed into a field of the form that is open.
func typed(v Case, act, field string) string {
	if v.Open != act {
		return ""
	}
	return v.In.Get(field)
}

func picked(v Case, act, field, value string) bool { return v.Open == act && v.In.Has(field, value) }

// shownAt is where the copy of a picture is; a video has none.
func shownAt(pg ui.Page, x Picture) string {
	if x.Video {
		return pg.Site.Assets.Path("nophoto.svg")
	}
	return x.Full
}

// judgedWords say as of when credentials were judged, and by which lists.
func judgedWords(p i18n.Printer, f FileFacts) string {
	lists := p.T("review.file.no_lists")
	if len(f.Lists) > 0 {
		lists = p.List(f.Lists)
	}
	return p.T("review.file.judged", "at", p.Time(f.Judged), "lists", lists)
}

// versionWords name a version by what it is to the one above it and the program that made it.
func versionWords(p i18n.Printer, x check.Version) string {
	parts := []string{}
	if x.Relation != "" {
		parts = append(parts, Word(p, "version", x.Relation))
	} else {
		parts = append(parts, p.T("review.version.self"))
	}
	for _, w := range []string{x.Made, x.Format} {
		if w != "" {
			parts = append(parts, w)
		}
	}
	if x.Missing {
		parts = append(parts, p.T("review.version.missing"))
	}
	if x.Repeated {
		parts = append(parts, p.T("review.version.repeated"))
	}
	return strings.Join(parts, " · ")
}

// codeWords say what a status code of the standard for content credentials means; one without words says that there are none, and the code stands beside it.
func codeWords(p i18n.Printer, code string) string {
	zh, en, ok := c2pa.Words(code)
	switch {
	case !ok:
		return p.T("review.file.code_unknown")
	case p.Lang == i18n.EN:
		return en
	}
	return zh
}

// stepWords say what was done, and when the program says so.
func stepWords(p i18n.Printer, s check.Step) string {
	w := Word(p, "step", strings.TrimPrefix(s.Name, "c2pa."))
	if s.AI {
		w += p.T("review.step_ai")
	}
	if s.Agent != "" {
		w += " · " + s.Agent
	}
	return w
}

// telling are the groups of signals that say something, quiet those lines that say nothing about anybody or could not look.
func (s *Signals) telling() (out []SignalGroup) {
	for _, g := range s.Groups {
		one := SignalGroup{Name: g.Name}
		for _, x := range g.Items {
			if !isQuiet(x) {
				one.Items = append(one.Items, x)
			}
		}
		if len(one.Items) > 0 {
			out = append(out, one)
		}
	}
	return out
}

func (s *Signals) quiet() (out []Signal) {
	for _, g := range s.Groups {
		for _, x := range g.Items {
			if isQuiet(x) {
				out = append(out, x)
			}
		}
	}
	return out
}

// isQuiet: neutral, and pointing to nothing that one could look at. What speaks for the buyer is never quiet.
func isQuiet(s Signal) bool {
	return !s.For && (s.Strength == "neutral" || s.Strength == "none" || s.Strength == "") && len(s.Related) == 0
}
