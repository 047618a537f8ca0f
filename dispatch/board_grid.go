package dispatch

import "math"

// legGrid finds the legs of all days that pass near a point. A leg lies in the cell of its middle on the level whose cells are at least as
// long as the leg; so whoever looks for detours of at most D metres round a leg of length L needs to look (L + D) / 2 around the point.
type legGrid struct {
	levels [gridLevels]map[cellKey][]legRef
}

const (
	gridLevels = 9
	finestCell = 800.0 // metres
)

type cellKey struct{ x, y int32 }

// cellRef is where a leg was put.
type cellRef struct {
	level uint8
	cell  cellKey
}

// legRef names a gap: the technician and the day. The same day is listed once per cell.
type legRef struct {
	tech, day int32
}

func newLegGrid() *legGrid {
	g := &legGrid{}
	for i := range g.levels {
		g.levels[i] = make(map[cellKey][]legRef)
	}
	return g
}

// flat projects a place to metres. One shortening of longitudes for all latitudes (that of 54° north) keeps the picture free of skew and
// makes no distance longer than it is, so that a circle drawn here misses nobody.
func flat(c *compactPlace) (x, y float64) {
	const degree = 111195.0
	return c.lon * degree * 0.587, c.lat * degree
}

func cellAt(x, y float64, level int) cellKey {
	size := finestCell * float64(int(1)<<level)
	return cellKey{int32(math.Floor(x / size)), int32(math.Floor(y / size))}
}

// cellOf returns the cell of a leg.
func cellOf(a, b *compactPlace) cellRef {
	ax, ay := flat(a)
	bx, by := flat(b)
	length := math.Hypot(ax-bx, ay-by)
	level := 0
	for level < gridLevels-1 && finestCell*float64(int(1)<<level) < length {
		level++
	}
	return cellRef{uint8(level), cellAt((ax+bx)/2, (ay+by)/2, level)}
}

func (g *legGrid) add(c cellRef, tech, day int32) {
	g.levels[c.level][c.cell] = append(g.levels[c.level][c.cell], legRef{tech, day})
}

func (g *legGrid) remove(c cellRef, tech, day int32) {
	list := g.levels[c.level][c.cell]
	for i, r := range list {
		if r.tech == tech && r.day == day {
			list[i] = list[len(list)-1]
			list = list[:len(list)-1]
			break
		}
	}
	if len(list) == 0 {
		delete(g.levels[c.level], c.cell)
		return
	}
	g.levels[c.level][c.cell] = list
}

// around calls visit for every leg that may allow a detour of at most d metres, and maybe some others. It stops when visit returns false.
func (g *legGrid) around(x, y, d float64, visit func(legRef) bool) {
	for level := range g.levels {
		cells := g.levels[level]
		if len(cells) == 0 {
			continue
		}
		size := finestCell * float64(int(1)<<level)
		reach := (size + d) / 2
		if level == gridLevels-1 {
			reach = math.Max(reach, 1e6) // legs longer than the coarsest cell
		}
		low, high := cellAt(x-reach, y-reach, level), cellAt(x+reach, y+reach, level)
		if int64(high.x-low.x+1)*int64(high.y-low.y+1) > int64(len(cells)) {
			for key, list := range sortedCells(cells, low, high) {
				_ = key
				if !each(list, visit) {
					return
				}
			}
			continue
		}
		for cx := low.x; cx <= high.x; cx++ {
			for cy := low.y; cy <= high.y; cy++ {
				if !each(cells[cellKey{cx, cy}], visit) {
					return
				}
			}
		}
	}
}

// sortedCells walks the cells inside a rectangle; the order of a map does not matter because every candidate is ranked afterwards.
func sortedCells(cells map[cellKey][]legRef, low, high cellKey) func(func(cellKey, []legRef) bool) {
	return func(yield func(cellKey, []legRef) bool) {
		for key, list := range cells {
			if key.x >= low.x && key.x <= high.x && key.y >= low.y && key.y <= high.y && !yield(key, list) {
				return
			}
		}
	}
}

func each(list []legRef, visit func(legRef) bool) bool {
	for _, r := range list {
		if !visit(r) {
			return false
		}
	}
	return true
}

// indexDay lists all legs of a day in the grid.
func (b *Board) indexDay(k, day int32, x *boardTech, d *boardDay) {
	put := func(a, c *compactPlace) {
		ref := cellOf(a, c)
		for _, seen := range d.cells {
			if seen == ref {
				return
			}
		}
		d.cells = append(d.cells, ref)
		b.grid.add(ref, k, day)
	}
	at := &d.startPlace
	for i := d.first; i < d.last; i++ {
		put(at, &x.visits[i].place)
		at = &x.visits[i].place
	}
	if x.t.End != nil {
		put(at, &x.end)
	} else {
		put(at, at)
	}
}
