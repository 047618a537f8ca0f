package region

import (
	"unicode/utf8"

	"anxin/region/internal/table"
)

// lexicon is a trie over the folded names of all places. Nodes are numbered breadth first, so that the children
// of a node are neighbours and one array of first children describes the whole shape.
type lexicon struct {
	root  []int32  // node of every possible first character, 0 when none
	label []uint16 // character of a node
	first []int32  // children of node n are first[n] .. first[n+1]-1
	entry []int32  // index of the entry ending at a node, -1 when none
	// targets of entry e are targets[from[e]:from[e+1]]; those from split[e] on are towns
	from    []int32
	split   []int32
	targets []table.Target
}

// char16 maps a character to the 16 bits the trie works with. The few names with characters beyond the basic
// plane get a stand-in from the private-use area.
func char16(r rune) uint16 {
	if r > 0xffff {
		return uint16(0xe000 | r&0x17ff)
	}
	return uint16(r)
}

// newLexicon builds the trie from entries sorted by name.
func newLexicon(entries []table.Entry, places []table.Place) *lexicon {
	nodes, targets := 1, 0
	for i := range entries {
		targets += len(entries[i].Targets)
		nodes += 2 // a rough size; the slices grow if needed
	}
	x := &lexicon{
		root: make([]int32, 1<<16), label: make([]uint16, 1, nodes), first: make([]int32, 1, nodes),
		entry: make([]int32, 1, nodes), from: make([]int32, 1, len(entries)+1), split: make([]int32, 0, len(entries)),
		targets: make([]table.Target, 0, targets),
	}
	for i := range entries {
		for _, m := range entries[i].Targets {
			if places[m.Place].Level != table.Town {
				x.targets = append(x.targets, m)
			}
		}
		x.split = append(x.split, int32(len(x.targets)))
		for _, m := range entries[i].Targets {
			if places[m.Place].Level == table.Town {
				x.targets = append(x.targets, m)
			}
		}
		x.from = append(x.from, int32(len(x.targets)))
	}
	x.entry[0] = -1
	type block struct{ lo, hi, pos int32 }
	queue := make([]block, 1, nodes)
	queue[0] = block{0, int32(len(entries)), 0}
	for n := 0; n < len(queue); n++ {
		b := queue[n]
		x.first[n] = int32(len(x.label))
		lo := b.lo
		for lo < b.hi && int(b.pos) == len(entries[lo].Name) {
			x.entry[n] = lo
			lo++
		}
		for lo < b.hi {
			r, size := utf8.DecodeRuneInString(entries[lo].Name[b.pos:])
			hi := lo + 1
			prefix := entries[lo].Name[b.pos : int(b.pos)+size]
			for hi < b.hi && len(entries[hi].Name) >= int(b.pos)+size && entries[hi].Name[b.pos:int(b.pos)+size] == prefix {
				hi++
			}
			if n == 0 {
				x.root[char16(r)] = int32(len(x.label))
			}
			x.label = append(x.label, char16(r))
			x.first = append(x.first, 0)
			x.entry = append(x.entry, -1)
			queue = append(queue, block{lo, hi, b.pos + int32(size)})
			lo = hi
		}
	}
	x.first = append(x.first, int32(len(x.label)))
	return x
}

// child returns the child of node n for character c, 0 when there is none.
func (x *lexicon) child(n int32, c uint16) int32 {
	lo, hi := x.first[n], x.first[n+1]
	for hi-lo > 8 {
		m := int32(uint32(lo+hi) >> 1)
		if x.label[m] <= c {
			lo = m
		} else {
			hi = m
		}
	}
	for ; lo < hi; lo++ {
		if x.label[lo] == c {
			return lo
		}
	}
	return 0
}

// meanings are the targets of an entry.
func (x *lexicon) meanings(entry int32) []table.Target {
	return x.targets[x.from[entry]:x.from[entry+1]]
}

// upper are the targets of an entry that are no towns.
func (x *lexicon) upper(entry int32) []table.Target {
	return x.targets[x.from[entry]:x.split[entry]]
}

// towns are the targets of an entry that are towns.
func (x *lexicon) towns(entry int32) []table.Target {
	return x.targets[x.split[entry]:x.from[entry+1]]
}
