package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// curl writes an operation as a command to copy, with the examples of the document as its values.
func (w *pageWriter) curl(op *huma.Operation, body *huma.Schema) string {
	path := op.Path
	query := ""
	for _, p := range op.Parameters {
		if p.In == "path" {
			path = strings.ReplaceAll(path, "{"+p.Name+"}", fmt.Sprint(firstExample(p.Example, p.Schema)))
		}
		if p.In == "query" && p.Required {
			query = "?" + p.Name + "=" + fmt.Sprint(firstExample(p.Example, p.Schema))
		}
	}
	lines := []string{"curl " + quote(w.base+path+query)}
	if op.Method != http.MethodGet {
		lines[0] = "curl -X " + op.Method + " " + quote(w.base+path+query)
	}
	if len(op.Security) > 0 {
		lines = append(lines, `-H "Authorization: Bearer $ASSENT_KEY"`)
	}
	if body != nil {
		lines = append(lines, "-H 'Content-Type: application/json'", "-d "+quote(w.exampleJSON(body)))
	}
	return strings.Join(lines, " \\\n  ")
}

// quote makes one word of text for a POSIX shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

func firstExample(example any, s *huma.Schema) any {
	if example != nil {
		return example
	}
	if s != nil && len(s.Examples) > 0 {
		return s.Examples[0]
	}
	return "…"
}

func (w *pageWriter) exampleJSON(s *huma.Schema) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("  ", "  ")
	if err := enc.Encode(w.exampleOf(s)); err != nil {
		return "{}"
	}
	return strings.TrimSpace(b.String())
}

// exampleOf makes a value of the examples in a schema: of what is needed, and of whatever else has one.
func (w *pageWriter) exampleOf(s *huma.Schema) any {
	s = w.resolve(s)
	if len(s.Examples) > 0 {
		return s.Examples[0]
	}
	if len(s.Enum) > 0 {
		return s.Enum[0]
	}
	if s.Type != huma.TypeObject {
		return nil
	}
	out := map[string]any{}
	for name, p := range s.Properties {
		needed := slices.Contains(s.Required, name)
		if v := w.exampleOf(p); v != nil && (needed || len(p.Examples) > 0) {
			out[name] = v
		}
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
