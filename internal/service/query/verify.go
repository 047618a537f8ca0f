package query

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/privacy"
	"anxin/internal/service/flow"
	"anxin/internal/service/input"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
	"anxin/region"
)

// prefectureName names the city of a county's code.
func (s *Queries) prefectureName(code string) string {
	if len(code) < 6 {
		return code
	}
	for _, c := range []string{code[:4] + "00", code[:2] + "0000"} {
		if d, ok := s.Regions.Lookup(region.Code(c), region.Date{}); ok {
			return d.Name
		}
	}
	return code[:4]
}

// sign makes an answer checkable later: one line per fact, then the operator's signature. Without a signer the text stands unsigned.
func (s *Queries) sign(now time.Time, lines ...string) (terms.Signature, error) {
	text := "anxin-verify/v1\n" + strings.Join(lines, "\n") + "\nat " + now.UTC().Format(time.RFC3339) + "\n"
	sig := terms.Signature{Text: text, At: now}
	if s.Signer == nil {
		return sig, nil
	}
	note, err := s.Signer.SignText(text)
	sig.Note = note
	return sig, err
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// VerifyTechnician implements Verify.
func (s *Queries) VerifyTechnician(ctx context.Context, a casefile.Actor, code string) (terms.VerifyTechnician, error) {
	out := terms.VerifyTechnician{Code: strings.ToUpper(input.Line(code, 40))}
	if !flow.CodePattern.MatchString(out.Code) {
		return out, casefile.InvalidField("code", "service.field.work_number")
	}
	now := s.Source.Now()
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		x, err := s.Store.TechnicianByCode(ctx, t, a.Tenant, out.Code)
		if casefile.Is(err, casefile.NotFound) {
			return s.expected(ctx, t, a, casefile.Nil, &out)
		}
		if err != nil {
			return err
		}
		if x.State != "left" {
			out.Ours, out.State, out.Partner, out.Photo, out.Name = true, x.State, x.Partner, x.Photo, privacy.NewName(x.Name).String()
		}
		return s.expected(ctx, t, a, x.ID, &out)
	})
	if err != nil {
		return terms.VerifyTechnician{}, err
	}
	out.Signed, err = s.sign(now, "kind technician", "code "+out.Code, "ours "+yesNo(out.Ours), "expected "+out.Expected)
	return out, err
}

// expected answers, only to a customer and only about their own case, whether this technician is to come there now.
func (s *Queries) expected(ctx context.Context, t tx.Tx, a casefile.Actor, id casefile.ID, out *terms.VerifyTechnician) error {
	if a.Role != casefile.Customer || a.Case.IsNil() {
		return nil
	}
	list, err := s.Store.Visits(ctx, t, a.Tenant, a.Case)
	if err != nil {
		return err
	}
	out.Expected = "no"
	if !id.IsNil() && slices.ContainsFunc(list, func(v terms.Visit) bool {
		return v.Technician == id && holds(v.State) && v.State != terms.VisitWaitingSignature
	}) {
		out.Expected = "yes"
	}
	return nil
}

// VerifyDocument implements Verify.
func (s *Queries) VerifyDocument(ctx context.Context, a casefile.Actor, code string) (terms.VerifyDocument, error) {
	var out terms.VerifyDocument
	code, ok := flow.ParseDocumentCode(code)
	if !ok {
		return out, casefile.InvalidField("code", "service.field.document_code")
	}
	now := s.Source.Now()
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		out = terms.VerifyDocument{}
		d, err := s.Store.Document(ctx, t, a.Tenant, code)
		if casefile.Is(err, casefile.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		c, err := s.Timeline.Get(ctx, t, a.Tenant, d.Case)
		if err != nil {
			return err
		}
		out = terms.VerifyDocument{Ours: true, Kind: d.Kind, Issued: d.Issued, Revoked: !d.Revoked.IsZero(), NumberTail: string(c.Number[max(0, len(c.Number)-4):])}
		return nil
	})
	if err != nil {
		return out, err
	}
	out.Signed, err = s.sign(now, "kind document", "code "+code, "ours "+yesNo(out.Ours), "revoked "+yesNo(out.Revoked))
	return out, err
}

// VerifyPart implements Verify. Without an item every part that has serials is tried.
func (s *Queries) VerifyPart(ctx context.Context, a casefile.Actor, item, serial string) (terms.VerifyPart, error) {
	var out terms.VerifyPart
	serial = flow.NormalSerial(serial)
	if len(serial) < 4 || len(serial) > 64 {
		return out, casefile.InvalidField("serial", "service.field.serial")
	}
	var items []string
	for _, it := range s.Catalogue.Items {
		if it.Kind == "part" && it.Serial && (item == "" || it.Code == item) {
			items = append(items, it.Code)
		}
	}
	if len(items) == 0 {
		return out, casefile.InvalidField("item", "service.field.choose")
	}
	now := s.Source.Now()
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		out = terms.VerifyPart{}
		for _, code := range items {
			n, first, err := s.Store.SerialFitted(ctx, t, a.Tenant, s.SerialKey(a.Tenant, code, serial), casefile.Nil)
			if err != nil {
				return err
			}
			if n > out.Times {
				out = terms.VerifyPart{Known: true, Times: n, Fitted: flow.Midnight(first), Item: code, Name: s.Catalogue.ItemName(code).Text}
			}
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	out.Signed, err = s.sign(now, "kind part", "serial "+serial, "known "+yesNo(out.Known), "times "+strconv.Itoa(out.Times))
	return out, err
}

// VerifyHotline implements Verify.
func (s *Queries) VerifyHotline(_ context.Context, _ casefile.Actor, number string) (terms.VerifyHotline, error) {
	n := privacy.Normalize(privacy.IndexPhone, input.Line(number, 40))
	if len(n) < 3 || len(n) > 20 {
		return terms.VerifyHotline{}, casefile.InvalidField("number", "service.field.phone")
	}
	out := terms.VerifyHotline{Number: n}
	for _, h := range s.Hotlines {
		out.Ours = out.Ours || privacy.Normalize(privacy.IndexPhone, h) == n
	}
	var err error
	out.Signed, err = s.sign(s.Source.Now(), "kind hotline", "number "+n, "ours "+yesNo(out.Ours))
	return out, err
}
