package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"assent/internal/web"
)

// readJSON decodes a body. It refuses what no database takes for text.
func readJSON(data []byte, into any) error {
	if !utf8.Valid(data) {
		return errors.New("the body is not UTF-8")
	}
	if err := json.Unmarshal(data, into); err != nil {
		return err
	}
	if value, ok := into.(*any); ok && !onlyText(*value) {
		return errors.New("the body has a NUL character")
	}
	return nil
}

// onlyText reports whether no text in a decoded value has a NUL character.
func onlyText(value any) bool {
	switch v := value.(type) {
	case string:
		return isText(v)
	case []any:
		for _, x := range v {
			if !onlyText(x) {
				return false
			}
		}
	case map[string]any:
		for k, x := range v {
			if !isText(k) || !onlyText(x) {
				return false
			}
		}
	}
	return true
}

// asProblem turns the errors that Huma makes of a request into problems, and sets the headers of every problem.
func asProblem(hc huma.Context, _ string, value any) (any, error) {
	if m, ok := value.(*huma.ErrorModel); ok {
		value = problemOf(m, web.RequestID(hc.Context()))
	}
	if p, ok := value.(*web.Problem); ok {
		web.Mark(humagin.Unwrap(hc).Writer.Header(), p)
	}
	return value, nil
}

func problemOf(m *huma.ErrorModel, instance string) *web.Problem {
	detail := ""
	switch m.Status {
	case http.StatusBadRequest:
		detail = "The body is not well-formed JSON in UTF-8, or is missing."
		return web.SortOfStatus(m.Status).Problem(detail, instance)
	case http.StatusUnsupportedMediaType:
		detail = "Send the body as JSON, with Content-Type: application/json."
		return web.SortOfStatus(m.Status).Problem(detail, instance)
	case http.StatusUnprocessableEntity:
		detail = "The request is not valid; errors says where."
	}
	var fields []web.FieldError
	for _, e := range m.Errors {
		if e != nil && len(fields) < maxFieldErrors {
			fields = append(fields, web.FieldError{Location: shorten(e.Location), Message: ownWords(e.Message)})
		}
	}
	return web.SortOfStatus(m.Status).Problem(detail, instance, fields...)
}

const (
	maxFieldErrors = 20
	maxLocation    = 200 // bytes
)

func shorten(s string) string {
	if len(s) > maxLocation {
		return strings.ToValidUTF8(s[:maxLocation], "")
	}
	return s
}

// ownWords lets the messages of the validator through, and nothing that a decoder says about our types.
func ownWords(message string) string {
	for _, start := range []string{"expected ", "unexpected ", "required ", "invalid ", "unknown query "} {
		if strings.HasPrefix(message, start) {
			return message
		}
	}
	return "cannot be read as what stands here"
}
