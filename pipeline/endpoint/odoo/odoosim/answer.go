package odoosim

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// xmlVoice is how the two versions of XML-RPC word it.
type xmlVoice struct {
	s     *Server
	first bool
}

const xmlType = "text/xml; charset=utf-8"

func (x xmlVoice) say(v any, err error) reply {
	return reply{http.StatusOK, xmlType, x.s.answer(v, err, x.first)}
}

func (x xmlVoice) refuse(rule *Rule) reply {
	return reply{http.StatusOK, xmlType, xmlrpc.EncodeFault(rule.Code, rule.Text, x.s.dialect.Style)}
}

func (x xmlVoice) around() (kind, before, after string) {
	return xmlType, "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n<value><string>",
		"</string></value>\n</param>\n</params>\n</methodResponse>\n"
}

// answer writes the result of a call, or its fault, as the version and the endpoint do. An answer that
// cannot be written is a fault itself: of None, because an action returned nothing.
func (s *Server) answer(v any, err error, first bool) []byte {
	if records, ok := v.([]xmlrpc.Struct); ok {
		v = listOf(records)
	}
	if err == nil {
		if v == nil {
			err = orm.NoneResult()
		} else if body, encodeErr := xmlrpc.EncodeResponse(v, s.dialect.Style); encodeErr == nil {
			return body
		} else {
			err = orm.Errorf("TypeError", "%v", encodeErr)
		}
	}
	fault := faultOf(err)
	if first {
		return s.textFault(fault)
	}
	code, text := s.coded(fault)
	return xmlrpc.EncodeFault(code, text, s.dialect.Style)
}

func faultOf(err error) *orm.Fault {
	var fault *orm.Fault
	if errors.As(err, &fault) {
		return fault
	}
	return orm.Errorf("RuntimeError", "%v", err)
}

func (s *Server) coded(f *orm.Fault) (int, string) {
	switch f.Class {
	case orm.User, orm.Invalid, orm.Missing:
		return xmlrpc.FaultWarning, f.Text
	case orm.Denied:
		return xmlrpc.FaultDenied, f.Text
	case orm.Access:
		return xmlrpc.FaultAccess, f.Text
	}
	return xmlrpc.FaultApplication, s.traceback(f)
}

// traceback is what a server says of an exception that is not meant for users. Which frames stand
// before the last line differs from server to server, and nobody should read them.
func (s *Server) traceback(f *orm.Fault) string {
	const rpc = "/usr/lib/python3/dist-packages/odoo/addons/base/controllers/rpc.py"
	var b strings.Builder
	b.WriteString("Traceback (most recent call last):\n")
	fmt.Fprintf(&b, "  File %q, line %d, in xmlrpc_2\n", rpc, s.dialect.RPCLines[0])
	fmt.Fprintf(&b, "  File %q, line %d, in _xmlrpc\n", rpc, s.dialect.RPCLines[1])
	b.WriteString(f.Text + "\n")
	return b.String()
}

// textFault is a fault of the first protocol version, /xmlrpc/…, whose code is a text.
func (s *Server) textFault(f *orm.Fault) []byte {
	code, text := f.Text, s.traceback(f)
	switch f.Class {
	case orm.Denied:
		code, text = "AccessDenied", f.Text
	case orm.Missing:
		code, text = "warning -- MissingError\n\n"+f.Text, ""
	case orm.Access:
		code, text = "warning -- AccessError\n\n"+f.Text, ""
	case orm.User, orm.Invalid:
		code, text = "warning -- UserError\n\n"+f.Text, ""
	}
	body, err := xmlrpc.EncodeResponse(xmlrpc.Struct{{Name: "faultCode", Value: code}, {Name: "faultString", Value: text}}, s.dialect.Style)
	if err != nil { // cannot happen: both are texts
		return xmlrpc.EncodeFault(xmlrpc.FaultApplication, err.Error(), s.dialect.Style)
	}
	body = bytes.Replace(body, []byte("<params>\n<param>\n"), []byte("<fault>\n"), 1)
	return bytes.Replace(body, []byte("</param>\n</params>\n"), []byte("</fault>\n"), 1)
}

// malformed is the fault for a body that is not an XML-RPC call, in the words of Python's parser.
func malformed(err error) *orm.Fault {
	var bad *xmlrpc.DecodeError
	words := "not well-formed (invalid token)"
	column := 0
	switch {
	case errors.Is(err, xmlrpc.ErrEmpty):
		words = "no element found"
	case errors.Is(err, xmlrpc.ErrTruncated):
		words = "unclosed token"
	case errors.As(err, &bad):
		column = bad.Offset
	}
	return orm.Errorf("xml.parsers.expat.ExpatError", "%s: line 1, column %d", words, column)
}
