// Package verify reads everything that was ever sealed and says what is not as it was: every leaf and hash of the logs, every checkpoint and stamp, the
// exported copies, the record behind every leaf (events, items, custody) and the bytes of every stored file. It is what `anxin verify` runs.
//
// It needs no keys of persons: files are named by the hash of their encrypted bytes. With Deep it also decrypts every file that can still be
// decrypted and compares the hashes of the clear bytes.
package verify

import (
	"context"
	"fmt"
	"io/fs"

	"anxin/internal/blob"
	"anxin/internal/casefile"
	"anxin/internal/evidence"
	"anxin/internal/ledger"
	"anxin/internal/tx"
	"anxin/seal"
)

// Finding is one thing that is not as it was sealed, and where.
type Finding struct {
	Tenant casefile.Tenant `json:"tenant"`
	// Code is stable, for programs: those of package seal, and the Found… of this package.
	Code string `json:"code"`
	// Leaf is the number of the leaf, or -1.
	Leaf int64 `json:"leaf"`
	// Case and Item are set when they are known.
	Case casefile.ID `json:"case,omitzero"`
	Item casefile.ID `json:"item,omitzero"`
	// Where names the place: "leaf 17", "event 4 of case …", "file <hash>", a file of the exported copy.
	Where string `json:"where"`
	ZH    string `json:"zh"`
	EN    string `json:"en"`
	// Notice is a remark: nothing sealed is affected.
	Notice bool `json:"notice,omitempty"`
}

// What this package finds, beside what seal.Audit finds.
const (
	FoundRecordAltered     = "record-altered"     // an event, item or custody entry that is not what its leaf commits to
	FoundRecordMissing     = "record-missing"     // a leaf without its event, item or custody entry
	FoundRecordExtra       = "record-extra"       // an event, item or custody entry that the log does not know
	FoundColumnAltered     = "column-altered"     // a column that is derived from sealed records and disagrees with them
	FoundCheckpointAltered = "checkpoint-altered" // size, time or stamp of a checkpoint's row
	FoundFileAltered       = "file-altered"       // stored bytes that are not what their name says
	FoundFileMissing       = "file-missing"       //
	FoundFileUnknown       = "file-unknown"       // a file in the vault that no upload made
	FoundFileUnused        = "file-unused"        // notice: bytes that no item refers to; the sweep removes them
	FoundUnchecked         = "unchecked"          // notice: leaves of a kind that this program has no records for
)

// Cases reads events in the order of the log; *casefile.Timeline is the one.
type Cases interface {
	EventsByLeaf(ctx context.Context, t tx.Tx, tenant casefile.Tenant, from int64) ([]casefile.Event, error)
}

// Recorder answers the canonical record that a leaf of its kind commits to; found is false when it is not there.
type Recorder func(ctx context.Context, t tx.Tx, tenant casefile.Tenant, leaf seal.Leaf) (record []byte, found bool, err error)

// Config is what is read.
type Config struct {
	Run      tx.Runner
	Ledger   ledger.Store
	Evidence evidence.Store
	Cases    Cases
	Files    blob.Store
	// LogKeys are the public keys of a tenant's log.
	LogKeys func(casefile.Tenant) seal.Keys
	// Copy is the exported copy of a tenant's log; nil, or a nil answer, when there is none.
	Copy func(casefile.Tenant) (fs.FS, error)
	// Witnessed are checkpoints that somebody outside kept; optional.
	Witnessed func(casefile.Tenant) [][]byte
	// Tenants are operators to look at beside those that the database knows, for example those with an exported copy; optional.
	Tenants []casefile.Tenant
	// Records are the records of other kinds of leaves; optional.
	Records map[string]Recorder
	// Deep, when set, decrypts files with these keys and compares the hashes of the clear bytes. Erased subjects are skipped.
	Deep evidence.Keys
	// LogOnly leaves the files alone.
	LogOnly bool
}

// Summary counts what was read, over all tenants.
type Summary struct {
	Tenants     int   `json:"tenants"`
	Leaves      int64 `json:"leaves"`
	Nodes       int64 `json:"nodes"`
	Checkpoints int   `json:"checkpoints"`
	Stamps      int   `json:"stamps"`
	CopyFiles   int   `json:"copy_files"`
	CopyLeaves  int64 `json:"copy_leaves"`
	Events      int64 `json:"events"`
	Items       int64 `json:"items"`
	Custody     int64 `json:"custody"`
	Files       int64 `json:"files"`
	Bytes       int64 `json:"bytes"`
	// Findings counts findings, Notices the remarks among what was reported.
	Findings int `json:"findings"`
	Notices  int `json:"notices"`
}

// Run reads everything and reports what it finds, as it finds it. The error is about reading, never about what was found.
func Run(ctx context.Context, c Config, report func(Finding)) (Summary, error) {
	v := &verifier{Config: c}
	v.report = func(f Finding) {
		if f.Notice {
			v.sum.Notices++
		} else {
			v.sum.Findings++
		}
		report(f)
	}
	tenants, err := v.tenants(ctx)
	if err != nil {
		return v.sum, err
	}
	for _, tenant := range tenants {
		v.sum.Tenants++
		if err := v.log(ctx, tenant); err != nil {
			return v.sum, fmt.Errorf("log of tenant %d: %w", tenant, err)
		}
	}
	if c.LogOnly {
		return v.sum, nil
	}
	for _, tenant := range tenants {
		if err := v.files(ctx, tenant); err != nil {
			return v.sum, fmt.Errorf("files of tenant %d: %w", tenant, err)
		}
	}
	return v.sum, v.strays(ctx, tenants)
}

type verifier struct {
	Config
	report func(Finding)
	sum    Summary
}

// tenants is everybody who has a log, items or custody, or was named.
func (v *verifier) tenants(ctx context.Context) ([]casefile.Tenant, error) {
	var out []casefile.Tenant
	seen := map[casefile.Tenant]bool{}
	err := v.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		a, err := v.Ledger.AllTenants(ctx, t)
		if err != nil {
			return err
		}
		b, err := v.Evidence.Tenants(ctx, t)
		if err != nil {
			return err
		}
		for _, list := range [][]casefile.Tenant{a, b, v.Tenants} {
			for _, tenant := range list {
				if !seen[tenant] {
					seen[tenant] = true
					out = append(out, tenant)
				}
			}
		}
		return nil
	})
	return out, err
}

// log audits one tenant's log and the records behind it in one snapshot.
func (v *verifier) log(ctx context.Context, tenant casefile.Tenant) error {
	return v.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		size, err := v.Ledger.Head(ctx, t, tenant)
		if err != nil {
			return err
		}
		r := newRecords(ctx, t, v, tenant)
		if err := r.loadCheckpoints(); err != nil {
			return err
		}
		o := seal.AuditOptions{Keys: v.LogKeys(tenant), Size: size, OnLeaf: r.leaf}
		for _, c := range r.checkpoints {
			o.Checkpoints = append(o.Checkpoints, c.Note)
		}
		if v.Witnessed != nil {
			o.Witnessed = v.Witnessed(tenant)
		}
		if v.Copy != nil {
			if o.Copy, err = v.Copy(tenant); err != nil {
				return err
			}
		}
		sum, err := seal.Audit(ledger.Source(ctx, t, v.Ledger, tenant, r.row), o, func(f seal.Finding) {
			if f.Leaf >= 0 {
				r.bad[f.Leaf] = true
			}
			v.report(Finding{Tenant: tenant, Code: f.Code, Leaf: f.Leaf, Where: f.Where, ZH: f.ZH, EN: f.EN})
		})
		if err != nil {
			return err
		}
		v.sum.Leaves, v.sum.Nodes, v.sum.CopyFiles, v.sum.CopyLeaves = v.sum.Leaves+sum.Leaves, v.sum.Nodes+sum.Nodes, v.sum.CopyFiles+sum.CopyFiles, v.sum.CopyLeaves+sum.CopyLeaves
		v.sum.Checkpoints += sum.Checkpoints
		if err := r.copied(o.Copy); err != nil {
			return err
		}
		return r.finish(size)
	})
}
