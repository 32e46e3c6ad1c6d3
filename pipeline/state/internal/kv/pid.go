package kv

import (
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// pidFile tells a second process who holds the lock. It is not the lock: a process that was killed
// leaves it behind.
const pidFile = "tandem.pid"

// writePid stores this process's id. It is a courtesy, not worth an error.
func writePid(files vfs.FS, dir string, protect func(name string)) {
	path := files.PathJoin(dir, pidFile)
	file, err := files.Create(path, vfs.WriteCategoryUnspecified)
	if err != nil {
		return
	}
	_, _ = io.WriteString(file, strconv.Itoa(os.Getpid())+"\n")
	_ = file.Close()
	protect(path)
}

func removePid(files vfs.FS, dir string) { _ = files.Remove(files.PathJoin(dir, pidFile)) }

// readPid returns the id of the process that holds the lock, "" if it is not known.
func readPid(files vfs.FS, dir string) string {
	file, err := files.Open(files.PathJoin(dir, pidFile))
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(file, 32))
	pid := strings.TrimSpace(string(text))
	if _, wrong := strconv.Atoi(pid); err != nil || wrong != nil {
		return ""
	}
	return pid
}
