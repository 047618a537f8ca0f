package flow

import (
	"context"
	"slices"
	"strconv"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/privacy"
	"anxin/internal/service/input"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// Kinds of evidence of a visit.
const (
	KindReport    = "report_photo"
	KindBefore    = "before_photo"
	KindAfter     = "after_photo"
	KindSignature = "signature"
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
func (s *Commands) Finish(ctx context.Context, a casefile.Actor, c terms.Finish) (terms.Result, error) {
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.heldBy(c.Visit); err != nil {
			return err
		}
		if !terms.VisitMoves.Can(w.Visit.State, terms.MoveFinish, casefile.Technician) {
			_, err := terms.VisitMoves.Next(w.Visit.State, terms.MoveFinish, casefile.Technician)
			return err
		}
		list, err := w.quotesOfVisit(ctx)
		if err != nil {
			return err
		}
		items, err := s.Evidence.Attached(ctx, w.Tx, w.Case.Tenant, w.Case.ID)
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
		w.attachWork(&c)
		if err := w.issue(ctx, r); err != nil {
			return err
		}
		if err := s.Store.InsertReport(ctx, w.Tx, r); err != nil {
			return err
		}
		if err := w.alarms(ctx, r); err != nil {
			return err
		}
		return w.finished(ctx, r, &c)
	})
}

// checkFinish holds the guards of a finished visit.
func (w *Work) checkFinish(c *terms.Finish, allowed map[string]int64, have []terms.Item) (*terms.WorkReport, error) {
	var f input.Fields
	kind, product := string(w.Req.Kind), w.Req.Product
	r := &terms.WorkReport{Tenant: w.Case.Tenant, Case: w.Case.ID, Visit: w.Visit.ID, Outcome: terms.VisitFinished, Fault: c.Fault, Cause: c.Cause, Created: w.Now, Checklist: map[string]string{}}
	if !w.Commands.knownFault(w.Req.Kind, product, c.Fault) {
		f.Bad("fault", "choose")
	}
	if !slices.ContainsFunc(w.Commands.Catalogue.Causes(kind, product), func(n terms.Named) bool { return n.Code == c.Cause }) {
		f.Bad("cause", "choose")
	}
	c.Words = f.Words("words", c.Words, maxWords)
	w.checkWork(&f, c, r, allowed)
	w.checkParts(&f, c, r, allowed)
	w.checkChecklist(&f, c, r)
	w.checkPhotos(&f, c, have)
	w.checkRelated(&f, c, r)
	w.checkSignature(&f, c)
	if need, ok := w.Commands.Catalogue.Need(kind, product); ok && need.Warranty > 0 {
		r.WarrantyDays = need.Warranty
		r.WarrantyUntil = Midnight(w.Now).AddDate(0, 0, need.Warranty+1).UTC() // to the end of the last day
	}
	return r, f.Err()
}

// checkWork lets pass only what was approved or is free.
func (w *Work) checkWork(f *input.Fields, c *terms.Finish, r *terms.WorkReport, allowed map[string]int64) {
	if len(c.Work) == 0 {
		f.Bad("work", "required")
	}
	if len(c.Work) > maxLines {
		f.Bad("work", "too_many", "max", maxLines)
		return
	}
	done := map[string]int64{}
	for i, l := range c.Work {
		at := "work." + strconv.Itoa(i)
		item, ok := w.Commands.Catalogue.Item(l.Item)
		done[l.Item] += l.Quantity
		switch {
		case !ok || item.Kind == "part":
			f.Bad(at, "choose")
		case l.Quantity < 1 || l.Quantity > item.Max:
			f.Bad(at, "quantity", "max", item.Max)
		case done[l.Item] > allowed[l.Item]:
			f.Bad(at, "not_approved", "approved", allowed[l.Item])
		default:
			r.Done = append(r.Done, l)
		}
	}
}

func (w *Work) checkParts(f *input.Fields, c *terms.Finish, r *terms.WorkReport, allowed map[string]int64) {
	if len(c.Parts) > maxLines {
		f.Bad("parts", "too_many", "max", maxLines)
		return
	}
	fitted, serials := map[string]int64{}, map[string]bool{}
	for i, p := range c.Parts {
		at := "parts." + strconv.Itoa(i) + "."
		item, ok := w.Commands.Catalogue.Item(p.Item)
		if !ok || item.Kind != "part" || !item.For(string(w.Req.Kind), w.Req.Product) {
			f.Bad(at+"item", "choose")
			continue
		}
		fitted[p.Item] += p.Quantity
		serial := NormalSerial(p.Serial)
		row := terms.PartFitted{Part: p.Item, Serial: serial, Quantity: p.Quantity, SerialKey: []byte{}}
		switch {
		case p.Quantity < 1 || p.Quantity > item.Max || serial != "" && p.Quantity != 1:
			f.Bad(at+"quantity", "quantity", "max", item.Max)
		case fitted[p.Item] > allowed[p.Item]:
			f.Bad(at+"item", "not_approved", "approved", allowed[p.Item])
		case item.Serial && serial == "":
			f.Bad(at+"serial", "required")
		case p.Serial != "" && (len(serial) < 4 || len(serial) > 64) || serials[p.Item+" "+serial] && serial != "":
			f.Bad(at+"serial", "serial")
		}
		if serial != "" {
			serials[p.Item+" "+serial] = true
			row.SerialKey = w.Commands.SerialKey(w.Case.Tenant, p.Item, serial)
		}
		r.Parts = append(r.Parts, row)
	}
}

// NormalSerial is a serial number as it is compared: no spaces, upper case.
func NormalSerial(s string) string {
	return privacy.Normalize(privacy.IndexSerial, input.Line(s, 80))
}

// SerialKey is the keyed hash of a part's serial, for the clone alarm.
func (s *Commands) SerialKey(tenant casefile.Tenant, item, serial string) []byte {
	return s.Keeper.Index(tenant, privacy.IndexSerial, item+" "+serial)
}

func (w *Work) checkChecklist(f *input.Fields, c *terms.Finish, r *terms.WorkReport) {
	lines := w.Commands.Catalogue.Checklist(string(w.Req.Kind), w.Req.Product)
	for _, l := range lines {
		switch answer := c.Checklist[l.Code]; {
		case answer == "done" || answer == "na" || answer == "not_done" && !l.Required:
			r.Checklist[l.Code] = answer
		case l.Required:
			f.Bad("checklist."+l.Code, "checklist")
		case answer != "":
			f.Bad("checklist."+l.Code, "choose")
		}
	}
}

// checkPhotos counts what is sent with the report and what was attached to the visit before.
func (w *Work) checkPhotos(f *input.Fields, c *terms.Finish, have []terms.Item) {
	f.IDs("before", c.Before, maxPhotos)
	f.IDs("after", c.After, maxPhotos)
	count := func(kind string, sent []casefile.ID) int {
		n := len(sent)
		for _, it := range have {
			if it.Visit == w.Visit.ID && it.Kind == kind && !slices.Contains(sent, it.ID) {
				n++
			}
		}
		return n
	}
	kind, _ := w.Commands.Catalogue.Kind(string(w.Req.Kind))
	if kind == nil {
		return
	}
	need := map[string]int{}
	for _, p := range kind.Photos {
		need[p.When] += p.Min
	}
	if n := count(KindBefore, c.Before); n < need["before"] {
		f.Bad("before", "photos", "min", need["before"])
	}
	if n := count(KindAfter, c.After); n < need["after"] {
		f.Bad("after", "photos", "min", need["after"])
	}
}

func (w *Work) checkRelated(f *input.Fields, c *terms.Finish, r *terms.WorkReport) {
	switch {
	case len(c.Related) == 0 && !c.NoneSeen:
		f.Bad("related", "related")
	case len(c.Related) > 0 && c.NoneSeen:
		f.Bad("related", "related_both")
	case len(c.Related) > 20:
		f.Bad("related", "too_many", "max", 20)
		return
	}
	for i := range c.Related {
		p := &c.Related[i]
		at := "related." + strconv.Itoa(i) + "."
		if _, ok := w.Commands.Catalogue.Product(p.Product); !ok {
			f.Bad(at+"product", "choose")
		}
		if !slices.Contains([]string{"good", "watch", "unsafe"}, p.Condition) {
			f.Bad(at+"condition", "choose")
		}
		p.Advice = f.Text(at+"advice", p.Advice, 0, 300)
		if p.Advice == "" && p.Condition != "good" {
			f.Bad(at+"advice", "required")
		}
		row := terms.ProductChecked{Product: p.Product, Condition: p.Condition, WantsQuote: p.WantsQuote}
		if w.Commands.Catalogue.Has("advice", p.Advice) {
			row.Advice = p.Advice
		}
		r.Related = append(r.Related, row)
	}
}

func (w *Work) checkSignature(f *input.Fields, c *terms.Finish) {
	switch c.Signature {
	case signed:
		if c.SignatureItem.IsNil() {
			f.Bad("signature", "signature")
		}
	case refused:
		f.Reason(w.Commands.Catalogue, "signature_reason", "refuse_sign", c.SignatureReason)
	case signLater:
	default:
		f.Bad("signature", "signature")
	}
}

// sealReport encrypts what was typed.
func (w *Work) sealReport(ctx context.Context, r *terms.WorkReport, c *terms.Finish) (err error) {
	if r.Work, err = w.seal(ctx, terms.FieldWork, c.Words); err != nil {
		return err
	}
	for i := range r.Related {
		if r.Related[i].Advice == "" {
			if r.Related[i].AdviceEnc, err = w.seal(ctx, terms.FieldAdvice, c.Related[i].Advice); err != nil {
				return err
			}
		}
	}
	return nil
}

// attachWork notes the photographs and the signature of a report.
func (w *Work) attachWork(c *terms.Finish) {
	w.later("before", KindBefore, w.Visit.ID, c.Before...)
	w.later("after", KindAfter, w.Visit.ID, c.After...)
	if c.Signature == signed {
		w.later("signature", KindSignature, w.Visit.ID, c.SignatureItem)
	}
}

// issue gives the report of work its document code.
func (w *Work) issue(ctx context.Context, r *terms.WorkReport) error {
	r.Document = newDocumentCode(w.Commands.Source)
	return w.Commands.Store.InsertDocument(ctx, w.Tx, &terms.Document{Tenant: w.Case.Tenant, Code: r.Document, Case: w.Case.ID, Kind: "service_report", Ref: w.Visit.ID, Issued: w.Now})
}

// alarms looks for serials that were fitted elsewhere and for products that must not be used on.
func (w *Work) alarms(ctx context.Context, r *terms.WorkReport) error {
	for _, p := range r.Parts {
		if len(p.SerialKey) == 0 {
			continue
		}
		n, _, err := w.Commands.Store.SerialFitted(ctx, w.Tx, w.Case.Tenant, p.SerialKey, w.Visit.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if err := w.problem(ctx, ProblemClone, map[string]any{"part": p.Part, "times": n}); err != nil {
			return err
		}
		if err := w.event("part.clone_alarm", forDesk, map[string]any{"part": p.Part, "times": n}); err != nil {
			return err
		}
	}
	for _, p := range r.Related {
		if p.Condition == "unsafe" {
			if err := w.problem(ctx, ProblemUnsafe, map[string]any{"product": p.Product}); err != nil {
				return err
			}
		}
	}
	return nil
}

// finished moves visit and request on and tells everybody.
func (w *Work) finished(ctx context.Context, r *terms.WorkReport, c *terms.Finish) error {
	v := w.Visit
	v.Finished, v.To = w.Now, w.Now
	data := map[string]any{"document": r.Document, "warranty_days": r.WarrantyDays, "parts": len(r.Parts), "work": len(r.Done), "signature": c.Signature}
	if err := w.Commands.Store.AddRecord(ctx, w.Tx, w.Case.Tenant, v.Technician, 1, 0, 0); err != nil {
		return err
	}
	w.Commands.changed(w.Tx, w.Case.Tenant, v.Technician)
	if c.Signature == signLater {
		if err := w.moveVisit(terms.MoveSubmit, casefile.Technician); err != nil {
			return err
		}
		if err := w.Commands.setTimer(ctx, w.Tx, w.Case.Tenant, w.Case.ID, v.ID, timerLapse, w.Now.Add(lapseAfter)); err != nil {
			return err
		}
		if err := w.tell(ctx, terms.ToCustomer, "sign_waiting", nil); err != nil {
			return err
		}
		return w.event("visit.reported", forBoth, data)
	}
	if err := w.moveVisit(terms.MoveFinish, casefile.Technician); err != nil {
		return err
	}
	v.Signature, v.SignatureItem, v.SignatureReason, v.Signed = c.Signature, c.SignatureItem, c.SignatureReason, w.Now
	if err := w.event("visit.reported", forBoth, data); err != nil {
		return err
	}
	return w.complete(ctx, casefile.Technician)
}

// complete ends the request after its visit is finished and signed for.
func (w *Work) complete(ctx context.Context, as casefile.Role) error {
	if err := w.moveRequest(terms.MoveComplete, as); err != nil {
		return err
	}
	w.Req.Finished = w.Now
	if err := w.stopClocks(ctx); err != nil {
		return err
	}
	if w.Visit.Signature == refused {
		if err := w.problem(ctx, ProblemDispute, map[string]any{"reason": w.Visit.SignatureReason}); err != nil {
			return err
		}
	}
	if err := w.Commands.setTimer(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Req.ID, timerClose, w.Now.Add(closeAfter)); err != nil {
		return err
	}
	if err := w.tell(ctx, terms.ToCustomer, "finished", nil); err != nil {
		return err
	}
	return w.event("visit.finished", forBoth, map[string]any{"signature": w.Visit.Signature, "reason": w.Visit.SignatureReason})
}

// Sign implements Customers and Technicians.
func (s *Commands) Sign(ctx context.Context, a casefile.Actor, c terms.Sign) (terms.Result, error) {
	if err := MustBe(a, casefile.Customer, casefile.Technician); err != nil {
		return terms.Result{}, err
	}
	var f input.Fields
	if c.Refuse {
		f.Reason(s.Catalogue, "reason", "refuse_sign", c.Reason)
	} else if a.Role == casefile.Technician && c.Item.IsNil() {
		f.Bad("signature", "signature")
	}
	if err := f.Err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.current(c.Visit); err != nil {
			return err
		}
		if a.Role == casefile.Technician {
			if err := w.heldBy(w.Visit.ID); err != nil {
				return err
			}
		}
		if w.Visit.State == terms.VisitFinished && w.Visit.Signature == signed && !c.Refuse {
			return nil // pressed twice
		}
		m, how := terms.MoveSign, signed
		if c.Refuse {
			m, how = terms.MoveRefuseSign, refused
		}
		if err := w.moveVisit(m, a.Role); err != nil {
			return err
		}
		v := w.Visit
		v.Signature, v.Signed = how, w.Now
		if c.Refuse {
			v.SignatureReason = c.Reason
		} else if !c.Item.IsNil() {
			v.SignatureItem = c.Item
			w.later("signature", KindSignature, v.ID, c.Item)
		}
		if err := s.cancelTimer(ctx, w.Tx, w.Case.Tenant, v.ID, timerLapse); err != nil {
			return err
		}
		return w.complete(ctx, a.Role)
	})
}

// HandleLapse is the handler of the timer "service.signature_lapsed": the customer neither signed nor refused.
func (s *Commands) HandleLapse(ctx context.Context, t tx.Tx, tm clock.Timer) error {
	id, err := readPayload(tm)
	if err != nil {
		return err
	}
	w, err := s.open(ctx, t, casefile.SystemActor(tm.Tenant), tm.Case)
	if err != nil || w.Visit == nil || w.Visit.ID != id || w.Visit.State != terms.VisitWaitingSignature {
		return err
	}
	if err := w.moveVisit(terms.MoveLapse, casefile.System); err != nil {
		return err
	}
	w.Visit.Signature, w.Visit.SignatureReason, w.Visit.Signed = unsigned, "no_answer", w.Now
	if err := w.complete(ctx, casefile.System); err != nil {
		return err
	}
	return w.flush(ctx)
}
