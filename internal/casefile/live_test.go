package casefile

import "testing"

// A reader that does not fetch gets the newest number only, and nobody waits for it.
func TestLiveNeverBlocksAndKeepsTheNewest(t *testing.T) {
	l := NewLive(0)
	one, all := ID{1}, Nil
	slow, cancel := l.Subscribe(1, one)
	desk, cancelDesk := l.Subscribe(1, all)
	other, cancelOther := l.Subscribe(1, ID{2})
	foreign, cancelForeign := l.Subscribe(2, one)
	defer func() { cancelDesk(); cancelOther(); cancelForeign() }()
	for seq := range int64(1000) {
		l.tell(1, one, seq+1)
	}
	for name, ch := range map[string]<-chan int64{"case": slow, "desk": desk} {
		if seq := <-ch; seq != 1000 {
			t.Errorf("%s heard %d, want 1000", name, seq)
		}
		select {
		case seq := <-ch:
			t.Errorf("%s heard %d too", name, seq)
		default:
		}
	}
	for name, ch := range map[string]<-chan int64{"another case": other, "another tenant": foreign} {
		select {
		case seq := <-ch:
			t.Errorf("%s heard %d", name, seq)
		default:
		}
	}
	cancel()
	l.tell(1, one, 2000)
	select {
	case seq := <-slow:
		t.Errorf("heard %d after cancelling", seq)
	default:
	}
}
