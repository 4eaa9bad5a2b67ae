using Asgiref.Core.Scopes;

namespace Bridge.Protocol.Mapping;

internal static class AddressMapping
{
    public static V1.ClientAddress? ToMessage(ClientAddress? address, string field) => address is null
        ? null
        : new V1.ClientAddress
        {
            Host = MappingChecks.NotEmpty(address.Host, field, ".host"),
            Port = (uint)MappingChecks.Port(address.Port, field, ".port"),
        };

    public static ClientAddress? FromMessage(V1.ClientAddress? address, string field) => address is null
        ? null
        : new ClientAddress(MappingChecks.NotEmpty(address.Host, field, ".host"), MappingChecks.Port(address.Port, field, ".port"));

    public static V1.ServerAddress? ToMessage(ServerAddress? address, string field) => address switch
    {
        null => null,
        ServerAddress.Unix unix => new V1.ServerAddress { UnixPath = MappingChecks.NotEmpty(unix.Path, field, ".unix_path") },
        ServerAddress.Tcp tcp => new V1.ServerAddress
        {
            Tcp = new V1.TcpAddress
            {
                Host = MappingChecks.NotEmpty(tcp.Host, field, ".tcp.host"),
                Port = (uint)MappingChecks.Port(tcp.Port, field, ".tcp.port"),
            },
        },
        _ => MappingChecks.Fail<V1.ServerAddress>(field, "the address is of no known kind."),
    };

    public static ServerAddress? FromMessage(V1.ServerAddress? address, string field) => address?.KindCase switch
    {
        null => null,
        V1.ServerAddress.KindOneofCase.UnixPath =>
            new ServerAddress.Unix(MappingChecks.NotEmpty(address.UnixPath, field, ".unix_path")),
        V1.ServerAddress.KindOneofCase.Tcp => new ServerAddress.Tcp(
            MappingChecks.NotEmpty(address.Tcp.Host, field, ".tcp.host"),
            MappingChecks.Port(address.Tcp.Port, field, ".tcp.port")),
        _ => MappingChecks.Fail<ServerAddress>(field, "the address has no kind."),
    };
}
