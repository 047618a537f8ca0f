package aigc

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Problem is a deviation from the standard, or a defect of the file.
type Problem struct {
	// Code is one of the Problem constants.
	Code string `json:"code"`
	// Place is where it was found, as in Carrier.Place.
	Place string `json:"place,omitempty"`
	ZH    string `json:"zh"`
	EN    string `json:"en"`
}

// Codes of problems. They do not change between versions.
const (
	ProblemNotJSON       = "not-json"        // the value under the label's key is not readable at all
	ProblemSyntax        = "syntax"          // JSON that only a lenient reader takes
	ProblemEscaped       = "escaped"         // escaped once too often
	ProblemQuoted        = "quoted"          // the object is a string inside JSON
	ProblemWrapped       = "wrapped"         // {"AIGC":{…}} in a place where the object stands alone
	ProblemPrefix        = "prefix"          // AIGC{…}: the key glued before the value
	ProblemEncoding      = "encoding"        // neither ASCII nor UTF-8
	ProblemFieldCase     = "field-case"      // a key in another spelling
	ProblemFieldType     = "field-type"      // a value that is no string
	ProblemFieldMissing  = "field-missing"   // a key of the seven is not there
	ProblemFieldTwice    = "field-twice"     // a key is there twice
	ProblemFieldEmpty    = "field-empty"     // a field that must say something is empty
	ProblemFieldUnknown  = "field-unknown"   // a key that the standard does not know
	ProblemLabelValue    = "label-value"     // Label is none of 1, 2, 3
	ProblemCharacter     = "character"       // a character outside of 0x21 to 0x7E
	ProblemProviderCode  = "provider-code"   // the code of a provider is not built as the guide says
	ProblemPlace         = "place"           // not a place that the guides name for this format
	ProblemDuplicate     = "duplicate"       // more than one label, all the same
	ProblemContradiction = "contradiction"   // labels that differ
	ProblemEmpty         = "empty"           // the label's key without a value
	ProblemTruncated     = "truncated"       // a part was too large and only its beginning was read
	ProblemIncomplete    = "incomplete"      // the file ends or breaks before its end
	ProblemSecurity      = "security-syntax" // SecurityData that cannot be read
)

var problemTexts = map[string][2]string{
	ProblemNotJSON:       {"标识内容无法读取：%s", "the label's value cannot be read: %s"},
	ProblemSyntax:        {"标识的 JSON 写法不规范：%s", "the label's JSON is not well formed: %s"},
	ProblemEscaped:       {"标识内容多转义了一次", "the label's value is escaped once too often"},
	ProblemQuoted:        {"标识对象被写成了字符串", "the label's object is written as a string"},
	ProblemWrapped:       {"标识外面多了一层 AIGC", "the label is wrapped in a second AIGC object"},
	ProblemPrefix:        {"标识前面直接粘着 AIGC 字样", "the word AIGC is glued before the label"},
	ProblemEncoding:      {"标识文字的编码不是 UTF-8", "the label's text is not in UTF-8"},
	ProblemFieldCase:     {"字段名写法不同：%s", "a field's name is spelt differently: %s"},
	ProblemFieldType:     {"字段不是字符串：%s", "a field is not a string: %s"},
	ProblemFieldMissing:  {"缺少字段：%s", "a field is missing: %s"},
	ProblemFieldTwice:    {"字段重复：%s", "a field is there twice: %s"},
	ProblemFieldEmpty:    {"应填的字段是空的：%s", "fields that must be filled are empty: %s"},
	ProblemFieldUnknown:  {"标准之外的字段：%s", "a field that the standard does not know: %s"},
	ProblemLabelValue:    {"Label 的值不是 1、2、3：%s", "Label is none of 1, 2, 3: %s"},
	ProblemCharacter:     {"字段含有标准不允许的字符：%s", "a field has characters that the standard does not allow: %s"},
	ProblemProviderCode:  {"服务提供者编码不符合规则：%s", "the provider's code is not built as the guide says: %s"},
	ProblemPlace:         {"标识不在指南规定的位置", "the label is not in a place that the guides name"},
	ProblemDuplicate:     {"文件里有 %s 份相同的标识，标准只允许一份", "the file has the same label %s times; the standard allows one"},
	ProblemContradiction: {"文件里的标识互相矛盾，不同的字段：%s", "the file's labels contradict each other in: %s"},
	ProblemEmpty:         {"有标识的键，没有内容", "the label's key is there without a value"},
	ProblemTruncated:     {"这一部分过大，只读了开头", "this part is too large; only its beginning was read"},
	ProblemIncomplete:    {"文件没有读到结尾：%s", "the file could not be read to its end: %s"},
	ProblemSecurity:      {"安全防护字段（SecurityData）无法完整读取：%s", "SecurityData cannot be read completely: %s"},
}

func problem(code string, detail string) Problem {
	t := problemTexts[code]
	zh, en := t[0], t[1]
	if strings.Contains(zh, "%s") {
		zh, en = fmt.Sprintf(zh, detail), fmt.Sprintf(en, detail)
	}
	return Problem{Code: code, ZH: zh, EN: en}
}

// quoted shows a short piece of what a file says, printable and on one line.
func quoted(s string) string { return fmt.Sprintf("%q", clip(s, 40)) }

// clip cuts a text to n bytes at a character's end.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	s = s[:n]
	for len(s) > 0 && !utf8.ValidString(s) && n-len(s) < utf8.UTFMax {
		s = s[:len(s)-1]
	}
	return s + "…"
}
