package casefile

import "time"

// NoLeaf says that the place in the log is not known.
const NoLeaf int64 = -1

// Moment is when something became part of the log: by the wall clock, and by its leaf in the tenant's log, NoLeaf when that is not known.
type Moment struct {
	At   time.Time
	Leaf int64
}

// Before reports whether m was certainly earlier than o: the clock says so and, where both leaves are known, the log says so too. A clock that was set back can
// therefore make nothing earlier than it was; what cannot be told is not before.
func (m Moment) Before(o Moment) bool {
	if m.At.IsZero() || o.At.IsZero() || !m.At.Before(o.At) {
		return false
	}
	return m.Leaf < 0 || o.Leaf < 0 || m.Leaf < o.Leaf
}
