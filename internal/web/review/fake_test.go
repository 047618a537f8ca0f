package review

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/privacy"
	"anxin/internal/web/staff"
	"anxin/internal/web/staff/stafftest"
	"anxin/internal/web/webtest"
)

// fake is the claims half with one claim; it remembers the commands. What is not overridden here panics: no page may use it.
type fake struct {
	claim.Reviewers
	claim.Leads
	calls   []any
	page    claim.ReviewPage
	info    claim.QueueInfo
	signals claim.SignalsPage
	fail    error
	asked   int // for signals
	shown   []string
}

func (f *fake) did(c any) (claim.Result, error) {
	f.calls = append(f.calls, c)
	return claim.Result{Case: caseID}, f.fail
}

const number casefile.Number = "261124102936"

var (
	caseID    = demoID(0xc1)
	listingID = demoID(0xc2)
	photoID   = demoID(1)
	answerID  = demoID(3)
	refID     = demoID(4)
	lateID    = demoID(6)
)

func (f *fake) QueueInfo(context.Context, casefile.Actor) (claim.QueueInfo, error) {
	return f.info, nil
}
func (f *fake) Next(context.Context, casefile.Actor) (claim.Leased, error) {
	f.calls = append(f.calls, "next")
	if f.fail != nil {
		return claim.Leased{}, f.fail
	}
	return claim.Leased{Case: caseID, Number: number}, nil
}
func (f *fake) FindClaim(_ context.Context, _ casefile.Actor, n casefile.Number) (casefile.ID, error) {
	if n != number {
		return casefile.Nil, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return caseID, nil
}
func (f *fake) ReviewPage(context.Context, casefile.Actor, casefile.ID) (claim.ReviewPage, error) {
	return f.page, nil
}
func (f *fake) Signals(context.Context, casefile.Actor, casefile.ID) (claim.SignalsPage, error) {
	f.asked++
	if !f.page.Impressed {
		return claim.SignalsPage{}, casefile.Fail(casefile.Conflict, "claim.guard.g4")
	}
	return f.signals, nil
}
func (f *fake) Impress(_ context.Context, _ casefile.Actor, c claim.Impress) (claim.Result, error) {
	if c.Words == "" {
		return claim.Result{}, casefile.InvalidField("words", "claim.field.required")
	}
	f.page.Impressed = true
	f.page.Impressions = []claim.ImpressionView{{Account: stafftest.Me, Part: claim.PartReviewer, Leaning: c.Leaning, Words: privacy.NewWords(c.Words), At: webtest.StoryTime(), Round: 1}}
	return f.did(c)
}
func (f *fake) Ask(_ context.Context, _ casefile.Actor, c claim.Ask) (claim.Result, error) {
	return f.did(c)
}
func (f *fake) WaiveEvidence(_ context.Context, _ casefile.Actor, c claim.Reasoned) (claim.Result, error) {
	return f.did(c)
}
func (f *fake) OrderInspection(_ context.Context, _ casefile.Actor, c claim.Inspect) (claim.Result, error) {
	return f.did(c)
}
func (f *fake) ExtendReview(_ context.Context, _ casefile.Actor, c claim.Extend) (claim.Result, error) {
	return f.did(c)
}
func (f *fake) Decide(_ context.Context, _ casefile.Actor, c claim.Decide) (claim.Result, error) {
	return f.did(c)
}

type overturned struct{ claim.Decide }

func (f *fake) Overturn(_ context.Context, _ casefile.Actor, c claim.Decide) (claim.Result, error) {
	return f.did(overturned{c})
}

type ledDecide struct{ claim.Decide }

func (f *fake) LeadDecide(_ context.Context, _ casefile.Actor, c claim.Decide) (claim.Result, error) {
	return f.did(ledDecide{c})
}

type named struct {
	Name  string
	Words string
}

func (f *fake) Agree(_ context.Context, _ casefile.Actor, c claim.Review) (claim.Result, error) {
	return f.did(named{"agree", c.Words})
}
func (f *fake) Disagree(_ context.Context, _ casefile.Actor, c claim.Review) (claim.Result, error) {
	return f.did(named{"disagree", c.Words})
}
func (f *fake) Uphold(_ context.Context, _ casefile.Actor, c claim.Review) (claim.Result, error) {
	return f.did(named{"uphold", c.Words})
}
func (f *fake) Remit(_ context.Context, _ casefile.Actor, c claim.Review) (claim.Result, error) {
	return f.did(named{"remit", c.Words})
}
func (f *fake) Release(_ context.Context, _ casefile.Actor, c claim.Release) (claim.Result, error) {
	return f.did(c)
}
func (f *fake) Suspend(_ context.Context, _ casefile.Actor, c claim.Reasoned) (claim.Result, error) {
	return f.did(named{"suspend", c.Words})
}
func (f *fake) Resume(_ context.Context, _ casefile.Actor, c claim.Reasoned) (claim.Result, error) {
	return f.did(named{"resume", c.Words})
}
func (f *fake) Refer(_ context.Context, _ casefile.Actor, c claim.Reasoned) (claim.Result, error) {
	return f.did(named{"refer", c.Words})
}
func (f *fake) GiveUp(_ context.Context, _ casefile.Actor, c claim.Reasoned) (claim.Result, error) {
	return f.did(named{"give_up", c.Words})
}
func (f *fake) Unassign(_ context.Context, _ casefile.Actor, c claim.Reasoned) (claim.Result, error) {
	return f.did(named{"unassign", c.Words})
}
func (f *fake) Merge(_ context.Context, _ casefile.Actor, c claim.MergeInto) (claim.Result, error) {
	return f.did(c)
}
func (f *fake) Problems(context.Context, casefile.Actor) ([]claim.ProblemRow, error) {
	return []claim.ProblemRow{{Case: caseID, Number: number, State: claim.SecondReview, Problem: "disputed", Due: webtest.StoryTime(), Actions: []claim.Action{{Move: claim.MoveLeadDecide}}}}, nil
}
func (f *fake) Duty(context.Context, casefile.Actor, casefile.ID) (claim.DutyPage, error) {
	if !f.page.Impressed {
		return claim.DutyPage{}, casefile.Fail(casefile.Conflict, "claim.guard.g4")
	}
	return claim.DutyPage{Case: caseID, Number: number, State: claim.InReview, Filed: webtest.StoryTime(), HumanMinutes: 12, Silent: true}, nil
}
func (f *fake) Stats(_ context.Context, _ casefile.Actor, from, to time.Time) (claim.Stats, error) {
	return claim.Stats{From: from, To: to, Filed: 3, RefundOnly: claim.Share{N: 1, Of: 3}, States: []claim.StateStats{{State: claim.InReview, N: 2, P50: time.Hour, P90: 3 * time.Hour, Breaches: 1}}}, nil
}

// ShowDerived implements Vault.
func (f *fake) ShowDerived(w http.ResponseWriter, r *http.Request, a casefile.Actor, c, item casefile.ID) error {
	return f.Show(w, r, a, c, item, "derived")
}

// Play implements Vault.
func (f *fake) Play(w http.ResponseWriter, r *http.Request, a casefile.Actor, c, item casefile.ID) error {
	return f.Show(w, r, a, c, item, "play")
}

// Show implements Vault.
func (f *fake) Show(w http.ResponseWriter, _ *http.Request, _ casefile.Actor, c, item casefile.ID, size string) error {
	f.shown = append(f.shown, c.String()+" "+item.String()+" "+size)
	_, err := w.Write([]byte("picture"))
	return err
}

func fakeTrace(t testing.TB) []byte {
	t.Helper()
	b, err := json.Marshal(map[string]any{"pack": map[string]any{}, "entries": []any{map[string]any{"part": "rules", "id": "r1", "title": map[string]string{"zh": "强线索加长审查", "en": "Longer"},
		"text": "强线索组数 >= 1", "matched": true, "read": []any{map[string]any{"name": "强线索组数", "value": 2}}}}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func world(t testing.TB) (*fake, []staff.Route) {
	t.Helper()
	now := webtest.StoryTime()
	w := privacy.NewWords
	f := &fake{}
	f.page = claim.ReviewPage{
		Core: claim.Core{Case: caseID, Claim: demoID(0xcc), Number: number, State: claim.InReview, Round: 1, Filed: now.AddDate(0, 0, -3), Reason: "damaged", Wish: claim.RefundOnly, Amount: 89900, Seq: 9,
			Order: claim.OrderView{Number: "****2936", Merchant: "禾木旗舰店", Product: "禾木智能门锁 S3", Category: "smart_lock", Quantity: 1, Paid: 89900, Ordered: now.AddDate(0, 0, -9),
				References: []claim.ReferenceView{{Item: refID, Case: listingID, Kind: "catalogue_photo", Sealed: now.AddDate(0, -2, 0)}, {Item: lateID, Case: caseID, Kind: "packing_photo", Sealed: now, After: true}}},
			Next:    claim.Next{Party: "reviewer", Due: now.Add(9 * time.Hour), Line: claim.Line{Key: "claim.next.in_review.reviewer"}},
			Actions: actions(claim.MoveImpress, claim.MoveAsk, claim.MoveInspect, claim.MoveExtend, claim.MoveDecide),
		},
		Part: claim.PartReviewer, Leased: true, Until: now.Add(time.Hour), Buyer: "王**", Declared: claim.DeclaredNone, Burden: claim.BurdenMerchant, Rule: "durable-six-months", Contested: true,
		Heard: map[claim.Side]bool{claim.BuyerSide: true, claim.MerchantSide: true},
		Media: []claim.MediaView{{Item: photoID, Side: claim.BuyerSide, Kind: "claim_photo", Media: "image/jpeg", Received: now, Declared: claim.DeclaredAI},
			{Item: answerID, Side: claim.MerchantSide, Kind: "answer_video", Media: "video/mp4", Received: now}},
		Said: []claim.StatementView{{At: now, Part: claim.PartBuyer, Side: claim.BuyerSide, Kind: "story", Code: "damaged", Words: w("面板裂了"), Media: []claim.MediaView{{Item: photoID}}, Round: 1},
			{At: now, Part: claim.PartMerchant, Side: claim.MerchantSide, Kind: "contest", Code: "intact_when_packed", Words: w("打包时完好"), Round: 1},
			{At: now, Part: claim.PartReviewer, Side: claim.BuyerSide, Kind: "ask", Words: w("请补拍"), Round: 1}},
		Packs: [3]claim.PackRef{{ID: "refunds", Version: "1"}, {ID: "refunds", Version: "1"}, {ID: "refunds", Version: "1"}}, Trace: fakeTrace(t),
		History: claim.History{Counts: [3]claim.Count{{Days: 30, Claims: 4}}}, Need: []claim.Shot{{Code: "whole", ZH: "商品全貌", EN: "whole"}},
	}
	for _, r := range claim.Findings() {
		c := claim.RemedyChoice{Remedy: r}
		if r == claim.Insufficient {
			c.Refused = casefile.Fail(casefile.Conflict, "claim.guard.g5_merchant")
		}
		f.page.Choices = append(f.page.Choices, c)
	}
	f.signals = claim.SignalsPage{Case: caseID, Since: now, Run: claim.CheckRun{Began: now, Ended: now, Versions: []string{"exact_reuse@1"}}, Signals: []claim.Signal{{ID: "sig-1", Check: "exact_reuse", Item: photoID,
		Fact: claim.Text{ZH: "与商品页图片逐字节相同", EN: "byte for byte the catalogue picture"}, Honest: claim.Text{ZH: "自己拍的照片不会相同", EN: "an own photo would not be"},
		Limits: claim.Text{ZH: "不能说明是谁放的", EN: "says nothing about who"}, Applicability: claim.SignalOK, Strength: "strong", Group: "match"}}}
	p := &Pages{Claims: f, Vault: f, Live: casefile.NewLive(10), BaseURL: func(*http.Request) string { return "https://example.test" }}
	return f, p.Routes()
}

func actions(moves ...claim.Move) (out []claim.Action) {
	for _, m := range moves {
		out = append(out, claim.Action{Move: m})
	}
	return out
}

var replacer = strings.NewReplacer("{number}", string(number), "{item}", photoID.String(), "{size}", "thumb", "{letter}", "D-7K2M-90XA-4QRT", "{act}", "extend")
