// Package starter writes the directory that `tandem init` begins with: a commented configuration made of what both
// systems told of themselves, tests of it, and what a repository of it needs.
//
// starter.go makes the files of answers and findings, without I/O; what it puts into them is worked out in fields.go and
// categories.go and worded in templates. write.go puts files into a directory, all or none.
//
// No file holds a secret: the configuration names environment variables.
package starter
