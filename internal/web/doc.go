// Package web is the HTTP engine under the API and the pages: request numbers, the access log, recovery,
// security headers, limits, and the one mapping from an error's kind to an HTTP status.
//
// What leaves it about a failure is the sentence that package errs keeps for the person who asked, and the number of
// the request; the cause stays in the log. The log has the pattern of a route and never its path or
// query, for links carry tokens there (H10).
package web
