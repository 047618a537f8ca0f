package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"anxin/internal/app"
	"anxin/internal/casefile"
	"anxin/internal/config"
	"anxin/internal/order"
)

// bad is a line of so many bytes a second, shared by all its connections, that can be cut.
type bad struct {
	perSecond int64
	mu        sync.Mutex
	next      time.Time // when the line is free again
	conns     map[net.Conn]bool
	sent      atomic.Int64
}

// wait holds up whoever sends n bytes until the line would have taken them.
func (b *bad) wait(n int) {
	b.mu.Lock()
	now := time.Now()
	if b.next.Before(now) {
		b.next = now
	}
	b.next = b.next.Add(time.Duration(n) * time.Second / time.Duration(b.perSecond))
	until := b.next
	b.mu.Unlock()
	b.sent.Add(int64(n))
	time.Sleep(time.Until(until))
}

// cut ends every connection in the middle of whatever it does.
func (b *bad) cut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.conns {
		_ = c.Close()
		delete(b.conns, c)
	}
}

type slow struct {
	net.Conn
	line *bad
}

func (s slow) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n := min(len(p)-done, 4096)
		s.line.wait(n)
		w, err := s.Conn.Write(p[done : done+n])
		if done += w; err != nil {
			return done, err
		}
	}
	return done, nil
}

func (b *bad) client() *http.Client {
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			b.mu.Lock()
			defer b.mu.Unlock()
			b.conns[c] = true
			return slow{c, b}, nil
		}}}
}

// sale puts an order into the stopped installation and answers the case and the buyer's link.
func (s *server) sale(t *testing.T) (caseID casefile.ID, link string) {
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
	admin := casefile.Actor{Tenant: app.Tenant, Role: casefile.Admin, Route: "api", Lang: "zh"}
	now := time.Now()
	put, err := c.Orders.Book.Put(ctx, admin, order.NewOrder{Merchant: c.Source.NewID(), Number: "HM-1", Name: "陈小满", Phone: "19900001234", Product: "智能门锁 S3", Code: "smart_lock",
		Category: "lock", Price: 129900, Paid: now.AddDate(0, 0, -9), Shipped: now.AddDate(0, 0, -8), Delivered: now.AddDate(0, 0, -5)})
	if err == nil {
		link, err = c.Orders.Book.Link(ctx, admin, put.Order.ID)
	}
	if err = errors.Join(err, c.Close()); err != nil {
		t.Fatal(err)
	}
	return put.Order.Case, link
}

// phonePhoto is a JPEG of so many pixels with detail everywhere, as a camera makes it.
func phonePhoto(t *testing.T, seed uint64, w, h int) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 9))
	img := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	for i := range img.Y {
		img.Y[i] = uint8(120 + 60*((i/97+i/w/61)%2) + r.IntN(6))
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = uint8(118+i%11), uint8(124+i%7)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 80}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// memory answers the peak of resident memory of a process and of its children, in bytes.
func memory(pid int) (own, children int64) {
	peak := func(pid string) int64 {
		b, _ := os.ReadFile(filepath.Join("/proc", pid, "status"))
		m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(b)
		if m == nil {
			return 0
		}
		kb, _ := strconv.ParseInt(string(m[1]), 10, 64)
		return kb << 10
	}
	own = peak(strconv.Itoa(pid))
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range all {
		b, _ := os.ReadFile(name)
		f := strings.Fields(string(b[max(bytes.LastIndexByte(b, ')'), 0):]))
		if len(f) > 2 && f[2] == strconv.Itoa(pid) {
			children = max(children, peak(filepath.Base(filepath.Dir(name))))
		}
	}
	return own, children
}

// TestFilingOverASlowLine files a claim with six photographs over a slow line that is cut while they are on their way, with the server killed (SIGKILL) and
// started again in between. Every photo goes on where it was; the vault holds exactly what was sent; the claim is filed and its checks end.
//
// In `go test` the line is fast and the photos are small. ANXIN_SLOW=1 is the bar: 12 megapixels each and 1 Mbit/s; it takes some minutes (scripts/bench-upload.sh).
func TestFilingOverASlowLine(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills a real server")
	}
	line, w, h := &bad{perSecond: 2 << 20, conns: map[net.Conn]bool{}}, 900, 700
	if os.Getenv("ANXIN_SLOW") == "1" {
		line.perSecond, w, h = 1_000_000/8, 4000, 3000
	}
	s := newServer(t)
	caseID, link := s.sale(t)
	s.start(t)
	c := line.client()
	base := "http://" + s.listen + "/s/" + link + "/claim"
	photos := make([][]byte, 6)
	total := 0
	for i := range photos {
		photos[i] = phonePhoto(t, uint64(i), w, h)
		total += len(photos[i])
	}
	begun := time.Now()
	var peak atomic.Int64
	watch := func() {
		own, _ := memory(s.cmd.Process.Pid)
		peak.Store(max(peak.Load(), own))
	}
	// Trouble on the way: the line is cut after a fifth and after three fifths of all bytes, the server is killed after two fifths.
	trouble := map[int64]func(){int64(total) / 5: line.cut, int64(total) * 2 / 5: func() { watch(); s.kill(t); s.start(t) }, int64(total) * 3 / 5: line.cut}
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
			for at, f := range trouble {
				if line.sent.Load() > at {
					delete(trouble, at)
					f()
				}
			}
		}
	})
	tokens := make([]string, len(photos))
	errs := make([]error, len(photos))
	var resumed atomic.Int64
	work := make(chan int)
	var senders sync.WaitGroup
	for range 2 { // as the page does: two at a time
		senders.Go(func() {
			for i := range work {
				tokens[i], errs[i] = sendPhoto(c, base+"/uploads", "http://"+s.listen, photos[i], &resumed)
			}
		})
	}
	for i := range photos {
		work <- i
	}
	close(work)
	senders.Wait()
	close(done)
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if len(trouble) > 0 || resumed.Load() < 3 {
		t.Errorf("%d troubles did not come, %d photos were resumed: the test means nothing", len(trouble), resumed.Load())
	}
	if extra := line.sent.Load() - int64(total); extra > int64(total)/4 {
		t.Errorf("%d bytes were sent for %d of photos: too much went twice", line.sent.Load(), total)
	}
	took := time.Since(begun)
	s.fileClaim(t, base, tokens)
	own, children := memory(s.cmd.Process.Pid)
	peak.Store(max(peak.Load(), own))
	s.sealed(t, caseID, link, photos)
	state := s.checked(t)
	t.Logf("%.1f MB in %d photos over %.2f Mbit/s in %s; %.1f MB on the line, %d times resumed; peak memory of the server %.0f MB, of its picture process %.0f MB; checks %s",
		float64(total)/1e6, len(photos), float64(line.perSecond)*8/1e6, took.Round(time.Second), float64(line.sent.Load())/1e6, resumed.Load(), float64(peak.Load())/1e6, float64(children)/1e6, state)
	if peak.Load() > 150<<20 {
		t.Errorf("the server needed %d MB", peak.Load()>>20)
	}
	s.stop(t)
	s.verify(t)
}

// sendPhoto speaks the protocol of the page's uploader: begin, pieces, and after every trouble ask how far it is.
func sendPhoto(c *http.Client, create, origin string, photo []byte, resumed *atomic.Int64) (token string, err error) {
	sum := sha256.Sum256(photo)
	form := url.Values{"name": {"IMG.jpg"}, "size": {strconv.Itoa(len(photo))}, "sha256": {hex.EncodeToString(sum[:])}}.Encode()
	do := func(method, target string, offset int64, body []byte, kind string) (*http.Response, error) {
		req, err := http.NewRequest(method, target, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		req.Header.Set("Upload-Offset", strconv.FormatInt(offset, 10))
		req.Header.Set("Content-Type", kind)
		resp, err := c.Do(req)
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
		return resp, err
	}
	where, at, asked := "", int64(0), false
	for range 2000 {
		var resp *http.Response
		switch {
		case where == "":
			resp, err = do("POST", create, 0, []byte(form), "application/x-www-form-urlencoded")
			if err == nil && resp.StatusCode == http.StatusCreated {
				where = origin + resp.Header.Get("Location")
				continue
			}
		case !asked:
			n := min(int64(256<<10), int64(len(photo))-at)
			resp, err = do("PATCH", where, at, photo[at:at+n], "application/offset+octet-stream")
		default:
			resp, err = do("HEAD", where, 0, nil, "")
		}
		switch {
		case err != nil || resp.StatusCode == http.StatusServiceUnavailable || resp.StatusCode == http.StatusTooManyRequests:
			asked = where != "" // the line or the server is down: ask, when it is there again, how far it is
			time.Sleep(50 * time.Millisecond)
			continue
		case resp.StatusCode >= 400 && resp.StatusCode != http.StatusConflict:
			return "", fmt.Errorf("%s answered %d", resp.Request.Method, resp.StatusCode)
		}
		reached, err := strconv.ParseInt(resp.Header.Get("Upload-Offset"), 10, 64)
		if err != nil {
			return "", err
		}
		if asked && reached > 0 {
			resumed.Add(1)
		}
		if at, asked = reached, false; resp.Header.Get("Upload-Token") != "" {
			return resp.Header.Get("Upload-Token"), nil
		}
	}
	return "", errors.New("a photo never arrived")
}

// fileClaim fills in the form of the page and sends it.
func (s *server) fileClaim(t *testing.T, base string, tokens []string) {
	t.Helper()
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Get(base + "/new")
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the form: %d %v", resp.StatusCode, err)
	}
	value := func(name string) string {
		m := regexp.MustCompile(`name="` + name + `"[^>]*value="([^"]+)"`).FindSubmatch(page)
		if m == nil {
			t.Fatalf("the form has no %s", name)
		}
		return string(m[1])
	}
	form := url.Values{"key": {value("key")}, "reason": {value("reason")}, "wish": {value("wish")}, "story": {"面板有裂纹"}, "declared": {value("declared")}, "media_token": tokens, "act": {"send"}}
	req, err := http.NewRequest("POST", base+"/new", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if resp, err = c.Do(req); err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther || !strings.HasSuffix(resp.Header.Get("Location"), "/claim/receipt") {
		t.Fatalf("filing: %d to %q\n%s", resp.StatusCode, resp.Header.Get("Location"), regexp.MustCompile(`(?s)<[^>]+>|\s+`).ReplaceAllString(string(text), " "))
	}
}

// sealed compares what the vault says of itself with what was sent.
func (s *server) sealed(t *testing.T, caseID casefile.ID, link string, photos [][]byte) {
	t.Helper()
	var got struct {
		Items []struct {
			SHA256 string `json:"sha256"`
			Kind   string `json:"kind"`
		} `json:"items"`
	}
	if err := s.client("Link "+link).Do(context.Background(), "GET", "/api/v1/cases/"+caseID.String()+"/evidence", "", nil, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, p := range photos {
		sum := sha256.Sum256(p)
		want[hex.EncodeToString(sum[:])] = true
	}
	for _, i := range got.Items {
		if !want[i.SHA256] || i.Kind != "claim_photo" {
			t.Errorf("the vault holds something that was not sent: %s", i.Kind)
		}
		delete(want, i.SHA256)
	}
	if len(want) > 0 {
		t.Errorf("%d photos are not in the vault", len(want))
	}
}

// checked waits until the checks of the claim have ended and answers how.
func (s *server) checked(t *testing.T) string {
	t.Helper()
	for range 600 {
		var outcome string
		var began, ended, n int64
		err := s.look(t, "SELECT outcome, started_at, COALESCE(ended_at, 0), (SELECT COUNT(*) FROM check_signal) FROM check_round", &outcome, &began, &ended, &n)
		if err == nil && outcome != "" {
			return fmt.Sprintf("%s after %s with %d signals", outcome, time.Duration(ended-began)*time.Microsecond, n)
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Error("the checks did not end within a minute")
	return "did not end"
}

// look reads one row from the database file, past the program.
func (s *server) look(t *testing.T, query string, into ...any) error {
	t.Helper()
	d, err := openFile(s.data)
	if err != nil {
		return err
	}
	return errors.Join(d.QueryRow(query).Scan(into...), d.Close())
}

// openFile opens the database file of an installation to read.
func openFile(data string) (*sql.DB, error) {
	return sql.Open("sqlite", "file:"+filepath.Join(data, "anxin.db")+"?mode=ro")
}
