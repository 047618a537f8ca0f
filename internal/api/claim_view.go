package api

import (
	"context"
	"slices"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/party"
)

// ClaimBody is a claim as one side may see it at its stage. The merchant's never holds the buyer's name in clear, phone, address or other claims.
type ClaimBody struct {
	Case        casefile.ID       `json:"case" format:"uuid"`
	Claim       casefile.ID       `json:"claim" format:"uuid"`
	Number      string            `json:"number"`
	Side        claim.Side        `json:"side" enum:"buyer,merchant" doc:"whose view this is"`
	State       claim.State       `json:"state"`
	Round       int               `json:"round" doc:"one more each time an appeal sends it back"`
	Filed       time.Time         `json:"filed"`
	Updated     time.Time         `json:"updated"`
	Reason      string            `json:"reason"`
	Wish        claim.Remedy      `json:"wish"`
	AmountFen   casefile.Fen      `json:"amount_fen"`
	Declared    claim.Declared    `json:"declared,omitempty"`
	Buyer       string            `json:"buyer_masked,omitempty" doc:"in the merchant's view"`
	Burden      claim.Burden      `json:"burden,omitempty" doc:"who has to prove, by the rules"`
	Order       ClaimOrderBody    `json:"order"`
	Next        ClaimNextBody     `json:"next" doc:"who must do what until when"`
	Actions     []ClaimActionBody `json:"actions" doc:"the moves that are legal for this caller now, and no others"`
	Said        []SaidBody        `json:"said" doc:"what both sides said as far as the stage allows, oldest first"`
	Asked       []SaidBody        `json:"asked" doc:"what a reviewer asked this side for"`
	Need        []claim.Shot      `json:"need,omitempty" doc:"pictures that the rules want"`
	Offer       *ClaimOfferBody   `json:"offer,omitempty"`
	Decision    *DecisionBody     `json:"decision,omitempty"`
	Steps       []ClaimStepBody   `json:"steps" doc:"of carrying the decision out"`
	Letters     []LetterRefBody   `json:"letters"`
	Notices     []NoticeBody      `json:"notices" doc:"what was served on this side"`
	AppealUntil *time.Time        `json:"appeal_until,omitempty"`
	Timeline    []ClaimEntryBody  `json:"timeline"`
	Seq         int64             `json:"seq"`
}

// ClaimOrderBody is what was bought.
type ClaimOrderBody struct {
	Number     string               `json:"number"`
	Merchant   string               `json:"merchant"`
	Product    string               `json:"product"`
	Category   string               `json:"category"`
	PaidFen    casefile.Fen         `json:"paid_fen"`
	Ordered    time.Time            `json:"ordered"`
	Shipped    *time.Time           `json:"shipped,omitempty"`
	Delivered  *time.Time           `json:"delivered,omitempty"`
	References []ClaimReferenceBody `json:"references,omitempty" doc:"in the merchant's view"`
}

// ClaimReferenceBody is a picture of the goods before the claim, or one that was sealed after it and counts for nothing against the buyer.
type ClaimReferenceBody struct {
	Item   casefile.ID `json:"item" format:"uuid"`
	Kind   string      `json:"kind"`
	Sealed time.Time   `json:"sealed"`
	After  bool        `json:"after_claim,omitempty"`
}

// ClaimNextBody says who must do what until when.
type ClaimNextBody struct {
	Party       string     `json:"party" enum:"buyer,merchant,reviewer,platform,nobody"`
	Line        LineBody   `json:"line"`
	Due         *time.Time `json:"due,omitempty"`
	Yours       bool       `json:"yours"`
	Paused      bool       `json:"paused,omitempty"`
	Provisional bool       `json:"provisional,omitempty" doc:"rests on holidays that are not official yet"`
}

// ClaimActionBody is one legal move.
type ClaimActionBody struct {
	Move  claim.Move       `json:"move"`
	Due   *time.Time       `json:"due,omitempty"`
	Steps []claim.StepKind `json:"steps,omitempty" doc:"that a confirm may be about"`
}

// SaidBody is something that was said.
type SaidBody struct {
	ID        casefile.ID      `json:"id" format:"uuid"`
	At        time.Time        `json:"at"`
	By        claim.Part       `json:"by"`
	Kind      string           `json:"kind"`
	Code      string           `json:"code,omitempty"`
	Remedy    claim.Remedy     `json:"remedy,omitempty"`
	AmountFen casefile.Fen     `json:"amount_fen,omitempty"`
	Declared  claim.Declared   `json:"declared,omitempty"`
	Words     string           `json:"words,omitempty"`
	Media     []ClaimMediaBody `json:"media,omitempty"`
}

// ClaimMediaBody is a picture, video or paper.
type ClaimMediaBody struct {
	Item     casefile.ID    `json:"item" format:"uuid"`
	Kind     string         `json:"kind"`
	Type     string         `json:"media_type"`
	SHA256   string         `json:"sha256"`
	Received time.Time      `json:"received"`
	Declared claim.Declared `json:"declared,omitempty" doc:"ai must be shown as a label on every display"`
}

// ClaimOfferBody is the merchant's offer.
type ClaimOfferBody struct {
	Remedy    claim.Remedy `json:"remedy"`
	AmountFen casefile.Fen `json:"amount_fen,omitempty"`
	Words     string       `json:"words,omitempty"`
	At        time.Time    `json:"at"`
}

// DecisionBody is the decision that stands; it is in the view once its letter was served.
type DecisionBody struct {
	Kind       string       `json:"kind"`
	Remedy     claim.Remedy `json:"remedy"`
	AmountFen  casefile.Fen `json:"amount_fen,omitempty"`
	Reasons    []string     `json:"reasons"`
	Burden     claim.Burden `json:"burden,omitempty"`
	Words      string       `json:"words,omitempty"`
	OnBuyer    string       `json:"on_buyer,omitempty"`
	OnMerchant string       `json:"on_merchant,omitempty"`
	At         time.Time    `json:"at"`
}

// ClaimStepBody is one step of carrying a decision out.
type ClaimStepBody struct {
	Kind      claim.StepKind `json:"kind"`
	State     string         `json:"state"`
	AmountFen casefile.Fen   `json:"amount_fen,omitempty"`
	Ref       string         `json:"ref,omitempty"`
	Parcel    string         `json:"parcel,omitempty"`
	Due       *time.Time     `json:"due,omitempty"`
	Done      *time.Time     `json:"done,omitempty"`
}

// LetterRefBody points to a letter.
type LetterRefBody struct {
	Code   string       `json:"code"`
	Issued time.Time    `json:"issued"`
	Round  int          `json:"round"`
	Remedy claim.Remedy `json:"remedy"`
}

// NoticeBody is something that was served.
type NoticeBody struct {
	Kind     string     `json:"kind"`
	Served   time.Time  `json:"served"`
	Opened   *time.Time `json:"opened,omitempty"`
	Answered *time.Time `json:"answered,omitempty"`
}

// ClaimEntryBody is one line of a claim's timeline.
type ClaimEntryBody struct {
	Seq  int64      `json:"seq"`
	At   time.Time  `json:"at"`
	Kind string     `json:"kind"`
	By   claim.Part `json:"by,omitempty"`
}

func (s *Server) getClaim(ctx context.Context, in *CasePath) (*body[ClaimBody], error) {
	a, err := s.ofClaim(ctx, in.Case, party.ViewClaim)
	if err != nil {
		return nil, problem(ctx, err)
	}
	if a.Role == casefile.Merchant {
		v, err := s.Claims.MerchantClaim(ctx, a, in.Case)
		if err != nil {
			return nil, problem(ctx, err)
		}
		b := coreBody(ctx, v.Core, claim.MerchantSide)
		b.Buyer, b.Declared, b.Burden = v.Buyer, v.Declared, v.Burden
		b.both(v.Mine, v.Theirs, v.Asked, v.Offer, v.Notices, v.Decision)
		for _, r := range v.Order.References {
			b.Order.References = append(b.Order.References, ClaimReferenceBody{Item: r.Item, Kind: r.Kind, Sealed: r.Sealed, After: r.After})
		}
		return answer(b), nil
	}
	v, err := s.Claims.Status(ctx, a, in.Case)
	if err != nil {
		return nil, problem(ctx, err)
	}
	b := coreBody(ctx, v.Core, claim.BuyerSide)
	b.Declared, b.Need = v.Declared, v.Need
	b.both(v.Mine, v.Theirs, v.Asked, v.Offer, v.Notices, v.Decision)
	return answer(b), nil
}

func coreBody(ctx context.Context, c claim.Core, side claim.Side) ClaimBody {
	b := ClaimBody{Case: c.Case, Claim: c.Claim, Number: c.Number.String(), Side: side, State: c.State, Round: c.Round, Filed: c.Filed, Updated: c.Updated, Reason: c.Reason, Wish: c.Wish, AmountFen: c.Amount,
		Order: ClaimOrderBody{Number: c.Order.Number, Merchant: c.Order.Merchant, Product: c.Order.Product, Category: c.Order.Category, PaidFen: c.Order.Paid, Ordered: c.Order.Ordered, Shipped: timePtr(c.Order.Shipped),
			Delivered: timePtr(c.Order.Delivered)},
		Next:    ClaimNextBody{Party: c.Next.Party, Line: claimLine(ctx, c.Next.Line), Due: timePtr(c.Next.Due), Yours: c.Next.Yours, Paused: c.Next.Paused, Provisional: c.Next.Provisional},
		Actions: []ClaimActionBody{}, Said: []SaidBody{}, Asked: []SaidBody{}, Steps: []ClaimStepBody{}, Letters: []LetterRefBody{}, Notices: []NoticeBody{}, Timeline: []ClaimEntryBody{},
		AppealUntil: timePtr(c.AppealUntil), Seq: c.Seq}
	for _, a := range c.Actions {
		b.Actions = append(b.Actions, ClaimActionBody{Move: a.Move, Due: timePtr(a.Due), Steps: a.Steps})
	}
	for _, x := range c.Steps {
		b.Steps = append(b.Steps, ClaimStepBody{Kind: x.Kind, State: x.State, AmountFen: x.Amount, Ref: x.Ref, Parcel: x.Note.Clear(), Due: timePtr(x.Due), Done: timePtr(x.Done)})
	}
	for _, l := range c.Letters {
		b.Letters = append(b.Letters, LetterRefBody{Code: l.Code, Issued: l.Issued, Round: l.Round, Remedy: l.Remedy})
	}
	for _, e := range c.Timeline {
		b.Timeline = append(b.Timeline, ClaimEntryBody{Seq: e.Seq, At: e.At, Kind: e.Kind, By: e.Part})
	}
	return b
}

// both fills in what the two views share beside the core.
func (b *ClaimBody) both(mine, theirs, asked []claim.StatementView, offer *claim.OfferView, notices []claim.NoticeView, d *claim.DecisionView) {
	for _, list := range [][]claim.StatementView{mine, theirs} {
		for _, st := range list {
			b.Said = append(b.Said, saidBody(st))
		}
	}
	slices.SortStableFunc(b.Said, func(x, y SaidBody) int { return x.At.Compare(y.At) })
	for _, st := range asked {
		b.Asked = append(b.Asked, saidBody(st))
	}
	if offer != nil {
		b.Offer = &ClaimOfferBody{Remedy: offer.Remedy, AmountFen: offer.Amount, Words: offer.Words.Clear(), At: offer.At}
	}
	for _, n := range notices {
		if n.Side == b.Side {
			b.Notices = append(b.Notices, NoticeBody{Kind: n.Kind, Served: n.Served, Opened: timePtr(n.Opened), Answered: timePtr(n.Answered)})
		}
	}
	if d != nil {
		b.Decision = &DecisionBody{Kind: d.Kind, Remedy: d.Remedy, AmountFen: d.Amount, Reasons: append([]string{}, d.Reasons...), Burden: d.Burden, Words: d.Words.Clear(), OnBuyer: d.OnBuyer.Clear(),
			OnMerchant: d.OnMerchant.Clear(), At: d.At}
	}
}

func saidBody(st claim.StatementView) SaidBody {
	b := SaidBody{ID: st.ID, At: st.At, By: st.Part, Kind: st.Kind, Code: st.Code, Remedy: st.Remedy, AmountFen: st.Amount, Declared: st.Declared, Words: st.Words.Clear()}
	for _, m := range st.Media {
		b.Media = append(b.Media, ClaimMediaBody{Item: m.Item, Kind: m.Kind, Type: m.Media, SHA256: m.SHA256, Received: m.Received, Declared: m.Declared})
	}
	return b
}

// claimLine puts a sentence of the claims half into words; its values stay as codes beside it.
func claimLine(ctx context.Context, l claim.Line) LineBody {
	if l.Key == "" {
		return LineBody{}
	}
	lang, _ := i18n.ParseLang(actor(ctx).Lang)
	out := LineBody{Key: l.Key, Args: l.Args}
	if i18n.Has(l.Key) {
		out.Text = i18n.TMap(lang, l.Key, l.Args)
	}
	return out
}

// ClaimFormBody is what a claim on an order needs.
type ClaimFormBody struct {
	Number  string                  `json:"number"`
	Open    bool                    `json:"open" doc:"false while a claim of the case is under way"`
	Order   ClaimOrderBody          `json:"order"`
	Reasons []string                `json:"reasons"`
	Wishes  []claim.Remedy          `json:"wishes"`
	Needs   map[string][]claim.Shot `json:"needs" doc:"pictures that the rules want, by reason"`
}

func (s *Server) getClaimForm(ctx context.Context, in *CasePath) (*body[ClaimFormBody], error) {
	a, err := s.ofClaim(ctx, in.Case, party.FileClaim)
	if err != nil {
		return nil, problem(ctx, err)
	}
	p, err := s.Claims.FilePage(ctx, a, in.Case)
	if err != nil {
		return nil, problem(ctx, err)
	}
	o := p.Order
	b := ClaimFormBody{Number: p.Number.String(), Open: p.Open, Reasons: p.Reasons, Wishes: p.Wishes, Needs: p.Needs, Order: ClaimOrderBody{Number: o.Number, Merchant: o.Merchant, Product: o.Product,
		Category: o.Category, PaidFen: o.Paid, Ordered: o.Ordered, Shipped: timePtr(o.Shipped), Delivered: timePtr(o.Delivered)}}
	if b.Needs == nil {
		b.Needs = map[string][]claim.Shot{}
	}
	return answer(b), nil
}

// InboxRowBody is one claim of a merchant's inbox.
type InboxRowBody struct {
	Case      casefile.ID       `json:"case" format:"uuid"`
	Claim     casefile.ID       `json:"claim" format:"uuid"`
	Number    string            `json:"number"`
	State     claim.State       `json:"state"`
	Reason    string            `json:"reason"`
	Wish      claim.Remedy      `json:"wish"`
	AmountFen casefile.Fen      `json:"amount_fen"`
	Product   string            `json:"product"`
	Filed     time.Time         `json:"filed"`
	Due       *time.Time        `json:"due,omitempty"`
	Yours     bool              `json:"yours"`
	Opened    bool              `json:"opened"`
	Actions   []ClaimActionBody `json:"actions"`
}

// InboxBody is a page of a merchant's inbox.
type InboxBody struct {
	Claims []InboxRowBody `json:"claims"`
	Next   string         `json:"next,omitempty" doc:"cursor of the next page"`
}

func (s *Server) listClaims(ctx context.Context, in *struct {
	Open  bool   `query:"open" doc:"only those that wait for the merchant, by deadline"`
	State string `query:"state" maxLength:"30"`
	After string `query:"after" maxLength:"64"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}) (*body[InboxBody], error) {
	a := actor(ctx)
	if err := s.Callers.Check(ctx, a, party.ListClaims, party.OfTenant(a.Tenant)); err != nil {
		return nil, problem(ctx, err)
	}
	page, err := s.Claims.Inbox(ctx, a, claim.InboxQuery{Open: in.Open, State: claim.State(in.State), After: in.After, Limit: in.Limit})
	b := InboxBody{Claims: []InboxRowBody{}, Next: page.Next}
	for _, r := range page.Rows {
		row := InboxRowBody{Case: r.Case, Claim: r.Claim, Number: r.Number.String(), State: r.State, Reason: r.Reason, Wish: r.Wish, AmountFen: r.Amount, Product: r.Product, Filed: r.Filed, Due: timePtr(r.Due),
			Yours: r.Yours, Opened: r.Opened, Actions: []ClaimActionBody{}}
		for _, x := range r.Actions {
			row.Actions = append(row.Actions, ClaimActionBody{Move: x.Move, Due: timePtr(x.Due), Steps: x.Steps})
		}
		b.Claims = append(b.Claims, row)
	}
	return answer(b), problem(ctx, err)
}
