// Package seal is an append-only Merkle log with signed checkpoints, offline proofs and a static copy on disk.
//
// It answers one question for people who do not trust the operator: "did this record exist, unchanged, when you say it did?" A leaf of the log
// commits to hashes and pseudonymous ids only, so a person's data can be erased by destroying a key and every proof still verifies.
//
// The parts, from the inside out:
//
//   - [Record]: the canonical text form that is hashed; one form, one reader, one writer. [Leaf] is a record of type anxin-leaf/v1.
//   - [Append]: adds leaves through a [Store] that lives in the caller's database transaction, so an event and its leaf commit together or
//     not at all. The tree is RFC 6962 (golang.org/x/mod/sumdb/tlog).
//   - [Checkpoint]: origin, size and root, signed with Ed25519 in the C2SP tlog-checkpoint form. [Proof] is a leaf's C2SP tlog-proof.
//   - [Publish]: the static copy of the log in the C2SP tlog-tiles layout. It refuses to continue when the copy and the database disagree
//     about the past.
//   - [Audit]: reads a whole log once, in memory of O(log n), and says which leaf, node, checkpoint or file is not what it was.
//
// Sub-packages: seal/stamp (RFC 3161 time stamps) and seal/bundle (items with their proofs in one folder or zip, verified offline).
//
// The package keeps no state, starts nothing, opens no connection, and takes time, randomness and keys as arguments.
package seal
