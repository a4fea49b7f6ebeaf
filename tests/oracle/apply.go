package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder"
	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	applyconfigurations "k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// A line that asks what comes of writing an object several times. `crd` is empty for a built-in kind.
type writes struct {
	Minor string  `json:"minor"`
	Crd   string  `json:"crd,omitempty"`
	Steps []write `json:"steps"`
	Last  write   `json:"last"`
}

// One request: an apply, or an update by a merge patch.
type write struct {
	Manager   string          `json:"manager"`
	Operation string          `json:"operation"`
	Force     bool            `json:"force"`
	Object    json.RawMessage `json:"object"`
}

// A line that answers: the object before the last write, with its managedFields, and after it.
type written struct {
	Live      map[string]any `json:"live,omitempty"`
	Object    map[string]any `json:"object,omitempty"`
	Error     string         `json:"error,omitempty"`
	Conflicts []string       `json:"conflicts,omitempty"`
}

// What an API server has made ready to write objects of one kind.
type writer struct {
	custom  *server
	kind    schema.GroupVersionKind
	manager *managedfields.FieldManager
}

// Answers a question; makes the writer of its kind where there is none yet.
func answerWrites(line []byte, writers map[string]*writer) (written, error) {
	var asked writes
	if err := json.Unmarshal(line, &asked); err != nil {
		return written{}, err
	}
	var head struct{ APIVersion, Kind string }
	if err := json.Unmarshal(asked.Last.Object, &head); err != nil {
		return written{}, err
	}
	kind := schema.FromAPIVersionAndKind(head.APIVersion, head.Kind)
	name := asked.Minor + " " + asked.Crd + " " + kind.String()
	if writers[name] == nil {
		writer, err := newWriter(asked.Crd, asked.Minor, kind)
		if err != nil {
			return written{}, fmt.Errorf("%s: %w", name, err)
		}
		writers[name] = writer
	}
	return writers[name].answer(asked), nil
}

func newWriter(crd, minor string, kind schema.GroupVersionKind) (*writer, error) {
	writer := &writer{kind: kind}
	var err error
	if crd == "" {
		writer.manager, err = managedfields.NewDefaultFieldManager(applyconfigurations.NewTypeConverter(scheme.Scheme),
			nothing{}, nothing{}, nothing{}, kind, kind.GroupVersion(), "", nil)
		return writer, err
	}
	if writer.custom, err = newServer(crd, minor); err != nil {
		return nil, err
	}
	types, err := typesOf(crd)
	if err != nil {
		return nil, err
	}
	reset := map[fieldpath.APIVersion]*fieldpath.Set{}
	if writer.custom.hasStatus {
		reset[fieldpath.APIVersion(kind.GroupVersion().String())] = fieldpath.NewSet(fieldpath.MakePathOrDie("status"))
	}
	writer.manager, err = managedfields.NewDefaultCRDFieldManager(types, nothing{}, defaulter{writer.custom}, nothing{},
		kind, kind.GroupVersion(), "", fieldpath.NewExcludeFilterSetMap(reset))
	return writer, err
}

// Returns how a server types the objects of a CRD, as its handler of custom resources does.
func typesOf(path string) (managedfields.TypeConverter, error) {
	internal, converter, err := readCrd(path)
	if err != nil {
		return nil, err
	}
	crd := &apiextensionsv1.CustomResourceDefinition{}
	if err := converter.Convert(internal, crd, nil); err != nil {
		return nil, err
	}
	for _, version := range crd.Spec.Versions {
		if version.Storage {
			spec, err := builder.BuildOpenAPIV3(crd, version.Name, builder.Options{})
			if err != nil {
				return nil, err
			}
			return managedfields.NewTypeConverter(spec.Components.Schemas, crd.Spec.PreserveUnknownFields)
		}
	}
	return nil, fmt.Errorf("no version is stored")
}

func (w *writer) answer(asked writes) written {
	live := w.empty()
	for at, step := range asked.Steps {
		next, err := w.write(live, step)
		if err != nil {
			return written{Error: fmt.Sprintf("step %d: %v", at, err)}
		}
		live = next
	}
	after, err := w.write(live, asked.Last)
	if err != nil {
		answer := written{Live: live.Object, Error: err.Error()}
		if status, is := err.(errors.APIStatus); is && errors.IsConflict(err) {
			for _, cause := range status.Status().Details.Causes {
				manager, _, _ := strings.Cut(strings.TrimPrefix(cause.Message, "conflict with "), " ")
				answer.Conflicts = append(answer.Conflicts, strings.Trim(manager, `"`))
			}
		}
		return answer
	}
	return written{Live: live.Object, Object: after.Object}
}

func (w *writer) empty() *unstructured.Unstructured {
	object := &unstructured.Unstructured{Object: map[string]any{}}
	object.SetGroupVersionKind(w.kind)
	return object
}

func (w *writer) write(live *unstructured.Unstructured, step write) (*unstructured.Unstructured, error) {
	object := &unstructured.Unstructured{}
	decoder := json.NewDecoder(bytes.NewReader(step.Object))
	if err := decoder.Decode(&object.Object); err != nil {
		return nil, err
	}
	numbers(object.Object)
	live = live.DeepCopy()
	var after runtime.Object
	var err error
	switch step.Operation {
	case "Apply":
		after, err = w.manager.Apply(live, object, step.Manager, step.Force)
	case "Update":
		object.Object = patched(live.DeepCopy().Object, object.Object)
		if w.custom != nil {
			defaulting.Default(object.Object, w.custom.structural)
		}
		if object, err = w.stored(object); err == nil {
			after, err = w.manager.Update(live, object, step.Manager)
		}
	default:
		err = fmt.Errorf("no operation: %q", step.Operation)
	}
	if err != nil {
		return nil, err
	}
	return w.stored(after.(*unstructured.Unstructured))
}

// Returns an object as it is stored: what is not known pruned, nulls dropped.
func (w *writer) stored(object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	object = object.DeepCopy()
	if w.custom != nil {
		_, err := w.custom.coerce(object)
		return object, err
	}
	typed, err := scheme.Scheme.New(w.kind)
	if err != nil {
		return nil, err
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, typed); err != nil {
		return nil, err
	}
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(typed)
	return &unstructured.Unstructured{Object: content}, err
}

// Returns an object with a merge patch upon it.
func patched(object, patch map[string]any) map[string]any {
	for name, over := range patch {
		below, isMap := object[name].(map[string]any)
		if over == nil {
			delete(object, name)
		} else if over, is := over.(map[string]any); is && isMap {
			object[name] = patched(below, over)
		} else {
			object[name] = patch[name]
		}
	}
	return object
}

// Makes whole numbers of JSON those that they are everywhere else in the server.
func numbers(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, field := range value {
			value[name] = numbers(field)
		}
	case []any:
		for at, item := range value {
			value[at] = numbers(item)
		}
	case float64:
		if value == float64(int64(value)) {
			return int64(value)
		}
	}
	return value
}

// What changes nothing: all is in one version.
type nothing struct{}

func (nothing) Convert(_, _, _ any) error { return nil }
func (nothing) ConvertToVersion(in runtime.Object, _ runtime.GroupVersioner) (runtime.Object, error) {
	return in, nil
}
func (nothing) ConvertFieldLabel(_ schema.GroupVersionKind, label, value string) (string, string, error) {
	return label, value, nil
}
func (nothing) Default(runtime.Object) {}
func (nothing) New(kind schema.GroupVersionKind) (runtime.Object, error) {
	object := &unstructured.Unstructured{Object: map[string]any{}}
	object.SetGroupVersionKind(kind)
	return object, nil
}

// What puts in a CRD's defaults.
type defaulter struct{ server *server }

func (d defaulter) Default(in runtime.Object) {
	if object, is := in.(*unstructured.Unstructured); is {
		defaulting.Default(object.Object, d.server.structural)
	}
}

// Answers lines on standard input, in their order.
func answerAllWrites() error {
	writers := map[string]*writer{}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	return eachLine(func(line []byte) error {
		answer, err := answerWrites(line, writers)
		if err != nil {
			return err
		}
		return encoder.Encode(answer)
	})
}
