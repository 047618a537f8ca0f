package check

import (
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"

	"anxin/internal/casefile"
)

// aigcLabel finds China's mark of machine-made content (GB 45438-2025) in a file. It says that one is there; whether it is well made is not looked at yet.
func aigcLabel() Check {
	return Check{
		ID: "aigc_label", Version: "1", Group: GroupDeclaration, Look: lookLabel,
		Honest:  Text{ZH: "手机直接拍摄的照片没有人工智能生成标识。", EN: "A picture straight from a phone's camera has no mark of AI-made content."},
		Limits:  Text{ZH: "只看文件里是否存在国家标准 GB 45438 的隐式标识，未校验其真伪。标识可以被去掉，也可能被误加；没有标识不说明照片是拍的。", EN: "Only looks whether the hidden mark of GB 45438 is in the file; it is not validated. A mark can be removed, or be put there wrongly; none does not mean that a camera took it."},
		Nothing: Text{ZH: "%d 个文件中没有找到人工智能生成标识（GB 45438）。", EN: "%d file(s): no mark of AI-made content (GB 45438) was found."},
	}
}

// The forms in which the label is seen in files. A text that merely speaks of AIGC is none of them.
var (
	labelXMP  = regexp.MustCompile(`TC260:AIGC|http://www\.tc260\.org\.cn/ns/AIGC`)
	labelJSON = regexp.MustCompile(`(?:"|&quot;)AIGC(?:"|&quot;)\s*:\s*(?:\{|"\{|"\\?\{|&quot;\{)|AIGC\{`)
	labelBody = regexp.MustCompile(`(?:\\?"|&quot;)Label(?:\\?"|&quot;)\s*:\s*(?:\\?"|&quot;)([123])(?:\\?"|&quot;)`)
	producer  = regexp.MustCompile(`(?:\\?"|&quot;)ContentProducer(?:\\?"|&quot;)`)
)

// labelIn reports whether a part of a file is or holds a label, and its value: "1" is, "2" may be, "3" is suspected to be machine-made; empty when not readable.
func labelIn(kind partKind, b []byte) (value string, found bool) {
	if kind == partExif {
		b = bytes.ReplaceAll(b, []byte{0}, nil) // a comment in UTF-16
	}
	body := labelBody.FindSubmatch(b)
	switch {
	case labelXMP.Match(b), labelJSON.Match(b):
		found = true
	case kind == partText && bytes.HasPrefix(b, []byte("AIGC\x00")):
		found = true
	case body != nil && producer.Match(b): // the bare JSON, under another key
		found = true
	case kind == partMovie && bytes.Contains(b, []byte("AIGC")) && body != nil:
		found = true
	}
	if found && body != nil {
		value = string(body[1])
	}
	return value, found
}

// labelSays is what a label's value means, in its own words.
var labelSays = map[string]Text{
	"1": {ZH: "文件自带标识，自称为人工智能生成合成内容（GB 45438，标识值 1）。标识存在，尚未校验。", EN: "The file carries a mark that declares it AI-made (GB 45438, label 1). Present, not validated yet."},
	"2": {ZH: "文件自带标识，自称可能为人工智能生成合成内容（GB 45438，标识值 2）。标识存在，尚未校验。", EN: "The file carries a mark that declares it possibly AI-made (GB 45438, label 2). Present, not validated yet."},
	"3": {ZH: "文件自带标识，自称疑似人工智能生成合成内容（GB 45438，标识值 3）。标识存在，尚未校验。", EN: "The file carries a mark that declares it suspected to be AI-made (GB 45438, label 3). Present, not validated yet."},
	"":  {ZH: "文件中存在人工智能生成标识（GB 45438），其值无法读出。标识存在，尚未校验。", EN: "The file carries a mark of AI-made content (GB 45438) whose value cannot be read. Present, not validated yet."},
}

func lookLabel(ctx context.Context, in *Input) ([]Finding, error) {
	honest := Text{ZH: "诚实的情况：买家用带人工智能功能的软件加字、拼图或清晰化，软件自动加了标识。请看提交时的声明。", EN: "If honest: the buyer used an app with AI functions to add words, join or sharpen pictures, and the app set the mark by itself. Look at what they declared."}
	return scanAll(ctx, in, func(f File, parts map[partKind][][]byte) *Finding {
		for _, kind := range []partKind{partXMP, partText, partExif, partMovie, partBeside} {
			for _, b := range parts[kind] {
				if value, ok := labelIn(kind, b); ok {
					return &Finding{Items: []casefile.ID{f.Item}, Strength: Moderate, Fact: labelSays[value], Honest: honest}
				}
			}
		}
		return nil
	})
}

// scanAll scans each file and asks what its parts say. Files that cannot be scanned say so.
func scanAll(ctx context.Context, in *Input, ask func(f File, parts map[partKind][][]byte) *Finding) ([]Finding, error) {
	var out []Finding
	var other []casefile.ID
	for _, f := range in.Files {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		c, err := in.Open(ctx, f)
		if err != nil {
			return out, err
		}
		parts := map[partKind][][]byte{}
		scanErr := scanParts(c, f.Size, func(kind partKind, b []byte) { parts[kind] = append(parts[kind], b) })
		if err := c.Close(); err != nil {
			return out, err
		}
		x := ask(f, parts)
		switch {
		case x != nil:
			out = append(out, *x)
		case errors.Is(scanErr, errNotScanned), errors.Is(scanErr, io.EOF), errors.Is(scanErr, io.ErrUnexpectedEOF):
			other = append(other, f.Item)
		case scanErr != nil:
			return out, scanErr
		}
	}
	if len(other) > 0 {
		out = append(out, Finding{Items: other, Applicability: Partial, Honest: nothingMeant,
			Fact: Text{ZH: "部分未检查：有文件的格式不能在此完整读取。未检查不等于没有问题，也不等于有问题。", EN: "Not fully checked: some files are of a kind that cannot be read through here. Not checked means neither clean nor suspicious."}})
	}
	return out, nil
}
