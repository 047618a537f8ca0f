package app

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/internal/service"
	"anxin/internal/service/plan"
)

// Bounds of the boards.
const (
	boardAhead = 15 * 24 * time.Hour // shifts are written out so far
	boardAge   = 5 * time.Minute     // then it is built anew beside the old one: other servers change days too, and time passes
	boardStale = 20 * time.Minute    // then it answers no more
	boardPage  = 500                 // technicians of one reading
)

// boardSource reads what a board is made of; *service.Service is one.
type boardSource interface {
	WorkforceAfter(ctx context.Context, tenant casefile.Tenant, after casefile.ID, limit int, until time.Time) (service.Workforce, casefile.ID, error)
	WorkforceOf(ctx context.Context, tenant casefile.Tenant, ids []casefile.ID, until time.Time) (service.Workforce, error)
}

// boards keep the days of all technicians of each tenant on a dispatch.Board. It is a cache and may be thrown away at any time: it is built from the database in
// the background, follows the commits of this process one technician at a time, and is built anew every few minutes. Nothing is decided by it alone.
type boards struct {
	source boardSource
	now    func() time.Time
	log    *slog.Logger

	mu      sync.Mutex
	tenants map[casefile.Tenant]*boardOf
	closed  bool
	work    sync.WaitGroup
	stop    context.Context
	cancel  context.CancelFunc
}

// boardOf is the board of one tenant.
type boardOf struct {
	turn sync.Mutex // one refresh at a time

	mu       sync.Mutex
	board    *dispatch.Board
	built    time.Time
	until    time.Time
	building bool
	dirty    map[casefile.ID]bool // changed since the board was told
	next     map[casefile.ID]bool // changed since the building of the next board began
}

func newBoards(now func() time.Time, log *slog.Logger) *boards {
	b := &boards{now: now, log: log, tenants: map[casefile.Tenant]*boardOf{}}
	b.stop, b.cancel = context.WithCancel(context.Background())
	return b
}

// Close ends what is being built.
func (b *boards) Close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.cancel()
	b.work.Wait()
}

func (b *boards) of(tenant casefile.Tenant) *boardOf {
	b.mu.Lock()
	defer b.mu.Unlock()
	x := b.tenants[tenant]
	if x == nil {
		x = &boardOf{dirty: map[casefile.ID]bool{}, next: map[casefile.ID]bool{}}
		b.tenants[tenant] = x
	}
	return x
}

// DayChanged marks a technician; the day is read when somebody asks. It does not block: commits wait for it.
func (b *boards) DayChanged(tenant casefile.Tenant, technician casefile.ID) {
	x := b.of(tenant)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.dirty[technician], x.next[technician] = true, true
}

// Board implements service.Boards.
func (b *boards) Board(ctx context.Context, tenant casefile.Tenant) (service.Board, time.Time) {
	x := b.of(tenant)
	now := b.now()
	x.mu.Lock()
	board, until, age := x.board, x.until, now.Sub(x.built)
	x.mu.Unlock()
	if board == nil || age.Abs() > boardAge {
		b.build(tenant, x)
	}
	if board == nil || age.Abs() > boardStale {
		return nil, time.Time{}
	}
	if err := b.refresh(ctx, tenant, x, board); err != nil {
		b.log.WarnContext(ctx, "the board of technicians could not be brought up to date; circles are read instead", "error", err)
		return nil, time.Time{}
	}
	board.SetNow(dispatch.At(now))
	return board, until
}

// refresh puts the changed days on the board. A question waits for it, because it must see what was committed before.
func (b *boards) refresh(ctx context.Context, tenant casefile.Tenant, x *boardOf, board *dispatch.Board) error {
	x.turn.Lock()
	defer x.turn.Unlock()
	x.mu.Lock()
	ids := make([]casefile.ID, 0, len(x.dirty))
	for id := range x.dirty {
		ids = append(ids, id)
	}
	clear(x.dirty) // before reading: what is committed from now on marks them again
	until := x.until
	x.mu.Unlock()
	if len(ids) == 0 {
		return nil
	}
	wf, err := b.source.WorkforceOf(ctx, tenant, ids, until)
	if err != nil {
		x.mu.Lock()
		for _, id := range ids {
			x.dirty[id] = true
		}
		x.mu.Unlock()
		return err
	}
	for _, id := range ids {
		if wf.Row(id.String()) == nil {
			board.Remove(id.String())
		}
	}
	setAll(board, &wf)
	return nil
}

// setAll puts technicians with their agreed visits on a board. Whom a board cannot hold is taken off: the circle finds them.
func setAll(board *dispatch.Board, wf *service.Workforce) {
	visits := map[string][]dispatch.Visit{}
	for i := range wf.Commitments {
		c := &wf.Commitments[i]
		visits[c.Technician] = append(visits[c.Technician], plan.AsVisit(c))
	}
	for i := range wf.Technicians {
		t := &wf.Technicians[i]
		if err := board.Set(*t, visits[t.ID]); err != nil {
			board.Remove(t.ID)
		}
	}
}

// build reads everybody in the background and exchanges the board when it is done.
func (b *boards) build(tenant casefile.Tenant, x *boardOf) {
	b.mu.Lock()
	defer b.mu.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.building || b.closed {
		return
	}
	x.building = true
	clear(x.next)
	b.work.Go(func() {
		board, built, until, err := b.read(tenant)
		x.turn.Lock()
		defer x.turn.Unlock()
		x.mu.Lock()
		defer x.mu.Unlock()
		x.building = false
		if err != nil {
			if b.stop.Err() == nil {
				b.log.Warn("the board of technicians could not be built; circles are read instead", "error", err)
			}
			return
		}
		x.board, x.built, x.until = board, built, until
		x.dirty, x.next = x.next, map[casefile.ID]bool{}
	})
}

// read makes a board of everybody, page by page in the order of ids, so that equal offers keep their order.
func (b *boards) read(tenant casefile.Tenant) (board *dispatch.Board, built, until time.Time, err error) {
	built = b.now()
	until = built.Add(boardAhead)
	board = dispatch.NewBoard(dispatch.At(built), dispatch.NewBuiltinTravel(casefile.Shanghai))
	after := casefile.Nil
	for {
		wf, next, err := b.source.WorkforceAfter(b.stop, tenant, after, boardPage, until)
		if err != nil {
			return nil, built, until, err
		}
		setAll(board, &wf)
		if next.IsNil() {
			return board, built, until, nil
		}
		after = next
	}
}
