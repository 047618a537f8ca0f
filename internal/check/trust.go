package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"anxin/provenance/c2pa"
)

// TrustList is a file that says whom to believe.
type TrustList struct {
	Name  string
	Kind  TrustKind // empty for a file whose name says nothing
	Count int       // certificates, or lines of a list of usages
	// Date is when the list was issued, as the JSON of the same name beside it says (Stated); else when the file was written. Next is when the JSON announces the next one.
	Date, Next time.Time
	Stated     bool
	// Expires are the ends of its certificates, the soonest first.
	Expires []time.Time
	Bytes   int64
	Err     TrustProblem // why it is not used; empty when it is
}

// TrustProblem is why a list is not used.
type TrustProblem string

// The problems of lists.
const (
	ListUnnamed    TrustProblem = "name"   // looks like certificates, but is called neither .pem nor .cfg
	ListEmpty      TrustProblem = "empty"  // nothing to trust in it
	ListBroken     TrustProblem = "broken" // a certificate in it cannot be read
	ListTooLarge   TrustProblem = "large"
	ListUnreadable TrustProblem = "unreadable" // the file system refuses
)

// TrustKind is what a list is believed for.
type TrustKind string

// The kinds of lists, by the names of their files.
const (
	TrustAnchors  TrustKind = "anchors"  // *.pem: may sign content, and time stamps
	TrustTSA      TrustKind = "tsa"      // *tsa*.pem: may sign time stamps
	TrustAllowed  TrustKind = "allowed"  // *allowed*.pem: single signing certificates
	TrustIdentity TrustKind = "identity" // *identity*.pem: may vouch for identities
	TrustUsages   TrustKind = "usages"   // *.cfg: extended key usages that may sign
)

func trustKind(name string) (TrustKind, bool) {
	low := strings.ToLower(name)
	switch ext := path.Ext(low); {
	case slices.Contains([]string{".crt", ".cer", ".der", ".p7b", ".p7c"}, ext):
		return "", true // shown as unused, so that nobody waits for it to work
	case ext == ".cfg":
		return TrustUsages, true
	case ext != ".pem":
		return "", false
	case strings.Contains(low, "tsa"):
		return TrustTSA, true
	case strings.Contains(low, "allowed"):
		return TrustAllowed, true
	case strings.Contains(low, "identity"):
		return TrustIdentity, true
	}
	return TrustAnchors, true
}

// Bounds of a folder of lists.
const (
	maxLists     = 50
	maxListBytes = 8 << 20
)

// TrustLists are the lists of a folder. They are read again when a file has changed, so that a new list needs no restart; a list that cannot be read is left out and says why. It is
// safe for concurrent use.
type TrustLists struct {
	folder fs.FS // nil: nobody is believed

	mu    sync.Mutex
	state string // names, sizes and times of the files
	trust *c2pa.Trust
	lists []TrustList
}

// NewTrustLists reads the lists of a folder when they are asked for. A nil folder, or one that is not there, holds none.
func NewTrustLists(folder fs.FS) *TrustLists { return &TrustLists{folder: folder} }

// Now answers whom to believe and the lists behind it, as the folder is now.
func (t *TrustLists) Now() (*c2pa.Trust, []TrustList, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.folder == nil {
		return nil, nil, nil
	}
	entries, err := fs.ReadDir(t.folder, ".")
	if errors.Is(err, fs.ErrNotExist) {
		entries, err = nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("trust lists: %w", err)
	}
	var lists []TrustList
	state := ""
	for _, e := range entries {
		kind, ok := trustKind(e.Name())
		if !ok || e.IsDir() || len(lists) >= maxLists {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue // gone between two looks
		}
		lists = append(lists, TrustList{Name: e.Name(), Kind: kind, Date: info.ModTime().UTC(), Bytes: info.Size()})
		state += fmt.Sprintf("%s %d %d\n", e.Name(), info.Size(), info.ModTime().UnixNano())
		if beside, err := fs.Stat(t.folder, jsonBeside(e.Name())); err == nil {
			state += fmt.Sprintf("%d %d\n", beside.Size(), beside.ModTime().UnixNano())
		}
	}
	if t.trust == nil || state != t.state {
		t.trust, t.state = t.read(lists), state
		t.lists = lists
	}
	return t.trust, slices.Clone(t.lists), nil
}

// read fills in how many each list holds, or why it is left out.
func (t *TrustLists) read(lists []TrustList) *c2pa.Trust {
	trust := &c2pa.Trust{}
	usages := false
	for i := range lists {
		l := &lists[i]
		if l.Kind == "" {
			l.Err = ListUnnamed
			continue
		}
		if l.Bytes > maxListBytes {
			l.Err = ListTooLarge
			continue
		}
		b, err := fs.ReadFile(t.folder, l.Name)
		if err != nil {
			l.Err = ListUnreadable
			continue
		}
		into := map[TrustKind]func([]byte) (int, error){TrustAnchors: trust.AddAnchors, TrustTSA: trust.AddTSAAnchors, TrustAllowed: trust.AddAllowed, TrustIdentity: trust.AddIdentityAnchors,
			TrustUsages: trust.SetUsages}[l.Kind]
		l.Count, err = into(b)
		switch {
		case errors.Is(err, c2pa.ErrEmptyList):
			l.Err = ListEmpty
		case err != nil:
			l.Err = ListBroken
		default:
			usages = usages || l.Kind == TrustUsages
			l.Expires = expiries(b)
			t.stated(l)
		}
	}
	if !usages {
		_, _ = trust.SetUsages(c2pa.StandardUsages) // ours; it cannot fail
	}
	return trust
}

func expiries(list []byte) (out []time.Time) {
	certs, _ := c2pa.Certificates(list) // of a list that was read
	for _, c := range certs {
		out = append(out, c.NotAfter)
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

// jsonBeside is the file in which C2PA says when a list was issued: C2PA-TRUST-LIST.json for C2PA-TRUST-LIST.pem.
func jsonBeside(name string) string { return strings.TrimSuffix(name, path.Ext(name)) + ".json" }

// stated replaces the date of the file by the date of the list, where the JSON beside it names one.
func (t *TrustLists) stated(l *TrustList) {
	info, err := fs.Stat(t.folder, jsonBeside(l.Name))
	if err != nil || info.Size() > maxListBytes {
		return
	}
	b, err := fs.ReadFile(t.folder, jsonBeside(l.Name))
	var said struct {
		LoTE struct {
			Information struct {
				Issued time.Time `json:"ListIssueDateTime"`
				Next   time.Time `json:"NextUpdate"`
			} `json:"ListAndSchemeInformation"`
		}
	}
	if err == nil && json.Unmarshal(b, &said) == nil && !said.LoTE.Information.Issued.IsZero() {
		l.Date, l.Next, l.Stated = said.LoTE.Information.Issued.UTC(), said.LoTE.Information.Next.UTC(), true
	}
}
