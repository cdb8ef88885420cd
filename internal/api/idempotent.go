package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"github.com/gin-gonic/gin"

	"assent/internal/errs"
	"assent/internal/idempotency"
)

const (
	idempotencyKey = "Idempotency-Key"
	replayed       = "Idempotent-Replayed"
)

// repeatKey returns the key under which a request may be repeated.
func repeatKey(c *gin.Context, op operation) (key string, repeatable bool) {
	values := c.Request.Header.Values(idempotencyKey)
	if op.method != http.MethodPost || len(values) == 0 {
		return "", false
	}
	return values[0], true
}

// once does a request under a key of the caller's, unless it was done before: then it gives the same answer again. The answer is
// kept before it is sent, so that whoever has it can rely on getting it again.
func (a *api) once(c *gin.Context, op operation, key string, body []byte, do func()) {
	const opName = "api: do once"
	if err := idempotency.CheckKey(key); err != nil {
		a.fail(c, op, err)
		return
	}
	// The caller may hang up; whether the request was done must be known all the same.
	ctx := context.WithoutCancel(c.Request.Context())
	owner := actor(ctx).String()
	state, answer, err := a.Requests.Begin(ctx, owner, key, requestDigest(c.Request, body), a.Now())
	switch {
	case err != nil:
		a.fail(c, op, err)
	case state == idempotency.Done:
		replay(c, answer)
	case state == idempotency.Running:
		a.fail(c, op, errs.E(opName, errs.Conflict, "The request under this Idempotency-Key is being done at this moment. Ask again in a little while.", nil))
	case state == idempotency.Other:
		a.fail(c, op, errs.E(opName, errs.Invalid, "This Idempotency-Key was used for another request. Take a new one.", nil))
	default:
		a.first(ctx, c, op, owner, key, do)
	}
}

// first does a request whose key is fresh, keeps the answer, and then sends it.
func (a *api) first(ctx context.Context, c *gin.Context, op operation, owner, key string, do func()) {
	out := c.Writer
	held := &heldAnswer{ResponseWriter: out, status: http.StatusOK}
	c.Writer = held
	kept := false
	defer func() {
		c.Writer = out
		if !kept { // it failed, or a panic goes through here
			if err := a.Requests.Forget(ctx, owner, key); err != nil {
				a.Log.WarnContext(ctx, "an idempotency key stays taken until its lease ends", "route", op.path, "cause", err.Error())
			}
		}
	}()
	do()
	if held.binds() {
		answer := idempotency.Answer{Status: held.status, Header: held.kept(), Body: without(held.body.Bytes(), op.once)}
		if err := a.Requests.Finish(ctx, owner, key, answer); err != nil {
			// It was done, so that the caller must hear of it. The key stays taken until its lease ends.
			a.Log.ErrorContext(ctx, "an answer could not be kept for repetition", "route", op.path, "cause", err.Error())
		}
		kept = true
	}
	held.send(out)
}

// requestDigest names a request: its method, its address and its body.
func requestDigest(r *http.Request, body []byte) string {
	h := sha256.New()
	h.Write([]byte(r.Method + " " + r.URL.RequestURI() + "\n"))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

func replay(c *gin.Context, answer idempotency.Answer) {
	for name, values := range answer.Header {
		c.Writer.Header()[name] = values
	}
	c.Header(replayed, "true")
	c.Status(answer.Status)
	if len(answer.Body) > 0 {
		_, _ = c.Writer.Write(answer.Body) // a client that is gone asks again
	}
}

// heldAnswer keeps an answer in memory. Answers to POST are short.
type heldAnswer struct {
	gin.ResponseWriter
	status int
	body   bytes.Buffer
}

// Write keeps some of the body.
func (w *heldAnswer) Write(p []byte) (int, error) { return w.body.Write(p) }

// WriteString keeps some of the body.
func (w *heldAnswer) WriteString(s string) (int, error) { return w.body.WriteString(s) }

// WriteHeader keeps the status.
func (w *heldAnswer) WriteHeader(status int) { w.status = status }

// WriteHeaderNow does nothing: nothing is sent yet.
func (w *heldAnswer) WriteHeaderNow() {}

// Flush does nothing: nothing is sent yet.
func (w *heldAnswer) Flush() {}

// Status returns the status so far.
func (w *heldAnswer) Status() int { return w.status }

// Size returns the number of bytes so far.
func (w *heldAnswer) Size() int { return w.body.Len() }

// Written reports that nothing has been sent.
func (w *heldAnswer) Written() bool { return false }

// binds reports whether the key stands for this answer from now on. Asking again must help where it can.
func (w *heldAnswer) binds() bool {
	return w.status < http.StatusInternalServerError && w.status != http.StatusTooManyRequests
}

// kept returns the headers that belong to the answer and not to the request.
func (w *heldAnswer) kept() map[string][]string {
	out := map[string][]string{}
	for _, name := range []string{"Content-Type", "Location"} {
		if v := w.Header().Values(name); len(v) > 0 {
			out[name] = v
		}
	}
	return out
}

func (w *heldAnswer) send(to gin.ResponseWriter) {
	to.WriteHeader(w.status)
	if w.body.Len() > 0 {
		_, _ = to.Write(w.body.Bytes()) // the answer is kept; a client that is gone asks again
	}
}

// without leaves a field out of a JSON object: what is shown once must not be kept.
func without(body []byte, field string) []byte {
	if field == "" {
		return body
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(body, &object); err != nil {
		return nil
	}
	delete(object, field)
	out, err := json.Marshal(object)
	if err != nil {
		return nil
	}
	return out
}
