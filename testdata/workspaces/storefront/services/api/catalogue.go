package main

import "strings"

// An item of the catalogue; the price is in cents.
type item struct {
	Name  string `json:"name"`
	Price int    `json:"price"`
}

var catalogue = []item{
	{"green tea", 450},
	{"black tea", 420},
	{"coffee", 610},
	{"honey", 780},
}

// find returns the items whose name holds query; all for an empty one.
func find(query string) []item {
	found := []item{}
	for _, it := range catalogue {
		if strings.Contains(it.Name, query) {
			found = append(found, it)
		}
	}
	return found
}
