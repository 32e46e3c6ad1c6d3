package pmsim

import (
	"cmp"
	"time"
)

// DefaultAPIKey is the key of a server whose Config names none.
const DefaultAPIKey = "pm_test_tandem-stand-in-key-for-tests-and-demos-000000000000000000000000"

// BasePath is the prefix of the API's paths.
const BasePath = "/api/v1"

// Config says how a server behaves. The zero Config is the server that the pages describe in the first
// place: whole seconds, 100 products a page at most, no limits, no faults, kept in memory.
type Config struct {
	Now    func() time.Time // the server's clock, its Date header included; time.Now by default
	Seed   uint64           // of ids and of faults that happen by chance
	Listen string           // address for Start; "127.0.0.1:0" by default
	Dir    string           // folder to keep the data in, one file a tenant; "" keeps it in memory

	APIKeys     []APIKey // by default one, DefaultAPIKey
	Users       []User
	TokenLife   time.Duration // of an access token; 2 h by default
	RefreshLife time.Duration // of a refresh token; 7 days by default
	LoginBody   LoginBody
	LoginAnswer LoginAnswer

	// Envelope and Errors are those of the surface `app`; the others have one of their own each.
	Envelope   Envelope
	Errors     ErrorShape
	SoftErrors bool // errors come with HTTP 200 where the shape tells success itself (ErrorsWindev)

	// Public: the paths of /products are those of the surface `public` instead of `app`.
	Public          bool
	PublicPut       bool // updates of `public` are a PUT, partial as elsewhere; PATCH is not known
	SinceExclusive  bool // since/{unix} of `windev` leaves the second itself out
	SinceActiveOnly bool // and inactive products, as the list of `windev` always does
	BatchTouches    bool // the stock and price batches of `windev` move updated_at

	// Names tells under which name a field is served where it is not the surface's own: "title" as
	// "title" instead of "name", "stock_quantity" as "stock", "ean" as "barcode", "sku" as
	// "manufacturer_reference". Requests may use any of them.
	Names         map[string]string
	Category      CategoryForm
	Separator     string // between two levels of a category; " / " by default
	CategoriesIn  string // "items" or "data": /categories answers an object with the list under that key
	BrandObject   bool   // brand as {"name": …}
	NumberStrings bool   // decimals as JSON strings
	ImageObjects  bool   // images as {"url": …, "is_primary": …}
	SummaryItems  bool   // items of a list lack description, cost_price, weight, images, attributes, custom fields, …
	Microseconds  bool   // time stamps with microseconds

	MaxPageSize int           // 100 by default; larger ones are cut to it silently, and it is what is echoed
	MaxTitle    int           // characters; 255 by default
	MaxBody     int64         // bytes of a request; 100 MB by default
	StaleReads  time.Duration // reads give what was before a write for so long
	Limits      Limits
	NoGzip      bool
	OdooSync    bool // PM's own synchronization with Odoo is on

	Images              ImageFetch // what becomes of the addresses of images
	RefusePrivateImages bool       // none is fetched from inside the network

	// HookRetries are the pauses before a webhook is called again; PM's own by default.
	HookRetries []time.Duration
	// EventHooks: webhooks call as the page of the API has it, with an id, the EAN, the title and the names of the fields,
	// not with the product's id and the SKU as the page of webhooks has it.
	EventHooks bool
}

// APIKey lets its bearer in.
type APIKey struct {
	Key       string
	Role      Role     // Admin by default
	Tenants   []string // accounts it may name in X-Tenant-ID; nil is all
	PerMinute int      // requests; 0 is no limit of its own
	Scopes    []string // what it may do on the surface `windev`; nil is everything
}

// User can log in.
type User struct {
	Email, Password string
	Role            Role     // Admin by default
	Tenants         []string // as for APIKey
}

// Role says what a caller may do: a Reader reads, a Manager writes too, an Admin also deletes.
type Role uint8

// The roles.
const (
	Admin Role = iota
	Manager
	Reader
)

// Envelope is the shape of a list, by the numbers of the API's description.
type Envelope uint8

// The envelopes. The zero value is the one that production was last seen with, EnvelopeItemsMeta.
const (
	EnvelopeDataMeta   Envelope = iota + 1 // {"data", "meta"}
	EnvelopeItemsMeta                      // {"items", "meta"}
	EnvelopePages                          // {"items", "total", "page", "per_page", "pages"}
	EnvelopeTotalPages                     // {"items", "total", "page", "page_size", "total_pages"}
	EnvelopeStatus                         // {"status", "data": {"items", …}}
	EnvelopeWindev                         // {"success", "code", "message", "data": {"products", …}, "count"}
	EnvelopeArray                          // […]
	EnvelopeWindevList                     // as EnvelopeWindev with "data": […]
	EnvelopeResults                        // {"results": […], "count"}
)

// ErrorShape is the shape of an error, by the numbers of the API's description.
type ErrorShape uint8

// The error shapes. The zero value is ErrorsCoded.
const (
	ErrorsPublic  ErrorShape = iota + 1 // {"error": "not_found", "message", "details"}
	ErrorsCoded                         // {"error": {"code", "error_code", "type", "message", …}}
	ErrorsStatus                        // {"status": "error", "error": {"code", "message", "details"}}
	ErrorsFastAPI                       // {"detail": …}
	ErrorsWindev                        // {"success": false, "code", "message", "data", "count"}
)

// CategoryForm says how products carry their category.
type CategoryForm uint8

// The forms of a category.
const (
	CategoryText   CategoryForm = iota // "category": the path as text
	CategoryIDs                        // "category_id" and "category_name", the last level only
	CategoryObject                     // "category": {"id", "name"}
	CategoryAll                        // all of CategoryText and CategoryIDs
)

// LoginBody says which bodies a login may have.
type LoginBody uint8

// The bodies of a login.
const (
	LoginAny  LoginBody = iota
	LoginForm           // application/x-www-form-urlencoded, username and password
	LoginJSON           // JSON, email and password
)

// LoginAnswer says what a login answers.
type LoginAnswer uint8

// The answers to a login.
const (
	LoginPlain    LoginAnswer = iota // access_token, refresh_token, token_type, expires_in
	LoginWithUser                    // access_token and user; neither refresh token nor life
	LoginWrapped                     // LoginPlain in {"status", "data"}
	LoginToken                       // LoginPlain with token for access_token
)

func (c Config) withDefaults() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.APIKeys == nil && c.Users == nil {
		c.APIKeys = []APIKey{{Key: DefaultAPIKey}}
	}
	if c.HookRetries == nil {
		c.HookRetries = hookRetries()
	}
	c.Listen = cmp.Or(c.Listen, "127.0.0.1:0")
	c.TokenLife = cmp.Or(c.TokenLife, 2*time.Hour)
	c.RefreshLife = cmp.Or(c.RefreshLife, 7*24*time.Hour)
	c.Envelope = cmp.Or(c.Envelope, EnvelopeItemsMeta)
	c.Errors = cmp.Or(c.Errors, ErrorsCoded)
	c.Separator = cmp.Or(c.Separator, " / ")
	c.MaxPageSize = cmp.Or(c.MaxPageSize, 100)
	c.MaxTitle = cmp.Or(c.MaxTitle, 255)
	c.MaxBody = cmp.Or(c.MaxBody, 100<<20)
	return c
}

func (c Config) precision() time.Duration {
	if c.Microseconds {
		return time.Microsecond
	}
	return time.Second
}
