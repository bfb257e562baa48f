package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// account is one that may log in. Passwords are compared and never shown.
type account struct {
	Name       string   `json:"name"`
	Domain     string   `json:"domain"`
	Password   string   `json:"password"`
	Groups     []string `json:"groups"`
	Privileges []string `json:"privileges"`
	// Namespaces are those on which the privileges hold, as in a vCenter where the permission on the cluster does not propagate and each
	// namespace has one of its own; with none, they hold on all. An account may make a namespace of any name: that is asked of the cluster.
	Namespaces []string `json:"namespaces"`
}

// administrators is the group whose members may do all.
const administrators = "Administrators"

type accounts []*account

func readAccounts(path string) (accounts, error) {
	content, err := readSecret(path)
	if err != nil {
		return nil, err
	}
	var found accounts
	if err := json.Unmarshal([]byte(content), &found); err != nil {
		return nil, fmt.Errorf("%s: expected a list of accounts: %w", path, err)
	}
	for i, one := range found {
		if one.Name == "" || one.Domain == "" || one.Password == "" {
			return nil, fmt.Errorf("%s: account %d lacks its name, domain or password", path, i+1)
		}
	}
	return found, nil
}

// find returns the account that these credentials are of, or nil. Names work with and without their domain.
func (all accounts) find(user, password string) *account {
	if one := all.named(user); one != nil && same(password, one.Password) {
		return one
	}
	return nil
}

// same compares in a time that says nothing about where the two differ, nor about their lengths.
func same(a, b string) bool {
	left, right := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(left[:], right[:]) == 1
}

func (a *account) full() string { return a.Name + "@" + a.Domain }

func (a *account) administrator() bool { return slices.Contains(a.Groups, administrators) }

// named returns the account that is called so, or nil. Names work with and without their domain.
func (all accounts) named(user string) *account {
	for _, one := range all {
		if strings.EqualFold(user, one.full()) || strings.EqualFold(user, one.Name) {
			return one
		}
	}
	return nil
}

// holdsOn says whether what the account may do, it may do to the namespace of that name.
func (a *account) holdsOn(namespace string) bool {
	return a.administrator() || len(a.Namespaces) == 0 || slices.Contains(a.Namespaces, namespace)
}

// may says whether the account has a privilege; everybody has System.Anonymous, which is no privilege's name here but none.
func (a *account) may(privilege string) bool {
	return privilege == "" || a.administrator() || slices.Contains(a.Privileges, privilege)
}
