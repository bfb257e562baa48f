package main

import (
	"fmt"

	"github.com/google/uuid"
)

// tag is vmware-vcenter 9.1.1 com/vmware/cis/tagging_client.py TagModel.
type tag struct {
	ID          string   `json:"id"`
	CategoryID  string   `json:"category_id"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	UsedBy      []string `json:"used_by"`
}

type tagCreate struct {
	Name        string `json:"name" vapi:"required"`
	Description string `json:"description" vapi:"required"`
	CategoryID  string `json:"category_id" vapi:"required"`
	TagID       string `json:"tag_id,omitempty"`
}

type tagUpdate struct {
	Name        *string `json:"name,omitempty"`
	Description *string `json:"description,omitempty"`
}

// tagRoutes serve tagging_client.py Tag.
func (v *vcenter) tagRoutes() []route {
	const all = "/api/cis/tagging/tag"
	return []route{
		{method: "GET", path: all, handle: func(*call) (any, *apiError) { return names(v.state.Tags), nil }},
		{method: "POST", path: all, privilege: tagPrivilege + "CreateTag", handle: v.createTag},
		{method: "POST", path: all, action: "list-tags-for-category", privilege: readSystem, handle: v.listTagsOfCategory},
		{method: "GET", path: all + "/{tag}", privilege: readSystem, handle: v.getTag},
		{method: "PATCH", path: all + "/{tag}", privilege: tagPrivilege + "EditTag", handle: v.updateTag},
		{method: "DELETE", path: all + "/{tag}", privilege: tagPrivilege + "DeleteTag", handle: v.deleteTag},
	}
}

func (v *vcenter) tag(id string) (*tag, *apiError) {
	if found := v.state.Tags[id]; found != nil {
		return found, nil
	}
	return nil, refuse("NOT_FOUND", "There is no tag %q", id)
}

func (v *vcenter) getTag(c *call) (any, *apiError) {
	found, refusal := v.tag(c.PathValue("tag"))
	if refusal != nil {
		return nil, refusal
	}
	return found, nil
}

func (v *vcenter) createTag(c *call) (any, *apiError) {
	var wanted tagCreate
	if refusal := decode(c.Request, &wanted); refusal != nil {
		return nil, refusal
	}
	if _, refusal := v.category(wanted.CategoryID); refusal != nil {
		return nil, refusal
	}
	if refusal := v.tagNameFree(wanted.Name, wanted.CategoryID, ""); refusal != nil {
		return nil, refusal
	}
	id := wanted.TagID
	if id == "" {
		id = fmt.Sprintf("urn:vmomi:InventoryServiceTag:%s:GLOBAL", uuid.NewString())
	}
	v.state.Tags[id] = &tag{id, wanted.CategoryID, wanted.Name, wanted.Description, []string{}}
	return created{id}, nil
}

func (v *vcenter) tagNameFree(name, category, but string) *apiError {
	if name == "" {
		return refuse("INVALID_ARGUMENT", "Field \"name\": expected a name, found none")
	}
	for id, known := range v.state.Tags {
		if known.Name == name && known.CategoryID == category && id != but {
			return refuse("ALREADY_EXISTS", "The category has a tag %q: %s", name, id)
		}
	}
	return nil
}

// ofCategory is the body of Tag.list_tags_for_category.
type ofCategory struct {
	CategoryID string `json:"category_id" vapi:"required"`
}

func (v *vcenter) listTagsOfCategory(c *call) (any, *apiError) {
	var wanted ofCategory
	if refusal := decode(c.Request, &wanted); refusal != nil {
		return nil, refusal
	}
	if _, refusal := v.category(wanted.CategoryID); refusal != nil {
		return nil, refusal
	}
	found := []string{}
	for _, id := range sorted(v.state.Tags) {
		if v.state.Tags[id].CategoryID == wanted.CategoryID {
			found = append(found, id)
		}
	}
	return found, nil
}

func (v *vcenter) updateTag(c *call) (any, *apiError) {
	found, refusal := v.tag(c.PathValue("tag"))
	if refusal != nil {
		return nil, refusal
	}
	var wanted tagUpdate
	if refusal := decode(c.Request, &wanted); refusal != nil {
		return nil, refusal
	}
	if wanted.Name != nil {
		if refusal := v.tagNameFree(*wanted.Name, found.CategoryID, found.ID); refusal != nil {
			return nil, refusal
		}
	}
	assign(&found.Name, wanted.Name, false)
	assign(&found.Description, wanted.Description, false)
	return nil, nil
}

func (v *vcenter) deleteTag(c *call) (any, *apiError) {
	found, refusal := v.tag(c.PathValue("tag"))
	if refusal != nil {
		return nil, refusal
	}
	v.dropTag(found.ID)
	return nil, nil
}

func (v *vcenter) dropTag(id string) {
	delete(v.state.Tags, id)
	delete(v.state.Attachments, id)
}
