package importing

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"

	"assent/internal/csvfile"
)

// RejectsHead is the first line of a CSV file of rows that were not taken, by which it is known again.
const RejectsHead = "line,reason,row\n"

// RejectLines writes rows that were not taken as lines of such a file. No cell of it runs as a formula in a spreadsheet.
func RejectLines(rows []Reject) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, row := range rows {
		cell := strings.ReplaceAll(row.Row, "\x00", "\ufffd")                                  // programs end a text at a NUL
		_ = w.Write([]string{strconv.FormatInt(row.Line, 10), row.Reason, csvfile.Safe(cell)}) // a buffer takes everything
	}
	w.Flush()
	return b.Bytes()
}
