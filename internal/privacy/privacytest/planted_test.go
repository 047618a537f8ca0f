package privacytest

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"
)

const (
	phone   = "19900001234"
	name    = "欧阳示例"
	address = "示例市样本区虚构路 12 号"
)

func planted() *Planted {
	return Plant(map[string]string{"phone": phone, "name": name, "address": address})
}

func TestEveryFormIsFound(t *testing.T) {
	u16 := func(s string) (out []byte) {
		for _, u := range utf16.Encode([]rune(s)) {
			out = append(out, byte(u), byte(u>>8))
		}
		return out
	}
	gb, err := simplifiedchinese.GBK.NewEncoder().String(name)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(phone))
	ascii, _ := json.Marshal(name)
	escapedJSON := ""
	for _, r := range name {
		escapedJSON += fmt.Sprintf(`\u%04x`, r)
	}
	for what, text := range map[string]string{
		"plain": "x" + name + "y", "JSON": string(ascii), "escaped JSON": escapedJSON, "GBK": gb, "UTF-16": string(u16(phone)), "digits apart": "tel 199-0000-1234.",
		"full-width": "１９９００００１２３４", "hex": hex.EncodeToString([]byte(address)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(name))),
		"base64 0": base64.StdEncoding.EncodeToString([]byte(phone)), "base64 1": base64.StdEncoding.EncodeToString([]byte("a" + phone + "bc")),
		"base64 2": base64.URLEncoding.EncodeToString([]byte("ab" + name + "c")), "form": url.Values{"q": {name}}.Encode(), "path": "/s/" + url.PathEscape(address),
		"small escapes": strings.ToLower(url.PathEscape(name)), "hash": string(sum[:]), "hash in hex": hex.EncodeToString(sum[:]), "quoted": fmt.Sprintf("%x", name),
		"HTML": "&#27431;&#38451;&#31034;&#20363;", "backwards": "43210000991",
	} {
		if leaks := planted().Bytes(what, []byte("before "+text+" after")); len(leaks) == 0 {
			t.Errorf("%s: not found in %q", what, text)
		} else if leaks[0].Offset < 7 {
			t.Errorf("%s: offset %d", what, leaks[0].Offset)
		}
	}
	for _, clean := range []string{"199****1234", "欧*", "19900001235", "示例市***", hex.EncodeToString([]byte("示例"))} {
		if leaks := planted().Bytes("", []byte(clean)); len(leaks) != 0 {
			t.Errorf("%q: found %v", clean, leaks)
		}
	}
}

func TestFilesNamesAndArchivesAreScanned(t *testing.T) {
	dir := t.TempDir()
	put := func(file string, b []byte) {
		if err := os.WriteFile(filepath.Join(dir, file), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var gz, zp bytes.Buffer
	g := gzip.NewWriter(&gz)
	_, _ = g.Write([]byte(strings.Repeat("x", 1000) + phone))
	_ = g.Close()
	z := zip.NewWriter(&zp)
	w, _ := z.Create("inner.txt")
	_, _ = w.Write([]byte(name))
	_ = z.Close()
	put("clean.db", bytes.Repeat([]byte("nothing "), 1000))
	put("big", append(bytes.Repeat([]byte{0}, chunk+chunk/2), name...))
	// Across the border of two chunks.
	put("border", append(append(bytes.Repeat([]byte{1}, chunk-5), address...), 1, 1, 1))
	put("log.gz", gz.Bytes())
	put("export.zip", zp.Bytes())
	put(phone+".jpg", []byte("x"))
	put("empty", nil)
	leaks, files, _, err := planted().Find(dir)
	if err != nil || files != 7 {
		t.Fatalf("%d files (%v)", files, err)
	}
	found := map[string]bool{}
	for _, l := range leaks {
		found[strings.ReplaceAll(l.Where, dir+"/", "")+" "+l.Secret] = true
	}
	for _, want := range []string{"big name", "border address", "log.gz (unpacked) phone", "export.zip!inner.txt name", "the name of " + phone + ".jpg phone"} {
		if !found[want] {
			t.Errorf("missing: %s; found %v", want, found)
		}
	}
	if found["clean.db phone"] || len(found) != 5 {
		t.Errorf("found %v", found)
	}
}

// Leaks name the secret and not its text: reports get pasted into tickets.
func TestReportsDoNotRepeatTheSecret(t *testing.T) {
	for _, l := range planted().Bytes("file", []byte(phone)) {
		if strings.Contains(l.String(), phone) {
			t.Errorf("%s", l)
		}
	}
}
