package aigc

import (
	"fmt"
	"strings"
)

// Provider is the code of a service (practice guide TC260-PG-20252A), split: 27 characters, namely 00, subject, kind of
// identifier, the identifier (18), kind of service, and the service's own number (4). Older and shorter codes are split
// as far as they go.
type Provider struct {
	// Code is the whole, as written.
	Code string `json:"code"`
	// Conformant says that the code is built as the guide says, its check digit included.
	Conformant bool `json:"conformant"`
	// Version is the first two characters: 00.
	Version string `json:"version,omitempty"`
	// Subject is organisation or person.
	Subject string `json:"subject,omitempty"`
	// Binding is the digit for the kind of identifier; 1 for an organisation is the unified social credit code.
	Binding string `json:"binding,omitempty"`
	// ID is the identifier, 18 characters. For a person it can be the number of an identity document: show it to nobody.
	ID string `json:"id,omitempty"`
	// Service is generation, propagation, or empty when the code does not say.
	Service string `json:"service,omitempty"`
	// Model is the number that the service gives to its model or application.
	Model string `json:"model,omitempty"`
	// Company is who this is, when it is known here.
	Company *Company `json:"company,omitempty"`
}

// ParseProvider splits a provider's code. A name that is no code gives a Provider with only Code and, if known, Company,
// and an error that says what is wrong; an empty code gives nil.
func ParseProvider(code string) (*Provider, error) {
	if code == "" {
		return nil, fmt.Errorf("%w: empty provider code", ErrNotConformant)
	}
	p := &Provider{Code: code}
	fault := func(format string, args ...any) (*Provider, error) {
		return p, fmt.Errorf("%w: provider code: %s", ErrNotConformant, fmt.Sprintf(format, args...))
	}
	trimmed := strings.TrimSpace(code)
	if len(trimmed) < 22 || !strings.HasPrefix(trimmed, "00") || strings.IndexFunc(trimmed, notCodeRune) >= 0 || trimmed[2] != '1' && trimmed[2] != '2' {
		p.Company = companyNamed(trimmed)
		return fault("a name, or not 27 characters")
	}
	p.Version, p.Binding, p.ID = trimmed[:2], trimmed[3:4], trimmed[4:22]
	p.Subject = map[byte]string{'1': "organisation", '2': "person"}[trimmed[2]]
	if p.Subject == "organisation" {
		p.Company = companyOf(p.ID)
	}
	if len(trimmed) > 22 {
		p.Service = map[byte]string{'1': "generation", '2': "propagation"}[trimmed[22]]
		p.Model = trimmed[23:]
	}
	switch {
	case len(trimmed) != 27 || trimmed != code:
		return fault("%d characters, 27 wanted", len(code))
	case trimmed[22] < '0' || trimmed[22] > '2':
		return fault("kind of service %q", trimmed[22:23])
	case p.Subject == "organisation" && p.Binding == "1" && !validCreditCode(p.ID):
		return fault("the check digit of the unified social credit code is wrong")
	}
	p.Conformant = true
	return p, nil
}

func notCodeRune(r rune) bool {
	return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// validCreditCode checks the last character of a unified social credit code (GB 32100-2015).
func validCreditCode(id string) bool {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	if len(id) != 18 {
		return false
	}
	sum, weight := 0, 1
	for i := 0; i < 17; i++ {
		v := strings.IndexByte(alphabet, id[i])
		if v < 0 {
			return false
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return id[17] == alphabet[(31-sum%31)%31]
}

// Company is a service that labels have been seen of.
type Company struct {
	// ID is its unified social credit code; empty for those that write only a name.
	ID string `json:"id,omitempty"`
	// Name is a short name for programs.
	Name string `json:"name"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

// companies are those whose codes stand in files of a product that is known, or that publish the code themselves. Whoever is
// missing is simply not named.
var companies = []Company{
	{"91110102MACQD9K640", "doubao", "豆包（字节跳动）", "Doubao (ByteDance)"},
	{"9144030008867405X2", "jimeng", "即梦（字节跳动）", "Jimeng (ByteDance)"},
	{"91440101MA9Y9T4H7A", "qwen", "通义千问（阿里巴巴）", "Qwen (Alibaba)"},
	{"91330106MA2CFLDG4R", "tongyi", "通义万相（阿里巴巴）", "Tongyi Wanxiang (Alibaba)"},
	{"91110108335469089C", "kling", "可灵（快手）", "Kling (Kuaishou)"},
	{"91440300708461136T", "yuanbao", "元宝（腾讯）", "Yuanbao (Tencent)"},
	{"9144030071526726XG", "hunyuan", "混元（腾讯）", "Hunyuan (Tencent)"},
	{"91110000802100433B", "baidu", "文心一言（百度）", "Ernie (Baidu)"},
	{"91110108MA01KP2T5U", "zhipu", "智谱清言（智谱）", "GLM (Zhipu)"},
	{"91110105MACJ6K1C8A", "liblib", "哩布哩布（LiblibAI）", "LiblibAI"},
	{"91340100MAEB4N8H76", "runninghub", "RunningHub", "RunningHub"},
	{"91110108MACC4D63XF", "vidu", "Vidu（生数科技）", "Vidu (ShengShu)"},
	{"91310104MACE0YX639", "stepfun", "阶跃AI（阶跃星辰）", "StepFun"},
	{"91440300MA5G49LC9K", "honor", "荣耀（YOYO）", "Honor (YOYO)"},
	{"", "minimax", "海螺AI（MiniMax）", "Hailuo (MiniMax)"},
}

// Companies lists the known ones.
func Companies() []Company { return append([]Company(nil), companies...) }

func companyOf(id string) *Company {
	for i := range companies {
		if c := companies[i]; c.ID != "" && strings.EqualFold(c.ID, id) {
			return &c
		}
	}
	return nil
}

// companyNamed finds a service that writes its name instead of a code: the whole name, or its first word.
func companyNamed(name string) *Company {
	first, _, _ := strings.Cut(name, " ")
	for i := range companies {
		if c := companies[i]; strings.EqualFold(c.Name, first) {
			return &c
		}
	}
	return nil
}
