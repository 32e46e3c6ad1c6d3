package models

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/draw"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

// Images larger than this are made smaller, either side; more pixels than that are refused.
const (
	largestSide = 1920
	mostPixels  = 50_000_000
)

// imageFields are the image of a record and its smaller copies: image_1920, image_1024 … with infix "",
// image_variant_1920 … with infix "variant_".
func imageFields(model, prefix, infix string) []*orm.Field {
	main := orm.Column(prefix+"_"+infix+"1920", "Image", orm.Binary)
	main.Check = checkImage
	main.Set = func(e *orm.Env, ids []int64, v any) error { return attach(e, model, main.Name, ids, v) }
	fields := []*orm.Field{main}
	for _, size := range []int{1024, 512, 256, 128} {
		label := strconv.Itoa(size)
		fields = append(fields, orm.Computed(prefix+"_"+infix+label, "Image "+label, orm.Binary, func(e *orm.Env, r *orm.Row) any {
			return smaller(e.Of(r, main.Name), size)
		}))
	}
	return fields
}

// variantImages are the variant's own image and the one it shows, which is its template's if it has
// none itself.
func variantImages() []*orm.Field {
	shown := orm.Computed("image_1920", "Image", orm.Binary, func(e *orm.Env, r *orm.Row) any {
		if own := r.Get("image_variant_1920"); own != nil {
			return own
		}
		return e.Model(template).Fetch(r.Ref("product_tmpl_id")).Get("image_1920")
	})
	shown.Readonly, shown.Check, shown.Set = false, checkImage, setVariantImage
	fields := append(imageFields(variant, "image", "variant_"), shown)
	for _, size := range []int{1024, 512, 256, 128} {
		label := strconv.Itoa(size)
		fields = append(fields, orm.Computed("image_"+label, "Image "+label, orm.Binary, func(e *orm.Env, r *orm.Row) any {
			return smaller(e.Of(r, "image_1920"), size)
		}))
	}
	return fields
}

// setVariantImage writes an image to the template where the variant is its only one, or it has none
// yet; else to the variant.
func setVariantImage(e *orm.Env, ids []int64, v any) error {
	for _, id := range ids {
		r := e.Model(variant).Fetch(id)
		owner := e.Model(template).Fetch(r.Ref("product_tmpl_id"))
		active := slices.DeleteFunc(e.Siblings(variant, "product_tmpl_id", owner.ID), func(r *orm.Row) bool { return !r.Active() })
		m, at, field := e.Model(variant), id, "image_variant_1920"
		if v != nil && owner.Get("image_1920") == nil || v == nil && r.Get("image_variant_1920") == nil || len(active) <= 1 {
			if err := e.Super().WriteRows(m, []int64{id}, orm.Values{"image_variant_1920": false}); err != nil {
				return err
			}
			m, at, field = e.Model(template), owner.ID, "image_1920"
		}
		if err := e.Super().WriteRows(m, []int64{at}, orm.Values{field: v}); err != nil {
			return err
		}
	}
	return nil
}

// checkImage reads what is written to an image field. Text that no byte can be read from, the empty text
// too, wipes the image without a word.
func checkImage(e *orm.Env, v any) (any, error) {
	if b, ok := v.(*orm.Blob); ok {
		return b, nil
	}
	if _, ok := v.([]byte); ok {
		return nil, orm.UserErrorf("Image is not encoded in base64.")
	}
	text, ok := v.(string)
	if !ok {
		return nil, nil
	}
	raw, err := base64.StdEncoding.DecodeString(strings.Map(base64Only, text))
	if err != nil {
		return nil, orm.UserErrorf("Image is not encoded in base64.")
	}
	if len(raw) == 0 {
		return nil, nil
	}
	if raw[0] == '<' { // SVG is kept as it is
		return blob(raw, "image/svg+xml"), nil
	}
	return fitting(e, raw)
}

// base64Only drops what is not base64, as Python does.
func base64Only(r rune) rune {
	if r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '+' || r == '/' || r == '=' {
		return r
	}
	return -1
}

// fitting returns the image as it is kept: unchanged, or made smaller, or in another format.
func fitting(e *orm.Env, raw []byte) (any, error) {
	config, format := sniff(raw)
	if format == "" || format == "webp" && !e.Dialect().WebP {
		return nil, orm.UserErrorf("This file could not be decoded as an image file.")
	}
	if config.Width*config.Height > mostPixels {
		return nil, orm.UserErrorf("%s", e.Dialect().ExcessiveImage)
	}
	large := config.Width > largestSide || config.Height > largestSide
	if !large && format != "bmp" && format != "tiff" {
		return blob(raw, "image/"+format), nil
	}
	resized, err := encodeWithin(raw, format, largestSide)
	if err != nil {
		return nil, orm.UserErrorf("This file could not be decoded as an image file.")
	}
	return resized, nil
}

// codec reads one format of images.
type codec struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

// codecs are the formats that are understood.
func codecs() map[string]codec {
	return map[string]codec{
		"png": {png.DecodeConfig, png.Decode}, "jpeg": {jpeg.DecodeConfig, jpeg.Decode}, "gif": {gif.DecodeConfig, gif.Decode},
		"bmp": {bmp.DecodeConfig, bmp.Decode}, "tiff": {tiff.DecodeConfig, tiff.Decode}, "webp": {webp.DecodeConfig, webp.Decode},
	}
}

// sniff looks at the head of an image only, so a truncated one passes, as it does in Odoo.
func sniff(raw []byte) (image.Config, string) {
	for format, codec := range codecs() {
		if config, err := codec.config(bytes.NewReader(raw)); err == nil {
			return config, format
		}
	}
	return image.Config{}, ""
}

// encodeWithin decodes an image and encodes it again, at most side pixels wide and high. PNG stays PNG
// and BMP becomes it; the rest becomes JPEG.
func encodeWithin(raw []byte, format string, side int) (*orm.Blob, error) {
	full, err := codecs()[format].decode(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	bounds := full.Bounds()
	scale := min(1, float64(side)/float64(max(bounds.Dx(), bounds.Dy())))
	scaled := image.NewRGBA(image.Rect(0, 0, max(1, int(float64(bounds.Dx())*scale)), max(1, int(float64(bounds.Dy())*scale))))
	draw.BiLinear.Scale(scaled, scaled.Bounds(), full, bounds, draw.Over, nil)
	var out bytes.Buffer
	if format == "png" || format == "bmp" {
		err = png.Encode(&out, scaled)
		return blob(out.Bytes(), "image/png"), err
	}
	err = jpeg.Encode(&out, scaled, &jpeg.Options{Quality: 90})
	return blob(out.Bytes(), "image/jpeg"), err
}

func blob(raw []byte, mime string) *orm.Blob {
	sum := sha1.Sum(raw)
	return &orm.Blob{Base64: base64.StdEncoding.EncodeToString(raw), Size: len(raw), Checksum: hex.EncodeToString(sum[:]), MIME: mime}
}

// smaller returns an image within side pixels, the image itself where it is already.
func smaller(v any, side int) any {
	b, _ := v.(*orm.Blob)
	if b == nil {
		return nil
	}
	return b.Smaller(side, func() *orm.Blob { return scaled(b, side) })
}

func scaled(b *orm.Blob, side int) *orm.Blob {
	raw, err := base64.StdEncoding.DecodeString(b.Base64)
	if err != nil {
		return b
	}
	config, format := sniff(raw)
	if format == "" || config.Width <= side && config.Height <= side {
		return b
	}
	if made, err := encodeWithin(raw, format, side); err == nil {
		return made
	}
	return b
}
