package search

// Clock is a speed that depends on the hour: factors in 1/1024 of full speed for consecutive hours. Progress is the integral of the
// factor; a journey that needs a given progress arrives at the first whole second at which it is reached. So leaving later never
// means arriving earlier, and the test "arrives by L" can be turned round exactly.
type Clock struct {
	start  int32   // moment of hour 0
	factor []int64 // per hour, > 0
	done   []int64 // progress at the beginning of each hour
}

// NewClock makes a clock from the moment of its first hour and the factors of the following ones; before and after them the nearest
// factor holds. Factors below 1 count as 1.
func NewClock(start int32, factors []int32) *Clock {
	c := &Clock{start: start, factor: make([]int64, len(factors)), done: make([]int64, len(factors)+1)}
	for i, f := range factors {
		c.factor[i] = int64(max(f, 1))
		c.done[i+1] = c.done[i] + 3600*c.factor[i]
	}
	return c
}

// progress is the work done from the start to t.
func (c *Clock) progress(t int32) int64 {
	h := int(t-c.start) / 3600
	if t < c.start {
		return int64(t-c.start) * c.factor[0]
	}
	if h >= len(c.factor) {
		h = len(c.factor) - 1
	}
	return c.done[h] + int64(int(t-c.start)-h*3600)*c.factor[h]
}

// hourOf finds the hour in which a progress is reached.
func (c *Clock) hourOf(w int64) int {
	lo, hi := 0, len(c.factor)-1
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if c.done[mid] <= w {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return lo
}

// Arrive returns the arrival after leaving at t for a leg of so many free seconds.
func (c *Clock) Arrive(t, free int32) int32 {
	if free <= 0 {
		return t
	}
	w := c.progress(t) + int64(free)*1024
	h := c.hourOf(w)
	// first whole second with progress ≥ w
	f := c.factor[h]
	rest := w - c.done[h]
	s := rest / f
	if rest > 0 && rest%f != 0 {
		s++
	}
	return clampTime(int64(c.start) + int64(h)*3600 + s)
}

// LeaveBy returns the latest departure that arrives by t.
func (c *Clock) LeaveBy(t, free int32) int32 {
	if free <= 0 {
		return t
	}
	w := c.progress(t) - int64(free)*1024
	h := c.hourOf(w)
	f := c.factor[h]
	rest := w - c.done[h]
	s := rest / f
	if rest < 0 && rest%f != 0 {
		s--
	}
	return clampTime(int64(c.start) + int64(h)*3600 + s)
}

func clampTime(t int64) int32 { return int32(min(max(t, -int64(Never)), int64(Never))) }
