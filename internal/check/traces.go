package check

import (
	"context"
	"strings"
	"time"

	"anxin/forensics"
	"anxin/forensics/signal"
	"anxin/internal/casefile"
)

// Trace is what one detector of single pictures says about a file.
type Trace struct {
	Detector      string
	Applicability string // ok, partial, failed, n.a.
	Alarm         bool
	Band          string
	Facts         []Text
	Honest        Text
	Boxes         [][4]int // in pixels of the upright picture
}

// Traced is what all of them say.
type Traced struct {
	Decoded       string
	Width, Height int // upright
	Traces        []Trace
}

// Tracer asks the detectors in a process of its own, within bounds. received is when the file came, earliest when its sender can first have had the goods; zero when not known.
type Tracer interface {
	Trace(ctx context.Context, b []byte, received, earliest time.Time) (Traced, error)
}

type traced struct {
	t   Traced
	err error
}

// Traced runs all detectors on a file, once.
func (in *Input) Traced(ctx context.Context, f File) (Traced, error) {
	if x, ok := in.traced[f.Item]; ok {
		return x.t, x.err
	}
	var x traced
	b, err := in.service.bytes(ctx, in.Round.Tenant, f)
	if x.err = err; err == nil {
		x.t, x.err = in.service.Tracer.Trace(ctx, b, f.Sealed.At, in.Round.Delivered)
	}
	if in.traced == nil {
		in.traced = map[casefile.ID]traced{}
	}
	in.traced[f.Item] = x
	return x.t, x.err
}

// detectors are the checks of single pictures, one for each detector of package forensics. They are secondary: pictures rendered anew as a whole defeat them and honest pictures can look
// odd, so none is ever strong, and within the group of pixels only the strongest counts.
func detectors() []Check {
	var out []Check
	for _, d := range forensics.Detectors() {
		out = append(out, Check{
			ID: strings.ReplaceAll(d.ID, "-", "_"), Version: d.Version, Group: Group(d.Group), Look: lookTraces(d),
			Honest:  Text{ZH: "诚实的照片也会偶尔显得异常：手机自带的美化、聊天软件的压缩、屏幕与布料的纹理都会造成。它单独什么也说明不了。", EN: "Honest pictures look odd now and then: a phone's own enhancement, a chat app's compression, the texture of screens and cloth. Alone it proves nothing."},
			Limits:  Text{ZH: d.Limits.Zh, EN: d.Limits.En},
			Nothing: Text{ZH: "%d 张照片，" + d.Name.Zh + "：没有发现超出寻常照片的地方。", EN: "%d picture(s), " + d.Name.En + ": nothing beyond what ordinary pictures show."},
		})
	}
	return out
}

// traceStrength caps what a detector of single pictures can say.
func traceStrength(band string) Strength {
	if band == signal.Moderate {
		return Moderate
	}
	return Weak
}

func lookTraces(d signal.Detector) func(ctx context.Context, in *Input) ([]Finding, error) {
	return func(ctx context.Context, in *Input) ([]Finding, error) {
		var out []Finding
		var other, unseen, broken []casefile.ID
		for _, f := range in.Files {
			if err := ctx.Err(); err != nil {
				return out, err
			}
			if !strings.HasPrefix(f.Media, "image/") || f.Size > maxPicture {
				other = append(other, f.Item)
				continue
			}
			t, err := in.Traced(ctx, f)
			if ctx.Err() != nil {
				return out, ctx.Err()
			}
			x, found := traceOf(t, d.ID)
			switch {
			case err != nil || !found || x.Applicability == string(signal.Failed):
				broken = append(broken, f.Item)
			case x.Alarm:
				out = append(out, alarm(f, t, x))
			case t.Decoded != "ok" && x.Applicability == string(signal.NotApplicable):
				unseen = append(unseen, f.Item)
			case x.Applicability == string(signal.NotApplicable):
				other = append(other, f.Item)
			}
		}
		for _, rest := range []struct {
			items []casefile.ID
			a     Applicability
			fact  Text
		}{
			{other, NotApplicable, Text{ZH: d.Name.Zh + "：不适用于 %d 个文件。", EN: d.Name.En + ": does not apply to %d file(s)."}},
			{unseen, Failed, Text{ZH: d.Name.Zh + "：%d 张照片不能在此解码，未检查。未检查不等于没有问题，也不等于有问题。", EN: d.Name.En + ": %d picture(s) cannot be decoded here and were not checked. Not checked means neither clean nor suspicious."}},
			{broken, Failed, Text{ZH: d.Name.Zh + "：检查未完成，%d 个文件没有能看完。", EN: d.Name.En + ": not finished, %d file(s) could not be looked at."}},
		} {
			if len(rest.items) > 0 {
				out = append(out, Finding{Items: rest.items, Applicability: rest.a, Fact: rest.fact.counted(len(rest.items)), Honest: nothingMeant})
			}
		}
		return out, nil
	}
}

func traceOf(t Traced, id string) (Trace, bool) {
	for _, x := range t.Traces {
		if x.Detector == id {
			return x, true
		}
	}
	return Trace{}, false
}

// alarm is what a detector saw beyond the ordinary.
func alarm(f File, t Traced, x Trace) Finding {
	out := Finding{Items: []casefile.ID{f.Item}, Strength: traceStrength(x.Band), Honest: x.Honest}
	if x.Applicability == string(signal.Partial) {
		out.Applicability = Partial
	}
	for _, fact := range x.Facts {
		out.Fact.ZH += shortSentence(fact.ZH)
		out.Fact.EN = strings.TrimSpace(out.Fact.EN + " " + shortSentence(fact.EN))
	}
	if len(x.Boxes) > 0 {
		out.Detail = &Detail{Places: &Places{Item: f.Item, Size: [2]int{t.Width, t.Height}, Boxes: x.Boxes[:min(len(x.Boxes), maxKeptBoxes)]}}
	}
	return out
}
