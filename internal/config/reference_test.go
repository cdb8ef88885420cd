package config_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"assent/internal/config"
)

var update = flag.Bool("update", false, "rewrite the table in docs/settings.md")

const (
	docs  = "../../docs/settings.md"
	begin = "<!-- settings: written by go test ./internal/config -update -->\n"
	end   = "<!-- end of settings -->\n"
)

func TestTheDocumentationListsEverySetting(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(raw), begin)
	old, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the table: %q and %q", docs, begin, end)
	}
	table := settingsTable()
	if old == table {
		return
	}
	if !*update {
		t.Fatal("docs/settings.md is not up to date: run go test ./internal/config -update")
	}
	if err := os.WriteFile(docs, []byte(head+begin+table+end+tail), 0o644); err != nil {
		t.Fatal(err)
	}
}

func settingsTable() string {
	var b strings.Builder
	b.WriteString("\n| Setting | In the file | Default | Needed | Meaning |\n| --- | --- | --- | --- | --- |\n")
	for _, s := range config.Reference() {
		code := func(v string) string {
			if v == "" {
				return ""
			}
			return "`" + v + "`"
		}
		meaning := strings.ReplaceAll(s.Meaning, "|", `\|`)
		if s.Secret {
			meaning += " *Never shown.*"
		}
		b.WriteString("| " + strings.Join([]string{code(s.Name), code(s.Key()), code(s.Default), s.Needed, meaning}, " | ") + " |\n")
	}
	b.WriteString("\n")
	return b.String()
}

func TestEverySettingSaysWhatItMeans(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range config.Reference() {
		if s.Meaning == "" || !strings.HasPrefix(s.Name, "ASSENT_") || seen[s.Name] {
			t.Errorf("%+v", s)
		}
		if s.Needed != "" && s.Default == "" && s.Advice == "" {
			t.Errorf("%s is needed and has no advice for whoever left it out", s.Name)
		}
		seen[s.Name] = true
	}
}
