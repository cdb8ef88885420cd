package smtpsend

import (
	"context"
	"net"
)

// Wrap lets a test stand between the pool and its connections.
func (p *Pool) Wrap(wrap func(net.Conn) net.Conn) {
	dial := p.dialer.network
	p.dialer.network = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return wrap(c), nil
	}
}
