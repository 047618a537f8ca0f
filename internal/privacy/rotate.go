package privacy

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// Replacing the master key takes steps, so that no node ever meets a key it does not know:
//
//  1. AddMasterKey puts a new key into the file, not yet in use. Copy the file to every node.
//  2. PromoteMasterKey makes it the one that wraps. Copy again; running nodes read the file when they meet a key they do not know.
//  3. Keeper.Rewrap wraps every subject's key anew.
//  4. RetireMasterKeys removes the old keys from the file. Put the new file away, and destroy the copies of the old one.
//
// On one machine Keeper.Rotate does all of it. The hashing secret stays: indexes, links and door codes are made of it.

// AddMasterKey adds a key to the file that wraps nothing yet.
func AddMasterKey(path string, src casefile.Source) (*Master, error) {
	return changeMaster(path, src, func(m *keyset.Manager, _ *keyset.Handle) error {
		_, err := m.Add(aead.AES256GCMKeyTemplate())
		return err
	})
}

// PromoteMasterKey makes the newest key of the file the one that wraps.
func PromoteMasterKey(path string, src casefile.Source) (*Master, error) {
	return changeMaster(path, src, func(m *keyset.Manager, h *keyset.Handle) error {
		newest, err := h.Entry(h.Len() - 1)
		if err != nil {
			return err
		}
		return m.SetPrimary(newest.KeyID())
	})
}

// RetireMasterKeys removes every key of the file but the one that wraps. Call it only when Rewrap has found nothing left to do.
func RetireMasterKeys(path string, src casefile.Source) (*Master, error) {
	return changeMaster(path, src, func(m *keyset.Manager, h *keyset.Handle) error {
		var errs []error
		for i := range h.Len() {
			e, err := h.Entry(i)
			if err == nil && !e.IsPrimary() {
				err = m.Delete(e.KeyID())
			}
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	})
}

func changeMaster(path string, src casefile.Source, change func(*keyset.Manager, *keyset.Handle) error) (*Master, error) {
	old, err := LoadMaster(path)
	if err != nil {
		return nil, err
	}
	m := keyset.NewManagerFromHandle(old.handle)
	if err := change(m, old.handle); err != nil {
		return nil, fmt.Errorf("change the master key: %w", err)
	}
	h, err := m.Handle()
	if err != nil {
		return nil, fmt.Errorf("change the master key: %w", err)
	}
	fresh, err := masterOf(path, h, old.secret()[:])
	if err != nil {
		return nil, err
	}
	return fresh, fresh.write(src.Now(), true)
}

// Use makes the Keeper work with another master key from now on.
func (k *Keeper) Use(m *Master) {
	k.master.Store(m)
	k.cache.purge()
}

// Reload reads the master key file again.
func (k *Keeper) Reload() error {
	path := k.master.Load().path
	if path == "" {
		return nil
	}
	m, err := LoadMaster(path)
	if err == nil {
		k.Use(m)
	}
	return err
}

// wrapper is the number of the master key that a wrapped key needs.
func wrapper(wrapped []byte) uint32 {
	if len(wrapped) < 5 {
		return 0
	}
	return binary.BigEndian.Uint32(wrapped[1:5]) // Tink: one byte of version, then the key's number
}

// knows reports whether the master key has the key that wrapped this.
func (m *Master) knows(wrapped []byte) bool {
	for i := range m.handle.Len() {
		if e, err := m.handle.Entry(i); err == nil && e.KeyID() == wrapper(wrapped) {
			return true
		}
	}
	return false
}

// Rewrap wraps every subject's key that is not under the newest master key, in small transactions beside normal work. It may be stopped and begun again. It
// tells how many it wrapped; a run that answers 0 has found nothing left.
func (k *Keeper) Rewrap(ctx context.Context, run tx.Runner) (wrapped int, err error) {
	const page = 200
	m := k.master.Load()
	var tenant casefile.Tenant
	var subject casefile.ID
	for {
		var keys []WrappedKey
		err := run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
			keys, err = k.store.KeysAfter(ctx, t, tenant, subject, page)
			return err
		})
		if err != nil || len(keys) == 0 {
			return wrapped, err
		}
		tenant, subject = keys[len(keys)-1].Tenant, keys[len(keys)-1].Subject
		fresh, err := m.rewrap(keys)
		if err != nil {
			return wrapped, err
		}
		n := 0
		err = run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
			n = 0
			for _, f := range fresh {
				// A key that was destroyed or wrapped by somebody else meanwhile is left as it is.
				changed, err := k.store.ReplaceKey(ctx, t, f.from, f.to)
				if err != nil {
					return err
				}
				if changed {
					n++
				}
			}
			return nil
		})
		if err != nil {
			return wrapped, err
		}
		wrapped += n
	}
}

// Rotate replaces the master key on one machine, all steps at once, while the product runs. When it fails half-way, call it again: every key that is still needed
// is still in the file. It tells how many subjects' keys it wrapped anew.
func (k *Keeper) Rotate(ctx context.Context, run tx.Runner) (wrapped int, err error) {
	path := k.master.Load().path
	if path == "" {
		return 0, errors.New("this master key lives in memory only")
	}
	for _, step := range []func(string, casefile.Source) (*Master, error){AddMasterKey, PromoteMasterKey} {
		m, err := step(path, k.src)
		if err != nil {
			return wrapped, err
		}
		k.Use(m)
	}
	// A subject that was being made while the key changed may be under the old one: go on until there is nothing left.
	for n := -1; n != 0; wrapped += n {
		if n, err = k.Rewrap(ctx, run); err != nil {
			return wrapped, err
		}
	}
	m, err := RetireMasterKeys(path, k.src)
	if err != nil {
		return wrapped, err
	}
	k.Use(m)
	return wrapped, nil
}

type rewrapped struct {
	from WrappedKey
	to   []byte
}

func (m *Master) rewrap(keys []WrappedKey) (out []rewrapped, err error) {
	for _, key := range keys {
		if wrapper(key.Wrapped) == m.primary {
			continue
		}
		data := subjectData(key.Tenant, key.Subject)
		secret, err := m.wrap.Decrypt(key.Wrapped, data)
		if err != nil {
			return nil, casefile.Failf(casefile.Internal, "privacy.error.wrong_master", "subject %s does not open with %v", key.Subject, m)
		}
		to, err := m.wrap.Encrypt(secret, data)
		clear(secret)
		if err != nil {
			return nil, casefile.Failf(casefile.Internal, "error.internal", "wrap a subject key: %w", err)
		}
		out = append(out, rewrapped{key, to})
	}
	return out, nil
}
