package table

import (
	"reflect"
	"testing"
)

func sample() *Table {
	return &Table{
		Version: "test", Newest: 20260101, PointSources: []string{"a", "b"},
		Places: []Place{
			{Code: 330000, Name: "浙江省", Level: Province, Parent: -1, From: 19810000, Lng: 12000000, Lat: 3000000, PointKind: PointSeat, PointFrom: 1},
			{Code: 330100, Name: "杭州市", Level: Prefecture, Parent: 0},
			{Code: 330104, Name: "江干区", Level: County, Parent: 1, From: 19830000, To: 20210000,
				Succ: []Succession{{To: 3, When: 20210000, Scope: "九堡"}, {To: 1, When: 20210409, Whole: true}}},
			{Code: 330102, Name: "上城区", Level: County, Parent: 1, Flags: FlagZone},
		},
		Entries:   []Entry{{"上城", []Target{{3, FormShort}}}, {"上城区", []Target{{3, FormFull}, {2, FormAlias}}}, {"杭州", []Target{{1, FormShort}}}},
		Fold:      []Pair{{'縣', '县'}},
		Syllables: []string{"shang"},
		Readings:  []Reading{{'上', []uint16{0}}},
		Alikes:    []Alike{{'上', []rune{'土', '止'}}},
	}
}

func TestRoundTrip(t *testing.T) {
	data, err := Encode(sample())
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if want := sample(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// TestDamage flips and cuts bytes: every damaged table is refused, none is half read.
func TestDamage(t *testing.T) {
	data, err := Encode(sample())
	if err != nil {
		t.Fatal(err)
	}
	for i := range data {
		bad := append([]byte(nil), data...)
		bad[i] ^= 0x41
		if got, err := Decode(bad); err == nil && !reflect.DeepEqual(got, sample()) {
			t.Fatalf("byte %d flipped went unnoticed", i)
		}
	}
	for n := range data {
		// The last bytes only end the compressed stream; what is whole without them is whole.
		if got, err := Decode(data[:n]); err == nil && !reflect.DeepEqual(got, sample()) {
			t.Fatalf("a table cut to %d bytes was accepted", n)
		}
	}
}
