package c2pa

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"anxin/provenance/c2pa/internal/pki"
	"anxin/provenance/internal/corpus"
)

// seed adds some vectors to the corpus.
func seed(f *testing.F, want func(name string) bool, add func(data []byte)) {
	dir := vectorDir(f)
	names, err := fs.Glob(dir, "*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		if want(name) {
			data, err := fs.ReadFile(dir, name)
			if err != nil {
				f.Fatal(err)
			}
			add(data)
		}
	}
}

// FuzzRead feeds whole files of every format.
func FuzzRead(f *testing.F) {
	seed(f, func(n string) bool {
		return strings.HasPrefix(n, "v2.") || strings.HasPrefix(n, "v1.") || strings.HasPrefix(n, "merkle")
	}, func(d []byte) { f.Add(d) })
	corpus.Add(f, func(in string) { f.Add([]byte(in)) })
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := readAt(data, nil, at)
		if err == nil && (r == nil || len(r.Facts) != 3) {
			t.Errorf("a judgement without three facts: %v", r)
		}
		if err == nil && r.State == StateTrusted {
			t.Error("trusted although nobody is")
		}
	})
}

// FuzzStore feeds manifest stores: boxes, claims, assertions, signatures.
func FuzzStore(f *testing.F) {
	seed(f, func(n string) bool {
		return strings.HasPrefix(n, "family") || strings.HasPrefix(n, "identity") || strings.HasPrefix(n, "rule-") || strings.HasPrefix(n, "compressed")
	}, func(d []byte) {
		if i := strings.Index(string(d), "jumb\x00"); i >= 4 {
			f.Add(d[i-4:])
		}
	})
	f.Add(superBox(uuidStore, "c2pa", unsigned("a", ingredientBox("a"))))
	corpus.Add(f, func(in string) { f.Add([]byte(in)) })
	f.Fuzz(func(t *testing.T, data []byte) {
		if Detect(data) != Sidecar {
			return
		}
		if r, err := readAt(data, nil, at); err == nil {
			if r.State == StateValid && r.ClaimVersion == 0 {
				t.Error("valid without a claim")
			}
			_ = r.String()
		}
	})
}

// FuzzCBOR: spans nest and stay inside the input.
func FuzzCBOR(f *testing.F) {
	f.Add([]byte{0xa1, 0x61, 'a', 0x82, 1, 0xf5})
	f.Add([]byte{0xbf, 0x61, 'a', 0x9f, 0x5f, 0x41, 1, 0xff, 0xff, 0xff})
	f.Add([]byte{0xd2, 0x84, 0x43, 0xa1, 1, 0x26, 0xa0, 0xf6, 0x40})
	corpus.Add(f, func(in string) { f.Add([]byte(in)) })
	f.Fuzz(func(t *testing.T, data []byte) {
		v, end, err := decodeCBORPrefix(data)
		if err != nil {
			return
		}
		if end > len(data) || !spansNest(v) {
			t.Errorf("spans beyond their parents in %x", data)
		}
		_ = v.plain()
	})
}

func spansNest(v cborValue) bool {
	for _, c := range v.items {
		if c.start < v.start || c.end > v.end || !spansNest(c) {
			return false
		}
	}
	return v.start <= v.end
}

// FuzzSignature feeds COSE signatures with their certificates and time stamps.
func FuzzSignature(f *testing.F) {
	seed(f, func(n string) bool { return strings.HasPrefix(n, "signer-") }, func(d []byte) {
		if i := strings.Index(string(d), "\xd2\x84"); i >= 0 {
			f.Add(d[i:])
		}
	})
	corpus.Add(f, func(in string) { f.Add([]byte(in)) })
	trust := &Trust{}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := parseSign1(data)
		if err != nil {
			return
		}
		var log tracker
		_, err = judgeSignature(s, []byte("payload"), time.Time{}, signatureContext{trust: trust, at: at}, &log)
		if err == nil {
			t.Error("a signature over other bytes verifies")
		}
		if chain, err := s.chain(); err == nil {
			judgeOCSP(s.stapledOCSP(), chain, trust, time.Time{}, at)
			_ = chain[0].Name("2.5.4.3") + chain[0].Pem()
		}
		_, _ = signatureTime(s, []byte("payload"), trust, true, &log)
	})
}

// FuzzTimeStamp feeds time-stamp tokens and OCSP responses.
func FuzzTimeStamp(f *testing.F) {
	f.Add([]byte{0x30, 0x03, 0x02, 0x01, 0x00})
	f.Add([]byte{0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02})
	corpus.Add(f, func(in string) { f.Add([]byte(in)) })
	f.Fuzz(func(t *testing.T, data []byte) {
		var log tracker
		if _, err := verifyTimeStamp(data, []byte("x"), &Trust{}, true, &log); err == nil {
			t.Error("a time stamp of nobody is trusted")
		}
		_, _ = pki.ParseOCSP(data, nil, time.Time{}, at)
		_, _ = pki.ParseCertificate(data)
	})
}
