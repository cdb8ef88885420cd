// Package csvfile reads the CSV files (RFC 4180) that people make with spreadsheets and hand on: with commas,
// semicolons or tabs, in UTF-8 or Latin-1, with a byte order mark or without.
//
// Nothing is lost and nothing grows: a row that cannot be read is handed out as broken, with its line and
// the reason, and reading goes on with the next line; a line, and a row over several lines, are bounded.
package csvfile
