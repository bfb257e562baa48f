package main

import (
	"net/http"
	"time"

	"github.com/google/uuid"
)

// library is vmware-vcenter 9.1.1, com/vmware/content_client.py LibraryModel, of local and subscribed libraries.
type library struct {
	ID           string        `json:"id,omitempty"`
	Name         string        `json:"name"`
	Description  string        `json:"description,omitempty"`
	Type         string        `json:"type,omitempty"`
	Backings     []backing     `json:"storage_backings"`
	Subscription *subscription `json:"subscription_info,omitempty"`
	CreationTime string        `json:"creation_time,omitempty"`
	LastSync     string        `json:"last_sync_time,omitempty"`
}

type backing struct {
	Type        string `json:"type"`
	DatastoreID string `json:"datastore_id,omitempty"`
	StorageURI  string `json:"storage_uri,omitempty"`
}

type subscription struct {
	AuthenticationMethod string `json:"authentication_method"`
	AutomaticSync        bool   `json:"automatic_sync_enabled"`
	OnDemand             bool   `json:"on_demand"`
	URL                  string `json:"subscription_url"`
	Thumbprint           string `json:"ssl_thumbprint,omitempty"`
	UserName             string `json:"user_name,omitempty"`
	Password             string `json:"password,omitempty"`
}

func (s *server) contentRoutes() []route {
	const manage = "ContentLibrary.CreateLocalLibrary"
	return []route{
		{"GET /api/content/library", "", func(call) (int, any, error) { return http.StatusOK, sorted(s.state.Libraries), nil }},
		{"GET /api/content/library/{library}", readSystem, s.readLibrary},
		{"POST /api/content/library", "", s.findLibrary},
		{"POST /api/content/local-library", manage, func(c call) (int, any, error) { return s.createLibrary(c, "LOCAL") }},
		{"POST /api/content/subscribed-library", manage, func(c call) (int, any, error) { return s.createLibrary(c, "SUBSCRIBED") }},
		{"POST /api/content/subscribed-library/{library}", manage, s.syncLibrary},
		{"DELETE /api/content/local-library/{library}", manage, s.removeLibrary},
		{"DELETE /api/content/subscribed-library/{library}", manage, s.removeLibrary},
	}
}

func (s *server) createLibrary(c call, kind string) (int, any, error) {
	var wanted library
	if err := read(c.Request, &wanted); err != nil {
		return 0, nil, err
	}
	for _, known := range s.state.Libraries {
		if known.Name == wanted.Name {
			return 0, nil, exists("content library", wanted.Name)
		}
	}
	if wanted.Name == "" || len(wanted.Backings) != 1 {
		return 0, nil, invalid("A content library has a name and one place to be stored at.")
	}
	if kind == "SUBSCRIBED" && (wanted.Subscription == nil || wanted.Subscription.URL == "") {
		return 0, nil, invalid("A subscribed library names what it is subscribed to.")
	}
	wanted.ID, wanted.Type, wanted.CreationTime = uuid.NewString(), kind, time.Now().UTC().Format(time.RFC3339)
	if wanted.Subscription != nil {
		wanted.Subscription.Password = ""
	}
	s.state.Libraries[wanted.ID] = &wanted
	return http.StatusCreated, wanted.ID, nil
}

func (s *server) library(c call) (*library, error) {
	if found := s.state.Libraries[c.PathValue("library")]; found != nil {
		return found, nil
	}
	return nil, notFound("content library", c.PathValue("library"))
}

func (s *server) readLibrary(c call) (int, any, error) {
	found, err := s.library(c)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, found, nil
}

func (s *server) findLibrary(c call) (int, any, error) {
	var wanted struct {
		Name string `json:"name,omitempty"`
		Type string `json:"type,omitempty"`
	}
	if err := read(c.Request, &wanted); err != nil {
		return 0, nil, err
	}
	found := []string{}
	for _, id := range sorted(s.state.Libraries) {
		known := s.state.Libraries[id]
		if (wanted.Name == "" || known.Name == wanted.Name) && (wanted.Type == "" || known.Type == wanted.Type) {
			found = append(found, id)
		}
	}
	return http.StatusOK, found, nil
}

func (s *server) syncLibrary(c call) (int, any, error) {
	found, err := s.library(c)
	if err != nil {
		return 0, nil, err
	}
	found.LastSync = time.Now().UTC().Format(time.RFC3339)
	return http.StatusNoContent, nil, nil
}

func (s *server) removeLibrary(c call) (int, any, error) {
	found, err := s.library(c)
	if err != nil {
		return 0, nil, err
	}
	delete(s.state.Libraries, found.ID)
	return http.StatusNoContent, nil, nil
}
