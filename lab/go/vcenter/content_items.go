package main

import (
	"time"

	"github.com/google/uuid"
)

// libraryItem is vmware-vcenter 9.1.1 com/vmware/content/library_client.py ItemModel, of those fields that a lab needs; size in bytes.
type libraryItem struct {
	ID               string `json:"id,omitempty"`
	LibraryID        string `json:"library_id,omitempty"`
	Name             string `json:"name,omitempty"`
	Description      string `json:"description,omitempty"`
	Type             string `json:"type,omitempty"`
	CreationTime     string `json:"creation_time,omitempty"`
	LastModifiedTime string `json:"last_modified_time,omitempty"`
	LastSyncTime     string `json:"last_sync_time,omitempty"`
	ContentVersion   string `json:"content_version,omitempty"`
	MetadataVersion  string `json:"metadata_version,omitempty"`
	Version          string `json:"version,omitempty"`
	SourceID         string `json:"source_id,omitempty"`
	Cached           *bool  `json:"cached,omitempty"`
	Size             *int64 `json:"size,omitempty"`
}

// itemRoutes serve content/library_client.py Item.
func (v *vcenter) itemRoutes() []route {
	const all = "/api/content/library/item"
	return []route{
		{method: "GET", path: all, privilege: readSystem, handle: v.listItems},
		{method: "POST", path: all, privilege: "ContentLibrary.AddLibraryItem", handle: v.createItem},
		{method: "POST", path: all, action: "find", privilege: readSystem, handle: v.findItems},
		{method: "GET", path: all + "/{item}", privilege: readSystem, handle: v.getItem},
		{method: "DELETE", path: all + "/{item}", privilege: "ContentLibrary.DeleteLibraryItem", handle: v.deleteItem},
	}
}

func (v *vcenter) itemsThat(fit func(*libraryItem) bool) []string {
	found := []string{}
	for _, id := range sorted(v.state.Items) {
		if fit(v.state.Items[id]) {
			found = append(found, id)
		}
	}
	return found
}

func (v *vcenter) listItems(c *call) (any, *apiError) {
	library := c.URL.Query().Get("library_id")
	if v.state.Libraries[library] == nil {
		return nil, refuse("NOT_FOUND", "There is no content library %q", library)
	}
	return v.itemsThat(func(i *libraryItem) bool { return i.LibraryID == library }), nil
}

// itemFindSpec is Item.FindSpec.
type itemFindSpec struct {
	Name      string `json:"name,omitempty"`
	LibraryID string `json:"library_id,omitempty"`
	SourceID  string `json:"source_id,omitempty"`
	Type      string `json:"type,omitempty"`
	Cached    *bool  `json:"cached,omitempty"`
}

func (v *vcenter) findItems(c *call) (any, *apiError) {
	var spec itemFindSpec
	if refusal := decode(c.Request, &spec); refusal != nil {
		return nil, refusal
	}
	if spec == (itemFindSpec{}) {
		return nil, refuse("INVALID_ARGUMENT", "Expected at least one of name, library_id, source_id, type and cached")
	}
	return v.itemsThat(func(i *libraryItem) bool {
		return (spec.Name == "" || spec.Name == i.Name) && (spec.LibraryID == "" || spec.LibraryID == i.LibraryID) &&
			(spec.SourceID == "" || spec.SourceID == i.SourceID) && (spec.Type == "" || spec.Type == i.Type) &&
			(spec.Cached == nil || (i.Cached != nil && *i.Cached == *spec.Cached))
	}), nil
}

func (v *vcenter) item(c *call) (*libraryItem, *apiError) {
	id := c.PathValue("item")
	if found := v.state.Items[id]; found != nil {
		return found, nil
	}
	return nil, refuse("NOT_FOUND", "There is no library item %q", id)
}

func (v *vcenter) getItem(c *call) (any, *apiError) {
	found, refusal := v.item(c)
	if refusal != nil {
		return nil, refusal
	}
	return found, nil
}

// createItem makes an item without files; nobody in the lab deploys from one.
func (v *vcenter) createItem(c *call) (any, *apiError) {
	var wanted libraryItem
	if refusal := decode(c.Request, &wanted); refusal != nil {
		return nil, refusal
	}
	library := v.state.Libraries[wanted.LibraryID]
	switch {
	case library == nil:
		return nil, refuse("NOT_FOUND", "There is no content library %q", wanted.LibraryID)
	case library.Type != "LOCAL":
		return nil, refuse("INVALID_ELEMENT_TYPE", "The content library %q is %s: its items come from where it is subscribed", library.ID, library.Type)
	case wanted.Name == "":
		return nil, refuse("INVALID_ARGUMENT", "Required field \"name\" is missing")
	}
	if taken := v.itemsThat(func(i *libraryItem) bool { return i.LibraryID == library.ID && i.Name == wanted.Name }); len(taken) > 0 {
		return nil, refuse("ALREADY_EXISTS", "The content library has an item %q: %s", wanted.Name, taken[0])
	}
	return created{v.addItem(wanted)}, nil
}

func (v *vcenter) addItem(item libraryItem) string {
	now := timestamp(time.Now())
	cached := true
	item.ID, item.CreationTime, item.LastModifiedTime, item.Cached = uuid.NewString(), now, now, &cached
	item.Version, item.ContentVersion, item.MetadataVersion = "1", "1", "1"
	v.state.Items[item.ID] = &item
	return item.ID
}

func (v *vcenter) deleteItem(c *call) (any, *apiError) {
	found, refusal := v.item(c)
	if refusal != nil {
		return nil, refusal
	}
	delete(v.state.Items, found.ID)
	return nil, nil
}

func (v *vcenter) dropItems(library string) {
	for _, id := range v.itemsThat(func(i *libraryItem) bool { return i.LibraryID == library }) {
		delete(v.state.Items, id)
	}
}

// syncLibrary gives a subscribed library the items that the lab says are published at its URL (PUT /lab/publications); the simulator
// fetches nothing from anywhere.
func (v *vcenter) syncLibrary(c *call) (any, *apiError) {
	found, refusal := v.library(c, "SUBSCRIBED")
	if refusal != nil {
		return nil, refusal
	}
	published, known := v.state.Publications[found.SubscriptionInfo.SubscriptionURL]
	if !known {
		return nil, refuse("RESOURCE_INACCESSIBLE", "Nothing is published at %s", found.SubscriptionInfo.SubscriptionURL)
	}
	v.dropItems(found.ID)
	now := timestamp(time.Now())
	for _, item := range published {
		v.addItem(libraryItem{LibraryID: found.ID, Name: item.Name, Type: item.Type, SourceID: item.ID, LastSyncTime: now})
	}
	found.LastSyncTime = now
	return nil, nil
}

// publishedItem is one item of a library elsewhere, as the lab describes it.
type publishedItem struct {
	ID   string `json:"id" vapi:"required"`
	Name string `json:"name" vapi:"required"`
	Type string `json:"type,omitempty"`
}
