// Runs a template as the External Secrets Operator does: Go's text/template with missing keys as errors, every value a
// text, and the two functions of sprig that are used. Reads {"template": …, "values": {…}} and prints what comes of it.
package main

import (
	"encoding/base64"
	"encoding/json"
	"log"
	"os"
	"text/template"
)

func main() {
	var asked struct {
		Template string
		Values   map[string]string
	}
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		log.Fatal(err)
	}
	functions := template.FuncMap{
		"b64enc": func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) },
		"toJson": func(value any) (string, error) {
			text, err := json.Marshal(value)
			return string(text), err
		},
	}
	parsed, err := template.New("").Option("missingkey=error").Funcs(functions).Parse(asked.Template)
	if err != nil {
		log.Fatal(err)
	}
	if err := parsed.Execute(os.Stdout, asked.Values); err != nil {
		log.Fatal(err)
	}
}
