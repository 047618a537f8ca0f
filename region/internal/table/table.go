// Package table holds the compiled region table: the facts the resolver needs (places of all years, their
// successors, coordinates, the sorted lexicon of names, character folding, readings and look-alikes) and the
// compact binary form in which they are embedded. The generator writes it, package region reads it; neither
// knows anything about the other.
package table

// Level of a place. The numbers are part of the binary format.
const (
	Province   = 1
	Prefecture = 2
	County     = 3
	Town       = 4
	Zone       = 5 // development zones and the like: not divisions, hosted by one
)

// Flags of a place.
const (
	FlagZone = 1 // a town-level unit of the statistics that is no township: zone, farm, prison
)

// Form says how a lexicon entry relates to the name of its place.
const (
	FormFull   = 0 // the whole official name
	FormShort  = 1 // the name without its suffix ("余杭")
	FormAlias  = 2 // a customary other name that stands on its own ("内蒙", "恩施州", "石林县")
	FormLegacy = 3 // the stem with another level's suffix ("长兴市" for 长兴县)
)

// PointKind says what a coordinate stands for.
const (
	PointNone        = 0
	PointSeat        = 1 // seat or centre of the unit itself
	PointPredecessor = 2 // seat of the unit it was made from
	PointParent      = 3 // seat of the parent
	PointManual      = 4 // read off by hand, about 15 km
)

// Place is one unit during one span of years. A code that was reused or renamed has several.
type Place struct {
	Code      uint32 // 6 digits (province to county) or 9 digits (town)
	Name      string
	Level     uint8
	Parent    int32 // index of the parent place, -1 at the top
	From, To  int32 // first and last day as yyyymmdd; a bare year is yyyy0000; To 0 means still there
	Lng, Lat  int32 // 1e-5 degree, WGS-84; 0,0 when PointNone
	PointKind uint8
	PointFrom uint8 // index into Table.PointSources
	Flags     uint8
	Succ      []Succession
}

// Succession is one step from a place to what replaced (part of) it.
type Succession struct {
	To    int32 // place index
	When  int32 // yyyymmdd or yyyy0000
	Whole bool  // the whole unit went there
	Scope string
}

// Entry is one name and what it may mean, with its form. Names are folded (see Fold) and unique.
type Entry struct {
	Name    string
	Targets []Target
}

// Target is one meaning of a lexicon entry.
type Target struct {
	Place int32
	Form  uint8
}

// Pair maps one character to another.
type Pair struct{ From, To rune }

// Reading is a character with the syllables it is read as (indexes into Table.Syllables).
type Reading struct {
	Char      rune
	Syllables []uint16
}

// Alike is a character and those easily mistaken for it by shape.
type Alike struct {
	Char  rune
	Looks []rune
}

// Table is everything the resolver needs.
type Table struct {
	Version      string // dataset version, e.g. "2026.04-1a2b3c4d"
	Newest       int32  // day of the newest fact in it, yyyymmdd
	PointSources []string
	Places       []Place
	Entries      []Entry // sorted by the runes of Name
	Fold         []Pair
	Syllables    []string
	Readings     []Reading
	Alikes       []Alike
}
