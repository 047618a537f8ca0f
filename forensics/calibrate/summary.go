package calibrate

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
)

// Unrelated is the name of the set of photographs that have nothing to do with one another.
const Unrelated = "unrelated photographs"

// Salt makes seeds differ from photograph to photograph.
func Salt(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64() >> 8
}

// Calibration fits the curve to the records of the tuning half and judges it on the reporting half. Without a tuning half it judges nothing.
func Calibration(records []Record) Quality {
	tuning := Samples(records, 0, nil)
	if same, other := count(tuning); same == 0 || other == 0 {
		return Quality{}
	}
	return Evaluate(Fit(tuning), Samples(records, 1, nil))
}

// Summary writes what the records show as Markdown: attacks and pairs of the reporting half, all alarms and honest claims (their limits are not fitted to photographs), and how well the score is calibrated,
// also for each attack class by itself.
func Summary(records []Record, q Quality) string {
	var b strings.Builder
	writeAttacks(&b, Sums(records, Classes, 1))
	writePairs(&b, records)
	writeAlarms(&b, records)
	writeHonest(&b, records)
	writeQuality(&b, q)
	writeClasses(&b, records)
	return strings.TrimLeft(b.String(), "\n")
}

func writeAttacks(b *strings.Builder, rows []Row) {
	rows = slices.DeleteFunc(rows, func(r Row) bool { return r.Trials == 0 })
	if len(rows) == 0 {
		return
	}
	b.WriteString("\n| attack | trials | same photograph (95 % interval) | aim | change reported | mask IoU (median) |\n|---|---|---|---|---|---|\n")
	for _, r := range rows {
		s, lo, hi := Share(r.Same, r.Trials)
		f, flo, fhi := Share(r.Flagged, r.Trials)
		iou := "-"
		if r.Changed {
			iou = fmt.Sprintf("%.2f", r.IoU)
		}
		fmt.Fprintf(b, "| %s | %d | %.1f %% (%.1f-%.1f) | %.0f %% | %.1f %% (%.1f-%.1f) | %s |\n", r.Attack, r.Trials, 100*s, 100*lo, 100*hi, 100*r.Bar, 100*f, 100*flo, 100*fhi, iou)
	}
	var clean, alarms, altered, found int
	for _, r := range rows {
		if r.Changed {
			altered, found = altered+r.Trials, found+r.Flagged
		} else {
			clean, alarms = clean+r.Trials, alarms+r.Flagged
		}
	}
	a, alo, ahi := Share(alarms, clean)
	f, flo, fhi := Share(found, altered)
	fmt.Fprintf(b, "\nChange reported on copies without any: %d of %d = %.1f %% (%.1f-%.1f). Changes found: %d of %d = %.1f %% (%.1f-%.1f).\n", alarms, clean, 100*a, 100*alo, 100*ahi, found, altered, 100*f, 100*flo, 100*fhi)
}

func writePairs(b *strings.Builder, records []Record) {
	type row struct{ pairs, related, same int }
	sets := map[string]*row{}
	for _, r := range records {
		if r.Kind != KindPairs || r.What == Unrelated && r.Half != 1 {
			continue
		}
		s := sets[r.What]
		if s == nil {
			s = &row{}
			sets[r.What] = s
		}
		s.pairs, s.related = s.pairs+r.Compared, s.related+len(r.Met)
		for _, m := range r.Met {
			if m.Same {
				s.same++
			}
		}
	}
	if len(sets) == 0 {
		return
	}
	names := make([]string, 0, len(sets))
	for n := range sets {
		names = append(names, n)
	}
	slices.SortFunc(names, func(x, y string) int {
		if (x == Unrelated) != (y == Unrelated) {
			return map[bool]int{true: 1, false: -1}[x == Unrelated]
		}
		return cmp.Compare(x, y)
	})
	b.WriteString("\n| separate photographs | pairs | called related | called the same (upper 95 % limit) |\n|---|---|---|---|\n")
	var all row
	for _, n := range names {
		s := sets[n]
		v, _, hi := Share(s.same, s.pairs)
		fmt.Fprintf(b, "| %s | %d | %d | %d = %.4f %% (%.4f %%) |\n", n, s.pairs, s.related, s.same, 100*v, 100*hi)
		if n != Unrelated {
			all.pairs, all.related, all.same = all.pairs+s.pairs, all.related+s.related, all.same+s.same
		}
	}
	if all.pairs > 0 {
		v, _, hi := Share(all.same, all.pairs)
		fmt.Fprintf(b, "| all views of the same things | %d | %d | %d = %.3f %% (%.3f %%) |\n", all.pairs, all.related, all.same, 100*v, 100*hi)
		v, _, hi = Share(all.same, all.related)
		fmt.Fprintf(b, "| of these, called related | %d | %d | %d = %.3f %% (%.3f %%) |\n", all.related, all.related, all.same, 100*v, 100*hi)
	}
}

func writeAlarms(b *strings.Builder, records []Record) {
	type cell struct{ asked, alarms int }
	var detectors []string
	cells := map[string]map[string]*cell{} // way, detector
	total := map[string]*cell{}            // detector, unaltered pictures only
	pictures := map[string]int{}
	for _, r := range records {
		if r.Kind != KindAlarm {
			continue
		}
		pictures[r.What]++
		if cells[r.What] == nil {
			cells[r.What] = map[string]*cell{}
		}
		for _, d := range r.Asked {
			if !slices.Contains(detectors, d) {
				detectors = append(detectors, d)
				total[d] = &cell{}
			}
			c := cells[r.What][d]
			if c == nil {
				c = &cell{}
				cells[r.What][d] = c
			}
			c.asked++
			hit := 0
			if slices.Contains(r.Alarms, d) {
				hit = 1
			}
			c.alarms += hit
			if !r.Changed && !strings.HasPrefix(r.What, "recapture") {
				total[d].asked++
				total[d].alarms += hit
			}
		}
	}
	if len(pictures) == 0 {
		return
	}
	slices.Sort(detectors)
	b.WriteString("\n| picture | number | " + strings.Join(detectors, " | ") + " |\n|---|---|" + strings.Repeat("---|", len(detectors)) + "\n")
	for _, w := range Ways {
		if pictures[w.Attack] == 0 {
			continue
		}
		kind := "unaltered: "
		if w.Changed {
			kind = "altered: "
		}
		fmt.Fprintf(b, "| %s%s | %d |", kind, w.Attack, pictures[w.Attack])
		for _, d := range detectors {
			c := cells[w.Attack][d]
			if c == nil {
				c = &cell{}
			}
			fmt.Fprintf(b, " %d of %d |", c.alarms, c.asked)
		}
		b.WriteString("\n")
	}
	b.WriteString("| **all unaltered** (upper 95 % limit) | |")
	for _, d := range detectors {
		c := total[d]
		_, _, hi := Share(c.alarms, c.asked)
		fmt.Fprintf(b, " %d of %d (%.2f ‰) |", c.alarms, c.asked, 1000*hi)
	}
	b.WriteString("\n")
}

func writeHonest(b *strings.Builder, records []Record) {
	type row struct{ n, adverse, same, flagged, alarms int }
	rows := map[string]*row{}
	var all row
	for _, r := range records {
		if r.Kind != KindHonest {
			continue
		}
		if rows[r.What] == nil {
			rows[r.What] = &row{}
		}
		for _, x := range []*row{rows[r.What], &all} {
			x.n++
			if r.Adverse() {
				x.adverse++
			}
			if r.Same {
				x.same++
			}
			if r.Flagged {
				x.flagged++
			}
			if len(r.Moderate) > 0 {
				x.alarms++
			}
		}
	}
	if all.n == 0 {
		return
	}
	b.WriteString("\n| honest claim | claims | the same photograph | called changed | detector above weak | **adverse** (95 % interval) |\n|---|---|---|---|---|---|\n")
	line := func(name string, x *row) {
		s, lo, hi := Share(x.adverse, x.n)
		fmt.Fprintf(b, "| %s | %d | %d | %d | %d | %d = %.2f %% (%.2f-%.2f) |\n", name, x.n, x.same, x.flagged, x.alarms, x.adverse, 100*s, 100*lo, 100*hi)
	}
	for _, c := range Claims {
		if x := rows[c.Name]; x != nil {
			line(c.Name, x)
		}
	}
	line("all", &all)
}

func writeQuality(b *strings.Builder, q Quality) {
	if q.Same == 0 || q.Other == 0 {
		return
	}
	fmt.Fprintf(b, "\nSame-photograph score on the reporting half: %d same, %d separate; Cllr %.3f, calibration error %.3f.\n", q.Same, q.Other, q.Cllr, q.Error)
	if q.Same < 200 || q.Other < 200 {
		b.WriteString("**Uncalibrated**: fewer than 200 held-out samples of a class.\n")
	}
	b.WriteString("\n| predicted | samples | mean predicted | met |\n|---|---|---|---|\n")
	for _, v := range q.Bins {
		fmt.Fprintf(b, "| %.2f-%.2f | %d | %.3f | %.3f |\n", v.Low, v.High, v.N, v.Predicted, v.Met)
	}
}

// writeClasses judges the one curve on each attack class against the separate pairs, and against related pairs alone, which are the hard ones.
func writeClasses(b *strings.Builder, records []Record) {
	tuning := Samples(records, 0, nil)
	if same, other := count(tuning); same == 0 || other == 0 {
		return
	}
	curve := Fit(tuning)
	first := true
	for _, c := range Classes {
		all := Samples(records, 1, func(a string) bool { return a == c.Attack })
		q := Evaluate(curve, all)
		if q.Same == 0 || q.Other == 0 {
			continue
		}
		hard := Evaluate(curve, slices.DeleteFunc(all, func(s Sample) bool { return !s.Same && s.Score == unrelatedScore }))
		if first {
			b.WriteString("\n| attack class against separate pairs | same | Cllr | calibration error | Cllr against related pairs only (n) |\n|---|---|---|---|---|\n")
			first = false
		}
		fmt.Fprintf(b, "| %s | %d | %.3f | %.3f | %.3f (%d) |\n", c.Attack, q.Same, q.Cllr, q.Error, hard.Cllr, hard.Other)
	}
}
