package errs

import (
	"errors"
	"io"
	"testing"
)

func TestWrapKeepsKindAndSentence(t *testing.T) {
	t.Parallel()
	inner := E("address: parse", Invalid, "This is not an email address.", io.ErrUnexpectedEOF)
	err := Wrap("api: subscribe", inner)
	if KindOf(err) != Invalid {
		t.Errorf("kind = %v, want invalid", KindOf(err))
	}
	if got := Message(err); got != "This is not an email address." {
		t.Errorf("sentence = %q", got)
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("the cause is lost")
	}
}

func TestPlainErrorIsInternalAndHasNoSentence(t *testing.T) {
	t.Parallel()
	if KindOf(io.EOF) != Internal || Message(io.EOF) != "" {
		t.Errorf("kind = %v, sentence = %q", KindOf(io.EOF), Message(io.EOF))
	}
}

func TestWrapOfNilIsNil(t *testing.T) {
	t.Parallel()
	if Wrap("x", nil) != nil {
		t.Error("want nil")
	}
}

func TestEveryKindHasAName(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, k := range Kinds {
		if n := k.String(); n == "" || seen[n] {
			t.Errorf("kind %d has name %q", k, n)
		} else {
			seen[n] = true
		}
	}
}
