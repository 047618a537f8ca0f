package flow

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// draftAge is how long a form may stay open. Photographs that were staged under a stale draft are swept with it.
const draftAge = 24 * time.Hour

// draftBytes is case, subject, time and a tag of 24 bytes.
const draftBytes = 16 + 16 + 8 + 24

// NewDraft implements Intake. It touches no database: opening a form costs nothing.
func (s *Commands) NewDraft(_ context.Context, tenant casefile.Tenant) (terms.Draft, string, error) {
	d := terms.Draft{Case: s.Source.NewID(), Subject: s.Source.NewID()}
	b := make([]byte, 0, draftBytes)
	b = append(b, d.Case[:]...)
	b = append(b, d.Subject[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(s.Source.Now().UnixMicro()))
	b = append(b, s.draftTag(tenant, b)...)
	return d, base64.RawURLEncoding.EncodeToString(b), nil
}

func (s *Commands) draftTag(tenant casefile.Tenant, head []byte) []byte {
	return s.Keeper.Derive("draft", binary.BigEndian.AppendUint64(nil, uint64(tenant)), head)[:24]
}

// ParseDraft implements Intake.
func (s *Commands) ParseDraft(tenant casefile.Tenant, token string) (terms.Draft, error) {
	bad := casefile.InvalidField("draft", "service.field.draft")
	if len(token) != base64.RawURLEncoding.EncodedLen(draftBytes) {
		return terms.Draft{}, bad
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return terms.Draft{}, bad
	}
	head := b[:40]
	if !hmac.Equal(b[40:], s.draftTag(tenant, head)) {
		return terms.Draft{}, bad
	}
	age := s.Source.Now().Sub(time.UnixMicro(int64(binary.BigEndian.Uint64(b[32:40]))))
	if age > draftAge || age < -time.Hour {
		return terms.Draft{}, bad
	}
	return terms.Draft{Case: casefile.ID(b[:16]), Subject: casefile.ID(b[16:32])}, nil
}

// EnsureDraft implements Intake.
func (s *Commands) EnsureDraft(ctx context.Context, tenant casefile.Tenant, d terms.Draft) error {
	if d.Case.IsNil() || d.Subject.IsNil() {
		return casefile.InvalidField("draft", "service.field.draft")
	}
	err := s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		_, err := s.Keeper.For(ctx, t, tenant, d.Subject)
		if casefile.Is(err, casefile.NotFound) {
			return s.Keeper.NewSubject(ctx, t, tenant, d.Subject)
		}
		return err
	})
	if casefile.Is(err, casefile.Conflict) {
		return nil // another photograph of the same form made it at the same moment
	}
	return err
}
