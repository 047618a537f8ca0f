package search

import (
	"context"
	"slices"
)

// neighbours holds, per job, the jobs near it in space and time. It is built once per instance and shared.
type neighbours struct {
	pred [][]int32 // jobs that could well come just before
	succ [][]int32 // jobs that could well come just after
	// the same with their legs, for the innermost loop: from the neighbour to the job, and from the job to the neighbour
	predLegs, succLegs [][]nearLeg
	adj                [][]int32 // nearest jobs in space, for the choice of what to take out; begins with the job itself
	// able lists the vehicles that may serve a job, nearest first, at most mostAble; nil on plain instances.
	able     [][]int32
	mostAble int
	// away is the least cost of going to a job from where a near vehicle starts.
	away []int64
	// to holds the transposed matrices of each profile, the same slices when symmetric: the legs to one place lie in a row.
	to []towards
}

const adjacency = 160 // nearest jobs in space

type towards struct{ free, cost []int32 }

type nearLeg struct{ node, cost, free int32 }

// scored is a number with its cost in one word, so that lists are sorted quickly: cheaper first, then the smaller number.
type scored uint64

const scoredBits = 24 // of the number; MaxJobs and MaxTechnicians are far below 2^24

func score(cost int64, id int32) scored {
	return scored(min(max(cost, 0), 1<<39-1))<<scoredBits | scored(id)
}

func (s scored) id() int32 { return int32(s & (1<<scoredBits - 1)) }

// newNeighbours leaves the lists of the last jobs empty when ctx is done before it is finished; such jobs are tried everywhere.
func newNeighbours(ctx context.Context, in *Instance, width int) *neighbours {
	n := len(in.Jobs)
	nb := &neighbours{pred: make([][]int32, n), succ: make([][]int32, n), adj: make([][]int32, n)}
	p := &in.Profiles[0]
	for k := range in.Profiles {
		p := &in.Profiles[k]
		t := towards{free: transposed(p.Free, in.Places)}
		t.cost = t.free
		if &p.Cost[0] != &p.Free[0] {
			t.cost = transposed(p.Cost, in.Places)
		}
		nb.to = append(nb.to, t)
	}
	halted := false
	pred, succ, adj := make([]scored, 0, n), make([]scored, 0, n), make([]scored, 0, n)
	for c := range in.Jobs {
		nb.adj[c] = []int32{int32(c)}
		if c%16 == 0 && !halted {
			halted = ctx.Err() != nil
		}
		if halted {
			continue
		}
		pred, succ, adj = pred[:0], succ[:0], adj[:0]
		for u := range in.Jobs {
			if u == c {
				continue
			}
			id := int32(u)
			if in.Assign == nil || in.shareType(c, u) {
				if cost, ok := in.proximity(p, u, c); ok {
					pred = append(pred, score(cost, id))
				}
				if cost, ok := in.proximity(p, c, u); ok {
					succ = append(succ, score(cost, id))
				}
			}
			a, b := in.Jobs[c].Place, in.Jobs[u].Place
			adj = append(adj, score(int64(p.Cost[int(a)*in.Places+int(b)])+int64(p.Cost[int(b)*in.Places+int(a)]), id))
		}
		nb.pred[c], nb.succ[c] = nearest(pred, width), nearest(succ, width)
		nb.adj[c] = append([]int32{int32(c)}, nearest(adj, adjacency)...)
	}
	nb.setAway(in)
	if in.features().plain {
		nb.addLegs(in)
	} else {
		nb.setAble(in)
	}
	return nb
}

func (nb *neighbours) addLegs(in *Instance) {
	p := &in.Profiles[0]
	nb.predLegs, nb.succLegs = make([][]nearLeg, len(in.Jobs)), make([][]nearLeg, len(in.Jobs))
	for c := range in.Jobs {
		at := int(in.Jobs[c].Place)
		for _, u := range nb.pred[c] {
			k := int(in.Jobs[u].Place)*in.Places + at
			nb.predLegs[c] = append(nb.predLegs[c], nearLeg{u, p.Cost[k], p.Free[k]})
		}
		for _, w := range nb.succ[c] {
			k := at*in.Places + int(in.Jobs[w].Place)
			nb.succLegs[c] = append(nb.succLegs[c], nearLeg{w, p.Cost[k], p.Free[k]})
		}
	}
}

// transposed returns m itself when it is symmetric.
func transposed(m []int32, n int) []int32 {
	symmetric := true
	for i := 0; i < n && symmetric; i++ {
		for j := range i {
			if m[i*n+j] != m[j*n+i] {
				symmetric = false
				break
			}
		}
	}
	if symmetric {
		return m
	}
	out := make([]int32, len(m))
	for i := range n {
		for j := range n {
			out[j*n+i] = m[i*n+j]
		}
	}
	return out
}

// shareType reports whether some vehicle may serve both jobs.
func (in *Instance) shareType(a, b int) bool {
	t := len(in.Types)
	ra, rb := in.Assign[a*t:(a+1)*t], in.Assign[b*t:(b+1)*t]
	for i := range ra {
		if ra[i] != Forbidden && rb[i] != Forbidden {
			return true
		}
	}
	return false
}

// proximity is the cost of going from u to c plus a price for time that is surely lost; false when c can never follow u.
func (in *Instance) proximity(p *Profile, u, c int) (int64, bool) {
	a, b := &in.Jobs[u], &in.Jobs[c]
	k := int(a.Place)*in.Places + int(b.Place)
	free := int64(p.Free[k])
	if int64(a.Open)+int64(a.Service)+free > int64(b.Close) {
		return 0, false
	}
	wait := max(0, int64(b.Open)-int64(a.Close)-int64(a.Service)-free)
	return int64(p.Cost[k])*5 + wait, true
}

func nearest(list []scored, width int) []int32 {
	if len(list) > width {
		selectSmallest(list, width)
		list = list[:width]
	}
	slices.Sort(list)
	out := make([]int32, len(list))
	for i, s := range list {
		out[i] = s.id()
	}
	return out
}

// selectSmallest moves the k smallest entries to the front (quickselect).
func selectSmallest(list []scored, k int) {
	lo, hi := 0, len(list)-1
	for lo < hi {
		pivot := list[(lo+hi)/2]
		i, j := lo, hi
		for i <= j {
			for list[i] < pivot {
				i++
			}
			for list[j] > pivot {
				j--
			}
			if i <= j {
				list[i], list[j] = list[j], list[i]
				i++
				j--
			}
		}
		switch {
		case k-1 <= j:
			hi = j
		case k-1 >= i:
			lo = i
		default:
			return
		}
	}
}

func (nb *neighbours) setAway(in *Instance) {
	nb.away = make([]int64, len(in.Jobs))
	for c := range in.Jobs {
		best := int64(-1)
		for t := range in.Types {
			if in.Assign != nil && in.Assign[c*len(in.Types)+t] == Forbidden {
				continue
			}
			typ := &in.Types[t]
			way := int64(in.Profiles[typ.Profile].Cost[int(typ.Start)*in.Places+int(in.Jobs[c].Place)])
			if best < 0 || way < best {
				best = way
			}
		}
		nb.away[c] = max(best, 0)
	}
}

func (nb *neighbours) setAble(in *Instance) {
	nb.able = make([][]int32, len(in.Jobs))
	types := len(in.Types)
	list := make([]scored, 0, len(in.Vehicles))
	for c := range in.Jobs {
		list = list[:0]
		for v, t := range in.Vehicles {
			extra := int32(0)
			if in.Assign != nil {
				extra = in.Assign[c*types+int(t)]
			}
			if extra != Forbidden {
				way := in.Profiles[in.Types[t].Profile].Cost[int(in.Types[t].Start)*in.Places+int(in.Jobs[c].Place)]
				list = append(list, score(int64(way)+int64(extra), int32(v)))
			}
		}
		nb.able[c] = nearest(list, mostAble)
		nb.mostAble = max(nb.mostAble, len(nb.able[c]))
	}
}
