package c2pa

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"time"
)

// StandardUsages is a trust configuration for SetUsages with the extended key usages that are in use for signing
// content: e-mail protection, document signing, time stamping, OCSP signing, Microsoft's and C2PA's own. Without a
// configuration only the first, third and fourth are accepted.
var StandardUsages = []byte(strings.Join(standardUsages, "\n"))

var standardUsages = []string{
	oidEKUEmail, "1.3.6.1.5.5.7.3.36", oidEKUTime, oidEKUOCSP, // e-mail, documents, time stamps, OCSP
	"1.3.6.1.4.1.311.76.59.1.9", "1.3.6.1.4.1.62558.2.1", // Microsoft C2PA, C2PA
}

// Trust says whom to believe. The zero value and nil believe nobody: manifests are then at best Valid, not Trusted.
// Fill it once and share it: after that it is only read.
type Trust struct {
	anchors    []*certificate
	tsaAnchors []*certificate
	cawg       []*certificate
	allowed    map[[32]byte]bool
	usages     map[string]bool
	icaIssuers map[string]bool
}

func parsePEM(data []byte) ([]*certificate, error) {
	var out []*certificate
	// Lists kept in one-line settings carry "\n" as two characters.
	data = bytes.ReplaceAll(data, []byte(`\n`), []byte("\n"))
	for len(data) > 0 {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := parseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d of the list: %w", len(out)+1, err)
		}
		out = append(out, c)
	}
	return out, nil
}

func addPEM(to *[]*certificate, data []byte) (int, error) {
	list, err := parsePEM(data)
	if err != nil {
		return 0, err
	}
	if len(list) == 0 {
		return 0, fmt.Errorf("c2pa: no PEM certificate found in the trust list")
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
// the base64 of the SHA-256 of one.
func (t *Trust) AddAllowed(list []byte) (int, error) {
	if t.allowed == nil {
		t.allowed = map[[32]byte]bool{}
	}
	certs, err := parsePEM(list)
	if err != nil {
		return 0, err
	}
	for _, c := range certs {
		t.allowed[sha256.Sum256(c.raw)] = true
	}
	inside := false
	for s := bufio.NewScanner(bytes.NewReader(list)); s.Scan(); {
		line := s.Text()
		if strings.Contains(line, "-----BEGIN") {
			inside = true
		}
		if !inside && len(line) == 44 {
			if h, err := base64.StdEncoding.DecodeString(line); err == nil && len(h) == 32 {
				t.allowed[[32]byte(h)] = true
			}
		}
		if strings.Contains(line, "-----END") {
			inside = false
		}
	}
	return len(t.allowed), nil
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
		return 0, fmt.Errorf("c2pa: the trust configuration names no extended key usage")
	}
	t.usages = usages
	return len(usages), nil
}

// usageRule says which extended key usages a certificate needs in one role.
type usageRule struct {
	allowed   map[string]bool
	mandatory string
}

func (t *Trust) signingUsages() usageRule {
	if t != nil && t.usages != nil {
		return usageRule{allowed: t.usages}
	}
	return usageRule{}
}

func asSet(list []string) map[string]bool {
	m := make(map[string]bool, len(list))
	for _, s := range list {
		m[s] = true
	}
	return m
}

// allows says whether one of the usages is acceptable. The three basic ones always are: a certificate that must not
// have them is caught by the profile's rule about mixed usages.
func (r usageRule) allows(c *certificate) bool {
	for _, u := range c.eku {
		if u == oidEKUEmail || u == oidEKUTime || u == oidEKUOCSP || r.allowed[u] {
			return true
		}
	}
	return false
}

// role is the purpose for which a chain is judged.
type role uint8

const (
	roleSigner role = iota
	roleTSA
	roleIdentity
)

func (t *Trust) anchorsFor(r role) []*certificate {
	if t == nil {
		return nil
	}
	switch r {
	case roleTSA:
		return append(append([]*certificate(nil), t.anchors...), t.tsaAnchors...)
	case roleIdentity:
		return t.cawg
	}
	return t.anchors
}

// trusts says whether the chain (end entity first) leads to an anchor: each certificate signed by the next, each
// issuer a CA, all valid at the time, the end entity with an accepted usage.
func (t *Trust) trusts(chain []*certificate, r role, usages usageRule, at time.Time) bool {
	if t == nil || len(chain) == 0 {
		return false
	}
	if r == roleSigner && t.allowed[sha256.Sum256(chain[0].raw)] {
		return true
	}
	anchors := t.anchorsFor(r)
	if len(anchors) == 0 || !usages.allows(chain[0]) {
		return false
	}
	for i := 1; i < len(chain); i++ {
		if !chain[i-1].checkSignedBy(chain[i]) || !chain[i].mayIssue(i-1) {
			return false
		}
	}
	for _, c := range chain {
		if !c.validAt(at) {
			return false
		}
	}
	for i := len(chain) - 1; i >= 0; i-- {
		for _, a := range anchors {
			if bytes.Equal(chain[i].issuer, a.subject) && chain[i].checkSignedBy(a) {
				return true
			}
		}
	}
	return false
}

// mayIssue says whether a certificate is a CA that may stand above so many other CAs (RFC 5280 section 6.1.4).
func (c *certificate) mayIssue(below int) bool {
	if !c.hasBasic || !c.isCA || c.pathLen >= 0 && below > c.pathLen {
		return false
	}
	return !c.hasKU || c.keyUsage.At(5) == 1
}

// profileProblem judges an end-entity certificate by the C2PA certificate profile (specification section 14.5.1) at a
// time. It gives the status code of the first breach and a sentence, or "".
func profileProblem(c *certificate, usages usageRule, at time.Time) (code, why string) {
	code = SigningCredentialInvalid
	switch {
	case c.version != 3:
		return code, "the certificate is not version 3"
	case !c.validAt(at):
		return SigningCredentialExpired, "the certificate was not valid at the time of signing"
	case !bytes.Equal(c.inner.raw, c.outer.raw):
		return code, "the certificate names two signature algorithms"
	}
	if _, known := certSigAlgs[c.outer.oid]; !known {
		return code, "the certificate is signed with an algorithm that is not allowed"
	}
	if why := keyProblem(c); why != "" {
		return code, why
	}
	if c.isCA && bytes.Equal(c.issuer, c.subject) {
		return code, "the certificate is self-signed"
	}
	if c.hasUniqueID {
		return code, "the certificate has unique identifiers"
	}
	if why := usageProblem(c, usages); why != "" {
		return code, why
	}
	if usages.mandatory != "" && !c.hasUsage(usages.mandatory) {
		return code, "the certificate lacks the extended key usage of its role"
	}
	if c.isCA {
		return code, "a certificate authority signed, where an end entity should"
	}
	return "", ""
}

func keyProblem(c *certificate) string {
	if c.outer.oid == oidEd25519 && c.outer.params != nil {
		return "Ed25519 with parameters"
	}
	if c.outer.oid == oidRSAPSS {
		if _, oid, err := pssHash(c.outer.params); err != nil || oid == oidSHA1 || hashByOID[oid] == 0 {
			return "bad RSASSA-PSS parameters"
		}
	}
	switch c.keyAlg.oid {
	case oidEC:
		if c.curve() == nil {
			return "an elliptic curve that is not allowed"
		}
	case oidEd25519:
		if c.keyAlg.params != nil {
			return "an Ed25519 key with parameters"
		}
	case oidRSA, oidRSAPSS:
		n, e, ok := rsaParts(c.keyBits)
		if !ok {
			return "" // no key at all: the signature cannot verify
		}
		if n.BitLen() < 2048 {
			return "an RSA key shorter than 2048 bits"
		}
		if e.Sign() <= 0 || e.Bit(0) == 0 || e.BitLen() < 2 {
			return "an RSA key with a bad exponent"
		}
	}
	return ""
}

func usageProblem(c *certificate, usages usageRule) string {
	if c.hasEKU {
		switch {
		case c.hasUsage(oidEKUAny):
			return "the extended key usage \"any\" is not allowed"
		case !usages.allows(c):
			return "the certificate lacks an accepted extended key usage"
		case mixedUsage(c):
			return "the certificate mixes extended key usages that must stand alone"
		}
	} else if !c.isCA {
		return "the certificate has no extended key usage"
	}
	hasAKI, hasSKI := false, !c.isCA
	for _, e := range c.extensions {
		switch e.oid {
		case oidExtAKI:
			hasAKI = true
		case oidExtSKI:
			hasSKI = true
		default:
			if e.critical && !knownExtensions[e.oid] {
				return "the certificate has a critical extension that is not understood"
			}
		}
	}
	signs, certSigns, attests := c.keyUsage.At(0) == 1, c.keyUsage.At(5) == 1, c.keyUsage.At(1) == 1
	switch {
	case signs && certSigns && !c.isCA:
		return "the key may sign certificates but is no authority's"
	case !hasAKI:
		return "the certificate lacks an authority key identifier"
	case !hasSKI:
		return "the certificate lacks a subject key identifier"
	case !signs && !certSigns && !attests:
		return "the key usage does not allow signing"
	}
	return ""
}

// mixedUsage: time stamping and OCSP signing each exclude every other usage.
func mixedUsage(c *certificate) bool {
	tsa, ocsp := c.hasUsage(oidEKUTime), c.hasUsage(oidEKUOCSP)
	if tsa && ocsp {
		return true
	}
	return (tsa || ocsp) && len(c.eku) > 1
}

// knownExtensions may be critical: the validator understands them or the profile says they may be there.
var knownExtensions = asSet([]string{
	oidExtKU, oidExtBC, oidExtEKU, "2.5.29.17", "2.5.29.30", "2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.31", "2.5.29.54",
	"1.3.6.1.5.5.7.1.1", "2.16.840.1.113730.1.1", "2.5.29.20", "2.5.29.21", "2.5.29.24",
})
