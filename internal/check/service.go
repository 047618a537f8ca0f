package check

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"anxin/fingerprint"
	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/tx"
	"anxin/provenance/aigc"
)

// Config is what a Service is made of. All fields are needed but Checks, Folder, Films and Trust.
type Config struct {
	Run      tx.Runner
	Store    Store
	Timers   Timers
	Vault    Vault
	Pictures Pictures
	Matcher  Matcher
	Tracer   Tracer
	Buyers   Buyers
	// Films looks at videos; nil cannot.
	Films Films
	// Trust says whom content credentials are believed from; nil believes nobody.
	Trust  *TrustLists
	Claims Claims
	Cases  Cases
	Source casefile.Source
	// Folder is where the search index keeps its file; it holds nothing that the database has not. Empty: the system's folder for temporary files.
	Folder string
	// Later puts off looking at pictures: until then rounds end at once, and look after it. For the demo, whose days are played in a second.
	Later time.Time
	// Checks replaces the list, for tests; nil is All().
	Checks []Check
}

// Timers sets durable timers; *clock.Clock is one.
type Timers interface {
	Set(ctx context.Context, t tx.Tx, tm clock.Timer) error
	// Ensure is Set that leaves the one that waits alone.
	Ensure(ctx context.Context, t tx.Tx, tm clock.Timer) error
	Cancel(ctx context.Context, t tx.Tx, tenant casefile.Tenant, dedupe string) error
}

// File is an item of the vault, as far as checks need it.
type File struct {
	Item, Case casefile.ID
	Media      string // sniffed
	Size       int64
	SHA256     [32]byte
	Sealed     casefile.Moment
}

// Content are the bytes of an item, as received.
type Content interface {
	io.ReaderAt
	io.Closer
}

// Vault gives items to programs of the product that look at them and show them to nobody. NotFound: never there, removed, or erased.
type Vault interface {
	File(ctx context.Context, tenant casefile.Tenant, caseID, item casefile.ID) (File, error)
	Open(ctx context.Context, tenant casefile.Tenant, caseID, item casefile.ID) (Content, error)
	// Small answers a picture's bytes where it may be a copy of 1600 pixels.
	Small(ctx context.Context, tenant casefile.Tenant, caseID, item casefile.ID) ([]byte, error)
	// Keep stores what was drawn from an item; write enters it in the transaction that uses the ids.
	Keep(ctx context.Context, tenant casefile.Tenant, caseID, source casefile.ID, list []Drawing) (ids []casefile.ID, write func(context.Context, tx.Tx) error, err error)
}

// Picture is what can be said of a picture without showing it.
type Picture struct {
	// Decoded is "ok", "too_large", "unsupported" or "damaged".
	Decoded string
	// Prints are the hashes of the picture in its eight positions, as it lies first; empty when nothing was decoded.
	Prints  []fingerprint.Hash
	Quality int
	// Sketch is what choosing it among others needs.
	Sketch []byte
	// Coarse is what comparing it with a thumbnail needs.
	Coarse aigc.Coarse
	Meta   Meta
}

// Meta are facts that a file states about itself; anybody can write them.
type Meta struct {
	Read                  bool
	Taken, Changed        time.Time // by the device's clock
	Zone                  bool      // the device named its time zone
	Make, Model, Software string
	Place                 bool // coordinates are in the file; they are never read
}

// Pictures decodes in a process of its own, within bounds.
type Pictures interface {
	Look(ctx context.Context, b []byte) (Picture, error)
}

// Cases locks a case; *casefile.Timeline is one. The case is locked before the round, as everywhere.
type Cases interface {
	Lock(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (casefile.Case, error)
}

// Buyers tells whether two subjects are the same buyer, by their phones.
type Buyers interface {
	Same(ctx context.Context, t tx.Tx, tenant casefile.Tenant, x, y casefile.ID) (bool, error)
}

// Store keeps rounds, signals and the index; package checkdb is the one for databases. Reading what is not there is NotFound.
type Store interface {
	InsertRound(ctx context.Context, t tx.Tx, r RoundRow) error
	// NewestRound answers the newest round of a claim; LockRound locks it as well, by number.
	NewestRound(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID) (RoundRow, error)
	LockRound(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID, round int) (RoundRow, error)
	EndRound(ctx context.Context, t tx.Tx, r RoundRow) error
	InsertSignal(ctx context.Context, t tx.Tx, s Signal, seq int) error
	Signals(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID, round int) ([]Signal, error)

	// InsertMedia answers false when the item was there already.
	InsertMedia(ctx context.Context, t tx.Tx, m Media) (bool, error)
	SetPrint(ctx context.Context, t tx.Tx, m Media) error
	Media(ctx context.Context, t tx.Tx, tenant casefile.Tenant, item casefile.ID) (Media, error)
	// SetSketch keeps the sketch of an item, in place of one it had.
	SetSketch(ctx context.Context, t tx.Tx, tenant casefile.Tenant, item casefile.ID, sketch []byte) error
	// OfOwner, OfBuyer and OfMerchant answer candidates, the newest first: of an order, listing or claim; what the buyer of a subject (by phone) showed before a time; what a merchant's
	// orders and listings hold and claims about them showed before it.
	OfOwner(ctx context.Context, t tx.Tx, tenant casefile.Tenant, owner casefile.ID, limit int) ([]Candidate, error)
	OfBuyer(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID, before time.Time, limit int) ([]Candidate, error)
	OfMerchant(ctx context.Context, t tx.Tx, tenant casefile.Tenant, merchant casefile.ID, before time.Time, limit int) ([]Candidate, error)
	// OfProduct answers what was sealed or shown about a product before a time, whichever order it was.
	OfProduct(ctx context.Context, t tx.Tx, tenant casefile.Tenant, product casefile.ID, before time.Time, limit int) ([]Candidate, error)
	// Forget deletes all that is known of an item: prints, sketches, frames.
	Forget(ctx context.Context, t tx.Tx, tenant casefile.Tenant, item casefile.ID) error
	// SetFilm keeps what is known of a video, in place of what was known; Film answers it with its kept frames, NotFound when nothing is.
	SetFilm(ctx context.Context, t tx.Tx, tenant casefile.Tenant, item casefile.ID, f Film, at time.Time) error
	Film(ctx context.Context, t tx.Tx, tenant casefile.Tenant, item casefile.ID) (Film, error)
	// Filmed pages through what is known of videos, without kept frames, in the order in which they were looked at.
	Filmed(ctx context.Context, t tx.Tx, tenant casefile.Tenant, after time.Time, item casefile.ID, limit int) ([]Film, error)
	// Lacking answers items after one, by id, that have no print, no sketch or no frames yet though they could; with films also videos that could not be looked at for want of the program.
	Lacking(ctx context.Context, t tx.Tx, tenant casefile.Tenant, after casefile.ID, films bool, limit int) ([]Media, error)
	// Sketched answers one item with its sketch.
	Sketched(ctx context.Context, t tx.Tx, tenant casefile.Tenant, item casefile.ID) (Candidate, error)
	// SameBytes answers what has the same bytes, oldest first.
	SameBytes(ctx context.Context, t tx.Tx, tenant casefile.Tenant, sha [32]byte, limit int) ([]Media, error)
	// Printed pages through what has a fingerprint, in the order in which they came.
	Printed(ctx context.Context, t tx.Tx, tenant casefile.Tenant, after time.Time, item casefile.ID, limit int) ([]Media, error)
}

// RoundRow is a round as it is kept.
type RoundRow struct {
	Round
	Number  int
	Started time.Time
	Ended   time.Time // zero while it runs
	Outcome Outcome   // empty while it runs
}

// Service starts rounds, runs them and answers what they found. It is safe for concurrent use.
type Service struct {
	Config
	near   *nearIndex // of pictures
	frames *nearIndex // of videos
}

// New builds the service.
func New(c Config) *Service {
	if c.Checks == nil {
		c.Checks = All()
	}
	if c.Trust == nil {
		c.Trust = NewTrustLists(nil)
	}
	if c.Films == nil {
		c.Films = noFilms{}
	}
	return &Service{Config: c, near: newNearIndex(c.Folder, printedRows), frames: newNearIndex(c.Folder, filmedRows)}
}

// The kinds of timers of this package.
const (
	RunKind   = "check.run"   // the checks of one round
	CapKind   = "check.cap"   // the end of a round that takes too long
	PrintKind = "check.print" // the fingerprint of one reference
	FilmKind  = "check.film"  // the frames of one reference
	FillKind  = "check.fill"  // what older items lack
)

type roundJob struct {
	Case  casefile.ID `json:"case"`
	Claim casefile.ID `json:"claim"`
	Round int         `json:"round"`
}

func (j roundJob) key(kind string) string { return fmt.Sprintf("%s/%s/%d", kind, j.Claim, j.Round) }

// Start begins a round in the caller's transaction, which has locked the case: what was still running for the claim is over, the job and the cap are set. It answers the number of the
// round, from 1.
func (s *Service) Start(ctx context.Context, t tx.Tx, r Round) (int, error) {
	if r.Tenant == 0 || r.Case.IsNil() || r.Claim.IsNil() || len(r.Items) > MaxItems {
		return 0, casefile.Failf(casefile.Internal, "error.internal", "a round of %d items without its claim, or too large", len(r.Items))
	}
	row := RoundRow{Round: r, Number: 1, Started: s.Source.Now()}
	last, err := s.Store.NewestRound(ctx, t, r.Tenant, r.Case, r.Claim)
	switch {
	case casefile.Is(err, casefile.NotFound):
	case err != nil:
		return 0, err
	default:
		row.Number = last.Number + 1
		if last.Ended.IsZero() {
			last.Ended, last.Outcome = row.Started, Unfinished
			if err := s.Store.EndRound(ctx, t, last); err != nil {
				return 0, err
			}
		}
	}
	if err := s.Store.InsertRound(ctx, t, row); err != nil {
		return 0, err
	}
	j := roundJob{r.Case, r.Claim, row.Number}
	payload, err := json.Marshal(j)
	if err != nil {
		return 0, err
	}
	for _, tm := range []clock.Timer{
		{Lane: clock.JobLane, Kind: RunKind, Due: row.Started}, {Lane: clock.TimerLane, Kind: CapKind, Due: row.Started.Add(Cap)},
	} {
		tm.Tenant, tm.Case, tm.Payload, tm.Dedupe = r.Tenant, r.Case, payload, j.key(tm.Kind)
		if err := s.Timers.Set(ctx, t, tm); err != nil {
			return 0, err
		}
	}
	return row.Number, nil
}

// MaxItems bounds one round.
const MaxItems = 60

// RoundState is where the newest round of a claim stands.
type RoundState struct {
	Number         int
	Started, Ended time.Time // Ended is zero while it runs
	Outcome        Outcome   // empty while it runs
	// Versions are the checks that have written something, "exact_reuse@1"; Open are those that have not, or that could not look at everything they should.
	Versions, Open []string
}

// State answers where the newest round stands. NotFound: nothing was ever started.
func (s *Service) State(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID) (RoundState, error) {
	r, err := s.Store.NewestRound(ctx, t, tenant, caseID, claim)
	if err != nil {
		return RoundState{}, err
	}
	st := RoundState{Number: r.Number, Started: r.Started, Ended: r.Ended, Outcome: r.Outcome}
	all, err := s.Store.Signals(ctx, t, tenant, caseID, claim, r.Number)
	if err != nil {
		return st, err
	}
	wrote, failed := map[string]string{}, map[string]bool{}
	for _, x := range all {
		wrote[x.Check] = x.Version
		failed[x.Check] = failed[x.Check] || x.Applicability == Failed
	}
	for _, c := range s.Checks {
		if v, ok := wrote[c.ID]; ok {
			st.Versions = append(st.Versions, c.ID+"@"+v)
		}
		if _, ok := wrote[c.ID]; !ok || failed[c.ID] {
			st.Open = append(st.Open, c.ID)
		}
	}
	return st, nil
}

// Signals answers the signals of the newest round, in the order of the list of checks. Who may see them, and that the first impression comes before, is the
// caller's business.
func (s *Service) Signals(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID) ([]Signal, error) {
	r, err := s.Store.NewestRound(ctx, t, tenant, caseID, claim)
	if casefile.Is(err, casefile.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.Store.Signals(ctx, t, tenant, caseID, claim, r.Number)
}

// Flags are codes of what signals found that is not neutral, sorted, for rules that route, lengthen or ask: "exact_reuse", "near_reuse", "aigc_label", …, and
// "unfinished" when something could not be looked at.
func Flags(all []Signal) []string {
	set := map[string]bool{}
	for _, s := range all {
		if s.Strength != Neutral {
			set[s.Check] = true
		}
		if s.Applicability == Failed {
			set["unfinished"] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// Handlers are the timers of this package, for the one list in internal/app.
func (s *Service) Handlers() map[string]clock.Handler {
	return map[string]clock.Handler{
		RunKind: {Timeout: 5 * time.Minute, MaxAttempts: 6, Work: s.work}, CapKind: {In: s.cap}, PrintKind: {Timeout: 2 * time.Minute, MaxAttempts: 6, Work: s.printWork},
		FilmKind: {Timeout: 3 * time.Minute, MaxAttempts: 6, Work: s.filmWork}, FillKind: {Timeout: 5 * time.Minute, Work: s.fillWork},
	}
}

// cap ends a round that has not ended by itself.
func (s *Service) cap(ctx context.Context, t tx.Tx, tm clock.Timer) error {
	var j roundJob
	if err := json.Unmarshal(tm.Payload, &j); err != nil {
		return clock.Hopeless(fmt.Errorf("payload of %s: %w", CapKind, err))
	}
	return s.finish(ctx, t, tm.Tenant, j, Unfinished)
}

// finish ends a round, once, and tells the claims half if it is the newest.
func (s *Service) finish(ctx context.Context, t tx.Tx, tenant casefile.Tenant, j roundJob, o Outcome) error {
	if _, err := s.Cases.Lock(ctx, t, tenant, j.Case); err != nil {
		return err
	}
	r, err := s.Store.LockRound(ctx, t, tenant, j.Case, j.Claim, j.Round)
	if err != nil || !r.Ended.IsZero() {
		return err
	}
	r.Ended, r.Outcome = s.Source.Now(), o
	if err := s.Store.EndRound(ctx, t, r); err != nil {
		return err
	}
	if err := s.Timers.Cancel(ctx, t, tenant, j.key(CapKind)); err != nil {
		return err
	}
	return s.Claims.Checked(ctx, t, tenant, j.Case, j.Claim, o)
}
