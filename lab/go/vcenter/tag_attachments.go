package main

import (
	"slices"
)

// objectID is vmware-vcenter 9.1.1 com/vmware/vapi/std_client.py DynamicID.
type objectID struct {
	Type string `json:"type" vapi:"required"`
	ID   string `json:"id" vapi:"required"`
}

// attachmentRoutes serve those of tagging_client.py TagAssociation that are about one tag and one object, and their lists.
func (v *vcenter) attachmentRoutes() []route {
	const all = "/api/cis/tagging/tag-association"
	return []route{
		{method: "POST", path: all + "/{tag}", action: "attach", privilege: tagPrivilege + "AttachTag", handle: v.attach},
		{method: "POST", path: all + "/{tag}", action: "detach", privilege: tagPrivilege + "AttachTag", handle: v.detach},
		{method: "POST", path: all + "/{tag}", action: "list-attached-objects", privilege: readSystem, handle: v.listAttachedObjects},
		{method: "POST", path: all, action: "list-attached-tags", privilege: readSystem, handle: v.listAttachedTags},
	}
}

// ofObject is the body of attach, detach and list_attached_tags.
type ofObject struct {
	ObjectID objectID `json:"object_id" vapi:"required"`
}

func (v *vcenter) tagAndObject(c *call) (*tag, objectID, *apiError) {
	var wanted ofObject
	found, refusal := v.tag(c.PathValue("tag"))
	if refusal == nil {
		refusal = decode(c.Request, &wanted)
	}
	return found, wanted.ObjectID, refusal
}

func (v *vcenter) attach(c *call) (any, *apiError) {
	found, object, refusal := v.tagAndObject(c)
	if refusal != nil {
		return nil, refusal
	}
	if !v.exists(object.Type, object.ID) && !(object.Type == libraryType && v.state.Libraries[object.ID] != nil) {
		return nil, refuse("INVALID_ARGUMENT", "There is no %s %q", object.Type, object.ID)
	}
	if slices.Contains(v.state.Attachments[found.ID], object) {
		return nil, nil
	}
	category := v.state.Categories[found.CategoryID]
	if len(category.AssociableTypes) > 0 && !slices.Contains(category.AssociableTypes, object.Type) {
		return nil, refuse("INVALID_ARGUMENT", "Tags of %q are for %v, not for %s", category.Name, category.AssociableTypes, object.Type)
	}
	if category.Cardinality == "SINGLE" {
		for _, other := range v.tagsOf(object) {
			if v.state.Tags[other].CategoryID == category.ID {
				return nil, refuse("INVALID_ARGUMENT", "The object has a tag of %q, which allows one: %s", category.Name, other)
			}
		}
	}
	v.state.Attachments[found.ID] = append(v.state.Attachments[found.ID], object)
	return nil, nil
}

// libraryType is the type of content libraries: com/vmware/content_client.py, resource types of identifiers.
const libraryType = "com.vmware.content.Library"

func (v *vcenter) detach(c *call) (any, *apiError) {
	found, object, refusal := v.tagAndObject(c)
	if refusal != nil {
		return nil, refusal
	}
	v.state.Attachments[found.ID] = slices.DeleteFunc(v.state.Attachments[found.ID], func(other objectID) bool { return other == object })
	return nil, nil
}

func (v *vcenter) listAttachedObjects(c *call) (any, *apiError) {
	found, refusal := v.tag(c.PathValue("tag"))
	if refusal != nil {
		return nil, refusal
	}
	return append([]objectID{}, v.state.Attachments[found.ID]...), nil
}

func (v *vcenter) listAttachedTags(c *call) (any, *apiError) {
	var wanted ofObject
	if refusal := decode(c.Request, &wanted); refusal != nil {
		return nil, refusal
	}
	return v.tagsOf(wanted.ObjectID), nil
}

func (v *vcenter) tagsOf(object objectID) []string {
	found := []string{}
	for _, id := range sorted(v.state.Tags) {
		if slices.Contains(v.state.Attachments[id], object) {
			found = append(found, id)
		}
	}
	return found
}
