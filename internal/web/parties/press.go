package parties

import (
	"io"
	"net/http"
	"strings"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/web/ui"
)

// Press puts letters into words and on paper; package letter does, behind an adapter.
type Press interface {
	// Parts are the parts of a letter in a language, with its title and the outcome in one line.
	Parts(v claim.LetterView, lang i18n.Lang) (title, outcome string, parts []LetterPart, err error)
	// PDF writes the letter as a file to print. verify is what its code leads to.
	PDF(w io.Writer, v claim.LetterView, lang i18n.Lang, verify string) error
}

// LetterOf fills the page of a letter; the caller adds the ways back and on. base is the address people use, for the code to scan.
func LetterOf(pg ui.Page, press Press, v claim.LetterView, base string) (Letter, error) {
	title, outcome, parts, err := press.Parts(v, pg.P.Lang)
	if err != nil {
		return Letter{}, err
	}
	return Letter{Number: v.Number.String(), Code: v.Code, Title: title, Outcome: outcome, Issued: v.Issued, Parts: parts, Digest: v.Digest, VerifyURL: VerifyURL(base, v.Code), Until: v.Facts.AppealUntil}, nil
}

// VerifyURL is where a paper's code is checked.
func VerifyURL(base, code string) string {
	if code == "" {
		return ""
	}
	return base + "/verify?code=" + code
}

// WritePDF answers with the letter as a file. Its name is the letter's code: nothing personal.
func WritePDF(w http.ResponseWriter, press Press, v claim.LetterView, lang i18n.Lang, verify string) error {
	var b strings.Builder
	if err := press.PDF(&b, v, lang, verify); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `attachment; filename="`+v.Code+`.pdf"`)
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	_, err := io.WriteString(w, b.String())
	if err != nil {
		return nil // a client that went away; the status is sent
	}
	return nil
}

// GoodCode bounds the code of a letter in a path: D-XXXX-XXXX-XXXX.
func GoodCode(s string) (string, error) {
	s = strings.ToUpper(s)
	if len(s) < 6 || len(s) > 24 || !strings.HasPrefix(s, "D-") || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
		return "", casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return s, nil
}
