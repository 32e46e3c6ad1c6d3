package media_test

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/media"
)

// realServer starts a real S3 server, versitygw, with a bucket "shop", and returns the options of a store in it.
func realServer(t *testing.T) media.S3Options {
	t.Helper()
	binary := os.Getenv("TANDEM_TEST_VERSITYGW")
	if binary == "" {
		t.Skip("left out: no real S3 server; `make test` builds one and names it in TANDEM_TEST_VERSITYGW")
	}
	options := media.S3Options{
		Endpoint: freePort(t), Bucket: "shop", PublicURL: public, Insecure: true, Timeout: 20 * time.Second,
		AccessKey: pipeline.NewSecret("testroot"), SecretKey: pipeline.NewSecret("testsecret123"),
	}
	var output strings.Builder
	server := exec.Command(binary, "--port", options.Endpoint, "--quiet", "posix", t.TempDir())
	server.Env = append(os.Environ(), "ROOT_ACCESS_KEY=testroot", "ROOT_SECRET_KEY=testsecret123")
	server.Stdout, server.Stderr = &output, &output
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = server.Wait() // it was killed
		if t.Failed() {
			t.Logf("the server said:\n%s", output.String())
		}
	})
	makeBucket(t, options)
	return options
}

func freePort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return address
}

// makeBucket tries until the server listens.
func makeBucket(t *testing.T, options media.S3Options) {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	admin, err := minio.New(options.Endpoint, &minio.Options{
		Creds:     credentials.NewStaticV4(options.AccessKey.Reveal(), options.SecretKey.Reveal(), ""),
		Transport: transport, Region: "us-east-1", MaxRetries: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(20 * time.Second)
	for {
		err := admin.MakeBucket(t.Context(), options.Bucket, minio.MakeBucketOptions{})
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the S3 server does not start: %v", err)
		}
	}
}

// TestRealS3 runs against versitygw what TestS3 runs against a fake, and what a fake cannot show.
func TestRealS3(t *testing.T) {
	options := realServer(t)
	testStore(t, newS3(t, options))

	for name, tt := range map[string]struct {
		change func(*media.S3Options)
		code   pipeline.Code
		says   string
	}{
		"wrong secret":    {func(o *media.S3Options) { o.SecretKey = pipeline.NewSecret("wrong") }, pipeline.CodeAccessDenied, "secret_key"},
		"wrong key":       {func(o *media.S3Options) { o.AccessKey = pipeline.NewSecret("nobody") }, pipeline.CodeAccessDenied, "access_key"},
		"no such bucket":  {func(o *media.S3Options) { o.Bucket = "nowhere" }, pipeline.CodeBucketNotFound, `"nowhere"`},
		"TLS where none":  {func(o *media.S3Options) { o.Insecure = false }, pipeline.CodeTLSFailed, "tls = false"},
		"another region":  {func(o *media.S3Options) { o.Region = "eu-west-3" }, pipeline.CodeConfiguration, "region"},
		"nobody's socket": {func(o *media.S3Options) { o.Endpoint = freePort(t) }, pipeline.CodeConnectionRefused, "endpoint"},
	} {
		t.Run(name, func(t *testing.T) {
			wrong := options
			tt.change(&wrong)
			c := failed(t, newS3(t, wrong))
			if c.Name != "write" || c.Code != tt.code || !strings.Contains(c.Detail+c.Remedy, tt.says) {
				t.Errorf("%+v", c)
			}
			if strings.Contains(c.Detail, "testsecret123") || strings.Contains(c.Detail, "wrong"+"secret") {
				t.Errorf("shows the secret: %+v", c)
			}
		})
	}
}
