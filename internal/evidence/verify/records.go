package verify

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/evidence"
	"anxin/internal/ledger"
	"anxin/internal/tx"
	"anxin/seal"
	"anxin/seal/stamp"
)

// records follows the stream of leaves with the rows that they commit to: events and items come in the order of the log, custody entries are looked
// up one by one.
type records struct {
	*verifier
	ctx         context.Context
	t           tx.Tx
	tenant      casefile.Tenant
	events      stream[casefile.Event]
	items       stream[evidence.Item]
	checkpoints []ledger.Checkpoint
	bySize      map[int64]*ledger.Checkpoint
	stamped     map[int64]bool        // sizes whose stamp has its leaf
	cases       map[int64]casefile.ID // of the rows that were read and not yet compared
	custody     int64                 // leaves of custody seen
	first       int64                 // items seen: each has a custody entry 0
	unchecked   map[string]int64
	bad         map[int64]bool // leaves that seal.Audit reported: their records are not accused as well
}

func newRecords(ctx context.Context, t tx.Tx, v *verifier, tenant casefile.Tenant) *records {
	r := &records{verifier: v, ctx: ctx, t: t, tenant: tenant, bySize: map[int64]*ledger.Checkpoint{}, stamped: map[int64]bool{}, cases: map[int64]casefile.ID{}, unchecked: map[string]int64{}, bad: map[int64]bool{}}
	r.events = stream[casefile.Event]{number: func(e casefile.Event) int64 { return e.Leaf }, page: func(from int64) ([]casefile.Event, error) {
		return v.Cases.EventsByLeaf(ctx, t, tenant, from)
	}}
	r.items = stream[evidence.Item]{number: func(i evidence.Item) int64 { return i.Leaf }, page: func(from int64) ([]evidence.Item, error) {
		return v.Evidence.ItemsByLeaf(ctx, t, tenant, from, pageSize)
	}}
	return r
}

const pageSize = 500

// stream pages through rows in the order of their leaf numbers. Numbers below 0 cannot be, so reading starts at the least.
type stream[T any] struct {
	page   func(from int64) ([]T, error)
	number func(T) int64
	buf    []T
	next   int64
	begun  bool
	ended  bool
}

// peek answers the next row; ok is false at the end.
func (s *stream[T]) peek() (v T, ok bool, err error) {
	for len(s.buf) == 0 && !s.ended {
		if !s.begun {
			s.begun, s.next = true, -1<<63
		}
		if s.buf, err = s.page(s.next); err != nil {
			return v, false, err
		}
		if len(s.buf) == 0 {
			s.ended = true
			break
		}
		// Rows that share a number must not be cut by a page; only altered ones do, and a page is larger than any such heap in practice.
		last := s.number(s.buf[len(s.buf)-1])
		if last == 1<<63-1 {
			s.ended = true
		}
		s.next = last + 1
	}
	if len(s.buf) == 0 {
		return v, false, nil
	}
	return s.buf[0], true, nil
}

func (s *stream[T]) pop() { s.buf = s.buf[1:] }

// take answers the row of leaf n. Rows with smaller numbers, and further ones with the same, are handed to stray: no leaf is theirs.
func (s *stream[T]) take(n int64, stray func(T)) (v T, ok bool, err error) {
	for {
		x, more, err := s.peek()
		if err != nil || !more || s.number(x) > n {
			return v, ok, err
		}
		s.pop()
		if s.number(x) == n && !ok {
			v, ok = x, true
			continue
		}
		stray(x)
	}
}

// rest hands over every row that is left.
func (s *stream[T]) rest(stray func(T)) error {
	for {
		x, more, err := s.peek()
		if err != nil || !more {
			return err
		}
		s.pop()
		stray(x)
	}
}

// row remembers the case column of a leaf's row until the leaf itself was read.
func (r *records) row(l ledger.LeafRow) { r.cases[l.Index] = l.Case }

func (r *records) find(f Finding) {
	f.Tenant = r.tenant
	r.report(f)
}

func (r *records) loadCheckpoints() error {
	for from := int64(-1 << 63); ; {
		page, err := r.Ledger.CheckpointsFrom(r.ctx, r.t, r.tenant, from, pageSize)
		if err != nil {
			return err
		}
		r.checkpoints = append(r.checkpoints, page...)
		if len(page) < pageSize || page[len(page)-1].Size == 1<<63-1 {
			break
		}
		from = page[len(page)-1].Size + 1
	}
	for i := range r.checkpoints {
		r.bySize[r.checkpoints[i].Size] = &r.checkpoints[i]
	}
	return nil
}

// leaf compares one leaf with its record.
func (r *records) leaf(index int64, leaf seal.Leaf) error {
	if got := r.cases[index]; got != casefile.ID(leaf.Case) {
		r.find(Finding{Code: FoundColumnAltered, Leaf: index, Case: casefile.ID(leaf.Case), Where: fmt.Sprintf("leaf %d", index),
			ZH: "这一条旁边存的案卷编号与条目内容不符", EN: "the case stored beside this leaf is not the one in its text"})
	}
	delete(r.cases, index)
	if c := r.bySize[index+1]; c != nil && !c.At.Equal(leaf.At) {
		r.find(Finding{Code: FoundCheckpointAltered, Leaf: -1, Where: fmt.Sprintf("checkpoint of %d leaves", c.Size),
			ZH: "检查点旁边存的时间与日志不符", EN: "the time stored beside the checkpoint is not that of its newest leaf"})
	}
	switch leaf.Kind {
	case "event":
		return r.event(index, leaf)
	case evidence.LeafItem:
		return r.item(index, leaf)
	case evidence.LeafCustody:
		return r.custodyEntry(index, leaf)
	case ledger.StampKind:
		r.stampLeaf(index, leaf)
		return nil
	}
	rec := r.Records[leaf.Kind]
	if rec == nil {
		r.unchecked[leaf.Kind]++
		return nil
	}
	b, found, err := rec(r.ctx, r.t, r.tenant, leaf)
	if err != nil {
		return err
	}
	r.compare(index, leaf, leaf.Kind, b, found, casefile.Nil)
	return nil
}

// compare reports a record that is missing or is not what the leaf commits to.
func (r *records) compare(index int64, leaf seal.Leaf, what string, record []byte, found bool, item casefile.ID) {
	f := Finding{Leaf: index, Case: casefile.ID(leaf.Case), Item: item, Where: fmt.Sprintf("%s (leaf %d)", what, index)}
	switch {
	case !found:
		f.Code, f.ZH, f.EN = FoundRecordMissing, "日志里有这一条，数据库里却没有对应的记录：它被删除或移走了", "the log has this leaf, the database has no record for it: it was deleted or moved"
	case sha256.Sum256(record) != leaf.Digest:
		f.Code, f.ZH, f.EN = FoundRecordAltered, "数据库里的记录与封存时的哈希不符：记录被改动过", "the record in the database does not match the hash that was sealed: it was altered"
	default:
		return
	}
	r.find(f)
}

func (r *records) event(index int64, leaf seal.Leaf) error {
	e, ok, err := r.events.take(index, r.strayEvent)
	if err != nil {
		return err
	}
	if ok {
		r.sum.Events++
	}
	r.compare(index, leaf, fmt.Sprintf("event %d of case %s", leaf.Seq, leaf.Case), casefile.EventRecord(e), ok, casefile.Nil)
	return nil
}

func (r *records) strayEvent(e casefile.Event) {
	if r.bad[e.Leaf] {
		return
	}
	r.find(Finding{Code: FoundRecordExtra, Leaf: e.Leaf, Case: e.Case, Where: fmt.Sprintf("event %d of case %s", e.Seq, e.Case),
		ZH: "日志里没有与这个事件对应的条目", EN: "the log has no leaf for this event"})
}

func (r *records) item(index int64, leaf seal.Leaf) error {
	i, ok, err := r.items.take(index, r.strayItem)
	if err != nil {
		return err
	}
	id := i.ID
	if len(leaf.Subjects) > 0 {
		id = casefile.ID(leaf.Subjects[0])
	}
	what := fmt.Sprintf("item %s of case %s", id, leaf.Case)
	record, recErr := evidence.ItemRecord(i)
	if recErr != nil {
		record = nil // a value that no record can hold: altered
	}
	r.compare(index, leaf, what, record, ok, id)
	r.first++
	if !ok {
		return nil
	}
	r.sum.Items++
	if sha256.Sum256(record) != leaf.Digest {
		return nil // its key columns cannot be trusted to find its custody log
	}
	return r.fold(index, i, what)
}

// fold compares the columns that may change with what the custody log adds up to, and entry 0 with the item.
func (r *records) fold(index int64, i evidence.Item, what string) error {
	log, err := r.Evidence.Custody(r.ctx, r.t, r.tenant, i.Case, i.ID)
	if err != nil {
		return err
	}
	if len(log) == 0 || log[0] != evidence.FirstCustody(i) {
		r.find(Finding{Code: FoundRecordAltered, Leaf: index, Case: i.Case, Item: i.ID, Where: "custody 0 of " + what,
			ZH: "保管记录的第一条与封存时的记录不符", EN: "the first entry of the custody log is not what the sealed record says"})
	}
	want := evidence.AtFirst(i)
	for _, c := range log {
		want = evidence.Fold(want, c)
	}
	if want != i {
		r.find(Finding{Code: FoundColumnAltered, Leaf: index, Case: i.Case, Item: i.ID, Where: what,
			ZH: "材料的归属或状态与保管记录不符", EN: "where the item belongs, or its state, is not what its custody log says"})
	}
	return nil
}

func (r *records) strayItem(i evidence.Item) {
	if r.bad[i.Leaf] {
		return
	}
	r.find(Finding{Code: FoundRecordExtra, Leaf: i.Leaf, Case: i.Case, Item: i.ID, Where: fmt.Sprintf("item %s of case %s", i.ID, i.Case),
		ZH: "日志里没有与这份材料对应的条目", EN: "the log has no leaf for this item"})
}

func (r *records) custodyEntry(index int64, leaf seal.Leaf) error {
	r.custody++
	var item casefile.ID
	if len(leaf.Subjects) > 0 {
		item = casefile.ID(leaf.Subjects[0])
	}
	c, err := r.Evidence.CustodyEntry(r.ctx, r.t, r.tenant, casefile.ID(leaf.Case), item, leaf.Seq)
	found := err == nil
	if err != nil && !casefile.Is(err, casefile.NotFound) {
		return err
	}
	record, recErr := evidence.CustodyRecord(c)
	if recErr != nil {
		record = nil
	}
	if found {
		r.sum.Custody++
	}
	r.compare(index, leaf, fmt.Sprintf("custody %d of item %s of case %s", leaf.Seq, item, leaf.Case), record, found, item)
	return nil
}

// stampLeaf compares a stamp with the leaf that seals it.
func (r *records) stampLeaf(index int64, leaf seal.Leaf) {
	c := r.bySize[leaf.Seq]
	if c == nil || c.Stamp == nil {
		r.compare(index, leaf, fmt.Sprintf("time stamp of the checkpoint of %d leaves", leaf.Seq), nil, false, casefile.Nil)
		return
	}
	r.stamped[leaf.Seq] = true
	r.sum.Stamps++
	where := fmt.Sprintf("time stamp of the checkpoint of %d leaves", leaf.Seq)
	r.compare(index, leaf, where, c.Stamp, true, casefile.Nil)
	if _, err := stamp.Verify(c.Stamp, c.Note, stamp.Options{}); err != nil && sha256.Sum256(c.Stamp) == leaf.Digest {
		r.find(Finding{Code: FoundCheckpointAltered, Leaf: index, Where: where, ZH: "时间戳与检查点不符", EN: "the time stamp is not one of this checkpoint"})
	}
}

// finish reports the rows that no leaf claimed.
func (r *records) finish(size int64) error {
	if err := r.events.rest(r.strayEvent); err != nil {
		return err
	}
	if err := r.items.rest(r.strayItem); err != nil {
		return err
	}
	for i := range r.checkpoints {
		r.checkpoint(&r.checkpoints[i])
	}
	for kind, n := range r.unchecked {
		r.find(Finding{Code: FoundUnchecked, Leaf: -1, Where: kind, Notice: true,
			ZH: fmt.Sprintf("%d 条“%s”类条目只核验了日志本身", n, kind), EN: fmt.Sprintf("of %d leaves of kind %s only the log itself was checked", n, kind)})
	}
	n, err := r.Evidence.CustodyCount(r.ctx, r.t, r.tenant)
	if err != nil || n == r.first+r.custody || len(r.bad) > 0 {
		return err // with leaves that cannot be read, the numbers need not add up
	}
	return r.strayCustody(size)
}

// copied looks for checkpoints that were exported and that the database no longer has. (The database may well have more: not each is exported.)
func (r *records) copied(dir fs.FS) error {
	if dir == nil {
		return nil
	}
	list, err := fs.ReadDir(dir, "checkpoints")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range list {
		size, err := strconv.ParseInt(e.Name(), 10, 64)
		if err == nil && r.bySize[size] == nil {
			r.find(Finding{Code: FoundRecordMissing, Leaf: -1, Where: fmt.Sprintf("checkpoint of %d leaves", size),
				ZH: "导出副本里有这个检查点，数据库里没有：它被删除或移走了", EN: "the exported copy has this checkpoint, the database does not: it was deleted or moved"})
		}
	}
	return nil
}

func (r *records) checkpoint(c *ledger.Checkpoint) {
	where := fmt.Sprintf("checkpoint of %d leaves", c.Size)
	if peek, err := seal.PeekCheckpoint(c.Note); err == nil && peek.Size != c.Size {
		r.find(Finding{Code: FoundCheckpointAltered, Leaf: -1, Where: where, ZH: "检查点旁边存的条数与检查点不符", EN: "the size stored beside the checkpoint is not the one in it"})
	}
	if c.Stamp != nil && !r.stamped[c.Size] && len(r.bad) == 0 {
		r.find(Finding{Code: FoundRecordExtra, Leaf: -1, Where: "time stamp of the " + where, ZH: "日志里没有与这个时间戳对应的条目", EN: "the log has no leaf for this time stamp"})
	}
}

// strayCustody names custody entries that no leaf claims. It runs only when the numbers do not add up.
func (r *records) strayCustody(size int64) error {
	type key struct {
		caseID, item casefile.ID
		seq          int64
	}
	known := map[key]bool{}
	err := ledger.Source(r.ctx, r.t, r.Ledger, r.tenant, nil).Leaves(0, size, func(_ int64, body []byte) error {
		leaf, err := seal.ParseLeaf(body)
		if err != nil || len(leaf.Subjects) == 0 {
			return nil
		}
		switch leaf.Kind {
		case evidence.LeafCustody:
			known[key{casefile.ID(leaf.Case), casefile.ID(leaf.Subjects[0]), leaf.Seq}] = true
		case evidence.LeafItem:
			known[key{casefile.ID(leaf.Case), casefile.ID(leaf.Subjects[0]), 0}] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	for after := (evidence.Custody{Tenant: r.tenant, Seq: -1 << 63}); ; {
		page, err := r.Evidence.CustodyAfter(r.ctx, r.t, after, pageSize)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, c := range page {
			if !known[key{c.Case, c.Item, c.Seq}] {
				r.find(Finding{Code: FoundRecordExtra, Leaf: -1, Case: c.Case, Item: c.Item, Where: fmt.Sprintf("custody %d of item %s of case %s", c.Seq, c.Item, c.Case),
					ZH: "日志里没有与这条保管记录对应的条目", EN: "the log has no leaf for this custody entry"})
			}
			after = c
			after.Tenant, after.At = r.tenant, time.Time{}
		}
	}
}
