package search

import "slices"

// Clock is a speed that depends on the hour: factors in 1/1024 of full speed for consecutive hours, repeated for ever (usually the 168 hours of
// a week). Progress is the integral of the factor; a journey that needs a given progress arrives at the first whole second at which it
// is reached. So leaving later never means arriving earlier, and the test "arrives by L" can be turned round exactly.
type Clock struct {
	start  int64    // a moment at which the first hour begins
	period int64    // seconds
	whole  int64    // progress of one period
	factor []int64  // per hour, > 0
	done   []int64  // progress at the beginning of each hour
	pace   []uint32 // factor again, for short legs; nil when a factor is so large that 32 bits would not do
}

// NewClock makes a clock from a moment at which its first hour begins and the factors of its hours. Factors below 1 count as 1.
func NewClock(start int32, factors []int32) *Clock {
	c := &Clock{start: int64(start), period: int64(len(factors)) * 3600, factor: make([]int64, len(factors)), done: make([]int64, len(factors)+1)}
	for i, f := range factors {
		c.factor[i] = int64(max(f, 1))
		c.done[i+1] = c.done[i] + 3600*c.factor[i]
	}
	c.whole = c.done[len(factors)]
	if slices.Max(c.factor) <= fastestShort {
		for _, f := range c.factor {
			c.pace = append(c.pace, uint32(f))
		}
	}
	return c
}

// progress is the work done from the start to t.
func (c *Clock) progress(t int32) int64 {
	s := int64(t) - c.start
	turns := s / c.period
	if s -= turns * c.period; s < 0 {
		s += c.period
		turns--
	}
	h := s / 3600
	return turns*c.whole + c.done[h] + (s-h*3600)*c.factor[h]
}

// reached splits a progress into whole turns, the hour in which it is reached and the progress inside that hour.
func (c *Clock) reached(w int64) (turns int64, hour int, rest int64) {
	turns = w / c.whole
	if w -= turns * c.whole; w < 0 {
		w += c.whole
		turns--
	}
	// The mean factor points near the right hour.
	hour = int(w * int64(len(c.factor)) / c.whole)
	for c.done[hour] > w {
		hour--
	}
	for c.done[hour+1] <= w {
		hour++
	}
	return turns, hour, w - c.done[hour]
}

// A leg up to this long is followed hour by hour, which needs no division of 64 bits.
const (
	shortLeg     = 1 << 14
	fastestShort = 1 << 16
)

// hourOf is the hour in which a moment lies, and the seconds since it began; false outside the first period and without a pace.
func (c *Clock) hourOf(t int32) (hour, second uint32, ok bool) {
	s := int64(t) - c.start
	if s < 0 || s >= c.period || c.pace == nil {
		return 0, 0, false
	}
	return uint32(s) / 3600, uint32(s) % 3600, true
}

// Arrive returns the arrival after leaving at t for a leg of so many free seconds.
func (c *Clock) Arrive(t, free int32) int32 {
	if free <= 0 {
		return t
	}
	hour, second, ok := c.hourOf(t)
	if !ok || free > shortLeg {
		return c.arriveLater(t, free)
	}
	need, at := uint32(free)*1024, t-int32(second)
	f := c.pace[hour]
	need += second * f
	for need > 3600*f {
		need -= 3600 * f
		at += 3600
		if hour++; hour == uint32(len(c.pace)) {
			hour = 0
		}
		f = c.pace[hour]
	}
	return at + int32((need+f-1)/f)
}

// arriveLater is Arrive for any moment and length.
func (c *Clock) arriveLater(t, free int32) int32 {
	turns, hour, rest := c.reached(c.progress(t) + int64(free)*1024)
	f := c.factor[hour]
	return clampTime(c.start + turns*c.period + int64(hour)*3600 + (rest+f-1)/f)
}

// LeaveBy returns the latest departure that arrives by t.
func (c *Clock) LeaveBy(t, free int32) int32 {
	if free <= 0 {
		return t
	}
	hour, second, ok := c.hourOf(t)
	if !ok || free > shortLeg {
		return c.leaveEarlier(t, free)
	}
	need, at := int32(free)*1024, t-int32(second)
	f := int32(c.pace[hour])
	have := int32(second) * f
	for need > have {
		need -= have
		if hour == 0 {
			hour = uint32(len(c.pace))
		}
		hour--
		f = int32(c.pace[hour])
		at -= 3600
		have = 3600 * f
	}
	return at + (have-need)/f
}

// leaveEarlier is LeaveBy for any moment and length.
func (c *Clock) leaveEarlier(t, free int32) int32 {
	turns, hour, rest := c.reached(c.progress(t) - int64(free)*1024)
	return clampTime(c.start + turns*c.period + int64(hour)*3600 + rest/c.factor[hour])
}

func clampTime(t int64) int32 { return int32(min(max(t, -int64(Never)), int64(Never))) }
