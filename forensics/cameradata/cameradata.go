// Package cameradata compares what a camera wrote about time and place with what is known about the case.
package cameradata

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/bep/imagemeta"

	"anxin/forensics/signal"
)

// Data is what a file says about its making. Times have no zone unless the camera wrote one.
type Data struct {
	Make, Model, Software string
	Taken, Changed        time.Time // zero when absent
	Zone                  bool      // Taken has a zone
	HasPlace              bool
}

// Read takes the data from a file. It never fails; what cannot be read is left out.
func Read(b []byte, format string) (d Data) {
	defer func() { _ = recover() }() // a reader that trips over a broken file has read what it could
	f := map[string]imagemeta.ImageFormat{"jpeg": imagemeta.JPEG, "png": imagemeta.PNG, "webp": imagemeta.WebP, "heic": imagemeta.HEIF}[format]
	if f == imagemeta.ImageFormatAuto {
		return d
	}
	offset := ""
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(b), ImageFormat: f, Sources: imagemeta.EXIF, LimitNumTags: 2000, LimitTagSize: 4096,
		HandleTag: func(t imagemeta.TagInfo) error {
			text := strings.TrimSpace(strings.Trim(fmt.Sprint(t.Value), "\x00"))
			switch t.Tag {
			case "Make":
				d.Make = text
			case "Model":
				d.Model = text
			case "Software":
				d.Software = text
			case "DateTimeOriginal":
				d.Taken, _ = time.Parse("2006:01:02 15:04:05", text)
			case "DateTime", "ModifyDate":
				d.Changed, _ = time.Parse("2006:01:02 15:04:05", text)
			case "OffsetTimeOriginal":
				offset = text
			case "GPSLatitude":
				d.HasPlace = true
			}
			return nil
		},
		Warnf: func(string, ...any) {},
	})
	if z, err := time.Parse("-07:00", offset); err == nil && !d.Taken.IsZero() {
		_, seconds := z.Zone()
		d.Taken, d.Zone = d.Taken.Add(-time.Duration(seconds)*time.Second), true
	}
	return d
}

// Detector compares times.
var Detector = signal.Detector{
	ID: "camera-data", Version: "1", Group: "time",
	Name:   signal.Text{Zh: "拍摄时间与案情", En: "Time of the photograph"},
	Limits: signal.Text{Zh: "相机时钟可能不准，时间可以改写；聊天软件会抹去。没有时间不说明任何问题。", En: "Cameras' clocks can be wrong and times can be rewritten; chat apps wipe them. Their absence says nothing."},
	Run:    run,
}

func run(in signal.Input) signal.Finding {
	d := Read(in.Bytes, in.Format)
	out := signal.Finding{Applicability: signal.OK, Honest: signal.Text{Zh: "收到商品后拍的照片，拍摄时间在签收与提交之间。", En: "A photograph of what was received is dated between delivery and submission."}}
	if d.Taken.IsZero() {
		return signal.Nothing("文件没有拍摄时间", "the file has no time of taking")
	}
	out.Facts = append(out.Facts, signal.Text{Zh: "相机记录的拍摄时间：" + d.Taken.Format("2006-01-02 15:04"), En: "the camera recorded " + d.Taken.Format("2006-01-02 15:04")})
	slack := 15 * time.Hour // without a zone the camera's clock can be anywhere on earth
	if d.Zone {
		slack = time.Hour
	}
	switch {
	case !in.Received.IsZero() && d.Taken.After(in.Received.Add(slack)):
		out.Alarm, out.Band = true, signal.Weak
		out.Facts = append(out.Facts, signal.Text{Zh: "拍摄时间晚于收到文件的时间：相机时钟不准，或时间被改写", En: "it was taken after the file was received: the camera's clock is wrong, or the time was rewritten"})
	case !in.Earliest.IsZero() && d.Taken.Before(in.Earliest.Add(-slack)):
		out.Alarm, out.Band = true, signal.Moderate
		out.Facts = append(out.Facts, signal.Text{Zh: "拍摄时间早于此人可能拿到商品的时间", En: "it was taken before this person can have had the thing"})
	}
	return out
}
