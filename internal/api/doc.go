// Package api is the JSON interface for programs, under /api/v1. Its document, at /openapi.json, is made of
// the same Go types that read the requests, so that the two cannot drift apart.
//
// A handler reads a request, calls one method of a service and shows the result; what is allowed is decided there, and
// not here. Four things are the same for every operation and stand in one place each: the API key and its scope (guard.go),
// the request under an Idempotency-Key that is answered once (idempotent.go), errors (problems.go), and pages (page.go).
package api
