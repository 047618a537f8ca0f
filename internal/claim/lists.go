package claim

import (
	"maps"
	"slices"

	"anxin/internal/claim/terms"
)

// Wishes are the remedies that a buyer can ask for.
func Wishes() []Remedy { return terms.Wishes() }

// Findings are the remedies that a reviewer can decide.
func Findings() []Remedy { return terms.Findings() }

// Remedies are all of them: each has a letter.
func Remedies() []Remedy { return terms.Remedies() }

// Reasons are the codes of why a claim is filed (i18n claim.reason.<code>).
func Reasons() []string { return terms.Reasons() }

// ContestReasons are the codes of why a merchant contests (claim.contest.<code>).
func ContestReasons() []string { return terms.ContestReasons() }

// Leanings are the codes of a first impression (claim.leaning.<code>).
func Leanings() []string { return terms.Leanings() }

// AppealReasons are the codes of why a side appeals (claim.appeal.<code>).
func AppealReasons() []string { return terms.AppealReasons() }

// DecisionReasons are the codes that a decision can rest on (claim.why.<code>).
func DecisionReasons() []string { return terms.DecisionReasons() }

// Groups are the groups of evidence (claim.group.<code>).
func Groups() []string { return terms.Groups() }

// Declarations are what a sender can say of their pictures (claim.declared.<code>).
func Declarations() []Declared { return terms.Declarations() }

// Course lists the states in the order in which a claim usually meets them (claim.state.<code>).
func Course() []State { return terms.Course() }

// Table is the transition table: who may do what when, past which guards, and whom it tells.
func Table() []Transition { return slices.Clone(terms.Table) }

// Stages says which clock and window belongs to each state.
func Stages() map[State]Stage { return maps.Clone(terms.Stages) }

// ClockKinds lists every kind of clock that a claim can have.
func ClockKinds() []string { return terms.ClockKinds() }

// Lanes lists the lanes.
func Lanes() []Lane { return terms.Lanes() }
