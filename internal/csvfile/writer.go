package csvfile

import (
	"encoding/csv"
	"io"
	"strings"

	"assent/internal/errs"
)

// Safe keeps a spreadsheet from running a cell as a formula (OWASP, CSV Injection): a quote stands before one that begins like one.
func Safe(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n|%", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// Writer writes rows for people with spreadsheets: every cell is Safe, and lines end as RFC 4180 has them.
type Writer struct{ out *csv.Writer }

// NewWriter writes to w.
func NewWriter(w io.Writer) *Writer {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	return &Writer{out}
}

// Write writes one row. Kind of error: Unavailable.
func (w *Writer) Write(row []string) error {
	cells := make([]string, len(row))
	for i, cell := range row {
		cells[i] = Safe(cell)
	}
	return written(w.out.Write(cells))
}

// Flush writes what is still held back. Kind of error: Unavailable.
func (w *Writer) Flush() error {
	w.out.Flush()
	return written(w.out.Error())
}

func written(err error) error {
	if err == nil {
		return nil
	}
	return errs.E("csvfile: write", errs.Unavailable, "The file could not be written.", err)
}

// Write writes a header and rows. Kind of error: Unavailable.
func Write(w io.Writer, header []string, rows [][]string) error {
	out := NewWriter(w)
	for _, row := range append([][]string{header}, rows...) {
		if err := out.Write(row); err != nil {
			return err
		}
	}
	return out.Flush()
}
