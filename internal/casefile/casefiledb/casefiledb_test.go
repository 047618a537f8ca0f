package casefiledb_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/casefile/casefiledb"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/tx"
)

var ctx = context.Background()

// memoryLedger counts leaves; transactions that roll back leave gaps, which no test here minds.
type memoryLedger struct {
	mu     sync.Mutex
	leaves []casefile.LogLeaf
	fail   error
}

func (m *memoryLedger) AppendLeaves(_ context.Context, _ tx.Tx, leaves []casefile.LogLeaf) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return 0, m.fail
	}
	m.leaves = append(m.leaves, leaves...)
	return int64(len(m.leaves) - len(leaves)), nil
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 123456789, casefile.Shanghai)

func write(t *testing.T, d *db.DB, f func(ctx context.Context, t tx.Tx) error) {
	t.Helper()
	if err := d.Write(ctx, f); err != nil {
		t.Fatal(err)
	}
}

func newCase(src casefile.Source) casefile.Case {
	return casefile.Case{Tenant: 1, ID: src.NewID(), Subject: src.NewID(), Lang: "zh", Created: noon}
}

func TestStatementsPrepareOnBoth(t *testing.T) { dbtest.CheckStatements(t, casefiledb.Statements) }

func TestAppendNumbersCommitsToTheLogAndTellsLive(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var src casefile.Source
		ledger, live := &memoryLedger{}, casefile.NewLive(0)
		line := casefile.NewTimeline(casefiledb.Store{}, ledger, live, src)
		c := newCase(src)
		news, cancel := live.Subscribe(1, c.ID)
		defer cancel()
		visit := src.NewID()
		write(t, d, func(ctx context.Context, x tx.Tx) error {
			mine := c
			if err := line.Create(ctx, x, &mine); err != nil {
				return err
			}
			c.Number = mine.Number
			return line.Append(ctx, x, &mine, noon,
				casefile.Event{Kind: "request.received", Role: casefile.Customer, Audience: casefile.ForCustomer, Data: json.RawMessage("{ \"a\" : 1 }")},
				casefile.Event{Kind: "desk.note", Role: casefile.Agent, Actor: src.NewID()})
		})
		if seq := <-news; seq != 2 {
			t.Errorf("live said %d, want 2", seq)
		}
		write(t, d, func(ctx context.Context, x tx.Tx) error {
			mine, err := line.Lock(ctx, x, 1, c.ID)
			if err != nil {
				return err
			}
			if mine.LastSeq != 2 || !mine.Created.Equal(noon.Truncate(time.Microsecond)) || mine.Number != c.Number || mine.Subject != c.Subject {
				t.Errorf("read back %+v", mine)
			}
			return line.Append(ctx, x, &mine, noon.Add(time.Hour),
				casefile.Event{Kind: "visit.planned", Role: casefile.System, Visit: visit, Audience: casefile.ForCustomer | casefile.ForTechnician})
		})
		for _, tc := range []struct {
			who   casefile.Audience
			after int64
			want  string
		}{{casefile.ForDesk, 0, "[1 2 3]"}, {casefile.ForCustomer, 0, "[1 3]"}, {casefile.ForTechnician, 0, "[3]"}, {casefile.ForMerchant, 0, "[]"}, {casefile.ForCustomer, 1, "[3]"}} {
			got := []int64{}
			err := d.Read(ctx, func(ctx context.Context, x tx.Tx) error {
				evs, err := line.Events(ctx, x, 1, c.ID, tc.who, tc.after)
				for _, e := range evs {
					got = append(got, e.Seq)
					leaf := ledger.leaves[e.Leaf]
					if leaf.Digest != casefile.EventDigest(e) || leaf.Seq != e.Seq || leaf.Case != c.ID {
						t.Errorf("event %d as stored is not what leaf %d commits to: %s", e.Seq, e.Leaf, casefile.EventRecord(e))
					}
				}
				return err
			})
			if err != nil || fmt.Sprint(got) != tc.want {
				t.Errorf("audience %d after %d: %v, want %s (%v)", tc.who, tc.after, got, tc.want, err)
			}
		}
		if got := ledger.leaves[2].Subjects; len(got) != 1 || got[0] != visit {
			t.Errorf("subjects of the visit's leaf: %v", got)
		}
		err := d.Read(ctx, func(ctx context.Context, x tx.Tx) error {
			byNumber, err := line.ByNumber(ctx, x, 1, c.Number)
			if err == nil && byNumber.ID != c.ID {
				t.Error("another case has the number")
			}
			evs, err2 := line.EventsByLeaf(ctx, x, 1, 1)
			if len(evs) != 2 || evs[0].Seq != 2 {
				t.Errorf("by leaf: %v", evs)
			}
			_, foreign := line.Get(ctx, x, 2, c.ID)
			if !casefile.Is(foreign, casefile.NotFound) {
				t.Errorf("another tenant sees the case: %v", foreign)
			}
			return errors.Join(err, err2)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// fixedDigits makes NewNumber draw the given digits, one set after the other.
type fixedDigits struct{ left []byte }

func (f *fixedDigits) Read(p []byte) (int, error) { return copy(p, f.left), f.next(len(p)) }
func (f *fixedDigits) next(n int) error           { f.left = f.left[min(n, len(f.left)):]; return nil }

func TestATakenNumberIsDrawnAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var src casefile.Source
		line := func(digits ...byte) *casefile.Timeline {
			return casefile.NewTimeline(casefiledb.Store{}, &memoryLedger{}, nil, casefile.Source{Rand: &fixedDigits{digits}})
		}
		first, second, third := newCase(src), newCase(src), newCase(src)
		write(t, d, func(ctx context.Context, x tx.Tx) error { return line(1, 2, 3, 4, 5).Create(ctx, x, &first) })
		write(t, d, func(ctx context.Context, x tx.Tx) error {
			return line(1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 9, 9, 9, 9, 9).Create(ctx, x, &second)
		})
		if first.Number[6:11] != "12345" || second.Number[6:11] != "99999" {
			t.Errorf("numbers %s, %s", first.Number, second.Number)
		}
		third.Number = first.Number
		err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error { return line().Create(ctx, x, &third) })
		if !casefile.Is(err, casefile.Conflict) {
			t.Errorf("a given number that is taken: %v", err)
		}
		third.Tenant = 2
		write(t, d, func(ctx context.Context, x tx.Tx) error { return line().Create(ctx, x, &third) })
	})
}

func TestAppendWithoutTheLockIsAConflictAndChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var src casefile.Source
		ledger := &memoryLedger{}
		line := casefile.NewTimeline(casefiledb.Store{}, ledger, nil, src)
		c := newCase(src)
		ev := casefile.Event{Kind: "a", Role: casefile.System}
		write(t, d, func(ctx context.Context, x tx.Tx) error { return line.Create(ctx, x, &c) })
		stale := c
		write(t, d, func(ctx context.Context, x tx.Tx) error { mine := c; return line.Append(ctx, x, &mine, noon, ev) })
		err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error { mine := stale; return line.Append(ctx, x, &mine, noon, ev) })
		if !casefile.Is(err, casefile.Conflict) {
			t.Errorf("got %v", err)
		}
		ledger.fail = errors.New("log gone")
		err = d.Write(ctx, func(ctx context.Context, x tx.Tx) error {
			mine, err := line.Lock(ctx, x, 1, c.ID)
			if err != nil {
				return err
			}
			return line.Append(ctx, x, &mine, noon, ev)
		})
		if !errors.Is(err, ledger.fail) {
			t.Errorf("got %v", err)
		}
		_ = d.Read(ctx, func(ctx context.Context, x tx.Tx) error {
			now, err := line.Get(ctx, x, 1, c.ID)
			if err != nil || now.LastSeq != 1 {
				t.Errorf("last seq %d (%v), want 1", now.LastSeq, err)
			}
			return nil
		})
	})
}

func TestBadEventsAreRefused(t *testing.T) {
	d := dbtest.SQLite(t)
	var src casefile.Source
	line := casefile.NewTimeline(casefiledb.Store{}, &memoryLedger{}, nil, src)
	c := newCase(src)
	write(t, d, func(ctx context.Context, x tx.Tx) error { return line.Create(ctx, x, &c) })
	for name, ev := range map[string]casefile.Event{
		"no kind":       {Role: casefile.System},
		"kind of words": {Kind: "two words", Role: casefile.System},
		"line in kind":  {Kind: "a\nseq 9", Role: casefile.System},
		"no role":       {Kind: "a"},
		"no JSON":       {Kind: "a", Role: casefile.System, Data: json.RawMessage("{")},
		"no UTF-8":      {Kind: "a", Role: casefile.System, Data: json.RawMessage("\"\xff\"")},
		"too long":      {Kind: "a", Role: casefile.System, Data: json.RawMessage(`"` + string(make([]byte, casefile.MaxEventData)) + `"`)},
	} {
		err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error { mine := c; return line.Append(ctx, x, &mine, noon, ev) })
		if !casefile.Is(err, casefile.Internal) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Many writers on one case: every event gets a number of its own, without gaps.
func TestConcurrentAppendsAreGapless(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var src casefile.Source
		line := casefile.NewTimeline(casefiledb.Store{}, &memoryLedger{}, casefile.NewLive(0), src)
		c := newCase(src)
		write(t, d, func(ctx context.Context, x tx.Tx) error { return line.Create(ctx, x, &c) })
		var wg sync.WaitGroup
		for range 60 {
			wg.Go(func() {
				err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error {
					mine, err := line.Lock(ctx, x, 1, c.ID)
					if err != nil {
						return err
					}
					return line.Append(ctx, x, &mine, noon, casefile.Event{Kind: "a", Role: casefile.System})
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		_ = d.Read(ctx, func(ctx context.Context, x tx.Tx) error {
			evs, err := line.Events(ctx, x, 1, c.ID, casefile.ForDesk, 0)
			if err != nil || len(evs) != 60 || evs[59].Seq != 60 {
				t.Errorf("%d events (%v)", len(evs), err)
			}
			return nil
		})
	})
}

func TestClosingAndReopening(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var src casefile.Source
		line := casefile.NewTimeline(casefiledb.Store{}, &memoryLedger{}, nil, src)
		c := newCase(src)
		write(t, d, func(ctx context.Context, x tx.Tx) error { return line.Create(ctx, x, &c) })
		for _, at := range []time.Time{noon, {}} {
			write(t, d, func(ctx context.Context, x tx.Tx) error { return line.SetClosed(ctx, x, &c, at) })
			_ = d.Read(ctx, func(ctx context.Context, x tx.Tx) error {
				got, err := line.Get(ctx, x, 1, c.ID)
				if err != nil || !got.Closed.Equal(at.Truncate(time.Microsecond)) {
					t.Errorf("closed %v, want %v (%v)", got.Closed, at, err)
				}
				return nil
			})
		}
	})
}

func TestARetriedActGetsItsFirstAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := noon
		idem := casefile.NewIdempotency(casefiledb.Store{}, casefile.Source{Clock: func() time.Time { return now }})
		act := func(tenant casefile.Tenant, scope, key, request, answer string) (got string, seen bool, err error) {
			err = d.Write(ctx, func(ctx context.Context, x tx.Tx) error {
				got, seen, err = idem.Begin(ctx, x, tenant, scope, key, casefile.RequestHash([]byte(request)))
				if err != nil || seen {
					return err
				}
				got = answer
				return idem.Save(ctx, x, tenant, scope, key, answer)
			})
			return got, seen, err
		}
		check := func(name, got string, seen bool, err error, want string, wantSeen bool) {
			t.Helper()
			if err != nil || got != want || seen != wantSeen {
				t.Errorf("%s: %q seen %v (%v)", name, got, seen, err)
			}
		}
		got, seen, err := act(1, "report", "k", "r", "one")
		check("first", got, seen, err, "one", false)
		got, seen, err = act(1, "report", "k", "r", "two")
		check("again", got, seen, err, "one", true)
		now = noon.Add(time.Second)
		got, seen, err = act(1, "cancel", "k", "r", "three")
		check("another scope", got, seen, err, "three", false)
		got, seen, err = act(2, "report", "k", "r", "four")
		check("another tenant", got, seen, err, "four", false)
		_, _, err = act(1, "report", "k", "other", "five")
		var e *casefile.Error
		if !errors.As(err, &e) || e.Category != casefile.Conflict || e.Key != "error.idempotency_key_reused" {
			t.Errorf("another request under the key: %v", err)
		}
		if _, _, err = act(1, "report", "", "r", "x"); !casefile.Is(err, casefile.Invalid) {
			t.Errorf("no key: %v", err)
		}
		now = noon.Add(casefile.IdempotencyAge + time.Minute)
		got, seen, err = act(1, "report", "fresh", "r", "six")
		check("fresh", got, seen, err, "six", false)
		write(t, d, func(ctx context.Context, x tx.Tx) error {
			n, err := idem.Purge(ctx, x, 1, 1)
			if n != 1 {
				t.Errorf("purged %d with limit 1", n)
			}
			m, err2 := idem.Purge(ctx, x, 1, 100)
			if m != 1 {
				t.Errorf("purged %d, want the second old one of tenant 1", m)
			}
			return errors.Join(err, err2)
		})
		got, seen, err = act(1, "report", "fresh", "r", "seven")
		check("kept", got, seen, err, "six", true)
		got, seen, err = act(2, "report", "k", "r", "eight")
		check("the other tenant's", got, seen, err, "four", true)
	})
}

// Thirty clients send the same act at the same moment: it is done once.
func TestConcurrentRetriesDoItOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		idem := casefile.NewIdempotency(casefiledb.Store{}, casefile.Source{})
		var wg sync.WaitGroup
		var mu sync.Mutex
		done, answers := 0, map[string]int{}
		for i := range 30 {
			wg.Go(func() {
				var answer string
				var seen bool
				err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error {
					var err error
					answer, seen, err = idem.Begin(ctx, x, 1, "report", "same", casefile.RequestHash([]byte("r")))
					if err != nil || seen {
						return err
					}
					answer = fmt.Sprint("case ", i)
					return idem.Save(ctx, x, 1, "report", "same", answer)
				})
				mu.Lock()
				defer mu.Unlock()
				answers[answer]++
				if !seen {
					done++
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if done != 1 || len(answers) != 1 {
			t.Errorf("done %d times, answers %v", done, answers)
		}
	})
}

// A refused act reserves nothing: the client may mend it and send the same key again.
func TestAFailedActLeavesTheKeyFree(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		idem := casefile.NewIdempotency(casefiledb.Store{}, casefile.Source{})
		for _, fail := range []error{errors.New("refused"), nil} {
			err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error {
				_, seen, err := idem.Begin(ctx, x, 1, "report", "k", casefile.RequestHash([]byte(fmt.Sprint(fail))))
				if err != nil || seen {
					t.Errorf("seen %v (%v)", seen, err)
					return err
				}
				return errors.Join(fail, idem.Save(ctx, x, 1, "report", "k", "a"))
			})
			if !errors.Is(err, fail) {
				t.Error(err)
			}
		}
	})
}
