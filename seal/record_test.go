package seal_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"anxin/seal"

	"pgregory.net/rapid"
)

func TestRecordHasExactlyOneForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := seal.Record{Type: rapid.StringMatching(`[a-z][a-z0-9-]{0,20}/v[1-9][0-9]?`).Draw(t, "type")}
		for range rapid.IntRange(0, 8).Draw(t, "n") {
			r.Add(rapid.StringMatching(`[a-z][a-z0-9-]{0,20}`).Draw(t, "key"), rapid.StringMatching(`[!-~天津安心]([ -~修]{0,30}[!-~])?`).Draw(t, "value"))
		}
		b, err := r.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		back, err := seal.ParseRecord(b)
		if err != nil || !reflect.DeepEqual(r, back) {
			t.Fatalf("%+v became %+v: %v", r, back, err)
		}
	})
}

func TestTextsThatAreNotRecords(t *testing.T) {
	long := strings.Repeat("x", seal.MaxRecordSize)
	for name, text := range map[string]string{
		"empty": "", "no type": "\n", "no version": "a\nk v\n", "version 0": "a/v0\n", "version 01": "a/v01\n", "no newline": "a/v1\nk v",
		"no value": "a/v1\nk\n", "empty value": "a/v1\nk \n", "two spaces": "a/v1\nk  v\n", "space at the end": "a/v1\nk v \n", "blank line": "a/v1\n\nk v\n",
		"CRLF": "a/v1\r\nk v\r\n", "tab": "a/v1\nk a\tb\n", "NUL": "a/v1\nk a\x00\n", "DEL": "a/v1\nk a\x7f\n", "capital key": "a/v1\nK v\n",
		"bad UTF-8": "a/v1\nk \xff\n", "too long": "a/v1\nk " + long + "\n",
	} {
		if r, err := seal.ParseRecord([]byte(text)); !errors.Is(err, seal.ErrRecord) {
			t.Errorf("%s: %+v %v", name, r, err)
		}
	}
	for name, r := range map[string]seal.Record{
		"newline in a value": *(&seal.Record{Type: "a/v1"}).Add("k", "v\nk2 w"), "key with a space": *(&seal.Record{Type: "a/v1"}).Add("k k", "v"),
		"no type": {}, "too long": *(&seal.Record{Type: "a/v1"}).Add("k", long),
	} {
		if b, err := r.Marshal(); !errors.Is(err, seal.ErrRecord) {
			t.Errorf("%s: %q %v", name, b, err)
		}
	}
}

func TestLeafText(t *testing.T) {
	l := testLeaf(3)
	l.Case, l.Subjects = seal.ID{0x01, 0x9a, 15: 7}, []seal.ID{{15: 1}, {15: 2}}
	b, err := l.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	const want = `anxin-leaf/v1
kind event
tenant 1
case 019a0000-0000-0000-0000-000000000007
seq 3
at 1795344377000003
subject 00000000-0000-0000-0000-000000000001
subject 00000000-0000-0000-0000-000000000002
digest sha256:7322e1c393bf2dffd7c20450a6b421b8681388696b5faee4e5d21cf2d358eb58
`
	if string(b) != want {
		t.Errorf("got\n%s", b)
	}
	back, err := seal.ParseLeaf(b)
	if err != nil || !reflect.DeepEqual(back, l) {
		t.Errorf("%+v %v", back, err)
	}
	l.Case = seal.ID{}
	if b, err = l.Marshal(); err != nil || bytes.Contains(b, []byte("case")) {
		t.Errorf("a leaf without a case: %q %v", b, err)
	}
}

func TestLeavesThatAreRefused(t *testing.T) {
	good, err := testLeaf(3).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	edit := func(old, new string) string { return strings.Replace(string(good), old, new, 1) }
	for name, text := range map[string]string{
		"another version": edit("leaf/v1", "leaf/v2"), "no kind": edit("kind event\n", ""), "no digest": edit("digest sha256:", "digest sha1:"),
		"short digest": string(good[:len(good)-3]) + "\n", "capital digest": edit("digest sha256:", "digest SHA256:"), "leading zero": edit("seq 3", "seq 03"),
		"plus": edit("seq 3", "seq +3"), "negative seq": edit("seq 3", "seq -3"), "two seqs": edit("seq 3\n", "seq 3\nseq 3\n"),
		"other order": edit("kind event\ntenant 1\n", "tenant 1\nkind event\n"), "unknown field": edit("kind event\n", "kind event\nx y\n"),
		"absent case": edit("case 01000300", "case 00000000"),
	} {
		if text == string(good) {
			t.Fatalf("%s: the edit changed nothing", name)
		}
		if l, err := seal.ParseLeaf([]byte(text)); err == nil {
			t.Errorf("%s: read as %+v", name, l)
		}
	}
	for name, change := range map[string]func(*seal.Leaf){
		"kind": func(l *seal.Leaf) { l.Kind = "Event" }, "no kind": func(l *seal.Leaf) { l.Kind = "" }, "seq": func(l *seal.Leaf) { l.Seq = -1 },
		"absent subject": func(l *seal.Leaf) { l.Subjects = []seal.ID{{}} }, "too many subjects": func(l *seal.Leaf) { l.Subjects = make([]seal.ID, 17) },
	} {
		l := testLeaf(3)
		change(&l)
		if b, err := l.Marshal(); !errors.Is(err, seal.ErrLeaf) {
			t.Errorf("%s: %q %v", name, b, err)
		}
	}
}

func TestLeafTimeKeepsMicrosecondsOnly(t *testing.T) {
	l := testLeaf(1)
	l.At = l.At.Add(999 * time.Nanosecond)
	b, err := l.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if back, err := seal.ParseLeaf(b); err != nil || !back.At.Equal(l.At.Truncate(time.Microsecond)) {
		t.Errorf("%v %v", back.At, err)
	}
}
