package brotli

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"testing"

	"anxin/provenance/internal/corpus"
)

// Streams made by another implementation (the one in Node.js), quality 11 unless said.
var streams = []struct{ name, packed, want string }{
	{"empty", "Ow==", ""},
	{"dictionary", "G1MA6CVAUhhglGmlKastrVSWyOcQtoCFFA==", "The time of the information about the United States and the government of the people"},
	{"mixed", "G2gD6K0GbPcFcWhzbbk0YEuS5vm4PDcvb5AWnT5PDtFS6COEcYuywlokRmZPBsWEeROv11wnSsEGHLAX22gTT87DBhxnPi08vb2qP7s5sYyv2RyFaBGPcnUqqSdAUjuEqRbkzPYwEouaAy4=", strings.Repeat("禾木家电 {\"AIGC\":{\"Label\":\"1\"}} <div class=\"photo\">photo</div> 2026-11-22 ABCDEFGH abcdefgh. ", 9)},
	{"digits", "G6gHwBynxxpJnOwEbTRjuQB7xeEGY3MjJQFCkU2mmYRs3iGc7QkaztRZCQynYqJ9jj6j7F+KueTCnamG3fIDzTvolUmghS/QBt/QWy6Da7qhWyJxV9qANZyBt9wMW6OGvwIJbHFoDfOBywMvfZXOvwOfewe/nehXD+/YfOjdzUfn51+8az8eiIU7QEKQWUygQMJLLO3WtqE5oo73G+A66qR5cZvMTOMAYDIu4TywH8EEslcyEpVIsuXpjwb2X5TMETpLu8wzrBItu0UuaFiUIY8zPiERXrAfgzjplSHvoxz2M6v7gXsudVwFfSAcsnPQDNxzz+YZTOCxKLvqHPRq1gNrz8B1v02uwODfRloRyQ+3DFwFLQpjE5XE3hqZi85W1Ot4DqqScDNajLRnkDZ4vmXGWwO4RbUmTnrb8Lp5KQ==", squares()},
}

// zeros is 100,000 zero bytes.
const zeros = "W5+GgX8CIB4LBLL8AgA="

func squares() string {
	var out []string
	for i := range 400 {
		out = append(out, strconv.Itoa(i*i*7919%1000))
	}
	return strings.Join(out, ", ")
}

func TestDecode(t *testing.T) {
	for _, s := range streams {
		packed, err := base64.StdEncoding.DecodeString(s.packed)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(packed, 1<<20)
		if err != nil || string(got) != s.want {
			t.Errorf("%s: %v\n%s", s.name, err, got)
		}
	}
}

func TestCorrupt(t *testing.T) {
	for _, b := range [][]byte{nil, {0xff}, {0x11, 0xff, 0xff}, bytes.Repeat([]byte{0x5b}, 40), bytes.Repeat([]byte{0xff}, 200)} {
		if out, err := Decode(b, 1<<20); err == nil && len(out) > 0 {
			t.Errorf("%x: decoded to %d bytes", b, len(out))
		}
	}
}

func TestLimit(t *testing.T) {
	packed, _ := base64.StdEncoding.DecodeString(zeros)
	if _, err := Decode(packed, 1000); !errors.Is(err, ErrTooLarge) {
		t.Errorf("want %v, got %v", ErrTooLarge, err)
	}
	out, err := Decode(packed, 1<<20)
	if err != nil || len(out) != 100000 || strings.Trim(string(out), "\x00") != "" {
		t.Errorf("%d bytes, %v", len(out), err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range streams {
		b, _ := base64.StdEncoding.DecodeString(s.packed)
		f.Add(b)
	}
	b, _ := base64.StdEncoding.DecodeString(zeros)
	f.Add(b)
	corpus.Add(f, func(in string) { f.Add([]byte(in)) })
	f.Fuzz(func(t *testing.T, b []byte) {
		out, err := Decode(b, 1<<18)
		if err == nil && len(out) > 1<<18 {
			t.Errorf("%d bytes beyond the limit", len(out))
		}
	})
}
