package guard

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/netip"
	"strings"

	"anxin/internal/party"
)

// address finds where a request comes from. Only a trusted proxy's word counts, and of a chain the last hop that is not a trusted proxy: what stands
// before it was written by whoever. Headers of others are removed, so that nothing behind believes them.
func (g *Guard) address(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	a := ap.Addr().Unmap()
	if !g.trusted(a) {
		for _, h := range []string{"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "X-Real-Ip"} {
			r.Header.Del(h)
		}
		return a
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		a = hop.Unmap()
		if !g.trusted(a) {
			break
		}
	}
	return a
}

func (g *Guard) trusted(a netip.Addr) bool {
	for _, p := range g.o.Proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// client is what the log says of an address.
func (g *Guard) client(a netip.Addr) string {
	mac := hmac.New(sha256.New, g.salt)
	mac.Write([]byte(party.AddressKey(a)))
	return hex.EncodeToString(mac.Sum(nil)[:4])
}

func (g *Guard) check(kind party.LimitKind, key string) error {
	if g.o.Limits == nil {
		return nil
	}
	return g.o.Limits.Check(kind, key)
}

// addresses bounds what one address may ask for: everything but assets and health.
func (g *Guard) addresses(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if g.classOf(r) != Free {
			a := Address(r.Context())
			err := g.check(party.LimitPages, party.AddressKey(a))
			if err == nil && a.Is6() {
				if p, perr := a.Prefix(48); perr == nil {
					err = g.check(party.LimitNet, p.String())
				}
			}
			if err != nil {
				g.Fail(w, r, err)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// Rate bounds one handler by a key of the request; the empty key is the address.
func (g *Guard) Rate(kind party.LimitKind, key func(*http.Request) string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k := ""
		if key != nil {
			k = key(r)
		}
		if k == "" {
			k = party.AddressKey(Address(r.Context()))
		}
		if err := g.check(kind, k); err != nil {
			g.Fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}
