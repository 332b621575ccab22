package embedded

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// maxDiskLimit caps the default: 20 GB.
const maxDiskLimit = 20e9

// defaultDiskLimit is a tenth of the disk that dir lies on, at most 20 GB.
func defaultDiskLimit(dir string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, fmt.Errorf("asking for the disk's size: %w", err)
	}
	block := int64(st.Bsize) //nolint:unconvert // 32 bits wide on some platforms
	return min(int64(st.Blocks)*block/10, maxDiskLimit), nil
}
