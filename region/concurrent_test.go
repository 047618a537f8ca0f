package region

import (
	"sync"
	"testing"
)

// TestConcurrent asks one resolver from many goroutines: the answers are those of a single one. Run with -race it
// also shows that nothing is shared.
func TestConcurrent(t *testing.T) {
	r := Default()
	texts := []string{"浙江省杭州市余杭区文一西路969号", "朝阳区", "杭州市江干区", "瀋陽市瀋河區", "杭州市肖山区", "人民路1号", "合肥市高新区"}
	want := make([]Answer, len(texts))
	for i, s := range texts {
		want[i] = r.Resolve(s, Date{})
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for k := range 200 {
				i := (g + k) % len(texts)
				a := r.Resolve(texts[i], Date{})
				if a.Outcome != want[i].Outcome || a.Best.Code != want[i].Best.Code || len(a.Candidates) != len(want[i].Candidates) || len(a.Reasons) != len(want[i].Reasons) {
					t.Errorf("%s: %v %s, alone %v %s", texts[i], a.Outcome, a.Best.Code, want[i].Outcome, want[i].Best.Code)
					return
				}
			}
		}()
	}
	wg.Wait()
}
