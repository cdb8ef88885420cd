package inbox

import (
	"io"
	"os"

	"assent/internal/errs"
)

// landed returns a batch whose bodies are all on this machine: what comes straight from a server is first written to a file. Otherwise the
// store's transaction would last as long as a slow server takes, and on SQLite nobody else could write meanwhile. drop removes the files.
func landed(batch []Arrival) (out []Arrival, drop func(), err error) {
	var files []*os.File
	drop = func() {
		for _, f := range files {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}
	out = make([]Arrival, len(batch))
	for i, a := range batch {
		if _, here := a.Body.(io.Seeker); a.Body != nil && !here {
			f, err := os.CreateTemp("", "assent-mail-*")
			if err != nil {
				drop()
				return nil, nil, noRoom(err)
			}
			files = append(files, f)
			if err := land(f, a.Body); err != nil {
				drop()
				return nil, nil, err
			}
			a.Body = f
		}
		out[i] = a
	}
	return out, drop, nil
}

// land writes a body to a file and goes back to its start.
func land(f *os.File, body io.Reader) error {
	from := &broken{body: body}
	if _, err := io.Copy(f, from); err != nil && from.err != nil {
		return errs.Wrap("inbox: receive", from.err)
	} else if err != nil {
		return noRoom(err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return noRoom(err)
	}
	return nil
}

// broken tells a failure of the connection from one of the disk.
type broken struct {
	body io.Reader
	err  error // other than io.EOF
}

// Read implements io.Reader.
func (b *broken) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}

func noRoom(err error) error {
	return errs.E("inbox: receive", errs.Unavailable, "A large message cannot be written to the temporary folder. Make room there; it is fetched again by itself.", err)
}
