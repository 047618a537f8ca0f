package rule

import (
	"gopkg.in/yaml.v3"

	"anxin/internal/clock"
	"anxin/internal/law"
)

// State is where a pack stands on its way to counting.
type State string

// The states of a pack, in order.
const (
	Draft     State = "draft"
	Consult   State = "consult" // open to comment (电商法 34)
	Approved  State = "approved"
	Published State = "published"
	Retired   State = "retired"
)

// The tags that excuse a shorter notice than seven days.
const (
	Statutory = "法定"
	Urgent    = "紧急"
)

// Queue names used by code; a pack may have more.
const (
	FastQueue = "fast"
	LongQueue = "long"
)

// Ref names exactly one text of one pack.
type Ref struct {
	Pack    string `json:"pack"`
	Version int    `json:"version"`
	Hash    string `json:"hash"` // sha256:…
}

// Pack is one version of an operator's rules, checked and compiled. It is read-only and safe for use from many goroutines.
type Pack struct {
	Series        string    `yaml:"pack,required"`
	Version       int       `yaml:"version,required"`
	Title         law.Words `yaml:"title,required"`
	Basis         []string  `yaml:"basis,required"`
	Author        string    `yaml:"author,required"`
	Approver      string    `yaml:"approver"`
	State         State     `yaml:"state,required"`
	Tags          []string  `yaml:"tags"`
	PublishedAt   law.Date  `yaml:"published_at"`
	EffectiveFrom law.Date  `yaml:"effective_from,required"`
	RetiredAt     law.Date  `yaml:"retired_at"` // the first day on which it does not count any more
	Hash          string    `yaml:"hash"`

	Categories []Category   `yaml:"categories,required"`
	Reasons    []Label      `yaml:"reasons,required"`
	Tiers      []Label      `yaml:"tiers,required"` // the first one counts when a merchant has none
	Queues     []Queue      `yaml:"queues,required"`
	Shots      []Shot       `yaml:"shots,required"`
	Letters    []Letter     `yaml:"letters"`
	Clocks     []Clock      `yaml:"clocks,required"`
	Burdens    []BurdenRule `yaml:"burden,required"`
	Evidence   []Matrix     `yaml:"evidence,required"`
	Limits     []Limit      `yaml:"limits,required"`
	Harbour    Harbour      `yaml:"safe_harbour,required"`
	AutoAccept AutoAccept   `yaml:"auto_accept,required"`
	Rules      []Rule       `yaml:"rules,required"`

	placed
	category map[string]Category
	reason   map[string]string // code → zh
	tier     map[string]string
	queue    map[string]int // code → index
	shot     map[string]int
	byName   map[nameKind]map[string]string // zh → code
	english  map[string]string              // Chinese name → English name, of everything that has a code
	reads    int                            // readings of one whole trace, roughly
	ordinary int                            // index of the default queue
}

// Category is a kind of goods.
type Category struct {
	Code     string   `yaml:"code,required"`
	ZH       string   `yaml:"zh,required"`
	EN       string   `yaml:"en,required"`
	Also     []string `yaml:"also"`      // codes of shops and catalogues that mean the same
	Durable  bool     `yaml:"durable"`   // 消法 23(3)
	NoReturn bool     `yaml:"no_return"` // fresh, made to measure
	placed
}

// Label is a code with its names.
type Label struct {
	Code string `yaml:"code,required"`
	ZH   string `yaml:"zh,required"`
	EN   string `yaml:"en,required"`
	placed
}

// Queue is where a claim waits for a reviewer. Queues stand in the order of care: of all queues that rules name, the last one counts.
type Queue struct {
	Code    string `yaml:"code,required"`
	ZH      string `yaml:"zh,required"`
	EN      string `yaml:"en,required"`
	Default bool   `yaml:"default"`
	placed
}

// Shot is one photo, video or fact that a buyer may be asked for.
type Shot struct {
	Code string    `yaml:"code,required"`
	ZH   string    `yaml:"zh,required"`
	EN   string    `yaml:"en,required"`
	Hint law.Words `yaml:"hint"`
	placed
}

// Letter is an addition to the decision letter that rules may choose.
type Letter struct {
	Code  string    `yaml:"code,required"`
	ZH    string    `yaml:"zh,required"` // name
	EN    string    `yaml:"en,required"`
	Words law.Words `yaml:"words,required"` // the paragraph
	Basis []string  `yaml:"basis"`
	placed
}

// Clock is how long somebody has. The words are those of package clock: length 48h or 2d, unit calendar | working_hours | working_days, and the name of a
// calendar.
type Clock struct {
	Code     string     `yaml:"code,required"`
	ZH       string     `yaml:"zh,required"`
	EN       string     `yaml:"en,required"`
	Length   string     `yaml:"length,required"`
	Long     string     `yaml:"long"` // when a rule says 延长; never shorter than Length
	Cap      string     `yaml:"cap"`  // whatever happens
	Unit     clock.Unit `yaml:"unit,required"`
	Calendar string     `yaml:"calendar,required"`
	// Extension may be had Extensions times.
	Extension  string   `yaml:"extension"`
	Extensions int      `yaml:"extensions"`
	Basis      []string `yaml:"basis"`
	placed
}

// Party is who bears the burden of proof.
type Party string

// Who may bear it.
const (
	Buyer    Party = "buyer"
	Merchant Party = "merchant"
	Platform Party = "platform"
)

// BurdenRule says who must prove what. The first whose condition holds counts; the last one must hold always.
type BurdenRule struct {
	ID    string    `yaml:"id,required"`
	When  located   `yaml:"when,required"` // 其他 holds always
	Party Party     `yaml:"party,required"`
	Words law.Words `yaml:"words,required"`
	Basis []string  `yaml:"basis,required"`
	// From and To bound the day of the order.
	From law.Date `yaml:"from"`
	To   law.Date `yaml:"to"`
	placed
	when condition
}

// Matrix is one row of the evidence matrix. The first row that fits category and reason counts; the last one must fit everything.
type Matrix struct {
	Categories   []located `yaml:"categories"` // Chinese names; empty: all
	Reasons      []located `yaml:"reasons"`    // empty: all
	Shots        []located `yaml:"shots,required"`
	Live         string    `yaml:"live"`          // required, wished or none: taken on the spot with a code, not from the album
	DestroyProof bool      `yaml:"destroy_proof"` // a refund without return asks for proof that the thing was disposed of
	Otherwise    law.Words `yaml:"otherwise,required"`
	Burden       string    `yaml:"burden"` // a burden rule to look at first
	placed
	categories map[string]bool // codes
	reasons    map[string]bool
	shots      []int
	burden     int // index or -1
}

// Limit bounds what may go the short way. Beyond a limit a person looks longer; nothing is refused. The first limit that fits counts.
type Limit struct {
	ID         string    `yaml:"id,required"`
	Title      law.Words `yaml:"title,required"`
	Categories []located `yaml:"categories"`
	Tiers      []located `yaml:"tiers"`
	Amount     int64     `yaml:"amount"` // fen; 0: no bound
	In30       Bound     `yaml:"last_30"`
	In90       Bound     `yaml:"last_90"`
	In365      Bound     `yaml:"last_365"`
	Over       located   `yaml:"over,required"` // queue when beyond
	Basis      []string  `yaml:"basis,required"`
	placed
	categories map[string]bool
	tiers      map[string]bool
	over       int
}

// Bound limits refunds without return in a rolling window, the claim itself counted in. 0: no bound.
type Bound struct {
	Count int   `yaml:"count"`
	Sum   int64 `yaml:"sum"`
}

// Harbour lets buyers with undisputed orders go the fast lane.
type Harbour struct {
	MinUndisputed int      `yaml:"min_undisputed,required"`
	Amount        int64    `yaml:"amount,required"` // fen, at most
	Unless        located  `yaml:"unless"`
	Basis         []string `yaml:"basis,required"`
	placed
	unless condition
}

// AutoAccept bounds what a merchant may let the product accept for them. It only ever gives the buyer what they asked for, on the merchant's own wish.
type AutoAccept struct {
	Cap       int64     `yaml:"cap,required"`       // fen per claim
	Count30   int       `yaml:"count_30,required"`  // per merchant in 30 days
	Sum30     int64     `yaml:"sum_30,required"`    // fen
	Revocable bool      `yaml:"revocable,required"` // must be true
	Remedies  []located `yaml:"remedies,required"`
	Unless    located   `yaml:"unless"`
	Basis     []string  `yaml:"basis,required"`
	placed
	unless   condition
	remedies map[string]bool
}

// Rule is one sentence: condition -> actions.
type Rule struct {
	ID       string    `yaml:"id,required"`
	Title    law.Words `yaml:"title,required"`
	Basis    []string  `yaml:"basis,required"`
	Text     located   `yaml:"rule,required"`
	Examples []Example `yaml:"examples,required"`
	placed
	when  condition
	then  []action
	means []law.Words // of then, for traces
}

// Source gives the sentence as it was written.
func (r Rule) Source() string { return r.Text.text }

// Example is a case with the answer that its author expects.
type Example struct {
	Facts  yaml.Node `yaml:"facts,required"`
	Expect located   `yaml:"expect,required"`
	placed
}

// Ref names this text.
func (p *Pack) Ref() Ref { return Ref{p.Series, p.Version, p.Hash} }

// Tagged reports whether the pack has a tag.
func (p *Pack) Tagged(tag string) bool {
	for _, t := range p.Tags {
		if t == tag {
			return true
		}
	}
	return false
}

func (p *Pack) clockUnit(code string) clock.Unit {
	for _, c := range p.Clocks {
		if c.Code == code {
			return c.Unit
		}
	}
	return ""
}

// CategoryName is the name of a category, by its code or by one that means the same.
func (p *Pack) CategoryName(code string) (law.Words, bool) {
	c, ok := p.category[code]
	return law.Words{ZH: c.ZH, EN: c.EN}, ok
}
