package main

import (
	"context"
	"fmt"
	"os"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
)

// Judges CRDs as a server does to which they are applied; prints what is wrong, one fault a line, behind the file.
func judge(files []string) error {
	scheme := runtime.NewScheme()
	install.Install(scheme)
	strict := serializer.NewCodecFactory(scheme, serializer.EnableStrict)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		read, _, err := strict.UniversalDeserializer().Decode(text, nil, nil)
		if err != nil {
			fmt.Printf("%s: %v\n", file, err)
			continue
		}
		scheme.Default(read)
		crd := &apiextensions.CustomResourceDefinition{}
		if err := scheme.Convert(read, crd, nil); err != nil {
			return err
		}
		for _, fault := range validation.ValidateCustomResourceDefinition(context.Background(), crd) {
			fmt.Printf("%s: %v\n", file, fault)
		}
		properties := crd.Spec.Validation
		if properties == nil {
			properties = crd.Spec.Versions[0].Schema
		}
		structural, err := schema.NewStructural(properties.OpenAPIV3Schema)
		if err != nil {
			fmt.Printf("%s: %v\n", file, err)
			continue
		}
		for _, fault := range schema.ValidateStructural(nil, structural) {
			fmt.Printf("%s: %v\n", file, fault)
		}
	}
	return nil
}
