package fingerprint

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"sync"
)

// Scope names something that an item belongs to, e.g. an order, a product or a buyer. Searches may be restricted to scopes.
type Scope uint64

// ScopeOf makes a scope from a kind and a name, e.g. ScopeOf("order", id). Zero, which means no scope, is never returned.
func ScopeOf(kind, name string) Scope {
	sum := sha256.Sum256([]byte(kind + "\x00" + name))
	return Scope(max(1, binary.LittleEndian.Uint64(sum[:])))
}

// MaxScopes is how many scopes one entry can have.
const MaxScopes = 4

// Entry is one picture in an Index.
type Entry struct {
	Tenant  [16]byte
	Item    [16]byte // what the caller knows the picture by
	Scopes  [MaxScopes]Scope
	Hash    Hash
	Quality uint8
}

// The file begins with a magic line, then records of one size follow. A record ends with a checksum, so that a torn write at the end is known.
const (
	magic      = "anxin-pdq-index 1\n\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" // 32 bytes
	recordSize = 32 + 16 + 16 + 8*MaxScopes + 1 + 3 + 4
)

// MaxEntries is how many entries one Index can hold.
const MaxEntries = 1<<32 - 1

// ErrForeign is the error of opening a file that is not an index.
var ErrForeign = errors.New("this file is not a fingerprint index, or of another version")

// ErrDamaged is the error of opening an index with a damaged record before its end.
var ErrDamaged = errors.New("the fingerprint index is damaged: rebuild it from the stored pictures")

// Index finds near copies among the pictures of many tenants. It keeps the hashes in memory (36 bytes each) and all entries in one append-only file.
// It is safe for concurrent use; a search does not hold up appending.
type Index struct {
	mu      sync.RWMutex
	file    *os.File
	count   int
	tenants map[[16]byte]*column
	write   []byte // buffer of Append
}

// column holds the hashes of one tenant, in the order of arrival.
type column struct{ chunks []chunk }

// chunk keeps the two halves of hashes apart: the first alone refuses nearly everything, so a scan reads half the memory.
type chunk struct {
	first, second [][2]uint64
	record        []uint32 // place in the file
}

const chunkSize = 1 << 16

// OpenIndex opens the index in a file, or makes it. A record that was cut off by a crash at the end of the file is dropped: Append had not returned.
func OpenIndex(name string) (*Index, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	x := &Index{file: f, tenants: map[[16]byte]*column{}}
	if err := x.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), f.Close())
	}
	return x, nil
}

// Close closes the file. The index must not be used afterwards.
func (x *Index) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.file.Close()
}

// Len is the number of entries.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.count
}

func (x *Index) load() error {
	head := make([]byte, len(magic))
	n, err := io.ReadFull(x.file, head)
	switch {
	case err == io.EOF || err == io.ErrUnexpectedEOF && string(head[:n]) == magic[:n]:
		if _, err := x.file.WriteAt([]byte(magic), 0); err != nil {
			return err
		}
		return x.file.Sync()
	case err == io.ErrUnexpectedEOF || err == nil && string(head) != magic:
		return ErrForeign
	case err != nil:
		return err
	}
	return x.loadRecords()
}

func (x *Index) loadRecords() error {
	buf := make([]byte, 4096*recordSize)
	var e Entry // reused: ten million of them would be a gigabyte of garbage
	for {
		n, err := io.ReadFull(x.file, buf)
		for at := 0; at+recordSize <= n; at += recordSize {
			if !decode(buf[at:at+recordSize], &e) {
				return x.cut(at+recordSize == n && err != nil)
			}
			x.insert(&e)
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			if n%recordSize != 0 {
				return x.cut(true)
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// cut drops what follows the records read so far, if it is the tail of the file.
func (x *Index) cut(tail bool) error {
	end := x.offset(x.count)
	size, err := x.file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if !tail && size > end+recordSize {
		return fmt.Errorf("%w: record %d of %d", ErrDamaged, x.count, (size-int64(len(magic)))/recordSize)
	}
	return x.file.Truncate(end)
}

func (x *Index) offset(record int) int64 { return int64(len(magic)) + int64(record)*recordSize }

// Append adds entries and returns when they are on disk. Either all of them are added or, on an error, none.
func (x *Index) Append(entries ...Entry) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.count+len(entries) > MaxEntries {
		return fmt.Errorf("the fingerprint index is full at %d entries", x.count)
	}
	x.write = x.write[:0]
	for i := range entries {
		x.write = encode(x.write, &entries[i])
	}
	if _, err := x.file.WriteAt(x.write, x.offset(x.count)); err != nil {
		return errors.Join(err, x.file.Truncate(x.offset(x.count)))
	}
	if err := x.file.Sync(); err != nil {
		return errors.Join(err, x.file.Truncate(x.offset(x.count)))
	}
	for i := range entries {
		x.insert(&entries[i])
	}
	if cap(x.write) > 1<<20 {
		x.write = nil
	}
	return nil
}

func (x *Index) insert(e *Entry) {
	c := x.tenants[e.Tenant]
	if c == nil {
		c = &column{}
		x.tenants[e.Tenant] = c
	}
	if n := len(c.chunks); n == 0 || len(c.chunks[n-1].record) == chunkSize {
		next := chunk{}
		if n > 0 { // a tenant that filled one chunk will fill the next; a small one grows by doubling
			next = chunk{make([][2]uint64, 0, chunkSize), make([][2]uint64, 0, chunkSize), make([]uint32, 0, chunkSize)}
		}
		c.chunks = append(c.chunks, next)
	}
	last := &c.chunks[len(c.chunks)-1]
	w := words(e.Hash)
	last.first = append(last.first, [2]uint64{w[0], w[1]})
	last.second = append(last.second, [2]uint64{w[2], w[3]})
	last.record = append(last.record, uint32(x.count))
	x.count++
}

func words(h Hash) (w [4]uint64) {
	for i := range w {
		w[i] = binary.LittleEndian.Uint64(h[i*8:])
	}
	return w
}

func encode(b []byte, e *Entry) []byte {
	begin := len(b)
	b = append(b, e.Hash[:]...)
	b = append(b, e.Tenant[:]...)
	b = append(b, e.Item[:]...)
	for _, s := range e.Scopes {
		b = binary.LittleEndian.AppendUint64(b, uint64(s))
	}
	b = append(b, e.Quality, 0, 0, 0)
	return binary.LittleEndian.AppendUint32(b, checksum(b[begin:]))
}

func decode(b []byte, e *Entry) bool {
	if checksum(b[:recordSize-4]) != binary.LittleEndian.Uint32(b[recordSize-4:]) {
		return false
	}
	*e = Entry{Hash: Hash(b[:32]), Tenant: [16]byte(b[32:48]), Item: [16]byte(b[48:64]), Quality: b[64+8*MaxScopes]}
	for i := range e.Scopes {
		e.Scopes[i] = Scope(binary.LittleEndian.Uint64(b[64+8*i:]))
	}
	return true
}

// checksum is never zero, so a stretch of zeros that a crash leaves behind is no record.
func checksum(b []byte) uint32 { return crc32.ChecksumIEEE(b) | 1 }

// read takes one entry from the file.
func (x *Index) read(record uint32) (*Entry, error) {
	var b [recordSize]byte
	if _, err := x.file.ReadAt(b[:], x.offset(int(record))); err != nil {
		if errors.Is(err, fs.ErrClosed) {
			return nil, errors.New("the fingerprint index is closed")
		}
		return nil, err
	}
	e := &Entry{}
	if !decode(b[:], e) {
		return nil, fmt.Errorf("%w: record %d", ErrDamaged, record)
	}
	return e, nil
}
