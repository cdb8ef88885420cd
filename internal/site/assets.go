package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// file is a static file, read once.
type file struct {
	name, mediaType, etag string
	body                  []byte
}

// staticFiles reads all files, by name.
func staticFiles(from fs.FS) (map[string]file, error) {
	all := map[string]file{}
	err := fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		all[name] = file{name: name, mediaType: mediaTypeOf(name), etag: `"` + hex.EncodeToString(sum[:12]) + `"`, body: body}
		return nil
	})
	return all, err
}

// mediaTypeOf does not ask the machine's own tables, so that every installation answers alike.
func mediaTypeOf(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	}
	return "application/octet-stream"
}

func serveFiles(files map[string]file) gin.HandlerFunc {
	return func(c *gin.Context) {
		f, ok := files[strings.TrimPrefix(c.Param("name"), "/")]
		if !ok {
			c.Header("Cache-Control", "no-store")
			c.String(http.StatusNotFound, "There is no such file.\n")
			return
		}
		f.serve(c)
	}
}

func serveFile(f file) gin.HandlerFunc { return f.serve }

// serve answers with the file. Pages ask for it by a mark of its content, and then it may be kept for ever.
func (f file) serve(c *gin.Context) {
	life := "public, max-age=3600"
	if c.Query("v") != "" {
		life = "public, max-age=31536000, immutable"
	}
	c.Header("Cache-Control", life)
	c.Header("Content-Type", f.mediaType)
	c.Header("ETag", f.etag)
	http.ServeContent(c.Writer, c.Request, f.name, time.Time{}, bytes.NewReader(f.body))
}

// robots lets search engines see the list of lists and nothing else.
func robots(c *gin.Context) {
	c.Header("Cache-Control", "public, max-age=3600")
	c.String(http.StatusOK, "User-agent: *\nAllow: /$\nDisallow: /\n")
}
