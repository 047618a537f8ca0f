package calibrate

import (
	"context"
	"fmt"
	"slices"

	"anxin/forensics"
	"anxin/forensics/forge"
	"anxin/forensics/signal"
	"anxin/imagematch"
)

// The kinds of records.
const (
	KindAttack = "attack" // a claim made from a photograph, compared with it
	KindPairs  = "pairs"  // one photograph compared with many that were taken separately
	KindAlarm  = "alarm"  // what the detectors of single pictures said
	KindHonest = "honest" // a claim of an honest person beside a reference
)

// Record is one measurement. Records of one kind and key are the same measurement; they can be written to a file line by line and summed up later.
type Record struct {
	Kind  string `json:"kind"`
	Photo string `json:"photo"`
	Half  int    `json:"half"` // 0 tuning, 1 reporting
	What  string `json:"what"` // the attack, the set of pairs, the way to the receiver, the kind of honest claim

	Changed bool    `json:"changed,omitempty"` // truth: content was altered
	Same    bool    `json:"same,omitempty"`    // called the same photograph
	Related bool    `json:"related,omitempty"`
	Flagged bool    `json:"flagged,omitempty"` // called changed
	Score   float64 `json:"score,omitempty"`
	IoU     float64 `json:"iou,omitempty"`
	Words   string  `json:"words,omitempty"` // the measurements

	Compared int    `json:"compared,omitempty"` // pairs
	Met      []Meet `json:"met,omitempty"`      // those called related; the others have the score of unrelated pictures

	Asked    []string `json:"asked,omitempty"`    // detectors that gave an answer
	Alarms   []string `json:"alarms,omitempty"`   // detectors that raised an alarm
	Moderate []string `json:"moderate,omitempty"` // of these, those above the weak band
}

// Meet is a pair of separate photographs that were called related.
type Meet struct {
	Other string  `json:"other"`
	Same  bool    `json:"same,omitempty"`
	Score float64 `json:"score"`
	Words string  `json:"words,omitempty"` // the measurements
}

// Key tells records apart.
func (r *Record) Key() string { return r.Kind + "\x00" + r.What + "\x00" + r.Photo }

// AttackRecord turns a trial into a record.
func AttackRecord(p Photo, t Trial) Record {
	r := Record{Kind: KindAttack, Photo: p.Name, Half: p.Half(), What: t.Attack, Changed: t.Changed, Same: t.Result.SamePhotograph, Related: t.Result.Related, Flagged: t.Result.Changed, Score: Score(&t.Result), IoU: t.IoU, Words: t.Result.Debug()}
	return r
}

// Against compares one photograph with others that were taken separately.
func Against(ctx context.Context, set string, p Photo, f *imagematch.Features, others []Photo, features []*imagematch.Features) (Record, error) {
	r := Record{Kind: KindPairs, Photo: p.Name, Half: p.Half(), What: set}
	for i, o := range others {
		res, err := imagematch.CompareFeatures(ctx, f, features[i])
		if err != nil {
			return r, err
		}
		r.Compared++
		if res.Related || res.SamePhotograph {
			r.Met = append(r.Met, Meet{o.Name, res.SamePhotograph, Score(&res), res.Debug()})
		}
	}
	return r, nil
}

// Way is how a picture comes to the receiver: an attack of package forge whose last step is a compression, on photographs with nothing altered or, for
// the recall, with something altered.
type Way struct {
	Attack  string
	Changed bool
}

// Ways are those that the detectors are measured on. Unaltered pictures come first; they are what the limit of false alarms is about.
var Ways = []Way{
	{"chat", false}, {"chat-small", false}, {"crop5+chat", false}, {"chat+recompress", false}, {"camera", false},
	{"paste+chat", true}, {"stain+chat", true}, {"chat+paste+recompress", true}, {"chat+stain-large+recompress", true}, {"recapture+chat", true},
}

// Inspect asks all detectors about one picture.
func Inspect(p Photo, way Way, seed uint64) (Record, error) {
	r := Record{Kind: KindAlarm, Photo: p.Name, Half: p.Half(), What: way.Attack, Changed: way.Changed}
	img, err := p.Load()
	if err != nil {
		return r, err
	}
	f, err := forge.Apply(img, way.Attack, seed)
	if err != nil {
		return r, fmt.Errorf("%s %s: %w", p.Name, way.Attack, err)
	}
	in, err := received(f)
	if err != nil {
		return r, err
	}
	r.Asked, r.Alarms, r.Moderate = ask(in)
	return r, nil
}

func ask(in signal.Input) (asked, alarms, moderate []string) {
	for _, x := range forensics.Run(in) {
		if x.Finding.Applicability == signal.NotApplicable || x.Finding.Applicability == signal.Failed {
			continue
		}
		asked = append(asked, x.Detector.ID)
		if x.Finding.Alarm {
			alarms = append(alarms, x.Detector.ID)
			if x.Finding.Band != signal.Weak {
				moderate = append(moderate, x.Detector.ID)
			}
		}
	}
	return asked, alarms, moderate
}

// Claim is a kind of honest claim beside a reference that was sealed before.
type Claim struct {
	Name   string
	Before string // done to the photograph before anybody got it, e.g. damage that was there when it was sent; "" for nothing
	Way    string // how it came to the receiver
	Other  bool   // the reference is another photograph of the same things
}

// Claims are the kinds of honest claims: copies of what the other side has too, goods that were damaged before the reference was made, and photographs of
// one's own, with damage and without.
var Claims = []Claim{
	{"copy, recompressed", "", "recompress", false},
	{"copy, through a chat", "", "chat", false},
	{"copy, through two chats", "", "chat+chat-small", false},
	{"copy, cut and through a chat", "", "crop20+chat", false},
	{"damaged before the reference: stain", "stain", "chat", false},
	{"damaged before the reference: crack", "crack", "chat", false},
	{"own photograph of the same things", "", "chat", true},
	{"own photograph, really damaged: stain", "stain", "chat", true},
	{"own photograph, really damaged: crack", "crack", "chat", true},
}

// Adverse tells whether the record of an honest claim would weigh against the claimant: called an altered copy, or called a copy although it is a photograph
// of its own, or an alarm above the weak band.
func (r *Record) Adverse() bool {
	return r.Kind == KindHonest && (r.Same && r.Flagged || r.Same && !r.Changed || len(r.Moderate) > 0)
}

// Honest makes one honest claim and looks at it as the product does: beside the reference, and by itself. Changed of the record tells that the pictures
// are copies of one photograph.
func Honest(ctx context.Context, c Claim, claim, reference Photo, seed uint64) (Record, error) {
	r := Record{Kind: KindHonest, Photo: claim.Name, Half: claim.Half(), What: c.Name, Changed: !c.Other}
	img, err := claim.Load()
	if err != nil {
		return r, err
	}
	if c.Before != "" {
		f, err := forge.Apply(img, c.Before, seed)
		if err != nil {
			return r, err
		}
		img = f.Image
	}
	made, err := forge.Apply(img, c.Way, seed+1)
	if err != nil {
		return r, err
	}
	ref := img
	if c.Other {
		if ref, err = reference.Load(); err != nil {
			return r, err
		}
	}
	in, err := received(made)
	if err != nil {
		return r, err
	}
	res, err := imagematch.Compare(ctx, ref, in.Image, imagematch.Options{})
	if err != nil {
		return r, err
	}
	r.Same, r.Related, r.Flagged, r.Score, r.Words = res.SamePhotograph, res.Related, res.Changed, Score(&res), res.Debug()
	r.Asked, r.Alarms, r.Moderate = ask(in)
	return r, nil
}

// Sums takes the records of one half (both when half is negative) together into rows of attacks, in the order of classes.
func Sums(records []Record, classes []Class, half int) []Row {
	rows := make([]Row, len(classes))
	ious := make([][]float64, len(classes))
	for i, c := range classes {
		rows[i].Class = c
	}
	for _, x := range records {
		i := slices.IndexFunc(classes, func(c Class) bool { return c.Attack == x.What })
		if x.Kind != KindAttack || i < 0 || half >= 0 && x.Half != half {
			continue
		}
		r := &rows[i]
		r.Trials++
		if x.Same {
			r.Same++
		} else {
			r.Missed = append(r.Missed, x.Photo)
		}
		if x.Flagged {
			r.Flagged++
			ious[i] = append(ious[i], x.IoU)
		}
	}
	for i := range rows {
		if n := len(ious[i]); n > 0 {
			slices.Sort(ious[i])
			rows[i].IoU = ious[i][n/2]
		}
	}
	return rows
}

// Samples are the scores of one half with the truth. own chooses the attacks that count as the same; nil takes all.
func Samples(records []Record, half int, own func(attack string) bool) (out []Sample) {
	for _, x := range records {
		if x.Half != half {
			continue
		}
		switch x.Kind {
		case KindAttack:
			if own == nil || own(x.What) {
				out = append(out, Sample{x.Score, true})
			}
		case KindPairs:
			for _, m := range x.Met {
				out = append(out, Sample{m.Score, false})
			}
			for range x.Compared - len(x.Met) {
				out = append(out, Sample{unrelatedScore, false})
			}
		}
	}
	return out
}
