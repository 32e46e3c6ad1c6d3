package web

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/tandem-sync/tandem/pipeline"
)

// SocketName is the socket's file in the state directory.
const SocketName = "tandem.sock"

// maxSocketPath is what the kernel takes as the path of a socket, with room for the temporary name.
const maxSocketPath = 107 - len("/.sock-0123456789/s")

// listenSocket listens on dir/tandem.sock. The caller owns the state directory alone (state.Open), so a
// file that is there was left by a process that died: it is replaced, in one step. The socket is made
// inside a directory of mode 0700 and gets its mode before it gets its name: nobody else can connect in
// between.
func listenSocket(dir string) (net.Listener, error) {
	path := filepath.Join(dir, SocketName)
	if len(path) > maxSocketPath {
		return nil, &pipeline.Error{
			Code:    pipeline.CodeListenFailed,
			Message: fmt.Sprintf("the path of the socket %s is too long for the system", path),
			Remedy:  fmt.Sprintf("Choose a `state_dir` of at most %d characters.", maxSocketPath-len(SocketName)-1),
		}
	}
	private, err := os.MkdirTemp(dir, ".sock-")
	if err != nil {
		return nil, socketError(path, err)
	}
	defer func() { _ = os.RemoveAll(private) }()
	temporary := filepath.Join(private, "s")
	l, err := net.Listen("unix", temporary)
	if err != nil {
		return nil, socketError(path, err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	if err = os.Chmod(temporary, 0o600); err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		return nil, socketError(path, errors.Join(err, l.Close()))
	}
	return l, nil
}

func socketError(path string, err error) error {
	return &pipeline.Error{
		Code:    pipeline.CodeListenFailed,
		Message: fmt.Sprintf("cannot listen on the socket %s", path),
		Remedy:  "See that the state directory can be written by the user that runs Tandem.",
		Cause:   err,
	}
}

// listenTCP listens on daemon.listen.
func listenTCP(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, &pipeline.Error{
			Code:    pipeline.CodeListenFailed,
			Message: fmt.Sprintf("cannot listen on %s", address),
			Cause:   err,
		}
	}
	return l, nil
}
