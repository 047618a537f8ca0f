// Package demo fills an empty installation with a fictional brand: technicians in twelve cities, people with ordinary faults, and cases in every state, made by the same
// commands that people use. No person, address or number in it is real.
package demo

// city is where some of the demo's technicians work.
type city struct {
	name    string
	regions []string // county-level codes covered, the first is home
	lng     float64  // WGS-84, near the middle of the home county
	lat     float64
	streets []string // invented addresses, as people write them
}

var cities = []city{
	{"北京", []string{"110105", "110108", "110102"}, 116.4432, 39.9215, []string{"北京市朝阳区青禾路18号院3号楼602", "北京海淀区知夏街66号7单元401"}},
	{"上海", []string{"310115", "310104", "310101"}, 121.5244, 31.2215, []string{"上海市浦东新区临澜路220弄9号1203室", "上海徐汇区枫屿路88号5楼"}},
	{"广州", []string{"440106", "440104"}, 113.3616, 23.1248, []string{"广州天河区榕荫街12号1座1504", "广州市越秀区书香里7号3楼"}},
	{"深圳", []string{"440305", "440304"}, 113.9304, 22.5332, []string{"深圳市南山区海棠湾二路5号A栋2201", "深圳福田区香樟道19号"}},
	{"杭州", []string{"330106", "330102", "330108"}, 120.1302, 30.2594, []string{"杭州西湖区竹影巷31号2幢1单元802", "杭州市江干区月塘路40号"}},
	{"成都", []string{"510107", "510104"}, 104.0432, 30.6419, []string{"成都武侯区锦和街27号4栋903", "成都市锦江区望溪路16号"}},
	{"武汉", []string{"420111", "420106"}, 114.3438, 30.5002, []string{"武汉市洪山区云岭大道102号6栋", "武昌区梧桐里8号2单元"}},
	{"西安", []string{"610113", "610103"}, 108.9446, 34.2141, []string{"西安雁塔区秦风路9号1701", "西安市碑林区文景坊23号"}},
	{"南宁", []string{"450103", "450102"}, 108.4948, 22.7859, []string{"南宁市青秀区茉莉路55号3栋1101", "广西南宁市兴宁区朝霞街14号"}},
	{"沈阳", []string{"210102", "210103"}, 123.4204, 41.7898, []string{"沈阳和平区北岭街71号2-5-1", "沈阳市沈河区松柏里3号"}},
	{"郑州", []string{"410105", "410102"}, 113.6606, 34.8000, []string{"郑州市金水区麦香路33号院12号楼", "郑州中原区桐树街6号"}},
	{"昆明", []string{"530102", "530103"}, 102.7073, 25.0436, []string{"昆明五华区滇韵路28号4幢", "昆明市盘龙区云杉巷11号"}},
}

// Names are made of common surnames and given names that were put together by rotation; they belong to nobody in particular.
var (
	surnames = []string{"李", "王", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗"}
	given    = []string{"禾生", "木清", "安澜", "知行", "若溪", "守一", "明远", "静姝", "怀瑾", "书禾", "景行", "望舒", "思齐", "子衿", "云起", "向晚"}
)

func personName(n int) string {
	return surnames[n*7%len(surnames)] + given[(n*5+n/len(surnames))%len(given)]
}

// mobile is a number of the demo: the block 199 0000 is not assigned to subscribers.
func mobile(n int) string {
	const digits = "0123456789"
	out := []byte("19900000000")
	for i := len(out) - 1; n > 0 && i >= 7; i-- {
		out[i] = digits[n%10]
		n /= 10
	}
	return string(out)
}

// techniciansPerCity adds up to 40.
var techniciansPerCity = []int{5, 5, 4, 3, 4, 3, 3, 3, 3, 2, 3, 2}
