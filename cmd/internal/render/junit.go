package render

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// The elements of JUnit's XML as GitLab, Jenkins and others read them: one suite for each file.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
		seconds  float64
	}
	junitCase struct {
		Name      string        `xml:"name,attr"`
		ClassName string        `xml:"classname,attr"`
		File      string        `xml:"file,attr,omitempty"`
		Line      int           `xml:"line,attr,omitempty"`
		Time      string        `xml:"time,attr"`
		Failure   *junitProblem `xml:"failure"`
		Error     *junitProblem `xml:"error"`
	}
	junitProblem struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",cdata"` // clean, apart from line ends
	}
)

// JUnit writes the outcome of tests as JUnit's XML. Errors of the configuration, for which nothing ran, are a suite of
// their own.
func JUnit(w io.Writer, run view.TestRun) error {
	doc := junitSuites{Tests: len(run.Tests), Failures: run.Failed}
	seconds := 0.0
	for _, test := range run.Tests {
		seconds += test.Seconds
		if n := len(doc.Suites); n == 0 || doc.Suites[n-1].Name != test.File {
			doc.Suites = append(doc.Suites, junitSuite{Name: test.File})
		}
		doc.Suites[len(doc.Suites)-1].add(test)
	}
	if len(run.Tests) == 0 {
		s := junitSuite{Name: "configuration", Time: junitTime(0)}
		for _, d := range run.Diagnostics {
			s.Tests, s.Errors = s.Tests+1, s.Errors+1
			s.Cases = append(s.Cases, junitCase{
				Name: d.Summary, ClassName: "configuration", File: d.File, Line: d.Line, Time: junitTime(0),
				Error: &junitProblem{Message: d.Detail, Type: d.Severity, Text: clean(fmt.Sprintf("%s:%d: %s: %s", d.File, d.Line, d.Summary, d.Detail))},
			})
		}
		doc.Tests, doc.Errors, doc.Suites = s.Tests, s.Errors, append(doc.Suites, s)
	}
	doc.Time = junitTime(seconds)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) add(test view.Test) {
	s.Tests++
	s.seconds += test.Seconds
	s.Time = junitTime(s.seconds)
	c := junitCase{Name: test.Name, ClassName: test.Pipeline, File: test.File, Line: test.Line, Time: junitTime(test.Seconds)}
	if !test.Passed {
		s.Failures++
		var b strings.Builder
		t := Output{W: &b}.text()
		for _, f := range test.Failures {
			t.testFailure(f)
		}
		c.Failure = &junitProblem{Message: failureLine(test.Failures[0]), Type: "failure", Text: "\n" + b.String()}
	}
	s.Cases = append(s.Cases, c)
}

func failureLine(f view.TestFailure) string {
	if f.Field != "" {
		return f.Side + " " + f.Field + ": " + f.Message
	}
	return f.Message
}

func junitTime(seconds float64) string { return fmt.Sprintf("%.3f", seconds) }
