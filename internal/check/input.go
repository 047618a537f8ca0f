package check

import (
	"context"
	"slices"
	"time"

	"anxin/fingerprint"
	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// All is the list of checks, in the order in which their signals are read. A new one is one file and one line here.
func All() []Check {
	list := []Check{exactReuse(), nearReuse(), samePhotograph(), videoReuse(), metadata(), aigcLabel(), contentCredentials()}
	return append(list, detectors()...)
}

// Input is what a check may look at: the round, its files, and what was seen before. It belongs to one round and is not safe for concurrent use.
type Input struct {
	Round Round
	Files []File // those that could be opened

	number   int
	gone     []casefile.ID
	service  *Service
	pictures map[casefile.ID]seen
	near     map[casefile.ID][]Candidate
	traced   map[casefile.ID]traced
	films    map[casefile.ID]Film
	framed   map[casefile.ID][]Candidate
	kept     []func(ctx context.Context, t tx.Tx) error // enter what was drawn
}

type seen struct {
	p   Picture
	err error
}

// Picture decodes a file once, in the other process. A file that is no picture is Decoded "unsupported", without error.
func (in *Input) Picture(ctx context.Context, f File) (Picture, error) {
	if x, ok := in.pictures[f.Item]; ok {
		return x.p, x.err
	}
	p, err := in.service.look(ctx, in.Round.Tenant, f)
	if in.pictures == nil {
		in.pictures = map[casefile.ID]seen{}
	}
	in.pictures[f.Item] = seen{p, err}
	return p, err
}

// Open opens the bytes of a file as received.
func (in *Input) Open(ctx context.Context, f File) (Content, error) {
	return in.service.Vault.Open(ctx, in.Round.Tenant, f.Case, f.Item)
}

// maxSame bounds how many items with the same bytes are looked at.
const maxSame = 50

// Same answers what else has the same bytes as a file: references and what other claims showed.
func (in *Input) Same(ctx context.Context, f File) ([]Related, error) {
	var rows []Media
	err := in.service.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		rows, err = in.service.Store.SameBytes(ctx, t, in.Round.Tenant, f.SHA256, maxSame)
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []Related
	for _, m := range rows {
		if err := in.relate(ctx, f, m, 0, &out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Near answers what else looks nearly like a picture: pictures, nearest first, then frames of videos. What has the same bytes is not among it.
func (in *Input) Near(ctx context.Context, f File, prints []fingerprint.Hash) ([]Related, error) {
	list, err := in.nearMedia(ctx, f, prints)
	if err != nil {
		return nil, err
	}
	frames, err := in.nearFrames(ctx, f, prints)
	if err != nil {
		return nil, err
	}
	var out []Related
	for _, c := range append(slices.Clone(list), frames...) {
		n := len(out)
		if err := in.relate(ctx, f, c.Media, c.Related.Distance, &out); err != nil {
			return nil, err
		}
		if len(out) > n {
			out[n].Seconds = c.Related.Seconds
		}
	}
	return out, nil
}

// nearMedia answers the items that look nearly like a picture, with their sketches, once per picture. Only the distance of their relation is filled in.
func (in *Input) nearMedia(ctx context.Context, f File, prints []fingerprint.Hash) ([]Candidate, error) {
	if list, ok := in.near[f.Item]; ok {
		return list, nil
	}
	hits, err := in.service.near.search(ctx, in.service, in.Round.Tenant, prints)
	if err != nil {
		return nil, err
	}
	out := []Candidate{}
	for _, h := range hits {
		var c Candidate
		err := in.service.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
			c, err = in.service.Store.Sketched(ctx, t, in.Round.Tenant, casefile.ID(h.Item))
			return err
		})
		if casefile.Is(err, casefile.NotFound) || err == nil && c.SHA256 == f.SHA256 {
			continue
		}
		if err != nil {
			return nil, err
		}
		c.Related.Distance = h.Distance
		out = append(out, c)
	}
	if in.near == nil {
		in.near = map[casefile.ID][]Candidate{}
	}
	in.near[f.Item] = out
	return out, nil
}

// relate says what an item of the index is to the claim and adds it, unless it is the claim's own or has no bearing.
func (in *Input) relate(ctx context.Context, f File, m Media, distance int, out *[]Related) error {
	r := Related{Case: m.Case, Item: m.Item, Role: m.Role, Video: isVideo(m.Type), Distance: distance}
	switch {
	case m.Item == f.Item, m.Role == RoleClaim && m.Owner == in.Round.Claim:
		return nil
	case m.Role == RoleReference && in.own(m.Owner):
		if r.Relation = RelReference; !m.Sealed.Before(in.Round.Filed) {
			r.Relation = RelReferenceLater
		}
	case !m.Sealed.Before(f.Sealed):
		return nil // somebody used it after this claim: the later one will be told
	case m.Role == RoleReference:
		if r.Relation = RelElsewhere; !m.Product.IsNil() && m.Product == in.Round.Product {
			r.Relation = RelProduct
		}
	default:
		same, err := in.sameBuyer(ctx, m)
		if err != nil {
			return err
		}
		switch {
		case m.Role.message() && !same:
			r.Relation = RelOtherMessage
		case m.Role.message() && !m.Sealed.Before(in.Round.Filed):
			r.Relation = RelMessageLater
		case m.Role.message():
			r.Relation = RelMessage
		case same:
			r.Relation = RelSameBuyer
		default:
			r.Relation = RelOtherClaim
		}
	}
	*out = append(*out, r)
	return nil
}

// sameBuyer reports whether something of the index is the claim's buyer's, or from their own case.
func (in *Input) sameBuyer(ctx context.Context, m Media) (same bool, err error) {
	if m.Case == in.Round.Case || in.own(m.Owner) || m.Subject == in.Round.Subject && !m.Subject.IsNil() {
		return true, nil
	}
	if m.Subject.IsNil() || in.Round.Subject.IsNil() {
		return false, nil
	}
	err = in.service.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		same, err = in.service.Buyers.Same(ctx, t, in.Round.Tenant, m.Subject, in.Round.Subject)
		return err
	})
	return same, err
}

func (in *Input) own(owner casefile.ID) bool {
	for _, o := range in.Round.Owners {
		if o == owner {
			return true
		}
	}
	return false
}

// relationRank orders relations by how much they say.
var relationRank = map[Relation]int{RelOtherClaim: 9, RelOtherMessage: 8, RelReference: 7, RelProduct: 6, RelElsewhere: 5, RelSameBuyer: 4, RelMessage: 3, RelReferenceLater: 2, RelMessageLater: 1}

// strongest picks the relation that says most: another's claim, then a reference, and last what counts for nothing.
func strongest(all []Related) (best Related, ok bool) {
	rank := relationRank
	for _, r := range all {
		if !ok || rank[r.Relation] > rank[best.Relation] || rank[r.Relation] == rank[best.Relation] && r.Distance < best.Distance {
			best, ok = r, true
		}
	}
	return best, ok
}

// day writes a date in China's time, moment a time.
func day(t time.Time) string    { return t.In(casefile.Shanghai).Format("2006-01-02") }
func moment(t time.Time) string { return t.In(casefile.Shanghai).Format("2006-01-02 15:04") }
