// Package client carries single requests to Products Manager: it proves who asks, keeps to the rate
// limits, bounds time, size and concurrency, learns the server's clock, and turns everything that can go
// wrong into a *pipeline.Error with class, code and remedy.
//
// A request is sent once. The one exception is an answer of 401 after a login: such a request had no
// effect, the token is renewed and the request repeated, once. A refused login is never tried again,
// because the server locks accounts.
//
// Read exchange.go for the way of a request, errors.go for what becomes of a failure, auth.go, rate.go and
// clock.go for the rest.
package client
