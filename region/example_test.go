package region_test

import (
	"fmt"
	"strings"

	"anxin/region"
)

// An address that leaves no doubt is answered with the county, its coordinate and what is left of the text.
func ExampleResolver_Resolve() {
	a := region.Default().Resolve("浙江余杭仓前街道文一西路969号", region.Date{})
	fmt.Println(a.Outcome, a.Best.Code, a.Best.Path)
	fmt.Println("rest:", a.Detail)
	fmt.Println("town:", a.Best.Town.Name)
	fmt.Println(a.Best.Point.Datum, a.Best.Point.Precision)
	// Output:
	// one 330110 浙江省/杭州市/余杭区
	// rest: 文一西路969号
	// town: 仓前街道
	// WGS-84 seat
}

// A name that several places share is answered with all of them and the question that decides.
func ExampleResolver_Resolve_ambiguous() {
	a := region.Default().Resolve("朝阳区建国路", region.Date{})
	fmt.Println(a.Outcome, a.Ask.Zh)
	for _, c := range a.Candidates {
		fmt.Println(c.Code, c.Path)
	}
	// Output:
	// set 哪个市的朝阳区？
	// 110105 北京市/朝阳区
	// 220104 吉林省/长春市/朝阳区
}

// An abolished county is answered with what became of it on the as-of date, and why.
func ExampleResolver_Resolve_history() {
	r := region.Default()
	for _, day := range []string{"2015-06-30", "2026-01-01"} {
		asOf, _ := region.ParseDate(day)
		a := r.Resolve("平凉市华亭县东华镇", asOf)
		fmt.Println(day, a.Best.Code, a.Best.Path, a.Best.Kind)
		for _, why := range a.Reasons {
			if why.Code == region.ReasonHistorical {
				fmt.Println(why.Text().Zh)
			}
		}
	}
	// Output:
	// 2015-06-30 620824 甘肃省/平凉市/华亭县 division
	// 2026-01-01 620881 甘肃省/平凉市/华亭市 historical
	// 华亭县已于2018年变更为华亭市
}

// A pasted line is taken apart.
func ExampleResolver_Parse() {
	c := region.Default().Parse("收货人：赵敏 电话：19900001234 江苏省南通市如皋市如城街道福寿路8号 226500")
	fmt.Println(c.Name, c.Phone, c.Postcode)
	fmt.Println(c.Region.Best.Path, c.Detail)
	// Output:
	// 赵敏 19900001234 226500
	// 江苏省/南通市/如皋市 福寿路8号
}

// What became of a code, step by step.
func ExampleResolver_Successors() {
	for _, s := range region.Default().Successors("330104", 2015) {
		fmt.Println(s.When, s.From.Name, "→", s.To.Code, s.To.Name, "whole:", s.Whole)
	}
	// Output:
	// 2021 江干区 → 330102 上城区 whole: false
	// 2021 江干区 → 330114 钱塘区 whole: false
}

// A split county is a set of its successors until the town decides.
func ExampleResolver_Resolve_split() {
	for _, text := range []string{"杭州市江干区", "杭州市江干区九堡街道"} {
		a := region.Default().Resolve(text, region.Date{})
		fmt.Println(a.Outcome, a.Best.Name, a.Ask.Zh)
		for _, c := range a.Candidates {
			fmt.Println("  ", c.Code, c.Name, c.Reason.Text().Zh)
		}
	}
	// Output:
	// set  江干区已于2021年拆分，地址在哪个街道或乡镇？
	//    330102 上城区 江干区的一部分已于2021年划归上城区
	//    330114 钱塘区 江干区的一部分已于2021年划归钱塘区
	// one 上城区
}

// The same code may stand for different places at different dates.
func ExampleResolver_Lookup() {
	r := region.Default()
	for _, day := range []region.Date{{Year: 2020, Month: 6, Day: 30}, {}} {
		d, ok := r.Lookup("500105", day)
		fmt.Println(d.Path, ok)
	}
	// Output:
	// 重庆市/江北区 true
	//  false
}

// The divisions around a coordinate, nearest first. Seats are good for ranking, not for maps.
func ExampleResolver_Near() {
	p := region.Point{Lng: 120.13, Lat: 30.26, Datum: region.WGS84}
	for _, n := range region.Default().Near(p, 2) {
		fmt.Println(n.Code, n.Path)
	}
	// Output:
	// 330106 浙江省/杭州市/西湖区
	// 330102 浙江省/杭州市/上城区
}

// A line of the operator changes the answers without a release.
func ExampleNew() {
	r, err := region.New(strings.NewReader("\tzone\t330106\t云栖小镇\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	a := r.Resolve("杭州云栖小镇", region.Date{})
	fmt.Println(a.Best.Path, a.Best.Kind, a.Best.Zone)

	_, err = region.New(strings.NewReader("# fine\n\talias\t33\t西子区\n"))
	fmt.Println(err)
	// Output:
	// 浙江省/杭州市/西湖区 zone 云栖小镇
	// region-patch.tsv 第 2 行：“33”不是 6 位或 9 位区划代码 / line 2: “33” is not a code of 6 or 9 digits
}
