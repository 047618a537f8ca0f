package notify_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"anxin/internal/notify"
)

func TestPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"8.8.8.8": true, "114.114.114.114": true, "2400:3200::1": true, "2606:4700::1111": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "127.8.9.1": false, "0.0.0.0": false, "0.1.2.3": false, "10.1.2.3": false, "172.16.0.1": false, "172.31.255.255": false,
		"172.32.0.1": true, "192.168.1.1": false, "169.254.169.254": false, "100.100.100.200": false, "100.63.0.1": true, "100.64.0.1": false,
		"192.0.0.192": false, "192.0.2.1": false, "198.18.0.1": false, "198.51.100.1": false, "203.0.113.1": false, "224.0.0.1": false, "239.1.1.1": false,
		"240.0.0.1": false, "255.255.255.255": false, "192.88.99.1": false,
		"::1": false, "::": false, "::ffff:127.0.0.1": false, "::ffff:169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false,
		"fd00:ec2::254": false, "ff02::1": false, "64:ff9b::7f00:1": false, "64:ff9b:1::1": false, "2002:7f00:1::": false, "2001:0:1::": false,
		"2001:db8::1": false, "100::1": false, "fec0::1": false, "::127.0.0.1": false, "3fff::1": false,
	} {
		if got := notify.Public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if notify.Public(netip.Addr{}) {
		t.Error("no address is public")
	}
}

func TestParseURL(t *testing.T) {
	strict, loose := notify.NewGuard(notify.GuardOptions{}), notify.NewGuard(notify.GuardOptions{Allow: local})
	for text, want := range map[string]bool{
		"https://example.com/hooks": true, "https://example.com:8443/x?y=1": true, " https://example.com ": true, "https://example.com:443": true,
		"http://example.com": false, "https://user:pass@example.com": false, "https://example.com#x": false, "ftp://example.com": false, "https://": false,
		"https://example.com:22": false, "https://example.com:25/": false, "https://example.com:99999": false, "//example.com": false, "javascript:alert(1)": false,
		"https://exa mple.com": false, "https://例子.example": false, "https://exam%70le.com": false, "https:example.com": false, "gopher://example.com": false,
		"https://example.com/" + strings.Repeat("x", 500): false,
	} {
		if _, err := strict.ParseURL(text); (err == nil) != want {
			t.Errorf("%.60q: %v", text, err)
		}
	}
	if _, err := loose.ParseURL("http://127.0.0.1:9000/"); err != nil {
		t.Errorf("allow-list: %v", err)
	}
}

func FuzzParseURL(f *testing.F) {
	for _, s := range []string{"https://example.com", "https://[::1]:443/", "https://a@b", "https://127.1/", "https://0x7f.1/", "https://017700000001"} {
		f.Add(s)
	}
	g := notify.NewGuard(notify.GuardOptions{})
	f.Fuzz(func(t *testing.T, s string) {
		u, err := g.ParseURL(s)
		if err == nil && (u.Scheme != "https" || u.User != nil || u.Hostname() == "") {
			t.Fatalf("%q passed as %v", s, u)
		}
	})
}

// nameServer answers A questions with the addresses in turn.
func nameServer(t *testing.T, answers ...string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	check(t, err)
	t.Cleanup(func() { conn.Close() })
	var n atomic.Int64
	go func() {
		buf := make([]byte, 512)
		for {
			size, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:size]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Response, m.Additionals = true, nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				a := netip.MustParseAddr(answers[min(int(n.Add(1))-1, len(answers)-1)])
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: a.As4()},
				}}
			}
			if out, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func TestPrivateNamesAreRefusedWhenTyped(t *testing.T) {
	for addr, key := range map[string]string{"10.0.0.5": "notify.error.endpoint_private", "169.254.169.254": "notify.error.endpoint_private", "93.184.215.14": ""} {
		g := notify.NewGuard(notify.GuardOptions{Resolver: nameServer(t, addr)})
		u, err := g.ParseURL("https://hooks.example.com")
		check(t, err)
		err = g.CheckHost(ctx, u)
		if key == "" {
			check(t, err)
		} else {
			wantKey(t, err, key)
		}
	}
	g := notify.NewGuard(notify.GuardOptions{})
	for _, text := range []string{"https://127.0.0.1", "https://[::1]", "https://[::ffff:10.0.0.1]:8443"} {
		u, err := g.ParseURL(text)
		check(t, err)
		wantKey(t, g.CheckHost(ctx, u), "notify.error.endpoint_private")
	}
}

// DNS rebinding: the name is public when it is typed and private when it is called. Also shorthand forms of addresses that the system understands.
func TestPrivateAddressesAreNeverDialled(t *testing.T) {
	var called atomic.Int64
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called.Add(1) }))
	defer server.Close()
	port := strconv.Itoa(server.Listener.Addr().(*net.TCPAddr).Port)
	for _, host := range []string{"rebind.example.com", "localhost", "2130706433"} {
		guard := notify.NewGuard(notify.GuardOptions{TLS: testTLS(server.Client()), Resolver: nameServer(t, "93.184.215.14", "127.0.0.1")})
		if host != "rebind.example.com" {
			guard = notify.NewGuard(notify.GuardOptions{TLS: testTLS(server.Client())})
		}
		alone(t, guard, func(t *testing.T, p *place) {
			id, _, err := p.endpoints.Create(ctx, p.admin, notify.NewEndpoint{Name: "x", URL: "https://" + host + ":" + port, Kinds: []string{"*"}})
			if err != nil {
				if host == "rebind.example.com" && strings.Contains(t.Name(), "sqlite") {
					t.Errorf("the name was public at first: %v", err)
				}
				return // refused when typed is as good
			}
			check(t, p.endpoints.Ping(ctx, p.admin, id))
			p.runDue()
			if v := p.view(id); v.LastError != "refused: private address" {
				t.Errorf("%s: %+v", host, v)
			}
		})
	}
	if called.Load() != 0 {
		t.Error("the private server was called")
	}
}
