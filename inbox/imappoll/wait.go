package imappoll

import (
	"errors"
	"time"
)

// wait returns true when the server tells of new mail, and false when due fires.
func (c *conn) wait(due <-chan time.Time) (news bool, err error) {
	for {
		select {
		case <-c.news:
			return true, nil
		case <-due:
			return false, nil
		default:
		}
		if c.idles {
			news, over, err := c.idle(due)
			if news || over || err != nil {
				return news, err
			}
			continue
		}
		over, err := c.noop(due)
		if over || err != nil {
			return false, err
		}
	}
}

// idle runs one IDLE (RFC 2177). over means that due has fired. A server that offers IDLE and
// then refuses it is asked with NOOP from then on.
func (c *conn) idle(due <-chan time.Time) (news, over bool, err error) {
	c.await()
	cmd, err := c.client.Idle()
	if answered(err) {
		c.idles = false
		return false, false, nil
	}
	if err != nil {
		return false, false, unreachable(err)
	}
	c.line.expect(c.pace.Idle+c.pace.Patience, idleOctets)
	longest := time.NewTimer(c.pace.Idle)
	defer longest.Stop()
	select {
	case <-c.news:
		news = true
	case <-due:
		over = true
	case <-longest.C:
	case <-c.client.Closed():
		err = errors.New("the connection ended in IDLE")
	}
	c.await()
	err = errors.Join(err, cmd.Close(), cmd.Wait())
	if err != nil {
		return false, false, unreachable(err)
	}
	return news, over, nil
}

// noop waits a little, then asks the server whether there is anything new.
func (c *conn) noop(due <-chan time.Time) (over bool, err error) {
	c.line.rest()
	pause := time.NewTimer(c.pace.Noop)
	defer pause.Stop()
	select {
	case <-pause.C:
	case <-due:
		return true, nil
	case <-c.client.Closed():
		return false, unreachable(errors.New("the connection ended"))
	}
	c.await()
	if err := c.client.Noop().Wait(); err != nil {
		return false, unreachable(err)
	}
	return false, nil
}
