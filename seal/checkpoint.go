package seal

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// MaxCheckpointSize bounds a signed checkpoint with all its signatures, in bytes.
const MaxCheckpointSize = 64 << 10

// ErrCheckpoint is the error of every text that is not a checkpoint of the expected log under the expected key.
var ErrCheckpoint = errors.New("not a valid checkpoint")

// Checkpoint is a log's size and root hash: one line commits to everything before it. Its signed form is C2SP tlog-checkpoint.
type Checkpoint struct {
	// Origin names the log, like "after-sales.example/log/1".
	Origin string
	Size   int64
	Root   Hash
}

// Text is the body that is signed: three lines.
func (c Checkpoint) Text() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + c.Root.String() + "\n"
}

// parseCheckpointText reads a checkpoint body. Extension lines are refused: nobody could audit them.
func parseCheckpointText(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return Checkpoint{}, fmt.Errorf("%w: it must have three lines", ErrCheckpoint)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return Checkpoint{}, fmt.Errorf("%w: the size", ErrCheckpoint)
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: the root hash", ErrCheckpoint)
	}
	c := Checkpoint{Origin: lines[0], Size: size, Root: root}
	if c.Text() != text || !validOrigin(c.Origin) {
		return Checkpoint{}, fmt.Errorf("%w: not in canonical form", ErrCheckpoint)
	}
	return c, nil
}

// validOrigin accepts what can also be a signed note's key name.
func validOrigin(s string) bool {
	return validValue(s) && len(s) <= 255 && len(strings.Fields(s)) == 1 && !strings.Contains(s, "+")
}

// Signer signs the checkpoints of one log.
type Signer struct {
	origin string
	key    ed25519.PrivateKey
}

// NewSigner makes the signer of the log named origin. One Ed25519 key may serve many logs: the name is part of what is signed and of the key's id.
func NewSigner(origin string, key ed25519.PrivateKey) (*Signer, error) {
	if !validOrigin(origin) {
		return nil, fmt.Errorf("%w: %q cannot name a log (no spaces, no plus sign)", ErrCheckpoint, origin)
	}
	if len(key) != ed25519.PrivateKeySize {
		return nil, fmt.Errorf("%w: the signing key has %d bytes", ErrCheckpoint, len(key))
	}
	return &Signer{origin, key}, nil
}

// Name implements note.Signer.
func (s *Signer) Name() string { return s.origin }

// KeyHash implements note.Signer.
func (s *Signer) KeyHash() uint32 { return keyHash(s.origin, s.public()) }

// Sign implements note.Signer.
func (s *Signer) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.key, msg), nil }

// Key is the public key in the form name+id+base64 of C2SP signed-note: what verifiers need and what the operator publishes.
func (s *Signer) Key() Key {
	k, err := note.NewEd25519VerifierKey(s.origin, s.public())
	if err != nil {
		panic(err) // both parts were checked by NewSigner
	}
	return Key(k)
}

func (s *Signer) public() ed25519.PublicKey { return s.key.Public().(ed25519.PublicKey) }

// Checkpoint signs the size and root of the log. Ed25519 is deterministic: the same checkpoint has the same bytes for ever.
func (s *Signer) Checkpoint(size int64, root Hash) ([]byte, error) {
	c := Checkpoint{Origin: s.origin, Size: size, Root: root}
	return note.Sign(&note.Note{Text: c.Text()}, s)
}

func keyHash(name string, pub ed25519.PublicKey) uint32 {
	h := sha256.New()
	h.Write([]byte(name + "\n\x01"))
	h.Write(pub)
	return binary.BigEndian.Uint32(h.Sum(nil))
}

// Key is a log's public key, name+id+base64. It says which log it is for.
type Key string

// Origin is the name of the log that the key is for; empty when the key is not one.
func (k Key) Origin() string {
	v, err := note.NewVerifier(string(k))
	if err != nil {
		return ""
	}
	return v.Name()
}

// Fingerprint is the SHA-256 of the 32 raw key bytes, hex in groups of eight: what two people read to each other to compare keys.
func (k Key) Fingerprint() string {
	i := strings.LastIndexByte(string(k), '+')
	raw, err := base64.StdEncoding.DecodeString(string(k)[i+1:])
	if err != nil || len(raw) != 1+ed25519.PublicKeySize {
		return ""
	}
	return groupHex(sha256.Sum256(raw[1:]))
}

func groupHex(h [32]byte) string {
	parts := make([]string, 0, 8)
	for i := 0; i < len(h); i += 4 {
		parts = append(parts, fmt.Sprintf("%x", h[i:i+4]))
	}
	return strings.Join(parts, " ")
}

// ParseKey reads a key as people paste it (spaces around it are fine) and checks it.
func ParseKey(text string) (Key, error) {
	k := strings.TrimSpace(text)
	if len(k) > 512 {
		return "", fmt.Errorf("%w: a key is shorter than that", ErrCheckpoint)
	}
	v, err := note.NewVerifier(k)
	if err != nil || !validOrigin(v.Name()) {
		return "", fmt.Errorf("%w: not a public key of the form name+id+base64", ErrCheckpoint)
	}
	return Key(k), nil
}

// Open verifies a signed checkpoint: the signature of this key, and the origin that belongs to it. Signatures of others (witnesses) are left alone.
func (k Key) Open(signed []byte) (Checkpoint, error) {
	v, err := note.NewVerifier(string(k))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: the key: %w", ErrCheckpoint, err)
	}
	if len(signed) > MaxCheckpointSize {
		return Checkpoint{}, fmt.Errorf("%w: %d bytes", ErrCheckpoint, len(signed))
	}
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	for _, sig := range n.Sigs {
		// The last character of base64 has bits that decoding ignores; a flipped one must not go unnoticed.
		if raw, err := base64.StdEncoding.Strict().DecodeString(sig.Base64); err != nil || base64.StdEncoding.EncodeToString(raw) != sig.Base64 {
			return Checkpoint{}, fmt.Errorf("%w: the signature is not in canonical base64", ErrCheckpoint)
		}
	}
	c, err := parseCheckpointText(n.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Origin != v.Name() {
		return Checkpoint{}, fmt.Errorf("%w: it is of the log %s, the key is for %s", ErrCheckpoint, c.Origin, v.Name())
	}
	return c, nil
}

// Keys are the public keys of one log: the present one and, after a change of keys, the earlier ones.
type Keys []Key

// Open verifies a signed checkpoint under any of the keys.
func (ks Keys) Open(signed []byte) (Checkpoint, error) {
	err := fmt.Errorf("%w: no key to check it with", ErrCheckpoint)
	for _, k := range ks {
		c, e := k.Open(signed)
		if e == nil {
			return c, nil
		}
		err = e
	}
	return Checkpoint{}, err
}

// ParseKeys reads one key per line; empty lines and lines that begin with # are skipped. At most 64.
func ParseKeys(text []byte) (Keys, error) {
	var ks Keys
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		k, err := ParseKey(line)
		if err != nil {
			return nil, err
		}
		if ks = append(ks, k); len(ks) > 64 {
			return nil, fmt.Errorf("%w: more than 64 keys", ErrCheckpoint)
		}
	}
	if len(ks) == 0 {
		return nil, fmt.Errorf("%w: no key in the text", ErrCheckpoint)
	}
	return ks, nil
}

// PeekCheckpoint reads a checkpoint without checking any signature, to find out which log it speaks of. Trust nothing in it.
func PeekCheckpoint(signed []byte) (Checkpoint, error) {
	if len(signed) > MaxCheckpointSize {
		return Checkpoint{}, fmt.Errorf("%w: %d bytes", ErrCheckpoint, len(signed))
	}
	i := bytes.Index(signed, []byte("\n\n"))
	if i < 0 {
		return Checkpoint{}, fmt.Errorf("%w: no signature", ErrCheckpoint)
	}
	return parseCheckpointText(string(signed[:i+1]))
}
