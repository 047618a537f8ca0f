package seal

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// MaxProofSize bounds the text of a proof, in bytes.
const MaxProofSize = MaxCheckpointSize + 8<<10

// ErrProof is the error of every text that is not a proof.
var ErrProof = errors.New("not a valid proof")

const proofHeader = "c2sp.org/tlog-proof@v1"

// Proof shows offline that a leaf is in the log: its place, the hashes up to the root and the signed checkpoint of that root. Its text is
// C2SP tlog-proof, so tools of others read it too.
type Proof struct {
	Index      int64
	Hashes     []Hash
	Checkpoint []byte // the signed note, verbatim
}

// NewProof proves leaf index under a signed checkpoint of the same log.
func NewProof(r tlog.HashReader, index int64, signed []byte) (Proof, error) {
	c, err := PeekCheckpoint(signed)
	if err != nil {
		return Proof{}, err
	}
	hashes, err := ProveLeaf(r, c.Size, index)
	if err != nil {
		return Proof{}, err
	}
	return Proof{Index: index, Hashes: hashes, Checkpoint: signed}, nil
}

// Check verifies the proof for a leaf under the log's keys and answers the checkpoint it leads to.
func (p Proof) Check(keys Keys, leaf []byte) (Checkpoint, error) {
	c, err := keys.Open(p.Checkpoint)
	if err != nil {
		return c, err
	}
	if err := CheckLeaf(p.Hashes, c, p.Index, leaf); err != nil {
		return c, fmt.Errorf("%w: leaf %d is not what the checkpoint of %d leaves commits to", ErrProof, p.Index, c.Size)
	}
	return c, nil
}

// Marshal writes the C2SP tlog-proof text.
func (p Proof) Marshal() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nindex %d\n", proofHeader, p.Index)
	for _, h := range p.Hashes {
		b.WriteString(h.String())
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	b.Write(p.Checkpoint)
	return b.Bytes()
}

// ParseProof reads a C2SP tlog-proof. An extra line is refused: it would be shown and not proven.
func ParseProof(text []byte) (Proof, error) {
	if len(text) > MaxProofSize {
		return Proof{}, fmt.Errorf("%w: %d bytes", ErrProof, len(text))
	}
	head, signed, ok := bytes.Cut(text, []byte("\n\n"))
	if !ok || len(signed) == 0 {
		return Proof{}, fmt.Errorf("%w: no checkpoint in it", ErrProof)
	}
	lines := strings.Split(string(head), "\n")
	if len(lines) < 2 || lines[0] != proofHeader || len(lines) > 2+64 {
		return Proof{}, fmt.Errorf("%w: it must begin with %s", ErrProof, proofHeader)
	}
	num, ok := strings.CutPrefix(lines[1], "index ")
	index, err := strconv.ParseInt(num, 10, 64)
	if !ok || err != nil || index < 0 || strconv.FormatInt(index, 10) != num {
		return Proof{}, fmt.Errorf("%w: the index", ErrProof)
	}
	p := Proof{Index: index, Checkpoint: signed}
	for i, line := range lines[2:] {
		h, err := tlog.ParseHash(line)
		if err != nil || h.String() != line {
			return Proof{}, fmt.Errorf("%w: line %d is not a hash", ErrProof, i+3)
		}
		p.Hashes = append(p.Hashes, h)
	}
	return p, nil
}
