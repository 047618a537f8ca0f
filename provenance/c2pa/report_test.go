package c2pa

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
	"unicode"
)

// TestFacts: each fact has a stable value and says the same in both languages, whatever became of the file.
func TestFacts(t *testing.T) {
	dir := vectorDir(t)
	trust, when, _ := vectorTrust(t, dir)
	cases := []struct{ file, integrity, trust, declaration string }{
		{"v2.jpg", "intact", "trusted", "capture"},
		{"ai.jpg", "intact", "trusted", "ai"},
		{"signer-wrongchain.jpg", "intact", "unknown", "capture"},
		{"signer-expired.jpg", "intact", "expired", "capture"},
		{"signer-noeku.jpg", "intact", "invalid", "capture"},
		{"signer-wrongkey.jpg", "broken", "invalid", "capture"},
		{"bad-v2-last.png", "changed", "trusted", "capture"},
		{"bad-v2-action.png", "changed", "trusted", ""},
		{"craft-ocsp-revoked.png", "intact", "revoked", "capture"},
		{"craft-family-wrong-hash.png", "broken", "trusted", "capture"},
		{"craft-no-alg.png", "unreadable", "", ""},
		{"craft-plain-v1.png", "intact", "trusted", "none"},
	}
	for _, c := range cases {
		data, err := fs.ReadFile(dir, c.file)
		if err != nil {
			t.Fatal(err)
		}
		r, err := readAt(data, trust, when)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, f := range r.Facts {
			got[f.ID] = f.Value
			if f.EN == "" || !strings.ContainsFunc(f.ZH, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("%s: %s lacks a language: %q %q", c.file, f.ID, f.ZH, f.EN)
			}
		}
		for id, want := range map[string]string{"integrity": c.integrity, "trust": c.trust, "declaration": c.declaration} {
			if want != "" && got[id] != want {
				t.Errorf("%s: %s is %q, want %q", c.file, id, got[id], want)
			}
		}
	}
}

// TestPlainFile: no credentials, no verdict, and JSON says null.
func TestPlainFile(t *testing.T) {
	plain := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82)
	r, err := readAt(plain, nil, at)
	if err != nil || r.State != StateNone || r.DeclaresAI || len(r.Facts) != 3 {
		t.Fatalf("%v %v", r, err)
	}
	b, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(b), `"state":null`) || !strings.Contains(string(b), `"failure":[]`) {
		t.Errorf("%s %v", b, err)
	}
}

// TestRemote: the address of a manifest kept elsewhere is reported.
func TestRemote(t *testing.T) {
	xmp := `http://ns.adobe.com/xap/1.0/` + "\x00" + `<x:xmpmeta><rdf:Description dcterms:provenance="https://example.com/a?b=1&amp;c=2"/></x:xmpmeta>`
	seg := append([]byte{0xff, 0xd8, 0xff, 0xe1, 0, byte(len(xmp) + 2)}, xmp...)
	r, err := readAt(append(seg, 0xff, 0xd9), nil, at)
	if err != nil || r.State != StateNone || r.Remote != "https://example.com/a?b=1&c=2" {
		t.Errorf("%+v %v", r, err)
	}
}

// TestThumbnails: pictures are handed out only when their bytes are pictures.
func TestThumbnails(t *testing.T) {
	dir := vectorDir(t)
	_, when, _ := vectorTrust(t, dir)
	for file, want := range map[string]int{"craft-update-thumbnail.png": 1, "craft-icon.png": 0} {
		data, err := fs.ReadFile(dir, file)
		if err != nil {
			t.Fatal(err)
		}
		r, err := readAt(data, nil, when)
		if err != nil || len(r.Thumbnails) != want {
			t.Errorf("%s: %v %v", file, r.Thumbnails, err)
		}
		for _, th := range r.Thumbnails {
			if th.MediaType != "image/jpeg" || th.Bytes != len(th.Data) {
				t.Errorf("%+v", th)
			}
		}
	}
	for _, bad := range []string{"", "<svg onload=x>", "%PDF-1.4", "RIFFxxxxAVI "} {
		if kind := rasterType([]byte(bad)); kind != "" {
			t.Errorf("%q is taken for %s", bad, kind)
		}
	}
}

// TestSourceTypes: what counts as AI, whatever the form of the URI.
func TestSourceTypes(t *testing.T) {
	for uri, want := range map[string]struct {
		origin Origin
		ai     bool
	}{
		"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia":              {OriginAI, true},
		"https://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia/":            {OriginAI, true},
		"http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia": {OriginPartAI, true},
		"http://c2pa.org/digitalsourcetype/trainedAlgorithmicData":                            {OriginAI, true},
		"http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture":                       {OriginCapture, false},
		"trainedAlgorithmicMedia":     {OriginAI, true},
		"http://example.com/whatever": {OriginOther, false},
	} {
		if got := interpretSourceType(uri); got.Origin != want.origin || got.AI != want.ai || got.ZH == "" || got.EN == "" {
			t.Errorf("%s: %+v", uri, got)
		}
	}
}

// TestTrustLists: what is no list is refused with words.
func TestTrustLists(t *testing.T) {
	var trust Trust
	if _, err := trust.AddAnchors([]byte("no list")); err == nil {
		t.Error("a text without certificates was taken for a trust list")
	}
	if _, err := trust.SetUsages([]byte("// nothing")); err == nil {
		t.Error("a configuration without usages was taken")
	}
	if n, err := trust.SetUsages(StandardUsages); err != nil || n != 6 {
		t.Errorf("%d %v", n, err)
	}
	dir := vectorDir(t)
	_, when, _ := vectorTrust(t, dir)
	data, err := fs.ReadFile(dir, "v2.png")
	if err != nil {
		t.Fatal(err)
	}
	r, err := readAt(data, nil, when)
	if err != nil {
		t.Fatal(err)
	}
	// The signer's own certificate on the allowed list is enough.
	allowed := &Trust{}
	if _, err := allowed.AddAllowed([]byte(r.Manifests[0].Certificates)); err != nil {
		t.Fatal(err)
	}
	if r, err = readAt(data, allowed, when); err != nil || r.State != StateTrusted {
		t.Errorf("%v %v", r, err)
	}
	// Roots of time-stamp authorities vouch for no signer.
	root, err := fs.ReadFile(dir, "root.pem")
	if err != nil {
		t.Fatal(err)
	}
	tsa := &Trust{}
	if _, err := tsa.AddTSAAnchors(root); err != nil {
		t.Fatal(err)
	}
	if r, err = readAt(data, tsa, when); err != nil || r.State != StateValid {
		t.Errorf("%v %v", r, err)
	}
}
