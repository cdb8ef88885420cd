package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"assent/internal/api"
)

var update = flag.Bool("update", false, "rewrite the expected document in testdata")

func TestTheDocumentIsAsExpected(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	var got bytes.Buffer
	if err := json.Indent(&got, h.must(t, http.StatusOK, "GET", "/openapi.json", "").Body.Bytes(), "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	const golden = "testdata/openapi.json"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Error("the document has changed; if that is meant, run go test ./internal/api -update and read the difference")
	}
}

// operations returns the operations of the document by method and path.
func operations(t *testing.T, doc map[string]any) map[string]map[string]any {
	t.Helper()
	out := map[string]map[string]any{}
	for path, item := range doc["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			out[strings.ToUpper(method)+" "+path] = op.(map[string]any)
		}
	}
	return out
}

func TestTheDocumentListsEveryRouteAndNoOther(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	listed := operations(t, h.must(t, http.StatusOK, "GET", "/openapi.json", "").object)
	param := regexp.MustCompile(`:([a-z]+)`)
	for _, r := range h.Routes() {
		name := r.Method + " " + param.ReplaceAllString(r.Path, "{$1}")
		if strings.HasPrefix(r.Path, "/openapi.") || strings.HasPrefix(r.Path, "/api/docs") {
			continue
		}
		if listed[name] == nil {
			t.Errorf("%s is not in the document", name)
		}
		delete(listed, name)
	}
	for name := range listed {
		t.Errorf("%s is in the document and nowhere else", name)
	}
}

func TestEveryOperationIsDocumentedInFull(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	doc := h.must(t, http.StatusOK, "GET", "/openapi.json", "").object
	if doc["openapi"] != "3.1.0" {
		t.Errorf("OpenAPI %v", doc["openapi"])
	}
	ids := map[any]bool{}
	for name, op := range operations(t, doc) {
		if ids[op["operationId"]] || op["operationId"] == "" {
			t.Errorf("%s: operationId %v is not its own", name, op["operationId"])
		}
		ids[op["operationId"]] = true
		if op["summary"] == nil || op["tags"] == nil {
			t.Errorf("%s lacks words", name)
		}
		method, path, _ := strings.Cut(name, " ")
		secured := op["security"] != nil
		if secured == (strings.HasPrefix(path, "/health/") || path == "/api/v1/signing-key") {
			t.Errorf("%s: security is %v", name, op["security"])
		}
		var params []string
		parameters, _ := op["parameters"].([]any)
		for _, p := range parameters {
			params = append(params, p.(map[string]any)["name"].(string))
		}
		for _, m := range regexp.MustCompile(`\{([a-z]+)\}`).FindAllStringSubmatch(path, -1) {
			if !slices.Contains(params, m[1]) {
				t.Errorf("%s: {%s} is not described", name, m[1])
			}
		}
		if (method == "POST") != slices.Contains(params, "Idempotency-Key") {
			t.Errorf("%s: Idempotency-Key is amiss", name)
		}
		for status, r := range op["responses"].(map[string]any) {
			ref, _ := r.(map[string]any)["$ref"].(string)
			if problem := strings.HasPrefix(ref, "#/components/responses/"); problem != (status >= "400") {
				t.Errorf("%s: status %s is %v", name, status, r)
			}
		}
	}
}

func TestEveryReferenceInTheDocumentLeadsSomewhere(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	a := h.must(t, http.StatusOK, "GET", "/openapi.json", "")
	components := a.object["components"].(map[string]any)
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`"\$ref":"([^"]+)"`).FindAllStringSubmatch(a.Body.String(), -1) {
		parts := strings.Split(m[1], "/") // #/components/schemas/Name
		if len(parts) != 4 || components[parts[2]].(map[string]any)[parts[3]] == nil {
			t.Errorf("%s leads nowhere", m[1])
		}
		used[parts[3]] = true
	}
	for name := range components["schemas"].(map[string]any) {
		if !used[name] {
			t.Errorf("nothing uses the schema %s", name)
		}
	}
	if strings.Contains(a.Body.String(), "$schema") {
		t.Error("there are links to schemas")
	}
}

func TestTheDocumentIsThereAsYAMLToo(t *testing.T) {
	t.Parallel()
	a := small(t, nil).must(t, http.StatusOK, "GET", "/openapi.yaml", "")
	if !strings.HasPrefix(a.Body.String(), "components:") || a.Header().Get("Content-Type") != "application/openapi+yaml" {
		t.Errorf("%s: %.60s", a.Header().Get("Content-Type"), a.Body)
	}
}

func TestTheDocumentationPageLoadsNothingFromOutside(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	a := h.must(t, http.StatusOK, "GET", "/api/docs", "")
	page := a.Body.String()
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(m[1], "#") && !strings.HasPrefix(m[1], "/") {
			t.Errorf("the page refers to %s", m[1])
		}
	}
	for _, never := range []string{"<script", "unpkg", "style=", "<no value>", "%!"} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %q", never)
		}
	}
	if got := h.must(t, http.StatusOK, "GET", "/api/docs.css", "").Header().Get("Content-Type"); got != "text/css; charset=utf-8" {
		t.Errorf("the style sheet is %q", got)
	}
	for id := range operations(t, h.must(t, http.StatusOK, "GET", "/openapi.json", "").object) {
		_, path, _ := strings.Cut(id, " ")
		if !strings.Contains(page, path) {
			t.Errorf("the page lacks %s", path)
		}
	}
	for _, p := range []string{"refused", "too-large", "internal", "malformed"} {
		if !strings.Contains(page, `id="`+p+`"`) {
			t.Errorf("the type of a problem leads to #%s, which is not there", p)
		}
	}
}

func TestTheAPIIsNotServedInPart(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	d := h.deps
	d.Audit = nil
	if err := api.Register(h.Engine, d); err == nil {
		t.Error("it was served without an audit trail")
	}
}
