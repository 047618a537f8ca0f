package check

import (
	"bytes"
	"context"

	"anxin/internal/casefile"
)

// contentCredentials finds a C2PA manifest in a file. It says that one is there; signature and content are not looked at yet, so it says nothing about anybody.
func contentCredentials() Check {
	return Check{
		ID: "content_credentials", Version: "1", Group: GroupProvenance, Look: lookCredentials,
		Honest:  Text{ZH: "有的相机和手机会写入内容凭证，大多数不会；有没有都很正常。", EN: "Some cameras and phones write content credentials, most do not; both are normal."},
		Limits:  Text{ZH: "只看文件里是否存在 C2PA 内容凭证，签名、信任和内容都尚未校验。", EN: "Only looks whether C2PA content credentials are in the file; signature, trust and content are not validated yet."},
		Nothing: Text{ZH: "%d 个文件中没有找到内容凭证（C2PA）。", EN: "%d file(s): no content credentials (C2PA) were found."},
	}
}

func lookCredentials(ctx context.Context, in *Input) ([]Finding, error) {
	return scanAll(ctx, in, func(f File, parts map[partKind][][]byte) *Finding {
		x := &Finding{Items: []casefile.ID{f.Item}, Honest: Text{ZH: "诚实的情况：由支持内容凭证的相机、手机或软件写入。", EN: "If honest: a camera, phone or program that supports them has written them."}}
		for _, b := range parts[partJUMBF] {
			if bytes.Contains(b, []byte("jumb")) && bytes.Contains(b, []byte("c2pa")) {
				x.Fact = Text{ZH: "文件中存在内容凭证（C2PA），尚未校验。", EN: "The file carries content credentials (C2PA); present, not validated yet."}
				return x
			}
		}
		for _, b := range parts[partXMP] {
			if bytes.Contains(b, []byte("dcterms:provenance")) {
				x.Fact = Text{ZH: "文件指向保存在别处的内容凭证（C2PA），没有取来看。", EN: "The file points to content credentials (C2PA) kept elsewhere; they were not fetched."}
				return x
			}
		}
		return nil
	})
}
