// Verifies a log's files with other people's code: golang.org/x/mod's signed notes and its tree of the checksum database, and
// torchwood, the implementation of C2SP's proofs and policies by those who wrote them.
package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func read(path string) []byte {
	body, err := os.ReadFile(path)
	if err != nil {
		fail(path, err)
	}
	return body
}

func fail(path string, err error) {
	fmt.Printf("DOES NOT HOLD %s: %v\n", filepath.Base(path), err)
	os.Exit(1)
}

// The tree that a checkpoint signs: origin, size and root, in the note's text.
func treeOf(path string, body []byte, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open(body, note.VerifierList(verifier))
	if err != nil {
		fail(path, err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		fail(path, fmt.Errorf("expected three lines and the name of the log"))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		fail(path, err)
	}
	return tlog.Tree{N: size, Hash: hashOf(path, lines[2])}
}

func hashOf(path, line string) tlog.Hash {
	raw, err := base64.StdEncoding.DecodeString(line)
	if err != nil || len(raw) != tlog.HashSize {
		fail(path, fmt.Errorf("expected a hash, got %d bytes: %v", len(raw), err))
	}
	var hash tlog.Hash
	copy(hash[:], raw)
	return hash
}

func hashesOf(path, text string) []tlog.Hash {
	var hashes []tlog.Hash
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if line != "" {
			hashes = append(hashes, hashOf(path, line))
		}
	}
	return hashes
}

func main() {
	bundle := os.Args[1]
	verifier, err := note.NewVerifier(strings.TrimSpace(string(read(filepath.Join(bundle, "keys/log.vkey")))))
	if err != nil {
		fail("log.vkey", err)
	}
	checkpoint := filepath.Join(bundle, "log/checkpoint")
	note := read(checkpoint)
	newest := treeOf(checkpoint, note, verifier)

	policy, err := torchwood.ParsePolicy(read(filepath.Join(bundle, "log/policy")))
	if err != nil {
		fail("policy", err)
	}
	if _, _, err := torchwood.VerifyCheckpoint(note, policy); err != nil {
		fail(checkpoint, err)
	}

	proofs, _ := filepath.Glob(filepath.Join(bundle, "attestations/*.tlog-proof"))
	for _, path := range proofs {
		head, signed, found := bytes.Cut(read(path), []byte("\n\n"))
		lines := strings.SplitN(string(head)+"\n", "\n", 3)
		if !found || len(lines) != 3 || lines[0] != "c2sp.org/tlog-proof@v1" || !bytes.Equal(signed, note) {
			fail(path, fmt.Errorf("expected a proof under the newest checkpoint"))
		}
		index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
		if err != nil {
			fail(path, err)
		}
		if !strings.HasPrefix(filepath.Base(path), fmt.Sprintf("%06d.", index)) {
			fail(path, fmt.Errorf("expected the number of its name"))
		}
		leaf := tlog.RecordHash(read(strings.TrimSuffix(path, ".tlog-proof")))
		if err := torchwood.VerifyProof(policy, leaf, read(path)); err != nil {
			fail(path, err)
		}
		if err := tlog.CheckRecord(hashesOf(path, lines[2]), newest.N, newest.Hash, index, leaf); err != nil {
			fail(path, err)
		}
	}

	older, _ := filepath.Glob(filepath.Join(bundle, "log/checkpoints/*"))
	for _, path := range older {
		tree := treeOf(path, read(path), verifier)
		if filepath.Base(path) != strconv.FormatInt(tree.N, 10) {
			fail(path, fmt.Errorf("expected the size of its name"))
		}
		proof := filepath.Join(bundle, "consistency", filepath.Base(path))
		lines := strings.SplitN(string(read(proof)), "\n", 4)
		sizes := fmt.Sprintf("odv/consistency-proof@v1\nfrom %d\nto %d", tree.N, newest.N)
		if len(lines) != 4 || strings.Join(lines[:3], "\n") != sizes {
			fail(proof, fmt.Errorf("expected three lines, with both sizes, and hashes"))
		}
		if err := tlog.CheckTree(hashesOf(proof, lines[3]), newest.N, newest.Hash, tree.N, tree.Hash); err != nil {
			fail(proof, err)
		}
	}
	fmt.Printf("holds %d checkpoints %d proofs %d entries\n", 1+len(older), len(proofs), newest.N)
}
