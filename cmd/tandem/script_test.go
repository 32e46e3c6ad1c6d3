package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tandem": main})
}

// TestScripts runs the scenarios of testdata/script: the real program, as processes of their own, against
// a stand-in of each system that the script fills, edits and looks into:
//
//	pm FIELD=VALUE…              makes a product, or changes the one with that sku
//	pm-has SKU FIELD=VALUE…      fails unless the product is there with these values
//	pm-delete SKU…               deletes products there
//	erp …, erp-has …, erp-delete … the same in Odoo, with Odoo's fields
//	signal TERM|HUP|KILL         sends a signal to the daemon
//	ready                        waits until the daemon says that it is
//	clock SHIFT                  sets the clocks of both systems: -2m is two minutes ago
//	$MEDIA_URL                   serves the folder public
//	told FILE                    puts what the last command printed into FILE, without what differs each time
//	held FILE                    puts what both systems hold into FILE
//
// With -update the goldens that a script compares with become what it got.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Setup:               func(env *testscript.Env) error { return setup(env) },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"clock": func(ts *testscript.TestScript, _ bool, args []string) {
				shift, err := time.ParseDuration(args[0])
				ts.Check(err)
				world(ts).shift.Store(int64(shift))
			},
			"told": func(ts *testscript.TestScript, _ bool, args []string) {
				ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(masked(ts.ReadFile("stdout"))), 0o600))
			},
			"held": func(ts *testscript.TestScript, _ bool, args []string) {
				text, err := world(ts).held()
				ts.Check(err)
				ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
			},
			"pm": func(ts *testscript.TestScript, neg bool, args []string) {
				ts.Check(world(ts).pmPut(pairs(ts, args)))
			},
			"pm-has": func(ts *testscript.TestScript, neg bool, args []string) {
				has(ts, args, world(ts).pmGet)
			},
			"erp": func(ts *testscript.TestScript, neg bool, args []string) {
				ts.Check(world(ts).erpPut(pairs(ts, args)))
			},
			"erp-has": func(ts *testscript.TestScript, neg bool, args []string) {
				has(ts, args, world(ts).erpGet)
			},
			"pm-delete": func(ts *testscript.TestScript, _ bool, args []string) {
				for _, sku := range args {
					for _, p := range world(ts).pm.Find("sku", sku) {
						ts.Check(world(ts).pm.Trash(p.ID))
					}
				}
			},
			"erp-delete": func(ts *testscript.TestScript, _ bool, args []string) {
				for _, sku := range args {
					ids, err := world(ts).erpIDs(sku)
					ts.Check(err)
					ts.Check(world(ts).erp.Unlink("product.template", ids...))
				}
			},
			"signal": func(ts *testscript.TestScript, neg bool, args []string) {
				s := map[string]os.Signal{"TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "KILL": syscall.SIGKILL}[args[0]]
				for _, cmd := range ts.BackgroundCmds() {
					ts.Check(cmd.Process.Signal(s))
				}
			},
			"ready": func(ts *testscript.TestScript, neg bool, args []string) {
				ts.Check(world(ts).ready())
			},
		},
	})
}

// systems is what a script works on.
type systems struct {
	pm    *pmsim.Server
	erp   *odoosim.Session
	shift *atomic.Int64 // of both systems' clocks, nanoseconds

	isReady chan struct{} // each time that a daemon tells systemd so
}

type worldKey struct{}

func world(ts *testscript.TestScript) *systems { return ts.Value(worldKey{}).(*systems) }

func setup(env *testscript.Env) error {
	shift := &atomic.Int64{}
	now := func() time.Time { return time.Now().Add(time.Duration(shift.Load())) }
	pm := pmsim.New(pmsim.Config{Now: now})
	pmURL, err := pm.Start()
	if err != nil {
		return err
	}
	env.Defer(func() { _ = pm.Close() })
	erp, err := odoosim.New(odoosim.Config{Version: 18, Now: now, Users: []odoosim.User{
		{ID: odoosim.AdminID, Login: odoosim.AdminLogin, Password: odoosim.AdminPassword, Role: odoosim.Administrator},
		{Login: "clerk", Password: "clerk", Role: odoosim.Employee}, // who may not change products
	}})
	if err != nil {
		return err
	}
	erpURL, err := erp.Start()
	if err != nil {
		return err
	}
	env.Defer(func() { _ = erp.Close() })
	other := pmsim.New(pmsim.Config{Now: now}) // an empty shop of somebody else
	otherURL, err := other.Start()
	if err != nil {
		return err
	}
	env.Defer(func() { _ = other.Close() })
	env.Setenv("OTHER_PM_URL", otherURL)
	served := httptest.NewServer(http.FileServer(http.Dir(filepath.Join(env.WorkDir, "public"))))
	env.Defer(served.Close)
	env.Setenv("MEDIA_URL", served.URL)
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, by the kernel, and never answers
	if err != nil {
		return err
	}
	env.Defer(func() { _ = silent.Close() })
	env.Setenv("SILENT_URL", "http://"+silent.Addr().String())
	address := &net.UnixAddr{Name: filepath.Join(env.WorkDir, "notify"), Net: "unixgram"}
	notify, err := net.ListenUnixgram("unixgram", address)
	if err != nil {
		return err
	}
	env.Defer(func() { _ = notify.Close() })
	w := &systems{pm: pm, erp: erp.As(odoosim.AdminLogin), shift: shift, isReady: make(chan struct{}, 100)}
	go w.listen(notify)
	env.Values[worldKey{}] = w
	env.Setenv("NOTIFY_SOCKET", address.Name)
	env.Setenv("PM_URL", pmURL)
	env.Setenv("GOOD_PM_URL", pmURL)
	env.Setenv("PM_API_KEY", pmsim.DefaultAPIKey)
	env.Setenv("GOOD_KEY", pmsim.DefaultAPIKey)
	env.Setenv("ERP_URL", erpURL)
	env.Setenv("GOOD_ERP_URL", erpURL)
	env.Setenv("ERP_DATABASE", erp.Database())
	env.Setenv("ERP_PASSWORD", odoosim.AdminPassword)
	return nil
}

// listen reads what daemons tell systemd, so that they need not wait, until the socket is closed.
func (w *systems) listen(notify *net.UnixConn) {
	for b := make([]byte, 4096); ; {
		n, err := notify.Read(b)
		if err != nil {
			return
		}
		if slices.Contains(strings.Split(string(b[:n]), "\n"), "READY=1") {
			w.isReady <- struct{}{}
		}
	}
}

// ready waits until the daemon says that it is.
func (w *systems) ready() error {
	select {
	case <-w.isReady:
		return nil
	case <-time.After(time.Minute):
		return errors.New("the daemon is not ready")
	}
}

// pairs reads FIELD=VALUE arguments; a value that is JSON is that, else it is a text.
func pairs(ts *testscript.TestScript, args []string) map[string]any {
	values := map[string]any{}
	for _, arg := range args {
		field, text, ok := strings.Cut(arg, "=")
		if !ok {
			ts.Fatalf("%s is not FIELD=VALUE", arg)
		}
		var v any
		dec := json.NewDecoder(strings.NewReader(text))
		dec.UseNumber()
		if field == "sku" || field == "default_code" || dec.Decode(&v) != nil || dec.More() {
			v = text
		}
		values[field] = v
	}
	return values
}

// has compares fields of a record, as texts.
func has(ts *testscript.TestScript, args []string, get func(sku string) (map[string]any, error)) {
	held, err := get(args[0])
	ts.Check(err)
	for field, want := range pairs(ts, args[1:]) {
		if got := fmt.Sprint(held[field]); got != fmt.Sprint(want) {
			ts.Fatalf("%s: %s is %q, want %q", args[0], field, got, fmt.Sprint(want))
		}
	}
}

func (w *systems) pmPut(values map[string]any) error {
	for _, p := range w.pm.Find("sku", values["sku"].(string)) {
		_, err := w.pm.Edit(p.ID, pmsim.Fields(values))
		return err
	}
	_, err := w.pm.Create(pmsim.Fields(values))
	return err
}

func (w *systems) pmGet(sku string) (map[string]any, error) {
	found := w.pm.Find("sku", sku)
	if len(found) != 1 {
		return nil, fmt.Errorf("products manager has %d products %s, want 1", len(found), sku)
	}
	return found[0].Fields, nil
}

func (w *systems) erpPut(values map[string]any) error {
	for field, v := range values {
		if n, ok := v.(json.Number); ok {
			f, err := n.Float64()
			if err != nil {
				return err
			}
			values[field] = f
		}
	}
	ids, err := w.erpIDs(values["default_code"])
	if err != nil {
		return err
	}
	if len(ids) > 0 {
		return w.erp.Write("product.template", values, ids...)
	}
	_, err = w.erp.Create("product.template", values)
	return err
}

func (w *systems) erpIDs(sku any) ([]int64, error) {
	return w.erp.With("active_test", false).Search("product.template", []any{"default_code", "=", sku})
}

func (w *systems) erpGet(sku string) (map[string]any, error) {
	ids, err := w.erpIDs(sku)
	if err != nil || len(ids) != 1 {
		return nil, errors.Join(err, fmt.Errorf("odoo has %d products %s, want 1", len(ids), sku))
	}
	records, err := w.erp.Read("product.template", ids)
	if err != nil || len(records) != 1 {
		return nil, errors.Join(err, errors.New("odoo does not read its product"))
	}
	if category, ok := records[0]["categ_id"].([]any); ok && len(category) == 2 {
		records[0]["categ_id"] = category[1]
	}
	return records[0], nil
}
