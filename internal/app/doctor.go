package app

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/casefile/casefiledb"
	"anxin/internal/clock"
	"anxin/internal/clock/clockdb"
	"anxin/internal/ledger"
	"anxin/internal/ledger/ledgerdb"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

// Finding is one thing that the doctor looked at.
type Finding struct {
	What string
	OK   bool
	Say  string // what was found
	Mend string // what to do about it; empty when OK
}

// Doctor checks an installation. It changes nothing: it does not create a key or a database and does not migrate.
func Doctor(ctx context.Context, o Options) []Finding {
	var out []Finding
	add := func(what string, err error, good, mend string) bool {
		f := Finding{What: what, OK: err == nil, Say: good}
		if err != nil {
			f.Say, f.Mend = err.Error(), mend
		}
		out = append(out, f)
		return err == nil
	}
	add("settings", o.Config.Check(), "read and valid", "correct the settings file; anxin config sample shows every setting")
	out = append(out, publicURL(o))
	_, err := os.Stat(o.DataDir)
	if !add("data folder", err, o.DataDir, "give the right folder with --data, or start anxin serve once to make it") {
		return out
	}
	out = append(out, diskSpace(o.DataDir), keyFile(o), backups(o, o.Source.Now()), divisions(o))
	if o.Config.Database == "" {
		_, err := os.Stat(o.DatabaseURL())
		if !add("database", err, "there", "restore a backup with anxin restore, or start anxin serve once to make a new one") {
			return out
		}
	}
	if _, err := os.Stat(o.KeyFile()); err != nil {
		return out // opening would make a new key
	}
	s, err := openUnmigrated(ctx, o)
	if !add("open", err, "database and key open", "see the message; when the database is locked, stop other programs that use it") {
		return out
	}
	defer s.Close()
	return append(out, inside(ctx, s)...)
}

// publicURL says when what people type would travel in clear: the server is reached from elsewhere, and not over TLS.
func publicURL(o Options) Finding {
	f := Finding{What: "public address", OK: true, Say: o.Config.PublicURL}
	if f.Say == "" {
		f.Say = "http://" + o.Config.Listen
	}
	if !strings.HasPrefix(o.Config.PublicURL, "https://") && !onlyHere(o.Config.Listen) {
		f.OK = false
		f.Say += ": reached from other machines without TLS; cookies, phone numbers and addresses travel in clear"
		f.Mend = "put a reverse proxy with TLS in front, listen on 127.0.0.1 and set public_url to its https:// address"
	}
	return f
}

// onlyHere reports whether an address to listen on is reached from this machine alone.
func onlyHere(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

func keyFile(o Options) Finding {
	f := Finding{What: "master key", OK: true, Say: o.KeyFile()}
	st, err := os.Stat(o.KeyFile())
	switch {
	case err != nil:
		f.OK, f.Say, f.Mend = false, "not there", "put the copy that you kept at "+o.KeyFile()+" (mode 0600); without it personal data cannot be read"
	case st.Mode().Perm()&0o077 != 0:
		f.OK, f.Say, f.Mend = false, fmt.Sprintf("mode %04o: others can read it", st.Mode().Perm()), "chmod 600 "+o.KeyFile()
	default:
		if _, err := privacy.LoadMaster(o.KeyFile()); err != nil {
			f.OK, f.Say, f.Mend = false, err.Error(), "put the copy that you kept in its place"
		}
	}
	return f
}

// lowDisk is when a disk counts as nearly full: uploads are refused before it is full to the last byte.
const lowDisk = 1 << 30

func diskSpace(dir string) Finding {
	var st syscall.Statfs_t
	f := Finding{What: "disk", OK: true}
	if err := syscall.Statfs(dir, &st); err != nil {
		return Finding{What: "disk", Say: err.Error(), Mend: "see that the disk is mounted and readable"}
	}
	free := uint64(st.Bavail) * uint64(st.Bsize)
	f.Say = fmt.Sprintf("%.1f GB free", float64(free)/1e9)
	if free < lowDisk {
		f.OK, f.Mend = false, "free some space or move the data folder: below 1 GB uploads will soon fail"
	}
	return f
}

// inside looks at what the database says.
func inside(ctx context.Context, s *Store) []Finding {
	var out []Finding
	current, newest, err := s.DB.SchemaVersions(ctx)
	f := Finding{What: "schema", OK: err == nil && current == newest, Say: fmt.Sprintf("version %d of %d", current, newest)}
	switch {
	case err != nil:
		f.Say, f.Mend = err.Error(), "see the message"
	case current < newest:
		f.Mend = "take a backup, then run anxin migrate (anxin serve does it too)"
	case current > newest:
		f.Mend = "a newer anxin has used this database: run that version"
	}
	if out = append(out, f); !f.OK {
		return out
	}
	out = append(out, timers(ctx, s)...)
	out = append(out, logState(ctx, s))
	return append(out, calendars(s))
}

func timers(ctx context.Context, s *Store) []Finding {
	c := clock.New(s.DB, clockdb.Store{}, s.Source, clock.Options{})
	var counts []clock.LaneCounts
	err := s.DB.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		counts, err = c.Counts(ctx, t)
		return err
	})
	if err != nil {
		return []Finding{{What: "timers", Say: err.Error(), Mend: "see the message"}}
	}
	var out []Finding
	for _, l := range counts {
		f := Finding{What: "timers, lane " + string(l.Lane), OK: true, Say: fmt.Sprintf("%d waiting, %d overdue, %d dead, %d paused", l.Waiting, l.Overdue, l.Dead, l.Paused)}
		switch {
		case l.Dead > 0:
			f.OK, f.Mend = false, "look at the dead letters under Administration and retry or drop them"
		case l.Lag > 10*time.Minute:
			f.OK, f.Mend = false, fmt.Sprintf("the oldest waits since %s: is anxin serve running?", l.Lag.Round(time.Minute))
		}
		out = append(out, f)
	}
	return out
}

// oldCheckpoint is how long a log that grew may stay unsigned.
const oldCheckpoint = 15 * time.Minute

func logState(ctx context.Context, s *Store) Finding {
	f := Finding{What: "log", OK: true}
	err := s.DB.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		size, err := ledgerdb.Store{}.Head(ctx, t, Tenant)
		if err != nil {
			return err
		}
		last, err := ledgerdb.Store{}.LastCheckpoint(ctx, t, Tenant, false)
		if err != nil && !casefile.Is(err, casefile.NotFound) {
			return err
		}
		f.Say = fmt.Sprintf("%d entries, %d of them signed", size, last.Size)
		if size > last.Size && !unsignedIsYoung(ctx, t, last, s.Source.Now()) {
			f.OK, f.Mend = false, "the newest entries have not been signed for a while: is anxin serve running?"
		}
		return nil
	})
	if err != nil {
		f.OK, f.Say, f.Mend = false, err.Error(), "see the message; anxin verify looks at every entry"
	}
	return f
}

// unsignedIsYoung reports whether the first entry that no checkpoint covers is so new that it need not be signed yet.
func unsignedIsYoung(ctx context.Context, t tx.Tx, last ledger.Checkpoint, now time.Time) bool {
	events, err := casefiledb.Store{}.EventsByLeaf(ctx, t, Tenant, last.Size, 1)
	return err == nil && (len(events) == 0 || now.Sub(events[0].At) < oldCheckpoint)
}

func calendars(s *Store) Finding {
	c := &Core{Store: s}
	if _, err := clock.LoadCalendars(c.overrides("calendar")); err != nil {
		return Finding{What: "calendars", Say: err.Error(), Mend: "correct the file in the calendar folder"}
	}
	return Finding{What: "calendars", OK: true, Say: "read and valid"}
}

// Healthy reports whether every finding is good.
func Healthy(list []Finding) bool {
	for _, f := range list {
		if !f.OK {
			return false
		}
	}
	return true
}
