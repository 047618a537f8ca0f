package rule

import (
	"errors"
	"fmt"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/law"
)

// Facts are what rules may know of a claim: codes, counts, amounts, times. They are stored with the claim as JSON and replayed later. They never hold
// personal data.
type Facts struct {
	Remedy      string       `json:"remedy"`       // wished: refund_only, refund_return, partial, exchange, repair
	Amount      casefile.Fen `json:"amount"`       // claimed
	OrderAmount casefile.Fen `json:"order_amount"` // paid for the order
	Category    string       `json:"category"`     // code of the pack
	Reason      string       `json:"reason"`       // code of the pack
	Tier        string       `json:"tier"`         // merchant's tier, code of the pack; empty: the pack's first tier

	Ordered  time.Time `json:"ordered,omitzero"`  // zero: not known; the day of filing counts instead
	Received time.Time `json:"received,omitzero"` // zero: not received
	Filed    time.Time `json:"filed"`

	Media       int  `json:"media"`        // photos and videos that the buyer gave
	DeclaredAI  bool `json:"declared_ai"`  // the buyer declared AI-made or edited media
	CannotShoot bool `json:"cannot_shoot"` // the buyer cannot take photos (no smartphone, illness): decides nothing against them

	MerchantAnswered bool `json:"merchant_answered"`
	MerchantContests bool `json:"merchant_contests"`

	ChecksDone bool `json:"checks_done"`
	// Groups is the number of independent evidence groups with a strong finding. It may lengthen and route, nothing else.
	Groups int `json:"groups"`

	Last30  Window `json:"last_30"`
	Last90  Window `json:"last_90"`
	Last365 Window `json:"last_365"`
	// Undisputed orders of this buyer that were completed without a claim or with one that nobody contested, in the last 365 days.
	Undisputed int `json:"undisputed"`

	// OptIn is what the merchant agreed to accept without looking; nil: nothing.
	OptIn *OptIn `json:"opt_in,omitempty"`
}

// Window counts what the buyer had in a rolling number of days before filing, this claim left out.
type Window struct {
	RefundOnly    int          `json:"refund_only"`
	RefundOnlySum casefile.Fen `json:"refund_only_sum"`
	Claims        int          `json:"claims"`
	ClaimsSum     casefile.Fen `json:"claims_sum"`
	Orders        int          `json:"orders"`
}

// OptIn is a merchant's own, revocable wish to accept small claims at once.
type OptIn struct {
	Cap       casefile.Fen `json:"cap"` // per claim, at most the pack's
	Revoked   bool         `json:"revoked"`
	Used30    int          `json:"used_30"` // accepted this way in the last 30 days
	UsedSum30 casefile.Fen `json:"used_sum_30"`
}

// The remedies a buyer may wish for.
const (
	RefundOnly    = "refund_only"
	ReturnRefund  = "refund_return"
	PartialRefund = "partial"
	Exchange      = "exchange"
	Repair        = "repair"
)

var remedies = []Named{
	{RefundOnly, law.Words{ZH: "仅退款", EN: "Refund without return"}},
	{ReturnRefund, law.Words{ZH: "退货退款", EN: "Return and refund"}},
	{PartialRefund, law.Words{ZH: "部分退款", EN: "Partial refund"}},
	{Exchange, law.Words{ZH: "换货", EN: "Exchange"}},
	{Repair, law.Words{ZH: "维修", EN: "Repair"}},
}

// Named is a code with its name.
type Named struct {
	Code string    `json:"code"`
	Name law.Words `json:"name"`
}

// Remedies lists what a buyer may wish for.
func Remedies() []Named { return append([]Named(nil), remedies...) }

const (
	maxNumber = 1_000_000_000_000 // amounts and counts beyond are mistakes
	maxRows   = 1000
)

// Check refuses facts that cannot be true. The error names the field.
func (f Facts) Check() error {
	numbers := map[string]int64{
		"amount": int64(f.Amount), "order_amount": int64(f.OrderAmount), "media": int64(f.Media), "groups": int64(f.Groups), "undisputed": int64(f.Undisputed),
	}
	for name, w := range map[string]Window{"last_30": f.Last30, "last_90": f.Last90, "last_365": f.Last365} {
		numbers[name+".refund_only"], numbers[name+".refund_only_sum"] = int64(w.RefundOnly), int64(w.RefundOnlySum)
		numbers[name+".claims"], numbers[name+".claims_sum"], numbers[name+".orders"] = int64(w.Claims), int64(w.ClaimsSum), int64(w.Orders)
	}
	for name, v := range numbers {
		if v < 0 || v > maxNumber {
			return fmt.Errorf("facts: %s is %d", name, v)
		}
	}
	switch {
	case f.Filed.IsZero():
		return errors.New("facts: filed is needed")
	case f.Filed.Before(f.Ordered):
		return errors.New("facts: filed before ordered")
	}
	return nil
}

// view is the values of all facts of one claim under one pack; vocabulary gives them their Chinese names.
type view struct {
	Remedy      string
	RefundOnly  bool
	Amount      int
	OrderAmount int
	Category    string
	Durable     bool
	NoReturn    bool
	Reason      string

	Received     bool
	ReceivedDays int
	SixMonths    bool
	OrderedDays  int

	Media       int
	DeclaredAI  bool
	CannotShoot bool

	Tier     string
	Answered bool
	Contests bool

	ChecksDone bool
	Groups     int

	Last30     viewWindow
	Last90     viewWindow
	Last365    viewWindow
	Undisputed int
}

// viewWindow is a Window in plain integers: expressions compare nothing else.
type viewWindow struct {
	RefundOnly    int
	RefundOnlySum int
	Claims        int
	ClaimsSum     int
	Orders        int
}

func (w Window) view() viewWindow {
	return viewWindow{w.RefundOnly, int(w.RefundOnlySum), w.Claims, int(w.ClaimsSum), w.Orders}
}

// see makes the view of facts under a pack, which knows the names of the codes.
func (p *Pack) see(f *Facts, v *view) {
	*v = view{
		Remedy: nameOf(remedies, f.Remedy), RefundOnly: f.Remedy == RefundOnly, Amount: int(f.Amount), OrderAmount: int(f.OrderAmount),
		Category: f.Category, Reason: f.Reason, Tier: f.Tier,
		Received: !f.Received.IsZero(), OrderedDays: days(f.ordered(), f.Filed),
		Media: f.Media, DeclaredAI: f.DeclaredAI, CannotShoot: f.CannotShoot,
		Answered: f.MerchantAnswered, Contests: f.MerchantContests, ChecksDone: f.ChecksDone, Groups: f.Groups,
		Last30: f.Last30.view(), Last90: f.Last90.view(), Last365: f.Last365.view(), Undisputed: f.Undisputed,
	}
	if v.Received {
		v.ReceivedDays, v.SixMonths = days(f.Received, f.Filed), withinMonths(f.Received, f.Filed, 6)
	}
	if c, ok := p.category[f.Category]; ok {
		v.Category, v.Durable, v.NoReturn = c.ZH, c.Durable, c.NoReturn
	}
	if r, ok := p.reason[f.Reason]; ok {
		v.Reason = r
	}
	if f.Tier == "" && len(p.Tiers) > 0 {
		v.Tier = p.Tiers[0].ZH
	} else if t, ok := p.tier[f.Tier]; ok {
		v.Tier = t
	}
}

func nameOf(list []Named, code string) string {
	for _, n := range list {
		if n.Code == code {
			return n.Name.ZH
		}
	}
	return code
}

// ordered is the day of the order, or of filing when it is not known.
func (f *Facts) ordered() time.Time {
	if f.Ordered.IsZero() {
		return f.Filed
	}
	return f.Ordered
}

// days counts calendar days in China from one moment to another; 0 on the same day and never below.
func days(from, to time.Time) int {
	a, b := law.On(from).Time(), law.On(to).Time()
	return max(0, int(b.Sub(a)/(24*time.Hour)))
}

// withinMonths reports whether a day lies within n months of another, both in China: up to and including the day with the same number, or the last day of
// the month when there is none (31 August + 6 months ends on 28 or 29 February).
func withinMonths(from, to time.Time, n int) bool {
	start := law.On(from).Time()
	end := start.AddDate(0, n, 0)
	if end.Day() != start.Day() {
		end = end.AddDate(0, 0, -end.Day())
	}
	return !law.On(to).Time().After(end)
}
