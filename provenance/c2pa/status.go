package c2pa

// Status codes of the C2PA specification (section 15.2) and of CAWG, as far as this package raises them.
const (
	ClaimSignatureValidated      = "claimSignature.validated"
	ClaimSignatureInsideValidity = "claimSignature.insideValidity"
	ClaimSignatureMismatch       = "claimSignature.mismatch"
	ClaimSignatureMissing        = "claimSignature.missing"
	SigningCredentialTrusted     = "signingCredential.trusted"
	SigningCredentialUntrusted   = "signingCredential.untrusted"
	SigningCredentialInvalid     = "signingCredential.invalid"
	SigningCredentialExpired     = "signingCredential.expired"
	OCSPNotRevoked               = "signingCredential.ocsp.notRevoked"
	OCSPRevoked                  = "signingCredential.ocsp.revoked"
	OCSPSkipped                  = "signingCredential.ocsp.skipped"
	OCSPUnknown                  = "signingCredential.ocsp.unknown"
	TimeStampValidated           = "timeStamp.validated"
	TimeStampTrusted             = "timeStamp.trusted"
	TimeStampUntrusted           = "timeStamp.untrusted"
	TimeStampMismatch            = "timeStamp.mismatch"
	TimeStampMalformed           = "timeStamp.malformed"
	TimeStampOutsideValidity     = "timeStamp.outsideValidity"

	ClaimMissing               = "claim.missing"
	ClaimMultiple              = "claim.multiple"
	ClaimMalformed             = "claim.malformed"
	HardBindingsMissing        = "claim.hardBindings.missing"
	HardBindingsMultiple       = "assertion.multipleHardBindings"
	AlgorithmUnsupported       = "algorithm.unsupported"
	ManifestInaccessible       = "manifest.inaccessible"
	ManifestMultipleParents    = "manifest.multipleParents"
	ManifestUpdateInvalid      = "manifest.update.invalid"
	ManifestUpdateWrongParents = "manifest.update.wrongParents"
	ManifestTimestampInvalid   = "manifest.timestamp.invalid"
	ManifestCompressedInvalid  = "manifest.compressed.invalid"
	GeneralError               = "general.error"
	Prerelease                 = "com.adobe.prerelease"

	HashedURIMatch             = "assertion.hashedURI.match"
	HashedURIMismatch          = "assertion.hashedURI.mismatch"
	AssertionMissing           = "assertion.missing"
	AssertionUndeclared        = "assertion.undeclared"
	AssertionOutsideManifest   = "assertion.outsideManifest"
	AssertionNotRedacted       = "assertion.notRedacted"
	AssertionSelfRedacted      = "assertion.selfRedacted"
	AssertionJSONInvalid       = "assertion.json.invalid"
	AssertionCBORInvalid       = "assertion.cbor.invalid"
	AssertionRequiredMissing   = "assertion.required.missing"
	HardBindingRedacted        = "assertion.hardBinding.redacted"
	ActionMalformed            = "assertion.action.malformed"
	ActionIngredientMismatch   = "assertion.action.ingredientMismatch"
	ActionRedactionMismatch    = "assertion.action.redactionMismatch"
	ActionRedacted             = "assertion.action.redacted"
	ActionSoftBindingMissing   = "assertion.action.softBindingMissing"
	DataHashMatch              = "assertion.dataHash.match"
	DataHashMismatch           = "assertion.dataHash.mismatch"
	DataHashMalformed          = "assertion.dataHash.malformed"
	DataHashExtraExclusions    = "assertion.dataHash.additionalExclusionsPresent"
	BMFFHashMatch              = "assertion.bmffHash.match"
	BMFFHashMismatch           = "assertion.bmffHash.mismatch"
	BMFFHashMalformed          = "assertion.bmffHash.malformed"
	BMFFHashExtraExclusions    = "assertion.bmffHash.additionalExclusionsPresent"
	BoxesHashMatch             = "assertion.boxesHash.match"
	BoxesHashMismatch          = "assertion.boxesHash.mismatch"
	BoxesHashMalformed         = "assertion.boxesHash.malformed"
	BoxesHashExtraExclusions   = "assertion.boxesHash.additionalExclusionsPresent"
	CollectionHashMatch        = "assertion.collectionHash.match"
	CollectionHashMismatch     = "assertion.collectionHash.mismatch"
	CollectionHashMalformed    = "assertion.collectionHash.malformed"
	CollectionHashFileCount    = "assertion.collectionHash.incorrectFileCount"
	CollectionHashInvalidURI   = "assertion.collectionHash.invalidURI"
	CloudDataMalformed         = "assertion.cloud-data.malformed"
	CloudDataHardBinding       = "assertion.cloud-data.hardBinding"
	CloudDataActions           = "assertion.cloud-data.actions"
	ExternalReferenceMalformed = "assertion.external-reference.malformed"
	AssertionTimestampMalform  = "assertion.timestamp.malformed"
	IngredientMalformed        = "assertion.ingredient.malformed"

	IngredientManifestValidated  = "ingredient.manifest.validated"
	IngredientManifestMissing    = "ingredient.manifest.missing"
	IngredientManifestMismatch   = "ingredient.manifest.mismatch"
	IngredientSignatureValidated = "ingredient.claimSignature.validated"
	IngredientSignatureMissing   = "ingredient.claimSignature.missing"
	IngredientSignatureMismatch  = "ingredient.claimSignature.mismatch"
	IngredientUnknownProvenance  = "ingredient.unknownProvenance"

	IdentityWellFormed         = "cawg.identity.well-formed"
	IdentityPadInvalid         = "cawg.identity.pad.invalid"
	IdentitySigTypeUnknown     = "cawg.identity.sig_type.unknown"
	IdentityAssertionMismatch  = "cawg.identity.assertion.mismatch"
	IdentityAssertionDuplicate = "cawg.identity.assertion.duplicate"
	IdentityBindingMissing     = "cawg.identity.hard_binding_missing"
	IdentityX509Trusted        = "cawg.x509.credential.trusted"
	IdentityX509Untrusted      = "cawg.x509.credential.untrusted"
	IdentityX509Invalid        = "cawg.x509.credential.invalid"
	IdentityX509Validated      = "cawg.x509.signature.validated"
	IdentityX509Mismatch       = "cawg.x509.signature.mismatch"
	IdentityX509Outside        = "cawg.x509.signature.outside_validity"
	IdentityX509Algorithm      = "cawg.x509.algorithm.unsupported"
	ICAValid                   = "cawg.ica.credential_valid"
	ICAUntrusted               = "cawg.ica.untrusted_issuer"
	ICAInvalidCOSE             = "cawg.ica.invalid_cose_sign1"
	ICAInvalidAlg              = "cawg.ica.invalid_alg"
	ICAInvalidContentType      = "cawg.ica.invalid_content_type"
	ICAInvalidCredential       = "cawg.ica.invalid_verifiable_credential"
	ICAInvalidIssuer           = "cawg.ica.invalid_issuer"
	ICADIDUnavailable          = "cawg.ica.did_unavailable"
	ICAInvalidDIDDocument      = "cawg.ica.invalid_did_document"
	ICASignatureMismatch       = "cawg.ica.signature_mismatch"
	ICATimeStampValidated      = "cawg.ica.time_stamp.validated"
	ICATimeStampInvalid        = "cawg.ica.time_stamp.invalid"
	ICAValidFromMissing        = "cawg.ica.valid_from.missing"
	ICAValidFromInvalid        = "cawg.ica.valid_from.invalid"
	ICAValidUntilInvalid       = "cawg.ica.valid_until.invalid"
	ICAPayloadMismatch         = "cawg.ica.signer_payload.mismatch"
)

// Kind says what a status means for the verdict.
type Kind string

// The three kinds of the specification.
const (
	Success       Kind = "success"
	Informational Kind = "informational"
	Failure       Kind = "failure"
)

// Status is one finding of the validation.
type Status struct {
	// Code is the official status code.
	Code string `json:"code"`
	// Kind is success, informational or failure.
	Kind Kind `json:"kind"`
	// URL is the JUMBF URI of the box that the finding is about.
	URL string `json:"url,omitempty"`
	// Explanation says in English what was found.
	Explanation string `json:"explanation,omitempty"`
	// Ingredient is the URI of the ingredient assertion under which the finding arose; empty for the active manifest.
	Ingredient string `json:"ingredient,omitempty"`
}

// tracker collects statuses. Ingredients and current boxes are pushed while the validation is inside them.
type tracker struct {
	items      []Status
	ingredient []string
	current    []string
}

func (t *tracker) add(kind Kind, code, url, why string) {
	s := Status{Code: code, Kind: kind, URL: url, Explanation: why}
	if n := len(t.ingredient); n > 0 {
		s.Ingredient = t.ingredient[n-1]
	}
	if n := len(t.current); n > 0 && url == "" {
		s.URL = t.current[n-1]
	}
	t.items = append(t.items, s)
}

func (t *tracker) ok(code, url, why string)   { t.add(Success, code, url, why) }
func (t *tracker) info(code, url, why string) { t.add(Informational, code, url, why) }
func (t *tracker) fail(code, url, why string) { t.add(Failure, code, url, why) }

// take adds the findings of an inner tracker under the present ingredient and box.
func (t *tracker) take(inner *tracker) {
	for _, s := range inner.items {
		t.add(s.Kind, s.Code, s.URL, s.Explanation)
	}
}

func (t *tracker) has(code string) bool {
	for _, s := range t.items {
		if s.Code == code {
			return true
		}
	}
	return false
}

// kindOf is the kind that a bare code has, for lists written by others.
func kindOf(code string) Kind {
	if successCodes[code] {
		return Success
	}
	if infoCodes[code] {
		return Informational
	}
	return Failure
}

var successCodes = asSet([]string{
	ClaimSignatureValidated, ClaimSignatureInsideValidity, SigningCredentialTrusted, OCSPNotRevoked, TimeStampTrusted, TimeStampValidated,
	HashedURIMatch, DataHashMatch, BMFFHashMatch, "assertion.accessible", BoxesHashMatch, CollectionHashMatch, IngredientManifestValidated,
	IngredientManifestMissing, IngredientSignatureValidated, IdentityX509Trusted, IdentityX509Validated,
})

var infoCodes = asSet([]string{
	OCSPSkipped, "signingCredential.ocsp.inaccessible", OCSPUnknown, TimeStampUntrusted, TimeStampOutsideValidity,
	TimeStampMismatch, TimeStampMalformed, "manifest.unknownProvenance", "algorithm.deprecated", "timeOfSigning.insideValidity",
	IngredientUnknownProvenance, DataHashExtraExclusions, BMFFHashExtraExclusions, BoxesHashExtraExclusions, ICAUntrusted,
})
