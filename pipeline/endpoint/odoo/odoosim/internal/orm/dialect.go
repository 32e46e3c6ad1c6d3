package orm

import (
	"fmt"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// Dialect is what differs between Odoo's versions.
type Dialect struct {
	Version       int
	ServerVersion string
	Style         xmlrpc.Style

	// VariantFollowsTemplate: a variant's write date moves whenever its template's does.
	VariantFollowsTemplate bool
	// ReachesArchived: a field that a template shares with its only variant is read from and written to
	// that variant also while it is archived and the context does not say active_test = False. Up to 17
	// only the barcode is, and other values are silently lost.
	ReachesArchived bool
	// DatesBySecond: a date in a domain is compared by its whole second, and must not name a zone.
	DatesBySecond bool
	// RefusesUnknownLanguage: a language that is not installed is an error. Before, a write in it
	// overwrites the English text.
	RefusesUnknownLanguage bool
	// PriceDigits is how many decimals prices keep; -1 is all.
	PriceDigits int
	// DetailedType: storable products have detailed_type = product; later is_storable = True.
	DetailedType bool
	// CategoryOptional: products may have no category, and deleting one in use empties them.
	CategoryOptional bool
	// ChecksReferences: a reference to a missing record is told as such; before, by the misleading
	// text of the foreign key.
	ChecksReferences bool
	// AttachmentsForAll: every internal user may read ir.attachment; before, only administrators.
	AttachmentsForAll bool
	// KeysExpire: API keys have an expiration_date.
	KeysExpire bool
	// ZeroMoves: an inventory that changes nothing still leaves a stock move.
	ZeroMoves bool
	// UsersCountStock: stock users, not only stock managers, may count an inventory.
	UsersCountStock bool
	// CountsWithoutLots: a count of what is tracked by lots needs none. Before, it sets nothing.
	CountsWithoutLots bool
	// Packagings is the model of what products are packed in.
	Packagings string
	// QuantityWritable: writing qty_available sets the stock.
	QuantityWritable bool
	// WebP: images in this format are understood.
	WebP bool
	// WarehouseKey is the context key that restricts quantities to a warehouse.
	WarehouseKey string
	// Favorite is the field by which products are ordered first.
	Favorite string
	// GroupsFirst: read_group answers begin with the keys of the group.
	GroupsFirst bool
	// SearchCounts: search takes `count`.
	SearchCounts bool
	// NamesDatabase: an empty database name is refused; before, it meant the database named after the
	// user that PostgreSQL is contacted as.
	NamesDatabase bool
	// BodyLimit is the most bytes a request may have, 0 for no limit. Longer ones get HTTP 413.
	BodyLimit int64
	// NoSniff: answers carry X-Content-Type-Options.
	NoSniff bool
	// NotesHidden: the fault of a duplicate barcode ends with a note, and joins names by "and".
	NotesHidden bool
	// BadColumn is the last line of the fault for an unknown column of load; %s is its name in quotes.
	BadColumn string
	// InvalidField is the same for an unknown field; its name in quotes and the model.
	InvalidField string
	// ProductGroups are the groups that may write products, as the fault lists them.
	ProductGroups []string
	// TypeChanges: a product may become storable, or cease to be, after stock moved.
	TypeChanges bool
	// RepeatsFirst: load also puts the error of the whole batch at its first row.
	RepeatsFirst bool
	// SeveralMatches is the warning of load for a name of several records: the name, the field, the count.
	SeveralMatches string
	// GroupsOfRecord: has_group is asked of a user's record, not of the model.
	GroupsOfRecord bool
	// NamesTroublemaker: the faults of the database's constraints are worded for users.
	NamesTroublemaker bool
	// QualifiesMethods: faults name a method with its model.
	QualifiesMethods bool
	// InvalidWrite is InvalidField where a value is written.
	InvalidWrite string
	// ExcessiveImage is the fault of an image of more than 50 million pixels.
	ExcessiveImage string
	// JSON2: /json/2 and /web/version are served.
	JSON2 bool
	// RPCLines are the lines of rpc.py in tracebacks: of xmlrpc_2 and of _xmlrpc.
	RPCLines [2]int
}

// The versions that can be spoken.
const (
	OldestVersion = 14
	NewestVersion = 19
)

// DialectOf returns the dialect of a version. 16, 18 and 19 were measured on real servers; 14, 15 and 17
// take what is known of them and for the rest the nearest measured one.
func DialectOf(version int) (Dialect, error) {
	if version < OldestVersion || version > NewestVersion {
		return Dialect{}, fmt.Errorf("the stand-in speaks the Odoo versions %d to %d, not %d", OldestVersion, NewestVersion, version)
	}
	d := dialect16()
	if version >= 17 {
		d.NotesHidden = true
		d.SearchCounts = false
	}
	if version >= 18 {
		d = dialect18()
	}
	if version >= 19 {
		d = dialect19()
	}
	d.Version = version
	if d.ServerVersion == "" {
		d.ServerVersion = fmt.Sprintf("%d.0", version)
	}
	return d, nil
}

func dialect16() Dialect {
	return Dialect{
		PriceDigits:    2,
		DetailedType:   true,
		ZeroMoves:      true,
		SearchCounts:   true,
		WarehouseKey:   "warehouse",
		Favorite:       "priority",
		Packagings:     "product.packaging",
		BadColumn:      "KeyError: %s",
		SeveralMatches: "Found multiple matches for value '%s' in field '%s' (%d matches)",
		InvalidField:   "Invalid field %s on model '%s'",
		InvalidWrite:   "Invalid field %s on model '%s'",
		ExcessiveImage: "Image size excessive, uploaded images must be smaller than 50.0 million pixels.",
		RPCLines:       [2]int{147, 127},
		ProductGroups: []string{
			"Administration/Settings", "Inventory/Administrator", "Invoicing/Billing Administrator",
			"Purchase/Administrator", "Sales/Administrator",
		},
	}
}

func dialect18() Dialect {
	return Dialect{
		ServerVersion:          "18.0+e-20241005",
		Style:                  xmlrpc.Style18,
		VariantFollowsTemplate: true,
		ReachesArchived:        true,
		RefusesUnknownLanguage: true,
		PriceDigits:            2,
		ChecksReferences:       true,
		AttachmentsForAll:      true,
		KeysExpire:             true,
		UsersCountStock:        true,
		WebP:                   true,
		WarehouseKey:           "warehouse_id",
		Favorite:               "is_favorite",
		Packagings:             "product.packaging",
		GroupsFirst:            true,
		NamesDatabase:          true,
		BodyLimit:              128 << 20,
		NoSniff:                true,
		NotesHidden:            true,
		BadColumn:              "ValueError: Invalid field name %s",
		SeveralMatches:         `Found multiple matches for value "%s" in field "%s" (%d matches)`,
		RepeatsFirst:           true,
		GroupsOfRecord:         true,
		InvalidField:           "Invalid field %s on model '%s'",
		InvalidWrite:           "Invalid field %s on model '%s'",
		ExcessiveImage:         "Image size excessive, uploaded images must be smaller than 50.0 million pixels.",
		RPCLines:               [2]int{161, 139},
		ProductGroups: []string{
			"Extra Rights/Product Creation", "Inventory/Administrator", "Purchase/Administrator",
			"Sales/Administrator",
		},
	}
}

func dialect19() Dialect {
	d := dialect18()
	d.ServerVersion = ""
	d.DatesBySecond = true
	d.PriceDigits = -1
	d.CategoryOptional = true
	d.QuantityWritable = true
	d.CountsWithoutLots = true
	d.TypeChanges = true
	d.InvalidField = "Invalid field %s on '%s'"
	d.InvalidWrite = "Invalid field %s in '%s'"
	d.QualifiesMethods = true
	d.NamesTroublemaker = true
	d.ExcessiveImage = "Too large image (above 50.0Mpx), reduce the image size."
	d.Packagings = "product.uom"
	d.JSON2 = true
	d.ProductGroups = []string{"Products/Create"}
	return d
}
