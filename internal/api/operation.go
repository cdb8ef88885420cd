package api

import (
	"context"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"assent/internal/auth"
	"assent/internal/web"
)

// base is where all operations are but those on health.
const base = "/api/v1"

// operation describes one operation.
type operation struct {
	id      string
	method  string
	path    string
	tag     string
	summary string
	about   string
	scope   auth.Scope // what the key must have; "" for an operation that needs no key
	status  int        // of success; 0 is 200
	once    string     // a field of the answer that is shown once, and left out when the answer is repeated
	body    bool       // takes a body; set by add
	streams []string   // media types of a body that the handler reads as it comes, without a limit of ours; none otherwise
}

// reply is an answer with a body.
type reply[T any] struct{ Body T }

// done is an answer without a body.
type done struct{}

// add registers an operation. Whatever error its handler returns becomes a problem without the error's text.
func add[I, O any](a *api, op operation, handle func(context.Context, *I) (*O, error)) {
	_, op.body = reflect.TypeFor[I]().FieldByName("Body")
	op.body = op.body || len(op.streams) > 0
	h := huma.Operation{
		OperationID: op.id, Method: op.method, Path: op.path, Tags: []string{op.tag}, Summary: op.summary, Description: op.description(),
		DefaultStatus: op.status,
		// The guard has read the body within its limit, and before any deadline of Huma's.
		MaxBodyBytes: -1, BodyReadTimeout: -1,
		Middlewares: huma.Middlewares{a.guard(op)},
		Responses:   a.problemResponses(op),
	}
	if op.scope != "" {
		h.Security = []map[string][]string{{keyScheme: {string(op.scope)}}}
	}
	if op.method == http.MethodPost {
		h.Parameters = []*huma.Param{idempotencyParam()}
	}
	if op.scope != "" {
		h.Parameters = append(h.Parameters, reasonParam())
	}
	if len(op.streams) > 0 {
		h.RequestBody = streamedBody(op.streams)
	}
	a.ids = append(a.ids, op.id)
	huma.Register(a.huma, h, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, a.engine.Report(ctx, op.path, err)
		}
		return out, nil
	})
}

// streamedBody describes a body that is a file.
func streamedBody(types []string) *huma.RequestBody {
	content := map[string]*huma.MediaType{}
	for _, t := range types {
		content[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	return &huma.RequestBody{Description: "The file itself.", Required: true, Content: content}
}

func (op operation) description() string {
	if op.scope == "" {
		return strings.TrimSpace(op.about + "\n\nNeeds no key.")
	}
	return strings.TrimSpace(op.about + "\n\nNeeds the scope `" + string(op.scope) + "`.")
}

// problemResponses names the statuses that an operation may fail with.
func (a *api) problemResponses(op operation) map[string]*huma.Response {
	statuses := []int{http.StatusUnprocessableEntity, http.StatusInternalServerError, http.StatusServiceUnavailable}
	if op.scope != "" {
		statuses = append(statuses, http.StatusUnauthorized, http.StatusForbidden)
	}
	if strings.Contains(op.path, "{") {
		statuses = append(statuses, http.StatusNotFound)
	}
	if op.method == http.MethodPost || op.method == http.MethodPatch {
		statuses = append(statuses, http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge)
	}
	if op.body {
		statuses = append(statuses, http.StatusUnsupportedMediaType)
	}
	out := map[string]*huma.Response{}
	for _, status := range statuses {
		out[strconv.Itoa(status)] = &huma.Response{Ref: "#/components/responses/" + web.SortOfStatus(status).Name}
	}
	return out
}

// problems describes each sort of problem once, for all operations.
func problems(schemas huma.Registry) map[string]*huma.Response {
	out := map[string]*huma.Response{}
	for _, s := range web.Sorts() {
		out[s.Name] = &huma.Response{
			Description: s.Title,
			Content:     map[string]*huma.MediaType{web.ProblemJSON: {Schema: schemas.Schema(reflect.TypeFor[web.Problem](), true, "Problem")}},
		}
	}
	return out
}

func idempotencyParam() *huma.Param {
	maximum := 255
	return &huma.Param{
		Name: idempotencyKey, In: "header",
		Description: "Makes the request safe to repeat: the same request under the same key is done once.",
		Schema:      &huma.Schema{Type: huma.TypeString, MaxLength: &maximum},
		Example:     "0b5d1d1e-8c55-4a0e-9f0e-2f6f0c8f9f10",
	}
}
