package subscriptions

import (
	"strconv"
	"strings"
)

// Read makes a value of what somebody typed, as Attributes.Text writes it; nil for nothing. Several choices are parted by commas. Kind of error: Invalid.
func (a Attribute) Read(text string) (any, error) {
	if text = strings.TrimSpace(text); text == "" {
		return nil, nil
	}
	var value any = text
	switch a.Type {
	case NumberAttribute:
		n, err := strconv.ParseFloat(text, 64)
		if err == nil {
			value = n
		}
	case BoolAttribute:
		switch strings.ToLower(text) {
		case "yes", "true":
			value = true
		case "no", "false":
			value = false
		}
	case ManyAttribute:
		var many []any
		for part := range strings.SplitSeq(text, ",") {
			many = append(many, strings.TrimSpace(part))
		}
		value = many
	}
	return value, a.Check(value)
}
