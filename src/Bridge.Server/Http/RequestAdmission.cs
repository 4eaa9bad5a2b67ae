using System.Diagnostics.CodeAnalysis;
using Bridge.Server.Instances;
using Bridge.Server.Metrics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Http;

/// <summary>
/// What every request of a front goes through before it becomes an instance: the limits of its head, and the way to an
/// application. Safe for concurrent use.
/// </summary>
internal sealed class RequestAdmission
{
    private readonly HttpFrontOptions _options;
    private readonly IApplicationDirectory _applications;
    private readonly BridgeMetrics _metrics;
    private readonly RouteTable _routes;
    private readonly TrustedProxies _trusted;

    public RequestAdmission(
        IOptions<HttpFrontOptions> options, IApplicationDirectory applications, BridgeMetrics metrics, FrontAnswers answers)
    {
        _options = options.Value;
        _applications = applications;
        _metrics = metrics;
        _routes = new RouteTable(_options.Routes);
        _trusted = new TrustedProxies(_options.TrustedProxies);
        Answers = answers;
    }

    public FrontAnswers Answers { get; }

    public static string TargetOf(HttpContext context) => context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    /// <summary>Checks a request and finds its application.</summary>
    /// <param name="context">The request.</param>
    /// <param name="admitted">What is known of it.</param>
    /// <param name="refusal">The answer on its way to the client of a request that is not admitted.</param>
    public bool TryAdmit(
        HttpContext context, out AdmittedRequest admitted, [NotNullWhen(false)] out Task? refusal)
    {
        admitted = default;
        refusal = null;
        if (!FieldSyntax.IsValid(context.Request.Headers))
        {
            refusal = FrontAnswers.WriteAsync(
                context, StatusCodes.Status400BadRequest, "A header field holds a character that it may not have.", closes: true);
            return false;
        }

        var headers = RequestHeaders.Convert(context.Request.Headers, _options.MaxDuplicateHeaders);
        if (headers is null)
        {
            _metrics.Reached(Limit.DuplicateHeaders);
            refusal = FrontAnswers.WriteAsync(
                context, StatusCodes.Status431RequestHeaderFieldsTooLarge, "A header field is repeated too often.", closes: true);
            return false;
        }

        if (context.Request.ContentLength > _options.MaxBodyBytes)
        {
            _metrics.Reached(Limit.BodyBytes);
            refusal = FrontAnswers.WriteAsync(context, StatusCodes.Status413PayloadTooLarge, "The request body is too large.", closes: true);
            return false;
        }

        var target = RequestTarget.Parse(TargetOf(context));
        var route = _routes.Find(context.Request.Host, target.Path);
        if (route is not { Host: not null }
            && _applications.FindByPath(target.Path) is { } mounted
            && mounted.RootPath.Length > (route?.Prefix.Length ?? 0))
        {
            admitted = new AdmittedRequest(mounted.Application, target, mounted.RootPath, headers, FactsOf(context));
            return true;
        }

        if (route is null)
        {
            refusal = FrontAnswers.WriteAsync(context, StatusCodes.Status404NotFound, "No application is mounted here.");
            return false;
        }

        if (!_applications.TryFind(route.Application, out var application))
        {
            _metrics.InstanceRefused();
            refusal = Answers.WriteBusyAsync(context, "The application is not there at the moment.");
            return false;
        }

        admitted = new AdmittedRequest(application, route.Restore(target), route.RootPath, headers, FactsOf(context));
        return true;
    }

    private ConnectionFacts FactsOf(HttpContext context) => ConnectionFacts.Of(context, _trusted, _options.ForwardedHeader);
}
