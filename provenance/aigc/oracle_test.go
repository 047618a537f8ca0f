package aigc

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image/gif"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/tiff"
)

// tool gives the path of a program, or skips.
func tool(t *testing.T, name string) string {
	t.Helper()
	if os.Getenv("AIGC_ORACLE") == "" {
		t.Skip("the comparison with ffmpeg and ExifTool takes a while: oracle/check.sh runs it, or AIGC_ORACLE=1")
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed (Debian packages ffmpeg, libimage-exiftool-perl)", name)
	}
	return path
}

func run(t *testing.T, name string, args ...string) (string, error) {
	t.Helper()
	var out, errs bytes.Buffer
	c := exec.CommandContext(t.Context(), name, args...)
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	if err != nil {
		t.Logf("%s %s: %v\n%s", filepath.Base(name), strings.Join(args, " "), err, errs.String())
	}
	return strings.TrimSpace(out.String()), err
}

func oneLabel(t *testing.T, path string) *Report {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := read(t, data)
	if len(r.Carriers) != 1 || r.Label == nil || r.Label.ProduceID != "p-1" {
		t.Errorf("%s: %+v %+v", filepath.Base(path), r.Carriers, r.Problems)
		return r
	}
	return r
}

// What ffmpeg writes, the library reads.
func TestOracleFFmpegWrites(t *testing.T) {
	ffmpeg := tool(t, "ffmpeg")
	dir := t.TempDir()
	video := []string{"-f", "lavfi", "-i", "testsrc=size=64x48:rate=5:duration=1"}
	audio := []string{"-f", "lavfi", "-i", "sine=duration=1"}
	for name, c := range map[string]struct {
		input    []string
		args     []string
		standard bool
	}{
		"tail.mp4":     {video, []string{"-c:v", "mpeg4", "-movflags", "use_metadata_tags"}, true},
		"front.mp4":    {video, []string{"-c:v", "mpeg4", "-movflags", "use_metadata_tags+faststart"}, true},
		"frag.mp4":     {video, []string{"-c:v", "mpeg4", "-movflags", "use_metadata_tags+frag_keyframe+empty_moov"}, true},
		"a.mov":        {video, []string{"-c:v", "mpeg4", "-movflags", "use_metadata_tags"}, true},
		"a.m4a":        {audio, []string{"-c:a", "aac", "-movflags", "use_metadata_tags"}, true},
		"chapters.mp4": {append(video, "-f", "ffmetadata", "-i", chapterFile(t, dir), "-map_chapters", "1"), []string{"-c:v", "mpeg4", "-metadata", "title=t", "-metadata", "artist=a", "-movflags", "use_metadata_tags+faststart"}, true},
		"keys.mov":     {video, []string{"-c:v", "mpeg4", "-metadata", "title=t", "-metadata", "comment=c", "-metadata", "location=x", "-movflags", "use_metadata_tags"}, true},
		"dash.mp4":     {video, []string{"-c:v", "mpeg4", "-movflags", "use_metadata_tags+dash+delay_moov"}, true},
		"sound.mov":    {audio, []string{"-c:a", "pcm_s16le", "-movflags", "use_metadata_tags"}, true},
		"a.mka":        {audio, []string{"-c:a", "flac"}, true},
		"two.mkv":      {append(video, "-f", "lavfi", "-i", "sine=duration=1"), []string{"-c:v", "mpeg4", "-c:a", "flac", "-metadata", "title=t", "-metadata:s:a:0", "title=s"}, true},
		"live.mkv":     {video, []string{"-c:v", "mpeg4", "-live", "1"}, true},
		"v.ogg":        {audio, []string{"-c:a", "flac"}, true},
		"speech.opus":  {audio, []string{"-c:a", "libopus", "-metadata", "title=" + strings.Repeat("t", 3000)}, true},
		"a.mkv":        {video, []string{"-c:v", "mpeg4"}, true},
		"a.webm":       {video, []string{"-c:v", "libvpx"}, true},
		"a.flv":        {video, []string{"-c:v", "flv1"}, true},
		"v23.mp3":      {audio, []string{"-c:a", "libmp3lame", "-id3v2_version", "3"}, true},
		"v24.mp3":      {audio, []string{"-c:a", "libmp3lame", "-id3v2_version", "4"}, true},
		"a.flac":       {audio, []string{"-c:a", "flac"}, true},
		"a.ogg":        {audio, []string{"-c:a", "libvorbis"}, true},
		"a.opus":       {audio, []string{"-c:a", "libopus"}, true},
	} {
		path := filepath.Join(dir, name)
		args := append(append([]string{"-v", "error", "-y"}, c.input...), append(c.args, "-metadata", "AIGC="+sample, path)...)
		if _, err := run(t, ffmpeg, args...); err != nil {
			t.Errorf("%s: ffmpeg could not write it", name)
			continue
		}
		if r := oneLabel(t, path); len(r.Carriers) == 1 && (r.Carriers[0].Standard != c.standard || c.standard && !r.Carriers[0].Conformant) {
			t.Errorf("%s: %+v %+v", name, r.Carriers[0], r.Problems)
		}
	}
}

// chapterFile has two chapters.
func chapterFile(t *testing.T, dir string) string {
	path := filepath.Join(dir, "chapters.txt")
	text := ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=400\ntitle=one\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=400\nEND=900\ntitle=two\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func base(t *testing.T, dir, ext string) string {
	t.Helper()
	jpg, pn := pictures(t)
	data := map[string][]byte{".jpg": jpg, ".png": pn, ".webp": losslessWebP, ".pdf": smallPDF()}[ext]
	var b bytes.Buffer
	var err error
	switch ext {
	case ".tif":
		err = tiff.Encode(&b, scene(64, 48), nil)
		data = b.Bytes()
	case ".gif":
		err = gif.Encode(&b, scene(64, 48), nil)
		data = b.Bytes()
	case ".heic", ".avif":
		var z *zip.ReadCloser
		if z, err = zip.OpenReader("../c2pa/testdata/vectors.zip"); err == nil {
			data, err = fs.ReadFile(z, "v2"+ext)
			z.Close()
		}
	case ".mp4", ".mov":
		path := filepath.Join(dir, "base"+ext)
		_, err = run(t, tool(t, "ffmpeg"), "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=5:duration=1", "-c:v", "mpeg4", path)
		data, _ = os.ReadFile(path)
	}
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "base"+ext)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// smallPDF has no pages, and a table of its objects that is right.
func smallPDF() []byte {
	first, second := "1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n", "2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
	head := "%PDF-1.4\n"
	at := len(head) + len(first)
	return fmt.Appendf(nil, "%s%s%sxref\n0 3\n0000000000 65535 f \n%010d 00000 n \n%010d 00000 n \ntrailer\n<</Size 3/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n",
		head, first, second, len(head), at, at+len(second))
}

// What ExifTool writes, the library reads.
func TestOracleExifToolWrites(t *testing.T) {
	exiftool := tool(t, "exiftool")
	dir := t.TempDir()
	for _, c := range []struct{ ext, tag, value, form string }{
		{".jpg", "-XMP-TC260:AIGC", sample, FormXMPElement},
		{".png", "-XMP-TC260:AIGC", sample, FormXMPElement},
		{".tif", "-XMP-TC260:AIGC", sample, FormXMPElement},
		{".gif", "-XMP-TC260:AIGC", sample, FormXMPElement},
		{".webp", "-XMP-TC260:AIGC", sample, FormXMPElement},
		{".mp4", "-XMP-TC260:AIGC", sample, FormXMPElement},
		{".heic", "-XMP-TC260:AIGC", sample, FormXMPElement},
		{".avif", "-XMP-TC260:AIGC", sample, FormXMPElement},
		{".heic", "-EXIF:UserComment", wrappedSample, FormEXIFComment},
		{".pdf", "-XMP-TC260:AIGC", sample, FormXMPElement},
		{".pdf", "-PDF:Subject", wrappedSample, FormKey},
		{".pdf", "-PDF:Keywords", sample, FormKey},
		{".pdf", "-PDF:Author", `{"AIGC":{"Label":"1","ContentProducer":"示例","ProduceID":"p-1"}}`, FormKey},
		{".jpg", "-EXIF:UserComment", wrappedSample, FormEXIFComment},
		{".webp", "-EXIF:UserComment", wrappedSample, FormEXIFComment},
		{".tif", "-EXIF:UserComment", wrappedSample, FormEXIFComment},
		{".jpg", "-EXIF:ImageDescription", wrappedSample, FormEXIFText},
		{".jpg", "-Comment", wrappedSample, FormText},
		{".png", "-PNG:AIGCText", sample, FormText},
		{".png", "-PNG:Description", wrappedSample, FormText},
		{".mp4", "-Keys:AIGCKey", sample, FormKey},
		{".mov", "-Keys:AIGCKey", sample, FormKey},
		{".mov", "-XMP-TC260:AIGC", sample, FormXMPElement},
		{".avif", "-EXIF:UserComment", wrappedSample, FormEXIFComment},
		{".heic", "-EXIF:ImageDescription", wrappedSample, FormEXIFText},
		{".png", "-EXIF:UserComment", wrappedSample, FormEXIFComment},
		{".png", "-PNG:Comment", wrappedSample, FormText},
		{".gif", "-Comment", wrappedSample, FormText},
		{".tif", "-EXIF:ImageDescription", wrappedSample, FormEXIFText},
		{".jpg", "-EXIF:XPComment", wrappedSample, FormEXIFText},
	} {
		name := c.tag[1:] + c.ext
		path := base(t, dir, c.ext)
		if _, err := run(t, exiftool, "-config", "oracle/exiftool.cfg", "-q", "-overwrite_original", c.tag+"="+c.value, path); err != nil {
			if c.ext == ".webp" {
				t.Logf("%s: this ExifTool does not write WebP", name)
				continue
			}
			t.Errorf("%s: ExifTool could not write it", name)
			continue
		}
		if r := oneLabel(t, path); len(r.Carriers) == 1 && r.Carriers[0].Form != c.form {
			t.Errorf("%s: %+v", name, r.Carriers[0])
		}
	}
}

// What the library writes, ExifTool and ffmpeg read, and ffmpeg decodes.
func TestOracleReadsOurs(t *testing.T) {
	exiftool, ffprobe, ffmpeg := tool(t, "exiftool"), tool(t, "ffprobe"), tool(t, "ffmpeg")
	dir := t.TempDir()
	l, err := ParseStrict(sample)
	if err != nil {
		t.Fatal(err)
	}
	front := filepath.Join(dir, "front.mp4")
	tagged := filepath.Join(dir, "tagged.mov")
	for path, flags := range map[string]string{front: "faststart", tagged: "use_metadata_tags"} {
		if _, err := run(t, ffmpeg, "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=5:duration=2", "-f", "lavfi", "-i", "sine=duration=2", "-c:v", "mpeg4", "-c:a", "aac", "-metadata", "title=kept", "-movflags", flags, path); err != nil {
			t.Fatal("ffmpeg could not write the film")
		}
	}
	for _, src := range []string{base(t, dir, ".jpg"), base(t, dir, ".png"), base(t, dir, ".webp"), base(t, dir, ".mp4"), front, tagged} {
		ext := filepath.Ext(src)
		dst := strings.TrimSuffix(src, ext) + ".labelled" + ext
		if err := WriteFile(t.Context(), dst, src, *l, WriteOptions{}); err != nil {
			t.Errorf("%s: %v", filepath.Base(src), err)
			continue
		}
		if ext == ".mp4" || ext == ".mov" {
			got, _ := run(t, ffprobe, "-v", "error", "-show_entries", "format_tags=AIGC", "-of", "default=nw=1:nk=1", dst)
			if got != sample {
				t.Errorf("%s: ffprobe reads %q", filepath.Base(dst), got)
			}
			got, _ = run(t, exiftool, "-config", "oracle/exiftool.cfg", "-s3", "-Keys:AIGCKey", dst)
			if got != sample {
				t.Errorf("%s: ExifTool reads %q", filepath.Base(dst), got)
			}
			if src == front || src == tagged {
				if got, _ := run(t, ffprobe, "-v", "error", "-show_entries", "format_tags=title", "-of", "default=nw=1:nk=1", dst); got != "kept" {
					t.Errorf("%s: the title became %q", filepath.Base(dst), got)
				}
			}
		} else if got, _ := run(t, exiftool, "-config", "oracle/exiftool.cfg", "-s3", "-XMP-TC260:AIGC", dst); got != sample {
			t.Errorf("%s: ExifTool reads %q", filepath.Base(dst), got)
		}
		if warn, _ := run(t, exiftool, "-s3", "-Warning", "-Error", dst); warn != "" {
			t.Errorf("%s: ExifTool says %s", filepath.Base(dst), warn)
		}
		hash := func(path string) string {
			sum, err := run(t, ffmpeg, "-v", "error", "-i", path, "-f", "md5", "-")
			if err != nil {
				t.Errorf("%s: ffmpeg cannot decode it", filepath.Base(path))
			}
			return sum
		}
		if a, b := hash(src), hash(dst); a != b || a == "" {
			t.Errorf("%s: ffmpeg decodes something else: %s, %s", filepath.Base(dst), a, b)
		}
	}
}
