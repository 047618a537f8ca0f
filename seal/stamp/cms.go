package stamp

import (
	"bytes"
	"crypto"
	"crypto/sha1" //nolint:gosec // ESSCertID of RFC 3161 is SHA-1 by definition; it binds a certificate that is verified otherwise
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"
)

// The structures of RFC 3161 and of RFC 5652 as far as a time stamp uses them. encoding/asn1 reads DER only.

type responseDER struct {
	Status statusDER
	Token  asn1.RawValue `asn1:"optional"`
}

type statusDER struct {
	Status int
	Text   []asn1.RawValue `asn1:"optional"` // not shown: it is somebody else's text
	Fail   asn1.BitString  `asn1:"optional"`
}

type contentInfoDER struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,tag:0"`
}

type signedDataDER struct {
	Version int
	Digests []pkix.AlgorithmIdentifier `asn1:"set"`
	Content struct {
		Type  asn1.ObjectIdentifier
		Bytes []byte `asn1:"explicit,tag:0"`
	}
	Certificates asn1.RawValue   `asn1:"optional,tag:0"`
	CRLs         asn1.RawValue   `asn1:"optional,tag:1"`
	Signers      []signerInfoDER `asn1:"set"`
}

type signerInfoDER struct {
	Version   int
	SID       asn1.RawValue // IssuerAndSerialNumber, or [0] SubjectKeyIdentifier
	Digest    pkix.AlgorithmIdentifier
	Signed    asn1.RawValue `asn1:"optional,tag:0"`
	SigAlg    pkix.AlgorithmIdentifier
	Signature []byte
	Unsigned  asn1.RawValue `asn1:"optional,tag:1"`
}

type attributeDER struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

type infoDER struct {
	Version    int
	Policy     asn1.ObjectIdentifier
	Imprint    imprintDER
	Serial     *big.Int
	Time       time.Time        `asn1:"generalized"`
	Accuracy   accuracyDER      `asn1:"optional"`
	Ordering   bool             `asn1:"optional,default:false"`
	Nonce      *big.Int         `asn1:"optional"`
	TSA        asn1.RawValue    `asn1:"optional,tag:0"`
	Extensions []pkix.Extension `asn1:"optional,tag:1"`
}

type imprintDER struct {
	Algorithm pkix.AlgorithmIdentifier
	Hash      []byte
}

type accuracyDER struct {
	Seconds int `asn1:"optional"`
	Millis  int `asn1:"optional,tag:0"`
	Micros  int `asn1:"optional,tag:1"`
}

func (a accuracyDER) duration() time.Duration {
	return time.Duration(a.Seconds)*time.Second + time.Duration(a.Millis)*time.Millisecond + time.Duration(a.Micros)*time.Microsecond
}

var (
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidTSTInfo       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningCert   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
	oidSigningCertV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidExtKeyUsage   = asn1.ObjectIdentifier{2, 5, 29, 37}

	oidSHA256   = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidSHA384   = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}
	oidSHA512   = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}
	oidRSA      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidRSA256   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}
	oidRSA384   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 12}
	oidRSA512   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 13}
	oidECDSA256 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	oidECDSA384 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}
	oidECDSA512 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}
)

// hashOf answers 0 for hashes that are unknown or too weak to be believed (SHA-1, MD5).
func hashOf(oid asn1.ObjectIdentifier) crypto.Hash {
	switch {
	case oid.Equal(oidSHA256):
		return crypto.SHA256
	case oid.Equal(oidSHA384):
		return crypto.SHA384
	case oid.Equal(oidSHA512):
		return crypto.SHA512
	}
	return 0
}

// signatureAlgorithm joins the two identifiers that CMS has for it.
func signatureAlgorithm(sig, dig asn1.ObjectIdentifier) x509.SignatureAlgorithm {
	h := hashOf(dig)
	switch {
	case h == crypto.SHA256 && (sig.Equal(oidRSA) || sig.Equal(oidRSA256)):
		return x509.SHA256WithRSA
	case h == crypto.SHA384 && (sig.Equal(oidRSA) || sig.Equal(oidRSA384)):
		return x509.SHA384WithRSA
	case h == crypto.SHA512 && (sig.Equal(oidRSA) || sig.Equal(oidRSA512)):
		return x509.SHA512WithRSA
	case h == crypto.SHA256 && sig.Equal(oidECDSA256):
		return x509.ECDSAWithSHA256
	case h == crypto.SHA384 && sig.Equal(oidECDSA384):
		return x509.ECDSAWithSHA384
	case h == crypto.SHA512 && sig.Equal(oidECDSA512):
		return x509.ECDSAWithSHA512
	}
	return x509.UnknownSignatureAlgorithm
}

// signedStamp is a response taken apart, nothing of it verified.
type signedStamp struct {
	content []byte // DER of the TSTInfo
	info    infoDER
	certs   []*x509.Certificate
	signer  signerInfoDER
	signed  map[string]asn1.RawValue // signed attributes by type
}

func parseResponse(der []byte) (*signedStamp, error) {
	if len(der) > MaxResponseSize {
		return nil, fmt.Errorf("%w: %d bytes", ErrInvalid, len(der))
	}
	var r responseDER
	if err := unmarshal(der, &r, "response"); err != nil {
		return nil, err
	}
	if r.Status.Status != 0 && r.Status.Status != 1 {
		return nil, fmt.Errorf("%w: the authority refused (status %d)", ErrInvalid, r.Status.Status)
	}
	var ci contentInfoDER
	if err := unmarshal(r.Token.FullBytes, &ci, "token"); err != nil {
		return nil, err
	}
	var sd signedDataDER
	if !ci.Type.Equal(oidSignedData) {
		return nil, fmt.Errorf("%w: not signed data", ErrInvalid)
	}
	if err := unmarshal(ci.Content.Bytes, &sd, "signed data"); err != nil {
		return nil, err
	}
	if !sd.Content.Type.Equal(oidTSTInfo) || len(sd.Signers) != 1 {
		return nil, fmt.Errorf("%w: not time stamp content of one signer", ErrInvalid)
	}
	s := &signedStamp{content: sd.Content.Bytes, signer: sd.Signers[0]}
	if err := unmarshal(s.content, &s.info, "time stamp info"); err != nil {
		return nil, err
	}
	var err error
	if s.certs, err = x509.ParseCertificates(sd.Certificates.Bytes); err != nil || len(s.certs) == 0 || len(s.certs) > 16 {
		return nil, fmt.Errorf("%w: no readable certificate in it", ErrInvalid)
	}
	return s, s.readAttributes()
}

func unmarshal(der []byte, into any, what string) error {
	rest, err := asn1.Unmarshal(der, into)
	if err != nil || len(rest) != 0 {
		return fmt.Errorf("%w: the %s cannot be read", ErrInvalid, what)
	}
	return nil
}

// readAttributes reads the signed attributes; each type may be there once and with one value.
func (s *signedStamp) readAttributes() error {
	s.signed = map[string]asn1.RawValue{}
	for rest := s.signer.Signed.Bytes; len(rest) > 0; {
		var a attributeDER
		var err error
		if rest, err = asn1.Unmarshal(rest, &a); err != nil || len(a.Values) != 1 {
			return fmt.Errorf("%w: the signed attributes cannot be read", ErrInvalid)
		}
		if _, twice := s.signed[a.Type.String()]; twice {
			return fmt.Errorf("%w: a signed attribute is there twice", ErrInvalid)
		}
		s.signed[a.Type.String()] = a.Values[0]
	}
	return nil
}

func (s *signedStamp) attribute(oid asn1.ObjectIdentifier, into any) bool {
	v, ok := s.signed[oid.String()]
	return ok && unmarshal(v.FullBytes, into, "attribute") == nil
}

// checkSignature verifies everything but the chain and answers the signer's certificate.
func (s *signedStamp) checkSignature() (*x509.Certificate, error) {
	cert := s.signerCert()
	if cert == nil {
		return nil, fmt.Errorf("%w: the signer's certificate is not in it", ErrInvalid)
	}
	alg := signatureAlgorithm(s.signer.SigAlg.Algorithm, s.signer.Digest.Algorithm)
	if alg == x509.UnknownSignatureAlgorithm {
		return nil, fmt.Errorf("%w: signature %v over %v", ErrUnsupported, s.signer.SigAlg.Algorithm, s.signer.Digest.Algorithm)
	}
	var typ asn1.ObjectIdentifier
	var sum []byte
	if !s.attribute(oidContentType, &typ) || !typ.Equal(oidTSTInfo) || !s.attribute(oidMessageDigest, &sum) {
		return nil, fmt.Errorf("%w: the signature does not cover the content", ErrInvalid)
	}
	if !bytes.Equal(sum, digest(hashOf(s.signer.Digest.Algorithm), s.content)) {
		return nil, fmt.Errorf("%w: the content was altered", ErrInvalid)
	}
	signed := bytes.Clone(s.signer.Signed.FullBytes)
	signed[0] = 0x31 // signed as a SET, carried as [0] (RFC 5652 5.4)
	if err := cert.CheckSignature(alg, signed, s.signer.Signature); err != nil {
		return nil, fmt.Errorf("%w: the signature does not verify", ErrInvalid)
	}
	if !s.boundTo(cert) {
		return nil, fmt.Errorf("%w: it is signed for another certificate", ErrInvalid)
	}
	if !onlyForStamping(cert) {
		return nil, fmt.Errorf("%w: the certificate is not one for time stamping alone", ErrInvalid)
	}
	return cert, nil
}

func (s *signedStamp) signerCert() *x509.Certificate {
	for _, c := range s.certs {
		if s.signer.SID.Class == asn1.ClassContextSpecific && s.signer.SID.Tag == 0 {
			if len(c.SubjectKeyId) > 0 && bytes.Equal(c.SubjectKeyId, s.signer.SID.Bytes) {
				return c
			}
			continue
		}
		var is struct {
			Issuer asn1.RawValue
			Serial *big.Int
		}
		if unmarshal(s.signer.SID.FullBytes, &is, "signer") == nil && bytes.Equal(is.Issuer.FullBytes, c.RawIssuer) && is.Serial.Cmp(c.SerialNumber) == 0 {
			return c
		}
	}
	return nil
}

// boundTo checks ESSCertIDv2 (RFC 5816) or ESSCertID (RFC 3161): the first one names the signer's certificate by its hash.
func (s *signedStamp) boundTo(cert *x509.Certificate) bool {
	var v2 struct {
		Certs    []asn1.RawValue
		Policies asn1.RawValue `asn1:"optional"`
	}
	if s.attribute(oidSigningCertV2, &v2) && len(v2.Certs) > 0 {
		var id struct {
			Algorithm pkix.AlgorithmIdentifier `asn1:"optional"`
			Hash      []byte
			Issuer    asn1.RawValue `asn1:"optional"`
		}
		if unmarshal(v2.Certs[0].FullBytes, &id, "certificate id") != nil {
			return false
		}
		h := crypto.SHA256
		if len(id.Algorithm.Algorithm) > 0 {
			h = hashOf(id.Algorithm.Algorithm)
		}
		return h != 0 && bytes.Equal(digest(h, cert.Raw), id.Hash)
	}
	if s.attribute(oidSigningCert, &v2) && len(v2.Certs) > 0 {
		var id struct {
			Hash   []byte
			Issuer asn1.RawValue `asn1:"optional"`
		}
		sum := sha1.Sum(cert.Raw)
		return unmarshal(v2.Certs[0].FullBytes, &id, "certificate id") == nil && bytes.Equal(sum[:], id.Hash)
	}
	return false
}

// onlyForStamping: RFC 3161 2.3 wants exactly one extended key usage, time stamping, and it critical.
func onlyForStamping(c *x509.Certificate) bool {
	if len(c.ExtKeyUsage) != 1 || c.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping || len(c.UnknownExtKeyUsage) > 0 {
		return false
	}
	for _, e := range c.Extensions {
		if e.Id.Equal(oidExtKeyUsage) {
			return e.Critical
		}
	}
	return false
}
