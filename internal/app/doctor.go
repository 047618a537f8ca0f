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
	"anxin/internal/evidence/picture"
	"anxin/internal/i18n"
	"anxin/internal/ledger"
	"anxin/internal/ledger/ledgerdb"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

// Finding is one thing that the doctor looked at. Its words are keys of the catalogue's topic doctor, so that the shell and the administrator's page
// say the same in either language.
type Finding struct {
	What   string // key doctor.what.<What>
	OK     bool
	Say    string // what was found: key doctor.say.<Say>, empty when Detail says it all
	Args   []any  // of Say and Mend, by name
	Detail string // a path, or an error in its own words
	Mend   string // what to do about it: key doctor.mend.<Mend>; empty when OK
}

// In answers the words in a language.
func (f Finding) In(l i18n.Lang) (what, say, mend string) {
	what = i18n.T(l, "doctor.what."+f.What, f.Args...)
	if f.Say != "" {
		say = i18n.T(l, "doctor.say."+f.Say, f.Args...)
	}
	if f.Detail != "" {
		if say != "" {
			say += ": "
		}
		say += f.Detail
	}
	if f.Mend != "" {
		mend = i18n.T(l, "doctor.mend."+f.Mend, f.Args...)
	}
	return what, say, mend
}

// Doctor checks an installation. It changes nothing: it does not create a key or a database and does not migrate.
func Doctor(ctx context.Context, o Options) []Finding {
	var out []Finding
	add := func(f Finding, err error) bool {
		if f.OK = err == nil; f.OK {
			f.Mend = ""
		} else {
			f.Say, f.Detail = "", err.Error()
		}
		out = append(out, f)
		return f.OK
	}
	add(Finding{What: "settings", Say: "valid", Mend: "settings"}, o.Config.Check())
	out = append(out, publicURL(o))
	_, err := os.Stat(o.DataDir)
	if !add(Finding{What: "data", Detail: o.DataDir, Mend: "data"}, err) {
		return out
	}
	out = append(out, diskSpace(o.DataDir), keyFile(o), backups(o, o.Source.Now()), divisions(o), videos())
	if o.Config.Database == "" {
		_, err := os.Stat(o.DatabaseURL())
		if !add(Finding{What: "database", Say: "there", Mend: "database"}, err) {
			return out
		}
	}
	if _, err := os.Stat(o.KeyFile()); err != nil {
		return out // opening would make a new key
	}
	s, err := openUnmigrated(ctx, o)
	if !add(Finding{What: "open", Say: "open", Mend: "open"}, err) {
		return out
	}
	defer s.Close()
	return append(out, inside(ctx, s)...)
}

// publicURL says when what people type would travel in clear: the server is reached from elsewhere, and not over TLS.
func publicURL(o Options) Finding {
	f := Finding{What: "public", OK: true, Detail: o.Config.PublicURL}
	if f.Detail == "" {
		f.Detail = "http://" + o.Config.Listen
	}
	if !strings.HasPrefix(o.Config.PublicURL, "https://") && !onlyHere(o.Config.Listen) {
		f.OK, f.Say, f.Mend = false, "no_tls", "tls"
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
	f := Finding{What: "key", OK: true, Detail: o.KeyFile(), Args: []any{"file", o.KeyFile()}}
	st, err := os.Stat(o.KeyFile())
	switch {
	case err != nil:
		f.OK, f.Say, f.Mend = false, "not_there", "key_missing"
	case st.Mode().Perm()&0o077 != 0:
		f.OK, f.Say, f.Mend = false, "key_open", "key_mode"
		f.Args = append(f.Args, "mode", fmt.Sprintf("%04o", st.Mode().Perm()))
	default:
		if _, err := privacy.LoadMaster(o.KeyFile()); err != nil {
			f.OK, f.Detail, f.Mend = false, err.Error(), "key_broken"
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
		return Finding{What: "disk", Detail: err.Error(), Mend: "disk_read"}
	}
	free := uint64(st.Bavail) * uint64(st.Bsize)
	f.Say, f.Args = "free", []any{"gb", fmt.Sprintf("%.1f", float64(free)/1e9)}
	if free < lowDisk {
		f.OK, f.Mend = false, "disk_full"
	}
	return f
}

// inside looks at what the database says.
// videos says whether the frames of videos can be inspected. Without the program everything works; claims then say that they could not.
func videos() Finding {
	f := Finding{What: "videos", OK: true, Say: "ffmpeg"}
	if !(&picture.Films{}).Installed() {
		f.Say = "no_ffmpeg"
	}
	return f
}

func inside(ctx context.Context, s *Store) []Finding {
	var out []Finding
	current, newest, err := s.DB.SchemaVersions(ctx)
	f := Finding{What: "schema", OK: err == nil && current == newest, Say: "schema", Args: []any{"current", current, "newest", newest}}
	switch {
	case err != nil:
		f.Say, f.Detail, f.Mend = "", err.Error(), "message"
	case current < newest:
		f.Mend = "schema_old"
	case current > newest:
		f.Mend = "schema_new"
	}
	if out = append(out, f); !f.OK {
		return out
	}
	out = append(out, timers(ctx, s)...)
	out = append(out, logState(ctx, s), claimDecisions(ctx, s))
	return append(out, calendars(s), packs((&Core{Store: s}).overrides("rules"), s.Source.Now()), clauses(s.Source.Now()))
}

func timers(ctx context.Context, s *Store) []Finding {
	c := clock.New(s.DB, clockdb.Store{}, s.Source, clock.Options{})
	var counts []clock.LaneCounts
	err := s.DB.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		counts, err = c.Counts(ctx, t)
		return err
	})
	if err != nil {
		return []Finding{{What: "timers", Args: []any{"lane", "-"}, Detail: err.Error(), Mend: "message"}}
	}
	var out []Finding
	for _, l := range counts {
		f := Finding{What: "timers", OK: true, Say: "timers", Args: []any{"lane", string(l.Lane), "waiting", l.Waiting, "overdue", l.Overdue, "dead", l.Dead, "paused", l.Paused,
			"minutes", int64(l.Lag / time.Minute)}}
		switch {
		case l.Dead > 0:
			f.OK, f.Mend = false, "timers_dead"
		case l.Lag > 10*time.Minute:
			f.OK, f.Mend = false, "timers_late"
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
		f.Say, f.Args = "log", []any{"size", size, "signed", last.Size}
		if size > last.Size && !unsignedIsYoung(ctx, t, last, s.Source.Now()) {
			f.OK, f.Mend = false, "log_unsigned"
		}
		return nil
	})
	if err != nil {
		f.OK, f.Say, f.Detail, f.Mend = false, "", err.Error(), "log_read"
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
		return Finding{What: "calendars", Detail: err.Error(), Mend: "calendars"}
	}
	return Finding{What: "calendars", OK: true, Say: "valid"}
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
