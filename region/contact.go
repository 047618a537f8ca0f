package region

import "strings"

// Contact is a pasted line taken apart.
type Contact struct {
	Name     string
	Phone    string // digits; an extension follows after "-"
	Phones   []string
	Postcode string
	Address  string // the line without name, telephone, postcode and labels
	Region   Answer // Address resolved in the newest state of the dataset
	Detail   string // the address below the division: road, number, building
}

// Parse splits name, telephone, postcode and address out of one pasted line and resolves the address. Whatever is
// not recognised stays in Address, so nothing of the line is lost.
func (r *Resolver) Parse(text string) Contact {
	var c Contact
	if len(text) > 4*maxChars {
		c.Address = text
		c.Region = r.Resolve(text, Date{})
		return c
	}
	p := splitter{r: r, text: strings.ToValidUTF8(text, " ")}
	p.phones(&c)
	p.labels(&c)
	p.postcode(&c)
	p.name(&c)
	c.Address = p.rest()
	c.Region = r.Resolve(c.Address, Date{})
	c.Detail = c.Region.Detail
	return c
}

// splitter takes recognised pieces out of a line by overwriting them with separators.
type splitter struct {
	r    *Resolver
	text string
}

// cut removes bytes i to j.
func (p *splitter) cut(i, j int) {
	p.text = p.text[:i] + "\n" + p.text[j:]
}

// rest is what was not taken, tidied.
func (p *splitter) rest() string {
	parts := strings.FieldsFunc(p.text, func(c rune) bool { return c == '\n' || c == '\r' || c == '\t' })
	for i := range parts {
		parts[i] = strings.Trim(parts[i], " ,，;；|｜:：、。")
	}
	out := parts[:0]
	for _, s := range parts {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

// phones takes mobile numbers (11 digits from 1, with +86, spaces or hyphens), numbers with area code and 400
// numbers out of the text.
func (p *splitter) phones(c *Contact) {
	for i := 0; i < len(p.text); {
		digits, end := number(p.text, i)
		if digits == "" {
			i++
			continue
		}
		if phone, ok := phoneOf(digits); ok {
			if ext, stop := extension(p.text, end); ext != "" && phone[0] != '1' {
				phone, end = phone+"-"+ext, stop
			}
			c.Phones = append(c.Phones, phone)
			p.cut(i, end)
			i++
			continue
		}
		i = end
	}
	if len(c.Phones) > 0 {
		c.Phone = c.Phones[0]
	}
}

// number reads a run of digits at i that may be broken by single spaces or hyphens, as telephone numbers are. It
// returns the digits alone and the end of the run.
func number(s string, i int) (string, int) {
	if i > 0 && (isDigit(s[i-1]) || s[i-1] == '-' && i > 1 && isDigit(s[i-2])) {
		return "", i
	}
	start, plus := i, false
	if i < len(s) && s[i] == '+' {
		i, plus = i+1, true
	}
	if i >= len(s) || !isDigit(s[i]) {
		return "", start
	}
	var b []byte
	end := i
	for i < len(s) && len(b) < 20 {
		switch {
		case isDigit(s[i]):
			b = append(b, s[i])
			i++
			end = i
		case (s[i] == '-' || s[i] == ' ') && i+1 < len(s) && isDigit(s[i+1]) && len(b) < 13:
			i++
		default:
			i = len(s)
		}
	}
	if whole := string(b); plus || phoneLike(whole) {
		return whole, end
	}
	// Broken numbers that make no telephone are read up to the first break.
	i = start
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return s[start:i], i
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func phoneLike(digits string) bool {
	_, ok := phoneOf(digits)
	return ok
}

// phoneOf returns the telephone number in a run of digits.
func phoneOf(d string) (string, bool) {
	if len(d) == 13 && strings.HasPrefix(d, "861") {
		d = d[2:]
	}
	switch {
	case len(d) == 11 && d[0] == '1' && d[1] >= '3':
		return d, true
	case (len(d) >= 10 && len(d) <= 12) && d[0] == '0' && d[1] >= '1' && d[1] <= '9':
		return d, true
	case len(d) == 10 && (strings.HasPrefix(d, "400") || strings.HasPrefix(d, "800")):
		return d, true
	}
	return "", false
}

// extension reads 转801 or -801 behind a number.
func extension(s string, i int) (string, int) {
	switch {
	case strings.HasPrefix(s[i:], "转"):
		i += len("转")
	case strings.HasPrefix(s[i:], "-"):
		i++
	default:
		return "", i
	}
	start := i
	for i < len(s) && isDigit(s[i]) && i-start < 6 {
		i++
	}
	return s[start:i], i
}

// fieldLabels are the words in front of the pieces of a form. Those of names come first.
var nameLabels = []string{"收货人姓名", "收件人姓名", "联系人姓名", "客户姓名", "收货人", "收件人", "联系人", "客户", "姓名", "用户", "报修人"}

var otherLabels = []string{"所在地区", "所在地址", "详细地址", "收货地址", "收件地址", "上门地址", "安装地址", "维修地址", "联系地址", "通讯地址", "家庭地址", "地址",
	"手机号码", "联系方式", "联系电话", "手机号", "电话号码", "手机", "电话", "邮政编码", "邮编"}

// labels takes the labels of forms out, and the name behind the label of a name.
func (p *splitter) labels(c *Contact) {
	for _, l := range nameLabels {
		i := strings.Index(p.text, l)
		if i < 0 {
			continue
		}
		j := i + len(l)
		k := j
		for k < len(p.text) && strings.ContainsRune(":： ", first(p.text[k:])) {
			k += len(string(first(p.text[k:])))
		}
		if k == j && l == "客户" || k == j && l == "用户" {
			continue // 客户要求: a word, not a label
		}
		end := k
		for end < len(p.text) && !strings.ContainsRune(" ,，;；|｜\n\t(（", first(p.text[end:])) {
			end += len(string(first(p.text[end:])))
		}
		if name := p.text[k:end]; nameShape(name) && c.Name == "" {
			c.Name = name
			p.cut(i, end)
		}
	}
	for _, l := range otherLabels {
		for _, colon := range []string{":", "："} {
			if i := strings.Index(p.text, l+colon); i >= 0 {
				p.cut(i, i+len(l)+len(colon))
			}
		}
	}
	for _, l := range []string{"手机号码", "联系电话", "手机号", "手机", "电话", "邮编"} { // 电话 before a number already taken
		p.text = strings.ReplaceAll(p.text, l+"\n", "\n")
		p.text = strings.ReplaceAll(p.text, l+" \n", "\n")
	}
}

func first(s string) rune {
	for _, c := range s {
		return c
	}
	return 0
}

// postcode takes a free-standing number of six digits that begins as postcodes do.
func (p *splitter) postcode(c *Contact) {
	for i := 0; i+6 <= len(p.text); i++ {
		if !isDigit(p.text[i]) {
			continue
		}
		j := i
		for j < len(p.text) && isDigit(p.text[j]) {
			j++
		}
		before := i == 0 || strings.ContainsRune(" ,，;；|\n\t(（", lastRune(p.text[:i])) || strings.HasSuffix(p.text[:i], "邮编")
		after := j == len(p.text) || strings.ContainsRune(" ,，;；|\n\t)）", first(p.text[j:]))
		if j-i == 6 && before && after && p.text[i] != '9' {
			c.Postcode = p.text[i:j]
			if strings.HasSuffix(p.text[:i], "邮编") {
				i -= len("邮编")
			}
			p.cut(i, j)
			return
		}
		i = j
	}
}

func lastRune(s string) rune {
	r := []rune(s[max(0, len(s)-4):])
	if len(r) == 0 {
		return 0
	}
	return r[len(r)-1]
}

// name takes the piece that looks most like a person's name: two to four characters between separators that begin
// with a surname or end with a form of address, and that are no place.
func (p *splitter) name(c *Contact) {
	if c.Name != "" {
		return
	}
	start := 0
	for start <= len(p.text) {
		end := start
		for end < len(p.text) && !strings.ContainsRune(" ,，;；|｜\n\t/、。(（)）", first(p.text[end:])) {
			end += len(string(first(p.text[end:])))
		}
		piece := p.text[start:end]
		bare, marked := strings.CutSuffix(piece, "收")
		if nameShape(bare) && looksLikeName(bare) && (marked || !p.isPlace(bare)) {
			c.Name = bare
			p.cut(start, end)
			return
		}
		if end >= len(p.text) {
			return
		}
		start = end + len(string(first(p.text[end:])))
	}
}

// isPlace reports whether a piece by itself is the name of a division.
func (p *splitter) isPlace(s string) bool {
	for _, d := range p.r.Named(s) {
		if d.Level < LevelTown {
			return true
		}
	}
	return false
}

// nameShape reports whether s is two to five Chinese characters.
func nameShape(s string) bool {
	n := 0
	for _, c := range s {
		if classOf(c) != classHan {
			return false
		}
		n++
	}
	return n >= 2 && n <= 5
}

// titles end a form of address.
var titles = []string{"先生", "女士", "小姐", "太太", "师傅", "老师", "阿姨", "大爷", "大姐", "大哥", "同学", "经理", "老板"}

// surnames of one character, by frequency far enough down to cover nearly everybody.
const surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文庞樊兰殷施洪翟安颜倪牛温芦季俞章鲁葛伍申尤毕聂柴焦向柳邢骆岳齐梅庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强丛华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥保和蔺"

func looksLikeName(s string) bool {
	for _, t := range titles {
		if strings.HasSuffix(s, t) {
			return true
		}
	}
	rs := []rune(s)
	if len(rs) > 4 {
		return false
	}
	for _, two := range []string{"欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "宇文", "长孙"} {
		if strings.HasPrefix(s, two) {
			return true
		}
	}
	if len(rs) > 3 {
		return false
	}
	switch rs[len(rs)-1] { // 周村, 高桥镇, 王府路
	case '路', '街', '村', '镇', '乡', '区', '市', '县', '号', '楼', '栋', '室', '巷', '里', '园', '苑', '站', '店', '厂', '省', '层', '座', '户', '弄', '湾', '桥':
		return false
	}
	return strings.ContainsRune(surnames, rs[0])
}
