#!/usr/bin/env bash
# Makes dist/tandem_VERSION_ARCH.deb of bin/tandem, and has its test look at it: deb.sh VERSION ARCH, at the root of the tree,
# with the packager $NFPM. VERSION is what git describe says.
set -euo pipefail
arch=$2
case $1 in
v[0-9]*.*) version=$(sed 's/^v//; s/-/+/; s/-/./g' <<<"$1") ;; # v1.2.0-3-gabc1234 is 1.2.0+3.gabc1234
*) version=0~git$(git log -1 --format=%cd --date=format:%Y%m%d 2>/dev/null)+${1//-/.} ;; # there is no release yet
esac
stage=dist/stage deb=$PWD/dist/tandem_$version-1_$arch.deb
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
rm -rf "$stage"
umask 022
share=$stage/usr/share doc=$stage/usr/share/doc/tandem

install -D -m 755 bin/tandem "$stage/usr/bin/tandem"
install -D -m 644 examples/systemd/tandem.service "$stage/usr/lib/systemd/system/tandem.service"

# The generator runs here, whatever the package is built for.
env -u GOOS -u GOARCH go run ./cmd/internal/manual "$stage/manual" "$version"
install -d "$share/man/man1" "$share/bash-completion/completions" "$share/zsh/vendor-completions" "$share/fish/vendor_completions.d"
gzip -9n "$stage"/manual/man1/*.1
mv "$stage"/manual/man1/*.gz "$share/man/man1/"
mv "$stage/manual/completions/tandem" "$share/bash-completion/completions/"
mv "$stage/manual/completions/_tandem" "$share/zsh/vendor-completions/"
mv "$stage/manual/completions/tandem.fish" "$share/fish/vendor_completions.d/"
rm -r "$stage/manual"

install -D -m 644 packaging/deb/copyright "$doc/copyright"
install -D -m 644 packaging/deb/lintian-overrides "$share/lintian/overrides/tandem"
gzip -9nc CHANGELOG.md > "$doc/changelog.gz"
gzip -9nc <<END > "$doc/changelog.Debian.gz"
tandem ($version-1) unstable; urgency=medium

  * What is new is in changelog.gz.

 -- The Tandem authors <tandem-sync@users.noreply.github.com>  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
END
cp -r docs "$doc/"
mkdir "$doc/examples"
cp -r examples/*/ "$doc/examples/"

# What the program is linked with asks for its licenses to go along.
go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' ./cmd/tandem | sort -u |
  while read -r module v dir; do
    for file in "$dir"/{LICENSE,COPYING,NOTICE}*; do
      [ ! -f "$file" ] || { printf '%s %s: %s\n\n' "$module" "$v" "$(basename "$file")"; cat "$file"; printf '\n\n'; }
    done
  done | gzip -9n > "$doc/third-party-licenses.gz"
find "$stage" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

ARCH=$arch DEB_VERSION=$version "$NFPM" package -f packaging/nfpm.yaml -p deb -t "$deb"
TANDEM_TEST_DEB=$deb env -u GOOS -u GOARCH go test -count=1 ./packaging
echo "$deb"
