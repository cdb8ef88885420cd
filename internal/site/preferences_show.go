package site

import (
	"fmt"
	"slices"

	"github.com/gin-gonic/gin"

	"assent/internal/pages"
	"assent/mailer"
	"assent/subscriptions"
	"assent/templates"
)

// spoken is where a request keeps the language of its reader, "" where they have not said.
const spoken = "assent.language"

// speak lets pages speak the language that the reader gets mail in, unless they ask for another with ?lang=.
func (s *site) speak(c *gin.Context, p subscriptions.Subscriber) {
	if slices.Contains(templates.Languages(), p.Language) && !slices.Contains(templates.Languages(), c.Query("lang")) {
		c.Set(spoken, p.Language)
	}
}

// speakTo is speak for a person who is known by their number. Where they are not found, the browser's language does.
func (s *site) speakTo(c *gin.Context, subscriberID int64) {
	if p, err := s.People.Store.Subscriber(c.Request.Context(), subscriberID); err == nil {
		s.speak(c, p)
	}
}

func (s *site) noLetterhead() mailer.Letterhead { return mailer.Letterhead{} }

// showPreferences answers with the page as the overview has it.
func (s *site) showPreferences(l *look, status int, done templates.Done, problem string) error {
	o := l.overview
	today := s.today(o)
	page := templates.PreferencesPage{
		Public: s.ownFrame(l.c, o), Action: l.path, MaskedAddress: masked(o.Person), Done: done, Problem: problem,
		MailLanguage: s.language(l.c), Profiling: o.State.ProfilingRefusedBy == 0, Moved: moved(o),
		Tomorrow: today.AddDate(0, 0, 1), InAYear: today.AddDate(1, 0, 0), Stopped: true,
	}
	if slices.Contains(templates.Languages(), o.Person.Language) {
		page.MailLanguage = o.Person.Language
	}
	for _, k := range o.Programmes {
		i := slices.IndexFunc(page.Owners, func(x templates.PreferenceOwner) bool { return x.Name == k.Programme.Owner })
		if i < 0 {
			i = len(page.Owners)
			page.Owners = append(page.Owners, templates.PreferenceOwner{Name: k.Programme.Owner, About: "owner:" + id(k.Programme.ID)})
		}
		s.showProgramme(l, &page.Owners[i], k)
		page.Stopped = page.Stopped && !page.Owners[i].On
	}
	page.Languages = languageLinks() // the page can be asked for again in another language, also after a button
	return s.page(l.c, status, "preferences", page)
}

// ownFrame is the frame of a reader's own pages: in the name of the organisation that they have to do with, where there is one.
func (s *site) ownFrame(c *gin.Context, o subscriptions.Overview) templates.Public {
	var h mailer.Letterhead
	owners := map[string]bool{}
	for _, k := range o.Programmes {
		owners[k.Programme.Owner] = true
		h.Programme = o.Programmes[0].Programme
		for _, n := range o.Programmes[0].Versions {
			if n.Version > h.Notice.Version {
				h.Notice = n
			}
		}
	}
	if len(owners) > 1 {
		h = mailer.Letterhead{}
	}
	p := s.frame(c, h)
	p.HomeURL = pages.InLanguage("/", s.language(c))
	return p
}

// moved reports whether the address was given up for another and nothing was agreed to since.
func moved(o subscriptions.Overview) bool {
	if o.State.Bars[subscriptions.Everything()].Reason != subscriptions.Moved {
		return false
	}
	for _, k := range o.Programmes {
		if slices.ContainsFunc(k.Lists, subscriptions.KnownList.On) {
			return false
		}
	}
	return true
}

func (s *site) showProgramme(l *look, owner *templates.PreferenceOwner, k subscriptions.Known) {
	shown := templates.PreferenceProgramme{Name: k.Programme.Name}
	serves := map[int64]int{} // lists that are on, by purpose
	for _, one := range k.Lists {
		list := s.showList(l, k, one)
		shown.Lists = append(shown.Lists, list)
		owner.On = owner.On || list.On
		owner.Paused = owner.Paused || !list.Paused.IsZero()
		owner.Marketing = owner.Marketing || list.On && one.Purpose.Class.Marketing()
		if list.On {
			if serves[one.Purpose.ID]++; serves[one.Purpose.ID] == 2 {
				shown.Purposes = append(shown.Purposes, purposeChoice(one.Purpose))
			}
		}
	}
	for _, u := range k.Purposes {
		shown.Purposes = append(shown.Purposes, purposeChoice(u))
		owner.On = true
	}
	owner.Programmes = append(owner.Programmes, shown)
}

func purposeChoice(u subscriptions.Purpose) templates.PreferencePurpose {
	return templates.PreferencePurpose{Name: u.Name, About: "purpose:" + id(u.ID)}
}

// showList shows a list as the person has it: what they agreed to, in which words, when and until when.
func (s *site) showList(l *look, k subscriptions.Known, one subscriptions.KnownList) templates.PreferenceList {
	zone := k.Programme.Zone()
	st := one.Standing
	pending := st.Status == subscriptions.StatusPending && one.Reason != subscriptions.ReasonWithdrawn
	list := templates.PreferenceList{
		About: "list:" + id(one.List.ID), Name: one.List.Name, Description: one.List.Description, State: l.words.state(one),
		On: one.On() || pending, Pending: pending, Joinable: one.Joinable, Offered: one.List.Wording, Mark: subscriptions.TextDigest(one.List.Wording),
		Box: one.Purpose.Basis == subscriptions.ExplicitConsent, TickID: fmt.Sprintf("agree-%d", one.List.ID),
	}
	switch {
	case one.On():
		list.Agreed, list.Until = one.Act.At.In(zone), st.ExpiresAt
		list.ByThem = one.Act.Kind != subscriptions.Enrolled
		if list.ByThem {
			list.Wording = one.Wording
		}
		if n, ok := k.Versions[one.Act.NoticeDigest]; ok {
			list.NoticeURL = pages.InLanguage(s.Mail.Ways.NoticeURL(k.Programme.Slug, n.Version), l.words.lang)
		}
		if !st.ExpiresAt.IsZero() {
			list.Until = st.ExpiresAt.In(zone)
		}
		if st.PausedUntil.After(s.Now()) {
			list.Paused = st.PausedUntil.In(zone)
		}
	case st.Status == subscriptions.StatusWithdrawn:
		list.Left = one.Act.At.In(zone)
	}
	return list
}
