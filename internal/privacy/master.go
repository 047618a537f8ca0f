package privacy

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"anxin/internal/casefile"
)

// masterFormat is the first field of the master key file.
const masterFormat = "anxin-master-key/1"

const masterNote = "这是总密钥。请另存一份，与数据和备份分开保管；没有它，数据和备份都无法读取。 / " +
	"This is the master key. Keep a copy apart from the data and the backups: without it neither can be read."

// maxMasterFile bounds the file; one with a hundred keys has 30 kB.
const maxMasterFile = 256 << 10

// Master is the master key: a Tink keyset that wraps the subjects' keys (several keys while one is being replaced) and a secret for keyed hashes, which
// never changes because the search indexes and links are made of it. It prints as its key number only.
type Master struct {
	path    string
	handle  *keyset.Handle
	wrap    tink.AEAD
	primary uint32
	secret  guarded
}

// guarded keeps a key where no print of somebody's struct finds it: fmt follows pointers to arrays for verbs that do not fit, and never calls functions.
type guarded func() *[32]byte

func guard(key *[32]byte) guarded { return func() *[32]byte { return key } }

type masterFile struct {
	Format  string          `json:"format"`
	Note    string          `json:"note"`
	Created time.Time       `json:"created_at"`
	Hashing []byte          `json:"hashing_secret"`
	Keys    json.RawMessage `json:"wrapping_keys"`
}

// NewMaster makes a master key that lives in memory only, for tests and for a first start.
func NewMaster(src casefile.Source) (*Master, error) {
	h, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make master key: %w", err)
	}
	return masterOf("", h, src.Bytes(32))
}

func masterOf(path string, h *keyset.Handle, secret []byte) (*Master, error) {
	if len(secret) != 32 {
		return nil, fmt.Errorf("the hashing secret of the master key has %d bytes, not 32", len(secret))
	}
	wrap, err := aead.New(h)
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	e, err := h.Primary()
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	return &Master{path: path, handle: h, wrap: wrap, primary: e.KeyID(), secret: guard((*[32]byte)(secret))}, nil
}

// String tells the number of the wrapping key and nothing secret.
func (m Master) String() string { return fmt.Sprintf("master key %08x", m.primary) }

// Format implements fmt.Formatter, so that no verb prints the secrets.
func (m Master) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, m.String()) }

// OpenMaster reads the master key file, or makes it at the first start (created is true: the caller tells the operator to put a copy away). The folder is
// made with mode 0700 and the file with 0600; a file that others may read is refused.
func OpenMaster(path string, src casefile.Source) (m *Master, created bool, err error) {
	m, err = LoadMaster(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return m, false, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, false, fmt.Errorf("folder of the master key: %w", err)
	}
	fresh, err := NewMaster(src)
	if err != nil {
		return nil, false, err
	}
	fresh.path = path
	switch err := fresh.write(src.Now(), false); {
	case errors.Is(err, fs.ErrExist): // another process was first: its key counts
		m, err = LoadMaster(path)
		return m, false, err
	case err != nil:
		return nil, false, err
	}
	return fresh, true, nil
}

// LoadMaster reads an existing master key file.
func LoadMaster(path string) (*Master, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	if !st.Mode().IsRegular() || st.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("总密钥文件 %s 的权限是 %04o，其他用户可读；请执行 chmod 600 后再启动。 / the master key file %s has mode %04o: others may read it; run chmod 600 on it and start again",
			path, st.Mode().Perm(), path, st.Mode().Perm())
	}
	b, err := io.ReadAll(io.LimitReader(f, maxMasterFile+1))
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	if len(b) > maxMasterFile {
		return nil, fmt.Errorf("master key: %s is longer than %d bytes", path, maxMasterFile)
	}
	return parseMaster(path, b)
}

func parseMaster(path string, b []byte) (*Master, error) {
	var mf masterFile
	// Errors of the JSON decoder can quote the text: only say that it is not one.
	if json.Unmarshal(b, &mf) != nil || mf.Format != masterFormat {
		return nil, fmt.Errorf("master key: %s is not a master key file of format %s; put the copy back that you kept", path, masterFormat)
	}
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(mf.Keys)))
	if err != nil {
		return nil, fmt.Errorf("master key: the keys in %s cannot be read; put the copy back that you kept", path)
	}
	return masterOf(path, h, mf.Hashing)
}

// write stores the file durably: a temporary file, fsync, then link (a file that is there stays) or rename (it is replaced), and fsync of
// the folder.
func (m *Master) write(now time.Time, replace bool) error {
	var keys bytes.Buffer
	if err := insecurecleartextkeyset.Write(m.handle, keyset.NewJSONWriter(&keys)); err != nil {
		return fmt.Errorf("master key: %w", err)
	}
	b, err := json.MarshalIndent(masterFile{masterFormat, masterNote, now, m.secret()[:], keys.Bytes()}, "", "  ")
	if err != nil {
		return fmt.Errorf("master key: %w", err)
	}
	dir := filepath.Dir(m.path)
	tmp, err := os.CreateTemp(dir, ".master-*") // mode 0600
	if err != nil {
		return fmt.Errorf("master key: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(append(b, '\n'))
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("master key: %w", err)
	}
	if replace {
		err = os.Rename(tmp.Name(), m.path)
	} else {
		err = os.Link(tmp.Name(), m.path)
	}
	if err != nil {
		return fmt.Errorf("master key: %w", err)
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("master key: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// derive is a keyed hash of parts for a purpose: HMAC-SHA-256 under a key of its own per purpose, each part with its length before it.
func (m *Master) derive(purpose string, parts ...[]byte) []byte {
	key, err := hkdf.Key(sha256.New, m.secret()[:], nil, "anxin/"+purpose, 32)
	if err != nil {
		panic("hkdf: " + err.Error()) // only for impossible lengths
	}
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write(p)
	}
	return h.Sum(nil)
}
