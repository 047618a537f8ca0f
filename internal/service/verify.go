package service

import (
	"context"
	"slices"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/privacy"
	"anxin/internal/tx"
	"anxin/region"
)

// prefectureName names the city of a county's code.
func (s *Service) prefectureName(code string) string {
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
func (s *Service) sign(now time.Time, lines ...string) (Signature, error) {
	text := "anxin-verify/v1\n" + strings.Join(lines, "\n") + "\nat " + now.UTC().Format(time.RFC3339) + "\n"
	sig := Signature{Text: text, At: now}
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
func (s *Service) VerifyTechnician(ctx context.Context, a casefile.Actor, code string) (VerifyTechnician, error) {
	out := VerifyTechnician{Code: strings.ToUpper(cleanLine(code, 40))}
	if !codePattern.MatchString(out.Code) {
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
		return VerifyTechnician{}, err
	}
	out.Signed, err = s.sign(now, "kind technician", "code "+out.Code, "ours "+yesNo(out.Ours), "expected "+out.Expected)
	return out, err
}

// expected answers, only to a customer and only about their own case, whether this technician is to come there now.
func (s *Service) expected(ctx context.Context, t tx.Tx, a casefile.Actor, id casefile.ID, out *VerifyTechnician) error {
	if a.Role != casefile.Customer || a.Case.IsNil() {
		return nil
	}
	list, err := s.Store.Visits(ctx, t, a.Tenant, a.Case)
	if err != nil {
		return err
	}
	out.Expected = "no"
	if !id.IsNil() && slices.ContainsFunc(list, func(v Visit) bool { return v.Technician == id && holds(v.State) && v.State != VisitWaitingSignature }) {
		out.Expected = "yes"
	}
	return nil
}

// VerifyDocument implements Verify.
func (s *Service) VerifyDocument(ctx context.Context, a casefile.Actor, code string) (VerifyDocument, error) {
	var out VerifyDocument
	code, ok := parseDocumentCode(code)
	if !ok {
		return out, casefile.InvalidField("code", "service.field.document_code")
	}
	now := s.Source.Now()
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		out = VerifyDocument{}
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
		out = VerifyDocument{Ours: true, Kind: d.Kind, Issued: d.Issued, Revoked: !d.Revoked.IsZero(), NumberTail: string(c.Number[max(0, len(c.Number)-4):])}
		return nil
	})
	if err != nil {
		return out, err
	}
	out.Signed, err = s.sign(now, "kind document", "code "+code, "ours "+yesNo(out.Ours), "revoked "+yesNo(out.Revoked))
	return out, err
}

// VerifyPart implements Verify. Without an item every part that has serials is tried.
func (s *Service) VerifyPart(ctx context.Context, a casefile.Actor, item, serial string) (VerifyPart, error) {
	var out VerifyPart
	serial = normalSerial(serial)
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
		out = VerifyPart{}
		for _, code := range items {
			n, first, err := s.Store.SerialFitted(ctx, t, a.Tenant, s.serialKey(a.Tenant, code, serial), casefile.Nil)
			if err != nil {
				return err
			}
			if n > out.Times {
				out = VerifyPart{Known: true, Times: n, Fitted: midnight(first), Item: code, Name: s.Catalogue.ItemName(code).Text}
			}
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	out.Signed, err = s.sign(now, "kind part", "serial "+serial, "known "+yesNo(out.Known), "times "+itoa(out.Times))
	return out, err
}

// VerifyHotline implements Verify.
func (s *Service) VerifyHotline(_ context.Context, _ casefile.Actor, number string) (VerifyHotline, error) {
	n := privacy.Normalize(privacy.IndexPhone, cleanLine(number, 40))
	if len(n) < 3 || len(n) > 20 {
		return VerifyHotline{}, casefile.InvalidField("number", "service.field.phone")
	}
	out := VerifyHotline{Number: n}
	for _, h := range s.Hotlines {
		out.Ours = out.Ours || privacy.Normalize(privacy.IndexPhone, h) == n
	}
	var err error
	out.Signed, err = s.sign(s.Source.Now(), "kind hotline", "number "+n, "ours "+yesNo(out.Ours))
	return out, err
}
