package message

import (
	"bufio"
	"bytes"
	"io"
)

// readThin reads r and leaves out what is beyond the limits. Of each stretch between
// two lines that begin with "--", as every MIME boundary does, it keeps the first
// PartBytes octets: so the parts behind a large attachment are still there. It stops at Bytes.
func readThin(r io.Reader, lim Limits) (data []byte, cut bool, err error) {
	br := bufio.NewReader(r)
	var stretch int64
	lineStart := true
	for {
		chunk, err := br.ReadSlice('\n')
		if lineStart && bytes.HasPrefix(chunk, []byte("--")) {
			stretch = 0
		}
		lineStart = bytes.HasSuffix(chunk, []byte{'\n'})
		stretch += int64(len(chunk))
		switch {
		case stretch > lim.PartBytes:
			cut = true
		case int64(len(data)+len(chunk)) > lim.Bytes:
			return append(data, chunk[:max(0, lim.Bytes-int64(len(data)))]...), true, nil
		default:
			data = append(data, chunk...)
		}
		if err == io.EOF {
			return data, cut, nil
		}
		if err != nil && err != bufio.ErrBufferFull {
			return data, cut, err
		}
	}
}

// normal brings a message into a form that the parser takes: no NUL, no byte order mark,
// lines that end in LF, no mbox line and no empty lines before the header.
func normal(data []byte) []byte {
	if bytes.IndexByte(data, 0) >= 0 {
		data = bytes.ReplaceAll(data, []byte{0}, nil)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(data, '\n') < 0 {
		data = bytes.ReplaceAll(data, []byte{'\r'}, []byte{'\n'})
	}
	data = bytes.TrimLeft(data, "\r\n")
	for bytes.HasPrefix(data, []byte("From ")) || bytes.HasPrefix(data, []byte(">From ")) {
		_, data = cutLine(data)
	}
	return data
}
