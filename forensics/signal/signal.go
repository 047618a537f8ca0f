// Package signal is what every detector of package forensics takes and gives. A detector describes itself: what it looks at, what it cannot tell, what an honest
// picture would show. None of them says "forged"; each says what was seen and how firmly.
package signal

import (
	"image"
	"time"
)

// Input is a picture to look at.
type Input struct {
	Bytes  []byte      // the file as received
	Format string      // jpeg, png, webp, heic, gif; "" when unknown
	Image  image.Image // decoded, as stored (not turned upright), nil when that failed

	// What else is known; zero values mean unknown.
	Received time.Time // when the file was received
	Earliest time.Time // when the thing can first have been photographed by this person, e.g. the delivery
}

// Applicability tells whether a detector could work on an input at all.
type Applicability string

// The values.
const (
	OK            Applicability = "ok"
	Partial       Applicability = "partial" // it worked on a part, or with little to go by
	Failed        Applicability = "failed"  // it should have worked and did not
	NotApplicable Applicability = "n.a."
)

// Bands of strength. A pixel detector is never strong by itself.
const (
	None     = ""
	Weak     = "weak"     // capped at a likelihood ratio of 1/3 to 3
	Moderate = "moderate" // capped at 1/10 to 10
)

// Text is a sentence in both languages.
type Text struct{ Zh, En string }

// Finding is what a detector says about one picture.
type Finding struct {
	Applicability Applicability
	Alarm         bool    // something is beyond what unaltered pictures show
	LogNFA        float64 // logarithm (base 10) of the expected number of false alarms in a picture; 0 when the detector does not count that way
	Band          string  // None without an alarm
	Facts         []Text
	Honest        Text        // what would be seen if the person were honest
	Boxes         [][4]int    // x, y, width, height in pixels as stored
	Map           *image.Gray // where, or nil
}

// Detector is one check.
type Detector struct {
	ID, Version string
	Name        Text
	Group       string // of signals.Group: pixel, provenance, time
	Limits      Text   // what it cannot tell
	Run         func(Input) Finding
}

// Nothing is the finding of a detector that has no say about this kind of input.
func Nothing(zh, en string) Finding {
	return Finding{Applicability: NotApplicable, Facts: []Text{{zh, en}}}
}
