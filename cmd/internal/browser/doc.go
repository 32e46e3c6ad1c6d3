// Package browser holds the dashboard to its promises in a real Chromium: the daemon over both stand-ins, real
// records, and a person who reads, clicks, types and tabs.
//
// It is made of tests only. They need a Chromium (`chromium` in the PATH, or the program that TANDEM_TEST_CHROMIUM
// names) and, for accessibility, axe-core (the file that TANDEM_TEST_AXE names); what is missing leaves its tests
// out, unless TANDEM_TEST_BROWSER is set. `make browser` has both.
//
// chromium_test.go starts the browser, tab_test.go is one tab and all that goes wrong in it, world_test.go is the
// shop; pages_test.go looks at every page, and the others do what people do.
package browser
