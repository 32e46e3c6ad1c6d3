package odoo

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// imageField is the image that is carried: the template's, or its single variant's own where it has one, which
// is what Odoo shows of the product then. Odoo keeps it as an attachment, at most imageSide pixels wide and
// high, and thumbnailField made of it.
const (
	imageField     = "image_1920"
	thumbnailField = "image_128"
	imageSide      = 1920
)

// The same of a variant's own image.
const (
	ownImageField     = "image_variant_1920"
	ownThumbnailField = "image_variant_128"
)

const attachmentModel = "ir.attachment"

// thumbnailPage is how many thumbnails are read at once: of a GIF or an SVG, and of a WebP, it is the image itself.
const thumbnailPage = 250

// reference is what an image is recognised by without its bytes: the checksum of what Odoo keeps, where the
// user may read it, else the one of its thumbnail. A thumbnail is made anew whenever an image is written, and
// one spot of 3 × 3 pixels in an image of 1600 changes it.
type reference struct {
	own       bool   // it is the variant's
	size      int64  // bytes, with checksum
	checksum  string // SHA-1 in hexadecimal
	thumbnail string // the same of the thumbnail
}

func (r reference) String() string {
	text := fmt.Sprintf("%d bytes, SHA-1 %s", r.size, r.checksum)
	if r.checksum == "" {
		text = "thumbnail SHA-1 " + r.thumbnail
	}
	if r.own {
		text += ", the variant's own"
	}
	return text
}

// parseReference reads what String wrote.
func parseReference(text string) (r reference, ok bool) {
	text, r.own = strings.CutSuffix(text, ", the variant's own")
	if r.thumbnail, ok = strings.CutPrefix(text, "thumbnail SHA-1 "); ok {
		return r, r.thumbnail != ""
	}
	r.thumbnail = ""
	size, checksum, _ := strings.Cut(text, " bytes, SHA-1 ")
	n, err := strconv.ParseInt(size, 10, 64)
	r.size, r.checksum = n, checksum
	return r, err == nil && checksum != ""
}

func (r reference) value() pipeline.Value { return pipeline.Text(r.String()) }

func sha1Hex(data []byte) string {
	sum := sha1.Sum(data)
	return hex.EncodeToString(sum[:])
}

// probeChecksums asks whether the user may read the checksums of images, in versions where not every user may. A
// database without any image refuses nobody: there the user's groups tell.
func (e *Endpoint) probeChecksums(ctx context.Context, s *session) error {
	if s.dialect.usersKnowImages {
		s.checksums = true
		return nil
	}
	d := domain{where("res_model", "=", templateModel), where("res_field", "=", imageField)}
	rows, _, err := e.searchRead(ctx, s, rpc.OpDescribe, attachmentModel, d, []string{"checksum"}, window{limit: 1})
	switch {
	case err != nil && denied(err):
		return nil
	case err != nil:
		return err
	case len(rows) > 0:
		s.checksums = true
		return nil
	}
	s.checksums, err = e.inGroup(ctx, "base.group_system")
	return err
}

func denied(err error) bool { return pipeline.AsError(err).Code == pipeline.CodeAccessDenied }

// imagesOf returns the references of the images of templates, by template; those without one are not in it.
func (e *Endpoint) imagesOf(ctx context.Context, s *session, ids []int64, known map[int64]*variants) (map[int64]pipeline.Value, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	if s.checksums {
		found, err := e.checksumsOf(ctx, s, ids, known)
		if err == nil || !denied(err) {
			return found, err
		}
	}
	return e.thumbnailsOf(ctx, s, ids, known)
}

// singles returns the templates of variants that make a product alone, by variant.
func singles(known map[int64]*variants) map[int64]int64 {
	of := map[int64]int64{}
	for id, v := range known {
		if v.counted == 1 {
			of[v.id] = id
		}
	}
	return of
}

// checksumsOf asks for the attachments behind the fields. Odoo finds those only where res_field is asked for.
func (e *Endpoint) checksumsOf(ctx context.Context, s *session, ids []int64, known map[int64]*variants) (map[int64]pipeline.Value, error) {
	template := singles(known)
	records := slices.Clone(ids)
	for id := range template {
		records = append(records, id)
	}
	slices.Sort(records)
	d := domain{
		where("res_model", "in", []any{templateModel, variantModel}), where("res_field", "in", []any{imageField, ownImageField}),
		where("res_id", "in", anyOf(slices.Compact(records))),
	}
	rows, _, err := e.searchRead(ctx, s, rpc.OpImage, attachmentModel, d, []string{"res_model", "res_id", "checksum", "file_size"}, window{order: "id"})
	if err != nil {
		return nil, err
	}
	found := map[int64]pipeline.Value{}
	for _, own := range []bool{false, true} { // the variant's own later, over the template's
		for _, r := range rows {
			if own != (r.text("res_model") == variantModel) {
				continue
			}
			id, _ := r["res_id"].(int64)
			if own {
				id = template[id]
			}
			size, _ := r["file_size"].(int64)
			found[id] = reference{own: own, size: size, checksum: r.text("checksum")}.value()
		}
	}
	return found, nil
}

// thumbnailsOf reads the thumbnails themselves: some 5 kB each.
func (e *Endpoint) thumbnailsOf(ctx context.Context, s *session, ids []int64, known map[int64]*variants) (map[int64]pipeline.Value, error) {
	found := map[int64]pipeline.Value{}
	note := func(id int64, text string, own bool) {
		if raw, err := base64.StdEncoding.DecodeString(text); err == nil && len(raw) > 0 {
			found[id] = reference{own: own, thumbnail: sha1Hex(raw)}.value()
		}
	}
	for some := range slices.Chunk(ids, thumbnailPage) {
		rows, err := e.thumbnails(ctx, s, some)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			note(r.id(), r.text(thumbnailField), false)
		}
	}
	template := singles(known)
	own, err := e.ownImages(ctx, s, template, ownThumbnailField)
	for _, r := range own {
		note(template[r.id()], r.text(ownThumbnailField), true)
	}
	return found, err
}

// thumbnails reads those of the templates, in parts where they are too large for one answer.
func (e *Endpoint) thumbnails(ctx context.Context, s *session, ids []int64) ([]row, error) {
	rows, _, err := e.searchRead(ctx, s, rpc.OpImage, templateModel, domain{where("id", "in", anyOf(ids))}, []string{thumbnailField}, window{order: "id"})
	if err == nil || len(ids) == 1 || pipeline.AsError(err).Code != pipeline.CodeAnswerTooLarge {
		return rows, err
	}
	rows, err = e.thumbnails(ctx, s, ids[:len(ids)/2])
	if err != nil {
		return nil, err
	}
	more, err := e.thumbnails(ctx, s, ids[len(ids)/2:])
	return append(rows, more...), err
}

// ownImages returns the variants among those that have an image of their own, with a field of theirs.
func (e *Endpoint) ownImages(ctx context.Context, s *session, of map[int64]int64, field string) ([]row, error) {
	ids := make([]int64, 0, len(of))
	for id := range of {
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	slices.Sort(ids)
	rows, _, err := e.searchRead(ctx, s, rpc.OpImage, variantModel, domain{where("id", "in", anyOf(ids)), where(ownImageField, "!=", false)}, []string{field}, window{order: "id"})
	return rows, err
}
