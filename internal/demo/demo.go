package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Options is how to play the story.
type Options struct {
	Out    io.Writer // the table, or the JSON
	Show   io.Writer // progress; nil for none
	Log    io.Writer // warnings of Assent itself; nil for none
	Live   bool      // Show is a terminal: progress may write over itself
	JSON   bool
	Once   bool // end after the story
	Listen string
	Now    func() time.Time
	// Within is what an opt-out may take until the gate refuses; 0 means two seconds.
	Within time.Duration
}

// ErrStory says that an expectation of the story did not hold.
var ErrStory = errors.New("the story did not go as it should")

// Run plays the story, tells what happened, and then keeps everything running until ctx ends, unless Once. A story of which a line did not hold stays to be looked at,
// too, and ends with ErrStory.
func Run(ctx context.Context, o Options) (err error) {
	s, err := build(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	result, err := s.play(ctx)
	s.progressDone()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrStory, err)
	}
	if err := s.tell(result); err != nil {
		return err
	}
	if !o.Once {
		s.invite(result)
		<-ctx.Done()
	}
	if !result.OK {
		return ErrStory
	}
	return nil
}

func (s *stage) tell(r Result) error {
	if !s.JSON {
		return r.table(s.Out)
	}
	e := json.NewEncoder(s.Out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}
