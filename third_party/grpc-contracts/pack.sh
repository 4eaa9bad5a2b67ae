#!/bin/sh
# Re-makes the contract stand-in packages from their sources. See README.md.
set -eu
cd "$(dirname "$0")"

version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)

# One line per source file, "<sha256>  <path>", in byte order of the paths; its own SHA-256 is what the assemblies carry.
hash=$(find Directory.Build.props public-key.bin Grpc.Core.Api Grpc.Net.Common -type f \
    -not -path '*/bin/*' -not -path '*/obj/*' | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -d' ' -f1)

if [ -f "packages/Grpc.Core.Api.$version.nupkg" ]; then
    if [ "$(cat packages/sources.sha256)" = "$hash" ]; then
        echo "packages/ already holds $version of these sources"
        exit 0
    fi
    echo "The sources differ from those of $version: lower the last number of <Version> in Directory.Build.props (why: README.md)." >&2
    exit 1
fi

rm -f packages/*.nupkg
for project in Grpc.Core.Api Grpc.Net.Common; do
    rm -rf "$project/bin" "$project/obj"
    dotnet pack "$project/$project.csproj" -c Release -o packages -p:SourcesHash="$hash" -nologo -v q
done
echo "$hash" > packages/sources.sha256
ls -l packages
