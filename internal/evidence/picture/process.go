package picture

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// Renderer makes the copies of a picture.
type Renderer interface {
	Render(ctx context.Context, b []byte) (Rendered, error)
}

// Direct renders in this process: simple, for tests and small tools. One at a time, so that memory stays bounded.
type Direct struct {
	Limits Limits
	mu     sync.Mutex
}

// Render implements Renderer.
func (d *Direct) Render(ctx context.Context, b []byte) (Rendered, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return Rendered{}, err
	}
	return Render(b, d.Limits)
}

// Process renders in processes of their own: a picture that eats memory, hangs or crashes a decoder takes its process with it and nothing else. A process is
// kept for the next picture and replaced after some.
type Process struct {
	// Command starts a program that calls Serve, usually this program itself with a hidden command.
	Command []string
	Limits  Limits
	// Timeout bounds one picture; 30 seconds when 0.
	Timeout time.Duration
	// Parallel is how many pictures are worked on at once; 1 when 0.
	Parallel int

	once  sync.Once
	slots chan *child // a slot holds an idle child or nil
}

// child is one running process.
type child struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	done int
}

// maxJobs is after how many pictures a process is replaced: what it leaks, it leaks not for long.
const maxJobs = 50

// ErrStopped says that the process died or took too long.
var ErrStopped = errors.New("the picture process stopped or took too long")

// Render implements Renderer. A picture that kills its process or takes too long is ErrDamaged.
func (p *Process) Render(ctx context.Context, b []byte) (out Rendered, err error) {
	err = p.do(ctx, b, func(c *child) (err error) {
		out, err = work(ctx, p, c, b, wantCopies, readAnswer)
		return err
	})
	return out, err
}

// Inspect implements Inspector. A picture that kills its process or takes too long is ErrDamaged.
func (p *Process) Inspect(ctx context.Context, b []byte) (out Seen, err error) {
	err = p.do(ctx, b, func(c *child) (err error) {
		out, err = work(ctx, p, c, b, wantSeen, readSeen)
		return err
	})
	return out, err
}

// do gives f a process that nobody else uses meanwhile.
func (p *Process) do(ctx context.Context, b []byte, f func(c *child) error) error {
	p.once.Do(func() {
		p.slots = make(chan *child, max(1, p.Parallel))
		for range cap(p.slots) {
			p.slots <- nil
		}
	})
	if int64(len(b)) > p.Limits.Bytes {
		return fmt.Errorf("%w: %d bytes", ErrTooLarge, len(b))
	}
	var c *child
	select {
	case c = <-p.slots:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { p.slots <- c }()
	if c == nil {
		var err error
		if c, err = p.start(); err != nil {
			return err
		}
	}
	err := f(c)
	if c.done++; errors.Is(err, ErrStopped) || c.done >= maxJobs {
		c.stop()
		c = nil
	}
	if e := (errLoad{}); errors.As(err, &e) {
		return e.error
	}
	if errors.Is(err, ErrStopped) && ctx.Err() == nil {
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// Close stops idle processes. Pictures that are being worked on are finished first.
func (p *Process) Close() {
	if p.slots == nil {
		return
	}
	for range cap(p.slots) {
		if c := <-p.slots; c != nil {
			c.stop()
		}
	}
	for range cap(p.slots) {
		p.slots <- nil
	}
}

// Pid is the number of an idle process, 0 when there is none, for who measures its memory.
func (p *Process) Pid() int {
	if p.slots == nil {
		return 0
	}
	c := <-p.slots
	defer func() { p.slots <- c }()
	if c == nil {
		return 0
	}
	return c.cmd.Process.Pid
}

func (p *Process) start() (*child, error) {
	cmd := exec.Command(p.Command[0], p.Command[1:]...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1") // one picture should not take every core from the customers
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the picture process: %w", err)
	}
	return &child{cmd: cmd, in: in, out: bufio.NewReader(out)}, nil
}

func (c *child) stop() {
	_ = c.cmd.Process.Kill()
	_ = c.in.Close()
	_ = c.cmd.Wait()
}

// What is asked of the process stands in the highest byte of the length before a picture.
const (
	wantCopies  uint64 = 0
	wantSeen    uint64 = 1 << 63
	wantMatch   uint64 = 1 << 62
	wantTraces  uint64 = 1 << 61
	wantsBefore uint64 = 0xff << 56
)

// work sends one picture and reads the answer, within the time limit.
func work[T any](ctx context.Context, p *Process, c *child, b []byte, want uint64, read func(io.Reader) (T, error)) (r T, err error) {
	err = p.timed(ctx, c, 1, func() (err error) {
		head := binary.BigEndian.AppendUint64(nil, uint64(len(b))|want)
		if _, err = c.in.Write(head); err == nil {
			_, err = c.in.Write(b)
		}
		if err == nil {
			r, err = read(c.out)
		}
		return err
	})
	return r, err
}

// timed talks with the process, within so many times the time limit for one picture. Whatever breaks the conversation ends the process.
func (p *Process) timed(ctx context.Context, c *child, times int, talk func() error) error {
	timeout := p.Timeout
	if timeout == 0 {
		timeout = 30 * time.Second
	}
	timer := time.AfterFunc(time.Duration(times)*timeout, func() { _ = c.cmd.Process.Kill() })
	defer timer.Stop()
	stop := context.AfterFunc(ctx, func() { _ = c.cmd.Process.Kill() })
	defer stop()
	err := talk()
	switch {
	case ctx.Err() != nil:
		return errors.Join(ErrStopped, ctx.Err())
	case err == nil || errors.Is(err, ErrTooLarge) || errors.Is(err, ErrUnsupported) || errors.Is(err, ErrDamaged):
		return err
	}
	return fmt.Errorf("%w: %w", ErrStopped, err)
}

// The answer: one byte status; for 0 two copies as width, height, length (32 bits each) and bytes; else a message with its length before it.
const (
	statusOK byte = iota
	statusTooLarge
	statusUnsupported
	statusDamaged
)

var statusErrors = map[byte]error{statusTooLarge: ErrTooLarge, statusUnsupported: ErrUnsupported, statusDamaged: ErrDamaged}

// maxCopy bounds a copy in an answer; a JPEG of 1600 pixels has well below a megabyte.
const maxCopy = 16 << 20

func readAnswer(r io.Reader) (out Rendered, err error) {
	var status [1]byte
	if _, err := io.ReadFull(r, status[:]); err != nil {
		return out, err
	}
	if status[0] != statusOK {
		text, err := readPart(r, 4096)
		if err != nil {
			return out, err
		}
		if e := statusErrors[status[0]]; e != nil {
			return out, fmt.Errorf("%w (%s)", e, text)
		}
		return out, fmt.Errorf("unknown status %d", status[0])
	}
	for _, c := range []*Copy{&out.Display, &out.Thumb} {
		var size [8]byte
		if _, err := io.ReadFull(r, size[:]); err != nil {
			return out, err
		}
		c.Width, c.Height = int(binary.BigEndian.Uint32(size[:])), int(binary.BigEndian.Uint32(size[4:]))
		if c.JPEG, err = readPart(r, maxCopy); err != nil {
			return out, err
		}
	}
	return out, nil
}

// maxSeen bounds what is said of one picture.
const maxSeen = 64 << 10

// readSeen reads the answer to wantSeen: the status and a JSON text with its length before it.
func readSeen(r io.Reader) (out Seen, err error) {
	var status [1]byte
	if _, err := io.ReadFull(r, status[:]); err != nil {
		return out, err
	}
	if status[0] != statusOK {
		return out, fmt.Errorf("unknown status %d", status[0])
	}
	text, err := readPart(r, maxSeen)
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal(text, &out)
}

func writeSeen(w *bufio.Writer, s Seen) {
	text, err := json.Marshal(s)
	if err != nil || len(text) > maxSeen {
		text = []byte(`{"decoded":"damaged"}`)
	}
	_ = w.WriteByte(statusOK)
	_, _ = w.Write(binary.BigEndian.AppendUint32(nil, uint32(len(text))))
	_, _ = w.Write(text)
}

func readPart(r io.Reader, limit uint32) ([]byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(size[:])
	if n > limit {
		return nil, errors.New("an answer that is too long")
	}
	b := make([]byte, n)
	_, err := io.ReadFull(r, b)
	return b, err
}

// Serve is the other side of Process: it renders, or inspects, the pictures that come in until in ends. It limits its own memory first, where the system can.
func Serve(in io.Reader, out io.Writer, l Limits) error {
	if err := limitMemory(uint64(l.Memory) * 2); err != nil {
		return fmt.Errorf("limit the memory of the picture process: %w", err)
	}
	w := bufio.NewWriter(out)
	for {
		var head [8]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			if err == io.EOF {
				return nil
			}
			return err
		}
		n := binary.BigEndian.Uint64(head[:])
		want := n & wantsBefore
		if n &^= wantsBefore; n > uint64(l.Bytes) {
			return errors.New("a picture that is too long")
		}
		b := make([]byte, n)
		if _, err := io.ReadFull(in, b); err != nil {
			return err
		}
		switch want {
		case wantSeen:
			writeSeen(w, Inspect(b, l))
		case wantMatch:
			if err := serveMatch(in, w, b, l); err != nil {
				return err
			}
		case wantTraces:
			if err := serveTraces(in, w, b, l); err != nil {
				return err
			}
		default:
			r, err := Render(b, l)
			writeAnswer(w, r, err)
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
}

// writeAnswer writes into a buffer; its errors show at Flush.
func writeAnswer(w *bufio.Writer, r Rendered, err error) {
	number := func(n int) { _, _ = w.Write(binary.BigEndian.AppendUint32(nil, uint32(n))) }
	if err != nil {
		status := statusDamaged
		for s, e := range statusErrors {
			if errors.Is(err, e) {
				status = s
			}
		}
		text := err.Error()
		text = text[:min(len(text), 4096)]
		_ = w.WriteByte(status)
		number(len(text))
		_, _ = w.WriteString(text)
		return
	}
	_ = w.WriteByte(statusOK)
	for _, c := range []Copy{r.Display, r.Thumb} {
		number(c.Width)
		number(c.Height)
		number(len(c.JPEG))
		_, _ = w.Write(c.JPEG)
	}
}
