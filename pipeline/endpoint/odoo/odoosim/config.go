package odoosim

import (
	"cmp"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/models"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

// Who can log in to a server whose Config names no users. The bot has a key and no password.
const (
	AdminLogin    = "admin"
	AdminPassword = "admin"
	BotLogin      = "bot@example.com"
	BotKey        = "0b07e57000000000000000000000000000000b07"
	ShopLogin     = "shop@example.com"
	ShopPassword  = "shop"
)

// AdminID is the id of the administrator.
const AdminID = 2

// Role is a bundle of rights.
type Role = orm.Role

// The roles.
const (
	Administrator = orm.Administrator
	Manager       = orm.Manager  // of inventory: writes products, categories and stock
	Employee      = orm.Employee // reads products, but no stock moves and so no quantities
	Portal        = orm.Portal   // a customer
)

// User is somebody who can log in.
type User struct {
	ID        int64 // 0: the next free one, from 6 on
	Login     string
	Name      string // "" is the login
	Password  string // "" is none: keys only
	Keys      []string
	KeysEnd   time.Time // when the keys expire, from 18 on; zero is never
	Role      Role
	Language  string  // "" is en_US
	TimeZone  string  // "" is none
	Companies []int64 // the first is the user's own; nil is all
}

// Field is a custom field of product.template, as a user makes it in Odoo's Studio or settings.
type Field struct {
	Name      string // x_…
	Label     string
	Type      string // char, text, html, integer, float, boolean, date, datetime, selection
	Required  bool
	Readonly  bool
	Translate bool
	Digits    int         // of a float: decimals kept, 0 is all
	Options   [][2]string // of a selection: value and label
}

// Config says what server to be.
type Config struct {
	// Version is Odoo's major version, 14 to 19; 0 is 18. 16 and 18 behave as recorded.
	Version  int
	Database string // "" is "odoo"
	UUID     string // the database's; "" is a fixed one made of the database's name
	Users    []User // nil: admin, bot and shop user as in the constants
	// Companies are the names of the companies, each with a warehouse: WH, WH2, …; nil is one.
	Companies   []string
	Languages   []string // installed beside en_US; nil is fr_FR
	ExtraFields []Field
	// OpenParameters lets every user read ir.config_parameter, and so the database's uuid; on a real
	// server only administrators do.
	OpenParameters bool
	// Now is the clock, also of the Date header; nil is the real one. It may be called at any time.
	Now func() time.Time
	// Latency is how long a call takes at least, beside the work itself; nil is no time. Its model is
	// "" for calls that have none.
	Latency func(model, method string) time.Duration
	// DatabaseHeader names the database to JSON-2; "" is X-Odoo-Database. Forks have other names for it.
	DatabaseHeader string
	// KeepAlive lets connections be used again, as behind a proxy. Odoo by itself closes each.
	KeepAlive bool
	// Seed makes the troubles that have a probability come the same way each time.
	Seed uint64
}

func (c Config) withDefaults() Config {
	c.Version = cmp.Or(c.Version, 18)
	c.Database = cmp.Or(c.Database, "odoo")
	if c.Users == nil {
		c.Users = []User{
			{ID: AdminID, Login: AdminLogin, Name: "Administrator", Password: AdminPassword, Role: Administrator},
			{Login: BotLogin, Name: "Sync Bot", Keys: []string{BotKey}, Role: Manager},
			{Login: ShopLogin, Name: "Shop", Password: ShopPassword, Role: Manager},
		}
	}
	if c.Companies == nil {
		c.Companies = []string{"My Company"}
	}
	if c.Languages == nil {
		c.Languages = []string{"fr_FR"}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.UUID == "" {
		c.UUID = uuidOf(c.Database)
	}
	return c
}

// seed turns the configuration into the accounts and records of a fresh database.
func (c Config) seed() models.Seed {
	s := models.Seed{Names: map[int64]string{}, Companies: c.Companies, Languages: c.Languages, UUID: c.UUID}
	next := int64(6)
	for _, u := range c.Users {
		if u.ID == 0 {
			u.ID, next = next, next+1
		}
		if u.Companies == nil {
			for i := range c.Companies {
				u.Companies = append(u.Companies, int64(i+1))
			}
		}
		s.Names[u.ID] = cmp.Or(u.Name, u.Login)
		end := ""
		if !u.KeysEnd.IsZero() {
			end = u.KeysEnd.UTC().Format(time.DateTime)
		}
		s.Accounts = append(s.Accounts, &orm.Account{
			ID: u.ID, Login: u.Login, Password: u.Password, Keys: u.Keys, KeysEnd: end, Role: u.Role,
			Language: cmp.Or(u.Language, "en_US"), TimeZone: u.TimeZone, Companies: u.Companies,
		})
	}
	return s
}

func (c Config) customFields() []*orm.Field {
	fields := make([]*orm.Field, len(c.ExtraFields))
	for i, f := range c.ExtraFields {
		fields[i] = &orm.Field{
			Name: f.Name, Label: cmp.Or(f.Label, f.Name), Type: orm.Type(f.Type), Stored: true, Manual: true,
			Required: f.Required, Readonly: f.Readonly, Translate: f.Translate, Digits: f.Digits, Options: f.Options,
		}
	}
	return fields
}
