package c2pa

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"anxin/provenance/c2pa/internal/media"
)

// DefaultMaxManifestBytes bounds the manifest store when Options does not. Stores seen in the field stay below 2 MiB.
const DefaultMaxManifestBytes = 16 << 20

// Options say how to judge.
type Options struct {
	// At is the time of the judgement: certificates without a trusted time stamp must be valid then. Required.
	At time.Time
	// Trust says whom to believe; nil believes nobody, and manifests are then at best Valid.
	Trust *Trust
	// Format skips the detection by first bytes.
	Format Format
	// MaxManifestBytes bounds the manifest store, compressed manifests included when unpacked. Zero means
	// DefaultMaxManifestBytes.
	MaxManifestBytes int64
}

// Read finds the Content Credentials of a file and validates them. The file is read through r, which may be read at
// any place; size is its length in bytes. Memory stays below a few times the manifest store, whatever the file's size.
//
// The error is for files that could not be judged: not readable, of a format this package does not know, or broken as
// a container. A file without credentials is no error (State is StateNone), nor is one with broken ones (StateInvalid,
// with Report.Problem when the manifest could not be read at all).
func Read(ctx context.Context, r io.ReaderAt, size int64, opts Options) (*Report, error) {
	a, l, err := open(ctx, r, size, opts)
	if err != nil {
		return nil, err
	}
	if err := media.Walk(a, l); err != nil {
		if errors.Is(err, ErrManyStores) || errors.Is(err, ErrTooLarge) {
			return invalid(a, err), nil
		}
		return nil, err
	}
	if a.Store == nil {
		return withoutManifest(a), nil
	}
	if a.Update != nil {
		if a.Store, err = joinStores(a.Store, a.Update); err != nil {
			return invalid(a, err), nil
		}
	}
	return judge(a, a.Store, l, opts)
}

// ReadDetached validates a manifest store that is kept outside the file, a sidecar or a downloaded remote manifest.
func ReadDetached(ctx context.Context, store []byte, r io.ReaderAt, size int64, opts Options) (*Report, error) {
	a, l, err := open(ctx, r, size, opts)
	if err != nil {
		return nil, err
	}
	if err := l.Check(int64(len(store))); err != nil {
		return nil, err
	}
	if err := media.Walk(a, l); err != nil && !errors.Is(err, ErrManyStores) {
		return nil, err
	}
	a.Detached = true
	return judge(a, store, l, opts)
}

func open(ctx context.Context, r io.ReaderAt, size int64, opts Options) (*media.Asset, media.Limits, error) {
	l := media.Limits{Store: opts.MaxManifestBytes}
	if l.Store <= 0 {
		l.Store = DefaultMaxManifestBytes
	}
	if opts.At.IsZero() {
		return nil, l, ErrNoTime
	}
	a := &media.Asset{Source: &media.Source{Ctx: ctx, R: r, Size: size}, Format: opts.Format}
	if a.Format == "" {
		head, err := a.Head(0, 4096)
		if err != nil {
			return nil, l, err
		}
		a.Format = Detect(head)
	}
	if !media.Known(a.Format) {
		return nil, l, ErrUnsupportedFormat
	}
	return a, l, nil
}

func judge(a *media.Asset, data []byte, l media.Limits, opts Options) (*Report, error) {
	log := &tracker{}
	ld := loader{log: log, maxBytes: l.Store}
	st, problem := ld.loadStore(data)
	v := &validation{ctx: a.Ctx, log: log, asset: a, store: st, trust: opts.Trust, at: opts.At}
	if problem == nil {
		problem = v.run()
	}
	if err := a.Ctx.Err(); err != nil {
		return nil, fmt.Errorf("c2pa: %w", err)
	}
	return v.report(a, problem), nil
}

// joinStores appends the manifests of an update to those of the original store.
func joinStores(original, update []byte) ([]byte, error) {
	o, err := parseStore(original)
	if err != nil {
		return nil, err
	}
	u, err := parseStore(update)
	if err != nil {
		return nil, err
	}
	out := append(make([]byte, 8, len(original)+len(update)), o.body...)
	for _, c := range u.children {
		out = append(out, c.raw...)
	}
	copy(out[4:], "jumb")
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	return out, nil
}
