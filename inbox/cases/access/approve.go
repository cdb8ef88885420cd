package access

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"assent/inbox/cases"
	"assent/internal/errs"
	"assent/internal/message"
)

// Preview makes the pack as it would be approved now, with its files, and keeps nothing. Kinds of error: NotFound, Invalid, Conflict.
func (s *Service) Preview(ctx context.Context, caseID int64, language string) (Pack, []Output, error) {
	const op = "access: preview"
	k, m, err := s.taken(ctx, caseID)
	if err != nil {
		return Pack{}, nil, errs.Wrap(op, err)
	}
	p, outputs, _, err := s.make(ctx, k, m, language)
	return p, outputs, errs.Wrap(op, err)
}

// make assembles a pack and its own files, and holds them to what was removed.
func (s *Service) make(ctx context.Context, k cases.Case, m Maker, language string) (Pack, []Output, *Remover, error) {
	if language != "en" && language != "cy" {
		return Pack{}, nil, nil, invalid("The language must be en or cy.")
	}
	found, err := s.Store.LastSearch(ctx, k.ID)
	if errs.KindOf(err) == errs.NotFound {
		return Pack{}, nil, nil, errs.E("access: make", errs.Conflict, "Nothing has been searched yet.", nil)
	}
	if err != nil {
		return Pack{}, nil, nil, err
	}
	all, err := s.Store.Items(ctx, k.ID)
	if err != nil {
		return Pack{}, nil, nil, err
	}
	items := slices.DeleteFunc(slices.Clone(all), func(x Item) bool { return !m.Belongs(x) })
	f, err := s.frame(ctx, k, found, items, language)
	if err != nil {
		return Pack{}, nil, nil, err
	}
	p, r, err := Assemble(f, items)
	if err != nil {
		return Pack{}, nil, nil, err
	}
	outputs, err := m.Files(p, all)
	if err != nil {
		return Pack{}, nil, nil, err
	}
	return p, outputs, r, Check(r, outputs)
}

// Approve makes the pack and keeps it for handing over: a person's act (E0-10). person names who decided, where a program records it. An earlier pack of the case goes, with its links. Kinds of error: NotFound, Invalid, Conflict while something is not reviewed or a removed passage is left, Forbidden for
// whoever is no person.
func (s *Service) Approve(ctx context.Context, caseID int64, actor, person, language string) (Bundle, error) {
	const op = "access: approve"
	k, m, err := s.open(ctx, caseID)
	if err != nil {
		return Bundle{}, errs.Wrap(op, err)
	}
	if err := personOnly(actor, person); err != nil {
		return Bundle{}, errs.Wrap(op, err)
	}
	p, outputs, r, err := s.make(ctx, k, m, language)
	if err != nil {
		return Bundle{}, errs.Wrap(op, err)
	}
	files, err := s.handed(ctx, p, outputs, r)
	if err != nil {
		return Bundle{}, errs.Wrap(op, err)
	}
	b := Bundle{CaseID: k.ID, Kind: k.Kind, Language: language, Items: len(p.Items), Actor: actor, ApprovedBy: person, ApprovedAt: s.Now()}
	for _, l := range p.LeftOut {
		b.Withheld += l.Items
	}
	if err := s.Store.KeepPack(ctx, &b, files, s.Now()); err != nil {
		return Bundle{}, errs.Wrap(op, err)
	}
	what := fmt.Sprintf("The pack was approved. Items: %d, withheld: %d, SHA-256 %s.", b.Items, b.Withheld, b.Digest)
	_, err = s.Cases.Did(ctx, k.ID, actor, DutyApprove, what, "")
	return b, errs.Wrap(op, err)
}

func personOnly(actor, person string) error {
	kind, _, _ := strings.Cut(actor, ":")
	if kind == "user" || kind == "key" && strings.TrimSpace(person) != "" && len(person) <= maxWords {
		return nil
	}
	return errs.E("access: person", errs.Forbidden, "Only a person approves what is disclosed. A program that records it must name the person (person).", nil)
}

// handed returns the files of a pack: those that were made, then those that are handed over as they are. Of these, one in whose bytes something stands that was removed elsewhere is refused.
func (s *Service) handed(ctx context.Context, p Pack, outputs []Output, r *Remover) ([]Handed, error) {
	var out []Handed
	for _, o := range outputs {
		out = append(out, Handed{o.Name, o.Type, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(o.Body)), nil }})
	}
	for _, x := range p.Items {
		if x.Kept == nil {
			continue
		}
		h := Handed{x.File, "application/octet-stream", func() (io.ReadCloser, error) { return s.content(ctx, *x.Kept) }}
		if err := h.check(r); err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, nil
}

// check looks for removed passages in a file that is handed over as it is. It sees those that stand in plain text; what a format hides, the reviewer has to see.
func (h Handed) check(r *Remover) error {
	body, err := h.Open()
	if err != nil {
		return err
	}
	defer body.Close()
	b, err := io.ReadAll(io.LimitReader(body, cases.MaxFile+1))
	if err != nil {
		return err
	}
	return Check(r, []Output{{Name: h.Name, Body: b}})
}

// content opens a file that was found.
func (s *Service) content(ctx context.Context, f File) (io.ReadCloser, error) {
	if f.ID != 0 {
		_, body, err := s.Cases.Store.CaseFile(ctx, f.CaseID, f.ID)
		return body, err
	}
	raw := s.Store.Raw(ctx, f.Digest)
	if f.Place < 0 {
		return raw, nil
	}
	defer raw.Close()
	_, content, err := message.ReadPart(raw, f.Place, message.AttachmentLimits())
	return io.NopCloser(bytes.NewReader(content)), err
}

// Content opens the file of an item, for a reviewer; kind NotFound where it has none.
func (s *Service) Content(ctx context.Context, caseID, itemID int64) (File, io.ReadCloser, error) {
	const op = "access: content"
	items, err := s.Store.Items(ctx, caseID)
	if err != nil {
		return File{}, nil, errs.Wrap(op, err)
	}
	i := slices.IndexFunc(items, func(x Item) bool { return x.ID == itemID && x.Content.File != nil })
	if i < 0 {
		return File{}, nil, errs.E(op, errs.NotFound, "There is no such file in this case.", nil)
	}
	f := *items[i].Content.File
	body, err := s.content(ctx, f)
	return f, body, errs.Wrap(op, err)
}
