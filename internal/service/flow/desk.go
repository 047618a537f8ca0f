package flow

import (
	"context"
	"slices"

	"anxin/internal/casefile"
	"anxin/internal/privacy"
	"anxin/internal/service/input"
	"anxin/internal/service/terms"
)

// Reveal implements Desk. The line in the access log is written in the transaction that reads the field: no log, no field.
func (s *Commands) Reveal(ctx context.Context, a casefile.Actor, c terms.Reveal) (terms.Revealed, error) {
	out := terms.Revealed{Field: c.Field}
	if err := MustBe(a, DeskRoles...); err != nil {
		return out, err
	}
	var f input.Fields
	if !slices.Contains([]string{"name", "phone", "address", "words"}, c.Field) {
		f.Bad("field", "choose")
	}
	f.Reason(s.Catalogue, "reason", "reveal", c.Reason)
	words := f.Words("words", c.Words, 200)
	if c.Reason == "other" && words == "" {
		f.Bad("words", "required")
	}
	if err := f.Err(); err != nil {
		return out, err
	}
	_, err := s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := s.Access.Log(ctx, w.Tx, privacy.Access{Tenant: a.Tenant, ID: s.Source.NewID(), At: w.Now, Role: a.Role, Actor: a.ID, Action: "reveal", Case: c.Case,
			Subject: w.Case.Subject, Field: c.Field, Reason: c.Reason}); err != nil {
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

func (w *Work) clearField(ctx context.Context, field string) (string, error) {
	if field == "name" || field == "phone" {
		p, err := w.Commands.Keeper.Person(ctx, w.Tx, w.Case.Tenant, w.Case.Subject)
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
	address, words, err := w.OpenRequest(ctx)
	if err != nil {
		return "", err
	}
	if field == "address" {
		return address.Clear(), nil
	}
	return words.Clear(), nil
}

// Note implements Desk.
func (s *Commands) Note(ctx context.Context, a casefile.Actor, c terms.Note) (terms.Result, error) {
	var f input.Fields
	words := f.Words("words", c.Words, maxWords)
	if words == "" {
		f.Bad("words", "required")
	}
	if err := f.Err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.moveRequest(terms.MoveNote, a.Role); err != nil {
			return err
		}
		if err := w.note(ctx, "note", words); err != nil {
			return err
		}
		return w.event("desk.note", forDesk, nil)
	})
}

// deskRoles may see every case of the tenant, masked.
var DeskRoles = []casefile.Role{casefile.Agent, casefile.Dispatcher, casefile.Reviewer}
