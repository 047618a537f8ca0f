package fingerprint

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"math/bits"
)

const (
	// NearRadius is the distance up to which two pictures of sufficient quality are called near copies.
	NearRadius = 31
	// MinQuality is the quality below which a picture has too little structure to be compared: walls, skies, blank paper.
	MinQuality = 50
)

// Hash is a PDQ hash. Byte 0 holds the highest bits, as in the usual hexadecimal form.
type Hash [32]byte

// String is the usual form, 64 hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// ParseHash reads 64 hexadecimal digits.
func ParseHash(s string) (Hash, error) {
	var h Hash
	if len(s) != 64 {
		return h, fmt.Errorf("a PDQ hash has 64 hexadecimal digits, this one %d characters", len(s))
	}
	if _, err := hex.Decode(h[:], []byte(s)); err != nil {
		return h, errors.New("a PDQ hash has hexadecimal digits only")
	}
	return h, nil
}

// Distance counts the bits in which two hashes differ, 0 to 256.
func Distance(a, b Hash) int {
	return bits.OnesCount64(binary.LittleEndian.Uint64(a[0:])^binary.LittleEndian.Uint64(b[0:])) +
		bits.OnesCount64(binary.LittleEndian.Uint64(a[8:])^binary.LittleEndian.Uint64(b[8:])) +
		bits.OnesCount64(binary.LittleEndian.Uint64(a[16:])^binary.LittleEndian.Uint64(b[16:])) +
		bits.OnesCount64(binary.LittleEndian.Uint64(a[24:])^binary.LittleEndian.Uint64(b[24:]))
}

// Turn is one of the eight ways to lay a picture on the table.
type Turn int

// The turns, in the order of Print.Dihedral and of the reference implementation.
const (
	AsIs      Turn = iota
	Rotate90       // a quarter turn counter-clockwise
	Rotate180      // upside down
	Rotate270      // a quarter turn clockwise
	FlipX          // top and bottom exchanged
	FlipY          // left and right exchanged: mirrored
	FlipPlus       // mirrored along the main diagonal
	FlipMinus      // mirrored along the other diagonal
)

var turnNames = [8]string{"as-is", "rotate-90", "rotate-180", "rotate-270", "flip-x", "flip-y", "flip-plus", "flip-minus"}

// String is the name in plain letters, e.g. "rotate-90".
func (t Turn) String() string {
	if t < 0 || int(t) >= len(turnNames) {
		return "unknown"
	}
	return turnNames[t]
}

// Mirrored tells whether text in the picture reads backwards.
func (t Turn) Mirrored() bool { return t >= FlipX }

// Turned is nearly the hash of the picture turned or mirrored: a few bits differ from the one taken of the picture, because what is compared with the median changes its
// sign and the median does not. It serves where only the hash was kept; Print.Dihedral is exact.
func (h Hash) Turned(t Turn) (out Hash) {
	for i := range freqs {
		for j := range freqs {
			k := i*freqs + j
			negative, y, x := t.moves(i, j)
			if (h[31-k/8]>>(k%8)&1 == 1) != negative {
				k = y*freqs + x
				out[31-k/8] |= 1 << (k % 8)
			}
		}
	}
	return out
}

// Print is the fingerprint of one picture.
type Print struct {
	Hash    Hash
	Quality int // 0 to 100; below MinQuality the hash says little

	all [8]Hash
}

// Dihedral are the hashes of the picture turned and mirrored, indexed by Turn. Element AsIs is Hash.
func (p Print) Dihedral() [8]Hash { return p.all }

// Nearest is the smallest distance from h to the picture laid in any of eight ways, and that way.
func (p Print) Nearest(h Hash) (distance int, turn Turn) {
	distance = 257
	for t, q := range p.all {
		if d := Distance(q, h); d < distance {
			distance, turn = d, Turn(t)
		}
	}
	return distance, turn
}

// OfImage makes the fingerprint of a picture as its pixels lie: turn it upright first where its file says so (imagefile.Decode does). Transparent
// parts count as white. A picture with a side below 5 pixels has the zero hash and quality 0.
func OfImage(img image.Image) Print {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if w < minSide || h < minSide {
		return Print{}
	}
	p, w, h := brightness(img)
	return ofLuma(p, w, h)
}

// OfGray makes the fingerprint of w×h brightness values 0 to 255, row by row, e.g. a frame of a video. It has the zero hash when a side is below 5
// pixels, above 512 or does not go with len(pix).
func OfGray(pix []byte, w, h int) Print {
	if w < minSide || h < minSide || w > maxSide || h > maxSide || len(pix) != w*h {
		return Print{}
	}
	luma := make([]float32, w*h)
	for i, v := range pix {
		luma[i] = float32(v)
	}
	return ofLuma(luma, w, h)
}
