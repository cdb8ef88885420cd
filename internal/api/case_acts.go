package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"assent/inbox/cases"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/internal/web"
)

type caseParty struct {
	ID           int64  `json:"id,omitempty" doc:"Of the person whose place is taken; none names another." example:"4"`
	Role         string `json:"role" enum:"requester,subject" doc:"Who asks, or whom it is about." example:"requester"`
	Name         string `json:"name,omitempty" maxLength:"200" example:"Ann Lee"`
	Address      string `json:"address,omitempty" maxLength:"254" example:"ann@example.org"`
	Contact      string `json:"contact,omitempty" maxLength:"500" doc:"Postal address or telephone." example:"1 Quay, Porthaven"`
	SubscriberID int64  `json:"subscriber_id,omitempty" readOnly:"true" doc:"Where the address is on record." example:"17"`
}

func (p caseParty) party(location string) (cases.Party, error) {
	a, err := optionalAddress(location+".address", p.Address)
	return cases.Party{ID: p.ID, Role: cases.Role(p.Role), Name: p.Name, Address: a, Contact: p.Contact}, err
}

type newCase struct {
	ProgrammeID int64       `json:"programme_id" minimum:"1" example:"1"`
	Channel     string      `json:"channel" enum:"mail,web-form,post,phone,in-person" example:"post"`
	ReceivedAt  time.Time   `json:"received_at" doc:"When it reached us, whoever took it: the clocks start here."`
	Subject     string      `json:"subject,omitempty" maxLength:"300" example:"Letter of 19 November"`
	Asked       string      `json:"asked" maxLength:"60000" doc:"What was asked for. The person may get to read it." example:"A copy of everything you hold about me."`
	Kinds       []string    `json:"kinds" minItems:"1" maxItems:"12" nullable:"false" doc:"The first is the case's; each further one opens a sub-case." example:"[\"access\"]"`
	Language    string      `json:"language,omitempty" enum:"en,cy" doc:"Of our answers; en unless told." example:"en"`
	Urgent      bool        `json:"urgent,omitempty" example:"false"`
	Parties     []caseParty `json:"parties" minItems:"1" maxItems:"20" nullable:"false" doc:"At least who asks. Who asks is the subject where none is named."`
}

type newCaseEvent struct {
	Kind     string           `json:"kind" enum:"acknowledged,asked,received,dropped,started,extended,decided,answered,closed,reopened,promised,kept,renamed,corrected,assigned,prioritised,noted,alarm-seen,escalated,summarised,referred,proved,represented" example:"noted"`
	On       string           `json:"on,omitempty" maxLength:"10" doc:"When it happened, a UK date; today unless told." example:"2026-11-23"`
	Note     string           `json:"note,omitempty" maxLength:"8000" doc:"The person may get to read it." example:"She rang, and will send the letter on Monday."`
	For      string           `json:"for,omitempty" enum:"identity,authority,fee,clarification" doc:"Of asked, received and dropped." example:"identity"`
	Evidence string           `json:"evidence,omitempty" enum:"answered-letter,shared-knowledge,known,called-back,signed-in,signed-letter,document-seen,other,no-doubt" doc:"Of proved, and of received identity: what a member of staff saw. No copy of it is kept. other and no-doubt need a note; no-doubt records that nothing was seen, and why nothing gives reason to doubt who asks (Article 12(6))." example:"called-back"`
	Acting   string           `json:"acting,omitempty" enum:"parental-responsibility,signed-authority,power-of-attorney,person-agreed,other,own-request" doc:"Of represented, and of received authority: what a person saw that shows who may act for whom it is about; own-request, that nobody acts for anybody." example:"signed-authority"`
	Person   string           `json:"person,omitempty" maxLength:"200" doc:"Of proved, of represented, and of received authority: who saw it. A program must say." example:"Ann Lee"`
	Reasons  []string         `json:"reasons,omitempty" maxItems:"10" nullable:"false" doc:"Codes: of a fee, an extension; of answered, where a refusal went by post: why, complain-here, commissioner and court, each of which the letter says." example:"[]"`
	Decision *newCaseDecision `json:"decision,omitempty" doc:"Of decided. A person decides; a program names the person."`
	Promise  *newPromise      `json:"promise,omitempty" doc:"Of promised: it becomes a clock."`
	Kept     int              `json:"kept,omitempty" minimum:"0" doc:"Of kept: the place of the promise, from 1." example:"0"`
	CaseKind string           `json:"case_kind,omitempty" maxLength:"40" doc:"Of renamed." example:"erasure"`
	Received *time.Time       `json:"received_at,omitempty" doc:"Of corrected: when it reached us."`
	OwnerID  int64            `json:"owner_id,omitempty" minimum:"0" doc:"Of assigned; 0 is nobody." example:"0"`
	Urgent   bool             `json:"urgent,omitempty" doc:"Of prioritised." example:"false"`
	FeePence int64            `json:"fee_pence,omitempty" minimum:"0" doc:"Of asked for a fee: how much." example:"0"`
	To       string           `json:"to,omitempty" enum:"review,commissioner,freedom-of-information,risk-officer,somebody-else" doc:"Of escalated: review or commissioner. Of referred: who deals with it; the note names them." example:"review"`
}

type newCaseDecision struct {
	Outcome   string   `json:"outcome" maxLength:"40" example:"granted"`
	Reasons   []string `json:"reasons,omitempty" maxItems:"10" nullable:"false" example:"[]"`
	Words     string   `json:"words,omitempty" maxLength:"8000" doc:"For the person."`
	Person    string   `json:"person,omitempty" maxLength:"200" doc:"Who decided. A program must say." example:"Ann Lee"`
	Consulted string   `json:"consulted,omitempty" maxLength:"8000" doc:"Who was asked about an exemption and what they said. The person may get to read it."`
}

type newPromise struct {
	Due    string `json:"due" maxLength:"10" example:"2026-12-20"`
	Words  string `json:"words" maxLength:"500" example:"the full answer"`
	Action bool   `json:"action,omitempty" doc:"It is an action that puts things right: it stands in letters and on the register, and is open until it is recorded as kept. Else it is that we write again, which telling the person what was decided keeps."`
}

type newCaseLetter struct {
	To       string   `json:"to" maxLength:"254" example:"ann@example.org"`
	Language string   `json:"language,omitempty" enum:"en,cy" example:"en"`
	Subject  string   `json:"subject" maxLength:"300" example:"Your request"`
	Body     string   `json:"body" maxLength:"60000" doc:"Markdown, every field filled."`
	Answers  bool     `json:"answers,omitempty" doc:"It tells the person what was decided."`
	Asks     string   `json:"asks,omitempty" enum:"identity,authority,fee,clarification" doc:"What it asks for." example:"identity"`
	Extends  bool     `json:"extends,omitempty" doc:"It tells of two further months."`
	Does     string   `json:"does,omitempty" enum:"lifting-told" doc:"A duty that it does: lifting-told, to tell before a restriction is lifted." example:"lifting-told"`
	Reasons  []string `json:"reasons,omitempty" maxItems:"10" nullable:"false" doc:"Of a fee or an extension." example:"[]"`
	FeePence int64    `json:"fee_pence,omitempty" minimum:"0" doc:"Of a fee: how much. The letter names it." example:"0"`
	Note     string   `json:"note,omitempty" maxLength:"8000" doc:"Why something is asked for."`
	Promise  string   `json:"promise,omitempty" maxLength:"10" doc:"A date that it names: it becomes a clock." example:"2026-12-20"`
	Promised string   `json:"promised,omitempty" maxLength:"500" doc:"What is promised for then." example:"the full answer"`
	Key      string   `json:"key" minLength:"1" maxLength:"100" doc:"Of your choice. A letter with the same key is not sent twice." example:"answer-1"`
}

type newCaseLink struct {
	CaseID int64 `json:"case_id" minimum:"1" doc:"The other case." example:"9"`
}

type newCaseFile struct {
	Name    string `json:"name" maxLength:"200" example:"letter.pdf"`
	Content []byte `json:"content" doc:"Base64. The type is told by its first bytes."`
}

type inCase[T any] struct {
	InID
	Body T
}

func (a *api) caseActRoutes() {
	act := func(id, path, summary, about string) operation {
		return operation{id: id, method: http.MethodPost, path: base + path, tag: "Cases", scope: auth.CasesWrite, summary: summary, about: about}
	}
	enter := act("enter-case", "/cases", "Enter a request by hand", "For what came by post, by telephone or in person. The clocks start on the day on which it reached us.")
	enter.status = http.StatusCreated
	add(a, enter, a.enterCase)
	add(a, act("record-case-event", "/cases/{id}/events", "Record what happened to a case",
		"Answers with the case as it is then, its clocks computed anew. What cannot happen now is refused with 409. Each kind of event reads its own fields."), a.recordCaseEvent)
	add(a, act("write-case-letter", "/cases/{id}/letters", "Write a letter about a case",
		"It goes out as a case letter: no List headers, never tracked. Answers to it come back to the case."), a.writeCaseLetter)
	add(a, act("name-case-party", "/cases/{id}/parties", "Name who asks, or whom a case is about", ""), a.nameCaseParty)
	add(a, act("read-case-message", "/cases/{id}/messages/{message}/read", "Mark a message as read", ""), a.readCaseMessage)
	add(a, act("link-cases", "/cases/{id}/links", "Link two cases", "Nothing is merged."), a.linkCases)
	a.identityRoutes(act)
	file := act("add-case-file", "/cases/{id}/files", "Put a file into a case", "It is kept with the case and only ever handed out as a download. Larger files, up to 25 MB, go in through the console.")
	file.status = http.StatusCreated
	add(a, file, a.addCaseFile)
	add(a, operation{
		id: "download-case-file", method: http.MethodGet, path: base + "/cases/{id}/files/{file}", tag: "Cases", scope: auth.CasesRead,
		summary: "Download a file of a case", about: "As application/octet-stream, whatever it is.",
	}, a.downloadCaseFile)
	a.huma.OpenAPI().Paths[base+"/cases/{id}/files/{file}"].Get.Responses["200"] = &huma.Response{
		Description: "The file", Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
	}
}

func (a *api) enterCase(ctx context.Context, in *struct{ Body newCase }) (*reply[caseFile], error) {
	b := in.Body
	entry := cases.Entry{
		Actor: actor(ctx).String(), ProgrammeID: b.ProgrammeID, Channel: cases.Channel(b.Channel), ReceivedAt: b.ReceivedAt, Subject: b.Subject, Asked: b.Asked,
		Language: orEnglish(b.Language), Urgent: b.Urgent,
	}
	for i, k := range b.Kinds {
		kind, err := cases.ParseKind(k)
		if err != nil {
			return nil, web.At(fmt.Sprintf("body.kinds[%d]", i), err)
		}
		if !slices.Contains(entry.Kinds, kind) {
			entry.Kinds = append(entry.Kinds, kind)
		}
	}
	for i, p := range b.Parties {
		party, err := p.party(fmt.Sprintf("body.parties[%d]", i))
		if err != nil {
			return nil, err
		}
		entry.Parties = append(entry.Parties, party)
	}
	c, err := a.Cases.Enter(ctx, entry)
	if err != nil {
		return nil, missing("body.programme_id", "programme", err)
	}
	return a.caseReply(ctx, c.ID)
}

func orEnglish(language string) string {
	if language == "" {
		return "en"
	}
	return language
}

func (a *api) recordCaseEvent(ctx context.Context, in *inCase[newCaseEvent]) (*reply[caseFile], error) {
	b := in.Body
	e := cases.Event{Kind: cases.EventKind(b.Kind), Actor: actor(ctx).String(), Note: b.Note, Detail: cases.Detail{
		For: cases.Awaited(b.For), Reasons: b.Reasons, Kept: b.Kept, Kind: cases.Kind(b.CaseKind), Received: b.Received, OwnerID: b.OwnerID, Urgent: b.Urgent,
		Pence: b.FeePence, Code: b.To,
	}}
	var err error
	if e.On, err = optionalDate("body.on", b.On); err != nil {
		return nil, err
	}
	if b.Evidence != "" {
		e.Detail.Proof = &cases.Proof{Evidence: b.Evidence, Person: b.Person}
	}
	if b.Acting != "" {
		e.Detail.Acting = &cases.Acting{Evidence: b.Acting, Person: b.Person}
	}
	if d := b.Decision; d != nil {
		e.Detail.Decision = &cases.Decision{Outcome: cases.Outcome(d.Outcome), Reasons: d.Reasons, Words: d.Words, Person: d.Person, Consulted: d.Consulted}
	}
	if p := b.Promise; p != nil {
		due, err := optionalDate("body.promise.due", p.Due)
		if err != nil {
			return nil, err
		}
		e.Detail.Promise = &cases.Promise{Told: a.Cases.Reckoner.UKDate(a.Now()), Due: due, Words: p.Words, Action: p.Action}
	}
	if _, err := a.Cases.Do(ctx, in.ID, e); err != nil {
		return nil, err
	}
	return a.caseReply(ctx, in.ID)
}

// optionalDate reads a UK date, and says where it stood when it cannot be read.
func optionalDate(location, text string) (clock.Date, error) {
	if text == "" {
		return clock.Date{}, nil
	}
	d, err := clock.ParseDate(text)
	return d, web.At(location, err)
}

func (a *api) writeCaseLetter(ctx context.Context, in *inCase[newCaseLetter]) (*reply[caseFile], error) {
	b := in.Body
	promise, err := optionalDate("body.promise", b.Promise)
	if err != nil {
		return nil, err
	}
	_, err = a.Cases.Write(ctx, in.ID, actor(ctx).String(), b.Key, b.Note, cases.Letter{
		To: b.To, Language: orEnglish(b.Language), Subject: b.Subject, Body: b.Body, Answers: b.Answers, Asks: cases.Awaited(b.Asks), Extends: b.Extends, Does: b.Does, Reasons: b.Reasons, Pence: b.FeePence,
		Promise: promise, Words: b.Promised,
	})
	if err != nil {
		return nil, err
	}
	return a.caseReply(ctx, in.ID)
}

func (a *api) nameCaseParty(ctx context.Context, in *inCase[caseParty]) (*reply[caseFile], error) {
	p, err := in.Body.party("body")
	if err != nil {
		return nil, err
	}
	if _, err := a.Cases.Name(ctx, in.ID, actor(ctx).String(), p); err != nil {
		return nil, err
	}
	return a.caseReply(ctx, in.ID)
}

func (a *api) readCaseMessage(ctx context.Context, in *struct {
	InID
	Message int64 `path:"message" minimum:"1" example:"3"`
}) (*reply[caseFile], error) {
	if _, err := a.Cases.MarkRead(ctx, in.ID, in.Message, actor(ctx).String()); err != nil {
		return nil, err
	}
	return a.caseReply(ctx, in.ID)
}

func (a *api) linkCases(ctx context.Context, in *inCase[newCaseLink]) (*reply[caseFile], error) {
	if _, err := a.Cases.Join(ctx, in.ID, in.Body.CaseID, actor(ctx).String()); err != nil {
		return nil, err
	}
	return a.caseReply(ctx, in.ID)
}

func (a *api) addCaseFile(ctx context.Context, in *inCase[newCaseFile]) (*reply[caseFileRow], error) {
	f, err := a.Cases.AddFile(ctx, in.ID, actor(ctx).String(), in.Body.Name, bytes.NewReader(in.Body.Content))
	if err != nil {
		return nil, err
	}
	return &reply[caseFileRow]{Body: showFile(f)}, nil
}

func (a *api) downloadCaseFile(ctx context.Context, in *struct {
	InID
	File int64 `path:"file" minimum:"1" example:"2"`
}) (*stream, error) {
	c, err := a.Cases.Store.Case(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := a.record(ctx, audit.Note{Action: audit.ReadCase, Object: audit.About("case", c.ID), PersonID: c.SubjectID}); err != nil {
		return nil, err
	}
	f, body, err := a.Cases.Store.CaseFile(ctx, in.ID, in.File)
	if err != nil {
		return nil, errs.Wrap("api: download file", err)
	}
	return &stream{Body: func(hc huma.Context) {
		defer body.Close()
		w := humagin.Unwrap(hc).Writer
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // a large file takes as long as the client's line needs
		hc.SetHeader("Content-Type", "application/octet-stream")
		hc.SetHeader("Content-Disposition", fmt.Sprintf(`attachment; filename="case-file-%d"`, f.ID))
		hc.SetHeader("Content-Security-Policy", "sandbox; default-src 'none'")
		hc.SetHeader("X-Content-Type-Options", "nosniff")
		hc.SetHeader("Content-Length", fmt.Sprint(f.Size))
		hc.SetStatus(http.StatusOK)
		if _, err := io.Copy(w, body); err != nil {
			a.Log.WarnContext(ctx, "a download broke off", "file", f.ID, "cause", err.Error())
			panic(http.ErrAbortHandler) // half a file must not look whole
		}
	}}, nil
}
