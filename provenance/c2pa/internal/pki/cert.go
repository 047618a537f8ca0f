// Package pki reads certificates, time stamps (RFC 3161, CMS) and OCSP responses as far as C2PA looks at them, and
// judges certificates by the C2PA certificate profile. It knows nothing of manifests and raises no status codes.
package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	_ "crypto/sha1" // time stamps of old authorities
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Object identifiers used below, in dotted form.
const (
	OIDRSA       = "1.2.840.113549.1.1.1"
	OIDRSAPSS    = "1.2.840.113549.1.1.10"
	OIDEC        = "1.2.840.10045.2.1"
	OIDEd25519   = "1.3.101.112"
	OIDP256      = "1.2.840.10045.3.1.7"
	OIDP384      = "1.3.132.0.34"
	OIDP521      = "1.3.132.0.35"
	oidSHA1      = "1.3.14.3.2.26"
	oidSHA256    = "2.16.840.1.101.3.4.2.1"
	oidSHA384    = "2.16.840.1.101.3.4.2.2"
	oidSHA512    = "2.16.840.1.101.3.4.2.3"
	oidExtSKI    = "2.5.29.14"
	oidExtKU     = "2.5.29.15"
	oidExtBC     = "2.5.29.19"
	oidExtAKI    = "2.5.29.35"
	oidExtEKU    = "2.5.29.37"
	oidEKUAny    = "2.5.29.37.0"
	oidEKUServer = "1.3.6.1.5.5.7.3.1"
	oidEKUClient = "1.3.6.1.5.5.7.3.2"
	oidEKUCode   = "1.3.6.1.5.5.7.3.3"
	OIDEKUEmail  = "1.3.6.1.5.5.7.3.4"
	OIDEKUTime   = "1.3.6.1.5.5.7.3.8"
	OIDEKUOCSP   = "1.3.6.1.5.5.7.3.9"
)

// certSigAlgs are the signature algorithms that the certificate profile allows, with their hash (0: in the parameters
// or none).
var certSigAlgs = map[string]crypto.Hash{
	"1.2.840.113549.1.1.11": crypto.SHA256, "1.2.840.113549.1.1.12": crypto.SHA384, "1.2.840.113549.1.1.13": crypto.SHA512,
	"1.2.840.10045.4.3.2": crypto.SHA256, "1.2.840.10045.4.3.3": crypto.SHA384, "1.2.840.10045.4.3.4": crypto.SHA512,
	OIDRSAPSS: 0, OIDEd25519: 0,
}

// HashByOID gives the hash of an algorithm identifier.
var HashByOID = map[string]crypto.Hash{oidSHA1: crypto.SHA1, oidSHA256: crypto.SHA256, oidSHA384: crypto.SHA384, oidSHA512: crypto.SHA512}

// algorithm is an AlgorithmIdentifier.
type algorithm struct {
	raw    []byte
	OID    string
	params []byte // element with its header; nil when absent
}

type certExtension struct {
	oid      string
	critical bool
	value    []byte
}

// Certificate is an X.509 certificate as far as the C2PA certificate profile looks. It is parsed here and not by
// crypto/x509, because that refuses or hides things which the profile wants named: RSASSA-PSS keys, unique ids,
// differing inner and outer algorithms.
type Certificate struct {
	Raw, tbs            []byte
	version             int
	Serial              *big.Int
	inner, outer        algorithm // signature algorithm inside and outside the signed part
	Issuer, Subject     []byte
	NotBefore, NotAfter time.Time
	spki                []byte
	KeyAlg              algorithm
	keyBits             []byte
	hasUniqueID         bool
	extensions          []certExtension
	signature           []byte

	isCA       bool
	hasBasic   bool
	pathLen    int // -1: none
	keyUsage   asn1.BitString
	hasKU      bool
	eku        []string
	hasEKU     bool
	subjectKey []byte
}

func asn1Err(what string) error { return fmt.Errorf("%w: %s", ErrMalformedASN1, what) }

func readOID(s *cryptobyte.String) (string, bool) {
	var oid asn1.ObjectIdentifier
	if !s.ReadASN1ObjectIdentifier(&oid) {
		return "", false
	}
	return oid.String(), true
}

func readAlgorithm(s *cryptobyte.String) (a algorithm, ok bool) {
	var raw, inner cryptobyte.String
	if !s.ReadASN1Element(&raw, cbasn1.SEQUENCE) {
		return a, false
	}
	a.raw = raw
	if !raw.ReadASN1(&inner, cbasn1.SEQUENCE) {
		return a, false
	}
	if a.OID, ok = readOID(&inner); !ok {
		return a, false
	}
	if !inner.Empty() {
		a.params = inner
	}
	return a, true
}

// ReadTime reads a UTCTime or GeneralizedTime.
func ReadTime(s *cryptobyte.String) (t time.Time, ok bool) {
	switch {
	case s.PeekASN1Tag(cbasn1.UTCTime):
		ok = s.ReadASN1UTCTime(&t)
	case s.PeekASN1Tag(cbasn1.GeneralizedTime):
		ok = s.ReadASN1GeneralizedTime(&t)
	}
	return t, ok
}

// ParseCertificate reads one DER certificate. Bytes after it are ignored, as some writers pad.
func ParseCertificate(der []byte) (*Certificate, error) {
	input := cryptobyte.String(der)
	var whole, body, tbsRaw, tbs cryptobyte.String
	if !input.ReadASN1Element(&whole, cbasn1.SEQUENCE) {
		return nil, asn1Err("certificate")
	}
	c := &Certificate{Raw: whole, pathLen: -1}
	outer := whole
	if !outer.ReadASN1(&body, cbasn1.SEQUENCE) || !body.ReadASN1Element(&tbsRaw, cbasn1.SEQUENCE) {
		return nil, asn1Err("certificate")
	}
	c.tbs = tbsRaw
	var ok bool
	if c.outer, ok = readAlgorithm(&body); !ok {
		return nil, asn1Err("signature algorithm of a certificate")
	}
	var sig asn1.BitString
	if !body.ReadASN1BitString(&sig) {
		return nil, asn1Err("signature of a certificate")
	}
	c.signature = sig.RightAlign()
	if !tbsRaw.ReadASN1(&tbs, cbasn1.SEQUENCE) {
		return nil, asn1Err("certificate")
	}
	return c, c.parseTBS(tbs)
}

func (c *Certificate) parseTBS(tbs cryptobyte.String) error {
	var version int
	if !tbs.ReadOptionalASN1Integer(&version, cbasn1.Tag(0).Constructed().ContextSpecific(), 0) {
		return asn1Err("certificate version")
	}
	c.version = version + 1
	c.Serial = new(big.Int)
	var ok bool
	if !tbs.ReadASN1Integer(c.Serial) {
		return asn1Err("certificate serial number")
	}
	if c.inner, ok = readAlgorithm(&tbs); !ok {
		return asn1Err("certificate algorithm")
	}
	var issuer, validity, subject, spki cryptobyte.String
	if !tbs.ReadASN1Element(&issuer, cbasn1.SEQUENCE) || !tbs.ReadASN1(&validity, cbasn1.SEQUENCE) ||
		!tbs.ReadASN1Element(&subject, cbasn1.SEQUENCE) || !tbs.ReadASN1Element(&spki, cbasn1.SEQUENCE) {
		return asn1Err("certificate names, validity or key")
	}
	c.Issuer, c.Subject, c.spki = issuer, subject, spki
	if c.NotBefore, ok = ReadTime(&validity); !ok {
		return asn1Err("certificate validity")
	}
	if c.NotAfter, ok = ReadTime(&validity); !ok {
		return asn1Err("certificate validity")
	}
	var key cryptobyte.String
	var bits asn1.BitString
	if !spki.ReadASN1(&key, cbasn1.SEQUENCE) {
		return asn1Err("certificate key")
	}
	if c.KeyAlg, ok = readAlgorithm(&key); !ok || !key.ReadASN1BitString(&bits) {
		return asn1Err("certificate key")
	}
	c.keyBits = bits.RightAlign()
	for _, tag := range []cbasn1.Tag{1, 2} {
		var id cryptobyte.String
		var present bool
		if !tbs.ReadOptionalASN1(&id, &present, tag.ContextSpecific()) {
			return asn1Err("certificate unique id")
		}
		c.hasUniqueID = c.hasUniqueID || present
	}
	var wrapped cryptobyte.String
	var present bool
	if !tbs.ReadOptionalASN1(&wrapped, &present, cbasn1.Tag(3).Constructed().ContextSpecific()) {
		return asn1Err("certificate extensions")
	}
	if present {
		return c.parseExtensions(wrapped)
	}
	return nil
}

func (c *Certificate) parseExtensions(wrapped cryptobyte.String) error {
	var list cryptobyte.String
	if !wrapped.ReadASN1(&list, cbasn1.SEQUENCE) {
		return asn1Err("certificate extensions")
	}
	for !list.Empty() {
		var one, value cryptobyte.String
		var e certExtension
		var ok bool
		if !list.ReadASN1(&one, cbasn1.SEQUENCE) {
			return asn1Err("certificate extension")
		}
		if e.oid, ok = readOID(&one); !ok {
			return asn1Err("certificate extension")
		}
		if one.PeekASN1Tag(cbasn1.BOOLEAN) && !one.ReadASN1Boolean(&e.critical) {
			return asn1Err("certificate extension")
		}
		if !one.ReadASN1(&value, cbasn1.OCTET_STRING) {
			return asn1Err("certificate extension")
		}
		e.value = value
		c.extensions = append(c.extensions, e)
		if err := c.interpret(e.oid, value); err != nil {
			return err
		}
	}
	return nil
}

func (c *Certificate) interpret(oid string, value cryptobyte.String) error {
	switch oid {
	case oidExtBC:
		var seq cryptobyte.String
		if !value.ReadASN1(&seq, cbasn1.SEQUENCE) {
			return asn1Err("basic constraints")
		}
		c.hasBasic = true
		if seq.PeekASN1Tag(cbasn1.BOOLEAN) && !seq.ReadASN1Boolean(&c.isCA) {
			return asn1Err("basic constraints")
		}
		if seq.PeekASN1Tag(cbasn1.INTEGER) && !seq.ReadASN1Integer(&c.pathLen) {
			return asn1Err("basic constraints")
		}
	case oidExtKU:
		if !value.ReadASN1BitString(&c.keyUsage) {
			return asn1Err("key usage")
		}
		c.hasKU = true
	case oidExtEKU:
		var seq cryptobyte.String
		if !value.ReadASN1(&seq, cbasn1.SEQUENCE) {
			return asn1Err("extended key usage")
		}
		c.hasEKU = true
		for !seq.Empty() {
			one, ok := readOID(&seq)
			if !ok {
				return asn1Err("extended key usage")
			}
			c.eku = append(c.eku, one)
		}
	case oidExtSKI:
		var id cryptobyte.String
		if value.ReadASN1(&id, cbasn1.OCTET_STRING) {
			c.subjectKey = id
		}
	}
	return nil
}

func (c *Certificate) hasUsage(oid string) bool {
	for _, e := range c.eku {
		if e == oid {
			return true
		}
	}
	return false
}

func (c *Certificate) validAt(t time.Time) bool {
	return !t.Before(c.NotBefore) && !t.After(c.NotAfter)
}

// Name gives the last value of an attribute of the subject: "2.5.4.3" common name, "2.5.4.10" organisation.
func (c *Certificate) Name(attribute string) string {
	var rdns, out = cryptobyte.String(c.Subject), ""
	var seq cryptobyte.String
	if !rdns.ReadASN1(&seq, cbasn1.SEQUENCE) {
		return ""
	}
	for !seq.Empty() {
		var set, pair cryptobyte.String
		if !seq.ReadASN1(&set, cbasn1.SET) {
			return out
		}
		for !set.Empty() && set.ReadASN1(&pair, cbasn1.SEQUENCE) {
			oid, ok := readOID(&pair)
			var value cryptobyte.String
			var tag cbasn1.Tag
			if ok && oid == attribute && pair.ReadAnyASN1(&value, &tag) {
				out = asn1Text(value, tag)
			}
		}
	}
	return out
}

func asn1Text(value []byte, tag cbasn1.Tag) string {
	if tag == cbasn1.Tag(30) { // BMPString
		var b strings.Builder
		for i := 0; i+1 < len(value); i += 2 {
			b.WriteRune(rune(value[i])<<8 | rune(value[i+1]))
		}
		return b.String()
	}
	return strings.ToValidUTF8(string(value), "\uFFFD")
}

// Pem gives the certificate in PEM form.
func (c *Certificate) Pem() string {
	var b strings.Builder
	b.WriteString("-----BEGIN CERTIFICATE-----\n")
	for s := base64.StdEncoding.EncodeToString(c.Raw); s != ""; {
		n := min(64, len(s))
		b.WriteString(s[:n])
		b.WriteByte('\n')
		s = s[n:]
	}
	b.WriteString("-----END CERTIFICATE-----\n")
	return b.String()
}

// pssHash reads the hash of RSASSA-PSS parameters: hash and mask generation must name the same one.
func pssHash(params []byte) (crypto.Hash, string, error) {
	s := cryptobyte.String(params)
	var seq, h0, h1 cryptobyte.String
	if !s.ReadASN1(&seq, cbasn1.SEQUENCE) ||
		!seq.ReadASN1(&h0, cbasn1.Tag(0).Constructed().ContextSpecific()) ||
		!seq.ReadASN1(&h1, cbasn1.Tag(1).Constructed().ContextSpecific()) {
		return 0, "", asn1Err("RSASSA-PSS parameters")
	}
	hash, ok := readAlgorithm(&h0)
	mgf, ok2 := readAlgorithm(&h1)
	mgfParams := cryptobyte.String(mgf.params)
	mgfHash, ok3 := readAlgorithm(&mgfParams)
	if !ok || !ok2 || !ok3 {
		return 0, "", asn1Err("RSASSA-PSS parameters")
	}
	if hash.OID != mgfHash.OID {
		return 0, hash.OID, asn1Err("RSASSA-PSS with two hashes")
	}
	return HashByOID[hash.OID], hash.OID, nil
}

// PublicKey gives the key as crypto/* knows it.
func (c *Certificate) PublicKey() (crypto.PublicKey, error) {
	switch c.KeyAlg.OID {
	case OIDRSA, OIDRSAPSS:
		return x509.ParsePKCS1PublicKey(c.keyBits)
	case OIDEC:
		curve := c.curve()
		if curve == nil {
			return nil, asn1Err("unknown curve")
		}
		return ecdsa.ParseUncompressedPublicKey(curve, c.keyBits)
	case OIDEd25519:
		if len(c.keyBits) != ed25519.PublicKeySize {
			return nil, asn1Err("Ed25519 key")
		}
		return ed25519.PublicKey(c.keyBits), nil
	}
	return nil, asn1Err("unknown key algorithm " + c.KeyAlg.OID)
}

// CurveOID names the curve of an elliptic-curve key.
func (c *Certificate) CurveOID() string {
	p := cryptobyte.String(c.KeyAlg.params)
	oid, _ := readOID(&p)
	return oid
}

func (c *Certificate) curve() elliptic.Curve {
	switch c.CurveOID() {
	case OIDP256:
		return elliptic.P256()
	case OIDP384:
		return elliptic.P384()
	case OIDP521:
		return elliptic.P521()
	}
	return nil
}

// checkSignedBy verifies the signature on c with the key of the issuer.
func (c *Certificate) checkSignedBy(issuer *Certificate) bool {
	hash, known := certSigAlgs[c.outer.OID]
	if !known {
		return false
	}
	pss := c.outer.OID == OIDRSAPSS
	if pss {
		var err error
		if hash, _, err = pssHash(c.outer.params); err != nil || hash == 0 {
			return false
		}
	}
	return verifyDER(issuer, hash, pss, c.tbs, c.signature)
}

// verifyDER verifies a signature as X.509, CMS and OCSP carry it: ECDSA in DER, RSA as PKCS #1 v1.5 unless pss.
func verifyDER(key *Certificate, hash crypto.Hash, pss bool, data, sig []byte) bool {
	pub, err := key.PublicKey()
	if err != nil {
		return false
	}
	var digest []byte
	if hash != 0 {
		h := hash.New()
		h.Write(data)
		digest = h.Sum(nil)
	}
	switch k := pub.(type) {
	case *rsa.PublicKey:
		if hash == 0 || k.N.BitLen() > MaxRSABits {
			return false
		}
		if pss || key.KeyAlg.OID == OIDRSAPSS {
			return rsa.VerifyPSS(k, hash, digest, sig, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto}) == nil
		}
		return rsa.VerifyPKCS1v15(k, hash, digest, sig) == nil
	case *ecdsa.PublicKey:
		return hash != 0 && ecdsa.VerifyASN1(k, digest, sig)
	case ed25519.PublicKey:
		return ed25519.Verify(k, data, sig)
	}
	return false
}

// MaxRSABits is the largest modulus that is used: the work grows with its cube, and a file must not order minutes of it.
const MaxRSABits = 16384

// rsaParts reads modulus and exponent of a PKCS #1 key, whatever their size.
func rsaParts(der []byte) (n, e *big.Int, ok bool) {
	s := cryptobyte.String(der)
	var seq cryptobyte.String
	n, e = new(big.Int), new(big.Int)
	ok = s.ReadASN1(&seq, cbasn1.SEQUENCE) && seq.ReadASN1Integer(n) && seq.ReadASN1Integer(e)
	return n, e, ok
}
