package embedded

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/buildlens/buildlens/drivers"
)

// A record is what the supervisor tells other processes about its daemon. It is
// true while the supervisor's lock is held; after that it tells how it ended.
type record struct {
	Status  drivers.Status `json:"status"`
	Version string         `json:"version,omitempty"` // BuildKit's
	Failure string         `json:"failure,omitempty"` // why the daemon ended, unless it was told to
	Daemon  int            `json:"daemon,omitempty"`  // process ID of the daemon
}

func writeRecord(path string, r record) error {
	data, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("recording the embedded builder's state: %w", err)
	}
	return replaceFile(path, data)
}

// readRecord returns a zero record when there is none.
func readRecord(path string) record {
	var r record
	data, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(data, &r) != nil {
		return record{}
	}
	return r
}

// replaceFile writes a private file, whole or not at all.
func replaceFile(path string, data []byte) error {
	next := path + ".new"
	if err := os.WriteFile(next, data, 0o600); err != nil {
		return err
	}
	return os.Rename(next, path)
}
