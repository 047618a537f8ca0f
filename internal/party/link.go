package party

import (
	"context"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// Links are the private links of customers. A token is derived from the master key, the case and a generation, so that it can be sent again; the
// database holds only its hash. It opens one case and can be revoked; a new generation replaces it.
type Links struct {
	run    tx.Runner
	store  LinkStore
	keeper Keeper
	source casefile.Source
}

// NewLinks makes the links.
func NewLinks(run tx.Runner, store LinkStore, keeper Keeper, source casefile.Source) *Links {
	return &Links{run, store, keeper, source}
}

// maxLinkToken bounds what is hashed; tokens have 22 characters.
const maxLinkToken = 64

// Issue answers the token that opens the case: the live one, or a new one when there is none or all are revoked.
func (l *Links) Issue(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) (token string, err error) {
	newest, err := l.store.NewestLink(ctx, t, tenant, caseID)
	switch {
	case casefile.Is(err, casefile.NotFound):
	case err != nil:
		return "", err
	case newest.Revoked.IsZero():
		return l.keeper.LinkToken(tenant, caseID, newest.Generation), nil
	}
	row := LinkRow{Tenant: tenant, Case: caseID, Generation: newest.Generation + 1, Created: l.source.Now()}
	token = l.keeper.LinkToken(tenant, caseID, row.Generation)
	row.TokenHash = hashToken(token)
	return token, l.store.InsertLink(ctx, t, row)
}

// Revoke closes every link of the case. The next Issue makes one of a new generation.
func (l *Links) Revoke(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) error {
	_, err := l.store.RevokeLinks(ctx, t, tenant, caseID, l.source.Now())
	return err
}

// Actor is the customer that a token stands for. Unknown, malformed and revoked tokens all answer not_found with the same words.
func (l *Links) Actor(ctx context.Context, token string) (casefile.Actor, error) {
	gone := casefile.Fail(casefile.NotFound, "party.error.link")
	if len(token) < 16 || len(token) > maxLinkToken {
		return casefile.Actor{}, gone
	}
	var target LinkTarget
	err := l.run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		target, err = l.store.Link(ctx, t, hashToken(token))
		return err
	})
	switch {
	case casefile.Is(err, casefile.NotFound):
		return casefile.Actor{}, gone
	case err != nil:
		return casefile.Actor{}, err
	case !target.Revoked.IsZero():
		return casefile.Actor{}, gone
	}
	return casefile.Actor{
		Tenant: target.Tenant, Role: casefile.Customer, ID: target.Subject, Case: target.Case, Route: "web", Lang: target.Lang,
	}, nil
}
