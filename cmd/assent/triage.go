package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"assent/inbox/sorting"
	"assent/internal/errs"
	"assent/internal/message"
)

func (a *app) triageCommand() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use: "triage PATH…", Short: "Sort mail by the inbox's rules, with their grounds",
		Long: "Sorts mail from files or folders of .eml, or from standard input (-), and shows the grounds of each verdict. It needs no settings and no database, and keeps nothing.",
		RunE: func(_ *cobra.Command, paths []string) error { return a.triage(paths, asJSON) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line")
	return c
}

// triageLine is the verdict on one mail, as it is printed.
type triageLine struct {
	Path       string           `json:"path"`
	Kind       sorting.Kind     `json:"kind"`
	Labels     []string         `json:"labels"`
	Recipients []string         `json:"recipients"` // of a bounce or complaint: addresses
	Status     string           `json:"status"`
	Language   string           `json:"language"`
	ReplyText  string           `json:"reply_text"`
	Parsed     bool             `json:"parsed"`
	Confidence float64          `json:"confidence"`
	Grounds    []sorting.Ground `json:"grounds"`
	Flags      []string         `json:"flags"`
	Error      string           `json:"error,omitempty"` // why it could not be parsed
}

// oneMailMemory is what sorting one mail should need beside the program's own pages, in octets: a mail server that calls for each mail runs
// many at once. Beyond it memory is given back more often, which costs a folder of mails twice the time.
const oneMailMemory = 27 << 20

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func (a *app) triage(paths []string, asJSON bool) (err error) {
	out := bufio.NewWriter(a.stdout)
	defer func() { err = errors.Join(err, out.Flush()) }()
	tell := func(line triageLine) error { return tellVerdict(out, line, asJSON) }
	if len(paths) == 0 {
		paths = []string{"-"}
	}
	if len(paths) == 1 && !isFolder(paths[0]) && a.memory != nil && a.getenv("GOMEMLIMIT") == "" {
		a.memory(oneMailMemory)
	}
	for _, path := range paths {
		if path == "-" {
			if err := tell(triageOne("-", a.stdin)); err != nil {
				return err
			}
			continue
		}
		if err := triagePath(path, tell); err != nil {
			return err
		}
	}
	return nil
}

// triagePath sorts a file, or every .eml file below a folder.
func triagePath(path string, tell func(triageLine) error) error {
	return filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return errs.E("triage: read", errs.Invalid, name+" cannot be read.", err)
		}
		if d.IsDir() || name != path && !strings.EqualFold(filepath.Ext(name), ".eml") {
			return nil
		}
		file, err := os.Open(name)
		if err != nil {
			return errs.E("triage: read", errs.Invalid, name+" cannot be read.", err)
		}
		defer file.Close()
		return tell(triageOne(name, file))
	})
}

func triageOne(path string, r io.Reader) triageLine {
	line := triageLine{Path: path, Kind: sorting.KindNone, Labels: []string{}, Recipients: []string{}, Grounds: []sorting.Ground{}, Flags: []string{}}
	parsed, err := message.Parse(r, message.DefaultLimits())
	if err != nil {
		line.Error = errs.Message(err)
		return line
	}
	v := sorting.Sort(parsed)
	line.Parsed, line.Kind, line.Status, line.Language, line.ReplyText, line.Confidence = true, v.Kind, v.Status, v.Language, v.ReplyText, v.Confidence
	line.Labels = append(line.Labels, v.Labels...)
	line.Grounds = append(line.Grounds, v.Grounds...)
	line.Flags = append(line.Flags, v.Flags...)
	for _, r := range v.Recipients {
		line.Recipients = append(line.Recipients, r.Address.String())
	}
	return line
}

func tellVerdict(out io.Writer, line triageLine, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(out)
		e.SetEscapeHTML(false)
		return e.Encode(line)
	}
	what := string(line.Kind)
	if len(line.Labels) > 0 {
		what += " (" + strings.Join(line.Labels, ", ") + ")"
	}
	if !line.Parsed {
		what = "cannot be parsed: " + line.Error
	}
	fmt.Fprintf(out, "%s: %s\n", line.Path, what)
	for _, g := range line.Grounds {
		fmt.Fprintf(out, "    %s: %q (%s)\n", g.Where, g.Words, g.Rule)
	}
	return nil
}
