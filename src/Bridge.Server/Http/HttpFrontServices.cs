using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Http;

/// <summary>Adds the HTTP front to a host.</summary>
internal static class HttpFrontServices
{
    /// <summary>
    /// Registers <see cref="HttpFront"/>, its checked options and Kestrel's settings for it. Needs an application
    /// directory and the bridge's metrics from elsewhere.
    /// </summary>
    public static IServiceCollection AddHttpFront(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<HttpFrontOptions>()
            .Bind(configuration.GetSection(HttpFrontOptions.SectionName))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<HttpFrontOptions>, HttpFrontOptionsValidator>();
        services.AddOptions<KestrelServerOptions>()
            .Configure<IOptions<HttpFrontOptions>>((kestrel, front) => kestrel.ConfigureHttpFront(front.Value));
        services.AddSingleton(provider => new FrontAnswers(
            provider.GetRequiredService<IOptions<HttpFrontOptions>>().Value.RetryAfter,
            configuration.GetValue("Bridge:DetailedErrors", false)));
        services.AddSingleton<RequestAdmission>();
        services.AddSingleton<HttpFront>();
        services.AddSingleton<ResponseStartSweep>();
        services.AddHostedService<BadRequestCounter>();
        services.AddHostedService<ConnectionEndCounter>();
        return services;
    }

    /// <summary>
    /// Undoes what ASP.NET Core does and no ASGI server does (KES-22, KES-25). Kestrel has one set of limits for all
    /// endpoints; nothing here stands in the way of gRPC or the management endpoint.
    /// </summary>
    public static void ConfigureHttpFront(this KestrelServerOptions kestrel, HttpFrontOptions front)
    {
        kestrel.AddServerHeader = false;
        kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
        kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;

        var limits = kestrel.Limits;
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = RateOf(front.MinRequestBytesPerSecond);
        limits.MinResponseDataRate = RateOf(front.MinResponseBytesPerSecond);
        limits.MaxRequestHeaderCount = front.MaxHeaderCount;
        limits.MaxRequestHeadersTotalSize = front.MaxHeaderBytes;
        limits.MaxRequestLineSize = front.MaxRequestLineBytes;
        limits.RequestHeadersTimeout = front.HeaderTimeout;
        limits.KeepAliveTimeout = front.KeepAliveTimeout;
        limits.Http2.MaxRequestHeaderFieldSize = front.MaxHeaderBytes;
    }

    private static MinDataRate? RateOf(double? bytesPerSecond) =>
        bytesPerSecond is { } rate ? new MinDataRate(rate, gracePeriod: TimeSpan.FromSeconds(5)) : null;
}
