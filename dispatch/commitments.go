package dispatch

import (
	"context"
	"fmt"

	"anxin/dispatch/search"
)

// relaxCommitments makes every working day with commitments possible. What is agreed is never dropped: when it cannot be reached in
// time, lies outside the shift or leaves no room for a break, the rule yields and the plan carries a warning.
func (c *compiled) relaxCommitments(ctx context.Context) error {
	taskOf := make(map[*Commitment]int, len(c.tasks))
	for k := range c.tasks {
		if c.tasks[k].commitment != nil {
			taskOf[c.tasks[k].commitment] = k
		}
	}
	for v := range c.days {
		d := &c.days[v]
		if len(d.tasks) == 0 {
			continue
		}
		if err := c.relaxDay(ctx, v, taskOf); err != nil {
			return err
		}
		c.relaxLimits(v, taskOf)
	}
	return nil
}

func (c *compiled) warn(format string, args ...any) {
	c.warnings = append(c.warnings, fmt.Sprintf(format, args...))
}

// relaxDay follows the commitments of a day and widens what contradicts them.
func (c *compiled) relaxDay(ctx context.Context, v int, taskOf map[*Commitment]int) error {
	d := &c.days[v]
	tech := &c.p.Technicians[d.tech]
	typ := &c.in.Types[c.in.Vehicles[v]]
	at, place := d.from, d.start
	for _, k := range d.tasks {
		seconds, err := c.leg(ctx, place, k.Place, at, tech.Vehicle)
		if err != nil {
			return err
		}
		j := &c.in.Jobs[taskOf[k]]
		arrive := at.Add(seconds)
		if arrive > k.Start {
			j.Close = c.sec(arrive)
			c.warn("commitment %q of technician %q cannot be reached before %s", k.ID, tech.ID, arrive.Std().Format("2006-01-02 15:04:05Z"))
		}
		at = max(arrive, k.Start).Add(j.Service)
		place = k.Place
	}
	if tech.End != nil {
		seconds, err := c.leg(ctx, place, *tech.End, at, tech.Vehicle)
		if err != nil {
			return err
		}
		at = at.Add(seconds)
	}
	if at > d.to {
		d.to = at
		typ.Close = c.sec(at)
		c.warn("the commitments of technician %q end after the shift", tech.ID)
	}
	return nil
}

func (c *compiled) leg(ctx context.Context, from, to Place, depart Time, v Vehicle) (int32, error) {
	if _, ok := c.travel.(Profiled); !ok {
		depart = c.usualDay() // the plan is made with the times of one moment
	}
	m, err := c.travel.Matrix(ctx, MatrixRequest{From: []Place{from}, To: []Place{to}, Depart: depart, Vehicle: v})
	if err == nil {
		err = m.valid(1, 1)
	}
	if err != nil {
		if ctx.Err() != nil {
			return 0, nil
		}
		return 0, fmt.Errorf("dispatch: travel times: %w", err)
	}
	return m.Seconds[0], nil
}

// relaxLimits lets legal hours and breaks yield where the commitments of a day alone contradict them.
func (c *compiled) relaxLimits(v int, taskOf map[*Commitment]int) {
	d := &c.days[v]
	t := &c.in.Types[c.in.Vehicles[v]]
	if len(d.breaks) == 0 && t.MaxWork == 0 {
		return
	}
	small := c.agreedOnly(v, taskOf)
	if work := agreedWork(small); t.MaxWork > 0 && work > t.MaxWork {
		t.MaxWork, small.Types[0].MaxWork = work, work
		c.warn("technician %q: the agreed visits of the day exceed the legal hours", c.p.Technicians[d.tech].ID)
	}
	if len(d.breaks) > 0 && !search.Fits(small) {
		t.Breaks, d.breaks = nil, nil
		c.warn("technician %q: the agreed visits of the day leave no room for the breaks", c.p.Technicians[d.tech].ID)
	}
}

// agreedWork is the service and the travel at free flow of the only route of a small instance.
func agreedWork(in *search.Instance) (work int32) {
	free := in.Profiles[in.Types[0].Profile].Free
	place := in.Types[0].Start
	for i := range in.Jobs {
		work += free[int(place)*in.Places+int(in.Jobs[i].Place)] + in.Jobs[i].Service
		place = in.Jobs[i].Place
	}
	return work + free[int(place)*in.Places+int(in.Types[0].End)]
}

// agreedOnly is the instance of one working day with its commitments alone, in order.
func (c *compiled) agreedOnly(v int, taskOf map[*Commitment]int) *search.Instance {
	d := &c.days[v]
	var places []int32
	number := make(map[int32]int32)
	local := func(place int32) int32 {
		k, ok := number[place]
		if !ok {
			k = int32(len(places))
			number[place] = k
			places = append(places, place)
		}
		return k
	}
	typ := c.in.Types[c.in.Vehicles[v]]
	typ.Start, typ.End = local(typ.Start), local(typ.End)
	small := &search.Instance{Types: []search.Type{typ}, Vehicles: []int32{0}}
	for _, k := range d.tasks {
		j := c.in.Jobs[taskOf[k]]
		j.Place = local(j.Place)
		small.Jobs = append(small.Jobs, j)
	}
	small.Places = len(places)
	small.Profiles = c.source.legs(places)
	return small
}
