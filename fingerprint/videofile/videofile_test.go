package videofile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// fake writes a stand-in for ffmpeg that prints frames and records how it was called.
func fake(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ffmpeg")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFrames(t *testing.T) {
	calls := filepath.Join(t.TempDir(), "calls")
	program := fake(t, fmt.Sprintf("echo \"$@\" > %s\nhead -c %d /dev/zero\n", calls, 3*side*side+100))
	prints, err := Frames(context.Background(), program, "-evil; name.mp4")
	if err != nil || len(prints) != 3 {
		t.Fatalf("%d frames, %v", len(prints), err)
	}
	b, err := os.ReadFile(calls)
	if err != nil || !strings.Contains(string(b), "-protocol_whitelist file -i file:-evil; name.mp4 ") {
		t.Errorf("called with %s", b)
	}
	if prints, err = Frames(context.Background(), fake(t, fmt.Sprintf("head -c %d /dev/zero", (MaxFrames+5)*side*side)), "x"); err != nil || len(prints) != MaxFrames {
		t.Errorf("%d frames, %v", len(prints), err)
	}
	if _, err = Frames(context.Background(), fake(t, "echo 'moov atom not found' >&2; exit 1"), "x"); err == nil || !strings.Contains(err.Error(), "moov") {
		t.Errorf("the complaint is lost: %v", err)
	}
	if _, err = Frames(context.Background(), fake(t, "exit 0"), "x"); err == nil {
		t.Error("no frames and no error")
	}
}

func TestWithoutTheProgram(t *testing.T) {
	if _, err := exec.LookPath("ffmpeg"); err == nil {
		t.Skip("ffmpeg is installed here")
	}
	if _, err := Frames(context.Background(), "", "x"); !errors.Is(err, ErrCannotInspect) {
		t.Error(err)
	}
}
