package imappoll

import (
	"slices"
	"testing"
	"time"
)

func TestBlame(t *testing.T) {
	t.Parallel()
	type try struct {
		ended   int64
		after   time.Duration // since the try before
		fetched uint64        // other messages since the beginning
	}
	again := func(n int, one try) []try { return slices.Repeat([]try{one}, n) }
	breaks := func(n int) []try {
		list := make([]try, n)
		for i := range list {
			list[i] = try{int64(i), time.Second, uint64(i)}
		}
		return list
	}
	counting := func(n int, ended int64, each time.Duration, others bool) []try {
		list := make([]try, n)
		for i := range list {
			list[i] = try{ended: ended, after: each}
			if others {
				list[i].fetched = uint64(i)
			}
		}
		return list
	}
	for _, c := range []struct {
		name  string
		tries []try
		last  bool
	}{
		{"three refusals, with other mail in between", counting(3, refused, time.Second, true), true},
		{"two refusals are not enough", counting(2, refused, time.Second, true), false},
		{"a server that refuses everything", again(29, try{ended: refused, after: time.Second}), false},
		{"three refusals of the only message, each a sweep apart", counting(3, refused, time.Minute, false), true},
		{"three breaks at one octet", counting(3, 512, time.Second, true), true},
		{"three breaks before the first octet", counting(3, 0, time.Second, true), true},
		{"breaks at different octets are the line's", []try{{500, 1, 1}, {600, 1, 2}, {500, 1, 3}, {700, 1, 4}, {701, 1, 5}}, false},
		{"a refusal among breaks begins anew", []try{{500, 1, 1}, {500, 1, 2}, {refused, 1, 3}, {500, 1, 4}}, false},
		{"thirty breaks, wherever they are", breaks(30), true},
		{"twenty-nine breaks, wherever they are", breaks(29), false},
		{"a server that breaks off everything", again(100, try{ended: 0, after: time.Second}), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var s suspect
			now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
			last := false
			for i, try := range c.tries {
				if last {
					t.Fatalf("over after %d tries", i)
				}
				now = now.Add(try.after)
				last = s.blame(try.ended, now, try.fetched, time.Minute)
			}
			if last != c.last {
				t.Errorf("last = %v after %d tries", last, len(c.tries))
			}
		})
	}
}

func TestSuspectsTakeTurns(t *testing.T) {
	t.Parallel()
	s := suspects{}
	s.add(3, 1, 2)
	s[1].turn = 9
	if got := s.inTurn(); !slices.Equal(got, []uint32{2, 3, 1}) {
		t.Errorf("turns: %v", got)
	}
	s.keep([]uint32{1, 2})
	if got := s.inTurn(); !slices.Equal(got, []uint32{2, 1}) {
		t.Errorf("kept: %v", got)
	}
}

func TestWithout(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ listed, held, want []uint32 }{
		{nil, nil, nil},
		{[]uint32{1, 2, 3}, nil, []uint32{1, 2, 3}},
		{[]uint32{1, 2, 3}, []uint32{1, 2, 3}, nil},
		{[]uint32{2, 5, 9}, []uint32{1, 2, 3, 9, 10}, []uint32{5}},
		{[]uint32{1, 4294967295}, []uint32{1}, []uint32{4294967295}},
	} {
		if got := without(c.listed, c.held); !slices.Equal(got, c.want) {
			t.Errorf("without(%v, %v) = %v", c.listed, c.held, got)
		}
	}
}
