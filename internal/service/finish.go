package service

import (
	"context"
	"slices"
	"strconv"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

// Kinds of evidence of a visit.
const (
	kindReport    = "report_photo"
	kindBefore    = "before_photo"
	kindAfter     = "after_photo"
	kindSignature = "signature"
)

// Signatures as stored.
const (
	signed    = "signed"
	refused   = "refused"
	unsigned  = "none"  // nobody answered in time
	signLater = "later" // of the command only
)

// lapseAfter is how long a customer has to sign on their page.
const lapseAfter = 72 * time.Hour

// Finish implements Technicians. Every guard says which field is missing; nothing is finished half.
func (s *Service) Finish(ctx context.Context, a casefile.Actor, c Finish) (Result, error) {
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if err := w.heldBy(c.Visit); err != nil {
			return err
		}
		if !visits.Can(w.visit.State, MoveFinish, technician) {
			_, err := visits.Next(w.visit.State, MoveFinish, technician)
			return err
		}
		list, err := w.quotesOfVisit(ctx)
		if err != nil {
			return err
		}
		items, err := s.Evidence.Attached(ctx, w.t, w.c.Tenant, w.c.ID)
		if err != nil {
			return err
		}
		r, err := w.checkFinish(&c, allowance(list), items)
		if err != nil {
			return err
		}
		if err := w.sealReport(ctx, r, &c); err != nil {
			return err
		}
		if err := w.attachWork(ctx, &c); err != nil {
			return err
		}
		if err := w.issue(ctx, r); err != nil {
			return err
		}
		if err := s.Store.InsertReport(ctx, w.t, r); err != nil {
			return err
		}
		if err := w.alarms(ctx, r); err != nil {
			return err
		}
		return w.finished(ctx, r, &c)
	})
}

// checkFinish holds the guards of a finished visit.
func (w *work) checkFinish(c *Finish, allowed map[string]int64, have []Item) (*WorkReport, error) {
	var f fields
	kind, product := string(w.req.Kind), w.req.Product
	r := &WorkReport{Tenant: w.c.Tenant, Case: w.c.ID, Visit: w.visit.ID, Outcome: VisitFinished, Fault: c.Fault, Cause: c.Cause, Created: w.now, Checklist: map[string]string{}}
	if !w.s.knownFault(w.req.Kind, product, c.Fault) {
		f.bad("fault", "choose")
	}
	if !slices.ContainsFunc(w.s.Catalogue.Causes(kind, product), func(n Named) bool { return n.Code == c.Cause }) {
		f.bad("cause", "choose")
	}
	c.Words = f.words("words", c.Words, maxWords)
	w.checkWork(&f, c, r, allowed)
	w.checkParts(&f, c, r, allowed)
	w.checkChecklist(&f, c, r)
	w.checkPhotos(&f, c, have)
	w.checkRelated(&f, c, r)
	w.checkSignature(&f, c)
	if need, ok := w.s.Catalogue.Need(kind, product); ok && need.Warranty > 0 {
		r.WarrantyDays = need.Warranty
		r.WarrantyUntil = midnight(w.now).AddDate(0, 0, need.Warranty+1).UTC() // to the end of the last day
	}
	return r, f.err()
}

// checkWork lets pass only what was approved or is free.
func (w *work) checkWork(f *fields, c *Finish, r *WorkReport, allowed map[string]int64) {
	if len(c.Work) == 0 {
		f.bad("work", "required")
	}
	if len(c.Work) > maxLines {
		f.bad("work", "too_many", "max", maxLines)
		return
	}
	done := map[string]int64{}
	for i, l := range c.Work {
		at := "work." + strconv.Itoa(i)
		item, ok := w.s.Catalogue.Item(l.Item)
		done[l.Item] += l.Quantity
		switch {
		case !ok || item.Kind == "part":
			f.bad(at, "choose")
		case l.Quantity < 1 || l.Quantity > item.Max:
			f.bad(at, "quantity", "max", item.Max)
		case done[l.Item] > allowed[l.Item]:
			f.bad(at, "not_approved", "approved", allowed[l.Item])
		default:
			r.Done = append(r.Done, l)
		}
	}
}

func (w *work) checkParts(f *fields, c *Finish, r *WorkReport, allowed map[string]int64) {
	if len(c.Parts) > maxLines {
		f.bad("parts", "too_many", "max", maxLines)
		return
	}
	fitted, serials := map[string]int64{}, map[string]bool{}
	for i, p := range c.Parts {
		at := "parts." + strconv.Itoa(i) + "."
		item, ok := w.s.Catalogue.Item(p.Item)
		if !ok || item.Kind != "part" || !item.For(string(w.req.Kind), w.req.Product) {
			f.bad(at+"item", "choose")
			continue
		}
		fitted[p.Item] += p.Quantity
		serial := normalSerial(p.Serial)
		row := PartFitted{Part: p.Item, Serial: serial, Quantity: p.Quantity, SerialKey: []byte{}}
		switch {
		case p.Quantity < 1 || p.Quantity > item.Max || serial != "" && p.Quantity != 1:
			f.bad(at+"quantity", "quantity", "max", item.Max)
		case fitted[p.Item] > allowed[p.Item]:
			f.bad(at+"item", "not_approved", "approved", allowed[p.Item])
		case item.Serial && serial == "":
			f.bad(at+"serial", "required")
		case p.Serial != "" && (len(serial) < 4 || len(serial) > 64) || serials[p.Item+" "+serial] && serial != "":
			f.bad(at+"serial", "serial")
		}
		if serial != "" {
			serials[p.Item+" "+serial] = true
			row.SerialKey = w.s.serialKey(w.c.Tenant, p.Item, serial)
		}
		r.Parts = append(r.Parts, row)
	}
}

// normalSerial is a serial number as it is compared: no spaces, upper case.
func normalSerial(s string) string {
	return privacy.Normalize(privacy.IndexSerial, cleanLine(s, 80))
}

// serialKey is the keyed hash of a part's serial, for the clone alarm.
func (s *Service) serialKey(tenant casefile.Tenant, item, serial string) []byte {
	return s.Keeper.Index(tenant, privacy.IndexSerial, item+" "+serial)
}

func (w *work) checkChecklist(f *fields, c *Finish, r *WorkReport) {
	lines := w.s.Catalogue.Checklist(string(w.req.Kind), w.req.Product)
	for _, l := range lines {
		switch answer := c.Checklist[l.Code]; {
		case answer == "done" || answer == "na" || answer == "not_done" && !l.Required:
			r.Checklist[l.Code] = answer
		case l.Required:
			f.bad("checklist."+l.Code, "checklist")
		case answer != "":
			f.bad("checklist."+l.Code, "choose")
		}
	}
}

// checkPhotos counts what is sent with the report and what was attached to the visit before.
func (w *work) checkPhotos(f *fields, c *Finish, have []Item) {
	f.ids("before", c.Before, maxPhotos)
	f.ids("after", c.After, maxPhotos)
	count := func(kind string, sent []casefile.ID) int {
		n := len(sent)
		for _, it := range have {
			if it.Visit == w.visit.ID && it.Kind == kind && !slices.Contains(sent, it.ID) {
				n++
			}
		}
		return n
	}
	kind, _ := w.s.Catalogue.Kind(string(w.req.Kind))
	if kind == nil {
		return
	}
	need := map[string]int{}
	for _, p := range kind.Photos {
		need[p.When] += p.Min
	}
	if n := count(kindBefore, c.Before); n < need["before"] {
		f.bad("before", "photos", "min", need["before"])
	}
	if n := count(kindAfter, c.After); n < need["after"] {
		f.bad("after", "photos", "min", need["after"])
	}
}

func (w *work) checkRelated(f *fields, c *Finish, r *WorkReport) {
	switch {
	case len(c.Related) == 0 && !c.NoneSeen:
		f.bad("related", "related")
	case len(c.Related) > 0 && c.NoneSeen:
		f.bad("related", "related_both")
	case len(c.Related) > 20:
		f.bad("related", "too_many", "max", 20)
		return
	}
	for i := range c.Related {
		p := &c.Related[i]
		at := "related." + strconv.Itoa(i) + "."
		if _, ok := w.s.Catalogue.Product(p.Product); !ok {
			f.bad(at+"product", "choose")
		}
		if !slices.Contains([]string{"good", "watch", "unsafe"}, p.Condition) {
			f.bad(at+"condition", "choose")
		}
		p.Advice = f.text(at+"advice", p.Advice, 0, 300)
		if p.Advice == "" && p.Condition != "good" {
			f.bad(at+"advice", "required")
		}
		row := ProductChecked{Product: p.Product, Condition: p.Condition, WantsQuote: p.WantsQuote}
		if w.s.Catalogue.Has("advice", p.Advice) {
			row.Advice = p.Advice
		}
		r.Related = append(r.Related, row)
	}
}

func (w *work) checkSignature(f *fields, c *Finish) {
	switch c.Signature {
	case signed:
		if c.SignatureItem.IsNil() {
			f.bad("signature", "signature")
		}
	case refused:
		f.reason(w.s, "signature_reason", "refuse_sign", c.SignatureReason)
	case signLater:
	default:
		f.bad("signature", "signature")
	}
}

// sealReport encrypts what was typed.
func (w *work) sealReport(ctx context.Context, r *WorkReport, c *Finish) (err error) {
	if r.Work, err = w.seal(ctx, fieldWork, c.Words); err != nil {
		return err
	}
	for i := range r.Related {
		if r.Related[i].Advice == "" {
			if r.Related[i].AdviceEnc, err = w.seal(ctx, fieldAdvice, c.Related[i].Advice); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *work) attach(ctx context.Context, kind string, items ...casefile.ID) error {
	if len(items) == 0 {
		return nil
	}
	return w.s.Evidence.Attach(ctx, w.t, w.actor, Attachment{Case: w.c.ID, Request: w.req.ID, Visit: w.visit.ID, Kind: kind, Items: items})
}

func (w *work) attachWork(ctx context.Context, c *Finish) error {
	if err := w.attach(ctx, kindBefore, c.Before...); err != nil {
		return inField(err, "before")
	}
	if err := w.attach(ctx, kindAfter, c.After...); err != nil {
		return inField(err, "after")
	}
	if c.Signature == signed {
		return inField(w.attach(ctx, kindSignature, c.SignatureItem), "signature")
	}
	return nil
}

// inField turns a photograph that is not there into an error of its field.
func inField(err error, field string) error {
	if casefile.Is(err, casefile.NotFound) {
		return casefile.InvalidField(field, "service.field.photo_gone")
	}
	return err
}

// issue gives the report of work its document code.
func (w *work) issue(ctx context.Context, r *WorkReport) error {
	r.Document = newDocumentCode(w.s.Source)
	return w.s.Store.InsertDocument(ctx, w.t, &Document{Tenant: w.c.Tenant, Code: r.Document, Case: w.c.ID, Kind: "service_report", Ref: w.visit.ID, Issued: w.now})
}

// alarms looks for serials that were fitted elsewhere and for products that must not be used on.
func (w *work) alarms(ctx context.Context, r *WorkReport) error {
	for _, p := range r.Parts {
		if len(p.SerialKey) == 0 {
			continue
		}
		n, _, err := w.s.Store.SerialFitted(ctx, w.t, w.c.Tenant, p.SerialKey, w.visit.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if err := w.problem(ctx, problemClone, map[string]any{"part": p.Part, "times": n}); err != nil {
			return err
		}
		if err := w.event("part.clone_alarm", forDesk, map[string]any{"part": p.Part, "times": n}); err != nil {
			return err
		}
	}
	for _, p := range r.Related {
		if p.Condition == "unsafe" {
			if err := w.problem(ctx, problemUnsafe, map[string]any{"product": p.Product}); err != nil {
				return err
			}
		}
	}
	return nil
}

// finished moves visit and request on and tells everybody.
func (w *work) finished(ctx context.Context, r *WorkReport, c *Finish) error {
	v := w.visit
	v.Finished, v.To = w.now, w.now
	data := map[string]any{"document": r.Document, "warranty_days": r.WarrantyDays, "parts": len(r.Parts), "work": len(r.Done), "signature": c.Signature}
	if err := w.s.Store.AddRecord(ctx, w.t, w.c.Tenant, v.Technician, 1, 0, 0); err != nil {
		return err
	}
	w.s.changed(w.t, w.c.Tenant)
	if c.Signature == signLater {
		if err := w.moveVisit(MoveSubmit, technician); err != nil {
			return err
		}
		if err := w.s.setTimer(ctx, w.t, w.c.Tenant, w.c.ID, v.ID, timerLapse, w.now.Add(lapseAfter)); err != nil {
			return err
		}
		if err := w.tell(ctx, ToCustomer, "sign_waiting", nil); err != nil {
			return err
		}
		return w.event("visit.reported", forBoth, data)
	}
	if err := w.moveVisit(MoveFinish, technician); err != nil {
		return err
	}
	v.Signature, v.SignatureItem, v.SignatureReason, v.Signed = c.Signature, c.SignatureItem, c.SignatureReason, w.now
	if err := w.event("visit.reported", forBoth, data); err != nil {
		return err
	}
	return w.complete(ctx, technician)
}

// complete ends the request after its visit is finished and signed for.
func (w *work) complete(ctx context.Context, as casefile.Role) error {
	if err := w.moveRequest(MoveComplete, as); err != nil {
		return err
	}
	w.req.Finished = w.now
	if err := w.stopClocks(ctx); err != nil {
		return err
	}
	if w.visit.Signature == refused {
		if err := w.problem(ctx, problemDispute, map[string]any{"reason": w.visit.SignatureReason}); err != nil {
			return err
		}
	}
	if err := w.s.setTimer(ctx, w.t, w.c.Tenant, w.c.ID, w.req.ID, timerClose, w.now.Add(closeAfter)); err != nil {
		return err
	}
	if err := w.tell(ctx, ToCustomer, "finished", nil); err != nil {
		return err
	}
	return w.event("visit.finished", forBoth, map[string]any{"signature": w.visit.Signature, "reason": w.visit.SignatureReason})
}

// Sign implements Customers and Technicians.
func (s *Service) Sign(ctx context.Context, a casefile.Actor, c Sign) (Result, error) {
	if err := mustBe(a, casefile.Customer, casefile.Technician); err != nil {
		return Result{}, err
	}
	var f fields
	if c.Refuse {
		f.reason(s, "reason", "refuse_sign", c.Reason)
	} else if a.Role == casefile.Technician && c.Item.IsNil() {
		f.bad("signature", "signature")
	}
	if err := f.err(); err != nil {
		return Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if err := w.current(c.Visit); err != nil {
			return err
		}
		if a.Role == casefile.Technician {
			if err := w.heldBy(w.visit.ID); err != nil {
				return err
			}
		}
		if w.visit.State == VisitFinished && w.visit.Signature == signed && !c.Refuse {
			return nil // pressed twice
		}
		m, how := MoveSign, signed
		if c.Refuse {
			m, how = MoveRefuseSign, refused
		}
		if err := w.moveVisit(m, a.Role); err != nil {
			return err
		}
		v := w.visit
		v.Signature, v.Signed = how, w.now
		if c.Refuse {
			v.SignatureReason = c.Reason
		} else if !c.Item.IsNil() {
			v.SignatureItem = c.Item
			if err := w.attach(ctx, kindSignature, c.Item); err != nil {
				return inField(err, "signature")
			}
		}
		if err := s.cancelTimer(ctx, w.t, w.c.Tenant, v.ID, timerLapse); err != nil {
			return err
		}
		return w.complete(ctx, a.Role)
	})
}

// HandleLapse is the handler of the timer "service.signature_lapsed": the customer neither signed nor refused.
func (s *Service) HandleLapse(ctx context.Context, t tx.Tx, tm clock.Timer) error {
	id, err := readPayload(tm)
	if err != nil {
		return err
	}
	w, err := s.open(ctx, t, casefile.SystemActor(tm.Tenant), tm.Case)
	if err != nil || w.visit == nil || w.visit.ID != id || w.visit.State != VisitWaitingSignature {
		return err
	}
	if err := w.moveVisit(MoveLapse, system); err != nil {
		return err
	}
	w.visit.Signature, w.visit.SignatureReason, w.visit.Signed = unsigned, "no_answer", w.now
	if err := w.complete(ctx, system); err != nil {
		return err
	}
	return w.flush(ctx)
}
