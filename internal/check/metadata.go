package check

import (
	"context"
	"strings"
	"time"

	"anxin/internal/casefile"
)

// metadata tells what picture files say about themselves, in plain words. All of it can be written by anybody, so none of it is more than weak.
func metadata() Check {
	return Check{
		ID: "metadata", Version: "1", Group: GroupContext, Look: lookMetadata,
		Honest:  Text{ZH: "诚实的照片通常带有手机型号和拍摄时间；经微信等软件发送后这些信息常被去掉，这很常见。", EN: "An honest photo usually carries the phone's model and the time; chat apps often strip both, which is common."},
		Limits:  Text{ZH: "这些信息由设备或软件自己写入，可以改，也可以删；设备的时钟可能不准。拍摄地点不读取。", EN: "Devices and programs write this themselves; it can be changed or removed, and clocks may be wrong. Where a picture was taken is not read."},
		Nothing: Text{ZH: "%d 个文件没有带拍摄信息。", EN: "%d file(s) without details of how they were taken."},
	}
}

// editors are programs that change pictures, by how their names begin or what they contain, in small letters.
var editors = []string{"photoshop", "lightroom", "gimp", "snapseed", "picsart", "meitu", "美图", "醒图", "xingtu", "affinity", "pixelmator", "paint.net", "canva", "faceapp", "facetune", "b612", "retouch"}

// makers are programs that make pictures from words.
var makers = []string{"midjourney", "stable diffusion", "comfyui", "dall-e", "dall·e", "firefly", "novelai", "invokeai", "automatic1111", "flux", "doubao", "豆包", "即梦", "jimeng", "dreamina"}

func lookMetadata(ctx context.Context, in *Input) ([]Finding, error) {
	var out []Finding
	for _, f := range in.Files {
		if !strings.HasPrefix(f.Media, "image/") {
			continue
		}
		p, err := in.Picture(ctx, f)
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		if err != nil {
			out = append(out, Finding{Items: []casefile.ID{f.Item}, Applicability: Failed, Honest: nothingMeant, Fact: Text{ZH: "检查未完成：照片没有能打开。", EN: "Check not finished: the picture could not be opened."}})
			continue
		}
		out = append(out, facts(in, f, p.Meta)...)
	}
	return out, nil
}

// facts are the sentences about one file.
func facts(in *Input, f File, m Meta) []Finding {
	items := []casefile.ID{f.Item}
	var out []Finding
	if device := strings.TrimSpace(m.Make + " " + strings.TrimSpace(strings.TrimPrefix(m.Model, m.Make))); device != "" {
		place := Text{ZH: "没有", EN: "no"}
		if m.Place {
			place = Text{ZH: "有", EN: "a"}
		}
		out = append(out, Finding{Items: items, Fact: Text{ZH: "文件自称由“" + device + "”拍摄；文件中" + place.ZH + "拍摄地点（不读取）。", EN: "The file says it was taken with “" + device + "”; it holds " + place.EN + " place (not read)."}, Honest: nothingMeant})
	} else if m.Place {
		out = append(out, Finding{Items: items, Fact: Text{ZH: "文件中有拍摄地点（不读取），没有设备型号。", EN: "The file holds a place (not read) and no device."}, Honest: nothingMeant})
	}
	if !m.Taken.IsZero() {
		out = append(out, taken(in.Round, items, m))
	}
	soft := strings.ToLower(m.Software)
	switch {
	case soft == "":
	case containsAny(soft, makers):
		out = append(out, Finding{Items: items, Strength: Moderate, Group: GroupDeclaration,
			Fact:   Text{ZH: "文件自称由“" + m.Software + "”写成，这是用文字生成图像的软件。", EN: "The file says it was written by “" + m.Software + "”, a program that makes pictures from words."},
			Honest: Text{ZH: "诚实的情况：买家用同一软件加字或拼图，并已在提交时声明。请看声明。", EN: "If honest: the buyer used it to add words or join pictures, and declared it. Look at the declaration."}})
	case containsAny(soft, editors):
		out = append(out, Finding{Items: items, Strength: Weak,
			Fact:   Text{ZH: "文件最后由修图软件“" + m.Software + "”写成。", EN: "The file was last written by the picture editor “" + m.Software + "”."},
			Honest: Text{ZH: "诚实的情况：很多人裁切、调亮、打码后再上传，并可在提交时声明。", EN: "If honest: many people crop, brighten or cover something before sending, and can declare it."}})
	default:
		out = append(out, Finding{Items: items, Fact: Text{ZH: "文件自称由软件“" + m.Software + "”写成。", EN: "The file says it was written by the program “" + m.Software + "”."}, Honest: nothingMeant})
	}
	return out
}

// taken compares the camera's clock with what is known of the order.
func taken(r Round, items []casefile.ID, m Meta) Finding {
	zone := Text{ZH: "，未注明时区，按北京时间读", EN: ", no time zone named, read as Beijing time"}
	if m.Zone {
		zone = Text{ZH: "（换算为北京时间）", EN: " (in Beijing time)"}
	}
	x := Finding{Items: items, Group: GroupTime, Honest: nothingMeant,
		Fact: Text{ZH: "设备时钟显示拍摄于 " + moment(m.Taken) + zone.ZH + "。", EN: "The device's clock says it was taken at " + moment(m.Taken) + zone.EN + "."}}
	const slack = 36 * time.Hour // a wrong zone and a wrong day are no sign of anything
	switch {
	case !r.Shipped.IsZero() && m.Taken.Before(r.Shipped.Add(-slack)):
		x.Strength = Weak
		x.Fact.ZH += "这早于商品发出的 " + day(r.Shipped) + "。"
		x.Fact.EN += " That is before the goods were sent on " + day(r.Shipped) + "."
		x.Honest = Text{ZH: "诚实的情况：手机时钟不准，或选错了照片。", EN: "If honest: the phone's clock is wrong, or another picture was chosen by mistake."}
	case !r.Filed.At.IsZero() && m.Taken.After(r.Filed.At.Add(slack)):
		x.Fact.ZH += "这晚于提交时间，说明设备时钟不准。"
		x.Fact.EN += " That is after it was filed: the device's clock is wrong."
	}
	return x
}

func containsAny(s string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}
