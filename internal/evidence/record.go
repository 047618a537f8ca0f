package evidence

import (
	"strconv"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/evidence/picture"
	"anxin/seal"
	"anxin/seal/bundle"
)

// The types of the records of this package.
const (
	ItemRecordType    = "anxin-item/v1"
	CustodyRecordType = "anxin-custody/v1"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// ItemRecord is the canonical record of an item: everything that is fixed when it is sealed. The log commits to its SHA-256.
func ItemRecord(i Item) ([]byte, error) {
	r := seal.Record{Type: ItemRecordType}
	r.AddInt("tenant", int64(i.Tenant)).AddText("case", i.Case.String()).AddText("item", i.ID.String()).AddText("subject", i.Subject.String())
	r.AddText("kind", i.Kind).AddText("source", i.Source.String()).AddText("media-type", i.Media)
	r.AddInt(bundle.FieldSize, i.Size).AddHex(bundle.FieldSHA256, i.SHA256[:]).AddHex(bundle.FieldSM3, i.SM3[:])
	r.AddHex("stored-sha256", i.Stored[:]).AddInt("stored-size", i.StoredSize)
	r.AddInt("width", int64(i.Width)).AddInt("height", int64(i.Height))
	r.AddInt("received-at", i.Received.UnixMicro())
	if !i.DeviceAt.IsZero() {
		r.AddInt("device-at", i.DeviceAt.UnixMicro())
	}
	r.AddText("role", string(i.Role)).AddText("actor", i.Actor.String()).AddText("route", i.Route).AddText("received-for", i.ReceivedFor.String())
	return r.Marshal()
}

// CustodyRecord is the canonical record of a custody entry.
func CustodyRecord(c Custody) ([]byte, error) {
	r := seal.Record{Type: CustodyRecordType}
	r.AddInt("tenant", int64(c.Tenant)).AddText("case", c.Case.String()).AddText("item", c.Item.String()).AddInt("seq", c.Seq)
	r.AddInt("at", c.At.UnixMicro()).AddText("role", string(c.Role)).AddText("actor", c.Actor.String())
	r.AddText("act", string(c.Act)).AddText("detail", c.Detail)
	return r.Marshal()
}

// FirstCustody is entry 0 of an item's log. It has no leaf of its own because the item's record says the same.
func FirstCustody(i Item) Custody {
	return Custody{Tenant: i.Tenant, Case: i.Case, Item: i.ID, At: i.Received, Role: i.Role, Actor: i.Actor, Act: ActReceived}
}

// AtFirst is an item as it was when it was sealed: the columns that may change have their first values. Fold adds what happened since.
func AtFirst(i Item) Item {
	i.Request, i.Visit, i.Attached, i.Note = casefile.Nil, i.ReceivedFor, time.Time{}, firstNote(i)
	if i.IsCopy() {
		i.Attached = i.Received
	}
	return i
}

func firstNote(i Item) Note {
	if i.IsCopy() {
		return NoteOK
	}
	switch picture.ByMedia(i.Media).Class {
	case picture.Image:
		return NotePending
	case picture.Opaque:
		return NoteOpaque
	}
	return NoteNoImage
}

// Fold applies one custody entry to an item: the columns that may change are what the entries add up to, so that they can be verified.
func Fold(i Item, c Custody) Item {
	d := details(c.Detail)
	switch c.Act {
	case ActAttached:
		i.Attached = c.At
		if id, err := casefile.ParseID(d["request"]); err == nil {
			i.Request = id
		}
		if id, err := casefile.ParseID(d["visit"]); err == nil {
			i.Visit = id
		}
	case ActDerived:
		i.Note = NoteOK
		if n := d["note"]; n != "" {
			i.Note = Note(n)
		}
	case ActRemoved:
		i.Note = NoteRemoved
	}
	return i
}

// details takes "key=value key=value" apart.
func details(s string) map[string]string {
	out := map[string]string{}
	for f := range strings.FieldsSeq(s) {
		if k, v, ok := strings.Cut(f, "="); ok {
			out[k] = v
		}
	}
	return out
}
