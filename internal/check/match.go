package check

import (
	"context"
	"fmt"
	"slices"

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
	maxOfProduct  = 60
	maxOfBuyer    = 60
	maxOfMerchant = 80
	maxCandidates = 400 // altogether; the picture process takes no more
	maxFrames     = 60  // frames of the order's own videos
	maxStills     = 3   // frames of videos that are taken out and compared
)

// Candidates are what a picture of the claim is compared with: references of the order and of its listing first, with frames of their videos, then those of the same product in other
// orders, what the same buyer showed or sent before, the merchant's, and whatever looks nearly the same anywhere. Files with the same bytes are not among them.
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
		if !r.Product.IsNil() {
			if err := add(in.service.Store.OfProduct(ctx, t, r.Tenant, r.Product, f.Sealed.At, maxOfProduct)); err != nil {
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
	var near, frames []Candidate
	if p, err := in.Picture(ctx, f); err == nil && len(p.Prints) > 0 { // that it cannot be decoded is told by who tries
		if near, err = in.nearMedia(ctx, f, p.Prints); err != nil {
			return nil, err
		}
		if frames, err = in.nearFrames(ctx, f, p.Prints); err != nil {
			return nil, err
		}
	}
	// What looks nearly the same is not lost when the scopes before it are full.
	found = slices.Concat(frames[:min(len(frames), maxStills)], near, found)
	more, err := in.ownFrames(ctx, found)
	if err != nil {
		return nil, err
	}
	have := map[string]bool{}
	var out []Candidate
	for _, c := range slices.Concat(found, more) {
		frame := c.Related.Seconds[1] > 0
		key := fmt.Sprint(c.Item, c.Related.Seconds)
		if have[key] || c.SHA256 == f.SHA256 || c.State == PrintCannot && !frame || len(out) >= maxCandidates {
			continue
		}
		have[key] = true
		var rel []Related
		if err := in.relate(ctx, f, c.Media, c.Related.Distance, &rel); err != nil {
			return nil, err
		}
		if len(rel) > 0 {
			rel[0].Seconds = c.Related.Seconds
			c.Related = rel[0]
			out = append(out, c)
		}
	}
	return out, nil
}

// ownFrames are kept frames of the videos of the order itself, evenly taken when there are too many. They are few, and where a picture may have been cut out of one they find what the
// prints of whole frames do not.
func (in *Input) ownFrames(ctx context.Context, found []Candidate) (out []Candidate, err error) {
	have := map[casefile.ID]bool{}
	for _, c := range found {
		if !isVideo(c.Type) || !in.own(c.Owner) || c.Related.Seconds[1] > 0 || have[c.Item] {
			continue
		}
		have[c.Item] = true
		film, err := in.known(ctx, c.Item)
		if casefile.Is(err, casefile.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, k := range film.Kept {
			x := c
			x.Sketch, x.Related = k.Sketch, Related{Seconds: [2]int{k.Second, 1}}
			out = append(out, x)
		}
	}
	if n := len(out); n > maxFrames {
		for i := range maxFrames {
			out[i] = out[i*n/maxFrames]
		}
		out = out[:maxFrames]
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
	p, err := in.Picture(ctx, f)
	if err != nil {
		return Matched{}, err
	}
	stills := 0
	return in.service.Matcher.Match(ctx, b, sketches, toCompare, func(ctx context.Context, i int) ([]byte, error) {
		if list[i].Related.Seconds[1] > 0 {
			if stills++; stills > maxStills {
				return nil, nil
			}
			b, err := in.still(ctx, list[i], p.Prints)
			if casefile.Is(err, casefile.NotFound) {
				return nil, nil
			}
			return b, err
		}
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
