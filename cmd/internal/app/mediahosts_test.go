package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/config"
)

func TestMediaHosts(t *testing.T) {
	got := mediaHosts([]config.Media{
		{Settings: &config.S3Media{Endpoint: "minio.lan:9000", PublicURL: "https://media.example.com:8443/pm-manager"}},
		{Settings: &config.FolderMedia{PublicURL: "http://[fd00::1]/images"}},
	})
	if diff := cmp.Diff([]string{"media.example.com", "fd00::1"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
