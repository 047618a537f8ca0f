package calibrate

import (
	"bytes"
	"errors"
	"image/jpeg"

	"anxin/forensics/forge"
	"anxin/forensics/signal"
)

// received is what the receiver of a made picture has: the file and its pixels.
func received(f *forge.Forged) (signal.Input, error) {
	if f.JPEG == nil {
		return signal.Input{}, errors.New("the last step is no compression")
	}
	img, err := jpeg.Decode(bytes.NewReader(f.JPEG))
	if err != nil {
		return signal.Input{}, err
	}
	return signal.Input{Bytes: f.JPEG, Format: "jpeg", Image: img}, nil
}
