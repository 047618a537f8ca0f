package c2pa

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"anxin/provenance/c2pa/internal/pki"
)

// CAWG identity assertions: somebody binds their name to a manifest, with an X.509 certificate or with a credential of
// an identity claims aggregator (ICA). Their findings concern that name; except for a broken aggregator credential they
// do not make the manifest invalid.

const (
	sigTypeX509 = "cawg.x509.cose"
	sigTypeICA  = "cawg.identity_claims_aggregation"
)

// signerPayload is what an identity signature covers.
type signerPayload struct {
	raw     []byte
	refs    []hashedURI
	sigType string
	roles   []string
}

// checkIdentities judges the identity assertions of every manifest in the store. Their findings bear the address of the manifest
// they stand in and are listed with those about the active one.
func (v *validation) checkIdentities() {
	for _, m := range v.store.manifests {
		if m.claim == nil {
			continue
		}
		for _, a := range m.byBase("cawg.identity") {
			if a.redacted || a.broken != "" {
				continue
			}
			v.log.current = append(v.log.current, assertionURI(m.label, a.label))
			v.checkIdentity(m, a)
			v.log.current = v.log.current[:len(v.log.current)-1]
		}
	}
}

func (v *validation) checkIdentity(m *manifest, a *assertion) {
	p, sig, ok := readSignerPayload(a)
	if !ok {
		// CAWG calls it cawg.identity.cbor.invalid; like any other assertion that cannot be decoded, it is missing.
		v.log.fail(AssertionRequiredMissing, "", "the identity assertion cannot be read (cawg.identity.cbor.invalid)")
		return
	}
	for _, pad := range []string{"pad1", "pad2"} {
		if b, _ := a.val.get(pad).bytes(); !allZero(b) {
			v.log.fail(IdentityPadInvalid, "", "padding that is not zero")
			break
		}
	}
	v.checkPayload(m, &p)
	switch p.sigType {
	case sigTypeX509:
		v.checkX509Identity(&p, sig)
	case sigTypeICA:
		c := icaCheck{v: v, payload: &p}
		c.run(sig)
	default:
		v.log.fail(IdentitySigTypeUnknown, "", "an identity signature of an unknown kind")
	}
}

func readSignerPayload(a *assertion) (p signerPayload, sig []byte, ok bool) {
	sp := a.val.get("signer_payload")
	sig, ok = a.val.get("signature").bytes()
	if _, padded := a.val.get("pad1").bytes(); !ok || !padded || !sp.isMap() {
		return p, nil, false
	}
	p.raw = a.data[sp.start:sp.end]
	if p.refs, ok = readHashedURIs(sp.get("referenced_assertions")); !ok {
		return p, nil, false
	}
	if p.sigType, ok = sp.get("sig_type").str(); !ok {
		return p, nil, false
	}
	if roles := sp.get("role"); roles.isArray() {
		for i := range roles.items {
			p.roles = append(p.roles, roles.items[i].text())
		}
	}
	return p, sig, true
}

var manifestPart = regexp.MustCompile(`/c2pa/[^/]+/`)

// checkPayload: the assertions named must be those of the claim, one of them a hard binding, none twice.
func (v *validation) checkPayload(m *manifest, p *signerPayload) {
	binds := false
	seen := map[string]bool{}
	for _, ref := range p.refs {
		var found *hashedURI
		for i := range m.claim.refs {
			r := &m.claim.refs[i]
			if r.url == ref.url || manifestPart.ReplaceAllString(r.url, "") == ref.url {
				found = r
				break
			}
		}
		if found == nil || !bytes.Equal(found.hash, ref.hash) {
			v.log.fail(IdentityAssertionMismatch, "", "the identity refers to an assertion that is not in the claim: "+ref.url)
		}
		if i := strings.LastIndexByte(ref.url, '/'); i >= 0 {
			base, _, _ := splitLabel(ref.url[i+1:])
			binds = binds || slices.Contains(hashBases, base) || base == "c2pa.hash.multi-asset"
		}
	}
	if !binds {
		v.log.fail(IdentityBindingMissing, "", "the identity refers to no hard binding")
	}
	for _, ref := range p.refs {
		if seen[ref.url] {
			v.log.fail(IdentityAssertionDuplicate, "", "the identity refers to one assertion twice")
		}
		seen[ref.url] = true
	}
}

// x509Codes are the names that CAWG gives to the findings about a COSE signature.
var x509Codes = map[string]string{
	AlgorithmUnsupported: IdentityX509Algorithm, SigningCredentialTrusted: IdentityX509Trusted, SigningCredentialUntrusted: IdentityX509Untrusted,
	SigningCredentialInvalid: IdentityX509Invalid, SigningCredentialExpired: IdentityX509Outside, ClaimSignatureMismatch: IdentityX509Mismatch,
}

func (v *validation) checkX509Identity(p *signerPayload, sig []byte) {
	s, err := parseSign1(sig)
	if err != nil {
		v.log.fail(IdentityX509Mismatch, "", "the identity signature cannot be read: "+err.Error())
		return
	}
	inner := &tracker{}
	ctx := signatureContext{trust: v.trust, role: roleIdentity, usages: pki.UsageRule{Allowed: asSet(standardUsages)}, at: v.at}
	_, err = judgeSignature(s, p.raw, time.Time{}, ctx, inner)
	if errors.Is(err, pki.ErrMalformedASN1) && len(inner.items) == 0 {
		inner.fail(IdentityX509Untrusted, "", "the certificate of the identity cannot be read: "+err.Error())
		inner.fail(IdentityX509Invalid, "", "the certificate of the identity cannot be read")
	} else if errors.Is(err, errMismatch) || err != nil && len(inner.items) == 0 {
		inner.fail(IdentityX509Mismatch, "", "the identity signature does not match: "+err.Error())
	}
	for i := range inner.items {
		if code, ok := x509Codes[inner.items[i].Code]; ok {
			inner.items[i].Code = code
		}
	}
	v.log.take(inner)
	if err == nil {
		v.log.ok(IdentityX509Validated, "", "the identity signature is valid")
		v.log.ok(IdentityWellFormed, "", "the identity assertion is well formed")
	}
}

// icaCredential is the verifiable credential of an aggregator.
type icaCredential struct {
	Context    []string        `json:"@context"`
	Type       []string        `json:"type"`
	Issuer     string          `json:"issuer"`
	ValidFrom  *time.Time      `json:"validFrom"`
	ValidUntil *time.Time      `json:"validUntil"`
	Subject    json.RawMessage `json:"credentialSubject"`
}

type icaSubject struct {
	Identities []struct {
		Type       string     `json:"type"`
		VerifiedAt *time.Time `json:"verifiedAt"`
		Provider   *struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"provider"`
	} `json:"verifiedIdentities"`
	Asset *struct {
		Refs []struct {
			URL  string     `json:"url"`
			Alg  string     `json:"alg"`
			Hash base64Text `json:"hash"`
		} `json:"referenced_assertions"`
		SigType *string  `json:"sig_type"`
		Roles   []string `json:"role"`
	} `json:"c2paAsset"`
}

// base64Text is a hash as aggregators write it: base64, as a string or as the list of its character codes.
type base64Text string

// UnmarshalJSON accepts both forms.
func (b *base64Text) UnmarshalJSON(raw []byte) error {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		*b = base64Text(text)
		return nil
	}
	var codes []uint16
	if err := json.Unmarshal(raw, &codes); err != nil {
		return err
	}
	out := make([]byte, len(codes))
	for i, c := range codes {
		out[i] = byte(c)
	}
	*b = base64Text(out)
	return nil
}

type icaCheck struct {
	v       *validation
	payload *signerPayload
}

// run follows the validation method of the CAWG identity assertion 1.1, section 8.1.
func (c *icaCheck) run(sig []byte) {
	log := c.v.log
	s, err := parseSign1(sig)
	if err != nil {
		log.fail(ICAInvalidCOSE, "", "the credential cannot be read: "+err.Error())
		return
	}
	if alg, ok := s.header.getInt(1).int(); !ok || alg != -8 {
		log.fail(ICAInvalidAlg, "", "the credential is not signed with EdDSA")
		return
	}
	good := true
	bad := func(code, why string) {
		good = false
		log.fail(code, "", why)
	}
	if s.header.getInt(3).text() != "application/vc" {
		bad(ICAInvalidContentType, "the content is not declared as a verifiable credential")
	}
	cred, subject, err := parseICA(s.payload)
	if err != nil {
		log.fail(ICAInvalidCredential, "", err.Error())
		return
	}
	if code, why := c.checkIssuer(s, cred.Issuer); code != "" {
		bad(code, why)
	} else if did, _, _ := strings.Cut(cred.Issuer, "#"); c.v.trust == nil || !c.v.trust.icaIssuers[did] {
		good = false
		log.info(ICAUntrusted, "", "the aggregator is not on the list of trusted issuers")
	}
	stamped, ok := c.checkTime(s)
	good = good && ok
	if cred.ValidFrom == nil {
		bad(ICAValidFromMissing, "the credential has no date from which it is valid")
	} else if c.v.at.Before(*cred.ValidFrom) || !stamped.IsZero() && stamped.Before(*cred.ValidFrom) {
		bad(ICAValidFromInvalid, "the credential was not yet valid")
	}
	if u := cred.ValidUntil; u != nil && (c.v.at.After(*u) || stamped.After(*u)) {
		bad(ICAValidUntilInvalid, "the credential was no longer valid")
	}
	if !c.samePayload(subject) {
		bad(ICAPayloadMismatch, "the credential was issued for another asset")
	}
	if good {
		log.ok(ICAValid, "", "the credential is valid")
	}
}

func parseICA(payload []byte) (cred icaCredential, subject icaSubject, err error) {
	if payload == nil {
		return cred, subject, errors.New("the credential is missing")
	}
	if err = json.Unmarshal(payload, &cred); err != nil {
		return cred, subject, errors.New("the credential is not valid JSON")
	}
	raw := bytes.TrimSpace(cred.Subject)
	if len(raw) > 0 && raw[0] == '[' {
		var list []icaSubject
		if err = json.Unmarshal(raw, &list); err == nil && len(list) > 0 {
			subject = list[0]
		}
	} else if err = json.Unmarshal(raw, &subject); err != nil {
		err = errors.New("the subject of the credential cannot be read")
	}
	switch {
	case err != nil:
	case len(cred.Context) == 0 || len(cred.Type) == 0 || cred.Issuer == "":
		err = errors.New("the credential lacks context, type or issuer")
	case len(subject.Identities) == 0 || subject.Asset == nil || subject.Asset.SigType == nil:
		err = errors.New("the credential names no identity or no asset")
	}
	for _, id := range subject.Identities {
		if err == nil && (id.Type == "" || id.VerifiedAt == nil || id.Provider == nil || id.Provider.Name == "") {
			err = errors.New("an identity in the credential is incomplete")
		}
	}
	return cred, subject, err
}

var validDID = regexp.MustCompile(`^did:[a-z0-9]+:[A-Za-z0-9/.%#?_-]+`)

// checkIssuer verifies the credential with the key of its issuer. Keys that would have to be fetched are not.
func (c *icaCheck) checkIssuer(s *sign1, issuer string) (code, why string) {
	if !validDID.MatchString(issuer) {
		return ICAInvalidIssuer, "the issuer is no DID"
	}
	did, _, _ := strings.Cut(issuer, "#")
	parts := strings.SplitN(did, ":", 3)
	switch parts[1] {
	case "jwk":
	case "web":
		return ICADIDUnavailable, "the key of the issuer is kept on the web and is not fetched"
	default:
		return ICAInvalidIssuer, "the issuer is a DID of an unknown method"
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[2], "="))
	if err != nil {
		return ICAInvalidDIDDocument, "the key of the issuer cannot be read"
	}
	var key struct{ Kty, Crv, X string }
	if json.Unmarshal(raw, &key) != nil || key.Kty != "OKP" || key.Crv != "Ed25519" {
		return ICAInvalidDIDDocument, "the key of the issuer is not Ed25519"
	}
	x, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(key.X, "="))
	if err != nil || len(x) != ed25519.PublicKeySize || !ed25519.Verify(x, sigStructure("Signature1", s.protected, s.payload), s.signature) {
		return ICASignatureMismatch, "the signature does not match the credential"
	}
	return "", ""
}

// checkTime judges the time stamp of the credential, if it has one.
func (c *icaCheck) checkTime(s *sign1) (time.Time, bool) {
	var inner tracker
	t, err := signatureTime(s, s.payload, nil, false, &inner)
	switch {
	case err == nil && t.IsZero():
		return t, true
	case err == nil:
		c.v.log.ok(ICATimeStampValidated, "", "the time stamp of the credential is for it")
		return t, true
	case len(inner.items) > 0:
		c.v.log.fail(ICATimeStampInvalid, "", "the time stamp of the credential is not for it")
		return time.Time{}, false
	}
	return time.Time{}, true
}

// samePayload compares what the aggregator vouched for with what the assertion refers to.
func (c *icaCheck) samePayload(subject icaSubject) bool {
	a := subject.Asset
	if *a.SigType != c.payload.sigType || len(a.Refs) != len(c.payload.refs) || !slices.Equal(a.Roles, c.payload.roles) {
		return false
	}
	for i, r := range a.Refs {
		want := c.payload.refs[i]
		hash, err := base64.StdEncoding.DecodeString(string(r.Hash))
		if err != nil || r.URL != want.url || !bytes.Equal(hash, want.hash) || want.alg != "" && r.Alg != want.alg {
			return false
		}
	}
	return true
}
