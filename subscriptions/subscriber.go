package subscriptions

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
)

// Subscriber is a person on record under one address. After erasure only ID, Key and ErasedAt are left.
type Subscriber struct {
	ID         int64
	Key        []byte // keyed hash of the normal address
	Address    address.Address
	Name       string
	Language   string     // BCP 47, such as "en" or "cy"
	Attributes Attributes // typed, by programme
	Source     string     // where the record came from (E0-05)
	CreatedAt  time.Time
	UpdatedAt  time.Time
	ErasedAt   time.Time
}

// Attributes holds what is known of a person, by the slug of the programme and the name of
// the attribute. Values are string, float64, bool or []any of string, as JSON has them.
type Attributes map[string]map[string]any

// AttributeType is the type of a declared attribute.
type AttributeType string

const (
	TextAttribute   AttributeType = "text"
	NumberAttribute AttributeType = "number"
	BoolAttribute   AttributeType = "boolean"
	DateAttribute   AttributeType = "date"   // "2026-11-25"
	ChoiceAttribute AttributeType = "choice" // one of the declared choices
	ManyAttribute   AttributeType = "many"   // any number of the declared choices
)

// Attribute declares one attribute of a programme. What is not declared cannot be stored.
type Attribute struct {
	ID              int64
	ProgrammeID     int64
	Name            string // as in "{{region}}": letters, digits and underscores
	Label           string
	Hint            string // says more than the label where people are asked for it; may be empty
	Type            AttributeType
	Choices         []string
	SelfService     bool      // the person may correct it on their preference page (E0-16)
	Required        bool      // forms must bring it, and the person may change it but not leave it empty
	SpecialCategory bool      // special-category data: used only on explicit consent (E1-02, E4-07)
	EndedAt         time.Time // from then on no new values are taken; zero while they are
}

const maxAttributeText = 1000 // characters

// Check reports whether value is good for the attribute, with a sentence that says what would be.
func (a Attribute) Check(value any) error {
	bad := func(want string) error {
		return errs.E("subscriptions: check attribute", errs.Invalid, fmt.Sprintf("The attribute %q must be %s.", a.Name, want), nil)
	}
	text, isText := value.(string)
	switch a.Type {
	case TextAttribute:
		if !isText || plain(text, a.Name, maxAttributeText) != nil {
			return bad("text of at most 1,000 characters")
		}
	case NumberAttribute:
		if v, ok := value.(float64); !ok || math.IsNaN(v) || math.IsInf(v, 0) {
			return bad("a number")
		}
	case BoolAttribute:
		if _, ok := value.(bool); !ok {
			return bad("true or false")
		}
	case DateAttribute:
		if _, err := time.Parse(time.DateOnly, text); !isText || err != nil {
			return bad("a date such as 2026-11-25")
		}
	case ChoiceAttribute:
		if !isText || !slices.Contains(a.Choices, text) {
			return bad(fmt.Sprintf("one of %q", a.Choices))
		}
	case ManyAttribute:
		many, ok := value.([]any)
		if !ok {
			return bad(fmt.Sprintf("a list out of %q", a.Choices))
		}
		for _, v := range many {
			if s, ok := v.(string); !ok || !slices.Contains(a.Choices, s) {
				return bad(fmt.Sprintf("a list out of %q", a.Choices))
			}
		}
	}
	return nil
}

// CheckAttributes checks a programme's values against its declarations.
func CheckAttributes(declared []Attribute, values map[string]any) error {
	for name, v := range values {
		i := slices.IndexFunc(declared, func(a Attribute) bool { return a.Name == name })
		if i < 0 {
			return errs.E("subscriptions: check attributes", errs.Invalid,
				fmt.Sprintf("The attribute %q is not declared for this programme. Declare it first, or leave it out.", name), nil)
		}
		if err := declared[i].Check(v); err != nil {
			return err
		}
	}
	return nil
}

// Text returns a value as it is shown in a message; "" where there is none.
func (a Attributes) Text(programme, name string) string {
	switch v := a[programme][name].(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case []any: // of a "many" attribute
		words := make([]string, len(v))
		for i, one := range v {
			words[i] = fmt.Sprint(one)
		}
		return strings.Join(words, ", ")
	default:
		b, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(b)
	}
}
