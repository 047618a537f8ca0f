package api

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

const committed = "openapi.json"

// The committed description is what reviewers and client authors read: a change of the API is a change of this file.
func TestOpenAPIUpToDate(t *testing.T) {
	raw, err := New(Deps{Version: "1"}).OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", " "); err != nil {
		t.Fatal(err)
	}
	b.WriteByte('\n')
	if os.Getenv("ANXIN_UPDATE") == "1" {
		if err := os.WriteFile(committed, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(committed)
	if err != nil || !bytes.Equal(got, b.Bytes()) {
		t.Fatalf("internal/api/openapi.json is not what the server says (ANXIN_UPDATE=1 go test ./internal/api writes it): %v", err)
	}
}

// Every operation says who may call it, has a summary, and, when it changes something, asks for an Idempotency-Key.
func TestOperationsAreWhole(t *testing.T) {
	raw, err := os.ReadFile(committed)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		OpenAPI string                                `json:"openapi"`
		Paths   map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil || !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Fatalf("version %q, %v", doc.OpenAPI, err)
	}
	n := 0
	for path, methods := range doc.Paths {
		for method, text := range methods {
			var op struct {
				Summary    string                `json:"summary"`
				Security   []map[string][]string `json:"security"`
				Parameters []struct {
					Name string `json:"name"`
				} `json:"parameters"`
			}
			if err := json.Unmarshal(text, &op); err != nil {
				t.Fatal(err)
			}
			n++
			if op.Summary == "" || len(op.Security) == 0 {
				t.Errorf("%s %s: no summary or no word about who may call it", method, path)
			}
			asks := slices.ContainsFunc(op.Parameters, func(p struct {
				Name string `json:"name"`
			}) bool {
				return p.Name == idempotencyHeader
			})
			if method != "get" && !asks {
				t.Errorf("%s %s: no %s", method, path, idempotencyHeader)
			}
		}
	}
	if n < 25 {
		t.Errorf("only %d operations", n)
	}
}
