package archtest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Rules is what rules.txt says.
type Rules struct {
	Packages map[string]PackageRule // by folder
	Outside  []Scope                // imports from outside, standard library included
	Calls    []Scope                // functions such as "time.Now"
	Values   []string               // functions whose result a package variable may hold
	Except   map[string]bool        // "folder name" of a package variable that is allowed to change
	Limits   map[string]int         // lines at most, for "function", "file" and "package"
}

// PackageRule says what of ours a package may import.
type PackageRule struct {
	Line     int // in rules.txt
	Planned  bool
	Anything bool
	May      []string // folders
}

// Scope says where something may be used.
type Scope struct {
	Name string   // an import path, or "path.Function"
	In   []string // folders; "cmd/..." means all below cmd; nil means nowhere
	Any  bool     // anywhere
}

// covers tells whether a folder is among those of the scope.
func (s Scope) covers(dir string) bool {
	return s.Any || slices.ContainsFunc(s.In, func(in string) bool {
		below, subtree := strings.CutSuffix(in, "/...")
		return in == dir || subtree && (dir == below || strings.HasPrefix(dir, below+"/"))
	})
}

// where tells a reader the places of the scope.
func (s Scope) where() string {
	if len(s.In) == 0 {
		return "nowhere"
	}
	return "only in " + strings.Join(s.In, ", ")
}

// ParseRules reads rules.txt: one rule in a line, "#" starts a comment. The error
// names the line.
func ParseRules(text string) (Rules, error) {
	r := Rules{Packages: map[string]PackageRule{}, Except: map[string]bool{}, Limits: map[string]int{}}
	groups := map[string][]string{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if err := r.add(number, words, groups); err != nil {
			return Rules{}, fmt.Errorf("rules.txt:%d: %w", number, err)
		}
	}
	return r, nil
}

func (r *Rules) add(number int, words []string, groups map[string][]string) error {
	switch kind, rest := words[0], words[1:]; kind {
	case "group": // group NAME = FOLDER...
		if len(rest) < 3 || rest[1] != "=" {
			return errors.New("want: group NAME = one or more FOLDER")
		}
		groups[rest[0]] = rest[2:]
	case "package", "planned": // package FOLDER imports nothing|anything|FOLDER...
		return r.addPackage(number, kind == "planned", rest, groups)
	case "outside", "call": // outside NAME... only in FOLDER...|anywhere|nowhere
		scopes, err := parseScopes(rest)
		if err != nil {
			return err
		}
		if kind == "outside" {
			r.Outside = append(r.Outside, scopes...)
		} else {
			r.Calls = append(r.Calls, scopes...)
		}
	case "values": // values FUNCTION...
		r.Values = append(r.Values, rest...)
	case "except": // except VARIABLE in FOLDER because REASON
		if len(rest) < 5 || rest[1] != "in" || rest[3] != "because" {
			return errors.New("want: except VARIABLE in FOLDER because REASON")
		}
		r.Except[rest[2]+" "+rest[0]] = true
	case "limit": // limit function|file|package LINES
		if len(rest) != 2 || !slices.Contains([]string{"function", "file", "package"}, rest[0]) {
			return errors.New("want: limit function|file|package LINES")
		}
		n, err := strconv.Atoi(rest[1])
		r.Limits[rest[0]] = n
		return err
	default:
		return fmt.Errorf("no rule begins with %q", kind)
	}
	return nil
}

func (r *Rules) addPackage(number int, planned bool, words []string, groups map[string][]string) error {
	if len(words) < 3 || words[1] != "imports" {
		return errors.New("want: package FOLDER imports nothing, anything or some FOLDER")
	}
	if _, twice := r.Packages[words[0]]; twice {
		return fmt.Errorf("%s has a line already", words[0])
	}
	rule := PackageRule{Line: number, Planned: planned}
	for _, w := range words[2:] {
		group, isGroup := groups[w]
		switch {
		case w == "anything":
			rule.Anything = true
		case w == "nothing":
		case isGroup:
			rule.May = append(rule.May, group...)
		default:
			rule.May = append(rule.May, w)
		}
	}
	r.Packages[words[0]] = rule
	return nil
}

// parseScopes reads "NAME... only in FOLDER...", "NAME... anywhere" or
// "NAME... nowhere".
func parseScopes(words []string) ([]Scope, error) {
	var names []string
	for i, w := range words {
		var in []string
		switch {
		case w == "only" && i+2 < len(words) && words[i+1] == "in":
			in = words[i+2:]
		case (w == "anywhere" || w == "nowhere") && i == len(words)-1:
		default:
			names = append(names, w)
			continue
		}
		var scopes []Scope
		for _, n := range names {
			scopes = append(scopes, Scope{Name: n, In: in, Any: w == "anywhere"})
		}
		return scopes, nil
	}
	return nil, errors.New("want: NAME... only in FOLDER..., or anywhere, or nowhere")
}
