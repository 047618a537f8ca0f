// Command anxin-region is the "anxin region" command by itself: the resolver without the product around it. The
// benchmark measures it beside the peers, because its memory and start-up time are those of package region alone.
package main

import (
	"github.com/alecthomas/kong"

	"anxin/internal/cli/regioncli"
)

func main() {
	var cmd regioncli.Cmd
	k := kong.Parse(&cmd, kong.Name("anxin-region"), kong.Description("中国行政区划与地址解析 / divisions of China and address resolution"))
	k.FatalIfErrorf(k.Run())
}
