package main

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
)

// state is all that outlives a restart of the simulator, beside its VMs.
type state struct {
	Namespaces map[string]*namespace    `json:"namespaces"`
	Classes    map[string]*vmClass      `json:"vm_classes"`
	Libraries  map[string]*library      `json:"libraries"`
	Categories map[string]*category     `json:"categories"`
	Tags       map[string]*tag          `json:"tags"`
	Attached   map[string][]objectID    `json:"attached"`
	Supervisor supervisorState          `json:"supervisor"`
	Clusters   map[string]*guestCluster `json:"guest_clusters"`
	Policies   map[string]policy        `json:"policies"`
}

func (s *server) file(name string) string { return filepath.Join(s.options.dir, name) }

func (s *server) load() error {
	s.state = state{Classes: defaultClasses(), Supervisor: supervisorState{ConfigStatus: configuring, KubernetesStatus: "WARNING"}}
	text, err := os.ReadFile(s.file("state.json"))
	if err == nil {
		err = json.Unmarshal(text, &s.state)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	made(&s.state.Namespaces)
	made(&s.state.Libraries)
	made(&s.state.Categories)
	made(&s.state.Tags)
	made(&s.state.Attached)
	made(&s.state.Clusters)
	made(&s.state.Policies)
	for _, n := range s.state.Namespaces {
		if n.Status == configuring {
			s.configure(n)
		}
	}
	return nil
}

func (s *server) save() error {
	s.state.Policies = s.profiles.all()
	return s.write("state.json", s.state)
}

// write replaces a file as a whole; only its owner may read it.
func (s *server) write(name string, content any) error {
	text, err := json.MarshalIndent(content, "", " ")
	if err != nil {
		return err
	}
	unfinished := s.file(name + ".new")
	if err := os.WriteFile(unfinished, text, 0o600); err != nil {
		return err
	}
	return os.Rename(unfinished, s.file(name))
}

func made[T any](m *map[string]T) {
	if *m == nil {
		*m = map[string]T{}
	}
}

func sorted[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

func text(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}

func list[T any](value *[]T) []T {
	if value == nil {
		return []T{}
	}
	return slices.Clone(*value)
}

func isNil(value any) bool { return value == nil || reflect.ValueOf(value).IsNil() }
