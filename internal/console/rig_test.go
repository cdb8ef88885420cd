package console_test

import (
	"testing"

	"assent/internal/pages/pagestest"
)

// rig is the pages over a real database, and what the tests here ask of them.
type rig struct{ *pagestest.Rig }

// each runs a test of the pages on every database.
func each(t *testing.T, test func(t *testing.T, r rig)) {
	t.Helper()
	pagestest.Each(t, func(t *testing.T, r *pagestest.Rig) { test(t, rig{r}) })
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// browser is a real one on the pages of a rig.
type browser struct {
	rig
	*pagestest.Browser
}

func eachSize(t *testing.T, test func(b browser)) {
	t.Helper()
	pagestest.EachSize(t, func(r *pagestest.Rig, b *pagestest.Browser) { test(browser{rig{r}, b}) })
}
