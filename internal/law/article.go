package law

import (
	"regexp"
	"strconv"
	"strings"
)

var numbered = regexp.MustCompile(`第([零〇一二三四五六七八九十百千]+)(条|款|项|部分)`)

var units = map[string]string{"条": "article ", "款": " paragraph ", "项": " item ", "部分": "part "}

// articleEN turns 第二十三条第三款 into "article 23 paragraph 3" and 第四十四条至第五十条 into "article 44 to article 50". It answers "" when something is left that
// it cannot read; the file then has to say article_en.
func articleEN(zh string) string {
	out := numbered.ReplaceAllStringFunc(zh, func(m string) string {
		parts := numbered.FindStringSubmatch(m)
		return units[parts[2]] + strconv.Itoa(chineseNumber(parts[1]))
	})
	out = strings.NewReplacer("至", " to ", "、", ", ").Replace(out)
	for _, r := range out {
		if r > 0x7F {
			return ""
		}
	}
	return out
}

// chineseNumber reads 一百八十八.
func chineseNumber(s string) int {
	digits := map[rune]int{'零': 0, '〇': 0, '一': 1, '二': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}
	places := map[rune]int{'十': 10, '百': 100, '千': 1000}
	total, digit := 0, 0
	for _, r := range s {
		if p, ok := places[r]; ok {
			total += max(digit, 1) * p
			digit = 0
			continue
		}
		digit = digits[r]
	}
	return total + digit
}
