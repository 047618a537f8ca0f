package aigc

import "errors"

// Errors. They are wrapped with what was found; use errors.Is.
var (
	// ErrUnsupportedFormat: the first bytes are of no format that this package reads or writes.
	ErrUnsupportedFormat = errors.New("aigc: file format not supported")
	// ErrMalformedFile: the container breaks its own rules, so that it cannot be written to.
	ErrMalformedFile = errors.New("aigc: malformed file")
	// ErrTooLarge: a part that has to be loaded is above its limit.
	ErrTooLarge = errors.New("aigc: part of the file too large")
	// ErrTooMany: more parts than any honest file has.
	ErrTooMany = errors.New("aigc: too many parts in the file")
	// ErrTooDeep: parts nested deeper than any honest file has them.
	ErrTooDeep = errors.New("aigc: parts of the file nested too deep")
	// ErrNotLabel: the text is no label of GB 45438.
	ErrNotLabel = errors.New("aigc: not a label of GB 45438")
	// ErrNotConformant: the label breaks a rule of the standard's Annex E.
	ErrNotConformant = errors.New("aigc: label does not conform to GB 45438")
	// ErrSigned: the source carries Content Credentials, which a label would break. Take WriteOptions.DropCredentials
	// for a derived copy, and keep the original.
	ErrSigned = errors.New("aigc: the file is signed (C2PA); a label would break the signature")
	// ErrLabelled: the source has a label already, and the standard allows one.
	ErrLabelled = errors.New("aigc: the file has a label already; keep its producer's fields (Label.Propagated) and set Replace")
	// ErrWeakened: the new label would say less than the one that is there, or name another producer.
	ErrWeakened = errors.New("aigc: a label that is there may not be weakened or given to another producer")
	// ErrOriginal: the destination is the source, or exists.
	ErrOriginal = errors.New("aigc: labels are only written to a new file, never over an existing one")
)
