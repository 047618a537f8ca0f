package app

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"anxin/internal/casefile"
	"anxin/internal/evidence/evidencedb"
	"anxin/internal/evidence/verify"
	"anxin/internal/ledger/ledgerdb"
)

// Verify reads everything that was ever sealed and reports what is not as it was. deep also decrypts what can be decrypted.
func (c *Core) Verify(ctx context.Context, deep bool, witnessed [][]byte, report func(verify.Finding)) (verify.Summary, error) {
	v := verify.Config{
		Run: c.DB, Ledger: ledgerdb.Store{}, Evidence: evidencedb.Store{}, Cases: c.Timeline, Files: c.Blobs, LogKeys: c.Ledger.Keys,
		Copy:      c.exportedLog,
		Witnessed: func(casefile.Tenant) [][]byte { return witnessed },
		Tenants:   []casefile.Tenant{Tenant},
	}
	if deep {
		v.Deep = c.Keeper
	}
	return verify.Run(ctx, v, report)
}

// exportedLog is the copy of a tenant's log in the data folder, or nil when nothing was exported yet.
func (c *Core) exportedLog(t casefile.Tenant) (fs.FS, error) {
	dir := filepath.Join(c.DataDir, "log", strconv.FormatInt(int64(t), 10))
	if _, err := os.Stat(dir); os.IsNotExist(err) {
		return nil, nil
	}
	return os.DirFS(dir), nil
}

// FirstAdmin is the one-time link that makes the first administrator, or empty when there is one.
func (c *Core) FirstAdmin(ctx context.Context) (string, error) {
	token, err := c.Party.Accounts.FirstAdmin(ctx, Tenant)
	if err != nil || token == "" {
		return "", err
	}
	return c.PublicURL() + "/setup/" + token, nil
}
