package store

import (
	"context"

	"assent/inbox"
	"assent/internal/address"
)

// noteNamed keeps, as keyed hashes, which addresses messages are about: an erasure finds them by these.
func (d *DB) noteNamed(ctx context.Context, c conn, all []inbox.Settlement) error {
	const width = 3
	var args []any
	for _, s := range all {
		if writer, err := address.Parse(s.From); err == nil {
			args = append(args, s.InboundID, d.keys.AddressKey(writer), "writer")
		}
		for _, a := range s.Named {
			args = append(args, s.InboundID, d.keys.AddressKey(a), "named")
		}
	}
	return pages(args, eventsAtOnce*width, func(page []any) error {
		_, err := c.exec(ctx, `INSERT INTO inbound_people (inbound_id, address_key, role) VALUES `+tuples(len(page)/width, width)+` ON CONFLICT (address_key, inbound_id) DO NOTHING`, page...)
		return err
	})
}
