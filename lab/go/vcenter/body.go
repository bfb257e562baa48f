package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// bodyLimit is what a request may hold, in bytes.
const bodyLimit = 8 << 20

// decode reads a request's body into a pointer to a structure, and refuses with INVALID_ARGUMENT what a structure does not have: fields
// that are unknown or written in another case, of another type, or missing though `vapi:"required"`, and words that are not in `enum`.
// On purpose it is stricter than VMware's, which drops unknown fields in silence: a client's slip shall be seen in the lab.
func decode(r *http.Request, into any) *apiError {
	text, err := io.ReadAll(io.LimitReader(r.Body, bodyLimit))
	if err != nil {
		return refuse("INVALID_REQUEST", "The body cannot be read: %v", err)
	}
	var raw any
	if err := json.Unmarshal(text, &raw); err != nil {
		return refuse("INVALID_REQUEST", "Expected JSON in the body, found what is none: %v", err)
	}
	if refusal := conforms(raw, reflect.TypeOf(into).Elem(), ""); refusal != nil {
		return refusal
	}
	if err := json.Unmarshal(text, into); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return refuse("INVALID_ARGUMENT", "Field %q: expected %s, found %s", wrong.Field, wrong.Type, wrong.Value)
		}
		return refuse("INVALID_ARGUMENT", "The body does not fit: %v", err)
	}
	return nil
}

// conforms compares decoded JSON with the type it is to become; values of other than structured types are left to the decoder.
func conforms(raw any, kind reflect.Type, path string) *apiError {
	if kind.Kind() == reflect.Pointer {
		return conforms(raw, kind.Elem(), path)
	}
	switch value := raw.(type) {
	case map[string]any:
		switch kind.Kind() {
		case reflect.Struct:
			return structConforms(value, kind, path)
		case reflect.Map:
			for name, item := range value {
				if refusal := conforms(item, kind.Elem(), join(path, name)); refusal != nil {
					return refusal
				}
			}
		}
	case []any:
		if kind.Kind() == reflect.Slice {
			for i, item := range value {
				if refusal := conforms(item, kind.Elem(), fmt.Sprintf("%s[%d]", path, i)); refusal != nil {
					return refusal
				}
			}
		}
	}
	return nil
}

func structConforms(raw map[string]any, kind reflect.Type, path string) *apiError {
	fields := fieldsOf(kind)
	for name := range raw {
		if _, known := fields[name]; !known {
			return refuse("INVALID_ARGUMENT", "Unknown field %q; known are %s", join(path, name), strings.Join(sorted(fields), ", "))
		}
	}
	for name, field := range fields {
		value, given := raw[name]
		if (!given || value == nil) && field.Tag.Get("vapi") == "required" {
			return refuse("INVALID_ARGUMENT", "Required field %q is missing", join(path, name))
		}
		if !given || value == nil {
			continue
		}
		if words := field.Tag.Get("enum"); words != "" {
			word, _ := value.(string)
			if !slices.Contains(strings.Split(words, "|"), word) {
				return refuse("INVALID_ARGUMENT", "Field %q: expected one of %s, found %v", join(path, name), words, value)
			}
		}
		if refusal := conforms(value, field.Type, join(path, name)); refusal != nil {
			return refusal
		}
	}
	return nil
}

// fieldsOf returns a structure's fields by their names in JSON, those of embedded structures among them.
func fieldsOf(kind reflect.Type) map[string]reflect.StructField {
	found := map[string]reflect.StructField{}
	for i := range kind.NumField() {
		field := kind.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && name == "":
			for name, inner := range fieldsOf(field.Type) {
				found[name] = inner
			}
		case field.IsExported() && name != "" && name != "-":
			found[name] = field
		}
	}
	return found
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
