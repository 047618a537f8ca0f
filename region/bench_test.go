package region

import (
	"os"
	"strings"
	"testing"
)

// BenchmarkPlain resolves one plain address; the allocations are those of an ordinary answer.
func BenchmarkPlain(b *testing.B) {
	r := Default()
	b.ReportAllocs()
	for b.Loop() {
		r.Resolve("浙江省杭州市余杭区仓前街道文一西路969号", Date{})
	}
}

// BenchmarkWild resolves the hand-written addresses in turn.
func BenchmarkWild(b *testing.B) {
	data, err := os.ReadFile("testdata/wild.tsv")
	if err != nil {
		b.Fatal(err)
	}
	var texts []string
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if f := strings.Split(line, "\t"); len(f) == 5 {
			texts = append(texts, f[4])
		}
	}
	r := Default()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r.Resolve(texts[i%len(texts)], Date{})
	}
}

// BenchmarkBuild builds the resolver from the embedded bytes: the time to the first answer.
func BenchmarkBuild(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New(nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkJunk resolves the longest accepted text made of names.
func BenchmarkJunk(b *testing.B) {
	r := Default()
	text := strings.Repeat("朝阳区城关镇南京东路", 200)
	b.ReportAllocs()
	for b.Loop() {
		r.Resolve(text, Date{})
	}
}
