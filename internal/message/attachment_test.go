package message

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"assent/internal/errs"
)

func TestEachPartIsFoundWhereParseCountedIt(t *testing.T) {
	t.Parallel()
	for place, want := range []string{"Plain words", "<p>Page <b>words</b></p>", "%PDF-1.4\n", "not the text"} {
		p, content, err := ReadPart(strings.NewReader(mixed), place, AttachmentLimits())
		if err != nil || string(content) != want || p.Type != parse(t, mixed).Parts[place].Type {
			t.Errorf("part %d: %q, %+v, %v", place, content, p, err)
		}
	}
	for _, place := range []int{4, 1000} {
		if _, _, err := ReadPart(strings.NewReader(mixed), place, AttachmentLimits()); errs.KindOf(err) != errs.NotFound {
			t.Errorf("part %d: %v", place, err)
		}
	}
}

func TestALargePartIsWholeOrRefused(t *testing.T) {
	t.Parallel()
	want := bytes.Repeat([]byte("0123456789"), 300_000)
	raw := "Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n" +
		base64.StdEncoding.EncodeToString(want) + "\n--b--\n"
	if _, got, err := ReadPart(strings.NewReader(raw), 1, AttachmentLimits()); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d octets, %v", len(got), err)
	}
	if _, _, err := ReadPart(strings.NewReader(raw), 1, DefaultLimits()); errs.KindOf(err) != errs.Invalid {
		t.Errorf("beyond the limit: %v", err)
	}
}

func TestAnAttachmentShowsItsFirstBytes(t *testing.T) {
	t.Parallel()
	program := append([]byte("MZ\x90\x00"), make([]byte, 500)...)
	raw := "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee the file.\r\n--b\r\nContent-Type: application/pdf; name=x.pdf\r\nContent-Transfer-Encoding: base64\r\n" +
		"Content-Disposition: attachment; filename=x.pdf\r\n\r\n" + base64.StdEncoding.EncodeToString(program) + "\r\n--b--\r\n"
	m, err := Parse(strings.NewReader(raw), DefaultLimits())
	if err != nil || len(m.Parts) != 2 || m.Parts[1].Head != string(program[:64]) || m.Parts[0].Head != "" {
		t.Errorf("%+v, %v", m, err)
	}
}
