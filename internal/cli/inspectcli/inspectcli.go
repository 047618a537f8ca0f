// Package inspectcli is "anxin inspect": what a file's own marks say about it. The binary mounts Cmd.
//
// Every kind of mark is one function that fills its part of Result: content credentials in c2pa.go, the label of GB 45438
// and other declarations of AI origin in aigc.go.
package inspectcli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"

	"anxin/provenance/aigc"
	"anxin/provenance/c2pa"
)

// Cmd is "anxin inspect".
type Cmd struct {
	Files []string `arg:"" name:"file" help:"要检查的文件 / files to inspect."`

	JSON         bool     `name:"json" help:"每个文件输出一行 JSON / one line of JSON per file."`
	At           string   `name:"at" placeholder:"TIME" help:"按这个时间判断证书是否有效，例如 2026-11-22 或 2026-11-22T08:00:00Z，默认现在 / judge certificates at this time; now by default."`
	TrustAnchors []string `name:"trust-anchors" placeholder:"PEM" type:"path" sep:"none" help:"签名根证书列表 / roots whose certificates may sign content."`
	TSAAnchors   []string `name:"tsa-anchors" placeholder:"PEM" type:"path" sep:"none" help:"时间戳根证书列表 / roots of time-stamp authorities."`
	Allowed      []string `name:"allowed" placeholder:"FILE" type:"path" sep:"none" help:"单独信任的签名证书 / single certificates to trust."`
	TrustConfig  string   `name:"trust-config" placeholder:"CFG" type:"path" help:"允许的证书用途（OID，每行一个）/ extended key usages to accept, one OID per line."`

	Stdout io.Writer        `kong:"-"` // standard output when nil
	Now    func() time.Time `kong:"-"` // the clock when nil
}

// Result is what is printed for one file with --json.
type Result struct {
	File   string      `json:"file"`
	SHA256 string      `json:"sha256"`
	Format string      `json:"format"`
	C2PA   *c2paResult `json:"c2pa"`
	AIGC   *aigcResult `json:"aigc"`
	// DeclaresAI is true when any mark says that AI made at least a part.
	DeclaresAI bool `json:"declares_ai"`
	// Facts are sentences for people, those of every kind of mark.
	Facts []fact `json:"facts"`
	// Error says why the file could not be judged.
	Error string `json:"error"`
}

type fact struct {
	ID    string `json:"id"`
	Value string `json:"value,omitempty"`
	ZH    string `json:"zh"`
	EN    string `json:"en"`
}

// errSome: at least one file could not be judged; why was printed with it.
var errSome = errors.New("有文件无法判断，原因见上 / some files could not be judged; the reason is printed above")

// Run inspects the files one after another, until ctx ends. The error is for files that could not be judged, not for what was found.
func (c *Cmd) Run(ctx context.Context) error {
	trust, err := c.trust()
	if err != nil {
		return err
	}
	at, err := c.at()
	if err != nil {
		return err
	}
	opts := c2pa.Options{At: at, Trust: trust}
	w := c.Stdout
	if w == nil {
		w = os.Stdout
	}
	failed := false
	for _, path := range c.Files {
		r := inspect(ctx, path, opts)
		if err := ctx.Err(); err != nil {
			return err
		}
		failed = failed || r.Error != ""
		if err := c.print(w, r); err != nil {
			return err
		}
	}
	if failed {
		return errSome
	}
	return nil
}

// inspect reads one file. Each kind of mark adds to the result; one that fails does not hide the others.
func inspect(ctx context.Context, path string, opts c2pa.Options) Result {
	r := Result{File: path, Facts: []fact{}}
	info, err := os.Stat(path) // before opening: a pipe that nobody writes to would be waited for
	switch {
	case err == nil && info.IsDir():
		r.Error = "这是文件夹，请写出其中的文件，例如 FOLDER/* / a folder: name the files in it, such as FOLDER/*"
		return r
	case err == nil && !info.Mode().IsRegular():
		r.Error = "不是普通文件 / not a regular file"
		return r
	}
	f, err := os.Open(path)
	if err != nil {
		r.Error = "无法打开文件 / the file cannot be opened: " + err.Error()
		return r
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil || !info.Mode().IsRegular() {
		r.Error = "不是普通文件 / not a regular file"
		return r
	}
	h := sha256.New()
	n, err := io.Copy(h, until{ctx, f})
	if err != nil {
		r.Error = "读取失败 / reading failed: " + err.Error()
		return r
	}
	if n == 0 {
		r.Error = "空文件 / the file is empty"
		return r
	}
	r.SHA256 = hex.EncodeToString(h.Sum(nil))
	signed, err := r.readC2PA(ctx, f, info.Size(), opts)
	labelErr := r.readAIGC(ctx, f, info.Size())
	if err != nil && !errors.Is(err, c2pa.ErrUnsupportedFormat) || r.AIGC == nil && err != nil {
		r.Error = cannot(err, labelErr) // what the other kind of mark says is printed all the same
	}
	r.compareThumbnail(f, info.Size(), signed)
	return r
}

// until reads as long as nobody has interrupted.
type until struct {
	ctx context.Context
	r   io.Reader
}

func (u until) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}

// cannot says why neither kind of mark could be looked for.
func cannot(c2paErr, aigcErr error) string {
	if errors.Is(c2paErr, c2pa.ErrUnsupportedFormat) && errors.Is(aigcErr, aigc.ErrUnsupportedFormat) {
		return "不支持的文件格式 / file format not supported"
	}
	if errors.Is(c2paErr, c2pa.ErrUnsupportedFormat) {
		c2paErr = aigcErr
	}
	return "无法判断 / cannot be judged: " + c2paErr.Error()
}

func (c *Cmd) at() (time.Time, error) {
	if c.At == "" {
		if c.Now != nil {
			return c.Now(), nil
		}
		return time.Now(), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, c.At); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("--at %q 不是时间，应写成 2026-11-22 或 2026-11-22T08:00:00Z / is not a time; write 2026-11-22 or 2026-11-22T08:00:00Z", c.At)
}

// trust loads the lists that the flags name.
func (c *Cmd) trust() (*c2pa.Trust, error) {
	t := &c2pa.Trust{}
	add := func(paths []string, what string, into func([]byte) (int, error)) error {
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err == nil {
				_, err = into(data)
			}
			if err != nil {
				return fmt.Errorf("%s %s 无法读取 / cannot be read: %w", what, path, err)
			}
		}
		return nil
	}
	var config []string
	if c.TrustConfig != "" {
		config = []string{c.TrustConfig}
	}
	return t, errors.Join(add(c.TrustAnchors, "--trust-anchors", t.AddAnchors), add(c.TSAAnchors, "--tsa-anchors", t.AddTSAAnchors),
		add(c.Allowed, "--allowed", t.AddAllowed), add(config, "--trust-config", t.SetUsages))
}

func (c *Cmd) print(w io.Writer, r Result) error {
	if c.JSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		return e.Encode(r)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", clean(r.File))
	if r.Error != "" {
		fmt.Fprintf(&b, "  %s\n", clean(r.Error))
	}
	for _, f := range r.Facts {
		fmt.Fprintf(&b, "  %s\n    %s\n", clean(f.ZH), clean(f.EN))
	}
	if r.C2PA != nil {
		r.C2PA.text(&b)
	}
	if r.AIGC != nil {
		r.AIGC.text(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// clean makes one line of a text that a stranger may have written: what would move the cursor, colour the screen or turn the direction of
// writing becomes a question mark.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}
