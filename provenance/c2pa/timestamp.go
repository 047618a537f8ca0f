package c2pa

import (
	"bytes"
	"crypto"
	"encoding/asn1"
	"errors"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"anxin/provenance/c2pa/internal/pki"
)

// verifyTimeStamp judges a time stamp over data by the rules of C2PA section 15.8: form, signer, signed attributes,
// signature, validity of the authority's certificate, message digest, trust. Findings are logged as the specification
// names them; on success the time of the statement is returned.
func verifyTimeStamp(der, data []byte, trust *Trust, checkTrust bool, log *tracker) (time.Time, error) {
	sd, err := pki.ParseTimeStamp(der)
	if err != nil {
		log.info(TimeStampMalformed, "", "the time stamp cannot be read: "+err.Error())
		return time.Time{}, err
	}
	if sd.NoCerts || sd.OtherCerts {
		log.info(TimeStampUntrusted, "", "the time stamp carries no usable certificate")
		return time.Time{}, errors.New("no certificate")
	}
	err = errors.New("no signer")
	var last *tracker
	for i := range sd.Signers {
		s := &sd.Signers[i]
		leaf := sd.SignerCert(s)
		if leaf == nil {
			continue
		}
		var at time.Time
		last = &tracker{}
		if at, err = verifySigner(sd, s, leaf, data, trust, checkTrust, last); err == nil {
			log.take(last)
			return at, nil
		}
	}
	if last != nil {
		log.take(last)
	}
	return time.Time{}, err
}

func verifySigner(sd *pki.SignedData, s *pki.SignerInfo, leaf *pki.Certificate, data []byte, trust *Trust, checkTrust bool, log *tracker) (time.Time, error) {
	say := func(code, why string) (time.Time, error) {
		log.info(code, "", why)
		return time.Time{}, errors.New(why)
	}
	tst, err := pki.ParseTSTInfo(sd.Content)
	if sd.ContentType != pki.OIDTSTInfo || err != nil {
		return say(TimeStampMalformed, "the time stamp holds no statement")
	}
	hash := pki.HashByOID[s.Digest.OID]
	if s.HasAttrs {
		if code, why := attributesProblem(sd, s, leaf, &tst, hash); code != "" {
			if code == TimeStampUntrusted && checkTrust {
				profileOfAuthority(leaf, tst.GenTime, log)
			}
			return say(code, why)
		}
	}
	if hash == 0 || !sd.SignatureValid(s, leaf, hash) {
		return say(TimeStampUntrusted, "the signature of the time stamp does not match")
	}
	if tst.GenTime.Before(leaf.NotBefore.Add(-tst.Accuracy)) || tst.GenTime.After(leaf.NotAfter.Add(tst.Accuracy)) {
		return say(TimeStampOutsideValidity, "the authority's certificate was not valid at the time of the stamp")
	}
	imprint := pki.HashByOID[tst.ImprintAlg]
	if imprint == 0 {
		return say(TimeStampUntrusted, "the time stamp uses an unknown hash")
	}
	h := imprint.New()
	h.Write(data)
	if !bytes.Equal(h.Sum(nil), tst.Imprint) {
		return say(TimeStampMismatch, "the time stamp is for other bytes: "+leaf.Name("2.5.4.3"))
	}
	log.ok(TimeStampValidated, "", "the time stamp is for these bytes: "+leaf.Name("2.5.4.3"))
	if !checkTrust {
		log.ok(TimeStampTrusted, "", "time stamps of version 1 claims are taken without a trust list: "+leaf.Name("2.5.4.3"))
		return tst.GenTime, nil
	}
	if !profileOfAuthority(leaf, tst.GenTime, log) {
		return say(TimeStampUntrusted, "the authority's certificate breaks the profile")
	}
	if !trust.trusts(pki.OrderChain(leaf, sd.Certs), roleTSA, trust.signingUsages(), tst.GenTime) {
		return say(TimeStampUntrusted, "the time-stamp authority is not trusted: "+leaf.Name("2.5.4.3"))
	}
	log.ok(TimeStampTrusted, "", "the time-stamp authority is trusted: "+leaf.Name("2.5.4.3"))
	return tst.GenTime, nil
}

func profileOfAuthority(leaf *pki.Certificate, at time.Time, log *tracker) bool {
	why, expired := pki.ProfileProblem(leaf, pki.UsageRule{Mandatory: pki.OIDEKUTime}, at)
	if why != "" {
		log.fail(profileCode(expired), "", "time-stamp certificate: "+why)
	}
	return why == ""
}

// attributesProblem checks the signed attributes: digest of the statement, type of the content, the certificate the
// signer bound itself to. A signing time among them replaces the time of the statement.
func attributesProblem(sd *pki.SignedData, s *pki.SignerInfo, leaf *pki.Certificate, tst *pki.TSTInfo, hash crypto.Hash) (code, why string) {
	if values, found := s.Attribute(pki.OIDAttrTime); found && len(values) == 1 {
		if t, ok := pki.ReadTime(&values[0]); ok {
			tst.GenTime = t.UTC()
		}
	}
	values, found := s.Attribute(pki.OIDAttrDigest)
	var digest cryptobyte.String
	if !found || len(values) != 1 || !values[0].ReadASN1(&digest, cbasn1.OCTET_STRING) || hash == 0 {
		return TimeStampMalformed, "the time stamp lacks a usable message digest"
	}
	h := hash.New()
	h.Write(sd.Content)
	if !bytes.Equal(h.Sum(nil), digest) {
		return TimeStampMismatch, "the statement of the time stamp was changed"
	}
	if values, found := s.Attribute(pki.OIDAttrType); found {
		var oid asn1.ObjectIdentifier
		if len(values) != 1 || !values[0].ReadASN1ObjectIdentifier(&oid) || oid.String() != sd.ContentType {
			return TimeStampMalformed, "the time stamp names another type of content"
		}
	}
	if !pki.BoundTo(s, leaf) {
		return TimeStampUntrusted, "the time stamp was bound to another certificate"
	}
	return "", ""
}

// signatureTime judges the time stamp inside a COSE signature (sigTst over the payload, sigTst2 over the signature).
// A zero time and nil error mean that there is none.
func signatureTime(s *sign1, payload []byte, trust *Trust, checkTrust bool, log *tracker) (time.Time, error) {
	container, over := s.unprotected.get("sigTst2"), []byte(nil)
	second := s.firstTimeStampIsV2()
	if second && container.present() {
		over = appendCBORBytes(nil, s.signature)
	} else if container, over = s.unprotected.get("sigTst"), payload; !container.present() {
		return time.Time{}, nil
	}
	tokens := container.get("tstTokens")
	if !tokens.isArray() {
		return time.Time{}, errors.New("no time-stamp tokens")
	}
	if len(tokens.items) > 1 {
		log.info(TimeStampMalformed, "", "more than one time stamp in one signature")
		return time.Time{}, errors.New("more than one time stamp")
	}
	if len(tokens.items) == 0 {
		return time.Time{}, errors.New("no time-stamp tokens")
	}
	der, ok := tokens.items[0].get("val").bytes()
	if !ok {
		return time.Time{}, errors.New("no time-stamp token")
	}
	return verifyTimeStamp(der, sigStructure("CounterSignature", s.protected, over), trust, checkTrust, log)
}

// firstTimeStampIsV2: when both forms are present, the one written first counts.
func (s *sign1) firstTimeStampIsV2() bool {
	for i := 0; i+1 < len(s.unprotected.items); i += 2 {
		switch s.unprotected.items[i].text() {
		case "sigTst2":
			return true
		case "sigTst":
			return false
		}
	}
	return false
}
