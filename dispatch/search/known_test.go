package search

import (
	"context"
	"testing"
)

// What is remembered of a route must be what the route says when it is asked, also after changes were taken back and plans exchanged.
func TestWhatIsRememberedIsTrue(t *testing.T) {
	checked := 0
	for seed := range uint64(8) {
		in := randomInstance(seed, 60, 10, true)
		near := newNeighbours(context.Background(), in, 20)
		tune := Tuning{}.withDefaults()
		s, other := newSearch(in, near, &tune, seed), newSearch(in, near, &tune, seed+100)
		s.construct(context.Background())
		other.construct(context.Background())
		best := newSnapshot(s)
		for i := range 600 {
			s.iterate(80)
			s.smallMoveAny(80)
			switch i % 50 {
			case 10:
				best.save(s)
			case 20:
				s.chains.improve(context.Background(), s, 1e6)
			case 30:
				best.restore(s)
			case 40:
				other.iterate(80)
				newSnapshot(other).restore(s)
			}
			if i%9 == 0 {
				checked += checkRemembered(t, s)
			}
		}
	}
	if checked < 10_000 {
		t.Fatalf("only %d places were remembered", checked)
	}
}

func checkRemembered(t *testing.T, s *state) (checked int) {
	t.Helper()
	blink := s.weight.blink
	s.weight.blink = 0
	defer func() { s.weight.blink = blink }()
	for job := range s.jobs {
		able := s.near.able[job]
		for i, v := range able {
			e := s.known[int(job)*s.near.mostAble+i]
			if s.stops[job].route == v || e.version != s.version[s.unit(v)] {
				continue
			}
			q := s.newQuery(job)
			if s.tryRoute(&q, v); q.cost < e.cost || e.after != noPlace && q.cost != e.cost {
				t.Fatalf("job %d vehicle %d: remembered %d behind %d, found %d behind %d", job, v, e.cost, e.after, q.cost, q.after)
			}
			checked++
		}
	}
	return checked
}

// A chain must change the plan by what it promised, or the cheapest of all chains would not be the one that is made. Only where breaks and lateness
// meet may it differ.
func TestChainsKeepWhatTheyPromise(t *testing.T) {
	made, out, broken := 0, 0, 0
	for seed := range uint64(12) {
		in := randomInstance(seed, 60, 4, true)
		in.Groups = nil
		tune := Tuning{}.withDefaults()
		s := newSearch(in, newNeighbours(context.Background(), in, 20), &tune, seed)
		s.construct(context.Background())
		for range 30 {
			for range 5 {
				s.iterate(400)
			}
			for _, sources := range []func(*state){s.chains.sourceOut, s.chains.sourceIn} {
				s.weight.blink = 0
				s.chains.list(context.Background(), s, 1<<60)
				before, left := s.cost, len(s.out)
				ok := false
				if s.chains.find(s, sources); s.chains.found.last != noPlace {
					ok = s.chains.apply(s)
					if made++; s.cost != before+s.chains.found.cost {
						broken++
					}
				}
				s.weight.blink = defaultWeights().blink
				if ok != (s.cost < before) || !ok && s.cost != before {
					t.Fatalf("seed %d: cost %d before and %d after, changed %v", seed, before, s.cost, ok)
				}
				out += left - len(s.out)
				if got := s.recount(t); got != s.cost {
					t.Fatalf("seed %d: the cost is %d, followed as %d", seed, got, s.cost)
				}
			}
		}
	}
	if made < 100 || out < 5 || broken*5 > made {
		t.Fatalf("%d chains were made, %d did not keep what they promised, %d more jobs served", made, broken, out)
	}
	t.Logf("%d chains, %d broken, %d more jobs served", made, broken, out)
}
