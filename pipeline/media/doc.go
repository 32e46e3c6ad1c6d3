// Package media keeps the images that are taken from one system where the other can fetch them: in an S3
// bucket (MinIO and its like) or in a folder that a web server serves.
//
// A Store takes and gives bytes under keys, and knows the public address of each. Keys come from a template
// that holds the content's hash, so that an object never changes its content: a repeated Put is a look, an
// address that another system has remembered stays true, and caches need no invalidation.
//
// It keeps invariant 1 for what it stores: an object is whole or absent, also after a crash (folder.go).
//
// store.go has the contract, key.go the names of objects, s3.go and s3errors.go the bucket, folder.go the
// folder, probe.go the test that `tandem check` makes. carrier.go brings images from one side of a pipeline to the
// other, carried.go is one on its way. Package picture knows what is in the bytes, package
// download brings images from addresses that were found in data.
package media
