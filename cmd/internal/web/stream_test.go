package web

import (
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
)

// A stream without its last line was cut off, wherever that happened.
func TestStreamCutOff(t *testing.T) {
	const whole = `{"report":{"pipeline":"products","result":"done"}}` + "\n" + `{"end":true}` + "\n"
	for n := range len(whole) {
		err := readStream(strings.NewReader(whole[:n]), func(event) error { return nil })
		if n < len(whole)-1 && (err == nil || pipeline.AsError(err).Code != pipeline.CodeDaemonLost) {
			t.Fatalf("cut after %d bytes: got %v, want daemon_lost", n, err)
		}
	}
	reports := 0
	if err := readStream(strings.NewReader(whole), func(event) error { reports++; return nil }); err != nil || reports != 1 {
		t.Errorf("the whole stream gave %d reports, %v", reports, err)
	}
}
