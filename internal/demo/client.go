package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// browser is one person's way to the web, without cookies.
type browser struct {
	http http.Client
	from string // the address that a proxy would name
}

func (s *stage) browserOf(number int) browser {
	return browser{
		http: http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		from: fmt.Sprintf("192.0.2.%d", number%250+1),
	}
}

const maxPage = 1 << 20 // bytes

func (b browser) do(ctx context.Context, method, target, contentType string, body io.Reader) (string, error) {
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return "", err
	}
	req.Header.Set("X-Forwarded-For", b.from)
	req.Header.Set("Accept", "text/html")
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	res, err := b.http.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	page, err := io.ReadAll(io.LimitReader(res.Body, maxPage))
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s answered %s", method, redacted(target), res.Status)
	}
	return string(page), err
}

// redacted keeps tokens out of errors.
func redacted(target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return "a page"
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	return "/" + first
}

func (b browser) get(ctx context.Context, target string) (string, error) {
	return b.do(ctx, http.MethodGet, target, "", nil)
}

func (b browser) post(ctx context.Context, target string, form url.Values) (string, error) {
	return b.do(ctx, http.MethodPost, target, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// postParts sends a form as multipart/form-data, which RFC 8058 prefers.
func (b browser) postParts(ctx context.Context, target string, form url.Values) (string, error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name := range form {
		if err := w.WriteField(name, form.Get(name)); err != nil {
			return "", err
		}
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return b.do(ctx, http.MethodPost, target, w.FormDataContentType(), &body)
}

// api calls the API with the demo's key and reads the answer into out.
func (s *stage) api(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, s.baseURL+"/api/v1"+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+s.key)
	req.Header.Set("Content-Type", "application/json")
	client := http.Client{Timeout: 30 * time.Second}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxPage))
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return fmt.Errorf("%s %s answered %s: %s", method, path, res.Status, answer)
	}
	if out == nil || len(answer) == 0 {
		return nil
	}
	return json.Unmarshal(answer, out)
}
