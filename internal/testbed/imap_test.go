package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// imapConn is one raw IMAP conversation (RFC 3501).
type imapConn struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
	tag  int
}

// login opens the mailbox of an address.
func login(t *testing.T, conn net.Conn, user string) *imapConn {
	t.Helper()
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	c := &imapConn{t: t, conn: conn, r: bufio.NewReader(conn)}
	if greeting, err := c.r.ReadString('\n'); err != nil || !strings.HasPrefix(greeting, "* OK") {
		t.Fatalf("greeting %q, %v", greeting, err)
	}
	c.must(fmt.Sprintf("LOGIN %q %q", user, service(t, "DOVECOT_PASSWORD")))
	c.must("SELECT INBOX")
	return c
}

// must sends a command and returns everything up to its OK.
func (c *imapConn) must(command string) string {
	c.t.Helper()
	c.tag++
	tag := fmt.Sprintf("a%d ", c.tag)
	if _, err := io.WriteString(c.conn, tag+command+"\r\n"); err != nil {
		c.t.Fatal(err)
	}
	var all strings.Builder
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			c.t.Fatalf("%s: %v after %q", command, err, all.String())
		}
		all.WriteString(line)
		if !strings.HasPrefix(line, tag) {
			continue
		}
		if !strings.HasPrefix(line, tag+"OK") {
			c.t.Fatalf("%s: %s", command, line)
		}
		return all.String()
	}
}

// waitFor returns the first message that holds a text, once it has arrived.
func (c *imapConn) waitFor(text string) string {
	c.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		c.must("NOOP")
		if found := strings.Fields(strings.SplitN(c.must(fmt.Sprintf("SEARCH TEXT %q", text)), "\r\n", 2)[0]); len(found) > 2 {
			return c.must("FETCH " + found[2] + " BODY.PEEK[]")
		}
	}
	c.t.Fatalf("no message with %q has arrived", text)
	return ""
}

func dial(t *testing.T, name string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", service(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func dialTLS(t *testing.T, name string) net.Conn {
	t.Helper()
	pem, err := os.ReadFile(service(t, name+"_CA"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		t.Fatal("the certificate is not PEM")
	}
	conn, err := tls.Dial("tcp", service(t, name), &tls.Config{RootCAs: roots})
	if err != nil {
		t.Fatal(err)
	}
	return conn
}
