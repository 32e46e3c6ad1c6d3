package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"sync"
	"time"
)

// A session ends when it is not used for so long, and at most so many are kept.
const (
	sessionIdle = 12 * time.Hour
	maxSessions = 1000
)

// sessions are the browsers that have shown the token. They live in memory alone: they end with the process, and so
// with the token, which takes a restart to change.
type sessions struct {
	now       func() time.Time
	encrypted bool // browsers come over HTTPS
	mu        sync.Mutex
	used      map[[sha256.Size]byte]time.Time // when last, by the hash of the id: the id itself is the browser's alone
}

func newSessions(now func() time.Time) *sessions {
	return &sessions{now: now, used: map[[sha256.Size]byte]time.Time{}}
}

// begin makes a session and gives it to the browser.
func (s *sessions) begin(w http.ResponseWriter) {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails
	id := base64.RawURLEncoding.EncodeToString(random[:])
	s.mu.Lock()
	defer s.mu.Unlock()
	s.makeRoom()
	s.used[sha256.Sum256([]byte(id))] = s.now()
	http.SetCookie(w, s.cookie(id))
}

// makeRoom drops what has ended, and the one that was not used for longest where that is not enough.
func (s *sessions) makeRoom() {
	var oldest [sha256.Size]byte
	least := s.now()
	for id, last := range s.used {
		if s.now().Sub(last) >= sessionIdle {
			delete(s.used, id)
		} else if last.Before(least) {
			oldest, least = id, last
		}
	}
	if len(s.used) >= maxSessions {
		delete(s.used, oldest)
	}
}

// known tells whether the call is part of a session, and keeps that alive.
func (s *sessions) known(r *http.Request) bool {
	id, ok := s.of(r)
	if !ok {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	last, ok := s.used[id]
	if !ok || s.now().Sub(last) >= sessionIdle {
		delete(s.used, id)
		return false
	}
	s.used[id] = s.now()
	return true
}

// end ends the session of the call, if it is part of one.
func (s *sessions) end(w http.ResponseWriter, r *http.Request) {
	if id, ok := s.of(r); ok {
		s.mu.Lock()
		delete(s.used, id)
		s.mu.Unlock()
	}
	gone := s.cookie("")
	gone.MaxAge = -1
	http.SetCookie(w, gone)
}

// cookie is the cookie of a session: no script, no other site and, by its name where connections are encrypted, no
// other host and no unencrypted connection can read or set it.
func (s *sessions) cookie(id string) *http.Cookie {
	c := &http.Cookie{Name: "tandem_session", Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode}
	if s.encrypted {
		c.Name, c.Secure = "__Host-"+c.Name, true
	}
	return c
}

func (s *sessions) of(r *http.Request) (id [sha256.Size]byte, ok bool) {
	c, err := r.Cookie(s.cookie("").Name)
	if err != nil {
		return id, false
	}
	return sha256.Sum256([]byte(c.Value)), true
}
