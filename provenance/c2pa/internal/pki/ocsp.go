package pki

import (
	"bytes"
	"crypto"
	"encoding/asn1"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

const oidBasicOCSP = "1.3.6.1.5.5.7.48.1.1"

// ocspAnswer is one verified OCSP response about one certificate.
type ocspAnswer struct {
	Certs  []*Certificate // of the responder, signer first
	Serial *big.Int
	Status OCSPStatus
}

// OCSPStatus is what a response says about the certificate.
type OCSPStatus uint8

const (
	OCSPNothing OCSPStatus = iota
	OCSPGood
	OCSPRevoked
	OCSPUnknown
)

// ParseOCSP reads a response, verifies its signature with the responder's certificate that it carries, and finds what
// it says about chain[0], issued by chain[1]. The responder's own trust is judged by the caller.
func ParseOCSP(der []byte, chain []*Certificate, signed, now time.Time) (ocspAnswer, bool) {
	var a ocspAnswer
	input := cryptobyte.String(der)
	var seq, wrapped, rb, basic, octets cryptobyte.String
	var status int
	if !input.ReadASN1(&seq, cbasn1.SEQUENCE) || !seq.ReadASN1Enum(&status) || status != 0 ||
		!seq.ReadASN1(&wrapped, ctxTag(0)) || !wrapped.ReadASN1(&rb, cbasn1.SEQUENCE) {
		return a, false
	}
	if oid, ok := readOID(&rb); !ok || oid != oidBasicOCSP || !rb.ReadASN1(&octets, cbasn1.OCTET_STRING) || !octets.ReadASN1(&basic, cbasn1.SEQUENCE) {
		return a, false
	}
	var tbs, list, certs cryptobyte.String
	var sig asn1.BitString
	if !basic.ReadASN1Element(&tbs, cbasn1.SEQUENCE) {
		return a, false
	}
	alg, ok := readAlgorithm(&basic)
	if !ok || !basic.ReadASN1BitString(&sig) || !basic.ReadASN1(&list, ctxTag(0)) || !list.ReadASN1(&certs, cbasn1.SEQUENCE) {
		return a, false
	}
	for !certs.Empty() && len(a.Certs) < 16 {
		var one cryptobyte.String
		if !certs.ReadASN1Element(&one, cbasn1.SEQUENCE) {
			return a, false
		}
		c, err := ParseCertificate(one)
		if err != nil {
			return a, false
		}
		a.Certs = append(a.Certs, c)
	}
	hash, known := certSigAlgs[alg.OID]
	if !known || alg.OID == OIDRSAPSS || len(a.Certs) == 0 || !verifyDER(a.Certs[0], hash, false, tbs, sig.RightAlign()) {
		return a, false
	}
	return a, a.read(tbs, chain, signed, now)
}

// read goes through the single responses of the signed part.
func (a *ocspAnswer) read(tbs cryptobyte.String, chain []*Certificate, signed, now time.Time) bool {
	var data, responses, skip cryptobyte.String
	var tag cbasn1.Tag
	var produced time.Time
	if !tbs.ReadASN1(&data, cbasn1.SEQUENCE) || !data.SkipOptionalASN1(ctxTag(0)) || !data.ReadAnyASN1(&skip, &tag) ||
		!data.ReadASN1GeneralizedTime(&produced) || !data.ReadASN1(&responses, cbasn1.SEQUENCE) {
		return false
	}
	for !responses.Empty() {
		var one cryptobyte.String
		if !responses.ReadASN1(&one, cbasn1.SEQUENCE) {
			return false
		}
		if !a.single(one, chain, produced, signed, now) {
			return false
		}
		if a.Status == OCSPGood {
			return true
		}
	}
	return true
}

func (a *ocspAnswer) single(one cryptobyte.String, chain []*Certificate, produced, signed, now time.Time) bool {
	var id, name, key cryptobyte.String
	serial := new(big.Int)
	if !one.ReadASN1(&id, cbasn1.SEQUENCE) {
		return false
	}
	alg, ok := readAlgorithm(&id)
	if !ok || !id.ReadASN1(&name, cbasn1.OCTET_STRING) || !id.ReadASN1(&key, cbasn1.OCTET_STRING) || !id.ReadASN1Integer(serial) {
		return false
	}
	if !isAbout(chain, HashByOID[alg.OID], name, key, serial) {
		return true
	}
	if a.Serial == nil {
		a.Serial = serial
	}
	var body cryptobyte.String
	var tag cbasn1.Tag
	var this time.Time
	if !one.ReadAnyASN1(&body, &tag) || !one.ReadASN1GeneralizedTime(&this) {
		return false
	}
	switch tag {
	case cbasn1.Tag(0).ContextSpecific():
		a.good(one, this, produced, signed, now)
	case ctxTag(1):
		a.revoked(body, signed, now)
	default:
		if a.Status == OCSPNothing {
			a.Status = OCSPUnknown
		}
	}
	return true
}

// isAbout compares the certificate id of a response with the signer and its issuer.
func isAbout(chain []*Certificate, hash crypto.Hash, name, key []byte, serial *big.Int) bool {
	if len(chain) < 2 || hash == 0 || serial.Cmp(chain[0].Serial) != 0 {
		return false
	}
	h := hash.New()
	h.Write(chain[1].Subject)
	if !bytes.Equal(h.Sum(nil), name) {
		return false
	}
	h.Reset()
	h.Write(chain[1].keyBits)
	return bytes.Equal(h.Sum(nil), key)
}

// good: the answer counts when it covers the time of signing or was given after it; without a trusted time, when it
// is not from the future.
func (a *ocspAnswer) good(rest cryptobyte.String, this, produced, signed, now time.Time) {
	next := produced.Add(24 * time.Hour)
	var wrapped cryptobyte.String
	var present bool
	if rest.ReadOptionalASN1(&wrapped, &present, ctxTag(0)) && present {
		var t time.Time
		if wrapped.ReadASN1GeneralizedTime(&t) {
			next = t
		}
	}
	inRange := !now.Before(this)
	if !signed.IsZero() {
		inRange = !signed.After(next)
	}
	if inRange {
		a.Status = OCSPGood
	} else {
		a.Status = OCSPRevoked
	}
}

// revoked: a revocation after the trusted time of signing does not reach back, if its reason is known.
func (a *ocspAnswer) revoked(body cryptobyte.String, signed, now time.Time) {
	var at time.Time
	if !body.ReadASN1GeneralizedTime(&at) {
		a.Status = OCSPRevoked
		return
	}
	var wrapped cryptobyte.String
	var present bool
	reason := -1
	if body.ReadOptionalASN1(&wrapped, &present, ctxTag(0)) && present {
		wrapped.ReadASN1Enum(&reason)
	}
	const removeFromCRL = 8
	switch {
	case reason == removeFromCRL:
		ref := signed
		if ref.IsZero() {
			ref = now
		}
		if !at.After(ref) {
			a.Status = OCSPRevoked
		}
	case reason >= 0 && !signed.IsZero() && signed.Before(at):
		a.Status = OCSPNothing
	default:
		a.Status = OCSPRevoked
	}
}
