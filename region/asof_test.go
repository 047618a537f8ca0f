package region

import "testing"

// TestAsOf asks the same words at different dates.
func TestAsOf(t *testing.T) {
	r := Default()
	for _, c := range []struct {
		text, asOf string
		outcome    Outcome
		code       Code
		kind       Kind
		reason     ReasonCode
	}{
		{"杭州市江干区九堡街道", "2015-06-30", OutcomeOne, "330104", KindDivision, ReasonInferred},
		{"杭州市江干区九堡街道", "2024-06-30", OutcomeOne, "330102", KindHistorical, ReasonSplitDecided},
		{"杭州市江干区", "2024-06-30", OutcomeSet, "", KindNone, ReasonSplit},
		{"杭州市江干区", "2015-06-30", OutcomeOne, "330104", KindDivision, ReasonInferred},
		{"重庆市江北区", "2025-11-05", OutcomeOne, "500105", KindDivision, ReasonExact},
		{"重庆市江北区", "2025-11-06", OutcomeOne, "500157", KindHistorical, ReasonHistorical},
		{"平凉市华亭县", "2010-01-01", OutcomeOne, "620824", KindDivision, ReasonInferred},
		{"平凉市华亭县", "2019-01-01", OutcomeOne, "620881", KindHistorical, ReasonHistorical},
		{"四川省资阳市简阳市", "2014-01-01", OutcomeOne, "512081", KindDivision, ReasonExact},
		{"四川省资阳市简阳市", "", OutcomeOne, "510185", KindHistorical, ReasonReparented},
		{"杭州市钱塘区", "2015-06-30", OutcomeOne, "330114", KindDivision, ReasonNotYet},
		{"平凉市华亭县东华镇", "2015-06-30", OutcomeOne, "620824", KindDivision, ReasonInferred},
		{"广东省东莞市虎门镇", "2015-06-30", OutcomeOne, "441900121", KindDivision, ReasonExact},
		{"上海市卢湾区", "2012-01-01", OutcomeOne, "310101", KindHistorical, ReasonHistorical},
	} {
		asOf := Date{}
		if c.asOf != "" {
			var err error
			if asOf, err = ParseDate(c.asOf); err != nil {
				t.Fatal(err)
			}
		}
		a := r.Resolve(c.text, asOf)
		if a.Outcome != c.outcome || a.Best.Code != c.code || a.Best.Kind != c.kind || !a.Has(c.reason) || a.AsOf != asOf {
			t.Errorf("%s as of %q: got %v %s %v %v", c.text, c.asOf, a.Outcome, a.Best.Code, a.Best.Kind, a.Reasons)
		}
	}
}

func TestLookup(t *testing.T) {
	r := Default()
	for _, c := range []struct {
		code Code
		year int
		path string
		ok   bool
	}{
		{"330106", 0, "浙江省/杭州市/西湖区", true},
		{"330104", 0, "", false},
		{"330104", 2015, "浙江省/杭州市/江干区", true},
		{"420602", 2005, "湖北省/襄樊市/襄城区", true},
		{"420602", 2020, "湖北省/襄阳市/襄城区", true},
		{"500157", 0, "重庆市/两江新区", true},
		{"500157", 2020, "", false},
		{"441900121", 0, "广东省/东莞市/虎门镇", true},
		{"999999", 0, "", false},
		{"nonsense", 0, "", false},
		{"", 0, "", false},
	} {
		asOf := Date{}
		if c.year > 0 {
			asOf = Date{c.year, 6, 30}
		}
		d, ok := r.Lookup(c.code, asOf)
		if ok != c.ok || d.Path != c.path {
			t.Errorf("Lookup(%s, %d) = %q %v, want %q %v", c.code, c.year, d.Path, ok, c.path, c.ok)
		}
	}
}

func TestSuccessors(t *testing.T) {
	r := Default()
	type step struct {
		from, to Code
		when     string
		whole    bool
	}
	for _, c := range []struct {
		code Code
		year int
		want []step
	}{
		{"330104", 2015, []step{{"330104", "330102", "2021", false}, {"330104", "330114", "2021", false}}},
		{"620824", 0, []step{{"620824", "620881", "2018", true}}},
		{"500105", 0, []step{{"500105", "500157", "2025-11-06", true}}},
		{"330106", 2020, nil},
		{"330110", 2015, []step{{"330110", "330113", "2021", false}}},
		{"123456", 0, nil},
	} {
		got := r.Successors(c.code, c.year)
		if len(got) != len(c.want) {
			t.Errorf("Successors(%s, %d): %d steps, want %d: %+v", c.code, c.year, len(got), len(c.want), got)
			continue
		}
		for i, w := range c.want {
			if g := got[i]; g.From.Code != w.from || g.To.Code != w.to || g.When.String() != w.when || g.Whole != w.whole {
				t.Errorf("Successors(%s, %d)[%d] = %s→%s %s %v, want %+v", c.code, c.year, i, g.From.Code, g.To.Code, g.When, g.Whole, w)
			}
		}
	}
}

func TestChildrenAndNear(t *testing.T) {
	r := Default()
	if n := len(r.Children("")); n != 34 {
		t.Errorf("%d provinces, want 34", n)
	}
	if n := len(r.Children("330100")); n != 13 {
		t.Errorf("杭州市 has %d counties, want 13", n)
	}
	if n := len(r.Children("441900")); n != 36 {
		t.Errorf("东莞市 has %d towns, want 36", n)
	}
	near := r.Near(Point{Lng: 120.13, Lat: 30.26, Datum: WGS84}, 3)
	if len(near) != 3 || near[0].Code != "330106" || near[0].DistanceKM > 5 || near[1].DistanceKM < near[0].DistanceKM {
		t.Errorf("near West Lake: %+v", near)
	}
	if r.Near(Point{}, 3) != nil {
		t.Error("no point, no neighbours")
	}
}

func TestDatum(t *testing.T) {
	p := Point{Lng: 116.3912, Lat: 39.9073, Datum: WGS84}
	q := p.In(GCJ02)
	if d := p.DistanceKM(Point{Lng: q.Lng, Lat: q.Lat, Datum: WGS84}); d < 0.4 || d > 0.7 {
		t.Errorf("GCJ-02 lies %.3f km from WGS-84 in Beijing, want about half a kilometre", d)
	}
	if d := p.DistanceKM(q); d > 0.001 {
		t.Errorf("there and back differs by %.4f km", d)
	}
	if o := (Point{Lng: -0.1, Lat: 51.5, Datum: WGS84}).In(GCJ02); o.Lng != -0.1 {
		t.Error("outside China the datums are the same")
	}
}
