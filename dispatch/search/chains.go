package search

import (
	"context"
	"math"
)

// Chains of ejections. Where most technicians may not do most jobs, a job finds room only when another makes room for it, which needs room itself,
// and so on through several routes: strings taken out of neighbouring routes rarely hit all of them at once. So now and then all ways in which one
// job can replace another are listed, and the cheapest chain of replacements is looked for that serves a job left out, or saves money.

const (
	longestChain = 6   // replacements
	mostRefused  = 5   // chains that broke their promise, in a row
	chainsBelow  = 1.0 // temperature in mean legs below which chains pay
	chainsShare  = 0.6 // of all places tried, those that are tried for chains
	chainLimit   = int64(math.MaxInt64 / 4)
)

// arc says what it costs when a job takes the place of another.
type arc struct {
	cost  int64
	job   int32 // the one that comes
	after int32 // where to, in the route without the one that goes
}

type chains struct {
	comes   [][]int32 // per vehicle, the jobs that it may serve
	arcs    [][]arc   // per job that goes
	gain    []int64   // per job, what its route costs less without it
	version []uint32  // per job, the version of its route when its arcs were made
	label   [longestChain + 1][]int64
	from    [longestChain + 1][]int32 // which job took the place of this one, by length of the chain
	root    [longestChain + 1][]int32 // where the chain begins
	used    [longestChain + 1][]chainUnits
	route   []int32 // buffer
	found   chain
	refused []int32 // with which jobs no chain begins: the one found broke its promise
	work    int64   // what chains have cost so far, in places tried
}

// chain is a chain found: it ends with a job that goes behind a node, into the place of the first, or out of the plan.
type chain struct {
	cost   int64
	last   int32
	length int
	place  int32
	closed bool
}

func newChains(s *state) *chains {
	n := int(s.jobs)
	c := &chains{comes: make([][]int32, len(s.routes)), arcs: make([][]arc, n), gain: make([]int64, n), version: make([]uint32, n)}
	for job := range s.jobs {
		if s.attrs[job].flags&flagsStay != 0 {
			continue
		}
		for _, v := range s.near.able[job] {
			c.comes[v] = append(c.comes[v], job)
		}
	}
	for d := range c.label {
		c.label[d], c.from[d], c.root[d], c.used[d] = make([]int64, n), make([]int32, n), make([]int32, n), make([]chainUnits, n)
	}
	return c
}

// list brings all arcs up to date; false when enough places were tried before, or ctx ended.
func (c *chains) list(ctx context.Context, s *state, enough int64) bool {
	for v := range s.routes {
		if s.routes[v].count > 0 {
			c.listRoute(s, int32(v))
			if s.tried > enough || ctx.Err() != nil {
				return false
			}
		}
	}
	return true
}

func (c *chains) listRoute(s *state, v int32) {
	version := s.version[s.unit(v)]
	c.route = c.route[:0]
	for node := s.stops[s.startOf(v)].next; node < s.jobs; node = s.stops[node].next {
		if c.version[node] != version && s.attrs[node].flags&flagsStay == 0 {
			c.route = append(c.route, node)
		}
	}
	if len(c.route) == 0 {
		return
	}
	s.undo.begin(s)
	for _, goes := range c.route {
		c.listJob(s, v, goes)
		c.version[goes] = version
	}
	s.version[s.unit(v)] = version // the route is what it was
}

// listJob takes a job out of its route, tries all others in its stead and puts it back.
func (c *chains) listJob(s *state, v, goes int32) {
	before, prev, skip := s.cost, s.stops[goes].prev, s.in.Jobs[goes].Skip
	s.unlink(goes)
	s.refresh(v, s.stops[prev].next, prev)
	less := before + skip - s.cost
	c.gain[goes] = less
	list := c.arcs[goes][:0]
	for _, job := range c.comes[v] {
		if s.stops[job].route == v || job == goes {
			continue
		}
		q := s.newQuery(job)
		q.cost = chainLimit
		if s.tryRoute(&q, v); q.after != noPlace {
			list = append(list, arc{cost: q.cost - less, job: job, after: q.after})
		}
	}
	c.arcs[goes] = list
	s.link(goes, prev)
	s.refresh(v, goes, goes)
}

// improve applies chains until none is found that makes the plan cheaper, or about so many places were tried, and reports whether there was one.
func (c *chains) improve(ctx context.Context, s *state, places int64) (better bool) {
	blink := s.weight.blink
	s.weight.blink = 0
	tried, work := s.tried, c.work
	enough := s.tried + places
	c.refused = c.refused[:0]
	for c.list(ctx, s, enough) && c.work-work < places {
		if !(c.search(s, c.sourceOut) || c.search(s, c.sourceIn)) {
			break
		}
		better = true
	}
	c.work += s.tried - tried
	s.weight.blink = blink
	return better
}

// sourceOut lets chains begin with the jobs left out.
func (c *chains) sourceOut(s *state) {
	for _, job := range s.out {
		if s.attrs[job].flags&flagsStay == 0 && len(s.near.able[job]) > 0 {
			c.label[0][job], c.used[0][job] = -s.in.Jobs[job].Skip, chainUnits{}
		}
	}
}

// sourceIn lets chains begin with every job in the plan.
func (c *chains) sourceIn(s *state) {
	for job := range s.jobs {
		if v := s.stops[job].route; v != absent && s.attrs[job].flags&flagsStay == 0 {
			c.label[0][job], c.used[0][job] = -c.gain[job], chainUnits{}.with(s.unit(v), 0)
		}
	}
}

// search applies the cheapest chain from the sources. What a visit behind it does to one before it, by way of a break, is not in the price of a
// place; so now and then a chain saves less than it promised, or nothing, and another one is looked for.
func (c *chains) search(s *state, sources func(*state)) bool {
	for range mostRefused {
		if c.find(s, sources); c.found.last == noPlace {
			return false
		}
		if c.apply(s) {
			return true
		}
		c.refused = append(c.refused, c.root[c.found.length][c.found.last])
	}
	return false
}

// find looks for the cheapest chain from the sources.
func (c *chains) find(s *state, sources func(*state)) {
	for job := range c.label[0] {
		c.label[0][job], c.root[0][job] = chainLimit, int32(job)
	}
	sources(s)
	for _, job := range c.refused {
		c.label[0][job] = chainLimit
	}
	c.found = chain{last: noPlace}
	for d := 0; ; d++ {
		c.finish(s, d)
		if d == longestChain {
			return
		}
		c.extend(s, d)
	}
}

// finish tries to end the chains of a length: their last jobs find room, or stay out.
func (c *chains) finish(s *state, d int) {
	for job, cost := range c.label[d] {
		if cost >= c.found.cost {
			continue
		}
		if total := cost + s.in.Jobs[job].Skip; d > 0 && total < c.found.cost {
			c.found = chain{cost: total, last: int32(job), length: d, place: noPlace}
		}
		if after, more := c.room(s, int32(job), &c.used[d][job], c.found.cost-cost); after != noPlace {
			c.found = chain{cost: cost + more, last: int32(job), length: d, place: after}
		}
	}
}

// extend finds the cheapest chains that are one longer, and those that come back to where they began.
func (c *chains) extend(s *state, d int) {
	label, next, from := c.label[d], c.label[d+1], c.from[d+1]
	for goes := range next {
		next[goes] = chainLimit
		v := s.stops[goes].route
		if v == absent {
			continue
		}
		unit := s.unit(v)
		arcs := c.arcs[goes]
		c.work += int64(len(arcs)) / 4
		least := c.found.cost
		for i := range arcs {
			a := &arcs[i]
			cost := label[a.job] + a.cost
			if cost >= least {
				continue
			}
			if !c.used[d][a.job].has(unit) {
				least = cost
				next[goes], from[goes] = cost, a.job
			} else if total := cost + c.gain[goes]; d > 0 && c.root[d][a.job] == int32(goes) && total < c.found.cost {
				c.found = chain{cost: total, last: a.job, length: d, place: a.after, closed: true}
			}
		}
		if next[goes] < chainLimit {
			c.root[d+1][goes] = c.root[d][from[goes]]
			c.used[d+1][goes] = c.used[d][from[goes]].with(unit, d+1)
		}
	}
}

// chainUnits are the units whose routes a chain changes, by number + 1.
type chainUnits [longestChain + 2]int32

func (u *chainUnits) has(unit int32) bool {
	for _, x := range u {
		if x == unit+1 {
			return true
		}
	}
	return false
}

func (u chainUnits) with(unit int32, at int) chainUnits {
	u[at] = unit + 1
	return u
}

// room is the cheapest place for the last job of a chain in a route that the chain does not change, if it costs less than a limit.
func (c *chains) room(s *state, job int32, used *chainUnits, limit int64) (after int32, cost int64) {
	after, cost = noPlace, limit
	able := s.near.able[job]
	row := s.known[int(job)*s.near.mostAble:][:len(able)]
	for i, v := range able {
		if s.routes[v].count == 0 && !s.nextEmpty(v) || s.stops[job].route == v {
			continue
		}
		e := &row[i]
		if e.version != s.version[s.unit(v)] || e.after == noPlace && e.cost < chainLimit {
			q := s.newQuery(job)
			q.cost = chainLimit
			*e = s.ask(&q, v)
		}
		if e.after != noPlace && e.cost < cost && !used.has(s.unit(v)) {
			after, cost = e.after, e.cost
		}
	}
	return after, cost
}

// apply makes the replacements of the chain found.
func (c *chains) apply(s *state) bool {
	f := c.found
	before := s.cost
	s.undo.begin(s)
	if f.closed {
		s.move(c.root[f.length][f.last], noPlace)
	}
	s.move(f.last, f.place)
	for d := f.length; d > 0; d-- {
		comes := c.from[d][f.last]
		s.move(comes, c.after(f.last, comes))
		f.last = comes
	}
	ok := s.cost < before
	for _, v := range s.undo.touched {
		ok = ok && s.sound(v)
	}
	if !ok {
		s.undo.rollback(s)
	}
	return ok
}

// move puts a job behind a node, or out of the plan.
func (s *state) move(job, after int32) {
	if v, prev := s.stops[job].route, s.stops[job].prev; v != absent {
		s.unlink(job)
		s.refresh(v, s.stops[prev].next, prev)
		s.pushOut(job)
	}
	if after != noPlace {
		s.link(job, after)
		s.refresh(s.stops[job].route, job, job)
		s.dropOut(job)
	}
}

// after is the node behind which a job comes into the place of another.
func (c *chains) after(goes, comes int32) int32 {
	for i := range c.arcs[goes] {
		if c.arcs[goes][i].job == comes {
			return c.arcs[goes][i].after
		}
	}
	return noPlace
}
