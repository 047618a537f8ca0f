package rule

import (
	"context"
	"runtime"
	"slices"
	"testing"
	"time"
)

// Bar 5: 200 rules on one claim, p99 ≤ 1 ms, with the trace. p99 counts every evaluation; best-of-3-p99 is the p99 over claims of the shortest of three
// evaluations of the same claim, which is what the rules cost when the machine is not busy with something else.
//
// The heap holds 64 MB beside, as a server's does: on an empty heap of 4 MB the collector would run every 40 evaluations.
//
//	go test ./internal/rule -run '^$' -bench 200Rules -benchtime 10000x
func BenchmarkEvaluate200Rules(b *testing.B) {
	p := parse(b, manyRules(b, 200))
	if len(p.Rules) != 200 {
		b.Fatal(len(p.Rules))
	}
	server := make([][]byte, 64)
	for i := range server {
		server[i] = make([]byte, 1<<20)
	}
	defer runtime.KeepAlive(server)
	ctx := context.Background()
	each, best := make([]time.Duration, 0, 3*b.N), make([]time.Duration, 0, b.N)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		f, shortest := variedFacts(i), time.Hour
		for range 3 {
			start := time.Now()
			if _, _, err := p.Evaluate(ctx, f); err != nil {
				b.Fatal(err)
			}
			took := time.Since(start)
			each, shortest = append(each, took), min(shortest, took)
		}
		best = append(best, shortest)
	}
	slices.Sort(each)
	slices.Sort(best)
	b.ReportMetric(float64(each[len(each)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(each[len(each)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64(best[len(best)*99/100].Microseconds()), "best-of-3-p99-µs")
	b.ReportMetric(each[len(each)*99/100].Seconds()/0.001, "p99/limit")
}

// Bar 5: a replay of 100,000 claims with a difference per claim, 200 rules in both packs, limit 60 s.
//
//	go test ./internal/rule -run '^$' -bench Replay100k -benchtime 1x
func BenchmarkReplay100k(b *testing.B) {
	from := parse(b, manyRules(b, 200))
	to := parse(b, change(b, manyRules(b, 200), "last_30: {count: 1, sum: 50000}", "last_30: {count: 2, sum: 50000}"))
	for b.Loop() {
		s, err := Replay(context.Background(), stored(100_000), from, to, 2, time.Now, func(Difference) error { return nil })
		if err != nil || s.Claims != 100_000 || s.Different == 0 {
			b.Fatal(s, err)
		}
		b.ReportMetric(s.Took.Seconds(), "s/100k-claims")
		b.ReportMetric(s.Took.Seconds()/60, "of-limit")
		b.ReportMetric(float64(s.Different), "different")
	}
}

func BenchmarkParse200Rules(b *testing.B) {
	text, book := []byte(manyRules(b, 200)), book(b)
	for b.Loop() {
		if _, err := Parse("p.yaml", text, book); err != nil {
			b.Fatal(err)
		}
	}
}
