// Package download brings images from addresses that were found in data.
//
// Whoever can edit a product can write any address into it, so an address is not trusted: only http and
// https, only hosts that the configuration allows, no credentials, and no connection to an address inside the
// network unless the configuration says so. That is checked on the address that a connection is really made to
// (guard.go), so that neither a redirect, nor a name that resolves to something else the next moment, leads
// inside. Size, time and the number of redirects are bounded, and what comes must be an image by its content.
//
// Proxies of the environment are not used: behind one, nobody could check the address. No cookies are kept
// and none of Tandem's credentials are ever sent.
//
// download.go is the way of one image, served.go the proof that a media store is public, address.go judges addresses, guard.go connections, errors.go says what
// went wrong.
package download
