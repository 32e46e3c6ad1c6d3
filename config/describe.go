package config

import (
	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/pipeline"
)

// Setting describes one attribute, or block, of a configuration.
type Setting = block.Setting

// Describe returns everything that there may be in a configuration, in the order of documentation. It is made from
// the shapes and structs that the loader itself reads blocks by, and is what the reference and the JSON schema are
// made from.
func Describe(kinds []pipeline.SourceKind) []Setting {
	d := describer{kinds: kinds, shapes: nestedShapes(), words: described()}
	return d.shape(rootShape(), "")
}

type describer struct {
	kinds  []pipeline.SourceKind
	shapes map[string]block.Shape
	words  map[string]Setting // by path
}

func (d describer) shape(s block.Shape, path string) []Setting {
	var all []Setting
	for _, name := range s.Attributes {
		a := d.words[joined(path, name)]
		a.Name = name
		all = append(all, a)
	}
	for _, n := range s.Blocks {
		at := joined(path, n.Type)
		switch at { // the first label of these says what is in them
		case "source":
			for _, k := range d.kinds {
				all = append(all, ofKind(n.Type, k.Name, k.About, block.Describe(k.Settings())))
			}
		case "media":
			all = append(all,
				ofKind(n.Type, "s3", d.words["media.s3"].Doc, d.media(&S3Media{TLS: true})),
				ofKind(n.Type, "folder", d.words["media.folder"].Doc, d.media(&FolderMedia{})))
		default:
			all = append(all, d.nested(n, at))
		}
	}
	return all
}

func ofKind(kind, label, about string, settings []Setting) Setting {
	return Setting{Name: kind, Kind: block.KindBlock, Labels: []string{`"` + label + `"`, "LABEL"}, Doc: about, Block: settings}
}

// media are the settings of the struct, and the template that is read apart.
func (d describer) media(settings any) []Setting {
	key := d.words["media.key"]
	key.Name = "key"
	return append(block.Describe(settings), key)
}

// nested describes a block by its shape. One that has none is made per block, by labels of sources: what it may hold
// stands with its words.
func (d describer) nested(n block.Nested, path string) Setting {
	b := d.words[path]
	b.Name, b.Kind = n.Type, block.KindBlock
	for _, label := range n.Labels {
		b.Labels = append(b.Labels, upper(label))
	}
	if shape, ok := d.shapes[path]; ok {
		b.Block = d.shape(shape, path)
		return b
	}
	b.Open = true
	return b
}

func joined(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
