package check

import (
	"context"
	"errors"
	"slices"
	"strings"

	"anxin/internal/casefile"
	"anxin/provenance/aigc"
	"anxin/provenance/c2pa"
)

// contentCredentials validates the C2PA manifest of a file and tells three facts: are the bytes what was signed, who signed, what the file says about itself. A declaration of AI
// counts whoever signed it; a declaration of a camera only when a trusted list vouches for the signer; no credentials are neutral.
func contentCredentials() Check {
	return Check{
		ID: "content_credentials", Version: "4", Group: GroupProvenance, Look: lookCredentials,
		Honest:  Text{ZH: "有的相机和手机会写入内容凭证，大多数不会；聊天软件常把它删掉。有没有都很正常。", EN: "Some cameras and phones write content credentials, most do not, and chat apps often remove them; both are normal."},
		Limits:  Text{ZH: "按收到文件的时间判断证书；是否可信取决于本平台的信任列表。不联网查询吊销，也不读取存放在别处的凭证。声明由写文件的软件作出，本身不是证明。", EN: "Certificates are judged as of when the file was received; whom to trust depends on this platform's lists. Revocation is not asked for over the network and credentials kept elsewhere are not read. A declaration is made by the program that wrote the file and proves nothing by itself."},
		Nothing: Text{ZH: "%d 个文件中没有内容凭证（C2PA）。这一点不利也不弊。", EN: "%d file(s) without content credentials (C2PA). That speaks neither for nor against them."},
	}
}

func lookCredentials(ctx context.Context, in *Input) ([]Finding, error) {
	trust, lists, err := in.service.Trust.Now()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, l := range lists {
		if l.Err == "" && l.Kind != TrustUsages {
			names = append(names, l.Name+" "+day(l.Date))
		}
	}
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
		at := f.Sealed.At
		if at.IsZero() {
			at = in.service.Source.Now()
		}
		rep, readErr := c2pa.Read(ctx, c, f.Size, c2pa.Options{At: at, Trust: trust})
		if err := c.Close(); err != nil {
			return out, err
		}
		switch {
		case ctx.Err() != nil:
			return out, ctx.Err()
		case readErr != nil && !errors.Is(readErr, c2pa.ErrUnsupportedFormat) && !errors.Is(readErr, c2pa.ErrMalformedFile) && !bounded(readErr):
			return out, readErr // the vault, not the file
		case readErr != nil:
			unread = append(unread, f.Item)
		case rep.State != c2pa.StateNone || rep.Remote != "":
			d := credentialsOf(rep)
			d.Judged, d.Lists = at, names
			out = append(out, credentialsFinding(f, rep, d))
			x, found, err := in.thumbnail(ctx, f, rep)
			if err != nil {
				return out, err
			}
			if found {
				out = append(out, x)
			}
		}
	}
	if len(unread) > 0 {
		out = append(out, notScanned(unread))
	}
	return out, nil
}

// bounded reports whether a file was refused for its size or depth.
func bounded(err error) bool {
	for _, e := range []error{c2pa.ErrTooDeep, c2pa.ErrTooMany, c2pa.ErrTooLarge, c2pa.ErrBomb, c2pa.ErrManyStores} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func notScanned(items []casefile.ID) Finding {
	return Finding{Items: items, Applicability: Partial, Honest: nothingMeant,
		Fact: Text{ZH: "部分未检查：有文件的格式不能在此完整读取。未检查不等于没有问题，也不等于有问题。", EN: "Not fully checked: some files are of a kind that cannot be read through here. Not checked means neither clean nor suspicious."}}
}

// credentialsFinding says the three facts and what they count for.
func credentialsFinding(f File, rep *c2pa.Report, d *Credentials) Finding {
	x := Finding{Items: []casefile.ID{f.Item}, Detail: &Detail{Credentials: d}}
	value := map[string]string{}
	for _, fact := range d.Facts {
		value[fact.ID] = fact.Value
		x.Fact.ZH += fact.ZH
		if x.Fact.EN != "" {
			x.Fact.EN += " "
		}
		x.Fact.EN += fact.EN
	}
	switch {
	case rep.DeclaresAI:
		x.Group, x.Strength = GroupDeclaration, Moderate
		if value["declaration"] == string(c2pa.OriginPartAI) {
			x.Strength = Weak
		}
		x.Honest = Text{ZH: "诚实的情况：买家用带人工智能功能的软件去噪、加字或拼图，软件如实写下了这一点。请看提交时的声明，并看历史里做了什么。", EN: "If honest: the buyer removed noise, added words or joined pictures with an app that has AI functions, and it says so. Look at what they declared and at what the history says was done."}
	case rep.State == c2pa.StateTrusted && captured(rep):
		x.Strength, x.Detail.For = Moderate, true
		x.Honest = Text{ZH: "诚实的人用支持内容凭证的相机或手机直接拍摄，就是这样。它说明文件出自相机、之后没有改动；画面里的东西是不是这一件，要另看。", EN: "This is what an honest person's camera that supports credentials writes. It says that the file came from a camera and was not changed since; whether it shows this very piece is another question."}
	default:
		x.Honest = Text{ZH: "诚实的情况：由支持内容凭证的相机、手机或软件写入，之后经过裁切、压缩或转发。", EN: "If honest: a camera, phone or program that supports them wrote them, and the file was cropped, compressed or passed on afterwards."}
	}
	return x
}

// thumbnail compares the picture that the file's own manifest keeps of it with its pixels. Both are decoded in the other process; what cannot be decoded there says nothing.
func (in *Input) thumbnail(ctx context.Context, f File, rep *c2pa.Report) (Finding, bool, error) {
	t, ok := rep.OwnThumbnail()
	if !ok || !strings.HasPrefix(f.Media, "image/") {
		return Finding{}, false, nil
	}
	whole, err := in.Picture(ctx, f)
	var small Picture
	if err == nil {
		small, err = in.service.Pictures.Look(ctx, t.Data)
	}
	switch {
	case ctx.Err() != nil:
		return Finding{}, false, ctx.Err()
	case err != nil: // the credentials themselves were read: they are not lost for a thumbnail
		return Finding{Items: []casefile.ID{f.Item}, Applicability: Partial, Honest: nothingMeant,
			Fact: Text{ZH: "凭证里保存的缩略图这次未能与画面比较。", EN: "The thumbnail kept in the credentials could not be compared with the picture this time."}}, true, nil
	}
	fact, differs := aigc.CompareThumbnail(whole.Coarse, small.Coarse, rep.Intact())
	if !differs {
		return Finding{}, false, nil
	}
	x := Finding{Items: []casefile.ID{f.Item}, Strength: Weak, Fact: Text{ZH: fact.ZH, EN: fact.EN},
		Honest: Text{ZH: "诚实的情况：裁切、加字、调色之后再保存，或者修图软件保留了处理之前的缩略图。", EN: "If honest: the picture was cropped, written on or toned and saved again, or the program kept the thumbnail from before."}}
	if rep.Intact() {
		x.Strength = Neutral // who signed kept another picture; the buyer changed nothing
	}
	return x, true, nil
}

// captured reports whether the file itself, not something that it was made from, says that a camera took it.
func captured(rep *c2pa.Report) bool {
	return slices.ContainsFunc(rep.SourceTypes, func(t c2pa.SourceType) bool { return t.Active && t.Origin == c2pa.OriginCapture })
}

// credentialsOf keeps what a reviewer needs of a report: no titles, no assertions, nothing about people but the names on signing certificates.
func credentialsOf(rep *c2pa.Report) *Credentials {
	d := &Credentials{State: string(rep.State), Signer: short(rep.Signer), Issuer: short(rep.Issuer), Signed: rep.SignedAt, Made: short(rep.Generator), Failure: shorts(rep.Failure, 20)}
	for _, f := range rep.Facts {
		d.Facts = append(d.Facts, NamedFact{f.ID, f.Value, Text{ZH: shortSentence(f.ZH), EN: shortSentence(f.EN)}})
	}
	ai := map[string]bool{}
	for _, t := range rep.SourceTypes {
		ai[t.URI] = t.AI
	}
	left := maxVersions
	d.History = versionOf(rep.History, ai, 0, &left)
	return d
}

// Bounds of a kept history.
const (
	maxVersions = 60
	maxDepth    = 12
	maxSteps    = 20
)

func versionOf(n *c2pa.HistoryNode, ai map[string]bool, depth int, left *int) *Version {
	if n == nil || *left <= 0 {
		return nil
	}
	*left--
	v := &Version{Relation: short(n.Relationship), Format: short(n.Format), Made: short(n.Generator), Signer: short(n.Signer), Signed: n.SignedAt, Failure: shorts(n.Failure, 10),
		Repeated: n.Repeated, Missing: n.Missing}
	for _, a := range n.Actions[:min(len(n.Actions), maxSteps)] {
		v.Steps = append(v.Steps, Step{Name: short(a.Name), Agent: short(a.Agent), When: short(a.When), Source: short(a.SourceType), AI: ai[a.SourceType]})
	}
	for i, c := range n.Children {
		if depth+1 >= maxDepth || *left <= 0 {
			v.More = len(n.Children) - i
			break
		}
		v.Children = append(v.Children, versionOf(c, ai, depth+1, left))
	}
	return v
}

// shortSentence bounds a sentence into which a stranger's name was put.
func shortSentence(s string) string {
	if r := []rune(s); len(r) > 4*maxText {
		s = string(r[:4*maxText]) + "…"
	}
	return s
}
