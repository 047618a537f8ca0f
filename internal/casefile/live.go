package casefile

import "sync"

// Live tells subscribers inside this process that a case has new events. It is a hint and nothing more: it forgets on a crash, knows nothing of
// other nodes and drops what a slow reader does not fetch. Pages read the timeline again when it speaks, and every few seconds anyway.
type Live struct {
	mu   sync.Mutex
	max  int
	subs map[liveKey]map[*subscription]struct{}
	n    int
}

type liveKey struct {
	tenant Tenant
	id     ID // Nil: every case of the tenant
}

type subscription struct{ ch chan int64 }

// NewLive makes a hub for at most max subscriptions at once; 0 means 10,000.
func NewLive(max int) *Live {
	if max <= 0 {
		max = 10_000
	}
	return &Live{max: max, subs: map[liveKey]map[*subscription]struct{}{}}
}

// Subscribe gives a channel that carries the newest sequence number of the case after a commit; older ones not yet read are replaced. The Nil
// case means every case of the tenant (the desk's queue). cancel ends the subscription and may be called more than once. When the hub is full the channel
// never speaks: the page still lives on its periodic reading.
func (l *Live) Subscribe(tenant Tenant, id ID) (news <-chan int64, cancel func()) {
	s := &subscription{ch: make(chan int64, 1)}
	key := liveKey{tenant, id}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.n >= l.max {
		return s.ch, func() {}
	}
	if l.subs[key] == nil {
		l.subs[key] = map[*subscription]struct{}{}
	}
	l.subs[key][s] = struct{}{}
	l.n++
	return s.ch, func() { l.drop(key, s) }
}

// Subscribers is the number of live subscriptions, for metrics.
func (l *Live) Subscribers() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.n
}

func (l *Live) drop(key liveKey, s *subscription) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.subs[key][s]; !ok {
		return
	}
	delete(l.subs[key], s)
	if len(l.subs[key]) == 0 {
		delete(l.subs, key)
	}
	l.n--
}

// tell never blocks: each channel holds one number, and only tell (under the mutex) puts one in.
func (l *Live) tell(tenant Tenant, id ID, seq int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range [2]liveKey{{tenant, id}, {tenant, Nil}} {
		for s := range l.subs[key] {
			select {
			case <-s.ch:
			default:
			}
			s.ch <- seq
		}
	}
}
