package api

import (
	"cmp"
	_ "embed"
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"assent/internal/web"
)

//go:embed docs.css
var docsStyle []byte

// docsPage writes the document as one page for people. It loads nothing but its style sheet, from the same place.
// Operations stand in the order of ids.
func docsPage(doc *huma.OpenAPI, ids []string, baseURL string) []byte {
	w := &pageWriter{base: baseURL, registry: doc.Components.Schemas}
	w.raw(`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
		`<title>Assent: the API</title><link rel="stylesheet" href="/api/docs.css"></head><body><main>`)
	w.element("h1", "The API of Assent")
	w.prose(doc.Info.Description)
	w.raw(`<p>For programs: <a href="/openapi.json">openapi.json</a>, <a href="/openapi.yaml">openapi.yaml</a> (OpenAPI 3.1).</p>`)
	w.element("h2", "How to try it")
	w.element("pre", "export ASSENT_KEY=assent_…\ncurl "+w.base+base+"/lists -H \"Authorization: Bearer $ASSENT_KEY\"")
	groups := byTag(doc, ids)
	w.raw(`<nav aria-label="Operations"><ul>`)
	for _, t := range doc.Tags {
		w.raw(`<li><a href="#` + anchor(t.Name) + `">` + html.EscapeString(t.Name) + `</a></li>`)
	}
	w.raw(`<li><a href="#problems">Problems</a></li></ul></nav>`)
	for _, t := range doc.Tags {
		w.raw(`<section><h2 id="` + anchor(t.Name) + `">` + html.EscapeString(t.Name) + `</h2>`)
		w.prose(t.Description)
		for _, op := range groups[t.Name] {
			w.operation(op)
		}
		w.raw(`</section>`)
	}
	w.problems()
	w.raw("</main></body></html>\n")
	return []byte(w.b.String())
}

// byTag returns the operations under each tag, in the order of their ids.
func byTag(doc *huma.OpenAPI, ids []string) map[string][]*huma.Operation {
	out := map[string][]*huma.Operation{}
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Delete} {
			if op != nil {
				out[op.Tags[0]] = append(out[op.Tags[0]], op)
			}
		}
	}
	for _, ops := range out {
		slices.SortFunc(ops, func(x, y *huma.Operation) int {
			return cmp.Compare(slices.Index(ids, x.OperationID), slices.Index(ids, y.OperationID))
		})
	}
	return out
}

type pageWriter struct {
	b        strings.Builder
	base     string
	registry huma.Registry
}

func (w *pageWriter) raw(s string) { w.b.WriteString(s) }

func (w *pageWriter) element(name, text string) {
	w.raw("<" + name + ">" + html.EscapeString(text) + "</" + name + ">")
}

// prose writes a description: paragraphs, lists by "- ", `code` and **bold**.
func (w *pageWriter) prose(text string) {
	for _, block := range strings.Split(strings.TrimSpace(text), "\n\n") {
		lines := strings.Split(strings.TrimSpace(block), "\n")
		if !strings.HasPrefix(block, "- ") {
			w.raw("<p>" + inline(block) + "</p>")
			continue
		}
		w.raw("<ul>")
		for _, l := range lines {
			w.raw("<li>" + inline(strings.TrimPrefix(l, "- ")) + "</li>")
		}
		w.raw("</ul>")
	}
}

// inline marks up `code` and **bold** in text that is otherwise escaped.
func inline(text string) string {
	text = html.EscapeString(text)
	for _, mark := range [][2]string{{"`", "code"}, {"**", "strong"}} {
		parts := strings.Split(text, mark[0])
		for i := 1; i < len(parts); i += 2 {
			parts[i] = "<" + mark[1] + ">" + parts[i] + "</" + mark[1] + ">"
		}
		text = strings.Join(parts, "")
	}
	return text
}

func (w *pageWriter) operation(op *huma.Operation) {
	w.raw(`<article id="` + html.EscapeString(op.OperationID) + `">`)
	w.raw(`<h3>` + html.EscapeString(op.Summary) + `</h3><p class="route"><code>` + op.Method + " " + html.EscapeString(op.Path) + `</code></p>`)
	w.prose(op.Description)
	var rows [][3]string
	for _, p := range op.Parameters {
		rows = append(rows, [3]string{p.Name, "in the " + p.In + need(p.Required), p.Description})
	}
	body := w.body(op)
	if body != nil {
		for _, name := range sortedKeys(body.Properties) {
			s := body.Properties[name]
			rows = append(rows, [3]string{name, "in the body" + need(slices.Contains(body.Required, name)), describe(s)})
		}
	}
	if len(rows) > 0 {
		w.raw(`<table><thead><tr><th scope="col">Name</th><th scope="col">Where</th><th scope="col">Meaning</th></tr></thead><tbody>`)
		for _, r := range rows {
			w.raw(`<tr><td><code>` + html.EscapeString(r[0]) + `</code></td><td>` + r[1] + `</td><td>` + inline(r[2]) + `</td></tr>`)
		}
		w.raw(`</tbody></table>`)
	}
	w.element("pre", w.curl(op, body))
	w.raw(`</article>`)
}

func need(required bool) string {
	if required {
		return ", needed"
	}
	return ""
}

func describe(s *huma.Schema) string {
	text := s.Description
	if len(s.Enum) > 0 {
		var values []string
		for _, v := range s.Enum {
			values = append(values, fmt.Sprint(v))
		}
		text += " One of: " + strings.Join(values, ", ") + "."
	}
	return strings.TrimSpace(text)
}

func (w *pageWriter) body(op *huma.Operation) *huma.Schema {
	if op.RequestBody == nil || op.RequestBody.Content["application/json"] == nil {
		return nil
	}
	return w.resolve(op.RequestBody.Content["application/json"].Schema)
}

func (w *pageWriter) resolve(s *huma.Schema) *huma.Schema {
	for s.Ref != "" {
		s = w.registry.SchemaFromRef(s.Ref)
	}
	return s
}

// problems explains every sort of problem, at the place to which its type points.
func (w *pageWriter) problems() {
	w.raw(`<section><h2 id="problems">Problems</h2><table><thead><tr><th scope="col">Type</th><th scope="col">Status</th><th scope="col">Title</th><th scope="col">Meaning</th></tr></thead><tbody>`)
	for _, s := range web.Sorts() {
		w.raw(`<tr id="` + s.Name + `"><td><code>` + s.Name + `</code></td><td>` + strconv.Itoa(s.Status) + `</td>`)
		w.element("td", s.Title)
		w.element("td", s.Say)
		w.raw(`</tr>`)
	}
	w.raw(`</tbody></table></section>`)
}

func anchor(tag string) string {
	return "tag-" + strings.ReplaceAll(strings.ToLower(tag), " ", "-")
}
