package c2pa

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"

	"anxin/provenance/c2pa/internal/pki"
)

// errMismatch: the signature is well formed and wrong.
var errMismatch = errors.New("the signature does not match")

// coseAlg is a COSE signature algorithm of the C2PA profile.
type coseAlg struct {
	name  string
	hash  crypto.Hash
	curve string // for ECDSA: the object identifier of the one curve allowed
}

var coseAlgs = map[int64]coseAlg{
	-7:  {"ES256", crypto.SHA256, pki.OIDP256},
	-35: {"ES384", crypto.SHA384, pki.OIDP384},
	-36: {"ES512", crypto.SHA512, pki.OIDP521},
	-37: {"PS256", crypto.SHA256, ""},
	-38: {"PS384", crypto.SHA384, ""},
	-39: {"PS512", crypto.SHA512, ""},
	-8:  {"EdDSA", 0, ""},
}

// sign1 is a COSE_Sign1 structure (RFC 9052 section 4.2). protected keeps the signed bytes of the header.
type sign1 struct {
	protected   []byte
	header      cborValue // decoded protected header
	unprotected cborValue
	payload     []byte // nil when detached, as in claims
	signature   []byte
}

// parseSign1 reads a tagged COSE_Sign1. Bytes after it are the padding of the signature box.
func parseSign1(data []byte) (*sign1, error) {
	v, _, err := decodeCBORPrefix(data)
	if err != nil {
		return nil, err
	}
	if v.kind != cborTag || v.n != 18 || len(v.items) != 1 || !v.items[0].isArray() || len(v.items[0].items) != 4 {
		return nil, fmt.Errorf("%w: not a tagged COSE_Sign1", ErrMalformedCBOR)
	}
	parts := v.items[0].items
	if parts[0].kind != cborBytes || !parts[1].isMap() || parts[3].kind != cborBytes ||
		parts[2].kind != cborBytes && parts[2].kind != cborNull {
		return nil, fmt.Errorf("%w: not a COSE_Sign1", ErrMalformedCBOR)
	}
	s := &sign1{protected: parts[0].data, unprotected: parts[1], signature: parts[3].data}
	if parts[2].kind == cborBytes {
		s.payload = parts[2].data
	}
	if len(s.protected) > 0 {
		if s.header, err = decodeCBOR(s.protected); err != nil {
			return nil, err
		}
		if !s.header.isMap() {
			return nil, fmt.Errorf("%w: COSE header is not a map", ErrMalformedCBOR)
		}
	}
	return s, nil
}

func (s *sign1) alg() (coseAlg, bool) {
	n, ok := s.header.getInt(1).int()
	a, known := coseAlgs[n]
	return a, ok && known
}

// chain gives the certificates, end entity first, from the protected header or, as older versions had it, from the
// unprotected one; both at once is an error.
func (s *sign1) chain() ([]*pki.Certificate, error) {
	inner := s.header.getInt(33)
	if !inner.present() {
		inner = s.header.get("x5chain")
	}
	outer := s.unprotected.get("x5chain")
	ders := certList(outer)
	if inner.present() {
		if len(ders) > 0 {
			return nil, errors.New("two certificate chains")
		}
		ders = certList(inner)
	}
	if len(ders) == 0 {
		return nil, errors.New("no certificate chain")
	}
	if len(ders) > 16 {
		return nil, fmt.Errorf("%w: a chain of %d certificates", ErrTooMany, len(ders))
	}
	chain := make([]*pki.Certificate, len(ders))
	for i, der := range ders {
		c, err := pki.ParseCertificate(der)
		if err != nil {
			if i == 0 {
				return nil, fmt.Errorf("the signing certificate: %w", err)
			}
			// A broken issuer does not hide the signer, but nothing can be trusted by way of it: an empty certificate
			// stands in, which signs nothing.
			c = &pki.Certificate{Raw: der}
		}
		chain[i] = c
	}
	return chain, nil
}

func certList(v cborValue) [][]byte {
	switch v.kind {
	case cborBytes:
		return [][]byte{v.data}
	case cborArray:
		var out [][]byte
		for i := range v.items {
			if v.items[i].kind == cborBytes {
				out = append(out, v.items[i].data)
			}
		}
		return out
	}
	return nil
}

// sigStructure is what a COSE signature covers (RFC 9052 section 4.4).
func sigStructure(context string, protected, payload []byte) []byte {
	out := make([]byte, 0, len(payload)+len(protected)+48)
	out = appendCBORHead(out, 4, 4)
	out = appendCBORText(out, context)
	out = appendCBORBytes(out, protected)
	out = appendCBORBytes(out, nil)
	return appendCBORBytes(out, payload)
}

// isDERSignature says whether an ECDSA signature is in ASN.1 form, where COSE wants r and s side by side.
func isDERSignature(sig []byte) bool {
	var rs struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(sig, &rs)
	return err == nil && len(rest) == 0
}

// keyMatches says whether the certificate's key is of the kind that the algorithm names.
func keyMatches(a coseAlg, c *pki.Certificate) bool {
	switch {
	case a.curve != "":
		return c.KeyAlg.OID == pki.OIDEC && c.CurveOID() == a.curve
	case a.hash != 0:
		return c.KeyAlg.OID == pki.OIDRSA || c.KeyAlg.OID == pki.OIDRSAPSS
	}
	return c.KeyAlg.OID == pki.OIDEd25519
}

// verifySign1 verifies the signature over the payload with the key of the certificate.
func (s *sign1) verify(a coseAlg, c *pki.Certificate, payload []byte) error {
	pub, err := c.PublicKey()
	if err != nil {
		return err
	}
	tbs := sigStructure("Signature1", s.protected, payload)
	if ed, ok := pub.(ed25519.PublicKey); ok {
		if a.hash == 0 && ed25519.Verify(ed, tbs, s.signature) {
			return nil
		}
		return errMismatch
	}
	if a.hash == 0 {
		return errMismatch
	}
	h := a.hash.New()
	h.Write(tbs)
	digest := h.Sum(nil)
	switch k := pub.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() <= pki.MaxRSABits && rsa.VerifyPSS(k, a.hash, digest, s.signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto}) == nil {
			return nil
		}
	case *ecdsa.PublicKey:
		size := (k.Curve.Params().BitSize + 7) / 8
		if len(s.signature) != 2*size {
			return errMismatch
		}
		r, t := new(big.Int).SetBytes(s.signature[:size]), new(big.Int).SetBytes(s.signature[size:])
		if ecdsa.Verify(k, digest, r, t) {
			return nil
		}
	}
	return errMismatch
}

// signatureContext is what the judgement of one signature needs besides the signature.
type signatureContext struct {
	trust  *Trust
	role   role
	usages pki.UsageRule
	at     time.Time // evaluation time, used when no trusted time of signing is known
}

// coseURL is the place that c2pa-rs names for findings about the structure; makers record it so, and recorded findings are compared by place.
const coseURL = "Cose_Sign1"

// judgeSignature runs the checks of a COSE signature in the order of the specification: algorithm, form, trust of the
// chain, certificate profile, key, signature. Findings go to the tracker; the error says whether the signature
// verifies.
func judgeSignature(s *sign1, payload []byte, signed time.Time, ctx signatureContext, log *tracker) (*pki.Certificate, error) {
	alg, ok := s.alg()
	if !ok {
		log.fail(AlgorithmUnsupported, coseURL, "the signature algorithm is missing or not supported")
		return nil, errors.New("unsupported signature algorithm")
	}
	if alg.curve != "" && isDERSignature(s.signature) {
		log.fail(SigningCredentialInvalid, coseURL, "the ECDSA signature is in ASN.1 form")
		return nil, errors.New("signature in ASN.1 form")
	}
	at := ctx.at
	if !signed.IsZero() {
		at = signed
	}
	chain, err := s.chain()
	if err != nil {
		return nil, err
	}
	leaf := chain[0]
	if ctx.trust.trusts(chain, ctx.role, ctx.usages, at) {
		log.ok(SigningCredentialTrusted, "", "the signing certificate is trusted")
	} else {
		log.fail(SigningCredentialUntrusted, "", "the signing certificate is not trusted")
	}
	if why, expired := pki.ProfileProblem(leaf, ctx.usages, at); why != "" {
		log.fail(profileCode(expired), "", why)
	}
	if !keyMatches(alg, leaf) {
		log.fail(SigningCredentialInvalid, coseURL, "the key of the certificate is not of the kind the algorithm names")
		return leaf, errors.New("key does not fit the algorithm")
	}
	return leaf, s.verify(alg, leaf, payload)
}

// profileCode is the status code for a breach of the certificate profile.
func profileCode(expired bool) string {
	if expired {
		return SigningCredentialExpired
	}
	return SigningCredentialInvalid
}
