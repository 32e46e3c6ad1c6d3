package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

// lastGoodFile is where, in the state directory, the files of the configuration that was live last are kept.
const lastGoodFile = "last-good.json"

// LastGood is the configuration that was live last: its files as they stood, in which secrets are references.
type LastGood struct {
	At    time.Time         `json:"at"`
	Hash  string            `json:"hash"`
	Files map[string]string `json:"files"` // by name
}

// ReadLastGood returns what a daemon on that state directory kept.
func ReadLastGood(stateDir string) (*LastGood, error) {
	path := filepath.Join(stateDir, lastGoodFile)
	b, err := os.ReadFile(path)
	good := &LastGood{}
	if err == nil {
		err = json.Unmarshal(b, good)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &pipeline.Error{
			Code: pipeline.CodeConfiguration, Message: fmt.Sprintf("no good configuration is kept in %s", stateDir),
			Remedy: "Correct the configuration; one is kept from the first start with it on.",
		}
	case err != nil:
		return nil, &pipeline.Error{
			Code: pipeline.CodeConfiguration, Message: "the last good configuration cannot be read: " + path, Cause: err,
			Remedy: "Correct the configuration; a new copy is kept at the next start.",
		}
	}
	return good, nil
}

// keepGood keeps the files of a configuration that is live. That it cannot is no reason to stop.
func (a *App) keepGood(cfg *config.Config) {
	good := LastGood{At: a.clock.Now(), Hash: cfg.Hash, Files: cfg.Raw()}
	if err := good.write(cfg.Daemon.StateDir); err != nil {
		a.logger.Warn("the configuration could not be kept for a start with a broken one", "error", err)
	}
}

// write replaces the file at once; nobody else can read it.
func (g LastGood) write(stateDir string) (err error) {
	b, err := json.MarshalIndent(g, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(stateDir, ".last-good-*") // of mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(stateDir, lastGoodFile))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
