package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/buildlens/buildlens/bake"
)

// bakeList prints the targets or the variables of a definition. how is
// "targets", "variables" or CSV such as "type=targets,format=json".
func (a *App) bakeList(ctx context.Context, def *bake.Definition, how string) error {
	kind, format, err := parseList(how)
	if err != nil {
		return err
	}
	if kind == "variables" {
		list, err := def.ListVariables(ctx)
		if err != nil {
			return err
		}
		if format == "json" {
			return a.printJSON(list)
		}
		return a.table("VARIABLE\tTYPE\tVALUE\tDESCRIPTION", len(list), func(i int) []string {
			return variableRow(list[i])
		})
	}
	list, err := def.ListTargets(ctx)
	if err != nil {
		return err
	}
	if format == "json" {
		return a.printJSON(list)
	}
	return a.table("TARGET\tDESCRIPTION", len(list), func(i int) []string {
		return []string{list[i].Name, list[i].Description}
	})
}

func variableRow(v bake.ListedVariable) []string {
	value := "<null>"
	if v.Value != nil {
		value = *v.Value
	}
	return []string{v.Name, v.Type, value, v.Description}
}

func parseList(how string) (kind, format string, err error) {
	format = "table"
	for _, field := range strings.Split(how, ",") {
		key, value, ok := strings.Cut(field, "=")
		switch {
		case !ok:
			kind = key
		case key == "type":
			kind = value
		case key == "format":
			format = value
		default:
			return "", "", fmt.Errorf("invalid list mode %q: unknown key %q", how, key)
		}
	}
	if kind != "targets" && kind != "variables" {
		return "", "", fmt.Errorf("invalid list type %q, expected targets or variables", kind)
	}
	if format != "table" && format != "json" {
		return "", "", fmt.Errorf("invalid list format %q, expected table or json", format)
	}
	return kind, format, nil
}

func (a *App) printJSON(v any) error {
	enc := json.NewEncoder(a.Stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func (a *App) table(header string, n int, row func(i int) []string) error {
	w := tabwriter.NewWriter(a.Stdout, 1, 8, 1, '\t', 0)
	fmt.Fprintln(w, header)
	for i := range n {
		fmt.Fprintln(w, strings.Join(row(i), "\t"))
	}
	return w.Flush()
}
