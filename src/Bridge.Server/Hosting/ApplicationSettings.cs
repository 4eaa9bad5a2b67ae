using Asgiref.Core.Hosting;

namespace Bridge.Server.Hosting;

/// <summary>A hosted assembly; one entry of <c>Bridge:Applications</c>, whose key is the application's name.</summary>
internal sealed class ApplicationSettings
{
    public const string Section = "Bridge:Applications";

    /// <summary>The path of the assembly, absolute or relative to the working directory.</summary>
    public string Assembly { get; set; } = "";

    /// <summary>The full name of the type that has the member.</summary>
    public string Type { get; set; } = "";

    /// <summary>A public static property or field that holds the application, or a public static method of its shape.</summary>
    public string Member { get; set; } = "";

    public ApplicationKind Kind { get; set; } = ApplicationKind.Asgi;

    public LifespanMode Lifespan { get; set; } = LifespanMode.Auto;

    /// <summary>What <c>send</c> does when the client has gone: raise, which is the specification's way, or ignore.</summary>
    public SendAfterDisconnect SendAfterDisconnect { get; set; } = SendAfterDisconnect.Raise;

    /// <summary>Instances that may run at once; the next one is refused and counted.</summary>
    public int MaxInstances { get; set; } = HostedApplication.DefaultMaxInstances;

    /// <summary>For applications of kind wsgi.</summary>
    public WsgiSettings Wsgi { get; set; } = new();
}
