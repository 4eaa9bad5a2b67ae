#!/bin/sh
# Packs what an application is built against, builds this one with it, and says how to host it.
set -eu
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
packages="$root/artifacts/packages"

rm -rf "$packages" "$root/artifacts/hosted-application-cache" obj
for project in Asgiref.Core Bridge.Protocol Bridge.Client; do
    dotnet pack "$root/src/$project" -c Release -o "$packages" -v q -nologo -clp:NoSummary
done
dotnet build HostedSample.csproj -c Release -o bin -v q -nologo -clp:NoSummary

cat <<EOT
Built $(pwd)/bin/HostedSample.dll. To host it:

  dotnet run --project $root/src/Bridge.Server -- \\
    --Bridge:Applications:greeter:Assembly=$(pwd)/bin/HostedSample.dll \\
    --Bridge:Applications:greeter:Type=HostedSample.Greeter \\
    --Bridge:Applications:greeter:Member=Application

and then: curl http://localhost:8080/
EOT
