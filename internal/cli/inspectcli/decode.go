package inspectcli

import (
	"bufio"
	"errors"
	"image"
	"image/color"
	_ "image/gif" // decoders for the comparison with a manifest's thumbnail
	_ "image/jpeg"
	_ "image/png"
	"io"

	_ "golang.org/x/image/webp"
)

// maxPictureBytes bounds what a picture takes in memory while it is decoded. It lets through a photograph of 60 megapixels as phones and
// cameras write them; a picture that needs more is not compared.
const maxPictureBytes = 192 << 20

var errTooLarge = errors.New("the picture takes too much memory")

func decode(src io.ReadSeeker) (image.Image, error) {
	c, format, err := image.DecodeConfig(src)
	if err != nil {
		return nil, err
	}
	if _, err := src.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	per := pixelBytes(c.ColorModel)
	if format == "jpeg" && progressive(src) {
		per += 12 // the decoder keeps all coefficients until the last scan
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > maxPictureBytes/per/c.Height {
		return nil, errTooLarge
	}
	if _, err := src.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	m, _, err := image.Decode(src)
	return m, err
}

// pixelBytes is what one pixel takes once it is decoded, at most.
func pixelBytes(m color.Model) int {
	if _, ok := m.(color.Palette); ok {
		return 1
	}
	switch m {
	case color.GrayModel:
		return 1
	case color.Gray16Model:
		return 2
	case color.YCbCrModel:
		return 3
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	}
	return 4
}

// progressive says whether a JPEG has its coefficients in several scans.
func progressive(r io.Reader) bool {
	b := bufio.NewReader(r)
	if _, err := b.Discard(2); err != nil {
		return false
	}
	for {
		c, err := b.ReadByte()
		if err != nil {
			return false
		}
		if c != 0xff {
			continue
		}
		for c == 0xff {
			if c, err = b.ReadByte(); err != nil {
				return false
			}
		}
		switch {
		case c == 0xc2 || c == 0xc6 || c == 0xca || c == 0xce:
			return true
		case c >= 0xc0 && c <= 0xcf && c != 0xc4 && c != 0xc8 && c != 0xcc || c == 0xda || c == 0xd9:
			return false
		case c == 0 || c == 1 || c >= 0xd0 && c <= 0xd7:
			continue
		}
		n, err := b.Peek(2)
		if err != nil {
			return false
		}
		if _, err := b.Discard(max(2, int(n[0])<<8|int(n[1]))); err != nil {
			return false
		}
	}
}
