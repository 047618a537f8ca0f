package flow

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim/terms"
	"anxin/internal/clock"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

// Commands does the commands. It is safe for concurrent use.
type Commands struct{ terms.Config }

// New builds the commands. A clock policy that lacks a clock of claims is refused: without clocks no hearing would ever end.
func New(c terms.Config) (*Commands, error) {
	for _, kind := range terms.ClockKinds() {
		for _, lane := range terms.Lanes() {
			if _, ok := c.Clocks.Policy().Rule(kind, RequestKind, string(lane)); !ok {
				return nil, casefile.Failf(casefile.Internal, "claim.error.clock_policy", "the clock policy (clocks.yaml) has no clock %q for claims of lane %q", kind, lane)
			}
		}
	}
	return &Commands{c}, nil
}

// RequestKind is what the clock policy calls a claim.
const RequestKind = "claim"

// ErrNotFound is the answer about what is absent or not to be seen by this actor.
var ErrNotFound = casefile.Fail(casefile.NotFound, "error.not_found")

// Work is one command on one claim inside its transaction.
type Work struct {
	C     *Commands
	Tx    tx.Tx
	Actor casefile.Actor
	Now   time.Time
	Case  casefile.Case
	Claim *terms.Claim
	Part  terms.Part

	boxes  map[casefile.ID]*privacy.Box
	events []casefile.Event
	attach []attaching
	clocks []clock.CaseClock // read on demand
	said   casefile.ID       // the statement of this command
	fresh  bool              // the claim is made by this command
	rows   int64             // written by this command, for their order
}

// attaching is evidence that waits for flush: attaching takes the head of the log, which everybody waits for.
type attaching struct {
	terms.Attachment
	side terms.Side
}

// do runs a command: it locks the case, reads the newest claim, calls f and writes what f did. Buyers reach their own case only, merchants their own claims.
func (s *Commands) do(ctx context.Context, a casefile.Actor, caseID casefile.ID, f func(ctx context.Context, w *Work) error) (terms.Result, error) {
	if err := mayTouch(a, caseID); err != nil {
		return terms.Result{}, err
	}
	var r terms.Result
	err := s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		c, err := s.Timeline.Lock(ctx, t, a.Tenant, caseID)
		if err != nil {
			return err
		}
		w, err := s.open(ctx, t, a, c)
		if err != nil {
			return err
		}
		if err := f(ctx, w); err != nil {
			return err
		}
		if err := w.flush(ctx); err != nil {
			return err
		}
		r = w.result()
		return nil
	})
	return r, err
}

func mayTouch(a casefile.Actor, caseID casefile.ID) error {
	if a.Tenant == 0 || caseID.IsNil() || a.Role == casefile.Customer && a.Case != caseID || a.Role == casefile.Merchant && a.Merchant.IsNil() {
		return ErrNotFound
	}
	return nil
}

// open reads the newest claim of a locked case.
func (s *Commands) open(ctx context.Context, t tx.Tx, a casefile.Actor, c casefile.Case) (*Work, error) {
	list, err := s.Store.Claims(ctx, t, a.Tenant, c.ID)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, ErrNotFound
	}
	w := &Work{C: s, Tx: t, Actor: a, Now: s.Source.Now(), Case: c, Claim: &list[len(list)-1]}
	if w.Part, err = PartOf(a, w.Claim); err != nil {
		return nil, err
	}
	return w, nil
}

// PartOf is who an actor is in a claim: NotFound for somebody who has nothing to do with it.
func PartOf(a casefile.Actor, c *terms.Claim) (terms.Part, error) {
	switch a.Role {
	case casefile.Customer:
		if a.Case == c.Case {
			return terms.Buyer, nil
		}
	case casefile.Merchant:
		if a.Merchant == c.Merchant && !a.Merchant.IsNil() && c.Facts.MerchantServed {
			return terms.Seller, nil
		}
	case casefile.Reviewer:
		if a.ID.IsNil() {
			break
		}
		switch c.Queue {
		case "second":
			return terms.Second, nil
		case "appeal":
			return terms.Appealer, nil
		}
		return terms.Reviewer, nil
	case casefile.Admin:
		if !a.ID.IsNil() {
			return terms.Lead, nil
		}
	case casefile.System:
		return terms.System, nil
	}
	return "", ErrNotFound
}

// flush writes what the command changed. The timeline is last: it takes the head of the log.
func (w *Work) flush(ctx context.Context) error {
	if len(w.events) == 0 {
		return nil
	}
	clocks, err := w.runningClocks(ctx)
	if err != nil {
		return err
	}
	w.Claim.NextDue, w.Claim.Updated = terms.NoDue, w.Now
	for _, c := range clocks {
		if c.Kind != terms.ClockRetain {
			w.Claim.NextDue = min(w.Claim.NextDue, c.Due.UnixMicro())
		}
	}
	if err := w.C.Store.UpdateClaim(ctx, w.Tx, w.Claim); err != nil {
		return err
	}
	if err := w.closeOrOpen(ctx); err != nil {
		return err
	}
	if err := w.attachAll(ctx); err != nil {
		return err
	}
	return w.C.Timeline.Append(ctx, w.Tx, &w.Case, w.Now, w.events...)
}

// closeOrOpen keeps the case file's closing time in step with the claim.
func (w *Work) closeOrOpen(ctx context.Context) error {
	ended := terms.Ended(w.Claim.Facts.State)
	switch {
	case ended && w.Case.Closed.IsZero():
		return w.C.Timeline.SetClosed(ctx, w.Tx, &w.Case, w.Now)
	case !ended && !w.Case.Closed.IsZero():
		return w.C.Timeline.SetClosed(ctx, w.Tx, &w.Case, time.Time{})
	}
	return nil
}

// attachAll attaches what was noted and keeps which statement brought it. An item that is not there is an error of its field: the form is mended by sending it again without.
func (w *Work) attachAll(ctx context.Context) error {
	for _, a := range w.attach {
		items, err := w.C.Evidence.Attach(ctx, w.Tx, w.Actor, a.Attachment)
		if casefile.Is(err, casefile.NotFound) {
			return casefile.InvalidField("media", "claim.field.media_gone")
		}
		if err != nil {
			return err
		}
		for _, i := range items {
			m := &terms.Medium{Tenant: w.Case.Tenant, Case: w.Case.ID, Claim: w.Claim.ID, Statement: a.Statement, Item: i.ID, Side: a.side, Kind: i.Kind, Media: i.Media,
				SHA256: i.SHA256[:], Received: i.Received, At: w.Now}
			if err := w.C.Store.InsertMedium(ctx, w.Tx, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// seq orders rows within the case: by the event that they come with, then as they are written. Wall clocks step back; this does not.
func (w *Work) seq() int64 {
	w.rows++
	return (w.Case.LastSeq+1)*1000 + w.rows
}

func (w *Work) result() terms.Result {
	return terms.Result{Case: w.Case.ID, Claim: w.Claim.ID, State: w.Claim.Facts.State, Seq: w.Case.LastSeq}
}

// event notes what happened. data holds codes, numbers and times only.
func (w *Work) event(kind string, audience casefile.Audience, data map[string]any) error {
	raw := json.RawMessage("{}")
	if len(data) > 0 {
		var err error
		if raw, err = json.Marshal(data); err != nil {
			return err
		}
	}
	w.events = append(w.events, casefile.Event{Kind: kind, Role: w.Actor.Role, Actor: w.Actor.ID, Request: w.Claim.ID, Audience: audience, Data: raw})
	return nil
}

// Box is the key that seals what a part says: the buyer's own, or the claim's.
func (w *Work) Box(ctx context.Context, p terms.Part) (*privacy.Box, error) {
	subject := w.Claim.ID
	if p == terms.Buyer {
		subject = w.Claim.Subject
	}
	if b := w.boxes[subject]; b != nil {
		return b, nil
	}
	b, err := w.C.Keeper.For(ctx, w.Tx, w.Case.Tenant, subject)
	if err != nil {
		return nil, err
	}
	if w.boxes == nil {
		w.boxes = map[casefile.ID]*privacy.Box{}
	}
	w.boxes[subject] = b
	return b, nil
}

// seal encrypts words of the acting part.
func (w *Work) seal(ctx context.Context, field, text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	b, err := w.Box(ctx, w.Part)
	if err != nil {
		return nil, err
	}
	return b.Seal(field, text)
}

// statement is what say keeps.
type statement struct {
	kind     string
	code     string
	words    string
	remedy   terms.Remedy
	amount   casefile.Fen
	declared terms.Declared
	side     terms.Side // of an ask: whom
	shots    []string
	media    []casefile.ID
}

// say keeps a statement of the actor, sealed, and notes its evidence for flush.
func (w *Work) say(ctx context.Context, s statement) error {
	sealed, err := w.seal(ctx, terms.FieldWords, s.words)
	if err != nil {
		return err
	}
	side := terms.SideOf(w.Part)
	if side == terms.NoSide {
		side = s.side
	}
	row := &terms.Statement{Tenant: w.Case.Tenant, Case: w.Case.ID, Claim: w.Claim.ID, ID: w.C.Source.NewID(), Part: w.Part, Side: side, Kind: s.kind, Code: s.code, Remedy: s.remedy,
		Amount: s.amount, Declared: s.declared, Words: sealed, Shots: s.shots, At: w.Now, Round: max(w.Claim.Facts.Round, 1), Seq: w.seq()}
	if w.Part != terms.Buyer {
		row.Account = w.Actor.ID
	}
	w.said = row.ID
	if err := w.C.Store.InsertStatement(ctx, w.Tx, row); err != nil {
		return err
	}
	if len(s.media) == 0 {
		return nil
	}
	mine := terms.SideOf(w.Part)
	w.attach = append(w.attach, attaching{terms.Attachment{Case: w.Case.ID, Claim: w.Claim.ID, Statement: row.ID, Kinds: terms.MediaOf(mine), Items: s.media}, mine})
	if mine == terms.BuyerSide && !w.fresh {
		return w.checkAgain(ctx, s.media)
	}
	return nil
}

// checkAgain lets the technical checks look at everything the buyer sent, the new media included.
func (w *Work) checkAgain(ctx context.Context, more []casefile.ID) error {
	media, err := w.C.Store.Media(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Claim.ID)
	if err != nil {
		return err
	}
	var all []casefile.ID
	for _, m := range media {
		if m.Side == terms.BuyerSide {
			all = append(all, m.Item)
		}
	}
	return w.beginCheck(ctx, append(all, more...))
}

func (w *Work) beginCheck(ctx context.Context, items []casefile.ID) error {
	o, err := w.C.Orders.OfCase(ctx, w.Tx, w.Case.Tenant, w.Case.ID)
	if err != nil && !casefile.Is(err, casefile.NotFound) {
		return err
	}
	return w.C.Checks.Begin(ctx, w.Tx, terms.CheckJob{Tenant: w.Case.Tenant, Case: w.Case.ID, Claim: w.Claim.ID, Subject: w.Claim.Subject, Order: o.ID, Listing: o.Listing,
		Filed: w.Claim.FiledAt(), Items: items, References: o.References})
}

// tell queues a message.
func (w *Work) tell(ctx context.Context, to terms.Audience, template string, args map[string]any) error {
	return w.C.Notifier.Queue(ctx, w.Tx, terms.Message{Tenant: w.Case.Tenant, Case: w.Case.ID, Claim: w.Claim.ID, Number: w.Case.Number, Subject: w.Claim.Subject, Merchant: w.Claim.Merchant,
		To: to, Template: template, Lang: w.Case.Lang, Args: args})
}

// allClocks reads the clocks of the claim once; startClock and stopClock keep what was read in step, commands that change clocks otherwise drop it.
func (w *Work) allClocks(ctx context.Context) ([]clock.CaseClock, error) {
	if w.clocks == nil {
		all, err := w.C.Clocks.Of(ctx, w.Tx, w.Case.Tenant, w.Case.ID)
		if err != nil {
			return nil, err
		}
		w.keepClocks(all)
	}
	return w.clocks, nil
}

// keepClocks takes the clocks of the case that somebody read in this transaction.
func (w *Work) keepClocks(all []clock.CaseClock) {
	w.clocks = slices.DeleteFunc(slices.Clone(all), func(c clock.CaseClock) bool { return c.Request != w.Claim.ID })
}

func (w *Work) runningClocks(ctx context.Context) ([]clock.CaseClock, error) {
	all, err := w.allClocks(ctx)
	return slices.DeleteFunc(slices.Clone(all), func(c clock.CaseClock) bool { return !c.Stopped.IsZero() }), err
}

// clockOf answers the running clock of a kind and its deadline; false when none runs.
func (w *Work) clockOf(ctx context.Context, kind string) (clock.CaseClock, clock.ClockState, bool, error) {
	all, err := w.runningClocks(ctx)
	if err != nil {
		return clock.CaseClock{}, clock.ClockState{}, false, err
	}
	for _, c := range all {
		if c.Kind == kind {
			st, err := w.C.Clocks.State(c, w.Now)
			return c, st, true, err
		}
	}
	return clock.CaseClock{}, clock.ClockState{}, false, nil
}

func (w *Work) startClock(ctx context.Context, kind string) (due time.Time, err error) {
	if kind == "" {
		return time.Time{}, nil
	}
	clk, ok, err := w.C.Clocks.Start(ctx, w.Tx, clock.StartClock{Tenant: w.Case.Tenant, Case: w.Case.ID, Request: w.Claim.ID, Kind: kind, RequestKind: RequestKind,
		Urgency: string(w.Claim.Lane), Pinned: w.Claim.Ruling.Clocks[kind], At: w.Now})
	if err == nil && !ok {
		err = casefile.Failf(casefile.Internal, "claim.error.clock_policy", "no clock %s", kind)
	}
	if err == nil && w.clocks != nil {
		w.clocks = append(w.clocks, clk)
	}
	return clk.Due, err
}

// stopClock stops the running clocks of a kind.
func (w *Work) stopClock(ctx context.Context, kind string) error {
	all, err := w.allClocks(ctx)
	for i, c := range all {
		if err == nil && c.Kind == kind && c.Stopped.IsZero() {
			all[i], err = w.C.Clocks.StopClock(ctx, w.Tx, c, w.Now)
		}
	}
	return err
}

// mustBe refuses roles that a command is not for, beyond what the table says.
func mustBe(a casefile.Actor, roles ...casefile.Role) error {
	if slices.Contains(roles, a.Role) {
		return nil
	}
	return casefile.Fail(casefile.Denied, "error.denied")
}

// isGuard reports whether an error is a refusal by the machine.
func isRefusal(err error) bool {
	var e *casefile.Error
	return errors.As(err, &e) && e.Category == casefile.Conflict
}
