package web

import (
	"context"
	"errors"
	"net/http"

	"assent/internal/errs"
)

// ProblemJSON is the media type of a Problem (RFC 9457, section 3).
const ProblemJSON = "application/problem+json"

// Problem says why a request failed (RFC 9457).
type Problem struct {
	Type     string       `json:"type" doc:"What sort of problem it is: a place on the documentation page." example:"/api/docs#not-found"`
	Title    string       `json:"title" doc:"The sort of problem in a few words. Always the same for a type." example:"Not found"`
	Status   int          `json:"status" doc:"The HTTP status." example:"404"`
	Detail   string       `json:"detail" doc:"What happened and what to do, for a person." example:"There is no such thing here."`
	Instance string       `json:"instance" doc:"The number of the request, as in X-Request-Id. Name it when you report the problem." example:"m2k4q7p3x5z6r2a4"`
	Errors   []FieldError `json:"errors,omitempty" doc:"What is wrong with each part of the request."`
}

// FieldError is what is wrong with one part of a request.
type FieldError struct {
	Location string `json:"location" doc:"The part, such as body.name or query.limit." example:"body.name"`
	Message  string `json:"message" doc:"What is wrong with it." example:"expected string"`
}

// Error returns the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType returns the media type of a Problem in place of that of JSON.
func (p *Problem) ContentType(string) string { return ProblemJSON }

// Sort is a sort of problem.
type Sort struct {
	Name   string // the end of its type
	Title  string
	Status int
	Say    string // the detail where the error has no sentence of its own
}

// typeBase is where the API's documentation explains each sort of problem.
const typeBase = "/api/docs#"

// SortOf returns the sort of problem that an error of a kind is. Refused is a 409: the request was understood and
// allowed, and clashes with what the person decided; its type tells it from other conflicts.
func SortOf(k errs.Kind) Sort {
	switch k {
	case errs.Invalid:
		return Sort{"invalid", "Not valid", http.StatusUnprocessableEntity, "The request is not valid."}
	case errs.NotFound:
		return Sort{"not-found", "Not found", http.StatusNotFound, "There is no such thing here."}
	case errs.Conflict:
		return Sort{"conflict", "Conflict", http.StatusConflict, "This does not go with how things stand now. Read them again and decide anew."}
	case errs.Unauthenticated:
		return Sort{"unauthenticated", "Not signed in", http.StatusUnauthorized, "Say who you are."}
	case errs.Forbidden:
		return Sort{"forbidden", "Not allowed", http.StatusForbidden, "You may not do this."}
	case errs.Refused:
		return Sort{"refused", "Refused by a rule", http.StatusConflict, "A rule of consent or law says no. Asking again changes nothing."}
	case errs.Unavailable:
		return Sort{"unavailable", "Not available now", http.StatusServiceUnavailable, "Something that this needs does not answer. Try again soon."}
	case errs.TooMany:
		return Sort{"too-many", "Too many requests", http.StatusTooManyRequests, "There were too many requests. Wait a little."}
	case errs.Gone:
		return Sort{"gone", "Gone", http.StatusGone, "It was here and was destroyed when its time was over. Make it anew."}
	}
	return internalSort()
}

func internalSort() Sort {
	return Sort{"internal", "A fault of ours", http.StatusInternalServerError, "Something went wrong on our side. If it happens again, report it with the number of this request."}
}

// SortOfStatus returns the sort of problem for a status that no error has: those of HTTP itself.
func SortOfStatus(status int) Sort {
	switch status {
	case http.StatusBadRequest:
		return Sort{"malformed", "Cannot be read", status, "The request cannot be read."}
	case http.StatusMethodNotAllowed:
		return Sort{"method-not-allowed", "Method not allowed", status, "This method does not go with this address. The header Allow names those that do."}
	case http.StatusRequestTimeout:
		return Sort{"timeout", "Too slow", status, "The request took too long to arrive."}
	case http.StatusRequestEntityTooLarge:
		return Sort{"too-large", "Too large", status, "The request is larger than allowed here."}
	case http.StatusUnsupportedMediaType:
		return Sort{"media-type", "Media type not known", status, "The request has a media type that is not known here."}
	}
	for _, k := range errs.Kinds {
		if s := SortOf(k); s.Status == status && k != errs.Refused {
			return s
		}
	}
	return internalSort()
}

// Sorts returns every sort of problem, for the documentation.
func Sorts() []Sort {
	var all []Sort
	for _, status := range []int{http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType} {
		all = append(all, SortOfStatus(status))
	}
	for _, k := range errs.Kinds {
		all = append(all, SortOf(k))
	}
	return all
}

// Problem makes a problem of this sort. An empty detail takes the sort's own; instance is the request's number.
func (s Sort) Problem(detail, instance string, fields ...FieldError) *Problem {
	if detail == "" {
		detail = s.Say
	}
	return &Problem{Type: typeBase + s.Name, Title: s.Title, Status: s.Status, Detail: detail, Instance: instance, Errors: fields}
}

// ProblemOf makes a problem of an error, with nothing of the error but its kind and the sentence that may be shown.
func ProblemOf(err error, instance string) *Problem {
	var known *Problem
	var tooLarge *http.MaxBytesError
	var placed *placedError
	switch {
	case errors.As(err, &known):
		p := *known
		p.Instance = instance
		return &p
	case errors.As(err, &tooLarge):
		return SortOfStatus(http.StatusRequestEntityTooLarge).Problem("", instance)
	case errs.KindOf(err) == errs.Internal && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)):
		return SortOf(errs.Unavailable).Problem("", instance)
	}
	p := SortOf(errs.KindOf(err)).Problem(errs.Message(err), instance)
	if errors.As(err, &placed) {
		p.Errors = []FieldError{{Location: placed.location, Message: p.Detail}}
	}
	return p
}

// At says which part of the request an error is about, such as "body.address". It returns nil for nil.
func At(location string, err error) error {
	if err == nil {
		return nil
	}
	return &placedError{location: location, error: err}
}

type placedError struct {
	error
	location string
}

// Unwrap returns the error.
func (e *placedError) Unwrap() error { return e.error }
