package download

import (
	"context"
	"fmt"
	"net/netip"
	"syscall"
)

// guard is called with the address that a connection is about to be made to, after all names are resolved.
func (d *Downloader) guard(_ context.Context, _, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return &forbidden{why: "leads to " + address + ", which is no address of the internet"}
	}
	if why := d.forbidsIP(to.Addr()); why != "" {
		return &forbidden{why: fmt.Sprintf("leads to %s, %s", to.Addr(), why), private: true}
	}
	return nil
}

// forbidsIP tells what is wrong with an address; "" if nothing is.
func (d *Downloader) forbidsIP(ip netip.Addr) string {
	ip = embedded(ip.Unmap().WithZone(""))
	switch {
	case ip.IsUnspecified(), ip.IsMulticast(), ip == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return "which no server has"
	case d.options.AllowPrivate:
		return ""
	case ip.IsLoopback():
		return "which is this machine"
	case ip.IsPrivate(), ip.IsLinkLocalUnicast(), isInside(ip):
		return "which is inside the network"
	}
	return ""
}

// isInside tells whether an address is of one of the ranges that are not of the internet though net/netip
// does not count them as private (IANA's special-purpose registries).
func isInside(ip netip.Addr) bool {
	for _, block := range []string{
		"0.0.0.0/8",      // this network
		"100.64.0.0/10",  // shared address space of providers (RFC 6598), also of some clouds' metadata services
		"192.0.0.0/24",   // protocol assignments
		"198.18.0.0/15",  // benchmarks
		"240.0.0.0/4",    // reserved
		"fec0::/10",      // site-local, as it once was
		"100::/64",       // discard-only
		"64:ff9b:1::/48", // translation inside a network
	} {
		if netip.MustParsePrefix(block).Contains(ip) {
			return true
		}
	}
	return false
}

// embedded returns the IPv4 address that an IPv6 address of a transition mechanism leads to, or ip itself.
func embedded(ip netip.Addr) netip.Addr {
	b := ip.As16()
	switch {
	case netip.MustParsePrefix("64:ff9b::/96").Contains(ip): // NAT64
		return netip.AddrFrom4([4]byte(b[12:16]))
	case netip.MustParsePrefix("2002::/16").Contains(ip): // 6to4
		return netip.AddrFrom4([4]byte(b[2:6]))
	case netip.MustParsePrefix("::/96").Contains(ip) && !ip.IsLoopback() && !ip.IsUnspecified(): // IPv4-compatible
		return netip.AddrFrom4([4]byte(b[12:16]))
	}
	return ip
}
