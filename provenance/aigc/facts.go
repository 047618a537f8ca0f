package aigc

import (
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// labelFact says what the label is. Codes of persons are not repeated: they can be numbers of identity documents.
func labelFact(r *Report) Fact {
	const id = "label"
	if !r.Found {
		if r.Incomplete {
			return Fact{id, "none", "读到的部分里没有找到人工智能生成合成标识（GB 45438）；文件没有完整读完。", "No label of AI-made content (GB 45438) was found in what could be read; the file was not read completely."}
		}
		return Fact{id, "none", "文件里没有人工智能生成合成标识（GB 45438）。很多聊天软件会删除标识，因此这一点不利也不弊。", "The file has no label of AI-made content (GB 45438). Many chat programs remove it; this speaks neither for nor against it."}
	}
	if r.Label == nil {
		return Fact{id, "unreadable", "文件里有人工智能生成合成标识（GB 45438）的位置，内容读不出来。", "The file has a place for a label of AI-made content (GB 45438), but what stands there cannot be read."}
	}
	zh, en, value := "文件自带标识：属于人工智能生成合成内容", "The file carries a label: AI-made content", "is"
	switch r.Label.Kind() {
	case KindPossible:
		zh, en, value = "文件自带标识：可能为人工智能生成合成内容（上传者声明）", "The file carries a label: possibly AI-made content (declared by its uploader)", "possible"
	case KindSuspected:
		zh, en, value = "文件自带标识：疑似为人工智能生成合成内容", "The file carries a label: suspected to be AI-made content", "suspected"
	case KindUnclear:
		zh, en, value = "文件自带人工智能生成合成标识，标识值无法归类", "The file carries a label of AI-made content whose value is none of the standard's", "unclear"
		if !r.Label.Declares() {
			zh, en, value = "文件自带的标识写明不是人工智能生成合成内容", "The file carries a label that says it is not AI-made content", "denied"
		}
	}
	zh, en = zh+"（GB 45438）", en+" (GB 45438)"
	if p := r.Label.Producer; p != nil && p.Company != nil {
		zh, en = zh+"，生成方是"+p.Company.ZH, en+", made by "+p.Company.EN
	}
	if p := r.Label.Propagator; p != nil && p.Company != nil && (r.Label.Producer == nil || r.Label.Producer.Company == nil || r.Label.Producer.Company.Name != p.Company.Name) {
		zh, en = zh+"，传播方是"+p.Company.ZH, en+", passed on by "+p.Company.EN
	}
	for _, p := range r.Problems {
		if p.Code == ProblemContradiction {
			zh, en = zh+"。文件里不止一份标识，而且互相矛盾", en+". There is more than one label, and they contradict each other"
			break
		}
	}
	return Fact{id, value, zh + "。标识由写入者自己声明，没有核实。", en + ". It is the writer's own statement and was not verified."}
}

var declarationNames = map[string][2]string{
	DeclaresLabel:     {"GB 45438 标识", "GB 45438 label"},
	DeclaresIPTC:      {"IPTC 数字来源类型", "IPTC digital source type"},
	DeclaresCredit:    {"署名行", "credit line"},
	DeclaresGrok:      {"Grok 签名", "Grok signature"},
	DeclaresTencent:   {"腾讯云内容记录", "Tencent Cloud content record"},
	DeclaresByteDance: {"字节跳动导出记录", "ByteDance export record"},
	DeclaresGenerator: {"生成软件的参数", "settings of a generator"},
}

func declarationFact(r *Report) Fact {
	const id = "ai-declaration"
	if !r.DeclaresAI {
		return Fact{id, "none", "文件的元数据没有声明由人工智能生成。没有声明不等于不是。", "The file's metadata does not declare that AI made it. No declaration does not mean that AI did not."}
	}
	part := true
	var zh, en []string
	seen := map[string]bool{}
	for _, d := range r.Declarations {
		part = part && d.Part
		name := declarationNames[d.Form]
		z, e := name[0], name[1]
		if d.By != "" && d.Form != DeclaresLabel {
			z, e = z+"（"+d.By+"）", e+" ("+d.By+")"
		}
		if !seen[e] {
			seen[e] = true
			zh, en = append(zh, z), append(en, e)
		}
	}
	if part {
		return Fact{id, "part-ai", "文件自己声明其中一部分由人工智能生成：" + strings.Join(zh, "、") + "。", "The file declares that AI made a part of it: " + strings.Join(en, ", ") + "."}
	}
	return Fact{id, "ai", "文件自己声明由人工智能生成：" + strings.Join(zh, "、") + "。", "The file declares that AI made it: " + strings.Join(en, ", ") + "."}
}
