package clock

import (
	"math"
	"testing"
	"time"

	"anxin/internal/casefile"
)

// The movable holidays follow the sun and the moon (GB/T 33661-2017: the lunar month begins on the day of the new moon in Beijing time; the month with the winter
// solstice is the eleventh; 清明 is the day when the sun reaches 15°). This test computes them from the series of Meeus, Astronomical Algorithms (chapters 25 and 49),
// the moon good to half a minute and the sun to a quarter of an hour, and compares the files with them. It refuses to judge when a new moon is within 2 minutes of midnight.

// sunLongitude is the sun's apparent longitude in degrees at a Julian day (TT).
func sunLongitude(jd float64) float64 {
	T := (jd - 2451545) / 36525
	L := 280.46646 + 36000.76983*T + 0.0003032*T*T
	M := (357.52911 + 35999.05029*T - 0.0001537*T*T) * math.Pi / 180
	C := (1.914602-0.004817*T-0.000014*T*T)*math.Sin(M) + (0.019993-0.000101*T)*math.Sin(2*M) + 0.000289*math.Sin(3*M)
	omega := (125.04 - 1934.136*T) * math.Pi / 180
	return math.Mod(math.Mod(L+C-0.00569-0.00478*math.Sin(omega), 360)+360, 360)
}

// newMoon is the Julian day (TT) of the k-th new moon since 2000-01-06.
func newMoon(k float64) float64 {
	T := k / 1236.85
	jde := 2451550.09766 + 29.530588861*k + 0.00015437*T*T
	r := math.Pi / 180
	E := 1 - 0.002516*T
	M := (2.5534 + 29.10535670*k - 0.0000014*T*T) * r
	Mp := (201.5643 + 385.81693528*k + 0.0107582*T*T) * r
	F := (160.7108 + 390.67050284*k - 0.0016118*T*T) * r
	O := (124.7746 - 1.56375588*k + 0.0020672*T*T) * r
	for _, term := range []struct{ c, arg float64 }{
		{-0.40720, Mp}, {0.17241 * E, M}, {0.01608, 2 * Mp}, {0.01039, 2 * F}, {0.00739 * E, Mp - M}, {-0.00514 * E, Mp + M}, {0.00208 * E * E, 2 * M},
		{-0.00111, Mp - 2*F}, {-0.00057, Mp + 2*F}, {0.00056 * E, 2*Mp + M}, {-0.00042, 3 * Mp}, {0.00042 * E, M + 2*F}, {0.00038 * E, M - 2*F},
		{-0.00024 * E, 2*Mp - M}, {-0.00017, O}, {-0.00007, Mp + 2*M}, {0.00004, 2*Mp - 2*F}, {0.00004, 3 * M}, {0.00003, Mp + M - 2*F},
		{0.00003, 2*Mp + 2*F}, {-0.00003, Mp + M + 2*F}, {0.00003, Mp - M + 2*F}, {-0.00002, Mp - M - 2*F}, {-0.00002, 3*Mp + M}, {0.00002, 4 * Mp},
	} {
		jde += term.c * math.Sin(term.arg)
	}
	for _, term := range [][3]float64{{299.77, 0.107408, 325}, {251.88, 0.016321, 165}, {251.83, 26.651886, 164}, {349.42, 36.412478, 126}, {84.66, 18.206239, 110},
		{141.74, 53.303771, 62}, {207.14, 2.453732, 60}, {154.84, 7.306860, 56}, {34.52, 27.261239, 47}, {207.19, 0.121824, 42}, {291.34, 1.844379, 40},
		{161.72, 24.198154, 37}, {239.56, 25.513099, 35}, {331.55, 3.592518, 23}} {
		jde += term[2] * 1e-6 * math.Sin((term[0]+term[1]*k)*r)
	}
	return jde
}

// beijing is the moment of a Julian day in TT; TT is 69 s ahead of UT in these years.
func beijing(jd float64) time.Time {
	return time.Unix(0, 0).Add(time.Duration((jd-2440587.5)*86400*1e9) - 69*time.Second).In(casefile.Shanghai)
}

// sunAt is when the sun reaches a longitude after a time.
func sunAt(degrees float64, after time.Time) time.Time {
	lo := float64(after.Unix())/86400 + 2440587.5
	for d := lo; ; d++ {
		a, b := math.Remainder(sunLongitude(d)-degrees, 360), math.Remainder(sunLongitude(d+1)-degrees, 360)
		if a < 0 && b >= 0 {
			lo = d
			break
		}
	}
	hi := lo + 1
	for range 50 {
		mid := (lo + hi) / 2
		if math.Remainder(sunLongitude(mid)-degrees, 360) < 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return beijing(lo)
}

// lunarMonths gives the first days of the lunar months around a year, with their numbers: months after the one with the winter solstice (the 11th), leap ones 0.
func lunarMonths(t *testing.T, year int) (first []date, number []int) {
	winter := dateOf(sunAt(270, time.Date(year-1, 12, 1, 0, 0, 0, 0, time.UTC)))
	nextWinter := dateOf(sunAt(270, time.Date(year, 12, 1, 0, 0, 0, 0, time.UTC)))
	k := math.Floor((float64(year) - 2000 - 0.15) * 12.3685)
	for ; ; k++ {
		moment := beijing(newMoon(k))
		if m := moment.Hour()*60 + moment.Minute(); m < 2 || m >= 24*60-2 {
			t.Fatalf("the new moon of %v is too near to midnight to judge", moment)
		}
		d := dateOf(moment)
		if len(first) > 0 && d > nextWinter {
			break
		}
		next := dateOf(beijing(newMoon(k + 1)))
		if d <= winter && next > winter || d > winter {
			first = append(first, d)
		}
	}
	// first[0] is month 11 of the old year and the last one month 11 of this year; with 13 between them the first without a principal term is a leap month.
	leap := len(first) == 14
	n := 11
	for i, d := range first {
		if i > 0 && leap && !hasPrincipalTerm(d, first, i) {
			leap = false
			number = append(number, 0)
			continue
		}
		number = append(number, n)
		n = n%12 + 1
	}
	return first, number
}

func hasPrincipalTerm(d date, first []date, i int) bool {
	if i+1 >= len(first) {
		return true
	}
	a := math.Floor(sunLongitude(float64(d.minute(0).Unix())/86400+2440587.5) / 30)
	b := math.Floor(sunLongitude(float64(first[i+1].minute(0).Unix())/86400+2440587.5) / 30)
	return a != b
}

func TestMovableHolidaysFollowSunAndMoon(t *testing.T) {
	for _, y := range calendars(t).Years() {
		first, number := lunarMonths(t, y.Year)
		day := func(month, day int) date {
			for i, n := range number {
				if n == month && first[i].year() == y.Year {
					return first[i] + date(day-1)
				}
			}
			t.Fatalf("%d has no month %d: %v", y.Year, month, number)
			return 0
		}
		spring := day(1, 1)
		statutory := []struct {
			name, holiday string
			day           date
		}{
			{"除夕", "春节", spring - 1}, {"正月初一", "春节", spring}, {"正月初二", "春节", spring + 1}, {"正月初三", "春节", spring + 2},
			{"清明", "清明节", dateOf(sunAt(15, time.Date(y.Year, 3, 20, 0, 0, 0, 0, time.UTC)))},
			{"五月初五", "端午节", day(5, 5)}, {"八月十五", "中秋节", day(8, 15)},
		}
		count := map[string]int{}
		for _, s := range statutory {
			if got := y.off[s.day].ZH; got != s.holiday {
				t.Errorf("%d: %s falls on %s, which the file calls %q", y.Year, s.name, show(s.day.minute(0))[:10], got)
			}
			count[s.holiday]++
			t.Logf("%d %s %s", y.Year, s.name, show(s.day.minute(0))[:10])
		}
		if y.Status != Provisional {
			continue
		}
		for d, h := range y.off { // nothing but the statutory days
			if n, movable := count[h.ZH]; movable {
				if count[h.ZH] = n - 1; n == 0 {
					t.Errorf("%d: %s on %s is more than the statute gives", y.Year, h.ZH, show(d.minute(0))[:10])
				}
			}
		}
	}
}
