package console

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/inbox/cases"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/templates"
)

// editAnswering shows how a programme takes what people write to it: its mailboxes, and its own promises of when it answers.
func (s *console) editAnswering(c *gin.Context, by auth.Actor) error {
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap("console: edit answering", err)
	}
	v := typed{"asks_by_link": {yes(p.AsksByLink)}}
	var boxes []string
	for _, m := range p.Mailboxes {
		if m.Kind != "" {
			m.Name += ": " + m.Kind
		}
		boxes = append(boxes, m.Name)
	}
	v["mailboxes"] = []string{strings.Join(boxes, "\n")}
	for _, h := range p.HouseClocks {
		v["clock-"+h.Kind] = []string{fmt.Sprintf("%d / %d", h.AcknowledgeWorkingDays, h.AnswerWorkingDays)}
	}
	return s.answeringForm(c, by, p, v, nil)
}

func (s *console) changeAnswering(c *gin.Context, by auth.Actor) error {
	const op = "console: change answering"
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	clocks, err := readClocks(v, clockKinds(p))
	if err == nil {
		_, err = s.Editor.Programme(c.Request.Context(), p.ID, func(q *subscriptions.Programme) {
			q.HouseClocks, q.Mailboxes, q.AsksByLink = clocks, readMailboxes(v.get("mailboxes")), v.ticked("asks_by_link")
		})
	}
	if err != nil {
		return s.answeringForm(c, by, p, v, errs.Wrap(op, err))
	}
	c.Redirect(http.StatusSeeOther, programmeURL(p.ID))
	return nil
}

// clockKinds are the kinds of cases that may have a promise of their own, "" for all others, and whatever the programme declares besides.
func clockKinds(p subscriptions.Programme) []string {
	kinds := []string{""}
	for _, k := range cases.Kinds() {
		switch k {
		case cases.Breach, cases.Disclosure, cases.Other, cases.Correspondence: // nobody is promised an answer to these by name
		default:
			kinds = append(kinds, string(k))
		}
	}
	for _, h := range p.HouseClocks {
		if !slices.Contains(kinds, h.Kind) {
			kinds = append(kinds, h.Kind)
		}
	}
	return kinds
}

// readClocks reads promises such as "5 / 20"; an empty line makes none.
func readClocks(v typed, kinds []string) (out []subscriptions.HouseClock, err error) {
	for _, kind := range kinds {
		text := v.get("clock-" + kind)
		if text == "" {
			continue
		}
		first, second, both := strings.Cut(text, "/")
		acknowledge, err := strconv.Atoi(strings.TrimSpace(first))
		answer := 0
		if err == nil && both {
			answer, err = strconv.Atoi(strings.TrimSpace(second))
		}
		if err != nil || !both {
			return nil, errs.E("console: read clocks", errs.Invalid, "Write a promise as two numbers of working days, such as 5 / 20: to acknowledge, and to answer. 0 makes none.", nil)
		}
		out = append(out, subscriptions.HouseClock{Kind: kind, AcknowledgeWorkingDays: acknowledge, AnswerWorkingDays: answer})
	}
	return out, nil
}

func readMailboxes(text string) (out []subscriptions.MailboxUse) {
	for _, line := range nonEmptyLines(text) {
		name, kind, _ := strings.Cut(line, ":")
		out = append(out, subscriptions.MailboxUse{Name: strings.TrimSpace(name), Kind: strings.TrimSpace(kind)})
	}
	return out
}

func (s *console) answeringForm(c *gin.Context, by auth.Actor, p subscriptions.Programme, v typed, problem error) error {
	lines := []templates.FormLine{
		v.area("mailboxes", "Mailboxes of this programme", "One on each line, by its name in the settings; behind a colon what most of its mail is, such as: privacy: rights", 3),
		v.of(templates.LineTick, "asks_by_link", "Ask at once, by a link at the address on record, who wrote a request that its mail does not prove", ""),
	}
	for _, kind := range clockKinds(p) {
		label := "Promise for all other cases"
		if kind != "" {
			label = caseKind(kind)
		}
		hint := ""
		if kind == "" {
			hint = "Working days to acknowledge and to answer, such as 5 / 20. Empty: what the law says. The stricter of both holds"
		}
		lines = append(lines, v.line("clock-"+kind, label, hint))
	}
	return s.form(c, by, templates.FormPage{
		Over: templates.Link{URL: programmeURL(p.ID), Label: p.Name}, Title: "How it answers", Action: programmeURL(p.ID) + "/answering", Button: "Keep the changes",
		Lead: "Where people write to, and what this programme promises beyond what the law asks.", Lines: lines,
	}, problem)
}

// statementFields are what a notice must say and no declaration holds (Articles 13 and 14).
func statementFields() []templates.Choice {
	return []templates.Choice{
		{Value: "source", Label: "Where the data comes from"}, {Value: "requirement", Label: "Whether people must give it, by statute or contract"},
		{Value: "automated", Label: "Automated decisions, or that there are none"}, {Value: "retention", Label: "How long data is kept, where no rule of retention says so"},
	}
}

// statementOf returns one of the statements.
func statementOf(x *subscriptions.Statements, name string) *string {
	return map[string]*string{"source": &x.Source, "requirement": &x.Requirement, "automated": &x.Automated, "retention": &x.Retention}[name]
}

// editStatements shows what the next notice says that nothing else declares.
func (s *console) editStatements(c *gin.Context, by auth.Actor) error {
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap("console: edit statements", err)
	}
	v := typed{}
	for language, x := range p.Statements {
		for _, f := range statementFields() {
			v[f.Value+"-"+language] = []string{*statementOf(&x, f.Value)}
		}
	}
	return s.statementsForm(c, by, p, v, nil)
}

func (s *console) changeStatements(c *gin.Context, by auth.Actor) error {
	const op = "console: change statements"
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	_, err = s.Editor.Programme(c.Request.Context(), p.ID, func(q *subscriptions.Programme) {
		q.Statements = map[string]subscriptions.Statements{}
		for _, language := range subscriptions.NoticeLanguages {
			var x subscriptions.Statements
			for _, f := range statementFields() {
				*statementOf(&x, f.Value) = v.get(f.Value + "-" + language)
			}
			if x != (subscriptions.Statements{}) {
				q.Statements[language] = x
			}
		}
	})
	if err != nil {
		return s.statementsForm(c, by, p, v, errs.Wrap(op, err))
	}
	c.Redirect(http.StatusSeeOther, programmeURL(p.ID)+"#notices")
	return nil
}

func (s *console) statementsForm(c *gin.Context, by auth.Actor, p subscriptions.Programme, v typed, problem error) error {
	var lines []templates.FormLine
	for _, language := range subscriptions.NoticeLanguages {
		for _, f := range statementFields() {
			lines = append(lines, v.area(f.Value+"-"+language, f.Label+", "+languageName(language), "", 3))
		}
	}
	return s.form(c, by, templates.FormPage{
		Over: templates.Link{URL: programmeURL(p.ID), Label: p.Name}, Title: "What its notice says besides", Action: programmeURL(p.ID) + "/statements", Button: "Keep the changes",
		Lead: "A draft of the next version of the privacy notice takes these sentences over. What people were told stays as it was.", Lines: lines,
	}, problem)
}

func languageName(code string) string {
	return pages.Sentence(map[string]string{"en": "English", "cy": "Welsh"}[code])
}
