package c2pa

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"anxin/provenance/c2pa/internal/pki"
)

// StandardUsages is a trust configuration for SetUsages with the extended key usages that are in use for signing
// content: e-mail protection, document signing, time stamping, OCSP signing, Microsoft's and C2PA's own. Without a
// configuration only the first, third and fourth are accepted.
var StandardUsages = []byte(strings.Join(standardUsages, "\n"))

var standardUsages = []string{
	pki.OIDEKUEmail, "1.3.6.1.5.5.7.3.36", pki.OIDEKUTime, pki.OIDEKUOCSP, // e-mail, documents, time stamps, OCSP
	"1.3.6.1.4.1.311.76.59.1.9", "1.3.6.1.4.1.62558.2.1", // Microsoft C2PA, C2PA
}

// Trust says whom to believe. The zero value and nil believe nobody: manifests are then at best Valid, not Trusted.
// Fill it once and share it: after that it is only read.
type Trust struct {
	anchors    []*pki.Certificate
	tsaAnchors []*pki.Certificate
	cawg       []*pki.Certificate
	allowed    map[[32]byte]bool
	usages     map[string]bool
	icaIssuers map[string]bool
}

// Certificate is one certificate of a list, for showing the list to people.
type Certificate struct {
	Name         string    `json:"name,omitempty"` // common name of the subject
	Organisation string    `json:"organisation,omitempty"`
	NotBefore    time.Time `json:"not_before"`
	NotAfter     time.Time `json:"not_after"`
}

// Certificates reads the certificates of a list in PEM, in their order. The error is for certificates that cannot be read; a text
// without any gives none.
func Certificates(list []byte) ([]Certificate, error) {
	certs, err := pki.ParsePEM(list)
	if err != nil {
		return nil, err
	}
	out := make([]Certificate, len(certs))
	for i, c := range certs {
		out[i] = Certificate{Name: c.Name("2.5.4.3"), Organisation: c.Name("2.5.4.10"), NotBefore: c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC()}
	}
	return out, nil
}

func addPEM(to *[]*pki.Certificate, data []byte) (int, error) {
	list, err := pki.ParsePEM(data)
	if err != nil {
		return 0, err
	}
	if len(list) == 0 {
		return 0, fmt.Errorf("%w: no PEM certificate in it", ErrEmptyList)
	}
	*to = append(*to, list...)
	return len(list), nil
}

// AddAnchors adds the roots whose certificates may sign claims, in PEM, and says how many were read.
func (t *Trust) AddAnchors(pem []byte) (int, error) { return addPEM(&t.anchors, pem) }

// AddTSAAnchors adds the roots of time-stamp authorities, in PEM. Anchors of AddAnchors are believed for time stamps
// too; these are believed for nothing else.
func (t *Trust) AddTSAAnchors(pem []byte) (int, error) { return addPEM(&t.tsaAnchors, pem) }

// AddIdentityAnchors adds the roots for CAWG X.509 identity assertions, in PEM.
func (t *Trust) AddIdentityAnchors(pem []byte) (int, error) { return addPEM(&t.cawg, pem) }

// AddIdentityIssuer adds a DID whose identity claims aggregation credentials are believed.
func (t *Trust) AddIdentityIssuer(did string) {
	if t.icaIssuers == nil {
		t.icaIssuers = map[string]bool{}
	}
	t.icaIssuers[did] = true
}

// AddAllowed adds single signing certificates that are believed whatever their chain: PEM certificates, or lines with
// the base64 of the SHA-256 of one. It says how many were read.
func (t *Trust) AddAllowed(list []byte) (int, error) {
	if t.allowed == nil {
		t.allowed = map[[32]byte]bool{}
	}
	certs, err := pki.ParsePEM(list)
	if err != nil {
		return 0, err
	}
	for _, c := range certs {
		t.allowed[sha256.Sum256(c.Raw)] = true
	}
	n := len(certs)
	inside := false
	for s := bufio.NewScanner(bytes.NewReader(list)); s.Scan(); {
		line := s.Text()
		if strings.Contains(line, "-----BEGIN") {
			inside = true
		}
		if !inside && len(line) == 44 {
			if h, err := base64.StdEncoding.DecodeString(line); err == nil && len(h) == 32 {
				t.allowed[[32]byte(h)] = true
				n++
			}
		}
		if strings.Contains(line, "-----END") {
			inside = false
		}
	}
	if n == 0 {
		return 0, fmt.Errorf("%w: neither a certificate nor a hash of one in it", ErrEmptyList)
	}
	return n, nil
}

// SetUsages reads a trust configuration: one object identifier of an extended key usage per line, "//" for comments.
// Only certificates with one of these usages may then sign claims.
func (t *Trust) SetUsages(config []byte) (int, error) {
	usages := map[string]bool{}
	for s := bufio.NewScanner(bytes.NewReader(config)); s.Scan(); {
		line := strings.TrimSpace(s.Text())
		if line != "" && strings.Trim(line, "0123456789.") == "" && strings.Contains(line, ".") {
			usages[line] = true
		}
	}
	if len(usages) == 0 {
		return 0, fmt.Errorf("%w: no extended key usage in it", ErrEmptyList)
	}
	t.usages = usages
	return len(usages), nil
}

func (t *Trust) signingUsages() pki.UsageRule {
	if t != nil && t.usages != nil {
		return pki.UsageRule{Allowed: t.usages}
	}
	return pki.UsageRule{}
}

func asSet(list []string) map[string]bool {
	m := make(map[string]bool, len(list))
	for _, s := range list {
		m[s] = true
	}
	return m
}

// role is the purpose for which a chain is judged.
type role uint8

const (
	roleSigner role = iota
	roleTSA
	roleIdentity
)

func (t *Trust) anchorsFor(r role) []*pki.Certificate {
	if t == nil {
		return nil
	}
	switch r {
	case roleTSA:
		return append(append([]*pki.Certificate(nil), t.anchors...), t.tsaAnchors...)
	case roleIdentity:
		return t.cawg
	}
	return t.anchors
}

// trusts says whether the chain (end entity first) leads to an anchor: each certificate signed by the next, each
// issuer a CA, all valid at the time, the end entity with an accepted usage.
func (t *Trust) trusts(chain []*pki.Certificate, r role, usages pki.UsageRule, at time.Time) bool {
	if t == nil || len(chain) == 0 {
		return false
	}
	if r == roleSigner && t.allowed[sha256.Sum256(chain[0].Raw)] {
		return true
	}
	anchors := t.anchorsFor(r)
	if len(anchors) == 0 || !usages.Allows(chain[0]) {
		return false
	}
	return pki.LeadsTo(chain, anchors, at)
}
