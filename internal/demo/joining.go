package demo

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"assent/internal/address"
	"assent/internal/mailworld"
	"assent/internal/message"
)

// atOnce is how many people of the story act at the same time.
const atOnce = 8

// each lets everybody for whom a condition holds act, and shows how far they are.
func (s *stage) each(ctx context.Context, what string, people []*person, act func(ctx context.Context, number int, p *person) error) error {
	var done atomic.Int64
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for i, p := range people {
		g.Go(func() error {
			if err := act(gctx, i, p); err != nil {
				return fmt.Errorf("%s: %w", what, err)
			}
			s.progress(what, int(done.Add(1)), len(people))
			return nil
		})
	}
	return g.Wait()
}

// markOf finds the hidden field that a form sends back.
var markOf = regexp.MustCompile(`name="form" value="([^"]*)"`)

// ask fills in the form of the person's list.
func (s *stage) ask(ctx context.Context, number int, p *person) error {
	b := s.browserOf(number)
	target := s.baseURL + "/l/" + s.programmes[p.programme].list.Slug
	page, err := b.get(ctx, target)
	if err != nil {
		return err
	}
	form := url.Values{"email": {p.address}, "name": {p.name}, "agree": {"yes"}}
	if m := markOf.FindStringSubmatch(page); m != nil {
		form.Set("form", html.UnescapeString(m[1]))
	}
	_, err = b.post(ctx, target, form)
	return err
}

var confirmLink = regexp.MustCompile(`https?://\S+/c/[a-z2-7]+`)

// confirm follows the link in the mail that came, and presses the button there.
func (s *stage) confirm(ctx context.Context, number int, p *person) error {
	mail, err := s.mailFor(ctx, p.address, func(m *message.Parsed) bool { return confirmLink.MatchString(m.Text) })
	if err != nil {
		return err
	}
	b, link := s.browserOf(number), confirmLink.FindString(mail.Text)
	if _, err := b.get(ctx, link); err != nil {
		return err
	}
	_, err = b.post(ctx, link, url.Values{})
	return err
}

// enrol has the API record a stakeholder, with where the data came from.
func (s *stage) enrol(ctx context.Context, _ int, p *person) error {
	return s.api(ctx, "POST", "/lists/"+s.programmes[p.programme].list.Slug+"/grants", map[string]any{
		"address": p.address, "name": p.name, "source": "registration in the standards application",
		"attributes": map[string]any{"committee": p.committee},
		"evidence":   map[string]string{"act": "registered as a member of the committee"},
	}, nil)
}

// mailFor waits for a mail to somebody for which a condition holds.
func (s *stage) mailFor(ctx context.Context, to string, fits func(*message.Parsed) bool) (*message.Parsed, error) {
	a, err := address.Parse(to)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	m, err := s.world.WaitFor(ctx, a, func(m mailworld.Message) bool {
		p, err := parse(m.Raw)
		return err == nil && fits(p)
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("a mail that should have come did not"), err)
	}
	return parse(m.Raw)
}

func parse(raw []byte) (*message.Parsed, error) {
	return message.Parse(strings.NewReader(string(raw)), message.DefaultLimits())
}

// those returns the people for whom a condition holds.
func those(people []*person, holds func(*person) bool) []*person {
	var out []*person
	for _, p := range people {
		if holds(p) {
			out = append(out, p)
		}
	}
	return out
}
