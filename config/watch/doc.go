// Package watch tells when the files of a configuration may have changed.
//
// It watches directories, never files, since most editors and Kubernetes replace files instead of writing
// them: the directory of the configuration, and every directory on the way to it in which a name could
// come to mean something else, be it a symbolic link or a directory that vanishes and returns. The same
// goes for files elsewhere that a configuration reads. way.go finds those; watch.go keeps the kernel's watches in step with them and waits until things are quiet.
//
// It may tell of a change where there is none. It must not miss one.
package watch
