package main

// text is everything the command says, in one language. The notes of a report bring their own words.
type text struct {
	lang                                           string
	usage, badArguments, badKey, badRoots, notRead string
	proven, provenWith, failed                     string
	log, key, keyGiven, keyInside                  string
	good, bad, leaf, existed, content              string
	stamp, authorityTrusted, authorityNotChecked   string
	problems, reservations                         string
	logSound, logBad, logRoot                      string
}

func words(lang string) text {
	if lang == "en" {
		return english
	}
	return chinese
}

var chinese = text{
	lang: "zh",
	usage: `用法：anxin-verify [选项] 存证包（文件夹或 zip 文件）

      anxin-verify --log --key 公钥 [--since 检查点文件]... 日志副本文件夹

断网核验安心存证包：内容、记录、日志证明、签名和时间戳。
加 --log 时核验导出的整个日志副本；--since 给出您以前留存的检查点，核验日志只增未改。

  --key 公钥或文件          用您从别处（官网、来函）得到的日志公钥核验
  --stamp-roots 文件.pem    您信任的时间戳机构根证书
  --strict                  有任何保留意见时以状态 3 退出
  --json                    输出 JSON
  --lang zh|en              输出语言
  --version                 版本

退出状态：0 全部属实；1 有改动、缺失或无法证明；2 无法核验；3（仅 --strict）属实但有保留。
`,
	badArguments: "参数不对", badKey: "读不出日志公钥", badRoots: "读不出时间戳机构的根证书", notRead: "无法核验：",
	proven:     "✔ 属实：%d 条记录全部得到证明，没有任何改动。",
	provenWith: "✔ 属实：%d 条记录全部得到证明，没有任何改动；另有 %d 点保留意见，见文末。",
	failed:     "✘ 不能采信：%d / %d 条记录得到证明，发现 %d 个问题。",
	log:        "日志      %s\n", key: "密钥指纹  %s\n", keyGiven: "          （由您给出）", keyInside: "          （取自本包，请通过另外的途径核对）",
	good: "✔", bad: "✘", leaf: "  %s，日志第 %d 条，出具方时钟 %s", existed: "    不晚于 %s 已经存在（外部时间戳）\n",
	content: "    内容 %s，%d 字节\n    SHA-256 %s\n    SM3     %s\n",
	stamp:   "\n时间戳：前 %d 条日志在 %s 已经存在，机构 %s（%s）\n", authorityTrusted: "机构可信", authorityNotChecked: "机构身份未核验",
	problems: "问题：", reservations: "保留意见：",
	logSound: "✔ 日志 %s 完好：%d 条，与签名的检查点一致；与您留存的 %d 个检查点一致。\n", logBad: "✘ 日志 %s（%d 条）有 %d 处问题：\n", logRoot: "根哈希 %s\n",
}

var english = text{
	lang: "en",
	usage: `Usage: anxin-verify [options] BUNDLE (a folder or a zip file)

       anxin-verify --log --key KEY [--since CHECKPOINT]... FOLDER (an exported copy of a log)

Checks an Anxin evidence bundle without network: contents, records, log proofs, signatures and time stamps.
With --log it checks an exported copy of a whole log; --since gives a checkpoint that you kept earlier: the log may only have grown.

  --key KEY-OR-FILE         the log's public key as you got it elsewhere (web site, letter)
  --stamp-roots FILE.pem    root certificates of the time stamp authorities that you trust
  --strict                  exit with status 3 when there is any reservation
  --json                    JSON output
  --lang zh|en              language of the output
  --version                 version

Exit status: 0 all proven; 1 altered, missing or not proven; 2 could not be checked; 3 (--strict only) proven with reservations.
`,
	badArguments: "wrong arguments", badKey: "the log's key cannot be read", badRoots: "the root certificates cannot be read", notRead: "Cannot be checked: ",
	proven:     "✔ PROVEN: all %d records are proven and nothing was altered.",
	provenWith: "✔ PROVEN: all %d records are proven and nothing was altered; %d reservations at the end.",
	failed:     "✘ NOT TO BE RELIED ON: %d of %d records are proven, %d problems found.",
	log:        "Log  %s\n", key: "Key  %s\n", keyGiven: "     (given by you)", keyInside: "     (taken from the bundle: compare it by another way)",
	good: "✔", bad: "✘", leaf: "  %s, leaf %d of the log, operator's clock %s", existed: "    existed no later than %s (outside time stamp)\n",
	content: "    content %s, %d bytes\n    SHA-256 %s\n    SM3     %s\n",
	stamp:   "\nTime stamp: the first %d leaves of the log existed at %s, authority %s (%s)\n", authorityTrusted: "trusted authority", authorityNotChecked: "authority not checked",
	problems: "Problems:", reservations: "Reservations:",
	logSound: "✔ The log %s is sound: %d leaves, as its signed checkpoints say; it agrees with the %d checkpoints that you kept.\n",
	logBad:   "✘ The log %s (%d leaves) has %d problems:\n", logRoot: "Root hash %s\n",
}
