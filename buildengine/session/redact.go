package session

import (
	"bytes"
	"slices"
	"strings"
	"sync"
)

// mask stands in the place of a sensitive value.
const mask = "***"

// Values shorter than these are not hidden: they would blank out ordinary text.
const (
	minSensitive     = 3
	minSensitiveLine = 6 // of one line of a value that has several
)

// A Redactor hides sensitive values in whatever leaves the engine. Values may
// be added at any time: secrets are known only once BuildKit has asked for them.
// The zero value is ready to use.
type Redactor struct {
	mu     sync.RWMutex
	values [][]byte // longest first, so that a value hides the shorter one in it
}

// Add makes a value sensitive, without the blanks around it. Of a value with
// several lines each longer line is sensitive too, since logs come by lines.
func (r *Redactor) Add(value string) {
	r.add(strings.TrimSpace(value), minSensitive)
	if !strings.Contains(value, "\n") {
		return
	}
	for line := range strings.Lines(value) {
		r.add(strings.TrimSpace(line), minSensitiveLine)
	}
}

func (r *Redactor) add(value string, least int) {
	if len(value) < least {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, v := range r.values {
		if string(v) == value {
			return
		}
	}
	r.values = append(r.values, []byte(value))
	slices.SortStableFunc(r.values, func(a, b []byte) int { return len(b) - len(a) })
}

// String returns s with every sensitive value masked.
func (r *Redactor) String(s string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, v := range r.values {
		s = strings.ReplaceAll(s, string(v), mask)
	}
	return s
}

// Bytes is String for bytes; data is returned as it is when nothing is in it.
func (r *Redactor) Bytes(data []byte) []byte {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, v := range r.values {
		if bytes.Contains(data, v) {
			data = bytes.ReplaceAll(data, v, []byte(mask))
		}
	}
	return data
}

// Hold tells how many bytes at the end of data may be the beginning of a
// sensitive value, and so must wait for what follows them.
func (r *Redactor) Hold(data []byte) int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	longest := 0
	for _, v := range r.values {
		for n := min(len(v)-1, len(data)); n > longest; n-- {
			if bytes.HasSuffix(data, v[:n]) {
				longest = n
				break
			}
		}
	}
	return longest
}
