package check

import (
	"context"
	"errors"
	"slices"
	"strings"

	"anxin/internal/casefile"
	"anxin/provenance/aigc"
)

// aigcLabel reads the label that Chinese law asks for in AI-made content (GB 45438) and the other ways in which files say that AI made them. What a file declares about itself counts, whoever
// wrote it; nothing declared is neutral.
func aigcLabel() Check {
	return Check{
		ID: "aigc_label", Version: "2", Group: GroupDeclaration, Look: lookLabel,
		Honest:  Text{ZH: "相机直接拍摄的照片没有生成合成标识；用带人工智能功能的软件处理后可能会有。", EN: "A picture straight from a camera carries no mark of AI-made content; one that went through an app with AI functions may."},
		Limits:  Text{ZH: "标识由写文件的软件写入，可以去掉，也可能被误加，本身不能验证真伪；聊天软件常把它删掉。没有标识不说明照片是拍的。", EN: "The program that wrote the file sets the mark; it can be removed or set wrongly and cannot be verified by itself, and chat apps often remove it. None does not mean that a camera took the picture."},
		Nothing: Text{ZH: "%d 个文件中没有找到人工智能生成标识（GB 45438），也没有别的这类声明。", EN: "%d file(s): no mark of AI-made content (GB 45438) and no other declaration of that kind was found."},
	}
}

func lookLabel(ctx context.Context, in *Input) ([]Finding, error) {
	var out []Finding
	var unread []casefile.ID
	for _, f := range in.Files {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		c, err := in.Open(ctx, f)
		if err != nil {
			return out, err
		}
		rep, readErr := aigc.Read(ctx, c, f.Size, aigc.Options{})
		if err := c.Close(); err != nil {
			return out, err
		}
		switch {
		case ctx.Err() != nil:
			return out, ctx.Err()
		case readErr != nil && !aigcRefused(readErr):
			return out, readErr // the vault, not the file
		case readErr != nil:
			unread = append(unread, f.Item)
		case rep.Found || rep.DeclaresAI || len(rep.Weak) > 0:
			out = append(out, labelFinding(f, rep))
		case rep.Incomplete:
			unread = append(unread, f.Item)
		}
	}
	if len(unread) > 0 {
		out = append(out, notScanned(unread))
	}
	return out, nil
}

// aigcRefused reports whether it is the file that cannot be read.
func aigcRefused(err error) bool {
	return slices.ContainsFunc([]error{aigc.ErrUnsupportedFormat, aigc.ErrMalformedFile, aigc.ErrTooLarge, aigc.ErrTooMany, aigc.ErrTooDeep}, func(e error) bool { return errors.Is(err, e) })
}

func labelFinding(f File, rep *aigc.Report) Finding {
	x := Finding{Items: []casefile.ID{f.Item}, Strength: labelStrength(rep), Detail: &Detail{Label: labelOf(rep)}}
	for _, fact := range rep.Facts {
		if strings.HasPrefix(fact.ID, "weak-") || fact.Value == "none" {
			continue // weak ones follow below; what is not there needs no sentence
		}
		x.Fact.ZH += shortSentence(fact.ZH)
		x.Fact.EN = strings.TrimSpace(x.Fact.EN + " " + shortSentence(fact.EN))
	}
	for _, fact := range rep.Weak {
		x.Fact.ZH += shortSentence(fact.ZH)
		x.Fact.EN = strings.TrimSpace(x.Fact.EN + " " + shortSentence(fact.EN))
	}
	x.Honest = Text{ZH: "诚实的情况：买家用带人工智能功能的软件加字、拼图或清晰化，软件自动加了标识。请看提交时的声明。", EN: "If honest: the buyer used an app with AI functions to add words, join or sharpen pictures, and the app set the mark by itself. Look at what they declared."}
	if !rep.DeclaresAI {
		x.Honest = Text{ZH: "诚实的情况：截图、转发、用普通软件保存，都会留下这样的痕迹，非常常见。", EN: "If honest: captures, passing on and saving with ordinary programs leave such traces; they are very common."}
	}
	return x
}

// labelStrength: a declaration that the whole is AI-made is moderate, one of a part or a mere suspicion weak.
func labelStrength(rep *aigc.Report) Strength {
	if !rep.DeclaresAI {
		if len(rep.Weak) > 0 && !rep.Found {
			return Weak
		}
		return Neutral
	}
	if rep.Label != nil && rep.Label.Kind() == aigc.KindSuspected {
		return Weak
	}
	if len(rep.Declarations) > 0 && !slices.ContainsFunc(rep.Declarations, func(d aigc.Declaration) bool { return !d.Part }) {
		return Weak
	}
	return Moderate
}

// Bounds of what is kept of marks.
const (
	maxCarriers = 12
	maxProblems = 20
)

func labelOf(rep *aigc.Report) *Label {
	d := &Label{}
	if l := rep.Label; l != nil {
		d.Kind, d.Producer, d.Produced, d.Propagator = string(l.Kind()), providerCode(l.ContentProducer, l.Producer), short(l.ProduceID), providerCode(l.ContentPropagator, l.Propagator)
		if l.Producer != nil && l.Producer.Company != nil {
			d.Company = short(l.Producer.Company.ZH)
		}
	}
	for _, c := range rep.Carriers[:min(len(rep.Carriers), maxCarriers)] {
		d.Carriers = append(d.Carriers, Carrier{Form: c.Form, Place: short(c.Place), Standard: c.Standard, Conformant: c.Conformant})
	}
	for _, p := range rep.Problems[:min(len(rep.Problems), maxProblems)] {
		d.Problems = append(d.Problems, NamedFact{ID: p.Code, Text: Text{ZH: shortSentence(p.ZH), EN: shortSentence(p.EN)}})
	}
	for _, fact := range rep.Facts {
		d.Facts = append(d.Facts, NamedFact{fact.ID, fact.Value, Text{ZH: shortSentence(fact.ZH), EN: shortSentence(fact.EN)}})
	}
	return d
}

// providerCode is the code of a service. That of a person holds the number of an identity document and is not kept.
func providerCode(code string, p *aigc.Provider) string {
	if p != nil && p.Subject == "person" {
		return "***"
	}
	return short(code)
}
