package aigc

// Report is what a file says. It marshals to JSON.
type Report struct {
	// Format is the format by the first bytes.
	Format Format `json:"format"`
	// Found says that there is a label of GB 45438, in any carrier.
	Found bool `json:"found"`
	// Carriers are all places where a label stands, in the order in which they were met.
	Carriers []Carrier `json:"carriers"`
	// Label is the one to go by, the strongest: is before possible before suspected, the first of equals. Nil when none
	// was found, or none could be read.
	Label *Label `json:"label,omitempty"`
	// Problems are deviations from the standard and defects of the file.
	Problems []Problem `json:"problems"`
	// Declarations are all statements that AI made the content or a part of it, labels included.
	Declarations []Declaration `json:"declarations"`
	// DeclaresAI says that there is at least one.
	DeclaresAI bool `json:"declares_ai"`
	// Sources are the IPTC digital source types found, whether they speak of AI or not.
	Sources []SourceType `json:"digital_source_types,omitempty"`
	// Weak are indicators that mean little alone: a screenshot, a program that removes metadata, a shell that something was
	// taken out of.
	Weak []Fact `json:"weak"`
	// Facts are the sentences to show: label, ai-declaration, writer (neutral, when a common tool wrote the file anew), then
	// those of Weak.
	Facts []Fact `json:"facts"`
	// Incomplete says that a limit or a defect cut the reading short; Problems says where.
	Incomplete bool `json:"incomplete,omitempty"`
}

// Carrier is one place where a label stands.
type Carrier struct {
	// Form is how it is written there: one of the Form constants that begin with xmp, exif, text, key, glued.
	Form string `json:"form"`
	// Place says where, for people: "PNG iTXt XML:com.adobe.xmp".
	Place string `json:"place"`
	// Offset is where the part begins in the file.
	Offset int64 `json:"offset"`
	// Standard says that a practice guide names this place for this format.
	Standard bool `json:"standard"`
	// Conformant says that place and value are as the standard has them, so that a strict reader takes it too.
	Conformant bool `json:"conformant"`
	// Label is nil when the value could not be read.
	Label *Label `json:"label,omitempty"`
	// Raw is the value as written, at most 4,096 bytes.
	Raw string `json:"raw,omitempty"`
}

// Forms of carriers.
const (
	FormXMPElement   = "xmp-element"      // <TC260:AIGC>{…}</TC260:AIGC>
	FormXMPAttribute = "xmp-attribute"    // TC260:AIGC="{…}"
	FormXMPFields    = "xmp-fields"       // the seven fields as properties of their own
	FormEXIFComment  = "exif-usercomment" // UserComment
	FormEXIFText     = "exif-text"        // another text tag
	FormText         = "text-chunk"       // PNG text, GIF or JPEG comment
	FormKey          = "key"              // a metadata key of a media file or document
	FormGlued        = "glued"            // loose in a segment, or behind the end
)

// Declaration is one statement that AI made the content, or a part of it.
type Declaration struct {
	// Form is one of the Declares constants.
	Form string `json:"form"`
	// Part says that only a part is declared to be AI-made.
	Part  bool   `json:"part,omitempty"`
	Place string `json:"place"`
	// By is who declares, where the form says: a provider's or product's name.
	By string `json:"by,omitempty"`
	// Value is what is written, at most 256 bytes.
	Value string `json:"value,omitempty"`
}

// Forms of declarations.
const (
	DeclaresLabel     = "gb45438"            // a label of GB 45438
	DeclaresIPTC      = "iptc-source-type"   // IPTC DigitalSourceType in XMP
	DeclaresCredit    = "credit"             // "Made with Google AI" and the like as the credit line
	DeclaresGrok      = "grok"               // xAI: a signature as description, a UUID as artist
	DeclaresTencent   = "tencent-cloud"      // ServiceProvider … ContentId as description
	DeclaresByteDance = "bytedance"          // the export record of ByteDance's apps
	DeclaresGenerator = "generator-settings" // prompt or settings of a local generator
)

// SourceType is an IPTC digital source type.
type SourceType struct {
	URI   string `json:"uri"`
	Name  string `json:"name"`
	AI    bool   `json:"ai"`
	Part  bool   `json:"part,omitempty"`
	Place string `json:"place"`
}

// Fact is a sentence to show, with a stable word for programs.
type Fact struct {
	// ID is label, ai-declaration, writer, or begins with weak-.
	ID    string `json:"id"`
	Value string `json:"value"`
	ZH    string `json:"zh"`
	EN    string `json:"en"`
}
