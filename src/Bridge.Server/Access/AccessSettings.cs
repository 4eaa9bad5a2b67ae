using Bridge.Server.Configuration;
using Bridge.Server.Endpoints;

namespace Bridge.Server.Access;

/// <summary>Who may dial in to serve and to drive: <c>Bridge:Token</c> and <c>Bridge:AllowAnonymous</c>. Immutable.</summary>
/// <param name="Token">What callers must show; null where nobody is asked.</param>
internal sealed record AccessSettings(string? Token)
{
    public const string TokenKey = "Bridge:Token";
    public const string AllowAnonymousKey = "Bridge:AllowAnonymous";

    /// <summary>Reads the settings and holds them against the endpoints. No message ever holds the token.</summary>
    /// <exception cref="ConfigurationException">
    /// The token cannot be sent in metadata, both keys are set, or a gRPC endpoint is open to other machines without either.
    /// </exception>
    public static AccessSettings Read(IConfiguration configuration, BridgeEndpoints endpoints)
    {
        var token = configuration[TokenKey];
        var allowAnonymous = configuration.GetValue(AllowAnonymousKey, false);
        if (token is null)
        {
            var open = allowAnonymous ? null : endpoints.All.FirstOrDefault(endpoint => endpoint.Role == EndpointRole.Grpc && !endpoint.IsLocal);
            return open is null
                ? new AccessSettings(Token: null)
                : throw new ConfigurationException(
                    $"{TokenKey} is missing: Kestrel:Endpoints:{open.Name} listens beyond this machine. Set a token, or {AllowAnonymousKey} to true.");
        }

        if (allowAnonymous)
        {
            throw new ConfigurationException($"{AllowAnonymousKey} is true although {TokenKey} is set; remove one of them.");
        }

        return token.Length > 0 && token.All(c => c is > ' ' and <= '~')
            ? new AccessSettings(token)
            : throw new ConfigurationException($"{TokenKey} is empty or holds a character that metadata cannot carry; it must be visible ASCII without spaces.");
    }

    // The token is nobody's to print.
    public override string ToString() => nameof(AccessSettings);
}
