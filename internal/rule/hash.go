package rule

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"gopkg.in/yaml.v3"
)

// outside are the keys of a pack that say how far it came and not what it says; the hash leaves them out, so that it stays the same from consultation to
// retirement.
var outside = []string{"state", "approver", "published_at", "retired_at", "hash"}

// hashOf gives the SHA-256 of what a pack says: the document in one canonical form, without comments, layout and the keys outside.
func hashOf(root *yaml.Node) string {
	text, err := json.Marshal(canonical(root, true))
	if err != nil { // strings, lists and maps of strings always marshal
		panic(err)
	}
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func canonical(n *yaml.Node, top bool) any {
	switch n.Kind {
	case yaml.MappingNode:
		out := map[string]any{} // JSON writes keys in order
		for i := 0; i+1 < len(n.Content); i += 2 {
			if key := n.Content[i].Value; !top || !slices.Contains(outside, key) {
				out[key] = canonical(n.Content[i+1], false)
			}
		}
		return out
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, c := range n.Content {
			out[i] = canonical(c, false)
		}
		return out
	}
	return n.Value
}
