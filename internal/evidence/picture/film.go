package picture

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"

	"anxin/fingerprint"
	"anxin/fingerprint/videofile"
	"anxin/imagematch"
)

// Film is what can be said of a video without showing it.
type Film struct {
	// State is "ok", "cut" (the beginning only: the rest is longer than what is looked at, or the time was over), "no_program" (ffmpeg is not installed: nothing was looked at),
	// "too_large" or "damaged".
	State string `json:"state"`
	// Prints are the fingerprints of its frames, one per second.
	Prints []FramePrint `json:"prints,omitempty"`
	// Kept are the frames that differ from the one kept before, to choose by.
	Kept []KeptFrame `json:"kept,omitempty"`
}

// FramePrint is the fingerprint of a frame.
type FramePrint struct {
	Hash    fingerprint.Hash `json:"h"`
	Quality int              `json:"q"`
}

// KeptFrame is a frame with its sketch.
type KeptFrame struct {
	Second int    `json:"s"`
	Sketch []byte `json:"k"`
}

// The bounds of what is looked at in a video.
const (
	FilmBytes   = 1 << 30          // of the file
	FilmTime    = 60 * time.Second // for one video; what was seen by then stands
	keptFrames  = 40
	keptPoints  = 256 // keypoints of a kept frame: 8 kB
	keptApart   = 24  // bits by which a kept frame differs from the one before
	stillSide   = 1600
	maxFilmText = 4 << 20
)

// Films looks at videos in a process of its own that starts ffmpeg: what a hostile video can do to a decoder, it does there, without network, without writing files, within bounds of memory
// and time. The bytes lie for as long as that takes in a file without a name.
type Films struct {
	// Command starts a program that calls ServeFilm, usually this program itself with a hidden command; empty does it in this process, for tests.
	Command []string
	// Program is ffmpeg; "" looks for it.
	Program string
	// Folder takes the file without a name; "" is the system's for temporary files. It needs room for one video.
	Folder string
	// Time bounds one video; FilmTime when 0.
	Time time.Duration

	one sync.Mutex // one video at a time: it takes room on the disk and a processor
}

// Installed reports whether videos can be looked at.
func (f *Films) Installed() bool { return runtime.GOOS != "windows" && videofile.Installed(f.Program) }

// filmJob is what the process is asked.
type filmJob struct {
	Program string             `json:"program"`
	Media   string             `json:"media"`
	Time    time.Duration      `json:"time"`
	Still   bool               `json:"still"`
	Second  int                `json:"second"`
	Near    []fingerprint.Hash `json:"near,omitempty"`
}

// filmAnswer is what it answers.
type filmAnswer struct {
	Film  Film   `json:"film"`
	Error string `json:"error,omitempty"`
	Still []byte `json:"still,omitempty"`
}

// Film prints the frames of a video. A video that cannot be looked at is no error: State says why.
func (f *Films) Film(ctx context.Context, src io.ReaderAt, size int64, media string) (Film, error) {
	switch {
	case !f.Installed():
		return Film{State: "no_program"}, nil
	case size > FilmBytes:
		return Film{State: "too_large"}, nil
	}
	a, err := f.ask(ctx, src, size, filmJob{Media: media})
	if err == nil && a.Film.State == "" {
		a.Film.State = "damaged"
	}
	return a.Film, err
}

// Still is one frame of a video as a PNG: of those within a second of the wanted one that which is nearest to one of the prints; without prints the frame of the second itself.
// Nil: it cannot be taken.
func (f *Films) Still(ctx context.Context, src io.ReaderAt, size int64, media string, second int, near []fingerprint.Hash) ([]byte, error) {
	if !f.Installed() || size > FilmBytes {
		return nil, nil
	}
	a, err := f.ask(ctx, src, size, filmJob{Media: media, Still: true, Second: second, Near: near})
	return a.Still, err
}

// ask puts the video into a file without a name and has it looked at.
func (f *Films) ask(ctx context.Context, src io.ReaderAt, size int64, j filmJob) (a filmAnswer, err error) {
	f.one.Lock()
	defer f.one.Unlock()
	if err := ctx.Err(); err != nil {
		return a, err
	}
	file, err := f.spill(ctx, src, size)
	if err != nil {
		return a, err
	}
	defer file.Close()
	if j.Time = f.Time; j.Time == 0 {
		j.Time = FilmTime
	}
	if until, ok := ctx.Deadline(); ok {
		j.Time = min(j.Time, time.Until(until)*9/10) // what was seen by then is worth more than nothing
	}
	if j.Program = f.Program; len(f.Command) == 0 {
		return j.do(ctx, file), ctx.Err()
	}
	kill, stop := context.WithTimeout(ctx, j.Time+10*time.Second)
	defer stop()
	cmd := exec.CommandContext(kill, f.Command[0], f.Command[1:]...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "GOMAXPROCS=1"} // no settings and secrets go near a stranger's video
	cmd.ExtraFiles = []*os.File{file}
	text, err := json.Marshal(j)
	if err != nil {
		return a, err
	}
	var out bytes.Buffer
	cmd.Stdin, cmd.Stdout = bytes.NewReader(text), &bounded{w: &out, left: maxFilmText + maxCopy*2}
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return a, ctx.Err()
		}
		var died *exec.ExitError
		if errors.As(err, &died) || kill.Err() != nil {
			return filmAnswer{Film: Film{State: "damaged"}}, nil // it took its process with it
		}
		return a, fmt.Errorf("look at a video: %w", err)
	}
	return a, readJSON(&out, maxFilmText+maxCopy*2, &a)
}

// bounded fails when more is written than expected.
type bounded struct {
	w    io.Writer
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errors.New("an answer that is too long")
	}
	return b.w.Write(p)
}

// spill copies the video into a file that has no name as soon as it is open: nothing of it outlives the process, however that ends.
func (f *Films) spill(ctx context.Context, src io.ReaderAt, size int64) (*os.File, error) {
	folder := f.Folder
	if folder == "" {
		folder = os.TempDir()
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("room for a video: %w", err)
	}
	file, err := os.CreateTemp(folder, "film-*")
	if err != nil {
		return nil, fmt.Errorf("room for a video: %w", err)
	}
	if err = os.Remove(file.Name()); err == nil {
		in := io.NewSectionReader(src, 0, size)
		buf := make([]byte, 1<<20)
		for err == nil {
			if err = ctx.Err(); err == nil {
				_, err = io.CopyBuffer(file, io.LimitReader(in, int64(len(buf))), buf)
			}
			if at, _ := in.Seek(0, io.SeekCurrent); at >= size {
				break
			}
		}
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("room for a video: %w", err), file.Close())
	}
	return file, nil
}

// do does the job on the file.
func (j filmJob) do(ctx context.Context, file *os.File) (a filmAnswer) {
	defer func() {
		if r := recover(); r != nil {
			a = filmAnswer{Film: Film{State: "damaged"}}
		}
	}()
	ctx, stop := context.WithTimeout(ctx, j.Time)
	defer stop()
	src := videofile.Source{File: file, Program: j.Program}
	if src.Format = containers[j.Media]; src.Format == "" {
		return filmAnswer{Film: Film{State: "damaged"}}
	}
	if !j.Still {
		return filmAnswer{Film: filmOf(ctx, src)}
	}
	var choose func(*image.Gray) int
	if len(j.Near) > 0 {
		choose = func(g *image.Gray) int {
			p, best := videofile.Print(g), 256
			for _, h := range j.Near {
				best = min(best, fingerprint.Distance(p.Hash, h))
			}
			return best
		}
	}
	b, err := videofile.Still(ctx, src, j.Second, stillSide, choose)
	if err != nil {
		return filmAnswer{Error: err.Error()}
	}
	return filmAnswer{Still: b}
}

// containers are ffmpeg's names of the containers that the vault takes. It is told and does not guess: a list of other files that calls itself a video is not read.
var containers = map[string]string{MP4.Media: "mov", MOV.Media: "mov"}

func filmOf(ctx context.Context, src videofile.Source) (out Film) {
	last := fingerprint.Hash{}
	err := videofile.Each(ctx, src, func(second int, frame *image.Gray) error {
		p := videofile.Print(frame)
		out.Prints = append(out.Prints, FramePrint{p.Hash, p.Quality})
		if p.Quality >= fingerprint.MinQuality && len(out.Kept) < keptFrames && (len(out.Kept) == 0 || fingerprint.Distance(p.Hash, last) > keptApart) {
			last = p.Hash
			out.Kept = append(out.Kept, KeptFrame{second, imagematch.Extract(frame, imagematch.Options{}).Sketch(keptPoints)})
		}
		return nil
	})
	switch {
	case errors.Is(err, videofile.ErrCannotInspect):
		out.State = "no_program"
	case err != nil && len(out.Prints) == 0:
		out.State = "damaged"
	case err != nil || len(out.Prints) >= videofile.MaxFrames:
		out.State = "cut"
	default:
		out.State = "ok"
	}
	return out
}

// ServeFilm is the other side of Films: one job from in about the video in file. It bounds itself first, and with that ffmpeg, where the system can.
func ServeFilm(in io.Reader, out io.Writer, file *os.File, l Limits) error {
	if err := limitMemory(uint64(l.Memory) * 2); err != nil {
		return fmt.Errorf("limit the memory of the video process: %w", err)
	}
	if err := limitFilm(); err != nil {
		return fmt.Errorf("limit the video process: %w", err)
	}
	var j filmJob
	if err := json.NewDecoder(io.LimitReader(in, 1<<20)).Decode(&j); err != nil {
		return err
	}
	w := bufio.NewWriter(out)
	writeJSON(w, j.do(context.Background(), file))
	return w.Flush()
}
