package api

import (
	"encoding/json"
	"net/http"

	"github.com/gin-gonic/gin"

	"assent/internal/errs"
)

// publish serves the document and the page made of it. Both are made once, when every operation is known.
func (a *api) publish() error {
	const op = "api: publish document"
	doc := a.huma.OpenAPI()
	// Huma documents its own errors too; ours are problems.
	delete(doc.Components.Schemas.Map(), "ErrorModel")
	delete(doc.Components.Schemas.Map(), "ErrorDetail")
	asJSON, err := json.Marshal(doc)
	if err != nil {
		return errs.E(op, errs.Internal, "", err)
	}
	asYAML, err := doc.YAML()
	if err != nil {
		return errs.E(op, errs.Internal, "", err)
	}
	page := docsPage(doc, a.ids, a.BaseURL)
	serve := func(path, contentType string, body []byte) {
		a.engine.GET(path, func(c *gin.Context) { c.Data(http.StatusOK, contentType, body) })
	}
	serve("/openapi.json", "application/openapi+json", asJSON)
	serve("/openapi.yaml", "application/openapi+yaml", asYAML)
	serve("/api/docs", "text/html; charset=utf-8", page)
	serve("/api/docs.css", "text/css; charset=utf-8", docsStyle)
	return nil
}
