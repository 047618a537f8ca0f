package flow

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim/terms"
	"anxin/internal/tx"
)

const fileScope = "claim.file"

// filed is what is kept of a filing, for its repetition.
type filed struct {
	Claim casefile.ID `json:"claim"`
	At    time.Time   `json:"at"`
	Lane  terms.Lane  `json:"lane"`
	Media int         `json:"media"`
}

// File implements Claimants.
func (s *Commands) File(ctx context.Context, a casefile.Actor, c terms.File) (terms.Receipt, error) {
	if err := mayTouch(a, c.Case); err != nil {
		return terms.Receipt{}, err
	}
	if err := mustBe(a, casefile.Customer); err != nil {
		return terms.Receipt{}, err
	}
	if err := checkFile(&c); err != nil {
		return terms.Receipt{}, err
	}
	ctx = casefile.WithoutOnce(ctx) // it keeps its own answer
	var rc terms.Receipt
	err := s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		before, seen, err := s.Idempotency.Begin(ctx, t, a.Tenant, fileScope+":"+c.Case.String(), c.Key, fileHash(&c))
		if err != nil {
			return err
		}
		cf, err := s.Timeline.Lock(ctx, t, a.Tenant, c.Case)
		if err != nil {
			return err
		}
		if seen {
			return repeatReceipt(before, &cf, &rc)
		}
		kept, err := s.file(ctx, t, a, cf, &c, &rc)
		if err != nil {
			return err
		}
		return s.Idempotency.Save(ctx, t, a.Tenant, fileScope+":"+c.Case.String(), c.Key, kept)
	})
	return rc, err
}

func repeatReceipt(before string, cf *casefile.Case, rc *terms.Receipt) error {
	var was filed
	if err := json.Unmarshal([]byte(before), &was); err != nil {
		return casefile.Failf(casefile.Internal, "error.internal", "kept answer of a claim: %w", err)
	}
	*rc = terms.Receipt{Case: cf.ID, Claim: was.Claim, Number: cf.Number, Filed: was.At, Lane: was.Lane, Media: was.Media, Repeated: true}
	return nil
}

func checkFile(c *terms.File) error {
	var f fields
	if len(c.Key) < leastKey || len(c.Key) > mostKey {
		f.bad("key", "key")
	}
	choice(&f, "reason", c.Reason, terms.Reasons())
	choice(&f, "wish", c.Wish, terms.Wishes())
	c.Story = f.words("story", c.Story, 1, maxStory)
	c.Tool = f.line("tool", c.Tool, 0, maxTool)
	f.ids("media", c.Media, maxMedia)
	if len(c.Media) > 0 || c.Declared != "" {
		choice(&f, "declared", c.Declared, terms.Declarations())
	} else {
		c.Declared = terms.DeclaredNone
	}
	if c.Amount < 0 || c.Wish == terms.Partial && c.Amount == 0 {
		f.bad("amount", "amount")
	}
	if c.Lang != "en" {
		c.Lang = "zh"
	}
	return f.err()
}

func fileHash(c *terms.File) [32]byte {
	parts := []string{c.Case.String(), c.Reason, c.Story, string(c.Wish), strconv.FormatInt(int64(c.Amount), 10), string(c.Declared), c.Tool, strconv.FormatBool(c.Unable)}
	for _, id := range c.Media {
		parts = append(parts, id.String())
	}
	return casefile.RequestHash([]byte(strings.Join(parts, "\x00")))
}

// MayFileAgain reports whether a case whose newest claim stands like this may have another one.
func MayFileAgain(c *terms.Claim) bool {
	switch c.Facts.State {
	case terms.Withdrawn, terms.Discarded, terms.Merged:
		return true
	case terms.Final, terms.Referred, terms.Archived:
		return c.Outcome == terms.Repair || c.Outcome == terms.Exchange // other goods, or goods that were mended
	}
	return false
}

// file is the transaction of a filing.
func (s *Commands) file(ctx context.Context, t tx.Tx, a casefile.Actor, cf casefile.Case, c *terms.File, rc *terms.Receipt) (string, error) {
	now := s.Source.Now()
	list, err := s.Store.Claims(ctx, t, a.Tenant, cf.ID)
	if err != nil {
		return "", err
	}
	if n := len(list); n > 0 && !MayFileAgain(&list[n-1]) {
		return "", casefile.Fail(casefile.Conflict, "claim.error.under_way")
	}
	o, err := s.Orders.OfCase(ctx, t, a.Tenant, cf.ID)
	if err != nil {
		return "", err
	}
	if c.Amount == 0 {
		c.Amount = o.Paid
	}
	if o.Paid > 0 && c.Amount > o.Paid {
		return "", casefile.InvalidField("amount", "claim.field.amount")
	}
	cl := &terms.Claim{Tenant: a.Tenant, Case: cf.ID, ID: s.Source.NewID(), Merchant: o.Merchant, Order: o.ID, Lane: terms.NormalLane, Reason: c.Reason, Amount: c.Amount, Paid: o.Paid,
		Category: o.Category, Declared: c.Declared, Subject: cf.Subject, FiledLeaf: casefile.NoLeaf, NextDue: terms.NoDue, Filed: now, Updated: now}
	cl.Facts = terms.Facts{State: terms.Draft, Round: 1, Wish: c.Wish, Unable: c.Unable}
	w := &Work{C: s, Tx: t, Actor: a, Now: now, Case: cf, Claim: cl, Part: terms.Buyer, fresh: true}
	if err := w.applyRules(ctx, &o, c.Media, nil); err != nil {
		return "", err
	}
	if err := s.Keeper.NewSubject(ctx, t, a.Tenant, cl.ID); err != nil {
		return "", err
	}
	if err := s.Store.InsertClaim(ctx, t, cl); err != nil {
		return "", err
	}
	story := c.Story
	if c.Tool != "" {
		story += "\n\n" + c.Tool
	}
	if err := w.say(ctx, statement{kind: "story", code: c.Reason, words: story, remedy: c.Wish, amount: c.Amount, declared: c.Declared, media: c.Media}); err != nil {
		return "", err
	}
	if err := w.take(ctx, w.act(terms.MoveSubmit), map[string]any{"reason": c.Reason, "wish": c.Wish, "amount": c.Amount, "declared": c.Declared, "media": len(c.Media), "unable": c.Unable,
		"pack": cl.Ruling.Applied, "lane": cl.Lane, "route": a.Route}); err != nil {
		return "", err
	}
	if err := w.take(ctx, terms.Act{Move: terms.MoveCheck, Part: terms.System}, nil); err != nil {
		return "", err
	}
	if err := w.beginCheck(ctx, c.Media); err != nil {
		return "", err
	}
	if err := s.Orders.Mark(ctx, t, terms.Mark{Tenant: a.Tenant, Case: cf.ID, Claim: cl.ID, Kind: terms.MarkFiled, At: now, Amount: cl.Amount}); err != nil {
		return "", err
	}
	if err := w.flush(ctx); err != nil {
		return "", err
	}
	cl.FiledLeaf = w.events[0].Leaf
	if err := s.Store.SetFiledLeaf(ctx, t, cl); err != nil {
		return "", err
	}
	*rc = terms.Receipt{Case: cf.ID, Claim: cl.ID, Number: cf.Number, Filed: now, Lane: cl.Lane, Media: len(c.Media)}
	kept, err := json.Marshal(filed{cl.ID, now, cl.Lane, len(c.Media)})
	return string(kept), err
}

// applyRules evaluates the policy packs and keeps what they say with the claim. A pack that is broken does not keep a claim out: it goes to a person, and the lead is told.
func (w *Work) applyRules(ctx context.Context, o *terms.Order, more []casefile.ID, flags []string) error {
	c := w.Claim
	history, err := w.C.Orders.History(ctx, w.Tx, w.Case.Tenant, w.Case.ID, c.Filed)
	if err != nil {
		return err
	}
	f := terms.RuleFacts{Wish: c.Facts.Wish, Reason: c.Reason, Category: o.Category, Code: o.Code, Amount: c.Amount, Paid: o.Paid, MerchantTier: o.Tier, Province: o.Province, Ordered: o.Ordered,
		Filed: c.Filed, Shipped: o.Shipped, Delivered: o.Delivered, Declared: c.Declared, Unable: c.Facts.Unable, Checked: flags != nil, Flags: flags, History: history}
	if f.Photos, f.Videos, err = w.mediaCount(ctx, more); err != nil {
		return err
	}
	r, err := w.C.Rules.Apply(ctx, w.Case.Tenant, f)
	if err != nil {
		c.Problem = "rules"
		return nil
	}
	if c.Problem == "rules" {
		c.Problem = ""
	}
	// The packs were pinned at filing; what a later evaluation may change is what the checks found, never which version applies.
	if c.Ruling.Applied.ID != "" {
		r.OrderPack, r.FilingPack, r.Applied, r.Why = c.Ruling.OrderPack, c.Ruling.FilingPack, c.Ruling.Applied, c.Ruling.Why
	}
	c.Ruling = r
	c.Facts.Burden, c.Facts.NeedSecond = r.Burden, c.Facts.NeedSecond || r.NeedSecond
	if r.Lane == terms.FlaggedLane {
		c.Lane = terms.FlaggedLane // never back: a running deadline does not come earlier
	}
	return nil
}

// rulesAgain tries packs again that could not be evaluated before.
func (w *Work) rulesAgain(ctx context.Context) error {
	if w.Claim.Facts.Burden != "" {
		return nil
	}
	o, err := w.C.Orders.OfCase(ctx, w.Tx, w.Case.Tenant, w.Case.ID)
	if err != nil {
		return err
	}
	return w.applyRules(ctx, &o, nil, nil)
}

// mediaCount counts the buyer's photographs and videos.
func (w *Work) mediaCount(ctx context.Context, more []casefile.ID) (photos, videos int, err error) {
	count := func(kind string) {
		switch kind {
		case terms.MediaClaimPhoto:
			photos++
		case terms.MediaClaimVideo:
			videos++
		}
	}
	if len(more) > 0 {
		items, err := w.C.Evidence.Find(ctx, w.Tx, w.Case.Tenant, w.Case.ID, more)
		if casefile.Is(err, casefile.NotFound) {
			return 0, 0, casefile.InvalidField("media", "claim.field.media_gone")
		}
		if err != nil {
			return 0, 0, err
		}
		for _, i := range items {
			count(i.Kind)
		}
	}
	if w.fresh {
		return photos, videos, nil
	}
	media, err := w.C.Store.Media(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Claim.ID)
	for _, m := range media {
		count(m.Kind)
	}
	return photos, videos, err
}
