package app

import (
	"net/url"
	"strings"

	"github.com/tandem-sync/tandem/config"
)

// mediaHosts returns the hosts at which the media stores of a valid configuration are served.
func mediaHosts(stores []config.Media) []string {
	var hosts []string
	for _, m := range stores {
		var address string
		switch s := m.Settings.(type) {
		case *config.S3Media:
			address = s.PublicURL
		case *config.FolderMedia:
			address = s.PublicURL
		}
		if u, err := url.Parse(address); err == nil && u.Hostname() != "" {
			hosts = append(hosts, u.Hostname())
		}
	}
	return hosts
}

// mediaAuthorities returns the certificates in PEM by which the media stores prove who they are, beside the system's.
func mediaAuthorities(stores []config.Media) string {
	var all strings.Builder
	for _, m := range stores {
		if s, ok := m.Settings.(*config.S3Media); ok && s.CA != "" {
			all.WriteString(s.CA + "\n")
		}
	}
	return all.String()
}
