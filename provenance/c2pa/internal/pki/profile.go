package pki

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"time"
)

// ParsePEM reads all certificates of a PEM text.
func ParsePEM(data []byte) ([]*Certificate, error) {
	var out []*Certificate
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
		c, err := ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d of the list: %w", len(out)+1, err)
		}
		out = append(out, c)
	}
	return out, nil
}

// UsageRule says which extended key usages a certificate needs in one role.
type UsageRule struct {
	Allowed   map[string]bool
	Mandatory string
}

// Allows says whether one of the usages is acceptable. The three basic ones always are: a certificate that must not
// have them is caught by the profile's rule about mixed usages.
func (r UsageRule) Allows(c *Certificate) bool {
	for _, u := range c.eku {
		if u == OIDEKUEmail || u == OIDEKUTime || u == OIDEKUOCSP || r.Allowed[u] {
			return true
		}
	}
	return false
}

func setOf(list ...string) map[string]bool {
	m := make(map[string]bool, len(list))
	for _, s := range list {
		m[s] = true
	}
	return m
}

// LeadsTo says whether a chain, end entity first, leads to an anchor: each certificate signed by the next, each issuer
// an authority, all valid at the time.
func LeadsTo(chain, anchors []*Certificate, at time.Time) bool {
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
			if bytes.Equal(chain[i].Issuer, a.Subject) && chain[i].checkSignedBy(a) {
				return true
			}
		}
	}
	return false
}

// mayIssue says whether a certificate is a CA that may stand above so many other CAs (RFC 5280 section 6.1.4).
func (c *Certificate) mayIssue(below int) bool {
	if !c.hasBasic || !c.isCA || c.pathLen >= 0 && below > c.pathLen {
		return false
	}
	return !c.hasKU || c.keyUsage.At(5) == 1
}

// ProfileProblem judges an end-entity certificate by the C2PA certificate profile (specification section 14.5.1) at a
// time. It gives a sentence about the first breach, or "", and whether that is the validity.
func ProfileProblem(c *Certificate, usages UsageRule, at time.Time) (why string, expired bool) {
	switch {
	case c.version != 3:
		return "the certificate is not version 3", false
	case !c.validAt(at):
		return "the certificate was not valid at the time of signing", true
	case !bytes.Equal(c.inner.raw, c.outer.raw):
		return "the certificate names two signature algorithms", false
	}
	if _, known := certSigAlgs[c.outer.OID]; !known {
		return "the certificate is signed with an algorithm that is not allowed", false
	}
	if why := keyProblem(c); why != "" {
		return why, false
	}
	if c.isCA && bytes.Equal(c.Issuer, c.Subject) {
		return "the certificate is self-signed", false
	}
	if c.hasUniqueID {
		return "the certificate has unique identifiers", false
	}
	if why := usageProblem(c, usages); why != "" {
		return why, false
	}
	if usages.Mandatory != "" && !c.hasUsage(usages.Mandatory) {
		return "the certificate lacks the extended key usage of its role", false
	}
	if c.isCA {
		return "a certificate authority signed, where an end entity should", false
	}
	return "", false
}

func keyProblem(c *Certificate) string {
	if c.outer.OID == OIDEd25519 && c.outer.params != nil {
		return "Ed25519 with parameters"
	}
	if c.outer.OID == OIDRSAPSS {
		if _, oid, err := pssHash(c.outer.params); err != nil || oid == oidSHA1 || HashByOID[oid] == 0 {
			return "bad RSASSA-PSS parameters"
		}
	}
	switch c.KeyAlg.OID {
	case OIDEC:
		if c.curve() == nil {
			return "an elliptic curve that is not allowed"
		}
	case OIDEd25519:
		if c.KeyAlg.params != nil {
			return "an Ed25519 key with parameters"
		}
	case OIDRSA, OIDRSAPSS:
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

func usageProblem(c *Certificate, usages UsageRule) string {
	if c.hasEKU {
		switch {
		case c.hasUsage(oidEKUAny):
			return "the extended key usage \"any\" is not allowed"
		case !usages.Allows(c):
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
func mixedUsage(c *Certificate) bool {
	tsa, ocsp := c.hasUsage(OIDEKUTime), c.hasUsage(OIDEKUOCSP)
	if tsa && ocsp {
		return true
	}
	return (tsa || ocsp) && len(c.eku) > 1
}

// knownExtensions may be critical: the validator understands them or the profile says they may be there.
var knownExtensions = setOf(
	oidExtKU, oidExtBC, oidExtEKU, "2.5.29.17", "2.5.29.30", "2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.31", "2.5.29.54",
	"1.3.6.1.5.5.7.1.1", "2.16.840.1.113730.1.1", "2.5.29.20", "2.5.29.21", "2.5.29.24",
)
