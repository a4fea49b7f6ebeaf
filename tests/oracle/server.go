package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/model"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apimachinery/pkg/util/version"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/cel/common"
	kjson "sigs.k8s.io/json"
)

// What an API server has made ready for one CRD.
type server struct {
	group, version, kind string
	namespaced           bool
	hasStatus            bool
	preservesUnknown     bool
	dropsNulls           bool
	forgives             bool
	structural           *schema.Structural
	values               validation.SchemaValidator
	rules                *cel.Validator
}

// Reads a CRD, of either version of the API; returns what converts it, too.
func readCrd(path string) (*apiextensions.CustomResourceDefinition, *runtime.Scheme, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	scheme := runtime.NewScheme()
	install.Install(scheme)
	codecs := serializer.NewCodecFactory(scheme)
	read, _, err := codecs.UniversalDeserializer().Decode(text, nil, nil)
	if err != nil {
		return nil, nil, err
	}
	scheme.Default(read)
	crd := &apiextensions.CustomResourceDefinition{}
	return crd, scheme, scheme.Convert(read, crd, nil)
}

// Makes the server of a minor ready for a CRD.
func newServer(path, minor string) (*server, error) {
	crd, _, err := readCrd(path)
	if err != nil {
		return nil, err
	}
	kubernetes, err := kubernetesMinor(minor)
	if err != nil {
		return nil, err
	}
	served := servedVersion(crd)
	if served == nil {
		return nil, fmt.Errorf("no version is served")
	}
	properties := crd.Spec.Validation
	if served.Schema != nil {
		properties = served.Schema
	}
	subresources := crd.Spec.Subresources
	if served.Subresources != nil {
		subresources = served.Subresources
	}
	server := &server{
		group: crd.Spec.Group, version: served.Name, kind: crd.Spec.Names.Kind,
		namespaced:       crd.Spec.Scope == apiextensions.NamespaceScoped,
		hasStatus:        subresources != nil && subresources.Status != nil,
		preservesUnknown: crd.Spec.PreserveUnknownFields != nil && *crd.Spec.PreserveUnknownFields,
		dropsNulls:       kubernetes >= 20,
		forgives:         kubernetes >= 30,
	}
	structural, err := schema.NewStructural(properties.OpenAPIV3Schema)
	if err != nil {
		return nil, err
	}
	server.structural = structural.DeepCopy()
	if err := defaulting.PruneDefaults(server.structural); err != nil {
		return nil, err
	}
	compatible := version.MajorMinor(1, uint(kubernetes))
	server.values, _, err = validation.NewSchemaValidatorForVersion(properties.OpenAPIV3Schema, compatible)
	if err != nil {
		return nil, err
	}
	// The server knew no rules before Kubernetes 1.23, and no CRD of such a minor has one.
	server.rules = cel.NewValidator(server.structural, true, celconfig.PerCallLimit)
	return server, nil
}

func servedVersion(crd *apiextensions.CustomResourceDefinition) *apiextensions.CustomResourceDefinitionVersion {
	for i := range crd.Spec.Versions {
		if crd.Spec.Versions[i].Served && crd.Spec.Versions[i].Storage {
			return &crd.Spec.Versions[i]
		}
	}
	return nil
}

// Returns the minor of Kubernetes 1 in a minor of OpenShift: 4.4 has 1.17, and each next one the next.
func kubernetesMinor(openshift string) (int, error) {
	major, minor, _ := strings.Cut(openshift, ".")
	number, err := strconv.Atoi(minor)
	switch {
	case err != nil || (major != "4" && major != "5"):
		return 0, fmt.Errorf("no minor of OpenShift: %q", openshift)
	case major == "4":
		return number + 13, nil
	default:
		// 4.23 and 5.0 are one release under two numbers.
		return number + 36, nil
	}
}

// Answers one question.
func (s *server) answer(question question) answer {
	object, unknown, err := s.decode(question.Object)
	if err != nil {
		return answer{Errors: []string{err.Error()}}
	}
	var old *unstructured.Unstructured
	if len(question.Old) > 0 {
		stored, _, err := s.decode(question.Old)
		if err != nil {
			return answer{Errors: []string{"the old object: " + err.Error()}}
		}
		old = stored
	}
	errs := []string{}
	for _, path := range unknown {
		errs = append(errs, path)
	}
	for _, err := range s.validate(object, old) {
		errs = append(errs, err.Error())
	}
	return answer{Accepted: len(errs) == 0, Errors: errs, Unknown: unknown, Stored: object.Object}
}

// Reads an object: strictly decoded, defaulted, pruned, its metadata coerced. Returns what strictness refuses.
func (s *server) decode(text []byte) (*unstructured.Unstructured, []string, error) {
	content := map[string]any{}
	strict, err := kjson.UnmarshalStrict(text, &content)
	if err != nil {
		return nil, nil, err
	}
	object := &unstructured.Unstructured{Object: content}
	if object.GetKind() != s.kind || object.GetAPIVersion() != s.group+"/"+s.version {
		return nil, nil, fmt.Errorf("%s %s is not served here", object.GetAPIVersion(), object.GetKind())
	}
	refused := []string{}
	for _, err := range strict {
		refused = append(refused, err.Error())
	}
	defaulting.Default(object.Object, s.structural)
	unknown, err := s.coerce(object)
	if err != nil {
		return nil, nil, err
	}
	for _, path := range unknown {
		refused = append(refused, fmt.Sprintf("unknown field %q", path))
	}
	return object, refused, nil
}

// Prunes an object and coerces its metadata, as on the way to storage. Returns the fields that are not known.
func (s *server) coerce(object *unstructured.Unstructured) ([]string, error) {
	kind, apiVersion := object.GetKind(), object.GetAPIVersion()
	metadata, hasMetadata, unknown, err := objectmeta.GetObjectMetaWithOptions(object.Object,
		objectmeta.ObjectMetaOptions{ReturnUnknownFieldPaths: true})
	if err != nil {
		return nil, err
	}
	if !s.preservesUnknown {
		options := schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
		unknown = append(unknown, pruning.PruneWithOptions(object.Object, s.structural, true, options)...)
		if s.dropsNulls {
			defaulting.PruneNonNullableNullsWithoutDefaults(object.Object, s.structural)
		}
	}
	coerced, more := objectmeta.CoerceWithOptions(nil, object.Object, s.structural, false,
		objectmeta.CoerceOptions{ReturnUnknownFieldPaths: true})
	if coerced != nil {
		return nil, coerced
	}
	object.SetKind(kind)
	object.SetAPIVersion(apiVersion)
	if hasMetadata {
		if err := objectmeta.SetObjectMeta(object.Object, metadata); err != nil {
			return nil, err
		}
	}
	return append(unknown, more...), nil
}

// Validates an object that is created, or that replaces an old one.
func (s *server) validate(object, old *unstructured.Unstructured) field.ErrorList {
	s.prepare(object, old)
	ctx := context.Background()
	var valueOptions []validation.ValidationOption
	var ruleOptions []cel.Option
	var errs field.ErrorList
	var oldContent any
	if old == nil {
		errs = apivalidation.ValidateObjectMetaAccessor(object, s.namespaced, apivalidation.NameIsDNSSubdomain,
			field.NewPath("metadata"))
		errs = append(errs, validation.ValidateCustomResource(nil, object.Object, s.values)...)
	} else {
		oldContent = old.Object
		correlated := common.NewCorrelatedObject(object.Object, old.Object, &model.Structural{Structural: s.structural})
		if s.forgives {
			valueOptions = append(valueOptions, validation.WithRatcheting(correlated))
			ruleOptions = append(ruleOptions, cel.WithRatcheting(correlated))
		}
		errs = apivalidation.ValidateObjectMetaAccessorUpdate(object, old, field.NewPath("metadata"))
		errs = append(errs,
			validation.ValidateCustomResourceUpdate(nil, object.Object, old.Object, s.values, valueOptions...)...)
	}
	errs = append(errs, objectmeta.Validate(ctx, nil, object.Object, s.structural, false)...)
	if old == nil || len(listtype.ValidateListSetsAndMaps(nil, s.structural, old.Object)) == 0 {
		errs = append(errs, listtype.ValidateListSetsAndMaps(nil, s.structural, object.Object)...)
	}
	if s.rules == nil {
		return errs
	}
	if blocks(errs) {
		return append(errs, field.Invalid(nil, nil, "some validation rules were not checked"))
	}
	broken, _ := s.rules.Validate(ctx, nil, s.structural, object.Object, oldContent, celconfig.RuntimeCELCostBudget,
		ruleOptions...)
	return append(errs, broken...)
}

// Does to metadata and status what the server does before it validates.
func (s *server) prepare(object, old *unstructured.Unstructured) {
	if object.GetName() == "" && object.GetGenerateName() != "" {
		object.SetName(object.GetGenerateName() + "x2z4k")
	}
	if s.namespaced && object.GetNamespace() == "" {
		object.SetNamespace(metav1.NamespaceDefault)
	}
	if !s.namespaced {
		object.SetNamespace("")
	}
	if s.hasStatus {
		delete(object.Object, "status")
	}
	if old == nil {
		return
	}
	s.prepare(old, nil)
	old.SetResourceVersion("1")
	object.SetResourceVersion("1")
	object.SetUID(old.GetUID())
	object.SetName(old.GetName())
	if status, has := old.Object["status"]; has && s.hasStatus {
		object.Object["status"] = status
	}
}

// Tells whether there is an error after which the server looks at no rule.
func blocks(errs field.ErrorList) bool {
	for _, err := range errs {
		switch err.Type {
		case field.ErrorTypeNotSupported, field.ErrorTypeRequired, field.ErrorTypeTooLong, field.ErrorTypeTooMany,
			field.ErrorTypeTypeInvalid:
			return true
		}
	}
	return false
}
