package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"anxin/internal/casefile"
)

// Guard makes the connections of webhooks. It refuses every address that is not on the open net, and it checks the address that is really dialled, after
// names were resolved: a name that answers differently the second time (DNS rebinding) gains nothing.
type Guard struct {
	allow    []netip.Prefix
	resolver *net.Resolver
	client   *http.Client
}

// GuardOptions loosen the guard for development and tests.
type GuardOptions struct {
	// Allow lists networks that are reached although they are private, and by plain http too. Empty for real use.
	Allow []netip.Prefix
	// Resolver is asked for names; nil is the system's.
	Resolver *net.Resolver
	// Timeout of a whole delivery; 0 is ten seconds.
	Timeout time.Duration
	// RootCAs are for tests; nil is the system's.
	TLS *tls.Config
}

// NewGuard makes the guard.
func NewGuard(o GuardOptions) *Guard {
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Resolver == nil {
		o.Resolver = net.DefaultResolver
	}
	g := &Guard{allow: o.Allow, resolver: o.Resolver}
	dialer := &net.Dialer{Timeout: 5 * time.Second, Resolver: o.Resolver, ControlContext: g.control}
	config := o.TLS
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	g.client = &http.Client{
		Timeout: o.Timeout,
		// No proxy from the environment: a proxy would resolve and connect behind the guard's back.
		Transport: &http.Transport{
			Proxy: nil, DialContext: dialer.DialContext, TLSClientConfig: config, TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: o.Timeout,
			MaxIdleConns: 20, MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second, MaxResponseHeaderBytes: 16 << 10, DisableCompression: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return g
}

// errRefused is why a connection was not made.
var errRefused = errors.New("the address is private or reserved; webhooks go to the open net only")

// control runs after the name was resolved and before the connection is made, on the address itself.
func (g *Guard) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return errRefused
	}
	ap, err := netip.ParseAddrPort(address)
	if err != nil || !g.allowed(ap.Addr()) {
		return errRefused
	}
	return nil
}

func (g *Guard) allowed(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, p := range g.allow {
		if p.Contains(a) {
			return true
		}
	}
	return Public(a)
}

// reserved are the networks that are not the open net, from the IANA registries of special-purpose addresses. Cloud metadata services live in some of
// them: 169.254.169.254, 100.100.100.200, fd00:ec2::254.
var reserved = func() []netip.Prefix {
	var out []netip.Prefix
	for _, s := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24",
		"192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	} {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}()

// openV6 is what is given out of IPv6 so far; the exceptions inside it carry other addresses (6to4, Teredo) or are for documents and tests.
var (
	openV6     = netip.MustParsePrefix("2000::/3")
	reservedV6 = []netip.Prefix{
		netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("2620:4f:8000::/48"),
		netip.MustParsePrefix("3fff::/20"),
	}
)

// Public reports whether an address is on the open net.
func Public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() {
		return false
	}
	if a.Is6() {
		// Everything outside 2000::/3 is refused: loopback, link-local, unique local, NAT64 (64:ff9b::/96 reaches IPv4), mapped, multicast.
		if !openV6.Contains(a) {
			return false
		}
		for _, p := range reservedV6 {
			if p.Contains(a) {
				return false
			}
		}
		return true
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// ParseURL checks the form of an address: https, a host, no user, no fragment, port 443 or above 1023.
func (g *Guard) ParseURL(text string) (*url.URL, error) {
	bad := casefile.InvalidField("url", "notify.error.endpoint_url")
	text = strings.TrimSpace(text)
	if len(text) > 500 {
		return nil, bad
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return nil, bad
	}
	if !isHTTPS(u) && !(u.Scheme == "http" && len(g.allow) > 0) {
		return nil, bad
	}
	if p := u.Port(); p != "" {
		n, err := strconv.Atoi(p)
		if err != nil || n > 65535 || n < 1024 && n != 443 && !(n == 80 && !isHTTPS(u)) {
			return nil, bad
		}
	}
	for _, r := range u.Hostname() {
		if r <= ' ' || r >= 0x7f || strings.ContainsRune(`/\@"<>^{}|%`, r) {
			return nil, bad
		}
	}
	return u, nil
}

// CheckHost resolves the host of an address and refuses it when any of its addresses is private. It is a courtesy when an endpoint is typed; what
// protects is the check of each connection.
func (g *Guard) CheckHost(ctx context.Context, u *url.URL) error {
	if a, err := netip.ParseAddr(u.Hostname()); err == nil {
		if !g.allowed(a) {
			return casefile.InvalidField("url", "notify.error.endpoint_private")
		}
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	addrs, err := g.resolver.LookupNetIP(ctx, "ip", u.Hostname())
	if err != nil || len(addrs) == 0 {
		return casefile.InvalidField("url", "notify.error.endpoint_unresolved")
	}
	for _, a := range addrs {
		if !g.allowed(a) {
			return casefile.InvalidField("url", "notify.error.endpoint_private")
		}
	}
	return nil
}
