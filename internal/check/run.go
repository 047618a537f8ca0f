package check

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/tx"
)

// Check is one thing that is looked for. It is a value of the list in [All]; there is no registry.
type Check struct {
	ID      string
	Version string // changes with anything that could change a finding
	Group   Group
	// Honest is what would be seen if the person were honest, Limits what this check cannot show; findings may say something closer.
	Honest, Limits Text
	// Nothing is said of the items about which there was nothing to say. %d is their number. It is neutral.
	Nothing Text
	// Look answers what was found. Items that it does not mention are covered by Nothing. It must respect ctx.
	Look func(ctx context.Context, in *Input) ([]Finding, error)
}

// Finding is what a check found about some items.
type Finding struct {
	Items          []casefile.ID
	Fact           Text
	Honest, Limits Text          // empty: those of the check
	Strength       Strength      // empty: Neutral
	Applicability  Applicability // empty: OK
	Group          Group         // empty: that of the check
	Related        []Related
	Artefacts      []casefile.ID
	Detail         *Detail
}

// perCheck is how long one check may take over all items of a round.
const perCheck = 90 * time.Second

// work runs the checks of a round. Each has its own time; what failed says so in a signal, and the round still ends.
func (s *Service) work(ctx context.Context, tm clock.Timer) (func(ctx context.Context, t tx.Tx) error, error) {
	var j roundJob
	if err := json.Unmarshal(tm.Payload, &j); err != nil {
		return nil, clock.Hopeless(fmt.Errorf("payload of %s: %w", RunKind, err))
	}
	in, err := s.input(ctx, tm.Tenant, j)
	if casefile.Is(err, casefile.NotFound) {
		return nil, nil // the round is gone, or a newer one has begun
	}
	if err != nil {
		return nil, err
	}
	if s.later(s.Source.Now()) {
		return func(ctx context.Context, t tx.Tx) error { return s.putOff(ctx, t, tm, j) }, nil
	}
	// What this claim shows enters the index before anything is searched: of two claims with the same picture at least the later one sees the other.
	if err := s.indexClaim(ctx, in); err != nil {
		return nil, err
	}
	outcome := Finished
	if len(in.gone) > 0 {
		outcome = Unfinished
	}
	var signals []Signal
	for _, c := range s.Checks {
		got, err := s.runOne(ctx, c, in)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			outcome = Unfinished
		}
		signals = append(signals, got...)
	}
	return func(ctx context.Context, t tx.Tx) error {
		return s.write(ctx, t, tm.Tenant, j, signals, in.kept, outcome)
	}, nil
}

// later reports whether pictures are to be looked at later than now.
func (s *Service) later(now time.Time) bool { return s.Later.After(now) }

// putOff ends a round that has looked at nothing yet, and lets it look when it is time: its signals are written then.
func (s *Service) putOff(ctx context.Context, t tx.Tx, tm clock.Timer, j roundJob) error {
	if err := s.finish(ctx, t, tm.Tenant, j, Finished); err != nil {
		return err
	}
	return s.Timers.Set(ctx, t, clock.Timer{Tenant: tm.Tenant, Lane: clock.JobLane, Kind: RunKind, Case: tm.Case, Dedupe: tm.Dedupe + "/later", Due: s.Later, Payload: tm.Payload})
}

// write stores the signals of a round and ends it. A round that the cap has ended gets its signals all the same; its outcome stays.
// What was drawn is written down with them.
func (s *Service) write(ctx context.Context, t tx.Tx, tenant casefile.Tenant, j roundJob, signals []Signal, kept []func(context.Context, tx.Tx) error, o Outcome) error {
	if _, err := s.Cases.Lock(ctx, t, tenant, j.Case); err != nil {
		return err
	}
	if _, err := s.Store.LockRound(ctx, t, tenant, j.Case, j.Claim, j.Round); err != nil {
		return err
	}
	before, err := s.Store.Signals(ctx, t, tenant, j.Case, j.Claim, j.Round)
	if err != nil {
		return err
	}
	if len(before) == 0 {
		for n, x := range signals {
			if err := s.Store.InsertSignal(ctx, t, x, n); err != nil {
				return err
			}
		}
		for _, keep := range kept {
			if err := keep(ctx, t); err != nil {
				return err
			}
		}
	}
	return s.finish(ctx, t, tenant, j, o)
}

// input reads the round and its items.
func (s *Service) input(ctx context.Context, tenant casefile.Tenant, j roundJob) (*Input, error) {
	in := &Input{service: s}
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		r, err := s.Store.NewestRound(ctx, t, tenant, j.Case, j.Claim)
		if err == nil && r.Number != j.Round {
			err = casefile.Fail(casefile.NotFound, "error.not_found")
		}
		in.Round, in.number = r.Round, r.Number
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, id := range in.Round.Items {
		f, err := s.Vault.File(ctx, tenant, j.Case, id)
		switch {
		case casefile.Is(err, casefile.NotFound):
			in.gone = append(in.gone, id)
		case err != nil:
			return nil, err
		default:
			in.Files = append(in.Files, f)
		}
	}
	return in, nil
}

// runOne runs one check and makes its signals: what it found, what could not be looked at, and the neutral rest. A panic of a check is its failure.
func (s *Service) runOne(ctx context.Context, c Check, in *Input) (out []Signal, err error) {
	found, err := func() (found []Finding, err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("check %s: %v", c.ID, p)
			}
		}()
		ctx, stop := context.WithTimeout(ctx, perCheck)
		defer stop()
		return c.Look(ctx, in)
	}()
	said := map[casefile.ID]bool{}
	if err == nil {
		for _, f := range found {
			for _, id := range f.Items {
				said[id] = true
			}
			out = append(out, s.signal(c, in, f))
			if f.Applicability == Failed {
				err = errIncomplete
			}
		}
	}
	var rest []casefile.ID
	for _, f := range in.Files {
		if !said[f.Item] {
			rest = append(rest, f.Item)
		}
	}
	switch {
	case err != nil && !errors.Is(err, errIncomplete):
		out = append(out, s.signal(c, in, Finding{Items: rest, Applicability: Failed, Honest: nothingMeant, Fact: Text{ZH: "检查未完成：这项检查没有能看完这些文件。", EN: "Check not finished: it could not look at these files."}}))
	case len(rest) > 0:
		out = append(out, s.signal(c, in, Finding{Items: rest, Fact: c.Nothing.counted(len(rest)), Honest: nothingMeant}))
	case len(in.Files) == 0:
		out = append(out, s.signal(c, in, Finding{Applicability: NotApplicable, Honest: nothingMeant, Fact: Text{ZH: "没有可以检查的文件。", EN: "There is no file to look at."}}))
	}
	return out, err
}

// errIncomplete says that a check has told by itself what it could not look at.
var errIncomplete = errors.New("not everything could be looked at")

// nothingMeant stands beside neutral signals.
var nothingMeant = Text{ZH: "诚实的人也是这样。没有发现不说明任何问题。", EN: "The same with an honest person. Finding nothing says nothing."}

func (x Text) isZero() bool { return x.ZH == "" && x.EN == "" }

// counted puts a number into both sentences.
func (x Text) counted(n int) Text { return say(x, n) }

// say fills both sentences with the same values.
func say(x Text, args ...any) Text {
	return Text{ZH: fmt.Sprintf(x.ZH, args...), EN: fmt.Sprintf(x.EN, args...)}
}

// signal makes the record of a finding.
func (s *Service) signal(c Check, in *Input, f Finding) Signal {
	out := Signal{Tenant: in.Round.Tenant, Case: in.Round.Case, Claim: in.Round.Claim, ID: s.Source.NewID(), Round: in.number, Check: c.ID, Version: c.Version,
		Fact: f.Fact, Honest: f.Honest, Limits: f.Limits, Applicability: f.Applicability, Strength: f.Strength, Group: f.Group, Artefacts: f.Artefacts, Related: f.Related, Detail: f.Detail, At: s.Source.Now()}
	if out.Honest.isZero() {
		out.Honest = c.Honest
	}
	if out.Limits.isZero() {
		out.Limits = c.Limits
	}
	if out.Applicability == "" {
		out.Applicability = OK
	}
	if out.Strength == "" {
		out.Strength = Neutral
	}
	if out.Group == "" {
		out.Group = c.Group
	}
	for _, file := range in.Files {
		if slices.Contains(f.Items, file.Item) {
			out.Inputs = append(out.Inputs, ItemHash{Item: file.Item, SHA256: hex.EncodeToString(file.SHA256[:])})
		}
	}
	return out
}
