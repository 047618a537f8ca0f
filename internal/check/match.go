package check

import (
	"context"
	"fmt"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// Candidate is something that a claim's picture may have been made from.
type Candidate struct {
	Media
	Sketch  []byte // to choose by; empty when none was kept
	Related Related
}

// Drawing is a picture that was made from a comparison.
type Drawing struct {
	Kind, Media   string
	Width, Height int
	Bytes         []byte
}

// The kinds of drawings.
const (
	DrawnOverlay = "match_overlay"
	DrawnAligned = "match_aligned"
	DrawnFlicker = "match_flicker"
	DrawnMask    = "match_mask"
)

// Pair is a claim's picture beside one candidate.
type Pair struct {
	Reference                int // index among the candidates
	Decoded                  string
	Width, Height            int // of the candidate's file
	Related, Same            bool
	Mirrored, Changed        bool
	Band                     string
	Inliers                  int
	Coverage, Residual, Area float64
	Boxes                    [][4]int
	Map                      [9]float64
	Facts                    []NamedFact
	Drawings                 []Drawing
}

// Matched is what comparing a picture with candidates gave.
type Matched struct {
	Decoded       string
	Width, Height int
	Pairs         []Pair
}

// Matcher compares pictures in a process of its own, within bounds: a file with candidates, of which the best few by their sketches are loaded.
type Matcher interface {
	Match(ctx context.Context, claim []byte, sketches [][]byte, compare int, load func(ctx context.Context, i int) ([]byte, error)) (Matched, error)
}

// Bounds of one search: how many candidates each scope gives.
const (
	maxOfOwner    = 60
	maxOfBuyer    = 60
	maxOfMerchant = 120
)

// Candidates are what a picture of the claim is compared with: references of the order and of its product first, then the same buyer's earlier material, the merchant's, and last
// whatever looks nearly the same anywhere. Files with the same bytes are not among them.
func (in *Input) Candidates(ctx context.Context, f File) ([]Candidate, error) {
	var found []Candidate
	r := in.Round
	err := in.service.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		found = found[:0]
		add := func(list []Candidate, err error) error {
			found = append(found, list...)
			return err
		}
		for _, o := range r.Owners {
			if err := add(in.service.Store.OfOwner(ctx, t, r.Tenant, o, maxOfOwner)); err != nil {
				return err
			}
		}
		if !r.Subject.IsNil() {
			if err := add(in.service.Store.OfBuyer(ctx, t, r.Tenant, r.Subject, f.Sealed.At, maxOfBuyer)); err != nil {
				return err
			}
		}
		if !r.Merchant.IsNil() {
			return add(in.service.Store.OfMerchant(ctx, t, r.Tenant, r.Merchant, f.Sealed.At, maxOfMerchant))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	have := map[casefile.ID]bool{}
	var out []Candidate
	take := func(c Candidate) error {
		if have[c.Item] || c.SHA256 == f.SHA256 || c.State == PrintCannot {
			return nil
		}
		have[c.Item] = true
		var rel []Related
		if err := in.relate(ctx, f, c.Media, c.Related.Distance, &rel); err != nil || len(rel) == 0 {
			return err
		}
		c.Related = rel[0]
		out = append(out, c)
		return nil
	}
	for _, c := range found {
		if err := take(c); err != nil {
			return nil, err
		}
	}
	p, err := in.Picture(ctx, f)
	if err != nil || len(p.Prints) == 0 {
		return out, nil // that it cannot be decoded is told by who tries
	}
	near, err := in.nearMedia(ctx, f, p.Prints)
	if err != nil {
		return nil, err
	}
	for _, c := range near {
		if err := take(c); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Matched compares a picture with candidates, once per picture.
func (in *Input) Matched(ctx context.Context, f File, list []Candidate) (Matched, error) {
	b, err := in.service.bytes(ctx, in.Round.Tenant, f)
	if err != nil {
		return Matched{}, err
	}
	sketches := make([][]byte, len(list))
	for i, c := range list {
		if c.State != PrintWaiting { // its sketch was made with its print; one that has none yet is compared
			sketches[i] = c.Sketch
		}
	}
	return in.service.Matcher.Match(ctx, b, sketches, toCompare, func(ctx context.Context, i int) ([]byte, error) {
		b, err := in.service.Vault.Small(ctx, in.Round.Tenant, list[i].Case, list[i].Item)
		if casefile.Is(err, casefile.NotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reference %s: %w", list[i].Item, err)
		}
		return b, nil
	})
}
