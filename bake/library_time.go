package bake

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func timestampFunc(now func() time.Time) function.Function {
	return function.New(&function.Spec{
		Description: "Returns the current time in UTC as RFC 3339.",
		Type:        function.StaticReturnType(cty.String),
		Impl: func([]cty.Value, cty.Type) (cty.Value, error) {
			if now == nil {
				return cty.NilVal, errors.New("no clock here")
			}
			return cty.StringVal(now().UTC().Format(time.RFC3339)), nil
		},
	})
}

// formatTimestampFunc is formatdate for times given as RFC 3339 or as seconds
// since the epoch; the format "X" gives such seconds.
func formatTimestampFunc() function.Function {
	return function.New(&function.Spec{
		Description: "Formats a time given as RFC 3339 or as a Unix timestamp.",
		Params:      []function.Parameter{param("format", cty.String), param("time", cty.DynamicPseudoType)},
		Type:        function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			t, err := timeArgument(args[1])
			if err != nil {
				return cty.NilVal, function.NewArgError(1, err)
			}
			if args[0].AsString() == "X" {
				return cty.StringVal(strconv.FormatInt(t.Unix(), 10)), nil
			}
			return stdlib.FormatDate(args[0], cty.StringVal(t.Format(time.RFC3339)))
		},
	})
}

// timeArgument reads a time: RFC 3339, or a number of seconds.
func timeArgument(v cty.Value) (time.Time, error) {
	switch v.Type() {
	case cty.Number:
		seconds, _ := v.AsBigFloat().Int64()
		return time.Unix(seconds, 0).UTC(), nil
	case cty.String:
		s := strings.TrimSpace(v.AsString())
		if seconds, err := strconv.ParseInt(s, 10, 64); err == nil {
			return time.Unix(seconds, 0).UTC(), nil
		}
		return time.Parse(time.RFC3339, s)
	}
	return time.Time{}, errors.New("a string or number is required")
}

func unixTimestampParseFunc() function.Function {
	result := cty.Object(map[string]cty.Type{
		"year": cty.Number, "year_day": cty.Number, "day": cty.Number, "month": cty.Number, "month_name": cty.String,
		"weekday": cty.Number, "weekday_name": cty.String, "hour": cty.Number, "minute": cty.Number, "second": cty.Number,
		"rfc3339": cty.String, "iso_year": cty.Number, "iso_week": cty.Number,
	})
	return function.New(&function.Spec{
		Description: "Splits a Unix timestamp into its parts, in UTC.",
		Params:      []function.Parameter{param("seconds", cty.Number)},
		Type:        function.StaticReturnType(result),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			seconds, _ := args[0].AsBigFloat().Int64()
			return timeParts(time.Unix(seconds, 0).UTC()), nil
		},
	})
}

func timeParts(t time.Time) cty.Value {
	isoYear, isoWeek := t.ISOWeek()
	number := func(n int) cty.Value { return cty.NumberIntVal(int64(n)) }
	return cty.ObjectVal(map[string]cty.Value{
		"year": number(t.Year()), "year_day": number(t.YearDay()), "day": number(t.Day()),
		"month": number(int(t.Month())), "month_name": cty.StringVal(t.Month().String()),
		"weekday": number(int(t.Weekday())), "weekday_name": cty.StringVal(t.Weekday().String()),
		"hour": number(t.Hour()), "minute": number(t.Minute()), "second": number(t.Second()),
		"rfc3339":  cty.StringVal(t.Format(time.RFC3339)),
		"iso_year": number(isoYear), "iso_week": number(isoWeek),
	})
}
