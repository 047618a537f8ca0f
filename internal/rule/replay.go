package rule

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"sync"
	"time"
)

// Stored is one claim as a replay reads it.
type Stored struct {
	Claim string `json:"claim"` // number or id; it is only given back
	Facts Facts  `json:"facts"`
}

// StoredOf reads the facts out of the JSON of a kept trace. ok is false when it holds none, as for claims that were filed while no pack could be evaluated.
func StoredOf(claim string, trace []byte) (s Stored, ok bool, err error) {
	if len(trace) == 0 {
		return s, false, nil
	}
	var t struct {
		Facts Facts `json:"facts"`
	}
	if err := json.Unmarshal(trace, &t); err != nil {
		return s, false, fmt.Errorf("rules: the kept trace of %s cannot be read: %w", claim, err)
	}
	return Stored{Claim: claim, Facts: t.Facts}, !t.Facts.Filed.IsZero(), nil
}

// Difference is one claim that the two packs treat differently.
type Difference struct {
	Claim   string   `json:"claim"`
	Changes []Change `json:"changes"`
	Error   string   `json:"error,omitempty"` // the facts could not be evaluated
}

// Summary counts a replay.
type Summary struct {
	Claims    int            `json:"claims"`
	Different int            `json:"different"`
	Failed    int            `json:"failed"`
	ByChange  map[string]int `json:"by_change"` // "queue: normal → long" → claims
	Took      time.Duration  `json:"took"`
}

// replayChunk is how many claims are read before they are given to the workers; memory stays at one chunk whatever the number of claims.
const replayChunk = 4096

// Replay runs two packs over stored facts and calls each for every claim that they treat differently, in the order of the claims. Claims are streamed:
// a failing source or a failing each ends the replay. workers < 1 means one. now tells the time, for Took.
func Replay(ctx context.Context, claims iter.Seq2[Stored, error], from, to *Pack, workers int, now func() time.Time, each func(Difference) error) (Summary, error) {
	s := Summary{ByChange: map[string]int{}}
	start := now()
	chunk, results := make([]Stored, 0, replayChunk), make([]Difference, replayChunk)
	flush := func() error {
		if err := compare(ctx, chunk, results, from, to, max(1, workers)); err != nil {
			return err
		}
		for i := range chunk {
			d := results[i]
			s.Claims++
			switch {
			case d.Error != "":
				s.Failed++
			case len(d.Changes) == 0:
				continue
			default:
				s.Different++
				for _, c := range d.Changes {
					s.ByChange[c.Field+": "+c.From+" → "+c.To]++
				}
			}
			if err := each(d); err != nil {
				return err
			}
		}
		chunk = chunk[:0]
		return nil
	}
	for c, err := range claims {
		if err != nil {
			return s, err
		}
		chunk = append(chunk, c)
		if len(chunk) == replayChunk {
			if err := flush(); err != nil {
				return s, err
			}
		}
	}
	err := flush()
	s.Took = now().Sub(start)
	return s, err
}

// compare fills results for a chunk. The only errors are those of the context; facts that cannot be evaluated are results.
func compare(ctx context.Context, chunk []Stored, results []Difference, from, to *Pack, workers int) error {
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(chunk) && ctx.Err() == nil; i += workers {
				results[i] = difference(ctx, &chunk[i], from, to)
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

func difference(ctx context.Context, c *Stored, from, to *Pack) Difference {
	d := Difference{Claim: c.Claim}
	a, err := from.outcome(ctx, &c.Facts)
	if err == nil {
		var b Outcome
		if b, err = to.outcome(ctx, &c.Facts); err == nil {
			d.Changes = Changes(&a, &b)
		}
	}
	if err != nil {
		d.Error = err.Error()
	}
	return d
}
