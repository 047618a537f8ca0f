package review

import (
	"testing"

	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/web/webtest"
)

func TestStories(t *testing.T) { webtest.Stories(t, Stories()) }

// Every code that a page of reviewers can meet has a word in both languages; a code shown as it is would be a bug of ours.
func TestEveryCodeHasAWord(t *testing.T) {
	p := i18n.Printer{Lang: i18n.ZH, Now: webtest.StoryTime()}
	check := func(group string, codes ...string) {
		for _, c := range codes {
			if Word(p, group, c) == c {
				t.Errorf("%s.%s has no word", group, c)
			}
		}
	}
	for _, s := range claim.Course() {
		check("state", string(s))
	}
	for _, r := range claim.Remedies() {
		check("remedy", string(r))
	}
	check("why", claim.DecisionReasons()...)
	check("group", claim.Groups()...)
	check("leaning", claim.Leanings()...)
	check("reason", claim.Reasons()...)
	check("contest", claim.ContestReasons()...)
	check("appeal", claim.AppealReasons()...)
	check("part", "buyer", "merchant", "reviewer", "second", "lead", "appealer", "system", "inspector")
	check("applicability", "ok", "partial", "failed", "na")
	check("strength", "neutral", "weak", "moderate", "strong")
	check("how", "answered", "lapsed", "waived", "withdrawn")
	check("lease", "decide", "ask", "inspect", "agree", "disagree", "uphold", "overturn", "remit", "lapsed", "shift_end", "conflict", "unassigned")
	check("problem", "late", "cap", "rules", "disputed", "visit_impossible", "step_failed", "step_late", "paid_before_overturn")
	check("reference", "catalogue_photo", "packing_photo", "packing_video")
}
