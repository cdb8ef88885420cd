package api

import (
	"context"
	"net/http"
	"time"

	"assent/inbox/cases/access"
	"assent/internal/audit"
	"assent/internal/auth"
)

type searchOrder struct {
	Addresses []string          `json:"addresses,omitempty" maxItems:"50" nullable:"false" doc:"Other addresses of the person. Those of whom the case is about are searched in any case." example:"[\"ann.lee@example.org\"]"`
	Names     []string          `json:"names,omitempty" maxItems:"50" nullable:"false" doc:"Of the person: what bears them is not pointed at as somebody else's." example:"[\"Ann Lee\"]"`
	Others    []string          `json:"others,omitempty" maxItems:"50" nullable:"false" doc:"Telephone numbers and postcodes of the person." example:"[\"SA1 1AA\"]"`
	Leave     map[string]string `json:"leave,omitempty" doc:"Sources that are not searched, each with the reason: the search must be reasonable and proportionate." example:"{\"trail\":\"She asked for it in June and has it.\"}"`
}

type searchShown struct {
	CaseID    int64            `json:"case_id" example:"9"`
	At        time.Time        `json:"at"`
	By        string           `json:"by" example:"user:3"`
	Terms     searchTerms      `json:"terms"`
	Sources   []searchedSource `json:"sources" nullable:"false" doc:"What was searched, by which terms, and what was found and not found."`
	Mailboxes []searchedBox    `json:"mailboxes" nullable:"false" doc:"Mailboxes whose mail is kept, and since when."`
}

type searchTerms struct {
	Addresses []string `json:"addresses" nullable:"false" example:"[\"ann@example.org\"]"`
	Names     []string `json:"names" nullable:"false" example:"[\"Ann Lee\"]"`
	Others    []string `json:"others" nullable:"false" example:"[]"`
	Numbers   []int64  `json:"numbers" nullable:"false" doc:"On record." example:"[17]"`
}

type searchedSource struct {
	Source string    `json:"source" example:"mail"`
	Tables []string  `json:"tables" nullable:"false" example:"[\"inbound_messages\"]"`
	By     string    `json:"by" example:"each address, as the sender and in the message"`
	Found  int       `json:"found" example:"12"`
	At     time.Time `json:"at"`
	Left   string    `json:"left_out,omitempty" doc:"Why it was not searched." example:""`
}

type searchedBox struct {
	Name     string    `json:"name" example:"privacy"`
	Messages int64     `json:"messages" example:"4100"`
	Since    time.Time `json:"since"`
	Until    time.Time `json:"until"`
}

type itemField struct {
	Name  string `json:"name" example:"subject"`
	Value string `json:"value" example:"My data"`
	Label string `json:"label,omitempty" example:""`
	Given bool   `json:"given" doc:"The person provided it." example:"true"`
}

type itemFile struct {
	Name string `json:"name" example:"scan.pdf"`
	Type string `json:"type" example:"application/pdf"`
	Size int64  `json:"size" example:"48211"`
}

type itemRemoval struct {
	Text   string `json:"text" minLength:"1" maxLength:"500" example:"Bob Jones"`
	Reason string `json:"reason" maxLength:"40" example:"other-person"`
}

type placeBody struct {
	Place string `json:"place" maxLength:"2000" example:"The mailbox office@harbour.example before June 2026"`
	By    string `json:"by" maxLength:"2000" doc:"Who looked." example:"Olu Adeyemi"`
	On    string `json:"on" maxLength:"10" example:"2026-11-26"`
	Terms string `json:"terms" maxLength:"2000" doc:"What was looked for." example:"ann@example.org, Lee"`
	Found string `json:"found" maxLength:"2000" doc:"In words; the person gets to read it." example:"Nothing."`
}

type accessItem struct {
	ID        int64            `json:"id" example:"31"`
	Source    string           `json:"source" example:"mail"`
	Ref       string           `json:"ref" example:"inbound:12"`
	At        time.Time        `json:"at"`
	Fields    []itemField      `json:"fields" nullable:"false"`
	Text      string           `json:"text" example:"Please send me a copy of my data."`
	File      *itemFile        `json:"file,omitempty"`
	Cut       bool             `json:"cut" doc:"The text was too long to be shown whole." example:"false"`
	Belongs   bool             `json:"belongs" doc:"It belongs into a pack of this kind, and must be reviewed." example:"true"`
	Proposals []accessProposal `json:"proposals" nullable:"false" doc:"What may be about somebody else."`
	Verdict   string           `json:"verdict" doc:"keep, redact, replace or withhold; empty while nobody decided." example:"keep"`
	Reason    string           `json:"reason" example:""`
	Note      string           `json:"note" example:""`
	Removed   []itemRemoval    `json:"removed" nullable:"false"`
	CopyID    int64            `json:"copy_file_id,omitempty" doc:"Of replace: what is given in the place of its file." example:"0"`
	By        string           `json:"reviewed_by" example:"user:3"`
}

type accessProposal struct {
	Text string `json:"text" example:"Bob Jones"`
	Sort string `json:"sort" example:"name"`
	Why  string `json:"why" example:"in a greeting"`
}

type accessItems struct {
	Items []accessItem `json:"items" nullable:"false"`
}

type itemReview struct {
	Verdict string        `json:"verdict" enum:"keep,redact,replace,withhold" example:"redact"`
	Reason  string        `json:"reason,omitempty" maxLength:"40" doc:"Of what is withheld, or kept although it names somebody else: see the list of reasons." example:""`
	Note    string        `json:"note,omitempty" maxLength:"2000" doc:"What the reason rests on, and who was asked." example:""`
	CopyID  int64         `json:"copy_file_id,omitempty" minimum:"0" doc:"Of replace: the file of the case that is given in the place of the item's own, from which something was removed." example:"0"`
	Removed []itemRemoval `json:"removed,omitempty" maxItems:"200" nullable:"false" doc:"Of redact: passages as they stand in the item, each with a reason. They go wherever they stand in the pack."`
}

type accessReasons struct {
	Reasons []accessReason `json:"reasons" nullable:"false"`
}

type accessReason struct {
	Code  string `json:"code" example:"other-person"`
	Words string `json:"words" example:"It is about somebody else"`
	Law   string `json:"law" example:"Art 15(4) UK GDPR"`
	Keeps bool   `json:"keeps" doc:"A reason for giving, not for leaving out." example:"false"`
}

type counted struct {
	Count int `json:"count" example:"12"`
}

type noteBody struct {
	Note string `json:"note,omitempty" maxLength:"2000" doc:"The person may get to read it." example:"She wrote from the address on record."`
}

type approval struct {
	Language string `json:"language" enum:"en,cy" example:"en"`
	Person   string `json:"person,omitempty" maxLength:"200" doc:"Who approved. A program must say." example:"Priya Shah"`
}

type bundleShown struct {
	ID         int64     `json:"id" example:"4"`
	Kind       string    `json:"kind" example:"access"`
	Language   string    `json:"language" example:"en"`
	Items      int       `json:"items" example:"40"`
	Withheld   int       `json:"withheld" example:"1"`
	Digest     string    `json:"digest" doc:"SHA-256 over the digests and names of its files." example:"5f0c"`
	By         string    `json:"by" example:"user:3"`
	ApprovedBy string    `json:"approved_by,omitempty" example:"Priya Shah"`
	ApprovedAt time.Time `json:"approved_at"`
	Gone       string    `json:"gone,omitempty" doc:"Why its files are no longer kept." example:""`
}

type handoverShown struct {
	Packs []bundleShown `json:"packs" nullable:"false" doc:"The record of what was given, oldest first."`
	Links []linkShown   `json:"links" nullable:"false"`

	Receivers []receiverShown `json:"receivers" nullable:"false" doc:"Organisations to which the person wants the data sent straight."`
}

type linkShown struct {
	ID        int64         `json:"id" example:"2"`
	Receiver  int64         `json:"receiver_id,omitempty" doc:"The organisation that it was sent to; none for the person." example:"1"`
	State     string        `json:"state" enum:"waiting,opened,locked,expired,revoked" example:"waiting"`
	Way       string        `json:"way" example:"phone"`
	MadeAt    time.Time     `json:"made_at"`
	ExpiresAt time.Time     `json:"expires_at"`
	Openings  []openingLine `json:"openings" nullable:"false" doc:"Each time that somebody came."`
	Code      string        `json:"code,omitempty" doc:"Shown this once: tell it to the person in another way than by the mail with the link." example:""`
}

type openingLine struct {
	At   time.Time `json:"at"`
	What string    `json:"what" example:"opened"`
}

type deliveryBody struct {
	To   string `json:"to" maxLength:"254" example:"ann@example.org"`
	Way  string `json:"way" enum:"phone,post,text-message,in-person" doc:"How the code is told." example:"phone"`
	Days int    `json:"days,omitempty" minimum:"0" maximum:"90" doc:"That the link is good; 30 unless told." example:"30"`
	Key  string `json:"key" minLength:"1" maxLength:"60" doc:"Of your choice. A letter with the same key is not sent twice." example:"link-1"`
}

type inItem struct {
	InID
	Item int64 `path:"item" minimum:"1" example:"31"`
	Body itemReview
}

type inLink struct {
	InID
	Link int64 `path:"link" minimum:"1" example:"2"`
	Body noteBody
}

type inLinkAlone struct {
	InID
	Link int64 `path:"link" minimum:"1" example:"2"`
}

func (a *api) accessRoutes() {
	op := func(method, id, path, summary, about string) operation {
		scope := auth.CasesWrite
		if method == http.MethodGet {
			scope = auth.CasesRead
		}
		return operation{id: id, method: method, path: base + "/cases/{id}/" + path, tag: "Cases", scope: scope, summary: summary, about: about}
	}
	get, post := http.MethodGet, http.MethodPost
	add(a, op(post, "search-case", "search", "Search what is held about whom a case is about", "For access and portability. Searching again keeps the reviews of what did not change."), a.searchCase)
	add(a, op(get, "get-case-search", "search", "Get the last search of a case", "The manifest: what was searched, when, by which terms, what was found and not found."), a.caseSearch)
	add(a, op(post, "add-case-place", "places", "Record a place that staff searched", "For what Assent cannot search, such as a mailbox elsewhere."), a.addCasePlace)
	add(a, op(post, "finish-case-places", "places/done", "Record that all places are searched", ""), a.finishCasePlaces)
	add(a, op(post, "establish-identity", "identity", "Record what shows who asks", ""), a.establishIdentity)
	add(a, op(get, "list-case-items", "items", "List what was found", "With what may be about somebody else in each."), a.caseItems)
	add(a, op(post, "review-case-item", "items/{item}/review", "Decide on an item", "Keep, redact, replace a file by a copy, or withhold, with a reason. Whoever decides is a person: a program records what one decided."), a.reviewCaseItem)
	add(a, op(post, "keep-clear-items", "items/keep-clear", "Keep all items in which nothing points at somebody else", "Rows of our own records without free text."), a.keepClearItems)
	add(a, op(post, "approve-case-pack", "pack", "Approve the pack", "Makes it of what remains and refuses it when a removed passage is left in any byte. A person's act. It takes the place of an earlier pack."), a.approveCasePack)
	add(a, op(get, "get-case-pack", "pack", "Get what was given, and who came", ""), a.casePack)
	deliver := op(post, "deliver-case-pack", "pack/links", "Send a link to the pack", "Answers with the code, once. It needs identity established and a decision to give.")
	renew := op(post, "renew-link-code", "pack/links/{link}/code", "Make a new code for a link", "The former one opens nothing any more.")
	deliver.once, renew.once = "code", "code"
	add(a, deliver, a.deliverCasePack)
	add(a, renew, a.renewLinkCode)
	add(a, op(post, "revoke-pack-link", "pack/links/{link}/revoke", "Revoke a link", ""), a.revokePackLink)
	add(a, op(post, "record-handover", "pack/handed-over", "Record that the pack was handed over on paper or in person", ""), a.recordHandover)
	add(a, op(post, "leave-unopened", "pack/unopened", "Record that a pack that nobody opened is left at that", ""), a.leaveUnopened)
	add(a, operation{id: "list-access-reasons", method: get, path: base + "/access-reasons", tag: "Cases", scope: auth.CasesRead, summary: "List the reasons for leaving out and for giving", about: "Each with its law."}, a.accessReasons)
}

// readAccess puts on record that a case's data is read.
func (a *api) readAccess(ctx context.Context, caseID int64) error {
	k, err := a.Cases.Store.Case(ctx, caseID)
	if err != nil {
		return err
	}
	return a.record(ctx, audit.Note{Action: audit.ReadCase, Object: audit.About("case", k.ID), PersonID: k.SubjectID})
}

func (a *api) searchCase(ctx context.Context, in *inCase[searchOrder]) (*reply[searchShown], error) {
	b := in.Body
	s, err := a.Access.Search(ctx, in.ID, actor(ctx).String(), access.Order{Addresses: b.Addresses, Names: b.Names, Others: b.Others, Leave: b.Leave})
	if err != nil {
		return nil, err
	}
	return &reply[searchShown]{Body: showSearch(s)}, nil
}

func showSearch(s access.Search) searchShown {
	out := searchShown{
		CaseID: s.CaseID, At: s.At, By: s.Actor, Sources: []searchedSource{}, Mailboxes: []searchedBox{},
		Terms: searchTerms{orEmpty(s.Terms.Addresses), orEmpty(s.Terms.Names), orEmpty(s.Terms.Others), orEmpty(s.Terms.Numbers)},
	}
	for _, l := range s.Lines {
		out.Sources = append(out.Sources, searchedSource(l))
	}
	for _, b := range s.Boxes {
		out.Mailboxes = append(out.Mailboxes, searchedBox(b))
	}
	return out
}

func orEmpty[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

func (a *api) caseSearch(ctx context.Context, in *InID) (*reply[searchShown], error) {
	if err := a.readAccess(ctx, in.ID); err != nil {
		return nil, err
	}
	s, err := a.Access.Store.LastSearch(ctx, in.ID)
	return &reply[searchShown]{Body: showSearch(s)}, err
}

func (a *api) addCasePlace(ctx context.Context, in *inCase[placeBody]) (*reply[placeBody], error) {
	on, err := optionalDate("body.on", in.Body.On)
	if err != nil {
		return nil, err
	}
	b := in.Body
	_, err = a.Access.AddPlace(ctx, in.ID, actor(ctx).String(), access.Place{Name: b.Place, By: b.By, On: on, Terms: b.Terms, Found: b.Found})
	return &reply[placeBody]{Body: b}, err
}

func (a *api) finishCasePlaces(ctx context.Context, in *inCase[noteBody]) (*reply[caseFile], error) {
	if err := a.Access.PlacesDone(ctx, in.ID, actor(ctx).String(), in.Body.Note); err != nil {
		return nil, err
	}
	return a.caseReply(ctx, in.ID)
}

func (a *api) establishIdentity(ctx context.Context, in *inCase[noteBody]) (*reply[caseFile], error) {
	if err := a.Access.Establish(ctx, in.ID, actor(ctx).String(), in.Body.Note); err != nil {
		return nil, err
	}
	return a.caseReply(ctx, in.ID)
}

func (a *api) caseItems(ctx context.Context, in *InID) (*reply[accessItems], error) {
	if err := a.readAccess(ctx, in.ID); err != nil {
		return nil, err
	}
	all, err := a.Access.Items(ctx, in.ID)
	out := accessItems{Items: []accessItem{}}
	for _, x := range all {
		out.Items = append(out.Items, showFound(x))
	}
	return &reply[accessItems]{Body: out}, err
}

func showFound(x access.Reviewed) accessItem {
	r := x.Item.Review
	row := accessItem{
		ID: x.ID, Source: x.Source, Ref: x.Ref, At: x.At, Fields: []itemField{}, Text: x.Content.Text, Cut: x.Content.Cut, Belongs: x.Belongs, Proposals: []accessProposal{},
		Verdict: string(r.Verdict), Reason: r.Reason, Note: r.Note, Removed: []itemRemoval{}, CopyID: r.Copy.ID, By: r.By,
	}
	for _, f := range x.Content.Fields {
		row.Fields = append(row.Fields, itemField(f))
	}
	if f := x.Content.File; f != nil {
		row.File = &itemFile{f.Name, f.Type, f.Size}
	}
	for _, p := range x.Proposals {
		row.Proposals = append(row.Proposals, accessProposal{p.Text, string(p.Sort), p.Why})
	}
	for _, m := range r.Removed {
		row.Removed = append(row.Removed, itemRemoval(m))
	}
	return row
}

func (a *api) reviewCaseItem(ctx context.Context, in *inItem) (*reply[itemReview], error) {
	b := in.Body
	r := access.Review{Verdict: access.Verdict(b.Verdict), Reason: b.Reason, Note: b.Note, Copy: access.File{ID: b.CopyID}}
	for _, m := range b.Removed {
		r.Removed = append(r.Removed, access.Removal(m))
	}
	err := a.Access.Review(ctx, in.ID, in.Item, actor(ctx).String(), r)
	b.Removed = orEmpty(b.Removed)
	return &reply[itemReview]{Body: b}, err
}

func (a *api) keepClearItems(ctx context.Context, in *InID) (*reply[counted], error) {
	n, err := a.Access.KeepClear(ctx, in.ID, actor(ctx).String())
	return &reply[counted]{Body: counted{n}}, err
}

func (a *api) approveCasePack(ctx context.Context, in *inCase[approval]) (*reply[bundleShown], error) {
	b, err := a.Access.Approve(ctx, in.ID, actor(ctx).String(), in.Body.Person, in.Body.Language)
	return &reply[bundleShown]{Body: showBundle(b)}, err
}

func showBundle(b access.Bundle) bundleShown {
	return bundleShown{ID: b.ID, Kind: string(b.Kind), Language: b.Language, Items: b.Items, Withheld: b.Withheld, Digest: b.Digest, By: b.Actor, ApprovedBy: b.ApprovedBy, ApprovedAt: b.ApprovedAt, Gone: b.DroppedWhy}
}

func (a *api) casePack(ctx context.Context, in *InID) (*reply[handoverShown], error) {
	if err := a.readAccess(ctx, in.ID); err != nil {
		return nil, err
	}
	out := handoverShown{Packs: []bundleShown{}, Links: []linkShown{}}
	packs, err := a.Access.Store.Packs(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	for _, b := range packs {
		out.Packs = append(out.Packs, showBundle(b))
	}
	links, err := a.Access.Store.Links(ctx, in.ID)
	for _, l := range links {
		out.Links = append(out.Links, a.showLink(l, ""))
	}
	if err != nil {
		return nil, err
	}
	out.Receivers, err = a.receivers(ctx, in.ID)
	return &reply[handoverShown]{Body: out}, err
}

func (a *api) showLink(l access.Link, code string) linkShown {
	out := linkShown{ID: l.ID, Receiver: l.ReceiverID, State: l.State(a.Now()), Way: string(l.Way), MadeAt: l.MadeAt, ExpiresAt: l.ExpiresAt, Openings: []openingLine{}, Code: code}
	for _, o := range l.Openings {
		out.Openings = append(out.Openings, openingLine{o.At, o.What})
	}
	return out
}

func (a *api) deliverCasePack(ctx context.Context, in *inCase[deliveryBody]) (*reply[linkShown], error) {
	b := in.Body
	l, code, err := a.Access.Deliver(ctx, in.ID, actor(ctx).String(), access.Delivery{To: b.To, Way: access.Way(b.Way), Days: b.Days, Key: b.Key})
	if err != nil {
		return nil, err
	}
	return &reply[linkShown]{Body: a.showLink(l, code)}, nil
}

func (a *api) renewLinkCode(ctx context.Context, in *inLinkAlone) (*reply[linkShown], error) {
	code, err := a.Access.NewCode(ctx, in.ID, in.Link, actor(ctx).String())
	if err != nil {
		return nil, err
	}
	l, err := a.Access.Store.Link(ctx, in.Link)
	return &reply[linkShown]{Body: a.showLink(l, code)}, err
}

func (a *api) revokePackLink(ctx context.Context, in *inLink) (*reply[linkShown], error) {
	if err := a.Access.Revoke(ctx, in.ID, in.Link, actor(ctx).String(), in.Body.Note); err != nil {
		return nil, err
	}
	l, err := a.Access.Store.Link(ctx, in.Link)
	return &reply[linkShown]{Body: a.showLink(l, "")}, err
}

func (a *api) recordHandover(ctx context.Context, in *inCase[noteBody]) (*reply[caseFile], error) {
	if err := a.Access.HandedOver(ctx, in.ID, actor(ctx).String(), in.Body.Note); err != nil {
		return nil, err
	}
	return a.caseReply(ctx, in.ID)
}

func (a *api) leaveUnopened(ctx context.Context, in *inCase[noteBody]) (*reply[caseFile], error) {
	if err := a.Access.Unopened(ctx, in.ID, actor(ctx).String(), in.Body.Note); err != nil {
		return nil, err
	}
	return a.caseReply(ctx, in.ID)
}

func (a *api) accessReasons(context.Context, *struct{}) (*reply[accessReasons], error) {
	out := accessReasons{}
	for _, r := range access.Reasons() {
		out.Reasons = append(out.Reasons, accessReason{r.Code, r.Words, r.Law, r.Keeps})
	}
	return &reply[accessReasons]{Body: out}, nil
}
