package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
)

// state is all that outlives a restart of the simulator.
type state struct {
	Namespaces    map[string]*namespace      `json:"namespaces"`
	Classes       map[string]*classBody      `json:"vm_classes"`
	Libraries     map[string]*library        `json:"libraries"`
	Items         map[string]*libraryItem    `json:"library_items"`
	Publications  map[string][]publishedItem `json:"publications"`
	Categories    map[string]*tagCategory    `json:"tag_categories"`
	Tags          map[string]*tag            `json:"tags"`
	Attachments   map[string][]objectID      `json:"tag_attachments"`
	Supervisor    supervisorState            `json:"supervisor"`
	GuestClusters map[string]guestCluster    `json:"guest_clusters"`
	Policies      []storedPolicy             `json:"storage_policies"`
	VMs           []storedVM                 `json:"vms"`
}

// loadState reads what an earlier run left; with no file yet there are the default VM classes and nothing else.
func loadState(path string) (*state, error) {
	s := &state{
		Namespaces: map[string]*namespace{}, Libraries: map[string]*library{}, Items: map[string]*libraryItem{},
		Publications: map[string][]publishedItem{}, Categories: map[string]*tagCategory{}, Tags: map[string]*tag{},
		Attachments: map[string][]objectID{}, GuestClusters: map[string]guestCluster{},
	}
	if path != "" {
		content, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(content, s)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("the state %s cannot be read; put it right or remove it: %w", path, err)
		}
	}
	if s.Classes == nil {
		s.Classes = defaultClasses()
	}
	return s, nil
}

// saveState writes the state whole or not at all; the caller holds the lock. Only its owner may read it: libraries have passwords.
func (v *vcenter) saveState() error {
	if v.settings.state == "" {
		return nil
	}
	v.state.Policies = v.policies.list()
	content, err := json.MarshalIndent(v.state, "", " ")
	if err != nil {
		return err
	}
	return writeSecret(v.settings.state, content)
}

// writeSecret replaces a file in one step; only its owner may read it.
func writeSecret(path string, content []byte) error {
	unfinished := path + ".new"
	if err := os.WriteFile(unfinished, content, 0o600); err != nil {
		return err
	}
	return os.Rename(unfinished, path)
}

// sorted returns a map's keys in order.
func sorted[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
