package main

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

// account is somebody who may log in. Privileges are VMware's names, such as Namespaces.Configure.
type account struct {
	Name       string   `json:"name"`
	Domain     string   `json:"domain"`
	Password   string   `json:"password"`
	Groups     []string `json:"groups"`
	Privileges []string `json:"privileges"`
}

const administrators = "Administrators"

func (a *account) may(privilege string) bool {
	return privilege == "" || slices.Contains(a.Groups, administrators) || slices.Contains(a.Privileges, privilege)
}

func (a *account) full() string { return a.Name + "@" + a.Domain }

type accounts []account

func readAccounts(path string) (accounts, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var found accounts
	if err := json.Unmarshal(text, &found); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return found, nil
}

// find returns the account of a user and password, nil where there is none. Users name themselves with or without their domain.
func (all accounts) find(user, password string) *account {
	for i := range all {
		named := strings.EqualFold(user, all[i].Name) || strings.EqualFold(user, all[i].full())
		if named && subtle.ConstantTimeCompare([]byte(password), []byte(all[i].Password)) == 1 {
			return &all[i]
		}
	}
	return nil
}

func (all accounts) validLogin(login *types.Login) bool {
	return all.find(login.UserName, login.Password) != nil
}
