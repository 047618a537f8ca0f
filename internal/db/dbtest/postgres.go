package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// server is a PostgreSQL server for tests.
type server struct {
	dsn      func(database string) string
	next     atomic.Int64
	migrated func() (database string, err error) // to be copied; nobody is connected to it
}

// shared starts the server at the first call and keeps it for the life of the test program.
var shared = sync.OnceValues(start)

func start() (*server, error) {
	if given := os.Getenv("ANXIN_TEST_PG"); given != "" {
		return newServer(func(name string) string { return replaceDatabase(given, name) }), nil
	}
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := dataDir()
	if err != nil {
		return nil, err
	}
	cred, err := ownerOf(dir)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.Dir, initdb.SysProcAttr = dir, &syscall.SysProcAttr{Credential: cred}
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	if err := launch(bin, dir, data, port, cred); err != nil {
		return nil, err
	}
	s := newServer(func(name string) string {
		return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", port, name)
	})
	return s, s.wait()
}

func newServer(dsn func(database string) string) *server {
	s := &server{dsn: dsn}
	s.migrated = sync.OnceValues(func() (string, error) {
		name, err := s.fresh(context.Background(), "")
		if err != nil {
			return "", err
		}
		return name, migrate(dsn(name))
	})
	return s
}

// launch starts postgres as a child that the kernel kills when this process ends. The parent-death signal is tied to the thread that forked, so
// that thread is kept for ever.
func launch(bin, dir, data string, port int, cred *syscall.Credential) error {
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		cmd := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-p", strconv.Itoa(port), "-k", dir,
			"-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off",
			"-c", "shared_buffers=32MB", "-c", "max_connections=300", "-c", "autovacuum=off")
		cmd.Dir = dir
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred, Pdeathsig: syscall.SIGQUIT, Setpgid: true}
		started <- cmd.Start()
		if cmd.Process != nil {
			cmd.Wait() //nolint:errcheck // it ends when we end
		}
	}()
	return <-started
}

func (s *server) wait() error {
	pool, err := sql.Open("pgx", s.dsn("postgres"))
	if err != nil {
		return err
	}
	defer pool.Close()
	for range 200 {
		if err = pool.Ping(); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("postgres did not come up: %w", err)
}

// fresh creates a database, empty or a copy of another, and gives its name.
func (s *server) fresh(ctx context.Context, copyOf string) (string, error) {
	pool, err := sql.Open("pgx", s.dsn("postgres"))
	if err != nil {
		return "", err
	}
	defer pool.Close()
	name := fmt.Sprintf("anxin_%d_%d", os.Getpid(), s.next.Add(1))
	create := "CREATE DATABASE " + name
	if copyOf != "" {
		create += " TEMPLATE " + copyOf
	}
	if _, err := pool.ExecContext(ctx, create); err != nil {
		return "", err
	}
	return name, nil
}

func replaceDatabase(url, name string) string {
	base, query, _ := strings.Cut(url, "?")
	if i := strings.LastIndexByte(base, '/'); i > len("postgres://") {
		base = base[:i]
	}
	if query != "" {
		query = "?" + query
	}
	return base + "/" + name + query
}

func binaries() (string, error) {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	sort.Strings(dirs)
	for i := len(dirs) - 1; i >= 0; i-- {
		if _, err := os.Stat(filepath.Join(dirs[i], "initdb")); err == nil {
			return dirs[i], nil
		}
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", fmt.Errorf("no PostgreSQL server binaries found")
}

// dataDir makes a folder for the server and removes those that dead test programs left behind.
func dataDir() (string, error) {
	base := os.TempDir()
	if st, err := os.Stat("/dev/shm"); err == nil && st.IsDir() {
		base = "/dev/shm"
	}
	old, _ := filepath.Glob(filepath.Join(base, "anxin-pg-*"))
	for _, dir := range old {
		pid, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(dir), "anxin-pg-"))
		if err == nil && syscall.Kill(pid, 0) == syscall.ESRCH {
			os.RemoveAll(dir)
		}
	}
	dir := filepath.Join(base, fmt.Sprintf("anxin-pg-%d", os.Getpid()))
	os.RemoveAll(dir)
	return dir, os.Mkdir(dir, 0o755)
}

// ownerOf gives the folder to the postgres user when running as root, since the server refuses to run as root.
func ownerOf(dir string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("running as root and there is no user postgres: %w", err)
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err1 != nil || err2 != nil {
		return nil, fmt.Errorf("user postgres has ids %q, %q", u.Uid, u.Gid)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, uid, gid)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
