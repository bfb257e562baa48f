package main

import (
	"net/http"
	"slices"

	"github.com/google/uuid"
)

// vmware-vcenter 9.1.1, com/vmware/cis/tagging_client.py: CategoryModel, TagModel; com/vmware/vapi/std_client.py: DynamicID.

type category struct {
	ID              string   `json:"id,omitempty"`
	Name            string   `json:"name"`
	Description     string   `json:"description"`
	Cardinality     string   `json:"cardinality"`
	AssociableTypes []string `json:"associable_types"`
	UsedBy          []string `json:"used_by"`
}

type tag struct {
	ID          string   `json:"id,omitempty"`
	CategoryID  string   `json:"category_id"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	UsedBy      []string `json:"used_by"`
}

type objectID struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

func (s *server) tagRoutes() []route {
	const root, manage = "/api/cis/tagging", "InventoryService.Tagging.CreateTag"
	return []route{
		{"GET " + root + "/category", "", func(call) (int, any, error) { return http.StatusOK, sorted(s.state.Categories), nil }},
		{"GET " + root + "/category/{id}", "", func(c call) (int, any, error) { return pick(s.state.Categories, "category", c) }},
		{"POST " + root + "/category", manage, s.createCategory},
		{"DELETE " + root + "/category/{id}", manage, func(c call) (int, any, error) { return drop(s.state.Categories, "category", c) }},
		{"GET " + root + "/tag", "", func(call) (int, any, error) { return http.StatusOK, sorted(s.state.Tags), nil }},
		{"GET " + root + "/tag/{id}", "", func(c call) (int, any, error) { return pick(s.state.Tags, "tag", c) }},
		{"POST " + root + "/tag", manage, s.createTag},
		{"DELETE " + root + "/tag/{id}", manage, func(c call) (int, any, error) { return drop(s.state.Tags, "tag", c) }},
		{"POST " + root + "/tag-association/{id}", "InventoryService.Tagging.AttachTag", s.associate},
	}
}

func pick[T any](all map[string]*T, what string, c call) (int, any, error) {
	if found := all[c.PathValue("id")]; found != nil {
		return http.StatusOK, found, nil
	}
	return 0, nil, notFound(what, c.PathValue("id"))
}

func drop[T any](all map[string]*T, what string, c call) (int, any, error) {
	if all[c.PathValue("id")] == nil {
		return 0, nil, notFound(what, c.PathValue("id"))
	}
	delete(all, c.PathValue("id"))
	return http.StatusNoContent, nil, nil
}

func (s *server) createCategory(c call) (int, any, error) {
	var wanted category
	if err := read(c.Request, &wanted); err != nil {
		return 0, nil, err
	}
	for _, known := range s.state.Categories {
		if known.Name == wanted.Name {
			return 0, nil, exists("category", wanted.Name)
		}
	}
	wanted.ID, wanted.UsedBy = "urn:vmomi:InventoryServiceCategory:"+uuid.NewString()+":GLOBAL", []string{}
	s.state.Categories[wanted.ID] = &wanted
	return http.StatusCreated, wanted.ID, nil
}

func (s *server) createTag(c call) (int, any, error) {
	var wanted tag
	if err := read(c.Request, &wanted); err != nil {
		return 0, nil, err
	}
	if s.state.Categories[wanted.CategoryID] == nil {
		return 0, nil, notFound("category", wanted.CategoryID)
	}
	for _, known := range s.state.Tags {
		if known.Name == wanted.Name && known.CategoryID == wanted.CategoryID {
			return 0, nil, exists("tag", wanted.Name)
		}
	}
	wanted.ID, wanted.UsedBy = "urn:vmomi:InventoryServiceTag:"+uuid.NewString()+":GLOBAL", []string{}
	s.state.Tags[wanted.ID] = &wanted
	return http.StatusCreated, wanted.ID, nil
}

// associate is attach, detach and list-attached-objects of one tag, told apart by the query.
func (s *server) associate(c call) (int, any, error) {
	id, action := c.PathValue("id"), c.URL.Query().Get("action")
	if s.state.Tags[id] == nil {
		return 0, nil, notFound("tag", id)
	}
	if action == "list-attached-objects" {
		return http.StatusOK, append([]objectID{}, s.state.Attached[id]...), nil
	}
	var wanted struct {
		ObjectID objectID `json:"object_id"`
	}
	if err := read(c.Request, &wanted); err != nil {
		return 0, nil, err
	}
	s.state.Attached[id] = slices.DeleteFunc(s.state.Attached[id], func(known objectID) bool { return known == wanted.ObjectID })
	if action == "attach" {
		s.state.Attached[id] = append(s.state.Attached[id], wanted.ObjectID)
	}
	return http.StatusNoContent, nil, nil
}
