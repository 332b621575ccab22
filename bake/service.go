package bake

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A service is a Compose service that is built.
type service struct {
	name   string // as a target
	target *Target
	decl   Declaration
}

func (s *service) declaration() Declaration { return s.decl }

// value is an attribute for references from HCL ("target.web.tags").
func (s *service) value(name string) (cty.Value, bool, hcl.Diagnostics) {
	return cty.NilVal, false, nil
}

func (d *Definition) loadCompose() {}

func (d *Definition) expandServices() {
	for i := range d.services {
		s := &d.services[i]
		d.addPart(s.name, &part{service: s})
	}
}
