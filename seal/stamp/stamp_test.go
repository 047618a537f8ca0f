package stamp_test

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anxin/seal/stamp"
	"anxin/seal/stamp/stamptest"

	"github.com/digitorus/timestamp"
)

var (
	when  = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	data  = []byte("after-sales.example/log/1\n9\n…\n")
	nonce = []byte{1, 2, 3, 4, 5, 6, 7, 8}
)

func TestAStampIsVerifiedAndSaysWhen(t *testing.T) {
	a := stamptest.New(t, when, nil)
	resp, tok, err := stamp.Stamp(t.Context(), a, data, nonce, a.Roots)
	if err != nil || !tok.Time.Equal(when) || !tok.Trusted || tok.Accuracy != time.Second || tok.Policy != "1.2.3.4" || !strings.Contains(tok.Authority, "Test Stamp Authority") {
		t.Fatalf("%+v %v", tok, err)
	}
	if tok, err = stamp.Verify(resp, data, stamp.Options{}); err != nil || tok.Trusted {
		t.Errorf("without roots the chain was not checked, so it is not trusted: %+v %v", tok, err)
	}
}

func TestStampsThatAreRefused(t *testing.T) {
	good := stamptest.New(t, when, nil)
	resp, _, err := stamp.Stamp(t.Context(), good, data, nonce, nil)
	if err != nil {
		t.Fatal(err)
	}
	refuse := func(name string, resp, data []byte, o stamp.Options) {
		t.Helper()
		if tok, err := stamp.Verify(resp, data, o); !errors.Is(err, stamp.ErrInvalid) {
			t.Errorf("%s: %+v %v", name, tok, err)
		}
	}
	refuse("other bytes", resp, append(bytes.Clone(data), '!'), stamp.Options{})
	refuse("another nonce", resp, data, stamp.Options{Nonce: []byte{9}})
	refuse("another authority's root", resp, data, stamp.Options{Roots: stamptest.New(t, when, nil).Roots})
	refuse("nothing", nil, data, stamp.Options{})
	refuse("rubbish", []byte("HTTP 502"), data, stamp.Options{})
	refuse("too long", bytes.Repeat([]byte{0x30}, stamp.MaxResponseSize+1), data, stamp.Options{})
	refuse("something behind it", append(bytes.Clone(resp), 0), data, stamp.Options{})
	no, err := timestamp.CreateErrorResponse(timestamp.Rejection, timestamp.BadAlgorithm)
	if err != nil {
		t.Fatal(err)
	}
	refuse("a refusal", no, data, stamp.Options{})

	eku := func(critical bool, ids ...asn1.ObjectIdentifier) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			v, _ := asn1.Marshal(ids)
			c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: critical, Value: v}}
		}
	}
	stamping, server := asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}, asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 1}
	for name, alter := range map[string]func(*x509.Certificate){
		"a web server's certificate": eku(true, server), "for more than stamping": eku(true, stamping, server), "usage not critical": eku(false, stamping),
		"no usage":                func(c *x509.Certificate) { c.ExtraExtensions = nil },
		"not yet valid":           func(c *x509.Certificate) { c.NotBefore = when.Add(time.Hour) },
		"expired when it stamped": func(c *x509.Certificate) { c.NotAfter = when.Add(-time.Hour) },
	} {
		a := stamptest.New(t, when, alter)
		req, err := stamp.Request(data, nonce)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := a.Stamp(t.Context(), req)
		if err != nil {
			// The library that makes the stamp signs with the certificate as it is; it has no say in its usage.
			t.Fatalf("%s: %v", name, err)
		}
		refuse(name, resp, data, stamp.Options{})
	}

	bare := stamptest.New(t, when, nil)
	bare.Alter = func(ts *timestamp.Timestamp) { ts.AddTSACertificate = false }
	req, _ := stamp.Request(data, nonce)
	resp2, err := bare.Stamp(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	refuse("no certificate in it", resp2, data, stamp.Options{})
}

// Every signed byte counts: a flipped one is refused, or lies in a part that says nothing (status text, unsigned fields) and leaves the token the same.
func TestFlippedBytes(t *testing.T) {
	a := stamptest.New(t, when, nil)
	resp, want, err := stamp.Stamp(t.Context(), a, data, nonce, a.Roots)
	if err != nil {
		t.Fatal(err)
	}
	harmless := 0
	for i := range resp {
		bad := bytes.Clone(resp)
		bad[i] ^= 1
		got, err := stamp.Verify(bad, data, stamp.Options{Nonce: nonce, Roots: a.Roots})
		if err == nil {
			harmless++
			if !got.Time.Equal(want.Time) || got.Serial.Cmp(want.Serial) != 0 || got.Authority != want.Authority {
				t.Errorf("byte %d flipped: %+v", i, got)
			}
		}
	}
	t.Logf("%d of %d bytes are outside of what is signed", harmless, len(resp))
	if harmless > len(resp)/20 {
		t.Errorf("%d of %d flipped bytes made no difference", harmless, len(resp))
	}
}

// OpenSSL is the peer: its authority's stamps verify here, and ours verify there.
func TestOpenSSLAgrees(t *testing.T) {
	bin, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed; this comparison did not run")
	}
	dir := t.TempDir()
	file := func(name string, b []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(bin, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("openssl %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	a := stamptest.New(t, when, nil)
	resp, _, err := stamp.Stamp(t.Context(), a, data, nonce, nil)
	if err != nil {
		t.Fatal(err)
	}
	file("data", data)
	file("ours.tsr", resp)
	file("root.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root.Raw}))
	if out := run("ts", "-verify", "-in", "ours.tsr", "-data", "data", "-CAfile", "root.pem", "-attime", "1795344377"); !strings.Contains(out, "OK") {
		t.Error(out)
	}

	file("tsa.cnf", []byte("[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=OpenSSL Stamp\n[ext]\nextendedKeyUsage=critical,timeStamping\nbasicConstraints=critical,CA:TRUE\n"+
		"[tsa]\ndefault_tsa=t\n[t]\nserial=serial\nsigner_cert=tsa.pem\nsigner_key=tsa.key\nsigner_digest=sha256\ndefault_policy=1.2.3\ndigests=sha1, sha256\ness_cert_id_chain=no\naccuracy=secs:1, millisecs:500\nordering=yes\n"))
	file("serial", []byte("01\n"))
	run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.pem", "-days", "30", "-config", "tsa.cnf")
	req, err := stamp.Request(data, nonce)
	if err != nil {
		t.Fatal(err)
	}
	file("req.tsq", req)
	for _, alg := range []string{"sha1", "sha256"} { // ESSCertID and ESSCertIDv2
		cnf, _ := os.ReadFile(filepath.Join(dir, "tsa.cnf"))
		file("tsa2.cnf", append(cnf, "ess_cert_id_alg="+alg+"\n"...))
		run("ts", "-reply", "-queryfile", "req.tsq", "-config", "tsa2.cnf", "-section", "t", "-out", "theirs.tsr")
		theirs, err := os.ReadFile(filepath.Join(dir, "theirs.tsr"))
		if err != nil {
			t.Fatal(err)
		}
		pemCert, _ := os.ReadFile(filepath.Join(dir, "tsa.pem"))
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pemCert)
		tok, err := stamp.Verify(theirs, data, stamp.Options{Nonce: nonce, Roots: roots})
		if err != nil || !tok.Trusted || tok.Accuracy != 1500*time.Millisecond || tok.Authority != "CN=OpenSSL Stamp" {
			t.Errorf("%s: %+v %v", alg, tok, err)
		}
	}

	// An imprint by SHA-1 is a proper stamp and is not believed all the same.
	run("ts", "-query", "-data", "data", "-sha1", "-cert", "-out", "weak.tsq")
	run("ts", "-reply", "-queryfile", "weak.tsq", "-config", "tsa2.cnf", "-section", "t", "-out", "weak.tsr")
	weak, err := os.ReadFile(filepath.Join(dir, "weak.tsr"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stamp.Verify(weak, data, stamp.Options{}); !errors.Is(err, stamp.ErrUnsupported) {
		t.Errorf("SHA-1: %v", err)
	}
}

func FuzzVerify(f *testing.F) {
	a := stamptest.New(f, when, nil)
	resp, _, err := stamp.Stamp(f.Context(), a, data, nonce, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(resp)
	f.Fuzz(func(t *testing.T, b []byte) {
		tok, err := stamp.Verify(b, data, stamp.Options{Roots: a.Roots})
		if err == nil && !tok.Time.Equal(when) {
			t.Fatalf("a stamp of another time was made without the key: %+v", tok)
		}
	})
}
