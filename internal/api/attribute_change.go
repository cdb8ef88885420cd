package api

import (
	"context"
	"net/http"
	"slices"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/subscriptions"
)

// changedAttribute holds what may change of an attribute; what is not there stays.
type changedAttribute struct {
	Label       *string   `json:"label,omitempty" maxLength:"200" example:"Region"`
	Hint        *string   `json:"hint,omitempty" maxLength:"300" example:"Where you live most of the year"`
	Choices     *[]string `json:"choices,omitempty" maxItems:"500" doc:"All of them, in their order. One that somebody holds cannot be left out." example:"[\"north\",\"south\",\"islands\"]"`
	SelfService *bool     `json:"self_service,omitempty"`
	Required    *bool     `json:"required,omitempty"`
	Type        *string   `json:"type,omitempty" enum:"text,number,boolean,date,choice,many" doc:"It stays: anything but what it is, is refused."`
}

// InAttribute names an attribute of a programme.
type InAttribute struct {
	InProgramme
	Name string `path:"name" maxLength:"40" doc:"The attribute's name." example:"region"`
}

func (a *api) attributeChangeRoutes() {
	const at = base + "/programmes/{programme}/attributes/{name}"
	add(a, operation{
		id: "change-attribute", method: http.MethodPatch, path: at, tag: "Declarations", scope: auth.ListsWrite,
		summary: "Change how people are asked for an attribute",
		about:   "What is not there stays. The name, the type and whether it is special-category data are for life. A choice that somebody holds, or that a segment or a campaign yet to be planned asks for, is not taken away: 409 says how many people, or which. Its category is set with `POST /api/v1/attributes/{id}/category`.",
	}, a.changeAttribute)
	add(a, operation{
		id: "end-attribute", method: http.MethodPost, path: at + "/end", tag: "Declarations", scope: auth.ListsWrite,
		summary: "Take no new values of an attribute", about: "What is on record stays, may be corrected, and goes by the retention rules. Segments that ask for it find only that; `used_by` names them. Ending it again changes nothing.",
	}, a.endAttribute)
}

// oneAttribute finds an attribute of a programme by its name.
func (a *api) oneAttribute(ctx context.Context, in InAttribute) (subscriptions.Attribute, error) {
	all, err := a.attributesOf(ctx, in.Programme)
	if err != nil {
		return subscriptions.Attribute{}, err
	}
	i := slices.IndexFunc(all, func(x subscriptions.Attribute) bool { return x.Name == in.Name })
	if i < 0 {
		return subscriptions.Attribute{}, errs.E("api: attribute", errs.NotFound, "This programme has no attribute of that name.", nil)
	}
	return all[i], nil
}

func (a *api) changeAttribute(ctx context.Context, in *struct {
	InAttribute
	Body changedAttribute
}) (*reply[attribute], error) {
	was, err := a.oneAttribute(ctx, in.InAttribute)
	if err != nil {
		return nil, err
	}
	b := in.Body
	is, err := a.Editor.Attribute(ctx, was.ProgrammeID, was.ID, func(x *subscriptions.Attribute) {
		set(&x.Label, b.Label)
		set(&x.Hint, b.Hint)
		set(&x.Choices, b.Choices)
		set(&x.SelfService, b.SelfService)
		set(&x.Required, b.Required)
		if b.Type != nil {
			x.Type = subscriptions.AttributeType(*b.Type)
		}
	})
	if err != nil {
		return nil, err
	}
	return &reply[attribute]{Body: showAttribute(is)}, nil
}

func (a *api) endAttribute(ctx context.Context, in *InAttribute) (*reply[attribute], error) {
	was, err := a.oneAttribute(ctx, *in)
	if err != nil {
		return nil, err
	}
	is, err := a.Editor.EndAttribute(ctx, was.ProgrammeID, was.ID)
	if err != nil {
		return nil, err
	}
	return a.usedAttribute(ctx, is)
}
