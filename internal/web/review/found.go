package review

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/check"
	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/web/staff"
)

// Found is a picture of the claim beside another picture that it was compared with, after the first impression.
type Found struct {
	Tag, Other string // B1 and R1; Other is empty when the other picture is not on the page
	Second     int    // of the other one when it is a video; -1: it is none
	Same       bool   // the same photograph
	Changed    bool
	W, H       int // of the claim's picture
	Boxes      []Box
	Facts      []string
	// Overlay, Aligned and Flicker are where the drawings can be looked at; empty when there are none.
	Overlay, Aligned, Flicker string
}

// ViewBox is the size of the picture for an SVG.
func (f Found) ViewBox() string { return fmt.Sprintf("0 0 %d %d", f.W, f.H) }

// Box is a place of the claim's picture that differs, in its pixels.
type Box struct{ N, X, Y, W, H int }

// Words name the place.
func (b Box) Words(p i18n.Printer) string {
	return p.T("review.found.box", "x", strconv.Itoa(b.X), "y", strconv.Itoa(b.Y), "w", strconv.Itoa(b.W), "h", strconv.Itoa(b.H))
}

// FontSize is that of the number beside a box, in pixels of the picture.
func (f Found) FontSize() string { return strconv.Itoa(max(10, max(f.W, f.H)/36)) }

// FileFacts is what the file of a medium says about itself, after the first impression.
type FileFacts struct {
	Tag     string
	SHA256  string
	Facts   []FileFact // the three facts of its content credentials; empty when it has none
	State   string
	Judged  time.Time
	Lists   []string
	Signer  string
	Made    string
	Signed  *time.Time
	History *check.Version
	Label   []FileFact // what the mark of GB 45438 and other marks say
	Kind    string     // 1, 2, 3
	Lines   [][2]string
}

// FileFact is one sentence with a heading.
type FileFact struct{ Name, Value, Text string }

// Earlier is a picture from elsewhere that a check found; it may be looked at beside the claim's.
func (v *Case) earlier(signals []claim.Signal, tags map[casefile.ID]string) {
	for _, s := range signals {
		for _, r := range s.Related {
			if tags[r.Item] != "" {
				continue
			}
			x := Picture{Item: r.Item, Tag: "E" + strconv.Itoa(len(v.Earlier)+1), Kind: "related_" + r.Relation, Relation: r.Relation, Role: r.Role, Video: r.Video}
			x.Thumb, x.Full, x.Original = picturePath(v.Number, r.Item, "thumb"), picturePath(v.Number, r.Item, "full"), picturePath(v.Number, r.Item, "original")
			if x.Video {
				x.Play = path(v.Number) + "/play/" + r.Item.String()
			}
			tags[r.Item] = x.Tag
			if v.Earlier = append(v.Earlier, x); len(v.Earlier) >= maxEarlier {
				return
			}
		}
	}
}

// maxEarlier bounds how many pictures from elsewhere the page offers.
const maxEarlier = 24

// relatedOf are the pictures that a signal points to, by their tags.
func relatedOf(p i18n.Printer, list []claim.Related, tags map[casefile.ID]string) (out []Link) {
	for _, r := range list {
		if t := tags[r.Item]; t != "" && !slices.ContainsFunc(out, func(l Link) bool { return l.Tag == t }) {
			l := Link{Tag: t, Text: relationWords(p, r.Relation, r.Role), Second: -1}
			switch {
			case r.Seconds[1] == 1:
				l.Second, l.Text = r.Seconds[0], l.Text+p.T("review.found.second", "n", r.Seconds[0])
			case r.Seconds[1] > 1:
				l.Second, l.Text = r.Seconds[0], l.Text+p.T("review.found.seconds", "from", r.Seconds[0], "to", r.Seconds[0]+r.Seconds[1]-1)
			}
			out = append(out, l)
		}
	}
	return out
}

// Link is a picture that a sentence points to, and of a video the second; -1: none.
type Link struct {
	Tag, Text string
	Second    int
}

// relationWords say what something is to the claim, and where it came from where that is not the same.
func relationWords(p i18n.Printer, relation, role string) string {
	w := Word(p, "relation", relation)
	if k := "review.role." + role; i18n.Has(k) {
		w += " · " + p.T(k)
	}
	return w
}

// detail takes the JSON of a signal apart. One that this version cannot read says nothing more than its sentence.
func detail(s claim.Signal) (d check.Detail) {
	if len(s.Detail) > 0 && json.Unmarshal(s.Detail, &d) != nil {
		return check.Detail{}
	}
	return d
}

// founds are the comparisons, and what files say about themselves, out of the signals.
func (v *Case) founds(p i18n.Printer, signals []claim.Signal, tags map[casefile.ID]string) {
	for _, s := range signals {
		d := detail(s)
		if m := d.Match; m != nil && tags[m.Item] != "" {
			v.Found = append(v.Found, foundOf(p, v.Number, *m, tags))
		}
		if d.Credentials == nil && d.Label == nil {
			continue
		}
		f := v.file(s.Item, tags[s.Item])
		if c := d.Credentials; c != nil {
			f.State, f.Judged, f.Lists, f.Signer, f.Made, f.Signed, f.History = c.State, c.Judged, c.Lists, c.Signer, c.Made, c.Signed, c.History
			for _, x := range c.Facts {
				f.Facts = append(f.Facts, FileFact{p.T("review.file." + x.ID), x.Value, inLang(p.Lang, claim.Text(x.Text))})
			}
		}
		if l := d.Label; l != nil {
			f.Kind = l.Kind
			f.label(p, *l)
		}
	}
}

func (v *Case) file(item casefile.ID, tag string) *FileFacts {
	i := slices.IndexFunc(v.Files, func(f FileFacts) bool { return f.Tag == tag })
	if i < 0 {
		f := FileFacts{Tag: tag}
		for _, m := range v.Media {
			if m.Item == item {
				f.SHA256 = m.SHA256
			}
		}
		v.Files = append(v.Files, f)
		i = len(v.Files) - 1
	}
	return &v.Files[i]
}

func (f *FileFacts) label(p i18n.Printer, l check.Label) {
	for _, x := range l.Facts {
		f.Label = append(f.Label, FileFact{Name: x.ID, Value: x.Value, Text: inLang(p.Lang, claim.Text(x.Text))})
	}
	for _, x := range l.Problems {
		f.Label = append(f.Label, FileFact{Name: "problem", Value: x.ID, Text: inLang(p.Lang, claim.Text(x.Text))})
	}
	line := func(name, text string) {
		if text != "" {
			f.Lines = append(f.Lines, [2]string{p.T("review.file." + name), text})
		}
	}
	line("producer", l.Producer)
	line("company", l.Company)
	line("produced", l.Produced)
	line("propagator", l.Propagator)
	for _, c := range l.Carriers {
		line("carrier", c.Form+" "+c.Place)
	}
}

func foundOf(p i18n.Printer, n casefile.Number, m check.Match, tags map[casefile.ID]string) Found {
	f := Found{Second: -1, Tag: tags[m.Item], Other: tags[m.Reference.Item], Same: m.Same, Changed: m.Changed, W: m.Size[0], H: m.Size[1]}
	if m.Reference.Seconds[1] > 0 {
		f.Second = m.Reference.Seconds[0]
	}
	for i, b := range m.Boxes {
		f.Boxes = append(f.Boxes, Box{i + 1, b[0], b[1], b[2], b[3]})
	}
	for _, x := range m.Facts {
		f.Facts = append(f.Facts, inLang(p.Lang, claim.Text(x.Text)))
	}
	at := func(id casefile.ID) string {
		if id.IsNil() {
			return ""
		}
		return path(n) + "/drawn/" + id.String()
	}
	f.Overlay, f.Aligned, f.Flicker = at(m.Overlay), at(m.Aligned), at(m.Flicker)
	return f
}

// same are the comparisons in which it is the same photograph as another one.
func (v Case) same() (out []Found) {
	for _, f := range v.Found {
		if f.Same {
			out = append(out, f)
		}
	}
	return out
}

// others are the references and, after the first impression, what the checks found elsewhere.
func (v Case) others() []Picture {
	return append(slices.Clone(v.Refs), v.Earlier...)
}

// aiOf is what the file of a picture says about AI, to stand on the picture wherever it is shown after the first impression.
func (v Case) aiOf(tag string) string {
	for _, f := range v.Files {
		if f.Tag == tag {
			switch {
			case f.Kind != "":
				return "label_" + f.Kind
			case slices.ContainsFunc(f.Facts, func(x FileFact) bool { return x.Value == "ai" || x.Value == "part-ai" }):
				return "label_1"
			}
		}
	}
	return ""
}

// drawn shows what a check drew from a picture of the claim. Only what the signals name can be asked for, and they are refused before the first impression.
func (p *Pages) drawn(q *staff.Request, id casefile.ID) error {
	item, err := q.PathID("item")
	if err != nil {
		return err
	}
	s, err := p.Claims.Signals(q.Context(), q.Actor, id)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(s.Signals, func(x claim.Signal) bool { return slices.Contains(x.Artefacts, item) }) {
		return casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return p.Vault.ShowDerived(q.W, q.Request, q.Actor, id, item)
}

// play sends a video of the claim or one of its references, by ranges.
func (p *Pages) play(q *staff.Request, id casefile.ID) error {
	item, err := q.PathID("item")
	if err != nil {
		return err
	}
	page, err := p.Claims.ReviewPage(q.Context(), q.Actor, id)
	if err != nil {
		return err
	}
	where, ok := whereIs(page, item)
	if !ok && page.Impressed {
		x, err := p.elsewhere(q, id, item)
		if err != nil {
			return err
		}
		if where, ok = x.Case, x.Video; ok {
			q.Request = q.Request.WithContext(byName(q.Request.Context()))
		}
	}
	if !ok {
		return casefile.Fail(casefile.NotFound, "error.not_found")
	}
	media, refs := picturesOf(page)
	if i := slices.IndexFunc(append(media, refs...), func(x Picture) bool { return x.Item == item && !x.Video }); i >= 0 {
		return q.See(picturePath(page.Number, item, "full")) // a picture is looked at, not played
	}
	return p.Vault.Play(q.W, q.Request, q.Actor, where, item)
}

type namedKey struct{}

func byName(ctx context.Context) context.Context { return context.WithValue(ctx, namedKey{}, true) }

// Named reports whether an item is asked for because a signal of the claim names it: who decides on the claim may see it, whatever kind it is of.
func Named(ctx context.Context) bool {
	ok, _ := ctx.Value(namedKey{}).(bool)
	return ok
}

// elsewhere is what a signal says of an item that it points to, for who has written a first impression; zero when none does.
func (p *Pages) elsewhere(q *staff.Request, id, item casefile.ID) (claim.Related, error) {
	s, err := p.Claims.Signals(q.Context(), q.Actor, id)
	if casefile.Is(err, casefile.Conflict) || casefile.Is(err, casefile.NotFound) || casefile.Is(err, casefile.Denied) {
		return claim.Related{}, nil
	}
	if err != nil {
		return claim.Related{}, err
	}
	for _, x := range s.Signals {
		for _, r := range x.Related {
			if r.Item == item {
				return r, nil
			}
		}
	}
	return claim.Related{}, nil
}
