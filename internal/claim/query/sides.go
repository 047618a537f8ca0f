package query

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"slices"

	"anxin/internal/casefile"
	"anxin/internal/claim/flow"
	"anxin/internal/claim/terms"
	"anxin/internal/tx"
)

func hexOf(b []byte) string { return hex.EncodeToString(b) }

// inside are kinds of statements that stay among reviewers.
var inside = []string{"agree", "disagree", "suspend", "merge", "refer"}

// FilePage implements Claimants.
func (q *Queries) FilePage(ctx context.Context, a casefile.Actor, caseID casefile.ID) (terms.FilePage, error) {
	var p terms.FilePage
	if a.Tenant == 0 || a.Role != casefile.Customer || a.Case != caseID {
		return p, flow.ErrNotFound
	}
	var order terms.Order
	now := q.Source.Now()
	err := q.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		c, err := q.Timeline.Get(ctx, t, a.Tenant, caseID)
		if err != nil {
			return err
		}
		if order, err = q.Orders.OfCase(ctx, t, a.Tenant, caseID); err != nil {
			return err
		}
		list, err := q.Store.Claims(ctx, t, a.Tenant, caseID)
		if err != nil {
			return err
		}
		p = terms.FilePage{Case: caseID, Number: c.Number, Lang: c.Lang, Order: orderView(&order, casefile.Moment{}), Reasons: terms.Reasons(), Wishes: terms.Wishes(), Needs: map[string][]terms.Shot{}}
		p.Open = len(list) == 0 || flow.MayFileAgain(&list[len(list)-1])
		if !p.Open {
			p.Claim = list[len(list)-1].ID
		}
		return nil
	})
	if err != nil {
		return p, err
	}
	for _, r := range p.Reasons {
		ruling, err := q.Rules.Apply(ctx, a.Tenant, terms.RuleFacts{Wish: terms.RefundReturn, Reason: r, Category: order.Category, Code: order.Code, Amount: order.Paid, Paid: order.Paid,
			MerchantTier: order.Tier, Province: order.Province, Ordered: order.Ordered, Filed: now, Shipped: order.Shipped, Delivered: order.Delivered})
		if err == nil && len(ruling.Need) > 0 {
			p.Needs[r] = ruling.Need
		}
	}
	return p, nil
}

// Status implements Claimants.
func (q *Queries) Status(ctx context.Context, a casefile.Actor, caseID casefile.ID) (v terms.ClaimStatus, err error) {
	if a.Role != casefile.Customer {
		return v, flow.ErrNotFound
	}
	err = q.open(ctx, a, caseID, func(ctx context.Context, x *folder) error {
		v = terms.ClaimStatus{Declared: x.Claim.Declared, Unable: x.Claim.Facts.Unable, Waived: x.Claim.Facts.NoAppealB}
		if v.Core, err = x.core(ctx, casefile.ForCustomer); err != nil {
			return err
		}
		if v.Mine, err = x.said(ctx, func(s *terms.Statement) bool { return s.Part == terms.Buyer }); err != nil {
			return err
		}
		for _, s := range v.Mine {
			if s.Kind == "story" {
				v.Story = s.Words
			}
		}
		if v.Theirs, err = x.said(ctx, func(s *terms.Statement) bool {
			return s.Part == terms.Seller || s.Part == terms.Inspector || x.public(s)
		}); err != nil {
			return err
		}
		if v.Asked, err = x.said(ctx, func(s *terms.Statement) bool { return askedOf(s, terms.BuyerSide) }); err != nil {
			return err
		}
		if v.Offer, err = x.theOffer(ctx); err != nil {
			return err
		}
		if x.Claim.Facts.State == terms.BuyerEvidence {
			v.Need = x.Claim.Ruling.Need
		}
		if v.Notices, err = x.notices(ctx, terms.BuyerSide); err != nil {
			return err
		}
		v.Decision, err = x.decision(ctx)
		return err
	})
	return v, err
}

// askedOf are a reviewer's requests to a side.
func askedOf(s *terms.Statement, side terms.Side) bool {
	return s.Part.Human() && s.Side == side && (s.Kind == "ask" || s.Kind == "waive")
}

// public are statements of reviewers and leads that both parties may read.
func (x *folder) public(s *terms.Statement) bool {
	if !s.Part.Human() || slices.Contains(inside, s.Kind) {
		return false
	}
	return s.Kind == "inspect" || s.Kind == "extend" || s.Kind == "upheld" || s.Kind == "remitted" || s.Kind == "give_up"
}

// MerchantClaim implements Merchants.
func (q *Queries) MerchantClaim(ctx context.Context, a casefile.Actor, caseID casefile.ID) (v terms.MerchantClaim, err error) {
	if a.Role != casefile.Merchant {
		return v, flow.ErrNotFound
	}
	err = q.open(ctx, a, caseID, func(ctx context.Context, x *folder) error {
		v = terms.MerchantClaim{Declared: x.Claim.Declared, Burden: x.Claim.Facts.Burden, Waived: x.Claim.Facts.NoAppealM}
		if v.Core, err = x.core(ctx, casefile.ForMerchant); err != nil {
			return err
		}
		if v.Buyer, err = q.People.MaskedName(ctx, x.Tx, a.Tenant, x.Claim.Subject); err != nil {
			return err
		}
		if v.Theirs, err = x.said(ctx, func(s *terms.Statement) bool {
			return s.Part == terms.Buyer || s.Part == terms.Inspector || x.public(s)
		}); err != nil {
			return err
		}
		for _, s := range v.Theirs {
			if s.Kind == "story" {
				v.Story = s.Words
			}
		}
		if v.Mine, err = x.said(ctx, func(s *terms.Statement) bool { return s.Part == terms.Seller }); err != nil {
			return err
		}
		if v.Asked, err = x.said(ctx, func(s *terms.Statement) bool { return askedOf(s, terms.MerchantSide) }); err != nil {
			return err
		}
		if v.Offer, err = x.theOffer(ctx); err != nil {
			return err
		}
		if v.Notices, err = x.notices(ctx, terms.MerchantSide); err != nil {
			return err
		}
		v.Decision, err = x.decision(ctx)
		return err
	})
	return v, err
}

// cursor writes a place in a list for a URL.
func cursor(k terms.QueueKey) string {
	return base64.RawURLEncoding.EncodeToString(append(binary.BigEndian.AppendUint64(nil, uint64(k.At)), k.ID[:]...))
}

// parseCursor reads what cursor wrote; the empty text is the start.
func parseCursor(s string) (k terms.QueueKey, err error) {
	if s == "" {
		return k, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) != 24 {
		return k, casefile.InvalidField("after", "claim.field.choose")
	}
	return terms.QueueKey{At: int64(binary.BigEndian.Uint64(b)), ID: casefile.ID(b[8:])}, nil
}

// Inbox implements Merchants.
func (q *Queries) Inbox(ctx context.Context, a casefile.Actor, in terms.InboxQuery) (terms.InboxPage, error) {
	var page terms.InboxPage
	if a.Tenant == 0 || a.Role != casefile.Merchant || a.Merchant.IsNil() {
		return page, casefile.Fail(casefile.Denied, "error.denied")
	}
	key, err := parseCursor(in.After)
	if err != nil {
		return page, err
	}
	in.Key = key
	limit := min(max(in.Limit, 1), 100)
	if in.Limit == 0 {
		limit = 50
	}
	err = q.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		page = terms.InboxPage{}
		list, err := q.Store.Inbox(ctx, t, a.Tenant, a.Merchant, in, limit+1)
		if err != nil {
			return err
		}
		if len(list) > limit {
			list = list[:limit]
			last := &list[limit-1]
			k := terms.QueueKey{At: last.Updated.UnixMicro(), ID: last.ID}
			if in.Open {
				k.At = last.NextDue
			}
			page.Next = cursor(k)
		}
		for i := range list {
			if !list[i].Facts.MerchantServed {
				continue // not served on this merchant yet: it is not theirs to know of
			}
			row, err := q.inboxRow(ctx, t, a, &list[i])
			if err != nil {
				return err
			}
			if in.Open && !row.Yours {
				continue
			}
			page.Rows = append(page.Rows, row)
		}
		return nil
	})
	return page, err
}

// inboxRow is one claim of an inbox; the order's words come from the order, the deadline from the claim's clocks.
func (q *Queries) inboxRow(ctx context.Context, t tx.Tx, a casefile.Actor, c *terms.Claim) (terms.InboxRow, error) {
	cf, err := q.Timeline.Get(ctx, t, a.Tenant, c.Case)
	if err != nil {
		return terms.InboxRow{}, err
	}
	x := &folder{Work: &flow.Work{C: q.Commands, Tx: t, Actor: a, Now: q.Source.Now(), Case: cf, Claim: c, Part: terms.Seller}}
	if x.order, err = q.Orders.OfCase(ctx, t, a.Tenant, c.Case); err != nil && !casefile.Is(err, casefile.NotFound) {
		return terms.InboxRow{}, err
	}
	if x.steps, err = q.Store.Steps(ctx, t, a.Tenant, c.Case, c.ID); err != nil {
		return terms.InboxRow{}, err
	}
	if x.clocks, err = q.Clocks.Of(ctx, t, a.Tenant, c.Case); err != nil {
		return terms.InboxRow{}, err
	}
	next, err := x.next()
	if err != nil {
		return terms.InboxRow{}, err
	}
	row := terms.InboxRow{Case: c.Case, Claim: c.ID, Number: cf.Number, State: c.Facts.State, Reason: c.Reason, Wish: c.Facts.Wish, Amount: c.Amount, Product: x.order.Product, Filed: c.Filed,
		Yours: next.Yours, Opened: true}
	if next.Yours {
		row.Due = next.Due
	}
	if row.Actions, err = x.actions(); err != nil {
		return row, err
	}
	notices, err := x.notices(ctx, terms.MerchantSide)
	for _, n := range notices {
		row.Opened = row.Opened && !n.Opened.IsZero()
	}
	return row, err
}

// Letter implements Claimants, Merchants and Reviewers.
func (q *Queries) Letter(ctx context.Context, a casefile.Actor, caseID casefile.ID, code string) (v terms.LetterView, err error) {
	err = q.open(ctx, a, caseID, func(ctx context.Context, x *folder) error {
		if x.Part == terms.System {
			return flow.ErrNotFound
		}
		for i := len(x.letters) - 1; i >= 0; i-- {
			l := &x.letters[i]
			if code != "" && l.Code != code {
				continue
			}
			v = terms.LetterView{LetterRef: letterRef(l, x.remedyOf(l.Decision)), Case: caseID, Number: x.Case.Number, Digest: hexOf(l.Digest)}
			text, err := x.words(ctx, terms.System, terms.FieldLetter, l.Facts)
			if err != nil {
				return err
			}
			if text != "" {
				if err := json.Unmarshal([]byte(text), &v.Facts); err != nil {
					return err
				}
			}
			doc, err := x.words(ctx, terms.System, terms.FieldDocument, l.Document)
			v.Document = []byte(doc)
			return err
		}
		return flow.ErrNotFound
	})
	return v, err
}

// MayShowItem implements Platform: an item of a claim may be shown to the parties of that claim from the statement on that brought it, and to reviewers.
func (q *Queries) MayShowItem(ctx context.Context, a casefile.Actor, caseID, item casefile.ID) (ok bool, err error) {
	err = q.Read(ctx, a, caseID, func(ctx context.Context, w *flow.Work) error {
		if w.Part.Human() {
			ok = true
			return nil
		}
		media, err := q.Store.Media(ctx, w.Tx, a.Tenant, caseID, w.Claim.ID)
		if err != nil {
			return err
		}
		for _, m := range media {
			ok = ok || m.Item == item
		}
		if ok || w.Part != terms.Seller && w.Part != terms.Buyer {
			return nil
		}
		o, err := q.Orders.OfCase(ctx, w.Tx, a.Tenant, caseID)
		if err != nil {
			return err
		}
		for _, r := range o.References {
			ok = ok || r.Item == item
		}
		return nil
	})
	if casefile.Is(err, casefile.NotFound) {
		return false, nil
	}
	return ok, err
}
