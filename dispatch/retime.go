package dispatch

import (
	"context"
	"fmt"

	"anxin/dispatch/search"
)

// Order is a sequence of visits for one technician, without times. Names are job ids and commitment ids.
type Order struct {
	Technician string   `json:"technician"`
	Visits     []string `json:"visits"`
}

// Retime gives times to orders made by somebody else, for example by a dispatcher's hand: each order is driven on the technician's first
// working day on which it is possible. Jobs that appear nowhere are unassigned. Eligibility is not tested; package check does that.
//
// Errors: an unknown technician or visit, or an order that no working day can hold.
func Retime(ctx context.Context, p *Problem, orders []Order) (*Plan, error) {
	c, err := compile(ctx, p, func() bool { return false })
	if err != nil {
		return nil, err
	}
	taskOf := make(map[string][]int32)
	for k := range c.tasks {
		if i := c.tasks[k].job; i >= 0 {
			taskOf[p.Jobs[i].ID] = append(taskOf[p.Jobs[i].ID], int32(k))
		} else {
			id := c.tasks[k].commitment.ID
			taskOf[id] = append(taskOf[id], int32(k))
		}
	}
	found := &search.Plan{Routes: make([][]int32, len(c.days))}
	for _, o := range orders {
		tasks := make([]int32, 0, len(o.Visits))
		for _, id := range o.Visits {
			left := taskOf[id]
			if len(left) == 0 {
				return nil, fmt.Errorf("dispatch: order of %q: no visit %q is left to give out", o.Technician, id)
			}
			tasks, taskOf[id] = append(tasks, left[0]), left[1:]
		}
		if len(tasks) == 0 {
			continue
		}
		v := c.dayFor(o.Technician, tasks, found)
		if v < 0 {
			return nil, fmt.Errorf("dispatch: order of %q: no working day of this technician can hold the visits in this order", o.Technician)
		}
		found.Routes[v] = tasks
	}
	return c.decode(found, 0)
}

func (c *compiled) dayFor(technician string, tasks []int32, found *search.Plan) int {
	for v := range c.days {
		if c.p.Technicians[c.days[v].tech].ID != technician || found.Routes[v] != nil {
			continue
		}
		if _, ok := c.tour(v, tasks, nil); ok {
			return v
		}
	}
	return -1
}
