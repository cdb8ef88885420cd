package csvfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"assent/internal/errs"
)

// Encoding is how a file writes its letters.
type Encoding string

const (
	UTF8 Encoding = "utf-8"
	// Latin1 is Windows-1252, which is what programs that say Latin-1 write.
	Latin1 Encoding = "latin1"
)

// ParseEncoding reads the name of an encoding; "" is UTF-8. Kind Invalid.
func ParseEncoding(name string) (Encoding, error) {
	switch strings.ToLower(name) {
	case "", "utf-8", "utf8":
		return UTF8, nil
	case "latin1", "latin-1", "iso-8859-1", "windows-1252", "cp1252":
		return Latin1, nil
	}
	return "", errs.E("csvfile: encoding", errs.Invalid, "The encoding must be utf-8 or latin1.", nil)
}

// Survey is what one look over a whole file tells.
type Survey struct {
	Digest    string // SHA-256 of its octets, in hex
	Size      int64  // octets
	Lines     int64  // of text, as an editor counts them
	Delimiter byte   // between fields: ',' ';' '\t' or '|'
	Encoding  Encoding
	newline   byte // '\n', or '\r' in a file that has no other
}

const headBytes = 64 << 10 // of the beginning, in which the delimiter is looked for

// Examine reads a file to its end, in constant memory. Errors are of kind Invalid and name the line that is
// not text in the encoding; a failing read is Unavailable.
func Examine(r io.Reader, enc Encoding) (Survey, error) {
	const op = "csvfile: examine"
	e := examiner{text: enc == Latin1, firstBad: -1}
	digest := sha256.New()
	buf := make([]byte, 64<<10)
	for {
		n, err := r.Read(buf)
		digest.Write(buf[:n])
		e.add(buf[:n])
		if err == io.EOF {
			break
		}
		if err != nil {
			return Survey{}, errs.E(op, errs.Unavailable, "The file cannot be read to its end. Nothing was done.", err)
		}
	}
	s := Survey{Digest: hex.EncodeToString(digest.Sum(nil)), Size: e.size, Encoding: enc, newline: '\n'}
	s.Lines = e.newlines
	if e.newlines == 0 && e.returns > 0 {
		s.newline, s.Lines = '\r', e.returns
	}
	if e.size > 0 && e.last != s.newline {
		s.Lines++
	}
	s.Delimiter = delimiter(e.head, s.newline)
	return s, e.fault(op)
}

// examiner gathers what Examine tells.
type examiner struct {
	text     bool // the encoding makes text of any octets
	head     []byte
	tail     []byte // an unfinished UTF-8 sequence
	size     int64
	newlines int64
	returns  int64
	last     byte
	firstBad int64 // the line that is not UTF-8, -1 for none
}

func (e *examiner) add(b []byte) {
	if len(b) == 0 {
		return
	}
	if room := headBytes - len(e.head); room > 0 {
		e.head = append(e.head, b[:min(room, len(b))]...)
	}
	if !e.text && e.firstBad < 0 {
		e.check(b)
	}
	e.size += int64(len(b))
	e.newlines += int64(bytes.Count(b, []byte{'\n'}))
	e.returns += int64(bytes.Count(b, []byte{'\r'}))
	e.last = b[len(b)-1]
}

// check looks for octets that are not UTF-8, over the borders of what was read.
func (e *examiner) check(b []byte) {
	if len(e.tail) == 0 && utf8.Valid(b) {
		return
	}
	lines := e.newlines
	b = append(e.tail, b...)
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			if b[0] == '\n' {
				lines++
			}
			b = b[1:]
			continue
		}
		if !utf8.FullRune(b) {
			break
		}
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			e.firstBad = lines + 1
			return
		}
		b = b[size:]
	}
	e.tail = append([]byte{}, b...)
}

func (e *examiner) fault(op string) error {
	bad := func(says string) error { return errs.E(op, errs.Invalid, says, nil) }
	switch {
	case e.size == 0:
		return bad("The file is empty.")
	case utf16(e.head):
		return bad("The file is UTF-16. Save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\").")
	case workbook(e.head):
		return bad("The file is a workbook or an archive, and no text. Open it in a spreadsheet, and save the sheet as \"CSV UTF-8\".")
	case e.firstBad < 0 && len(e.tail) > 0:
		e.firstBad = e.newlines + 1
	}
	if e.firstBad >= 0 {
		return bad(fmt.Sprintf("Line %d is not UTF-8 text; the file was probably saved as Latin-1. Save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\"), or say that its encoding is latin1 (--encoding latin1). Nothing was done.", e.firstBad))
	}
	return nil
}

// workbook tells what spreadsheets save by themselves: a ZIP archive (xlsx, ods) or an older compound file (xls).
func workbook(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0"))
}

// utf16 tells UTF-16 by its byte order mark, or by NULs in place of every other letter.
func utf16(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	return head[0] == 0xff && head[1] == 0xfe || head[0] == 0xfe && head[1] == 0xff ||
		head[0] == 0 && head[2] == 0 || head[1] == 0 && head[3] == 0
}

// delimiter finds the sign that stands most often between the fields of the header.
func delimiter(head []byte, newline byte) byte {
	line := bytes.TrimPrefix(head, []byte(bom))
	line = bytes.TrimLeft(line, " \t\r\n")
	if i := bytes.IndexByte(line, newline); i >= 0 {
		line = line[:i]
	}
	best, most := byte(','), 0
	for _, sign := range []byte{',', ';', '\t', '|'} {
		n, quoted := 0, false
		for _, c := range line {
			if c == '"' {
				quoted = !quoted
			}
			if c == sign && !quoted {
				n++
			}
		}
		if n > most {
			best, most = sign, n
		}
	}
	return best
}
