package privacy

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// Person is the customer of one case: who they are and how to reach them. The other personal fields (address, words) are columns of their
// domains, sealed with the same subject's key.
type Person struct {
	Tenant  casefile.Tenant
	Subject casefile.ID
	Case    casefile.ID
	Name    Name
	Phone   Phone
	Created time.Time
	Erased  time.Time // zero unless erased; then Name and Phone are empty
}

// PersonRow is a row of the subject table.
type PersonRow struct {
	Tenant                           casefile.Tenant
	Subject, Case                    casefile.ID
	Name, Phone                      []byte // sealed
	NameIndex, PhoneIndex, TailIndex []byte
	Created, Erased                  time.Time
}

// Names of the sealed fields of the subject table.
const (
	FieldName  = "name"
	FieldPhone = "phone"
)

// AddPerson makes the key of a new subject and stores the person sealed and searchable.
func (k *Keeper) AddPerson(ctx context.Context, t tx.Tx, p Person) error {
	if err := k.NewSubject(ctx, t, p.Tenant, p.Subject); err != nil {
		return err
	}
	row, err := k.sealPerson(ctx, t, p)
	if err != nil {
		return err
	}
	row.Created = k.src.Now()
	return k.store.InsertPerson(ctx, t, row)
}

// ChangePerson replaces name and phone. It is ErrErased for an erased person.
func (k *Keeper) ChangePerson(ctx context.Context, t tx.Tx, p Person) error {
	row, err := k.sealPerson(ctx, t, p)
	if err != nil {
		return err
	}
	return k.store.UpdatePerson(ctx, t, row)
}

func (k *Keeper) sealPerson(ctx context.Context, t tx.Tx, p Person) (row PersonRow, err error) {
	box, err := k.For(ctx, t, p.Tenant, p.Subject)
	if err != nil {
		return row, err
	}
	return k.sealIn(box, p)
}

func (k *Keeper) sealIn(box *Box, p Person) (row PersonRow, err error) {
	name, phone := p.Name.Clear(), p.Phone.Clear()
	row = PersonRow{Tenant: p.Tenant, Subject: p.Subject, Case: p.Case,
		NameIndex:  k.Index(p.Tenant, IndexName, name),
		PhoneIndex: k.Index(p.Tenant, IndexPhone, phone),
		TailIndex:  k.Index(p.Tenant, IndexPhoneTail, phone),
	}
	if row.Name, err = box.Seal(FieldName, name); err != nil {
		return row, err
	}
	row.Phone, err = box.Seal(FieldPhone, phone)
	return row, err
}

// Person reads a person; of an erased one only the ids and times are left, and that is no error.
func (k *Keeper) Person(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID) (Person, error) {
	row, err := k.store.Person(ctx, t, tenant, subject)
	if err != nil {
		return Person{}, err
	}
	return k.openPerson(ctx, t, row)
}

func (k *Keeper) openPerson(ctx context.Context, t tx.Tx, row PersonRow) (Person, error) {
	p := Person{Tenant: row.Tenant, Subject: row.Subject, Case: row.Case, Created: row.Created, Erased: row.Erased}
	if !row.Erased.IsZero() {
		return p, nil
	}
	box, err := k.For(ctx, t, row.Tenant, row.Subject)
	if err != nil {
		return p, err
	}
	name, err := box.Open(FieldName, row.Name)
	if err != nil {
		return p, err
	}
	phone, err := box.Open(FieldPhone, row.Phone)
	p.Name, p.Phone = NewName(name), NewPhone(phone)
	return p, err
}

// MaxFound bounds one answer of FindPersons.
const MaxFound = 200

// FindPersons finds the persons of a tenant by IndexPhone, IndexPhoneTail or IndexName, newest first, at most MaxFound. A value without anything
// searchable finds nobody.
func (k *Keeper) FindPersons(ctx context.Context, t tx.Tx, tenant casefile.Tenant, kind, value string) ([]Person, error) {
	index := k.Index(tenant, kind, value)
	if index == nil {
		return nil, nil
	}
	rows, err := k.store.PersonsBy(ctx, t, tenant, kind, index, MaxFound)
	if err != nil {
		return nil, err
	}
	out := make([]Person, 0, len(rows))
	for _, row := range rows {
		p, err := k.openPerson(ctx, t, row)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}
