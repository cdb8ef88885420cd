package cases

import (
	"bytes"
	"context"
	"io"
	"path"
	"strings"
	"unicode"

	"assent/internal/errs"
)

// MaxFile bounds a file that staff put into a case, in octets.
const MaxFile = 25 << 20

// AddFile puts a file into a case, such as a scanned letter. Its type is what its first bytes tell, whatever anybody claims. Kinds of error:
// NotFound, Invalid for one that is empty or too large.
func (s *Service) AddFile(ctx context.Context, id int64, actor, name string, body io.Reader) (File, error) {
	const op = "cases: add file"
	head := make([]byte, sniffed)
	n, err := io.ReadFull(body, head)
	if n == 0 {
		return File{}, errs.E(op, errs.Invalid, "The file is empty.", err)
	}
	limited := &limit{from: io.MultiReader(bytes.NewReader(head[:n]), body), left: MaxFile}
	f := File{Name: SafeName(name), Type: Sniff(head[:n]), Actor: actor, AddedAt: s.Now(), Body: limited}
	_, err = s.Store.ChangeCase(ctx, id, func(c Case, _ []Case) (Change, error) {
		f.CaseID = c.Root()
		return s.change(c, Change{File: &f, Events: []Event{{Kind: FileAdded, Actor: actor, Note: f.Name}}})
	})
	f.Body = nil
	return f, errs.Wrap(op, err)
}

// limit fails when more is read than may be.
type limit struct {
	from io.Reader
	left int
}

// Read implements io.Reader.
func (t *limit) Read(p []byte) (int, error) {
	n, err := t.from.Read(p)
	if t.left -= n; t.left < 0 {
		return 0, errs.E("cases: read file", errs.Invalid, "The file is larger than 25 MB. Nothing of it was kept.", nil)
	}
	return n, err
}

const sniffed = 512 // octets that tell a type

// Sniff returns the media type that a file's first bytes tell, of the few that matter here; "application/octet-stream" for all else. Nothing is ever shown by
// it: every file is handed out as a download.
func Sniff(head []byte) string {
	for _, t := range []struct{ magic, media string }{
		{"%PDF-", "application/pdf"}, {"\x89PNG\r\n\x1a\n", "image/png"}, {"\xff\xd8\xff", "image/jpeg"}, {"GIF87a", "image/gif"}, {"GIF89a", "image/gif"},
		{"II*\x00", "image/tiff"}, {"MM\x00*", "image/tiff"}, {"PK\x03\x04", "application/zip"}, {"{\\rtf", "application/rtf"},
		{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"}, {"MZ", "application/x-msdownload"}, {"\x7fELF", "application/x-executable"},
	} {
		if bytes.HasPrefix(head, []byte(t.magic)) {
			return t.media
		}
	}
	if len(head) > 12 && bytes.Equal(head[4:8], []byte("ftyp")) {
		if brand := string(head[8:11]); brand == "hei" || brand == "mif" {
			return "image/heic"
		}
		return "video/mp4"
	}
	start := bytes.ToLower(bytes.TrimLeft(head, " \t\r\n\ufeff"))
	for _, mark := range []string{"<!doctype html", "<html", "<script", "<svg", "<?xml"} {
		if bytes.HasPrefix(start, []byte(mark)) {
			return "text/html"
		}
	}
	if printable(head) {
		return "text/plain"
	}
	return "application/octet-stream"
}

func printable(head []byte) bool {
	for _, b := range head {
		if b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f' || b == 0x7f {
			return false
		}
	}
	return true
}

// SafeName makes a file name of whatever a stranger gave: without a path, control characters or marks that turn writing around, and not too long.
func SafeName(name string) string {
	name = path.Base(strings.ReplaceAll(name, "\\", "/"))
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, strings.ContainsRune(`"<>|:*?`, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, name)
	if runes := []rune(name); len(runes) > 120 {
		name = string(runes[:100]) + string(runes[len(runes)-20:])
	}
	if name = strings.Trim(name, " ."); name == "" || name == "/" {
		return "file"
	}
	return name
}
