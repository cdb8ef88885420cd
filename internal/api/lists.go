package api

import (
	"context"
	"net/http"
	"time"

	"assent/internal/auth"
	"assent/subscriptions"
)

type list struct {
	ID          int64     `json:"id" example:"1"`
	ProgrammeID int64     `json:"programme_id" example:"1"`
	PurposeID   int64     `json:"purpose_id" example:"1"`
	NoticeID    int64     `json:"notice_id" example:"1"`
	Slug        string    `json:"slug" example:"harbour-monthly"`
	Name        string    `json:"name" example:"Harbour Monthly"`
	Description string    `json:"description" example:"Once a month."`
	Wording     string    `json:"wording" example:"Send me Harbour Monthly by email."`
	Contact     contact   `json:"contact" doc:"The list's Point of Contact."`
	DoubleOptIn bool      `json:"double_opt_in" example:"true"`
	Public      bool      `json:"public" example:"true"`
	AskAge      bool      `json:"ask_age" doc:"Its form asks how old the reader is." example:"false"`
	CreatedAt   time.Time `json:"created_at"`
}

type newList struct {
	ProgrammeID int64   `json:"programme_id" minimum:"1" example:"1"`
	PurposeID   int64   `json:"purpose_id" minimum:"1" doc:"A purpose of the programme." example:"1"`
	NoticeID    int64   `json:"notice_id,omitempty" minimum:"0" doc:"The version of the programme's notice that people are shown: one that tells of the purpose. The one in force unless told." example:"1"`
	Slug        string  `json:"slug" maxLength:"60" doc:"Short name in addresses, and the label of List-Id (RFC 2919). For life." example:"harbour-monthly"`
	Name        string  `json:"name" maxLength:"200" example:"Harbour Monthly"`
	Description string  `json:"description,omitempty" maxLength:"2000" doc:"What will come, and how often." example:"News from the harbour, once a month."`
	Wording     string  `json:"wording" maxLength:"20000" doc:"Exactly what a person agrees to, shown beside the act." example:"Send me Harbour Monthly by email."`
	Contact     contact `json:"contact,omitempty" doc:"The list's Point of Contact; that of the programme unless told."`
	DoubleOptIn bool    `json:"double_opt_in,omitempty" doc:"An act counts only after the mailbox confirmed it." example:"true"`
	Public      bool    `json:"public,omitempty" doc:"Has a page where anybody may subscribe. Needs double_opt_in." example:"true"`
	AskAge      bool    `json:"ask_age,omitempty" doc:"Its form asks how old the reader is, so that a parent or guardian agrees for a child. For a list that children may want." example:"false"`
}

// listStats counts a list's people by how they stand towards it.
type listStats struct {
	Pending   int64 `json:"pending" doc:"Asked, and not yet confirmed." example:"12"`
	Active    int64 `json:"active" doc:"Agreed. A term that has run out or a restriction may still bar them: a campaign's funnel tells." example:"1804"`
	Withdrawn int64 `json:"withdrawn" doc:"Opted out, suppressed or erased." example:"95"`
	Lapsed    int64 `json:"lapsed" doc:"The permission's term ended." example:"3"`
}

// InList names a list.
type InList struct {
	List string `path:"list" maxLength:"60" doc:"The list's slug." example:"harbour-monthly"`
}

func (a *api) listRoutes() {
	add(a, operation{
		id: "create-list", method: http.MethodPost, path: base + "/lists", tag: "Lists", scope: auth.ListsWrite, status: http.StatusCreated,
		summary: "Open a list", about: "A list serves one purpose under one version of the notice, and has the exact wording that people agree to.",
	}, a.createList)
	add(a, operation{
		id: "list-lists", method: http.MethodGet, path: base + "/lists", tag: "Lists", scope: auth.ListsRead,
		summary: "List lists",
	}, a.listLists)
	add(a, operation{
		id: "get-list", method: http.MethodGet, path: base + "/lists/{list}", tag: "Lists", scope: auth.ListsRead,
		summary: "Get a list",
	}, a.getList)
	add(a, operation{
		id: "change-list", method: http.MethodPatch, path: base + "/lists/{list}", tag: "Lists", scope: auth.ListsWrite,
		summary: "Change a list", about: "What is left out stays as it is. New words hold for acts to come; the ledger keeps those that each person saw. Its slug, purpose and programme are for life, and its notice is the one in force.",
	}, a.changeList)
	add(a, operation{
		id: "get-list-stats", method: http.MethodGet, path: base + "/lists/{list}/stats", tag: "Lists", scope: auth.ListsRead,
		summary: "Count a list's people by status",
	}, a.getListStats)
}

func (a *api) createList(ctx context.Context, in *struct{ Body newList }) (*reply[list], error) {
	b := in.Body
	c, err := readContact("body.contact", b.Contact)
	if err != nil {
		return nil, err
	}
	l, err := a.People.CreateList(ctx, subscriptions.List{
		ProgrammeID: b.ProgrammeID, PurposeID: b.PurposeID, NoticeID: b.NoticeID, Slug: b.Slug, Name: b.Name,
		Description: b.Description, Wording: b.Wording, Contact: c, DoubleOptIn: b.DoubleOptIn, Public: b.Public, AskAge: b.AskAge,
	})
	if err != nil {
		return nil, err
	}
	return &reply[list]{Body: showList(l)}, nil
}

// changedList holds what may change of a list; what is not there stays.
type changedList struct {
	Name        *string  `json:"name,omitempty" maxLength:"200"`
	Description *string  `json:"description,omitempty" maxLength:"2000"`
	Wording     *string  `json:"wording,omitempty" maxLength:"20000" example:"Send me Harbour Monthly by email."`
	Contact     *contact `json:"contact,omitempty"`
	DoubleOptIn *bool    `json:"double_opt_in,omitempty"`
	Public      *bool    `json:"public,omitempty"`
	AskAge      *bool    `json:"ask_age,omitempty"`
}

func (a *api) changeList(ctx context.Context, in *struct {
	InList
	Body changedList
}) (*reply[list], error) {
	was, err := a.People.Store.ListBySlug(ctx, in.List)
	if err != nil {
		return nil, err
	}
	b := in.Body
	to := was.Contact
	if b.Contact != nil {
		if to, err = readContact("body.contact", *b.Contact); err != nil {
			return nil, err
		}
	}
	l, err := a.Editor.List(ctx, was.ID, func(l *subscriptions.List) {
		set(&l.Name, b.Name)
		set(&l.Description, b.Description)
		set(&l.Wording, b.Wording)
		set(&l.DoubleOptIn, b.DoubleOptIn)
		set(&l.Public, b.Public)
		set(&l.AskAge, b.AskAge)
		if b.Contact != nil {
			l.Contact = to
		}
	})
	if err != nil {
		return nil, err
	}
	return &reply[list]{Body: showList(l)}, nil
}

func (a *api) listLists(ctx context.Context, in *struct{ Paging }) (*reply[page[list]], error) {
	all, err := a.People.Store.Lists(ctx)
	if err != nil {
		return nil, err
	}
	return pageIn(all, in.Paging, func(l subscriptions.List) int64 { return l.ID }, showList), nil
}

func (a *api) getList(ctx context.Context, in *InList) (*reply[list], error) {
	l, err := a.People.Store.ListBySlug(ctx, in.List)
	if err != nil {
		return nil, err
	}
	return &reply[list]{Body: showList(l)}, nil
}

func (a *api) getListStats(ctx context.Context, in *InList) (*reply[listStats], error) {
	l, err := a.People.Store.ListBySlug(ctx, in.List)
	if err != nil {
		return nil, err
	}
	n, err := a.Reads.ListStatuses(ctx, l.ID)
	if err != nil {
		return nil, err
	}
	return &reply[listStats]{Body: listStats{
		Pending: n[subscriptions.StatusPending], Active: n[subscriptions.StatusActive],
		Withdrawn: n[subscriptions.StatusWithdrawn], Lapsed: n[subscriptions.StatusLapsed],
	}}, nil
}

func showList(l subscriptions.List) list {
	return list{
		ID: l.ID, ProgrammeID: l.ProgrammeID, PurposeID: l.PurposeID, NoticeID: l.NoticeID, Slug: l.Slug, Name: l.Name,
		Description: l.Description, Wording: l.Wording, Contact: showContact(l.Contact), DoubleOptIn: l.DoubleOptIn, Public: l.Public, AskAge: l.AskAge, CreatedAt: utc(l.CreatedAt),
	}
}
