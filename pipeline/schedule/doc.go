// Package schedule works out when a pipeline runs next. It knows no clock and keeps nothing: a plan is a pure
// function of the schedule, of what happened before (pipeline.Past) and of the time, so that it is the same after a
// restart and can be tested in simulated time.
//
// Read plan.go first; cron.go is the cron expression with its time zone.
package schedule
