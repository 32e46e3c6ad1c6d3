// Package gallery keeps the images of the stand-in Products Manager as PM does: encoded anew, so that nobody
// gets back the bytes that he sent, under names made of what they hold, with thumbnails.
//
// PM's pages say: JPEG, PNG or WebP of at most 10 MB come in; JPEG of quality 85, at most 2,000 pixels a side, comes
// out, white where something was transparent; thumbnails have 150, 300 and 800 pixels. An orientation of EXIF is lost,
// as nothing is said of it.
package gallery
