package console

import (
	"strings"
	"testing"

	"assent/internal/message"
)

func TestAnEnclosureThatIsNotWhatItsSenderSaysIsShownSo(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, stated, head, says string // says is "" where nothing is said besides the sender's word
	}{
		{"a program that is called a PDF", "application/pdf", "MZ\x90\x00\x03", "a program: do not open it"},
		{"a web page that is called a picture", "image/png", "<html><script>", "a web page"},
		{"a PDF that is called nothing", "application/octet-stream", "%PDF-1.7", "application/pdf"},
		{"a PDF", "application/pdf", "%PDF-1.7", ""},
		{"a drawing, which is XML", "image/svg+xml", "<svg xmlns=", ""},
		{"an office file, which is an archive", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "PK\x03\x04", ""},
		{"a text", "text/csv", "a,b,c", ""},
		{"an empty one", "image/jpeg", "", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			got := enclosureType(message.Part{Type: x.stated, Head: x.head})
			if _, says, found := strings.Cut(got, "by its first bytes "); !strings.HasPrefix(got, x.stated+" by its sender’s word") || found != (x.says != "") || says != x.says {
				t.Errorf("it reads %q, want it to say %q", got, x.says)
			}
		})
	}
}
