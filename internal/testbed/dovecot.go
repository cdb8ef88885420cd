package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"text/template"
)

// The settings of 2.4 have other names than those of 2.3.
var (
	//go:embed dovecot-2.3.conf
	dovecot23 string
	//go:embed dovecot-2.4.conf
	dovecot24 string
)

// dovecotPassword opens every mailbox.
const dovecotPassword = "open-sesame"

// dovecot starts IMAP, IMAPS and LMTP. Every address has a mailbox from the first
// mail or login on, but for those that begin with "nobody-": nobody has these. It
// returns the port of LMTP.
func (b *bed) dovecot(ctx context.Context) (lmtp int, err error) {
	settings, err := dovecotSettings(ctx)
	if err != nil {
		return 0, err
	}
	as, err := lookup("mail")
	if err != nil {
		return 0, err
	}
	dir, err := b.mkdir("dovecot", 0o755, owner{})
	if err != nil {
		return 0, err
	}
	mail, err := b.mkdir("mail", 0o700, as)
	if err != nil {
		return 0, err
	}
	cert, key, err := certificate(dir)
	if err != nil {
		return 0, err
	}
	ports, err := freePorts(3)
	if err != nil {
		return 0, err
	}
	logFile := filepath.Join(dir, "dovecot.log")
	conf := filepath.Join(dir, "dovecot.conf")
	err = writeTemplate(conf, settings, map[string]any{
		"Dir": dir, "Mail": mail, "Log": logFile, "Cert": cert, "Key": key, "Password": dovecotPassword,
		"UID": as.uid, "GID": as.gid, "IMAP": ports[0], "IMAPS": ports[1], "LMTP": ports[2],
	})
	if err != nil {
		return 0, err
	}
	b.setenv("DOVECOT_IMAP", loopback(ports[0]))
	b.setenv("DOVECOT_IMAPS", loopback(ports[1]))
	b.setenv("DOVECOT_IMAPS_CA", cert)
	b.setenv("DOVECOT_LMTP", loopback(ports[2]))
	b.setenv("DOVECOT_PASSWORD", dovecotPassword)
	return ports[2], b.launch(launch{
		name:    "dovecot",
		argv:    []string{"/usr/sbin/dovecot", "-F", "-c", conf},
		signal:  syscall.SIGTERM,
		logFile: logFile,
		answers: func() error {
			for _, port := range []int{ports[0], ports[2]} {
				if err := greets(loopback(port))(); err != nil {
					return err
				}
			}
			return nil
		},
	})
}

// dovecotSettings returns the settings for the version that is installed.
func dovecotSettings(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "/usr/sbin/dovecot", "--version").Output()
	if err != nil {
		return "", fmt.Errorf("dovecot --version: %w", err)
	}
	version := strings.TrimSpace(string(out))
	switch {
	case strings.HasPrefix(version, "2.3."):
		return dovecot23, nil
	case strings.HasPrefix(version, "2.4."):
		return dovecot24, nil
	}
	return "", fmt.Errorf("dovecot is %s: there are settings for 2.3 (Debian 12) and 2.4 (Debian 13) only", version)
}

// writeTemplate fills a settings file.
func writeTemplate(path, text string, data any) error {
	t, err := template.New(filepath.Base(path)).Option("missingkey=error").Parse(text)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return t.Execute(f, data)
}
