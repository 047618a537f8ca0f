package terms

import "anxin/internal/privacy"

// Personal data in views. Whoever prints, logs or encodes such a value gets its masked form; Clear is the one way out, used by the pages that show
// a person their own data, the address to the technician who holds the visit, and a field that was revealed with a reason.
type (
	// Name is a person's name.
	Name = privacy.Name
	// Phone is a telephone number.
	Phone = privacy.Phone
	// Address is where somebody lives.
	Address = privacy.Address
	// Words are what somebody typed.
	Words = privacy.Words
)

// Names of sealed fields of this package; they are bound into the ciphertext.
const (
	FieldAddress   = "request.address"
	FieldDetail    = "request.detail"
	FieldWords     = "request.words"
	FieldDoorCode  = "visit.door_code"
	FieldWhy       = "quote.why"
	FieldWork      = "report.work"
	FieldAdvice    = "report.advice"
	FieldRating    = "rating.words"
	FieldNote      = "note.words"
	FieldTechPhone = "technician.phone"
)
