package c2pa

import (
	"encoding/json"
	"sort"
	"strings"
)

// Origin is what a digital source type says about the making of a picture, in the few classes that matter for a claim.
type Origin string

// Origins. Whoever sees OriginAI or OriginPartAI has a declaration by the maker's own software.
const (
	OriginAI       Origin = "ai"       // made by a trained model
	OriginPartAI   Origin = "part-ai"  // parts made by a trained model
	OriginCapture  Origin = "capture"  // taken by a camera
	OriginScan     Origin = "scan"     // digitised from film or paper
	OriginEdited   Origin = "edited"   // changed by people or by software without a model
	OriginSoftware Origin = "software" // drawn or computed without a trained model
	OriginScreen   Origin = "screen"   // recorded from a screen
	OriginOther    Origin = "other"
)

// SourceType is a digital source type found in a manifest, interpreted.
type SourceType struct {
	// URI is the value as written.
	URI string `json:"uri"`
	// Name is its last part: "trainedAlgorithmicMedia".
	Name string `json:"name"`
	// Origin is the class.
	Origin Origin `json:"origin"`
	// AI is true when it declares that a trained model made at least a part.
	AI bool `json:"ai"`
	// ZH and EN say it in words.
	ZH string `json:"zh"`
	EN string `json:"en"`
	// Manifest and Assertion say where it stands; Active whether that is the file's own manifest or an ingredient's.
	Manifest  string `json:"manifest"`
	Assertion string `json:"assertion"`
	Active    bool   `json:"active"`
}

var sourceTypes = map[string]struct {
	origin Origin
	zh, en string
}{
	"trainedAlgorithmicMedia":              {OriginAI, "由训练过的模型生成（AI生成）", "made by a trained model (AI-generated)"},
	"trainedAlgorithmicData":               {OriginAI, "由训练过的模型生成的数据", "data made by a trained model"},
	"compositeWithTrainedAlgorithmicMedia": {OriginPartAI, "合成作品，其中一部分由训练过的模型生成", "a composite, part of which a trained model made"},
	"compositeSynthetic":                   {OriginPartAI, "合成作品，其中至少一部分是合成内容", "a composite, at least part of which is synthetic"},
	"algorithmicallyEnhanced":              {OriginEdited, "经算法增强（不生成新内容）", "enhanced by an algorithm without adding content"},
	"algorithmicMedia":                     {OriginSoftware, "由算法生成（没有使用训练数据）", "made by an algorithm without training data"},
	"digitalCapture":                       {OriginCapture, "由数码相机或录音设备直接拍录", "captured by a digital camera or recorder"},
	"computationalCapture":                 {OriginCapture, "由多帧或计算摄影拍摄", "captured with multi-frame or computational photography"},
	"multiFrameComputationalCapture":       {OriginCapture, "由多帧计算摄影拍摄", "captured with multi-frame computational photography"},
	"compositeCapture":                     {OriginEdited, "由多张实拍照片合成", "a composite of several captures"},
	"negativeFilm":                         {OriginScan, "由负片扫描", "digitised from a negative"},
	"positiveFilm":                         {OriginScan, "由正片扫描", "digitised from a positive"},
	"print":                                {OriginScan, "由纸质照片扫描", "digitised from a print"},
	"humanEdits":                           {OriginEdited, "经人工编辑", "edited by a person"},
	"minorHumanEdits":                      {OriginEdited, "经人工轻微编辑", "slightly edited by a person"},
	"composite":                            {OriginEdited, "由多个素材合成", "a composite of several elements"},
	"digitalCreation":                      {OriginSoftware, "由人用软件创作", "created by a person with software"},
	"digitalArt":                           {OriginSoftware, "由人用软件绘制", "drawn by a person with software"},
	"softwareImage":                        {OriginSoftware, "由软件生成", "made by software"},
	"dataDrivenMedia":                      {OriginSoftware, "由数据生成", "made from data"},
	"virtualRecording":                     {OriginScreen, "虚拟场景的录制", "a recording of a virtual scene"},
	"screenCapture":                        {OriginScreen, "屏幕截取", "a capture of a screen"},
	"empty":                                {OriginOther, "空白起点", "started from nothing"},
}

// interpretSourceType reads a digital source type URI of IPTC or C2PA.
func interpretSourceType(uri string) SourceType {
	name := strings.TrimRight(strings.TrimSpace(uri), "/")
	if i := strings.LastIndexAny(name, "/:#"); i >= 0 {
		name = name[i+1:]
	}
	t := SourceType{URI: uri, Name: name, Origin: OriginOther, ZH: "未知的来源类型：" + name, EN: "a source type not known: " + name}
	if known, ok := sourceTypes[name]; ok {
		t.Origin, t.ZH, t.EN = known.origin, known.zh, known.en
		t.AI = known.origin == OriginAI || known.origin == OriginPartAI
	}
	return t
}

// sourceTypesOf collects the digital source types of a manifest: of its actions, of ingredients without a manifest of
// their own, and of metadata assertions.
func sourceTypesOf(m *manifest, active bool) []SourceType {
	var out []SourceType
	add := func(uri string, a *assertion) {
		if uri == "" {
			return
		}
		t := interpretSourceType(uri)
		t.Manifest, t.Assertion, t.Active = m.label, a.label, active
		out = append(out, t)
	}
	for _, a := range m.assertions {
		switch {
		case a.base == "c2pa.actions":
			list, _ := readActions(a)
			for i := range list {
				add(list[i].sourceType, a)
				add(list[i].parameters.get("digitalSourceType").text(), a)
			}
		case a.base == "c2pa.ingredient":
			add(a.val.get("digitalSourceType").text(), a)
		case a.isJSON:
			var found []string
			var doc any
			if json.Unmarshal(a.data, &doc) == nil {
				findSourceTypes(doc, 0, &found)
			}
			for _, uri := range found {
				add(uri, a)
			}
		case a.isCBOR && metadataLabel.MatchString(a.base):
			var found []string
			findSourceTypes(a.val.plain(), 0, &found)
			for _, uri := range found {
				add(uri, a)
			}
		}
	}
	return out
}

// findSourceTypes looks through JSON-LD for DigitalSourceType under any prefix.
func findSourceTypes(doc any, depth int, out *[]string) {
	if depth > 16 || len(*out) > 32 {
		return
	}
	switch d := doc.(type) {
	case map[string]any:
		keys := make([]string, 0, len(d))
		for k := range d {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			if s, ok := d[k].(string); ok && strings.EqualFold(k[strings.LastIndexByte(k, ':')+1:], "digitalSourceType") {
				*out = append(*out, s)
				continue
			}
			findSourceTypes(d[k], depth+1, out)
		}
	case []any:
		for _, v := range d {
			findSourceTypes(v, depth+1, out)
		}
	}
}
