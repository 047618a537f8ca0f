package region

import (
	"unicode/utf8"

	"anxin/region/internal/table"
)

// follow says what the characters after a name make of it.
type follow uint8

const (
	followPlain    follow = iota
	followRoad            // 路, 街: the name belongs to a road
	followFar             // 东路, 北一路: a name without suffix belongs to the road, one with a suffix (永川区南大街) does not
	followBrand           // 小吃, 拉面, 时间: the name belongs to a dish or a saying
	followOrg             // 大学, 银行: the name belongs to an institution, which may stand anywhere
	followSpot            // 村, 山: the name belongs to a spot, which need not lie in the division of the name
	followLandmark        // 机场, 火车站: the same, but it lies at least in the city of the name
	followEstate          // 小区, 广场: behind a city and a county the name is that of the county, by itself it is a word
)

// spot reports whether the name belongs to a spot or landmark.
func (f follow) spot() bool { return f == followSpot || f == followLandmark }

// followWords are the words that change the meaning of a name before them.
var followWords = compileFollow(map[follow][]string{
	followFar:  {"老街", "步行街", "横街", "新街", "正街", "前街", "后街", "小街", "直街"},
	followRoad: {"路", "巷", "弄", "胡同", "大道", "大街", "公路", "高速", "环线", "国道", "省道", "高架", "隧道", "支路", "里弄", "道"},
	followBrand: {"小吃", "拉面", "牛肉", "烤鸭", "火锅", "米粉", "米线", "热干面", "烧饼", "包子", "饺子", "水饺", "麻辣", "凉皮", "肉夹馍",
		"炒饭", "酸菜", "羊肉", "羊杂", "烧烤", "菜馆", "饭店", "饭庄", "酒家", "餐馆", "餐厅", "早茶", "茶叶", "黑茶", "绿茶", "红茶", "白茶", "特产", "土菜",
		"土鸡", "板栗", "私房菜", "臭豆腐", "板鸭", "烧鸡", "扒鸡", "豆腐", "豆皮", "螺蛳粉", "酸辣粉", "肠粉", "吊", "面馆", "大闸蟹", "龙虾", "牌", "时间", "书店", "啤酒", "老窖",
		"大曲", "酒业", "特色", "风味", "口音", "话", "人家", "老乡", "同乡", "商会", "会馆", "汤包", "锅贴", "糕", "粽子", "年糕", "醋", "湘菜", "川菜", "粤菜", "菜", "料理", "鸭血", "米皮",
		"刀削面", "烩面", "小面", "拌面", "炸酱面", "担担面", "酱肉", "熏鸡", "烤鱼", "豆干", "麻花", "大饼", "煎饼", "胡辣汤", "羊肉泡馍", "泡馍", "馄饨", "云吞", "点心", "糖水", "凉茶", "腊肉", "火腿", "黄酒", "白酒", "米酒", "香肠", "梅干菜", "菜馆", "油茶", "抄手", "串串", "冒菜", "砂锅", "海鲜", "锅盔", "灌汤", "蒸菜", "卤味", "酱鸭", "木桶饭", "盖浇饭", "小笼", "奶茶", "丝绸", "陶瓷", "家具", "灯饰", "石材", "红木", "苹果", "脐橙", "枸杞"},
	followOrg: {"大学", "学院", "银行", "医院", "中学", "小学", "幼儿园", "一中", "二中", "三中", "实验", "师范", "职业", "证券", "保险", "人寿", "集团", "公司", "有限", "科技", "电器", "汽车",
		"日报", "晚报", "电视", "电视台", "商学院", "酒店", "大酒店", "宾馆", "旅馆", "招待所", "驾校", "中医院", "人民医院", "图书馆", "博物馆", "体育馆", "体育场", "政府", "法院", "派出所", "税务局", "办事处", "联络处", "分公司", "支行", "分行", "商行", "经营部", "专卖", "超市", "药店", "眼镜", "物流", "快递", "快运", "货运", "公墓", "殡仪馆"},
	followSpot: {"村", "镇", "乡", "街", "社区", "新村", "公园", "景区", "风景区", "古镇", "站", "湖", "河", "山", "寺", "庙", "塔", "岛", "水库", "农场", "林场", "煤矿", "矿",
		"桥", "屯", "庄", "湾", "塘", "坝", "沟", "坡", "岭", "门", "口", "苗圃"},
	followLandmark: {"机场", "国际机场", "火车站", "高铁站", "汽车站", "客运站", "东站", "西站", "南站", "北站", "码头", "古城", "大桥"},
	followEstate: {"小区", "花园", "花苑", "苑", "公寓", "家园", "山庄", "广场", "工业园", "科技园", "产业园", "工业区", "大厦", "大楼", "商城", "市场", "批发", "万达", "万象", "吾悦",
		"国际", "府", "名城", "城", "一号", "壹号", "公馆", "别墅", "雅居", "佳园", "新城", "里", "坊", "轩", "阁"},
})

// addressMarks are characters that hardly occur in a sentence that is not an address.
var addressMarks = []uint16{'路', '街', '巷', '弄', '道', '号', '栋', '幢', '楼', '室', '村', '镇', '乡', '园', '苑', '厦', '场', '站', '口', '桥', '附', '旁', '边', '坊', '湾', '庄', '城', '校', '院', '寺', '区', '座', '组', '队', '屯', '塔', '洞', '山', '湖', '港', '岛', '府'}

// looksLikeAddress reports whether the text from character i on has anything of an address in it.
func (t *chars) looksLikeAddress(i int) bool {
	for ; i < len(t.c); i++ {
		if isOneOf(t.c[i], addressMarks) {
			return true
		}
	}
	return false
}

// goesOn reports whether a word of two characters and more stands behind character i.
func (t *chars) goesOn(i int) bool {
	for k := i; k+1 < len(t.c); k++ {
		if t.class[k] == classHan && t.class[k+1] == classHan && !t.space[k+1] {
			return true
		}
	}
	return false
}

// ends reports whether a word ends before character i: at a mark, the end, or a particle (石景山的，北京).
func (t *chars) ends(i int) bool {
	return i >= len(t.c) || t.space[i] || t.class[i] != classHan || isOneOf(t.c[i], particles) && (i+1 == len(t.c) || t.space[i+1] || t.class[i+1] != classHan)
}

var particles = []uint16{'的', '呢', '啊', '吧', '呀', '哈', '哦', '人', '那', '这'}

// joined reports whether another character follows directly at i.
func (t *chars) joined(i int) bool {
	return i < len(t.c) && t.class[i] == classHan && !t.space[i]
}

// followTable finds the words by their first character.
type followTable map[uint16][]followWord

type followWord struct {
	rest []uint16
	kind follow
}

func compileFollow(words map[follow][]string) followTable {
	t := followTable{}
	for kind, list := range words {
		for _, w := range list {
			first, size := utf8.DecodeRuneInString(w)
			fw := followWord{kind: kind}
			for _, c := range w[size:] {
				fw.rest = append(fw.rest, char16(c))
			}
			t[char16(first)] = append(t[char16(first)], fw)
		}
	}
	return t
}

// match returns the kind of the longest word that starts at character i. Of two readings of the same word the
// more harmless one wins, which cannot happen: the lists are disjoint.
func (f followTable) match(t *chars, i int) (follow, int) {
	kind, length := followPlain, 0
	for _, w := range f[t.c[i]] {
		n := 1 + len(w.rest)
		if n <= length || i+n > len(t.c) {
			continue
		}
		same := true
		for k, c := range w.rest {
			if t.c[i+1+k] != c {
				same = false
				break
			}
		}
		if same {
			kind, length = w.kind, n
		}
	}
	return kind, length
}

// follows says what the characters from i on make of the name that ends there.
func (t *chars) follows(i int) follow {
	if i >= len(t.c) || t.space[i] || t.class[i] != classHan {
		return followPlain
	}
	kind, length := followWords.match(t, i)
	if (kind == followRoad || kind == followFar) && t.c[i+length-1] == '街' && i+length < len(t.c) && t.c[i+length] == '口' {
		return followLandmark // 新街口
	}
	if kind == followSpot && length == 1 && t.c[i] == '街' && i+1 < len(t.c) {
		switch t.c[i+1] {
		case '道', '办': // 街道, 街办: a town
			return followSpot
		case '上', '里', '头', '面', '村':
			return followPlain // 石桥镇街上: in the main street of the town
		}
		return followRoad
	}
	if kind == followSpot && length == 1 && t.c[i] == '街' {
		return followRoad
	}
	if kind != followPlain && !(length == 1 && t.c[i] == '道' && i+1 < len(t.c) && t.c[i+1] == '口') {
		return kind
	}
	// 南京东路, 北京西路, 中山北一路: a direction and a number may stand between the name and the road.
	for k := 0; k < 3 && i < len(t.c) && isOneOf(t.c[i], directionsAndNumbers); k++ {
		i++
		if i < len(t.c) {
			if kind, n := followWords.match(t, i); kind == followRoad || kind == followSpot && n == 1 && t.c[i] == '街' && !(i+1 < len(t.c) && (t.c[i+1] == '道' || t.c[i+1] == '办')) {
				return followFar
			}
		}
	}
	return followPlain
}

// ownStreet reports whether the street written from character i on may be one in the place named before it (烟台蓬莱东街,
// 石河子北三路), not one called after the place (长沙芙蓉中路). Cities call roads after their districts, with a direction behind.
func (t *chars) ownStreet(i int, district bool) bool {
	if !district {
		return true
	}
	for k := i; k < i+4 && k < len(t.c); k++ {
		switch {
		case isOneOf(t.c[k], numerals):
			return k < i+2
		case t.c[k] == '街' || t.c[k] == '巷':
			return true
		case t.c[k] == '路' || t.c[k] == '道':
			return false
		}
	}
	return true
}

var numerals = []uint16{'一', '二', '三', '四', '五', '六', '七', '八', '九', '十'}

// branded reports whether the name before character i is part of the name of a university, hotel or estate, which like to
// call themselves after a place they are not in.
func (t *chars) branded(i int) bool {
	for _, w := range brands {
		if t.has(i, w) {
			return !t.has(i, []rune("大学城"))
		}
	}
	return false
}

var brands = [][]rune{
	[]rune("大学"), []rune("学院"), []rune("酒店"), []rune("大酒店"), []rune("宾馆"), []rune("大厦"), []rune("花园"), []rune("花苑"), []rune("新城"), []rune("名城"), []rune("家园"),
	[]rune("公馆"), []rune("山庄"), []rune("公寓"), []rune("小区"), []rune("雅居"), []rune("佳园"), []rune("别墅"), []rune("国际"),
}

// followsFull is follows for a name that is complete.
func (t *chars) followsFull(i int) follow {
	if f := t.follows(i); f != followFar {
		return f
	}
	return followPlain
}

var directionsAndNumbers = []uint16{'东', '南', '西', '北', '中', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '环', '新', '大', '老', '内', '外', '上', '下', '前', '后'}

// prepositions may stand directly before an address.
var prepositions = []uint16{'在', '到', '于', '住', '址', '是', '往', '去', '来', '从', '至', '给', '向', '国', '家', '为', '寄', '发', '送', '点', '处', '我', '的', '这', '了', '收', '师'}

// boundBefore reports whether a name starting at character i starts a word.
func (t *chars) boundBefore(i int) bool {
	if i == 0 || t.space[i] || t.class[i-1] != classHan {
		return true
	}
	return isOneOf(t.c[i-1], prepositions)
}

func isOneOf(c uint16, set []uint16) bool {
	for _, x := range set {
		if x == c {
			return true
		}
	}
	return false
}

// regiment reports whether a regiment of the corps is named at character i: 187团, 九团.
func (t *chars) regiment(i int) bool {
	k := i
	for k < len(t.c) && k < i+4 && (t.c[k] >= '0' && t.c[k] <= '9' || isOneOf(t.c[k], numerals)) {
		k++
	}
	return k > i && k < len(t.c) && t.c[k] == '团'
}

// suffixAt reports whether the character at i makes another division of the name before it: 长安 in 长安区.
func (t *chars) suffixAt(i int) bool {
	if i >= len(t.c) || t.space[i] {
		return false
	}
	switch t.c[i] {
	case '区', '县', '市', '省', '州', '旗', '盟':
		return true
	}
	return false
}

// autonomous reports whether the word that goes on at character i ends as that of an autonomous prefecture or county.
func (t *chars) autonomous(i int) bool {
	for k := i; k < i+14 && t.joined(k); k++ {
		if t.has(k, []rune("族自治")) {
			return true
		}
	}
	return false
}

// townSuffix is the length of the suffix of a town at character i, 0 when there is none.
func (t *chars) townSuffix(i int) int {
	if i >= len(t.c) || t.space[i] {
		return 0
	}
	for _, w := range townSuffixes {
		if t.has(i, w) {
			return len(w)
		}
	}
	return 0
}

// townEnds reports whether the name at characters i to j ends with the suffix of a town.
func (t *chars) townEnds(i, j int) bool {
	for _, w := range townSuffixes {
		if j-len(w) > i && t.has(j-len(w), w) {
			return true
		}
	}
	return false
}

var townSuffixes = [][]rune{[]rune("街道办事处"), []rune("街道办"), []rune("街道"), []rune("街办"), []rune("办事处"), []rune("镇"), []rune("乡"), []rune("苏木")}

// needsParent reports whether the name of a county says nothing without the city before it: 东区, 郊区, 新城区.
func needsParent(p *table.Place) bool {
	if p.Level != table.County {
		return false
	}
	switch p.Name {
	case "东区", "西区", "南区", "北区", "中区", "城区", "郊区", "矿区", "市区", "新区", "市郊区", "市中区", "城中区", "城东区", "城西区", "城北区", "城南区",
		"新城区", "老城区", "东城区", "西城区", "北城区", "南城区", "新市区", "郊县":
		return true
	}
	return false
}

// labels are words of forms and lists that are not places. They are hidden before names are looked for.
var labels = [][]rune{
	[]rune("直辖县级行政区划"), []rune("直辖县级行政单位"), []rune("直辖行政单位"), []rune("直辖行政区划"), []rune("直辖县级"), []rune("直辖县"),
	[]rune("直辖市"), []rune("直辖区"), []rune("市辖区"), []rune("市辖县"), []rune("县级市"), []rune("新疆生产建设兵团"), []rune("生产建设兵团"),
}

// hideLabels turns the labels in the text into separators and returns the first of them.
func (t *chars) hideLabels(s *Span) {
	*s = Span{}
	for i := 0; i+2 < len(t.c); i++ {
		switch t.c[i] {
		case '直', '市', '县', '新', '生':
		default:
			continue
		}
		for _, l := range labels {
			if !t.has(i, l) {
				continue
			}
			from, to := i, i+len(l)
			// 省省直辖…, 自治区直辖…: the word before belongs to the label unless it ends a province.
			if l[0] == '直' && i > 0 && (t.c[i-1] == '省' || t.c[i-1] == '区') && (i == 1 || t.class[i-2] == classSep || t.c[i-2] == t.c[i-1]) {
				from--
			}
			if l[0] == '新' {
				from += 2 // 新疆 stays a place
			}
			for k := from; k < to; k++ {
				t.class[k] = classSep
			}
			if s.End == 0 {
				*s = Span{Start: int(t.at[from]), End: int(t.end[to-1])}
			}
			i = to - 1
			break
		}
	}
	if t.hideFieldNames() || s.End != 0 {
		t.count()
	}
}

// fieldNames are what forms and pasted lists write before a colon.
var fieldNames = [][]rune{
	[]rune("所在地区"), []rune("详细地址"), []rune("收货地址"), []rune("收件地址"), []rune("联系地址"), []rune("上门地址"), []rune("街道地址"), []rune("服务地址"), []rune("省份"), []rune("城市"), []rune("区县"),
	[]rune("区域"), []rune("地区"), []rune("乡镇"), []rune("街道"), []rune("地址"), []rune("省"), []rune("市"), []rune("区"), []rune("县"),
}

// hideFieldNames turns the names of fields (区县：市中区) into separators, so that they do not part a city from its county.
func (t *chars) hideFieldNames() bool {
	found := false
	for i := 1; i < len(t.c); i++ {
		if t.c[i] != ':' || t.class[i-1] != classHan {
			continue
		}
		for _, w := range fieldNames {
			from := i - len(w)
			if from < 0 || !t.has(from, w) || from > 0 && t.class[from-1] == classHan && !t.space[from] {
				continue
			}
			for k := from; k < i; k++ {
				t.class[k] = classSep
			}
			found = true
			break
		}
	}
	return found
}

// has reports whether word stands at character i.
func (t *chars) has(i int, word []rune) bool {
	if i+len(word) > len(t.c) {
		return false
	}
	for k, c := range word {
		if t.c[i+k] != uint16(c) {
			return false
		}
	}
	return true
}
