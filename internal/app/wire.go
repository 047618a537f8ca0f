package app

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"anxin/internal/blob"
	"anxin/internal/casefile"
	"anxin/internal/casefile/casefiledb"
	"anxin/internal/clock"
	"anxin/internal/clock/clockdb"
	"anxin/internal/coverage"
	"anxin/internal/db"
	"anxin/internal/evidence"
	"anxin/internal/evidence/evidencedb"
	"anxin/internal/evidence/picture"
	"anxin/internal/i18n"
	"anxin/internal/ledger"
	"anxin/internal/ledger/ledgerdb"
	"anxin/internal/ledger/tsa"
	"anxin/internal/notify"
	"anxin/internal/notify/notifydb"
	"anxin/internal/party"
	"anxin/internal/party/partydb"
	"anxin/internal/service"
	"anxin/internal/service/catalog"
	"anxin/internal/service/servicedb"
	"anxin/internal/tx"
	"anxin/internal/web/review"
	"anxin/region"
	"anxin/seal"
)

// Core is the product without its edges: every domain wired to the opened store.
type Core struct {
	*Store
	Run       tx.Runner // honours casefile.Once
	Timers    *clock.Clock
	Calendars *clock.Calendars
	Policy    *clock.Policy
	Clocks    *clock.CaseClocks
	Ledger    *ledger.Ledger
	Live      *casefile.Live
	Timeline  *casefile.Timeline
	Blobs     *blob.Files
	Vault     *evidence.Service
	Guard     *notify.Guard
	Endpoints *notify.Endpoints
	Messages  *notify.Messages
	Regions   *region.Resolver
	Catalogue *catalog.Catalogue
	Service   *service.Service
	Coverage  *coverage.Service
	Party     Party
	Orders    Orders
	Claims    Claims
	Renderer  *picture.Process

	idempotency *casefile.Idempotency
	metrics     *metrics
	boards      *boards
}

// Party is everything about who somebody is.
type Party struct {
	Access    *party.AccessLog
	Limits    *party.Limits
	Gate      *party.Gate
	Sessions  *party.Sessions
	Passwords *party.Passwords
	Accounts  *party.Accounts
	Links     *party.Links
	Keys      *party.Keys
	Finder    *party.Finder
}

// NewCore wires the domains.
func NewCore(s *Store) (*Core, error) {
	c := &Core{Store: s, Live: casefile.NewLive(20_000), metrics: newMetrics(s.Version)}
	var err error
	if c.Regions, err = loadRegions(s.Options); err != nil {
		return nil, err
	}
	c.idempotency = casefile.NewIdempotency(casefiledb.Store{}, s.Source)
	c.Run = casefile.OnceRunner{Runner: s.DB, Idempotency: c.idempotency}
	if err := c.kernel(); err != nil {
		return nil, err
	}
	if err := c.party(); err != nil {
		return nil, err
	}
	if err := c.domains(); err != nil {
		return nil, err
	}
	c.handlers()
	return c, nil
}

func (c *Core) kernel() (err error) {
	o := ledger.Options{Origin: "anxin.log/" + c.shortName(), Seed: c.Keeper.Derive("log signing key")[:32], Folder: c.logFolder}
	if address := c.Config.Seal.Authority; address != "" {
		a, err := tsa.New(address, nil)
		if err != nil {
			return fmt.Errorf("time stamp authority: %w", err)
		}
		o.Authority = a
	}
	if c.Ledger, err = ledger.New(c.DB, ledgerdb.Store{}, c.Source, o); err != nil {
		return fmt.Errorf("log: %w", err)
	}
	c.Timeline = casefile.NewTimeline(casefiledb.Store{}, c.Ledger, c.Live, c.Source)
	c.Timers = clock.New(c.DB, clockdb.Store{}, c.Source, clock.Options{Alone: c.DB.Dialect() == db.SQLite, Meter: c.metrics, Log: c.Log})
	if c.Calendars, err = clock.LoadCalendars(c.overrides("calendar")); err != nil {
		return fmt.Errorf("calendars: %w", err)
	}
	if c.Policy, err = clock.LoadPolicy(c.overrides("calendar"), c.Calendars); err != nil {
		return fmt.Errorf("clock policy: %w", err)
	}
	c.Clocks = clock.NewCaseClocks(c.Timers, clockdb.Store{}, c.Timeline, c.Calendars, c.Policy, c.Source)
	if c.Blobs, err = blob.OpenFiles(filepath.Join(c.DataDir, "vault")); err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	return nil
}

// overrides is the operator's folder of data files of a kind, or nil when there is none.
func (c *Core) overrides(kind string) fs.FS {
	dir := filepath.Join(c.DataDir, kind)
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		return nil
	}
	return os.DirFS(dir)
}

func (c *Core) logFolder(t casefile.Tenant) (seal.Folder, error) {
	return seal.OpenDirFolder(filepath.Join(c.DataDir, "log", strconv.FormatInt(int64(t), 10)))
}

func (c *Core) party() (err error) {
	p := &c.Party
	p.Access = party.NewAccessLog(c.DB, partydb.Store{}, c.Source)
	p.Limits = party.NewLimits(c.Source, rates(c.Config.Limits.PerMinute), 100_000)
	if p.Gate, err = party.NewGate(p.Access, p.Limits, c.Log); err != nil {
		return err
	}
	a := c.Config.Access
	policy := party.DefaultSessionPolicy()
	policy.StaffIdle, policy.TechnicianIdle, policy.Absolute, policy.Secure = a.StaffIdle, a.TechIdle, a.Absolute, c.secure()
	p.Sessions = party.NewSessions(c.DB, partydb.Store{}, c.Source, policy)
	if p.Passwords, err = party.NewPasswords(party.Hashing{}, c.Source, 2); err != nil {
		return err
	}
	var totp []casefile.Role
	if a.RequireTOTP && !c.Config.Demo {
		totp = party.RequireForStaff()
	}
	p.Accounts = party.NewAccounts(c.DB, partydb.Store{}, p.Sessions, p.Passwords, c.Keeper, c.Source, party.AccountPolicy{RequireTOTP: totp})
	p.Links = party.NewLinks(c.DB, partydb.Store{}, c.Keeper, c.Source)
	p.Keys = party.NewKeys(c.DB, partydb.Store{}, c.Source)
	return nil
}

// rates are the limits with the operator's own for reports.
func rates(reportsPerMinute int) map[party.LimitKind]party.Quota {
	all := party.DefaultRates()
	q := all[party.LimitReport]
	if reportsPerMinute > 0 {
		q.Burst, q.Every = reportsPerMinute, time.Minute/time.Duration(reportsPerMinute)
	}
	all[party.LimitReport] = q
	return all
}

func (c *Core) domains() (err error) {
	if c.Catalogue, err = catalog.Load(c.overrides("catalog")); err != nil {
		return fmt.Errorf("catalogue: %w", err)
	}
	c.messages()
	c.Party.Finder = party.NewFinder(c.Party.Links, partydb.Store{}, c.Messages)
	c.Vault = evidence.New(evidence.Config{
		Run: c.DB, Store: evidencedb.Store{}, Ledger: c.Ledger, Keys: c.Keeper, Cases: c.Timeline, Timers: c.Timers,
		Vault: blob.NewSealer(c.Blobs, rand.Reader), Renderer: c.renderer(), Source: c.Source, Access: c.mayUse,
		Removed: func(ctx context.Context, t tx.Tx, i evidence.Item) error {
			return c.Orders.Checks.Forget(ctx, t, i.Tenant, i.ID)
		},
	})
	c.orders()
	sign, err := seal.NewSigner("anxin.verify/"+c.shortName(), ed25519.NewKeyFromSeed(c.Keeper.Derive("verify signing key")[:32]))
	if err != nil {
		return err
	}
	c.boards = newBoards(c.Source.Now, c.Log)
	conf := service.Config{
		Run: c.Run, Store: servicedb.Store{}, Timeline: c.Timeline, Idempotency: c.idempotency, Keeper: c.Keeper, Timers: c.Timers, Clocks: c.Clocks,
		Links: c.Party.Links, Evidence: vault{c.Vault, c}, Notifier: notifier{c.Messages, c.Source}, Access: c.Keeper, Signer: signer{sign}, Regions: c.Regions,
		Catalogue: c.Catalogue, Source: c.Source, Hotlines: c.Config.Brand.Hotlines,
		Changed: func(t casefile.Tenant) { c.Coverage.Drop(t) }, Held: c.claimHolds, Ended: c.visitEnded, Log: c.Log,
	}
	if !c.Unsynced { // a play makes days pass in seconds: no board keeps up
		conf.DayChanged, conf.Boards = c.boards.DayChanged, c.boards
	}
	c.Service = service.New(conf)
	c.boards.source = c.Service
	if err := c.claims(); err != nil {
		return err
	}
	c.Coverage = coverage.New(coverage.Config{Workforce: workforce{c.Service}, Regions: c.Regions, Need: c.need, Source: c.Source})
	return nil
}

// renderer decodes pictures in a process of its own, this program with a hidden command; tests, which have no such program, do it here.
func (c *Core) renderer() picture.Renderer {
	limits := picture.DefaultLimits
	limits.Pixels = c.Config.Limits.PhotoPixels
	if len(c.PictureCommand) == 0 {
		return &picture.Direct{Limits: limits}
	}
	c.Renderer = &picture.Process{Command: c.PictureCommand, Limits: limits}
	return c.Renderer
}

// shortName tells installations apart; it is derived from the master key and never changes.
func (c *Core) shortName() string { return hex.EncodeToString(c.Keeper.Derive("log origin")[:4]) }

func (c *Core) messages() {
	var allow []netip.Prefix
	if c.Config.Notify.AllowPrivate {
		allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.168.0.0/16")}
	}
	c.Guard = notify.NewGuard(notify.GuardOptions{Allow: allow})
	c.Endpoints = notify.NewEndpoints(c.DB, notifydb.Store{}, c.Keeper, c.Timers, c.Guard, c.Source)
	b := c.Config.Brand
	c.Messages = notify.NewMessages(c.DB, notifydb.Store{}, c.Endpoints, c.Keeper, c.Party.Links, directory{c.Keeper}, c.Source,
		notify.Config{Brand: map[i18n.Lang]string{i18n.ZH: b.NameZH, i18n.EN: b.NameEN}, LinkBase: c.PublicURL() + "/s/"}, c.Log)
}

// PublicURL is the address under which people reach the server.
func (c *Core) PublicURL() string {
	if u := strings.TrimSuffix(c.Config.PublicURL, "/"); u != "" {
		return u
	}
	return "http://" + c.Config.Listen
}

// secure reports whether people reach the server over TLS.
func (c *Core) secure() bool { return strings.HasPrefix(c.Config.PublicURL, "https://") }

// mayUse asks the policies before an item is shown or handed out. What was made on a visit is its technician's to see; what the customer sent, the one's who
// has the newest visit. Both are read from the case, never taken from who asks.
func (c *Core) mayUse(ctx context.Context, a casefile.Actor, what evidence.Use, i evidence.Item) error {
	if a.Role == casefile.Merchant && what == evidence.UseSee && isReference(i.Kind) {
		return c.merchantMaySee(ctx, a, i)
	}
	if isSide(a) && what == evidence.UseSee && ofSides(i.Kind) {
		ok, err := c.sideMaySee(ctx, a, i)
		if err != nil {
			return err
		}
		if !ok {
			return casefile.Failf(casefile.NotFound, "evidence.error.not_here", "item %s is not this side's to see yet", i.ID)
		}
		if a.Role == casefile.Merchant {
			return nil // the claim said so; the policies know cases and technicians, not stages
		}
	}
	action := party.ViewEvidence
	switch {
	case what != evidence.UseSee:
		action = party.ExportEvidence
	case a.Role == casefile.Admin && (ofClaim(i.Kind) || exchanged[i.Kind] != "" && review.Named(ctx)):
		action = party.ViewClaimEvidence // a lead decides disagreements of reviewers
	}
	holder := casefile.Nil
	if a.Role == casefile.Technician {
		visit := i.Visit
		if visit.IsNil() {
			visit = i.ReceivedFor
		}
		var err error
		// A draft has items and no visits: nobody holds it.
		if holder, err = c.Service.Holder(ctx, i.Tenant, i.Case, visit); err != nil && !casefile.Is(err, casefile.NotFound) {
			return err
		}
	}
	return c.Party.Gate.Check(ctx, a, action, party.OfEvidence(i.Tenant, i.Case, i.ID, holder))
}

// Close closes files and database.
func (c *Core) Close() error {
	c.boards.Close()
	if c.Renderer != nil {
		c.Renderer.Close()
	}
	return errors.Join(c.Orders.Checks.Close(), c.Blobs.Close(), c.Store.Close())
}
