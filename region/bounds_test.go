package region

import (
	"runtime"
	"strings"
	"testing"
)

// TestJunkIsRefused feeds a megabyte of several sorts of junk: it is refused with a reason before it is looked at, and a line of
// junk as long as is accepted has an answer whose spans lie in it.
func TestJunkIsRefused(t *testing.T) {
	r := Default()
	for _, junk := range []string{"朝阳区城关镇南京东路", "a", "\x00\xff", "　", "１", "😀", "省市县区", "中山市中山区中山路中山", "\u0301"} {
		long := strings.Repeat(junk, 1<<20/len(junk)+1)
		for _, a := range []Answer{r.Resolve(long, Date{}), r.Parse(long).Region} {
			if a.Outcome != OutcomeNone || !a.Has(ReasonTooLong) {
				t.Errorf("a megabyte of %q: %v %v", junk, a.Outcome, a.Reasons)
			}
		}
		a := r.Resolve(strings.Repeat(junk, maxChars/len([]rune(junk))), Date{})
		checkAnswer(t, &a)
	}
}

// TestPlainAddressIsCheap holds the number of allocations of a plain address and what the resolver keeps in memory.
func TestPlainAddressIsCheap(t *testing.T) {
	r := Default()
	for _, text := range []string{"浙江省杭州市余杭区仓前街道文一西路969号", "北京市朝阳区建国路88号", "广东省深圳市南山区科苑路15号", "海南省琼海市博鳌镇"} {
		if n := testing.AllocsPerRun(200, func() { r.Resolve(text, Date{}) }); n > 4 && !raced {
			t.Errorf("%s: %v allocations, want at most 4", text, n)
		}
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	own, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 40<<20 {
		t.Errorf("a resolver keeps %d MiB, want at most 40", kept>>20)
	}
	runtime.KeepAlive(own)
}
