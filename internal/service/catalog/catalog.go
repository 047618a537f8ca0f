// Package catalog is what the service half knows as data: kinds of service and product families with their faults and causes, checklists and photographs,
// who may do the work, the published price list, and the lists of reasons that people choose from.
//
// The files beside this one are built in. An operator replaces any of them by one of the same name in the folder "catalog" of the data directory. Codes are stored in cases
// for ever; an override that drops a code keeps old cases readable, because an unknown code is shown as itself.
package catalog

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"gopkg.in/yaml.v3"
)

//go:embed *.yaml
var builtin embed.FS

// Text is a text in both languages.
type Text struct {
	ZH string `yaml:"zh" json:"zh"`
	EN string `yaml:"en" json:"en"`
}

// In is the text in a language; anything but "en" is Chinese.
func (t Text) In(lang string) string {
	if lang == "en" {
		return t.EN
	}
	return t.ZH
}

// Named is a code with its name.
type Named struct {
	Code string `yaml:"code" json:"code"`
	Text `yaml:",inline"`
}

// Need is what a kind of service on a product asks for.
type Need struct {
	Level        int      `yaml:"level"`
	Minutes      int      `yaml:"minutes"`  // usual length of the visit
	Warranty     int      `yaml:"warranty"` // days that the work is warranted
	Certificates []string `yaml:"certificates"`
}

// Fault is something that can be wrong, or a task. Hazard, when set, makes it dangerous.
type Fault struct {
	Named  `yaml:",inline"`
	Hazard string `yaml:"hazard"`
}

// Product is a product family.
type Product struct {
	Named   `yaml:",inline"`
	Hazards []string        `yaml:"hazards"`
	Related []string        `yaml:"related"`
	Serves  map[string]Need `yaml:"serves"` // by kind
	Faults  []Fault         `yaml:"faults"`
	Causes  []Named         `yaml:"causes"`
}

// Check is one line of a checklist.
type Check struct {
	Named    `yaml:",inline"`
	Required bool   `yaml:"required"`
	Hazard   string `yaml:"hazard"` // only for products with this hazard
}

// Photo asks for photographs.
type Photo struct {
	Named `yaml:",inline"`
	When  string `yaml:"when"` // before, after
	Min   int    `yaml:"min"`
}

// Kind is a kind of service.
type Kind struct {
	Named     `yaml:",inline"`
	Reserved  bool    `yaml:"reserved"` // cannot be ordered by a customer
	Pay       int64   `yaml:"pay"`      // fen to the technician
	Tasks     []Fault `yaml:"tasks"`    // instead of faults
	Checklist []Check `yaml:"checklist"`
	Photos    []Photo `yaml:"photos"`
}

// Urgency is how soon.
type Urgency struct {
	Named `yaml:",inline"`
	Offer int   `yaml:"offer"` // minutes to answer, at most
	Extra int64 `yaml:"extra"` // fen on top of the pay
}

// Item is a line of the price list.
type Item struct {
	Named    `yaml:",inline"`
	Kind     string   `yaml:"kind"` // visit, check, labour, part
	Unit     string   `yaml:"unit"`
	Fen      int64    `yaml:"fen"`
	Max      int64    `yaml:"max"`
	Serial   bool     `yaml:"serial"`
	Products []string `yaml:"products"`
	Kinds    []string `yaml:"kinds"`
}

// For reports whether the item may be used for a kind of service on a product.
func (i *Item) For(kind, product string) bool {
	return (len(i.Kinds) == 0 || slices.Contains(i.Kinds, kind)) && (len(i.Products) == 0 || slices.Contains(i.Products, product))
}

// Catalogue is the loaded data. It is immutable.
type Catalogue struct {
	Products     []Product
	Kinds        []Kind
	PlanCauses   []Named
	Certificates []Named
	Hazards      []Named
	Urgencies    []Urgency
	PerKM        int64 // pay in fen
	FreeKM       int64
	PriceVersion string
	PriceFrom    time.Time
	Items        []Item
	Units        []Named
	Lists        map[string][]Named
	// Costs are what sending somebody costs, by vehicle; Overtime and Breaks are how days are planned.
	Costs    map[string]Cost
	Overtime time.Duration
	Breaks   []Break

	products map[string]*Product
	kinds    map[string]*Kind
	items    map[string]*Item
}

// Cost is what a journey costs the operator, in fen.
type Cost struct {
	PerKM           int64 `yaml:"per_km"`
	PerTravelHour   int64 `yaml:"per_travel_hour"`
	PerOvertimeHour int64 `yaml:"per_overtime_hour"`
}

// Break is a rest that begins between two times of day.
type Break struct {
	From    string `yaml:"from"` // 11:30
	To      string `yaml:"to"`
	Minutes int    `yaml:"minutes"`
}

// Span is the break in minutes after midnight; ok is false when it is not written as two times of one day with room for it.
func (b Break) Span() (from, to int, ok bool) {
	f, err := time.Parse("15:04", b.From)
	t, err2 := time.Parse("15:04", b.To)
	if err != nil || err2 != nil || b.Minutes < 5 || b.Minutes > 180 {
		return 0, 0, false
	}
	from, to = f.Hour()*60+f.Minute(), t.Hour()*60+t.Minute()
	return from, to, to-from >= b.Minutes
}

// OtherFault is the fault that every product has.
var OtherFault = Fault{Named: Named{Code: "other", Text: Text{ZH: "其他（请描述）", EN: "Something else (please describe)"}}}

var otherCause = Named{Code: "other", Text: Text{ZH: "其他", EN: "Other"}}

// Load reads the built-in files, each replaced by the file of the same name in override where there is one. override may be nil.
func Load(override fs.FS) (*Catalogue, error) {
	c := &Catalogue{}
	var products struct {
		Products []Product `yaml:"products"`
	}
	var kinds struct {
		Kinds        []Kind    `yaml:"kinds"`
		PlanCauses   []Named   `yaml:"plan_causes"`
		Certificates []Named   `yaml:"certificates"`
		Hazards      []Named   `yaml:"hazards"`
		Urgencies    []Urgency `yaml:"urgencies"`
		Pay          struct {
			PerKM  int64 `yaml:"per_km"`
			FreeKM int64 `yaml:"free_km"`
		} `yaml:"pay"`
	}
	var prices struct {
		Version string    `yaml:"version"`
		From    time.Time `yaml:"from"`
		Items   []Item    `yaml:"items"`
		Units   []Named   `yaml:"units"`
	}
	var lists struct {
		Lists map[string][]Named `yaml:"lists"`
	}
	var days struct {
		Costs    map[string]Cost `yaml:"costs"`
		Overtime int             `yaml:"overtime_minutes"`
		Breaks   []Break         `yaml:"breaks"`
	}
	for _, f := range []struct {
		name string
		into any
	}{{"products.yaml", &products}, {"kinds.yaml", &kinds}, {"prices.yaml", &prices}, {"lists.yaml", &lists}, {"dispatch.yaml", &days}} {
		if err := read(override, f.name, f.into); err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", f.name, err)
		}
	}
	c.Products, c.Kinds, c.PlanCauses, c.Certificates = products.Products, kinds.Kinds, kinds.PlanCauses, kinds.Certificates
	c.Hazards, c.Urgencies, c.PerKM, c.FreeKM = kinds.Hazards, kinds.Urgencies, kinds.Pay.PerKM, kinds.Pay.FreeKM
	c.PriceVersion, c.PriceFrom, c.Items, c.Units, c.Lists = prices.Version, prices.From, prices.Items, prices.Units, lists.Lists
	c.Costs, c.Overtime, c.Breaks = days.Costs, time.Duration(days.Overtime)*time.Minute, days.Breaks
	c.index()
	return c, c.check()
}

// maxFile bounds an override.
const maxFile = 1 << 20

func read(override fs.FS, name string, into any) error {
	data, err := fs.ReadFile(builtin, name)
	if err != nil {
		return err
	}
	if override != nil {
		switch own, err := fs.ReadFile(override, name); {
		case err == nil && len(own) > maxFile:
			return fmt.Errorf("larger than %d bytes", maxFile)
		case err == nil:
			data = own
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	return yaml.Unmarshal(data, into)
}

func (c *Catalogue) index() {
	c.products, c.kinds, c.items = map[string]*Product{}, map[string]*Kind{}, map[string]*Item{}
	for i := range c.Products {
		c.products[c.Products[i].Code] = &c.Products[i]
	}
	for i := range c.Kinds {
		c.kinds[c.Kinds[i].Code] = &c.Kinds[i]
	}
	for i := range c.Items {
		c.items[c.Items[i].Code] = &c.Items[i]
	}
}

// Product finds a product family.
func (c *Catalogue) Product(code string) (*Product, bool) { p, ok := c.products[code]; return p, ok }

// Kind finds a kind of service.
func (c *Catalogue) Kind(code string) (*Kind, bool) { k, ok := c.kinds[code]; return k, ok }

// Item finds a line of the price list.
func (c *Catalogue) Item(code string) (*Item, bool) { i, ok := c.items[code]; return i, ok }

// Need is what a kind of service on a product asks for; not ok when it is not offered.
func (c *Catalogue) Need(kind, product string) (Need, bool) {
	p, ok := c.products[product]
	if !ok {
		return Need{}, false
	}
	if kind == "inspect" {
		n, ok := p.Serves["repair"]
		return n, ok
	}
	n, ok := p.Serves[kind]
	return n, ok
}

// Urgency finds an urgency.
func (c *Catalogue) Urgency(code string) (Urgency, bool) {
	for _, u := range c.Urgencies {
		if u.Code == code {
			return u, true
		}
	}
	return Urgency{}, false
}

// Faults are what can be chosen for a kind of service on a product: its faults, or the kind's tasks; "other" is last.
func (c *Catalogue) Faults(kind, product string) []Fault {
	out := []Fault(nil)
	if k, ok := c.kinds[kind]; ok && len(k.Tasks) > 0 {
		out = slices.Clone(k.Tasks)
	} else if p, ok := c.products[product]; ok {
		out = slices.Clone(p.Faults)
	}
	return append(out, OtherFault)
}

// Causes are what a technician can have found.
func (c *Catalogue) Causes(kind, product string) []Named {
	out := []Named(nil)
	if k, ok := c.kinds[kind]; ok && len(k.Tasks) > 0 {
		out = slices.Clone(c.PlanCauses)
	} else if p, ok := c.products[product]; ok {
		out = slices.Clone(p.Causes)
	}
	return append(out, otherCause)
}

// Checklist is that of a kind of service on a product.
func (c *Catalogue) Checklist(kind, product string) []Check {
	k, ok := c.kinds[kind]
	p, known := c.products[product]
	if !ok || !known {
		return nil
	}
	var out []Check
	for _, line := range k.Checklist {
		if line.Hazard == "" || slices.Contains(p.Hazards, line.Hazard) {
			out = append(out, line)
		}
	}
	return out
}

// PriceItems are the lines of the price list for a kind of service on a product.
func (c *Catalogue) PriceItems(kind, product string) []*Item {
	var out []*Item
	for i := range c.Items {
		if c.Items[i].For(kind, product) {
			out = append(out, &c.Items[i])
		}
	}
	return out
}

// Hazard is the danger of a fault, or "".
func (c *Catalogue) Hazard(kind, product, fault string) string {
	for _, f := range c.Faults(kind, product) {
		if f.Code == fault {
			return f.Hazard
		}
	}
	return ""
}

// Has reports whether a list of reasons holds a code.
func (c *Catalogue) Has(list, code string) bool {
	return slices.ContainsFunc(c.Lists[list], func(n Named) bool { return n.Code == code })
}

// Pay is what a technician gets for a visit, before parts, in fen.
func (c *Catalogue) Pay(kind, urgency string, metres int64) int64 {
	var fen int64
	if k, ok := c.kinds[kind]; ok {
		fen = k.Pay
	}
	if u, ok := c.Urgency(urgency); ok {
		fen += u.Extra
	}
	if far := (metres + 999) / 1000; far > c.FreeKM {
		fen += (far - c.FreeKM) * c.PerKM
	}
	return fen
}

// Name is a code with its name; an unknown code is its own name.
func Name[S ~string](list []Named, code S) Named {
	for _, n := range list {
		if n.Code == string(code) {
			return n
		}
	}
	return Named{Code: string(code), Text: Text{ZH: string(code), EN: string(code)}}
}

// KindName names a kind of service.
func (c *Catalogue) KindName(code string) Named {
	if k, ok := c.kinds[code]; ok {
		return k.Named
	}
	return Name(nil, code)
}

// ProductName names a product family.
func (c *Catalogue) ProductName(code string) Named {
	if p, ok := c.products[code]; ok {
		return p.Named
	}
	return Name(nil, code)
}

// FaultName names a fault or task.
func (c *Catalogue) FaultName(kind, product, code string) Named {
	for _, f := range c.Faults(kind, product) {
		if f.Code == code {
			return f.Named
		}
	}
	return Name(nil, code)
}

// ItemName names a line of the price list.
func (c *Catalogue) ItemName(code string) Named {
	if i, ok := c.items[code]; ok {
		return i.Named
	}
	return Name(nil, code)
}

// UnitName names a unit of the price list.
func (c *Catalogue) UnitName(code string) Named { return Name(c.Units, code) }
