// Package jpegfile reads how a JPEG file is built: by which program, at which quality, and what lies beside the picture. It looks at structure, not at pixels.
package jpegfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"

	"anxin/forensics/signal"
)

// File is the structure of a JPEG file.
type File struct {
	Width, Height int
	Progressive   bool
	Components    int
	Sampling      string     // "4:2:0" and so on; "" when unusual
	Tables        [4][64]int // quantisation, in zigzag order; all zero when absent
	Quality       int        // 1 to 100 of the common tables (IJG); 0 when the tables are of another kind
	Applications  []string   // names of application segments, in order
	Trailing      int        // bytes after the end of the picture
	Truncated     bool       // the end is missing
}

// standardLuma is the table of ITU-T T.81 Annex K.1 in zigzag order: the one that scaled gives the common qualities.
var standardLuma = [64]int{
	16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51,
	56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
}

// Parse reads the segments. It never fails; what cannot be read is left out. ok is false when b is not a JPEG file.
func Parse(b []byte) (f File, ok bool) {
	if !bytes.HasPrefix(b, []byte{0xff, 0xd8, 0xff}) {
		return f, false
	}
	at := 2
	f.Truncated = true
	for at+4 <= len(b) {
		if b[at] != 0xff {
			return f, true
		}
		marker := b[at+1]
		switch {
		case marker == 0xff:
			at++
			continue
		case marker == 0xd9:
			f.Truncated, f.Trailing = false, len(b)-at-2
			f.Quality = quality(&f.Tables[0])
			return f, true
		case marker >= 0xd0 && marker <= 0xd8 || marker == 0x01:
			at += 2
			continue
		}
		n := int(binary.BigEndian.Uint16(b[at+2:]))
		if n < 2 || at+2+n > len(b) {
			break
		}
		f.segment(marker, b[at+4:at+2+n])
		at += 2 + n
		if marker == 0xda {
			at = skipScan(b, at)
		}
		if len(f.Applications) > 200 {
			break
		}
	}
	if at+2 <= len(b) && b[at] == 0xff && b[at+1] == 0xd9 {
		f.Truncated, f.Trailing = false, len(b)-at-2
	}
	f.Quality = quality(&f.Tables[0])
	return f, true
}

// skipScan finds the next marker that is not part of compressed data.
func skipScan(b []byte, at int) int {
	for {
		i := bytes.IndexByte(b[at:], 0xff)
		if i < 0 || at+i+1 >= len(b) {
			return len(b)
		}
		at += i
		if m := b[at+1]; m != 0 && m != 0xff && (m < 0xd0 || m > 0xd7) {
			return at
		}
		at++
	}
}

func (f *File) segment(marker byte, p []byte) {
	switch {
	case marker == 0xdb:
		f.tables(p)
	case (marker == 0xc0 || marker == 0xc1 || marker == 0xc2) && len(p) >= 6:
		f.Progressive = marker == 0xc2
		f.Height, f.Width, f.Components = int(binary.BigEndian.Uint16(p[1:])), int(binary.BigEndian.Uint16(p[3:])), int(p[5])
		if f.Components == 3 && len(p) >= 15 {
			f.Sampling = map[[3]byte]string{{0x11, 0x11, 0x11}: "4:4:4", {0x21, 0x11, 0x11}: "4:2:2", {0x22, 0x11, 0x11}: "4:2:0", {0x12, 0x11, 0x11}: "4:4:0", {0x41, 0x11, 0x11}: "4:1:1"}[[3]byte{p[7], p[10], p[13]}]
		}
	case marker >= 0xe0 && marker <= 0xef:
		name, _, _ := bytes.Cut(p[:min(len(p), 32)], []byte{0})
		text := strings.Map(func(r rune) rune {
			if r < 32 || r > 126 {
				return -1
			}
			return r
		}, string(name))
		f.Applications = append(f.Applications, fmt.Sprintf("APP%d %s", marker-0xe0, text))
	}
}

func (f *File) tables(p []byte) {
	for len(p) > 0 {
		wide, id := p[0]>>4, p[0]&15
		size := 64 * (1 + int(wide&1))
		if wide > 1 || id > 3 || len(p) < 1+size {
			return
		}
		for i := range 64 {
			if wide == 1 {
				f.Tables[id][i] = int(binary.BigEndian.Uint16(p[1+2*i:]))
			} else {
				f.Tables[id][i] = int(p[1+i])
			}
		}
		p = p[1+size:]
	}
}

// quality finds the setting of the common encoder that gives a table exactly, 0 when none does.
func quality(t *[64]int) int {
	for q := 1; q <= 100; q++ {
		s := 200 - 2*q
		if q < 50 {
			s = 5000 / q
		}
		same := true
		for i, v := range standardLuma {
			if max(1, min(255, (v*s+50)/100)) != t[i] {
				same = false
				break
			}
		}
		if same {
			return q
		}
	}
	return 0
}

// editors are names that picture editors leave in application segments and in the Software field, in small letters.
var editors = []string{"photoshop", "lightroom", "gimp", "snapseed", "picsart", "meitu", "美图", "facetune", "canva", "affinity", "pixelmator", "paint.net", "acdsee", "醒图", "beautycam", "vsco", "inshot", "remini"}

// Editor finds an editor's name in the metadata part of a file.
func Editor(b []byte) string {
	// What follows the first scan is compressed data.
	if i := bytes.Index(b, []byte{0xff, 0xda}); i > 0 {
		b = b[:i]
	}
	low := bytes.ToLower(b[:min(len(b), 1<<20)])
	for _, e := range editors {
		if bytes.Contains(low, []byte(e)) {
			return e
		}
	}
	return ""
}

// Detector reports structure, and warns of nothing but an editor's name: every phone edits, so even that is weak.
var Detector = signal.Detector{
	ID: "jpeg-structure", Version: "1", Group: "provenance",
	Name:   signal.Text{Zh: "JPEG 结构与编辑软件痕迹", En: "JPEG structure and traces of editors"},
	Limits: signal.Text{Zh: "聊天软件会抹去这些痕迹；没有痕迹不说明任何问题。裁剪、调亮也会留下编辑软件的名字。", En: "Chat apps wipe these traces; their absence says nothing. Cropping or brightening leaves an editor's name too."},
	Run:    run,
}

func run(in signal.Input) signal.Finding {
	f, ok := Parse(in.Bytes)
	if !ok {
		return signal.Nothing("不是 JPEG 文件", "not a JPEG file")
	}
	out := signal.Finding{Applicability: signal.OK, Honest: signal.Text{Zh: "如实上传的照片也可能用软件裁剪或调亮过。", En: "An honest picture may have been cropped or brightened with such a program."}}
	kind := fmt.Sprintf("quality %d", f.Quality)
	zh := fmt.Sprintf("压缩质量 %d", f.Quality)
	if f.Quality == 0 {
		kind, zh = "quantisation tables of the camera's or program's own", "使用相机或软件自有的量化表"
	}
	out.Facts = append(out.Facts, signal.Text{Zh: fmt.Sprintf("%d×%d，%s，%s", f.Width, f.Height, f.Sampling, zh), En: fmt.Sprintf("%d×%d, %s, %s", f.Width, f.Height, f.Sampling, kind)})
	if f.Truncated {
		out.Applicability = signal.Partial
		out.Facts = append(out.Facts, signal.Text{Zh: "文件结尾缺失", En: "the end of the file is missing"})
	}
	if e := Editor(in.Bytes); e != "" {
		out.Alarm, out.Band = true, signal.Weak
		out.Facts = append(out.Facts, signal.Text{Zh: "文件里写着编辑软件的名字：" + e, En: "the file names an editing program: " + e})
	}
	return out
}
