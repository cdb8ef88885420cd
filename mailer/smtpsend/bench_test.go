package smtpsend_test

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"assent/mailer/smtpsend"
)

// sink takes every message and keeps none.
type sink struct{}

func (sink) NewSession(*smtp.Conn) (smtp.Session, error) { return sink{}, nil }
func (sink) Reset()                                      {}
func (sink) Logout() error                               { return nil }
func (sink) Mail(string, *smtp.MailOptions) error        { return nil }
func (sink) Rcpt(string, *smtp.RcptOptions) error        { return nil }
func (sink) Data(r io.Reader) error                      { _, err := io.Copy(io.Discard, r); return err }

// slow is a sink on a network where every answer after the end takes ten milliseconds.
type slow struct{ sink }

func (slow) NewSession(*smtp.Conn) (smtp.Session, error) { return slow{}, nil }
func (s slow) Data(r io.Reader) error {
	time.Sleep(10 * time.Millisecond)
	return s.sink.Data(r)
}

func BenchmarkSend(b *testing.B) {
	message := []byte(letter + strings.Repeat(strings.Repeat("x", 70)+"\r\n", 160)) // 11.6 KB, as a newsletter
	for name, backend := range map[string]smtp.Backend{"loopback": sink{}, "10ms": slow{}} {
		for _, conns := range []int{1, 20} {
			b.Run(fmt.Sprintf("relay=%s/conns=%d", name, conns), func(b *testing.B) {
				listener, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					b.Fatal(err)
				}
				server := smtp.NewServer(backend)
				server.ErrorLog = quiet{}
				go func() { _ = server.Serve(listener) }()
				defer func() { _ = server.Close() }()
				p := newPool(b, fmt.Sprintf("smtp://%s?conns=%d&max=1000000", listener.Addr(), conns), func(c *smtpsend.Config) { c.IdleTimeout = time.Minute })
				b.ReportAllocs()
				b.SetParallelism(conns)
				b.RunParallel(func(each *testing.PB) {
					for each.Next() {
						if _, err := p.Send(b.Context(), permitFor(time.Now, ann), "b+1@charity.example", message); err != nil {
							b.Error(err)
							return
						}
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
			})
		}
	}
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}
