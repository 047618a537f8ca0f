package c2pa

import (
	"strconv"
	"strings"
)

// JUMBF URIs: "self#jumbf=/c2pa/<manifest>/c2pa.assertions/<label>" (absolute) or "self#jumbf=c2pa.assertions/<label>"
// (relative to the manifest that holds them).

const (
	storeName      = "c2pa"
	assertionsName = "c2pa.assertions"
	signatureName  = "c2pa.signature"
	dataBoxesName  = "c2pa.databoxes"
)

// normalURI cuts the scheme and gives absolute paths their leading slash, which old writers left out.
func normalURI(uri string) string {
	if i := strings.IndexByte(uri, '='); i >= 0 {
		uri = uri[i+1:]
		if j := strings.IndexByte(uri, '='); j >= 0 {
			uri = uri[:j]
		}
	}
	if strings.HasPrefix(uri, storeName+"/") {
		return "/" + uri
	}
	return uri
}

// manifestOf gives the label of the manifest in an absolute URI, or "".
func manifestOf(uri string) string {
	parts := strings.Split(normalURI(uri), "/")
	if len(parts) > 2 && parts[1] == storeName {
		return parts[2]
	}
	return ""
}

// boxNameOf gives the last element of a URI.
func boxNameOf(uri string) string {
	n := normalURI(uri)
	return n[strings.LastIndexByte(n, '/')+1:]
}

// assertionOf gives the assertion or data box label in a URI, or "".
func assertionOf(uri string) string {
	parts := strings.Split(normalURI(uri), "/")
	switch {
	case len(parts) > 4 && parts[1] == storeName && (parts[3] == assertionsName || parts[3] == dataBoxesName):
		return parts[4]
	case len(parts) > 1 && parts[0] == assertionsName:
		return parts[1]
	}
	return ""
}

func manifestURI(label string) string  { return "self#jumbf=/" + storeName + "/" + label }
func signatureURI(label string) string { return manifestURI(label) + "/" + signatureName }
func assertionURI(manifest, label string) string {
	return manifestURI(manifest) + "/" + assertionsName + "/" + label
}

// absoluteURI makes a URI of one manifest absolute.
func absoluteURI(manifest, uri string) string {
	if manifestOf(uri) != "" {
		return uri
	}
	return manifestURI(manifest) + "/" + normalURI(uri)
}

// splitLabel takes "c2pa.actions.v2__3" apart: base "c2pa.actions", version 2, instance 3. A label without a version
// has version 1, without an instance 0.
func splitLabel(label string) (base string, version, instance int) {
	base, version = label, 1
	if i := strings.LastIndex(base, "__"); i >= 0 {
		tail := base[i+2:]
		if j := strings.IndexByte(tail, '.'); j >= 0 {
			// "c2pa.thumbnail.ingredient__1.jpeg": the instance stands before the picture format.
			if n, err := strconv.Atoi(tail[:j]); err == nil && n >= 0 {
				return base[:i] + tail[j:], 1, n
			}
		}
		if n, err := strconv.Atoi(tail); err == nil && n >= 0 {
			instance = n
		}
		base = base[:i]
	}
	if i := strings.LastIndex(base, ".v"); i > 0 {
		if n, err := strconv.Atoi(base[i+2:]); err == nil && n >= 0 && base[i+2] != '+' {
			return base[:i], n, instance
		}
	}
	return base, version, instance
}

// validV2Label says whether a manifest label has the form that claims of version 2 need:
// urn:c2pa:<uuid>[:<generator>[:<version>_<reason>]], or the older urn:uuid forms.
func validV2Label(label string) bool {
	parts := strings.Split(label, ":")
	if len(parts) < 3 {
		return false
	}
	if parts[0] != "urn" {
		return parts[1] == "urn" && parts[2] == "uuid" && len(parts) == 4
	}
	if parts[1] == "uuid" {
		return true
	}
	if parts[1] != "c2pa" || len(parts) > 5 {
		return false
	}
	if len(parts) > 3 && parts[3] != "" {
		if len(parts[3]) > 32 || len(strings.Fields(parts[3])) != 1 || !isASCII(parts[3]) {
			return false
		}
	}
	if len(parts) > 4 && parts[4] != "" {
		for i, n := range strings.Split(parts[4], "_") {
			if _, err := strconv.ParseUint(n, 10, 64); err != nil && i < 2 {
				return false
			}
		}
	}
	return true
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
