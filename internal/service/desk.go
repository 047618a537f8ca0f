package service

import (
	"context"
	"slices"

	"anxin/internal/casefile"
	"anxin/internal/privacy"
)

// Reveal implements Desk. The line in the access log is written in the transaction that reads the field: no log, no field.
func (s *Service) Reveal(ctx context.Context, a casefile.Actor, c Reveal) (Revealed, error) {
	out := Revealed{Field: c.Field}
	if err := mustBe(a, deskRoles...); err != nil {
		return out, err
	}
	var f fields
	if !slices.Contains([]string{"name", "phone", "address", "words"}, c.Field) {
		f.bad("field", "choose")
	}
	f.reason(s, "reason", "reveal", c.Reason)
	words := f.words("words", c.Words, 200)
	if c.Reason == "other" && words == "" {
		f.bad("words", "required")
	}
	if err := f.err(); err != nil {
		return out, err
	}
	_, err := s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if err := s.Access.Log(ctx, w.t, privacy.Access{Tenant: a.Tenant, ID: s.Source.NewID(), At: w.now, Role: a.Role, Actor: a.ID, Action: "reveal", Case: c.Case,
			Subject: w.c.Subject, Field: c.Field, Reason: c.Reason}); err != nil {
			return err
		}
		if err := w.note(ctx, "reveal", words); err != nil {
			return err
		}
		text, err := w.clearField(ctx, c.Field)
		out.Value = privacy.NewWords(text)
		return err
	})
	return out, err
}

func (w *work) clearField(ctx context.Context, field string) (string, error) {
	if field == "name" || field == "phone" {
		p, err := w.s.Keeper.Person(ctx, w.t, w.c.Tenant, w.c.Subject)
		if err != nil {
			return "", err
		}
		if !p.Erased.IsZero() {
			return "", privacy.ErrErased
		}
		if field == "name" {
			return p.Name.Clear(), nil
		}
		return p.Phone.Clear(), nil
	}
	address, words, err := w.openRequest(ctx)
	if err != nil {
		return "", err
	}
	if field == "address" {
		return address.Clear(), nil
	}
	return words.Clear(), nil
}

// Note implements Desk.
func (s *Service) Note(ctx context.Context, a casefile.Actor, c Note) (Result, error) {
	var f fields
	words := f.words("words", c.Words, maxWords)
	if words == "" {
		f.bad("words", "required")
	}
	if err := f.err(); err != nil {
		return Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if err := w.moveRequest(MoveNote, a.Role); err != nil {
			return err
		}
		if err := w.note(ctx, "note", words); err != nil {
			return err
		}
		return w.event("desk.note", forDesk, nil)
	})
}
