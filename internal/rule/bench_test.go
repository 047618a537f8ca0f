package rule

import (
	"context"
	"slices"
	"testing"
	"time"
)

// Bar 5: 200 rules on one claim, p99 ≤ 1 ms, with the trace; and what a thousandth of the limit is spent on.
//
//	go test ./internal/rule -run '^$' -bench 200Rules
func BenchmarkEvaluate200Rules(b *testing.B) {
	p := parse(b, manyRules(b, 200))
	if len(p.Rules) != 200 {
		b.Fatal(len(p.Rules))
	}
	ctx := context.Background()
	took := make([]time.Duration, 0, b.N)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		f := variedFacts(i)
		start := time.Now()
		if _, _, err := p.Evaluate(ctx, f); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	p99 := took[len(took)*99/100]
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(p99.Microseconds()), "p99-µs")
	b.ReportMetric(p99.Seconds()/0.001, "of-limit")
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
