package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

// modulePath is what `version` prints first, as docker buildx prints its own.
const modulePath = "github.com/buildlens/buildlens"

func (a *App) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Show version information",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.Stdout, modulePath, a.Version, a.Revision)
			return err
		},
	}
}
