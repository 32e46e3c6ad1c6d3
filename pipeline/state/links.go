package state

import (
	"context"
	"strconv"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/internal/kv"
)

// link decodes the link stored at k.
func (s *store) link(k, value []byte) (*pipeline.Link, error) {
	id, err := lastText(k[len(s.key)+1:])
	if err != nil {
		return nil, s.damaged(k, err)
	}
	l, err := decodeLink(pipeline.LinkID(id), value)
	if err != nil {
		return nil, s.damaged(k, err)
	}
	return l, nil
}

// readLink returns the link of that id, nil if there is none.
func (s *store) readLink(r *kv.Reader, id pipeline.LinkID) (*pipeline.Link, error) {
	k := s.key.table(tableLink).text(string(id))
	value, err := r.Get(k)
	if err != nil || value == nil {
		return nil, err
	}
	return s.link(k, value)
}

// LinksByKey implements pipeline.Links. Should two links hold one key, it is the one with the lower id.
func (s *store) LinksByKey(ctx context.Context, side pipeline.Side, keys []pipeline.Key) (map[pipeline.Key]*pipeline.Link, error) {
	links := make(map[pipeline.Key]*pipeline.Link, len(keys))
	prefixes := make([][]byte, len(keys))
	for i, record := range keys {
		prefixes[i] = s.key.table(tableByKey).side(side).text(string(record))
	}
	err := s.db.Read(ctx, func(r *kv.Reader) error {
		return r.ScanEach(prefixes, func(i int, k, _ []byte) error {
			if links[keys[i]] != nil {
				return nil
			}
			id, err := lastText(k[len(prefixes[i]):])
			if err != nil {
				return s.damaged(k, err)
			}
			l, err := s.readLink(r, pipeline.LinkID(id))
			if err != nil || l == nil {
				return err
			}
			links[keys[i]] = l
			return nil
		})
	})
	return links, err
}

// LinksByID implements pipeline.Links.
func (s *store) LinksByID(ctx context.Context, ids []pipeline.LinkID) (map[pipeline.LinkID]*pipeline.Link, error) {
	links := make(map[pipeline.LinkID]*pipeline.Link, len(ids))
	err := s.db.Read(ctx, func(r *kv.Reader) error {
		for _, id := range ids {
			l, err := s.readLink(r, id)
			if err != nil {
				return err
			}
			if l != nil {
				links[id] = l
			}
		}
		return nil
	})
	return links, err
}

// EachLink implements pipeline.Links. The order is that of the ids; f may call the store, and does not
// see what is committed meanwhile.
func (s *store) EachLink(ctx context.Context, f func(*pipeline.Link) error) error {
	prefix := s.key.table(tableLink)
	return s.db.Read(ctx, func(r *kv.Reader) error {
		return r.Scan(prefix, prefix, func(k, value []byte) error {
			l, err := s.link(k, value)
			if err != nil {
				return err
			}
			return f(l)
		})
	})
}

// CountLinks implements pipeline.Links.
func (s *store) CountLinks(ctx context.Context) (n int, err error) {
	err = s.db.Read(ctx, func(r *kv.Reader) error {
		n, err = s.countLinks(r)
		return err
	})
	return n, err
}

func (s *store) countLinks(r *kv.Reader) (int, error) {
	k := s.key.single(singleLinks)
	text, err := r.Get(k)
	if err != nil || text == nil {
		return 0, err
	}
	n, err := strconv.Atoi(string(text))
	if err != nil {
		return 0, s.damaged(k, err)
	}
	return n, nil
}
