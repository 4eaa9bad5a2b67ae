namespace Bridge.Server.Endpoints;

/// <summary>What an endpoint of Kestrel serves; its name in the configuration begins with the role's.</summary>
internal enum EndpointRole
{
    Http,
    Grpc,
    Management,
}
