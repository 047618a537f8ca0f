// Package stamptest has a time stamp authority in memory for tests.
package stamptest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
)

// Authority issues stamps of a fixed time under its own root.
type Authority struct {
	Now   time.Time
	Roots *x509.CertPool
	Root  *x509.Certificate
	Cert  *x509.Certificate
	Key   crypto.Signer
	// Alter, when set, changes the stamp before it is signed.
	Alter func(*timestamp.Timestamp)
}

// New makes an authority whose certificate changes may be made by alter (nil for a proper one).
func New(t testing.TB, now time.Time, alter func(*x509.Certificate)) *Authority {
	t.Helper()
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test Stamp Root"}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(9, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	root = issue(t, root, root, rootKey.Public(), rootKey)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	eku, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Test Stamp Authority"}, NotBefore: now.AddDate(0, -1, 0), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: eku}}}
	if alter != nil {
		alter(cert)
	}
	cert = issue(t, cert, root, key.Public(), rootKey)
	a := &Authority{Now: now, Roots: x509.NewCertPool(), Root: root, Cert: cert, Key: key}
	a.Roots.AddCert(root)
	return a
}

func issue(t testing.TB, c, parent *x509.Certificate, pub crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, c, parent, pub, key)
	if err != nil {
		t.Fatal(err)
	}
	out, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Stamp implements stamp.Authority.
func (a *Authority) Stamp(_ context.Context, request []byte) ([]byte, error) {
	req, err := timestamp.ParseRequest(request)
	if err != nil {
		return nil, err
	}
	ts := &timestamp.Timestamp{HashAlgorithm: req.HashAlgorithm, HashedMessage: req.HashedMessage, Time: a.Now, Nonce: req.Nonce, Policy: asn1.ObjectIdentifier{1, 2, 3, 4},
		Accuracy: time.Second, AddTSACertificate: req.Certificates}
	if a.Alter != nil {
		a.Alter(ts)
	}
	return ts.CreateResponseWithOpts(a.Cert, a.Key, crypto.SHA256)
}
