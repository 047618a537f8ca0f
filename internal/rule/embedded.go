package rule

import "embed"

//go:embed packs/*.yaml
var embedded embed.FS
