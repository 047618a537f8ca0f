// Package e2e drives the real program from outside: a server process over HTTP, and its pages in a real browser.
package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"anxin/client"
	"anxin/internal/app"
	"anxin/internal/casefile"
	"anxin/internal/config"
	"anxin/internal/party"
	"anxin/internal/service"
)

// binary builds the program once per test run.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "anxin-e2e-")
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "anxin")
	out, err := exec.Command("go", "build", "-tags", "nodynamic", "-o", name, "anxin/cmd/anxin").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return name, nil
})

// server is one installation and the process that serves it.
type server struct {
	bin, data, listen string
	technicians       []string // API keys
	cmd               *exec.Cmd
	http              *http.Client
}

// newServer makes an installation with three technicians in one district.
func newServer(t *testing.T) *server {
	t.Helper()
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	listen := fixedPort(t)
	s := &server{bin: bin, data: filepath.Join(t.TempDir(), "data"), listen: listen,
		http: &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	s.hire(t)
	return s
}

// fixedPort finds an address that stays free while the server is down: below the range from which the system gives ports to clients.
func fixedPort(t *testing.T) string {
	t.Helper()
	for range 100 {
		listen := fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000))
		if l, err := net.Listen("tcp", listen); err == nil {
			l.Close()
			return listen
		}
	}
	t.Fatal("no free port")
	return ""
}

func (s *server) hire(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	store, err := app.OpenStore(ctx, app.Options{Config: config.Default(), DataDir: s.data})
	if err != nil {
		t.Fatal(err)
	}
	c, err := app.NewCore(store)
	if err != nil {
		t.Fatal(err)
	}
	admin := casefile.Actor{Tenant: app.Tenant, Role: casefile.Admin, Route: "web", Lang: "zh"}
	for i := range 3 {
		in := service.TechnicianInput{Code: fmt.Sprintf("HM-90%02d", i), Name: "王木清", Phone: fmt.Sprintf("1990000900%d", i), Partner: "杭州服务站", Vehicle: "ebike",
			State: "active", Lng: 120.13, Lat: 30.26, Regions: []string{"330106"}, Skills: []service.Skill{{Kind: service.Repair, Product: "smart_lock", Level: 4}}}
		for day := time.Sunday; day <= time.Saturday; day++ {
			in.Shifts = append(in.Shifts, service.Shift{Weekday: day, From: 0, To: 1440})
		}
		id, err := c.Service.SaveTechnician(ctx, admin, in)
		if err != nil {
			t.Fatal(err)
		}
		key, _, err := c.Party.Keys.Create(ctx, admin, party.NewKey{Name: "crash test", Role: casefile.Technician, Technician: id, Scopes: []party.Scope{party.ScopeWork, party.ScopeRead}})
		if err != nil {
			t.Fatal(err)
		}
		s.technicians = append(s.technicians, key)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

func (s *server) client(authorization string) *client.Client {
	return &client.Client{Base: "http://" + s.listen, Authorization: authorization, HTTP: s.http, Retries: 12}
}

func (s *server) start(t *testing.T) {
	t.Helper()
	s.cmd = exec.Command(s.bin, "serve", "--data", s.data, "--listen", s.listen)
	s.cmd.Env = append(os.Environ(), "ANXIN_REPORTS_PER_MINUTE=1000000", "ANXIN_LOG_LEVEL=error")
	s.cmd.Stderr = os.Stderr
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for range 1500 {
		resp, err := s.http.Get("http://" + s.listen + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the server did not become ready")
}

// kill is what a power cut does to a process.
func (s *server) kill(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.cmd.Wait()
	s.http.CloseIdleConnections()
}

// stop ends the server as an operator does.
func (s *server) stop(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("the server did not stop cleanly: %v", err)
	}
}

// verify runs anxin verify on the stopped installation.
func (s *server) verify(t *testing.T) {
	t.Helper()
	if out, err := exec.Command(s.bin, "verify", "--data", s.data).CombinedOutput(); err != nil {
		t.Errorf("anxin verify: %v\n%s", err, out)
	}
}

// offerRow is an offer as it lies in the database.
type offerRow struct {
	Visit, Offer, State string
	Expires             time.Time
}

// Open reports whether the offer still waits for an answer.
func (o offerRow) Open() bool { return o.State == "created" || o.State == "sent" || o.State == "seen" }

// offers reads the offers from the database file, past the program.
func (s *server) offers(t *testing.T) []offerRow {
	t.Helper()
	d, err := sql.Open("sqlite", "file:"+filepath.Join(s.data, "anxin.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	rows, err := d.Query("SELECT visit_id, offer_id, state, expires_at FROM offer")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []offerRow
	for rows.Next() {
		var visit, offer casefile.ID
		var o offerRow
		var expires int64
		if err := rows.Scan(&visit, &offer, &o.State, &expires); err != nil {
			t.Fatal(err)
		}
		o.Visit, o.Offer, o.Expires = visit.String(), offer.String(), time.UnixMicro(expires)
		out = append(out, o)
	}
	return out
}
