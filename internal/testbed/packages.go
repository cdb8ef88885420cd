package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// needed says by which file each Debian package is known to be there.
var needed = []struct{ pkg, file string }{
	{"postgresql", "/usr/lib/postgresql/*/bin/postgres"},
	{"redis-server", "/usr/bin/redis-server"},
	{"dovecot-imapd", "/usr/lib/dovecot/imap"},
	{"dovecot-lmtpd", "/usr/lib/dovecot/lmtp"},
	{"postfix", postfixMaster},
	{"chromium", "/usr/bin/chromium*"},
	{"gcc", "/usr/bin/gcc"}, // the race detector links with cgo
	{"libc6-dev", "/usr/include/stdlib.h"},
}

// installMissing installs the Debian packages that are not there yet. Without root
// it says which command does.
func installMissing(ctx context.Context) error {
	missing := missingPackages()
	install := append([]string{"apt-get", "install", "--yes", "--no-install-recommends"}, missing...)
	_, err := exec.LookPath("apt-get")
	switch {
	case len(missing) > 0 && err != nil:
		return fmt.Errorf("not installed: %s (packages of Debian, which this is not)", strings.Join(missing, " "))
	case os.Geteuid() != 0 && len(missing) > 0:
		return fmt.Errorf("not installed: run\n\tsudo %s\nand then this as root, as Postfix asks for it", strings.Join(install, " "))
	case os.Geteuid() != 0:
		return errors.New("run this as root: Postfix starts no other way")
	case len(missing) == 0:
		return nil
	}
	fmt.Fprintln(os.Stderr, "testbed: installing", strings.Join(missing, " "))
	if err := apt(ctx, "", "apt-get", "update"); err != nil {
		return err
	}
	if slices.Contains(missing, "postfix") {
		answer := "postfix postfix/main_mailer_type select No configuration\n"
		if err := apt(ctx, answer, "debconf-set-selections"); err != nil {
			return err
		}
	}
	if err := apt(ctx, "", install...); err != nil {
		return err
	}
	if missing = missingPackages(); len(missing) > 0 {
		return fmt.Errorf("still not there after their installation: %s", strings.Join(missing, " "))
	}
	return nil
}

func missingPackages() []string {
	var missing []string
	for _, n := range needed {
		if found, err := filepath.Glob(n.file); err != nil || len(found) == 0 {
			missing = append(missing, n.pkg)
		}
	}
	return missing
}

// apt runs a command of Debian's package system without any question to a person.
// Its output is shown only when it fails.
func apt(ctx context.Context, stdin string, argv ...string) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "DEBCONF_NONINTERACTIVE_SEEN=true")
	cmd.Stdin = strings.NewReader(stdin)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(argv, " "), err, out)
	}
	return nil
}

// findChromium returns the browser's path.
func findChromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("chromium is installed but not in PATH")
}
