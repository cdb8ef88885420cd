package api

// Paging is how much of a list to return.
type Paging struct {
	After int64 `query:"after" minimum:"0" doc:"Go on after this: the next of the page before."`
	Limit int   `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most."`
}

// more is how many to ask for, so that it shows whether something comes after the page.
func (p Paging) more() int { return p.Limit + 1 }

// page is a part of a list.
type page[T any] struct {
	Items []T   `json:"items" nullable:"false"`
	Next  int64 `json:"next,omitempty" doc:"Where the next page begins: ask for it with after. Not there on the last page."`
}

// pageOf shows rows of which one more than the limit was asked for.
func pageOf[R, T any](rows []R, limit int, place func(R) int64, show func(R) T) *reply[page[T]] {
	p := page[T]{Items: make([]T, 0, min(len(rows), limit))}
	if len(rows) > limit {
		rows = rows[:limit]
		p.Next = place(rows[limit-1])
	}
	for _, r := range rows {
		p.Items = append(p.Items, show(r))
	}
	return &reply[page[T]]{Body: p}
}

// pageIn shows a part of a list that is in memory, by ascending place.
func pageIn[R, T any](rows []R, in Paging, place func(R) int64, show func(R) T) *reply[page[T]] {
	start := 0
	for start < len(rows) && place(rows[start]) <= in.After {
		start++
	}
	rows = rows[start:]
	return pageOf(rows[:min(len(rows), in.more())], in.Limit, place, show)
}

// InID is the number of one thing.
type InID struct {
	ID int64 `path:"id" minimum:"1" doc:"Its number." example:"1"`
}
