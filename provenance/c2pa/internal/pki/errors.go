package pki

import "errors"

// ErrMalformedASN1: a certificate, time stamp or OCSP response is not well-formed DER.
var ErrMalformedASN1 = errors.New("c2pa: malformed ASN.1")
