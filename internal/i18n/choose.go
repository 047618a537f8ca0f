package i18n

import (
	"net/http"
	"strconv"
	"strings"
)

// Cookie is the name of the cookie that remembers the language somebody chose. It holds nothing but "zh" or "en".
const Cookie = "lang"

// Choose decides the language of a request: the ?lang= switch, then the cookie, then what the browser asks for, then Chinese.
// explicit says that the switch was used, so that the caller sets the cookie.
func Choose(r *http.Request) (l Lang, explicit bool) {
	if q := r.URL.Query().Get("lang"); q != "" {
		if l, ok := ParseLang(q); ok {
			return l, true
		}
	}
	if c, err := r.Cookie(Cookie); err == nil {
		if l, ok := ParseLang(c.Value); ok {
			return l, false
		}
	}
	return FromHeader(r.Header.Get("Accept-Language")), false
}

// FromHeader picks the language from an Accept-Language header by its weights. A header that names neither language gives Chinese if it is
// absent and English if it names others: somebody who asks for French reads English sooner than Chinese.
func FromHeader(h string) Lang {
	if len(h) > 500 {
		h = h[:500]
	}
	best, bestQ, named := ZH, 0.0, false
	for _, part := range strings.Split(h, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if tag == "" {
			continue
		}
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			f, err := strconv.ParseFloat(v, 64)
			if err != nil || f < 0 || f > 1 {
				continue
			}
			q = f
		}
		if l, ok := ParseLang(tag); ok {
			if q > bestQ {
				best, bestQ = l, q
			}
		} else if tag != "*" && q > 0 {
			named = true
		}
	}
	if bestQ == 0 && named {
		return EN
	}
	return best
}
