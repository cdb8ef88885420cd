package smtpsend

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
)

// maxAnswer bounds what a relay may say between two commands of ours, in octets. go-smtp bounds
// a line, not the number of lines.
const maxAnswer = 64 << 10

var errAnswerTooLong = errors.New("the relay's answer is too long")

// wire is the connection that a go-smtp client works on. It knows what the client does not tell: whether a write
// failed. One goroutine uses it at a time; only abort may be called from another.
type wire struct {
	net.Conn          // raw, or TLS over raw
	raw      net.Conn // the TCP connection
	greeting []byte   // read before anything that the relay says
	said     int      // octets that the relay said since the last write
	cut      bool     // a write failed: its last octet never left
}

func newWire(raw net.Conn) *wire { return &wire{Conn: raw, raw: raw} }

// Read reads what the relay says, up to maxAnswer at a time.
func (w *wire) Read(b []byte) (int, error) {
	if len(w.greeting) > 0 {
		n := copy(b, w.greeting)
		w.greeting = w.greeting[n:]
		return n, nil
	}
	if w.said >= maxAnswer {
		return 0, errAnswerTooLong
	}
	n, err := w.Conn.Read(b[:min(len(b), maxAnswer-w.said)])
	w.said += n
	return n, err
}

// Write writes b. After an error the end of b was not given to the network, neither in the clear nor as a whole TLS
// record, so that the relay cannot have seen it.
func (w *wire) Write(b []byte) (int, error) {
	w.said = 0
	n, err := w.Conn.Write(b)
	if err != nil {
		w.cut = true
	}
	return n, err
}

// startTLS puts TLS on the connection. Nothing may have been read ahead.
func (w *wire) startTLS(ctx context.Context, c *tls.Config) error {
	secure := tls.Client(w.raw, c)
	if err := secure.HandshakeContext(ctx); err != nil {
		return err
	}
	w.Conn, w.said = secure, 0
	return nil
}

// tlsVersion returns such as "TLS 1.3", or "" in the clear.
func (w *wire) tlsVersion() string {
	secure, ok := w.Conn.(*tls.Conn)
	if !ok {
		return ""
	}
	return tls.VersionName(secure.ConnectionState().Version)
}

// loopback reports whether the other end is this machine.
func (w *wire) loopback() bool {
	peer, ok := w.raw.RemoteAddr().(*net.TCPAddr)
	return ok && peer.IP.IsLoopback()
}

// abort drops the connection without a word; whoever reads or writes gets an error.
func (w *wire) abort() { _ = w.raw.Close() }
