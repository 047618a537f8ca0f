package c2pa

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"runtime"
	"testing"
)

// allocated measures how many bytes a function allocates in all, which bounds its peak.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func jumbfBox(kind string, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)+8))
	return append(append(out, kind...), body...)
}

func superBox(uuid, label string, parts ...[]byte) []byte {
	id, _ := hex.DecodeString(uuid)
	return jumbfBox("jumb", append([][]byte{jumbfBox("jumd", id, []byte{3}, []byte(label), []byte{0})}, parts...)...)
}

func mapCBOR(pairs ...any) []byte {
	out := appendCBORHead(nil, 5, uint64(len(pairs)/2))
	for _, p := range pairs {
		switch v := p.(type) {
		case string:
			out = appendCBORText(out, v)
		case []byte: // already encoded
			out = append(out, v...)
		}
	}
	return out
}

func arrayCBOR(items ...[]byte) []byte {
	return append(appendCBORHead(nil, 4, uint64(len(items))), bytes.Join(items, nil)...)
}

// unsigned builds a manifest whose signature is nonsense: enough for the checks that come before it.
func unsigned(label string, assertions ...[]byte) []byte {
	ref := mapCBOR("url", "self#jumbf=c2pa.assertions/c2pa.hash.data", "hash", appendCBORBytes(nil, make([]byte, 32)))
	claim := mapCBOR("instanceID", "x", "claim_generator_info", mapCBOR("name", "t"), "signature", "self#jumbf=c2pa.signature",
		"created_assertions", arrayCBOR(ref), "alg", "sha256")
	return superBox(uuidManifest, label, superBox(uuidAssertions, "c2pa.assertions", assertions...),
		superBox(uuidClaim, "c2pa.claim.v2", jumbfBox("cbor", claim)), superBox(uuidSignature, "c2pa.signature", jumbfBox("cbor", []byte{0xf6})))
}

func ingredientBox(target string) []byte {
	ref := mapCBOR("url", "self#jumbf=/c2pa/"+target, "hash", appendCBORBytes(nil, make([]byte, 32)))
	return superBox(uuidCBOR, "c2pa.ingredient.v3", jumbfBox("cbor", mapCBOR("relationship", "parentOf", "activeManifest", ref, "validationResults", mapCBOR())))
}

// TestRefusals: nesting, cycles and bombs are refused with the error that names them, and cost little.
func TestRefusals(t *testing.T) {
	deepCBOR := append(bytes.Repeat([]byte{0x81}, 100000), 0)
	deepJUMBF := superBox(uuidStore, "c2pa")
	for range 40 {
		deepJUMBF = superBox(uuidStore, "c2pa", deepJUMBF)
	}
	var many [][]byte
	for range maxManifests + 1 {
		many = append(many, unsigned("urn:c2pa:"+string(rune('a'+len(many)%26))+hex.EncodeToString([]byte{byte(len(many) >> 8), byte(len(many))})))
	}
	var boxes [][]byte
	for range maxBoxes + 1 {
		boxes = append(boxes, jumbfBox("free"))
	}
	chain := [][]byte{}
	for i := range maxIngredientDepth + 5 {
		chain = append(chain, unsigned("m"+string(rune('A'+i)), ingredientBox("m"+string(rune('A'+i-1)))))
	}
	cases := []struct {
		name  string
		store []byte
		want  error
	}{
		{"ingredient of itself", superBox(uuidStore, "c2pa", unsigned("a", ingredientBox("a"))), ErrCycle},
		{"ingredients in a circle", superBox(uuidStore, "c2pa", unsigned("a", ingredientBox("b")), unsigned("b", ingredientBox("a"))), ErrCycle},
		{"a long line of ingredients", superBox(uuidStore, "c2pa", chain...), ErrTooDeep},
		{"deep boxes", deepJUMBF, ErrTooDeep},
		{"many boxes", superBox(uuidStore, "c2pa", boxes...), ErrTooMany},
		{"many manifests", superBox(uuidStore, "c2pa", many...), ErrTooMany},
	}
	for _, c := range cases {
		var r *Report
		var err error
		used := allocated(func() { r, err = readAt(c.store, nil, at) })
		if err != nil || r.State != StateInvalid || !errors.Is(r.Err, c.want) {
			t.Errorf("%s: want %v, got %v %v (%v)", c.name, c.want, r, r.Err, err)
		}
		if used > 64<<20 {
			t.Errorf("%s: %d bytes allocated", c.name, used)
		}
	}
	if _, err := decodeCBOR(deepCBOR); !errors.Is(err, ErrTooDeep) {
		t.Errorf("deep CBOR: %v", err)
	}
	if _, err := decodeCBOR([]byte{0x9b, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff}); !errors.Is(err, ErrMalformedCBOR) {
		t.Errorf("CBOR that announces too much: %v", err)
	}
}

// TestBomb: a packed manifest that grows without end is refused at the limit.
func TestBomb(t *testing.T) {
	dir := vectorDir(t)
	_, when, _ := vectorTrust(t, dir)
	data, err := fs.ReadFile(dir, "compressed-bomb.png")
	if err != nil {
		t.Fatal(err)
	}
	var r *Report
	used := allocated(func() { r, err = readAt(data, nil, when) })
	if err != nil || r.State != StateInvalid || !errors.Is(r.Err, ErrBomb) || !hasAny(r.Failure, ManifestCompressedInvalid) {
		t.Errorf("want %v, got %v %v", ErrBomb, r, r.Err)
	}
	if used > 64<<20 {
		t.Errorf("%d bytes allocated", used)
	}
}

// TestNoTime: the library does not ask the clock.
func TestNoTime(t *testing.T) {
	if _, err := Read(t.Context(), bytes.NewReader(nil), 0, Options{}); !errors.Is(err, ErrNoTime) {
		t.Errorf("want %v, got %v", ErrNoTime, err)
	}
	if _, err := readAt([]byte("plain text"), nil, at); !errors.Is(err, ErrUnsupportedFormat) {
		t.Errorf("want %v, got %v", ErrUnsupportedFormat, err)
	}
}

// Stray bytes between segments are passed over, as decoders do. A hash of the file covers them; a list of boxes does not allow them.
func TestStrayBytes(t *testing.T) {
	dir := vectorDir(t)
	trust, when, _ := vectorTrust(t, dir)
	for _, name := range []string{"v2.jpg", "boxes.jpg"} {
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := readAt(data, trust, when); err != nil || r.State != StateTrusted {
			t.Fatalf("%s as signed: %v %v", name, r, err)
		}
		for place, at := range map[string]int{"in front of the store": 20, "behind it": bytes.Index(data, []byte{0xff, 0xdb})} {
			r, err := readAt(append(append(bytes.Clone(data[:at]), make([]byte, 8)...), data[at:]...), trust, when)
			if err != nil || r.State != StateInvalid || r.ClaimVersion != 2 {
				t.Errorf("%s, stray bytes %s: %v %v", name, place, r, err)
			}
		}
	}
	plain := append([]byte("\xff\xd8\xff\xe1\x00\x04ab\x00\x00\x00\x00"), "\xff\xda\x00\x02\xff\xd9"...)
	if r, err := readAt(plain, trust, when); err != nil || r.State != StateNone {
		t.Errorf("a picture without credentials: %v %v", r, err)
	}
	if _, err := readAt(append([]byte("\xff\xd8\xff\xe1\x00\x04ab"), make([]byte, 9000)...), trust, when); !errors.Is(err, ErrMalformedFile) {
		t.Errorf("nothing but stray bytes: %v", err)
	}
}
