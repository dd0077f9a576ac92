#!/usr/bin/env bash
# Installs what the end-to-end tests and benchmarks need: real registries, BuildKit, buildx, the tools
# that Retag is compared with, and Node 20 and 24. Debian 12 or Ubuntu, as root or with sudo.
#
#   scripts/stack/install.sh            everything
#   scripts/stack/install.sh node       only the Node binaries
#   scripts/stack/install.sh lint       only what `npm run lint:workflows` starts
#
# Binaries go to ${RETAG_CACHE:-$HOME/.cache/retag}/bin with a marker file that names the version, so a
# second run has nothing to do. Nothing is started and no service is left behind.
set -euo pipefail

stack="$(cd "$(dirname "$0")" && pwd)"
cache="${RETAG_CACHE:-$HOME/.cache/retag}"
bin="$cache/bin"
logs="$cache/logs"
go_version=1.26.8

# Debian package → a command that tells whether it is there.
packages=(
  docker-registry:docker-registry
  skopeo:skopeo
  runc:runc
  busybox-static:busybox
  openssl:openssl
  binutils:strip
  apache2-utils:htpasswd
  docker.io:docker # only its client is used, as the host of the buildx plugin
  git:git
  rsync:rsync # gitlab-ci-local copies the checkout with it
  ca-certificates:update-ca-certificates
)

# name module@version package [variable that holds the version]
go_tools=(
  'registry  github.com/distribution/distribution/v3@v3.1.1  cmd/registry github.com/distribution/distribution/v3/version.version'
  'crane     github.com/google/go-containerregistry@v0.21.9  cmd/crane'
  'buildx    github.com/docker/buildx@v0.36.1                cmd/buildx   github.com/docker/buildx/version.Version'
  'regctl    github.com/regclient/regclient@v0.11.5          cmd/regctl'
  'regsync   github.com/regclient/regclient@v0.11.5          cmd/regsync'
  'olareg    github.com/olareg/olareg@v0.1.2                 cmd/olareg'
  'cosign    github.com/sigstore/cosign/v3@v3.1.3            cmd/cosign'
  'buildkitd github.com/moby/buildkit@v0.32.2                cmd/buildkitd github.com/moby/buildkit/version.Version'
  'buildctl  github.com/moby/buildkit@v0.32.2                cmd/buildctl github.com/moby/buildkit/version.Version'
  'act       github.com/nektos/act@v0.2.89                   . main.version'
)

go_linters=('actionlint github.com/rhysd/actionlint@v1.7.12 cmd/actionlint')
# of scripts/stack/linters.txt: the commands that are linked into bin
python_linters=(check-jsonschema shellcheck zizmor)

node_versions=(20.20.2 24.21.0)

say() { printf 'stack: %s\n' "$*"; }

fail() {
  printf 'stack: %s\n' "$*" >&2
  exit 1
}

# quietly LOGNAME COMMAND...: output goes to a log that is shown only when the command fails.
quietly() {
  local log="$logs/$1.log"
  shift
  if ! "$@" >"$log" 2>&1 </dev/null; then
    printf -- '--- %s\n' "$*" >&2
    tail -n 60 "$log" >&2
    fail "failed: $* (all of it: $log)"
  fi
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

present() { [ -x "$bin/$1" ] && [ "$(cat "$bin/.$1.version" 2>/dev/null)" = "$2" ]; }
mark() { printf '%s' "$2" >"$bin/.$1.version"; }

has_command() { command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] || [ -x "/sbin/$1" ]; }

install_packages() {
  local missing=() entry
  for entry in "${packages[@]}"; do
    has_command "${entry#*:}" || missing+=("${entry%%:*}")
  done
  # Any browser of this kind opens the documentation site; runners of GitHub have Chrome.
  has_command chromium || has_command google-chrome || missing+=(chromium)
  [ ${#missing[@]} -gt 0 ] || return 0
  say "apt: ${missing[*]}"
  quietly apt-update as_root apt-get -qq update
  apt_install "${missing[@]}"
}

# docker-registry and docker.io would start daemons (the registry takes port 5000); policy-rc.d forbids it.
apt_install() {
  local policy=/usr/sbin/policy-rc.d own=false
  if [ ! -e "$policy" ]; then
    own=true
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
  fi
  quietly apt-install as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq install --yes --no-install-recommends "$@"
  if [ "$own" = true ]; then as_root rm -f "$policy"; fi
}

# Go of the wanted minor version: on the path, in its usual place, or as the toolchain module that any Go
# can download.
find_go() {
  local candidate
  for candidate in "$(command -v go || true)" /usr/local/go/bin/go "$cache/go/bin/go"; do
    if [ -n "$candidate" ] && [ -x "$candidate" ] && go_is_new_enough "$candidate"; then
      go="$candidate"
      return
    fi
  done
  bootstrap_go
}

go_is_new_enough() {
  local have
  have="$(GOTOOLCHAIN=local "$1" env GOVERSION)"
  [ "$(printf '%s\n' "${have#go}" "${go_version%.*}" | sort -V | head -n 1)" = "${go_version%.*}" ]
}

bootstrap_go() {
  local any arch dir
  any="$(command -v go || true)"
  if [ -z "$any" ]; then
    say 'apt: golang-go (to fetch the Go toolchain)'
    quietly apt-update as_root apt-get -qq update
    apt_install golang-go
    any="$(command -v go)"
  fi
  arch="$("$any" env GOARCH)"
  say "go $go_version"
  quietly go-toolchain env GOFLAGS=-modcacherw GOTOOLCHAIN=local GOMODCACHE="$cache/go-download" \
    "$any" mod download "golang.org/toolchain@v0.0.1-go$go_version.linux-$arch"
  dir="$cache/go-download/golang.org/toolchain@v0.0.1-go$go_version.linux-$arch"
  rm -rf "$cache/go"
  mv "$dir" "$cache/go"
  rm -rf "$cache/go-download"
  # Go before 1.21 unpacks modules without their execute bits.
  chmod -R u+w "$cache/go"
  chmod +x "$cache"/go/bin/* "$cache"/go/pkg/tool/*/*
  go="$cache/go/bin/go"
}

# Builds in a copy of the module's own directory: `go install module/cmd@version` refuses modules with
# exclude or replace directives (BuildKit) and asks for the version list, which not every proxy has.
build_tool() {
  local name="$1" module="$2" package="$3" version="${4:-}" source work flags='-s -w'
  present "$name" "$*" && return 0
  say "go build $name ($module)"
  quietly "$name-download" env GOTOOLCHAIN=local "$go" mod download -json "$module"
  source="$(sed -n 's/^\t"Dir": "\(.*\)",$/\1/p' "$logs/$name-download.log")"
  [ -n "$source" ] || fail "no directory for $module; see $logs/$name-download.log"
  [ -z "$version" ] || flags="$flags -X $version=${module##*@}"
  work="$(mktemp -d)"
  cp -R "$source/." "$work"
  chmod -R u+w "$work"
  quietly "$name-build" env GOTOOLCHAIN=local CGO_ENABLED=0 \
    "$go" -C "$work" build -mod=mod -buildvcs=false -trimpath -ldflags "$flags" -o "$bin/.$name.new" "./$package"
  rm -rf "$work"
  mv "$bin/.$name.new" "$bin/$name"
  mark "$name" "$*"
}

# Node from its npm package, as `node20` and `node24`; the binary comes with the package, no script runs.
install_node() {
  local version="$1" name="node${1%%.*}" arch work
  present "$name" "$version with its licence" && return 0
  case "$(uname -m)" in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) fail "no Node package for $(uname -m)" ;;
  esac
  say "npm node-linux-$arch@$version"
  work="$(mktemp -d)"
  quietly "$name" npm install --prefix "$work" --no-save --no-audit --no-fund --ignore-scripts \
    "node-linux-$arch@$version"
  mv "$work/node_modules/node-linux-$arch/bin/node" "$bin/$name"
  mv "$work/node_modules/node-linux-$arch/LICENSE" "$bin/$name.LICENSE"
  rm -rf "$work"
  mark "$name" "$version with its licence"
}

# Docker's daemon, unpacked beside the tools and not installed: nothing starts it but a test.
install_dockerd() {
  local work deb
  present dockerd 'docker.io containerd tini' && return 0
  say 'apt: docker.io, containerd, tini (unpacked)'
  work="$(mktemp -d)"
  chmod 755 "$work"
  (cd "$work" && quietly dockerd-download apt-get download docker.io containerd tini)
  rm -rf "${cache:?}/docker"
  for deb in "$work"/*.deb; do quietly dockerd-unpack dpkg-deb --extract "$deb" "$cache/docker"; done
  rm -rf "$work"
  if ldd "$cache/docker/usr/sbin/dockerd" | grep -q 'not found'; then apt_install libdevmapper1.02.1; fi
  ln -sf "$cache/docker/usr/sbin/dockerd" "$bin/dockerd"
  mark dockerd 'docker.io containerd tini'
}

# A virtual environment with what a file pins; the commands named get links in bin.
install_python() {
  local name="$1" file="$2" command version
  shift 2
  version="$(sha256sum <"$file")"
  if ! present "$1" "$version"; then
    say "pip $(basename "$file")"
    if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
      quietly apt-update as_root apt-get -qq update
      apt_install python3-venv
    fi
    rm -rf "${cache:?}/$name"
    quietly "$name-venv" python3 -m venv "$cache/$name"
    quietly "$name-pip" "$cache/$name/bin/pip" install --disable-pip-version-check --no-deps --only-binary :all: --requirement "$file"
    for command in "$@"; do
      ln -sf "$cache/$name/bin/$command" "$bin/$command"
      mark "$command" "$version"
    done
  fi
}

# A package of npm with what it needs, for Node 24, below the cache; no script of it runs.
install_npm() {
  local name="$1" version="$2"
  [ "$(cat "$cache/$name/.version" 2>/dev/null)" = "$version" ] && return 0
  say "npm $name@$version"
  rm -rf "${cache:?}/$name"
  quietly "$name" npm install --prefix "$cache/$name" --no-save --no-audit --no-fund --ignore-scripts "$name@$version"
  printf '%s' "$version" >"$cache/$name/.version"
}

# The definitions that SARIF and a task of Tekton are checked with, out of packages that have them.
install_schemas() {
  local sarif=@microsoft/jest-sarif@1.0.0-beta.0 tekton=github.com/tektoncd/pipeline@v1.9.0 work source
  [ "$(cat "$cache/schemas/.version" 2>/dev/null)" = "$sarif $tekton" ] && return 0
  say "schemas ($sarif, $tekton)"
  mkdir -p "$cache/schemas"
  work="$(mktemp -d)"
  quietly sarif npm pack --pack-destination "$work" "$sarif"
  tar -xzf "$work"/*.tgz -C "$work"
  cp "$work/package/lib/schemas/sarif-2.1.0-rtm.5.json" "$cache/schemas/sarif-2.1.0.json"
  rm -rf "$work"
  [ -n "$go" ] || find_go
  quietly tekton-download env GOTOOLCHAIN=local "$go" mod download -json "$tekton"
  source="$(sed -n 's/^\t"Dir": "\(.*\)",$/\1/p' "$logs/tekton-download.log")"
  cp "$source/config/300-crds/300-task.yaml" "$cache/schemas/tekton-task.yaml"
  chmod u+w "$cache/schemas/tekton-task.yaml"
  printf '%s' "$sarif $tekton" >"$cache/schemas/.version"
}

install_go_tools() {
  local tool go=''
  for tool in "$@"; do
    # shellcheck disable=SC2086 # words
    set -- $tool
    if [ -z "$go" ] && ! present "$1" "$*"; then find_go; fi
    build_tool "$@"
  done
}

main() {
  local what="${1:-all}" version
  mkdir -p "$bin" "$logs"
  # One installation at a time; a second one waits and then finds everything in place.
  exec 9>"$cache/.lock"
  flock 9
  if [ "$what" = all ]; then
    install_packages
    install_dockerd
    install_go_tools "${go_tools[@]}"
    install_python ci-jobs "$stack/ci-jobs.txt" ansible-playbook git-review
    install_npm gitlab-ci-local 4.75.1
    go='' install_schemas
  fi
  if [ "$what" != node ]; then
    install_go_tools "${go_linters[@]}"
    install_python linters "$stack/linters.txt" "${python_linters[@]}"
  fi
  if [ "$what" != lint ]; then
    for version in "${node_versions[@]}"; do install_node "$version"; done
  fi
  say "ready in $bin"
}

main "$@"
