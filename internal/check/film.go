package check

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"anxin/fingerprint"
	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/tx"
)

// FilmState says how far a video was looked at.
type FilmState string

// The states of a video.
const (
	FilmOK        FilmState = "ok"
	FilmCut       FilmState = "cut"        // the beginning only
	FilmNoProgram FilmState = "no_program" // ffmpeg is not installed: nothing was looked at
	FilmTooLarge  FilmState = "too_large"
	FilmDamaged   FilmState = "damaged"
	FilmGone      FilmState = "gone"
)

// Film is what is known of a video without showing it: a print of one frame per second, and sketches of those that differ from one another.
type Film struct {
	Item    casefile.ID
	State   FilmState
	Prints  []fingerprint.Print // the base print and its quality only
	Kept    []Frame
	Printed time.Time
}

// Frame is a kept frame.
type Frame struct {
	Second int
	Sketch []byte
}

// Films looks at videos in a process of its own, within bounds. A video that cannot be looked at is no error.
type Films interface {
	Film(ctx context.Context, c Content, size int64, media string) (Film, error)
	// Still is the frame nearest to one of the prints among those within a second of the wanted one, as a picture file; nil when there is none.
	Still(ctx context.Context, c Content, size int64, media string, second int, near []fingerprint.Hash) ([]byte, error)
	// Installed reports whether videos can be looked at here.
	Installed() bool
}

// noFilms cannot look at videos.
type noFilms struct{}

func (noFilms) Film(context.Context, Content, int64, string) (Film, error) {
	return Film{State: FilmNoProgram}, nil
}

func (noFilms) Still(context.Context, Content, int64, string, int, []fingerprint.Hash) ([]byte, error) {
	return nil, nil
}

func (noFilms) Installed() bool { return false }

func isVideo(media string) bool { return strings.HasPrefix(media, "video/") }

// film looks at a video of the vault.
func (s *Service) film(ctx context.Context, tenant casefile.Tenant, f File) (Film, error) {
	c, err := s.Vault.Open(ctx, tenant, f.Case, f.Item)
	if err != nil {
		return Film{}, err
	}
	defer c.Close()
	x, err := s.Films.Film(ctx, c, f.Size, f.Media)
	x.Item = f.Item
	return x, err
}

// filmWork prints the frames of a reference.
func (s *Service) filmWork(ctx context.Context, tm clock.Timer) (func(ctx context.Context, t tx.Tx) error, error) {
	var j printJob
	if err := json.Unmarshal(tm.Payload, &j); err != nil {
		return nil, clock.Hopeless(fmt.Errorf("payload of %s: %w", FilmKind, err))
	}
	f, err := s.Vault.File(ctx, tm.Tenant, j.Case, j.Item)
	var x Film
	if err == nil {
		x, err = s.film(ctx, tm.Tenant, f)
	}
	if casefile.Is(err, casefile.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, t tx.Tx) error {
		return s.Store.SetFilm(ctx, t, tm.Tenant, j.Item, x, s.Source.Now())
	}, nil
}

// perFilm bounds how long one video of a claim is looked at.
const perFilm = 45 * time.Second

// Film answers what is known of a video of the claim, and looks at it first when nothing is.
func (in *Input) Film(ctx context.Context, f File) (x Film, err error) {
	if x, err = in.known(ctx, f.Item); err == nil && (x.State != FilmNoProgram || !in.service.Films.Installed()) {
		return x, nil
	}
	if err != nil && !casefile.Is(err, casefile.NotFound) {
		return x, err
	}
	within, stop := context.WithTimeout(ctx, perFilm)
	defer stop()
	if x, err = in.service.film(within, in.Round.Tenant, f); err != nil {
		return x, err
	}
	err = in.service.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		return in.service.Store.SetFilm(ctx, t, in.Round.Tenant, f.Item, x, in.service.Source.Now())
	})
	return x, err
}

// known reads what is kept of a video, once.
func (in *Input) known(ctx context.Context, item casefile.ID) (x Film, err error) {
	if x, ok := in.films[item]; ok {
		return x, nil
	}
	err = in.service.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		x, err = in.service.Store.Film(ctx, t, in.Round.Tenant, item)
		return err
	})
	if err == nil {
		if in.films == nil {
			in.films = map[casefile.ID]Film{}
		}
		in.films[item] = x
	}
	return x, err
}

// filmPage is how many videos are read at once while the index of frames is filled.
const filmPage = 200

// stillBits is how far a frame has to be from the one indexed before it: a table on which nothing moves for a minute is one frame.
const stillBits = 8

// filmedRows are the frames of videos. An entry's item is the video's with the second in its last four bytes; see frameItem.
func filmedRows(ctx context.Context, s *Service, t tx.Tx, tenant casefile.Tenant, after time.Time, item casefile.ID) ([]indexRow, bool, error) {
	list, err := s.Store.Filmed(ctx, t, tenant, after, item, filmPage)
	out := make([]indexRow, 0, len(list))
	for _, f := range list {
		r := indexRow{item: f.Item, at: f.Printed}
		last := -1
		for n, p := range f.Prints {
			if p.Quality < fingerprint.MinQuality || last >= 0 && fingerprint.Distance(p.Hash, f.Prints[last].Hash) <= stillBits {
				continue
			}
			last = n
			e := fingerprint.Entry{Tenant: tenantKey(tenant), Item: f.Item, Hash: p.Hash, Quality: uint8(min(p.Quality, 255))}
			binary.BigEndian.PutUint32(e.Item[12:], uint32(n))
			r.entries = append(r.entries, e)
		}
		out = append(out, r)
		if len(r.entries) > 0 {
			s.frames.name(f.Item)
		}
	}
	return out, len(list) == filmPage, err
}

// name remembers which video the first twelve bytes of an entry's item stand for: the time and half of the chance of an id.
func (x *nearIndex) name(item casefile.ID) {
	if x.names == nil {
		x.names = map[[12]byte]casefile.ID{}
	}
	x.names[[12]byte(item[:12])] = item
}

// frameHit is a frame that looks like a picture.
type frameHit struct {
	item     casefile.ID
	second   int
	distance int
}

// searchFrames answers the frames that look like one of the prints, nearest first.
func (x *nearIndex) searchFrames(ctx context.Context, s *Service, tenant casefile.Tenant, prints []fingerprint.Hash) ([]frameHit, error) {
	hits, err := x.search(ctx, s, tenant, prints)
	if err != nil || len(hits) == 0 {
		return nil, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	var out []frameHit
	for _, h := range hits {
		if item, ok := x.names[[12]byte(h.Item[:12])]; ok {
			out = append(out, frameHit{item, int(binary.BigEndian.Uint32(h.Item[12:])), h.Distance})
		}
	}
	return out, nil
}

// nearFrames answers the frames of videos that look nearly like a picture, the nearest one of each video, once per picture.
func (in *Input) nearFrames(ctx context.Context, f File, prints []fingerprint.Hash) ([]Candidate, error) {
	if list, ok := in.framed[f.Item]; ok {
		return list, nil
	}
	hits, err := in.service.frames.searchFrames(ctx, in.service, in.Round.Tenant, prints)
	if err != nil {
		return nil, err
	}
	out, have := []Candidate{}, map[casefile.ID]bool{f.Item: true}
	for _, h := range hits {
		if have[h.item] {
			continue
		}
		have[h.item] = true
		var m Media
		err := in.service.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
			m, err = in.service.Store.Media(ctx, t, in.Round.Tenant, h.item)
			return err
		})
		if casefile.Is(err, casefile.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, Candidate{Media: m, Related: Related{Distance: h.distance, Seconds: [2]int{h.second, 1}}})
	}
	if in.framed == nil {
		in.framed = map[casefile.ID][]Candidate{}
	}
	in.framed[f.Item] = out
	return out, nil
}

// still loads the frame of a video that a candidate stands for.
func (in *Input) still(ctx context.Context, c Candidate, near []fingerprint.Hash) ([]byte, error) {
	f, err := in.service.Vault.File(ctx, in.Round.Tenant, c.Case, c.Item)
	if err != nil {
		return nil, err
	}
	b, err := in.service.Vault.Open(ctx, in.Round.Tenant, c.Case, c.Item)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	return in.service.Films.Still(ctx, b, f.Size, f.Media, c.Related.Seconds[0], near)
}
