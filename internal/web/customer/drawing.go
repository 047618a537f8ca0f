package customer

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"io"
	"strings"

	"anxin/internal/casefile"
)

const (
	maxDrawing     = 256 << 10
	maxDrawingSide = 2000
	dataPNG        = "data:image/png;base64,"
)

// drawing reads the signature that the page's canvas made: a small PNG as a data URL. Its size is looked at before anything is decoded.
func drawing(dataURL string) (io.Reader, error) {
	bad := &casefile.Error{Category: casefile.Invalid, Cause: errNoPicture}
	body, ok := strings.CutPrefix(dataURL, dataPNG)
	if !ok || len(body) > maxDrawing*4/3+4 {
		return nil, bad
	}
	data, err := base64.StdEncoding.DecodeString(body)
	if err != nil || len(data) > maxDrawing {
		return nil, bad
	}
	c, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil || c.Width > maxDrawingSide || c.Height > maxDrawingSide || c.Width == 0 || c.Height == 0 {
		return nil, bad
	}
	return bytes.NewReader(data), nil
}
