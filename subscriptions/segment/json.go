package segment

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// MarshalJSON returns the stored form: {"version": 1, "where": …}. Equal segments have equal bytes.
func (s Segment) MarshalJSON() ([]byte, error) {
	if s.IsZero() {
		return []byte("null"), nil
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"version":%d,"where":`, Version)
	if err := s.Where.write(&b); err != nil {
		return nil, err
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func (c Condition) write(b *bytes.Buffer) error {
	switch c.Join {
	case "":
		return c.Test.write(b)
	case Not:
		b.WriteString(`{"not":`)
		if err := c.Of[0].write(b); err != nil {
			return err
		}
	default:
		fmt.Fprintf(b, `{"%s":[`, c.Join)
		for i, of := range c.Of {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := of.write(b); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	}
	b.WriteByte('}')
	return nil
}

func (t Test) write(b *bytes.Buffer) error {
	key, subject := string(t.Subject), any(t.Name)
	switch t.Subject {
	case Language, Source, OnRecord:
		key, subject = "person", string(t.Subject)
	case Sent, Delivered, Bounced:
		if subject = any("any"); t.Campaign != 0 {
			subject = t.Campaign
		}
	}
	value := any(t.Values)
	if _, high := t.Op.arity(); high == 1 {
		value = t.Values[0]
	}
	name, err := json.Marshal(subject)
	if err != nil {
		return err
	}
	fmt.Fprintf(b, `{"%s":%s`, key, name)
	if t.Op != "" {
		v, err := json.Marshal(value)
		if err != nil {
			return err
		}
		fmt.Fprintf(b, `,"%s":%s`, t.Op, v)
	}
	b.WriteByte('}')
	return nil
}

// UnmarshalJSON is Decode.
func (s *Segment) UnmarshalJSON(data []byte) error {
	if string(bytes.TrimSpace(data)) == "null" {
		*s = Segment{}
		return nil
	}
	read, err := Decode(data)
	if err == nil {
		*s = read
	}
	return err
}

// Decode reads the JSON form strictly: an unknown or doubled key, another version or a trailing byte is refused. Errors are of
// kind Invalid and say where, such as "At where.all[1]".
func Decode(data []byte) (Segment, error) {
	if len(data) > MaxLength {
		return Segment{}, mistake("", "The segment is longer than %d bytes.", MaxLength)
	}
	if !utf8.Valid(data) {
		return Segment{}, mistake("", "The segment is not in UTF-8.")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	root, err := readValue(d, "", 0)
	if err != nil {
		return Segment{}, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Segment{}, mistake("", "Something stands behind the end of the segment.")
	}
	top, ok := root.(object)
	if !ok {
		return Segment{}, mistake("", `A segment is an object such as {"version": 1, "where": {"attribute": "region", "is": "Wales"}}.`)
	}
	if err := top.only("", "version", "where"); err != nil {
		return Segment{}, err
	}
	if v, _ := top.get("version").(json.Number); v.String() != fmt.Sprint(Version) {
		return Segment{}, mistake("version", "This Assent reads version %d of segments. Write \"version\": %d.", Version, Version)
	}
	where, err := readCondition(top.get("where"), "where", 1)
	if err != nil {
		return Segment{}, err
	}
	s := Segment{Where: where}
	return s, s.wellFormed()
}

// object is a JSON object as it was written: in order, no key twice.
type object []member

type member struct {
	key   string
	value any
}

func (o object) get(key string) any {
	for _, m := range o {
		if m.key == key {
			return m.value
		}
	}
	return nil
}

// only refuses every other key.
func (o object) only(where string, keys ...string) error {
	for _, m := range o {
		if !slices.Contains(keys, m.key) {
			return mistake(where, "%.40q is not known here. Known are: %s.", m.key, strings.Join(keys, ", "))
		}
	}
	return nil
}

// deepest bounds JSON values within each other: each group is an object and an array.
const deepest = 2*MaxDepth + 4

// readValue reads one JSON value as string, json.Number, bool, nil, []any or object.
func readValue(d *json.Decoder, where string, depth int) (any, error) {
	if depth > deepest {
		return nil, mistake(where, "Conditions stand within conditions more than %d deep.", MaxDepth)
	}
	token, err := d.Token()
	if err != nil {
		return nil, notJSON(d)
	}
	delim, ok := token.(json.Delim)
	if !ok {
		return token, nil
	}
	if delim == '[' {
		var all []any
		for d.More() {
			v, err := readValue(d, where, depth+1)
			if err != nil {
				return nil, err
			}
			all = append(all, v)
		}
		_, err = d.Token()
		return all, closed(d, err)
	}
	var o object
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, notJSON(d)
		}
		name, _ := key.(string) // the decoder takes nothing else for a key
		if slices.ContainsFunc(o, func(m member) bool { return m.key == name }) {
			return nil, mistake(where, "%.40q is there twice.", name)
		}
		v, err := readValue(d, where, depth+1)
		if err != nil {
			return nil, err
		}
		o = append(o, member{name, v})
	}
	_, err = d.Token()
	return o, closed(d, err)
}

func closed(d *json.Decoder, err error) error {
	if err != nil {
		return notJSON(d)
	}
	return nil
}

func notJSON(d *json.Decoder) error {
	return mistake("", "This is not JSON: it cannot be read beyond character %d.", d.InputOffset())
}
