// Package labelsig checks the signatures that some services keep in their labels of AI-made content (SecurityData of
// TC260-PG-202511A, algorithm SM2 with SM3). It is apart from package aigc because it needs an implementation of SM2.
//
//	report, _ := aigc.Read(ctx, f, size, aigc.Options{})
//	for _, r := range labelsig.Check(report.Label) { fmt.Println(r.Field, r.State) }
//
// The key stands in the label that it signs. A good signature therefore says that the fields were not changed since they
// were written together with that key; whose key it is, it says only when the key is known from elsewhere (Result.Key).
// One that does not verify says little: services differ in what they sign, and how.
package labelsig

import (
	"crypto/ecdsa"
	"encoding/asn1"
	"encoding/hex"
	"math/big"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/smx509"

	"anxin/provenance/aigc"
)

// State is the outcome for one reserved field.
type State string

// States.
const (
	Good        State = "good"        // a signature over the label's fields verifies with a key of the same field
	Unverified  State = "unverified"  // none does: something was changed, or the service signs otherwise than the guide says
	Unsupported State = "unsupported" // another algorithm, other content, or no key that can be read
)

// Result is the outcome for one reserved field that has signatures.
type Result struct {
	Field string `json:"field"` // ReservedCode1 or ReservedCode2
	State State  `json:"state"`
	// Form says how the text was hashed: standard (with the signer's identity, GB/T 32918), hashed (the SM3 of the text was
	// signed like a text, as seen in the field), or plain (SM3 of the text alone); empty unless Good.
	Form string `json:"form,omitempty"`
	// Key is the public key that verified, as hexadecimal x and y; empty unless Good.
	Key string `json:"key,omitempty"`
}

// Check tries the signatures over a label in its reserved fields. Fields without signatures have no result, and neither has
// a label that is nil.
func Check(l *aigc.Label) []Result {
	if l == nil {
		return nil
	}
	var out []Result
	for _, s := range l.Security {
		if len(s.Signatures) > 0 {
			out = append(out, check(l, s))
		}
	}
	return out
}

func check(l *aigc.Label, s aigc.Security) Result {
	r := Result{Field: s.Field, State: Unsupported}
	message := []byte(l.SignedText(s.Field))
	for _, sig := range s.Signatures {
		if sig.Algorithm != "SM2-SM3" || sig.Signs != "label" {
			continue
		}
		for _, k := range s.Keys {
			if k.KeyID != sig.KeyID {
				continue
			}
			for _, c := range keys(k) {
				r.State = Unverified
				if form := verify(c.key, message, rewritten(sig.Bytes)); form != "" {
					return Result{Field: s.Field, State: Good, Form: form, Key: hex.EncodeToString(c.point)}
				}
			}
		}
	}
	return r
}

func verify(pub *ecdsa.PublicKey, message, signature []byte) string {
	if sm2.VerifyASN1WithSM2(pub, nil, message, signature) {
		return "standard"
	}
	hash := sm3.Sum(message)
	if sm2.VerifyASN1WithSM2(pub, nil, hash[:], signature) {
		return "hashed"
	}
	if sm2.VerifyASN1(pub, hash[:], signature) {
		return "plain"
	}
	return ""
}

// rewritten writes the two numbers of a signature anew: some writers pad them, which strict DER does not allow.
func rewritten(der []byte) []byte {
	var v struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &v); err != nil || len(rest) > 0 {
		return der
	}
	b, err := asn1.Marshal(v)
	if err != nil {
		return der
	}
	return b
}

// candidate is a key that can be meant, and its x and y.
type candidate struct {
	key   *ecdsa.PublicKey
	point []byte
}

// keys gives the points that a key can stand for: two when only x was written.
func keys(k aigc.PublicKey) []candidate {
	switch b := k.Bytes; k.Form {
	case "spki":
		if pub, err := smx509.ParsePKIXPublicKey(b); err == nil {
			if p, ok := pub.(*ecdsa.PublicKey); ok && p.Curve == sm2.P256() {
				return []candidate{{p, b[len(b)-64:]}} // the point, uncompressed, ends the structure
			}
		}
	case "point":
		return point(b[len(b)-64:])
	case "compressed":
		return decompressed(b[0], b[1:])
	case "x-only":
		x := b[len(b)-32:]
		return append(decompressed(2, x), decompressed(3, x)...)
	}
	return nil
}

func point(xy []byte) []candidate {
	pub, err := sm2.NewPublicKey(append([]byte{4}, xy...))
	if err != nil {
		return nil
	}
	return []candidate{{pub, xy}}
}

// decompressed finds y on the curve: y² = x³ - 3x + b.
func decompressed(sign byte, from []byte) []candidate {
	p := sm2.P256().Params()
	x := new(big.Int).SetBytes(from)
	if x.Cmp(p.P) >= 0 {
		return nil
	}
	y := new(big.Int).Exp(x, big.NewInt(3), p.P)
	y.Sub(y, new(big.Int).Mul(x, big.NewInt(3))).Add(y, p.B).Mod(y, p.P)
	if y.ModSqrt(y, p.P) == nil {
		return nil
	}
	if y.Bit(0) != uint(sign&1) {
		y.Sub(p.P, y)
	}
	return point(append(x.FillBytes(make([]byte, 32)), y.FillBytes(make([]byte, 32))...))
}
