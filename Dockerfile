# The bridge as a container: HTTP on 8080, gRPC on 50051, management on 8081; docker-compose.yml shows how to run it.
# It starts only with -e Bridge__Token=... (what workers show) or -e Bridge__AllowAnonymous=true.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
ENV CI=true

# First what decides the packages, so that a change of the sources alone restores nothing.
COPY global.json NuGet.config Directory.Build.props Directory.Packages.props .editorconfig ./
COPY third_party/grpc-contracts/packages third_party/grpc-contracts/packages
COPY src/Asgiref.Core/*.csproj src/Asgiref.Core/
COPY src/Bridge.Protocol/*.csproj src/Bridge.Protocol/
COPY src/Bridge.Server/*.csproj src/Bridge.Server/
RUN dotnet restore src/Bridge.Server

COPY protos protos
COPY src src
RUN dotnet publish src/Bridge.Server --no-restore -c Release -o /app -p:UseAppHost=false

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
# In a container loopback is of no use. ASPNETCORE_HTTP_PORTS comes from the base image and would only draw a warning.
ENV ASPNETCORE_HTTP_PORTS= \
    Kestrel__Endpoints__Http__Url=http://*:8080 \
    Kestrel__Endpoints__Http__Protocols=Http1 \
    Kestrel__Endpoints__Grpc__Url=http://*:50051 \
    Kestrel__Endpoints__Grpc__Protocols=Http2 \
    Kestrel__Endpoints__Management__Url=http://*:8081 \
    Kestrel__Endpoints__Management__Protocols=Http1
EXPOSE 8080 50051 8081
# The user that the official images prepare; by number, so that "must not be root" rules can see it.
USER 1654:1654
# With what is in the image: it has bash and no curl, and a second .NET process every few seconds would cost too much.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/localhost/8081 && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
ENTRYPOINT ["dotnet", "Bridge.Server.dll"]
