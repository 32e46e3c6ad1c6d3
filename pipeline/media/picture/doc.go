// Package picture knows what is in the bytes of an image: its format and size, whether it can be read at
// all, how it is made to fit a system that takes less, and whether two images show the same.
//
// What comes in was written by strangers. The format is read from the content, never from a name or a
// header; the pixels are counted before any memory is taken for them; an image is handed on only after all
// of it was decoded, since Odoo keeps a damaged one as it is and shows a hole. No input makes it panic.
//
// Systems re-encode what they are given, so that two copies of one image never have the same bytes. A
// Fingerprint is made of what is seen.
//
// sniff.go tells formats apart, inspect.go reads heads, orientation.go EXIF, studio.go decodes within a budget
// of memory, fit.go makes images fit, fingerprint.go compares them.
package picture
