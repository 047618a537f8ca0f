package ledgerdb_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/ledger"
	"anxin/internal/ledger/ledgerdb"
	"anxin/internal/tx"
	"anxin/seal"
	"anxin/seal/stamp"
	"anxin/seal/stamp/stamptest"
)

var ctx = context.Background()

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

func TestStatementsPrepareOnBoth(t *testing.T) { dbtest.CheckStatements(t, ledgerdb.Statements) }

// world is a ledger on a database with an exported copy and a clock that the test moves.
type world struct {
	*ledger.Ledger
	d      *db.DB
	folder *seal.DirFolder
	now    time.Time
}

func newWorld(t *testing.T, d *db.DB, authority stamp.Authority) *world {
	t.Helper()
	w := &world{d: d, now: noon}
	var err error
	if w.folder, err = seal.OpenDirFolder(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	w.Ledger, err = ledger.New(d, ledgerdb.Store{}, casefile.Source{Clock: func() time.Time { return w.now }}, ledger.Options{
		Origin: "log.example/test", Seed: make([]byte, 32), Authority: authority,
		Folder: func(casefile.Tenant) (seal.Folder, error) { return w.folder, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func leaf(tenant casefile.Tenant, i int) casefile.LogLeaf {
	return casefile.LogLeaf{Tenant: tenant, Case: casefile.ID{1, byte(i)}, Kind: "event", Seq: int64(i), At: noon.Add(time.Duration(i) * time.Microsecond),
		Subjects: []casefile.ID{{2, byte(i)}}, Digest: sha256.Sum256(fmt.Append(nil, i))}
}

func (w *world) add(t *testing.T, tenant casefile.Tenant, from, to int) {
	t.Helper()
	var leaves []casefile.LogLeaf
	for i := from; i < to; i++ {
		leaves = append(leaves, leaf(tenant, i))
	}
	err := w.d.Write(ctx, func(ctx context.Context, x tx.Tx) error {
		first, err := w.AppendLeaves(ctx, x, leaves)
		if err == nil && first != int64(from) {
			err = fmt.Errorf("first = %d instead of %d", first, from)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) audit(t *testing.T, tenant casefile.Tenant) seal.AuditSummary {
	t.Helper()
	var sum seal.AuditSummary
	err := w.d.Read(ctx, func(ctx context.Context, x tx.Tx) error {
		size, err := ledgerdb.Store{}.Head(ctx, x, tenant)
		if err != nil {
			return err
		}
		all, err := ledgerdb.Store{}.CheckpointsFrom(ctx, x, tenant, 0, 1000)
		if err != nil {
			return err
		}
		o := seal.AuditOptions{Keys: w.Keys(tenant), Size: size, Copy: w.folder.FS()}
		for _, c := range all {
			o.Checkpoints = append(o.Checkpoints, c.Note)
		}
		sum, err = seal.Audit(ledger.Source(ctx, x, ledgerdb.Store{}, tenant, nil), o, func(f seal.Finding) { t.Errorf("%+v", f) })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func TestSignedPublishedAndSound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, nil)
		if err := w.Tick(ctx, 1); err != nil {
			t.Fatalf("an empty log: %v", err)
		}
		for _, to := range []int{1, 3, 300, 601} {
			from := map[int]int{1: 0, 3: 1, 300: 3, 601: 300}[to]
			w.add(t, 1, from, to)
			if err := w.TickAll(ctx); err != nil {
				t.Fatal(err)
			}
			if sum := w.audit(t, 1); sum.Leaves != int64(to) || sum.CopyLeaves != int64(to) {
				t.Errorf("%+v", sum)
			}
		}
		if err := w.TickAll(ctx); err != nil { // nothing new
			t.Fatal(err)
		}
		err := d.Read(ctx, func(ctx context.Context, x tx.Tx) error {
			all, err := ledgerdb.Store{}.CheckpointsFrom(ctx, x, 1, 0, 100)
			if err != nil || len(all) != 4 || !all[3].At.Equal(noon.Add(600*time.Microsecond)) {
				t.Errorf("%d checkpoints, %v", len(all), err)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestTenantsHaveLogsOfTheirOwn(t *testing.T) {
	d := dbtest.SQLite(t)
	w := newWorld(t, d, nil)
	w.add(t, 1, 0, 5)
	w.add(t, 2, 0, 3)
	one, err := w.Sign(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	two, err := w.Sign(ctx, 2)
	if err != nil || one.Size != 5 || two.Size != 3 {
		t.Fatalf("%d %d %v", one.Size, two.Size, err)
	}
	if _, err := w.Keys(1).Open(two.Note); !errors.Is(err, seal.ErrCheckpoint) {
		t.Errorf("tenant 2's checkpoint passes for tenant 1's: %v", err)
	}
	err = d.Write(ctx, func(ctx context.Context, x tx.Tx) error {
		_, err := w.AppendLeaves(ctx, x, []casefile.LogLeaf{leaf(1, 5), leaf(2, 3)})
		return err
	})
	if !casefile.Is(err, casefile.Internal) {
		t.Errorf("leaves of two tenants at once: %v", err)
	}
}

// Many transactions append at once, some fail after appending: numbers stay without gaps and the tree stays sound.
func TestConcurrentAppendsAndRollbacks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, nil)
		broken := errors.New("no")
		var wg sync.WaitGroup
		for i := range 80 {
			wg.Go(func() {
				err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error {
					if _, err := w.AppendLeaves(ctx, x, []casefile.LogLeaf{leaf(1, 2*i), leaf(1, 2*i+1)}); err != nil {
						return err
					}
					if i%4 == 0 {
						return broken
					}
					return nil
				})
				if err != nil && !errors.Is(err, broken) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if err := w.Tick(ctx, 1); err != nil {
			t.Fatal(err)
		}
		if sum := w.audit(t, 1); sum.Leaves != 120 {
			t.Errorf("%+v", sum)
		}
	})
}

func TestStampsAreAskedForSparinglyAndSealed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tsa := stamptest.New(t, noon, nil)
		w := newWorld(t, d, tsa)
		stamps := func() (n int) {
			err := d.Read(ctx, func(ctx context.Context, x tx.Tx) error {
				all, err := ledgerdb.Store{}.CheckpointsFrom(ctx, x, 1, 0, 100)
				for _, c := range all {
					if c.Stamp != nil {
						n++
						if _, err := stamp.Verify(c.Stamp, c.Note, stamp.Options{Roots: tsa.Roots}); err != nil {
							t.Error(err)
						}
					}
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		tick := func(after time.Duration, want int) {
			t.Helper()
			w.now = w.now.Add(after)
			if err := w.Tick(ctx, 1); err != nil {
				t.Fatal(err)
			}
			if n := stamps(); n != want {
				t.Errorf("%d stamps instead of %d", n, want)
			}
		}
		w.add(t, 1, 0, 3)
		tick(0, 1)
		tick(2*time.Hour, 1) // only the stamp's own leaf is new
		err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error {
			l := leaf(1, 9)
			l.At = w.now
			_, err := w.AppendLeaves(ctx, x, []casefile.LogLeaf{l, l})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		tick(time.Minute, 2)
		w.audit(t, 1)

		// A proof leads to the earliest stamped checkpoint that covers the leaf.
		err = d.Read(ctx, func(ctx context.Context, x tx.Tx) error {
			for index, size := range map[int64]int64{0: 3, 2: 3, 3: 6, 5: 6} {
				p, err := w.Prove(ctx, x, 1, index)
				if err != nil {
					return err
				}
				c, err := p.Proof.Check(w.Keys(1), p.Leaf)
				if err != nil || c.Size != size || p.Stamp == nil {
					t.Errorf("leaf %d: checkpoint %d instead of %d, %v", index, c.Size, size, err)
				}
			}
			_, err := w.Prove(ctx, x, 1, 6)
			if !casefile.Is(err, casefile.Conflict) {
				t.Errorf("a leaf under no checkpoint was proven: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

type noAuthority struct{}

func (noAuthority) Stamp(context.Context, []byte) ([]byte, error) { return nil, errors.New("502") }

func TestAnAuthorityThatIsAwayStopsNothing(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), noAuthority{})
	w.add(t, 1, 0, 3)
	if err := w.Tick(ctx, 1); err == nil {
		t.Error("the failure was swallowed")
	}
	if sum := w.audit(t, 1); sum.CopyLeaves != 3 {
		t.Errorf("signing and publishing waited for the stamp: %+v", sum)
	}
}

func TestADivergedCopyIsNeverWrittenOver(t *testing.T) {
	d := dbtest.SQLite(t)
	w := newWorld(t, d, nil)
	w.add(t, 1, 0, 5)
	if err := w.Tick(ctx, 1); err != nil {
		t.Fatal(err)
	}
	before, err := w.folder.ReadFile("checkpoint")
	if err != nil {
		t.Fatal(err)
	}
	other := newWorld(t, dbtest.SQLite(t), nil) // another history
	other.folder = w.folder
	other.add(t, 1, 0, 1)
	err = other.d.Write(ctx, func(ctx context.Context, x tx.Tx) error {
		for i := range 9 {
			l := leaf(1, 100+i)
			if _, err := other.AppendLeaves(ctx, x, []casefile.LogLeaf{l}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Tick(ctx, 1); !errors.Is(err, seal.ErrDiverged) {
		t.Errorf("%v", err)
	}
	if after, _ := w.folder.ReadFile("checkpoint"); !bytes.Equal(before, after) {
		t.Error("the copy was written over")
	}
}

func BenchmarkAppend(b *testing.B) {
	d := dbtest.SQLite(b)
	l, err := ledger.New(d, ledgerdb.Store{}, casefile.Source{}, ledger.Options{Origin: "log.example/test", Seed: make([]byte, 32)})
	if err != nil {
		b.Fatal(err)
	}
	for _, with := range []bool{false, true} {
		b.Run(fmt.Sprint("leaf=", with), func(b *testing.B) {
			i := 0
			err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error { // one transaction: the cost of the statements without the disk
				for b.Loop() {
					i++
					if with {
						if _, err := l.AppendLeaves(ctx, x, []casefile.LogLeaf{leaf(1, i)}); err != nil {
							return err
						}
					} else if _, err := (ledgerdb.Store{}).Head(ctx, x, 1); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		})
	}
}
