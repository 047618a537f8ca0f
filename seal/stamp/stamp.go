// Package stamp makes RFC 3161 time stamp requests and verifies the responses, offline and strictly.
//
// A time stamp shows that some bytes existed at a time that an outside authority vouches for. The product stamps signed checkpoints: one stamp covers
// every record that the log held then. That a stamp is absent is a fact to be stated, not an error.
//
// Verification reads DER only and checks what RFC 3161 and RFC 5816 ask for: one signer, the signed content type and digest, the signer's certificate bound
// by ESSCertID, the critical extended key usage for time stamping alone, the imprint, the nonce and, when the caller names roots, the chain at the
// stamped time. Revocation is not looked up (it would need a connection).
package stamp

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/digitorus/timestamp"
)

// MaxResponseSize bounds a response, in bytes; those of real authorities have 2 to 10 kB.
const MaxResponseSize = 64 << 10

// ErrInvalid is the error of every response that is not a valid time stamp of the given bytes.
var ErrInvalid = errors.New("not a valid time stamp")

// ErrUnsupported is the error of a stamp that may be fine but uses an algorithm that this package cannot check (SM2, for one).
var ErrUnsupported = errors.New("the time stamp uses an algorithm that cannot be checked here")

// Authority answers time stamp requests. The product's one speaks HTTP; tests have one in memory.
type Authority interface {
	// Stamp sends a DER request and answers the DER response; Verify it before believing it.
	Stamp(ctx context.Context, request []byte) (response []byte, err error)
}

// Request makes the DER request for a stamp over data (its SHA-256). Take 8 to 16 random bytes as nonce and keep them for Verify.
func Request(data, nonce []byte) ([]byte, error) {
	h := sha256.Sum256(data)
	r := timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: h[:], Certificates: true}
	if len(nonce) > 0 {
		r.Nonce = new(big.Int).SetBytes(nonce)
	}
	return r.Marshal()
}

// Options say how much to ask of a response.
type Options struct {
	// Nonce is what was given to Request; nil when it is no longer known, as in an exported bundle.
	Nonce []byte
	// Roots are the authorities' root certificates that the verifier trusts; nil means that the chain is not checked and Token.Trusted is false.
	Roots *x509.CertPool
}

// Token is what a valid response says.
type Token struct {
	Time     time.Time
	Accuracy time.Duration // 0 when not stated
	Serial   *big.Int
	Policy   string // object identifier, dotted
	// Authority is the subject of the signing certificate, as it calls itself.
	Authority string
	// Trusted says that the certificate leads to one of Options.Roots and was valid at Time.
	Trusted bool
}

// Stamp asks the authority for a stamp over data and verifies it before answering it.
func Stamp(ctx context.Context, a Authority, data, nonce []byte, roots *x509.CertPool) ([]byte, Token, error) {
	req, err := Request(data, nonce)
	if err != nil {
		return nil, Token{}, err
	}
	resp, err := a.Stamp(ctx, req)
	if err != nil {
		return nil, Token{}, err
	}
	tok, err := Verify(resp, data, Options{Nonce: nonce, Roots: roots})
	return resp, tok, err
}

// Verify checks a DER response for data. With Roots, a stamp of another authority is an error; without, it is a token that is not Trusted.
func Verify(response, data []byte, o Options) (Token, error) {
	s, err := parseResponse(response)
	if err != nil {
		return Token{}, err
	}
	if err := s.checkImprint(data); err != nil {
		return Token{}, err
	}
	if o.Nonce != nil && (s.info.Nonce == nil || s.info.Nonce.Cmp(new(big.Int).SetBytes(o.Nonce)) != 0) {
		return Token{}, fmt.Errorf("%w: it answers another request", ErrInvalid)
	}
	cert, err := s.checkSignature()
	if err != nil {
		return Token{}, err
	}
	t := Token{Time: s.info.Time.UTC(), Accuracy: s.info.Accuracy.duration(), Serial: s.info.Serial, Policy: s.info.Policy.String(), Authority: cert.Subject.String()}
	if t.Time.Before(cert.NotBefore) || t.Time.After(cert.NotAfter) {
		return Token{}, fmt.Errorf("%w: the certificate was not valid at the stamped time", ErrInvalid)
	}
	if o.Roots == nil {
		return t, nil
	}
	inter := x509.NewCertPool()
	for _, c := range s.certs {
		inter.AddCert(c)
	}
	_, err = cert.Verify(x509.VerifyOptions{Roots: o.Roots, Intermediates: inter, CurrentTime: t.Time, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}})
	if err != nil {
		return Token{}, fmt.Errorf("%w: no trusted authority issued it: %w", ErrInvalid, err)
	}
	t.Trusted = true
	return t, nil
}

func (s *signedStamp) checkImprint(data []byte) error {
	h := hashOf(s.info.Imprint.Algorithm.Algorithm)
	if h == 0 {
		return fmt.Errorf("%w: the imprint's hash %v", ErrUnsupported, s.info.Imprint.Algorithm.Algorithm)
	}
	if !bytes.Equal(digest(h, data), s.info.Imprint.Hash) {
		return fmt.Errorf("%w: it is for other bytes", ErrInvalid)
	}
	return nil
}

func digest(h crypto.Hash, data []byte) []byte {
	w := h.New()
	w.Write(data)
	return w.Sum(nil)
}
