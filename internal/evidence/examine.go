package evidence

import (
	"context"

	"anxin/internal/blob"
	"anxin/internal/casefile"
)

// Known answers an item for a program of the product, whoever may see it. NotFound: never there, or removed.
func (s *Service) Known(ctx context.Context, tenant casefile.Tenant, caseID, id casefile.ID) (Item, error) {
	i, err := s.item(ctx, casefile.SystemActor(tenant), caseID, id)
	if err == nil && (i.IsCopy() || i.Note == NoteRemoved) {
		err = casefile.Failf(casefile.NotFound, "evidence.error.not_here", "item %s is a copy or was removed", id)
	}
	return i, err
}

// Examine opens the bytes of an item, as received, for a program of the product that looks at them and shows them to nobody: like the making of copies it is no act of
// a person and leaves no custody entry. NotFound also when the subject was erased.
func (s *Service) Examine(ctx context.Context, tenant casefile.Tenant, caseID, id casefile.ID) (*blob.Reader, error) {
	i, err := s.Known(ctx, tenant, caseID, id)
	if err != nil {
		return nil, err
	}
	return s.read(ctx, i)
}
