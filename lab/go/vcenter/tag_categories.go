package main

import (
	"fmt"

	"github.com/google/uuid"
)

// tagCategory is vmware-vcenter 9.1.1 com/vmware/cis/tagging_client.py CategoryModel.
type tagCategory struct {
	ID              string   `json:"id"`
	Name            string   `json:"name"`
	Description     string   `json:"description"`
	Cardinality     string   `json:"cardinality"`
	AssociableTypes []string `json:"associable_types"`
	UsedBy          []string `json:"used_by"`
}

type categoryCreate struct {
	Name            string   `json:"name" vapi:"required"`
	Description     string   `json:"description" vapi:"required"`
	Cardinality     string   `json:"cardinality" vapi:"required" enum:"SINGLE|MULTIPLE"`
	AssociableTypes []string `json:"associable_types" vapi:"required"`
	CategoryID      string   `json:"category_id,omitempty"`
}

type categoryUpdate struct {
	Name            *string   `json:"name,omitempty"`
	Description     *string   `json:"description,omitempty"`
	Cardinality     *string   `json:"cardinality,omitempty" enum:"SINGLE|MULTIPLE"`
	AssociableTypes *[]string `json:"associable_types,omitempty"`
}

// tagPrivilege begins the privileges of tagging (govmomi v0.56.0 simulator/esx/authorization_manager.go).
const tagPrivilege = "InventoryService.Tagging."

// categoryRoutes serve tagging_client.py Category.
func (v *vcenter) categoryRoutes() []route {
	const all = "/api/cis/tagging/category"
	return []route{
		{method: "GET", path: all, handle: func(*call) (any, *apiError) { return names(v.state.Categories), nil }},
		{method: "POST", path: all, privilege: tagPrivilege + "CreateCategory", handle: v.createCategory},
		{method: "GET", path: all + "/{category}", privilege: readSystem, handle: v.getCategory},
		{method: "PATCH", path: all + "/{category}", privilege: tagPrivilege + "EditCategory", handle: v.updateCategory},
		{method: "DELETE", path: all + "/{category}", privilege: tagPrivilege + "DeleteCategory", handle: v.deleteCategory},
	}
}

// names returns a map's keys as a list that is never nil.
func names[T any](m map[string]T) []string { return append([]string{}, sorted(m)...) }

func (v *vcenter) category(id string) (*tagCategory, *apiError) {
	if found := v.state.Categories[id]; found != nil {
		return found, nil
	}
	return nil, refuse("NOT_FOUND", "There is no tag category %q", id)
}

func (v *vcenter) getCategory(c *call) (any, *apiError) {
	found, refusal := v.category(c.PathValue("category"))
	if refusal != nil {
		return nil, refusal
	}
	return found, nil
}

func (v *vcenter) createCategory(c *call) (any, *apiError) {
	var wanted categoryCreate
	if refusal := decode(c.Request, &wanted); refusal != nil {
		return nil, refusal
	}
	if refusal := v.categoryNameFree(wanted.Name, ""); refusal != nil {
		return nil, refusal
	}
	id := wanted.CategoryID
	if id == "" {
		id = fmt.Sprintf("urn:vmomi:InventoryServiceCategory:%s:GLOBAL", uuid.NewString())
	}
	v.state.Categories[id] = &tagCategory{id, wanted.Name, wanted.Description, wanted.Cardinality, wanted.AssociableTypes, []string{}}
	return created{id}, nil
}

func (v *vcenter) categoryNameFree(name, but string) *apiError {
	if name == "" {
		return refuse("INVALID_ARGUMENT", "Field \"name\": expected a name, found none")
	}
	for id, known := range v.state.Categories {
		if known.Name == name && id != but {
			return refuse("ALREADY_EXISTS", "A tag category %q exists: %s", name, id)
		}
	}
	return nil
}

func (v *vcenter) updateCategory(c *call) (any, *apiError) {
	found, refusal := v.category(c.PathValue("category"))
	if refusal != nil {
		return nil, refusal
	}
	var wanted categoryUpdate
	if refusal := decode(c.Request, &wanted); refusal != nil {
		return nil, refusal
	}
	if wanted.Name != nil {
		if refusal := v.categoryNameFree(*wanted.Name, found.ID); refusal != nil {
			return nil, refusal
		}
	}
	assign(&found.Name, wanted.Name, false)
	assign(&found.Description, wanted.Description, false)
	assign(&found.Cardinality, wanted.Cardinality, false)
	assign(&found.AssociableTypes, wanted.AssociableTypes, false)
	return nil, nil
}

// deleteCategory removes its tags too, and from what they were attached to.
func (v *vcenter) deleteCategory(c *call) (any, *apiError) {
	found, refusal := v.category(c.PathValue("category"))
	if refusal != nil {
		return nil, refusal
	}
	for id, tag := range v.state.Tags {
		if tag.CategoryID == found.ID {
			v.dropTag(id)
		}
	}
	delete(v.state.Categories, found.ID)
	return nil, nil
}
