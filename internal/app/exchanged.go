package app

import (
	"context"
	"crypto/sha256"
	"path/filepath"

	"anxin/fingerprint"
	"anxin/internal/casefile"
	claimcheck "anxin/internal/check"
	"anxin/internal/claim"
	"anxin/internal/evidence"
	"anxin/internal/evidence/evidencedb"
	"anxin/internal/evidence/picture"
	"anxin/internal/order"
	"anxin/internal/order/orderdb"
	"anxin/internal/service"
	"anxin/internal/tx"
)

// exchanged are the kinds of items that people of the product show one another outside what a claim's buyer shows; claims are searched against them.
var exchanged = map[string]claimcheck.Role{
	"report_photo": claimcheck.RoleReport, "before_photo": claimcheck.RoleVisit, "after_photo": claimcheck.RoleVisit,
	claim.MediaAnswerPhoto: claimcheck.RoleAnswer, claim.MediaAnswerVideo: claimcheck.RoleAnswer,
}

// indexExchanged puts items that were attached to a request or a claim into the index of the checks, in the same transaction.
func (c *Core) indexExchanged(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, owner casefile.ID, items []casefile.ID) error {
	for _, id := range items {
		i, err := evidencedb.Store{}.Item(ctx, t, tenant, caseID, id)
		if err != nil {
			return err
		}
		role, ok := exchanged[i.Kind]
		if !ok {
			continue
		}
		m := claimcheck.Media{Tenant: tenant, Item: id, Case: caseID, Owner: owner, Subject: i.Subject, Role: role, Type: i.Media, SHA256: i.SHA256, Sealed: casefile.Moment{At: i.Received, Leaf: i.Leaf}}
		switch o, err := (orderdb.Store{}).OrderOfCase(ctx, t, tenant, caseID); {
		case err == nil:
			m.Merchant, m.Product = o.Merchant, productOf(o)
		case !casefile.Is(err, casefile.NotFound): // a case without an order
			return err
		}
		if err := c.Orders.Checks.Add(ctx, t, m); err != nil {
			return err
		}
	}
	return nil
}

// productOf is what all orders of the same product share: the product page, or else the merchant's code of the product. Nil: neither is known.
func productOf(o order.Order) casefile.ID {
	switch {
	case !o.Listing.IsNil():
		return o.Listing
	case o.Code == "":
		return casefile.Nil
	}
	sum := sha256.Sum256(append(append([]byte("product of a merchant\x00"), o.Merchant[:]...), o.Code...))
	return casefile.ID(sum[:16])
}

// Attach implements service.Evidence.
func (v vault) Attach(ctx context.Context, t tx.Tx, by casefile.Actor, a service.Attachment) error {
	if err := v.Service.Attach(ctx, t, by, evidence.Attachment(a)); err != nil {
		return err
	}
	return v.core.indexExchanged(ctx, t, by.Tenant, a.Case, a.Request, a.Items)
}

// films looks at videos in a process of its own, this program with a hidden command.
func (c *Core) films() checkFilms {
	f := &picture.Films{Folder: filepath.Join(c.DataDir, "index")}
	if len(c.PictureCommand) > 0 {
		f.Command = append(append([]string{}, c.PictureCommand...), "--film")
	}
	return checkFilms{f}
}

// checkFilms looks at videos for the checks.
type checkFilms struct{ films *picture.Films }

// Installed implements check.Films.
func (f checkFilms) Installed() bool { return f.films.Installed() }

// Film implements check.Films.
func (f checkFilms) Film(ctx context.Context, c claimcheck.Content, size int64, media string) (claimcheck.Film, error) {
	x, err := f.films.Film(ctx, c, size, media)
	out := claimcheck.Film{State: claimcheck.FilmState(x.State)}
	for _, p := range x.Prints {
		out.Prints = append(out.Prints, fingerprint.Print{Hash: p.Hash, Quality: p.Quality})
	}
	for _, k := range x.Kept {
		out.Kept = append(out.Kept, claimcheck.Frame(k))
	}
	return out, err
}

// Still implements check.Films.
func (f checkFilms) Still(ctx context.Context, c claimcheck.Content, size int64, media string, second int, near []fingerprint.Hash) ([]byte, error) {
	return f.films.Still(ctx, c, size, media, second, near)
}
