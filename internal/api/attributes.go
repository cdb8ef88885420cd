package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"assent/internal/auth"
	"assent/subscriptions"
)

type attribute struct {
	ID              int64      `json:"id" example:"1"`
	ProgrammeID     int64      `json:"programme_id" example:"1"`
	Name            string     `json:"name" example:"region"`
	Label           string     `json:"label" example:"Region"`
	Type            string     `json:"type" example:"choice"`
	Choices         []string   `json:"choices" nullable:"false" example:"[\"north\",\"south\"]"`
	Hint            string     `json:"hint,omitempty" doc:"Says more than the label where people are asked for it." example:"Where you live most of the year"`
	SelfService     bool       `json:"self_service" doc:"The person may correct it on their preference page."`
	Required        bool       `json:"required" doc:"A form that asks to join must bring it, and the person cannot leave it empty on their own page. Assent's own pages for joining ask for address and name alone."`
	SpecialCategory bool       `json:"special_category" doc:"Special-category data (Article 9 UK GDPR): used on explicit consent alone."`
	EndedAt         *time.Time `json:"ended_at,omitempty" doc:"From then on no new values are taken."`
	UsedBy          []string   `json:"used_by,omitempty" nullable:"false" doc:"The segments, and the campaigns that are not planned yet, that ask for it. Told where one attribute is read or ended." example:"[\"the segment “Divers”\"]"`
}

type newAttribute struct {
	Name    string   `json:"name" maxLength:"40" doc:"As in {{region}} in a campaign's words." example:"region"`
	Label   string   `json:"label,omitempty" maxLength:"200" example:"Region"`
	Type    string   `json:"type" enum:"text,number,boolean,date,choice,many" doc:"choice takes one of the choices, many any number of them." example:"choice"`
	Choices []string `json:"choices,omitempty" maxItems:"500" nullable:"false" example:"[\"north\",\"south\"]"`
	// SelfService lets the person see and correct it without asking (E0-16).
	SelfService     bool   `json:"self_service,omitempty" doc:"The person may correct it on their preference page."`
	Hint            string `json:"hint,omitempty" maxLength:"300" doc:"Says more than the label where people are asked for it." example:"Where you live most of the year"`
	Required        bool   `json:"required,omitempty" doc:"A form that asks to join must bring it."`
	SpecialCategory bool   `json:"special_category,omitempty" doc:"Special-category data (Article 9 UK GDPR). What looks like it is refused without this, and with it where the programme has no purpose on explicit consent."`
}

func (a *api) attributeRoutes() {
	add(a, operation{
		id: "create-attribute", method: http.MethodPost, path: base + "/programmes/{programme}/attributes", tag: "Declarations", scope: auth.ListsWrite, status: http.StatusCreated,
		summary: "Declare an attribute of a programme's people", about: "What is not declared cannot be stored.",
	}, a.createAttribute)
	add(a, operation{
		id: "list-attributes", method: http.MethodGet, path: base + "/programmes/{programme}/attributes", tag: "Declarations", scope: auth.ListsRead,
		summary: "List a programme's attributes",
	}, a.listAttributes)
	add(a, operation{
		id: "get-attribute", method: http.MethodGet, path: base + "/programmes/{programme}/attributes/{name}", tag: "Declarations", scope: auth.ListsRead,
		summary: "Get an attribute",
	}, a.getAttribute)
	a.attributeChangeRoutes()
}

func (a *api) createAttribute(ctx context.Context, in *struct {
	InProgramme
	Body newAttribute
}) (*reply[attribute], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	made, err := a.People.CreateAttribute(ctx, subscriptions.Attribute{
		ProgrammeID: p.ID, Name: in.Body.Name, Label: in.Body.Label, Type: subscriptions.AttributeType(in.Body.Type), Choices: in.Body.Choices,
		SelfService: in.Body.SelfService, SpecialCategory: in.Body.SpecialCategory, Hint: in.Body.Hint, Required: in.Body.Required,
	})
	if err != nil {
		return nil, err
	}
	return &reply[attribute]{Body: showAttribute(made)}, nil
}

func (a *api) listAttributes(ctx context.Context, in *struct {
	InProgramme
	Paging
}) (*reply[page[attribute]], error) {
	all, err := a.attributesOf(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(x, y subscriptions.Attribute) int { return cmp.Compare(x.ID, y.ID) })
	return pageIn(all, in.Paging, func(x subscriptions.Attribute) int64 { return x.ID }, showAttribute), nil
}

func (a *api) getAttribute(ctx context.Context, in *InAttribute) (*reply[attribute], error) {
	x, err := a.oneAttribute(ctx, *in)
	if err != nil {
		return nil, err
	}
	return a.usedAttribute(ctx, x)
}

// usedAttribute shows an attribute with what asks for it.
func (a *api) usedAttribute(ctx context.Context, x subscriptions.Attribute) (*reply[attribute], error) {
	shown := showAttribute(x)
	var err error
	if shown.UsedBy, err = a.Editor.Store.AttributeRules(ctx, x.ProgrammeID, x.Name); err != nil {
		return nil, err
	}
	return &reply[attribute]{Body: shown}, nil
}

func (a *api) attributesOf(ctx context.Context, slug string) ([]subscriptions.Attribute, error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, slug)
	if err != nil {
		return nil, err
	}
	return a.People.Store.AttributesOf(ctx, p.ID)
}

func showAttribute(x subscriptions.Attribute) attribute {
	choices := x.Choices
	if choices == nil {
		choices = []string{}
	}
	return attribute{
		ID: x.ID, ProgrammeID: x.ProgrammeID, Name: x.Name, Label: x.Label, Type: string(x.Type), Choices: choices, Hint: x.Hint, SelfService: x.SelfService, Required: x.Required,
		SpecialCategory: x.SpecialCategory, EndedAt: moment(x.EndedAt),
	}
}
