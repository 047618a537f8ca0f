package terms

// Names of sealed fields of this package; they are bound into the ciphertext.
const (
	FieldWords    = "claim.words"
	FieldDecision = "claim.decision"
	FieldLetter   = "claim.letter"
	FieldDocument = "claim.document"
	FieldParcel   = "claim.parcel"
)
