// Package rule holds policy packs: versioned YAML files in which an operator writes, in Chinese that a reviewer can read, how claims are routed, which
// evidence is asked for, who bears the burden of proof and how long everybody has.
//
// A pack is data that was written by people for people, so the package is strict when reading it (every mistake is told with file, line and plain
// words; every rule carries examples that must pass) and narrow in what it can do: there is no verb for refusing anything. Rules route, lengthen,
// ask and choose letters; people decide.
//
// The flow: Parse → *Pack (checked, compiled) → Library (all packs, which one is in force when) → Library.Pin (which version counts for a claim) →
// Pack.Evaluate (Facts → Outcome and Trace). Replay runs two packs over stored facts and tells who would be treated differently.
//
// Everything here is a pure function of its arguments; facts hold codes, counts and times and never personal data.
package rule
