package config

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

const maxFile = 1 << 20 // octets

// file holds what a TOML file says: the settings by key, as text, and the mailbox tables.
type file struct {
	name   string
	values map[string]string
	broken map[string]bool // keys whose value cannot be used: told already, so not missing as well
	tables []map[string]any
}

// readFile reads a settings file and adds what is wrong with it to the mistakes.
func readFile(path string, mistakes *Mistakes) file {
	f := file{name: filepath.Base(path)}
	r, err := os.Open(path)
	if err != nil {
		mistakes.add("ASSENT_CONFIG", "", "The settings file "+path+" cannot be opened. Check the path and who may read it.")
		return f
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil || len(b) > maxFile {
		mistakes.add("ASSENT_CONFIG", "", "The settings file "+path+" cannot be read, or is larger than 1 MiB.")
		return f
	}
	f.parse(string(b), mistakes)
	return f
}

// parse reads the text of a settings file. Mistakes name lines and keys and never a value.
func (f *file) parse(text string, mistakes *Mistakes) {
	f.values, f.broken = map[string]string{}, map[string]bool{}
	var tree map[string]any
	if _, err := toml.Decode(text, &tree); err != nil {
		line := ""
		if perr, ok := err.(toml.ParseError); ok { // its own words may quote a secret
			line = "line " + strconv.Itoa(perr.Position.Line) + " "
		}
		mistakes.add("", f.name, line+"is not TOML. A setting looks like: listen = \"127.0.0.1:8080\", and text stands in double quotes.")
		return
	}
	known := keys()
	for _, key := range sortedKeys(tree) {
		switch {
		case key == "mailbox":
			f.readTables(tree[key], mistakes)
		case !slices.Contains(known, key):
			f.unknown(key, append(known, "mailbox"), mistakes)
		default:
			text, ok := textOf(tree[key])
			if !ok {
				f.broken[key] = true
				mistakes.add("", f.name, key+" must be text in double quotes, a number, or a list of texts.")
				continue
			}
			f.values[key] = strings.TrimSpace(text)
		}
	}
}

func (f *file) unknown(key string, known []string, mistakes *Mistakes) {
	says := fmt.Sprintf("%q is no setting.", key)
	if len(key) > 60 {
		says = "a key of more than 60 characters is no setting."
	}
	trimmed := strings.TrimPrefix(strings.ToLower(key), "assent_")
	if near := nearest(trimmed, known); near != "" {
		says += fmt.Sprintf(" Did you mean %q?", near)
	} else {
		says += " 'assent settings' lists all of them."
	}
	mistakes.add("", f.name, says)
}

func (f *file) readTables(value any, mistakes *Mistakes) {
	tables, ok := value.([]map[string]any)
	if !ok {
		mistakes.add("", f.name, "mailbox must be a table for each mailbox: [[mailbox]], then url, name, programme and role in lines of their own.")
		return
	}
	f.tables = tables
}

// mailboxes returns the mailboxes of the [[mailbox]] tables.
func (f *file) mailboxes(check func(string) error, mistakes *Mistakes) []Mailbox {
	known := []string{"url", "name", "programme", "role"}
	var out []Mailbox
	for i, table := range f.tables {
		where := fmt.Sprintf("mailbox %d in %s", i+1, f.name)
		texts := map[string]string{}
		for _, key := range sortedKeys(table) {
			text, ok := table[key].(string)
			switch {
			case !slices.Contains(known, key):
				f.unknown(key, known, mistakes)
			case !ok:
				mistakes.add("ASSENT_MAILBOXES", where, key+" must be text in double quotes.")
			}
			texts[key] = strings.TrimSpace(text)
		}
		m, err := readMailbox(texts["url"], Mailbox{Name: texts["name"], Programme: texts["programme"], Role: Role(texts["role"])}, check)
		if err != nil {
			mistakes.add("ASSENT_MAILBOXES", where, sentence(err))
			continue
		}
		out = append(out, m)
	}
	return out
}

// textOf returns a TOML value as it would stand in the environment.
func textOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case []any:
		parts := make([]string, len(v))
		for i, one := range v {
			text, ok := one.(string)
			if !ok {
				return "", false
			}
			parts[i] = text
		}
		return strings.Join(parts, "\n"), true
	}
	return "", false
}

func keys() []string {
	var out []string
	for _, s := range settings(URLChecks{}) {
		out = append(out, s.Key())
	}
	return out
}

func sortedKeys(m map[string]any) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
