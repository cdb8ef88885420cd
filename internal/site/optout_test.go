package site

import (
	"strings"
	"testing"
)

func TestReadOptOut(t *testing.T) {
	t.Parallel()
	form := func(name, value string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n--b--\r\n"
	}
	const encoded, multipart = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
	for _, c := range []struct {
		name, contentType, body string
		want                    optOut
	}{
		{"one click", encoded, "List-Unsubscribe=One-Click", oneClick},
		{"one click in parts", multipart, form("List-Unsubscribe", "One-Click"), oneClick},
		{"one click in small letters", encoded, "list-unsubscribe=one-click", oneClick},
		{"another value is not one click", encoded, "List-Unsubscribe=Two-Clicks", unclear},
		{"the first button", encoded, "scope=list", thisList},
		{"the second button", encoded, "scope=all", allOfThem},
		{"the second button in parts", multipart, form("scope", "all"), allOfThem},
		{"one click and a button is one click", encoded, "scope=all&List-Unsubscribe=One-Click", oneClick},
		{"a scope that is none", encoded, "scope=world", unclear},
		{"nothing", "", "", unclear},
		{"parts without an end", multipart, form("scope", "all")[:20], unclear},
		{"too much before it", encoded, strings.Repeat("a=b&", 4000) + "scope=all", unclear},
		{"too many parts before it", multipart, strings.Repeat("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n", 30) + form("scope", "all"), unclear},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := readOptOut(c.contentType, strings.NewReader(c.body)); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func FuzzReadOptOut(f *testing.F) {
	f.Add("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click")
	f.Add("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n")
	f.Add("multipart/form-data; boundary=\"", "--\r\n\r\n")
	f.Add("text/html; charset=\x00", "scope=all&%zz")
	f.Fuzz(func(t *testing.T, contentType, body string) {
		if got := readOptOut(contentType, strings.NewReader(body)); got.act() == "" {
			t.Errorf("%d has no words", got)
		}
	})
}
