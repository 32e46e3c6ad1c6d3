package download_test

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/media/download"
)

// names makes a resolver whose every name has the address that answer gives, anew for each question.
func names(t *testing.T, answer func() netip.Addr) *net.Resolver {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buffer := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return // closed
			}
			if reply := replyTo(buffer[:n], answer); reply != nil {
				_, _ = conn.WriteTo(reply, from)
			}
		}
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func replyTo(question []byte, answer func() netip.Addr) []byte {
	var m dnsmessage.Message
	if m.Unpack(question) != nil || len(m.Questions) != 1 {
		return nil
	}
	m.Response, m.Additionals = true, nil
	head := dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Class: dnsmessage.ClassINET, TTL: 0}
	switch m.Questions[0].Type {
	case dnsmessage.TypeA:
		if ip := answer(); ip.Is4() {
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: ip.As4()}})
		}
	case dnsmessage.TypeAAAA:
		if ip := answer(); ip.Is6() {
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AAAAResource{AAAA: ip.As16()}})
		}
	}
	packed, err := m.Pack()
	if err != nil {
		return nil
	}
	return packed
}

// TestNamesThatLeadInside: an allowed name whose address is not of the internet is not connected to.
func TestNamesThatLeadInside(t *testing.T) {
	var reached atomic.Int32
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		reached.Add(1)
		write(w, photo(t))
	})
	_, port, err := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	for _, ip := range []string{
		"127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "::", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "fe80::1", "fd00::1",
		"100.100.100.200", "192.0.0.192", "198.18.0.1", "224.0.0.1", "239.1.1.1", "255.255.255.255", "240.0.0.1", "ff02::1", "fec0::1", "0.1.2.3",
		"::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::1", "2002:a00:1::1", "::127.0.0.1", "100::1",
	} {
		to := netip.MustParseAddr(ip)
		d := downloader(t, download.Options{Hosts: []string{"*.example.com"}, Resolver: names(t, func() netip.Addr { return to }), Timeout: 5 * time.Second})
		_, err := d.Fetch(t.Context(), "http://media.example.com:"+port+"/a.jpg")
		if !is(err, pipeline.Permanent, "leads to") {
			t.Errorf("%s: %v", ip, err)
		}
		// Written as an address it is refused too, also where somebody allows it as a host.
		literal := download.New(download.Options{Hosts: []string{ip}, Timeout: 5 * time.Second})
		if _, err := literal.Fetch(t.Context(), "http://"+net.JoinHostPort(ip, port)+"/a.jpg"); !is(err, pipeline.Permanent, "leads to") {
			t.Errorf("%s, written: %v", ip, err)
		}
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("the server inside was reached %d times", n)
	}
}

// TestNumbersThatLeadInside: an address that is written as some programs read it, and that somebody allows as a host,
// does not lead to this machine either.
func TestNumbersThatLeadInside(t *testing.T) {
	var reached atomic.Int32
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		reached.Add(1)
		write(w, photo(t))
	})
	_, port, err := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1.", "0", "[::ffff:7f00:1]", "[::ffff:127.0.0.1%25lo]", "localhost"} {
		d := downloader(t, download.Options{Hosts: []string{strings.Trim(host, "[]"), "::ffff:127.0.0.1%lo"}, Timeout: 5 * time.Second})
		if _, err := d.Fetch(t.Context(), "http://"+host+":"+port+"/a.jpg"); err == nil || pipeline.AsError(err).Code != pipeline.CodeImageSync {
			t.Errorf("%s: %v", host, err)
		}
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("the server inside was reached %d times", n)
	}
}

// TestAllowPrivate: a server inside is reached where the configuration says so; what no server has stays refused.
func TestAllowPrivate(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { write(w, photo(t)) })
	_, port, err := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	for ip, reaches := range map[string]bool{"127.0.0.1": true, "0.0.0.0": false, "224.0.0.1": false, "::ffff:0.0.0.0": false} {
		to := netip.MustParseAddr(ip)
		d := downloader(t, download.Options{Hosts: []string{"media.example.com"}, AllowPrivate: true, Resolver: names(t, func() netip.Addr { return to }), Timeout: 5 * time.Second})
		_, err := d.Fetch(t.Context(), "http://MEDIA.example.com.:"+port+"/a.jpg")
		if reaches != (err == nil) {
			t.Errorf("%s: %v", ip, err)
		}
	}
}

// TestRebinding: a name that is of the internet when it is looked at, and of this machine the next moment.
func TestRebinding(t *testing.T) {
	var reached, asked atomic.Int32
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		reached.Add(1)
		write(w, photo(t))
	})
	_, port, err := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	resolver := names(t, func() netip.Addr {
		if asked.Add(1) == 1 {
			return netip.MustParseAddr("203.0.113.1") // reserved for documentation: leads nowhere
		}
		return netip.MustParseAddr("127.0.0.1")
	})
	addresses, err := resolver.LookupNetIP(t.Context(), "ip4", "media.example.com")
	if err != nil || addresses[0].IsLoopback() {
		t.Fatalf("%v, %v", addresses, err)
	}
	d := downloader(t, download.Options{Hosts: []string{"media.example.com"}, Resolver: resolver, Timeout: 5 * time.Second})
	if _, err := d.Fetch(t.Context(), "http://media.example.com:"+port+"/a.jpg"); !is(err, pipeline.Permanent, "leads to 127.0.0.1, which is this machine") {
		t.Errorf("%v", err)
	}
	if reached.Load() != 0 {
		t.Error("the server inside was reached")
	}
}
