package dispatch_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"anxin/dispatch"
	"anxin/dispatch/gen"
)

func TestProblemsSurviveJSON(t *testing.T) {
	problems := []*dispatch.Problem{}
	for seed := range uint64(40) {
		problems = append(problems, gen.Small(seed))
	}
	for _, kind := range []string{"city", "overload", "emergency", "rich"} {
		p, err := gen.Make(kind, gen.Options{Seed: 3, Jobs: 60})
		if err != nil {
			t.Fatal(err)
		}
		problems = append(problems, p)
	}
	for _, p := range problems {
		var first, second bytes.Buffer
		if err := dispatch.Write(&first, p); err != nil {
			t.Fatal(err)
		}
		again, err := dispatch.Read(bytes.NewReader(first.Bytes()))
		if err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
		if err := dispatch.Write(&second, again); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatalf("%s changed on the way through JSON", p.Name)
		}
		again.Travel, p.Travel = nil, nil
		if !reflect.DeepEqual(p, again) {
			t.Fatalf("%s: the problem read is not the problem written", p.Name)
		}
	}
}

// TestSchemaNamesEveryField keeps schema.json and the Go types together: both must know the same fields.
func TestSchemaNamesEveryField(t *testing.T) {
	var schema struct {
		Properties map[string]json.RawMessage `json:"properties"`
		Defs       map[string]struct {
			Properties map[string]json.RawMessage `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(dispatch.Schema, &schema); err != nil {
		t.Fatal(err)
	}
	cases := map[string]any{
		"job": dispatch.Job{}, "technician": dispatch.Technician{}, "place": dispatch.Place{}, "window": dispatch.Window{},
		"skill": dispatch.SkillNeed{}, "certificate": dispatch.Certificate{}, "part": dispatch.Part{}, "exclusion": dispatch.Exclusion{},
		"pin": dispatch.Pin{}, "planned": dispatch.Planned{}, "shift": dispatch.Shift{}, "break": dispatch.Break{},
		"position": dispatch.Position{}, "cost": dispatch.Cost{}, "barrier": dispatch.Barrier{}, "commitment": dispatch.Commitment{},
		"sequence": dispatch.Sequence{}, "prices": dispatch.Prices{},
	}
	for name, value := range cases {
		compareFields(t, name, reflect.TypeOf(value), schema.Defs[name].Properties)
	}
	delete(schema.Properties, "travel")
	compareFields(t, "problem", reflect.TypeOf(dispatch.Problem{}), schema.Properties)
}

func compareFields(t *testing.T, name string, typ reflect.Type, props map[string]json.RawMessage) {
	t.Helper()
	seen := map[string]bool{}
	for i := range typ.NumField() {
		field, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		if field == "-" {
			continue
		}
		seen[field] = true
		if _, ok := props[field]; !ok {
			t.Errorf("schema.json: %s lacks %q", name, field)
		}
	}
	for field := range props {
		if !seen[field] {
			t.Errorf("schema.json: %s has %q, which the Go type does not", name, field)
		}
	}
}

func TestReadErrorsNameTheField(t *testing.T) {
	const tech = `{"id":"a","start":{"lat":1,"lon":1},"shifts":[{"from":0,"to":9}]}`
	problem := func(rest string) string { return `{"now":0,"technicians":[` + tech + `]` + rest + `}` }
	cases := []struct{ text, field string }{
		{problem(`,"jobs":[{"id":""}]`), "jobs[0].id"},
		{problem(`,"jobs":[{"id":"x","windows":[{"from":9,"to":1}]}]`), "jobs[0].windows[0]"},
		{problem(`,"jobs":[{"id":"x","priority":11}]`), "jobs[0].priority"},
		{problem(`,"jobs":[{"id":"x","place":{"lat":1,"lon":1,"datum":"mars"}}]`), "jobs[0].place"},
		{problem(`,"jobs":[{"id":"x","pin":{"technicians":["b"]}}]`), "jobs[0].pin.technicians[0]"},
		{problem(`,"jobs":[{"id":"x"},{"id":"x"}]`), "jobs[1].id"},
		{problem(`,"commitments":[{"id":"c","technician":"b","start":1,"end":2}]`), "commitments[0].technician"},
		{problem(`,"sequences":[{"jobs":["x","y"]}]`), "sequences[0].jobs[0]"},
		{problem(`,"travel":{"kind":"rocket"}`), "travel.kind"},
		{problem(`,"travel":{"kind":"matrix","seconds":[[0,1]]}`), "travel.seconds[0]"},
		{problem(`,"travel":{"kind":"matrix","seconds":[[0]]},"jobs":[{"id":"x","place":{"lat":0,"lon":0,"node":4}}]`), "jobs[0].place.node"},
		{problem(`,"objective":"profit"`), "objective"},
		{`{"now":0,"technicians":[` + tech + `,` + tech + `]}`, "technicians[1].id"},
	}
	for _, c := range cases {
		_, err := dispatch.Read(strings.NewReader(c.text))
		var field *dispatch.FieldError
		if !errors.As(err, &field) || field.Field != c.field {
			t.Errorf("%s\n\tgot %v, want the field %s", c.text, err, c.field)
		}
	}
}

func FuzzRead(f *testing.F) {
	for seed := range uint64(6) {
		var b bytes.Buffer
		if err := dispatch.Write(&b, gen.Small(seed)); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte(`{"now":"2026-03-02T09:00:00+08:00","technicians":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := dispatch.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := dispatch.Write(&out, p); err != nil {
			t.Fatalf("a problem that was read cannot be written: %v", err)
		}
		if _, err := dispatch.Read(&out); err != nil {
			t.Fatalf("a problem that was written cannot be read: %v", err)
		}
		if len(p.Jobs) <= 12 && len(p.Technicians) <= 6 && len(p.Commitments) <= 12 {
			solveChecked(t, p, dispatch.Options{Seed: 1, Iterations: 5})
		}
	})
}
