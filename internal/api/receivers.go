package api

import (
	"context"
	"net/http"
	"time"

	"assent/inbox/cases/access"
	"assent/internal/auth"
)

type receiverBody struct {
	Name     string `json:"name" minLength:"1" maxLength:"200" doc:"The organisation's." example:"Tarn Credit Union"`
	Address  string `json:"address" maxLength:"254" doc:"The link goes there." example:"data@tarn.example"`
	Language string `json:"language" enum:"en,cy" example:"en"`
	Evidence string `json:"evidence" minLength:"1" maxLength:"2000" doc:"How the person chose it." example:"Her mail of 3 May."`
	Instead  bool   `json:"instead,omitempty" doc:"It goes there, and not to the person as well." example:"false"`
}

type receiverShown struct {
	ID        int64      `json:"id" example:"1"`
	Name      string     `json:"name" example:"Tarn Credit Union"`
	Address   string     `json:"address" example:"data@tarn.example"`
	Language  string     `json:"language" example:"en"`
	Evidence  string     `json:"evidence" example:"Her mail of 3 May."`
	Instead   bool       `json:"instead" example:"false"`
	Decision  string     `json:"decision" enum:",send,refuse" doc:"Empty while nobody decided." example:"send"`
	Reason    string     `json:"reason,omitempty" doc:"Of a refusal." example:""`
	Words     string     `json:"words,omitempty" doc:"Of a refusal; or how it was made sure that the address is theirs." example:"We called the number on their website."`
	DecidedBy string     `json:"decided_by,omitempty" example:"user:3"`
	Person    string     `json:"person,omitempty" doc:"Who decided, where a program recorded it." example:"Priya Shah"`
	LinkID    int64      `json:"link_id,omitempty" doc:"The last link that it was sent." example:"2"`
	OpenedAt  *time.Time `json:"opened_at,omitempty" doc:"When that link was opened first."`
	Left      string     `json:"left,omitempty" doc:"Why it is left at that although nobody opened it." example:""`
}

type passageBody struct {
	Checked string `json:"checked" minLength:"1" maxLength:"2000" doc:"How it was made sure that the address is theirs." example:"We called the number on their website."`
	Way     string `json:"way" enum:"phone,post,text-message,in-person" doc:"How the code is told to them." example:"phone"`
	Days    int    `json:"days,omitempty" minimum:"0" maximum:"90" doc:"That the link is good; 30 unless told." example:"30"`
	Told    string `json:"told,omitempty" maxLength:"2000" doc:"How the person is told, where they have no address to write to." example:""`
	Person  string `json:"person,omitempty" maxLength:"200" doc:"Who decided. A program must say." example:"Priya Shah"`
	Key     string `json:"key" minLength:"1" maxLength:"60" doc:"Of your choice. Letters with the same key are not sent twice." example:"tarn-1"`
}

type decliningBody struct {
	Reason string `json:"reason" enum:"not-feasible,not-sure-whose,others-rights,not-portable" example:"not-feasible"`
	Words  string `json:"words" minLength:"1" maxLength:"2000" doc:"What it rests on; the person reads it." example:"They told us that they take no files from others."`
	Told   string `json:"told,omitempty" maxLength:"2000" doc:"How the person is told, where they have no address to write to." example:""`
	Person string `json:"person,omitempty" maxLength:"200" doc:"Who decided. A program must say." example:"Priya Shah"`
}

type inReceiver[T any] struct {
	InID
	Receiver int64 `path:"receiver" minimum:"1" example:"1"`
	Body     T
}

func (a *api) receiverRoutes() {
	op := func(id, path, summary, about string) operation {
		return operation{id: id, method: http.MethodPost, path: base + "/cases/{id}/receivers" + path, tag: "Cases", scope: auth.CasesWrite, summary: summary, about: about}
	}
	add(a, op("name-receiver", "", "Record to which organisation a person wants their data sent straight", "Of a case of portability (Article 20(2) UK GDPR). A person decides whether it is sent."), a.nameReceiver)
	send := op("send-to-receiver", "/{receiver}/send", "Send the data straight to an organisation",
		"It gets a link of its own, to the data alone; the answer has the code, once. The person is told, and it stands in the register of who got what. A person's act: a program names who decided.")
	send.once = "code"
	add(a, send, a.sendToReceiver)
	add(a, op("decline-receiver", "/{receiver}/refuse", "Refuse to send the data straight to an organisation", "The person is told why, and how to complain; they can have the data themselves all the same. A person's act."), a.declineReceiver)
	add(a, op("leave-receiver", "/{receiver}/unopened", "Record that what an organisation did not open is left at that", ""), a.leaveReceiver)
}

func showReceiver(r access.Receiver) receiverShown {
	out := receiverShown{
		ID: r.ID, Name: r.Name, Address: r.Address.String(), Language: r.Language, Evidence: r.Evidence, Instead: r.Instead, Decision: string(r.Decision), Reason: r.Reason, Words: r.Words,
		DecidedBy: r.DecidedBy, Person: r.Person, LinkID: r.LinkID, Left: r.LeftWhy,
	}
	if !r.OpenedAt.IsZero() {
		out.OpenedAt = &r.OpenedAt
	}
	return out
}

func (a *api) receivers(ctx context.Context, caseID int64) ([]receiverShown, error) {
	out := []receiverShown{}
	all, err := a.Access.Store.Receivers(ctx, caseID)
	for _, r := range all {
		out = append(out, showReceiver(r))
	}
	return out, err
}

func (a *api) nameReceiver(ctx context.Context, in *inCase[receiverBody]) (*reply[receiverShown], error) {
	b := in.Body
	to, err := parseAddress("body.address", b.Address)
	if err != nil {
		return nil, err
	}
	r, err := a.Access.NameReceiver(ctx, in.ID, actor(ctx).String(), access.Receiver{Name: b.Name, Address: to, Language: b.Language, Evidence: b.Evidence, Instead: b.Instead})
	return &reply[receiverShown]{Body: showReceiver(r)}, err
}

func (a *api) sendToReceiver(ctx context.Context, in *inReceiver[passageBody]) (*reply[linkShown], error) {
	b := in.Body
	l, code, err := a.Access.Transmit(ctx, in.ID, in.Receiver, actor(ctx).String(), access.Passage{Checked: b.Checked, Way: access.Way(b.Way), Days: b.Days, Told: b.Told, Person: b.Person, Key: b.Key})
	if err != nil {
		return nil, err
	}
	return &reply[linkShown]{Body: a.showLink(l, code)}, nil
}

func (a *api) declineReceiver(ctx context.Context, in *inReceiver[decliningBody]) (*reply[caseFile], error) {
	b := in.Body
	if err := a.Access.Decline(ctx, in.ID, in.Receiver, actor(ctx).String(), access.Declining{Reason: b.Reason, Words: b.Words, Told: b.Told, Person: b.Person}); err != nil {
		return nil, err
	}
	return a.caseReply(ctx, in.ID)
}

func (a *api) leaveReceiver(ctx context.Context, in *inReceiver[noteBody]) (*reply[caseFile], error) {
	if err := a.Access.LeaveReceiver(ctx, in.ID, in.Receiver, actor(ctx).String(), in.Body.Note); err != nil {
		return nil, err
	}
	return a.caseReply(ctx, in.ID)
}
