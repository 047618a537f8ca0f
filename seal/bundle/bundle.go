// Package bundle packs sealed records with their proofs into one folder or zip file and verifies such a bundle offline.
//
// A bundle is made to be handed to somebody who does not trust the operator: a court, the other party, an inspector. It needs no
// network, no account and no software of the operator but this verifier (and most of it can be checked by hand with sha256sum and openssl, as the
// README.txt inside says). Its files, format "anxin-bundle/v1":
//
//	README.txt                    what this is and how to check it, Chinese and English
//	manifest.json                 list of the files with size and SHA-256; an index, not a proof
//	log-key.txt                   the log's public keys, one per line
//	entries/0001/record.txt       the canonical record; its SHA-256 is in the leaf
//	entries/0001/leaf.txt         the leaf of the log
//	entries/0001/proof.txt        C2SP tlog-proof from the leaf to a signed checkpoint
//	entries/0001/content.jpg      what the record is about, when it travels along; the record has its size, SHA-256 and SM3
//	checkpoints/<size>.txt        the signed checkpoint, as in the proofs
//	checkpoints/<size>.tsr        RFC 3161 response over that file, when there is one
//
// A record commits to content by the fields content-size, content-sha256 and content-sm3 (the last may be missing).
package bundle

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"anxin/seal"
)

// Format is the version of the layout.
const Format = "anxin-bundle/v1"

// Bounds on what is read from a bundle.
const (
	MaxEntries  = 1000
	MaxFiles    = 8 * MaxEntries
	maxManifest = 4 << 20
	maxKeys     = 64 << 10
)

// The names of files.
const (
	manifestName = "manifest.json"
	readmeName   = "README.txt"
	keysName     = "log-key.txt"
	recordName   = "record.txt"
	leafName     = "leaf.txt"
	proofName    = "proof.txt"
)

// The fields by which a record commits to content.
const (
	FieldSize   = "content-size"
	FieldSHA256 = "content-sha256"
	FieldSM3    = "content-sm3"
)

// Content is a file that a record is about.
type Content struct {
	// Extension is the last part of the file's name in the bundle: "jpg", "mp4", "bin" (a-z, 0-9, at most 8). The rest of the name is ours.
	Extension string
	Open      func() (io.ReadCloser, error)
}

// Entry is one sealed record with its proof.
type Entry struct {
	Record []byte
	Leaf   []byte
	Proof  seal.Proof
	// Content is nil when it does not travel along (or was erased).
	Content *Content
}

// Stamp is an RFC 3161 response over a signed checkpoint.
type Stamp struct {
	Checkpoint []byte
	Response   []byte
}

// Bundle is what is packed.
type Bundle struct {
	// Made dates the files in a zip; nothing is proven about it.
	Made    time.Time
	Keys    seal.Keys
	Entries []Entry
	Stamps  []Stamp
}

// ErrContents is the error of a bundle that cannot be written.
var ErrContents = errors.New("this cannot be packed into a bundle")

var extensionForm = regexp.MustCompile(`^[a-z0-9]{1,8}$`)

// manifest is manifest.json. It has one form only (indented JSON, as Go writes it), so a changed byte shows.
type manifest struct {
	Format  string          `json:"format"`
	Entries []manifestEntry `json:"entries"`
	Stamps  []int64         `json:"stamped_checkpoints"`
	Files   []manifestFile  `json:"files"`
}

type manifestEntry struct {
	Folder  string `json:"folder"`
	Content string `json:"content,omitempty"` // file name in the folder
}

type manifestFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

func entryFolder(i int) string { return fmt.Sprintf("entries/%04d", i+1) }

func checkpointName(size int64, ext string) string {
	return fmt.Sprintf("checkpoints/%d.%s", size, ext)
}

func readme(keys seal.Keys) string {
	var fp []string
	for _, k := range keys {
		fp = append(fp, "  "+k.Fingerprint())
	}
	return fmt.Sprintf(readmeText, strings.Join(fp, "\n"))
}

const readmeText = `安心存证包 / Anxin evidence bundle (anxin-bundle/v1)
=====================================================

【中文】
本包里的每条记录都附有密码学证明，可以在断网的电脑上自行核验，不需要信任出具方，也不需要登录。

最简单的办法：运行  anxin-verify 本文件夹（或 zip 文件）

手工核验（任何电脑）：
 1. 内容没有被改动：  sha256sum entries/0001/content.*  的结果应与同一文件夹 record.txt 里的 content-sha256 相同。
 2. 记录没有被改动：  sha256sum entries/0001/record.txt  的结果应与 leaf.txt 的 digest 相同。
 3. 记录确实在日志里：proof.txt 是公开格式 C2SP tlog-proof，叶子的哈希沿着它可算出检查点的根。
 4. 检查点由日志的密钥签署：格式为 C2SP tlog-checkpoint（Ed25519）。请通过另外的途径（官网、来函、公告）核对密钥指纹：
%[1]s
 5. 时间：checkpoints 下的 .tsr 文件（如有）是 RFC 3161 时间戳：
    openssl ts -verify -in checkpoints/N.tsr -data checkpoints/N.txt -CAfile 时间戳机构的根证书.pem
    它证明检查点之前的所有记录在该时刻已经存在。没有 .tsr 只说明没有向外部机构申请时间戳，不影响其他核验。
    record.txt 和 leaf.txt 里的时间是出具方自己的时钟。

manifest.json 只是目录，本身不是证明；不在目录里的文件没有经过证明。

[English]
Every record in this bundle comes with a cryptographic proof. You can check it on a computer without network; you need not trust whoever gave it to
you, and no account.

The simplest way: run  anxin-verify THIS-FOLDER-OR-ZIP

By hand, on any computer:
 1. The content was not altered: sha256sum entries/0001/content.* must give the content-sha256 of record.txt in the same folder.
 2. The record was not altered: sha256sum entries/0001/record.txt must give the digest of leaf.txt.
 3. The record is in the log: proof.txt is a C2SP tlog-proof (a public format); it leads from the hash of the leaf to the root of the checkpoint.
 4. The checkpoint was signed with the log's key: C2SP tlog-checkpoint (Ed25519). Compare the fingerprint of the key by another way (web site,
    letter, notice):
%[1]s
 5. The time: the .tsr files under checkpoints (if any) are RFC 3161 time stamps:
    openssl ts -verify -in checkpoints/N.tsr -data checkpoints/N.txt -CAfile ROOT-OF-THE-STAMP-AUTHORITY.pem
    They show that everything the log held before the checkpoint existed at that time. No .tsr means only that no outside authority was
    asked for one; all other checks stand. The times in record.txt and leaf.txt are the operator's own clock.

manifest.json is a list and proves nothing by itself; files that it does not list are not proven.
`
