using System.Collections.Frozen;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace Bridge.Client.AspNetCore.Features;

/// <summary>Places for the features that nearly every request has, so that finding one is an index and not a search.</summary>
internal static class FeatureSlots
{
    /// <summary>The first ones are the request's own object.</summary>
    public static readonly Type[] OfRequest =
    [
        typeof(IHttpRequestFeature), typeof(IRequestBodyPipeFeature), typeof(IHttpRequestIdentifierFeature),
        typeof(IHttpRequestLifetimeFeature), typeof(IHttpConnectionFeature), typeof(IHttpBodyControlFeature),
        typeof(IHttpMaxRequestBodySizeFeature), typeof(IHttpRequestBodyDetectionFeature), typeof(IHttpRequestTrailersFeature),
        typeof(IEndpointFeature), typeof(IRouteValuesFeature),
    ];

    /// <summary>Then those of the response.</summary>
    public static readonly Type[] OfResponse = [typeof(IHttpResponseFeature), typeof(IHttpResponseBodyFeature)];

    private static readonly Type[] Others =
    [
        typeof(IHttpResponseTrailersFeature), typeof(IHttpUpgradeFeature), typeof(IHttpExtendedConnectFeature),
        typeof(IHttpWebSocketFeature), typeof(ITlsConnectionFeature), typeof(ITlsHandshakeFeature),
        typeof(IServiceProvidersFeature), typeof(IItemsFeature), typeof(IQueryFeature), typeof(IFormFeature),
        typeof(IRequestCookiesFeature), typeof(IResponseCookiesFeature), typeof(IHttpAuthenticationFeature), typeof(ISessionFeature),
        typeof(IHttpActivityFeature), typeof(IHttpMetricsTagsFeature),
    ];

    private static readonly Type[] All = [.. OfRequest, .. OfResponse, .. Others];

    private static readonly FrozenDictionary<Type, int> Indexes =
        All.Select((type, index) => (type, index)).ToFrozenDictionary(slot => slot.type, slot => slot.index);

    public static int Count => All.Length;

    public static Type TypeAt(int slot) => All[slot];

    /// <returns>-1 for a type without a place.</returns>
    public static int Find(Type type) => Indexes.TryGetValue(type, out var slot) ? slot : -1;
}
