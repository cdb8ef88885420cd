package main

import (
	_ "embed"
	"os"
	"path/filepath"
	"syscall"
)

//go:embed postfix-main.cf
var postfixMain string

//go:embed postfix-master.cf
var postfixServices string

//go:embed postfix-domains
var postfixDomains string

// postfixMaster is the process that starts all others of Postfix.
const postfixMaster = "/usr/lib/postfix/sbin/master"

// postfixQueues are the folders that Postfix expects in its queue directory, as
// postfix-files(5) lists them.
var postfixQueues = []string{
	"active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace",
}

// postfix starts an SMTP server that hands all mail for the test domains to the
// given LMTP port and has no way to send anything anywhere else. A recipient whom
// LMTP refuses leads to a genuine delivery report.
func (b *bed) postfix(lmtp int) error {
	ports, err := freePorts(1)
	if err != nil {
		return err
	}
	dir, err := b.mkdir("postfix", 0o755, owner{})
	if err != nil {
		return err
	}
	if err := b.postfixFolders(); err != nil {
		return err
	}
	values := map[string]any{"Dir": dir, "SMTP": ports[0], "LMTP": lmtp}
	files := map[string]string{"main.cf": postfixMain, "master.cf": postfixServices, "domains": postfixDomains}
	for name, text := range files {
		if err := writeTemplate(filepath.Join(dir, name), text, values); err != nil {
			return err
		}
	}
	addr := loopback(ports[0])
	b.setenv("POSTFIX_SMTP", addr)
	return b.launch(launch{
		name:    "postfix",
		argv:    []string{postfixMaster, "-c", dir, "-d"}, // -d: stay in the foreground
		signal:  syscall.SIGTERM,
		logFile: filepath.Join(dir, "postfix.log"),
		answers: greets(addr),
	})
}

// postfixFolders makes the queue with the owners and modes that Postfix insists on.
func (b *bed) postfixFolders() error {
	as, err := lookup("postfix")
	if err != nil {
		return err
	}
	drop, err := as.group("postdrop")
	if err != nil {
		return err
	}
	type folder struct {
		name  string
		mode  os.FileMode
		owner owner
	}
	folders := []folder{
		{"postfix/data", 0o700, as},
		{"postfix/queue", 0o755, owner{}},
		{"postfix/queue/pid", 0o755, owner{}},
		{"postfix/queue/public", 0o710 | os.ModeSetgid, drop},
		{"postfix/queue/maildrop", 0o730 | os.ModeSticky, drop},
	}
	for _, name := range postfixQueues {
		folders = append(folders, folder{"postfix/queue/" + name, 0o700, as})
	}
	for _, f := range folders {
		if _, err := b.mkdir(f.name, f.mode, f.owner); err != nil {
			return err
		}
	}
	return nil
}
