namespace Bridge.Server.Callables.Hosting;

/// <summary>A registry of callables in an assembly; one entry of <c>Bridge:Callables:Hosted</c>, whose key is what errors call it.</summary>
internal sealed class HostedRegistrySettings
{
    public const string Section = "Bridge:Callables:Hosted";

    /// <summary>The path of the assembly, absolute or relative to the working directory.</summary>
    public string Assembly { get; set; } = "";

    /// <summary>The full name of the type that has the member.</summary>
    public string Type { get; set; } = "";

    /// <summary>A public static property or field that holds an <see cref="Asgiref.Core.Callables.CallableRegistry"/>, or a public static method that makes one.</summary>
    public string Member { get; set; } = "";
}
