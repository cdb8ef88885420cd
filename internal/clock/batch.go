package clock

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"assent/internal/errs"
)

// maxLine is the longest line of a batch, in bytes with its line end.
const maxLine = 64 << 10

// BatchCount tells what became of a batch: how many lines held something, and how many of them
// were answered with an error.
type BatchCount struct{ Lines, Failed int }

// batchLine is one line of a batch.
type batchLine struct {
	ID json.RawMessage `json:"id"`
	Request
}

// batchAnswer is the line that answers it. Error excludes Clocks.
type batchAnswer struct {
	ID      json.RawMessage `json:"id"`
	Clocks  []batchClock    `json:"clocks,omitzero"`
	Ignored []string        `json:"ignored,omitempty"` // members of the line that mean nothing here
	Line    int             `json:"line,omitempty"`    // with Error: the line's number, from 1
	Error   string          `json:"error,omitempty"`
}

// batchClock is a clock without its working. Due is null while the clock waits.
type batchClock struct {
	Name       Name   `json:"name"`
	Starts     When   `json:"starts"`
	Due        When   `json:"due"`
	Target     Date   `json:"target,omitzero"`
	WaitingFor string `json:"waiting_for,omitempty"`
}

// Batch reads a Request with an id from each line of JSON and writes a line with its clocks,
// the nearest first: {"id","clocks":[{"name","starts","due"}]}. A line that cannot be
// computed is answered by {"id","line","error"} and the rest goes on; so is one longer than
// 64 KiB. Memory does not grow with the input. It fails only when reading or writing does,
// with kind Unavailable.
func (r *Reckoner) Batch(in io.Reader, out io.Writer) (BatchCount, error) {
	const op = "clock: batch"
	var count BatchCount
	reader, writer := bufio.NewReaderSize(in, maxLine), bufio.NewWriter(out)
	encoder := json.NewEncoder(writer)
	encoder.SetEscapeHTML(false)
	for number := 1; ; number++ {
		line, tooLong, readErr := readLine(reader)
		if readErr != nil && readErr != io.EOF {
			return count, errs.E(op, errs.Unavailable, "The input could not be read to its end.", errors.Join(readErr, writer.Flush()))
		}
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if line = bytes.TrimSpace(line); len(line) > 0 || tooLong {
			answer := r.answerLine(line, tooLong, number)
			count.Lines++
			if answer.Error != "" {
				count.Failed++
			}
			if err := encoder.Encode(answer); err != nil {
				return count, errs.E(op, errs.Unavailable, "The result could not be written.", err)
			}
		}
		if readErr == io.EOF || reader.Buffered() == 0 { // whoever types line by line sees each answer
			if err := writer.Flush(); err != nil {
				return count, errs.E(op, errs.Unavailable, "The result could not be written.", err)
			}
		}
		if readErr == io.EOF {
			return count, nil
		}
	}
}

// readLine returns the next line, good until the next read. Of a line that is too long it reads and
// drops everything up to the line's end.
func readLine(reader *bufio.Reader) (line []byte, tooLong bool, err error) {
	line, err = reader.ReadSlice('\n')
	for errors.Is(err, bufio.ErrBufferFull) {
		tooLong, line = true, nil
		_, err = reader.ReadSlice('\n')
	}
	return line, tooLong, err
}

// answerLine computes one line.
func (r *Reckoner) answerLine(line []byte, tooLong bool, number int) batchAnswer {
	failed := func(id json.RawMessage, sentence string) batchAnswer {
		return batchAnswer{ID: id, Line: number, Error: sentence}
	}
	if tooLong {
		return failed(nil, "The line is longer than 64 KiB.")
	}
	q, ignored, err := decodeLine(line)
	if err != nil {
		return failed(q.ID, errs.Message(err))
	}
	in, err := r.ParseInput(q.Request)
	if err != nil {
		return failed(q.ID, errs.Message(err))
	}
	reckoning, err := r.Reckon(in)
	if err != nil {
		return failed(q.ID, errs.Message(err))
	}
	clocks := make([]batchClock, 0, len(reckoning.Clocks))
	for _, c := range reckoning.Clocks {
		clocks = append(clocks, batchClock{Name: c.Name, Starts: c.Starts, Due: c.Due, Target: c.Target, WaitingFor: c.WaitingFor})
	}
	return batchAnswer{ID: q.ID, Clocks: clocks, Ignored: ignored}
}

// decodeLine reads a line's JSON. Members that mean nothing here are returned by name, so
// that a misspelt one does not go unseen. On an error, q still holds the id if there was one.
func decodeLine(line []byte) (q batchLine, ignored []string, err error) {
	const op = "clock: read batch line"
	var members map[string]json.RawMessage
	if err := json.Unmarshal(line, &members); err != nil || members == nil {
		return q, nil, errs.E(op, errs.Invalid, "The line is not a JSON object.", err)
	}
	id := members["id"]
	if !plainID(id) {
		return q, nil, errs.E(op, errs.Invalid, "The id must be a text or a number.", nil)
	}
	if err := json.Unmarshal(line, &q); err != nil {
		var wrong *json.UnmarshalTypeError
		sentence := "A member of the line cannot be read."
		if errors.As(err, &wrong) && wrong.Field != "" {
			sentence = "The member " + strings.TrimPrefix(wrong.Field, "Request.") + " cannot be read: a " + wrong.Value + " does not fit."
		}
		return batchLine{ID: id}, nil, errs.E(op, errs.Invalid, sentence, err)
	}
	known := memberNames()
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if !slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, name) }) {
			ignored = append(ignored, name)
		}
	}
	return q, ignored, nil
}

// plainID tells whether an id is a text or a number, which is all that is sent back.
func plainID(id json.RawMessage) bool {
	return len(id) > 0 && (id[0] == '"' || id[0] == '-' || id[0] >= '0' && id[0] <= '9')
}

// memberNames returns the names that a line may have.
func memberNames() []string {
	names := []string{"id"}
	fields := reflect.TypeFor[Request]()
	for i := range fields.NumField() {
		names = append(names, fields.Field(i).Tag.Get("json"))
	}
	return names
}
