package pki

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"errors"
	"math/big"
	"sort"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

const (
	oidSignedData    = "1.2.840.113549.1.7.2"
	OIDTSTInfo       = "1.2.840.113549.1.9.16.1.4"
	OIDAttrType      = "1.2.840.113549.1.9.3"
	OIDAttrDigest    = "1.2.840.113549.1.9.4"
	OIDAttrTime      = "1.2.840.113549.1.9.5"
	oidAttrSignCert  = "1.2.840.113549.1.9.16.2.12"
	oidAttrSignCert2 = "1.2.840.113549.1.9.16.2.47"
)

// SignedData is the CMS content of a time-stamp token (RFC 5652 section 5).
type SignedData struct {
	ContentType string
	Content     []byte
	Certs       []*Certificate
	OtherCerts  bool // a certificate of a kind that is not X.509, or one that cannot be read
	NoCerts     bool
	Signers     []SignerInfo
}

// SignerInfo is one signature of a time stamp.
type SignerInfo struct {
	issuer    []byte
	serial    *big.Int
	keyID     []byte
	Digest    algorithm
	HasAttrs  bool
	attrs     []byte // content of the signed attributes, without header
	signature []byte
}

// TSTInfo is the statement of the authority (RFC 3161 section 2.4.2).
type TSTInfo struct {
	ImprintAlg string
	Imprint    []byte
	GenTime    time.Time
	Accuracy   time.Duration
}

func ctxTag(n uint8) cbasn1.Tag { return cbasn1.Tag(n).Constructed().ContextSpecific() }

// ParseTimeStamp reads a TimeStampResp or a bare token (ContentInfo).
func ParseTimeStamp(der []byte) (*SignedData, error) {
	input := cryptobyte.String(der)
	var outer cryptobyte.String
	if !input.ReadASN1(&outer, cbasn1.SEQUENCE) {
		return nil, asn1Err("time stamp")
	}
	if outer.PeekASN1Tag(cbasn1.SEQUENCE) { // PKIStatusInfo
		var status cryptobyte.String
		var code int
		if !outer.ReadASN1(&status, cbasn1.SEQUENCE) || !status.ReadASN1Integer(&code) {
			return nil, asn1Err("time-stamp status")
		}
		if code != 0 && code != 1 {
			return nil, errors.New("the time stamp was not granted")
		}
		if !outer.ReadASN1(&outer, cbasn1.SEQUENCE) {
			return nil, asn1Err("time-stamp token")
		}
	}
	oid, ok := readOID(&outer)
	var wrapped, sd cryptobyte.String
	if !ok || oid != oidSignedData || !outer.ReadASN1(&wrapped, ctxTag(0)) || !wrapped.ReadASN1(&sd, cbasn1.SEQUENCE) {
		return nil, asn1Err("time-stamp token is no signed data")
	}
	return parseSignedData(sd)
}

func parseSignedData(sd cryptobyte.String) (*SignedData, error) {
	out := &SignedData{NoCerts: true}
	var version int
	var digests, encap, signers cryptobyte.String
	if !sd.ReadASN1Integer(&version) || !sd.ReadASN1(&digests, cbasn1.SET) || !sd.ReadASN1(&encap, cbasn1.SEQUENCE) {
		return nil, asn1Err("signed data")
	}
	var ok bool
	if out.ContentType, ok = readOID(&encap); !ok {
		return nil, asn1Err("signed content")
	}
	if !encap.Empty() {
		var wrapped, content cryptobyte.String
		if !encap.ReadASN1(&wrapped, ctxTag(0)) || !wrapped.ReadASN1(&content, cbasn1.OCTET_STRING) {
			return nil, asn1Err("signed content")
		}
		out.Content = content
	}
	if sd.PeekASN1Tag(ctxTag(0)) {
		var list cryptobyte.String
		if !sd.ReadASN1(&list, ctxTag(0)) {
			return nil, asn1Err("time-stamp certificates")
		}
		out.NoCerts = false
		for n := 0; !list.Empty(); n++ {
			var one cryptobyte.String
			var tag cbasn1.Tag
			if !list.ReadAnyASN1Element(&one, &tag) || n > 32 {
				return nil, asn1Err("time-stamp certificates")
			}
			c, err := ParseCertificate(one)
			if tag != cbasn1.SEQUENCE || err != nil {
				out.OtherCerts = true
				continue
			}
			out.Certs = append(out.Certs, c)
		}
	}
	sd.SkipOptionalASN1(ctxTag(1))
	if !sd.ReadASN1(&signers, cbasn1.SET) {
		return nil, asn1Err("time-stamp signers")
	}
	for !signers.Empty() {
		s, err := parseSigner(&signers)
		if err != nil {
			return nil, err
		}
		if out.Signers = append(out.Signers, s); len(out.Signers) > 8 {
			return nil, asn1Err("time stamp with too many signers")
		}
	}
	return out, nil
}

func parseSigner(list *cryptobyte.String) (s SignerInfo, err error) {
	var seq cryptobyte.String
	var version int
	if !list.ReadASN1(&seq, cbasn1.SEQUENCE) || !seq.ReadASN1Integer(&version) {
		return s, asn1Err("signer")
	}
	if seq.PeekASN1Tag(cbasn1.SEQUENCE) {
		var id, name cryptobyte.String
		s.serial = new(big.Int)
		if !seq.ReadASN1(&id, cbasn1.SEQUENCE) || !id.ReadASN1Element(&name, cbasn1.SEQUENCE) || !id.ReadASN1Integer(s.serial) {
			return s, asn1Err("signer id")
		}
		s.issuer = name
	} else {
		var id cryptobyte.String
		if !seq.ReadASN1(&id, cbasn1.Tag(0).ContextSpecific()) {
			return s, asn1Err("signer id")
		}
		s.keyID = id
	}
	var ok bool
	if s.Digest, ok = readAlgorithm(&seq); !ok {
		return s, asn1Err("signer digest")
	}
	if seq.PeekASN1Tag(ctxTag(0)) {
		var attrs cryptobyte.String
		if !seq.ReadASN1(&attrs, ctxTag(0)) {
			return s, asn1Err("signed attributes")
		}
		s.HasAttrs, s.attrs = true, attrs
	}
	var sig cryptobyte.String
	if _, ok = readAlgorithm(&seq); !ok || !seq.ReadASN1(&sig, cbasn1.OCTET_STRING) {
		return s, asn1Err("signer signature")
	}
	s.signature = sig
	return s, nil
}

// Attribute gives the values of a signed attribute as the content of their SET, and how many there are.
func (s *SignerInfo) Attribute(oid string) (values []cryptobyte.String, found bool) {
	list := cryptobyte.String(s.attrs)
	for !list.Empty() {
		var one, set cryptobyte.String
		if !list.ReadASN1(&one, cbasn1.SEQUENCE) {
			return nil, false
		}
		got, ok := readOID(&one)
		if !ok || got != oid || !one.ReadASN1(&set, cbasn1.SET) {
			continue
		}
		for !set.Empty() {
			var v cryptobyte.String
			var tag cbasn1.Tag
			if !set.ReadAnyASN1Element(&v, &tag) {
				return nil, true
			}
			values = append(values, v)
		}
		return values, true
	}
	return nil, false
}

// ParseTSTInfo reads the statement of a time stamp.
func ParseTSTInfo(der []byte) (t TSTInfo, err error) {
	input := cryptobyte.String(der)
	var seq, imprint, hashed cryptobyte.String
	var version int
	bad := asn1Err("time-stamp statement")
	if !input.ReadASN1(&seq, cbasn1.SEQUENCE) || !seq.ReadASN1Integer(&version) {
		return t, bad
	}
	if _, ok := readOID(&seq); !ok || !seq.ReadASN1(&imprint, cbasn1.SEQUENCE) {
		return t, bad
	}
	alg, ok := readAlgorithm(&imprint)
	serial := new(big.Int)
	if !ok || !imprint.ReadASN1(&hashed, cbasn1.OCTET_STRING) || !seq.ReadASN1Integer(serial) {
		return t, bad
	}
	t.ImprintAlg, t.Imprint = alg.OID, hashed
	if t.GenTime, ok = readTSTTime(&seq); !ok {
		return t, bad
	}
	if seq.PeekASN1Tag(cbasn1.SEQUENCE) {
		var acc cryptobyte.String
		if !seq.ReadASN1(&acc, cbasn1.SEQUENCE) {
			return t, bad
		}
		t.Accuracy = readAccuracy(acc)
	}
	return t, nil
}

// readTSTTime reads the generation time, which may carry a fraction of a second.
func readTSTTime(s *cryptobyte.String) (time.Time, bool) {
	var raw cryptobyte.String
	if !s.ReadASN1(&raw, cbasn1.GeneralizedTime) {
		return time.Time{}, false
	}
	t, err := time.Parse("20060102150405Z07", string(raw)) // a fraction after the seconds is accepted by Parse
	return t.UTC().Truncate(time.Second), err == nil
}

func readAccuracy(acc cryptobyte.String) time.Duration {
	var total time.Duration
	var n int64
	if acc.PeekASN1Tag(cbasn1.INTEGER) && acc.ReadASN1Integer(&n) && n >= 0 && n < 1<<20 {
		total = time.Duration(n) * time.Second
	}
	for i, unit := range []time.Duration{time.Millisecond, time.Microsecond} {
		var raw cryptobyte.String
		if tag := cbasn1.Tag(i).ContextSpecific(); acc.PeekASN1Tag(tag) && acc.ReadASN1(&raw, tag) && len(raw) <= 2 {
			v := 0
			for _, b := range raw {
				v = v<<8 | int(b)
			}
			total += time.Duration(v) * unit
		}
	}
	return (total + time.Second - 1).Truncate(time.Second)
}

// SignerCert finds the certificate of a signer among those that travel along; nil when it is not there.
func (sd *SignedData) SignerCert(s *SignerInfo) *Certificate {
	for _, c := range sd.Certs {
		if s.keyID != nil {
			if bytes.Equal(s.keyID, c.subjectKey) {
				return c
			}
		} else if bytes.Equal(s.issuer, c.Issuer) && s.serial.Cmp(c.Serial) == 0 {
			return c
		}
	}
	return nil
}

// BoundTo checks the signing-certificate attributes (RFC 2634, RFC 5035): the first hash must be that of the signer.
func BoundTo(s *SignerInfo, leaf *Certificate) bool {
	for _, oid := range []string{oidAttrSignCert, oidAttrSignCert2} {
		values, found := s.Attribute(oid)
		if !found {
			continue
		}
		var sc, list, id, want cryptobyte.String
		if len(values) != 1 || !values[0].ReadASN1(&sc, cbasn1.SEQUENCE) || !sc.ReadASN1(&list, cbasn1.SEQUENCE) || !list.ReadASN1(&id, cbasn1.SEQUENCE) {
			return false
		}
		hash := crypto.SHA1
		if oid == oidAttrSignCert2 {
			hash = crypto.SHA256
			if id.PeekASN1Tag(cbasn1.SEQUENCE) {
				alg, ok := readAlgorithm(&id)
				if hash = HashByOID[alg.OID]; !ok || hash == 0 {
					return false
				}
			}
		}
		h := hash.New()
		h.Write(leaf.Raw)
		if !id.ReadASN1(&want, cbasn1.OCTET_STRING) || !bytes.Equal(h.Sum(nil), want) {
			return false
		}
	}
	return true
}

// SignatureValid verifies the signature over the signed attributes, or over the content when there are none.
func (sd *SignedData) SignatureValid(s *SignerInfo, leaf *Certificate, hash crypto.Hash) bool {
	if !s.HasAttrs {
		return verifyCMS(leaf, hash, sd.Content, s.signature)
	}
	if verifyCMS(leaf, hash, derSet(s.attrs), s.signature) {
		return true
	}
	// The attributes are signed in DER order, whatever order they travel in.
	sorted, ok := sortSet(s.attrs)
	return ok && verifyCMS(leaf, hash, derSet(sorted), s.signature)
}

// verifyCMS also takes ECDSA signatures that are the two bare numbers, as time stamps made in browsers have them.
func verifyCMS(leaf *Certificate, hash crypto.Hash, data, sig []byte) bool {
	if verifyDER(leaf, hash, false, data, sig) {
		return true
	}
	pub, err := leaf.PublicKey()
	key, ok := pub.(*ecdsa.PublicKey)
	if err != nil || !ok || len(sig) != 2*((key.Curve.Params().BitSize+7)/8) {
		return false
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(c *cryptobyte.Builder) {
		c.AddASN1BigInt(new(big.Int).SetBytes(sig[:len(sig)/2]))
		c.AddASN1BigInt(new(big.Int).SetBytes(sig[len(sig)/2:]))
	})
	return verifyDER(leaf, hash, false, data, b.BytesOrPanic())
}

func derSet(content []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SET, func(c *cryptobyte.Builder) { c.AddBytes(content) })
	return b.BytesOrPanic()
}

func sortSet(content []byte) ([]byte, bool) {
	var parts [][]byte
	for list := cryptobyte.String(content); !list.Empty(); {
		var one cryptobyte.String
		var tag cbasn1.Tag
		if !list.ReadAnyASN1Element(&one, &tag) {
			return nil, false
		}
		parts = append(parts, one)
	}
	sort.Slice(parts, func(i, j int) bool { return bytes.Compare(parts[i], parts[j]) < 0 })
	return bytes.Join(parts, nil), true
}

// OrderChain puts certificates of a bag in order from the leaf towards the root.
func OrderChain(leaf *Certificate, bag []*Certificate) []*Certificate {
	chain := []*Certificate{leaf}
	used := map[*Certificate]bool{leaf: true}
	for range bag {
		var next *Certificate
		for _, c := range bag {
			if !used[c] && bytes.Equal(chain[len(chain)-1].Issuer, c.Subject) {
				next = c
				break
			}
		}
		if next == nil {
			break
		}
		used[next] = true
		chain = append(chain, next)
	}
	return chain
}
