package terms

import "slices"

// State is where a claim stands. The names are stored and are part of the API: they never change meaning.
type State string

// The states of a claim.
const (
	Draft          State = "draft"           // a form that is open; not a claim yet
	Discarded      State = "discarded"       // it was never sent
	Filed          State = "filed"           // 已受理
	Checking       State = "checking"        // 技术检查
	BuyerEvidence  State = "buyer_evidence"  // 补充取证
	MerchantAnswer State = "merchant_answer" // 待商家答复
	Negotiating    State = "negotiating"     // 协商
	Rebuttal       State = "rebuttal"        // 质证
	InReview       State = "in_review"       // 人工审核
	Inspection     State = "inspection"      // 上门鉴定
	SecondReview   State = "second_review"   // 复核
	Decided        State = "decided"         // 已决定
	Executing      State = "executing"       // 履行
	Appealable     State = "appealable"      // 申诉期
	InAppeal       State = "appeal"          // 申诉中
	Final          State = "final"           // 终局
	Archived       State = "archived"        // 归档
	Withdrawn      State = "withdrawn"       // 撤回
	Suspended      State = "suspended"       // all clocks stand
	Merged         State = "merged"          // goes on in another claim
	Referred       State = "referred"        // handed to an authority, after the refund was carried out
)

// back stands in the table for "the state before it was suspended".
const back State = "(before)"

// Move is the name of an event that leads from one state to the next, and of the button or API link that causes it.
type Move string

// The moves of a claim.
const (
	MoveSubmit     Move = "submit"      // the form
	MoveDiscard    Move = "discard"     // the form
	MoveCheck      Move = "check"       // the technical checks begin
	MoveServe      Move = "serve"       // notice on the merchant; of a decision: the letter on both
	MoveWant       Move = "want"        // the rules want more photographs
	MoveLapse      Move = "lapse"       // the clock of the state ran out
	MoveSupply     Move = "supply"      // more evidence by the buyer
	MoveUnable     Move = "unable"      // the buyer cannot supply it; counts for nothing against them
	MoveWaive      Move = "waive"       // the reviewer does without it
	MoveExtend     Move = "extend"      // the clock of the state
	MoveAccept     Move = "accept"      // the merchant grants what is asked
	MoveOffer      Move = "offer"       // the merchant offers something else
	MoveContest    Move = "contest"     // the merchant contests
	MoveSettle     Move = "settle"      // the buyer takes the offer
	MoveRefuse     Move = "refuse"      // the buyer does not
	MoveComment    Move = "comment"     // on what is new; or nothing to say
	MoveImpress    Move = "impress"     // the first impression, before any signal
	MoveAsk        Move = "ask"         // a side for evidence
	MoveInspect    Move = "inspect"     // order a visit
	MoveReport     Move = "report"      // the visit's report is in, or there will be none
	MoveDecide     Move = "decide"      //
	MoveAgree      Move = "agree"       // the second reviewer
	MoveDisagree   Move = "disagree"    // the second reviewer
	MoveLeadDecide Move = "lead_decide" // after a disagreement
	MoveConfirm    Move = "confirm"     // a step of carrying it out is done
	MoveGiveUp     Move = "give_up"     // carrying it out ends without being complete, with a reason
	MoveAppeal     Move = "appeal"      //
	MoveRespond    Move = "respond"     // the other side to an appeal
	MoveSilent     Move = "silent"      // the other side did not respond in time
	MoveWaiveRight Move = "waive_right" // a side will not appeal
	MoveRunOut     Move = "run_out"     // the time for appeals passed while it was being carried out
	MoveUphold     Move = "uphold"      // by the appeal reviewer
	MoveOverturn   Move = "overturn"    // by the appeal reviewer
	MoveRemit      Move = "remit"       // by the appeal reviewer: back to other reviewers
	MoveTakeBack   Move = "take_back"   // the appeal, by the side that made it
	MoveEnter      Move = "enter"       // a confirmed finding is noted for the register
	MoveWithdraw   Move = "withdraw"    // the claim
	MoveSuspend    Move = "suspend"     // by the lead, with a reason
	MoveResume     Move = "resume"      //
	MoveMerge      Move = "merge"       // into another claim
	MoveRefer      Move = "refer"       // to an authority
	MoveArchive    Move = "archive"     // when it need not be kept any more
)

// Part is who somebody is in a claim.
type Part string

// The parts.
const (
	Buyer     Part = "buyer"
	Seller    Part = "merchant"
	Reviewer  Part = "reviewer"
	Second    Part = "second"
	Lead      Part = "lead"
	Appealer  Part = "appealer"
	System    Part = "system"
	Inspector Part = "inspector" // the service half: a technician's report
)

// Human reports whether a person of the platform acts, who can give reasons.
func (p Part) Human() bool { return p == Reviewer || p == Second || p == Lead || p == Appealer }

// Side is one of the two parties.
type Side string

// The sides.
const (
	NoSide       Side = ""
	BuyerSide    Side = "buyer"
	MerchantSide Side = "merchant"
)

// Other is the other side.
func (s Side) Other() Side {
	switch s {
	case BuyerSide:
		return MerchantSide
	case MerchantSide:
		return BuyerSide
	}
	return NoSide
}

// SideOf is the side that a part stands for.
func SideOf(p Part) Side {
	switch p {
	case Buyer:
		return BuyerSide
	case Seller:
		return MerchantSide
	}
	return NoSide
}

// Remedy is what is asked for or decided.
type Remedy string

// The remedies.
const (
	NoRemedy     Remedy = ""
	RefundOnly   Remedy = "refund_only"   // 仅退款
	RefundReturn Remedy = "refund_return" // 退货退款
	Partial      Remedy = "partial"       // 部分退款
	Exchange     Remedy = "exchange"      // 换货
	Repair       Remedy = "repair"        // 维修
	Insufficient Remedy = "insufficient"  // 证据不足驳回
	Forged       Remedy = "forged"        // 认定伪造驳回
	Settlement   Remedy = "settlement"    // 和解
	Withdrawal   Remedy = "withdrawal"    // 撤回
)

// Wishes are the remedies that a buyer can ask for.
func Wishes() []Remedy { return []Remedy{RefundOnly, RefundReturn, Partial, Exchange, Repair} }

// Findings are the remedies that a reviewer can decide.
func Findings() []Remedy {
	return []Remedy{RefundOnly, RefundReturn, Partial, Exchange, Repair, Insufficient, Forged}
}

// Remedies are all of them: each has a letter.
func Remedies() []Remedy {
	return append(Findings(), Settlement, Withdrawal)
}

// Rejects reports whether the buyer gets nothing.
func (r Remedy) Rejects() bool { return r == Insufficient || r == Forged }

// Burden is who has to prove.
type Burden string

// The burdens.
const (
	BurdenBuyer    Burden = "buyer"
	BurdenMerchant Burden = "merchant"
)

// Lane is how carefully a claim is looked at: it lengthens clocks and nothing else.
type Lane string

// The lanes.
const (
	NormalLane  Lane = "normal"
	FlaggedLane Lane = "flagged" // signals, or a large sum
)

// Lanes lists the lanes.
func Lanes() []Lane { return []Lane{NormalLane, FlaggedLane} }

// Declared is what the sender says of their own pictures.
type Declared string

// The declarations.
const (
	DeclaredNone   Declared = "none"   // taken by camera, not edited
	DeclaredEdited Declared = "edited" // cropped, marked, brightened
	DeclaredAI     Declared = "ai"     // made or changed with an AI tool
)

// Declarations lists them.
func Declarations() []Declared { return []Declared{DeclaredNone, DeclaredEdited, DeclaredAI} }

// Reasons are the codes of why a claim is filed. Texts: i18n claim.reason.<code>.
func Reasons() []string {
	return []string{"damaged", "missing_parts", "not_as_described", "defect", "wrong_item", "not_received", "quality", "no_longer_wanted", "other"}
}

// ContestReasons are the codes of why a merchant contests. Texts: i18n claim.contest.<code>.
func ContestReasons() []string {
	return []string{"intact_when_packed", "not_our_item", "normal_use", "picture_doubtful", "already_settled", "out_of_time", "other"}
}

// Leanings are the codes of a first impression. Texts: i18n claim.leaning.<code>.
func Leanings() []string { return []string{"credible", "unclear", "doubtful"} }

// AppealReasons are the codes of why a side appeals. Texts: i18n claim.appeal.<code>.
func AppealReasons() []string {
	return []string{"facts_wrong", "evidence_overlooked", "new_evidence", "rule_misapplied", "not_heard", "amount_wrong", "other"}
}

// silent are the reasons of a decision that only say that somebody did not act; they carry nothing (G7).
var silent = []string{"merchant_silent", "buyer_silent", "buyer_unable"}

// DecisionReasons are the codes that a decision can rest on; several may be given. Texts: i18n claim.why.<code>.
func DecisionReasons() []string {
	return append([]string{
		"damage_shown", "damage_before_shipping", "damage_not_shown", "item_matches", "item_differs", "packing_shows_intact", "merchant_did_not_prove", "merchant_proved",
		"buyer_did_not_prove", "description_differs", "inspection_confirms", "inspection_refutes", "picture_is_ours", "picture_used_before", "picture_changed",
		"declared_by_file", "within_rules", "outside_rules", "seven_days", "partial_fault",
	}, silent...)
}

// Carries reports whether at least one of the reasons is more than silence or inability.
func Carries(reasons []string) bool {
	return slices.ContainsFunc(reasons, func(r string) bool { return !slices.Contains(silent, r) })
}

// Groups are the groups of evidence that are independent of one another (design page evidence).
func Groups() []string {
	return []string{"match", "declaration", "provenance", "capture", "time", "pixel", "behaviour", "context", "inspection", "statement"}
}
