package c2pa

import (
	"bytes"
	"time"
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
func judgeOCSP(der []byte, chain []*certificate, trust *Trust, signed, now time.Time) ocspStatus {
	chain = withIssuer(chain, trust)
	a, ok := parseOCSP(der, chain, signed, now)
	if !ok || len(a.certs) == 0 {
		return ocspNothing
	}
	at := now
	if !signed.IsZero() {
		at = signed
	}
	if why, _ := profileProblem(a.certs[0], usageRule{mandatory: oidEKUOCSP}, at); why != "" {
		return ocspNothing
	}
	responders := a.certs
	if len(responders) == 1 && len(chain) > 1 && bytes.Equal(responders[0].issuer, chain[1].subject) {
		responders = append(append([]*certificate(nil), responders...), chain[1:]...)
	}
	if !trust.trusts(responders, roleSigner, trust.signingUsages(), at) {
		return ocspNothing
	}
	return a.status
}

// withIssuer completes a chain that leaves its issuer out because that is an anchor.
func withIssuer(chain []*certificate, trust *Trust) []*certificate {
	if len(chain) == 0 || len(chain) > 1 && bytes.Equal(chain[0].issuer, chain[1].subject) || trust == nil {
		return chain
	}
	for _, a := range trust.anchors {
		if bytes.Equal(a.subject, chain[0].issuer) {
			return append([]*certificate{chain[0], a}, chain[1:]...)
		}
	}
	return chain
}
