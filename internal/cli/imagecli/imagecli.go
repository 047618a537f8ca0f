// Package imagecli is the command line of the picture engines: fingerprint, compare and forge. The binary mounts the commands.
package imagecli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"anxin/fingerprint"
	"anxin/fingerprint/imagefile"
	"anxin/fingerprint/videofile"
	"anxin/forensics/forge"
	"anxin/imagematch"
)

// load reads and decodes a picture, upright.
func load(path string) (imagefile.Picture, error) {
	b, err := read(path)
	if err != nil {
		return imagefile.Picture{}, err
	}
	p, err := imagefile.Decode(b, imagefile.Limits{})
	if err != nil {
		return p, refusal(path, err)
	}
	return p, nil
}

func read(path string) ([]byte, error) {
	r := io.Reader(os.Stdin)
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, unreadable(path, err)
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return nil, fmt.Errorf("%s: 这是文件夹，请写出其中的图片 / a folder: name a picture in it", path)
		}
		r = f
	}
	b, err := io.ReadAll(io.LimitReader(r, imagefile.DefaultLimits.Bytes+1))
	if err != nil {
		return nil, unreadable(path, err)
	}
	return b, nil
}

// unreadable says in both languages why a file cannot be opened or read.
func unreadable(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: 找不到这个文件，请检查名称 / there is no such file; check its name", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: 没有读取权限 / you may not read it", path)
	}
	return fmt.Errorf("%s: 读不出来 / it cannot be read: %w", path, err)
}

// refusal puts both languages and the named reason in front of a person.
func refusal(path string, err error) error {
	var e *imagefile.Error
	if errors.As(err, &e) {
		return fmt.Errorf("%s: [%s] %s / %w", path, e.Reason, e.Zh, e)
	}
	return fmt.Errorf("%s: %w", path, err)
}

func stdout(w io.Writer) io.Writer {
	if w == nil {
		return os.Stdout
	}
	return w
}

func writePNG(path string, img image.Image) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(f, img), f.Close())
}

// FingerprintCmd is "anxin fingerprint".
type FingerprintCmd struct {
	JSON     bool     `help:"每行一个 JSON / one JSON object per line."`
	Dihedral bool     `help:"八个方向的指纹都列出 / print the hashes of all eight ways to lay the picture."`
	Stored   bool     `help:"按存储的像素，不按 EXIF 转正 / take the pixels as they are stored instead of turning the picture upright."`
	Files    []string `arg:"" name:"file" help:"图片文件，- 为标准输入；MP4、MOV 录像每秒一行（需要 ffmpeg） / picture files, - for standard input; MP4 and MOV videos give one line per second (with ffmpeg)."`

	Stdout io.Writer `kong:"-"`

	// ffmpeg is the program that reads videos; empty looks for it.
	ffmpeg string
}

// printed is one line of the output.
type printed struct {
	File     string   `json:"file"`
	Second   *int     `json:"second,omitempty"` // of a video
	Hash     string   `json:"hash,omitempty"`
	Quality  int      `json:"quality"`
	Dihedral []string `json:"dihedral,omitempty"`
	Width    int      `json:"width,omitempty"`
	Height   int      `json:"height,omitempty"`
	Format   string   `json:"format,omitempty"`
	Reason   string   `json:"reason,omitempty"` // why it cannot be inspected
	Error    string   `json:"error,omitempty"`
}

// Run prints hash, quality and name of each file, as the reference tool does, and fails at the end if a file could not be inspected.
func (c *FingerprintCmd) Run(ctx context.Context) error {
	failed := 0
	for _, path := range c.Files {
		lines := []printed{}
		if isVideo(path) {
			lines = c.video(ctx, path)
		} else {
			lines = append(lines, c.one(path))
		}
		for _, line := range lines {
			if line.Error != "" {
				failed++
			}
			if err := c.write(line); err != nil {
				return err
			}
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d 个文件无法检查 / %d file(s) could not be inspected", failed, failed)
	}
	return nil
}

// isVideo tells an MP4 or MOV by its first bytes. Pictures in the same kind of container (HEIC, AVIF) are none.
func isVideo(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 12)
	if _, err := io.ReadFull(f, head); err != nil || string(head[4:8]) != "ftyp" {
		return false
	}
	switch string(head[8:12]) {
	case "isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ", "3gp4", "3gp5", "3gp6", "qt  ":
		return true
	}
	return false
}

// videoTime bounds how long one video is looked at.
const videoTime = 5 * time.Minute

// video prints one frame per second.
func (c *FingerprintCmd) video(ctx context.Context, path string) (lines []printed) {
	ctx, stop := context.WithTimeout(ctx, videoTime)
	defer stop()
	err := videofile.Each(ctx, videofile.Source{Path: path, Format: "mov", Program: c.ffmpeg}, func(second int, frame *image.Gray) error {
		p := videofile.Print(frame)
		lines = append(lines, printed{File: path, Second: &second, Hash: p.Hash.String(), Quality: p.Quality, Format: "video"})
		return nil
	})
	if err != nil { // what was seen before stands
		line := printed{File: path, Format: "video", Reason: string(imagefile.Damaged), Error: path + ": " + err.Error()}
		if errors.Is(err, videofile.ErrCannotInspect) {
			line.Reason = string(imagefile.Unsupported)
		}
		lines = append(lines, line)
	}
	return lines
}

func (c *FingerprintCmd) one(path string) printed {
	line := printed{File: path}
	pic, err := load(path)
	if c.Stored && err == nil {
		pic.Image = imagefile.Upright(pic.Image, undo(pic.Orientation))
	}
	line.Width, line.Height, line.Format = pic.Width, pic.Height, pic.Format
	if err != nil {
		line.Error = err.Error()
		var e *imagefile.Error
		if errors.As(err, &e) {
			line.Reason = string(e.Reason)
		}
		return line
	}
	p := fingerprint.OfImage(pic.Image)
	line.Hash, line.Quality = p.Hash.String(), p.Quality
	if c.Dihedral {
		for _, h := range p.Dihedral() {
			line.Dihedral = append(line.Dihedral, h.String())
		}
	}
	return line
}

// undo is the orientation that takes another one back: quarter turns change places, mirrorings are their own opposites.
func undo(orientation int) int {
	switch orientation {
	case 6:
		return 8
	case 8:
		return 6
	}
	return orientation
}

func (c *FingerprintCmd) write(line printed) error {
	w := stdout(c.Stdout)
	if c.JSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(line)
	}
	if line.Error != "" {
		_, err := fmt.Fprintln(os.Stderr, line.Error)
		return err
	}
	name := line.File
	if line.Second != nil {
		name += fmt.Sprintf("#t=%d", *line.Second)
	}
	if _, err := fmt.Fprintf(w, "%s,%d,%s\n", line.Hash, line.Quality, name); err != nil {
		return err
	}
	for i, h := range line.Dihedral {
		if _, err := fmt.Fprintf(w, "  %s %s\n", h, fingerprint.Turn(i)); err != nil {
			return err
		}
	}
	return nil
}

// CompareCmd is "anxin compare".
type CompareCmd struct {
	JSON      bool   `help:"输出 JSON / print JSON."`
	Overlay   string `placeholder:"PNG" help:"写出标注图 / write the claim with changed places marked."`
	Mask      string `placeholder:"PNG" help:"写出改动区域（白）/ write the changed area, white on black, at the claim's size."`
	Heat      string `placeholder:"PNG" help:"写出差异热图 / write a heat map of differences."`
	Aligned   string `placeholder:"PNG" help:"写出对齐后的参考图 / write the reference laid over the claim, for flicker comparison."`
	Reference string `arg:"" help:"参考图 / the picture that is known."`
	Claim     string `arg:"" help:"申请图 / the picture that was sent in."`

	Stdout io.Writer `kong:"-"`
}

// Answer is the JSON of CompareCmd.
type Answer struct {
	imagematch.Result
	Millis int64 `json:"ms"` // decoding included
}

// Run compares and writes what was asked for.
func (c *CompareCmd) Run(ctx context.Context) error {
	begin := time.Now()
	ref, err := load(c.Reference)
	if err != nil {
		return err
	}
	claim, err := load(c.Claim)
	if err != nil {
		return err
	}
	res, err := imagematch.Compare(ctx, ref.Image, claim.Image, imagematch.Options{})
	if err != nil {
		return err
	}
	answer := Answer{res, time.Since(begin).Milliseconds()}
	for _, out := range []struct {
		path string
		draw func() image.Image
	}{
		{c.Overlay, func() image.Image { return res.Overlay() }},
		{c.Mask, func() image.Image { return res.Mask() }},
		{c.Heat, func() image.Image { return res.HeatMap() }},
		{c.Aligned, func() image.Image { return res.Aligned() }},
	} {
		if out.path == "" {
			continue
		}
		if err := writePNG(out.path, out.draw()); err != nil {
			return err
		}
	}
	w := stdout(c.Stdout)
	if c.JSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(answer)
	}
	for _, f := range res.Facts {
		if _, err := fmt.Fprintf(w, "%s\n%s\n", f.Zh, f.En); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(w, "%s · %d ms\n", res.Band, answer.Millis)
	return err
}

// ForgeCmd is "anxin forge".
type ForgeCmd struct {
	Seed   uint64 `default:"1" help:"种子，同种子结果相同 / seed; the same seed gives the same picture."`
	Attack string `help:"手法，可用 + 连接，如 crack+chat / what to do; join several with +, e.g. crack+chat."`
	Mask   string `placeholder:"PNG" help:"写出真实改动区域 / write where content was altered."`
	List   bool   `help:"列出手法 / list what can be done."`
	In     string `arg:"" optional:"" help:"原图 / picture to start from."`
	Out    string `arg:"" optional:"" help:"结果，.png 或 .jpg / result, .png or .jpg."`

	Stdout io.Writer `kong:"-"`
}

// Run makes a forged picture for tests of detectors.
func (c *ForgeCmd) Run() error {
	if c.List {
		names, what := forge.Names()
		for i, name := range names {
			if _, err := fmt.Fprintf(stdout(c.Stdout), "%-12s %s\n", name, what[i]); err != nil {
				return err
			}
		}
		return nil
	}
	if c.In == "" || c.Out == "" || c.Attack == "" {
		return errors.New("用法：anxin forge --seed 1 --attack crack+chat 原图 结果 / usage: anxin forge --seed 1 --attack crack+chat IN OUT; anxin forge --list shows attacks")
	}
	pic, err := load(c.In)
	if err != nil {
		return err
	}
	f, err := forge.Apply(pic.Image, c.Attack, c.Seed)
	if err != nil {
		return err
	}
	if c.Mask != "" {
		if err := writePNG(c.Mask, f.Mask); err != nil {
			return err
		}
	}
	if ext := strings.ToLower(filepath.Ext(c.Out)); ext != ".jpg" && ext != ".jpeg" {
		return writePNG(c.Out, f.Image)
	}
	b := f.JPEG // the bytes of the last compression, if that was the last step: compressing again would be another step
	if b == nil {
		var buf bytes.Buffer
		if err := jpeg.Encode(&buf, f.Image, &jpeg.Options{Quality: 92}); err != nil {
			return err
		}
		b = buf.Bytes()
	}
	return os.WriteFile(c.Out, b, 0o600)
}
