package verify

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	"anxin/internal/blob"
	"anxin/internal/casefile"
	"anxin/internal/evidence"
	"anxin/internal/tx"

	"github.com/emmansun/gmsm/sm3"
)

// files reads the bytes of every item of a tenant. Items are read in short snapshots, so that hours of reading hold up nobody.
func (v *verifier) files(ctx context.Context, tenant casefile.Tenant) error {
	s := stream[evidence.Item]{number: func(i evidence.Item) int64 { return i.Leaf }, page: func(from int64) (page []evidence.Item, err error) {
		err = v.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
			page, err = v.Evidence.ItemsByLeaf(ctx, t, tenant, from, pageSize)
			return err
		})
		return page, err
	}}
	for {
		i, ok, err := s.peek()
		if err != nil || !ok {
			return err
		}
		s.pop()
		if i.Note == evidence.NoteRemoved {
			continue
		}
		if err := v.file(ctx, i); err != nil {
			return err
		}
	}
}

func (v *verifier) file(ctx context.Context, i evidence.Item) error {
	f := Finding{Tenant: i.Tenant, Leaf: i.Leaf, Case: i.Case, Item: i.ID, Where: fmt.Sprintf("file %s of item %s (%s)", i.Stored, i.ID, i.Kind)}
	h := sha256.New()
	n, err := v.hashStored(ctx, i.Stored, h)
	switch {
	case errors.Is(err, blob.ErrNotFound):
		if gone, err := v.removedMeanwhile(ctx, i); err != nil || gone {
			return err
		}
		f.Code, f.ZH, f.EN = FoundFileMissing, "文件不见了", "the file is not there"
	case err != nil:
		if ctx.Err() != nil {
			return err
		}
		f.Code, f.ZH, f.EN = FoundFileAltered, "文件读不出来（磁盘可能有坏块）", "the file cannot be read (the disk may have bad blocks)"
	case n != i.StoredSize || blob.ID(h.Sum(nil)) != i.Stored:
		f.Code, f.ZH, f.EN = FoundFileAltered, "文件内容与封存时的哈希不符：它被改动过", "the bytes do not match the hash that was sealed: the file was altered"
	default:
		v.sum.Files++
		v.sum.Bytes += n
		return v.deep(ctx, i, f)
	}
	v.report(f)
	return nil
}

func (v *verifier) hashStored(ctx context.Context, id blob.ID, h hash.Hash) (int64, error) {
	r, err := v.Files.Get(ctx, id, 0, -1)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return io.Copy(h, r)
}

// removedMeanwhile tells an item that was removed since its row was read from one whose file is missing.
func (v *verifier) removedMeanwhile(ctx context.Context, i evidence.Item) (gone bool, err error) {
	err = v.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		now, err := v.Evidence.Item(ctx, t, i.Tenant, i.Case, i.ID)
		gone = err == nil && now.Note == evidence.NoteRemoved
		if casefile.Is(err, casefile.NotFound) {
			return nil
		}
		return err
	})
	return gone, err
}

// deep decrypts the file and compares the hashes of the clear bytes.
func (v *verifier) deep(ctx context.Context, i evidence.Item, f Finding) error {
	if v.Deep == nil {
		return nil
	}
	a, b := sha256.New(), sm3.New()
	n, err := evidence.ReadSealed(ctx, v.Run, v.Deep, v.Files, i, io.MultiWriter(a, b))
	switch {
	case casefile.Is(err, casefile.NotFound):
		return nil // erased
	case err != nil && !errors.Is(err, blob.ErrDamaged):
		return err
	case err != nil || n != i.Size || [32]byte(a.Sum(nil)) != i.SHA256 || [32]byte(b.Sum(nil)) != i.SM3:
		f.Code, f.ZH, f.EN = FoundFileAltered, "文件解密后与封存的明文哈希不符", "decrypted, the file does not match the sealed hashes of the clear bytes"
		v.report(f)
	}
	return nil
}

// strays names files of the vault that no item refers to, and files that no upload can have made.
func (v *verifier) strays(ctx context.Context, tenants []casefile.Tenant) error {
	if s, ok := v.Files.(interface {
		Strays(ctx context.Context) ([]string, error)
	}); ok {
		names, err := s.Strays(ctx)
		if err != nil {
			return err
		}
		for _, name := range names {
			v.report(Finding{Code: FoundFileUnknown, Leaf: -1, Where: fmt.Sprintf("%q", name), ZH: "存证库里不该有这个文件", EN: "this file does not belong in the vault"})
		}
	}
	var ids []blob.ID
	flush := func() error {
		unused, err := evidence.Unused(ctx, v.Run, v.Evidence, tenants, ids)
		ids = ids[:0]
		for _, id := range unused {
			v.report(Finding{Code: FoundFileUnused, Leaf: -1, Where: "file " + id.String(), Notice: true, ZH: "没有材料使用这个文件，清扫时会删除", EN: "no item uses this file; the sweep removes it"})
		}
		return err
	}
	err := v.Files.Walk(ctx, func(b blob.Info) error {
		if ids = append(ids, b.ID); len(ids) < evidence.UnusedBatch {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}
