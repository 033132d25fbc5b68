#!/usr/bin/env bash
# Builds the fasthttp server for the HTTP comparison. Needs Go, and Debian's package golang-github-valyala-fasthttp-dev (or another
# GOPATH that has the library). Once it is built, the comparison finds it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
command -v go >/dev/null || { echo 'Go is not installed (Debian: golang-go).' >&2; exit 1; }
export GO111MODULE=off GOPATH="${GOPATH:-/usr/share/gocode}" GOFLAGS=-mod=mod
[ -d "$GOPATH/src/github.com/valyala/fasthttp" ] || {
  echo "There is no fasthttp in $GOPATH (Debian: golang-github-valyala-fasthttp-dev)." >&2
  exit 1
}
mkdir -p build
go build -o build/fasthttp-pong main.go
echo 'Built. The HTTP comparison has it from now on.'
