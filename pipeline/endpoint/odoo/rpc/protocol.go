package rpc

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// protocol is one of Odoo's external APIs. Its methods return errors as they come; classed turns them
// into what the engine understands.
type protocol interface {
	version(ctx context.Context) (Version, timing, error)
	// login returns the user's id.
	login(ctx context.Context) (int64, timing, error)
	execute(ctx context.Context, uid int64, call Call) (any, timing, error)
}

// Version is what a server says of itself.
type Version struct {
	Major int
	Text  string // as the server writes it: "18.0+e-20241005"
}

// versionOf reads a version from what both APIs say of it: the text and sys.version_info's like.
func versionOf(text string, info any) (Version, error) {
	v := Version{Text: text}
	if list, _ := info.([]any); len(list) > 0 {
		major := strings.TrimPrefix(fmt.Sprint(list[0]), "saas~") // Odoo Online: "saas~18"
		v.Major, _ = strconv.Atoi(major)
	}
	if v.Major == 0 {
		return v, unexpectedError{"no version"}
	}
	return v, nil
}

// timing tells when an exchange took place.
type timing struct {
	sent, received time.Time // of this process's clock: first byte out, head of the answer in
	date           time.Time // the server's clock in between, in whole seconds; zero if it did not say
	wrote          bool      // something of the request left this process
}

// hostPort names the server, with the port also where it is the scheme's own.
func hostPort(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	port := "80"
	if u.Scheme == "https" {
		port = "443"
	}
	return u.Host + ":" + port
}
