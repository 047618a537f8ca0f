package c2pa

import (
	"fmt"
	"slices"
	"strings"
)

// Fact is one of the three things to show: integrity ("are the bytes what was signed"), trust ("who signed") and
// declaration ("what the file says about itself"). One word for all three would hide that a file with a broken or
// unknown signature can still declare that AI made it.
type Fact struct {
	// ID is integrity, trust or declaration.
	ID string `json:"id"`
	// Value is a stable word for programs: intact, changed, broken, unreadable, none; trusted, unknown, expired, revoked,
	// invalid, none; ai, part-ai, capture, other, none.
	Value string `json:"value"`
	ZH    string `json:"zh"`
	EN    string `json:"en"`
}

// Intact reports whether the file's bytes are what was signed: the first of the three facts.
func (r *Report) Intact() bool {
	return slices.ContainsFunc(r.Facts, func(f Fact) bool { return f.ID == "integrity" && f.Value == "intact" })
}

// OwnThumbnail is the picture that the maker of the active manifest kept of this file, not of what it was made from.
func (r *Report) OwnThumbnail() (Thumbnail, bool) {
	for _, t := range r.Thumbnails {
		if t.Manifest == r.Active && strings.HasPrefix(t.Assertion, "c2pa.thumbnail.claim") && len(t.Data) > 0 {
			return t, true
		}
	}
	return Thumbnail{}, false
}

func factsFor(r *Report) []Fact {
	if r.State == StateNone {
		return absentFacts(r)
	}
	return []Fact{integrityFact(r), trustFact(r), declarationFact(r)}
}

func absentFacts(r *Report) []Fact {
	zh, en := "文件里没有内容凭证，无法核对是否被改动。很多聊天软件会删除凭证，因此这一点不利也不弊。", "The file carries no Content Credentials, so changes cannot be checked. Many chat programs remove them; this speaks neither for nor against it."
	if r.Remote != "" {
		zh = "文件里没有内容凭证，但写明凭证存放在别处：" + r.Remote + "。本程序不会联网读取。"
		en = "The file carries no Content Credentials but says that they are kept elsewhere: " + r.Remote + ". They are not fetched."
	}
	return []Fact{
		{"integrity", "none", zh, en},
		{"trust", "none", "没有签名者。", "There is no signer."},
		{"declaration", "none", "内容凭证没有声明来源（因为没有凭证）。", "No Content Credentials, so they declare nothing about the origin."},
	}
}

func hasAny(list []string, codes ...string) bool {
	for _, c := range codes {
		if slices.Contains(list, c) {
			return true
		}
	}
	return false
}

func integrityFact(r *Report) Fact {
	const id = "integrity"
	switch {
	case len(r.Manifests) == 0 || r.ClaimVersion == 0:
		return Fact{id, "unreadable", "内容凭证已损坏，读不出来。", "The Content Credentials are damaged and cannot be read."}
	case r.Format == Sidecar:
		return Fact{id, "unreadable", "这是单独存放的内容凭证，它所说的文件不在这里，无法核对。", "These are Content Credentials kept on their own; the file that they speak of is not here, so it cannot be checked."}
	case hasAny(r.Failure, DataHashMismatch, BMFFHashMismatch, BoxesHashMismatch, CollectionHashMismatch, CollectionHashFileCount):
		return Fact{id, "changed", "文件内容与签名时不一致：签名之后被改动过。", "The content differs from what was signed: it was changed after signing."}
	case hasAny(r.Failure, ClaimSignatureMismatch, ClaimSignatureMissing):
		return Fact{id, "broken", "凭证的签名核对不上：凭证本身被改动过或不完整。", "The signature does not match: the credentials themselves were changed or are incomplete."}
	case hasAny(r.Failure, HashedURIMismatch, AssertionMissing, AssertionUndeclared, AssertionNotRedacted):
		return Fact{id, "changed", "凭证中的部分声明与签名时不一致。", "Some statements in the credentials differ from what was signed."}
	case ingredientBroken(r):
		return Fact{id, "broken", "文件内容与签名一致，但所用素材的凭证有问题。", "The content is what was signed, but the credentials of a source it was made from are faulty."}
	case hasAny(r.Success, DataHashMatch, BMFFHashMatch, BoxesHashMatch, CollectionHashMatch) && hasAny(r.Success, ClaimSignatureValidated):
		return Fact{id, "intact", "文件内容与签名时完全一致，没有被改动。", "The content is exactly what was signed; nothing was changed."}
	}
	return Fact{id, "unreadable", "凭证不完整，无法核对文件内容。", "The credentials are incomplete, so the content cannot be checked."}
}

func ingredientBroken(r *Report) bool {
	for _, i := range r.Ingredients {
		for _, c := range i.Failure {
			if !tolerated(c) {
				return true
			}
		}
	}
	return hasAny(r.Failure, IngredientManifestMissing, IngredientManifestMismatch, IngredientSignatureMismatch)
}

func trustFact(r *Report) Fact {
	const id = "trust"
	who := r.Signer
	if who == "" {
		who = r.Issuer
	}
	if who == "" {
		return Fact{id, "none", "读不出签名者。", "The signer cannot be read."}
	}
	at, atEN := "", ""
	if r.SignedAt != nil {
		at = "，时间戳 " + r.SignedAt.Format("2006-01-02 15:04:05") + " UTC"
		atEN = ", time stamp " + r.SignedAt.Format("2006-01-02 15:04:05") + " UTC"
	}
	say := func(value, zh, en string) Fact {
		return Fact{id, value, fmt.Sprintf("签名者 %s%s：%s", who, at, zh), fmt.Sprintf("Signed by %s%s: %s", who, atEN, en)}
	}
	switch {
	case hasAny(r.Failure, OCSPRevoked):
		return say("revoked", "证书已被吊销。", "the certificate was revoked.")
	case hasAny(r.Failure, ClaimSignatureMismatch):
		return say("invalid", "签名无效，不能认定是此人所签。", "the signature is not valid, so nobody can be held to it.")
	case hasAny(r.Failure, SigningCredentialInvalid):
		return say("invalid", "证书不符合规范。", "the certificate breaks the rules.")
	case hasAny(r.Failure, SigningCredentialExpired):
		return say("expired", "证书在签名时不在有效期内，或没有可信的签名时间。", "the certificate was not valid when it signed, or there is no trusted time.")
	case hasAny(r.Success, SigningCredentialTrusted):
		return say("trusted", "在信任列表中。", "on the trust list.")
	}
	return say("unknown", "不在信任列表中，身份没有人担保。", "not on the trust list; nobody vouches for the name.")
}

func declarationFact(r *Report) Fact {
	const id = "declaration"
	best := map[Origin]SourceType{}
	for _, t := range r.SourceTypes {
		if old, ok := best[t.Origin]; !ok || t.Active && !old.Active {
			best[t.Origin] = t
		}
	}
	suffix := func(t SourceType) (string, string) {
		if t.Active {
			return "", ""
		}
		return "（来自所用素材的凭证）", " (said by the credentials of a source it was made from)"
	}
	for _, o := range []Origin{OriginAI, OriginPartAI} {
		if t, ok := best[o]; ok {
			zh, en := suffix(t)
			return Fact{id, string(o), "文件自己声明：" + t.ZH + zh + "。即使签名不可信，这一声明也有意义。",
				"The file declares about itself: " + t.EN + en + ". This counts even when the signature does not."}
		}
	}
	if t, ok := best[OriginCapture]; ok {
		zh, en := suffix(t)
		if r.State != StateTrusted && hasAny(r.Success, SigningCredentialTrusted) {
			return Fact{id, string(OriginCapture), "文件自己声明：" + t.ZH + zh + "。凭证没有通过核对，因此这一声明不能作为依据。",
				"The file declares about itself: " + t.EN + en + ". The credentials did not pass the checks, so this proves nothing."}
		}
		if r.State != StateTrusted {
			return Fact{id, string(OriginCapture), "文件自己声明：" + t.ZH + zh + "。签名没有得到信任，因此这一声明不能作为依据。",
				"The file declares about itself: " + t.EN + en + ". The signature is not trusted, so this proves nothing."}
		}
		return Fact{id, string(OriginCapture), "文件自己声明：" + t.ZH + zh + "。", "The file declares about itself: " + t.EN + en + "."}
	}
	if len(r.SourceTypes) > 0 {
		var zh, en []string
		for _, t := range r.SourceTypes {
			if !slices.Contains(zh, t.ZH) {
				zh, en = append(zh, t.ZH), append(en, t.EN)
			}
		}
		return Fact{id, "other", "文件自己声明：" + strings.Join(zh, "；") + "。", "The file declares about itself: " + strings.Join(en, "; ") + "."}
	}
	return Fact{id, "none", "内容凭证没有说明图片是怎样产生的。", "The Content Credentials do not say how the content came about."}
}
