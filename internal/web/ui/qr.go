package ui

import (
	"fmt"
	"strings"

	qrcode "github.com/skip2/go-qrcode"
)

// qrCode is a QR code as one SVG path in modules, and the side length with its quiet zone. A text that does not fit answers an empty path.
func qrCode(text string) (path string, side int) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return "", 0
	}
	var b strings.Builder
	bits := code.Bitmap()
	for y, row := range bits {
		for x := 0; x < len(row); x++ {
			run := 0
			for x+run < len(row) && row[x+run] {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x, y, run, run)
				x += run
			}
		}
	}
	return b.String(), len(bits)
}
