package site

import (
	"context"
	"slices"
	"strconv"
	"time"

	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/templates"
)

func id(n int64) string { return strconv.FormatInt(n, 10) }

// leaveFromPage ends what a button is about, at once and for good. It is durable before the page says so, whether or not the client still waits.
func (s *site) leaveFromPage(l *look) (templates.Done, error) {
	x, err := s.subject(l)
	if err != nil {
		return templates.Done{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.ctx), withdrawWithin)
	defer cancel()
	for _, scope := range x.scopes {
		if _, err := s.People.Withdraw(ctx, subscriptions.Withdrawal{
			SubscriberID: l.overview.Person.ID, Scope: scope, Channel: subscriptions.ByLink, Actor: "subscriber",
			Evidence: l.evidence("Pressed the button to leave on the preference page."),
		}); err != nil {
			return templates.Done{}, err
		}
	}
	return s.farewell(l, x, l.words.left(x.name)), nil
}

// objectFromPage ends all direct marketing of an organisation (Article 21(3)).
func (s *site) objectFromPage(l *look) (templates.Done, error) {
	x, err := s.subject(l)
	if err != nil {
		return templates.Done{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.ctx), withdrawWithin)
	defer cancel()
	_, err = s.People.Object(ctx, subscriptions.Objection{
		SubscriberID: l.overview.Person.ID, ProgrammeIDs: x.ids, Channel: subscriptions.ByLink, Actor: "subscriber",
		Evidence: l.evidence("Pressed the button to object to direct marketing on the preference page."),
	})
	x.lists = slices.DeleteFunc(x.lists, func(k subscriptions.KnownList) bool { return !k.Purpose.Class.Marketing() })
	return s.farewell(l, x, l.words.objected), err
}

// farewell says what has ended, what goes on, and what can no longer be given (E4-29). A reason may be told, and need not be.
func (s *site) farewell(l *look, x subject, title string) templates.Done {
	done := templates.Done{
		Title: title, Text: l.words.inEffect, Left: true, Action: l.path, About: x.about, GoesOn: []string{wordsIn(l.words.lang).goesOn}, Reasons: l.words.reasons(),
	}
	for _, k := range l.overview.Programmes {
		for _, one := range x.lists {
			words := k.Consequences[one.Purpose.ID]
			if one.List.ProgrammeID == k.Programme.ID && one.On() && words != "" && !slices.Contains(done.Words, words) {
				done.Words = append(done.Words, words)
			}
		}
	}
	return done
}

// joinFromPage puts the reader on a list. Explicit consent takes a tick besides the button.
func (s *site) joinFromPage(l *look) (templates.Done, error) {
	x, err := s.subject(l)
	if err != nil {
		return templates.Done{}, err
	}
	if len(x.lists) != 1 || x.scopes[0].Reach != subscriptions.OneList {
		return templates.Done{}, errs.E("site: join from page", errs.NotFound, "", nil)
	}
	k, act := x.lists[0], "Pressed the button below the wording on the preference page."
	if k.Purpose.Basis == subscriptions.ExplicitConsent {
		if l.form.Get(templates.FieldAgree) != "yes" {
			return templates.Done{}, errs.E("site: join from page", errs.Invalid, wordsIn(l.words.lang).needTick, nil)
		}
		act = "Ticked the empty box beside the wording on the preference page and pressed the button."
	}
	how, err := s.Preferences.Join(l.ctx, l.overview.Person, k.List.ID, l.form.Get(templates.FieldMark), l.evidence(act))
	switch {
	case err != nil:
		return templates.Done{}, err
	case how == subscriptions.JoinedChanged:
		return templates.Done{}, errs.E("site: join from page", errs.Invalid, wordsIn(l.words.lang).wordsChanged, nil)
	case how == subscriptions.JoinedByMail:
		return templates.Done{Title: l.words.checkMail, Text: l.words.checkMailText}, nil
	}
	return templates.Done{Title: l.words.joined(x.name), Text: l.words.joinedText}, nil
}

// pauseFromPage puts off what a button is about until the beginning of a day, where the reader is, or ends the pause.
func (s *site) pauseFromPage(l *look, begin bool) (templates.Done, error) {
	x, err := s.subject(l)
	if err != nil {
		return templates.Done{}, err
	}
	done := templates.Done{Title: l.words.resumed(x.name)}
	var until time.Time
	if begin {
		if until, err = s.until(l); err != nil {
			return done, err
		}
		done = templates.Done{Title: l.words.paused(x.name, until), Text: l.words.pausedText}
	}
	for _, scope := range x.scopes {
		if _, err := s.Preferences.Pause(l.ctx, subscriptions.Pause{
			SubscriberID: l.overview.Person.ID, Scope: scope, Until: until, Channel: subscriptions.ByLink, Actor: "subscriber",
			Evidence: l.evidence("Pressed the button about a pause on the preference page."),
		}); err != nil {
			return done, err
		}
	}
	return done, nil
}

// until reads how long a pause is to last.
func (s *site) until(l *look) (time.Time, error) {
	today := s.today(l.overview)
	switch months := l.form.Get(templates.FieldMonths); months {
	case "1", "3", "6":
		n, _ := strconv.Atoi(months)
		return today.AddDate(0, n, 0), nil
	}
	until, err := time.ParseInLocation(time.DateOnly, l.form.Get(templates.FieldUntil), today.Location())
	if err != nil || !until.After(today) || until.After(today.AddDate(1, 0, 0)) {
		return until, errs.E("site: pause", errs.Invalid, l.words.needDay, err)
	}
	return until, nil
}

// today is the beginning of the day where the person's programmes are.
func (s *site) today(o subscriptions.Overview) time.Time {
	zone := s.Zone
	if len(o.Programmes) > 0 {
		zone = o.Programmes[0].Programme.Zone()
	}
	y, m, d := s.Now().In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// setLanguage sets the language of mails, and shows the page in it.
func (s *site) setLanguage(l *look) (templates.Done, error) {
	lang := l.form.Get(templates.FieldLang)
	if !slices.Contains(templates.Languages(), lang) {
		return templates.Done{}, errs.E("site: set language", errs.Invalid, "Choose English or Cymraeg.", nil)
	}
	if err := s.Preferences.SetLanguage(l.ctx, l.overview.Person, lang); err != nil {
		return templates.Done{}, err
	}
	l.c.Set(spoken, lang)
	l.words, l.path = ownWordsIn(lang), pages.InLanguage("/p/"+l.c.Param("token"), lang)
	return templates.Done{Title: l.words.saved, Text: l.words.languageText}, nil
}

// takeReason counts why somebody left, apart from who they are.
func (s *site) takeReason(l *look) (templates.Done, error) {
	thanks := templates.Done{Title: l.words.thanks}
	x, err := s.subject(l)
	if err != nil {
		return thanks, err
	}
	scope := x.scopes[0]
	if scope.Reach == subscriptions.EverythingReach && len(l.overview.Programmes) > 0 {
		scope = subscriptions.ProgrammeScope(l.overview.Programmes[0].Programme.ID)
	}
	return thanks, s.Preferences.GiveReason(l.ctx, scope, l.form.Get(templates.FieldReason), l.form.Get(templates.FieldWords))
}
