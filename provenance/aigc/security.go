package aigc

import (
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"strings"
)

// Security is what a reserved field holds for protection. The guide TC260-PG-202511A has SecurityData, a JSON object with
// signatures, public keys and bindings to the content; many write something of their own instead. Nothing is verified
// here: the key travels inside the file, so a good signature would show only that both were written together.
type Security struct {
	// Field is ReservedCode1 or ReservedCode2.
	Field string `json:"field"`
	// Form is security-data, signature (a bare ECDSA or SM2 signature in hexadecimal), uuid, hash, base64 or opaque.
	Form string `json:"form"`
	// Version is that of SecurityData.
	Version int `json:"version,omitempty"`
	// Signatures, Keys and Bindings are the entries of SecurityData, at most 64 in all.
	Signatures []Signature `json:"signatures,omitempty"`
	Keys       []PublicKey `json:"keys,omitempty"`
	Bindings   []string    `json:"bindings,omitempty"` // the type of each
	// Problem says what could not be read; empty when everything was.
	Problem string `json:"problem,omitempty"`
}

// Signature is one signature of SecurityData.
type Signature struct {
	// Algorithm is SM2-SM3, or the object identifier as written.
	Algorithm string `json:"algorithm"`
	// Signs is what it is over: label, or the type as written.
	Signs string `json:"signs"`
	KeyID string `json:"key_id,omitempty"`
	// Bytes is the signature; WellFormed says that it is a DER sequence of two positive numbers.
	Bytes      []byte `json:"bytes"`
	WellFormed bool   `json:"well_formed"`
}

// PublicKey is one key of SecurityData.
type PublicKey struct {
	Algorithm string `json:"algorithm"`
	KeyID     string `json:"key_id,omitempty"`
	// Form is spki, point (x and y), compressed, x-only or unknown.
	Form  string `json:"form"`
	Bytes []byte `json:"bytes"`
}

const maxSecurityEntries = 64

// SignedText is what a signature over the label of the given field is computed over (guide, Annex A.1): the three fields of
// the producer, or those of the propagator, as they stand in the JSON.
func (l *Label) SignedText(field string) string {
	first, who, id := l.Label, l.ContentProducer, l.ProduceID
	names := [3]string{"Label", "ContentProducer", "ProduceID"}
	if field == "ReservedCode2" {
		who, id = l.ContentPropagator, l.PropagateID
		names[1], names[2] = "ContentPropagator", "PropagateID"
	}
	var parts []string
	for i, v := range [3]string{first, who, id} {
		parts = append(parts, `"`+names[i]+`":`+quoteJSON(v))
	}
	return strings.Join(parts, ",")
}

// parseSecurity reads a reserved field; false when it is empty.
func parseSecurity(v string) (Security, bool) {
	v = strings.TrimSpace(v)
	if v == "" {
		return Security{}, false
	}
	if !strings.HasPrefix(v, "{") {
		return Security{Form: opaqueForm(v)}, true
	}
	s := Security{Form: "security-data"}
	o, err := parseObject(v)
	if err != nil {
		s.Problem = err.Error()
		return s, true
	}
	body, ok := o.object("SecurityData")
	if !ok {
		body = o // some leave the outer object out
		if _, ok := body.get("PubSD"); !ok {
			s.Form = "opaque"
			return s, true
		}
	}
	if t := body.text("Type"); strings.TrimSpace(t) != "TC260PG" {
		s.Problem = "type " + quoted(t)
	}
	if v, ok := body.get("Version"); ok && len(v.raw) == 1 {
		s.Version = int(v.raw[0] - '0')
	}
	entries := append(body.list("PubSD"), body.list("PubSd")...)
	for _, e := range entries[:min(len(entries), maxSecurityEntries)] {
		s.add(e)
	}
	for _, b := range body.list("Bindings") {
		if len(s.Bindings) < maxSecurityEntries {
			s.Bindings = append(s.Bindings, b.text("Type"))
		}
	}
	return s, true
}

func (s *Security) add(e *object) {
	alg := e.text("AlgID")
	if alg == "1.2.156.10197.1.501" {
		alg = "SM2-SM3"
	}
	switch kind := e.text("Type"); kind {
	case "DS":
		sig := Signature{Algorithm: alg, KeyID: e.text("KeyID")}
		if tbs, ok := e.object("TBSData"); ok {
			sig.Signs = tbs.text("Type")
		}
		if sig.Signs == "Md" || sig.Signs == "LabelMataData" || sig.Signs == "LabelMetaData" {
			sig.Signs = "label"
		}
		var err error
		if sig.Bytes, err = hex.DecodeString(e.text("Signature")); err != nil {
			if sig.Bytes, err = base64.StdEncoding.DecodeString(e.text("Signature")); err != nil {
				s.Problem = "a signature that is neither hexadecimal nor base64"
			}
		}
		sig.WellFormed = isTwoNumbers(sig.Bytes)
		s.Signatures = append(s.Signatures, sig)
	case "PubKey":
		k := PublicKey{Algorithm: alg, KeyID: e.text("KeyID")}
		k.Bytes, _ = hex.DecodeString(e.text("KeyValue"))
		k.Form = keyForm(k.Bytes)
		s.Keys = append(s.Keys, k)
	default:
		s.Problem = "an entry of type " + quoted(kind)
	}
}

func isTwoNumbers(der []byte) bool {
	var v struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(der, &v)
	return err == nil && len(rest) == 0 && v.R.Sign() > 0 && v.S.Sign() > 0
}

func keyForm(b []byte) string {
	switch {
	case len(b) > 65 && b[0] == 0x30:
		return "spki"
	case len(b) == 64, len(b) == 65 && b[0] == 4:
		return "point"
	case len(b) == 33 && (b[0] == 2 || b[0] == 3):
		return "compressed"
	case len(b) == 32, len(b) == 33 && b[0] == 0:
		return "x-only"
	}
	return "unknown"
}

func opaqueForm(v string) string {
	if len(v) == 36 && strings.Count(v, "-") == 4 {
		if b, err := hex.DecodeString(strings.ReplaceAll(v, "-", "")); err == nil && len(b) == 16 {
			return "uuid"
		}
	}
	if b, err := hex.DecodeString(v); err == nil {
		switch {
		case isTwoNumbers(b):
			return "signature"
		case len(b) == 16, len(b) == 20, len(b) == 32, len(b) == 48, len(b) == 64:
			return "hash"
		}
		return "opaque"
	}
	if b, err := base64.StdEncoding.DecodeString(v); err == nil && len(b) >= 16 {
		return "base64"
	}
	return "opaque"
}
