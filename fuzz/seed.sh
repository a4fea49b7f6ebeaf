#!/usr/bin/env bash
# Makes the first corpora from the examples and the golden cases, for runs such as
#
#     bash fuzz/seed.sh && cargo fuzz run --sanitizer none load -- -max_total_time=600 -rss_limit_mb=1024 -timeout=10 -dict=load.dict
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
mkdir -p corpus/load corpus/templates corpus/emitter

# A project as one text: the spec, then every other file under a line with its path.
project() { # DIR SPEC SEED
    cat "$1/$2" >"$3"
    (cd "$1" && find . -type f -size -64k ! -path "./$2" | sort) | while read -r file; do
        printf '\n=== %s\n' "${file#./}" >>"$3"
        cat "$1/$file" >>"$3"
    done
}

n=0
for input in ../tests/golden/*/*/input; do
    if [ -f "$input/cluster.yaml" ] && [ "$(wc -c <"$input/cluster.yaml")" -lt 65536 ]; then
        n=$((n + 1))
        project "$input" cluster.yaml "corpus/load/golden-$n"
    fi
done
for spec in ../examples/*/clusters/*.yaml; do
    n=$((n + 1))
    project "$(dirname "$(dirname "$spec")")" "clusters/$(basename "$spec")" "corpus/load/example-$n"
    # The spec stands at the root here.
    sed -i 's#\.\./##g' "corpus/load/example-$n"
done
for template in ../profiles/*/templates/*.j2 ../tests/golden/*/*/input/profiles/*/templates/*.j2; do
    n=$((n + 1))
    cp "$template" "corpus/templates/template-$n"
done
echo "$n seeds"
