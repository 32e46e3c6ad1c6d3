package download

import (
	"net/url"
	"strings"
)

// forbids tells why an address may not be fetched; "" if it may.
func (d *Downloader) forbids(u *url.URL) string {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return "is neither http nor https"
	case u.Hostname() == "":
		return "names no host"
	case u.User != nil:
		return "has a user or a password in it"
	case !d.allows(u.Hostname()):
		return "is of a host that is not allowed"
	}
	return ""
}

// allows tells whether a host is one of the configuration's.
func (d *Downloader) allows(host string) bool {
	host = plainHost(host)
	for _, allowed := range d.options.Hosts {
		allowed = plainHost(allowed)
		if suffix, isPattern := strings.CutPrefix(allowed, "*"); isPattern && strings.HasPrefix(suffix, ".") {
			if len(host) > len(suffix) && strings.HasSuffix(host, suffix) {
				return true
			}
			continue
		}
		if host == allowed && host != "" {
			return true
		}
	}
	return false
}

func plainHost(host string) string { return strings.TrimSuffix(strings.ToLower(host), ".") }

// SameImage tells whether two addresses are of one image: the query is left out, since that of a presigned
// address changes all the time, and so is the fragment.
func SameImage(a, b string) bool { return Identity(a) == Identity(b) }

// Identity returns an address without what changes though the image does not: query and fragment, the case
// of scheme and host, and the port that is the scheme's own.
func Identity(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = "", false, "", ""
	u.Host = strings.ToLower(u.Host)
	switch u.Scheme {
	case "http":
		u.Host = strings.TrimSuffix(u.Host, ":80")
	case "https":
		u.Host = strings.TrimSuffix(u.Host, ":443")
	}
	return u.String()
}

// shown returns an address for messages: without its query and user, which may be secret.
func shown(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "the image's address"
	}
	u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment, u.User = "", false, "", "", nil
	return clip(u.String())
}

func clip(s string) string {
	const most = 200
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
