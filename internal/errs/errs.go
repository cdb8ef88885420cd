// Package errs says what a caller can do about a failure. An error has one of a
// few kinds, the operation that failed, a sentence for the person who asked, and
// the cause. The sentence may be shown; the cause never leaves the process.
package errs

import (
	"errors"
	"fmt"
)

// Kind tells what the caller can do about an error.
type Kind uint8

const (
	// Internal is a fault of ours: the caller can only report it.
	Internal Kind = iota
	// Invalid is bad input: the caller mends it and asks again.
	Invalid
	// NotFound names something that does not exist, or that the caller may not see.
	NotFound
	// Conflict clashes with the present state: the caller reads it and decides anew.
	Conflict
	// Unauthenticated means that the caller has not said who it is.
	Unauthenticated
	// Forbidden means that the caller may not do this.
	Forbidden
	// Refused means that a rule of consent or law says no. Asking again changes nothing.
	Refused
	// Unavailable means that something outside is down: the caller tries again later.
	Unavailable
	// TooMany means that the caller asks too often or too much.
	TooMany
	// Gone means that it was here and was destroyed: what is on record of it tells how to make it anew.
	Gone
)

// Kinds holds every kind, in the order of their values.
var Kinds = []Kind{Internal, Invalid, NotFound, Conflict, Unauthenticated, Forbidden, Refused, Unavailable, TooMany, Gone}

// String returns the kind's name in lower case.
func (k Kind) String() string {
	names := []string{"internal", "invalid", "not found", "conflict", "unauthenticated", "forbidden", "refused", "unavailable", "too many", "gone"}
	if int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Error is a failure with its kind. Build one with E.
type Error struct {
	Op   string // what was being done, as "store: append events"
	Kind Kind
	Msg  string // a sentence that may be shown to the person who asked; may be empty
	Err  error  // the cause; may be nil
}

// Error returns the whole chain, for logs and not for the public.
func (e *Error) Error() string {
	switch {
	case e.Msg != "" && e.Err != nil:
		return fmt.Sprintf("%s: %s: %v", e.Op, e.Msg, e.Err)
	case e.Msg != "":
		return e.Op + ": " + e.Msg
	case e.Err != nil:
		return e.Op + ": " + e.Err.Error()
	}
	return e.Op + ": " + e.Kind.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// E makes an error of a kind. msg may be shown to the person who asked: what
// happened, what was kept, what to do. It must hold no personal data and no internal text.
func E(op string, kind Kind, msg string, cause error) error {
	return &Error{Op: op, Kind: kind, Msg: msg, Err: cause}
}

// Wrap adds an operation and keeps the kind and the sentence of err. It returns
// nil for nil, so that a return statement may use it directly.
func Wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Op: op, Kind: KindOf(err), Err: err}
}

// KindOf returns the kind of the outermost Error in err's chain, else Internal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Message returns the outermost sentence in err's chain that may be shown, or "".
func Message(err error) string {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return ""
		}
		if e.Msg != "" {
			return e.Msg
		}
		err = e.Err
	}
	return ""
}
