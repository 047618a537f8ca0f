package order

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

// Import is a file of orders: read, compared with what is here and kept sealed (staged); then, when the merchant has looked, brought in by a durable job.
type Import struct {
	Tenant   casefile.Tenant
	ID       casefile.ID
	Merchant casefile.ID
	Subject  casefile.ID // whose key seals the lines
	State    ImportState
	// Lines is how many the file has; each is one of Fresh, Same, Differ, Wrong.
	Lines, Fresh, Same, Differ, Wrong int
	// Parts is in how many pieces the fresh lines are kept, Part how many of them are in.
	Parts, Part int
	// Made and Failed are how many of the fresh lines became orders, and how many could not.
	Made, Failed       int
	Account            casefile.ID
	At, Started, Ended time.Time
}

// ImportState is where an import stands.
type ImportState string

// The states. Reading is left behind by a crash and is swept; nothing of it was brought in.
const (
	ImportReading   ImportState = "reading"
	ImportStaged    ImportState = "staged"
	ImportRunning   ImportState = "running"
	ImportDone      ImportState = "done"
	ImportDiscarded ImportState = "discarded"
)

// Note is what is to be said about one line of a file: codes and fields, never what stands in it.
type Note struct {
	Line  int            `json:"line"`
	Kind  string         `json:"kind"` // wrong, differs, failed
	Field string         `json:"field,omitempty"`
	Key   string         `json:"key,omitempty"` // of the sentence, when wrong or failed
	Args  map[string]any `json:"args,omitempty"`
}

// partLines is how many lines are sealed, compared and brought in together.
const partLines = 200

// ImportKind is the kind of the job that brings an import in.
const ImportKind = "order.import"

// Sample is a line of a file as it was understood, for the preview.
type Sample struct {
	Line    int
	Number  string
	Name    privacy.Name  // prints masked
	Phone   privacy.Phone // prints masked
	Product string
	Listing string
	Price   casefile.Fen
	Paid    time.Time
}

// sealedLine is what is kept of a fresh line until it is in.
type sealedLine struct {
	N     int      `json:"n"`
	Order NewOrder `json:"o"`
}

func partField(part int) string { return "import.part." + strconv.Itoa(part) }

// Stage reads a file, compares each line with what is here and keeps the fresh ones sealed. Nothing is brought in yet. On an error of the whole file nothing
// is kept.
func (s *Service) Stage(ctx context.Context, a casefile.Actor, merchant casefile.ID, file io.Reader) (Import, error) {
	merchant, err := merchantOf(a, merchant)
	if err != nil {
		return Import{}, err
	}
	if err := s.ensureMerchant(ctx, a.Tenant, merchant); err != nil {
		return Import{}, err
	}
	ctx = casefile.WithoutOnce(ctx)
	i := Import{Tenant: a.Tenant, ID: s.Source.NewID(), Merchant: merchant, Subject: s.Source.NewID(), State: ImportReading, Account: a.ID, At: s.Source.Now()}
	err = s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		if err := s.Keeper.NewSubject(ctx, t, a.Tenant, i.Subject); err != nil {
			return err
		}
		return s.Store.InsertImport(ctx, t, i)
	})
	if err != nil {
		return Import{}, err
	}
	if err := s.stage(ctx, &i, file); err != nil {
		i.State = ImportDiscarded
		return Import{}, errors.Join(err, s.end(context.WithoutCancel(ctx), i))
	}
	return i, nil
}

// stage reads the lines part by part.
func (s *Service) stage(ctx context.Context, i *Import, file io.Reader) error {
	seen := map[string]int{}
	var part []Line
	now := s.Source.Now()
	for l, err := range ReadCSV(file) {
		if err != nil {
			return err
		}
		if l.Err == nil {
			l.Order.Merchant = i.Merchant
			l.Err = l.Order.check(now)
		}
		if l.Err == nil {
			if first, twice := seen[l.Order.Number]; twice {
				var f fields
				f.bad("number", "twice", "line", first)
				l.Err = f.err()
			} else {
				seen[l.Order.Number] = l.N
			}
		}
		if part = append(part, l); len(part) == partLines {
			if err := s.stagePart(ctx, i, part); err != nil {
				return err
			}
			part = part[:0]
		}
	}
	if len(part) > 0 {
		if err := s.stagePart(ctx, i, part); err != nil {
			return err
		}
	}
	if i.Lines == 0 {
		return casefile.InvalidField("file", "order.error.no_lines")
	}
	i.State = ImportStaged
	return s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error { return s.Store.UpdateImport(ctx, t, *i) })
}

func (s *Service) stagePart(ctx context.Context, i *Import, part []Line) error {
	var fresh []sealedLine
	var notes []Note
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		for _, l := range part {
			i.Lines++
			if l.Err != nil {
				i.Wrong++
				notes = append(notes, notesOf(l.N, "wrong", l.Err)...)
				continue
			}
			p, err := s.compare(ctx, t, i.Tenant, l.Order)
			switch {
			case casefile.Is(err, casefile.NotFound):
				i.Fresh++
				fresh = append(fresh, sealedLine{l.N, l.Order})
			case err != nil:
				return err
			case p.Outcome == Same:
				i.Same++
			default:
				i.Differ++
				for _, field := range p.Differs {
					notes = append(notes, Note{Line: l.N, Kind: "differs", Field: field})
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(fresh) == 0 && len(notes) == 0 {
		return nil
	}
	text, err := json.Marshal(fresh)
	if err != nil {
		return err
	}
	n := i.Parts
	err = s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		sealed, err := s.Keeper.Seal(ctx, t, i.Tenant, i.Subject, partField(n), string(text))
		if err != nil {
			return err
		}
		return s.Store.InsertPart(ctx, t, i.Tenant, i.ID, n, sealed, notes)
	})
	i.Parts++
	return err
}

// notesOf are the fields of an error as notes.
func notesOf(n int, kind string, err error) []Note {
	var e *casefile.Error
	if !errors.As(err, &e) {
		return []Note{{Line: n, Kind: kind, Key: "error.internal"}}
	}
	if len(e.Fields) == 0 {
		return []Note{{Line: n, Kind: kind, Key: e.Key, Args: e.Args}}
	}
	var out []Note
	for _, f := range e.Fields {
		out = append(out, Note{Line: n, Kind: kind, Field: f.Field, Key: f.Key, Args: f.Args})
	}
	return out
}

// Begin lets the job bring a staged import in. Beginning it again changes nothing.
func (s *Service) Begin(ctx context.Context, a casefile.Actor, id casefile.ID) (i Import, err error) {
	err = s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		if i, err = s.lockImport(ctx, t, a, id); err != nil {
			return err
		}
		switch i.State {
		case ImportRunning, ImportDone:
			return nil
		case ImportStaged:
		default:
			return casefile.Fail(casefile.Conflict, "order.error.import_gone")
		}
		i.State, i.Started = ImportRunning, s.Source.Now()
		if err := s.Store.UpdateImport(ctx, t, i); err != nil {
			return err
		}
		payload, err := json.Marshal(importJob{id})
		if err != nil {
			return err
		}
		return s.Timers.Set(ctx, t, clock.Timer{Tenant: a.Tenant, Lane: clock.JobLane, Kind: ImportKind, Dedupe: ImportKind + "/" + id.String(), Payload: payload})
	})
	return i, err
}

// Discard throws a staged import away.
func (s *Service) Discard(ctx context.Context, a casefile.Actor, id casefile.ID) error {
	return s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		i, err := s.lockImport(ctx, t, a, id)
		if err != nil {
			return err
		}
		if i.State != ImportStaged && i.State != ImportReading {
			return casefile.Fail(casefile.Conflict, "order.error.import_gone")
		}
		i.State = ImportDiscarded
		return s.endIn(ctx, t, i)
	})
}

func (s *Service) lockImport(ctx context.Context, t tx.Tx, a casefile.Actor, id casefile.ID) (Import, error) {
	i, err := s.Store.LockImport(ctx, t, a.Tenant, id)
	if err == nil {
		err = mine(a, i.Merchant)
	}
	if err != nil {
		return Import{}, err
	}
	return i, nil
}

// end closes an import: its key is destroyed, its lines are forgotten; the notes stay.
func (s *Service) end(ctx context.Context, i Import) error {
	return s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error { return s.endIn(ctx, t, i) })
}

func (s *Service) endIn(ctx context.Context, t tx.Tx, i Import) error {
	i.Ended = s.Source.Now()
	if err := s.Store.UpdateImport(ctx, t, i); err != nil {
		return err
	}
	if err := s.Store.BlankParts(ctx, t, i.Tenant, i.ID); err != nil {
		return err
	}
	return s.Keeper.Destroy(ctx, t, i.Tenant, i.Subject)
}

type importJob struct {
	Import casefile.ID `json:"import"`
}

// Handlers are the jobs of this package, for the one list in internal/app.
func (s *Service) Handlers() map[string]clock.Handler {
	return map[string]clock.Handler{ImportKind: {Timeout: 15 * time.Minute, MaxAttempts: 30, Out: func(ctx context.Context, tm clock.Timer) error {
		var j importJob
		if err := json.Unmarshal(tm.Payload, &j); err != nil {
			return clock.Hopeless(fmt.Errorf("payload of %s: %w", ImportKind, err))
		}
		return s.bringIn(ctx, tm.Tenant, j.Import)
	}}}
}

// bringIn brings the parts in, one after the other. What was in before a crash is found again by its number.
func (s *Service) bringIn(ctx context.Context, tenant casefile.Tenant, id casefile.ID) error {
	for {
		var i Import
		var lines []sealedLine
		var notes []Note
		err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
			if i, err = s.Store.Import(ctx, t, tenant, id); err != nil || i.State != ImportRunning || i.Part >= i.Parts {
				return err
			}
			lines, notes, err = s.openPart(ctx, t, i, i.Part)
			return err
		})
		if err != nil || i.State != ImportRunning {
			return err
		}
		if i.Part >= i.Parts {
			i.State = ImportDone
			return s.end(ctx, i)
		}
		failed, more, err := s.bringPart(ctx, i, lines)
		if err != nil {
			return err
		}
		i.Failed, i.Made = i.Failed+failed, i.Made+len(lines)-failed
		part := i.Part
		i.Part++
		notes = append(notes, more...)
		err = s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
			if err := s.Store.UpdatePart(ctx, t, tenant, id, part, nil, notes); err != nil {
				return err
			}
			return s.Store.UpdateImport(ctx, t, i)
		})
		if err != nil {
			return err
		}
	}
}

func (s *Service) openPart(ctx context.Context, t tx.Tx, i Import, part int) (lines []sealedLine, notes []Note, err error) {
	sealed, notes, err := s.Store.Part(ctx, t, i.Tenant, i.ID, part)
	if err != nil || len(sealed) == 0 {
		return nil, notes, err
	}
	text, err := s.Keeper.Open(ctx, t, i.Tenant, i.Subject, partField(part), sealed)
	if err != nil {
		return nil, nil, err
	}
	return lines, notes, json.Unmarshal([]byte(text), &lines)
}

// bringPart takes the orders of a part in. A line that is refused is noted; a passing trouble (the database is gone) ends the run, which is tried again.
func (s *Service) bringPart(ctx context.Context, i Import, lines []sealedLine) (failed int, notes []Note, err error) {
	actor := casefile.Actor{Tenant: i.Tenant, Role: casefile.Merchant, ID: i.Account, Merchant: i.Merchant, Route: "csv", Lang: "zh"}
	type answer struct {
		put Put
		err error
	}
	answers := make([]answer, len(lines))
	s.each(len(lines), func(n int) { answers[n].put, answers[n].err = s.put(ctx, actor, lines[n].Order) })
	for n, x := range answers {
		switch {
		case x.err == nil && x.put.Outcome == Differs: // somebody else brought in another one since the file was read
			failed++
			for _, field := range x.put.Differs {
				notes = append(notes, Note{Line: lines[n].N, Kind: "differs", Field: field})
			}
		case x.err == nil:
		case casefile.Is(x.err, casefile.Invalid), casefile.Is(x.err, casefile.Conflict), casefile.Is(x.err, casefile.TooLarge):
			failed++
			notes = append(notes, notesOf(lines[n].N, "failed", x.err)...)
		default:
			return 0, nil, x.err
		}
	}
	return failed, notes, nil
}

// each runs f for 0..n-1, several at once, so that what waits together is committed together.
func (s *Service) each(n int, f func(i int)) {
	var wait sync.WaitGroup
	next := make(chan int)
	for range min(s.Parallel, n) {
		wait.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wait.Wait()
}

// Imports lists the newest imports of a merchant.
func (s *Service) Imports(ctx context.Context, a casefile.Actor, merchant casefile.ID) (out []Import, err error) {
	if merchant, err = merchantOf(a, merchant); err != nil {
		return nil, err
	}
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		out, err = s.Store.Imports(ctx, t, a.Tenant, merchant, 20)
		return err
	})
	return out, err
}

// maxSample is how many lines a preview shows.
const maxSample = 10

// Import answers an import with what is to be said about its lines, in their order, and for a staged one the first lines as they were understood.
func (s *Service) Import(ctx context.Context, a casefile.Actor, id casefile.ID) (i Import, notes []Note, sample []Sample, err error) {
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		if i, err = s.Store.Import(ctx, t, a.Tenant, id); err == nil {
			err = mine(a, i.Merchant)
		}
		if err != nil {
			return err
		}
		if notes, err = s.Store.Notes(ctx, t, a.Tenant, id); err != nil {
			return err
		}
		for part := 0; i.State == ImportStaged && part < i.Parts && len(sample) < maxSample; part++ {
			lines, _, err := s.openPart(ctx, t, i, part)
			if err != nil {
				return err
			}
			for _, l := range lines[:min(len(lines), maxSample-len(sample))] {
				o := l.Order
				sample = append(sample, Sample{l.N, o.Number, privacy.NewName(o.Name), privacy.NewPhone(o.Phone), o.Product, o.Listing, o.Price, o.Paid})
			}
		}
		return nil
	})
	if err != nil {
		return Import{}, nil, nil, err
	}
	slices.SortStableFunc(notes, func(x, y Note) int { return x.Line - y.Line })
	return i, notes, sample, nil
}

// staleImport is how long a file waits to be brought in.
const staleImport = 24 * time.Hour

// SweepImports throws away files that nobody brought in within a day, and what a crash left.
func (s *Service) SweepImports(ctx context.Context, tenant casefile.Tenant) error {
	var stale []Import
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		stale, err = s.Store.StaleImports(ctx, t, tenant, s.Source.Now().Add(-staleImport), 100)
		return err
	})
	for _, i := range stale {
		i.State = ImportDiscarded
		if err == nil {
			err = s.end(ctx, i)
		}
	}
	return err
}
