package console

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"assent/internal/errs"
	"assent/templates"
)

const rowsOnPage = 25

// pageNumber is the page that was asked for, from 1. Anything that is no number is the first.
func pageNumber(c *gin.Context) int {
	n, err := strconv.Atoi(c.Query("page"))
	if err != nil || n < 1 || n > 1_000_000 {
		return 1
	}
	return n
}

func skipped(page int) int { return (page - 1) * rowsOnPage }

// numberedPager leads through pages that are counted.
func numberedPager(page, rows int, total int64) templates.Pager {
	if rows == 0 {
		return templates.Pager{}
	}
	p := templates.Pager{From: skipped(page) + 1, To: skipped(page) + rows, Total: max(int(total), skipped(page)+rows)}
	if page > 1 {
		p.Prev = "?page=" + strconv.Itoa(page-1)
	}
	if p.To < p.Total {
		p.Next = "?page=" + strconv.Itoa(page+1)
	}
	return p
}

// number reads a row number in a path. Anything else names nothing.
func number(c *gin.Context, name string) (int64, error) {
	n, err := strconv.ParseInt(c.Param(name), 10, 64)
	if err != nil || n < 1 {
		return 0, errs.E("console: number", errs.NotFound, "", nil)
	}
	return n, nil
}
