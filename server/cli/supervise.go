package cli

import (
	"github.com/spf13/cobra"

	"github.com/buildlens/buildlens/drivers/embedded"
)

// SuperviseVerb is how the embedded driver calls this program to own the daemon.
const SuperviseVerb = "embedded-supervisor"

// superviseCommand is not for people: the embedded driver starts it, detached.
func (a *App) superviseCommand() *cobra.Command {
	return &cobra.Command{
		Use:    SuperviseVerb,
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := embedded.ParseSupervisorConfig(args[0])
			if err != nil {
				return err
			}
			return embedded.Supervise(cmd.Context(), cfg)
		},
	}
}
