package api

import (
	"encoding/json"
	"net/http"
	"sync"

	"github.com/gin-gonic/gin"

	"assent/internal/errs"
)

// publish serves the document and the page made of it. Each is made once, when it is first asked for: by then every
// operation is known.
func (a *api) publish() {
	doc := a.huma.OpenAPI()
	// Huma documents its own errors too; ours are problems.
	delete(doc.Components.Schemas.Map(), "ErrorModel")
	delete(doc.Components.Schemas.Map(), "ErrorDetail")
	a.serve("/openapi.json", "application/openapi+json", func() ([]byte, error) { return json.Marshal(doc) })
	a.serve("/openapi.yaml", "application/openapi+yaml", doc.YAML)
	a.serve("/api/docs", "text/html; charset=utf-8", func() ([]byte, error) { return docsPage(doc, a.ids, a.BaseURL), nil })
	a.serve("/api/docs.css", "text/css; charset=utf-8", func() ([]byte, error) { return docsStyle, nil })
}

// serve serves what is made once.
func (a *api) serve(path, contentType string, render func() ([]byte, error)) {
	made := sync.OnceValues(render)
	a.engine.GET(path, func(c *gin.Context) {
		body, err := made()
		if err != nil {
			a.engine.Fail(c, errs.E("api: publish "+path, errs.Internal, "", err))
			return
		}
		c.Data(http.StatusOK, contentType, body)
	})
}
