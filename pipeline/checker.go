package pipeline

import (
	"context"
	"fmt"
	"slices"
)

// Checker is an Endpoint that tests, one by one, what pipelines need of its system.
type Checker interface {
	// Check asks the system anew, whatever Describe remembers, and writes nothing. It goes on after a test
	// that fails, as far as that makes sense, and returns all tests in the order in which people should
	// read them.
	Check(ctx context.Context, needs Needs) Checkup
}

// Checkup is the outcome of a Checker.
type Checkup struct {
	Checks []Check
	// About is what is known of the system now; its Schema is empty where the fields could not be read.
	About Description
}

// Check is one test of a source or of a media store.
type Check struct {
	Name   string `json:"check"` // connection, version, database, login, products, …: a few words
	Grade  Grade  `json:"grade"`
	Detail string `json:"detail"` // what was found
	Code   Code   `json:"code,omitempty"`
	Remedy string `json:"remedy,omitempty"`
}

// Grade is the outcome of one test.
type Grade string

// The grades. Only a failed test keeps pipelines from working.
const (
	GradePassed   Grade = "ok"
	GradeWarning  Grade = "warning"
	GradeFailed   Grade = "failed"
	GradeUntested Grade = "untested" // another test's failure, or a lack of rights, leaves it open
)

// Pass notes a test that went well.
func (c *Checkup) Pass(name, format string, args ...any) {
	c.Checks = append(c.Checks, Check{Name: name, Grade: GradePassed, Detail: fmt.Sprintf(format, args...)})
}

// Warn notes something that works and should be otherwise.
func (c *Checkup) Warn(name, found, remedy string) {
	c.Checks = append(c.Checks, Check{Name: name, Grade: GradeWarning, Detail: found, Remedy: remedy})
}

// Fail notes a test that failed by err.
func (c *Checkup) Fail(name string, err error) {
	e := AsError(err)
	c.Checks = append(c.Checks, Check{Name: name, Grade: GradeFailed, Detail: e.Error(), Code: e.Code, Remedy: RemedyOf(e)})
}

// Skip notes tests that were not made.
func (c *Checkup) Skip(why string, names ...string) {
	for _, name := range names {
		c.Checks = append(c.Checks, Check{Name: name, Grade: GradeUntested, Detail: why})
	}
}

// Unreached tells whether err says that nobody answered, or not in a way that lets one go on asking.
func Unreached(err error) bool {
	return slices.Contains([]Code{
		CodeConnectionRefused, CodeConnectionTimeout, CodeConnectionLost, CodeTLSFailed, CodeStopped,
	}, AsError(err).Code)
}

// Needs is what pipelines want of a source.
type Needs struct {
	// Reads and Writes are fields by the source's own names, each once, sorted.
	Reads, Writes []string
	// Creates, Archives and Deletes tell whether records may be made and taken away.
	Creates, Archives, Deletes bool
}

// Changes tells whether anything is to be written at all.
func (n Needs) Changes() bool {
	return len(n.Writes) > 0 || n.Creates || n.Archives || n.Deletes
}

// Also returns what n and m want together.
func (n Needs) Also(m Needs) Needs {
	return Needs{
		Reads: union(n.Reads, m.Reads), Writes: union(n.Writes, m.Writes),
		Creates: n.Creates || m.Creates, Archives: n.Archives || m.Archives, Deletes: n.Deletes || m.Deletes,
	}
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// Needs returns what the pipeline wants of the source on one side.
func (d *Definition) Needs(side Side) Needs {
	n := Needs{
		Reads: union(d.Wanted(side), nil), Creates: d.Creates[side],
		Archives: d.Removes[side] && d.Deletes == DeletesArchive, Deletes: d.Removes[side] && d.Deletes == DeletesDelete,
	}
	for _, f := range d.Fields {
		if f.Writes[side] {
			n.Writes = union(n.Writes, []string{f.Fields[side]})
		}
	}
	return n
}
