package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"anxin/internal/casefile"
	claimcheck "anxin/internal/check"
	"anxin/internal/claim"
	"anxin/internal/claim/claimdb"
	"anxin/internal/clock"
	"anxin/internal/evidence"
	"anxin/internal/evidence/evidencedb"
	"anxin/internal/i18n"
	"anxin/internal/law"
	"anxin/internal/letter"
	"anxin/internal/notify"
	"anxin/internal/order"
	"anxin/internal/privacy"
	"anxin/internal/rule"
	"anxin/internal/service"
	"anxin/internal/service/servicedb"
	"anxin/internal/tx"
)

// Claims are the claims half with what it decides by.
type Claims struct {
	*claim.Service
	Law   *law.Book
	Packs *rule.Library
}

// packSeries is the policy pack that claims are decided by.
const packSeries = "refunds"

// claims wires the claims half; orders, checks and the service half are there already.
func (c *Core) claims() (err error) {
	k := &c.Claims
	if k.Law, err = law.Embedded(); err != nil {
		return fmt.Errorf("law: %w", err)
	}
	packs, problems, err := rule.Open(c.overrides("rules"), k.Law)
	if err != nil {
		return fmt.Errorf("policy packs: %w", err)
	}
	if len(problems) > 0 {
		return fmt.Errorf("policy packs: %w", problems)
	}
	k.Packs = packs
	if k.Service, err = claim.New(claim.Config{
		Run: c.Run, Store: claimdb.Store{}, Timeline: c.Timeline, Idempotency: c.idempotency, Keeper: c.Keeper, Timers: c.Timers, Clocks: c.Clocks,
		Evidence: claimVault{c.Vault, c}, Notifier: claimNotifier{c.Messages}, Source: c.Source, Orders: claimOrders{c.Orders.Book}, Rules: claimRules{packs, k.Law},
		Checks: claimChecks{c.Orders.Checks, c.Orders.Book}, Letters: claimLetters{c, k.Law}, Documents: claimPapers{c.Source}, Visits: claimVisits{c.Service}, People: claimPeople{c.Keeper},
	}); err != nil {
		return err
	}
	c.Orders.Checked = c.claimChecked
	return nil
}

// claimHandlers are the timers and clocks of claims beside those of the service half.
func (c *Core) claimHandlers() {
	for kind, h := range c.Claims.Handlers() {
		c.Timers.Handle(kind, h)
	}
	c.Clocks.OnExpiry(func(ctx context.Context, t tx.Tx, cf *casefile.Case, clk clock.CaseClock, all []clock.CaseClock) error {
		if strings.HasPrefix(clk.Kind, "claim_") {
			return c.Claims.ClockExpired(ctx, t, cf, clk, all)
		}
		return c.Service.ClockExpired(ctx, t, cf, clk)
	})
	c.Clocks.OnMoved(func(ctx context.Context, t tx.Tx, cf *casefile.Case, clk clock.CaseClock, from time.Time) error {
		if strings.HasPrefix(clk.Kind, "claim_") {
			return c.Claims.ClockMoved(ctx, t, cf, clk, from)
		}
		return c.Service.ClockMoved(ctx, t, cf, clk, from)
	})
}

// claimChecked takes a claim on when its checks are through. What they found reaches the rules as codes: which groups of evidence hold a strong finding, never who is right.
func (c *Core) claimChecked(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID, o claimcheck.Outcome) error {
	signals, err := c.Orders.Checks.Signals(ctx, t, tenant, caseID, id)
	if err != nil {
		return err
	}
	flags := []string{}
	for _, s := range signals {
		flag := groupFlag + string(s.Group)
		if s.Strength == claimcheck.Strong && !slices.Contains(flags, flag) {
			flags = append(flags, flag)
		}
	}
	if o == claimcheck.Unfinished {
		flags = append(flags, "unfinished")
	}
	return c.Claims.CheckedTx(ctx, t, tenant, caseID, id, flags)
}

// groupFlag begins the flag of a group of evidence with a strong finding.
const groupFlag = "group:"

// visitEnded tells claims that a request is over.
func (c *Core) visitEnded(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, request casefile.ID, done bool) error {
	return c.Claims.VisitDone(ctx, t, tenant, caseID, request, done)
}

// claimHolds keeps a case from being erased while a claim needs it.
func (c *Core) claimHolds(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) (bool, error) {
	return c.Claims.Holds(ctx, t, tenant, caseID)
}

// claimVault is the vault as claims need it.
type claimVault struct {
	*evidence.Service
	core *Core
}

func claimItem(i evidence.Item) claim.Item {
	return claim.Item{ID: i.ID, Request: i.Request, Visit: i.Visit, Kind: i.Kind, Media: i.Media, SHA256: i.SHA256, Received: i.Received}
}

// Find implements claim.Evidence.
func (v claimVault) Find(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, items []casefile.ID) ([]claim.Item, error) {
	out := make([]claim.Item, 0, len(items))
	for _, id := range items {
		i, err := evidencedb.Store{}.Item(ctx, t, tenant, caseID, id)
		if err != nil {
			return nil, err
		}
		if i.IsCopy() || i.Note == evidence.NoteRemoved {
			return nil, casefile.Failf(casefile.NotFound, "evidence.error.not_here", "item %s is a copy or removed", id)
		}
		out = append(out, claimItem(i))
	}
	return out, nil
}

// Attach implements claim.Evidence.
func (v claimVault) Attach(ctx context.Context, t tx.Tx, by casefile.Actor, a claim.Attachment) ([]claim.Item, error) {
	items, err := v.Find(ctx, t, by.Tenant, a.Case, a.Items)
	if err != nil {
		return nil, err
	}
	for _, i := range items {
		if !slices.Contains(a.Kinds, i.Kind) {
			return nil, casefile.Failf(casefile.NotFound, "evidence.error.not_here", "item %s is a %s", i.ID, i.Kind)
		}
		if err := v.Service.Attach(ctx, t, by, evidence.Attachment{Case: a.Case, Request: a.Claim, Kind: i.Kind, Items: []casefile.ID{i.ID}}); err != nil {
			return nil, err
		}
	}
	return items, v.core.indexExchanged(ctx, t, by.Tenant, a.Case, a.Claim, a.Items)
}

// Attached implements claim.Evidence.
func (v claimVault) Attached(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]claim.Item, error) {
	items, err := v.Service.Attached(ctx, t, tenant, caseID)
	out := make([]claim.Item, 0, len(items))
	for _, i := range items {
		out = append(out, claimItem(i))
	}
	return out, err
}

// claimNotifier writes the messages of claims.
type claimNotifier struct{ messages *notify.Messages }

// Queue implements claim.Notifier.
func (n claimNotifier) Queue(ctx context.Context, t tx.Tx, m claim.Message) error {
	return n.messages.Queue(ctx, t, notify.Message{Tenant: m.Tenant, Case: m.Case, Number: m.Number, To: notify.Recipient(m.To), Subject: m.Subject, Template: m.Template, Lang: m.Lang,
		Args: m.Args})
}

// claimOrders answers about orders.
type claimOrders struct{ book *order.Service }

// OfCase implements claim.Orders.
func (o claimOrders) OfCase(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) (claim.Order, error) {
	x, m, err := o.book.OfCase(ctx, t, tenant, caseID)
	if err != nil {
		return claim.Order{}, err
	}
	out := claim.Order{ID: x.ID, Case: caseID, Listing: x.Listing, Number: x.Number, Merchant: x.Merchant, MerchantName: m.Name, Tier: string(m.Tier), Product: x.Product, Code: x.Code,
		Category: x.Category, Province: x.Province, Quantity: x.Quantity, Paid: x.Price, Ordered: x.Ordered(), Shipped: x.Shipped, Delivered: x.Delivered}
	if out.MerchantName == "" {
		out.MerchantName = "#" + x.Merchant.String()[:8] // nobody has named it yet
	}
	refs, err := o.book.References(ctx, t, tenant, x)
	for _, r := range refs {
		out.References = append(out.References, claim.Reference{Item: r.Item, Case: r.Case, Kind: r.Kind, SHA256: r.SHA256, Sealed: r.Sealed})
	}
	return out, err
}

// History implements claim.Orders.
func (o claimOrders) History(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, at time.Time) (claim.History, error) {
	h, err := o.book.History(ctx, t, tenant, caseID, at)
	out := claim.History{Undisputed: h.Undisputed}
	for i, w := range h.Windows {
		out.Counts[i] = claim.Count{Days: w.Days, Orders: w.Orders, Claims: w.Claims, ClaimsSum: w.ClaimsFen, RefundOnly: w.RefundOnly, Sum: w.RefundOnlyFen}
	}
	return out, err
}

// Mark implements claim.Orders.
func (o claimOrders) Mark(ctx context.Context, t tx.Tx, m claim.Mark) error {
	return o.book.Mark(ctx, t, order.Mark{Tenant: m.Tenant, Case: m.Case, Ref: m.Claim, Kind: order.MarkKind(m.Kind), At: m.At, Amount: m.Amount})
}

// claimRules evaluates the policy packs.
type claimRules struct {
	packs *rule.Library
	book  *law.Book
}

// ruleFacts are the facts of a claim as packs know them.
func ruleFacts(f claim.RuleFacts) rule.Facts {
	window := func(c claim.Count) rule.Window {
		return rule.Window{RefundOnly: c.RefundOnly, RefundOnlySum: c.Sum, Claims: c.Claims, ClaimsSum: c.ClaimsSum, Orders: c.Orders}
	}
	out := rule.Facts{Remedy: string(f.Wish), Amount: f.Amount, OrderAmount: f.Paid, Category: f.Category, Reason: f.Reason, Tier: f.MerchantTier, Ordered: f.Ordered, Received: f.Delivered,
		Filed: f.Filed, Media: f.Photos + f.Videos, DeclaredAI: f.Declared == claim.DeclaredAI || f.Declared == claim.DeclaredEdited, CannotShoot: f.Unable, ChecksDone: f.Checked,
		Last30: window(f.History.Counts[0]), Last90: window(f.History.Counts[1]), Last365: window(f.History.Counts[2]), Undisputed: f.History.Undisputed}
	if out.Ordered.After(out.Filed) {
		out.Ordered = out.Filed // a shop's clock that runs ahead
	}
	for _, flag := range f.Flags {
		if strings.HasPrefix(flag, groupFlag) {
			out.Groups++
		}
	}
	return out
}

func text(w law.Words) claim.Text { return claim.Text{ZH: w.ZH, EN: w.EN} }

// Apply implements claim.Rules.
func (r claimRules) Apply(ctx context.Context, _ casefile.Tenant, f claim.RuleFacts) (claim.Ruling, error) {
	facts := ruleFacts(f)
	pin, err := r.packs.Pin(ctx, packSeries, facts)
	if err != nil {
		return claim.Ruling{}, err
	}
	pack, err := r.packs.Pack(pin.Applies)
	if err != nil {
		return claim.Ruling{}, err
	}
	o, trace, err := pack.Evaluate(ctx, facts)
	if err != nil {
		return claim.Ruling{}, err
	}
	out := claim.Ruling{OrderPack: r.ref(pin.Ordered), FilingPack: r.ref(pin.Filed), Applied: r.ref(pin.Applies), Why: text(pin.Why), Burden: claim.Burden(o.Burden.Party), BurdenRule: o.Burden.Rule,
		BurdenWords: text(o.Burden.Words), BurdenBasis: o.Burden.Basis, Lane: claim.NormalLane, NeedSecond: o.SecondReview, DestroyProof: o.DestroyProof,
		Basis: append(slices.Clone(pack.Basis), o.Burden.Basis...)}
	if flagged(&o) {
		out.Lane = claim.FlaggedLane
	}
	for _, s := range missing(pack, &o, facts.Media) {
		out.Need = append(out.Need, claim.Shot{Code: s.Code, ZH: s.ZH, EN: s.EN})
	}
	if len(o.Limit.Over) > 0 {
		out.Limits = map[claim.Remedy]string{claim.RefundOnly: o.Limit.ID + " " + strings.Join(o.Limit.Over, " ")}
	}
	for _, l := range pack.LettersOf(&o) {
		out.Extra = append(out.Extra, text(l.Words))
		out.Basis = append(out.Basis, l.Basis...)
	}
	slices.Sort(out.Basis)
	out.Basis = slices.Compact(out.Basis)
	if out.Clocks, err = clocksOf(&o); err != nil {
		return claim.Ruling{}, err
	}
	out.Trace, err = json.Marshal(trace)
	return out, err
}

// packClocks are the clocks of claims by the names that packs have for them. How long the checks may take is the operator's, so "checking" is not here.
var packClocks = map[string]string{
	"buyer_evidence": "claim_evidence", "merchant_answer": "claim_answer", "negotiating": "claim_offer", "rebuttal": "claim_rebuttal", "in_review": "claim_review",
	"second_review": "claim_second", "serve_letter": "claim_letter", "return_goods": "claim_return", "refund": "claim_refund", "appealable": "claim_appeal", "appeal": "claim_appeal_review",
}

// clocksOf are the lengths that the pack gives a claim.
func clocksOf(o *rule.Outcome) (map[string]clock.Length, error) {
	out := map[string]clock.Length{}
	for _, c := range o.Clocks {
		lengths := map[string]string{packClocks[c.Code]: c.Length}
		if c.Code == "in_review" {
			lengths["claim_cap"] = c.Cap
		}
		for kind, length := range lengths {
			if kind == "" || length == "" {
				continue
			}
			n, err := rule.ParseLength(length, clock.Unit(c.Unit))
			if err != nil {
				return nil, err
			}
			out[kind] = clock.Length{Amount: n, Unit: clock.Unit(c.Unit), Calendar: c.Calendar}
		}
	}
	return out, nil
}

// flagged reports whether people look longer. A clock that a rule lengthens is lengthened by clocksOf: before the checks are through the review of every claim is.
func flagged(o *rule.Outcome) bool { return o.Queue == "long" || o.Queue == "senior" }

// missing are the shots that the evidence matrix asks for when the buyer sent none at all. Which shot a picture shows is for people to see: the product does not guess it.
func missing(p *rule.Pack, o *rule.Outcome, media int) []rule.Shot {
	if media > 0 {
		return nil
	}
	return slices.DeleteFunc(p.ShotsOf(o), func(s rule.Shot) bool { return s.Code == "story" })
}

func (r claimRules) ref(x rule.Ref) claim.PackRef {
	if x.Pack == "" {
		return claim.PackRef{}
	}
	out := claim.PackRef{ID: x.Pack, Version: strconv.Itoa(x.Version), Hash: x.Hash}
	if p, err := r.packs.Pack(x); err == nil {
		out.Title, out.Published, out.Effective = text(p.Title), p.PublishedAt.Time(), p.EffectiveFrom.Time()
	}
	return out
}

// claimChecks has media looked at.
type claimChecks struct {
	checks *claimcheck.Service
	book   *order.Service
}

// Begin implements claim.Checks.
func (k claimChecks) Begin(ctx context.Context, t tx.Tx, j claim.CheckJob) error {
	r := claimcheck.Round{Tenant: j.Tenant, Case: j.Case, Claim: j.Claim, Filed: j.Filed, Items: j.Items, Subject: j.Subject}
	for _, id := range []casefile.ID{j.Order, j.Listing} {
		if !id.IsNil() {
			r.Owners = append(r.Owners, id)
		}
	}
	switch o, m, err := k.book.OfCase(ctx, t, j.Tenant, j.Case); {
	case err == nil:
		r.Merchant, r.Product, r.Shipped, r.Delivered = m.ID, productOf(o), o.Shipped, o.Delivered
	case !casefile.Is(err, casefile.NotFound): // a claim without an imported order
		return err
	}
	_, err := k.checks.Start(ctx, t, r)
	return err
}

// Signals implements claim.Checks.
func (k claimChecks) Signals(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) ([]claim.Signal, error) {
	list, err := k.checks.Signals(ctx, t, tenant, caseID, id)
	out := make([]claim.Signal, 0, len(list))
	for _, s := range list {
		x := claim.Signal{ID: s.ID.String(), Check: s.Check, Version: s.Version, Fact: claim.Text(s.Fact), Honest: claim.Text(s.Honest), Limits: claim.Text(s.Limits),
			Applicability: claim.Applicability(s.Applicability), Strength: string(s.Strength), Group: string(s.Group), Artefacts: s.Artefacts, At: s.At}
		for i, in := range s.Inputs {
			if i == 0 {
				x.Item = in.Item
			}
			x.Items, x.Inputs = append(x.Items, in.Item), append(x.Inputs, in.SHA256)
		}
		for _, r := range s.Related {
			x.Related = append(x.Related, claim.Related{Case: r.Case, Item: r.Item, Relation: string(r.Relation), Role: string(r.Role), Video: r.Video, Distance: r.Distance, Seconds: r.Seconds})
		}
		if s.Detail != nil {
			if x.Detail, err = json.Marshal(s.Detail); err != nil {
				return nil, err
			}
		}
		out = append(out, x)
	}
	return out, err
}

// Run implements claim.Checks.
func (k claimChecks) Run(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) (claim.CheckRun, error) {
	st, err := k.checks.State(ctx, t, tenant, caseID, id)
	if casefile.Is(err, casefile.NotFound) {
		return claim.CheckRun{}, nil
	}
	return claim.CheckRun{Began: st.Started, Ended: st.Ended, Versions: st.Versions, Unfinished: st.Open}, err
}

// claimPapers gives papers their codes.
type claimPapers struct{ source casefile.Source }

// Issue implements claim.Documents.
func (p claimPapers) Issue(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, ref casefile.ID, kind string, at time.Time) (string, error) {
	code := service.NewDocumentCode(p.source)
	return code, servicedb.Store{}.InsertDocument(ctx, t, &service.Document{Tenant: tenant, Code: code, Case: caseID, Kind: kind, Ref: ref, Issued: at})
}

// claimVisits orders visits of the service half.
type claimVisits struct{ svc *service.Service }

// Order implements claim.Visits.
func (v claimVisits) Order(ctx context.Context, t tx.Tx, by casefile.Actor, c *casefile.Case, o claim.VisitOrder) (casefile.ID, error) {
	return v.svc.OrderVisit(ctx, t, by, c, service.VisitOrder{Kind: service.Kind(o.Kind), Products: []string{o.Product, o.Category}, Words: o.Words})
}

// claimPeople answers about people without taking them out of their masks.
type claimPeople struct{ keeper *privacy.Keeper }

// MaskedName implements claim.People. Somebody who was erased has no name any more.
func (p claimPeople) MaskedName(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID) (string, error) {
	who, err := p.keeper.Person(ctx, t, tenant, subject)
	if casefile.Is(err, casefile.NotFound) || err == nil && who.Name.IsZero() {
		return "***", nil
	}
	return who.Name.String(), err
}

// claimLetters composes letters.
type claimLetters struct {
	core *Core
	book *law.Book
}

// both says a word of the claims half in both languages.
func both(group, code string) letter.Text {
	key := "claim." + group + "." + code
	if !i18n.Has(key) {
		return letter.Text{ZH: code, EN: code}
	}
	return letter.Text{ZH: i18n.T(i18n.ZH, key), EN: i18n.T(i18n.EN, key)}
}

// Compose implements claim.Letters.
func (l claimLetters) Compose(_ context.Context, f claim.LetterFacts) ([]byte, error) {
	doc, err := letter.Compose(l.facts(f), l.book)
	if err != nil {
		return nil, err
	}
	return doc.Encode()
}

func pack(p claim.PackRef) letter.Pack {
	return letter.Pack{Title: law.Words(p.Title), Version: p.Version, Hash: p.Hash, Published: p.Published, Effective: p.Effective}
}

// answerable are the notices that ask for an answer; without one a letter says that none came.
var answerable = []string{"served", "comment_wanted", "more_wanted", "asked", "offer"}

func (l claimLetters) facts(f claim.LetterFacts) letter.Facts {
	brand := l.core.Config.Brand
	out := letter.Facts{Brand: brand.NameZH, Code: f.Code, Number: f.Number.String(), Issued: f.Issued, Round: f.Round, Buyer: f.Buyer, Merchant: f.Merchant, Order: f.Order, Product: f.Product,
		Category: l.category(f), Paid: f.Paid, Ordered: f.Ordered, Filed: f.Filed, Reason: both("reason", f.Reason), Wish: letter.Remedy(f.Wish), WishAmount: f.WishAmount,
		Remedy: letter.Remedy(f.Remedy), Amount: f.Amount, Settled: letter.Remedy(f.Settled), Agreed: f.Agreed, Appeal: f.Appeal, Words: letter.Typed(f.Words), OnBuyer: letter.Typed(f.OnBuyer),
		OnMerchant: letter.Typed(f.OnMerchant), Burden: letter.Burden{Party: letter.Side(f.Burden), Words: law.Words(f.BurdenWords), Basis: f.BurdenBasis}, OrderPack: pack(f.OrderPack),
		FilingPack: pack(f.FilingPack), Applied: pack(f.Applied), Why: law.Words(f.Why), Basis: f.Basis, TwoPeople: f.TwoPeople, Machine: f.Machine, AppealUntil: f.AppealUntil,
		VerifyURL: l.core.PublicURL() + "/verify"}
	if len(brand.Hotlines) > 0 {
		out.Contact = letter.Text{ZH: brand.Hotlines[0], EN: brand.Hotlines[0]}
	}
	for _, r := range f.Reasons {
		out.Found = append(out.Found, letter.Finding{Fact: both("why", r)})
	}
	for _, n := range f.Notices {
		out.Notices = append(out.Notices, letter.Notice{To: letter.Side(n.Side), What: both("served", n.Kind), Served: n.Served, Opened: n.Opened, Answered: n.Answered,
			Asked: slices.Contains(answerable, n.Kind)})
	}
	for _, e := range f.Evidence {
		side := letter.Side(e.Side)
		if side == "" {
			side = letter.Platform
		}
		out.Evidence = append(out.Evidence, letter.Evidence{No: e.No, Side: side, What: both("media", e.Kind), SHA256: e.SHA256, Received: e.Received, After: e.After,
			NotAccepted: f.Remedy == claim.Forged && side == letter.Buyer && slices.ContainsFunc(f.Grounds, func(g claim.Ground) bool { return !g.Item.IsNil() && g.Item == e.Item })})
	}
	for _, x := range f.Extra {
		out.Extra = append(out.Extra, law.Words(x))
	}
	for i, s := range f.Steps {
		st := letter.Step{Kind: string(s), By: time.Time{}}
		if s == claim.StepRefund {
			st.Amount = f.Amount
		}
		if i == 0 {
			st.By = f.ExecuteBy
		}
		out.Steps = append(out.Steps, st)
	}
	return out
}

// category is the name of the goods' category in the pack that applies.
func (l claimLetters) category(f claim.LetterFacts) letter.Text {
	version, err := strconv.Atoi(f.Applied.Version)
	if err == nil {
		if p, err := l.core.Claims.Packs.Pack(rule.Ref{Pack: f.Applied.ID, Version: version, Hash: f.Applied.Hash}); err == nil {
			if name, ok := p.CategoryName(f.Category); ok {
				return name
			}
		}
	}
	return letter.Text{ZH: f.Category, EN: f.Category}
}

// claimDecisions looks at every decision on a claim over the whole database: served on both sides, no open window, full windows or recorded answers, the people that the rules demand.
func claimDecisions(ctx context.Context, s *Store) Finding {
	f := Finding{What: "claims", OK: true}
	codes, first := map[string]int{}, ""
	looked, err := claim.Doctor(ctx, s.DB, claimdb.Store{}, func(x claim.DoctorFinding) {
		if codes[x.Code]++; first == "" {
			first = x.Claim.String()
		}
	})
	if err != nil {
		return Finding{What: f.What, Say: err.Error(), Mend: "see the message"}
	}
	f.Say = fmt.Sprintf("%d decisions stand, none inside an open window, both sides served and heard in each", looked)
	if len(codes) > 0 {
		parts := make([]string, 0, len(codes))
		for code, n := range codes {
			parts = append(parts, fmt.Sprintf("%d: %s", n, i18n.T(i18n.EN, "claim.doctor."+code)))
		}
		slices.Sort(parts)
		f.OK, f.Say = false, fmt.Sprintf("of %d decisions, %s; first claim %s", looked, strings.Join(parts, "; "), first)
		f.Mend = "open the claim's duty-of-care page; such a decision must be looked at by a lead and, where a side was not heard, be taken up again"
	}
	return f
}
