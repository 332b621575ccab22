package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/buildlens/buildlens/internal/text"
)

// An ArgumentError names the part of a command's argument that is wrong. It
// becomes a JSON-RPC "invalid params" error.
type ArgumentError struct {
	Command  string
	Argument string // dotted path, or empty for the argument as a whole
	Problem  string
}

func (e *ArgumentError) Error() string {
	if e.Argument == "" {
		return e.Command + ": " + e.Problem
	}
	return fmt.Sprintf("%s: argument %q: %s", e.Command, e.Argument, e.Problem)
}

// decode reads the single argument of a command into a struct. No argument
// leaves it empty; unknown members and wrong types are errors.
func decode[T any](command string, args [][]byte) (T, error) {
	var out T
	if len(args) > 1 {
		return out, &ArgumentError{command, "", fmt.Sprintf("takes one object, got %d arguments", len(args))}
	}
	if len(args) == 0 || string(bytes.TrimSpace(args[0])) == "null" {
		return out, nil
	}
	dec := json.NewDecoder(bytes.NewReader(args[0]))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&out); err != nil {
		return out, argumentError[T](command, err)
	}
	return out, nil
}

func argumentError[T any](command string, err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return &ArgumentError{command, wrong.Field, fmt.Sprintf("expected %s, got %s", jsonType(wrong.Type), wrong.Value)}
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		name = strings.Trim(name, `"`)
		known := members(reflect.TypeFor[T]())
		problem := "unknown; known are " + strings.Join(known, ", ")
		if near := text.Near(name, known); near != "" {
			problem = fmt.Sprintf("unknown, did you mean %q?", near)
		}
		return &ArgumentError{command, name, problem}
	}
	return &ArgumentError{command, "", err.Error()}
}

// members lists the JSON names of a struct's fields.
func members(t reflect.Type) []string {
	var names []string
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

func jsonType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "an object"
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	case reflect.Pointer:
		return jsonType(t.Elem())
	}
	return "a number"
}

// rawJSON keeps JSON as it is inside a larger value; what is not JSON is left out.
func rawJSON(b []byte) any {
	if len(b) == 0 || !json.Valid(b) {
		return nil
	}
	return json.RawMessage(b)
}
