package bundle

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"anxin/seal"
	"anxin/seal/stamp"

	"github.com/emmansun/gmsm/sm3"
)

// Options say what the verifier knows from elsewhere.
type Options struct {
	// Keys are the log's public keys as the operator publishes them. When nil, the keys in the bundle are used, and the report says that somebody must compare
	// their fingerprint.
	Keys seal.Keys
	// StampRoots are the root certificates of time stamp authorities to trust; nil means that stamps are checked but their authority is not.
	StampRoots *x509.CertPool
	// MaxContent bounds the bytes of all contents together; 0 means 16 GiB.
	MaxContent int64
}

// Note is one statement of a report, in plain words.
type Note struct {
	Code  string `json:"code"`
	Where string `json:"where"`
	ZH    string `json:"zh"`
	EN    string `json:"en"`
}

// Report is what was found. OK means that every listed entry is proven and nothing in the bundle was altered.
type Report struct {
	OK  bool   `json:"ok"`
	Log string `json:"log"`
	// Fingerprints are those of the keys that were used; KeysGiven says that they came from Options.
	Fingerprints []string      `json:"key_fingerprints"`
	KeysGiven    bool          `json:"keys_given"`
	Entries      []EntryReport `json:"entries"`
	Stamps       []StampReport `json:"stamps"`
	// Problems make OK false. Reservations do not; they say what this report does not show.
	Problems     []Note `json:"problems"`
	Reservations []Note `json:"reservations"`
}

// EntryReport is one record. Its facts are proven only when OK.
type EntryReport struct {
	Folder string `json:"folder"`
	OK     bool   `json:"ok"`
	Kind   string `json:"kind,omitempty"`
	Leaf   int64  `json:"leaf"`
	Case   string `json:"case,omitempty"`
	// At is the operator's clock.
	At time.Time `json:"at"`
	// Existed is a time, vouched for by a stamp, at which the record was in the log; zero without a stamp. ExistedTrusted says that the stamp's authority
	// is one of Options.StampRoots.
	Existed        time.Time    `json:"existed,omitzero"`
	ExistedTrusted bool         `json:"existed_trusted,omitempty"`
	Fields         []seal.Field `json:"record"`
	// Content is the file name of the content, empty when it did not travel along.
	Content string `json:"content,omitempty"`
	Size    int64  `json:"size,omitempty"`
	SHA256  string `json:"sha256,omitempty"`
	SM3     string `json:"sm3,omitempty"`
}

// StampReport is one time stamp.
type StampReport struct {
	Checkpoint int64     `json:"checkpoint"`
	OK         bool      `json:"ok"`
	Time       time.Time `json:"time,omitzero"`
	Authority  string    `json:"authority,omitempty"`
	Trusted    bool      `json:"trusted"`
}

// Verify checks a bundle. The error is ErrUnreadable, for what is not a bundle at all; everything else is in the report.
func Verify(files Files, o Options) (Report, error) {
	if o.MaxContent == 0 {
		o.MaxContent = 16 << 30
	}
	v := &verifier{files: files, o: o, present: map[string]bool{}, listed: map[string]manifestFile{}, covered: map[string]bool{}, stamps: map[int64]stamped{}}
	for _, n := range files.Names() {
		v.present[n] = true
	}
	if err := v.readManifest(); err != nil {
		return Report{}, err
	}
	v.checkList()
	if v.readKeys() {
		v.readStamps()
		for i, e := range v.m.Entries {
			v.r.Entries = append(v.r.Entries, v.entry(i, e))
		}
		v.reserveTimes()
	}
	v.uncovered()
	v.r.OK = len(v.r.Problems) == 0
	return v.r, nil
}

type verifier struct {
	files   Files
	o       Options
	m       manifest
	r       Report
	keys    seal.Keys
	present map[string]bool
	listed  map[string]manifestFile
	covered map[string]bool // files whose bytes are proven, or compared with what they must be
	stamps  map[int64]stamped
	content int64 // bytes of contents read so far
}

type stamped struct {
	checkpoint []byte
	token      stamp.Token
	ok         bool
}

func (v *verifier) problem(code, where, zh, en string) {
	v.r.Problems = append(v.r.Problems, Note{code, where, zh, en})
}

func (v *verifier) reserve(code, where, zh, en string) {
	v.r.Reservations = append(v.r.Reservations, Note{code, where, zh, en})
}

func (v *verifier) readManifest() error {
	b, err := v.read(manifestName, maxManifest)
	if err != nil {
		return fmt.Errorf("%w: no readable %s in it: %w", ErrUnreadable, manifestName, err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&v.m); err != nil || d.More() {
		return fmt.Errorf("%w: %s is damaged", ErrUnreadable, manifestName)
	}
	if v.m.Format != Format {
		return fmt.Errorf("%w: its format is %.40q, this verifier reads %s", ErrUnreadable, v.m.Format, Format)
	}
	if len(v.m.Entries) > MaxEntries || len(v.m.Files) > MaxFiles {
		return fmt.Errorf("%w: more than %d records", ErrUnreadable, MaxEntries)
	}
	if again, err := v.m.marshal(); err != nil || !bytes.Equal(again, b) {
		v.problem("altered", manifestName, "目录不是规范格式：它被改动过", "the list is not in canonical form: it was altered")
	}
	v.covered[manifestName] = true
	if len(v.m.Entries) == 0 {
		v.problem("empty", manifestName, "存证包里没有任何记录", "the bundle holds no record")
	}
	return nil
}

// checkList compares the small files with the manifest; contents are compared while they are hashed anyway.
func (v *verifier) checkList() {
	contents := map[string]bool{}
	for _, e := range v.m.Entries {
		if e.Content != "" {
			contents[e.Folder+"/"+e.Content] = true
		}
	}
	for _, f := range v.m.Files {
		v.listed[f.Name] = f
		name := printable(f.Name)
		switch {
		case !v.present[f.Name]:
			v.problem("missing", name, "目录里列出的文件不见了", "a listed file is not there")
		case !contents[f.Name]:
			b, err := v.read(f.Name, maxKeys+seal.MaxProofSize)
			if err != nil || int64(len(b)) != f.Size || hexSum(b) != f.SHA256 {
				v.problem("altered", name, "文件与目录里的长度或哈希不符：它被改动过", "the file has not the listed length and hash: it was altered")
			}
		}
	}
}

func hexSum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// read answers a file of at most limit bytes.
func (v *verifier) read(name string, limit int64) ([]byte, error) {
	if !fs.ValidPath(name) || !v.present[name] {
		return nil, fs.ErrNotExist
	}
	r, _, err := v.files.Open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = errors.New("the file is too long")
	}
	return b, err
}

func (v *verifier) readKeys() bool {
	b, err := v.read(keysName, maxKeys)
	var inside seal.Keys
	if err == nil {
		inside, err = seal.ParseKeys(b)
	}
	if text, e := v.read(readmeName, maxKeys); err == nil && e == nil && string(text) == readme(inside) {
		v.covered[readmeName], v.covered[keysName] = true, true
	}
	if v.o.Keys != nil {
		v.keys, v.r.KeysGiven = v.o.Keys, true
	} else if err != nil {
		v.problem("no-key", keysName, "包里没有可用的日志公钥，也没有另外给出：签名无法核验", "no usable key of the log in the bundle, and none was given: signatures cannot be checked")
		return false
	} else {
		v.keys = inside
		v.reserve("key-not-compared", keysName, "公钥取自本包：请通过另外的途径核对指纹，否则只能说明本包自身一致",
			"the key was taken from the bundle: compare its fingerprint by another way, or this shows only that the bundle agrees with itself")
	}
	for _, k := range v.keys {
		v.r.Fingerprints = append(v.r.Fingerprints, k.Fingerprint())
	}
	v.r.Log = printable(v.keys[0].Origin())
	return true
}

// readStamps verifies every checkpoint and its stamp.
func (v *verifier) readStamps() {
	for _, size := range v.m.Stamps {
		if _, twice := v.stamps[size]; twice {
			continue
		}
		where := checkpointName(size, "tsr")
		s := StampReport{Checkpoint: size}
		note, err := v.read(checkpointName(size, "txt"), seal.MaxCheckpointSize)
		var c seal.Checkpoint
		if err == nil {
			c, err = v.keys.Open(note)
		}
		if err != nil || c.Size != size {
			v.problem("bad-checkpoint", checkpointName(size, "txt"), "检查点的签名无效", "the signature of the checkpoint does not verify")
			v.r.Stamps = append(v.r.Stamps, s)
			continue
		}
		resp, err := v.read(where, stamp.MaxResponseSize)
		var tok stamp.Token
		if err == nil {
			tok, err = stamp.Verify(resp, note, stamp.Options{Roots: v.o.StampRoots})
		}
		switch {
		case errors.Is(err, stamp.ErrUnsupported):
			v.reserve("stamp-unsupported", where, "时间戳使用了本工具不支持的算法（例如国密 SM2），请用时间戳机构的工具核验", "the time stamp uses an algorithm that this tool cannot check (SM2, for one): use the authority's own tool")
		case err != nil:
			v.problem("bad-stamp", where, "时间戳无效："+reason(err), "the time stamp is not valid: "+reason(err))
		default:
			v.covered[where], v.covered[checkpointName(size, "txt")] = true, true
			s.OK, s.Time, s.Authority, s.Trusted = true, tok.Time, printable(tok.Authority), tok.Trusted
			v.stamps[size] = stamped{note, tok, true}
			if !tok.Trusted {
				v.reserve("stamp-authority-not-checked", where, "时间戳本身有效，但没有给出可信的机构根证书，因此没有核验机构的身份",
					"the stamp is valid in itself; no trusted root certificates were given, so the authority's identity was not checked")
			}
		}
		v.r.Stamps = append(v.r.Stamps, s)
	}
}

// entry checks one record from its content up to the checkpoint.
func (v *verifier) entry(i int, m manifestEntry) EntryReport {
	e := EntryReport{Folder: entryFolder(i), Leaf: -1}
	before := len(v.r.Problems)
	if m.Folder != e.Folder || strings.Contains(m.Content, "/") {
		v.problem("bad-list", manifestName, "目录的结构不对", "the list is not laid out as it should be")
		return e
	}
	record, err1 := v.read(e.Folder+"/"+recordName, seal.MaxRecordSize)
	body, err2 := v.read(e.Folder+"/"+leafName, seal.MaxLeafSize)
	proof, err3 := v.read(e.Folder+"/"+proofName, seal.MaxProofSize)
	if err := errors.Join(err1, err2, err3); err != nil {
		v.problem("incomplete", e.Folder, "记录、叶子或证明缺失或过长", "the record, the leaf or the proof is missing or too long")
		return e
	}
	leaf, ok := v.leaf(&e, body, proof)
	if !ok {
		return e
	}
	rec, err := seal.ParseRecord(record)
	if err != nil || sha256.Sum256(record) != leaf.Digest {
		v.problem("record-altered", e.Folder+"/"+recordName, "记录与日志里封存的哈希不符：记录被改动过", "the record does not match the hash that was sealed in the log: it was altered")
		return e
	}
	e.Fields = append([]seal.Field{{Key: "type", Value: rec.Type}}, rec.Fields...)
	v.checkContent(&e, rec, m.Content)
	if e.OK = len(v.r.Problems) == before; e.OK {
		for _, name := range []string{recordName, leafName, proofName} {
			v.covered[e.Folder+"/"+name] = true
		}
		if m.Content != "" {
			v.covered[e.Folder+"/"+m.Content] = true
		}
	}
	return e
}

// leaf checks the proof of a leaf and fills in what the leaf says.
func (v *verifier) leaf(e *EntryReport, body, proof []byte) (seal.Leaf, bool) {
	leaf, err := seal.ParseLeaf(body)
	if err != nil {
		v.problem("leaf-altered", e.Folder+"/"+leafName, "叶子不是规范格式", "the leaf is not in canonical form")
		return leaf, false
	}
	p, err := seal.ParseProof(proof)
	if err != nil {
		v.problem("bad-proof", e.Folder+"/"+proofName, "证明文件无法解读", "the proof cannot be read")
		return leaf, false
	}
	c, err := p.Check(v.keys, body)
	switch {
	case errors.Is(err, seal.ErrCheckpoint):
		v.problem("bad-checkpoint", e.Folder+"/"+proofName, "检查点不是用本日志的密钥签署的，或被改动过", "the checkpoint was not signed with the log's key, or was altered")
		return leaf, false
	case err != nil:
		v.problem("not-in-log", e.Folder+"/"+proofName, "证明不成立：这条记录不在检查点所指的日志里", "the proof fails: this record is not in the log of the checkpoint")
		return leaf, false
	}
	e.Kind, e.Leaf, e.At = leaf.Kind, p.Index, leaf.At
	if leaf.Case != (seal.ID{}) {
		e.Case = leaf.Case.String()
	}
	if s := v.stamps[c.Size]; s.ok && bytes.Equal(s.checkpoint, p.Checkpoint) {
		e.Existed, e.ExistedTrusted = s.token.Time, s.token.Trusted
	}
	if name := checkpointName(c.Size, "txt"); !v.covered[name] {
		note, err := v.read(name, seal.MaxCheckpointSize)
		v.covered[name] = err == nil && bytes.Equal(note, p.Checkpoint)
	}
	return leaf, true
}

// reserveTimes says once for how many records the time rests on the operator's clock alone.
func (v *verifier) reserveTimes() {
	n := 0
	for _, e := range v.r.Entries {
		if e.OK && e.Existed.IsZero() {
			n++
		}
	}
	if n > 0 {
		v.reserve("no-time-stamp", "entries", fmt.Sprintf("%d 条记录没有可用的外部时间戳：时间只是出具方自己的时钟", n),
			fmt.Sprintf("%d records have no usable time stamp of an outside authority: their time is the operator's own clock", n))
	}
}

// checkContent compares the content with what the record commits to.
func (v *verifier) checkContent(e *EntryReport, rec seal.Record, name string) {
	size, hasSize := rec.GetInt(FieldSize)
	want, hasSum := rec.GetHash(FieldSHA256)
	commits := hasSize && hasSum
	switch {
	case name == "" && commits:
		v.reserve("no-content", e.Folder, "内容未随包提供（或已依法删除），只证明了它的哈希", "the content did not travel along (or was erased by law); only its hash is proven")
		return
	case name == "":
		return
	case !commits:
		v.problem("content-not-committed", e.Folder+"/"+printable(name), "记录没有封存任何内容，这个文件没有证明", "the record commits to no content, so this file is not proven")
		return
	}
	full := e.Folder + "/" + name
	sum, sm, n, err := v.hashContent(full, size)
	if err != nil {
		v.problem("content-unreadable", printable(full), "内容读不出来："+reason(err), "the content cannot be read: "+reason(err))
		return
	}
	e.Content, e.Size, e.SHA256, e.SM3 = printable(name), n, hex.EncodeToString(sum[:]), hex.EncodeToString(sm[:])
	listed := v.listed[full]
	wantSM3, hasSM3 := rec.GetHash(FieldSM3)
	if n != size || sum != want || hasSM3 && sm != wantSM3 || listed.Size != n || listed.SHA256 != e.SHA256 {
		v.problem("content-altered", printable(full), "内容与封存的长度或哈希不符：内容被改动过", "the content has not the sealed length and hashes: it was altered")
	}
}

func (v *verifier) hashContent(name string, size int64) (sum, sm [32]byte, n int64, err error) {
	if !v.present[name] {
		return sum, sm, 0, fs.ErrNotExist
	}
	if size < 0 || size > v.o.MaxContent-v.content {
		return sum, sm, 0, errors.New("more bytes than this verifier was told to read")
	}
	r, _, err := v.files.Open(name)
	if err != nil {
		return sum, sm, 0, err
	}
	defer r.Close()
	a, b := sha256.New(), sm3.New()
	n, err = io.Copy(io.MultiWriter(a, b), io.LimitReader(r, size+1))
	v.content += n
	return [32]byte(a.Sum(nil)), [32]byte(b.Sum(nil)), n, err
}

// uncovered names the files that nothing above vouches for.
func (v *verifier) uncovered() {
	for _, name := range v.files.Names() {
		if !v.covered[name] {
			v.reserve("not-covered", printable(name), "没有任何证明涵盖这个文件", "nothing proves this file")
		}
	}
}

// reason is the innermost cause in the library's words, without the repeated prefix.
func reason(err error) string {
	s := err.Error()
	for _, e := range []error{stamp.ErrInvalid, stamp.ErrUnsupported} {
		s = strings.TrimPrefix(s, e.Error()+": ")
	}
	return printable(s)
}

// printable bounds a text from a bundle and takes out what could play tricks on a terminal: control characters and invisible marks of direction.
func printable(s string) string {
	out := strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0xfeff || r == 0xfffd {
			return '?'
		}
		return r
	}, s)
	if len(out) > 300 {
		out = strings.ToValidUTF8(out[:300], "") + "…"
	}
	return out
}

// Printable is for callers that show fields of a record: see EntryReport.Fields.
func Printable(s string) string { return printable(s) }
