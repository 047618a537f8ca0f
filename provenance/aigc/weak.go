package aigc

import "strings"

// note adds a neutral fact once.
func (s *scan) note(f Fact) {
	for _, w := range s.notes {
		if w.ID == f.ID && w.Value == f.Value {
			return
		}
	}
	if len(s.notes) < 16 {
		s.notes = append(s.notes, f)
	}
}

// weakly adds an indicator once.
func (s *scan) weakly(f Fact) {
	for _, w := range s.weak {
		if w.ID == f.ID && w.Value == f.Value {
			return
		}
	}
	if len(s.weak) < 16 {
		s.weak = append(s.weak, f)
	}
}

// writers are programs that write files anew, by what they leave behind. Rewriting is common and honest; it also removes
// marks. Those whose purpose is to copy a screen or to remove metadata are weak indicators, the others only a fact.
var writers = []struct {
	id, contains, zh, en string
}{
	{"weak-screenshot", "screenshot", "截屏程序", "a screenshot program"},
	{"weak-screenshot", "screen capture", "截屏程序", "a screenshot program"},
	{"weak-screenshot", "截屏", "截屏程序", "a screenshot program"},
	{"weak-screenshot", "截图", "截屏程序", "a screenshot program"},
	{"weak-screenshot", "snippingtool", "截屏程序", "a screenshot program"},
	{"weak-screenshot", "flameshot", "截屏程序", "a screenshot program"},
	{"writer", "exiftool", "元数据编辑程序 ExifTool", "the metadata editor ExifTool"},
	{"writer", "exiv2", "元数据编辑程序 Exiv2", "the metadata editor Exiv2"},
	{"writer", "xmp core 4.4.0-exiv2", "元数据编辑程序 Exiv2", "the metadata editor Exiv2"},
	{"writer", "imagemagick", "图像处理程序 ImageMagick", "the image tool ImageMagick"},
	{"writer", "graphicsmagick", "图像处理程序 GraphicsMagick", "the image tool GraphicsMagick"},
	{"writer", "gd-jpeg", "图像处理库 GD", "the image library GD"},
	{"writer", "lavf", "音视频处理程序 FFmpeg", "the media tool FFmpeg"},
	{"writer", "lavc", "音视频处理程序 FFmpeg", "the media tool FFmpeg"},
	{"writer", "handbrake", "视频转码程序 HandBrake", "the transcoder HandBrake"},
	{"weak-scrubber", "mat2", "元数据清除程序 MAT2", "the metadata remover MAT2"},
	{"weak-scrubber", "exifcleaner", "元数据清除程序 ExifCleaner", "the metadata remover ExifCleaner"},
	{"weak-scrubber", "scrambled exif", "元数据清除程序 Scrambled Exif", "the metadata remover Scrambled Exif"},
	{"weak-scrubber", "remove-ai-watermarks", "去除人工智能标识的程序", "a program that removes marks of AI"},
	{"weak-scrubber", "undetectable", "去除人工智能标识的程序", "a program that removes marks of AI"},
}

// writer looks at the name of the program that wrote the file.
func (s *scan) writer(place, name string) {
	lower := strings.ToLower(clip(name, 256))
	for _, w := range writers {
		if !strings.Contains(lower, w.contains) {
			continue
		}
		f := Fact{ID: w.id, Value: w.contains, ZH: "文件最后由" + w.zh + "写成。", EN: "The file was last written by " + w.en + "."}
		switch w.id {
		case "weak-screenshot":
			f.ZH += "截屏没有原文件的标识和拍摄信息；很多人这样保存图片。"
			f.EN += " A screenshot has none of the original's labels and camera data; many people save pictures that way."
		case "weak-scrubber":
			f.ZH += "标识可能被去掉；也有人用它保护隐私。"
			f.EN += " Labels may have been removed; people also use it for privacy."
		default: // too common to be an indicator
			f.ZH += "这样的程序会改写元数据；网站和手机软件都常用它们，这一点不利也不弊。"
			f.EN += " Such programs rewrite metadata; websites and apps use them all the time, which speaks neither for nor against it."
			s.note(f)
			return
		}
		s.weakly(f)
		return
	}
}

// shell notices an XMP packet that something was taken out of.
func (s *scan) shell(place string, p *packet, labelsBefore int) {
	declared := false
	for _, uri := range p.spaces {
		declared = declared || strings.Contains(uri, "tc260.org.cn")
	}
	left := 0
	for _, q := range p.properties {
		if q.name != "xmptk" {
			left++
		}
	}
	switch {
	case declared && len(s.carriers) == labelsBefore:
		s.weakly(Fact{ID: "weak-label-shell", Value: "namespace", ZH: "元数据里声明了标识（TC260）的命名空间，却没有标识。标识可能被删除过。", EN: "The metadata declares the label's namespace (TC260) without a label. A label may have been removed."})
	case left == 0 && p.rdf:
		s.weakly(Fact{ID: "weak-empty-shell", Value: "xmp", ZH: "文件里的 XMP 元数据只剩空壳。内容可能被清空过；有的软件也会写出空壳。", EN: "The XMP metadata is an empty shell. It may have been emptied; some programs also write empty ones."})
	}
}
