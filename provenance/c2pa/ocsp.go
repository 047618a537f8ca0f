package c2pa

import (
	"bytes"
	"time"

	"anxin/provenance/c2pa/internal/pki"
)

// stapledOCSP gives the responses inside a COSE signature (rVals / ocspVals).
func (s *sign1) stapledOCSP() []byte {
	vals := s.unprotected.get("rVals").get("ocspVals")
	if vals.isArray() && len(vals.items) > 0 {
		der, _ := vals.items[0].bytes()
		return der
	}
	return nil
}

// judgeOCSP weighs one response: the responder must satisfy the profile for OCSP signing and lead to an anchor.
func judgeOCSP(der []byte, chain []*pki.Certificate, trust *Trust, signed, now time.Time) pki.OCSPStatus {
	chain = withIssuer(chain, trust)
	a, ok := pki.ParseOCSP(der, chain, signed, now)
	if !ok || len(a.Certs) == 0 {
		return pki.OCSPNothing
	}
	at := now
	if !signed.IsZero() {
		at = signed
	}
	if why, _ := pki.ProfileProblem(a.Certs[0], pki.UsageRule{Mandatory: pki.OIDEKUOCSP}, at); why != "" {
		return pki.OCSPNothing
	}
	responders := a.Certs
	if len(responders) == 1 && len(chain) > 1 && bytes.Equal(responders[0].Issuer, chain[1].Subject) {
		responders = append(append([]*pki.Certificate(nil), responders...), chain[1:]...)
	}
	if !trust.trusts(responders, roleSigner, trust.signingUsages(), at) {
		return pki.OCSPNothing
	}
	return a.Status
}

// withIssuer completes a chain that leaves its issuer out because that is an anchor.
func withIssuer(chain []*pki.Certificate, trust *Trust) []*pki.Certificate {
	if len(chain) == 0 || len(chain) > 1 && bytes.Equal(chain[0].Issuer, chain[1].Subject) || trust == nil {
		return chain
	}
	for _, a := range trust.anchors {
		if bytes.Equal(a.Subject, chain[0].Issuer) {
			return append([]*pki.Certificate{chain[0], a}, chain[1:]...)
		}
	}
	return chain
}
