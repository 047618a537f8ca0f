package evidence

import (
	"context"
	"errors"
	"io"
	"slices"

	"anxin/internal/casefile"
	"anxin/internal/evidence/picture"
	"anxin/internal/tx"
	"anxin/seal"
	"anxin/seal/bundle"
)

// ExportRequest says what goes into a bundle.
type ExportRequest struct {
	Case casefile.ID
	// Items are the originals to export; none means all of the case.
	Items []casefile.ID
	// Events adds the case's timeline.
	Events bool
}

// Export writes a bundle (a zip file) with the originals, their records, their custody logs and, if asked for, the case's timeline, each with its
// proof. It can be verified offline with anxin-verify. Each export is written into the custody logs first, so the bundle shows its own making.
// Contents of an erased subject are left out; their records stay provable. w gets nothing when an error comes before the first byte.
func (s *Service) Export(ctx context.Context, a casefile.Actor, r ExportRequest, w io.Writer) error {
	items, err := s.exported(ctx, a, r)
	if err != nil {
		return err
	}
	for _, i := range items {
		if err := s.writeUse(ctx, a, i, ActExported, "form=bundle"); err != nil {
			return err
		}
	}
	p, err := s.pack(ctx, a.Tenant, r, items)
	if err != nil {
		return err
	}
	defer p.clear()
	if len(p.b.Entries) == 0 {
		return casefile.Fail(casefile.NotFound, "evidence.error.nothing_to_export")
	}
	if len(p.b.Entries) > bundle.MaxEntries {
		return casefile.Fail(casefile.TooLarge, "evidence.error.too_many_to_export")
	}
	return bundle.WriteZip(w, p.b)
}

// exportTries bounds how often an export begins again because the case went on meanwhile.
const exportTries = 8

// pack signs a checkpoint and collects under it. What is added to the case between the two lies under no checkpoint yet (Conflict): then it begins again.
func (s *Service) pack(ctx context.Context, tenant casefile.Tenant, r ExportRequest, items []Item) (*packer, error) {
	for try := 1; ; try++ {
		if _, err := s.Ledger.Sign(ctx, tenant); err != nil {
			return nil, err
		}
		p := &packer{s: s, ctx: ctx, tenant: tenant, secrets: map[casefile.ID][]byte{}}
		err := p.collect(r, items)
		if err == nil {
			return p, nil
		}
		p.clear()
		if !casefile.Is(err, casefile.Conflict) || try == exportTries {
			return nil, err
		}
	}
}

// exported are the items that the request names, all of them allowed.
func (s *Service) exported(ctx context.Context, a casefile.Actor, r ExportRequest) ([]Item, error) {
	var all []Item
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		all, err = s.Store.Items(ctx, t, a.Tenant, r.Case)
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []Item
	for _, i := range all {
		if i.IsCopy() || i.Note == NoteRemoved || len(r.Items) > 0 && !slices.Contains(r.Items, i.ID) {
			continue
		}
		if err := s.Access(ctx, a, UseExport, i); err != nil {
			return nil, err
		}
		out = append(out, i)
	}
	if len(r.Items) > len(out) {
		return nil, casefile.Fail(casefile.NotFound, "evidence.error.not_here")
	}
	return out, nil
}

// packer gathers the entries of a bundle in one snapshot; contents are read later, when the snapshot is closed.
type packer struct {
	s       *Service
	ctx     context.Context
	tenant  casefile.Tenant
	b       bundle.Bundle
	stamps  map[string]bool
	secrets map[casefile.ID][]byte // by subject; nil for an erased one
}

func (p *packer) clear() {
	for _, s := range p.secrets {
		clear(s)
	}
}

func (p *packer) collect(r ExportRequest, items []Item) error {
	p.b.Made, p.b.Keys, p.stamps = p.s.Source.Now(), p.s.Ledger.Keys(p.tenant), map[string]bool{}
	return p.s.Run.Read(p.ctx, func(ctx context.Context, t tx.Tx) error {
		p.b.Entries, p.b.Stamps = nil, nil
		custody, err := p.custodyLeaves(ctx, t, r.Case)
		if err != nil {
			return err
		}
		for _, i := range items {
			if err := p.item(ctx, t, i, custody); err != nil {
				return err
			}
		}
		if !r.Events {
			return nil
		}
		return p.events(ctx, t, r.Case)
	})
}

type custodyKey struct {
	item casefile.ID
	seq  int64
}

// custodyLeaves finds the numbers of the leaves of a case's custody entries.
func (p *packer) custodyLeaves(ctx context.Context, t tx.Tx, caseID casefile.ID) (map[custodyKey]int64, error) {
	rows, err := p.s.Ledger.LeavesOfCase(ctx, t, p.tenant, caseID)
	if err != nil {
		return nil, err
	}
	out := map[custodyKey]int64{}
	for _, row := range rows {
		leaf, err := seal.ParseLeaf(row.Leaf)
		if err != nil {
			return nil, casefile.Failf(casefile.Internal, "evidence.error.log_damaged", "leaf %d: %w: run anxin verify", row.Index, err)
		}
		if leaf.Kind == LeafCustody && len(leaf.Subjects) > 0 {
			out[custodyKey{casefile.ID(leaf.Subjects[0]), leaf.Seq}] = row.Index
		}
	}
	return out, nil
}

// entry adds a record with its proof.
func (p *packer) entry(ctx context.Context, t tx.Tx, record []byte, leaf int64, content *bundle.Content) error {
	proven, err := p.s.Ledger.Prove(ctx, t, p.tenant, leaf)
	if err != nil {
		return err
	}
	p.b.Entries = append(p.b.Entries, bundle.Entry{Record: record, Leaf: proven.Leaf, Proof: proven.Proof, Content: content})
	if note := string(proven.Proof.Checkpoint); proven.Stamp != nil && !p.stamps[note] {
		p.stamps[note] = true
		p.b.Stamps = append(p.b.Stamps, bundle.Stamp{Checkpoint: proven.Proof.Checkpoint, Response: proven.Stamp})
	}
	return nil
}

func (p *packer) item(ctx context.Context, t tx.Tx, i Item, custody map[custodyKey]int64) error {
	record, err := ItemRecord(i)
	if err != nil {
		return err
	}
	content, err := p.content(ctx, t, i)
	if err != nil {
		return err
	}
	if err := p.entry(ctx, t, record, i.Leaf, content); err != nil {
		return err
	}
	log, err := p.s.Store.Custody(ctx, t, p.tenant, i.Case, i.ID)
	if err != nil {
		return err
	}
	for _, c := range log {
		index, ok := custody[custodyKey{i.ID, c.Seq}]
		if c.Seq == 0 {
			continue // the item's record says the same
		}
		if !ok {
			return casefile.Failf(casefile.Internal, "evidence.error.log_damaged", "custody %d of item %s has no leaf: run anxin verify", c.Seq, i.ID)
		}
		record, err := CustodyRecord(c)
		if err != nil {
			return err
		}
		if err := p.entry(ctx, t, record, index, nil); err != nil {
			return err
		}
	}
	return nil
}

// content opens the original when it is asked for; nil when the subject was erased.
func (p *packer) content(ctx context.Context, t tx.Tx, i Item) (*bundle.Content, error) {
	secret, known := p.secrets[i.Subject]
	if !known {
		var err error
		secret, err = p.s.Keys.BlobKey(ctx, t, p.tenant, i.Subject)
		if err != nil && !casefile.Is(err, casefile.NotFound) {
			return nil, err
		}
		p.secrets[i.Subject] = secret
	}
	if secret == nil {
		return nil, nil
	}
	return &bundle.Content{Extension: picture.ByMedia(i.Media).Extension, Open: func() (io.ReadCloser, error) {
		r, err := p.s.Vault.Open(p.ctx, i.Stored, keyFor(secret, i))
		if err != nil {
			return nil, errors.Join(uploadError(err), err)
		}
		return r, nil
	}}, nil
}

func (p *packer) events(ctx context.Context, t tx.Tx, caseID casefile.ID) error {
	for after := int64(0); ; {
		evs, err := p.s.Cases.Events(ctx, t, p.tenant, caseID, casefile.ForDesk, after)
		if err != nil || len(evs) == 0 {
			return err
		}
		for _, e := range evs {
			if err := p.entry(ctx, t, casefile.EventRecord(e), e.Leaf, nil); err != nil {
				return err
			}
			after = e.Seq
		}
	}
}
